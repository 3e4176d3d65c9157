// SPDX-License-Identifier: GPL-3.0-or-later
// Newton's method for calibration.
#include "stats/estimate/calibrate.h"

#include "stats/math/solve.h"
#include "survey/base/arena.h"
#include "survey/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NEWTON_MAX = 200, HALVINGS = 40 };

struct solving {
    const struct stats_calibration *of;
    const double *weight;
    size_t count; // columns that are independent
    size_t *kept; // which
    double *lambda, *gap, *next, *slopes, *row;
};

// g and its derivative at u. exp() only of what is not above 0.
static void factor_at(const struct stats_calibration *of, double u, double *g, double *slope)
{
    double lower = of->lower, upper = of->upper;
    if (of->distance == STATS_LOGIT) {
        double a = (upper - lower) / ((upper - 1) * (1 - lower)), e = exp(-fabs(a * u));
        double p = u > 0 ? e : 1, q = u > 0 ? 1 : e, below = (upper - 1) * p + (1 - lower) * q;
        *g = (lower * (upper - 1) * p + upper * (1 - lower) * q) / below;
        *slope = (upper - *g) * (1 - lower) * q * a / below;
        return;
    }
    *g = of->distance == STATS_RAKING ? exp(u) : 1 + u;
    *slope = of->distance == STATS_RAKING ? *g : 1;
    if (of->bounded && (*g < lower || *g > upper)) {
        *g = *g < lower ? lower : upper;
        *slope = 0;
    }
}

static double relative(const struct solving *in, const double *gap, size_t i)
{
    return fabs(gap[i]) / (1 + fabs(in->of->totals[in->kept[i]]));
}

// How far calibrated totals are from theirs under lambda, into gap; the largest relative one. slopes may be NULL.
static double misfit(struct solving *in, const double *lambda, double *gap, double *slopes)
{
    const struct stats_calibration *of = in->of;
    size_t p = in->count;
    for (size_t i = 0; i < p; i++)
        gap[i] = of->totals[in->kept[i]];
    if (slopes)
        memset(slopes, 0, p * p * sizeof *slopes);
    for (size_t row = 0; row < of->n; row++) {
        double u = 0, g, slope;
        if (!(in->weight[row] > 0))
            continue;
        for (size_t i = 0; i < p; i++) {
            in->row[i] = of->x[in->kept[i]][row];
            u += lambda[i] * in->row[i];
        }
        factor_at(of, u, &g, &slope);
        for (size_t i = 0; i < p; i++) {
            double wx = in->weight[row] * in->row[i];
            gap[i] -= g * wx;
            for (size_t j = 0; slopes && wx != 0 && j <= i; j++)
                slopes[i * p + j] += slope * wx * in->row[j];
        }
    }
    double worst = 0;
    for (size_t i = 0; i < p; i++)
        worst = fmax(worst, relative(in, gap, i));
    for (size_t i = 0; slopes && i < p; i++)
        for (size_t j = i + 1; j < p; j++)
            slopes[i * p + j] = slopes[j * p + i];
    return isfinite(worst) ? worst : HUGE_VAL;
}

// Of column c the part that the kept ones leave, against its own size: at most 1e-10 where it follows from them.
// Then *implied is the total that theirs give it.
static bool follows(struct solving *in, const double *gram, size_t c, double *implied)
{
    size_t p = in->of->count, k = in->count;
    double *a = in->slopes, *b = in->gap, left = gram[c * p + c];
    for (size_t i = 0; i < k; i++) {
        b[i] = gram[c * p + in->kept[i]];
        for (size_t j = 0; j < k; j++)
            a[i * k + j] = gram[in->kept[i] * p + in->kept[j]];
    }
    *implied = 0;
    if (k && !stats_solve(a, k, b, 1))
        return false; // never: the kept ones are independent
    for (size_t i = 0; i < k; i++) {
        left -= b[i] * gram[c * p + in->kept[i]];
        *implied += b[i] * in->of->totals[in->kept[i]];
    }
    return !(left > 1e-10 * gram[c * p + c]);
}

static bool keep_independent(struct solving *in, struct survey_error *error)
{
    const struct stats_calibration *of = in->of;
    size_t p = of->count;
    double *gram = survey_realloc(NULL, p * p, sizeof *gram), implied;
    bool done = true;
    memset(gram, 0, p * p * sizeof *gram);
    for (size_t row = 0; row < of->n; row++)
        for (size_t i = 0; in->weight[row] > 0 && i < p; i++) {
            double wx = in->weight[row] * of->x[i][row];
            for (size_t j = 0; wx != 0 && j < p; j++)
                gram[i * p + j] += wx * of->x[j][row];
        }
    for (size_t c = 0; done && c < p; c++) {
        double total = of->totals[c];
        if (!(gram[c * p + c] > 0)) {
            done = total == 0 || survey_fail(error, SURVEY_ERROR_INPUT, "",
                                             _("'%s' is to sum to %g, and no row with a weight has it"),
                                             of->names[c], total);
        } else if (!follows(in, gram, c, &implied)) {
            in->kept[in->count++] = c;
        } else if (!(fabs(implied - total) <= 1e-6 * (1 + fabs(total)))) {
            done = survey_fail(error, SURVEY_ERROR_INPUT, "",
                               _("the calibration is singular: '%s' depends on the columns before it, whose "
                                 "totals make it %g, not %g"),
                               of->names[c], round(implied * 1e6) / 1e6, total);
        }
    }
    free(gram);
    return done;
}

// Where the bounds hold so many rows that the slopes are singular, the search ends there.
static bool search(struct solving *in, struct survey_error *error)
{
    size_t p = in->count;
    memset(in->lambda, 0, (p + 1) * sizeof *in->lambda);
    double worst = misfit(in, in->lambda, in->gap, in->slopes);
    for (int round = 0; worst > 1e-13 && round < NEWTON_MAX; round++) {
        if (!stats_solve(in->slopes, p, in->gap, 1))
            break;
        double step = 1, better = HUGE_VAL;
        for (int half = 0; half < HALVINGS && !(better < worst); half++, step /= 2) {
            for (size_t i = 0; i < p; i++)
                in->next[i] = in->lambda[i] + step * in->gap[i];
            better = misfit(in, in->next, in->next + p, NULL);
        }
        if (!(better < worst))
            break; // as near as numbers go
        memcpy(in->lambda, in->next, p * sizeof *in->lambda);
        worst = misfit(in, in->lambda, in->gap, in->slopes);
    }
    if (!(worst > 1e-8))
        return true;
    size_t off = 0;
    misfit(in, in->lambda, in->gap, NULL);
    for (size_t i = 1; i < p; i++)
        off = relative(in, in->gap, i) > relative(in, in->gap, off) ? i : off;
    return survey_fail(
        error, SURVEY_ERROR_INPUT, "",
        in->of->bounded || in->of->distance == STATS_LOGIT ? _("the calibration has not converged: '%s' is off by %g; the bounds may be too narrow")
                      : _("the calibration has not converged: '%s' is off by %g"),
        in->of->names[in->kept[off]], in->gap[off]);
}

bool stats_calibrate(const struct stats_calibration *of, const double *weight, double *factor,
                     struct survey_error *error)
{
    size_t p = of->count + 1;
    struct solving in = {.of = of,
                         .weight = weight,
                         .kept = survey_realloc(NULL, p, sizeof(size_t)),
                         .lambda = survey_realloc(NULL, p, sizeof(double)),
                         .gap = survey_realloc(NULL, p, sizeof(double)),
                         .next = survey_realloc(NULL, 2 * p, sizeof(double)),
                         .slopes = survey_realloc(NULL, p * p, sizeof(double)),
                         .row = survey_realloc(NULL, p, sizeof(double))};
    bool done = keep_independent(&in, error) && search(&in, error);
    for (size_t row = 0; done && row < of->n; row++) {
        double u = 0, slope;
        for (size_t i = 0; i < in.count; i++)
            u += in.lambda[i] * of->x[in.kept[i]][row];
        factor[row] = 1;
        if (weight[row] > 0)
            factor_at(of, u, &factor[row], &slope);
    }
    free(in.kept);
    free(in.lambda);
    free(in.gap);
    free(in.next);
    free(in.slopes);
    free(in.row);
    return done;
}
