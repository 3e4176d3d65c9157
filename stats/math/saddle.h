// SPDX-License-Identifier: GPL-3.0-or-later
// Tails of weighted sums of chi-squared variables by the saddlepoint (Kuonen 1999; Lumley & Scott 2014).
// Private to stats.
#pragma once

#include <stddef.h>

// P(sum a_i X_i > x * Y / ddf), X_i chi-squared with 1 and Y with ddf degrees of freedom. By Satterthwaite's
// F where the saddlepoint fails (x near the mean).
double stats_sum_f_tail(double x, const double *a, size_t count, double ddf);
