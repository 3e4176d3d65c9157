// SPDX-License-Identifier: GPL-3.0-or-later
// Figures over responses: the plain ratio that the rules ask for, and beside it the weighted
// estimate.
#include "stats/assess/figure_rows.h"

#include "survey/base/arena.h"
#include "survey/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// The cell of an expression, for what evaluating it may say.
static const char *place_of(struct stats_rows *rows, const char *header)
{
    const struct survey_sheet *sheet = survey_store_plan(rows->plan->store, "indicators");
    char place[512];
    survey_place_text(
        &(struct survey_problem){.file = rows->plan->form->path,
                                 .sheet = sheet->name,
                                 .row = rows->indicator->row,
                                 .column = (uint32_t)(survey_sheet_column(sheet, header) + 1)},
        place, sizeof place);
    return survey_arena_strdup(rows->arena, place);
}

// Only "don't know" keeps the value from being known: then it is an answer, and counts in the
// denominator where the rules say so. Other kinds of missing never do.
static bool only_dont_know(const struct stats_rows *rows, size_t row)
{
    bool any = false;
    for (size_t i = 0; i < rows->made->question_count; i++) {
        enum survey_missing kind = SURVEY_PRESENT;
        stats_dataset_answer(rows->dataset, rows->made->questions[i], row, &kind);
        if (kind != SURVEY_PRESENT && kind != SURVEY_DONT_KNOW)
            return false;
        any |= kind == SURVEY_DONT_KNOW;
    }
    return any;
}

static void treat_dont_know(struct stats_rows *rows)
{
    for (size_t row = 0; row < rows->n; row++) {
        if (!rows->inside[row] || !isnan(rows->y[row]) || !only_dont_know(rows, row))
            continue;
        rows->dont_know++;
        if (rows->made->count_dont_know)
            rows->y[row] = 0;
    }
}

// Points of the answers of a row to the index's questions: their sum in y, their number in x.
static void read_index(struct stats_rows *rows)
{
    const struct stats_indicator_plan *made = rows->made;
    for (size_t row = 0; row < rows->n; row++) {
        rows->y[row] = rows->x[row] = 0;
        for (size_t i = 0; i < made->question_count; i++) {
            enum survey_missing kind = SURVEY_PRESENT;
            struct survey_value text = {.kind = SURVEY_STRING};
            text.text = stats_dataset_answer(rows->dataset, made->questions[i], row, &kind);
            double at = kind == SURVEY_PRESENT ? survey_value_number(&text) : (double)NAN,
                   points = NAN;
            if (kind == SURVEY_DONT_KNOW && rows->inside[row])
                rows->dont_know++;
            if (kind == SURVEY_DONT_KNOW && made->count_dont_know)
                points = 0;
            if (!made->point_count && at >= 1 && at <= made->likert_k)
                points = 100 * (at - 1) / (made->likert_k - 1);
            for (size_t k = 0; k < made->point_count; k++)
                if (made->points[k].at == at)
                    points = made->points[k].points;
            if (isnan(points))
                continue;
            rows->y[row] += points;
            rows->x[row] += 1;
        }
        if (rows->x[row] == 0)
            rows->y[row] = rows->x[row] = NAN;
    }
}

// y of the responses with a confirmed case: the persons concerned, or the household itself.
static void read_cases(struct stats_rows *rows)
{
    const char *type = rows->made->case_type;
    for (size_t row = 0; row < rows->n; row++) {
        double persons = stats_dataset_case_persons(rows->dataset, type, row);
        bool counts = rows->inside[row] && !isnan(rows->x[row]);
        rows->y[row] = *rows->indicator->per ? fmin(persons, rows->x[row]) : persons > 0;
        rows->stray_cases += persons > 0 && !counts;
        rows->large_cases += persons > rows->x[row] && counts && *rows->indicator->per;
    }
}

static bool read_values(struct stats_rows *rows, struct survey_error *error)
{
    const struct stats_indicator *indicator = rows->indicator;
    const struct stats_design *design = stats_dataset_design(rows->dataset);
    if (*indicator->among && !stats_dataset_condition(rows->dataset, indicator->among,
                                                      place_of(rows, "among"), rows->inside, error))
        return false;
    for (size_t row = 0; row < rows->n; row++)
        rows->x[row] = 1;
    if (*indicator->per &&
        !stats_dataset_number(rows->dataset, indicator->per, place_of(rows, "per"), rows->x, error))
        return false;
    for (size_t row = 0; row < rows->n; row++) // an interview of a unit that was drawn
        rows->inside[row] &= stats_dataset_interview(rows->dataset, row) && design->weight[row] > 0;
    if (indicator->statistic == STATS_CASES) {
        read_cases(rows);
        return true;
    }
    if (indicator->statistic == STATS_INDEX) {
        read_index(rows);
        return true;
    }
    if (!stats_dataset_number(rows->dataset, indicator->of, place_of(rows, "of"), rows->y, error))
        return false;
    if (indicator->statistic == STATS_SHARE)
        treat_dont_know(rows);
    for (size_t row = 0; row < rows->n && indicator->statistic == STATS_SHARE; row++)
        if (!isnan(rows->y[row]))
            rows->y[row] = rows->y[row] != 0;
    return indicator->statistic != STATS_RATIO ||
           stats_dataset_number(rows->dataset, indicator->over, place_of(rows, "over"), rows->x,
                                error);
}

// A value counts where both sides are known; y is then of the persons that x counts.
static void close_values(struct stats_rows *rows)
{
    bool times =
        rows->indicator->statistic != STATS_RATIO && rows->indicator->statistic != STATS_INDEX;
    for (size_t row = 0; row < rows->n; row++) {
        if (!isfinite(rows->x[row]) || !isfinite(rows->y[row]))
            rows->x[row] = rows->y[row] = NAN;
        else if (times && rows->indicator->statistic != STATS_QUANTILE &&
                 rows->indicator->statistic != STATS_CASES)
            rows->y[row] *= rows->x[row];
    }
}

static void warn(const struct stats_rows *rows, const char *code, const char *message)
{
    survey_report_add(rows->plan->report, &(struct survey_problem){.severity = SURVEY_WARNING,
                                                                   .code = code,
                                                                   .file = rows->plan->form->path,
                                                                   .sheet = "indicators",
                                                                   .row = rows->indicator->row,
                                                                   .message = message,
                                                                   .expected = ""});
}

static const char *describe(struct stats_rows *rows)
{
    struct survey_arena *arena = rows->assessment->arena;
    const char *text = "";
    if (rows->indicator->statistic == STATS_CASES)
        text = rows->made->by_village
                   ? survey_arena_format(
                         arena,
                         _("confirmed cases over '%s' of the sampled villages, each village once; "
                           "the weighted estimate is over the persons interviewed"),
                         rows->made->village_column)
                   : _("confirmed cases over the persons interviewed");
    else if (rows->indicator->statistic == STATS_TOTAL)
        text = _("the plain value adds up the sample; the weighted estimate is of the population");
    if (rows->made->count_dont_know)
        return survey_arena_format(arena, "%s%s%s", text, *text ? "; " : "",
                                   _("don't know counts in the denominator"));
    if (rows->dont_know)
        return survey_arena_format(arena, _("%s%sdon't know is left out (%zu answers)"), text,
                                   *text ? "; " : "", rows->dont_know);
    return text;
}

// The plain figure of a unit, or of all (unit -1).
static void count(struct stats_rows *rows, int unit, struct stats_figure *figure)
{
    double persons = 0;
    figure->numerator = figure->denominator = 0;
    figure->base = 0;
    for (size_t row = 0; row < rows->n; row++) {
        rows->domain[row] = rows->inside[row] && !isnan(rows->y[row]) &&
                            (unit < 0 ? rows->unit[row] >= 0 : rows->unit[row] == unit);
        if (!rows->domain[row])
            continue;
        figure->base++;
        figure->numerator += rows->y[row];
        figure->denominator += rows->x[row];
        persons += rows->x[row];
    }
    figure->method = rows->method;
    figure->small =
        (*rows->indicator->per ? persons : (double)figure->base) < rows->indicator->min_base;
    if (!figure->base) {
        figure->missing = _("no response has a value");
        return;
    }
    figure->counted =
        rows->indicator->statistic != STATS_TOTAL && rows->indicator->statistic != STATS_QUANTILE;
    if (rows->made->by_village && !stats_village_sum(rows, unit, figure))
        return;
    if (figure->counted && figure->denominator <= 0)
        figure->missing = _("the denominator is not above 0");
    bool scaled = rows->indicator->statistic == STATS_SHARE ||
                  rows->indicator->statistic == STATS_RATIO ||
                  rows->indicator->statistic == STATS_CASES;
    rows->scale = scaled ? rows->made->scale : 1;
    figure->value =
        figure->counted ? rows->scale * figure->numerator / figure->denominator : figure->numerator;
    if (rows->indicator->statistic == STATS_QUANTILE)
        figure->value = stats_rows_quantile(rows, false, rows->made->quantile);
}

static bool estimate(struct stats_rows *rows, struct stats_figure *figure)
{
    struct survey_error error = {0};
    if (figure->missing)
        return true;
    figure->estimated = stats_rows_estimate(rows, &figure->estimate, &error);
    if (!figure->estimated && error.code == SURVEY_ERROR_RESOURCE)
        return survey_fail(rows->error, error.code, error.where, "%s", error.message);
    if (!figure->estimated && !rows->warned) {
        rows->warned = true;
        warn(rows, "W523",
             survey_arena_format(rows->arena, _("'%s' has no weighted estimate: %s"),
                                 rows->indicator->code, error.message));
    }
    figure->estimate.value *= rows->scale;
    figure->estimate.se *= rows->scale;
    figure->estimate.low *= rows->scale;
    figure->estimate.high *= rows->scale;
    return true;
}

static bool fill(struct stats_rows *rows, struct survey_error *error)
{
    bool done = stats_rows_units(rows, error) && read_values(rows, error) &&
                stats_rows_villages(rows, error);
    if (!done)
        return false;
    close_values(rows);
    rows->method = describe(rows);
    size_t nowhere = 0;
    for (size_t row = 0; row < rows->n; row++)
        nowhere += rows->inside[row] && rows->unit[row] < 0;
    if (nowhere)
        warn(rows, "W527",
             survey_arena_format(
                 rows->arena,
                 _("%zu interviews belong to no unit that is assessed; they don't count in '%s'"),
                 nowhere, rows->indicator->code));
    if (rows->stray_cases)
        warn(rows, "W524",
             survey_arena_format(rows->arena,
                                 _("%zu confirmed cases of '%s' stand outside 'among' or have no "
                                   "persons; they don't count"),
                                 rows->stray_cases, rows->made->case_type));
    if (rows->large_cases)
        warn(rows, "W525",
             survey_arena_format(rows->arena,
                                 _("%zu confirmed cases of '%s' concern more persons than 'per' "
                                   "gives; no more than those count"),
                                 rows->large_cases, rows->made->case_type));
    if (!stats_rows_prepare(rows, error))
        return false;
    for (size_t i = 0; i < rows->assessment->unit_count && done; i++) {
        count(rows, (int)i, &rows->assessment->units[i].figures[rows->index]);
        done = estimate(rows, &rows->assessment->units[i].figures[rows->index]);
    }
    if (done) {
        count(rows, -1, &rows->assessment->overall[rows->index]);
        done = estimate(rows, &rows->assessment->overall[rows->index]);
    }
    stats_rows_release(rows);
    return done;
}

bool stats_figures_rows(const struct stats_plan *plan, struct stats_assessment *assessment,
                        size_t index, struct stats_dataset *dataset, struct survey_error *error)
{
    struct survey_arena *arena = survey_arena_new();
    size_t n = stats_dataset_rows(dataset);
    struct stats_rows rows = {.plan = plan,
                              .made = &plan->plans[index],
                              .indicator = &assessment->indicators[index],
                              .index = index,
                              .assessment = assessment,
                              .dataset = dataset,
                              .arena = arena,
                              .n = n,
                              .scale = 1,
                              .error = error};
    rows.y = survey_arena_array(arena, n + 1, sizeof *rows.y);
    rows.x = survey_arena_array(arena, n + 1, sizeof *rows.x);
    rows.unit = survey_arena_array(arena, n + 1, sizeof *rows.unit);
    rows.inside = survey_arena_array(arena, n + 1, 1);
    rows.domain = survey_arena_array(arena, n + 1, 1);
    memset(rows.inside, 1, n);
    bool done = fill(&rows, error);
    survey_arena_free(arena);
    return done;
}
