// SPDX-License-Identifier: GPL-3.0-or-later
// The workbook of a case: a Markdown table, a file, or rows of cells.
#include "tests/survey/xlsform_case.h"

#include "survey/base/arena.h"
#include "survey/base/map.h"

#include <string.h>

static const char *text_of(const struct survey_json *object, const char *key)
{
    const struct survey_json *member = survey_json_get(object, key);
    return member && member->kind == SURVEY_JSON_STRING ? member->text : NULL;
}

static struct survey_sheet sheet_of(struct survey_arena *arena, const char *name,
                                    const struct survey_json *json)
{
    struct survey_map headers = {0};
    const struct survey_json *header = survey_json_get(json, "header"),
                             *rows = survey_json_get(json, "rows");
    for (const struct survey_json *cell = header ? header->first : NULL; cell; cell = cell->next)
        if (cell->text)
            survey_map_put(&headers, arena, cell->text, NULL);
    for (const struct survey_json *row = rows ? rows->first : NULL; row; row = row->next)
        for (const struct survey_json *cell = row->first; cell; cell = cell->next)
            survey_map_put(&headers, arena, cell->key, NULL);
    struct survey_sheet sheet = {.name = name,
                                 .columns = (uint32_t)headers.count,
                                 .rows = rows ? (uint32_t)rows->count + 1 : 1};
    sheet.cells =
        survey_arena_array(arena, (size_t)sheet.rows * sheet.columns + 1, sizeof *sheet.cells);
    for (size_t i = 0; i < (size_t)sheet.rows * sheet.columns; i++)
        sheet.cells[i] = "";
    for (size_t i = 0; i < headers.count; i++)
        sheet.cells[i] = headers.entries[i].key;
    size_t at = sheet.columns;
    for (const struct survey_json *row = rows ? rows->first : NULL; row;
         row = row->next, at += sheet.columns)
        for (const struct survey_json *cell = row->first; cell; cell = cell->next)
            if (cell->kind == SURVEY_JSON_STRING || cell->kind == SURVEY_JSON_NUMBER)
                sheet.cells[at + (size_t)(survey_map_find(&headers, cell->key) - headers.entries)] =
                    cell->text;
    survey_map_clear(&headers);
    return sheet;
}

static struct survey_workbook *from_rows(struct survey_arena *arena,
                                         const struct survey_json *sheets)
{
    struct survey_workbook *workbook = survey_arena_alloc(arena, sizeof *workbook);
    workbook->path = "case";
    workbook->sheets = survey_arena_array(arena, sheets->count + 1, sizeof *workbook->sheets);
    for (const struct survey_json *sheet = sheets->first; sheet; sheet = sheet->next)
        workbook->sheets[workbook->sheet_count++] = sheet_of(arena, sheet->key, sheet);
    return workbook;
}

static bool is_setting(const char *header, const char *name, const char *other)
{
    char lower[64];
    survey_format_into(lower, sizeof lower, "%s", header);
    for (char *at = lower; *at; at++)
        *at = *at == ' ' ? '_' : (char)(*at >= 'A' && *at <= 'Z' ? *at + 32 : *at);
    return strcmp(lower, name) == 0 || (other && strcmp(lower, other) == 0);
}

// Adds a setting to a copy of the sheet where it is not given.
static struct survey_sheet with_setting(struct survey_arena *arena, const struct survey_sheet *old,
                                        const char *name, const char *other, const char *value)
{
    struct survey_sheet sheet = *old;
    for (uint32_t i = 0; i < old->columns && old->rows; i++)
        if (is_setting(survey_sheet_cell(old, 0, i), name, other))
            return sheet;
    sheet.columns = old->columns + 1;
    sheet.rows = old->rows > 2 ? old->rows : 2;
    sheet.lines = NULL;
    sheet.cells =
        survey_arena_array(arena, (size_t)sheet.rows * sheet.columns, sizeof *sheet.cells);
    for (uint32_t row = 0; row < sheet.rows; row++)
        for (uint32_t column = 0; column < sheet.columns; column++)
            sheet.cells[row * sheet.columns + column] = survey_sheet_cell(old, row, column);
    sheet.cells[old->columns] = name;
    sheet.cells[sheet.columns + old->columns] = value;
    return sheet;
}

static void complete(struct survey_arena *arena, struct survey_workbook *workbook,
                     const struct survey_json *test)
{
    const struct survey_json *options = survey_json_get(test, "options");
    const char *name = text_of(options, "form_name"),
               *fallback = text_of(test, "fallback_form_name");
    struct survey_sheet none = {.name = "settings"}, *settings = &none;
    for (size_t i = 0; i < workbook->sheet_count; i++)
        if (is_setting(workbook->sheets[i].name, "settings", NULL))
            settings = &workbook->sheets[i];
    struct survey_sheet filled =
        with_setting(arena, settings, "form_id", "id_string", fallback ? fallback : "data");
    filled = with_setting(arena, &filled, "name", NULL, name ? name : "data");
    if (settings != &none) {
        *settings = filled;
        return;
    }
    struct survey_sheet *sheets =
        survey_arena_array(arena, workbook->sheet_count + 1, sizeof *sheets);
    memcpy(sheets, workbook->sheets, workbook->sheet_count * sizeof *sheets);
    if (workbook->sheet_count == 1)
        sheets[0].name = "survey"; // a lone sheet is the survey, and is no longer alone
    sheets[workbook->sheet_count] = filled;
    workbook->sheets = sheets;
    workbook->sheet_count++;
}

struct survey_workbook *xlsform_workbook(struct survey_arena *arena, const char *path,
                                         const struct survey_json *test, struct survey_error *error)
{
    const char *md = text_of(test, "md"), *file = text_of(test, "file_copy"),
               *slash = strrchr(path, '/');
    const struct survey_json *sheets = survey_json_get(test, "sheets");
    struct survey_workbook *workbook = NULL;
    size_t ending = file ? strlen(file) : 0;
    bool ours = ending > 5;
    if (ours)
        file =
            survey_arena_format(arena, "%.*s%s", slash ? (int)(slash - path) + 1 : 0, path, file);
    if (md && !survey_workbook_read(arena, "case.md", "md", md, strlen(md),
                                    &survey_workbook_default_limits, &workbook, error))
        return NULL;
    if (ours &&
        !survey_workbook_open(arena, file, &survey_workbook_default_limits, &workbook, error))
        return NULL;
    if (!workbook && sheets && sheets->kind == SURVEY_JSON_OBJECT)
        workbook = from_rows(arena, sheets);
    if (!workbook) {
        survey_fail(error, SURVEY_ERROR_INPUT, "case", "there is no input");
        return NULL;
    }
    complete(arena, workbook, test);
    return workbook;
}
