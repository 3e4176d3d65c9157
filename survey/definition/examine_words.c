// SPDX-License-Identifier: GPL-3.0-or-later
// Cells of our sheets that hold one of a few words, or a number.
#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/definition/examine_private.h"

#include <string.h>

enum { MOST_WORDS = 12 };

// Columns of words; NULL for a column of numbers, "%" for one of numbers and shares.
static const struct column {
    const char *sheet, *column;
    const char *words[MOST_WORDS];
} columns[] = {
    {"sample", "method", {"all", "srs", "systematic", "pps_systematic", "sampford", "brewer", "midzuno"}},
    {"sample", "size", {"%"}},
    {"sample", "take", {"%"}},
    {"sample", "reserve", {"%"}},
    {"sample", "overlap", {"%"}},
    {"weights", "method", {"base", "within", "nonresponse", "propensity", "poststratify", "rake", "calibrate", "trim"}},
    {"indicators", "statistic", {"share", "mean", "total", "ratio", "quantile", "index", "cases", "admin", "external", "derived"}},
    {"indicators", "line_op", {"<", "<=", ">", ">="}},
    {"indicators", "direction", {"higher", "lower"}},
    {"indicators", "round_mode", {"half_up", "half_even"}},
    {"indicators", "line", {NULL}},
    {"indicators", "decimals", {NULL}},
    {"indicators", "min_base", {NULL}},
    {"scheme", "gate_op", {"<", "<=", ">", ">="}},
    {"scheme", "gate", {NULL}},
    {"scheme", "missing", {"zero", "na", "reweight"}},
    {"scheme", "score",
     {"passthrough", "gate", "ratio", "deduct", "linear", "efficacy", "band", "likert", "dtf", "rank", "rubric"}},
    {"dispositions", "aapor", {"I", "P", "R", "NC", "O", "UH", "UO", "NE"}},
};

static size_t count_words(const struct column *column)
{
    size_t count = 0;
    while (count < MOST_WORDS && column->words[count] && *column->words[count] != '%')
        count++;
    return count;
}

static bool takes_shares(const struct column *column)
{
    return column->words[0] && *column->words[0] == '%';
}

static const char *list_words(struct survey_examination *in, const struct column *column)
{
    struct survey_buffer text = SURVEY_BUFFER(4096);
    for (size_t i = 0; i < count_words(column); i++)
        survey_format(&text, "%s%s", i ? ", " : "", column->words[i]);
    const char *copy = survey_arena_strdup(in->arena, survey_buffer_string(&text));
    survey_buffer_clear(&text);
    return copy;
}

static bool fits(const struct column *column, const char *text)
{
    double number;
    size_t count = count_words(column);
    for (size_t i = 0; i < count; i++)
        if (strcmp(column->words[i], text) == 0)
            return true;
    size_t length = strlen(text);
    length -= takes_shares(column) && length > 1 && text[length - 1] == '%';
    return count == 0 && survey_number_parse(text, length, &number);
}

static void check_column(struct survey_examination *in, const struct survey_sheet *sheet, const struct column *column)
{
    int at = survey_sheet_column(sheet, column->column);
    size_t count = count_words(column);
    for (uint32_t row = 1; at >= 0 && row < sheet->rows; row++) {
        const char *text = survey_sheet_cell(sheet, row, (uint32_t)at);
        if (!*text || fits(column, text))
            continue;
        const char *near = count ? survey_examine_near(in, text, column->words, count) : "";
        survey_examine_say(in, SURVEY_FAULT, count ? "E327" : "E328", sheet->name, survey_sheet_line(sheet, row), (uint32_t)at + 1,
                           *near ? near : count ? list_words(in, column) : takes_shares(column) ? _("a number, or a share such as 20%") : _("a number such as 2 or 0.5"),
                           count ? _("'%s' is none of the words of this column") : _("'%s' is no number"), text);
    }
}

// line_op says when the line is crossed, which is bad: above it where lower is better. Read the other way round every
// verdict would be turned.
static void check_lines(struct survey_examination *in, const struct survey_sheet *sheet)
{
    int op = survey_sheet_column(sheet, "line_op"), direction = survey_sheet_column(sheet, "direction");
    for (uint32_t row = 1; op >= 0 && direction >= 0 && row < sheet->rows; row++) {
        const char *crosses = survey_sheet_cell(sheet, row, (uint32_t)op), *better = survey_sheet_cell(sheet, row, (uint32_t)direction);
        bool above = *crosses == '>', below = *crosses == '<';
        if ((above && strcmp(better, "higher") == 0) || (below && strcmp(better, "lower") == 0))
            survey_examine_say(in, SURVEY_FAULT, "E330", sheet->name, survey_sheet_line(sheet, row), (uint32_t)op + 1, above ? "<, <=" : ">, >=",
                               _("'%s' is when the line is crossed, which is bad, but direction says that '%s' is better"), crosses, better);
    }
}

void survey_examine_words(struct survey_examination *in)
{
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        const struct survey_sheet *sheet = survey_workbook_sheet(in->form->workbook, columns[i].sheet);
        if (sheet)
            check_column(in, sheet, &columns[i]);
    }
    const struct survey_sheet *indicators = survey_workbook_sheet(in->form->workbook, "indicators");
    if (indicators)
        check_lines(in, indicators);
}
