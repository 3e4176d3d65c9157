// SPDX-License-Identifier: GPL-3.0-or-later
// What `estimate` was asked for and what came out, between its command and its two ways of printing.
// Private to stats.
#pragma once

#include "stats/assess/assessment.h"
#include "stats/composite/ranks.h"
#include "stats/source.h"

struct survey_json_writer;

// One figure asked for: a statistic of an expression, over another, among rows, of one level.
struct stats_ask {
    enum stats_statistic statistic; // share, mean, total, ratio, quantile
    const char *of, *over;          // as written; over "" where none
    double p;                       // of a quantile
    const char *level;              // of a column of texts; NULL
    struct stats_values y, x;       // x of a ratio
};

struct stats_answer {
    const struct stats_ask *ask;
    size_t group;        // in groups
    const char *missing; // why there is no figure, translated; NULL
    struct stats_estimate estimate;
    size_t ranked; // groups that have a rank by this figure; 0: this one has none
    struct stats_rank_set rank;
};

struct stats_asked {
    struct stats_source *source;
    const char *where;     // the condition, as written; ""
    const uint8_t *inside; // rows that meet it; NULL: all
    const char *const *by; // names of columns
    size_t by_count;
    size_t group_count;     // 1 where there is no by
    const char ***groups;   // by group, by column: its level
    uint32_t *group_of_row; // STATS_NO_LEVEL: in none, or not inside
    size_t ungrouped;       // rows within inside whose by columns are blank
    struct stats_ask *asks;
    size_t ask_count;
    struct stats_answer *answers; // asks by groups
    size_t answer_count;
    const char *ranks; // which is best, "high" or "low"; NULL: not ranked
};

// Adds what an option asks for: "--mean" of "income", "--ratio" of "a,b", "--quantile" of "income@0.5".
bool stats_ask_add(struct stats_asked *asked, enum stats_statistic statistic, const char *text,
                   struct survey_error *error);
// Restricts to the rows that meet a condition, and splits by columns.
bool stats_ask_where(struct stats_asked *asked, const char *condition, struct survey_error *error);
bool stats_ask_by(struct stats_asked *asked, const char *const *names, size_t count,
                  struct survey_error *error);
// Adds a warning for each comparison of a question of an evaluation file with what is none of its choices.
void stats_ask_examine(const struct stats_asked *asked, struct survey_report *report);
bool stats_ask_answer(struct stats_asked *asked, struct survey_error *error);

// Ranks the groups by each figure; best is "high" or "low". Groups of which no error or limit is known have no rank. Groups
// that share a stratum depend on each other, and are a fault.
enum { STATS_ASK_DRAWS = 10000, STATS_ASK_SEED = 1 };
bool stats_ask_rank(struct stats_asked *asked, const char *best, struct survey_error *error);

// "Taylor linearisation; ..." in words.
void stats_ask_method(const struct stats_asked *asked, struct survey_buffer *text);
void stats_ask_print(const struct stats_asked *asked, struct survey_buffer *text);
void stats_ask_write(const struct stats_asked *asked, struct survey_json_writer *writer);

// Its parts, for other tables of figures. Six significant digits, without an exponent for what people count; "mean income".
const char *stats_ask_digits(struct survey_arena *arena, double value);
const char *stats_ask_what(struct survey_arena *arena, const struct stats_ask *ask);
// Cells as lines of aligned columns: the first ones and the last flush left, the others right.
void stats_ask_put_table(struct survey_arena *arena, const char ***cells, size_t lines, size_t columns, size_t left_columns,
                         struct survey_buffer *text);
