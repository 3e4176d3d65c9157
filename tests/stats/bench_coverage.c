// SPDX-License-Identifier: GPL-3.0-or-later
// How often intervals of a share hold the truth: two-stage stratified samples of 24 villages of 20 households from
// known populations, by true share and intra-class correlation (ICC). R's default (logit), plain Korn-Graubard, and
// ours without and with the floor under the design effect: from the true ICC, from 0.05 where that is 0. Where none
// or all are found R has no Korn-Graubard interval and prints a false point for logit: neither holds the truth.
// usage: bench_coverage [DRAWS]   (a cell; 1,000 without)
#include "stats/math/distribution.h"
#include "stats/estimate/interval.h"
#include "survey/base/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { STRATA = 4, A_STRATUM = 6, VILLAGES = 1200, HOMES = 200, TAKEN = 20, ROWS = STRATA * A_STRATUM * TAKEN };

// Villages of each stratum and how many homes in each have the trait.
struct population {
    uint32_t found[STRATA][VILLAGES];
    double truth;
};

static const uint32_t villages[STRATA] = {200, 400, 800, 1200};
static double weight[ROWS];
static uint32_t stratum[ROWS], village[ROWS];

// Shares of villages at even steps of a beta distribution with that mean and correlation.
static void make_population(struct population *population, double share, double icc)
{
    double all = 0, found = 0;
    for (uint32_t h = 0; h < STRATA; h++) {
        double carry = 0.5; // what rounding to whole homes leaves goes to the next village
        for (uint32_t i = 0; i < villages[h]; i++) {
            double own = share;
            if (icc > 0 && share > 0)
                own = stats_beta_quantile((i + 0.5) / villages[h], share * (1 - icc) / icc,
                                          (1 - share) * (1 - icc) / icc);
            carry += own * HOMES;
            uint32_t whole = (uint32_t)fmin(carry, HOMES);
            population->found[h][i] = whole;
            carry -= whole;
            all += HOMES;
            found += whole;
        }
    }
    population->truth = found / all;
}

// A simple random sample of villages in each stratum, and of homes in each village.
static void draw(const struct population *population, struct survey_random *random, double *y)
{
    size_t row = 0;
    for (uint32_t h = 0; h < STRATA; h++) {
        uint32_t taken[A_STRATUM];
        for (int i = 0; i < A_STRATUM; i++) {
            bool again = true;
            while (again) {
                taken[i] = survey_random_below(random, villages[h]);
                again = false;
                for (int k = 0; k < i; k++)
                    again = again || taken[k] == taken[i];
            }
            uint32_t found = population->found[h][taken[i]], homes = HOMES;
            for (int home = 0; home < TAKEN; home++) {
                bool has = survey_random_below(random, homes--) < found;
                found -= has;
                y[row++] = has;
            }
        }
    }
}

struct cover {
    double korn, plain, floored, logit, width, floored_width; // draws that hold the truth; sums of widths
    double low_miss, high_miss;                         // of the floored: the truth below, above
};

static bool holds(double low, double high, double truth)
{
    return low <= truth && truth <= high;
}

static bool try_draw(const struct stats_design *plain, const struct stats_design *floored, const double *y,
                     double truth, struct cover *cover)
{
    struct stats_estimate estimate;
    struct survey_error error;
    double low, high;
    if (!stats_share(plain, y, NULL, &estimate, &error))
        return false;
    bool is_holding = holds(estimate.low, estimate.high, truth);
    cover->plain += is_holding;
    cover->width += estimate.high - estimate.low;
    if (estimate.value > 0 && estimate.value < 1 && estimate.se > 0) {
        cover->korn += is_holding;
        stats_interval_share(STATS_SHARE_LOGIT, estimate.value, estimate.se, ROWS, estimate.df, 0.95, &low, &high);
        cover->logit += holds(low, high, truth);
    }
    if (!stats_share(floored, y, NULL, &estimate, &error))
        return false;
    cover->floored += holds(estimate.low, estimate.high, truth);
    cover->floored_width += estimate.high - estimate.low;
    cover->low_miss += truth < estimate.low;
    cover->high_miss += truth > estimate.high;
    return true;
}

static bool run_cell(const struct stats_design *design, double share, double icc, uint32_t draws)
{
    static struct population population;
    struct survey_random random = survey_random_at((uint64_t)(share * 1000) * 100 + (uint64_t)(icc * 100), "bench", "coverage");
    struct stats_design floored = *design;
    struct cover cover = {0};
    double y[ROWS], part = 100.0 / draws;
    bool done = true;
    floored.assumed_icc = icc > 0 ? icc : 0.05;
    make_population(&population, share, icc);
    for (uint32_t i = 0; done && i < draws; i++) {
        draw(&population, &random, y);
        done = try_draw(design, &floored, y, population.truth, &cover);
    }
    printf("| %.3g | %.2f | %.1f | %.1f | %.1f | %.1f | %.1f / %.1f | %.1f | %.1f |\n", share * 100, icc,
           cover.logit * part, cover.korn * part, cover.plain * part, cover.floored * part, cover.low_miss * part,
           cover.high_miss * part, cover.width * part, cover.floored_width * part);
    // What docs/statistics.md promises, but for what so few draws leave to chance.
    if (done && cover.floored * part < 94 - 300 * sqrt(0.94 * 0.06 / draws)) {
        fprintf(stderr, "the interval with the floor covers less than 94 %%\n");
        return false;
    }
    return done;
}

int main(int argc, char **argv)
{
    static const double shares[] = {0, 0.002, 0.005, 0.02, 0.1, 0.5, 0.9}, iccs[] = {0, 0.05, 0.2};
    uint32_t draws = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1000;
    for (size_t row = 0; row < ROWS; row++) {
        village[row] = (uint32_t)row / TAKEN;
        stratum[row] = village[row] / A_STRATUM;
        weight[row] = (double)villages[stratum[row]] * HOMES / (A_STRATUM * TAKEN);
    }
    struct stats_design design = {
        .n = ROWS, .weight = weight, .stratum = stratum, .stages = 1, .unit = {village}, .confidence = 0.95};
    struct stats_prepared *prepared;
    struct survey_error error;
    if (!draws || !stats_prepare(&design, &prepared, &error))
        return 1;
    design.prepared = prepared;
    printf("%u draws a cell, nominal 95 %%\n", draws);
    printf("| share %% | ICC | R's default | Korn-Graubard | ours, no floor | ours, floor | truth below / above | width, "
           "no floor | width, floor |\n|---|---|---|---|---|---|---|---|---|\n");
    bool done = true;
    for (size_t s = 0; s < sizeof shares / sizeof *shares; s++)
        for (size_t i = 0; i < sizeof iccs / sizeof *iccs; i++)
            done = run_cell(&design, shares[s], iccs[i], draws) && done;
    stats_prepared_free(prepared);
    return done ? 0 : 1;
}
