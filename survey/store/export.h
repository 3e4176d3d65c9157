// SPDX-License-Identifier: GPL-3.0-or-later
// Answers with codes and labels as CSV, in two lists that never meet: one with the household's id and
// no opinions, one with opinions and nobody's id.
#pragma once

#include "survey/store/store.h"

struct survey_export {
    const char *form;     // form_id; NULL: the main form
    const char *language; // NULL: the form's default
    bool opinions;        // the second list
    bool evaluators;      // restricted and pii columns too
    bool all;             // duplicate, superseded and rejected responses too
};

// The list of the form (repeat NULL) or of one of its repeats.
bool survey_export_csv(struct survey_store *store, const struct survey_export *export, const char *repeat,
                       const struct survey_actor *actor, struct survey_buffer *csv, struct survey_error *error);
// The index-th repeat (of any version) of the form: its column name, or NULL behind the last. In the
// arena.
struct survey_arena;
const char *survey_export_repeat(struct survey_store *store, const struct survey_export *export, size_t index,
                                 struct survey_arena *arena, struct survey_error *error);
