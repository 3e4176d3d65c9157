// SPDX-License-Identifier: GPL-3.0-or-later
// A composite index as a tree of weighted means over indicators put on one scale (OECD & JRC 2008).
#pragma once

#include "survey/base/error.h"

enum { STATS_TREE_NONE = -1, STATS_TREE_DEPTH = 32 };

struct stats_tree_node {
    const char *code;
    int parent;         // STATS_TREE_NONE: the top
    double weight;      // among its siblings; at least 0
    const double *data; // of an indicator, NaN where missing; NULL: the mean of its children
    bool lower;         // less is better
    double min, max;    // goalposts of an indicator; NaN: the extremes of the data
    double *score;      // n; NaN where there is none
};

struct stats_tree {
    struct stats_tree_node *node;
    int count, top;
    double low, high; // the scale of indicators: 0 to 100
    bool geometric;   // otherwise arithmetic
    bool skip;  // a missing child leaves its weight to its siblings; otherwise there is no mean
    size_t cut; // values beyond their goalposts, which count as these
};

// Fills every score under the top for n units; no node is deeper than STATS_TREE_DEPTH. Faults,
// each by the node's code: no spread between goalposts, weights of children that are all 0, a scale
// that is not above 0 under geometric means.
bool stats_tree_score(struct stats_tree *tree, size_t n, struct survey_error *error);
