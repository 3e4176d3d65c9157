// SPDX-License-Identifier: GPL-3.0-or-later
// Answers with codes and labels as tables, for CSV and any other format, in two lists that never meet:
// one with the household's id and no opinions, one with opinions and nobody's id.
#pragma once

#include "survey/store/store.h"

struct survey_arena;

enum survey_export_type {
    SURVEY_EXPORT_TEXT,
    SURVEY_EXPORT_NUMBER,
    SURVEY_EXPORT_FOUND, // calculated: a number where all its values are
    SURVEY_EXPORT_DATE,
    SURVEY_EXPORT_MOMENT, // date and time
    SURVEY_EXPORT_CODE,   // a choice
    SURVEY_EXPORT_CODES,  // choices, separated by spaces
};

struct survey_export_choice {
    const char *name;
    const char *label;
    enum survey_missing missing; // what choosing it means
};

struct survey_export_column {
    const char *name;
    const char *label;    // the question in the language asked for
    const char *question; // its type ("select_one"); "" where it is no question
    enum survey_export_type type;
    const struct survey_export_choice *choices; // of all versions of the form
    size_t choice_count;
    bool multiple; // select_multiple
    bool asked;    // a question: its answer may be missing in four ways
};

struct survey_export_value {
    const char *text; // "" where missing, but for the code of a choice that means a kind of missing
    enum survey_missing missing;
};

struct survey_export {
    const char *form;     // form_id; NULL: the main form
    const char *language; // NULL: the form's default
    bool opinions;        // the second list
    bool evaluators;      // restricted and pii columns too
    bool all;             // duplicate, superseded and rejected responses too
    // Columns that the caller adds behind the others of the list of the form (weights, design), and what
    // gives their values (texts valid until the next row) by the response's id. Never in the second list.
    const struct survey_export_column *more;
    size_t more_count;
    void (*fill)(void *user, const char *response, struct survey_export_value *values);
    void *user;
};

struct survey_export_table;

// The list of the form (repeat NULL) or of one of its repeats, row by row. export, repeat and actor must
// outlive the table; the caller closes it.
bool survey_export_open(struct survey_store *store, const struct survey_export *export, const char *repeat,
                        const struct survey_actor *actor, struct survey_export_table **table, struct survey_error *error);
void survey_export_close(struct survey_export_table *table); // NULL is fine
const struct survey_export_column *survey_export_columns(const struct survey_export_table *table, size_t *count);
// The next row's values (as many as columns, valid until the next call); NULL at the end or with error.
const struct survey_export_value *survey_export_next(struct survey_export_table *table, struct survey_error *error);
// Back to the first row.
bool survey_export_rewind(struct survey_export_table *table, struct survey_error *error);

// The choice of a code; NULL where none is.
const struct survey_export_choice *survey_export_choice(const struct survey_export_column *column, const char *code,
                                                        size_t length);
// Labels of the codes, separated by "; "; a code without a choice stands for itself.
void survey_export_labels(const struct survey_export_column *column, const char *codes, struct survey_buffer *labels);

// As CSV: codes, and beside those of choices their labels.
void survey_export_csv_head(const struct survey_export_table *table, struct survey_buffer *csv);
void survey_export_csv_row(const struct survey_export_table *table, const struct survey_export_value *values,
                           struct survey_buffer *csv);
// The whole list.
bool survey_export_csv(struct survey_store *store, const struct survey_export *export, const char *repeat,
                       const struct survey_actor *actor, struct survey_buffer *csv, struct survey_error *error);
// The index-th repeat (of any version) of the form: its column name, or NULL behind the last. In the
// arena.
const char *survey_export_repeat(struct survey_store *store, const struct survey_export *export, size_t index,
                                 struct survey_arena *arena, struct survey_error *error);
