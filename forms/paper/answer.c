// SPDX-License-Identifier: GPL-3.0-or-later
// Where answers go: boxes of choices in columns, digit grids, writing boxes.
#include "forms/paper/maker.h"

#include "survey/base/arena.h"
#include "survey/base/format.h"

#include <math.h>
#include <string.h>

enum { COLUMNS_MOST = 6 };

#define LABEL_GAP 2.2 // from a box to its label, mm
#define COLUMN_GAP 2.4
#define BEFORE_ANSWER 1.0
#define WRAPPED 3.0 // what a label in two lines costs against one line, mm
#define UNEVEN 1.0  // what columns of unequal width cost

struct choice_grid {
    size_t columns, rows;
    double widths[COLUMNS_MOST];
    double height, cost;
};

static const char *choice_label(struct paper_maker *maker, const struct survey_choice *choice)
{
    const char *label = paper_say_all(maker, choice->labels, " ");
    return *label ? label : choice->name;
}

static double row_height(const struct paper_text *text)
{
    double needed = text->h - text->line + (text->line + PAPER_BOX) / 2 + 1.6;
    return needed > PAPER_ROW ? needed : PAPER_ROW;
}

static double room_of(double width)
{
    return width - PAPER_BOX - LABEL_GAP - COLUMN_GAP;
}

// Each column as wide as its longest label needs, what is left over spread among them.
static bool fit_widths(const double *natural, size_t count, double width, struct choice_grid *grid)
{
    double sum = 0;
    for (size_t column = 0; column < grid->columns; column++) {
        double most = 0;
        for (size_t i = column * grid->rows; i < (column + 1) * grid->rows && i < count; i++)
            most = fmax(most, natural[i]);
        grid->widths[column] = most + PAPER_BOX + LABEL_GAP + COLUMN_GAP;
        sum += grid->widths[column];
    }
    for (size_t column = 0; column < grid->columns; column++)
        grid->widths[column] += fmin((width - sum) / (double)grid->columns, 8);
    return sum <= width;
}

// The height with labels in as many lines as they need; false where a word would have to be cut.
static bool wrap_labels(struct paper_maker *maker, const char *const *labels, size_t count, struct choice_grid *grid)
{
    double room = room_of(grid->widths[0]);
    size_t lines = room > 40 ? 4 : room > 24 ? 3 : 2;
    for (size_t row = 0; row < grid->rows; row++) {
        double most = PAPER_ROW;
        for (size_t i = row; i < count; i += grid->rows) {
            if (grid->columns > 1 && !paper_text_fits(maker->texts, PAPER_CHOICE, room, lines, labels[i]))
                return false;
            struct paper_text text = paper_text(maker->texts, PAPER_CHOICE, PAPER_LEFT_ALIGNED, room, labels[i]);
            most = fmax(most, row_height(&text));
        }
        grid->height += most;
    }
    return true;
}

// Even columns where they do, so that boxes stand below one another in all questions.
static bool try_columns(struct paper_maker *maker, const char *const *labels, const double *natural, size_t count, size_t columns,
                        double width, struct choice_grid *grid)
{
    double longest = 0;
    *grid = (struct choice_grid){.columns = columns, .rows = (count + columns - 1) / columns};
    for (size_t i = 0; i < count; i++)
        longest = fmax(longest, natural[i]);
    grid->height = grid->cost = PAPER_ROW * (double)grid->rows;
    for (size_t i = 0; i < columns; i++)
        grid->widths[i] = width / (double)columns;
    if (longest <= room_of(grid->widths[0]))
        return true;
    if (fit_widths(natural, count, width, grid)) {
        grid->cost += UNEVEN;
        return true;
    }
    for (size_t i = 0; i < columns; i++)
        grid->widths[i] = width / (double)columns;
    grid->height = 0;
    if (!wrap_labels(maker, labels, count, grid))
        return false;
    grid->cost = grid->height + WRAPPED;
    return true;
}

// The 3 of the appearance "columns-3"; 0 where nothing is asked for.
static size_t columns_wanted(const char *appearance)
{
    const char *found = strstr(appearance, "columns-");
    char digit = found ? found[strlen("columns-")] : '0';
    return digit >= '1' && digit <= '0' + COLUMNS_MOST ? (size_t)(digit - '0') : 0;
}

// As the questionnaire asks, where that goes; else the lowest arrangement, and of equal ones the one with
// the fewest columns.
static struct choice_grid best_columns(struct paper_maker *maker, const char *const *labels, size_t count, double width, size_t wanted)
{
    struct choice_grid best = {0}, grid;
    double *natural = survey_arena_array(maker->arena, count, sizeof *natural);
    for (size_t i = 0; i < count; i++)
        natural[i] = paper_text(maker->texts, PAPER_CHOICE, PAPER_LEFT_ALIGNED, 0, labels[i]).w;
    if (wanted && wanted <= count && try_columns(maker, labels, natural, count, wanted, width, &grid))
        return grid;
    for (size_t columns = 1; columns <= COLUMNS_MOST && columns <= count; columns++)
        if (try_columns(maker, labels, natural, count, columns, width, &grid) && (!best.columns || grid.cost < best.cost - 0.5))
            best = grid;
    return best;
}

// Down the columns, as lists are read.
static void draw_choices(struct paper_maker *maker, struct paper_block *block, const struct survey_item *item,
                         const char *const *labels, const char *const *values, size_t count)
{
    struct choice_grid grid = best_columns(maker, labels, count, block->w - PAPER_INDENT, columns_wanted(item->appearance));
    double y = block->h;
    for (size_t row = 0; row < grid.rows; row++) {
        double most = PAPER_ROW, x = PAPER_INDENT;
        for (size_t column = 0; column < grid.columns && column * grid.rows + row < count; column++) {
            size_t i = column * grid.rows + row;
            struct paper_text text = paper_text(maker->texts, PAPER_CHOICE, PAPER_LEFT_ALIGNED, room_of(grid.widths[column]) + 0.05, labels[i]);
            paper_add_mark(maker, block, item->column, values[i], -2, x, y);
            paper_op_text(maker, block, &text, x + PAPER_BOX + LABEL_GAP, y + (PAPER_BOX - text.line) / 2);
            most = fmax(most, row_height(&text));
            x += grid.widths[column];
        }
        y += most;
    }
    block->h = y - (PAPER_ROW - PAPER_BOX) + 0.6;
}

bool paper_block_choices(struct paper_maker *maker, struct paper_block *block, const struct paper_entry *entry)
{
    const struct survey_item *item = entry->item;
    size_t count = item->type == SURVEY_TYPE_ACKNOWLEDGE ? 1 : item->list->count;
    const char **labels = survey_arena_array(maker->arena, count, sizeof *labels);
    const char **values = survey_arena_array(maker->arena, count, sizeof *values);
    for (size_t i = 0; i < count; i++) {
        const struct survey_choice *choice = item->type == SURVEY_TYPE_ACKNOWLEDGE ? NULL : &item->list->choices[i];
        paper_texts_place(maker->texts, choice ? "choices" : "survey", choice ? choice->row : item->row);
        labels[i] = choice ? choice_label(maker, choice) : "OK";
        values[i] = choice ? choice->name : "OK";
    }
    block->h += BEFORE_ANSWER;
    draw_choices(maker, block, item, labels, values, count);
    return true;
}

// --- digits -------------------------------------------------------------------------------------

static void digit_names(struct paper_maker *maker, struct paper_block *block, double x0, double y)
{
    for (int value = 0; value < 10; value++) {
        struct paper_text name = paper_text(maker->texts, PAPER_DIGIT, PAPER_LEFT_ALIGNED, 0, (char[]){(char)('0' + value), '\0'});
        paper_op_text(maker, block, &name, x0 + value * PAPER_PITCH + (PAPER_BOX - name.w) / 2, y);
    }
}

// A row a digit, the highest first, its place named at the left; a box for the minus sign above.
void paper_block_digits(struct paper_maker *maker, struct paper_block *block, const struct paper_entry *entry)
{
    static const char *const values[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
    double x0 = PAPER_COLUMN - 9 * PAPER_PITCH - PAPER_BOX;
    if (entry->minus) {
        block->h += BEFORE_ANSWER;
        struct paper_text text = paper_text(maker->texts, PAPER_HINT, PAPER_LEFT_ALIGNED, 0,
                                            survey_arena_format(maker->arena, "–  %s", maker->phrases[0]->minus));
        paper_add_mark(maker, block, entry->item->column, "-", -1, x0, block->h);
        paper_op_text(maker, block, &text, x0 + PAPER_BOX + LABEL_GAP, block->h + (PAPER_BOX - text.line) / 2);
        block->h += PAPER_ROW - 1;
    }
    digit_names(maker, block, x0, block->h - 0.2);
    block->h += 4.5; // 2 mm of white between the names and the frames
    for (int digit = 0; digit < entry->digits; digit++) {
        int place = entry->digits - 1 - digit;
        const char *said = maker->phrases[0]->places[place];
        struct paper_text name = paper_text(maker->texts, PAPER_DIGIT, PAPER_LEFT_ALIGNED, 0, said);
        if (name.w > x0 - LABEL_GAP)
            name = paper_text(maker->texts, PAPER_TINY, PAPER_LEFT_ALIGNED, 0, said);
        paper_op_text(maker, block, &name, x0 - 2.05 - name.w, block->h + (PAPER_BOX - name.line) / 2);
        for (int value = 0; value < 10; value++)
            paper_add_mark(maker, block, entry->item->column, values[value], digit, x0 + value * PAPER_PITCH, block->h);
        block->h += PAPER_ROW;
    }
    block->h -= PAPER_ROW - PAPER_BOX;
    if (entry->digits > 4) { // far from the names above
        digit_names(maker, block, x0, block->h + 1.6);
        block->h += 4.4;
    }
}

// --- writing ------------------------------------------------------------------------------------

// Cells for single figures, in groups with a sign between them.
static double draw_cells(struct paper_maker *maker, struct paper_block *block, const char *pattern, double height)
{
    double x = PAPER_INDENT;
    size_t before = block->op_count;
    for (const char *at = pattern; *at; at++) {
        if (*at == '0') {
            paper_op_box(maker, block, x, block->h, 6, height, 0.2);
            x += 6;
            continue;
        }
        struct paper_text sign = paper_text(maker->texts, PAPER_LABEL, PAPER_LEFT_ALIGNED, 0, (char[]){*at, '\0'});
        paper_op_text(maker, block, &sign, x + (4 - sign.w) / 2, block->h + (height - sign.h) / 2);
        x += 4;
    }
    if (maker->mirrored) // a date is written from the left
        paper_block_mirror(block, before, PAPER_INDENT + x);
    return x - PAPER_INDENT;
}

static void name_choices(struct paper_maker *maker, struct paper_block *block, const struct survey_item *item)
{
    struct survey_buffer names = SURVEY_BUFFER(8192);
    for (size_t i = 0; i < item->list->count; i++)
        survey_format(&names, "%s%s", i ? " · " : "", choice_label(maker, &item->list->choices[i]));
    struct paper_text text = paper_text(maker->texts, PAPER_HINT, PAPER_LEFT_ALIGNED, block->w - PAPER_INDENT, survey_buffer_string(&names));
    paper_op_text(maker, block, &text, PAPER_INDENT, block->h);
    block->h += text.h;
    survey_buffer_clear(&names);
}

void paper_block_write(struct paper_maker *maker, struct paper_block *block, const struct paper_entry *entry)
{
    const struct survey_item *item = entry->item;
    double width = block->w - PAPER_INDENT;
    if (item->list && !item->list->file && item->list->count <= PAPER_CHOICES_MOST)
        name_choices(maker, block, item);
    block->h += BEFORE_ANSWER;
    if (entry->box == PAPER_BOX_DATE)
        width = draw_cells(maker, block, "0000-00-00", entry->height);
    else if (entry->box == PAPER_BOX_TIME)
        width = draw_cells(maker, block, "00:00", entry->height);
    else
        paper_op_box(maker, block, PAPER_INDENT, block->h, width = entry->box == PAPER_BOX_SHORT ? width * 0.6 : width, entry->height, 0.2);
    paper_add_writing(maker, block, item->column, PAPER_INDENT, block->h, width, entry->height);
    block->h += entry->height;
}
