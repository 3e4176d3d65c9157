// SPDX-License-Identifier: GPL-3.0-or-later
// .xls workbooks of Excel 95 and before, by FreeXL; biff.c reads the later ones.
#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/base/utf8.h"
#include "survey/workbook/kinds.h"

#include <freexl.h>
#include <string.h>

static bool put(struct survey_grid *grid, uint32_t row, uint32_t column,
                const FreeXL_CellValue *cell)
{
    char number[SURVEY_NUMBER_TEXT];
    const char *text = NULL;
    switch (cell->type) {
    case FREEXL_CELL_INT:
        survey_format_into(number, sizeof number, "%d", cell->value.int_value);
        text = number;
        break;
    case FREEXL_CELL_DOUBLE:
        survey_number_text(cell->value.double_value, number);
        text = number;
        break;
    case FREEXL_CELL_TEXT:
    case FREEXL_CELL_SST_TEXT:
    case FREEXL_CELL_DATE:
    case FREEXL_CELL_DATETIME:
    case FREEXL_CELL_TIME:
        text = cell->value.text_value;
        break;
    default:
        break;
    }
    if (!text || !survey_utf8_valid(text, strlen(text)))
        return true;
    return survey_grid_put(grid, row, column, text, strlen(text));
}

static bool read_sheet(const void *book, unsigned short index, struct survey_grid *grid,
                       struct survey_sheet *sheet)
{
    const char *name = NULL;
    unsigned rows = 0;
    unsigned short columns = 0;
    bool fits = true;
    if (freexl_get_worksheet_name(book, index, &name) != FREEXL_OK || !name ||
        !survey_utf8_valid(name, strlen(name)) ||
        freexl_select_active_worksheet(book, index) != FREEXL_OK)
        return false;
    if (freexl_worksheet_dimensions(book, &rows, &columns) != FREEXL_OK)
        rows = columns = 0; // an empty sheet has none
    for (unsigned row = 0; row < rows && fits; row++)
        for (unsigned short column = 0; column < columns && fits; column++) {
            FreeXL_CellValue cell;
            if (freexl_get_cell_value(book, row, column, &cell) == FREEXL_OK)
                fits = put(grid, row, column, &cell);
        }
    survey_grid_finish(grid, name, sheet);
    return fits;
}

bool survey_xls_open(struct survey_arena *arena, const char *path,
                     const struct survey_workbook_limits *limits, struct survey_workbook *workbook,
                     struct survey_error *error)
{
    const void *book = NULL;
    unsigned protected = 0, count = 0;
    struct survey_grid grid = {.arena = arena, .limits = limits};
    if (freexl_open(path, &book) != FREEXL_OK) {
        if (book)
            freexl_close(book);
        return survey_fail(
            error, SURVEY_ERROR_INPUT, path, "%s",
            _("this .xls workbook can't be read; save it as .xlsx, without a password"));
    }
    freexl_get_info(book, FREEXL_BIFF_PASSWORD, &protected);
    bool done = protected != FREEXL_BIFF_OBFUSCATED &&
                freexl_get_info(book, FREEXL_BIFF_SHEET_COUNT, &count) == FREEXL_OK &&
                count <= limits->sheets && count <= 0xffff;
    workbook->sheets = survey_arena_array(arena, count + 1u, sizeof *workbook->sheets);
    for (unsigned short i = 0; done && i < count; i++)
        done = read_sheet(book, i, &grid, &workbook->sheets[workbook->sheet_count++]);
    freexl_close(book);
    return done || survey_fail(error, SURVEY_ERROR_INPUT, path, "%s",
                               protected == FREEXL_BIFF_OBFUSCATED
                                   ? _("the workbook has a password; save it without one")
                                   : _("the workbook is damaged or larger than the limits"));
}
