// SPDX-License-Identifier: GPL-3.0-or-later
// Calibration of a request's weights to totals of columns: linear (GREG), bounded linear, raking and logit
// (Deville & Saerndal 1992).
#include "stats/request_steps.h"
#include "stats/solve.h"

enum { NEWTON_MAX = 200, TERMS_MAX = 64 };
enum distance { LINEAR, RAKING, LOGIT };

struct targets {
    size_t count;
    const double *x[TERMS_MAX]; // columns
    const char *name[TERMS_MAX];
    double total[TERMS_MAX];
    enum distance distance;
    bool bounded;
    double lower, upper; // of new weight over old
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
    size_t i = targets->count;
    if (i == TERMS_MAX)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("at most %d totals can be calibrated to"),
                           TERMS_MAX);
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
    targets->count++;
    return true;
}

// g and its derivative at u.
static void factor_at(const struct targets *targets, double u, double *g, double *slope)
{
    double lower = targets->lower, upper = targets->upper;
    if (targets->distance == LOGIT) {
        double a = (upper - lower) / ((upper - 1) * (1 - lower)), e = exp(a * u),
               below = upper - 1 + (1 - lower) * e;
        *g = (lower * (upper - 1) + upper * (1 - lower) * e) / below;
        *slope = (upper - *g) * (1 - lower) * e * a / below;
        return;
    }
    *g = targets->distance == RAKING ? exp(u) : 1 + u;
    *slope = targets->distance == RAKING ? *g : 1;
    if (targets->bounded && (*g < lower || *g > upper)) {
        *g = *g < lower ? lower : upper;
        *slope = 0;
    }
}

// Calibrated totals' distances to their targets under lambda, into gap; the largest relative one.
static double misfit(const struct request *request, const struct targets *targets, const double *weight,
                     const double *lambda, double *gap, double *slopes)
{
    size_t p = targets->count;
    for (size_t i = 0; i < p; i++)
        gap[i] = targets->total[i];
    if (slopes)
        memset(slopes, 0, p * p * sizeof *slopes);
    for (size_t row = 0; row < request->n; row++) {
        double u = 0, g, slope;
        for (size_t i = 0; i < p; i++)
            u += lambda[i] * targets->x[i][row];
        factor_at(targets, u, &g, &slope);
        for (size_t i = 0; i < p; i++) {
            double wx = weight[row] * targets->x[i][row];
            gap[i] -= g * wx;
            for (size_t j = 0; slopes && j <= i; j++)
                slopes[i * p + j] += slope * wx * targets->x[j][row];
        }
    }
    double worst = 0;
    for (size_t i = 0; i < p; i++)
        worst = fmax(worst, fabs(gap[i]) / (1 + fabs(targets->total[i])));
    return isfinite(worst) ? worst : HUGE_VAL;
}

// Newton's method with halved steps.
static bool solve(const struct request *request, const struct targets *targets, const double *weight,
                  double *lambda, struct survey_error *error)
{
    size_t p = targets->count;
    double gap[TERMS_MAX], next[TERMS_MAX], *slopes = survey_realloc(NULL, p * p, sizeof *slopes);
    memset(lambda, 0, p * sizeof *lambda);
    double worst = misfit(request, targets, weight, lambda, gap, slopes);
    bool done = true;
    for (int round = 0; done && worst > 1e-13 && round < NEWTON_MAX; round++) {
        for (size_t i = 0; i < p; i++)
            for (size_t j = i + 1; j < p; j++)
                slopes[i * p + j] = slopes[j * p + i];
        done = stats_solve(slopes, p, gap, 1) ||
               survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("the calibration is singular: its columns depend on each other"));
        double step = 1, better = HUGE_VAL;
        for (int half = 0; done && half < 40 && !(better < worst); half++, step /= 2) {
            for (size_t i = 0; i < p; i++)
                next[i] = lambda[i] + step * gap[i];
            double scratch[TERMS_MAX];
            better = misfit(request, targets, weight, next, scratch, NULL);
        }
        if (!(better < worst))
            break; // as near as numbers go
        memcpy(lambda, next, p * sizeof *lambda);
        worst = misfit(request, targets, weight, lambda, gap, slopes);
    }
    if (done && worst > 1e-8) {
        size_t off = 0;
        misfit(request, targets, weight, lambda, gap, NULL);
        for (size_t i = 1; i < p; i++)
            if (fabs(gap[i]) / (1 + fabs(targets->total[i])) >
                fabs(gap[off]) / (1 + fabs(targets->total[off])))
                off = i;
        done = survey_fail(
            error, SURVEY_ERROR_INPUT, "",
            _("the calibration has not converged: '%s' is off by %g; the bounds may be too narrow"),
            targets->name[off], gap[off]);
    }
    free(slopes);
    return done;
}

// Orthonormal columns of sqrt(weight) * x, twice orthogonalised.
static void record_basis(struct request *request, const struct targets *targets, const double *before,
                         struct request_step *step)
{
    step->basis = survey_arena_array(request->arena, targets->count, sizeof *step->basis);
    for (size_t i = 0; i < targets->count; i++) {
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
    double lambda[TERMS_MAX];
    if (!solve(request, targets, weight, lambda, error))
        return false;
    double *before = survey_arena_array(request->arena, request->n, sizeof *before);
    double *after = survey_arena_array(request->arena, request->n, sizeof *after);
    for (size_t row = 0; row < request->n; row++) {
        double u = 0, g, slope;
        for (size_t i = 0; i < targets->count; i++)
            u += lambda[i] * targets->x[i][row];
        factor_at(targets, u, &g, &slope);
        before[row] = weight[row];
        after[row] = weight[row] * g;
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
    struct targets targets = {.distance = strcmp(fun, "raking") == 0  ? RAKING
                                          : strcmp(fun, "logit") == 0 ? LOGIT
                                                                      : LINEAR};
    if (bounds && bounds->count == 2) {
        targets.bounded = true;
        targets.lower = bounds->first->number;
        targets.upper = bounds->first->next->number;
    }
    if ((targets.bounded || targets.distance == LOGIT) && !(targets.lower < 1 && targets.upper > 1))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("bounds of a calibration stand on both sides of 1"));
    for (const struct survey_json *total = totals ? totals->first : NULL; total; total = total->next)
        if (!read_target(request, total, &targets, error))
            return false;
    if (!targets.count)
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
