// SPDX-License-Identifier: GPL-3.0-or-later
// Fitting models and their design-based variance.
#include "stats/math/solve.h"
#include "stats/math/sum.h"
#include "stats/request/model.h"

enum { ROUNDS_MAX = 100 };

double model_mean(enum model_family family, double eta)
{
    switch (family) {
    case MODEL_BINOMIAL:
        return 1 / (1 + exp(-eta));
    case MODEL_POISSON:
        return exp(eta);
    case MODEL_GAUSSIAN:
        break;
    }
    return eta;
}

static double slope_at(enum model_family family, double mean)
{
    return family == MODEL_BINOMIAL ? mean * (1 - mean) : family == MODEL_POISSON ? mean : 1;
}

static double predictor(const struct model *model, const double *beta, size_t row)
{
    double eta = 0;
    for (size_t i = 0; i < model->count; i++)
        eta += beta[i] * model->columns[i][row];
    return eta;
}

void model_equations(size_t n, const struct model *model, const double *weight, const double *beta,
                     double *information, double *gradient)
{
    size_t p = model->count;
    double *term = survey_realloc(NULL, n * 2, sizeof *term), *curve = term + n;
    double *product = survey_realloc(NULL, n, sizeof *product);
    for (size_t row = 0; row < n; row++) {
        double mean = model->kept[row] ? model_mean(model->family, predictor(model, beta, row)) : 0;
        term[row] = model->kept[row] ? weight[row] * (model->y[row] - mean) : 0;
        curve[row] = model->kept[row] ? weight[row] * slope_at(model->family, mean) : 0;
    }
    for (size_t i = 0; i < p; i++) {
        for (size_t row = 0; row < n; row++)
            product[row] = model->kept[row] ? term[row] * model->columns[i][row] : 0;
        gradient[i] = stats_sum(product, n);
        for (size_t j = 0; j <= i; j++) {
            for (size_t row = 0; row < n; row++)
                product[row] =
                    model->kept[row] ? curve[row] * model->columns[i][row] * model->columns[j][row] : 0;
            information[i * p + j] = information[j * p + i] = stats_sum(product, n);
        }
    }
    free(term);
    free(product);
}

bool model_solve(size_t n, const struct model *model, const double *weight, double *beta,
                 struct survey_error *error)
{
    static const char *const singular = N_("the model is singular: its columns depend on each other"),
                            *const separated = N_("the model has not converged: some combination of its columns separates the outcomes");
    size_t p = model->count;
    double *information = survey_realloc(NULL, p * p, sizeof *information),
           *gradient = survey_realloc(NULL, p, sizeof *gradient);
    bool done = true, again = true;
    for (int round = 0; done && again && round < ROUNDS_MAX; round++) {
        model_equations(n, model, weight, beta, information, gradient);
        // What is regular at first and singular later has run off to 0 and 1.
        done = stats_solve(information, p, gradient, 1) ||
               survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _(round ? separated : singular));
        double largest = 0;
        for (size_t i = 0; done && i < p; i++) {
            beta[i] += gradient[i];
            largest = fmax(largest, fabs(gradient[i]) / (fabs(beta[i]) + 1e-3));
        }
        again = !(largest < 1e-12);
        if (done && !isfinite(largest))
            done = survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("the model has no finite fit"));
        if (round == ROUNDS_MAX - 1 && largest > 1e-7)
            done = survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _(separated));
    }
    free(information);
    free(gradient);
    return done;
}

static bool vary_by_replicates(struct request *request, struct model *model, struct survey_error *error)
{
    size_t p = model->count;
    double *betas = survey_realloc(NULL, request->replicate_count * p, sizeof *betas);
    bool done = true;
    for (size_t r = 0; done && r < request->replicate_count; r++) {
        memcpy(&betas[r * p], model->beta, p * sizeof *betas);
        done = model_solve(request->n, model, request->replicates[r], &betas[r * p], error);
    }
    if (done)
        request_replicate_variance(request, betas, model->beta, p, model->variance);
    free(betas);
    return done;
}

bool model_fit(struct request *request, struct model *model, struct survey_error *error)
{
    size_t p = model->count;
    model->beta = survey_arena_array(request->arena, p, sizeof *model->beta);
    model->variance = survey_arena_array(request->arena, p * p, sizeof *model->variance);
    double *scratch = survey_arena_array(request->arena, request->n, sizeof *scratch);
    double *inverse = survey_arena_array(request->arena, p * p, sizeof *inverse),
           *gradient = survey_arena_array(request->arena, p, sizeof *gradient);
    struct quantity mean = {"", model->y, request_ones(request), model->kept};
    double center;
    request_values(request, &mean, 1, request->weight, &center);
    if (model->family == MODEL_BINOMIAL && !(center > 0 && center < 1))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("a binomial model needs an outcome of 0 and 1, and both"));
    if (model->family == MODEL_POISSON && !(center > 0))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("a poisson model needs counts"));
    model->beta[0] = model->family == MODEL_BINOMIAL  ? log(center / (1 - center))
                     : model->family == MODEL_POISSON ? log(center)
                                                      : center;
    if (!model_solve(request->n, model, request->weight, model->beta, error))
        return false;
    if (request->replicates)
        return vary_by_replicates(request, model, error);
    model_equations(request->n, model, request->weight, model->beta, inverse, gradient);
    if (!stats_invert(inverse, p))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("the model is singular: its columns depend on each other"));
    double **scores = survey_arena_array(request->arena, p, sizeof *scores);
    for (size_t i = 0; i < p; i++)
        scores[i] = survey_arena_array(request->arena, request->n, sizeof *scores[i]);
    for (size_t row = 0; row < request->n; row++) {
        if (!model->kept[row])
            continue;
        double gap = request->weight[row] *
                     (model->y[row] - model_mean(model->family, predictor(model, model->beta, row)));
        for (size_t i = 0; i < p; i++)
            for (size_t j = 0; j < p; j++)
                scores[i][row] += inverse[i * p + j] * model->columns[j][row] * gap;
    }
    return request_variance(request, scores, p, model->kept, model->variance, error);
}
