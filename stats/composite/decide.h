// SPDX-License-Identifier: GPL-3.0-or-later
// Entropy weights, and closeness to the ideal. Columns of n units, one a criterion.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// Shannon's entropy of each criterion scaled to 0 .. 1 by its extremes (turned where lower is
// better), p = z / sum z, 0 ln 0 = 0, over ln n; the weights are 1 - e over their sum. False where
// a criterion has one value for all: *bad is that one; or where all entropies are 1, *bad = count.
bool stats_entropy(double *const *columns, const bool *lower, size_t count, size_t n,
                   double *entropy, double *weight, size_t *bad);
// TOPSIS (Hwang & Yoon 1981): columns over the root of their sum of squares, times the weights; d+
// and d- are the distances to the best and the worst value of each; closeness d- / (d+ + d-). False
// where a criterion is 0 for all: *bad is that one; or where all units are equal, *bad = count.
bool stats_topsis(double *const *columns, const bool *lower, const double *weight, size_t count,
                  size_t n, double *closeness, size_t *bad);
