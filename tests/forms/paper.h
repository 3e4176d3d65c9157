// SPDX-License-Identifier: GPL-3.0-or-later
// Forms for tests of paper: from a table, or from a file; designed.
#pragma once

#include "forms/paper/design.h"
#include "forms/paper/print.h"
#include "survey/base/arena.h"
#include "survey/definition/form.h"
#include "survey/workbook/workbook.h"
#include "tests/tap.h"

static const char small[] =
    "| survey | | | | | |\n"
    "| | type | name | label | relevant | constraint |\n"
    "| | begin_group | a | Household | | |\n"
    "| | select_one yn | well | Is there a well? | | |\n"
    "| | integer | depth | How deep is it? | ${well} = 'yes' | . >= 0 and . <= 120 |\n"
    "| | integer | change | Change of depth | | . > -50 and . < 50 |\n"
    "| | text | why | Why, as ${depth}? | ${depth} > 9 and ${well} != 'no' | |\n"
    "| | date | day | Day | | |\n"
    "| | image | photo | Picture | | |\n"
    "| | end_group | | | | |\n"
    "| | begin_repeat | r | Person | | |\n"
    "| | text | pname | Name | | |\n"
    "| | select_one yn | pin | Present? | | |\n"
    "| | end_repeat | | | | |\n"
    "| choices | | | |\n"
    "| | list_name | name | label |\n"
    "| | yn | yes | Yes |\n"
    "| | yn | no | No |\n"
    "| settings | | |\n"
    "| | form_id | form_title |\n"
    "| | wells | Wells |\n";

static struct survey_error paper_error;
static struct survey_report *paper_report;

static struct survey_form *table_form(const char *text)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_workbook *workbook = NULL;
    struct survey_form *form = NULL;
    survey_report_free(paper_report);
    paper_report = survey_report_new();
    NEED(survey_workbook_read(arena, "t.md", "md", text, strlen(text), &survey_workbook_default_limits, &workbook, &paper_error));
    NEED(survey_form_read(arena, workbook, false, paper_report, &form, &paper_error));
    CHECK(survey_report_count_of(paper_report, SURVEY_FAULT) == 0);
    return form;
}

__attribute__((unused)) static struct survey_form *file_form(const char *path)
{
    struct survey_form *form = NULL;
    survey_report_free(paper_report);
    paper_report = survey_report_new();
    NEED(survey_form_open(path, false, paper_report, &form, &paper_error));
    return form;
}

// In the languages named, or the default one.
static struct paper_design *try_design(const struct survey_form *form, const char *first, const char *second)
{
    struct paper_design *design = NULL;
    struct paper_request request = {.form = form, .language_count = 1, .qr_modules = 29};
    request.languages[0] = (size_t)survey_form_language(form, first);
    if (second) {
        request.languages[1] = (size_t)survey_form_language(form, second);
        request.language_count = 2;
    }
    paper_design_make(&request, paper_report, &design, &paper_error);
    return design;
}

static struct paper_design *need_design(const struct survey_form *form, const char *first, const char *second)
{
    struct paper_design *design = try_design(form, first, second);
    if (!design)
        for (size_t i = 0; i < survey_report_count(paper_report); i++)
            if (survey_report_at(paper_report, i)->severity == SURVEY_FAULT)
                fprintf(stderr, "%s\n", survey_report_at(paper_report, i)->message);
    NEED(design);
    return design;
}

static const uint8_t paper_key[PAPER_TOKEN_KEY] = {1, 2, 3, 4, 5};
