// SPDX-License-Identifier: GPL-3.0-or-later
// Headers of the survey and choices sheets: case, spaces, aliases, languages.
#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/text.h"
#include "survey/definition/reader.h"

#include <stdarg.h>
#include <string.h>

// What a key means to the reader; the rest is kept for those who know it.
static const struct {
    const char *key;
    enum survey_header header;
} meanings[] = {
    {"type", SURVEY_HEADER_TYPE},
    {"name", SURVEY_HEADER_NAME},
    {"list name", SURVEY_HEADER_LIST_NAME},
    {"label", SURVEY_HEADER_LABEL},
    {"hint", SURVEY_HEADER_HINT},
    {"guidance_hint", SURVEY_HEADER_GUIDANCE},
    {"bind::jr:constraintMsg", SURVEY_HEADER_CONSTRAINT_MESSAGE},
    {"bind::jr:requiredMsg", SURVEY_HEADER_REQUIRED_MESSAGE},
    {"bind::relevant", SURVEY_HEADER_RELEVANT},
    {"bind::constraint", SURVEY_HEADER_CONSTRAINT},
    {"bind::calculate", SURVEY_HEADER_CALCULATION},
    {"bind::required", SURVEY_HEADER_REQUIRED},
    {"choice_filter", SURVEY_HEADER_CHOICE_FILTER},
    {"default", SURVEY_HEADER_DEFAULT},
    {"bind::readonly", SURVEY_HEADER_READ_ONLY},
    {"control::jr:count", SURVEY_HEADER_REPEAT_COUNT},
    {"control::appearance", SURVEY_HEADER_APPEARANCE},
    {"parameters", SURVEY_HEADER_PARAMETERS},
    {"trigger", SURVEY_HEADER_TRIGGER},
    {"disabled", SURVEY_HEADER_DISABLED},
    {"paper", SURVEY_HEADER_PAPER},
    {"role", SURVEY_HEADER_ROLE},
    {"pii", SURVEY_HEADER_PII},
    {"restricted", SURVEY_HEADER_RESTRICTED},
    {"back_check", SURVEY_HEADER_BACK_CHECK},
    {"missing", SURVEY_HEADER_MISSING},
};

static bool same_letters(const char *a, const char *b)
{
    for (;; a++, b++) {
        char x = (char)(*a >= 'A' && *a <= 'Z' ? *a + 32 : *a), y = (char)(*b >= 'A' && *b <= 'Z' ? *b + 32 : *b);
        if (x != y || !x)
            return x == y;
    }
}

static enum survey_header meaning_of(const char *key, bool choices)
{
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (same_letters(meanings[i].key, key))
            return choices == (meanings[i].header == SURVEY_HEADER_LIST_NAME || meanings[i].header == SURVEY_HEADER_MISSING) ||
                           meanings[i].header == SURVEY_HEADER_NAME || meanings[i].header == SURVEY_HEADER_LABEL
                       ? meanings[i].header
                       : SURVEY_HEADER_EXTRA;
    return SURVEY_HEADER_EXTRA;
}

static void say_at(struct survey_form_reader *reader, enum survey_weight weight, int code, uint32_t line, int column,
                   const char *expected, const char *format, va_list list)
{
    bool fault = weight == SURVEY_ALWAYS_FAULT || (weight == SURVEY_STRICT_FAULT && reader->strict);
    struct survey_buffer message = SURVEY_BUFFER(4096);
    char text[16];
    survey_format_list(&message, format, list);
    survey_format_into(text, sizeof text, "%c%03d", fault ? 'E' : 'W', code);
    survey_report_add(reader->report,
                      &(struct survey_problem){.severity = fault ? SURVEY_FAULT : SURVEY_WARNING,
                                               .code = text,
                                               .file = reader->form->path,
                                               .sheet = reader->sheet ? reader->sheet->name : "",
                                               .row = line,
                                               .column = (uint32_t)(column + 1),
                                               .message = survey_buffer_string(&message),
                                               .expected = expected ? expected : ""});
    survey_buffer_clear(&message);
}

void survey_reader_say(struct survey_form_reader *reader, enum survey_weight weight, int code, uint32_t row,
                       int column, const char *expected, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    say_at(reader, weight, code, reader->sheet ? survey_sheet_line(reader->sheet, row) : 0, column, expected, format, list);
    va_end(list);
}

void survey_reader_say_item(struct survey_form_reader *reader, enum survey_weight weight, int code, const struct survey_item *item,
                            const char *key, const char *expected, const char *format, ...)
{
    int column = -1;
    va_list list;
    for (uint32_t i = 0; i < reader->sheet->columns && column < 0; i++)
        if (strcmp(reader->columns[i].key, key) == 0)
            column = (int)i;
    va_start(list, format);
    say_at(reader, weight, code, item->row, column, expected, format, list);
    va_end(list);
}

// -1 for one more than there may be.
static int find_language(struct survey_form_reader *reader, const char *language)
{
    struct survey_form *form = reader->form;
    for (size_t i = 0; i < form->language_count; i++)
        if (strcmp(form->languages[i], language) == 0)
            return (int)i;
    if (form->language_count == reader->language_most)
        return -1;
    if (form->language_count == reader->language_capacity) {
        size_t capacity = reader->language_capacity ? reader->language_capacity * 2 : 8;
        const char **grown = survey_arena_array(reader->arena, capacity, sizeof *grown);
        for (size_t i = 0; i < form->language_count; i++)
            grown[i] = form->languages[i];
        form->languages = grown;
        reader->language_capacity = capacity;
    }
    form->languages[form->language_count] = survey_arena_strdup(reader->arena, language);
    return (int)form->language_count++;
}

static bool takes_language(enum survey_header header)
{
    return header == SURVEY_HEADER_LABEL || header == SURVEY_HEADER_HINT || header == SURVEY_HEADER_GUIDANCE ||
           header == SURVEY_HEADER_CONSTRAINT_MESSAGE || header == SURVEY_HEADER_REQUIRED_MESSAGE;
}

static void read_header(struct survey_form_reader *reader, uint32_t column, bool doubled, bool choices)
{
    struct survey_column *read = &reader->columns[column];
    read->written = survey_sheet_cell(reader->sheet, 0, column);
    read->language_index = -1;
    survey_column_parse(reader->arena, read->written, doubled, choices, &read->key, &read->named);
    read->header = meaning_of(read->key, choices);
    if (read->named && !takes_language(read->header))
        read->header = SURVEY_HEADER_EXTRA; // media::image::English and the like
    if (takes_language(read->header)) {
        read->language = read->named ? read->named : reader->unnamed_language;
        read->language_index = find_language(reader, read->language);
        if (read->language_index < 0) {
            if (!reader->languages_full)
                survey_reader_say(reader, SURVEY_ALWAYS_FAULT, 149, 0, (int)column, NULL, _("there are more than %d languages"),
                                  SURVEY_MOST_LANGUAGES);
            reader->languages_full = true;
            read->header = SURVEY_HEADER_EXTRA;
        }
    }
}

void survey_reader_headers(struct survey_form_reader *reader, const struct survey_sheet *sheet)
{
    bool doubled = false, choices = same_letters(sheet->name, "choices") || same_letters(sheet->name, "external_choices");
    reader->sheet = sheet;
    reader->columns = survey_arena_array(reader->arena, sheet->columns + 1u, sizeof *reader->columns);
    for (uint32_t column = 0; column < sheet->columns; column++)
        doubled |= strstr(survey_sheet_cell(sheet, 0, column), "::") != NULL;
    for (uint32_t column = 0; column < sheet->columns; column++) {
        read_header(reader, column, doubled, choices);
        const struct survey_column *read = &reader->columns[column];
        for (uint32_t other = 0; other < column && read->header != SURVEY_HEADER_EXTRA; other++)
            if (reader->columns[other].header == read->header &&
                (reader->columns[other].named == read->named ||
                 (reader->columns[other].named && read->named && strcmp(reader->columns[other].named, read->named) == 0)))
                survey_reader_say(reader, SURVEY_STRICT_FAULT, 117, 0, (int)column, NULL,
                                  _("column '%s' means the same as column '%s'; the first is used"), read->written,
                                  reader->columns[other].written);
    }
}

int survey_reader_column(const struct survey_form_reader *reader, enum survey_header header, int language)
{
    for (uint32_t column = 0; column < reader->sheet->columns; column++)
        if (reader->columns[column].header == header &&
            (language < 0 || reader->columns[column].language_index == language))
            return (int)column;
    return -1;
}

const char *survey_reader_cell(const struct survey_form_reader *reader, uint32_t row, enum survey_header header)
{
    int column = survey_reader_column(reader, header, -1);
    return column < 0 ? "" : survey_sheet_cell(reader->sheet, row, (uint32_t)column);
}

const struct survey_cell *survey_reader_cells(struct survey_form_reader *reader, uint32_t row, size_t *count)
{
    struct survey_cell *cells = survey_arena_array(reader->arena, reader->sheet->columns, sizeof *cells);
    *count = 0;
    for (uint32_t column = 0; column < reader->sheet->columns; column++) {
        const char *text = survey_sheet_cell(reader->sheet, row, column);
        const struct survey_column *read = &reader->columns[column];
        if (*text && *read->key)
            cells[(*count)++] = (struct survey_cell){read->key, read->named, text};
    }
    return cells;
}

const char **survey_reader_texts(struct survey_form_reader *reader, uint32_t row, enum survey_header header)
{
    const char **texts = NULL;
    for (uint32_t column = 0; column < reader->sheet->columns; column++) {
        const struct survey_column *read = &reader->columns[column];
        const char *cell = survey_sheet_cell(reader->sheet, row, column);
        if (read->header != header || !*cell)
            continue;
        if (!texts) // room for languages that a later sheet may bring
            texts = survey_arena_array(reader->arena, reader->language_most, sizeof *texts);
        // A column that names its language goes before one that stands for the default.
        if (read->named || !texts[read->language_index])
            texts[read->language_index] = cell;
    }
    return texts;
}
