// SPDX-License-Identifier: GPL-3.0-or-later
// What the files that compose a form share. Private to forms/paper.
#pragma once

#include "forms/paper/layout.h"
#include "forms/paper/plan.h"
#include "forms/paper/text.h"

enum { PAPER_LANGUAGES = 2 };

struct paper_maker {
    const struct survey_form *form;
    struct survey_arena *arena;
    struct survey_report *report;
    struct paper_texts *texts;
    struct paper_plan *plan;
    size_t languages[PAPER_LANGUAGES]; // of the form
    size_t language_count;
    const struct paper_phrases *phrases[PAPER_LANGUAGES];
    bool mirrored; // the first language is written from right to left: so are the pages
};

// The words of the form itself, in its own language.
struct paper_phrases {
    bool chinese;
    const char *how, *right, *also_right, *wrong, *correction, *care;
    const char *only_if, *one_answer, *several, *minus, *rows, *row, *write_code;
    const char *image, *audio, *position, *file, *left_out, *date, *page, *unit, *sheet, *blank_unit, *specimen, *continued;
    const char *cover, *result, *day, *signature; // of a place's cover sheet
    const char *places[16]; // of digits, from the ones up
};
const struct paper_phrases *paper_phrases_for(const struct survey_form *form, size_t language);

// A label with ${name} said as the question's number, a constant's value or a gap; "" where there is none.
const char *paper_say(struct paper_maker *maker, const char **labels, size_t language);
// The languages' texts joined, or one where they are the same.
const char *paper_say_all(struct paper_maker *maker, const char **labels, const char *between);
// "Only if A3 is “No”", "" where there is no condition; where words fail, the condition itself.
const char *paper_say_condition(struct paper_maker *maker, const struct survey_logic *relevant, size_t language);

// --- drawing ------------------------------------------------------------------------------------

enum paper_op_kind { PAPER_OP_TEXT, PAPER_OP_FRAME, PAPER_OP_FILL, PAPER_OP_LINE };

struct paper_op {
    enum paper_op_kind kind;
    double x, y, w, h; // mm; a line goes from x, y by w, h
    double thick;      // mm
    struct paper_text text;
};

// What cannot be split: a question, a heading, a note. Coordinates are its own.
struct paper_block {
    double w, h;
    double tail; // white at the end of h, which may fall off the foot of a column
    bool full;  // the page's width; else a column's
    bool glued; // stays with the next one
    const struct survey_item *item;
    struct paper_op *ops;
    size_t op_count, op_capacity;
    struct paper_mark *marks;
    size_t mark_count, mark_capacity;
    struct paper_writing *writing;
    size_t writing_count, writing_capacity;
};

void paper_op_text(struct paper_maker *maker, struct paper_block *block, const struct paper_text *text, double x, double y);
void paper_op_box(struct paper_maker *maker, struct paper_block *block, double x, double y, double w, double h, double thick);
void paper_op_fill(struct paper_maker *maker, struct paper_block *block, double x, double y, double w, double h);
void paper_op_line(struct paper_maker *maker, struct paper_block *block, double x, double y, double w, double h, double thick);
// A mark's box, drawn and kept; x, y its top left corner.
void paper_add_mark(struct paper_maker *maker, struct paper_block *block, const char *question, const char *value,
                    int digit, double x, double y);
void paper_add_writing(struct paper_maker *maker, struct paper_block *block, const char *question, double x, double y,
                       double w, double h);

// The blocks of the plan, in order. NULL and a report where something cannot be printed.
struct paper_blocks {
    struct paper_block *at;
    size_t count, capacity;
};
bool paper_blocks_make(struct paper_maker *maker, struct paper_blocks *blocks);
struct paper_block *paper_block_add(struct paper_maker *maker, struct paper_blocks *blocks, const struct survey_item *item, bool full);
// Number, label, hint and condition at the top; leaves block->h below them.
void paper_block_question(struct paper_maker *maker, struct paper_block *block, const struct survey_item *item);
bool paper_block_matrix(struct paper_maker *maker, struct paper_blocks *blocks, const struct paper_entry *entry);
void paper_block_digits(struct paper_maker *maker, struct paper_block *block, const struct paper_entry *entry);
bool paper_block_choices(struct paper_maker *maker, struct paper_block *block, const struct paper_entry *entry);
void paper_block_write(struct paper_maker *maker, struct paper_block *block, const struct paper_entry *entry);
void paper_block_rows(struct paper_maker *maker, struct paper_blocks *blocks, const struct paper_entry *entry);

// --- from right to left --------------------------------------------------------------------------

// Whether most letters of the form's labels in a language are of scripts from right to left.
bool paper_reads_from_right(const struct survey_form *form, size_t language);
// Turns what was drawn since the first op about the line x = sum / 2.
void paper_block_mirror(struct paper_block *block, size_t first_op, double sum);
// Everything in each block, about the block's middle. What is to keep its order (a date) was turned before.
void paper_blocks_mirror(struct paper_blocks *blocks);

// --- the page, mm -------------------------------------------------------------------------------

#define PAPER_WIDTH 210.0
#define PAPER_HEIGHT 297.0
#define PAPER_LEFT 19.0   // of the content
#define PAPER_FULL 172.0  // its width
#define PAPER_COLUMN 83.0 // of two
#define PAPER_GUTTER 6.0
#define PAPER_INDENT 9.0 // of a label, after its number
#define PAPER_BOX 4.0
#define PAPER_ROW 7.0   // pitch of boxes downwards, at least
#define PAPER_PITCH 8.0 // pitch of boxes across, at least
#define PAPER_FRAME 0.3 // line of a box

// A growing array of the arena: room for one more.
void *paper_grow(struct survey_arena *arena, void *at, size_t count, size_t *capacity, size_t size);
