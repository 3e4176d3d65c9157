// SPDX-License-Identifier: GPL-3.0-or-later
// The family of composites, and the units that its requests are about.
#include "stats/composite/request_composite.h"

const struct request_method request_composite_methods[] = {
    {"ahp", composite_ahp, true},       {"entropy_weights", composite_entropy, true},
    {"topsis", composite_topsis, true}, {"composite", composite_tree, true},
    {"ranks", composite_ranks, true},   {NULL, NULL, false},
};

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

bool composite_distinct(struct request *request, const char *const *names, size_t n,
                        struct survey_error *error)
{
    const char **sorted = survey_arena_array(request->arena, n + 1, sizeof *sorted);
    if (n)
        memcpy(sorted, names, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_text);
    for (size_t i = 1; i < n; i++)
        if (strcmp(sorted[i], sorted[i - 1]) == 0)
            return survey_fail(error, SURVEY_ERROR_INPUT,
                               request->table.path ? request->table.path : "",
                               _("two rows are named '%s'"), sorted[i]);
    return true;
}

bool composite_open(struct request *request, struct composite_units *units,
                    struct survey_error *error)
{
    const char *id = survey_json_text(request->args, "id", NULL);
    uint32_t column = 0;
    if (!request_open_table(request, error) ||
        (id && !stats_table_column(&request->table, id, &column, error)))
        return false;
    *units = (struct composite_units){.n = request->n};
    units->names = survey_arena_array(request->arena, units->n + 1, sizeof *units->names);
    for (size_t row = 0; row < units->n; row++)
        units->names[row] = id ? stats_table_text(&request->table, row, column)
                               : survey_arena_format(request->arena, "%zu", row + 1);
    return composite_distinct(request, units->names, units->n, error);
}

bool composite_columns(struct request *request, struct composite_units *units,
                       struct survey_error *error)
{
    const char *const *negative;
    size_t negatives = request_names(request->arena, request_arg(request, "negative"), &negative);
    units->var_count = request_names(request->arena, request_arg(request, "vars"), &units->vars);
    if (!units->var_count || units->var_count > REQUEST_MOST)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("the request names no variable"));
    units->columns = survey_arena_array(request->arena, units->var_count, sizeof *units->columns);
    units->lower = survey_arena_array(request->arena, units->var_count, sizeof *units->lower);
    for (size_t i = 0; i < units->var_count; i++)
        if (!request_column(request, units->vars[i], &units->columns[i], error))
            return false;
    for (size_t k = 0; k < negatives; k++) {
        bool known = false;
        for (size_t i = 0; i < units->var_count; i++)
            if (strcmp(negative[k], units->vars[i]) == 0)
                known = units->lower[i] = true;
        if (!known)
            return survey_fail(error, SURVEY_ERROR_INPUT, "",
                               _("'negative' names '%s', which is not among 'vars'"), negative[k]);
    }
    return true;
}

bool composite_complete(struct composite_units *units, struct survey_error *error)
{
    size_t kept = 0;
    for (size_t row = 0; row < units->n; row++) {
        bool whole = true;
        for (size_t i = 0; i < units->var_count; i++)
            whole = whole && !isnan(units->columns[i][row]);
        if (!whole)
            continue;
        for (size_t i = 0; i < units->var_count; i++)
            units->columns[i][kept] = units->columns[i][row];
        units->names[kept++] = units->names[row];
    }
    units->dropped = units->n - kept;
    units->n = kept;
    return kept > 1 || survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                                   _("fewer than two rows have all variables"));
}

void composite_write_names(struct survey_json_writer *out, const char *key,
                           const char *const *names, size_t n)
{
    survey_json_key(out, key);
    survey_json_open(out, '[');
    for (size_t i = 0; i < n; i++)
        survey_json_put_text(out, names[i]);
    survey_json_close(out, ']');
}

// 1 is the highest value; ties share the better rank; null where there is no value.
void composite_write_ranks(struct survey_json_writer *out, const double *value, size_t n)
{
    survey_json_key(out, "rank");
    survey_json_open(out, '[');
    for (size_t i = 0; i < n; i++) {
        size_t rank = 1;
        for (size_t j = 0; j < n; j++)
            rank += value[j] > value[i];
        if (isnan(value[i]))
            survey_json_put_null(out);
        else
            survey_json_put_integer(out, (int64_t)rank);
    }
    survey_json_close(out, ']');
}
