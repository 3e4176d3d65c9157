// SPDX-License-Identifier: GPL-3.0-or-later
// Conditions in words, in English and Chinese, and the bounds that constraints set.
#include "survey/base/arena.h"
#include "survey/expr/words.h"
#include "tests/tap.h"

static struct survey_arena *arena;
static struct survey_error error;

static const struct survey_expr *parse(const char *text)
{
    const struct survey_expr *expr = NULL;
    if (!arena)
        arena = survey_arena_new();
    NEED(survey_expr_parse(arena, text, &expr, NULL, &error));
    return expr;
}

static const char *question(void *user, const char *name)
{
    (void)user;
    return strcmp(name, "yn") == 0 ? "A1" : strcmp(name, "many") == 0 ? "A2" : strcmp(name, "n") == 0 ? "A3" : strcmp(name, "m") == 0 ? "A4" : NULL;
}

static const char *choice(void *user, const char *name, const char *value)
{
    (void)user;
    if (strcmp(name, "n") == 0 || strcmp(name, "m") == 0)
        return NULL;
    return strcmp(value, "y") == 0 || strcmp(value, "1") == 0 ? "Yes" : strcmp(value, "x") == 0 ? "No" : NULL;
}

static const struct survey_expr *calculation(void *user, const char *name)
{
    (void)user;
    return strcmp(name, "sum") == 0 ? parse("${n} + ${m}") : strcmp(name, "line") == 0 ? parse("2952") : strcmp(name, "loop") == 0 ? parse("${loop} + 1") : NULL;
}

static bool several(void *user, const char *name)
{
    (void)user;
    return strcmp(name, "many") == 0;
}

static void conditions_are_said(void)
{
    static const struct { const char *condition, *english, *chinese; } cases[] = {
        {"${yn} = 'y'", "A1 is “Yes”", "A1是“Yes”"},
        {"'y' = ${yn}", "A1 is “Yes”", NULL},
        {"${yn} != 'y'", "A1 is not “Yes”", "A1不是“Yes”"},
        {"not(${yn} = 'y')", "A1 is not “Yes”", NULL},
        {"not(${yn} != 'y')", "A1 is “Yes”", NULL},
        {"${yn} = 1", "A1 is “Yes”", NULL},
        {"selected(${yn}, 'y')", "A1 is “Yes”", NULL},
        {"selected(${many}, 'y')", "A2 includes “Yes”", "A2选了“Yes”"},
        {"not(selected(${many}, 'y'))", "A2 is without “Yes”", "A2没有选“Yes”"},
        {"${yn} = 'y' or ${yn} = 'x'", "A1 is “Yes” or “No”", "A1是“Yes”或“No”"},
        {"selected(${many}, 'y') or selected(${many}, 'x')", "A2 includes “Yes” or “No”", NULL},
        {"${yn} = 'y' or ${n} > 3", "A1 is “Yes”, or A3 is more than 3", "A1是“Yes”,或A3大于3"},
        {"${yn} = 'y' and ${n} <= 3", "A1 is “Yes” and A3 is at most 3", "A1是“Yes”,且A3不超过3"},
        {"(${yn} = 'y' or ${yn} = 'x') and ${n} >= 3", "A1 is “Yes” or “No”, and A3 is at least 3", NULL},
        {"(${yn} = 'y' or ${n} = 2) and ${m} < 3", "(A1 is “Yes”, or A3 is 2), and A4 is less than 3", NULL},
        {"${yn} = 'y' and ${n} = 2 or ${m} < 3", "(A1 is “Yes” and A3 is 2), or A4 is less than 3", NULL},
        {"not(${n} > 3)", "A3 is at most 3", NULL},
        {"not(${n} < 3)", "A3 is at least 3", NULL},
        {"not(${yn} = 'y' and ${n} = 2)", "not (A1 is “Yes” and A3 is 2)", "并非(A1是“Yes”,且A3是2)"},
        {"${n} = ''", "A3 is not answered", "A3未填写"},
        {"${n} != ''", "A3 is answered", "A3已填写"},
        {"string-length(${n}) > 0", "A3 is answered", NULL},
        {"${n} = -666", "A3 is -666", NULL},
        {"${n} > -3", "A3 is more than -3", NULL},
        {"${n} > ${m}", "A3 is more than A4", "A3大于A4"},
        {"count-selected(${many}) >= 2", "the number marked in A2 is at least 2", "A2所选项数不少于2"},
        {"${n} + ${m} * 2 < ${line}", "A3 + (A4 × 2) is less than 2952", NULL},
        {"${sum} div ${n} > 1", "(A3 + A4) ÷ A3 is more than 1", NULL},
        // What words cannot say is left to the caller.
        {"${unknown} = 'y'", NULL, NULL}, {"regex(${n}, '^a')", NULL, NULL}, {"${loop} > 1", NULL, NULL}, {"true()", NULL, NULL},
        {"${yn} = 'y' and today() > ${n}", NULL, NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int language = 0; language < 2; language++) {
            struct survey_words words = {language == 1, question, choice, calculation, several, NULL};
            struct survey_buffer text = SURVEY_BUFFER(4096);
            const char *expected = language ? cases[i].chinese : cases[i].english;
            bool said = survey_expr_words(parse(cases[i].condition), &words, &text);
            if (!language || expected)
                CHECK(said == (expected != NULL));
            if (expected)
                CHECK_TEXT(expected, survey_buffer_string(&text));
            survey_buffer_clear(&text);
        }
}

static bool bounds_of(void *user, const char *name, struct survey_bounds *bounds)
{
    (void)user;
    *bounds = (struct survey_bounds){true, true, 2, 20, true};
    return strcmp(name, "other") == 0;
}

static void bounds_are_found(void)
{
    static const struct { const char *constraint; bool has_low, has_high; double low, high; bool exact; } cases[] = {
        {". >= 1 and . <= 20", true, true, 1, 20, true}, {". > 1 and . < 20", true, true, 2, 19, true},
        {"5 < .", true, false, 6, 0, true}, {". >= -500000 and . <= 2000000", true, true, -500000, 2000000, true},
        {". >= 0 and . <= ${other}", true, true, 0, 20, false}, {". > ${other}", true, false, 3, 0, false},
        {". <= ${unknown}", false, false, 0, 0, false}, {". < 5 or . > 9", false, false, 0, 0, false},
        {". >= 1 and . <= 20 and . <= 7", true, true, 1, 7, true}, {". >= 1 and . != 4", true, false, 1, 0, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct survey_bounds bounds = survey_expr_bounds(parse(cases[i].constraint), bounds_of, NULL);
        bool good = bounds.has_low == cases[i].has_low && bounds.has_high == cases[i].has_high && bounds.exact == cases[i].exact &&
                    (!bounds.has_low || bounds.low == cases[i].low) && (!bounds.has_high || bounds.high == cases[i].high);
        if (!good)
            fprintf(stderr, "%s: %d %g .. %d %g, exact %d\n", cases[i].constraint, bounds.has_low, bounds.low, bounds.has_high, bounds.high, bounds.exact);
        CHECK(good);
    }
    CHECK(survey_expr_bounds(NULL, NULL, NULL).exact);
}

TESTS(CASE(conditions_are_said), CASE(bounds_are_found))
