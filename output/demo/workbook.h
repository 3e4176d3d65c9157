// SPDX-License-Identifier: GPL-3.0-or-later
// The example evaluation as it is built into the program, and as the workbook that the demo starts with.
#pragma once

#include "survey/base/date.h"
#include "survey/base/error.h"

extern const char demo_sheet_survey[], demo_sheet_choices[], demo_sheet_settings[], demo_sheet_evaluation[],
    demo_sheet_rounds[], demo_sheet_sample[], demo_sheet_weights[], demo_sheet_indicators[], demo_sheet_scheme[],
    demo_sheet_grades[], demo_sheet_rules[], demo_sheet_dispositions[];

// Writes the example as an Excel workbook, one sheet a table. The example draws 8 villages a county, 480
// households in all; the villages to draw are scaled to the households wanted.
bool demo_workbook_write(const char *path, size_t households, const struct survey_time *created, struct survey_error *error);
