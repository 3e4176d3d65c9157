// SPDX-License-Identifier: GPL-3.0-or-later
// What the files of the weights share; nobody else includes this.
#pragma once

#include "stats/data/roster.h"
#include "stats/weight/weight.h"
#include "survey/store/response.h"
#include "survey/workbook/workbook.h"

struct weight_rule;

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
    struct weight_rule *rules;
    size_t rule_count;
    struct stats_weight_step *step; // being summed up; NULL: without notes
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
void weight_cells_clear(struct cells *cells); // its index; the cells stay
const char *weight_cell_name(struct weighing *in, const struct cells *cells, size_t cell);
// Totals of a margin's cells, NaN where the source has none; false and a fault. source NULL: the
// frame.
bool weight_totals(struct weighing *in, const struct cells *cells, const char *source, bool shared,
                   double *totals, struct survey_error *error);
// The total of a column of numbers: of the row that names it in the column 'number'; NULL: the frame's.
bool weight_number_total(struct weighing *in, const char *column, const char *source, double *total,
                         struct survey_error *error);
// A frame column's numbers by unit. needed(in, unit): a unit that must have one, else a fault names it.
bool weight_numbers(struct weighing *in, const char *column,
                    bool (*needed)(const struct weighing *in, size_t unit), double **numbers);
// "number(persons)" -> "persons" for what "number"; NULL.
const char *weight_call(struct weighing *in, const char *term, const char *what);

// What the weights of the interviews are to sum to: those of each cell, or times a number.
struct margin {
    const char *by; // as written
    struct cells cells;
    const double *number;  // by unit; NULL: cells
    double *totals, *sums; // by cell; one for a number
    const char **names;    // of the cells
};
// The worst of a margin under the weights of the interviews: sum / total - 1, and its cell.
double weight_margin_off(const struct weighing *in, struct margin *margin, size_t *worst);

// A row of the sheet as it was read: what `run` needs to carry it out on in->w, also in a replicate.
struct weight_rule {
    struct stats_weight_step told;
    uint32_t row;
    bool (*run)(struct weighing *in, struct weight_rule *rule);
    struct margin *margins; // poststratify, rake, calibrate
    size_t margin_count;
    struct cells cells;   // nonresponse, trim
    double low, high;     // trim: multiples of the median
    struct propensity *propensity;
    struct stats_calibration *calibration;
    const double *members; // within: persons who could have been chosen, by unit; NULL
    const struct cells *together; // calibrate: units of one weight; NULL
};

const char *weight_text(const struct weighing *in, const char *header); // a cell of the row; ""
bool weight_fault(struct weighing *in, const char *header, const char *code, const char *message,
                  const char *expected);
void weight_note(struct weighing *in, const char *note);
bool weight_is_interview(const struct weighing *in, size_t unit);

// Margins of a list in `by`, and what totals say of them.
bool weight_read_margins(struct weighing *in, struct weight_rule *rule, const char *const *by, size_t count,
                         struct survey_error *error);
bool weight_check_margins(struct weighing *in, struct weight_rule *rule);
// What is no interview weighs nothing from here on.
void weight_keep_interviews(struct weighing *in);
// Opens a round's sheet and roster; *in gets an arena of its own, which weight_close leaves to the caller.
bool weight_open(struct survey_store *store, const struct survey_actor *actor, struct weighing *in,
                 struct survey_error *error);
void weight_close(struct weighing *in);
// Reads the rows of the sheet. *good: no fault. False: an error.
bool weight_read_rules(struct weighing *in, bool *good, struct survey_error *error);
// The steps' rows read. False: a fault is in the report, or *error is set.
bool weight_read_nonresponse(struct weighing *in, struct weight_rule *rule, struct survey_error *error);
bool weight_read_propensity(struct weighing *in, struct weight_rule *rule, struct survey_error *error);
bool weight_read_poststratify(struct weighing *in, struct weight_rule *rule, struct survey_error *error);
bool weight_read_rake(struct weighing *in, struct weight_rule *rule, struct survey_error *error);
bool weight_read_calibrate(struct weighing *in, struct weight_rule *rule, struct survey_error *error);
bool weight_read_within(struct weighing *in, struct weight_rule *rule, struct survey_error *error);
bool weight_read_trim(struct weighing *in, struct weight_rule *rule, struct survey_error *error);
// Interviews of each class take over what it should carry; false where none can.
bool weight_carry(struct weighing *in, const struct cells *cells);
