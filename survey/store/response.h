// SPDX-License-Identifier: GPL-3.0-or-later
// Responses in the evaluation file: one way in for paper, phone and import.
#pragma once

#include "survey/record/record.h"
#include "survey/store/store.h"

struct survey_arrival {
    const char *id;      // instance id; NULL: a fresh one
    const char *unit;    // NULL: found by the item with role "key" (or named household_id), if any
    const char *round;
    const char *channel; // paper, phone, import
    const char *who;
    const void *raw;
    size_t raw_length;
    const char *raw_kind; // xml, csv, scan
    bool waiting;         // something of it waits for review
};

enum survey_arrived { SURVEY_ARRIVED_NEW, SURVEY_ARRIVED_AGAIN, SURVEY_ARRIVED_CONFLICT };

// Stores a response within a transaction: the raw, the wide answers, missing kinds and violations.
// The same id with the same raw is ARRIVED_AGAIN (nothing changes); with another raw, CONFLICT.
// id receives the instance id.
bool survey_response_add(struct survey_store *store, struct survey_record *record,
                         const struct survey_arrival *arrival, const struct survey_actor *actor,
                         enum survey_arrived *arrived, char id[static 64], struct survey_error *error);
// The interview as it stands (answers as corrected); the caller frees it.
bool survey_response_load(struct survey_store *store, const char *id, struct survey_record **record,
                          struct survey_error *error);
// Sets one answer with who and why, beside what was received; source is edit, review or merge.
// occurrence is "" outside repeats.
bool survey_response_edit(struct survey_store *store, const char *id, const char *question,
                          const char *occurrence, const char *value, const char *source,
                          const struct survey_actor *actor, struct survey_error *error);
// Makes or widens answers_FORM (and its repeats) for a form version.
bool survey_response_tables(struct survey_store *store, const struct survey_form *form,
                            struct survey_error *error);
// The table that holds an item's column: "answers_hh" or "answers_hh_member".
void survey_response_table_name(const struct survey_form *form, const struct survey_item *repeat,
                                struct survey_buffer *name);

// Reads a submission (instance XML) into a record: which form and version, then its answers. Bounded
// depth and size, no DTD, no entities but the five.
bool survey_submission_read(struct survey_store *store, const char *name, const char *xml, size_t length,
                            struct survey_record **record, char id[static 64], char deprecated[static 64],
                            struct survey_error *error);
