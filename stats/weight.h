// SPDX-License-Identifier: GPL-3.0-or-later
// Weights: the steps of the weights sheet, in order, each kept.
#pragma once

#include "survey/store/store.h"

struct survey_arena;

// The weights of the interviews after one step.
struct stats_weight_step {
    int step;
    const char *method;
    const char *by;
    size_t n;
    double sum, min, max;
    double cv;          // standard deviation over n, by the mean
    double deff;        // Kish's: 1 + cv^2
    const char **notes; // what a reader must know: cells that were merged, weights that were cut
    size_t note_count;
};

struct stats_weights {
    struct survey_arena *arena; // holds everything here
    const char *round;
    struct stats_weight_step *steps;
    size_t count;
};

// Carries out the weights sheet for a round, within a transaction, in place of what was there: the
// table weight and an entry in the log. Units are those of the deepest stage of the sample. Faults
// go to report with their cell; *weights is set only where there is none, and is the caller's to
// free. False with error where something failed.
//
// base          1 / the chain of probabilities (see dataset.h for reserves).
// nonresponse   within each cell of the columns in `by`: interviews (I, P) take over the weight of
//               the eligible units not interviewed (R, NC, O; sampled units without a response are
//               NC) and of the share e of those of unknown eligibility (UH, UO), e being the
//               weighted share of the eligible among the units of the cell whose eligibility is
//               known. NE drop out. A cell with eligible units and no interview is merged: what it
//               should carry is shared out over the interviews that agree in all but the last
//               column of `by`, then all but the last two ..., in proportion to their weights; a
//               note says so.
// poststratify  within each cell of `by`: times total / sum.
// rake          margins separated by ';' in `by`, each of columns; proportional fitting until every
//               margin is met to 1e-10, at most 1000 rounds, else an error names the margin.
//               totals: a sheet of the workbook, or a CSV beside the evaluation file, with the
//               columns of the margin and `total` (several margins: one name each, separated by
//               ';', or one sheet whose rows leave the columns of the other margins blank); blank:
//               the frame's own rows are counted.
// trim          bounds: "0.3 3" as multiples of the median weight (of the cell of `by`); what is
// cut off
//               is shared out over the others of the cell in proportion, so that sums stay.
bool stats_weigh(struct survey_store *store, const struct survey_actor *actor,
                 struct survey_report *report, struct stats_weights **weights,
                 struct survey_error *error);
void stats_weights_free(struct stats_weights *weights); // NULL is fine
