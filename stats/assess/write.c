// SPDX-License-Identifier: GPL-3.0-or-later
// An assessment as JSON.
#include "stats/assess/write.h"

#include "stats/assess/assess.h"

#include <math.h>
#include <string.h>

const char *stats_label(const char *const *labels, size_t count, size_t language)
{
    if (language < count && labels[language])
        return labels[language];
    for (size_t i = 0; i < count; i++)
        if (labels[i])
            return labels[i];
    return "";
}

const char *stats_verdict_name(enum stats_verdict verdict)
{
    static const char *const names[] = {"", "within", "crossed"};
    return names[verdict];
}

const char *stats_proof_name(enum stats_proof proof)
{
    static const char *const names[] = {"", "proved", "not_proved", "disproved"};
    return names[proof];
}

static void write_estimate(const struct stats_estimate *estimate, struct survey_json_writer *writer)
{
    bool interval = strcmp(estimate->interval, "none") != 0;
    survey_json_open(writer, '{');
    survey_json_member_number(writer, "value", estimate->value);
    survey_json_member_number(writer, "se", estimate->known_se ? estimate->se : (double)NAN);
    survey_json_member_number(writer, "low", interval ? estimate->low : (double)NAN);
    survey_json_member_number(writer, "high", interval ? estimate->high : (double)NAN);
    survey_json_member(writer, "interval", estimate->interval);
    survey_json_member_number(writer, "df", estimate->df);
    survey_json_member_number(writer, "deff", estimate->deff > 0 ? estimate->deff : (double)NAN);
    survey_json_member_integer(writer, "base", (int64_t)estimate->base);
    survey_json_member_integer(writer, "found", (int64_t)estimate->found);
    survey_json_member_number(writer, "sum_weights", estimate->sum_weights);
    survey_json_close(writer, '}');
}

void stats_figure_write(const struct stats_indicator *indicator, const struct stats_figure *figure,
                        struct survey_json_writer *writer)
{
    bool has = !figure->missing;
    survey_json_open(writer, '{');
    survey_json_member(writer, "indicator", indicator->code);
    survey_json_member_number(writer, "value", has ? figure->value : (double)NAN);
    survey_json_member_number(
        writer, "rounded",
        has ? stats_round(figure->value, indicator->decimals, indicator->half_even) : (double)NAN);
    survey_json_member(writer, "missing", figure->missing);
    survey_json_member_number(writer, "numerator",
                              figure->counted ? figure->numerator : (double)NAN);
    survey_json_member_number(writer, "denominator",
                              figure->counted ? figure->denominator : (double)NAN);
    survey_json_member_integer(writer, "base", (int64_t)figure->base);
    survey_json_member_bool(writer, "small", figure->small);
    survey_json_member(writer, "method", figure->method && *figure->method ? figure->method : NULL);
    survey_json_key(writer, "estimate");
    if (figure->estimated)
        write_estimate(&figure->estimate, writer);
    else
        survey_json_put_null(writer);
    survey_json_member(writer, "verdict",
                       figure->verdict ? stats_verdict_name(figure->verdict) : NULL);
    survey_json_member(writer, "proof", figure->proof ? stats_proof_name(figure->proof) : NULL);
    survey_json_member_number(writer, "margin", figure->margin);
    survey_json_member_number(writer, "margin_count", figure->margin_count);
    survey_json_close(writer, '}');
}

void stats_scores_write(const struct stats_assessment *assessment, const struct stats_unit *unit,
                        struct survey_json_writer *writer)
{
    survey_json_open(writer, '[');
    for (size_t i = 0; i < assessment->node_count; i++) {
        const struct stats_score *score = &unit->scores[i];
        survey_json_open(writer, '{');
        survey_json_member(writer, "node", assessment->nodes[i].code);
        survey_json_member_number(writer, "score", score->known ? score->score : (double)NAN);
        survey_json_member_number(writer, "share", score->absent ? (double)NAN : score->share);
        survey_json_member_bool(writer, "absent", score->absent);
        survey_json_member_bool(writer, "spread", score->spread);
        survey_json_member_bool(writer, "gated", score->gated);
        survey_json_member(writer, "why", score->why);
        survey_json_close(writer, '}');
    }
    survey_json_close(writer, ']');
}

static void write_texts(const char *key, const char *const *labels, const char *const *languages,
                        size_t count, struct survey_json_writer *writer)
{
    survey_json_key(writer, key);
    survey_json_open(writer, '{');
    for (size_t i = 0; i < count; i++)
        if (labels[i])
            survey_json_member(writer, languages[i], labels[i]);
    survey_json_close(writer, '}');
}

void stats_outcome_write(const struct stats_assessment *assessment, const struct stats_unit *unit,
                         struct survey_json_writer *writer)
{
    survey_json_member(writer, "class", unit->class_name);
    survey_json_member_number(writer, "score", unit->scored ? unit->score : (double)NAN);
    survey_json_member(writer, "why",
                       unit->scored || !assessment->node_count ? NULL : unit->scores[0].why);
    survey_json_member_number(writer, "cap", unit->cap);
    survey_json_member_integer(writer, "vetoes", unit->vetoes);
    survey_json_member_integer(writer, "talks", unit->talks);
    survey_json_member_integer(writer, "flags", unit->flags);
    survey_json_member_number(writer, "rank", unit->rank ? unit->rank : (double)NAN);
    survey_json_member_integer(writer, "ranked", unit->ranked);
    survey_json_member_number(writer, "grade", unit->grade >= 0 ? unit->grade + 1 : (double)NAN);
}

static void write_indicators(const struct stats_assessment *assessment,
                             const char *const *languages, size_t count,
                             struct survey_json_writer *writer)
{
    survey_json_key(writer, "indicators");
    survey_json_open(writer, '[');
    for (size_t i = 0; i < assessment->indicator_count; i++) {
        const struct stats_indicator *indicator = &assessment->indicators[i];
        survey_json_open(writer, '{');
        survey_json_member(writer, "code", indicator->code);
        write_texts("label", indicator->labels, languages, count, writer);
        survey_json_member(writer, "unit", indicator->unit);
        survey_json_member(writer, "statistic", stats_statistic_name(indicator->statistic));
        survey_json_member(writer, "line_op",
                           indicator->line_op ? stats_op_text(indicator->line_op) : NULL);
        survey_json_member_number(writer, "line",
                                  indicator->line_op ? indicator->line : (double)NAN);
        survey_json_member(writer, "direction",
                           indicator->direction == STATS_HIGHER ? "higher" : "lower");
        survey_json_member_integer(writer, "decimals", indicator->decimals);
        survey_json_member(writer, "round_mode", indicator->half_even ? "half_even" : "half_up");
        survey_json_member_number(writer, "min_base", indicator->min_base);
        survey_json_close(writer, '}');
    }
    survey_json_close(writer, ']');
}

static void write_nodes(const struct stats_assessment *assessment, const char *const *languages,
                        size_t count, struct survey_json_writer *writer)
{
    survey_json_key(writer, "scheme");
    survey_json_open(writer, '[');
    for (size_t i = 0; i < assessment->node_count; i++) {
        const struct stats_node *node = &assessment->nodes[i];
        survey_json_open(writer, '{');
        survey_json_member(writer, "code", node->code);
        survey_json_member(writer, "parent",
                           node->parent < 0 ? NULL : assessment->nodes[node->parent].code);
        write_texts("label", node->labels, languages, count, writer);
        survey_json_member(writer, "indicator",
                           node->indicator < 0 ? NULL
                                               : assessment->indicators[node->indicator].code);
        survey_json_member(writer, "rule", *node->rule ? node->rule : NULL);
        survey_json_member(writer, "params", *node->params ? node->params : NULL);
        survey_json_key(writer, "weights");
        survey_json_open(writer, '{');
        for (size_t k = 0; k < assessment->class_count; k++)
            survey_json_member_number(writer, assessment->classes[k], node->weights[k]);
        survey_json_close(writer, '}');
        survey_json_close(writer, '}');
    }
    survey_json_close(writer, ']');
    survey_json_key(writer, "grades");
    survey_json_open(writer, '[');
    for (size_t i = 0; i < assessment->grade_count; i++) {
        survey_json_open(writer, '{');
        write_texts("grade", assessment->grades[i].labels, languages, count, writer);
        write_texts("action", assessment->grades[i].actions, languages, count, writer);
        survey_json_close(writer, '}');
    }
    survey_json_close(writer, ']');
}

static void write_figures(const struct stats_assessment *assessment,
                          const struct stats_figure *figures, struct survey_json_writer *writer)
{
    survey_json_key(writer, "figures");
    survey_json_open(writer, '[');
    for (size_t i = 0; i < assessment->indicator_count; i++)
        stats_figure_write(&assessment->indicators[i], &figures[i], writer);
    survey_json_close(writer, ']');
}

void stats_assessment_write(const struct stats_assessment *assessment, const char *const *languages,
                            size_t language_count, struct survey_json_writer *writer)
{
    survey_json_open(writer, '{');
    survey_json_member(writer, "round", assessment->round);
    survey_json_member_number(writer, "confidence", assessment->confidence);
    write_indicators(assessment, languages, language_count, writer);
    write_nodes(assessment, languages, language_count, writer);
    survey_json_key(writer, "units");
    survey_json_open(writer, '[');
    for (size_t i = 0; i < assessment->unit_count; i++) {
        const struct stats_unit *unit = &assessment->units[i];
        survey_json_open(writer, '{');
        survey_json_member(writer, "unit", unit->id);
        survey_json_member(writer, "name", unit->name);
        stats_outcome_write(assessment, unit, writer);
        write_figures(assessment, unit->figures, writer);
        survey_json_key(writer, "scores");
        stats_scores_write(assessment, unit, writer);
        survey_json_close(writer, '}');
    }
    survey_json_close(writer, ']');
    survey_json_key(writer, "overall");
    survey_json_open(writer, '{');
    write_figures(assessment, assessment->overall, writer);
    survey_json_close(writer, '}');
    survey_json_close(writer, '}');
}
