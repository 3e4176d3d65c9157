// SPDX-License-Identifier: GPL-3.0-or-later
// The inner loops of the sweep, eight columns at a time. Sums of weight parts times answers are exact, and all else
// is added in one order, so that the width of the machine's vectors does not show.
#include "stats/estimate/clones.h"
#include "stats/estimate/sweep_private.h"

#include <string.h>

typedef int32_t eight_int __attribute__((vector_size(SWEEP_LANES * sizeof(int32_t))));
typedef uint8_t eight_byte __attribute__((vector_size(SWEEP_LANES)));

#define INLINE static inline __attribute__((always_inline))

// Sums of the parts of a cell's weights times the answers of one eight.
INLINE void add_eight(const struct stats_sweep *sweep, size_t from, size_t to, size_t block, stats_eight *high,
                      stats_eight *low)
{
    stats_eight above = {0}, below = {0};
    const uint8_t *answers = sweep->answers + from * sweep->stride + block * SWEEP_LANES;
    for (size_t i = from; i < to; i++, answers += sweep->stride) {
        eight_byte bytes;
        memcpy(&bytes, answers, sizeof bytes);
        stats_eight values = __builtin_convertvector(__builtin_convertvector(bytes, eight_int), stats_eight);
        above += values * sweep->high[i];
        below += values * sweep->low[i];
    }
    *high = above;
    *low = below;
}

CLONES void stats_sweep_groups(struct stats_sweep_sums *sums)
{
    const struct stats_sweep *sweep = sums->sweep;
    size_t blocks = sweep->stride / SWEEP_LANES;
    for (size_t cell = 0; cell < sweep->cells; cell++) {
        size_t group = sweep->group[cell], from = sweep->first[cell], to = sweep->first[cell + 1];
        stats_eight *all_high = sums->high + group * blocks, *all_low = sums->low + group * blocks;
        double weight_high = 0, weight_low = 0;
        for (size_t i = from; i < to; i++) {
            weight_high += sweep->high[i];
            weight_low += sweep->low[i];
        }
        sums->weight_high[group] += weight_high;
        sums->weight_low[group] += weight_low;
        sums->weight[cell] = weight_high + weight_low;
        for (size_t block = 0; block < blocks; block++) {
            stats_eight high, low;
            add_eight(sweep, from, to, block, &high, &low);
            all_high[block] += high;
            all_low[block] += low;
            if (sums->kept)
                sums->kept[cell * blocks + block] = high + low;
        }
    }
}

// An eight of a cell's totals, each rounded once.
INLINE void total_of(const struct stats_sweep_sums *sums, size_t cell, size_t block, stats_eight *total)
{
    const struct stats_sweep *sweep = sums->sweep;
    stats_eight low;
    if (sums->kept) {
        *total = sums->kept[cell * (sweep->stride / SWEEP_LANES) + block];
        return;
    }
    add_eight(sweep, sweep->first[cell], sweep->first[cell + 1], block, total, &low);
    *total += low;
}

// Totals of the scores of a cell; where strata were taken whole, also which items have values in the others.
INLINE void score_cell(const struct stats_sweep_sums *sums, size_t cell, stats_eight *z)
{
    const struct stats_sweep *sweep = sums->sweep;
    size_t complete = sweep->complete / SWEEP_LANES, group = sweep->group[cell];
    const stats_eight *mean = sums->mean + group * sums->blocks;
    double weight = sums->weight[cell];
    uint8_t *sampled = sums->sampled + group * sums->blocks * SWEEP_LANES;
    stats_eight total, known;
    for (size_t block = 0; block < complete; block++) {
        total_of(sums, cell, block, &total);
        z[block] = total - mean[block] * weight;
    }
    if (!sweep->plain)
        memset(sampled, 1, sweep->complete);
    for (size_t block = complete; block < sums->blocks; block++) {
        total_of(sums, cell, block, &total);
        total_of(sums, cell, block + sums->blocks - complete, &known);
        z[block] = total - mean[block] * known;
        for (size_t i = 0; !sweep->plain && i < SWEEP_LANES; i++)
            sampled[block * SWEEP_LANES + i] |= known[i] > 0;
    }
}

// A stratum's PSUs without rows of a group count as zeros.
INLINE void add_stratum(struct stats_sweep_sums *sums, size_t stratum)
{
    const struct stats_sweep *sweep = sums->sweep;
    size_t blocks = sums->blocks, touched = 0;
    size_t from = sweep->stratum_first[stratum], to = sweep->stratum_first[stratum + 1];
    double factor = sweep->factor[stratum], n = sweep->sampled[stratum];
    for (size_t cell = from; cell < to; cell++) {
        size_t group = sweep->group[cell];
        stats_eight *sum = sums->centre + group * blocks, *z = sums->z + (cell - from) * blocks;
        score_cell(sums, cell, z);
        if (sums->cells_of[group]++ == 0) {
            sums->touched[touched++] = (uint32_t)group;
            memset(sum, 0, blocks * sizeof *sum);
        }
        for (size_t block = 0; block < blocks; block++)
            sum[block] += z[block];
    }
    for (size_t i = 0; i < touched; i++) {
        size_t group = sums->touched[i];
        stats_eight *sum = sums->centre + group * blocks, *variance = sums->variance + group * blocks;
        double without = n - sums->cells_of[group];
        for (size_t block = 0; block < blocks; block++) {
            sum[block] /= n;
            variance[block] += factor * without * (sum[block] * sum[block]);
        }
        sums->cells_of[group] = 0;
    }
    for (size_t cell = from; cell < to; cell++) {
        size_t group = sweep->group[cell];
        const stats_eight *centre = sums->centre + group * blocks, *z = sums->z + (cell - from) * blocks;
        stats_eight *variance = sums->variance + group * blocks;
        for (size_t block = 0; block < blocks; block++) {
            stats_eight off = z[block] - centre[block];
            variance[block] += factor * (off * off);
        }
    }
}

CLONES void stats_sweep_strata(struct stats_sweep_sums *sums)
{
    for (size_t stratum = 0; stratum < sums->sweep->strata; stratum++)
        if (sums->sweep->factor[stratum] != 0)
            add_stratum(sums, stratum);
}
