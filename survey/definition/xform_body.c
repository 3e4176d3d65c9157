// SPDX-License-Identifier: GPL-3.0-or-later
// The body of an XForm: what is shown, in order.
#include "survey/definition/xform_private.h"

#include <string.h>

static void write_text(struct xform *x, const struct xform_node *node, const char *tag,
                       const struct xform_text *text, bool itext)
{
    bool markup;
    xform_open(x, tag);
    if (itext) {
        xform_attribute(x, "ref",
                        survey_arena_format(x->arena, "jr:itext('%s:%s')", node->path, tag));
    } else if (text->plain) {
        const char *content = xform_label(x, text->plain, node, &markup);
        if (markup)
            xform_markup(x, content);
        else
            xform_text(x, content);
    }
    xform_close(x, tag);
}

static void write_label(struct xform *x, const struct xform_node *node)
{
    write_text(x, node, "label", &node->label, xform_has_itext(node));
}

static void write_control_attributes(struct xform *x, const struct xform_node *node)
{
    for (size_t i = 0; i < node->control.count; i++)
        xform_attribute(x, node->control.at[i].name,
                        xform_paths(x, node->control.at[i].value, node, false, false));
}

static void write_sets(struct xform *x, const struct xform_node *node, bool geopoint)
{
    for (const struct xform_set *set = node->sets; set; set = set->next) {
        if (set->geopoint != geopoint)
            continue;
        const char *tag = set->geopoint ? "odk:setgeopoint" : "setvalue";
        const char *value = set->geopoint ? "" : xform_paths(x, set->value, node, false, false);
        xform_open(x, tag);
        xform_attribute(x, "ref", set->target->path);
        xform_attribute(x, "event", "xforms-value-changed");
        if (*value)
            xform_attribute(x, "value", value);
        xform_close(x, tag);
    }
}

// Choices of the external sheet are asked for by a path into itemsets.csv.
static void write_query(struct xform *x, const struct xform_node *node)
{
    const char *filter =
        node->choice_filter ? xform_paths(x, node->choice_filter, node, true, false) : NULL;
    if (filter)
        xform_attribute(x, "query",
                        survey_arena_format(x->arena, "instance('%s')/root/item[%s]",
                                            node->list->name, filter));
}

static void write_question(struct xform *x, const struct xform_node *node)
{
    bool shown = xform_text_given(&node->label) || xform_text_given(&node->hint);
    bool triggered = node->item && node->item->trigger && *node->item->trigger;
    if (!node->tag || ((survey_pairs_get(&node->bind, "calculate") || triggered) && !shown))
        return;
    xform_open(x, node->tag);
    xform_attribute(x, "ref", node->path);
    write_control_attributes(x, node);
    if (node->list && node->list->external)
        write_query(x, node);
    write_label(x, node);
    if (xform_text_given(&node->hint) || xform_text_given(&node->guidance))
        write_text(x, node, "hint", &node->hint,
                   node->hint.each.count || xform_text_given(&node->guidance));
    xform_write_itemset(x, node);
    write_sets(x, node, false);
    write_sets(x, node, true);
    xform_close(x, node->tag);
}

static void write_controls(struct xform *x, const struct xform_node *node);

// What a new instance of a repeat sets, down to the repeats inside it, which do it themselves.
static void write_new_instance(struct xform *x, const struct xform_node *node)
{
    for (const struct xform_node *child = node->first; child; child = child->next) {
        xform_write_actions(x, child, true);
        if (child->kind != XFORM_REPEAT)
            write_new_instance(x, child);
    }
}

static void write_repeat(struct xform *x, const struct xform_node *node)
{
    xform_open(x, "group");
    xform_attribute(x, "ref", node->path);
    write_label(x, node);
    xform_open(x, "repeat");
    xform_attribute(x, "nodeset", node->path);
    write_control_attributes(x, node);
    write_controls(x, node);
    write_new_instance(x, node);
    xform_close(x, "repeat");
    xform_close(x, "group");
}

static void write_group(struct xform *x, const struct xform_node *node)
{
    if (node->hidden)
        return;
    xform_open(x, "group");
    xform_attribute(x, "ref", node->path);
    write_control_attributes(x, node);
    if (xform_text_given(&node->label))
        write_label(x, node);
    write_controls(x, node);
    xform_close(x, "group");
}

static void write_controls(struct xform *x, const struct xform_node *node)
{
    for (const struct xform_node *child = node->first; child; child = child->next) {
        if (child->kind == XFORM_QUESTION)
            write_question(x, child);
        else if (child->kind == XFORM_REPEAT)
            write_repeat(x, child);
        else if (child->kind == XFORM_GROUP)
            write_group(x, child);
    }
}

void xform_write_body(struct xform *x)
{
    const char *style = xform_setting(x, "style", NULL);
    xform_open(x, "h:body");
    if (style)
        xform_attribute(x, "class", style);
    write_controls(x, x->root);
    xform_close(x, "h:body");
}
