// SPDX-License-Identifier: GPL-3.0-or-later
// Which assessed unit a response belongs to: by its household's row of the frame, or, for a form
// about a village or a township, by any level that the frame knows.
#include "stats/assess/figure_rows.h"

#include "survey/base/arena.h"
#include "survey/base/text.h"

#include <string.h>

enum { NOWHERE = -1, DOUBTFUL = -2 };

// Units of the levels between the assessed one and the household: unit -> number: assessed unit.
static bool read_level(struct stats_rows *rows, const struct survey_map *ids, const char *level,
                       struct survey_map *units, struct survey_error *error)
{
    struct survey_buffer sql = SURVEY_BUFFER(1 << 14);
    bool added;
    if (!survey_store_count(rows->plan->store, 0,
                            "SELECT count(*) FROM pragma_table_info('frame') WHERE name = ?", "t",
                            level))
        return true;
    survey_buffer_text(&sql, "SELECT DISTINCT ");
    survey_sql_name(&sql, level);
    survey_buffer_text(&sql, ", ");
    survey_sql_name(&sql, rows->plan->unit_column);
    survey_buffer_text(&sql, " FROM frame ORDER BY 1, 2");
    struct survey_query *query =
        survey_query(rows->plan->store, error, survey_buffer_string(&sql), "");
    survey_buffer_clear(&sql);
    while (query && survey_query_next(query)) {
        const struct survey_map_entry *assessed = survey_map_find(ids, survey_query_text(query, 1));
        struct survey_map_entry *entry =
            survey_map_put(units, rows->arena, survey_query_text(query, 0), &added);
        int64_t number = assessed ? assessed->number : NOWHERE;
        entry->number = added || entry->number == number
                            ? number
                            : DOUBTFUL; // a code in two units tells nothing
    }
    return query && survey_query_end(query, error);
}

static bool read_levels(struct stats_rows *rows, const struct survey_map *ids,
                        struct survey_map *units, struct survey_error *error)
{
    const char *levels = survey_store_setting(rows->plan->store, "levels", rows->plan->date);
    for (const char *at = levels ? levels : ""; *(at += strspn(at, " ")); at += strcspn(at, " ")) {
        const char *level = survey_arena_strndup(rows->arena, at, strcspn(at, " "));
        bool last = !at[strcspn(at, " ")]; // the household is the frame's own row
        if (!last && !read_level(rows, ids, level, units, error))
            return false;
    }
    return true;
}

static bool find(struct stats_rows *rows, const struct survey_map *ids, struct survey_error *error)
{
    struct survey_map levels = {0};
    bool read = false, done = true;
    for (size_t row = 0; row < rows->n && done; row++) {
        const char *id = stats_dataset_frame(rows->dataset, rows->plan->unit_column, row), *unit = "";
        const struct survey_map_entry *entry = id && *id ? survey_map_find(ids, id) : NULL;
        if (id && !*id) { // not in the frame, or blank there
            done = stats_dataset_need_rows(rows->dataset, error);
            unit = stats_dataset_unit(rows->dataset, row);
        }
        if (done && *unit) {
            done = read || read_levels(rows, ids, &levels, error);
            read = true;
            entry = survey_map_find(&levels, unit);
        }
        rows->unit[row] = entry && entry->number >= 0 ? (int32_t)entry->number : -1;
    }
    survey_map_clear(&levels);
    return done;
}

bool stats_rows_units(struct stats_rows *rows, struct survey_error *error)
{
    struct survey_map ids = {0};
    for (size_t i = 0; i < rows->assessment->unit_count; i++)
        survey_map_put(&ids, rows->arena, rows->assessment->units[i].id, NULL)->number = (int64_t)i;
    bool done = find(rows, &ids, error);
    survey_map_clear(&ids);
    return done;
}
