// SPDX-License-Identifier: GPL-3.0-or-later
// The geometry of a printed form: what print decides and scan relies on. Millimetres from the top
// left corner of the page.
#pragma once

#include "survey/base/error.h"
#include "survey/base/format.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct survey_arena;

struct paper_box {
    double x, y, w, h;
};

struct paper_mark {
    struct paper_box box;  // the area a pen is to fill
    const char *question;  // column name of the item; "name[2]" in the second row of a repeat
    const char *value;     // choice, digit, or "-"
    int digit;             // -2: not a digit; -1: minus sign; 0..: digit from the left
};

struct paper_writing {
    struct paper_box box;
    const char *question;
};

struct paper_page {
    struct paper_mark *marks;
    size_t mark_count;
    struct paper_writing *writing;
    size_t writing_count;
    struct paper_box qr[2]; // where the two copies of the QR are, without quiet zone
    int qr_modules;         // modules a side (25 for 2-Q, 29 for 3-H, more for a URL)
};

enum paper_question_kind { PAPER_SELECT_ONE, PAPER_SELECT_MULTIPLE, PAPER_DIGITS, PAPER_WRITING };

struct paper_question {
    const char *name;
    const char *type; // the XLSForm type
    enum paper_question_kind kind;
    int digits;
};

// Where the fiducials are: centres of four 6 mm squares (top left with a 2 mm white hole, top right,
// bottom left, bottom right) and two 4 mm squares half-way down the left and right sides.
enum { PAPER_FIDUCIALS = 6 };

struct paper_layout {
    double width, height;
    struct paper_question *questions;
    size_t question_count;
    struct paper_page *pages;
    size_t page_count;
    struct { double x, y, size; } fiducials[PAPER_FIDUCIALS];
};

// The geometry as canonical JSON (what is stored in the evaluation file), and back.
void paper_layout_write(const struct paper_layout *layout, struct survey_buffer *json);
bool paper_layout_read(struct survey_arena *arena, const char *json, size_t length,
                       struct paper_layout **layout, struct survey_error *error);

// The members "questions", and "marks" and "writing" of a page, within an open object.
struct survey_json_writer;
void paper_questions_write(const struct paper_layout *layout, struct survey_json_writer *writer);
void paper_page_write(const struct paper_page *page, struct survey_json_writer *writer);
