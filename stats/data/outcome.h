// SPDX-License-Identifier: GPL-3.0-or-later
// What became of the sampled units: final dispositions and outcome rates (AAPOR, Standard
// Definitions, 10th edition 2023).
#pragma once

#include "survey/base/map.h"
#include "survey/store/store.h"

struct survey_arena;

enum stats_outcome {
    STATS_COMPLETE,      // I
    STATS_PARTIAL,       // P
    STATS_REFUSAL,       // R: refused or broke off
    STATS_NON_CONTACT,   // NC
    STATS_OTHER,         // O: eligible, not interviewed for another reason
    STATS_UNKNOWN_HOME,  // UH: not known whether there is such a household
    STATS_UNKNOWN_OTHER, // UO: not known whether it is eligible
    STATS_NOT_ELIGIBLE,  // NE
    STATS_OUTCOMES,
};
const char *stats_outcome_name(enum stats_outcome outcome); // "I", "NC" ...

// The dispositions sheet: result code of a visit -> outcome.
struct stats_outcome_codes {
    bool given; // the workbook has the sheet
    struct survey_map codes;
};
// Reads the sheet; false with the cell of the first fault. Keys live in the arena; the map is
// cleared by the caller.
bool stats_outcome_codes_read(struct survey_store *store, struct survey_arena *arena,
                              struct stats_outcome_codes *codes, struct survey_error *error);
// The outcome of a response. Where there is no sheet, or its form asks for no result (NULL), it is a
// complete interview; where none was given (""), nothing is known of the unit: a sheet that came back
// blank must not count as an interview. -1 for a code that the sheet lacks.
int stats_outcome_of(const struct stats_outcome_codes *codes, const char *code);
static inline bool stats_outcome_is_interview(int outcome)
{
    return outcome == STATS_COMPLETE || outcome == STATS_PARTIAL;
}

// The rates, as fractions; NaN where their denominator is 0. All are unweighted.
struct stats_outcome_rates {
    double e;              // share of the eligible among the units of known eligibility
    double response[6];    // RR1..RR6
    double cooperation[4]; // COOP1..COOP4
    double refusal[3];     // REF1..REF3
    double contact[3];     // CON1..CON3
};
void stats_outcome_rates(const size_t count[static STATS_OUTCOMES],
                         struct stats_outcome_rates *rates);

// Counts by group. A unit of the deepest stage of the sample that was selected counts once, with
// the outcome of its response in the round, or as a non-contact where it has none; a reserve counts
// where it has a response. Where nothing was drawn each response counts.
struct stats_outcome_group {
    const char *const *keys; // values of the by columns
    size_t count[STATS_OUTCOMES];
    size_t silent; // of the non-contacts: no response at all
    struct stats_outcome_rates rates;
};
struct stats_outcome_table {
    struct survey_arena *arena; // holds everything here
    const char *const *by;
    size_t by_count;
    struct stats_outcome_group *groups; // in the order of their keys
    size_t group_count;
    struct stats_outcome_group all;
    size_t outside; // responses whose unit is not of the sample: not counted
};
// by: frame columns separated by spaces, and "stratum" (the sample's own where the frame has no
// such column); "" or NULL for one group. The caller frees the table.
bool stats_outcome_table(struct survey_store *store, const struct survey_actor *actor,
                         const char *by, struct stats_outcome_table **table,
                         struct survey_error *error);
void stats_outcome_table_free(struct stats_outcome_table *table); // NULL is fine
