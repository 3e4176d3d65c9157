// SPDX-License-Identifier: GPL-3.0-or-later
// Answers to requests for measures of poverty and inequality: what is asked, for which groups,
// under which weights.
#include "stats/poverty/request_poverty.h"

#include "stats/poverty/measure.h"

static const struct {
    const char *estimator;
    enum stats_poverty_measure measure;
    bool lined; // has no line unless one is given
} measures[] = {
    {"fgt", STATS_FGT, true},     {"sen", STATS_SEN, true},    {"sst", STATS_SST, true},
    {"watts", STATS_WATTS, true}, {"gini", STATS_GINI, false}, {"lorenz", STATS_LORENZ, false},
    {"arpt", STATS_ARPT, false},  {"arpr", STATS_FGT, false},  {"rmpg", STATS_RMPG, false},
    {"qsr", STATS_QSR, false},
};

// A column by its name, or an expression over columns.
static bool numbers_of(struct request *request, const char *key, const char *text, double **numbers,
                       struct survey_error *error)
{
    if (!*text)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("'%s' names a column or an expression"),
                           key);
    if (stats_table_find(&request->table, text) >= 0)
        return request_column(request, text, numbers, error);
    *numbers = survey_arena_array(request->arena, request->n + 1, sizeof **numbers);
    return stats_table_evaluate(&request->table, text, key, *numbers, error);
}

static bool read_relative(const struct survey_json *json, struct stats_line *line,
                          struct survey_error *error)
{
    const char *of = survey_json_text(json, "of", "median");
    bool quantile = strcmp(of, "quantile") == 0, mean = strcmp(of, "mean") == 0;
    line->kind = mean ? STATS_LINE_MEAN : STATS_LINE_QUANTILE;
    line->share = survey_json_number(json, "percent", 60) / 100;
    line->p = quantile ? survey_json_number(json, "p", NAN) : 0.5;
    if (!quantile && !mean && strcmp(of, "median") != 0)
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("a line is a percent of the mean, median or quantile, not of '%s'"),
                           of);
    if (!(line->p > 0 && line->p < 1))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("a quantile's probability is between 0 and 1"));
    return (line->share > 0 && line->share <= 100) ||
           survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("'percent' of a line is above 0"));
}

// The line: an amount; a column, by which incomes are then divided; or relative to the data.
static bool read_line(struct request *request, struct poverty_asked *asked, bool needed,
                      struct survey_error *error)
{
    const struct survey_json *json = request_arg(request, "line");
    struct stats_line *line = &asked->question.line;
    line->strict = survey_json_bool(request->args, "strict", false);
    if (!json && needed)
        return survey_fail(
            error, SURVEY_ERROR_INPUT, "", "%s",
            _("'line' is missing: an amount, a column, or {\"of\": \"median\", \"percent\": 60}"));
    if (!json || json->kind == SURVEY_JSON_OBJECT)
        return read_relative(json, line, error);
    line->kind = STATS_LINE_FIXED;
    line->amount = json->kind == SURVEY_JSON_NUMBER ? json->number : 1;
    if (json->kind == SURVEY_JSON_NUMBER)
        return true;
    if (json->kind != SURVEY_JSON_STRING)
        return survey_fail(
            error, SURVEY_ERROR_INPUT, "", "%s",
            _("'line' is an amount, a column, or {\"of\": \"median\", \"percent\": 60}"));
    double *lines;
    if (!numbers_of(request, "line", json->text, &lines, error))
        return false;
    for (size_t row = 0; row < request->n; row++) {
        if (lines[row] <= 0 && request->weight[row] > 0) {
            char at[512];
            stats_table_place(&request->table, row, at);
            return survey_fail(error, SURVEY_ERROR_INPUT, at,
                               _("the poverty line is %g, which is not above 0"), lines[row]);
        }
        asked->income[row] /= lines[row];
    }
    asked->by_row = true;
    return true;
}

// Incomes as they count: raised to the floor, and for Watts without those of 0 or less.
static void set_incomes(struct request *request, struct poverty_asked *asked)
{
    const struct survey_json *floor = request_arg(request, "floor");
    asked->raw = survey_arena_array(request->arena, request->n + 1, sizeof *asked->raw);
    memcpy(asked->raw, asked->income, request->n * sizeof *asked->raw);
    for (size_t row = 0; row < request->n; row++)
        if (floor && floor->kind == SURVEY_JSON_NUMBER && asked->income[row] < floor->number)
            asked->income[row] = floor->number;
}

static bool read_size(struct request *request, struct poverty_asked *asked,
                      struct survey_error *error)
{
    const char *text = survey_json_text(request->args, "size", NULL);
    if (!text)
        return true;
    if (!numbers_of(request, "size", text, &asked->size, error))
        return false;
    for (size_t row = 0; row < request->n; row++)
        if (asked->size[row] < 0) {
            char at[512];
            stats_table_place(&request->table, row, at);
            return survey_fail(error, SURVEY_ERROR_INPUT, at, _("the size of a household is %g"),
                               asked->size[row]);
        }
    return true;
}

static bool read_numbers(struct request *request, struct poverty_asked *asked,
                         struct survey_error *error)
{
    struct stats_poverty_question *q = &asked->question;
    const struct survey_json *probs = request_arg(request, "probs");
    q->alpha = asked->rate ? 0 : survey_json_number(request->args, "alpha", 0);
    q->p = survey_json_number(request->args, "p", 0.2);
    const char *form = survey_json_text(request->args, "form", "mean_difference");
    q->upper = strcmp(form, "convey") == 0;
    if (!q->upper && strcmp(form, "mean_difference") != 0)
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("'%s' is no form of the Gini coefficient"), form);
    if (!(q->alpha == 0 || (q->alpha >= 1 && q->alpha <= 10)))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("'alpha' is 0, or 1 to 10"));
    if (q->measure == STATS_QSR && !(q->p > 0 && q->p <= 0.5))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("'p' of a share ratio is above 0, at most 0.5"));
    if (q->measure != STATS_LORENZ)
        return true;
    asked->prob_count = probs && probs->kind == SURVEY_JSON_ARRAY ? probs->count : 0;
    if (!asked->prob_count || asked->prob_count > REQUEST_MOST)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("'probs' lists the quantiles"));
    asked->probs = survey_arena_array(request->arena, asked->prob_count, sizeof *asked->probs);
    size_t i = 0;
    for (const struct survey_json *p = probs->first; p; p = p->next, i++) {
        asked->probs[i] = p->number;
        if (!(p->number > 0 && p->number < 1))
            return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                               _("a quantile's probability is between 0 and 1"));
    }
    return true;
}

// Rows that count at all, and those of the domain: what is not there, or is left out, is in
// neither.
static void set_rows(struct request *request, struct poverty_asked *asked)
{
    bool domain = strcmp(survey_json_text(request->args, "line_of", "all"), "domain") == 0;
    asked->all = survey_arena_array(request->arena, request->n + 1, 1);
    asked->kept = survey_arena_array(request->arena, request->n + 1, 1);
    for (size_t row = 0; row < request->n; row++) {
        bool inside = !request->inside || request->inside[row];
        bool known = !isnan(asked->income[row]) && (!asked->size || !isnan(asked->size[row]));
        bool counts = asked->question.measure != STATS_WATTS || asked->income[row] > 0;
        asked->all[row] = known && request->weight[row] > 0 && (inside || !domain);
        asked->kept[row] = known && counts && request->weight[row] > 0 && inside;
    }
    asked->own_line = domain;
}

static bool read_asked(struct request *request, struct poverty_asked *asked,
                       struct survey_error *error)
{
    const char *estimator = survey_json_text(request->entry, "estimator", "");
    bool needed = false;
    for (size_t i = 0; i < sizeof measures / sizeof *measures; i++)
        if (strcmp(estimator, measures[i].estimator) == 0) {
            asked->question.measure = measures[i].measure;
            needed = measures[i].lined;
        }
    asked->rate = strcmp(estimator, "arpr") == 0;
    double *incomes;
    if (!numbers_of(request, "income", survey_json_text(request->args, "income", ""), &incomes,
                    error))
        return false;
    asked->income = survey_arena_array(request->arena, request->n + 1, sizeof *asked->income);
    memcpy(asked->income, incomes, request->n * sizeof *incomes);
    set_incomes(request, asked);
    if (!read_line(request, asked, needed, error) || !read_size(request, asked, error) ||
        !read_numbers(request, asked, error))
        return false;
    set_rows(request, asked);
    const struct survey_json *by = request_arg(request, "by");
    asked->grouped = by != NULL;
    return !by || request_groups(request, by, &asked->groups, error);
}

static bool answer(struct request *request, struct survey_json_writer *out,
                   struct survey_error *error)
{
    struct poverty_asked asked = {0};
    if (!read_asked(request, &asked, error))
        return false;
    asked.each = asked.prob_count ? asked.prob_count : 1;
    asked.count = asked.each * (asked.grouped ? asked.groups.count : 1);
    if ((double)asked.count * (double)request->n > REQUEST_NUMBERS)
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("%zu estimates of %zu rows are too many at once"), asked.count,
                           request->n);
    asked.figures = survey_arena_array(request->arena, asked.count, sizeof *asked.figures);
    for (size_t i = 0; i < asked.count; i++)
        if (!poverty_figure(request, &asked, i, error))
            return false;
    poverty_write(request, &asked, out);
    return true;
}

const struct request_method request_poverty_methods[] = {
    {"fgt", answer, false},   {"sen", answer, false},  {"sst", answer, false},
    {"watts", answer, false}, {"gini", answer, false}, {"lorenz", answer, false},
    {"arpt", answer, false},  {"arpr", answer, false}, {"rmpg", answer, false},
    {"qsr", answer, false},   {NULL, NULL, false},
};
