// SPDX-License-Identifier: GPL-3.0-or-later
// Groups ranked by each figure, with the confidence sets of their ranks.
#include "stats/ask.h"

#include "stats/composite/ranks.h"
#include "stats/estimate/variance.h"
#include "stats/math/distribution.h"
#include "survey/base/arena.h"
#include "survey/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// "C01, poor"
static const char *name_of(const struct stats_asked *asked, size_t group)
{
    const char *name = asked->groups[group][0];
    for (size_t i = 1; i < asked->by_count; i++)
        name = survey_arena_format(asked->source->arena, "%s, %s", name, asked->groups[group][i]);
    return name;
}

// Groups in strata of their own were sampled apart. Those that share a stratum depend on each other, but for means over
// PSUs of their own where there is one stratum only: their scores add up to 0 in it.
static bool check_apart(const struct stats_asked *asked, const struct stats_ask *ask, struct survey_error *error)
{
    const struct stats_stage *stage = &asked->source->prepared->stage[0];
    bool by_unit = stage->strata == 1 && ask->statistic != STATS_TOTAL;
    size_t places = by_unit ? stage->units : stage->strata;
    uint32_t *group_of = survey_arena_array(asked->source->arena, places + 1, sizeof *group_of);
    memset(group_of, 0xff, places * sizeof *group_of);
    for (size_t row = 0; row < asked->source->rows; row++) {
        uint32_t group = asked->group_of_row[row], unit = stage->unit_of_row[row];
        uint32_t *place = &group_of[by_unit ? unit : stage->stratum_of_unit[unit]];
        if (group == STATS_NO_LEVEL || asked->source->design.weight[row] <= 0)
            continue;
        if (*place != STATS_NO_LEVEL && *place != group)
            return survey_fail(error, SURVEY_ERROR_INPUT, "--ranks",
                               _("'%s' and '%s' were sampled together (they share a stratum or a PSU), so that their figures "
                                 "depend on each other: a request for 'ranks' takes their covariance"),
                               name_of(asked, *place), name_of(asked, group));
        *place = group;
    }
    return true;
}

// Sets of ranks take errors as known. Those of a few PSUs are not: they are enlarged as the t interval is. Where none or all
// were found the error is that by which the one-sided limit would be a normal one. NaN where nothing is known.
static double error_of(const struct stats_estimate *estimate, double confidence)
{
    double tail = 1 - (1 - confidence) / 2;
    bool limit = strcmp(estimate->interval, "upper limit") == 0 || strcmp(estimate->interval, "lower limit") == 0;
    if (limit)
        return (estimate->high - estimate->low) / stats_normal_quantile(confidence);
    if (!estimate->known_se)
        return NAN;
    return estimate->df > 0 ? estimate->se * stats_t_quantile(tail, estimate->df) / stats_normal_quantile(tail)
                            : estimate->se;
}

static bool rank_ask(struct stats_asked *asked, size_t ask, bool low_is_best, struct survey_error *error)
{
    struct survey_arena *arena = asked->source->arena;
    size_t groups = asked->group_count;
    struct stats_answer *answers = &asked->answers[ask * groups];
    double *score = survey_arena_array(arena, groups + 1, sizeof *score),
           *se = survey_arena_array(arena, groups + 1, sizeof *se);
    const char **names = survey_arena_array(arena, groups + 1, sizeof *names);
    struct stats_ranks_question question = {.score = score,
                                            .se = se,
                                            .names = names,
                                            .low_is_best = low_is_best,
                                            .coverage = asked->source->design.confidence,
                                            .draws = STATS_ASK_DRAWS,
                                            .seed = STATS_ASK_SEED};
    for (size_t i = 0; i < groups; i++) {
        double error_here = answers[i].missing ? (double)NAN : error_of(&answers[i].estimate, question.coverage);
        if (isnan(error_here))
            continue;
        answers[i].ranked = 1;
        names[question.n] = name_of(asked, answers[i].group);
        score[question.n] = answers[i].estimate.value;
        se[question.n++] = error_here;
    }
    if ((double)question.n * (double)question.n * (double)question.draws > STATS_RANKS_MOST)
        return survey_fail(error, SURVEY_ERROR_INPUT, "--ranks", _("%zu groups are too many to be ranked"), question.n);
    struct stats_rank_set *sets = survey_arena_array(arena, question.n + 1, sizeof *sets);
    if (question.n && !stats_ranks(&question, sets))
        return survey_fail(error, SURVEY_ERROR_INPUT, "--ranks", "%s", _("the covariance is not positive definite"));
    for (size_t i = 0, at = 0; i < groups; i++)
        if (answers[i].ranked) {
            answers[i].ranked = question.n;
            answers[i].rank = sets[at++];
        }
    return true;
}

bool stats_ask_rank(struct stats_asked *asked, const char *best, struct survey_error *error)
{
    bool low = strcmp(best, "low") == 0;
    if (!low && strcmp(best, "high") != 0)
        return survey_fail(error, SURVEY_ERROR_USAGE, "--ranks", _("'%s': say which is best, high or low"), best);
    if (!asked->by_count)
        return survey_fail(error, SURVEY_ERROR_USAGE, "--ranks", "%s", _("groups are ranked: give --by"));
    asked->ranks = low ? "low" : "high";
    for (size_t ask = 0; ask < asked->ask_count; ask++)
        if (!check_apart(asked, &asked->asks[ask], error) || !rank_ask(asked, ask, low, error))
            return false;
    return true;
}
