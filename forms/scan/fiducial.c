// SPDX-License-Identifier: GPL-3.0-or-later
// The middle of a printed square: halfway between its edges, each the median over many lines, so that a
// streak, a stroke or a hole moves it by nothing.
#include "forms/scan/fiducial.h"

#include <stdlib.h>

enum { LINES = 17, LEVELS = 256 };

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, by_value);
    return values[count / 2];
}

// The value that would stand at place if they were sorted, without sorting them all.
static double nth(double *values, int count, int place)
{
    int low = 0, high = count - 1;
    while (low < high) {
        double pivot = values[(low + high) / 2];
        int i = low, k = high;
        while (i <= k) {
            while (values[i] < pivot)
                i++;
            while (values[k] > pivot)
                k--;
            if (i <= k) {
                double swap = values[i];
                values[i++] = values[k];
                values[k--] = swap;
            }
        }
        if (place <= k)
            high = k;
        else if (place >= i)
            low = i;
        else
            break;
    }
    return values[place];
}

static double level_at(const struct scan_image *image, const struct scan_place *p, double x, double y)
{
    return scan_sample(image, p->x + p->ax * x + p->bx * y, p->y + p->ay * x + p->by * y);
}

// The gray level inside (its darker part) and around (its lighter part).
static void measure_levels(const struct scan_image *image, const struct scan_place *p, double side,
                           struct scan_fiducial *fiducial)
{
    double inside[LEVELS], around[LEVELS];
    int in = 0, out = 0;
    for (int i = -7; i <= 7; i++)
        for (int k = -7; k <= 7; k++)
            inside[in++] = level_at(image, p, side * 0.38 * i / 7, side * 0.38 * k / 7);
    for (int i = -8; i <= 8; i++)
        for (int edge = 0; edge < 4; edge++) {
            double along = side * 0.5 * i / 8, off = side * 0.5 + 1.3;
            around[out++] = edge == 0   ? level_at(image, p, along, -off)
                            : edge == 1 ? level_at(image, p, along, off)
                            : edge == 2 ? level_at(image, p, -off, along)
                                        : level_at(image, p, off, along);
        }
    fiducial->black = nth(inside, in, in / 3);
    fiducial->white = nth(around, out, out * 2 / 3);
}

// Where the line at offset leaves the dark, going out along an axis (0 right, 1 left, 2 down, 3 up), in
// millimetres from the middle; negative where it does not start in the dark or never leaves it.
static double edge_at(const struct scan_image *image, const struct scan_place *p, double side, int axis, double offset,
                      double middle, double step)
{
    double before = 0, most = side * 0.5 + 1.4;
    for (double at = side * 0.3; at <= most; at += step) {
        double along = axis == 1 || axis == 3 ? -at : at;
        double level = axis < 2 ? level_at(image, p, along, offset) : level_at(image, p, offset, along);
        if (level > middle)
            return at == side * 0.3 ? -1 : at - step * (level - middle) / fmax(level - before, 1e-6);
        before = level;
    }
    return -1;
}

// Moves the place to the middle along both axes; false where too few lines have both edges.
static bool centre(const struct scan_image *image, struct scan_place *p, double side, struct scan_fiducial *fiducial)
{
    double middle = (fiducial->white + fiducial->black) / 2, scale = hypot(p->ax, p->ay), step = 0.5 / scale;
    double moved[2], wide[2];
    for (int axis = 0; axis < 2; axis++) {
        double shift[LINES], width[LINES];
        int count = 0;
        for (int line = 0; line < LINES; line++) {
            double offset = side * 0.4 * (line - LINES / 2) / (LINES / 2);
            double after = edge_at(image, p, side, axis * 2, offset, middle, step);
            double before = edge_at(image, p, side, axis * 2 + 1, offset, middle, step);
            if (after < 0 || before < 0)
                continue;
            shift[count] = (after - before) / 2;
            width[count++] = after + before;
        }
        if (count < LINES / 2)
            return false;
        moved[axis] = median(shift, count);
        wide[axis] = median(width, count);
    }
    p->x += p->ax * moved[0] + p->bx * moved[1];
    p->y += p->ay * moved[0] + p->by * moved[1];
    fiducial->width = wide[0] / side;
    fiducial->height = wide[1] / side;
    return true;
}

static double mean_level(const struct scan_image *image, const struct scan_place *p, double from, double to)
{
    double sum = 0;
    int count = 0;
    for (double x = -to; x <= to + 1e-9; x += to / 6)
        for (double y = -to; y <= to + 1e-9; y += to / 6)
            if (fmax(fabs(x), fabs(y)) >= from - 1e-9) {
                sum += level_at(image, p, x, y);
                count++;
            }
    return sum / count;
}

bool scan_fiducial_measure(const struct scan_image *image, const struct scan_place *place, double side,
                           struct scan_fiducial *fiducial)
{
    struct scan_place p = *place;
    struct scan_fiducial measured = {0};
    for (int round = 0; round < 3; round++) {
        measure_levels(image, &p, side, &measured);
        if (measured.white - measured.black < 12 || !centre(image, &p, side, &measured))
            return false;
    }
    if (fabs(measured.width - 1) > 0.25 || fabs(measured.height - 1) > 0.25 ||
        hypot(p.x - place->x, p.y - place->y) > side * 0.6 * hypot(p.ax, p.ay))
        return false;
    double body = mean_level(image, &p, side * 0.28, side * 0.4);
    measured.hole = (mean_level(image, &p, 0, side * 0.08) - body) / (measured.white - measured.black);
    measured.x = p.x;
    measured.y = p.y;
    *fiducial = measured;
    return true;
}
