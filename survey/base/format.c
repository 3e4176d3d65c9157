// SPDX-License-Identifier: GPL-3.0-or-later
// Growing buffers and formatted text.
#include "survey/base/format.h"

#include "survey/base/arena.h"
#include "survey/base/number.h"
#include "survey/base/utf8.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void survey_buffer_clear(struct survey_buffer *buffer)
{
    free(buffer->at);
    *buffer = SURVEY_BUFFER(buffer->ceiling);
}

static bool make_room(struct survey_buffer *buffer, size_t length)
{
    if (buffer->overflow || length > buffer->ceiling || buffer->length > buffer->ceiling - length) {
        buffer->overflow = true;
        return false;
    }
    size_t needed = buffer->length + length + 1;
    if (needed <= buffer->capacity)
        return true;
    size_t capacity = buffer->capacity ? buffer->capacity * 2 : 64;
    if (capacity < needed)
        capacity = needed;
    buffer->at = survey_realloc(buffer->at, capacity, 1);
    buffer->capacity = capacity;
    return true;
}

void survey_buffer_add(struct survey_buffer *buffer, const char *text, size_t length)
{
    if (!make_room(buffer, length))
        return;
    if (length)
        memcpy(buffer->at + buffer->length, text, length);
    buffer->length += length;
    buffer->at[buffer->length] = '\0';
}

void survey_buffer_text(struct survey_buffer *buffer, const char *text)
{
    survey_buffer_add(buffer, text, strlen(text));
}

void survey_buffer_byte(struct survey_buffer *buffer, char byte)
{
    survey_buffer_add(buffer, &byte, 1);
}

static void add_spaces(struct survey_buffer *buffer, size_t count)
{
    while (count-- > 0)
        survey_buffer_byte(buffer, ' ');
}

void survey_buffer_cell(struct survey_buffer *buffer, const char *text, size_t columns, bool right)
{
    size_t length = strlen(text), cut = 0, used = 0, step;
    uint32_t character;
    while ((step = survey_utf8_next(text + cut, length - cut, &character)) > 0) {
        size_t wide = (size_t)survey_utf8_width(character);
        if (!right && used + wide > columns)
            break;
        used += wide;
        cut += step;
    }
    columns = columns > used ? columns : used;
    if (right)
        add_spaces(buffer, columns - used);
    for (size_t i = 0; i < cut; i++)
        survey_buffer_byte(buffer, (unsigned char)text[i] < ' ' ? ' ' : text[i]);
    if (!right)
        add_spaces(buffer, columns - used);
}

const char *survey_buffer_string(const struct survey_buffer *buffer)
{
    return buffer->at ? buffer->at : "";
}

struct directive {
    bool left;
    bool zero;
    size_t width;
    int precision; // -1 where none was given
    int longs;     // 0, 1 or 2; 1 also for z
    char kind;
};

static const char *read_directive(const char *format, struct directive *directive, va_list *list)
{
    *directive = (struct directive){.precision = -1};
    for (;; format++) {
        if (*format == '-')
            directive->left = true;
        else if (*format == '0')
            directive->zero = true;
        else
            break;
    }
    for (; *format >= '0' && *format <= '9'; format++)
        directive->width = directive->width * 10 + (size_t)(*format - '0');
    if (*format == '.') {
        directive->precision = 0;
        if (*++format == '*') {
            directive->precision = va_arg(*list, int);
            format++;
        }
        for (; *format >= '0' && *format <= '9'; format++)
            directive->precision = directive->precision * 10 + (*format - '0');
    }
    for (; *format == 'l' || *format == 'z'; format++)
        directive->longs++;
    directive->kind = *format;
    return format;
}

static void pad(struct survey_buffer *buffer, const struct directive *directive, const char *text,
                size_t length)
{
    size_t columns = directive->width ? survey_utf8_columns(text, length) : 0;
    size_t fill = directive->width > columns ? directive->width - columns : 0;
    if (!directive->left && directive->zero && length && text[0] == '-') {
        survey_buffer_byte(buffer, '-');
        text++;
        length--;
    }
    for (size_t i = 0; !directive->left && i < fill; i++)
        survey_buffer_byte(buffer, directive->zero ? '0' : ' ');
    survey_buffer_add(buffer, text, length);
    for (size_t i = 0; directive->left && i < fill; i++)
        survey_buffer_byte(buffer, ' ');
}

static void add_integer(struct survey_buffer *buffer, const struct directive *directive,
                        uint64_t value, bool negative)
{
    char digits[24];
    size_t at = sizeof digits;
    unsigned base = directive->kind == 'x' ? 16 : 10;
    do {
        digits[--at] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    if (negative)
        digits[--at] = '-';
    pad(buffer, directive, digits + at, sizeof digits - at);
}

static void add_signed(struct survey_buffer *buffer, const struct directive *directive, int64_t value)
{
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    add_integer(buffer, directive, magnitude, value < 0);
}

static void add_string(struct survey_buffer *buffer, const struct directive *directive,
                       const char *text)
{
    if (!text)
        text = "(null)";
    size_t length = directive->precision >= 0 ? strnlen(text, (size_t)directive->precision)
                                              : strlen(text);
    pad(buffer, directive, text, length);
}

static void add_double(struct survey_buffer *buffer, const struct directive *directive, double value)
{
    char text[SURVEY_NUMBER_TEXT];
    size_t length = directive->kind == 'f'
                        ? survey_number_fixed(value, directive->precision < 0 ? 6 : directive->precision,
                                              SURVEY_ROUND_EXACT, text)
                        : survey_number_text(value, text);
    pad(buffer, directive, text, length);
}

static void add_directive(struct survey_buffer *buffer, const struct directive *directive,
                          va_list *list)
{
    char byte;
    switch (directive->kind) {
    case '%':
        survey_buffer_byte(buffer, '%');
        return;
    case 'c':
        byte = (char)va_arg(*list, int);
        pad(buffer, directive, &byte, 1);
        return;
    case 's':
        add_string(buffer, directive, va_arg(*list, const char *));
        return;
    case 'd':
        add_signed(buffer, directive,
                   directive->longs == 0   ? va_arg(*list, int)
                   : directive->longs == 1 ? va_arg(*list, long)
                                           : va_arg(*list, long long));
        return;
    case 'u':
    case 'x':
        add_integer(buffer, directive,
                    directive->longs == 0   ? va_arg(*list, unsigned)
                    : directive->longs == 1 ? va_arg(*list, unsigned long)
                                            : va_arg(*list, unsigned long long),
                    false);
        return;
    case 'f':
    case 'g':
        add_double(buffer, directive, va_arg(*list, double));
        return;
    default:
        abort();
    }
}

void survey_format_list(struct survey_buffer *buffer, const char *format, va_list list)
{
    va_list rest;
    va_copy(rest, list);
    for (; *format; format++) {
        if (*format != '%') {
            const char *end = strchr(format, '%');
            size_t length = end ? (size_t)(end - format) : strlen(format);
            survey_buffer_add(buffer, format, length);
            format += length - 1;
            continue;
        }
        struct directive directive;
        format = read_directive(format + 1, &directive, &rest);
        add_directive(buffer, &directive, &rest);
    }
    va_end(rest);
}

void survey_format(struct survey_buffer *buffer, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    survey_format_list(buffer, format, list);
    va_end(list);
}

void survey_format_into(char *at, size_t size, const char *format, ...)
{
    struct survey_buffer buffer = SURVEY_BUFFER(1 << 20);
    va_list list;
    va_start(list, format);
    survey_format_list(&buffer, format, list);
    va_end(list);
    size_t length = survey_utf8_cut(survey_buffer_string(&buffer), buffer.length, size - 1);
    if (length)
        memcpy(at, buffer.at, length);
    at[length] = '\0';
    survey_buffer_clear(&buffer);
}
