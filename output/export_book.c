// SPDX-License-Identifier: GPL-3.0-or-later
// The export lists as one workbook: codes, labels, repeats with their keys, and a dictionary.
#include "output/export.h"

#include "output/cell.h"
#include "survey/base/arena.h"
#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/base/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_COLUMNS = 16384, MOST_ROWS = 1048575, MOST_UNITS = 32767, MOST_DICTIONARY = 30000, MOST_REPEATS = 200 };

struct listed {
    struct survey_store *store;
    const struct survey_export *export;
    const struct survey_actor *actor;
    const char *path;
    struct output_book *book;
    struct survey_arena *arena;
    bool chinese;
    struct output_sheet *dictionary;
    uint32_t dictionary_row;
};

static struct output_sheet *new_sheet(struct listed *b, const char *name)
{
    return output_sheet_new(b->book, name, b->chinese);
}

static void head(struct output_sheet *sheet, uint32_t column, const char *text)
{
    output_text(sheet, 0, column, text, OUTPUT_HEAD, OUTPUT_NEUTRAL);
}

static void finish(struct output_sheet *sheet, uint32_t columns)
{
    output_sheet_finish(sheet, &(struct output_page){.landscape = true, .freeze_row = 1, .columns = columns, .filter = columns > 0});
}

// UTF-16 units, as Excel counts.
static size_t units_of(const char *text)
{
    size_t length = strlen(text), units = 0, size;
    uint32_t character;
    for (; (size = survey_utf8_next(text, length, &character)); text += size, length -= size)
        units += character > 0xffff ? 2 : 1;
    return units;
}

static bool too_long(const struct listed *b, const struct survey_export_column *column, const char *text,
                     struct survey_error *error)
{
    size_t bytes = strlen(text);
    if (bytes <= MOST_UNITS || units_of(text) <= MOST_UNITS)
        return false;
    survey_fail(error, SURVEY_ERROR_INPUT, b->path, _("an answer to '%s' has %zu characters, and Excel takes %d; write .csv or .dta"),
                column->name, units_of(text), MOST_UNITS);
    return true;
}

// A value as a number where it is one, a day where it is one, else as text.
static void put_value(struct output_sheet *sheet, uint32_t row, uint32_t column, const struct survey_export_column *of,
                      const char *text)
{
    double number;
    int64_t days;
    if (of->type == SURVEY_EXPORT_DATE && survey_date_parse(text, strlen(text), &days))
        output_data_date(sheet, row, column, days);
    else if (of->type == SURVEY_EXPORT_NUMBER && survey_number_parse(text, strlen(text), &number) && isfinite(number) &&
             fabs(number) < 1e300)
        output_data_number(sheet, row, column, number);
    else if ((of->type == SURVEY_EXPORT_CODE || of->type == SURVEY_EXPORT_FOUND) && output_plain_number(text, &number))
        output_data_number(sheet, row, column, number);
    else
        output_data_text(sheet, row, column, text);
}

// What the sheet of labels says of a value: labels for codes, the kind where it is missing.
static void put_label(struct output_sheet *sheet, uint32_t row, uint32_t column, const struct survey_export_column *of,
                      const struct survey_export_value *value)
{
    struct survey_buffer text = SURVEY_BUFFER(1 << 20);
    if (value->missing && of->asked) {
        survey_export_labels(of, value->text, &text);
        survey_format(&text, "%s(%s)", text.length ? " " : "", output_missing_text(value->missing));
        output_data_text(sheet, row, column, survey_buffer_string(&text));
    } else if (of->choice_count) {
        survey_export_labels(of, value->text, &text);
        output_data_text(sheet, row, column, survey_buffer_string(&text));
    } else {
        put_value(sheet, row, column, of, value->text);
    }
    survey_buffer_clear(&text);
}

static void put_choices(const struct survey_export_column *column, struct survey_buffer *text)
{
    for (size_t i = 0; i < column->choice_count && text->length < MOST_DICTIONARY; i++)
        survey_format(text, "%s%s = %s", i ? "; " : "", column->choices[i].name, column->choices[i].label);
}

static void put_kinds(const struct survey_export_column *column, struct survey_buffer *text)
{
    for (int kind = SURVEY_NOT_ASKED; column->asked && kind <= SURVEY_BLANK; kind++) {
        survey_format(text, "%s%s", text->length ? "; " : "", output_missing_text((enum survey_missing)kind));
        for (size_t i = 0; i < column->choice_count; i++)
            if ((int)column->choices[i].missing == kind)
                survey_format(text, " = %s", column->choices[i].name);
    }
}

static void describe(struct listed *b, const char *sheet, const struct survey_export_column *columns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t row = b->dictionary_row++;
        struct survey_buffer choices = SURVEY_BUFFER(1 << 20), kinds = SURVEY_BUFFER(1 << 16);
        put_choices(&columns[i], &choices);
        put_kinds(&columns[i], &kinds);
        output_data_text(b->dictionary, row, 0, sheet);
        output_data_text(b->dictionary, row, 1, columns[i].name);
        output_data_text(b->dictionary, row, 2, columns[i].label);
        output_data_text(b->dictionary, row, 3, columns[i].question);
        output_data_text(b->dictionary, row, 4, survey_buffer_string(&choices));
        output_data_text(b->dictionary, row, 5, survey_buffer_string(&kinds));
        survey_buffer_clear(&choices);
        survey_buffer_clear(&kinds);
    }
}

// The heads of a sheet: names, and in a list that has both codes and labels, NAME_label behind.
static uint32_t heads(struct listed *b, struct output_sheet *sheet, const struct survey_export_column *columns, size_t count,
                      bool both)
{
    uint32_t at = 0;
    for (size_t i = 0; i < count; i++) {
        head(sheet, at++, columns[i].name);
        if (both && columns[i].choice_count)
            head(sheet, at++, survey_arena_format(b->arena, "%s_label", columns[i].name));
    }
    return at;
}

static bool write_rows(struct listed *b, struct survey_export_table *table, struct output_sheet *codes,
                       struct output_sheet *labels, struct survey_error *error)
{
    size_t count;
    const struct survey_export_column *columns = survey_export_columns(table, &count);
    const struct survey_export_value *values;
    struct survey_error failed = {0};
    uint32_t row = 0;
    while ((values = survey_export_next(table, &failed))) {
        if (++row > MOST_ROWS)
            return survey_fail(error, SURVEY_ERROR_INPUT, b->path,
                               _("the list has more than %d rows, which is all that Excel takes; write .csv"), MOST_ROWS);
        uint32_t at = 0;
        for (size_t i = 0; i < count; i++) {
            if (too_long(b, &columns[i], values[i].text, error))
                return false;
            put_value(codes, row, at++, &columns[i], values[i].text);
            if (labels)
                put_label(labels, row, (uint32_t)i, &columns[i], &values[i]);
            else if (columns[i].choice_count)
                put_label(codes, row, at++, &columns[i], &values[i]);
        }
    }
    if (failed.code != SURVEY_OK)
        *error = failed;
    return failed.code == SURVEY_OK;
}

static void start_dictionary(struct listed *b)
{
    static const char *const names[] = {N_("sheet"), N_("variable"), N_("question"), N_("type"), N_("choices"),
                                        N_("missing kinds")};
    static const double widths[] = {12, 24, 60, 16, 60, 40};
    b->dictionary = new_sheet(b, "dictionary");
    for (uint32_t i = 0; i < sizeof names / sizeof *names; i++) {
        output_width(b->dictionary, i, widths[i]);
        output_data_text(b->dictionary, 0, i, _(names[i]));
    }
    b->dictionary_row = 1;
}

// One list: codes and labels on two sheets, or a repeat with both on one.
static bool write_list(struct listed *b, const char *repeat, struct survey_error *error)
{
    struct survey_export_table *table;
    if (!survey_export_open(b->store, b->export, repeat, b->actor, &table, error))
        return false;
    size_t count, wide;
    const struct survey_export_column *columns = survey_export_columns(table, &count);
    wide = count;
    for (size_t i = 0; repeat && i < count; i++)
        wide += columns[i].choice_count > 0;
    bool done = wide <= MOST_COLUMNS || survey_fail(error, SURVEY_ERROR_INPUT, b->path,
                                                    _("the list has %zu columns, and Excel takes %d; write .csv or .sav"), wide,
                                                    MOST_COLUMNS);
    if (done) {
        struct output_sheet *codes = new_sheet(b, repeat ? repeat : "data");
        struct output_sheet *labels = repeat ? NULL : new_sheet(b, "labels");
        if (!b->dictionary)
            start_dictionary(b);
        describe(b, output_sheet_name(codes), columns, count);
        uint32_t columns_there = heads(b, codes, columns, count, repeat != NULL);
        if (labels)
            heads(b, labels, columns, count, false);
        done = write_rows(b, table, codes, labels, error);
        finish(codes, columns_there);
        if (labels)
            finish(labels, columns_there);
    }
    survey_export_close(table);
    return done;
}

static bool write_lists(struct listed *b, struct survey_error *error)
{
    struct survey_error failed = {0};
    const char *repeat;
    bool done = write_list(b, NULL, error);
    for (size_t i = 0; done && !b->export->opinions && i < MOST_REPEATS &&
                       (repeat = survey_export_repeat(b->store, b->export, i, b->arena, &failed)); i++)
        done = write_list(b, repeat, error);
    if (done && failed.code != SURVEY_OK) {
        *error = failed;
        done = false;
    }
    if (b->dictionary)
        finish(b->dictionary, 6);
    return done;
}

bool output_export_book(struct survey_store *store, const struct survey_export *export, const struct survey_actor *actor,
                        const char *path, struct survey_error *error)
{
    struct listed b = {.store = store, .export = export, .actor = actor, .path = path};
    const struct survey_form *form = survey_store_current_form(store, export->form, NULL, error);
    if (!form || !output_book_new_long(path, form->title ? form->title : form->id, actor->now, &b.book, error))
        return false;
    b.arena = survey_arena_new();
    int language = survey_form_language(form, export->language);
    b.chinese = language >= 0 && strstr(form->languages[language], "zh");
    bool done = write_lists(&b, error);
    if (done)
        done = output_book_close(b.book, error);
    else
        output_book_drop(b.book);
    survey_arena_free(b.arena);
    return done;
}
