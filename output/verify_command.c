// SPDX-License-Identifier: GPL-3.0-or-later
// The command verify: is the evaluation file whole, and do a report's figures come from it?
#include "output/output.h"

#include "output/verify.h"
#include "survey/base/text.h"

static int finish(struct survey_invocation *invocation, const struct survey_report *report, struct survey_json_writer *json,
                  struct survey_buffer *text)
{
    int code = survey_report_count_of(report, SURVEY_FAULT) ? 1 : 0;
    if (invocation->json) {
        survey_json_key(json, "problems");
        survey_report_write_json(report, json);
        survey_json_close(json, '}');
        survey_buffer_byte(text, '\n');
    } else {
        survey_command_report(invocation, report, stdout);
    }
    int printed = survey_command_print(invocation, text);
    survey_buffer_clear(text);
    return printed ? printed : code;
}

static int verify_file(struct survey_invocation *invocation, struct survey_store *store)
{
    struct survey_report *report = survey_report_new();
    struct survey_buffer text = SURVEY_BUFFER((size_t)1 << 28);
    struct survey_json_writer json = survey_json_writer(&text, true);
    struct output_verified verified;
    struct survey_error error = {0};
    int code;
    if (!output_verify_file(store, report, &verified, &error)) {
        survey_command_report(invocation, report, stderr); // what was found until then
        code = survey_command_fail(invocation, &error);
    } else {
        if (invocation->json) {
            survey_json_open(&json, '{');
            survey_json_member_bool(&json, "whole", survey_report_count_of(report, SURVEY_FAULT) == 0);
            survey_json_member_integer(&json, "log", verified.entries);
            survey_json_member_integer(&json, "responses", verified.responses);
            survey_json_member_integer(&json, "sheets", verified.sheets);
            survey_json_member_integer(&json, "pages", verified.pages);
            survey_json_member_integer(&json, "draws", verified.draws);
        } else {
            survey_format(&text, _("Looked at %lld log entries, %lld forms, %lld draws, %lld responses, %lld images, %lld sheets and %lld pages.\n"),
                          (long long)verified.entries, (long long)verified.forms, (long long)verified.draws, (long long)verified.responses,
                          (long long)verified.images, (long long)verified.sheets, (long long)verified.pages);
            survey_buffer_text(&text, survey_report_count_of(report, SURVEY_FAULT) ? _("The evaluation file has faults.\n")
                                                                                   : _("The evaluation file is whole.\n"));
        }
        code = finish(invocation, report, &json, &text);
    }
    survey_report_free(report);
    return code;
}

static void say_report(const struct output_verdict *verdict, const char *path, struct survey_buffer *text)
{
    if (!verdict->entry) {
        survey_format(text, _("%s: not issued from this evaluation file.\n"), path);
    } else if (verdict->same_file) {
        survey_format(text, _("%s: byte for byte the report of log entry %lld.\n"), path, (long long)verdict->entry);
        if (verdict->compared && verdict->different)
            survey_format(text, _("The evaluation file, or this program, has changed since: %zu of %zu cells would differ today.\n"), verdict->different,
                          verdict->cells);
        else if (verdict->compared)
            survey_format(text, _("Each of its %zu cells is what the evaluation file gives today.\n"), verdict->cells);
    } else if (verdict->different) {
        survey_format(text, _("%s: not the file of log entry %lld; %zu of %zu cells are not what the evaluation file gives.\n"), path,
                      (long long)verdict->entry, verdict->different, verdict->cells);
    } else {
        survey_format(text, _("%s: saved anew since log entry %lld, but each of its %zu cells is what the evaluation file gives.\n"),
                      path, (long long)verdict->entry, verdict->cells);
    }
}

static int verify_report(struct survey_invocation *invocation, struct survey_store *store)
{
    struct survey_report *report = survey_report_new();
    struct survey_buffer text = SURVEY_BUFFER((size_t)1 << 28);
    struct survey_json_writer json = survey_json_writer(&text, true);
    struct output_verdict verdict;
    struct survey_error error = {0};
    int code;
    if (!output_verify_report(store, invocation->arguments[0], report, &verdict, &error)) {
        code = survey_command_fail(invocation, &error);
    } else {
        if (invocation->json) {
            survey_json_open(&json, '{');
            survey_json_member_integer(&json, "log_entry", verdict.entry);
            survey_json_member_bool(&json, "same_file", verdict.same_file);
            survey_json_member_bool(&json, "compared", verdict.compared);
            survey_json_member_integer(&json, "cells", (int64_t)verdict.cells);
            survey_json_member_integer(&json, "different", (int64_t)verdict.different);
        } else {
            say_report(&verdict, invocation->arguments[0], &text);
        }
        code = finish(invocation, report, &json, &text);
    }
    survey_report_free(report);
    return code;
}

static int run(struct survey_invocation *invocation)
{
    struct survey_error error = {0};
    struct survey_store *store = NULL;
    const char *path = invocation->arguments[invocation->count - 1];
    if (!survey_store_open(path, SURVEY_STORE_READ, &store, &error))
        return survey_command_fail(invocation, &error);
    int code = invocation->count == 2 ? verify_report(invocation, store) : verify_file(invocation, store);
    survey_store_close(store);
    return code;
}

const struct survey_command output_verify_command = {
    .name = "verify",
    .arguments = N_("[REPORT.xlsx] EVAL"),
    .summary = N_("check that an evaluation file is whole, and that a report comes from it"),
    .flags = SURVEY_COMMAND_JSON,
    .least = 1,
    .most = 2,
    .run = run,
};
