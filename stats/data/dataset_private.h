// SPDX-License-Identifier: GPL-3.0-or-later
// What the files of the dataset share; nobody else includes this.
#pragma once

#include "stats/data/coder.h"
#include "stats/data/dataset.h"
#include "stats/data/outcome.h"
#include "stats/data/place.h"
#include "stats/data/snapshot.h"
#include "survey/base/arena.h"

struct stats_rowid {
    int64_t rowid;
    uint32_t row;
};

// One column in memory.
struct stats_column {
    const char *name;               // in its table
    const struct survey_item *item; // NULL for a frame column
    struct stats_codes codes;       // width 0 until loaded
    const char **texts;             // by code
    bool kinds_known;               // the codes tell them
    bool has_choices;               // of what is missing
    const char *choices[4];         // choice name by kind; NULL
    bool numeric;
    const double *numbers; // by row, NaN where missing: of a snapshot, where they are too many for codes
    uint32_t *counts; // rows by code; NULL until asked for
};

static inline const char *stats_column_text(const struct stats_column *column, size_t row)
{
    return column->texts[stats_code(&column->codes, row)];
}

// A table whose rows belong to rows of the dataset.
struct stats_source {
    const char *table;
    struct stats_rowid *rowids; // by rowid
    size_t count;
    struct survey_map columns; // lower-case name -> struct stats_column
};

struct stats_rule {
    const char *name;
    const char *text;
    const char *where; // its cell
    const struct survey_expr *expr;
    enum {
        STATS_RULE_NEW,
        STATS_RULE_OPEN,
        STATS_RULE_READY
    } state; // open: its references are followed
};

struct stats_case_column {
    uint8_t *confirmed; // by row
    double *persons;    // 0 where there is no confirmed case
};

struct stats_dataset {
    struct survey_store *store;
    struct survey_actor actor;
    struct survey_arena *arena;
    const struct survey_form *form;
    const char *round;
    int64_t day;          // the last of the round
    const char *assessed; // frame column of the assessed unit; "" where none is set
    size_t n;
    const char **responses, **units, **dispositions; // once rows_read
    struct stats_codes strata;
    const char **strata_texts;
    uint8_t *interview;
    bool rows_read;
    struct stats_snapshot *snapshot; // NULL: all is read from the rows
    uint8_t state[SURVEY_STATE];     // when it was opened, where told
    bool told;
    struct survey_map rows;  // response -> number: row
    struct survey_map texts; // what many rows share: strata, dispositions
    struct stats_source answers, frame;
    struct survey_map kinds; // question -> uint8_t[n]
    bool kinds_loaded;
    struct survey_map rules; // name -> struct stats_rule
    bool rules_loaded;
    struct survey_map parameters, admin; // key -> const char *, NULL where there is none
    struct survey_map cases;             // type -> struct stats_case_column
    struct stats_design design;
    const char **labels; // names of strata and units by label; NULL where nothing was drawn
    bool weighted;
    bool brewer; // the setting pps_variance: units of PPS stages have chances
};

// A text that many rows share; lives as long as the dataset.
const char *stats_dataset_keep(struct stats_dataset *dataset, const char *text);
// Columns, loaded in one pass over their table. names are questions or frame columns; *column is
// NULL where there is none of that name.
bool stats_dataset_load(struct stats_dataset *dataset, struct stats_source *source,
                        struct stats_column **columns, size_t count, struct survey_error *error);
struct stats_column *stats_dataset_question(struct stats_dataset *dataset, const char *name);
struct stats_column *stats_dataset_frame_column(struct stats_dataset *dataset, const char *name);
// Has the codes of a loaded column tell the kinds of missing answers.
void stats_dataset_kinds(struct stats_dataset *dataset, struct stats_column *column);

// One pass over a table for several columns.
bool stats_dataset_scan(struct stats_dataset *dataset, struct stats_source *source, struct stats_column **columns,
                        struct stats_coder *coders, size_t count, struct survey_error *error);
// Fills what the evaluation sheet says of the design.
bool stats_dataset_settings(struct stats_dataset *dataset, struct survey_error *error);
// From the snapshot beside the evaluation, where it holds: design, strata and interview, and then columns.
bool stats_dataset_recall(struct stats_dataset *dataset);
bool stats_dataset_recall_column(struct stats_dataset *dataset, const struct stats_source *source, struct stats_column *column);
// The same for a column of numbers, which keeps no texts.
bool stats_dataset_recall_numbers(struct stats_dataset *dataset, struct stats_column *column);
// Writes one; false where that could not be done, or something changed meanwhile.
bool stats_dataset_remember(struct stats_dataset *dataset);

// Fills design, strata and interview.
bool stats_dataset_place(struct stats_dataset *dataset, struct survey_error *error);

// An expression made ready: parsed, its names checked and their columns loaded, its rules too.
bool stats_dataset_prepare(struct stats_dataset *dataset, struct survey_arena *arena,
                           const char *text, const char *where, const struct survey_expr **expr,
                           struct survey_error *error);
struct survey_value;
bool stats_dataset_evaluate(struct stats_dataset *dataset, struct survey_arena *arena,
                            const struct survey_expr *expr, size_t row, struct survey_value *value,
                            struct survey_error *error);
// The confirmed cases of a type by row.
const struct stats_case_column *stats_dataset_cases(struct stats_dataset *dataset, const char *type,
                                                    struct survey_error *error);
// The functions of the evaluation's own sheets (env->function).
struct stats_row {
    struct stats_dataset *dataset;
    struct survey_arena *arena;
    size_t row;
};
struct survey_value;
bool stats_dataset_function(void *user, const char *name, const struct survey_value *arguments,
                            size_t count, struct survey_value *value, bool *known,
                            struct survey_error *error);
bool stats_dataset_has_function(const char *name);
// The rule of that name with its references checked for cycles; NULL and a fault.
const struct stats_rule *stats_dataset_rule(struct stats_dataset *dataset, const char *name,
                                            struct survey_error *error);
