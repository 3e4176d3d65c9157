// SPDX-License-Identifier: GPL-3.0-or-later
// Intervals. Private to stats.
#pragma once

#include "stats/estimate/estimate.h"

// value -/+ t(df) * se; both ends are value where df is not above 0.
void stats_interval_t(double value, double se, double df, double confidence, double *low, double *high);
// The factor (t(rows - 1) / t(df))^2 by which Korn and Graubard (1998) adjust an effective sample size; tail is
// the probability left on one side. 0 where df is not above 0.
double stats_df_factor(double tail, double rows, double df);
// Korn and Graubard (1998): exact binomial limits for an effective sample, already adjusted.
void stats_interval_beta(double share, double effective, double confidence, double *low, double *high);
// The one-sided upper limit of a share when none of an effective sample was found: 1 - alpha^(1 / effective).
double stats_limit_none(double effective, double confidence);

// Intervals of a share by the methods of the field: logit and xlogit (t on the logit scale), asin (on the
// arc sine of the root), mean (t on the share), wilson, beta (Korn-Graubard), likelihood (by the caller).
enum stats_share_method {
    STATS_SHARE_LOGIT,
    STATS_SHARE_XLOGIT,
    STATS_SHARE_ASIN,
    STATS_SHARE_MEAN,
    STATS_SHARE_WILSON,
    STATS_SHARE_BETA,
    STATS_SHARE_LIKELIHOOD
};
bool stats_share_method_parse(const char *name, enum stats_share_method *method);
// rows: of the domain, for the degrees of freedom of an SRS of that size.
void stats_interval_share(enum stats_share_method method, double share, double se, double rows, double df,
                          double confidence, double *low, double *high);
