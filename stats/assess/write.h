// SPDX-License-Identifier: GPL-3.0-or-later
// An assessment as JSON, for `score --json` and the table indicator. Private to stats.
#pragma once

#include "stats/assess/assessment.h"
#include "survey/base/json.h"

// The text of a label list in a language, else the first there is; "".
const char *stats_label(const char *const *labels, size_t count, size_t language);
const char *stats_verdict_name(enum stats_verdict verdict); // "", "within", "crossed"
const char *stats_proof_name(enum stats_proof proof); // "", "proved", "not_proved", "disproved"
// One figure as an object; with unrounded values, null where there is none.
void stats_figure_write(const struct stats_indicator *indicator, const struct stats_figure *figure,
                        struct survey_json_writer *writer);
// The scores of a unit: an array of one object a node.
void stats_scores_write(const struct stats_assessment *assessment, const struct stats_unit *unit,
                        struct survey_json_writer *writer);
// The members that say how a unit came out (score, rank, grade ...), within an open object.
void stats_outcome_write(const struct stats_assessment *assessment, const struct stats_unit *unit,
                         struct survey_json_writer *writer);
// Everything; languages are those of the main form.
void stats_assessment_write(const struct stats_assessment *assessment, const char *const *languages,
                            size_t language_count, struct survey_json_writer *writer);
