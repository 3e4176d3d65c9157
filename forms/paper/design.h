// SPDX-License-Identifier: GPL-3.0-or-later
// A form composed on A4 pages: its geometry, and what is drawn on every copy.
#pragma once

#include "forms/paper/layout.h"
#include "forms/paper/text.h"
#include "survey/definition/form.h"

#include <cairo.h>

struct paper_design;

struct paper_request {
    const struct survey_form *form;
    size_t languages[2]; // of the form, the first one leads
    size_t language_count;
    int qr_modules;      // a side
    bool large_codes;    // 25 and 20 mm instead of 20 and 16
};

// Composes. Everything that cannot be printed goes to report with its cell, and then false. What the
// workbook keeps off paper (paper none) is left out. The form must outlive the design.
bool paper_design_make(const struct paper_request *request, struct survey_report *report, struct paper_design **design,
                       struct survey_error *error);
void paper_design_free(struct paper_design *design); // NULL is fine

const struct paper_layout *paper_design_layout(const struct paper_design *design);
// Draws what all copies of a page (from 0) have in common, on a context in points.
void paper_design_draw(const struct paper_design *design, size_t page, cairo_t *cairo);
// The rectangle of the index-th text on a page, for checks; false past the last.
bool paper_design_text(const struct paper_design *design, size_t page, size_t index, struct paper_box *box);

// Every character on a page, with its place, for the same; of the cover where page is PAPER_COVER.
#define PAPER_COVER SIZE_MAX
void paper_design_clusters(const struct paper_design *design, size_t page, paper_cluster_take *take, void *user);

// The cover sheet of a place: a table of so many rows, to be filled in with the households that follow.
enum { PAPER_COVER_ROWS = 30 };
struct paper_cover {
    bool mirrored;           // every x is at the right
    double group_x, group_y, group_w; // top left corner of the place's name, and its room
    double first_y, pitch;   // baseline of the first row, mm from row to row
    double number_x, unit_x, facts_x, sheet_x;
};
void paper_design_draw_cover(struct paper_design *design, cairo_t *cairo);
struct paper_cover paper_design_cover(const struct paper_design *design);

// Where each copy's own texts go: top left corners, mm.
struct paper_places {
    bool mirrored;               // unit_x and running_x are at the right, where lines begin
    double unit_x, unit_y, unit_w; // page 1: the unit and its places, a line each, and their room
    double running_x, running_y; // later pages: the baseline of unit and sheet
    double token_x, token_y;     // every page: the baseline of the token
};
struct paper_places paper_design_places(const struct paper_design *design);
const char *paper_design_title(const struct paper_design *design);
const char *paper_design_file(const struct paper_design *design); // of the workbook
struct survey_report *paper_design_report(const struct paper_design *design);
// The words that stand before those ("Unit", "Sheet", "SPECIMEN ...").
const char *paper_design_word(const struct paper_design *design, const char *word);
// The label of a choice in the design's first language, for a frame column that is named like a select
// question; value itself where there is none.
const char *paper_design_choice(const struct paper_design *design, const char *question, const char *value);

// A text in the form's faces as a picture of its own, to be drawn once and shared (a village's name).
struct paper_label;
bool paper_design_label(struct paper_design *design, const char *text, enum paper_face face, struct paper_label **label,
                        struct survey_error *error);
struct paper_box paper_label_box(const struct paper_label *label, double *baseline); // from 0, 0; mm
void paper_label_draw(const struct paper_label *label, cairo_t *cairo);
void paper_label_clusters(const struct paper_label *label, paper_cluster_take *take, void *user);

// The questions asked, but kept off paper by the workbook; NULL at the end.
const struct survey_item *paper_design_left_out(const struct paper_design *design, size_t index);
// The printed number of a question ("A3"), NULL where it has none.
const char *paper_design_number(const struct paper_design *design, const struct survey_item *item);
