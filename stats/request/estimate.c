// SPDX-License-Identifier: GPL-3.0-or-later
// Ratios of weighted totals with their covariance, by linearisation or by replicates.
#include "stats/estimate/replicate.h"
#include "stats/estimate/satterthwaite.h"
#include "stats/math/sum.h"
#include "stats/request/private.h"

static double total(const struct request *request, const double *weight, const double *y, const uint8_t *kept,
                    double *scratch)
{
    for (size_t row = 0; row < request->n; row++)
        scratch[row] = kept[row] ? weight[row] * y[row] : 0;
    return stats_sum(scratch, request->n);
}

void request_values(const struct request *request, const struct quantity *of, size_t count,
                    const double *weight, double *value)
{
    double *scratch = survey_realloc(NULL, request->n, sizeof *scratch);
    for (size_t i = 0; i < count; i++) {
        value[i] = total(request, weight, of[i].above, of[i].kept, scratch);
        if (of[i].below)
            value[i] /= total(request, weight, of[i].below, of[i].kept, scratch);
    }
    free(scratch);
}

// Rows that count for which PSUs a domain touches: where rows outside stay in the variance, all.
static const uint8_t *touching(struct request *request, const uint8_t *kept)
{
    if (!request->keeps_rows)
        return kept;
    uint8_t *all = survey_arena_array(request->arena, request->n, 1);
    memset(all, 1, request->n);
    return all;
}

bool request_variance(struct request *request, double **scores, size_t count, const uint8_t *kept,
                      double *variance, struct survey_error *error)
{
    for (size_t i = 0; i < count; i++)
        request_residual(request, scores[i]);
    if (request->pairs) {
        request_pps_variance(request, scores, count, variance);
        return true;
    }
    const uint8_t *touched = touching(request, kept);
    uint32_t *rows = survey_arena_array(request->arena, request->n, sizeof *rows);
    size_t n = 0;
    for (size_t row = 0; row < request->n; row++)
        if (touched[row])
            rows[n++] = (uint32_t)row;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < n; k++)
            scores[i][k] = scores[i][rows[k]];
    return stats_variance(request->prepared, (const double *const *)scores, count, rows, n, variance, NULL,
                          error);
}

void request_replicate_variance(const struct request *request, const double *values, const double *center,
                                size_t count, double *variance)
{
    double *mean = survey_realloc(NULL, count, sizeof *mean);
    double used = 0;
    for (size_t i = 0; i < count; i++)
        mean[i] = 0;
    for (size_t r = 0; r < request->replicate_count; r++)
        if (request->rscales[r] > 0) {
            used++;
            for (size_t i = 0; i < count; i++)
                mean[i] += values[r * count + i];
        }
    for (size_t i = 0; i < count; i++)
        mean[i] = request->mse ? center[i] : mean[i] / used;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++) {
            double sum = 0;
            for (size_t r = 0; r < request->replicate_count; r++)
                sum += request->rscales[r] * (values[r * count + i] - mean[i]) *
                       (values[r * count + j] - mean[j]);
            variance[i * count + j] = request->scale * sum;
        }
    free(mean);
}

// A column's weighted totals by unit of the replicates, into column `at` of totals.
static void unit_totals(const struct request *request, const double *y, const uint8_t *kept, double *scratch,
                        double *totals, size_t columns, size_t at)
{
    const struct stats_replicates *made = request->made;
    for (size_t row = 0; row < request->n; row++)
        scratch[row] = kept[row] ? request->weight[row] * y[row] : 0;
    stats_group_sums(scratch, made->unit_of_row, request->n, made->units, scratch + request->n);
    for (size_t unit = 0; unit < made->units; unit++)
        totals[unit * columns + at] = scratch[request->n + unit];
}

// Values in each replicate by way of unit totals, eight columns at a time: four ratios.
static void values_by_unit(const struct request *request, const struct quantity *of, size_t count, double *values)
{
    enum { COLUMNS = STATS_REPLICATE_LANES, AT_ONCE = COLUMNS / 2 };
    const struct stats_replicates *made = request->made;
    double *scratch = survey_realloc(NULL, request->n + made->units + 1, sizeof *scratch),
           *totals = survey_realloc(NULL, made->units * COLUMNS + 1, sizeof *totals),
           *sums = survey_realloc(NULL, made->count * COLUMNS + 1, sizeof *sums);
    for (size_t i = 0; i < count; i += AT_ONCE) {
        size_t here = count - i < AT_ONCE ? count - i : AT_ONCE;
        memset(totals, 0, made->units * COLUMNS * sizeof *totals);
        for (size_t k = 0; k < here; k++) {
            unit_totals(request, of[i + k].above, of[i + k].kept, scratch, totals, COLUMNS, 2 * k);
            if (of[i + k].below)
                unit_totals(request, of[i + k].below, of[i + k].kept, scratch, totals, COLUMNS, 2 * k + 1);
        }
        stats_replicate_sums(made, totals, COLUMNS, sums);
        for (size_t r = 0; r < made->count; r++)
            for (size_t k = 0; k < here; k++)
                values[r * count + i + k] =
                    sums[r * COLUMNS + 2 * k] / (of[i + k].below ? sums[r * COLUMNS + 2 * k + 1] : 1);
    }
    free(scratch);
    free(totals);
    free(sums);
}

static bool by_replicates(struct request *request, const struct quantity *of, size_t count,
                          struct estimates *estimates, struct survey_error *error)
{
    double *values = survey_realloc(NULL, request->replicate_count * count, sizeof *values);
    bool done = true;
    if (request->fixed)
        values_by_unit(request, of, count, values);
    for (size_t r = 0; !request->fixed && r < request->replicate_count; r++)
        request_values(request, of, count, request->replicates[r], &values[r * count]);
    for (size_t i = 0; done && i < request->replicate_count * count; i++)
        if (!isfinite(values[i]))
            done = survey_fail(error, SURVEY_ERROR_INPUT, "", _("'%s' has no value in replicate %zu: nothing is left of it"),
                               of[i % count].name, i / count + 1);
    if (done)
        request_replicate_variance(request, values, estimates->value, count, estimates->variance);
    free(values);
    return done;
}

// Satterthwaite's degrees of freedom of each, where the arguments ask for them.
static bool find_dfs(struct request *request, const struct quantity *of, size_t count, struct estimates *estimates,
                     struct survey_error *error)
{
    const char *rule = request->args && request->args->kind == SURVEY_JSON_OBJECT
                           ? survey_json_text(request->args, "df", "design")
                           : "design";
    if (strcmp(rule, "design") == 0)
        return true;
    if (strcmp(rule, "satterthwaite") != 0 || request->pairs)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("df '%s' is none of design, satterthwaite"), rule);
    uint32_t *row = survey_realloc(NULL, request->n, sizeof *row);
    double *fraction = survey_realloc(NULL, request->n, sizeof *fraction);
    estimates->dfs = survey_arena_array(request->arena, count, sizeof *estimates->dfs);
    for (size_t i = 0; i < count; i++) {
        size_t kept = 0;
        double below = of[i].below ? total(request, request->weight, of[i].below, of[i].kept, fraction) : 1;
        for (size_t at = 0; at < request->n; at++)
            if (of[i].kept[at])
                row[kept++] = (uint32_t)at;
        for (size_t k = 0; of[i].below && k < kept; k++)
            fraction[k] = request->weight[row[k]] * of[i].below[row[k]] / below;
        estimates->dfs[i] = fmin(stats_satterthwaite(request->prepared, row, kept, of[i].below ? fraction : NULL,
                                                     request->design.assumed_icc),
                                 request_df(request, of[i].kept));
    }
    free(row);
    free(fraction);
    return true;
}

bool request_estimate(struct request *request, const struct quantity *of, size_t count,
                      struct estimates *estimates, struct survey_error *error)
{
    if ((double)count * (double)request->n > REQUEST_NUMBERS)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("%zu estimates of %zu rows are too many at once"),
                           count, request->n);
    *estimates = (struct estimates){.count = count, .of = of, .df = request_df(request, NULL)};
    estimates->value = survey_arena_array(request->arena, count, sizeof *estimates->value);
    estimates->variance = survey_arena_array(request->arena, count * count, sizeof *estimates->variance);
    request_values(request, of, count, request->weight, estimates->value);
    for (size_t i = 0; i < count; i++)
        if (!isfinite(estimates->value[i]))
            return survey_fail(error, SURVEY_ERROR_INPUT, "",
                               _("'%s' has no value: nothing was answered, or its denominator is 0"),
                               of[i].name);
    if (!find_dfs(request, of, count, estimates, error))
        return false;
    if (request->replicates)
        return by_replicates(request, of, count, estimates, error);
    double **scores = survey_arena_array(request->arena, count, sizeof *scores);
    double *scratch = survey_realloc(NULL, request->n, sizeof *scratch);
    uint8_t *any = survey_arena_array(request->arena, request->n, 1);
    for (size_t i = 0; i < count; i++) {
        scores[i] = survey_arena_array(request->arena, request->n, sizeof *scores[i]);
        double below = of[i].below ? total(request, request->weight, of[i].below, of[i].kept, scratch) : 1;
        for (size_t row = 0; row < request->n; row++)
            if (of[i].kept[row]) {
                double gap = of[i].below ? of[i].above[row] - estimates->value[i] * of[i].below[row]
                                         : of[i].above[row];
                scores[i][row] = request->weight[row] * gap / below;
                any[row] = 1;
            }
    }
    free(scratch);
    return request_variance(request, scores, count, any, estimates->variance, error);
}

size_t request_rows(const struct request *request, const uint8_t *also)
{
    size_t rows = 0;
    for (size_t row = 0; row < request->n; row++)
        rows +=
            request->weight[row] > 0 && (!request->inside || request->inside[row]) && (!also || also[row]);
    return rows;
}

// n, the sum of weights and s^2 = n / (n - 1) * sum w e^2 / sum w of e = above - value * below around its mean.
double request_simple(const struct request *request, const struct quantity *of, double value, bool replace)
{
    double *e = survey_realloc(NULL, request->n, sizeof *e),
           *scratch = survey_realloc(NULL, request->n, sizeof *scratch);
    double *ones = survey_realloc(NULL, request->n, sizeof *ones);
    double n = 0, below = of->below ? total(request, request->weight, of->below, of->kept, scratch) : 1;
    for (size_t row = 0; row < request->n; row++) {
        ones[row] = 1;
        n += of->kept[row] && request->weight[row] > 0;
        e[row] = of->kept[row]
                     ? (of->below ? (of->above[row] - value * of->below[row]) / below : of->above[row])
                     : 0;
    }
    double sum = total(request, request->weight, ones, of->kept, scratch);
    double mean = total(request, request->weight, e, of->kept, scratch) / sum;
    for (size_t row = 0; row < request->n; row++)
        e[row] = of->kept[row] ? (e[row] - mean) * (e[row] - mean) : 0;
    double spread = n / (n - 1) * total(request, request->weight, e, of->kept, scratch) / sum;
    free(e);
    free(scratch);
    free(ones);
    return sum * sum * spread / n * (replace ? 1 : (sum - n) / sum);
}
