// SPDX-License-Identifier: GPL-3.0-or-later
// The head of a page, notes, and figures as people read them.
#include "output/report/page.h"

#include "survey/base/format.h"
#include "survey/base/number.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

const char *page_label(const struct page *page, output_labels labels)
{
    const struct survey_form *form = page->report->form;
    if (!labels)
        return "";
    if (labels[page->language])
        return labels[page->language];
    if (labels[form->default_language])
        return labels[form->default_language];
    for (size_t i = 0; i < form->language_count; i++)
        if (labels[i])
            return labels[i];
    return "";
}

const char *page_text(const struct page *page, const char *format, ...)
{
    struct survey_buffer buffer = SURVEY_BUFFER(1 << 20);
    va_list list;
    va_start(list, format);
    survey_format_list(&buffer, format, list);
    va_end(list);
    const char *text = survey_arena_strdup(page->arena, survey_buffer_string(&buffer));
    survey_buffer_clear(&buffer);
    return text;
}

const char *page_take(const struct page *page, struct survey_buffer *buffer)
{
    size_t length = buffer->length;
    while (length && buffer->at[length - 1] == ' ')
        length--;
    const char *text = survey_arena_strndup(page->arena, survey_buffer_string(buffer), length);
    survey_buffer_clear(buffer);
    return text;
}

const char *page_word(const struct page *page, const char *name)
{
    for (size_t i = 0; i < page->report->word_count; i++)
        if (strcmp(page->report->words[i].name, name) == 0)
            return page_label(page, page->report->words[i].labels);
    return "";
}

// The frame column of the deepest stage; "" where nothing was drawn.
static const char *last_stage(const struct output_report *report)
{
    const struct output_stage *last = NULL;
    for (size_t i = 0; i < report->stage_count; i++)
        if (!last || report->stages[i].stage >= last->stage)
            last = &report->stages[i];
    return last ? last->unit : "";
}

const char *page_things(const struct page *page)
{
    const char *word = page_word(page, last_stage(page->report));
    return *word ? word : _("households");
}

bool page_has_cases(const struct page *page)
{
    const struct stats_assessment *assessment = page->report->assessment;
    bool any = page->report->ruled || page->report->funnel_count || page->report->case_count;
    for (size_t i = 0; i < assessment->indicator_count; i++)
        any |= assessment->indicators[i].statistic == STATS_CASES;
    return any;
}

const char *page_unit_word(const struct page *page)
{
    const char *word = page_word(page, page->report->assessed_unit);
    return *word ? word : _("Area");
}

const char *page_class(const struct page *page, const struct stats_unit *unit)
{
    const char *word = page_word(page, unit->class_name);
    return *word ? word : unit->class_name;
}

const char *page_round(const struct page *page)
{
    const struct output_report *report = page->report;
    const char *label = page_label(page, report->round_labels);
    if (!*label)
        label = report->assessment->round;
    if (!*report->round_start || !*report->round_end)
        return label;
    return page_text(page, _("%s (%s to %s)"), label, report->round_start, report->round_end);
}

static void add_branch(const struct stats_assessment *assessment, int node, size_t *tree, size_t *count)
{
    tree[(*count)++] = (size_t)node;
    for (size_t i = (size_t)node + 1; i < assessment->node_count; i++) // parents stand before children
        if (assessment->nodes[i].parent == node)
            add_branch(assessment, (int)i, tree, count);
}

const size_t *page_tree(const struct page *page)
{
    const struct stats_assessment *assessment = page->report->assessment;
    size_t *tree = survey_arena_array(page->arena, assessment->node_count + 1, sizeof *tree), count = 0;
    for (size_t i = 0; i < assessment->node_count; i++)
        if (assessment->nodes[i].parent < 0)
            add_branch(assessment, (int)i, tree, &count);
    return tree;
}

const char *page_time(const struct page *page, const char *time)
{
    bool whole = strlen(time) >= 16 && time[10] == 'T';
    return whole ? page_text(page, "%.10s %.5s", time, time + 11) : time;
}

// --- the page -----------------------------------------------------------------------------------

void page_open(struct page *page, const char *name, const char *title, const char *unit, const double *widths,
               uint32_t columns)
{
    const char *evaluation = page_label(page, page->report->titles);
    page->sheet = output_sheet_new(page->book, name, page->chinese);
    page->columns = columns;
    page->head_first = page->head_last = 0;
    for (uint32_t column = 0; column < columns; column++)
        output_width(page->sheet, column, widths[column]);
    output_text(page->sheet, 0, 0, page_text(page, _("Annex %u"), ++*page->number), OUTPUT_ATTACHMENT,
                OUTPUT_NEUTRAL);
    output_row_height(page->sheet, 0, 22);
    const char *whole = *evaluation ? page_text(page, _("%s: %s"), evaluation, title) : title;
    output_span(page->sheet, 1, 0, columns - 1, whole, OUTPUT_TITLE);
    uint32_t half = columns / 2;
    output_span(page->sheet, 2, 0, half ? half - 1 : 0, page_text(page, _("Round: %s"), page_round(page)), OUTPUT_LEFT);
    if (*unit && half)
        output_span(page->sheet, 2, half, columns - 1, page_text(page, _("Unit: %s"), unit), OUTPUT_SIDE);
    output_row_height(page->sheet, 2, 18);
    page->row = 3;
}

void page_close(struct page *page, bool landscape, uint32_t freeze_column)
{
    bool headed = page->head_last > 0;
    output_sheet_finish(page->sheet, &(struct output_page){
        .landscape = landscape,
        .head_first = page->head_first,
        .head_last = page->head_last,
        .freeze_row = headed ? page->head_last + 1 : 0,
        .freeze_column = headed ? freeze_column : 0,
        .columns = page->columns,
        .protect = page->report->audience == OUTPUT_OFFICIALS,
    });
}

void page_heads(struct page *page, const char *const *heads, uint32_t columns)
{
    for (uint32_t column = 0; column < columns; column++)
        output_text(page->sheet, page->row, column, heads[column], OUTPUT_HEAD, OUTPUT_NEUTRAL);
    output_row_height(page->sheet, page->row, 22);
    if (!page->head_last)
        page->head_first = page->head_last = page->row;
    page->row++;
}

static void wide(struct page *page, const char *text, enum output_look look)
{
    output_span(page->sheet, page->row, 0, page->columns - 1, text, look);
    page->row++;
}

void page_note(struct page *page, const char *text)
{
    wide(page, text, OUTPUT_NOTE);
}

void page_paragraph(struct page *page, const char *text)
{
    wide(page, text, OUTPUT_PLAIN);
}

void page_caption(struct page *page, const char *text)
{
    output_row_height(page->sheet, page->row++, 10);
    wide(page, text, OUTPUT_CAPTION);
}

// --- figures ------------------------------------------------------------------------------------

int page_decimals(const struct stats_indicator *indicator, double value, bool *touches)
{
    int decimals = indicator->decimals;
    *touches = false;
    if (indicator->line_op == STATS_NO_OP || !isfinite(value))
        return decimals;
    double line = stats_round(indicator->line, decimals, indicator->half_even);
    *touches = stats_round(value, decimals, indicator->half_even) == line;
    if (!*touches || fabs(value - indicator->line) < 1e-9)
        return decimals;
    while (decimals < 6 && stats_round(value, decimals, indicator->half_even) == indicator->line)
        decimals++;
    return decimals;
}

const char *page_fixed(const struct page *page, double value, int decimals)
{
    char text[SURVEY_NUMBER_TEXT];
    if (!isfinite(value))
        return "–";
    survey_number_fixed(value, decimals, SURVEY_HALF_UP, text);
    bool nothing = text[0] == '-' && strspn(text + 1, "0.") == strlen(text + 1); // "-0.00"
    return page_text(page, "%s", nothing ? text + 1 : text);
}

const char *page_value(const struct page *page, const struct stats_indicator *indicator, double value)
{
    return isfinite(value) ? page_fixed(page, stats_round(value, indicator->decimals, indicator->half_even),
                                        indicator->decimals)
                           : "–";
}

void page_number(struct page *page, uint32_t column, const struct stats_indicator *indicator, double value,
                 int decimals, enum output_tone tone)
{
    double shown = page->report->audience == OUTPUT_OFFICIALS && isfinite(value)
                       ? stats_round(value, decimals, indicator->half_even)
                       : value;
    output_number(page->sheet, page->row, column, shown, decimals, OUTPUT_NUMBER, tone);
}

void page_count(struct page *page, uint32_t row, uint32_t column, double count, enum output_look look)
{
    bool whole = isfinite(count) && fabs(count - nearbyint(count)) < 1e-6;
    output_number(page->sheet, row, column, whole ? nearbyint(count) : count, whole ? 0 : 1, look, OUTPUT_NEUTRAL);
}

bool page_hides(const struct page *page, const struct stats_indicator *indicator, const struct stats_figure *figure)
{
    bool answers = indicator->statistic != STATS_CASES && indicator->statistic != STATS_ADMIN &&
                   indicator->statistic != STATS_EXTERNAL && indicator->statistic != STATS_DERIVED;
    return page->report->audience == OUTPUT_OFFICIALS && answers && figure->base > 0 && figure->base < 5;
}

enum page_base page_base(const struct stats_figure *figure)
{
    if (!figure->estimated || !figure->base) // derived figures have no base of their own
        return PAGE_BASE_FULL;
    return figure->base < 25 ? PAGE_BASE_NONE : figure->base < 50 ? PAGE_BASE_WEAK : PAGE_BASE_FULL;
}

const char *page_interval(const struct page *page, const struct stats_indicator *indicator,
                          const struct stats_figure *figure)
{
    const struct stats_estimate *estimate = &figure->estimate;
    if (!figure->estimated || strcmp(estimate->interval, "none") == 0)
        return "–";
    if (strcmp(estimate->interval, "upper limit") == 0)
        return page_text(page, _("none found; at most %s"), page_value(page, indicator, estimate->high));
    if (strcmp(estimate->interval, "lower limit") == 0)
        return page_text(page, _("all; at least %s"), page_value(page, indicator, estimate->low));
    if (strcmp(estimate->interval, "census") == 0)
        return _("every unit was taken");
    return page_text(page, _("%s to %s"), page_value(page, indicator, estimate->low),
                     page_value(page, indicator, estimate->high));
}

const char *page_method(const char *interval)
{
    if (strcmp(interval, "t") == 0)
        return _("Student t");
    if (strcmp(interval, "korn-graubard") == 0)
        return _("exact (Korn–Graubard)");
    if (strcmp(interval, "upper limit") == 0 || strcmp(interval, "lower limit") == 0)
        return _("one-sided limit");
    if (strcmp(interval, "census") == 0)
        return _("every unit taken");
    return strcmp(interval, "none") == 0 ? "–" : interval;
}

const char *page_verdict(const struct stats_figure *figure, enum output_tone *tone)
{
    *tone = OUTPUT_NEUTRAL;
    if (figure->missing) {
        *tone = OUTPUT_WATCH;
        return _("no figure");
    }
    if (figure->verdict == STATS_CROSSED) {
        *tone = OUTPUT_BAD;
        return _("not met");
    }
    if (figure->verdict == STATS_NO_LINE)
        return "–";
    if (figure->proof == STATS_NOT_PROVED || figure->proof == STATS_DISPROVED) {
        *tone = OUTPUT_WATCH;
        return _("met △");
    }
    return _("met");
}

const char *page_sign(enum stats_op op)
{
    static const char *const signs[] = {"", "<", "≤", ">", "≥"};
    return signs[op];
}

const char *page_count_word(const struct page *page, const struct stats_indicator *indicator, double count)
{
    bool persons = *indicator->per || indicator->statistic == STATS_CASES || indicator->statistic == STATS_DERIVED;
    const char *things = page_things(page);
    if (persons)
        return count == 1 ? _("person") : _("persons");
    return count == 1 && strcmp(things, _("households")) == 0 ? _("household") : things;
}

const char *page_line(const struct page *page, const struct stats_indicator *indicator)
{
    char line[SURVEY_NUMBER_TEXT];
    survey_number_text(indicator->line, line);
    switch (indicator->line_op) {
    case STATS_GREATER:
        return page_text(page, _("not above %s"), line);
    case STATS_GREATER_EQUAL:
        return page_text(page, _("below %s"), line);
    case STATS_LESS:
        return page_text(page, _("not below %s"), line);
    case STATS_LESS_EQUAL:
        return page_text(page, _("above %s"), line);
    case STATS_NO_OP:
        break;
    }
    return "–";
}

const char *page_counting(const struct stats_indicator *indicator)
{
    if (strstr(indicator->params, "den=village"))
        return _("denominator: all such persons of the sampled villages");
    if (strstr(indicator->params, "den=interviewed"))
        return _("denominator: those interviewed");
    if (strstr(indicator->params, "dont_know=count"))
        return _("\"cannot say\" counts in the denominator");
    return "";
}
