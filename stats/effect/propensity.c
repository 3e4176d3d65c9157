// SPDX-License-Identifier: GPL-3.0-or-later
// Propensity scores: how likely each row was to be treated, given its covariates (Rosenbaum & Rubin
// 1983).
#include "stats/effect/weighing.h"
#include "stats/math/distribution.h"
#include "stats/math/solve.h"
#include "stats/math/sum.h"
#include "stats/request/model.h"

// Scores from a column must lie between 0 and 1.
static bool take_scores(struct effect *effect, const char *column, struct effect_propensity *of,
                        struct survey_error *error)
{
    if (!effect_numbers(effect, column, &of->score, error))
        return false;
    of->given = true;
    for (size_t i = 0; i < effect->n; i++)
        if (!(of->score[i] > 0 && of->score[i] < 1)) {
            char at[512];
            stats_table_place(&effect->request->table, effect->row[i], at);
            return survey_fail(error, SURVEY_ERROR_INPUT, at,
                               _("a propensity score lies between 0 and 1, not at %g"),
                               of->score[i]);
        }
    return true;
}

static bool fit(struct effect *effect, struct effect_propensity *of, struct survey_error *error)
{
    struct survey_arena *arena = effect->arena;
    struct model *model = survey_arena_alloc(arena, sizeof *model);
    size_t n = effect->n;
    double *ones = survey_arena_array(arena, n, sizeof *ones);
    *model = (struct model){.family = MODEL_BINOMIAL, .y = effect->treated, .count = effect->p + 1};
    of->p = model->count;
    model->kept = survey_arena_array(arena, n, 1);
    memset(model->kept, 1, n);
    for (size_t i = 0; i < n; i++)
        ones[i] = 1;
    model->columns[0] = ones;
    model->names[0] = "(Intercept)";
    for (size_t k = 0; k < effect->p; k++) {
        model->columns[k + 1] = effect->x[k];
        model->names[k + 1] = effect->names[k];
    }
    of->names = survey_arena_array(arena, of->p, sizeof *of->names);
    memcpy(of->names, model->names, of->p * sizeof *of->names);
    of->beta = survey_arena_array(arena, of->p, sizeof *of->beta);
    of->variance = survey_arena_array(arena, of->p * of->p, sizeof *of->variance);
    double share = stats_sum(effect->treated, n) / (double)n,
           *gradient = survey_arena_array(arena, of->p, sizeof *gradient);
    of->beta[0] = log(share / (1 - share));
    if (!model_solve(n, model, ones, of->beta, error))
        return false;
    model_equations(n, model, ones, of->beta, of->variance, gradient);
    if (!stats_invert(of->variance, of->p))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("the model is singular: its columns depend on each other"));
    for (size_t i = 0; i < n; i++) {
        double eta = 0;
        for (size_t k = 0; k < of->p; k++)
            eta += of->beta[k] * model->columns[k][i];
        of->linear[i] = eta;
        of->score[i] = model_mean(MODEL_BINOMIAL, eta);
        ones[i] = effect->treated[i] == 1 ? -log1p(exp(-eta)) : -log1p(exp(eta));
    }
    of->loglik = stats_sum(ones, n);
    return true;
}

bool effect_propensity_fit(struct effect *effect, struct effect_propensity *of,
                           struct survey_error *error)
{
    const char *column = survey_json_text(effect->request->args, "score", NULL);
    *of = (struct effect_propensity){0};
    of->score = survey_arena_array(effect->arena, effect->n, sizeof *of->score);
    of->linear = survey_arena_array(effect->arena, effect->n, sizeof *of->linear);
    if (!column)
        return fit(effect, of, error);
    if (!take_scores(effect, column, of, error))
        return false;
    for (size_t i = 0; i < effect->n; i++)
        of->linear[i] = log(of->score[i] / (1 - of->score[i]));
    return true;
}

// The range of scores in an arm, and the rows of the other beyond it.
static void write_support(const struct effect *effect, const double *score,
                          struct survey_json_writer *out)
{
    double low[2] = {1, 1}, high[2] = {0, 0};
    size_t outside[2] = {0, 0};
    for (size_t i = 0; i < effect->n; i++) {
        int arm = effect->treated[i] == 1;
        low[arm] = fmin(low[arm], score[i]);
        high[arm] = fmax(high[arm], score[i]);
    }
    for (size_t i = 0; i < effect->n; i++) {
        int arm = effect->treated[i] == 1;
        outside[arm] += score[i] < low[!arm] || score[i] > high[!arm];
    }
    survey_json_key(out, "support");
    survey_json_open(out, '{');
    survey_json_member_number(out, "low_treated", low[1]);
    survey_json_member_number(out, "high_treated", high[1]);
    survey_json_member_number(out, "low_control", low[0]);
    survey_json_member_number(out, "high_control", high[0]);
    survey_json_member_integer(out, "treated_outside", (int64_t)outside[1]);
    survey_json_member_integer(out, "control_outside", (int64_t)outside[0]);
    survey_json_close(out, '}');
}

bool effect_propensity(struct request *request, struct survey_json_writer *out,
                       struct survey_error *error)
{
    struct effect effect;
    struct effect_propensity of;
    if (!effect_read(request, EFFECT_TREATMENT | EFFECT_COVARIATES, &effect, error) ||
        !effect_propensity_fit(&effect, &of, error))
        return false;
    struct effect_balance *balance =
        survey_arena_array(effect.arena, effect.shown_count + 1, sizeof *balance);
    double *columns = survey_arena_array(effect.arena, 3 * of.p + 1, sizeof *columns),
           *se = columns, *z = se + of.p, *tail = z + of.p;
    survey_json_open(out, '{');
    if (!of.given) {
        survey_json_key(out, "names");
        survey_json_open(out, '[');
        for (size_t i = 0; i < of.p; i++) {
            survey_json_put_text(out, of.names[i]);
            se[i] = sqrt(of.variance[i * of.p + i]);
            z[i] = of.beta[i] / se[i];
            tail[i] = 2 * stats_normal_tail(fabs(z[i]));
        }
        survey_json_close(out, ']');
        request_write_numbers(out, "est", of.beta, of.p);
        request_write_numbers(out, "se", se, of.p);
        request_write_numbers(out, "z", z, of.p);
        request_write_numbers(out, "p_value", tail, of.p);
        survey_json_member_number(out, "loglik", of.loglik);
    }
    write_support(&effect, of.score, out);
    effect_balance(&effect, NULL, NULL, false, balance, balance);
    effect_write_balance(&effect, balance, balance, out);
    effect_write_rows(&effect, out);
    survey_json_close(out, '}');
    return true;
}
