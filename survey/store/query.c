// SPDX-License-Identifier: GPL-3.0-or-later
// Queries with bound parameters over statements that are prepared once.
#include "survey/base/text.h"
#include "survey/store/store_private.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

bool survey_store_fail(struct survey_store *store, struct survey_error *error)
{
    int code = sqlite3_errcode(store->database);
    bool full = code == SQLITE_FULL ||
                ((code == SQLITE_IOERR || code == SQLITE_CANTOPEN) && sqlite3_system_errno(store->database) == ENOSPC);
    const char *what = full                     ? _("the disk is full")
                       : code == SQLITE_BUSY    ? _("another program holds the evaluation file")
                       : code == SQLITE_CORRUPT ? _("the evaluation file is damaged")
                                                : sqlite3_errmsg(store->database);
    return survey_fail(error, SURVEY_ERROR_RESOURCE, store->path, "%s", what);
}

// A prepared statement of that text that nobody uses, or a fresh one.
static struct survey_query *find_query(struct survey_store *store, const char *sql)
{
    for (size_t i = 0; i < store->query_count; i++)
        if (!store->queries[i]->busy && strcmp(store->queries[i]->sql, sql) == 0)
            return store->queries[i];
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v3(store->database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
        return NULL;
    struct survey_query *query = survey_alloc(sizeof *query);
    *query = (struct survey_query){.store = store, .statement = statement, .sql = strdup(sql)};
    if (store->query_count < SURVEY_STATEMENTS)
        store->queries[store->query_count++] = query;
    return query;
}

static bool is_kept(const struct survey_query *query)
{
    for (size_t i = 0; i < query->store->query_count; i++)
        if (query->store->queries[i] == query)
            return true;
    return false;
}

static void free_query(struct survey_query *query)
{
    sqlite3_finalize(query->statement);
    free((void *)(uintptr_t)query->sql);
    free(query);
}

void survey_queries_finalize(struct survey_store *store)
{
    for (size_t i = 0; i < store->query_count; i++)
        free_query(store->queries[i]);
    store->query_count = 0;
}

static void release(struct survey_query *query)
{
    sqlite3_reset(query->statement);
    sqlite3_clear_bindings(query->statement);
    query->busy = false;
    if (!is_kept(query))
        free_query(query);
}

static bool bind(sqlite3_stmt *statement, const char *types, va_list *list)
{
    int code = SQLITE_OK;
    for (int i = 1; *types && code == SQLITE_OK; types++, i++) {
        const char *text;
        const void *blob;
        switch (*types) {
        case 't':
            text = va_arg(*list, const char *);
            code = text ? sqlite3_bind_text(statement, i, text, -1, SQLITE_TRANSIENT) : SQLITE_OK;
            break;
        case 'i':
            code = sqlite3_bind_int64(statement, i, va_arg(*list, int64_t));
            break;
        case 'd':
            code = sqlite3_bind_double(statement, i, va_arg(*list, double));
            break;
        case 'b':
            blob = va_arg(*list, const void *);
            code = sqlite3_bind_blob64(statement, i, blob ? blob : "", va_arg(*list, size_t), SQLITE_TRANSIENT);
            break;
        case 'n':
            break;
        default:
            abort(); // a type letter is the programmer's
        }
    }
    return code == SQLITE_OK;
}

static struct survey_query *start(struct survey_store *store, struct survey_error *error, const char *sql,
                                  const char *types, va_list *list)
{
    struct survey_query *query = find_query(store, sql);
    if (!query) {
        survey_store_fail(store, error);
        return NULL;
    }
    query->busy = true;
    query->failed = false;
    if (bind(query->statement, types, list))
        return query;
    survey_store_fail(store, error);
    release(query);
    return NULL;
}

struct survey_query *survey_query(struct survey_store *store, struct survey_error *error, const char *sql,
                                  const char *types, ...)
{
    va_list list;
    va_start(list, types);
    struct survey_query *query = start(store, error, sql, types, &list);
    va_end(list);
    return query;
}

bool survey_query_next(struct survey_query *query)
{
    int code = sqlite3_step(query->statement);
    query->failed = code != SQLITE_ROW && code != SQLITE_DONE;
    return code == SQLITE_ROW;
}

bool survey_query_null(const struct survey_query *query, int column)
{
    return sqlite3_column_type(query->statement, column) == SQLITE_NULL;
}

const char *survey_query_text(const struct survey_query *query, int column)
{
    const char *text = (const char *)sqlite3_column_text(query->statement, column);
    return text ? text : "";
}

int64_t survey_query_integer(const struct survey_query *query, int column)
{
    return sqlite3_column_int64(query->statement, column);
}

double survey_query_number(const struct survey_query *query, int column)
{
    return sqlite3_column_double(query->statement, column);
}

const void *survey_query_blob(const struct survey_query *query, int column, size_t *length)
{
    const void *blob = sqlite3_column_blob(query->statement, column);
    *length = (size_t)sqlite3_column_bytes(query->statement, column);
    return blob;
}

int survey_query_columns(const struct survey_query *query)
{
    return sqlite3_column_count(query->statement);
}

const char *survey_query_column(const struct survey_query *query, int column)
{
    return sqlite3_column_name(query->statement, column);
}

bool survey_query_end(struct survey_query *query, struct survey_error *error)
{
    bool done = !query->failed || survey_store_fail(query->store, error);
    release(query);
    return done;
}

bool survey_store_run(struct survey_store *store, struct survey_error *error, const char *sql,
                      const char *types, ...)
{
    va_list list;
    va_start(list, types);
    struct survey_query *query = start(store, error, sql, types, &list);
    va_end(list);
    if (!query)
        return false;
    while (survey_query_next(query))
        ;
    return survey_query_end(query, error);
}

int64_t survey_store_count(struct survey_store *store, int64_t fallback, const char *sql, const char *types, ...)
{
    va_list list;
    va_start(list, types);
    struct survey_query *query = start(store, NULL, sql, types, &list);
    va_end(list);
    if (!query)
        return fallback;
    if (survey_query_next(query) && !survey_query_null(query, 0))
        fallback = survey_query_integer(query, 0);
    survey_query_end(query, NULL);
    return fallback;
}

void survey_sql_name(struct survey_buffer *buffer, const char *name)
{
    survey_buffer_byte(buffer, '"');
    for (; *name; name++) {
        if (*name == '"')
            survey_buffer_byte(buffer, '"');
        survey_buffer_byte(buffer, *name);
    }
    survey_buffer_byte(buffer, '"');
}
