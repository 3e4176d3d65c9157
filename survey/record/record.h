// SPDX-License-Identifier: GPL-3.0-or-later
// One interview in memory: the instance of a form, its answers, what is relevant and what is wrong
// with it. The same for paper, phone and import. Free of any library.
#pragma once

#include "survey/base/date.h"
#include "survey/base/error.h"
#include "survey/base/format.h"
#include "survey/definition/form.h"
#include "survey/expr/node.h"

struct survey_record;

struct survey_record_env {
    struct survey_time now;
    uint64_t seed;
    size_t language;
    const char *device, *username;
    uint64_t steps; // of work that all expressions of one update or judgement may take; 0: a thousand million, some seconds
    // Rows of an attached list for pulldata() and instance(): the root node of file or id; may be
    // NULL.
    const struct survey_node *(*instance)(void *user, const char *id);
    void *user;
};

// A new interview with defaults applied and calculations done. The form must outlive it.
struct survey_record *survey_record_new(const struct survey_form *form,
                                        const struct survey_record_env *env);
void survey_record_free(struct survey_record *record); // NULL is fine

// The node of item in the repeat instances numbered (from 1) by occurrences, outermost first, depth
// of them; makes repeat instances up to that number. NULL/0 outside repeats. NULL where it can't
// be.
struct survey_node *survey_record_node(struct survey_record *record, const struct survey_item *item,
                                       const uint32_t *occurrences, size_t depth);
// Sets an answer ("" clears it) and recalculates. The value is stored as given, even if it is
// wrong.
void survey_record_set(struct survey_record *record, struct survey_node *node, const char *value);
// Sets without recalculating; call survey_record_update() once afterwards.
void survey_record_put(struct survey_record *record, struct survey_node *node, const char *value);
void survey_record_update(struct survey_record *record);
// Sets a calculated answer as it was received and recalculates what depends on it; it is not
// calculated again (a list that only the phone had, random numbers, clocks).
void survey_record_keep(struct survey_record *record, struct survey_node *node, const char *value);

const struct survey_form *survey_record_form(const struct survey_record *record);
const struct survey_node *
survey_record_root(const struct survey_record *record); // the root element
struct survey_node *survey_record_find(struct survey_record *record,
                                       const char *name); // first of that name

// What is wrong with one answer.
enum survey_violation {
    SURVEY_FINE,
    SURVEY_WRONG_TYPE,
    SURVEY_NOT_A_CHOICE,
    SURVEY_CONSTRAINT,
    SURVEY_REQUIRED,
    SURVEY_NOT_RELEVANT,
    SURVEY_TOO_MUCH_WORK // its expressions were given up, so that what depends on them is not to be relied on
};
const char *survey_violation_name(enum survey_violation violation); // "constraint", ...
// Judges the answer of a node as it stands; message (may be NULL) is the questionnaire's own text.
enum survey_violation survey_record_judge(struct survey_record *record,
                                          const struct survey_node *node, const char **message);
// Whether the answer of a node can be an answer to its question at all, asked or not: its type and its
// choices. SURVEY_FINE, SURVEY_WRONG_TYPE or SURVEY_NOT_A_CHOICE.
enum survey_violation survey_record_fit(struct survey_record *record,
                                        const struct survey_node *node);
// Judges all answers; visit each violation. Returns how many there are. Where an expression of the interview was given up
// (it took a million steps, or all together what env has for them), the first node it stood at comes last.
size_t survey_record_check(struct survey_record *record,
                           void (*visit)(void *user, const struct survey_node *node,
                                         enum survey_violation violation, const char *message),
                           void *user);
// The kind of missing answer of a node: not asked where irrelevant, the choice's own kind, blank.
enum survey_missing survey_record_missing(struct survey_record *record,
                                          const struct survey_node *node);

// The choices of a select that its choice_filter lets through now; returns their number. Those of
// an attached file live until the record is next changed or judged.
size_t survey_record_choices(struct survey_record *record, const struct survey_node *node,
                             const struct survey_choice **choices, size_t limit);

// The instance as submission XML (irrelevant nodes pruned), with instance_id in meta.
void survey_record_write_xml(struct survey_record *record, const char *instance_id,
                             struct survey_buffer *buffer);
