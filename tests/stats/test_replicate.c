// SPDX-License-Identifier: GPL-3.0-or-later
// Replicates: against closed forms, against Taylor linearisation, and against the order of rows.
#include "stats/math/hadamard.h"
#include "stats/estimate/replicate.h"
#include "survey/base/random.h"
#include "tests/tap.h"

#include <math.h>
#include <stdlib.h>

enum { N = 24 };
static struct survey_error error;

// Three strata of 4, 2 and 6 PSUs of two rows each.
static const uint32_t psus[] = {4, 2, 6};
static double weight[N], y[N], fpc[N], second[N];
static uint32_t stratum[N], unit[N], row_unit[N];

static void set_up(void)
{
    size_t row = 0;
    uint32_t label = 0;
    for (uint32_t h = 0; h < 3; h++)
        for (uint32_t i = 0; i < psus[h]; i++, label++)
            for (int k = 0; k < 2; k++, row++) {
                stratum[row] = h;
                unit[row] = label;
                row_unit[row] = (uint32_t)row;
                weight[row] = 1 + (double)(row * 7 % 5);
                y[row] = (double)(row * row % 11) + h;
                fpc[row] = psus[h] * 3;
                second[row] = 8;
            }
}

static struct stats_design design_of(bool strata, bool finite)
{
    return (struct stats_design){.n = N,
                                 .weight = weight,
                                 .stratum = strata ? stratum : NULL,
                                 .stages = 1,
                                 .unit = {unit},
                                 .fpc = {finite ? fpc : NULL},
                                 .confidence = 0.95};
}

// Standard errors of a total and a mean; NAN where the replicates cannot be made.
static double errors(struct stats_design design, const char *how, uint64_t seed, double *mean)
{
    struct stats_replicate_plan plan = {.seed = seed};
    struct stats_prepared *prepared;
    struct stats_replicates *made = NULL;
    struct stats_estimate total = {0}, average = {0};
    if (!stats_prepare(&design, &prepared, &error))
        return (double)NAN;
    design.prepared = prepared;
    error = (struct survey_error){0};
    bool done = !how || (stats_replicate_parse(how, &plan) && stats_replicates_make(prepared, &plan, &made, &error));
    design.replicates = made;
    done = done && stats_total(&design, y, NULL, &total, &error) && stats_mean(&design, y, NULL, &average, &error);
    stats_replicates_free(made);
    stats_prepared_free(prepared);
    if (mean)
        *mean = average.se;
    return done ? total.se : (double)NAN;
}

static void hadamard_matrices(void)
{
    size_t orders = 0;
    for (size_t least = 1; least <= 260; least++) {
        size_t n = stats_hadamard_order(least);
        CHECK(n >= least);
        if (n != least)
            continue;
        orders++;
        int8_t *h = stats_hadamard(n);
        bool good = true;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j <= i; j++) {
                int sum = 0;
                for (size_t k = 0; k < n; k++)
                    sum += h[i * n + k] * h[j * n + k];
                good = good && sum == (i == j ? (int)n : 0) && (j > 0 || h[i * n] == 1) && (i > 0 || h[j] == 1);
            }
        CHECK(good);
        free(h);
    }
    CHECK(orders > 50);
    CHECK(stats_hadamard_order(STATS_HADAMARD_MOST + 1) == 0);
}

// Of a total every method of all combinations gives what linearisation gives.
static void linear_totals(void)
{
    double taylor = errors(design_of(true, false), NULL, 0, NULL), finite = errors(design_of(true, true), NULL, 0, NULL);
    CHECK_NEAR(taylor, errors(design_of(true, false), "jkn", 0, NULL), 1e-9);
    CHECK_NEAR(finite, errors(design_of(true, true), "jkn", 0, NULL), 1e-9);
    CHECK_NEAR(errors(design_of(false, false), NULL, 0, NULL), errors(design_of(false, false), "jk1", 0, NULL), 1e-9);
    CHECK_NEAR(errors(design_of(false, false), "jkn", 0, NULL), errors(design_of(false, false), "jk1", 0, NULL), 1e-9);
    struct stats_design pairs = design_of(true, false); // strata of two: 0 1, 2 3, ...
    uint32_t halves[N];
    for (size_t row = 0; row < N; row++)
        halves[row] = unit[row] / 2;
    pairs.stratum = halves;
    taylor = errors(pairs, NULL, 0, NULL);
    CHECK_NEAR(taylor, errors(pairs, "brr", 0, NULL), 1e-9);
    CHECK_NEAR(taylor, errors(pairs, "fay:0.3", 0, NULL), 1e-9);
    CHECK_NEAR(taylor, errors(pairs, "sdr", 0, NULL), 1e-9); // of two, differences are all there is
}

// Half the sum of squared differences of neighbours, the last and the first being neighbours too.
static void successive_differences(void)
{
    double v = 0, t[12] = {0};
    for (size_t row = 0; row < N; row++)
        t[unit[row]] += weight[row] * y[row];
    for (int i = 0; i < 12; i++)
        v += (t[i] - t[(i + 1) % 12]) * (t[i] - t[(i + 1) % 12]) / 2;
    CHECK_NEAR(sqrt(v), errors(design_of(false, false), "sdr", 0, NULL), 1e-9);
}

// The mean of the variances over many seeds, within four of its own errors.
static void check_unbiased(struct stats_design design, const char *how)
{
    enum { SEEDS = 400 };
    double taylor = errors(design, NULL, 0, NULL), sum = 0, squares = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        double se = errors(design, how, seed, NULL);
        sum += se * se;
        squares += se * se * se * se;
    }
    double mean = sum / SEEDS, spread = sqrt((squares / SEEDS - mean * mean) / SEEDS);
    CHECK(fabs(mean - taylor * taylor) < 4 * spread);
    CHECK(spread < 0.02 * mean);
}

static void bootstraps_are_unbiased(void)
{
    check_unbiased(design_of(true, false), "bootstrap:50");
    check_unbiased(design_of(true, true), "bootstrap:50");
    check_unbiased(design_of(false, false), "canty-davison:50"); // strata of one size
    check_unbiased(design_of(true, true), "preston:50");
    struct stats_design stages = design_of(true, true);
    stages.stages = 2;
    stages.unit[1] = row_unit;
    stages.fpc[1] = second;
    check_unbiased(stages, "preston:50");
}

// The same bits for rows in another order; other bits for another seed.
static void order_of_rows(void)
{
    static const char *const methods[] = {"jkn", "bootstrap:30", "preston:30", "canty-davison:30"};
    for (int m = 0; m < 4; m++) {
        double mean, turned, other, total = errors(design_of(true, false), methods[m], 7, &mean);
        double weight_2[N], y_2[N];
        uint32_t stratum_2[N], unit_2[N];
        for (size_t row = 0; row < N; row++) {
            size_t from = row * 7 % N;
            weight_2[row] = weight[from], y_2[row] = y[from], stratum_2[row] = stratum[from], unit_2[row] = unit[from];
        }
        struct stats_design design = design_of(true, false);
        design.weight = weight_2;
        design.stratum = stratum_2;
        design.unit[0] = unit_2;
        double kept[N];
        for (size_t row = 0; row < N; row++)
            kept[row] = y[row], y[row] = y_2[row];
        CHECK(errors(design, methods[m], 7, &turned) == total);
        CHECK(mean == turned);
        for (size_t row = 0; row < N; row++)
            y[row] = kept[row];
        errors(design_of(true, false), methods[m], 8, &other);
        CHECK((other == mean) == (m == 0));
    }
}

static void faults(void)
{
    struct stats_design design = design_of(true, false);
    CHECK(isnan(errors(design, "jk1", 1, NULL)));
    CHECK_TEXT("JK1 is for designs without strata, not for 3; use JKn", error.message);
    CHECK(isnan(errors(design, "brr", 1, NULL)));
    CHECK_TEXT("stratum 0", error.where);
    CHECK_TEXT("balanced repeated replication takes two PSUs in each stratum", error.message);
    CHECK(isnan(errors(design_of(true, true), "canty-davison:9", 1, NULL)));
    uint32_t alone[N];
    for (size_t row = 0; row < N; row++)
        alone[row] = row < 2 ? 9 : stratum[row];
    design.stratum = alone;
    design.lonely = STATS_LONELY_REMOVE;
    double removed = errors(design, NULL, 1, NULL);
    CHECK_NEAR(removed, errors(design, "jkn", 1, NULL), 1e-9);
    design.lonely = STATS_LONELY_ADJUST;
    CHECK(isnan(errors(design, "bootstrap:9", 1, NULL)));
    CHECK_TEXT("only one PSU: replicates know the policies remove and certainty", error.message);
    CHECK_TEXT("stratum 9", error.where);
    struct stats_replicate_plan plan;
    static const char *const bad[] = {"", "jackknife", "jkn:3", "fay", "fay:1", "bootstrap:1", "bootstrap:x", "brr:2", "preston:2.5"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(!stats_replicate_parse(bad[i], &plan));
    CHECK(stats_replicate_parse("bootstrap", &plan) && plan.count == 500 && plan.method == STATS_RAO_WU);
    CHECK(stats_replicate_parse("fay:0.3", &plan) && plan.rho == 0.3);
}

// Of a domain in two PSUs some bootstrap replicate has none: then the error is not known, and that is said.
static void small_domain(void)
{
    struct stats_design design = design_of(true, false);
    struct stats_prepared *prepared;
    struct stats_replicates *made;
    struct stats_replicate_plan plan = {.method = STATS_RAO_WU, .count = 200, .seed = 1};
    struct stats_estimate estimate;
    uint8_t domain[N] = {[2] = 1, [3] = 1, [5] = 1}; // PSUs 1 and 2
    NEED(stats_prepare(&design, &prepared, &error) && stats_replicates_make(prepared, &plan, &made, &error));
    design.prepared = prepared;
    design.replicates = made;
    NEED(stats_mean(&design, y, domain, &estimate, &error));
    CHECK(estimate.lost && !estimate.known_se && estimate.se == 0 && estimate.df == 1);
    CHECK_TEXT("none", estimate.interval);
    NEED(stats_total(&design, y, domain, &estimate, &error)); // a total is 0 there
    CHECK(!estimate.lost && estimate.known_se && estimate.se > 0);
    stats_replicates_free(made);
    stats_prepared_free(prepared);
}

TESTS(CASE(set_up), CASE(hadamard_matrices), CASE(linear_totals), CASE(successive_differences),
      CASE(bootstraps_are_unbiased), CASE(order_of_rows), CASE(faults), CASE(small_domain))
