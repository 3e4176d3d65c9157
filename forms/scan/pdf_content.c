// SPDX-License-Identifier: GPL-3.0-or-later
// A reader of content streams that knows just enough to tell a scanned page from a drawn one.
#include "forms/scan/pdf_content.h"

#include "survey/base/format.h"

#include <math.h>
#include <string.h>

enum { MOST_DEPTH = 64, OPERANDS = 6 };

struct state {
    double matrix[6];
    int mode; // of text
};

struct content {
    const char *at, *end;
    double operands[OPERANDS]; // the last ones
    int count;
    char name[128]; // the last name
    struct state stack[MOST_DEPTH], now;
    int depth;
    int images;
    bool other; // something else is painted, or it is not understood
    struct pdf_placed *placed;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == '\0';
}

static bool is_delimiter(char c)
{
    return is_space(c) || (c != '\0' && strchr("()<>[]{}/%", c) != NULL);
}

static void skip_string(struct content *content)
{
    int depth = 0;
    for (; content->at < content->end; content->at++) {
        if (*content->at == '\\')
            content->at++;
        else if (*content->at == '(')
            depth++;
        else if (*content->at == ')' && --depth == 0) {
            content->at++;
            return;
        }
    }
    content->at = content->end;
    content->other = true;
}

static void skip_hexadecimal(struct content *content)
{
    while (content->at < content->end && *content->at != '>')
        content->at++;
}

static void take_name(struct content *content)
{
    const char *from = content->at++;
    while (content->at < content->end && !is_delimiter(*content->at))
        content->at++;
    survey_format_into(content->name, sizeof content->name, "%.*s", (int)(content->at - from), from);
}

static bool take_number(const char *text, size_t length, double *value)
{
    double sum = 0, scale = 1;
    bool negative = text[0] == '-', point = false;
    for (size_t i = text[0] == '-' || text[0] == '+' ? 1 : 0; i < length; i++) {
        if (text[i] == '.' && !point) {
            point = true;
            continue;
        }
        if (text[i] < '0' || text[i] > '9')
            return false;
        sum = sum * 10 + (text[i] - '0');
        scale *= point ? 10 : 1;
    }
    *value = (negative ? -sum : sum) / scale;
    return isfinite(*value);
}

static bool is(const char *word, size_t length, const char *operator)
{
    return strlen(operator) == length && memcmp(word, operator, length) == 0;
}

static bool is_one_of(const char *word, size_t length, const char *const *operators)
{
    for (; *operators; operators++)
        if (is(word, length, *operators))
            return true;
    return false;
}

// The matrix of the operands comes before the one in force.
static void concatenate(struct content *content)
{
    const double *a = content->operands;
    double b[6];
    if (content->count < 6) {
        content->other = true;
        return;
    }
    memcpy(b, content->now.matrix, sizeof b);
    double *to = content->now.matrix;
    to[0] = a[0] * b[0] + a[1] * b[2];
    to[1] = a[0] * b[1] + a[1] * b[3];
    to[2] = a[2] * b[0] + a[3] * b[2];
    to[3] = a[2] * b[1] + a[3] * b[3];
    to[4] = a[4] * b[0] + a[5] * b[2] + b[4];
    to[5] = a[4] * b[1] + a[5] * b[3] + b[5];
}

static void save(struct content *content)
{
    if (content->depth == MOST_DEPTH)
        content->other = true;
    else
        content->stack[content->depth++] = content->now;
}

static void paint_object(struct content *content)
{
    content->images++;
    memcpy(content->placed->name, content->name, sizeof content->name);
    memcpy(content->placed->matrix, content->now.matrix, sizeof content->now.matrix);
}

static void operate(struct content *content, const char *word, size_t length)
{
    static const char *const paints[] = {"f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh", "BI", NULL};
    static const char *const texts[] = {"Tj", "TJ", "'", "\"", NULL};
    if (is(word, length, "q"))
        save(content);
    else if (is(word, length, "Q") && content->depth > 0)
        content->now = content->stack[--content->depth];
    else if (is(word, length, "cm"))
        concatenate(content);
    else if (is(word, length, "Do"))
        paint_object(content);
    else if (is(word, length, "Tr"))
        content->now.mode = content->count > 0 ? (int)content->operands[content->count - 1] : 0;
    else if (is_one_of(word, length, paints) || (is_one_of(word, length, texts) && content->now.mode != 3))
        content->other = true;
    content->count = 0;
}

static void take_word(struct content *content)
{
    const char *from = content->at;
    double value;
    while (content->at < content->end && !is_delimiter(*content->at))
        content->at++;
    size_t length = (size_t)(content->at - from);
    if (!strchr("+-.0123456789", from[0])) {
        operate(content, from, length);
        return;
    }
    if (!take_number(from, length, &value)) {
        content->other = true;
        return;
    }
    if (content->count == OPERANDS)
        memmove(content->operands, content->operands + 1, sizeof content->operands - sizeof *content->operands);
    else
        content->count++;
    content->operands[content->count - 1] = value;
}

bool pdf_content_image(const char *bytes, size_t length, struct pdf_placed *placed)
{
    struct content content = {.at = bytes, .end = bytes + length, .now.matrix = {1, 0, 0, 1, 0, 0}, .placed = placed};
    while (content.at < content.end && !content.other && content.images < 2) {
        char c = *content.at;
        if (c == '%')
            while (content.at < content.end && *content.at != '\n' && *content.at != '\r')
                content.at++;
        else if (c == '(')
            skip_string(&content);
        else if (c == '/')
            take_name(&content);
        else if (c == '<' && content.at + 1 < content.end && content.at[1] != '<')
            skip_hexadecimal(&content);
        else if (is_delimiter(c))
            content.at++;
        else
            take_word(&content);
    }
    return !content.other && content.images == 1;
}

static double least(double a, double b)
{
    return a < b ? a : b;
}

static double most(double a, double b)
{
    return a > b ? a : b;
}

double pdf_placed_share(const struct pdf_placed *placed, const double box[static 4])
{
    const double *m = placed->matrix;
    double left = m[4] + least(0, m[0]) + least(0, m[2]), right = m[4] + most(0, m[0]) + most(0, m[2]);
    double bottom = m[5] + least(0, m[1]) + least(0, m[3]), top = m[5] + most(0, m[1]) + most(0, m[3]);
    double wide = least(right, box[2]) - most(left, box[0]), high = least(top, box[3]) - most(bottom, box[1]);
    double page = (box[2] - box[0]) * (box[3] - box[1]), image = (right - left) * (top - bottom);
    if (!(wide > 0 && high > 0 && page > 0 && image > 0))
        return 0;
    return wide * high / most(page, image);
}

int pdf_placed_turn(const struct pdf_placed *placed)
{
    const double *m = placed->matrix, slight = 0.1;
    if (fabs(m[1]) <= slight * fabs(m[0]) && fabs(m[2]) <= slight * fabs(m[3])) {
        if (m[0] > 0 && m[3] > 0)
            return 0;
        return m[0] < 0 && m[3] < 0 ? 180 : -1;
    }
    if (fabs(m[0]) <= slight * fabs(m[1]) && fabs(m[3]) <= slight * fabs(m[2])) {
        if (m[1] < 0 && m[2] > 0)
            return 90;
        return m[1] > 0 && m[2] < 0 ? 270 : -1;
    }
    return -1;
}
