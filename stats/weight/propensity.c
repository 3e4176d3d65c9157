// SPDX-License-Identifier: GPL-3.0-or-later
// Non-response by propensity: how likely a unit was to be interviewed, by a logistic regression on what the frame
// knows of all units; then by classes of it, or by its inverse (Little 1986).
#include "stats/math/solve.h"
#include "stats/weight/private.h"

#include "survey/base/number.h"
#include "survey/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_COLUMNS = 100, ROUNDS = 60, CLASSES = 5, MOST_CLASSES = 50 };

struct propensity {
    size_t count;     // columns, the first all ones
    const double *x[MOST_COLUMNS];
    const char *names[MOST_COLUMNS];
    size_t classes; // 0: by the inverse
};

static bool add_column(struct weighing *in, struct propensity *model, const char *name, const double *x)
{
    if (model->count == MOST_COLUMNS)
        return weight_fault(in, "by", "W501",
                            survey_arena_format(in->arena, _("a model has at most %d columns"), MOST_COLUMNS),
                            _("wider categories"));
    model->names[model->count] = name;
    model->x[model->count++] = x;
    return true;
}

static bool everyone(const struct weighing *in, size_t unit)
{
    (void)in;
    (void)unit;
    return true;
}

// A number as it is, taken around its mean; a column of texts as its cells, the first left out.
static bool add_term(struct weighing *in, struct propensity *model, const char *term)
{
    size_t n = in->roster->count;
    const char *number = weight_call(in, term, "number");
    struct cells cells;
    double *x, mean = 0;
    if (number) {
        if (!weight_numbers(in, number, everyone, &x))
            return false;
        for (size_t i = 0; i < n; i++)
            mean += x[i] / (double)n;
        for (size_t i = 0; i < n; i++)
            x[i] -= mean;
        return add_column(in, model, term, x);
    }
    bool good = weight_cells(in, term, &cells);
    for (size_t cell = 1; good && cell < cells.count; cell++) {
        x = survey_arena_array(in->arena, n + 1, sizeof *x);
        for (size_t i = 0; i < n; i++)
            x[i] = cells.of[i] == cell;
        good = add_column(in, model, weight_cell_name(in, &cells, cell), x);
    }
    weight_cells_clear(&cells);
    return good;
}

static bool is_unknown(int outcome)
{
    return outcome == STATS_UNKNOWN_HOME || outcome == STATS_UNKNOWN_OTHER;
}

// Weights of the fit: the eligible, and the share e of those of unknown eligibility.
static void fit_weights(const struct weighing *in, double *weight)
{
    double eligible = 0, other = 0;
    for (size_t i = 0; i < in->roster->count; i++) {
        int outcome = in->roster->units[i].outcome;
        if (outcome == STATS_NOT_ELIGIBLE)
            other += in->w[i];
        else if (!is_unknown(outcome))
            eligible += in->w[i];
    }
    double e = eligible + other > 0 ? eligible / (eligible + other) : 1;
    for (size_t i = 0; i < in->roster->count; i++) {
        int outcome = in->roster->units[i].outcome;
        weight[i] = outcome == STATS_NOT_ELIGIBLE ? 0 : in->w[i] * (is_unknown(outcome) ? e : 1);
    }
}

static double chance(const struct propensity *model, const double *beta, size_t unit)
{
    double eta = 0;
    for (size_t c = 0; c < model->count; c++)
        eta += beta[c] * model->x[c][unit];
    return 1 / (1 + exp(-eta));
}

// Newton's steps of the weighted log likelihood; false where they do not end or a matrix is singular.
static bool fit(const struct weighing *in, const struct propensity *model, const double *weight, double *beta)
{
    size_t p = model->count;
    double *information = survey_realloc(NULL, p * p, sizeof *information), gradient[MOST_COLUMNS], largest = HUGE_VAL;
    bool good = true;
    for (int round = 0; good && largest > 1e-11 && round < ROUNDS; round++) {
        memset(information, 0, p * p * sizeof *information);
        memset(gradient, 0, sizeof gradient);
        for (size_t i = 0; i < in->roster->count; i++) {
            double mean = chance(model, beta, i), gap = weight[i] * (weight_is_interview(in, i) - mean);
            double curve = weight[i] * mean * (1 - mean);
            for (size_t c = 0; weight[i] > 0 && c < p; c++) {
                gradient[c] += gap * model->x[c][i];
                for (size_t d = 0; d < p; d++)
                    information[c * p + d] += curve * model->x[c][i] * model->x[d][i];
            }
        }
        good = stats_solve(information, p, gradient, 1);
        largest = 0;
        for (size_t c = 0; good && c < p; c++) {
            beta[c] += gradient[c];
            largest = fmax(largest, fabs(gradient[c]) / (1 + fabs(beta[c])));
        }
        good = good && isfinite(largest);
    }
    free(information);
    return good && largest <= 1e-11;
}

// Why a fit fails: a cell in which all or none were interviewed, or columns that depend on each other.
static bool say_why(struct weighing *in, const struct propensity *model, const double *weight)
{
    for (size_t c = 1; c < model->count; c++) {
        size_t met = 0, missed = 0;
        for (size_t i = 0; i < in->roster->count; i++)
            if (weight[i] > 0 && model->x[c][i] == 1)
                *(weight_is_interview(in, i) ? &met : &missed) += 1;
        if ((met == 0) != (missed == 0))
            return weight_fault(in, "by", "W502",
                                survey_arena_format(in->arena,
                                                    met ? _("the propensity has no finite fit: all of %s were interviewed")
                                                        : _("the propensity has no finite fit: none of %s was interviewed"),
                                                    model->names[c]),
                                _("wider categories, or the method nonresponse"));
    }
    return weight_fault(in, "by", "W502",
                        _("the propensity has no finite fit: its columns depend on each other, or some "
                          "combination of them tells who was interviewed"),
                        _("fewer columns, wider categories, or the method nonresponse"));
}

static int by_number(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Classes of equal numbers of units by propensity; units of the same propensity are in the same class.
static void make_classes(struct weighing *in, const double *chances, const double *weight, size_t wanted,
                         struct cells *classes)
{
    size_t n = in->roster->count, fitted = 0;
    const char **column = survey_arena_array(in->arena, 1, sizeof *column);
    double *sorted = survey_arena_array(in->arena, n + 1, sizeof *sorted);
    for (size_t i = 0; i < n; i++)
        if (weight[i] > 0)
            sorted[fitted++] = chances[i];
    qsort(sorted, fitted, sizeof *sorted, by_number);
    column[0] = "propensity";
    *classes = (struct cells){.columns = column, .width = 1, .count = wanted};
    classes->of = survey_arena_array(in->arena, n + 1, sizeof *classes->of);
    classes->keys = survey_arena_array(in->arena, wanted, sizeof *classes->keys);
    for (size_t k = 0; k < wanted; k++) {
        classes->keys[k] = survey_arena_array(in->arena, 1, sizeof **classes->keys);
        classes->keys[k][0] = survey_arena_format(in->arena, "%zu/%zu", k + 1, wanted);
    }
    for (size_t i = 0; i < n; i++) {
        size_t k = 1; // 1e-12: equal but for rounding
        while (k < wanted && (k * fitted < wanted || chances[i] > sorted[k * fitted / wanted - 1] * (1 + 1e-12)))
            k++;
        classes->of[i] = (uint32_t)(k - 1);
    }
}

static bool run_propensity(struct weighing *in, struct weight_rule *rule)
{
    const struct propensity *model = rule->propensity;
    size_t n = in->roster->count;
    double *weight = survey_arena_array(in->arena, n + 1, sizeof *weight),
           *chances = survey_arena_array(in->arena, n + 1, sizeof *chances), beta[MOST_COLUMNS] = {0}, least = 1,
           most = 0;
    fit_weights(in, weight);
    bool all = true;
    for (size_t i = 0; i < n; i++)
        all = all && (weight_is_interview(in, i) || !(weight[i] > 0));
    if (all) { // nobody to carry
        weight_keep_interviews(in);
        return true;
    }
    if (!fit(in, model, weight, beta))
        return say_why(in, model, weight);
    for (size_t i = 0; i < n; i++) {
        chances[i] = chance(model, beta, i);
        if (weight_is_interview(in, i)) {
            least = fmin(least, chances[i]);
            most = fmax(most, chances[i]);
        }
    }
    weight_note(in, survey_arena_format(in->arena, _("propensities of the interviews: %.3f to %.3f"), least, most));
    if (model->classes) {
        struct cells classes;
        make_classes(in, chances, weight, model->classes, &classes);
        return weight_carry(in, &classes);
    }
    for (size_t i = 0; i < n; i++)
        in->w[i] = weight_is_interview(in, i) ? in->w[i] / chances[i] : 0;
    return true;
}

bool weight_read_propensity(struct weighing *in, struct weight_rule *rule, struct survey_error *error)
{
    const char **by, *bounds = weight_text(in, "bounds");
    size_t count = stats_words(in->arena, weight_text(in, "by"), ";", &by);
    int64_t classes = CLASSES;
    (void)error;
    rule->run = run_propensity;
    struct propensity *model = rule->propensity = survey_arena_alloc(in->arena, sizeof *model);
    if (strcmp(bounds, "1/p") == 0)
        classes = 0;
    else if (*bounds && (!survey_integer_parse(bounds, strlen(bounds), &classes) || classes < 2 || classes > MOST_CLASSES))
        return weight_fault(in, "bounds", "W503",
                            survey_arena_format(in->arena, _("'%s' is no number of classes"), bounds),
                            _("5: classes of propensity; 1/p: its inverse"));
    model->classes = (size_t)classes;
    if (!count)
        return weight_fault(in, "by", "W207", _("the columns of the cells are missing"), "stratum;number(persons)");
    double *ones = survey_arena_array(in->arena, in->roster->count + 1, sizeof *ones);
    for (size_t i = 0; i < in->roster->count; i++)
        ones[i] = 1;
    bool good = add_column(in, model, "1", ones);
    for (size_t i = 0; good && i < count; i++)
        good = add_term(in, model, by[i]);
    return good;
}
