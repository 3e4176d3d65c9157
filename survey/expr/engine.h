// SPDX-License-Identifier: GPL-3.0-or-later
// One evaluation under way, and the table of functions; private to survey/expr.
#pragma once

#include "survey/base/random.h"
#include "survey/expr/ast.h"
#include "survey/expr/expr.h"

enum { EXPR_VALUE_MAX = 1 << 20 };

struct evaluation {
    const struct survey_expr_env *env;
    struct survey_arena *arena;
    const struct survey_node *context; // "." here, within predicates too
    const struct survey_node *origin;  // current()
    uint32_t position, size;
    uint64_t *steps, own_steps;
    struct survey_random random;
    bool random_ready;
    struct survey_error *error;
};

// Arguments are evaluated before the call, except for lazy functions, which see the expression.
typedef bool expr_function_call(struct evaluation *evaluation, const struct survey_value *arguments,
                                size_t count, struct survey_value *value);
typedef bool expr_function_lazy(struct evaluation *evaluation, const struct survey_expr *call,
                                struct survey_value *value);

struct expr_function {
    const char *name;
    unsigned least, most; // arguments
    bool nodes;           // gives nodes, so that a path may follow
    expr_function_call *call;
    expr_function_lazy *lazy;
};

const struct expr_function *expr_function_find(const char *name);

bool expr_evaluate(struct evaluation *evaluation, const struct survey_expr *expr,
                   struct survey_value *value);
bool expr_path(struct evaluation *evaluation, const struct survey_expr *path,
               struct survey_value *value);
// ${name} by the tree: the nodes of that name nearest to the context.
bool expr_named_nodes(struct evaluation *evaluation, const char *name, struct survey_value *value);
// Takes count steps of the budget; a fault where it is used up.
bool expr_spend(struct evaluation *evaluation, size_t count);
// A fault in the words of the format.
bool expr_fail(struct evaluation *evaluation, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// Makers of values.
bool expr_text(struct evaluation *evaluation, struct survey_value *value, const char *text);
bool expr_text_n(struct evaluation *evaluation, struct survey_value *value, const char *text,
                 size_t length);
bool expr_number(struct survey_value *value, double number);
bool expr_boolean(struct survey_value *value, bool boolean);
bool expr_nodes(struct survey_value *value, const struct survey_node **nodes, size_t count);

// What evaluation in two and in three values share. equal: JavaRosa's equality. operate: comparison by
// size, or arithmetic. foreign: a function of the environment's, with its arguments.
bool expr_equal(struct evaluation *evaluation, const struct survey_value *left,
                const struct survey_value *right);
bool expr_operate(enum token operator, double x, double y, struct survey_value *value);
bool expr_foreign(struct evaluation *evaluation, const struct survey_expr *call,
                  const struct survey_value *arguments, struct survey_value *value);
bool expr_variable(struct evaluation *evaluation, const struct survey_expr *expr,
                   struct survey_value *value);
// Readies an evaluation in an environment.
void expr_begin(struct evaluation *evaluation, const struct survey_expr_env *env,
                struct survey_error *error);

// A node as a value of its own: typed by the question, else text.
struct survey_value expr_node_value(const struct survey_node *node);
// Conversions in the offset of the evaluation's clock.
const char *expr_as_text(struct evaluation *evaluation, const struct survey_value *value);
double expr_as_number(struct evaluation *evaluation, const struct survey_value *value);
// Also takes a comma for a decimal point and an exponent, as JavaRosa's mathematics do.
double expr_as_double(struct evaluation *evaluation, const struct survey_value *value);
// Days since 1970-01-01 in the clock's offset, with the time of day as fraction; false for no date.
bool expr_as_days(struct evaluation *evaluation, const struct survey_value *value, double *days);
// The number of single values in the arguments (a node list counts its nodes), and one of them.
size_t expr_flat_count(const struct survey_value *arguments, size_t count);
struct survey_value expr_flat_at(const struct survey_value *arguments, size_t count, size_t index);
// The next token of text separated by white space; false at the end.
bool expr_next_word(const char **at, const char **word, size_t *length);
// The shortest plain decimal text of a number, without an exponent.
char *expr_number_text(struct survey_arena *arena, double number);

#define EXPR_CALL_PARAMETERS                                                                       \
    struct evaluation *evaluation, const struct survey_value *arguments, size_t count,             \
        struct survey_value *value
