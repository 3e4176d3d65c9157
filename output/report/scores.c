// SPDX-License-Identifier: GPL-3.0-or-later
// Scores and ranks: one row a unit, ranked within its class, with its grade and what follows from it.
#include "output/report/page.h"

#include "survey/base/format.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_NODES = 14, BEFORE = 3, AFTER = 4 };

// The nodes shown: those under the root, and those under these that have parts, part after part.
static uint32_t shown_nodes(const struct page *page, int nodes[MOST_NODES])
{
    const struct stats_assessment *assessment = page->report->assessment;
    const size_t *tree = page_tree(page);
    uint32_t count = 0;
    for (size_t i = 0; i < assessment->node_count && count < MOST_NODES; i++) {
        const struct stats_node *node = &assessment->nodes[tree[i]];
        if (node->depth == 1 || (node->depth == 2 && node->indicator < 0))
            nodes[count++] = (int)tree[i];
    }
    return count;
}

static int by_class_and_rank(const void *a, const void *b)
{
    const struct stats_unit *left = *(const struct stats_unit *const *)a, *right = *(const struct stats_unit *const *)b;
    if (left->class_index != right->class_index)
        return left->class_index < right->class_index ? -1 : 1;
    if ((left->rank == 0) != (right->rank == 0))
        return left->rank ? -1 : 1;
    if (left->rank != right->rank)
        return left->rank < right->rank ? -1 : 1;
    return strcmp(left->id, right->id);
}

static const char *signals(const struct page *page, const struct stats_unit *unit)
{
    struct survey_buffer text = SURVEY_BUFFER(1 << 12);
    if (unit->vetoes)
        survey_format(&text, _("veto %d "), unit->vetoes);
    if (unit->talks)
        survey_format(&text, _("talk %d "), unit->talks);
    if (unit->flags)
        survey_format(&text, _("flag %d "), unit->flags);
    return text.length ? page_take(page, &text) : "–";
}

static void write_unit(struct page *page, const struct stats_unit *unit, const int *nodes, uint32_t node_count)
{
    const struct stats_assessment *assessment = page->report->assessment;
    uint32_t row = page->row, column = BEFORE;
    output_text(page->sheet, row, 0, page_class(page, unit), OUTPUT_CENTRE, OUTPUT_NEUTRAL);
    output_text(page->sheet, row, 1, unit->rank ? page_text(page, _("%d of %d"), unit->rank, unit->ranked) : "–",
                OUTPUT_CENTRE, OUTPUT_NEUTRAL);
    output_text(page->sheet, row, 2, unit->name, OUTPUT_CENTRE, OUTPUT_NEUTRAL);
    double total = page->report->audience == OUTPUT_OFFICIALS ? stats_round(unit->score, 2, false) : unit->score;
    for (uint32_t i = 0; i < node_count; i++, column++) {
        const struct stats_score *score = &unit->scores[nodes[i]];
        double value = page->report->audience == OUTPUT_OFFICIALS ? stats_round(score->score, 2, false) : score->score;
        if (score->absent || !score->known)
            output_text(page->sheet, row, column, score->absent ? "/" : "–", OUTPUT_CENTRE, OUTPUT_NEUTRAL);
        else
            output_number(page->sheet, row, column, value, 2, OUTPUT_NUMBER, OUTPUT_NEUTRAL);
    }
    output_number(page->sheet, row, column++, unit->scored ? total : (double)NAN, 2, OUTPUT_TOTAL, OUTPUT_NEUTRAL);
    output_text(page->sheet, row, column++, signals(page, unit), OUTPUT_CENTRE,
                unit->vetoes ? OUTPUT_BAD : unit->talks ? OUTPUT_WATCH : OUTPUT_NEUTRAL);
    const struct stats_grade *grade = unit->grade >= 0 ? &assessment->grades[unit->grade] : NULL;
    output_text(page->sheet, row, column++, grade ? page_label(page, grade->labels) : _("not graded"), OUTPUT_CENTRE,
                OUTPUT_NEUTRAL);
    output_text(page->sheet, row, column, grade ? page_label(page, grade->actions) : "–", OUTPUT_TEXT, OUTPUT_NEUTRAL);
    output_row_height(page->sheet, row, 34);
    page->row++;
}

static void write_table(struct page *page, const int *nodes, uint32_t node_count, const struct stats_unit **units)
{
    const struct stats_assessment *assessment = page->report->assessment;
    const char *heads[BEFORE + MOST_NODES + AFTER] = {_("Class"), _("Rank in class"), page_unit_word(page)};
    uint32_t column = BEFORE;
    for (uint32_t i = 0; i < node_count; i++)
        heads[column++] = page_label(page, assessment->nodes[nodes[i]].labels);
    heads[column++] = _("Total score");
    heads[column++] = _("Red lines");
    heads[column++] = _("Grade");
    heads[column++] = _("What follows");
    page_heads(page, heads, column);
    for (size_t i = 0; i < assessment->unit_count; i++)
        write_unit(page, units[i], nodes, node_count);
}

void report_scores(struct page *page)
{
    const struct stats_assessment *assessment = page->report->assessment;
    int nodes[MOST_NODES];
    uint32_t node_count = shown_nodes(page, nodes), columns = BEFORE + node_count + AFTER;
    double widths[BEFORE + MOST_NODES + AFTER] = {13, 9, 13};
    for (uint32_t column = BEFORE; column < BEFORE + node_count; column++)
        widths[column] = 11;
    widths[columns - 4] = 10;
    widths[columns - 3] = 11;
    widths[columns - 2] = 10;
    widths[columns - 1] = 26;
    const struct stats_unit **units = survey_arena_array(page->arena, assessment->unit_count + 1, sizeof *units);
    for (size_t i = 0; i < assessment->unit_count; i++)
        units[i] = &assessment->units[i];
    qsort(units, assessment->unit_count, sizeof *units, by_class_and_rank);
    page_open(page, _("Scores"), _("Scores and ranks"), _("points of 100"), widths, columns);
    uint32_t first = page->row + 1;
    write_table(page, nodes, node_count, units);
    page_note(page, _("Notes: 1. Each column is a score of 0 to 100 before weighting; the total adds them by the weights of "
                      "the unit's class (annex on weights). /: the class lacks this part; –: no score."));
    page_note(page, _("2. Ranks are given within a class only; equal scores share the better rank. Red lines are judged on "
                      "unrounded values and are carried up to the unit."));
    if (assessment->unit_count > 1)
        output_bars(page->sheet, &(struct output_bars){.title = _("Total scores"), .first_row = first,
            .last_row = first + (uint32_t)assessment->unit_count - 1, .category = 2, .values = columns - 4,
            .at_row = page->row + 1, .at_column = 1, .most = 100, .width = 860, .height = 280});
    page_close(page, true, BEFORE);
}
