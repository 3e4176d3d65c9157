// SPDX-License-Identifier: GPL-3.0-or-later
// The scheme and its weights: as written by class, and where they were applied otherwise.
#include "output/report/page.h"

#include "survey/base/format.h"
#include "survey/base/number.h"

#include <math.h>
#include <string.h>

enum { MOST_CLASSES = 10, BEFORE = 2, AFTER = 2 };

// The product of the shares down the path, in 100; NaN where the class lacks the row.
static double effective(const struct stats_assessment *assessment, size_t node, size_t class_index)
{
    double product = 100;
    for (int at = (int)node; at >= 0; at = assessment->nodes[at].parent)
        product *= assessment->nodes[at].weights[class_index] / 100;
    return product;
}

// The text of a parameter "zero=2"; NULL where it is not there.
static const char *parameter(const struct page *page, const char *params, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = params; (at = strstr(at, name)); at += length)
        if ((at == params || at[-1] == ' ') && at[length] == '=')
            return page_text(page, "%.*s", (int)strcspn(at + length + 1, " "), at + length + 1);
    return NULL;
}

static const char *rule_text(const struct page *page, const struct stats_node *node)
{
    const char *zero = parameter(page, node->params, "zero"), *full = parameter(page, node->params, "full"),
               *target = parameter(page, node->params, "target"), *ok = parameter(page, node->params, "ok"),
               *best = parameter(page, node->params, "sat"), *base = parameter(page, node->params, "base");
    if (strcmp(node->rule, "linear") == 0 && zero && full)
        return page_text(page, _("even steps: %s gives 0 points, %s gives 100"), zero, full);
    if (strcmp(node->rule, "ratio") == 0 && target)
        return page_text(page, _("in proportion to the target %s"), target);
    if (strcmp(node->rule, "efficacy") == 0 && ok && best)
        return page_text(page, _("efficacy: %s gives %s points, %s gives 100"), ok, base ? base : "60", best);
    if (strcmp(node->rule, "passthrough") == 0)
        return _("the value itself");
    return page_text(page, "%s %s", node->rule, node->params);
}

static const char *gate_text(const struct page *page, const struct stats_node *node)
{
    static const struct {
        const char *effect, *word;
    } effects[] = {{"veto", N_("veto")}, {"talk", N_("talk")}, {"flag", N_("flag")}};
    char gate[SURVEY_NUMBER_TEXT];
    const char *word = node->gate_effect;
    if (node->gate_op == STATS_NO_OP)
        return "";
    for (size_t i = 0; i < sizeof effects / sizeof *effects; i++)
        if (strcmp(node->gate_effect, effects[i].effect) == 0)
            word = _(effects[i].word);
    survey_number_text(node->gate, gate);
    return page_text(page, _("%s %s: %s"), page_sign(node->gate_op), gate, word);
}

static void write_weight(struct page *page, uint32_t column, double weight)
{
    if (isfinite(weight))
        output_number(page->sheet, page->row, column, weight, 2, OUTPUT_NUMBER, OUTPUT_NEUTRAL);
    else
        output_text(page->sheet, page->row, column, "/", OUTPUT_CENTRE, OUTPUT_NEUTRAL);
}

static void write_node(struct page *page, size_t index, uint32_t classes)
{
    const struct stats_assessment *assessment = page->report->assessment;
    const struct stats_node *node = &assessment->nodes[index];
    struct survey_buffer label = SURVEY_BUFFER(1 << 17);
    for (int depth = 0; depth < node->depth && depth < 16; depth++)
        survey_buffer_text(&label, "　");
    survey_buffer_text(&label, page_label(page, node->labels));
    output_text(page->sheet, page->row, 0, node->code, OUTPUT_CENTRE, OUTPUT_NEUTRAL);
    output_text(page->sheet, page->row, 1, survey_buffer_string(&label), OUTPUT_TEXT, OUTPUT_NEUTRAL);
    for (uint32_t i = 0; i < classes; i++) {
        write_weight(page, BEFORE + 2 * i, node->weights[i]);
        write_weight(page, BEFORE + 2 * i + 1, effective(assessment, index, i));
    }
    output_text(page->sheet, page->row, BEFORE + 2 * classes, *node->rule ? rule_text(page, node) : "", OUTPUT_TEXT, OUTPUT_NEUTRAL);
    output_text(page->sheet, page->row, BEFORE + 2 * classes + 1, gate_text(page, node), OUTPUT_CENTRE, OUTPUT_NEUTRAL);
    page->row++;
    survey_buffer_clear(&label);
}

static void write_heads(struct page *page, uint32_t classes)
{
    const struct output_report *report = page->report;
    uint32_t row = page->row, after = BEFORE + 2 * classes;
    output_block(page->sheet, row, 0, row + 1, 0, _("Code"), OUTPUT_HEAD);
    output_block(page->sheet, row, 1, row + 1, 1, _("Part or indicator"), OUTPUT_HEAD);
    for (uint32_t i = 0; i < classes; i++) {
        const char *name = i < report->assessment->class_count ? report->assessment->classes[i] : _("All");
        const char *word = page_word(page, name);
        output_span(page->sheet, row, BEFORE + 2 * i, BEFORE + 2 * i + 1, *word ? word : name, OUTPUT_HEAD);
        output_text(page->sheet, row + 1, BEFORE + 2 * i, _("Within its part"), OUTPUT_HEAD, OUTPUT_NEUTRAL);
        output_text(page->sheet, row + 1, BEFORE + 2 * i + 1, _("Of the total"), OUTPUT_HEAD, OUTPUT_NEUTRAL);
    }
    output_block(page->sheet, row, after, row + 1, after, _("How points are given"), OUTPUT_HEAD);
    output_block(page->sheet, row, after + 1, row + 1, after + 1, _("Red line"), OUTPUT_HEAD);
    output_row_height(page->sheet, row, 20);
    output_row_height(page->sheet, row + 1, 32);
    page->head_first = row;
    page->head_last = row + 1;
    page->row += 2;
}

// Where what was missing was spread over its siblings.
static void write_applied(struct page *page)
{
    const struct stats_assessment *assessment = page->report->assessment;
    bool any = false;
    for (size_t u = 0; u < assessment->unit_count; u++) {
        const struct stats_unit *unit = &assessment->units[u];
        for (size_t i = 0; i < assessment->node_count; i++) {
            const struct stats_score *score = &unit->scores[i];
            double written = effective(assessment, i, unit->class_index < 0 ? 0 : (size_t)unit->class_index);
            if (assessment->nodes[i].indicator < 0 || score->absent || fabs(written - score->share) < 1e-9)
                continue;
            if (!any)
                page_caption(page, _("Weights applied otherwise, because a figure was missing"));
            any = true;
            page_note(page, page_text(page, _("%s, %s %s: %s by the scheme, %s as applied"), unit->name,
                                      assessment->nodes[i].code, page_label(page, assessment->nodes[i].labels),
                                      page_fixed(page, written, 2), page_fixed(page, score->share, 2)));
        }
    }
    if (!any)
        page_note(page, _("3. The weights were applied to every unit as written."));
}

void report_scheme(struct page *page)
{
    const struct stats_assessment *assessment = page->report->assessment;
    uint32_t classes = assessment->class_count ? (uint32_t)assessment->class_count : 1;
    classes = classes > MOST_CLASSES ? MOST_CLASSES : classes;
    uint32_t columns = BEFORE + 2 * classes + AFTER;
    double widths[BEFORE + 2 * MOST_CLASSES + AFTER] = {9, 44};
    for (uint32_t column = BEFORE; column < columns - 2; column++)
        widths[column] = 9;
    widths[columns - 2] = 34;
    widths[columns - 1] = 14;
    page_open(page, _("Scheme"), _("The scheme and its weights"), "%", widths, columns);
    write_heads(page, classes);
    const size_t *tree = page_tree(page);
    for (size_t i = 0; i < assessment->node_count; i++)
        write_node(page, tree[i], classes);
    page_note(page, _("Notes: 1. \"Within its part\" adds to 100 under each part; \"of the total\" is the product of the shares "
                      "from the top down, in 100. /: the class lacks this row."));
    page_note(page, _("2. Red line: the condition on the unrounded value that brings a veto or a talk."));
    write_applied(page);
    page_close(page, true, BEFORE);
}
