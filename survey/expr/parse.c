// SPDX-License-Identifier: GPL-3.0-or-later
// The parser: recursive descent over the lexemes, counted in depth, with the operators of one
// precedence kept as one flat chain so that a hundred "or" are no deeper than two.
#include "survey/base/arena.h"
#include "survey/base/text.h"
#include "survey/expr/ast.h"
#include "survey/expr/engine.h"

#include <stdlib.h>
#include <string.h>

struct parser {
    struct survey_arena *arena;
    const char *text;
    const struct lexeme *lexemes;
    size_t next;
    size_t at; // of the fault
    unsigned depth;
    struct survey_error *error;
};

static const struct survey_expr *parse_expression(struct parser *parser);

static const struct lexeme *peek(const struct parser *parser)
{
    return &parser->lexemes[parser->next];
}

static bool take(struct parser *parser, enum token token)
{
    if (peek(parser)->token != token)
        return false;
    parser->next++;
    return true;
}

// What stands at the place of a fault, for its message.
static const char *near_text(const struct parser *parser)
{
    const struct lexeme *lexeme = peek(parser);
    if (lexeme->token == TOKEN_END)
        return _("the end");
    size_t length = lexeme->length < 40 ? lexeme->length : 40;
    return survey_arena_format(parser->arena, "'%.*s'", (int)length, parser->text + lexeme->at);
}

static void *unexpected(struct parser *parser, const char *expected)
{
    parser->at = peek(parser)->at;
    survey_fail(parser->error, SURVEY_ERROR_INPUT, "", _("%s stands where %s was expected"),
                near_text(parser), expected);
    return NULL;
}

static void *unsupported(struct parser *parser, const char *what)
{
    parser->at = peek(parser)->at;
    survey_fail(parser->error, SURVEY_ERROR_INPUT, "", _("ODK does not support %s (near %s)"), what,
                near_text(parser));
    return NULL;
}

static struct survey_expr *new_node(struct parser *parser, enum expr_kind kind)
{
    struct survey_expr *node = survey_arena_alloc(parser->arena, sizeof *node);
    node->kind = kind;
    node->at = peek(parser)->at;
    return node;
}

// A list of nodes that doubles as it grows, in the arena.
struct list {
    const struct survey_expr **at;
    enum token *operators;
    size_t count, capacity;
};

static void list_add(struct parser *parser, struct list *list, const struct survey_expr *node,
                     enum token operator)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 4;
        const struct survey_expr **at = survey_arena_array(parser->arena, capacity, sizeof *at);
        enum token *operators = survey_arena_array(parser->arena, capacity, sizeof *operators);
        if (list->count) {
            memcpy(at, list->at, list->count * sizeof *at);
            memcpy(operators, list->operators, list->count * sizeof *operators);
        }
        *list = (struct list){at, operators, list->count, capacity};
    }
    list->operators[list->count] = operator;
    list->at[list->count++] = node;
}

static bool parse_predicates(struct parser *parser, const struct survey_expr ***predicates,
                             size_t *count)
{
    struct list list = {.count = 0};
    while (take(parser, TOKEN_BRACKET)) {
        const struct survey_expr *predicate = parse_expression(parser);
        if (!predicate)
            return false;
        if (!take(parser, TOKEN_BRACKET_CLOSE))
            return unexpected(parser, "']'");
        list_add(parser, &list, predicate, TOKEN_END);
    }
    *predicates = list.at;
    *count = list.count;
    return true;
}

static bool parse_node_test(struct parser *parser, struct expr_step *step)
{
    if (take(parser, TOKEN_STAR))
        return true;
    const struct lexeme *name = peek(parser);
    if (name->token != TOKEN_NAME)
        return unexpected(parser, _("the name of a node"));
    parser->next++;
    if (peek(parser)->token == TOKEN_OPEN) {
        if (strcmp(name->text, "node") != 0) {
            parser->next--;
            return unsupported(parser, _("node tests such as text()"));
        }
        parser->next++;
        return take(parser, TOKEN_CLOSE) || unexpected(parser, "')'");
    }
    step->name = name->text;
    return true;
}

static bool parse_axis(struct parser *parser, struct expr_step *step)
{
    const struct lexeme *name = peek(parser);
    if (name->token != TOKEN_NAME || name[1].token != TOKEN_AXIS)
        return true;
    static const struct {
        const char *name;
        enum expr_axis axis;
    } axes[] = {{"child", AXIS_CHILD}, {"parent", AXIS_PARENT}, {"self", AXIS_SELF}};
    for (size_t i = 0; i < sizeof axes / sizeof *axes; i++)
        if (strcmp(axes[i].name, name->text) == 0) {
            step->axis = axes[i].axis;
            parser->next += 2;
            return true;
        }
    return unsupported(parser, _("axes other than child, parent and self"));
}

static bool parse_step(struct parser *parser, struct expr_step *step)
{
    step->at = peek(parser)->at;
    if (take(parser, TOKEN_DOT)) {
        step->axis = AXIS_SELF;
    } else if (take(parser, TOKEN_DOTS)) {
        step->axis = AXIS_PARENT;
    } else if (peek(parser)->token == TOKEN_AT) {
        return unsupported(parser, _("attributes in paths"));
    } else if (!parse_axis(parser, step) || !parse_node_test(parser, step)) {
        return false;
    }
    return parse_predicates(parser, &step->predicates, &step->predicate_count);
}

// Steps from here on; the first one is wanted.
static bool parse_steps(struct parser *parser, struct survey_expr *path)
{
    size_t capacity = path->step_count;
    do {
        if (path->step_count == capacity) {
            capacity = capacity ? capacity * 2 : 4;
            struct expr_step *steps = survey_arena_array(parser->arena, capacity, sizeof *steps);
            if (path->step_count)
                memcpy(steps, path->steps, path->step_count * sizeof *steps);
            path->steps = steps;
        }
        if (!parse_step(parser, &path->steps[path->step_count]))
            return false;
        path->step_count++;
    } while (take(parser, TOKEN_SLASH));
    if (peek(parser)->token == TOKEN_SLASHES)
        return unsupported(parser, "'//'");
    return true;
}

static bool starts_step(const struct parser *parser)
{
    enum token token = peek(parser)->token;
    return token == TOKEN_NAME || token == TOKEN_STAR || token == TOKEN_DOT ||
           token == TOKEN_DOTS || token == TOKEN_AT;
}

static const struct survey_expr *parse_path(struct parser *parser)
{
    struct survey_expr *path = new_node(parser, EXPR_PATH);
    if (peek(parser)->token == TOKEN_SLASHES)
        return unsupported(parser, "'//'");
    path->absolute = take(parser, TOKEN_SLASH);
    if (path->absolute && !starts_step(parser))
        return path; // "/" alone: the document
    return parse_steps(parser, path) ? path : NULL;
}

static bool check_arity(struct parser *parser, const struct survey_expr *call)
{
    const struct expr_function *function = call->function;
    if (!function || (call->count >= function->least && call->count <= function->most))
        return true;
    parser->at = call->at;
    if (function->least == function->most)
        return survey_fail(parser->error, SURVEY_ERROR_INPUT, "",
                           _("%s() takes %u arguments; here it has %zu"), call->text,
                           function->least, call->count);
    return survey_fail(parser->error, SURVEY_ERROR_INPUT, "",
                       _("%s() takes %u to %u arguments; here it has %zu"), call->text,
                       function->least, function->most, call->count);
}

static const struct survey_expr *parse_call(struct parser *parser)
{
    struct survey_expr *call = new_node(parser, EXPR_CALL);
    struct list list = {.count = 0};
    call->text = peek(parser)->text;
    parser->next += 2;
    if (!take(parser, TOKEN_CLOSE)) {
        do {
            if (list.count == EXPR_ARGUMENTS_MAX)
                return unexpected(parser, _("the end of so many arguments"));
            const struct survey_expr *argument = parse_expression(parser);
            if (!argument)
                return NULL;
            list_add(parser, &list, argument, TOKEN_END);
        } while (take(parser, TOKEN_COMMA));
        if (!take(parser, TOKEN_CLOSE))
            return unexpected(parser, _("',' or ')'"));
    }
    call->arguments = list.at;
    call->count = list.count;
    call->function = expr_function_find(call->text);
    return check_arity(parser, call) ? call : NULL;
}

// What may follow a call or a ${name}: predicates and steps.
static const struct survey_expr *parse_tail(struct parser *parser, const struct survey_expr *start)
{
    if (!start || (peek(parser)->token != TOKEN_BRACKET && peek(parser)->token != TOKEN_SLASH &&
                   peek(parser)->token != TOKEN_SLASHES))
        return start;
    bool nodes = start->kind == EXPR_VARIABLE || (start->function && start->function->nodes);
    if (!nodes)
        return unsupported(parser, _("a path or a condition after a value"));
    struct survey_expr *path = new_node(parser, EXPR_PATH);
    path->start = start;
    path->at = start->at;
    if (peek(parser)->token == TOKEN_BRACKET) {
        path->steps = survey_arena_array(parser->arena, 1, sizeof *path->steps);
        path->step_count = 1;
        path->steps[0].axis = AXIS_SELF;
        if (!parse_predicates(parser, &path->steps[0].predicates, &path->steps[0].predicate_count))
            return NULL;
    }
    if (take(parser, TOKEN_SLASH))
        return parse_steps(parser, path) ? path : NULL;
    return peek(parser)->token == TOKEN_SLASHES ? unsupported(parser, "'//'") : path;
}

static const struct survey_expr *parse_parentheses(struct parser *parser)
{
    parser->next++;
    const struct survey_expr *inner = parse_expression(parser);
    if (!inner)
        return NULL;
    if (!take(parser, TOKEN_CLOSE))
        return unexpected(parser, "')'");
    enum token token = peek(parser)->token;
    if (token == TOKEN_BRACKET || token == TOKEN_SLASH || token == TOKEN_SLASHES)
        return unsupported(parser, _("a path or a condition after parentheses"));
    return inner;
}

static const struct survey_expr *parse_primary(struct parser *parser)
{
    const struct lexeme *lexeme = peek(parser);
    struct survey_expr *node;
    if (lexeme->token == TOKEN_TEXT || lexeme->token == TOKEN_NUMBER) {
        node = new_node(parser, lexeme->token == TOKEN_TEXT ? EXPR_TEXT : EXPR_NUMBER);
        node->text = lexeme->text;
        node->number = lexeme->number;
        parser->next++;
        return parse_tail(parser, node);
    }
    if (lexeme->token == TOKEN_VARIABLE) {
        node = new_node(parser, EXPR_VARIABLE);
        node->text = lexeme->text;
        parser->next++;
        return parse_tail(parser, node);
    }
    if (lexeme->token == TOKEN_OPEN)
        return parse_parentheses(parser);
    bool call = lexeme->token == TOKEN_NAME && lexeme[1].token == TOKEN_OPEN &&
                strcmp(lexeme->text, "node") != 0 && strcmp(lexeme->text, "text") != 0;
    if (call)
        return parse_tail(parser, parse_call(parser));
    if (starts_step(parser) || lexeme->token == TOKEN_SLASH || lexeme->token == TOKEN_SLASHES)
        return parse_path(parser);
    return unexpected(parser, _("a value"));
}

static const struct survey_expr *parse_unary(struct parser *parser)
{
    size_t at = peek(parser)->at;
    bool negative = false, seen = false;
    for (; take(parser, TOKEN_MINUS); negative = !negative)
        seen = true;
    const struct survey_expr *operand = parse_primary(parser);
    if (!operand)
        return NULL;
    if (peek(parser)->token == TOKEN_UNION)
        return unsupported(parser, _("the union of paths with '|'"));
    if (!seen)
        return operand;
    struct survey_expr *node = new_node(parser, EXPR_NEGATE);
    node->at = at;
    node->number = negative ? -1 : 1; // "--x" still makes a number of x
    node->start = operand;
    return node;
}

// The precedence of a binary operator, 1 weakest; 0 for what is none.
static unsigned precedence(enum token token)
{
    if (token == TOKEN_OR)
        return 1;
    if (token == TOKEN_AND)
        return 2;
    if (token == TOKEN_EQUAL || token == TOKEN_UNEQUAL)
        return 3;
    if (token >= TOKEN_LESS && token <= TOKEN_MORE_EQUAL)
        return 4;
    if (token == TOKEN_PLUS || token == TOKEN_MINUS)
        return 5;
    return token == TOKEN_TIMES || token == TOKEN_DIV || token == TOKEN_MOD ? 6 : 0;
}

static const struct survey_expr *parse_level(struct parser *parser, unsigned level)
{
    if (level > 6)
        return parse_unary(parser);
    size_t at = peek(parser)->at;
    const struct survey_expr *first = parse_level(parser, level + 1);
    if (!first || precedence(peek(parser)->token) != level)
        return first;
    struct list list = {.count = 0};
    list_add(parser, &list, first, TOKEN_END);
    while (precedence(peek(parser)->token) == level) {
        enum token operator= peek(parser)->token;
        parser->next++;
        const struct survey_expr *operand = parse_level(parser, level + 1);
        if (!operand)
            return NULL;
        list_add(parser, &list, operand, operator);
    }
    struct survey_expr *chain = new_node(parser, EXPR_CHAIN);
    chain->at = at;
    chain->arguments = list.at;
    chain->operators = list.operators; // operators[i] stands before arguments[i]; [0] is unused
    chain->count = list.count;
    return chain;
}

static const struct survey_expr *parse_expression(struct parser *parser)
{
    if (parser->depth == EXPR_DEPTH_MAX) {
        parser->at = peek(parser)->at;
        survey_fail(parser->error, SURVEY_ERROR_INPUT, "",
                    _("the expression is nested deeper than %d"), EXPR_DEPTH_MAX);
        return NULL;
    }
    parser->depth++;
    const struct survey_expr *node = parse_level(parser, 1);
    parser->depth--;
    return node;
}

bool survey_expr_parse(struct survey_arena *arena, const char *text,
                       const struct survey_expr **expr, size_t *at, struct survey_error *error)
{
    size_t place = 0;
    struct lexeme *lexemes = NULL;
    struct parser parser = {.arena = arena, .text = text, .error = error};
    const struct survey_expr *found = NULL;
    if (expr_lex(arena, text, &lexemes, &place, error)) {
        parser.lexemes = lexemes;
        found = parse_expression(&parser);
        if (found && peek(&parser)->token != TOKEN_END)
            found = unexpected(&parser, _("an operator or the end"));
        place = parser.at;
    }
    free(lexemes);
    if (at)
        *at = found ? 0 : place;
    if (found)
        *expr = found;
    return found != NULL;
}
