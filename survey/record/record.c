// SPDX-License-Identifier: GPL-3.0-or-later
// The record's tree: made from the form, filled, found.
#include "survey/record/record.h"

#include "survey/base/arena.h"
#include "survey/record/instance.h"

#include <stdlib.h>
#include <string.h>

static bool has_node(const struct survey_item *item)
{
    return item->type != SURVEY_TYPE_CSV_EXTERNAL && item->type != SURVEY_TYPE_XML_EXTERNAL &&
           item->type != SURVEY_TYPE_AUDIT;
}

static void remember(struct survey_record *record, struct survey_node *node)
{
    struct record_places *places = &record->places[node->item->index];
    if (places->count == places->capacity) {
        size_t capacity = places->capacity ? places->capacity * 2 : 2;
        struct survey_node **at = survey_arena_array(record->arena, capacity, sizeof *at);
        if (places->count)
            memcpy(at, places->at, places->count * sizeof *at);
        places->at = at;
        places->capacity = capacity;
    }
    places->at[places->count++] = node;
}

static void add_children(struct survey_record *record, struct survey_node *node,
                         const struct survey_item *item, unsigned depth);

static struct survey_node *add_item(struct survey_record *record, struct survey_node *parent,
                                    const struct survey_item *item, bool template, unsigned depth)
{
    struct survey_node *node = survey_node_add(record->arena, parent, item->name, "");
    node->item = item;
    node->hidden = template;
    record->node_count++;
    remember(record, node);
    add_children(record, node, item, depth + 1);
    return node;
}

static void add_children(struct survey_record *record, struct survey_node *node,
                         const struct survey_item *item, unsigned depth)
{
    for (size_t i = 0; i < item->child_count && depth < RECORD_DEPTH_MAX; i++)
        if (has_node(item->children[i]))
            add_item(record, node, item->children[i], item->children[i]->type == SURVEY_TYPE_REPEAT,
                     depth);
}

bool record_is_gone(const struct survey_node *node)
{
    for (; node; node = node->parent)
        if (node->hidden)
            return true;
    return false;
}

void record_clear_scratch(struct survey_record *record)
{
    if (survey_arena_used(record->scratch) < 1 << 20)
        return;
    survey_arena_free(record->scratch);
    record->scratch = survey_arena_new();
}

void record_store(struct survey_record *record, struct survey_node *node, const char *value)
{
    if (strcmp(node->value, value) == 0)
        return;
    node->value = *value ? survey_arena_strdup(record->arena, value) : "";
    if (node->item)
        record_changed(record, node->item);
}

// What the phone itself fills in.
static void preload(struct survey_record *record, struct survey_node *node)
{
    const struct survey_record_env *env = &record->env;
    char text[40] = "";
    bool clock = env->now.seconds != 0;
    if (node->item->type == SURVEY_TYPE_START && clock) {
        survey_time_text(&env->now, text);
        record_store(record, node, text);
    } else if (node->item->type == SURVEY_TYPE_TODAY && clock) {
        survey_time_text(&env->now, text);
        text[10] = '\0';
        record_store(record, node, text);
    } else if (node->item->type == SURVEY_TYPE_DEVICEID && env->device) {
        record_store(record, node, env->device);
    } else if (node->item->type == SURVEY_TYPE_USERNAME && env->username) {
        record_store(record, node, env->username);
    }
}

// The next node in document order within top, NULL at the end.
static struct survey_node *next_node(struct survey_node *node, const struct survey_node *top)
{
    if (node->first)
        return node->first;
    while (node != top && !node->next)
        node = node->parent;
    return node == top ? NULL : node->next;
}

static void apply_defaults(struct survey_record *record, struct survey_node *top)
{
    for (struct survey_node *node = top; node; node = next_node(node, top)) {
        if (!node->item || record_is_gone(node))
            continue;
        preload(record, node);
        record_apply_default(record, node);
    }
}

struct survey_node *record_add_instance(struct survey_record *record, struct survey_node *parent,
                                        const struct survey_item *repeat, bool template)
{
    struct survey_node *node = add_item(record, parent, repeat, template, repeat->depth + 1);
    // Instances of a repeat stand together, whatever follows the repeat in the form.
    struct survey_node *last = NULL;
    for (struct survey_node *other = node->previous; other && !last; other = other->previous)
        if (other->item == repeat)
            last = other;
    if (last && last != node->previous) {
        parent->last = node->previous;
        parent->last->next = NULL;
        node->previous = last;
        node->next = last->next;
        last->next->previous = node;
        last->next = node;
    }
    record_stale_below(record, repeat);
    apply_defaults(record, node);
    return node;
}

struct survey_node *record_instance_at(struct survey_record *record, struct survey_node *parent,
                                       const struct survey_item *repeat, uint32_t number)
{
    struct survey_node *found = NULL;
    for (struct survey_node *child = parent->first; child; child = child->next)
        if (child->item == repeat && !child->hidden) {
            found = child;
            if (child->position == number)
                return child;
        }
    if (number == 0 || number > RECORD_INSTANCES_MAX || record_is_gone(parent))
        return NULL;
    for (uint32_t have = found ? found->position : 0; have < number; have++) {
        if (record->node_count > RECORD_NODES_MAX)
            return NULL;
        found = record_add_instance(record, parent, repeat, false);
    }
    return found;
}

static void index_names(struct survey_record *record)
{
    for (size_t i = 0; i < record->form->item_count; i++) {
        bool added;
        struct survey_map_entry *entry =
            survey_map_put(&record->names, record->arena, record->form->items[i]->name, &added);
        entry->number = added ? (int64_t)i : -1;
    }
}

static void read_instance_name(struct survey_record *record)
{
    const struct survey_map_entry *entry =
        survey_map_find(&record->form->settings, "instance_name");
    if (entry && entry->value && *(const char *)entry->value)
        survey_expr_parse(record->arena, entry->value, &record->instance_name, NULL, NULL);
}

struct survey_record *survey_record_new(const struct survey_form *form,
                                        const struct survey_record_env *env)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_record *record = survey_arena_alloc(arena, sizeof *record);
    record->form = form;
    record->arena = arena;
    record->scratch = survey_arena_new();
    if (env)
        record->env = *env;
    if (!record->env.steps)
        record->env.steps = RECORD_STEPS;
    record->places = survey_arena_array(arena, form->item_count + 1, sizeof *record->places);
    record->order = record_order(arena, form);
    record_changes_begin(record);
    record->document = survey_node_add(arena, NULL, "", "");
    record->root =
        survey_node_add(arena, record->document, form->root_name ? form->root_name : "data", "");
    add_children(record, record->root, form->root, 1);
    index_names(record);
    read_instance_name(record);
    record->steps = record->env.steps;
    apply_defaults(record, record->root);
    for (size_t i = 0; i < form->item_count; i++)
        record_stale(record, form->items[i]);
    survey_record_update(record);
    return record;
}

void survey_record_free(struct survey_record *record)
{
    if (!record)
        return;
    survey_map_clear(&record->lists);
    survey_map_clear(&record->names);
    survey_arena_free(record->scratch);
    survey_arena_free(record->arena);
}

const struct survey_form *survey_record_form(const struct survey_record *record)
{
    return record->form;
}

const struct survey_node *survey_record_root(const struct survey_record *record)
{
    return record->root;
}

struct survey_node *survey_record_node(struct survey_record *record, const struct survey_item *item,
                                       const uint32_t *occurrences, size_t depth)
{
    const struct survey_item *chain[RECORD_DEPTH_MAX];
    size_t length = 0, used = 0;
    for (const struct survey_item *up = item; up && up != record->form->root; up = up->parent) {
        if (length == RECORD_DEPTH_MAX || !has_node(up))
            return NULL;
        chain[length++] = up;
    }
    struct survey_node *node = record->root;
    while (node && length > 0) {
        const struct survey_item *next = chain[--length];
        if (next->type == SURVEY_TYPE_REPEAT) {
            node = used < depth ? record_instance_at(record, node, next, occurrences[used]) : NULL;
            used++;
            continue;
        }
        struct survey_node *child = node->first;
        while (child && child->item != next)
            child = child->next;
        node = child;
    }
    return node;
}

struct survey_node *survey_record_find(struct survey_record *record, const char *name)
{
    const struct survey_item *item = survey_form_find(record->form, name);
    if (!item || item == record->form->root)
        return NULL;
    const struct record_places *places = &record->places[item->index];
    for (size_t i = 0; i < places->count; i++)
        if (!record_is_gone(places->at[i]))
            return places->at[i];
    return NULL;
}
