// SPDX-License-Identifier: GPL-3.0-or-later
// The indicators sheet.
#include "stats/assess/assess.h"
#include "survey/base/arena.h"
#include "survey/base/number.h"
#include "survey/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 2000 };

static const char *const statistic_names[] = {"share", "mean",  "total", "ratio",    "quantile",
                                              "index", "cases", "admin", "external", "derived"};

const char *stats_statistic_name(enum stats_statistic statistic)
{
    return statistic_names[statistic];
}

static void read_statistic(const struct stats_plan_reader *reader,
                           struct stats_indicator *indicator)
{
    const char *name = stats_plan_cell(reader, "statistic");
    for (size_t i = 0; i < sizeof statistic_names / sizeof *statistic_names; i++)
        if (strcmp(statistic_names[i], name) == 0) {
            indicator->statistic = (enum stats_statistic)i;
            return;
        }
    stats_plan_say(reader, SURVEY_FAULT, "statistic", "E502",
                   "share, mean, total, ratio, quantile, index, cases, admin, external, derived",
                   *name ? _("'%s' is no statistic") : _("the row names no statistic"), name);
}

static void read_line(const struct stats_plan_reader *reader, struct stats_indicator *indicator)
{
    const char *op = stats_plan_cell(reader, "line_op"), *line = stats_plan_cell(reader, "line");
    if (!stats_op_read(op, &indicator->line_op))
        stats_plan_say(reader, SURVEY_FAULT, "line_op", "E503",
                       "<, <=, >, >=", _("'%s' is no comparison"), op);
    else if (*op && !*line)
        stats_plan_say(reader, SURVEY_FAULT, "line", "E504", _("a number such as 2 or 0.5"), "%s",
                       _("there is a comparison but no line"));
    else if (*line && !*op)
        stats_plan_say(reader, SURVEY_FAULT, "line_op", "E503", "<, <=, >, >=", "%s",
                       _("there is a line but no comparison"));
    indicator->line = stats_plan_number(reader, "line", 0);
}

static void read_print(const struct stats_plan *plan, const struct stats_plan_reader *reader,
                       struct stats_indicator *indicator)
{
    const char *direction = stats_plan_cell(reader, "direction"),
               *mode = stats_plan_cell(reader, "round_mode");
    const char *usual = survey_store_setting(plan->store, "round_mode", plan->date);
    double decimals = stats_plan_number(reader, "decimals", 2);
    if (strcmp(direction, "lower") == 0)
        indicator->direction = STATS_LOWER;
    else if (*direction && strcmp(direction, "higher") != 0)
        stats_plan_say(reader, SURVEY_FAULT, "direction", "E505", "higher, lower",
                       _("'%s' is no direction"), direction);
    else if (!*direction &&
             (indicator->line_op == STATS_GREATER || indicator->line_op == STATS_GREATER_EQUAL))
        indicator->direction = STATS_LOWER; // what must not pass a line is better low
    bool above = indicator->line_op == STATS_GREATER || indicator->line_op == STATS_GREATER_EQUAL;
    if (*direction && indicator->line_op && above != (indicator->direction == STATS_LOWER))
        stats_plan_say(reader, SURVEY_FAULT, "line_op", "E510", above ? "<, <=" : ">, >=",
                       _("'%s' is when the line is crossed, which is bad, but direction says that '%s' is better"),
                       stats_op_text(indicator->line_op), direction);
    if (decimals < 0 || decimals > 9 || decimals != rint(decimals))
        stats_plan_say(reader, SURVEY_FAULT, "decimals", "E506", _("a whole number from 0 to 9"),
                       "%s", _("so many decimals can't be printed"));
    else
        indicator->decimals = (int)decimals;
    if (*mode && strcmp(mode, "half_up") != 0 && strcmp(mode, "half_even") != 0)
        stats_plan_say(reader, SURVEY_FAULT, "round_mode", "E507", "half_up, half_even",
                       _("'%s' is no way of rounding"), mode);
    indicator->half_even = strcmp(*mode ? mode : usual ? usual : "", "half_even") == 0;
    indicator->min_base = stats_plan_number(reader, "min_base", 0);
}

static void read_row(struct stats_plan *plan, const struct stats_plan_reader *reader)
{
    struct stats_indicator *indicator = &plan->indicators[plan->indicator_count];
    bool added;
    *indicator = (struct stats_indicator){.code = stats_plan_cell(reader, "code"),
                                          .labels = stats_plan_labels(reader, "label"),
                                          .notes = stats_plan_labels(reader, "note"),
                                          .unit = stats_plan_cell(reader, "unit"),
                                          .form = stats_plan_cell(reader, "form"),
                                          .of = stats_plan_cell(reader, "of"),
                                          .over = stats_plan_cell(reader, "over"),
                                          .among = stats_plan_cell(reader, "among"),
                                          .per = stats_plan_cell(reader, "per"),
                                          .params = stats_plan_cell(reader, "params"),
                                          .row = survey_sheet_line(reader->sheet, reader->row)};
    read_statistic(reader, indicator);
    read_line(reader, indicator);
    read_print(plan, reader, indicator);
    if (!*indicator->code) {
        stats_plan_say(reader, SURVEY_FAULT, "code", "E501", "", "%s", _("the row has no code"));
        return;
    }
    struct survey_map_entry *entry =
        survey_map_put(&plan->codes, plan->arena, indicator->code, &added);
    if (!added) {
        stats_plan_say(reader, SURVEY_FAULT, "code", "E501", "",
                       _("the code '%s' stands in the sheet twice"), indicator->code);
        return;
    }
    entry->number = (int64_t)plan->indicator_count++;
}

bool stats_indicators_read(struct stats_plan *plan, struct survey_error *error)
{
    const struct survey_sheet *sheet = survey_store_plan(plan->store, "indicators");
    if (!sheet || sheet->rows < 2)
        return survey_fail(error, SURVEY_ERROR_INPUT, plan->form->path, "%s",
                           _("the workbook has no 'indicators' sheet to score by"));
    if (sheet->rows > ROWS_MAX)
        return survey_fail(error, SURVEY_ERROR_INPUT, plan->form->path,
                           _("there are more than %d indicators"), ROWS_MAX);
    struct stats_plan_reader reader = {sheet, plan->form, plan->arena, plan->report, 0};
    uint32_t *rows = survey_arena_array(plan->arena, sheet->rows, sizeof *rows);
    plan->indicators = survey_arena_array(plan->arena, sheet->rows, sizeof *plan->indicators);
    plan->plans = survey_arena_array(plan->arena, sheet->rows, sizeof *plan->plans);
    for (reader.row = 1; reader.row < sheet->rows; reader.row++) {
        if (stats_plan_row_is_blank(&reader))
            continue;
        rows[plan->indicator_count] = reader.row;
        read_row(plan, &reader);
    }
    for (size_t i = 0; i < plan->indicator_count; i++) { // now that all codes are known
        reader.row = rows[i];
        stats_indicator_check(plan, &reader, i);
    }
    stats_indicators_order(plan, &reader);
    return true;
}
