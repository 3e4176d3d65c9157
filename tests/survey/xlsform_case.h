// SPDX-License-Identifier: GPL-3.0-or-later
// One case of the driver xlsform: its input, and what its XForm is compared by.
#pragma once

#include "survey/base/json.h"
#include "survey/workbook/workbook.h"

#include <libxml/tree.h>
#include <stdbool.h>

enum xlsform_outcome {
    XLSFORM_PASSED,
    XLSFORM_FAILED,
    XLSFORM_UNSUPPORTED,
    XLSFORM_REPEATED,
    XLSFORM_OUTCOMES
};

// Runs a case; prints a line where it fails. path is the file that it stands in.
enum xlsform_outcome xlsform_run(struct survey_arena *arena, const char *path,
                                 const struct survey_json *test, int level, bool lenient);

// The workbook of a case, its settings completed by what else the converter was told; NULL with
// error.
struct survey_workbook *xlsform_workbook(struct survey_arena *arena, const char *path,
                                         const struct survey_json *test,
                                         struct survey_error *error);

// Canonical XML with white space run together and trimmed; NULL where the text is no XML.
const char *xlsform_normal(struct survey_arena *arena, const char *xml, size_t length);
// The first of the case's assertions that does not hold, described; NULL where all hold. same: the
// document equals the expected one.
const char *xlsform_assertions(struct survey_arena *arena, const struct survey_json *expect,
                               const char *xml, size_t length, bool same);
