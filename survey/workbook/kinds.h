// SPDX-License-Identifier: GPL-3.0-or-later
// The readers of each kind of workbook, for open.c alone.
#pragma once

#include "survey/workbook/workbook.h"

bool survey_md_read(struct survey_arena *arena, const char *path, const char *bytes, size_t length,
                    const struct survey_workbook_limits *limits, struct survey_workbook *workbook,
                    struct survey_error *error);
bool survey_xlsx_read(struct survey_arena *arena, const char *path, const char *bytes, size_t length,
                      const struct survey_workbook_limits *limits, struct survey_workbook *workbook,
                      struct survey_error *error);
// The library reads the file itself.
bool survey_xls_open(struct survey_arena *arena, const char *path, const struct survey_workbook_limits *limits,
                     struct survey_workbook *workbook, struct survey_error *error);

// .xls of Excel 97 and later (BIFF8), by our own reader. older: it is an earlier one, or no workbook of that
// kind at all; false is returned then too.
bool survey_biff_read(struct survey_arena *arena, const char *path, const char *bytes, size_t length,
                      const struct survey_workbook_limits *limits, struct survey_workbook *workbook, bool *older,
                      struct survey_error *error);
// A stream of a compound file by its name; the caller frees it.
bool survey_compound_read(const uint8_t *bytes, size_t length, const char *name, uint8_t **stream, size_t *size);

// What a number is by its format: the built-in one of that id, or the code where there is one.
enum survey_xlsx_format { SURVEY_XLSX_NUMBER, SURVEY_XLSX_DATE, SURVEY_XLSX_TIME, SURVEY_XLSX_DATETIME };
enum survey_xlsx_format survey_number_format(int64_t id, const char *code);
// The serial day number as ISO 8601.
void survey_serial_text(bool from_1904, double serial, enum survey_xlsx_format format, char *at, size_t size);

// A sheet under construction: cells are put in any order of columns, rows in ascending order.
struct survey_grid {
    struct survey_arena *arena;
    const struct survey_workbook_limits *limits;
    struct survey_grid_cell *cells;
    size_t count, capacity, bytes; // of all texts: many cells can name one long shared string
    uint32_t rows, columns;
};
struct survey_grid_cell {
    uint32_t row, column;
    const char *text;
};
// False where the cell is beyond the limits. Blank text only widens nothing.
bool survey_grid_put(struct survey_grid *grid, uint32_t row, uint32_t column, const char *text, size_t length);
// Makes the sheet and empties the grid.
void survey_grid_finish(struct survey_grid *grid, const char *name, struct survey_sheet *sheet);
