// SPDX-License-Identifier: GPL-3.0-or-later
// frame: loads the sampling frame.
#include "survey/base/file.h"
#include "survey/base/text.h"
#include "survey/sample/frame.h"
#include "survey/survey.h"

// The rows that were not taken, with their reasons, as CSV.
static bool write_refused(const char *path, const struct survey_report *report, struct survey_error *error)
{
    struct survey_buffer csv = SURVEY_BUFFER((size_t)1 << 30);
    survey_buffer_text(&csv, "line,code,message,expected\n");
    for (size_t i = 0; i < survey_report_count(report); i++) {
        const struct survey_problem *problem = survey_report_at(report, i);
        if (problem->severity != SURVEY_FAULT)
            continue;
        survey_format(&csv, "%u", problem->row);
        survey_csv_put_safe(&csv, problem->code, false);
        survey_csv_put_safe(&csv, problem->message, false);
        survey_csv_put_safe(&csv, problem->expected, false);
        survey_buffer_byte(&csv, '\n');
    }
    bool done = survey_file_write(path, survey_buffer_string(&csv), csv.length, error);
    survey_buffer_clear(&csv);
    return done;
}

static void print_result(const struct survey_invocation *invocation, const struct survey_frame_result *result)
{
    if (invocation->json)
        printf("{\"rows\": %zu, \"added\": %zu, \"changed\": %zu, \"refused\": %zu, \"identities\": %zu}\n", result->rows, result->added,
               result->changed, result->refused, result->identities);
    else
        printf(_("%zu rows: %zu units added, %zu updated, %zu rows refused; %zu identities kept in the private file\n"), result->rows,
               result->added, result->changed, result->refused, result->identities);
}

// Where the rows that were refused go to a file, only the rest is told.
static void tell(const struct survey_invocation *invocation, const struct survey_report *report, bool faults)
{
    struct survey_report *told = survey_report_new();
    for (size_t i = 0; i < survey_report_count(report); i++)
        if (faults || survey_report_at(report, i)->severity != SURVEY_FAULT)
            survey_report_add(told, survey_report_at(report, i));
    if (survey_report_count(told))
        survey_command_report(invocation, told, stderr);
    survey_report_free(told);
}

static int run(struct survey_invocation *invocation)
{
    struct survey_store *store;
    struct survey_error error;
    struct survey_frame_result result;
    const char *partial = survey_given_value(invocation, "partial");
    if (!survey_store_open(invocation->arguments[0], SURVEY_STORE_WRITE, &store, &error))
        return survey_command_fail(invocation, &error);
    struct survey_report *report = survey_report_new();
    bool done = survey_frame_load(store, invocation->arguments[1], partial != NULL, &invocation->actor, report, &result, &error);
    int code = done ? 0 : survey_command_fail(invocation, &error);
    if (done)
        print_result(invocation, &result);
    tell(invocation, report, !partial);
    if (done && partial && survey_report_count_of(report, SURVEY_FAULT)) {
        code = 1;
        if (!write_refused(partial, report, &error))
            code = survey_command_fail(invocation, &error);
    }
    survey_report_free(report);
    survey_store_close(store);
    return code;
}

static const struct survey_option options[] = {
    {"partial", 0, N_("FILE"), N_("take the good rows and write the others with their reasons to FILE")},
    {NULL},
};

const struct survey_command survey_frame_command = {
    "frame", N_("EVAL FRAME.csv"), N_("load the sampling frame"), options, SURVEY_COMMAND_CHANGES | SURVEY_COMMAND_JSON, 2, 2, run};
