// SPDX-License-Identifier: GPL-3.0-or-later
// The assessment of a round: the indicators of every assessed unit, judged against their lines, scored
// up the scheme's tree, ranked within their class and graded. What `score` prints and `report` lays out.
#pragma once

#include "stats/estimate/estimate.h"
#include "survey/store/store.h"

struct stats_score_rule; // private to stats

enum stats_statistic {
    STATS_SHARE, STATS_MEAN, STATS_TOTAL, STATS_RATIO, STATS_QUANTILE, STATS_INDEX,
    STATS_CASES, STATS_ADMIN, STATS_EXTERNAL, STATS_DERIVED,
};
const char *stats_statistic_name(enum stats_statistic statistic); // "share"

enum stats_direction { STATS_HIGHER, STATS_LOWER };

// A comparison as a workbook writes it; STATS_NO_OP where the cell is blank.
enum stats_op { STATS_NO_OP, STATS_LESS, STATS_LESS_EQUAL, STATS_GREATER, STATS_GREATER_EQUAL };

// One row of the indicators sheet.
struct stats_indicator {
    const char *code;
    const char *const *labels; // one a language of the main form; NULL where untranslated; so are notes
    const char *const *notes;
    const char *unit;      // "%", as written
    const char *form;      // form_id; "" for the main form
    enum stats_statistic statistic;
    const char *of, *over, *among, *per, *params; // as written; "" where blank
    enum stats_op line_op; // the line is crossed where `value line_op line` holds
    double line;
    enum stats_direction direction;
    int decimals;
    bool half_even;        // how the value is rounded in print, and in print only
    double min_base;       // below this unweighted base (persons where `per` is given) no score
    uint32_t row;          // in the sheet, as a person counts
};

enum stats_verdict { STATS_NO_LINE, STATS_WITHIN, STATS_CROSSED };
// What the interval says of the line: proved to be on the right side, not proved, proved to be across.
enum stats_proof { STATS_NO_PROOF, STATS_PROVED, STATS_NOT_PROVED, STATS_DISPROVED };

// One indicator in one assessed unit. Values are in the indicator's unit ("%": times 100), unrounded.
struct stats_figure {
    const char *missing; // why there is no value, translated; NULL where there is one
    double value;        // the plain ratio that the rules ask for (办法口径)
    bool counted;        // numerator and denominator are known
    double numerator, denominator; // persons or households, as the indicator counts
    size_t base;         // responses in the indicator's universe with a value
    const char *method;  // how it was counted beyond the sheet's words, translated; "" where plain
    bool small;          // base below min_base: printed, not scored
    bool estimated;      // the weighted estimate below is known
    struct stats_estimate estimate;
    enum stats_verdict verdict; // of value, unrounded
    enum stats_proof proof;     // of the estimate's interval
    double margin;       // distance to the line on the good side, in the unit; negative when crossed
    double margin_count; // how many more of the numerator's persons or households until the line is
                         // crossed (negative: how many too many); NaN where that has no meaning
};

// What happens where a node has no score: its parent has none either (na), 0 counts, or its share is
// spread over its siblings. A node with children whose cell is blank goes by them: where one of them
// withholds, it withholds; where all were spread, it is spread.
enum stats_missing { STATS_MISSING_NA, STATS_MISSING_ZERO, STATS_MISSING_REWEIGHT, STATS_MISSING_BELOW };

// One row of the scheme sheet.
struct stats_node {
    const char *code;
    const char *const *labels;
    int parent;            // index in nodes; -1 for the root
    int indicator;         // index in indicators; -1 for a node with children
    int depth;             // 0 for the root
    const double *weights; // local share in 100 by class; NaN where the class lacks the row
    const char *rule;      // "linear", "passthrough" ...; "" for a node with children
    const char *params;
    enum stats_op gate_op;
    double gate;
    const char *gate_effect; // "veto", "talk", "flag", "cap:60" (the total is at most 60); "" without
    enum stats_missing missing;
    const struct stats_score_rule *parsed; // of rule and params; NULL for a node with children
    uint32_t row;
};

struct stats_score {
    bool known;
    bool absent;    // the unit's class lacks the row
    const char *why; // why there is no score, or why it counts as 0, translated; else NULL
    double score;   // 0..100, before weighting
    double share;   // effective weight in 100: the product of the shares down the path, as applied
                    // (after what is missing was spread over its siblings)
    bool spread;    // it has no score, and its share went to its siblings
    bool gated;     // the gate's condition holds on the unrounded value (of a node: on its score);
                    // never on a base too small
};

struct stats_grade {
    const char *const *labels;
    const char *const *actions;
    uint32_t row;
};

// A unit of the assessed level (a county).
struct stats_unit {
    const char *id;
    const char *name;       // by the setting unit_name; the id where there is none
    const char *class_name; // "" where the evaluation has no classes
    int class_index;        // in classes; -1
    struct stats_figure *figures; // one an indicator
    struct stats_score *scores;   // one a node
    bool scored;            // the root has a score
    double score;           // the root's, under the lowest cap of its gates
    double cap;             // that cap; 100 where there is none
    int vetoes, talks, flags;
    int rank;               // within the class, ties share the better rank; 0 where not scored
    int ranked;             // units ranked in the class
    int grade;              // index in grades; -1 where none holds, or the missing total could decide
};

struct stats_assessment {
    struct survey_arena *arena; // holds everything here
    const char *round;
    double confidence;
    const char *const *classes;
    size_t class_count;
    struct stats_indicator *indicators;
    size_t indicator_count;
    struct stats_node *nodes; // parents before children, in the sheet's order
    size_t node_count;
    struct stats_grade *grades;
    size_t grade_count;
    struct stats_unit *units; // by id
    size_t unit_count;
    struct stats_figure *overall; // one an indicator: all units together; missing where that has no meaning
};

// Reads the plan's sheets (every fault goes to report with its cell) and computes the assessment of
// actor's round. *assessment is set only where no fault was found; the caller frees it. False with
// error where the sheets have faults or something failed; warnings alone don't stop it. Labels and other
// texts of the sheets are the store's: free the assessment before the store is closed.
bool stats_assess(struct survey_store *store, const struct survey_actor *actor, struct survey_report *report,
                  struct stats_assessment **assessment, struct survey_error *error);
void stats_assessment_free(struct stats_assessment *assessment); // NULL is fine
// Writes the results to the table indicator, within a transaction.
bool stats_assessment_store(struct survey_store *store, const struct stats_assessment *assessment,
                            const struct survey_actor *actor, struct survey_error *error);

// A value rounded for print: half up (away from zero) or half even on the decimal digits of the value
// that is exact to 1e-9, so that 28.165 gives 28.17 and 28.16.
double stats_round(double value, int decimals, bool half_even);
