// SPDX-License-Identifier: GPL-3.0-or-later
// Intervals of means and shares.
#include "stats/estimate/interval.h"

#include "stats/math/distribution.h"

#include <math.h>
#include <string.h>

void stats_interval_t(double value, double se, double df, double confidence, double *low, double *high)
{
    double reach = df > 0 ? se * stats_t_quantile(1 - (1 - confidence) / 2, df) : 0;
    *low = value - reach;
    *high = value + reach;
}

double stats_df_factor(double tail, double rows, double df)
{
    if (!(df > 0))
        return 0;
    double ratio = stats_t_quantile(tail, rows > 1 ? rows - 1 : 1) / stats_t_quantile(tail, df);
    return ratio * ratio;
}

void stats_interval_beta(double share, double effective, double confidence, double *low, double *high)
{
    double tail = (1 - confidence) / 2;
    *low = stats_beta_quantile(tail, effective * share, effective * (1 - share) + 1);
    *high = stats_beta_quantile(1 - tail, effective * share + 1, effective * (1 - share));
}

double stats_limit_none(double effective, double confidence)
{
    return effective > 0 ? -expm1(log1p(-confidence) / effective) : 1;
}

bool stats_share_method_parse(const char *name, enum stats_share_method *method)
{
    static const char *const names[] = {"logit", "xlogit", "asin", "mean", "wilson", "beta", "likelihood"};
    for (int i = 0; i < (int)(sizeof names / sizeof *names); i++)
        if (strcmp(name, names[i]) == 0) {
            *method = (enum stats_share_method)i;
            return true;
        }
    return false;
}

static double from_logit(double x)
{
    return 1 / (1 + exp(-x));
}

static double from_arc(double x)
{
    return sin(x) * sin(x);
}

// Wilson (1927) with the effective sample p (1 - p) / V.
static void interval_wilson(double share, double se, double t, double *low, double *high)
{
    double effective = share * (1 - share) / (se * se), add = t * t / effective;
    double middle = (share + add / 2) / (1 + add);
    double reach = t / (2 * effective) * sqrt(4 * effective * share * (1 - share) + t * t) / (1 + add);
    *low = middle - reach;
    *high = middle + reach;
}

void stats_interval_share(enum stats_share_method method, double share, double se, double rows, double df,
                          double confidence, double *low, double *high)
{
    double t = df > 0 ? stats_t_quantile(1 - (1 - confidence) / 2, df) : HUGE_VAL;
    double spread = share * (1 - share), center;
    switch (method) {
    case STATS_SHARE_LOGIT:
    case STATS_SHARE_XLOGIT:
        center = log(share / (1 - share));
        *low = from_logit(center - t * se / spread);
        *high = from_logit(center + t * se / spread);
        break;
    case STATS_SHARE_ASIN:
        center = asin(sqrt(share));
        *low = from_arc(center - t * se / (2 * sqrt(spread)));
        *high = from_arc(center + t * se / (2 * sqrt(spread)));
        break;
    case STATS_SHARE_WILSON:
        interval_wilson(share, se, t, low, high);
        break;
    case STATS_SHARE_BETA:
        stats_interval_beta(share, spread / (se * se) * stats_df_factor((1 - confidence) / 2, rows, df),
                            confidence, low, high);
        break;
    case STATS_SHARE_MEAN:
    case STATS_SHARE_LIKELIHOOD:
        stats_interval_t(share, se, df, confidence, low, high);
        break;
    }
}
