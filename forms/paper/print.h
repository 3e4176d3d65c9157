// SPDX-License-Identifier: GPL-3.0-or-later
// Copies of designed forms, each with its own sheet number, as one PDF and one layout file.
#pragma once

#include "forms/paper/design.h"
#include "forms/paper/token.h"
#include "survey/base/date.h"

// One sheet. The strings are borrowed.
struct paper_copy {
    size_t design;      // index of the form's design
    uint64_t number;    // of the sheet, 40 bits
    const char *unit;   // NULL: a blank form
    const char *places; // where the unit is, for the enumerator; "" for nothing
    const char *group;  // its village, for the cover sheets; "" or NULL for none
    const char *facts;  // what else a cover sheet says of the unit; "" or NULL for nothing
};

struct paper_run {
    struct paper_design *const *designs;
    const uint16_t *tags; // of the designs' forms: first 16 bits of their sha256
    size_t design_count;  // at least one
    const struct paper_copy *copies;
    size_t copy_count;
    const uint8_t *key;   // of the tokens
    const char *server;   // "HTTPS://HOST", or NULL for bare tokens
    struct survey_time now;
    bool covers;          // a cover sheet before the sheets of each group
    bool specimen;        // marked so: no evaluation file knows these sheets
    void (*progress)(size_t done, size_t total); // may be NULL
};

// Cover sheets that stand before copy i where the run has them.
size_t paper_covers_before(const struct paper_copy *copies, size_t count, size_t i);

// Pages of the copies from there to end, which begin a file or a group, with their cover sheets.
size_t paper_pages(const struct paper_run *run, size_t from, size_t end);
// The end of the copies, from there on, that go into one file of at most that many pages: a village stays together
// where it fits into a file at all, a sheet always. most 0: all of them.
size_t paper_file_end(const struct paper_run *run, size_t from, size_t most);

// What a QR says is at most that long.
enum { PAPER_SAYS_MOST = 200 };

// The file and, where layout is given, the layout as JSON (design page "interface", section 3). The same
// run gives the same bytes. What copies share is proof-read as it is embedded: a character that would come out
// wrong is a fault in the first design's report, and nothing is printed.
bool paper_print(const struct paper_run *run, struct survey_buffer *pdf, struct survey_buffer *layout, struct survey_error *error);
// The length of what the QR says, for paper_qr_side().
size_t paper_says_length(const char *server);
