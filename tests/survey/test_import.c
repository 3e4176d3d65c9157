// SPDX-License-Identifier: GPL-3.0-or-later
// Responses from CSV and submission files, and the export lists.
#include "survey/base/file.h"
#include "survey/store/export.h"
#include "survey/store/import.h"
#include "tests/survey/evaluation.h"

#define IS(expected, sql) CHECK_TEXT(expected, value(store, arena, sql))

static struct survey_store *store;
static struct survey_arena *arena;
static struct survey_report *report;
static struct survey_imported imported;

static void begin(void)
{
    store = make_evaluation();
    arena = survey_arena_new();
    report = survey_report_new();
    imported = (struct survey_imported){0};
}

static void finish(void)
{
    survey_buffer_clear(&imported.refusals);
    survey_report_free(report);
    survey_arena_free(arena);
    drop_evaluation(store);
}

// Takes in a CSV as the command does: nothing where there is a fault and partial is not asked for.
static bool take(const char *csv, bool partial)
{
    struct survey_import import = {.channel = "import", .partial = partial};
    char path[128];
    survey_format_into(path, sizeof path, "%s/rows.csv", folder);
    survey_buffer_clear(&imported.refusals);
    imported = (struct survey_imported){0};
    survey_report_free(report);
    report = survey_report_new();
    error = (struct survey_error){0};
    NEED(survey_file_write(path, csv, strlen(csv), &error));
    NEED(survey_store_begin(store, &error));
    bool done = survey_import_csv(store, path, &import, &tester, report, &imported, &error);
    if (done && (partial || survey_report_count_of(report, SURVEY_FAULT) == 0))
        done = survey_store_commit(store, &error);
    else
        survey_store_rollback(store);
    return done;
}

static const char *problem(size_t index)
{
    const struct survey_problem *p = survey_report_at(report, index);
    return survey_arena_format(arena, "%s %u:%u", p->code, p->row, p->column);
}

static void takes_rows(void)
{
    begin();
    static const char csv[] = "KEY,unit,who,start,result,g/age,g-income,sat,traits,note1,mname[1],mage[1],mname[2],_uuid\n"
                              "uuid:a,,ann,2016-12-01T08:00:00+08:00,110,30,\"1,5\",5,a b,\"two\nlines\",Wang,3,,\n"
                              ",,,,,,,,,,,,,\n"
                              "uuid:b,A2,,,210,40,2.5,98,,,,,,\n";
    CHECK(take(csv, false));
    CHECK(survey_report_count(report) == 1); // 1,5 is no decimal
    CHECK_TEXT("D201 2:7", problem(0));
    CHECK(strstr(survey_report_at(report, 0)->expected, "1200.5") != NULL);
    IS("0", "SELECT count(*) FROM response");
    CHECK(take(csv, true));
    CHECK(imported.added == 1 && imported.refused == 1);
    CHECK(strstr(survey_buffer_string(&imported.refusals), "\nuuid:a,,ann,") != NULL);
    CHECK(strstr(survey_buffer_string(&imported.refusals), "income: '1,5'") != NULL);
    IS("uuid:b A2 tester import 210", "SELECT id || ' ' || unit || ' ' || who || ' ' || channel || ' ' || disposition FROM response");
    IS("dont_know", "SELECT kind FROM missing WHERE question = 'sat'");
    CHECK(take("household_id,mname[1],mage[1],mname[2]\nA1,Wang,3,Li\n", false));
    CHECK(imported.added == 1);
    IS("1 Wang 3,2 Li -", "SELECT group_concat(occurrence || ' ' || mname || ' ' || ifnull(mage, '-')) FROM answers_hh_member");
    CHECK(take("household_id,mname[1],mage[1],mname[2]\nA1,Wang,3,Li\n", false)); // the same file twice
    CHECK(imported.again == 1 && imported.added == 0);
    CHECK(take("household_id,age\nA1,3\n", false));
    CHECK(imported.duplicate == 1 && imported.violations == 0);
    CHECK(take("household_id,age,child,income\nA2,130,1,\nA3,12,4,\n", false)); // over 120; a child's child
    CHECK(imported.added == 2 && imported.violations == 2);
    IS("A2 age constraint,A3 child not_relevant", "SELECT group_concat(unit || ' ' || question || ' ' || kind) FROM (SELECT * FROM violation JOIN response ON id = response "
            "WHERE unit IN ('A2', 'A3') AND kind NOT IN ('unit', 'duplicate') ORDER BY unit)");
    CHECK(take("household_id,age,child,income\nA2,130,1,\nA3,12,4,\n", false));
    CHECK(imported.again == 2 && imported.violations == 0); // told of already
    finish();
}

static void finds_faults(void)
{
    begin();
    CHECK(take("household_id,agee\nA1,3\n", false));
    CHECK_TEXT("D101 1:2", problem(0));
    CHECK(take("household_id,age,g/age\nA1,3,3\n", false));
    CHECK_TEXT("D102 1:3", problem(0));
    CHECK(take("household_id,age,mname\nA1,3,x\n", false)); // a repeat needs its number
    CHECK_TEXT("D101 1:3", problem(0));
    CHECK(take("KEY,household_id,sat,started_at\nuuid:1,A1,6,yesterday\nuuid:2,A2,5,2016-12-01\nuuid:2,A3,1,\n", false));
    CHECK(survey_report_count(report) == 3);
    CHECK_TEXT("D202 2:3", problem(0));
    CHECK_TEXT("D204 2:4", problem(1));
    CHECK_TEXT("D203 4:1", problem(2));
    IS("0", "SELECT count(*) FROM response");
    CHECK(!take("household_id,age\nA1,3,4,5\n", true)); // more cells than the header
    CHECK(strstr(error.where, "line 2") != NULL);
    CHECK(!take("household_id\n\"A1\n", true));
    finish();
}

static void rebuilds_from_csv(void)
{
    begin();
    CHECK(take("household_id,age,mname[1],mname[2]\nA1,30,Wang,Li\n", false));
    const char *id = value(store, arena, "SELECT id FROM response");
    NEED(survey_store_begin(store, &error));
    NEED(survey_store_run(store, &error, "DELETE FROM answers_hh_member", ""));
    NEED(survey_store_run(store, &error, "UPDATE answers_hh SET age = NULL", ""));
    CHECK(survey_response_rebuild(store, id, &error));
    IS("30 60 Wang,Li", "SELECT age || ' ' || twice || ' ' || (SELECT group_concat(mname) FROM answers_hh_member) FROM answers_hh");
    survey_store_rollback(store);
    finish();
}

static void takes_submission_files(void)
{
    begin();
    struct survey_import import = {.channel = "phone"};
    char path[128];
    survey_format_into(path, sizeof path, "%s/rows.csv", folder);
    const char *xml = submission(arena, "uuid:1", "A1", "<g><age>30</age></g>");
    NEED(survey_file_write(path, xml, strlen(xml), &error));
    NEED(survey_store_begin(store, &error));
    CHECK(survey_import_submission(store, path, &import, &tester, report, &imported, &error));
    CHECK(survey_import_submission(store, path, &import, &tester, report, &imported, &error));
    NEED(survey_store_commit(store, &error));
    CHECK(imported.added == 1 && imported.again == 1);
    NEED(survey_file_write(path, "<data id='zz'/>", 15, &error));
    CHECK(survey_import_submission(store, path, &import, &tester, report, &imported, &error));
    CHECK(imported.refused == 1 && survey_report_count(report) == 1);
    CHECK(!survey_import_submission(store, "/nonexistent.xml", &import, &tester, report, &imported, &error));
    finish();
}

static const char *list(struct survey_export export, const char *repeat)
{
    struct survey_buffer csv = SURVEY_BUFFER(1 << 20);
    NEED(survey_export_csv(store, &export, repeat, &tester, &csv, &error));
    const char *text = survey_arena_strdup(arena, survey_buffer_string(&csv));
    survey_buffer_clear(&csv);
    return text;
}

static void exports(void)
{
    begin();
    CHECK(take("KEY,household_id,result,age,sat,traits,note1,phone,mname[1]\n"
               "r1,A1,110,30,5,a b,=cmd(),139,Wang\n"
               "r2,A2,210,40,98,,-3,,\n"
               "r3,A3,110,5,1,b,@x,,\n"
               "r4,A3,110,5,1,b,dup,,\n", false));
    CHECK(survey_report_count(report) == 1); // and the duplicate is said
    CHECK_TEXT("D206 5:0", problem(0));
    const char *officials = list((struct survey_export){0}, NULL);
    CHECK(strncmp(officials, "response,form_version,round,unit,channel,who,state,disposition,started_at,ended_at,", 83) == 0);
    CHECK(strstr(officials, "sat") == NULL); // opinions are not beside an id
    CHECK(strstr(officials, "note1") == NULL && strstr(officials, "phone") == NULL && strstr(officials, "139") == NULL);
    CHECK(strstr(officials, ",traits,traits_label,") != NULL && strstr(officials, ",a b,\"Alpha; =Beta\",") != NULL);
    CHECK(strstr(officials, ",b,'=Beta,") != NULL); // no formula from a label
    CHECK(strstr(officials, "110,Complete,30,") != NULL);
    CHECK(strstr(officials, "r4") == NULL && strstr(list((struct survey_export){.all = true}, NULL), "r4") != NULL);
    const char *evaluators = list((struct survey_export){.evaluators = true}, NULL);
    CHECK(strstr(evaluators, "'=cmd()") != NULL && strstr(evaluators, "'@x") != NULL && strstr(evaluators, ",-3,") != NULL);
    CHECK(strstr(evaluators, "139") != NULL && strstr(evaluators, "sat") == NULL);
    const char *opinions = list((struct survey_export){.opinions = true, .evaluators = true}, NULL);
    CHECK_TEXT("round,sat,sat_label\n1,1,Not\n1,5,Very\n1,98,Cannot say\n", opinions);
    const char *members = list((struct survey_export){0}, "member");
    CHECK(strstr(members, "occurrence,mname,mage\n") != NULL && strstr(members, ",1,Wang,") != NULL);
    struct survey_export plain = {0};
    CHECK_TEXT("member", survey_export_repeat(store, &plain, 0, arena, &error));
    CHECK(survey_export_repeat(store, &plain, 1, arena, &error) == NULL);
    finish();
}

TESTS(CASE(takes_rows), CASE(finds_faults), CASE(rebuilds_from_csv), CASE(takes_submission_files), CASE(exports))
