// SPDX-License-Identifier: GPL-3.0-or-later
// The evaluation file (SQLite) and the private file beside it: opening, changes in one transaction
// with who, why and when, the chained log, forms, and queries with bound parameters. The tables
// are in schema.sql.
#pragma once

#include "survey/base/date.h"
#include "survey/base/error.h"
#include "survey/base/format.h"
#include "survey/definition/form.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct survey_store;

// Who changes something, why, when and in which round. The strings are borrowed.
struct survey_actor {
    const char *who;
    const char *why;
    struct survey_time now;
    const char *round; // "" for the round that the plan says is current
};

enum survey_store_mode { SURVEY_STORE_READ, SURVEY_STORE_WRITE };

// Makes the evaluation file PATH with its private file (PATH without .assay, .private; mode 0600),
// fresh keys and the forms of the workbooks, the first of which carries the plan. Nothing is left
// behind on failure; an existing file is never overwritten.
bool survey_store_create(const char *path, struct survey_form *const *forms, size_t count,
                         const struct survey_actor *actor, struct survey_error *error);
bool survey_store_open(const char *path, enum survey_store_mode mode, struct survey_store **store,
                       struct survey_error *error);
void survey_store_close(struct survey_store *store); // rolls back what was not committed; NULL is fine
const char *survey_store_path(const struct survey_store *store);

// One change: begin (takes the write lock), do, then commit, or roll back. Where the private file, attached
// as schema "private", changes too, begin_both: a kill between the two files' commits undoes both.
bool survey_store_begin(struct survey_store *store, struct survey_error *error);
bool survey_store_begin_both(struct survey_store *store, struct survey_error *error);
bool survey_store_commit(struct survey_store *store, struct survey_error *error);
void survey_store_rollback(struct survey_store *store);

// Appends to the chained log, within a transaction. before and after are JSON or "".
bool survey_store_log(struct survey_store *store, const struct survey_actor *actor, const char *action,
                      const char *subject, const char *before, const char *after,
                      struct survey_error *error);
// The chain's head, in hexadecimal.
bool survey_store_head(struct survey_store *store, char head[static 65], struct survey_error *error);

// What figures rest on, as it stands: forms, frame, draws, responses, their answers in a table, missing kinds, weights.
// Another change by anybody, with whatever program, gives another state. False where the file cannot tell: it was made
// before it could, or its triggers are gone.
enum { SURVEY_STATE = 24 };
bool survey_store_state(struct survey_store *store, const char *answers, uint8_t state[static SURVEY_STATE]);

// Forms as stored. The returned form belongs to the store and lives as long as it.
const struct survey_form *survey_store_form(struct survey_store *store, int64_t id, struct survey_error *error);
// The current version by form_id (NULL: the main form); its row id in *id.
const struct survey_form *survey_store_current_form(struct survey_store *store, const char *name, int64_t *id,
                                                    struct survey_error *error);
// A sheet of the plan ("sample", "indicators" ...), from the main form's workbook; NULL where absent.
const struct survey_sheet *survey_store_plan(struct survey_store *store, const char *sheet);
// A setting of the evaluation sheet on a date (days; rows with a later "from" don't hold yet); NULL.
const char *survey_store_setting(struct survey_store *store, const char *key, int64_t on);
// The round that actor names, else the latest of the rounds sheet that has started on actor->now,
// else the first, else "1". Lives as long as the store.
const char *survey_store_round(struct survey_store *store, const struct survey_actor *actor);
// False where a round was asked for that the rounds sheet lacks: what is new must not go to a round that
// is only misspelt.
bool survey_store_knows_round(struct survey_store *store, const struct survey_actor *actor,
                              struct survey_error *error);

// A key of the private file ("token" 32 bytes, "signing" ...), made with the file. Borrowed.
bool survey_store_key(struct survey_store *store, const char *name, const uint8_t **key, size_t *length,
                      struct survey_error *error);
// A fresh id, "uuid:" and version 4.
void survey_store_new_id(char id[static 48]);

// Queries. types has a letter a parameter: t text (NULL gives NULL), i int64_t, d double, b blob
// (const void * and size_t), n NULL without argument. Statements are prepared once and reused.
struct survey_query;
struct survey_query *survey_query(struct survey_store *store, struct survey_error *error, const char *sql,
                                  const char *types, ...); // NULL and error on failure
bool survey_query_next(struct survey_query *query);        // true on a row; false at the end or on failure
bool survey_query_null(const struct survey_query *query, int column);
const char *survey_query_text(const struct survey_query *query, int column); // "" for NULL; until next
int64_t survey_query_integer(const struct survey_query *query, int column);
double survey_query_number(const struct survey_query *query, int column);
const void *survey_query_blob(const struct survey_query *query, int column, size_t *length);
int survey_query_columns(const struct survey_query *query);
const char *survey_query_column(const struct survey_query *query, int column);
bool survey_query_end(struct survey_query *query, struct survey_error *error); // false where a step failed
// Runs a statement to its end.
bool survey_store_run(struct survey_store *store, struct survey_error *error, const char *sql,
                      const char *types, ...);
// The one number of the one row, or fallback.
int64_t survey_store_count(struct survey_store *store, int64_t fallback, const char *sql, const char *types, ...);
// An SQL identifier, quoted.
void survey_sql_name(struct survey_buffer *buffer, const char *name);
