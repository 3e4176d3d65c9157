// SPDX-License-Identifier: GPL-3.0-or-later
// Values and their conversions, as JavaRosa makes them.
#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/number.h"
#include "survey/definition/form.h"
#include "survey/expr/engine.h"

#include <math.h>
#include <string.h>

bool expr_text_n(struct evaluation *evaluation, struct survey_value *value, const char *text,
                 size_t length)
{
    if (!expr_spend(evaluation, length / 32))
        return false;
    *value = (struct survey_value){.kind = SURVEY_STRING,
                                   .text = survey_arena_strndup(evaluation->arena, text, length)};
    return true;
}

bool expr_text(struct evaluation *evaluation, struct survey_value *value, const char *text)
{
    return expr_text_n(evaluation, value, text, strlen(text));
}

bool expr_number(struct survey_value *value, double number)
{
    *value = (struct survey_value){.kind = SURVEY_NUMBER, .number = number};
    return true;
}

bool expr_boolean(struct survey_value *value, bool boolean)
{
    *value = (struct survey_value){.kind = SURVEY_BOOLEAN, .boolean = boolean};
    return true;
}

bool expr_nodes(struct survey_value *value, const struct survey_node **nodes, size_t count)
{
    *value = (struct survey_value){.kind = SURVEY_NODES, .nodes = nodes, .count = count};
    return true;
}

struct survey_value expr_node_value(const struct survey_node *node)
{
    bool numeric = node->item && (node->item->type == SURVEY_TYPE_INTEGER ||
                                  node->item->type == SURVEY_TYPE_DECIMAL ||
                                  node->item->type == SURVEY_TYPE_RANGE);
    double number;
    if (numeric && survey_number_parse(node->value, strlen(node->value), &number))
        return (struct survey_value){.kind = SURVEY_NUMBER, .number = number};
    return (struct survey_value){.kind = SURVEY_STRING, .text = node->value};
}

// A node list stands for its first node, as nothing where it is empty.
static struct survey_value single(const struct survey_value *value)
{
    if (value->kind != SURVEY_NODES)
        return *value;
    if (value->count == 0)
        return (struct survey_value){.kind = SURVEY_STRING, .text = ""};
    return expr_node_value(value->nodes[0]);
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static void trim(const char **text, size_t *length)
{
    while (*length && is_space(**text)) {
        (*text)++;
        (*length)--;
    }
    while (*length && is_space((*text)[*length - 1]))
        (*length)--;
}

// "10:20", "10:20:30.000+08:00": the part of a day.
static bool time_of_day(const char *text, size_t length, double *days)
{
    char full[64];
    struct survey_time time;
    if (length < 5 || length > 30 || text[2] != ':')
        return false;
    survey_format_into(full, sizeof full, "1970-01-01T%.*s", (int)length, text);
    if (!survey_time_parse(full, strlen(full), 0, &time))
        return false;
    int64_t local = time.seconds + time.offset * 60;
    *days = ((double)local + time.milliseconds / 1000.0) / 86400;
    return true;
}

static bool days_of_text(const char *text, size_t length, int offset, double *days)
{
    int64_t whole;
    struct survey_time time;
    if (length < 5 || length > 40)
        return false;
    if (survey_date_parse(text, length, &whole)) {
        *days = (double)whole;
        return true;
    }
    if (survey_time_parse(text, length, offset, &time)) {
        int64_t local = time.seconds + offset * 60;
        *days = ((double)local + time.milliseconds / 1000.0) / 86400;
        return true;
    }
    return time_of_day(text, length, days);
}

static double number_of_text(const char *text, int offset)
{
    size_t length = strlen(text);
    trim(&text, &length);
    double number;
    // JavaRosa takes digits, a point and a minus sign only: no exponent, no "Infinity".
    bool plain = length > 0;
    for (size_t i = 0; i < length && plain; i++)
        plain = (text[i] >= '0' && text[i] <= '9') || text[i] == '.' || text[i] == '-';
    if (plain && survey_number_parse(text, length, &number))
        return number;
    return days_of_text(text, length, offset, &number) ? number : (double)NAN;
}

static double number_of(const struct survey_value *value, int offset)
{
    struct survey_value one = single(value);
    switch (one.kind) {
    case SURVEY_BOOLEAN:
        return one.boolean;
    case SURVEY_NUMBER:
        return one.number;
    case SURVEY_STRING:
        return number_of_text(one.text, offset);
    case SURVEY_NODES:
        break;
    }
    return (double)NAN;
}

double survey_value_number(const struct survey_value *value)
{
    return number_of(value, 0);
}

double expr_as_number(struct evaluation *evaluation, const struct survey_value *value)
{
    return number_of(value, evaluation->env->now.offset);
}

double expr_as_double(struct evaluation *evaluation, const struct survey_value *value)
{
    struct survey_value one = single(value);
    double number = expr_as_number(evaluation, &one);
    if (!isnan(number) || one.kind != SURVEY_STRING)
        return number;
    const char *text = one.text;
    size_t length = strlen(text);
    trim(&text, &length);
    if (length > 64)
        return (double)NAN;
    char copy[65];
    for (size_t i = 0; i < length; i++)
        copy[i] = text[i] == ',' ? '.' : text[i];
    return survey_number_parse(copy, length, &number) ? number : (double)NAN;
}

bool expr_as_days(struct evaluation *evaluation, const struct survey_value *value, double *days)
{
    struct survey_value one = single(value);
    if (one.kind == SURVEY_NUMBER) {
        *days = one.number;
        return isfinite(one.number) && fabs(one.number) < 1e8;
    }
    if (one.kind != SURVEY_STRING)
        return false;
    size_t length = strlen(one.text);
    trim(&one.text, &length);
    return days_of_text(one.text, length, evaluation->env->now.offset, days);
}

bool survey_value_boolean(const struct survey_value *value)
{
    struct survey_value one = single(value);
    switch (one.kind) {
    case SURVEY_BOOLEAN:
        return one.boolean;
    case SURVEY_NUMBER:
        return !isnan(one.number) && fabs(one.number) > 1e-12;
    case SURVEY_STRING:
        return one.text[0] != '\0';
    case SURVEY_NODES:
        break;
    }
    return false;
}

char *expr_number_text(struct survey_arena *arena, double number)
{
    char text[SURVEY_NUMBER_TEXT];
    survey_number_text(number, text);
    char *mark = strchr(text, 'e');
    if (!mark)
        return survey_arena_strdup(arena, text);
    int64_t exponent;
    survey_integer_parse(mark + 1, strlen(mark + 1), &exponent);
    *mark = '\0';
    const char *digits = text + (text[0] == '-');
    struct survey_buffer plain = SURVEY_BUFFER(1024);
    if (text[0] == '-')
        survey_buffer_byte(&plain, '-');
    if (exponent < 0) {
        survey_buffer_text(&plain, "0.");
        for (int64_t i = exponent + 1; i < 0; i++)
            survey_buffer_byte(&plain, '0');
    }
    int64_t whole = exponent < 0 ? INT64_MAX : exponent + 1;
    for (; *digits; digits++)
        if (*digits != '.') {
            survey_buffer_byte(&plain, *digits);
            whole--;
        }
    for (; exponent > 0 && whole > 0; whole--)
        survey_buffer_byte(&plain, '0');
    char *copy = survey_arena_strdup(arena, survey_buffer_string(&plain));
    survey_buffer_clear(&plain);
    return copy;
}

const char *survey_value_text(struct survey_arena *arena, const struct survey_value *value)
{
    struct survey_value one = single(value);
    switch (one.kind) {
    case SURVEY_BOOLEAN:
        return one.boolean ? "true" : "false";
    case SURVEY_NUMBER:
        return expr_number_text(arena, one.number);
    case SURVEY_STRING:
        return one.text;
    case SURVEY_NODES:
        break;
    }
    return "";
}

const char *expr_as_text(struct evaluation *evaluation, const struct survey_value *value)
{
    return survey_value_text(evaluation->arena, value);
}

size_t expr_flat_count(const struct survey_value *arguments, size_t count)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += arguments[i].kind == SURVEY_NODES ? arguments[i].count : 1;
    return total;
}

struct survey_value expr_flat_at(const struct survey_value *arguments, size_t count, size_t index)
{
    for (size_t i = 0; i < count; i++) {
        size_t here = arguments[i].kind == SURVEY_NODES ? arguments[i].count : 1;
        if (index < here)
            return arguments[i].kind == SURVEY_NODES ? expr_node_value(arguments[i].nodes[index])
                                                     : arguments[i];
        index -= here;
    }
    return (struct survey_value){.kind = SURVEY_STRING, .text = ""};
}

bool expr_next_word(const char **at, const char **word, size_t *length)
{
    while (is_space(**at))
        (*at)++;
    *word = *at;
    while (**at && !is_space(**at))
        (*at)++;
    *length = (size_t)(*at - *word);
    return *length > 0;
}
