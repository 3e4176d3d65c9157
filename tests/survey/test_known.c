// SPDX-License-Identifier: GPL-3.0-or-later
// Expressions in three values. ${one} is 1, ${two} is 2, ${text} is 'abc'; ${none} was not answered
// and ${dk} was answered with the code 'dk' of what is missing.
#include "survey/base/arena.h"
#include "survey/expr/expr.h"
#include "tests/tap.h"

static bool variable(void *user, const char *name, struct survey_value *value)
{
    (void)user;
    *value = (struct survey_value){.kind = SURVEY_STRING, .text = ""};
    if (strcmp(name, "one") == 0 || strcmp(name, "two") == 0)
        *value = (struct survey_value){.kind = SURVEY_NUMBER, .number = name[0] == 'o' ? 1 : 2};
    else if (strcmp(name, "text") == 0)
        value->text = "abc";
    else if (strcmp(name, "dk") == 0)
        *value = (struct survey_value){.kind = SURVEY_STRING, .text = "dk", .missing = true};
    else if (strcmp(name, "none") == 0)
        value->missing = true;
    else
        return false;
    return true;
}

// column(${x}) gives the name that it was given; told(${x}) whether its argument is missing.
static bool function(void *user, const char *name, const struct survey_value *arguments,
                     size_t count, struct survey_value *value, bool *known,
                     struct survey_error *error)
{
    (void)user;
    (void)error;
    if (count != 1 || (strcmp(name, "column") != 0 && strcmp(name, "told") != 0))
        return false;
    *known = true;
    *value = name[0] == 'c'
                 ? (struct survey_value){.kind = SURVEY_STRING, .text = arguments[0].name}
                 : (struct survey_value){.kind = SURVEY_BOOLEAN, .boolean = arguments[0].missing};
    return true;
}

static const char *result(struct survey_arena *arena, const char *text)
{
    const struct survey_expr *expr;
    struct survey_value value;
    struct survey_error error = {0};
    struct survey_expr_env env = {.arena = arena, .variable = variable, .function = function};
    if (!survey_expr_parse(arena, text, &expr, NULL, &error) ||
        !survey_expr_evaluate_known(expr, &env, &value, &error))
        return "!";
    return value.missing ? "?" : survey_value_text(arena, &value);
}

static void check(const char *const cases[][2], size_t count)
{
    struct survey_arena *arena = survey_arena_new();
    for (size_t i = 0; i < count; i++) {
        const char *came = result(arena, cases[i][0]);
        if (strcmp(came, cases[i][1]) != 0)
            fprintf(stderr, "%s: expected %s, got %s\n", cases[i][0], cases[i][1], came);
        CHECK(strcmp(came, cases[i][1]) == 0);
    }
    survey_arena_free(arena);
}

static void truth_tables(void)
{
    static const char *const cases[][2] = {
        {"${one} = 1 or ${none} = 0", "true"},
        {"${none} = 0 or ${one} = 1", "true"},
        {"${one} = 2 or ${none} = 0", "?"},
        {"${one} = 2 and ${none} = 0", "false"},
        {"${none} = 0 and ${one} = 2", "false"},
        {"${one} = 1 and ${none} = 0", "?"},
        {"not(${none} = 0)", "?"},
        {"not(${none} = 0 and false())", "true"},
        {"${none} and ${none}", "?"},
        {"(${one} != 1 and ${none} > 20) or ${two} > 36", "false"},
        {"(${one} = 1 and ${none} > 20) or ${two} > 36", "?"},
        {"true() or ${none} or false()", "true"},
    };
    check(cases, sizeof cases / sizeof *cases);
}

static void values_spread(void)
{
    static const char *const cases[][2] = {
        {"${none} + 1", "?"},
        {"-${none}", "?"},
        {"-${two}", "-2"},
        {"${one} < ${none}", "?"},
        {"${one} = ${none}", "?"},
        {"${none} = ${none}", "?"},
        {"round(${none}, 1)", "?"},
        {"concat('a', ${none})", "?"},
        {"concat('a', ${text})", "aabc"},
        {"${text} > 1", "?"},
        {"${one} div 0 > 1", "true"},
        {"0 div 0 < 1", "?"},
        {"if(${none} = 1, 1, 1)", "?"},
        {"if(${one} = 1, 5, ${none})", "5"},
        {"if(${one} = 2, 5, ${none})", "?"},
        {"selected(${none}, 'a')", "?"},
        {"1 + 2 * 3", "7"},
        {"max(${one}, ${none})", "?"},
    };
    check(cases, sizeof cases / sizeof *cases);
}

static void missing_can_be_asked_for(void)
{
    static const char *const cases[][2] = {
        {"${none} = ''", "true"},
        {"'' = ${none}", "true"},
        {"${none} != ''", "false"},
        {"${one} = ''", "false"},
        {"${dk} = 'dk'", "true"},
        {"${dk} != 'dk'", "false"},
        {"${dk} = 'yes'", "?"},
        {"${dk} != 'yes'", "?"},
        {"${dk} = ''", "false"},
        {"${text} = 'other' or ${dk} = 'dk'", "true"},
        {"coalesce(${none}, 4)", "4"},
        {"coalesce(${one}, ${none})", "1"},
        {"coalesce(${none}, ${dk})", "?"},
        {"string-length(${none})", "0"},
        {"string-length(${text})", "3"},
        {"column(${none})", "none"},
        {"told(${none})", "true"},
        {"told(${one})", "false"},
        {"${nowhere} = 1", "!"},
        {"nothing(1)", "!"},
    };
    check(cases, sizeof cases / sizeof *cases);
}

TESTS(CASE(truth_tables), CASE(values_spread), CASE(missing_can_be_asked_for))
