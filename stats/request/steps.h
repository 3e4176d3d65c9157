// SPDX-License-Identifier: GPL-3.0-or-later
// Steps that change the weights of a request, and what each takes out of a variance. Private to stats/request and its families.
#pragma once

#include "stats/request/private.h"

enum request_step_kind { STEP_POST, STEP_RAKE, STEP_CALIBRATE };

struct request_cells {
    size_t count;
    uint32_t *of_row;
    double *total;     // population by cell
    const char **name; // "stype=E" by cell
};

struct request_step {
    enum request_step_kind kind;
    struct request_step *next;
    struct request_cells *margins; // post: one; rake: several
    size_t margin_count;
    const double *before, *after; // weights
    double **basis;               // calibrate: orthonormal columns of sqrt(before) * x
    size_t basis_count;
};

struct request_step *request_step_add(struct request *request, enum request_step_kind kind);
// Runs an adjustment on the weights and on each replicate; record says whether a step is to be added
// (Taylor linearisation).
bool request_each_weight(struct request *request,
                         bool (*adjust)(struct request *, const void *, double *, bool,
                                        struct survey_error *),
                         const void *with, struct survey_error *error);

bool request_post_stratify(struct request *request, const struct survey_json *step,
                           struct survey_error *error);
bool request_rake(struct request *request, const struct survey_json *step, struct survey_error *error);
bool request_calibrate(struct request *request, const struct survey_json *step, struct survey_error *error);
bool request_trim(struct request *request, const struct survey_json *step, struct survey_error *error);
// Reads replicate weights from the file that the design names; step NULL: the design is made of them.
bool request_replicates_read(struct request *request, const struct survey_json *step,
                             struct survey_error *error);
// Makes them as the step says (type, replicates, seed, fay_rho, mse).
bool request_replicates_make(struct request *request, const struct survey_json *step, struct survey_error *error);
double request_replicate_rank(const struct request *request, const uint8_t *inside);

void request_residual_post(const struct request *request, const struct request_step *step, double *score);
void request_residual_rake(const struct request *request, const struct request_step *step, double *score);
void request_residual_calibrate(const struct request *request, const struct request_step *step,
                                double *score);
