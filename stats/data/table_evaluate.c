// SPDX-License-Identifier: GPL-3.0-or-later
// Expressions over the columns of a CSV file.
#include "stats/data/table.h"

#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/expr/expr.h"

#include <math.h>
#include <string.h>

enum { ROWS_AN_ARENA = 256 };

struct columns {
    const struct stats_table *table;
    size_t row;
    const char *unknown; // a name that is no column
};

static bool visit(void *user, enum survey_expr_use use, const char *name, size_t at)
{
    (void)at;
    struct columns *columns = user;
    if ((use == SURVEY_USES_NAME || use == SURVEY_USES_PATH) && stats_table_find(columns->table, name) < 0)
        columns->unknown = survey_arena_strdup(columns->table->arena, name);
    return !columns->unknown;
}

// Cells that are numbers are numbers, so that 5 and 5.0 are the same; blank ones and NA are missing.
static bool variable(void *user, const char *name, struct survey_value *value)
{
    struct columns *columns = user;
    int column = stats_table_find(columns->table, name);
    if (column < 0)
        return false;
    const char *text = stats_table_text(columns->table, columns->row, (uint32_t)column);
    double number;
    if (survey_number_parse(text, strlen(text), &number))
        *value = (struct survey_value){.kind = SURVEY_NUMBER, .number = number};
    else
        *value = (struct survey_value){.kind = SURVEY_STRING, .text = text};
    if (!*text || strcmp(text, "NA") == 0)
        *value = (struct survey_value){.kind = SURVEY_STRING, .text = "", .missing = true};
    value->name = name;
    return true;
}

static bool fail_row(const struct columns *columns, const char *expression, struct survey_error *error)
{
    struct survey_error inner = *error;
    char at[512];
    stats_table_place(columns->table, columns->row, at);
    return survey_fail(error, SURVEY_ERROR_INPUT, at, "%.200s: %s", expression, inner.message);
}

static bool evaluate_rows(struct columns *columns, const struct survey_expr *expr, const char *expression,
                          double *values, struct survey_error *error)
{
    struct survey_arena *arena = NULL;
    bool done = true;
    for (columns->row = 0; done && columns->row < columns->table->rows; columns->row++) {
        if (columns->row % ROWS_AN_ARENA == 0) {
            survey_arena_free(arena);
            arena = survey_arena_new();
        }
        struct survey_expr_env env = {.arena = arena, .variable = variable, .user = columns};
        struct survey_value value;
        values[columns->row] = (double)NAN;
        done = survey_expr_evaluate_known(expr, &env, &value, error) || fail_row(columns, expression, error);
        if (done && !value.missing)
            values[columns->row] = value.kind == SURVEY_BOOLEAN ? value.boolean : survey_value_number(&value);
    }
    survey_arena_free(arena);
    return done;
}

bool stats_table_evaluate(const struct stats_table *table, const char *expression, const char *where,
                          double *values, struct survey_error *error)
{
    int lone = stats_table_find(table, expression);
    if (*expression && lone >= 0)
        return stats_table_numbers_into(table, (uint32_t)lone, values, error);
    const struct survey_expr *expr;
    struct survey_error inner = {0};
    if (!survey_expr_parse(table->arena, expression, &expr, NULL, &inner))
        return survey_fail(error, SURVEY_ERROR_INPUT, where, "'%.200s': %s", expression, inner.message);
    struct columns columns = {.table = table};
    survey_expr_each_use(expr, visit, &columns);
    if (columns.unknown)
        return survey_fail(error, SURVEY_ERROR_INPUT, where, _("%s has no column '%s'"), table->path,
                           columns.unknown);
    return evaluate_rows(&columns, expr, expression, values, error);
}
