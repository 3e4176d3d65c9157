// SPDX-License-Identifier: GPL-3.0-or-later
// What requests for composites share: the units of a file and their columns. Private to
// stats/composite.
#pragma once

#include "stats/request/private.h"

struct composite_units {
    size_t n;
    const char **names; // by args.id, else "1", "2" ...
    double **columns;   // of args.vars, one a variable; NaN where missing
    const char *const *vars;
    size_t var_count;
    bool *lower;    // by variable: less is better (args.negative)
    size_t dropped; // rows left out
};

// Opens the file and names its rows; two rows of one name are a fault.
bool composite_open(struct request *request, struct composite_units *units,
                    struct survey_error *error);
bool composite_distinct(struct request *request, const char *const *names, size_t n,
                        struct survey_error *error);
// Reads args.vars and args.negative.
bool composite_columns(struct request *request, struct composite_units *units,
                       struct survey_error *error);
// Leaves out the rows in which a variable is missing; at least two must stay.
bool composite_complete(struct composite_units *units, struct survey_error *error);
void composite_write_names(struct survey_json_writer *out, const char *key,
                           const char *const *names, size_t n);
void composite_write_ranks(struct survey_json_writer *out, const double *value, size_t n);

bool composite_ahp(struct request *request, struct survey_json_writer *out,
                   struct survey_error *error);
bool composite_entropy(struct request *request, struct survey_json_writer *out,
                       struct survey_error *error);
bool composite_topsis(struct request *request, struct survey_json_writer *out,
                      struct survey_error *error);
bool composite_tree(struct request *request, struct survey_json_writer *out,
                    struct survey_error *error);
bool composite_ranks(struct request *request, struct survey_json_writer *out,
                     struct survey_error *error);
