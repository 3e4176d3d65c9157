// SPDX-License-Identifier: GPL-3.0-or-later
// The change of a mean or total between two rounds whose samples overlap in part, in full or not at
// all. Private to stats.
//
// d = t2 - t1,  V(d) = V1 + V2 - 2 C. V1 and V2 are those of each round under its own sample. C
// comes from the PSUs of both rounds, by the totals z1, z2 of their scores (Kish 1965, 12.4; Tam
// 1984):
//
//     C = sum over strata of  (1 - f) n_c / (n_c - 1) sum (z1 - mean)(z2 - mean),   f = n_1 n_2 /
//     (n_c N)
//
// with n_c PSUs in both rounds, n_1 and n_2 in each; f = 0 without population sizes. Where both
// rounds have the same PSUs that is the variance of the paired change.
#pragma once

#include "stats/estimate/variance.h"

struct survey_arena;

// The rows of both rounds under labels of strata and units that are the same in both; a NULL
// unit[0] means that no unit is known to be in both.
struct effect_rounds {
    const struct stats_design *design;
    const uint8_t *round; // by row: 1, 2; 0 neither
};

struct effect_change {
    double value[2], variance[2], covariance; // of both rounds
    bool constant[2];      // all values of the round are equal, which shows no variance
    double change, se, df; // df: PSUs of either round, minus strata
    bool without;          // the covariance from few PSUs made V(d) negative and was left out
};

struct effect_overlap {
    size_t psus[4]; // 1: of the first round alone, 2: of the second alone, 3: of both
    size_t lone;    // strata with one PSU in both, which show no covariance
};

struct effect_changes; // rounds that are prepared
bool effect_changes_open(const struct effect_rounds *rounds, struct survey_arena *arena,
                         struct effect_changes **changes, struct survey_error *error);
void effect_changes_close(struct effect_changes *changes); // NULL is fine
const struct effect_overlap *effect_changes_overlap(const struct effect_changes *changes);
// Of the rows that are kept (all have a y), which must be there in both rounds.
bool effect_change_of(struct effect_changes *changes, const double *y, const uint8_t *kept,
                      bool total, struct effect_change *change, struct survey_error *error);
