// SPDX-License-Identifier: GPL-3.0-or-later
// What every kind of workbook shares: limits and access to cells. Free of any library.
#include "survey/workbook/workbook.h"

const struct survey_workbook_limits survey_workbook_default_limits = {
    .bytes = (size_t)256 << 20, .rows = 1048576, .columns = 16384, .sheets = 256};

static bool same_letters(const char *a, const char *b)
{
    for (;; a++, b++) {
        char x = (char)(*a >= 'A' && *a <= 'Z' ? *a + 32 : *a), y = (char)(*b >= 'A' && *b <= 'Z' ? *b + 32 : *b);
        if (x != y || !x)
            return x == y;
    }
}

const struct survey_sheet *survey_workbook_sheet(const struct survey_workbook *workbook, const char *name)
{
    for (size_t i = 0; i < workbook->sheet_count; i++)
        if (same_letters(workbook->sheets[i].name, name))
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
        if (same_letters(survey_sheet_cell(sheet, 0, column), header))
            return (int)column;
    return -1;
}

const char *survey_sheet_text(const struct survey_sheet *sheet, uint32_t row, const char *header)
{
    int column = survey_sheet_column(sheet, header);
    return column < 0 ? "" : survey_sheet_cell(sheet, row, (uint32_t)column);
}

struct survey_problem survey_sheet_fault(const struct survey_sheet *sheet, uint32_t row, const char *header)
{
    return (struct survey_problem){.severity = SURVEY_FAULT,
                                   .sheet = sheet->name,
                                   .row = survey_sheet_line(sheet, row),
                                   .column = (uint32_t)(survey_sheet_column(sheet, header) + 1),
                                   .expected = ""};
}
