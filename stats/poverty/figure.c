// SPDX-License-Identifier: GPL-3.0-or-later
// One figure of poverty or inequality with its variance under the design, and its interval.
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

// Nobody is poor: the sample shows no variance. The measures that are at most a function of the
// headcount where no income is negative have the limit of that function.
static void put_limit(struct request *request, const struct work *work,
                      struct poverty_figure *figure)
{
    const struct stats_poverty_question *q = &work->question;
    struct request_interval *interval = &figure->interval;
    double limit = request_interval_none(request, work->kept, figure->df);
    bool bounded = q->measure == STATS_FGT || q->measure == STATS_SEN || q->measure == STATS_SST;
    *interval = (struct request_interval){.name = "none"};
    if (!bounded || figure->negative || isnan(limit))
        return;
    interval->name = "upper limit";
    interval->high = q->measure == STATS_SST ? 1 - (1 - limit) * (1 - limit) : limit;
}

static void put_sureness(struct request *request, const struct work *work,
                         struct poverty_figure *figure)
{
    enum stats_poverty_measure measure = work->question.measure;
    struct request_interval *interval = &figure->interval;
    bool lined = measure == STATS_FGT || measure == STATS_SEN || measure == STATS_SST ||
                 measure == STATS_WATTS;
    bool head = measure == STATS_FGT && work->question.alpha == 0;
    bool none = lined && figure->of.poor == 0, all = head && figure->of.poor == figure->n;
    if ((none || all) && !request_interval_census(request, work->kept)) {
        if (head)
            request_interval_share(request, work->kept, all, 0, figure->df, interval);
        else
            put_limit(request, work, figure);
        interval->reason = all ? _("everybody is poor, which shows no variance")
                               : _("nobody is poor, which shows no variance");
    } else if (!isfinite(figure->variance)) {
        *interval = (struct request_interval){
            .name = "none", .reason = _("the density of incomes is 0 where the measure needs it")};
    } else if (head) {
        request_interval_share(request, work->kept, figure->of.value, figure->variance, figure->df,
                               interval);
    } else {
        request_interval_t(request, work->kept, figure->of.value, figure->variance, figure->df,
                           interval);
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
        figure->interval = (struct request_interval){
            .name = "none", .reason = survey_arena_strdup(request->arena, why.message)};
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
