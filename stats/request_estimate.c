// SPDX-License-Identifier: GPL-3.0-or-later
// Ratios of weighted totals with their covariance, by linearisation or by replicates.
#include "stats/request_private.h"
#include "stats/sum.h"

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

static void by_replicates(struct request *request, const struct quantity *of, size_t count,
                          struct estimates *estimates)
{
    double *values = survey_realloc(NULL, request->replicate_count * count, sizeof *values);
    for (size_t r = 0; r < request->replicate_count; r++)
        request_values(request, of, count, request->replicates[r], &values[r * count]);
    request_replicate_variance(request, values, estimates->value, count, estimates->variance);
    free(values);
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
    if (request->replicates) {
        by_replicates(request, of, count, estimates);
        return true;
    }
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
