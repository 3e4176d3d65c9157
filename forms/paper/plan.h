// SPDX-License-Identifier: GPL-3.0-or-later
// What of a questionnaire goes on paper, in which shape, under which number. Private to forms/paper.
#pragma once

#include "survey/definition/form.h"
#include "survey/definition/paper.h"

enum paper_shape {
    PAPER_SHAPE_HEADING, // a group's title
    PAPER_SHAPE_NOTE,    // text to read
    PAPER_SHAPE_CHOICES, // a box a choice
    PAPER_SHAPE_DIGITS,  // a grid of ten boxes a digit
    PAPER_SHAPE_WRITE,   // a writing box
    PAPER_SHAPE_MATRIX,  // selects of one list, a row each
    PAPER_SHAPE_ROWS,    // a repeat: a table to write in
    PAPER_SHAPE_ABSENT,  // not on paper (a photograph, a position): named for the enumerator
};

// How a writing box looks.
enum paper_box_kind { PAPER_BOX_PLAIN, PAPER_BOX_DATE, PAPER_BOX_TIME, PAPER_BOX_SHORT };

struct paper_entry {
    enum paper_shape shape;
    const struct survey_item *item;
    unsigned level; // of a heading, from 1
    int digits;
    bool minus;
    enum paper_box_kind box;
    double height; // of a writing box, mm
    bool too_many; // a list too long for boxes: its code is written
    size_t rows;   // of a repeat
    const struct survey_item **parts; // of a matrix or a repeat
    size_t part_count;
};

struct paper_plan {
    struct paper_entry *entries;
    size_t count;
    const char **numbers; // by item->index: "A3", the letter of a top group; NULL where it has none
    const struct survey_item **left_out; // asked, but not on paper as the workbook says (paper none)
    size_t left_out_count;
};

enum { PAPER_DIGITS_MOST = 7, PAPER_CHOICES_MOST = SURVEY_PAPER_CHOICES_MOST, PAPER_ROWS = 5, PAPER_MATRIX_CHOICES = 8 };

// The plan lives in the arena. Columns of "paper" that make no sense go to report with their cell.
struct paper_plan *paper_plan_make(const struct survey_form *form, struct survey_arena *arena, struct survey_report *report);

// The digits of an integer's grid: from "digits:N", else from the bounds its constraint derives
// (following other questions), else from a range's parameters. 0 where a writing box is needed.
int paper_digits(const struct survey_form *form, const struct survey_item *item, bool *minus);
