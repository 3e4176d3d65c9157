// SPDX-License-Identifier: GPL-3.0-or-later
// XForms of our own cases, byte for byte, and what has no XForm.
#include "survey/base/arena.h"
#include "survey/base/file.h"
#include "survey/definition/xform.h"
#include "survey/workbook/workbook.h"
#include "tests/tap.h"

static struct survey_form *form_of(const char *md, struct survey_report *report)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_workbook *workbook;
    struct survey_form *form = NULL;
    struct survey_error error = {0};
    if (survey_workbook_read(arena, "own.md", "md", md, strlen(md), &survey_workbook_default_limits,
                             &workbook, &error) &&
        survey_form_read(arena, workbook, true, report, &form, &error))
        return form;
    fprintf(stderr, "%s: %s\n", error.where, error.message);
    survey_arena_free(arena);
    return NULL;
}

static void show_first_difference(const char *expected, const char *came)
{
    size_t line = 1, i = 0;
    for (; expected[i] && expected[i] == came[i]; i++)
        line += expected[i] == '\n';
    fprintf(stderr, "line %zu: expected \"%.100s\", got \"%.100s\"\n", line, expected + i,
            came + i);
}

static void same_as_kept(const char *name)
{
    char path[512];
    char *expected = NULL;
    size_t length = 0;
    struct survey_report *report = survey_report_new();
    struct survey_form *form = NULL;
    struct survey_error error = {0};
    struct survey_buffer xml = SURVEY_BUFFER(1 << 20);
    snprintf(path, sizeof path, "%s/%s.md", CASES, name);
    NEED(survey_form_open(path, true, report, &form, &error));
    CHECK(survey_report_count_of(report, SURVEY_FAULT) == 0);
    NEED(survey_xform_write(form, &xml, &error));
    snprintf(path, sizeof path, "%s/%s.xml", CASES, name);
    NEED(survey_file_read(path, 1 << 20, &expected, &length, &error));
    bool same = length == xml.length && memcmp(expected, xml.at, length) == 0;
    CHECK(same);
    if (!same)
        show_first_difference(expected, survey_buffer_string(&xml));
    free(expected);
    survey_buffer_clear(&xml);
    survey_form_free(form);
    survey_report_free(report);
}

static void writes_types(void)
{
    same_as_kept("types");
}

static void writes_logic(void)
{
    same_as_kept("logic");
}

static void writes_repeats(void)
{
    same_as_kept("repeat");
}

static void writes_choices(void)
{
    same_as_kept("choices");
}

static void writes_filters_in_repeats(void)
{
    same_as_kept("filter");
}

static void writes_external_choices_and_entities(void)
{
    same_as_kept("external");
}

static void writes_itemsets(void)
{
    struct survey_report *report = survey_report_new();
    struct survey_form *form = form_of(
        "| survey | | | |\n| | type | name | label |\n| | select_one_external hall | a | A |\n"
        "| external_choices | | | |\n| | list name | name | town |\n| | hall | a1 | Old \"Red\" |\n"
        "| | hall | | b |\n| | hall | b1 | |\n",
        report);
    struct survey_buffer csv = SURVEY_BUFFER(1 << 20);
    NEED(form != NULL);
    CHECK(survey_form_has_itemsets(form));
    survey_itemsets_write(form, &csv);
    CHECK_TEXT("\"list_name\",\"name\",\"town\"\r\n\"hall\",\"a1\",\"Old "
               "\"\"Red\"\"\"\r\n\"hall\",\"\",\"b\"\r\n\"hall\",\"b1\",\"\"\r\n",
               survey_buffer_string(&csv));
    survey_buffer_clear(&csv);
    survey_form_free(form);
    survey_report_free(report);
}

// The same form twice gives the same bytes; a ceiling is a failure, not a cut document.
static void is_repeatable_and_bounded(void)
{
    struct survey_report *report = survey_report_new();
    struct survey_form *form =
        form_of("| survey | | | |\n| | type | name | label |\n| | text | a | A |\n", report);
    struct survey_buffer first = SURVEY_BUFFER(1 << 20), second = SURVEY_BUFFER(1 << 20),
                         small = SURVEY_BUFFER(100);
    struct survey_error error = {0};
    NEED(form != NULL);
    CHECK(survey_xform_write(form, &first, &error) && survey_xform_write(form, &second, &error));
    CHECK_TEXT(survey_buffer_string(&first), survey_buffer_string(&second));
    CHECK(!survey_xform_write(form, &small, &error));
    CHECK(error.code == SURVEY_ERROR_INPUT && strstr(error.message, "too large"));
    survey_buffer_clear(&first);
    survey_buffer_clear(&second);
    survey_buffer_clear(&small);
    survey_form_free(form);
    survey_report_free(report);
}

static void names_what_is_unknown(void)
{
    struct survey_report *report = survey_report_new();
    struct survey_form *form =
        form_of("| survey | | | |\n| | type | name | label |\n| | text | a | Of ${b} |\n", report);
    struct survey_buffer xml = SURVEY_BUFFER(1 << 20);
    struct survey_error error = {0};
    NEED(form != NULL);
    CHECK(!survey_xform_write(form, &xml, &error));
    CHECK(error.code == SURVEY_ERROR_INPUT && strstr(error.message, "${b}"));
    survey_buffer_clear(&xml);
    survey_form_free(form);
    survey_report_free(report);
}

TESTS(CASE(writes_types), CASE(writes_logic), CASE(writes_repeats), CASE(writes_choices),
      CASE(writes_filters_in_repeats), CASE(writes_external_choices_and_entities),
      CASE(writes_itemsets), CASE(is_repeatable_and_bounded), CASE(names_what_is_unknown))
