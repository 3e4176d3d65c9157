// SPDX-License-Identifier: GPL-3.0-or-later
// Small dense linear algebra.
#include "stats/math/solve.h"

#include "survey/base/arena.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// a = L L^T in the lower triangle (Golub & Van Loan 2013, 4.2).
static bool factor(double *a, size_t n)
{
    for (size_t j = 0; j < n; j++) {
        double diagonal = a[j * n + j], pivot = diagonal;
        for (size_t k = 0; k < j; k++)
            pivot -= a[j * n + k] * a[j * n + k];
        if (!(pivot > 1e-11 * diagonal) || !(diagonal > 0))
            return false;
        a[j * n + j] = sqrt(pivot);
        for (size_t i = j + 1; i < n; i++) {
            double sum = a[i * n + j];
            for (size_t k = 0; k < j; k++)
                sum -= a[i * n + k] * a[j * n + k];
            a[i * n + j] = sum / a[j * n + j];
        }
    }
    return true;
}

bool stats_solve(double *a, size_t n, double *b, size_t columns)
{
    if (!factor(a, n))
        return false;
    for (size_t column = 0; column < columns; column++) {
        for (size_t i = 0; i < n; i++) {
            for (size_t k = 0; k < i; k++)
                b[i * columns + column] -= a[i * n + k] * b[k * columns + column];
            b[i * columns + column] /= a[i * n + i];
        }
        for (size_t i = n; i-- > 0;) {
            for (size_t k = i + 1; k < n; k++)
                b[i * columns + column] -= a[k * n + i] * b[k * columns + column];
            b[i * columns + column] /= a[i * n + i];
        }
    }
    return true;
}

bool stats_invert(double *a, size_t n)
{
    double *unit = survey_realloc(NULL, n * n, sizeof *unit);
    for (size_t i = 0; i < n * n; i++)
        unit[i] = i % (n + 1) == 0;
    bool done = stats_solve(a, n, unit, n);
    if (done)
        memcpy(a, unit, n * n * sizeof *a);
    free(unit);
    return done;
}

// Makes a[p, q] zero; the same turn for the columns of vectors (NULL: none).
static void rotate(double *a, size_t n, size_t p, size_t q, double *vectors)
{
    double gap = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
    double t = (gap >= 0 ? 1 : -1) / (fabs(gap) + sqrt(gap * gap + 1)), c = 1 / sqrt(t * t + 1), s = t * c;
    for (size_t k = 0; k < n; k++) {
        double kp = a[k * n + p], kq = a[k * n + q];
        a[k * n + p] = c * kp - s * kq;
        a[k * n + q] = s * kp + c * kq;
    }
    for (size_t k = 0; k < n; k++) {
        double pk = a[p * n + k], qk = a[q * n + k];
        a[p * n + k] = c * pk - s * qk;
        a[q * n + k] = s * pk + c * qk;
    }
    for (size_t k = 0; vectors && k < n; k++) {
        double kp = vectors[k * n + p], kq = vectors[k * n + q];
        vectors[k * n + p] = c * kp - s * kq;
        vectors[k * n + q] = s * kp + c * kq;
    }
}

static int descending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a < b) - (a > b);
}

void stats_eigen(double *a, size_t n, double *values, double *vectors)
{
    for (size_t i = 0; vectors && i < n * n; i++)
        vectors[i] = i % (n + 1) == 0;
    for (int sweep = 0; sweep < 60; sweep++) {
        double off = 0, on = 0;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                *(i == j ? &on : &off) += a[i * n + j] * a[i * n + j];
        if (off <= 1e-30 * on)
            break;
        for (size_t p = 0; p < n; p++)
            for (size_t q = p + 1; q < n; q++)
                if (fabs(a[p * n + q]) > 0)
                    rotate(a, n, p, q, vectors);
    }
    for (size_t i = 0; i < n; i++)
        values[i] = a[i * n + i];
}

void stats_eigenvalues(double *a, size_t n, double *values)
{
    stats_eigen(a, n, values, NULL);
    qsort(values, n, sizeof *values, descending);
}
