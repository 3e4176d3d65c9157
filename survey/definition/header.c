// SPDX-License-Identifier: GPL-3.0-or-later
// Headers of the survey and choices sheets: case, spaces, aliases, languages.
#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/text.h"
#include "survey/definition/reader.h"

#include <stdarg.h>
#include <string.h>

static const struct {
    const char *name;
    enum survey_header header;
} names[] = {
    {"type", SURVEY_HEADER_TYPE},
    {"command", SURVEY_HEADER_TYPE},
    {"name", SURVEY_HEADER_NAME},
    {"value", SURVEY_HEADER_NAME},
    {"tag", SURVEY_HEADER_NAME},
    {"list_name", SURVEY_HEADER_LIST_NAME},
    {"label", SURVEY_HEADER_LABEL},
    {"caption", SURVEY_HEADER_LABEL},
    {"hint", SURVEY_HEADER_HINT},
    {"guidance_hint", SURVEY_HEADER_GUIDANCE},
    {"constraint_message", SURVEY_HEADER_CONSTRAINT_MESSAGE},
    {"constraining_message", SURVEY_HEADER_CONSTRAINT_MESSAGE},
    {"constraintmsg", SURVEY_HEADER_CONSTRAINT_MESSAGE},
    {"bind::jr:constraintmsg", SURVEY_HEADER_CONSTRAINT_MESSAGE},
    {"required_message", SURVEY_HEADER_REQUIRED_MESSAGE},
    {"requiredmsg", SURVEY_HEADER_REQUIRED_MESSAGE},
    {"bind::jr:requiredmsg", SURVEY_HEADER_REQUIRED_MESSAGE},
    {"relevant", SURVEY_HEADER_RELEVANT},
    {"relevance", SURVEY_HEADER_RELEVANT},
    {"bind::relevant", SURVEY_HEADER_RELEVANT},
    {"constraint", SURVEY_HEADER_CONSTRAINT},
    {"bind::constraint", SURVEY_HEADER_CONSTRAINT},
    {"calculation", SURVEY_HEADER_CALCULATION},
    {"calculate", SURVEY_HEADER_CALCULATION},
    {"bind::calculate", SURVEY_HEADER_CALCULATION},
    {"required", SURVEY_HEADER_REQUIRED},
    {"bind::required", SURVEY_HEADER_REQUIRED},
    {"choice_filter", SURVEY_HEADER_CHOICE_FILTER},
    {"default", SURVEY_HEADER_DEFAULT},
    {"read_only", SURVEY_HEADER_READ_ONLY},
    {"readonly", SURVEY_HEADER_READ_ONLY},
    {"bind::readonly", SURVEY_HEADER_READ_ONLY},
    {"repeat_count", SURVEY_HEADER_REPEAT_COUNT},
    {"count", SURVEY_HEADER_REPEAT_COUNT},
    {"jr:count", SURVEY_HEADER_REPEAT_COUNT},
    {"appearance", SURVEY_HEADER_APPEARANCE},
    {"control::appearance", SURVEY_HEADER_APPEARANCE},
    {"body::appearance", SURVEY_HEADER_APPEARANCE},
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

static enum survey_header meaning_of(const char *name)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].name, name) == 0)
            return names[i].header;
    return SURVEY_HEADER_EXTRA;
}

void survey_reader_say(struct survey_form_reader *reader, enum survey_weight weight, int code, uint32_t row,
                       int column, const char *expected, const char *format, ...)
{
    bool fault = weight == SURVEY_ALWAYS_FAULT || (weight == SURVEY_STRICT_FAULT && reader->strict);
    struct survey_buffer message = SURVEY_BUFFER(4096);
    char text[16];
    va_list list;
    va_start(list, format);
    survey_format_list(&message, format, list);
    va_end(list);
    survey_format_into(text, sizeof text, "%c%03d", fault ? 'E' : 'W', code);
    survey_report_add(reader->report,
                      &(struct survey_problem){.severity = fault ? SURVEY_FAULT : SURVEY_WARNING,
                                               .code = text,
                                               .file = reader->form->path,
                                               .sheet = reader->sheet ? reader->sheet->name : "",
                                               .row = reader->sheet ? survey_sheet_line(reader->sheet, row) : 0,
                                               .column = (uint32_t)(column + 1),
                                               .message = survey_buffer_string(&message),
                                               .expected = expected ? expected : ""});
    survey_buffer_clear(&message);
}

static int find_language(struct survey_form_reader *reader, const char *language)
{
    struct survey_form *form = reader->form;
    for (size_t i = 0; i < form->language_count; i++)
        if (strcmp(form->languages[i], language) == 0)
            return (int)i;
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

// Lower case, spaces as underscores; "label : English" keeps its language apart.
static void split_header(struct survey_form_reader *reader, const char *written, bool doubled, char **name, char **language)
{
    char *copy = survey_arena_strdup(reader->arena, written);
    const char *mark = doubled ? "::" : ":";
    char *cut = strstr(copy, mark);
    *language = NULL;
    if (cut && (doubled || strncmp(copy, "jr:", 3) != 0)) {
        *language = cut + strlen(mark);
        while (**language == ' ')
            (*language)++;
        *cut = '\0';
    }
    size_t length = strlen(copy);
    while (length && copy[length - 1] == ' ')
        copy[--length] = '\0';
    for (char *at = copy; *at; at++)
        *at = *at == ' ' ? '_' : (char)(*at >= 'A' && *at <= 'Z' ? *at + 32 : *at);
    *name = copy;
}

static bool takes_language(enum survey_header header)
{
    return header == SURVEY_HEADER_LABEL || header == SURVEY_HEADER_HINT || header == SURVEY_HEADER_GUIDANCE ||
           header == SURVEY_HEADER_CONSTRAINT_MESSAGE || header == SURVEY_HEADER_REQUIRED_MESSAGE;
}

static void read_header(struct survey_form_reader *reader, uint32_t column, bool doubled)
{
    struct survey_column *read = &reader->columns[column];
    char *name, *language;
    read->written = survey_sheet_cell(reader->sheet, 0, column);
    read->language_index = -1;
    split_header(reader, read->written, doubled, &name, &language);
    bool bound = strcmp(name, "bind") == 0 || strcmp(name, "control") == 0 || strcmp(name, "body") == 0;
    if (bound && language) { // "bind::relevant" is one name
        char *rest, *deeper;
        split_header(reader, language, doubled, &rest, &deeper);
        name = survey_arena_format(reader->arena, "%s::%s", name, rest);
        language = deeper;
    }
    read->header = meaning_of(name);
    if (language && !takes_language(read->header))
        read->header = SURVEY_HEADER_EXTRA; // media::image::English and the like
    if (takes_language(read->header)) {
        read->language = language ? language : reader->unnamed_language;
        read->language_index = find_language(reader, read->language);
    }
}

void survey_reader_headers(struct survey_form_reader *reader, const struct survey_sheet *sheet)
{
    bool doubled = false;
    reader->sheet = sheet;
    reader->columns = survey_arena_array(reader->arena, sheet->columns + 1u, sizeof *reader->columns);
    for (uint32_t column = 0; column < sheet->columns; column++)
        doubled |= strstr(survey_sheet_cell(sheet, 0, column), "::") != NULL;
    for (uint32_t column = 0; column < sheet->columns; column++) {
        read_header(reader, column, doubled);
        const struct survey_column *read = &reader->columns[column];
        for (uint32_t other = 0; other < column && read->header != SURVEY_HEADER_EXTRA; other++)
            if (reader->columns[other].header == read->header &&
                reader->columns[other].language_index == read->language_index)
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

const char **survey_reader_texts(struct survey_form_reader *reader, uint32_t row, enum survey_header header)
{
    const char **texts = NULL;
    for (uint32_t column = 0; column < reader->sheet->columns; column++) {
        const struct survey_column *read = &reader->columns[column];
        const char *cell = survey_sheet_cell(reader->sheet, row, column);
        if (read->header != header || !*cell)
            continue;
        if (!texts) // room for languages that a later sheet may bring
            texts = survey_arena_array(reader->arena, 256, sizeof *texts);
        if (read->language_index < 256 && !texts[read->language_index])
            texts[read->language_index] = cell;
    }
    return texts;
}
