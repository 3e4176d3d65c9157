// SPDX-License-Identifier: GPL-3.0-or-later
// Cases: what the rules open, what people decide, and what a second run leaves alone.
#include "stats/case/case.h"
#include "tests/stats/rounds.h"

#define IS(expected, sql) CHECK_TEXT(expected, value(store, arena, sql))

static const char sheets[] =
    "| rules | | | | |\n"
    "| | rule | type | strata | expression |\n"
    "| | WE1 | wrong_exit | r s | ${income} < 3 |\n"
    "| | WE2 | wrong_exit | | ${age} > 60 |\n"
    "| | MI1 | missed | x | rule('WE2') |\n"
    "| | MI2 | missed | s | rule('WE2') and ${sat} = '1' |\n"
    "| | QC1 | quality | | selected(${traits}, 'a') |\n"
    "| dispositions | | |\n| | code | aapor |\n| | 110 | I |\n| | 210 | R |\n"
    "| indicators | | | |\n"
    "| | code | of | per |\n"
    "| | W | case('wrong_exit') | ${child} + 1 |\n";

static struct survey_report *report;
static struct stats_flagged *flagged;

static bool flag(void)
{
    stats_flagged_free(flagged);
    flagged = NULL;
    error = (struct survey_error){0};
    NEED(survey_store_begin(store, &error));
    bool done = stats_case_flag(store, &tester, report, &flagged, &error);
    if (!done)
        fprintf(stderr, "# %s: %s\n", error.where, error.message);
    if (done && flagged)
        return survey_store_commit(store, &error);
    survey_store_rollback(store);
    return false;
}

static void begin(const char *plan)
{
    begin_with(plan);
    report = survey_report_new();
    flagged = NULL;
    take_rows("KEY,unit,who,result,age,income,child,sat,traits\n"
              "r1,A1,ann,110,70,2,3,5,a\n"
              "r2,A2,bob,110,12,5,,1,b\n"
              "r3,A3,bob,110,80,9,,1,b\n"
              "r4,Z9,bob,110,30,1,0,,\n"     // not sampled: no stratum
              "r5,A4,bob,210,90,1,0,1,a\n"); // no interview
}

static void end(void)
{
    stats_flagged_free(flagged);
    survey_report_free(report);
    finish();
}

static void opens_cases(void)
{
    begin(sheets);
    NEED(flag());
    CHECK(flagged->interviews == 4 && flagged->rule_count == 5 && flagged->opened == 4);
    static const size_t hits[] = {1, 2, 0, 1, 1};
    for (size_t i = 0; i < 5; i++)
        CHECK(flagged->rules[i].hits == hits[i]);
    IS("WE1 WE2 4 flagged A1",
       "SELECT rules || ' ' || CAST(persons AS INTEGER) || ' ' || state || ' ' || unit FROM "
       "\"case\" WHERE response = 'r1' AND type = 'wrong_exit'");
    IS("WE2 1", "SELECT rules || ' ' || CAST(persons AS INTEGER) FROM \"case\" WHERE response = "
                "'r3' AND type = 'wrong_exit'"); // child is blank
    IS("0", "SELECT CAST(persons AS INTEGER) FROM \"case\" WHERE type = 'quality'");
    IS("r3", "SELECT response FROM \"case\" WHERE type = 'missed'");
    IS("tester flagged MI2", "SELECT who || ' ' || state || ' ' || why FROM case_step WHERE "
                             "\"case\" = (SELECT id FROM \"case\" WHERE type = 'missed')");
    IS("4", "SELECT after ->> 'opened' FROM log WHERE action = 'case'");
    NEED(flag());
    CHECK(flagged->opened == 0 && flagged->changed == 0 && flagged->decided == 0 &&
          flagged->stale == 0);
    IS("4", "SELECT count(*) FROM \"case\"");
    IS("1", "SELECT count(*) FROM log WHERE action = 'case'");
    end();
}

static bool decide(const char *id, const char *state, const char *why, const char *evidence)
{
    struct stats_case_decision decision = {
        .id = id, .state = state, .why = why, .evidence = evidence, .persons = -1};
    error = (struct survey_error){0};
    NEED(survey_store_begin(store, &error));
    if (stats_case_decide(store, &tester, &decision, &error))
        return survey_store_commit(store, &error);
    survey_store_rollback(store);
    return false;
}

static const char *id_of(const char *type, const char *response)
{
    return value(
        store, arena,
        survey_arena_format(arena, "SELECT id FROM \"case\" WHERE type = '%s' AND response = '%s'",
                            type, response));
}

static void decides(void)
{
    begin(sheets);
    NEED(flag());
    const char *one = id_of("wrong_exit", "r1"), *two = id_of("wrong_exit", "r3");
    CHECK(decide(one, "confirmed", "seen", ""));
    CHECK(!decide(one, "confirmed", "again", "") &&
          strstr(error.message, "is confirmed already") != NULL);
    CHECK(!decide(one, "dismissed", "other", "") &&
          strstr(error.message, "needs evidence") != NULL);
    CHECK(!decide(two, "dismissed", "", "") && strstr(error.message, "needs its why") != NULL);
    CHECK(!decide(two, "flagged", "x", "") &&
          strstr(error.message, "neither confirmed nor dismissed") != NULL);
    CHECK(!decide("00000000-none", "confirmed", "x", "") &&
          strstr(error.message, "there is no case") != NULL);
    CHECK(!decide("uuid:", "confirmed", "x", "") && strstr(error.message, "too short") != NULL);
    CHECK(!decide("%%%%%%%%", "confirmed", "x", "") &&
          strstr(error.message, "there is no case") != NULL);
    CHECK(decide(survey_arena_format(arena, "%.12s", two + 5), "dismissed", "bank slip", "slip 7"));
    IS("confirmed dismissed", "SELECT group_concat(state, ' ') FROM (SELECT state FROM \"case\" "
                              "WHERE type = 'wrong_exit' ORDER BY response)");
    IS("bank slip slip 7", survey_arena_format(arena,
                                               "SELECT why || ' ' || evidence FROM case_step WHERE "
                                               "\"case\" = '%s' ORDER BY rowid DESC LIMIT 1",
                                               two));
    IS("flagged confirmed seen",
       survey_arena_format(arena,
                           "SELECT (before ->> 'state') || ' ' || (after ->> 'state') || ' ' || "
                           "why FROM log WHERE subject = '%s'",
                           one));
    struct stats_dataset *dataset = open_round();
    NEED(dataset);
    VALUES("1 0 0 0 0", "case('wrong_exit')");
    CHECK(stats_dataset_case_persons(dataset, "wrong_exit", 0) == 4);
    stats_dataset_free(dataset);
    // The answers change: decided cases stay, what is undecided follows.
    run_sql("UPDATE answers_hh SET age = 10, traits = 'a' WHERE response IN ('r1', 'r3')");
    NEED(flag());
    CHECK(flagged->opened == 1 && flagged->decided == 1 &&
          flagged->stale == 1); // quality of r3; r1 by WE1; missed of r3
    IS("confirmed WE1 WE2",
       survey_arena_format(arena, "SELECT state || ' ' || rules FROM \"case\" WHERE id = '%s'",
                           one));
    CHECK(decide(one, "dismissed", "appeal", "register extract"));
    run_sql("UPDATE answers_hh SET age = 99 WHERE response = 'r4'");
    NEED(flag());
    CHECK(flagged->opened == 1);
    run_sql("UPDATE answers_hh SET child = 6 WHERE response = 'r4'");
    NEED(flag());
    CHECK(flagged->changed == 1 && flagged->opened == 0);
    IS("7", "SELECT CAST(persons AS INTEGER) FROM \"case\" WHERE response = 'r4'");
    end();
}

static void lists(void)
{
    begin(sheets);
    NEED(flag());
    CHECK(decide(id_of("missed", "r3"), "confirmed", "seen", ""));
    struct stats_case_list *list = NULL;
    CHECK(stats_case_list(store, &tester, &(struct stats_case_filter){0}, &list, &error));
    NEED(list->count == 4);
    CHECK_TEXT("missed", list->cases[0].type);
    CHECK(list->cases[0].step_count == 2);
    CHECK_TEXT("confirmed", list->cases[0].steps[1].state);
    CHECK_TEXT("bob", list->cases[0].enumerator);
    stats_case_list_free(list);
    static const struct stats_case_filter filters[] = {{.state = "confirmed"},
                                                       {.type = "wrong_exit"},
                                                       {.unit = "A1"},
                                                       {.enumerator = "bob"},
                                                       {.state = "dismissed"}};
    static const size_t counts[] = {1, 2, 2, 2, 0};
    for (size_t i = 0; i < 5; i++) {
        CHECK(stats_case_list(store, &tester, &filters[i], &list, &error));
        CHECK(list->count == counts[i]);
        stats_case_list_free(list);
    }
    end();
}

static bool decide_file(const char *csv, size_t *count)
{
    char path[128];
    survey_format_into(path, sizeof path, "%s/list.csv", folder);
    survey_report_free(report);
    report = survey_report_new();
    NEED(survey_file_write(path, csv, strlen(csv), &error));
    NEED(survey_store_begin(store, &error));
    bool done = stats_case_decide_file(store, path, NULL, &tester, report, count, &error);
    if (done && survey_report_count(report) == 0)
        return survey_store_commit(store, &error);
    survey_store_rollback(store);
    return false;
}

static void decides_from_a_file(void)
{
    begin(sheets);
    NEED(flag());
    size_t count = 0;
    const char *one = id_of("wrong_exit", "r1"), *two = id_of("wrong_exit", "r3");
    CHECK(!decide_file(survey_arena_format(arena,
                                           "id,decision,why,persons\n%s,confirm,seen,2\n%s,maybe,"
                                           "seen,\nuuid:none,confirm,x,\n,,,\n%s,confirm,x,few\n",
                                           one, two, two),
                       &count));
    CHECK(survey_report_count(report) == 3);
    CHECK(survey_report_at(report, 0)->row == 3 && survey_report_at(report, 1)->row == 4 &&
          survey_report_at(report, 2)->row == 6);
    IS("0", "SELECT count(*) FROM \"case\" WHERE state <> 'flagged'");
    CHECK(decide_file(
        survey_arena_format(arena, "id,decision,why,persons\n%s,confirm,seen,2\n%s,dismiss,slip,\n",
                            one, two),
        &count));
    CHECK(count == 2);
    IS("2", "SELECT CAST(persons AS INTEGER) FROM \"case\" WHERE state = 'confirmed'");
    CHECK(!decide_file("id,why\nx,y\n", &count) && survey_report_count(report) == 1);
    end();
}

static void faults(void)
{
    begin("| rules | | | | |\n| | rule | type | strata | expression |\n"
          "| | A | t | | ${nothing} = 1 |\n"
          "| | B | t | | rule('A') |\n"
          "| | C | t | | rule('D') |\n"
          "| | D | t | | ${age} = 1 or rule('C') |\n"
          "| | D | t | | ${age} = 1 |\n"
          "| | | t | | ${age} = 1 |\n"
          "| | E | | | ${age} = 1 |\n"
          "| | F | t | | ${age} = |\n");
    CHECK(!flag());
    static const char *const expected[] = {"R104 2:4", "R104 4:4", "R104 5:4", "R102 6:1",
                                           "R101 7:1", "R103 8:2", "R104 9:4"};
    CHECK(survey_report_count(report) == 7);
    for (size_t i = 0; i < 7 && i < survey_report_count(report); i++) {
        const struct survey_problem *p = survey_report_at(report, i);
        CHECK_TEXT(expected[i], survey_arena_format(arena, "%s %u:%u", p->code, p->row, p->column));
    }
    IS("0", "SELECT count(*) FROM \"case\"");
    end();
    begin("");
    CHECK(!flag() && strstr(error.message, "no 'rules' sheet") != NULL);
    end();
}

TESTS(CASE(opens_cases), CASE(decides), CASE(lists), CASE(decides_from_a_file), CASE(faults))
