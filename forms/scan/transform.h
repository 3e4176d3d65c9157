// SPDX-License-Identifier: GPL-3.0-or-later
// From millimetres on the page to pixels of its scan: a homography, fitted to points and looked at
// locally.
#pragma once

#include "forms/scan/image.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

struct scan_transform {
    double h[9]; // row by row; h[8] is 1
};

struct scan_point {
    double x, y;   // millimetres on the page
    double px, py; // pixels; a pixel's middle is at whole numbers
};

// How the page lies around one place: pixel = (x, y) + (ax, ay) * right + (bx, by) * down, in
// millimetres.
struct scan_place {
    double x, y, ax, ay, bx, by;
};

// Least squares over at least four points; false where they don't determine it.
bool scan_transform_fit(const struct scan_point *points, size_t count, struct scan_transform *transform);
// The same without perspective, over at least three.
bool scan_transform_fit_affine(const struct scan_point *points, size_t count, struct scan_transform *transform);
struct scan_place scan_transform_at(const struct scan_transform *transform, double x, double y);
// The pixel alone.
void scan_transform_point(const struct scan_transform *transform, double x, double y, double *px, double *py);
// How far a point is off, in millimetres.
double scan_transform_residual(const struct scan_transform *transform, const struct scan_point *point);

// True where a square of far millimetres to each side of a place lies within the image, so that its pixels may be
// looked at unchecked.
static inline bool scan_is_within(const struct scan_image *image, const struct scan_place *p, double far)
{
    double wide = far * (fabs(p->ax) + fabs(p->bx)) + 1, high = far * (fabs(p->ay) + fabs(p->by)) + 1;
    return p->x - wide >= 0 && p->y - high >= 0 && p->x + wide < image->width - 1 && p->y + high < image->height - 1;
}

// The gray level between pixels of a place that is within the image.
static inline double scan_sample_within(const struct scan_image *image, double x, double y)
{
    int left = (int)x, top = (int)y;
    double fx = x - left, fy = y - top;
    const uint8_t *at = image->pixels + (size_t)top * image->stride + left;
    double above = at[0] + fx * (at[1] - at[0]);
    at += image->stride;
    double below = at[0] + fx * (at[1] - at[0]);
    return above + fy * (below - above);
}

// The same; white outside the image.
static inline double scan_sample(const struct scan_image *image, double x, double y)
{
    if (!(x >= 0 && y >= 0 && x < image->width - 1 && y < image->height - 1))
        return 255;
    return scan_sample_within(image, x, y);
}

// The gray level of the pixel nearest to a place that is within the image.
static inline int scan_nearest_within(const struct scan_image *image, double x, double y)
{
    return image->pixels[(size_t)(int)(y + 0.5) * image->stride + (size_t)(int)(x + 0.5)];
}

// The same; white outside the image.
static inline int scan_nearest(const struct scan_image *image, double x, double y)
{
    if (!(x >= -0.5 && y >= -0.5 && x < image->width - 0.5 && y < image->height - 0.5))
        return 255;
    return scan_nearest_within(image, x, y);
}
