// SPDX-License-Identifier: GPL-3.0-or-later
// A growing buffer with a ceiling, and formatted text without stdio or locale, so that the core
// stays free of any library.
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

// Bytes that grow up to a ceiling. All-zero but for the ceiling is a valid, empty buffer; at is
// NULL while empty and NUL-terminated otherwise. What would pass the ceiling is dropped and
// overflow says so, for ever: check it once at the end.
struct survey_buffer {
    char *at;
    size_t length;
    size_t capacity;
    size_t ceiling;
    bool overflow;
};

#define SURVEY_BUFFER(limit) ((struct survey_buffer){.ceiling = (limit)})

void survey_buffer_clear(struct survey_buffer *buffer); // frees; empty again, same ceiling
void survey_buffer_add(struct survey_buffer *buffer, const char *text, size_t length);
void survey_buffer_text(struct survey_buffer *buffer, const char *text);
void survey_buffer_byte(struct survey_buffer *buffer, char byte);
// A cell of a table: text filled up with spaces to so many columns of a terminal. Where it is longer
// it is cut, but never at the right, where numbers stand. Control characters, which would break the
// table, become spaces.
void survey_buffer_cell(struct survey_buffer *buffer, const char *text, size_t columns, bool right);
// The text so far, never NULL; lives until the next change.
const char *survey_buffer_string(const struct survey_buffer *buffer);

// Adds formatted text. Understands %s %.*s %c %d %u %ld %lu %lld %llu %zu %x %% with width, '-'
// and '0', and %g (shortest text that reads back as the same number), %.Nf (N decimals, of the
// exact binary value). A width is in columns of a terminal, not in bytes, so that tables stay
// aligned in Chinese. Anything else aborts: a format is the programmer's.
void survey_format(struct survey_buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void survey_format_list(struct survey_buffer *buffer, const char *format, va_list list)
    __attribute__((format(printf, 2, 0)));
// The same into memory of size bytes, NUL-terminated, cut at a whole UTF-8 character.
void survey_format_into(char *at, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
