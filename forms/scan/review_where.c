// SPDX-License-Identifier: GPL-3.0-or-later
// The condition of a review list: an expression over what waits and over the frame's row of its unit.
#include "forms/scan/review.h"

#include "survey/base/arena.h"
#include "survey/base/map.h"
#include "survey/base/text.h"
#include "survey/expr/expr.h"
#include "survey/sample/frame.h"

#include <string.h>

// One row of columns of our own and then the frame's: what survey_frame_meets() judges.
struct review_condition {
    const struct survey_expr *expr; // NULL: everything is met
    struct survey_frame frame, row;
    struct survey_map units; // unit -> row of the frame
};

static const char *const own[] = {"question", "kind", "why", "read", "unit", "form", "response", "state", "page"};
enum { OWN = sizeof own / sizeof *own };

bool review_condition_open(struct survey_store *store, struct survey_arena *arena, const char *where,
                           struct review_condition **condition, struct survey_error *error)
{
    struct survey_error inner = {0};
    struct review_condition *made = survey_arena_alloc(arena, sizeof *made);
    *condition = made;
    if (!where)
        return true;
    if (!survey_expr_parse(arena, where, &made->expr, NULL, &inner))
        return survey_fail(error, SURVEY_ERROR_USAGE, "--where", "%s", inner.message);
    // An evaluation without a frame (blank forms only) still has a queue.
    if (survey_store_count(store, 0, "SELECT count(*) FROM frame", "") > 0 && !survey_frame_read(store, arena, &made->frame, error))
        return false;
    for (size_t row = 0; row < made->frame.rows; row++)
        survey_map_put(&made->units, arena, survey_frame_cell(&made->frame, row, made->frame.unit), NULL)->number = (int64_t)row;
    made->row = (struct survey_frame){.arena = arena, .column_count = OWN + made->frame.column_count, .rows = 1};
    made->row.columns = survey_arena_array(arena, made->row.column_count, sizeof *made->row.columns);
    made->row.cells = survey_arena_array(arena, made->row.column_count, sizeof *made->row.cells);
    memcpy(made->row.columns, own, sizeof own);
    for (size_t i = 0; i < made->frame.column_count; i++)
        made->row.columns[OWN + i] = made->frame.columns[i];
    return true;
}

void review_condition_close(struct review_condition *condition)
{
    if (condition)
        survey_map_clear(&condition->units);
}

bool review_condition_meets(struct review_condition *condition, const struct review_mark *mark, bool *meets,
                            struct survey_error *error)
{
    *meets = true;
    if (!condition->expr)
        return true;
    struct survey_error inner = {0};
    const char **cells = condition->row.cells;
    const char *page = survey_arena_format(condition->row.arena, "%lld", (long long)mark->page);
    const char *const values[OWN] = {mark->question, mark->kind, mark->why, mark->read ? mark->read : "", mark->unit,
                                     mark->form_name, mark->response, mark->state, page};
    const struct survey_map_entry *entry = survey_map_find(&condition->units, mark->unit);
    memcpy(cells, values, sizeof values);
    for (size_t i = 0; i < condition->frame.column_count; i++)
        cells[OWN + i] = entry ? survey_frame_cell(&condition->frame, (size_t)entry->number, i) : "";
    return survey_frame_meets(&condition->row, 0, condition->expr, meets, &inner) ||
           survey_fail(error, SURVEY_ERROR_USAGE, "--where", "%s", inner.message);
}
