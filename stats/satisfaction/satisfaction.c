// SPDX-License-Identifier: GPL-3.0-or-later
// Top-box shares, the net promoter score, satisfaction indices.
#include "stats/satisfaction/satisfaction.h"

// Columns by groups, item by item within each group.
static bool answer_each(struct request *request, const char *const *names, double *const *y,
                        size_t count, bool share, const struct groups *groups,
                        struct opinion **opinions, size_t *opinion_count,
                        struct survey_error *error)
{
    size_t parts = groups ? groups->count : 1;
    *opinion_count = count * parts;
    if ((double)*opinion_count * (double)request->n > REQUEST_NUMBERS)
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("%zu estimates of %zu rows are too many at once"), *opinion_count,
                           request->n);
    *opinions = survey_arena_array(request->arena, *opinion_count, sizeof **opinions);
    for (size_t i = 0; i < *opinion_count; i++) {
        struct opinion *one = &(*opinions)[i];
        *one = (struct opinion){
            .item = names[i % count], .group = groups ? i / count : SIZE_MAX, .share = share};
        if (!opinion_mean(request, groups, y[i % count], one, error))
            return false;
    }
    return true;
}

// The top of a scale: from "from" on, or its two best of "k"; or the bottom, up to "to".
static bool read_box(const struct request *request, double *from, double *to,
                     struct survey_error *error)
{
    double k = survey_json_number(request->args, "k", NAN);
    *from = survey_json_number(request->args, "from", -INFINITY);
    *to = survey_json_number(request->args, "to", INFINITY);
    if (isinf(*from) && isinf(*to))
        *from = k - 1;
    return !isnan(*from) ||
           survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                       _("give 'k' (the points of the scale), or the box by 'from' or 'to'"));
}

bool satisfaction_top_box(struct request *request, struct survey_json_writer *out,
                          struct survey_error *error)
{
    const char *const *names;
    double **columns, from, to;
    const struct groups *groups;
    struct opinion *opinions;
    size_t count, opinion_count;
    if (!opinion_columns(request, &names, &columns, &count, error) ||
        !opinion_groups(request, &groups, error) || !read_box(request, &from, &to, error))
        return false;
    double **inside = survey_arena_array(request->arena, count, sizeof *inside);
    for (size_t i = 0; i < count; i++) {
        inside[i] = survey_arena_array(request->arena, request->n + 1, sizeof **inside);
        for (size_t row = 0; row < request->n; row++)
            inside[i][row] = isnan(columns[i][row])
                                 ? columns[i][row]
                                 : columns[i][row] >= from && columns[i][row] <= to;
    }
    if (!answer_each(request, names, inside, count, true, groups, &opinions, &opinion_count, error))
        return false;
    survey_json_open(out, '{');
    opinion_write(out, groups, opinions, opinion_count);
    survey_json_close(out, '}');
    return true;
}

// Where all are promoters, detractors or neither, the limits of shares none of which was found
// bound the difference.
static void bound_nps(struct request *request, const struct groups *groups, const double *y,
                      struct opinion *opinion)
{
    struct request_interval *interval = &opinion->interval;
    if (!opinion->known || interval->sure || opinion->variance > 0 || !(opinion->df > 0))
        return;
    uint8_t *kept = survey_arena_array(request->arena, request->n + 1, 1);
    for (size_t row = 0; row < request->n; row++)
        kept[row] = request->weight[row] > 0 && (!request->inside || request->inside[row]) &&
                    !isnan(y[row]) && (!groups || groups->of_row[row] == opinion->group);
    double limit = request_interval_none(request, kept, opinion->df);
    if (isnan(limit))
        return;
    interval->name = opinion->value > 0   ? "lower limit"
                     : opinion->value < 0 ? "upper limit"
                                          : "limits";
    interval->low = opinion->value > 0 ? 1 - 2 * limit : opinion->value < 0 ? -1 : -limit;
    interval->high = opinion->value > 0 ? 1 : opinion->value < 0 ? 2 * limit - 1 : limit;
}

bool satisfaction_nps(struct request *request, struct survey_json_writer *out,
                      struct survey_error *error)
{
    const char *const *names;
    double **columns, from = survey_json_number(request->args, "promoters_from", 9),
                      to = survey_json_number(request->args, "detractors_to", 6);
    const struct groups *groups;
    struct opinion *opinions;
    size_t count, opinion_count;
    if (!(from > to))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("'promoters_from' is above 'detractors_to'"));
    if (!opinion_columns(request, &names, &columns, &count, error) ||
        !opinion_groups(request, &groups, error))
        return false;
    double **net = survey_arena_array(request->arena, count, sizeof *net);
    for (size_t i = 0; i < count; i++) {
        net[i] = survey_arena_array(request->arena, request->n + 1, sizeof **net);
        for (size_t row = 0; row < request->n; row++) {
            double x = columns[i][row];
            net[i][row] = isnan(x) ? x : (x >= from) - (x <= to);
        }
    }
    if (!answer_each(request, names, net, count, false, groups, &opinions, &opinion_count, error))
        return false;
    for (size_t i = 0; i < opinion_count; i++)
        bound_nps(request, groups, net[i % count], &opinions[i]);
    survey_json_open(out, '{');
    opinion_write(out, groups, opinions, opinion_count);
    survey_json_close(out, '}');
    return true;
}

// Where answers stand on their scale of min to max, or 1 to k.
static bool read_scale(const struct request *request, double *min, double *max,
                       struct survey_error *error)
{
    *min = survey_json_number(request->args, "min", 1);
    *max = survey_json_number(request->args, "max", survey_json_number(request->args, "k", NAN));
    return *max > *min || survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                                      _("give 'k' (the points of the scale), or 'min' and 'max'"));
}

static bool read_weights(struct request *request, size_t count, double *weight,
                         struct survey_error *error)
{
    const struct survey_json *list = request_arg(request, "weights");
    double sum = 0;
    if (list && (list->kind != SURVEY_JSON_ARRAY || list->count != count))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("'%s' is not a list of %zu numbers"),
                           "weights", count);
    for (size_t i = 0; i < count; i++) {
        const struct survey_json *one = list ? survey_json_at(list, i) : NULL;
        weight[i] = !one ? 1 : one->kind == SURVEY_JSON_NUMBER ? one->number : -1;
        sum += weight[i];
        if (!(weight[i] >= 0))
            return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                               _("the weight of an item is not 0 or more"));
    }
    return sum > 0 || survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("all weights are 0"));
}

// Each row's mean over the items that it answered, 0 to 100; an answer off the scale is a fault
// with its line.
static bool index_rows(struct request *request, double *const *columns, size_t count,
                       const double *weight, double *y, struct survey_error *error)
{
    double min, max;
    if (!read_scale(request, &min, &max, error))
        return false;
    for (size_t row = 0; row < request->n; row++) {
        double sum = 0, weights = 0;
        for (size_t i = 0; i < count; i++) {
            double x = columns[i][row];
            if (isnan(x) || weight[i] <= 0)
                continue;
            if (x < min || x > max) {
                char at[512];
                stats_table_place(&request->table, row, at);
                return survey_fail(error, SURVEY_ERROR_INPUT, at,
                                   _("the answer %g is not on the scale of %g to %g"), x, min, max);
            }
            sum += weight[i] * 100 * (x - min) / (max - min);
            weights += weight[i];
        }
        y[row] = weights > 0 ? sum / weights : (double)NAN;
    }
    return true;
}

bool satisfaction_index(struct request *request, struct survey_json_writer *out,
                        struct survey_error *error)
{
    const char *const *names;
    double **columns;
    const struct groups *groups;
    struct opinion *opinions;
    size_t count, opinion_count;
    if (!opinion_columns(request, &names, &columns, &count, error) ||
        !opinion_groups(request, &groups, error))
        return false;
    double *weight = survey_arena_array(request->arena, count, sizeof *weight);
    double *y = survey_arena_array(request->arena, request->n + 1, sizeof *y);
    static const char *const name[] = {"index"};
    if (!read_weights(request, count, weight, error) ||
        !index_rows(request, columns, count, weight, y, error) ||
        !answer_each(request, name, &y, 1, false, groups, &opinions, &opinion_count, error))
        return false;
    survey_json_open(out, '{');
    opinion_write(out, groups, opinions, opinion_count);
    survey_json_close(out, '}');
    return true;
}
