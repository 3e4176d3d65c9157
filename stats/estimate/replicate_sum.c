// SPDX-License-Identifier: GPL-3.0-or-later
// What replicates give: sums of unit totals under their factors, and variances of them.
#include "stats/estimate/replicate.h"

#include "stats/estimate/clones.h"
#include "stats/math/sum.h"
#include "survey/base/arena.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef double eight __attribute__((vector_size(64)));
enum { LANES = STATS_REPLICATE_LANES, BLOCK = 8 };

static double sign_of(const struct stats_replicates *of, size_t replicate, size_t unit)
{
    double plus = of->signs[of->plus[unit] * of->order + replicate];
    return of->minus ? plus - of->signs[of->minus[unit] * of->order + replicate] : plus;
}

CLONES static void drawn_factors(const struct stats_replicates *of, size_t replicate, double *factor)
{
    const uint8_t *drawn = of->drawn + replicate * of->units;
    for (size_t unit = 0; unit < of->units; unit++)
        factor[unit] = of->base[unit] + of->step[unit] * drawn[unit];
}

void stats_replicate_factors(const struct stats_replicates *of, size_t replicate, double *factor)
{
    if (of->factor)
        memcpy(factor, of->factor + replicate * of->units, of->units * sizeof *factor);
    else if (of->drawn)
        drawn_factors(of, replicate, factor);
    else if (of->signs)
        for (size_t unit = 0; unit < of->units; unit++)
            factor[unit] = of->plus[unit] == UINT32_MAX
                               ? 1
                               : of->base[unit] + of->step[unit] * sign_of(of, replicate, unit);
    else
        for (size_t unit = 0, out = of->out[replicate]; unit < of->units; unit++)
            factor[unit] = unit == out                          ? 0
                           : of->stratum[unit] == of->stratum[out] ? of->inflate[of->stratum[out]]
                                                                   : 1;
}

// Sums of eight columns in eight replicates: unit after unit, whatever the machine.
CLONES static void add_block(const double *const factor[static BLOCK], const double *totals, size_t units,
                             size_t stride, eight *sums)
{
    eight a = {0}, b = a, c = a, d = a, e = a, f = a, g = a, h = a;
    for (size_t unit = 0; unit < units; unit++) {
        eight t;
        memcpy(&t, totals + unit * stride, sizeof t);
        a += factor[0][unit] * t;
        b += factor[1][unit] * t;
        c += factor[2][unit] * t;
        d += factor[3][unit] * t;
        e += factor[4][unit] * t;
        f += factor[5][unit] * t;
        g += factor[6][unit] * t;
        h += factor[7][unit] * t;
    }
    memcpy(sums, (eight[]){a, b, c, d, e, f, g, h}, sizeof(eight) * BLOCK);
}

// The jackknife by its strata: all - stratum + (stratum - unit) * n / (n - 1).
static void add_jackknife(const struct stats_replicates *of, const double *totals, size_t columns, double *sums)
{
    size_t strata = of->units ? of->stratum[of->units - 1] + 1u : 0;
    double *whole = survey_realloc(NULL, columns, sizeof *whole),
           *part = survey_realloc(NULL, strata * columns + 1, sizeof *part);
    memset(whole, 0, columns * sizeof *whole);
    memset(part, 0, strata * columns * sizeof *part);
    for (size_t unit = 0; unit < of->units; unit++)
        for (size_t c = 0; c < columns; c++) {
            part[of->stratum[unit] * columns + c] += totals[unit * columns + c];
            whole[c] += totals[unit * columns + c];
        }
    for (size_t r = 0; r < of->count; r++) {
        size_t out = of->out[r], h = of->stratum[out];
        for (size_t c = 0; c < columns; c++)
            sums[r * columns + c] = whole[c] - part[h * columns + c] +
                                    (part[h * columns + c] - totals[out * columns + c]) * of->inflate[h];
    }
    free(whole);
    free(part);
}

void stats_replicate_sums(const struct stats_replicates *of, const double *totals, size_t columns, double *sums)
{
    if (of->out) {
        add_jackknife(of, totals, columns, sums);
        return;
    }
    double *room = survey_realloc(NULL, BLOCK * (of->units + 1), sizeof *room);
    const double *factor[BLOCK];
    eight block[BLOCK];
    for (size_t r = 0; r < of->count; r += BLOCK) {
        size_t most = of->count - r < BLOCK ? of->count - r : BLOCK;
        for (size_t k = 0; k < BLOCK; k++) {
            factor[k] = room + k * of->units;
            if (k < most)
                stats_replicate_factors(of, r + k, room + k * of->units);
            else
                memset(room + k * of->units, 0, of->units * sizeof *room);
        }
        for (size_t c = 0; c < columns; c += LANES) {
            add_block(factor, totals + c, of->units, columns, block);
            for (size_t k = 0; k < most; k++)
                memcpy(sums + (r + k) * columns + c, &block[k], sizeof *block);
        }
    }
    free(room);
}

double stats_replicate_spread(const struct stats_replicates *of, const double *values, double full)
{
    double centre = 0, used = 0, sum = 0;
    for (size_t r = 0; r < of->count; r++)
        if (of->rscales[r] > 0) {
            centre += values[r];
            used++;
        }
    centre = of->plan.mse || used == 0 ? full : centre / used;
    for (size_t r = 0; r < of->count; r++)
        sum += of->rscales[r] * (values[r] - centre) * (values[r] - centre);
    return of->scale * sum;
}

void stats_replicate_variance(const struct stats_replicates *of, const uint32_t *row, size_t count,
                              const double *e, const double *b, double *variance, bool *lost)
{
    uint32_t *unit = survey_realloc(NULL, count + 1, sizeof *unit);
    double *total = survey_realloc(NULL, 2 * of->units + 1, sizeof *total),
           *totals = survey_realloc(NULL, LANES * of->units + 1, sizeof *totals),
           *sums = survey_realloc(NULL, LANES * of->count + 1, sizeof *sums),
           *values = survey_realloc(NULL, of->count + 1, sizeof *values);
    for (size_t i = 0; i < count; i++)
        unit[i] = of->unit_of_row[row[i]];
    memset(totals, 0, LANES * of->units * sizeof *totals);
    stats_group_sums(e, unit, count, of->units, total);
    if (b)
        stats_group_sums(b, unit, count, of->units, total + of->units);
    for (size_t u = 0; u < of->units; u++) {
        totals[u * LANES] = total[u];
        totals[u * LANES + 1] = b ? total[of->units + u] : 0;
    }
    stats_replicate_sums(of, totals, LANES, sums);
    *lost = false;
    for (size_t r = 0; r < of->count; r++) {
        double below = b ? sums[r * LANES + 1] : 1;
        *lost = *lost || !(fabs(below) > 1e-12);
        values[r] = sums[r * LANES] / below;
    }
    double full = b ? 0 : stats_sum(e, count);
    *variance = *lost ? 0 : stats_replicate_spread(of, values, full);
    free(unit);
    free(total);
    free(totals);
    free(sums);
    free(values);
}
