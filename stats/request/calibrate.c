// SPDX-License-Identifier: GPL-3.0-or-later
// Calibration of a request's weights to totals of columns: linear (GREG), bounded linear, raking and logit
// (Deville & Saerndal 1992).
#include "stats/estimate/calibrate.h"
#include "stats/request/steps.h"

struct targets {
    struct stats_calibration to;
    const double *x[STATS_CALIBRATION_MOST]; // columns
    const char *name[STATS_CALIBRATION_MOST];
    double total[STATS_CALIBRATION_MOST];
};

// A level's name after its column's: "stypeH".
static const double *level_column(struct request *request, const char *name)
{
    for (uint32_t column = 0; column < request->table.sheet.columns; column++) {
        const char *header = survey_sheet_cell(&request->table.sheet, 0, column);
        size_t length = strlen(header);
        if (!length || strncmp(name, header, length) != 0 || !name[length] ||
            stats_table_numeric(&request->table, column))
            continue;
        double *is = survey_arena_array(request->arena, request->n, sizeof *is);
        for (size_t row = 0; row < request->n; row++)
            is[row] = strcmp(stats_table_text(&request->table, row, column), name + length) == 0;
        return is;
    }
    return NULL;
}

static bool read_target(struct request *request, const struct survey_json *total, struct targets *targets,
                        struct survey_error *error)
{
    double *numbers;
    size_t i = targets->to.count;
    if (i == STATS_CALIBRATION_MOST)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("at most %d totals can be calibrated to"),
                           STATS_CALIBRATION_MOST);
    if (total->kind != SURVEY_JSON_NUMBER)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("the total of '%s' is no number"), total->key);
    if (strcmp(total->key, "(Intercept)") == 0) {
        targets->x[i] = request_ones(request);
    } else if (stats_table_find(&request->table, total->key) >= 0) {
        if (!request_column(request, total->key, &numbers, error))
            return false;
        targets->x[i] = numbers;
        for (size_t row = 0; row < request->n; row++)
            if (isnan(numbers[row]))
                return survey_fail(error, SURVEY_ERROR_INPUT, "",
                                   _("'%s' is missing in some rows; a calibration needs it in all"),
                                   total->key);
    } else {
        targets->x[i] = level_column(request, total->key);
        if (!targets->x[i])
            return survey_fail(error, SURVEY_ERROR_INPUT, "",
                               _("'%s' is neither a column nor a level of one"), total->key);
    }
    targets->name[i] = total->key;
    targets->total[i] = total->number;
    targets->to.count++;
    return true;
}

// Orthonormal columns of sqrt(weight) * x, twice orthogonalised.
static void record_basis(struct request *request, const struct targets *targets, const double *before,
                         struct request_step *step)
{
    step->basis = survey_arena_array(request->arena, targets->to.count, sizeof *step->basis);
    for (size_t i = 0; i < targets->to.count; i++) {
        double *q = survey_arena_array(request->arena, request->n, sizeof *q), size = 0, left = 0;
        for (size_t row = 0; row < request->n; row++) {
            q[row] = sqrt(before[row]) * targets->x[i][row];
            size += q[row] * q[row];
        }
        for (int twice = 0; twice < 2; twice++)
            for (size_t k = 0; k < step->basis_count; k++) {
                double along = 0;
                for (size_t row = 0; row < request->n; row++)
                    along += q[row] * step->basis[k][row];
                for (size_t row = 0; row < request->n; row++)
                    q[row] -= along * step->basis[k][row];
            }
        for (size_t row = 0; row < request->n; row++)
            left += q[row] * q[row];
        if (left <= 1e-20 * size)
            continue;
        for (size_t row = 0; row < request->n; row++)
            q[row] /= sqrt(left);
        step->basis[step->basis_count++] = q;
    }
}

static bool calibrate_one(struct request *request, const void *with, double *weight, bool record,
                          struct survey_error *error)
{
    const struct targets *targets = with;
    double *factor = survey_arena_array(request->arena, request->n, sizeof *factor);
    if (!stats_calibrate(&targets->to, weight, factor, error))
        return false;
    double *before = survey_arena_array(request->arena, request->n, sizeof *before);
    double *after = survey_arena_array(request->arena, request->n, sizeof *after);
    for (size_t row = 0; row < request->n; row++) {
        before[row] = weight[row];
        after[row] = weight[row] * factor[row];
        weight[row] = after[row];
        char at[512];
        stats_table_place(&request->table, row, at);
        if (record && after[row] < 0)
            return survey_fail(error, SURVEY_ERROR_INPUT, at, "%s",
                               _("the calibration makes a weight negative; set bounds"));
    }
    if (record) {
        struct request_step *step = request_step_add(request, STEP_CALIBRATE);
        step->before = before;
        step->after = after;
        record_basis(request, targets, before, step);
    }
    return true;
}

bool request_calibrate(struct request *request, const struct survey_json *json, struct survey_error *error)
{
    const struct survey_json *totals = survey_json_get(json, "totals"),
                             *bounds = survey_json_get(json, "bounds");
    const char *fun = survey_json_text(json, "fun", "linear");
    struct targets targets = {.to = {.n = request->n}};
    struct stats_calibration *to = &targets.to;
    to->x = targets.x;
    to->names = targets.name;
    to->totals = targets.total;
    to->distance = strcmp(fun, "raking") == 0  ? STATS_RAKING
                   : strcmp(fun, "logit") == 0 ? STATS_LOGIT
                                               : STATS_LINEAR;
    if (to->distance == STATS_LINEAR && strcmp(fun, "linear") != 0)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("'%s' is none of linear, raking, logit"), fun);
    if (bounds && bounds->count == 2) {
        to->bounded = true;
        to->lower = bounds->first->number;
        to->upper = bounds->first->next->number;
    }
    if ((to->bounded || to->distance == STATS_LOGIT) && !(to->lower < 1 && to->upper > 1))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("bounds of a calibration stand on both sides of 1"));
    for (const struct survey_json *total = totals ? totals->first : NULL; total; total = total->next)
        if (!read_target(request, total, &targets, error))
            return false;
    if (!to->count)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("the calibration has no totals"));
    return request_each_weight(request, calibrate_one, &targets, error);
}

// The residual of the regression on the calibration's columns, weighted by the weights before it.
void request_residual_calibrate(const struct request *request, const struct request_step *step, double *score)
{
    double *u = survey_realloc(NULL, request->n, sizeof *u);
    for (size_t row = 0; row < request->n; row++)
        u[row] = step->after[row] > 0 ? score[row] * sqrt(step->before[row]) / step->after[row] : 0;
    for (size_t k = 0; k < step->basis_count; k++) {
        double along = 0;
        for (size_t row = 0; row < request->n; row++)
            along += u[row] * step->basis[k][row];
        for (size_t row = 0; row < request->n; row++)
            u[row] -= along * step->basis[k][row];
    }
    for (size_t row = 0; row < request->n; row++)
        score[row] = step->after[row] > 0 ? u[row] * step->after[row] / sqrt(step->before[row]) : 0;
    free(u);
}
