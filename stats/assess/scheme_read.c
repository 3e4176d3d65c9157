// SPDX-License-Identifier: GPL-3.0-or-later
// The scheme sheet: the tree, its shares by class, score rules and gates.
#include "stats/assess/assess.h"
#include "survey/base/arena.h"
#include "survey/base/number.h"
#include "survey/base/text.h"

#include <math.h>
#include <string.h>

enum { CLASSES_MAX = 64, ROWS_MAX = 5000 };

struct scheme {
    struct stats_plan *plan;
    struct stats_plan_reader reader;
    uint32_t columns[CLASSES_MAX]; // of weight::CLASS
    uint32_t *rows;                // of the sheet, by node as read
    struct survey_map codes;       // node code -> number: index
};

// "weight::national" names a class; "weight" alone is the share in every class.
static void read_classes(struct scheme *scheme)
{
    struct stats_plan *plan = scheme->plan;
    const struct survey_sheet *sheet = scheme->reader.sheet;
    const char **classes = survey_arena_array(plan->arena, CLASSES_MAX, sizeof *classes);
    for (uint32_t column = 0; column < sheet->columns && plan->class_count < CLASSES_MAX;
         column++) {
        const char *header = survey_sheet_cell(sheet, 0, column);
        bool plain = strcmp(header, "weight") == 0;
        if (!plain && strncmp(header, "weight::", 8) != 0)
            continue;
        scheme->columns[plan->class_count] = column;
        classes[plan->class_count++] = plain ? "" : header + 8;
    }
    plan->classes = classes;
    if (!plan->class_count)
        stats_plan_say(&scheme->reader, SURVEY_FAULT, "code", "E530", "weight, weight::CLASS", "%s",
                       _("the scheme has no column of weights"));
}

static const char *weight_header(const struct scheme *scheme, size_t class)
{
    return survey_sheet_cell(scheme->reader.sheet, 0, scheme->columns[class]);
}

static void read_weights(struct scheme *scheme, struct stats_node *node)
{
    struct stats_plan *plan = scheme->plan;
    double *weights = survey_arena_array(plan->arena, plan->class_count + 1, sizeof *weights);
    for (size_t i = 0; i < plan->class_count; i++) {
        weights[i] = stats_plan_number(&scheme->reader, weight_header(scheme, i), NAN);
        if (weights[i] < 0 || weights[i] > 100)
            stats_plan_say(&scheme->reader, SURVEY_FAULT, weight_header(scheme, i), "E531",
                           _("a share of 0 to 100"), _("%g is no share"), weights[i]);
    }
    node->weights = weights;
}

static void read_gate(struct scheme *scheme, struct stats_node *node)
{
    const struct stats_plan_reader *reader = &scheme->reader;
    const char *op = stats_plan_cell(reader, "gate_op"), *effect = node->gate_effect;
    double cap;
    if (!stats_op_read(op, &node->gate_op))
        stats_plan_say(reader, SURVEY_FAULT, "gate_op", "E503",
                       "<, <=, >, >=", _("'%s' is no comparison"), op);
    node->gate = stats_plan_number(reader, "gate", NAN);
    bool any = *op || *effect || !isnan(node->gate);
    if (any && (!*op || !*effect || isnan(node->gate)))
        stats_plan_say(reader, SURVEY_FAULT,
                       !*op       ? "gate_op"
                       : !*effect ? "gate_effect"
                                  : "gate",
                       "E532", "", "%s", _("a gate needs gate_op, gate and gate_effect"));
    bool known = !*effect || strcmp(effect, "veto") == 0 || strcmp(effect, "talk") == 0 ||
                 strcmp(effect, "flag") == 0;
    if (!known && strncmp(effect, "cap:", 4) == 0)
        known = survey_number_parse(effect + 4, strlen(effect + 4), &cap) && cap >= 0 && cap <= 100;
    if (!known)
        stats_plan_say(reader, SURVEY_FAULT, "gate_effect", "E533", "veto, talk, flag, cap:60",
                       _("'%s' is no effect of a gate"), effect);
}

static void read_missing(struct scheme *scheme, struct stats_node *node, bool leaf)
{
    const char *text = stats_plan_cell(&scheme->reader, "missing");
    node->missing = leaf ? STATS_MISSING_NA : STATS_MISSING_BELOW;
    if (strcmp(text, "zero") == 0)
        node->missing = STATS_MISSING_ZERO;
    else if (strcmp(text, "reweight") == 0)
        node->missing = STATS_MISSING_REWEIGHT;
    else if (strcmp(text, "na") == 0)
        node->missing = STATS_MISSING_NA;
    else if (*text)
        stats_plan_say(&scheme->reader, SURVEY_FAULT, "missing", "E534", "zero, na, reweight",
                       _("'%s' is no rule for what is missing"), text);
}

static void read_leaf(struct scheme *scheme, struct stats_node *node, const char *code)
{
    struct stats_plan *plan = scheme->plan;
    const struct survey_map_entry *entry = survey_map_find(&plan->codes, code);
    struct stats_score_rule *rule = survey_arena_alloc(plan->arena, sizeof *rule);
    const char *expected;
    char message[300];
    bool name_is_wrong;
    if (!entry) {
        stats_plan_say(&scheme->reader, SURVEY_FAULT, "indicator", "E509", "",
                       _("there is no indicator '%s'"), code);
        return;
    }
    node->indicator = (int)entry->number;
    node->parsed = rule;
    if (!stats_score_rule_read(plan->arena, node->rule, node->params,
                               &plan->indicators[node->indicator], rule, message, &expected,
                               &name_is_wrong))
        stats_plan_say(&scheme->reader, SURVEY_FAULT, name_is_wrong ? "score" : "params", "E535",
                       expected, "%s", message);
}

static void read_row(struct scheme *scheme)
{
    struct stats_plan *plan = scheme->plan;
    const struct stats_plan_reader *reader = &scheme->reader;
    struct stats_node *node = &plan->nodes[plan->node_count];
    const char *indicator = stats_plan_cell(reader, "indicator");
    bool added;
    *node = (struct stats_node){.code = stats_plan_cell(reader, "code"),
                                .labels = stats_plan_labels(reader, "label"),
                                .parent = -1,
                                .indicator = -1,
                                .rule = stats_plan_cell(reader, "score"),
                                .params = stats_plan_cell(reader, "params"),
                                .gate_effect = stats_plan_cell(reader, "gate_effect"),
                                .row = survey_sheet_line(reader->sheet, reader->row)};
    read_weights(scheme, node);
    read_gate(scheme, node);
    read_missing(scheme, node, *indicator != 0);
    if (*indicator)
        read_leaf(scheme, node, indicator);
    if (!*node->code) {
        stats_plan_say(reader, SURVEY_FAULT, "code", "E501", "", "%s", _("the row has no code"));
        return;
    }
    const struct survey_map_entry *same = survey_map_find(&plan->codes, node->code);
    if (same && node->indicator != (int)same->number)
        stats_plan_say(reader, SURVEY_FAULT, "code", "E536", "",
                       _("'%s' is the code of an indicator, which this row does not score"),
                       node->code);
    struct survey_map_entry *entry =
        survey_map_put(&scheme->codes, plan->arena, node->code, &added);
    if (!added) {
        stats_plan_say(reader, SURVEY_FAULT, "code", "E501", "",
                       _("the code '%s' stands in the sheet twice"), node->code);
        return;
    }
    entry->number = (int64_t)plan->node_count;
    scheme->rows[plan->node_count++] = reader->row;
}

static void say_of(struct scheme *scheme, size_t node, const char *header, const char *code,
                   const char *format, const char *name)
{
    scheme->reader.row = scheme->rows[node];
    stats_plan_say(&scheme->reader, SURVEY_FAULT, header, code, "", format, name);
}

// Parents by their codes; one root; no row below itself.
static void link_parents(struct scheme *scheme)
{
    struct stats_plan *plan = scheme->plan;
    int root = -1;
    for (size_t i = 0; i < plan->node_count; i++) {
        scheme->reader.row = scheme->rows[i];
        const char *parent = stats_plan_cell(&scheme->reader, "parent");
        const struct survey_map_entry *entry = survey_map_find(&scheme->codes, parent);
        if (!*parent && root >= 0)
            say_of(scheme, i, "parent", "E537", _("the scheme has a root already: '%s'"),
                   plan->nodes[root].code);
        else if (!*parent)
            root = (int)i;
        else if (!entry)
            say_of(scheme, i, "parent", "E537", _("there is no row '%s' in the scheme"), parent);
        else
            plan->nodes[i].parent = (int)entry->number;
    }
    for (size_t i = 0; i < plan->node_count; i++) {
        int at = (int)i, steps = 0;
        while (at >= 0 && steps <= (int)plan->node_count) {
            at = plan->nodes[at].parent;
            steps++;
        }
        if (at >= 0) {
            say_of(scheme, i, "parent", "E538", _("the row '%s' stands below itself"),
                   plan->nodes[i].code);
            return;
        }
        plan->nodes[i].depth = steps - 1;
    }
    if (root < 0 && plan->node_count)
        say_of(scheme, 0, "parent", "E537", "%s",
               _("the scheme has no root, a row without a parent"));
}

static size_t count_children(const struct stats_plan *plan, int parent)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->node_count; i++)
        count += plan->nodes[i].parent == parent;
    return count;
}

static void check_kinds(struct scheme *scheme)
{
    const struct stats_plan *plan = scheme->plan;
    for (size_t i = 0; i < plan->node_count; i++) {
        const struct stats_node *node = &plan->nodes[i];
        size_t children = count_children(plan, (int)i);
        scheme->reader.row = scheme->rows[i];
        bool leaf = *stats_plan_cell(&scheme->reader, "indicator") != 0;
        if (!children && !leaf)
            say_of(scheme, i, "indicator", "E539",
                   _("'%s' has neither an indicator nor rows below it"), node->code);
        if (children && leaf)
            say_of(scheme, i, "indicator", "E539",
                   _("'%s' has both an indicator and rows below it"), node->code);
        if (children && (*node->rule || *node->params))
            say_of(scheme, i, *node->rule ? "score" : "params", "E539",
                   _("'%s' has rows below it, whose scores it adds up; a rule has no place there"),
                   node->code);
    }
}

// Under each parent the shares of a class sum to 100, to the last digit written.
static void check_sums(struct scheme *scheme)
{
    const struct stats_plan *plan = scheme->plan;
    for (size_t parent = 0; parent < plan->node_count; parent++)
        for (size_t class = 0; class < plan->class_count; class ++) {
            double sum = 0;
            size_t first = SIZE_MAX;
            for (size_t i = 0; i < plan->node_count; i++) {
                if (plan->nodes[i].parent != (int)parent)
                    continue;
                first = first == SIZE_MAX ? i : first;
                sum += isnan(plan->nodes[i].weights[class]) ? 0 : plan->nodes[i].weights[class];
            }
            bool present = !isnan(plan->nodes[parent].weights[class]);
            if (first == SIZE_MAX || (!present && sum == 0) || fabs(sum - 100) < 1e-6)
                continue;
            scheme->reader.row = scheme->rows[first];
            stats_plan_say(&scheme->reader, SURVEY_FAULT, weight_header(scheme, class), "E540",
                           "100", _("the shares under '%s' sum to %g"), plan->nodes[parent].code,
                           sum);
        }
}

// Parents before children, else as in the sheet.
static void order_nodes(struct scheme *scheme)
{
    struct stats_plan *plan = scheme->plan;
    struct stats_node *ordered =
        survey_arena_array(plan->arena, plan->node_count + 1, sizeof *ordered);
    int *moved = survey_arena_array(plan->arena, plan->node_count + 1, sizeof *moved);
    size_t placed = 0;
    for (int depth = 0; placed < plan->node_count; depth++)
        for (size_t i = 0; i < plan->node_count; i++)
            if (plan->nodes[i].depth == depth) {
                moved[i] = (int)placed;
                ordered[placed++] = plan->nodes[i];
            }
    bool in_order = true;
    for (size_t i = 0; i < plan->node_count; i++)
        in_order &= plan->nodes[i].parent < (int)i;
    if (in_order)
        return;
    for (size_t i = 0; i < plan->node_count; i++)
        ordered[i].parent = ordered[i].parent < 0 ? -1 : moved[ordered[i].parent];
    plan->nodes = ordered;
}

bool stats_scheme_read(struct stats_plan *plan, struct survey_error *error)
{
    const struct survey_sheet *sheet = survey_store_plan(plan->store, "scheme");
    if (!sheet || sheet->rows < 2)
        return true; // indicators alone, without a score
    if (sheet->rows > ROWS_MAX)
        return survey_fail(error, SURVEY_ERROR_INPUT, plan->form->path,
                           _("the scheme has more than %d rows"), ROWS_MAX);
    struct scheme scheme = {.plan = plan,
                            .reader = {sheet, plan->form, plan->arena, plan->report, 0}};
    size_t before = survey_report_count_of(plan->report, SURVEY_FAULT);
    scheme.rows = survey_arena_array(plan->arena, sheet->rows, sizeof *scheme.rows);
    plan->nodes = survey_arena_array(plan->arena, sheet->rows, sizeof *plan->nodes);
    read_classes(&scheme);
    for (scheme.reader.row = 1; scheme.reader.row < sheet->rows; scheme.reader.row++)
        if (!stats_plan_row_is_blank(&scheme.reader))
            read_row(&scheme);
    link_parents(&scheme);
    check_kinds(&scheme);
    if (survey_report_count_of(plan->report, SURVEY_FAULT) == before)
        check_sums(&scheme);
    if (survey_report_count_of(plan->report, SURVEY_FAULT) == before)
        order_nodes(&scheme);
    survey_map_clear(&scheme.codes);
    return true;
}
