// SPDX-License-Identifier: GPL-3.0-or-later
// Civil calendar by 400-year eras (Howard Hinnant's days_from_civil).
#include "survey/base/date.h"

#include "survey/base/format.h"

int64_t survey_days_from_civil(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

void survey_civil_from_days(int64_t days, int64_t *year, int *month, int *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153;
    *day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1);
    *month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = year_of_era + era * 400 + (*month <= 2);
}

int survey_days_in_month(int64_t year, int month)
{
    int64_t next = month == 12 ? survey_days_from_civil(year + 1, 1, 1)
                               : survey_days_from_civil(year, month + 1, 1);
    return (int)(next - survey_days_from_civil(year, month, 1));
}

// Reads exactly count digits.
static bool read_digits(const char **at, const char *end, int count, int *value)
{
    *value = 0;
    for (int i = 0; i < count; i++, (*at)++) {
        if (*at == end || **at < '0' || **at > '9')
            return false;
        *value = *value * 10 + (**at - '0');
    }
    return true;
}

static bool read_byte(const char **at, const char *end, char byte)
{
    if (*at == end || **at != byte)
        return false;
    (*at)++;
    return true;
}

static bool read_date(const char **at, const char *end, int64_t *days)
{
    int year, month, day;
    if (!read_digits(at, end, 4, &year) || !read_byte(at, end, '-') ||
        !read_digits(at, end, 2, &month) || !read_byte(at, end, '-') ||
        !read_digits(at, end, 2, &day))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > survey_days_in_month(year, month))
        return false;
    *days = survey_days_from_civil(year, month, day);
    return true;
}

bool survey_date_parse(const char *text, size_t length, int64_t *days)
{
    const char *at = text, *end = text + length;
    int64_t found;
    if (!read_date(&at, end, &found) || at != end)
        return false;
    *days = found;
    return true;
}

static bool read_offset(const char **at, const char *end, int *offset)
{
    if (read_byte(at, end, 'Z')) {
        *offset = 0;
        return true;
    }
    int hours, minutes = 0;
    bool west = **at == '-';
    if (!west && **at != '+')
        return false;
    (*at)++;
    if (!read_digits(at, end, 2, &hours))
        return false;
    read_byte(at, end, ':');
    if (*at != end && !read_digits(at, end, 2, &minutes))
        return false;
    if (hours > 14 || minutes > 59)
        return false;
    *offset = (west ? -1 : 1) * (hours * 60 + minutes);
    return true;
}

bool survey_time_parse(const char *text, size_t length, int default_offset, struct survey_time *time)
{
    const char *at = text, *end = text + length;
    int64_t days;
    int hour = 0, minute = 0, second = 0, milliseconds = 0, offset = default_offset;
    if (!read_date(&at, end, &days))
        return false;
    if (at != end) {
        if (!(read_byte(&at, end, 'T') || read_byte(&at, end, ' ')) ||
            !read_digits(&at, end, 2, &hour) || !read_byte(&at, end, ':') ||
            !read_digits(&at, end, 2, &minute))
            return false;
        if (read_byte(&at, end, ':') && !read_digits(&at, end, 2, &second))
            return false;
        if (read_byte(&at, end, '.'))
            for (int scale = 100; at != end && *at >= '0' && *at <= '9'; at++, scale /= 10)
                milliseconds += scale * (*at - '0');
        if (at != end && !read_offset(&at, end, &offset))
            return false;
    }
    if (at != end || hour > 23 || minute > 59 || second > 60)
        return false;
    *time = (struct survey_time){
        days * 86400 + hour * 3600 + minute * 60 + second - (int64_t)offset * 60, milliseconds, offset};
    return true;
}

void survey_date_text(int64_t days, char text[static 16])
{
    int64_t year;
    int month, day;
    survey_civil_from_days(days, &year, &month, &day);
    survey_format_into(text, 16, "%04lld-%02d-%02d", (long long)year, month, day);
}

void survey_time_text(const struct survey_time *time, char text[static 40])
{
    int64_t local = time->seconds + (int64_t)time->offset * 60;
    int64_t days = local / 86400 - (local % 86400 < 0);
    int rest = (int)(local - days * 86400);
    char date[16];
    survey_date_text(days, date);
    int offset = time->offset < 0 ? -time->offset : time->offset;
    survey_format_into(text, 40, "%sT%02d:%02d:%02d.%03d%c%02d:%02d", date, rest / 3600,
                       rest / 60 % 60, rest % 60, time->milliseconds, time->offset < 0 ? '-' : '+',
                       offset / 60, offset % 60);
}
