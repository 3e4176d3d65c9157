// SPDX-License-Identifier: GPL-3.0-or-later
// The sample and what became of it: AAPOR dispositions and rates, by unit and by stratum.
#include "output/report/page.h"

#include <math.h>

enum { COLUMNS = 17 };

static void write_row(struct page *page, const char *name, const struct output_outcome *outcome, bool total)
{
    const size_t *counts = outcome->counts;
    size_t cells[] = {outcome->sampled, counts[0], counts[1], counts[2], counts[3], counts[4], counts[5] + counts[6],
                      counts[7], outcome->silent, outcome->replaced};
    enum output_look look = total ? OUTPUT_TOTAL : OUTPUT_NUMBER;
    output_text(page->sheet, page->row, 0, name, OUTPUT_TEXT, OUTPUT_NEUTRAL);
    for (uint32_t i = 0; i < 10; i++)
        page_count(page, page->row, 1 + i, (double)cells[i], look);
    for (uint32_t i = 0; i < OUTPUT_RATES; i++) {
        double rate = 100 * outcome->rates[i];
        bool low = i == 1 && rate < 90; // MICS: act below 90 %
        output_number(page->sheet, page->row, 11 + i,
                      page->report->audience == OUTPUT_OFFICIALS && isfinite(rate) ? stats_round(rate, 2, false) : rate, 2, look,
                      low ? OUTPUT_WATCH : OUTPUT_NEUTRAL);
    }
    page->row++;
}

static void write_table(struct page *page, const char *first, const struct output_outcome *outcomes, size_t count)
{
    const char *heads[COLUMNS] = {first, _("Drawn"), _("Complete"), _("Partial"), _("Refused"), _("Not reached"), _("Other"),
        _("Unknown"), _("Not eligible"), _("Of not reached: no result"), _("Replaced"), "RR1 %", "RR2 %", "RR5 %", "COOP1 %", "REF1 %",
        "CON1 %"};
    page_heads(page, heads, COLUMNS);
    for (size_t i = 0; i < count; i++) {
        const char *label = page_label(page, outcomes[i].labels);
        write_row(page, i == 0 ? _("Total") : *label ? label : "–", &outcomes[i], i == 0);
    }
}

void report_response(struct page *page)
{
    const struct output_report *report = page->report;
    static const double widths[COLUMNS] = {26, 8, 8, 8, 8, 8, 8, 9, 9, 11, 8, 9, 9, 9, 9, 9, 9};
    page_open(page, _("Sample and response"), _("Sample and response"), page_text(page, "%s%s%%", page_things(page), _(", ")), widths, COLUMNS);
    write_table(page, page_unit_word(page), report->by_unit, report->by_unit_count);
    // The total, and more than one, or one that has a name.
    if (report->by_stratum_count > 2 || (report->by_stratum_count == 2 && *page_label(page, report->by_stratum[1].labels))) {
        page_caption(page, _("By stratum"));
        write_table(page, _("Stratum"), report->by_stratum, report->by_stratum_count);
    }
    page_note(page, _("Notes: 1. By AAPOR's standard definitions: RR1 and RR2 are completed (and partial) interviews over all "
                      "that were or may have been eligible; RR5 leaves out those of unknown eligibility; COOP1 cooperation, REF1 "
                      "refusal, CON1 contact."));
    // xgettext:no-c-format
    page_note(page, _("2. \"Drawn\" counts everyone drawn and the reserves brought in; who was replaced stays in the "
                      "count with their own result. RR2 below 90% is shaded."));
    page->head_last = 0;
    page_close(page, true, 0);
}
