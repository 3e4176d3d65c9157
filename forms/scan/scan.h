// SPDX-License-Identifier: GPL-3.0-or-later
// Scanned pages back to answers: one page read (without the evaluation file, by any number of threads),
// a batch of files read in order, and what is kept of it in the evaluation file.
#pragma once

#include "forms/paper/layout.h"
#include "forms/paper/token.h"
#include "forms/scan/decide.h"
#include "forms/scan/image.h"
#include "survey/store/store.h"

// The one state of a page. The names in the evaluation file are those of scan_state_name().
enum scan_state {
    SCAN_OK,           // ok: read
    SCAN_EMPTY,        // blank: nothing on it
    SCAN_FOREIGN,      // foreign: no marks and no code of ours
    SCAN_FORGED,       // forged: a code like ours that this evaluation never made
    SCAN_DUPLICATE,    // duplicate: this page of this sheet was read before, from another image
    SCAN_NOT_ISSUED,   // not_issued: a good code of a sheet that this file does not know
    SCAN_VERSION,      // version: the sheet is of another version of the form than its code
    SCAN_LOW_CONTRAST, // low_contrast: too faint or too dark to read
    SCAN_UNREADABLE,   // unreadable: ours, but the marks or the code cannot be read
    SCAN_MISFIT,       // misfit: the boxes are not where they should be
    SCAN_DAMAGED,      // damaged: the image cannot be decoded
    SCAN_AGAIN,        // the very same image was taken before; nothing is kept
    SCAN_STATES
};
const char *scan_state_name(enum scan_state state);
const char *scan_state_words(enum scan_state state); // what it means, translated

// A printed sheet, as the evaluation file has it.
struct scan_sheet {
    uint64_t number;
    int64_t form; // row id
    uint16_t tag; // of the form's version
    int pages;
    const char *unit; // NULL: a blank form
    const char *round;
    const struct paper_layout *layout;
};

// What reading a page needs, made once and then shared by all threads.
struct scan_context {
    uint8_t key[PAPER_TOKEN_KEY];
    const struct scan_sheet *sheets; // by number
    size_t sheet_count;
    const struct paper_layout **designs; // layouts that differ in where their marks and codes are
    size_t design_count;
    const uint8_t *known; // SHA-256 of the images taken before, sorted
    size_t known_count;
    struct scan_rules rules;
};
const struct scan_sheet *scan_sheet_find(const struct scan_context *context, uint64_t number);

struct scan_crop {
    size_t answer; // index into answers
    struct survey_buffer png;
};

// What became of one page. Lives in its arena, but for the bytes.
struct scan_page {
    struct survey_arena *arena;
    enum scan_state state;
    const char *reason; // for a person; with SCAN_OK what was out of the ordinary, "" where nothing
    bool one_bit;       // black and white only
    struct scan_raw raw; // the image as it came; without bytes where there is none
    uint8_t hash[32];
    int width, height;
    double dpi;
    bool registered;
    struct scan_registration registration;
    bool has_token;
    struct paper_token token;
    const struct scan_sheet *sheet; // NULL where none
    const struct paper_page *page;
    struct scan_mark *marks;
    struct scan_answer *answers;
    size_t answer_count;
    struct scan_crop *crops; // of the doubtful and the written
    size_t crop_count;
};
// Reads a decoded image.
void scan_page_read(const struct scan_context *context, const struct scan_image *image, struct scan_page *page);
// Takes over raw, decodes and reads it; where names it in messages.
void scan_page_take(const struct scan_context *context, struct scan_raw *raw, const char *where, struct scan_page *page);
void scan_page_clear(struct scan_page *page);

struct survey_json_writer;
// The scores of a question's boxes: by choice, or "0:7" for the 7 of the first digit.
void scan_scores_json(const struct scan_page *page, const struct scan_answer *answer, struct survey_json_writer *json);
// The page's answers with their scores and places, as JSON; and the transform.
void scan_page_json(const struct scan_page *page, struct survey_buffer *json);
void scan_transform_json(const struct scan_transform *transform, struct survey_buffer *json);

// A part of the page, upright and straight, as PNG; what is as light as white or lighter is shown as white.
bool scan_crop_png(const struct scan_image *image, const struct scan_transform *transform, const struct paper_box *box,
                   double margin, double white, struct survey_buffer *png, struct survey_error *error);
