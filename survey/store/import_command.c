// SPDX-License-Identifier: GPL-3.0-or-later
// The command import: responses from CSV, submissions of ODK, administrative values.
#include "survey/survey.h"

#include "survey/base/arena.h"
#include "survey/base/file.h"
#include "survey/base/text.h"
#include "survey/store/admin.h"
#include "survey/store/import.h"

#include <string.h>

static const struct survey_option options[] = {
    {"form", 0, N_("FORM"), N_("the form_id that the rows answer (default: the main form)")},
    {"channel", 0, N_("CHANNEL"), N_("how they were collected: import (default), paper, phone")},
    {"submission", 0, N_("FILE.xml"), N_("take ODK submissions: this file and those named after it")},
    {"admin", 0, N_("FILE.csv"), N_("take administrative values: unit, name, value, round, source, date")},
    {"partial", 0, N_("FILE"), N_("take what is good and write the rest with its reasons to FILE")},
    {NULL},
};

static void write_json(const struct survey_imported *done, const struct survey_report *report,
                       struct survey_buffer *buffer)
{
    struct survey_json_writer json = survey_json_writer(buffer, true);
    survey_json_open(&json, '{');
    survey_json_member_integer(&json, "added", (int64_t)done->added);
    survey_json_member_integer(&json, "again", (int64_t)done->again);
    survey_json_member_integer(&json, "duplicate", (int64_t)done->duplicate);
    survey_json_member_integer(&json, "refused", (int64_t)done->refused);
    survey_json_member_integer(&json, "violations", (int64_t)done->violations);
    survey_json_key(&json, "problems");
    survey_report_write_json(report, &json);
    survey_json_close(&json, '}');
    survey_buffer_byte(buffer, '\n');
}

static bool log_import(struct survey_store *store, const struct survey_invocation *invocation, const char *subject,
                       const struct survey_imported *done, struct survey_error *error)
{
    struct survey_buffer after = SURVEY_BUFFER(1 << 16);
    struct survey_json_writer json = survey_json_writer(&after, false);
    survey_json_open(&json, '{');
    survey_json_member_integer(&json, "added", (int64_t)done->added);
    survey_json_member_integer(&json, "again", (int64_t)done->again);
    survey_json_member_integer(&json, "duplicate", (int64_t)done->duplicate);
    survey_json_member_integer(&json, "refused", (int64_t)done->refused);
    survey_json_close(&json, '}');
    bool good = survey_store_log(store, &invocation->actor, "import", subject, "", survey_buffer_string(&after), error);
    survey_buffer_clear(&after);
    return good;
}

static bool take_files(struct survey_store *store, const struct survey_invocation *invocation,
                       const struct survey_import *import, struct survey_report *report,
                       struct survey_imported *imported, struct survey_error *error)
{
    const char *first = survey_given_value(invocation, "submission");
    if (!first)
        return survey_import_csv(store, invocation->arguments[1], import, &invocation->actor, report, imported, error);
    size_t total = (size_t)invocation->count, at = 0;
    for (int i = 0; survey_given_at(invocation, "submission", i); i++)
        if (!survey_import_submission(store, survey_given_at(invocation, "submission", i), import, &invocation->actor,
                                      report, imported, error))
            return false;
    for (int i = 1; i < invocation->count; i++) {
        survey_progress(_("submissions"), ++at, total);
        if (!survey_import_submission(store, invocation->arguments[i], import, &invocation->actor, report, imported, error))
            return false;
    }
    survey_progress_end();
    return true;
}

static int tell(const struct survey_invocation *invocation, const struct survey_imported *imported,
                const struct survey_report *report, bool kept)
{
    struct survey_buffer text = SURVEY_BUFFER(64 << 20);
    int code = survey_report_count_of(report, SURVEY_FAULT) ? 1 : 0;
    if (invocation->json) {
        write_json(imported, report, &text);
    } else {
        survey_command_report(invocation, report, stderr);
        if (kept)
            survey_format(&text,
                          _("%zu responses added, %zu were here before, %zu came second for their unit, %zu refused; %zu answers "
                            "break a rule of the questionnaire\n"),
                          imported->added, imported->again, imported->duplicate, imported->refused, imported->violations);
        else
            survey_buffer_text(&text, _("nothing was taken; see --partial\n"));
    }
    int printed = survey_command_print(invocation, &text);
    survey_buffer_clear(&text);
    return printed ? printed : code;
}

static int import_responses(struct survey_invocation *invocation, struct survey_store *store,
                            const struct survey_import *import)
{
    struct survey_error error = {0};
    struct survey_report *report = survey_report_new();
    struct survey_imported imported = {0};
    const char *partial = survey_given_value(invocation, "partial");
    const char *subject = survey_given_value(invocation, "submission");
    bool kept = false;
    bool done = survey_store_begin(store, &error) && take_files(store, invocation, import, report, &imported, &error);
    if (done && (import->partial || survey_report_count_of(report, SURVEY_FAULT) == 0)) {
        // What was refused must be on disk before the rest is taken: a full disk then changes nothing.
        done = (!partial || !imported.refused ||
                survey_file_write(partial, survey_buffer_string(&imported.refusals), imported.refusals.length, &error)) &&
               (imported.added == 0 ||
                log_import(store, invocation, subject ? subject : invocation->arguments[1], &imported, &error)) &&
               survey_store_commit(store, &error);
        kept = done;
    }
    if (!kept)
        survey_store_rollback(store);
    int code = done ? tell(invocation, &imported, report, kept) : survey_command_fail(invocation, &error);
    survey_buffer_clear(&imported.refusals);
    survey_report_free(report);
    return code;
}

static int import_admin(struct survey_invocation *invocation, struct survey_store *store)
{
    struct survey_error error = {0};
    struct survey_report *report = survey_report_new();
    const char *file = survey_given_value(invocation, "admin");
    size_t count = 0;
    int code;
    bool done = survey_store_begin(store, &error) &&
                survey_admin_import(store, file, &invocation->actor, report, &count, &error);
    bool faulty = survey_report_count_of(report, SURVEY_FAULT) > 0;
    if (done && !faulty)
        done = survey_store_commit(store, &error);
    if (!done || faulty)
        survey_store_rollback(store);
    if (!done) {
        code = survey_command_fail(invocation, &error);
    } else {
        code = survey_command_report(invocation, report, invocation->json ? stdout : stderr);
        if (!faulty && !invocation->json)
            printf(_("%zu administrative values taken in\n"), count);
    }
    survey_report_free(report);
    return code;
}

static int run(struct survey_invocation *invocation)
{
    struct survey_error error = {0};
    struct survey_store *store = NULL;
    const char *channel = survey_given_value(invocation, "channel");
    struct survey_import import = {.form = survey_given_value(invocation, "form"), .channel = channel ? channel : "import",
                                   .partial = survey_given(invocation, "partial")};
    bool admin = survey_given(invocation, "admin"), submission = survey_given(invocation, "submission");
    if (strcmp(import.channel, "import") != 0 && strcmp(import.channel, "paper") != 0 &&
        strcmp(import.channel, "phone") != 0)
        return survey_command_usage(invocation, _("--channel: '%s' is none of import, paper, phone"), import.channel);
    if (admin && (submission || invocation->count > 1))
        return survey_command_usage(invocation, _("--admin goes by itself"));
    if (!admin && !submission && invocation->count != 2)
        return survey_command_usage(invocation, _("name one CSV file of responses"));
    if (!survey_store_open(invocation->arguments[0], SURVEY_STORE_WRITE, &store, &error))
        return survey_command_fail(invocation, &error);
    int code = !survey_store_knows_round(store, &invocation->actor, &error) ? survey_command_fail(invocation, &error)
               : admin                                                       ? import_admin(invocation, store)
                                                                             : import_responses(invocation, store, &import);
    survey_store_close(store);
    return code;
}

const struct survey_command survey_import_command = {
    .name = "import",
    .arguments = N_("EVAL [FILE.csv]"),
    .summary = N_("take in responses (CSV, ODK submissions) or administrative values"),
    .options = options,
    .flags = SURVEY_COMMAND_JSON | SURVEY_COMMAND_CHANGES,
    .least = 1,
    .most = -1,
    .run = run,
};
