// SPDX-License-Identifier: GPL-3.0-or-later
// One figure of poverty or inequality with its variance under the design, and its interval.
#include "stats/distribution.h"
#include "stats/interval.h"
#include "stats/poverty/request_poverty.h"

struct work {
    uint8_t *all, *kept;
    double *weight, *score;
    struct stats_poverty_question question;
};

static bool in_group(const struct poverty_asked *asked, size_t group, size_t row)
{
    return !asked->grouped || asked->groups.of_row[row] == group;
}

static void count_rows(const struct request *request, const struct poverty_asked *asked,
                       size_t group, struct poverty_figure *figure)
{
    for (size_t row = 0; row < request->n; row++) {
        bool inside = request->weight[row] > 0 && (!request->inside || request->inside[row]);
        if (!inside || !in_group(asked, group, row))
            continue;
        bool known = !isnan(asked->income[row]) && (!asked->size || !isnan(asked->size[row]));
        figure->missing += !known;
        figure->n += known && asked->kept[row];
        figure->left_out += known && !asked->kept[row];
        figure->negative += known && asked->raw[row] < 0;
        figure->zero += known && asked->raw[row] == 0;
    }
}

static void weigh(const struct request *request, const struct poverty_asked *asked,
                  const double *weight, double *into)
{
    for (size_t row = 0; row < request->n; row++)
        into[row] =
            asked->size && !isnan(asked->size[row]) ? weight[row] * asked->size[row] : weight[row];
}

// The spread of the measure over the replicates.
static bool by_replicates(struct request *request, const struct poverty_asked *asked,
                          struct work *work, struct poverty_figure *figure,
                          struct survey_error *error)
{
    double *values = survey_realloc(NULL, request->replicate_count + 1, sizeof *values);
    bool done = true;
    for (size_t r = 0; done && r < request->replicate_count; r++) {
        struct stats_incomes incomes = {request->n, asked->income, work->weight, work->all,
                                        work->kept};
        struct stats_poverty of = {0};
        weigh(request, asked, request->replicates[r], work->weight);
        done = stats_poverty_of(&work->question, &incomes, &of, NULL, error);
        values[r] = of.value;
    }
    if (done)
        request_replicate_variance(request, values, &figure->of.value, 1, &figure->variance);
    free(values);
    return done;
}

// Whether every unit was taken, so that the figure is exact.
static bool is_census(struct request *request, const uint8_t *kept)
{
    if (request->pairs || request->replicates)
        return false;
    uint32_t *rows = survey_realloc(NULL, request->n + 1, sizeof *rows);
    double *zeros = survey_realloc(NULL, request->n + 1, sizeof *zeros), variance;
    const double *scores[1] = {zeros};
    size_t n = 0;
    bool census = false;
    struct survey_error error = {0};
    for (size_t row = 0; row < request->n; row++)
        if (kept[row]) {
            rows[n] = (uint32_t)row;
            zeros[n++] = 0;
        }
    census =
        stats_variance(request->prepared, scores, 1, rows, n, &variance, &census, &error) && census;
    free(rows);
    free(zeros);
    return census;
}

static double assumed_effective(const struct request *request, const struct work *work, double n)
{
    struct stats_extent extent = stats_extent(request->prepared, work->kept);
    double rows_a_unit = (double)extent.rows / (double)extent.units;
    return n / (1 + (rows_a_unit - 1) * request->design.assumed_icc);
}

// Nobody, or everybody, is poor: the sample shows no variance. The headcount has its one-sided
// limit; the measures that are at most a function of it where incomes are not negative have that of
// the function.
static void put_limit(struct request *request, const struct work *work, bool all,
                      struct poverty_figure *figure)
{
    const struct stats_poverty_question *q = &work->question;
    double confidence = request->design.confidence, n = (double)figure->n;
    double factor = stats_df_factor(1 - confidence, n, figure->df);
    bool head = q->measure == STATS_FGT && q->alpha == 0;
    bool bounded = !figure->negative &&
                   (q->measure == STATS_FGT || q->measure == STATS_SEN || q->measure == STATS_SST);
    figure->sure = false;
    figure->interval = "none";
    figure->reason = all ? _("everybody is poor, which shows no variance")
                         : _("nobody is poor, which shows no variance");
    if (factor <= 0 || !(head || (bounded && !all)))
        return;
    double limit = stats_limit_none(assumed_effective(request, work, n) * factor, confidence);
    figure->interval = all ? "lower limit" : "upper limit";
    figure->low = all ? 1 - limit : 0;
    figure->high = all ? 1 : q->measure == STATS_SST ? 1 - (1 - limit) * (1 - limit) : limit;
}

// The headcount's interval is that of shares, by Korn and Graubard (1998); the others' is t.
static void put_interval(struct request *request, const struct work *work,
                         struct poverty_figure *figure)
{
    const struct stats_poverty_question *q = &work->question;
    double value = figure->of.value, confidence = request->design.confidence;
    bool share = q->measure == STATS_FGT && q->alpha == 0;
    figure->interval = "t";
    if (!share) {
        stats_interval_t(value, sqrt(figure->variance), figure->df, confidence, &figure->low,
                         &figure->high);
        return;
    }
    double effective = value * (1 - value) / figure->variance,
           most = assumed_effective(request, work, (double)figure->n);
    if (effective > most && request->design.assumed_icc > 0)
        effective = most;
    size_t rows = stats_extent(request->prepared, work->kept).rows;
    effective *= stats_df_factor((1 - confidence) / 2, (double)rows, figure->df);
    figure->interval = "korn-graubard";
    stats_interval_beta(value, effective, confidence, &figure->low, &figure->high);
}

static void put_sureness(struct request *request, const struct work *work,
                         struct poverty_figure *figure)
{
    enum stats_poverty_measure measure = work->question.measure;
    bool lined = measure == STATS_FGT || measure == STATS_SEN || measure == STATS_SST ||
                 measure == STATS_WATTS;
    bool none = lined && figure->of.poor == 0, all = lined && figure->of.poor == figure->n;
    bool head = measure == STATS_FGT && work->question.alpha == 0;
    figure->interval = "none";
    if (is_census(request, work->kept)) {
        figure->sure = true;
        figure->variance = 0;
        figure->low = figure->high = figure->of.value;
        figure->interval = "census";
    } else if (none || (all && head)) {
        put_limit(request, work, all, figure);
    } else if (figure->df <= 0) {
        figure->reason = _("no degrees of freedom: each stratum has one PSU in the domain");
    } else if (!isfinite(figure->variance)) {
        figure->reason = _("the density of incomes is 0 where the measure needs it");
    } else if (figure->variance <= 0) {
        figure->reason = _("all values are equal, which shows no variance");
    } else {
        figure->sure = true;
        put_interval(request, work, figure);
    }
}

static bool find_variance(struct request *request, const struct poverty_asked *asked,
                          struct work *work, struct poverty_figure *figure,
                          struct survey_error *error)
{
    if (request->replicates)
        return by_replicates(request, asked, work, figure, error);
    bool moving = work->question.line.kind != STATS_LINE_FIXED &&
                  work->question.measure != STATS_GINI && work->question.measure != STATS_LORENZ &&
                  work->question.measure != STATS_QSR;
    return request_variance(request, &work->score, 1, moving ? work->all : work->kept,
                            &figure->variance, error);
}

static void select_rows(const struct request *request, const struct poverty_asked *asked,
                        size_t group, struct work *work)
{
    for (size_t row = 0; row < request->n; row++) {
        bool inside = in_group(asked, group, row);
        work->kept[row] = inside && asked->kept[row];
        work->all[row] = asked->all[row] && (inside || !asked->own_line);
    }
}

bool poverty_figure(struct request *request, const struct poverty_asked *asked, size_t index,
                    struct survey_error *error)
{
    size_t group = index / asked->each, room = request->n + 1;
    struct poverty_figure *figure = &asked->figures[index];
    struct work work = {survey_alloc(room), survey_alloc(room),
                        survey_realloc(NULL, room, sizeof(double)),
                        survey_realloc(NULL, room, sizeof(double)), asked->question};
    if (asked->prob_count)
        work.question.p = asked->probs[index % asked->each];
    select_rows(request, asked, group, &work);
    count_rows(request, asked, group, figure);
    weigh(request, asked, request->weight, work.weight);
    struct stats_incomes incomes = {request->n, asked->income, work.weight, work.all, work.kept};
    figure->df = request_df(request, asked->grouped ? work.kept : NULL);
    bool done = true;
    struct survey_error why = {0};
    figure->known = stats_poverty_of(&work.question, &incomes, &figure->of, work.score, &why);
    if (figure->known) {
        done = find_variance(request, asked, &work, figure, error);
        if (done)
            put_sureness(request, &work, figure);
    } else if (asked->grouped) { // the other groups still have theirs
        figure->interval = "none";
        figure->reason = survey_arena_strdup(request->arena, why.message);
    } else {
        *error = why;
        done = false;
    }
    free(work.all);
    free(work.kept);
    free(work.weight);
    free(work.score);
    return done;
}
