// SPDX-License-Identifier: GPL-3.0-or-later
// Poverty and inequality of a domain, with the influence of each row (Deville 1999; Osier 2009;
// Langel & Tille 2013). Formulas, references and conventions: docs/indices.md.
#pragma once

#include "stats/poverty/ladder.h"
#include "survey/base/error.h"

enum stats_poverty_measure {
    STATS_FGT,   // Foster, Greer & Thorbecke (1984), alpha
    STATS_SEN,   // Sen (1976)
    STATS_SST,   // Sen, Shorrocks & Thon (Shorrocks 1995)
    STATS_WATTS, // Watts (1968)
    STATS_GINI,
    STATS_LORENZ, // the ordinate at p
    STATS_ARPT,   // the line itself
    STATS_RMPG,   // relative median poverty gap
    STATS_QSR     // S80/S20, the shares p above 1 - p
};

enum stats_line_kind { STATS_LINE_FIXED, STATS_LINE_MEAN, STATS_LINE_QUANTILE };

// The poverty line: an amount, or a share of the mean or of a quantile of all rows.
struct stats_line {
    enum stats_line_kind kind;
    double amount; // fixed
    double share;  // 0.6: 60 %
    double p;      // of the quantile
    bool strict;   // poor are those below the line; otherwise those at it too
};

struct stats_incomes {
    size_t n;
    const double *income; // NaN: missing
    const double *weight; // times persons where persons count; at least 0
    const uint8_t *all;   // rows that the line is taken from
    const uint8_t *kept;  // rows of the domain, all with an income
};

struct stats_poverty {
    double value;
    double line;               // 0 where the measure has none
    double head, gap, unequal; // of Sen: H, I and the Gini of the poor
    size_t poor;               // rows
};

// alpha of FGT (0, or at least 1), p of Lorenz and QSR. With score (n entries, not NULL) the
// weighted influence of each row: its total has to first order the variance of the value. upper is
// the older form of Gini that R's convey has, (2 sum w r y - sum w y) / (N T) - 1 with r the
// cumulative weight up to the row, which is not free of the scale of weights.
struct stats_poverty_question {
    enum stats_poverty_measure measure;
    double alpha, p;
    bool upper;
    struct stats_line line;
};

// Faults: no income in the domain; a line that is not above 0; nobody below it (of RMPG); incomes
// that do not add up to more than 0 (of shares of income); equal incomes where a density is needed
// for the score.
bool stats_poverty_of(const struct stats_poverty_question *question,
                      const struct stats_incomes *incomes, struct stats_poverty *answer,
                      double *score, struct survey_error *error);
