// SPDX-License-Identifier: GPL-3.0-or-later
// The sampling frame: one row a unit of the lowest level, its columns as in the CSV.
#pragma once

#include "survey/store/store.h"
#include "survey/workbook/workbook.h"

struct survey_frame_result {
    size_t rows;      // read
    size_t added;
    size_t changed;
    size_t refused;   // rows with faults (only with partial)
    size_t identities; // values that went to the private file
};

// Loads the frame. The unit's column is the last of the evaluation sheet's `levels` (household_id where
// there is none). Rows that share a unit are persons of one household: they are folded into the row
// of the head (column relation, 与户主关系: head, 户主), else the first, and counted. Columns of
// identities (setting `identity`, else known headers such as head_name, phone, id_number) go to the
// private file only. Units that are there are updated, none is removed. Every fault goes to report
// with its line; with faults nothing changes unless partial, which takes the good rows. Once loaded, a setting
// of the evaluation sheet that names columns (assessed_unit, class, levels, identity) and names one that the
// frame lacks is a warning at its cell.
bool survey_frame_load(struct survey_store *store, const char *path, bool partial, const struct survey_actor *actor,
                       struct survey_report *report, struct survey_frame_result *result, struct survey_error *error);

// The frame in memory, for the draw and for conditions: rows in the order of their unit ids.
struct survey_frame {
    struct survey_arena *arena;
    const char **columns;
    size_t column_count;
    const char **cells; // rows * columns; "" where blank
    size_t rows;
    size_t unit;        // column of the unit
};
bool survey_frame_read(struct survey_store *store, struct survey_arena *arena, struct survey_frame *frame,
                       struct survey_error *error);
int survey_frame_column(const struct survey_frame *frame, const char *name); // -1 where there is none
const char *survey_frame_cell(const struct survey_frame *frame, size_t row, size_t column);

struct survey_expr;
// Whether a row meets a condition in which frame('c'), ${c} and a bare c mean its columns. A blank
// condition is met. Values that look like numbers compare as numbers.
bool survey_frame_meets(const struct survey_frame *frame, size_t row, const struct survey_expr *condition, bool *meets,
                        struct survey_error *error);
