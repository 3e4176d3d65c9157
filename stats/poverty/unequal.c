// SPDX-License-Identifier: GPL-3.0-or-later
// Measures of how unequal incomes are: Gini, Lorenz ordinates, S80/S20, the median gap of the poor.
#include "stats/poverty/measure_private.h"

#include "survey/base/text.h"

#include <math.h>
#include <stdlib.h>

static bool adds_up(const struct measuring *m, struct survey_error *error)
{
    return m->domain.total > 0 || survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                                              _("the incomes do not add up to more than 0, so that "
                                                "shares of them have no meaning"));
}

// The older form goes by rows: r is the cumulative weight up to and with the row, ties in the order
// of rows.
static void gini_upper(struct measuring *m)
{
    const struct stats_ladder *d = &m->domain;
    const double *weight = m->incomes->weight;
    double n = d->sum, t = d->total, below = 0, sum_below = 0, t1 = 0;
    for (size_t i = 0; i < d->n; i++) {
        double w = weight[d->row[i]];
        below += w;
        t1 += w * d->x[d->step[i]] * below;
    }
    double gini = m->answer->value = (2 * t1 - t) / (n * t) - 1;
    below = 0;
    for (size_t i = 0; m->score && i < d->n; i++) {
        double w = weight[d->row[i]], x = d->x[d->step[i]];
        below += w;
        m->score[d->row[i]] =
            w * (2 * (t - sum_below + x * below) - x - (gini + 1) * (t + n * x)) / (n * t);
        sum_below += w * x;
    }
}

// G = 2 sum w y c / (N T) - 1, c the cumulative weight at the middle of a step: the mean difference
// over twice the mean.
bool measure_gini(struct measuring *m, struct survey_error *error)
{
    const struct stats_ladder *d = &m->domain;
    if (!adds_up(m, error))
        return false;
    if (m->question->upper) {
        gini_upper(m);
        return true;
    }
    double n = d->sum, t = d->total, t1 = 0, *h = measuring_steps(m);
    for (size_t step = 0; step < d->steps; step++)
        t1 += d->weight[step] * d->x[step] * (d->below[step] + d->weight[step] / 2);
    double gini = m->answer->value = d->steps == 1 ? 0 : 2 * t1 / (n * t) - 1;
    for (size_t step = 0; step < d->steps; step++) {
        double x = d->x[step], own = d->weight[step] * x;
        double of_t1 =
            x * (d->below[step] + d->weight[step] / 2) + t - d->sum_below[step] - own / 2;
        h[step] = (2 * of_t1 - (gini + 1) * (t + n * x)) / (n * t);
    }
    measuring_add(m, h);
    free(h);
    return true;
}

// The curve is drawn straight between its points; its slope at p is the quantile (Kovacevic &
// Binder 1997).
bool measure_lorenz(struct measuring *m, struct survey_error *error)
{
    const struct stats_ladder *d = &m->domain;
    if (!adds_up(m, error))
        return false;
    double p = m->question->p, *h = measuring_steps(m);
    size_t at = stats_ladder_quantile(d, p);
    double q = d->x[at], value = (d->sum_below[at] + (p * d->sum - d->below[at]) * q) / d->total;
    m->answer->value = value;
    for (size_t step = 0; step < d->steps; step++) {
        double x = d->x[step];
        h[step] = ((x <= q ? x - q : 0) + p * q - x * value) / d->total;
    }
    measuring_add(m, h);
    free(h);
    return true;
}

// The influence on the quantile at p of the domain.
static void quantile_steps(const struct measuring *m, double q, double p, double *h)
{
    double density = stats_ladder_density(&m->domain, q, m->bandwidth, false);
    for (size_t step = 0; step < m->domain.steps; step++)
        h[step] = -((m->domain.x[step] <= q) - p) / (m->domain.sum * density);
}

// The income of the richest p over that of the poorest p. Where a share ends moves with its
// quantile (Langel & Tille 2011).
bool measure_qsr(struct measuring *m, struct survey_error *error)
{
    const struct stats_ladder *d = &m->domain;
    double p = m->question->p, poor = 0, rich = 0;
    double low = d->x[stats_ladder_quantile(d, p)], high = d->x[stats_ladder_quantile(d, 1 - p)];
    for (size_t step = 0; step < d->steps; step++) {
        poor += d->x[step] <= low ? d->weight[step] * d->x[step] : 0;
        rich += d->x[step] > high ? d->weight[step] * d->x[step] : 0;
    }
    if (!(poor > 0))
        return survey_fail(
            error, SURVEY_ERROR_INPUT, "", "%s",
            _("the poorest have no income together, so that nothing can be divided by it"));
    if (!(rich > 0))
        return survey_fail(
            error, SURVEY_ERROR_INPUT, "", "%s",
            _("nobody is above the upper quantile: the incomes are too few or too equal"));
    m->answer->value = rich / poor;
    if (!m->score)
        return true;
    double *h_low = measuring_steps(m), *h_high = measuring_steps(m);
    double mass_low = stats_ladder_density(d, low, m->bandwidth, true);
    double mass_high = stats_ladder_density(d, high, m->bandwidth, true);
    quantile_steps(m, low, p, h_low);
    quantile_steps(m, high, 1 - p, h_high);
    for (size_t step = 0; step < d->steps; step++) {
        double x = d->x[step], of_poor = (x <= low ? x : 0) + mass_low * h_low[step];
        double of_rich = (x > high ? x : 0) - mass_high * h_high[step];
        h_low[step] = (of_rich - m->answer->value * of_poor) / poor;
    }
    measuring_add(m, h_low);
    free(h_low);
    free(h_high);
    return true;
}

// 1 - (median income of the poor) / line. The median of the poor is where the share below it is
// half the poor's.
bool measure_rmpg(struct measuring *m, struct survey_error *error)
{
    const struct stats_ladder *d = &m->domain;
    size_t steps = measuring_poor_steps(m), at = 0;
    double poor = 0, n = d->sum, z = m->line;
    for (size_t step = 0; step < steps; step++)
        poor += d->weight[step];
    if (!steps)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("nobody is below the poverty line"));
    while (at + 1 < steps && d->below[at] + d->weight[at] < (0.5 - 1e-12) * poor)
        at++;
    double median = d->x[at], rate = poor / n;
    m->answer->value = 1 - median / z;
    if (!m->score)
        return true;
    double at_line = m->line_score ? stats_ladder_density(d, z, m->bandwidth, false) : 0;
    double at_median = stats_ladder_density(d, median, m->bandwidth, false),
           *h = measuring_steps(m);
    for (size_t step = 0; step < d->steps; step++) {
        double of_rate = ((step < steps) - rate) / n,
               below = ((d->x[step] <= median) - rate / 2) / n;
        h[step] = -(of_rate / 2 - below) / at_median / z;
    }
    measuring_add(m, h);
    measuring_add_line(m, median / (z * z) - at_line / 2 / at_median / z);
    free(h);
    return true;
}
