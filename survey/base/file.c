// SPDX-License-Identifier: GPL-3.0-or-later
// Whole files in, whole files out.
#include "survey/base/file.h"

#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fail(struct survey_error *error, const char *path)
{
    return survey_fail(error, SURVEY_ERROR_RESOURCE, path, "%s", strerror(errno));
}

static bool too_large(const char *path, size_t limit, struct survey_error *error)
{
    return survey_fail(error, SURVEY_ERROR_INPUT, path, _("the file is larger than the limit of %zu bytes"), limit);
}

// What a file says of its size spares growing; pipes and devices say nothing, and what they give is not believed to
// end: memory grows with what came, and never beyond the limit.
static bool read_all(int file, const char *path, size_t limit, char **bytes, size_t *length,
                     struct survey_error *error)
{
    struct stat status;
    size_t capacity = 1 << 16, used = 0;
    if (fstat(file, &status) != 0)
        return fail(error, path);
    if (S_ISREG(status.st_mode) && status.st_size > 0) {
        if ((uintmax_t)status.st_size > limit)
            return too_large(path, limit, error);
        capacity = (size_t)status.st_size + 1; // one more, so that its end is seen
    }
    char *at = survey_alloc(capacity + 1);
    for (;;) {
        if (used == capacity) {
            capacity = capacity > limit / 2 ? limit + 1 : capacity * 2;
            at = survey_realloc(at, capacity + 1, 1);
        }
        ssize_t got = read(file, at + used, capacity - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            free(at);
            return fail(error, path);
        }
        used += (size_t)got;
        if (used > limit) {
            free(at);
            return too_large(path, limit, error);
        }
        if (got == 0)
            break;
    }
    at[used] = '\0';
    *bytes = at;
    *length = used;
    return true;
}

bool survey_file_check(const char *path, struct survey_error *error)
{
    struct stat status;
    if (stat(path, &status) != 0 || access(path, R_OK) != 0)
        return fail(error, path);
    return S_ISREG(status.st_mode) || survey_fail(error, SURVEY_ERROR_USAGE, path, _("this is a folder, a pipe or a device; name files"));
}

bool survey_file_read(const char *path, size_t limit, char **bytes, size_t *length,
                      struct survey_error *error)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return fail(error, path);
    bool done = read_all(file, path, limit, bytes, length, error);
    close(file);
    return done;
}

static bool write_all(int file, const void *bytes, size_t length)
{
    const char *at = bytes;
    while (length) {
        ssize_t put = write(file, at, length);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        at += put;
        length -= (size_t)put;
    }
    return true;
}

bool survey_file_aside(const char *path, char *temporary, size_t size, struct survey_error *error)
{
    int length = snprintf(temporary, size, "%s.XXXXXX", path);
    if (length < 0 || (size_t)length >= size)
        return survey_fail(error, SURVEY_ERROR_USAGE, path, _("the name is too long"));
    mode_t mask = umask(0);
    umask(mask);
    int file = mkostemp(temporary, O_CLOEXEC);
    if (file < 0)
        return fail(error, path);
    fchmod(file, 0666 & ~mask);
    close(file);
    return true;
}

void survey_folder_sync(const char *path)
{
    char *folder = survey_alloc(strlen(path) + 2);
    const char *slash = strrchr(path, '/');
    memcpy(folder, slash ? path : ".", slash ? (size_t)(slash - path) + 1 : 1);
    int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file >= 0) {
        fsync(file);
        close(file);
    }
    free(folder);
}

bool survey_file_keep(const char *temporary, const char *path, struct survey_error *error)
{
    int file = open(temporary, O_RDONLY | O_CLOEXEC);
    bool synced = file >= 0 && fsync(file) == 0;
    if (file >= 0)
        close(file);
    if (!synced || rename(temporary, path) != 0) {
        fail(error, path);
        unlink(temporary);
        return false;
    }
    survey_folder_sync(path);
    return true;
}

void survey_file_drop(const char *temporary)
{
    unlink(temporary);
}

bool survey_file_write(const char *path, const void *bytes, size_t length, struct survey_error *error)
{
    if (strcmp(path, "-") == 0)
        return write_all(STDOUT_FILENO, bytes, length) || fail(error, path);
    char temporary[4096];
    if (!survey_file_aside(path, temporary, sizeof temporary, error))
        return false;
    int file = open(temporary, O_WRONLY | O_CLOEXEC);
    bool done = file >= 0 && write_all(file, bytes, length);
    if (file >= 0)
        done = close(file) == 0 && done;
    if (!done) {
        fail(error, path);
        survey_file_drop(temporary);
        return false;
    }
    return survey_file_keep(temporary, path, error);
}

bool survey_folder_make(const char *path, struct survey_error *error)
{
    return mkdir(path, 0777) == 0 || errno == EEXIST || fail(error, path);
}
