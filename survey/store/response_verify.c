// SPDX-License-Identifier: GPL-3.0-or-later
// The tables of answers against the raw: each response written anew beside them and compared, one at a time.
#include "survey/store/response_private.h"

#include "survey/base/arena.h"
#include "survey/base/text.h"

#include <string.h>

// A table and its copy: temporary, of the same name, which therefore takes what is written without a schema's name.
struct shadow {
    const char *name;
    const char *stands, *gives; // queries by response: a key by which they are ordered, then what is compared
    const char *clear;
};

struct verifying {
    struct survey_store *store;
    struct survey_arena *arena;
    struct shadow *shadows;
    size_t count;
    void (*visit)(void *user, const struct survey_response_difference *difference);
    void *user;
    struct survey_error *error;
};

#define QUESTION "question || iif(occurrence = '', '', '[' || occurrence || ']')"

static const char *quoted(struct survey_arena *arena, const char *name)
{
    struct survey_buffer text = SURVEY_BUFFER(1 << 16);
    survey_sql_name(&text, name);
    const char *copy = survey_arena_strdup(arena, survey_buffer_string(&text));
    survey_buffer_clear(&text);
    return copy;
}

// format takes "main" or "temp", then the table.
static void add_shadow(struct verifying *v, const char *name, const char *format)
{
    const char *table = quoted(v->arena, name);
    v->shadows[v->count++] = (struct shadow){
        .name = survey_arena_strdup(v->arena, name),
        .stands = survey_arena_format(v->arena, format, "main", table),
        .gives = survey_arena_format(v->arena, format, "temp", table),
        .clear = survey_arena_format(v->arena, "DELETE FROM temp.%s", table)};
}

// One that somebody else made beside ours, for an analysis, has no responses.
static bool list_tables(struct verifying *v)
{
    static const char sql[] = "SELECT name, 'occurrence' IN (SELECT name FROM pragma_table_info(s.name)) FROM main.sqlite_schema s WHERE type = 'table' "
                              "AND name LIKE 'answers\\_%' ESCAPE '\\' AND 'response' IN (SELECT name FROM pragma_table_info(s.name)) ORDER BY name";
    int64_t most = survey_store_count(v->store, 0, "SELECT count(*) FROM main.sqlite_schema", "");
    v->shadows = survey_arena_array(v->arena, (size_t)most + 2, sizeof *v->shadows);
    add_shadow(v, "missing", "SELECT " QUESTION ", kind FROM %s.%s WHERE response = ? ORDER BY 1");
    add_shadow(v, "violation", "SELECT DISTINCT " QUESTION " || ' ' || kind FROM %s.%s WHERE response = ? AND kind NOT IN ('unit', 'duplicate') "
                               "ORDER BY 1");
    struct survey_query *query = survey_query(v->store, v->error, sql, "");
    while (query && v->count < (size_t)most + 2 && survey_query_next(query))
        add_shadow(v, survey_query_text(query, 0), survey_query_integer(query, 1) ? "SELECT occurrence, * FROM %s.%s WHERE response = ? ORDER BY 1"
                                                                                 : "SELECT '', * FROM %s.%s WHERE response = ?");
    return query && survey_query_end(query, v->error);
}

static bool make_shadows(struct verifying *v)
{
    bool done = true;
    for (size_t i = 0; done && i < v->count; i++) {
        const char *table = quoted(v->arena, v->shadows[i].name);
        done = survey_store_run(v->store, v->error, survey_arena_format(v->arena, "CREATE TEMP TABLE %s AS SELECT * FROM main.%s WHERE 0", table, table), "");
    }
    // The edits, by response: the table itself is ordered as they were made.
    return done && survey_store_run(v->store, v->error, "CREATE TEMP TABLE edit AS SELECT * FROM main.edit ORDER BY rowid", "") &&
           survey_store_run(v->store, v->error, "CREATE INDEX temp.edit_by_response ON edit (response)", "");
}

static void tell(const struct verifying *v, const char *id, const struct shadow *shadow, const char *key, const char *column, const char *stands,
                 const char *gives)
{
    char within[512];
    bool row = strcmp(shadow->name, "missing") != 0 && strcmp(shadow->name, "violation") != 0;
    if (row && *column && *key)
        survey_format_into(within, sizeof within, "%s[%s]", column, key);
    else
        survey_format_into(within, sizeof within, "%s", row && *column ? column : row && !*key ? id : key);
    const char *what = row ? within : key;
    v->visit(v->user, &(struct survey_response_difference){id, shadow->name, what, stands, gives});
}

static bool same_value(const struct survey_query *stands, const struct survey_query *gives, int column)
{
    size_t lengths[2];
    if (survey_query_null(stands, column) || survey_query_null(gives, column))
        return survey_query_null(stands, column) && survey_query_null(gives, column);
    const void *a = survey_query_blob(stands, column, &lengths[0]), *b = survey_query_blob(gives, column, &lengths[1]);
    return lengths[0] == lengths[1] && (!lengths[0] || memcmp(a, b, lengths[0]) == 0);
}

// Both rows have the key.
static size_t compare_row(const struct verifying *v, const char *id, const struct shadow *shadow, const struct survey_query *stands,
                          const struct survey_query *gives, bool say)
{
    size_t different = 0;
    for (int c = 1; c < survey_query_columns(stands); c++) {
        if (same_value(stands, gives, c))
            continue;
        different++;
        if (say)
            tell(v, id, shadow, survey_query_text(stands, 0), survey_query_column(stands, c), survey_query_text(stands, c), survey_query_text(gives, c));
    }
    return different;
}

static bool compare_table(const struct verifying *v, const char *id, const struct shadow *shadow, bool say, size_t *different)
{
    struct survey_query *stands = survey_query(v->store, v->error, shadow->stands, "t", id),
                        *gives = stands ? survey_query(v->store, v->error, shadow->gives, "t", id) : NULL;
    bool a = gives && survey_query_next(stands), b = gives && survey_query_next(gives);
    while (a || b) {
        int order = !a ? 1 : !b ? -1 : strcmp(survey_query_text(stands, 0), survey_query_text(gives, 0));
        *different += order ? 1 : compare_row(v, id, shadow, stands, gives, say);
        if (order && say)
            tell(v, id, shadow, survey_query_text(order < 0 ? stands : gives, 0), "", order < 0 ? "" : NULL, order < 0 ? NULL : "");
        a = order <= 0 ? survey_query_next(stands) : a;
        b = order >= 0 ? survey_query_next(gives) : b;
    }
    bool done = gives != NULL;
    if (gives)
        done = survey_query_end(gives, v->error);
    return stands && survey_query_end(stands, done ? v->error : NULL) && done;
}

static bool compare_disposition(const struct verifying *v, const char *id, struct survey_record *record, bool say, size_t *different)
{
    const char *gives = survey_response_disposition_of(record);
    struct survey_query *query = survey_query(v->store, v->error, "SELECT disposition FROM main.response WHERE id = ?", "t", id);
    if (query && survey_query_next(query) && strcmp(survey_query_text(query, 0), gives ? gives : "") != 0) {
        ++*different;
        if (say)
            v->visit(v->user, &(struct survey_response_difference){id, "response", "disposition", survey_query_text(query, 0), gives ? gives : ""});
    }
    return query && survey_query_end(query, v->error);
}

static bool compare(const struct verifying *v, const char *id, struct survey_record *record, bool say, size_t *different)
{
    bool done = true;
    *different = 0;
    for (size_t i = 0; done && i < v->count; i++)
        done = survey_store_run(v->store, v->error, v->shadows[i].clear, "");
    done = done && survey_answers_write(v->store, record, id, v->error) && compare_disposition(v, id, record, say, different);
    for (size_t i = 0; done && i < v->count; i++)
        done = compare_table(v, id, &v->shadows[i], say, different);
    return done;
}

// What asks for today was judged by the clock of its arrival, and by that of the interview once it was written anew: one of
// them must give what stands.
static bool verify_one(const struct verifying *v, const char *id)
{
    size_t different = 1;
    bool done = true;
    for (int turn = 0; done && different && turn <= SURVEY_CLOCKS; turn++) {
        struct survey_record *record = NULL;
        struct survey_error broken = {0};
        if (!survey_response_load_at(v->store, id, (enum survey_clock)(turn % SURVEY_CLOCKS), &record, &broken)) {
            if (broken.code == SURVEY_ERROR_RESOURCE)
                return survey_fail(v->error, broken.code, broken.where, "%s", broken.message);
            v->visit(v->user, &(struct survey_response_difference){id, "", "", NULL, broken.message});
            return true;
        }
        done = compare(v, id, record, turn == SURVEY_CLOCKS, &different);
        survey_record_free(record);
    }
    return done;
}

static bool verify_all(struct verifying *v)
{
    struct survey_query *query = survey_query(v->store, v->error, "SELECT id FROM main.response ORDER BY rowid", "");
    bool done = query != NULL;
    while (done && survey_query_next(query)) {
        char id[256];
        survey_format_into(id, sizeof id, "%s", survey_query_text(query, 0));
        done = verify_one(v, id);
    }
    return query && survey_query_end(query, done ? v->error : NULL) && done;
}

bool survey_response_verify(struct survey_store *store, void (*visit)(void *user, const struct survey_response_difference *), void *user,
                            struct survey_error *error)
{
    struct verifying v = {.store = store, .arena = survey_arena_new(), .visit = visit, .user = user, .error = error};
    // A file opened to be read refuses what is written to temporary tables too.
    bool only = survey_store_count(store, 0, "PRAGMA query_only", "") != 0;
    bool done = survey_store_run(store, error, "PRAGMA query_only = OFF", "") && survey_store_run(store, error, "BEGIN", "");
    if (done) {
        done = list_tables(&v) && make_shadows(&v) && verify_all(&v);
        done = survey_store_run(store, done ? error : NULL, "ROLLBACK", "") && done;
    }
    done = (!only || survey_store_run(store, done ? error : NULL, "PRAGMA query_only = ON", "")) && done;
    survey_arena_free(v.arena);
    return done;
}
