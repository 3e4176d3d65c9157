// SPDX-License-Identifier: GPL-3.0-or-later
// sample: draws as the sample sheet says, and keeps the probabilities.
#include "survey/base/arena.h"
#include "survey/base/json.h"
#include "survey/base/text.h"
#include "survey/sample/draw.h"
#include "survey/survey.h"

#include <sodium.h>
#include <string.h>

static bool insert_units(struct survey_store *store, const struct survey_draw *draw, const char *id, const char *round, struct survey_error *error)
{
    static const char *const methods[] = {"all", "srs", "systematic", "pps_systematic"};
    for (size_t i = 0; i < draw->count; i++) {
        const struct survey_drawn *unit = &draw->units[i];
        if (!survey_store_run(store, error,
                              "INSERT INTO sample (draw, round, stage, unit, parent, stratum, plan_row, method, status, position, "
                              "probability, population, taken, chain, form) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                              "ttittti" "ttid" "iidt", id, round, (int64_t)unit->stage, unit->unit, unit->parent, unit->stratum,
                              (int64_t)unit->plan->row, methods[unit->plan->method], unit->selected ? "selected" : "reserve",
                              (int64_t)unit->position, unit->probability, (int64_t)unit->population, (int64_t)unit->taken, unit->chain,
                              unit->plan->form))
            return false;
    }
    return true;
}

bool survey_draw_store(struct survey_store *store, const struct survey_draw *draw, uint64_t seed, const char *round, bool again,
                       const struct survey_actor *actor, struct survey_error *error)
{
    char id[48], at[40], after[160];
    if (!survey_store_begin(store, error))
        return false;
    bool drawn = survey_store_count(store, 0, "SELECT count(*) FROM draw WHERE round = ? AND current", "t", round) > 0;
    if (drawn && (!again || !actor->why[0]))
        return survey_fail(error, SURVEY_ERROR_USAGE, survey_store_path(store),
                           _("round '%s' has a sample already; a second draw needs --again and --why"), round);
    survey_store_new_id(id);
    survey_time_text(&actor->now, at);
    struct survey_buffer plan = SURVEY_BUFFER(1 << 22);
    survey_workbook_write_json(&(struct survey_workbook){.path = "", .sheets = (struct survey_sheet[]){*survey_store_plan(store, "sample")}, .sheet_count = 1}, &plan);
    survey_format_into(after, sizeof after, "{\"draw\": \"%s\",\"seed\": %llu,\"units\": %zu}", id, (unsigned long long)seed, draw->count);
    // The weights are those of the draw before.
    bool done = survey_store_run(store, error, "UPDATE draw SET current = 0 WHERE round = ?", "t", round) &&
                survey_store_run(store, error, "DELETE FROM weight WHERE round = ?", "t", round) &&
                survey_store_run(store, error, "INSERT INTO draw (id, round, seed, made_at, who, why, plan) VALUES (?, ?, ?, ?, ?, ?, ?)",
                                 "ttitttt", id, round, (int64_t)seed, at, actor->who, actor->why, survey_buffer_string(&plan)) &&
                insert_units(store, draw, id, round, error) && survey_store_log(store, actor, "sample", round, "", after, error) &&
                survey_store_commit(store, error);
    survey_buffer_clear(&plan);
    return done;
}

// Units by stage, plan row and status.
static void print_summary(const struct survey_invocation *invocation, const struct survey_draw_plan *plan, const struct survey_draw *draw,
                          uint64_t seed, const char *round)
{
    struct survey_buffer text = SURVEY_BUFFER(1 << 20), table = SURVEY_BUFFER(1 << 20);
    struct survey_json_writer writer = survey_json_writer(&text, true);
    survey_json_open(&writer, '{');
    survey_json_member(&writer, "round", round);
    survey_json_member_integer(&writer, "seed", (int64_t)seed);
    survey_json_key(&writer, "rows");
    survey_json_open(&writer, '[');
    survey_format(&table, _("Round %s, seed %llu\n"), round, (unsigned long long)seed);
    survey_format(&table, "%-6s %-5s %-24s %10s %10s\n", _("stage"), _("row"), _("method"), _("selected"), _("reserve"));
    for (size_t i = 0; i < plan->count; i++) {
        size_t selected = 0, reserve = 0;
        static const char *const methods[] = {"all", "srs", "systematic", "pps_systematic"};
        for (size_t k = 0; k < draw->count; k++)
            if (draw->units[k].plan == &plan->rows[i])
                draw->units[k].selected ? selected++ : reserve++;
        survey_json_open(&writer, '{');
        survey_json_member_integer(&writer, "stage", plan->rows[i].stage);
        survey_json_member_integer(&writer, "row", plan->rows[i].row);
        survey_json_member(&writer, "method", methods[plan->rows[i].method]);
        survey_json_member_integer(&writer, "selected", (int64_t)selected);
        survey_json_member_integer(&writer, "reserve", (int64_t)reserve);
        survey_json_close(&writer, '}');
        survey_format(&table, "%-6d %-5u %-24s %10zu %10zu\n", plan->rows[i].stage, plan->rows[i].row, methods[plan->rows[i].method], selected,
                      reserve);
    }
    survey_json_close(&writer, ']');
    survey_json_member_integer(&writer, "short_strata", (int64_t)draw->short_strata);
    survey_json_close(&writer, '}');
    if (draw->short_strata)
        survey_format(&table, _("%zu strata hold fewer units than were asked for; all of theirs were taken\n"), draw->short_strata);
    survey_buffer_byte(&text, '\n');
    fputs(survey_buffer_string(invocation->json ? &text : &table), stdout);
    survey_buffer_clear(&table);
    survey_buffer_clear(&text);
}

// A second draw leaves behind what was collected for the first.
static void warn_of_left(const struct survey_invocation *invocation, struct survey_store *store, const char *round)
{
    int64_t left = survey_store_count(store, 0,
                                      "SELECT count(*) FROM response WHERE round = ?1 AND state IN ('received', 'waiting', 'complete') "
                                      "AND unit NOT IN (SELECT unit FROM sample JOIN draw ON draw.id = sample.draw "
                                      "WHERE draw.current AND draw.round = ?1)", "t", round);
    if (left > 0)
        fprintf(stderr, _("assay %s: %lld responses of round '%s' are of units that this draw lacks: they count in no figure any more\n"),
                invocation->command->name, (long long)left, round);
}

static int draw(struct survey_invocation *invocation, struct survey_store *store, struct survey_arena *arena, struct survey_report *report)
{
    struct survey_error error;
    struct survey_frame frame;
    struct survey_draw_plan plan;
    struct survey_draw made;
    int64_t seed = (int64_t)(randombytes_random() >> 1);
    const char *round = survey_store_round(store, &invocation->actor);
    invocation->actor.round = round;
    if (!survey_given_integer(invocation, "seed", 0, INT64_MAX, &seed))
        return 2;
    if (!survey_store_knows_round(store, &invocation->actor, &error) || !survey_frame_read(store, arena, &frame, &error) || !survey_draw_plan_read(store, &frame, arena, report, &plan, &error) ||
        !survey_draw_run(&plan, &frame, (uint64_t)seed, round, arena, &made, &error))
        return survey_command_fail(invocation, &error);
    bool done = survey_draw_store(store, &made, (uint64_t)seed, round, survey_given(invocation, "again"), &invocation->actor, &error);
    if (done) {
        print_summary(invocation, &plan, &made, (uint64_t)seed, round);
        warn_of_left(invocation, store, round);
    }
    survey_draw_clear(&made);
    return done ? 0 : survey_command_fail(invocation, &error);
}

static int run(struct survey_invocation *invocation)
{
    struct survey_store *store;
    struct survey_error error;
    if (!survey_store_open(invocation->arguments[0], SURVEY_STORE_WRITE, &store, &error))
        return survey_command_fail(invocation, &error);
    struct survey_arena *arena = survey_arena_new();
    struct survey_report *report = survey_report_new();
    int code = draw(invocation, store, arena, report);
    if (survey_report_count(report))
        survey_command_report(invocation, report, stderr);
    survey_report_free(report);
    survey_arena_free(arena);
    survey_store_close(store);
    return code;
}

static const struct survey_option options[] = {
    {"seed", 0, N_("N"), N_("the seed of the draw; the same one gives the same draw everywhere")},
    {"again", 0, NULL, N_("draw a second time in a round (needs --why)")},
    {NULL},
};

const struct survey_command survey_sample_command = {
    "sample", N_("EVAL"), N_("draw the sample as the sample sheet says"), options, SURVEY_COMMAND_CHANGES | SURVEY_COMMAND_JSON, 1, 1, run};
