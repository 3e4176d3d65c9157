// SPDX-License-Identifier: GPL-3.0-or-later
// Where an entity belongs: the innermost repeat that its questions share is its scope; within that
// scope each group or repeat holds at most one, those that save properties first.
#include "survey/base/arena.h"
#include "survey/base/text.h"
#include "survey/definition/entity_private.h"

#include <string.h>

struct request {
    size_t entity;
    const struct survey_item *scope;  // a repeat, or the root
    const struct survey_item *wanted; // within it
};

static bool is_scope(const struct survey_item *item)
{
    return item->type == SURVEY_TYPE_REPEAT || !item->parent;
}

static const struct survey_item *scope_of(const struct survey_item *item)
{
    while (!is_scope(item))
        item = item->parent;
    return item;
}

static unsigned repeats_of(const struct survey_item *item)
{
    unsigned count = 0;
    for (; item->parent; item = item->parent)
        count += item->type == SURVEY_TYPE_REPEAT;
    return count;
}

// Groups between the item and its scope.
static unsigned groups_of(const struct survey_item *item)
{
    unsigned count = 0;
    for (; !is_scope(item); item = item->parent)
        count++;
    return count;
}

static bool holds(const struct survey_item *outer, const struct survey_item *inner)
{
    while (inner && inner != outer)
        inner = inner->parent;
    return inner != NULL;
}

static const struct survey_item *shared(const struct survey_item *a, const struct survey_item *b)
{
    while (!holds(a, b))
        a = a->parent;
    return a;
}

// What the uses of a declaration ask for.
static struct request ask(struct entity_reader *reader, size_t entity)
{
    const struct entity_uses *uses = &reader->uses[entity];
    const struct survey_item *scope = reader->form->root, *deepest = NULL, *saves = NULL,
                             *all = NULL;
    for (size_t i = 0; i < uses->count; i++)
        if (repeats_of(scope_of(uses->at[i].container)) > repeats_of(scope))
            scope = scope_of(uses->at[i].container);
    for (size_t i = 0; i < uses->count; i++) {
        const struct survey_item *container = uses->at[i].container;
        bool within = scope_of(container) == scope;
        if (within && (!deepest || groups_of(container) > groups_of(deepest)))
            deepest = container;
        if (!uses->at[i].property)
            continue;
        if (within && !saves)
            saves = container;
        all = all ? shared(all, container) : container;
    }
    struct request request = {entity, scope, deepest ? deepest : scope};
    if (!all)
        return request;
    const struct survey_item *least = scope_of(saves ? saves : all);
    bool deeper = repeats_of(all) > repeats_of(least) ||
                  (repeats_of(all) == repeats_of(least) && groups_of(all) > groups_of(least));
    request.wanted = deeper ? all : least;
    return request;
}

// Each use must lie on the way to the scope; what saves a property, in it.
static void check_scopes(struct entity_reader *reader, const struct request *request)
{
    const struct entity_uses *uses = &reader->uses[request->entity];
    const struct survey_entity *entity = &reader->entities[request->entity];
    for (size_t i = 0; i < uses->count; i++) {
        const struct entity_use *use = &uses->at[i];
        const struct survey_item *scope = scope_of(use->container);
        bool fits =
            holds(scope, request->scope) && (!use->property || scope == scope_of(request->wanted));
        if (fits)
            continue;
        const char *message = survey_arena_format(reader->arena,
                                                  _("entity list '%s' takes '%s' from %s, which is "
                                                    "not where it takes the rest from (%s)"),
                                                  entity->dataset, use->item->name, scope->path,
                                                  request->scope->path);
        entity_say(reader, use->property ? "survey" : "entities",
                   use->property ? use->item->row : entity->row,
                   use->property ? "bind::entities:saveto" : "list_name", message);
    }
}

struct places {
    const struct survey_item **at;
    size_t *entity;
    size_t count;
};

static bool taken(const struct places *places, const struct survey_item *item)
{
    for (size_t i = 0; i < places->count; i++)
        if (places->at[i] == item)
            return true;
    return false;
}

static void reserve(struct places *places, const struct survey_item *item)
{
    if (!taken(places, item))
        places->at[places->count++] = item;
}

static void place(struct entity_reader *reader, const struct request *request,
                  struct places *places)
{
    const struct entity_uses *uses = &reader->uses[request->entity];
    struct survey_entity *entity = &reader->entities[request->entity];
    for (const struct survey_item *at = request->wanted; at;
         at = at == request->scope ? NULL : at->parent) {
        if (!taken(places, at)) {
            entity->container = at;
            reserve(places, at);
            for (size_t i = 0; i < uses->count; i++)
                for (const struct survey_item *up = uses->at[i].container;
                     uses->at[i].property && holds(at, up); up = up->parent)
                    reserve(places, up);
            return;
        }
        for (size_t i = 0; i < uses->count; i++)
            if (uses->at[i].property && taken(places, uses->at[i].container))
                at = request->scope; // what it saves stands in another's place
    }
    entity_say(reader, "entities", entity->row, "list_name",
               survey_arena_format(
                   reader->arena,
                   _("each group or repeat holds one entity, and none is left for '%s' in %s"),
                   entity->dataset, request->scope->path));
}

void entity_allocate(struct entity_reader *reader)
{
    struct request *requests = survey_arena_array(reader->arena, reader->count, sizeof *requests);
    for (size_t i = 0; i < reader->count; i++) {
        requests[i] = ask(reader, i);
        check_scopes(reader, &requests[i]);
    }
    if (reader->faults)
        return;
    if (reader->count == 1 && requests[0].scope == reader->form->root)
        return; // one entity of the whole form stays at its top
    struct places places = {
        .at =
            survey_arena_array(reader->arena, 2 * reader->form->item_count + 2, sizeof *places.at)};
    for (size_t i = 0; i < reader->count; i++)
        place(reader, &requests[i], &places);
}
