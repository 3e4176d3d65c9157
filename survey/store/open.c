// SPDX-License-Identifier: GPL-3.0-or-later
// Opening the evaluation file with its private file, and changing both in one transaction.
#include "survey/base/text.h"
#include "survey/store/forms.h"
#include "survey/store/schema.h"
#include "survey/store/store_private.h"

#include <dirent.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUSY_MILLISECONDS = 10000 };

char *survey_private_path(const char *path)
{
    size_t length = strlen(path);
    if (length > 6 && strcmp(path + length - 6, ".assay") == 0)
        length -= 6;
    char *other = survey_alloc(length + sizeof ".private");
    memcpy(other, path, length);
    memcpy(other + length, ".private", sizeof ".private");
    return other;
}

static bool execute(struct survey_store *store, const char *sql, struct survey_error *error)
{
    return sqlite3_exec(store->database, sql, NULL, NULL, NULL) == SQLITE_OK || survey_store_fail(store, error);
}

static bool attach_private(struct survey_store *store, struct survey_error *error)
{
    char *path = survey_private_path(store->path);
    bool done = true;
    store->has_private = access(path, R_OK) == 0;
    if (store->has_private)
        done = survey_store_run(store, error, "ATTACH ? AS private", "t", path);
    free(path);
    return done;
}

static bool read_pragma(struct survey_store *store, const char *sql, int64_t *value, struct survey_error *error)
{
    struct survey_query *query = survey_query(store, error, sql, "");
    *value = -1;
    if (query && survey_query_next(query))
        *value = survey_query_integer(query, 0);
    return query && survey_query_end(query, error);
}

// Refuses what is not an evaluation file, or one of a newer program. What cannot be read (a full disk has no
// room for its journal's index) is not said to be another file.
static bool check_kind(struct survey_store *store, struct survey_error *error)
{
    int64_t kind, version, tables; // the pragmas are read from the header; a table's rows need the journal
    if (!read_pragma(store, "PRAGMA application_id", &kind, error) || !read_pragma(store, "PRAGMA user_version", &version, error) ||
        !read_pragma(store, "SELECT count(*) FROM sqlite_schema", &tables, error)) {
        if (sqlite3_errcode(store->database) != SQLITE_NOTADB)
            return false;
        kind = -1;
    }
    if (kind != SURVEY_APPLICATION_ID)
        return survey_fail(error, SURVEY_ERROR_INPUT, store->path, "%s", _("this is not an evaluation file of assay"));
    if (version != SURVEY_SCHEMA_VERSION)
        return survey_fail(error, SURVEY_ERROR_INPUT, store->path,
                           _("the evaluation file has version %lld; this program reads version %d"), (long long)version,
                           SURVEY_SCHEMA_VERSION);
    return true;
}

#define ANSWERS_TRIGGER(name, event) \
    "printf('CREATE TRIGGER \"%w_" name "\" AFTER " event " ON \"%w\" " SURVEY_CHANGES "', tbl_name, tbl_name)"

// A file made by somebody else can hold a view in a table's place, which may compute for ever, or a trigger of its
// own, which would change what we write. Views beside our tables, made for one's own analyses, are welcome.
static bool check_shape(struct survey_store *store, struct survey_error *error)
{
    static const char sql[] =
        "SELECT type, name FROM sqlite_schema WHERE (type = 'trigger' AND instr(?1, sql) = 0 AND NOT (tbl_name LIKE 'answers\\_%' "
        "ESCAPE '\\' AND sql IN (" ANSWERS_TRIGGER("insert", "INSERT") ", " ANSWERS_TRIGGER("update", "UPDATE") ", "
        ANSWERS_TRIGGER("delete", "DELETE") "))) OR (type = 'view' AND "
        "(name LIKE 'answers\\_%' ESCAPE '\\' OR instr(lower(?1), 'create table ' || lower(name) || ' (') > 0 OR "
        "instr(lower(?1), 'create table \"' || lower(name) || '\" (') > 0)) OR (type = 'table' AND sql LIKE 'CREATE "
        "VIRTUAL%') ORDER BY type DESC LIMIT 1";
    struct survey_query *query = survey_query(store, error, sql, "t", survey_schema_sql);
    if (!query)
        return false;
    bool sound = !survey_query_next(query);
    if (!sound)
        survey_fail(error, SURVEY_ERROR_INPUT, store->path, _("this evaluation file was tampered with: it has a %s '%s' that assay did not make"),
                    survey_query_text(query, 0), survey_query_text(query, 1));
    return survey_query_end(query, sound ? error : NULL) && sound;
}

static bool prepare(struct survey_store *store, struct survey_error *error)
{
    sqlite3_busy_timeout(store->database, BUSY_MILLISECONDS);
    sqlite3_db_config(store->database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(store->database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_limit(store->database, SQLITE_LIMIT_LENGTH, 512 << 20);
    if (!check_kind(store, error) || !check_shape(store, error))
        return false;
    if (!execute(store, "PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON; PRAGMA cache_size = -65536", error))
        return false;
    if (store->writable && !execute(store, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL", error))
        return false;
    return attach_private(store, error);
}

// Whether SQLite could make its journals beside the file.
static bool folder_is_writable(const char *path)
{
    const char *slash = strrchr(path, '/');
    char folder[4096];
    survey_format_into(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
    return access(folder, W_OK) == 0;
}

// On a disk or in a folder that nobody may write to, where no journal of either kind stands beside it, the file is read as one that
// does not change: an auditor's copy.
static bool open_database(struct survey_store *store, bool beside, struct survey_error *error)
{
    struct survey_buffer name = SURVEY_BUFFER(1 << 16);
    survey_format(&name, "%s-wal", store->path);
    bool fixed = !beside && access(survey_buffer_string(&name), F_OK) != 0;
    name.length = 0;
    survey_format(&name, "%s-journal", store->path);
    fixed = fixed && access(survey_buffer_string(&name), F_OK) != 0;
    int flags = store->writable ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY | (fixed ? SQLITE_OPEN_URI : 0);
    name.length = 0;
    survey_buffer_text(&name, fixed ? "file:" : "");
    for (const char *at = store->path; *at; at++)
        survey_format(&name, fixed && strchr("%?#", *at) ? "%%%02x" : "%c", (unsigned char)*at);
    survey_buffer_text(&name, fixed ? "?immutable=1" : "");
    bool done = sqlite3_open_v2(survey_buffer_string(&name), &store->database, flags, NULL) == SQLITE_OK ||
                survey_store_fail(store, error);
    survey_buffer_clear(&name);
    return done;
}

// Files of before double review lack its table. The statements are those of the schema, up to the empty line.
static bool add_decisions(struct survey_store *store, struct survey_error *error)
{
    if (survey_store_count(store, 1, "SELECT count(*) FROM sqlite_schema WHERE name = 'decision'", "") > 0)
        return true;
    const char *from = strstr(survey_schema_sql, "CREATE TABLE decision"), *to = strstr(from, "\n\n");
    char *sql = strndup(from, (size_t)(to - from));
    bool done = execute(store, sql, error);
    free(sql);
    return done;
}

bool survey_store_open(const char *path, enum survey_store_mode mode, struct survey_store **opened,
                       struct survey_error *error)
{
    if (sodium_init() < 0)
        return survey_fail(error, SURVEY_ERROR_RESOURCE, "", "%s", _("no random numbers are to be had"));
    struct survey_store *store = survey_alloc(sizeof *store);
    store->path = strdup(path);
    store->arena = survey_arena_new();
    bool beside = folder_is_writable(path);
    store->writable = beside && access(path, W_OK) == 0;
    if (access(path, F_OK) != 0) {
        survey_fail(error, SURVEY_ERROR_RESOURCE, path, "%s", _("there is no such evaluation file"));
        survey_store_close(store);
        return false;
    }
    bool done = open_database(store, beside, error);
    done = done && prepare(store, error);
    if (done && mode == SURVEY_STORE_WRITE && !store->writable)
        done = survey_fail(error, SURVEY_ERROR_RESOURCE, path, "%s", _("the evaluation file can't be written to"));
    if (done && mode == SURVEY_STORE_WRITE)
        done = add_decisions(store, error);
    if (done && mode == SURVEY_STORE_READ)
        done = execute(store, "PRAGMA query_only = ON", error);
    if (!done) {
        survey_store_close(store);
        return false;
    }
    *opened = store;
    return true;
}

void survey_store_close(struct survey_store *store)
{
    if (!store)
        return;
    survey_store_rollback(store);
    survey_queries_finalize(store);
    for (size_t i = 0; i < store->form_count; i++)
        survey_form_free(store->forms[i].form);
    free(store->forms);
    sqlite3_close(store->database);
    survey_arena_free(store->arena);
    free(store->path);
    free(store);
}

const char *survey_store_path(const struct survey_store *store)
{
    return store->path;
}

bool survey_store_begin(struct survey_store *store, struct survey_error *error)
{
    if (!execute(store, "BEGIN IMMEDIATE", error))
        return false;
    store->in_transaction = true;
    return true;
}

// A program killed before a journal named its super-journal (NAME-mjXXXXXXXXX) leaves that behind. Holding the
// write lock of both files, with their journals rolled back, we know that nobody needs one.
static void remove_stale(const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    size_t folder_length = (size_t)(base - path), length = strlen(base);
    char name[4096 + 300];
    survey_format_into(name, sizeof name, "%.*s", folder_length ? (int)folder_length : 1, folder_length ? path : ".");
    DIR *folder = opendir(name);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        const char *tail = entry->d_name + length;
        if (strlen(entry->d_name) != length + sizeof "-mjXXXXXXXXX" - 1 || strncmp(entry->d_name, base, length) != 0 ||
            strncmp(tail, "-mj", 3) != 0 || strspn(tail + 3, "0123456789ABCDEF") != 9)
            continue;
        survey_format_into(name, sizeof name, "%.*s%s", (int)folder_length, path, entry->d_name);
        unlink(name);
    }
    if (folder)
        closedir(folder);
}

// SQLite commits several files as one only by their rollback journals (sqlite.org/lang_attach.html). Another
// program that has the evaluation open keeps it from leaving WAL; then each file is still whole by itself.
bool survey_store_begin_both(struct survey_store *store, struct survey_error *error)
{
    if (store->has_private) {
        sqlite3_busy_timeout(store->database, 0);
        store->left_wal = sqlite3_exec(store->database, "PRAGMA main.journal_mode = DELETE", NULL, NULL, NULL) == SQLITE_OK;
        sqlite3_busy_timeout(store->database, BUSY_MILLISECONDS);
    }
    if (!survey_store_begin(store, error))
        return false;
    if (store->left_wal)
        remove_stale(store->path);
    return true;
}

static void return_to_wal(struct survey_store *store)
{
    if (store->left_wal)
        sqlite3_exec(store->database, "PRAGMA main.journal_mode = WAL", NULL, NULL, NULL);
    store->left_wal = false;
}

bool survey_store_commit(struct survey_store *store, struct survey_error *error)
{
    if (!execute(store, "COMMIT", error)) {
        survey_store_rollback(store);
        return false;
    }
    store->in_transaction = false;
    return_to_wal(store);
    return true;
}

void survey_store_rollback(struct survey_store *store)
{
    if (store->in_transaction)
        sqlite3_exec(store->database, "ROLLBACK", NULL, NULL, NULL);
    store->in_transaction = false;
    return_to_wal(store);
}

// Triggers that are taken away and put back leave their mark in the schema's version.
bool survey_store_state(struct survey_store *store, const char *answers, uint8_t state[static SURVEY_STATE])
{
    enum { TABLES = 8, EVENTS = 3 };
    int64_t version;
    size_t length = 0;
    if (survey_store_count(store, 0,
                           "SELECT count(*) FROM main.sqlite_schema WHERE type = 'trigger' AND sql LIKE '% " SURVEY_CHANGES "' AND "
                           "tbl_name IN ('form', 'frame', 'draw', 'sample', 'response', 'missing', 'weight', ?)",
                           "t", answers) != TABLES * EVENTS ||
        !read_pragma(store, "PRAGMA main.schema_version", &version, NULL))
        return false;
    struct survey_query *query = survey_query(store, NULL, "SELECT token FROM change", "");
    bool found = query && survey_query_next(query);
    const void *token = found ? survey_query_blob(query, 0, &length) : NULL;
    found = found && length == SURVEY_STATE - sizeof version;
    if (found) {
        memcpy(state, token, length);
        memcpy(state + length, &version, sizeof version);
    }
    return query && survey_query_end(query, NULL) && found;
}

bool survey_store_key(struct survey_store *store, const char *name, const uint8_t **key, size_t *length,
                      struct survey_error *error)
{
    if (!store->has_private)
        return survey_fail(error, SURVEY_ERROR_RESOURCE, store->path,
                           _("the private file beside it is missing; it holds the key '%s'"), name);
    struct survey_query *query = survey_query(store, error, "SELECT value FROM private.key WHERE name = ?", "t", name);
    if (!query)
        return false;
    bool found = survey_query_next(query);
    if (found) {
        const void *blob = survey_query_blob(query, 0, length);
        *key = (const uint8_t *)survey_arena_strndup(store->arena, blob, *length);
    }
    if (!survey_query_end(query, error))
        return false;
    return found || survey_fail(error, SURVEY_ERROR_INPUT, store->path, _("the private file has no key '%s'"), name);
}

void survey_store_new_id(char id[static 48])
{
    unsigned char bytes[16];
    randombytes_buf(bytes, sizeof bytes);
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
    char hex[33];
    sodium_bin2hex(hex, sizeof hex, bytes, sizeof bytes);
    survey_format_into(id, 48, "uuid:%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}
