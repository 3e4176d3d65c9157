// SPDX-License-Identifier: GPL-3.0-or-later
// Sampling errors of all units together, in the columns of MICS and DHS.
#include "output/report/page.h"

#include <math.h>
#include <string.h>

enum { COLUMNS = 11 };

static void write_row(struct page *page, const struct stats_indicator *indicator, const struct stats_figure *figure)
{
    const struct stats_estimate *estimate = &figure->estimate;
    bool known = estimate->known_se;
    int decimals = indicator->decimals + 1;
    double unknown = (double)NAN, se = known ? estimate->se : unknown;
    output_text(page->sheet, page->row, 0, page_text(page, "%s %s", indicator->code, page_label(page, indicator->labels)), OUTPUT_TEXT,
                OUTPUT_NEUTRAL);
    output_text(page->sheet, page->row, 1, indicator->unit, OUTPUT_CENTRE, OUTPUT_NEUTRAL);
    page_number(page, 2, indicator, estimate->value, decimals, OUTPUT_NEUTRAL);
    page_number(page, 3, indicator, se, decimals + 1, OUTPUT_NEUTRAL);
    page_count(page, page->row, 4, (double)figure->base, OUTPUT_NUMBER);
    output_number(page->sheet, page->row, 5, estimate->sum_weights, 0, OUTPUT_NUMBER, OUTPUT_NEUTRAL);
    output_number(page->sheet, page->row, 6, estimate->deff > 0 ? estimate->deff : unknown, 3, OUTPUT_NUMBER, OUTPUT_NEUTRAL);
    output_number(page->sheet, page->row, 7, estimate->deff > 0 ? sqrt(estimate->deff) : unknown, 3, OUTPUT_NUMBER, OUTPUT_NEUTRAL);
    output_number(page->sheet, page->row, 8, known && estimate->value != 0 ? se / fabs(estimate->value) : unknown, 4, OUTPUT_NUMBER,
                  OUTPUT_NEUTRAL);
    page_number(page, 9, indicator, estimate->value - 2 * se, decimals, OUTPUT_NEUTRAL);
    page_number(page, 10, indicator, estimate->value + 2 * se, decimals, OUTPUT_NEUTRAL);
    page->row++;
}

void report_errors(struct page *page)
{
    const struct stats_assessment *assessment = page->report->assessment;
    const char *heads[COLUMNS] = {_("Indicator"), _("In"), _("Estimate R"), _("Standard error SE"), _("Responses N"), _("Weighted WN"),
                                  _("Deff"), "DEFT", "SE/R", "R-2SE", "R+2SE"};
    static const double widths[COLUMNS] = {40, 9, 12, 12, 11, 12, 10, 10, 10, 12, 12};
    bool any = false;
    page_open(page, _("Sampling errors"), _("Sampling errors, all together"), "", widths, COLUMNS);
    page_heads(page, heads, COLUMNS);
    for (size_t i = 0; i < assessment->indicator_count; i++)
        if (assessment->overall[i].estimated && page_base(&assessment->overall[i]) != PAGE_BASE_NONE) {
            write_row(page, &assessment->indicators[i], &assessment->overall[i]);
            any = true;
        }
    if (!any)
        page_paragraph(page, _("No indicator has a weighted estimate over all units together on 25 responses or more."));
    page_note(page, _("Note: weighted estimates by Taylor linearisation. DEFT is the square root of the design effect. R ± 2 SE is given for "
                      "comparison with other surveys; for rates near 0 or 100 the exact interval in the annex on indicators holds "
                      "instead. –: no standard error, because all values are equal or no stratum has two first-stage units."));
    page_close(page, true, 1);
}
