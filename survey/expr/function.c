// SPDX-License-Identifier: GPL-3.0-or-later
// The table of functions, and those that see the expression instead of values.
#include "survey/expr/function.h"

#include "survey/base/arena.h"
#include "survey/base/text.h"

#include <math.h>
#include <string.h>

static const struct expr_function functions[] = {
#define EXPR_ROW_EAGER(name, c_name, least, most)                                                  \
    {name, least, most, false, expr_call_##c_name, NULL},
#define EXPR_ROW_NODES(name, c_name, least, most)                                                  \
    {name, least, most, true, expr_call_##c_name, NULL},
#define EXPR_ROW_LAZY(name, c_name, least, most, nodes)                                            \
    {name, least, most, nodes, NULL, expr_call_##c_name},
    EXPR_FUNCTIONS(EXPR_ROW_EAGER, EXPR_ROW_NODES, EXPR_ROW_LAZY)};

const char *const survey_expr_functions[] = {
#define EXPR_NAME(name, c_name, least, most) name,
#define EXPR_NAME_LAZY(name, c_name, least, most, nodes) name,
    EXPR_FUNCTIONS(EXPR_NAME, EXPR_NAME, EXPR_NAME_LAZY) NULL};

const struct expr_function *expr_function_find(const char *name)
{
    size_t from = 0, to = sizeof functions / sizeof *functions;
    while (from < to) {
        size_t middle = (from + to) / 2;
        int order = strcmp(name, functions[middle].name);
        if (order == 0)
            return &functions[middle];
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return NULL;
}

bool expr_call_current(struct evaluation *evaluation, const struct survey_expr *call,
                       struct survey_value *value)
{
    (void)call;
    if (!evaluation->origin)
        return expr_fail(evaluation, _("there is no question that current() could mean"));
    const struct survey_node **nodes = survey_arena_array(evaluation->arena, 1, sizeof *nodes);
    nodes[0] = evaluation->origin;
    return expr_nodes(value, nodes, 1);
}

bool expr_call_instance(struct evaluation *evaluation, const struct survey_expr *call,
                        struct survey_value *value)
{
    const struct survey_expr_env *env = evaluation->env;
    struct survey_value id;
    if (!expr_evaluate(evaluation, call->arguments[0], &id))
        return false;
    const char *name = expr_as_text(evaluation, &id);
    const struct survey_node *root = env->instance ? env->instance(env->user, name) : NULL;
    if (!root)
        return expr_fail(evaluation, _("there is no list or attached file '%s'"), name);
    const struct survey_node **nodes = survey_arena_array(evaluation->arena, 1, sizeof *nodes);
    nodes[0] = root;
    return expr_nodes(value, nodes, 1);
}

bool expr_call_if(struct evaluation *evaluation, const struct survey_expr *call,
                  struct survey_value *value)
{
    struct survey_value condition;
    if (!expr_evaluate(evaluation, call->arguments[0], &condition))
        return false;
    return expr_evaluate(evaluation, call->arguments[survey_value_boolean(&condition) ? 1 : 2],
                         value);
}

bool expr_call_once(struct evaluation *evaluation, const struct survey_expr *call,
                    struct survey_value *value)
{
    if (evaluation->origin && evaluation->origin->value[0]) {
        *value = expr_node_value(evaluation->origin);
        return true;
    }
    return expr_evaluate(evaluation, call->arguments[0], value);
}

bool expr_call_position(struct evaluation *evaluation, const struct survey_expr *call,
                        struct survey_value *value)
{
    if (call->count == 0)
        return expr_number(value, evaluation->position);
    struct survey_value nodes;
    if (!expr_evaluate(evaluation, call->arguments[0], &nodes))
        return false;
    if (nodes.kind != SURVEY_NODES)
        return expr_fail(evaluation, _("position() is asked of something that is no node"));
    return expr_number(value, nodes.count ? nodes.nodes[0]->position : (double)NAN);
}

bool expr_call_last(struct evaluation *evaluation, const struct survey_expr *call,
                    struct survey_value *value)
{
    (void)call;
    return expr_number(value, evaluation->size);
}

// Evaluates a path as if it stood outside all repeats.
static bool from_the_top(struct evaluation *evaluation, const struct survey_expr *expr,
                         struct survey_value *value)
{
    const struct survey_node *context = evaluation->context, *origin = evaluation->origin;
    const struct survey_node *top = evaluation->env->root;
    evaluation->context = evaluation->origin = top;
    bool relative = expr->kind == EXPR_PATH && !expr->absolute && !expr->start;
    if (relative) // ../x has a meaning only where it stands
        evaluation->context = context;
    bool good = expr_evaluate(evaluation, expr, value);
    evaluation->context = context;
    evaluation->origin = origin;
    if (good && value->kind != SURVEY_NODES)
        return expr_fail(evaluation, _("indexed-repeat() takes questions and repeats"));
    return good;
}

static bool is_within(const struct survey_node *node, const struct survey_node *group)
{
    for (; node; node = node->parent)
        if (node == group)
            return true;
    return false;
}

// The instance numbered number among nodes that stand within group (NULL: anywhere).
static const struct survey_node *instance_of(const struct survey_value *nodes,
                                             const struct survey_node *group, double number)
{
    for (size_t i = 0; i < nodes->count; i++)
        if (nodes->nodes[i]->position == number && (!group || is_within(nodes->nodes[i], group)))
            return nodes->nodes[i];
    return NULL;
}

bool expr_call_indexed_repeat(struct evaluation *evaluation, const struct survey_expr *call,
                              struct survey_value *value)
{
    if (call->count % 2 == 0)
        return expr_fail(evaluation, _("indexed-repeat() takes a question, then pairs of a repeat "
                                       "and its number"));
    const struct survey_node *group = NULL;
    for (size_t i = 1; i + 1 < call->count; i += 2) {
        struct survey_value repeats, number;
        if (!from_the_top(evaluation, call->arguments[i], &repeats) ||
            !expr_evaluate(evaluation, call->arguments[i + 1], &number))
            return false;
        group = instance_of(&repeats, group, expr_as_number(evaluation, &number));
        if (!group)
            return expr_nodes(value, NULL, 0);
    }
    struct survey_value found;
    if (!from_the_top(evaluation, call->arguments[0], &found))
        return false;
    for (size_t i = 0; i < found.count; i++)
        if (is_within(found.nodes[i], group))
            return expr_nodes(value, found.nodes + i, 1);
    return expr_nodes(value, NULL, 0);
}
