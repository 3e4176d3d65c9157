// SPDX-License-Identifier: GPL-3.0-or-later
// xform: a questionnaire as the ODK XForm that phones ask.
#include "survey/base/file.h"
#include "survey/base/text.h"
#include "survey/definition/xform.h"
#include "survey/survey.h"

static int write(struct survey_invocation *invocation, const struct survey_form *form)
{
    struct survey_buffer xml = SURVEY_BUFFER(256 << 20);
    struct survey_error error = {0};
    struct survey_buffer csv = SURVEY_BUFFER(256 << 20);
    const char *path = survey_given_value(invocation, "output"),
               *itemsets = survey_given_value(invocation, "itemsets");
    if (itemsets)
        survey_itemsets_write(form, &csv);
    bool done =
        survey_xform_write(form, &xml, &error) &&
        (!itemsets ||
         survey_file_write(itemsets, survey_buffer_string(&csv), csv.length, &error)) &&
        survey_file_write(path ? path : "-", survey_buffer_string(&xml), xml.length, &error);
    survey_buffer_clear(&xml);
    survey_buffer_clear(&csv);
    if (done && !itemsets && survey_form_has_itemsets(form))
        fprintf(stderr,
                _("%s: phones need its external choices too: write them with --itemsets "
                  "itemsets.csv\n"),
                form->path);
    return done ? 0 : survey_command_fail(invocation, &error);
}

static int run(struct survey_invocation *invocation)
{
    struct survey_report *report = survey_report_new();
    struct survey_form *form = NULL;
    struct survey_error error = {0};
    int code;
    if (!survey_form_open(invocation->arguments[0], survey_given(invocation, "strict"), report,
                          &form, &error))
        code = survey_command_fail(invocation, &error);
    else if (survey_command_report(invocation, report, stderr) == 0)
        code = write(invocation, form);
    else
        code = 1;
    survey_form_free(form);
    survey_report_free(report);
    return code;
}

static const struct survey_option options[] = {
    {"output", 'o', N_("FILE"), N_("write to FILE (default: standard output)")},
    {"itemsets", 0, N_("FILE"), N_("write the external_choices sheet as itemsets.csv to FILE")},
    {"strict", 0, NULL, N_("refuse what ODK refuses")},
    {NULL},
};

const struct survey_command survey_xform_command = {
    "xform", N_("FORM"), N_("write a questionnaire as ODK XForm XML"), options, SURVEY_COMMAND_JSON, 1,
    1,       run};
