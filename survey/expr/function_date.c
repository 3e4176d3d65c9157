// SPDX-License-Identifier: GPL-3.0-or-later
// Functions on dates. A date is a text, "2016-12-31" or with its time; where a number is wanted it
// is its days since 1970-01-01 in the offset of the evaluation's clock.
#include "survey/base/format.h"
#include "survey/base/text.h"
#include "survey/expr/function.h"

#include <math.h>
#include <string.h>

static bool is_blank(const struct survey_value *value)
{
    if (value->kind == SURVEY_NUMBER)
        return isnan(value->number);
    return (value->kind == SURVEY_STRING || value->kind == SURVEY_NODES) &&
           !survey_value_boolean(value);
}

// The days of a date argument; a fault for what is none.
static bool days_of(struct evaluation *evaluation, const struct survey_value *argument,
                    double *days)
{
    bool truth = argument->kind == SURVEY_BOOLEAN;
    const char *text = expr_as_text(evaluation, argument);
    if (!truth && expr_as_days(evaluation, argument, days) && fabs(*days) < 3e6)
        return true;
    return expr_fail(evaluation, _("'%.60s' is not a date"), text);
}

// The moment of so many local days, rounded to milliseconds.
static struct survey_time time_of(const struct evaluation *evaluation, double days)
{
    int offset = evaluation->env->now.offset;
    double milliseconds = floor(days * 86400000.0 + 0.5);
    int64_t whole = (int64_t)floor(milliseconds / 1000);
    return (struct survey_time){.seconds = whole - offset * 60,
                                .milliseconds = (int)(milliseconds - (double)whole * 1000),
                                .offset = offset};
}

bool expr_call_date(EXPR_CALL_PARAMETERS)
{
    (void)count;
    char text[16];
    double days;
    if (is_blank(&arguments[0]))
        return expr_text(evaluation, value, "");
    if (!days_of(evaluation, &arguments[0], &days))
        return false;
    survey_date_text((int64_t)floor(days), text);
    return expr_text(evaluation, value, text);
}

bool expr_call_date_time(EXPR_CALL_PARAMETERS)
{
    (void)count;
    char text[40];
    double days;
    if (is_blank(&arguments[0]))
        return expr_text(evaluation, value, "");
    if (!days_of(evaluation, &arguments[0], &days))
        return false;
    struct survey_time time = time_of(evaluation, days);
    survey_time_text(&time, text);
    return expr_text(evaluation, value, text);
}

static bool has_clock(struct evaluation *evaluation)
{
    return evaluation->env->has_now || expr_fail(evaluation, _("there is no clock here"));
}

bool expr_call_today(EXPR_CALL_PARAMETERS)
{
    (void)arguments, (void)count;
    const struct survey_time *now = &evaluation->env->now;
    char text[16];
    if (!has_clock(evaluation))
        return false;
    int64_t local = now->seconds + now->offset * 60;
    survey_date_text((local >= 0 ? local : local - 86399) / 86400, text);
    return expr_text(evaluation, value, text);
}

bool expr_call_now(EXPR_CALL_PARAMETERS)
{
    (void)arguments, (void)count;
    char text[40];
    if (!has_clock(evaluation))
        return false;
    survey_time_text(&evaluation->env->now, text);
    return expr_text(evaluation, value, text);
}

bool expr_call_decimal_date_time(EXPR_CALL_PARAMETERS)
{
    (void)count;
    double days;
    if (is_blank(&arguments[0]))
        return expr_text(evaluation, value, "");
    return days_of(evaluation, &arguments[0], &days) && expr_number(value, days);
}

bool expr_call_decimal_time(EXPR_CALL_PARAMETERS)
{
    (void)count;
    double days;
    if (is_blank(&arguments[0]))
        return expr_text(evaluation, value, "");
    return days_of(evaluation, &arguments[0], &days) && expr_number(value, days - floor(days));
}

// --- format-date --------------------------------------------------------------------------------

struct moment {
    int64_t year, days;
    int month, day, hour, minute, second, milliseconds;
};

static const char *const months[] = {"January",   "February", "March",    "April",
                                     "May",       "June",     "July",     "August",
                                     "September", "October",  "November", "December"};
static const char *const weekdays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                       "Thursday", "Friday", "Saturday"};

// The ISO 8601 week of a day.
static int week_of(int64_t days)
{
    int64_t thursday = days - ((days + 3) % 7 + 7) % 7 + 3, year;
    int month, day;
    survey_civil_from_days(thursday, &year, &month, &day);
    return (int)((thursday - survey_days_from_civil(year, 1, 1)) / 7) + 1;
}

static bool put_field(struct survey_buffer *out, const struct moment *at, char code)
{
    int weekday = (int)(((at->days + 4) % 7 + 7) % 7);
    switch (code) {
    case 'Y':
        return survey_format(out, "%04lld", (long long)at->year), true;
    case 'y':
        return survey_format(out, "%02d", (int)((at->year % 100 + 100) % 100)), true;
    case 'm':
        return survey_format(out, "%02d", at->month), true;
    case 'n':
        return survey_format(out, "%d", at->month), true;
    case 'B':
        return survey_buffer_text(out, months[at->month - 1]), true;
    case 'b':
        return survey_buffer_add(out, months[at->month - 1], 3), true;
    case 'd':
        return survey_format(out, "%02d", at->day), true;
    case 'e':
        return survey_format(out, "%d", at->day), true;
    case 'H':
        return survey_format(out, "%02d", at->hour), true;
    case 'h':
        return survey_format(out, "%d", at->hour), true;
    case 'M':
        return survey_format(out, "%02d", at->minute), true;
    case 'S':
        return survey_format(out, "%02d", at->second), true;
    case '3':
        return survey_format(out, "%03d", at->milliseconds), true;
    case 'A':
        return survey_buffer_text(out, weekdays[weekday]), true;
    case 'a':
        return survey_buffer_add(out, weekdays[weekday], 3), true;
    case 'W':
        return survey_format(out, "%d", week_of(at->days)), true;
    case '%':
        return survey_buffer_byte(out, '%'), true;
    }
    return false;
}

static struct moment moment_of(double days)
{
    double milliseconds = floor(days * 86400000.0 + 0.5);
    int64_t whole = (int64_t)floor(milliseconds / 86400000.0);
    int rest = (int)(milliseconds - (double)whole * 86400000.0);
    struct moment at = {.days = whole,
                        .hour = rest / 3600000,
                        .minute = rest / 60000 % 60,
                        .second = rest / 1000 % 60,
                        .milliseconds = rest % 1000};
    survey_civil_from_days(whole, &at.year, &at.month, &at.day);
    return at;
}

bool expr_call_format_date(EXPR_CALL_PARAMETERS)
{
    (void)count;
    double days;
    if (is_blank(&arguments[0]))
        return expr_text(evaluation, value, "");
    if (!days_of(evaluation, &arguments[0], &days))
        return false;
    struct moment at = moment_of(days);
    struct survey_buffer out = SURVEY_BUFFER(4096);
    bool good = true;
    for (const char *format = TEXT(1); *format && good; format++) {
        if (*format != '%') {
            survey_buffer_byte(&out, *format);
            continue;
        }
        format++;
        good =
            (*format && put_field(&out, &at, *format)) ||
            expr_fail(evaluation, _("format-date() does not know '%%%c'"), *format ? *format : ' ');
    }
    good = good && expr_text(evaluation, value, survey_buffer_string(&out));
    survey_buffer_clear(&out);
    return good;
}
