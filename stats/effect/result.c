// SPDX-License-Identifier: GPL-3.0-or-later
// What stands beside every effect by matching or weighting: who was used, how they weigh, how the
// arms compare.
#include "stats/effect/weighing.h"

#include "stats/math/sum.h"

bool effect_survey_weights(struct effect *effect, struct survey_error *error)
{
    const char *choice = survey_json_text(effect->request->args, "survey_weights", NULL);
    if (choice && strcmp(choice, "multiply") != 0 && strcmp(choice, "ignore") != 0)
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("survey_weights '%s' is neither multiply nor ignore"), choice);
    if (effect->weight && !choice)
        return survey_fail(
            error, SURVEY_ERROR_INPUT, "", "%s",
            _("the design has weights: say in 'survey_weights' whether they multiply the others "
              "(an effect in the population) or whether to ignore them (an effect in the sample)"));
    if (choice && strcmp(choice, "ignore") == 0)
        effect->weight = NULL;
    return true;
}

size_t effect_used(const struct effect *effect, const double *weight, double arm, double *ess)
{
    double *scratch = survey_realloc(NULL, effect->n, sizeof *scratch), sum;
    size_t used = 0;
    for (size_t i = 0; i < effect->n; i++) {
        scratch[i] = effect->treated[i] == arm ? weight[i] : 0;
        used += scratch[i] > 0;
    }
    sum = stats_sum(scratch, effect->n);
    for (size_t i = 0; i < effect->n; i++)
        scratch[i] *= scratch[i];
    *ess = sum * sum / stats_sum(scratch, effect->n);
    free(scratch);
    return used;
}

double effect_mean(const struct effect *effect, const double *y, const double *weight, double arm,
                   double *sum)
{
    double *scratch = survey_realloc(NULL, effect->n, sizeof *scratch), total;
    for (size_t i = 0; i < effect->n; i++)
        scratch[i] = effect->treated[i] == arm ? weight[i] : 0;
    *sum = stats_sum(scratch, effect->n);
    for (size_t i = 0; i < effect->n; i++)
        scratch[i] *= y[i];
    total = stats_sum(scratch, effect->n);
    free(scratch);
    return total / *sum;
}

bool effect_simple_design(const struct effect *effect)
{
    const struct stats_design *design = &effect->request->design;
    return !design->unit[0] && !design->stratum && !design->fpc[0] && !effect->request->steps;
}

bool effect_variance(struct effect *effect, double *scores, double *variance, double *df,
                     struct survey_error *error)
{
    struct request *request = effect->request;
    double *all = survey_arena_array(effect->arena, request->n, sizeof *all);
    uint8_t *kept = survey_arena_array(effect->arena, request->n, 1);
    for (size_t i = 0; i < effect->n; i++) {
        all[effect->row[i]] = scores[i];
        kept[effect->row[i]] = 1;
    }
    *df = request_df(request, kept);
    return request_variance(request, &all, 1, kept, variance, error);
}

static void write_weights(const struct effect *effect, const double *weight,
                          struct survey_json_writer *out)
{
    survey_json_key(out, "rows");
    survey_json_open(out, '[');
    for (size_t i = 0; i < effect->n; i++)
        survey_json_put_integer(out, (int64_t)effect->row[i] + 1);
    survey_json_close(out, ']');
    request_write_numbers(out, "weights", weight, effect->n);
}

void effect_write_result(struct effect *effect, const struct effect_result *result,
                         struct survey_json_writer *out)
{
    struct effect_balance *before = survey_arena_array(effect->arena, 2 * effect->shown_count + 1,
                                                       sizeof *before),
                          *after = before + effect->shown_count;
    double ess[2], most = 0, sum = 0;
    size_t used[2], rows[2] = {0, 0};
    for (int arm = 0; arm < 2; arm++)
        used[arm] = effect_used(effect, result->weight, arm, &ess[arm]);
    for (size_t i = 0; i < effect->n; i++) {
        rows[effect->treated[i] == 1]++;
        most = effect->treated[i] == 0 ? fmax(most, result->weight[i]) : most;
    }
    effect_mean(effect, result->weight, result->weight, 0, &sum);
    effect_balance(effect, NULL, result->weight, result->pooled, before, after);
    survey_json_member(out, "estimand", result->estimand);
    survey_json_member(out, "method", result->method);
    effect_write_figure(effect, "est", result->value, result->se, result->df, out);
    survey_json_member(out, "errors", result->errors);
    survey_json_member_integer(out, "n_treated", (int64_t)used[1]);
    survey_json_member_integer(out, "n_control", (int64_t)used[0]);
    survey_json_member_integer(out, "dropped_treated", (int64_t)(rows[1] - used[1]));
    survey_json_member_integer(out, "dropped_control", (int64_t)(rows[0] - used[0]));
    survey_json_member_number(out, "ess_treated", ess[1]);
    survey_json_member_number(out, "ess_control", ess[0]);
    survey_json_member_number(out, "sum_w_control", sum);
    survey_json_member_number(out, "max_w_control", most);
    effect_write_balance(effect, before, after, out);
    if (survey_json_bool(effect->request->args, "weights", false))
        write_weights(effect, result->weight, out);
    effect_write_rows(effect, out);
}
