// SPDX-License-Identifier: GPL-3.0-or-later
// A file of columns beside an evaluation file, so that a million responses need not be read row by row each time. It
// holds nothing that the evaluation does not, and may be deleted at any time. Private to stats.
//
// A header with the evaluation's state (survey_store_state), a table of sections by name, and the sections: entries of one
// width, then texts ended by NUL. Each section and the table carry a hash. Whatever is amiss (another state, another
// version of the program, another machine's byte order, a length or a hash) makes the file as good as absent. Raise the
// format in snapshot.c with any change to how the design or an answer is read.
#pragma once

#include "survey/store/store.h"

struct survey_arena;
struct stats_snapshot;

enum { STATS_SNAPSHOT_NAME = 88 };

struct stats_section {
    char name[STATS_SNAPSHOT_NAME]; // NUL-terminated
    uint32_t width;                 // bytes an entry
    uint32_t texts;                 // how many
    uint64_t entries;
    uint64_t offset, length; // of entries and texts together
    uint64_t hash;
};

struct stats_snapshot_head {
    uint8_t state[SURVEY_STATE];
    uint64_t rows;
    uint32_t stages, weighted;
};

// "county.1b2c3d4e.snapshot" for county.assay: one a form and round. The caller frees it.
char *stats_snapshot_path(const char *evaluation, const char *form, const char *round);

// NULL where there is none that holds for this state.
struct stats_snapshot *stats_snapshot_open(const char *path, const uint8_t state[static SURVEY_STATE]);
void stats_snapshot_close(struct stats_snapshot *snapshot); // NULL is fine
const struct stats_snapshot_head *stats_snapshot_head(const struct stats_snapshot *snapshot);
const struct stats_section *stats_snapshot_find(const struct stats_snapshot *snapshot, const char *name);
// A section's entries (count of that width) and texts, into the arena; false where they are not there or are damaged.
bool stats_snapshot_read(const struct stats_snapshot *snapshot, const char *name, uint32_t width, uint64_t entries,
                         struct survey_arena *arena, void **data, const char ***texts);

// Written aside, for nobody whom evaluation's permissions shut out, and renamed. A section whose name is too long is left out; end is false where anything failed, and then
// nothing is left behind.
struct stats_snapshot_writer;
struct stats_snapshot_writer *stats_snapshot_write(const char *path, const char *evaluation,
                                                    const struct stats_snapshot_head *head);
void stats_snapshot_add(struct stats_snapshot_writer *writer, const char *name, const void *data, uint32_t width,
                        uint64_t entries, const char *const *texts, size_t count);
// keep false: gives up.
bool stats_snapshot_end(struct stats_snapshot_writer *writer, bool keep);
