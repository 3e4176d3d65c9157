// SPDX-License-Identifier: GPL-3.0-or-later
// The values of one indicator by response, on the way to its figures. Private to stats.
#pragma once

#include "stats/assess/assess.h"

struct stats_rows {
    const struct stats_plan *plan;
    const struct stats_indicator_plan *made;
    const struct stats_indicator *indicator;
    size_t index;
    struct stats_assessment *assessment;
    struct stats_dataset *dataset;
    struct survey_arena *arena; // of this indicator's work
    struct survey_error *error;
    size_t n;
    double *y, *x;      // numerator and denominator by row (y alone where x is 1); both NaN where missing
    int32_t *unit;      // assessed unit by row; -1
    uint8_t *inside;    // in the universe
    uint8_t *domain;    // of the figure at hand: inside, of the unit, with a value
    size_t dont_know, stray_cases, large_cases;
    double scale;
    const char *method;
    bool warned;
    double *village_sum;          // by unit, where den=village
    const char **village_missing; // by unit: why there is no sum
    struct stats_design design;   // of the rows, or of persons
    struct stats_prepared *prepared;
    bool by_person;     // the design below has one row a person
    size_t *person_row; // the response of each row of the design, where by_person
    double *person_y;
    uint8_t *person_domain;
};

// Finds the assessed unit of each row.
bool stats_rows_units(struct stats_rows *rows, struct survey_error *error);
// Sums the village column over the sampled villages of each unit, each counted once.
bool stats_rows_villages(struct stats_rows *rows, struct survey_error *error);
// Puts a unit's sum (unit -1: all) for the denominator; false where the figure was made missing.
bool stats_village_sum(const struct stats_rows *rows, int unit, struct stats_figure *figure);
// The design that estimates use: of the responses, or of the persons in them where shares of persons
// are asked for, since the exact interval of Korn and Graubard is one of ones and zeros.
bool stats_rows_prepare(struct stats_rows *rows, struct survey_error *error);
void stats_rows_release(struct stats_rows *rows);
// The weighted estimate over domain.
bool stats_rows_estimate(struct stats_rows *rows, struct stats_estimate *estimate, struct survey_error *error);
// The smallest value at which the (weighted) share of values not above it reaches p; over domain.
double stats_rows_quantile(const struct stats_rows *rows, bool weighted, double p);
