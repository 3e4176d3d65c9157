// SPDX-License-Identifier: GPL-3.0-or-later
// Two versions of a form, compared by question name.
#pragma once

#include "survey/definition/form.h"

enum survey_change_kind {
    SURVEY_QUESTION_ADDED,
    SURVEY_QUESTION_REMOVED,
    SURVEY_TYPE_CHANGED,
    SURVEY_CHOICE_ADDED,
    SURVEY_CHOICE_REMOVED,
    SURVEY_LABEL_CHANGED,
};
const char *survey_change_name(enum survey_change_kind kind); // "question_added"

struct survey_change {
    enum survey_change_kind kind;
    const struct survey_item *before; // NULL where added
    const struct survey_item *after;  // NULL where removed
    const char *choice;               // of a choice added or removed
    // An added question that has the type and the label of a removed one: what it may have been called
    // before. An offer, no more.
    const struct survey_item *likely;
};

// The changes that matter to answers, in the order of the new version, then what was removed. The list
// lives in the arena; returns their number.
size_t survey_form_compare(const struct survey_form *before, const struct survey_form *after, struct survey_arena *arena,
                           struct survey_change **changes);
