// SPDX-License-Identifier: GPL-3.0-or-later
// What an estimate is made from, whichever way it was summed. Private to stats.
#pragma once

#include "stats/estimate/linear.h"

struct stats_made {
    struct stats_linear linear;
    struct stats_extent extent; // of the domain, rows without a value too
    double variance;
    bool census;
    double df; // where the design asks for Satterthwaite's; else 0
    bool lost; // in some replicate nothing was left to estimate from
};

// The figure of a mean or total, and of a share.
void stats_made_put(const struct stats_design *design, const struct stats_made *made,
                    struct stats_estimate *estimate);
void stats_made_put_share(const struct stats_design *design, const struct stats_made *made,
                          struct stats_estimate *estimate);
