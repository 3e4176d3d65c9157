// SPDX-License-Identifier: GPL-3.0-or-later
// The first sheet: one row a unit with its main indicators, their verdicts and a conclusion, and one
// paragraph that can be quoted.
#include "output/report/page.h"

#include "survey/base/format.h"

#include <math.h>
#include <string.h>

enum { MOST_IN_BAND = 4, FIXED = 3, EACH = 3 };

// The indicators that have lines, and how many of them stand side by side.
struct lined {
    const size_t *indicators;
    size_t count, in_band;
};

static struct lined find_lined(const struct page *page)
{
    const struct stats_assessment *assessment = page->report->assessment;
    size_t *found = survey_arena_array(page->arena, assessment->indicator_count + 1, sizeof *found), count = 0;
    for (size_t i = 0; i < assessment->indicator_count; i++)
        if (assessment->indicators[i].line_op != STATS_NO_OP)
            found[count++] = i;
    size_t bands = (count + MOST_IN_BAND - 1) / MOST_IN_BAND;
    return (struct lined){found, count, bands ? (count + bands - 1) / bands : 0};
}

static void write_heads(struct page *page, const struct lined *lined, size_t first, size_t last, uint32_t columns)
{
    uint32_t row = page->row;
    const struct stats_assessment *assessment = page->report->assessment;
    output_block(page->sheet, row, 0, row + 1, 0, page_unit_word(page), OUTPUT_HEAD);
    output_block(page->sheet, row, 1, row + 1, 1, _("Class"), OUTPUT_HEAD);
    output_block(page->sheet, row, 2, row + 1, 2, page_text(page, _("Interviewed: %s"), page_things(page)), OUTPUT_HEAD);
    for (size_t i = first; i < last; i++) {
        const struct stats_indicator *indicator = &assessment->indicators[lined->indicators[i]];
        uint32_t column = FIXED + EACH * (uint32_t)(i - first);
        output_span(page->sheet, row, column, column + EACH - 1,
                    page_text(page, _("%s (%s)\nline: %s"), page_label(page, indicator->labels), indicator->unit,
                              page_line(page, indicator)), OUTPUT_HEAD);
        output_text(page->sheet, row + 1, column, _("By the rules"), OUTPUT_HEAD, OUTPUT_NEUTRAL);
        output_text(page->sheet, row + 1, column + 1,
                    page_text(page, _("Weighted estimate (%s%% interval)"), page_fixed(page, 100 * assessment->confidence, 0)),
                    OUTPUT_HEAD, OUTPUT_NEUTRAL);
        output_text(page->sheet, row + 1, column + 2, _("Verdict, distance to the line"), OUTPUT_HEAD, OUTPUT_NEUTRAL);
    }
    output_block(page->sheet, row, columns - 1, row + 1, columns - 1, _("Conclusion"), OUTPUT_HEAD);
    output_row_height(page->sheet, row, 34);
    output_row_height(page->sheet, row + 1, 34);
    if (!page->head_last) {
        page->head_first = row;
        page->head_last = row + 1;
    }
    page->row += 2;
}

// "1.48 points, 25 persons" to the line, or beyond it.
static const char *distance(const struct page *page, const struct stats_indicator *indicator,
                            const struct stats_figure *figure, int decimals)
{
    bool percent = strcmp(indicator->unit, "%") == 0;
    const char *margin = page_fixed(page, stats_round(fabs(figure->margin), decimals, indicator->half_even), decimals);
    const char *points = page_text(page, percent ? _("%s points") : "%s %s", margin, indicator->unit);
    bool named = indicator->statistic == STATS_SHARE || indicator->statistic == STATS_CASES ||
                 indicator->statistic == STATS_DERIVED; // what else a rate counts, nobody says
    if (!named || !isfinite(figure->margin_count))
        return points;
    return page_text(page, _("%s\n%s %s"), points, page_fixed(page, fabs(figure->margin_count), 0),
                     page_count_word(page, indicator, fabs(figure->margin_count)));
}

// The estimate in brackets where its base is weak, and its interval under it where it has one.
static const char *estimate_text(const struct page *page, const struct stats_indicator *indicator, const struct stats_figure *figure)
{
    const char *value = page_value(page, indicator, figure->estimate.value);
    if (page_base(figure) == PAGE_BASE_WEAK)
        value = page_text(page, "(%s)", value);
    bool interval = strcmp(figure->estimate.interval, "none") != 0;
    return interval ? page_text(page, "%s\n(%s)", value, page_interval(page, indicator, figure)) : value;
}

static void write_figure(struct page *page, uint32_t column, const struct stats_indicator *indicator,
                         const struct stats_figure *figure, bool judged)
{
    enum output_tone tone;
    bool touches = false;
    int decimals = indicator->decimals;
    const char *verdict = page_verdict(figure, &tone);
    if (figure->missing || page_hides(page, indicator, figure)) {
        output_text(page->sheet, page->row, column, figure->missing ? "–" : "×", OUTPUT_CENTRE, OUTPUT_NEUTRAL);
    } else {
        decimals = page_decimals(indicator, figure->value, &touches);
        page_number(page, column, indicator, figure->value, decimals, OUTPUT_NEUTRAL);
    }
    const char *estimate = "–";
    if (figure->estimated && page_base(figure) == PAGE_BASE_NONE)
        estimate = "*";
    else if (figure->estimated)
        estimate = estimate_text(page, indicator, figure);
    output_text(page->sheet, page->row, column + 1, estimate, OUTPUT_CENTRE, OUTPUT_NEUTRAL);
    if (!judged)
        output_text(page->sheet, page->row, column + 2, "–", OUTPUT_CENTRE, OUTPUT_NEUTRAL);
    else if (figure->missing || page_hides(page, indicator, figure))
        output_text(page->sheet, page->row, column + 2, verdict, OUTPUT_CENTRE, tone);
    else
        output_text(page->sheet, page->row, column + 2,
                    page_text(page, figure->verdict == STATS_CROSSED ? _("%s%s\nbeyond it: %s") : _("%s%s\nleft: %s"),
                              verdict, touches ? "※" : "", distance(page, indicator, figure, decimals)), OUTPUT_CENTRE, tone);
}

// "All met", or what was not.
static const char *conclusion(const struct page *page, const struct lined *lined, const struct stats_unit *unit,
                              enum output_tone *tone)
{
    const struct stats_assessment *assessment = page->report->assessment;
    struct survey_buffer crossed = SURVEY_BUFFER(1 << 16), missing = SURVEY_BUFFER(1 << 16);
    for (size_t i = 0; i < lined->count; i++) {
        const struct stats_figure *figure = &unit->figures[lined->indicators[i]];
        struct survey_buffer *list = figure->missing ? &missing : figure->verdict == STATS_CROSSED ? &crossed : NULL;
        if (list)
            survey_format(list, "%s%s", list->length ? _(", ") : "",
                          page_label(page, assessment->indicators[lined->indicators[i]].labels));
    }
    const char *text = _("All met");
    *tone = OUTPUT_NEUTRAL;
    if (crossed.length) {
        text = page_text(page, _("Not met: %s"), crossed.at);
        *tone = OUTPUT_BAD;
    } else if (missing.length) {
        text = page_text(page, _("Open: %s"), missing.at);
        *tone = OUTPUT_WATCH;
    }
    survey_buffer_clear(&crossed);
    survey_buffer_clear(&missing);
    return text;
}

static void write_row(struct page *page, const struct lined *lined, size_t first, size_t last, int unit, uint32_t columns)
{
    const struct output_report *report = page->report;
    const struct stats_assessment *assessment = report->assessment;
    const struct stats_unit *of = unit < 0 ? NULL : &assessment->units[unit];
    const struct stats_figure *figures = of ? of->figures : assessment->overall;
    enum output_tone tone = OUTPUT_NEUTRAL;
    double interviewed = (size_t)(unit + 1) < report->by_unit_count
                             ? (double)(report->by_unit[unit + 1].counts[0] + report->by_unit[unit + 1].counts[1])
                             : (double)NAN;
    output_text(page->sheet, page->row, 0, of ? of->name : _("Total"), OUTPUT_CENTRE, OUTPUT_NEUTRAL);
    output_text(page->sheet, page->row, 1, of ? page_class(page, of) : "–", OUTPUT_CENTRE, OUTPUT_NEUTRAL);
    page_count(page, page->row, 2, interviewed, OUTPUT_NUMBER);
    for (size_t i = first; i < last; i++)
        write_figure(page, FIXED + EACH * (uint32_t)(i - first), &assessment->indicators[lined->indicators[i]],
                     &figures[lined->indicators[i]], of != NULL);
    const char *end = of ? conclusion(page, lined, of, &tone) : "–";
    output_text(page->sheet, page->row, columns - 1, end, OUTPUT_CENTRE, tone);
    output_row_height(page->sheet, page->row, 48);
    page->row++;
}

// --- the paragraph ------------------------------------------------------------------------------

// "Wrong-exit rate 0.12%–0.80%, 3 of 3 within the line (not above 2.00%)".
static void sentence(struct page *page, size_t index, struct survey_buffer *text)
{
    const struct stats_assessment *assessment = page->report->assessment;
    const struct stats_indicator *indicator = &assessment->indicators[index];
    const char *unit = strcmp(indicator->unit, "%") == 0 ? "%" : page_text(page, " %s", indicator->unit);
    double least = (double)INFINITY, most = -(double)INFINITY;
    size_t known = 0, within = 0;
    for (size_t i = 0; i < assessment->unit_count; i++) {
        const struct stats_figure *figure = &assessment->units[i].figures[index];
        if (figure->missing || page_hides(page, indicator, figure))
            continue;
        known++;
        within += figure->verdict != STATS_CROSSED;
        least = figure->value < least ? figure->value : least;
        most = figure->value > most ? figure->value : most;
    }
    if (!known) {
        survey_format(text, _("No figure for %s. "), page_label(page, indicator->labels));
        return;
    }
    const char *low = page_text(page, "%s%s", page_value(page, indicator, least), unit);
    const char *high = page_text(page, "%s%s", page_value(page, indicator, most), unit);
    const char *range = strcmp(low, high) == 0 ? low : page_text(page, _("%s to %s"), low, high);
    survey_format(text, _("%s: %s (line: %s%s), met in %zu of %zu. "), page_label(page, indicator->labels), range,
                  page_line(page, indicator), unit, within, known);
}

static const char *quotable(struct page *page, const struct lined *lined)
{
    const struct output_report *report = page->report;
    const struct stats_assessment *assessment = report->assessment;
    struct survey_buffer text = SURVEY_BUFFER(1 << 18), failed = SURVEY_BUFFER(1 << 16);
    const struct output_outcome *all = report->by_unit_count ? &report->by_unit[0] : NULL;
    survey_format(&text, _("%s: %zu units (%s) were assessed. "), page_round(page), assessment->unit_count,
                  page_unit_word(page));
    const char *first = page_word(page, report->first_stage);
    if (all && report->villages)
        survey_format(&text, _("%zu %s and %zu %s were drawn and %zu %s interviewed (response rate %s%%). "),
                      report->villages, *first ? first : _("first-stage units"), all->sampled, page_things(page),
                      all->counts[0] + all->counts[1], page_things(page), page_fixed(page, 100 * all->rates[1], 1));
    else if (all)
        survey_format(&text, _("%zu %s were drawn and %zu %s interviewed (response rate %s%%). "), all->sampled, page_things(page),
                      all->counts[0] + all->counts[1], page_things(page), page_fixed(page, 100 * all->rates[1], 1));
    for (size_t i = 0; i < lined->count; i++)
        sentence(page, lined->indicators[i], &text);
    size_t met = 0;
    for (size_t i = 0; i < assessment->unit_count; i++) {
        enum output_tone tone;
        const char *end = conclusion(page, lined, &assessment->units[i], &tone);
        met += tone == OUTPUT_NEUTRAL;
        if (tone != OUTPUT_NEUTRAL)
            survey_format(&failed, _("%s%s (%s)"), failed.length ? _("; ") : "", assessment->units[i].name, end);
    }
    if (failed.length && !met)
        survey_format(&text, _("All lines are met in none: %s."), failed.at);
    else if (failed.length)
        survey_format(&text, _("All lines are met in %zu of %zu; the others: %s."), met, assessment->unit_count, failed.at);
    else
        survey_format(&text, _("All lines are met in all %zu."), met);
    survey_buffer_clear(&failed);
    return page_take(page, &text);
}

static void write_notes(struct page *page)
{
    page_note(page, _("Notes: 1. \"By the rules\" is the plain ratio of persons or households that the assessment rules ask "
                      "for; the weighted estimate and its interval take the sample design into account. The verdict goes by "
                      "the former."));
    page_note(page, _("2. Verdicts are made on the unrounded value. ※: the rounded value equals the line; more digits are "
                      "shown where they tell the two apart."));
    page_note(page, _("3. △: the interval reaches across the line, so that the sample alone does not prove that it is met."));
    page_note(page, _("4. In brackets: fewer than 50 responses; *: fewer than 25, not shown. ×: 1 to 4, "
                      "not published. –: none, or not applicable."));
}

void report_summary(struct page *page)
{
    const struct stats_assessment *assessment = page->report->assessment;
    struct lined lined = find_lined(page);
    uint32_t columns = FIXED + EACH * (uint32_t)lined.in_band + 1;
    double widths[FIXED + EACH * MOST_IN_BAND + 1] = {12, 13, 12};
    for (uint32_t column = FIXED; column < columns - 1; column++)
        widths[column] = (column - FIXED) % EACH == 0 ? 9 : (column - FIXED) % EACH == 1 ? 14 : 16;
    widths[columns - 1] = lined.in_band > 2 ? 20 : 28;
    page_open(page, _("Summary"), _("Main indicators and verdicts"), page_text(page, _("%%, %s, persons"), page_things(page)), widths, columns);
    for (size_t first = 0; first < lined.count; first += lined.in_band) {
        size_t last = first + lined.in_band < lined.count ? first + lined.in_band : lined.count;
        if (first)
            output_row_height(page->sheet, page->row++, 10);
        write_heads(page, &lined, first, last, columns);
        write_row(page, &lined, first, last, -1, columns);
        for (size_t i = 0; i < assessment->unit_count; i++)
            write_row(page, &lined, first, last, (int)i, columns);
    }
    if (!lined.count)
        page_paragraph(page, _("No indicator of this evaluation has a line."));
    write_notes(page);
    page_caption(page, _("In short"));
    page_paragraph(page, quotable(page, &lined));
    page_close(page, true, 1);
}
