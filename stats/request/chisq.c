// SPDX-License-Identifier: GPL-3.0-or-later
// Tests of association in a table of two columns: Rao and Scott (1981, 1984) in four forms, Wald in two.
#include "stats/math/distribution.h"
#include "stats/math/saddle.h"
#include "stats/math/solve.h"
#include "stats/request/private.h"

static void write_test(struct survey_json_writer *out, double statistic, const double *parameter,
                       size_t count, double tail)
{
    survey_json_open(out, '{');
    survey_json_member_number(out, "statistic", statistic);
    request_write_numbers(out, "parameter", parameter, count);
    survey_json_member_number(out, "p_value", tail);
    survey_json_close(out, '}');
}

// Pearson's X^2 of n rows with the cells' estimated shares.
static double pearson(const double *share, size_t rows, size_t columns, double n)
{
    double x2 = 0;
    for (size_t cell = 0; cell < rows * columns; cell++) {
        double row = 0, column = 0;
        for (size_t j = 0; j < columns; j++)
            row += share[j * rows + cell % rows];
        for (size_t i = 0; i < rows; i++)
            column += share[cell / rows * rows + i];
        if (row * column > 0)
            x2 += n * (share[cell] - row * column) * (share[cell] - row * column) / (row * column);
    }
    return x2;
}

// Interaction contrasts of the cells, free of the margins: a basis of what the test is about.
static double contrast(size_t rows, size_t columns, size_t cell, size_t which)
{
    size_t i = which % (rows - 1) + 1, j = which / (rows - 1) + 1;
    double row = (cell % rows == i) - 1 / (double)rows, column = (cell / rows == j) - 1 / (double)columns;
    return row * column;
}

// The eigenvalues of the generalised design effects: (C' P^-1 C / n)^-1 (C' P^-1 V P^-1 C).
static bool design_effects(struct request *request, const struct estimates *cells, size_t rows,
                           size_t columns, double n, double *effects, struct survey_error *error)
{
    size_t k = rows * columns, q = (rows - 1) * (columns - 1);
    double *c = survey_arena_array(request->arena, k * q, sizeof *c),
           *below = survey_arena_array(request->arena, q * q, sizeof *below);
    double *above = survey_arena_array(request->arena, q * q, sizeof *above),
           *l = survey_arena_array(request->arena, q * q, sizeof *l);
    for (size_t cell = 0; cell < k; cell++)
        for (size_t a = 0; a < q; a++)
            c[cell * q + a] =
                cells->value[cell] > 0 ? contrast(rows, columns, cell, a) / cells->value[cell] : 0;
    for (size_t a = 0; a < q; a++)
        for (size_t b = 0; b < q; b++)
            for (size_t i = 0; i < k; i++) {
                below[a * q + b] += c[i * q + a] * cells->value[i] * c[i * q + b] / n;
                for (size_t j = 0; j < k; j++)
                    above[a * q + b] += c[i * q + a] * cells->variance[i * k + j] * c[j * q + b];
            }
    // below = L L'; L^-1 above L^-T has the same eigenvalues and is symmetric.
    for (size_t j = 0; j < q; j++)
        for (size_t i = j; i < q; i++) {
            double sum = below[i * q + j];
            for (size_t m = 0; m < j; m++)
                sum -= l[i * q + m] * l[j * q + m];
            if (i == j && !(sum > 0))
                return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                                   _("the table has empty rows or columns"));
            l[i * q + j] = i == j ? sqrt(sum) : sum / l[j * q + j];
        }
    for (int side = 0; side < 2; side++)
        for (size_t b = 0; b < q; b++)
            for (size_t i = 0; i < q; i++) {
                double *at = side ? &above[b * q + i] : &above[i * q + b];
                for (size_t m = 0; m < i; m++)
                    *at -= l[i * q + m] * (side ? above[b * q + m] : above[m * q + b]);
                *at /= l[i * q + i];
            }
    stats_eigenvalues(above, q, effects);
    return true;
}

static bool rao_scott(struct request *request, const struct two_way *table, const char *statistic,
                      struct survey_json_writer *out, struct survey_error *error)
{
    size_t rows = table->levels[0].count, columns = table->levels[1].count, q = (rows - 1) * (columns - 1);
    struct estimates cells;
    if (!request_estimate(request, request_cells_of(request, table, false), rows * columns, &cells, error))
        return false;
    double n = (double)(request->keeps_rows ? request->n : request_rows(request, NULL)), trace = 0,
           square = 0;
    double *effects = survey_arena_array(request->arena, q + 1, sizeof *effects);
    if (!design_effects(request, &cells, rows, columns, n, effects, error))
        return false;
    for (size_t i = 0; i < q; i++) {
        trace += effects[i];
        square += effects[i] * effects[i];
    }
    double x2 = pearson(cells.value, rows, columns, n), d0 = trace * trace / square,
           parameter[2] = {d0, d0 * cells.df};
    if (strcmp(statistic, "F") == 0)
        write_test(out, x2 / trace, parameter, 2, stats_f_tail(x2 / trace, d0, d0 * cells.df));
    else if (strcmp(statistic, "Chisq") == 0)
        write_test(out, x2, (const double[]){(double)q}, 1,
                   stats_chisq_tail(x2 * (double)q / trace, (double)q));
    else
        write_test(out, x2, NULL, 0, stats_sum_f_tail(x2, effects, q, d0 * cells.df));
    return true;
}

// Wald: the cells' distances from independence against their covariance (Koch, Freeman & Freeman 1975).
static bool wald(struct request *request, const struct two_way *table, bool adjusted,
                 struct survey_json_writer *out, struct survey_error *error)
{
    size_t rows = table->levels[0].count, columns = table->levels[1].count, k = rows * columns,
           q = (rows - 1) * (columns - 1);
    struct estimates cells;
    if (!request_estimate(request, request_cells_of(request, table, true), k, &cells, error))
        return false;
    double *row = survey_arena_array(request->arena, rows, sizeof *row),
           *column = survey_arena_array(request->arena, columns, sizeof *column);
    double *slope = survey_arena_array(request->arena, q * k, sizeof *slope),
           *y = survey_arena_array(request->arena, q * 2, sizeof *y), *solved = y + q;
    double *variance = survey_arena_array(request->arena, q * q, sizeof *variance), total = 0, statistic = 0;
    for (size_t cell = 0; cell < k; cell++) {
        row[cell % rows] += cells.value[cell];
        column[cell / rows] += cells.value[cell];
        total += cells.value[cell];
    }
    for (size_t a = 0; a < q; a++) {
        size_t i = a % (rows - 1) + 1, j = a / (rows - 1) + 1;
        y[a] = solved[a] = cells.value[j * rows + i] - row[i] * column[j] / total;
        for (size_t cell = 0; cell < k; cell++)
            slope[a * k + cell] = (cell == j * rows + i) -
                                  ((cell % rows == i) * column[j] + (cell / rows == j) * row[i]) / total +
                                  row[i] * column[j] / (total * total);
    }
    for (size_t a = 0; a < q; a++)
        for (size_t b = 0; b < q; b++)
            for (size_t i = 0; i < k; i++)
                for (size_t j = 0; j < k; j++)
                    variance[a * q + b] += slope[a * k + i] * cells.variance[i * k + j] * slope[b * k + j];
    if (!stats_solve(variance, q, solved, 1))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("too few PSUs for a Wald test of this table"));
    for (size_t a = 0; a < q; a++)
        statistic += y[a] * solved[a];
    double ndf = (double)q, ddf = adjusted ? cells.df - ndf + 1 : cells.df;
    statistic *= adjusted ? ddf / (ndf * cells.df) : 1 / ndf;
    write_test(out, statistic, (const double[]){ndf, ddf}, 2, stats_f_tail(statistic, ndf, ddf));
    return true;
}

bool request_chisq(struct request *request, struct survey_json_writer *out, struct survey_error *error)
{
    static const char *const statistics[] = {"F", "Chisq", "lincom", "saddlepoint", "Wald", "adjWald"};
    const char *statistic = survey_json_text(request->args, "statistic", "F");
    struct two_way table = {0};
    bool known = false;
    for (size_t i = 0; i < sizeof statistics / sizeof *statistics; i++)
        known = known || strcmp(statistic, statistics[i]) == 0;
    if (!known)
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("'%s' is none of F, Chisq, lincom, saddlepoint, Wald, adjWald"), statistic);
    if (!request_two_way(request, survey_json_text(request->args, "row", ""),
                         survey_json_text(request->args, "col", ""), &table, error))
        return false;
    if (strstr(statistic, "Wald"))
        return wald(request, &table, *statistic == 'a', out, error);
    return rao_scott(request, &table, statistic, out, error);
}
