// SPDX-License-Identifier: GPL-3.0-or-later
// Answers to requests for variances, correlations and Cohen's kappa.
#include "stats/request/private.h"

// n / (n - 1) * weighted mean of (x - xbar)(y - ybar) over the kept rows, as a quantity.
static struct quantity moment(struct request *request, const struct variables *variables, size_t i, size_t j)
{
    const double *ones = request_ones(request);
    struct quantity means[2] = {{"", variables->columns[i], ones, variables->kept},
                                {"", variables->columns[j], ones, variables->kept}};
    double center[2], n = (double)request_rows(request, variables->kept);
    request_values(request, means, 2, request->weight, center);
    double *product = survey_arena_array(request->arena, request->n, sizeof *product);
    for (size_t row = 0; row < request->n; row++)
        if (variables->kept[row])
            product[row] = n / (n - 1) * (variables->columns[i][row] - center[0]) *
                           (variables->columns[j][row] - center[1]);
    return (struct quantity){variables->names[i], product, ones, variables->kept};
}

static void write_one(struct survey_json_writer *out, const char *name, double est, const double *se)
{
    survey_json_open(out, '{');
    survey_json_key(out, "names");
    survey_json_open(out, '[');
    survey_json_put_text(out, name);
    survey_json_close(out, ']');
    request_write_numbers(out, "est", &est, 1);
    if (se)
        request_write_numbers(out, "se", se, 1);
    survey_json_close(out, '}');
}

static bool write_variance(struct request *request, const struct variables *variables,
                           struct survey_json_writer *out, struct survey_error *error)
{
    struct quantity of = moment(request, variables, 0, 0);
    struct estimates estimates;
    if (!request_estimate(request, &of, 1, &estimates, error))
        return false;
    double se = sqrt(estimates.variance[0]);
    write_one(out, variables->names[0], estimates.value[0], &se);
    return true;
}

void request_covariances(struct request *request, const struct variables *variables, double *value)
{
    for (size_t i = 0; i < variables->count; i++)
        for (size_t j = 0; j < variables->count; j++) {
            struct quantity of = moment(request, variables, i, j);
            request_values(request, &of, 1, request->weight, &value[i * variables->count + j]);
        }
}

static bool write_correlation(struct request *request, const struct variables *variables,
                              struct survey_json_writer *out, struct survey_error *error)
{
    size_t k = variables->count;
    if (k < 2)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("two variables or more are needed"));
    double *covariance = survey_arena_array(request->arena, k * k, sizeof *covariance);
    request_covariances(request, variables, covariance);
    write_one(out, "cor", covariance[1] / sqrt(covariance[0] * covariance[k + 1]), NULL);
    return true;
}

bool request_moment(struct request *request, struct survey_json_writer *out, struct survey_error *error)
{
    struct variables variables;
    if (!request_variables(request, request_arg(request, "vars"), &variables, error))
        return false;
    return request_is(request, "variance")
               ? write_variance(request, &variables, out, error)
               : write_correlation(request, &variables, out, error);
}

// Two columns "~a+b" or by name, as the levels of rows and columns.
bool request_two_way(struct request *request, const char *row, const char *column, struct two_way *table,
                     struct survey_error *error)
{
    const char *names[2] = {row, column};
    for (int i = 0; i < 2; i++) {
        uint32_t at;
        if (!stats_table_column(&request->table, names[i], &at, error))
            return false;
        stats_table_levels(&request->table, at, &table->levels[i]);
    }
    // Levels that no row inside has are none.
    for (int i = 0; i < 2; i++) {
        uint32_t *number = survey_arena_array(request->arena, table->levels[i].count + 1, sizeof *number),
                 count = 0;
        for (size_t r = 0; r < request->n; r++)
            if (request->weight[r] > 0 && (!request->inside || request->inside[r]) &&
                table->levels[i].of_row[r] != STATS_NO_LEVEL)
                number[table->levels[i].of_row[r]] = 1;
        for (size_t level = 0; level < table->levels[i].count; level++)
            number[level] = number[level] ? ++count : 0;
        for (size_t r = 0; r < request->n; r++)
            if (table->levels[i].of_row[r] != STATS_NO_LEVEL)
                table->levels[i].of_row[r] = number[table->levels[i].of_row[r]]
                                                 ? number[table->levels[i].of_row[r]] - 1
                                                 : STATS_NO_LEVEL;
        table->levels[i].count = count;
    }
    table->kept = survey_arena_array(request->arena, request->n, 1);
    for (size_t r = 0; r < request->n; r++)
        table->kept[r] = request->weight[r] > 0 && (!request->inside || request->inside[r]) &&
                         table->levels[0].of_row[r] != STATS_NO_LEVEL &&
                         table->levels[1].of_row[r] != STATS_NO_LEVEL;
    if (table->levels[0].count * table->levels[1].count > REQUEST_MOST)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("a table has at most %d cells"), REQUEST_MOST);
    return table->levels[0].count > 1 && table->levels[1].count > 1
               ? true
               : survey_fail(error, SURVEY_ERROR_INPUT, "",
                             _("'%s' and '%s' make no table of two rows and two columns"), row, column);
}

struct quantity *request_cells_of(struct request *request, const struct two_way *table, bool totals)
{
    size_t rows = table->levels[0].count, columns = table->levels[1].count;
    struct quantity *of = survey_arena_array(request->arena, rows * columns, sizeof *of);
    const double *ones = totals ? NULL : request_ones(request);
    for (size_t cell = 0; cell < rows * columns; cell++) {
        double *is = survey_arena_array(request->arena, request->n, sizeof *is);
        for (size_t r = 0; r < request->n; r++)
            is[r] = table->kept[r] && table->levels[0].of_row[r] == cell % rows &&
                    table->levels[1].of_row[r] == cell / rows;
        of[cell] = (struct quantity){"cell", is, ones, table->kept};
    }
    return of;
}

// kappa = (o - e) / (1 - e) with o the shares on the diagonal, e the sum of products of the margins (Cohen 1960);
// its error by the delta method over the cells.
bool request_kappa(struct request *request, struct survey_json_writer *out, struct survey_error *error)
{
    const char *formula = survey_json_text(request->args, "formula", ""), *plus = strchr(formula, '+');
    struct two_way table = {0};
    struct estimates estimates;
    formula += strspn(formula, "~ ");
    if (!plus)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("kappa is of two columns, ~a+b"));
    const char *row = survey_arena_strndup(request->arena, formula, (size_t)(plus - formula)),
               *column = plus + 1;
    if (!request_two_way(request, row, column, &table, error))
        return false;
    size_t k = table.levels[0].count;
    if (k != table.levels[1].count)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("kappa needs the same categories in both columns"));
    if (!request_estimate(request, request_cells_of(request, &table, false), k * k, &estimates, error))
        return false;
    double *p = estimates.value, *margin = survey_arena_array(request->arena, 2 * k, sizeof *margin);
    double *slope = survey_arena_array(request->arena, k * k, sizeof *slope), o = 0, e = 0, variance = 0;
    for (size_t cell = 0; cell < k * k; cell++) {
        margin[cell % k] += p[cell];
        margin[k + cell / k] += p[cell];
        o += cell % k == cell / k ? p[cell] : 0;
    }
    for (size_t i = 0; i < k; i++)
        e += margin[i] * margin[k + i];
    for (size_t cell = 0; cell < k * k; cell++) {
        double of_e = margin[k + cell % k] + margin[cell / k];
        slope[cell] = (cell % k == cell / k ? 1 : 0) / (1 - e) + of_e * (o - 1) / ((1 - e) * (1 - e));
    }
    for (size_t i = 0; i < k * k; i++)
        for (size_t j = 0; j < k * k; j++)
            variance += slope[i] * slope[j] * estimates.variance[i * k * k + j];
    double se = sqrt(variance);
    write_one(out, "kappa", (o - e) / (1 - e), &se);
    return true;
}
