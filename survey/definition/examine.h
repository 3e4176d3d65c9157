// SPDX-License-Identifier: GPL-3.0-or-later
// What no XLSForm tool looks for: logic that can't be met, choices that are not there, lists that
// nobody uses, texts without a translation, what paper can't hold, and the sheets of an evaluation.
#pragma once

#include "survey/definition/form.h"

// Adds to report what a form that could be read may still have wrong, sorted with what is there.
// Everything here can be known from the workbook alone; a message is only given where it is sure.
void survey_form_examine(const struct survey_form *form, struct survey_report *report);

struct survey_expr;
// The same for one expression over the form's questions that stands elsewhere (a sheet of an evaluation,
// an option): a warning for each comparison of a question with what is none of its choices. place says
// where it stands: file, sheet, row and column.
void survey_form_examine_expression(const struct survey_form *form, const struct survey_expr *expr, const struct survey_problem *place,
                                    struct survey_report *report);
