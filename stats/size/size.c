// SPDX-License-Identifier: GPL-3.0-or-later
// Sample sizes.
#include "stats/size/size.h"

#include "stats/math/distribution.h"
#include "survey/base/text.h"

#include <math.h>

// Beyond it no survey goes, and whole numbers are no longer exact.
static const double n_most = 1e12;

#define FIELD(field) #field, offsetof(struct stats_size, field)
const struct stats_size_field stats_size_fields[] = {
    {FIELD(share), true, 0, 1, true},
    {FIELD(mean), true, -1e15, 1e15, false},
    {FIELD(sd), true, 0, 1e15, true},
    {FIELD(margin), false, 0, 1e15, true},
    {FIELD(cv), false, 0, 10, true},
    {FIELD(power), false, 0.05, 0.9999, false},
    {FIELD(n), false, 1, 1e12, false},
    {FIELD(confidence), false, 0.5, 0.9999, false},
    {FIELD(deff), false, 0, 1000, true},
    {FIELD(response), false, 0.001, 1, false},
    {FIELD(population), false, 2, 1e12, false},
    {FIELD(ratio), false, 0.001, 1000, false},
    {FIELD(overlap), false, 0, 1, false},
    {FIELD(correlation), false, -1, 1, false},
    {FIELD(icc), false, 0, 0.9999, false},
    {FIELD(per_cluster), false, 1, 1e6, false},
    {FIELD(cost_cluster), false, 0, 1e12, true},
    {FIELD(cost_unit), false, 0, 1e12, true},
    {FIELD(budget), false, 0, 1e15, true},
    {FIELD(wilson), false, 0, 1, false},
    {FIELD(one_sided), false, 0, 1, false},
    {NULL, 0, false, 0, 0, false},
};

struct stats_size stats_size_blank(void)
{
    struct stats_size blank;
    double *numbers = (double *)&blank;
    for (size_t i = 0; i < sizeof blank / sizeof(double); i++)
        numbers[i] = (double)NAN;
    return blank;
}

bool stats_size_set(struct stats_size *size, const struct stats_size_field *field, const char *called, const double *values, size_t count,
                    struct survey_error *error)
{
    double *at = (double *)((char *)size + field->offset);
    if (count < 1 || count > (field->pair ? 2 : 1))
        return survey_fail(error, SURVEY_ERROR_USAGE, "", field->pair ? _("%s takes one number, or two for two groups") : _("%s takes one number"),
                           called);
    for (size_t i = 0; i < count; i++)
        if (!(values[i] >= field->low && values[i] <= field->high) || (field->open && (values[i] <= field->low || values[i] >= field->high)))
            return survey_fail(error, SURVEY_ERROR_USAGE, "",
                               field->open ? _("%s %g: give a number between %g and %g") : _("%s %g: give a number from %g to %g"), called, values[i],
                               field->low, field->high);
    for (size_t i = 0; i < count; i++)
        at[i] = values[i];
    return true;
}

static double or_else(double value, double other)
{
    return isnan(value) ? other : value;
}

// What the formulas need, with the defaults put in.
struct asked {
    const struct stats_size *size;
    bool share, compares, wilson;
    double value[2], variance[2]; // of an infinite population
    double z, power_z;
    double population, deff, response, ratio, common; // common: twice the covariance that overlap brings, over n1
};

static bool fail(struct survey_error *error, const char *message)
{
    return survey_fail(error, SURVEY_ERROR_USAGE, "", "%s", message);
}

static bool read_values(const struct stats_size *size, struct asked *asked, struct survey_error *error)
{
    asked->share = !isnan(size->share[0]);
    if (asked->share && (!isnan(size->mean[0]) || !isnan(size->sd[0])))
        return fail(error, _("a size is for a share, or for a mean with its standard deviation, not for both"));
    if (!asked->share && isnan(size->sd[0]))
        return fail(error, _("say what is to be estimated: a share, or the standard deviation of a mean"));
    const double *value = asked->share ? size->share : size->mean;
    asked->compares = !isnan(value[1]);
    for (int i = 0; i < 2; i++) {
        double sd = or_else(size->sd[i], size->sd[0]);
        asked->value[i] = value[i];
        asked->variance[i] = asked->share ? value[i] * (1 - value[i]) : sd * sd;
    }
    if (asked->compares && asked->value[0] == asked->value[1])
        return fail(error, _("two groups with the same value can't be told apart by any sample"));
    return true;
}

static bool read_goal(const struct stats_size *size, const struct asked *asked, struct survey_error *error)
{
    bool share = !isnan(size->share[0]) && !isnan(size->margin);
    if (share && size->margin >= 1)
        return fail(error, _("a share's margin is a share too, such as 0.05 for 5 points"));
    bool for_one = !isnan(size->margin) || !isnan(size->cv);
    int goals = !isnan(size->margin) + !isnan(size->cv) + !isnan(size->power) + !isnan(size->n);
    if (goals != 1)
        return fail(error, asked->compares ? _("two groups want a power, or the n whose power is asked")
                                           : _("say how sure: a margin, a cv, or the n whose margin is asked"));
    if (asked->compares && for_one)
        return fail(error, _("two groups want a power, not a margin or a cv"));
    if (!asked->compares && !isnan(size->power))
        return fail(error, _("a power tells two groups apart; give two shares, or two means"));
    if (!isnan(size->cv) && !(fabs(asked->value[0]) > 0))
        return fail(error, _("a cv needs a mean other than 0"));
    if (asked->compares && !isnan(size->population))
        return fail(error, _("comparisons are of what lies behind two groups; they take no population"));
    if (!asked->compares && (!isnan(size->ratio) || !isnan(size->overlap) || !isnan(size->correlation) || size->one_sided > 0))
        return fail(error, _("ratio, overlap, correlation and one-sided are for two groups"));
    if (size->wilson > 0 && (!asked->share || asked->compares || !isnan(size->population) || !isnan(size->cv)))
        return fail(error, _("Wilson's interval is that of one share, of an infinite population, for a margin"));
    if (!isnan(size->overlap) != !isnan(size->correlation))
        return fail(error, _("overlap and correlation go together"));
    return true;
}

static bool read(const struct stats_size *size, struct asked *asked, struct survey_error *error)
{
    *asked = (struct asked){.size = size};
    if (!read_values(size, asked, error) || !read_goal(size, asked, error))
        return false;
    double alpha = 1 - or_else(size->confidence, 0.95);
    asked->z = stats_normal_quantile(1 - alpha / (size->one_sided > 0 ? 1 : 2));
    asked->power_z = isnan(size->power) ? (double)NAN : stats_normal_quantile(size->power);
    asked->population = or_else(size->population, (double)INFINITY);
    asked->deff = or_else(size->deff, 1);
    asked->response = or_else(size->response, 1);
    asked->ratio = or_else(size->ratio, 1);
    asked->wilson = size->wilson > 0;
    asked->common = 2 * or_else(size->overlap, 0) * or_else(size->correlation, 0) * fmin(1, 1 / asked->ratio);
    return true;
}

// --- two groups -----------------------------------------------------------------------------------

// sqrt(n1) times the standard error of the difference, where the groups do not differ and where they do.
static void errors_of_difference(const struct asked *asked, double *alike, double *apart)
{
    double r = 1 / asked->ratio, pooled = (r * asked->value[0] + asked->value[1]) / (r + 1);
    *apart = sqrt(asked->variance[0] + r * asked->variance[1] - asked->common * sqrt(asked->variance[0] * asked->variance[1]));
    *alike = asked->share ? sqrt(pooled * (1 - pooled) * (1 + r - asked->common)) : *apart;
}

static double n_of_power(const struct asked *asked)
{
    double alike, apart, difference = asked->value[0] - asked->value[1];
    errors_of_difference(asked, &alike, &apart);
    double root = (asked->z * alike + asked->power_z * apart) / difference;
    return asked->deff * root * root;
}

static double power_of_n(const struct asked *asked, double n)
{
    double alike, apart;
    errors_of_difference(asked, &alike, &apart);
    if (apart <= 0)
        return 1;
    return stats_normal_tail(-(sqrt(n / asked->deff) * fabs(asked->value[0] - asked->value[1]) - asked->z * alike) / apart);
}

// --- one group ------------------------------------------------------------------------------------

static double unit_variance(const struct asked *asked)
{
    double n = asked->population;
    return asked->variance[0] * (asked->share && isfinite(n) ? n / (n - 1) : 1);
}

static double margin_of_n(const struct asked *asked, double n)
{
    double effective = n / asked->deff, t = asked->z * asked->z / effective;
    if (asked->wilson)
        return asked->z * sqrt(asked->variance[0] / effective + t / (4 * effective)) / (1 + t);
    return asked->z * sqrt(fmax(0, 1 - n / asked->population) * unit_variance(asked) / effective);
}

static double simple_n(const struct asked *asked)
{
    double e = asked->size->margin, v = asked->variance[0], z = asked->z, cv = asked->size->cv * asked->value[0];
    if (asked->wilson)
        return z * z * (v - 2 * e * e + sqrt(e * e - v * (4 * e * e - v))) / (2 * e * e);
    return unit_variance(asked) / (isnan(e) ? cv * cv : e * e / (z * z));
}

static double n_of_goal(const struct asked *asked, double simple)
{
    double wanted = asked->deff * simple;
    return wanted / (1 + wanted / asked->population);
}

// --- clusters -------------------------------------------------------------------------------------

static bool read_clusters(const struct stats_size *size, double *b, struct survey_error *error)
{
    bool costs = !isnan(size->cost_cluster) && !isnan(size->cost_unit);
    *b = size->per_cluster;
    if (isnan(size->icc)) {
        if (!isnan(size->per_cluster) || !isnan(size->cost_cluster) || !isnan(size->cost_unit))
            return fail(error, _("clusters want their intra-class correlation (icc)"));
        return true;
    }
    if (!isnan(size->deff))
        return fail(error, _("the design effect comes from the icc here; give one of them"));
    if (!costs && (isnan(size->per_cluster) || !isnan(size->cost_cluster) || !isnan(size->cost_unit)))
        return fail(error, _("clusters want a number of units each, or what a cluster and a unit cost"));
    if (isnan(*b) && size->icc <= 0)
        return fail(error, _("with an icc of 0 a cluster can't be too large; give the number of units each"));
    if (isnan(*b))
        *b = fmax(1, sqrt(size->cost_cluster / size->cost_unit * (1 - size->icc) / size->icc));
    return true;
}

static void set_clusters(const struct stats_size *size, double n, double b, double simple, double population, struct stats_sized *sized)
{
    double each = or_else(size->cost_cluster, (double)NAN) + or_else(size->cost_unit, (double)NAN) * b;
    sized->per_cluster = b;
    sized->clusters = isnan(n) ? size->budget / each : n / b;
    sized->cost = sized->clusters * each;
    // In whole numbers: b to the nearest, which changes deff, and then the clusters that this takes.
    double whole = fmax(1, round(b)), wanted = (1 + (whole - 1) * size->icc) * simple;
    double cost = or_else(size->cost_cluster, (double)NAN) + or_else(size->cost_unit, (double)NAN) * whole;
    sized->plan_per_cluster = whole;
    sized->plan_clusters = isnan(n) ? floor(size->budget / cost) : !isnan(size->n) ? ceil(n / whole)
                                                                                  : ceil(wanted / (1 + wanted / population) / whole - 1e-9);
    sized->plan_cost = sized->plan_clusters * cost;
}

// Costs and icc alone: how many units a cluster, and what a budget pays for.
static bool find_clusters_alone(const struct stats_size *size, double b, struct stats_sized *sized, struct survey_error *error)
{
    if (isnan(size->cost_cluster) || isnan(size->cost_unit))
        return fail(error, _("say what is to be estimated: a share, or the standard deviation of a mean"));
    sized->deff = 1 + (b - 1) * size->icc;
    set_clusters(size, (double)NAN, b, (double)NAN, (double)INFINITY, sized);
    if (isnan(size->budget))
        return true;
    sized->n[0] = sized->clusters * b;
    sized->simple = sized->n[0] / sized->deff;
    return sized->plan_clusters >= 1 || fail(error, _("the budget pays for no cluster"));
}

static struct stats_sized nothing_yet(void)
{
    const double none = (double)NAN;
    return (struct stats_sized){.simple = none, .deff = none, .n = {none, none}, .approach = {none, none}, .margin = none, .cv = none,
                                .power = none, .per_cluster = none, .clusters = none, .cost = none, .plan_per_cluster = none,
                                .plan_clusters = none, .plan_cost = none};
}

static bool set_sizes(struct asked *asked, double b, struct stats_sized *sized, struct survey_error *error)
{
    const struct stats_size *size = asked->size;
    double given = size->n;
    sized->compares = asked->compares;
    sized->deff = asked->deff;
    if (asked->compares)
        sized->n[0] = isnan(given) ? n_of_power(asked) : given;
    else
        sized->n[0] = isnan(given) ? n_of_goal(asked, simple_n(asked)) : given;
    sized->simple = isnan(given) ? (asked->compares ? sized->n[0] / asked->deff : simple_n(asked)) : given / asked->deff;
    sized->n[1] = asked->compares ? sized->n[0] * asked->ratio : (double)NAN;
    if (!(sized->n[0] <= n_most && sized->n[0] > 0))
        return fail(error, _("no sample that could be drawn is large enough"));
    if (sized->n[0] > asked->population)
        return survey_fail(error, SURVEY_ERROR_USAGE, "", _("n %g is more than the population"), given);
    for (int i = 0; i < 2; i++)
        sized->approach[i] = sized->n[i] / asked->response;
    double whole = isnan(given) ? fmin(ceil(sized->n[0] - 1e-9), asked->population) : given;
    sized->power = asked->compares ? power_of_n(asked, whole) : (double)NAN;
    sized->margin = asked->compares ? (double)NAN : margin_of_n(asked, whole);
    sized->cv = asked->compares || asked->wilson || !(fabs(asked->value[0]) > 0) ? (double)NAN
                                                                               : sized->margin / asked->z / fabs(asked->value[0]);
    if (!isnan(b))
        set_clusters(size, sized->n[0], b, sized->simple, asked->population, sized);
    return true;
}

bool stats_size_find(const struct stats_size *size, struct stats_sized *sized, struct survey_error *error)
{
    struct stats_sized made = nothing_yet();
    struct asked asked;
    double b;
    bool done = read_clusters(size, &b, error);
    if (done && !isnan(b) && isnan(size->share[0]) && isnan(size->sd[0])) {
        done = find_clusters_alone(size, b, &made, error);
    } else if (done) {
        done = read(size, &asked, error);
        asked.deff = isnan(b) ? asked.deff : 1 + (b - 1) * size->icc;
        if (done && !isnan(size->budget))
            done = fail(error, _("a budget is for allocations, and for clusters without a goal"));
        done = done && set_sizes(&asked, b, &made, error);
    }
    if (done)
        *sized = made;
    return done;
}
