// SPDX-License-Identifier: GPL-3.0-or-later
// Figures that come from no response: administrative values, given scores, and what is derived from
// other indicators.
#include "stats/assess/assess.h"
#include "survey/base/arena.h"
#include "survey/base/number.h"
#include "survey/base/text.h"

#include <math.h>
#include <string.h>

struct asked {
    const struct stats_plan *plan;
    const struct stats_assessment *assessment;
    const char *unit;                   // id; NULL for all units together
    const struct stats_figure *figures; // of the unit, or overall
    struct survey_arena *arena;         // for texts that stay
    const char *missing;                // the first reason why there is no value
    bool small;                         // an indicator that was used has too small a base
    bool weighted;                      // take the weighted estimates of indicators
    size_t estimates;                   // that were taken
};

static void set_number(struct survey_value *value, double number)
{
    *value = (struct survey_value){.kind = SURVEY_NUMBER, .number = number, .text = ""};
}

static void miss(struct asked *asked, const char *reason)
{
    if (!asked->missing)
        asked->missing = reason;
}

// The value of the round, else one that was given without a round.
static bool get_admin(struct asked *asked, const char *name, struct survey_value *value,
                      struct survey_error *error)
{
    double number = NAN;
    if (!asked->unit) {
        miss(asked, _("administrative values are not added up without a denominator"));
        set_number(value, NAN);
        return true;
    }
    struct survey_query *query = survey_query(asked->plan->store, error,
                                              "SELECT value FROM admin WHERE unit = ? AND name = ? "
                                              "AND round IN (?, '') ORDER BY round = '' LIMIT 1",
                                              "ttt", asked->unit, name, asked->plan->round);
    if (!query)
        return false;
    if (!survey_query_next(query)) {
        miss(asked,
             survey_arena_format(asked->arena, _("there is no administrative value '%s'"), name));
    } else {
        const char *text = survey_query_text(query, 0);
        if (!survey_number_parse(text, strlen(text), &number))
            miss(asked, survey_arena_format(asked->arena,
                                            _("the administrative value '%s' is '%s', no number"),
                                            name, text));
    }
    set_number(value, number);
    return survey_query_end(query, error);
}

static void get_indicator(struct asked *asked, const char *code, struct survey_value *value)
{
    const struct survey_map_entry *entry = survey_map_find(&asked->plan->codes, code);
    const struct stats_figure *figure = entry ? &asked->figures[entry->number] : NULL;
    if (!figure || figure->missing)
        miss(asked, survey_arena_format(asked->arena, _("the indicator '%s' has no value"), code));
    asked->small |= figure && figure->small;
    bool estimate = figure && asked->weighted && figure->estimated;
    if (figure && asked->weighted && !estimate &&
        asked->plan->indicators[entry->number].statistic < STATS_ADMIN)
        miss(asked, _("an indicator has no weighted estimate"));
    asked->estimates += estimate;
    set_number(value, !figure || figure->missing ? (double)NAN
                      : estimate                 ? figure->estimate.value
                                                 : figure->value);
}

static void get_parameter(struct asked *asked, const char *name, struct survey_value *value)
{
    const char *text = survey_store_setting(asked->plan->store, name, asked->plan->date);
    double number;
    if (!text)
        miss(asked, survey_arena_format(asked->arena, _("there is no parameter '%s'"), name));
    if (text && survey_number_parse(text, strlen(text), &number))
        set_number(value, number);
    else
        *value =
            (struct survey_value){.kind = SURVEY_STRING, .text = text ? text : "", .number = NAN};
}

static bool call(void *user, const char *name, const struct survey_value *arguments, size_t count,
                 struct survey_value *value, bool *known, struct survey_error *error)
{
    struct asked *asked = user;
    const char *first = count == 1 ? survey_value_text(asked->arena, &arguments[0]) : "";
    *known = true;
    if (count == 1 && strcmp(name, "admin") == 0)
        return get_admin(asked, first, value, error);
    if (count == 1 && strcmp(name, "indicator") == 0) {
        get_indicator(asked, first, value);
        return true;
    }
    if (count == 1 && strcmp(name, "parameter") == 0) {
        get_parameter(asked, first, value);
        return true;
    }
    *known = false;
    return false;
}

static bool evaluate(struct asked *asked, const struct survey_expr *expr, double *number,
                     struct survey_error *error)
{
    struct survey_value value;
    struct survey_expr_env env = {.arena = asked->arena, .function = call, .user = asked};
    if (!survey_expr_evaluate(expr, &env, &value, error))
        return false;
    *number = survey_value_number(&value);
    if (!isfinite(*number))
        miss(asked, _("the expression gives no number"));
    return true;
}

// The same from the weighted estimates of the indicators. It has no interval: that would need how
// they vary together.
static bool estimate(const struct asked *plain, const struct stats_indicator_plan *made,
                     struct stats_figure *figure, struct survey_error *error)
{
    struct asked asked = *plain;
    double of = NAN, over = 1;
    asked.weighted = true;
    if (asked.missing || !made->need_count)
        return true;
    if (!evaluate(&asked, made->of, &of, error) ||
        (made->over && !evaluate(&asked, made->over, &over, error)))
        return false;
    if (asked.missing || !asked.estimates || over <= 0)
        return true;
    figure->estimated = true;
    figure->estimate = (struct stats_estimate){.value = (made->over ? made->scale : 1) * of / over,
                                               .interval = "none"};
    figure->estimate.low = figure->estimate.high = figure->estimate.value;
    return true;
}

static bool compute(const struct stats_plan *plan, struct stats_assessment *assessment,
                    size_t index, const struct stats_unit *unit, struct survey_error *error)
{
    const struct stats_indicator_plan *made = &plan->plans[index];
    struct stats_figure *figures = unit ? unit->figures : assessment->overall,
                        *figure = &figures[index];
    struct asked asked = {.plan = plan,
                          .assessment = assessment,
                          .unit = unit ? unit->id : NULL,
                          .figures = figures,
                          .arena = assessment->arena};
    double over = NAN;
    if (!evaluate(&asked, made->of, &figure->numerator, error) ||
        (made->over && !evaluate(&asked, made->over, &over, error)))
        return survey_fail(error, error->code, plan->form->path, _("indicator '%s': %s"),
                           assessment->indicators[index].code, error->message);
    if (made->over && over <= 0 && !asked.missing)
        miss(&asked, _("the denominator is not above 0"));
    figure->counted = made->over && !asked.missing;
    figure->denominator = over;
    figure->value = made->over ? made->scale * figure->numerator / over : figure->numerator;
    figure->missing = asked.missing;
    figure->small = asked.small;
    return estimate(&asked, made, figure, error);
}

// Numerators and denominators add up over units; a unit without a value would make the sum a lie.
static bool add_up(struct stats_assessment *assessment, size_t index, double scale)
{
    struct stats_figure *figure = &assessment->overall[index];
    size_t missing = 0;
    double weighted = 0;
    figure->counted = figure->estimated = true;
    figure->numerator = figure->denominator = 0;
    for (size_t i = 0; i < assessment->unit_count; i++) {
        const struct stats_figure *part = &assessment->units[i].figures[index];
        missing += part->missing != NULL;
        figure->numerator += part->numerator;
        figure->denominator += part->denominator;
        figure->small |= part->small;
        figure->estimated &= part->estimated;
        weighted += part->estimate.value * part->denominator;
    }
    if (missing) {
        figure->counted = false;
        figure->missing =
            survey_arena_format(assessment->arena, _("%zu of %zu units have no value"), missing,
                                assessment->unit_count);
    }
    figure->value = scale * figure->numerator / figure->denominator;
    figure->estimate =
        (struct stats_estimate){.value = weighted / figure->denominator, .interval = "none"};
    figure->estimate.low = figure->estimate.high = figure->estimate.value;
    return true;
}

bool stats_figures_admin(const struct stats_plan *plan, struct stats_assessment *assessment,
                         size_t index, struct survey_error *error)
{
    for (size_t i = 0; i < assessment->unit_count; i++)
        if (!compute(plan, assessment, index, &assessment->units[i], error))
            return false;
    if (plan->plans[index].over)
        return add_up(assessment, index, plan->plans[index].scale);
    return compute(plan, assessment, index, NULL, error);
}
