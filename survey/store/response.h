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
    const char *started;  // ISO 8601; NULL: from the questions of type start and end, if any
    const char *ended;
    const char *replaces; // instance id that this one takes the place of (deprecatedID); NULL or ""
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
// Writes the wide answers, missing kinds and violations again from the raw and the edits.
bool survey_response_rebuild(struct survey_store *store, const char *id, struct survey_error *error);
// What stands in a table otherwise than the raw and the edits of a response give. The texts are lent to the visitor.
struct survey_response_difference {
    const char *response;
    const char *table; // answers_FORM ..., missing, violation or response; "" where raw and edits give no answers, and gives says why
    const char *what;  // the column or question, with [occurrence] within repeats; of a violation with its kind; of a row its occurrence,
                       // or the response
    const char *stands, *gives; // NULL: not there; "" where the table holds NULL
};
// Makes the answers of each response anew from its raw and its edits, in temporary tables with one response at a time, and
// compares answers, missing kinds, disposition and violations (but for those of the unit and of duplicates, which the raw does
// not give). Nothing is changed, and a file opened to be read will do. Outside a transaction.
bool survey_response_verify(struct survey_store *store, void (*visit)(void *user, const struct survey_response_difference *),
                            void *user, struct survey_error *error);
// Fills a fresh record from a raw of a kind (xml, csv, scan), as loading a response does; name is for
// messages.
bool survey_response_fill(struct survey_record *record, const char *name, const char *kind, const char *raw,
                          size_t length, struct survey_error *error);
// Keeps a file that belongs to a response (a photograph); the first bytes under a name stay.
bool survey_response_attach(struct survey_store *store, const char *id, const char *name,
                            const void *bytes, size_t length, struct survey_error *error);
// Whether a response came second for its unit in its round.
bool survey_response_is_duplicate(struct survey_store *store, const char *id);

// Makes or widens answers_FORM (and its repeats) for a form version.
bool survey_response_tables(struct survey_store *store, const struct survey_form *form,
                            struct survey_error *error);
// The table that holds an item's column: "answers_hh" or "answers_hh_member".
void survey_response_table_name(const struct survey_form *form, const struct survey_item *repeat,
                                struct survey_buffer *name);
// The item's column there: its own, but for names that the table needs itself (response, occurrence),
// which get an underscore behind.
void survey_response_column(const struct survey_item *item, struct survey_buffer *name);
// The item that names the unit: role key, else the question household_id; NULL where there is none.
const struct survey_item *survey_form_key(const struct survey_form *form);

// What a submission says of itself; texts are "" where it does not say.
struct survey_submission_head {
    char form[256];
    char version[256];
    char id[64];
    char deprecated[64];
};

// Reads only the head of a submission, under the same bounds.
bool survey_submission_head(const char *name, const char *xml, size_t length,
                            struct survey_submission_head *head, struct survey_error *error);
// The row id of the form that a submission names (NULL or "" version: the current one), 0 where there
// is none.
int64_t survey_submission_form(struct survey_store *store, const char *form, const char *version);

// Reads a submission (instance XML) into a record: which form and version, then its answers. Bounded
// depth and size, no DTD, no entities but the five. What asks for today() is judged by the interview's end, start or
// day, else by when it arrived.
bool survey_submission_read(struct survey_store *store, const char *name, const char *xml, size_t length, const struct survey_time *arrived,
                            struct survey_record **record, char id[static 64], char deprecated[static 64],
                            struct survey_error *error);
