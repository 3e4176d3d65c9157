// SPDX-License-Identifier: GPL-3.0-or-later
// What changed from one version of a form to the next.
#include "survey/definition/compare.h"

#include "survey/base/arena.h"

#include <string.h>

struct comparing {
    const struct survey_form *before, *after;
    struct survey_arena *arena;
    struct survey_change *changes;
    size_t count, capacity;
};

const char *survey_change_name(enum survey_change_kind kind)
{
    static const char *const names[] = {"question_added", "question_removed", "type_changed",
                                        "choice_added",   "choice_removed",   "label_changed"};
    return names[kind];
}

static struct survey_change *add(struct comparing *c, enum survey_change_kind kind, const struct survey_item *before,
                                 const struct survey_item *after)
{
    if (c->count == c->capacity) {
        size_t capacity = c->capacity ? 2 * c->capacity : 32;
        struct survey_change *grown = survey_arena_array(c->arena, capacity, sizeof *grown);
        if (c->count)
            memcpy(grown, c->changes, c->count * sizeof *grown);
        c->changes = grown;
        c->capacity = capacity;
    }
    c->changes[c->count] = (struct survey_change){.kind = kind, .before = before, .after = after};
    return &c->changes[c->count++];
}

static const struct survey_item *by_column(const struct survey_form *form, const char *column)
{
    for (size_t i = 0; i < form->item_count; i++)
        if (survey_item_has_value(form->items[i]) && strcmp(form->items[i]->column, column) == 0)
            return form->items[i];
    return NULL;
}

static bool same_text(const char *one, const char *other)
{
    return strcmp(one ? one : "", other ? other : "") == 0;
}

// The label in the default language of each.
static bool same_label(const struct comparing *c, const struct survey_item *before, const struct survey_item *after)
{
    return same_text(survey_label(c->before, before->labels, c->before->default_language),
                     survey_label(c->after, after->labels, c->after->default_language));
}

static bool same_place(const struct survey_item *before, const struct survey_item *after)
{
    return (before->repeat == NULL) == (after->repeat == NULL) &&
           (!before->repeat || strcmp(before->repeat->column, after->repeat->column) == 0);
}

static const struct survey_item *likely_before(const struct comparing *c, const struct survey_item *after)
{
    for (size_t i = 0; i < c->before->item_count; i++) {
        const struct survey_item *item = c->before->items[i];
        if (survey_item_has_value(item) && item->type == after->type && same_place(item, after) && same_label(c, item, after) &&
            *survey_label(c->before, item->labels, c->before->default_language) && !by_column(c->after, item->column))
            return item;
    }
    return NULL;
}

static void compare_choices(struct comparing *c, const struct survey_item *before, const struct survey_item *after)
{
    for (size_t i = 0; after->list && !after->list->file && i < after->list->count; i++)
        if (!survey_item_choice(before, after->list->choices[i].name))
            add(c, SURVEY_CHOICE_ADDED, before, after)->choice = after->list->choices[i].name;
    for (size_t i = 0; before->list && !before->list->file && i < before->list->count; i++)
        if (!survey_item_choice(after, before->list->choices[i].name))
            add(c, SURVEY_CHOICE_REMOVED, before, after)->choice = before->list->choices[i].name;
}

static void compare_question(struct comparing *c, const struct survey_item *before, const struct survey_item *after)
{
    if (before->type != after->type || !same_place(before, after))
        add(c, SURVEY_TYPE_CHANGED, before, after);
    else if (before->list && after->list)
        compare_choices(c, before, after);
    if (!same_label(c, before, after))
        add(c, SURVEY_LABEL_CHANGED, before, after);
}

size_t survey_form_compare(const struct survey_form *before, const struct survey_form *after, struct survey_arena *arena,
                           struct survey_change **changes)
{
    struct comparing c = {.before = before, .after = after, .arena = arena};
    for (size_t i = 0; i < after->item_count; i++) {
        const struct survey_item *item = after->items[i];
        if (!survey_item_has_value(item))
            continue;
        const struct survey_item *known = by_column(before, item->column);
        if (known)
            compare_question(&c, known, item);
        else
            add(&c, SURVEY_QUESTION_ADDED, NULL, item)->likely = likely_before(&c, item);
    }
    for (size_t i = 0; i < before->item_count; i++)
        if (survey_item_has_value(before->items[i]) && !by_column(after, before->items[i]->column))
            add(&c, SURVEY_QUESTION_REMOVED, before->items[i], NULL);
    *changes = c.changes;
    return c.count;
}
