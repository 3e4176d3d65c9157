// SPDX-License-Identifier: GPL-3.0-or-later
// An assessment into the table indicator: a row a unit and code, and what the log keeps of it.
#include "stats/assess/assess.h"
#include "stats/assess/write.h"
#include "survey/base/text.h"

#include <math.h>
#include <string.h>

// A number, or NULL for NaN: SQLite keeps a NaN as NULL.
static double known(bool is, double value)
{
    return is && isfinite(value) ? value : (double)NAN;
}

struct row {
    const char *unit, *code;
    const struct stats_indicator *indicator; // NULL for a node alone
    const struct stats_figure *figure;
    const struct stats_score *score;  // NULL for an indicator alone
    const struct stats_unit *outcome; // of the root: how the unit came out
};

static void write_detail(const struct stats_assessment *assessment, const struct row *row,
                         struct survey_buffer *text)
{
    struct survey_json_writer writer = survey_json_writer(text, false);
    survey_json_open(&writer, '{');
    if (row->figure) {
        survey_json_key(&writer, "figure");
        stats_figure_write(row->indicator, row->figure, &writer);
    }
    if (row->score) {
        survey_json_member_number(&writer, "share",
                                  row->score->absent ? (double)NAN : row->score->share);
        survey_json_member_bool(&writer, "absent", row->score->absent);
        survey_json_member_bool(&writer, "gated", row->score->gated);
        survey_json_member(&writer, "why", row->score->why);
    }
    if (row->outcome) {
        survey_json_key(&writer, "outcome");
        survey_json_open(&writer, '{');
        stats_outcome_write(assessment, row->outcome, &writer);
        survey_json_close(&writer, '}');
    }
    survey_json_close(&writer, '}');
}

static bool put(struct survey_store *store, const struct stats_assessment *assessment,
                const struct row *row, const char *at, struct survey_error *error)
{
    struct survey_buffer detail = SURVEY_BUFFER(1 << 20);
    const struct stats_figure *figure = row->figure;
    const struct stats_estimate *estimate = figure && figure->estimated ? &figure->estimate : NULL;
    bool interval = estimate && strcmp(estimate->interval, "none") != 0;
    write_detail(assessment, row, &detail);
    bool done = survey_store_run(
        store, error,
        "INSERT INTO indicator (round, unit, code, value, estimate, se, low, high, base, score, "
        "verdict, detail, computed_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "tttddddd"
        "idttt",
        assessment->round, row->unit, row->code,
        figure ? known(!figure->missing, figure->value) : (double)NAN,
        estimate ? known(true, estimate->value) : (double)NAN,
        estimate ? known(estimate->known_se, estimate->se) : (double)NAN,
        estimate ? known(interval, estimate->low) : (double)NAN,
        estimate ? known(interval, estimate->high) : (double)NAN,
        (int64_t)(figure ? figure->base : 0),
        row->score ? known(row->score->known, row->score->score) : (double)NAN,
        figure ? stats_verdict_name(figure->verdict) : "", survey_buffer_string(&detail), at);
    survey_buffer_clear(&detail);
    return done;
}

// Indicators, each with the score of the leaf of its code, then the other nodes.
static bool put_unit(struct survey_store *store, const struct stats_assessment *assessment,
                     const struct stats_unit *unit, const char *at, struct survey_error *error)
{
    for (size_t i = 0; i < assessment->indicator_count; i++) {
        const struct stats_indicator *indicator = &assessment->indicators[i];
        struct row row = {unit->id, indicator->code, indicator, &unit->figures[i], NULL, NULL};
        for (size_t k = 0; k < assessment->node_count; k++)
            if (strcmp(assessment->nodes[k].code, indicator->code) == 0) {
                row.score = &unit->scores[k];
                row.outcome = k == 0 ? unit : NULL;
            }
        if (!put(store, assessment, &row, at, error))
            return false;
    }
    for (size_t k = 0; k < assessment->node_count; k++) {
        const struct stats_node *node = &assessment->nodes[k];
        struct row row = {unit->id, node->code, NULL, NULL, &unit->scores[k], k == 0 ? unit : NULL};
        if (node->indicator >= 0 &&
            strcmp(node->code, assessment->indicators[node->indicator].code) == 0)
            continue;
        if (!put(store, assessment, &row, at, error))
            return false;
    }
    return true;
}

// What the log keeps: each unit's outcome.
static void write_summary(const struct stats_assessment *assessment, struct survey_buffer *text)
{
    struct survey_json_writer writer = survey_json_writer(text, false);
    survey_json_open(&writer, '{');
    survey_json_member_integer(&writer, "indicators", (int64_t)assessment->indicator_count);
    survey_json_key(&writer, "units");
    survey_json_open(&writer, '[');
    for (size_t i = 0; i < assessment->unit_count; i++) {
        survey_json_open(&writer, '{');
        survey_json_member(&writer, "unit", assessment->units[i].id);
        stats_outcome_write(assessment, &assessment->units[i], &writer);
        survey_json_close(&writer, '}');
    }
    survey_json_close(&writer, ']');
    survey_json_close(&writer, '}');
}

bool stats_assessment_store(struct survey_store *store, const struct stats_assessment *assessment,
                            const struct survey_actor *actor, struct survey_error *error)
{
    char at[40];
    struct survey_buffer summary = SURVEY_BUFFER(1 << 24);
    struct survey_actor in_round = *actor;
    in_round.round = assessment->round;
    survey_time_text(&actor->now, at);
    bool done = survey_store_run(store, error, "DELETE FROM indicator WHERE round = ?", "t",
                                 assessment->round);
    for (size_t i = 0; i < assessment->unit_count && done; i++)
        done = put_unit(store, assessment, &assessment->units[i], at, error);
    for (size_t i = 0; i < assessment->indicator_count && done;
         i++) { // all units together: unit ''
        struct row row = {"",
                          assessment->indicators[i].code,
                          &assessment->indicators[i],
                          &assessment->overall[i],
                          NULL,
                          NULL};
        done = put(store, assessment, &row, at, error);
    }
    write_summary(assessment, &summary);
    done = done && survey_store_log(store, &in_round, "score", assessment->round, "",
                                    survey_buffer_string(&summary), error);
    survey_buffer_clear(&summary);
    return done;
}
