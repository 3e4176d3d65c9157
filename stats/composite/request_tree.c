// SPDX-License-Identifier: GPL-3.0-or-later
// Requests for a composite index: its tree from the request or from a file.
#include "stats/composite/request_composite.h"
#include "stats/composite/tree.h"

struct composite {
    struct composite_units units;
    struct stats_tree tree;
    const char **parents; // by node, as written; ""
};

static bool add_node(struct request *request, struct composite *composite, const char *code,
                     const char *parent, struct stats_tree_node node, struct survey_error *error)
{
    struct stats_tree *tree = &composite->tree;
    for (int i = 0; i < tree->count; i++)
        if (strcmp(tree->node[i].code, code) == 0)
            return survey_fail(error, SURVEY_ERROR_INPUT, code, "%s", _("the tree has it twice"));
    if (!*code)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("a row of the tree has no code"));
    if (!(node.weight >= 0) || !isfinite(node.weight))
        return survey_fail(error, SURVEY_ERROR_INPUT, code, "%s", _("its weight is not 0 or more"));
    node.code = code;
    node.parent = STATS_TREE_NONE;
    node.score = survey_arena_array(request->arena, request->n + 1, sizeof *node.score);
    composite->parents[tree->count] = parent;
    tree->node[tree->count++] = node;
    return true;
}

static bool make_room(struct request *request, struct composite *composite, size_t rows,
                      struct survey_error *error)
{
    if (rows < 1 || rows > REQUEST_MOST || (double)rows * (double)request->n > REQUEST_NUMBERS)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("a tree has 1 to %d rows"),
                           REQUEST_MOST);
    composite->tree.node = survey_arena_array(request->arena, rows, sizeof *composite->tree.node);
    composite->parents = survey_arena_array(request->arena, rows, sizeof *composite->parents);
    return true;
}

static bool read_inline(struct request *request, struct composite *composite,
                        const struct survey_json *list, struct survey_error *error)
{
    if (list->kind != SURVEY_JSON_ARRAY || !make_room(request, composite, list->count, error))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("a tree has 1 to %d rows"),
                           REQUEST_MOST);
    for (const struct survey_json *row = list->first; row; row = row->next) {
        struct stats_tree_node node = {.weight = survey_json_number(row, "weight", 1),
                                       .lower = survey_json_bool(row, "negative", false),
                                       .min = survey_json_number(row, "min", NAN),
                                       .max = survey_json_number(row, "max", NAN)};
        if (!add_node(request, composite, survey_json_text(row, "code", ""),
                      survey_json_text(row, "parent", ""), node, error))
            return false;
    }
    return true;
}

// Columns of the file by args such as "code": "iCode"; those without a default may be missing.
static bool file_column(const struct request *request, const struct stats_table *table,
                        const char *name, bool needed, int *column, struct survey_error *error)
{
    uint32_t found = 0;
    const char *called = survey_json_text(request->args, name, NULL);
    *column = -1;
    if (!called && !needed && stats_table_find(table, name) < 0)
        return true;
    if (!stats_table_column(table, called ? called : name, &found, error))
        return false;
    *column = (int)found;
    return true;
}

static bool file_numbers(struct request *request, const struct stats_table *table, const char *name,
                         double fallback, double **numbers, struct survey_error *error)
{
    int column;
    if (!file_column(request, table, name, false, &column, error))
        return false;
    *numbers = NULL;
    if (column >= 0 && !stats_table_numbers(table, (uint32_t)column, numbers, error))
        return false;
    if (!*numbers)
        *numbers = survey_arena_array(request->arena, table->rows + 1, sizeof **numbers);
    for (size_t row = 0; row < table->rows; row++)
        if (column < 0 || isnan((*numbers)[row]))
            (*numbers)[row] = fallback;
    return true;
}

// direction: 1, or -1 where less is better.
static bool read_file(struct request *request, struct composite *composite, const char *path,
                      struct survey_error *error)
{
    struct stats_table table;
    double *weight, *direction, *min, *max;
    int code, parent;
    const char *full =
        *path == '/' ? path : survey_arena_format(request->arena, "%s/%s", request->folder, path);
    if (!stats_table_open(request->arena, full, &table, error) ||
        !make_room(request, composite, table.rows, error) ||
        !file_column(request, &table, "code", true, &code, error) ||
        !file_column(request, &table, "parent", true, &parent, error) ||
        !file_numbers(request, &table, "weight", 1, &weight, error) ||
        !file_numbers(request, &table, "direction", 1, &direction, error) ||
        !file_numbers(request, &table, "min", NAN, &min, error) ||
        !file_numbers(request, &table, "max", NAN, &max, error))
        return false;
    for (size_t row = 0; row < table.rows; row++) {
        struct stats_tree_node node = {
            .weight = weight[row], .lower = direction[row] < 0, .min = min[row], .max = max[row]};
        if (!add_node(request, composite, stats_table_text(&table, row, (uint32_t)code),
                      stats_table_text(&table, row, (uint32_t)parent), node, error))
            return false;
    }
    return true;
}

static int find_node(const struct stats_tree *tree, const char *code)
{
    for (int i = 0; i < tree->count; i++)
        if (strcmp(tree->node[i].code, code) == 0)
            return i;
    return STATS_TREE_NONE;
}

// Parents by their codes; what has no parent and no children is not part of the tree. There is one
// top.
static bool join(struct request *request, struct composite *composite, struct survey_error *error)
{
    struct stats_tree *tree = &composite->tree;
    bool *has_children =
        survey_arena_array(request->arena, (size_t)tree->count, sizeof *has_children);
    for (int i = 0; i < tree->count; i++) {
        const char *parent = composite->parents[i];
        if (!*parent || strcmp(parent, "NA") == 0)
            continue;
        tree->node[i].parent = find_node(tree, parent);
        if (tree->node[i].parent == STATS_TREE_NONE)
            return survey_fail(error, SURVEY_ERROR_INPUT, tree->node[i].code,
                               _("its parent '%s' is not in the tree"), parent);
        has_children[tree->node[i].parent] = true;
    }
    tree->top = STATS_TREE_NONE;
    for (int i = 0; i < tree->count; i++) {
        double *data;
        if (!has_children[i] && tree->node[i].parent == STATS_TREE_NONE)
            continue;
        if (!has_children[i] && !request_column(request, tree->node[i].code, &data, error))
            return false;
        tree->node[i].data = has_children[i] ? NULL : data;
        if (tree->node[i].parent != STATS_TREE_NONE)
            continue;
        if (tree->top != STATS_TREE_NONE)
            return survey_fail(error, SURVEY_ERROR_INPUT, tree->node[i].code,
                               _("the tree has two tops: '%s' is one too"),
                               tree->node[tree->top].code);
        tree->top = i;
    }
    if (tree->top == STATS_TREE_NONE)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("the tree has no top: every row has a parent"));
    for (int i = 0; i < tree->count; i++) {
        int at = i, steps = 0;
        while (at != STATS_TREE_NONE && at != tree->top && steps++ < STATS_TREE_DEPTH)
            at = tree->node[at].parent;
        if (at != tree->top && tree->node[i].parent != STATS_TREE_NONE)
            return survey_fail(error, SURVEY_ERROR_INPUT, tree->node[i].code,
                               _("the tree is deeper than %d levels, or runs in a circle"),
                               STATS_TREE_DEPTH);
    }
    return true;
}

static bool read_choices(struct request *request, struct stats_tree *tree,
                         struct survey_error *error)
{
    const struct survey_json *range = request_arg(request, "range");
    const char *mean = survey_json_text(request->args, "mean", "arithmetic");
    const char *missing = survey_json_text(request->args, "missing", "none");
    tree->geometric = strcmp(mean, "geometric") == 0;
    tree->skip = strcmp(missing, "skip") == 0;
    tree->low = range && range->count == 2 ? range->first->number : tree->geometric ? 1 : 0;
    tree->high = range && range->count == 2 ? range->first->next->number : 100;
    if (!tree->geometric && strcmp(mean, "arithmetic") != 0)
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("'%s' is no mean: arithmetic or geometric"), mean);
    return tree->skip || strcmp(missing, "none") == 0 ||
           survey_fail(error, SURVEY_ERROR_INPUT, "", _("'missing' is none or skip, not '%s'"),
                       missing);
}

static void write_answer(const struct composite *composite, struct survey_json_writer *out)
{
    const struct stats_tree *tree = &composite->tree;
    size_t n = composite->units.n;
    survey_json_open(out, '{');
    composite_write_names(out, "names", composite->units.names, n);
    survey_json_member(out, "top", tree->node[tree->top].code);
    survey_json_key(out, "scores");
    survey_json_open(out, '{');
    for (int i = 0; i < tree->count; i++)
        if (i == tree->top || tree->node[i].parent != STATS_TREE_NONE)
            request_write_numbers(out, tree->node[i].code, tree->node[i].score, n);
    survey_json_close(out, '}');
    composite_write_ranks(out, tree->node[tree->top].score, n);
    survey_json_key(out, "missing"); // indicators that a unit lacks
    survey_json_open(out, '[');
    for (size_t unit = 0; unit < n; unit++) {
        int64_t lacks = 0;
        for (int i = 0; i < tree->count; i++)
            lacks += tree->node[i].data && isnan(tree->node[i].data[unit]);
        survey_json_put_integer(out, lacks);
    }
    survey_json_close(out, ']');
    survey_json_member_integer(out, "cut", (int64_t)tree->cut);
    survey_json_close(out, '}');
}

bool composite_tree(struct request *request, struct survey_json_writer *out,
                    struct survey_error *error)
{
    struct composite composite = {0};
    const struct survey_json *tree = request_arg(request, "tree");
    const char *file = survey_json_text(request->args, "tree_file", NULL);
    if (!tree && !file)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("'tree' (a list) or 'tree_file' says what the index is made of"));
    if (!composite_open(request, &composite.units, error) ||
        !(tree ? read_inline(request, &composite, tree, error)
               : read_file(request, &composite, file, error)) ||
        !join(request, &composite, error) || !read_choices(request, &composite.tree, error) ||
        !stats_tree_score(&composite.tree, composite.units.n, error))
        return false;
    write_answer(&composite, out);
    return true;
}
