// SPDX-License-Identifier: GPL-3.0-or-later
// Making the tree that expressions walk.
#include "survey/expr/node.h"

#include "survey/base/arena.h"

#include <string.h>

struct survey_node *survey_node_add(struct survey_arena *arena, struct survey_node *parent,
                                    const char *name, const char *value)
{
    struct survey_node *node = survey_arena_alloc(arena, sizeof *node);
    node->name = survey_arena_strdup(arena, name);
    node->value = *value ? survey_arena_strdup(arena, value) : "";
    node->parent = parent;
    node->position = 1;
    if (!parent)
        return node;
    for (const struct survey_node *other = parent->last; other; other = other->previous)
        if (!other->hidden && strcmp(other->name, name) == 0) {
            node->position = other->position + 1;
            break;
        }
    node->previous = parent->last;
    if (parent->last)
        parent->last->next = node;
    else
        parent->first = node;
    parent->last = node;
    return node;
}

struct survey_node *survey_node_child(const struct survey_node *node, const char *name)
{
    for (struct survey_node *child = node->first; child; child = child->next)
        if (!child->hidden && strcmp(child->name, name) == 0)
            return child;
    return NULL;
}
