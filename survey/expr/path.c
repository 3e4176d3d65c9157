// SPDX-License-Identifier: GPL-3.0-or-later
// Paths: steps and predicates over the trees of the form and of its lists.
#include "survey/base/arena.h"
#include "survey/base/text.h"
#include "survey/expr/engine.h"

#include <math.h>
#include <string.h>

struct node_list {
    const struct survey_node **at;
    size_t count, capacity;
};

static bool add(struct evaluation *evaluation, struct node_list *list,
                const struct survey_node *node)
{
    if (!expr_spend(evaluation, 1))
        return false;
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 4;
        const struct survey_node **at = survey_arena_array(evaluation->arena, capacity, sizeof *at);
        if (list->count)
            memcpy(at, list->at, list->count * sizeof *at);
        list->at = at;
        list->capacity = capacity;
    }
    list->at[list->count++] = node;
    return true;
}

static const struct survey_node *top(const struct survey_node *node)
{
    while (node && node->parent)
        node = node->parent;
    return node;
}

// True where node is known to stand in the form's own tree.
static bool in_form(const struct evaluation *evaluation, const struct survey_node *node)
{
    return node && evaluation->env->root && top(node) == top(evaluation->env->root);
}

// The node from which names and absolute paths of the form are read: the context, unless that is an
// item of a list, when the question that asked is meant.
static const struct survey_node *form_context(const struct evaluation *evaluation)
{
    return in_form(evaluation, evaluation->context) ? evaluation->context : evaluation->origin;
}

static bool matches(const struct survey_node *node, const char *name)
{
    return !node->hidden && !node->irrelevant && (!name || strcmp(node->name, name) == 0);
}

// Descendants of that name in document order, without recursion. A found node's own descendants are
// not searched: no element holds one of its own name that is meant.
static bool add_descendants(struct evaluation *evaluation, const struct survey_node *top_node,
                            const char *name, bool templates, struct node_list *list)
{
    const struct survey_node *node = top_node->first;
    while (node) {
        if (!expr_spend(evaluation, 1))
            return false;
        bool shown = templates || !node->hidden;
        bool found = shown && strcmp(node->name, name) == 0;
        if (found && !add(evaluation, list, node))
            return false;
        if (!found && shown && node->first) {
            node = node->first;
            continue;
        }
        while (node != top_node && !node->next)
            node = node->parent;
        node = node == top_node ? NULL : node->next;
    }
    return true;
}

bool expr_named_nodes(struct evaluation *evaluation, const char *name, struct survey_value *value)
{
    const struct survey_expr_env *env = evaluation->env;
    const struct survey_node *near = form_context(evaluation);
    const struct survey_node *only = env->only ? env->only(env->user, name) : NULL;
    struct node_list list = {.count = 0};
    if (only && only->irrelevant)
        return expr_nodes(value, NULL, 0);
    if (only)
        return add(evaluation, &list, only) && expr_nodes(value, list.at, list.count);
    if (!near)
        near = env->root;
    if (strncmp(name, "last-saved#", 11) == 0) // no earlier answers are kept here
        return expr_nodes(value, NULL, 0);
    for (; near && list.count == 0; near = near->parent)
        if (!add_descendants(evaluation, near, name, false, &list))
            return false;
    // A question of a repeat that has no instance yet is known by the repeat's template.
    bool none = list.count == 0;
    if (none && env->root && !add_descendants(evaluation, top(env->root), name, true, &list))
        return false;
    if (list.count == 0)
        return expr_fail(evaluation, _("'${%s}' is not a question"), name);
    if (none)
        return expr_nodes(value, NULL, 0);
    size_t kept = 0;
    for (size_t i = 0; i < list.count; i++)
        if (!list.at[i]->irrelevant)
            list.at[kept++] = list.at[i];
    return expr_nodes(value, list.at, kept);
}

static bool predicate_holds(const struct survey_value *value, uint32_t position)
{
    if (value->kind == SURVEY_NUMBER)
        return value->number == position;
    return survey_value_boolean(value);
}

// Keeps the nodes from index from on for which the predicate holds.
static bool filter(struct evaluation *evaluation, struct node_list *list, size_t from,
                   const struct survey_expr *predicate)
{
    struct evaluation outer = *evaluation;
    size_t kept = from, size = list->count - from;
    bool good = true;
    for (size_t i = 0; i < size && good; i++) {
        struct survey_value value;
        const struct survey_node *node = list->at[from + i];
        evaluation->context = node;
        evaluation->position = (uint32_t)i + 1;
        evaluation->size = (uint32_t)size;
        good = expr_evaluate(evaluation, predicate, &value);
        if (good && predicate_holds(&value, (uint32_t)i + 1))
            list->at[kept++] = node;
    }
    list->count = kept;
    evaluation->context = outer.context;
    evaluation->position = outer.position;
    evaluation->size = outer.size;
    return good;
}

static bool filter_all(struct evaluation *evaluation, struct node_list *list, size_t from,
                       const struct expr_step *step)
{
    for (size_t i = 0; i < step->predicate_count; i++)
        if (!filter(evaluation, list, from, step->predicates[i]))
            return false;
    return true;
}

static bool seen(const struct node_list *list, const struct survey_node *node)
{
    // Nodes come in document order, so that a parent shared by neighbours is the last one added.
    return list->count && list->at[list->count - 1] == node;
}

static bool step_from(struct evaluation *evaluation, const struct survey_node *node,
                      const struct expr_step *step, struct node_list *next)
{
    size_t from = next->count;
    if (step->axis == AXIS_SELF) {
        if ((!step->name || matches(node, step->name)) && !add(evaluation, next, node))
            return false;
    } else if (step->axis == AXIS_PARENT) {
        const struct survey_node *parent = node->parent;
        if (parent && (!step->name || matches(parent, step->name)) && !seen(next, parent) &&
            !add(evaluation, next, parent))
            return false;
    } else {
        for (const struct survey_node *child = node->first; child; child = child->next) {
            if (!expr_spend(evaluation, 1))
                return false;
            if (matches(child, step->name) && !add(evaluation, next, child))
                return false;
        }
    }
    return filter_all(evaluation, next, from, step);
}

static bool take_steps(struct evaluation *evaluation, const struct survey_expr *path, size_t first,
                       struct node_list *list)
{
    for (size_t i = first; i < path->step_count; i++) {
        struct node_list next = {.count = 0};
        for (size_t k = 0; k < list->count; k++)
            if (!step_from(evaluation, list->at[k], &path->steps[i], &next))
                return false;
        *list = next;
    }
    return true;
}

// An absolute path that goes through the repeat instances above the context means those instances
// (JavaRosa contextualises it); only its last step is free. Returns how many steps that settles.
static size_t contextualise(const struct evaluation *evaluation, const struct survey_expr *path,
                            const struct survey_node **node)
{
    const struct survey_node *chain[EXPR_DEPTH_MAX + 1];
    size_t depth = 0;
    for (const struct survey_node *up = form_context(evaluation); up && up->parent;
         up = up->parent) {
        if (depth > EXPR_DEPTH_MAX)
            return 0;
        chain[depth++] = up;
    }
    size_t settled = 0;
    while (settled < depth && settled + 1 < path->step_count) {
        const struct expr_step *step = &path->steps[settled];
        const struct survey_node *next = chain[depth - 1 - settled];
        if (step->axis != AXIS_CHILD || !step->name || step->predicate_count || next->irrelevant ||
            next->hidden || strcmp(next->name, step->name) != 0)
            break;
        *node = next;
        settled++;
    }
    return settled;
}

static bool absolute_path(struct evaluation *evaluation, const struct survey_expr *path,
                          struct survey_value *value)
{
    const struct survey_node *node = evaluation->env->root;
    if (!node)
        return expr_fail(evaluation, _("there is no form in which to look for a path"));
    struct node_list list = {.count = 0};
    size_t settled = contextualise(evaluation, path, &node);
    if (!add(evaluation, &list, node) || !take_steps(evaluation, path, settled, &list))
        return false;
    return expr_nodes(value, list.at, list.count);
}

// Paths that begin with ${name}, current() or instance('id').
static bool started_path(struct evaluation *evaluation, const struct survey_expr *path,
                         struct survey_value *value)
{
    struct survey_value start;
    if (!expr_evaluate(evaluation, path->start, &start))
        return false;
    if (start.kind != SURVEY_NODES)
        return expr_fail(evaluation, _("a path begins with something that is no node"));
    struct node_list list = {.count = 0};
    for (size_t i = 0; i < start.count; i++)
        if (!add(evaluation, &list, start.nodes[i]))
            return false;
    const struct expr_step *first = path->step_count ? &path->steps[0] : NULL;
    size_t taken = 0;
    bool instance = path->start->text && strcmp(path->start->text, "instance") == 0 &&
                    path->start->kind == EXPR_CALL;
    // instance('id') is the document above the root; the hook gives the root itself.
    bool root_step = instance && first && first->axis == AXIS_CHILD && list.count == 1;
    bool own_condition = first && first->axis == AXIS_SELF && first->predicate_count;
    if (root_step) {
        taken = 1;
        if (!matches(list.at[0], first->name))
            list.count = 0;
    } else if (own_condition) { // the condition of the whole list: ${member}[2]
        taken = 1;
    }
    if (taken && !filter_all(evaluation, &list, 0, first))
        return false;
    return take_steps(evaluation, path, taken, &list) && expr_nodes(value, list.at, list.count);
}

static bool lone_name(const struct survey_expr *path)
{
    return path->step_count == 1 && path->steps[0].axis == AXIS_CHILD && path->steps[0].name &&
           path->steps[0].predicate_count == 0;
}

bool expr_path(struct evaluation *evaluation, const struct survey_expr *path,
               struct survey_value *value)
{
    if (path->start)
        return started_path(evaluation, path, value);
    if (path->absolute)
        return absolute_path(evaluation, path, value);
    const struct survey_expr_env *env = evaluation->env;
    const struct survey_node *context = evaluation->context;
    if (!context && lone_name(path) && env->variable) { // a column of a table without a tree
        *value = (struct survey_value){.kind = SURVEY_STRING, .text = ""};
        return env->variable(env->user, path->steps[0].name, value) ||
               expr_fail(evaluation, _("'%s' is not known"), path->steps[0].name);
    }
    if (!context)
        return expr_fail(evaluation, _("there is no question from which to follow a path"));
    struct node_list list = {.count = 0};
    if (!add(evaluation, &list, context) || !take_steps(evaluation, path, 0, &list))
        return false;
    return expr_nodes(value, list.at, list.count);
}
