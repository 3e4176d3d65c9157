// SPDX-License-Identifier: GPL-3.0-or-later
// The insides of an assessment: reading the plan's sheets, judging lines exactly, score rules, the
// tree, ranks and grades. Private to stats.
#pragma once

#include "stats/assess/assessment.h"
#include "stats/data/dataset.h"
#include "survey/expr/expr.h"
#include "survey/workbook/workbook.h"

// ---- Lines, judged exactly (line.c)

// The sign of scale * numerator / denominator - line: exact where numerator and denominator are whole
// numbers (below 2^53) and the line has at most 9 decimals, otherwise equal within 1e-12 of the line.
int stats_compare_ratio(double numerator, double denominator, double scale, double line);
// The sign of value - line; equal within 1e-12 of the line, which is what the arithmetic can't tell.
int stats_compare(double value, double line);
// Whether `value op line` holds, by the sign of value - line.
bool stats_op_holds(enum stats_op op, int sign);
// The sign for a figure that has a value, by its counts where they are known.
int stats_figure_compare(const struct stats_figure *figure, double scale, double line);
// How many more of the numerator until the line is crossed: at most with > and >=, at least with <
// and <=. Negative: how many too many (or too few).
double stats_margin_count(double numerator, double denominator, double scale, enum stats_op op, double line);
// 100 for "%", 1000 for "‰", else 1: what a ratio is multiplied by to stand in the unit.
double stats_unit_scale(const char *unit);
// "<", "<=", ">", ">="; "" is STATS_NO_OP. False for anything else.
bool stats_op_read(const char *text, enum stats_op *op);
const char *stats_op_text(enum stats_op op);
// Sets verdict, proof, margin and margin_count of a figure by its indicator's line.
void stats_judge(const struct stats_indicator *indicator, struct stats_figure *figure);

// ---- Parameters: "zero=2 full=0", "points=5:100 4:80", separated by spaces or ';' (params.c)

struct stats_parameters {
    struct survey_map map; // key -> value (char *): the words that follow, joined by one space
    const char *fault;     // a word that belongs to no key; NULL
};
struct stats_parameters stats_parameters_read(struct survey_arena *arena, const char *text);
const char *stats_parameter(const struct stats_parameters *parameters, const char *key); // NULL
// A number; false where it is there and no number. *value stays where it isn't there.
bool stats_parameter_number(const struct stats_parameters *parameters, const char *key, double *value);
struct stats_point {
    double at, points;
};
// "5:100 4:80": pairs in ascending order of at; false for anything else, or where at stands twice.
bool stats_points_read(struct survey_arena *arena, const char *text, struct stats_point **points,
                       size_t *count);
// The first key that is not among known (which ends with NULL), or NULL.
const char *stats_parameter_unknown(const struct stats_parameters *parameters, const char *const *known);

// ---- Score rules (score_rule.c)

enum stats_rule_kind {
    STATS_RULE_PASSTHROUGH, STATS_RULE_GATE, STATS_RULE_RATIO, STATS_RULE_DEDUCT, STATS_RULE_LINEAR,
    STATS_RULE_EFFICACY, STATS_RULE_BAND, STATS_RULE_LIKERT, STATS_RULE_DTF, STATS_RULE_RANK,
    STATS_RULE_RUBRIC,
};

struct stats_score_rule {
    enum stats_rule_kind kind;
    double min, max, target, cap, k, unit, zero, full, ok, sat, base, top, worst, best; // NaN: not given
    bool percentile;
    struct stats_point *points;
    size_t point_count;
};

// Reads a rule with its parameters. False with message (translated) and expected ("" or a list) and
// whether the rule itself, not its params, is at fault.
bool stats_score_rule_read(struct survey_arena *arena, const char *name, const char *params,
                           const struct stats_indicator *indicator, struct stats_score_rule *rule,
                           char message[static 300], const char **expected, bool *name_is_wrong);
// The score 0..100 of a figure that has a value; values are those of the same class (the figure's own
// among them), for rules that compare. False with why (translated, in the arena) where there is none.
bool stats_score_rule_apply(const struct stats_score_rule *rule, const struct stats_indicator *indicator,
                            const struct stats_figure *figure, const double *values, size_t count,
                            struct survey_arena *arena, double *score, const char **why);
// A score without the noise of floating point, so that 59.99999999999999 is 60 where a grade begins.
double stats_score_clean(double score);

// ---- Reading the sheets (plan.c, indicator_read.c, indicator_check.c, scheme_read.c, grade.c)

struct stats_plan_reader {
    const struct survey_sheet *sheet;
    const struct survey_form *form; // the main form: languages, path
    struct survey_arena *arena;
    struct survey_report *report;
    uint32_t row;
};
const char *stats_plan_cell(const struct stats_plan_reader *reader, const char *header);
// One label a language of the main form from the columns "stem::LANGUAGE", "stem" for the default.
const char *const *stats_plan_labels(const struct stats_plan_reader *reader, const char *stem);
void stats_plan_say(const struct stats_plan_reader *reader, enum survey_severity severity, const char *header,
                    const char *code, const char *expected, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
// The number in a cell, or fallback where it is blank; a fault for anything else.
double stats_plan_number(const struct stats_plan_reader *reader, const char *header, double fallback);
bool stats_plan_row_is_blank(const struct stats_plan_reader *reader);

// What reading adds to an indicator for computing it.
struct stats_indicator_plan {
    const struct survey_form *form;   // NULL where no such form
    const struct survey_expr *of, *over, *among, *per; // NULL where blank or faulty
    struct stats_parameters parameters;
    double scale;
    bool count_dont_know;             // dont_know=count
    bool by_village;                  // den=village
    const char *village_column;       // the frame column that `over` names, where by_village
    const char *case_type;            // of `of`, where statistic is cases
    double quantile;                  // p=0.5
    double likert_k;                  // k of an index without points
    struct stats_point *points;
    size_t point_count;
    const char **questions;           // that `of` names
    size_t question_count;
    int *needs;                       // indicators that it names
    size_t need_count;
};

struct stats_plan {
    struct survey_store *store;
    struct survey_arena *arena;
    struct survey_report *report;
    const struct survey_form *form;   // the main form
    const char *round;
    int64_t date;                     // the day whose settings hold: the round's end, else the actor's
    struct stats_indicator *indicators;
    struct stats_indicator_plan *plans; // beside indicators
    size_t indicator_count;
    int *order;                       // of computation: what is named before what names it
    struct survey_map codes;          // indicator code -> number: index
    const char *const *classes;
    size_t class_count;
    struct stats_node *nodes;
    size_t node_count;
    struct stats_grade *grades;
    struct stats_grade_rule *grade_rules; // beside grades
    size_t grade_count;
    const char *unit_column, *name_column, *class_column; // of the frame; name and class may be NULL
    const char *village;              // the frame column above the lowest level; NULL
    double confidence, assumed_icc;   // icc NaN where the plan has none
};

struct stats_grade_rule {
    const struct survey_expr *condition;
    double quota; // share in 0..1; NaN where there is none
};

bool stats_indicators_read(struct stats_plan *plan, struct survey_error *error);
void stats_indicator_check(struct stats_plan *plan, const struct stats_plan_reader *reader, size_t index);
// The order of computation; a cycle is a fault at its `of`.
void stats_indicators_order(struct stats_plan *plan, const struct stats_plan_reader *reader);
bool stats_scheme_read(struct stats_plan *plan, struct survey_error *error);
bool stats_grades_read(struct stats_plan *plan, struct survey_error *error);
// The first argument of the call at that place of an expression, where it is a text in quotes; NULL.
const char *stats_literal_argument(struct survey_arena *arena, const char *text, size_t at);

// ---- Computing (figure.c, figure_rows.c, figure_admin.c, scheme.c, rank.c, grade.c)

// Fills figures of every unit and overall.
bool stats_figures(const struct stats_plan *plan, struct stats_assessment *assessment,
                   const struct survey_actor *actor, struct survey_error *error);
bool stats_figures_rows(const struct stats_plan *plan, struct stats_assessment *assessment, size_t index,
                        struct stats_dataset *dataset, struct survey_error *error);
bool stats_figures_admin(const struct stats_plan *plan, struct stats_assessment *assessment, size_t index,
                         struct survey_error *error);

// Scores of all units up the tree, then gates, totals.
void stats_scheme_score(struct stats_assessment *assessment);
void stats_rank(struct stats_assessment *assessment);
// The mean rank (ties share it, 1 is best) of value among values; higher is better unless lower.
double stats_mean_rank(const double *values, size_t count, double value, enum stats_direction direction);
bool stats_grade_units(const struct stats_plan *plan, struct stats_assessment *assessment,
                       struct survey_error *error);
