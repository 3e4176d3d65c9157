// SPDX-License-Identifier: GPL-3.0-or-later
// How far two reviewers agree who decided the same marks without seeing each other's decision, and how often the first
// of them confirmed what the program had read.
#pragma once

#include "forms/scan/review.h"

// One mark that two decided; the last decision of each turn.
struct review_pair {
    const char *mark, *form, *question; // the question without its place in a repeat
    const char *who[2], *value[2];      // first, second; value NULL: cannot be told
    bool coded;                         // has categories: anything but free writing
    bool same;
    const char *third, *settled;        // who settled the difference, NULL where nobody; and as what
};

// Agreement of a group of pairs. The share is same / n with its 95 % Wilson interval (Wilson 1927). Cohen's kappa
// (Cohen 1960) over the coded pairs is (o - e) / (1 - e), o their share of equal decisions, e the share that would be equal by
// chance: the sum over categories of the product of both reviewers' shares of it, within a question. Over several questions
// o and e are means weighted by the questions' pairs (the pooled kappa of De Vries et al. 2008). It has no value where
// nothing could differ: without coded pairs, or where e is 1.
struct review_agreement {
    const char *form, *question; // "" over all questions
    const char *who[2];          // "" over all reviewers; else in the order of their names
    size_t n, same;
    double share, low, high;
    bool has_kappa;
    size_t coded;
    double kappa;
};

struct review_confirmed {
    const char *form, *question, *why;
    size_t n, same; // marks with a reading that a person decided first; those of them decided as read
    double share, low, high;
};

struct review_agreements {
    struct review_pair *pairs; // by form, question and id
    size_t pair_count;
    struct review_agreement *questions, *reviewers, all; // first against second; reviewers: by pair of names
    size_t question_count, reviewer_count;
    struct review_confirmed *confirmed;
    size_t confirmed_count;
};
// Everything in the arena. A file of before double review has none.
bool review_agreements_read(struct survey_store *store, struct survey_arena *arena, struct review_agreements *agreements,
                            struct survey_error *error);

// The 95 % interval of a share of n (above 0) by Wilson's score.
void review_wilson(size_t same, size_t n, double *low, double *high);
