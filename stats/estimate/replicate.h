// SPDX-License-Identifier: GPL-3.0-or-later
// Replicates of a design: in each, the sampled units weigh more or less, and the spread of an estimate over the
// replicates is its variance,  V = scale * sum over r of rscales_r * (t_r - c)^2,  c the mean of the t_r or, with mse,
// the full sample's t. Formulas and references: docs/statistics.md. Private to stats.
#pragma once

#include "stats/estimate/variance.h"

enum stats_replicate_method {
    STATS_JK1,           // one PSU out; no strata
    STATS_JKN,           // one PSU of a stratum out
    STATS_BRR,           // one of two PSUs of each stratum, by a Hadamard matrix
    STATS_FAY,           // the same, the other weighing rho
    STATS_RAO_WU,        // n - 1 of n PSUs drawn with replacement (Rao & Wu 1988; Rao, Wu & Yue 1992)
    STATS_CANTY_DAVISON, // n of n, corrected by the harmonic mean of n (Canty & Davison 1999)
    STATS_PRESTON,       // half of the units of each stage without replacement (Preston 2009)
    STATS_SDR,           // successive differences in the order of the rows (Fay & Train 1995; Ash 2014)
    STATS_GIVEN,         // factors made elsewhere
};

struct stats_replicate_plan {
    enum stats_replicate_method method;
    size_t count;  // of a bootstrap
    uint64_t seed; // of a bootstrap
    double rho;    // Fay: 0 to below 1
    bool mse;
};
// "jk1", "jkn", "brr", "fay:0.3", "bootstrap:500", "canty-davison:500", "preston:500", "sdr"; false for anything else.
bool stats_replicate_parse(const char *text, struct stats_replicate_plan *plan);
const char *stats_replicate_name(enum stats_replicate_method method); // "Rao-Wu bootstrap" in words, translated

enum { STATS_REPLICATES_MOST = 10000 };

struct stats_replicates {
    struct survey_arena *arena; // holds everything
    struct stats_replicate_plan plan;
    const struct stats_prepared *prepared;
    size_t count, units;         // replicates; units whose factors differ, in the order of their labels
    const uint32_t *unit_of_row; // by row of the design
    double scale;
    const double *rscales;
    bool finite;    // population sizes (fpc) are in it
    bool reweighed; // the weights sheet was carried out in each
    // How factors are kept: of those of the jackknives the unit that is left out; of the bootstraps how often a unit
    // was drawn; signs of a Hadamard matrix; else each factor.
    const uint32_t *stratum; // by unit
    const double *inflate;   // by stratum: n / (n - 1); 1 where nothing is left out
    const uint32_t *out;     // by replicate
    const uint8_t *drawn;    // count * units
    const double *base, *step;
    const int8_t *signs; // order * order
    size_t order;
    const uint32_t *plus, *minus; // by unit: rows of signs; plus UINT32_MAX: always 1
    const double *factor;         // count * units
};

// The replicates of a design. The same plan gives the same ones whatever the order of rows (but SDR's, which is
// about it): units are addressed by their labels, random numbers by seed, stratum and replicate. Errors: a
// method that the design is not fit for, with the stratum; a stratum with one PSU, unless the policy is remove or certainty.
// The first stage's population sizes shrink the variance where no further stage adds to it; else all but
// Preston's leave them out, and err on the careful side.
bool stats_replicates_make(const struct stats_prepared *prepared, const struct stats_replicate_plan *plan,
                           struct stats_replicates **made, struct survey_error *error);
void stats_replicates_free(struct stats_replicates *replicates); // NULL is fine

// The factors of one replicate by unit.
void stats_replicate_factors(const struct stats_replicates *replicates, size_t replicate, double *factor);
// Sums of columns of unit totals in each replicate. totals: by unit, columns numbers a unit; sums: by replicate.
// columns is a multiple of STATS_REPLICATE_LANES. Sums run over the units in order: the same bits everywhere.
enum { STATS_REPLICATE_LANES = 8 };
void stats_replicate_sums(const struct stats_replicates *replicates, const double *totals, size_t columns,
                          double *sums);
// The spread of values (one a replicate) around their centre; full: the full sample's.
double stats_replicate_spread(const struct stats_replicates *replicates, const double *values, double full);

// The variance of an estimate from its linear scores: that of full + sum f e / sum f b, with e the scores of the rows
// (count of them, weights in them) and b their parts of the denominator (sum 1; NULL: a total, sum of f e). *lost
// says that in some replicate nothing was left of the denominator; then the variance is not known.
void stats_replicate_variance(const struct stats_replicates *replicates, const uint32_t *row, size_t count,
                              const double *e, const double *b, double *variance, bool *lost);
