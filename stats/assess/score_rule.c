// SPDX-License-Identifier: GPL-3.0-or-later
// From a value to a score of 0 to 100, by the rule of the scheme sheet.
#include "stats/assess/assess.h"
#include "survey/base/arena.h"
#include "survey/base/text.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

enum { NEEDED = 1, OR_GROUP = 2 }; // OR_GROUP: "min" and "max" stand for the class's own

struct rule_parameter {
    const char *name;
    size_t place; // in struct stats_score_rule
    int flags;
    double fallback;
};

#define PLACE(member) offsetof(struct stats_score_rule, member)

// clang-format off
static const struct rule_kind {
    const char *name;
    struct rule_parameter parameters[6];
} kinds[] = {
    [STATS_RULE_PASSTHROUGH] = {"passthrough", {{"min", PLACE(min), 0, 0}, {"max", PLACE(max), 0, 100}}},
    [STATS_RULE_GATE] = {"gate", {{"target", PLACE(target), 0, NAN}}},
    [STATS_RULE_RATIO] = {"ratio", {{"target", PLACE(target), NEEDED, NAN}, {"cap", PLACE(cap), 0, 100}}},
    [STATS_RULE_DEDUCT] = {"deduct", {{"target", PLACE(target), NEEDED, NAN}, {"k", PLACE(k), NEEDED, NAN},
                                      {"unit", PLACE(unit), 0, 1}}},
    [STATS_RULE_LINEAR] = {"linear", {{"zero", PLACE(zero), NEEDED, NAN}, {"full", PLACE(full), NEEDED, NAN}}},
    [STATS_RULE_EFFICACY] = {"efficacy", {{"ok", PLACE(ok), NEEDED, NAN}, {"sat", PLACE(sat), NEEDED, NAN},
                                          {"base", PLACE(base), 0, 60},
                                          {"top", PLACE(top), 0, 100}, {"min", PLACE(min), 0, 0}}},
    [STATS_RULE_BAND] = {"band", {{"points", 0, NEEDED, NAN}}},
    [STATS_RULE_LIKERT] = {"likert", {{"k", PLACE(k), NEEDED, NAN}}},
    [STATS_RULE_DTF] = {"dtf", {{"worst", PLACE(worst), NEEDED | OR_GROUP, NAN},
                                {"best", PLACE(best), NEEDED | OR_GROUP, NAN}}},
    [STATS_RULE_RANK] = {"rank", {{"by", 0, 0, NAN}}},
    [STATS_RULE_RUBRIC] = {"rubric", {{"points", 0, NEEDED, NAN}}},
};
// clang-format on

static const char rule_names[] =
    "passthrough, gate, ratio, deduct, linear, efficacy, band, likert, dtf, rank, rubric";

static bool fail(char message[static 300], const char *format, const char *what)
{
    survey_format_into(message, 300, format, what);
    return false;
}

// One parameter into its place.
static bool read_parameter(struct survey_arena *arena, const struct stats_parameters *given,
                           const struct rule_parameter *parameter, struct stats_score_rule *rule,
                           char message[static 300])
{
    const char *text = stats_parameter(given, parameter->name);
    if (!text || !*text)
        return !(parameter->flags & NEEDED) ||
               fail(message, _("the rule needs the parameter '%s'"), parameter->name);
    if (strcmp(parameter->name, "points") == 0)
        return stats_points_read(arena, text, &rule->points, &rule->point_count) ||
               fail(message, _("'%s' is no list of points such as 5:100 4:80"), text);
    if (strcmp(parameter->name, "by") == 0) {
        rule->percentile = strcmp(text, "percentile") == 0;
        return rule->percentile || strcmp(text, "rank") == 0 ||
               fail(message, _("'by' is rank or percentile, not '%s'"), text);
    }
    double *place = (double *)((char *)rule + parameter->place);
    if ((parameter->flags & OR_GROUP) && (strcmp(text, "min") == 0 || strcmp(text, "max") == 0)) {
        *place = strcmp(text, "min") == 0 ? -INFINITY : INFINITY;
        return true;
    }
    return stats_parameter_number(given, parameter->name, place) ||
           fail(message, _("the parameter '%s' is no number"), parameter->name);
}

// What the numbers of a rule must be for its formula to mean something.
static bool check_rule(const struct stats_score_rule *rule, const struct stats_indicator *indicator,
                       char message[static 300])
{
    switch (rule->kind) {
    case STATS_RULE_PASSTHROUGH:
        return (rule->min >= 0 && rule->max <= 100 && rule->min < rule->max) ||
               fail(message, "%s", _("min and max must lie within 0 and 100"));
    case STATS_RULE_GATE:
        return !isnan(rule->target) || indicator->line_op != STATS_NO_OP ||
               fail(message, "%s",
                    _("the rule 'gate' needs target=..., or an indicator with a line"));
    case STATS_RULE_RATIO:
        return (rule->target > 0 && rule->cap > 0 && rule->cap <= 100) ||
               fail(message, "%s", _("target must be above 0, cap above 0 and at most 100"));
    case STATS_RULE_DEDUCT:
        return (rule->k >= 0 && rule->unit > 0) ||
               fail(message, "%s", _("k must not be negative, unit must be above 0"));
    case STATS_RULE_LINEAR:
        return rule->zero != rule->full || fail(message, "%s", _("zero and full must differ"));
    case STATS_RULE_EFFICACY:
        return (rule->ok != rule->sat && rule->min >= 0 && rule->top <= 100 &&
                rule->base <= rule->top && rule->min <= rule->base) ||
               fail(message, "%s", _("ok and sat must differ, and 0 <= min <= base <= top <= 100"));
    case STATS_RULE_LIKERT:
        return rule->k >= 2 || fail(message, "%s", _("k, the number of levels, must be 2 or more"));
    case STATS_RULE_DTF:
        return rule->worst != rule->best || fail(message, "%s", _("worst and best must differ"));
    case STATS_RULE_BAND:
    case STATS_RULE_RUBRIC:
        for (size_t i = 0; i < rule->point_count; i++)
            if (!(rule->points[i].points >= 0 && rule->points[i].points <= 100))
                return fail(message, "%s", _("points must lie within 0 and 100"));
        return true;
    case STATS_RULE_RANK:
        return true;
    }
    return true;
}

bool stats_score_rule_read(struct survey_arena *arena, const char *name, const char *params,
                           const struct stats_indicator *indicator, struct stats_score_rule *rule,
                           char message[static 300], const char **expected, bool *name_is_wrong)
{
    size_t kind = 0;
    *expected = "";
    while (kind < sizeof kinds / sizeof *kinds && strcmp(kinds[kind].name, name) != 0)
        kind++;
    *name_is_wrong = kind == sizeof kinds / sizeof *kinds;
    if (*name_is_wrong) {
        *expected = rule_names;
        return fail(message,
                    *name ? _("'%s' is no score rule")
                          : _("a row with an indicator needs a score rule"),
                    name);
    }
    const char *known[8] = {NULL};
    struct stats_parameters given = stats_parameters_read(arena, params);
    *rule = (struct stats_score_rule){.kind = (enum stats_rule_kind)kind};
    bool good =
        !given.fault ||
        fail(message, _("'%s' belongs to no parameter; they are written name=value"), given.fault);
    for (size_t i = 0; good && i < 6 && kinds[kind].parameters[i].name; i++) {
        const struct rule_parameter *parameter = &kinds[kind].parameters[i];
        known[i] = parameter->name;
        if (parameter->place)
            *(double *)((char *)rule + parameter->place) = parameter->fallback;
        good = read_parameter(arena, &given, parameter, rule, message);
    }
    const char *unknown = good ? stats_parameter_unknown(&given, known) : NULL;
    if (unknown)
        good = fail(message, _("the rule has no parameter '%s'"), unknown);
    good = good && check_rule(rule, indicator, message);
    survey_map_clear(&given.map);
    return good;
}

static double clamp(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

// The points of the last cut that the value reaches: from below where higher is better, from above
// where lower is. Short of the first cut: nothing.
static double band(const struct stats_score_rule *rule, double value,
                   enum stats_direction direction)
{
    if (direction == STATS_HIGHER) {
        for (size_t i = rule->point_count; i-- > 0;)
            if (stats_compare(value, rule->points[i].at) >= 0)
                return rule->points[i].points;
    } else {
        for (size_t i = 0; i < rule->point_count; i++)
            if (stats_compare(value, rule->points[i].at) <= 0)
                return rule->points[i].points;
    }
    return 0;
}

// worst and best, fixed or of the class.
static void group_ends(const struct stats_score_rule *rule, const double *values, size_t count,
                       double *worst, double *best)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        low = fmin(low, values[i]);
        high = fmax(high, values[i]);
    }
    *worst = isinf(rule->worst) ? (rule->worst < 0 ? low : high) : rule->worst;
    *best = isinf(rule->best) ? (rule->best < 0 ? low : high) : rule->best;
}

static bool by_rank(const struct stats_score_rule *rule, const struct stats_indicator *indicator,
                    double value, const double *values, size_t count, double *score)
{
    double rank = stats_mean_rank(values, count, value, indicator->direction), n = (double)count;
    if (rule->percentile)
        *score = 100 * (n - rank + 0.5) / n;
    else
        *score = count > 1 ? 100 * (n - rank) / (n - 1) : 100;
    return true;
}

static bool look_up(const struct stats_score_rule *rule, double value, double *score)
{
    for (size_t i = 0; i < rule->point_count; i++)
        if (stats_compare(value, rule->points[i].at) == 0) {
            *score = rule->points[i].points;
            return true;
        }
    return false;
}

static bool apply(const struct stats_score_rule *rule, const struct stats_indicator *indicator,
                  const struct stats_figure *figure, const double *values, size_t count,
                  double *score, const char **why)
{
    double value = figure->value, worst, best;
    int sign;
    switch (rule->kind) {
    case STATS_RULE_PASSTHROUGH:
        *score = value;
        *why = _("the given score lies outside min and max");
        return stats_compare(value, rule->min) >= 0 && stats_compare(value, rule->max) <= 0;
    case STATS_RULE_GATE:
        if (isnan(rule->target)) {
            *score = figure->verdict == STATS_CROSSED ? 0 : 100;
            return true;
        }
        sign = stats_figure_compare(figure, stats_unit_scale(indicator->unit), rule->target);
        *score = (indicator->direction == STATS_HIGHER ? sign >= 0 : sign <= 0) ? 100 : 0;
        return true;
    case STATS_RULE_RATIO:
        *score = clamp(100 * value / rule->target, 0, rule->cap);
        return true;
    case STATS_RULE_DEDUCT:
        value = indicator->direction == STATS_HIGHER ? rule->target - value : value - rule->target;
        *score = clamp(100 - rule->k * value / rule->unit, 0, 100);
        return true;
    case STATS_RULE_LINEAR:
        *score = clamp(100 * (value - rule->zero) / (rule->full - rule->zero), 0, 100);
        return true;
    case STATS_RULE_EFFICACY:
        value = rule->base + (rule->top - rule->base) * (value - rule->ok) / (rule->sat - rule->ok);
        *score = clamp(value, rule->min, rule->top);
        return true;
    case STATS_RULE_BAND:
        *score = band(rule, value, indicator->direction);
        return true;
    case STATS_RULE_LIKERT:
        *score = 100 * (value - 1) / (rule->k - 1);
        *why = _("the mean lies outside the levels 1 to k");
        return stats_compare(value, 1) >= 0 && stats_compare(value, rule->k) <= 0;
    case STATS_RULE_DTF:
        group_ends(rule, values, count, &worst, &best);
        *why = _("worst and best of the class are the same");
        *score = clamp(100 * (value - worst) / (best - worst), 0, 100);
        return worst != best;
    case STATS_RULE_RANK:
        return by_rank(rule, indicator, value, values, count, score);
    case STATS_RULE_RUBRIC:
        *why = _("the grade given has no points in the scheme");
        return look_up(rule, value, score);
    }
    return false;
}

bool stats_score_rule_apply(const struct stats_score_rule *rule,
                            const struct stats_indicator *indicator,
                            const struct stats_figure *figure, const double *values, size_t count,
                            struct survey_arena *arena, double *score, const char **why)
{
    const char *reason = "";
    if (!apply(rule, indicator, figure, values, count, score, &reason)) {
        *why = survey_arena_format(arena, _("%s (%g)"), reason, figure->value);
        return false;
    }
    *score = stats_score_clean(*score);
    *why = NULL;
    return true;
}

double stats_score_clean(double score)
{
    double clean = rint(score * 1e10) / 1e10;
    return clean == 0 ? 0 : clean; // never -0
}
