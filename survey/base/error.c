// SPDX-License-Identifier: GPL-3.0-or-later
// Errors, lists of problems and the text of their places.
#include "survey/base/error.h"

#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

bool survey_fail(struct survey_error *error, enum survey_error_code code, const char *where,
                 const char *format, ...)
{
    if (!error)
        return false;
    error->code = code;
    char place[sizeof error->where]; // where may point into error itself
    survey_format_into(place, sizeof place, "%s", where ? where : "");
    struct survey_buffer buffer = SURVEY_BUFFER(1 << 20);
    va_list list;
    va_start(list, format);
    survey_format_list(&buffer, format, list);
    va_end(list);
    survey_format_into(error->message, sizeof error->message, "%s", survey_buffer_string(&buffer));
    memcpy(error->where, place, sizeof place);
    survey_buffer_clear(&buffer);
    return false;
}

struct survey_report {
    struct survey_arena *arena;
    struct survey_problem *problems;
    size_t count;
    size_t capacity;
};

struct survey_report *survey_report_new(void)
{
    struct survey_report *report = survey_alloc(sizeof *report);
    report->arena = survey_arena_new();
    return report;
}

void survey_report_free(struct survey_report *report)
{
    if (!report)
        return;
    survey_arena_free(report->arena);
    free(report->problems);
    free(report);
}

static const char *copy(struct survey_report *report, const char *text)
{
    return text && *text ? survey_arena_strdup(report->arena, text) : "";
}

void survey_report_add(struct survey_report *report, const struct survey_problem *problem)
{
    if (!report)
        return;
    if (report->count == report->capacity) {
        report->capacity = report->capacity ? report->capacity * 2 : 16;
        report->problems =
            survey_realloc(report->problems, report->capacity, sizeof *report->problems);
    }
    struct survey_problem *added = &report->problems[report->count++];
    *added = *problem;
    added->code = copy(report, problem->code);
    added->file = copy(report, problem->file);
    added->sheet = copy(report, problem->sheet);
    added->message = copy(report, problem->message);
    added->expected = copy(report, problem->expected);
}

size_t survey_report_count(const struct survey_report *report)
{
    return report->count;
}

size_t survey_report_count_of(const struct survey_report *report, enum survey_severity severity)
{
    size_t count = 0;
    for (size_t i = 0; i < report->count; i++)
        count += report->problems[i].severity == severity;
    return count;
}

const struct survey_problem *survey_report_at(const struct survey_report *report, size_t index)
{
    return index < report->count ? &report->problems[index] : NULL;
}

static int compare(const struct survey_problem *a, const struct survey_problem *b)
{
    int order = strcmp(a->file, b->file);
    if (!order)
        order = strcmp(a->sheet, b->sheet);
    if (!order)
        order = (a->row > b->row) - (a->row < b->row);
    if (!order)
        order = (a->column > b->column) - (a->column < b->column);
    return order;
}

// Merges two sorted halves, the left one first among equals, so that the order of finding stays.
static void merge_sort(struct survey_problem *list, struct survey_problem *spare, size_t count)
{
    if (count < 2)
        return;
    size_t half = count / 2;
    merge_sort(list, spare, half);
    merge_sort(list + half, spare, count - half);
    memcpy(spare, list, count * sizeof *list);
    for (size_t i = 0, left = 0, right = half; i < count; i++) {
        bool from_left = right == count || (left < half && compare(&spare[left], &spare[right]) <= 0);
        list[i] = spare[from_left ? left++ : right++];
    }
}

void survey_report_sort(struct survey_report *report)
{
    if (!report)
        return;
    struct survey_problem *spare = survey_realloc(NULL, report->count + 1, sizeof *spare);
    merge_sort(report->problems, spare, report->count);
    free(spare);
}

void survey_column_letters(uint32_t column, char at[static 8])
{
    char reversed[8];
    size_t count = 0;
    for (; column > 0 && count < 7; column = (column - 1) / 26)
        reversed[count++] = (char)('A' + (column - 1) % 26);
    for (size_t i = 0; i < count; i++)
        at[i] = reversed[count - 1 - i];
    at[count] = '\0';
}

void survey_place_text(const struct survey_problem *problem, char *at, size_t size)
{
    char letters[8];
    survey_column_letters(problem->column, letters);
    const char *gap = problem->file[0] ? ": " : "";
    if (!problem->sheet[0] && problem->row)
        survey_format_into(at, size, _("%s%sline %u"), problem->file, gap, problem->row);
    else if (problem->sheet[0] && problem->row)
        survey_format_into(at, size, "%s%s%s!%s%u", problem->file, gap, problem->sheet, letters,
                           problem->row);
    else if (problem->sheet[0])
        survey_format_into(at, size, "%s%s%s", problem->file, gap, problem->sheet);
    else
        survey_format_into(at, size, "%s", problem->file);
}
