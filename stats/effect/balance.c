// SPDX-License-Identifier: GPL-3.0-or-later
// Balance of covariates between the arms.
#include "stats/effect/effect.h"

#include "stats/math/sum.h"

static const double TOLERATED = 0.1; // Stuart 2010; Austin 2009

// Mean and variance of x in an arm, under weights; the variance has n - 1 where weights are equal.
static void moments(const struct effect *effect, const double *x, const double *weight, double arm,
                    double *scratch, double *mean, double *variance)
{
    size_t n = effect->n;
    double sum, squares;
    for (size_t i = 0; i < n; i++)
        scratch[i] = effect->treated[i] == arm ? weight[i] : 0;
    sum = stats_sum(scratch, n);
    for (size_t i = 0; i < n; i++)
        scratch[i] *= scratch[i];
    squares = stats_sum(scratch, n);
    for (size_t i = 0; i < n; i++)
        scratch[i] = effect->treated[i] == arm ? weight[i] * x[i] : 0;
    *mean = stats_sum(scratch, n) / sum;
    for (size_t i = 0; i < n; i++)
        scratch[i] = effect->treated[i] == arm ? weight[i] * (x[i] - *mean) * (x[i] - *mean) : 0;
    *variance = stats_sum(scratch, n) / (sum - squares / sum);
}

static struct effect_balance balance_of(const struct effect *effect, const double *x,
                                        const double *weight, double *scratch, double *variances)
{
    struct effect_balance balance;
    moments(effect, x, weight, 1, scratch, &balance.mean_treated, &variances[1]);
    moments(effect, x, weight, 0, scratch, &balance.mean_control, &variances[0]);
    balance.variance_ratio = variances[0] > 0 ? variances[1] / variances[0] : (double)NAN;
    return balance;
}

static double difference(const struct effect_balance *balance, double spread)
{
    double gap = balance->mean_treated - balance->mean_control;
    return spread > 0 ? gap / spread : gap == 0 ? 0 : (double)NAN;
}

void effect_balance(struct effect *effect, const double *base, const double *weight, bool pooled,
                    struct effect_balance *before, struct effect_balance *after)
{
    double *scratch = survey_realloc(NULL, effect->n * 2, sizeof *scratch),
           *ones = scratch + effect->n;
    bool beyond = false;
    for (size_t i = 0; i < effect->n; i++)
        ones[i] = 1;
    if (!base)
        base = effect->weight ? effect->weight : ones;
    for (size_t k = 0; k < effect->shown_count; k++) {
        double raw[2], now[2];
        before[k] = balance_of(effect, effect->shown[k], base, scratch, raw);
        after[k] = balance_of(effect, effect->shown[k], weight ? weight : base, scratch, now);
        double spread = sqrt(pooled || !(raw[1] > 0) ? (raw[0] + raw[1]) / 2 : raw[1]);
        before[k].smd = difference(&before[k], spread);
        after[k].smd = difference(&after[k], spread);
        beyond = beyond || !(fabs(after[k].smd) <= TOLERATED);
    }
    if (beyond)
        effect_warn(effect, _("not balanced: a standardised difference is beyond 0.1"));
    free(scratch);
}

static double worst(const struct effect_balance *balance, size_t count)
{
    double most = 0;
    for (size_t k = 0; k < count; k++)
        most = fabs(balance[k].smd) <= most ? most : fabs(balance[k].smd);
    return most;
}

void effect_write_balance(const struct effect *effect, const struct effect_balance *before,
                          const struct effect_balance *after, struct survey_json_writer *out)
{
    survey_json_key(out, "balance");
    survey_json_open(out, '[');
    for (size_t k = 0; k < effect->shown_count; k++) {
        survey_json_open(out, '{');
        survey_json_member(out, "var", effect->shown_names[k]);
        survey_json_member_number(out, "mean_t", after[k].mean_treated);
        survey_json_member_number(out, "mean_c", after[k].mean_control);
        survey_json_member_number(out, "smd", after[k].smd);
        survey_json_member_number(out, "variance_ratio", after[k].variance_ratio);
        if (after == before) {
            survey_json_close(out, '}');
            continue;
        }
        survey_json_member_number(out, "mean_t_before", before[k].mean_treated);
        survey_json_member_number(out, "mean_c_before", before[k].mean_control);
        survey_json_member_number(out, "smd_before", before[k].smd);
        survey_json_member_number(out, "variance_ratio_before", before[k].variance_ratio);
        survey_json_close(out, '}');
    }
    survey_json_close(out, ']');
    if (!effect->shown_count)
        return;
    survey_json_member_number(out, "worst_smd", worst(after, effect->shown_count));
    if (after != before)
        survey_json_member_number(out, "worst_smd_before", worst(before, effect->shown_count));
    survey_json_key(out, "unbalanced");
    survey_json_open(out, '[');
    for (size_t k = 0; k < effect->shown_count; k++)
        if (!(fabs(after[k].smd) <= TOLERATED))
            survey_json_put_text(out, effect->shown_names[k]);
    survey_json_close(out, ']');
}

bool effect_balance_table(struct request *request, struct survey_json_writer *out,
                          struct survey_error *error)
{
    struct effect effect;
    if (!effect_read(request, EFFECT_TREATMENT | EFFECT_COVARIATES, &effect, error))
        return false;
    struct effect_balance *balance =
        survey_arena_array(effect.arena, effect.shown_count, sizeof *balance);
    bool pooled = strcmp(survey_json_text(request->args, "sd", "treated"), "pooled") == 0;
    effect_balance(&effect, NULL, NULL, pooled, balance, balance);
    survey_json_open(out, '{');
    effect_write_balance(&effect, balance, balance, out);
    effect_write_rows(&effect, out);
    survey_json_close(out, '}');
    return true;
}
