// SPDX-License-Identifier: GPL-3.0-or-later
// Intervals of shares by seven methods.
#include "stats/estimate/interval.h"
#include "stats/estimate/profile.h"
#include "stats/request/interval.h"

// The reference fits the logit by steps that start from (w y + 1/2) / (w + 1) in each row and end where the deviance
// changes by less than 1e-8, and scales by the information before the last step, which is some 1e-6 off. So that
// intervals agree, so does this.
static void reference_fit(const struct request *request, const struct quantity *of, double unit,
                          struct stats_profile *profile)
{
    double eta = 0, before = 0, spread = 0;
    for (int step = 0; step < 50; step++) {
        double above = 0, below = 0, last = 0, deviance = 0, mean = 1 / (1 + exp(-eta));
        for (size_t row = 0; row < request->n; row++) {
            if (!of->kept[row])
                continue;
            double w = request->weight[row] / unit, y = of->above[row],
                   m = step ? mean : (w * y + 0.5) / (w + 1);
            double at = step ? eta : log(m / (1 - m));
            below += w * m * (1 - m);
            above += w * m * (1 - m) * (at + (y - m) / (m * (1 - m)));
            last -= 2 * w * log(y > 0 ? m : 1 - m);
        }
        before = step ? before : last;
        spread = below / profile->weight;
        eta = above / below;
        mean = 1 / (1 + exp(-eta));
        for (size_t row = 0; row < request->n; row++)
            if (of->kept[row])
                deviance -= 2 * request->weight[row] / unit * log(of->above[row] > 0 ? mean : 1 - mean);
        bool near = fabs(deviance - before) / (fabs(deviance) + 0.1) < 1e-8;
        before = deviance;
        if (near)
            break;
    }
    profile->center = eta;
    profile->spread = spread;
}

// The weights count with a mean of 1 over the design's rows; the dispersion of the Pearson residuals is then near 1.
static bool likelihood(struct request *request, const struct quantity *of, double share, double se, double df,
                       double *low, double *high)
{
    double sum = 0, kept = 0, in_design = (double)request_rows(request, NULL),
           rows = (double)request_rows(request, of->kept);
    for (size_t row = 0; row < request->n; row++) {
        bool inside = request->weight[row] > 0 && (!request->inside || request->inside[row]);
        sum += inside ? request->weight[row] : 0;
        kept += of->kept[row] ? request->weight[row] : 0;
    }
    struct stats_profile profile = {.share = share,
                                    .se = se,
                                    .weight = kept / (sum / in_design),
                                    .rows = rows,
                                    .df = df,
                                    .confidence = request->design.confidence};
    profile.dispersion = profile.weight / (rows - 1);
    reference_fit(request, of, sum / in_design, &profile);
    return share > 0 && share < 1 && se > 0 && df > 0 && stats_interval_profile(&profile, low, high);
}

static bool are_shares(const struct request *request, const struct quantity *of, struct survey_error *error)
{
    for (size_t row = 0; row < request->n; row++)
        if (of->kept[row] && !(of->above[row] == 0 || of->above[row] == 1))
            return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("a share is of one column of 0 and 1"));
    return true;
}

// Where none or all were found no method holds: the limit of one side stands instead, without an error.
static void limit(struct request *request, const struct quantity *of, double share, double df,
                  struct request_interval *interval, double *se)
{
    request_interval_share(request, of->kept, share, 0, df, interval);
    if (!interval->sure)
        *se = (double)NAN;
    if (!interval->sure && strcmp(interval->name, "none") == 0)
        interval->low = interval->high = (double)NAN;
}

static bool put_interval(struct request *request, const struct quantity *of, double share, double df,
                         struct request_interval *interval, double *se, struct survey_error *error)
{
    const char *name = survey_json_text(request->args, "method", "logit");
    enum stats_share_method method;
    if (!stats_share_method_parse(name, &method))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("'%s' is no interval method of a share"), name);
    if (share <= 0 || share >= 1) {
        limit(request, of, share, df, interval, se);
        return true;
    }
    interval->name = name;
    if (method == STATS_SHARE_LIKELIHOOD)
        return likelihood(request, of, share, *se, df, &interval->low, &interval->high) ||
               survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("the likelihood has no interval here: use beta"));
    // n counts rows without a value too, as the reference does.
    double rows = (double)(request->keeps_rows ? request->n : request_rows(request, NULL));
    stats_interval_share(method, share, *se, rows, df, request->design.confidence, &interval->low,
                         &interval->high);
    return true;
}

bool request_ciprop(struct request *request, struct survey_json_writer *out, struct survey_error *error)
{
    struct variables variables;
    struct estimates estimates;
    const struct survey_json *var = request_arg(request, "var");
    if (!request_variables(request, var ? var : request_arg(request, "vars"), &variables, error))
        return false;
    if (variables.count != 1)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("a share is of one column of 0 and 1"));
    struct quantity of = {variables.names[0], variables.columns[0], request_ones(request), variables.kept};
    if (!are_shares(request, &of, error) || !request_estimate(request, &of, 1, &estimates, error))
        return false;
    double df = estimates.dfs ? estimates.dfs[0] : estimates.df, share = estimates.value[0],
           se = sqrt(estimates.variance[0]);
    struct request_interval interval = {0};
    if (!put_interval(request, &of, share, df, &interval, &se, error))
        return false;
    survey_json_open(out, '{');
    survey_json_key(out, "names");
    survey_json_open(out, '[');
    survey_json_put_text(out, of.name);
    survey_json_close(out, ']');
    request_write_numbers(out, "est", &share, 1);
    request_write_numbers(out, "se", &se, 1);
    request_write_numbers(out, "ci_low", &interval.low, 1);
    request_write_numbers(out, "ci_high", &interval.high, 1);
    survey_json_member_number(out, "df", df);
    survey_json_member(out, "interval", interval.name);
    if (interval.reason)
        survey_json_member(out, "reason", interval.reason);
    survey_json_close(out, '}');
    return true;
}
