// SPDX-License-Identifier: GPL-3.0-or-later
// New versions of a form that has answers already.
#include "survey/store/revise.h"
#include "tests/survey/evaluation.h"

#define IS(expected, sql) CHECK_TEXT(expected, value(store, arena, sql))

static const char version_two[] =
    "| survey | | | | |\n"
    "| | type | name | label | calculation |\n"
    "| | start | start | | |\n"
    "| | end | end | | |\n"
    "| | text | household_id | Household | |\n"
    "| | select_one result | result | Result | |\n"
    "| | begin_group | g | Group | |\n"
    "| | %s | age | Age | |\n"
    "| | decimal | income | Income | |\n"
    "| | end_group | | | |\n"
    "| | integer | kids | Children | |\n"
    "| | select_one sat | sat | How satisfied | |\n"
    "| | select_multiple trait | traits | Traits | |\n"
    "| | text | note1 | Note | |\n"
    "| | text | phone | Phone | |\n"
    "| | image | photo | Photo | |\n"
    "| | calculate | twice | | ${age} * 2 |\n"
    "| | begin_repeat | member | Member | |\n"
    "| | text | mname | Name | |\n"
    "| | integer | mage | Age | |\n"
    "| | end_repeat | | | |\n"
    "| choices | | | |\n"
    "| | list_name | name | label |\n"
    "| | result | 110 | Complete |\n"
    "| | result | 210 | Refused |\n"
    "| | sat | 5 | Very |\n"
    "| | sat | 3 | So so |\n"
    "%s"
    "| | trait | b | Beta |\n"
    "| settings | | |\n"
    "| | form_id | version |\n"
    "| | hh | 2 |\n";

static struct survey_form *version(const char *age_type, const char *choices)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_workbook *workbook = NULL;
    struct survey_form *form = NULL;
    const char *text = survey_arena_format(arena, version_two, age_type, choices);
    NEED(survey_workbook_read(arena, "two.md", "md", text, strlen(text), &survey_workbook_default_limits, &workbook, &error));
    NEED(survey_form_read(arena, workbook, false, NULL, &form, &error));
    return form;
}

static const char all_choices[] = "| | sat | 1 | Not |\n| | sat | 98 | Cannot say |\n| | sat | 99 | Refuses |\n| | trait | a | Alpha |\n";

static struct survey_store *with_answers(struct survey_arena *arena)
{
    struct survey_store *store = make_evaluation();
    bool good;
    add_xml(store, submission(arena, "uuid:1", "A1", "<g><age>30</age><income>12.5</income></g><child>2</child><sat>1</sat><traits>a b</traits>"), &good);
    NEED(good);
    return store;
}

static const struct survey_problem *problem(const struct survey_report *report, const char *code)
{
    for (size_t i = 0; i < survey_report_count(report); i++)
        if (strcmp(survey_report_at(report, i)->code, code) == 0)
            return survey_report_at(report, i);
    return NULL;
}

static void says_what_changes(void)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_store *store = with_answers(arena);
    struct survey_report *report = survey_report_new();
    struct survey_form *form = version("integer", all_choices);
    NEED(survey_revise_check(store, form, report, &error));
    CHECK(survey_report_count_of(report, SURVEY_FAULT) == 0);
    const struct survey_problem *removed = problem(report, "W601"), *offer = problem(report, "W602"), *label = problem(report, "W607");
    CHECK(removed && strstr(removed->message, "'child'") && strstr(removed->message, "1 answers"));
    CHECK(offer && strstr(offer->message, "'kids'") && strstr(offer->expected, "--rename child=kids") && offer->row == 10);
    CHECK(label && strstr(label->message, "'sat'"));
    CHECK(problem(report, "W605") && strstr(problem(report, "W605")->message, "'3'"));
    survey_form_free(form);
    survey_report_free(report);
    survey_arena_free(arena);
    drop_evaluation(store);
}

static void faults_where_answers_lose_their_meaning(void)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_store *store = with_answers(arena);
    struct survey_report *report = survey_report_new();
    struct survey_form *form = version("date", "| | sat | 98 | Cannot say |\n| | sat | 99 | Refuses |\n");
    NEED(survey_revise_check(store, form, report, &error));
    CHECK(survey_report_count_of(report, SURVEY_FAULT) == 3); // age, sat = 1, traits = a
    CHECK(problem(report, "E601") && strstr(problem(report, "E601")->message, "'age' was integer and is date now; 1 answers"));
    CHECK(problem(report, "E602") && problem(report, "E602")->row > 0);
    survey_form_free(form);
    survey_report_free(report);
    // What still fits is none.
    report = survey_report_new();
    form = version("decimal", all_choices);
    NEED(survey_revise_check(store, form, report, &error));
    CHECK(survey_report_count_of(report, SURVEY_FAULT) == 0 && problem(report, "W604"));
    survey_form_free(form);
    survey_report_free(report);
    survey_arena_free(arena);
    drop_evaluation(store);
}

static void keeps_answers_through_a_renaming(void)
{
    static const char *const rename[] = {"child=kids"}, *const wrong[] = {"child=nobody"}, *const other[] = {"note1=kids"};
    struct survey_arena *arena = survey_arena_new();
    struct survey_store *store = with_answers(arena);
    struct survey_form *form = version("text", all_choices);
    bool good;
    NEED(survey_store_begin(store, &error));
    CHECK(!survey_revise(store, form, wrong, 1, &tester, &error) && error.code == SURVEY_ERROR_USAGE);
    CHECK(!survey_revise(store, form, other, 1, &tester, &error) && error.code == SURVEY_ERROR_USAGE);
    survey_store_rollback(store);
    NEED(survey_store_begin(store, &error));
    NEED(survey_revise(store, form, rename, 1, &tester, &error));
    NEED(survey_store_commit(store, &error));
    survey_form_free(form);
    IS("2 2 30 text", "SELECT child || ' ' || kids || ' ' || age || ' ' || typeof(age) FROM answers_hh");
    IS("2", "SELECT version FROM form WHERE current");
    // Written again from the raw, they are where they were; an old submission that comes late too.
    NEED(survey_response_rebuild(store, "uuid:1", &error));
    add_xml(store, submission(arena, "uuid:2", "A2", "<g><age>41</age></g><child>4</child>"), &good);
    NEED(good);
    IS("2,4", "SELECT group_concat(kids) FROM (SELECT * FROM answers_hh ORDER BY response)");
    survey_arena_free(arena);
    drop_evaluation(store);
}

TESTS(CASE(says_what_changes), CASE(faults_where_answers_lose_their_meaning), CASE(keeps_answers_through_a_renaming))
