// SPDX-License-Identifier: GPL-3.0-or-later
// Answers to requests for Cronbach's alpha, weighted, with its intervals and what each item does to it.
#include "stats/estimate/interval.h"
#include "stats/math/distribution.h"
#include "stats/request/private.h"

static double f_quantile(double p, double df1, double df2)
{
    double x = stats_beta_quantile(p, df1 / 2, df2 / 2);
    return df2 * x / (df1 * (1 - x));
}

// alpha of the items but one (skip k: of all) from their covariances: k / (k - 1) * (1 - trace / sum) (Cronbach 1951).
static double alpha_of(const double *covariance, size_t k, size_t skip)
{
    double trace = 0, all = 0, items = (double)(k - (skip < k));
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; i != skip && j < k; j++)
            if (j != skip) {
                all += covariance[i * k + j];
                trace += i == j ? covariance[i * k + j] : 0;
            }
    return items / (items - 1) * (1 - trace / all);
}

// Correlation of an item with the sum of the others.
static double item_rest(const double *covariance, size_t k, size_t item)
{
    double with = 0, rest = 0;
    for (size_t i = 0; i < k; i++) {
        with += i == item ? 0 : covariance[item * k + i];
        for (size_t j = 0; j < k; j++)
            rest += i == item || j == item ? 0 : covariance[i * k + j];
    }
    return with / sqrt(covariance[item * k + item] * rest);
}

// Items named in `reverse` are turned round: their sign is enough.
static bool turn_round(struct request *request, struct variables *variables, struct survey_error *error)
{
    const char *const *names;
    size_t count = request_names(request->arena, request_arg(request, "reverse"), &names);
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        while (at < variables->count && strcmp(variables->names[at], names[i]) != 0)
            at++;
        if (at == variables->count)
            return survey_fail(error, SURVEY_ERROR_INPUT, "", _("'%s' to be reversed is none of the items"), names[i]);
        double *turned = survey_arena_array(request->arena, request->n, sizeof *turned);
        for (size_t row = 0; row < request->n; row++)
            turned[row] = -variables->columns[at][row];
        variables->columns[at] = turned;
    }
    return true;
}

// 1 - trace / sum is one less a ratio of totals around the means, which the means don't move to first order.
static bool alpha_error(struct request *request, const struct variables *variables, struct estimates *ratio,
                        struct survey_error *error)
{
    size_t k = variables->count;
    struct quantity *means = survey_arena_array(request->arena, k, sizeof *means);
    double *mean = survey_arena_array(request->arena, k, sizeof *mean),
           *above = survey_arena_array(request->arena, request->n, sizeof *above),
           *below = survey_arena_array(request->arena, request->n, sizeof *below);
    for (size_t i = 0; i < k; i++)
        means[i] = (struct quantity){"", variables->columns[i], request_ones(request), variables->kept};
    request_values(request, means, k, request->weight, mean);
    for (size_t row = 0; row < request->n; row++)
        for (size_t i = 0; variables->kept[row] && i < k; i++) {
            above[row] += (variables->columns[i][row] - mean[i]) * (variables->columns[i][row] - mean[i]);
            below[row] += variables->columns[i][row] - mean[i];
        }
    for (size_t row = 0; row < request->n; row++)
        below[row] *= below[row];
    struct quantity *of = survey_arena_array(request->arena, 1, sizeof *of);
    *of = (struct quantity){"alpha", above, below, variables->kept};
    return request_estimate(request, of, 1, ratio, error);
}

static void write_items(struct survey_json_writer *out, const double *covariance, const struct variables *variables)
{
    size_t k = variables->count;
    survey_json_key(out, "items");
    survey_json_open(out, '[');
    for (size_t i = 0; i < k; i++)
        survey_json_put_text(out, variables->names[i]);
    survey_json_close(out, ']');
    if (k > 2) {
        survey_json_key(out, "alpha_if_dropped");
        survey_json_open(out, '[');
        for (size_t i = 0; i < k; i++)
            survey_json_put_number(out, alpha_of(covariance, k, i));
        survey_json_close(out, ']');
    }
    survey_json_key(out, "item_rest_r");
    survey_json_open(out, '[');
    for (size_t i = 0; i < k; i++)
        survey_json_put_number(out, item_rest(covariance, k, i));
    survey_json_close(out, ']');
}

bool request_alpha(struct request *request, struct survey_json_writer *out, struct survey_error *error)
{
    struct variables variables;
    struct estimates ratio;
    if (!request_variables(request, request_arg(request, "vars"), &variables, error) ||
        !turn_round(request, &variables, error))
        return false;
    size_t k = variables.count, n = request_rows(request, variables.kept);
    if (k < 2 || n < 2)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           k < 2 ? _("two variables or more are needed") : _("all values are missing"));
    double *covariance = survey_arena_array(request->arena, k * k, sizeof *covariance), r = 0;
    request_covariances(request, &variables, covariance);
    for (size_t i = 0; i < k; i++)
        if (!(covariance[i * k + i] > 0))
            return survey_fail(error, SURVEY_ERROR_INPUT, "", _("'%s' has the same value in every row"),
                               variables.names[i]);
    if (!alpha_error(request, &variables, &ratio, error))
        return false;
    for (size_t i = 0; i < k * k; i++)
        r += i % (k + 1) ? covariance[i] / sqrt(covariance[i / k * (k + 1)] * covariance[i % k * (k + 1)]) /
                               ((double)k * ((double)k - 1))
                         : 0;
    double alpha = alpha_of(covariance, k, k), items = (double)k, tail = (1 - request->design.confidence) / 2,
           se = items / (items - 1) * sqrt(ratio.variance[0]), low, high, df1 = (double)n - 1, df2 = df1 * (items - 1);
    stats_interval_t(alpha, se, ratio.df, request->design.confidence, &low, &high);
    survey_json_open(out, '{');
    survey_json_key(out, "names");
    survey_json_open(out, '[');
    survey_json_put_text(out, "alpha");
    survey_json_close(out, ']');
    request_write_numbers(out, "est", &alpha, 1);
    request_write_numbers(out, "se", &se, 1);
    survey_json_member_number(out, "df", ratio.df);
    request_write_numbers(out, "ci_low", &low, 1);
    request_write_numbers(out, "ci_high", &high, 1);
    survey_json_member_number(out, "feldt_low", 1 - (1 - alpha) * f_quantile(1 - tail, df1, df2));
    survey_json_member_number(out, "feldt_high", 1 - (1 - alpha) * f_quantile(tail, df1, df2));
    survey_json_member_number(out, "std_alpha", items * r / (1 + (items - 1) * r));
    survey_json_member_number(out, "average_r", r);
    survey_json_member_integer(out, "n", (int64_t)n);
    write_items(out, covariance, &variables);
    survey_json_close(out, '}');
    return true;
}
