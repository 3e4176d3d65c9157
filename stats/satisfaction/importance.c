// SPDX-License-Identifier: GPL-3.0-or-later
// Importance and performance of items (Martilla & James 1977): importance stated, or derived from
// an overall judgement.
#include "stats/request/model.h"
#include "stats/satisfaction/satisfaction.h"

struct portfolio {
    size_t count;
    const char *const *names;
    double **columns;
    struct opinion *performance;
    double *importance, *se; // se NaN where not known
    double cut_performance, cut_importance;
    const char *how;    // "stated", "regression", "correlation"
    struct model model; // of regression
};

static double spread(const struct request *request, const double *x, const uint8_t *kept,
                     double *mean)
{
    double sum = 0, total = 0, squares = 0;
    for (size_t row = 0; row < request->n; row++)
        if (kept[row]) {
            sum += request->weight[row];
            total += request->weight[row] * x[row];
        }
    *mean = total / sum;
    for (size_t row = 0; row < request->n; row++)
        if (kept[row])
            squares += request->weight[row] * (x[row] - *mean) * (x[row] - *mean);
    return sqrt(squares / sum);
}

// Standardised coefficients: b sd(x) / sd(y), over rows that have everything (Matzler et al. 2003).
static bool by_regression(struct request *request, struct portfolio *p, const char *overall,
                          struct survey_error *error)
{
    struct survey_buffer formula = SURVEY_BUFFER(1 << 20);
    survey_format(&formula, "%s ~ ", overall);
    for (size_t i = 0; i < p->count; i++)
        survey_format(&formula, "%s%s", i ? " + " : "", p->names[i]);
    p->model = (struct model){.family = MODEL_GAUSSIAN};
    const char *text = survey_arena_strdup(request->arena, survey_buffer_string(&formula));
    survey_buffer_clear(&formula);
    if (!model_read(request, text, &p->model, error))
        return false;
    if (p->model.count != p->count + 1)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("each item is one column of numbers"));
    if (!model_fit(request, &p->model, error))
        return false;
    double mean, of_y = spread(request, p->model.y, p->model.kept, &mean);
    for (size_t i = 0; i < p->count; i++) {
        double scale = spread(request, p->model.columns[i + 1], p->model.kept, &mean) / of_y;
        size_t at = i + 1;
        p->importance[i] = p->model.beta[at] * scale;
        p->se[i] = sqrt(p->model.variance[at * p->model.count + at]) * scale;
    }
    return true;
}

// The correlation of an item with the overall judgement, over rows that have both.
static bool by_correlation(struct request *request, struct portfolio *p, const char *overall,
                           struct survey_error *error)
{
    double *y;
    uint8_t *kept = survey_arena_array(request->arena, request->n + 1, 1);
    if (!request_column(request, overall, &y, error))
        return false;
    for (size_t i = 0; i < p->count; i++) {
        double mean_x, mean_y, sum = 0, products = 0;
        for (size_t row = 0; row < request->n; row++)
            kept[row] = request->weight[row] > 0 && (!request->inside || request->inside[row]) &&
                        !isnan(y[row]) && !isnan(p->columns[i][row]);
        double of_x = spread(request, p->columns[i], kept, &mean_x),
               of_y = spread(request, y, kept, &mean_y);
        for (size_t row = 0; row < request->n; row++)
            if (kept[row]) {
                sum += request->weight[row];
                products +=
                    request->weight[row] * (p->columns[i][row] - mean_x) * (y[row] - mean_y);
            }
        p->importance[i] = products / sum / (of_x * of_y);
        if (!isfinite(p->importance[i]))
            return survey_fail(error, SURVEY_ERROR_INPUT, "",
                               _("'%s' does not vary with '%s': one of them is the same for all"),
                               p->names[i], overall);
    }
    return true;
}

// Means of the columns in which importance was asked, in the order of the items.
static bool as_stated(struct request *request, struct portfolio *p,
                      const struct survey_json *stated, struct survey_error *error)
{
    const char *const *names;
    if (request_names(request->arena, stated, &names) != p->count)
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("'importance' names one column for each of the %zu items"), p->count);
    for (size_t i = 0; i < p->count; i++) {
        struct opinion opinion = {.item = names[i], .group = SIZE_MAX};
        double *y;
        if (!request_column(request, names[i], &y, error) ||
            !opinion_mean(request, NULL, y, &opinion, error))
            return false;
        if (!opinion.known)
            return survey_fail(error, SURVEY_ERROR_INPUT, "", _("nobody answered '%s'"), names[i]);
        p->importance[i] = opinion.value;
        p->se[i] = opinion.interval.sure ? sqrt(fmax(0, opinion.variance)) : (double)NAN;
    }
    return true;
}

static bool find_importance(struct request *request, struct portfolio *p,
                            struct survey_error *error)
{
    const struct survey_json *stated = request_arg(request, "importance");
    const char *overall = survey_json_text(request->args, "overall", "");
    p->how = stated ? "stated" : survey_json_text(request->args, "derive", "regression");
    for (size_t i = 0; i < p->count; i++)
        p->se[i] = NAN;
    if (stated)
        return as_stated(request, p, stated, error);
    if (!*overall)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("'importance' names the columns that say how important each item is, "
                             "or 'overall' the judgement to "
                             "derive it from"));
    if (strcmp(p->how, "correlation") == 0)
        return by_correlation(request, p, overall, error);
    return strcmp(p->how, "regression") == 0
               ? by_regression(request, p, overall, error)
               : survey_fail(error, SURVEY_ERROR_INPUT, "",
                             _("'derive' is regression or correlation, not '%s'"), p->how);
}

static bool find_performance(struct request *request, struct portfolio *p,
                             struct survey_error *error)
{
    for (size_t i = 0; i < p->count; i++) {
        p->performance[i] = (struct opinion){.item = p->names[i], .group = SIZE_MAX};
        if (!opinion_mean(request, NULL, p->columns[i], &p->performance[i], error))
            return false;
        if (!p->performance[i].known)
            return survey_fail(error, SURVEY_ERROR_INPUT, "", _("nobody answered '%s'"),
                               p->names[i]);
    }
    return true;
}

// The lines of the grid: the means of the items, unless given.
static void find_cuts(const struct request *request, struct portfolio *p)
{
    const struct survey_json *cuts = request_arg(request, "cuts");
    p->cut_performance = p->cut_importance = 0;
    for (size_t i = 0; i < p->count; i++) {
        p->cut_performance += p->performance[i].value / (double)p->count;
        p->cut_importance += p->importance[i] / (double)p->count;
    }
    if (cuts && cuts->kind == SURVEY_JSON_ARRAY && cuts->count == 2) {
        p->cut_performance = cuts->first->number;
        p->cut_importance = cuts->first->next->number;
    }
}

static void write_quadrants(const struct portfolio *p, struct survey_json_writer *out)
{
    static const char *const names[2][2] = {{"low_priority", "possible_overkill"},
                                            {"concentrate_here", "keep_up"}};
    survey_json_key(out, "quadrant");
    survey_json_open(out, '[');
    for (size_t i = 0; i < p->count; i++)
        survey_json_put_text(out, names[p->importance[i] >= p->cut_importance]
                                       [p->performance[i].value >= p->cut_performance]);
    survey_json_close(out, ']');
    survey_json_key(out, "sure"); // the interval of the performance is on one side of the line
    survey_json_open(out, '[');
    for (size_t i = 0; i < p->count; i++) {
        const struct request_interval *interval = &p->performance[i].interval;
        survey_json_put_bool(out, interval->sure && (interval->low > p->cut_performance ||
                                                     interval->high < p->cut_performance));
    }
    survey_json_close(out, ']');
}

bool satisfaction_importance(struct request *request, struct survey_json_writer *out,
                             struct survey_error *error)
{
    struct portfolio p = {0};
    if (!opinion_columns(request, &p.names, &p.columns, &p.count, error))
        return false;
    p.performance = survey_arena_array(request->arena, p.count, sizeof *p.performance);
    p.importance = survey_arena_array(request->arena, p.count, sizeof *p.importance);
    p.se = survey_arena_array(request->arena, p.count, sizeof *p.se);
    if (!find_importance(request, &p, error) || !find_performance(request, &p, error))
        return false;
    find_cuts(request, &p);
    survey_json_open(out, '{');
    opinion_write(out, NULL, p.performance, p.count); // est: the performance
    request_write_numbers(out, "importance", p.importance, p.count);
    request_write_numbers(out, "importance_se", p.se, p.count);
    survey_json_member(out, "importance_by", p.how);
    if (p.model.count) {
        double *se = survey_arena_array(request->arena, p.model.count, sizeof *se);
        for (size_t i = 0; i < p.model.count; i++)
            se[i] = sqrt(p.model.variance[i * p.model.count + i]);
        request_write_numbers(out, "coef", p.model.beta, p.model.count);
        request_write_numbers(out, "coef_se", se, p.model.count);
    }
    request_write_numbers(out, "cuts", (double[]){p.cut_performance, p.cut_importance}, 2);
    write_quadrants(&p, out);
    survey_json_close(out, '}');
    return true;
}
