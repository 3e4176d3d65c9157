// SPDX-License-Identifier: GPL-3.0-or-later
// Weights from comparisons by pairs: the analytic hierarchy process (Saaty 1980).
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { STATS_AHP_MOST = 15 }; // Saaty's random indices go so far

struct stats_ahp {
    double weight[STATS_AHP_MOST]; // principal eigenvector, sum 1
    double
        geometric[STATS_AHP_MOST]; // geometric means of the rows, sum 1 (Crawford & Williams 1985)
    double lambda;                 // the largest eigenvalue
    double index, ratio;           // CI = (lambda - n) / (n - 1); CR = CI / RI, 0 for n below 3
    size_t row, column;            // the comparison farthest from the weights, row < column
    double implied;                // what the weights say of it: weight[row] / weight[column]
};

// matrix of n * n (1 to STATS_AHP_MOST), positive, reciprocal within 1e-6: matrix[i, j] says how
// many times as important i is as j. False where the eigenvector is not found.
bool stats_ahp(const double *matrix, size_t n, struct stats_ahp *ahp);
