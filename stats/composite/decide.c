// SPDX-License-Identifier: GPL-3.0-or-later
// Entropy weights and TOPSIS.
#include "stats/composite/decide.h"

#include "survey/base/arena.h"

#include <math.h>
#include <stdlib.h>

static void extremes(const double *x, size_t n, double *low, double *high)
{
    *low = *high = x[0];
    for (size_t i = 1; i < n; i++) {
        *low = fmin(*low, x[i]);
        *high = fmax(*high, x[i]);
    }
}

bool stats_entropy(double *const *columns, const bool *lower, size_t count, size_t n,
                   double *entropy, double *weight, size_t *bad)
{
    double unused = 0;
    for (size_t c = 0; c < count; c++) {
        double low, high, sum = 0;
        extremes(columns[c], n, &low, &high);
        *bad = c;
        if (!(high > low))
            return false;
        for (size_t i = 0; i < n; i++)
            sum += lower[c] ? high - columns[c][i] : columns[c][i] - low;
        entropy[c] = 0;
        for (size_t i = 0; i < n; i++) {
            double p = (lower[c] ? high - columns[c][i] : columns[c][i] - low) / sum;
            entropy[c] -= p > 0 ? p * log(p) / log((double)n) : 0;
        }
        weight[c] = fmax(0, 1 - entropy[c]);
        unused += weight[c];
    }
    *bad = count;
    for (size_t c = 0; c < count; c++)
        weight[c] /= unused;
    return unused > 0;
}

bool stats_topsis(double *const *columns, const bool *lower, const double *weight, size_t count,
                  size_t n, double *closeness, size_t *bad)
{
    double *to_best = survey_realloc(NULL, n, sizeof *to_best),
           *to_worst = survey_realloc(NULL, n, sizeof *to_worst);
    bool done = true;
    for (size_t i = 0; i < n; i++)
        to_best[i] = to_worst[i] = 0;
    for (size_t c = 0; done && c < count; c++) {
        double low, high, squares = 0;
        extremes(columns[c], n, &low, &high);
        for (size_t i = 0; i < n; i++)
            squares += columns[c][i] * columns[c][i];
        *bad = c;
        done = squares > 0;
        for (size_t i = 0; done && i < n; i++) {
            double scale = weight[c] / sqrt(squares), best = lower[c] ? low : high,
                   worst = lower[c] ? high : low;
            to_best[i] += scale * scale * (columns[c][i] - best) * (columns[c][i] - best);
            to_worst[i] += scale * scale * (columns[c][i] - worst) * (columns[c][i] - worst);
        }
    }
    for (size_t i = 0; done && i < n; i++) {
        double far = sqrt(to_best[i]) + sqrt(to_worst[i]);
        *bad = count;
        done = far > 0;
        closeness[i] = sqrt(to_worst[i]) / far;
    }
    free(to_best);
    free(to_worst);
    return done;
}
