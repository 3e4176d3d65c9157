// SPDX-License-Identifier: GPL-3.0-or-later
// Files: read whole under a limit, and written aside, synced and renamed, so that nothing
// half-written is ever found under its name.
#pragma once

#include "survey/base/error.h"

#include <stdbool.h>
#include <stddef.h>

// Reads a whole file of at most limit bytes into memory that the caller frees; NUL-terminated. A file that is larger
// is refused before memory is taken for it, a pipe or device once it has given more.
bool survey_file_read(const char *path, size_t limit, char **bytes, size_t *length,
                      struct survey_error *error);

// Whether path leads to a regular file that may be read. Opening a pipe would wait for a writer.
bool survey_file_check(const char *path, struct survey_error *error);

// Writes bytes aside (PATH.XXXXXX in the same folder), syncs, renames over path. "-" writes to stdout.
bool survey_file_write(const char *path, const void *bytes, size_t length, struct survey_error *error);

// The same in steps, for libraries that write by name: the temporary name to write to (kept in
// temporary, size bytes), then keep (sync and rename) or drop (unlink).
bool survey_file_aside(const char *path, char *temporary, size_t size, struct survey_error *error);
bool survey_file_keep(const char *temporary, const char *path, struct survey_error *error);
void survey_file_drop(const char *temporary);

// Makes a folder where it is missing (its parent must exist).
bool survey_folder_make(const char *path, struct survey_error *error);

// Syncs the folder that path stands in, or a rename there may be lost with the power.
void survey_folder_sync(const char *path);
