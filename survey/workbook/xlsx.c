// SPDX-License-Identifier: GPL-3.0-or-later
// .xlsx: the zip, bounded XML, and the cells of a sheet.
#include "survey/workbook/xlsx.h"

#include "survey/base/arena.h"
#include "survey/base/date.h"
#include "survey/base/format.h"
#include "survey/base/number.h"
#include "survey/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { XML_DEPTH = 64 };

bool survey_xlsx_fail(struct survey_xlsx *xlsx, const char *part, const char *message)
{
    char where[512];
    survey_format_into(where, sizeof where, "%s: %s", xlsx->path, part);
    return survey_fail(xlsx->error, SURVEY_ERROR_INPUT, where, "%s", message);
}

const char *survey_xlsx_attribute(const char **attributes, const char *name)
{
    for (; *attributes; attributes += 2)
        if (strcmp(survey_xlsx_local(attributes[0]), name) == 0)
            return attributes[1];
    return NULL;
}

const char *survey_xlsx_local(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

static bool read_part(struct survey_xlsx *xlsx, const char *part, bool optional, char **bytes, size_t *length)
{
    zip_stat_t status;
    *bytes = NULL;
    *length = 0;
    zip_int64_t index = zip_name_locate(xlsx->zip, part, ZIP_FL_NOCASE);
    if (index < 0)
        return optional || survey_xlsx_fail(xlsx, part, _("the part is missing from the workbook"));
    if (zip_stat_index(xlsx->zip, (zip_uint64_t)index, 0, &status) != 0 || !(status.valid & ZIP_STAT_SIZE))
        return survey_xlsx_fail(xlsx, part, _("the zip file is damaged"));
    if (status.size > xlsx->limits->bytes)
        return survey_xlsx_fail(xlsx, part, _("the part is larger than the limit"));
    zip_file_t *file = zip_fopen_index(xlsx->zip, (zip_uint64_t)index, 0);
    if (!file)
        return survey_xlsx_fail(xlsx, part, _("the part can't be unpacked (damaged, or protected by a password)"));
    *bytes = survey_alloc(status.size + 1);
    zip_int64_t got = zip_fread(file, *bytes, status.size);
    bool sound = zip_fclose(file) == 0 && got >= 0 && (zip_uint64_t)got == status.size;
    *length = (size_t)status.size;
    return sound || survey_xlsx_fail(xlsx, part, _("the zip file is damaged"));
}

struct parse {
    const struct survey_xlsx_handlers *handlers;
    XML_Parser parser;
    unsigned depth;
    const char *refused;
};

static void on_start(void *user, const char *name, const char **attributes)
{
    struct parse *parse = user;
    if (++parse->depth > XML_DEPTH) {
        parse->refused = _("the XML is nested too deep");
        XML_StopParser(parse->parser, XML_FALSE);
        return;
    }
    if (parse->handlers->start)
        parse->handlers->start(parse->handlers->user, survey_xlsx_local(name), attributes);
    if (parse->handlers->failed && *parse->handlers->failed)
        XML_StopParser(parse->parser, XML_FALSE);
}

static void on_end(void *user, const char *name)
{
    struct parse *parse = user;
    parse->depth--;
    if (parse->handlers->end)
        parse->handlers->end(parse->handlers->user, survey_xlsx_local(name));
    if (parse->handlers->failed && *parse->handlers->failed)
        XML_StopParser(parse->parser, XML_FALSE);
}

static void on_text(void *user, const char *text, int length)
{
    struct parse *parse = user;
    if (parse->handlers->text)
        parse->handlers->text(parse->handlers->user, text, length);
}

static void on_doctype(void *user, const char *name, const char *system, const char *public, int internal)
{
    struct parse *parse = user;
    (void)name, (void)system, (void)public, (void)internal;
    parse->refused = _("document types and entities are refused");
    XML_StopParser(parse->parser, XML_FALSE);
}

bool survey_xlsx_parse(struct survey_xlsx *xlsx, const char *part, bool optional, const struct survey_xlsx_handlers *handlers)
{
    char *bytes;
    size_t length;
    if (!read_part(xlsx, part, optional, &bytes, &length)) {
        free(bytes);
        return false;
    }
    if (!bytes)
        return true;
    struct parse parse = {handlers, XML_ParserCreate(NULL), 0, NULL};
    if (!parse.parser)
        abort();
    XML_SetUserData(parse.parser, &parse);
    XML_SetElementHandler(parse.parser, on_start, on_end);
    XML_SetCharacterDataHandler(parse.parser, on_text);
    XML_SetStartDoctypeDeclHandler(parse.parser, on_doctype);
    bool done = length <= INT32_MAX && XML_Parse(parse.parser, bytes, (int)length, 1) == XML_STATUS_OK;
    bool told = handlers->failed && *handlers->failed; // the handler has said why
    if (!done && !told)
        survey_xlsx_fail(xlsx, part, parse.refused ? parse.refused : _("the XML is not well-formed"));
    XML_ParserFree(parse.parser);
    free(bytes);
    return done && !told;
}

// --- cells of a sheet ---------------------------------------------------------------------------

struct cells {
    struct survey_xlsx *xlsx;
    const char *part;
    struct survey_grid grid;
    uint32_t row, column;
    char type; // s shared, i inline, t formula's text, b boolean, e error, n number
    size_t style;
    bool in_value, in_phonetic;
    struct survey_buffer text;
    bool failed;
};

// "BC12" into row and column from 0; false where it is none.
static bool read_reference(const char *text, uint32_t *row, uint32_t *column)
{
    uint32_t letters = 0, number = 0;
    for (; *text >= 'A' && *text <= 'Z' && letters < 100000; text++)
        letters = letters * 26 + (uint32_t)(*text - 'A' + 1);
    for (; *text >= '0' && *text <= '9' && number < 100000000; text++)
        number = number * 10 + (uint32_t)(*text - '0');
    if (*text || !letters || !number)
        return false;
    *row = number - 1;
    *column = letters - 1;
    return true;
}

static void start_cell(struct cells *cells, const char **attributes)
{
    const char *reference = survey_xlsx_attribute(attributes, "r");
    const char *type = survey_xlsx_attribute(attributes, "t"), *style = survey_xlsx_attribute(attributes, "s");
    int64_t number = 0;
    if (reference && !read_reference(reference, &cells->row, &cells->column)) {
        cells->failed = true;
        survey_xlsx_fail(cells->xlsx, cells->part, _("a cell's reference is malformed"));
        return;
    }
    if (!reference)
        cells->column++;
    cells->type = !type                              ? 'n'
                  : strcmp(type, "s") == 0           ? 's'
                  : strcmp(type, "inlineStr") == 0   ? 'i'
                  : strcmp(type, "str") == 0         ? 't'
                  : strcmp(type, "b") == 0           ? 'b'
                  : strcmp(type, "e") == 0           ? 'e'
                  : strcmp(type, "d") == 0           ? 't'
                                                     : 'n';
    if (style)
        survey_integer_parse(style, strlen(style), &number);
    cells->style = number < 0 ? 0 : (size_t)number;
    survey_buffer_clear(&cells->text);
}

static void put_number(struct cells *cells, const char *text, size_t length, char *at, size_t size)
{
    double number;
    enum survey_xlsx_format format =
        cells->style < cells->xlsx->format_count ? (enum survey_xlsx_format)cells->xlsx->formats[cells->style] : SURVEY_XLSX_NUMBER;
    if (!survey_number_parse(text, length, &number))
        survey_format_into(at, size, "%.*s", (int)(length < size ? length : size), text);
    else if (format != SURVEY_XLSX_NUMBER && number >= 0 && number < 2958466)
        survey_serial_text(cells->xlsx->from_1904, number, format, at, size);
    else
        survey_number_text(number, at);
}

static void end_cell(struct cells *cells)
{
    char number[SURVEY_NUMBER_TEXT];
    const char *text = survey_buffer_string(&cells->text);
    size_t length = cells->text.length;
    int64_t index = -1;
    if (cells->failed || !length)
        return;
    if (cells->type == 's') {
        survey_integer_parse(text, length, &index);
        bool known = index >= 0 && (size_t)index < cells->xlsx->string_count;
        text = known ? cells->xlsx->strings[index] : "";
        length = strlen(text);
    } else if (cells->type == 'b') {
        text = text[0] == '1' ? "TRUE" : "FALSE";
        length = strlen(text);
    } else if (cells->type == 'n') {
        put_number(cells, text, length, number, sizeof number);
        text = number;
        length = strlen(number);
    }
    if (!survey_grid_put(&cells->grid, cells->row, cells->column, text, length)) {
        cells->failed = true;
        survey_xlsx_fail(cells->xlsx, cells->part, _("the sheet has more rows or columns than the limit"));
    }
}

static void cells_start(void *user, const char *name, const char **attributes)
{
    struct cells *cells = user;
    if (strcmp(name, "row") == 0) {
        const char *number = survey_xlsx_attribute(attributes, "r");
        int64_t row = (int64_t)cells->row + 2;
        if (number)
            survey_integer_parse(number, strlen(number), &row);
        cells->row = row >= 1 && row <= UINT32_MAX ? (uint32_t)(row - 1) : UINT32_MAX - 1;
        cells->column = UINT32_MAX; // the next one is 0
    } else if (strcmp(name, "c") == 0) {
        start_cell(cells, attributes);
    } else if (strcmp(name, "rPh") == 0) {
        cells->in_phonetic = true;
    } else if (strcmp(name, "v") == 0 || (strcmp(name, "t") == 0 && cells->type == 'i' && !cells->in_phonetic)) {
        cells->in_value = true;
    }
}

static void cells_end(void *user, const char *name)
{
    struct cells *cells = user;
    if (strcmp(name, "c") == 0)
        end_cell(cells);
    else if (strcmp(name, "rPh") == 0)
        cells->in_phonetic = false;
    else if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0)
        cells->in_value = false;
}

static void cells_text(void *user, const char *text, int length)
{
    struct cells *cells = user;
    if (cells->in_value)
        survey_buffer_add(&cells->text, text, (size_t)length);
}

bool survey_xlsx_cells(struct survey_xlsx *xlsx, const struct survey_xlsx_sheet *from, struct survey_sheet *sheet)
{
    struct cells cells = {.xlsx = xlsx, .part = from->part, .grid = {.arena = xlsx->arena, .limits = xlsx->limits},
                          .row = UINT32_MAX, .column = UINT32_MAX, .text = SURVEY_BUFFER(1 << 20)};
    struct survey_xlsx_handlers handlers = {cells_start, cells_end, cells_text, &cells, &cells.failed};
    bool done = survey_xlsx_parse(xlsx, from->part, false, &handlers);
    survey_buffer_clear(&cells.text);
    survey_grid_finish(&cells.grid, from->name, sheet);
    return done;
}

static bool read_sheets(struct survey_xlsx *xlsx, struct survey_workbook *workbook)
{
    struct survey_xlsx_sheet *sheets;
    size_t count;
    if (!survey_xlsx_list(xlsx, &sheets, &count) || !survey_xlsx_strings(xlsx) || !survey_xlsx_styles(xlsx))
        return false;
    workbook->sheets = survey_arena_array(xlsx->arena, count + 1, sizeof *workbook->sheets);
    for (size_t i = 0; i < count; i++)
        if (!survey_xlsx_cells(xlsx, &sheets[i], &workbook->sheets[workbook->sheet_count++]))
            return false;
    return true;
}

bool survey_xlsx_read(struct survey_arena *arena, const char *path, const char *bytes, size_t length,
                      const struct survey_workbook_limits *limits, struct survey_workbook *workbook, struct survey_error *error)
{
    struct survey_xlsx xlsx = {.arena = arena, .path = path, .limits = limits, .error = error};
    zip_error_t trouble;
    zip_error_init(&trouble);
    zip_source_t *source = zip_source_buffer_create(bytes, length, 0, &trouble);
    xlsx.zip = source ? zip_open_from_source(source, ZIP_RDONLY, &trouble) : NULL;
    if (!xlsx.zip) {
        zip_source_free(source);
        zip_error_fini(&trouble);
        return survey_fail(error, SURVEY_ERROR_INPUT, path, "%s", _("this is not a whole .xlsx workbook: the zip file is damaged"));
    }
    bool done = read_sheets(&xlsx, workbook);
    zip_discard(xlsx.zip);
    zip_error_fini(&trouble);
    free(xlsx.strings);
    free(xlsx.formats);
    return done;
}
