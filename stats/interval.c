// SPDX-License-Identifier: GPL-3.0-or-later
// Intervals of means and shares.
#include "stats/interval.h"

#include "stats/distribution.h"

#include <math.h>

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
