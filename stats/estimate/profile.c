// SPDX-License-Identifier: GPL-3.0-or-later
// Profile likelihood interval of a share.
#include "stats/estimate/profile.h"

#include "stats/math/distribution.h"

#include <math.h>
#include <stdbool.h>

enum { STEPS = 9, POINTS = 2 * STEPS + 1, FINE = 3 * POINTS };

static double deviance(const struct stats_profile *profile, double logit)
{
    // log(p) and log(1 - p) without loss at the ends
    double log_p = logit < 0 ? logit - log1p(exp(logit)) : -log1p(exp(-logit)), log_q = log_p - logit;
    return -2 * profile->weight * (profile->share * log_p + (1 - profile->share) * log_q);
}

// Forsythe, Malcolm and Moler's cubic spline (1977): at its ends the third derivative is that of the cubic through
// the four nearest points. b, c, d are the coefficients from each point on.
static void spline(int n, const double *x, const double *y, double *b, double *c, double *d)
{
    int last = n - 1;
    d[0] = x[1] - x[0];
    c[1] = (y[1] - y[0]) / d[0];
    for (int i = 1; i < last; i++) {
        d[i] = x[i + 1] - x[i];
        b[i] = 2 * (d[i - 1] + d[i]);
        c[i + 1] = (y[i + 1] - y[i]) / d[i];
        c[i] = c[i + 1] - c[i];
    }
    b[0] = -d[0];
    b[last] = -d[last - 1];
    c[0] = c[last] = 0;
    if (n > 3) {
        c[0] = c[2] / (x[3] - x[1]) - c[1] / (x[2] - x[0]);
        c[last] = c[last - 1] / (x[last] - x[last - 2]) - c[last - 2] / (x[last - 1] - x[last - 3]);
        c[0] *= d[0] * d[0] / (x[3] - x[0]);
        c[last] *= -d[last - 1] * d[last - 1] / (x[last] - x[last - 3]);
    }
    for (int i = 1; i <= last; i++) {
        double t = d[i - 1] / b[i - 1];
        b[i] -= t * d[i - 1];
        c[i] -= t * c[i - 1];
    }
    c[last] /= b[last];
    for (int i = last - 1; i >= 0; i--)
        c[i] = (c[i] - d[i] * c[i + 1]) / b[i];
    b[last] = (y[last] - y[last - 1]) / d[last - 1] + d[last - 1] * (c[last - 1] + 2 * c[last]);
    for (int i = 0; i < last; i++) {
        b[i] = (y[i + 1] - y[i]) / d[i] - d[i] * (c[i + 1] + 2 * c[i]);
        d[i] = (c[i + 1] - c[i]) / d[i];
        c[i] *= 3;
    }
    c[last] *= 3;
    d[last] = d[last - 1];
}

// The x at which the fine polygon through the spline passes a height.
static bool cross(const double *x, const double *y, int n, double height, double *at)
{
    for (int i = 1; i < n; i++)
        if (y[i - 1] <= height && height <= y[i] && y[i] > y[i - 1]) {
            *at = x[i - 1] + (x[i] - x[i - 1]) * ((height - y[i - 1]) / (y[i] - y[i - 1]));
            return true;
        }
    return false;
}

// Points of the profile on one side: how far the root of the deviance has moved at each step.
static int trace(const struct stats_profile *profile, double center, double step, double furthest, int sign,
                 double *x, double *y)
{
    double best = deviance(profile, center), z = 0;
    int count = 0;
    while (count < STEPS && fabs(z) < furthest) {
        x[count] = center + sign * (count + 1) * step;
        z = sign * sqrt(fmax(0, (deviance(profile, x[count]) - best) / profile->dispersion));
        y[count++] = z;
    }
    return count;
}

bool stats_interval_profile(const struct stats_profile *profile, double *low, double *high)
{
    double spread = profile->share * (1 - profile->share), error = profile->se / spread,
           center = profile->center;
    double effect =
        error * error * profile->weight * profile->spread; // design variance over that of the likelihood
    double alpha =
        1 - stats_normal_tail(stats_t_quantile((1 - profile->confidence) / 2, profile->df) * sqrt(effect));
    double furthest = stats_t_quantile(1 - alpha / 4, profile->rows - 1),
           cutoff = stats_normal_quantile(alpha);
    double down_x[STEPS], down_y[STEPS], up_x[STEPS], up_y[STEPS], x[POINTS], y[POINTS], b[POINTS], c[POINTS],
        d[POINTS];
    if (!(furthest > 0) || isinf(furthest) || isnan(furthest))
        return false;
    int down = trace(profile, center, furthest / 5 * error, furthest, -1, down_x, down_y);
    int up = trace(profile, center, furthest / 5 * error, furthest, 1, up_x, up_y), n = 0;
    for (int i = down; i-- > 0; n++) {
        x[n] = down_x[i];
        y[n] = down_y[i];
    }
    x[n] = center;
    y[n++] = 0;
    for (int i = 0; i < up; i++, n++) {
        x[n] = up_x[i];
        y[n] = up_y[i];
    }
    spline(n, x, y, b, c, d);
    double fine_x[FINE], fine_y[FINE];
    for (int i = 0, k = 0; i < 3 * n; i++) {
        fine_x[i] = x[0] + (x[n - 1] - x[0]) * i / (3 * n - 1);
        while (k < n - 2 && fine_x[i] >= x[k + 1])
            k++;
        double t = fine_x[i] - x[k];
        fine_y[i] = y[k] + t * (b[k] + t * (c[k] + t * d[k]));
    }
    double from, to;
    if (!cross(fine_x, fine_y, 3 * n, cutoff, &from) || !cross(fine_x, fine_y, 3 * n, -cutoff, &to))
        return false;
    *low = 1 / (1 + exp(-from));
    *high = 1 / (1 + exp(-to));
    return true;
}
