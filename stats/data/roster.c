// SPDX-License-Identifier: GPL-3.0-or-later
// Sampled units and their responses, matched.
#include "stats/data/roster.h"

#include "survey/base/text.h"

#include <stdlib.h>
#include <string.h>

struct found {
    const char *response, *disposition, *form, *unit;
};

static bool read_responses(struct stats_roster *roster, struct found **found, size_t *count,
                           struct survey_error *error)
{
    static const char from[] = " FROM response r JOIN form f ON f.id = r.form WHERE r.round = ? "
                               "AND r.state IN ('complete', "
                               "'waiting', 'received')";
    struct survey_arena *arena = roster->arena;
    int64_t most =
        survey_store_count(roster->store, 0, survey_arena_format(arena, "SELECT count(*)%s", from),
                           "t", roster->round);
    struct survey_query *query = survey_query(
        roster->store, error,
        survey_arena_format(
            arena, "SELECT r.id, r.disposition, f.name, r.unit%s ORDER BY r.unit, r.id", from),
        "t", roster->round);
    *found = survey_arena_array(arena, (size_t)most + 1, sizeof **found);
    *count = 0;
    if (!query)
        return false;
    while (*count < (size_t)most && survey_query_next(query))
        (*found)[(*count)++] =
            (struct found){survey_arena_strdup(arena, survey_query_text(query, 0)),
                           survey_query_null(query, 1) ? NULL : survey_arena_strdup(arena, survey_query_text(query, 1)),
                           survey_arena_strdup(arena, survey_query_text(query, 2)),
                           survey_arena_strdup(arena, survey_query_text(query, 3))};
    return survey_query_end(query, error);
}

static void add_unit(struct stats_roster *roster, const char *unit, const struct stats_place *place,
                     const struct found *found, int outcome)
{
    survey_map_put(&roster->at, roster->arena, unit, NULL)->number = (int64_t)roster->count;
    roster->units[roster->count++] =
        (struct stats_roster_unit){.unit = unit,
                                   .place = place,
                                   .response = found ? found->response : NULL,
                                   .outcome = outcome};
}

static bool judge(const struct stats_roster *roster, const struct found *found, int *outcome,
                  struct survey_error *error)
{
    *outcome = stats_outcome_of(&roster->codes, found->disposition);
    return *outcome >= 0 ||
           survey_fail(error, SURVEY_ERROR_INPUT, survey_store_path(roster->store),
                       _("response '%s' has the result '%s', which the dispositions sheet lacks"),
                       found->response, found->disposition);
}

static int by_unit(const void *a, const void *b)
{
    return strcmp(((const struct stats_roster_unit *)a)->unit,
                  ((const struct stats_roster_unit *)b)->unit);
}

// Selected units and called reserves first, each a non-contact until its response is found; then the responses.
static bool match(struct stats_roster *roster, const struct found *found, size_t count,
                  const char *main, struct survey_error *error)
{
    const struct stats_sample *sample = &roster->sample;
    for (size_t i = 0; i < sample->count; i++)
        if (sample->places[i].stage == sample->stages && (sample->places[i].selected || sample->places[i].called))
            add_unit(roster, sample->places[i].unit, &sample->places[i], NULL, STATS_NON_CONTACT);
    for (size_t i = 0; i < count; i++) {
        const struct stats_place *place = stats_sample_find(sample, found[i].unit);
        int outcome;
        if (!judge(roster, &found[i], &outcome, error))
            return false;
        if (sample->stages && (!place || place->stage != sample->stages)) {
            roster->outside += place == NULL;
            continue;
        }
        if (strcmp(place && *place->form ? place->form : main, found[i].form) != 0)
            continue; // a form about the same unit that is not the interview
        const struct survey_map_entry *entry =
            *found[i].unit ? survey_map_find(&roster->at, found[i].unit) : NULL;
        if (!entry) {
            add_unit(roster, found[i].unit, place, &found[i], outcome);
        } else if (!roster->units[entry->number].response) {
            roster->units[entry->number].response = found[i].response;
            roster->units[entry->number].outcome = outcome;
        } else {
            return survey_fail(error, SURVEY_ERROR_INPUT, survey_store_path(roster->store),
                               _("unit '%s' has two responses that count, '%s' and '%s'"),
                               found[i].unit, roster->units[entry->number].response,
                               found[i].response);
        }
    }
    return true;
}

static void finish(struct stats_roster *roster)
{
    bool *used = survey_arena_array(roster->arena, roster->sample.count + 1, sizeof *used);
    qsort(roster->units, roster->count, sizeof *roster->units, by_unit);
    for (size_t i = 0; i < roster->count; i++) {
        survey_map_put(&roster->at, roster->arena, roster->units[i].unit, NULL)->number =
            (int64_t)i;
        if (roster->units[i].place && !roster->units[i].place->selected)
            used[roster->units[i].place - roster->sample.places] = true;
    }
    stats_sample_release(&roster->sample, used, roster->arena);
}

bool stats_roster_read(struct survey_store *store, const struct survey_actor *actor,
                       struct stats_roster **read, struct survey_error *error)
{
    const struct survey_form *main = survey_store_current_form(store, NULL, NULL, error);
    struct found *found;
    size_t count;
    if (!main)
        return false;
    struct survey_arena *arena = survey_arena_new();
    struct stats_roster *roster = survey_arena_alloc(arena, sizeof *roster);
    *roster = (struct stats_roster){
        .arena = arena,
        .store = store,
        .round = survey_arena_strdup(arena, survey_store_round(store, actor))};
    bool done = stats_outcome_codes_read(store, arena, &roster->codes, error) &&
                stats_sample_read(store, arena, roster->round, &roster->sample, error) &&
                read_responses(roster, &found, &count, error);
    if (done) {
        roster->units =
            survey_arena_array(arena, roster->sample.count + count + 1, sizeof *roster->units);
        done = match(roster, found, count, main->id, error);
    }
    if (!done) {
        stats_roster_free(roster);
        return false;
    }
    finish(roster);
    *read = roster;
    return true;
}

void stats_roster_free(struct stats_roster *roster)
{
    if (!roster)
        return;
    stats_sample_clear(&roster->sample);
    survey_map_clear(&roster->codes.codes);
    survey_map_clear(&roster->at);
    survey_arena_free(roster->arena);
}

// --- values by unit
// -------------------------------------------------------------------------------

size_t stats_words(struct survey_arena *arena, const char *text, const char *separators,
                   const char ***words)
{
    size_t count = 0;
    *words = survey_arena_array(arena, 16, sizeof **words);
    for (text += strspn(text, separators); *text && count < 16; text += strspn(text, separators)) {
        size_t length = strcspn(text, separators);
        (*words)[count++] = survey_arena_strndup(arena, text, length);
        text += length;
    }
    return count;
}

static bool in_frame(struct survey_store *store, const char *column)
{
    return survey_store_count(
               store, 0,
               "SELECT count(*) FROM pragma_table_info('frame') WHERE lower(name) = lower(?)", "t",
               column) > 0;
}

static bool read_column(struct stats_roster *roster, const char *column, const char **values,
                        size_t stride, struct survey_error *error)
{
    struct survey_buffer sql = SURVEY_BUFFER(4096);
    struct survey_map kept = {0};
    survey_buffer_text(&sql, "SELECT unit, ");
    survey_sql_name(&sql, column);
    survey_buffer_text(&sql, " FROM frame");
    struct survey_query *query = survey_query(roster->store, error, survey_buffer_string(&sql), "");
    survey_buffer_clear(&sql);
    while (query && survey_query_next(query)) {
        const struct survey_map_entry *entry =
            survey_map_find(&roster->at, survey_query_text(query, 0));
        if (entry)
            values[(size_t)entry->number * stride] =
                survey_map_put(&kept, roster->arena, survey_query_text(query, 1), NULL)->key;
    }
    survey_map_clear(&kept);
    return query && survey_query_end(query, error);
}

bool stats_roster_columns(struct stats_roster *roster, const char *const *columns, size_t count,
                          const char ***values, struct survey_error *error)
{
    *values = survey_arena_array(roster->arena, roster->count * count + 1, sizeof **values);
    for (size_t i = 0; i < roster->count * count; i++)
        (*values)[i] = "";
    for (size_t c = 0; c < count; c++) {
        if (in_frame(roster->store, columns[c])) {
            if (!read_column(roster, columns[c], *values + c, count, error))
                return false;
        } else if (strcmp(columns[c], "stratum") == 0) {
            for (size_t i = 0; i < roster->count; i++)
                (*values)[i * count + c] =
                    roster->units[i].place ? roster->units[i].place->stratum : "";
        } else {
            return survey_fail(error, SURVEY_ERROR_INPUT, "", _("the frame has no column '%s'"),
                               columns[c]);
        }
    }
    return true;
}

const char *stats_cell_name(struct survey_arena *arena, const char *const *columns,
                            const char *const *values, size_t count)
{
    struct survey_buffer text = SURVEY_BUFFER(4096);
    for (size_t c = 0; c < count; c++)
        survey_format(&text, "%s%s=%s", c ? " " : "", columns[c], values[c]);
    const char *name = survey_arena_strdup(arena, count ? survey_buffer_string(&text) : _("all"));
    survey_buffer_clear(&text);
    return name;
}
