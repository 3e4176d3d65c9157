// SPDX-License-Identifier: GPL-3.0-or-later
// Many means, shares and totals by many groups in one sweep over compact columns. Private to stats.
//
// Answers that are whole numbers from 0 to 254 stand in bytes, a row after the other, sorted by stratum, PSU
// and group. A weight is cut into two parts on grids so coarse that every sum of part times answer is exact:
// sums do not depend on the order of rows, and PSU totals are rounded once. Results equal those of
// stats_mean, stats_share and stats_total but for the last digits.
#pragma once

#include "stats/estimate/estimate.h"
#include "stats/estimate/values.h"

struct stats_sweep;
enum stats_sweep_kind { STATS_SWEEP_MEAN, STATS_SWEEP_SHARE, STATS_SWEEP_TOTAL };

// One figure by group: asked for by y and kind.
struct stats_sweep_item {
    enum stats_sweep_kind kind;
    struct stats_values y;
    bool swept;                       // false: y is not of such numbers (a share's: 0 and 1)
    struct stats_estimate *estimates; // by group; without a value: base 0, interval "none"
};

// Sorts the rows of a design by stratum, PSU and group (NULL: one group; STATS_NO_GROUP: in none). NULL where the
// design is not for sweeping: further stages that add to the variance, PSUs that are rows, lonely PSUs whose
// policy looks at more than their stratum, weights too far apart for the grids.
#define STATS_NO_GROUP UINT32_MAX
struct stats_sweep *stats_sweep_make(const struct stats_prepared *prepared, const uint32_t *group,
                                     size_t groups);
void stats_sweep_free(struct stats_sweep *sweep); // NULL is fine
// Fills the items' estimates.
void stats_sweep_run(struct stats_sweep *sweep, struct stats_sweep_item *items, size_t count);

// The same in two steps, for measuring: columns made compact, then swept; at most STATS_SWEEP_MOST items.
enum { STATS_SWEEP_MOST = 32 };
void stats_sweep_pack(struct stats_sweep *sweep, struct stats_sweep_item *items, size_t count);
void stats_sweep_sum(struct stats_sweep *sweep, struct stats_sweep_item *items, size_t count);
