// SPDX-License-Identifier: GPL-3.0-or-later
// Scores of a composite, from the indicators up.
#include "stats/composite/tree.h"

#include "survey/base/text.h"

#include <math.h>

static bool scale(struct stats_tree *tree, struct stats_tree_node *node, size_t n,
                  struct survey_error *error)
{
    double min = node->min, max = node->max, least = INFINITY, most = -INFINITY;
    for (size_t i = 0; i < n; i++)
        if (!isnan(node->data[i])) {
            least = fmin(least, node->data[i]);
            most = fmax(most, node->data[i]);
        }
    min = isnan(min) ? least : min;
    max = isnan(max) ? most : max;
    if (!(max > min) || !isfinite(max - min))
        return survey_fail(error, SURVEY_ERROR_INPUT, node->code, "%s",
                           _("the indicator has no spread: all values are equal or missing, or min "
                             "is not below max"));
    for (size_t i = 0; i < n; i++) {
        double x = node->data[i], at = (fmin(fmax(x, min), max) - min) / (max - min);
        tree->cut += !isnan(x) && (x < min || x > max);
        node->score[i] =
            isnan(x) ? x : tree->low + (tree->high - tree->low) * (node->lower ? 1 - at : at);
    }
    return true;
}

static void mean(const struct stats_tree *tree, int at, size_t unit)
{
    double sum = 0, weights = 0;
    bool whole = true;
    for (int child = 0; child < tree->count; child++) {
        const struct stats_tree_node *node = &tree->node[child];
        if (node->parent != at || node->weight <= 0)
            continue;
        if (isnan(node->score[unit])) {
            whole = false;
            continue;
        }
        sum += node->weight * (tree->geometric ? log(node->score[unit]) : node->score[unit]);
        weights += node->weight;
    }
    double value = tree->geometric ? exp(sum / weights) : sum / weights;
    tree->node[at].score[unit] = weights > 0 && (whole || tree->skip) ? value : (double)NAN;
}

static bool climb(struct stats_tree *tree, int at, size_t n, struct survey_error *error)
{
    struct stats_tree_node *node = &tree->node[at];
    double weights = 0;
    if (node->data)
        return scale(tree, node, n, error);
    for (int child = 0; child < tree->count; child++)
        if (tree->node[child].parent == at) {
            weights += tree->node[child].weight;
            if (!climb(tree, child, n, error))
                return false;
        }
    if (!(weights > 0))
        return survey_fail(error, SURVEY_ERROR_INPUT, node->code, "%s",
                           _("nothing below it has a weight"));
    for (size_t unit = 0; unit < n; unit++)
        mean(tree, at, unit);
    return true;
}

bool stats_tree_score(struct stats_tree *tree, size_t n, struct survey_error *error)
{
    tree->cut = 0;
    if (!(tree->high > tree->low) || (tree->geometric && !(tree->low > 0)))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           tree->geometric
                               ? _("a geometric mean needs a scale above 0, such as [1, 100]")
                               : _("the scale ends above where it begins"));
    return climb(tree, tree->top, n, error);
}
