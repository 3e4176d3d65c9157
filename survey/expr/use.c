// SPDX-License-Identifier: GPL-3.0-or-later
// What an expression names: for checks, and for the order of calculations.
#include "survey/base/format.h"
#include "survey/expr/ast.h"
#include "survey/expr/expr.h"

#include <string.h>

struct walk {
    bool (*visit)(void *user, enum survey_expr_use use, const char *name, size_t at);
    void *user;
};

static bool walk_expr(const struct walk *walk, const struct survey_expr *expr);

// jr:choice-name(${q}, '${q}') names a question inside a text.
static bool walk_text(const struct walk *walk, const struct survey_expr *expr)
{
    const char *from = expr->text;
    while (*from == ' ')
        from++;
    const char *end = strchr(from, '}');
    if (strncmp(from, "${", 2) != 0 || !end || end[1 + strspn(end + 1, " ")] != '\0')
        return true;
    char name[256];
    survey_format_into(name, sizeof name, "%.*s", (int)(end - from - 2), from + 2);
    return walk->visit(walk->user, SURVEY_USES_NAME, name, expr->at);
}

static bool walk_path(const struct walk *walk, const struct survey_expr *path)
{
    if (path->start && !walk_expr(walk, path->start))
        return false;
    struct survey_buffer text = SURVEY_BUFFER(EXPR_TEXT_MAX * 2);
    for (size_t i = 0; i < path->step_count; i++) {
        const struct expr_step *step = &path->steps[i];
        if (i > 0 || path->absolute)
            survey_buffer_byte(&text, '/');
        survey_buffer_text(&text, step->axis == AXIS_PARENT ? ".."
                                  : step->axis == AXIS_SELF ? "."
                                  : step->name              ? step->name
                                                            : "*");
    }
    bool go = path->start ||
              walk->visit(walk->user, SURVEY_USES_PATH, survey_buffer_string(&text), path->at);
    survey_buffer_clear(&text);
    for (size_t i = 0; i < path->step_count && go; i++)
        for (size_t k = 0; k < path->steps[i].predicate_count && go; k++)
            go = walk_expr(walk, path->steps[i].predicates[k]);
    return go;
}

static bool walk_call(const struct walk *walk, const struct survey_expr *call)
{
    if (!walk->visit(walk->user, SURVEY_USES_FUNCTION, call->text, call->at))
        return false;
    bool instance = strcmp(call->text, "instance") == 0 || strcmp(call->text, "pulldata") == 0;
    if (instance && call->count && call->arguments[0]->kind == EXPR_TEXT &&
        !walk->visit(walk->user, SURVEY_USES_INSTANCE, call->arguments[0]->text,
                     call->arguments[0]->at))
        return false;
    for (size_t i = 0; i < call->count; i++)
        if (!walk_expr(walk, call->arguments[i]))
            return false;
    return true;
}

// As deep as the parser let the expression be.
static bool walk_expr(const struct walk *walk, const struct survey_expr *expr)
{
    switch (expr->kind) {
    case EXPR_TEXT:
        return walk_text(walk, expr);
    case EXPR_NUMBER:
        return true;
    case EXPR_VARIABLE:
        return walk->visit(walk->user, SURVEY_USES_NAME, expr->text, expr->at);
    case EXPR_PATH:
        return walk_path(walk, expr);
    case EXPR_CALL:
        return walk_call(walk, expr);
    case EXPR_CHAIN:
        for (size_t i = 0; i < expr->count; i++)
            if (!walk_expr(walk, expr->arguments[i]))
                return false;
        return true;
    case EXPR_NEGATE:
        return walk_expr(walk, expr->start);
    }
    return true;
}

bool survey_expr_each_use(const struct survey_expr *expr,
                          bool (*visit)(void *user, enum survey_expr_use use, const char *name,
                                        size_t at),
                          void *user)
{
    struct walk walk = {visit, user};
    return walk_expr(&walk, expr);
}
