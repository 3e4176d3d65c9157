// SPDX-License-Identifier: GPL-3.0-or-later
// The tree that expressions walk: the instance of a form, or a secondary instance.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct survey_arena;
struct survey_item;

struct survey_node {
    const char *name;  // element name; "" for the document above the root element
    const char *value; // text of a leaf; "" while empty; never NULL
    struct survey_node *parent;
    struct survey_node *first;
    struct survey_node *last;
    struct survey_node *next;
    struct survey_node *previous;
    uint32_t position;              // from 1, among siblings of the same name
    bool irrelevant;                // it or a group above it is not asked
    bool hidden;                    // a repeat's template: not part of the data
    bool kept;                      // a calculated answer that stays as it was received
    const struct survey_item *item; // what it answers; NULL outside a form's instance
};

// A new node appended to parent (NULL: a document), in the arena.
struct survey_node *survey_node_add(struct survey_arena *arena, struct survey_node *parent,
                                    const char *name, const char *value);
// The first child of that name, or NULL.
struct survey_node *survey_node_child(const struct survey_node *node, const char *name);
