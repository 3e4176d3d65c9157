// SPDX-License-Identifier: GPL-3.0-or-later
// How large a sample must be, how it is shared out over strata, and how many units a cluster should give.
#pragma once

#include "survey/base/error.h"

#include <stdbool.h>
#include <stddef.h>

// What is asked; NAN where not given. Shares and means of two groups stand beside each other: the second NAN where there is one.
struct stats_size {
    double share[2], mean[2], sd[2];
    double margin;      // half width of the interval
    double cv;          // standard error over estimate
    double power;       // to tell the groups apart
    double n;           // the other way round: interviews (in the first group), of which margin or power is wanted
    double confidence;  // 0.95 where not given
    double deff, response; // 1
    double population;  // infinite
    double ratio;       // second group over first, 1
    double overlap;     // share of the smaller group that is in both, 0
    double correlation; // of the values of those
    double icc, per_cluster, cost_cluster, cost_unit, budget;
    double wilson, one_sided; // 1: yes
};

// A number of struct stats_size by its name in requests ("per_cluster") and options ("per-cluster"); a pair takes two. Ends with a NULL name.
struct stats_size_field {
    const char *name;
    size_t offset;
    bool pair;
    double low, high; // both excluded where open
    bool open;
};
extern const struct stats_size_field stats_size_fields[];
struct stats_size stats_size_blank(void);
// Sets values[0 .. count-1]. The fault names the field as it is called by whoever asks.
bool stats_size_set(struct stats_size *size, const struct stats_size_field *field, const char *called, const double *values, size_t count,
                    struct survey_error *error);

// What comes out. Sizes are not rounded but for those of the plan.
struct stats_sized {
    bool compares;
    double simple;        // interviews by simple random sampling of an infinite population, a group
    double deff;          // as given, or 1 + (b - 1) icc
    double n[2];          // interviews (a group; the second NAN where there is one)
    double approach[2];   // n / response
    double margin, cv, power; // what n rounded up gives, or the n that was given; NAN where it does not apply
    double per_cluster, clusters, cost; // NAN where no clusters were asked for
    // The plan in whole numbers: interviews a cluster, clusters, their cost.
    double plan_per_cluster, plan_clusters, plan_cost;
};

// One group, V0 = (margin / z)^2 or (cv * estimate)^2: n0 = S^2 / V0, n = deff n0 / (1 + deff n0 / N), S^2 = p (1 - p) N / (N - 1) or sd^2 (Cochran
// 1977, 4.4 to 4.7; Valliant, Dever & Kreuter 2018, ch. 3). Wilson: the half width of Wilson's interval is the margin.
// Two shares (Fleiss, Levin & Paik 2003, 4.2; R's power.prop.test): n1 = (z_a sqrt(P Q (1 + r - c)) + z_b sqrt(p1 q1 + r p2 q2 - c'))^2 / (p1 - p2)^2, and two
// means: n1 = (z_a + z_b)^2 (s1^2 + r s2^2 - c) / (m1 - m2)^2, r = n1 / n2; c = 2 g min(r, 1) rho s1 s2 for the share g of the smaller group
// that is in both (Valliant, Dever & Kreuter 2018, 4.4). Times deff.
// Clusters: b = sqrt(C1 / C2 (1 - icc) / icc) units each (Hansen, Hurwitz & Madow 1953) or as given; deff = 1 + (b - 1) icc;
// n / b clusters, or what the budget pays for.
bool stats_size_find(const struct stats_size *size, struct stats_sized *sized, struct survey_error *error);

enum stats_allocation { STATS_EQUAL, STATS_PROPORTIONAL, STATS_NEYMAN, STATS_COST, STATS_POWER };
bool stats_allocation_parse(const char *name, enum stats_allocation *method);

// Strata to be shared out over; arrays of count, NULL where not given.
struct stats_strata {
    enum stats_allocation method;
    size_t count;
    const double *population, *sd, *cost;
    const double *measure, *cv; // power: X, and S / mean (NULL: taken as equal)
    double exponent;            // power: 0 to 1
    double minimum;             // whole units a stratum at least (or all of it)
    double n, variance, budget; // one of them; variance: of the mean
};

struct stats_allocated {
    double *n, *whole; // by stratum: as the formula gives it, and in whole numbers
    double total;
    double se, whole_se;     // of the mean; NAN without sd
    double cost, whole_cost; // NAN without cost
};

// n_h ~ 1, N_h, N_h S_h, N_h S_h / sqrt(c_h) (Cochran 1977, 5.5, 5.9), X_h^q CV_h (Bankier 1988). What would be over N_h is N_h, and the
// others share the rest (5.8). For a variance V of the mean: the least n whose variance, sum W^2 S^2 (1 / n - 1 / N), is V. Whole
// numbers by largest remainders, of the same sum. n and whole are the caller's, count each.
bool stats_allocate(const struct stats_strata *strata, struct stats_allocated *allocated, struct survey_error *error);

struct survey_json_writer;
// One object each; numbers that do not apply are null.
void stats_size_write(const struct stats_sized *sized, struct survey_json_writer *out);
void stats_allocation_write(const struct stats_strata *strata, const struct stats_allocated *allocated, struct survey_json_writer *out);
