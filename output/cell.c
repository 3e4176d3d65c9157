// SPDX-License-Identifier: GPL-3.0-or-later
// The guard over libxlsxwriter: text, numbers, names, looks.
#include "output/cell.h"

#include "output/book.h"
#include "survey/base/arena.h"
#include "survey/base/file.h"
#include "survey/base/format.h"
#include "survey/base/text.h"
#include "survey/base/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { CELL_UNITS = 32767, NAME_UNITS = 31 };

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Excel takes "_x0041_" in a string for a character; "_x005F_x0041_" is the literal text.
static bool looks_escaped(const char *at)
{
    return at[0] == '_' && at[1] == 'x' && is_hex(at[2]) && is_hex(at[3]) && is_hex(at[4]) && is_hex(at[5]) &&
           at[6] == '_';
}

static char *safe_text(const char *text, size_t most_units)
{
    struct survey_buffer buffer = SURVEY_BUFFER((size_t)1 << 24);
    size_t length = strlen(text), units = 0;
    while (length) {
        uint32_t character;
        size_t size = survey_utf8_next(text, length, &character);
        bool escape = looks_escaped(text);
        units += escape ? 7 : character > 0xffff ? 2 : 1;
        if (units > most_units)
            break;
        bool bad = (character < 0x20 && character != '\n' && character != '\t') || character == 0x7f ||
                   character == 0xfffe || character == 0xffff;
        char utf8[4];
        survey_buffer_text(&buffer, escape ? "_x005F" : "");
        survey_buffer_add(&buffer, utf8, survey_utf8_put(bad ? 0xfffd : character, utf8));
        text += size;
        length -= size;
    }
    return buffer.at ? buffer.at : survey_alloc(1);
}

char *output_safe_text(const char *text)
{
    return safe_text(text ? text : "", CELL_UNITS);
}

// --- books --------------------------------------------------------------------------------------

static bool new_book(const char *path, const char *title, struct survey_time created, bool long_rows,
                     struct output_book **made, struct survey_error *error)
{
    struct output_book *book = survey_alloc(sizeof *book);
    book->path = strdup(path);
    if (!survey_file_aside(path, book->temporary, sizeof book->temporary, error)) {
        free(book->path);
        free(book);
        return false;
    }
    lxw_workbook_options options = {.constant_memory = long_rows ? LXW_TRUE : LXW_FALSE};
    book->workbook = workbook_new_opt(book->temporary, &options);
    char *safe = output_safe_text(title);
    char author[] = "assay";
    lxw_doc_properties properties = {.title = safe, .author = author, .created = created.seconds};
    workbook_set_properties(book->workbook, &properties);
    free(safe);
    *made = book;
    return true;
}

bool output_book_new(const char *path, const char *title, struct survey_time created,
                     struct output_book **made, struct survey_error *error)
{
    return new_book(path, title, created, false, made, error);
}

bool output_book_new_long(const char *path, const char *title, struct survey_time created,
                          struct output_book **made, struct survey_error *error)
{
    return new_book(path, title, created, true, made, error);
}

static void forget(struct output_book *book)
{
    for (size_t i = 0; i < book->sheet_count; i++) {
        free(book->sheets[i]->widths);
        free(book->sheets[i]->heights);
        free(book->sheets[i]);
    }
    free(book->sheets);
    free(book->path);
    free(book);
}

// Rows of long sheets wait in temporary files, whose failures libxlsxwriter does not look at.
static bool rows_lost(const struct output_book *book)
{
    bool lost = false;
    for (size_t i = 0; i < book->sheet_count; i++) {
        FILE *file = book->sheets[i]->sheet->optimize_tmpfile;
        lost |= file && (fflush(file) != 0 || ferror(file));
    }
    return lost;
}

bool output_book_write(struct output_book *book, const char **temporary, struct survey_error *error)
{
    bool lost = rows_lost(book);
    lxw_error failed = workbook_close(book->workbook);
    book->workbook = NULL;
    *temporary = book->temporary;
    if (lost)
        return survey_fail(error, SURVEY_ERROR_RESOURCE, book->path, _("rows could not be kept in the folder for temporary files"));
    return failed == LXW_NO_ERROR || survey_fail(error, SURVEY_ERROR_RESOURCE, book->path,
                                                 _("the workbook could not be written: %s"), lxw_strerror(failed));
}

bool output_book_keep(struct output_book *book, struct survey_error *error)
{
    bool done = survey_file_keep(book->temporary, book->path, error);
    forget(book);
    return done;
}

bool output_book_close(struct output_book *book, struct survey_error *error)
{
    const char *temporary;
    if (output_book_write(book, &temporary, error))
        return output_book_keep(book, error);
    output_book_drop(book);
    return false;
}

void output_book_drop(struct output_book *book)
{
    if (!book)
        return;
    if (book->workbook)
        workbook_close(book->workbook);
    survey_file_drop(book->temporary);
    forget(book);
}

void output_book_property(struct output_book *book, const char *name, const char *value)
{
    char *safe = safe_text(value, 255);
    workbook_set_custom_property_string(book->workbook, name, safe);
    free(safe);
}

// --- sheets -------------------------------------------------------------------------------------

static bool name_taken(const struct output_book *book, const char *name)
{
    for (size_t i = 0; i < book->sheet_count; i++)
        if (strcasecmp(book->sheets[i]->name, name) == 0)
            return true;
    return strcasecmp(name, "history") == 0; // reserved by Excel
}

static void valid_name(const struct output_book *book, const char *wanted, char name[static OUTPUT_NAME])
{
    char *safe = safe_text(wanted, NAME_UNITS);
    for (char *at = safe; *at; at++)
        if (strchr("[]:*?/\\'\n\t", *at))
            *at = ' ';
    const char *base = *safe ? safe : "Sheet";
    survey_format_into(name, OUTPUT_NAME, "%s", base);
    for (int number = 2; name_taken(book, name); number++) {
        char suffix[16];
        survey_format_into(suffix, sizeof suffix, " (%d)", number);
        char *cut = safe_text(base, NAME_UNITS - strlen(suffix));
        survey_format_into(name, OUTPUT_NAME, "%s%s", cut, suffix);
        free(cut);
    }
    free(safe);
}

struct output_sheet *output_sheet_new(struct output_book *book, const char *name, bool chinese)
{
    struct output_sheet *sheet = survey_alloc(sizeof *sheet);
    sheet->book = book;
    sheet->chinese = chinese;
    valid_name(book, name, sheet->name);
    sheet->sheet = workbook_add_worksheet(book->workbook, sheet->name);
    book->sheets = survey_realloc(book->sheets, book->sheet_count + 1, sizeof *book->sheets);
    book->sheets[book->sheet_count++] = sheet;
    return sheet;
}

const char *output_sheet_name(const struct output_sheet *sheet)
{
    return sheet->name;
}

// --- cells --------------------------------------------------------------------------------------

// Columns that the widest line of a text takes.
static double text_width(const char *text)
{
    double widest = 0, width = 0;
    size_t length = strlen(text);
    uint32_t character;
    for (size_t size; (size = survey_utf8_next(text, length, &character)); text += size, length -= size) {
        width = character == '\n' ? 0 : width + survey_utf8_width(character);
        widest = width > widest ? width : widest;
    }
    return widest;
}

static struct output_width *width_of(struct output_sheet *sheet, uint32_t column)
{
    if (column >= sheet->width_count) {
        sheet->widths = survey_realloc(sheet->widths, column + 1, sizeof *sheet->widths);
        memset(sheet->widths + sheet->width_count, 0, (column + 1 - sheet->width_count) * sizeof *sheet->widths);
        sheet->width_count = column + 1;
    }
    return &sheet->widths[column];
}

void output_width(struct output_sheet *sheet, uint32_t column, double width)
{
    struct output_width *kept = width_of(sheet, column);
    kept->width = width;
    kept->set = true;
}

static void note_width(struct output_sheet *sheet, uint32_t column, const char *text, enum output_look look)
{
    struct output_width *kept = width_of(sheet, column);
    double width = text_width(text);
    if (look == OUTPUT_HEAD) // heads wrap: half of them is enough
        width = width / 2 + 2;
    if (!kept->set && width > kept->width)
        kept->width = width;
}

// Lines that a text takes in so many columns of characters of 11 points.
static double count_lines(const char *text, double columns, double scale)
{
    double lines = 1, width = 0;
    size_t length = strlen(text);
    uint32_t character;
    for (size_t size; (size = survey_utf8_next(text, length, &character)); text += size, length -= size) {
        width += survey_utf8_width(character) * scale;
        if (character == '\n' || width > columns) {
            lines++;
            width = character == '\n' ? 0 : survey_utf8_width(character) * scale;
        }
    }
    return lines;
}

void output_row_height(struct output_sheet *sheet, uint32_t row, double points)
{
    if (row >= sheet->height_count) {
        sheet->heights = survey_realloc(sheet->heights, row + 1, sizeof *sheet->heights);
        memset(sheet->heights + sheet->height_count, 0, (row + 1 - sheet->height_count) * sizeof *sheet->heights);
        sheet->height_count = row + 1;
    }
    if (points > sheet->heights[row])
        sheet->heights[row] = points > 409 ? 409 : points; // Excel's most
}

// Makes each row high enough for its part of a wrapped text, where the columns' widths are set.
static void note_height(struct output_sheet *sheet, uint32_t first_row, uint32_t last_row, uint32_t first, uint32_t last,
                        const char *text, enum output_look look)
{
    double columns = 0, points = output_points(sheet, look);
    for (uint32_t column = first; column <= last; column++) {
        const struct output_width *width = width_of(sheet, column);
        if (!width->set)
            return;
        columns += width->width;
    }
    // Spaces break lines early, and each cell has a margin.
    double spare = sheet->chinese ? 1 : columns > 40 ? columns * 0.04 : 2;
    // Latin letters are narrower than the digit in which widths are counted.
    double letter = sheet->chinese ? 1 : output_bold(look) ? 0.98 : 0.88;
    double lines = output_wraps(look) ? count_lines(text, columns - spare, letter * points / 11) : 1;
    for (uint32_t row = first_row; row <= last_row; row++)
        output_row_height(sheet, row, (lines * points * 1.32 + 4) / (last_row - first_row + 1));
}

static bool in_table(enum output_look look)
{
    return look == OUTPUT_HEAD || look == OUTPUT_TEXT || look == OUTPUT_CENTRE || look == OUTPUT_NUMBER ||
           look == OUTPUT_TOTAL || look == OUTPUT_ROW;
}

void output_text(struct output_sheet *sheet, uint32_t row, uint32_t column, const char *text,
                 enum output_look look, enum output_tone tone)
{
    char *safe = output_safe_text(text);
    lxw_format *format = output_format(sheet, look, 0, tone);
    if (in_table(look))
        note_width(sheet, column, safe, look);
    note_height(sheet, row, row, column, column, safe, look);
    if (*safe)
        worksheet_write_string(sheet->sheet, row, (lxw_col_t)column, safe, format);
    else
        worksheet_write_blank(sheet->sheet, row, (lxw_col_t)column, format);
    free(safe);
}

void output_number(struct output_sheet *sheet, uint32_t row, uint32_t column, double value, int decimals,
                   enum output_look look, enum output_tone tone)
{
    char shown[SURVEY_NUMBER_TEXT];
    if (!isfinite(value)) {
        output_text(sheet, row, column, "–", OUTPUT_CENTRE, tone);
        return;
    }
    if (value == 0)
        value = 0; // -0 would show its sign
    survey_number_fixed(value, decimals, SURVEY_HALF_UP, shown);
    note_width(sheet, column, shown, look);
    worksheet_write_number(sheet->sheet, row, (lxw_col_t)column, value, output_format(sheet, look, decimals, tone));
}

void output_data_text(struct output_sheet *sheet, uint32_t row, uint32_t column, const char *text)
{
    if (!*text)
        return;
    char *safe = output_safe_text(text);
    worksheet_write_string(sheet->sheet, row, (lxw_col_t)column, safe, NULL);
    free(safe);
}

void output_data_number(struct output_sheet *sheet, uint32_t row, uint32_t column, double value)
{
    if (isfinite(value))
        worksheet_write_number(sheet->sheet, row, (lxw_col_t)column, value, NULL);
}

void output_data_date(struct output_sheet *sheet, uint32_t row, uint32_t column, int64_t days)
{
    char text[16];
    double serial = (double)days + 25569; // 1970-01-01
    if (serial < 61 || serial > 2958465) { // before March 1900 Excel counts a day that never was
        survey_date_text(days, text);
        output_data_text(sheet, row, column, text);
        return;
    }
    if (!sheet->book->date) {
        sheet->book->date = workbook_add_format(sheet->book->workbook);
        format_set_num_format(sheet->book->date, "yyyy-mm-dd");
    }
    worksheet_write_number(sheet->sheet, row, (lxw_col_t)column, serial, sheet->book->date);
}

void output_block(struct output_sheet *sheet, uint32_t first_row, uint32_t first, uint32_t last_row,
                  uint32_t last, const char *text, enum output_look look)
{
    char *safe = output_safe_text(text);
    lxw_format *format = output_format(sheet, look, 0, OUTPUT_NEUTRAL);
    note_height(sheet, first_row, last_row, first, last, safe, look);
    if (first_row == last_row && first == last)
        worksheet_write_string(sheet->sheet, first_row, (lxw_col_t)first, safe, format);
    else
        worksheet_merge_range(sheet->sheet, first_row, (lxw_col_t)first, last_row, (lxw_col_t)last, safe, format);
    free(safe);
}

void output_span(struct output_sheet *sheet, uint32_t row, uint32_t first, uint32_t last, const char *text,
                 enum output_look look)
{
    output_block(sheet, row, first, row, last, text, look);
}

