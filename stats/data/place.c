// SPDX-License-Identifier: GPL-3.0-or-later
// Reading the stored sample.
#include "stats/data/place.h"

#include "survey/base/arena.h"
#include "survey/base/text.h"
#include "survey/sample/draw.h"
#include "survey/workbook/workbook.h"

#include <math.h>
#include <string.h>

static bool is_pps(const char *name)
{
    enum survey_draw_method method;
    return survey_draw_method_parse(name, &method) && method >= SURVEY_DRAW_PPS;
}

static void read_place(const struct survey_query *query, struct survey_arena *arena,
                       struct stats_place *place)
{
    *place = (struct stats_place){
        .stage = (int)survey_query_integer(query, 0),
        .unit = survey_arena_strdup(arena, survey_query_text(query, 1)),
        .parent_unit = survey_arena_strdup(arena, survey_query_text(query, 2)),
        .stratum = survey_arena_strdup(arena, survey_query_text(query, 3)),
        .plan_row = survey_query_integer(query, 4),
        .pps = is_pps(survey_query_text(query, 5)),
        .selected = strcmp(survey_query_text(query, 6), "reserve") != 0 && survey_query_null(query, 12), // a replaced unit was selected too
        .called = !survey_query_null(query, 12),
        .probability = survey_query_number(query, 7),
        .population = survey_query_number(query, 8),
        .taken = survey_query_number(query, 9),
        .chain = survey_query_number(query, 10),
        .form = survey_arena_strdup(arena, survey_query_text(query, 11)),
    };
}

// Which rows of the sample sheet, as it was at the draw, have an overlap.
static bool read_overlaps(struct survey_store *store, struct survey_arena *arena, const char *round, struct stats_sample *sample,
                          struct survey_error *error)
{
    struct survey_workbook *workbook = NULL;
    struct survey_query *query = survey_query(store, error, "SELECT plan FROM draw WHERE round = ? AND current", "t", round);
    const char *json = query && survey_query_next(query) ? survey_arena_strdup(arena, survey_query_text(query, 0)) : "";
    if (!query || !survey_query_end(query, error) ||
        (*json && !survey_workbook_read_json(arena, survey_store_path(store), json, strlen(json), &workbook, error)))
        return false;
    const struct survey_sheet *sheet = workbook ? survey_workbook_sheet(workbook, "sample") : NULL;
    for (size_t i = 0; i < sample->count; i++) {
        struct stats_place *place = &sample->places[i];
        place->apart = true;
        for (uint32_t row = 1; sheet && row < sheet->rows; row++)
            if ((int64_t)survey_sheet_line(sheet, row) == place->plan_row)
                place->apart = !*survey_sheet_text(sheet, row, "overlap");
    }
    return true;
}

static bool join(struct stats_sample *sample, struct survey_arena *arena,
                 struct survey_error *error)
{
    for (size_t i = 0; i < sample->count; i++) {
        struct stats_place *place = &sample->places[i];
        if (place->stage < 1 || place->stage > STATS_MOST_STAGES || place->probability <= 0 ||
            place->chain <= 0)
            return survey_fail(error, SURVEY_ERROR_INPUT, "",
                               _("the sample has unit '%s' at stage %d with probability %g"),
                               place->unit, place->stage, place->chain);
        survey_map_put(&sample->at[place->stage - 1], arena, place->unit, NULL)->number =
            (int64_t)i;
        if (place->stage > sample->stages)
            sample->stages = place->stage;
        if (place->stage == 1)
            continue;
        const struct survey_map_entry *above =
            survey_map_find(&sample->at[place->stage - 2], place->parent_unit);
        if (!above)
            return survey_fail(error, SURVEY_ERROR_INPUT, "",
                               _("the sample lacks '%s', from which '%s' was drawn"),
                               place->parent_unit, place->unit);
        place->parent = &sample->places[above->number];
    }
    return true;
}

bool stats_sample_read(struct survey_store *store, struct survey_arena *arena, const char *round,
                       struct stats_sample *sample, struct survey_error *error)
{
    *sample = (struct stats_sample){0};
    int64_t count = survey_store_count(store, 0,
                                       "SELECT count(*) FROM sample WHERE draw = (SELECT id FROM "
                                       "draw WHERE round = ? AND current)",
                                       "t", round);
    struct survey_query *query =
        survey_query(store, error,
                     "SELECT stage, unit, parent, stratum, plan_row, method, status, probability, "
                     "population, taken, chain, form, replaces "
                     "FROM sample WHERE draw = (SELECT id FROM draw WHERE round = ? AND current) "
                     "ORDER BY stage, unit",
                     "t", round);
    if (!query)
        return false;
    sample->places = survey_arena_array(arena, (size_t)count + 1, sizeof *sample->places);
    while (sample->count < (size_t)count && survey_query_next(query))
        read_place(query, arena, &sample->places[sample->count++]);
    return survey_query_end(query, error) && read_overlaps(store, arena, round, sample, error) && join(sample, arena, error);
}

void stats_sample_clear(struct stats_sample *sample)
{
    for (int stage = 0; stage < STATS_MOST_STAGES; stage++)
        survey_map_clear(&sample->at[stage]);
}

const struct stats_place *stats_sample_find(const struct stats_sample *sample, const char *unit)
{
    for (int stage = sample->stages; stage > 0; stage--) {
        const struct survey_map_entry *entry = survey_map_find(&sample->at[stage - 1], unit);
        if (entry)
            return &sample->places[entry->number];
    }
    return NULL;
}

static const char *group_key(const struct stats_place *place, struct survey_arena *arena)
{
    return survey_arena_format(arena, "%d\x1f%s\x1f%lld\x1f%s", place->stage, place->parent_unit,
                               (long long)place->plan_row, place->stratum);
}

// How many times likelier a unit is where reserves were taken too. With unequal probabilities one not drawn, 1 - p, is among
// the reserves as likely as any other that is left.
static double growth(const struct stats_place *place, double reserves)
{
    double left = place->population - place->taken;
    if (place->pps && left > 0)
        return 1 + (1 - place->probability) / place->probability * fmin(reserves / left, 1);
    return place->taken > 0 ? (place->taken + reserves) / place->taken : 1;
}

void stats_sample_release(struct stats_sample *sample, const bool *used, struct survey_arena *arena)
{
    struct survey_map groups = {0};
    for (size_t i = 0; i < sample->count; i++)
        if (used[i])
            survey_map_put(&groups, arena, group_key(&sample->places[i], arena), NULL)->number++;
    for (size_t i = 0; groups.count && i < sample->count; i++) {
        struct stats_place *place = &sample->places[i];
        const struct survey_map_entry *group = survey_map_find(&groups, group_key(place, arena));
        double most = place->parent ? place->parent->chain : 1;
        if (group)
            place->chain *= growth(place, (double)group->number);
        place->chain = place->chain > most ? most : place->chain;
    }
    survey_map_clear(&groups);
}
