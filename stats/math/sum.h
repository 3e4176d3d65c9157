// SPDX-License-Identifier: GPL-3.0-or-later
// Sums that do not depend on the order of their terms, so that a figure has the same bits whatever the
// order of rows or the number of threads. Each term is cut into slices on fixed grids whose sums are exact
// (Rump, Ogita & Oishi 2008; Demmel & Nguyen 2015): three slices of at least 52 - log2(2n) bits each.
#pragma once

#include <stddef.h>
#include <stdint.h>

// The sum of n terms, to about the last bit. Not finite where a term is not finite.
double stats_sum(const double *x, size_t n);
// The same for terms x[i] of group[i] < groups, into sums (groups entries).
void stats_group_sums(const double *x, const uint32_t *group, size_t n, size_t groups, double *sums);
