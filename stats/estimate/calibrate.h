// SPDX-License-Identifier: GPL-3.0-or-later
// Calibration of weights to known totals of columns (Deville & Saerndal 1992). Private to stats.
#pragma once

#include "survey/base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum { STATS_CALIBRATION_MOST = 400 };
enum stats_distance { STATS_LINEAR, STATS_RAKING, STATS_LOGIT };

// Rows of weights and columns of what is known. The factor g of a row, new weight over old, is with u = x' lambda
//     linear   1 + u                  cut to lower .. upper where bounded
//     raking   exp(u)                 likewise
//     logit    (L (U - 1) + U (1 - L) e) / (U - 1 + (1 - L) e),  e = exp(u (U - L) / ((U - 1) (1 - L)))
struct stats_calibration {
    size_t n, count;        // rows; columns, at most STATS_CALIBRATION_MOST
    const double *const *x; // by column, n values each
    const char *const *names;
    const double *totals; // by column
    enum stats_distance distance;
    bool bounded;        // logit: always
    double lower, upper; // of g: below and above 1
};

// Factors of the rows (1 where the weight is 0) by Newton's method with halved steps, until each total is met to
// 1e-13 or numbers go no nearer. A column that follows from those before it is left out where its total follows
// too. Errors name the column: no row has it, its total contradicts the others', it stays off by more than 1e-8.
bool stats_calibrate(const struct stats_calibration *of, const double *weight, double *factor,
                     struct survey_error *error);
