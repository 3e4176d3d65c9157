// SPDX-License-Identifier: GPL-3.0-or-later
// What ODK refuses of single rows: lists and files, labels, calculations, triggers, tables of
// selects.
#include "survey/base/arena.h"
#include "survey/base/text.h"
#include "survey/definition/entity.h"
#include "survey/definition/parameter.h"
#include "survey/definition/reader.h"
#include "survey/definition/word.h"

#include <string.h>

static bool has_cell(const struct survey_item *item, const char *key)
{
    return *survey_item_cell(item, key) != '\0';
}

static bool is_section(const struct survey_item *item)
{
    return item->type == SURVEY_TYPE_GROUP || item->type == SURVEY_TYPE_REPEAT;
}

// A type that is shown, unless the row is a calculation.
static bool has_control(const struct survey_item *item)
{
    return !is_section(item) && item->type != SURVEY_TYPE_CALCULATE &&
           item->type != SURVEY_TYPE_HIDDEN && item->type != SURVEY_TYPE_CSV_EXTERNAL &&
           item->type != SURVEY_TYPE_XML_EXTERNAL &&
           (item->type < SURVEY_TYPE_START || item->type == SURVEY_TYPE_BACKGROUND_GEOPOINT);
}

static bool has_text(const struct survey_item *item)
{
    return has_cell(item, "label") || has_cell(item, "hint") || item->cell_count == 0;
}

static bool has_media(const struct survey_item *item)
{
    for (size_t i = 0; i < item->cell_count; i++)
        if (strncmp(item->cells[i].key, "media", 5) == 0)
            return true;
    return false;
}

// Calculated or triggered, with nothing to show.
static bool is_silent(const struct survey_item *item)
{
    return (item->calculation.text || *item->trigger) && !has_text(item);
}

static void check_shown(struct survey_form_reader *reader, const struct survey_item *item)
{
    bool hinted = strcmp(survey_item_cell(item, "type"), "phone number") == 0 ||
                  strncmp(survey_item_cell(item, "type"), "number of days", 14) == 0;
    bool heads = strcmp(item->appearance, "label") == 0; // a table's heading needs none
    // Lenient reading has its own words for a question without a label.
    if (reader->strict && has_control(item) && !is_silent(item) && !has_text(item) &&
        !has_media(item) && !hinted && !heads)
        survey_reader_say_item(reader, SURVEY_STRICT_FAULT, 138, item, "label", NULL,
                               _("'%s' has neither label nor hint"), item->name);
    if (has_cell(item, "media::big-image") && !has_cell(item, "media::image"))
        survey_reader_say_item(reader, SURVEY_STRICT_FAULT, 144, item, "media::big-image", "image",
                               _("a big-image needs an image"));
}

static void check_calculation(struct survey_form_reader *reader, const struct survey_item *item)
{
    const char *written = survey_item_cell(item, "type");
    if (strcmp(written, "calculate") == 0 && !item->calculation.text &&
        !(item->initial.text && survey_default_is_dynamic(item->initial.text, false)))
        survey_reader_say_item(reader, SURVEY_STRICT_FAULT, 140, item, "bind::calculate", NULL,
                               _("'%s' has no calculation"), item->name);
    if (item->type == SURVEY_TYPE_AUDIT && strcmp(item->name, "audit") != 0)
        survey_reader_say_item(reader, SURVEY_STRICT_FAULT, 143, item, "name", "audit",
                               _("an audit is always called 'audit'"));
    if (item->type != SURVEY_TYPE_BACKGROUND_GEOPOINT)
        return;
    if (!*item->trigger)
        survey_reader_say_item(reader, SURVEY_STRICT_FAULT, 139, item, "trigger", NULL,
                               _("a background-geopoint needs a trigger"));
    if (item->calculation.text)
        survey_reader_say_item(reader, SURVEY_STRICT_FAULT, 140, item, "bind::calculate", NULL,
                               _("a background-geopoint has no calculation"));
}

static void check_list(struct survey_form_reader *reader, const struct survey_item *item)
{
    const char *written = survey_item_cell(item, "type"), *name = item->list->name,
               *dot = strchr(name, '.');
    bool from_file = strstr(written, "_from_file ") || strstr(written, " from file ");
    bool known = dot && (strcmp(dot, ".csv") == 0 || strcmp(dot, ".xml") == 0 ||
                         strcmp(dot, ".geojson") == 0);
    if (from_file && !known)
        survey_reader_say_item(reader, SURVEY_STRICT_FAULT, 135, item, "type",
                               ".csv, .xml, .geojson", _("'%s' is no file that a list can be in"),
                               name);
    if (item->or_other && item->choice_filter.text)
        survey_reader_say_item(reader, SURVEY_STRICT_FAULT, 142, item, "choice_filter", NULL,
                               _("or_other can't be combined with a choice filter"));
    if (item->or_other && !item->list->count)
        survey_reader_say_item(reader, SURVEY_STRICT_FAULT, 142, item, "type", NULL,
                               _("or_other needs choices of the choices sheet"));
    for (size_t i = 0; item->type == SURVEY_TYPE_SELECT_MULTIPLE && i < item->list->count; i++)
        if (strchr(item->list->choices[i].name, ' '))
            survey_reader_say_item(reader, SURVEY_STRICT_FAULT, 147, item, "type", NULL,
                                   _("choice '%s' of list '%s' has a space in its name, so it "
                                     "can't be one of several"),
                                   item->list->choices[i].name, name);
}

static bool is_search(const struct survey_item *item)
{
    const char *search = strstr(item->appearance, "search(");
    return search && strchr(search, ')');
}

// A list is searched for by all that use it, or by none.
static void check_search(struct survey_form_reader *reader, const struct survey_item *item)
{
    const char *dot = strrchr(item->list->name, '.');
    if (dot && item->list->file)
        survey_reader_say_item(reader, SURVEY_STRICT_FAULT, 146, item, "control::appearance", NULL,
                               _("search() can't be combined with a list from a file"));
    const struct survey_map_entry *other = survey_map_find(&reader->unsearched, item->list->name);
    if (other)
        survey_reader_say_item(reader, SURVEY_STRICT_FAULT, 146, item, "control::appearance", NULL,
                               _("list '%s' is used by '%s' without search()"), item->list->name,
                               ((const struct survey_item *)other->value)->name);
}

// One ${name} between commas.
static void check_trigger(struct survey_form_reader *reader, const struct survey_item *item)
{
    struct survey_reference reference;
    const char *trigger = item->trigger;
    size_t from = 0;
    if (!survey_reference_next(trigger, 0, &reference)) {
        survey_reader_say_item(
            reader, SURVEY_STRICT_FAULT, 133, item, "trigger", "${question}",
            _("a trigger is a ${question}, or several with commas between them"));
        return;
    }
    for (; survey_reference_next(trigger, from, &reference); from = reference.end) {
        const struct survey_map_entry *entry =
            survey_map_find_n(&reader->questions, reference.name, reference.length);
        const struct survey_item *question = entry ? entry->value : NULL;
        if (from && !memchr(trigger + from, ',', reference.at - from))
            survey_reader_say_item(reader, SURVEY_STRICT_FAULT, 133, item, "trigger", "${a}, ${b}",
                                   _("several triggers have a comma between them"));
        if (!question)
            survey_reader_say_item(reader, SURVEY_STRICT_FAULT, 139, item, "trigger", NULL,
                                   _("'${%.*s}' is not a question of this form"),
                                   (int)reference.length, reference.name);
        else if (item->type != SURVEY_TYPE_BACKGROUND_GEOPOINT &&
                 (question->type == SURVEY_TYPE_CALCULATE || is_silent(question)))
            survey_reader_say_item(reader, SURVEY_STRICT_FAULT, 139, item, "trigger", NULL,
                                   _("'%s' is not shown, so that nobody can change it"),
                                   question->name);
    }
}

// Selects in a table share one list; its heading shows it once.
static void check_table(struct survey_form_reader *reader, const struct survey_item *group)
{
    const struct survey_choice_list *list = NULL;
    for (size_t i = 0; i < group->child_count; i++) {
        const struct survey_item *item = group->children[i];
        if (is_section(item))
            return; // the table ends there
        if (!item->list)
            continue;
        if (!list && item->choice_filter.text)
            survey_reader_say_item(reader, SURVEY_STRICT_FAULT, 142, item, "choice_filter", NULL,
                                   _("a table-list can't be combined with a choice filter"));
        if (list && item->list != list)
            survey_reader_say_item(reader, SURVEY_STRICT_FAULT, 142, item, "type", list->name,
                                   _("the selects of a table-list share one list"));
        list = list ? list : item->list;
    }
}

static void say_entity(void *user, const char *sheet, uint32_t row, const char *key,
                       const char *message)
{
    struct survey_form_reader *reader = user;
    const struct survey_sheet *entities = survey_workbook_sheet(reader->form->workbook, sheet);
    uint32_t column = 0;
    for (uint32_t i = 0; strcmp(sheet, "survey") == 0 && i < reader->sheet->columns; i++)
        if (strcmp(reader->columns[i].key, key) == 0)
            column = i + 1;
    if (!column && entities && survey_sheet_column(entities, key) >= 0)
        column = (uint32_t)survey_sheet_column(entities, key) + 1;
    survey_report_add(reader->report, &(struct survey_problem){.severity = SURVEY_FAULT,
                                                               .code = "E141",
                                                               .file = reader->form->path,
                                                               .sheet = sheet,
                                                               .row = row,
                                                               .column = column,
                                                               .message = message,
                                                               .expected = ""});
}

static void index_items(struct survey_form_reader *reader)
{
    for (size_t i = reader->form->item_count; i-- > 0;) {
        struct survey_item *item = reader->form->items[i];
        if (!is_section(item))
            survey_map_put(&reader->questions, reader->arena, item->name, NULL)->value = item;
        if (item->list && !is_search(item))
            survey_map_put(&reader->unsearched, reader->arena, item->list->name, NULL)->value =
                item;
    }
}

void survey_reader_check_items(struct survey_form_reader *reader)
{
    struct survey_form *form = reader->form;
    struct survey_entity *entities;
    size_t count;
    index_items(reader);
    for (size_t i = 0; i < form->item_count; i++) {
        const struct survey_item *item = form->items[i];
        check_shown(reader, item);
        check_calculation(reader, item);
        if (item->list)
            check_list(reader, item);
        if (item->list && is_search(item))
            check_search(reader, item);
        if (*item->trigger && !is_section(item))
            check_trigger(reader, item);
        if (is_section(item) && strstr(item->appearance, "table-list"))
            check_table(reader, item);
    }
    survey_entities_read(reader->arena, form, &entities, &count, say_entity, reader);
    survey_map_clear(&reader->questions);
    survey_map_clear(&reader->unsearched);
}
