// SPDX-License-Identifier: GPL-3.0-or-later
// What the files of the weights share; nobody else includes this.
#pragma once

#include "stats/roster.h"
#include "stats/weight.h"
#include "survey/workbook/workbook.h"

struct weighing {
    struct survey_store *store;
    const struct survey_actor *actor;
    struct survey_report *report;
    struct stats_roster *roster;
    struct survey_arena *arena; // of the result
    const struct survey_sheet *sheet;
    const char *path; // of the workbook
    uint32_t row;     // of the sheet, at work
    double *w;        // by unit of the roster; after base those of all, then of interviews only
    bool adjusted;    // a step after base was carried out
    struct stats_weight_step *step;
};

// Units by the values of some columns.
struct cells {
    const char **columns;
    size_t width;
    const char **values; // width a unit of the roster
    uint32_t *of;        // cell by unit
    size_t count;
    const char ***keys;      // by cell: width values
    struct survey_map index; // joined values -> number: cell
};
// The cells of a list of columns; false and a fault at the by cell for an unknown column.
bool weight_cells(struct weighing *in, const char *by, struct cells *cells);
void weight_cells_clear(struct cells *cells);
const char *weight_cell_name(struct weighing *in, const struct cells *cells, size_t cell);
// Totals of a margin's cells, NaN where the source has none; false and a fault. source NULL: the
// frame.
bool weight_totals(struct weighing *in, const struct cells *cells, const char *source, bool shared,
                   double *totals, struct survey_error *error);

const char *weight_text(const struct weighing *in, const char *header); // a cell of the row; ""
bool weight_fault(struct weighing *in, const char *header, const char *code, const char *message,
                  const char *expected);
void weight_note(struct weighing *in, const char *note);
bool weight_is_interview(const struct weighing *in, size_t unit);

// The steps. False: a fault is in the report, or *error is set.
bool weight_nonresponse(struct weighing *in);
bool weight_poststratify(struct weighing *in, struct survey_error *error);
bool weight_rake(struct weighing *in, struct survey_error *error);
bool weight_trim(struct weighing *in);
