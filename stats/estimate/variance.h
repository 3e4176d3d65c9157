// SPDX-License-Identifier: GPL-3.0-or-later
// The variance of totals of linearised scores under a design: what every estimator rests on. Private to stats.
#pragma once

#include "stats/estimate/estimate.h"

#include <string.h>

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
    double *population;        // by stratum; INFINITY with replacement, and where units have chances
    double *chance;            // by unit: its probability where they are unequal, else 0; NULL: nowhere
    double *left;              // by stratum: 1 - sampled / population; the mean of 1 - chance where units have chances
    double *share;             // by stratum: the product over the stages above of sampled / population, or of the chance
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

// Variance and covariance of the totals of columns of scores into variance (columns * columns, row-major).
// scores[c][i] (weights in it) is that of row[i], i < count: the rows that are in the domain and have a value;
// all others are zeros. *census (may be NULL) says that every stratum with such rows was taken whole at each stage.
// Recursion over stages: Saerndal, Swensson & Wretman 1992, result 4.3.1; ultimate clusters where the
// first stage is with replacement; Brewer's (2002) approximation where units have chances.
bool stats_variance(const struct stats_prepared *prepared, const double *const *scores, size_t columns,
                    const uint32_t *row, size_t count, double *variance, bool *census,
                    struct survey_error *error);

// The first row from row on that is inside the domain (NULL: all are); n where there is none. Eight at a time.
static inline size_t stats_next_inside(const uint8_t *domain, size_t row, size_t n)
{
    uint64_t eight = 0;
    if (!domain)
        return row;
    while (row < n && !domain[row]) {
        row++;
        while (row + sizeof eight <= n && (memcpy(&eight, domain + row, sizeof eight), eight == 0))
            row += sizeof eight;
    }
    return row;
}

// PSUs, strata and rows among the rows of a domain (NULL: all) with a weight above 0.
struct stats_extent {
    size_t rows, units, strata;
};
struct stats_extent stats_extent(const struct stats_prepared *prepared, const uint8_t *domain);
