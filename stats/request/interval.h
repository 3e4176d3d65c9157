// SPDX-License-Identifier: GPL-3.0-or-later
// How sure a figure of a request is: t, shares, and where none or all were found. Private to stats.
#pragma once

#include "stats/request/private.h"

// Without a standard error sure is false; name is then "upper limit", "lower limit" or "none".
struct request_interval {
    const char *name; // "t", "korn-graubard", "census" and those
    bool sure;
    double low, high;
    const char *reason; // why there is no standard error, translated; NULL
};

// kept are the rows of the figure. value -/+ t(df) se; census where every unit was taken.
void request_interval_t(struct request *request, const uint8_t *kept, double value, double variance,
                        double df, struct request_interval *interval);
// A share of kept rows: Korn and Graubard's (1998), with the design effect that assumed_icc gives
// at least; value 0 or 1 has a one-sided limit.
void request_interval_share(struct request *request, const uint8_t *kept, double value,
                            double variance, double df, struct request_interval *interval);
// The upper limit of a share of which none was found among kept rows; NaN without degrees of
// freedom.
double request_interval_none(const struct request *request, const uint8_t *kept, double df);
bool request_interval_census(struct request *request, const uint8_t *kept);
