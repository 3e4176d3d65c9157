// SPDX-License-Identifier: GPL-3.0-or-later
// Sums that do not depend on the order of their terms.
#include "stats/math/sum.h"

#include "survey/base/arena.h"

#include <math.h>
#include <stdlib.h>

enum { SLICES = 3 };

// Adding and taking away anchor[k] rounds a term to a multiple of that anchor's last bit.
struct grid {
    double anchor[SLICES];
};

// Anchors for n terms of at most the given size: a slice's sum stays within 53 bits of its grid.
static struct grid grid_of(double largest, size_t n)
{
    struct grid grid;
    int exponent, bits;
    frexp(largest, &exponent); // largest < 2^exponent
    frexp((double)n, &bits);   // n < 2^bits
    for (int slice = 0; slice < SLICES; slice++) {
        grid.anchor[slice] = ldexp(1.5, exponent + bits + 1);
        exponent += bits + 1 - 53; // what is left of a term is at most half a step of the grid
    }
    return grid;
}

static double largest_of(const double *x, size_t n)
{
    double largest = 0;
    for (size_t i = 0; i < n; i++) {
        double size = fabs(x[i]);
        if (!(size <= largest)) // also for NaN, which then stays
            largest = size;
        if (!isfinite(largest))
            return largest;
    }
    return largest;
}

double stats_sum(const double *x, size_t n)
{
    double largest = largest_of(x, n);
    if (largest == 0 || !isfinite(largest))
        return largest;
    struct grid grid = grid_of(largest, n);
    double first = 0, second = 0, third = 0;
    for (size_t i = 0; i < n; i++) {
        double term = x[i];
        double slice = (term + grid.anchor[0]) - grid.anchor[0];
        first += slice;
        term -= slice;
        slice = (term + grid.anchor[1]) - grid.anchor[1];
        second += slice;
        term -= slice;
        third += (term + grid.anchor[2]) - grid.anchor[2];
    }
    return first + (second + third);
}

void stats_group_sums(const double *x, const uint32_t *group, size_t n, size_t groups, double *sums)
{
    double largest = largest_of(x, n);
    if (largest == 0 || !isfinite(largest)) {
        for (size_t i = 0; i < groups; i++)
            sums[i] = largest;
        return;
    }
    struct grid grid = grid_of(largest, n);
    double *slices = survey_realloc(NULL, groups, SLICES * sizeof *slices);
    for (size_t i = 0; i < groups * SLICES; i++)
        slices[i] = 0;
    for (size_t i = 0; i < n; i++) {
        double *sum = &slices[(size_t)group[i] * SLICES], term = x[i];
        for (int k = 0; k < SLICES; k++) {
            double slice = (term + grid.anchor[k]) - grid.anchor[k];
            sum[k] += slice;
            term -= slice;
        }
    }
    for (size_t i = 0; i < groups; i++)
        sums[i] = slices[i * SLICES] + (slices[i * SLICES + 1] + slices[i * SLICES + 2]);
    free(slices);
}
