// SPDX-License-Identifier: GPL-3.0-or-later
// Weights: the steps of the weights sheet, in order, each kept.
#pragma once

#include "survey/store/store.h"

struct survey_arena;

// How far a margin of the sheet is off under some weights.
struct stats_weight_margin {
    int step; // that fits weights to it
    const char *by;
    const char *cell; // that is off most
    double off;       // sum of weights (of weight times number) over its total, - 1; 0 where met
};

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
    struct stats_weight_margin *margins; // of all steps
    size_t margin_count;
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
// propensity    a logistic regression, weighted by the base weights, of being interviewed on the terms in
//               `by` (separated by ';'; columns as categories, number(x) as it is), over the eligible and the
//               share e of those of unknown eligibility. bounds: a number of classes of equal numbers of units
//               by propensity (blank: 5), within which it goes on as nonresponse; "1/p": weights over propensity.
// poststratify  within each cell of `by`: times total / sum.
// rake          margins separated by ';' in `by`, each of columns; proportional fitting until every
//               margin is met to 1e-10, at most 1000 rounds, else a fault names the cell.
// calibrate     margins as for rake, and number(x) for the total of a frame column x, all at once (see
//               calibrate.h). bounds: blank or "linear"; "0.5 2" or "logit 0.5 2"; "linear 0.5 2", "raking",
//               "raking 0.5 2": of the new weight over the old. equal(column) in `by`: units of the same value
//               get one weight. Not converged, singular, a weight not above 0: a fault names the column or unit.
//               totals: a sheet of the workbook, or a CSV beside the evaluation file, with the
//               columns of the margin and `total` (several margins: one name each, separated by
//               ';', or one sheet whose rows leave the columns of the other margins blank; number(x)
//               is the row with x in the column `number`); blank: the frame's own rows are counted.
// trim          bounds: "0.3 3" as multiples of the median weight (of the cell of `by`); what is
//               cut off is shared out over the others of the cell in proportion, so that sums stay.
bool stats_weigh(struct survey_store *store, const struct survey_actor *actor,
                 struct survey_report *report, struct stats_weights **weights,
                 struct survey_error *error);
// Replicates of a round's dataset in which the weights sheet is carried out again, from those of its design
// (factors by PSU): a row's factor is its weight in the replicate over its weight. PSUs without any response keep
// their base weights. Errors: what stats_weigh says, with the replicate; a sheet that gives other weights than those stored.
struct stats_dataset;
struct stats_replicates;
bool stats_weigh_replicates(struct survey_store *store, const struct survey_actor *actor,
                            const struct stats_dataset *dataset, const struct stats_replicates *of,
                            struct stats_replicates **made, struct survey_error *error);
void stats_weights_free(struct stats_weights *weights); // NULL is fine
