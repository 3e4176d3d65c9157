// SPDX-License-Identifier: GPL-3.0-or-later
// Entities in an XForm: a meta block in the container of each, with what creates and updates it.
#include "survey/base/text.h"
#include "survey/definition/entity.h"
#include "survey/definition/xform_private.h"

#include <string.h>

static struct xform_node *node_of(struct xform_node *node, const struct survey_item *item)
{
    if (node->item == item)
        return node;
    for (struct xform_node *child = node->first; child; child = child->next) {
        struct xform_node *found = node_of(child, item);
        if (found)
            return found;
    }
    return NULL;
}

// A value that is calculated: its bind says how.
static void calculate(struct xform *x, struct xform_node *node, const char *expression)
{
    node->bound = true;
    if (*expression)
        survey_pairs_set(x->arena, &node->bind, "calculate", xform_straight(x, expression));
    survey_pairs_set(x->arena, &node->bind, "readonly", "true()");
    survey_pairs_set(x->arena, &node->bind, "type", "string");
}

static struct xform_node *attribute(struct xform *x, struct xform_node *entity, const char *name,
                                    const char *value)
{
    struct xform_node *node = xform_add(x, entity, XFORM_ATTRIBUTE, SURVEY_TYPE_HIDDEN, name);
    node->initial = value;
    return node;
}

// What the server had when the entity was read, so that it can tell conflicting updates.
static void add_versions(struct xform *x, struct xform_node *node,
                         const struct survey_entity *entity)
{
    static const char *const names[][2] = {{"baseVersion", "__version"},
                                           {"trunkVersion", "__trunkVersion"},
                                           {"branchId", "__branchId"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        calculate(x, attribute(x, node, names[i][0], ""),
                  survey_arena_format(x->arena, "instance('%s')/root/item[name=%s]/%s",
                                      entity->dataset, entity->id, names[i][1]));
}

static void add_entity(struct xform *x, const struct survey_entity *entity)
{
    struct xform_node *container = node_of(x->root, entity->container);
    struct xform_node *meta =
        xform_add(x, container ? container : x->root, XFORM_GROUP, SURVEY_TYPE_GROUP, "meta");
    struct xform_node *node = xform_add(x, meta, XFORM_ENTITY, SURVEY_TYPE_HIDDEN, "entity");
    bool updates = *entity->id;
    meta->hidden = true;
    attribute(x, node, "dataset", entity->dataset);
    if (!updates || *entity->create_if) {
        struct xform_node *create = attribute(x, node, "create", "1");
        if (*entity->create_if)
            calculate(x, create, entity->create_if);
    }
    if (updates) {
        struct xform_node *update = attribute(x, node, "update", "1");
        if (*entity->update_if)
            calculate(x, update, entity->update_if);
        add_versions(x, node, entity);
    }
    struct xform_node *id = attribute(x, node, "id", "");
    calculate(x, id, entity->id);
    if (!updates)
        id->first_load = "uuid()";
    if (*entity->label)
        calculate(x, xform_add(x, node, XFORM_LABEL, SURVEY_TYPE_HIDDEN, "label"), entity->label);
}

bool xform_entities_add(struct xform *x)
{
    struct survey_entity *entities;
    size_t count;
    x->root->item = x->form->root;
    if (!survey_entities_read(x->arena, x->form, &entities, &count, NULL, NULL))
        return survey_fail(x->error, SURVEY_ERROR_INPUT, x->form->path, "%s",
                           _("the entities sheet has faults; 'assay check' lists them"));
    for (size_t i = 0; i < count; i++)
        add_entity(x, &entities[i]);
    if (count)
        x->entity_version = survey_entities_are_new(entities, count) ? "2025.1.0" : "2024.1.0";
    return true;
}
