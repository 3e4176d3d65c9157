// SPDX-License-Identifier: GPL-3.0-or-later
// Ranks of estimated scores with confidence sets that hold near ties (Mogstad, Romano, Shaikh &
// Wilhelm 2024), and the percentiles of simulated ranks beside them (Goldstein & Spiegelhalter
// 1996), which do not.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Most units squared times draws: some seconds of work.
#define STATS_RANKS_MOST 1e9

struct stats_ranks_question {
    size_t n;
    const double *score;      // finite
    const double *se;         // at least 0; not used where there is a covariance
    const double *covariance; // n * n; NULL: the scores are independent
    const char *const *names; // distinct: a unit's random numbers are addressed by its name
    bool low_is_best;
    double coverage; // 0.95
    size_t draws;    // 10000
    uint64_t seed;
};

// Rank 1 is the best; ties share the better rank. A set is low .. high.
struct stats_rank_set {
    size_t rank;
    size_t low, high;         // holds this unit's true rank with the coverage
    size_t all_low, all_high; // hold the true ranks of all units at once
    size_t gs_low, gs_median, gs_high;
};

// Unit a is surely better than b where score a - score b > c * se of the difference; c is the
// coverage quantile over the draws of the largest studentised difference among those not yet sure,
// step by step (Romano & Wolf 2005); a unit's set is counted from those surely better and surely
// worse. For one unit only its own differences are taken, for all at once all. The same bits for
// the same seed, whatever the order of units (but with a covariance). False where a covariance is
// not positive definite.
bool stats_ranks(const struct stats_ranks_question *question, struct stats_rank_set *sets);
