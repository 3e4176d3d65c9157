// SPDX-License-Identifier: GPL-3.0-or-later
// What the loaders of a report share.
#pragma once

#include "output/report/report.h"
#include "survey/base/arena.h"
#include "survey/workbook/workbook.h"

struct load {
    struct survey_store *store;
    const struct survey_actor *actor;
    struct output_report *report;
    struct survey_arena *arena;
    const char *round;
    int64_t day;          // for settings that hold from a date
    const char *assessed; // frame column, quoted for SQL; "''" where not set
};

// A list that grows in the arena, doubling: room for one more item.
void *load_more(struct load *load, void *items, size_t count, size_t size);
const char *load_text(struct load *load, const struct survey_query *query, int column);
// The labels of a sheet's row under "label::LANGUAGE" (or "label"); NULL where all are blank.
output_labels load_labels(struct load *load, const struct survey_sheet *sheet, uint32_t row, const char *label);
// The same text in every language.
output_labels load_same(struct load *load, const char *text);
// Labels of a frame column's value: by the settings, by the choices of the question of that name, or itself.
output_labels load_value(struct load *load, const char *column, const char *value);
// The unit of the assessment with that id; -1.
int load_unit(const struct load *load, const char *id);

bool load_opinions(struct load *load, struct survey_error *error);
bool load_outcomes(struct load *load, struct survey_error *error);
bool load_cases(struct load *load, struct survey_error *error);
bool load_fieldwork(struct load *load, struct survey_error *error);
