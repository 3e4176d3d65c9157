// SPDX-License-Identifier: GPL-3.0-or-later
// The simulated population. A household's numbers come from its own random stream, so that they do
// not depend on how many others there are. Chances are chosen to give figures of the size found in
// the field: few wrong exits, clustered by village, and one county that is worse than the others.
#include "output/demo/population.h"

#include "survey/base/arena.h"
#include "survey/base/random.h"

#include <string.h>

enum { COUNTIES = 3, POVERTY_LINE = 2952 };

// What sets the counties apart: latent satisfaction, chance of a wrong exit and of a missed household.
static const struct {
    const char *code, *name, *class_name;
    double mood, wrong_exit, missed;
} models[COUNTIES] = {
    {"130624", "阜平县", "national", 0.45, 0.004, 0.010},
    {"130636", "顺平县", "national", 0.20, 0.010, 0.015},
    {"130637", "博野县", "provincial", -0.55, 0.070, 0.020},
};

static bool chance(struct survey_random *random, double probability)
{
    return survey_random_unit(random) < probability;
}

static int between(struct survey_random *random, int low, int high)
{
    return low + (int)survey_random_below(random, (uint32_t)(high - low + 1));
}

static const char *pick(struct survey_random *random, const char *const *list, size_t count)
{
    return list[survey_random_below(random, (uint32_t)count)];
}

const char *demo_stratum_name(enum demo_stratum stratum)
{
    static const char *const names[] = {"poor", "exit_cur", "exit_prev", "key", "gen"};
    return names[stratum];
}

static enum demo_stratum draw_stratum(struct survey_random *random, bool poor_village)
{
    static const double shares[2][DEMO_STRATA] = {{0.006, 0.10, 0.124, 0.13, 0.64}, {0.012, 0.18, 0.238, 0.14, 0.43}};
    double u = survey_random_unit(random);
    for (int stratum = 0; stratum < DEMO_GEN; stratum++) {
        u -= shares[poor_village][stratum];
        if (u < 0)
            return (enum demo_stratum)stratum;
    }
    return DEMO_GEN;
}

static bool is_exited(const struct demo_household *household)
{
    return household->stratum == DEMO_EXIT_CUR || household->stratum == DEMO_EXIT_PREV;
}

static bool is_registered(const struct demo_household *household)
{
    return is_exited(household) || household->stratum == DEMO_POOR;
}

static void draw_people(struct survey_random *random, struct demo_household *household)
{
    household->size = 1 + (int)survey_random_below(random, 3) + (int)survey_random_below(random, 4);
    household->labour = (int)survey_random_below(random, (uint32_t)household->size + 1);
    household->children = household->size > 2 && chance(random, 0.4) ? between(random, 1, household->size > 4 ? 2 : 1) : 0;
    household->insured = household->size;
    household->reg_year = between(random, 2013, 2014);
    household->exit_year = household->stratum == DEMO_EXIT_CUR ? 2016 : between(random, household->reg_year, 2015);
    static const char *const relations[] = {"head", "head", "head", "spouse", "child", "parent"};
    household->relation = pick(random, relations, 6);
}

// Income that keeps a household well above the line, or below it.
static void draw_income(struct survey_random *random, struct demo_household *household, bool below)
{
    double head = below ? POVERTY_LINE * (0.45 + 0.3 * survey_random_unit(random))
                        : POVERTY_LINE * (1.1 + 1.6 * survey_random_unit(random) * survey_random_unit(random) +
                                          (is_registered(household) ? 0.2 : 1.2) * survey_random_unit(random));
    int total = (int)(head * household->size);
    household->transfer = (int)(total * (is_registered(household) ? 0.3 : 0.1) * survey_random_unit(random));
    household->property = chance(random, 0.3) ? (int)(total * 0.08 * survey_random_unit(random)) : 0;
    household->wage = (int)((total - household->transfer - household->property) * survey_random_unit(random));
    household->farm = total - household->transfer - household->property - household->wage;
}

static void draw_living(struct survey_random *random, struct demo_household *household)
{
    static const char *const sources[] = {"tap_in", "tap_in", "tap_in", "tap_in", "tap_out", "well", "cellar"};
    static const char *const traits[] = {"none", "none", "ill", "disab", "oldhouse", "oldalone", "dibao ill", "single", "disaster"};
    static const char *const policies[] = {"none", "industry", "industry med", "job", "edu med", "dibao med", "pv", "loan industry"};
    household->food = chance(random, 0.06) ? "sometimes" : "always";
    household->clothes = "yes";
    household->water_source = pick(random, sources, 7);
    household->water_time = between(random, 2, 15);
    household->water_cut = chance(random, 0.3) ? between(random, 1, 20) : 0;
    household->house_grade = chance(random, 0.3) ? "na" : chance(random, 0.5) ? "a" : "b";
    household->house_obs = "safe";
    household->ill_untreated = "no";
    household->traits = household->stratum == DEMO_KEY ? pick(random, traits + 2, 7) : pick(random, traits, 3);
    household->policies = is_registered(household) ? pick(random, policies + 1, 7) : pick(random, policies, 3);
    household->helper_known = chance(random, 0.92) ? "yes" : "no";
    household->helper_visits = between(random, 1, 12);
    household->exit_signed = chance(random, 0.97) ? chance(random, 0.8) ? "self" : "family" : "dk";
}

// Gives a household one failed guarantee: what a wrong exit shows, and what a false alarm looks like.
static void fail_guarantee(struct survey_random *random, struct demo_household *household)
{
    double u = survey_random_unit(random);
    if (u < 0.3) {
        household->house_grade = "c";
        household->house_obs = "doubt";
    } else if (u < 0.6) {
        household->ill_untreated = "yes";
    } else if (u < 0.8) {
        household->water_cut = between(random, 40, 90);
    } else if (household->children > 0) {
        household->children_out = 1;
    } else {
        household->insured = household->size - 1;
    }
}

static void draw_hardship(struct survey_random *random, struct demo_household *household, double wrong_exit, double missed)
{
    double key = household->stratum == DEMO_KEY ? 3 : 0.3;
    household->wrong_exit = is_exited(household) && chance(random, wrong_exit);
    household->missed = !is_registered(household) && chance(random, missed * key);
    bool low = household->missed || (household->wrong_exit && chance(random, 0.6)) ||
               (household->stratum == DEMO_POOR && chance(random, 0.7));
    draw_income(random, household, low);
    bool failed = household->missed || (household->wrong_exit && !low) || chance(random, 0.03);
    if (failed)
        fail_guarantee(random, household);
}

static void draw_opinion(struct survey_random *random, struct demo_household *household, double mood)
{
    double own = mood + 0.6 * survey_random_normal(random) - (household->wrong_exit || household->missed ? 1.2 : 0) +
                 (is_exited(household) ? 0.2 : 0);
    for (int item = 0; item < 5; item++) {
        double latent = own + 0.7 * survey_random_normal(random) + 1.1;
        household->satisfaction[item] = latent > 1.3 ? 5 : latent > 0.3 ? 4 : latent > -0.7 ? 3 : latent > -1.5 ? 2 : 1;
        if (chance(random, 0.02))
            household->satisfaction[item] = 9;
    }
    double accept = own + 0.5 * survey_random_normal(random) + 1.6;
    household->rec_overall = chance(random, 0.015) ? "dk" : accept > 0.6 ? "yes" : accept > -0.2 ? "basic" : "no";
    household->rec_exit = accept + 0.2 > 0.6 ? "yes" : accept + 0.2 > -0.2 ? "basic" : "no";
    household->presence = chance(random, 0.95) ? "none" : "left";
    household->coached = chance(random, 0.96) ? "no" : "maybe";
}

static void draw_visit(struct survey_random *random, struct demo_household *household)
{
    static const char *const failures[] = {"r224", "r224", "r225", "r210", "r231", "r318", "r460"};
    household->responds = chance(random, household->stratum == DEMO_GEN ? 0.93 : 0.96);
    household->result = household->responds ? "r110" : pick(random, failures, 7);
}

static void fill_village(struct demo_population *population, size_t index, struct survey_random *random)
{
    struct demo_village *village = &population->villages[index];
    size_t county = village->county;
    bool poor = strcmp(village->type, "poor") == 0;
    double mood = models[county].mood + 0.25 * survey_random_normal(random);
    // A few villages carry most of the wrong exits: the clustering that a naive interval overlooks.
    double wrong = models[county].wrong_exit * (chance(random, 0.3) ? 2.5 : 0.36);
    for (size_t i = 0; i < village->count; i++) {
        struct demo_household *household = &population->households[village->first + i];
        survey_format_into(household->id, sizeof household->id, "%s%04zu", village->code, i + 1);
        household->village = index;
        struct survey_random own = survey_random_at(population->seed, "demo/household", household->id);
        household->stratum = draw_stratum(&own, poor);
        draw_people(&own, household);
        draw_living(&own, household);
        draw_hardship(&own, household, wrong, models[county].missed);
        draw_opinion(&own, household, mood);
        draw_visit(&own, household);
        village->unregistered += is_registered(household) ? 0 : household->size;
    }
}

struct demo_population *demo_population_new(struct survey_arena *arena, uint64_t seed, size_t sample)
{
    struct demo_population *population = survey_arena_alloc(arena, sizeof *population);
    size_t villages = 24 + sample / 60, most = 130; // villages a county, households a village
    population->seed = seed;
    population->county_count = COUNTIES;
    population->village_count = villages * COUNTIES;
    population->counties = survey_arena_array(arena, COUNTIES, sizeof *population->counties);
    population->villages = survey_arena_array(arena, population->village_count, sizeof *population->villages);
    population->households = survey_arena_array(arena, population->village_count * most, sizeof *population->households);
    for (size_t i = 0; i < population->village_count; i++) {
        struct demo_village *village = &population->villages[i];
        size_t county = i / villages, place = i % villages;
        population->counties[county] = (struct demo_county){models[county].code, models[county].name,
                                                            models[county].class_name, county * villages, villages};
        village->county = county;
        survey_format_into(village->code, sizeof village->code, "%s%03zu", models[county].code, 100 + place + 1);
        survey_format_into(village->township, sizeof village->township, "%s%02zu", models[county].code, 10 + place / 8);
        survey_format_into(village->name, sizeof village->name, "示例村%zu", place + 1);
        survey_format_into(village->township_name, sizeof village->township_name, "示例乡%zu", place / 8 + 1);
        struct survey_random random = survey_random_at(seed, "demo/village", village->code);
        village->type = chance(&random, 0.62) ? "poor" : chance(&random, 0.85) ? "nonpoor" : "relocation";
        village->latitude = 38.4 + 0.4 * survey_random_unit(&random);
        village->longitude = 114.2 + 1.2 * survey_random_unit(&random);
        village->first = population->household_count;
        village->count = (size_t)between(&random, 70, (int)most);
        population->household_count += village->count;
        fill_village(population, i, &random);
    }
    return population;
}

void demo_frame_write(const struct demo_population *population, struct survey_buffer *csv)
{
    survey_buffer_text(csv, "province_code,province,city_code,city,county_code,county,class,township_code,township,"
                            "village_code,village,village_type,village_households,village_unregistered_persons,"
                            "village_latitude,village_longitude,household_id,head_name,phone,hh_size,stratum\n");
    for (size_t i = 0; i < population->household_count; i++) {
        const struct demo_household *household = &population->households[i];
        const struct demo_village *village = &population->villages[household->village];
        const struct demo_county *county = &population->counties[village->county];
        survey_format(csv, "130000,河北省,130600,保定市,%s,%s,%s,%s,%s,%s,%s,%s,%zu,%d,%.5f,%.5f,", county->code,
                      county->name, county->class_name, village->township, village->township_name, village->code,
                      village->name, village->type, village->count, village->unregistered, village->latitude,
                      village->longitude);
        survey_format(csv, "%s,示例户主%zu,,%d,%s\n", household->id, i + 1, household->size,
                      demo_stratum_name(household->stratum));
    }
}

// Persons of a county by whether their household is in one of the strata of a mask.
static long persons(const struct demo_population *population, size_t county, unsigned strata)
{
    long sum = 0;
    for (size_t i = 0; i < population->household_count; i++) {
        const struct demo_household *household = &population->households[i];
        bool here = population->villages[household->village].county == county;
        sum += here && (strata >> household->stratum & 1) ? household->size : 0;
    }
    return sum;
}

enum { EXITED = 1u << DEMO_EXIT_CUR | 1u << DEMO_EXIT_PREV, UNREGISTERED = 1u << DEMO_KEY | 1u << DEMO_GEN };

void demo_admin_write(const struct demo_population *population, const char *round, struct survey_buffer *csv)
{
    static const struct {
        const char *name;
        double values[COUNTIES]; // 0: from the population
    } fixed[] = {{"persons_planned", {900, 700, 600}},   {"persons_exited_confirmed", {960, 715, 570}},
                 {"villages_planned", {12, 9, 6}},       {"villages_delisted", {12, 9, 5}},
                 {"growth_county", {10.9, 10.2, 9.1}},   {"growth_province", {9.0, 9.0, 9.0}},
                 {"given_score", {86, 84, 81}}};
    survey_buffer_text(csv, "unit,name,value,round,source,date\n");
    for (size_t county = 0; county < population->county_count; county++) {
        const char *code = population->counties[county].code;
        for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
            survey_format(csv, "%s,%s,%g,%s,示例数据,2016-12-31\n", code, fixed[i].name, fixed[i].values[county], round);
        const struct {
            const char *name;
            long value;
        } counted[] = {{"poor_remaining", persons(population, county, 1u << DEMO_POOR)},
                       {"exited_total", persons(population, county, EXITED)},
                       {"unregistered_total", persons(population, county, UNREGISTERED)},
                       {"rural_registered_population", persons(population, county, ~0u)}};
        for (size_t i = 0; i < sizeof counted / sizeof *counted; i++)
            survey_format(csv, "%s,%s,%ld,%s,示例数据,2016-12-31\n", code, counted[i].name, counted[i].value, round);
    }
}

const struct demo_household *demo_household_find(const struct demo_population *population, const char *id)
{
    size_t low = 0, high = population->household_count; // ids ascend
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(population->households[middle].id, id);
        if (order == 0)
            return &population->households[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
