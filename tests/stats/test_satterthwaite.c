// SPDX-License-Identifier: GPL-3.0-or-later
// Satterthwaite's degrees of freedom against the quadratic form written out, and where they are known.
#include "stats/estimate/estimate.h"
#include "stats/estimate/satterthwaite.h"
#include "tests/tap.h"

#include <math.h>
#include <string.h>

enum { N = 30, UNITS = 9 };
static struct survey_error error;
static double weight[N], size[N], y[N], fpc[N];
static uint32_t stratum[N], unit[N];
static const uint32_t rows_of[UNITS] = {2, 6, 1, 3, 5, 2, 4, 1, 6}, stratum_of[UNITS] = {0, 0, 0, 1, 1, 2, 2, 2, 2};
static const double sampled[3] = {3, 2, 4};

static void set_up(void)
{
    size_t row = 0;
    for (uint32_t u = 0; u < UNITS; u++)
        for (uint32_t k = 0; k < rows_of[u]; k++, row++) {
            unit[row] = u;
            stratum[row] = stratum_of[u];
            weight[row] = 1 + (double)(row * 5 % 7);
            size[row] = 1 + (double)(row % 4);
            y[row] = (double)(row * row % 13);
            fpc[row] = 3 * sampled[stratum_of[u]];
        }
}

// B = F^1/2 C S D (I - x w'x.. ) Sigma (..)' by hand, PSU by PSU; df = tr(B)^2 / tr(B B).
static double written_out(const uint8_t *inside, const double *x, bool total, double icc, bool finite)
{
    double map[UNITS][N] = {{0}}, all = 0, b[UNITS][UNITS], trace = 0, square = 0;
    for (size_t k = 0; k < N; k++)
        all += inside[k] ? weight[k] * x[k] : 0;
    for (size_t i = 0; i < UNITS; i++)
        for (size_t k = 0; k < N; k++) {
            double own = 0; // d t_i / d y_k
            for (size_t l = 0; l < N; l++)
                own += inside[l] && unit[l] == i ? weight[l] * x[l] : 0;
            if (inside[k])
                map[i][k] = (unit[k] == i ? weight[k] : 0) - (total ? 0 : own / all * weight[k]);
        }
    for (size_t k = 0; k < N; k++) // centred within strata, times the root of the factor
        for (uint32_t h = 0; h < 3; h++) {
            double mean = 0;
            for (size_t i = 0; i < UNITS; i++)
                mean += stratum_of[i] == h ? map[i][k] / sampled[h] : 0;
            for (size_t i = 0; i < UNITS; i++)
                if (stratum_of[i] == h)
                    map[i][k] = (map[i][k] - mean) * sqrt((finite ? 2.0 / 3 : 1) * sampled[h] / (sampled[h] - 1));
        }
    for (size_t i = 0; i < UNITS; i++)
        for (size_t j = 0; j < UNITS; j++) {
            b[i][j] = 0;
            for (size_t k = 0; k < N; k++)
                for (size_t l = 0; l < N; l++)
                    if (unit[k] == unit[l])
                        b[i][j] += map[i][k] * map[j][l] * (k == l ? 1 : icc);
            trace += i == j ? b[i][i] : 0;
            square += b[i][j] * b[i][j];
        }
    return trace * trace / square;
}

static double ours(const uint8_t *inside, const double *x, bool total, double icc, bool finite)
{
    struct stats_design design = {.n = N,
                                  .weight = weight,
                                  .stratum = stratum,
                                  .stages = 1,
                                  .unit = {unit},
                                  .fpc = {finite ? fpc : NULL},
                                  .confidence = 0.95,
                                  .assumed_icc = icc,
                                  .satterthwaite = true};
    struct stats_estimate estimate = {0};
    bool done = total       ? stats_total(&design, y, inside, &estimate, &error)
                : x != size ? stats_mean(&design, y, inside, &estimate, &error)
                            : stats_ratio(&design, y, size, inside, &estimate, &error);
    CHECK(done && estimate.known_se);
    return estimate.df;
}

static void against_the_quadratic_form(void)
{
    double ones[N];
    uint8_t all[N], some[N];
    for (size_t k = 0; k < N; k++) {
        ones[k] = 1;
        all[k] = 1;
        some[k] = k % 5 != 2;
    }
    static const double iccs[] = {0, 0.1, 0.6};
    for (int finite = 0; finite < 2; finite++)
        for (int i = 0; i < 3; i++)
            for (int part = 0; part < 2; part++) {
                const uint8_t *inside = part ? some : all;
                double df = written_out(inside, ones, false, iccs[i], finite);
                CHECK_NEAR(df, ours(inside, ones, false, iccs[i], finite), 1e-9);
                CHECK(df > 1 && df < UNITS - 3);
                CHECK_NEAR(written_out(inside, ones, true, iccs[i], finite), ours(inside, ones, true, iccs[i], finite), 1e-9);
                CHECK_NEAR(written_out(inside, size, false, iccs[i], finite), ours(inside, size, false, iccs[i], finite),
                           1e-9);
            }
}

// Equal PSUs of one stratum: PSUs - 1. A few large among small ones: hardly more than the large ones.
static void known(void)
{
    double w[40], v[40];
    uint32_t u[40];
    struct stats_design design = {.n = 40, .weight = w, .stages = 1, .unit = {u}, .confidence = 0.95, .satterthwaite = true};
    struct stats_estimate estimate;
    for (size_t k = 0; k < 40; k++) {
        w[k] = 2;
        u[k] = (uint32_t)k % 8;
        v[k] = (double)(k * k % 7);
    }
    NEED(stats_mean(&design, v, NULL, &estimate, &error));
    CHECK_NEAR(7, estimate.df, 1e-12);
    for (size_t k = 0; k < 40; k++)
        w[k] = u[k] < 2 ? 1000 : 1;
    NEED(stats_mean(&design, v, NULL, &estimate, &error));
    CHECK(estimate.df > 0.99 && estimate.df < 1.1);
    design.satterthwaite = false;
    NEED(stats_mean(&design, v, NULL, &estimate, &error));
    CHECK(estimate.df == 7);
}

TESTS(CASE(set_up), CASE(against_the_quadratic_form), CASE(known))
