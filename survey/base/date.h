// SPDX-License-Identifier: GPL-3.0-or-later
// Civil dates and times without locale or time zone files.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A moment: seconds and milliseconds since 1970-01-01T00:00:00Z, and the offset in minutes east of
// UTC in which people read it.
struct survey_time {
    int64_t seconds;
    int milliseconds;
    int offset;
};

// Days from 1970-01-01 of a proleptic Gregorian date, and back. Month 1..12, day 1..31.
int64_t survey_days_from_civil(int64_t year, int month, int day);
void survey_civil_from_days(int64_t days, int64_t *year, int *month, int *day);
int survey_days_in_month(int64_t year, int month);

// Reads "2016-12-31" as days; strict, real dates only.
bool survey_date_parse(const char *text, size_t length, int64_t *days);
// Reads ISO 8601 "2016-12-31T08:30:00.000+08:00" (seconds, fraction and offset optional; "Z"; a
// date alone is its midnight). Without an offset, default_offset holds.
bool survey_time_parse(const char *text, size_t length, int default_offset, struct survey_time *time);
// "2016-12-31", and "2016-12-31T08:30:00.000+08:00" in the time's own offset.
void survey_date_text(int64_t days, char text[static 16]);
void survey_time_text(const struct survey_time *time, char text[static 40]);
