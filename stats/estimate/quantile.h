// SPDX-License-Identifier: GPL-3.0-or-later
// Weighted quantiles by the twelve rules of the field (Hyndman & Fan 1996 with weights). Private to stats.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The discrete rules take a value that occurs: math and hf1 the first whose cumulative weight exceeds p
// (or the one before where it is p exactly), school and hf2 the middle of both there, hf3 the even one.
// shahvaish (Shah & Vaish 2006) is a step; hf4 to hf9 interpolate.
enum stats_quantile_rule {
    STATS_MATH,
    STATS_SCHOOL,
    STATS_SHAHVAISH,
    STATS_HF1,
    STATS_HF2,
    STATS_HF3,
    STATS_HF4,
    STATS_HF5,
    STATS_HF6,
    STATS_HF7,
    STATS_HF8,
    STATS_HF9
};
bool stats_quantile_rule_parse(const char *name, enum stats_quantile_rule *rule);

// Values in ascending order with their weights (above 0), n at least 1.
struct stats_sorted {
    size_t n;
    double *x;
    double *weight;
    uint32_t *row; // where each came from
    double sum;
};
// Sorts the kept rows with a weight; the memory is the caller's, to free by stats_sorted_free().
void stats_sorted_make(const double *x, const double *weight, const uint8_t *kept, size_t rows,
                       struct stats_sorted *sorted);
void stats_sorted_free(struct stats_sorted *sorted);
double stats_quantile_of(const struct stats_sorted *sorted, enum stats_quantile_rule rule, double p);
