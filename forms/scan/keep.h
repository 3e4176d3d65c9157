// SPDX-License-Identifier: GPL-3.0-or-later
// What is kept of scanned pages in the evaluation file: images once, the page ledger, responses
// assembled from the pages of their sheets, and what waits for a person.
#pragma once

#include "forms/scan/scan.h"

// Everything in the arena, which must outlive the context.
bool scan_context_load(struct survey_store *store, struct survey_arena *arena, const struct scan_rules *rules,
                       struct scan_context *context, struct survey_error *error);

struct scan_unread {
    const char *file;
    int file_page;
    enum scan_state state;
    const char *reason;
};

struct scan_keeper;
// context and actor must outlive it.
struct scan_keeper *scan_keeper_new(struct survey_store *store, const struct scan_context *context,
                                    const struct survey_actor *actor);
void scan_keeper_free(struct scan_keeper *keeper); // rolls back what was not committed
// Keeps one page, in the order in which pages come; takes over its crops. Commits now and then, so that
// a batch that is killed has lost nothing that was committed, and goes on there when run again.
bool scan_keep(struct scan_keeper *keeper, const char *file, int file_page, struct scan_page *page,
               struct survey_error *error);
// Commits the rest.
bool scan_keep_end(struct scan_keeper *keeper, struct survey_error *error);

// What came of it: pages by state, the pages not read, the sheets of which a page was read.
struct scan_outcome {
    size_t states[SCAN_STATES];
    const struct scan_unread *unread;
    size_t unread_count;
    const struct scan_sheet *const *sheets;
    size_t sheet_count;
    size_t responses;    // made by this run
    size_t waiting;      // marks that this run put into the queue, doubtful
    size_t writing;      // and writing boxes
    size_t empty;        // sheets with nothing on the pages that came: they make no response
    size_t one_bit;      // pages read of which the scanner made black and white
    size_t odd;          // pages read that had something out of the ordinary
};
const struct scan_outcome *scan_keep_outcome(const struct scan_keeper *keeper);

// A sheet's response id: the same in every copy of the evaluation.
void scan_response_id(const struct scan_sheet *sheet, char id[static 64]);
// Makes the sheet's response from the pages read so far, or brings it up to date with them; within a
// transaction. *made says whether it was new; none is made of a sheet with nothing filled in. Nothing that
// was decided or corrected is lost.
bool scan_assemble(struct survey_store *store, const struct scan_context *context, const struct scan_sheet *sheet,
                   const struct survey_actor *actor, bool *made, struct survey_error *error);
// Sets a paper response to complete where all of its pages are in and nothing of it waits, else to
// waiting; one that is a duplicate, superseded or rejected stays so. For after a decision.
bool scan_response_settle(struct survey_store *store, const char *id, struct survey_error *error);

// A sheet's pages read so far, as scan --json has a response.
bool scan_response_json(struct survey_store *store, const struct scan_sheet *sheet, struct survey_json_writer *json,
                        struct survey_error *error);

// The row of the attached list "sample" for the sheet, as phones get it: for pulldata().
struct survey_node;
bool scan_sample_row(struct survey_store *store, const struct scan_context *context, const struct scan_sheet *sheet,
                     struct survey_arena *arena, struct survey_node **root, struct survey_error *error);
// The token that the sheet's first page says.
void scan_sheet_token(const struct scan_context *context, const struct scan_sheet *sheet,
                      char text[static PAPER_TOKEN_LENGTH + 1]);
