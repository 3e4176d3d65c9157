// SPDX-License-Identifier: GPL-3.0-or-later
// Small areas: direct estimates and a regression share what they know (Fay & Herriot 1979; Rao &
// Molina 2015, ch. 6).
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum stats_area_method { STATS_AREA_REML, STATS_AREA_ML, STATS_AREA_FH };

// direct = x beta + u + e, u of variance A (estimated), e of the known variance. Areas without a
// direct estimate (NaN) get x beta.
struct stats_areas {
    size_t n, columns;      // areas, columns of x (with the intercept)
    const double *direct;   // NaN: none
    const double *variance; // above 0 where there is a direct estimate
    const double *x;        // n * columns, row-major
    enum stats_area_method method;
};

// estimate, mse and share have n entries of the caller's, beta and beta_se columns.
struct stats_areas_fit {
    double model_variance; // A; 0: the areas differ no more than their errors and x say
    double *beta, *beta_se;
    double *estimate,
        *mse;      // mse by Prasad & Rao (1990) and Datta & Lahiri (2000), as fits the method
    double *share; // A / (A + variance), the weight of the direct estimate; 0 where there is none
    double log_likelihood;
    int steps;
};

enum stats_area_fault { STATS_AREA_DONE, STATS_AREA_SINGULAR, STATS_AREA_NOT_CONVERGED };

// Fisher scoring (FH: the method of moments) until A moves by less than 1e-12 of itself, 200 steps
// at most. At least columns + 2 areas with a direct estimate.
enum stats_area_fault stats_areas_fit(const struct stats_areas *areas, struct stats_areas_fit *fit);
