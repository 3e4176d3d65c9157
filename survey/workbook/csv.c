// SPDX-License-Identifier: GPL-3.0-or-later
// CSV by RFC 4180, strict where a lost answer could hide and lenient where spreadsheets differ.
#include "survey/base/arena.h"
#include "survey/base/file.h"
#include "survey/base/format.h"
#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/base/utf8.h"
#include "survey/workbook/workbook.h"

#include <stdlib.h>
#include <string.h>

struct reader {
    struct survey_arena *arena;
    const char *path;
    const char *at;
    const char *end;
    char delimiter;
    uint32_t line;
    const struct survey_workbook_limits *limits;
    struct survey_error *error;
    const char **cells; // one growing list, row after row
    size_t count;
    size_t capacity;
    uint32_t *lines;
    uint32_t rows;
};

static bool fail_at(struct reader *reader, uint32_t line, const char *message)
{
    char where[512];
    survey_format_into(where, sizeof where, _("%s: line %u"), reader->path, line);
    return survey_fail(reader->error, SURVEY_ERROR_INPUT, where, "%s", message);
}

// The delimiter that the header holds most often outside quotes; a comma where none does.
static char find_delimiter(const char *at, const char *end)
{
    static const char candidates[] = ",;\t";
    size_t counts[3] = {0};
    bool quoted = false;
    for (; at < end && (quoted || (*at != '\n' && *at != '\r')); at++) {
        quoted ^= *at == '"';
        const char *found = *at && !quoted ? strchr(candidates, *at) : NULL;
        if (found)
            counts[found - candidates]++;
    }
    size_t best = 0;
    for (size_t i = 1; i < 3; i++)
        if (counts[i] > counts[best])
            best = i;
    return candidates[best];
}

static const char *trimmed(struct survey_arena *arena, const char *from, size_t length)
{
    uint32_t character;
    for (size_t size; (size = survey_utf8_next(from, length, &character)) &&
                      survey_utf8_is_space(character);) {
        from += size;
        length -= size;
    }
    while (length && (unsigned char)from[length - 1] <= ' ')
        length--;
    return length ? survey_arena_strndup(arena, from, length) : "";
}

static bool read_quoted(struct reader *reader, const char **cell)
{
    uint32_t opened = reader->line;
    struct survey_buffer text = SURVEY_BUFFER(reader->limits->bytes);
    for (reader->at++;; reader->at++) {
        if (reader->at == reader->end) {
            survey_buffer_clear(&text);
            return fail_at(reader, opened, _("a quote is not closed"));
        }
        if (*reader->at == '"') {
            if (reader->at + 1 == reader->end || reader->at[1] != '"')
                break;
            reader->at++;
        }
        reader->line += *reader->at == '\n';
        survey_buffer_byte(&text, *reader->at);
    }
    reader->at++;
    *cell = trimmed(reader->arena, survey_buffer_string(&text), text.length);
    survey_buffer_clear(&text);
    bool ends = reader->at == reader->end || *reader->at == reader->delimiter ||
                *reader->at == '\n' || *reader->at == '\r';
    return ends || fail_at(reader, reader->line, _("text follows a closing quote"));
}

static bool read_cell(struct reader *reader, const char **cell)
{
    if (reader->at < reader->end && *reader->at == '"')
        return read_quoted(reader, cell);
    const char *from = reader->at;
    while (reader->at < reader->end && *reader->at != reader->delimiter && *reader->at != '\n' &&
           *reader->at != '\r')
        reader->at++;
    *cell = trimmed(reader->arena, from, (size_t)(reader->at - from));
    return true;
}

static void push(struct reader *reader, const char *cell)
{
    if (reader->count == reader->capacity) {
        reader->capacity = reader->capacity ? reader->capacity * 2 : 256;
        reader->cells = survey_realloc(reader->cells, reader->capacity, sizeof *reader->cells);
    }
    reader->cells[reader->count++] = cell;
}

static bool read_row(struct reader *reader, uint32_t columns, uint32_t *found)
{
    uint32_t line = reader->line;
    *found = 0;
    for (;;) {
        const char *cell = "";
        if (!read_cell(reader, &cell))
            return false;
        if (columns && *found >= columns) {
            if (*cell)
                return fail_at(reader, line, _("the row has more cells than the header"));
        } else {
            push(reader, cell);
            (*found)++;
        }
        if (*found > reader->limits->columns)
            return fail_at(reader, line, _("too many columns"));
        if (reader->at == reader->end || *reader->at != reader->delimiter)
            break;
        reader->at++;
    }
    if (reader->at < reader->end && *reader->at == '\r')
        reader->at++;
    if (reader->at < reader->end && *reader->at == '\n')
        reader->at++;
    reader->line++;
    return true;
}

static bool read_rows(struct reader *reader, uint32_t *columns)
{
    size_t line_capacity = 0;
    *columns = 0;
    while (reader->at < reader->end) {
        uint32_t line = reader->line, found;
        if (!read_row(reader, *columns, &found))
            return false;
        if (!*columns)
            *columns = found;
        for (; found < *columns; found++)
            push(reader, "");
        if (reader->rows == reader->limits->rows)
            return fail_at(reader, line, _("too many rows"));
        if (reader->rows == line_capacity) {
            line_capacity = line_capacity ? line_capacity * 2 : 64;
            reader->lines = survey_realloc(reader->lines, line_capacity, sizeof *reader->lines);
        }
        reader->lines[reader->rows++] = line;
    }
    return true;
}

static bool check_bytes(struct reader *reader, size_t length)
{
    const char *nul = memchr(reader->at, '\0', length);
    if (!nul && survey_utf8_valid(reader->at, length))
        return true;
    uint32_t line = 1;
    const char *from = reader->at;
    while (from < reader->end) { // the line of the first bad byte
        const char *newline = memchr(from, '\n', (size_t)(reader->end - from));
        const char *stop = newline ? newline : reader->end;
        size_t bytes = (size_t)(stop - from);
        if (!survey_utf8_valid(from, bytes) || memchr(from, '\0', bytes))
            break;
        from = stop + 1;
        line++;
    }
    return fail_at(reader, line, _("the text is not UTF-8; save the file as \"CSV UTF-8\""));
}

bool survey_csv_read(struct survey_arena *arena, const char *path, const char *bytes, size_t length,
                     const struct survey_workbook_limits *limits, struct survey_sheet *sheet,
                     struct survey_error *error)
{
    struct reader reader = {.arena = arena, .path = path, .at = bytes, .end = bytes + length,
                            .line = 1, .limits = limits, .error = error};
    if (!check_bytes(&reader, length))
        return false;
    if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        reader.at += 3;
    reader.delimiter = find_delimiter(reader.at, reader.end);
    uint32_t columns;
    bool done = read_rows(&reader, &columns);
    if (done) {
        *sheet = (struct survey_sheet){.name = "", .rows = reader.rows, .columns = columns};
        sheet->cells = survey_arena_array(arena, reader.count + 1, sizeof *sheet->cells);
        uint32_t *lines = survey_arena_array(arena, reader.rows + 1u, sizeof *lines);
        if (reader.rows) {
            memcpy(sheet->cells, reader.cells, reader.count * sizeof *sheet->cells);
            memcpy(lines, reader.lines, reader.rows * sizeof *lines);
        }
        sheet->lines = lines;
    }
    free(reader.cells);
    free(reader.lines);
    return done;
}

bool survey_csv_open(struct survey_arena *arena, const char *path,
                     const struct survey_workbook_limits *limits, struct survey_sheet *sheet,
                     struct survey_error *error)
{
    char *bytes;
    size_t length;
    if (!survey_file_read(path, limits->bytes, &bytes, &length, error))
        return false;
    bool done = survey_csv_read(arena, path, bytes, length, limits, sheet, error);
    free(bytes);
    return done;
}

void survey_csv_put(struct survey_buffer *buffer, const char *text, bool first)
{
    if (!first)
        survey_buffer_byte(buffer, ',');
    if (!text[strcspn(text, ",;\t\"\r\n")]) {
        survey_buffer_text(buffer, text);
        return;
    }
    survey_buffer_byte(buffer, '"');
    for (; *text; text++) {
        if (*text == '"')
            survey_buffer_byte(buffer, '"');
        survey_buffer_byte(buffer, *text);
    }
    survey_buffer_byte(buffer, '"');
}

void survey_csv_put_safe(struct survey_buffer *buffer, const char *text, bool first)
{
    double number;
    bool formula = *text && strchr("=+-@\t\r", *text) &&
                   !survey_number_parse(text, strlen(text), &number);
    if (!formula) {
        survey_csv_put(buffer, text, first);
        return;
    }
    struct survey_buffer guarded = SURVEY_BUFFER(buffer->ceiling);
    survey_buffer_byte(&guarded, '\'');
    survey_buffer_text(&guarded, text);
    survey_csv_put(buffer, survey_buffer_string(&guarded), first);
    survey_buffer_clear(&guarded);
}
