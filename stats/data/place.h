// SPDX-License-Identifier: GPL-3.0-or-later
// The stored sample of a round in memory: the place of every unit in the draw. Private to stats.
#pragma once

#include "survey/base/map.h"
#include "survey/store/store.h"

struct survey_arena;

enum { STATS_MOST_STAGES = 8 };

struct stats_place {
    int stage; // from 1
    const char *unit;
    const char *parent_unit;          // "" at stage 1
    const struct stats_place *parent; // NULL at stage 1
    const char *stratum;
    int64_t plan_row;
    bool pps;      // drawn with unequal probabilities
    bool apart;    // by random numbers of this round alone: the row of the sample sheet has no overlap
    bool selected; // by the draw, though it may be replaced since; false: in reserve
    bool called;   // a reserve that was called up: it counts from then on, with or without a response
    double probability, chain;
    double population, taken;
    const char *form; // form_id to use; "" for the main form
};

struct stats_sample {
    struct stats_place *places; // by stage, then unit
    size_t count;
    int stages;                              // 0 where nothing was drawn in the round
    struct survey_map at[STATS_MOST_STAGES]; // by unit -> number: index in places
};

// Reads the current draw of a round; texts live in the arena, the maps until stats_sample_clear().
bool stats_sample_read(struct survey_store *store, struct survey_arena *arena, const char *round,
                       struct stats_sample *sample, struct survey_error *error);
void stats_sample_clear(struct stats_sample *sample);
// The place of a unit at the deepest stage that knows it; NULL.
const struct stats_place *stats_sample_find(const struct stats_sample *sample, const char *unit);
// Reserves that were called up or responded make the sample larger: where r of them were taken beside the n selected
// (replaced units among them) in a stratum, each unit there is one of n + r, and its chain of probabilities is (n + r) / n
// times what the draw stored; with unequal probabilities p + (1 - p) r / (N - n) instead of p. used: by place.
void stats_sample_release(struct stats_sample *sample, const bool *used,
                          struct survey_arena *arena);
