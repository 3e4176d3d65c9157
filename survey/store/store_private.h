// SPDX-License-Identifier: GPL-3.0-or-later
// What the files of the store share; nobody else includes this.
#pragma once

#include "survey/base/arena.h"
#include "survey/store/store.h"

#include <sqlite3.h>

enum { SURVEY_APPLICATION_ID = 0x45564c4b /* "EVLK" */, SURVEY_SCHEMA_VERSION = 1, SURVEY_STATEMENTS = 64 };

// The body of the triggers that say that something changed (schema.sql).
#define SURVEY_CHANGES "BEGIN UPDATE change SET token = randomblob(16); END"

struct survey_query {
    struct survey_store *store;
    sqlite3_stmt *statement;
    const char *sql; // the statement's own copy
    bool busy;
    bool failed;
};

struct survey_stored_form {
    int64_t id;
    struct survey_form *form;
};

struct survey_store {
    sqlite3 *database;
    char *path;
    bool writable;
    bool has_private;
    bool in_transaction;
    bool left_wal; // for a change of both files
    struct survey_arena *arena; // texts that live as long as the store
    struct survey_query *queries[SURVEY_STATEMENTS];
    size_t query_count;
    struct survey_stored_form *forms;
    size_t form_count;
};

// Fills *error from SQLite's own and returns false.
bool survey_store_fail(struct survey_store *store, struct survey_error *error);
void survey_queries_finalize(struct survey_store *store);
