// SPDX-License-Identifier: GPL-3.0-or-later
// ${name} in every cell where it means something, and the instances that a form would have twice.
#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/text.h"
#include "survey/definition/reader.h"
#include "survey/definition/word.h"

#include <string.h>

// Where a text stands.
struct place {
    struct survey_form_reader *reader;
    const struct survey_map *names; // name -> how many rows have it
    const char *sheet, *text;
    uint32_t row, column;
    bool parsed; // an expression, whose unknown names were found already
};

static void say(const struct place *place, bool always, int code, const char *expected,
                const char *message)
{
    bool fault = always || place->reader->strict;
    char text[16];
    survey_format_into(text, sizeof text, "%c%03d", fault ? 'E' : 'W', code);
    survey_report_add(place->reader->report,
                      &(struct survey_problem){.severity = fault ? SURVEY_FAULT : SURVEY_WARNING,
                                               .code = text,
                                               .file = place->reader->form->path,
                                               .sheet = place->sheet,
                                               .row = place->row,
                                               .column = place->column,
                                               .message = message,
                                               .expected = expected});
}

static void check_name(const struct place *place, const struct survey_reference *reference)
{
    struct survey_arena *arena = place->reader->arena;
    const struct survey_map_entry *entry =
        survey_map_find_n(place->names, reference->name, reference->length);
    const char *name = survey_arena_strndup(arena, reference->name, reference->length);
    if (entry && entry->number > 1)
        say(place, false, 134, "",
            survey_arena_format(arena, _("'${%s}' is the name of more than one row"), name));
    if (entry || (place->parsed && !place->reader->strict))
        return;
    if (place->parsed && strcmp(name, place->reader->form->root_name) != 0)
        return; // said where the expression was read
    const char **all = survey_arena_array(arena, place->names->count + 1, sizeof *all);
    for (size_t i = 0; i < place->names->count; i++)
        all[i] = place->names->entries[i].key;
    const char *near = survey_nearest(name, all, place->names->count);
    say(place, true, 111, near ? survey_arena_format(arena, _("did you mean '${%s}'?"), near) : "",
        survey_arena_format(arena, _("'${%s}' is not a question of this form"), name));
}

static void check_text(const struct place *place)
{
    if (strstr(place->text, "${") && strlen(place->text) > SURVEY_REFERRING_MAX) {
        say(place, true, 148, "", _("a text that refers to answers is at most 32 kB long"));
        return;
    }
    for (const char *at = strstr(place->text, "${"); at; at = strstr(at + 2, "${")) {
        const char *close = strchr(at, '}');
        struct survey_reference reference;
        size_t from = (size_t)(at - place->text);
        if (close == at + 2)
            continue; // "${}" is text
        if (close && survey_reference_next(place->text, from, &reference) && reference.at == from)
            check_name(place, &reference);
        else if (!place->parsed || place->reader->strict)
            say(place, false, 133, "${question}",
                _("'${' is not followed by the name of a question and '}'"));
        if (!close)
            return;
    }
}

static bool is_expression(const char *key)
{
    static const char *const keys[] = {"bind::relevant",   "bind::constraint", "bind::calculate",
                                       "bind::required",   "bind::readonly",   "choice_filter",
                                       "control::jr:count"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(keys[i], key) == 0)
            return true;
    return false;
}

// What the XForm has no use for may hold anything, unless strict.
static bool is_used(const char *key)
{
    return strcmp(key, "label") == 0 || strcmp(key, "hint") == 0 ||
           strcmp(key, "guidance_hint") == 0 || strcmp(key, "default") == 0 ||
           strchr(key, ':') != NULL || strcmp(key, "choice_filter") == 0;
}

static void check_items(struct survey_form_reader *reader, const struct survey_map *names)
{
    for (size_t i = 0; i < reader->form->item_count; i++) {
        const struct survey_item *item = reader->form->items[i];
        for (size_t k = 0; k < item->cell_count; k++) {
            const struct survey_cell *cell = &item->cells[k];
            bool ignored = strcmp(cell->key, "type") == 0 || strcmp(cell->key, "name") == 0 ||
                           strcmp(cell->key, "trigger") == 0;
            if (ignored || (!reader->strict && !is_used(cell->key)) || !strstr(cell->text, "${"))
                continue;
            struct place place = {reader,    names, reader->sheet->name,     cell->text,
                                  item->row, 0,     is_expression(cell->key)};
            for (uint32_t column = 0; column < reader->sheet->columns; column++)
                if (reader->columns[column].key == cell->key &&
                    reader->columns[column].named == cell->language)
                    place.column = column + 1;
            check_text(&place);
        }
    }
}

// The column of a choice's cell, found by its text, which lies in the sheet; rows stand in order of
// lines.
static uint32_t column_of(const struct survey_sheet *sheet, uint32_t line, const char *text)
{
    uint32_t low = 1, high = sheet ? sheet->rows : 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (survey_sheet_line(sheet, middle) < line)
            low = middle + 1;
        else
            high = middle;
    }
    for (uint32_t column = 0; sheet && column < sheet->columns; column++)
        if (survey_sheet_cell(sheet, low, column) == text)
            return column + 1;
    return 0;
}

static void check_choice(struct survey_form_reader *reader, const struct survey_map *names,
                         const struct survey_choice *choice)
{
    const struct survey_sheet *sheet = survey_workbook_sheet(reader->form->workbook, "choices");
    for (size_t i = 0; i < choice->cell_count; i++) {
        const struct survey_cell *cell = &choice->cells[i];
        bool shown = strcmp(cell->key, "label") == 0 || strncmp(cell->key, "media::", 7) == 0;
        if (shown && strstr(cell->text, "${"))
            check_text(&(struct place){reader, names, "choices", cell->text, choice->row,
                                       column_of(sheet, choice->row, cell->text), false});
    }
}

static void check_choices(struct survey_form_reader *reader, const struct survey_map *names)
{
    for (size_t i = 0; i < reader->form->list_count; i++)
        for (size_t k = 0; !reader->form->lists[i]->external && k < reader->form->lists[i]->count;
             k++)
            check_choice(reader, names, &reader->form->lists[i]->choices[k]);
}

static void check_sheet(struct survey_form_reader *reader, const struct survey_map *names,
                        const char *name, uint32_t most)
{
    const struct survey_sheet *sheet = survey_workbook_sheet(reader->form->workbook, name);
    for (uint32_t row = 1; sheet && row < sheet->rows && row <= most; row++)
        for (uint32_t column = 0; column < sheet->columns; column++) {
            const char *header = survey_sheet_cell(sheet, 0, column);
            bool ignored = strcmp(header, "list_name") == 0 || strcmp(header, "list name") == 0 ||
                           strcmp(header, "repeat") == 0;
            if (!ignored && *header)
                check_text(&(struct place){reader, names, name,
                                           survey_sheet_cell(sheet, row, column),
                                           survey_sheet_line(sheet, row), column + 1, false});
        }
}

void survey_reader_check_texts(struct survey_form_reader *reader)
{
    struct survey_map names = {0};
    for (size_t i = 0; i < reader->form->item_count; i++)
        if (reader->form->items[i]->cell_count)
            survey_map_put(&names, reader->arena, reader->form->items[i]->name, NULL)->number++;
    const struct survey_map_entry *omitted =
        survey_map_find(&reader->form->settings, "omit_instanceid");
    if (!omitted || !survey_means_yes(omitted->value))
        survey_map_put(&names, reader->arena, "instanceID", NULL)->number++;
    check_items(reader, &names);
    check_choices(reader, &names);
    check_sheet(reader, &names, "settings", 1);
    check_sheet(reader, &names, "entities", UINT32_MAX);
    survey_map_clear(&names);
}

// An instance id and what it stands for; external ones may not even repeat themselves.
static void add_instance(struct survey_form_reader *reader, struct survey_map *seen,
                         const struct survey_item *item, const char *id, const char *source,
                         bool external)
{
    bool added;
    struct survey_map_entry *entry = survey_map_put(seen, reader->arena, id, &added);
    bool clash = !added && (strcmp(entry->value, source) != 0 || (external && entry->number));
    if (added) {
        entry->value = survey_arena_strdup(reader->arena, source);
        entry->number = external;
    }
    if (clash && item)
        survey_reader_say_item(reader, SURVEY_STRICT_FAULT, 137, item, "type", NULL,
                               _("instance '%s' stands for something else already"), id);
    else if (clash)
        survey_reader_say(reader, SURVEY_STRICT_FAULT, 137, 0, -1, NULL,
                          _("list '%s' has the name of an attached file"), id);
}

static void add_pulled(struct survey_form_reader *reader, struct survey_map *seen,
                       const struct survey_item *item, const char *text)
{
    size_t length;
    if (text && !strstr(text, "pulldata(")) // most have none: don't split them
        return;
    for (enum survey_word word; text && (word = survey_word_at(text, &length)) != SURVEY_WORD_END;
         text += length) {
        if (word != SURVEY_WORD_CALL || length != 9 || strncmp(text, "pulldata(", 9) != 0)
            continue;
        const char *argument = text + 9 + strspn(text + 9, " ");
        size_t size = 0;
        if (survey_word_at(argument, &size) == SURVEY_WORD_TEXT && size > 2) {
            const char *id = survey_arena_strndup(reader->arena, argument + 1, size - 2);
            add_instance(reader, seen, item, id, survey_arena_format(reader->arena, "%s.csv", id),
                         false);
        }
    }
}

static void add_saved(struct survey_form_reader *reader, struct survey_map *seen,
                      const struct survey_item *item, const char *text)
{
    struct survey_reference reference;
    for (size_t from = 0; text && survey_reference_next(text, from, &reference);
         from = reference.end)
        if (reference.last_saved)
            add_instance(reader, seen, item, "__last-saved", "the last saved record", false);
}

static void add_file(struct survey_form_reader *reader, struct survey_map *seen,
                     const struct survey_item *item)
{
    const char *name = item->list && item->list->file ? item->list->name : NULL,
               *dot = name ? strrchr(name, '.') : NULL;
    if (dot)
        add_instance(reader, seen, item,
                     survey_arena_strndup(reader->arena, name, (size_t)(dot - name)), name, false);
}

void survey_reader_check_instances(struct survey_form_reader *reader)
{
    struct survey_map seen = {0};
    struct survey_form *form = reader->form;
    for (size_t i = 0; i < form->item_count; i++) {
        const struct survey_item *item = form->items[i];
        bool csv = item->type == SURVEY_TYPE_CSV_EXTERNAL,
             external = csv || item->type == SURVEY_TYPE_XML_EXTERNAL;
        if (external)
            add_instance(reader, &seen, item, item->name,
                         survey_arena_format(reader->arena, csv ? "%s.csv" : "%s.xml", item->name),
                         true);
        const char *const texts[] = {item->calculation.text,  item->constraint.text,
                                     item->read_only.text,    item->required.text,
                                     item->relevant.text,     item->initial.text,
                                     item->choice_filter.text};
        for (size_t k = 0; k < sizeof texts / sizeof *texts && !external; k++)
            add_pulled(reader, &seen, item, texts[k]);
        for (size_t k = 0; k < sizeof texts / sizeof *texts && !external; k++)
            add_saved(reader, &seen, item, texts[k]);
        add_file(reader, &seen, item);
    }
    for (size_t i = 0; i < form->list_count; i++)
        if (!form->lists[i]->file && !form->lists[i]->external && form->lists[i]->count &&
            survey_map_find(&seen, form->lists[i]->name))
            add_instance(reader, &seen, NULL, form->lists[i]->name, "", false);
    survey_map_clear(&seen);
}
