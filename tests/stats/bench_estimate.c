// SPDX-License-Identifier: GPL-3.0-or-later
// How long means with their errors take: 1,000,000 rows, 100 strata, 20,000 PSUs, 20 items, and by 62 domains, in one
// sweep, beside a plain C loop over the same arrays that computes nothing but means and errors.
// usage: bench_estimate [ROWS] [one] ("one": also one figure after the other)
#include "stats/estimate/sweep.h"
#include "survey/base/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { STRATA = 100, UNITS = 20000, A_STRATUM = UNITS / STRATA, ITEMS = 20, DOMAINS = 62, STRIDE = 24, RUNS = 5 };

static size_t n;
static double *weight, *y;
static uint32_t *stratum, *unit, *group;
static uint8_t *answers; // row-major, for the loop
static uint32_t *first;  // of each PSU
static struct stats_estimate estimates[ITEMS][DOMAINS];

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

// Rows stand by stratum and PSU, as a sample is listed.
static void make_rows(void)
{
    struct survey_random random = survey_random_at(1, "bench", "estimate");
    weight = malloc(n * sizeof *weight);
    y = malloc(n * ITEMS * sizeof *y);
    stratum = malloc(n * sizeof *stratum);
    unit = malloc(n * sizeof *unit);
    group = malloc(n * sizeof *group);
    answers = calloc(n, STRIDE);
    first = calloc(UNITS + 1, sizeof *first);
    for (size_t row = 0; row < n; row++) {
        unit[row] = (uint32_t)(row * UNITS / n);
        stratum[row] = unit[row] / A_STRATUM;
        first[unit[row] + 1] = (uint32_t)row + 1;
        weight[row] = 1 + survey_random_unit(&random);
        group[row] = survey_random_below(&random, DOMAINS);
        for (size_t item = 0; item < ITEMS; item++)
            y[item * n + row] = answers[row * STRIDE + item] = (uint8_t)(1 + survey_random_below(&random, 5));
    }
}

// The plain loops: no counts, no design effects, no care for order.
__attribute__((target_clones("avx512f", "avx2", "default"), optimize("O3"))) static double loop_means(double *totals)
{
    double all[STRIDE] = {0}, weights = 0, variance[STRIDE] = {0}, sum = 0;
    for (size_t u = 0; u < UNITS; u++) {
        double own[STRIDE] = {0}, w = 0;
        for (size_t row = first[u]; row < first[u + 1]; row++) {
            w += weight[row];
            for (int j = 0; j < STRIDE; j++)
                own[j] += weight[row] * (double)answers[row * STRIDE + (size_t)j];
        }
        weights += w;
        for (int j = 0; j < STRIDE; j++)
            all[j] += own[j];
        totals[u * (STRIDE + 1)] = w;
        memcpy(totals + u * (STRIDE + 1) + 1, own, sizeof own);
    }
    for (size_t h = 0; h < STRATA; h++) {
        double centre[STRIDE] = {0};
        for (size_t u = h * A_STRATUM; u < (h + 1) * A_STRATUM; u++)
            for (int j = 0; j < STRIDE; j++)
                centre[j] += (totals[u * (STRIDE + 1) + 1 + (size_t)j] - all[j] / weights * totals[u * (STRIDE + 1)]) / A_STRATUM;
        for (size_t u = h * A_STRATUM; u < (h + 1) * A_STRATUM; u++)
            for (int j = 0; j < STRIDE; j++) {
                double z = totals[u * (STRIDE + 1) + 1 + (size_t)j] - all[j] / weights * totals[u * (STRIDE + 1)] - centre[j];
                variance[j] += z * z * A_STRATUM / (A_STRATUM - 1.0);
            }
    }
    for (int j = 0; j < ITEMS; j++)
        sum += sqrt(variance[j]) / weights;
    return sum;
}

static double total[DOMAINS][STRIDE], weights[DOMAINS], mean[DOMAINS][STRIDE], variances[DOMAINS][STRIDE],
    one[DOMAINS][STRIDE], two[DOMAINS][STRIDE], z[DOMAINS][STRIDE];

__attribute__((target_clones("avx512f", "avx2", "default"), optimize("O3"))) static double loop_domains(void)
{
    double sum = 0;
    memset(total, 0, sizeof total), memset(weights, 0, sizeof weights), memset(variances, 0, sizeof variances);
    for (size_t row = 0; row < n; row++) {
        weights[group[row]] += weight[row];
        for (int j = 0; j < STRIDE; j++)
            total[group[row]][j] += weight[row] * (double)answers[row * STRIDE + (size_t)j];
    }
    for (int d = 0; d < DOMAINS; d++)
        for (int j = 0; j < STRIDE; j++)
            mean[d][j] = total[d][j] / weights[d];
    for (size_t h = 0; h < STRATA; h++) {
        memset(one, 0, sizeof one), memset(two, 0, sizeof two);
        for (size_t u = h * A_STRATUM; u < (h + 1) * A_STRATUM; u++) {
            uint8_t list[DOMAINS], hit[DOMAINS] = {0};
            int hits = 0;
            for (size_t row = first[u]; row < first[u + 1]; row++) {
                uint32_t d = group[row];
                if (!hit[d]) {
                    hit[d] = 1;
                    list[hits++] = (uint8_t)d;
                    memset(z[d], 0, sizeof z[d]);
                }
                for (int j = 0; j < STRIDE; j++)
                    z[d][j] += weight[row] * ((double)answers[row * STRIDE + (size_t)j] - mean[d][j]);
            }
            for (int i = 0; i < hits; i++)
                for (int j = 0; j < STRIDE; j++) {
                    double e = z[list[i]][j];
                    one[list[i]][j] += e;
                    two[list[i]][j] += e * e;
                }
        }
        for (int d = 0; d < DOMAINS; d++)
            for (int j = 0; j < STRIDE; j++)
                variances[d][j] += (two[d][j] - one[d][j] * one[d][j] / A_STRATUM) * A_STRATUM / (A_STRATUM - 1.0);
    }
    for (int d = 0; d < DOMAINS; d++)
        for (int j = 0; j < ITEMS; j++)
            sum += sqrt(variances[d][j]) / weights[d];
    return sum;
}

static double sum_errors(size_t groups)
{
    double sum = 0;
    for (size_t d = 0; d < groups; d++)
        for (size_t item = 0; item < ITEMS; item++)
            sum += estimates[item][d].se;
    return sum;
}

// Best of a few runs each, taken in turns so that both meet the same neighbours.
static bool measure(const struct stats_prepared *prepared, bool by, double *totals)
{
    double sweep_best = INFINITY, loop_best = INFINITY, loop_sum = 0, start = now();
    struct stats_sweep *sweep = stats_sweep_make(prepared, by ? group : NULL, by ? DOMAINS : 1);
    double made = now();
    struct stats_sweep_item items[ITEMS];
    for (size_t item = 0; item < ITEMS; item++)
        items[item] = (struct stats_sweep_item){.y.y = y + item * n, .estimates = estimates[item]};
    if (!sweep)
        return false;
    stats_sweep_pack(sweep, items, ITEMS);
    double packed = now();
    for (int run = 0; run < RUNS; run++) {
        double at = now();
        loop_sum = by ? loop_domains() : loop_means(totals);
        double middle = now();
        stats_sweep_sum(sweep, items, ITEMS);
        loop_best = fmin(loop_best, middle - at);
        sweep_best = fmin(sweep_best, now() - middle);
    }
    printf("%d means%s: rows sorted %.1f ms, columns packed %.1f ms, swept %.1f ms; plain loop %.1f ms; ratio %.2f\n",
           ITEMS, by ? " by 62 domains" : "", made - start, packed - made, sweep_best, loop_best, sweep_best / loop_best);
    double sum = sum_errors(by ? DOMAINS : 1);
    printf("  errors add up to %.12g, in the loop to %.12g\n", sum, loop_sum);
    stats_sweep_free(sweep);
    return fabs(sum / loop_sum - 1) < 1e-9;
}

static bool one_by_one(struct stats_design *design)
{
    struct survey_error error;
    double start = now(), sum = 0;
    bool done = true;
    for (size_t item = 0; done && item < ITEMS; item++) {
        struct stats_estimate estimate;
        done = stats_mean(design, y + item * n, NULL, &estimate, &error);
        sum += estimate.se;
    }
    printf("%d means one after the other: %.1f ms (errors add up to %.12g)\n", ITEMS, now() - start, sum);
    return done;
}

int main(int argc, char **argv)
{
    n = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
    if (n < UNITS) {
        fprintf(stderr, "at least %d rows\n", UNITS);
        return 2;
    }
    make_rows();
    struct stats_design design = {
        .n = n, .weight = weight, .stratum = stratum, .stages = 1, .unit = {unit}, .confidence = 0.95};
    struct stats_prepared *prepared;
    struct survey_error error;
    double *totals = malloc(UNITS * (STRIDE + 1) * sizeof *totals), start = now();
    if (!stats_prepare(&design, &prepared, &error))
        return 1;
    printf("%zu rows: design prepared %.1f ms\n", n, now() - start);
    design.prepared = prepared;
    bool done = measure(prepared, false, totals) && measure(prepared, true, totals);
    done = done && (argc < 3 || one_by_one(&design));
    stats_prepared_free(prepared);
    free(totals), free(weight), free(y), free(stratum), free(unit), free(group), free(answers), free(first);
    return done ? 0 : 1;
}
