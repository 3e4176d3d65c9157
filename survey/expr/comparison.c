// SPDX-License-Identifier: GPL-3.0-or-later
// Comparisons of one answer with a constant, found in an expression.
#include "survey/base/arena.h"
#include "survey/expr/narrow.h"

#include <math.h>
#include <string.h>

static bool is_call(const struct survey_expr *expr, const char *name, size_t arguments)
{
    return expr->kind == EXPR_CALL && expr->count == arguments && strcmp(expr->text, name) == 0;
}

// "." alone.
static bool is_self(const struct survey_expr *expr)
{
    return expr->kind == EXPR_PATH && !expr->absolute && !expr->start && expr->step_count == 1 && expr->steps[0].axis == AXIS_SELF &&
           expr->steps[0].predicate_count == 0;
}

// "${name}" or ".": the name, or NULL.
static const char *name_of(const struct survey_expr *expr)
{
    if (expr->kind == EXPR_VARIABLE)
        return strncmp(expr->text, "last-saved#", 11) == 0 ? NULL : expr->text;
    return is_self(expr) ? "." : NULL;
}

// Made of constants alone, the same at any time and place.
static bool is_constant(const struct survey_expr *expr)
{
    static const char *const moving[] = {"today", "now", "random", "uuid", "pulldata", "jr:itext", "jr:choice-name"};
    if (expr->kind == EXPR_TEXT)
        return !strstr(expr->text, "${");
    if (expr->kind == EXPR_NUMBER)
        return true;
    if (expr->kind == EXPR_NEGATE)
        return is_constant(expr->start);
    if (expr->kind == EXPR_CALL && (!expr->function || expr->function->lazy || expr->function->nodes))
        return false;
    for (size_t i = 0; expr->kind == EXPR_CALL && i < sizeof moving / sizeof *moving; i++)
        if (strcmp(expr->text, moving[i]) == 0)
            return false;
    for (size_t i = 0; (expr->kind == EXPR_CALL || expr->kind == EXPR_CHAIN) && i < expr->count; i++)
        if (!is_constant(expr->arguments[i]))
            return false;
    return expr->kind == EXPR_CALL || expr->kind == EXPR_CHAIN;
}

static bool constant(struct narrowing *narrowing, const struct survey_expr *expr, struct survey_value *value)
{
    return is_constant(expr) && survey_expr_evaluate(expr, &narrowing->env, value, NULL);
}

bool narrow_constant(struct narrowing *narrowing, const struct survey_expr *expr, bool *truth)
{
    struct survey_value value;
    if (!constant(narrowing, expr, &value))
        return false;
    *truth = survey_value_boolean(&value);
    return true;
}

// The answer that an operand stands for, and what of it.
static bool operand(struct narrowing *narrowing, const struct survey_expr *expr, const void *scope, struct narrow_atom *atom)
{
    bool length = is_call(expr, "string-length", 1), count = is_call(expr, "count-selected", 1);
    const char *name = name_of(length || count ? expr->arguments[0] : expr);
    atom->aspect = length ? NARROW_LENGTH : count ? NARROW_COUNT : NARROW_VALUE;
    atom->domain = name ? narrowing->reasoning->domain(narrowing->reasoning->user, scope, name) : NULL;
    return atom->domain != NULL;
}

static enum token mirrored(enum token operator)
{
    switch ((int)operator) {
    case TOKEN_LESS:
        return TOKEN_MORE;
    case TOKEN_LESS_EQUAL:
        return TOKEN_MORE_EQUAL;
    case TOKEN_MORE:
        return TOKEN_LESS;
    case TOKEN_MORE_EQUAL:
        return TOKEN_LESS_EQUAL;
    default:
        return operator;
    }
}

static bool is_comparison(const struct survey_expr *expr)
{
    return expr->kind == EXPR_CHAIN && expr->count == 2 && expr->operators[1] >= TOKEN_EQUAL && expr->operators[1] <= TOKEN_MORE_EQUAL;
}

bool narrow_atom_of(struct narrowing *narrowing, const struct survey_claim *claim, struct narrow_atom *atom)
{
    const struct survey_expr *expr = claim->expr;
    *atom = (struct narrow_atom){.wanted = claim->wanted};
    if (is_call(expr, "selected", 2) || is_call(expr, "is-selected", 2)) {
        bool plain = operand(narrowing, expr->arguments[0], claim->scope, atom) && atom->aspect == NARROW_VALUE &&
                     constant(narrowing, expr->arguments[1], &atom->constant);
        atom->aspect = NARROW_MEMBER;
        if (plain)
            atom->constant = (struct survey_value){.kind = SURVEY_STRING, .text = survey_value_text(narrowing->arena, &atom->constant)};
        return plain && atom->constant.text[0] && !strpbrk(atom->constant.text, " \t\n");
    }
    if (!is_comparison(expr))
        return false;
    bool left = operand(narrowing, expr->arguments[0], claim->scope, atom);
    if (!left && !operand(narrowing, expr->arguments[1], claim->scope, atom))
        return false;
    atom->operator= left ? expr->operators[1] : mirrored(expr->operators[1]);
    // A truth value is compared with whether there is an answer: leave that alone.
    return constant(narrowing, expr->arguments[left], &atom->constant) && atom->constant.kind != SURVEY_BOOLEAN;
}

// --- every comparison of an expression ------------------------------------------------------------

struct visit {
    void (*visit)(void *user, const struct survey_comparison *comparison);
    void *user;
    struct narrowing *narrowing;
};

static void visit_one(struct visit *visit, const struct survey_expr *expr, const struct survey_expr *side, const struct survey_expr *other,
                      const char *type)
{
    struct survey_value value;
    const char *name = name_of(side);
    if (!name || !constant(visit->narrowing, other, &value) || value.kind == SURVEY_BOOLEAN)
        return;
    struct survey_comparison comparison = {name, type, survey_value_text(visit->narrowing->arena, &value), value.kind == SURVEY_NUMBER, expr->at};
    visit->visit(visit->user, &comparison);
}

static void visit_expr(struct visit *visit, const struct survey_expr *expr)
{
    static const char *const types[] = {"=", "!=", "<", "<=", ">", ">="};
    if (is_call(expr, "selected", 2) || is_call(expr, "is-selected", 2))
        visit_one(visit, expr, expr->arguments[0], expr->arguments[1], "selected");
    if (is_comparison(expr)) {
        visit_one(visit, expr, expr->arguments[0], expr->arguments[1], types[expr->operators[1] - TOKEN_EQUAL]);
        visit_one(visit, expr, expr->arguments[1], expr->arguments[0], types[mirrored(expr->operators[1]) - TOKEN_EQUAL]);
    }
    for (size_t i = 0; (expr->kind == EXPR_CALL || expr->kind == EXPR_CHAIN) && i < expr->count; i++)
        visit_expr(visit, expr->arguments[i]);
    if (expr->start)
        visit_expr(visit, expr->start);
}

void survey_expr_each_comparison(const struct survey_expr *expr,
                                 void (*callback)(void *user, const struct survey_comparison *comparison), void *user)
{
    struct survey_arena *arena = survey_arena_new();
    struct narrowing narrowing;
    struct survey_error error;
    struct visit visit = {callback, user, &narrowing};
    narrow_begin(&narrowing, arena, NULL, &error);
    visit_expr(&visit, expr);
    survey_arena_free(arena);
}

bool survey_expr_depends(const struct survey_expr *expr)
{
    if (expr->kind == EXPR_VARIABLE || expr->kind == EXPR_PATH)
        return true;
    for (size_t i = 0; (expr->kind == EXPR_CALL || expr->kind == EXPR_CHAIN) && i < expr->count; i++)
        if (survey_expr_depends(expr->arguments[i]))
            return true;
    return expr->start && survey_expr_depends(expr->start);
}
