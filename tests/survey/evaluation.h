// SPDX-License-Identifier: GPL-3.0-or-later
// A small evaluation for tests of responses: a household questionnaire with every kind of column, and
// a sample of three with one reserve.
#pragma once

#include "survey/base/arena.h"
#include "survey/base/text.h"
#include "survey/store/response.h"
#include "survey/store/store.h"
#include "survey/workbook/workbook.h"
#include "tests/tap.h"

#include <unistd.h>

static const char household_form[] =
    "| survey | | | | | | | | | |\n"
    "| | type | name | label | relevant | constraint | calculation | role | restricted | pii |\n"
    "| | start | start | | | | | | | |\n"
    "| | end | end | | | | | | | |\n"
    "| | text | household_id | Household | | | | | | |\n"
    "| | select_one result | result | Result | | | | disposition | | |\n"
    "| | begin_group | g | Group | | | | | | |\n"
    "| | integer | age | Age | | . < 120 | | | | |\n"
    "| | decimal | income | Income | | | | | | |\n"
    "| | end_group | | | | | | | | |\n"
    "| | integer | child | Children | ${age} > 17 | | | | | |\n"
    "| | select_one sat | sat | Satisfied | | | | opinion | | |\n"
    "| | select_multiple trait | traits | Traits | | | | | | |\n"
    "| | text | note1 | Note | | | | | yes | |\n"
    "| | text | phone | Phone | | | | | | yes |\n"
    "| | image | photo | Photo | | | | | | |\n"
    "| | calculate | twice | | | | ${age} * 2 | | | |\n"
    "| | begin_repeat | member | Member | | | | | | |\n"
    "| | text | mname | Name | | | | | | |\n"
    "| | integer | mage | Age | | | | | | |\n"
    "| | end_repeat | | | | | | | | |\n"
    "%s"
    "| choices | | | | |\n"
    "| | list_name | name | label | missing |\n"
    "| | result | 110 | Complete | |\n"
    "| | result | 210 | Refused | |\n"
    "| | sat | 5 | Very | |\n"
    "| | sat | 1 | Not | |\n"
    "| | sat | 98 | Cannot say | dont_know |\n"
    "| | sat | 99 | Refuses | refused |\n"
    "| | trait | a | Alpha | |\n"
    "| | trait | b | =Beta | |\n"
    "| settings | | | |\n"
    "| | form_id | version | form_title |\n"
    "| | hh | %s | Households |\n";

static struct survey_error error;
static const struct survey_actor tester = {"tester", "testing", {1480000000, 0, 480}, ""};

static struct survey_form *make_form(const char *name, const char *more, const char *version)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_workbook *workbook = NULL;
    struct survey_form *form = NULL;
    struct survey_report *report = survey_report_new();
    const char *text = survey_arena_format(arena, household_form, more, version);
    NEED(survey_workbook_read(arena, name, "md", text, strlen(text), &survey_workbook_default_limits, &workbook, &error));
    bool read = survey_form_read(arena, workbook, false, report, &form, &error);
    for (size_t i = 0; i < survey_report_count(report); i++)
        if (survey_report_at(report, i)->severity == SURVEY_FAULT)
            fprintf(stderr, "%s\n", survey_report_at(report, i)->message);
    CHECK(survey_report_count_of(report, SURVEY_FAULT) == 0);
    survey_report_free(report);
    NEED(read);
    return form;
}

static char folder[64];

static const char *evaluation_path(void)
{
    static char path[96];
    survey_format_into(path, sizeof path, "%s/test.assay", folder);
    return path;
}

// A fresh evaluation in a fresh folder, open for writing, with frame and sample; more: rows of the
// survey sheet beside those above.
static struct survey_store *make_evaluation_with(const char *more)
{
    static const char *const rows[] = {
        "INSERT INTO frame (unit, position) VALUES ('A1', 1), ('A2', 2), ('A3', 3), ('A4', 4), ('A5', 5)",
        "INSERT INTO draw (id, round, seed, made_at, who, why, plan) VALUES ('d', '1', 1, '2016-12-01', 't', '', '')",
        "INSERT INTO sample SELECT 'd', '1', 1, unit, NULL, 's', 1, 'srs', CASE unit WHEN 'A4' THEN 'reserve' ELSE "
        "'selected' END, position, 0.5, 5, 3, 0.5, '', NULL FROM frame WHERE unit <> 'A5'",
    };
    struct survey_store *store = NULL;
    error = (struct survey_error){0};
    survey_format_into(folder, sizeof folder, "/tmp/assay-test-XXXXXX");
    NEED(mkdtemp(folder) != NULL);
    struct survey_form *form = make_form("hh.md", more, "1");
    bool made = survey_store_create(evaluation_path(), &form, 1, &tester, &error);
    survey_form_free(form);
    if (!made)
        fprintf(stderr, "%s: %s\n", error.where, error.message);
    NEED(made);
    NEED(survey_store_open(evaluation_path(), SURVEY_STORE_WRITE, &store, &error));
    NEED(survey_store_begin(store, &error));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!survey_store_run(store, &error, rows[i], "")) {
            fprintf(stderr, "%s\n", error.message);
            NEED(false);
        }
    NEED(survey_store_commit(store, &error));
    return store;
}

static inline struct survey_store *make_evaluation(void)
{
    return make_evaluation_with("");
}

static void drop_evaluation(struct survey_store *store)
{
    static const char *const names[] = {"test.assay", "test.assay-wal", "test.assay-shm", "test.private",
                                        "test.private-wal", "test.private-shm", "rows.csv", "bad.csv", "list.csv"};
    survey_store_close(store);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[128];
        survey_format_into(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

// A submission of the household form.
static inline const char *submission(struct survey_arena *arena, const char *id, const char *unit, const char *more)
{
    return survey_arena_format(arena,
                               "<?xml version='1.0'?><data id='hh' version='1' xmlns:orx='http://openrosa.org/xforms'>"
                               "<start>2016-12-01T09:00:00.000+08:00</start><end>2016-12-01T09:40:00.000+08:00</end>"
                               "<household_id>%s</household_id><result>110</result>%s"
                               "<orx:meta><orx:instanceID>%s</orx:instanceID></orx:meta></data>",
                               unit, more, id);
}

static inline enum survey_arrived add_xml(struct survey_store *store, const char *xml, bool *good)
{
    struct survey_record *record = NULL;
    char id[64], deprecated[64];
    enum survey_arrived arrived = SURVEY_ARRIVED_NEW;
    error = (struct survey_error){0};
    *good = survey_store_begin(store, &error) &&
            survey_submission_read(store, "post", xml, strlen(xml), &tester.now, &record, id, deprecated, &error);
    if (*good) {
        struct survey_arrival arrival = {.id = id, .channel = "phone", .who = "ann", .raw = xml,
                                         .raw_length = strlen(xml), .raw_kind = "xml", .replaces = deprecated};
        *good = survey_response_add(store, record, &arrival, &tester, &arrived, id, &error);
    }
    survey_record_free(record);
    if (*good)
        *good = survey_store_commit(store, &error);
    else
        survey_store_rollback(store);
    if (!*good)
        fprintf(stderr, "# %s: %s\n", error.where, error.message);
    return arrived;
}

// The one value of a query, as text in the arena.
static inline const char *value(struct survey_store *store, struct survey_arena *arena, const char *sql)
{
    struct survey_query *query = survey_query(store, &error, sql, "");
    const char *text = "(failed)";
    if (query) {
        text = survey_query_next(query) ? survey_query_null(query, 0) ? "(null)" : survey_query_text(query, 0) : "(none)";
        text = survey_arena_strdup(arena, text);
        survey_query_end(query, NULL);
    }
    return text;
}
