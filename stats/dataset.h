// SPDX-License-Identifier: GPL-3.0-or-later
// Columns of a round: for each complete response its answers, its unit's frame row, its weight and
// its place in the sample; and expressions over them.
#pragma once

#include "stats/estimate.h"
#include "survey/store/store.h"

struct stats_dataset;

// Rows of the responses (state complete, waiting and received; one a unit, disposition any) of a round
// and a form (NULL: the main one).
bool stats_dataset_open(struct survey_store *store, const struct survey_actor *actor, const char *form,
                        struct stats_dataset **dataset, struct survey_error *error);
void stats_dataset_free(struct stats_dataset *dataset);
size_t stats_dataset_rows(const struct stats_dataset *dataset);
// The design: strata, PSU, fpc and weights as sampled and weighted (weight steps stored by `weight`;
// base weights where it has not run). Valid as long as the dataset.
const struct stats_design *stats_dataset_design(const struct stats_dataset *dataset);
const char *stats_dataset_response(const struct stats_dataset *dataset, size_t row);
const char *stats_dataset_unit(const struct stats_dataset *dataset, size_t row);
// A frame column's text of a row; "" where blank, NULL where there is no such column.
const char *stats_dataset_frame(const struct stats_dataset *dataset, const char *column, size_t row);
// The answer's text as in the answers table; "" where missing; the kind in *kind (may be NULL).
const char *stats_dataset_answer(const struct stats_dataset *dataset, const char *question, size_t row,
                                 enum survey_missing *kind);
// Evaluates an expression for each row: values gets n numbers (booleans 0 or 1; NaN where a question it
// names was not answered by that row).
bool stats_dataset_number(struct stats_dataset *dataset, const char *expression, const char *where,
                          double *values, struct survey_error *error);
bool stats_dataset_condition(struct stats_dataset *dataset, const char *expression, const char *where,
                             uint8_t *inside, struct survey_error *error);
