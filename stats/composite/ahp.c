// SPDX-License-Identifier: GPL-3.0-or-later
// The analytic hierarchy process.
#include "stats/composite/ahp.h"

#include <math.h>

// Mean consistency index of random reciprocal matrices of order n (Saaty 1980).
static const double random_index[STATS_AHP_MOST + 1] = {
    0, 0, 0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59};

// The power method: the matrix is positive, so that it goes to the one positive eigenvector (Perron
// 1907).
static bool find_eigenvector(const double *matrix, size_t n, struct stats_ahp *ahp)
{
    double next[STATS_AHP_MOST];
    for (size_t i = 0; i < n; i++)
        ahp->weight[i] = 1 / (double)n;
    for (int turn = 0; turn < 10000; turn++) {
        double sum = 0, change = 0;
        for (size_t i = 0; i < n; i++) {
            next[i] = 0;
            for (size_t j = 0; j < n; j++)
                next[i] += matrix[i * n + j] * ahp->weight[j];
            sum += next[i];
        }
        for (size_t i = 0; i < n; i++) {
            change = fmax(change, fabs(next[i] / sum - ahp->weight[i]));
            ahp->weight[i] = next[i] / sum;
        }
        ahp->lambda = sum; // the weights summed to 1
        if (change < 1e-15)
            return isfinite(sum);
    }
    return false;
}

static void find_geometric(const double *matrix, size_t n, struct stats_ahp *ahp)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double logs = 0;
        for (size_t j = 0; j < n; j++)
            logs += log(matrix[i * n + j]);
        ahp->geometric[i] = exp(logs / (double)n);
        sum += ahp->geometric[i];
    }
    for (size_t i = 0; i < n; i++)
        ahp->geometric[i] /= sum;
}

static void find_worst(const double *matrix, size_t n, struct stats_ahp *ahp)
{
    double worst = -1;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++) {
            double implied = ahp->weight[i] / ahp->weight[j],
                   off = fabs(log(matrix[i * n + j] / implied));
            if (off > worst * (1 + 1e-9)) {
                worst = off;
                ahp->row = i;
                ahp->column = j;
                ahp->implied = implied;
            }
        }
}

bool stats_ahp(const double *matrix, size_t n, struct stats_ahp *ahp)
{
    *ahp = (struct stats_ahp){0};
    if (!find_eigenvector(matrix, n, ahp))
        return false;
    find_geometric(matrix, n, ahp);
    find_worst(matrix, n, ahp);
    if (n > 1)
        ahp->index = fmax(0, (ahp->lambda - (double)n) / ((double)n - 1));
    if (n > 2)
        ahp->ratio = ahp->index / random_index[n];
    return true;
}
