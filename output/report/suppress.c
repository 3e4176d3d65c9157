// SPDX-License-Identifier: GPL-3.0-or-later
// Which cells of a table of counts must not leave, so that nobody can tell what one household said.
#include "output/report/report.h"

enum { LEAST = 5 };

struct table {
    const size_t *counts;
    size_t rows, columns;
    bool *hidden;
};

static size_t count_at(const struct table *table, size_t row, size_t column)
{
    return table->counts[row * table->columns + column];
}

static bool *hidden_at(const struct table *table, size_t row, size_t column)
{
    return &table->hidden[row * table->columns + column];
}

// Hides the smallest shown cell among some, one that is not empty if there is one; false where none is left.
static bool hide_one(const struct table *table, size_t row, size_t rows, size_t column, size_t columns)
{
    bool *best = NULL;
    size_t least = 0;
    for (size_t r = row; r < row + rows; r++)
        for (size_t c = column; c < column + columns; c++) {
            size_t count = count_at(table, r, c);
            bool better = !best || (count && (!least || count < least));
            if (!*hidden_at(table, r, c) && better) {
                best = hidden_at(table, r, c);
                least = count;
            }
        }
    if (best)
        *best = true;
    return best != NULL;
}

// A row's sum is known: two hidden cells, of five persons together, keep each other.
static bool guard_row(const struct table *table, size_t row)
{
    size_t hidden = 0, persons = 0;
    for (size_t column = 0; column < table->columns; column++)
        if (*hidden_at(table, row, column)) {
            hidden++;
            persons += count_at(table, row, column);
        }
    return hidden && (hidden == 1 || persons < LEAST) && hide_one(table, row, 1, 0, table->columns);
}

// A column's sum is its first row, unless that is hidden too.
static bool guard_column(const struct table *table, size_t column)
{
    size_t hidden = 0, persons = 0;
    bool sum_hidden = *hidden_at(table, 0, column);
    for (size_t row = 1; row < table->rows; row++)
        if (*hidden_at(table, row, column)) {
            hidden++;
            persons += count_at(table, row, column);
        }
    if (sum_hidden)
        return hidden == 0 && hide_one(table, 1, table->rows - 1, column, 1);
    if (!hidden || (hidden > 1 && persons >= LEAST))
        return false;
    return hide_one(table, 1, table->rows - 1, column, 1) || hide_one(table, 0, 1, column, 1);
}

void output_suppress(const size_t *counts, size_t rows, size_t columns, bool *hidden)
{
    struct table table = {counts, rows, columns, hidden};
    for (size_t i = 0; i < rows * columns; i++)
        hidden[i] = counts[i] > 0 && counts[i] < LEAST;
    for (bool again = true; again;) {
        again = false;
        for (size_t row = 0; row < rows; row++)
            again |= guard_row(&table, row);
        for (size_t column = 0; column < columns && rows > 1; column++)
            again |= guard_column(&table, column);
    }
}
