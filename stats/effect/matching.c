// SPDX-License-Identifier: GPL-3.0-or-later
// Requests for matching: distances, calipers, the effect on the treated and its error.
#include "stats/effect/match.h"
#include "stats/math/solve.h"
#include "stats/math/sum.h"

static const double KERNEL_MOST = 3e8; // pairs of a kernel: a few seconds

// What matching makes of the rows: arrays of n.
struct matched {
    struct effect effect;
    struct effect_propensity propensity;
    struct effect_matching of;
    bool scored;     // a propensity was fitted or given
    double *weight;  // of each row in the means, treated rows those of the survey
    double *squares; // of controls: the sum of squared weights by treated row
    double *set;     // of treated rows: the mean of their controls; NaN: none
    size_t outside;  // treated rows beyond the common support
    double
        noise[3]; // sums over pairs of share * (y_t - y_c)^2, of share * (y_t - y_c), and of share
};

static double survey_of(const struct effect *effect, size_t row)
{
    return effect->weight ? effect->weight[row] : 1;
}

static double spread_of(const struct effect *effect, const double *x)
{
    double *scratch = survey_realloc(NULL, effect->n, sizeof *scratch),
           mean = stats_sum(x, effect->n) / (double)effect->n;
    for (size_t i = 0; i < effect->n; i++)
        scratch[i] = (x[i] - mean) * (x[i] - mean);
    double spread = sqrt(stats_sum(scratch, effect->n) / ((double)effect->n - 1));
    free(scratch);
    return spread;
}

// Covariance within the arms, pooled (Rubin 1980), of columns in units of their spread.
static void pooled_covariance(const struct effect *effect, const double *spread, double *covariance)
{
    size_t n = effect->n, p = effect->p;
    double *scratch = survey_realloc(NULL, n, sizeof *scratch),
           *mean = survey_realloc(NULL, 2 * p, sizeof *mean), count;
    for (int arm = 0; arm < 2; arm++)
        for (size_t k = 0; k < p; k++) {
            count = 0;
            for (size_t i = 0; i < n; i++) {
                scratch[i] = effect->treated[i] == arm ? effect->x[k][i] : 0;
                count += effect->treated[i] == arm;
            }
            mean[(size_t)arm * p + k] = stats_sum(scratch, n) / count;
        }
    for (size_t k = 0; k < p; k++)
        for (size_t m = 0; m <= k; m++) {
            for (size_t i = 0; i < n; i++) {
                const double *of = &mean[effect->treated[i] == 1 ? p : 0];
                scratch[i] =
                    (effect->x[k][i] - of[k]) / spread[k] * (effect->x[m][i] - of[m]) / spread[m];
            }
            covariance[k * p + m] = covariance[m * p + k] = stats_sum(scratch, n) / ((double)n - 2);
        }
    free(scratch);
    free(mean);
}

// Columns in which Mahalanobis's distance is Euclid's: x turned to the eigenvectors of the
// covariance, over the roots of its eigenvalues; directions without any spread are left out.
static bool whiten(struct matched *matched, struct survey_error *error)
{
    struct effect *effect = &matched->effect;
    size_t n = effect->n, p = effect->p;
    double *small = survey_arena_array(effect->arena, 2 * p * p + 2 * p, sizeof *small),
           *covariance = small, *vectors = covariance + p * p, *values = vectors + p * p,
           *spread = values + p, most = 0;
    for (size_t k = 0; k < p; k++) {
        spread[k] = spread_of(effect, effect->x[k]);
        if (!(spread[k] > 0))
            return survey_fail(error, SURVEY_ERROR_INPUT, "", _("'%s' is the same in every row"),
                               effect->names[k]);
    }
    pooled_covariance(effect, spread, covariance);
    stats_eigen(covariance, p, values, vectors);
    for (size_t k = 0; k < p; k++)
        most = fmax(most, values[k]);
    double **columns = survey_arena_array(effect->arena, p, sizeof *columns);
    for (size_t k = 0; k < p; k++) {
        if (!(values[k] > 1e-10 * most))
            continue;
        double *column = survey_arena_array(effect->arena, n, sizeof *column);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < p; j++)
                column[i] += vectors[j * p + k] * (effect->x[j][i] / spread[j]) / sqrt(values[k]);
        columns[matched->of.dimensions++] = column;
    }
    matched->of.whitened = (const double *const *)columns;
    return true;
}

static bool choose(const char *key, const char *given, const char *const *words, size_t count,
                   size_t *choice, struct survey_error *error)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(given, words[i]) == 0) {
            *choice = i;
            return true;
        }
    return survey_fail(error, SURVEY_ERROR_INPUT, "",
                       _("'%s' cannot be '%s' (docs/effects.md lists what it can be)"), key, given);
}

static bool read_numbers(struct matched *matched, const struct survey_json *args,
                         struct survey_error *error)
{
    struct effect_matching *of = &matched->of;
    double ratio = survey_json_number(args, "ratio", 1),
           caliper = survey_json_number(args, "caliper", INFINITY);
    of->tolerance = survey_json_number(args, "tolerance", 1e-12);
    if (!(ratio >= 1 && ratio <= 1000) || ratio != floor(ratio))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("'ratio' is a whole number of controls from 1 to 1000"));
    if (!(caliper > 0) || !(of->tolerance >= 0))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("'caliper' is above 0 and 'tolerance' not below it"));
    of->ratio = (size_t)ratio;
    double spread = of->place ? spread_of(&matched->effect, of->place) : 1;
    of->caliper = caliper * spread;
    if (!of->whitened)
        of->tolerance *= spread * spread;
    return true;
}

static bool read_distance(struct matched *matched, const struct survey_json *args,
                          struct survey_error *error)
{
    static const char *const distances[] = {"score", "logit", "mahalanobis"},
                             *const orders[] = {"largest", "smallest", "data"},
                             *const sides[] = {"nearest", "below"};
    struct effect_matching *of = &matched->of;
    size_t distance = 0, order = 0, side = 0;
    if (!choose("distance", survey_json_text(args, "distance", "score"), distances, 3, &distance,
                error) ||
        !choose("order", survey_json_text(args, "order", distance == 2 ? "data" : "largest"),
                orders, 3, &order, error) ||
        !choose("side", survey_json_text(args, "side", "nearest"), sides, 2, &side, error))
        return false;
    of->order = (enum effect_order)order;
    of->below = side == 1;
    of->replace = survey_json_bool(args, "replace", false);
    of->ties = of->replace && survey_json_bool(args, "ties", true);
    matched->scored = distance < 2 || order != 2 || survey_json_get(args, "caliper") ||
                      survey_json_bool(args, "support", false);
    if (matched->scored) {
        if (!effect_propensity_fit(&matched->effect, &matched->propensity, error))
            return false;
        of->place = distance == 1 ? matched->propensity.linear : matched->propensity.score;
    }
    return distance < 2 || whiten(matched, error);
}

// Treated rows with a score beyond that of any control.
static void leave_out(struct matched *matched)
{
    struct effect *effect = &matched->effect;
    double low = INFINITY, high = -INFINITY;
    uint8_t *out = survey_arena_array(effect->arena, effect->n, 1);
    for (size_t i = 0; i < effect->n; i++)
        if (effect->treated[i] == 0) {
            low = fmin(low, matched->of.place[i]);
            high = fmax(high, matched->of.place[i]);
        }
    for (size_t i = 0; i < effect->n; i++) {
        out[i] =
            effect->treated[i] == 1 && (matched->of.place[i] < low || matched->of.place[i] > high);
        matched->outside += out[i];
    }
    matched->of.left_out = out;
}

// Cells of args.exact.
static bool read_cells(struct matched *matched, struct survey_error *error)
{
    const char *const *columns;
    struct effect *effect = &matched->effect;
    size_t count = request_names(effect->arena, request_arg(effect->request, "exact"), &columns);
    if (!count)
        return true;
    struct effect_clusters *cells = survey_arena_alloc(effect->arena, sizeof *cells);
    matched->of.cells = cells;
    return effect_labels(effect, columns, count, cells, error);
}

// Weights and means of sets from the pairs: each control of a set has the same share.
static void share_out(struct matched *matched)
{
    double *noise = matched->noise;
    struct effect *effect = &matched->effect;
    const struct effect_pairs *pairs = &matched->of.pairs;
    double *count = survey_arena_array(effect->arena, effect->n, sizeof *count);
    for (size_t k = 0; k < pairs->count; k++)
        count[pairs->at[k].treated]++;
    for (size_t i = 0; i < effect->n; i++) {
        matched->set[i] = count[i] > 0 ? 0 : (double)NAN;
        matched->weight[i] = count[i] > 0 ? survey_of(effect, i) : 0;
    }
    for (size_t k = 0; k < pairs->count; k++) {
        size_t t = pairs->at[k].treated, c = pairs->at[k].control;
        double share = survey_of(effect, t) / count[t], gap = effect->y[t] - effect->y[c];
        matched->weight[c] += share;
        matched->squares[c] += share * share;
        matched->set[t] += effect->y[c] / count[t];
        noise[0] += share * gap * gap;
        noise[1] += share * gap;
        noise[2] += share;
    }
}

static int by_place(const void *left, const void *right, void *context)
{
    const double *place = ((const struct effect_matching *)context)->place;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    if (place[a] != place[b])
        return place[a] < place[b] ? -1 : 1;
    return (a > b) - (a < b);
}

static size_t first_not_below(const uint32_t *rows, size_t count, const double *place, double value)
{
    size_t low = 0;
    while (low < count) {
        size_t middle = low + (count - low) / 2;
        if (place[rows[middle]] < value)
            low = middle + 1;
        else
            count = middle;
    }
    return low;
}

// Each treated row against the controls within h, by Epanechnikov's kernel (Heckman, Ichimura &
// Todd 1997).
static bool smooth(struct matched *matched, struct survey_error *error)
{
    double *noise = matched->noise;
    struct effect *effect = &matched->effect;
    const double *place = matched->of.place;
    double h = survey_json_number(effect->request->args, "bandwidth", 0.06), work = 0;
    uint32_t *rows = survey_arena_array(effect->arena, effect->n, sizeof *rows);
    size_t count = 0;
    if (!(h > 0) || !place || matched->of.cells || matched->of.whitened)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("a kernel goes by the score or its logit, with a bandwidth above 0 "
                             "and without 'exact'"));
    for (size_t i = 0; i < effect->n; i++)
        if (effect->treated[i] == 0)
            rows[count++] = (uint32_t)i;
    qsort_r(rows, count, sizeof *rows, by_place, &matched->of);
    for (size_t i = 0; i < effect->n; i++) {
        if (effect->treated[i] == 0)
            continue;
        matched->set[i] = (double)NAN;
        if (matched->of.left_out && matched->of.left_out[i])
            continue;
        size_t from = first_not_below(rows, count, place, place[i] - h), to = from;
        double total = 0, mean = 0, survey = survey_of(effect, i);
        for (; to < count && place[rows[to]] < place[i] + h; to++) {
            double u = (place[rows[to]] - place[i]) / h;
            total += 1 - u * u;
        }
        work += (double)(to - from);
        if (work > KERNEL_MOST)
            return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                               _("the bandwidth takes in too many pairs"));
        for (size_t k = from; total > 0 && k < to; k++) {
            double u = (place[rows[k]] - place[i]) / h, share = (1 - u * u) / total,
                   gap = effect->y[i] - effect->y[rows[k]];
            mean += share * effect->y[rows[k]];
            matched->weight[rows[k]] += survey * share;
            matched->squares[rows[k]] += survey * share * survey * share;
            noise[0] += survey * share * gap * gap;
            noise[1] += survey * share * gap;
            noise[2] += survey * share;
        }
        matched->set[i] = total > 0 ? mean : (double)NAN;
        matched->weight[i] = total > 0 ? survey : 0;
    }
    return true;
}

// Cells alone: every control of a cell stands for its treated rows.
static bool by_cells(struct matched *matched, struct survey_error *error)
{
    struct effect *effect = &matched->effect;
    const struct effect_clusters *cells = matched->of.cells;
    if (!cells)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("args names no '%s'"), "exact");
    double *sums = survey_arena_array(effect->arena, 3 * cells->count, sizeof *sums),
           *controls = sums + cells->count, *y = controls + cells->count,
           *terms = survey_arena_array(effect->arena, 3 * effect->n, sizeof *terms);
    for (size_t i = 0; i < effect->n; i++) {
        double survey = survey_of(effect, i), control = effect->treated[i] == 0 ? survey : 0;
        terms[i] = survey - control;
        terms[effect->n + i] = control;
        terms[2 * effect->n + i] = control * effect->y[i];
    }
    for (size_t k = 0; k < 3; k++)
        stats_group_sums(terms + k * effect->n, cells->of_row, effect->n, cells->count,
                         sums + k * cells->count);
    for (size_t i = 0; i < effect->n; i++) {
        uint32_t cell = cells->of_row[i];
        bool both = sums[cell] > 0 && controls[cell] > 0;
        matched->set[i] = both ? y[cell] / controls[cell] : (double)NAN;
        matched->weight[i] = !both ? 0
                             : effect->treated[i] == 1
                                 ? survey_of(effect, i)
                                 : survey_of(effect, i) * sums[cell] / controls[cell];
    }
    return true;
}

// Abadie & Imbens 2006 with one variance of y given the covariates: [ sum (d - t)^2 + s^2 sum (K^2
// - K2) ] / n1^2, where d is the difference of a treated row from its set, K the weight of a
// control, K2 the sum of its squared shares, and s^2 half the mean squared difference of pairs
// around t. Without replacement it is that of paired differences.
static double pair_variance(const struct matched *matched, double value, double treated)
{
    const struct effect *effect = &matched->effect;
    const double *noise = matched->noise;
    double *scratch = survey_realloc(NULL, effect->n, sizeof *scratch), sum;
    double mean = noise[1] / noise[2],
           sigma = (noise[0] / noise[2] - mean * mean + (mean - value) * (mean - value)) / 2;
    for (size_t i = 0; i < effect->n; i++) {
        double gap = effect->y[i] - matched->set[i] - value, k = matched->weight[i];
        scratch[i] = effect->treated[i] == 0 ? sigma * (k * k - matched->squares[i])
                     : k > 0                 ? gap * gap
                                             : 0;
    }
    sum = stats_sum(scratch, effect->n);
    free(scratch);
    return sum / (treated * treated) * (matched->of.replace ? 1 : treated / (treated - 1));
}

// Under a design the weights count as known: scores of the two means, within cells where matching
// is exact.
static void score_rows(const struct matched *matched, bool cells, double mean1, double mean0,
                       double total, double *scores)
{
    const struct effect *effect = &matched->effect;
    for (size_t i = 0; i < effect->n; i++) {
        double weight = matched->weight[i] / total, y = effect->y[i];
        bool treated = effect->treated[i] == 1;
        if (!(weight > 0))
            scores[i] = 0;
        else if (cells)
            scores[i] =
                weight * (treated ? y - matched->set[i] - (mean1 - mean0) : matched->set[i] - y);
        else
            scores[i] = weight * (treated ? y - mean1 : mean0 - y);
    }
}

// args.id: the pairs by that column, in the order of the file.
static bool write_pairs(struct matched *matched, struct survey_json_writer *out,
                        struct survey_error *error)
{
    const char *id = survey_json_text(matched->effect.request->args, "id", NULL);
    const struct effect_pairs *pairs = &matched->of.pairs;
    struct effect *effect = &matched->effect;
    uint32_t column, *first = survey_arena_array(effect->arena, effect->n, sizeof *first),
                     *next = survey_arena_array(effect->arena, pairs->count + 1, sizeof *next);
    if (!id)
        return true;
    if (!stats_table_column(&effect->request->table, id, &column, error))
        return false;
    for (size_t k = pairs->count; k-- > 0;) {
        next[k + 1] = first[pairs->at[k].treated];
        first[pairs->at[k].treated] = (uint32_t)k + 1;
    }
    survey_json_key(out, "pairs");
    survey_json_open(out, '[');
    for (size_t i = 0; i < effect->n; i++) {
        if (effect->treated[i] == 0)
            continue;
        survey_json_open(out, '{');
        survey_json_member(out, "treated",
                           stats_table_text(&effect->request->table, effect->row[i], column));
        survey_json_key(out, "control");
        survey_json_open(out, '[');
        for (uint32_t k = first[i]; k; k = next[k])
            survey_json_put_text(out,
                                 stats_table_text(&effect->request->table,
                                                  effect->row[pairs->at[k - 1].control], column));
        survey_json_close(out, ']');
        survey_json_close(out, '}');
    }
    survey_json_close(out, ']');
    return true;
}

enum way { WAY_NEAREST, WAY_KERNEL, WAY_EXACT };

static bool find(struct matched *matched, enum way way, struct survey_error *error)
{
    struct effect *effect = &matched->effect;
    double *columns = survey_arena_array(effect->arena, 3 * effect->n, sizeof *columns);
    matched->weight = columns;
    matched->squares = columns + effect->n;
    matched->set = matched->squares + effect->n;
    matched->of.effect = effect;
    if (!read_cells(matched, error))
        return false;
    if (way == WAY_EXACT)
        return by_cells(matched, error);
    if (!read_distance(matched, effect->request->args, error) ||
        !read_numbers(matched, effect->request->args, error))
        return false;
    if (survey_json_bool(effect->request->args, "support", false))
        leave_out(matched);
    if (way == WAY_KERNEL) {
        matched->of.replace = true; // each control stands for many, whatever was asked
        return smooth(matched, error);
    }
    if (!effect_match(&matched->of, error))
        return false;
    share_out(matched);
    return true;
}

static const char *method_of(const struct matched *matched, enum way way)
{
    return way == WAY_EXACT       ? _("exact matching: each cell's controls stand for its treated")
           : way == WAY_KERNEL    ? _("kernel matching on the propensity score (Epanechnikov)")
           : matched->of.whitened ? _("nearest neighbours by Mahalanobis's distance")
           : matched->of.replace
               ? _("nearest neighbours on the propensity score, with replacement")
               : _("nearest neighbours on the propensity score, each control once");
}

static bool answer(struct matched *matched, enum way way, struct survey_json_writer *out,
                   struct survey_error *error)
{
    struct effect *effect = &matched->effect;
    double sum1, sum0, variance, ess;
    size_t treated = effect_used(effect, matched->weight, 1, &ess);
    if (treated < 2)
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("%zu treated rows could be matched: there is no overlap"), treated);
    double mean1 = effect_mean(effect, effect->y, matched->weight, 1, &sum1),
           mean0 = effect_mean(effect, effect->y, matched->weight, 0, &sum0);
    struct effect_result result = {.estimand = "ATT",
                                   .value = mean1 - mean0,
                                   .weight = matched->weight,
                                   .df = (double)treated - 1,
                                   .method = method_of(matched, way)};
    if (way != WAY_EXACT && effect_simple_design(effect) && !effect->weight) {
        variance = pair_variance(matched, result.value, (double)treated);
        result.errors = _("Abadie and Imbens, one variance of the outcome given the covariates; "
                          "the scores count as known");
    } else {
        double *scores = survey_arena_array(effect->arena, effect->n, sizeof *scores);
        score_rows(matched, way == WAY_EXACT, mean1, mean0, sum1, scores);
        if (!effect_variance(effect, scores, &variance, &result.df, error))
            return false;
        result.errors = _("linearised under the design; the weights of matching count as known");
    }
    result.se = sqrt(variance);
    for (size_t i = 0; i < effect->n; i++)
        if (effect->treated[i] == 1 && !(matched->weight[i] > 0))
            effect_warn(effect,
                        _("treated rows are without a match: the effect is that of the others"));
    if (survey_json_text(effect->request->args, "side", NULL) && matched->of.below)
        effect_warn(effect, _("'side' below is not the nearest neighbour: it is there for "
                              "comparison with other programs"));
    survey_json_open(out, '{');
    effect_write_result(effect, &result, out);
    survey_json_member_integer(out, "outside_support", (int64_t)matched->outside);
    survey_json_member_integer(out, "pairs_count", (int64_t)matched->of.pairs.count);
    if (isfinite(matched->of.caliper) && matched->of.caliper > 0)
        survey_json_member_number(out, "caliper", matched->of.caliper);
    bool done = write_pairs(matched, out, error);
    survey_json_close(out, '}');
    return done;
}

bool effect_matching(struct request *request, struct survey_json_writer *out,
                     struct survey_error *error)
{
    static const char *const ways[] = {"nearest", "kernel", "exact"};
    struct matched matched = {0};
    size_t way = WAY_NEAREST;
    bool done = effect_read(request, EFFECT_OUTCOME | EFFECT_TREATMENT | EFFECT_COVARIATES,
                            &matched.effect, error) &&
                effect_survey_weights(&matched.effect, error) &&
                choose("method", survey_json_text(request->args, "method", "nearest"), ways, 3,
                       &way, error) &&
                find(&matched, (enum way)way, error) && answer(&matched, (enum way)way, out, error);
    effect_match_free(&matched.of);
    return done;
}
