// SPDX-License-Identifier: GPL-3.0-or-later
// The insides of a record; private to survey/record.
#pragma once

#include "survey/expr/expr.h"
#include "survey/record/record.h"

enum {
    RECORD_NODES_MAX = 200000,
    RECORD_INSTANCES_MAX = 5000,
    RECORD_DEPTH_MAX = 64,
    RECORD_PASSES = 16,
    RECORD_STEPS = 1000000000 // of all expressions of one update, where env says nothing
};

// The nodes of one item, in the order in which they were made.
struct record_places {
    struct survey_node **at;
    size_t count, capacity;
};

// What a change makes stale; see depend.c.
struct record_changes {
    uint64_t *dirty, *moving; // bits by rank: stale; looked at after every change
    size_t words;
    uint32_t *rank;       // by item->index: its place in the order
    uint32_t *start;      // by item->index: where its dependents begin; one more at the end
    uint32_t *dependents; // ranks
    bool any;             // something has changed since the flag was last cleared
};

struct survey_record {
    const struct survey_form *form;
    struct survey_record_env env;
    struct survey_arena *arena;
    struct survey_arena *scratch; // of one evaluation, or of one update
    struct survey_node *document, *root;
    struct record_places *places; // by item->index
    size_t node_count;
    const struct survey_item **order; // dependencies first
    struct record_changes changes;
    struct survey_map names;          // name -> the item's index, -1 where several share it
    struct survey_map lists;          // list name -> root node, made when first asked for
    const struct survey_expr *instance_name;
    uint64_t steps;                       // left for this update or judgement
    const struct survey_node *overworked; // where an expression was first given up; NULL: nowhere
};

// The tree.
struct survey_node *record_add_instance(struct survey_record *record, struct survey_node *parent,
                                        const struct survey_item *repeat, bool template);
// Appends missing instances of a repeat up to number; the last one, or NULL beyond the bounds.
struct survey_node *record_instance_at(struct survey_record *record, struct survey_node *parent,
                                       const struct survey_item *repeat, uint32_t number);
bool record_is_gone(const struct survey_node *node); // stands in a repeat's template
void record_store(struct survey_record *record, struct survey_node *node, const char *value);

// Evaluation.
bool record_evaluate(struct survey_record *record, const struct survey_expr *expr,
                     const struct survey_node *context, const struct survey_node *current,
                     struct survey_value *value);
// A yes-or-no column; otherwise where it is blank or cannot be evaluated.
bool record_holds(struct survey_record *record, const struct survey_logic *logic,
                  const struct survey_node *node, bool otherwise);
// The items with what each depends on before it, as far as that can be.
const struct survey_item **record_order(struct survey_arena *arena, const struct survey_form *form);
void record_changes_begin(struct survey_record *record);
// An answer, the relevance or the number of instances of item changed: what depends on it is stale.
void record_changed(struct survey_record *record, const struct survey_item *item);
// The item itself is stale; with all below it, new instances.
void record_stale(struct survey_record *record, const struct survey_item *item);
void record_stale_below(struct survey_record *record, const struct survey_item *item);
// The first stale rank from there on; SIZE_MAX where none is.
size_t record_next_stale(const struct survey_record *record, size_t from);
// A default or a calculation into its node.
bool record_calculate(struct survey_record *record, struct survey_node *node,
                      const struct survey_logic *logic);
void record_apply_default(struct survey_record *record, struct survey_node *node);
// jr:itext(): "/data/g/q:label", "/data/g/q:hint", or LIST-N for the N-th choice (from 0) of a list.
const char *record_itext(void *user, const char *id);
// The root node of a choice list or an attached file; NULL where there is none.
const struct survey_node *record_list_root(void *user, const char *id);
// The root node of a list in a file: "districts.csv" is the instance "districts".
const struct survey_node *record_file_rows(struct survey_record *record,
                                           const struct survey_choice_list *list);
// The value of "key" in "value=code label=name"; the fallback where it is not there.
const char *record_parameter(struct survey_record *record, const struct survey_item *item,
                             const char *key, const char *fallback);
// The scratch arena is emptied between questions.
void record_clear_scratch(struct survey_record *record);
