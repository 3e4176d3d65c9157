// SPDX-License-Identifier: GPL-3.0-or-later
// The tree of a parsed expression; private to survey/expr.
#pragma once

#include "survey/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EXPR_TEXT_MAX = 32 * 1024, EXPR_DEPTH_MAX = 64, EXPR_ARGUMENTS_MAX = 255 };

enum token {
    TOKEN_END,
    TOKEN_NAME,
    TOKEN_VARIABLE, // ${name}
    TOKEN_TEXT,
    TOKEN_NUMBER,
    TOKEN_OR,
    TOKEN_AND,
    TOKEN_EQUAL,
    TOKEN_UNEQUAL,
    TOKEN_LESS,
    TOKEN_LESS_EQUAL,
    TOKEN_MORE,
    TOKEN_MORE_EQUAL,
    TOKEN_PLUS,
    TOKEN_MINUS,
    TOKEN_TIMES,
    TOKEN_DIV,
    TOKEN_MOD,
    TOKEN_UNION,
    TOKEN_SLASH,
    TOKEN_SLASHES,
    TOKEN_DOT,
    TOKEN_DOTS,
    TOKEN_AT,
    TOKEN_STAR,
    TOKEN_AXIS, // ::
    TOKEN_COMMA,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_BRACKET,
    TOKEN_BRACKET_CLOSE,
};

enum expr_kind {
    EXPR_TEXT,
    EXPR_NUMBER,
    EXPR_VARIABLE,
    EXPR_PATH,
    EXPR_CALL,
    EXPR_CHAIN, // operands of one precedence, from left to right
    EXPR_NEGATE,
};

enum expr_axis { AXIS_CHILD, AXIS_PARENT, AXIS_SELF };

struct expr_step {
    enum expr_axis axis;
    const char *name; // NULL for any element
    const struct survey_expr **predicates;
    size_t predicate_count;
    size_t at;
};

struct survey_expr {
    enum expr_kind kind;
    size_t at; // byte offset in the text
    const char *text;
    double number;
    const struct expr_function *function; // of a call; NULL where the engine does not know it
    const struct survey_expr **arguments; // of a call or chain
    enum token *operators;                // of a chain: the one before each argument; [0] is unused
    size_t count;
    bool absolute;
    const struct survey_expr *start; // of a path: a call or a variable; NULL for the context
    struct expr_step *steps;
    size_t step_count;
};

struct lexeme {
    enum token token;
    size_t at, length;
    const char *text; // of names, variables and texts
    double number;
};

struct survey_arena;

// Splits the text; *lexemes ends with TOKEN_END. The caller frees it, also after a failure.
bool expr_lex(struct survey_arena *arena, const char *text, struct lexeme **lexemes, size_t *at,
              struct survey_error *error);
