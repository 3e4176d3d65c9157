// SPDX-License-Identifier: GPL-3.0-or-later
// The ladder of incomes.
#include "stats/poverty/ladder.h"

#include "stats/estimate/quantile.h"
#include "stats/math/sum.h"
#include "survey/base/arena.h"

#include <math.h>
#include <stdlib.h>

// Weights and weighted incomes of each step, summed whatever the order of rows.
static void add_up(struct stats_ladder *ladder, const struct stats_sorted *sorted)
{
    double *terms = survey_realloc(NULL, ladder->n + 1, sizeof *terms);
    stats_group_sums(sorted->weight, ladder->step, ladder->n, ladder->steps, ladder->weight);
    for (size_t i = 0; i < ladder->n; i++)
        terms[i] = sorted->weight[i] * sorted->x[i];
    ladder->sum = stats_sum(sorted->weight, ladder->n);
    ladder->total = stats_sum(terms, ladder->n);
    free(terms);
    double below = 0, sum_below = 0;
    for (size_t step = 0; step < ladder->steps; step++) {
        ladder->below[step] = below;
        ladder->sum_below[step] = sum_below;
        below += ladder->weight[step];
        sum_below += ladder->weight[step] * ladder->x[step];
    }
}

void stats_ladder_make(const double *income, const double *weight, const uint8_t *kept, size_t rows,
                       struct stats_ladder *ladder)
{
    struct stats_sorted sorted;
    stats_sorted_make(income, weight, kept, rows, &sorted);
    size_t room = sorted.n + 1;
    *ladder = (struct stats_ladder){.n = sorted.n,
                                    .row = sorted.row,
                                    .step = survey_realloc(NULL, room, sizeof(uint32_t)),
                                    .x = survey_realloc(NULL, room, sizeof(double)),
                                    .weight = survey_realloc(NULL, room, sizeof(double)),
                                    .below = survey_realloc(NULL, room, sizeof(double)),
                                    .sum_below = survey_realloc(NULL, room, sizeof(double))};
    for (size_t i = 0; i < sorted.n; i++) {
        if (i == 0 || sorted.x[i] != sorted.x[i - 1])
            ladder->x[ladder->steps++] = sorted.x[i];
        ladder->step[i] = (uint32_t)(ladder->steps - 1);
    }
    sorted.row = NULL;
    add_up(ladder, &sorted);
    stats_sorted_free(&sorted);
}

void stats_ladder_free(struct stats_ladder *ladder)
{
    free(ladder->row);
    free(ladder->step);
    free(ladder->x);
    free(ladder->weight);
    free(ladder->below);
    free(ladder->sum_below);
    *ladder = (struct stats_ladder){0};
}

size_t stats_ladder_quantile(const struct stats_ladder *ladder, double p)
{
    size_t step = 0;
    while (step + 1 < ladder->steps &&
           ladder->below[step] + ladder->weight[step] < (p - 1e-12) * ladder->sum)
        step++;
    return step;
}

double stats_ladder_bandwidth(const struct stats_ladder *ladder)
{
    double mean = ladder->total / ladder->sum, squares = 0;
    for (size_t step = 0; step < ladder->steps; step++)
        squares += ladder->weight[step] * (ladder->x[step] - mean) * (ladder->x[step] - mean);
    return sqrt(squares / ladder->sum) / pow(ladder->sum, 0.2);
}

double stats_ladder_density(const struct stats_ladder *ladder, double at, double bandwidth,
                            bool total)
{
    static const double root = 2.50662827463100050242; // of 2 pi
    double sum = 0;
    for (size_t step = 0; step < ladder->steps; step++) {
        double u = (at - ladder->x[step]) / bandwidth;
        sum += ladder->weight[step] * (total ? ladder->x[step] : 1) * exp(-u * u / 2);
    }
    return sum / (root * bandwidth * (total ? 1 : ladder->sum));
}
