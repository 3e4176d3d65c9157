// SPDX-License-Identifier: GPL-3.0-or-later
// Satterthwaite's degrees of freedom in time that grows with the PSUs.
//
// V is the sum over strata of f_h |C t_h|^2, t_h its PSU totals, C centring. With the working model the totals
// have, up to a factor, the covariance K = diag(q) - u q' - q u' + Q u u': q_i = (1 - icc) sum w^2 + icc (sum w)^2 of
// PSU i, Q their sum, u_i its part of the denominator (0 of a total). The trace of f C K and of its square follow
// from moments within strata, as K is diagonal but for two vectors.
#include "stats/estimate/satterthwaite.h"

#include "stats/math/sum.h"
#include "survey/base/arena.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Of one stratum: its factor; products of the centred vectors u and q; traces of C diag(q) C and its square.
struct moments {
    double factor, uu, uq, qq, trace, square, duq, duu; // d..: with diag(q) between
};

static double factor_of(const struct stats_stage *stage, size_t stratum)
{
    double n = stage->sampled[stratum], left = stage->left[stratum];
    return n > 1 && left > 1e-7 ? left * n / (n - 1) : 0;
}

static void find_moments(const struct stats_stage *stage, const double *u, const double *q, struct moments *moments,
                         struct survey_arena *arena)
{
    size_t strata = stage->strata;
    double *mean_u = survey_arena_array(arena, strata, sizeof *mean_u),
           *mean_q = survey_arena_array(arena, strata, sizeof *mean_q),
           *column = survey_arena_array(arena, stage->units, sizeof *column),
           *sum = survey_arena_array(arena, strata, sizeof *sum);
    stats_group_sums(u, stage->stratum_of_unit, stage->units, strata, mean_u);
    stats_group_sums(q, stage->stratum_of_unit, stage->units, strata, mean_q);
    for (size_t h = 0; h < strata; h++) {
        double n = stage->sampled[h];
        mean_u[h] /= n;
        mean_q[h] /= n;
        moments[h].factor = factor_of(stage, h);
        moments[h].trace = (n - 1) * mean_q[h];
    }
    for (int which = 0; which < 6; which++) { // sums that do not depend on the order of units
        for (size_t i = 0; i < stage->units; i++) {
            uint32_t h = stage->stratum_of_unit[i];
            double cu = u[i] - mean_u[h], cq = q[i] - mean_q[h];
            const double terms[] = {cu * cu, cu * cq, cq * cq, q[i] * q[i], q[i] * cu * cq, q[i] * cu * cu};
            column[i] = terms[which];
        }
        stats_group_sums(column, stage->stratum_of_unit, stage->units, strata, sum);
        for (size_t h = 0; h < strata; h++) {
            struct moments *m = &moments[h];
            double n = stage->sampled[h];
            double *const into[] = {&m->uu, &m->uq, &m->qq, &m->square, &m->duq, &m->duu};
            *into[which] = which == 3 ? sum[h] * (1 - 2 / n) + mean_q[h] * mean_q[h] : sum[h];
        }
    }
}

double stats_satterthwaite(const struct stats_prepared *prepared, const uint32_t *row, size_t count,
                           const double *fraction, double icc)
{
    const struct stats_stage *stage = &prepared->stage[0];
    struct survey_arena *arena = survey_arena_new();
    uint32_t *unit = survey_arena_array(arena, count + 1, sizeof *unit);
    double *terms = survey_arena_array(arena, count + 1, sizeof *terms),
           *u = survey_arena_array(arena, stage->units, sizeof *u),
           *q = survey_arena_array(arena, stage->units, sizeof *q),
           *sum = survey_arena_array(arena, stage->units, sizeof *sum);
    struct moments *moments = survey_arena_array(arena, stage->strata, sizeof *moments);
    for (size_t i = 0; i < count; i++)
        unit[i] = stage->unit_of_row[row[i]];
    if (fraction)
        stats_group_sums(fraction, unit, count, stage->units, u);
    for (size_t i = 0; i < count; i++)
        terms[i] = prepared->design->weight[row[i]];
    stats_group_sums(terms, unit, count, stage->units, sum);
    for (size_t i = 0; i < count; i++)
        terms[i] *= terms[i];
    stats_group_sums(terms, unit, count, stage->units, q);
    for (size_t i = 0; i < stage->units; i++)
        q[i] = (1 - icc) * q[i] + icc * sum[i] * sum[i];
    find_moments(stage, u, q, moments, arena);
    double all = stats_sum(q, stage->units), trace = 0, square = 0, uu = 0, uq = 0, qq = 0;
    for (size_t h = 0; h < stage->strata; h++) {
        const struct moments *m = &moments[h];
        trace += m->factor * (m->trace - 2 * m->uq + all * m->uu);
        square += m->factor * m->factor * (m->square + 2 * (all * m->duu - 2 * m->duq));
        uu += m->factor * m->uu;
        uq += m->factor * m->uq;
        qq += m->factor * m->qq;
    }
    square += all * all * uu * uu - 4 * all * uu * uq + 2 * uu * qq + 2 * uq * uq;
    survey_arena_free(arena);
    return trace > 0 && square > 0 ? trace * trace / square : 0;
}
