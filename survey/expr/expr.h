// SPDX-License-Identifier: GPL-3.0-or-later
// The ODK XPath dialect (XLSForm expressions with ${name}): parsed once, evaluated many times. Free
// of any library, so that paper, phone and office judge an answer by one engine. Where ODK and
// XPath 1.0 differ, JavaRosa's side is taken.
#pragma once

#include "survey/base/date.h"
#include "survey/base/error.h"
#include "survey/expr/node.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct survey_arena;
struct survey_expr; // immutable; lives in the arena it was parsed into

// Parses text (at most 32 kB, nesting at most 64). On failure error->message says what was wrong
// and near what; *at (may be NULL) is the byte offset of the fault.
bool survey_expr_parse(struct survey_arena *arena, const char *text,
                       const struct survey_expr **expr, size_t *at, struct survey_error *error);

// What an expression names, for checks and for ordering calculations. Return false to stop.
enum survey_expr_use {
    SURVEY_USES_NAME /* ${name} */,
    SURVEY_USES_PATH,
    SURVEY_USES_FUNCTION,
    SURVEY_USES_INSTANCE
};
bool survey_expr_each_use(const struct survey_expr *expr,
                          bool (*visit)(void *user, enum survey_expr_use use, const char *name,
                                        size_t at),
                          void *user);

enum survey_value_kind { SURVEY_NODES, SURVEY_STRING, SURVEY_NUMBER, SURVEY_BOOLEAN };

struct survey_value {
    enum survey_value_kind kind;
    bool boolean;
    double number;
    const char *text;
    const struct survey_node **nodes;
    size_t count;
    // Of survey_expr_evaluate_known() alone: the value is not known. text is then "", or the code
    // with which somebody said so (the choice "don't know").
    bool missing;
    const char *name; // of a ${name}: the name, for functions that look at a whole column
};

// What an evaluation may see. All-zero members are fine: without root there are no paths, without
// variable a ${name} is a fault, without now today() is a fault.
enum { SURVEY_EXPR_STEPS = 1000000 }; // of work that one evaluation may take

struct survey_expr_env {
    struct survey_arena *arena;        // for strings and node lists of the result; required
    const struct survey_node *root;    // the document whose child is the root element
    const struct survey_node *context; // "."
    const struct survey_node *current; // current(); NULL: the context (a choice filter has another)
    uint32_t position, size;           // of the context, for position() and last()
    struct survey_time now;            // clock and offset are inputs
    bool has_now;
    uint64_t seed;   // of random(), randomize() and uuid()
    uint64_t *steps; // work left; NULL: one million; passing it is a fault
    // The value of ${name}; false where the name is unknown. NULL: ${name} is found in the tree by
    // its name, the one nearest to the context.
    bool (*variable)(void *user, const char *name, struct survey_value *value);
    // The node called name where the form's tree has exactly one; NULL (also as a hook) has the
    // tree searched. It only saves time.
    const struct survey_node *(*only)(void *user, const char *name);
    // The root node of instance('id') (its element children are items); NULL where unknown.
    const struct survey_node *(*instance)(void *user, const char *id);
    // Functions beyond ODK's (frame, parameter, indicator ...). Returns false with *known unset
    // where it has none of that name.
    bool (*function)(void *user, const char *name, const struct survey_value *arguments,
                     size_t count, struct survey_value *value, bool *known,
                     struct survey_error *error);
    // jr:choice-name and the like: the label of a choice of a question.
    const char *(*choice_label)(void *user, const char *value, const char *question);
    // jr:itext('id'): the text of that id in the interview's language; NULL where unknown.
    const char *(*itext)(void *user, const char *id);
    void *user;
};

bool survey_expr_evaluate(const struct survey_expr *expr, const struct survey_expr_env *env,
                          struct survey_value *value, struct survey_error *error);

// The same in three values, for answers that may be missing (Kleene 1952): the result is missing
// where what is not known could change it, and only there. "and" is false where one operand is false,
// "or" is true where one is true, whatever the others; comparisons, arithmetic and functions of
// something missing are missing, and so is a comparison by size with what is no number. What asks
// about the missing itself has an answer: ${q} = '' (nothing was answered), ${q} = 'dk' where dk is
// the code of what is missing, coalesce(), string-length(). if() needs its condition. env->variable
// says what is missing; env->function gets the arguments with what is missing marked and decides.
bool survey_expr_evaluate_known(const struct survey_expr *expr, const struct survey_expr_env *env,
                                struct survey_value *value, struct survey_error *error);

// Conversions as the dialect has them (a node list is its first node's text; "" is NaN; a date
// string is its day number where a number is wanted).
double survey_value_number(const struct survey_value *value);
bool survey_value_boolean(const struct survey_value *value);
const char *survey_value_text(struct survey_arena *arena, const struct survey_value *value);

// The functions that the engine knows, sorted, for "did you mean"; ends with NULL.
extern const char *const survey_expr_functions[];
