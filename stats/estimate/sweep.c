// SPDX-License-Identifier: GPL-3.0-or-later
// Rows in the order of strata, PSUs and groups, their weights on grids, and answers in bytes.
#include "stats/estimate/sweep_private.h"

#include "survey/base/arena.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MANTISSA = 52, UNIT_BITS = 62, ANSWER_MOST = 254, RELATIVE = 46, EXPONENT_MOST = 300, NOT_KNOWN = 255, BLOCK = 2048 };

struct ranked {
    uint32_t stratum, label, unit;
};

static int by_label(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    if (a->stratum != b->stratum)
        return a->stratum < b->stratum ? -1 : 1;
    return (a->label > b->label) - (a->label < b->label);
}

// PSUs in the order of their labels, so that the order of rows leaves no trace.
static struct ranked *rank_units(const struct stats_prepared *prepared)
{
    const struct stats_stage *stage = &prepared->stage[0];
    struct ranked *ranked = survey_realloc(NULL, stage->units, sizeof *ranked);
    for (size_t row = 0; row < prepared->design->n; row++) {
        uint32_t unit = stage->unit_of_row[row];
        ranked[unit] =
            (struct ranked){stage->label[stage->stratum_of_unit[unit]], prepared->design->unit[0][row], unit};
    }
    qsort(ranked, stage->units, sizeof *ranked, by_label);
    return ranked;
}

// Counting sort of places by a key below keys; stable.
static void sort_by(uint32_t *source, uint32_t *scratch, size_t rows, const uint32_t *key, size_t keys)
{
    uint32_t *start = survey_realloc(NULL, keys + 1, sizeof *start);
    memset(start, 0, (keys + 1) * sizeof *start);
    for (size_t i = 0; i < rows; i++)
        start[key[source[i]] + 1]++;
    for (size_t k = 0; k < keys; k++)
        start[k + 1] += start[k];
    for (size_t i = 0; i < rows; i++)
        scratch[start[key[source[i]]]++] = source[i];
    memcpy(source, scratch, rows * sizeof *source);
    free(start);
}

// Only what needs no look beyond a stratum is swept.
static bool is_for_sweeping(const struct stats_prepared *prepared)
{
    const struct stats_design *design = prepared->design;
    const struct stats_stage *stage = &prepared->stage[0];
    bool own = design->lonely == STATS_LONELY_REMOVE || design->lonely == STATS_LONELY_CERTAINTY;
    if (prepared->stages != 1 || !design->unit[0] || stage->chance || design->lonely_domains || design->replicates ||
        design->satterthwaite)
        return false;
    for (size_t stratum = 0; !own && stratum < stage->strata; stratum++)
        if (stage->sampled[stratum] == 1)
            return false;
    return true;
}

static void sort_rows(struct stats_sweep *sweep, const struct ranked *ranked, const uint32_t *group)
{
    const struct stats_prepared *prepared = sweep->prepared;
    const struct stats_design *design = prepared->design;
    const struct stats_stage *stage = &prepared->stage[0];
    uint32_t *rank = survey_realloc(NULL, stage->units, sizeof *rank),
             *key = survey_realloc(NULL, design->n, sizeof *key),
             *scratch = survey_realloc(NULL, design->n, sizeof *scratch);
    sweep->source = survey_realloc(NULL, design->n, sizeof *sweep->source);
    for (uint32_t i = 0; i < stage->units; i++)
        rank[ranked[i].unit] = i;
    for (size_t row = 0; row < design->n; row++) {
        key[row] = rank[stage->unit_of_row[row]];
        if (design->weight[row] > 0 && (!group || group[row] != STATS_NO_GROUP))
            sweep->source[sweep->rows++] = (uint32_t)row;
    }
    if (group)
        sort_by(sweep->source, scratch, sweep->rows, group, sweep->groups);
    sort_by(sweep->source, scratch, sweep->rows, key, stage->units);
    free(rank);
    free(key);
    free(scratch);
}

// Where cells and strata begin, and what each stratum adds.
static void find_cells(struct stats_sweep *sweep, const struct ranked *ranked, const uint32_t *group)
{
    const struct stats_stage *stage = &sweep->prepared->stage[0];
    uint32_t unit_before = UINT32_MAX, *stratum_before = survey_realloc(NULL, sweep->groups, sizeof(uint32_t));
    size_t place = 0;
    sweep->first = survey_realloc(NULL, sweep->rows + 1, sizeof *sweep->first);
    sweep->group = survey_realloc(NULL, sweep->rows + 1, sizeof *sweep->group);
    sweep->stratum_first = survey_realloc(NULL, stage->strata + 1, sizeof *sweep->stratum_first);
    sweep->factor = survey_realloc(NULL, stage->strata, sizeof *sweep->factor);
    sweep->sampled = survey_realloc(NULL, stage->strata, sizeof *sweep->sampled);
    sweep->extents = survey_realloc(NULL, sweep->groups, sizeof *sweep->extents);
    memset(sweep->extents, 0, sweep->groups * sizeof *sweep->extents);
    memset(stratum_before, 0xff, sweep->groups * sizeof *stratum_before);
    sweep->plain = true;
    for (size_t i = 0; i < stage->units; i++) {
        uint32_t unit = ranked[i].unit, stratum = stage->stratum_of_unit[unit];
        if (i == 0 || stratum != stage->stratum_of_unit[ranked[i - 1].unit]) {
            double n = stage->sampled[stratum], left = 1 - n / stage->population[stratum];
            sweep->factor[sweep->strata] = left < 1e-7 ? 0 : left * (n > 1 ? n / (n - 1) : 1);
            sweep->sampled[sweep->strata] = n;
            sweep->stratum_first[sweep->strata++] = (uint32_t)sweep->cells;
            sweep->plain = sweep->plain && left >= 1e-7;
        }
        for (; place < sweep->rows && stage->unit_of_row[sweep->source[place]] == unit; place++) {
            uint32_t own = group ? group[sweep->source[place]] : 0;
            struct stats_extent *extent = &sweep->extents[own];
            extent->rows++;
            if (unit == unit_before && sweep->group[sweep->cells - 1] == own)
                continue;
            unit_before = unit;
            sweep->first[sweep->cells] = (uint32_t)place;
            sweep->group[sweep->cells++] = own;
            extent->units++;
            extent->strata += stratum_before[own] != stratum;
            stratum_before[own] = stratum;
        }
    }
    sweep->first[sweep->cells] = (uint32_t)sweep->rows;
    sweep->stratum_first[sweep->strata] = (uint32_t)sweep->cells;
    free(stratum_before);
}

// Cuts the weights in two parts whose sums, times answers, stay within 52 bits. False where a weight is
// so small beside the largest that too little of it would be left.
static bool cut_weights(struct stats_sweep *sweep)
{
    const double *weight = sweep->prepared->design->weight;
    double largest = 0;
    int exponent, bits;
    sweep->high = survey_realloc(NULL, sweep->rows + 1, sizeof *sweep->high);
    sweep->low = survey_realloc(NULL, sweep->rows + 1, sizeof *sweep->low);
    sweep->units = survey_realloc(NULL, sweep->rows + 1, sizeof *sweep->units);
    for (size_t i = 0; i < sweep->rows; i++)
        largest = fmax(largest, weight[sweep->source[i]]);
    frexp(largest, &exponent);
    frexp((double)sweep->rows * (ANSWER_MOST + 1), &bits);
    int step = exponent - (MANTISSA - bits); // the grid of the first part is 2^step
    double anchor = ldexp(1.5, step + MANTISSA), anchor_low = ldexp(1.5, 2 * step - exponent + MANTISSA);
    sweep->unit = UNIT_BITS - exponent;
    if (exponent > EXPONENT_MOST || fpclassify(ldexp(1, 2 * step - exponent)) != FP_NORMAL)
        return false;
    for (size_t i = 0; i < sweep->rows; i++) {
        double all = weight[sweep->source[i]], high = (all + anchor) - anchor;
        double low = ((all - high) + anchor_low) - anchor_low;
        if (fabs(all - high - low) > ldexp(all, -RELATIVE))
            return false;
        sweep->high[i] = high;
        sweep->low[i] = low;
        sweep->units[i] = (int64_t)ldexp(high + low, sweep->unit);
    }
    return true;
}

struct stats_sweep *stats_sweep_make(const struct stats_prepared *prepared, const uint32_t *group,
                                     size_t groups)
{
    if (!is_for_sweeping(prepared))
        return NULL;
    struct stats_sweep *sweep = survey_alloc(sizeof *sweep);
    *sweep = (struct stats_sweep){.prepared = prepared, .groups = groups};
    struct ranked *ranked = rank_units(prepared);
    sort_rows(sweep, ranked, group);
    find_cells(sweep, ranked, group);
    free(ranked);
    if (cut_weights(sweep))
        return sweep;
    stats_sweep_free(sweep);
    return NULL;
}

void stats_sweep_free(struct stats_sweep *sweep)
{
    if (!sweep)
        return;
    void *parts[] = {sweep->source, sweep->high,          sweep->low,    sweep->units,   sweep->first,   sweep->group,
                     sweep->stratum_first, sweep->factor, sweep->sampled, sweep->extents, sweep->answers, sweep->counts};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        free(parts[i]);
    free(sweep);
}

static bool is_answer(double value, double most)
{
    return value >= 0 && value <= most && value == (double)(int)value;
}

// Whether all values are answers in the sense of the sweep; *missing says whether some are missing.
static bool is_answers(const struct stats_sweep *sweep, const struct stats_values *values, double most, bool *missing)
{
    *missing = false;
    if (values->y) {
        for (size_t i = 0; i < sweep->rows; i++) {
            double value = values->y[sweep->source[i]];
            *missing |= isnan(value);
            if (!isnan(value) && !is_answer(value, most))
                return false;
        }
        return true;
    }
    uint8_t *used = survey_alloc(values->codes.count);
    bool good = true;
    memset(used, 0, values->codes.count);
    for (size_t i = 0; i < sweep->rows; i++)
        used[stats_code(&values->codes, sweep->source[i])] = 1;
    for (size_t code = 0; code < values->codes.count; code++) {
        double value = values->of_code[code];
        *missing |= used[code] && isnan(value);
        good &= !used[code] || isnan(value) || is_answer(value, most);
    }
    free(used);
    return good;
}

// An item on the way into its column.
struct packed {
    const struct stats_values *values;
    uint8_t *of_code; // NULL where values have no codes
    uint8_t *answers; // its column
    bool missing;     // it has a second one, of what is known
    struct stats_sweep_count *counts;
};

static uint8_t byte_of(double value)
{
    return value >= 0 ? (uint8_t)value : NOT_KNOWN;
}

// The answers of an item in one cell; what is counted on the way needs no second look at them.
static void pack_cell(const struct stats_sweep *sweep, const struct packed *item, size_t cell)
{
    struct stats_sweep_count *counts = &item->counts[sweep->group[cell]], own = *counts;
    size_t stride = sweep->stride;
    for (size_t i = sweep->first[cell]; i < sweep->first[cell + 1]; i++) {
        uint32_t row = sweep->source[i];
        uint8_t answer = item->of_code ? item->of_code[stats_code(&item->values->codes, row)] : byte_of(item->values->y[row]);
        bool here = answer != NOT_KNOWN;
        answer = here ? answer : 0;
        item->answers[i * stride] = answer;
        if (item->missing)
            item->answers[i * stride + sweep->partial] = here;
        if (!here)
            continue;
        own.base++;
        own.found += answer != 0;
        own.least = answer < own.least ? answer : own.least;
        own.most = answer > own.most ? answer : own.most;
        own.weights += sweep->units[i];
        own.sum += (stats_wide)sweep->units[i] * answer;
        own.squares += (stats_wide)sweep->units[i] * (answer * answer);
    }
    *counts = own;
}

static size_t in_eights(size_t columns)
{
    return (columns + SWEEP_LANES - 1) / SWEEP_LANES * SWEEP_LANES;
}

static void start_item(struct stats_sweep *sweep, const struct stats_sweep_item *item, size_t number, bool missing, struct packed *packed)
{
    *packed = (struct packed){.values = &item->y,
                              .answers = sweep->answers + sweep->place_of[number],
                              .missing = missing,
                              .counts = sweep->counts + number * sweep->groups};
    for (size_t group = 0; group < sweep->groups; group++)
        packed->counts[group] = (struct stats_sweep_count){.least = UINT8_MAX};
    if (item->y.y)
        return;
    packed->of_code = survey_alloc(item->y.codes.count);
    for (size_t code = 0; code < item->y.codes.count; code++)
        packed->of_code[code] = byte_of(item->y.of_code[code]);
}

void stats_sweep_pack(struct stats_sweep *sweep, struct stats_sweep_item *items, size_t count)
{
    bool missing[STATS_SWEEP_MOST];
    struct packed packed[STATS_SWEEP_MOST];
    size_t complete = 0, partial = 0, swept = 0;
    for (size_t i = 0; i < count; i++) {
        items[i].swept =
            is_answers(sweep, &items[i].y, items[i].kind == STATS_SWEEP_SHARE ? 1 : ANSWER_MOST, &missing[i]);
        complete += items[i].swept && !missing[i];
        partial += items[i].swept && missing[i];
    }
    sweep->items = complete + partial;
    sweep->complete = in_eights(complete);
    sweep->partial = in_eights(partial);
    sweep->stride = sweep->complete + 2 * sweep->partial;
    sweep->answers = survey_realloc(sweep->answers, sweep->rows * sweep->stride + 1, 1);
    sweep->counts = survey_realloc(sweep->counts, count * sweep->groups + 1, sizeof *sweep->counts);
    memset(sweep->answers, 0, sweep->rows * sweep->stride);
    complete = 0;
    partial = sweep->complete;
    for (size_t i = 0; i < count; i++)
        if (items[i].swept) {
            sweep->place_of[i] = missing[i] ? partial++ : complete++;
            start_item(sweep, &items[i], i, missing[i], &packed[swept++]);
        }
    for (size_t from = 0, to; from < sweep->cells; from = to) { // the rows of a few cells stay in the cache
        for (to = from + 1; to < sweep->cells && sweep->first[to + 1] - sweep->first[from] <= BLOCK; to++)
            ;
        for (size_t i = 0; i < swept; i++)
            for (size_t cell = from; cell < to; cell++)
                pack_cell(sweep, &packed[i], cell);
    }
    for (size_t i = 0; i < swept; i++)
        free(packed[i].of_code);
}

void stats_sweep_run(struct stats_sweep *sweep, struct stats_sweep_item *items, size_t count)
{
    for (size_t i = 0; i < count; i += STATS_SWEEP_MOST) {
        size_t some = count - i < STATS_SWEEP_MOST ? count - i : STATS_SWEEP_MOST;
        stats_sweep_pack(sweep, items + i, some);
        stats_sweep_sum(sweep, items + i, some);
    }
}
