// SPDX-License-Identifier: GPL-3.0-or-later
// The lexer: text of an expression to lexemes.
#include "survey/base/arena.h"
#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/base/utf8.h"
#include "survey/expr/ast.h"

#include <string.h>

struct lexer {
    struct survey_arena *arena;
    const char *text;
    size_t length, at;
    struct lexeme *lexemes;
    size_t count;
    struct survey_error *error;
};

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool starts_name(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' ||
           (unsigned char)byte >= 0x80;
}

static bool continues_name(char byte)
{
    return starts_name(byte) || is_digit(byte) || byte == '-' || byte == '.';
}

static void skip_space(struct lexer *lexer)
{
    while (lexer->at < lexer->length) {
        uint32_t character;
        size_t length =
            survey_utf8_next(lexer->text + lexer->at, lexer->length - lexer->at, &character);
        if (!survey_utf8_is_space(character) && character != '\n' && character != '\r' &&
            character != '\t')
            return;
        lexer->at += length;
    }
}

// XPath 1.0, 3.7: after an operand, "*" multiplies and a name can only be an operator.
static bool after_operand(const struct lexer *lexer)
{
    if (lexer->count == 0)
        return false;
    switch (lexer->lexemes[lexer->count - 1].token) {
    case TOKEN_NAME:
    case TOKEN_VARIABLE:
    case TOKEN_TEXT:
    case TOKEN_NUMBER:
    case TOKEN_DOT:
    case TOKEN_DOTS:
    case TOKEN_STAR:
    case TOKEN_CLOSE:
    case TOKEN_BRACKET_CLOSE:
        return true;
    case TOKEN_END:
    case TOKEN_OR:
    case TOKEN_AND:
    case TOKEN_EQUAL:
    case TOKEN_UNEQUAL:
    case TOKEN_LESS:
    case TOKEN_LESS_EQUAL:
    case TOKEN_MORE:
    case TOKEN_MORE_EQUAL:
    case TOKEN_PLUS:
    case TOKEN_MINUS:
    case TOKEN_TIMES:
    case TOKEN_DIV:
    case TOKEN_MOD:
    case TOKEN_UNION:
    case TOKEN_SLASH:
    case TOKEN_SLASHES:
    case TOKEN_AT:
    case TOKEN_AXIS:
    case TOKEN_COMMA:
    case TOKEN_OPEN:
    case TOKEN_BRACKET:
        break;
    }
    return false;
}

static struct lexeme *push(struct lexer *lexer, enum token token, size_t length)
{
    struct lexeme *lexeme = &lexer->lexemes[lexer->count++];
    lexeme->token = token;
    lexeme->at = lexer->at;
    lexeme->length = length;
    lexer->at += length;
    return lexeme;
}

static bool lex_variable(struct lexer *lexer)
{
    const char *from = lexer->text + lexer->at + 2;
    const char *end = memchr(from, '}', lexer->length - lexer->at - 2);
    if (!end)
        return survey_fail(lexer->error, SURVEY_ERROR_INPUT, "", _("'${' has no closing '}'"));
    const char *name = from, *stop = end;
    while (name < stop && *name == ' ')
        name++;
    while (stop > name && stop[-1] == ' ')
        stop--;
    bool good = name < stop && starts_name(*name);
    for (const char *c = name; c < stop; c++)
        good = good && (continues_name(*c) || *c == '#' || *c == ':');
    if (!good)
        return survey_fail(lexer->error, SURVEY_ERROR_INPUT, "",
                           _("'${%.*s}' does not hold a name"),
                           (int)(end - from < 64 ? end - from : 64), from);
    struct lexeme *lexeme =
        push(lexer, TOKEN_VARIABLE, (size_t)(end + 1 - (lexer->text + lexer->at)));
    lexeme->text = survey_arena_strndup(lexer->arena, name, (size_t)(stop - name));
    return true;
}

static bool lex_text(struct lexer *lexer)
{
    const char *from = lexer->text + lexer->at + 1;
    const char *end = memchr(from, from[-1], lexer->length - lexer->at - 1);
    if (!end)
        return survey_fail(lexer->error, SURVEY_ERROR_INPUT, "",
                           _("the text that begins with %c has no end"), from[-1]);
    struct lexeme *lexeme = push(lexer, TOKEN_TEXT, (size_t)(end - from) + 2);
    lexeme->text = survey_arena_strndup(lexer->arena, from, (size_t)(end - from));
    return true;
}

static bool lex_number(struct lexer *lexer)
{
    const char *text = lexer->text + lexer->at;
    size_t length = 0, dots = 0;
    while (is_digit(text[length]) || (text[length] == '.' && dots == 0))
        dots += text[length++] == '.';
    double value;
    if (!survey_number_parse(text, length, &value))
        return survey_fail(lexer->error, SURVEY_ERROR_INPUT, "", _("'%.*s' is not a number"),
                           (int)length, text);
    push(lexer, TOKEN_NUMBER, length)->number = value;
    return true;
}

static bool lex_name(struct lexer *lexer)
{
    const char *text = lexer->text + lexer->at;
    size_t length = 0;
    while (continues_name(text[length]))
        length++;
    // One prefix: jr:choice-name; but child::x is an axis.
    if (text[length] == ':' && starts_name(text[length + 1])) {
        length++;
        while (continues_name(text[length]))
            length++;
    }
    static const struct {
        const char *name;
        enum token token;
    } words[] = {{"or", TOKEN_OR}, {"and", TOKEN_AND}, {"div", TOKEN_DIV}, {"mod", TOKEN_MOD}};
    if (after_operand(lexer)) {
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (strlen(words[i].name) == length && memcmp(text, words[i].name, length) == 0) {
                push(lexer, words[i].token, length);
                return true;
            }
        return survey_fail(
            lexer->error, SURVEY_ERROR_INPUT, "",
            _("'%.*s' follows a value; an operator was expected (and, or, =, + ...)"),
            (int)(length < 64 ? length : 64), text);
    }
    push(lexer, TOKEN_NAME, length)->text = survey_arena_strndup(lexer->arena, text, length);
    return true;
}

static bool lex_symbol(struct lexer *lexer)
{
    static const struct {
        char text[3];
        enum token token;
    } symbols[] = {
        {"!=", TOKEN_UNEQUAL}, {"<=", TOKEN_LESS_EQUAL},   {">=", TOKEN_MORE_EQUAL},
        {"//", TOKEN_SLASHES}, {"..", TOKEN_DOTS},         {"::", TOKEN_AXIS},
        {"=", TOKEN_EQUAL},    {"<", TOKEN_LESS},          {">", TOKEN_MORE},
        {"+", TOKEN_PLUS},     {"-", TOKEN_MINUS},         {"|", TOKEN_UNION},
        {"/", TOKEN_SLASH},    {".", TOKEN_DOT},           {"@", TOKEN_AT},
        {",", TOKEN_COMMA},    {"(", TOKEN_OPEN},          {")", TOKEN_CLOSE},
        {"[", TOKEN_BRACKET},  {"]", TOKEN_BRACKET_CLOSE},
    };
    const char *text = lexer->text + lexer->at;
    if (*text == '*') {
        push(lexer, after_operand(lexer) ? TOKEN_TIMES : TOKEN_STAR, 1);
        return true;
    }
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        size_t length = symbols[i].text[1] ? 2 : 1;
        if (text[0] == symbols[i].text[0] && (length == 1 || text[1] == symbols[i].text[1])) {
            push(lexer, symbols[i].token, length);
            return true;
        }
    }
    uint32_t character;
    size_t length = survey_utf8_next(text, lexer->length - lexer->at, &character);
    return survey_fail(lexer->error, SURVEY_ERROR_INPUT, "", _("'%.*s' has no meaning here"),
                       (int)length, text);
}

static bool lex_one(struct lexer *lexer)
{
    const char *text = lexer->text + lexer->at;
    if (text[0] == '$' && text[1] == '{')
        return lex_variable(lexer);
    if (*text == '"' || *text == '\'')
        return lex_text(lexer);
    if (is_digit(*text) || (*text == '.' && is_digit(text[1])))
        return lex_number(lexer);
    if (starts_name(*text))
        return lex_name(lexer);
    return lex_symbol(lexer);
}

bool expr_lex(struct survey_arena *arena, const char *text, struct lexeme **lexemes, size_t *at,
              struct survey_error *error)
{
    size_t length = strlen(text);
    *at = 0;
    if (length > EXPR_TEXT_MAX)
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("the expression has %zu bytes; at most %d are read"), length,
                           EXPR_TEXT_MAX);
    if (!survey_utf8_valid(text, length))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("the expression is not UTF-8"));
    struct lexer lexer = {.arena = arena, .text = text, .length = length, .error = error};
    *lexemes = lexer.lexemes = survey_alloc((length + 1) * sizeof *lexer.lexemes);
    for (;;) {
        skip_space(&lexer);
        *at = lexer.at;
        if (lexer.at == length)
            break;
        if (!lex_one(&lexer))
            return false;
    }
    push(&lexer, TOKEN_END, 0);
    return true;
}
