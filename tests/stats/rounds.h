// SPDX-License-Identifier: GPL-3.0-or-later
// What tests of stats share: an evaluation with responses, opened as a dataset.
#pragma once

#include "stats/data/dataset.h"
#include "survey/base/file.h"
#include "survey/store/import.h"
#include "tests/survey/evaluation.h"

static struct survey_store *store;
static struct survey_arena *arena;

static inline void run_sql(const char *sql)
{
    NEED(survey_store_begin(store, &error));
    bool done = survey_store_run(store, &error, sql, "");
    if (!done)
        fprintf(stderr, "%s: %s\n", sql, error.message);
    NEED(done && survey_store_commit(store, &error));
}

// Takes in a CSV of responses.
static inline void take_rows(const char *csv)
{
    struct survey_import import = {.channel = "import"};
    struct survey_imported imported = {0};
    struct survey_report *report = survey_report_new();
    char path[128];
    survey_format_into(path, sizeof path, "%s/rows.csv", folder);
    NEED(survey_file_write(path, csv, strlen(csv), &error));
    NEED(survey_store_begin(store, &error));
    bool done = survey_import_csv(store, path, &import, &tester, report, &imported, &error);
    for (size_t i = 0; i < survey_report_count(report); i++)
        fprintf(stderr, "%s\n", survey_report_at(report, i)->message);
    done = done && survey_report_count_of(report, SURVEY_FAULT) == 0 && survey_store_commit(store, &error);
    survey_buffer_clear(&imported.refusals);
    survey_report_free(report);
    NEED(done);
}

static inline void begin_with(const char *sheets)
{
    store = make_evaluation_with(sheets);
    arena = survey_arena_new();
}

static inline void finish(void)
{
    survey_arena_free(arena);
    drop_evaluation(store);
}

static inline struct stats_dataset *open_round(void)
{
    struct stats_dataset *dataset = NULL;
    error = (struct survey_error){0};
    if (!stats_dataset_open(store, &tester, NULL, &dataset, &error))
        fprintf(stderr, "# %s: %s\n", error.where, error.message);
    return dataset;
}

// An expression's values as text: "1 0 -", - for what is missing; or "!message".
static inline const char *values_of(struct stats_dataset *dataset, const char *expression)
{
    double values[16];
    struct survey_buffer text = SURVEY_BUFFER(1 << 16);
    error = (struct survey_error){0};
    if (!stats_dataset_number(dataset, expression, "here", values, &error)) {
        survey_format(&text, "!%s: %s", error.where, error.message);
    } else {
        for (size_t row = 0; row < stats_dataset_rows(dataset); row++) {
            survey_buffer_text(&text, row ? " " : "");
            if (isnan(values[row]))
                survey_buffer_byte(&text, '-');
            else
                survey_format(&text, "%g", values[row]);
        }
    }
    const char *kept = survey_arena_strdup(arena, survey_buffer_string(&text));
    survey_buffer_clear(&text);
    return kept;
}
#define VALUES(expected, expression) CHECK_TEXT(expected, values_of(dataset, expression))
