// SPDX-License-Identifier: GPL-3.0-or-later
// .xls workbooks of Excel 97 and later: the records of the BIFF8 stream, each bounded by its own length.
#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/map.h"
#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/base/utf8.h"
#include "survey/workbook/kinds.h"

#include <stdlib.h>
#include <string.h>

enum record {
    FORMULA = 0x0006, END = 0x000a, DATEMODE = 0x0022, FILEPASS = 0x002f, CONTINUE = 0x003c, BOUNDSHEET = 0x0085, MULRK = 0x00bd, XF = 0x00e0,
    SST = 0x00fc, LABELSST = 0x00fd, NUMBER = 0x0203, LABEL = 0x0204, BOOLERR = 0x0205, STRING = 0x0207, RK = 0x027e, FORMAT = 0x041e, BEGIN = 0x0809
};
enum { BIFF8 = 0x0600, WORKSHEET = 0x10, STYLES_MOST = 1 << 16, TEXT_MOST = 1 << 17 };

struct biff {
    struct survey_arena *arena;
    const uint8_t *bytes;
    size_t length;
    const char **strings;
    size_t string_count;
    unsigned char formats[STYLES_MOST]; // of each style: what a number in it is
    size_t style_count;
    struct survey_map codes; // format number -> code
    bool from_1904, protected;
    struct survey_grid grid;
    bool failed;
    bool text_follows; // a formula's text comes in the next record
    uint32_t row, column;
};

// A place in a record, and in those that continue it.
struct cursor {
    const struct biff *biff;
    size_t at, end; // of the record under way
};

static uint32_t number(const uint8_t *at, size_t size)
{
    uint32_t value = 0;
    for (size_t i = 0; i < size; i++)
        value |= (uint32_t)at[i] << 8 * i;
    return value;
}

static double real(const uint8_t *at)
{
    uint64_t bits = number(at, 4) | (uint64_t)number(at + 4, 4) << 32;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

// The next record at *at; false at the end of the stream or of what is whole of it.
static bool next_record(const struct biff *biff, size_t *at, enum record *type, struct cursor *data)
{
    if (*at + 4 > biff->length)
        return false;
    size_t size = number(biff->bytes + *at + 2, 2);
    if (*at + 4 + size > biff->length)
        return false;
    *type = (enum record)number(biff->bytes + *at, 2);
    *data = (struct cursor){biff, *at + 4, *at + 4 + size};
    *at += 4 + size;
    return true;
}

// Goes on in the record that continues this one; false where none does.
static bool go_on(struct cursor *cursor)
{
    size_t at = cursor->end;
    enum record type;
    struct cursor next;
    if (!next_record(cursor->biff, &at, &type, &next) || type != CONTINUE)
        return false;
    *cursor = next;
    return true;
}

static bool take(struct cursor *cursor, size_t size, uint32_t *value)
{
    while (cursor->at == cursor->end)
        if (!go_on(cursor))
            return false;
    if (cursor->end - cursor->at < size)
        return false;
    *value = number(cursor->biff->bytes + cursor->at, size);
    cursor->at += size;
    return true;
}

static bool skip(struct cursor *cursor, size_t size)
{
    while (size) {
        size_t here = cursor->end - cursor->at;
        here = here < size ? here : size;
        cursor->at += here;
        size -= here;
        if (size && !go_on(cursor))
            return false;
    }
    return true;
}

static void put_character(struct survey_buffer *text, uint32_t *high, uint32_t unit)
{
    char bytes[4];
    if (unit >= 0xd800 && unit < 0xdc00) {
        *high = unit;
        return;
    }
    bool low = unit >= 0xdc00 && unit < 0xe000;
    uint32_t character = low ? (*high ? 0x10000 + ((*high - 0xd800) << 10) + (unit - 0xdc00) : 0xfffd) : unit;
    *high = 0;
    if (character)
        survey_buffer_add(text, bytes, survey_utf8_put(character, bytes));
}

// The characters of a string; where it is continued, a byte says anew whether they are wide.
static bool take_characters(struct cursor *cursor, uint32_t count, bool wide, struct survey_buffer *text)
{
    uint32_t unit, flags, high = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (cursor->at == cursor->end) {
            if (!go_on(cursor) || !take(cursor, 1, &flags))
                return false;
            wide = flags & 1;
        }
        if (!take(cursor, wide ? 2 : 1, &unit))
            return false;
        put_character(text, &high, unit);
    }
    return true;
}

// A string with its runs of formats and phonetics, which are left aside. sizes: bytes of its length.
static bool take_string(struct cursor *cursor, size_t sizes, struct survey_buffer *text)
{
    uint32_t count, flags, runs = 0, extra = 0;
    text->length = 0;
    bool good = take(cursor, sizes, &count) && take(cursor, 1, &flags) && (!(flags & 8) || take(cursor, 2, &runs)) &&
                (!(flags & 4) || take(cursor, 4, &extra)) && take_characters(cursor, count, flags & 1, text);
    return good && skip(cursor, (size_t)runs * 4 + extra);
}

static const char *kept(const struct biff *biff, const struct survey_buffer *text)
{
    return survey_arena_strndup(biff->arena, text->length ? text->at : "", text->length);
}

// Each string has at least three bytes, so that their number is bounded by the file's length.
static bool read_strings(struct biff *biff, struct cursor data)
{
    uint32_t total, unique;
    struct survey_buffer text = SURVEY_BUFFER(TEXT_MOST);
    bool good = take(&data, 4, &total) && take(&data, 4, &unique) && unique <= biff->length / 3;
    biff->string_count = 0; // a second table takes the place of the first
    if (good)
        biff->strings = survey_arena_array(biff->arena, unique + 1u, sizeof *biff->strings);
    for (uint32_t i = 0; good && i < unique; i++) {
        good = take_string(&data, 2, &text);
        if (good)
            biff->strings[biff->string_count++] = kept(biff, &text);
    }
    survey_buffer_clear(&text);
    return good;
}

static void read_format(struct biff *biff, struct cursor data)
{
    uint32_t id;
    struct survey_buffer code = SURVEY_BUFFER(TEXT_MOST);
    if (take(&data, 2, &id) && take_string(&data, 2, &code))
        survey_map_put(&biff->codes, biff->arena, survey_arena_format(biff->arena, "%u", id), NULL)->value =
            survey_arena_strndup(biff->arena, code.length ? code.at : "", code.length);
    survey_buffer_clear(&code);
}

static void read_style(struct biff *biff, const uint8_t *data, size_t size)
{
    if (size < 4 || biff->style_count == STYLES_MOST)
        return;
    uint32_t id = number(data + 2, 2);
    const struct survey_map_entry *code = survey_map_find(&biff->codes, survey_arena_format(biff->arena, "%u", id));
    biff->formats[biff->style_count++] = (unsigned char)survey_number_format(id, code ? code->value : NULL);
}

// --- cells ----------------------------------------------------------------------------------------

static void put(struct biff *biff, const char *text)
{
    biff->failed = biff->failed || !survey_grid_put(&biff->grid, biff->row, biff->column, text, strlen(text));
}

static void put_number(struct biff *biff, uint32_t style, double value)
{
    char text[SURVEY_NUMBER_TEXT];
    enum survey_xlsx_format format = style < biff->style_count ? (enum survey_xlsx_format)biff->formats[style] : SURVEY_XLSX_NUMBER;
    if (format != SURVEY_XLSX_NUMBER && value >= 0 && value < 2958466)
        survey_serial_text(biff->from_1904, value, format, text, sizeof text);
    else
        survey_number_text(value, text);
    put(biff, text);
}

static double packed(uint32_t bits)
{
    uint64_t high = (uint64_t)(bits & 0xfffffffcu) << 32;
    double value = (double)((int32_t)bits >> 2);
    if (!(bits & 2))
        memcpy(&value, &high, sizeof value);
    return bits & 1 ? value / 100 : value;
}

// The result of a formula: a number, or by its first byte a text (which follows), a truth or an error.
static void put_formula(struct biff *biff, uint32_t style, const uint8_t *result)
{
    bool special = number(result + 6, 2) == 0xffff;
    biff->text_follows = special && result[0] == 0;
    if (!special)
        put_number(biff, style, real(result));
    else if (result[0] == 1)
        put(biff, result[2] ? "TRUE" : "FALSE");
}

static void put_string(struct biff *biff, struct cursor data)
{
    struct survey_buffer text = SURVEY_BUFFER(TEXT_MOST);
    if (take_string(&data, 2, &text))
        put(biff, survey_buffer_string(&text));
    survey_buffer_clear(&text);
}

static void read_cell(struct biff *biff, enum record type, struct cursor data)
{
    const uint8_t *at = biff->bytes + data.at;
    size_t size = data.end - data.at;
    if (type == STRING && biff->text_follows) {
        put_string(biff, data);
        biff->text_follows = false;
        return;
    }
    if (size < 6)
        return;
    biff->row = number(at, 2);
    biff->column = number(at + 2, 2);
    uint32_t style = number(at + 4, 2), index = size >= 10 ? number(at + 6, 4) : 0;
    if (type == LABELSST && size >= 10 && index < biff->string_count)
        put(biff, biff->strings[index]);
    else if (type == LABEL)
        put_string(biff, (struct cursor){biff, data.at + 6, data.end});
    else if (type == NUMBER && size >= 14)
        put_number(biff, style, real(at + 6));
    else if (type == RK && size >= 10)
        put_number(biff, style, packed(index));
    else if (type == BOOLERR && size >= 8 && !at[7])
        put(biff, at[6] ? "TRUE" : "FALSE");
    else if (type == FORMULA && size >= 14)
        put_formula(biff, style, at + 6);
    for (size_t i = 4; type == MULRK && i + 8 <= size; i += 6, biff->column++)
        put_number(biff, number(at + i, 2), packed(number(at + i + 2, 4)));
}

// Charts and the like within a sheet have a beginning and an end of their own.
static bool read_cells(struct biff *biff, size_t at)
{
    enum record type;
    struct cursor data;
    size_t depth = 0;
    if (!next_record(biff, &at, &type, &data) || type != BEGIN)
        return false;
    biff->text_follows = false;
    while (!biff->failed && next_record(biff, &at, &type, &data)) {
        if (type == END && depth == 0)
            return true;
        depth += type == BEGIN;
        depth -= type == END;
        if (depth == 0 && type != BEGIN && type != END)
            read_cell(biff, type, data);
    }
    return false;
}

// --- the workbook -----------------------------------------------------------------------------------

struct sheet_place {
    const char *name;
    size_t at;
};

static void read_sheet_place(struct biff *biff, struct cursor data, struct sheet_place *places, size_t *count, size_t most)
{
    uint32_t at, kind;
    struct survey_buffer name = SURVEY_BUFFER(TEXT_MOST);
    bool good = take(&data, 4, &at) && take(&data, 2, &kind) && take_string(&data, 1, &name);
    if (good && kind >> 8 == 0 && *count < most) // worksheets only
        places[(*count)++] = (struct sheet_place){kept(biff, &name), at};
    survey_buffer_clear(&name);
}

static bool read_globals(struct biff *biff, struct sheet_place *places, size_t *count, size_t most)
{
    enum record type;
    struct cursor data;
    for (size_t at = 0; next_record(biff, &at, &type, &data);) {
        size_t size = data.end - data.at;
        if (type == END)
            return true;
        biff->protected = biff->protected || type == FILEPASS;
        if (biff->protected || (type == SST && !read_strings(biff, data)))
            return false;
        if (type == DATEMODE && size >= 2)
            biff->from_1904 = number(biff->bytes + data.at, 2) == 1;
        if (type == FORMAT)
            read_format(biff, data);
        if (type == XF)
            read_style(biff, biff->bytes + data.at, size);
        if (type == BOUNDSHEET)
            read_sheet_place(biff, data, places, count, most);
    }
    return false;
}

static bool read_book(struct biff *biff, const struct survey_workbook_limits *limits, struct survey_workbook *workbook)
{
    size_t count = 0;
    struct sheet_place *places = survey_arena_array(biff->arena, limits->sheets + 1u, sizeof *places);
    if (!read_globals(biff, places, &count, limits->sheets))
        return false;
    workbook->sheets = survey_arena_array(biff->arena, count + 1, sizeof *workbook->sheets);
    bool done = count > 0;
    for (size_t i = 0; done && i < count; i++) {
        done = read_cells(biff, places[i].at);
        survey_grid_finish(&biff->grid, places[i].name, &workbook->sheets[workbook->sheet_count++]);
    }
    return done && !biff->failed;
}

bool survey_biff_read(struct survey_arena *arena, const char *path, const char *bytes, size_t length,
                      const struct survey_workbook_limits *limits, struct survey_workbook *workbook, bool *older, struct survey_error *error)
{
    uint8_t *stream = NULL;
    size_t size = 0;
    bool found = survey_compound_read((const uint8_t *)bytes, length, "Workbook", &stream, &size);
    *older = !found || size < 8 || number(stream, 2) != BEGIN || number(stream + 4, 2) != BIFF8;
    struct biff *biff = survey_alloc(sizeof *biff);
    biff->arena = arena;
    biff->bytes = stream;
    biff->length = size;
    biff->grid = (struct survey_grid){.arena = arena, .limits = limits};
    bool done = !*older && read_book(biff, limits, workbook), protected = biff->protected, large = biff->failed;
    survey_map_clear(&biff->codes);
    free(biff->grid.cells);
    free(biff);
    free(stream);
    return done || survey_fail(error, SURVEY_ERROR_INPUT, path, "%s",
                               protected ? _("the workbook has a password; save it without one")
                               : large   ? _("the sheet has more rows or columns than the limit")
                                         : _("this .xls workbook is damaged"));
}
