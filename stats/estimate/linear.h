// SPDX-License-Identifier: GPL-3.0-or-later
// Linearised scores: the column whose total has, to first order, the variance of an estimator
// (Woodruff 1971; Deville 1999). Private to stats.
#pragma once

#include "stats/estimate/variance.h"

// What was estimated from which rows; row and score have base entries and live in the arena.
struct stats_linear {
    double value;
    uint32_t *row; // rows of the domain with a weight and a value, in their order
    double *score; // weight * influence
    double *fraction; // of a design with replicates or satterthwaite: each row's part of the denominator; NULL of totals
    double
        simple; // variance of the same estimator under simple random sampling without replacement; 0 unknown
    size_t base, missing, found;
    size_t counted; // rows of the base; of a ratio, those with a denominator other than 0
    double sum_weights;
    bool constant; // every value is the same
    bool part;     // a ratio in which 0 <= numerator <= denominator in each row
    bool full;     // numerator equals denominator in each row
};

bool stats_linear_total(const struct stats_design *design, const double *y, const uint8_t *domain,
                        struct survey_arena *arena, struct stats_linear *linear, struct survey_error *error);
bool stats_linear_mean(const struct stats_design *design, const double *y, const uint8_t *domain,
                       struct survey_arena *arena, struct stats_linear *linear, struct survey_error *error);
bool stats_linear_ratio(const struct stats_design *design, const double *numerator, const double *denominator,
                        const uint8_t *domain, struct survey_arena *arena, struct stats_linear *linear,
                        struct survey_error *error);
