// SPDX-License-Identifier: GPL-3.0-or-later
// Administrative values: taken in whole or not at all, changed with a trace, found by round.
#include "survey/base/file.h"
#include "survey/store/admin.h"
#include "tests/survey/evaluation.h"

#define IS(expected, sql) CHECK_TEXT(expected, value(store, arena, sql))

static struct survey_store *store;
static struct survey_arena *arena;
static struct survey_report *report;
static size_t count;

static void begin(void)
{
    store = make_evaluation_with("| rounds | |\n| | round |\n| | H1 |\n| | YE |\n| indicators | | | |\n| | code | of | over |\n"
                                 "| | X | admin('a') + admin(\"b\") | admin( 'c') |\n| | Y | admin('planned') | admin('owner') |\n");
    arena = survey_arena_new();
    report = survey_report_new();
    NEED(survey_store_run(store, &error, "ALTER TABLE frame ADD COLUMN county TEXT", ""));
    NEED(survey_store_run(store, &error, "UPDATE frame SET county = CASE unit WHEN 'A1' THEN 'C1' ELSE 'C2' END", ""));
}

static void finish(void)
{
    survey_report_free(report);
    survey_arena_free(arena);
    drop_evaluation(store);
}

static bool take(const char *csv)
{
    char path[128];
    survey_format_into(path, sizeof path, "%s/rows.csv", folder);
    survey_report_free(report);
    report = survey_report_new();
    error = (struct survey_error){0};
    NEED(survey_file_write(path, csv, strlen(csv), &error));
    NEED(survey_store_begin(store, &error));
    bool done = survey_admin_import(store, path, &tester, report, &count, &error);
    if (done && survey_report_count_of(report, SURVEY_FAULT) == 0)
        return survey_store_commit(store, &error);
    survey_store_rollback(store);
    return done;
}

static const char *problem(size_t index)
{
    const struct survey_problem *p = survey_report_at(report, index);
    return p ? survey_arena_format(arena, "%s %u:%u", p->code, p->row, p->column) : "(none)";
}

static void takes_and_finds(void)
{
    begin();
    CHECK(take("unit,name,value,round,source,date\nC1,planned,100,,plan,2016-03-01\n,,,,,\nC1,"
               "planned,120,YE,plan,\nC2,planned,7,YE,,\n"));
    CHECK(survey_report_count(report) == 0 && count == 3);
    CHECK_TEXT("120", survey_admin_value(store, "C1", "planned", "YE"));
    CHECK_TEXT("100",
               survey_admin_value(store, "C1", "planned", "H1")); // the row with a blank round
    CHECK(survey_admin_value(store, "C2", "planned", "H1") == NULL);
    double number = 0;
    CHECK(survey_admin_number(store, "C2", "planned", "YE", &number) && number == 7);
    CHECK(take("name,value,unit\nowner,8,A5\nowner,Li,C1\n")); // in any order; the last three may be missing
    CHECK(!survey_admin_number(store, "C1", "owner", "YE", &number) && number == 7);
    finish();
}

static void logs_changes(void)
{
    begin();
    CHECK(take("unit,name,value,round\nC1,a,1,YE\nC1,b,2,YE\n"));
    IS("1", "SELECT count(*) FROM log WHERE action = 'import'");
    CHECK(take("unit,name,value,round\nC1,a,1,YE\nC1,b,2,YE\n")); // nothing new: no entry
    IS("1", "SELECT count(*) FROM log WHERE action = 'import'");
    CHECK(take("unit,name,value,round\nC1,a,1,YE\nC1,b,3,YE\n"));
    IS("2 3 C1 b YE", "SELECT before ->> 'value' || ' ' || (after ->> 'value') || ' ' || subject "
                      "FROM log WHERE action = 'admin'");
    CHECK_TEXT("3", survey_admin_value(store, "C1", "b", "YE"));
    finish();
}

static void finds_faults(void)
{
    begin();
    CHECK(take("unit,name,value,round,source,date\nC1,a,1,YE,,\n,b,2,YE,,\nC1,c,,H9,,2016-13-"
               "01\nC1,a,2,YE,,\n"));
    CHECK(survey_report_count(report) == 5);
    CHECK_TEXT("D403 3:1", problem(0));
    CHECK_TEXT("D403 4:3", problem(1));
    CHECK_TEXT("D404 4:4", problem(2));
    CHECK_TEXT("D405 4:6", problem(3));
    CHECK_TEXT("D406 5:3", problem(4));
    IS("0", "SELECT count(*) FROM admin");
    CHECK(take("unit,name,amount\nC1,a,1\n"));
    CHECK_TEXT("D401 1:0", problem(0));
    CHECK_TEXT("D402 1:3", problem(1));
    CHECK(!take("unit,name,value\n\"C1,a,1\n"));
    CHECK(error.code == SURVEY_ERROR_INPUT);
    finish();
}

// What is taken, and would be missing later without a word.
static void warns_of_what_nothing_finds(void)
{
    begin();
    CHECK(take("unit,name,value,round\nC1,a,1,YE\nC3,a,2,YE\n4,a,3,YE\nC2,planed,7,YE\nC1,planed,7,YE\nC1,b,\"1,200\",YE\nC2,b,5%,YE\n"));
    CHECK(survey_report_count_of(report, SURVEY_FAULT) == 0 && survey_report_count(report) == 5 && count == 7);
    CHECK_TEXT("D407 3:1", problem(0));
    CHECK_TEXT("D407 4:1", problem(1)); // a position in the frame is no unit
    CHECK_TEXT("D409 5:2", problem(2)); // once
    CHECK(strstr(survey_report_at(report, 2)->expected, "'planned'") != NULL);
    CHECK_TEXT("D408 7:3", problem(3));
    CHECK_TEXT("D408 8:3", problem(4));
    IS("7", "SELECT count(*) FROM admin");
    NEED(survey_store_run(store, &error, "DELETE FROM sample", "") && survey_store_run(store, &error, "DELETE FROM frame", ""));
    CHECK(take("unit,name,value\nC9,a,1\n")); // the frame may come later
    CHECK(survey_report_count(report) == 0);
    finish();
}

TESTS(CASE(takes_and_finds), CASE(logs_changes), CASE(finds_faults), CASE(warns_of_what_nothing_finds))
