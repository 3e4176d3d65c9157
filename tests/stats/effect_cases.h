// SPDX-License-Identifier: GPL-3.0-or-later
// Requests by which entries of golden-effect.json are computed, a list a family, ended by a NULL id.
#pragma once

#include <stddef.h>

// An entry may stand several times, each with its own request; all must agree. data paths are relative to the file.
struct effect_case {
    const char *id;
    const char *request; // JSON
    const char *fields;  // "est=est by_county.se=se": path in the reference = path in ours; "a.0" is an item
    double relative;     // 0: 1e-9
    double absolute;     // for counts that another random generator may move, such as ranks
    const char *by;      // "uCode=names": lists are in the order of these names; NULL: in the same order
    double scale;        // ours times so many is the reference's, such as 100 for percents; 0: 1
};

extern const struct effect_case effect_poverty_cases[];
extern const struct effect_case effect_composite_cases[];
extern const struct effect_case effect_effect_cases[];
extern const struct effect_case effect_scale_cases[];
