// SPDX-License-Identifier: GPL-3.0-or-later
// A new evaluation file and its private file: made aside, then put in place without overwriting.
#include "survey/base/text.h"
#include "survey/base/file.h"
#include "survey/store/forms.h"
#include "survey/store/schema.h"
#include "survey/store/store_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char private_sql[] =
    "CREATE TABLE key (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;"
    "CREATE TABLE identity (unit TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (unit, name)) STRICT, WITHOUT ROWID;";

// Runs sql in a fresh database at path, which exists and is empty.
static bool make_database(const char *path, const char *sql, struct survey_error *error)
{
    struct survey_store store = {.path = strdup(path)};
    char header[128];
    survey_format_into(header, sizeof header, "PRAGMA application_id = %d; PRAGMA user_version = %d; BEGIN;",
                       SURVEY_APPLICATION_ID, SURVEY_SCHEMA_VERSION);
    bool done = sqlite3_open_v2(path, &store.database, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
                sqlite3_exec(store.database, header, NULL, NULL, NULL) == SQLITE_OK &&
                sqlite3_exec(store.database, sql, NULL, NULL, NULL) == SQLITE_OK &&
                sqlite3_exec(store.database, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
    if (!done)
        survey_store_fail(&store, error);
    sqlite3_close(store.database);
    free(store.path);
    return done;
}

static bool add_key(struct survey_store *store, const char *name, const void *key, size_t length, struct survey_error *error)
{
    return survey_store_run(store, error, "INSERT INTO private.key VALUES (?, ?)", "tb", name, key, length);
}

static bool fill(struct survey_store *store, struct survey_form *const *forms, size_t count,
                 const struct survey_actor *actor, struct survey_error *error)
{
    char id[48], at[40];
    uint8_t token[32], public_key[crypto_sign_PUBLICKEYBYTES], secret_key[crypto_sign_SECRETKEYBYTES];
    randombytes_buf(token, sizeof token);
    crypto_sign_keypair(public_key, secret_key);
    survey_store_new_id(id);
    survey_time_text(&actor->now, at);
    if (!survey_store_begin(store, error) || !add_key(store, "token", token, sizeof token, error) ||
        !add_key(store, "signing", secret_key, sizeof secret_key, error) ||
        !survey_store_run(store, error, "INSERT INTO evaluation VALUES ('id', ?), ('created', ?)", "tt", id, at) ||
        !survey_store_run(store, error, "INSERT INTO evaluation VALUES ('verify_key', ?)", "t",
                          sodium_bin2hex((char[2 * sizeof public_key + 1]){0}, 2 * sizeof public_key + 1, public_key,
                                         sizeof public_key)))
        return false;
    if (!survey_store_log(store, actor, "new", id, "", "", error))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!survey_store_add_form(store, forms[i], (int64_t)i + 1, actor, error))
            return false;
    return survey_store_commit(store, error);
}

static bool fail_place(const char *path, struct survey_error *error)
{
    const char *what = errno == EEXIST ? _("the file exists already and is not overwritten") : strerror(errno);
    return survey_fail(error, errno == EEXIST ? SURVEY_ERROR_USAGE : SURVEY_ERROR_RESOURCE, path, "%s", what);
}

static void remove_aside(const char *path)
{
    char name[4500];
    static const char *const tails[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        snprintf(name, sizeof name, "%s%s", path, tails[i]);
        unlink(name);
    }
}

// Renames without overwriting, on file systems too that know no such renaming (NFS, FUSE).
static bool move_new(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return true;
    if (errno != EINVAL && errno != ENOSYS)
        return false;
    if (access(to, F_OK) == 0) {
        errno = EEXIST;
        return false;
    }
    return rename(from, to) == 0;
}

// Whether name is BASE.XXXXXX.private, as an evaluation BASE in the making has it.
static bool is_aside(const char *name, const char *base)
{
    size_t length = strlen(base);
    return strlen(name) == length + sizeof ".XXXXXX.private" - 1 && strncmp(name, base, length) == 0 &&
           name[length] == '.' && strcmp(name + length + 7, ".private") == 0;
}

// While an evaluation is put in place its private file has two names. One that still has both, and that
// nobody holds, is of a run that was killed: its evaluation was never there. Takes such a one away.
static bool remove_abandoned(const char *path, const char *private_path)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    int folder_length = (int)(base - path);
    char folder[4096], other[4096 + 300];
    struct stat ours, theirs;
    int file = open(private_path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    bool removed = false;
    snprintf(folder, sizeof folder, "%.*s", folder_length ? folder_length : 1, folder_length ? path : ".");
    DIR *listing = file >= 0 && flock(file, LOCK_EX | LOCK_NB) == 0 && fstat(file, &ours) == 0 && ours.st_nlink == 2 &&
                           access(path, F_OK) != 0
                       ? opendir(folder)
                       : NULL;
    for (struct dirent *entry; listing && !removed && (entry = readdir(listing));) {
        if (!is_aside(entry->d_name, base))
            continue;
        snprintf(other, sizeof other, "%.*s%s", folder_length, path, entry->d_name);
        removed = lstat(other, &theirs) == 0 && theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino &&
                  unlink(private_path) == 0;
    }
    if (removed) {
        remove_aside(other);
        other[strlen(other) - (sizeof ".private" - 1)] = '\0';
        remove_aside(other);
    }
    if (listing)
        closedir(listing);
    if (file >= 0)
        close(file);
    return removed;
}

// Puts both in place; the private file first, so that an evaluation file never stands without it.
static bool put_in_place(const char *aside, const char *aside_private, const char *path, const char *private_path,
                         struct survey_error *error)
{
    bool linked = link(aside_private, private_path) == 0 ||
                  (errno == EEXIST && remove_abandoned(path, private_path) && link(aside_private, private_path) == 0);
    if (!linked && access(private_path, F_OK) == 0) {
        errno = EEXIST;
        return fail_place(private_path, error);
    }
    if (!linked && !move_new(aside_private, private_path)) // a file system without links
        return fail_place(private_path, error);
    if (move_new(aside, path)) {
        survey_folder_sync(path);
        return true;
    }
    fail_place(path, error);
    unlink(private_path);
    return false;
}

static bool make_files(const char *aside, const char *aside_private, struct survey_form *const *forms, size_t count,
                       const struct survey_actor *actor, struct survey_error *error)
{
    struct survey_store *store;
    if (!make_database(aside, survey_schema_sql, error) || !make_database(aside_private, private_sql, error))
        return false;
    if (!survey_store_open(aside, SURVEY_STORE_WRITE, &store, error))
        return false;
    bool done = fill(store, forms, count, actor, error);
    if (done) // one plain file to be put in place, without -wal beside it
        done = sqlite3_exec(store->database, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL) == SQLITE_OK ||
               survey_store_fail(store, error);
    survey_store_close(store);
    return done;
}

bool survey_store_create(const char *path, struct survey_form *const *forms, size_t count,
                         const struct survey_actor *actor, struct survey_error *error)
{
    char aside[4096], aside_private[4200];
    if (access(path, F_OK) == 0) {
        errno = EEXIST;
        return fail_place(path, error);
    }
    if (sodium_init() < 0)
        return survey_fail(error, SURVEY_ERROR_RESOURCE, "", "%s", _("no random numbers are to be had"));
    if (!survey_file_aside(path, aside, sizeof aside, error))
        return false;
    snprintf(aside_private, sizeof aside_private, "%s.private", aside);
    int file = open(aside_private, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    char *private_path = survey_private_path(path);
    bool done = file >= 0 || fail_place(aside_private, error);
    if (file >= 0)
        flock(file, LOCK_EX | LOCK_NB); // tells another run that this one lives
    done = done && make_files(aside, aside_private, forms, count, actor, error) &&
           put_in_place(aside, aside_private, path, private_path, error);
    remove_aside(aside);
    remove_aside(aside_private);
    if (file >= 0)
        close(file);
    free(private_path);
    return done;
}
