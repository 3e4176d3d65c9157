// SPDX-License-Identifier: GPL-3.0-or-later
// The sampling design of a CSV file, by the names of its columns. Private to stats.
#pragma once

#include "stats/data/table.h"

struct stats_design_columns {
    const char *const *units; // one a stage; none, or "1": each row is its own PSU
    size_t unit_count;
    const char *const *strata; // of the first stage; crossed where there are several
    size_t strata_count;
    const char *weight;     // NULL: the product over the stages of N / n, or of 1 / probability; 1 where there is no fpc
    bool probability;       // the weight column holds probabilities
    const char *const *fpc; // one a stage
    size_t fpc_count;
    bool unequal; // the fpc columns hold each unit's own probability at its stage
    bool nest; // PSU labels restart in each stratum
};

// Fills the design's arrays (they live in the table's arena; *weight is the writable weight column)
// and leaves its policies alone. Blank cells, labels that stand in two strata, weights that are no
// numbers or negative are faults with their line.
bool stats_table_design(const struct stats_table *table, const struct stats_design_columns *columns,
                        struct stats_design *design, double **weight, struct survey_error *error);
