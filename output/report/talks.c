// SPDX-License-Identifier: GPL-3.0-or-later
// The red lines that were crossed: which unit, on what, by how much, and what follows.
#include "output/report/page.h"

#include "survey/base/number.h"

#include <math.h>
#include <string.h>

enum { COLUMNS = 7 };

static const char *effect_word(const struct page *page, const char *effect)
{
    if (strcmp(effect, "veto") == 0)
        return _("veto");
    if (strcmp(effect, "talk") == 0)
        return _("talk");
    if (strcmp(effect, "flag") == 0)
        return _("flag");
    return strncmp(effect, "cap:", 4) == 0 ? page_text(page, _("total at most %s"), effect + 4) : effect;
}

static void write_row(struct page *page, const struct stats_unit *unit, size_t index)
{
    const struct stats_assessment *assessment = page->report->assessment;
    const struct stats_node *node = &assessment->nodes[index];
    const struct stats_indicator *indicator = node->indicator >= 0 ? &assessment->indicators[node->indicator] : NULL;
    const struct stats_figure *figure = indicator ? &unit->figures[node->indicator] : NULL;
    const struct stats_grade *grade = unit->grade >= 0 ? &assessment->grades[unit->grade] : NULL;
    bool touches = false, veto = strcmp(node->gate_effect, "veto") == 0;
    char gate[SURVEY_NUMBER_TEXT];
    survey_number_text(node->gate, gate);
    output_text(page->sheet, page->row, 0, unit->name, OUTPUT_CENTRE, OUTPUT_NEUTRAL);
    output_text(page->sheet, page->row, 1, page_class(page, unit), OUTPUT_CENTRE, OUTPUT_NEUTRAL);
    output_text(page->sheet, page->row, 2, page_text(page, "%s %s", node->code, page_label(page, node->labels)), OUTPUT_TEXT,
                OUTPUT_NEUTRAL);
    if (figure && !figure->missing)
        page_number(page, 3, indicator, figure->value, page_decimals(indicator, figure->value, &touches), OUTPUT_NEUTRAL);
    else
        output_number(page->sheet, page->row, 3, unit->scores[index].known ? unit->scores[index].score : (double)NAN, 2, OUTPUT_NUMBER,
                      OUTPUT_NEUTRAL);
    output_text(page->sheet, page->row, 4, page_text(page, "%s %s%s%s", page_sign(node->gate_op), gate, indicator ? " " : "",
                                                     indicator ? indicator->unit : ""), OUTPUT_CENTRE, OUTPUT_NEUTRAL);
    output_text(page->sheet, page->row, 5, effect_word(page, node->gate_effect), OUTPUT_CENTRE, veto ? OUTPUT_BAD : OUTPUT_WATCH);
    output_text(page->sheet, page->row, 6, grade ? page_label(page, grade->actions) : "–", OUTPUT_TEXT, OUTPUT_NEUTRAL);
    page->row++;
}

void report_talks(struct page *page)
{
    const struct stats_assessment *assessment = page->report->assessment;
    const size_t *tree = page_tree(page);
    const char *heads[COLUMNS] = {page_unit_word(page), _("Class"), _("Item"), _("Value"), _("Red line"), _("Effect"), _("What follows")};
    static const double widths[COLUMNS] = {14, 16, 36, 12, 16, 14, 34};
    bool any = false;
    page_open(page, _("Red lines"), _("Red lines crossed, and what is proposed"), "", widths, COLUMNS);
    page_heads(page, heads, COLUMNS);
    for (size_t u = 0; u < assessment->unit_count; u++)
        for (size_t i = 0; i < assessment->node_count; i++)
            if (assessment->units[u].scores[tree[i]].gated) {
                write_row(page, &assessment->units[u], tree[i]);
                any = true;
            }
    if (!any)
        page_paragraph(page, _("No red line was crossed."));
    page_note(page, _("Note: red lines of the scheme, judged on unrounded values. What follows is the action of the unit's grade."));
    page_close(page, true, 1);
}
