// SPDX-License-Identifier: GPL-3.0-or-later
// The choices sheet: lists in order of appearance, labels, kinds of missing answer, extra columns.
#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/text.h"
#include "survey/definition/reader.h"

#include <string.h>

// The two sheets with choices may use a name twice.
static struct survey_map_entry *entry_of(struct survey_form_reader *reader, const char *name)
{
    return survey_map_put(&reader->lists, reader->arena, reader->external ? survey_arena_format(reader->arena, "\n%s", name) : name, NULL);
}

struct survey_choice_list *survey_reader_list(struct survey_form_reader *reader, const char *name)
{
    return entry_of(reader, name)->value;
}

struct survey_choice_list *survey_reader_add_list(struct survey_form_reader *reader, const char *name)
{
    struct survey_form *form = reader->form;
    if (form->list_count == reader->list_capacity) {
        size_t capacity = reader->list_capacity ? reader->list_capacity * 2 : 16;
        struct survey_choice_list **grown = survey_arena_array(reader->arena, capacity, sizeof *grown);
        for (size_t i = 0; i < form->list_count; i++)
            grown[i] = form->lists[i];
        form->lists = grown;
        reader->list_capacity = capacity;
    }
    struct survey_choice_list *list = survey_arena_alloc(reader->arena, sizeof *list);
    list->name = survey_arena_strdup(reader->arena, name);
    list->external = reader->external;
    form->lists[form->list_count++] = list;
    entry_of(reader, name)->value = list;
    return list;
}

static enum survey_missing read_missing(struct survey_form_reader *reader, uint32_t row)
{
    const char *text = survey_reader_cell(reader, row, SURVEY_HEADER_MISSING);
    if (!*text)
        return SURVEY_PRESENT;
    if (strcmp(text, "dont_know") == 0)
        return SURVEY_DONT_KNOW;
    if (strcmp(text, "refused") == 0)
        return SURVEY_REFUSED;
    if (strcmp(text, "not_applicable") == 0)
        return SURVEY_NOT_ASKED;
    survey_reader_say(reader, SURVEY_ALWAYS_FAULT, 120, row, survey_reader_column(reader, SURVEY_HEADER_MISSING, -1),
                      "dont_know, refused, not_applicable", _("'%s' is no kind of missing answer"), text);
    return SURVEY_PRESENT;
}

static void read_extra(struct survey_form_reader *reader, uint32_t row, struct survey_choice *choice)
{
    for (uint32_t column = 0; column < reader->sheet->columns; column++) {
        const char *cell = survey_sheet_cell(reader->sheet, row, column);
        if (reader->columns[column].header == SURVEY_HEADER_EXTRA && *cell && reader->columns[column].written[0])
            survey_map_put(&choice->extra, reader->arena, reader->columns[column].written, NULL)->value =
                survey_arena_strdup(reader->arena, cell);
    }
}

// Rows of each list were counted first, so that each list is one array.
static struct survey_choice *next_choice(struct survey_form_reader *reader, struct survey_choice_list *list)
{
    if (!list->choices) {
        size_t rows = (size_t)entry_of(reader, list->name)->number;
        list->choices = survey_arena_array(reader->arena, rows + 1, sizeof *list->choices); // room for "other"
    }
    return &list->choices[list->count++];
}

static void read_choice(struct survey_form_reader *reader, uint32_t row, struct survey_map *seen)
{
    const char *list_name = survey_reader_cell(reader, row, SURVEY_HEADER_LIST_NAME);
    const char *name = survey_reader_cell(reader, row, SURVEY_HEADER_NAME);
    const char **labels = survey_reader_texts(reader, row, SURVEY_HEADER_LABEL);
    if (!*list_name && !*name && !labels)
        return;
    int name_column = survey_reader_column(reader, SURVEY_HEADER_NAME, -1);
    if (!*list_name) {
        survey_reader_say(reader, SURVEY_ONLY_WARNING, 115, row, survey_reader_column(reader, SURVEY_HEADER_LIST_NAME, -1),
                          NULL, _("the choice belongs to no list and is left out"));
        return;
    }
    if (!*name) {
        survey_reader_say(reader, SURVEY_ALWAYS_FAULT, 116, row, name_column, NULL, _("a choice of list '%s' has no name"), list_name);
        return;
    }
    struct survey_choice_list *list = survey_reader_list(reader, list_name);
    if (!list)
        list = survey_reader_add_list(reader, list_name);
    bool added;
    survey_map_put(seen, reader->arena, survey_arena_format(reader->arena, "%s\n%s", list_name, name), &added);
    const struct survey_map_entry *allowed = survey_map_find(&reader->form->settings, "allow_choice_duplicates");
    if (!added && !reader->external && !(allowed && survey_means_yes(allowed->value)))
        survey_reader_say(reader, SURVEY_STRICT_FAULT, 114, row, name_column, NULL, _("list '%s' has choice '%s' twice"), list_name, name);
    struct survey_choice *choice = next_choice(reader, list);
    choice->name = name;
    choice->labels = labels;
    choice->row = survey_sheet_line(reader->sheet, row);
    choice->missing = read_missing(reader, row);
    read_extra(reader, row, choice);
    choice->cells = survey_reader_cells(reader, row, &choice->cell_count);
    if (!labels && !reader->external)
        survey_reader_say(reader, SURVEY_ONLY_WARNING, 118, row, survey_reader_column(reader, SURVEY_HEADER_LABEL, -1), NULL,
                          _("choice '%s' of list '%s' has no label"), name, list_name);
}

static void read_sheet(struct survey_form_reader *reader, const char *name)
{
    const struct survey_sheet *sheet = survey_workbook_sheet(reader->form->workbook, name);
    struct survey_map seen = {0};
    if (!sheet || !sheet->rows)
        return;
    survey_reader_headers(reader, sheet);
    if (survey_reader_column(reader, SURVEY_HEADER_LIST_NAME, -1) < 0 ||
        survey_reader_column(reader, SURVEY_HEADER_NAME, -1) < 0) {
        survey_reader_say(reader, SURVEY_ALWAYS_FAULT, 102, 0, -1, "list_name, name", _("the %s sheet lacks a column"), name);
        return;
    }
    for (uint32_t row = 1; row < sheet->rows; row++)
        entry_of(reader, survey_reader_cell(reader, row, SURVEY_HEADER_LIST_NAME))->number++;
    for (uint32_t row = 1; row < sheet->rows; row++)
        read_choice(reader, row, &seen);
    survey_map_clear(&seen);
}

void survey_reader_choices(struct survey_form_reader *reader)
{
    read_sheet(reader, "choices");
    reader->external = true;
    read_sheet(reader, "external_choices");
    reader->external = false;
}
