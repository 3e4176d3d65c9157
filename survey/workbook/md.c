// SPDX-License-Identifier: GPL-3.0-or-later
// Table files in Markdown, as pyxform reads them: "| survey |" begins a sheet, "| | a | b |" is a row.
#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/text.h"
#include "survey/base/utf8.h"
#include "survey/workbook/kinds.h"

#include <string.h>

// The end of the cell at from: the next bar that no backslash protects.
static const char *cell_end(const char *from, const char *end)
{
    const char *at = from;
    while (at < end && *at != '|')
        at += *at == '\\' && at + 1 < end ? 2 : 1;
    return at < end ? at : end;
}

static bool put_cell(struct survey_grid *grid, uint32_t row, uint32_t column, const char *from, const char *to)
{
    struct survey_buffer text = SURVEY_BUFFER(grid->limits->bytes);
    for (; from < to; from++) {
        if (*from == '\\' && from + 1 < to && from[1] == '|')
            from++;
        survey_buffer_byte(&text, *from);
    }
    bool done = survey_grid_put(grid, row, column, survey_buffer_string(&text), text.length);
    survey_buffer_clear(&text);
    return done;
}

// A rule under a head ("|---|---|") holds no data.
static bool is_rule(const char *from, const char *end)
{
    bool dash = false;
    for (; from < end; from++) {
        if (!strchr("|-: \t\r", *from))
            return false;
        dash |= *from == '-';
    }
    return dash;
}

struct md_reader {
    struct survey_grid grid;
    struct survey_workbook *workbook;
    const char *name; // of the sheet being read; NULL before the first
    uint32_t row;
};

static void finish_sheet(struct md_reader *reader)
{
    if (reader->name)
        survey_grid_finish(&reader->grid, reader->name, &reader->workbook->sheets[reader->workbook->sheet_count++]);
    reader->row = 0;
}

static bool read_line(struct md_reader *reader, const char *from, const char *end, const struct survey_workbook_limits *limits)
{
    while (from < end && (*from == ' ' || *from == '\t'))
        from++;
    if (from == end || *from != '|' || is_rule(from, end))
        return true;
    const char *first_end = cell_end(from + 1, end);
    const char *name = from + 1, *name_end = first_end;
    while (name < name_end && *name == ' ')
        name++;
    while (name < name_end && name_end[-1] == ' ')
        name_end--;
    if (name < name_end) {
        finish_sheet(reader);
        if (reader->workbook->sheet_count >= limits->sheets)
            return false;
        reader->name = survey_arena_strndup(reader->grid.arena, name, (size_t)(name_end - name));
    }
    bool any = false;
    uint32_t column = 0;
    for (const char *at = first_end; at < end && at + 1 < end; column++) {
        const char *stop = cell_end(at + 1, end);
        if (stop == end && is_rule(at + 1, end)) // what follows the last bar
            break;
        if (reader->name && !put_cell(&reader->grid, reader->row, column, at + 1, stop))
            return false;
        any = true;
        at = stop;
    }
    if (reader->name && any && (reader->row > 0 || reader->grid.count > 0))
        reader->row++;
    return true;
}

bool survey_md_read(struct survey_arena *arena, const char *path, const char *bytes, size_t length,
                    const struct survey_workbook_limits *limits, struct survey_workbook *workbook,
                    struct survey_error *error)
{
    struct md_reader reader = {.grid = {.arena = arena, .limits = limits}, .workbook = workbook};
    const char *end = bytes + length;
    if (!survey_utf8_valid(bytes, length) || memchr(bytes, '\0', length))
        return survey_fail(error, SURVEY_ERROR_INPUT, path, "%s", _("the text is not UTF-8"));
    workbook->sheets = survey_arena_array(arena, limits->sheets + 1u, sizeof *workbook->sheets);
    for (const char *at = bytes; at < end;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline ? newline : end;
        if (!read_line(&reader, at, stop, limits)) {
            survey_grid_finish(&reader.grid, "", &workbook->sheets[0]);
            return survey_fail(error, SURVEY_ERROR_INPUT, path, "%s", _("the tables are larger than the limits"));
        }
        at = stop + 1;
    }
    finish_sheet(&reader);
    if (!workbook->sheet_count)
        return survey_fail(error, SURVEY_ERROR_INPUT, path, "%s", _("the file holds no table such as '| survey |'"));
    return true;
}
