// SPDX-License-Identifier: GPL-3.0-or-later
// What the files of a request share. Private to stats/request and its families.
#pragma once

#include "stats/data/table_design.h"
#include "stats/estimate/variance.h"
#include "stats/request/request.h"
#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// One step that changed the weights: what it took out of the variance of a total.
struct request_step;

// Bounds on what a request may ask for: variables, groups, cells; and quantities times rows.
enum { REQUEST_MOST = 1000, REQUEST_NUMBERS = 150000000 };

// A data file under a design, after its steps.
struct request {
    struct survey_arena *arena; // holds everything
    const char *folder;
    const struct survey_json *entry, *design_json, *args;
    struct stats_table table;
    struct stats_design design;
    struct stats_prepared *prepared;
    size_t n;
    double *weight;             // after the steps; design.weight
    uint8_t *inside;            // the subset so far; NULL: all rows
    bool keeps_rows;            // calibrated: rows outside a subset stay in the variance with weight 0
    struct request_step *steps; // first to last
    double **replicates;        // combined weights; NULL: Taylor linearisation
    struct stats_replicates *made; // where they were made here
    bool fixed;                    // and no step has changed them since
    size_t replicate_count;
    double scale;
    const double *rscales;
    bool mse;
    double *pairs; // of a PPS design: n * n; NULL for all others
    bool yates_grundy;
    bool *unsupported;
};

// An estimator by its name in a request, and what answers it by writing one object. Those that stand alone work on
// numbers in their arguments, so that a request for them needs neither data nor design. A family of
// methods is a list that ends with a NULL name.
struct request_method {
    const char *estimator;
    bool (*answer)(struct request *request, struct survey_json_writer *out, struct survey_error *error);
    bool alone;
};

// The families.
extern const struct request_method request_basic_methods[];
extern const struct request_method request_size_methods[];         // sample_size, cluster_size, allocation
extern const struct request_method request_poverty_methods[];      // stats/poverty
extern const struct request_method request_composite_methods[];    // stats/composite
extern const struct request_method request_area_methods[];         // stats/area
extern const struct request_method request_satisfaction_methods[]; // stats/satisfaction
extern const struct request_method request_effect_methods[];       // stats/effect
// All of them, NULL behind the last: stats/methods.c, which stands above the families.
extern const struct request_method *const request_families[];

// Adds to the variance by a method that is no Taylor linearisation of its own, or says that there is none.
bool request_unsupported(struct request *request, struct survey_error *error, const char *what);

// Design and steps of request->entry, its data read.
bool request_open(struct request *request, struct survey_error *error);
// Only the file of request->entry, for methods that need no design.
bool request_open_table(struct request *request, struct survey_error *error);
void request_close(struct request *request);
bool request_apply_steps(struct request *request, struct survey_error *error); // ops
bool request_pps_open(struct request *request, const char *probability, struct survey_error *error);
void request_pps_variance(const struct request *request, double *const *scores, size_t count,
                          double *variance);
// Takes the steps' auxiliary variables out of scores (one column of n), in place.
void request_residual(const struct request *request, double *score);

// Estimators that are a ratio of weighted totals over some rows: means (below all 1), totals (below
// NULL), ratios, and these by groups.
struct quantity {
    const char *name;
    const double *above, *below; // n entries; below NULL: a total
    const uint8_t *kept;         // rows with a value, in the domain and the subset
};

struct estimates {
    size_t count;
    const struct quantity *of;
    double *value;
    double *variance; // count * count
    double df;        // of the design: PSUs - strata, or replicates - 1
    double *dfs;      // Satterthwaite's of each, where asked for (args.df); NULL
};

bool request_estimate(struct request *request, const struct quantity *of, size_t count,
                      struct estimates *estimates, struct survey_error *error);
// The estimators' values under other weights, into value.
void request_values(const struct request *request, const struct quantity *of, size_t count,
                    const double *weight, double *value);
// Variance of functions of the data that have scores of their own (columns of n, weights in them; used up).
bool request_variance(struct request *request, double **scores, size_t count, const uint8_t *kept,
                      double *variance, struct survey_error *error);
// Spread of count values in each replicate (row-major, replicate by replicate) around their centre.
void request_replicate_variance(const struct request *request, const double *values, const double *center,
                                size_t count, double *variance);
double request_df(const struct request *request, const uint8_t *also);
// Rows inside the subset with a weight, and in also where it is given.
size_t request_rows(const struct request *request, const uint8_t *also);
// The variance of a mean or total of a quantity under simple random sampling (docs/statistics.md).
double request_simple(const struct request *request, const struct quantity *of, double value, bool replace);

// Columns by name: numbers, or one 0/1 column a level named "stypeE". Rows kept are those with no value
// missing in any of them.
struct variables {
    size_t count;
    const char **names;
    const double **columns;
    uint8_t *kept;
};
bool request_variables(struct request *request, const struct survey_json *names, struct variables *variables,
                       struct survey_error *error);
bool request_column(struct request *request, const char *name, double **numbers, struct survey_error *error);
const double *request_ones(struct request *request);
// Text or list of texts as a list.
size_t request_names(struct survey_arena *arena, const struct survey_json *json, const char *const **names);
// Whether the request asks for this estimator.
bool request_is(const struct request *request, const char *estimator);
// args.level, args.vars ...
const struct survey_json *request_arg(const struct request *request, const char *name);

// Answers, each writing one object.
bool request_mean_total(struct request *request, struct survey_json_writer *out, struct survey_error *error);
bool request_ratio(struct request *request, struct survey_json_writer *out, struct survey_error *error);
bool request_by(struct request *request, struct survey_json_writer *out, struct survey_error *error);
bool request_contrast(struct request *request, struct survey_json_writer *out, struct survey_error *error);
bool request_quantile(struct request *request, struct survey_json_writer *out, struct survey_error *error);
bool request_ciprop(struct request *request, struct survey_json_writer *out, struct survey_error *error);
bool request_table(struct request *request, struct survey_json_writer *out, struct survey_error *error);
bool request_weights(struct request *request, struct survey_json_writer *out, struct survey_error *error);
bool request_glm(struct request *request, struct survey_json_writer *out, struct survey_error *error);
bool request_ttest(struct request *request, struct survey_json_writer *out, struct survey_error *error);
bool request_ranktest(struct request *request, struct survey_json_writer *out, struct survey_error *error);
bool request_chisq(struct request *request, struct survey_json_writer *out, struct survey_error *error);
bool request_kappa(struct request *request, struct survey_json_writer *out, struct survey_error *error);
bool request_alpha(struct request *request, struct survey_json_writer *out, struct survey_error *error);
// Covariances of variables over their kept rows, weighted, with n / (n - 1), into count * count numbers.
void request_covariances(struct request *request, const struct variables *variables, double *value);
bool request_moment(struct request *request, struct survey_json_writer *out, struct survey_error *error);

// A function of estimates by the delta method.
bool request_function(const struct estimates *estimates, const char *text, double *value, double *variance,
                      struct survey_error *error);

// Two columns crossed; cells are numbered with the first column's levels fastest.
struct two_way {
    struct stats_levels levels[2]; // of the rows inside
    uint8_t *kept;                 // rows with both
};
bool request_two_way(struct request *request, const char *row, const char *column, struct two_way *table,
                     struct survey_error *error);
struct quantity *request_cells_of(struct request *request, const struct two_way *table, bool totals);

// Groups of by: the levels that occur, the first column's fastest, as R orders them.
struct groups {
    size_t count;
    const char **names;   // "E.No"
    const char ***levels; // by group, by column
    const char *const *columns;
    size_t column_count;
    uint32_t *of_row; // STATS_NO_LEVEL where blank or outside
};
bool request_quantile_by(struct request *request, const struct groups *groups, struct survey_json_writer *out,
                         struct survey_error *error);
bool request_groups(struct request *request, const struct survey_json *by, struct groups *groups,
                    struct survey_error *error);
void request_write_levels(struct survey_json_writer *out, const struct groups *groups);
void request_write_numbers(struct survey_json_writer *out, const char *key, const double *numbers,
                           size_t count);
void request_write_matrix(struct survey_json_writer *out, const char *key, const double *numbers,
                          size_t count);
// est, se, df, intervals, cv and (wanted) vcov of estimates.
void request_write_estimates(struct request *request, struct survey_json_writer *out,
                             const struct estimates *estimates, bool vcov);
