// SPDX-License-Identifier: GPL-3.0-or-later
// What the estimators of effects share: the rows, outcome, treatment and covariates of a request.
// Private to stats.
#pragma once

#include "stats/effect/regression.h"
#include "stats/request/private.h"

enum { EFFECT_WARNINGS = 12 };

// The rows of a request that take part: inside the subset, with a weight, and no value missing.
// Arrays have n entries unless said otherwise and live in the request's arena.
struct effect {
    struct request *request;
    struct survey_arena *arena;
    size_t n;
    uint32_t *row;   // in the file, ascending
    size_t missing;  // rows inside the subset that lack a value
    double *y;       // args.outcome
    double *treated; // args.treatment, 0 or 1; NULL where not asked for
    double *post;    // args.post, 0 or 1; NULL where not asked for
    size_t p;        // covariates
    const char **names;
    const double **x;
    size_t shown_count; // columns of the balance table
    const char **shown_names;
    const double **shown;
    double *weight; // of the survey; NULL: all alike
    const char *warning[EFFECT_WARNINGS];
    size_t warnings;
};

enum effect_need {
    EFFECT_OUTCOME = 1,
    EFFECT_TREATMENT = 2,
    EFFECT_POST = 4,
    EFFECT_COVARIATES = 8
};

// Reads the arguments in needs (bits); covariates wherever there are some. Both arms (and periods)
// must occur.
bool effect_read(struct request *request, unsigned needs, struct effect *effect,
                 struct survey_error *error);
// The numbers of a column at the rows that take part; all present. What a condition gives where no
// column has that name.
bool effect_numbers(struct effect *effect, const char *column, double **numbers,
                    struct survey_error *error);
// Labels of columns (crossed where there are two) at the rows that take part; a blank cell is a
// fault with its line.
bool effect_labels(struct effect *effect, const char *const *columns, size_t count,
                   struct effect_clusters *clusters, struct survey_error *error);
// Covariates of a model beside the intercept, as effect->p, names and x.
bool effect_rows(struct effect *effect, const double *const *columns, const char *const *names,
                 size_t count, const uint8_t *kept, struct survey_error *error);
// Values of a column of the file at the rows that take part.
double *effect_gather(const struct effect *effect, const double *all);
// Leaves the rows at index (count of them), in that order.
void effect_subset(struct effect *effect, const size_t *index, size_t count);
// Effects know neither replicate weights nor joint probabilities.
bool effect_supported(struct request *request, struct survey_error *error);
void effect_warn(struct effect *effect, const char *text);
// "warnings": [...], "n", "missing".
void effect_write_rows(const struct effect *effect, struct survey_json_writer *out);

// One covariate in both arms under some weights. SMD = (mean of the treated - of the controls) / s,
// where s is the standard deviation of the treated before weighting, or with pooled the root of the
// mean of both arms' variances (Stuart 2010; Austin 2009).
struct effect_balance {
    double mean_treated, mean_control, smd,
        variance_ratio; // smd NaN: no spread in the arms, yet other means
};
// Of each shown covariate, into before and after (shown_count each), under the weights base (NULL:
// the survey's) and weight. Rows of weight 0 are out. Warns where an |SMD| after is above 0.1.
void effect_balance(struct effect *effect, const double *base, const double *weight, bool pooled,
                    struct effect_balance *before, struct effect_balance *after);
// "balance": a list of var, mean_t, mean_c, smd, variance_ratio and the same _before; "worst_smd",
// "worst_smd_before", "unbalanced" (names beyond 0.1). Without the _before where both are the same
// array.
void effect_write_balance(const struct effect *effect, const struct effect_balance *before,
                          const struct effect_balance *after, struct survey_json_writer *out);

// vcov, clusters (args.cluster, else the design's first ids) and weights of a regression.
bool effect_regression_of(struct effect *effect, const char *fallback,
                          struct effect_regression *regression, struct survey_error *error);
// Takes the constants of args.fixed (one or two columns) and the intercept, the first column, out
// of y and x.
bool effect_absorb(struct effect *effect, struct effect_regression *regression,
                   struct survey_error *error);
// names, est, se, t, df, p_value, interval, vcov (its name), clusters.
void effect_write_regression(const struct effect *effect,
                             const struct effect_regression *regression,
                             struct survey_json_writer *out);
// se, t, df, p_value, ci_low, ci_high of one figure (value too, under key).
void effect_write_figure(const struct effect *effect, const char *key, double value, double se,
                         double df, struct survey_json_writer *out);

bool effect_ols(struct request *request, struct survey_json_writer *out,
                struct survey_error *error);
bool effect_lin(struct request *request, struct survey_json_writer *out,
                struct survey_error *error);
bool effect_difference(struct request *request, struct survey_json_writer *out,
                       struct survey_error *error);
bool effect_balance_table(struct request *request, struct survey_json_writer *out,
                          struct survey_error *error);
bool effect_change_request(struct request *request, struct survey_json_writer *out,
                           struct survey_error *error);
bool effect_did(struct request *request, struct survey_json_writer *out,
                struct survey_error *error);

// The family of estimators, for stats/request/request.c.
