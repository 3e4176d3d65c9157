// SPDX-License-Identifier: GPL-3.0-or-later
// Entropy balancing: weights of the controls that are as even as they can be and give the means of
// the treated (Hainmueller 2012).
//
// min sum w log(w / q) with sum w x = mean of the treated and sum w = 1: w = q exp(x'l) / sum, and
// l minimises log sum q exp((x - mean)'l), by Newton's method with step halving. q are the survey's
// weights, else equal.
#include "stats/effect/weighing.h"

#include "stats/math/solve.h"
#include "stats/math/sum.h"

enum { ROUNDS = 200 };

struct dual {
    size_t n, p;                     // controls, conditions
    size_t *index;                   // of the controls
    const double *q;                 // n
    double **z;                      // p columns of n: (x - mean of the treated) / spread
    const char **names;              // p
    double *lambda, *w;              // p; n, sum 1
    double *scratch;                 // n
    double *gradient, *curve, *step; // p, p * p, p
};

// Mean of a column among the treated, and its spread over all rows.
static void target(const struct effect *effect, const double *x, double *mean, double *spread)
{
    double *scratch = survey_realloc(NULL, 2 * effect->n, sizeof *scratch),
           *weight = scratch + effect->n, sum, all;
    for (size_t i = 0; i < effect->n; i++)
        weight[i] = effect->weight ? effect->weight[i] : 1;
    *mean = effect_mean(effect, x, weight, 1, &sum);
    all = stats_sum(x, effect->n) / (double)effect->n;
    for (size_t i = 0; i < effect->n; i++)
        scratch[i] = (x[i] - all) * (x[i] - all);
    *spread = sqrt(stats_sum(scratch, effect->n) / (double)effect->n);
    free(scratch);
}

// log sum q exp(z'l), with the weights into w.
static double value(struct dual *dual, const double *lambda)
{
    double most = -INFINITY;
    for (size_t j = 0; j < dual->n; j++) {
        dual->w[j] = 0;
        for (size_t k = 0; k < dual->p; k++)
            dual->w[j] += lambda[k] * dual->z[k][j];
        most = fmax(most, dual->w[j]);
    }
    for (size_t j = 0; j < dual->n; j++)
        dual->w[j] = dual->q[j] * exp(dual->w[j] - most);
    double sum = stats_sum(dual->w, dual->n);
    for (size_t j = 0; j < dual->n; j++)
        dual->w[j] /= sum;
    return log(sum) + most;
}

// Means of z under w, and their second moments around them; the largest |mean|.
static double derivatives(struct dual *dual)
{
    double worst = 0;
    for (size_t k = 0; k < dual->p; k++) {
        for (size_t j = 0; j < dual->n; j++)
            dual->scratch[j] = dual->w[j] * dual->z[k][j];
        dual->gradient[k] = stats_sum(dual->scratch, dual->n);
        worst = fmax(worst, fabs(dual->gradient[k]));
    }
    for (size_t k = 0; k < dual->p; k++)
        for (size_t m = 0; m <= k; m++) {
            for (size_t j = 0; j < dual->n; j++)
                dual->scratch[j] = dual->w[j] * (dual->z[k][j] - dual->gradient[k]) *
                                   (dual->z[m][j] - dual->gradient[m]);
            dual->curve[k * dual->p + m] = dual->curve[m * dual->p + k] =
                stats_sum(dual->scratch, dual->n);
        }
    return worst;
}

static bool fail_means(const struct dual *dual, struct survey_error *error)
{
    size_t at = 0;
    for (size_t k = 0; k < dual->p; k++)
        if (fabs(dual->gradient[k]) > fabs(dual->gradient[at]))
            at = k;
    return survey_fail(error, SURVEY_ERROR_INPUT, "",
                       _("no weights of the controls give the means of the treated: '%s' stays "
                         "%.2f standard deviations off"),
                       dual->names[at], fabs(dual->gradient[at]));
}

// Newton's step, halved while the value rises by more than its rounding error.
static bool step(struct dual *dual, double *now)
{
    double *next = dual->step + dual->p, then = INFINITY;
    for (double length = 1; length > 1e-10; length /= 2) {
        for (size_t k = 0; k < dual->p; k++)
            next[k] = dual->lambda[k] - length * dual->step[k];
        then = value(dual, next);
        if (then <= *now + 1e-13 * fabs(*now))
            break;
    }
    if (!(then <= *now + 1e-13 * fabs(*now)))
        return false;
    memcpy(dual->lambda, next, dual->p * sizeof *next);
    *now = then;
    return true;
}

static bool minimise(struct dual *dual, struct survey_error *error)
{
    double now = value(dual, dual->lambda), least = INFINITY;
    int idle = 0;
    for (int round = 0; round < ROUNDS && idle < 5; round++) {
        double worst = derivatives(dual);
        if (worst < 1e-13)
            return true;
        idle = worst < least ? 0 : idle + 1;
        least = fmin(least, worst);
        memcpy(dual->step, dual->gradient, dual->p * sizeof *dual->step);
        if (!stats_solve(dual->curve, dual->p, dual->step, 1)) {
            if (round == 0)
                return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                                   _("the covariates depend on each other among the controls"));
            break;
        }
        if (!step(dual, &now))
            break;
    }
    value(dual, dual->lambda);
    return derivatives(dual) < 1e-9 || fail_means(dual, error);
}

// Conditions: the covariates, with args.moments 2 their squares too (of columns that are not 0 and
// 1).
static bool set_up(struct effect *effect, struct dual *dual, struct survey_error *error)
{
    double moments = survey_json_number(effect->request->args, "moments", 1);
    if (moments != 1 && moments != 2)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("'moments' is 1 or 2"));
    struct survey_arena *arena = effect->arena;
    dual->index = survey_arena_array(arena, effect->n, sizeof *dual->index);
    for (size_t i = 0; i < effect->n; i++)
        if (effect->treated[i] == 0)
            dual->index[dual->n++] = i;
    double *q = survey_arena_array(arena, dual->n, sizeof *q);
    for (size_t j = 0; j < dual->n; j++)
        q[j] = effect->weight ? effect->weight[dual->index[j]] : 1;
    dual->q = q;
    dual->z = survey_arena_array(arena, 2 * effect->p, sizeof *dual->z);
    dual->names = survey_arena_array(arena, 2 * effect->p, sizeof *dual->names);
    for (size_t k = 0; k < effect->p * (size_t)moments; k++) {
        const double *x = effect->x[k % effect->p];
        double *column = survey_arena_array(arena, effect->n, sizeof *column), mean, spread;
        bool flag = true;
        for (size_t i = 0; i < effect->n; i++) {
            column[i] = k < effect->p ? x[i] : x[i] * x[i];
            flag = flag && (x[i] == 0 || x[i] == 1);
        }
        if (k >= effect->p && flag)
            continue;
        target(effect, column, &mean, &spread);
        double *z = survey_arena_array(arena, dual->n, sizeof *z);
        for (size_t j = 0; j < dual->n; j++)
            z[j] = spread > 0 ? (column[dual->index[j]] - mean) / spread : 0;
        dual->names[dual->p] = effect->names[k % effect->p];
        dual->z[dual->p++] = z;
    }
    double *small = survey_arena_array(arena, 4 * dual->p + dual->p * dual->p, sizeof *small);
    dual->lambda = small;
    dual->gradient = dual->lambda + dual->p;
    dual->step = dual->gradient + dual->p;
    dual->curve = dual->step + 2 * dual->p;
    dual->w = survey_arena_array(arena, dual->n, sizeof *dual->w);
    dual->scratch = survey_arena_array(arena, dual->n, sizeof *dual->scratch);
    return true;
}

// What the covariates explain leaves the scores, as after any calibration (Deville & Sarndal 1992):
// residuals of y on the conditions among the weighted controls.
static bool residuals(struct effect *effect, const struct dual *dual, double *residual,
                      struct survey_error *error)
{
    struct survey_arena *arena = effect->arena;
    struct effect_regression regression = {
        .n = dual->n, .p = effect->p + 1, .vcov = EFFECT_CONST, .weight = dual->w};
    const double **x = survey_arena_array(arena, regression.p, sizeof *x);
    const char **names = survey_arena_array(arena, regression.p, sizeof *names);
    double *y = survey_arena_array(arena, dual->n, sizeof *y);
    for (size_t k = 0; k < regression.p; k++) {
        double *column = survey_arena_array(arena, dual->n, sizeof *column);
        for (size_t j = 0; j < dual->n; j++)
            column[j] = k ? effect->x[k - 1][dual->index[j]] : 1;
        x[k] = column;
        names[k] = k ? effect->names[k - 1] : "(Intercept)";
    }
    for (size_t j = 0; j < dual->n; j++)
        y[j] = effect->y[dual->index[j]];
    regression.x = x, regression.names = names, regression.y = y;
    if (!effect_regress(&regression, arena, error))
        return false;
    for (size_t i = 0; i < effect->n; i++) {
        residual[i] = effect->y[i] - regression.beta[0];
        for (size_t k = 0; k < effect->p; k++)
            residual[i] -= regression.beta[k + 1] * effect->x[k][i];
    }
    return true;
}

bool effect_entropy(struct request *request, struct survey_json_writer *out,
                    struct survey_error *error)
{
    struct effect effect;
    struct dual dual = {0};
    if (!effect_read(request, EFFECT_OUTCOME | EFFECT_TREATMENT | EFFECT_COVARIATES, &effect,
                     error) ||
        !effect_survey_weights(&effect, error) || !set_up(&effect, &dual, error) ||
        !minimise(&dual, error))
        return false;
    double *columns = survey_arena_array(effect.arena, 2 * effect.n, sizeof *columns),
           *weight = columns, *score = columns + effect.n, sum1, sum0, gap, variance;
    for (size_t i = 0; i < effect.n; i++)
        weight[i] = effect.treated[i] == 1 ? (effect.weight ? effect.weight[i] : 1) : 0;
    double mean1 = effect_mean(&effect, effect.y, weight, 1, &sum1);
    for (size_t j = 0; j < dual.n; j++)
        weight[dual.index[j]] = dual.w[j] * sum1;
    if (!residuals(&effect, &dual, score, error))
        return false;
    gap = effect_mean(&effect, score, weight, 1, &sum1);
    double mean0 = effect_mean(&effect, effect.y, weight, 0, &sum0);
    for (size_t i = 0; i < effect.n; i++)
        score[i] = weight[i] / sum1 * (effect.treated[i] == 1 ? score[i] - gap : -score[i]);
    struct effect_result result = {
        .estimand = "ATT",
        .value = mean1 - mean0,
        .weight = weight,
        .method = _("entropy balancing: the most even weights of controls that give the means of "
                    "the treated"),
        .errors = _("linearised, with the residuals of the outcome on the covariates")};
    if (!effect_variance(&effect, score, &variance, &result.df, error))
        return false;
    result.se = sqrt(variance);
    survey_json_open(out, '{');
    effect_write_result(&effect, &result, out);
    survey_json_close(out, '}');
    return true;
}
