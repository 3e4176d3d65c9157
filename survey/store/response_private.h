// SPDX-License-Identifier: GPL-3.0-or-later
// What the files of the response model share; nobody else includes this.
#pragma once

#include "survey/store/response.h"

// SQLite takes 2,000; the rest is for what the table needs itself.
enum { SURVEY_MOST_COLUMNS = 1900 };

// INTEGER, REAL or TEXT.
const char *survey_column_type(const struct survey_item *item);

// Where a node stands among the repeats that hold it (itself included): "", "2", "2.1".
void survey_node_occurrence(const struct survey_node *node, char text[static 64]);
// Reads "2.1" into numbers; -1 where it is none, else how many.
int survey_occurrence_parse(const char *text, uint32_t occurrences[static 8]);

// The answers of a record into the wide tables, and what is missing and wrong, in place of what stood
// there. Violations of the unit are left alone.
bool survey_answers_write(struct survey_store *store, struct survey_record *record, const char *id,
                          struct survey_error *error);

// Fills a fresh record from what was received. Answers that are calculated are kept as received where
// the engine would come to something else (lists that only the phone had, random numbers, clocks).
struct survey_arena;

struct survey_received {
    const struct survey_item *item;
    uint32_t occurrences[8];
    size_t depth;
    const char *value;
};
bool survey_received_fill(struct survey_record *record, const struct survey_received *received, size_t count);

// The clock of the interview, for logic that asks for today: when it ended, else when it began, else
// the fallback.
struct survey_time survey_received_time(const struct survey_received *received, size_t count,
                                        const struct survey_time *fallback);

// The clock that a record is filled by: the interview's own, else when it was received; only when it was received
// (an import as it arrives); the interview's own, else none (a submission as it arrives).
enum survey_clock { SURVEY_CLOCK_INTERVIEW, SURVEY_CLOCK_RECEIVED, SURVEY_CLOCK_SUBMISSION, SURVEY_CLOCKS };
// survey_response_load by one of these clocks.
bool survey_response_load_at(struct survey_store *store, const char *id, enum survey_clock clock, struct survey_record **record,
                             struct survey_error *error);

// The result code of the visit: "" where it was not given, NULL where the form does not ask for one.
const char *survey_response_disposition_of(struct survey_record *record);
// The unit that the record's key item names; NULL where none.
const char *survey_response_unit_of(struct survey_record *record);
// Notes what is wrong with the unit (not in the frame, not in the sample of the round), in place of
// what was noted before.
bool survey_response_check_unit(struct survey_store *store, const char *id, const struct survey_form *form,
                                const char *unit, const char *round, struct survey_error *error);
// Writes the answers and what the response says beside them (its disposition).
bool survey_response_write(struct survey_store *store, struct survey_record *record, const char *id,
                           struct survey_error *error);
// The question that a header means: a name, column or path, led by groups or not, with its repeat
// instance in brackets ("age[2]", "age[2.1]"). NULL where it means none.
const struct survey_item *survey_response_question(const struct survey_form *form, const char *header,
                                                   uint32_t occurrences[static 8], int *depth);

// Reads a raw of each kind as the answers it holds, into the arena.
bool survey_raw_read(struct survey_arena *arena, const struct survey_form *form, const char *name,
                     const char *kind, const char *raw, size_t length, struct survey_received **received,
                     size_t *count, struct survey_error *error);
// The same for a submission.
bool survey_submission_answers(struct survey_arena *arena, const struct survey_form *form, const char *name,
                               const char *xml, size_t length, struct survey_received **received,
                               size_t *count, struct survey_error *error);
