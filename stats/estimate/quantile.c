// SPDX-License-Identifier: GPL-3.0-or-later
// Weighted quantiles.
#include "stats/estimate/quantile.h"

#include "stats/math/sum.h"
#include "survey/base/arena.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool stats_quantile_rule_parse(const char *name, enum stats_quantile_rule *rule)
{
    static const char *const names[] = {"math", "school", "shahvaish", "hf1", "hf2", "hf3",
                                        "hf4",  "hf5",    "hf6",       "hf7", "hf8", "hf9"};
    for (int i = 0; i < (int)(sizeof names / sizeof *names); i++)
        if (strcmp(name, names[i]) == 0) {
            *rule = (enum stats_quantile_rule)i;
            return true;
        }
    return false;
}

struct pair {
    double x, weight;
    uint32_t row;
};

// Ties stand in order of their rows, as a stable sort leaves them.
static int by_x(const void *left, const void *right)
{
    const struct pair *a = left, *b = right;
    if (a->x != b->x)
        return a->x < b->x ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}

void stats_sorted_make(const double *x, const double *weight, const uint8_t *kept, size_t rows,
                       struct stats_sorted *sorted)
{
    struct pair *pairs = survey_realloc(NULL, rows + 1, sizeof *pairs);
    size_t n = 0;
    for (size_t row = 0; row < rows; row++)
        if (kept[row] && weight[row] > 0)
            pairs[n++] = (struct pair){x[row], weight[row], (uint32_t)row};
    qsort(pairs, n, sizeof *pairs, by_x);
    *sorted = (struct stats_sorted){.n = n,
                                    .x = survey_realloc(NULL, n + 1, sizeof(double)),
                                    .weight = survey_realloc(NULL, n + 1, sizeof(double)),
                                    .row = survey_realloc(NULL, n + 1, sizeof(uint32_t))};
    for (size_t i = 0; i < n; i++) {
        sorted->x[i] = pairs[i].x;
        sorted->weight[i] = pairs[i].weight;
        sorted->row[i] = pairs[i].row;
        sorted->sum += pairs[i].weight;
    }
    free(pairs);
}

void stats_sorted_free(struct stats_sorted *sorted)
{
    free(sorted->x);
    free(sorted->weight);
    free(sorted->row);
}

// Below and above p: the last value whose cumulative weight is at most p of the sum, and the next one.
struct around {
    size_t below, above;
    double gap_below, gap_above; // p minus, and minus p, as shares of the sum
};

// Sums of weights are equal to p of the whole up to rounding, whatever the order in which they were added.
static const double tie = 1e-12;

static struct around around_of(const struct stats_sorted *sorted, double p)
{
    double cumulative = 0, at_below = sorted->weight[0];
    struct around around = {0};
    for (size_t i = 0; i < sorted->n; i++) {
        cumulative += sorted->weight[i];
        if (cumulative <= (p + tie) * sorted->sum) {
            around.below = i;
            at_below = cumulative;
        }
    }
    around.above = around.below + 1 < sorted->n ? around.below + 1 : around.below;
    around.gap_below = p - at_below / sorted->sum;
    if (fabs(around.gap_below) <= tie)
        around.gap_below = 0;
    around.gap_above =
        (at_below + (around.above > around.below ? sorted->weight[around.above] : 0)) / sorted->sum - p;
    return around;
}

// The rows of equal values as one, for the rule that counts values.
static double nearest_even(const struct stats_sorted *sorted, double p)
{
    struct stats_sorted merged = {.x = survey_realloc(NULL, sorted->n, sizeof(double)),
                                  .weight = survey_realloc(NULL, sorted->n, sizeof(double))};
    for (size_t i = 0; i < sorted->n; i++) {
        if (i == 0 || sorted->x[i] != sorted->x[i - 1]) {
            merged.x[merged.n] = sorted->x[i];
            merged.weight[merged.n++] = 0;
        }
        merged.weight[merged.n - 1] += sorted->weight[i];
        merged.sum += sorted->weight[i];
    }
    struct around around = around_of(&merged, p);
    double value = around.gap_below <= 0 && (around.below + 1) % 2 == 0 ? merged.x[around.below]
                                                                        : merged.x[around.above];
    stats_sorted_free(&merged);
    return value;
}

// The share of the sum at which value i stands, by rule; whole is the weight so far with value i in it.
static double position(const struct stats_sorted *sorted, enum stats_quantile_rule rule, size_t i,
                       double whole)
{
    double w = sorted->weight[i], last = sorted->weight[sorted->n - 1], sum = sorted->sum;
    switch (rule) {
    case STATS_HF5:
        return (whole - w / 2) / sum;
    case STATS_HF6:
        return whole / (sum + last);
    case STATS_HF7:
        return (whole - w) / (sum - last);
    case STATS_HF8:
        return ((whole - w) / 3 + whole * 2 / 3) / (sum + last / 3);
    case STATS_HF9:
        return ((whole - w) * 3 / 8 + whole * 5 / 8) / (sum + last / 4);
    case STATS_MATH:
    case STATS_SCHOOL:
    case STATS_HF1:
    case STATS_HF2:
    case STATS_HF3:
    case STATS_HF4:
    case STATS_SHAHVAISH:
        break;
    }
    return 0;
}

static double interpolate(const struct stats_sorted *sorted, enum stats_quantile_rule rule, double p)
{
    double whole = 0, before = 0;
    for (size_t i = 0; i < sorted->n; i++) {
        whole += sorted->weight[i];
        double here = position(sorted, rule, i, whole);
        if (here == p || (here > p && i == 0))
            return sorted->x[i];
        if (here > p)
            return sorted->x[i - 1] + (sorted->x[i] - sorted->x[i - 1]) * ((p - before) / (here - before));
        before = here;
    }
    return sorted->x[sorted->n - 1];
}

// The step rule of Shah and Vaish as the reference has it: the weight that is halved is not divided by the mean, so
// that positions may fall; the value at the highest position that is not above p.
static double shah_vaish(const struct stats_sorted *sorted, double p)
{
    double mean = sorted->sum / (double)sorted->n, whole = 0, best = -HUGE_VAL, lowest = HUGE_VAL,
           value = sorted->x[0], first = value;
    for (size_t i = 0; i < sorted->n; i++) {
        whole += sorted->weight[i];
        double here = (whole / mean + 0.5 - sorted->weight[i] / 2) / ((double)sorted->n + 1);
        if (here <= p && here >= best) {
            best = here;
            value = sorted->x[i];
        }
        if (here < lowest) {
            lowest = here;
            first = sorted->x[i];
        }
    }
    return best > -HUGE_VAL ? value : first;
}

double stats_quantile_of(const struct stats_sorted *sorted, enum stats_quantile_rule rule, double p)
{
    struct around around = around_of(sorted, p);
    double low = sorted->x[around.below], high = sorted->x[around.above];
    switch (rule) {
    case STATS_MATH:
    case STATS_HF1:
        return around.gap_below <= 0 ? low : high;
    case STATS_SCHOOL:
    case STATS_HF2:
        return around.gap_below <= 0 ? (low + high) / 2 : high;
    case STATS_HF3:
        return nearest_even(sorted, p);
    case STATS_HF4: {
        double part = around.gap_below / (around.gap_above + around.gap_below);
        return low * (1 - part) + high * part;
    }
    case STATS_SHAHVAISH:
        return shah_vaish(sorted, p);
    case STATS_HF5:
    case STATS_HF6:
    case STATS_HF7:
    case STATS_HF8:
    case STATS_HF9:
        break;
    }
    return interpolate(sorted, rule, p);
}
