// SPDX-License-Identifier: GPL-3.0-or-later
// Runs one three-line case; the same for the native test and for WebAssembly. Free of stdio.
#pragma once

#include "survey/base/arena.h"
#include "survey/expr/expr.h"

#include <string.h>

// 2016-11-23T10:00:00+08:00
static const struct survey_time clock_time = {.seconds = 1479866400, .offset = 480};

struct tree {
    struct survey_node *document, *data, *context;
};

// "age=4 member/income=10 .=x": leaves under the root, one instance of member for each pair, and
// the question itself. A word without "=" goes on with the value before it.
static struct tree read_tree(struct survey_arena *arena, const char *line)
{
    struct tree tree = {.document = survey_node_add(arena, NULL, "", "")};
    tree.data = survey_node_add(arena, tree.document, "data", "");
    struct survey_node *last = NULL;
    while (*line) {
        size_t length = strcspn(line, " ");
        const char *word = survey_arena_strndup(arena, line, length);
        const char *sign = strchr(word, '='), *slash = strchr(word, '/');
        if (!sign && last) {
            last->value = survey_arena_format(arena, "%s %s", last->value, word);
        } else if (sign) {
            struct survey_node *parent = tree.data;
            const char *from = word;
            if (slash && slash < sign) {
                parent = survey_node_add(
                    arena, parent, survey_arena_strndup(arena, word, (size_t)(slash - word)), "");
                from = slash + 1;
            }
            const char *name = survey_arena_strndup(arena, from, (size_t)(sign - from));
            bool self = strcmp(name, ".") == 0;
            last = survey_node_add(arena, parent, self ? "self" : name, sign + 1);
            if (self)
                tree.context = last;
        }
        line += length + strspn(line + length, " ");
    }
    if (!tree.context)
        tree.context = survey_node_add(arena, tree.data, "self", "");
    return tree;
}

// The value of program as text, or the fault after "! ".
static const char *case_result(struct survey_arena *arena, const char *program, const char *input)
{
    struct tree tree = read_tree(arena, input);
    struct survey_expr_env env = {.arena = arena,
                                  .root = tree.document,
                                  .context = tree.context,
                                  .now = clock_time,
                                  .has_now = true};
    const struct survey_expr *expr;
    struct survey_value value;
    struct survey_error error = {0};
    if (survey_expr_parse(arena, program, &expr, NULL, &error) &&
        survey_expr_evaluate(expr, &env, &value, &error))
        return survey_value_text(arena, &value);
    return survey_arena_format(arena, "! %s", error.message);
}
