// SPDX-License-Identifier: GPL-3.0-or-later
// Linearised scores of totals, means and ratios.
#include "stats/linear.h"

#include "stats/sum.h"
#include "survey/base/arena.h"
#include "survey/base/text.h"

#include <math.h>

// Weighted sums of a column over the kept rows, by way of a scratch column.
static double weighted_sum(const struct stats_design *design, const uint8_t *kept, const double *y, double *scratch)
{
    for (size_t row = 0; row < design->n; row++)
        scratch[row] = kept[row] ? design->weight[row] * (y ? y[row] : 1) : 0;
    return stats_sum(scratch, design->n);
}

// Finds the rows that count: in the domain, with a weight, and with a value in each of one or two columns.
static bool keep_rows(const struct stats_design *design, const double *y, const double *also, const uint8_t *domain,
                      struct survey_arena *arena, struct stats_linear *linear, struct survey_error *error)
{
    bool first = true;
    double value = 0;
    *linear = (struct stats_linear){.constant = true};
    linear->kept = survey_arena_array(arena, design->n, 1);
    linear->score = survey_arena_array(arena, design->n, sizeof *linear->score);
    for (size_t row = 0; row < design->n; row++) {
        if (!(design->weight[row] > 0) || (domain && !domain[row]))
            continue;
        if (isnan(y[row]) || (also && isnan(also[row]))) {
            linear->missing++;
            continue;
        }
        if (isinf(y[row]) || (also && isinf(also[row])))
            return survey_fail(error, SURVEY_ERROR_INPUT, "", _("row %zu has a value that is not finite"), row + 1);
        linear->kept[row] = 1;
        linear->base++;
        linear->counted += !also || also[row] != 0;
        linear->found += y[row] != 0;
        linear->constant = linear->constant && (first || y[row] == value);
        value = y[row];
        first = false;
    }
    if (!linear->base)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", linear->missing ? _("all values are missing") : _("no row is in the domain"));
    linear->sum_weights = weighted_sum(design, linear->kept, NULL, linear->score);
    return true;
}

// Variance of a mean of centred scores e under SRS without replacement of N = sum of weights (Kish 1965, 8.2):
// (1 - n/N) s^2 / n with s^2 = n / (n - 1) * sum w e^2 / N. Unknown where the weights do not expand the sample.
static double simple_variance(const struct stats_design *design, const struct stats_linear *linear, const double *e, double centre,
                              double *scratch)
{
    double n = (double)linear->base, population = linear->sum_weights;
    if (n < 2 || population <= n)
        return 0;
    for (size_t row = 0; row < design->n; row++)
        scratch[row] = linear->kept[row] ? design->weight[row] * (e[row] - centre) * (e[row] - centre) : 0;
    return n / (n - 1) * stats_sum(scratch, design->n) / population * (population - n) / (population * n);
}

bool stats_linear_mean(const struct stats_design *design, const double *y, const uint8_t *domain, struct survey_arena *arena,
                       struct stats_linear *linear, struct survey_error *error)
{
    if (!keep_rows(design, y, NULL, domain, arena, linear, error))
        return false;
    linear->value = weighted_sum(design, linear->kept, y, linear->score) / linear->sum_weights;
    // A mean of equal values is that value, whatever the division's last bit.
    for (size_t row = 0; linear->constant && row < design->n; row++)
        if (linear->kept[row])
            linear->value = y[row];
    linear->simple = simple_variance(design, linear, y, linear->value, linear->score);
    for (size_t row = 0; row < design->n; row++)
        linear->score[row] = linear->kept[row] ? design->weight[row] * (y[row] - linear->value) / linear->sum_weights : 0;
    return true;
}

bool stats_linear_total(const struct stats_design *design, const double *y, const uint8_t *domain, struct survey_arena *arena,
                        struct stats_linear *linear, struct survey_error *error)
{
    if (!keep_rows(design, y, NULL, domain, arena, linear, error))
        return false;
    linear->value = weighted_sum(design, linear->kept, y, linear->score);
    double population = linear->sum_weights;
    linear->simple = simple_variance(design, linear, y, linear->value / population, linear->score) * population * population;
    for (size_t row = 0; row < design->n; row++)
        linear->score[row] = linear->kept[row] ? design->weight[row] * y[row] : 0;
    return true;
}

static void judge_ratio(const struct stats_design *design, const double *numerator, const double *denominator, struct stats_linear *linear)
{
    linear->part = linear->full = true;
    for (size_t row = 0; row < design->n; row++)
        if (linear->kept[row]) {
            linear->part = linear->part && numerator[row] >= 0 && numerator[row] <= denominator[row];
            linear->full = linear->full && numerator[row] == denominator[row];
        }
}

bool stats_linear_ratio(const struct stats_design *design, const double *numerator, const double *denominator, const uint8_t *domain,
                        struct survey_arena *arena, struct stats_linear *linear, struct survey_error *error)
{
    if (!keep_rows(design, numerator, denominator, domain, arena, linear, error))
        return false;
    double below = weighted_sum(design, linear->kept, denominator, linear->score);
    if (below == 0)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("the total of the denominator is 0"));
    linear->value = weighted_sum(design, linear->kept, numerator, linear->score) / below;
    judge_ratio(design, numerator, denominator, linear);
    if (linear->full)
        linear->value = 1;
    double *residual = survey_arena_array(arena, design->n, sizeof *residual);
    for (size_t row = 0; row < design->n; row++)
        residual[row] = linear->kept[row] ? (numerator[row] - linear->value * denominator[row]) / below : 0;
    double centre = weighted_sum(design, linear->kept, residual, linear->score) / linear->sum_weights;
    linear->simple = simple_variance(design, linear, residual, centre, linear->score) * linear->sum_weights * linear->sum_weights;
    for (size_t row = 0; row < design->n; row++)
        linear->score[row] = design->weight[row] * residual[row];
    return true;
}
