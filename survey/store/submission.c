// SPDX-License-Identifier: GPL-3.0-or-later
// Submissions into answers: which form they are of, and their elements along its definition.
#include "survey/store/response_private.h"

#include "survey/base/arena.h"
#include "survey/base/text.h"
#include "survey/store/submission_xml.h"

#include <string.h>

enum { MOST_INSTANCES = 2000 };

// The walk of the elements along the definition. Its depth is bounded by that of the XML.
struct walk {
    struct survey_arena *arena;
    struct survey_received *received;
    size_t count;
    uint32_t occurrences[8];
    size_t depth;
    const char *fault;
};

static const struct survey_item *child_of(const struct survey_item *item, const char *name)
{
    for (size_t i = 0; i < item->child_count; i++)
        if (strcmp(item->children[i]->name, name) == 0)
            return item->children[i];
    return NULL;
}

static void walk_element(struct walk *walk, const struct survey_element *element, const struct survey_item *item);

static void walk_children(struct walk *walk, const struct survey_element *parent, const struct survey_item *item)
{
    struct survey_map places = {0};
    for (const struct survey_element *element = parent->first; element && !walk->fault; element = element->next) {
        const struct survey_item *child = element->template ? NULL : child_of(item, element->name);
        if (!child)
            continue; // what the form does not ask stays in the raw
        if (child->type != SURVEY_TYPE_REPEAT) {
            walk_element(walk, element, child);
            continue;
        }
        struct survey_map_entry *place = survey_map_put(&places, walk->arena, child->name, NULL);
        if (++place->number > MOST_INSTANCES || walk->depth == 8) {
            walk->fault = _("a repeat has too many instances");
            break;
        }
        walk->occurrences[walk->depth++] = (uint32_t)place->number;
        walk_element(walk, element, child);
        walk->depth--;
    }
    survey_map_clear(&places);
}

static void walk_element(struct walk *walk, const struct survey_element *element, const struct survey_item *item)
{
    if (item->type == SURVEY_TYPE_GROUP || item->type == SURVEY_TYPE_REPEAT) {
        walk_children(walk, element, item);
        return;
    }
    if (!survey_item_has_value(item))
        return;
    struct survey_received *one = &walk->received[walk->count++];
    *one = (struct survey_received){.item = item, .depth = walk->depth};
    memcpy(one->occurrences, walk->occurrences, walk->depth * sizeof *walk->occurrences);
    one->value = item->type == SURVEY_TYPE_TEXT ? element->text : survey_text_trimmed(walk->arena, element->text);
}

bool survey_submission_answers(struct survey_arena *arena, const struct survey_form *form, const char *name,
                               const char *xml, size_t length, struct survey_received **received, size_t *count,
                               struct survey_error *error)
{
    struct survey_element *root = NULL;
    size_t elements = 0;
    if (!survey_submission_tree(arena, name, xml, length, &root, &elements, error))
        return false;
    struct walk walk = {.arena = arena,
                        .received = survey_arena_array(arena, elements + 1, sizeof *walk.received)};
    walk_children(&walk, root, form->root);
    if (walk.fault)
        return survey_fail(error, SURVEY_ERROR_INPUT, name, "%s", walk.fault);
    *received = walk.received;
    *count = walk.count;
    return true;
}

int64_t survey_submission_form(struct survey_store *store, const char *form, const char *version)
{
    if (!version || !*version)
        return survey_store_count(store, 0, "SELECT id FROM form WHERE name = ? AND current = 1", "t", form);
    return survey_store_count(store, 0, "SELECT id FROM form WHERE name = ? AND version = ?", "tt", form, version);
}

bool survey_submission_read(struct survey_store *store, const char *name, const char *xml, size_t length,
                            const struct survey_time *arrived, struct survey_record **record, char id[static 64], char deprecated[static 64],
                            struct survey_error *error)
{
    struct survey_submission_head head;
    if (!survey_submission_head(name, xml, length, &head, error))
        return false;
    int64_t row = survey_submission_form(store, head.form, head.version);
    if (row == 0)
        return survey_fail(error, SURVEY_ERROR_INPUT, name, _("form '%s' version '%s' is not in this evaluation"),
                           head.form, head.version);
    const struct survey_form *form = survey_store_form(store, row, error);
    if (!form)
        return false;
    struct survey_arena *arena = survey_arena_new();
    struct survey_received *received = NULL;
    size_t count = 0;
    bool done = survey_submission_answers(arena, form, name, xml, length, &received, &count, error);
    if (done) {
        struct survey_record_env env = {.now = survey_received_time(received, count, arrived)};
        *record = survey_record_new(form, &env);
        survey_received_fill(*record, received, count);
        memcpy(id, head.id, 64);
        memcpy(deprecated, head.deprecated, 64);
    }
    survey_arena_free(arena);
    return done;
}
