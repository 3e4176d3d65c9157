// SPDX-License-Identifier: GPL-3.0-or-later
// From the options of `estimate` to figures.
#include "stats/ask.h"

#include "stats/estimate/sweep.h"
#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/definition/examine.h"
#include "survey/expr/expr.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS_MAX = 200, GROUPS_MAX = 10000, ASKS_MAX = 100000 };

static const char *option_of(enum stats_statistic statistic)
{
    static const char *const options[] = {"--share", "--mean", "--total", "--ratio", "--quantile"};
    return options[statistic];
}

static bool push(struct stats_asked *asked, struct stats_ask ask, struct survey_error *error)
{
    if (asked->ask_count == ASKS_MAX)
        return survey_fail(error, SURVEY_ERROR_INPUT, option_of(ask.statistic),
                           _("at most %d figures can be asked for at once"), ASKS_MAX);
    if ((asked->ask_count & (asked->ask_count - 1)) == 0) {
        struct stats_ask *wider = survey_arena_array(
            asked->source->arena, asked->ask_count ? asked->ask_count * 2 : 1, sizeof *wider);
        if (asked->ask_count)
            memcpy(wider, asked->asks, asked->ask_count * sizeof *wider);
        asked->asks = wider;
    }
    asked->asks[asked->ask_count++] = ask;
    return true;
}

static bool values_of(struct stats_asked *asked, enum stats_statistic statistic, const char *expression,
                      struct stats_values *values, struct survey_error *error)
{
    return stats_source_values(asked->source, expression, option_of(statistic), values, error);
}

// A column of texts, or a share of a column of several codes: one figure a level.
static bool push_levels(struct stats_asked *asked, struct stats_ask ask, const struct stats_source_levels *levels,
                        struct survey_error *error)
{
    if (levels->count > LEVELS_MAX)
        return survey_fail(error, SURVEY_ERROR_INPUT, option_of(ask.statistic),
                           _("'%s' has %zu different texts, which are too many to list"), ask.of,
                           levels->count);
    for (size_t level = 0; level < levels->count; level++) {
        double *is = survey_arena_array(asked->source->arena, levels->codes.count, sizeof *is);
        for (size_t code = 0; code < levels->codes.count; code++)
            is[code] = levels->of_code[code] == STATS_NO_LEVEL ? (double)NAN : levels->of_code[code] == level;
        struct stats_ask one = ask;
        one.level = levels->names[level];
        one.y = (struct stats_values){.codes = levels->codes, .of_code = is};
        one.statistic = ask.statistic == STATS_MEAN ? STATS_SHARE : ask.statistic;
        if (!push(asked, one, error))
            return false;
    }
    return true;
}

static bool add_one(struct stats_asked *asked, enum stats_statistic statistic, const char *text,
                    struct survey_error *error)
{
    struct stats_source_levels levels = {0};
    struct stats_ask ask = {.statistic = statistic, .of = text, .over = ""};
    bool lone, numbers, codes = false;
    if (statistic != STATS_SHARE && stats_source_numbers(asked->source, text, &ask.y))
        return push(asked, ask, error);
    if (!stats_source_levels(asked->source, text, &levels, &lone, &numbers, error))
        return false;
    for (size_t i = 0; lone && numbers && i < levels.count; i++) {
        double code;
        codes = codes || (survey_number_parse(levels.names[i], strlen(levels.names[i]), &code) && code != 0 &&
                          code != 1);
    }
    if (lone && (!numbers || (statistic == STATS_SHARE && codes)))
        return push_levels(asked, ask, &levels, error);
    return values_of(asked, statistic, text, &ask.y, error) && push(asked, ask, error);
}

// The place of a separator outside brackets and quotes, the last where wanted; NULL.
static const char *separator(const char *text, char mark, bool last)
{
    const char *found = NULL;
    int depth = 0;
    char quote = '\0';
    for (const char *at = text; *at; at++) {
        if (quote)
            quote = *at == quote ? '\0' : quote;
        else if (*at == '\'' || *at == '"')
            quote = *at;
        else if (strchr("({[", *at))
            depth++;
        else if (strchr(")}]", *at))
            depth--;
        else if (*at == mark && depth == 0 && (last || !found))
            found = at;
    }
    return found;
}

static bool add_ratio(struct stats_asked *asked, const char *text, struct survey_error *error)
{
    const char *comma = separator(text, ',', false);
    if (!comma || comma == text || !comma[1] || separator(comma + 1, ',', false))
        return survey_fail(error, SURVEY_ERROR_USAGE, "--ratio",
                           _("'%s': give a numerator and a denominator, A,B"), text);
    struct stats_ask ask = {.statistic = STATS_RATIO,
                            .of = survey_arena_strndup(asked->source->arena, text, (size_t)(comma - text)),
                            .over = comma + 1 + strspn(comma + 1, " ")};
    return values_of(asked, STATS_RATIO, ask.of, &ask.y, error) &&
           values_of(asked, STATS_RATIO, ask.over, &ask.x, error) && push(asked, ask, error);
}

// E@0.5 or E@0.25,0.5,0.75
static bool add_quantiles(struct stats_asked *asked, const char *text, struct survey_error *error)
{
    const char *at = separator(text, '@', true);
    struct stats_ask ask = {.statistic = STATS_QUANTILE, .over = ""};
    if (!at || at == text || !at[1])
        return survey_fail(error, SURVEY_ERROR_USAGE, "--quantile",
                           _("'%s': give an expression and probabilities, E@0.25,0.5"), text);
    ask.of = survey_arena_strndup(asked->source->arena, text, (size_t)(at - text));
    if (!values_of(asked, STATS_QUANTILE, ask.of, &ask.y, error))
        return false;
    for (const char *from = at + 1; *from;) {
        size_t length = strcspn(from, ",");
        if (!survey_number_parse(from, length, &ask.p) || !(ask.p > 0 && ask.p < 1))
            return survey_fail(error, SURVEY_ERROR_USAGE, "--quantile",
                               _("'%.*s' is no probability between 0 and 1"), (int)length, from);
        if (!push(asked, ask, error))
            return false;
        from += length + (from[length] == ',');
    }
    return true;
}

bool stats_ask_add(struct stats_asked *asked, enum stats_statistic statistic, const char *text,
                   struct survey_error *error)
{
    if (statistic == STATS_RATIO)
        return add_ratio(asked, text, error);
    if (statistic == STATS_QUANTILE)
        return add_quantiles(asked, text, error);
    return add_one(asked, statistic, text, error);
}

bool stats_ask_where(struct stats_asked *asked, const char *condition, struct survey_error *error)
{
    size_t rows = asked->source->rows;
    uint8_t *inside = survey_arena_array(asked->source->arena, rows, 1);
    struct stats_values holds;
    if (!stats_source_values(asked->source, condition, "--where", &holds, error))
        return false;
    for (size_t row = 0; row < rows; row++) {
        double value = stats_value(&holds, row);
        inside[row] = !isnan(value) && value != 0;
    }
    asked->where = condition;
    asked->inside = inside;
    return true;
}

static void examine(const struct stats_asked *asked, const char *option, const char *text, struct survey_report *report)
{
    const struct survey_expr *expr;
    if (*text && survey_expr_parse(asked->source->arena, text, &expr, NULL, NULL))
        survey_form_examine_expression(stats_dataset_form(asked->source->dataset), expr,
                                       &(struct survey_problem){.file = option, .sheet = ""}, report);
}

void stats_ask_examine(const struct stats_asked *asked, struct survey_report *report)
{
    if (!asked->source->dataset)
        return;
    examine(asked, "--where", asked->where, report);
    for (size_t i = 0; i < asked->ask_count; i++) {
        const struct stats_ask *ask = &asked->asks[i];
        if (ask->level) // a column of its own
            continue;
        examine(asked, option_of(ask->statistic), ask->of, report);
        examine(asked, option_of(ask->statistic), ask->over, report);
    }
}

// Splits each group by the levels of one more column that occur in it.
static bool split_groups(struct stats_asked *asked, const struct stats_source_levels *levels, size_t column,
                         struct survey_error *error)
{
    struct survey_arena *arena = asked->source->arena;
    size_t rows = asked->source->rows, cells = asked->group_count * levels->count, found = 0;
    uint32_t *number = survey_realloc(NULL, cells + 1, sizeof *number), *of_row = asked->group_of_row;
    memset(number, 0, (cells + 1) * sizeof *number);
    for (size_t row = 0; row < rows; row++)
        if (of_row[row] != STATS_NO_LEVEL)
            number[of_row[row] * levels->count + stats_source_level(levels, row)] = 1;
    for (size_t cell = 0; cell < cells; cell++)
        found += number[cell];
    const char ***groups = survey_arena_array(arena, found + 1, sizeof *groups);
    found = 0;
    for (size_t cell = 0; cell < cells; cell++)
        if (number[cell]) {
            number[cell] = (uint32_t)found;
            groups[found] = survey_arena_array(arena, asked->by_count, sizeof *groups[found]);
            memcpy(groups[found], asked->groups[cell / levels->count], column * sizeof **groups);
            groups[found++][column] = levels->names[cell % levels->count];
        }
    for (size_t row = 0; row < rows; row++)
        if (of_row[row] != STATS_NO_LEVEL)
            of_row[row] = number[of_row[row] * levels->count + stats_source_level(levels, row)];
    free(number);
    asked->groups = groups;
    asked->group_count = found;
    return found <= GROUPS_MAX ||
           survey_fail(error, SURVEY_ERROR_INPUT, "--by", _("%zu groups are too many"), found);
}

// Numbers the combinations of levels that occur, the first column's slowest; rows of a blank level are in none.
static bool number_groups(struct stats_asked *asked, const struct stats_source_levels *levels,
                          struct survey_error *error)
{
    struct survey_arena *arena = asked->source->arena;
    size_t rows = asked->source->rows, left = 0;
    asked->group_of_row = survey_arena_array(arena, rows, sizeof *asked->group_of_row);
    for (size_t row = 0; row < rows; row++) {
        bool inside = !asked->inside || asked->inside[row], known = inside;
        for (size_t i = 0; known && i < asked->by_count; i++)
            known = stats_source_level(&levels[i], row) != STATS_NO_LEVEL;
        left += known;
        asked->ungrouped += inside && !known;
        asked->group_of_row[row] = known ? 0 : STATS_NO_LEVEL;
    }
    if (!left)
        return survey_fail(error, SURVEY_ERROR_INPUT, "--by", "%s", _("no row is in any group"));
    asked->groups = survey_arena_array(arena, 1, sizeof *asked->groups);
    asked->groups[0] = survey_arena_array(arena, 1, sizeof *asked->groups[0]);
    asked->group_count = 1;
    for (size_t i = 0; i < asked->by_count; i++)
        if (!split_groups(asked, &levels[i], i, error))
            return false;
    return true;
}

bool stats_ask_by(struct stats_asked *asked, const char *const *names, size_t count,
                  struct survey_error *error)
{
    struct stats_source_levels *levels = survey_arena_array(asked->source->arena, count + 1, sizeof *levels);
    for (size_t i = 0; i < count; i++) {
        bool lone, numbers;
        if (!stats_source_levels(asked->source, names[i], &levels[i], &lone, &numbers, error))
            return false;
        if (!lone)
            return survey_fail(error, SURVEY_ERROR_INPUT, "--by", _("%s has no column or question '%s'"),
                               asked->source->path, names[i]);
    }
    asked->by = names;
    asked->by_count = count;
    return number_groups(asked, levels, error);
}

// One ask that is not swept, its values by row.
struct spread {
    const struct stats_asked *asked;
    const struct stats_ask *ask;
    double *y, *x; // x NULL where it is no ratio
};

static bool estimate(const struct spread *in, const uint8_t *domain, struct stats_estimate *estimate, struct survey_error *error)
{
    const struct stats_design *design = &in->asked->source->design;
    switch (in->ask->statistic) {
    case STATS_SHARE:
        return stats_share(design, in->y, domain, estimate, error);
    case STATS_TOTAL:
        return stats_total(design, in->y, domain, estimate, error);
    case STATS_RATIO:
        return stats_ratio(design, in->y, in->x, domain, estimate, error);
    case STATS_QUANTILE:
        return stats_quantile(design, in->y, domain, in->ask->p, estimate, error);
    case STATS_MEAN:
    case STATS_INDEX:
    case STATS_CASES:
    case STATS_ADMIN:
    case STATS_EXTERNAL:
    case STATS_DERIVED:
        break;
    }
    return stats_mean(design, in->y, domain, estimate, error);
}

// Rows with a weight and with every value; what lies outside the domain does not count.
static void count_base(const struct spread *in, const uint8_t *domain, struct stats_answer *answer)
{
    const double *weight = in->asked->source->design.weight;
    answer->estimate = (struct stats_estimate){.interval = "none"};
    double denominator = 0;
    for (size_t row = 0; row < in->asked->source->rows; row++)
        if (weight[row] > 0 && (!domain || domain[row])) {
            bool known = !isnan(in->y[row]) && (!in->x || !isnan(in->x[row]));
            answer->estimate.base += known;
            answer->estimate.missing += !known;
            denominator += known && in->x ? fabs(in->x[row]) : 0;
        }
    if (!answer->estimate.base)
        answer->missing = answer->estimate.missing ? _("all values are missing") : _("no rows");
    else if (in->x && denominator == 0)
        answer->missing = _("the denominator is 0");
}

static bool answer_one(const struct spread *in, size_t group, const uint8_t *domain, struct survey_error *error)
{
    const struct stats_asked *asked = in->asked;
    struct stats_answer *answer = &asked->answers[(size_t)(in->ask - asked->asks) * asked->group_count + group];
    answer->ask = in->ask;
    answer->group = group;
    count_base(in, domain, answer);
    if (answer->missing || estimate(in, domain, &answer->estimate, error))
        return true;
    if (error && !*error->where)
        survey_format_into(error->where, sizeof error->where, "%s %s", option_of(in->ask->statistic), in->ask->of);
    return false;
}

// One ask in all groups.
static bool answer_groups(const struct stats_asked *asked, const struct stats_ask *ask, struct survey_error *error)
{
    size_t rows = asked->source->rows;
    bool ratio = ask->statistic == STATS_RATIO, done = true;
    uint8_t *domain = asked->by_count ? survey_alloc(rows) : NULL;
    struct spread in = {asked, ask, survey_realloc(NULL, rows, sizeof(double)), ratio ? survey_realloc(NULL, rows, sizeof(double)) : NULL};
    stats_values_spread(&ask->y, rows, in.y);
    if (ratio)
        stats_values_spread(&ask->x, rows, in.x);
    for (size_t group = 0; done && group < asked->group_count; group++) {
        for (size_t row = 0; domain && row < rows; row++)
            domain[row] = asked->group_of_row[row] == group;
        done = answer_one(&in, group, domain ? domain : asked->inside, error);
    }
    free(in.y);
    free(in.x);
    free(domain);
    return done;
}

static bool is_for_sweeping(const struct stats_ask *ask)
{
    return ask->statistic == STATS_SHARE || ask->statistic == STATS_MEAN || ask->statistic == STATS_TOTAL;
}

// Answers what can be had in one sweep over all groups; done says which asks.
static void answer_swept(const struct stats_asked *asked, bool *done)
{
    size_t rows = asked->source->rows, groups = asked->group_count, count = 0;
    uint32_t *group = asked->group_of_row;
    if (!group && asked->inside) {
        group = survey_arena_array(asked->source->arena, rows, sizeof *group);
        for (size_t row = 0; row < rows; row++)
            group[row] = asked->inside[row] ? 0 : STATS_NO_GROUP;
    }
    struct stats_sweep *sweep = stats_sweep_make(asked->source->prepared, group, groups);
    struct stats_sweep_item *items = survey_realloc(NULL, asked->ask_count + 1, sizeof *items);
    struct stats_estimate *estimates = survey_realloc(NULL, asked->answer_count + 1, sizeof *estimates);
    for (size_t ask = 0; sweep && ask < asked->ask_count; ask++)
        if (is_for_sweeping(&asked->asks[ask]))
            items[count++] = (struct stats_sweep_item){
                .kind = asked->asks[ask].statistic == STATS_SHARE   ? STATS_SWEEP_SHARE
                        : asked->asks[ask].statistic == STATS_TOTAL ? STATS_SWEEP_TOTAL
                                                                    : STATS_SWEEP_MEAN,
                .y = asked->asks[ask].y,
                .estimates = estimates + ask * groups};
    if (sweep)
        stats_sweep_run(sweep, items, count);
    for (size_t i = 0; i < count; i++) {
        size_t ask = (size_t)(items[i].estimates - estimates) / groups;
        done[ask] = items[i].swept;
        for (size_t g = 0; items[i].swept && g < groups; g++) {
            const struct stats_estimate *estimate = &items[i].estimates[g];
            asked->answers[ask * groups + g] = (struct stats_answer){
                .ask = &asked->asks[ask],
                .group = g,
                .estimate = *estimate,
                .missing = estimate->base ? NULL : estimate->missing ? _("all values are missing") : _("no rows")};
        }
    }
    stats_sweep_free(sweep);
    free(items);
    free(estimates);
}

bool stats_ask_answer(struct stats_asked *asked, struct survey_error *error)
{
    bool *swept = survey_arena_array(asked->source->arena, asked->ask_count + 1, sizeof *swept), done = true;
    if (!asked->by_count)
        asked->group_count = 1;
    asked->answer_count = asked->ask_count * asked->group_count;
    asked->answers =
        survey_arena_array(asked->source->arena, asked->answer_count + 1, sizeof *asked->answers);
    answer_swept(asked, swept);
    for (size_t ask = 0; done && ask < asked->ask_count; ask++)
        done = swept[ask] || answer_groups(asked, &asked->asks[ask], error);
    return done;
}
