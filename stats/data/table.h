// SPDX-License-Identifier: GPL-3.0-or-later
// A CSV file as columns of numbers and of levels, and expressions over them. Private to stats.
#pragma once

#include "stats/estimate/estimate.h"
#include "survey/workbook/workbook.h"

struct stats_table {
    struct survey_arena *arena; // holds everything
    const char *path;           // as named, for messages
    struct survey_sheet sheet;  // row 0 is the header
    size_t rows;                // of data
};

// Reads a CSV file whole into the arena.
bool stats_table_open(struct survey_arena *arena, const char *path, struct stats_table *table,
                      struct survey_error *error);
// Leaves only the rows in which a condition holds, as if the file had no others.
bool stats_table_restrict(struct stats_table *table, const char *condition, struct survey_error *error);
// The column of that name, as written, else whatever its case; a fault where there is none.
bool stats_table_column(const struct stats_table *table, const char *name, uint32_t *column,
                        struct survey_error *error);
int stats_table_find(const struct stats_table *table, const char *name); // -1 where there is none
const char *stats_table_text(const struct stats_table *table, size_t row, uint32_t column);
// "DATA.csv: line 7" of a row, into at.
void stats_table_place(const struct stats_table *table, size_t row, char at[static 512]);
// Whether every cell that is not blank or NA is a number, and one is.
bool stats_table_numeric(const struct stats_table *table, uint32_t column);
// The column as numbers, NaN where blank or NA; a cell that is no number is a fault with its line.
bool stats_table_numbers(const struct stats_table *table, uint32_t column, double **numbers,
                         struct survey_error *error);
// The same into an array of the caller's.
bool stats_table_numbers_into(const struct stats_table *table, uint32_t column, double *values,
                              struct survey_error *error);

// The distinct values of texts, sorted (as numbers where all are), and each row's.
enum { STATS_NO_LEVEL = UINT32_MAX };
struct stats_levels {
    size_t count;
    const char **names;
    uint32_t *of_row; // STATS_NO_LEVEL where the text is blank
};
void stats_levels_of(struct survey_arena *arena, const char *const *texts, size_t rows,
                     struct stats_levels *levels);
void stats_table_levels(const struct stats_table *table, uint32_t column, struct stats_levels *levels);

// Evaluates an expression in which ${c} and a bare c mean columns, for each row: NaN where a missing
// value could change the result. where is put before a fault's message.
bool stats_table_evaluate(const struct stats_table *table, const char *expression, const char *where,
                          double *values, struct survey_error *error);
