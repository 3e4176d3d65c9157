// SPDX-License-Identifier: GPL-3.0-or-later
// Profile likelihood interval of a share on the logit scale (Rao & Scott 1984 scaling), traced as the reference
// traces it: steps of the deviance, a cubic spline through them, straight lines between its points. Private to stats.
#pragma once

#include <stdbool.h>

struct stats_profile {
    double share, se;  // design-based
    double weight;     // sum of weights over their mean in the design: the size of the likelihood
    double dispersion; // design variance of the Pearson residuals
    double center;     // the share's logit
    double spread;     // share * (1 - share), as the likelihood's information has it
    double rows;       // with a value
    double df, confidence;
};
// False where the profile does not reach as far as the interval.
bool stats_interval_profile(const struct stats_profile *profile, double *low, double *high);
