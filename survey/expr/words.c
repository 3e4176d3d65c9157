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

// Drops what was added since length.
static bool drop(struct survey_buffer *text, size_t length)
{
    if (text->at) {
        text->length = length;
        text->at[length] = '\0';
    }
    return false;
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

static const char *sign_of(enum token token)
{
    return token == TOKEN_PLUS ? " + " : token == TOKEN_MINUS ? " − " : token == TOKEN_TIMES ? " × " : token == TOKEN_DIV ? " ÷ " : NULL;
}

static bool is_joint(const struct survey_expr *expr, enum token token)
{
    return expr->kind == EXPR_CHAIN && expr->count > 1 && expr->operators[1] == token;
}

// --- numbers ------------------------------------------------------------------------------------

static bool say_number(const struct survey_expr *expr, const struct survey_words *words, struct survey_buffer *text, unsigned depth);

static bool say_sum(const struct survey_expr *expr, const struct survey_words *words, struct survey_buffer *text, unsigned depth)
{
    for (size_t i = 0; i < expr->count; i++) {
        const char *sign = i ? sign_of(expr->operators[i]) : "";
        if (!sign)
            return false;
        survey_buffer_text(text, sign);
        if (!say_number(expr->arguments[i], words, text, depth + 1))
            return false;
    }
    return true;
}

static bool say_name(const char *name, const struct survey_words *words, struct survey_buffer *text, unsigned depth)
{
    const char *question = words->question(words->user, name);
    const struct survey_expr *calculation = !question && words->calculation ? words->calculation(words->user, name) : NULL;
    if (question)
        survey_buffer_text(text, question);
    return question || (calculation && say_number(calculation, words, text, depth + 1));
}

// "(H1 + H2) ÷ B1": questions, what is calculated from them, numbers.
static bool say_number(const struct survey_expr *expr, const struct survey_words *words, struct survey_buffer *text, unsigned depth)
{
    char number[SURVEY_NUMBER_TEXT];
    if (depth > WORDS_DEPTH)
        return false;
    if (expr->kind == EXPR_VARIABLE)
        return say_name(expr->text, words, text, depth);
    double value;
    if (constant(expr, &value)) {
        survey_number_text(value, number);
        survey_buffer_text(text, number);
        return true;
    }
    if (is_call(expr, "count-selected", 1) && expr->arguments[0]->kind == EXPR_VARIABLE) {
        survey_buffer_text(text, words->chinese ? "" : "the number marked in ");
        if (!say_name(expr->arguments[0]->text, words, text, depth + 1))
            return false;
        survey_buffer_text(text, words->chinese ? "所选项数" : "");
        return true;
    }
    if (is_call(expr, "number", 1) || is_call(expr, "int", 1))
        return say_number(expr->arguments[0], words, text, depth + 1);
    if (expr->kind != EXPR_CHAIN || !sign_of(expr->operators[1]))
        return false;
    bool bracket = depth > 0;
    survey_buffer_text(text, bracket ? "(" : "");
    bool done = say_sum(expr, words, text, depth);
    survey_buffer_text(text, bracket ? ")" : "");
    return done;
}

// --- choices ------------------------------------------------------------------------------------

// One choice of a question: ${q} = 'a', selected(${q}, 'a').
struct pick {
    const struct survey_expr *question, *value;
    bool among; // by selected()
};

static bool is_pick(const struct pick *pick)
{
    double value;
    return pick->question->kind == EXPR_VARIABLE && (pick->value->kind == EXPR_TEXT || constant(pick->value, &value));
}

static bool pick_of(const struct survey_expr *expr, struct pick *pick)
{
    bool equal = expr->kind == EXPR_CHAIN && expr->count == 2 && expr->operators[1] == TOKEN_EQUAL;
    if (!equal && !is_call(expr, "selected", 2))
        return false;
    *pick = (struct pick){expr->arguments[0], expr->arguments[1], !equal};
    if (equal && pick->value->kind == EXPR_VARIABLE && pick->question->kind != EXPR_VARIABLE) // 'a' = ${q}
        *pick = (struct pick){expr->arguments[1], expr->arguments[0], false};
    return is_pick(pick);
}

// The label, else the value; NULL for an empty one.
static const char *pick_text(const struct pick *pick, const struct survey_words *words, char number[static SURVEY_NUMBER_TEXT], bool *label)
{
    const char *said = pick->value->text;
    double value;
    if (constant(pick->value, &value)) {
        survey_number_text(value, number);
        said = number;
    }
    const char *found = words->choice(words->user, pick->question->text, said);
    *label = found != NULL;
    return found ? found : *said ? said : NULL;
}

static const char *pick_verb(const struct pick *pick, const struct survey_words *words, bool denied)
{
    bool several = pick->among && (!words->several || words->several(words->user, pick->question->text));
    if (words->chinese)
        return several ? (denied ? "没有选" : "选了") : denied ? "不是" : "是";
    return several ? (denied ? "is without" : "includes") : denied ? "is not" : "is";
}

static bool say_pick(const struct pick *pick, bool denied, const struct survey_words *words, struct survey_buffer *text)
{
    char number[SURVEY_NUMBER_TEXT];
    bool label;
    const char *name = words->question(words->user, pick->question->text), *said = pick_text(pick, words, number, &label);
    if (!name)
        return false;
    if (!said) { // ${q} = ''
        survey_format(text, words->chinese ? "%s%s" : "%s %s", name,
                      words->chinese ? (denied ? "已填写" : "未填写") : denied ? "is answered" : "is not answered");
        return true;
    }
    const char *gap = words->chinese ? "" : " ";
    survey_format(text, label ? "%s%s%s%s“%s”" : "%s%s%s%s%s", name, gap, pick_verb(pick, words, denied), gap, said);
    return true;
}

// Several choices of one question become one phrase.
static bool say_alternatives(const struct survey_expr *expr, const struct survey_words *words, struct survey_buffer *text)
{
    char number[SURVEY_NUMBER_TEXT];
    struct pick first, other;
    bool label;
    if (!pick_of(expr->arguments[0], &first) || !say_pick(&first, false, words, text))
        return false;
    for (size_t i = 1; i < expr->count; i++) {
        if (!pick_of(expr->arguments[i], &other) || strcmp(other.question->text, first.question->text) != 0 || other.among != first.among)
            return false;
        const char *said = pick_text(&other, words, number, &label);
        if (!said)
            return false;
        survey_format(text, label ? "%s“%s”" : "%s%s", words->chinese ? "或" : " or ", said);
    }
    return true;
}

static bool is_alternatives(const struct survey_expr *expr)
{
    struct pick first, other;
    bool same = is_joint(expr, TOKEN_OR) && pick_of(expr->arguments[0], &first);
    for (size_t i = 1; same && i < expr->count; i++)
        same = pick_of(expr->arguments[i], &other) && strcmp(other.question->text, first.question->text) == 0 && other.among == first.among;
    return same;
}

// --- conditions ---------------------------------------------------------------------------------

static bool say_joint(const struct survey_expr *expr, const struct survey_words *words, struct survey_buffer *text, unsigned depth)
{
    bool either = expr->operators[1] == TOKEN_OR, comma = either;
    if (is_alternatives(expr))
        return say_alternatives(expr, words, text);
    for (size_t i = 0; i < expr->count; i++) // "A is x or y, and B is z"
        comma = comma || is_joint(expr->arguments[i], TOKEN_OR);
    for (size_t i = 0; i < expr->count; i++) {
        const struct survey_expr *part = expr->arguments[i];
        bool bracket = (is_joint(part, TOKEN_OR) && !is_alternatives(part)) || (either && is_joint(part, TOKEN_AND));
        if (i)
            survey_buffer_text(text, words->chinese ? (either ? ",或" : ",且") : either ? ", or " : comma ? ", and " : " and ");
        survey_buffer_text(text, bracket ? "(" : "");
        if (!say(part, words, text, depth))
            return false;
        survey_buffer_text(text, bracket ? ")" : "");
    }
    return true;
}

static bool say_comparison(const struct survey_expr *expr, bool denied, const struct survey_words *words, struct survey_buffer *text)
{
    static const enum token opposite[][2] = {{TOKEN_EQUAL, TOKEN_UNEQUAL}, {TOKEN_LESS, TOKEN_MORE_EQUAL}, {TOKEN_MORE, TOKEN_LESS_EQUAL},
                                             {TOKEN_UNEQUAL, TOKEN_EQUAL}, {TOKEN_MORE_EQUAL, TOKEN_LESS}, {TOKEN_LESS_EQUAL, TOKEN_MORE}};
    struct pick pick;
    if (expr->kind != EXPR_CHAIN || expr->count != 2)
        return false;
    enum token token = expr->operators[1];
    bool unequal = token == TOKEN_UNEQUAL, equal = token == TOKEN_EQUAL;
    for (size_t i = 0; denied && !equal && !unequal && i < sizeof opposite / sizeof *opposite; i++)
        if (token == opposite[i][0]) {
            token = opposite[i][1];
            break;
        }
    pick = (struct pick){expr->arguments[0], expr->arguments[1], false};
    if ((equal || unequal) && pick.value->kind == EXPR_VARIABLE && pick.question->kind != EXPR_VARIABLE)
        pick = (struct pick){expr->arguments[1], expr->arguments[0], false};
    bool plain = is_pick(&pick);
    size_t before = text->length;
    if ((equal || unequal) && plain && (say_pick(&pick, unequal != denied, words, text) || drop(text, before)))
        return true;
    if (denied && (equal || unequal))
        token = equal ? TOKEN_UNEQUAL : TOKEN_EQUAL;
    const char *verb = verb_of(token, words->chinese), *gap = words->chinese ? "" : " ";
    if (!verb || !say_number(expr->arguments[0], words, text, 0))
        return false;
    survey_format(text, "%s%s%s", gap, verb, gap);
    return say_number(expr->arguments[1], words, text, 0);
}

static bool say_denied(const struct survey_expr *inner, const struct survey_words *words, struct survey_buffer *text, unsigned depth)
{
    struct pick pick;
    if (pick_of(inner, &pick))
        return say_pick(&pick, true, words, text);
    if (is_joint(inner, TOKEN_AND) || is_joint(inner, TOKEN_OR)) {
        survey_buffer_text(text, words->chinese ? "并非(" : "not (");
        bool done = say_joint(inner, words, text, depth + 1);
        survey_buffer_text(text, ")");
        return done;
    }
    return say_comparison(inner, true, words, text);
}

// string-length(${q}) > 0 asks whether there is an answer.
static bool say_length(const struct survey_expr *expr, const struct survey_words *words, struct survey_buffer *text)
{
    bool length = expr->kind == EXPR_CHAIN && expr->count == 2 && is_call(expr->arguments[0], "string-length", 1) &&
                  expr->arguments[1]->kind == EXPR_NUMBER && expr->arguments[1]->number == 0;
    enum token token = length ? expr->operators[1] : TOKEN_END;
    if (token != TOKEN_MORE && token != TOKEN_UNEQUAL && token != TOKEN_EQUAL)
        return false;
    const struct survey_expr *question = expr->arguments[0]->arguments[0];
    static const struct survey_expr nothing = {.kind = EXPR_TEXT, .text = ""};
    return question->kind == EXPR_VARIABLE && say_pick(&(struct pick){question, &nothing, false}, token != TOKEN_EQUAL, words, text);
}

static bool say(const struct survey_expr *expr, const struct survey_words *words, struct survey_buffer *text, unsigned depth)
{
    struct pick pick;
    if (depth > WORDS_DEPTH)
        return false;
    if (is_call(expr, "not", 1))
        return say_denied(expr->arguments[0], words, text, depth + 1);
    if (pick_of(expr, &pick))
        return say_pick(&pick, false, words, text);
    if (expr->kind != EXPR_CHAIN)
        return false;
    if (is_joint(expr, TOKEN_AND) || is_joint(expr, TOKEN_OR))
        return say_joint(expr, words, text, depth + 1);
    return say_length(expr, words, text) || say_comparison(expr, false, words, text);
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
