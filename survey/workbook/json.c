// SPDX-License-Identifier: GPL-3.0-or-later
// Workbooks as JSON: {"sheets": [{"name", "columns", "rows": [[number, "cell", ...], ...]}]}.
#include "survey/workbook/workbook.h"

#include "survey/base/arena.h"
#include "survey/base/json.h"
#include "survey/base/text.h"

#include <string.h>

static void write_row(const struct survey_sheet *sheet, uint32_t row, struct survey_json_writer *writer)
{
    uint32_t count = sheet->columns;
    while (count && !survey_sheet_cell(sheet, row, count - 1)[0])
        count--;
    if (!count)
        return;
    survey_json_open(writer, '[');
    survey_json_put_integer(writer, survey_sheet_line(sheet, row));
    for (uint32_t column = 0; column < count; column++)
        survey_json_put_text(writer, survey_sheet_cell(sheet, row, column));
    survey_json_close(writer, ']');
}

void survey_workbook_write_json(const struct survey_workbook *workbook, struct survey_buffer *json)
{
    struct survey_json_writer writer = survey_json_writer(json, false);
    survey_json_open(&writer, '{');
    survey_json_key(&writer, "sheets");
    survey_json_open(&writer, '[');
    for (size_t i = 0; i < workbook->sheet_count; i++) {
        const struct survey_sheet *sheet = &workbook->sheets[i];
        survey_json_open(&writer, '{');
        survey_json_member(&writer, "name", sheet->name);
        survey_json_member_integer(&writer, "columns", sheet->columns);
        survey_json_key(&writer, "rows");
        survey_json_open(&writer, '[');
        for (uint32_t row = 0; row < sheet->rows; row++)
            write_row(sheet, row, &writer);
        survey_json_close(&writer, ']');
        survey_json_close(&writer, '}');
    }
    survey_json_close(&writer, ']');
    survey_json_close(&writer, '}');
}

static bool fail(const char *path, struct survey_error *error)
{
    return survey_fail(error, SURVEY_ERROR_INPUT, path, "%s", _("the stored definition is damaged"));
}

static bool read_row(struct survey_arena *arena, const struct survey_json *json, struct survey_sheet *sheet,
                     uint32_t row, uint32_t *line)
{
    const struct survey_json *item = json->kind == SURVEY_JSON_ARRAY ? json->first : NULL;
    if (!item || item->kind != SURVEY_JSON_NUMBER || !(item->number >= 1 && item->number <= 1e9))
        return false;
    *line = (uint32_t)item->number;
    uint32_t column = 0;
    for (item = item->next; item; item = item->next, column++) {
        if (item->kind != SURVEY_JSON_STRING || column >= sheet->columns)
            return false;
        sheet->cells[(size_t)row * sheet->columns + column] = survey_arena_strdup(arena, item->text);
    }
    return true;
}

static bool read_sheet(struct survey_arena *arena, const struct survey_json *json, struct survey_sheet *sheet)
{
    const struct survey_json *rows = survey_json_get(json, "rows");
    const char *name = survey_json_text(json, "name", NULL);
    double columns = survey_json_number(json, "columns", -1);
    bool sound = rows && name && columns >= 0 && columns <= survey_workbook_default_limits.columns &&
                 rows->count <= survey_workbook_default_limits.rows;
    if (!sound)
        return false;
    *sheet = (struct survey_sheet){.name = survey_arena_strdup(arena, name), .rows = (uint32_t)rows->count,
                                   .columns = (uint32_t)columns};
    size_t cells = (size_t)sheet->rows * sheet->columns;
    uint32_t *lines = survey_arena_array(arena, sheet->rows + 1u, sizeof *lines);
    sheet->cells = survey_arena_array(arena, cells + 1, sizeof *sheet->cells);
    for (size_t i = 0; i < cells; i++)
        sheet->cells[i] = "";
    uint32_t row = 0;
    for (const struct survey_json *item = rows->first; item; item = item->next, row++)
        if (!read_row(arena, item, sheet, row, &lines[row]))
            return false;
    sheet->lines = lines;
    return true;
}

bool survey_workbook_read_json(struct survey_arena *arena, const char *path, const char *json, size_t length,
                               struct survey_workbook **workbook, struct survey_error *error)
{
    struct survey_json *root;
    if (!survey_json_read(arena, path, json, length, &root, error))
        return false;
    const struct survey_json *sheets = survey_json_get(root, "sheets");
    if (!sheets || sheets->kind != SURVEY_JSON_ARRAY || sheets->count > survey_workbook_default_limits.sheets)
        return fail(path, error);
    struct survey_workbook *read = survey_arena_alloc(arena, sizeof *read);
    read->path = survey_arena_strdup(arena, path);
    read->sheet_count = sheets->count;
    read->sheets = survey_arena_array(arena, sheets->count + 1, sizeof *read->sheets);
    size_t i = 0;
    for (const struct survey_json *sheet = sheets->first; sheet; sheet = sheet->next, i++)
        if (!read_sheet(arena, sheet, &read->sheets[i]))
            return fail(path, error);
    *workbook = read;
    return true;
}
