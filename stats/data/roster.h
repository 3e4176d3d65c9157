// SPDX-License-Identifier: GPL-3.0-or-later
// The roster of a round: every unit of the deepest stage that was to be interviewed, with what
// became of it. Private to stats.
#pragma once

#include "stats/data/outcome.h"
#include "stats/data/place.h"
#include "survey/base/arena.h"

struct stats_roster_unit {
    const char *unit;
    const struct stats_place *place; // NULL where nothing was drawn
    const char *response;            // NULL where there is none
    int outcome;                     // enum stats_outcome
};

struct stats_roster {
    struct survey_arena *arena; // holds everything here
    struct survey_store *store;
    const char *round;
    struct stats_sample sample;
    struct stats_outcome_codes codes;
    struct stats_roster_unit *units; // by unit
    size_t count;
    struct survey_map at; // unit -> number: index
    size_t outside;       // responses whose unit is not of the sample
};

// Units of the deepest stage: those selected, and the reserves that have a response, by the
// response of the form meant for them (the main one where the sample sheet names none). A result
// that the dispositions sheet lacks is an error that names the response. The caller frees the
// roster.
bool stats_roster_read(struct survey_store *store, const struct survey_actor *actor,
                       struct stats_roster **roster, struct survey_error *error);
void stats_roster_free(struct stats_roster *roster);

// Splits "county_code stratum" into the arena; returns the number of words (at most 16).
size_t stats_words(struct survey_arena *arena, const char *text, const char *separators,
                   const char ***words);
// The values of frame columns by unit, count of them a unit; "stratum" is the sample's own where
// the frame has no such column. False and an error for an unknown column.
bool stats_roster_columns(struct stats_roster *roster, const char *const *columns, size_t count,
                          const char ***values, struct survey_error *error);
// "county_code=130624 stratum=key"; "all" without columns.
const char *stats_cell_name(struct survey_arena *arena, const char *const *columns,
                            const char *const *values, size_t count);
