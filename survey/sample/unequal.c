// SPDX-License-Identifier: GPL-3.0-or-later
// Drawing with unequal probabilities.
#include "survey/sample/unequal.h"

#include "survey/base/arena.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

size_t survey_unequal_inclusion(const double *size, size_t count, size_t n, double *probability)
{
    size_t certain = 0;
    bool found = true;
    double interval = 0;
    memset(probability, 0, count * sizeof *probability);
    while (found && certain < n) {
        double total = 0;
        for (size_t i = 0; i < count; i++)
            total += probability[i] < 1 ? size[i] : 0;
        interval = total / (double)(n - certain);
        found = false;
        for (size_t i = 0; i < count && certain < n; i++)
            if (probability[i] < 1 && size[i] >= interval) {
                probability[i] = 1;
                certain++;
                found = true;
            }
    }
    for (size_t i = 0; i < count; i++)
        if (probability[i] < 1)
            probability[i] = certain < n ? size[i] / interval : 0;
    return certain;
}

// With independent marks of probabilities p, let S(j, m) be the event that units j .. N-1 have m marks. chance is P(S), and
// weight the expectation of the sum of 1 - p over marked units on S. Given a partial sample whose 1 - p sum to a, completing it with m units
// of j .. N-1 has a probability ~ a * chance + weight: Sampford's design in the form that can be drawn one by one.
struct tables {
    double *chance, *weight; // (count + 1) * (n + 1)
    size_t width;
};

static void fill(struct tables *tables, const double *p, size_t count)
{
    size_t width = tables->width;
    tables->chance[count * width] = 1;
    for (size_t j = count; j-- > 0;) {
        const double *c = tables->chance + (j + 1) * width, *w = tables->weight + (j + 1) * width;
        for (size_t m = 0; m < width; m++) {
            double with = m ? p[j] * c[m - 1] : 0, more = m ? p[j] * w[m - 1] + (1 - p[j]) * with : 0;
            tables->chance[j * width + m] = (1 - p[j]) * c[m] + with;
            tables->weight[j * width + m] = (1 - p[j]) * w[m] + more;
        }
    }
}

bool survey_unequal_sampford(const double *p, size_t count, size_t n, const double *u, bool *selected)
{
    size_t width = n + 1, left = n;
    if (count > SURVEY_UNEQUAL_MOST / (n + 1))
        return false;
    struct tables tables = {calloc((count + 1) * width, sizeof(double)), calloc((count + 1) * width, sizeof(double)), width};
    bool done = tables.chance && tables.weight;
    double a = 0;
    if (done)
        fill(&tables, p, count);
    for (size_t j = 0; done && j < count && left > 0; j++) {
        size_t after = (j + 1) * width + left - 1;
        double without = (1 - p[j]) * (a * tables.chance[after + 1] + tables.weight[after + 1]);
        double with = p[j] * ((a + 1 - p[j]) * tables.chance[after] + tables.weight[after]);
        selected[j] = u[j] * (with + without) < with;
        a += selected[j] ? 1 - p[j] : 0;
        left -= selected[j];
    }
    free(tables.chance);
    free(tables.weight);
    return done;
}

// One unit with probability ~ chance, 0 for those that can't be drawn.
static size_t pick(const double *chance, size_t count, struct survey_random *random)
{
    double total = 0, sum = 0;
    size_t last = 0;
    for (size_t k = 0; k < count; k++)
        total += chance[k];
    double at = survey_random_unit(random) * total;
    for (size_t k = 0; k < count; k++) {
        sum += chance[k];
        last = chance[k] > 0 ? k : last;
        if (at < sum)
            return k;
    }
    return last;
}

void survey_unequal_brewer(const double *p, size_t count, size_t n, struct survey_random *random, bool *selected)
{
    double *chance = survey_realloc(NULL, count + 1, sizeof *chance), rest = (double)n; // n - a
    for (size_t left = n; left > 0; left--) {
        for (size_t k = 0; k < count; k++)
            chance[k] = selected[k] ? 0 : p[k] * (rest - p[k]) / (rest - p[k] * (double)left);
        size_t drawn = pick(chance, count, random);
        selected[drawn] = true;
        rest -= p[drawn];
    }
    free(chance);
}

void survey_unequal_midzuno(const double *p, size_t count, size_t n, struct survey_random *random, bool *selected)
{
    double *room = survey_realloc(NULL, 4 * count + 1, sizeof *room);
    double *out = room, *now = room + count, *next = now + count, *chance = next + count;
    for (size_t k = 0; k < count; k++) {
        out[k] = 1 - p[k];
        now[k] = 1;
    }
    for (size_t step = 1; step <= n; step++) {
        survey_unequal_inclusion(out, count, count - step, next);
        for (size_t k = 0; k < count; k++)
            chance[k] = selected[k] ? 0 : fmax(0, 1 - next[k] / now[k]);
        selected[pick(chance, count, random)] = true;
        memcpy(now, next, count * sizeof *now);
    }
    free(room);
}
