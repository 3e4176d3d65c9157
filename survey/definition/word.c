// SPDX-License-Identifier: GPL-3.0-or-later
// Splits cells into words, as XLSForm tools do.
#include "survey/definition/word.h"

#include "survey/base/utf8.h"

#include <stdint.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool starts_name(uint32_t c)
{
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= 0xc0 && c != 0xd7 && c != 0xf7 && c <= 0x2ff) ||
           (c >= 0x370 && c != 0x37e && c <= 0x1fff) || c == 0x200c || c == 0x200d ||
           (c >= 0x2070 && c <= 0x218f) || (c >= 0x2c00 && c <= 0x2fef) ||
           (c >= 0x3001 && c <= 0xd7ff) || (c >= 0xf900 && c <= 0xfdcf) ||
           (c >= 0xfdf0 && c < 0xfffd) || (c >= 0x10000 && c <= 0xeffff);
}

static bool continues_name(uint32_t c)
{
    return starts_name(c) || c == '-' || c == '.' || (c >= '0' && c <= '9') || c == 0xb7 ||
           (c >= 0x300 && c <= 0x36f) || c == 0x203f || c == 0x2040;
}

size_t survey_name_length(const char *text)
{
    uint32_t c;
    size_t length = 0, size = survey_utf8_next(text, strnlen(text, 4), &c);
    if (!size || !starts_name(c))
        return 0;
    while (size && (length == 0 || continues_name(c))) {
        length += size;
        size = survey_utf8_next(text + length, strnlen(text + length, 4), &c);
    }
    return length;
}

// A name with at most one prefix: "jr:count".
static size_t prefixed_length(const char *text)
{
    size_t length = survey_name_length(text);
    size_t more = length && text[length] == ':' ? survey_name_length(text + length + 1) : 0;
    return more ? length + 1 + more : length;
}

bool survey_is_xml_name(const char *text)
{
    return *text && prefixed_length(text) == strlen(text);
}

static size_t digits(const char *text, size_t count)
{
    size_t length = 0;
    while (length < count && is_digit(text[length]))
        length++;
    return length == count ? count : 0;
}

static size_t date_length(const char *text)
{
    size_t sign = *text == '-';
    text += sign;
    return digits(text, 4) && text[4] == '-' && digits(text + 5, 2) && text[7] == '-' &&
                   digits(text + 8, 2)
               ? sign + 10
               : 0;
}

static size_t time_length(const char *text)
{
    if (!digits(text, 2) || text[2] != ':' || !digits(text + 3, 2) || text[5] != ':' ||
        !digits(text + 6, 2))
        return 0;
    const char *zone = text + 8;
    if (*zone == 'Z')
        return 9;
    bool offset = (*zone == '+' || *zone == '-') && digits(zone + 1, 2) && zone[3] == ':' &&
                  digits(zone + 4, 2);
    return offset ? 14 : 8;
}

static size_t number_length(const char *text)
{
    size_t length = *text == '-', from = length;
    while (is_digit(text[length]))
        length++;
    bool whole = length > from;
    if (text[length] != '.' || (!whole && !is_digit(text[length + 1])))
        return whole ? length : 0;
    for (length++; is_digit(text[length]);)
        length++;
    return length;
}

static size_t reference_length(const char *text, struct survey_reference *reference)
{
    if (text[0] != '$' || text[1] != '{')
        return 0;
    const char *name = text + 2;
    bool saved = strncmp(name, "last-saved#", 11) == 0;
    name += saved ? 11 : 0;
    size_t length = survey_name_length(name);
    if (!length || name[length] != '}')
        return 0;
    *reference = (struct survey_reference){.name = name, .length = length, .last_saved = saved};
    return (size_t)(name - text) + length + 1;
}

static bool word_is(const char *text, const char *word, size_t *length)
{
    *length = strlen(word);
    return strncmp(text, word, *length) == 0;
}

// Names and what they lead to.
static enum survey_word named(const char *text, size_t *length)
{
    size_t name = prefixed_length(text), plain = survey_name_length(text);
    if (name && (text[name] == '(' || text[name] == '[')) {
        *length = name + 1;
        return text[name] == '(' ? SURVEY_WORD_CALL : SURVEY_WORD_PREDICATE;
    }
    if (text[plain] == ':' && text[plain + 1] == '/' && text[plain + 2] == '/' && plain) {
        *length = plain + 3;
        return SURVEY_WORD_SCHEME;
    }
    *length = name;
    return SURVEY_WORD_NAME;
}

static enum survey_word symbol(const char *text, size_t *length)
{
    static const struct {
        const char *text;
        enum survey_word word;
    } symbols[] = {
        {"*", SURVEY_WORD_ARITHMETIC},
        {"+", SURVEY_WORD_ARITHMETIC},
        {"-", SURVEY_WORD_ARITHMETIC},
        {" mod ", SURVEY_WORD_ARITHMETIC},
        {" div ", SURVEY_WORD_ARITHMETIC},
        {"=", SURVEY_WORD_COMPARE},
        {"!=", SURVEY_WORD_COMPARE},
        {"<", SURVEY_WORD_COMPARE},
        {">", SURVEY_WORD_COMPARE},
        {" and ", SURVEY_WORD_LOGIC},
        {" or ", SURVEY_WORD_LOGIC},
        {"|", SURVEY_WORD_UNION},
        {"(", SURVEY_WORD_OPEN},
        {")", SURVEY_WORD_CLOSE},
        {"[", SURVEY_WORD_BRACKET},
        {"{", SURVEY_WORD_BRACKET},
        {"}", SURVEY_WORD_BRACKET},
        {"..", SURVEY_WORD_DOTS},
        {".", SURVEY_WORD_DOT},
        {"/", SURVEY_WORD_SLASH},
        {",", SURVEY_WORD_COMMA},
        {"]", SURVEY_WORD_PREDICATE_END},
    };
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
        if (word_is(text, symbols[i].text, length))
            return symbols[i].word;
    return SURVEY_WORD_END;
}

enum survey_word survey_word_at(const char *text, size_t *length)
{
    struct survey_reference reference;
    *length = 0;
    if (!*text)
        return SURVEY_WORD_END;
    size_t size = date_length(text);
    if (size || (size = time_length(text))) {
        *length = size;
        if (size == 10 + (*text == '-') && text[size] == 'T')
            *length += time_length(text + size + 1) ? 1 + time_length(text + size + 1) : 0;
        return SURVEY_WORD_DATE;
    }
    if ((*length = number_length(text)))
        return SURVEY_WORD_NUMBER;
    enum survey_word word = symbol(text, length);
    if (word != SURVEY_WORD_END)
        return word;
    const char *quote = *text == '"' || *text == '\'' ? strchr(text + 1, *text) : NULL;
    if (quote) {
        *length = (size_t)(quote - text) + 1;
        return SURVEY_WORD_TEXT;
    }
    if ((*length = strspn(text, " \t\r\n\f\v")))
        return SURVEY_WORD_SPACE;
    if ((*length = reference_length(text, &reference)))
        return SURVEY_WORD_REFERENCE;
    if (survey_name_length(text))
        return named(text, length);
    uint32_t character;
    *length = survey_utf8_next(text, strnlen(text, 4), &character);
    return SURVEY_WORD_OTHER;
}

bool survey_reference_next(const char *text, size_t from, struct survey_reference *reference)
{
    for (const char *at = strstr(text + from, "${"); at; at = strstr(at + 1, "${")) {
        size_t length = reference_length(at, reference);
        if (!length)
            continue;
        reference->at = (size_t)(at - text);
        reference->end = reference->at + length;
        return true;
    }
    return false;
}

bool survey_is_reference(const char *text)
{
    struct survey_reference reference;
    size_t length = reference_length(text, &reference);
    return length && !text[length];
}

bool survey_has_reference(const char *text)
{
    struct survey_reference reference;
    const char *at = text ? strstr(text, "${") : NULL;
    return at && reference_length(at, &reference);
}

bool survey_default_is_dynamic(const char *text, bool dashed)
{
    size_t length;
    for (enum survey_word word; (word = survey_word_at(text, &length)) != SURVEY_WORD_END;
         text += length) {
        if (dashed && word == SURVEY_WORD_ARITHMETIC && *text == '-')
            return false;
        if (word == SURVEY_WORD_ARITHMETIC || word == SURVEY_WORD_UNION ||
            word == SURVEY_WORD_REFERENCE || word == SURVEY_WORD_CALL)
            return true;
    }
    return false;
}
