// SPDX-License-Identifier: GPL-3.0-or-later
// `estimate EVAL --change R1,R2`: what was asked for, in two rounds of an evaluation file. Private
// to stats.
#pragma once

#include "stats/ask.h"
#include "stats/effect/change.h"

// One figure in both rounds, of one group.
struct effect_change_line {
    enum stats_statistic statistic;
    const char *of, *level;    // as in struct stats_ask
    const char *const *groups; // by column
    size_t n[2], missing[2];
    const char *why; // no figure, or no interval: why, translated; NULL
    bool known;      // there is a figure
    bool sure;       // it has an error and an interval
    struct effect_change change;
};

struct effect_change_table {
    struct survey_arena *arena;
    const struct stats_asked *asked[2]; // shares, means, totals by the same columns; not answered
    const char *round[2];
    struct effect_overlap overlap;
    size_t count;
    struct effect_change_line *lines;
    bool without; // of some line the covariance was left out
};

// Both designs as one in which strata and units have the same label where they have the same name.
void effect_stack(const struct stats_source *const sources[2], struct survey_arena *arena,
                  struct stats_design *design, uint8_t **round);
// Answers in table->lines; the arena, asked and round are set.
bool effect_change_answer(struct effect_change_table *table, struct survey_error *error);
void effect_change_print(const struct effect_change_table *table, struct survey_buffer *text);
void effect_change_write(const struct effect_change_table *table,
                         struct survey_json_writer *writer);
