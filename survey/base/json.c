// SPDX-License-Identifier: GPL-3.0-or-later
// JSON reader and writer.
#include "survey/base/json.h"

#include "survey/base/arena.h"
#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/base/utf8.h"

#include <math.h>
#include <string.h>

enum { DEPTH = 64 };

struct reader {
    struct survey_arena *arena;
    const char *name;
    const char *start;
    const char *at;
    const char *end;
    unsigned depth;
    struct survey_error *error;
};

static bool fail(struct reader *reader, const char *message)
{
    unsigned line = 1, column = 1;
    for (const char *at = reader->start; at < reader->at; at++) {
        column = *at == '\n' ? 1 : column + 1;
        line += *at == '\n';
    }
    char where[512];
    survey_format_into(where, sizeof where, _("%s: line %u, column %u"), reader->name, line, column);
    return survey_fail(reader->error, SURVEY_ERROR_INPUT, where, "%s", message);
}

static void skip_space(struct reader *reader)
{
    while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\t' ||
                                        *reader->at == '\n' || *reader->at == '\r'))
        reader->at++;
}

static bool read_hex(struct reader *reader, uint32_t *value)
{
    if (reader->end - reader->at < 4)
        return fail(reader, _("\\u needs four hexadecimal digits"));
    *value = 0;
    for (int i = 0; i < 4; i++, reader->at++) {
        char c = *reader->at;
        uint32_t digit;
        if (c >= '0' && c <= '9')
            digit = (uint32_t)(c - '0');
        else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
            digit = (uint32_t)((c | 32) - 'a' + 10);
        else
            return fail(reader, _("\\u needs four hexadecimal digits"));
        *value = *value << 4 | digit;
    }
    return true;
}

static bool read_escape(struct reader *reader, char **out)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    char c = *reader->at++;
    const char *found = c ? strchr(names, c) : NULL;
    if (found) {
        *(*out)++ = values[found - names];
        return true;
    }
    uint32_t high, low;
    if (c != 'u')
        return fail(reader, _("unknown escape in a string"));
    if (!read_hex(reader, &high))
        return false;
    if (high >= 0xd800 && high < 0xdc00) {
        bool pair = reader->end - reader->at >= 6 && reader->at[0] == '\\' && reader->at[1] == 'u';
        reader->at += pair ? 2 : 0;
        if (!pair || !read_hex(reader, &low) || low < 0xdc00 || low > 0xdfff)
            return fail(reader, _("half of a surrogate pair in a string"));
        high = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    } else if (high >= 0xdc00 && high < 0xe000) {
        return fail(reader, _("half of a surrogate pair in a string"));
    }
    *out += survey_utf8_put(high, *out);
    return true;
}

static bool read_string(struct reader *reader, const char **text, size_t *length)
{
    const char *from = ++reader->at;
    const char *close = from;
    while (close < reader->end && *close != '"')
        close += *close == '\\' ? 2 : 1;
    if (close >= reader->end)
        return fail(reader, _("a string is not closed"));
    char *copy = survey_arena_alloc(reader->arena, (size_t)(close - from) + 4);
    char *out = copy;
    while (*reader->at != '"') {
        if ((unsigned char)*reader->at < 0x20)
            return fail(reader, _("a control character in a string"));
        if (*reader->at != '\\') {
            *out++ = *reader->at++;
            continue;
        }
        reader->at++;
        if (!read_escape(reader, &out))
            return false;
    }
    reader->at++;
    *text = copy;
    *length = (size_t)(out - copy);
    return true;
}

static bool read_value(struct reader *reader, struct survey_json *json);

static bool read_members(struct reader *reader, struct survey_json *json)
{
    char close = json->kind == SURVEY_JSON_OBJECT ? '}' : ']';
    struct survey_json **link = &json->first;
    if (++reader->depth > DEPTH)
        return fail(reader, _("nested too deep"));
    reader->at++;
    skip_space(reader);
    while (reader->at < reader->end && *reader->at != close) {
        struct survey_json *member = survey_arena_alloc(reader->arena, sizeof *member);
        size_t length;
        if (json->kind == SURVEY_JSON_OBJECT) {
            if (*reader->at != '"')
                return fail(reader, _("a member's name in quotes was expected"));
            if (!read_string(reader, &member->key, &length))
                return false;
            skip_space(reader);
            if (reader->at == reader->end || *reader->at++ != ':')
                return fail(reader, _("':' was expected"));
        }
        if (!read_value(reader, member))
            return false;
        member->asked = survey_arena_alloc(reader->arena, sizeof *member->asked);
        *link = member;
        link = &member->next;
        json->count++;
        skip_space(reader);
        if (reader->at < reader->end && *reader->at == ',') {
            reader->at++;
            skip_space(reader);
            if (reader->at < reader->end && *reader->at == close)
                return fail(reader, _("a value was expected after ','"));
        } else if (reader->at < reader->end && *reader->at != close) {
            return fail(reader, _("',' or the closing bracket was expected"));
        }
    }
    if (reader->at == reader->end)
        return fail(reader, _("a bracket is not closed"));
    reader->at++;
    reader->depth--;
    return true;
}

static bool read_number(struct reader *reader, struct survey_json *json)
{
    const char *from = reader->at;
    while (reader->at < reader->end && *reader->at && strchr("+-.eE0123456789", *reader->at))
        reader->at++;
    json->kind = SURVEY_JSON_NUMBER;
    json->length = (size_t)(reader->at - from);
    json->text = survey_arena_strndup(reader->arena, from, json->length);
    const char *digits = from + (*from == '-');
    bool strict = *from != '+' && digits < reader->at && *digits != '.' &&
                  !(digits[0] == '0' && digits + 1 < reader->at && digits[1] >= '0' &&
                    digits[1] <= '9') &&
                  reader->at[-1] != '.';
    if (!strict || !survey_number_parse(from, json->length, &json->number)) {
        reader->at = from;
        return fail(reader, _("a value was expected"));
    }
    return true;
}

static bool read_word(struct reader *reader, const char *word)
{
    size_t length = strlen(word);
    if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, word, length) != 0)
        return fail(reader, _("a value was expected"));
    reader->at += length;
    return true;
}

static bool read_value(struct reader *reader, struct survey_json *json)
{
    skip_space(reader);
    switch (reader->at < reader->end ? *reader->at : '\0') {
    case '{':
        json->kind = SURVEY_JSON_OBJECT;
        return read_members(reader, json);
    case '[':
        json->kind = SURVEY_JSON_ARRAY;
        return read_members(reader, json);
    case '"':
        json->kind = SURVEY_JSON_STRING;
        return read_string(reader, &json->text, &json->length);
    case 't':
        json->kind = SURVEY_JSON_BOOL;
        json->boolean = true;
        return read_word(reader, "true");
    case 'f':
        json->kind = SURVEY_JSON_BOOL;
        return read_word(reader, "false");
    case 'n':
        return read_word(reader, "null");
    default:
        return read_number(reader, json);
    }
}

bool survey_json_read(struct survey_arena *arena, const char *name, const char *text, size_t length,
                      struct survey_json **json, struct survey_error *error)
{
    struct reader reader = {arena, name, text, text, text + length, 0, error};
    if (!survey_utf8_valid(text, length))
        return survey_fail(error, SURVEY_ERROR_INPUT, name, _("the text is not UTF-8"));
    struct survey_json *root = survey_arena_alloc(arena, sizeof *root);
    if (!read_value(&reader, root))
        return false;
    skip_space(&reader);
    if (reader.at != reader.end)
        return fail(&reader, _("something follows the value"));
    *json = root;
    return true;
}

const struct survey_json *survey_json_get(const struct survey_json *json, const char *key)
{
    if (!json || json->kind != SURVEY_JSON_OBJECT)
        return NULL;
    for (const struct survey_json *member = json->first; member; member = member->next)
        if (strcmp(member->key, key) == 0) {
            if (member->asked)
                *member->asked = true;
            return member;
        }
    return NULL;
}

const struct survey_json *survey_json_at(const struct survey_json *json, size_t index)
{
    if (!json || json->kind != SURVEY_JSON_ARRAY)
        return NULL;
    const struct survey_json *item = json->first;
    for (; item && index; index--)
        item = item->next;
    return item;
}

const char *survey_json_text(const struct survey_json *json, const char *key, const char *fallback)
{
    const struct survey_json *member = survey_json_get(json, key);
    return member && member->kind == SURVEY_JSON_STRING ? member->text : fallback;
}

double survey_json_number(const struct survey_json *json, const char *key, double fallback)
{
    const struct survey_json *member = survey_json_get(json, key);
    return member && member->kind == SURVEY_JSON_NUMBER ? member->number : fallback;
}

bool survey_json_bool(const struct survey_json *json, const char *key, bool fallback)
{
    const struct survey_json *member = survey_json_get(json, key);
    return member && member->kind == SURVEY_JSON_BOOL ? member->boolean : fallback;
}

struct survey_json_writer survey_json_writer(struct survey_buffer *buffer, bool indent)
{
    return (struct survey_json_writer){.buffer = buffer, .indent = indent};
}

static void new_line(struct survey_json_writer *writer)
{
    if (!writer->indent)
        return;
    survey_buffer_byte(writer->buffer, '\n');
    for (unsigned i = 0; i < writer->depth; i++)
        survey_buffer_text(writer->buffer, "  ");
}

static void before_value(struct survey_json_writer *writer)
{
    if (writer->keyed) {
        writer->keyed = false;
        return;
    }
    if (writer->comma)
        survey_buffer_byte(writer->buffer, ',');
    if (writer->depth)
        new_line(writer);
    writer->comma = false;
}

void survey_json_open(struct survey_json_writer *writer, char bracket)
{
    before_value(writer);
    survey_buffer_byte(writer->buffer, bracket);
    writer->depth++;
    writer->comma = false;
}

void survey_json_close(struct survey_json_writer *writer, char bracket)
{
    writer->depth--;
    if (writer->comma)
        new_line(writer);
    survey_buffer_byte(writer->buffer, bracket);
    writer->comma = true;
}

static void put_quoted(struct survey_buffer *buffer, const char *text, size_t length)
{
    survey_buffer_byte(buffer, '"');
    while (length) {
        uint32_t character;
        size_t size = survey_utf8_next(text, length, &character);
        if (character == '"' || character == '\\') {
            survey_buffer_byte(buffer, '\\');
            survey_buffer_byte(buffer, (char)character);
        } else if (character == '\n') {
            survey_buffer_text(buffer, "\\n");
        } else if (character == '\t') {
            survey_buffer_text(buffer, "\\t");
        } else if (character < 0x20 || character == 0x7f) {
            survey_format(buffer, "\\u%04x", (unsigned)character);
        } else {
            char utf8[4];
            survey_buffer_add(buffer, utf8, survey_utf8_put(character, utf8));
        }
        text += size;
        length -= size;
    }
    survey_buffer_byte(buffer, '"');
}

void survey_json_key(struct survey_json_writer *writer, const char *key)
{
    before_value(writer);
    put_quoted(writer->buffer, key, strlen(key));
    survey_buffer_text(writer->buffer, ": ");
    writer->keyed = true;
}

void survey_json_put_text_n(struct survey_json_writer *writer, const char *text, size_t length)
{
    before_value(writer);
    put_quoted(writer->buffer, text, length);
    writer->comma = true;
}

static void put_word(struct survey_json_writer *writer, const char *word)
{
    before_value(writer);
    survey_buffer_text(writer->buffer, word);
    writer->comma = true;
}

void survey_json_put_text(struct survey_json_writer *writer, const char *text)
{
    if (text)
        survey_json_put_text_n(writer, text, strlen(text));
    else
        put_word(writer, "null");
}

void survey_json_put_number(struct survey_json_writer *writer, double value)
{
    char text[SURVEY_NUMBER_TEXT];
    survey_number_text(value, text);
    put_word(writer, isfinite(value) ? text : "null");
}

void survey_json_put_integer(struct survey_json_writer *writer, int64_t value)
{
    char text[24];
    survey_format_into(text, sizeof text, "%lld", (long long)value);
    put_word(writer, text);
}

void survey_json_put_bool(struct survey_json_writer *writer, bool value)
{
    put_word(writer, value ? "true" : "false");
}

void survey_json_put_null(struct survey_json_writer *writer)
{
    put_word(writer, "null");
}

void survey_json_member(struct survey_json_writer *writer, const char *key, const char *text)
{
    survey_json_key(writer, key);
    survey_json_put_text(writer, text);
}

void survey_json_member_number(struct survey_json_writer *writer, const char *key, double value)
{
    survey_json_key(writer, key);
    survey_json_put_number(writer, value);
}

void survey_json_member_integer(struct survey_json_writer *writer, const char *key, int64_t value)
{
    survey_json_key(writer, key);
    survey_json_put_integer(writer, value);
}

void survey_json_member_bool(struct survey_json_writer *writer, const char *key, bool value)
{
    survey_json_key(writer, key);
    survey_json_put_bool(writer, value);
}
