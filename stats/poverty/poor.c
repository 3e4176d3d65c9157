// SPDX-License-Identifier: GPL-3.0-or-later
// Measures of how many are poor, how poor, and how unequal among themselves.
#include "stats/poverty/measure_private.h"

#include <math.h>
#include <stdlib.h>

// A mean over the domain of a function of the income, 0 above the line; slope is how it moves with
// the line.
static void mean_of(struct measuring *m, double *h, double slope)
{
    const struct stats_ladder *d = &m->domain;
    double sum = 0;
    for (size_t step = 0; step < d->steps; step++)
        sum += d->weight[step] * h[step];
    m->answer->value = sum / d->sum;
    for (size_t step = 0; step < d->steps; step++)
        h[step] = (h[step] - m->answer->value) / d->sum;
    measuring_add(m, h);
    measuring_add_line(m, slope);
}

// The mean of ((z - y) / z)^alpha among the poor. Its slope in z is that of the powers; the
// headcount moves by the density.
void measure_fgt(struct measuring *m)
{
    const struct stats_ladder *d = &m->domain;
    double alpha = m->question->alpha, z = m->line, slope = 0, *h = measuring_steps(m);
    for (size_t step = 0; step < d->steps; step++) {
        bool poor = measuring_poor(m, d->x[step]);
        double gap = (z - d->x[step]) / z;
        h[step] = !poor ? 0 : alpha == 0 ? 1 : pow(gap, alpha);
        if (poor && alpha > 0)
            slope += d->weight[step] * alpha * pow(gap, alpha - 1) * d->x[step] / (z * z) / d->sum;
    }
    if (m->line_score && alpha == 0)
        slope = stats_ladder_density(d, z, m->bandwidth, false);
    mean_of(m, h, slope);
    free(h);
}

// The mean of ln(z / y) among the poor; incomes of 0 or less are not in the domain.
void measure_watts(struct measuring *m)
{
    const struct stats_ladder *d = &m->domain;
    double slope = 0, *h = measuring_steps(m);
    for (size_t step = 0; step < d->steps; step++) {
        bool poor = measuring_poor(m, d->x[step]);
        h[step] = poor ? log(m->line / d->x[step]) : 0;
        slope += poor ? d->weight[step] / m->line / d->sum : 0;
    }
    mean_of(m, h, slope);
    free(h);
}

// S = H (I + (1 - I) G) = P / N - Q / (z N), where P is the weight of the poor, Q = 2 A - 2 B / P,
// A = sum w y and B = sum w y c over the poor, c the cumulative weight at the middle of a step. So
// written it needs no division by A.
void measure_sen(struct measuring *m)
{
    const struct stats_ladder *d = &m->domain;
    size_t steps = measuring_poor_steps(m);
    double z = m->line, n = d->sum, p = 0, a = 0, b = 0;
    if (!steps)
        return;
    for (size_t step = 0; step < steps; step++) {
        p += d->weight[step];
        a += d->weight[step] * d->x[step];
        b += d->weight[step] * d->x[step] * (d->below[step] + d->weight[step] / 2);
    }
    double q = 2 * a - 2 * b / p, *h = measuring_steps(m);
    m->answer->value = p / n - q / (z * n);
    m->answer->head = p / n;
    m->answer->gap = 1 - a / (p * z);
    m->answer->unequal = a > 0 ? 2 * b / (p * a) - 1 : 0;
    for (size_t step = 0; step < d->steps; step++) {
        h[step] = (-p / n + q / (z * n)) / n;
        if (step < steps) {
            double own = d->weight[step] * d->x[step];
            double of_b = d->x[step] * (d->below[step] + d->weight[step] / 2) + a -
                          d->sum_below[step] - own / 2;
            h[step] += 1 / n - (2 * d->x[step] - 2 * of_b / p + 2 * b / (p * p)) / (z * n);
        }
    }
    measuring_add(m, h);
    if (m->line_score) {
        double f = stats_ladder_density(d, z, m->bandwidth, false);
        measuring_add_line(m, f + q / (z * z * n) - 2 * b * f / (z * p * p));
    }
    free(h);
}

// (2 / N^2) sum over the poor of w g (N - c): gaps from the largest on, each at the middle of its
// share of all.
void measure_sst(struct measuring *m)
{
    const struct stats_ladder *d = &m->domain;
    size_t steps = measuring_poor_steps(m);
    double z = m->line, n = d->sum, u = 0, slope = 0, gaps = 0, *h = measuring_steps(m);
    for (size_t step = 0; step < steps; step++) {
        double above = n - d->below[step] - d->weight[step] / 2;
        u += d->weight[step] * (z - d->x[step]) / z * above;
        slope += d->weight[step] * d->x[step] / (z * z) * above;
    }
    m->answer->value = 2 * u / (n * n);
    for (size_t step = 0; step < d->steps; step++) {
        double gap = step < steps ? (z - d->x[step]) / z : 0, own = d->weight[step] * gap;
        double above = n - d->below[step] - d->weight[step] / 2;
        h[step] = 2 * (gap * above + gaps + own / 2) / (n * n) - 2 * m->answer->value / n;
        gaps += own;
    }
    measuring_add(m, h);
    measuring_add_line(m, 2 * slope / (n * n));
    free(h);
}
