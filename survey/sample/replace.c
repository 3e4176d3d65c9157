// SPDX-License-Identifier: GPL-3.0-or-later
// Reserves, called up in order.
#include "survey/sample/replace.h"

#include "survey/base/arena.h"
#include "survey/base/json.h"
#include "survey/base/text.h"
#include "survey/workbook/workbook.h"

#include <string.h>

struct place {
    const char *draw, *parent, *stratum, *status, *by; // by: the reserve that stands for it already
    int64_t stage, stages, row;
};

static bool read_place(struct survey_store *store, const char *round, const char *unit, struct survey_arena *arena, struct place *place,
                       struct survey_error *error)
{
    struct survey_query *query = survey_query(store, error,
        "SELECT s.draw, coalesce(s.parent, ''), s.stratum, s.status, s.stage, (SELECT max(stage) FROM sample WHERE draw = s.draw), s.plan_row, "
        "coalesce((SELECT r.unit FROM sample r WHERE r.draw = s.draw AND r.replaces = s.unit AND r.stage = s.stage), '') "
        "FROM sample s JOIN draw d ON d.id = s.draw WHERE d.current AND s.round = ? AND s.unit = ? ORDER BY s.stage DESC LIMIT 1", "tt", round, unit);
    if (!query)
        return false;
    bool there = survey_query_next(query);
    if (there)
        *place = (struct place){survey_arena_strdup(arena, survey_query_text(query, 0)), survey_arena_strdup(arena, survey_query_text(query, 1)),
                                survey_arena_strdup(arena, survey_query_text(query, 2)), survey_arena_strdup(arena, survey_query_text(query, 3)),
                                survey_arena_strdup(arena, survey_query_text(query, 7)), survey_query_integer(query, 4),
                                survey_query_integer(query, 5), survey_query_integer(query, 6)};
    return survey_query_end(query, error) &&
           (there || survey_fail(error, SURVEY_ERROR_INPUT, survey_store_path(store), _("unit '%s' is not in the sample of round '%s'"), unit, round));
}

// Whether a result says that there was an interview: AAPOR's I and P, and, where there is no such sheet or no result, any response.
static bool is_interview(struct survey_store *store, const char *disposition)
{
    const struct survey_sheet *sheet = survey_store_plan(store, "dispositions");
    int code = sheet ? survey_sheet_column(sheet, "code") : -1, aapor = sheet ? survey_sheet_column(sheet, "aapor") : -1;
    if (!disposition || code < 0 || aapor < 0)
        return true;
    for (uint32_t row = 1; row < sheet->rows; row++) {
        const char *outcome = survey_sheet_cell(sheet, row, (uint32_t)aapor);
        if (strcmp(survey_sheet_cell(sheet, row, (uint32_t)code), disposition) == 0)
            return strcmp(outcome, "I") == 0 || strcmp(outcome, "P") == 0;
    }
    return false;
}

static bool check_interviewed(struct survey_store *store, const char *round, const char *unit, struct survey_error *error)
{
    bool interviewed = false;
    struct survey_query *query = survey_query(store, error, "SELECT disposition FROM response WHERE round = ? AND unit = ? AND state IN ('received', "
                                              "'waiting', 'complete')", "tt", round, unit);
    while (query && survey_query_next(query))
        interviewed |= is_interview(store, survey_query_null(query, 0) ? NULL : survey_query_text(query, 0));
    return query && survey_query_end(query, error) &&
           (!interviewed ||
            survey_fail(error, SURVEY_ERROR_INPUT, survey_store_path(store), _("unit '%s' was interviewed in round '%s'; it is not replaced"), unit, round));
}

static bool check(struct survey_store *store, const char *round, const char *unit, const struct place *place, struct survey_error *error)
{
    const char *path = survey_store_path(store);
    if (strcmp(place->status, "reserve") == 0)
        return survey_fail(error, SURVEY_ERROR_INPUT, path, _("unit '%s' is a reserve that has not been called up"), unit);
    if (strcmp(place->status, "replaced") == 0)
        return survey_fail(error, SURVEY_ERROR_INPUT, path, _("unit '%s' is replaced by '%s' already"), unit, place->by);
    if (place->stage != place->stages)
        return survey_fail(error, SURVEY_ERROR_INPUT, path,
                           _("'%s' is a unit of stage %lld, below which others were drawn; only units of the last stage are replaced"), unit,
                           (long long)place->stage);
    return check_interviewed(store, round, unit, error);
}

static bool next_reserve(struct survey_store *store, const char *unit, const struct place *place, struct survey_arena *arena,
                         struct survey_replacement *replacement, struct survey_error *error)
{
    struct survey_query *query = survey_query(store, error,
        "SELECT unit, position, count(*) OVER () - 1 FROM sample WHERE draw = ? AND stage = ? AND plan_row = ? AND coalesce(parent, '') = ? AND stratum = ? "
        "AND status = 'reserve' ORDER BY position LIMIT 1", "tiitt", place->draw, place->stage, place->row, place->parent, place->stratum);
    *replacement = (struct survey_replacement){0};
    if (query && survey_query_next(query))
        *replacement = (struct survey_replacement){.reserve = survey_arena_strdup(arena, survey_query_text(query, 0)),
                                                   .position = survey_query_integer(query, 1), .left = survey_query_integer(query, 2)};
    return query && survey_query_end(query, error) &&
           (replacement->reserve || survey_fail(error, SURVEY_ERROR_INPUT, survey_store_path(store), _("no reserve is left in the stratum of unit '%s'"), unit));
}

static bool change(struct survey_store *store, const char *round, const char *unit, const struct place *place,
                   struct survey_replacement *replacement, const struct survey_actor *actor, struct survey_error *error)
{
    struct survey_buffer after = SURVEY_BUFFER(1 << 16);
    struct survey_json_writer writer = survey_json_writer(&after, false);
    survey_json_open(&writer, '{');
    survey_json_member(&writer, "unit", unit);
    survey_json_member(&writer, "reserve", replacement->reserve);
    survey_json_member_integer(&writer, "position", replacement->position);
    survey_json_close(&writer, '}');
    replacement->weights_dropped = survey_store_count(store, 0, "SELECT EXISTS (SELECT 1 FROM weight WHERE round = ?)", "t", round) > 0;
    bool done = survey_store_run(store, error, "UPDATE sample SET status = 'replaced' WHERE draw = ? AND stage = ? AND unit = ?", "tit", place->draw,
                                 place->stage, unit) &&
                survey_store_run(store, error, "UPDATE sample SET status = 'selected', replaces = ? WHERE draw = ? AND stage = ? AND unit = ?", "ttit",
                                 unit, place->draw, place->stage, replacement->reserve) &&
                survey_store_run(store, error, "DELETE FROM weight WHERE round = ?", "t", round) &&
                survey_store_log(store, actor, "replace", unit, "{\"status\":\"selected\"}", survey_buffer_string(&after), error);
    survey_buffer_clear(&after);
    return done;
}

bool survey_sample_replace(struct survey_store *store, const char *round, const char *unit, const struct survey_actor *actor,
                           struct survey_arena *arena, struct survey_replacement *replacement, struct survey_error *error)
{
    struct place place = {0};
    struct survey_replacement made;
    if (!actor->why[0])
        return survey_fail(error, SURVEY_ERROR_USAGE, survey_store_path(store), "%s", _("a replacement needs --why: what came in the way"));
    if (!survey_store_begin(store, error))
        return false;
    bool done = read_place(store, round, unit, arena, &place, error) && check(store, round, unit, &place, error) &&
                next_reserve(store, unit, &place, arena, &made, error) && change(store, round, unit, &place, &made, actor, error) &&
                survey_store_commit(store, error);
    if (done)
        *replacement = made;
    else
        survey_store_rollback(store);
    return done;
}
