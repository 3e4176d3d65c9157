// SPDX-License-Identifier: GPL-3.0-or-later
// How long means with their errors take: 1,000,000 rows, 100 strata, 20,000 PSUs, 20 items; and by 62 domains.
// usage: bench_estimate [ROWS]
#include "stats/estimate.h"
#include "survey/base/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { STRATA = 100, UNITS = 20000, ITEMS = 20, DOMAINS = 62 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
    double *weight = malloc(n * sizeof *weight), *y = malloc(n * ITEMS * sizeof *y);
    uint32_t *stratum = malloc(n * sizeof *stratum), *unit = malloc(n * sizeof *unit);
    uint8_t *domain = malloc(n * DOMAINS);
    struct survey_random random = survey_random_at(1, "bench", "estimate");
    for (size_t row = 0; row < n; row++) {
        unit[row] = survey_random_below(&random, UNITS);
        stratum[row] = unit[row] % STRATA;
        weight[row] = 1 + survey_random_unit(&random);
        uint32_t own = survey_random_below(&random, DOMAINS);
        for (uint32_t d = 0; d < DOMAINS; d++)
            domain[d * n + row] = d == own;
        for (size_t item = 0; item < ITEMS; item++)
            y[item * n + row] = 1 + survey_random_below(&random, 5);
    }
    struct stats_design design = {
        .n = n, .weight = weight, .stratum = stratum, .stages = 1, .unit = {unit}, .confidence = 0.95};
    struct stats_prepared *prepared;
    struct stats_estimate estimate;
    struct survey_error error;
    double start = now(), sum = 0;
    bool done = stats_prepare(&design, &prepared, &error);
    double ready = now();
    design.prepared = done ? prepared : NULL;
    for (size_t item = 0; done && item < ITEMS; item++) {
        done = stats_mean(&design, y + item * n, NULL, &estimate, &error);
        sum += estimate.se;
    }
    double means = now();
    for (size_t item = 0; done && item < ITEMS; item++)
        for (size_t d = 0; done && d < DOMAINS; d++) {
            done = stats_mean(&design, y + item * n, domain + d * n, &estimate, &error);
            sum += estimate.se;
        }
    double domains = now();
    printf("%zu rows: design %.1f ms, %d means %.1f ms, by %d domains %.1f ms (check %.12g)\n", n,
           ready - start, ITEMS, means - ready, DOMAINS, domains - means, sum);
    stats_prepared_free(prepared);
    free(weight), free(y), free(stratum), free(unit), free(domain);
    return done ? 0 : 1;
}
