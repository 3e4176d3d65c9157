// SPDX-License-Identifier: GPL-3.0-or-later
// Linear regression with errors that hold under unequal variances and within clusters. Private to
// stats.
//
// b = (X'WX)^-1 X'Wy, and with the rows scaled by the root of their weight, M = (X'X)^-1 and e = y
// - Xb:
//
//     V = c * M [ sum over clusters g of  X_g' A_g e_g e_g' A_g X_g ] M,   H_gg = X_g M X_g'
//
//     CR0    A = I                c = 1                                    Liang & Zeger 1986
//     CR1    A = I                c = G / (G - 1)
//     CR1S   A = I                c = G (N - 1) / ((G - 1) (N - p))        as Stata
//     CR2    A = (I - H)^-1/2     c = 1                                    Bell & McCaffrey 2002
//     CR3    A = (I - H)^-1       c = 1                                    near the jackknife
//
// HC0, HC1 (= CR1S), HC2, HC3 are the same with each row its own cluster (MacKinnon & White 1985).
// Where I - H is singular its root is the generalised inverse's (Pustejovsky & Tipton 2018). Under
// CR2 weights count as inverse variances.
#pragma once

#include "survey/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct survey_arena;

enum effect_vcov { EFFECT_CONST, EFFECT_CR0, EFFECT_CR1, EFFECT_CR1S, EFFECT_CR2, EFFECT_CR3 };

// Labels of clusters, 0 .. count - 1, each of which occurs.
struct effect_clusters {
    uint32_t *of_row; // n
    size_t count;
};

struct effect_regression {
    size_t n, p; // rows and columns, p >= 1
    const double *y;
    const double *const *x; // p columns of n; no value is missing
    const char *const *names;
    const double *weight;                   // > 0; NULL: all 1
    const struct effect_clusters *clusters; // NULL: each row is its own
    const struct effect_clusters *also,
        *crossed;    // two-way clustering: the second, and both crossed
    size_t absorbed; // constants that y and x were freed of before, for degrees of freedom
    enum effect_vcov vcov;
    // Set by the fit:
    double *beta;     // p
    double *variance; // p * p
    double *df; // p: Satterthwaite under CR*, of two-way clusters the fewer minus 1, else n - p -
                // absorbed
    double *residual; // n, y - Xb
};

// Fits into the arena. Faults: more columns than rows, columns that depend on each other (named),
// one cluster. The result does not depend on the order of rows.
bool effect_regress(struct effect_regression *regression, struct survey_arena *arena,
                    struct survey_error *error);
