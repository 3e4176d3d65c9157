// SPDX-License-Identifier: GPL-3.0-or-later
// Linear regression with errors that hold under unequal variances and within clusters.
#include "stats/effect/regression.h"

#include "stats/math/solve.h"
#include "survey/base/arena.h"
#include "survey/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// A column this close to the others' span depends on them; an eigenvalue of H this close to 1 is 1.
static const double DEPENDENT = 1e-9, WHOLE = 1 - 1e-9;

// Rows by cluster, scaled by the root of their weight, as an orthonormal basis of the columns: X =
// QR.
struct fit {
    const struct effect_regression *of;
    size_t *order;        // row of the regression at each place
    double *q;            // n * p, row-major
    double *r;            // p * p, upper
    double *target;       // y, then the residual, in the scale of the rows
    double *inverse;      // of r
    double *score, *root; // p; p * p
};

struct sorting {
    const struct effect_regression *of;
    const uint32_t *cluster;
};

// Equal rows are the same thing, so that sums in this order do not depend on the file's.
static int by_content(const void *left, const void *right, void *context)
{
    const struct sorting *sorting = context;
    size_t a = *(const size_t *)left, b = *(const size_t *)right;
    const struct effect_regression *of = sorting->of;
    if (sorting->cluster && sorting->cluster[a] != sorting->cluster[b])
        return sorting->cluster[a] < sorting->cluster[b] ? -1 : 1;
    if (of->y[a] != of->y[b])
        return of->y[a] < of->y[b] ? -1 : 1;
    for (size_t i = 0; i < of->p; i++)
        if (of->x[i][a] != of->x[i][b])
            return of->x[i][a] < of->x[i][b] ? -1 : 1;
    if (of->weight && of->weight[a] != of->weight[b])
        return of->weight[a] < of->weight[b] ? -1 : 1;
    return (a > b) - (a < b);
}

static void sort_rows(struct fit *fit, const struct effect_clusters *clusters)
{
    struct sorting sorting = {fit->of, clusters ? clusters->of_row : NULL};
    for (size_t row = 0; row < fit->of->n; row++)
        fit->order[row] = row;
    qsort_r(fit->order, fit->of->n, sizeof *fit->order, by_content, &sorting);
}

static double dot(const double *q, size_t p, size_t n, size_t i, const double *v)
{
    double sum = 0;
    for (size_t row = 0; row < n; row++)
        sum += q[row * p + i] * v[row];
    return sum;
}

// Column j by Gram and Schmidt, twice over, which is as exact as reflections (Giraud et al. 2005).
static bool orthogonalise(struct fit *fit, size_t j, double *v, struct survey_error *error)
{
    const struct effect_regression *of = fit->of;
    double before = 0, after = 0;
    for (size_t k = 0; k < of->n; k++)
        before += v[k] * v[k];
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < j; i++) {
            double along = dot(fit->q, of->p, of->n, i, v);
            fit->r[i * of->p + j] += along;
            for (size_t k = 0; k < of->n; k++)
                v[k] -= along * fit->q[k * of->p + i];
        }
    for (size_t k = 0; k < of->n; k++)
        after += v[k] * v[k];
    if (!(sqrt(after) > DEPENDENT * sqrt(before)))
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("column '%s' depends on the columns before it"), of->names[j]);
    fit->r[j * of->p + j] = sqrt(after);
    for (size_t k = 0; k < of->n; k++)
        fit->q[k * of->p + j] = v[k] / sqrt(after);
    return true;
}

static double scale_of(const struct effect_regression *of, size_t row)
{
    return of->weight ? sqrt(of->weight[row]) : 1;
}

// Q and R of the sorted rows; the target becomes the residual.
static bool decompose(struct fit *fit, double *effects, struct survey_error *error)
{
    const struct effect_regression *of = fit->of;
    double *v = survey_realloc(NULL, of->n, sizeof *v);
    bool done = true;
    memset(fit->r, 0, of->p * of->p * sizeof *fit->r);
    for (size_t j = 0; done && j < of->p; j++) {
        for (size_t k = 0; k < of->n; k++)
            v[k] = of->x[j][fit->order[k]] * scale_of(of, fit->order[k]);
        done = orthogonalise(fit, j, v, error);
    }
    free(v);
    for (size_t k = 0; done && k < of->n; k++)
        fit->target[k] = of->y[fit->order[k]] * scale_of(of, fit->order[k]);
    memset(effects, 0, of->p * sizeof *effects);
    for (int pass = 0; done && pass < 2; pass++)
        for (size_t i = 0; i < of->p; i++) {
            double along = dot(fit->q, of->p, of->n, i, fit->target);
            effects[i] += along;
            for (size_t k = 0; k < of->n; k++)
                fit->target[k] -= along * fit->q[k * of->p + i];
        }
    return done;
}

// R^-1, upper.
static void invert_upper(const double *r, size_t p, double *inverse)
{
    memset(inverse, 0, p * p * sizeof *inverse);
    for (size_t j = 0; j < p; j++)
        for (size_t i = j + 1; i-- > 0;) {
            double sum = i == j;
            for (size_t k = i + 1; k <= j; k++)
                sum -= r[i * p + k] * inverse[k * p + j];
            inverse[i * p + j] = sum / r[i * p + i];
        }
}

// (1 - s)^-1/2 or its square; of a whole direction 0.
static double adjust(enum effect_vcov vcov, double s)
{
    if (vcov != EFFECT_CR2 && vcov != EFFECT_CR3)
        return 1;
    if (s > WHOLE)
        return 0;
    return vcov == EFFECT_CR2 ? 1 / sqrt(1 - s) : 1 / (1 - s);
}

// The matrix (I - G)^-1/2 of a cluster's G = Q_g'Q_g into root, and, where wanted, G (I - G)^-1/2
// into lever. gram and vectors are scratch of p * p, values of p.
static void adjust_cluster(const struct fit *fit, size_t from, size_t to, double *gram,
                           double *vectors, double *values, double *lever)
{
    size_t p = fit->of->p;
    memset(gram, 0, p * p * sizeof *gram);
    for (size_t k = from; k < to; k++)
        for (size_t i = 0; i < p; i++)
            for (size_t j = 0; j < p; j++)
                gram[i * p + j] += fit->q[k * p + i] * fit->q[k * p + j];
    stats_eigen(gram, p, values, vectors);
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < p; j++) {
            double root = 0, with = 0;
            for (size_t k = 0; k < p; k++) {
                double both =
                    vectors[i * p + k] * vectors[j * p + k] * adjust(fit->of->vcov, values[k]);
                root += both;
                with += both * fmax(0, values[k]);
            }
            fit->root[i * p + j] = root;
            lever[i * p + j] = with;
        }
}

// What the degrees of freedom need of one coefficient (Pustejovsky & Tipton 2018, eq. 11): with a_g
// = A_g Q_g r and u_g = Q_g'a_g, the products of the p_g are a_g'a_g - u_g'u_g on the diagonal and
// -u_g'u_h off it.
struct freedom {
    double trace, squares; // of the diagonal; of the squared diagonal minus that of the u alone
    double *outer;         // p * p: the sum of u u'
};

static void add_freedom(const struct fit *fit, const double *lever, size_t c, double *u,
                        struct freedom *freedom)
{
    size_t p = fit->of->p;
    double length = 0, norm = 0;
    for (size_t i = 0; i < p; i++) {
        u[i] = 0;
        for (size_t j = 0; j < p; j++)
            u[i] += lever[i * p + j] * fit->inverse[c * p + j];
        norm += u[i] * u[i];
    }
    // a'a = r' root lever r.
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < p; j++)
            length += fit->inverse[c * p + i] * fit->root[i * p + j] * u[j];
    freedom->trace += length - norm;
    freedom->squares += (length - norm) * (length - norm) - norm * norm;
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < p; j++)
            freedom->outer[i * p + j] += u[i] * u[j];
}

static double satterthwaite(const struct freedom *freedom, size_t p)
{
    double squares = freedom->squares;
    for (size_t i = 0; i < p * p; i++)
        squares += freedom->outer[i] * freedom->outer[i];
    return freedom->trace * freedom->trace / squares;
}

static double factor_of(const struct effect_regression *of, size_t clusters)
{
    double g = (double)clusters, n = (double)of->n, rank = (double)(of->p + of->absorbed);
    return of->vcov == EFFECT_CR1    ? g / (g - 1)
           : of->vcov == EFFECT_CR1S ? g * (n - 1) / ((g - 1) * (n - rank))
                                     : 1;
}

// Adds to middle the scores of the cluster at places from .. to.
static void add_score(struct fit *fit, size_t from, size_t to, bool adjusted, double factor,
                      double *middle)
{
    size_t p = fit->of->p;
    double *plain = fit->score, *score = plain + p;
    memset(plain, 0, 2 * p * sizeof *plain);
    for (size_t k = from; k < to; k++)
        for (size_t i = 0; i < p; i++)
            plain[i] += fit->q[k * p + i] * fit->target[k];
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < p; j++)
            score[i] += (adjusted ? fit->root[i * p + j] : i == j) * plain[j];
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < p; j++)
            middle[i * p + j] += factor * score[i] * score[j];
}

// A cluster of one row: A is a number.
static void add_row(struct fit *fit, size_t k, double factor, double *middle)
{
    size_t p = fit->of->p;
    const double *q = &fit->q[k * p];
    double lever = 0;
    for (size_t i = 0; i < p; i++)
        lever += q[i] * q[i];
    double e = adjust(fit->of->vcov, lever) * fit->target[k];
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < p; j++)
            middle[i * p + j] += factor * e * e * q[i] * q[j];
}

// The sandwich's middle, in terms of Q, over one clustering; the degrees of freedom too where
// freedom is given.
static void add_middle(struct fit *fit, const struct effect_clusters *clusters, double sign,
                       struct freedom *freedom, double *middle)
{
    const struct effect_regression *of = fit->of;
    size_t p = of->p;
    double factor = sign * factor_of(of, clusters ? clusters->count : of->n);
    double *scratch = survey_realloc(NULL, 3 * p * p + 2 * p, sizeof *scratch);
    double *gram = scratch, *vectors = gram + p * p, *lever = vectors + p * p,
           *values = lever + p * p, *u = values + p;
    bool adjusted = of->vcov == EFFECT_CR2 || of->vcov == EFFECT_CR3;
    for (size_t from = 0, to; from < of->n; from = to) {
        for (to = from + 1; clusters && to < of->n &&
                            clusters->of_row[fit->order[to]] == clusters->of_row[fit->order[from]];)
            to++;
        if (!clusters) {
            add_row(fit, from, factor, middle);
            continue;
        }
        if (adjusted || freedom)
            adjust_cluster(fit, from, to, gram, vectors, values, lever);
        add_score(fit, from, to, adjusted, factor, middle);
        for (size_t c = 0; freedom && c < p; c++)
            add_freedom(fit, lever, c, u, &freedom[c]);
    }
    free(scratch);
}

// V = R^-1 middle R^-T.
static void finish_variance(const struct fit *fit, const double *middle, double *variance)
{
    size_t p = fit->of->p;
    double *half = survey_realloc(NULL, p * p, sizeof *half);
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < p; j++) {
            half[i * p + j] = 0;
            for (size_t k = i; k < p; k++)
                half[i * p + j] += fit->inverse[i * p + k] * middle[k * p + j];
        }
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < p; j++) {
            variance[i * p + j] = 0;
            for (size_t k = j; k < p; k++)
                variance[i * p + j] += half[i * p + k] * fit->inverse[j * p + k];
        }
    free(half);
}

// Degrees of freedom of clustered errors are the coefficients' own.
static void sandwich(struct fit *fit, struct effect_regression *of, struct survey_arena *arena)
{
    size_t p = of->p;
    double *middle = survey_arena_array(arena, p * p, sizeof *middle);
    struct freedom *freedom = NULL;
    double plain = (double)of->n - (double)(p + of->absorbed);
    if (of->clusters && !of->also) {
        freedom = survey_arena_array(arena, p, sizeof *freedom);
        for (size_t c = 0; c < p; c++)
            freedom[c].outer = survey_arena_array(arena, p * p, sizeof *freedom[c].outer);
    }
    if (of->vcov == EFFECT_CONST) {
        double squares = 0;
        for (size_t k = 0; k < of->n; k++)
            squares += fit->target[k] * fit->target[k];
        for (size_t i = 0; i < p; i++)
            middle[i * p + i] = squares / plain;
        freedom = NULL;
    } else {
        add_middle(fit, of->clusters, 1, freedom, middle);
    }
    if (of->also) { // Cameron, Gelbach & Miller 2011
        sort_rows(fit, of->also);
        decompose(fit, fit->score, NULL);
        add_middle(fit, of->also, 1, NULL, middle);
        sort_rows(fit, of->crossed);
        decompose(fit, fit->score, NULL);
        add_middle(fit, of->crossed, -1, NULL, middle);
        plain = (double)(of->clusters->count < of->also->count ? of->clusters->count
                                                               : of->also->count) -
                1;
    }
    finish_variance(fit, middle, of->variance);
    for (size_t c = 0; c < p; c++)
        of->df[c] = freedom ? satterthwaite(&freedom[c], p) : plain;
}

static bool check(const struct effect_regression *of, struct survey_error *error)
{
    if (of->n <= of->p + of->absorbed)
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("%zu rows are too few for a model of %zu columns"), of->n,
                           of->p + of->absorbed);
    if ((of->clusters && of->clusters->count < 2) || (of->also && of->also->count < 2))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("clustered errors need at least two clusters"));
    // Eigenvalues of each cluster, and degrees of freedom of each coefficient.
    double p = (double)of->p, work = (of->clusters ? (double)of->clusters->count : 0) * p * p * p;
    if (work > 2e10 || (double)of->n * p > 1.5e8)
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("a model of %zu columns, %zu rows and as many clusters is too large"),
                           of->p, of->n);
    return true;
}

bool effect_regress(struct effect_regression *of, struct survey_arena *arena,
                    struct survey_error *error)
{
    if (!check(of, error))
        return false;
    size_t n = of->n, p = of->p;
    struct fit fit = {.of = of};
    fit.order = survey_arena_array(arena, n, sizeof *fit.order);
    fit.q = survey_arena_array(arena, n * p, sizeof *fit.q);
    fit.target = survey_arena_array(arena, n, sizeof *fit.target);
    double *small = survey_arena_array(arena, 3 * p * p + 4 * p, sizeof *small);
    fit.r = small;
    fit.inverse = fit.r + p * p;
    fit.root = fit.inverse + p * p;
    fit.score = fit.root + p * p;
    double *effects = fit.score + 2 * p;
    of->beta = survey_arena_array(arena, p, sizeof *of->beta);
    of->df = survey_arena_array(arena, p, sizeof *of->df);
    of->variance = survey_arena_array(arena, p * p, sizeof *of->variance);
    of->residual = survey_arena_array(arena, n, sizeof *of->residual);
    sort_rows(&fit, of->clusters);
    if (!decompose(&fit, effects, error))
        return false;
    invert_upper(fit.r, p, fit.inverse);
    for (size_t i = 0; i < p; i++)
        for (size_t j = i; j < p; j++)
            of->beta[i] += fit.inverse[i * p + j] * effects[j];
    for (size_t k = 0; k < n; k++)
        of->residual[fit.order[k]] = fit.target[k] / scale_of(of, fit.order[k]);
    sandwich(&fit, of, arena);
    return true;
}
