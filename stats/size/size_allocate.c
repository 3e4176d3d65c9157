// SPDX-License-Identifier: GPL-3.0-or-later
// A sample shared out over strata.
#include "stats/size/size.h"

#include "survey/base/arena.h"
#include "survey/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool stats_allocation_parse(const char *name, enum stats_allocation *method)
{
    static const char *const names[] = {"equal", "proportional", "neyman", "cost", "power"};
    for (int i = 0; i < 5; i++)
        if (strcmp(names[i], name) == 0) {
            *method = (enum stats_allocation)i;
            return true;
        }
    return false;
}

static bool fail(struct survey_error *error, const char *message)
{
    return survey_fail(error, SURVEY_ERROR_USAGE, "", "%s", message);
}

static bool check_column(const double *values, size_t count, const char *name, struct survey_error *error)
{
    for (size_t h = 0; values && h < count; h++)
        if (!(values[h] > 0 && values[h] < 1e15))
            return survey_fail(error, SURVEY_ERROR_INPUT, "", _("stratum %zu has no %s that is a number above 0"), h + 1, name);
    return true;
}

static bool check(const struct stats_strata *strata, struct survey_error *error)
{
    int goals = !isnan(strata->n) + !isnan(strata->variance) + !isnan(strata->budget);
    if (!strata->count || !strata->population)
        return fail(error, _("an allocation wants the population of each stratum"));
    if (goals != 1)
        return fail(error, _("an allocation wants one of n, the standard error of the mean, or a budget"));
    if ((strata->method == STATS_NEYMAN || strata->method == STATS_COST || !isnan(strata->variance)) && !strata->sd)
        return fail(error, _("this allocation wants the standard deviation in each stratum (sd)"));
    if ((strata->method == STATS_COST || !isnan(strata->budget)) && !strata->cost)
        return fail(error, _("this allocation wants the cost of a unit in each stratum (cost)"));
    if (strata->method == STATS_POWER && (!strata->measure || !(strata->exponent >= 0 && strata->exponent <= 1)))
        return fail(error, _("power allocation wants a size of each stratum (measure) and an exponent from 0 to 1"));
    if (!(strata->minimum >= 0 && strata->minimum < 1e6))
        return fail(error, _("the least number of units a stratum is 0 or more"));
    return check_column(strata->population, strata->count, "population", error) && check_column(strata->sd, strata->count, "sd", error) &&
           check_column(strata->cost, strata->count, "cost", error) && check_column(strata->measure, strata->count, "measure", error) &&
           check_column(strata->cv, strata->count, "cv", error);
}

static double key_of(const struct stats_strata *strata, size_t h)
{
    switch (strata->method) {
    case STATS_EQUAL:
        return 1;
    case STATS_PROPORTIONAL:
        return strata->population[h];
    case STATS_NEYMAN:
        return strata->population[h] * strata->sd[h];
    case STATS_COST:
        return strata->population[h] * strata->sd[h] / sqrt(strata->cost[h]);
    case STATS_POWER:
        break;
    }
    return pow(strata->measure[h], strata->exponent) * (strata->cv ? strata->cv[h] : 1);
}

static double se_of(const struct stats_strata *strata, const double *n)
{
    double all = 0, sum = 0;
    for (size_t h = 0; h < strata->count; h++)
        all += strata->population[h];
    for (size_t h = 0; strata->sd && h < strata->count; h++) {
        double share = strata->population[h] / all * strata->sd[h];
        sum += share * share * fmax(0, 1 / n[h] - 1 / strata->population[h]);
    }
    return strata->sd ? sqrt(sum) : (double)NAN;
}

static double cost_of(const struct stats_strata *strata, const double *n)
{
    double sum = 0;
    for (size_t h = 0; strata->cost && h < strata->count; h++)
        sum += n[h] * strata->cost[h];
    return strata->cost ? sum : (double)NAN;
}

// How many units go to strata that are not taken whole, for n_h = scale * key_h, so that the goal is met. At most 0: it can't be.
static double scale_of(const struct stats_strata *strata, const double *key, const bool *whole)
{
    double keys = 0, cost = 0, taken = 0, spent = 0, all = 0, above = 0, below = 0;
    for (size_t h = 0; h < strata->count; h++)
        all += strata->population[h];
    for (size_t h = 0; h < strata->count; h++) {
        double size = strata->population[h], share = strata->sd ? size / all * strata->sd[h] : 0;
        keys += whole[h] ? 0 : key[h];
        taken += whole[h] ? size : 0;
        cost += whole[h] || !strata->cost ? 0 : key[h] * strata->cost[h];
        spent += whole[h] && strata->cost ? size * strata->cost[h] : 0;
        above += whole[h] ? 0 : share * share / key[h];
        below += whole[h] ? 0 : share * share / size;
    }
    if (!isnan(strata->n))
        return (strata->n - taken) / keys;
    return isnan(strata->budget) ? above / (strata->variance + below) : (strata->budget - spent) / cost;
}

// Strata that would be taken more than whole are taken whole, until none is left.
static bool share_out(const struct stats_strata *strata, double *n, struct survey_error *error)
{
    double *key = survey_alloc(strata->count * sizeof *key), scale = 1;
    bool *whole = survey_alloc(strata->count * sizeof *whole), found = true;
    size_t left = strata->count;
    for (size_t h = 0; h < strata->count; h++)
        key[h] = key_of(strata, h);
    while (found && left > 0 && scale > 0) {
        found = false;
        scale = scale_of(strata, key, whole);
        for (size_t h = 0; h < strata->count; h++)
            if (!whole[h] && scale * key[h] > strata->population[h]) {
                whole[h] = found = true;
                left--;
            }
    }
    for (size_t h = 0; h < strata->count; h++)
        n[h] = whole[h] ? strata->population[h] : scale * key[h];
    free(key);
    free(whole);
    return scale > 0 || fail(error, _("the goal can't be met: n or the budget is too small"));
}

struct remainder {
    size_t stratum;
    double part;
};

static int by_part(const void *a, const void *b)
{
    const struct remainder *x = a, *y = b;
    return x->part != y->part ? (x->part < y->part) - (x->part > y->part) : (x->stratum > y->stratum) - (x->stratum < y->stratum);
}

// Down to whole numbers (not under the minimum), then up by the largest remainders until the sum is that of n; for a variance
// each is rounded up, so that it is met; within a budget each is rounded down, and what the minimum costs is taken elsewhere.
static bool round_off(const struct stats_strata *strata, const double *n, double *whole, struct survey_error *error)
{
    struct remainder *parts = survey_alloc(strata->count * sizeof *parts);
    double left = isnan(strata->n) ? 0 : strata->n, spent = 0;
    for (size_t h = 0; h < strata->count; h++) {
        double least = fmin(strata->minimum, floor(strata->population[h]));
        whole[h] = fmax(least, isnan(strata->variance) ? floor(n[h] + 1e-9) : ceil(n[h] - 1e-9));
        parts[h] = (struct remainder){h, n[h] - whole[h]};
        left -= isnan(strata->n) ? 0 : whole[h];
    }
    qsort(parts, strata->count, sizeof *parts, by_part);
    for (size_t pass = 0; left >= 1 && pass < strata->count; pass++)
        if (whole[parts[pass].stratum] + 1 <= strata->population[parts[pass].stratum]) {
            whole[parts[pass].stratum]++;
            left--;
        }
    // The minimum took more than there is: from where most stands over what the formula gives.
    spent = isnan(strata->budget) ? (double)NAN : cost_of(strata, whole);
    while (left < 0 || spent > strata->budget * (1 + 1e-12)) {
        size_t most = strata->count;
        for (size_t h = 0; h < strata->count; h++)
            if (whole[h] > fmin(strata->minimum, floor(strata->population[h])) && (most == strata->count || whole[h] - n[h] > whole[most] - n[most]))
                most = h;
        if (most == strata->count)
            break;
        whole[most]--;
        left += !isnan(strata->n);
        spent -= isnan(strata->budget) ? 0 : strata->cost[most];
    }
    free(parts);
    if (spent > strata->budget * (1 + 1e-12))
        return survey_fail(error, SURVEY_ERROR_USAGE, "", _("the budget pays for less than %g units a stratum"), strata->minimum);
    return left >= 0 || survey_fail(error, SURVEY_ERROR_USAGE, "", _("n is below %g units a stratum; give a larger n or a smaller minimum"), strata->minimum);
}

bool stats_allocate(const struct stats_strata *strata, struct stats_allocated *allocated, struct survey_error *error)
{
    double all = 0;
    for (size_t h = 0; strata->population && h < strata->count; h++)
        all += strata->population[h];
    if (!check(strata, error))
        return false;
    if (strata->n > all || strata->n < 1)
        return survey_fail(error, SURVEY_ERROR_USAGE, "", _("n %g: the strata hold %g units"), strata->n, all);
    if (!share_out(strata, allocated->n, error) || !round_off(strata, allocated->n, allocated->whole, error))
        return false;
    allocated->total = 0;
    for (size_t h = 0; h < strata->count; h++)
        allocated->total += allocated->n[h];
    allocated->se = se_of(strata, allocated->n);
    allocated->whole_se = se_of(strata, allocated->whole);
    allocated->cost = cost_of(strata, allocated->n);
    allocated->whole_cost = cost_of(strata, allocated->whole);
    return true;
}
