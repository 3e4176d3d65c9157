// SPDX-License-Identifier: GPL-3.0-or-later
// Definitions read from table files: types, languages, lists, groups, and faults at their cells.
#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/definition/form.h"
#include "survey/workbook/workbook.h"
#include "tests/tap.h"

static struct survey_form *form;
static struct survey_report *report;
static struct survey_error error;

static bool read_text(const char *md, bool strict)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_workbook *workbook;
    survey_form_free(form);
    survey_report_free(report);
    form = NULL;
    report = survey_report_new();
    if (survey_workbook_read(arena, "f.md", "md", md, strlen(md), &survey_workbook_default_limits, &workbook, &error) &&
        survey_form_read(arena, workbook, strict, report, &form, &error))
        return true;
    survey_arena_free(arena);
    return false;
}

// The place and code of the first problem of a code, or "".
static const char *place_of(const char *code)
{
    static char text[128];
    for (size_t i = 0; i < survey_report_count(report); i++)
        if (strcmp(survey_report_at(report, i)->code, code) == 0) {
            survey_place_text(survey_report_at(report, i), text, sizeof text);
            return text;
        }
    return "";
}

static void a_form_is_read(void)
{
    NEED(read_text("| survey |\n"
                   "| | type | name | label::中文 (zh) | label::English (en) | relevant | paper |\n"
                   "| | begin_group | g | 组 | Group | | |\n"
                   "| | select_one yn or_other | a | 甲 | A | | boxes |\n"
                   "| | integer | n | 数 | N | ${a} = 'yes' | digits:3 |\n"
                   "| | end group | | | | | |\n"
                   "| choices |\n"
                   "| | list name | value | label::中文 (zh) | label::English (en) | missing |\n"
                   "| | yn | yes | 是 | Yes | |\n"
                   "| | yn | dk | 不知道 | Do not know | dont_know |\n"
                   "| settings |\n"
                   "| | form_id | default_language |\n"
                   "| | t1 | 中文 (zh) |\n", false));
    CHECK(survey_report_count(report) == 0);
    CHECK(form->language_count == 2 && form->default_language == 0);
    CHECK(survey_form_language(form, "en") == 1 && survey_form_language(form, "zh_CN") == 0 && survey_form_language(form, "fr") == -1);
    const struct survey_item *a = survey_form_find(form, "a"), *n = survey_form_find(form, "n"), *other = survey_form_find(form, "a_other");
    NEED(a && n && other);
    CHECK_TEXT("/data/g/n", n->path);
    CHECK_TEXT("digits:3", n->paper);
    CHECK_TEXT("A", survey_label(form, a->labels, 1));
    CHECK(n->relevant.expr && n->relevant.row == 4 && a->list->count == 3);
    CHECK(survey_item_choice(a, "dk")->missing == SURVEY_DONT_KNOW && survey_item_choice(a, "other"));
    CHECK(survey_form_find(form, "g")->child_count == 3);
}

static void faults_have_their_cells(void)
{
    NEED(read_text("| survey |\n"
                   "| | type | name | label | calculation | relevant |\n"
                   "| | integer | age | Age | | ${agee} > 3 |\n"
                   "| | calculate | x | | ${y} + 1 | |\n"
                   "| | calculate | y | | ${x} + 1 | |\n"
                   "| | select_one lst | s | S | | 1 + |\n"
                   "| | begin_group | g | G | | |\n"
                   "| choices |\n"
                   "| | list_name | name | label |\n"
                   "| | list | a | A |\n"
                   "| | list | a | A again |\n", false));
    CHECK_TEXT("f.md: survey!E2", place_of("E111"));
    CHECK_TEXT("f.md: survey!D3", place_of("E124"));
    CHECK_TEXT("f.md: survey!E5", place_of("E110"));
    CHECK_TEXT("f.md: survey!A5", place_of("W106"));
    CHECK_TEXT("f.md: choices!B3", place_of("W114"));
    CHECK_TEXT("f.md: survey!A6", place_of("E108"));
    for (size_t i = 0; i < survey_report_count(report); i++)
        if (strcmp(survey_report_at(report, i)->code, "E111") == 0)
            CHECK(strstr(survey_report_at(report, i)->expected, "${age}") != NULL);
}

static void strict_refuses_what_lenient_forgives(void)
{
    const char *md = "| survey |\n| | type | name | label |\n| | caseid | c | C |\n| | text | t | T |\n| | text | t | T |\n";
    NEED(read_text(md, false));
    CHECK(survey_report_count_of(report, SURVEY_FAULT) == 0 && survey_report_count(report) == 2);
    NEED(read_text(md, true));
    CHECK(survey_report_count_of(report, SURVEY_FAULT) == 2);
}

static void shared_names_get_columns_of_their_own(void)
{
    NEED(read_text("| survey |\n| | type | name | label |\n| | begin group | g1 | G |\n| | text | T | T |\n| | end group | | |\n"
                   "| | begin group | g2 | G |\n| | text | t | T |\n| | end group | | |\n", false));
    CHECK_TEXT("g1_T", survey_form_find(form, "T")->column);
    CHECK_TEXT("g2_t", survey_form_find(form, "t")->column);
}

static void json_keeps_a_workbook(void)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_workbook *workbook, *again;
    const char *md = "| survey |\n| | type | name | label |\n\n| | text | t | \"T\" 甲 |\n";
    struct survey_buffer first = SURVEY_BUFFER(10000), second = SURVEY_BUFFER(10000);
    NEED(survey_workbook_read(arena, "f.md", "md", md, strlen(md), &survey_workbook_default_limits, &workbook, &error));
    survey_workbook_write_json(workbook, &first);
    NEED(survey_workbook_read_json(arena, "f", first.at, first.length, &again, &error));
    survey_workbook_write_json(again, &second);
    CHECK_TEXT(first.at, second.at);
    CHECK(!survey_workbook_read_json(arena, "f", "{\"sheets\": [{}]}", 16, &again, &error));
    survey_buffer_clear(&first);
    survey_buffer_clear(&second);
    survey_arena_free(arena);
}

static void broken_workbooks(void)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_workbook *workbook;
    const struct survey_workbook_limits *limits = &survey_workbook_default_limits;
    CHECK(!survey_workbook_read(arena, "b.xlsx", "xlsx", "PK\3\4garbage", 11, limits, &workbook, &error));
    CHECK(error.code == SURVEY_ERROR_INPUT && strcmp(error.where, "b.xlsx") == 0);
    CHECK(!survey_workbook_read(arena, "b.md", "md", "no table", 8, limits, &workbook, &error));
    CHECK(!survey_workbook_open(arena, "/nonexistent.xlsx", limits, &workbook, &error) && error.code == SURVEY_ERROR_RESOURCE);
    CHECK(!read_text("| choices |\n| | list_name | name |\n| other |\n| | a |\n", false));
    survey_arena_free(arena);
    survey_form_free(form);
    survey_report_free(report);
    form = NULL;
    report = NULL;
}

TESTS(CASE(a_form_is_read), CASE(faults_have_their_cells), CASE(strict_refuses_what_lenient_forgives),
      CASE(shared_names_get_columns_of_their_own), CASE(json_keeps_a_workbook), CASE(broken_workbooks))
