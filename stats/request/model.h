// SPDX-License-Identifier: GPL-3.0-or-later
// Generalised linear models with design-based errors (Binder 1983): gaussian, binomial and poisson with their
// canonical links. Private to stats/request and its families.
#pragma once

#include "stats/request/private.h"

enum { MODEL_COLUMNS_MAX = 200 };
enum model_family { MODEL_GAUSSIAN, MODEL_BINOMIAL, MODEL_POISSON };

struct model {
    enum model_family family;
    const double *y;
    size_t count;                         // columns of the model matrix
    const char *names[MODEL_COLUMNS_MAX]; // "(Intercept)", "ell", "stypeH", "treat:wave"
    const double *columns[MODEL_COLUMNS_MAX];
    int term[MODEL_COLUMNS_MAX];          // its term in the formula; 0 the intercept
    const char *terms[MODEL_COLUMNS_MAX]; // term 1 and on, as written
    size_t term_count;
    uint8_t *kept; // rows with every value
    double *beta;
    double *variance; // count * count
};

// Reads "y ~ a + b + factor(c) + d*e" with R's treatment contrasts.
bool model_read(struct request *request, const char *formula, struct model *model,
                struct survey_error *error);
// The right side alone, without an outcome.
bool model_read_terms(struct request *request, const char *terms, struct model *model,
                      struct survey_error *error);
// Fits by iterated weighted least squares until nothing changes; variance as the design has it.
bool model_fit(struct request *request, struct model *model, struct survey_error *error);

// The parts of it, over n rows (those kept count), for models that are a step of something else.
double model_mean(enum model_family family, double eta);
// X' W X and X' (y - mean), weighted, at beta.
void model_equations(size_t n, const struct model *model, const double *weight, const double *beta,
                     double *information, double *gradient);
// Newton's method from beta until steps vanish. Columns that depend on each other and outcomes that are separated are faults.
bool model_solve(size_t n, const struct model *model, const double *weight, double *beta, struct survey_error *error);
