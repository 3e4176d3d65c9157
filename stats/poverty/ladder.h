// SPDX-License-Identifier: GPL-3.0-or-later
// Incomes in ascending order, ties as one step, with what lies below each: what poverty and
// inequality measures are made of.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Steps are distinct incomes. Sums over the rows of a step do not depend on the order of rows.
struct stats_ladder {
    size_t n;          // rows: those kept, with a weight above 0
    uint32_t *row;     // n; ascending income, ties in the order of their rows
    uint32_t *step;    // n; of row[i]
    size_t steps;      // distinct incomes
    double *x;         // steps; the income
    double *weight;    // steps; of the rows at it
    double *below;     // steps; weight of all lower incomes
    double *sum_below; // steps; weighted income of all lower incomes
    double sum;        // of weights, N
    double total;      // of weighted incomes, T
};

// income of rows, NaN only where kept is 0; n is 0 where nothing is kept. The memory is the
// caller's, to free below.
void stats_ladder_make(const double *income, const double *weight, const uint8_t *kept, size_t rows,
                       struct stats_ladder *ladder);
void stats_ladder_free(struct stats_ladder *ladder);
// The step of the income that the share p does not pass: the first whose cumulative weight reaches
// p of the sum (equal but for rounding counts as equal). n at least 1.
size_t stats_ladder_quantile(const struct stats_ladder *ladder, double p);
// The bandwidth of the densities below: s N^(-1/5), s the standard deviation, N the sum of weights
// (Osier 2009).
double stats_ladder_bandwidth(const struct stats_ladder *ladder);
// The density of incomes at a value by a normal kernel; with total, that of the weighted total of
// incomes.
double stats_ladder_density(const struct stats_ladder *ladder, double at, double bandwidth,
                            bool total);
