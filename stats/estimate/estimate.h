// SPDX-License-Identifier: GPL-3.0-or-later
// Design-based estimates by Taylor linearisation: totals, means, shares, ratios and domains. Formulas,
// references and conventions: docs/statistics.md.
#pragma once

#include "survey/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum stats_lonely {
    STATS_LONELY_FAIL,
    STATS_LONELY_REMOVE,
    STATS_LONELY_CERTAINTY,
    STATS_LONELY_ADJUST,
    STATS_LONELY_AVERAGE
};
const char *stats_lonely_name(enum stats_lonely lonely); // "fail"
bool stats_lonely_parse(const char *name, enum stats_lonely *lonely);

enum { STATS_STAGES = 4 };

struct stats_prepared;
struct stats_replicates;

// How the rows were sampled. Arrays have n entries and belong to the caller. All-zero members but n,
// weight, stages and confidence are fine.
struct stats_design {
    size_t n;
    const double *weight;    // > 0; 0 only for rows outside (kept as domain zeros)
    const uint32_t *stratum; // first stage; NULL: one stratum
    int stages;              // 1 .. STATS_STAGES
    const uint32_t
        *unit[STATS_STAGES]; // sampled unit at each stage; labels nested within the stage above and
                             // stratum; NULL: each row is its own
    const uint32_t *substratum[STATS_STAGES]; // strata of stage 2 and on; NULL: none
    const double
        *fpc[STATS_STAGES]; // population units in the stratum at that stage, or, where all are at most 1,
                            // sampling fractions; NULL: with replacement
    const double
        *chance[STATS_STAGES]; // of units drawn without replacement with unequal probabilities: each one's own at that
                               // stage, its fpc being INFINITY; 0 in strata of which fpc speaks; NULL: no such units
    enum stats_lonely lonely;
    bool lonely_domains; // a stratum with one PSU left in the domain is lonely too (R's adjust.domain.lonely)
    double confidence;   // 0.95
    double assumed_icc;  // floor under a share's design effect, 1 + (rows a PSU - 1) * icc; 0: none
    const char *const *stratum_names; // by stratum label, for messages; may be NULL
    const struct stats_prepared
        *prepared; // of this very design by stats_prepare(), saves time; NULL: made for each call
    const struct stats_replicates *replicates; // of that; NULL: Taylor linearisation
    bool satterthwaite; // degrees of freedom by Satterthwaite (satterthwaite.h, with assumed_icc), not PSUs - strata
};

// Checks the design and indexes its units. Weights that are negative or not finite, an fpc that varies
// within a stratum or is below the sample, are faults. The design must outlive it; the caller frees it.
bool stats_prepare(const struct stats_design *design, struct stats_prepared **prepared,
                   struct survey_error *error);
void stats_prepared_free(struct stats_prepared *prepared); // NULL is fine

// One figure and how sure it is. NaN never leaves un-named: where se is not known, known_se is false.
struct stats_estimate {
    double value;
    bool known_se;
    double se;        // 0 where not known
    double low, high; // interval at the design's confidence; equal to value where interval is "none"
    const char
        *interval; // "t", "korn-graubard", "upper limit" (nothing found), "lower limit" (everything found),
        // "woodruff", "census" (every unit was taken), "none" (no degrees of freedom, or all values equal)
    double df;          // PSUs - strata over the rows of the domain, or Satterthwaite's
    double deff;        // against SRS without replacement of N = sum of weights; NaN-free: 0 where unknown
    double effective;   // n / deff, or what the interval of a share rests on; 0 where unknown
    size_t base;        // rows in the domain with a value
    size_t missing;     // rows in the domain without one
    size_t found;       // rows with a value other than 0
    double sum_weights; // of the base
    bool lost;          // no interval: in some replicate nothing was left to estimate from
};

// y of n rows, NaN where missing; domain NULL (all) or 1 for rows inside. Rows outside, or with y
// missing, count as zeros for the variance (domain estimation). A domain without any value is a fault.
// Results are the same bits whatever the order of rows.
bool stats_total(const struct stats_design *design, const double *y, const uint8_t *domain,
                 struct stats_estimate *estimate, struct survey_error *error);
bool stats_mean(const struct stats_design *design, const double *y, const uint8_t *domain,
                struct stats_estimate *estimate, struct survey_error *error);
// y is 0 or 1; the interval is Korn and Graubard's (1998), one-sided at the same alpha where none or all were found.
bool stats_share(const struct stats_design *design, const double *y, const uint8_t *domain,
                 struct stats_estimate *estimate, struct survey_error *error);
// Where 0 <= numerator <= denominator in each row (persons among persons) and none or all were found, the
// interval is the one-sided limit of a share of rows.
bool stats_ratio(const struct stats_design *design, const double *numerator, const double *denominator,
                 const uint8_t *domain, struct stats_estimate *estimate, struct survey_error *error);
// The value below which a share p of the population lies, 0 < p < 1: the first whose cumulative weight reaches p.
// The interval is Woodruff's (1952), that of the share below the value turned back into values; by Korn and
// Graubard where the t interval of the share leaves 0 to 1. found counts values other than 0; deff is the share's.
bool stats_quantile(const struct stats_design *design, const double *y, const uint8_t *domain, double p,
                    struct stats_estimate *estimate, struct survey_error *error);
