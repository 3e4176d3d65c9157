// SPDX-License-Identifier: GPL-3.0-or-later
// Estimates of small tables, against figures worked by hand from the formulas in docs/statistics.md.
#include "stats/estimate/estimate.h"
#include "tests/tap.h"

#include <stdint.h>

static struct survey_error error;

// Two strata of 10 and 6 PSUs, three and two of them drawn; y by row.
enum { ROWS = 8 };
static const uint32_t stratum[ROWS] = {0, 0, 0, 0, 0, 1, 1, 1};
static const uint32_t psu[ROWS] = {0, 0, 1, 1, 2, 0, 0, 1};
static const double weight[ROWS] = {2, 2, 2, 2, 4, 3, 3, 5};
static const double fpc[ROWS] = {10, 10, 10, 10, 10, 6, 6, 6};
static const double y[ROWS] = {1, 3, 2, 6, 4, 5, 1, 2};
static const char *const names[] = {"poor", "other"};

static struct stats_design design(bool finite)
{
    return (struct stats_design){.n = ROWS,
                                 .weight = weight,
                                 .stratum = stratum,
                                 .stages = 1,
                                 .unit = {psu},
                                 .fpc = {finite ? fpc : NULL},
                                 .confidence = 0.95,
                                 .stratum_names = names};
}

// PSU totals of w*y: 8, 16, 16 (mean 40/3, SS 128/3) and 18, 10 (mean 14, SS 32).
// V = 3/2 * 128/3 + 2 * 32 = 128 with replacement; * (7/10, 4/6) = 44.8 + 128/3 without.
static void totals(void)
{
    struct stats_design plain = design(false), finite = design(true);
    struct stats_estimate e;
    NEED(stats_total(&plain, y, NULL, &e, &error));
    CHECK_NEAR(68, e.value, 0);
    CHECK_NEAR(sqrt(128), e.se, 1e-13);
    CHECK(e.known_se && e.df == 3 && e.base == 8 && e.missing == 0);
    CHECK_TEXT("t", e.interval);
    // t(0.975, 3) = 3.182446305284263
    CHECK_NEAR(68 + 3.182446305284 * sqrt(128), e.high, 1e-10);
    CHECK_NEAR(68 - 3.182446305284 * sqrt(128), e.low, 1e-10);
    NEED(stats_total(&finite, y, NULL, &e, &error));
    CHECK_NEAR(sqrt(44.8 + 128.0 / 3), e.se, 1e-13);
}

// Mean 68/23; scores w (y - 68/23) / 23. PSU totals * 23 of stratum 0: 8 - 4m, 16 - 4m, 16 - 4m; the
// centring removes -4m: SS 128/3. Stratum 1: 18 - 6m, 10 - 5m, difference 8 - m, SS (8 - m)^2 / 2.
static void means(void)
{
    struct stats_design plain = design(false);
    struct stats_estimate e;
    double m = 68.0 / 23;
    NEED(stats_mean(&plain, y, NULL, &e, &error));
    CHECK_NEAR(m, e.value, 1e-15);
    CHECK_NEAR(sqrt((3.0 / 2 * 128 / 3 + 2 * (8 - m) * (8 - m) / 2) / 23 / 23), e.se, 1e-14);
    // deff: sum w (y - m)^2 = 262 - 68^2/23; s^2 = 8/7 * that / 23; SRS (1 - 8/23) s^2 / 8
    double s2 = 8.0 / 7 * (262 - 68.0 * 68 / 23) / 23;
    CHECK_NEAR(e.se * e.se / ((1 - 8.0 / 23) * s2 / 8), e.deff, 1e-12);
    CHECK_NEAR(8 / e.deff, e.effective, 1e-12);
    CHECK_NEAR(23, e.sum_weights, 0);
}

// num = y, den = x: R = 68 / sum w x.
static void ratios(void)
{
    static const double x[ROWS] = {2, 4, 2, 6, 5, 5, 2, 4};
    struct stats_design plain = design(false);
    struct stats_estimate e;
    NEED(stats_ratio(&plain, y, x, NULL, &e, &error));
    double below = 12 + 16 + 20 + 21 + 20, r = 68 / below;
    // PSU totals of w (y - r x): 8 - 12 r, 16 - 16 r, 16 - 20 r; 18 - 21 r, 10 - 20 r
    double t[3] = {8 - 12 * r, 16 - 16 * r, 16 - 20 * r}, mean = (t[0] + t[1] + t[2]) / 3, ss = 0;
    for (int i = 0; i < 3; i++)
        ss += (t[i] - mean) * (t[i] - mean);
    double gap = 8 - r;
    CHECK_NEAR(r, e.value, 1e-15);
    CHECK_NEAR(sqrt(1.5 * ss + gap * gap) / below, e.se, 1e-15);
    CHECK(!stats_ratio(&plain, y, (const double[ROWS]){0}, NULL, &e, &error));
    CHECK_TEXT("the total of the denominator is 0", error.message);
}

// The rows y > 2 as a domain keep the PSUs without such rows as zeros; a table cut to those rows loses them.
static void domains_are_zeros(void)
{
    struct stats_design plain = design(false);
    struct stats_estimate e, cut;
    uint8_t inside[ROWS] = {0, 1, 0, 1, 1, 1, 0, 0};
    NEED(stats_total(&plain, y, inside, &e, &error));
    // PSU totals 6, 12, 16 (mean 34/3, SS 152/3); 15, 0 (SS 112.5)
    CHECK_NEAR(sqrt(1.5 * 152 / 3 + 2 * 112.5), e.se, 1e-13);
    CHECK(e.base == 4 && e.df == 2);
    static const uint32_t s[4] = {0, 0, 0, 1}, u[4] = {0, 1, 2, 0};
    static const double w[4] = {2, 2, 4, 3}, v[4] = {3, 6, 4, 5};
    struct stats_design subset = {.n = 4,
                                  .weight = w,
                                  .stratum = s,
                                  .stages = 1,
                                  .unit = {u},
                                  .lonely = STATS_LONELY_REMOVE,
                                  .confidence = .95};
    NEED(stats_total(&subset, v, NULL, &cut, &error));
    CHECK_NEAR(e.value, cut.value, 0);
    CHECK(cut.se < 0.6 * e.se);
    // A missing value is a domain too.
    double gaps[ROWS];
    for (int i = 0; i < ROWS; i++)
        gaps[i] = inside[i] ? y[i] : (double)NAN;
    NEED(stats_total(&plain, gaps, NULL, &cut, &error));
    CHECK_NEAR(e.se, cut.se, 0);
    CHECK(cut.missing == 4 && cut.base == 4 && cut.df == 3);
}

// One stratum of N = 4 PSUs, 2 drawn, each of M = 3 units, 2 drawn: w = 3. y: (1, 3), (2, 8).
// Stage 1: totals 12, 30: (1 - 1/2) * 2 * 162 = 162. Stage 2: scores (3, 9): SS 18, (6, 24): SS 162;
// (2/4) * (1 - 2/3) * 2 * (18 + 162) = 60.
static void two_stages(void)
{
    static const uint32_t first[4] = {7, 7, 9, 9}, second[4] = {1, 2, 1, 2};
    static const double w[4] = {3, 3, 3, 3}, n1[4] = {4, 4, 4, 4}, n2[4] = {3, 3, 3, 3}, v[4] = {1, 3, 2, 8};
    static const double f1[4] = {.5, .5, .5, .5};
    struct stats_design d = {
        .n = 4, .weight = w, .stages = 2, .unit = {first, second}, .fpc = {n1, n2}, .confidence = 0.95};
    struct stats_estimate e;
    NEED(stats_total(&d, v, NULL, &e, &error));
    CHECK_NEAR(sqrt(162 + 60), e.se, 1e-13);
    CHECK(e.df == 1);
    d.fpc[0] = f1; // the same as sampling fractions
    NEED(stats_total(&d, v, NULL, &e, &error));
    CHECK_NEAR(sqrt(162 + 60), e.se, 1e-13);
    d.fpc[0] = NULL; // with replacement: ultimate clusters, the second stage adds nothing
    NEED(stats_total(&d, v, NULL, &e, &error));
    CHECK_NEAR(18, e.se, 1e-13);
    static const double all[4] = {2, 2, 2, 2};
    d.fpc[0] = d.fpc[1] = all; // every unit was taken
    NEED(stats_total(&d, v, NULL, &e, &error));
    CHECK(e.known_se && e.se == 0);
    CHECK_TEXT("census", e.interval);
}

// Strata of 2, 1 and 2 PSUs with totals (4, 8), (3), (1, 2): 2 * 8 = 16, none, 2 * 0.5 = 1.
static void lonely_policies(void)
{
    static const uint32_t s[5] = {0, 0, 1, 2, 2};
    static const double w[5] = {1, 1, 1, 1, 1}, v[5] = {4, 8, 3, 1, 2};
    struct stats_design d = {.n = 5,
                             .weight = w,
                             .stratum = s,
                             .stages = 1,
                             .confidence = 0.95,
                             .stratum_names = (const char *const[]){"A", "B", "C"}};
    struct stats_estimate e;
    CHECK(!stats_total(&d, v, NULL, &e, &error));
    CHECK_TEXT("stratum B", error.where);
    CHECK(error.code == SURVEY_ERROR_INPUT);
    d.lonely = STATS_LONELY_REMOVE;
    NEED(stats_total(&d, v, NULL, &e, &error));
    CHECK_NEAR(sqrt(17), e.se, 1e-14);
    d.lonely = STATS_LONELY_CERTAINTY;
    NEED(stats_total(&d, v, NULL, &e, &error));
    CHECK_NEAR(sqrt(17), e.se, 1e-14);
    d.lonely = STATS_LONELY_AVERAGE; // 3 strata, 2 with a variance
    NEED(stats_total(&d, v, NULL, &e, &error));
    CHECK_NEAR(sqrt(17 * 1.5), e.se, 1e-14);
    d.lonely = STATS_LONELY_ADJUST; // the lone PSU around the mean PSU total 18/5
    NEED(stats_total(&d, v, NULL, &e, &error));
    CHECK_NEAR(sqrt(17 + 0.6 * 0.6), e.se, 1e-14);
    // A stratum that was taken whole is not lonely.
    static const double n1[5] = {9, 9, 1, 9, 9};
    d.lonely = STATS_LONELY_FAIL;
    d.fpc[0] = n1;
    NEED(stats_total(&d, v, NULL, &e, &error));
    CHECK_NEAR(sqrt(7.0 / 9 * 17), e.se, 1e-14);
}

static void lonely_names(void)
{
    enum stats_lonely lonely;
    for (int i = 0; i <= STATS_LONELY_AVERAGE; i++)
        CHECK(stats_lonely_parse(stats_lonely_name(i), &lonely) && lonely == (enum stats_lonely)i);
    CHECK(!stats_lonely_parse("adjusted", &lonely));
}

// SRS of 20 rows, 4 found: p(1-p)/V = (n - 1) exactly; (t_19 / t_19)^2 = 1: Clopper-Pearson of 3.8 in 19.
static void shares(void)
{
    double w[20], v[20];
    for (int i = 0; i < 20; i++)
        w[i] = 1, v[i] = i % 5 == 0;
    struct stats_design d = {.n = 20, .weight = w, .stages = 1, .confidence = 0.95};
    struct stats_estimate e;
    NEED(stats_share(&d, v, NULL, &e, &error));
    CHECK_NEAR(0.2, e.value, 1e-16);
    CHECK_NEAR(sqrt(0.16 / 19), e.se, 1e-15);
    CHECK_NEAR(19, e.effective, 1e-12);
    CHECK_TEXT("korn-graubard", e.interval);
    // Beta(3.8, 16.2) at 0.025 and Beta(4.8, 15.2) at 0.975, by numerical integration to 1e-9.
    CHECK_NEAR(0.0548074385, e.low, 1e-8);
    CHECK_NEAR(0.4439835124, e.high, 1e-8);
    v[3] = 0.5;
    CHECK(!stats_share(&d, v, NULL, &e, &error));
    CHECK_TEXT("a share is of values 0 and 1; row 4 has 0.5", error.message);
}

// 0 of 60: 1 - 0.05^(1/60) = 0.048703... where rows are their own PSUs; wider with clusters.
static void none_and_all(void)
{
    double w[60], none[60], all[60];
    uint32_t unit[60];
    for (int i = 0; i < 60; i++)
        w[i] = 2, none[i] = 0, all[i] = 1, unit[i] = (uint32_t)i / 5;
    struct stats_design d = {.n = 60, .weight = w, .stages = 1, .confidence = 0.95};
    struct stats_estimate e, other;
    NEED(stats_share(&d, none, NULL, &e, &error));
    CHECK(e.value == 0 && e.low == 0 && e.found == 0 && e.base == 60 && !e.known_se);
    CHECK_TEXT("upper limit", e.interval);
    CHECK_NEAR(1 - pow(0.05, 1.0 / 60), e.high, 1e-14);
    NEED(stats_share(&d, all, NULL, &other, &error));
    CHECK(other.value == 1 && other.high == 1);
    CHECK_TEXT("lower limit", other.interval);
    CHECK_NEAR(1 - e.high, other.low, 1e-15);
    NEED(stats_ratio(&d, none, w, NULL, &other, &error)); // persons among persons
    CHECK_TEXT("upper limit", other.interval);
    CHECK_NEAR(e.high, other.high, 0);
    // 12 PSUs of 5, icc 0.2: deff 1.8; (t_59 / t_11)^2 at one-sided 95 %.
    d.unit[0] = unit;
    d.assumed_icc = 0.2;
    NEED(stats_share(&d, none, NULL, &other, &error));
    double factor = pow(1.671093032 / 1.795884819, 2);
    CHECK_NEAR(1 - pow(0.05, 1.8 / 60 / factor), other.high, 1e-9);
    NEED(stats_mean(&d, none, NULL, &other, &error));
    CHECK(!other.known_se && other.low == 0 && other.high == 0);
    CHECK_TEXT("none", other.interval);
    NEED(stats_total(&d, none, NULL, &other, &error));
    CHECK_TEXT("none", other.interval);
}

// The floor under the design effect widens an interval that rests on a sample without clustering.
static void assumed_floor(void)
{
    double w[60], v[60];
    uint32_t unit[60];
    for (int i = 0; i < 60; i++)
        w[i] = 1, v[i] = i % 10 == 3, unit[i] = (uint32_t)i / 5;
    struct stats_design d = {.n = 60, .weight = w, .stages = 1, .unit = {unit}, .confidence = 0.95};
    struct stats_estimate plain, floor;
    NEED(stats_share(&d, v, NULL, &plain, &error));
    d.assumed_icc = 0.3;
    NEED(stats_share(&d, v, NULL, &floor, &error));
    double factor = pow(2.000995378 / 2.200985160, 2); // t(0.975) at 59 and 11
    CHECK_NEAR(60 / (1 + 4 * 0.3) * factor, floor.effective, 1e-7);
    CHECK(floor.effective < plain.effective && floor.high > plain.high && floor.low < plain.low);
    CHECK(floor.se == plain.se);
}

static void bad_designs(void)
{
    struct stats_design d = design(true);
    struct stats_estimate e;
    double bad[ROWS];
    memcpy(bad, weight, sizeof bad);
    d.weight = bad;
    bad[4] = -1;
    CHECK(!stats_mean(&d, y, NULL, &e, &error));
    CHECK_TEXT("row 5", error.where);
    CHECK_TEXT("the weight is -1; weights are above 0", error.message);
    bad[4] = NAN;
    CHECK(!stats_mean(&d, y, NULL, &e, &error));
    CHECK_TEXT("the weight is missing", error.message);
    d.weight = weight;
    memcpy(bad, fpc, sizeof bad);
    d.fpc[0] = bad;
    bad[5] = bad[6] = bad[7] = 1;
    CHECK(!stats_mean(&d, y, NULL, &e, &error));
    CHECK_TEXT("stratum other", error.where);
    CHECK_TEXT("the population size (fpc) 1 is below the 2 units in the sample", error.message);
    bad[5] = bad[6] = 4;
    bad[7] = 5;
    CHECK(!stats_mean(&d, y, NULL, &e, &error));
    CHECK_TEXT("the population size (fpc) varies within the stratum: 4 and 5", error.message);
    bad[5] = NAN;
    CHECK(!stats_mean(&d, y, NULL, &e, &error));
    CHECK_TEXT("the population size (fpc) is missing or not above 0", error.message);
    d = design(false);
    d.confidence = 95;
    CHECK(!stats_mean(&d, y, NULL, &e, &error));
    d = design(false);
    double nothing[ROWS];
    for (int i = 0; i < ROWS; i++)
        nothing[i] = NAN;
    CHECK(!stats_mean(&d, nothing, NULL, &e, &error));
    CHECK_TEXT("all values are missing", error.message);
    CHECK(!stats_mean(&d, y, (const uint8_t[ROWS]){0}, &e, &error));
    CHECK_TEXT("no row is in the domain", error.message);
    nothing[3] = INFINITY;
    CHECK(!stats_mean(&d, nothing, NULL, &e, &error));
    d.n = 0;
    CHECK(!stats_mean(&d, y, NULL, &e, &error));
    CHECK_TEXT("there are no rows", error.message);
}

// One PSU alone: a value, and no error that would look like one.
static void no_degrees_of_freedom(void)
{
    static const uint32_t one[ROWS] = {0};
    struct stats_design d = design(false);
    struct stats_estimate e;
    d.stratum = NULL;
    d.unit[0] = one;
    d.lonely = STATS_LONELY_REMOVE;
    NEED(stats_mean(&d, y, NULL, &e, &error));
    CHECK(!e.known_se && e.df == 0 && e.se == 0 && e.low == e.value && e.high == e.value && e.deff == 0);
    CHECK_TEXT("none", e.interval);
}

// The same bits for any order of rows and any labels.
static void order_of_rows(void)
{
    enum { N = 3000 };
    static double w[N], v[N], x[N], w2[N], v2[N], x2[N];
    static uint32_t s[N], u[N], s2[N], u2[N], place[N];
    uint64_t seed = 11;
    for (uint32_t i = 0; i < N; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        s[i] = i % 7, u[i] = (i / 7) % 40, place[i] = i;
        w[i] = 1 + (double)(seed >> 40) / 1000,
        v[i] = pow(10, (double)(seed >> 33 & 31) - 14) * ((seed & 4096) ? 1 : -1) / 3;
        x[i] = 1 + fabs(v[i]);
    }
    for (uint32_t i = N - 1; i > 0; i--) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint32_t j = (uint32_t)(seed >> 33) % (i + 1), swap = place[i];
        place[i] = place[j], place[j] = swap;
    }
    for (uint32_t i = 0; i < N; i++)
        w2[i] = w[place[i]], v2[i] = v[place[i]], x2[i] = x[place[i]], s2[i] = 90 - s[place[i]],
        u2[i] = 1000 + 13 * u[place[i]];
    struct stats_design a = {.n = N, .weight = w, .stratum = s, .stages = 1, .unit = {u}, .confidence = 0.9},
                        b = a;
    b.weight = w2, b.stratum = s2, b.unit[0] = u2;
    struct stats_estimate one, two;
    NEED(stats_ratio(&a, v, x, NULL, &one, &error));
    NEED(stats_ratio(&b, v2, x2, NULL, &two, &error));
    CHECK(one.value == two.value && one.se == two.se && one.low == two.low && one.deff == two.deff);
    NEED(stats_mean(&a, v, NULL, &one, &error));
    NEED(stats_mean(&b, v2, NULL, &two, &error));
    CHECK(one.value == two.value && one.se == two.se && one.high == two.high && one.deff == two.deff);
    CHECK(one.se > 0);
}

// A prepared design gives what an unprepared one gives.
static void prepared(void)
{
    struct stats_design d = design(true);
    struct stats_estimate one, two;
    struct stats_prepared *ready;
    NEED(stats_mean(&d, y, NULL, &one, &error));
    NEED(stats_prepare(&d, &ready, &error));
    d.prepared = ready;
    NEED(stats_mean(&d, y, NULL, &two, &error));
    CHECK(one.value == two.value && one.se == two.se);
    stats_prepared_free(ready);
}

TESTS(CASE(totals), CASE(means), CASE(ratios), CASE(domains_are_zeros), CASE(two_stages),
      CASE(lonely_policies), CASE(lonely_names), CASE(shares), CASE(none_and_all), CASE(assumed_floor),
      CASE(bad_designs), CASE(no_degrees_of_freedom), CASE(order_of_rows), CASE(prepared))
