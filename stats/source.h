// SPDX-License-Identifier: GPL-3.0-or-later
// Where `estimate` takes its rows from: a CSV file under a design named by its columns, or a round of an
// evaluation file. Private to stats.
#pragma once

#include "stats/data/dataset.h"
#include "stats/data/table_design.h"

struct stats_source {
    struct survey_arena *arena; // holds everything but the dataset
    const char *path;
    size_t rows;
    struct stats_design design; // confidence, lonely and assumed_icc may be changed before it is prepared
    struct stats_prepared *prepared;
    struct stats_replicates *replicates; // NULL: Taylor linearisation
    const char *weights; // how rows are weighted, in words
    bool is_table;
    struct stats_table table;
    struct survey_store *store;
    const struct survey_actor *actor;
    struct stats_dataset *dataset;
};

// Whether the file is an evaluation file (SQLite) and not text.
bool stats_source_is_evaluation(const char *path);
bool stats_source_open_table(struct stats_source *source, const char *path,
                             const struct stats_design_columns *columns, struct survey_error *error);
// rows: ids of units and names of labels will be asked for, not only columns.
bool stats_source_open_evaluation(struct stats_source *source, const char *path,
                                  const struct survey_actor *actor, const char *form, bool rows,
                                  struct survey_error *error);
// Checks and indexes the design once all of it is known.
bool stats_source_prepare(struct stats_source *source, struct survey_error *error);
// Makes the replicates of a prepared source; of an evaluation file that was weighted the weights sheet is carried out
// in each. There the order of rows says nothing: no SDR.
struct stats_replicate_plan;
bool stats_source_replicate(struct stats_source *source, const struct stats_replicate_plan *plan,
                            struct survey_error *error);
void stats_source_close(struct stats_source *source);

// An expression over the columns (a bare name is a column, or a question or frame column) by row, NaN
// where missing; where ("--mean") is put before a fault's message.
bool stats_source_values(struct stats_source *source, const char *expression, const char *where,
                         struct stats_values *values, struct survey_error *error);

// Whether the expression is a lone question whose answers stand ready as numbers.
bool stats_source_numbers(struct stats_source *source, const char *expression, struct stats_values *values);

// The levels of a lone column, question or frame column, by the codes of its texts.
struct stats_source_levels {
    size_t count;
    const char **names; // sorted
    struct stats_codes codes;
    const uint32_t *of_code; // STATS_NO_LEVEL where blank
};
static inline uint32_t stats_source_level(const struct stats_source_levels *levels, size_t row)
{
    return levels->of_code[stats_code(&levels->codes, row)];
}
// *lone is false for anything else than a lone column; numbers is set where every level is a number.
bool stats_source_levels(struct stats_source *source, const char *name, struct stats_source_levels *levels,
                         bool *lone, bool *numbers, struct survey_error *error);
