// SPDX-License-Identifier: GPL-3.0-or-later
// Suspected cases from flag to decision, by type and unit; for evaluators each case too.
#include "output/report/page.h"

#include <string.h>

enum { COLUMNS = 8 };

static const char *type_word(const char *type)
{
    static const struct {
        const char *type, *word;
    } words[] = {{"wrong_exit", N_("wrong exit")}, {"missed", N_("missed household")}, {"wrong_reg", N_("wrong registration")},
                 {"policy", N_("policy and procedure")}, {"quality", N_("quality of the interview")}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(type, words[i].type) == 0)
            return _(words[i].word);
    return type;
}

static const char *state_word(const char *state)
{
    static const struct {
        const char *state, *word;
    } words[] = {{"flagged", N_("open")}, {"confirmed", N_("confirmed")}, {"dismissed", N_("dismissed")}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(state, words[i].state) == 0)
            return _(words[i].word);
    return state;
}

static void write_funnel(struct page *page, const struct output_funnel *funnel)
{
    bool all = funnel->unit < 0;
    enum output_look look = all ? OUTPUT_TOTAL : OUTPUT_NUMBER;
    size_t decided = funnel->confirmed + funnel->dismissed;
    double cells[] = {(double)funnel->flagged, (double)funnel->open, (double)funnel->dismissed, (double)funnel->confirmed,
                      funnel->persons};
    output_text(page->sheet, page->row, 0, all ? type_word(funnel->type) : "", OUTPUT_TEXT, OUTPUT_NEUTRAL);
    output_text(page->sheet, page->row, 1, all ? _("Total") : page->report->assessment->units[funnel->unit].name,
                OUTPUT_CENTRE, OUTPUT_NEUTRAL);
    for (uint32_t i = 0; i < 5; i++)
        page_count(page, page->row, 2 + i, cells[i], look);
    if (decided)
        output_number(page->sheet, page->row, 7, stats_round(100 * (double)funnel->confirmed / (double)decided, 2, false), 2,
                      look, OUTPUT_NEUTRAL);
    else
        output_text(page->sheet, page->row, 7, "–", OUTPUT_CENTRE, OUTPUT_NEUTRAL);
    page->row++;
}

void report_cases(struct page *page)
{
    const struct output_report *report = page->report;
    const char *heads[COLUMNS] = {_("Type"), page_unit_word(page), _("Suspected"), _("Still open"), _("Dismissed"),
                                  _("Confirmed"), _("Persons in confirmed cases"), _("Confirmed of decided (%)")};
    static const double widths[COLUMNS] = {24, 17, 12, 12, 12, 14, 18, 20};
    if (!page_has_cases(page))
        return;
    bool any = false, officials = report->audience == OUTPUT_OFFICIALS;
    page_open(page, _("Cases"), _("Suspected cases and what became of them"), _("cases, persons, %"), widths, COLUMNS);
    page_heads(page, heads, COLUMNS);
    for (size_t i = 0; i < report->funnel_count; i++) {
        if (officials && strcmp(report->funnel[i].type, "quality") == 0)
            continue; // of the interviews, not of the units
        write_funnel(page, &report->funnel[i]);
        any = true;
    }
    if (!any)
        page_paragraph(page, _("No case was flagged in this round."));
    page_note(page, _("Note: an answer alone makes no case. Rules and enumerators flag, evaluators confirm or dismiss with "
                      "their reasons; only confirmed cases enter an indicator, and dismissed ones stay on record."));
    page_close(page, true, 0);
}

void report_case_list(struct page *page)
{
    const struct output_report *report = page->report;
    if (!page_has_cases(page))
        return;
    const char *heads[COLUMNS] = {_("Type"), _("Household"), _("Rules"), _("State"), _("Opened"), _("Decided by"), _("Reason"),
                                  _("Case")};
    static const double widths[COLUMNS] = {22, 16, 16, 10, 12, 12, 30, 42};
    page_open(page, _("Case list"), _("Cases one by one"), _("cases"), widths, COLUMNS);
    page_heads(page, heads, COLUMNS);
    for (size_t i = 0; i < report->case_count; i++) {
        const struct output_case *of = &report->cases[i];
        const char *cells[COLUMNS] = {type_word(of->type), of->unit, of->rules, state_word(of->state), of->opened, of->who,
                                      of->why, of->id};
        for (uint32_t column = 0; column < COLUMNS; column++)
            output_text(page->sheet, page->row, column, cells[column], OUTPUT_TEXT, OUTPUT_NEUTRAL);
        page->row++;
    }
    page_close(page, true, 2);
}
