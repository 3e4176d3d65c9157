// SPDX-License-Identifier: GPL-3.0-or-later
// Forms in the evaluation file: added within a transaction, every version kept.
#pragma once

#include "survey/store/store.h"

// Adds a form (a new version takes the place of the current one of its name) and makes or widens its
// answer tables. position 1 is the main form; 0 keeps the position of the version before it, or
// takes the next. A version that is there with other content is a fault.
bool survey_store_add_form(struct survey_store *store, const struct survey_form *form, int64_t position,
                           const struct survey_actor *actor, struct survey_error *error);
// NAME.private of NAME.assay; the caller frees it.
char *survey_private_path(const char *path);
