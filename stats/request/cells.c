// SPDX-License-Identifier: GPL-3.0-or-later
// Post-stratification, raking and trimming of a request's weights.
#include "stats/request/steps.h"
#include "survey/base/map.h"

enum { RAKE_MAX = 1000, PROJECTIONS = 10 };

static const char *cell_name(struct survey_arena *arena, const struct survey_json *cell, const struct survey_json *first)
{
    struct survey_buffer text = SURVEY_BUFFER(1 << 16);
    for (const struct survey_json *member = first->first; member; member = member->next)
        if (strcmp(member->key, "Freq") != 0)
            survey_format(&text, "%s%s=%s", text.length ? " " : "", member->key, survey_json_text(cell, member->key, ""));
    const char *name = survey_arena_strdup(arena, survey_buffer_string(&text));
    survey_buffer_clear(&text);
    return name;
}

// The cells that [{"stype": "E", "Freq": 4421}, ...] lists, and each row's.
static bool read_cells(struct request *request, const struct survey_json *totals, struct request_cells *cells,
                       struct survey_error *error)
{
    if (!totals || totals->kind != SURVEY_JSON_ARRAY || !totals->count)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("the margin has no totals"));
    struct survey_map map = {0};
    const struct survey_json *first = totals->first;
    cells->count = totals->count;
    cells->of_row = survey_arena_array(request->arena, request->n, sizeof *cells->of_row);
    cells->total = survey_arena_array(request->arena, totals->count, sizeof *cells->total);
    cells->name = survey_arena_array(request->arena, totals->count, sizeof *cells->name);
    size_t index = 0;
    for (const struct survey_json *cell = first; cell; cell = cell->next, index++) {
        struct survey_buffer key = SURVEY_BUFFER(1 << 16);
        for (const struct survey_json *member = first->first; member; member = member->next)
            if (strcmp(member->key, "Freq") != 0)
                survey_format(&key, "%s\x1f", survey_json_text(cell, member->key, ""));
        cells->name[index] = cell_name(request->arena, cell, first);
        cells->total[index] = survey_json_number(cell, "Freq", -1);
        survey_map_put(&map, request->arena, survey_buffer_string(&key), NULL)->number = (int64_t)index;
        survey_buffer_clear(&key);
    }
    bool done = true;
    for (size_t row = 0; done && row < request->n; row++) {
        struct survey_buffer key = SURVEY_BUFFER(1 << 16);
        for (const struct survey_json *member = first->first; done && member; member = member->next) {
            uint32_t column;
            if (strcmp(member->key, "Freq") == 0)
                continue;
            done = stats_table_column(&request->table, member->key, &column, error);
            if (done)
                survey_format(&key, "%s\x1f", stats_table_text(&request->table, row, column));
        }
        const struct survey_map_entry *entry =
            done ? survey_map_find(&map, survey_buffer_string(&key)) : NULL;
        char at[512];
        stats_table_place(&request->table, row, at);
        if (entry)
            cells->of_row[row] = (uint32_t)entry->number;
        else if (done)
            done = survey_fail(error, SURVEY_ERROR_INPUT, at, "%s", _("the row is in no cell of the margin"));
        survey_buffer_clear(&key);
    }
    survey_map_clear(&map);
    return done;
}

// Scales weights so that each cell has its total; the largest relative change in *change, of the cell *worst.
static bool fit(const struct request *request, const struct request_cells *cells, double *weight,
                double *change, size_t *worst, struct survey_error *error)
{
    double *sum = survey_realloc(NULL, cells->count, sizeof *sum);
    memset(sum, 0, cells->count * sizeof *sum);
    for (size_t row = 0; row < request->n; row++)
        sum[cells->of_row[row]] += weight[row];
    bool done = true;
    *change = 0;
    *worst = 0;
    for (size_t cell = 0; done && cell < cells->count; cell++) {
        if (!(sum[cell] > 0) || !(cells->total[cell] > 0))
            done = survey_fail(error, SURVEY_ERROR_INPUT, "",
                               _("the cell %s has a total of %g, but weights of %g"), cells->name[cell],
                               cells->total[cell], sum[cell]);
        double off = done ? fabs(cells->total[cell] / sum[cell] - 1) : 0;
        *worst = off > *change ? cell : *worst;
        *change = fmax(*change, off);
    }
    for (size_t row = 0; done && row < request->n; row++)
        weight[row] *= cells->total[cells->of_row[row]] / sum[cells->of_row[row]];
    free(sum);
    return done;
}

static const double *copy_weight(struct request *request, const double *weight)
{
    double *copy = survey_arena_array(request->arena, request->n, sizeof *copy);
    memcpy(copy, weight, request->n * sizeof *copy);
    return copy;
}

static bool post_one(struct request *request, const void *with, double *weight, bool record,
                     struct survey_error *error)
{
    struct request_cells *cells = survey_arena_alloc(request->arena, sizeof *cells);
    double change;
    size_t worst;
    const double *before = record ? copy_weight(request, weight) : NULL;
    *cells = *(const struct request_cells *)with;
    if (!fit(request, cells, weight, &change, &worst, error))
        return false;
    if (record) {
        struct request_step *step = request_step_add(request, STEP_POST);
        step->margins = cells;
        step->margin_count = 1;
        step->before = before;
        step->after = copy_weight(request, weight);
    }
    return true;
}

bool request_post_stratify(struct request *request, const struct survey_json *json,
                           struct survey_error *error)
{
    struct request_cells cells;
    return read_cells(request, survey_json_get(json, "totals"), &cells, error) &&
           request_each_weight(request, post_one, &cells, error);
}

struct margins {
    struct request_cells *cells;
    size_t count;
};

// Iterative proportional fitting until every margin holds.
static bool rake_one(struct request *request, const void *with, double *weight, bool record,
                     struct survey_error *error)
{
    const struct margins *margins = with;
    double worst = 1;
    const char *off = "";
    for (int round = 0; worst > 1e-12 && round < RAKE_MAX; round++) {
        worst = 0;
        for (size_t i = 0; i < margins->count; i++) {
            double change;
            size_t cell;
            if (!fit(request, &margins->cells[i], weight, &change, &cell, error))
                return false;
            off = change > worst ? margins->cells[i].name[cell] : off;
            worst = fmax(worst, change);
        }
    }
    if (worst > 1e-9)
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("raking has not converged: the cell %s is still off by %g of itself; the margins may "
                             "contradict"),
                           off, worst);
    if (record) {
        struct request_step *step = request_step_add(request, STEP_RAKE);
        step->margins = margins->cells;
        step->margin_count = margins->count;
        step->after = copy_weight(request, weight);
    }
    return true;
}

bool request_rake(struct request *request, const struct survey_json *json, struct survey_error *error)
{
    const struct survey_json *list = survey_json_get(json, "margins");
    struct margins margins = {.count = list ? list->count : 0};
    if (!margins.count)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("raking names no margins"));
    margins.cells = survey_arena_array(request->arena, margins.count, sizeof *margins.cells);
    for (size_t i = 0; i < margins.count; i++)
        if (!read_cells(request, survey_json_get(survey_json_at(list, i), "totals"), &margins.cells[i],
                        error))
            return false;
    return request_each_weight(request, rake_one, &margins, error);
}

// Weights beyond the limits are cut to them and what was cut is shared out equally among those never cut
// (once, or until none is beyond).
static bool trim_one(struct request *request, const void *with, double *weight, bool record,
                     struct survey_error *error)
{
    (void)record;
    const struct survey_json *json = with;
    double upper = survey_json_number(json, "upper", HUGE_VAL),
           lower = survey_json_number(json, "lower", -HUGE_VAL);
    bool strict = survey_json_bool(json, "strict", false), again = true;
    uint8_t *cut = survey_arena_array(request->arena, request->n, 1);
    while (again) {
        double spare = 0, rest = 0;
        again = false;
        for (size_t row = 0; row < request->n; row++)
            if (weight[row] > upper || weight[row] < lower) {
                double to = weight[row] > upper ? upper : lower;
                spare += weight[row] - to;
                weight[row] = to;
                cut[row] = 1;
            }
        for (size_t row = 0; row < request->n; row++)
            rest += !cut[row];
        if (rest == 0)
            return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                               _("every weight was trimmed: the limits leave no room"));
        for (size_t row = 0; row < request->n; row++) {
            weight[row] += cut[row] ? 0 : spare / rest;
            again = again || (strict && (weight[row] > upper || weight[row] < lower));
        }
    }
    return true;
}

bool request_trim(struct request *request, const struct survey_json *json, struct survey_error *error)
{
    return request_each_weight(request, trim_one, json, error);
}

// Post-stratification takes the cell's mean out of a score (Saerndal, Swensson & Wretman 1992, 7.6).
void request_residual_post(const struct request *request, const struct request_step *step, double *score)
{
    const struct request_cells *cells = step->margins;
    double *sum = survey_realloc(NULL, cells->count * 2, sizeof *sum), *base = sum + cells->count;
    memset(sum, 0, cells->count * 2 * sizeof *sum);
    for (size_t row = 0; row < request->n; row++)
        if (step->after[row] > 0) {
            sum[cells->of_row[row]] += score[row] * step->before[row] / step->after[row];
            base[cells->of_row[row]] += step->before[row];
        }
    for (size_t row = 0; row < request->n; row++)
        if (step->after[row] > 0)
            score[row] -= sum[cells->of_row[row]] / base[cells->of_row[row]] * step->after[row];
    free(sum);
}

// Raking: the margins' means in turn, which converges to the projection on all of them (Deville, Saerndal &
// Sautory 1993); as often as the reference does.
void request_residual_rake(const struct request *request, const struct request_step *step, double *score)
{
    for (int round = 0; round < PROJECTIONS; round++)
        for (size_t i = 0; i < step->margin_count; i++) {
            const struct request_cells *cells = &step->margins[i];
            double *sum = survey_realloc(NULL, cells->count * 2, sizeof *sum), *rows = sum + cells->count;
            memset(sum, 0, cells->count * 2 * sizeof *sum);
            for (size_t row = 0; row < request->n; row++)
                if (step->after[row] > 0) {
                    sum[cells->of_row[row]] += score[row] / step->after[row];
                    rows[cells->of_row[row]]++;
                }
            for (size_t row = 0; row < request->n; row++)
                if (step->after[row] > 0)
                    score[row] -= step->after[row] * sum[cells->of_row[row]] / rows[cells->of_row[row]];
            free(sum);
        }
}
