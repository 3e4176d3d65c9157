// SPDX-License-Identifier: GPL-3.0-or-later
// Can a condition ever be true? Reasoning over sets of choices and intervals of numbers, for checks of
// a questionnaire. It only ever errs on the side of "it can".
#pragma once

#include "survey/expr/expr.h"

// What the answer to one question can be, beside blank.
enum survey_domain_kind {
    SURVEY_DOMAIN_ANY,     // any text
    SURVEY_DOMAIN_NUMBER,  // a number from low to high
    SURVEY_DOMAIN_CHOICE,  // one of names
    SURVEY_DOMAIN_CHOICES, // one or more of names
};

// One a question: two names that give the same domain (its address) mean the same answer.
struct survey_domain {
    enum survey_domain_kind kind;
    bool whole; // only whole numbers (days, for any text)
    double low, high;
    const char *const *names;
    size_t count;
};

// That expr, standing in scope, is (wanted) true or false. Without expr: that domain is answered.
struct survey_claim {
    const struct survey_expr *expr;
    const struct survey_domain *domain;
    bool wanted;
    const void *scope;
};

struct survey_reasoning {
    // What ${name} (or "." ) means in scope; NULL where it can't be said (answers of many repeats).
    const struct survey_domain *(*domain)(void *user, const void *scope, const char *name);
    // What must be true for domain to be answered at all, at most `most` claims; may be NULL.
    size_t (*needs)(void *user, const struct survey_domain *domain, struct survey_claim *claims, size_t most);
    void *user;
};

// False where no answers at all make every claim hold; *clash (may be NULL) is then the answer on
// which they exclude one another in the first attempt, or NULL where no answer is concerned.
bool survey_expr_possible(const struct survey_reasoning *reasoning, const struct survey_claim *claims, size_t count,
                          const struct survey_domain **clash);

// Visits each comparison of an answer with a fixed text or number (equal, not equal, selected()).
// type: "=", "!=", "<" ..., "selected"; text is the constant's. at is its place in the expression.
struct survey_comparison {
    const char *name; // of the question; "." for itself
    const char *type;
    const char *text;
    bool number; // the constant is a number
    size_t at;
};
void survey_expr_each_comparison(const struct survey_expr *expr,
                                 void (*visit)(void *user, const struct survey_comparison *comparison), void *user);

// True where the expression names a question, "." or a path: what it says depends on an answer.
bool survey_expr_depends(const struct survey_expr *expr);
