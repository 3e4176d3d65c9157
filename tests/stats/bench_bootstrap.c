// SPDX-License-Identifier: GPL-3.0-or-later
// How long 500 bootstrap replicates of 20 means take: 100,000 rows, 100 strata, 11,206 PSUs; from PSU totals, as the
// replicates need rows no more. Beside it a plain C loop that draws with a xorshift and checks nothing.
// usage: bench_bootstrap [RUNS]
#include "stats/estimate/replicate.h"
#include "survey/base/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROWS = 100000, STRATA = 100, UNITS = 11206, ITEMS = 20, STRIDE = 24, REPLICATES = 500 };

static double weight[ROWS];
static uint32_t stratum[ROWS], unit[ROWS];
static double totals[UNITS * STRIDE], sums[REPLICATES * STRIDE], values[REPLICATES];
static uint32_t first[STRATA + 1];
static float multiplier[(size_t)REPLICATES * UNITS];

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static void make_rows(void)
{
    struct survey_random random = survey_random_at(1, "bench", "bootstrap");
    for (size_t row = 0; row < ROWS; row++) {
        unit[row] = (uint32_t)(row * UNITS / ROWS);
        stratum[row] = (uint32_t)((uint64_t)unit[row] * STRATA / UNITS);
        first[stratum[row] + 1] = unit[row] + 1;
        weight[row] = 1 + survey_random_unit(&random);
        for (size_t item = 0; item < ITEMS; item++)
            totals[unit[row] * STRIDE + item] += weight[row] * (1 + survey_random_below(&random, 5));
        totals[unit[row] * STRIDE + ITEMS] += weight[row];
    }
}

static void loop_draw(void)
{
    for (size_t r = 0; r < REPLICATES; r++) {
        uint64_t s = 0x9E3779B97F4A7C15u * (r + 1);
        float *m = multiplier + r * UNITS;
        memset(m, 0, UNITS * sizeof *m);
        for (int h = 0; h < STRATA; h++) {
            uint32_t n = first[h + 1] - first[h];
            float f = (float)n / (float)(n - 1);
            for (uint32_t k = 0; k + 1 < n; k++) {
                s ^= s << 13, s ^= s >> 7, s ^= s << 17;
                m[first[h] + (((s >> 32) * n) >> 32)] += f;
            }
        }
    }
}

__attribute__((target_clones("avx512f", "avx2", "default"), optimize("O3"))) static void loop_use(void)
{
    for (size_t r = 0; r < REPLICATES; r++) {
        double own[STRIDE] = {0};
        for (size_t u = 0; u < UNITS; u++)
            for (int j = 0; j < STRIDE; j++)
                own[j] += (double)multiplier[r * UNITS + u] * totals[u * STRIDE + (size_t)j];
        memcpy(sums + r * STRIDE, own, sizeof own);
    }
}

static double errors(void)
{
    double sum = 0;
    for (size_t item = 0; item < ITEMS; item++) {
        double mean = 0, squares = 0;
        for (size_t r = 0; r < REPLICATES; r++)
            mean += values[r] = sums[r * STRIDE + item] / sums[r * STRIDE + ITEMS];
        for (size_t r = 0; r < REPLICATES; r++)
            squares += (values[r] - mean / REPLICATES) * (values[r] - mean / REPLICATES);
        sum += sqrt(squares / (REPLICATES - 1));
    }
    return sum;
}

int main(int count, char **arguments)
{
    int runs = count > 1 ? (int)strtol(arguments[1], NULL, 10) : 5;
    struct survey_error error = {0};
    make_rows();
    struct stats_design design = {
        .n = ROWS, .weight = weight, .stratum = stratum, .stages = 1, .unit = {unit}, .confidence = 0.95};
    struct stats_prepared *prepared;
    if (!stats_prepare(&design, &prepared, &error))
        return 1;
    struct stats_replicate_plan plan = {.method = STATS_RAO_WU, .count = REPLICATES, .seed = 1};
    double draw = HUGE_VAL, use = HUGE_VAL, their_draw = HUGE_VAL, their_use = HUGE_VAL, ours = 0, theirs = 0;
    for (int run = 0; run < runs; run++) { // in turns, so that both meet the same neighbours
        struct stats_replicates *made;
        double start = now();
        if (!stats_replicates_make(prepared, &plan, &made, &error))
            return 1;
        double drawn = now();
        stats_replicate_sums(made, totals, STRIDE, sums);
        ours = errors();
        double used = now();
        stats_replicates_free(made);
        double again = now();
        loop_draw();
        double loop_drawn = now();
        loop_use();
        theirs = errors();
        double loop_used = now();
        draw = fmin(draw, drawn - start);
        use = fmin(use, used - drawn);
        their_draw = fmin(their_draw, loop_drawn - again);
        their_use = fmin(their_use, loop_used - loop_drawn);
    }
    stats_prepared_free(prepared);
    printf("500 bootstrap replicates, 20 means, 100,000 rows, 11,206 PSUs, one thread\n"
           "  ours: draw %.1f ms, use %.1f ms, together %.1f (sum of errors %.6f)\n"
           "  loop: draw %.1f ms, use %.1f ms, together %.1f (sum of errors %.6f)\n"
           "  ratio %.2f\n",
           draw, use, draw + use, ours, their_draw, their_use, their_draw + their_use, theirs,
           (draw + use) / (their_draw + their_use));
    return fabs(ours / theirs - 1) > 0.05; // two draws of 500
}
