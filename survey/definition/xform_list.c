// SPDX-License-Identifier: GPL-3.0-or-later
// Choice lists in an XForm: as secondary instances, with their itemsets, or inside the control.
#include "survey/definition/xform_private.h"

#include <string.h>

static void read_choice(struct xform *x, const struct survey_choice *choice,
                        struct xform_text *label, struct xform_media *media)
{
    for (size_t i = 0; i < choice->cell_count; i++) {
        const struct survey_cell *cell = &choice->cells[i];
        const char *kind = strncmp(cell->key, "media::", 7) == 0 ? cell->key + 7 : NULL;
        if (strcmp(cell->key, "label") == 0)
            xform_text_add(x, label, cell->language, xform_straight(x, cell->text));
        for (size_t k = 0; kind && k <= media->count && k < XFORM_MEDIA; k++) {
            if (k == media->count)
                media->at[media->count++].kind = kind;
            if (strcmp(media->at[k].kind, kind) == 0) {
                xform_text_add(x, &media->at[k].text, cell->language,
                               xform_straight(x, cell->text));
                break;
            }
        }
    }
}

// The choice that "or_other" brings has its label in every language of its list.
static void label_other(struct xform *x, struct xform_list *list, size_t other)
{
    for (size_t i = 0; i < other; i++)
        for (size_t k = 0; k < list->labels[i].each.count; k++)
            xform_text_add(x, &list->labels[other], list->labels[i].each.at[k].name, "Other");
    if (!xform_text_given(&list->labels[other]))
        list->labels[other].plain = "Other";
}

void xform_lists_read(struct xform *x)
{
    x->lists = survey_arena_array(x->arena, x->form->list_count + 1, sizeof *x->lists);
    for (size_t i = 0; i < x->form->list_count; i++) {
        struct xform_list *list = &x->lists[i];
        list->list = x->form->lists[i];
        if (!list->list->external)
            survey_map_put(&x->list_names, x->arena, list->list->name, NULL)->value = list;
        list->labels = survey_arena_array(x->arena, list->list->count + 1, sizeof *list->labels);
        list->media = survey_arena_array(x->arena, list->list->count + 1, sizeof *list->media);
        for (size_t k = 0; k < list->list->count; k++) {
            read_choice(x, &list->list->choices[k], &list->labels[k], &list->media[k]);
            if (!list->list->choices[k].cell_count)
                label_other(x, list, k);
            list->itext |= list->labels[k].each.count || list->media[k].count ||
                           survey_has_reference(list->labels[k].plain);
        }
    }
}

struct xform_list *xform_list_of(const struct xform *x, const char *name)
{
    const struct survey_map_entry *entry = survey_map_find(&x->list_names, name);
    return entry ? entry->value : NULL;
}

static bool is_extra(const struct survey_cell *cell)
{
    return strcmp(cell->key, "name") != 0 && strcmp(cell->key, "label") != 0 &&
           strcmp(cell->key, "list name") != 0 && strcmp(cell->key, "sms_option") != 0 &&
           strncmp(cell->key, "media::", 7) != 0 && survey_is_xml_name(cell->key);
}

static void write_choice(struct xform *x, const struct xform_list *list, size_t index)
{
    const struct survey_choice *choice = &list->list->choices[index];
    xform_open(x, "item");
    if (list->itext)
        xform_leaf(x, "itextId", survey_arena_format(x->arena, "%s-%zu", list->list->name, index));
    xform_leaf(x, "name", xform_straight(x, choice->name));
    if (!list->itext && list->labels[index].plain)
        xform_leaf(x, "label", list->labels[index].plain);
    for (size_t i = 0; i < choice->cell_count; i++)
        if (is_extra(&choice->cells[i]))
            xform_leaf(x, choice->cells[i].key, xform_straight(x, choice->cells[i].text));
    xform_close(x, "item");
}

void xform_write_list(struct xform *x, const struct xform_list *list)
{
    xform_open(x, "instance");
    xform_attribute(x, "id", list->list->name);
    xform_open(x, "root");
    for (size_t i = 0; i < list->list->count; i++)
        write_choice(x, list, i);
    xform_close(x, "root");
    xform_close(x, "instance");
}

// Splits "towns.csv" into its base and ".csv"; the ending is "" where it is no list's file.
const char *xform_file_ending(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && (strcmp(dot, ".csv") == 0 || strcmp(dot, ".xml") == 0 ||
                   strcmp(dot, ".geojson") == 0)
               ? dot
               : "";
}

struct itemset {
    const char *nodeset, *value, *label, *filter;
};

static void from_file(struct xform *x, const struct xform_node *node, struct itemset *set)
{
    const char *ending = xform_file_ending(node->itemset);
    const char *value = survey_pairs_get(&node->parameters, "value"),
               *label = survey_pairs_get(&node->parameters, "label");
    bool places = strcmp(ending, ".geojson") == 0;
    set->nodeset = survey_arena_format(x->arena, "instance('%.*s')/root/item",
                                       (int)(ending - node->itemset), node->itemset);
    set->value = value ? value : places ? "id" : "name";
    set->label = label ? label : places ? "title" : "label";
}

// Answers given in a repeat are the choices: "select_one ${member}".
static void from_answers(struct xform *x, const struct xform_node *node, struct itemset *set)
{
    const char *path = xform_paths(x, node->itemset, node, false, true);
    size_t length = strlen(path), start = strspn(path, " ");
    while (length > start && path[length - 1] == ' ')
        length--;
    path = survey_arena_strndup(x->arena, path + start, length - start);
    const char *slash = strrchr(path, '/');
    if (node->type == SURVEY_TYPE_GEOPOINT || node->type == SURVEY_TYPE_GEOTRACE ||
        node->type == SURVEY_TYPE_GEOSHAPE) {
        *set = (struct itemset){path, "geometry", "geometry", "./geometry != ''"};
    } else if (slash) {
        set->nodeset = survey_arena_strndup(x->arena, path, (size_t)(slash - path));
        set->value = set->label = slash + 1;
        set->filter = survey_arena_format(x->arena, "./%s != ''", slash + 1);
    }
}

static const char *replaced(struct xform *x, const char *text, const char *what, const char *with)
{
    struct survey_buffer out = SURVEY_BUFFER(1 << 20);
    for (const char *found; *what && (found = strstr(text, what)); text = found + strlen(what)) {
        survey_buffer_add(&out, text, (size_t)(found - text));
        survey_buffer_text(&out, with);
    }
    survey_buffer_text(&out, text);
    char *copy = survey_arena_strdup(x->arena, survey_buffer_string(&out));
    survey_buffer_clear(&out);
    return copy;
}

static void add_filter(struct xform *x, const struct xform_node *node, struct itemset *set)
{
    bool answers = survey_has_reference(node->itemset);
    if (node->choice_filter) {
        set->filter = xform_paths(x, node->choice_filter, node, true, answers);
        if (answers) {
            const char *current = survey_arena_format(x->arena, "current()/%s", set->nodeset);
            set->filter = replaced(x, replaced(x, set->filter, current, "."), set->nodeset, ".");
        }
    }
    if (set->filter && *set->filter)
        set->nodeset = survey_arena_format(x->arena, "%s[%s]", set->nodeset, set->filter);
}

static void add_random(struct xform *x, const struct xform_node *node, struct itemset *set)
{
    const char *seed = survey_pairs_get(&node->parameters, "seed");
    if (!node->randomized)
        return;
    if (!seed) {
        set->nodeset = survey_arena_format(x->arena, "randomize(%s)", set->nodeset);
        return;
    }
    seed = xform_paths(x, seed, node, false, false);
    seed += strspn(seed, " ");
    size_t length = strlen(seed);
    while (length && seed[length - 1] == ' ')
        length--;
    set->nodeset =
        survey_arena_format(x->arena, "randomize(%s, %.*s)", set->nodeset, (int)length, seed);
}

static void write_inline(struct xform *x, const struct xform_node *node)
{
    const struct xform_list *list = xform_list_of(x, node->list->name);
    bool markup;
    for (size_t i = 0; list && i < list->list->count; i++) {
        xform_open(x, "item");
        xform_open(x, "label");
        if (list->itext) {
            xform_attribute(
                x, "ref", survey_arena_format(x->arena, "jr:itext('%s-%zu')", list->list->name, i));
        } else if (list->labels[i].plain) {
            const char *content = xform_label(x, list->labels[i].plain, NULL, &markup);
            if (markup)
                xform_markup(x, content);
            else
                xform_text(x, content);
        }
        xform_close(x, "label");
        xform_leaf(x, "value", list->list->choices[i].name);
        xform_close(x, "item");
    }
}

void xform_write_itemset(struct xform *x, const struct xform_node *node)
{
    struct itemset set = {0};
    if (node->search) {
        write_inline(x, node);
        return;
    }
    if (!node->itemset)
        return;
    if (*xform_file_ending(node->itemset) && node->type != SURVEY_TYPE_RANGE) {
        from_file(x, node, &set);
    } else if (survey_has_reference(node->itemset) && node->type != SURVEY_TYPE_RANGE) {
        from_answers(x, node, &set);
    } else {
        const struct xform_list *list = xform_list_of(x, node->itemset);
        set.nodeset = survey_arena_format(x->arena, "instance('%s')/root/item", node->itemset);
        set.value = "name";
        set.label = list && list->itext ? "jr:itext(itextId)" : "label";
    }
    if (!set.nodeset)
        return;
    if (node->type != SURVEY_TYPE_RANGE) {
        add_filter(x, node, &set);
        add_random(x, node, &set);
    }
    xform_open(x, "itemset");
    xform_attribute(x, "nodeset", set.nodeset);
    xform_open(x, "value");
    xform_attribute(x, "ref", set.value);
    xform_close(x, "value");
    xform_open(x, "label");
    xform_attribute(x, "ref", set.label);
    xform_close(x, "label");
    xform_close(x, "itemset");
}
