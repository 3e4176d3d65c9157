// SPDX-License-Identifier: GPL-3.0-or-later
// Score intervals of quantiles, and the share that they test. Private to stats/request and its families.
#pragma once

#include "stats/estimate/quantile.h"
#include "stats/request/private.h"

// The share of the kept rows at or below a value, with its standard error.
bool request_share_below(struct request *request, const double *x, const uint8_t *kept, double value,
                         double *share, double *se, struct survey_error *error);
// t is the critical value; an end that the search does not find is NaN.
bool request_score_interval(struct request *request, const double *x, const uint8_t *kept,
                            const struct stats_sorted *sorted, enum stats_quantile_rule rule, double p,
                            double t, double *low, double *high, struct survey_error *error);
