// SPDX-License-Identifier: GPL-3.0-or-later
// A definition from a file, by the libraries that read workbooks.
#include "survey/base/arena.h"
#include "survey/definition/form.h"
#include "survey/workbook/workbook.h"

bool survey_form_open(const char *path, bool strict, struct survey_report *report, struct survey_form **form,
                      struct survey_error *error)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_workbook *workbook;
    if (survey_workbook_open(arena, path, &survey_workbook_default_limits, &workbook, error) &&
        survey_form_read(arena, workbook, strict, report, form, error))
        return true;
    survey_arena_free(arena);
    return false;
}
