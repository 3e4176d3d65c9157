// SPDX-License-Identifier: GPL-3.0-or-later
// Excel's own dates: which formats of numbers mean one, and the text of a serial day number.
#include "survey/base/date.h"
#include "survey/base/format.h"
#include "survey/workbook/kinds.h"

#include <math.h>
#include <string.h>

// What a format code shows: letters outside quotes, brackets and escapes tell.
static enum survey_xlsx_format format_of_code(const char *code)
{
    bool day = false, hour = false;
    for (; *code && *code != ';'; code++) {
        if (*code == '"') {
            code += 1 + strcspn(code + 1, "\"");
            if (!*code)
                break;
        } else if (*code == '[') {
            hour |= strchr("hHmMsS", code[1]) != NULL && code[1];
            code += strcspn(code, "]");
            if (!*code)
                break;
        } else if (*code == '\\' || *code == '_' || *code == '*') {
            code += code[1] != '\0';
        } else {
            day |= *code == 'y' || *code == 'Y' || *code == 'd' || *code == 'D';
            hour |= *code == 'h' || *code == 'H' || *code == 's' || *code == 'S';
        }
    }
    return day && hour ? SURVEY_XLSX_DATETIME : day ? SURVEY_XLSX_DATE : hour ? SURVEY_XLSX_TIME : SURVEY_XLSX_NUMBER;
}

enum survey_xlsx_format survey_number_format(int64_t id, const char *code)
{
    if (code)
        return format_of_code(code);
    if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 58))
        return SURVEY_XLSX_DATE;
    if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47))
        return SURVEY_XLSX_TIME;
    return id == 22 ? SURVEY_XLSX_DATETIME : SURVEY_XLSX_NUMBER;
}

// A serial day number as ISO 8601: a date, a time of day, or both. Day 60 of the 1900 system is the
// 29 February that never was.
void survey_serial_text(bool from_1904, double serial, enum survey_xlsx_format format, char *at, size_t size)
{
    int64_t milliseconds = (int64_t)floor(serial * 86400000 + 0.5), day = 86400000;
    int64_t days = milliseconds / day - (milliseconds % day < 0), rest = milliseconds - days * day;
    int64_t epoch = from_1904 ? survey_days_from_civil(1904, 1, 1) : survey_days_from_civil(1899, 12, days < 60 ? 31 : 30);
    char date[16], clock[32] = "";
    survey_date_text(epoch + days, date);
    int seconds = (int)(rest / 1000);
    survey_format_into(clock, sizeof clock, "%02d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if (format == SURVEY_XLSX_TIME || (format == SURVEY_XLSX_DATETIME && days == 0))
        survey_format_into(at, size, "%s", clock);
    else if (format == SURVEY_XLSX_DATETIME && rest)
        survey_format_into(at, size, "%sT%s", date, clock);
    else
        survey_format_into(at, size, "%s", date);
}
