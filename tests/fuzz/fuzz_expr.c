// SPDX-License-Identifier: GPL-3.0-or-later
// Fuzz target: any bytes as an expression, evaluated on a small tree within a small budget.
#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/expr/expr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct survey_node *make_tree(struct survey_arena *arena)
{
    struct survey_node *document = survey_node_add(arena, NULL, "", "");
    struct survey_node *root = survey_node_add(arena, document, "data", "");
    survey_node_add(arena, root, "a", "12");
    survey_node_add(arena, root, "d", "2016-11-24");
    for (int i = 0; i < 3; i++) {
        struct survey_node *member = survey_node_add(arena, root, "m", "");
        survey_node_add(arena, member, "b", "1 2 3");
    }
    return document;
}

static const struct survey_node *instance(void *user, const char *id)
{
    return id[0] ? user : NULL;
}

static const char *label(void *user, const char *value, const char *question)
{
    (void)user;
    return value[0] == question[0] ? "label" : NULL;
}

static bool use(void *user, enum survey_expr_use kind, const char *name, size_t at)
{
    size_t *sum = user;
    *sum += (size_t)kind + (size_t)name[0] + at;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct survey_arena *arena = survey_arena_new();
    char *text = survey_arena_strndup(arena, (const char *)data, size);
    struct survey_node *document = make_tree(arena);
    uint64_t steps = 20000;
    size_t sum = 0;
    struct survey_expr_env env = {.arena = arena,
                                  .root = document,
                                  .context = document->first->last->first,
                                  .now = {.seconds = 1479866400, .offset = 480},
                                  .has_now = true,
                                  .steps = &steps,
                                  .instance = instance,
                                  .choice_label = label,
                                  .user = document->first};
    const struct survey_expr *expr;
    struct survey_value value;
    if (survey_expr_parse(arena, text, &expr, NULL, NULL)) {
        survey_expr_each_use(expr, use, &sum);
        if (survey_expr_evaluate(expr, &env, &value, NULL)) {
            survey_value_text(arena, &value);
            survey_value_number(&value);
            survey_value_boolean(&value);
        }
    }
    survey_arena_free(arena);
    return 0;
}
