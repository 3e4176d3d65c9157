// SPDX-License-Identifier: GPL-3.0-or-later
// Blocks over the page's width: matrices of one list, and tables to write repeats in.
#include "forms/paper/maker.h"

#include "survey/base/arena.h"
#include "survey/base/format.h"

#include <math.h>
#include <string.h>

enum { MATRIX_ROWS = 14, CELLS_MOST = 8, CELL_CHOICES_MOST = 6, LEGEND_MOST = 8, ATTEMPTS = 4 };

#define CHOICE_WIDTH 17.0
#define TABLE_ROW 9.5
#define TABLE_LEFT 8.0 // after the number of the row
#define TABLE_TALLEST 190.0
#define WRITING_WIDTH 24.0
#define CHOICE_CELL 11.5 // for one box and its label above

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
        paper_add_mark(maker, block, item->column, matrix->list->choices[i].name, -2,
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

struct cell {
    const struct survey_item *item;
    bool boxes; // else to write in
    double left, width;
};

struct table {
    struct cell cells[CELLS_MOST];
    size_t count;
    size_t rows;
};

static bool takes_boxes(const struct survey_item *item)
{
    bool select = item->type == SURVEY_TYPE_SELECT_ONE || item->type == SURVEY_TYPE_SELECT_MULTIPLE;
    return select && item->list && !item->list->file && item->list->count && item->list->count <= CELL_CHOICES_MOST &&
           (!*item->paper || strcmp(item->paper, "boxes") == 0);
}

static double least_width(const struct survey_item *item)
{
    return takes_boxes(item) ? fmax(WRITING_WIDTH, (double)item->list->count * CHOICE_CELL) : WRITING_WIDTH;
}

// As many questions from the first on as the width takes; what is left of it goes to cells to write in.
static size_t fill_table(const struct paper_entry *entry, size_t from, double scale, struct table *table)
{
    double used = 0, room = PAPER_FULL - TABLE_LEFT;
    size_t writing = 0;
    *table = (struct table){.rows = entry->rows};
    for (size_t i = from; i < entry->part_count && table->count < CELLS_MOST; i++) {
        double width = fmin(least_width(entry->parts[i]) * scale, room);
        if (used + width > room + 0.01)
            break;
        bool boxes = takes_boxes(entry->parts[i]);
        table->cells[table->count++] = (struct cell){entry->parts[i], boxes, 0, width};
        writing += !boxes;
        used += width;
    }
    double left = TABLE_LEFT, more = fmin((room - used) / (double)(writing ? writing : table->count), 36);
    for (size_t i = 0; i < table->count; i++) {
        struct cell *cell = &table->cells[i];
        cell->width += cell->boxes && writing ? 0 : more;
        cell->left = left;
        left += cell->width;
    }
    return from + table->count;
}

static double choice_x(const struct cell *cell, size_t choice)
{
    double each = cell->width / (double)cell->item->list->count;
    return cell->left + ((double)choice + 0.5) * each;
}

// The choices' names above their boxes; returns how high they are.
static double choice_heads(struct paper_maker *maker, const struct cell *cell, struct paper_text *heads)
{
    double most = 0, each = cell->width / (double)cell->item->list->count;
    for (size_t i = 0; i < cell->item->list->count; i++) {
        const struct survey_choice *choice = &cell->item->list->choices[i];
        const char *label = paper_say_all(maker, choice->labels, "\n");
        paper_texts_place(maker->texts, "choices", choice->row);
        heads[i] = paper_text(maker->texts, PAPER_TINY, PAPER_CENTRED, each - 0.8, *label ? label : choice->name);
        most = fmax(most, heads[i].h);
    }
    return most + 0.6;
}

static const char *cell_title(struct paper_maker *maker, const struct cell *cell)
{
    const struct survey_item *item = cell->item;
    const char *condition = paper_say_condition(maker, &item->relevant, 0), *label = paper_say_all(maker, item->labels, "\n");
    return survey_arena_format(maker->arena, "**%s** %s%s%s%s", maker->plan->numbers[item->index], *label ? label : item->name,
                               cell->boxes ? "" : legend(maker, item), *condition ? "\n▸ " : "", condition);
}

static void table_head(struct paper_maker *maker, struct paper_block *block, const struct table *table)
{
    struct paper_text titles[CELLS_MOST], heads[CELLS_MOST][CELL_CHOICES_MOST];
    double below[CELLS_MOST] = {0}, most = 0;
    for (size_t i = 0; i < table->count; i++) {
        const struct cell *cell = &table->cells[i];
        paper_texts_place(maker->texts, "survey", cell->item->row);
        titles[i] = paper_text(maker->texts, PAPER_HINT, PAPER_LEFT_ALIGNED, cell->width - 2, cell_title(maker, cell));
        below[i] = cell->boxes ? choice_heads(maker, cell, heads[i]) : 0;
        most = fmax(most, titles[i].h + below[i]);
    }
    for (size_t i = 0; i < table->count; i++) {
        const struct cell *cell = &table->cells[i];
        double each = cell->boxes ? cell->width / (double)cell->item->list->count : 0;
        paper_op_text(maker, block, &titles[i], cell->left + 1, block->h + most - below[i] - titles[i].h);
        for (size_t k = 0; cell->boxes && k < cell->item->list->count; k++)
            paper_op_text(maker, block, &heads[i][k], choice_x(cell, k) - (each - 0.8) / 2, block->h + most - heads[i][k].h);
    }
    block->h += most + 0.8;
}

// "name[2]"; of a repeat within the repeat, the first instance: "name[2.1]".
static const char *cell_name(struct paper_maker *maker, const struct survey_item *item, size_t row)
{
    const char *name = survey_arena_format(maker->arena, "%s[%zu", item->column, row + 1);
    for (const struct survey_item *repeat = item->repeat; repeat && repeat->repeat; repeat = repeat->repeat)
        name = survey_arena_format(maker->arena, "%s.1", name);
    return survey_arena_format(maker->arena, "%s]", name);
}

static void table_row(struct paper_maker *maker, struct paper_block *block, const struct table *table, size_t row)
{
    struct paper_text number = paper_text(maker->texts, PAPER_HINT, PAPER_LEFT_ALIGNED, 0, survey_arena_format(maker->arena, "%zu", row + 1));
    paper_op_text(maker, block, &number, 1, block->h + (TABLE_ROW - number.h) / 2);
    for (size_t i = 0; i < table->count; i++) {
        const struct cell *cell = &table->cells[i];
        const char *name = cell_name(maker, cell->item, row);
        for (size_t k = 0; cell->boxes && k < cell->item->list->count; k++)
            paper_add_mark(maker, block, name, cell->item->list->choices[k].name, -2, choice_x(cell, k) - PAPER_BOX / 2,
                           block->h + (TABLE_ROW - PAPER_BOX) / 2);
        if (cell->boxes)
            paper_op_line(maker, block, cell->left + 1, block->h + TABLE_ROW, cell->width - 2, 0, 0.1);
        else
            paper_op_box(maker, block, cell->left, block->h, cell->width, TABLE_ROW, 0.2);
        if (!cell->boxes)
            paper_add_writing(maker, block, name, cell->left, block->h, cell->width, TABLE_ROW);
    }
    block->h += TABLE_ROW;
}

// Tables one below another until all questions are in; narrow heads that grow too high get wider cells.
void paper_block_rows(struct paper_maker *maker, struct paper_blocks *blocks, const struct paper_entry *entry)
{
    for (size_t from = 0; from < entry->part_count;) {
        struct table table;
        size_t next = from, before = blocks->count;
        double scale = 1;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++, scale *= 1.6) {
            blocks->count = before;
            next = fill_table(entry, from, scale, &table);
            struct paper_block *block = paper_block_add(maker, blocks, entry->item, true);
            table_head(maker, block, &table);
            for (size_t row = 0; row < table.rows; row++)
                table_row(maker, block, &table, row);
            block->h += block->tail = 4;
            if (block->h <= TABLE_TALLEST)
                break;
        }
        from = next;
    }
}
