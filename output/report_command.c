// SPDX-License-Identifier: GPL-3.0-or-later
// The command report: the workbook that officials read.
#include "output/output.h"

#include "output/report/issue.h"
#include "survey/base/arena.h"
#include "survey/base/text.h"

#include <string.h>
#include <sys/stat.h>

static const struct survey_option options[] = {
    {"output", 'o', N_("FILE.xlsx"), N_("where to write")},
    {"language", 0, N_("L[,L]"), N_("languages of the report, one after another: zh, en (default: the questionnaire's)")},
    {"audience", 0, N_("AUDIENCE"), N_("officials (default), or evaluators: unrounded, with cases and working sheets")},
    {NULL},
};

struct wanted {
    const char *path;
    const char *list;
    enum output_audience audience;
};

// 0, or the exit code after a message.
static int read_wanted(struct survey_invocation *invocation, struct wanted *wanted)
{
    const char *audience = survey_given_value(invocation, "audience");
    struct stat status;
    *wanted = (struct wanted){survey_given_value(invocation, "output"), survey_given_value(invocation, "language"), OUTPUT_OFFICIALS};
    size_t length = wanted->path ? strlen(wanted->path) : 0;
    if (!wanted->path)
        return survey_command_usage(invocation, "%s", _("-o FILE.xlsx is needed"));
    if (length < 6 || strcmp(wanted->path + length - 5, ".xlsx") != 0)
        return survey_command_usage(invocation, _("%s: the name must end in .xlsx"), wanted->path);
    if (stat(wanted->path, &status) == 0 && S_ISDIR(status.st_mode))
        return survey_command_usage(invocation, _("%s is a folder"), wanted->path);
    if (audience && strcmp(audience, "evaluators") == 0)
        wanted->audience = OUTPUT_EVALUATORS;
    else if (audience && strcmp(audience, "officials") != 0)
        return survey_command_usage(invocation, _("--audience: '%s' is neither officials nor evaluators"), audience);
    return 0;
}

static bool issue(struct survey_invocation *invocation, struct survey_store *store, const struct wanted *wanted,
                  struct output_edition *edition, struct survey_report *problems, struct survey_error *error)
{
    struct output_report *report = NULL;
    char hash[ISSUE_HASH];
    bool done = output_edition_load(store, &invocation->actor, wanted->audience, edition, problems, &report, error);
    survey_command_report(invocation, problems, stderr);
    done = done && output_report_issue(store, &invocation->actor, report, wanted->path, edition, hash, error);
    if (done)
        printf(_("%s: %zu units, %zu indicators, round %s\nSHA-256 %s\n"), wanted->path, report->assessment->unit_count,
               report->assessment->indicator_count, report->assessment->round, hash);
    output_report_free(report);
    return done;
}

static int run(struct survey_invocation *invocation)
{
    struct survey_error error = {0};
    struct survey_store *store = NULL;
    struct output_edition edition = {0};
    struct wanted wanted;
    int code = read_wanted(invocation, &wanted);
    if (code)
        return code;
    if (!survey_store_open(invocation->arguments[0], SURVEY_STORE_WRITE, &store, &error))
        return survey_command_fail(invocation, &error);
    struct survey_arena *arena = survey_arena_new();
    struct survey_report *problems = survey_report_new();
    const struct survey_form *form = survey_store_current_form(store, NULL, NULL, &error);
    // Within one transaction, so that all figures are of one moment.
    bool done = form && survey_store_knows_round(store, &invocation->actor, &error) && output_edition_read(form, arena, wanted.list, &edition, &error) && survey_store_begin(store, &error) &&
                issue(invocation, store, &wanted, &edition, problems, &error);
    code = done ? 0 : survey_command_fail(invocation, &error);
    output_edition_clear(&edition);
    survey_report_free(problems);
    survey_store_close(store);
    survey_arena_free(arena);
    return code;
}

const struct survey_command output_report_command = {
    .name = "report",
    .arguments = N_("EVAL"),
    .summary = N_("write the report workbook"),
    .options = options,
    .flags = SURVEY_COMMAND_CHANGES,
    .least = 1,
    .most = 1,
    .run = run,
};
