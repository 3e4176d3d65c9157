// SPDX-License-Identifier: GPL-3.0-or-later
// Evaluation in three values: what is not known stays unknown until it cannot matter any more.
#include "survey/base/arena.h"
#include "survey/base/utf8.h"
#include "survey/expr/engine.h"

#include <math.h>
#include <string.h>

static bool known(struct evaluation *evaluation, const struct survey_expr *expr,
                  struct survey_value *value);

static bool missing(struct survey_value *value)
{
    *value = (struct survey_value){.kind = SURVEY_STRING, .text = "", .missing = true};
    return true;
}

// All operands are looked at until one decides; an unknown one decides nothing.
static bool logic_chain(struct evaluation *evaluation, const struct survey_expr *chain,
                        struct survey_value *value)
{
    bool deciding = chain->operators[1] == TOKEN_OR, unknown = false;
    for (size_t i = 0; i < chain->count; i++) {
        struct survey_value operand;
        if (!known(evaluation, chain->arguments[i], &operand))
            return false;
        if (operand.missing)
            unknown = true;
        else if (survey_value_boolean(&operand) == deciding)
            return expr_boolean(value, deciding);
    }
    return unknown ? missing(value) : expr_boolean(value, !deciding);
}

// Whether something missing equals a text of the expression: it does where the text is its code.
// Only blank ('') and a code of what is missing can be told from the other answers.
static bool compare_missing(const struct survey_value *value, const struct survey_expr *other,
                            bool *equal)
{
    if (!other || other->kind != EXPR_TEXT)
        return false;
    *equal = strcmp(value->text, other->text) == 0;
    return *equal || !*other->text;
}

static bool equality(struct evaluation *evaluation, const struct survey_value *left,
                     const struct survey_value *right, const struct survey_expr *left_expr,
                     const struct survey_expr *right_expr, bool wanted, struct survey_value *value)
{
    bool equal;
    if (!left->missing && !right->missing)
        return expr_boolean(value, expr_equal(evaluation, left, right) == wanted);
    bool decided = left->missing != right->missing &&
                   (left->missing ? compare_missing(left, right_expr, &equal)
                                  : compare_missing(right, left_expr, &equal));
    return decided ? expr_boolean(value, equal == wanted) : missing(value);
}

static bool operation(struct evaluation *evaluation, enum token operator,
                      const struct survey_value * left, const struct survey_value *right,
                      struct survey_value *value)
{
    if (left->missing || right->missing)
        return missing(value);
    double x = expr_as_number(evaluation, left), y = expr_as_number(evaluation, right);
    if (isnan(x) || isnan(y)) // neither less nor more: not known
        return missing(value);
    return expr_operate(operator, x, y, value);
}

static bool chain(struct evaluation *evaluation, const struct survey_expr *expr,
                  struct survey_value *value)
{
    if (expr->operators[1] == TOKEN_OR || expr->operators[1] == TOKEN_AND)
        return logic_chain(evaluation, expr, value);
    if (!known(evaluation, expr->arguments[0], value))
        return false;
    for (size_t i = 1; i < expr->count; i++) {
        struct survey_value left = *value, right;
        if (!known(evaluation, expr->arguments[i], &right))
            return false;
        enum token operator= expr->operators[i];
        bool good = operator== TOKEN_EQUAL || operator== TOKEN_UNEQUAL
                        ? equality(evaluation, &left, &right, i == 1 ? expr->arguments[0] : NULL,
                                   expr->arguments[i], operator== TOKEN_EQUAL, value)
                        : operation(evaluation, operator, & left, &right, value);
        if (!good)
            return false;
    }
    return true;
}

static bool is_call(const struct survey_expr *call, const char *name)
{
    return strcmp(call->text, name) == 0;
}

// The calls that look at less than all of their arguments, or at what is missing itself.
static bool special_call(struct evaluation *evaluation, const struct survey_expr *call, bool *done,
                         struct survey_value *value)
{
    *done = true;
    if (is_call(call, "if")) {
        struct survey_value condition;
        if (!known(evaluation, call->arguments[0], &condition))
            return false;
        if (condition.missing)
            return missing(value);
        return known(evaluation, call->arguments[survey_value_boolean(&condition) ? 1 : 2], value);
    }
    if (is_call(call, "coalesce")) {
        if (!known(evaluation, call->arguments[0], value))
            return false;
        return !value->missing || known(evaluation, call->arguments[1], value);
    }
    if (is_call(call, "string-length") && call->count == 1) {
        if (!known(evaluation, call->arguments[0], value))
            return false;
        const char *text = expr_as_text(evaluation, value);
        return expr_number(value, (double)survey_utf8_count(text, strlen(text)));
    }
    *done = false;
    return true;
}

static bool call_function(struct evaluation *evaluation, const struct survey_expr *call,
                          struct survey_value *value)
{
    const struct expr_function *function = call->function;
    bool done = false, unknown = false;
    if (function && !special_call(evaluation, call, &done, value))
        return false;
    if (done)
        return true;
    if (function && function->lazy)
        return function->lazy(evaluation, call, value);
    struct survey_value *arguments =
        survey_arena_array(evaluation->arena, call->count + 1, sizeof *arguments);
    for (size_t i = 0; i < call->count; i++) {
        if (!known(evaluation, call->arguments[i], &arguments[i]))
            return false;
        unknown |= arguments[i].missing;
    }
    if (!function)
        return expr_foreign(evaluation, call, arguments, value);
    return unknown ? missing(value) : function->call(evaluation, arguments, call->count, value);
}

static bool known(struct evaluation *evaluation, const struct survey_expr *expr,
                  struct survey_value *value)
{
    if (!expr_spend(evaluation, 1))
        return false;
    switch (expr->kind) {
    case EXPR_VARIABLE:
        if (!expr_variable(evaluation, expr, value))
            return false;
        value->name = expr->text;
        return true;
    case EXPR_CALL:
        return call_function(evaluation, expr, value);
    case EXPR_CHAIN:
        return chain(evaluation, expr, value);
    case EXPR_NEGATE:
        if (!known(evaluation, expr->start, value))
            return false;
        return value->missing ||
               expr_number(value, expr->number * expr_as_number(evaluation, value));
    case EXPR_TEXT:
    case EXPR_NUMBER:
    case EXPR_PATH:
        break;
    }
    return expr_evaluate(evaluation, expr, value);
}

bool survey_expr_evaluate_known(const struct survey_expr *expr, const struct survey_expr_env *env,
                                struct survey_value *value, struct survey_error *error)
{
    struct survey_error spare;
    struct evaluation evaluation;
    expr_begin(&evaluation, env, error ? error : &spare);
    struct survey_value found = {.kind = SURVEY_STRING, .text = ""};
    if (!known(&evaluation, expr, &found))
        return false;
    *value = found;
    return true;
}
