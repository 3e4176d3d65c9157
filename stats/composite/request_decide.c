// SPDX-License-Identifier: GPL-3.0-or-later
// Requests for entropy weights and for closeness to the ideal.
#include "stats/composite/decide.h"
#include "stats/composite/request_composite.h"

static bool read_units(struct request *request, struct composite_units *units,
                       struct survey_error *error)
{
    return composite_open(request, units, error) && composite_columns(request, units, error) &&
           composite_complete(units, error);
}

static bool find_entropy(struct request *request, const struct composite_units *units,
                         double **entropy, double **weight, struct survey_error *error)
{
    size_t bad;
    *entropy = survey_arena_array(request->arena, units->var_count, sizeof **entropy);
    *weight = survey_arena_array(request->arena, units->var_count, sizeof **weight);
    if (stats_entropy(units->columns, units->lower, units->var_count, units->n, *entropy, *weight,
                      &bad))
        return true;
    if (bad == units->var_count)
        return survey_fail(
            error, SURVEY_ERROR_INPUT, "", "%s",
            _("all criteria are spread evenly, so that entropy gives none a weight"));
    return survey_fail(error, SURVEY_ERROR_INPUT, "",
                       _("'%s' is the same for all, so that it has no weight"), units->vars[bad]);
}

bool composite_entropy(struct request *request, struct survey_json_writer *out,
                       struct survey_error *error)
{
    struct composite_units units;
    double *entropy, *weight;
    if (!read_units(request, &units, error) ||
        !find_entropy(request, &units, &entropy, &weight, error))
        return false;
    survey_json_open(out, '{');
    composite_write_names(out, "names", units.vars, units.var_count);
    request_write_numbers(out, "entropy", entropy, units.var_count);
    request_write_numbers(out, "weights", weight, units.var_count);
    survey_json_member_integer(out, "n", (int64_t)units.n);
    survey_json_member_integer(out, "left_out", (int64_t)units.dropped);
    survey_json_close(out, '}');
    return true;
}

// "entropy" (the default), or one number a variable; they are divided by their sum.
static bool read_weights(struct request *request, const struct composite_units *units,
                         double **weight, struct survey_error *error)
{
    const struct survey_json *json = request_arg(request, "weights");
    double *entropy, sum = 0;
    if (!json || (json->kind == SURVEY_JSON_STRING && strcmp(json->text, "entropy") == 0))
        return find_entropy(request, units, &entropy, weight, error);
    if (json->kind != SURVEY_JSON_ARRAY || json->count != units->var_count)
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("'weights' is \"entropy\", or %zu numbers"), units->var_count);
    *weight = survey_arena_array(request->arena, units->var_count, sizeof **weight);
    size_t i = 0;
    for (const struct survey_json *one = json->first; one; one = one->next, i++) {
        if (one->kind != SURVEY_JSON_NUMBER || !(one->number >= 0))
            return survey_fail(error, SURVEY_ERROR_INPUT, "",
                               _("the weight of '%s' is not 0 or more"), units->vars[i]);
        (*weight)[i] = one->number;
        sum += one->number;
    }
    for (i = 0; i < units->var_count; i++)
        (*weight)[i] /= sum;
    return sum > 0 || survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("all weights are 0"));
}

bool composite_topsis(struct request *request, struct survey_json_writer *out,
                      struct survey_error *error)
{
    struct composite_units units;
    double *weight;
    size_t bad;
    if (!read_units(request, &units, error) || !read_weights(request, &units, &weight, error))
        return false;
    double *closeness = survey_arena_array(request->arena, units.n, sizeof *closeness);
    if (!stats_topsis(units.columns, units.lower, weight, units.var_count, units.n, closeness,
                      &bad))
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           bad < units.var_count
                               ? _("'%s' is 0 for all")
                               : _("all units are equal in every criterion that has a weight (%s)"),
                           units.vars[bad < units.var_count ? bad : 0]);
    survey_json_open(out, '{');
    composite_write_names(out, "names", units.names, units.n);
    request_write_numbers(out, "closeness", closeness, units.n);
    composite_write_ranks(out, closeness, units.n);
    composite_write_names(out, "vars", units.vars, units.var_count);
    request_write_numbers(out, "weights", weight, units.var_count);
    survey_json_member_integer(out, "n", (int64_t)units.n);
    survey_json_member_integer(out, "left_out", (int64_t)units.dropped);
    survey_json_close(out, '}');
    return true;
}
