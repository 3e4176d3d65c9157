// SPDX-License-Identifier: GPL-3.0-or-later
// Runs one case of the driver xlsform.
#include "tests/survey/xlsform_case.h"

#include "survey/base/arena.h"
#include "survey/definition/xform.h"

#include <stdio.h>
#include <string.h>

// What was made of a questionnaire.
struct result {
    bool accepted, refused_feature;
    char why[600];
    struct survey_buffer xml;
    struct survey_form *form; // holds the arena it was read into
};

static void convert(struct survey_workbook *workbook, struct survey_arena *arena, bool strict,
                    struct result *result)
{
    struct survey_report *report = survey_report_new();
    struct survey_error error = {0};
    result->accepted = survey_form_read(arena, workbook, strict, report, &result->form, &error);
    for (size_t i = 0; i < survey_report_count(report); i++) {
        const struct survey_problem *problem = survey_report_at(report, i);
        if (problem->severity != SURVEY_FAULT)
            continue;
        if (result->accepted)
            survey_format_into(result->why, sizeof result->why, "%s %s row %u: %s", problem->code,
                               problem->sheet, problem->row, problem->message);
        result->accepted = false;
        result->refused_feature |= strcmp(problem->code, "E126") == 0;
    }
    if (result->accepted)
        result->accepted = survey_xform_write(result->form, &result->xml, &error);
    if (!result->accepted && !*result->why)
        survey_format_into(result->why, sizeof result->why, "%s: %s", error.where, error.message);
    survey_report_free(report);
}

// Shows where two documents part.
static void show_difference(const char *id, const char *expected, const char *came)
{
    size_t same = 0, from;
    while (came && expected[same] && expected[same] == came[same])
        same++;
    for (from = same; from && same - from < 60 && expected[from - 1] != '>'; from--)
        ;
    printf("%s: L3: expected ...%.160s... got ...%.160s...\n", id, expected + from,
           came ? came + from : "no XML");
}

static enum xlsform_outcome judge(struct survey_arena *arena, const struct survey_json *test,
                                  int level, struct result *result)
{
    const char *id = survey_json_text(test, "id", "?"),
               *wanted = survey_json_text(test, "xform_norm", NULL);
    if (!wanted && result->accepted) {
        const struct survey_json *errors = survey_json_get(test, "errors");
        const struct survey_json *first = errors && errors->first ? errors->first : errors;
        printf("%s: L1: expected a refusal (%.200s), got an XForm\n", id,
               first && first->text ? first->text : "");
        return XLSFORM_FAILED;
    }
    if (!wanted)
        return XLSFORM_PASSED;
    if (!result->accepted) {
        printf("%s: L1: %s: %s\n", id,
               result->refused_feature ? "not supported" : "expected an XForm, got a refusal",
               result->why);
        return result->refused_feature ? XLSFORM_UNSUPPORTED : XLSFORM_FAILED;
    }
    if (level == 1)
        return XLSFORM_PASSED;
    const char *xml = survey_buffer_string(&result->xml),
               *came = xlsform_normal(arena, xml, result->xml.length);
    bool same = came && strcmp(came, wanted) == 0;
    const char *wrong = level == 2 ? xlsform_assertions(arena, survey_json_get(test, "expect"), xml,
                                                        result->xml.length, same)
                                   : NULL;
    if (wrong) {
        printf("%s: L2: %s\n", id, wrong);
        return XLSFORM_FAILED;
    }
    if (level == 3 && !same) {
        show_difference(id, wanted, came);
        return XLSFORM_FAILED;
    }
    return XLSFORM_PASSED;
}

enum xlsform_outcome xlsform_run(struct survey_arena *arena, const char *path,
                                 const struct survey_json *test, int level, bool lenient)
{
    struct survey_error error = {0};
    struct result result = {.xml = SURVEY_BUFFER(64 << 20)};
    const struct survey_json *first = survey_json_get(test, "duplicate_input_of");
    if (first && first->kind == SURVEY_JSON_STRING)
        return XLSFORM_REPEATED; // distinct inputs are counted
    struct survey_arena *own = survey_arena_new();
    struct survey_workbook *workbook = xlsform_workbook(own, path, test, &error);
    if (workbook)
        convert(workbook, own, !lenient, &result);
    else
        survey_format_into(result.why, sizeof result.why, "%s: %s", error.where, error.message);
    enum xlsform_outcome outcome = judge(arena, test, level, &result);
    survey_buffer_clear(&result.xml);
    if (result.form)
        survey_form_free(result.form);
    else
        survey_arena_free(own);
    return outcome;
}
