// SPDX-License-Identifier: GPL-3.0-or-later
// The columns, groups and numbers of a request.
#include "stats/estimate/interval.h"
#include "stats/math/distribution.h"
#include "stats/request/private.h"

static bool is_inside(const struct request *request, size_t row)
{
    return request->weight[row] > 0 && (!request->inside || request->inside[row]);
}

static bool add_variable(struct request *request, struct variables *variables, const char *name,
                         const double *column, struct survey_error *error)
{
    if (variables->count == REQUEST_MOST)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("at most %d variables can be taken"),
                           REQUEST_MOST);
    variables->names[variables->count] = name;
    variables->columns[variables->count++] = column;
    for (size_t row = 0; row < request->n; row++)
        if (isnan(column[row]))
            variables->kept[row] = 0;
    return true;
}

// One 0/1 column a level that occurs in the file.
static bool add_levels(struct request *request, const char *name, uint32_t column,
                       struct variables *variables, struct survey_error *error)
{
    struct stats_levels levels;
    stats_table_levels(&request->table, column, &levels);
    for (size_t level = 0; level < levels.count; level++) {
        double *is = survey_arena_array(request->arena, request->n, sizeof *is);
        for (size_t row = 0; row < request->n; row++)
            is[row] = levels.of_row[row] == STATS_NO_LEVEL ? (double)NAN : levels.of_row[row] == level;
        const char *full = survey_arena_format(request->arena, "%s%s", name, levels.names[level]);
        if (!add_variable(request, variables, full, is, error))
            return false;
    }
    return true;
}

bool request_variables(struct request *request, const struct survey_json *json, struct variables *variables,
                       struct survey_error *error)
{
    const char *const *names;
    size_t count = request_names(request->arena, json, &names);
    *variables = (struct variables){0};
    if (!count)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("the request names no variable"));
    variables->names = survey_arena_array(request->arena, REQUEST_MOST, sizeof *variables->names);
    variables->columns = survey_arena_array(request->arena, REQUEST_MOST, sizeof *variables->columns);
    variables->kept = survey_arena_array(request->arena, request->n, 1);
    for (size_t row = 0; row < request->n; row++)
        variables->kept[row] = is_inside(request, row);
    for (size_t i = 0; i < count; i++) {
        uint32_t column;
        double *numbers;
        if (!stats_table_column(&request->table, names[i], &column, error))
            return false;
        bool done = stats_table_numeric(&request->table, column)
                        ? stats_table_numbers(&request->table, column, &numbers, error) &&
                              add_variable(request, variables, names[i], numbers, error)
                        : add_levels(request, names[i], column, variables, error);
        if (!done)
            return false;
    }
    return true;
}

// The code of a row's group is sum over columns of level * product of the level counts before it.
static uint64_t group_code(const struct stats_levels *levels, size_t count, size_t row)
{
    uint64_t code = 0, step = 1;
    for (size_t i = 0; i < count; i++) {
        if (levels[i].of_row[row] == STATS_NO_LEVEL)
            return UINT64_MAX;
        code += levels[i].of_row[row] * step;
        step *= levels[i].count;
    }
    return code;
}

static int by_code(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static void name_group(struct request *request, struct groups *groups, const struct stats_levels *levels,
                       uint64_t code, size_t group)
{
    groups->levels[group] =
        survey_arena_array(request->arena, groups->column_count, sizeof *groups->levels[group]);
    for (size_t i = 0; i < groups->column_count; i++) {
        const char *level = levels[i].names[code % levels[i].count];
        code /= levels[i].count;
        groups->levels[group][i] = level;
        groups->names[group] =
            i == 0 ? level : survey_arena_format(request->arena, "%s.%s", groups->names[group], level);
    }
}

bool request_groups(struct request *request, const struct survey_json *by, struct groups *groups,
                    struct survey_error *error)
{
    *groups = (struct groups){0};
    groups->column_count = request_names(request->arena, by, &groups->columns);
    if (groups->column_count < 1 || groups->column_count > 8)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("'by' names 1 to 8 columns"));
    struct stats_levels *levels = survey_arena_array(request->arena, groups->column_count, sizeof *levels);
    double combinations = 1;
    for (size_t i = 0; i < groups->column_count; i++) {
        uint32_t column;
        if (!stats_table_column(&request->table, groups->columns[i], &column, error))
            return false;
        stats_table_levels(&request->table, column, &levels[i]);
        combinations *= (double)levels[i].count;
    }
    if (combinations > 1e18)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("the columns have too many levels to be crossed"));
    uint64_t *codes = survey_realloc(NULL, request->n, sizeof *codes),
             *seen = survey_realloc(NULL, request->n, sizeof *seen);
    size_t count = 0;
    for (size_t row = 0; row < request->n; row++) {
        codes[row] = is_inside(request, row) ? group_code(levels, groups->column_count, row) : UINT64_MAX;
        if (codes[row] != UINT64_MAX)
            seen[count++] = codes[row];
    }
    qsort(seen, count, sizeof *seen, by_code);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || seen[i] != seen[groups->count - 1])
            seen[groups->count++] = seen[i];
    groups->names = survey_arena_array(request->arena, groups->count + 1, sizeof *groups->names);
    groups->levels = survey_arena_array(request->arena, groups->count + 1, sizeof *groups->levels);
    groups->of_row = survey_arena_array(request->arena, request->n, sizeof *groups->of_row);
    for (size_t group = 0; group < groups->count; group++)
        name_group(request, groups, levels, seen[group], group);
    for (size_t row = 0; row < request->n; row++) {
        const uint64_t *at = codes[row] == UINT64_MAX
                                 ? NULL
                                 : bsearch(&codes[row], seen, groups->count, sizeof *seen, by_code);
        groups->of_row[row] = at ? (uint32_t)(at - seen) : STATS_NO_LEVEL;
    }
    free(codes);
    free(seen);
    if (groups->count > REQUEST_MOST)
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("%zu groups are more than the %d that can be taken"), groups->count,
                           REQUEST_MOST);
    return groups->count > 0 ||
           survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("no row is in the domain"));
}

void request_write_levels(struct survey_json_writer *out, const struct groups *groups)
{
    survey_json_key(out, "names");
    survey_json_open(out, '[');
    for (size_t group = 0; group < groups->count; group++)
        survey_json_put_text(out, groups->names[group]);
    survey_json_close(out, ']');
    survey_json_key(out, "levels");
    survey_json_open(out, '[');
    for (size_t group = 0; group < groups->count; group++) {
        survey_json_open(out, '{');
        for (size_t i = 0; i < groups->column_count; i++)
            survey_json_member(out, groups->columns[i], groups->levels[group][i]);
        survey_json_close(out, '}');
    }
    survey_json_close(out, ']');
}

void request_write_numbers(struct survey_json_writer *out, const char *key, const double *numbers,
                           size_t count)
{
    survey_json_key(out, key);
    survey_json_open(out, '[');
    for (size_t i = 0; i < count; i++)
        survey_json_put_number(out, numbers[i]);
    survey_json_close(out, ']');
}

void request_write_matrix(struct survey_json_writer *out, const char *key, const double *numbers,
                          size_t count)
{
    survey_json_key(out, key);
    survey_json_open(out, '[');
    for (size_t i = 0; i < count; i++) {
        survey_json_open(out, '[');
        for (size_t j = 0; j < count; j++)
            survey_json_put_number(out, numbers[i * count + j]);
        survey_json_close(out, ']');
    }
    survey_json_close(out, ']');
}

static void write_interval(struct survey_json_writer *out, const struct estimates *estimates, const char *key,
                           double reach)
{
    survey_json_key(out, key);
    survey_json_open(out, '[');
    for (size_t i = 0; i < estimates->count; i++)
        survey_json_put_number(out, estimates->value[i] +
                                        reach * sqrt(fmax(0, estimates->variance[i * estimates->count + i])));
    survey_json_close(out, ']');
}

// Intervals by each estimate's own degrees of freedom.
static void write_own_intervals(struct request *request, struct survey_json_writer *out,
                                const struct estimates *estimates, const double *se)
{
    size_t count = estimates->count;
    double *low = survey_arena_array(request->arena, count, sizeof *low),
           *high = survey_arena_array(request->arena, count, sizeof *high);
    for (size_t i = 0; i < count; i++)
        stats_interval_t(estimates->value[i], se[i], estimates->dfs[i], request->design.confidence, &low[i], &high[i]);
    request_write_numbers(out, "df_satterthwaite", estimates->dfs, count);
    request_write_numbers(out, "ci_low", low, count);
    request_write_numbers(out, "ci_high", high, count);
}

void request_write_estimates(struct request *request, struct survey_json_writer *out,
                             const struct estimates *estimates, bool vcov)
{
    size_t count = estimates->count;
    double *se = survey_arena_array(request->arena, count, sizeof *se),
           *cv = survey_arena_array(request->arena, count, sizeof *cv);
    double upper = 1 - (1 - request->design.confidence) / 2;
    for (size_t i = 0; i < count; i++) {
        se[i] = sqrt(fmax(0, estimates->variance[i * count + i]));
        cv[i] = se[i] / fabs(estimates->value[i]);
    }
    request_write_numbers(out, "est", estimates->value, count);
    request_write_numbers(out, "se", se, count);
    survey_json_member_number(out, "df", estimates->df);
    if (estimates->dfs) {
        write_own_intervals(request, out, estimates, se);
    } else if (estimates->df > 0) {
        write_interval(out, estimates, "ci_low", -stats_t_quantile(upper, estimates->df));
        write_interval(out, estimates, "ci_high", stats_t_quantile(upper, estimates->df));
    }
    write_interval(out, estimates, "ci_low_normal", -stats_normal_quantile(upper));
    write_interval(out, estimates, "ci_high_normal", stats_normal_quantile(upper));
    request_write_numbers(out, "cv", cv, count);
    if (vcov)
        request_write_matrix(out, "vcov", estimates->variance, count);
}
