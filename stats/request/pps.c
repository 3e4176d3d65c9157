// SPDX-License-Identifier: GPL-3.0-or-later
// Variances of samples drawn with unequal probabilities without replacement, from a matrix d over pairs of rows: with
// scores z (weights in them) the variance is sum z_i d_ij z_j (Horvitz & Thompson 1952) or, by Yates & Grundy (1953),
// -1/2 sum d_ij (z_i - z_j)^2, where d_ij = 1 - p_i p_j / p_ij or one of its approximations. Brewer's needs no pairs: it is the
// design's (stats/estimate/variance.h).
#include "stats/request/private.h"

enum { PPS_ROWS_MAX = 5000 };

// Overton (1985): p_ij from the mean of p_i and p_j; Hartley & Rao (1962), cut short, with mean the sum of squared
// probabilities over n.
static double approximate(bool hartley_rao, double n, double p, double q, double mean)
{
    return hartley_rao ? 1 - (n - (p + q) + mean) / (n - 1) : 1 - (n - (p + q) / 2) / (n - 1);
}

static void fill_approximate(struct request *request, const double *p, bool hartley_rao)
{
    size_t n = request->n;
    double mean = 0;
    for (size_t i = 0; i < n; i++)
        mean += p[i] / (double)n;
    mean = survey_json_number(request->design_json, "hr_sum", mean);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            request->pairs[i * n + j] =
                i == j ? 1 - p[i] : approximate(hartley_rao, (double)n, p[i], p[j], mean);
}

// Deville (1993): sum c_i (z_i - sum c z / sum c)^2 / (1 - sum (c_i / sum c)^2), c = 1 - p; the same without joint probabilities.
static void fill_deville(struct request *request, const double *p)
{
    size_t n = request->n;
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        sum += 1 - p[i];
        squares += (1 - p[i]) * (1 - p[i]);
    }
    double scale = sum > 0 ? 1 / (1 - squares / (sum * sum)) : 0;
    for (size_t i = 0; sum > 0 && i < n; i++)
        for (size_t j = 0; j < n; j++)
            request->pairs[i * n + j] = scale * ((i == j ? 1 - p[i] : 0) - (1 - p[i]) * (1 - p[j]) / sum);
}

static bool fill_joint(struct request *request, const char *name, struct survey_error *error)
{
    size_t n = request->n;
    const char *data = survey_json_text(request->entry, "data", ""), *slash = strrchr(data, '/');
    struct stats_table table;
    const char *full = survey_arena_format(request->arena, "%s/%.*s%s.csv", request->folder,
                                           slash ? (int)(slash - data) + 1 : 0, data, name);
    if (!stats_table_open(request->arena, full, &table, error))
        return false;
    if (table.rows != n || table.sheet.columns != n)
        return survey_fail(error, SURVEY_ERROR_INPUT, full,
                           _("joint probabilities of %zu rows make a square of that size"), n);
    double least = 1, **joint = survey_arena_array(request->arena, n, sizeof *joint);
    for (size_t j = 0; j < n; j++) {
        if (!stats_table_numbers(&table, (uint32_t)j, &joint[j], error))
            return false;
        for (size_t i = 0; i < n; i++) {
            if (!(joint[j][i] > 0 && joint[j][i] <= 1))
                return survey_fail(error, SURVEY_ERROR_INPUT, full, "%s",
                                   _("joint probabilities are above 0 and at most 1"));
            least = fmin(least, joint[j][i]);
        }
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double d = (joint[j][i] - joint[i][i] * joint[j][j]) / joint[j][i];
            request->pairs[i * n + j] = fabs(d) < least / 1e4 ? 0 : d; // as the reference
        }
    return true;
}

bool request_pps_open(struct request *request, const char *probability, struct survey_error *error)
{
    const char *method = survey_json_text(request->design_json, "pps", ""),
               *joint = survey_json_text(request->design_json, "joint", NULL);
    double *p;
    if (probability)
        request->keeps_rows = true;
    if (probability && strcmp(method, "brewer") == 0)
        return true; // by the chances of the design
    if (request->n > PPS_ROWS_MAX || request->n < 2)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("a PPS variance takes 2 to %d rows"),
                           PPS_ROWS_MAX);
    if (!probability || !request_column(request, probability, &p, error))
        return probability ? false
                           : survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                                         _("a PPS design names its probabilities"));
    request->pairs = survey_arena_array(request->arena, request->n * request->n, sizeof *request->pairs);
    request->yates_grundy = strcmp(survey_json_text(request->design_json, "pps_variance", "HT"), "YG") == 0;
    if (joint)
        return fill_joint(request, joint, error);
    if (strcmp(method, "deville") == 0)
        fill_deville(request, p);
    else if (strcmp(method, "overton") == 0 || strcmp(method, "HR") == 0 || strcmp(method, "HRsum") == 0)
        fill_approximate(request, p, *method == 'H');
    else
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("pps '%s' is none of brewer, deville, overton, HR, HRsum, joint"), method);
    return true;
}

void request_pps_variance(const struct request *request, double *const *scores, size_t count,
                          double *variance)
{
    size_t n = request->n;
    for (size_t a = 0; a < count; a++)
        for (size_t b = 0; b < count; b++) {
            double sum = 0;
            for (size_t i = 0; i < n; i++)
                for (size_t j = 0; j < n; j++) {
                    double d = request->pairs[i * n + j];
                    sum += request->yates_grundy
                               ? -d / 2 * (scores[a][i] - scores[a][j]) * (scores[b][i] - scores[b][j])
                               : scores[a][i] * d * scores[b][j];
                }
            variance[a * count + b] = sum;
        }
}
