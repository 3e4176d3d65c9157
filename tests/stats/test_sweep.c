// SPDX-License-Identifier: GPL-3.0-or-later
// Many figures in one sweep are the figures one by one: on random designs with finite populations, strata of one
// PSU, groups, missing answers and weights of all sizes; and the same bits whatever the order of rows.
#include "stats/estimate/sweep.h"
#include "stats/estimate/variance.h"
#include "survey/base/random.h"
#include "tests/tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 600, ITEMS = 40, GROUPS = 9, TRIALS = 300 };

struct trial {
    size_t n, groups;
    double weight[MOST], fpc[MOST], y[ITEMS][MOST];
    uint32_t stratum[MOST], unit[MOST], group[MOST];
    enum stats_sweep_kind kind[ITEMS];
    struct stats_design design;
};

static struct trial first, second;
static struct stats_estimate found[ITEMS][GROUPS], again[ITEMS][GROUPS];

static void make_items(struct trial *trial, struct survey_random *random)
{
    for (int item = 0; item < ITEMS; item++) {
        uint32_t most = item % 4 == 0 ? 1 : 1 + survey_random_below(random, item % 4 == 1 ? 4 : 254);
        double missing = item % 3 == 0 ? 0.3 : 0, zero = survey_random_unit(random);
        trial->kind[item] = item % 4 == 0   ? STATS_SWEEP_SHARE
                            : item % 5 == 0 ? STATS_SWEEP_TOTAL
                                            : STATS_SWEEP_MEAN;
        for (size_t row = 0; row < trial->n; row++)
            trial->y[item][row] = survey_random_unit(random) < missing ? (double)NAN
                                  : survey_random_unit(random) < zero  ? 0
                                                                       : survey_random_below(random, most + 1);
    }
}

static void make_trial(struct trial *trial, struct survey_random *random)
{
    uint32_t strata = 1 + survey_random_below(random, 6), kind = survey_random_below(random, 3);
    bool lonely = survey_random_below(random, 4) == 0, finite = survey_random_below(random, 2);
    trial->n = 40 + survey_random_below(random, MOST - 40);
    trial->groups = 1 + survey_random_below(random, GROUPS);
    for (size_t row = 0; row < trial->n; row++) {
        uint32_t stratum = row < 2 * strata ? (uint32_t)row / 2 : survey_random_below(random, strata);
        trial->stratum[row] = 7 + stratum * 3;
        trial->unit[row] = lonely && stratum == 0 ? 5 : row < 2 * strata ? (uint32_t)row % 2 : survey_random_below(random, 12);
        trial->group[row] = survey_random_below(random, 20) ? survey_random_below(random, (uint32_t)trial->groups) : STATS_NO_GROUP;
        trial->weight[row] = kind == 0   ? 1 + survey_random_below(random, 9)
                             : kind == 1 ? exp(8 * survey_random_unit(random))
                                         : 0.5 + survey_random_unit(random);
        if (survey_random_below(random, 30) == 0)
            trial->weight[row] = 0;
        trial->fpc[row] = stratum == 1 ? 12 : 20 + stratum; // all of stratum 1 where 12 PSUs came up
    }
    make_items(trial, random);
    trial->design = (struct stats_design){.n = trial->n,
                                          .weight = trial->weight,
                                          .stratum = trial->stratum,
                                          .stages = 1,
                                          .unit = {trial->unit},
                                          .fpc = {finite ? trial->fpc : NULL},
                                          .lonely = lonely ? STATS_LONELY_REMOVE : STATS_LONELY_FAIL,
                                          .confidence = 0.95,
                                          .assumed_icc = survey_random_below(random, 2) ? 0.1 : 0};
}

static bool sweep(struct trial *trial, struct stats_estimate estimates[ITEMS][GROUPS])
{
    struct stats_sweep_item items[ITEMS];
    struct stats_prepared *prepared;
    struct survey_error error;
    memset(estimates, 0, sizeof found);
    if (!stats_prepare(&trial->design, &prepared, &error))
        return false;
    struct stats_sweep *made = stats_sweep_make(prepared, trial->group, trial->groups);
    for (int item = 0; item < ITEMS; item++)
        items[item] =
            (struct stats_sweep_item){.kind = trial->kind[item], .y.y = trial->y[item], .estimates = estimates[item]};
    if (made)
        stats_sweep_run(made, items, ITEMS);
    bool all = made != NULL;
    for (int item = 0; item < ITEMS; item++)
        all = all && items[item].swept;
    stats_sweep_free(made);
    stats_prepared_free(prepared);
    return all;
}

static bool near(double a, double b, double scale)
{
    return fabs(a - b) <= 1e-12 * fmax(scale, fmax(fabs(a), fabs(b)));
}

// Intervals of shares end in quantiles found to about 1e-12 themselves.
static bool same(const struct stats_estimate *a, const struct stats_estimate *b)
{
    // Beside a sample of nearly all N, N - n loses digits of the design effect.
    double loss = 1 + a->sum_weights / fabs(a->sum_weights - (double)a->base);
    return near(a->value, b->value, 0) && a->known_se == b->known_se && near(a->se, b->se, 0) &&
           strcmp(a->interval, b->interval) == 0 && fabs(a->low - b->low) <= 1e-10 * (1 + fabs(a->low)) &&
           fabs(a->high - b->high) <= 1e-10 * (1 + fabs(a->high)) && near(a->df, b->df, 0) &&
           (a->deff == b->deff || fabs(a->deff - b->deff) <= 1e-12 * a->deff * loss) && (a->effective == b->effective || fabs(a->effective - b->effective) <= 1e-10 * a->effective * loss) &&
           a->base == b->base && a->missing == b->missing && a->found == b->found &&
           near(a->sum_weights, b->sum_weights, 0);
}

static void compare(struct trial *trial, size_t *compared, size_t *differ)
{
    uint8_t domain[MOST];
    for (uint32_t group = 0; group < trial->groups; group++) {
        for (size_t row = 0; row < trial->n; row++)
            domain[row] = trial->group[row] == group;
        for (int item = 0; item < ITEMS; item++) {
            struct stats_estimate one = {0};
            struct survey_error error;
            const double *y = trial->y[item];
            bool done = trial->kind[item] == STATS_SWEEP_SHARE ? stats_share(&trial->design, y, domain, &one, &error)
                        : trial->kind[item] == STATS_SWEEP_MEAN ? stats_mean(&trial->design, y, domain, &one, &error)
                                                                : stats_total(&trial->design, y, domain, &one, &error);
            if (!done) { // no value in the group: the sweep leaves it as it was
                *differ += found[item][group].base != 0;
                continue;
            }
            ++*compared;
            if (!same(&one, &found[item][group]) && ++*differ < 5)
                fprintf(stderr, " item %d group %u: %.17g se %.17g [%.17g, %.17g] %s deff %.17g; swept %.17g se %.17g [%.17g, %.17g] %s "
                       "deff %.17g\n",
                       item, group, one.value, one.se, one.low, one.high, one.interval, one.deff, found[item][group].value,
                       found[item][group].se, found[item][group].low, found[item][group].high,
                       found[item][group].interval ? found[item][group].interval : "", found[item][group].deff);
        }
    }
}

static void one_by_one(void)
{
    size_t compared = 0, differ = 0, swept = 0;
    struct survey_random random = survey_random_at(7, "sweep", "trials");
    for (int i = 0; i < TRIALS; i++) {
        make_trial(&first, &random);
        if (!sweep(&first, found))
            continue;
        swept++;
        compare(&first, &compared, &differ);
    }
    fprintf(stderr, " %zu of %d designs swept, %zu figures compared\n", swept, TRIALS, compared);
    CHECK(differ == 0);
    CHECK(swept > TRIALS * 3 / 4 && compared > 20000);
}

static void any_order(void)
{
    struct survey_random random = survey_random_at(8, "sweep", "order");
    size_t differ = 0, swept = 0;
    for (int i = 0; i < 50; i++) {
        make_trial(&first, &random);
        second = first;
        second.design.weight = second.weight;
        second.design.stratum = second.stratum;
        second.design.unit[0] = second.unit;
        second.design.fpc[0] = first.design.fpc[0] ? second.fpc : NULL;
        for (uint32_t row = (uint32_t)first.n; row-- > 1;) {
            uint32_t other = survey_random_below(&random, row + 1);
#define SWAP(array) { __typeof__(array[0]) kept = array[row]; array[row] = array[other]; array[other] = kept; }
            SWAP(second.weight) SWAP(second.stratum) SWAP(second.unit) SWAP(second.group) SWAP(second.fpc)
            for (int item = 0; item < ITEMS; item++)
                SWAP(second.y[item])
        }
        if (!sweep(&first, found) || !sweep(&second, again))
            continue;
        swept++;
        differ += memcmp(found, again, sizeof found) != 0;
    }
    CHECK(swept > 30);
    CHECK(differ == 0);
}

// What the sweep must leave to the other way.
static void not_for_it(void)
{
    struct survey_random random = survey_random_at(9, "sweep", "not");
    struct stats_prepared *prepared;
    struct survey_error error;
    make_trial(&first, &random);
    first.design.lonely = STATS_LONELY_ADJUST;
    for (size_t row = 0; row < first.n; row++)
        first.unit[row] = first.stratum[row] == 7 ? 3 : first.unit[row];
    NEED(stats_prepare(&first.design, &prepared, &error));
    CHECK(stats_sweep_make(prepared, NULL, 1) == NULL);
    stats_prepared_free(prepared);
    first.design.lonely = STATS_LONELY_REMOVE;
    first.weight[0] = 1e-9;
    first.weight[1] = 1.0 / 3;
    first.weight[2] = 1e9;
    NEED(stats_prepare(&first.design, &prepared, &error));
    CHECK(stats_sweep_make(prepared, NULL, 1) == NULL);
    stats_prepared_free(prepared);
    first.weight[0] = first.weight[2] = 1;
    first.y[1][3] = 0.5;
    first.y[2][3] = 255;
    first.y[3][3] = -1;
    first.y[4][3] = 2; // a share
    first.weight[3] = 1;
    first.group[3] = 0;
    NEED(stats_prepare(&first.design, &prepared, &error));
    struct stats_sweep *made = stats_sweep_make(prepared, first.group, first.groups);
    struct stats_sweep_item items[5];
    NEED(made);
    for (int item = 0; item < 5; item++)
        items[item] = (struct stats_sweep_item){
            .kind = item == 4 ? STATS_SWEEP_SHARE : STATS_SWEEP_MEAN, .y.y = first.y[item], .estimates = found[item]};
    stats_sweep_run(made, items, 5);
    CHECK(items[0].swept && !items[1].swept && !items[2].swept && !items[3].swept && !items[4].swept);
    stats_sweep_free(made);
    stats_prepared_free(prepared);
}

TESTS(CASE(one_by_one), CASE(any_order), CASE(not_for_it))
