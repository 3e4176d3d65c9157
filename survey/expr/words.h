// SPDX-License-Identifier: GPL-3.0-or-later
// Expressions for people: a condition in words, and the bounds that a constraint sets.
#pragma once

#include "survey/base/format.h"
#include "survey/expr/expr.h"

// How questions and choices are called in the language at hand.
struct survey_words {
    bool chinese;
    // "3" of a question that is printed, or NULL.
    const char *(*question)(void *user, const char *name);
    // The label of a choice of a question, or NULL.
    const char *(*choice)(void *user, const char *name, const char *value);
    // What a name that is no printed question calculates, or NULL. The hook may be NULL.
    const struct survey_expr *(*calculation)(void *user, const char *name);
    // Whether a question takes several choices, so that one "is among" them. NULL: every question does.
    bool (*several)(void *user, const char *name);
    void *user;
};

// Adds the condition in words ("3 is “No” and 5 is more than 2"). False where words fail; what was
// added then is to be dropped.
bool survey_expr_words(const struct survey_expr *expr, const struct survey_words *words, struct survey_buffer *text);

// The bounds that a constraint on "." sets by itself, from comparisons joined by and. bounds_of, where
// given, tells the bounds of another question ("not more than ${hh_size}"); false where it has none.
struct survey_bounds {
    bool has_low, has_high;
    double low, high;
    bool exact; // the constraint says nothing else
};
struct survey_bounds survey_expr_bounds(const struct survey_expr *expr,
                                        bool (*bounds_of)(void *user, const char *name, struct survey_bounds *bounds),
                                        void *user);
