// SPDX-License-Identifier: GPL-3.0-or-later
// The evaluators' working sheets: weights by step, and the fieldwork by day and enumerator.
#include "output/report/page.h"

enum { WEIGHT_COLUMNS = 8, FIELD_COLUMNS = 7 };

void report_weights(struct page *page)
{
    const struct output_report *report = page->report;
    const char *heads[WEIGHT_COLUMNS] = {_("Step"), _("Method"), _("Responses"), _("Sum"), _("Mean"), _("Least"), _("Most"), _("CV")};
    static const double widths[WEIGHT_COLUMNS] = {8, 20, 12, 14, 12, 12, 12, 10};
    page_open(page, _("Weights by step"), _("Weights by step"), page_things(page), widths, WEIGHT_COLUMNS);
    page_heads(page, heads, WEIGHT_COLUMNS);
    for (size_t i = 0; i < report->step_count; i++) {
        const struct output_step *step = &report->steps[i];
        page_count(page, page->row, 0, (double)step->step, OUTPUT_NUMBER);
        output_text(page->sheet, page->row, 1, step->method, OUTPUT_CENTRE, OUTPUT_NEUTRAL);
        page_count(page, page->row, 2, (double)step->count, OUTPUT_NUMBER);
        double cells[] = {step->sum, step->mean, step->least, step->most, step->cv};
        for (uint32_t k = 0; k < 5; k++)
            output_number(page->sheet, page->row, 3 + k, cells[k], k == 0 ? 1 : 4, OUTPUT_NUMBER, OUTPUT_NEUTRAL);
        page->row++;
    }
    if (!report->step_count)
        page_paragraph(page, _("The weights sheet has not been run."));
    page_close(page, false, 0);
}

static void write_enumerators(struct page *page)
{
    const struct output_report *report = page->report;
    const char *heads[FIELD_COLUMNS] = {_("Enumerator"), _("Responses"), _("Complete"), _("Refused or broken off"),
                                        _("Median minutes"), _("Answers missing a response"), _("Suspected cases")};
    page_heads(page, heads, FIELD_COLUMNS);
    for (size_t i = 0; i < report->enumerator_count; i++) {
        const struct output_enumerator *of = &report->enumerators[i];
        double each = of->responses ? (double)of->missing_answers / (double)of->responses : 0;
        output_text(page->sheet, page->row, 0, of->who, OUTPUT_TEXT, OUTPUT_NEUTRAL);
        page_count(page, page->row, 1, (double)of->responses, OUTPUT_NUMBER);
        page_count(page, page->row, 2, (double)of->complete, OUTPUT_NUMBER);
        page_count(page, page->row, 3, (double)of->refused, OUTPUT_NUMBER);
        output_number(page->sheet, page->row, 4, of->median_minutes, 1, OUTPUT_NUMBER, OUTPUT_NEUTRAL);
        output_number(page->sheet, page->row, 5, each, 2, OUTPUT_NUMBER, OUTPUT_NEUTRAL);
        page_count(page, page->row, 6, (double)of->flagged, OUTPUT_NUMBER);
        page->row++;
    }
}

void report_fieldwork(struct page *page)
{
    const struct output_report *report = page->report;
    const char *heads[] = {_("Day"), _("Enumerator"), _("Responses that day"), _("Up to that day")};
    static const double widths[FIELD_COLUMNS] = {18, 18, 14, 14, 14, 16, 14};
    page_open(page, _("Fieldwork"), _("Fieldwork by enumerator and day"), _("responses"), widths, FIELD_COLUMNS);
    write_enumerators(page);
    page_caption(page, _("By day"));
    page_heads(page, heads, 4);
    for (size_t i = 0; i < report->day_count; i++) {
        output_text(page->sheet, page->row, 0, report->days[i].day, OUTPUT_CENTRE, OUTPUT_NEUTRAL);
        output_text(page->sheet, page->row, 1, report->days[i].who, OUTPUT_TEXT, OUTPUT_NEUTRAL);
        page_count(page, page->row, 2, (double)report->days[i].received, OUTPUT_NUMBER);
        page_count(page, page->row, 3, (double)report->days[i].total, OUTPUT_NUMBER);
        page->row++;
    }
    page->head_last = 0;
    page_close(page, false, 0);
}
