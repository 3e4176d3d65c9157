// SPDX-License-Identifier: GPL-3.0-or-later
// Every indicator in every unit, with what its figure was made of and how sure it is.
#include "output/report/page.h"

#include "survey/base/format.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 15, VALUE = 3, LINE = 11, CHART_COLUMNS = 12, CHART_ROWS = 16 };

struct ranked {
    const struct stats_unit *unit;
    double key; // less is better; NaN last
};

static int by_key(const void *a, const void *b)
{
    const struct ranked *left = a, *right = b;
    if (isnan(left->key) != isnan(right->key))
        return isnan(left->key) ? 1 : -1;
    if (left->key != right->key && !isnan(left->key))
        return left->key < right->key ? -1 : 1;
    return strcmp(left->unit->id, right->unit->id);
}

static const struct ranked *rank(struct page *page, size_t indicator)
{
    const struct stats_assessment *assessment = page->report->assessment;
    struct ranked *ranked = survey_arena_array(page->arena, assessment->unit_count + 1, sizeof *ranked);
    double sign = assessment->indicators[indicator].direction == STATS_HIGHER ? -1 : 1;
    for (size_t i = 0; i < assessment->unit_count; i++) {
        const struct stats_figure *figure = &assessment->units[i].figures[indicator];
        ranked[i] = (struct ranked){&assessment->units[i], figure->missing ? (double)NAN : sign * figure->value};
    }
    qsort(ranked, assessment->unit_count, sizeof *ranked, by_key);
    return ranked;
}

static void write_estimate(struct page *page, const struct stats_indicator *indicator, const struct stats_figure *figure)
{
    const struct stats_estimate *estimate = &figure->estimate;
    bool hidden = page->report->audience == OUTPUT_OFFICIALS && page_base(figure) == PAGE_BASE_NONE;
    bool interval = figure->estimated && strcmp(estimate->interval, "none") != 0;
    bool low = interval && strcmp(estimate->interval, "upper limit") != 0;
    bool high = interval && strcmp(estimate->interval, "lower limit") != 0;
    for (uint32_t column = 4; column < 10; column++)
        if (!figure->estimated || hidden)
            output_text(page->sheet, page->row, column, hidden ? "*" : "–", OUTPUT_CENTRE, OUTPUT_NEUTRAL);
    if (!figure->estimated || hidden)
        return;
    int decimals = indicator->decimals;
    page_number(page, 4, indicator, estimate->value, decimals, OUTPUT_NEUTRAL);
    page_number(page, 5, indicator, estimate->known_se ? estimate->se : (double)NAN, decimals + 1, OUTPUT_NEUTRAL);
    page_number(page, 6, indicator, low ? estimate->low : (double)NAN, decimals, OUTPUT_NEUTRAL);
    page_number(page, 7, indicator, high ? estimate->high : (double)NAN, decimals, OUTPUT_NEUTRAL);
    output_text(page->sheet, page->row, 8, page_method(estimate->interval), OUTPUT_CENTRE, OUTPUT_NEUTRAL);
    output_number(page->sheet, page->row, 9, estimate->deff > 0 ? estimate->deff : (double)NAN, 2, OUTPUT_NUMBER, OUTPUT_NEUTRAL);
}

static const char *marks(const struct page *page, const struct stats_indicator *indicator,
                         const struct stats_figure *figure, bool touches)
{
    struct survey_buffer text = SURVEY_BUFFER(1 << 16);
    if (figure->missing)
        survey_format(&text, "%s ", figure->missing);
    if (figure->small)
        survey_format(&text, _("base below %s, not scored "), page_fixed(page, indicator->min_base, 0));
    if (page_base(figure) == PAGE_BASE_WEAK)
        survey_buffer_text(&text, _("base 25 to 49 "));
    if (page_hides(page, indicator, figure))
        survey_buffer_text(&text, _("1 to 4 answers, not published "));
    else if (page_base(figure) == PAGE_BASE_NONE)
        survey_buffer_text(&text, _("base below 25 "));
    if (touches)
        survey_buffer_text(&text, _("※ prints as the line "));
    if (figure->estimated && strcmp(figure->estimate.interval, "upper limit") == 0)
        survey_format(&text, _("none found in %zu %s "), figure->estimate.base,
                      page_count_word(page, indicator, (double)figure->estimate.base));
    return page_take(page, &text);
}

static void write_row(struct page *page, const struct stats_indicator *indicator, const char *name,
                      const struct stats_figure *figure, bool judged, double score)
{
    enum output_tone tone;
    bool touches = false;
    uint32_t row = page->row;
    bool hidden = page_hides(page, indicator, figure), counted = figure->counted && !hidden;
    output_text(page->sheet, row, 0, name, judged ? OUTPUT_TEXT : OUTPUT_CENTRE, OUTPUT_NEUTRAL);
    page_count(page, row, 1, counted ? figure->numerator : (double)NAN, OUTPUT_NUMBER);
    page_count(page, row, 2, counted ? figure->denominator : (double)NAN, OUTPUT_NUMBER);
    double value = figure->missing || hidden ? (double)NAN : figure->value;
    page_number(page, VALUE, indicator, value, page_decimals(indicator, value, &touches), OUTPUT_NEUTRAL);
    write_estimate(page, indicator, figure);
    page_count(page, row, 10, figure->base && !hidden ? (double)figure->base : (double)NAN, OUTPUT_NUMBER);
    bool lined = indicator->line_op != STATS_NO_OP;
    output_number(page->sheet, row, LINE, lined ? indicator->line : (double)NAN, indicator->decimals, OUTPUT_NUMBER, OUTPUT_NEUTRAL);
    const char *verdict = page_verdict(figure, &tone);
    output_text(page->sheet, row, 12, lined && judged ? verdict : "–", OUTPUT_CENTRE, lined && judged ? tone : OUTPUT_NEUTRAL);
    output_number(page->sheet, row, 13, score, 2, OUTPUT_NUMBER, OUTPUT_NEUTRAL);
    const char *note = marks(page, indicator, figure, touches);
    output_text(page->sheet, row, 14, note, OUTPUT_TEXT, OUTPUT_NEUTRAL);
    page->row++;
}

// The score of the node that an indicator feeds; NaN where there is none.
static double score_of(const struct page *page, const struct stats_unit *unit, size_t indicator)
{
    const struct stats_assessment *assessment = page->report->assessment;
    for (size_t i = 0; i < assessment->node_count; i++)
        if (assessment->nodes[i].indicator == (int)indicator && unit->scores[i].known && !unit->scores[i].absent)
            return page->report->audience == OUTPUT_OFFICIALS ? stats_round(unit->scores[i].score, 2, false)
                                                              : unit->scores[i].score;
    return (double)NAN;
}

// The text with the frame column that `over` names called by its label.
static const char *in_words(const struct page *page, const struct stats_indicator *indicator, const char *text)
{
    static const char call[] = "frame('";
    const char *at = strstr(indicator->over, call);
    const char *name = at ? page_text(page, "%.*s", (int)strcspn(at + strlen(call), "'"), at + strlen(call)) : "";
    const char *found = *name ? strstr(text, name) : NULL, *word = found ? page_word(page, name) : "";
    return *word ? page_text(page, "%.*s%s%s", (int)(found - text), text, word, found + strlen(name)) : text;
}

// How it was counted beyond the sheet's words, as the first figure that says so has it.
static const char *counted(const struct page *page, size_t index)
{
    const struct stats_assessment *assessment = page->report->assessment;
    if (*assessment->overall[index].method)
        return assessment->overall[index].method;
    for (size_t i = 0; i < assessment->unit_count; i++)
        if (*assessment->units[i].figures[index].method)
            return assessment->units[i].figures[index].method;
    return page_counting(&assessment->indicators[index]);
}

static const char *heading(const struct page *page, size_t index)
{
    const struct stats_indicator *indicator = &page->report->assessment->indicators[index];
    const char *note = page_label(page, indicator->notes), *counts = in_words(page, indicator, counted(page, index));
    const char *word = indicator->statistic == STATS_ADMIN || indicator->statistic == STATS_EXTERNAL ||
                               indicator->statistic == STATS_DERIVED
                           ? _("from records")
                           : page_count_word(page, indicator, 2);
    if (indicator->statistic == STATS_DERIVED)
        word = _("derived");
    return page_text(page, _("%s %s (%s; %s)%s%s%s%s"), indicator->code, page_label(page, indicator->labels), indicator->unit,
                     word, *counts ? _(" · ") : "", counts, *note ? _(" · ") : "", note);
}

static void write_indicator(struct page *page, size_t index)
{
    const struct stats_assessment *assessment = page->report->assessment;
    const struct stats_indicator *indicator = &assessment->indicators[index];
    const struct ranked *ranked = rank(page, index);
    const char *head = heading(page, index);
    output_span(page->sheet, page->row, 0, COLUMNS - 1, head, OUTPUT_ROW);
    page->row++;
    if (!assessment->overall[index].missing)
        write_row(page, indicator, _("Total"), &assessment->overall[index], false, (double)NAN);
    page->first_rows[index] = page->row;
    for (size_t i = 0; i < assessment->unit_count; i++)
        write_row(page, indicator, ranked[i].unit->name, &ranked[i].unit->figures[index], true,
                  score_of(page, ranked[i].unit, index));
}

void report_indicators(struct page *page)
{
    const struct stats_assessment *assessment = page->report->assessment;
    const char *heads[COLUMNS] = {page_unit_word(page), _("Numerator"), _("Denominator"), _("By the rules"),
        _("Weighted estimate"), _("Standard error"), _("Interval from"), _("Interval to"), _("Interval's method"), _("Design effect"),
        _("Responses"), _("Line"), _("Verdict"), _("Score"), _("Remarks")};
    static const double widths[COLUMNS] = {15, 10, 11, 10, 10, 10, 10, 10, 13, 8, 9, 8, 9, 9, 24};
    page->first_rows = survey_arena_array(page->arena, assessment->indicator_count + 1, sizeof *page->first_rows);
    page_open(page, _("Indicators"), _("Indicators in detail"), page_text(page, _("%%, %s, persons"), page_things(page)), widths, COLUMNS);
    page_heads(page, heads, COLUMNS);
    for (size_t i = 0; i < assessment->indicator_count; i++)
        write_indicator(page, i);
    page_note(page, page_text(page, _("Notes: 1. Intervals at %s%%. Units stand from the best value to the worst. The design "
                                      "effect is against simple random sampling without replacement."),
                              page_fixed(page, 100 * assessment->confidence, 0)));
    page_note(page, _("2. Numerator and denominator are unweighted counts; of what was suspected only confirmed cases "
                      "count. Parts may not add up to totals because of rounding."));
    page_note(page, _("3. *: fewer than 25 responses, not shown. ※: prints as the line; judged on the unrounded value. △: the "
                      "interval reaches across the line."));
    page_close(page, true, 1);
    page->indicators = page->sheet;
}

// 100 where percentages keep under it, so that the axis ends there.
static double most_percent(const struct stats_assessment *assessment, size_t indicator)
{
    const struct stats_indicator *of = &assessment->indicators[indicator];
    if (strcmp(of->unit, "%") != 0 || of->line < 50 || of->line > 100)
        return 0;
    for (size_t i = 0; i < assessment->unit_count; i++)
        if (!assessment->units[i].figures[indicator].missing && assessment->units[i].figures[indicator].value > 100)
            return 0;
    return 100;
}

static bool below_zero(const struct stats_assessment *assessment, size_t indicator)
{
    for (size_t i = 0; i < assessment->unit_count; i++)
        if (!assessment->units[i].figures[indicator].missing && assessment->units[i].figures[indicator].value < 0)
            return true;
    return false;
}

// Ranked bars with the line, two beside each other, over the figures of the sheet of indicators.
void report_charts(struct page *page)
{
    const struct stats_assessment *assessment = page->report->assessment;
    double widths[CHART_COLUMNS];
    uint32_t shown = 0;
    for (uint32_t column = 0; column < CHART_COLUMNS; column++)
        widths[column] = 12;
    page_open(page, _("Charts"), _("Main indicators by rank"), "", widths, CHART_COLUMNS);
    for (size_t i = 0; i < assessment->indicator_count; i++) {
        const struct stats_indicator *indicator = &assessment->indicators[i];
        if (indicator->line_op == STATS_NO_OP || !assessment->unit_count)
            continue;
        const char *line = page_text(page, _("Line: %s"), page_line(page, indicator));
        const char *title = page_text(page, _("%s (%s); in red the line: %s"), page_label(page, indicator->labels),
                                      indicator->unit, page_line(page, indicator));
        output_bars(page->sheet, &(struct output_bars){.title = title, .data = page->indicators, .first_row = page->first_rows[i],
            .last_row = page->first_rows[i] + (uint32_t)assessment->unit_count - 1, .category = 0, .values = VALUE,
            .limit_column = LINE, .limit_name = line, .below_zero = below_zero(assessment, i), .most = most_percent(assessment, i),
            .at_row = page->row + 1 + shown / 2 * CHART_ROWS, .at_column = shown % 2 ? 6 : 0, .width = 520, .height = 300});
        shown++;
    }
    page->row += 1 + (shown + 1) / 2 * CHART_ROWS;
    page_note(page, _("Note: plain values by the rules, from the best to the worst; figures in the annex on indicators."));
    page_close(page, true, 0);
}
