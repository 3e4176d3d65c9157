// SPDX-License-Identifier: GPL-3.0-or-later
// Sizes and allocations, against figures worked by hand and against each other.
#include "stats/size/size.h"
#include "tests/tap.h"

static struct survey_error error;
static struct stats_size size;

static struct stats_sized find(void)
{
    struct stats_sized sized = {0};
    bool done = stats_size_find(&size, &sized, &error);
    if (!done)
        fprintf(stderr, "%s\n", error.message);
    NEED(done);
    return sized;
}

static bool refused(const char *with)
{
    struct stats_sized sized;
    error = (struct survey_error){0};
    return !stats_size_find(&size, &sized, &error) && strstr(error.message, with);
}

// z = 1.959964: n0 = 3.841459 * 0.25 / 0.0009 = 1067.0719; with deff 1.6 and N 5,200: S^2 is 0.25 * 5200/5199.
static void one_share(void)
{
    size = stats_size_blank();
    size.share[0] = 0.5;
    size.margin = 0.03;
    size.deff = 1.6;
    size.response = 0.8;
    size.population = 5200;
    struct stats_sized sized = find();
    double wanted = 1067.0718946372 * 5200 / 5199 * 1.6;
    CHECK_NEAR(wanted / (1 + wanted / 5200), sized.n[0], 1e-6);
    CHECK_NEAR(sized.n[0] / 0.8, sized.approach[0], 1e-9);
    // The other way round, and never more than there is.
    size.n = sized.n[0];
    size.margin = (double)NAN;
    CHECK_NEAR(0.03, find().margin, 1e-12);
    size.n = (double)NAN;
    size.margin = 1e-6;
    CHECK(find().n[0] <= 5200);
    size.n = 5201;
    size.margin = (double)NAN;
    CHECK(refused("more than the population"));
}

static void two_groups(void)
{
    size = stats_size_blank();
    size.mean[0] = 10;
    size.mean[1] = 8;
    size.sd[0] = 5;
    size.power = 0.9;
    // (1.959964 + 1.281552)^2 * 50 / 4 = 131.34279 a group.
    CHECK_NEAR(131.3427883, find().n[0], 1e-5);
    size.n = find().n[0];
    size.power = (double)NAN;
    CHECK_NEAR(0.9, find().power, 1e-3);
    size.ratio = 2; // twice as many in the second: 1 + 1/2 variances
    size.n = (double)NAN;
    size.power = 0.9;
    CHECK_NEAR(131.3427883 * 0.75, find().n[0], 1e-5);
    CHECK_NEAR(131.3427883 * 1.5, find().n[1], 1e-5);
    size.ratio = 1;
    size.overlap = 1;
    size.correlation = 0.6; // a panel: 2 (1 - 0.6) instead of 2
    CHECK_NEAR(131.3427883 * 0.4, find().n[0], 1e-5);
    size = stats_size_blank();
    size.share[0] = 0.02;
    size.share[1] = 0.04;
    size.n = 1500;
    double power = find().power;
    size.power = power;
    size.n = (double)NAN;
    CHECK_NEAR(1500, find().n[0], 1e-6);
}

static void clusters(void)
{
    size = stats_size_blank();
    size.share[0] = 0.9;
    size.margin = 0.02;
    size.icc = 0.05;
    size.per_cluster = 21; // deff 2
    struct stats_sized sized = find();
    double simple = 3.8414588206941 * 0.09 / 0.0004;
    CHECK_NEAR(2, sized.deff, 1e-14);
    CHECK_NEAR(2 * simple, sized.n[0], 1e-6);
    CHECK_NEAR(ceil(2 * simple / 21), sized.plan_clusters, 0);
    size.deff = 1.5;
    CHECK(refused("one of them"));
    // b = sqrt(400 / 25 * 0.8 / 0.2) = 8 units, so that a cluster costs 600: 10,000 pays for 16.
    size = stats_size_blank();
    size.icc = 0.2;
    size.cost_cluster = 400;
    size.cost_unit = 25;
    size.budget = 10000;
    CHECK_NEAR(8, find().per_cluster, 1e-12);
    CHECK_NEAR(16, find().plan_clusters, 0);
    CHECK_NEAR(9600, find().plan_cost, 0);
    CHECK_NEAR(2.4, find().deff, 1e-12);
}

static void what_can_not_be(void)
{
    size = stats_size_blank();
    CHECK(refused("say what is to be estimated"));
    size.share[0] = 0.5;
    CHECK(refused("say how sure"));
    size.power = 0.8;
    CHECK(refused("two groups apart"));
    size.share[1] = 0.5;
    CHECK(refused("same value"));
    size.share[1] = 0.6;
    size.margin = 0.02;
    CHECK(refused("two groups want a power"));
    size.margin = (double)NAN;
    size.population = 100;
    CHECK(refused("no population"));
    for (const struct stats_size_field *field = stats_size_fields; field->name; field++) {
        double bad[] = {(double)NAN, 1, 1};
        CHECK(!stats_size_set(&size, field, field->name, bad, 1, &error));
        CHECK(!stats_size_set(&size, field, field->name, bad, 3, &error));
    }
}

static double n[4], whole[4];

static struct stats_allocated share_out(const struct stats_strata *strata)
{
    struct stats_allocated allocated = {.n = n, .whole = whole};
    bool done = stats_allocate(strata, &allocated, &error);
    if (!done)
        fprintf(stderr, "%s\n", error.message);
    NEED(done);
    return allocated;
}

// Neyman of 100 over N S = 1000, 3000, 6000: 10, 30, 60, but the last stratum holds 20: 80 over 1000, 3000.
static void strata_taken_whole(void)
{
    static const double population[] = {1000, 1000, 20}, sd[] = {1, 3, 300};
    const double none = (double)NAN;
    struct stats_strata strata = {STATS_NEYMAN, 3, population, sd, NULL, NULL, NULL, none, 2, 100, none, none};
    struct stats_allocated allocated = share_out(&strata);
    CHECK_NEAR(20, n[2], 0);
    CHECK_NEAR(20, n[0], 1e-12);
    CHECK_NEAR(60, n[1], 1e-12);
    CHECK_NEAR(100, allocated.total, 1e-12);
    // That standard error, asked for, gives back that size.
    strata.n = none;
    strata.variance = allocated.se * allocated.se;
    allocated = share_out(&strata);
    CHECK_NEAR(100, allocated.total, 1e-9);
    CHECK_NEAR(20, n[2], 0);
}

static void whole_numbers(void)
{
    static const double population[] = {5000, 3000, 90, 10}, cost[] = {10, 10, 20, 20};
    const double none = (double)NAN;
    struct stats_strata strata = {STATS_PROPORTIONAL, 4, population, NULL, cost, NULL, NULL, none, 2, 50, none, none};
    struct stats_allocated allocated = share_out(&strata);
    CHECK(whole[0] + whole[1] + whole[2] + whole[3] == 50);
    CHECK(whole[2] == 2 && whole[3] == 2 && whole[0] > whole[1]);
    CHECK(isnan(allocated.se));
    strata.n = 7;
    CHECK(!stats_allocate(&strata, &allocated, &error) && strstr(error.message, "below 2 units"));
    strata.n = 9000;
    CHECK(!stats_allocate(&strata, &allocated, &error) && strstr(error.message, "8100"));
    strata.n = none;
    strata.minimum = 0;
    strata.budget = 1000;
    allocated = share_out(&strata);
    CHECK_NEAR(1000, allocated.cost, 1e-9);
    CHECK(allocated.whole_cost <= 1000);
    strata.method = STATS_EQUAL;
    strata.budget = none;
    strata.n = 40;
    share_out(&strata);
    CHECK(whole[0] == 10 && whole[3] == 10);
    strata.n = 48; // the last holds 10
    share_out(&strata);
    CHECK(whole[3] == 10 && whole[0] + whole[1] + whole[2] == 38);
}

TESTS(CASE(one_share), CASE(two_groups), CASE(clusters), CASE(what_can_not_be), CASE(strata_taken_whole), CASE(whole_numbers))
