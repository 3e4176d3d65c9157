// SPDX-License-Identifier: GPL-3.0-or-later
// What people said on each scale of answers: all together with a chart, then by unit.
#include "output/report/page.h"

#include <math.h>
#include <string.h>

enum { MOST_ANSWERS = 10, BEFORE = 2, AFTER = 3, LEVELS_WITH_TOP = 4 };

// One row of a distribution as it may be shown.
struct row {
    const struct output_answers *answers;
    const bool *hidden; // answers, then "cannot say", then silent; NULL: nothing
    size_t base;
    double weight;
};

static struct row make_row(const struct output_answers *answers, size_t count, const bool *hidden)
{
    struct row row = {.answers = answers, .hidden = hidden};
    for (size_t i = 0; i < count; i++) {
        row.base += answers->counts[i];
        row.weight += answers->weights[i];
    }
    return row;
}

// Hides in some columns of a table what must not leave of them by themselves.
static void hide_columns(const size_t *counts, size_t rows, size_t columns, size_t first, size_t some, struct survey_arena *arena,
                         bool *hidden)
{
    size_t *part = survey_arena_array(arena, rows * some + 1, sizeof *part);
    bool *hides = survey_arena_array(arena, rows * some + 1, sizeof *hides);
    for (size_t row = 0; row < rows; row++)
        memcpy(part + row * some, counts + row * columns + first, some * sizeof *part);
    output_suppress(part, rows, some, hides);
    for (size_t row = 0; row < rows; row++)
        memcpy(hidden + row * columns + first, hides + row * some, some * sizeof *hides);
}

// Which cells of a question are hidden, by row: answers, cannot say, silent. The shares of the answers add to
// 100, so that these must keep each other; the counts beside them stand alone.
static const bool *hide(struct page *page, const struct output_opinion *opinion, size_t answers)
{
    size_t rows = page->report->assessment->unit_count + 1, columns = answers + 2;
    bool *hidden = survey_arena_array(page->arena, rows * columns, sizeof *hidden);
    size_t *counts = survey_arena_array(page->arena, rows * columns, sizeof *counts);
    if (page->report->audience != OUTPUT_OFFICIALS)
        return hidden;
    for (size_t row = 0; row < rows; row++) {
        memcpy(counts + row * columns, opinion->rows[row].counts, answers * sizeof *counts);
        counts[row * columns + answers] = opinion->rows[row].dont_know;
        counts[row * columns + answers + 1] = opinion->rows[row].silent;
    }
    hide_columns(counts, rows, columns, 0, answers, page->arena, hidden);
    hide_columns(counts, rows, columns, answers, 1, page->arena, hidden);
    hide_columns(counts, rows, columns, answers + 1, 1, page->arena, hidden);
    return hidden;
}

static double share(const struct row *row, size_t answer)
{
    return row->weight > 0 ? 100 * row->answers->weights[answer] / row->weight : (double)NAN;
}

static void write_share(struct page *page, uint32_t column, double value, bool hidden, bool small)
{
    if (hidden || small)
        output_text(page->sheet, page->row, column, small ? "*" : "×", OUTPUT_CENTRE, OUTPUT_NEUTRAL);
    else
        output_number(page->sheet, page->row, column,
                      page->report->audience == OUTPUT_OFFICIALS && isfinite(value) ? stats_round(value, 2, false) : value, 2,
                      OUTPUT_NUMBER, OUTPUT_NEUTRAL);
}

// The first of the two best answers, which stand side by side.
static size_t best_two(const struct output_scale *scale)
{
    return scale->rising ? scale->answer_count - 2 : 0;
}

static void write_row(struct page *page, const char *name, const struct row *row, const struct output_scale *scale,
                      enum output_look look)
{
    size_t answers = scale->answer_count, best = best_two(scale);
    bool small = page->report->audience == OUTPUT_OFFICIALS && row->base < 25, top = answers >= LEVELS_WITH_TOP;
    const bool *hidden = row->hidden;
    uint32_t column = 0;
    output_text(page->sheet, page->row, column++, name, look, OUTPUT_NEUTRAL);
    bool tell = !(page->report->audience == OUTPUT_OFFICIALS && row->base > 0 && row->base < 5);
    if (tell)
        page_count(page, page->row, column++, (double)row->base, OUTPUT_NUMBER);
    else
        output_text(page->sheet, page->row, column++, "×", OUTPUT_CENTRE, OUTPUT_NEUTRAL);
    for (size_t i = 0; i < answers; i++)
        write_share(page, column++, share(row, i), hidden[i], small);
    if (top) // beside a third hidden answer, the sum of two hidden ones would give it away
        write_share(page, column++, share(row, best) + share(row, best + 1), hidden[best] || hidden[best + 1], small);
    size_t apart[] = {row->answers->dont_know, row->answers->silent};
    for (size_t i = 0; i < 2; i++) {
        if (hidden[answers + i])
            output_text(page->sheet, page->row, column++, "×", OUTPUT_CENTRE, OUTPUT_NEUTRAL);
        else
            page_count(page, page->row, column++, (double)apart[i], OUTPUT_NUMBER);
    }
    page->row++;
}

static uint32_t write_heads(struct page *page, const struct output_scale *scale, const char *first)
{
    const char *heads[BEFORE + MOST_ANSWERS + AFTER] = {first, _("Gave an opinion")};
    uint32_t column = BEFORE;
    for (size_t i = 0; i < scale->answer_count; i++)
        heads[column++] = page_label(page, scale->answers[i]);
    if (scale->answer_count >= LEVELS_WITH_TOP)
        heads[column++] = page_text(page, "%s + %s", page_label(page, scale->answers[best_two(scale)]),
                                    page_label(page, scale->answers[best_two(scale) + 1]));
    heads[column++] = page_text(page, _("Cannot say (%s)"), page_things(page));
    heads[column++] = page_text(page, _("No answer (%s)"), page_things(page));
    page_heads(page, heads, column);
    return column;
}

static void write_chart(struct page *page, const struct output_scale *scale, uint32_t first, size_t questions)
{
    double height = 100 + 32 * (double)questions;
    output_stacked_bars(page->sheet, &(struct output_stack){.title = _("Distribution of answers, all together (%)"),
        .first_row = first, .last_row = first + (uint32_t)questions - 1, .category = 0, .first = BEFORE,
        .last = BEFORE + (uint32_t)scale->answer_count - 1, .head_row = first - 1, .at_row = page->row,
        .at_column = 0, .width = 980, .height = height});
    page->row += (uint32_t)(height / 20) + 1;
}

// All together, with the chart.
static void write_whole(struct page *page, size_t index)
{
    const struct output_report *report = page->report;
    const struct output_scale *scale = &report->scales[index];
    size_t questions = 0;
    write_heads(page, scale, _("Question (weighted shares, all together)"));
    uint32_t first = page->row;
    for (size_t i = 0; i < report->opinion_count; i++) {
        const struct output_opinion *opinion = &report->opinions[i];
        if (opinion->scale != index)
            continue;
        struct row row = make_row(&opinion->rows[0], scale->answer_count, hide(page, opinion, scale->answer_count));
        write_row(page, page_label(page, opinion->labels), &row, scale, OUTPUT_TEXT);
        questions++;
    }
    write_chart(page, scale, first, questions);
}

static void write_by_unit(struct page *page, size_t index)
{
    const struct output_report *report = page->report;
    const struct output_scale *scale = &report->scales[index];
    size_t columns = scale->answer_count + 2;
    uint32_t last = write_heads(page, scale, page_text(page, _("%s (weighted shares)"), page_unit_word(page))) - 1;
    for (size_t i = 0; i < report->opinion_count; i++) {
        const struct output_opinion *opinion = &report->opinions[i];
        if (opinion->scale != index)
            continue;
        const bool *hidden = hide(page, opinion, scale->answer_count);
        output_span(page->sheet, page->row++, 0, last, page_label(page, opinion->labels), OUTPUT_ROW);
        for (size_t unit = 0; unit < report->assessment->unit_count; unit++) {
            struct row row = make_row(&opinion->rows[unit + 1], scale->answer_count, hidden + (unit + 1) * columns);
            write_row(page, report->assessment->units[unit].name, &row, scale, OUTPUT_CENTRE);
        }
    }
    output_row_height(page->sheet, page->row++, 10);
}

void report_opinions(struct page *page)
{
    const struct output_report *report = page->report;
    size_t most = 0;
    for (size_t i = 0; i < report->scale_count; i++)
        most = report->scales[i].answer_count > most ? report->scales[i].answer_count : most;
    uint32_t columns = BEFORE + (uint32_t)most + (most >= LEVELS_WITH_TOP ? 3 : 2);
    double widths[BEFORE + MOST_ANSWERS + AFTER] = {44, 10};
    for (uint32_t column = BEFORE; column < columns; column++)
        widths[column] = 12;
    page_open(page, _("Satisfaction"), _("What people say: distribution of answers"), page_text(page, "%%%s%s", _(", "), page_things(page)), widths, columns);
    for (size_t i = 0; i < report->scale_count; i++)
        write_whole(page, i);
    for (size_t i = 0; i < report->scale_count; i++)
        write_by_unit(page, i);
    if (!report->opinion_count)
        page_paragraph(page, _("No question of this evaluation asks for an opinion on a scale."));
    page_note(page, _("Notes: 1. Shares are weighted, of those who gave an opinion; \"cannot say\" and missing answers are "
                      "counted apart and are in no share. Which answers count as satisfied is a matter of each indicator."));
    if (report->audience == OUTPUT_OFFICIALS)
        page_note(page, _("2. ×: concerns fewer than 5 persons, or would let such a figure be worked out; not published. *: fewer "
                          "than 25 responses, not shown. Gaps in the chart are such cells."));
    page->head_last = 0; // several tables: nothing to repeat
    page_close(page, true, 0);
}
