// SPDX-License-Identifier: GPL-3.0-or-later
// Three small counties, fourteen households, an assessment plan: figures that a person can work
// out.
#pragma once

#include "stats/assess/assess.h"
#include "survey/base/file.h"
#include "survey/sample/frame.h"
#include "survey/store/import.h"
#include "tests/survey/evaluation.h"

static struct survey_store *store;
static struct survey_arena *arena;

static const char county_survey[] = "| survey | | | |\n"
                                    "| | type | name | label | relevant | role |\n"
                                    "| | text | household_id | Household | | |\n"
                                    "| | select_one result | result | Result | | disposition |\n"
                                    "| | select_one stratum | stratum | Stratum | | |\n"
                                    "| | integer | hh_size | Persons | | |\n"
                                    "| | select_one rec | rec | Recognised | | opinion |\n"
                                    "| | select_one sat | sat | Satisfied | | opinion |\n"
                                    "| | integer | child_n | Children | | |\n"
                                    "| | integer | child_out | Out of school | ${child_n} > 0 | |\n"
                                    "| choices | | | |\n"
                                    "| | list_name | name | label | missing |\n"
                                    "| | result | 110 | Complete | |\n"
                                    "| | result | 210 | Refused | |\n"
                                    "| | stratum | exit | Exited | |\n"
                                    "| | stratum | gen | General | |\n"
                                    "| | rec | yes | Yes | |\n"
                                    "| | rec | basic | Basically | |\n"
                                    "| | rec | no | No | |\n"
                                    "| | rec | dk | Cannot say | dont_know |\n"
                                    "| | rec | rf | Refuses | refused |\n"
                                    "| | sat | 5 | Very | |\n"
                                    "| | sat | 4 | Rather | |\n"
                                    "| | sat | 3 | Middling | |\n"
                                    "| | sat | 2 | Hardly | |\n"
                                    "| | sat | 1 | Not | |\n"
                                    "| | sat | 9 | Cannot say | dont_know |\n"
                                    "| settings | | |\n"
                                    "| | form_id | version |\n"
                                    "| | hh | 1 |\n"
                                    "| dispositions | | |\n"
                                    "| | code | aapor |\n"
                                    "| | 110 | I |\n"
                                    "| | 210 | R |\n"
                                    "| rounds | | | |\n"
                                    "| | round | start | end |\n"
                                    "| | 1 | 2016-11-01 | 2016-12-31 |\n"
                                    "| | 2 | 2017-11-01 | 2017-12-31 |\n"
                                    "| evaluation | | | |\n"
                                    "| | key | value | from |\n"
                                    "| | assessed_unit | county | |\n"
                                    "| | unit_name | county_name | |\n"
                                    "| | class | class | |\n"
                                    "| | levels | county village household_id | |\n"
                                    "| | confidence | 0.95 | |\n"
                                    "| | assumed_icc | 0.05 | |\n"
                                    "| | lonely_psu | adjust | |\n"
                                    "| | bonus | 5 | 2015-01-01 |\n"
                                    "| | bonus | 1 | 2016-12-01 |\n"
                                    "| | bonus | 2 | 2017-01-01 |\n";

#define INDICATORS                                                                                 \
    "| indicators | | | | | | | | | | | | | | | |\n"                                               \
    "| | code | label | unit | form | statistic | of | over | among | per | params | line_op | "   \
    "line | direction | decimals | round_mode | min_base |\n"
#define SCHEME                                                                                     \
    "| scheme | | | | | | | | | | | | |\n"                                                         \
    "| | code | parent | label | indicator | weight::national | weight::provincial | score | "     \
    "params | gate_op | gate | gate_effect | missing |\n"
#define GRADES "| grades | | | |\n| | grade | condition | quota | action |\n"

static const char county_plan[] = INDICATORS
    "| | PLAN | Plan met | % | | admin | admin('done') | admin('planned') | | | | | | higher | | | "
    "|\n"
    "| | WRONG | Wrong exits | % | | cases | case('wrong_exit') | | ${stratum} = 'exit' | "
    "${hh_size} | | > | 30 | lower | | | |\n"
    "| | MISSV | Missed, village | % | | cases | case('missed') | frame('persons') | ${stratum} = "
    "'gen' | ${hh_size} | den=village | > | 2 | lower | | | |\n"
    "| | MISSI | Missed, interviewed | % | | cases | case('missed') | | ${stratum} = 'gen' | "
    "${hh_size} | den=interviewed | > | 2 | lower | | | |\n"
    "| | POOR | Composite | % | | derived | admin('remaining') + indicator('WRONG') div 100 * "
    "admin('exited') + indicator('MISSV') div 100 * admin('unregistered') | admin('rural') | | | | "
    ">= | 2 | lower | | | |\n"
    "| | REC | Recognition | % | | share | ${rec} = 'yes' or ${rec} = 'basic' | | | | "
    "dont_know=count | < | 75 | higher | | | |\n"
    "| | RECX | Recognition without don't know | % | | share | ${rec} = 'yes' or ${rec} = 'basic' "
    "| | | | dont_know=exclude | < | 90 | higher | | | 3 |\n"
    "| | BOTH | Two questions | % | | share | ${rec} = 'yes' and ${sat} = '5' | | | | "
    "dont_know=count | | | higher | | | |\n"
    "| | SAT | Satisfaction | points | | index | ${sat} | | | | points=5:100 4:80 3:60 2:30 1:0 | "
    "| | higher | | | |\n"
    "| | SATK | Satisfaction, mean | points | | index | ${sat} | | | | k=5 | | | higher | | | |\n"
    "| | CHILD | Schooling | % | | share | ${child_n} = 0 or ${child_out} = 0 | | | | | | | higher "
    "| | | |\n"
    "| | SIZE | Persons a household | persons | | mean | ${hh_size} | | | | | | | higher | | | |\n"
    "| | SUM | Persons | persons | | total | ${hh_size} | | | | | | | higher | | | |\n"
    "| | MEDIAN | Median size | persons | | quantile | ${hh_size} | | | | p=0.5 | | | higher | | | "
    "|\n"
    "| | KIDS | Children a person | % | | ratio | ${child_n} | ${hh_size} | | | | | | higher | | | "
    "|\n"
    "| | GIVEN | Given | points | | external | admin('given') + parameter('bonus') | | | | | | | "
    "higher | | | |\n" SCHEME "| | T | | Total | | 100 | 100 | | | | | | |\n"
    "| | A | T | Results | | 70 | 50 | | | | | | |\n"
    "| | B | T | Given | GIVEN | 30 | 50 | passthrough | min=0 max=100 | | | | na |\n"
    "| | A1 | A | Plan | PLAN | 40 | 40 | ratio | target=100 | < | 100 | talk | zero |\n"
    "| | A3 | A | Accuracy | | 60 | 60 | | | | | | |\n"
    "| | A31 | A3 | Wrong | WRONG | 40 | 40 | linear | zero=40 full=0 | > | 30 | veto | na |\n"
    "| | A33 | A3 | Composite | POOR | 30 | 30 | linear | zero=4 full=0 | >= | 2 | veto | reweight "
    "|\n"
    "| | A53 | A3 | Recognition | REC | 30 | 30 | linear | zero=50 full=100 | | | | na |\n" GRADES
    "| | Poor | ${score} < 60 or ${veto} > 0 | | Talk |\n"
    "| | Fair | ${score} < 75 or ${talk} > 0 | | |\n"
    "| | Good | true() | | |\n";

static const char county_frame[] =
    "household_id,county,county_name,class,village,persons\n"
    "H01,C1,One,national,V11,100\nH02,C1,One,national,V11,100\nH03,C1,One,national,V11,100\nH04,C1,"
    "One,national,V11,100\n"
    "H05,C1,One,national,V12,200\nH06,C1,One,national,V12,200\nH07,C1,One,national,V12,200\nH08,C1,"
    "One,national,V12,200\n"
    "H09,C2,Two,national,V21,150\nH10,C2,Two,national,V21,150\nH11,C2,Two,national,V22,50\nH12,C2,"
    "Two,national,V22,50\n"
    "H15,C1,One,national,V13,1000\n"
    "H13,C3,Three,provincial,V31,80\nH14,C3,Three,provincial,V31,80\n";

static const char county_rows[] =
    "KEY,unit,household_id,result,stratum,hh_size,rec,sat,child_n,child_out\n"
    "r01,H01,H01,110,exit,4,yes,5,0,\nr02,H02,H02,110,exit,2,yes,4,1,1\nr03,H03,H03,110,gen,3,"
    "basic,4,1,0\nr04,H04,H04,110,gen,5,no,2,2,0\n"
    "r05,H05,H05,110,exit,3,yes,5,0,\nr06,H06,H06,110,exit,1,dk,9,0,\nr07,H07,H07,110,gen,4,yes,3,,"
    "\nr08,H08,H08,110,gen,2,yes,5,0,\n"
    "r09,H09,H09,110,exit,5,yes,5,2,0\nr10,H10,H10,110,gen,3,yes,5,0,\nr11,H11,H11,110,exit,5,yes,"
    "4,0,\nr12,H12,H12,110,gen,1,yes,5,0,\n"
    "r13,H13,H13,110,exit,2,yes,1,0,\nr14,H14,H14,110,gen,2,rf,9,0,\n";

static const char county_cases[] =
    "INSERT INTO \"case\" (id, round, type, unit, response, persons, rules, state, opened_at) "
    "VALUES "
    "('c1', '1', 'wrong_exit', 'H02', 'r02', 2, '', 'confirmed', ''), ('c2', '1', 'wrong_exit', "
    "'H01', 'r01', 4, '', 'flagged', ''), "
    "('c3', '1', 'wrong_exit', 'H05', 'r05', 3, '', 'dismissed', ''), ('c4', '1', 'missed', 'H08', "
    "'r08', 2, '', 'confirmed', '')";

static const char county_admin[] =
    "INSERT INTO admin (unit, name, round, value, source, date) VALUES ('C1', 'done', '1', '95', "
    "'', ''), ('C1', 'planned', '1', '100', '', ''), "
    "('C1', 'remaining', '1', '100', '', ''), ('C1', 'exited', '1', '1000', '', ''), ('C1', "
    "'unregistered', '1', '5000', '', ''), "
    "('C1', 'rural', '1', '20000', '', ''), ('C1', 'given', '1', '79', '', ''), ('C2', 'done', "
    "'1', '120', '', ''), "
    "('C2', 'planned', '1', '100', '', ''), ('C2', 'remaining', '1', '300', '', ''), ('C2', "
    "'exited', '1', '1000', '', ''), "
    "('C2', 'unregistered', '1', '5000', '', ''), ('C2', 'rural', '1', '15000', '', ''), ('C2', "
    "'given', '1', '89', '', ''), "
    "('C3', 'remaining', '1', 'some', '', '')";

static inline void run_sql(const char *sql)
{
    NEED(survey_store_begin(store, &error));
    bool done = survey_store_run(store, &error, sql, "");
    if (!done)
        fprintf(stderr, "%s: %s\n", sql, error.message);
    NEED(done && survey_store_commit(store, &error));
}

static inline const char *write_rows(const char *text)
{
    const char *path = survey_arena_format(arena, "%s/rows.csv", folder);
    NEED(survey_file_write(path, text, strlen(text), &error));
    return path;
}

static inline void take_rows(const char *csv)
{
    struct survey_import import = {.channel = "import"};
    struct survey_imported imported = {0};
    struct survey_report *report = survey_report_new();
    NEED(survey_store_begin(store, &error));
    bool done =
        survey_import_csv(store, write_rows(csv), &import, &tester, report, &imported, &error);
    for (size_t i = 0; i < survey_report_count(report); i++)
        fprintf(stderr, "%s\n", survey_report_at(report, i)->message);
    done = done && survey_report_count_of(report, SURVEY_FAULT) == 0 && survey_store_commit(store, &error);
    survey_buffer_clear(&imported.refusals);
    survey_report_free(report);
    NEED(done);
}

// A fresh evaluation of the survey above with the sheets of plan, and a frame.
static inline void begin_counties(const char *plan, const char *frame)
{
    struct survey_workbook *workbook = NULL;
    struct survey_form *form = NULL;
    struct survey_report *report = survey_report_new();
    struct survey_arena *own = survey_arena_new();
    struct survey_frame_result result;
    arena = survey_arena_new();
    error = (struct survey_error){0};
    survey_format_into(folder, sizeof folder, "/tmp/assay-test-XXXXXX");
    NEED(mkdtemp(folder) != NULL);
    const char *text = survey_arena_format(own, "%s%s", county_survey, plan);
    NEED(survey_workbook_read(own, "plan.md", "md", text, strlen(text),
                              &survey_workbook_default_limits, &workbook, &error));
    NEED(survey_form_read(own, workbook, false, report, &form, &error));
    CHECK(survey_report_count_of(report, SURVEY_FAULT) == 0);
    NEED(survey_store_create(evaluation_path(), &form, 1, &tester, &error));
    survey_form_free(form);
    NEED(survey_store_open(evaluation_path(), SURVEY_STORE_WRITE, &store, &error));
    bool loaded =
        survey_frame_load(store, write_rows(frame), false, &tester, report, &result, &error);
    if (!loaded)
        fprintf(stderr, "%s: %s\n", error.where, error.message);
    survey_report_free(report);
    NEED(loaded);
}

static inline void end_counties(void)
{
    survey_arena_free(arena);
    drop_evaluation(store);
}

static inline struct stats_assessment *assess(struct survey_report *report)
{
    struct stats_assessment *assessment = NULL;
    error = (struct survey_error){0};
    if (!stats_assess(store, &tester, report, &assessment, &error))
        fprintf(stderr, "# %s: %s\n", error.where, error.message);
    return assessment;
}

static inline size_t indicator_at(const struct stats_assessment *assessment, const char *code)
{
    for (size_t i = 0; i < assessment->indicator_count; i++)
        if (strcmp(assessment->indicators[i].code, code) == 0)
            return i;
    NEED(!"an indicator of that code");
    return 0;
}

static inline size_t node_at(const struct stats_assessment *assessment, const char *code)
{
    for (size_t i = 0; i < assessment->node_count; i++)
        if (strcmp(assessment->nodes[i].code, code) == 0)
            return i;
    NEED(!"a node of that code");
    return 0;
}
