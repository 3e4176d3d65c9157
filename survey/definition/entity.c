// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the entities sheet, and what of the survey sheet refers to it.
#include "survey/definition/entity.h"

#include "survey/base/arena.h"
#include "survey/base/text.h"
#include "survey/definition/entity_private.h"
#include "survey/definition/word.h"
#include "survey/workbook/workbook.h"

#include <string.h>

enum { MOST_ENTITIES = 100 };

void entity_say(struct entity_reader *reader, const char *sheet, uint32_t row, const char *key,
                const char *message)
{
    reader->faults++;
    if (reader->say)
        reader->say(reader->user, sheet, row, key, message);
}

static bool same_letters(const char *a, const char *b)
{
    for (;; a++, b++) {
        char x = (char)(*a >= 'A' && *a <= 'Z' ? *a + 32 : *a),
             y = (char)(*b >= 'A' && *b <= 'Z' ? *b + 32 : *b);
        x = x == ' ' ? '_' : x;
        y = y == ' ' ? '_' : y;
        if (x != y || !x)
            return x == y;
    }
}

static const char *const columns[] = {"dataset",   "list_name", "entity_id", "create_if",
                                      "update_if", "repeat",    "label"};

static void check_headers(struct entity_reader *reader, const struct survey_sheet *sheet)
{
    for (uint32_t column = 0; column < sheet->columns; column++) {
        const char *header = survey_sheet_cell(sheet, 0, column);
        bool known = !*header;
        for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
            known |= same_letters(header, columns[i]);
        if (!known)
            entity_say(reader, "entities", survey_sheet_line(sheet, 0), header,
                       survey_arena_format(reader->arena,
                                           _("'%s' is no column of the entities sheet"), header));
    }
}

static const char *cell(const struct survey_sheet *sheet, uint32_t row, const char *name)
{
    for (uint32_t column = 0; column < sheet->columns; column++)
        if (same_letters(survey_sheet_cell(sheet, 0, column), name))
            return survey_sheet_cell(sheet, row, column);
    return "";
}

static void check_declaration(struct entity_reader *reader, const struct survey_entity *entity,
                              size_t earlier)
{
    const char *name = entity->dataset, *wrong = NULL, *key = "list_name";
    if (!*name)
        wrong = _("the entity list has no name");
    else if (strncmp(name, "__", 2) == 0)
        wrong = _("the name of an entity list can't begin with '__'");
    else if (strchr(name, '.'))
        wrong = _("the name of an entity list can't hold a '.'");
    else if (!survey_is_xml_name(name))
        wrong = _("the name of an entity list begins with a letter or '_', then letters, digits, "
                  "'-', '_'");
    for (size_t i = 0; i < earlier && !wrong; i++)
        if (strcmp(reader->entities[i].dataset, name) == 0)
            wrong = _("the entity list is declared twice");
    if (!wrong && !*entity->id && *entity->update_if) {
        wrong = _("an entity that is updated needs an entity_id");
        key = "update_if";
    } else if (!wrong && *entity->id && *entity->create_if && !*entity->update_if) {
        wrong = _("an entity with an entity_id that is created on a condition needs an update_if "
                  "as well");
        key = "create_if";
    } else if (!wrong && !*entity->id && !*entity->label) {
        wrong = _("an entity that is created needs a label");
        key = "label";
    }
    if (wrong)
        entity_say(reader, "entities", entity->row, key, wrong);
}

static void read_declarations(struct entity_reader *reader, const struct survey_sheet *sheet)
{
    check_headers(reader, sheet);
    reader->entities = survey_arena_array(reader->arena, sheet->rows, sizeof *reader->entities);
    for (uint32_t row = 1; row < sheet->rows; row++) {
        bool blank = true;
        for (uint32_t column = 0; column < sheet->columns; column++)
            blank &= !*survey_sheet_cell(sheet, row, column);
        if (blank)
            continue;
        struct survey_entity *entity = &reader->entities[reader->count];
        const char *name = cell(sheet, row, "list_name");
        *entity = (struct survey_entity){.dataset = *name ? name : cell(sheet, row, "dataset"),
                                         .id = cell(sheet, row, "entity_id"),
                                         .create_if = cell(sheet, row, "create_if"),
                                         .update_if = cell(sheet, row, "update_if"),
                                         .label = cell(sheet, row, "label"),
                                         .row = survey_sheet_line(sheet, row),
                                         .container = reader->form->root};
        check_declaration(reader, entity, reader->count);
        if (++reader->count > MOST_ENTITIES) {
            entity_say(reader, "entities", entity->row, "list_name",
                       _("there are too many entity lists"));
            return;
        }
    }
}

static void refer(struct entity_reader *reader, size_t entity, const struct survey_item *item,
                  const char *property)
{
    struct entity_uses *uses = &reader->uses[entity];
    if (uses->count == uses->capacity) {
        size_t capacity = uses->capacity ? uses->capacity * 2 : 8;
        struct entity_use *grown = survey_arena_array(reader->arena, capacity, sizeof *grown);
        if (uses->count)
            memcpy(grown, uses->at, uses->count * sizeof *grown);
        uses->at = grown;
        uses->capacity = capacity;
    }
    if (!uses->count)
        uses->order = ++reader->referred;
    uses->at[uses->count++] = (struct entity_use){item->parent, item, property};
}

const char *survey_entity_property(const char *save_to)
{
    const char *mark = strchr(save_to, '#');
    return mark ? mark + 1 : save_to;
}

// The declaration that a save_to names; reader->count where there is none, said.
static size_t declaration_of(struct entity_reader *reader, const struct survey_item *item,
                             const char *save_to)
{
    const char *mark = strchr(save_to, '#'), *wrong = NULL;
    size_t i = 0;
    if (!reader->count)
        wrong = _("a save_to needs an entity declared in the entities sheet");
    else if (mark && strchr(mark + 1, '#'))
        wrong = _("a save_to has at most one '#'");
    else if (!mark && reader->count > 1)
        wrong = _("with several entities a save_to is written list#property");
    for (; !wrong && mark && i < reader->count; i++)
        if (strlen(reader->entities[i].dataset) == (size_t)(mark - save_to) &&
            strncmp(reader->entities[i].dataset, save_to, (size_t)(mark - save_to)) == 0)
            return i;
    if (!wrong && !mark)
        return 0;
    if (!wrong)
        wrong = _("the list of this save_to is not in the entities sheet");
    entity_say(reader, "survey", item->row, "bind::entities:saveto", wrong);
    return reader->count;
}

static void read_save_to(struct entity_reader *reader, const struct survey_item *item,
                         const char *save_to)
{
    size_t entity = declaration_of(reader, item, save_to);
    const char *property = survey_entity_property(save_to), *wrong = NULL;
    if (entity == reader->count)
        return;
    if (item->type == SURVEY_TYPE_GROUP || item->type == SURVEY_TYPE_REPEAT)
        wrong = _("a group or a repeat can't be saved as a property");
    else if (same_letters(property, "name") || same_letters(property, "label"))
        wrong = _("a property can't be called 'name' or 'label'");
    else if (strncmp(property, "__", 2) == 0)
        wrong = _("the name of a property can't begin with '__'");
    else if (!survey_is_xml_name(property))
        wrong = _("the name of a property begins with a letter or '_', then letters, digits, '-', "
                  "'_', '.'");
    for (size_t i = 0; !wrong && i < reader->uses[entity].count; i++)
        if (reader->uses[entity].at[i].property &&
            strcmp(reader->uses[entity].at[i].property, property) == 0)
            wrong = _("the property is saved by another question already");
    if (wrong)
        entity_say(reader, "survey", item->row, "bind::entities:saveto", wrong);
    else
        refer(reader, entity, item, property);
}

static bool text_refers(const char *text, const char *name)
{
    struct survey_reference reference;
    for (size_t from = 0; survey_reference_next(text, from, &reference); from = reference.end)
        if (strlen(name) == reference.length &&
            strncmp(name, reference.name, reference.length) == 0)
            return true;
    return false;
}

static void read_uses(struct entity_reader *reader)
{
    for (size_t i = 0; i < reader->form->item_count; i++) {
        const struct survey_item *item = reader->form->items[i];
        for (size_t k = 0; k < item->cell_count; k++)
            if (strcmp(item->cells[k].key, "bind::entities:saveto") == 0)
                read_save_to(reader, item, item->cells[k].text);
        for (size_t k = 0; k < reader->count; k++) {
            const struct survey_entity *entity = &reader->entities[k];
            if (text_refers(entity->id, item->name) || text_refers(entity->create_if, item->name) ||
                text_refers(entity->update_if, item->name) ||
                text_refers(entity->label, item->name))
                refer(reader, k, item, NULL);
        }
    }
}

bool survey_entities_read(struct survey_arena *arena, const struct survey_form *form,
                          struct survey_entity **entities, size_t *count, survey_entity_fault *say,
                          void *user)
{
    struct entity_reader reader = {.arena = arena, .form = form, .say = say, .user = user};
    const struct survey_sheet *sheet =
        form->workbook ? survey_workbook_sheet(form->workbook, "entities") : NULL;
    if (sheet && sheet->rows)
        read_declarations(&reader, sheet);
    reader.uses = survey_arena_array(arena, reader.count + 1, sizeof *reader.uses);
    if (!reader.faults)
        read_uses(&reader);
    if (!reader.faults && reader.count)
        entity_allocate(&reader);
    *entities = reader.entities;
    *count = reader.faults ? 0 : reader.count;
    return reader.faults == 0;
}

bool survey_entities_are_new(const struct survey_entity *entities, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (entities[i].container->type == SURVEY_TYPE_REPEAT || entities[i].container->repeat)
            return true;
    return count > 1;
}
