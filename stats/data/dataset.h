// SPDX-License-Identifier: GPL-3.0-or-later
// Columns of a round: for each complete response its answers, its unit's frame row, its weight and
// its place in the sample; and expressions over them.
#pragma once

#include "stats/estimate/estimate.h"
#include "stats/estimate/values.h"
#include "survey/store/store.h"

struct stats_dataset;
struct survey_arena;

// Rows of the responses (state complete, waiting and received; one a unit, disposition any) of a
// round and a form (NULL: the main one), in the order of their ids.
bool stats_dataset_open(struct survey_store *store, const struct survey_actor *actor,
                        const char *form, struct stats_dataset **dataset,
                        struct survey_error *error);
// The same for who asks for columns. From STATS_SNAPSHOT_LEAST rows on they are kept beside the evaluation file
// (stats/data/snapshot.h) and taken from there as long as nothing changed; what comes out is the same. Ids of responses and units
// are to be had after stats_dataset_need_rows, names of labels (stats_dataset_label) not at all.
enum { STATS_SNAPSHOT_LEAST = 10000 };
bool stats_dataset_open_columns(struct survey_store *store, const struct survey_actor *actor,
                                const char *form, struct stats_dataset **dataset,
                                struct survey_error *error);
void stats_dataset_free(struct stats_dataset *dataset); // NULL is fine
size_t stats_dataset_rows(const struct stats_dataset *dataset);
const char *stats_dataset_round(const struct stats_dataset *dataset);
const struct survey_form *stats_dataset_form(const struct stats_dataset *dataset);

// The design: strata, PSU, fpc and weights as sampled and weighted (weight steps stored by
// `weight`; base weights where it has not run). Valid as long as the dataset.
//
// Stages. A unit of the first stage that was drawn with certainty is a stratum of its own (it
// represents itself), and the units drawn within it are the PSUs; so on down. A stage drawn by SRS
// or systematically, or taken whole, has the population that the draw counted for its fpc, per
// stratum (fpc INFINITY would mean none). A PPS stage is taken as drawn with replacement: no fpc,
// and nothing below it adds to the variance (ultimate clusters). Where nothing was drawn in the
// round each row is a PSU of one stratum with the weight 1.
//
// Weights. A base weight is 1 / the chain of probabilities that the draw stored; where r reserves
// were used beside the n units selected in a stratum, each is one of n + r. Only interviews
// (dispositions I and P; every response where the workbook has no dispositions sheet) have one. A
// response whose unit is not in the sample, and one that is no interview, has the weight 0: a
// domain's zero. An interview that came after `weight` ran is an error: weights must be computed
// again.
const struct stats_design *stats_dataset_design(const struct stats_dataset *dataset);
bool stats_dataset_weighted(
    const struct stats_dataset *dataset); // by `weight`; false: base weights

// Ids of responses and units. A dataset opened for its columns has none until they were asked for.
bool stats_dataset_need_rows(struct stats_dataset *dataset, struct survey_error *error);
const char *stats_dataset_response(const struct stats_dataset *dataset, size_t row);
const char *stats_dataset_unit(const struct stats_dataset *dataset,
                               size_t row); // "" where none could be told
// Whether a row is an interview, and its stratum at the deepest stage of the sample ("" where
// none).
bool stats_dataset_interview(const struct stats_dataset *dataset, size_t row);
const char *stats_dataset_stratum(const struct stats_dataset *dataset, size_t row);
// The name behind a label of the design's strata and units, the same in every round; NULL where nothing was drawn.
const char *stats_dataset_label(const struct stats_dataset *dataset, uint32_t label);
// A frame column's text of a row; "" where blank, NULL where there is no such column.
const char *stats_dataset_frame(const struct stats_dataset *dataset, const char *column,
                                size_t row);
// The answer's text as in the answers table; "" where missing; the kind in *kind (may be NULL).
// NULL where the form has no such question outside repeats. A calculation that came to nothing, or
// to no number (NaN), is blank.
const char *stats_dataset_answer(const struct stats_dataset *dataset, const char *question,
                                 size_t row, enum survey_missing *kind);

// All of a question's answers, or of a frame column's texts, as codes: the text of a row is texts[its code], "" for
// missing ones. False where there is none of that name. Valid as long as the dataset.
bool stats_dataset_texts(const struct stats_dataset *dataset, const char *name, bool in_frame, struct stats_codes *codes,
                         const char *const **texts);
// The answers to a question as numbers by row, NaN where missing, where they stand so in a snapshot because they are too
// many for codes; else NULL.
const double *stats_dataset_numbers(const struct stats_dataset *dataset, const char *name);
// Reads the answers to several questions at once, in one pass over their table, before they are asked for one by
// one. Names that are no questions are passed over.
bool stats_dataset_ready(struct stats_dataset *dataset, const char *const *names, size_t count,
                         struct survey_error *error);

// Evaluates an expression for each row: values gets n numbers (booleans 0 or 1; texts as the
// dialect converts them). where ("household.xlsx: indicators!F5") is put before a fault's message;
// NULL is fine.
//
// Missing answers. Evaluation is in three values (survey_expr_evaluate_known): the result is NaN
// for a row only where an answer that is missing in it could change the result. ${child_n} = 0 or
// ${child_out} = 0 is 1 where child_n is 0, though child_out was not asked; it is NaN where both
// are missing. Not asked, don't know, refused and blank are missing alike; ${q} = 'dk' is true
// where the code dk, marked as missing in the choices, was chosen, and ${q} = '' where there is no
// answer.
//
// Beside ODK's functions an expression knows
//   frame('column')         the unit's frame row, as text; missing where the unit is not in the
//   frame admin('name')           the value of the assessed unit (setting assessed_unit) in the
//   round; admin('name', 'column') of the unit that a frame column names; missing where there is
//   none parameter('name')       the evaluation sheet's value on the last day of the round
//   minutes(a, b)           from one moment to another, in minutes
//   distance-km(a, b)       between two places "latitude longitude ..."
//   same(${name})           how many responses of the dataset have this row's value, itself
//   included all-equal(a, b, ...)    whether the values are the same; missing where the known ones
//   are and one is not rule('RULE')            whether a rule's expression holds for the row,
//   whatever its strata case('type')            1 where a confirmed case of that type is about the
//   response, else 0
bool stats_dataset_number(struct stats_dataset *dataset, const char *expression, const char *where,
                          double *values, struct survey_error *error);
// The same, by codes where the answers that it looks at have few combinations: each is then computed once. What values
// points to lives in the arena, or as long as the dataset.
bool stats_dataset_values(struct stats_dataset *dataset, const char *expression, const char *where,
                          struct survey_arena *arena, struct stats_values *values, struct survey_error *error);
// The same as a condition: inside gets 1 where it holds, 0 where it does not or is not known.
bool stats_dataset_condition(struct stats_dataset *dataset, const char *expression,
                             const char *where, uint8_t *inside, struct survey_error *error);
// Persons concerned by the confirmed case of a type about the row's response; 0 where there is
// none.
double stats_dataset_case_persons(const struct stats_dataset *dataset, const char *type,
                                  size_t row);
