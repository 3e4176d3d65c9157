// SPDX-License-Identifier: GPL-3.0-or-later
// Files of pages, read by all cores, handed over in the order in which they were named.
#pragma once

#include "forms/scan/scan.h"

struct scan_batch {
    const struct scan_context *context;
    char *const *files;
    size_t file_count;
    int threads; // 0: one a core
    // Called in order, by the calling thread alone, for every page of every file; a file that cannot be
    // opened counts as one damaged page. False stops the batch.
    bool (*visit)(void *user, const char *file, int file_page, struct scan_page *page, struct survey_error *error);
    void *user;
};
bool scan_batch_run(const struct scan_batch *batch, struct survey_error *error);
