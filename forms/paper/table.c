// SPDX-License-Identifier: GPL-3.0-or-later
// Blocks over the page's width: matrices of one list, and tables to write repeats in.
#include "forms/paper/maker.h"

#include "survey/base/arena.h"
#include "survey/base/format.h"

#include <math.h>
#include <string.h>

enum { MATRIX_ROWS = 14, TABLE_COLUMNS = 7, LEGEND_MOST = 8 };

#define CHOICE_WIDTH 17.0
#define TABLE_ROW 9.5

struct matrix {
    const struct survey_choice_list *list;
    double left;  // of the first choice's column
    double width; // of each
};

static void matrix_head(struct paper_maker *maker, struct paper_block *block, const struct matrix *matrix)
{
    double most = 0;
    struct paper_text *heads = survey_arena_array(maker->arena, matrix->list->count, sizeof *heads);
    for (size_t i = 0; i < matrix->list->count; i++) {
        const struct survey_choice *choice = &matrix->list->choices[i];
        const char *label = paper_say_all(maker, choice->labels, "\n");
        paper_texts_place(maker->texts, "choices", choice->row);
        heads[i] = paper_text(maker->texts, PAPER_HINT, PAPER_CENTRED, matrix->width - 1, *label ? label : choice->name);
        most = fmax(most, heads[i].h);
    }
    for (size_t i = 0; i < matrix->list->count; i++)
        paper_op_text(maker, block, &heads[i], matrix->left + (double)i * matrix->width + 0.5, block->h + most - heads[i].h);
    block->h += most + 1.4;
}

static void matrix_row(struct paper_maker *maker, struct paper_block *block, const struct matrix *matrix, const struct survey_item *item)
{
    // The label is set as a question's in a block of its own width, then taken over.
    struct paper_block label = {.w = matrix->left - 3, .item = item};
    paper_block_question(maker, &label, item);
    double height = fmax(PAPER_ROW + 0.5, label.h + 2), top = block->h + (height - label.h) / 2;
    for (size_t i = 0; i < label.op_count; i++)
        paper_op_text(maker, block, &label.ops[i].text, label.ops[i].x, label.ops[i].y + top);
    for (size_t i = 0; i < matrix->list->count; i++)
        paper_add_mark(maker, block, item, matrix->list->choices[i].name, -2,
                       matrix->left + ((double)i + 0.5) * matrix->width - PAPER_BOX / 2, block->h + (height - PAPER_BOX) / 2);
    block->h += height;
    paper_op_line(maker, block, 0, block->h, matrix->left - 3, 0, 0.1);
}

bool paper_block_matrix(struct paper_maker *maker, struct paper_blocks *blocks, const struct paper_entry *entry)
{
    struct matrix matrix = {.list = entry->item->list};
    double count = (double)matrix.list->count;
    matrix.width = fmin(CHOICE_WIDTH, (PAPER_FULL - 60) / count);
    matrix.left = PAPER_FULL - count * matrix.width;
    for (size_t from = 0; from < entry->part_count; from += MATRIX_ROWS) {
        struct paper_block *block = paper_block_add(maker, blocks, entry->item, true);
        matrix_head(maker, block, &matrix);
        for (size_t i = from; i < entry->part_count && i < from + MATRIX_ROWS; i++)
            matrix_row(maker, block, &matrix, entry->parts[i]);
        block->h += block->tail = 3;
    }
    return true;
}

// --- repeats ------------------------------------------------------------------------------------

// "1 男 · 2 女": the codes to write, where the list is short.
static const char *legend(struct paper_maker *maker, const struct survey_item *item)
{
    if (!item->list || item->list->file || item->list->count > LEGEND_MOST)
        return "";
    struct survey_buffer text = SURVEY_BUFFER(4096);
    for (size_t i = 0; i < item->list->count; i++)
        survey_format(&text, "%s%s=%s", i ? " · " : "\n", item->list->choices[i].name,
                      paper_say_all(maker, item->list->choices[i].labels, " "));
    const char *kept = survey_arena_strdup(maker->arena, survey_buffer_string(&text));
    survey_buffer_clear(&text);
    return kept;
}

static void table_head(struct paper_maker *maker, struct paper_block *block, const struct paper_entry *entry, size_t from,
                       size_t count, double left, double width)
{
    double most = 0;
    struct paper_text *heads = survey_arena_array(maker->arena, count, sizeof *heads);
    for (size_t i = 0; i < count; i++) {
        const struct survey_item *item = entry->parts[from + i];
        const char *condition = paper_say_condition(maker, &item->relevant, 0);
        const char *label = paper_say_all(maker, item->labels, "\n");
        paper_texts_place(maker->texts, "survey", item->row);
        heads[i] = paper_text(maker->texts, PAPER_HINT, PAPER_LEFT_ALIGNED, width - 2,
                              survey_arena_format(maker->arena, "**%s** %s%s%s%s", maker->plan->numbers[item->index],
                                                  *label ? label : item->name, legend(maker, item), *condition ? "\n▸ " : "", condition));
        most = fmax(most, heads[i].h);
    }
    for (size_t i = 0; i < count; i++)
        paper_op_text(maker, block, &heads[i], left + (double)i * width + 1, block->h + most - heads[i].h);
    block->h += most + 0.8;
}

static void table_rows(struct paper_maker *maker, struct paper_block *block, const struct paper_entry *entry, size_t from,
                       size_t count, double left, double width)
{
    for (size_t row = 0; row < entry->rows; row++, block->h += TABLE_ROW) {
        struct paper_text number = paper_text(maker->texts, PAPER_HINT, PAPER_LEFT_ALIGNED, 0, survey_arena_format(maker->arena, "%zu", row + 1));
        paper_op_text(maker, block, &number, 1, block->h + (TABLE_ROW - number.h) / 2);
        for (size_t i = 0; i < count; i++) {
            double x = left + (double)i * width;
            const char *name = survey_arena_format(maker->arena, "%s[%zu]", entry->parts[from + i]->column, row + 1);
            paper_op_box(maker, block, x, block->h, width, TABLE_ROW, 0.2);
            paper_add_writing(maker, block, name, x, block->h, width, TABLE_ROW);
        }
    }
}

void paper_block_rows(struct paper_maker *maker, struct paper_blocks *blocks, const struct paper_entry *entry)
{
    const double left = 8;
    for (size_t from = 0; from < entry->part_count;) {
        size_t tables = (entry->part_count - from + TABLE_COLUMNS - 1) / TABLE_COLUMNS;
        size_t count = (entry->part_count - from + tables - 1) / tables; // evenly over the tables
        double width = fmin((PAPER_FULL - left) / (double)count, 60);
        struct paper_block *block = paper_block_add(maker, blocks, entry->item, true);
        table_head(maker, block, entry, from, count, left, width);
        table_rows(maker, block, entry, from, count, left, width);
        block->h += block->tail = 4;
        from += count;
    }
}
