// SPDX-License-Identifier: GPL-3.0-or-later
// new: makes an evaluation file of one or more questionnaires.
#include "survey/base/arena.h"
#include "survey/base/text.h"
#include "survey/survey.h"

#include <stdlib.h>

// Reads every form; all problems of all of them are shown.
static int read_forms(struct survey_invocation *invocation, struct survey_form **forms, struct survey_report *report)
{
    struct survey_error error;
    for (int i = 1; i < invocation->count; i++)
        if (!survey_form_open(invocation->arguments[i], false, report, &forms[i - 1], &error))
            return survey_command_fail(invocation, &error);
    survey_report_sort(report);
    if (survey_report_count_of(report, SURVEY_FAULT) == 0)
        return 0;
    survey_command_report(invocation, report, stderr);
    fprintf(stderr, _("assay new: the forms have faults; nothing was made\n"));
    return 1;
}

static int run(struct survey_invocation *invocation)
{
    size_t count = (size_t)invocation->count - 1;
    struct survey_form **forms = survey_alloc(count * sizeof *forms);
    struct survey_report *report = survey_report_new();
    struct survey_error error;
    int code = read_forms(invocation, forms, report);
    if (code == 0 && !survey_store_create(invocation->arguments[0], forms, count, &invocation->actor, &error))
        code = survey_command_fail(invocation, &error);
    else if (code == 0)
        printf(_("%s: made with %zu forms; %zu warnings ('assay check' lists them)\n"), invocation->arguments[0], count,
               survey_report_count(report));
    for (size_t i = 0; i < count; i++)
        survey_form_free(forms[i]);
    free(forms);
    survey_report_free(report);
    return code;
}

const struct survey_command survey_new_command = {
    "new", N_("EVAL FORM..."), N_("make an evaluation file; the first form carries the plan"), NULL, SURVEY_COMMAND_CHANGES, 2, -1, run};
