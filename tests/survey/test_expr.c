// SPDX-License-Identifier: GPL-3.0-or-later
// Expressions: the three-line cases beside this file, and what a line cannot say.
#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/expr/expr.h"
#include "tests/survey/expr_case.h"
#include "tests/tap.h"

#ifndef CASES
#define CASES "tests/survey/expr.cases"
#endif

// A fault is named by the beginning of its message.
static bool run_case(const char *program, const char *input, const char *expected)
{
    struct survey_arena *arena = survey_arena_new();
    const char *came = case_result(arena, program, input);
    size_t length = expected[0] == '!' ? strlen(expected) : strlen(came) + 1;
    bool same = strncmp(came, expected, length) == 0;
    if (!same)
        fprintf(stderr, "%s: expected %s, got %s\n", program, expected, came);
    survey_arena_free(arena);
    return same;
}

static bool next_line(FILE *file, char *line, size_t size)
{
    if (!fgets(line, (int)size, file))
        return false;
    line[strcspn(line, "\n")] = '\0';
    return true;
}

static void three_line_cases(void)
{
    FILE *file = fopen(CASES, "r");
    NEED(file != NULL);
    char program[1024], input[1024], expected[1024];
    int count = 0;
    while (next_line(file, program, sizeof program)) {
        if (!*program || *program == '#')
            continue;
        CHECK(next_line(file, input, sizeof input) && next_line(file, expected, sizeof expected));
        CHECK(run_case(program, input, expected));
        count++;
    }
    fclose(file);
    CHECK(count >= 50);
}

static bool parses(const char *text, struct survey_error *error)
{
    struct survey_arena *arena = survey_arena_new();
    const struct survey_expr *expr;
    bool good = survey_expr_parse(arena, text, &expr, NULL, error);
    survey_arena_free(arena);
    return good;
}

static char *repeated(const char *part, size_t count, const char *end)
{
    size_t length = strlen(part);
    char *text = survey_alloc(length * count + strlen(end) + 1);
    for (size_t i = 0; i < count; i++)
        memcpy(text + i * length, part, length);
    memcpy(text + length * count, end, strlen(end) + 1);
    return text;
}

static void depth_and_length_are_bounded(void)
{
    struct survey_error error = {0};
    char *deep = repeated("(", 65, "1"), *deeper = repeated("not(", 5000, "1");
    char *flat = repeated("1 or ", 5000, "1"), *longer = repeated(" ", 40000, "1");
    char *minus = repeated("-", 20000, "1");
    CHECK(!parses(deep, &error));
    CHECK(strstr(error.message, "nested deeper than 64") != NULL);
    CHECK(!parses(deeper, &error));
    CHECK(parses(flat, &error));
    CHECK(parses(minus, &error));
    CHECK(!parses(longer, &error));
    CHECK(strstr(error.message, "at most 32768") != NULL);
    free(deep);
    free(deeper);
    free(flat);
    free(longer);
    free(minus);
}

static void work_is_bounded(void)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_node *document = survey_node_add(arena, NULL, "", "");
    struct survey_node *data = survey_node_add(arena, document, "data", "");
    for (int i = 0; i < 400; i++)
        survey_node_add(arena, data, "a", "1");
    uint64_t steps = 5000;
    struct survey_expr_env env = {
        .arena = arena, .root = document, .context = data, .steps = &steps};
    const struct survey_expr *expr;
    struct survey_value value;
    struct survey_error error = {0};
    NEED(
        survey_expr_parse(arena, "count(/data/a[count(/data/a[. = 1]) > 0])", &expr, NULL, &error));
    CHECK(!survey_expr_evaluate(expr, &env, &value, &error));
    CHECK_TEXT("the expression takes too much work", error.message);
    survey_arena_free(arena);
}

static bool age_column(void *user, const char *name, struct survey_value *value)
{
    (void)user;
    *value = (struct survey_value){.kind = SURVEY_NUMBER, .number = 41};
    return strcmp(name, "age") == 0;
}

static bool twice(void *user, const char *name, const struct survey_value *arguments, size_t count,
                  struct survey_value *value, bool *known, struct survey_error *error)
{
    (void)user, (void)error;
    *known = strcmp(name, "twice") == 0 && count == 1;
    if (*known)
        *value = (struct survey_value){.kind = SURVEY_NUMBER,
                                       .number = 2 * survey_value_number(&arguments[0])};
    return *known;
}

static void hooks_answer_for_a_table(void)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_expr_env env = {.arena = arena, .variable = age_column, .function = twice};
    const struct survey_expr *expr;
    struct survey_value value;
    struct survey_error error = {0};
    NEED(survey_expr_parse(arena, "twice(age) + ${age}", &expr, NULL, &error));
    NEED(survey_expr_evaluate(expr, &env, &value, &error));
    CHECK_NEAR(123, survey_value_number(&value), 0);
    NEED(survey_expr_parse(arena, "sex = 1", &expr, NULL, &error));
    CHECK(!survey_expr_evaluate(expr, &env, &value, &error));
    CHECK_TEXT("'sex' is not known", error.message);
    NEED(survey_expr_parse(arena, "thrice(age)", &expr, NULL, &error));
    CHECK(!survey_expr_evaluate(expr, &env, &value, &error));
    CHECK_TEXT("there is no function thrice()", error.message);
    survey_arena_free(arena);
}

static const struct survey_node *villages(void *user, const char *id)
{
    return strcmp(id, "villages") == 0 ? user : NULL;
}

static void lists_and_pulldata(void)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_node *top = survey_node_add(arena, NULL, "", "");
    struct survey_node *root = survey_node_add(arena, top, "root", "");
    for (int i = 1; i <= 3; i++) {
        struct survey_node *item = survey_node_add(arena, root, "item", "");
        survey_node_add(arena, item, "name", survey_arena_format(arena, "v%d", i));
        survey_node_add(arena, item, "pop", survey_arena_format(arena, "%d", i * 100));
    }
    struct tree tree = read_tree(arena, "village=v2 .=x");
    struct survey_expr_env env = {.arena = arena,
                                  .root = tree.document,
                                  .context = tree.context,
                                  .instance = villages,
                                  .user = root};
    static const char *const texts[][2] = {
        {"instance('villages')/root/item[name = ${village}]/pop", "200"},
        {"instance('villages')/root/item[name = current()/../village]/pop", "200"},
        {"count(instance('villages')/root/item[pop > 100])", "2"},
        {"instance('villages')/root/item[last()]/name", "v3"},
        {"instance('villages')/root/item[position() = 1]/name", "v1"},
        {"pulldata('villages', 'pop', 'name', ${village})", "200"},
        {"pulldata('villages', 'pop', 'name', 'none')", ""},
        {"count(randomize(instance('villages')/root/item, 7))", "3"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const struct survey_expr *expr;
        struct survey_value value;
        struct survey_error error = {0};
        bool good = survey_expr_parse(arena, texts[i][0], &expr, NULL, &error) &&
                    survey_expr_evaluate(expr, &env, &value, &error);
        CHECK_TEXT(texts[i][1], good ? survey_value_text(arena, &value) : error.message);
    }
    survey_arena_free(arena);
}

static bool collect(void *user, enum survey_expr_use use, const char *name, size_t at)
{
    survey_format(user, "%d:%s@%zu ", (int)use, name, at);
    return true;
}

static void uses_are_listed(void)
{
    struct survey_arena *arena = survey_arena_new();
    const struct survey_expr *expr;
    struct survey_buffer buffer = SURVEY_BUFFER(4096);
    NEED(survey_expr_parse(arena, "jr:choice-name(${q}, '${q}') = ../x/y", &expr, NULL, NULL));
    survey_expr_each_use(expr, collect, &buffer);
    CHECK_TEXT("2:jr:choice-name@0 0:q@15 0:q@21 1:../x/y@31 ", survey_buffer_string(&buffer));
    survey_buffer_clear(&buffer);
    survey_arena_free(arena);
}

static void faults_have_places(void)
{
    struct survey_arena *arena = survey_arena_new();
    const struct survey_expr *expr;
    size_t at = 99;
    CHECK(!survey_expr_parse(arena, "${a} = ${b", &expr, &at, NULL));
    CHECK(at == 7);
    CHECK(!survey_expr_parse(arena, "1 + * 2)", &expr, &at, NULL));
    survey_arena_free(arena);
}

static void functions_are_sorted(void)
{
    for (size_t i = 1; survey_expr_functions[i]; i++)
        CHECK(strcmp(survey_expr_functions[i - 1], survey_expr_functions[i]) < 0);
}

TESTS(CASE(three_line_cases), CASE(depth_and_length_are_bounded), CASE(work_is_bounded),
      CASE(hooks_answer_for_a_table), CASE(lists_and_pulldata), CASE(uses_are_listed),
      CASE(faults_have_places), CASE(functions_are_sorted))
