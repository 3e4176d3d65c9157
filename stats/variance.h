// SPDX-License-Identifier: GPL-3.0-or-later
// The variance of totals of linearised scores under a design: what every estimator rests on. Private to stats.
#pragma once

#include "stats/estimate.h"

struct survey_arena;

// One stage of sampling, indexed densely from 0.
struct stats_stage {
    size_t strata;
    size_t units;
    uint32_t *unit_of_row;     // n
    uint32_t *stratum_of_unit; // units
    uint32_t *parent;          // by stratum: its unit of the stage above; 0 at stage 1
    uint32_t *label;           // by stratum, as in the design
    uint32_t *sampled;         // by stratum: units in the sample, whatever the domain
    double *population;        // by stratum; INFINITY with replacement
    double *share;             // by stratum: the product of sampled / population of the stages above
};

struct stats_prepared {
    const struct stats_design *design;
    struct survey_arena *arena;
    int stages; // that add to the variance: the last is the first one with replacement
    struct stats_stage stage[STATS_STAGES];
};

// The design's own prepared form, or one made here, then in *made too, for the caller to free.
bool stats_prepared_get(const struct stats_design *design, const struct stats_prepared **prepared,
                        struct stats_prepared **made, struct survey_error *error);

// Variance and covariance of the totals of columns scores[c] (n entries each; they hold the weights; 0 for
// rows not kept) into variance (columns * columns, row-major). kept says which rows are in the domain and
// have a value. *census (may be NULL) says that every stratum with kept rows was taken whole at each stage.
// Recursion over stages: Saerndal, Swensson & Wretman 1992, result 4.3.1; ultimate clusters where the
// first stage is with replacement.
bool stats_variance(const struct stats_prepared *prepared, const double *const *scores, size_t columns,
                    const uint8_t *kept, double *variance, bool *census, struct survey_error *error);

// PSUs, strata and rows among the rows of a domain (NULL: all) with a weight above 0.
struct stats_extent {
    size_t rows, units, strata;
};
struct stats_extent stats_extent(const struct stats_prepared *prepared, const uint8_t *domain);
