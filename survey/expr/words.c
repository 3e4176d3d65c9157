// SPDX-License-Identifier: GPL-3.0-or-later
// Conditions in words, for printed skips, and bounds, for digit grids.
#include "survey/expr/words.h"

#include "survey/base/number.h"
#include "survey/expr/ast.h"

#include <math.h>
#include <string.h>

enum { WORDS_DEPTH = 8 };

static bool say(const struct survey_expr *expr, const struct survey_words *words, struct survey_buffer *text, unsigned depth);

static bool is_call(const struct survey_expr *expr, const char *name, size_t count)
{
    return expr->kind == EXPR_CALL && expr->count == count && expr->text && strcmp(expr->text, name) == 0;
}

// "3 is “No”" and its like; the value may be a choice or a number.
static bool say_pair(const struct survey_expr *question, const struct survey_expr *value, const char *verb,
                     const struct survey_words *words, struct survey_buffer *text)
{
    char number[SURVEY_NUMBER_TEXT];
    if (question->kind != EXPR_VARIABLE || (value->kind != EXPR_TEXT && value->kind != EXPR_NUMBER))
        return false;
    const char *name = words->question(words->user, question->text);
    if (!name)
        return false;
    const char *said = value->text;
    if (value->kind == EXPR_NUMBER) {
        survey_number_text(value->number, number);
        said = number;
    }
    const char *label = words->choice(words->user, question->text, said);
    if (label)
        survey_format(text, words->chinese ? "%s%s“%s”" : "%s %s “%s”", name, verb, label);
    else if (*said)
        survey_format(text, words->chinese ? "%s%s%s" : "%s %s %s", name, verb, said);
    else
        return false;
    return true;
}

static const char *verb_of(enum token token, bool chinese)
{
    switch ((int)token) {
    case TOKEN_EQUAL:
        return chinese ? "是" : "is";
    case TOKEN_UNEQUAL:
        return chinese ? "不是" : "is not";
    case TOKEN_LESS:
        return chinese ? "小于" : "is less than";
    case TOKEN_LESS_EQUAL:
        return chinese ? "不超过" : "is at most";
    case TOKEN_MORE:
        return chinese ? "大于" : "is more than";
    case TOKEN_MORE_EQUAL:
        return chinese ? "不少于" : "is at least";
    default:
        return NULL;
    }
}

static bool is_joint(const struct survey_expr *expr, enum token token)
{
    return expr->kind == EXPR_CHAIN && expr->count > 1 && expr->operators[1] == token;
}

// ${q} = 'a' or ${q} = 'b' becomes one phrase.
static const struct survey_expr *question_of(const struct survey_expr *expr)
{
    bool equal = expr->kind == EXPR_CHAIN && expr->count == 2 && expr->operators[1] == TOKEN_EQUAL;
    return equal && expr->arguments[0]->kind == EXPR_VARIABLE && expr->arguments[1]->kind == EXPR_TEXT ? expr->arguments[0] : NULL;
}

static bool say_alternatives(const struct survey_expr *expr, const struct survey_words *words, struct survey_buffer *text)
{
    const struct survey_expr *question = question_of(expr->arguments[0]);
    for (size_t i = 0; i < expr->count; i++) {
        const struct survey_expr *other = question_of(expr->arguments[i]);
        if (!question || !other || strcmp(other->text, question->text) != 0)
            return false;
    }
    const char *name = words->question(words->user, question->text);
    if (!name)
        return false;
    survey_format(text, words->chinese ? "%s是" : "%s is ", name);
    for (size_t i = 0; i < expr->count; i++) {
        const char *label = words->choice(words->user, question->text, expr->arguments[i]->arguments[1]->text);
        if (!label)
            return false;
        survey_format(text, "%s“%s”", i ? (words->chinese ? "或" : " or ") : "", label);
    }
    return true;
}

static bool say_joint(const struct survey_expr *expr, const struct survey_words *words, struct survey_buffer *text, unsigned depth)
{
    bool either = expr->operators[1] == TOKEN_OR;
    size_t before = text->length;
    if (either && say_alternatives(expr, words, text))
        return true;
    if (text->at) {
        text->length = before;
        text->at[before] = '\0';
    }
    for (size_t i = 0; i < expr->count; i++) {
        const struct survey_expr *part = expr->arguments[i];
        bool bracket = is_joint(part, TOKEN_OR) && !either && !question_of(part->arguments[0]);
        if (i)
            survey_buffer_text(text, words->chinese ? (either ? ",或" : ",且") : either ? ", or " : " and ");
        survey_buffer_text(text, bracket ? "(" : "");
        if (!say(part, words, text, depth))
            return false;
        survey_buffer_text(text, bracket ? ")" : "");
    }
    return true;
}

static bool say_call(const struct survey_expr *expr, const struct survey_words *words, struct survey_buffer *text)
{
    bool denied = is_call(expr, "not", 1);
    const struct survey_expr *inner = denied ? expr->arguments[0] : expr;
    if (is_call(inner, "selected", 2))
        return say_pair(inner->arguments[0], inner->arguments[1],
                        words->chinese ? (denied ? "没有选" : "选了") : denied ? "is without" : "includes", words, text);
    if (denied && inner->kind == EXPR_CHAIN && inner->count == 2 && inner->operators[1] == TOKEN_EQUAL)
        return say_pair(inner->arguments[0], inner->arguments[1], verb_of(TOKEN_UNEQUAL, words->chinese), words, text);
    return false;
}

static bool say(const struct survey_expr *expr, const struct survey_words *words, struct survey_buffer *text, unsigned depth)
{
    if (depth > WORDS_DEPTH)
        return false;
    if (expr->kind == EXPR_CALL)
        return say_call(expr, words, text);
    if (expr->kind != EXPR_CHAIN)
        return false;
    if (is_joint(expr, TOKEN_AND) || is_joint(expr, TOKEN_OR))
        return say_joint(expr, words, text, depth + 1);
    const char *verb = expr->count == 2 ? verb_of(expr->operators[1], words->chinese) : NULL;
    return verb && say_pair(expr->arguments[0], expr->arguments[1], verb, words, text);
}

bool survey_expr_words(const struct survey_expr *expr, const struct survey_words *words, struct survey_buffer *text)
{
    return expr && say(expr, words, text, 0);
}

// --- bounds -------------------------------------------------------------------------------------

static bool is_self(const struct survey_expr *expr)
{
    return expr->kind == EXPR_PATH && !expr->absolute && !expr->start && expr->step_count == 1 &&
           expr->steps[0].axis == AXIS_SELF && expr->steps[0].predicate_count == 0;
}

static bool constant(const struct survey_expr *expr, double *value)
{
    if (expr->kind == EXPR_NUMBER) {
        *value = expr->number;
        return true;
    }
    if (expr->kind != EXPR_NEGATE || !constant(expr->start, value))
        return false;
    *value *= expr->number; // -1, or 1 of a double sign
    return true;
}

static void set_low(struct survey_bounds *bounds, double value)
{
    if (!bounds->has_low || value > bounds->low)
        bounds->low = value;
    bounds->has_low = true;
}

static void set_high(struct survey_bounds *bounds, double value)
{
    if (!bounds->has_high || value < bounds->high)
        bounds->high = value;
    bounds->has_high = true;
}

static void take_comparison(const struct survey_expr *expr, struct survey_bounds *bounds,
                            bool (*bounds_of)(void *user, const char *name, struct survey_bounds *bounds), void *user)
{
    bool pair = expr->kind == EXPR_CHAIN && expr->count == 2;
    bool left = pair && is_self(expr->arguments[0]), right = pair && is_self(expr->arguments[1]);
    const struct survey_expr *other = left ? expr->arguments[1] : pair ? expr->arguments[0] : NULL;
    double value = 0;
    bool named = other && other->kind == EXPR_VARIABLE;
    if (left == right || (!constant(other, &value) && !named)) {
        bounds->exact = false;
        return;
    }
    enum token token = expr->operators[1];
    bool below = left ? token == TOKEN_LESS || token == TOKEN_LESS_EQUAL : token == TOKEN_MORE || token == TOKEN_MORE_EQUAL;
    bool above = left ? token == TOKEN_MORE || token == TOKEN_MORE_EQUAL : token == TOKEN_LESS || token == TOKEN_LESS_EQUAL;
    bool open = token == TOKEN_LESS || token == TOKEN_MORE;
    if (named) {
        struct survey_bounds its = {0};
        bounds->exact = false;
        if (!bounds_of || !bounds_of(user, other->text, &its))
            return;
        if (below && its.has_high)
            set_high(bounds, open ? ceil(its.high) - 1 : its.high);
        if (above && its.has_low)
            set_low(bounds, open ? floor(its.low) + 1 : its.low);
    } else if (below) {
        set_high(bounds, open ? ceil(value) - 1 : value);
    } else if (above) {
        set_low(bounds, open ? floor(value) + 1 : value);
    } else {
        bounds->exact = false;
    }
}

struct survey_bounds survey_expr_bounds(const struct survey_expr *expr,
                                        bool (*bounds_of)(void *user, const char *name, struct survey_bounds *bounds),
                                        void *user)
{
    struct survey_bounds bounds = {.exact = true};
    if (!expr)
        return bounds;
    if (!is_joint(expr, TOKEN_AND)) {
        take_comparison(expr, &bounds, bounds_of, user);
        return bounds;
    }
    for (size_t i = 0; i < expr->count; i++)
        take_comparison(expr->arguments[i], &bounds, bounds_of, user);
    return bounds;
}
