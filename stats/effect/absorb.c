// SPDX-License-Identifier: GPL-3.0-or-later
// Constants for each level of one or two columns, taken out of a regression before it is fitted.
#include "stats/effect/effect.h"

#include "stats/math/sum.h"

enum { ROUNDS = 10000 };

// The weighted means by level leave v; the largest of them in absolute value.
static double sweep(const struct effect *effect, const struct effect_clusters *levels,
                    const double *sums, double *v, double *scratch, double *means)
{
    double most = 0;
    for (size_t i = 0; i < effect->n; i++)
        scratch[i] = v[i] * (effect->weight ? effect->weight[i] : 1);
    stats_group_sums(scratch, levels->of_row, effect->n, levels->count, means);
    for (size_t k = 0; k < levels->count; k++) {
        means[k] /= sums[k];
        most = fmax(most, fabs(means[k]));
    }
    for (size_t i = 0; i < effect->n; i++)
        v[i] -= means[levels->of_row[i]];
    return most;
}

// Alternating projections until the means are gone (Guimaraes & Portugal 2010).
static bool clean(const struct effect *effect, const struct effect_clusters *levels, size_t count,
                  double *const *sums, double *v, double *scratch, double *means)
{
    double size = 0;
    for (size_t i = 0; i < effect->n; i++)
        size = fmax(size, fabs(v[i]));
    for (int round = 0; round < ROUNDS; round++) {
        double most = 0;
        for (size_t c = 0; c < count; c++)
            most = fmax(most, sweep(effect, &levels[c], sums[c], v, scratch, means));
        if (!(most > 1e-14 * size) || (count == 1 && round == 1))
            return true;
    }
    return false;
}

// Levels of both columns that are linked by rows hang together: one constant of each group is not
// needed.
static size_t components(const struct effect_clusters *one, const struct effect_clusters *two,
                         size_t n)
{
    size_t nodes = one->count + two->count, found = nodes;
    uint32_t *parent = survey_realloc(NULL, nodes, sizeof *parent);
    for (size_t i = 0; i < nodes; i++)
        parent[i] = (uint32_t)i;
    for (size_t i = 0; i < n; i++) {
        uint32_t a = one->of_row[i], b = (uint32_t)(one->count + two->of_row[i]);
        while (parent[a] != a)
            a = parent[a] = parent[parent[a]];
        while (parent[b] != b)
            b = parent[b] = parent[parent[b]];
        found -= a != b;
        parent[a] = b;
    }
    free(parent);
    return found;
}

// Whether each level lies in one cluster.
static bool nested(const struct effect_clusters *levels, const struct effect_clusters *clusters,
                   size_t n)
{
    bool inside = true;
    uint32_t *home = survey_realloc(NULL, levels->count, sizeof *home);
    for (size_t k = 0; k < levels->count; k++)
        home[k] = UINT32_MAX;
    for (size_t i = 0; i < n; i++) {
        uint32_t *at = &home[levels->of_row[i]];
        inside = inside && (*at == UINT32_MAX || *at == clusters->of_row[i]);
        *at = clusters->of_row[i];
    }
    free(home);
    return inside;
}

// Degrees of freedom of the constants: those nested in clusters are not counted in clustered
// errors.
static size_t count_constants(const struct effect *effect, const struct effect_regression *of,
                              const struct effect_clusters *levels, size_t count)
{
    size_t constants = 0;
    for (size_t c = 0; c < count; c++)
        if (!of->clusters || !nested(&levels[c], of->clusters, effect->n))
            constants += levels[c].count;
    size_t all = count == 2 ? levels[0].count + levels[1].count : 0;
    return count == 2 && constants == all ? all - components(&levels[0], &levels[1], effect->n)
           : count == 2 && constants      ? constants - 1
                                          : constants;
}

static double length(const double *v, size_t n)
{
    double squares = 0;
    for (size_t i = 0; i < n; i++)
        squares += v[i] * v[i];
    return sqrt(squares);
}

static bool check(struct effect *effect, const struct effect_regression *of,
                  const struct effect_clusters *levels, size_t count, struct survey_error *error)
{
    bool corrected = of->vcov == EFFECT_CR2 || of->vcov == EFFECT_CR3;
    if (corrected && (count > 1 || !of->clusters || !nested(&levels[0], of->clusters, effect->n)))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("CR2 and CR3 take one 'fixed' column that is nested in the clusters; "
                             "put the other into the formula as factor()"));
    return true;
}

bool effect_absorb(struct effect *effect, struct effect_regression *of, struct survey_error *error)
{
    const char *const *columns;
    size_t count = request_names(effect->arena, request_arg(effect->request, "fixed"), &columns),
           n = effect->n;
    if (!count)
        return true;
    if (count > 2)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("'fixed' names one or two columns"));
    struct effect_clusters levels[2];
    double *sums[2], *scratch = survey_arena_array(effect->arena, n, sizeof *scratch);
    for (size_t c = 0; c < count; c++) {
        if (!effect_labels(effect, &columns[c], 1, &levels[c], error))
            return false;
        sums[c] = survey_arena_array(effect->arena, levels[c].count, sizeof *sums[c]);
        for (size_t i = 0; i < n; i++)
            scratch[i] = effect->weight ? effect->weight[i] : 1;
        stats_group_sums(scratch, levels[c].of_row, n, levels[c].count, sums[c]);
    }
    if (!check(effect, of, levels, count, error))
        return false;
    double *means = survey_arena_array(effect->arena, n, sizeof *means);
    const double **x = survey_arena_array(effect->arena, of->p, sizeof *x);
    // The first column, the intercept, is among the constants.
    for (size_t k = 0; k < of->p; k++) {
        double *v = survey_arena_array(effect->arena, n, sizeof *v);
        memcpy(v, k ? of->x[k] : of->y, n * sizeof *v);
        if (!clean(effect, levels, count, sums, v, scratch, means))
            return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                               _("the 'fixed' columns could not be taken out"));
        if (k && length(v, n) <= 1e-9 * length(of->x[k], n))
            return survey_fail(error, SURVEY_ERROR_INPUT, "",
                               _("'%s' does not vary within the 'fixed' columns"), of->names[k]);
        x[k] = v;
    }
    if (of->p == 1)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("beside the 'fixed' columns the formula has no term"));
    of->y = x[0];
    of->x = x + 1;
    of->names++;
    of->p--;
    of->absorbed = count_constants(effect, of, levels, count);
    return true;
}
