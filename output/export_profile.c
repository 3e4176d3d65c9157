// SPDX-License-Identifier: GPL-3.0-or-later
// What a column of an export list holds, and names for it; CSV files.
#include "output/export.h"

#include "survey/base/arena.h"
#include "survey/base/date.h"
#include "survey/base/file.h"
#include "survey/base/map.h"
#include "survey/base/number.h"
#include "survey/base/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Stata's labels are for whole numbers up to this.
enum { MOST_CODE = 2147483620 };

bool output_plain_number(const char *text, double *value)
{
    char again[SURVEY_NUMBER_TEXT];
    if (!survey_number_parse(text, strlen(text), value) || !isfinite(*value) || fabs(*value) >= 1e15)
        return false;
    survey_number_text(*value, again);
    return strcmp(again, text) == 0;
}

const char *output_missing_text(enum survey_missing kind)
{
    switch (kind) {
    case SURVEY_NOT_ASKED:
        return _("not asked");
    case SURVEY_DONT_KNOW:
        return _("don't know");
    case SURVEY_REFUSED:
        return _("refused");
    case SURVEY_BLANK:
        return _("blank");
    case SURVEY_PRESENT:
        break;
    }
    return "";
}

static bool is_code(const char *text)
{
    double value;
    return output_plain_number(text, &value) && value == floor(value) && fabs(value) <= MOST_CODE &&
           (value < OUTPUT_MISSING_LOW || value > OUTPUT_MISSING_HIGH);
}

static enum output_held wanted(const struct survey_export_column *column)
{
    switch (column->type) {
    case SURVEY_EXPORT_NUMBER:
    case SURVEY_EXPORT_FOUND:
        return OUTPUT_HELD_NUMBER;
    case SURVEY_EXPORT_DATE:
        return OUTPUT_HELD_DATE;
    case SURVEY_EXPORT_MOMENT:
        return OUTPUT_HELD_MOMENT;
    case SURVEY_EXPORT_CODE:
        for (size_t i = 0; i < column->choice_count; i++)
            if (!is_code(column->choices[i].name))
                return OUTPUT_HELD_TEXT;
        return column->choice_count ? OUTPUT_HELD_NUMBER : OUTPUT_HELD_TEXT;
    case SURVEY_EXPORT_CODES:
    case SURVEY_EXPORT_TEXT:
        break;
    }
    return OUTPUT_HELD_TEXT;
}

static bool fits(const struct survey_export_column *column, struct output_fact *fact, const char *text)
{
    double value;
    int64_t days;
    struct survey_time time;
    size_t length = strlen(text);
    switch (fact->held) {
    case OUTPUT_HELD_NUMBER:
        if (column->type == SURVEY_EXPORT_CODE)
            return is_code(text);
        if (column->type == SURVEY_EXPORT_FOUND ? !output_plain_number(text, &value)
                                                : !survey_number_parse(text, length, &value) || !isfinite(value))
            return false;
        fact->whole &= value == floor(value) && fabs(value) < 1e11;
        return fabs(value) < 1e300 && (value < OUTPUT_MISSING_LOW || value > OUTPUT_MISSING_HIGH);
    case OUTPUT_HELD_DATE:
        return survey_date_parse(text, length, &days) && days > -100000;
    case OUTPUT_HELD_MOMENT:
        return survey_time_parse(text, length, 0, &time) && time.seconds > -8640000000;
    case OUTPUT_HELD_TEXT:
        break;
    }
    return true;
}

bool output_export_profile(struct survey_export_table *table, struct output_profile *profile, struct survey_error *error)
{
    size_t count;
    const struct survey_export_column *columns = survey_export_columns(table, &count);
    const struct survey_export_value *values;
    struct survey_error failed = {0};
    *profile = (struct output_profile){.facts = survey_realloc(NULL, count + 1, sizeof *profile->facts)};
    size_t *seen = survey_realloc(NULL, count + 1, sizeof *seen);
    for (size_t i = 0; i < count; i++) {
        profile->facts[i] = (struct output_fact){.held = wanted(&columns[i]), .whole = true, .longest = 2};
        seen[i] = 0;
        for (size_t c = 0; c < columns[i].choice_count; c++)
            if (strlen(columns[i].choices[c].name) > profile->facts[i].longest)
                profile->facts[i].longest = strlen(columns[i].choices[c].name);
    }
    for (; (values = survey_export_next(table, &failed)); profile->rows++)
        for (size_t i = 0; i < count; i++) {
            struct output_fact *fact = &profile->facts[i];
            size_t length = strlen(values[i].text);
            fact->longest = length > fact->longest ? length : fact->longest;
            if (!length || values[i].missing)
                continue;
            seen[i]++;
            if (!fits(&columns[i], fact, values[i].text))
                fact->held = OUTPUT_HELD_TEXT;
        }
    for (size_t i = 0; i < count; i++)
        if (!seen[i] && columns[i].type == SURVEY_EXPORT_FOUND) // nothing says that it is a number
            profile->facts[i].held = OUTPUT_HELD_TEXT;
    free(seen);
    if (failed.code != SURVEY_OK && error)
        *error = failed;
    return failed.code == SURVEY_OK && survey_export_rewind(table, error);
}

// --- names --------------------------------------------------------------------------------------

// Words that SPSS or Stata keep for themselves.
static bool reserved(const char *lower)
{
    static const char *const words[] = {"all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with",
                                        "byte", "double", "float", "if", "in", "int", "long", "using", "strl", "_all", "_b",
                                        "_coef", "_cons", "_n", "_pi", "_pred", "_rc", "_skip", "_weight"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(lower, words[i]) == 0)
            return true;
    return strncmp(lower, "str", 3) == 0 && lower[3] && strspn(lower + 3, "0123456789") == strlen(lower + 3);
}

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool put_name(const char *text, struct survey_map *taken, struct survey_arena *arena, char valid[static 33])
{
    char lower[33];
    bool added = false;
    survey_format_into(valid, 33, "%s", text);
    for (size_t i = 0; i < sizeof lower; i++)
        lower[i] = (char)(valid[i] >= 'A' && valid[i] <= 'Z' ? valid[i] + 'a' - 'A' : valid[i]);
    if (!reserved(lower))
        survey_map_put(taken, arena, lower, &added);
    return added;
}

void output_stat_name(const char *name, size_t index, struct survey_map *taken, struct survey_arena *arena,
                      char valid[static 33])
{
    struct survey_buffer made = SURVEY_BUFFER(4096);
    char wanted_name[64];
    bool any = false;
    for (const char *at = name; *at && made.length < 32; at++) {
        bool fine = letter(*at) || (*at >= '0' && *at <= '9') || *at == '_';
        any |= letter(*at);
        if (made.length == 0 && !letter(*at))
            survey_buffer_byte(&made, 'v');
        if (fine)
            survey_buffer_byte(&made, *at);
        else if (made.at[made.length - 1] != '_')
            survey_buffer_byte(&made, '_');
    }
    if (any)
        survey_format_into(wanted_name, 33, "%s", survey_buffer_string(&made));
    else
        survey_format_into(wanted_name, 33, "v%zu", index + 1);
    survey_buffer_clear(&made);
    char base[64];
    survey_format_into(base, sizeof base, "%s", wanted_name);
    for (size_t more = 2; !put_name(wanted_name, taken, arena, valid); more++) {
        char tail[24];
        survey_format_into(tail, sizeof tail, "_%zu", more);
        survey_format_into(wanted_name, sizeof wanted_name, "%.*s%s", (int)(32 - strlen(tail)), base, tail);
    }
}

// --- CSV ----------------------------------------------------------------------------------------

enum { PORTION = 1 << 16, MOST_ROW = 1 << 30 };

static bool flush(struct survey_buffer *csv, FILE *file)
{
    bool done = !csv->overflow && fwrite(survey_buffer_string(csv), 1, csv->length, file) == csv->length;
    csv->length = 0;
    return done;
}

static bool write_rows(struct survey_export_table *table, FILE *file, const char *path, struct survey_error *error)
{
    struct survey_buffer csv = SURVEY_BUFFER(MOST_ROW);
    const struct survey_export_value *values;
    struct survey_error failed = {0};
    bool done = true;
    survey_export_csv_head(table, &csv);
    while (done && (values = survey_export_next(table, &failed))) {
        survey_export_csv_row(table, values, &csv);
        done = csv.length < PORTION || flush(&csv, file);
    }
    done = done && flush(&csv, file) && fflush(file) == 0;
    survey_buffer_clear(&csv);
    if (!done)
        return survey_fail(error, SURVEY_ERROR_RESOURCE, path, "%s", strerror(errno));
    if (failed.code != SURVEY_OK)
        *error = failed;
    return failed.code == SURVEY_OK;
}

bool output_export_csv(struct survey_export_table *table, const char *path, struct survey_error *error)
{
    char temporary[4096];
    if (strcmp(path, "-") == 0)
        return write_rows(table, stdout, path, error);
    if (!survey_file_aside(path, temporary, sizeof temporary, error))
        return false;
    FILE *file = fopen(temporary, "wbe");
    bool done = file ? write_rows(table, file, path, error)
                     : survey_fail(error, SURVEY_ERROR_RESOURCE, path, "%s", strerror(errno));
    if (file && fclose(file) != 0 && done)
        done = survey_fail(error, SURVEY_ERROR_RESOURCE, path, "%s", strerror(errno));
    if (!done) {
        survey_file_drop(temporary);
        return false;
    }
    return survey_file_keep(temporary, path, error);
}
