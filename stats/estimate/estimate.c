// SPDX-License-Identifier: GPL-3.0-or-later
// Totals, means, shares and ratios with their standard errors, intervals and design effects.
#include "stats/estimate/estimate.h"

#include "stats/estimate/interval.h"
#include "stats/estimate/made.h"
#include "stats/estimate/quantile.h"
#include "stats/estimate/replicate.h"
#include "stats/estimate/satterthwaite.h"
#include "stats/math/distribution.h"
#include "survey/base/arena.h"
#include "survey/base/text.h"

#include <math.h>
#include <stdlib.h>

void stats_made_put(const struct stats_design *design, const struct stats_made *made,
                    struct stats_estimate *estimate)
{
    const struct stats_linear *linear = &made->linear;
    *estimate = (struct stats_estimate){.value = linear->value,
                                        .low = linear->value,
                                        .high = linear->value,
                                        .interval = "none",
                                        .df = design->satterthwaite
                                                  ? made->df
                                                  : (double)made->extent.units - (double)made->extent.strata,
                                        .base = linear->base,
                                        .missing = linear->missing,
                                        .found = linear->found,
                                        .sum_weights = linear->sum_weights};
    if (made->census) {
        estimate->known_se = true;
        estimate->interval = "census";
        return;
    }
    // Equal values, or no degrees of freedom, show no variance: that is not the same as being sure.
    if (estimate->df <= 0 || (made->variance <= 0 && linear->constant))
        return;
    estimate->lost = made->lost;
    if (made->lost)
        return;
    estimate->known_se = true;
    estimate->se = sqrt(fmax(0, made->variance));
    estimate->interval = "t";
    stats_interval_t(estimate->value, estimate->se, estimate->df, design->confidence, &estimate->low,
                     &estimate->high);
    if (linear->simple > 0 && made->variance > 0) {
        estimate->deff = made->variance / linear->simple;
        estimate->effective = (double)linear->base / estimate->deff;
    }
}

enum kind { MEAN, TOTAL, RATIO };

static bool make(const struct stats_design *design, enum kind kind, const double *y,
                 const double *denominator, const uint8_t *domain, struct stats_made *made,
                 struct survey_error *error)
{
    const struct stats_prepared *prepared;
    struct stats_prepared *own;
    if (!stats_prepared_get(design, &prepared, &own, error))
        return false;
    struct survey_arena *arena = survey_arena_new();
    struct stats_linear *linear = &made->linear;
    bool done = kind == MEAN    ? stats_linear_mean(design, y, domain, arena, linear, error)
                : kind == TOTAL ? stats_linear_total(design, y, domain, arena, linear, error)
                                : stats_linear_ratio(design, y, denominator, domain, arena, linear, error);
    if (done) {
        const double *scores[1] = {linear->score};
        made->extent = stats_extent(prepared, domain);
        done = stats_variance(prepared, scores, 1, linear->row, linear->base, &made->variance, &made->census,
                              error);
        made->lost = false;
        made->df = 0;
        if (done && design->satterthwaite)
            made->df = fmin(stats_satterthwaite(prepared, linear->row, linear->base, linear->fraction, design->assumed_icc),
                            (double)made->extent.units - (double)made->extent.strata);
        if (done && design->replicates)
            stats_replicate_variance(design->replicates, linear->row, linear->base, linear->score,
                                     linear->fraction, &made->variance, &made->lost);
    }
    linear->row = NULL;
    linear->score = linear->fraction = NULL;
    survey_arena_free(arena);
    stats_prepared_free(own);
    if (done && !isfinite(linear->value))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("the values are too large to estimate from"));
    return done;
}

bool stats_total(const struct stats_design *design, const double *y, const uint8_t *domain,
                 struct stats_estimate *estimate, struct survey_error *error)
{
    struct stats_made made;
    if (!make(design, TOTAL, y, NULL, domain, &made, error))
        return false;
    stats_made_put(design, &made, estimate);
    return true;
}

bool stats_mean(const struct stats_design *design, const double *y, const uint8_t *domain,
                struct stats_estimate *estimate, struct survey_error *error)
{
    struct stats_made made;
    if (!make(design, MEAN, y, NULL, domain, &made, error))
        return false;
    stats_made_put(design, &made, estimate);
    return true;
}

// The effective sample that the assumed intra-class correlation leaves at most (Kish 1965, 5.4).
static double assumed_effective(const struct stats_design *design, const struct stats_made *made)
{
    double rows_a_unit = (double)made->extent.rows / (double)made->extent.units;
    return (double)made->linear.counted / (1 + (rows_a_unit - 1) * design->assumed_icc);
}

// None or all were found: the sample shows no variance, so the limit rests on an assumed design effect.
static void put_limit(const struct stats_design *design, const struct stats_made *made, bool all,
                      struct stats_estimate *estimate)
{
    double factor = stats_df_factor(1 - design->confidence, (double)made->linear.counted, estimate->df);
    if (made->census)
        return;
    estimate->known_se = false;
    estimate->se = estimate->deff = estimate->effective = 0;
    if (factor <= 0) {
        estimate->interval = "none";
        return;
    }
    estimate->effective = assumed_effective(design, made) * factor;
    double limit = stats_limit_none(estimate->effective, design->confidence);
    estimate->interval = all ? "lower limit" : "upper limit";
    estimate->low = all ? 1 - limit : 0;
    estimate->high = all ? 1 : limit;
}

static void put_share(const struct stats_design *design, const struct stats_made *made,
                      struct stats_estimate *estimate)
{
    double share = estimate->value, at_most = assumed_effective(design, made);
    if (made->census || made->lost || estimate->df <= 0)
        return;
    estimate->known_se = true;
    double effective = made->variance > 0 ? share * (1 - share) / made->variance : HUGE_VAL;
    if (effective > at_most && (design->assumed_icc > 0 || isinf(effective)))
        effective = at_most;
    effective *= stats_df_factor((1 - design->confidence) / 2, (double)made->extent.rows, estimate->df);
    estimate->interval = "korn-graubard";
    estimate->effective = effective;
    stats_interval_beta(share, effective, design->confidence, &estimate->low, &estimate->high);
}

void stats_made_put_share(const struct stats_design *design, const struct stats_made *made,
                          struct stats_estimate *estimate)
{
    stats_made_put(design, made, estimate);
    if (made->linear.constant)
        put_limit(design, made, made->linear.found > 0, estimate);
    else
        put_share(design, made, estimate);
}

bool stats_share(const struct stats_design *design, const double *y, const uint8_t *domain,
                 struct stats_estimate *estimate, struct survey_error *error)
{
    struct stats_made made;
    for (size_t row = 0; row < design->n; row++)
        if (y[row] != 0 && y[row] != 1 && !isnan(y[row]) && (!domain || domain[row]))
            return survey_fail(error, SURVEY_ERROR_INPUT, "",
                               _("a share is of values 0 and 1; row %zu has %g"), row + 1, y[row]);
    if (!make(design, MEAN, y, NULL, domain, &made, error))
        return false;
    stats_made_put_share(design, &made, estimate);
    return true;
}

bool stats_ratio(const struct stats_design *design, const double *numerator, const double *denominator,
                 const uint8_t *domain, struct stats_estimate *estimate, struct survey_error *error)
{
    struct stats_made made;
    if (!make(design, RATIO, numerator, denominator, domain, &made, error))
        return false;
    stats_made_put(design, &made, estimate);
    if (made.linear.part && (made.linear.full || made.linear.found == 0))
        put_limit(design, &made, made.linear.found > 0, estimate);
    else if (made.linear.found == 0 && !made.census)
        *estimate = (struct stats_estimate){.interval = "none",
                                            .df = estimate->df,
                                            .base = estimate->base,
                                            .missing = estimate->missing,
                                            .sum_weights = estimate->sum_weights,
                                            .lost = estimate->lost};
    return true;
}

// The ends of the interval of a share below a quantile, as values.
static void put_woodruff(const struct stats_design *design, const struct stats_estimate *share,
                         const struct stats_sorted *sorted, struct stats_estimate *estimate)
{
    double low = share->low, high = share->high;
    if (low < 0 || high > 1) {
        double effective = share->value * (1 - share->value) / (share->se * share->se);
        effective *= stats_df_factor((1 - design->confidence) / 2, (double)share->base, share->df);
        stats_interval_beta(share->value, effective, design->confidence, &low, &high);
    }
    estimate->interval = "woodruff";
    estimate->low = stats_quantile_of(sorted, STATS_MATH, low);
    estimate->high = stats_quantile_of(sorted, STATS_MATH, high);
    estimate->se = (estimate->high - estimate->low) /
                   (2 * stats_t_quantile(1 - (1 - design->confidence) / 2, share->df));
}

bool stats_quantile(const struct stats_design *design, const double *y, const uint8_t *domain, double p,
                    struct stats_estimate *estimate, struct survey_error *error)
{
    if (!(p > 0 && p < 1))
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("a quantile's probability is between 0 and 1, not %g"), p);
    struct stats_made whole;
    if (!make(design, MEAN, y, NULL, domain, &whole, error))
        return false;
    uint8_t *kept = survey_alloc(design->n);
    double *below = survey_realloc(NULL, design->n, sizeof *below);
    struct stats_sorted sorted;
    for (size_t row = 0; row < design->n; row++)
        kept[row] = (!domain || domain[row]) && !isnan(y[row]);
    stats_sorted_make(y, design->weight, kept, design->n, &sorted);
    double value = stats_quantile_of(&sorted, STATS_MATH, p);
    for (size_t row = 0; row < design->n; row++)
        below[row] = isnan(y[row]) ? y[row] : y[row] <= value;
    struct stats_estimate share;
    bool done = stats_mean(design, below, domain, &share, error);
    if (done) {
        *estimate = share;
        estimate->value = estimate->low = estimate->high = value;
        estimate->found = whole.linear.found;
        if (share.known_se && share.se > 0)
            put_woodruff(design, &share, &sorted, estimate);
        else if (!share.known_se)
            estimate->se = 0;
    }
    stats_sorted_free(&sorted);
    free(kept);
    free(below);
    return done;
}
