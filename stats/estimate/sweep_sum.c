// SPDX-License-Identifier: GPL-3.0-or-later
// From compact columns to estimates: sums by group, then the variance stratum by stratum, centred twice: the
// scores around the group's mean, a PSU's total of them around the stratum's.
#include "stats/estimate/made.h"
#include "stats/estimate/sweep_private.h"
#include "survey/base/arena.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { KEEP = 16 << 20 };

static double lane(const stats_eight *eights, size_t column)
{
    return eights[column / SWEEP_LANES][column % SWEEP_LANES];
}

// Sum of the weights with a value, and of weight times value.
static void whole_of(const struct stats_sweep_sums *sums, size_t group, size_t place, double *weight, double *total)
{
    const struct stats_sweep *sweep = sums->sweep;
    size_t blocks = sweep->stride / SWEEP_LANES;
    const stats_eight *high = sums->high + group * blocks, *low = sums->low + group * blocks;
    *weight = sums->weight_high[group] + sums->weight_low[group];
    if (place >= sweep->complete)
        *weight = lane(high, place + sweep->partial) + lane(low, place + sweep->partial);
    *total = lane(high, place) + lane(low, place);
}

static void find_means(struct stats_sweep_sums *sums, const struct stats_sweep_item *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t group = 0; items[i].swept && group < sums->sweep->groups; group++) {
            const struct stats_sweep_count *counted = &sums->sweep->counts[i * sums->sweep->groups + group];
            size_t place = sums->sweep->place_of[i];
            double weight, total;
            whole_of(sums, group, place, &weight, &total);
            if (items[i].kind == STATS_SWEEP_TOTAL || counted->base == 0)
                continue;
            sums->mean[group * sums->blocks + place / SWEEP_LANES][place % SWEEP_LANES] =
                counted->least == counted->most ? counted->least : total / weight;
        }
}

// Sum of weight times (y - mean)^2: first, exactly, around a whole number beside the mean.
static double squares_of(const struct stats_sweep *sweep, const struct stats_sweep_count *counted, double mean,
                         double weight)
{
    int centre = (int)lround(mean);
    double off = mean - centre;
    stats_wide around = counted->squares - 2 * centre * counted->sum + centre * centre * counted->weights;
    return ldexp((double)around, -sweep->unit) - off * off * weight;
}

// The same as stats_linear_mean and stats_linear_total find from rows.
static void put_item(const struct stats_sweep_sums *sums, const struct stats_sweep_item *item, size_t number, size_t group)
{
    const struct stats_sweep *sweep = sums->sweep;
    const struct stats_sweep_count *counted = &sweep->counts[number * sweep->groups + group];
    size_t place = sweep->place_of[number];
    bool is_total = item->kind == STATS_SWEEP_TOTAL;
    double weight, total, n = (double)counted->base;
    if (!counted->base) {
        item->estimates[group] =
            (struct stats_estimate){.interval = "none", .missing = sweep->extents[group].rows};
        return;
    }
    whole_of(sums, group, place, &weight, &total);
    bool constant = counted->least == counted->most;
    double mean = constant ? counted->least : total / weight;
    struct stats_made made = {.extent = sweep->extents[group],
                              .variance = lane(sums->variance + group * sums->blocks, place) / (is_total ? 1 : weight * weight),
                              .census = !sweep->plain && !sums->sampled[group * sums->blocks * SWEEP_LANES + place]};
    made.linear = (struct stats_linear){.value = is_total ? total : mean,
                                        .base = counted->base,
                                        .counted = counted->base,
                                        .missing = sweep->extents[group].rows - counted->base,
                                        .found = counted->found,
                                        .sum_weights = weight,
                                        .constant = constant};
    if (constant && !is_total)
        made.variance = 0;
    if (n >= 2 && weight > n) {
        double squares = constant ? 0 : squares_of(sweep, counted, mean, weight);
        made.linear.simple = n / (n - 1) * squares / weight * (weight - n) / (weight * n) *
                             (is_total ? weight * weight : 1);
    }
    if (item->kind == STATS_SWEEP_SHARE)
        stats_made_put_share(sweep->prepared->design, &made, &item->estimates[group]);
    else
        stats_made_put(sweep->prepared->design, &made, &item->estimates[group]);
}

static void *zeros(struct survey_arena *arena, size_t count, size_t size)
{
    return survey_arena_array(arena, count + 1, size);
}

static size_t most_cells(const struct stats_sweep *sweep)
{
    size_t most = 0;
    for (size_t stratum = 0; stratum < sweep->strata; stratum++) {
        size_t cells = sweep->stratum_first[stratum + 1] - sweep->stratum_first[stratum];
        most = cells > most ? cells : most;
    }
    return most;
}

void stats_sweep_sum(struct stats_sweep *sweep, struct stats_sweep_item *items, size_t count)
{
    if (!sweep->items)
        return;
    struct survey_arena *arena = survey_arena_new();
    size_t groups = sweep->groups, all = sweep->stride / SWEEP_LANES,
           blocks = (sweep->complete + sweep->partial) / SWEEP_LANES, size = sizeof(stats_eight);
    struct stats_sweep_sums sums = {
        .sweep = sweep,
        .blocks = blocks,
        .high = zeros(arena, groups * all, size),
        .low = zeros(arena, groups * all, size),
        .weight_high = zeros(arena, groups, sizeof(double)),
        .weight_low = zeros(arena, groups, sizeof(double)),
        .mean = zeros(arena, groups * blocks, size),
        .variance = zeros(arena, groups * blocks, size),
        .weight = survey_realloc(NULL, sweep->cells + 1, sizeof(double)),
        .sampled = zeros(arena, groups * blocks, SWEEP_LANES),
        .z = survey_realloc(NULL, most_cells(sweep) * blocks + 1, size),
        .centre = zeros(arena, groups * blocks, size),
        .cells_of = zeros(arena, groups, sizeof(uint32_t)),
        .touched = zeros(arena, groups, sizeof(uint32_t)),
    };
    if (sweep->cells * all * size <= KEEP)
        sums.kept = survey_realloc(NULL, sweep->cells * all + 1, size);
    stats_sweep_groups(&sums);
    find_means(&sums, items, count);
    stats_sweep_strata(&sums);
    for (size_t i = 0; i < count; i++)
        for (size_t group = 0; items[i].swept && group < groups; group++)
            put_item(&sums, &items[i], i, group);
    free(sums.kept);
    free(sums.z);
    free(sums.weight);
    survey_arena_free(arena);
}
