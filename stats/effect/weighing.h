// SPDX-License-Identifier: GPL-3.0-or-later
// Effects by making the arms alike: propensity scores, matching and weighting. Private to stats.
#pragma once

#include "stats/effect/effect.h"

// Logit of the treatment on the covariates by maximum likelihood, unweighted, or args.score as
// given.
struct effect_propensity {
    bool given;              // from args.score: nothing was fitted
    size_t p;                // coefficients, the intercept first
    const char **names;      // p
    double *beta, *variance; // p; p * p, the inverse of the information
    double loglik;
    double *score, *linear; // n: e and log(e / (1 - e))
};

bool effect_propensity_fit(struct effect *effect, struct effect_propensity *propensity,
                           struct survey_error *error);

// What the survey's weights are for: args.survey_weights "multiply" (they multiply the others) or
// "ignore". Where the weights of the design differ, saying nothing is a fault (DuGoff, Schuler &
// Stuart 2014). Sets effect->weight NULL for ignore.
bool effect_survey_weights(struct effect *effect, struct survey_error *error);

// An effect as a difference of two weighted means, and what the reader has to know beside it.
struct effect_result {
    const char *estimand; // "ATT", "ATE"
    const char *method;   // one line
    const char *errors;   // how se was found, one line
    double value, se, df;
    const double *weight; // n: of each row in the means; 0: not used
    bool pooled;          // which SMD
};

// Rows that have a weight in an arm; (sum w)^2 / sum w^2 of them.
size_t effect_used(const struct effect *effect, const double *weight, double arm, double *ess);
// Sum of w y / sum of w in an arm, and that sum.
double effect_mean(const struct effect *effect, const double *y, const double *weight, double arm,
                   double *sum);
// Variance of the sum of scores (n, one a row that takes part; used up) under the design, and its
// degrees of freedom.
bool effect_variance(struct effect *effect, double *scores, double *variance, double *df,
                     struct survey_error *error);
// Whether each row was drawn by itself, without strata or population sizes.
bool effect_simple_design(const struct effect *effect);
// The members of a result's object, without its brackets; with args.weights also rows and weights.
void effect_write_result(struct effect *effect, const struct effect_result *result,
                         struct survey_json_writer *out);

bool effect_propensity(struct request *request, struct survey_json_writer *out,
                       struct survey_error *error);
bool effect_ipw(struct request *request, struct survey_json_writer *out,
                struct survey_error *error);
bool effect_aipw(struct request *request, struct survey_json_writer *out,
                 struct survey_error *error);
bool effect_entropy(struct request *request, struct survey_json_writer *out,
                    struct survey_error *error);
bool effect_matching(struct request *request, struct survey_json_writer *out,
                     struct survey_error *error);
