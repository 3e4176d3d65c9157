// SPDX-License-Identifier: GPL-3.0-or-later
// The area-level model of Fay and Herriot.
#include "stats/area/fay_herriot.h"

#include "stats/math/solve.h"
#include "survey/base/arena.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS_MAX = 200 };

struct fitting {
    const struct stats_areas *areas;
    struct stats_areas_fit *fit;
    size_t p, sampled;
    double *q;          // (X' V^-1 X)^-1
    double *work;       // p * p
    double *squares;    // Q X' V^-2 X
    double *cubes;      // Q X' V^-3 X
    double of_1, of_2;  // sums of 1 / V and 1 / V^2
    double residual[3]; // sum r^2 / V^k, k = 1, 2; [0] not used
};

static bool has_direct(const struct stats_areas *areas, size_t i)
{
    return !isnan(areas->direct[i]);
}

// sum over the areas of x x' / V^power, into a.
static void moments(const struct fitting *f, double model, int power, double *a)
{
    const struct stats_areas *areas = f->areas;
    size_t p = f->p;
    memset(a, 0, p * p * sizeof *a);
    for (size_t i = 0; i < areas->n; i++) {
        if (!has_direct(areas, i))
            continue;
        double w = pow(model + areas->variance[i], -power);
        const double *x = &areas->x[i * p];
        for (size_t j = 0; j < p; j++)
            for (size_t k = 0; k < p; k++)
                a[j * p + k] += w * x[j] * x[k];
    }
}

static void multiply(const double *a, const double *b, size_t p, double *into)
{
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < p; j++) {
            into[i * p + j] = 0;
            for (size_t k = 0; k < p; k++)
                into[i * p + j] += a[i * p + k] * b[k * p + j];
        }
}

static double trace(const double *a, size_t p)
{
    double sum = 0;
    for (size_t i = 0; i < p; i++)
        sum += a[i * p + i];
    return sum;
}

static double fitted(const struct fitting *f, size_t i)
{
    double sum = 0;
    for (size_t j = 0; j < f->p; j++)
        sum += f->areas->x[i * f->p + j] * f->fit->beta[j];
    return sum;
}

// beta and everything that a step needs under a model variance; false where x is singular.
static bool regress(struct fitting *f, double model)
{
    const struct stats_areas *areas = f->areas;
    size_t p = f->p;
    moments(f, model, 1, f->q);
    if (!stats_invert(f->q, p))
        return false;
    double *right = f->work;
    memset(right, 0, p * sizeof *right);
    f->of_1 = f->of_2 = f->residual[1] = f->residual[2] = 0;
    for (size_t i = 0; i < areas->n; i++)
        for (size_t j = 0; has_direct(areas, i) && j < p; j++)
            right[j] += areas->x[i * p + j] * areas->direct[i] / (model + areas->variance[i]);
    for (size_t j = 0; j < p; j++) {
        f->fit->beta[j] = 0;
        for (size_t k = 0; k < p; k++)
            f->fit->beta[j] += f->q[j * p + k] * right[k];
    }
    for (size_t i = 0; i < areas->n; i++)
        if (has_direct(areas, i)) {
            double v = 1 / (model + areas->variance[i]), r = areas->direct[i] - fitted(f, i);
            f->of_1 += v;
            f->of_2 += v * v;
            f->residual[1] += r * r * v;
            f->residual[2] += r * r * v * v;
        }
    moments(f, model, 2, f->work);
    multiply(f->q, f->work, p, f->squares);
    moments(f, model, 3, f->work);
    multiply(f->q, f->work, p, f->cubes);
    return true;
}

// How far A is to go: score over information; by moments, that sum r^2 / V be n - p.
static double step_of(struct fitting *f)
{
    if (f->areas->method == STATS_AREA_FH)
        return (f->residual[1] - (double)(f->sampled - f->p)) / f->residual[2];
    if (f->areas->method == STATS_AREA_ML)
        return (f->residual[2] - f->of_1) / f->of_2;
    double trace_p = f->of_1 - trace(f->squares, f->p);
    multiply(f->squares, f->squares, f->p, f->work);
    double trace_pp = f->of_2 - 2 * trace(f->cubes, f->p) + trace(f->work, f->p);
    return (f->residual[2] - trace_p) / trace_pp;
}

static int by_size(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

// From the median of the variances, and halved where a step would pass 0; a step that points below
// 0 from there ends at 0.
static enum stats_area_fault find_variance(struct fitting *f)
{
    const struct stats_areas *areas = f->areas;
    double *sorted = survey_realloc(NULL, areas->n + 1, sizeof *sorted);
    size_t n = 0;
    for (size_t i = 0; i < areas->n; i++)
        if (has_direct(areas, i))
            sorted[n++] = areas->variance[i];
    qsort(sorted, n, sizeof *sorted, by_size);
    double model = n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2,
           least = 1e-9 * sorted[0];
    free(sorted);
    for (f->fit->steps = 1; f->fit->steps <= STEPS_MAX; f->fit->steps++) {
        if (!regress(f, model))
            return STATS_AREA_SINGULAR;
        double step = step_of(f), next = model + step;
        if (!isfinite(next))
            return STATS_AREA_NOT_CONVERGED;
        if (next <= 0)
            next = model > least ? model / 2 : 0;
        if (next <= least && step < 0)
            next = 0;
        if (next == 0 && !regress(f, 0))
            return STATS_AREA_SINGULAR;
        f->fit->model_variance = next;
        if (next == 0)
            return step_of(f) <= 0 ? STATS_AREA_DONE : STATS_AREA_NOT_CONVERGED;
        if (fabs(next - model) <= 1e-12 * next)
            return regress(f, next) ? STATS_AREA_DONE : STATS_AREA_SINGULAR;
        model = next;
    }
    return STATS_AREA_NOT_CONVERGED;
}

// x' Q x of an area.
static double leverage(const struct fitting *f, size_t i)
{
    const double *x = &f->areas->x[i * f->p];
    double sum = 0;
    for (size_t j = 0; j < f->p; j++)
        for (size_t k = 0; k < f->p; k++)
            sum += x[j] * x[k] * f->q[j * f->p + k];
    return sum;
}

// g1 + g2 + 2 g3, less the bias of A times the slope of g1 (none for REML).
static double mse_of(const struct fitting *f, size_t i)
{
    double model = f->fit->model_variance, d = f->areas->variance[i], v = model + d, b = d / v;
    double n = (double)f->sampled, of_a = 2 / f->of_2, bias = 0;
    if (f->areas->method == STATS_AREA_ML)
        bias = -trace(f->squares, f->p) / f->of_2;
    if (f->areas->method == STATS_AREA_FH) {
        of_a = 2 * n / (f->of_1 * f->of_1);
        bias = 2 * (n * f->of_2 - f->of_1 * f->of_1) / (f->of_1 * f->of_1 * f->of_1);
    }
    return model * b + b * b * leverage(f, i) + 2 * b * b * of_a / v - bias * b * b;
}

static void predict(struct fitting *f)
{
    const struct stats_areas *areas = f->areas;
    struct stats_areas_fit *fit = f->fit;
    static const double log_2pi = 1.83787706640934548356;
    fit->log_likelihood = 0;
    for (size_t j = 0; j < f->p; j++)
        fit->beta_se[j] = sqrt(f->q[j * f->p + j]);
    for (size_t i = 0; i < areas->n; i++) {
        double line = fitted(f, i);
        fit->share[i] = 0;
        fit->estimate[i] = line;
        fit->mse[i] = fit->model_variance + leverage(f, i);
        if (!has_direct(areas, i))
            continue;
        double v = fit->model_variance + areas->variance[i], r = areas->direct[i] - line;
        fit->share[i] = fit->model_variance / v;
        fit->estimate[i] = line + fit->share[i] * r;
        fit->mse[i] = mse_of(f, i);
        fit->log_likelihood -= (log_2pi + log(v) + r * r / v) / 2;
    }
}

enum stats_area_fault stats_areas_fit(const struct stats_areas *areas, struct stats_areas_fit *fit)
{
    size_t p = areas->columns;
    double *room = survey_realloc(NULL, 4 * p * p + 1, sizeof *room);
    struct fitting f = {.areas = areas,
                        .fit = fit,
                        .p = p,
                        .q = room,
                        .work = room + p * p,
                        .squares = room + 2 * p * p,
                        .cubes = room + 3 * p * p};
    for (size_t i = 0; i < areas->n; i++)
        f.sampled += has_direct(areas, i);
    enum stats_area_fault fault = find_variance(&f);
    if (fault == STATS_AREA_DONE)
        predict(&f);
    free(room);
    return fault;
}
