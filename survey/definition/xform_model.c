// SPDX-License-Identifier: GPL-3.0-or-later
// The model of an XForm: the instance that is filled in, the lists beside it, what binds each
// value.
#include "survey/definition/xform_private.h"

#include <string.h>

static void write_attributes(struct xform *x, const struct xform_node *node,
                             const struct survey_pairs *pairs)
{
    for (size_t i = 0; i < pairs->count; i++)
        xform_attribute(x, pairs->at[i].name,
                        xform_paths(x, pairs->at[i].value, node, false, false));
}

static void write_node(struct xform *x, const struct xform_node *node, bool plain);

static void write_children(struct xform *x, const struct xform_node *node, bool template,
                           bool plain);

// The copy that new repeat instances are made from.
static void write_template(struct xform *x, const struct xform_node *repeat)
{
    xform_open(x, repeat->name);
    xform_attribute(x, "jr:template", "");
    write_children(x, repeat, true, false);
    xform_close(x, repeat->name);
}

static void write_children(struct xform *x, const struct xform_node *node, bool template,
                           bool plain)
{
    for (const struct xform_node *child = node->first; child; child = child->next) {
        if (child->kind == XFORM_EXTERNAL || child->kind == XFORM_ATTRIBUTE)
            continue;
        if (child->kind != XFORM_REPEAT) {
            write_node(x, child, plain && !template);
            continue;
        }
        if (template || !plain)
            write_template(x, child);
        if (!template)
            write_node(x, child, true);
    }
}

// plain: within the first instance of a repeat, where repeats have no template of their own.
static void write_node(struct xform *x, const struct xform_node *node, bool plain)
{
    xform_open(x, node->name);
    for (const struct xform_node *child = node->first; child; child = child->next)
        if (child->kind == XFORM_ATTRIBUTE)
            xform_attribute(x, child->name, child->initial ? child->initial : "");
    write_attributes(x, node, &node->instance);
    if (node->kind == XFORM_QUESTION && node->initial && !node->dynamic)
        xform_text(x, node->initial);
    write_children(x, node, false, plain);
    xform_close(x, node->name);
}

void xform_write_instance(struct xform *x)
{
    static const char *const settings[][2] = {{"instance_xmlns", "xmlns"},
                                              {"version", "version"},
                                              {"prefix", "odk:prefix"},
                                              {"delimiter", "odk:delimiter"}};
    xform_open(x, "instance");
    xform_open(x, x->root->name);
    for (size_t i = 0; i < x->form->settings.count; i++) {
        const struct survey_map_entry *entry = &x->form->settings.entries[i];
        if (strncmp(entry->key, "attribute::", 11) == 0 && strcmp(entry->key + 11, "id") != 0 &&
            strcmp(entry->key + 11, "version") != 0)
            xform_attribute(x, entry->key + 11, entry->value);
    }
    xform_attribute(x, "id", x->form->id);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        const char *value = xform_setting(x, settings[i][0], NULL);
        if (value)
            xform_attribute(x, settings[i][1], xform_straight(x, value));
    }
    write_children(x, x->root, false, false);
    xform_close(x, x->root->name);
    xform_close(x, "instance");
}

struct seen {
    struct xform *x;
    struct survey_map ids;
    bool last_saved;
};

static void write_source(struct seen *seen, const char *id, const char *source)
{
    bool added;
    survey_map_put(&seen->ids, seen->x->arena, id, &added);
    if (!added)
        return;
    xform_open(seen->x, "instance");
    xform_attribute(seen->x, "id", id);
    xform_attribute(seen->x, "src", source);
    xform_close(seen->x, "instance");
}

// The first argument of each pulldata() is a file.
static void write_pulled(struct seen *seen, const char *text)
{
    for (const char *at = text ? strstr(text, "pulldata(") : NULL; at;
         at = strstr(at, "pulldata")) {
        at += strlen("pulldata");
        const char *from = at + strspn(at, " \t\r\n");
        if (*from++ != '(')
            continue;
        size_t length = strcspn(from, ",\n"), kept = 0;
        if (from[length] != ',')
            continue;
        char *id = survey_arena_alloc(seen->x->arena, length + 1);
        for (size_t i = 0; i < length; i++)
            if (from[i] != '\'' && from[i] != '"' && !(kept == 0 && from[i] == ' '))
                id[kept++] = from[i];
        while (kept && id[kept - 1] == ' ')
            kept--;
        id[kept] = '\0';
        write_source(seen, id, survey_arena_format(seen->x->arena, "jr://file-csv/%s.csv", id));
    }
}

static void write_file(struct seen *seen, const struct xform_node *node)
{
    const char *ending = xform_file_ending(node->itemset);
    if (!*ending || (node->type != SURVEY_TYPE_SELECT_ONE &&
                     node->type != SURVEY_TYPE_SELECT_MULTIPLE && node->type != SURVEY_TYPE_RANK))
        return;
    const char *id =
        survey_arena_strndup(seen->x->arena, node->itemset, (size_t)(ending - node->itemset));
    write_source(seen, id,
                 survey_arena_format(seen->x->arena, "jr://file%s/%s",
                                     strcmp(ending, ".csv") == 0 ? "-csv" : "", node->itemset));
}

static bool is_saved(const char *text)
{
    struct survey_reference reference;
    for (size_t from = 0; text && survey_reference_next(text, from, &reference);
         from = reference.end)
        if (reference.last_saved)
            return true;
    return false;
}

static void write_sources(struct seen *seen, const struct xform_node *node)
{
    static const char *const logics[] = {"calculate", "constraint", "readonly", "required",
                                         "relevant"};
    if (node->kind == XFORM_EXTERNAL) {
        bool csv = node->type == SURVEY_TYPE_CSV_EXTERNAL;
        write_source(seen, node->name,
                     survey_arena_format(seen->x->arena,
                                         csv ? "jr://file-csv/%s.csv" : "jr://file/%s.xml",
                                         node->name));
        return;
    }
    for (size_t i = 0; i < sizeof logics / sizeof *logics; i++) {
        write_pulled(seen, survey_pairs_get(&node->bind, logics[i]));
        seen->last_saved |= is_saved(survey_pairs_get(&node->bind, logics[i]));
    }
    write_pulled(seen, node->choice_filter);
    write_pulled(seen, node->kind == XFORM_ATTRIBUTE ? NULL : node->initial);
    seen->last_saved |= is_saved(node->choice_filter) || is_saved(node->initial);
    if (node->itemset)
        write_file(seen, node);
    for (const struct xform_node *child = node->first; child; child = child->next)
        write_sources(seen, child);
}

void xform_write_secondary(struct xform *x)
{
    struct seen seen = {.x = x};
    write_sources(&seen, x->root);
    if (seen.last_saved)
        write_source(&seen, "__last-saved", "jr://instance/last-saved");
    for (size_t i = 0; i < x->form->list_count; i++) {
        const struct xform_list *list = &x->lists[i];
        bool added = false;
        if (!list->list->file && !list->list->external && list->list->count && !list->search)
            survey_map_put(&seen.ids, x->arena, list->list->name, &added);
        if (added)
            xform_write_list(x, list);
    }
    survey_map_clear(&seen.ids);
}

static void write_message(struct xform *x, const struct xform_node *node, const char *name,
                          const struct xform_text *text, bool referring)
{
    if (text->each.count || (referring && survey_has_reference(text->plain)))
        xform_attribute(x, name,
                        survey_arena_format(x->arena, "jr:itext('%s:%s')", node->path, name));
    else if (text->plain)
        xform_attribute(x, name, xform_paths(x, text->plain, node, false, false));
}

static void write_set(struct xform *x, const char *path, const char *event, const char *value)
{
    xform_open(x, "setvalue");
    xform_attribute(x, "ref", path);
    xform_attribute(x, "event", event);
    if (*value)
        xform_attribute(x, "value", value);
    xform_close(x, "setvalue");
}

void xform_write_actions(struct xform *x, const struct xform_node *node, bool in_repeat)
{
    const char *event = in_repeat ? "odk-new-repeat" : "odk-instance-first-load";
    if (node->first_load)
        write_set(x, node->path, event, node->first_load);
    if (node->kind == XFORM_QUESTION && node->dynamic)
        write_set(x, node->path, event, xform_paths(x, node->initial, node, false, false));
    if (node->type == SURVEY_TYPE_BACKGROUND_AUDIO && node->kind == XFORM_QUESTION && !in_repeat) {
        const char *quality = survey_pairs_get(&node->parameters, "quality");
        xform_open(x, "odk:recordaudio");
        xform_attribute(x, "ref", node->path);
        xform_attribute(x, "event", "odk-instance-load");
        if (quality)
            xform_attribute(x, "odk:quality", quality);
        xform_close(x, "odk:recordaudio");
    }
    if (node->type == SURVEY_TYPE_START_GEOPOINT && node->kind == XFORM_QUESTION && !in_repeat) {
        xform_open(x, "odk:setgeopoint");
        xform_attribute(x, "ref", node->path);
        xform_attribute(x, "event", event);
        xform_close(x, "odk:setgeopoint");
    }
}

static void write_bind(struct xform *x, const struct xform_node *node)
{
    bool triggered = node->item && node->item->trigger && *node->item->trigger;
    if (node->bound) {
        xform_open(x, "bind");
        xform_attribute(x, "nodeset", node->path);
        for (size_t i = 0; i < node->bind.count; i++)
            if (!triggered || strcmp(node->bind.at[i].name, "calculate") != 0) // a trigger sets it
                xform_attribute(x, node->bind.at[i].name,
                                xform_paths(x, node->bind.at[i].value, node, false, false));
        write_message(x, node, "jr:constraintMsg", &node->constraint_message, true);
        write_message(x, node, "jr:requiredMsg", &node->required_message, true);
        write_message(x, node, "jr:noAppErrorString", &node->no_app, false);
        xform_close(x, "bind");
    }
    xform_write_actions(x, node, false);
    for (const struct xform_node *child = node->first; child; child = child->next)
        write_bind(x, child);
}

void xform_write_binds(struct xform *x)
{
    write_bind(x, x->root);
}
