// SPDX-License-Identifier: GPL-3.0-or-later
// Quantiles with Woodruff (1952) intervals: the interval of the share below the quantile, its ends turned
// back into values by the same rule.
#include "stats/estimate/interval.h"
#include "stats/estimate/quantile.h"
#include "stats/math/distribution.h"
#include "stats/request/score.h"

struct point {
    double value, low, high, se;
};

static bool interval_kind(struct request *request, enum stats_share_method *method, bool *score,
                          struct survey_error *error)
{
    const char *name = survey_json_text(request->args, "interval", "mean");
    *score = strcmp(name, "score") == 0;
    *method = STATS_SHARE_MEAN;
    return *score || (stats_share_method_parse(name, method) && *method != STATS_SHARE_LIKELIHOOD) ||
           survey_fail(error, SURVEY_ERROR_INPUT, "", _("'%s' is no interval method of a quantile"), name);
}

bool request_share_below(struct request *request, const double *x, const uint8_t *kept, double value,
                         double *share, double *se, struct survey_error *error)
{
    double *below = survey_realloc(NULL, request->n, sizeof *below);
    struct quantity of = {"", below, request_ones(request), kept};
    struct estimates estimates;
    for (size_t row = 0; row < request->n; row++)
        below[row] = kept[row] && x[row] <= value;
    bool done = request_estimate(request, &of, 1, &estimates, error);
    free(below);
    if (!done)
        return false;
    *share = estimates.value[0];
    *se = sqrt(fmax(0, estimates.variance[0]));
    return true;
}

struct asked {
    const struct survey_json *probs;
    enum stats_quantile_rule rule;
    enum stats_share_method method;
    bool score;
};

static bool find_point(struct request *request, const struct asked *asked, const double *x,
                       const uint8_t *kept, const struct stats_sorted *sorted, double p, double df,
                       struct point *point, struct survey_error *error)
{
    double share, se, low, high, confidence = request->design.confidence;
    double t = stats_t_quantile(1 - (1 - confidence) / 2, df);
    point->value = stats_quantile_of(sorted, asked->rule, p);
    if (asked->score) {
        if (!request_score_interval(request, x, kept, sorted, asked->rule, p, t, &point->low, &point->high,
                                    error))
            return false;
    } else {
        if (!request_share_below(request, x, kept, point->value, &share, &se, error))
            return false;
        double rows = (double)(request->keeps_rows ? request->n : request_rows(request, kept));
        stats_interval_share(asked->method, share, se, rows, df, confidence, &low, &high);
        point->low = low >= 0 ? stats_quantile_of(sorted, asked->rule, low) : (double)NAN;
        point->high = high <= 1 ? stats_quantile_of(sorted, asked->rule, high) : (double)NAN;
    }
    point->se = (point->high - point->low) / (2 * t);
    return true;
}

static void write_points(struct request *request, struct survey_json_writer *out,
                         const struct variables *variables, const struct point *points, size_t each)
{
    const struct survey_json *probs = request_arg(request, "probs");
    size_t count = variables->count * each;
    double *numbers = survey_arena_array(request->arena, count, sizeof *numbers);
    survey_json_key(out, "names");
    survey_json_open(out, '[');
    for (size_t i = 0; i < count; i++)
        survey_json_put_text(out, survey_arena_format(request->arena, "%s@%g", variables->names[i / each],
                                                      survey_json_at(probs, i % each)->number));
    survey_json_close(out, ']');
    static const struct {
        const char *key;
        size_t offset;
    } fields[] = {{"est", offsetof(struct point, value)},
                  {"ci_low", offsetof(struct point, low)},
                  {"ci_high", offsetof(struct point, high)},
                  {"se", offsetof(struct point, se)}};
    for (size_t field = 0; field < sizeof fields / sizeof *fields; field++) {
        for (size_t i = 0; i < count; i++)
            memcpy(&numbers[i], (const char *)&points[i] + fields[field].offset, sizeof(double));
        request_write_numbers(out, fields[field].key, numbers, count);
    }
}

static bool read_asked(struct request *request, struct asked *asked, struct survey_error *error)
{
    const char *name = survey_json_text(request->args, "qrule", "math");
    asked->probs = request_arg(request, "probs");
    if (!stats_quantile_rule_parse(name, &asked->rule))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("'%s' is no rule of quantiles"), name);
    if (!interval_kind(request, &asked->method, &asked->score, error))
        return false;
    if (!asked->probs || asked->probs->kind != SURVEY_JSON_ARRAY || !asked->probs->count)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("'probs' lists the quantiles"));
    for (const struct survey_json *p = asked->probs->first; p; p = p->next)
        if (!(p->number > 0 && p->number < 1))
            return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                               _("a quantile's probability is between 0 and 1"));
    return true;
}

// The points of one column among the kept rows.
static bool find_points(struct request *request, const struct asked *asked, const double *x,
                        const uint8_t *kept, double df, struct point *points, struct survey_error *error)
{
    struct stats_sorted sorted;
    stats_sorted_make(x, request->weight, kept, request->n, &sorted);
    bool done = sorted.n > 0 || survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("all values are missing"));
    for (size_t j = 0; done && j < asked->probs->count; j++)
        done = find_point(request, asked, x, kept, &sorted, survey_json_at(asked->probs, j)->number, df,
                          &points[j], error);
    stats_sorted_free(&sorted);
    return done;
}

bool request_quantile(struct request *request, struct survey_json_writer *out, struct survey_error *error)
{
    struct variables variables;
    struct asked asked;
    if (!read_asked(request, &asked, error) ||
        !request_variables(request, request_arg(request, "vars"), &variables, error))
        return false;
    struct point *points =
        survey_arena_array(request->arena, variables.count * asked.probs->count, sizeof *points);
    double df = request_df(request, NULL);
    for (size_t i = 0; i < variables.count; i++)
        if (!find_points(request, &asked, variables.columns[i], variables.kept, df,
                         &points[i * asked.probs->count], error))
            return false;
    survey_json_open(out, '{');
    write_points(request, out, &variables, points, asked.probs->count);
    survey_json_member_number(out, "df", df);
    survey_json_close(out, '}');
    return true;
}

// By groups: the first probability of the first variable, with the degrees of freedom of each group.
bool request_quantile_by(struct request *request, const struct groups *groups, struct survey_json_writer *out,
                         struct survey_error *error)
{
    struct variables variables;
    struct asked asked;
    if (!read_asked(request, &asked, error) ||
        !request_variables(request, request_arg(request, "vars"), &variables, error))
        return false;
    double *est = survey_arena_array(request->arena, groups->count, sizeof *est),
           *se = survey_arena_array(request->arena, groups->count, sizeof *se);
    double *df = survey_arena_array(request->arena, groups->count, sizeof *df);
    struct point *points = survey_arena_array(request->arena, asked.probs->count, sizeof *points);
    for (size_t group = 0; group < groups->count; group++) {
        uint8_t *kept = survey_arena_array(request->arena, request->n, 1),
                *inside = survey_arena_array(request->arena, request->n, 1);
        for (size_t row = 0; row < request->n; row++) {
            inside[row] = groups->of_row[row] == group;
            kept[row] = inside[row] && variables.kept[row];
        }
        df[group] = request_df(request, inside);
        if (!find_points(request, &asked, variables.columns[0], kept, df[group], points, error))
            return false;
        est[group] = points[0].value;
        se[group] = points[0].se;
    }
    survey_json_open(out, '{');
    request_write_levels(out, groups);
    request_write_numbers(out, "est", est, groups->count);
    request_write_numbers(out, "se", se, groups->count);
    request_write_numbers(out, "df_domain", df, groups->count);
    survey_json_close(out, '}');
    return true;
}
