// SPDX-License-Identifier: GPL-3.0-or-later
// check: every problem of a definition, with its cell.
#include "survey/base/text.h"
#include "survey/definition/examine.h"
#include "survey/survey.h"

static int run(struct survey_invocation *invocation)
{
    struct survey_report *report = survey_report_new();
    struct survey_form *form = NULL;
    struct survey_error error;
    int code;
    if (survey_form_open(invocation->arguments[0], survey_given(invocation, "strict"), report, &form, &error)) {
        survey_form_examine(form, report);
        code = survey_command_report(invocation, report, stdout);
        if (!invocation->json)
            printf(_("%s: %zu questions and groups, %zu lists, %zu languages; %zu faults, %zu warnings\n"), invocation->arguments[0],
                   form->item_count, form->list_count, form->language_count, survey_report_count_of(report, SURVEY_FAULT),
                   survey_report_count_of(report, SURVEY_WARNING));
    } else {
        code = survey_command_fail(invocation, &error);
    }
    survey_form_free(form);
    survey_report_free(report);
    return code;
}

static const struct survey_option options[] = {
    {"strict", 0, NULL, N_("refuse what ODK refuses")},
    {NULL},
};

const struct survey_command survey_check_command = {
    "check", N_("FORM"), N_("list every problem of a questionnaire, with its cell"), options, SURVEY_COMMAND_JSON, 1, 1, run};
