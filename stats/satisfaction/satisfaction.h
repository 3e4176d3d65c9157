// SPDX-License-Identifier: GPL-3.0-or-later
// Requests about satisfaction: figures of items by groups, each a mean with its interval. Private
// to stats/satisfaction.
#pragma once

#include "stats/request/interval.h"

// One figure: the mean of y over kept rows.
struct opinion {
    const char *item;
    size_t group; // SIZE_MAX: all rows
    bool share;   // of 0 and 1
    double value, variance, df;
    struct request_interval interval;
    bool known;
    size_t n, missing;
};

// y is NaN where missing. A group without a value has no figure but a reason.
bool opinion_mean(struct request *request, const struct groups *groups, const double *y,
                  struct opinion *opinion, struct survey_error *error);
// args.vars as columns of numbers; args.by as groups (*groups NULL where there is none).
bool opinion_columns(struct request *request, const char *const **names, double ***columns,
                     size_t *count, struct survey_error *error);
bool opinion_groups(struct request *request, const struct groups **groups,
                    struct survey_error *error);
// names, levels and the lists est, se, ci_low, ci_high, interval, df, n, missing, reason.
void opinion_write(struct survey_json_writer *out, const struct groups *groups,
                   const struct opinion *opinions, size_t count);

bool satisfaction_top_box(struct request *request, struct survey_json_writer *out,
                          struct survey_error *error);
bool satisfaction_nps(struct request *request, struct survey_json_writer *out,
                      struct survey_error *error);
bool satisfaction_index(struct request *request, struct survey_json_writer *out,
                        struct survey_error *error);
bool satisfaction_importance(struct request *request, struct survey_json_writer *out,
                             struct survey_error *error);
