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

// A sheet under construction: cells are put in any order of columns, rows in ascending order.
struct survey_grid {
    struct survey_arena *arena;
    const struct survey_workbook_limits *limits;
    struct survey_grid_cell *cells;
    size_t count, capacity;
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
