// SPDX-License-Identifier: GPL-3.0-or-later
// Draws in the evaluation file: stored with their plan and a log entry for auditors, and made again from what is stored.
#include "survey/base/arena.h"
#include "survey/base/json.h"
#include "survey/base/text.h"
#include "survey/sample/draw.h"

#include <math.h>
#include <sodium.h>
#include <string.h>

static void hash_text(crypto_generichash_state *state, const char *text)
{
    uint64_t length = strlen(text);
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(length >> (8 * i));
    crypto_generichash_update(state, bytes, sizeof bytes);
    crypto_generichash_update(state, (const uint8_t *)text, length);
}

void survey_frame_hash(const struct survey_frame *frame, char hash[static SURVEY_FRAME_HASH])
{
    crypto_generichash_state state;
    uint8_t digest[32];
    crypto_generichash_init(&state, NULL, 0, sizeof digest);
    for (size_t column = 0; column < frame->column_count; column++)
        hash_text(&state, frame->columns[column]);
    for (size_t cell = 0; cell < frame->rows * frame->column_count; cell++)
        hash_text(&state, frame->cells[cell]);
    crypto_generichash_final(&state, digest, sizeof digest);
    sodium_bin2hex(hash, SURVEY_FRAME_HASH, digest, sizeof digest);
}

struct survey_draw_audit survey_draw_audit_of(const struct survey_draw *draw, const struct survey_draw_row *row, struct survey_arena *arena)
{
    struct survey_draw_audit audit = {.planned = isnan(row->overlap) ? (double)NAN : 0};
    struct survey_map strata = {0};
    for (size_t i = 0; i < draw->count; i++) {
        const struct survey_drawn *unit = &draw->units[i];
        bool added;
        if (unit->plan->row != row->row)
            continue;
        survey_map_put(&strata, arena, survey_arena_format(arena, "%s\x1f%s", unit->parent ? unit->parent : "", unit->stratum), &added);
        audit.population += added ? unit->population : 0;
        if (added && !isnan(row->overlap))
            audit.planned += survey_draw_planned(row->overlap, unit->population, unit->taken);
        audit.selected += unit->selected;
        audit.reserve += !unit->selected;
        audit.weights += unit->selected ? 1 / unit->chain : 0;
    }
    audit.strata = strata.count;
    survey_map_clear(&strata);
    return audit;
}

void survey_draw_audit_write(const struct survey_draw_audit *audit, struct survey_json_writer *json)
{
    survey_json_member_integer(json, "strata", (int64_t)audit->strata);
    survey_json_member_integer(json, "population", (int64_t)audit->population);
    survey_json_member_integer(json, "selected", (int64_t)audit->selected);
    survey_json_member_integer(json, "reserve", (int64_t)audit->reserve);
    survey_json_member_number(json, "weights", audit->weights);
}

size_t survey_draw_kept(struct survey_store *store, const struct survey_draw *draw, const struct survey_draw_row *row, const char *other)
{
    size_t kept = 0;
    for (size_t i = 0; i < draw->count; i++)
        if (draw->units[i].plan->row == row->row && draw->units[i].selected)
            kept += survey_store_count(store, 0,
                                       "SELECT EXISTS (SELECT 1 FROM sample s JOIN draw d ON d.id = s.draw WHERE d.current AND s.round = ? AND s.stage = ? "
                                       "AND s.unit = ? AND s.status <> 'reserve' AND s.replaces IS NULL)", "tit", other, (int64_t)row->stage,
                                       draw->units[i].unit) > 0;
    return kept;
}

const char *survey_draw_before(struct survey_store *store, const char *round)
{
    const struct survey_sheet *rounds = survey_store_plan(store, "rounds");
    int column = rounds ? survey_sheet_column(rounds, "round") : -1;
    const char *before = NULL;
    for (uint32_t row = 1; column >= 0 && row < rounds->rows; row++) {
        const char *name = survey_sheet_cell(rounds, row, (uint32_t)column);
        if (strcmp(name, round) == 0)
            return before && survey_store_count(store, 0, "SELECT count(*) FROM draw WHERE round = ? AND current", "t", before) > 0 ? before : NULL;
        before = *name ? name : before;
    }
    return NULL;
}

bool survey_draw_shared_seed(struct survey_store *store, const char *round, struct survey_arena *arena, uint64_t *seed, const char **first)
{
    struct survey_query *query = survey_query(store, NULL, "SELECT seed, round FROM draw WHERE current AND round <> ? ORDER BY made_at, id LIMIT 1", "t", round);
    bool found = query && survey_query_next(query);
    if (found) {
        *seed = (uint64_t)survey_query_integer(query, 0);
        *first = survey_arena_strdup(arena, survey_query_text(query, 1));
    }
    if (query)
        survey_query_end(query, NULL);
    return found;
}

static void write_entry(struct survey_store *store, const char *round, const struct survey_draw_plan *plan, const struct survey_frame *frame, const struct survey_draw *draw, const char *id,
                        uint64_t seed, struct survey_buffer *text)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_json_writer writer = survey_json_writer(text, false);
    const char *before = survey_draw_before(store, round);
    char hash[SURVEY_FRAME_HASH];
    survey_frame_hash(frame, hash);
    survey_json_open(&writer, '{');
    survey_json_member(&writer, "draw", id);
    survey_json_member_integer(&writer, "seed", (int64_t)seed);
    survey_json_member_integer(&writer, "units", (int64_t)draw->count);
    survey_json_member(&writer, "frame", hash);
    survey_json_key(&writer, "rows");
    survey_json_open(&writer, '[');
    for (size_t i = 0; i < plan->count; i++) {
        struct survey_draw_audit audit = survey_draw_audit_of(draw, &plan->rows[i], arena);
        survey_json_open(&writer, '{');
        survey_json_member_integer(&writer, "row", plan->rows[i].row);
        survey_json_member(&writer, "method", survey_draw_method_name(plan->rows[i].method));
        survey_draw_audit_write(&audit, &writer);
        if (!isnan(audit.planned) && before) {
            survey_json_member(&writer, "before", before);
            survey_json_member_number(&writer, "planned", audit.planned);
            survey_json_member_integer(&writer, "kept", (int64_t)survey_draw_kept(store, draw, &plan->rows[i], before));
        }
        survey_json_close(&writer, '}');
    }
    survey_json_close(&writer, ']');
    survey_json_close(&writer, '}');
    survey_arena_free(arena);
}

static bool insert_units(struct survey_store *store, const struct survey_draw *draw, const char *id, const char *round, struct survey_error *error)
{
    for (size_t i = 0; i < draw->count; i++) {
        const struct survey_drawn *unit = &draw->units[i];
        if (!survey_store_run(store, error,
                              "INSERT INTO sample (draw, round, stage, unit, parent, stratum, plan_row, method, status, position, "
                              "probability, population, taken, chain, form) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                              "ttittti" "ttid" "iidt", id, round, (int64_t)unit->stage, unit->unit, unit->parent, unit->stratum,
                              (int64_t)unit->plan->row, survey_draw_method_name(unit->plan->method), unit->selected ? "selected" : "reserve",
                              (int64_t)unit->position, unit->probability, (int64_t)unit->population, (int64_t)unit->taken, unit->chain,
                              unit->plan->form))
            return false;
    }
    return true;
}

bool survey_draw_store(struct survey_store *store, const struct survey_draw_plan *plan, const struct survey_frame *frame,
                       const struct survey_draw *draw, uint64_t seed, const char *round, bool again, const struct survey_actor *actor,
                       struct survey_error *error)
{
    char id[48], at[40];
    if (!survey_store_begin(store, error))
        return false;
    bool drawn = survey_store_count(store, 0, "SELECT count(*) FROM draw WHERE round = ? AND current", "t", round) > 0;
    if (drawn && (!again || !actor->why[0])) {
        survey_store_rollback(store);
        return survey_fail(error, SURVEY_ERROR_USAGE, survey_store_path(store),
                           _("round '%s' has a sample already; a second draw needs --again and --why"), round);
    }
    survey_store_new_id(id);
    survey_time_text(&actor->now, at);
    struct survey_buffer sheet = SURVEY_BUFFER(1 << 22), after = SURVEY_BUFFER(1 << 22);
    const struct survey_sheet *rounds = survey_store_plan(store, "rounds"); // the place of the round among them is part of the plan
    struct survey_sheet kept[2] = {*survey_store_plan(store, "sample")};
    kept[1] = rounds ? *rounds : kept[1];
    survey_workbook_write_json(&(struct survey_workbook){.path = "", .sheets = kept, .sheet_count = rounds ? 2 : 1}, &sheet);
    write_entry(store, round, plan, frame, draw, id, seed, &after);
    // The weights are those of the draw before.
    bool done = survey_store_run(store, error, "UPDATE draw SET current = 0 WHERE round = ?", "t", round) &&
                survey_store_run(store, error, "DELETE FROM weight WHERE round = ?", "t", round) &&
                survey_store_run(store, error, "INSERT INTO draw (id, round, seed, made_at, who, why, plan) VALUES (?, ?, ?, ?, ?, ?, ?)",
                                 "ttitttt", id, round, (int64_t)seed, at, actor->who, actor->why, survey_buffer_string(&sheet)) &&
                insert_units(store, draw, id, round, error) &&
                survey_store_log(store, actor, "sample", round, "", survey_buffer_string(&after), error) && survey_store_commit(store, error);
    survey_buffer_clear(&sheet);
    survey_buffer_clear(&after);
    return done;
}

// --- again ----------------------------------------------------------------------------------------

const char *survey_draw_current(struct survey_store *store, const char *round, struct survey_arena *arena, struct survey_error *error)
{
    const char *id = NULL;
    struct survey_query *query = survey_query(store, error, "SELECT id FROM draw WHERE round = ? AND current", "t", round);
    if (query && survey_query_next(query))
        id = survey_arena_strdup(arena, survey_query_text(query, 0));
    if (!query || !survey_query_end(query, error))
        return NULL;
    if (!id)
        survey_fail(error, SURVEY_ERROR_INPUT, survey_store_path(store), _("nothing was drawn in round '%s'"), round);
    return id;
}

// The frame's hash in the log's entry of a draw; "" where an older program made it.
static const char *logged_hash(struct survey_store *store, const char *id, struct survey_arena *arena)
{
    const char *hash = "";
    struct survey_query *query = survey_query(store, NULL,
                                              "SELECT json_extract(after, '$.frame') FROM (SELECT action, after FROM log UNION ALL SELECT action, after "
                                              "FROM log_merged) WHERE action = 'sample' AND json_valid(after) AND json_extract(after, '$.draw') = ?", "t", id);
    if (query && survey_query_next(query) && !survey_query_null(query, 0))
        hash = survey_arena_strdup(arena, survey_query_text(query, 0));
    if (query)
        survey_query_end(query, NULL);
    return hash;
}

static const char *unit_key(struct survey_arena *arena, int stage, const char *unit)
{
    return survey_arena_format(arena, "%d\x1f%s", stage, unit);
}

// A called reserve was a reserve, a replaced unit was selected: compared is what the draw gave.
static bool compare(struct survey_store *store, const char *id, struct survey_arena *arena, struct survey_draw_again *again, struct survey_error *error)
{
    struct survey_map made = {0};
    size_t found = 0;
    for (size_t i = 0; i < again->draw.count; i++)
        survey_map_put(&made, arena, unit_key(arena, again->draw.units[i].stage, again->draw.units[i].unit), NULL)->number = (int64_t)i;
    struct survey_query *query =
        survey_query(store, error,
                     "SELECT stage, unit, status <> 'reserve' AND replaces IS NULL, position, chain, coalesce(parent, ''), stratum FROM sample WHERE draw = ? "
                     "ORDER BY stage, unit", "t", id);
    while (query && survey_query_next(query)) {
        const char *unit = survey_query_text(query, 1);
        const struct survey_map_entry *entry = survey_map_find(&made, unit_key(arena, (int)survey_query_integer(query, 0), unit));
        const struct survey_drawn *drawn = entry ? &again->draw.units[entry->number] : NULL;
        bool same = drawn && drawn->selected == (survey_query_integer(query, 2) != 0) && (int64_t)drawn->position == survey_query_integer(query, 3) &&
                    drawn->chain == survey_query_number(query, 4) && strcmp(drawn->parent ? drawn->parent : "", survey_query_text(query, 5)) == 0 &&
                    strcmp(drawn->stratum, survey_query_text(query, 6)) == 0;
        found += drawn != NULL;
        if (!same && !again->difference)
            again->difference = survey_arena_strdup(arena, unit);
    }
    for (size_t i = 0; query && !again->difference && found < again->draw.count && i < again->draw.count; i++)
        if (!survey_store_count(store, 0, "SELECT count(*) FROM sample WHERE draw = ? AND stage = ? AND unit = ?", "tit", id,
                                (int64_t)again->draw.units[i].stage, again->draw.units[i].unit))
            again->difference = again->draw.units[i].unit;
    survey_map_clear(&made);
    return query && survey_query_end(query, error);
}

bool survey_draw_replay(struct survey_store *store, const char *id, struct survey_arena *arena, struct survey_draw_again *again,
                        struct survey_error *error)
{
    struct survey_frame frame;
    struct survey_draw_plan plan;
    struct survey_workbook *workbook = NULL;
    char hash[SURVEY_FRAME_HASH];
    *again = (struct survey_draw_again){0};
    struct survey_query *query = survey_query(store, error, "SELECT seed, round, plan FROM draw WHERE id = ?", "t", id);
    if (!query)
        return false;
    bool there = survey_query_next(query);
    uint64_t seed = there ? (uint64_t)survey_query_integer(query, 0) : 0;
    const char *round = survey_arena_strdup(arena, there ? survey_query_text(query, 1) : "");
    const char *json = survey_arena_strdup(arena, there ? survey_query_text(query, 2) : "");
    if (!survey_query_end(query, error) || !survey_frame_read(store, arena, &frame, error) ||
        !survey_workbook_read_json(arena, survey_store_path(store), json, strlen(json), &workbook, error))
        return false;
    const struct survey_sheet *sheet = survey_workbook_sheet(workbook, "sample");
    if (!sheet)
        return survey_fail(error, SURVEY_ERROR_INPUT, survey_store_path(store), _("the draw %s was stored without its plan"), id);
    struct survey_report *report = survey_report_new();
    bool done = survey_draw_plan_of(sheet, survey_store_path(store), &frame, arena, report, &plan, error) &&
                survey_draw_run(&plan, &frame, seed, round, survey_draw_turn(survey_workbook_sheet(workbook, "rounds"), round), arena, &again->draw, error);
    survey_report_free(report);
    if (!done)
        return false;
    survey_frame_hash(&frame, hash);
    again->changed = strcmp(hash, logged_hash(store, id, arena)) != 0;
    if (compare(store, id, arena, again, error))
        return true;
    survey_draw_clear(&again->draw);
    return false;
}
