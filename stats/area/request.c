// SPDX-License-Identifier: GPL-3.0-or-later
// Requests for estimates of small areas.
#include "stats/area/fay_herriot.h"
#include "stats/composite/request_composite.h"

enum { COLUMNS_MOST = 50 };

struct area_asked {
    struct composite_units units;
    double *direct, *variance, *columns[COLUMNS_MOST];
    const char *names[COLUMNS_MOST];
    size_t count; // of columns
    enum stats_area_method method;
};

static bool add_column(struct area_asked *asked, const char *name, double *column,
                       struct survey_error *error)
{
    if (asked->count == COLUMNS_MOST)
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("at most %d columns of a regression can be taken"), COLUMNS_MOST);
    asked->names[asked->count] = name;
    asked->columns[asked->count++] = column;
    return true;
}

// Texts, and columns named as factors: a 0/1 column a level but the first.
static bool add_factor(struct request *request, struct area_asked *asked, const char *name,
                       uint32_t column, struct survey_error *error)
{
    struct stats_levels levels;
    stats_table_levels(&request->table, column, &levels);
    for (size_t level = 1; level < levels.count; level++) {
        double *is = survey_arena_array(request->arena, request->n + 1, sizeof *is);
        for (size_t row = 0; row < request->n; row++)
            is[row] =
                levels.of_row[row] == STATS_NO_LEVEL ? (double)NAN : levels.of_row[row] == level;
        const char *full = survey_arena_format(request->arena, "%s%s", name, levels.names[level]);
        if (!add_column(asked, full, is, error))
            return false;
    }
    return true;
}

static bool read_x(struct request *request, struct area_asked *asked, struct survey_error *error)
{
    const char *const *names, *const *factors;
    size_t count = request_names(request->arena, request_arg(request, "x"), &names);
    size_t factor_count = request_names(request->arena, request_arg(request, "factors"), &factors);
    double *ones = survey_arena_array(request->arena, request->n + 1, sizeof *ones), *numbers;
    for (size_t row = 0; row < request->n; row++)
        ones[row] = 1;
    if (!add_column(asked, "(Intercept)", ones, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        uint32_t column;
        if (!stats_table_column(&request->table, names[i], &column, error))
            return false;
        bool factor = !stats_table_numeric(&request->table, column);
        for (size_t k = 0; k < factor_count; k++)
            factor = factor || strcmp(factors[k], names[i]) == 0;
        if (!(factor ? add_factor(request, asked, names[i], column, error)
                     : stats_table_numbers(&request->table, column, &numbers, error) &&
                           add_column(asked, names[i], numbers, error)))
            return false;
    }
    return true;
}

// Every area needs its x; with a direct estimate it needs a variance, which is not 0: none found,
// or one village, says nothing.
static bool check_rows(struct request *request, struct area_asked *asked,
                       struct survey_error *error)
{
    size_t sampled = 0;
    for (size_t row = 0; row < request->n; row++) {
        char at[512];
        stats_table_place(&request->table, row, at);
        for (size_t i = 0; i < asked->count; i++)
            if (isnan(asked->columns[i][row]))
                return survey_fail(error, SURVEY_ERROR_INPUT, at,
                                   _("'%s' is missing: the model needs it of every area"),
                                   asked->names[i]);
        if (isnan(asked->direct[row]))
            continue;
        sampled++;
        if (!(asked->variance[row] > 0))
            return survey_fail(error, SURVEY_ERROR_INPUT, at, "%s",
                               _("the variance of the direct estimate is 0 or missing: smooth it "
                                 "over the areas, or leave the "
                                 "direct estimate blank"));
    }
    return sampled >= asked->count + 2 ||
           survey_fail(
               error, SURVEY_ERROR_INPUT, "",
               _("%zu areas have a direct estimate; a model of %zu columns needs at least %zu"),
               sampled, asked->count, asked->count + 2);
}

static bool read_asked(struct request *request, struct area_asked *asked,
                       struct survey_error *error)
{
    const char *method = survey_json_text(request->args, "method", "REML");
    const char *variance = survey_json_text(request->args, "variance", NULL);
    asked->method = strcmp(method, "ML") == 0   ? STATS_AREA_ML
                    : strcmp(method, "FH") == 0 ? STATS_AREA_FH
                                                : STATS_AREA_REML;
    if (asked->method == STATS_AREA_REML && strcmp(method, "REML") != 0)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("'method' is REML, ML or FH, not '%s'"),
                           method);
    if (!composite_open(request, &asked->units, error) ||
        !request_column(request, survey_json_text(request->args, "direct", ""), &asked->direct,
                        error) ||
        !request_column(request, variance ? variance : survey_json_text(request->args, "se", ""),
                        &asked->variance, error) ||
        !read_x(request, asked, error))
        return false;
    for (size_t row = 0; !variance && row < request->n; row++)
        asked->variance[row] *= fabs(asked->variance[row]); // a negative error stays a fault
    return check_rows(request, asked, error);
}

static bool fit(struct request *request, const struct area_asked *asked,
                struct stats_areas_fit *fit, struct survey_error *error)
{
    size_t n = request->n, p = asked->count;
    double *x = survey_arena_array(request->arena, n * p + 1, sizeof *x),
           **outs[] = {&fit->estimate, &fit->mse, &fit->share, &fit->beta, &fit->beta_se};
    for (size_t row = 0; row < n; row++)
        for (size_t i = 0; i < p; i++)
            x[row * p + i] = asked->columns[i][row];
    for (size_t i = 0; i < sizeof outs / sizeof *outs; i++)
        *outs[i] = survey_arena_array(request->arena, n + p, sizeof **outs[i]);
    struct stats_areas areas = {n, p, asked->direct, asked->variance, x, asked->method};
    enum stats_area_fault fault = stats_areas_fit(&areas, fit);
    if (fault == STATS_AREA_SINGULAR)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("the columns of x depend on one another (singular)"));
    return fault == STATS_AREA_DONE ||
           survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                       _("the variance of the model has not converged: try another 'method'"));
}

static bool answer(struct request *request, struct survey_json_writer *out,
                   struct survey_error *error)
{
    struct area_asked asked = {0};
    struct stats_areas_fit f;
    if (!read_asked(request, &asked, error) || !fit(request, &asked, &f, error))
        return false;
    size_t n = request->n;
    double *se = survey_arena_array(request->arena, n + 1, sizeof *se);
    for (size_t row = 0; row < n; row++)
        se[row] = sqrt(fmax(0, f.mse[row]));
    survey_json_open(out, '{');
    composite_write_names(out, "names", asked.units.names, n);
    request_write_numbers(out, "direct", asked.direct, n);
    request_write_numbers(out, "eblup", f.estimate, n);
    request_write_numbers(out, "mse", f.mse, n);
    request_write_numbers(out, "rmse", se, n);
    request_write_numbers(out, "direct_share", f.share, n);
    survey_json_member_number(out, "model_variance", f.model_variance);
    composite_write_names(out, "terms", asked.names, asked.count);
    request_write_numbers(out, "beta", f.beta, asked.count);
    request_write_numbers(out, "se_beta", f.beta_se, asked.count);
    survey_json_member_number(out, "loglik", f.log_likelihood);
    survey_json_member_integer(out, "steps", f.steps);
    survey_json_member_integer(out, "n", (int64_t)n);
    survey_json_member(
        out, "reason",
        f.model_variance > 0
            ? NULL
            : _("the variance of the model is estimated as 0: estimates are the regression's "
                "alone, and their errors are too small"));
    survey_json_close(out, '}');
    return true;
}

const struct request_method request_area_methods[] = {
    {"fay_herriot", answer, true},
    {NULL, NULL, false},
};
