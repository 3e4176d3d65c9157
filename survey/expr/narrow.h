// SPDX-License-Identifier: GPL-3.0-or-later
// What comparisons with constants leave of one answer; private to survey/expr.
#pragma once

#include "survey/expr/engine.h"
#include "survey/expr/possible.h"

// What of an answer is compared.
enum narrow_aspect {
    NARROW_VALUE,
    NARROW_LENGTH, // string-length()
    NARROW_COUNT,  // count-selected()
    NARROW_MEMBER, // selected()
};

struct narrow_atom {
    const struct survey_domain *domain;
    enum narrow_aspect aspect;
    enum token operator; // the answer stands at its left
    struct survey_value constant;
    bool wanted;
    const struct narrow_atom *next;
};

struct narrowing {
    struct survey_arena *arena;
    const struct survey_reasoning *reasoning;
    struct survey_expr_env env;
    struct evaluation evaluation;
    uint64_t steps;
};

void narrow_begin(struct narrowing *narrowing, struct survey_arena *arena, const struct survey_reasoning *reasoning,
                  struct survey_error *error);
// The truth of an expression that no answer is part of; false where there is an answer in it.
bool narrow_constant(struct narrowing *narrowing, const struct survey_expr *expr, bool *truth);
// The comparison that a claim makes; false where it is no comparison of one answer with a constant.
bool narrow_atom_of(struct narrowing *narrowing, const struct survey_claim *claim, struct narrow_atom *atom);
struct narrow_atom narrow_answered(const struct survey_domain *domain);
// Can some answer, blank included (or blank), meet all the atoms on domain?
bool narrow_possible(struct narrowing *narrowing, const struct survey_domain *domain, const struct narrow_atom *atoms);
bool narrow_blank_possible(struct narrowing *narrowing, const struct survey_domain *domain, const struct narrow_atom *atoms);
