// SPDX-License-Identifier: GPL-3.0-or-later
// Degrees of freedom of a variance estimate from few or uneven PSUs. Private to stats.
#pragma once

#include "stats/estimate/variance.h"

// Satterthwaite's (1946) degrees of freedom of the variance of a total, mean or ratio: 2 E(V)^2 / Var(V), where the
// values have equal variances and, within PSUs, the correlation icc (Bell & McCaffrey 2002). V = z' A z is the first
// stage's quadratic form of the scores z = w (y - R x) / X over the rows (count of them); fraction[i] = w x / X is a
// row's part of the denominator (NULL: a total). Where units have chances the mean of 1 - chance stands for each. The result is sum of eigenvalues squared over sum of squared
// eigenvalues, at most PSUs - strata, reached by equal PSUs of equal strata; 0 where no stratum shows a variance.
double stats_satterthwaite(const struct stats_prepared *prepared, const uint32_t *row, size_t count,
                           const double *fraction, double icc);
