// SPDX-License-Identifier: GPL-3.0-or-later
// Requests for regressions: ols with absorbed constants, lin, and the difference of two means.
#include "stats/effect/effect.h"
#include "stats/effect/weighing.h"
#include "stats/math/distribution.h"
#include "stats/math/sum.h"
#include "stats/request/model.h"

static const struct vcov_name {
    const char *name;
    enum effect_vcov vcov;
    bool clustered;
} vcovs[] = {
    {"const", EFFECT_CONST, false}, {"HC0", EFFECT_CR0, false},  {"HC1", EFFECT_CR1S, false},
    {"HC2", EFFECT_CR2, false},     {"HC3", EFFECT_CR3, false},  {"CR0", EFFECT_CR0, true},
    {"CR1", EFFECT_CR1, true},      {"CR1S", EFFECT_CR1S, true}, {"CR2", EFFECT_CR2, true},
    {"CR3", EFFECT_CR3, true},
};

// The columns that clusters are named by: args.cluster, else the first stage of the design.
static size_t cluster_columns(struct request *request, const char *const **names)
{
    const struct survey_json *named = request_arg(request, "cluster");
    size_t count = request_names(
        request->arena, named ? named : survey_json_get(request->design_json, "ids"), names);
    if (count && strcmp((*names)[0], "1") == 0)
        return 0;
    return named || count < 2 ? count : 1;
}

static const struct vcov_name *find_vcov(const char *name)
{
    for (size_t i = 0; i < sizeof vcovs / sizeof *vcovs; i++)
        if (strcmp(vcovs[i].name, name) == 0)
            return &vcovs[i];
    return NULL;
}

bool effect_regression_of(struct effect *effect, const char *fallback,
                          struct effect_regression *regression, struct survey_error *error)
{
    const char *const *columns;
    size_t count = cluster_columns(effect->request, &columns);
    const char *asked = survey_json_text(effect->request->args, "vcov",
                                         count > 1 ? "CR1S"
                                         : count   ? "CR2"
                                                   : fallback);
    const struct vcov_name *vcov = find_vcov(asked);
    if (!vcov)
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("vcov '%s' is none of const, HC0 to HC3, CR0, CR1, CR1S, CR2, CR3"),
                           asked);
    if (vcov->clustered && (count < 1 || count > 2))
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("vcov %s needs one or two columns in 'cluster'"), asked);
    if (vcov->clustered && count == 2 && (vcov->vcov == EFFECT_CR2 || vcov->vcov == EFFECT_CR3))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("two-way clusters have CR0, CR1 or CR1S"));
    regression->vcov = vcov->vcov;
    regression->n = effect->n;
    regression->weight = effect->weight;
    if (!vcov->clustered)
        return true;
    struct effect_clusters *clusters = survey_arena_array(effect->arena, 3, sizeof *clusters);
    regression->clusters = &clusters[0];
    if (count == 2) {
        regression->also = &clusters[1];
        regression->crossed = &clusters[2];
    }
    return effect_labels(effect, columns, 1, &clusters[0], error) &&
           (count < 2 || (effect_labels(effect, columns + 1, 1, &clusters[1], error) &&
                          effect_labels(effect, columns, 2, &clusters[2], error)));
}

static const char *name_of(const struct effect_regression *regression)
{
    for (size_t i = 0; i < sizeof vcovs / sizeof *vcovs; i++)
        if (vcovs[i].vcov == regression->vcov &&
            vcovs[i].clustered == (regression->clusters != NULL))
            return vcovs[i].name;
    return "";
}

void effect_write_regression(const struct effect *effect, const struct effect_regression *of,
                             struct survey_json_writer *out)
{
    size_t p = of->p;
    double *columns = survey_arena_array(effect->arena, 5 * p, sizeof *columns);
    double *se = columns, *t = se + p, *tail = t + p, *low = tail + p, *high = low + p;
    double upper = 1 - (1 - effect->request->design.confidence) / 2;
    survey_json_key(out, "names");
    survey_json_open(out, '[');
    for (size_t i = 0; i < p; i++) {
        double df = of->df[i];
        survey_json_put_text(out, of->names[i]);
        se[i] = sqrt(of->variance[i * p + i]);
        t[i] = of->beta[i] / se[i];
        tail[i] = df > 0 ? stats_t_tail(t[i], df) : (double)NAN;
        double reach = df > 0 ? stats_t_quantile(upper, df) * se[i] : (double)NAN;
        low[i] = of->beta[i] - reach;
        high[i] = of->beta[i] + reach;
    }
    survey_json_close(out, ']');
    request_write_numbers(out, "est", of->beta, p);
    request_write_numbers(out, "se", se, p);
    request_write_numbers(out, "t", t, p);
    request_write_numbers(out, "df", of->df, p);
    request_write_numbers(out, "p_value", tail, p);
    request_write_numbers(out, "ci_low", low, p);
    request_write_numbers(out, "ci_high", high, p);
    survey_json_member(out, "vcov", name_of(of));
    if (of->clusters)
        survey_json_member_integer(out, "clusters", (int64_t)of->clusters->count);
    if (of->also)
        survey_json_member_integer(out, "clusters_also", (int64_t)of->also->count);
}

// Two-way clustering can give a variance below 0.
static bool fit(struct effect *effect, struct effect_regression *of, struct survey_error *error)
{
    if (!effect_regress(of, effect->arena, error))
        return false;
    for (size_t i = 0; i < of->p; i++)
        if (!(of->variance[i * of->p + i] >= 0))
            return survey_fail(
                error, SURVEY_ERROR_INPUT, "",
                _("the two-way clustered variance of '%s' is negative: cluster by one column"),
                of->names[i]);
    return true;
}

bool effect_ols(struct request *request, struct survey_json_writer *out, struct survey_error *error)
{
    struct effect effect = {.request = request, .arena = request->arena};
    struct effect_regression of = {0};
    struct model model = {0};
    if (!effect_supported(request, error) ||
        !model_read(request, survey_json_text(request->args, "formula", ""), &model, error) ||
        !effect_rows(&effect, model.columns, model.names, model.count, model.kept, error) ||
        !effect_regression_of(&effect, request_arg(request, "fixed") ? "HC1" : "HC2", &of, error))
        return false;
    of.p = effect.p;
    of.x = effect.x;
    of.names = effect.names;
    of.y = effect_gather(&effect, model.y);
    if (!effect_absorb(&effect, &of, error) || !fit(&effect, &of, error))
        return false;
    survey_json_open(out, '{');
    effect_write_regression(&effect, &of, out);
    survey_json_member_integer(out, "absorbed", (int64_t)of.absorbed);
    effect_write_rows(&effect, out);
    survey_json_close(out, '}');
    return true;
}

// The balance of the arms as they are, beside a regression's effect.
static void write_raw_balance(struct effect *effect, struct survey_json_writer *out)
{
    struct effect_balance *balance =
        survey_arena_array(effect->arena, effect->shown_count + 1, sizeof *balance);
    effect_balance(effect, NULL, NULL, false, balance, balance);
    effect_write_balance(effect, balance, balance, out);
}

static void count_arms(const struct effect *effect, struct survey_json_writer *out)
{
    size_t treated = 0;
    for (size_t i = 0; i < effect->n; i++)
        treated += effect->treated[i] == 1;
    survey_json_member_integer(out, "n_treated", (int64_t)treated);
    survey_json_member_integer(out, "n_control", (int64_t)(effect->n - treated));
}

static double weighted_mean(const struct effect *effect, const double *x, double *scratch)
{
    for (size_t i = 0; i < effect->n; i++)
        scratch[i] = effect->weight ? effect->weight[i] : 1;
    double sum = stats_sum(scratch, effect->n);
    for (size_t i = 0; i < effect->n; i++)
        scratch[i] *= x[i];
    return stats_sum(scratch, effect->n) / sum;
}

// y on the treatment, the covariates around their means, and both multiplied (Lin 2013): the effect
// is the treatment's.
bool effect_lin(struct request *request, struct survey_json_writer *out, struct survey_error *error)
{
    struct effect effect;
    struct effect_regression of = {0};
    if (!effect_read(request, EFFECT_OUTCOME | EFFECT_TREATMENT, &effect, error) ||
        !effect_regression_of(&effect, "HC2", &of, error))
        return false;
    of.p = 2 + 2 * effect.p;
    const double **x = survey_arena_array(effect.arena, of.p, sizeof *x);
    const char **names = survey_arena_array(effect.arena, of.p, sizeof *names);
    double *ones = survey_arena_array(effect.arena, effect.n, sizeof *ones);
    for (size_t i = 0; i < effect.n; i++)
        ones[i] = 1;
    x[0] = ones, names[0] = "(Intercept)";
    x[1] = effect.treated, names[1] = "treatment";
    for (size_t k = 0; k < effect.p; k++) {
        double *centred = survey_arena_array(effect.arena, 2 * effect.n, sizeof *centred),
               *times = centred + effect.n, mean = weighted_mean(&effect, effect.x[k], centred);
        for (size_t i = 0; i < effect.n; i++) {
            centred[i] = effect.x[k][i] - mean;
            times[i] = centred[i] * effect.treated[i];
        }
        x[2 + k] = centred, names[2 + k] = effect.names[k];
        x[2 + effect.p + k] = times;
        names[2 + effect.p + k] =
            survey_arena_format(effect.arena, "treatment:%s", effect.names[k]);
    }
    of.x = x, of.names = names, of.y = effect.y;
    if (!fit(&effect, &of, error))
        return false;
    survey_json_open(out, '{');
    effect_write_figure(&effect, "est", of.beta[1], sqrt(of.variance[of.p + 1]), of.df[1], out);
    survey_json_key(out, "regression");
    survey_json_open(out, '{');
    effect_write_regression(&effect, &of, out);
    survey_json_close(out, '}');
    count_arms(&effect, out);
    write_raw_balance(&effect, out);
    effect_write_rows(&effect, out);
    survey_json_close(out, '}');
    return true;
}

// Mean, variance and number of y in an arm.
static double arm(const struct effect *effect, double which, double *scratch, double *variance,
                  double *count)
{
    *count = 0;
    for (size_t i = 0; i < effect->n; i++) {
        scratch[i] = effect->treated[i] == which ? effect->y[i] : 0;
        *count += effect->treated[i] == which;
    }
    double mean = stats_sum(scratch, effect->n) / *count;
    for (size_t i = 0; i < effect->n; i++)
        scratch[i] =
            effect->treated[i] == which ? (effect->y[i] - mean) * (effect->y[i] - mean) : 0;
    *variance = stats_sum(scratch, effect->n) / (*count - 1);
    return mean;
}

// Neyman 1923: s1^2 / n1 + s0^2 / n0, with the degrees of freedom of Welch 1947.
bool effect_difference(struct request *request, struct survey_json_writer *out,
                       struct survey_error *error)
{
    struct effect effect;
    if (!effect_read(request, EFFECT_OUTCOME | EFFECT_TREATMENT, &effect, error))
        return false;
    const char *const *columns;
    if (effect.weight || !effect_simple_design(&effect) || cluster_columns(request, &columns))
        return survey_fail(
            error, SURVEY_ERROR_INPUT, "", "%s",
            _("the difference of means knows neither weights, strata, population sizes nor clusters: ask for 'lin'"));
    double *scratch = survey_realloc(NULL, effect.n, sizeof *scratch), v1, v0, n1, n0;
    double treated = arm(&effect, 1, scratch, &v1, &n1),
           control = arm(&effect, 0, scratch, &v0, &n0);
    free(scratch);
    if (n1 < 2 || n0 < 2)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("each arm needs two rows for an error"));
    v1 /= n1, v0 /= n0;
    double df = (v1 + v0) * (v1 + v0) / (v1 * v1 / (n1 - 1) + v0 * v0 / (n0 - 1));
    survey_json_open(out, '{');
    effect_write_figure(&effect, "est", treated - control, sqrt(v1 + v0), df, out);
    survey_json_member_number(out, "mean_treated", treated);
    survey_json_member_number(out, "mean_control", control);
    count_arms(&effect, out);
    write_raw_balance(&effect, out);
    effect_write_rows(&effect, out);
    survey_json_close(out, '}');
    return true;
}
