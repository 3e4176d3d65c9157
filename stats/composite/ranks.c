// SPDX-License-Identifier: GPL-3.0-or-later
// Confidence sets of ranks.
#include "stats/composite/ranks.h"

#include "survey/base/arena.h"
#include "survey/base/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct pair {
    uint32_t above, below;
    double gap, scale; // difference of the scores; 1 / its standard error
};

struct ranking {
    const struct stats_ranks_question *question;
    size_t n;
    double *z;          // draws * n: deviations of the scores, draw by draw
    double *sign_score; // higher is better
    struct pair *pairs; // not yet sure
    size_t pair_count;
    double *largest; // by draw
    uint8_t *surely; // n * n: row surely better than column
};

static double difference_se(const struct stats_ranks_question *q, size_t a, size_t b)
{
    if (!q->covariance)
        return hypot(q->se[a], q->se[b]);
    double variance =
        q->covariance[a * q->n + a] + q->covariance[b * q->n + b] - 2 * q->covariance[a * q->n + b];
    return sqrt(fmax(0, variance));
}

// The lower Cholesky factor in place; false where a pivot is not above 0.
static bool factorise(double *a, size_t n)
{
    for (size_t j = 0; j < n; j++)
        for (size_t i = j; i < n; i++) {
            double sum = a[i * n + j];
            for (size_t k = 0; k < j; k++)
                sum -= a[i * n + k] * a[j * n + k];
            if (i == j && !(sum > 0))
                return false;
            a[i * n + j] = i == j ? sqrt(sum) : sum / a[j * n + j];
        }
    return true;
}

static bool correlate(struct ranking *ranking)
{
    const struct stats_ranks_question *q = ranking->question;
    size_t n = q->n;
    double *factor = survey_realloc(NULL, n * n, sizeof *factor);
    memcpy(factor, q->covariance, n * n * sizeof *factor);
    bool done = factorise(factor, n);
    for (size_t r = 0; done && r < q->draws; r++) {
        double *z = &ranking->z[r * n];
        for (size_t i = n; i-- > 0;) {
            double sum = 0;
            for (size_t k = 0; k <= i; k++)
                sum += factor[i * n + k] * z[k];
            z[i] = sum;
        }
    }
    free(factor);
    return done;
}

static bool draw(struct ranking *ranking)
{
    const struct stats_ranks_question *q = ranking->question;
    for (size_t unit = 0; unit < q->n; unit++) {
        struct survey_random random = survey_random_at(q->seed, "ranks", q->names[unit]);
        double se = q->covariance ? 1 : q->se[unit];
        for (size_t r = 0; r < q->draws; r++)
            ranking->z[r * q->n + unit] = se * survey_random_normal(&random);
    }
    return !q->covariance || correlate(ranking);
}

static int by_size(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

// The coverage quantile over the draws of the largest studentised difference among the pairs.
static double critical(struct ranking *ranking)
{
    const struct stats_ranks_question *q = ranking->question;
    for (size_t r = 0; r < q->draws; r++) {
        const double *z = &ranking->z[r * q->n];
        double largest = -INFINITY;
        for (size_t i = 0; i < ranking->pair_count; i++) {
            const struct pair *pair = &ranking->pairs[i];
            double t = (z[pair->above] - z[pair->below]) * pair->scale;
            largest = t > largest ? t : largest;
        }
        ranking->largest[r] = largest;
    }
    qsort(ranking->largest, q->draws, sizeof *ranking->largest, by_size);
    size_t at = (size_t)ceil(q->coverage * (double)q->draws - 1e-9);
    return ranking->largest[at ? at - 1 : 0];
}

// Step down until no further difference is sure.
static void step_down(struct ranking *ranking)
{
    while (ranking->pair_count) {
        double c = critical(ranking);
        size_t left = 0;
        for (size_t i = 0; i < ranking->pair_count; i++) {
            const struct pair *pair = &ranking->pairs[i];
            if (pair->gap * pair->scale > c)
                ranking->surely[pair->above * ranking->n + pair->below] = 1;
            else
                ranking->pairs[left++] = *pair;
        }
        if (left == ranking->pair_count)
            return;
        ranking->pair_count = left;
    }
}

// Without an error a difference is what it is.
static void add_pair(struct ranking *ranking, size_t above, size_t below)
{
    double se = difference_se(ranking->question, above, below);
    double gap = ranking->sign_score[above] - ranking->sign_score[below];
    ranking->surely[above * ranking->n + below] = !(se > 0) && gap > 0;
    if (se > 0)
        ranking->pairs[ranking->pair_count++] =
            (struct pair){(uint32_t)above, (uint32_t)below, gap, 1 / se};
}

static void count_set(const struct ranking *ranking, size_t unit, size_t *low, size_t *high)
{
    *low = 1;
    *high = ranking->n;
    for (size_t other = 0; other < ranking->n; other++) {
        *low += ranking->surely[other * ranking->n + unit];
        *high -= ranking->surely[unit * ranking->n + other];
    }
}

static void find_sets(struct ranking *ranking, struct stats_rank_set *sets)
{
    size_t n = ranking->n;
    memset(ranking->surely, 0, n * n);
    ranking->pair_count = 0;
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++)
            if (a != b)
                add_pair(ranking, a, b);
    step_down(ranking);
    for (size_t unit = 0; unit < n; unit++)
        count_set(ranking, unit, &sets[unit].all_low, &sets[unit].all_high);
    memset(ranking->surely, 0, n * n);
    for (size_t unit = 0; unit < n; unit++) {
        ranking->pair_count = 0;
        for (size_t other = 0; other < n; other++)
            if (other != unit) {
                add_pair(ranking, unit, other);
                add_pair(ranking, other, unit);
            }
        step_down(ranking);
        count_set(ranking, unit, &sets[unit].low, &sets[unit].high);
        for (size_t other = 0; other < n; other++)
            ranking->surely[unit * n + other] = ranking->surely[other * n + unit] = 0;
    }
}

static size_t percentile(const uint32_t *times, size_t n, size_t draws, double p)
{
    double wanted = p * (double)draws - 1e-9, sum = 0;
    for (size_t rank = 0; rank < n; rank++) {
        sum += times[rank];
        if (sum >= wanted && sum > 0)
            return rank + 1;
    }
    return n;
}

// How often each unit had each rank in the draws.
static void simulate(struct ranking *ranking, struct stats_rank_set *sets)
{
    const struct stats_ranks_question *q = ranking->question;
    size_t n = q->n;
    uint32_t *times = survey_realloc(NULL, n * n, sizeof *times);
    double *drawn = survey_realloc(NULL, n, sizeof *drawn), tail = (1 - q->coverage) / 2;
    memset(times, 0, n * n * sizeof *times);
    for (size_t r = 0; r < q->draws; r++) {
        for (size_t i = 0; i < n; i++)
            drawn[i] = ranking->sign_score[i] + ranking->z[r * n + i];
        for (size_t i = 0; i < n; i++) {
            size_t better = 0;
            for (size_t j = 0; j < n; j++)
                better += drawn[j] > drawn[i];
            times[i * n + better]++;
        }
    }
    for (size_t i = 0; i < n; i++) {
        sets[i].gs_low = percentile(&times[i * n], n, q->draws, tail);
        sets[i].gs_median = percentile(&times[i * n], n, q->draws, 0.5);
        sets[i].gs_high = percentile(&times[i * n], n, q->draws, 1 - tail);
    }
    free(times);
    free(drawn);
}

bool stats_ranks(const struct stats_ranks_question *question, struct stats_rank_set *sets)
{
    size_t n = question->n;
    struct ranking ranking = {.question = question,
                              .n = n,
                              .z = survey_realloc(NULL, question->draws * n + 1, sizeof(double)),
                              .sign_score = survey_realloc(NULL, n + 1, sizeof(double)),
                              .pairs = survey_realloc(NULL, n * n + 1, sizeof(struct pair)),
                              .largest = survey_realloc(NULL, question->draws + 1, sizeof(double)),
                              .surely = survey_alloc(n * n + 1)};
    for (size_t i = 0; i < n; i++)
        ranking.sign_score[i] = question->low_is_best ? -question->score[i] : question->score[i];
    bool done = draw(&ranking);
    for (size_t i = 0; done && i < n; i++) {
        sets[i].rank = 1;
        for (size_t j = 0; j < n; j++)
            sets[i].rank += ranking.sign_score[j] > ranking.sign_score[i];
    }
    if (done) {
        find_sets(&ranking, sets);
        simulate(&ranking, sets);
    }
    free(ranking.z);
    free(ranking.sign_score);
    free(ranking.pairs);
    free(ranking.largest);
    free(ranking.surely);
    return done;
}
