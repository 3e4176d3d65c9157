// SPDX-License-Identifier: GPL-3.0-or-later
// The frame in memory, and conditions over its columns.
#include "survey/base/arena.h"
#include "survey/base/text.h"
#include "survey/expr/expr.h"
#include "survey/sample/frame.h"

#include <string.h>
#include <strings.h>

bool survey_frame_read(struct survey_store *store, struct survey_arena *arena, struct survey_frame *frame, struct survey_error *error)
{
    int64_t rows = survey_store_count(store, 0, "SELECT count(*) FROM frame", "");
    struct survey_query *query = survey_query(store, error, "SELECT * FROM frame ORDER BY unit", "");
    if (!query)
        return false;
    size_t columns = (size_t)survey_query_columns(query);
    *frame = (struct survey_frame){.arena = arena, .column_count = columns};
    frame->columns = survey_arena_array(arena, columns + 1, sizeof *frame->columns);
    frame->cells = survey_arena_array(arena, (size_t)rows * columns + 1, sizeof *frame->cells);
    for (size_t column = 0; column < columns; column++)
        frame->columns[column] = survey_arena_strdup(arena, survey_query_column(query, (int)column));
    while (frame->rows < (size_t)rows && survey_query_next(query)) {
        for (size_t column = 0; column < columns; column++) {
            const char *text = survey_query_text(query, (int)column);
            frame->cells[frame->rows * columns + column] = *text ? survey_arena_strdup(arena, text) : "";
        }
        frame->rows++;
    }
    return survey_query_end(query, error);
}

int survey_frame_column(const struct survey_frame *frame, const char *name)
{
    for (size_t column = 0; column < frame->column_count; column++)
        if (strcasecmp(frame->columns[column], name) == 0)
            return (int)column;
    return -1;
}

const char *survey_frame_cell(const struct survey_frame *frame, size_t row, size_t column)
{
    return frame->cells[row * frame->column_count + column];
}

struct row {
    const struct survey_frame *frame;
    size_t row;
    const char *unknown; // the column asked for that is not there
};

static bool variable(void *user, const char *name, struct survey_value *value)
{
    struct row *row = user;
    int column = survey_frame_column(row->frame, name);
    if (column < 0)
        return false;
    *value = (struct survey_value){.kind = SURVEY_STRING, .text = survey_frame_cell(row->frame, row->row, (size_t)column)};
    return true;
}

static bool function(void *user, const char *name, const struct survey_value *arguments, size_t count, struct survey_value *value,
                     bool *known, struct survey_error *error)
{
    struct row *row = user;
    if (strcmp(name, "frame") != 0 || count != 1)
        return false; // not known here
    *known = true;
    const char *column = survey_value_text(row->frame->arena, &arguments[0]);
    return variable(user, column, value) ||
           survey_fail(error, SURVEY_ERROR_INPUT, "", _("the frame has no column '%s'"), column);
}

bool survey_frame_meets(const struct survey_frame *frame, size_t row, const struct survey_expr *condition, bool *meets, struct survey_error *error)
{
    struct row user = {frame, row, NULL};
    struct survey_arena *arena = survey_arena_new();
    struct survey_expr_env env = {.arena = arena, .variable = variable, .function = function, .user = &user};
    struct survey_value value;
    *meets = true;
    bool done = !condition || survey_expr_evaluate(condition, &env, &value, error);
    if (done && condition)
        *meets = survey_value_boolean(&value);
    survey_arena_free(arena);
    return done;
}
