// SPDX-License-Identifier: GPL-3.0-or-later
// What merge.c and merge_table.c share: the tables that are taken over by plain statements.
#pragma once

#include "survey/store/merge.h"

struct merge_step {
    const char *thing;     // as the table conflict names it
    const char *conflicts; // SELECT subject, ours, theirs; NULL where there can be none
    const char *insert;    // NULL: only conflicts
    size_t counts;         // offset in struct survey_merged of what insert adds; 0: not counted
};

// In an order that satisfies the references.
extern const struct merge_step merge_steps[];
extern const size_t merge_step_count;
