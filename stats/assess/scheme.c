// SPDX-License-Identifier: GPL-3.0-or-later
// Scores up the tree: leaves by their rules, nodes as the mean of what stands below them, weighted
// by the local shares of the unit's class; then gates.
#include "stats/assess/assess.h"
#include "survey/base/arena.h"
#include "survey/base/number.h"
#include "survey/base/text.h"

#include <math.h>
#include <string.h>

// The values of the indicator in the units of a class, for rules that compare; smaller bases left
// out.
static size_t class_values(const struct stats_assessment *assessment, int indicator, int class,
                           double *values)
{
    size_t count = 0;
    for (size_t i = 0; i < assessment->unit_count; i++) {
        const struct stats_figure *figure = &assessment->units[i].figures[indicator];
        if (assessment->units[i].class_index == class && !figure->missing && !figure->small)
            values[count++] = figure->value;
    }
    return count;
}

static void score_leaf(struct stats_assessment *assessment, const struct stats_node *node,
                       const struct stats_unit *unit, struct stats_score *score, double *values)
{
    const struct stats_indicator *indicator = &assessment->indicators[node->indicator];
    const struct stats_figure *figure = &unit->figures[node->indicator];
    if (figure->missing) {
        score->why = figure->missing;
        return;
    }
    if (figure->small) { // a base too small to be scored is too small for a red line too
        score->why = indicator->statistic < STATS_ADMIN
                         ? survey_arena_format(assessment->arena, _("the base is below %g"),
                                               indicator->min_base)
                         : _("it rests on an indicator whose base is too small");
        return;
    }
    score->gated = stats_op_holds(
        node->gate_op, stats_figure_compare(figure, stats_unit_scale(indicator->unit), node->gate));
    size_t count = class_values(assessment, node->indicator, unit->class_index, values);
    score->known = stats_score_rule_apply(node->parsed, indicator, figure, values, count,
                                          assessment->arena, &score->score, &score->why);
}

// What a child counts for: nothing, its score, or the end of its parent's score.
enum part { PART_ABSENT, PART_SPREAD, PART_SCORE, PART_WITHHELD };

static enum part part_of(const struct stats_score *score)
{
    if (score->absent)
        return PART_ABSENT;
    if (score->known)
        return PART_SCORE;
    return score->spread ? PART_SPREAD : PART_WITHHELD;
}

// node = sum of share x score / sum of the shares that count.
static void score_parent(struct stats_assessment *assessment, size_t parent,
                         const struct stats_unit *unit)
{
    struct stats_score *score = &unit->scores[parent];
    double sum = 0, shares = 0;
    const char *withheld = NULL;
    for (size_t i = parent + 1; i < assessment->node_count; i++) {
        const struct stats_node *node = &assessment->nodes[i];
        if (node->parent != (int)parent)
            continue;
        enum part part = part_of(&unit->scores[i]);
        double share = part == PART_ABSENT ? 0 : node->weights[unit->class_index];
        if (part == PART_WITHHELD && share > 0 && !withheld)
            withheld = node->indicator < 0
                           ? unit->scores[i].why
                           : survey_arena_format(assessment->arena, _("'%s' has no score: %s"),
                                                 node->code, unit->scores[i].why);
        if (part == PART_SCORE) {
            sum += share * unit->scores[i].score;
            shares += share;
        }
    }
    score->why = withheld ? withheld : shares > 0 ? NULL : _("nothing below it has a score");
    score->known = !score->why;
    score->spread =
        !score->known && !withheld && assessment->nodes[parent].missing == STATS_MISSING_BELOW;
    score->score = score->known ? stats_score_clean(sum / shares) : 0;
    const struct stats_node *node = &assessment->nodes[parent];
    score->gated =
        score->known && stats_op_holds(node->gate_op, stats_compare(score->score, node->gate));
}

// Effective shares down the tree, as applied: what was spread is 0, its siblings carry it.
static void share_out(struct stats_assessment *assessment, const struct stats_unit *unit)
{
    for (size_t parent = 0; parent < assessment->node_count; parent++) {
        double counted = 0;
        if (assessment->nodes[parent].parent < 0)
            unit->scores[parent].share = 100;
        for (size_t i = parent + 1; i < assessment->node_count; i++)
            if (assessment->nodes[i].parent == (int)parent &&
                part_of(&unit->scores[i]) >= PART_SCORE)
                counted += assessment->nodes[i].weights[unit->class_index];
        for (size_t i = parent + 1; i < assessment->node_count; i++) {
            if (assessment->nodes[i].parent != (int)parent)
                continue;
            bool counts = part_of(&unit->scores[i]) >= PART_SCORE && counted > 0;
            unit->scores[i].share = counts ? unit->scores[parent].share *
                                                 assessment->nodes[i].weights[unit->class_index] /
                                                 counted
                                           : 0;
        }
    }
}

static void count_gates(const struct stats_assessment *assessment, struct stats_unit *unit)
{
    unit->cap = 100;
    for (size_t i = 0; i < assessment->node_count; i++) {
        const char *effect = assessment->nodes[i].gate_effect;
        double cap = 100;
        if (!unit->scores[i].gated || unit->scores[i].absent)
            continue;
        unit->vetoes += strcmp(effect, "veto") == 0;
        unit->talks += strcmp(effect, "talk") == 0;
        unit->flags += strcmp(effect, "flag") == 0;
        if (strncmp(effect, "cap:", 4) == 0 &&
            survey_number_parse(effect + 4, strlen(effect + 4), &cap))
            unit->cap = fmin(unit->cap, cap);
    }
}

static void mark_absent(const struct stats_assessment *assessment, const struct stats_unit *unit)
{
    for (size_t i = 0; i < assessment->node_count; i++) {
        const struct stats_node *node = &assessment->nodes[i];
        if (node->parent >= 0)
            unit->scores[i].absent =
                unit->scores[node->parent].absent || isnan(node->weights[unit->class_index]);
    }
}

static void score_unit(struct stats_assessment *assessment, struct stats_unit *unit, double *values)
{
    unit->cap = 100;
    if (unit->class_index < 0) {
        const char *why = survey_arena_format(
            assessment->arena, _("the scheme has no weights for the class '%s'"), unit->class_name);
        for (size_t i = 0; i < assessment->node_count; i++)
            unit->scores[i].why = why;
        return;
    }
    mark_absent(assessment, unit);
    for (size_t i = assessment->node_count; i-- > 0;) { // children stand after their parents
        if (unit->scores[i].absent)
            continue;
        if (assessment->nodes[i].indicator >= 0)
            score_leaf(assessment, &assessment->nodes[i], unit, &unit->scores[i], values);
        else
            score_parent(assessment, i, unit);
        if (unit->scores[i].known)
            continue;
        unit->scores[i].score = 0;
        unit->scores[i].known =
            assessment->nodes[i].missing == STATS_MISSING_ZERO; // why says what was missing
        unit->scores[i].spread |= assessment->nodes[i].missing == STATS_MISSING_REWEIGHT;
    }
    share_out(assessment, unit);
    count_gates(assessment, unit);
    unit->scored = unit->scores[0].known;
    unit->score = unit->scored ? fmin(unit->scores[0].score, unit->cap) : 0;
}

void stats_scheme_score(struct stats_assessment *assessment)
{
    double *values =
        survey_arena_array(assessment->arena, assessment->unit_count + 1, sizeof *values);
    for (size_t i = 0; assessment->node_count && i < assessment->unit_count; i++)
        score_unit(assessment, &assessment->units[i], values);
    stats_rank(assessment);
}
