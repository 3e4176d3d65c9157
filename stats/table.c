// SPDX-License-Identifier: GPL-3.0-or-later
// A CSV file as columns.
#include "stats/table.h"

#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/number.h"
#include "survey/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool stats_table_open(struct survey_arena *arena, const char *path, struct stats_table *table,
                      struct survey_error *error)
{
    *table = (struct stats_table){.arena = arena, .path = survey_arena_strdup(arena, path)};
    if (!survey_csv_open(arena, path, &survey_workbook_default_limits, &table->sheet, error))
        return false;
    if (table->sheet.rows < 2)
        return survey_fail(error, SURVEY_ERROR_INPUT, path, "%s", _("the file has no rows of data"));
    table->rows = table->sheet.rows - 1;
    return true;
}

bool stats_table_restrict(struct stats_table *table, const char *condition, struct survey_error *error)
{
    double *holds = survey_realloc(NULL, table->rows, sizeof *holds);
    if (!stats_table_evaluate(table, condition, table->path, holds, error)) {
        free(holds);
        return false;
    }
    struct survey_sheet *sheet = &table->sheet;
    uint32_t *lines = survey_arena_array(table->arena, sheet->rows, sizeof *lines);
    uint32_t kept = 1;
    lines[0] = survey_sheet_line(sheet, 0);
    for (uint32_t row = 1; row < sheet->rows; row++)
        if (holds[row - 1] != 0 && !isnan(holds[row - 1])) {
            lines[kept] = survey_sheet_line(sheet, row);
            memmove(&sheet->cells[(size_t)kept * sheet->columns], &sheet->cells[(size_t)row * sheet->columns],
                    sheet->columns * sizeof *sheet->cells);
            kept++;
        }
    free(holds);
    sheet->lines = lines;
    sheet->rows = kept;
    table->rows = kept - 1;
    return kept > 1 || survey_fail(error, SURVEY_ERROR_INPUT, table->path, _("no row meets '%s'"), condition);
}

int stats_table_find(const struct stats_table *table, const char *name)
{
    for (uint32_t column = 0; column < table->sheet.columns; column++)
        if (strcmp(survey_sheet_cell(&table->sheet, 0, column), name) == 0)
            return (int)column;
    return survey_sheet_column(&table->sheet, name);
}

bool stats_table_column(const struct stats_table *table, const char *name, uint32_t *column,
                        struct survey_error *error)
{
    int found = *name ? stats_table_find(table, name) : -1;
    if (found < 0)
        return survey_fail(error, SURVEY_ERROR_INPUT, table->path, _("there is no column '%s'"), name);
    *column = (uint32_t)found;
    return true;
}

const char *stats_table_text(const struct stats_table *table, size_t row, uint32_t column)
{
    return survey_sheet_cell(&table->sheet, (uint32_t)row + 1, column);
}

void stats_table_place(const struct stats_table *table, size_t row, char at[static 512])
{
    survey_format_into(at, 512, _("%s: line %u"), table->path,
                       survey_sheet_line(&table->sheet, (uint32_t)row + 1));
}

static bool is_missing(const char *text)
{
    return !*text || strcmp(text, "NA") == 0;
}

bool stats_table_numeric(const struct stats_table *table, uint32_t column)
{
    bool any = false;
    double number;
    for (size_t row = 0; row < table->rows; row++) {
        const char *text = stats_table_text(table, row, column);
        if (is_missing(text))
            continue;
        if (!survey_number_parse(text, strlen(text), &number))
            return false;
        any = true;
    }
    return any;
}

bool stats_table_numbers(const struct stats_table *table, uint32_t column, double **numbers,
                         struct survey_error *error)
{
    double *values = survey_arena_array(table->arena, table->rows, sizeof *values);
    for (size_t row = 0; row < table->rows; row++) {
        const char *text = stats_table_text(table, row, column);
        values[row] = (double)NAN;
        if (!is_missing(text) && !survey_number_parse(text, strlen(text), &values[row])) {
            char at[512];
            stats_table_place(table, row, at);
            return survey_fail(error, SURVEY_ERROR_INPUT, at, _("column '%s': '%.60s' is not a number"),
                               survey_sheet_cell(&table->sheet, 0, column), text);
        }
    }
    *numbers = values;
    return true;
}

struct sorted {
    const char *text;
    double number;
    bool numeric;
    uint32_t row;
};

static int by_value(const void *left, const void *right)
{
    const struct sorted *a = left, *b = right;
    if (a->numeric && b->numeric && a->number != b->number)
        return a->number < b->number ? -1 : 1;
    int order = strcmp(a->text, b->text);
    return order ? order : (a->row > b->row) - (a->row < b->row);
}

void stats_levels_of(struct survey_arena *arena, const char *const *texts, size_t rows,
                     struct stats_levels *levels)
{
    struct sorted *sorted = survey_realloc(NULL, rows + 1, sizeof *sorted);
    size_t count = 0;
    bool numeric = true;
    levels->of_row = survey_arena_array(arena, rows + 1, sizeof *levels->of_row);
    for (size_t row = 0; row < rows; row++) {
        levels->of_row[row] = STATS_NO_LEVEL;
        if (!*texts[row])
            continue;
        sorted[count] = (struct sorted){.text = texts[row], .row = (uint32_t)row};
        numeric = survey_number_parse(texts[row], strlen(texts[row]), &sorted[count].number) && numeric;
        count++;
    }
    for (size_t i = 0; i < count; i++)
        sorted[i].numeric = numeric;
    qsort(sorted, count, sizeof *sorted, by_value);
    levels->names = survey_arena_array(arena, count + 1, sizeof *levels->names);
    levels->count = 0;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(sorted[i].text, sorted[i - 1].text) != 0)
            levels->names[levels->count++] = sorted[i].text;
        levels->of_row[sorted[i].row] = (uint32_t)levels->count - 1;
    }
    free(sorted);
}

void stats_table_levels(const struct stats_table *table, uint32_t column, struct stats_levels *levels)
{
    const char **texts = survey_realloc(NULL, table->rows, sizeof *texts);
    for (size_t row = 0; row < table->rows; row++)
        texts[row] = stats_table_text(table, row, column);
    stats_levels_of(table->arena, texts, table->rows, levels);
    free(texts);
}
