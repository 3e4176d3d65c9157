// SPDX-License-Identifier: GPL-3.0-or-later
// Score intervals of quantiles (Francisco & Fuller 1991): the values at which the test of "this is the quantile" just
// rejects. The test is a step function; which side of a step is found depends on the search, so that this one goes
// the reference's way: Brent's method (1973) between the ends of the data.
#include "stats/request/score.h"
#include "stats/request/private.h"

struct search {
    struct request *request;
    const double *x;
    const uint8_t *kept;
    double p, limit;
    struct survey_error *error;
    bool failed;
};

// The test's distance from its limit at a value.
static double test_at(struct search *search, double value)
{
    double share, se;
    if (search->failed ||
        !request_share_below(search->request, search->x, search->kept, value, &share, &se, search->error)) {
        search->failed = true;
        return 0;
    }
    return ((1 - share) - (1 - search->p)) / se - search->limit;
}

struct bracket {
    double a, b, c, fa, fb, fc;
};

// The next step of Brent's method: interpolated where that stays well inside, else half way.
static double next_step(const struct bracket *at, double before, double least)
{
    double step = (at->c - at->b) / 2, gap = at->c - at->b, p, q;
    if (fabs(before) >= least && fabs(at->fa) > fabs(at->fb)) {
        double t1 = at->fb / at->fa;
        if (at->a == at->c) {
            p = gap * t1;
            q = 1 - t1;
        } else {
            double t2 = at->fb / at->fc;
            q = at->fa / at->fc;
            p = t1 * (gap * q * (q - t2) - (at->b - at->a) * (t2 - 1));
            q = (q - 1) * (t2 - 1) * (t1 - 1);
        }
        if (p > 0)
            q = -q;
        else
            p = -p;
        if (p < 0.75 * gap * q - fabs(least * q) / 2 && p < fabs(before * q / 2))
            step = p / q;
    }
    return fabs(step) < least ? (step > 0 ? least : -least) : step;
}

static double root(struct search *search, double low, double high, double tolerance)
{
    struct bracket at = {.a = low, .b = high, .c = low};
    at.fa = at.fc = test_at(search, low);
    at.fb = test_at(search, high);
    if (at.fa == 0 || at.fa * at.fb > 0)
        return at.fa == 0 ? low : (double)NAN;
    for (int round = 0; round < 1000 && !search->failed; round++) {
        double before = at.b - at.a;
        if (fabs(at.fc) < fabs(at.fb))
            at = (struct bracket){at.b, at.c, at.b, at.fb, at.fc, at.fb};
        double least = 2 * 2.220446049250313e-16 * fabs(at.b) + tolerance / 2;
        if (fabs((at.c - at.b) / 2) <= least || at.fb == 0)
            return at.b;
        double step = next_step(&at, before, least);
        at.a = at.b;
        at.fa = at.fb;
        at.b += step;
        at.fb = test_at(search, at.b);
        if ((at.fb > 0) == (at.fc > 0) && at.fb != 0) {
            at.c = at.a;
            at.fc = at.fa;
        }
    }
    return at.b;
}

// A quartile of the sorted values, unweighted, by R's rule 7.
static double quartile(const struct stats_sorted *sorted, double p)
{
    double place = p * (double)(sorted->n - 1);
    size_t below = (size_t)place;
    double above = below + 1 < sorted->n ? sorted->x[below + 1] : sorted->x[below];
    return sorted->x[below] + (place - (double)below) * (above - sorted->x[below]);
}

// The quantile of the unweighted share of rows up to a value, as the reference has it.
static double value_at(const struct stats_sorted *sorted, enum stats_quantile_rule rule, double value)
{
    size_t up_to = 0;
    while (up_to < sorted->n && sorted->x[up_to] <= value)
        up_to++;
    return isnan(value) ? value : stats_quantile_of(sorted, rule, (double)up_to / (double)sorted->n);
}

bool request_score_interval(struct request *request, const double *x, const uint8_t *kept,
                            const struct stats_sorted *sorted, enum stats_quantile_rule rule, double p,
                            double t, double *low, double *high, struct survey_error *error)
{
    double edge = (quartile(sorted, 0.75) - quartile(sorted, 0.25)) / 100;
    double from = sorted->x[0] + edge, to = sorted->x[sorted->n - 1] - edge;
    double tolerance = 1 / (100 * sqrt((double)request_rows(request, kept)));
    struct search search = {.request = request, .x = x, .kept = kept, .p = p, .limit = t, .error = error};
    *low = value_at(sorted, rule, root(&search, from, to, tolerance));
    search.limit = -t;
    *high = value_at(sorted, rule, root(&search, from, to, tolerance));
    return !search.failed;
}
