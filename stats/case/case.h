// SPDX-License-Identifier: GPL-3.0-or-later
// Suspected cases: opened by the rules, decided by people. Only confirmed ones count in an
// indicator.
#pragma once

#include "survey/store/store.h"

struct survey_arena;

struct stats_flag_rule {
    const char *rule, *type;
    size_t hits; // interviews on which it fired
};

struct stats_flagged {
    struct survey_arena *arena; // holds everything here
    const char *round;
    size_t interviews;
    struct stats_flag_rule *rules; // in the sheet's order
    size_t rule_count;
    size_t opened;  // new cases
    size_t changed; // still undecided ones on which other rules fire now, or of other persons
    size_t decided; // confirmed or dismissed ones on which rules fire: left alone
    size_t stale;   // undecided ones on which no rule fires any more: left for a person to dismiss
};

// Runs the rules sheet over the interviews of the round, within a transaction. A rule looks at the
// strata it names (of the deepest stage of the sample; where the unit was not sampled, the frame
// column or else the question `stratum`); rule('X') within an expression does not. One case a type
// and response holds all rules of the type that fired. persons: the `per` of the indicator whose
// `of` is case('TYPE'), else the question hh_size, else the frame's members, else 1; 0 for the type
// quality. Faults go to report with their cell; *flagged is set only where there is none, the
// caller's to free.
bool stats_case_flag(struct survey_store *store, const struct survey_actor *actor,
                     struct survey_report *report, struct stats_flagged **flagged,
                     struct survey_error *error);
void stats_flagged_free(struct stats_flagged *flagged); // NULL is fine

struct stats_case_step {
    const char *state, *who, *why, *evidence, *made_at;
};
struct stats_case {
    const char *id, *type, *unit, *response, *rules, *state, *opened_at;
    const char *enumerator; // of the response
    double persons;
    const struct stats_case_step *steps; // oldest first; the last one's state is the case's
    size_t step_count;
};
struct stats_case_list {
    struct survey_arena *arena; // holds everything here
    const char *round;
    struct stats_case *cases; // by type, unit, id
    size_t count;
};
// Which cases: NULL or "" takes any. id: whole, or its beginning (with or without "uuid:").
struct stats_case_filter {
    const char *id, *state, *type, *unit, *enumerator;
    bool any_round; // else those of actor's round
};
bool stats_case_list(struct survey_store *store, const struct survey_actor *actor,
                     const struct stats_case_filter *filter, struct stats_case_list **list,
                     struct survey_error *error);
void stats_case_list_free(struct stats_case_list *list); // NULL is fine

struct stats_case_decision {
    const char *id;       // as in the filter; it must name one case
    const char *state;    // "confirmed" or "dismissed"
    const char *why;      // needed
    const char *evidence; // "" where none
    double persons;       // persons concerned; negative: as it stands
};
// Takes a decision within a transaction, with a step and an entry in the log. A decision that was
// taken already may be changed only with evidence.
bool stats_case_decide(struct survey_store *store, const struct survey_actor *actor,
                       const struct stats_case_decision *decision, struct survey_error *error);
// Decisions from a CSV with the columns id, decision (confirm, dismiss; state where it has no such
// column), why and, where wanted, evidence and persons. Within a transaction; faults go to report
// with their line, and then the caller rolls back.
bool stats_case_decide_file(struct survey_store *store, const char *file, const char *state,
                            const struct survey_actor *actor, struct survey_report *report,
                            size_t *count, struct survey_error *error);
