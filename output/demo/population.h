// SPDX-License-Identifier: GPL-3.0-or-later
// A simulated population for the demo: counties, villages and households of which everything is
// known, so that estimates can be held against the truth. All of it follows from the seed.
#pragma once

#include "survey/base/format.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct survey_arena;

enum demo_stratum { DEMO_POOR, DEMO_EXIT_CUR, DEMO_EXIT_PREV, DEMO_KEY, DEMO_GEN, DEMO_STRATA };

struct demo_household {
    char id[20];
    size_t village;
    enum demo_stratum stratum;
    bool wrong_exit; // truly exited against the rules
    bool missed;     // truly poor and not registered
    bool responds;
    const char *result;       // code of the visit
    int size, labour, reg_year, exit_year;
    int children, children_out, insured;
    int wage, farm, property, transfer; // yuan a year
    int water_time, water_cut;
    const char *food, *clothes, *water_source, *house_grade, *house_obs, *ill_untreated;
    const char *traits, *policies, *helper_known, *exit_signed;
    int helper_visits;
    int satisfaction[5];      // id, measure, helper, infra, overall: 5..1, 9 cannot say
    const char *rec_exit, *rec_overall;
    const char *presence, *coached, *relation;
};

struct demo_village {
    char code[16], township[16], name[32], township_name[32];
    const char *type;
    size_t county;
    size_t first, count;  // its households
    int unregistered;     // persons in households that are not registered
    double latitude, longitude;
};

struct demo_county {
    const char *code, *name, *class_name;
    size_t first, count;  // its villages
};

struct demo_population {
    struct demo_county *counties;
    size_t county_count;
    struct demo_village *villages;
    size_t village_count;
    struct demo_household *households;
    size_t household_count;
    uint64_t seed;
};

// Three counties whose villages and households grow with the sample that will be drawn from them.
struct demo_population *demo_population_new(struct survey_arena *arena, uint64_t seed, size_t sample);
// The frame as CSV, and the administrative values (unit, name, value, round, source, date).
void demo_frame_write(const struct demo_population *population, struct survey_buffer *csv);
void demo_admin_write(const struct demo_population *population, const char *round, struct survey_buffer *csv);
// The household of that id, or NULL.
const struct demo_household *demo_household_find(const struct demo_population *population, const char *id);
// What the household answers to a question, as a submission holds it; "" where the question is not
// of the example questionnaire.
void demo_answer(const struct demo_population *population, const struct demo_household *household,
                 const char *question, char *at, size_t size);

// The truth of an indicator of the example in one county; false where the code is not known here.
bool demo_truth(const struct demo_population *population, size_t county, const char *code, double *value);
const char *demo_stratum_name(enum demo_stratum stratum);
