// SPDX-License-Identifier: GPL-3.0-or-later
// A CSV file as columns.
#include "stats/data/table.h"

#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/map.h"
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
    *numbers = survey_arena_array(table->arena, table->rows, sizeof **numbers);
    return stats_table_numbers_into(table, column, *numbers, error);
}

bool stats_table_numbers_into(const struct stats_table *table, uint32_t column, double *values,
                              struct survey_error *error)
{
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
    return true;
}

struct sorted {
    const char *text;
    double number;
    bool numeric;
    uint32_t found; // its place in the order of appearance
};

static int by_value(const void *left, const void *right)
{
    const struct sorted *a = left, *b = right;
    if (a->numeric && b->numeric && a->number != b->number)
        return a->number < b->number ? -1 : 1;
    return strcmp(a->text, b->text);
}

// Numbers the distinct texts by appearance into of_row.
static size_t find_distinct(struct survey_map *map, struct survey_arena *scratch, const char *const *texts,
                            size_t rows, uint32_t *of_row)
{
    for (size_t row = 0; row < rows; row++) {
        of_row[row] = STATS_NO_LEVEL;
        if (!*texts[row])
            continue;
        if (row > 0 && strcmp(texts[row], texts[row - 1]) == 0) { // sorted files have long runs
            of_row[row] = of_row[row - 1];
            continue;
        }
        bool added;
        struct survey_map_entry *entry = survey_map_put(map, scratch, texts[row], &added);
        if (added) {
            entry->number = (int64_t)map->count - 1;
            entry->value = (void *)(uintptr_t)texts[row];
        }
        of_row[row] = (uint32_t)entry->number;
    }
    return map->count;
}

void stats_levels_of(struct survey_arena *arena, const char *const *texts, size_t rows,
                     struct stats_levels *levels)
{
    struct survey_arena *scratch = survey_arena_new();
    struct survey_map map = {0};
    bool numeric = true;
    levels->of_row = survey_arena_array(arena, rows + 1, sizeof *levels->of_row);
    levels->count = find_distinct(&map, scratch, texts, rows, levels->of_row);
    levels->names = survey_arena_array(arena, levels->count + 1, sizeof *levels->names);
    struct sorted *sorted = survey_arena_array(scratch, levels->count + 1, sizeof *sorted);
    uint32_t *place = survey_arena_array(scratch, levels->count + 1, sizeof *place);
    for (uint32_t i = 0; i < levels->count; i++) {
        sorted[i] = (struct sorted){.text = map.entries[i].value, .found = i};
        numeric = survey_number_parse(sorted[i].text, strlen(sorted[i].text), &sorted[i].number) && numeric;
    }
    for (size_t i = 0; i < levels->count; i++)
        sorted[i].numeric = numeric;
    qsort(sorted, levels->count, sizeof *sorted, by_value);
    for (uint32_t i = 0; i < levels->count; i++) {
        levels->names[i] = sorted[i].text;
        place[sorted[i].found] = i;
    }
    for (size_t row = 0; row < rows; row++)
        if (levels->of_row[row] != STATS_NO_LEVEL)
            levels->of_row[row] = place[levels->of_row[row]];
    survey_map_clear(&map);
    survey_arena_free(scratch);
}

void stats_table_levels(const struct stats_table *table, uint32_t column, struct stats_levels *levels)
{
    const char **texts = survey_realloc(NULL, table->rows, sizeof *texts);
    for (size_t row = 0; row < table->rows; row++)
        texts[row] = stats_table_text(table, row, column);
    stats_levels_of(table->arena, texts, table->rows, levels);
    free(texts);
}
