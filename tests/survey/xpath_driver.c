// SPDX-License-Identifier: GPL-3.0-or-later
// xpath FILE.jsonl: evaluates one expression a line and compares with the value that ODK Collect's
// engine gives. Instances: none, or the one that its test suite calls "build".
#include "survey/base/arena.h"
#include "survey/base/json.h"
#include "survey/base/number.h"
#include "survey/expr/expr.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum outcome { PASSED, FAILED, UNSUPPORTED };

static const char *const shape = "38.25146 -0.15 0 0; 38.252 -0.14 0 0; 38.26 -0.145 0 0";

// <data><path><child/><child/></path><path/><path>    some    value</path><path><child/></path>
// <path/><geoshape>...</geoshape></data>
static struct survey_node *build_instance(struct survey_arena *arena)
{
    struct survey_node *document = survey_node_add(arena, NULL, "", "");
    struct survey_node *data = survey_node_add(arena, document, "data", "");
    struct survey_node *path = survey_node_add(arena, data, "path", "");
    survey_node_add(arena, path, "child", "");
    survey_node_add(arena, path, "child", "");
    survey_node_add(arena, data, "path", "");
    survey_node_add(arena, data, "path", "    some    value");
    path = survey_node_add(arena, data, "path", "");
    survey_node_add(arena, path, "child", "");
    survey_node_add(arena, data, "path", "");
    survey_node_add(arena, data, "geoshape", shape);
    return document;
}

static const char *text_of(const struct survey_json *object, const char *key)
{
    const struct survey_json *member = survey_json_get(object, key);
    return member && member->kind == SURVEY_JSON_STRING ? member->text : "";
}

static bool same_number(const struct survey_json *expected, double value)
{
    if (expected->kind == SURVEY_JSON_STRING) {
        if (strcmp(expected->text, "NaN") == 0)
            return isnan(value);
        double sign = expected->text[0] == '-' ? -1 : 1;
        return isinf(value) && value * sign > 0;
    }
    double size = fabs(expected->number);
    return expected->kind == SURVEY_JSON_NUMBER &&
           fabs(value - expected->number) <= 1e-12 * (size > 1 ? size : 1);
}

static bool agrees(struct survey_arena *arena, const struct survey_json *test,
                   const struct survey_value *value)
{
    const char *type = text_of(test, "type");
    const struct survey_json *expected = survey_json_get(test, "expected");
    if (!expected)
        return false;
    if (strcmp(type, "number") == 0)
        return value->kind != SURVEY_BOOLEAN && same_number(expected, survey_value_number(value));
    if (strcmp(type, "boolean") == 0)
        return value->kind == SURVEY_BOOLEAN && expected->kind == SURVEY_JSON_BOOL &&
               value->boolean == expected->boolean;
    return strcmp(type, "string") == 0 && value->kind != SURVEY_NUMBER &&
           strcmp(survey_value_text(arena, value), text_of(test, "expected")) == 0;
}

static void show(const struct survey_json *test, const char *came)
{
    const struct survey_json *expected = survey_json_get(test, "expected");
    const char *wanted = "?";
    if (expected && expected->text)
        wanted = expected->text;
    else if (expected && expected->kind == SURVEY_JSON_BOOL)
        wanted = expected->boolean ? "true" : "false";
    printf("%s: %s: expected %s %s, got %s\n", text_of(test, "id"), text_of(test, "expr"),
           text_of(test, "type"), wanted, came);
}

static enum outcome run_case(struct survey_arena *arena, const struct survey_json *test)
{
    struct survey_expr_env env = {.arena = arena, .has_now = true, .now.seconds = 1480000000};
    const char *instance = text_of(test, "instance");
    bool fails = strcmp(text_of(test, "type"), "error") == 0;
    if (*instance && strcmp(instance, "build") != 0) {
        printf("%s: unsupported: instance %s\n", text_of(test, "id"), instance);
        return UNSUPPORTED;
    }
    if (*instance) {
        env.root = build_instance(arena);
        env.context = env.root->first;
    }
    const struct survey_expr *expr;
    struct survey_error error = {0};
    struct survey_value value;
    bool good = survey_expr_parse(arena, text_of(test, "expr"), &expr, NULL, &error) &&
                survey_expr_evaluate(expr, &env, &value, &error);
    if (good && !fails && agrees(arena, test, &value))
        return PASSED;
    if (!good && fails)
        return PASSED;
    show(test, good ? survey_value_text(arena, &value) : error.message);
    return FAILED;
}

int main(int argc, char **argv)
{
    FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (!file) {
        fprintf(stderr, argc == 2 ? "xpath: cannot read %s\n" : "usage: xpath FILE.jsonl\n",
                argv[1]);
        return argc == 2 ? 3 : 2;
    }
    char *line = NULL;
    size_t room = 0;
    int counts[3] = {0};
    ssize_t length;
    while ((length = getline(&line, &room, file)) > 0) {
        struct survey_arena *arena = survey_arena_new();
        struct survey_json *test;
        struct survey_error error = {0};
        if (strspn(line, " \t\r\n") == (size_t)length) {
            survey_arena_free(arena);
            continue;
        }
        if (survey_json_read(arena, argv[1], line, (size_t)length, &test, &error)) {
            counts[run_case(arena, test)]++;
        } else {
            printf("%s: %s\n", error.where, error.message);
            counts[FAILED]++;
        }
        survey_arena_free(arena);
    }
    free(line);
    fclose(file);
    printf("%d passed, %d failed, %d unsupported\n", counts[PASSED], counts[FAILED],
           counts[UNSUPPORTED]);
    return counts[FAILED] ? 1 : 0;
}
