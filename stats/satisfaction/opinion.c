// SPDX-License-Identifier: GPL-3.0-or-later
// A mean of answers in a group, with its interval, and lists of such.
#include "stats/satisfaction/satisfaction.h"

const struct request_method request_satisfaction_methods[] = {
    {"top_box", satisfaction_top_box, false},
    {"nps", satisfaction_nps, false},
    {"satisfaction_index", satisfaction_index, false},
    {"importance_performance", satisfaction_importance, false},
    {NULL, NULL, false},
};

bool opinion_mean(struct request *request, const struct groups *groups, const double *y,
                  struct opinion *opinion, struct survey_error *error)
{
    uint8_t *kept = survey_arena_array(request->arena, request->n + 1, 1),
            *inside = survey_arena_array(request->arena, request->n + 1, 1);
    for (size_t row = 0; row < request->n; row++) {
        inside[row] = request->weight[row] > 0 && (!request->inside || request->inside[row]) &&
                      (opinion->group == SIZE_MAX || groups->of_row[row] == opinion->group);
        kept[row] = inside[row] && !isnan(y[row]);
        opinion->n += kept[row];
        opinion->missing += inside[row] && !kept[row];
    }
    if (!opinion->n) {
        opinion->interval =
            (struct request_interval){.name = "none", .reason = _("nobody answered")};
        return true;
    }
    struct quantity of = {opinion->item, y, request_ones(request), kept};
    struct estimates estimates;
    if (!request_estimate(request, &of, 1, &estimates, error))
        return false;
    opinion->known = true;
    opinion->value = estimates.value[0];
    opinion->variance = estimates.variance[0];
    opinion->df = opinion->group == SIZE_MAX ? estimates.df : request_df(request, kept);
    (opinion->share ? request_interval_share : request_interval_t)(
        request, kept, opinion->value, opinion->variance, opinion->df, &opinion->interval);
    return true;
}

bool opinion_columns(struct request *request, const char *const **names, double ***columns,
                     size_t *count, struct survey_error *error)
{
    const struct survey_json *vars = request_arg(request, "vars");
    *count = request_names(request->arena, vars ? vars : request_arg(request, "var"), names);
    if (!*count || *count > REQUEST_MOST)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("the request names no variable"));
    *columns = survey_arena_array(request->arena, *count, sizeof **columns);
    for (size_t i = 0; i < *count; i++)
        if (!request_column(request, (*names)[i], &(*columns)[i], error))
            return false;
    return true;
}

bool opinion_groups(struct request *request, const struct groups **groups,
                    struct survey_error *error)
{
    const struct survey_json *by = request_arg(request, "by");
    *groups = NULL;
    if (!by)
        return true;
    struct groups *made = survey_arena_array(request->arena, 1, sizeof *made);
    *groups = made;
    return request_groups(request, by, made, error);
}

enum list { EST, SE, LOW, HIGH, DF, N, MISSING };

static double number_of(const struct opinion *o, enum list list)
{
    bool ends = o->known && strcmp(o->interval.name, "none") != 0;
    switch (list) {
    case EST:
        return o->known ? o->value : (double)NAN;
    case SE:
        return !o->known || !o->interval.sure            ? (double)NAN
               : strcmp(o->interval.name, "census") == 0 ? 0
                                                         : sqrt(fmax(0, o->variance));
    case LOW:
        return ends ? o->interval.low : (double)NAN;
    case HIGH:
        return ends ? o->interval.high : (double)NAN;
    case DF:
        return o->known ? o->df : (double)NAN;
    case N:
        return (double)o->n;
    case MISSING:
        return (double)o->missing;
    }
    return (double)NAN;
}

static void write_names(struct survey_json_writer *out, const struct groups *groups,
                        const struct opinion *opinions, size_t count)
{
    survey_json_key(out, "names");
    survey_json_open(out, '[');
    for (size_t i = 0; i < count; i++)
        survey_json_put_text(out, opinions[i].item);
    survey_json_close(out, ']');
    if (!groups)
        return;
    survey_json_key(out, "levels");
    survey_json_open(out, '[');
    for (size_t i = 0; i < count; i++) {
        survey_json_open(out, '{');
        for (size_t c = 0; c < groups->column_count; c++)
            survey_json_member(out, groups->columns[c], groups->levels[opinions[i].group][c]);
        survey_json_close(out, '}');
    }
    survey_json_close(out, ']');
}

void opinion_write(struct survey_json_writer *out, const struct groups *groups,
                   const struct opinion *opinions, size_t count)
{
    static const char *const keys[] = {"est", "se", "ci_low", "ci_high", "df", "n", "missing"};
    write_names(out, groups, opinions, count);
    for (int list = EST; list <= MISSING; list++) {
        survey_json_key(out, keys[list]);
        survey_json_open(out, '[');
        for (size_t i = 0; i < count; i++)
            survey_json_put_number(out, number_of(&opinions[i], (enum list)list));
        survey_json_close(out, ']');
    }
    for (int reason = 0; reason < 2; reason++) {
        survey_json_key(out, reason ? "reason" : "interval");
        survey_json_open(out, '[');
        for (size_t i = 0; i < count; i++)
            survey_json_put_text(out,
                                 reason ? opinions[i].interval.reason : opinions[i].interval.name);
        survey_json_close(out, ']');
    }
}
