// SPDX-License-Identifier: GPL-3.0-or-later
// Answers to requests for models and t tests.
#include "stats/request/model.h"
#include "stats/math/distribution.h"
#include "stats/math/solve.h"

static void write_text_list(struct survey_json_writer *out, const char *key, const char *const *texts,
                            size_t count)
{
    survey_json_key(out, key);
    survey_json_open(out, '[');
    for (size_t i = 0; i < count; i++)
        survey_json_put_text(out, texts[i]);
    survey_json_close(out, ']');
}

// F of the coefficients of some terms, all 0: b' V^-1 b / q.
static bool write_wald(struct request *request, const struct model *model, const char *terms, double ddf,
                       struct survey_json_writer *out, struct survey_error *error)
{
    size_t chosen[MODEL_COLUMNS_MAX], q = 0, p = model->count;
    for (size_t i = 0; i < p; i++) {
        const char *name = model->term[i] ? model->terms[model->term[i]] : "1";
        for (const char *at = terms; *at;) {
            at += strspn(at, "~+ ");
            size_t length = strcspn(at, "+ ");
            if (length == strlen(name) && strncmp(at, name, length) == 0)
                chosen[q++] = i;
            at += length;
        }
    }
    double *variance = survey_arena_array(request->arena, q * q + 1, sizeof *variance), b[MODEL_COLUMNS_MAX],
           f = 0;
    for (size_t i = 0; i < q; i++) {
        b[i] = model->beta[chosen[i]];
        for (size_t j = 0; j < q; j++)
            variance[i * q + j] = model->variance[chosen[i] * p + chosen[j]];
    }
    if (!q || !stats_solve(variance, q, b, 1))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("the terms '%s' cannot be tested"), terms);
    for (size_t i = 0; i < q; i++)
        f += b[i] * model->beta[chosen[i]] / (double)q;
    survey_json_key(out, "wald");
    survey_json_open(out, '{');
    survey_json_member_number(out, "F", f);
    survey_json_member_integer(out, "df", (int64_t)q);
    survey_json_member_number(out, "ddf", ddf);
    survey_json_member_number(out, "p_value", stats_f_tail(f, (double)q, ddf));
    survey_json_close(out, '}');
    return true;
}

static bool read_model(struct request *request, struct model *model, struct survey_error *error)
{
    const char *family = survey_json_text(request->args, "family", "gaussian");
    const char *formula = survey_json_text(request->args, "formula", "");
    *model = (struct model){.family = strcmp(family, "binomial") == 0  ? MODEL_BINOMIAL
                                      : strcmp(family, "poisson") == 0 ? MODEL_POISSON
                                                                       : MODEL_GAUSSIAN};
    if (model->family == MODEL_GAUSSIAN && strcmp(family, "gaussian") != 0)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("'%s' is none of gaussian, binomial, poisson"),
                           family);
    return model_read(request, formula, model, error) && model_fit(request, model, error);
}

bool request_glm(struct request *request, struct survey_json_writer *out, struct survey_error *error)
{
    struct model model;
    if (!read_model(request, &model, error))
        return false;
    size_t p = model.count;
    double se[MODEL_COLUMNS_MAX], t[MODEL_COLUMNS_MAX], tail[MODEL_COLUMNS_MAX], low[MODEL_COLUMNS_MAX],
        high[MODEL_COLUMNS_MAX];
    double resid = request_df(request, model.kept) + 1 - (double)p;
    double reach =
        resid > 0 ? stats_t_quantile(1 - (1 - request->design.confidence) / 2, resid) : (double)NAN;
    for (size_t i = 0; i < p; i++) {
        se[i] = sqrt(model.variance[i * p + i]);
        t[i] = model.beta[i] / se[i];
        tail[i] = resid > 0 ? stats_t_tail(t[i], resid) : (double)NAN;
        low[i] = model.beta[i] - reach * se[i];
        high[i] = model.beta[i] + reach * se[i];
    }
    survey_json_open(out, '{');
    write_text_list(out, "names", model.names, p);
    request_write_numbers(out, "est", model.beta, p);
    request_write_numbers(out, "se", se, p);
    request_write_numbers(out, "t", t, p);
    request_write_numbers(out, "p_value", tail, p);
    survey_json_member_number(out, "df_resid", resid);
    survey_json_member_number(out, "df", request_df(request, NULL));
    request_write_numbers(out, "ci_low", low, p);
    request_write_numbers(out, "ci_high", high, p);
    request_write_matrix(out, "vcov", model.variance, p);
    const char *wald = survey_json_text(request->args, "wald", NULL);
    if (wald && !write_wald(request, &model, wald, resid, out, error))
        return false;
    survey_json_close(out, '}');
    return true;
}

static void write_ttest(struct request *request, double est, double se, double df,
                        struct survey_json_writer *out)
{
    double t = est / se, reach = stats_t_quantile(1 - (1 - request->design.confidence) / 2, df) * se,
           low = est - reach, high = est + reach;
    survey_json_open(out, '{');
    request_write_numbers(out, "est", &est, 1);
    survey_json_member_number(out, "statistic", t);
    survey_json_member_number(out, "df", df);
    survey_json_member_number(out, "p_value", stats_t_tail(t, df));
    request_write_numbers(out, "ci_low", &low, 1);
    request_write_numbers(out, "ci_high", &high, 1);
    survey_json_close(out, '}');
}

// "y ~ 0": the mean against 0, with df - 1 as the reference has it; "y ~ group": the difference of two means.
bool request_ttest(struct request *request, struct survey_json_writer *out, struct survey_error *error)
{
    const char *formula = survey_json_text(request->args, "formula", ""), *tilde = strchr(formula, '~');
    const char *right = tilde ? tilde + 1 + strspn(tilde + 1, " ") : "";
    struct model model = {.family = MODEL_GAUSSIAN};
    bool one = strcmp(right, "0") == 0 || strcmp(right, "1") == 0;
    if (one)
        formula = survey_arena_format(request->arena, "%.*s~1", (int)(tilde - formula), formula);
    if (!model_read(request, formula, &model, error))
        return false;
    if (!one && model.count != 2)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("a t test compares two groups"));
    if (!model_fit(request, &model, error))
        return false;
    size_t at = one ? 0 : 1;
    double df = one ? request_df(request, NULL) - 1 : request_df(request, model.kept) - 1;
    if (!(df > 0))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("no degrees of freedom are left for a test"));
    write_ttest(request, model.beta[at], sqrt(model.variance[at * model.count + at]), df, out);
    return true;
}
