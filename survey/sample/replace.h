// SPDX-License-Identifier: GPL-3.0-or-later
// Calling up a reserve for a sampled unit that can't be interviewed.
#pragma once

#include "survey/store/store.h"

struct survey_replacement {
    const char *reserve;  // in the arena
    int64_t position;     // among the reserves of its stratum, from 1
    int64_t left;         // reserves left there
    bool weights_dropped; // the round had weights, which counted on the sample as it was
};

// Puts the next reserve of the unit's stratum in its place, in a transaction of its own: the unit's status becomes 'replaced', the reserve's
// 'selected', with the unit in its column replaces. Reserves are called in the order of the draw; there is no choosing. Needs actor->why. Fails for
// units that are not sampled at the last stage, are replaced already or were interviewed, and where no reserve is left.
// The round's weights are dropped. The log's entry "replace" has the unit, the reserve and its position.
bool survey_sample_replace(struct survey_store *store, const char *round, const char *unit, const struct survey_actor *actor,
                           struct survey_arena *arena, struct survey_replacement *replacement, struct survey_error *error);
