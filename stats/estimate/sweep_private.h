// SPDX-License-Identifier: GPL-3.0-or-later
// What the files of the sweep share; nobody else includes this.
#pragma once

#include "stats/estimate/sweep.h"
#include "stats/estimate/variance.h"

enum { SWEEP_LANES = 8 };
__extension__ typedef __int128 stats_wide;

// Of one item in one group.
struct stats_sweep_count {
    size_t base, found;
    uint8_t least, most;
    stats_wide weights, sum, squares; // of the weights in units, times y, times y^2
};

struct stats_sweep {
    const struct stats_prepared *prepared;
    size_t groups, rows, cells, strata;
    uint32_t *source;              // by place: row of the design
    double *high, *low;            // by place: the parts of its weight
    int64_t *units;                // by place: its weight in units of 2^-unit
    int unit;
    uint32_t *first;               // by cell (a PSU's rows of one group): its first place; cells + 1
    uint32_t *group;               // by cell
    uint32_t *stratum_first;       // by stratum: its first cell; strata + 1
    double *factor, *sampled;      // by stratum
    struct stats_extent *extents;  // by group
    bool plain;                    // no stratum was taken whole
    // Of the items in hand: columns of answers of complete items, of items with missing answers, and for each of
    // these one that is 1 where it is known; each kind begins at a multiple of the lanes.
    size_t complete, partial, stride;  // columns of each, of all; stride = complete + 2 * partial
    size_t items;                      // that are swept
    size_t place_of[STATS_SWEEP_MOST]; // by item: its column
    uint8_t *answers;                  // rows * stride
    struct stats_sweep_count *counts;  // by item, by group
};

enum { SWEEP_COLUMNS = 2 * STATS_SWEEP_MOST + 3 * SWEEP_LANES };
typedef double stats_eight __attribute__((vector_size(SWEEP_LANES * sizeof(double)), aligned(8)));

// Sums in hand. Columns are those of the items: complete + partial, in eights.
struct stats_sweep_sums {
    const struct stats_sweep *sweep;
    size_t blocks;                    // eights of columns of items
    stats_eight *high, *low;          // by group, by eight of the stride: exact sums of the parts
    double *weight_high, *weight_low; // by group
    stats_eight *mean;                // by group, by eight; 0 for totals
    stats_eight *variance;            // by group, by eight
    double *weight;                   // by cell
    stats_eight *kept;                // by cell, by eight of the stride: totals; NULL where they are too many
    uint8_t *sampled;                 // by group, by column: a stratum that was not taken whole has a value
    stats_eight *z, *centre;          // by cell of a stratum, by group
    uint32_t *cells_of, *touched;     // by group: its cells in the stratum; the groups that have some
};

// The sums by group of all cells.
void stats_sweep_groups(struct stats_sweep_sums *sums);
// The variances by group of all strata, around the means.
void stats_sweep_strata(struct stats_sweep_sums *sums);
