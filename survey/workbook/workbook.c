// SPDX-License-Identifier: GPL-3.0-or-later
// What every kind of workbook shares: limits and access to cells.
#include "survey/workbook/workbook.h"

#include <string.h>
#include <strings.h>

const struct survey_workbook_limits survey_workbook_default_limits = {
    .bytes = (size_t)256 << 20, .rows = 1048576, .columns = 16384, .sheets = 256};

const struct survey_sheet *survey_workbook_sheet(const struct survey_workbook *workbook, const char *name)
{
    for (size_t i = 0; i < workbook->sheet_count; i++)
        if (strcasecmp(workbook->sheets[i].name, name) == 0)
            return &workbook->sheets[i];
    return NULL;
}

const char *survey_sheet_cell(const struct survey_sheet *sheet, uint32_t row, uint32_t column)
{
    if (row >= sheet->rows || column >= sheet->columns)
        return "";
    return sheet->cells[(size_t)row * sheet->columns + column];
}

uint32_t survey_sheet_line(const struct survey_sheet *sheet, uint32_t row)
{
    return sheet->lines && row < sheet->rows ? sheet->lines[row] : row + 1;
}

int survey_sheet_column(const struct survey_sheet *sheet, const char *header)
{
    for (uint32_t column = 0; column < sheet->columns; column++)
        if (strcasecmp(survey_sheet_cell(sheet, 0, column), header) == 0)
            return (int)column;
    return -1;
}
