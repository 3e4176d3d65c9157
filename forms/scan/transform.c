// SPDX-License-Identifier: GPL-3.0-or-later
// Homographies by linear least squares, in scaled coordinates so that the sums stay well conditioned.
#include "forms/scan/transform.h"

#include <string.h>

enum { MOST = 8 };

// Solves the normal equations a x = b in place, with pivots.
static bool solve(double a[MOST][MOST + 1], int n, double *x)
{
    for (int column = 0; column < n; column++) {
        int pivot = column;
        for (int row = column + 1; row < n; row++)
            if (fabs(a[row][column]) > fabs(a[pivot][column]))
                pivot = row;
        if (fabs(a[pivot][column]) < 1e-12)
            return false;
        for (int k = 0; k <= n; k++) {
            double swap = a[column][k];
            a[column][k] = a[pivot][k];
            a[pivot][k] = swap;
        }
        for (int row = 0; row < n; row++) {
            double by = row == column ? 0 : a[row][column] / a[column][column];
            for (int k = column; by != 0 && k <= n; k++)
                a[row][k] -= by * a[column][k];
        }
    }
    for (int i = 0; i < n; i++)
        x[i] = a[i][n] / a[i][i];
    return true;
}

static void add_equation(double a[MOST][MOST + 1], int n, const double *row, double value)
{
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < n; k++)
            a[i][k] += row[i] * row[k];
        a[i][n] += row[i] * value;
    }
}

// Both kinds: unknowns 6 (affine) or 8.
static bool fit(const struct scan_point *points, size_t count, int unknowns, struct scan_transform *transform)
{
    double a[MOST][MOST + 1], h[MOST] = {0}, mm = 0, px = 0;
    if (count * 2 < (size_t)unknowns)
        return false;
    memset(a, 0, sizeof a);
    for (size_t i = 0; i < count; i++) {
        mm = fmax(mm, fmax(fabs(points[i].x), fabs(points[i].y)));
        px = fmax(px, fmax(fabs(points[i].px), fabs(points[i].py)));
    }
    if (!(mm > 0 && px > 0))
        return false;
    for (size_t i = 0; i < count; i++) {
        double x = points[i].x / mm, y = points[i].y / mm, u = points[i].px / px, v = points[i].py / px;
        add_equation(a, unknowns, (double[MOST]){x, y, 1, 0, 0, 0, -u * x, -u * y}, u);
        add_equation(a, unknowns, (double[MOST]){0, 0, 0, x, y, 1, -v * x, -v * y}, v);
    }
    if (!solve(a, unknowns, h))
        return false;
    *transform = (struct scan_transform){{h[0] * px / mm, h[1] * px / mm, h[2] * px, h[3] * px / mm, h[4] * px / mm,
                                          h[5] * px, h[6] / mm, h[7] / mm, 1}};
    return true;
}

bool scan_transform_fit(const struct scan_point *points, size_t count, struct scan_transform *transform)
{
    return fit(points, count, 8, transform);
}

bool scan_transform_fit_affine(const struct scan_point *points, size_t count, struct scan_transform *transform)
{
    return fit(points, count, 6, transform);
}

void scan_transform_point(const struct scan_transform *transform, double x, double y, double *px, double *py)
{
    const double *h = transform->h;
    double w = h[6] * x + h[7] * y + h[8];
    if (fabs(w) < 1e-9)
        w = 1e-9;
    *px = (h[0] * x + h[1] * y + h[2]) / w;
    *py = (h[3] * x + h[4] * y + h[5]) / w;
}

struct scan_place scan_transform_at(const struct scan_transform *transform, double x, double y)
{
    const double *h = transform->h;
    double w = h[6] * x + h[7] * y + h[8];
    if (fabs(w) < 1e-9)
        w = 1e-9;
    double px = (h[0] * x + h[1] * y + h[2]) / w, py = (h[3] * x + h[4] * y + h[5]) / w;
    return (struct scan_place){px, py, (h[0] - px * h[6]) / w, (h[3] - py * h[6]) / w, (h[1] - px * h[7]) / w,
                               (h[4] - py * h[7]) / w};
}

double scan_transform_residual(const struct scan_transform *transform, const struct scan_point *point)
{
    struct scan_place at = scan_transform_at(transform, point->x, point->y);
    double scale = sqrt(fabs(at.ax * at.by - at.ay * at.bx));
    return scale > 0 ? hypot(at.x - point->px, at.y - point->py) / scale : (double)INFINITY;
}
