// SPDX-License-Identifier: GPL-3.0-or-later
// The command revise: a new version of a form, or one more form; conflicts are shown before anything
// changes.
#include "survey/survey.h"

#include "survey/base/text.h"
#include "survey/store/revise.h"

#include <string.h>

enum { MOST_RENAMES = 100 };

static const struct survey_option options[] = {
    {"dry-run", 'n', NULL, N_("only say what would change")},
    {"rename", 0, N_("OLD=NEW"), N_("the new version calls question OLD by the name NEW")},
    {"accept", 0, NULL, N_("take the version in although stored answers no longer fit it")},
    {NULL},
};

static bool take(struct survey_store *store, const struct survey_invocation *invocation, const struct survey_form *form,
                 struct survey_error *error)
{
    const char *renames[MOST_RENAMES];
    size_t count = 0;
    while (count < MOST_RENAMES && (renames[count] = survey_given_at(invocation, "rename", (int)count)))
        count++;
    return survey_store_begin(store, error) && survey_revise(store, form, renames, count, &invocation->actor, error) &&
           survey_store_commit(store, error);
}

static int revise(struct survey_store *store, const struct survey_invocation *invocation, const struct survey_form *form,
                  struct survey_report *report)
{
    struct survey_error error = {0};
    if (!survey_revise_check(store, form, report, &error))
        return survey_command_fail(invocation, &error);
    survey_report_sort(report);
    int code = survey_command_report(invocation, report, stdout);
    bool stop = (code && !survey_given(invocation, "accept")) || survey_given(invocation, "dry-run");
    if (!stop && !take(store, invocation, form, &error))
        return survey_command_fail(invocation, &error);
    if (!invocation->json)
        printf(stop ? _("%s version %s was not taken in; nothing changed\n") : _("%s version %s is the current one now\n"), form->id,
               form->version);
    return stop ? code : 0;
}

static int run(struct survey_invocation *invocation)
{
    struct survey_error error = {0};
    struct survey_store *store = NULL;
    struct survey_form *form = NULL;
    struct survey_report *faults = survey_report_new(), *report = survey_report_new();
    int code = 0;
    if (!survey_form_open(invocation->arguments[1], false, faults, &form, &error) ||
        !survey_store_open(invocation->arguments[0], SURVEY_STORE_WRITE, &store, &error))
        code = survey_command_fail(invocation, &error);
    else if (survey_report_count_of(faults, SURVEY_FAULT))
        code = survey_command_report(invocation, faults, stderr);
    else
        code = revise(store, invocation, form, report);
    survey_store_close(store);
    survey_form_free(form);
    survey_report_free(faults);
    survey_report_free(report);
    return code;
}

const struct survey_command survey_revise_command = {
    .name = "revise",
    .arguments = N_("EVAL FORM"),
    .summary = N_("take in a new version of a form, or one more form"),
    .options = options,
    .flags = SURVEY_COMMAND_JSON | SURVEY_COMMAND_CHANGES,
    .least = 2,
    .most = 2,
    .run = run,
};
