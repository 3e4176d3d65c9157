// SPDX-License-Identifier: GPL-3.0-or-later
// Matching: which controls stand for which treated rows. Private to stats/effect.
#pragma once

#include "stats/effect/weighing.h"

enum effect_order { EFFECT_LARGEST, EFFECT_SMALLEST, EFFECT_DATA };

struct effect_pairs {
    size_t count, room;
    struct effect_pair {
        uint32_t treated, control;
    } * at;
};

struct effect_matching {
    const struct effect *effect;
    const double *place; // n: the score or its logit, by which rows stand in a line
    const double *const
        *whitened; // dimensions of n in which squared distances are Mahalanobis's; NULL: by place
    size_t dimensions;
    const struct effect_clusters *cells; // only rows of one cell can be matched
    const uint8_t *left_out;             // n: treated rows beyond the common support; NULL: none
    size_t ratio;
    bool replace, ties, below;
    enum effect_order order;
    double caliper;   // in units of place; INFINITY: none
    double tolerance; // of ties, in units of squared distance
    struct effect_pairs pairs;
};

// Pairs each treated row with the nearest controls, ratio of them where there are so many.
// Distances are those of place, in n log n, or of the whitened columns. Where two controls are
// equally near the one with the lower place wins, then (by Mahalanobis's distance at once) the
// earlier row; with ties (and replacement) all that are as near as the last one count. Without
// replacement each treated row takes its first control before any takes a second.
bool effect_match(struct effect_matching *matching, struct survey_error *error);
void effect_match_free(struct effect_matching *matching);
