// SPDX-License-Identifier: GPL-3.0-or-later
// Weighting by the inverse propensity (Hirano, Imbens & Ridder 2003), and the doubly robust
// estimator (Robins, Rotnitzky & Zhao 1994).
#include "stats/effect/weighing.h"
#include "stats/math/sum.h"

struct weighing {
    struct effect effect;
    struct effect_propensity propensity;
    bool att;
    double *weight, *slope; // n: the weight and its derivative by the linear predictor
    size_t trimmed;
};

static bool read_estimand(struct weighing *of, const char *fallback, struct survey_error *error)
{
    const char *estimand = survey_json_text(of->effect.request->args, "estimand", fallback);
    of->att = strcmp(estimand, "ATT") == 0;
    return of->att || strcmp(estimand, "ATE") == 0 ||
           survey_fail(error, SURVEY_ERROR_INPUT, "", _("estimand '%s' is neither ATT nor ATE"),
                       estimand);
}

// args.trim [low, high]: rows with a score beyond are left out (Crump et al. 2009).
static bool read_trim(struct weighing *of, double *low, double *high, struct survey_error *error)
{
    const struct survey_json *trim = request_arg(of->effect.request, "trim");
    *low = 0, *high = 1;
    if (!trim)
        return true;
    const struct survey_json *first = survey_json_at(trim, 0), *second = survey_json_at(trim, 1);
    if (trim->kind != SURVEY_JSON_ARRAY || trim->count != 2 || first->kind != SURVEY_JSON_NUMBER ||
        second->kind != SURVEY_JSON_NUMBER || !(first->number < second->number))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("'trim' is a list of two scores, such as [0.1, 0.9]"));
    *low = first->number, *high = second->number;
    return true;
}

// Weights of the survey times 1/e and 1/(1-e), or 1 and e/(1-e).
static bool weigh(struct weighing *of, struct survey_error *error)
{
    struct effect *effect = &of->effect;
    double low, high;
    size_t left[2] = {0, 0};
    if (!read_trim(of, &low, &high, error))
        return false;
    of->weight = survey_arena_array(effect->arena, effect->n, sizeof *of->weight);
    of->slope = survey_arena_array(effect->arena, effect->n, sizeof *of->slope);
    for (size_t i = 0; i < effect->n; i++) {
        double e = of->propensity.score[i], survey = effect->weight ? effect->weight[i] : 1;
        bool treated = effect->treated[i] == 1;
        if (e < low || e > high) {
            of->trimmed++;
            continue;
        }
        left[treated]++;
        double odds = exp(of->propensity.linear[i]);
        of->weight[i] = survey * (treated ? (of->att ? 1 : 1 / e) : (of->att ? odds : 1 + odds));
        of->slope[i] = survey * (treated ? (of->att ? 0 : -1 / odds) : odds);
    }
    if (!left[0] || !left[1])
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("'trim' leaves no row of one arm"));
    return true;
}

// Adds what estimating the propensity does to scores of a difference of means: H' I^-1 (T - e) x, H
// the derivative of the difference by the coefficients (Lunceford & Davidian 2004).
static void adjust(const struct weighing *of, double mean1, double sum1, double mean0, double sum0,
                   double *scores)
{
    const struct effect *effect = &of->effect;
    const struct effect_propensity *propensity = &of->propensity;
    size_t p = propensity->p, n = effect->n;
    double *scratch = survey_realloc(NULL, n + 2 * p, sizeof *scratch), *h = scratch + n,
           *turned = h + p;
    for (size_t k = 0; k < p; k++) {
        for (size_t i = 0; i < n; i++) {
            bool treated = effect->treated[i] == 1;
            double gap = treated ? (effect->y[i] - mean1) / sum1 : -(effect->y[i] - mean0) / sum0;
            scratch[i] = of->slope[i] * gap * (k ? effect->x[k - 1][i] : 1);
        }
        h[k] = stats_sum(scratch, n);
    }
    for (size_t k = 0; k < p; k++) {
        turned[k] = 0;
        for (size_t j = 0; j < p; j++)
            turned[k] += propensity->variance[k * p + j] * h[j];
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < p; k++)
            scores[i] += (effect->treated[i] - propensity->score[i]) * turned[k] *
                         (k ? effect->x[k - 1][i] : 1);
    free(scratch);
}

static void warn(struct weighing *of)
{
    for (int arm = 0; arm < 2; arm++) {
        double ess;
        size_t used = effect_used(&of->effect, of->weight, arm, &ess);
        if (ess < 0.1 * (double)used)
            effect_warn(&of->effect, _("a few rows carry the effect: the effective number of an "
                                       "arm is below a tenth of its rows"));
    }
    if (of->trimmed)
        effect_warn(&of->effect, _("rows were trimmed: the effect is that of the others"));
}

// Error from the scores, and the whole answer.
static bool finish(struct weighing *of, struct effect_result *result, double *scores,
                   struct survey_json_writer *out, struct survey_error *error)
{
    double variance;
    if (!effect_variance(&of->effect, scores, &variance, &result->df, error))
        return false;
    result->se = sqrt(variance);
    result->estimand = of->att ? "ATT" : "ATE";
    result->pooled = !of->att;
    result->weight = of->weight;
    warn(of);
    survey_json_open(out, '{');
    effect_write_result(&of->effect, result, out);
    survey_json_member_integer(out, "trimmed", (int64_t)of->trimmed);
    survey_json_close(out, '}');
    return true;
}

static bool open(struct weighing *of, struct request *request, const char *estimand,
                 struct survey_error *error)
{
    *of = (struct weighing){0};
    return effect_read(request, EFFECT_OUTCOME | EFFECT_TREATMENT | EFFECT_COVARIATES, &of->effect,
                       error) &&
           effect_survey_weights(&of->effect, error) && read_estimand(of, estimand, error) &&
           effect_propensity_fit(&of->effect, &of->propensity, error) && weigh(of, error);
}

bool effect_ipw(struct request *request, struct survey_json_writer *out, struct survey_error *error)
{
    struct weighing of;
    if (!open(&of, request, "ATT", error))
        return false;
    struct effect *effect = &of.effect;
    double sum1, sum0, *scores = survey_arena_array(effect->arena, effect->n, sizeof *scores);
    double mean1 = effect_mean(effect, effect->y, of.weight, 1, &sum1),
           mean0 = effect_mean(effect, effect->y, of.weight, 0, &sum0);
    for (size_t i = 0; i < effect->n; i++)
        scores[i] = of.weight[i] * (effect->treated[i] == 1 ? (effect->y[i] - mean1) / sum1
                                                            : -(effect->y[i] - mean0) / sum0);
    if (!of.propensity.given)
        adjust(&of, mean1, sum1, mean0, sum0, scores);
    struct effect_result result = {
        .value = mean1 - mean0,
        .method = _("difference of means weighted by the inverse propensity, each arm's weights "
                    "over their sum"),
        .errors = of.propensity.given
                      ? _("linearised; the scores count as known")
                      : _("linearised; that the propensity was estimated is in it")};
    return finish(&of, &result, scores, out, error);
}

// y on the covariates in one arm, predicted for all rows.
static bool predict(struct weighing *of, double arm, double *predicted, struct survey_error *error)
{
    struct effect *effect = &of->effect;
    struct survey_arena *arena = effect->arena;
    struct effect_regression regression = {.p = effect->p + 1, .vcov = EFFECT_CONST};
    size_t *index = survey_arena_array(arena, effect->n, sizeof *index);
    for (size_t i = 0; i < effect->n; i++)
        if (effect->treated[i] == arm && of->weight[i] > 0)
            index[regression.n++] = i;
    const double **x = survey_arena_array(arena, regression.p, sizeof *x);
    const char **names = survey_arena_array(arena, regression.p, sizeof *names);
    double *y = survey_arena_array(arena, regression.n, sizeof *y), *weight = NULL;
    if (effect->weight)
        weight = survey_arena_array(arena, regression.n, sizeof *weight);
    for (size_t k = 0; k < regression.p; k++) {
        double *column = survey_arena_array(arena, regression.n, sizeof *column);
        for (size_t j = 0; j < regression.n; j++)
            column[j] = k ? effect->x[k - 1][index[j]] : 1;
        x[k] = column;
        names[k] = k ? effect->names[k - 1] : "(Intercept)";
    }
    for (size_t j = 0; j < regression.n; j++) {
        y[j] = effect->y[index[j]];
        if (weight)
            weight[j] = effect->weight[index[j]];
    }
    regression.x = x, regression.names = names, regression.y = y, regression.weight = weight;
    if (!effect_regress(&regression, arena, error))
        return false;
    for (size_t i = 0; i < effect->n; i++) {
        predicted[i] = regression.beta[0];
        for (size_t k = 1; k < regression.p; k++)
            predicted[i] += regression.beta[k] * effect->x[k - 1][i];
    }
    return true;
}

// ATE: mean of m1 - m0 + T (y - m1) / e - (1 - T) (y - m0) / (1 - e). ATT: sum of T (y - m0) - (1 -
// T) e / (1 - e) (y - m0) over the treated.
bool effect_aipw(struct request *request, struct survey_json_writer *out,
                 struct survey_error *error)
{
    struct weighing of;
    if (!open(&of, request, "ATE", error))
        return false;
    struct effect *effect = &of.effect;
    size_t n = effect->n;
    double *columns = survey_arena_array(effect->arena, 4 * n, sizeof *columns), *m1 = columns,
           *m0 = m1 + n, *phi = m0 + n, *share = phi + n;
    if (!predict(&of, 0, m0, error) || (!of.att && !predict(&of, 1, m1, error)))
        return false;
    for (size_t i = 0; i < n; i++) {
        double survey = of.weight[i] > 0 ? (effect->weight ? effect->weight[i] : 1) : 0,
               y = effect->y[i];
        share[i] = of.att ? survey * effect->treated[i] : survey;
        phi[i] = of.att ? 0 : survey * (m1[i] - m0[i]);
        phi[i] +=
            of.weight[i] * (effect->treated[i] == 1 ? y - (of.att ? m0[i] : m1[i]) : m0[i] - y);
    }
    double total = stats_sum(share, n), value = stats_sum(phi, n) / total;
    for (size_t i = 0; i < n; i++)
        phi[i] = (phi[i] - share[i] * value) / total;
    struct effect_result result = {
        .value = value,
        .method = _("augmented inverse propensity weighting, linear outcome models by arm"),
        .errors = _("from the influence function, in which both models count as right")};
    return finish(&of, &result, phi, out, error);
}
