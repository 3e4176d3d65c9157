// SPDX-License-Identifier: GPL-3.0-or-later
// Requests for weights from comparisons by pairs.
#include "stats/composite/ahp.h"
#include "stats/composite/request_composite.h"

#include "survey/base/number.h"

// A number, or a text such as "1/3"; blank (null) is NaN. false: neither.
static bool read_cell(const struct survey_json *cell, double *value)
{
    *value = NAN;
    if (cell->kind == SURVEY_JSON_NUMBER)
        *value = cell->number;
    if (cell->kind != SURVEY_JSON_STRING)
        return cell->kind == SURVEY_JSON_NULL || cell->kind == SURVEY_JSON_NUMBER;
    const char *stroke = strchr(cell->text, '/');
    double above, below = 1;
    size_t length = stroke ? (size_t)(stroke - cell->text) : strlen(cell->text);
    if (!survey_number_parse(cell->text, length, &above) ||
        (stroke && !survey_number_parse(stroke + 1, strlen(stroke + 1), &below)))
        return false;
    *value = above / below;
    return true;
}

static bool cell_fault(struct survey_error *error, size_t judge, size_t row, size_t column,
                       const char *what)
{
    char at[100];
    survey_format_into(at, sizeof at, _("matrix %zu, row %zu, column %zu"), judge + 1, row + 1,
                       column + 1);
    return survey_fail(error, SURVEY_ERROR_INPUT, at, "%s", what);
}

// A blank cell is the reciprocal of the one across; the diagonal is 1.
static bool fill(double *matrix, size_t n, size_t judge, struct survey_error *error)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double *cell = &matrix[i * n + j], across = matrix[j * n + i];
            if (isnan(*cell))
                *cell = i == j ? 1 : 1 / across;
            if (!(*cell > 0) || !isfinite(*cell))
                return cell_fault(error, judge, i, j,
                                  isnan(*cell)
                                      ? _("the comparison is missing, and the one across too")
                                      : _("a comparison is above 0"));
            if (!isnan(across) && fabs(*cell * across - 1) > 1e-6) {
                char what[200];
                survey_format_into(
                    what, sizeof what,
                    _("%g is not the reciprocal of %g across (1 for an item with itself)"), *cell,
                    across);
                return cell_fault(error, judge, i, j, what);
            }
        }
    return true;
}

static bool read_matrix(const struct survey_json *json, size_t n, size_t judge, double *matrix,
                        struct survey_error *error)
{
    if (!json || json->kind != SURVEY_JSON_ARRAY || json->count != n)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("matrix %zu has not %zu rows"),
                           judge + 1, n);
    size_t i = 0;
    for (const struct survey_json *row = json->first; row; row = row->next, i++) {
        if (row->kind != SURVEY_JSON_ARRAY || row->count != n)
            return survey_fail(error, SURVEY_ERROR_INPUT, "",
                               _("matrix %zu, row %zu: there are not %zu columns"), judge + 1,
                               i + 1, n);
        size_t j = 0;
        for (const struct survey_json *cell = row->first; cell; cell = cell->next, j++)
            if (!read_cell(cell, &matrix[i * n + j]))
                return cell_fault(error, judge, i, j,
                                  _("a comparison is a number, or a fraction such as \"1/3\""));
    }
    return fill(matrix, n, judge, error);
}

// Several judges: the geometric mean of their comparisons, which stays reciprocal (Aczel & Saaty
// 1983).
static bool read_matrices(const struct survey_json *list, size_t n, double *matrix, double *worst,
                          struct survey_error *error)
{
    double one[STATS_AHP_MOST * STATS_AHP_MOST];
    size_t judge = 0;
    for (size_t i = 0; i < n * n; i++)
        matrix[i] = 0;
    for (const struct survey_json *json = list->first; json; json = json->next, judge++) {
        struct stats_ahp ahp;
        if (!read_matrix(json, n, judge, one, error))
            return false;
        if (stats_ahp(one, n, &ahp))
            *worst = fmax(*worst, ahp.ratio);
        for (size_t i = 0; i < n * n; i++)
            matrix[i] += log(one[i]) / (double)list->count;
    }
    for (size_t i = 0; i < n * n; i++)
        matrix[i] = exp(matrix[i]);
    return true;
}

static void write_answer(const struct stats_ahp *ahp, const double *matrix, size_t n,
                         const char *const *names, struct survey_json_writer *out)
{
    composite_write_names(out, "names", names, n);
    request_write_numbers(out, "weights", ahp->weight, n);
    request_write_numbers(out, "geometric_weights", ahp->geometric, n);
    survey_json_member_number(out, "lambda_max", ahp->lambda);
    survey_json_member_number(out, "CI", ahp->index);
    survey_json_member_number(out, "CR", ahp->ratio);
    survey_json_member_bool(out, "consistent", ahp->ratio <= 0.1);
    if (n < 2)
        return;
    survey_json_key(out, "farthest");
    survey_json_open(out, '{');
    survey_json_member(out, "row", names[ahp->row]);
    survey_json_member(out, "column", names[ahp->column]);
    survey_json_member_number(out, "given", matrix[ahp->row * n + ahp->column]);
    survey_json_member_number(out, "implied", ahp->implied);
    survey_json_close(out, '}');
}

static const char *const *names_of(struct request *request, size_t n)
{
    const char *const *given;
    if (request_names(request->arena, request_arg(request, "names"), &given) == n)
        return given;
    const char **names = survey_arena_array(request->arena, n + 1, sizeof *names);
    for (size_t i = 0; i < n; i++)
        names[i] = survey_arena_format(request->arena, "%zu", i + 1);
    return names;
}

bool composite_ahp(struct request *request, struct survey_json_writer *out,
                   struct survey_error *error)
{
    const struct survey_json *single = request_arg(request, "matrix"),
                             *several = request_arg(request, "matrices");
    const struct survey_json *first =
        several && several->kind == SURVEY_JSON_ARRAY ? several->first : single;
    size_t n = first && first->kind == SURVEY_JSON_ARRAY ? first->count : 0;
    double matrix[STATS_AHP_MOST * STATS_AHP_MOST], worst = 0;
    struct stats_ahp ahp;
    if (several && (single || several->kind != SURVEY_JSON_ARRAY || !several->count))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("'matrices' is a list of the judges' comparisons, instead of 'matrix'"));
    if (n < 1 || n > STATS_AHP_MOST)
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("'matrix' compares 1 to %d items, a list a row"), STATS_AHP_MOST);
    if (!(several ? read_matrices(several, n, matrix, &worst, error)
                  : read_matrix(single, n, 0, matrix, error)))
        return false;
    if (!stats_ahp(matrix, n, &ahp))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("the weights of the comparisons do not settle"));
    survey_json_open(out, '{');
    write_answer(&ahp, matrix, n, names_of(request, n), out);
    if (several) {
        survey_json_member_integer(out, "judges", (int64_t)several->count);
        survey_json_member_number(out, "worst_CR", worst);
    }
    survey_json_member(out, "reason",
                       ahp.ratio <= 0.1
                           ? NULL
                           : _("the comparisons contradict one another (CR above 0.1): "
                               "look at the farthest one first"));
    survey_json_close(out, '}');
    return true;
}
