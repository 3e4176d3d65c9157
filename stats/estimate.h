// SPDX-License-Identifier: GPL-3.0-or-later
// Design-based estimates by Taylor linearisation: totals, means, shares, ratios and domains.
#pragma once

#include "survey/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum stats_lonely { STATS_LONELY_FAIL, STATS_LONELY_REMOVE, STATS_LONELY_CERTAINTY, STATS_LONELY_ADJUST, STATS_LONELY_AVERAGE };

enum { STATS_STAGES = 4 };

// How the rows were sampled. Arrays have n entries and belong to the caller.
struct stats_design {
    size_t n;
    const double *weight;          // > 0; 0 only for rows outside (kept as domain zeros)
    const uint32_t *stratum;       // first stage; NULL: one stratum
    int stages;                    // 1 .. STATS_STAGES
    const uint32_t *unit[STATS_STAGES]; // sampled unit at each stage; labels nested within the stage above and stratum
    const uint32_t *substratum[STATS_STAGES]; // strata of stage 2 and on; NULL: none
    const double *fpc[STATS_STAGES]; // population units in the stratum at that stage; NULL: with replacement
    enum stats_lonely lonely;
    double confidence;             // 0.95
};

// One figure and how sure it is. NaN never leaves un-named: where se is not known, known_se is false.
struct stats_estimate {
    double value;
    bool known_se;
    double se;
    double low, high;  // interval at the design's confidence
    const char *interval; // "t", "korn-graubard", "upper limit" (nothing or everything found), "none"
    double df;         // PSUs - strata over the rows of the domain
    double deff;       // against SRS without replacement of N = sum of weights; NaN-free: 0 where unknown
    double effective;  // n / deff
    size_t base;       // rows in the domain with a value
    size_t found;      // rows with a value other than 0
    double sum_weights;
};

// y of n rows, NaN where missing; domain NULL (all) or 1 for rows inside. Rows outside, or with y
// missing, count as zeros for the variance (domain estimation).
bool stats_total(const struct stats_design *design, const double *y, const uint8_t *domain,
                 struct stats_estimate *estimate, struct survey_error *error);
bool stats_mean(const struct stats_design *design, const double *y, const uint8_t *domain,
                struct stats_estimate *estimate, struct survey_error *error);
// y is 0 or 1; the interval is Korn and Graubard's (1998), one-sided at the same alpha where none or all were found.
bool stats_share(const struct stats_design *design, const double *y, const uint8_t *domain,
                 struct stats_estimate *estimate, struct survey_error *error);
bool stats_ratio(const struct stats_design *design, const double *numerator, const double *denominator,
                 const uint8_t *domain, struct stats_estimate *estimate, struct survey_error *error);
