// SPDX-License-Identifier: GPL-3.0-or-later
// What the readers of the plan's sheets share: cells by their header, labels, faults with their
// cell.
#include "stats/assess/assess.h"
#include "survey/base/arena.h"
#include "survey/base/number.h"
#include "survey/base/text.h"

#include <math.h>
#include <string.h>

const char *stats_plan_cell(const struct stats_plan_reader *reader, const char *header)
{
    return survey_sheet_text(reader->sheet, reader->row, header);
}

const char *const *stats_plan_labels(const struct stats_plan_reader *reader, const char *stem)
{
    const struct survey_form *form = reader->form;
    const char **labels =
        survey_arena_array(reader->arena, form->language_count + 1, sizeof *labels);
    for (size_t i = 0; i < form->language_count; i++) {
        const char *text = stats_plan_cell(
            reader, survey_arena_format(reader->arena, "%s::%s", stem, form->languages[i]));
        if (!*text && i == form->default_language)
            text = stats_plan_cell(reader, stem);
        labels[i] = *text ? text : NULL;
    }
    return labels;
}

void stats_plan_say(const struct stats_plan_reader *reader, enum survey_severity severity,
                    const char *header, const char *code, const char *expected, const char *format,
                    ...)
{
    struct survey_problem problem = survey_sheet_fault(reader->sheet, reader->row, header);
    struct survey_buffer message = SURVEY_BUFFER(1000);
    va_list list;
    va_start(list, format);
    survey_format_list(&message, format, list);
    va_end(list);
    problem.severity = severity, problem.code = code, problem.file = reader->form->path;
    problem.message = survey_buffer_string(&message), problem.expected = expected;
    survey_report_add(reader->report, &problem);
    survey_buffer_clear(&message);
}

double stats_plan_number(const struct stats_plan_reader *reader, const char *header,
                         double fallback)
{
    const char *text = stats_plan_cell(reader, header);
    double value = fallback;
    if (*text && !survey_number_parse(text, strlen(text), &value))
        stats_plan_say(reader, SURVEY_FAULT, header, "E504", _("a number such as 2 or 0.5"),
                       _("'%s' is no number"), text);
    return value;
}

bool stats_plan_row_is_blank(const struct stats_plan_reader *reader)
{
    for (uint32_t column = 0; column < reader->sheet->columns; column++)
        if (*survey_sheet_cell(reader->sheet, reader->row, column))
            return false;
    return true;
}

const char *stats_literal_argument(struct survey_arena *arena, const char *text, size_t at)
{
    const char *open = text + at + strcspn(text + at, "('\"");
    if (*open != '(')
        return NULL;
    open += 1 + strspn(open + 1, " \n");
    if (*open != '\'' && *open != '"')
        return NULL;
    const char *close = strchr(open + 1, *open);
    return close && strchr("),", close[1 + strspn(close + 1, " \n")]) && close[1]
               ? survey_arena_strndup(arena, open + 1, (size_t)(close - open - 1))
               : NULL;
}
