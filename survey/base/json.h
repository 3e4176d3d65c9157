// SPDX-License-Identifier: GPL-3.0-or-later
// JSON (RFC 8259): a strict reader into a tree, and a writer into a buffer.
#pragma once

#include "survey/base/error.h"
#include "survey/base/format.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct survey_arena;

enum survey_json_kind {
    SURVEY_JSON_NULL,
    SURVEY_JSON_BOOL,
    SURVEY_JSON_NUMBER,
    SURVEY_JSON_STRING,
    SURVEY_JSON_ARRAY,
    SURVEY_JSON_OBJECT,
};

struct survey_json {
    enum survey_json_kind kind;
    bool boolean;
    double number;
    const char *text;         // a string, or a number as written; NUL-terminated
    size_t length;            // bytes of text (a string may hold NUL)
    const char *key;          // the member's name, within an object
    bool *asked;              // whether survey_json_get() has found this member, so that what nobody asks for can be told; NULL in what was not read
    struct survey_json *first; // of an array or object
    struct survey_json *next;
    size_t count; // members of an array or object
};

// Reads one value that fills the text. Depth at most 64, UTF-8 only, no duplicate keys checked.
// The tree lives in the arena. A fault names its line and column in error->where, after name.
bool survey_json_read(struct survey_arena *arena, const char *name, const char *text, size_t length,
                      struct survey_json **json, struct survey_error *error);
// Member key of an object, item index of an array; NULL where there is none (or json is NULL).
const struct survey_json *survey_json_get(const struct survey_json *json, const char *key);
const struct survey_json *survey_json_at(const struct survey_json *json, size_t index);
// Member as text or number; the fallback where it is missing or of another kind.
const char *survey_json_text(const struct survey_json *json, const char *key, const char *fallback);
double survey_json_number(const struct survey_json *json, const char *key, double fallback);
bool survey_json_bool(const struct survey_json *json, const char *key, bool fallback);

// Writer: commas are put by itself; numbers that are not finite become null.
struct survey_json_writer {
    struct survey_buffer *buffer;
    unsigned depth;
    bool comma;   // the next value needs one before it
    bool keyed;   // the next value follows its key
    bool indent;  // one member a line, two spaces a level
};

struct survey_json_writer survey_json_writer(struct survey_buffer *buffer, bool indent);
void survey_json_open(struct survey_json_writer *writer, char bracket);  // '{' or '['
void survey_json_close(struct survey_json_writer *writer, char bracket); // '}' or ']'
void survey_json_key(struct survey_json_writer *writer, const char *key);
void survey_json_put_text(struct survey_json_writer *writer, const char *text); // NULL gives null
void survey_json_put_text_n(struct survey_json_writer *writer, const char *text, size_t length);
void survey_json_put_number(struct survey_json_writer *writer, double value);
void survey_json_put_integer(struct survey_json_writer *writer, int64_t value);
void survey_json_put_bool(struct survey_json_writer *writer, bool value);
void survey_json_put_null(struct survey_json_writer *writer);
// key and value at once.
void survey_json_member(struct survey_json_writer *writer, const char *key, const char *text);
void survey_json_member_number(struct survey_json_writer *writer, const char *key, double value);
void survey_json_member_integer(struct survey_json_writer *writer, const char *key, int64_t value);
void survey_json_member_bool(struct survey_json_writer *writer, const char *key, bool value);
