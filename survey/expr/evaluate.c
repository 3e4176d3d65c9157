// SPDX-License-Identifier: GPL-3.0-or-later
// The evaluator: a walk over the tree of the expression, within a budget of steps.
#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/text.h"
#include "survey/expr/engine.h"

#include <math.h>
#include <string.h>

bool expr_fail(struct evaluation *evaluation, const char *format, ...)
{
    char message[sizeof evaluation->error->message];
    struct survey_buffer buffer = SURVEY_BUFFER(sizeof message - 1);
    va_list list;
    va_start(list, format);
    survey_format_list(&buffer, format, list);
    va_end(list);
    survey_fail(evaluation->error, SURVEY_ERROR_INPUT, "", "%s", survey_buffer_string(&buffer));
    survey_buffer_clear(&buffer);
    return false;
}

bool expr_spend(struct evaluation *evaluation, size_t count)
{
    if (*evaluation->steps <= count) {
        *evaluation->steps = 0;
        return expr_fail(evaluation, _("the expression takes too much work"));
    }
    *evaluation->steps -= count;
    return true;
}

bool expr_variable(struct evaluation *evaluation, const struct survey_expr *expr,
                   struct survey_value *value)
{
    const struct survey_expr_env *env = evaluation->env;
    if (env->variable) {
        *value = (struct survey_value){.kind = SURVEY_STRING, .text = ""};
        return env->variable(env->user, expr->text, value) ||
               expr_fail(evaluation, _("'%s' is not known"), expr->text);
    }
    return expr_named_nodes(evaluation, expr->text, value);
}

bool expr_foreign(struct evaluation *evaluation, const struct survey_expr *call,
                  const struct survey_value *arguments, struct survey_value *value)
{
    const struct survey_expr_env *env = evaluation->env;
    bool known = false;
    *value = (struct survey_value){.kind = SURVEY_STRING, .text = ""};
    if (env->function && env->function(env->user, call->text, arguments, call->count, value, &known,
                                       evaluation->error))
        return true;
    return !known && expr_fail(evaluation, _("there is no function %s()"), call->text);
}

static bool call_function(struct evaluation *evaluation, const struct survey_expr *call,
                          struct survey_value *value)
{
    const struct expr_function *function = call->function;
    if (function && function->lazy)
        return function->lazy(evaluation, call, value);
    struct survey_value *arguments =
        survey_arena_array(evaluation->arena, call->count + 1, sizeof *arguments);
    for (size_t i = 0; i < call->count; i++)
        if (!expr_evaluate(evaluation, call->arguments[i], &arguments[i]))
            return false;
    if (!function)
        return expr_foreign(evaluation, call, arguments, value);
    return function->call(evaluation, arguments, call->count, value);
}

// JavaRosa's equality: truths where one side is a truth, numbers (within 1e-12) where one side is a
// number, text otherwise.
bool expr_equal(struct evaluation *evaluation, const struct survey_value *left,
                const struct survey_value *right)
{
    struct survey_value a = expr_flat_count(left, 1)
                                ? expr_flat_at(left, 1, 0)
                                : (struct survey_value){.kind = SURVEY_STRING, .text = ""};
    struct survey_value b = expr_flat_count(right, 1)
                                ? expr_flat_at(right, 1, 0)
                                : (struct survey_value){.kind = SURVEY_STRING, .text = ""};
    if (a.kind == SURVEY_BOOLEAN || b.kind == SURVEY_BOOLEAN)
        return survey_value_boolean(&a) == survey_value_boolean(&b);
    if (a.kind == SURVEY_NUMBER || b.kind == SURVEY_NUMBER) {
        double x = expr_as_number(evaluation, &a), y = expr_as_number(evaluation, &b);
        return x == y || fabs(x - y) < 1e-12;
    }
    return strcmp(a.text, b.text) == 0;
}

bool expr_operate(enum token operator, double x, double y, struct survey_value *value)
{
    switch ((int)operator) {
    case TOKEN_LESS:
        return expr_boolean(value, x < y);
    case TOKEN_LESS_EQUAL:
        return expr_boolean(value, x <= y);
    case TOKEN_MORE:
        return expr_boolean(value, x > y);
    case TOKEN_MORE_EQUAL:
        return expr_boolean(value, x >= y);
    case TOKEN_PLUS:
        return expr_number(value, x + y);
    case TOKEN_MINUS:
        return expr_number(value, x - y);
    case TOKEN_TIMES:
        return expr_number(value, x * y);
    case TOKEN_DIV:
        return expr_number(value, x / y);
    case TOKEN_MOD:
        return expr_number(value, fmod(x, y));
    }
    return false;
}

// "and" and "or" stop at the first operand that decides.
static bool logic_chain(struct evaluation *evaluation, const struct survey_expr *chain,
                        struct survey_value *value)
{
    bool deciding = chain->operators[1] == TOKEN_OR;
    for (size_t i = 0; i < chain->count; i++) {
        struct survey_value operand;
        if (!expr_evaluate(evaluation, chain->arguments[i], &operand))
            return false;
        if (survey_value_boolean(&operand) == deciding)
            return expr_boolean(value, deciding);
    }
    return expr_boolean(value, !deciding);
}

static bool chain(struct evaluation *evaluation, const struct survey_expr *expr,
                  struct survey_value *value)
{
    if (expr->operators[1] == TOKEN_OR || expr->operators[1] == TOKEN_AND)
        return logic_chain(evaluation, expr, value);
    if (!expr_evaluate(evaluation, expr->arguments[0], value))
        return false;
    for (size_t i = 1; i < expr->count; i++) {
        struct survey_value left = *value, right;
        if (!expr_evaluate(evaluation, expr->arguments[i], &right))
            return false;
        enum token operator= expr->operators[i];
        if (operator== TOKEN_EQUAL || operator== TOKEN_UNEQUAL)
            expr_boolean(value, expr_equal(evaluation, &left, &right) == (operator== TOKEN_EQUAL));
        else
            expr_operate(operator, expr_as_number(evaluation, &left),
                         expr_as_number(evaluation, &right), value);
    }
    return true;
}

bool expr_evaluate(struct evaluation *evaluation, const struct survey_expr *expr,
                   struct survey_value *value)
{
    if (!expr_spend(evaluation, 1))
        return false;
    switch (expr->kind) {
    case EXPR_TEXT:
        *value = (struct survey_value){.kind = SURVEY_STRING, .text = expr->text};
        return true;
    case EXPR_NUMBER:
        return expr_number(value, expr->number);
    case EXPR_VARIABLE:
        return expr_variable(evaluation, expr, value);
    case EXPR_PATH:
        return expr_path(evaluation, expr, value);
    case EXPR_CALL:
        return call_function(evaluation, expr, value);
    case EXPR_CHAIN:
        return chain(evaluation, expr, value);
    case EXPR_NEGATE:
        return expr_evaluate(evaluation, expr->start, value) &&
               expr_number(value, expr->number * expr_as_number(evaluation, value));
    }
    return false;
}

void expr_begin(struct evaluation *evaluation, const struct survey_expr_env *env,
                struct survey_error *error)
{
    *evaluation = (struct evaluation){
        .env = env,
        .arena = env->arena,
        .context = env->context,
        .origin = env->current ? env->current : env->context,
        .position = env->position ? env->position : 1,
        .size = env->size ? env->size : 1,
        .steps = env->steps ? env->steps : &evaluation->own_steps,
        .own_steps = SURVEY_EXPR_STEPS,
        .error = error,
    };
}

bool survey_expr_evaluate(const struct survey_expr *expr, const struct survey_expr_env *env,
                          struct survey_value *value, struct survey_error *error)
{
    struct survey_error spare;
    struct evaluation evaluation;
    expr_begin(&evaluation, env, error ? error : &spare);
    struct survey_value found = {.kind = SURVEY_STRING, .text = ""};
    if (!expr_evaluate(&evaluation, expr, &found))
        return false;
    *value = found;
    return true;
}
