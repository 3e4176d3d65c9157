// SPDX-License-Identifier: GPL-3.0-or-later
// What a report says, apart from where it comes from (load.c) and how it is laid out (the sheets).
// Everything lives in one arena. Labels are arrays with one text a language of the main form.
#pragma once

#include "output/cell.h"
#include "stats/assess/assessment.h"

enum output_audience { OUTPUT_OFFICIALS, OUTPUT_EVALUATORS };
enum { OUTPUT_DISPOSITIONS = 8, OUTPUT_RATES = 6, OUTPUT_LANGUAGES = 8 };

typedef const char *const *output_labels; // NULL where there are none at all

// A scale of answers that opinion questions share, in the form's order.
struct output_scale {
    output_labels *answers;
    size_t answer_count;
    bool rising; // the codes are numbers that rise, so that the best answers stand last
};

// The answers to one opinion question: of all units (row 0) and of each unit (row 1 + its index).
struct output_opinion {
    output_labels labels;
    size_t scale;
    struct output_answers {
        const size_t *counts;  // respondents an answer
        const double *weights; // their weights summed
        size_t dont_know;      // asked, and could not say
        size_t silent;         // asked, and refused or left it blank
    } *rows;
};

// What became of the sampled households of a unit, of a stratum, or of all (the first of each list).
struct output_outcome {
    output_labels labels;
    size_t sampled;                            // selected, reserves in use included
    size_t counts[OUTPUT_DISPOSITIONS];        // I, P, R, NC, O, UH, UO, NE
    size_t silent;                             // of the NC: no result at all yet
    size_t replaced;
    double rates[OUTPUT_RATES];                // RR1 RR2 RR5 COOP1 REF1 CON1, shares of 1; NaN where none
};

// Suspected cases of one type in one unit.
struct output_funnel {
    const char *type;
    int unit; // index in the assessment; -1 for all
    size_t flagged, open, confirmed, dismissed;
    double persons; // concerned by the confirmed ones
};

struct output_case {
    const char *id, *type, *unit, *rules, *state, *opened, *who, *why;
};

struct output_step { // one weighting step, or the base weight of one stratum
    int64_t step;
    const char *method;
    size_t count;
    double sum, mean, least, most, cv;
};

struct output_stage { // one row of the sample sheet as drawn
    int64_t stage;
    const char *unit, *strata, *where, *method, *size;
    size_t selected, reserve;
};

struct output_form {
    const char *id, *version, *hash;
    size_t responses;
};

struct output_day { // responses received in one day by one enumerator
    const char *day, *who;
    size_t received, total; // that day, and up to it
};

struct output_enumerator {
    const char *who;
    size_t responses, complete, refused, missing_answers, corrections, flagged;
    double median_minutes; // NaN where no times are known
};

struct output_word {
    const char *name;
    output_labels labels;
};

struct output_report {
    struct survey_arena *arena;
    enum output_audience audience;
    const struct survey_form *form; // the main one, for its languages
    const struct stats_assessment *assessment;
    // The same with its texts (why there is no value) in each language of the report; NULL: as above.
    const struct stats_assessment *in_language[OUTPUT_LANGUAGES];

    const char *evaluation, *version, *file_id; // by the settings id and version, and the file's own
    output_labels titles;      // of the evaluation
    const char *assessed_unit, *first_stage; // frame columns; "" where not set or nothing was drawn
    struct output_word *words; // what frame columns and their values are called: settings label_NAME::LANGUAGE
    size_t word_count;
    output_labels round_labels;
    const char *round_start, *round_end; // "" where not set
    bool ruled;                // the workbook has rules that flag cases
    size_t villages;           // units of the first stage that were drawn; 0 where there is one stage only

    struct output_scale *scales;
    size_t scale_count;
    struct output_opinion *opinions;
    size_t opinion_count;
    struct output_outcome *by_unit, *by_stratum; // the first is all together
    size_t by_unit_count, by_stratum_count;
    struct output_funnel *funnel; // by type, all together first
    size_t funnel_count;
    struct output_case *cases;
    size_t case_count;

    // How it was done.
    bool drawn;
    int64_t seed;
    const char *drawn_at;
    size_t frame_size, draws; // units in the frame; draws of this round, this one included
    struct output_stage *stages;
    size_t stage_count;
    struct output_step *steps;
    size_t step_count;
    struct output_form *forms;
    size_t form_count;
    const char *lonely, *assumed_icc; // "" where not set
    bool brewer;                      // pps_variance of the plan
    struct output_day *days;
    size_t day_count;
    struct output_enumerator *enumerators;
    size_t enumerator_count;

    const char *head; // the log's chain before this report, hexadecimal
    int64_t entries;  // and how many entries it had
    const char *who;
    struct survey_time now;
};

// Reads everything but the assessment, which it borrows, for actor's round; free it by
// output_report_free().
bool output_report_load(struct survey_store *store, const struct survey_actor *actor,
                        const struct stats_assessment *assessment, enum output_audience audience,
                        struct output_report **report, struct survey_error *error);
void output_report_free(struct output_report *report); // NULL is fine

// Lays the report out in a new book at path, in one language after another ("zh", "en", or what the
// form calls it). The caller writes, keeps or drops the book. Leaves the language of messages as it was.
bool output_report_build(const struct output_report *report, const char *path, const char *const *languages,
                         size_t language_count, struct output_book **book, struct survey_error *error);

// Switches messages to a language of a report, and back to what they were.
struct output_language {
    char *before; // LANGUAGE, or NULL where it was not set
};
void output_language_switch(struct output_language *language, const char *to);
void output_language_back(struct output_language *language);

// Cells of opinion tables that must not leave: those of 1 to 4 persons, and as many others as keep
// anyone from working them out from the sums of rows and columns. counts and hidden: rows * columns;
// row 0 holds the sums of the others.
void output_suppress(const size_t *counts, size_t rows, size_t columns, bool *hidden);
