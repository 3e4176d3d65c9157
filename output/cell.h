// SPDX-License-Identifier: GPL-3.0-or-later
// The one door to libxlsxwriter: every string, number, name and range of a workbook goes through
// here, so that nothing a respondent, a frame or a workbook holds can corrupt the file, run as a
// formula or crash the writer.
#pragma once

#include "survey/base/date.h"
#include "survey/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct output_book;
struct output_sheet;

// How a cell looks. Fonts and sizes follow the language of its sheet.
enum output_look {
    OUTPUT_PLAIN,      // text of a page: wrapped, no border
    OUTPUT_ATTACHMENT, // "附件1", flush left
    OUTPUT_TITLE,      // centred over the table
    OUTPUT_SIDE,       // unit of the table, flush right
    OUTPUT_HEAD,       // column heads
    OUTPUT_TEXT,       // table text
    OUTPUT_CENTRE,     // table text, centred
    OUTPUT_NUMBER,     // table number, with decimals
    OUTPUT_TOTAL,      // the same in bold, for the first row of sums
    OUTPUT_NOTE,       // notes under a table
    OUTPUT_LEFT,       // a line over the table, flush left
    OUTPUT_CAPTION,    // over a second table of a sheet, centred
    OUTPUT_ROW,        // a row that heads those below it, tinted
    OUTPUT_LOOKS,
};

// What a table cell says at a glance.
enum output_tone { OUTPUT_NEUTRAL, OUTPUT_GOOD, OUTPUT_WATCH, OUTPUT_BAD, OUTPUT_TONES };

// Starts the workbook aside of path; created fixes the bytes. author and title are properties.
bool output_book_new(const char *path, const char *title, struct survey_time created,
                     struct output_book **book, struct survey_error *error);
// The same for many rows, in memory that does not grow with them: the rows of each sheet are written in
// their order, with output_data_*() and heads alone.
bool output_book_new_long(const char *path, const char *title, struct survey_time created,
                          struct output_book **book, struct survey_error *error);
// Writes and renames; the book is gone either way. output_book_drop() leaves nothing behind.
bool output_book_close(struct output_book *book, struct survey_error *error);
void output_book_drop(struct output_book *book); // NULL is fine
// The same in steps: write aside (temporary names the file until the book is gone), then keep or drop.
bool output_book_write(struct output_book *book, const char **temporary, struct survey_error *error);
bool output_book_keep(struct output_book *book, struct survey_error *error); // the book is gone either way
// A named property of the document ("log head", "evaluation"), read back by `verify`.
void output_book_property(struct output_book *book, const char *name, const char *value);

// A new sheet. The name is made valid (31 characters, none of []:*?/\) and unique.
struct output_sheet *output_sheet_new(struct output_book *book, const char *name, bool chinese);
const char *output_sheet_name(const struct output_sheet *sheet);

// Cells, rows and columns from 0. A number that is not finite is written as "–".
void output_text(struct output_sheet *sheet, uint32_t row, uint32_t column, const char *text,
                 enum output_look look, enum output_tone tone);
void output_number(struct output_sheet *sheet, uint32_t row, uint32_t column, double value, int decimals,
                   enum output_look look, enum output_tone tone);
// Cells of data, without looks: text (never a formula), a number as it is, a day (from 1970-01-01).
void output_data_text(struct output_sheet *sheet, uint32_t row, uint32_t column, const char *text);
void output_data_number(struct output_sheet *sheet, uint32_t row, uint32_t column, double value);
void output_data_date(struct output_sheet *sheet, uint32_t row, uint32_t column, int64_t days);
// Text over a range of columns of one row, and of several rows.
void output_span(struct output_sheet *sheet, uint32_t row, uint32_t first, uint32_t last, const char *text,
                 enum output_look look);
void output_block(struct output_sheet *sheet, uint32_t first_row, uint32_t first, uint32_t last_row,
                  uint32_t last, const char *text, enum output_look look);
// At least so many points of height. Rows are made high enough for their wrapped text where the widths
// of its columns were set before.
void output_row_height(struct output_sheet *sheet, uint32_t row, double points);

// Page and screen: A4, repeated and frozen head rows, "page n of m", widths by content.
struct output_page {
    bool landscape;
    uint32_t head_first, head_last; // rows repeated on print
    uint32_t freeze_row, freeze_column;
    uint32_t columns;
    bool filter;                    // autofilter on head_last
    bool protect;                   // values only: officials' files carry no formula and are protected
};
void output_sheet_finish(struct output_sheet *sheet, const struct output_page *page);
// Sets one column's width in characters; columns not set are fitted to their content.
void output_width(struct output_sheet *sheet, uint32_t column, double width);

// A native stacked bar chart of percentages: categories in one column, one series a column of values
// (a cell without a number leaves a gap).
struct output_stack {
    const char *title;
    uint32_t first_row, last_row; // rows of data
    uint32_t category;            // column of the names
    uint32_t first, last;         // columns of the values; their heads are in head_row
    uint32_t head_row;
    uint32_t at_row, at_column;   // where the chart stands
    double width, height;         // pixels
};
void output_stacked_bars(struct output_sheet *sheet, const struct output_stack *stack);

// A native bar chart of one column, with a line drawn at a limit where limit_column is not 0.
struct output_bars {
    const char *title;
    const struct output_sheet *data; // where the figures stand; NULL: on the chart's own sheet
    uint32_t first_row, last_row, category, values;
    uint32_t limit_column; // the limit repeated for each row; 0 where there is none
    const char *limit_name;
    double most;           // where the axis ends; 0: by the values
    bool below_zero;       // some values are: the axis does not start at 0
    uint32_t at_row, at_column;
    double width, height;
};
void output_bars(struct output_sheet *sheet, const struct output_bars *bars);

// Text made safe: valid UTF-8, no control characters, "_x0041_" taken literally, at most 32,767
// UTF-16 units. The caller frees it.
char *output_safe_text(const char *text);
