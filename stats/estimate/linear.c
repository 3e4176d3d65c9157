// SPDX-License-Identifier: GPL-3.0-or-later
// Linearised scores of totals, means and ratios.
#include "stats/estimate/linear.h"

#include "stats/math/sum.h"
#include "survey/base/arena.h"
#include "survey/base/text.h"

#include <math.h>

// The weighted sum of a column (NULL: of ones) over the rows that count, by way of a scratch column of base entries.
static double weighted_sum(const struct stats_design *design, const struct stats_linear *linear,
                           const double *y, double *scratch)
{
    for (size_t i = 0; i < linear->base; i++)
        scratch[i] = design->weight[linear->row[i]] * (y ? y[linear->row[i]] : 1);
    return stats_sum(scratch, linear->base);
}

static void keep_row(struct stats_linear *linear, uint32_t row, const double *y, const double *also)
{
    linear->constant = linear->constant && (linear->base == 0 || y[row] == y[linear->row[0]]);
    linear->row[linear->base++] = row;
    linear->counted += !also || also[row] != 0;
    linear->found += y[row] != 0;
}

// Finds the rows that count: in the domain, with a weight, and with a value in each of one or two columns.
static bool keep_rows(const struct stats_design *design, const double *y, const double *also,
                      const uint8_t *domain, struct survey_arena *arena, struct stats_linear *linear,
                      struct survey_error *error)
{
    size_t inside = 0, n = design->n;
    for (size_t row = stats_next_inside(domain, 0, n); row < n; row = stats_next_inside(domain, row + 1, n))
        inside++;
    *linear = (struct stats_linear){.constant = true};
    linear->row = survey_arena_array(arena, inside + 1, sizeof *linear->row);
    linear->score = survey_arena_array(arena, inside + 1, sizeof *linear->score);
    for (size_t row = stats_next_inside(domain, 0, n); row < n; row = stats_next_inside(domain, row + 1, n)) {
        if (!(design->weight[row] > 0))
            continue;
        if (isnan(y[row]) || (also && isnan(also[row])))
            linear->missing++;
        else if (isinf(y[row]) || (also && isinf(also[row])))
            return survey_fail(error, SURVEY_ERROR_INPUT, "", _("row %zu has a value that is not finite"),
                               row + 1);
        else
            keep_row(linear, (uint32_t)row, y, also);
    }
    if (!linear->base)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           linear->missing ? _("all values are missing") : _("no row is in the domain"));
    linear->sum_weights = weighted_sum(design, linear, NULL, linear->score);
    return true;
}

// Variance of a mean of e (base entries) under SRS without replacement of N = sum of weights (Kish 1965, 8.2):
// (1 - n/N) s^2 / n with s^2 = n / (n - 1) * sum w (e - centre)^2 / N. Unknown where the weights do not expand the
// sample.
static double simple_variance(const struct stats_design *design, const struct stats_linear *linear,
                              const double *e, double centre, double *scratch)
{
    double n = (double)linear->base, population = linear->sum_weights;
    if (n < 2 || population <= n)
        return 0;
    for (size_t i = 0; i < linear->base; i++)
        scratch[i] = design->weight[linear->row[i]] * (e[i] - centre) * (e[i] - centre);
    return n / (n - 1) * stats_sum(scratch, linear->base) / population * (population - n) / (population * n);
}

static double *gather(const struct stats_linear *linear, const double *y, struct survey_arena *arena)
{
    double *values = survey_arena_array(arena, linear->base, sizeof *values);
    for (size_t i = 0; i < linear->base; i++)
        values[i] = y[linear->row[i]];
    return values;
}

// Where replicates or degrees of freedom are to come: each row's part of the denominator (NULL: of ones), which is `below`.
static void keep_fractions(const struct stats_design *design, const double *denominator, double below,
                       struct survey_arena *arena, struct stats_linear *linear)
{
    if (!design->replicates && !design->satterthwaite)
        return;
    linear->fraction = survey_arena_array(arena, linear->base, sizeof *linear->fraction);
    for (size_t i = 0; i < linear->base; i++)
        linear->fraction[i] =
            design->weight[linear->row[i]] * (denominator ? denominator[linear->row[i]] : 1) / below;
}

bool stats_linear_mean(const struct stats_design *design, const double *y, const uint8_t *domain,
                       struct survey_arena *arena, struct stats_linear *linear, struct survey_error *error)
{
    if (!keep_rows(design, y, NULL, domain, arena, linear, error))
        return false;
    // A mean of equal values is that value, whatever the division's last bit.
    linear->value = linear->constant ? y[linear->row[0]]
                                     : weighted_sum(design, linear, y, linear->score) / linear->sum_weights;
    const double *values = gather(linear, y, arena);
    linear->simple = simple_variance(design, linear, values, linear->value, linear->score);
    for (size_t i = 0; i < linear->base; i++)
        linear->score[i] = design->weight[linear->row[i]] * (values[i] - linear->value) / linear->sum_weights;
    keep_fractions(design, NULL, linear->sum_weights, arena, linear);
    return true;
}

bool stats_linear_total(const struct stats_design *design, const double *y, const uint8_t *domain,
                        struct survey_arena *arena, struct stats_linear *linear, struct survey_error *error)
{
    if (!keep_rows(design, y, NULL, domain, arena, linear, error))
        return false;
    linear->value = weighted_sum(design, linear, y, linear->score);
    double population = linear->sum_weights;
    const double *values = gather(linear, y, arena);
    linear->simple = simple_variance(design, linear, values, linear->value / population, linear->score) *
                     population * population;
    for (size_t i = 0; i < linear->base; i++)
        linear->score[i] = design->weight[linear->row[i]] * values[i];
    return true;
}

static void judge_ratio(const double *numerator, const double *denominator, struct stats_linear *linear)
{
    linear->part = linear->full = true;
    for (size_t i = 0; i < linear->base; i++) {
        double above = numerator[linear->row[i]], below = denominator[linear->row[i]];
        linear->part = linear->part && above >= 0 && above <= below;
        linear->full = linear->full && above == below;
    }
}

bool stats_linear_ratio(const struct stats_design *design, const double *numerator, const double *denominator,
                        const uint8_t *domain, struct survey_arena *arena, struct stats_linear *linear,
                        struct survey_error *error)
{
    if (!keep_rows(design, numerator, denominator, domain, arena, linear, error))
        return false;
    double below = weighted_sum(design, linear, denominator, linear->score);
    if (below == 0)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("the total of the denominator is 0"));
    judge_ratio(numerator, denominator, linear);
    linear->value = linear->full ? 1 : weighted_sum(design, linear, numerator, linear->score) / below;
    double *residual = survey_arena_array(arena, linear->base, sizeof *residual);
    for (size_t i = 0; i < linear->base; i++) {
        size_t row = linear->row[i];
        residual[i] = (numerator[row] - linear->value * denominator[row]) / below;
        linear->score[i] = design->weight[row] * residual[i];
    }
    double centre = stats_sum(linear->score, linear->base) / linear->sum_weights,
           all = linear->sum_weights * linear->sum_weights;
    double *scratch = survey_arena_array(arena, linear->base, sizeof *scratch);
    linear->simple = simple_variance(design, linear, residual, centre, scratch) * all;
    keep_fractions(design, denominator, below, arena, linear);
    return true;
}
