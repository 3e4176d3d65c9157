// SPDX-License-Identifier: GPL-3.0-or-later
// Workbooks as tables of text with their places: what .xlsx, a folder of .csv and .md table files
// have in common. Rows and columns keep the numbers that a person sees, blank rows too.
#pragma once

#include "survey/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct survey_arena;

struct survey_sheet {
    const char *name;    // as written; "" for a lone CSV file
    uint32_t rows;       // rows kept; row 0 is the file's first
    uint32_t columns;
    const char **cells;  // rows * columns, row-major; "" where blank, never NULL; UTF-8, trimmed
    const uint32_t *lines; // the line (CSV, md) or row (xlsx) number of each row, from 1; NULL: row + 1
};

struct survey_workbook {
    const char *path; // as named by the user, for messages
    struct survey_sheet *sheets;
    size_t sheet_count;
};

// Bounds on what is read, so that no file can exhaust the machine.
struct survey_workbook_limits {
    size_t bytes;    // of any one file or zip member, decompressed
    uint32_t rows;   // of a sheet
    uint32_t columns;
    uint32_t sheets;
};
extern const struct survey_workbook_limits survey_workbook_default_limits;

// Opens by what the path is: a folder of .csv files (one sheet each, named by the file), a .csv
// file (one sheet, named after it, or several below their names), a .md table file, or an .xlsx, .xlsm or
// .xls workbook (by content).
// The workbook lives in the arena. Numbers come as the shortest text, whole ones without ".0";
// booleans as TRUE and FALSE; dates as ISO 8601; rich text as its plain text.
bool survey_workbook_open(struct survey_arena *arena, const char *path,
                          const struct survey_workbook_limits *limits,
                          struct survey_workbook **workbook, struct survey_error *error);
// The same from memory; kind is "xlsx", "xls" (of Excel 97 and later), "csv" or "md".
bool survey_workbook_read(struct survey_arena *arena, const char *path, const char *kind,
                          const char *bytes, size_t length,
                          const struct survey_workbook_limits *limits,
                          struct survey_workbook **workbook, struct survey_error *error);

// The custom document properties of an .xlsx file held in memory: name -> value (const char *). The map
// is cleared by the caller; its texts live in the arena.
struct survey_map;
bool survey_workbook_properties(struct survey_arena *arena, const char *path, const char *bytes, size_t length,
                                struct survey_map *map, struct survey_error *error);

// The sheet of that name, whatever its case; NULL where there is none.
const struct survey_sheet *survey_workbook_sheet(const struct survey_workbook *workbook, const char *name);

// The text of a cell; "" outside the sheet.
const char *survey_sheet_cell(const struct survey_sheet *sheet, uint32_t row, uint32_t column);
// The line or row number that a person sees for row.
uint32_t survey_sheet_line(const struct survey_sheet *sheet, uint32_t row);
// The column whose header (row 0) is that text, whatever its case; -1 where there is none.
int survey_sheet_column(const struct survey_sheet *sheet, const char *header);
// The text of a row under that header; "" where there is no such column.
const char *survey_sheet_text(const struct survey_sheet *sheet, uint32_t row, const char *header);
// A fault at that place, with severity, sheet, row and column; the rest is the caller's.
struct survey_problem survey_sheet_fault(const struct survey_sheet *sheet, uint32_t row, const char *header);

// Reads one CSV file (RFC 4180; UTF-8 with or without BOM; the delimiter ',', ';' or tab found in
// the header; quoted newlines) into one sheet. A row with more cells than the header, a quote that
// is not closed, a NUL or bytes that are not UTF-8 are faults that name their line. Rows with fewer
// cells are filled with blanks, since spreadsheets write them so.
bool survey_csv_read(struct survey_arena *arena, const char *path, const char *bytes, size_t length,
                     const struct survey_workbook_limits *limits, struct survey_sheet *sheet,
                     struct survey_error *error);
bool survey_csv_open(struct survey_arena *arena, const char *path,
                     const struct survey_workbook_limits *limits, struct survey_sheet *sheet,
                     struct survey_error *error);

struct survey_buffer;
// Adds one CSV field, quoted where needed; first says whether a comma must not stand before it.
void survey_csv_put(struct survey_buffer *buffer, const char *text, bool first);
// The same with text that a spreadsheet would take for a formula (= + - @ tab CR) led by an
// apostrophe; numbers are left alone.
void survey_csv_put_safe(struct survey_buffer *buffer, const char *text, bool first);

// The sheets of a workbook as canonical JSON, rows with the numbers that a person sees, blank cells
// at the end of a row and blank rows left out; and back. What the evaluation file keeps.
void survey_workbook_write_json(const struct survey_workbook *workbook, struct survey_buffer *json);
bool survey_workbook_read_json(struct survey_arena *arena, const char *path, const char *json, size_t length,
                               struct survey_workbook **workbook, struct survey_error *error);
