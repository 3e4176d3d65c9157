// SPDX-License-Identifier: GPL-3.0-or-later
// Answers to requests for means, totals, ratios, groups, contrasts and tables.
#include "stats/request/private.h"

static const struct survey_json *deff_arg(const struct request *request)
{
    const struct survey_json *deff = request_arg(request, "deff");
    return deff && (deff->kind == SURVEY_JSON_STRING || deff->boolean) ? deff : NULL;
}

static void write_deff(struct request *request, struct survey_json_writer *out,
                       const struct estimates *estimates)
{
    const struct survey_json *deff = deff_arg(request);
    if (!deff)
        return;
    bool replace = deff->kind == SURVEY_JSON_STRING && strcmp(deff->text, "replace") == 0;
    survey_json_key(out, "deff");
    survey_json_open(out, '[');
    for (size_t i = 0; i < estimates->count; i++) {
        double simple = request_simple(request, &estimates->of[i], estimates->value[i], replace);
        survey_json_put_number(out, simple > 0 ? estimates->variance[i * estimates->count + i] / simple
                                               : (double)NAN);
    }
    survey_json_close(out, ']');
}

static void write_names(struct survey_json_writer *out, const struct quantity *of, size_t count)
{
    survey_json_key(out, "names");
    survey_json_open(out, '[');
    for (size_t i = 0; i < count; i++)
        survey_json_put_text(out, of[i].name);
    survey_json_close(out, ']');
}

static struct quantity *quantities_of(struct request *request, const struct variables *variables, bool total)
{
    struct quantity *of = survey_arena_array(request->arena, variables->count, sizeof *of);
    const double *ones = request_ones(request);
    for (size_t i = 0; i < variables->count; i++)
        of[i] = (struct quantity){variables->names[i], variables->columns[i], total ? NULL : ones,
                                  variables->kept};
    return of;
}

bool request_mean_total(struct request *request, struct survey_json_writer *out, struct survey_error *error)
{
    struct variables variables;
    struct estimates estimates;
    if (!request_variables(request, request_arg(request, "vars"), &variables, error))
        return false;
    struct quantity *of = quantities_of(request, &variables, request_is(request, "total"));
    if (!request_estimate(request, of, variables.count, &estimates, error))
        return false;
    survey_json_open(out, '{');
    write_names(out, of, variables.count);
    request_write_estimates(request, out, &estimates, variables.count > 1);
    write_deff(request, out, &estimates);
    survey_json_member_integer(out, "n", (int64_t)request_rows(request, variables.kept));
    survey_json_member_integer(
        out, "missing", (int64_t)(request_rows(request, NULL) - request_rows(request, variables.kept)));
    survey_json_close(out, '}');
    return true;
}

// A ratio's columns and the rows that have both.
static bool ratio_of(struct request *request, struct quantity *of, struct survey_error *error)
{
    const struct survey_json *args = request->args;
    const char *above = survey_json_text(args, "num", ""), *below = survey_json_text(args, "den", "");
    double *numerator, *denominator;
    if (!request_column(request, above, &numerator, error) ||
        !request_column(request, below, &denominator, error))
        return false;
    uint8_t *kept = survey_arena_array(request->arena, request->n, 1);
    for (size_t row = 0; row < request->n; row++)
        kept[row] = request->weight[row] > 0 && (!request->inside || request->inside[row]) &&
                    !isnan(numerator[row]) && !isnan(denominator[row]);
    *of = (struct quantity){survey_arena_format(request->arena, "%s/%s", above, below), numerator,
                            denominator, kept};
    return true;
}

bool request_ratio(struct request *request, struct survey_json_writer *out, struct survey_error *error)
{
    struct quantity of;
    struct estimates estimates;
    if (!ratio_of(request, &of, error) || !request_estimate(request, &of, 1, &estimates, error))
        return false;
    survey_json_open(out, '{');
    write_names(out, &of, 1);
    request_write_estimates(request, out, &estimates, false);
    write_deff(request, out, &estimates);
    survey_json_close(out, '}');
    return true;
}

// The quantities of each group: those of the whole, group by group within each variable.
static bool quantities_by(struct request *request, const struct groups *groups, struct quantity **of,
                          size_t *count, struct survey_error *error)
{
    const char *fun = survey_json_text(request->args, "fun", "mean");
    struct quantity ratio, *whole = &ratio;
    size_t each = 1;
    if (strcmp(fun, "ratio") == 0) {
        if (!ratio_of(request, &ratio, error))
            return false;
    } else if (strcmp(fun, "mean") == 0 || strcmp(fun, "total") == 0) {
        struct variables variables;
        if (!request_variables(request, request_arg(request, "vars"), &variables, error))
            return false;
        whole = quantities_of(request, &variables, *fun == 't');
        each = variables.count;
    } else {
        return request_unsupported(request, error, fun);
    }
    *count = each * groups->count;
    if ((double)*count * (double)request->n > REQUEST_NUMBERS)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("%zu estimates of %zu rows are too many at once"),
                           *count, request->n);
    *of = survey_arena_array(request->arena, *count, sizeof **of);
    for (size_t i = 0; i < each; i++)
        for (size_t group = 0; group < groups->count; group++) {
            uint8_t *kept = survey_arena_array(request->arena, request->n, 1);
            for (size_t row = 0; row < request->n; row++)
                kept[row] = whole[i].kept[row] && groups->of_row[row] == group;
            (*of)[i * groups->count + group] =
                (struct quantity){groups->names[group], whole[i].above, whole[i].below, kept};
        }
    return true;
}

static void write_df_domain(struct request *request, struct survey_json_writer *out,
                            const struct groups *groups)
{
    uint8_t *inside = survey_arena_array(request->arena, request->n, 1);
    survey_json_key(out, "df_domain");
    survey_json_open(out, '[');
    for (size_t group = 0; group < groups->count; group++) {
        for (size_t row = 0; row < request->n; row++)
            inside[row] = groups->of_row[row] == group;
        survey_json_put_number(out, request_df(request, inside));
    }
    survey_json_close(out, ']');
}

bool request_by(struct request *request, struct survey_json_writer *out, struct survey_error *error)
{
    struct groups groups;
    struct quantity *of;
    struct estimates estimates;
    size_t count;
    if (!request_groups(request, request_arg(request, "by"), &groups, error))
        return false;
    if (strcmp(survey_json_text(request->args, "fun", ""), "quantile") == 0)
        return request_quantile_by(request, &groups, out, error);
    if (!quantities_by(request, &groups, &of, &count, error) ||
        !request_estimate(request, of, count, &estimates, error))
        return false;
    survey_json_open(out, '{');
    request_write_levels(out, &groups);
    request_write_estimates(request, out, &estimates, survey_json_bool(request->args, "covmat", false));
    write_deff(request, out, &estimates);
    write_df_domain(request, out, &groups);
    survey_json_close(out, '}');
    return true;
}

// A linear combination of estimates with their covariance.
static bool combine(struct request *request, struct estimates *estimates, struct survey_error *error)
{
    const struct survey_json *contrast = request_arg(request, "contrast");
    const char *function = survey_json_text(request->args, "expr", NULL);
    double value = 0, variance = 0;
    if (function && !request_function(estimates, function, &value, &variance, error))
        return false;
    if (!function &&
        (!contrast || contrast->kind != SURVEY_JSON_ARRAY || contrast->count != estimates->count))
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("a contrast needs one coefficient for each of the %zu estimates"),
                           estimates->count);
    for (size_t i = 0; !function && i < estimates->count; i++) {
        double a = survey_json_at(contrast, i)->number;
        value += a * estimates->value[i];
        for (size_t j = 0; j < estimates->count; j++)
            variance +=
                a * survey_json_at(contrast, j)->number * estimates->variance[i * estimates->count + j];
    }
    *estimates = (struct estimates){
        .count = 1, .value = &estimates->value[0], .variance = &estimates->variance[0], .df = estimates->df};
    estimates->value[0] = value;
    estimates->variance[0] = variance;
    return true;
}

bool request_contrast(struct request *request, struct survey_json_writer *out, struct survey_error *error)
{
    struct groups groups;
    struct quantity *of;
    struct estimates estimates;
    size_t count;
    if (request_is(request, "contrast_by")) {
        if (!request_groups(request, request_arg(request, "by"), &groups, error) ||
            !quantities_by(request, &groups, &of, &count, error))
            return false;
    } else {
        struct variables variables;
        if (!request_variables(request, request_arg(request, "vars"), &variables, error))
            return false;
        of = quantities_of(request, &variables,
                           strcmp(survey_json_text(request->args, "fun", "mean"), "total") == 0);
        count = variables.count;
    }
    if (!request_estimate(request, of, count, &estimates, error) || !combine(request, &estimates, error))
        return false;
    survey_json_open(out, '{');
    write_names(out, &(struct quantity){.name = "contrast"}, 1);
    request_write_estimates(request, out, &estimates, false);
    survey_json_close(out, '}');
    return true;
}

// Weighted counts of the cells of crossed columns, empty ones too, the first column's levels fastest.
bool request_table(struct request *request, struct survey_json_writer *out, struct survey_error *error)
{
    struct groups groups;
    struct estimates estimates;
    if (!request_groups(request, request_arg(request, "vars"), &groups, error))
        return false;
    struct quantity *of = survey_arena_array(request->arena, groups.count, sizeof *of);
    const double *ones = request_ones(request);
    for (size_t group = 0; group < groups.count; group++) {
        uint8_t *kept = survey_arena_array(request->arena, request->n, 1);
        for (size_t row = 0; row < request->n; row++)
            kept[row] = groups.of_row[row] == group;
        of[group] = (struct quantity){groups.names[group], ones, NULL, kept};
    }
    if (!request_estimate(request, of, groups.count, &estimates, error))
        return false;
    survey_json_open(out, '{');
    request_write_levels(out, &groups);
    request_write_estimates(request, out, &estimates, false);
    survey_json_close(out, '}');
    return true;
}
