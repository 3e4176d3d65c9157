// SPDX-License-Identifier: GPL-3.0-or-later
// The draw: the sample sheet carried out, stage by stage, repeatable by anyone from the seed.
#pragma once

#include "survey/sample/frame.h"

enum survey_draw_method { SURVEY_DRAW_ALL, SURVEY_DRAW_SRS, SURVEY_DRAW_SYSTEMATIC, SURVEY_DRAW_PPS };

// One row of the sample sheet.
struct survey_draw_row {
    uint32_t row;     // as a person counts
    int stage;        // from 1
    size_t unit;      // frame column
    size_t strata[8]; // frame columns
    size_t strata_count;
    const struct survey_expr *where; // NULL: every unit
    enum survey_draw_method method;
    double size, share;       // units a stratum, or a share of it (0 where blank)
    double reserve, reserve_share;
    size_t sort[8];
    size_t sort_count;
    int measure;              // frame column of the size measure; -1: frame rows below the unit
    const char *form;
};

struct survey_draw_plan {
    struct survey_draw_row *rows;
    size_t count;
    int stages;
};

// Reads the plan of the evaluation against its frame. Every fault goes to report with its cell.
bool survey_draw_plan_read(struct survey_store *store, const struct survey_frame *frame, struct survey_arena *arena,
                           struct survey_report *report, struct survey_draw_plan *plan, struct survey_error *error);

// A unit of one stage, as drawn.
struct survey_drawn {
    const char *unit;
    const char *parent;   // NULL at stage 1
    const char *stratum;  // values joined with '|'
    const struct survey_draw_row *plan;
    int stage;
    bool selected;        // else in reserve
    size_t position;      // from 1, in the order of selection, or of use for reserves
    double probability;   // at this stage: n/N; n * size / total, 1 for certainty units
    double chain;         // product down to this stage
    size_t population;    // units in the stratum, within the parent
    size_t taken;         // selected there
};

struct survey_draw {
    struct survey_drawn *units;
    size_t count, capacity;
    size_t short_strata; // strata with fewer units than were asked for: all were taken
};

// Carries out the plan. Numbers come from (seed, round, stage, plan row, unit id) alone, so that neither
// the order of the frame nor other strata matter. The result lives in the arena but for units.
bool survey_draw_run(const struct survey_draw_plan *plan, const struct survey_frame *frame, uint64_t seed, const char *round,
                     struct survey_arena *arena, struct survey_draw *draw, struct survey_error *error);
void survey_draw_clear(struct survey_draw *draw);

// Stores a draw in the round, in a transaction of its own. A second one in a round needs again.
bool survey_draw_store(struct survey_store *store, const struct survey_draw *draw, uint64_t seed, const char *round, bool again,
                       const struct survey_actor *actor, struct survey_error *error);
