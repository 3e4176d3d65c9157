// SPDX-License-Identifier: GPL-3.0-or-later
// Tails of weighted sums of chi-squared variables.
#include "stats/math/saddle.h"

#include "stats/math/distribution.h"

#include <math.h>

// Weights over their largest, each with its degrees of freedom: a_i with 1, -x / ddf with ddf.
struct sum {
    const double *a;
    size_t count;
    double largest, minus, ddf;
};

static double slope(const struct sum *sum, double z)
{
    double value = sum->ddf * sum->minus / (1 - 2 * z * sum->minus);
    for (size_t i = 0; i < sum->count; i++)
        value += sum->a[i] / sum->largest / (1 - 2 * z * sum->a[i] / sum->largest);
    return value;
}

static double satterthwaite(double x, const double *a, size_t count, double ddf)
{
    double mean = 0, square = 0;
    for (size_t i = 0; i < count; i++) {
        mean += a[i] / (double)count;
        square += a[i] * a[i] / (double)count;
    }
    double ratio = square / (mean * mean), ndf = (double)count / ratio;
    return stats_f_tail(x / ndf / (mean * ratio), ndf, ddf);
}

double stats_sum_f_tail(double x, const double *a, size_t count, double ddf)
{
    struct sum sum = {
        .a = a, .count = count, .largest = a[0], .ddf = floor(ddf)}; // the reference takes whole terms
    for (size_t i = 1; i < count; i++)
        sum.largest = fmax(sum.largest, a[i]);
    sum.minus = -x / ddf / sum.largest;
    // The slope of the cumulant function rises between its poles; the saddlepoint is its zero.
    double low = 0.99999 / (2 * sum.minus), high = 0.99999 / 2, z = 0;
    for (int i = 0; i < 200; i++) {
        z = (low + high) / 2;
        if (slope(&sum, z) < 0)
            low = z;
        else
            high = z;
    }
    double cumulant = -sum.ddf / 2 * log(1 - 2 * z * sum.minus),
           curve = 2 * sum.ddf * sum.minus * sum.minus / pow(1 - 2 * z * sum.minus, 2);
    for (size_t i = 0; i < count; i++) {
        double part = a[i] / sum.largest;
        cumulant -= log(1 - 2 * z * part) / 2;
        curve += 2 * part * part / pow(1 - 2 * z * part, 2);
    }
    if (fabs(z) < 1e-4)
        return satterthwaite(x, a, count, ddf);
    double w = copysign(sqrt(-2 * cumulant), z), v = z * sqrt(curve);
    return stats_normal_tail(w + log(v / w) / w);
}
