// SPDX-License-Identifier: GPL-3.0-or-later
// The attached list of a sheet: on a phone pulldata('sample', ...) finds the household by the code; on
// paper the code is the sheet's own, so the list has that one row.
#include "forms/scan/keep.h"

#include "survey/base/arena.h"
#include "survey/expr/node.h"
#include "survey/sample/draw.h"

#include <string.h>
#include <strings.h>

void scan_sheet_token(const struct scan_context *context, const struct scan_sheet *sheet,
                      char text[static PAPER_TOKEN_LENGTH + 1])
{
    struct paper_token token = {.sheet = sheet->number, .page = 1, .form = sheet->tag};
    paper_token_write(&token, context->key, text);
}

static bool is_own(const char *column)
{
    return strcasecmp(column, "unit") == 0 || strcasecmp(column, "position") == 0 || strcasecmp(column, "members") == 0;
}

static void add_cell(struct survey_arena *arena, struct survey_node *row, const char *column, const char *value)
{
    if (!survey_node_child(row, column))
        survey_node_add(arena, row, survey_arena_strdup(arena, column), survey_arena_strdup(arena, value));
}

bool scan_sample_row(struct survey_store *store, const struct scan_context *context, const struct scan_sheet *sheet,
                     struct survey_arena *arena, struct survey_node **root, struct survey_error *error)
{
    char token[PAPER_TOKEN_LENGTH + 1];
    *root = survey_node_add(arena, NULL, "root", "");
    if (!sheet->unit)
        return true;
    struct survey_node *row = survey_node_add(arena, *root, "item", "");
    scan_sheet_token(context, sheet, token);
    add_cell(arena, row, "token", token);
    struct survey_query *query = survey_query(store, error, "SELECT * FROM frame WHERE unit = ?", "t", sheet->unit);
    if (!query)
        return false;
    if (survey_query_next(query))
        for (int i = 0; i < survey_query_columns(query); i++)
            if (!is_own(survey_query_column(query, i)))
                add_cell(arena, row, survey_query_column(query, i), survey_query_text(query, i));
    if (!survey_query_end(query, error))
        return false;
    // Where the frame has no columns of these names, the phone's list has them from the sample.
    query = survey_query(store, error,
                         "SELECT sample.stratum, draw.seed FROM sample JOIN draw ON draw.id = sample.draw AND draw.current = 1 "
                         "WHERE sample.round = ? AND sample.unit = ? ORDER BY sample.stage DESC LIMIT 1",
                         "tt", sheet->round, sheet->unit);
    if (!query)
        return false;
    add_cell(arena, row, "household_id", sheet->unit);
    bool drawn = survey_query_next(query);
    add_cell(arena, row, "stratum", drawn ? survey_query_text(query, 0) : "");
    if (drawn)
        add_cell(arena, row, "pick", survey_arena_format(arena, "%.6f", survey_draw_pick((uint64_t)survey_query_integer(query, 1), sheet->unit)));
    return survey_query_end(query, error);
}
