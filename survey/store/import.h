// SPDX-License-Identifier: GPL-3.0-or-later
// Responses from files: a CSV with one row a response, and submissions of ODK.
#pragma once

#include "survey/store/store.h"

struct survey_import {
    const char *form;    // form_id; NULL: the main form
    const char *channel; // import, paper, phone
    bool partial;        // take the good rows, leave the others
};

struct survey_imported {
    size_t added, again, duplicate, refused;
    size_t violations; // answers of those added that break a rule of the questionnaire
    // What was left out, as CSV: each row as it stood with its reason, or each file.
    struct survey_buffer refusals;
};

// Within a transaction. Faults go to report with their line; where there are any and partial is not
// asked for, the caller rolls back. False with error only where the file cannot be read at all.
bool survey_import_csv(struct survey_store *store, const char *path, const struct survey_import *import,
                       const struct survey_actor *actor, struct survey_report *report,
                       struct survey_imported *imported, struct survey_error *error);
// One submission of a file of its own.
bool survey_import_submission(struct survey_store *store, const char *path, const struct survey_import *import,
                              const struct survey_actor *actor, struct survey_report *report,
                              struct survey_imported *imported, struct survey_error *error);
