// SPDX-License-Identifier: GPL-3.0-or-later
// sample: draws as the sample sheet says, and keeps the probabilities.
#include "survey/base/arena.h"
#include "survey/base/file.h"
#include "survey/base/json.h"
#include "survey/base/text.h"
#include "survey/sample/draw.h"
#include "survey/sample/replace.h"
#include "survey/survey.h"

#include <math.h>
#include <sodium.h>
#include <string.h>

// Units by stage, plan row and status, and the sums that an auditor looks at.
static void print_summary(const struct survey_invocation *invocation, struct survey_store *store, const struct survey_draw_plan *plan,
                          const struct survey_draw *draw, const char *frame, uint64_t seed, const char *round, struct survey_arena *arena)
{
    struct survey_buffer text = SURVEY_BUFFER(1 << 20), table = SURVEY_BUFFER(1 << 20);
    struct survey_json_writer writer = survey_json_writer(&text, true);
    const char *before = survey_draw_before(store, round);
    survey_json_open(&writer, '{');
    survey_json_member(&writer, "round", round);
    survey_json_member_integer(&writer, "seed", (int64_t)seed);
    survey_json_member(&writer, "frame", frame);
    survey_json_key(&writer, "rows");
    survey_json_open(&writer, '[');
    survey_format(&table, _("Round %s, seed %llu\n"), round, (unsigned long long)seed);
    survey_format(&table, _("Frame %s\n"), frame);
    survey_format(&table, "%-6s %-5s %-16s %8s %11s %10s %10s %14s\n", _("stage"), _("row"), _("method"), _("strata"), _("population"),
                  _("selected"), _("reserve"), _("sum of weights"));
    for (size_t i = 0; i < plan->count; i++) {
        struct survey_draw_audit audit = survey_draw_audit_of(draw, &plan->rows[i], arena);
        const char *method = survey_draw_method_name(plan->rows[i].method);
        survey_json_open(&writer, '{');
        survey_json_member_integer(&writer, "stage", plan->rows[i].stage);
        survey_json_member_integer(&writer, "row", plan->rows[i].row);
        survey_json_member(&writer, "method", method);
        survey_draw_audit_write(&audit, &writer);
        if (!isnan(audit.planned) && before) {
            survey_json_member_number(&writer, "planned", audit.planned);
            survey_json_member_integer(&writer, "kept", (int64_t)survey_draw_kept(store, draw, &plan->rows[i], before));
        }
        survey_json_close(&writer, '}');
        survey_format(&table, "%-6d %-5u %-16s %8zu %11zu %10zu %10zu %14.1f\n", plan->rows[i].stage, plan->rows[i].row, method, audit.strata,
                      audit.population, audit.selected, audit.reserve, audit.weights);
    }
    for (size_t i = 0; before && i < plan->count; i++)
        if (!isnan(plan->rows[i].overlap))
            survey_format(&table, _("row %u: %zu of its units were selected in round '%s' too; planned, were the frame the same: %.1f\n"), plan->rows[i].row,
                          survey_draw_kept(store, draw, &plan->rows[i], before), before,
                          survey_draw_audit_of(draw, &plan->rows[i], arena).planned);
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

// Rounds that overlap are drawn under one seed.
static bool check_seed(const struct survey_invocation *invocation, struct survey_store *store, const struct survey_draw_plan *plan, const char *round,
                       struct survey_arena *arena, int64_t *seed, struct survey_error *error)
{
    bool overlaps = false;
    uint64_t shared;
    const char *first;
    for (size_t i = 0; i < plan->count; i++)
        overlaps |= !isnan(plan->rows[i].overlap);
    if (!overlaps || !survey_draw_shared_seed(store, round, arena, &shared, &first))
        return true;
    if (survey_given(invocation, "seed") && (uint64_t)*seed != shared)
        return survey_fail(error, SURVEY_ERROR_USAGE, "--seed",
                           _("the sample sheet has an overlap, so that all rounds share the seed of round '%s': %lld"), first, (long long)shared);
    *seed = (int64_t)shared;
    return true;
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
        !check_seed(invocation, store, &plan, round, arena, &seed, &error) ||
        !survey_draw_run(&plan, &frame, (uint64_t)seed, round, survey_draw_turn(survey_store_plan(store, "rounds"), round), arena, &made, &error))
        return survey_command_fail(invocation, &error);
    char hash[SURVEY_FRAME_HASH];
    survey_frame_hash(&frame, hash);
    bool done = survey_draw_store(store, &plan, &frame, &made, (uint64_t)seed, round, survey_given(invocation, "again"), &invocation->actor, &error);
    if (done) {
        print_summary(invocation, store, &plan, &made, hash, (uint64_t)seed, round, arena);
        warn_of_left(invocation, store, round);
    }
    survey_draw_clear(&made);
    return done ? 0 : survey_command_fail(invocation, &error);
}

// A CSV square: the units of the first stage as its header and, in the same order, its rows.
static bool write_joint(const struct survey_draw *draw, const char *path, struct survey_arena *arena, size_t *count, bool *exact,
                        struct survey_error *error)
{
    struct survey_buffer text = SURVEY_BUFFER((size_t)1 << 30);
    double *joint;
    if (!survey_draw_joint(draw, arena, &joint, count, exact, error))
        return false;
    for (size_t i = 0, place = 0; i < draw->count; i++)
        if (draw->units[i].stage == 1 && draw->units[i].selected)
            survey_csv_put(&text, draw->units[i].unit, place++ == 0);
    survey_buffer_byte(&text, '\n');
    for (size_t i = 0; i < *count; i++)
        for (size_t j = 0; j < *count; j++)
            survey_format(&text, "%g%s", joint[i * *count + j], j + 1 < *count ? "," : "\n");
    bool done = text.overflow ? survey_fail(error, SURVEY_ERROR_INPUT, path, "%s", _("the file would be too large"))
                              : survey_file_write(path, survey_buffer_string(&text), text.length, error);
    survey_buffer_clear(&text);
    return done;
}

static int joint(struct survey_invocation *invocation, struct survey_store *store, struct survey_arena *arena)
{
    struct survey_error error;
    struct survey_draw_again again;
    size_t count;
    bool exact;
    const char *round = survey_store_round(store, &invocation->actor), *path = survey_given_value(invocation, "joint");
    const char *id = survey_draw_current(store, round, arena, &error);
    if (!id || !survey_draw_replay(store, id, arena, &again, &error))
        return survey_command_fail(invocation, &error);
    bool done = again.difference ? survey_fail(&error, SURVEY_ERROR_INPUT, survey_store_path(store),
                                               again.changed ? _("the frame was changed since the draw, which does not come again: unit '%s' differs")
                                                             : _("the draw does not come again from its seed: unit '%s' differs"),
                                               again.difference)
                                 : write_joint(&again.draw, path, arena, &count, &exact, &error);
    survey_draw_clear(&again.draw);
    if (!done)
        return survey_command_fail(invocation, &error);
    if (invocation->json && strcmp(path, "-") != 0)
        printf("{\"units\": %zu, \"exact\": %s}\n", count, exact ? "true" : "false");
    else if (strcmp(path, "-") != 0)
        printf(exact ? _("%s: joint probabilities of %zu units of stage 1\n")
                     : _("%s: joint probabilities of %zu units of stage 1; brewer's by Hartley and Rao's approximation\n"),
               path, count);
    return 0;
}

static int replace(struct survey_invocation *invocation, struct survey_store *store, struct survey_arena *arena)
{
    struct survey_error error;
    struct survey_replacement made;
    const char *unit = survey_given_value(invocation, "replace");
    invocation->actor.round = survey_store_round(store, &invocation->actor);
    if (!survey_sample_replace(store, invocation->actor.round, unit, &invocation->actor, arena, &made, &error))
        return survey_command_fail(invocation, &error);
    struct survey_buffer text = SURVEY_BUFFER(1 << 16);
    struct survey_json_writer writer = survey_json_writer(&text, true);
    if (invocation->json) {
        survey_json_open(&writer, '{');
        survey_json_member(&writer, "unit", unit);
        survey_json_member(&writer, "reserve", made.reserve);
        survey_json_member_integer(&writer, "position", made.position);
        survey_json_member_integer(&writer, "left", made.left);
        survey_json_close(&writer, '}');
        survey_buffer_byte(&text, '\n');
    } else {
        survey_format(&text, _("'%s' is replaced by reserve %lld of its stratum, '%s'; reserves left there: %lld\n"), unit, (long long)made.position,
                      made.reserve, (long long)made.left);
        if (made.weights_dropped)
            survey_buffer_text(&text, _("the weights of the round are to be computed again: assay weight\n"));
    }
    int code = survey_command_print(invocation, &text);
    survey_buffer_clear(&text);
    return code;
}

static int run(struct survey_invocation *invocation)
{
    struct survey_store *store;
    struct survey_error error;
    if (survey_given(invocation, "joint") + survey_given(invocation, "replace") + (survey_given(invocation, "seed") || survey_given(invocation, "again")) > 1)
        return survey_command_usage(invocation, "%s", _("--joint and --replace draw nothing; give one of them, and neither --seed nor --again"));
    if (!survey_store_open(invocation->arguments[0], survey_given(invocation, "joint") ? SURVEY_STORE_READ : SURVEY_STORE_WRITE, &store, &error))
        return survey_command_fail(invocation, &error);
    struct survey_arena *arena = survey_arena_new();
    struct survey_report *report = survey_report_new();
    int code = survey_given(invocation, "joint")     ? joint(invocation, store, arena)
               : survey_given(invocation, "replace") ? replace(invocation, store, arena)
                                                     : draw(invocation, store, arena, report);
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
    {"replace", 0, N_("UNIT"), N_("draws nothing: calls up the next reserve in the place of a unit that can't be interviewed (needs --why)")},
    {"joint", 0, N_("FILE.csv"), N_("draws nothing: writes the joint probabilities of the first stage's units")},
    {NULL},
};

const struct survey_command survey_sample_command = {
    "sample", N_("EVAL"), N_("draw the sample as the sample sheet says"), options, SURVEY_COMMAND_CHANGES | SURVEY_COMMAND_JSON, 1, 1, run};
