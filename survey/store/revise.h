// SPDX-License-Identifier: GPL-3.0-or-later
// A new version of a form in an evaluation that has answers already: what it means for them, said before
// anything changes.
#pragma once

#include "survey/store/store.h"

// Compares form with the current version of its form_id. Each change goes to report: a fault (E6..) where
// answers would no longer mean what they say (a type that does not hold them, a choice that was
// taken out and has been chosen), else a warning or note. Returns false with error where something failed.
bool survey_revise_check(struct survey_store *store, const struct survey_form *form, struct survey_report *report,
                         struct survey_error *error);

// Takes the new version in, within a transaction. renames holds "OLD=NEW" texts, count of them: the answers
// to OLD also stand in the column NEW from now on, those of earlier versions too.
bool survey_revise(struct survey_store *store, const struct survey_form *form, const char *const *renames, size_t count,
                   const struct survey_actor *actor, struct survey_error *error);
