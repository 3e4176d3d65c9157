// SPDX-License-Identifier: GPL-3.0-or-later
// Intervals of a request's figures.
#include "stats/request/interval.h"

#include "stats/estimate/interval.h"

bool request_interval_census(struct request *request, const uint8_t *kept)
{
    if (request->pairs || request->replicates)
        return false;
    uint32_t *rows = survey_realloc(NULL, request->n + 1, sizeof *rows);
    double *zeros = survey_realloc(NULL, request->n + 1, sizeof *zeros), variance;
    const double *scores[1] = {zeros};
    size_t n = 0;
    bool census = false;
    struct survey_error error = {0};
    for (size_t row = 0; row < request->n; row++)
        if (kept[row]) {
            rows[n] = (uint32_t)row;
            zeros[n++] = 0;
        }
    census =
        stats_variance(request->prepared, scores, 1, rows, n, &variance, &census, &error) && census;
    free(rows);
    free(zeros);
    return census;
}

static double assumed_effective(const struct request *request, struct stats_extent extent)
{
    double rows_a_unit = (double)extent.rows / (double)extent.units;
    return (double)extent.rows / (1 + (rows_a_unit - 1) * request->design.assumed_icc);
}

double request_interval_none(const struct request *request, const uint8_t *kept, double df)
{
    struct stats_extent extent = stats_extent(request->prepared, kept);
    double confidence = request->design.confidence,
           factor = stats_df_factor(1 - confidence, (double)extent.rows, df);
    return factor > 0 ? stats_limit_none(assumed_effective(request, extent) * factor, confidence)
                      : (double)NAN;
}

// What has an interval only if there are degrees of freedom and a spread; true where that holds.
static bool has_spread(struct request *request, const uint8_t *kept, double value, double variance,
                       double df, struct request_interval *interval)
{
    *interval = (struct request_interval){.name = "none", .low = value, .high = value};
    if (request_interval_census(request, kept)) {
        interval->name = "census";
        interval->sure = true;
    } else if (!(df > 0))
        interval->reason = _("no degrees of freedom: each stratum has one PSU in the domain");
    else if (!(variance > 0))
        interval->reason = _("all values are equal, which shows no variance");
    return df > 0 && variance > 0 && !interval->sure;
}

void request_interval_t(struct request *request, const uint8_t *kept, double value, double variance,
                        double df, struct request_interval *interval)
{
    if (!has_spread(request, kept, value, variance, df, interval))
        return;
    interval->name = "t";
    interval->sure = true;
    stats_interval_t(value, sqrt(variance), df, request->design.confidence, &interval->low,
                     &interval->high);
}

void request_interval_share(struct request *request, const uint8_t *kept, double value,
                            double variance, double df, struct request_interval *interval)
{
    bool none = value <= 0, all = value >= 1;
    bool spread = has_spread(request, kept, value, variance, df, interval);
    if ((none || all) && !interval->sure) {
        double limit = request_interval_none(request, kept, df);
        if (!isnan(limit)) {
            interval->name = all ? "lower limit" : "upper limit";
            interval->low = all ? 1 - limit : 0;
            interval->high = all ? 1 : limit;
        }
        return;
    }
    if (!spread)
        return;
    struct stats_extent extent = stats_extent(request->prepared, kept);
    double confidence = request->design.confidence, effective = value * (1 - value) / variance;
    if (request->design.assumed_icc > 0)
        effective = fmin(effective, assumed_effective(request, extent));
    effective *= stats_df_factor((1 - confidence) / 2, (double)extent.rows, df);
    interval->name = "korn-graubard";
    interval->sure = true;
    stats_interval_beta(value, effective, confidence, &interval->low, &interval->high);
}
