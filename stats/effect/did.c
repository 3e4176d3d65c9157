// SPDX-License-Identifier: GPL-3.0-or-later
// Difference in differences: two arms, before and after.
//
// Without args.panel: y = a + b treated + c post + d treated x post (+ covariates) over all rows; d
// is the effect. With it, the units seen once in both periods: y_after - y_before = a + d treated
// (+ covariates of before).
#include "stats/effect/effect.h"

#include "stats/math/sum.h"

enum { FEW_CLUSTERS = 30 };

struct did {
    struct effect effect;
    struct effect_regression of;
    size_t at;        // the effect's coefficient
    double *baseline; // 1 for the rows that the balance table is of
    size_t unmatched; // rows of units that lack a period
};

static double *ones(struct effect *effect)
{
    double *column = survey_arena_array(effect->arena, effect->n, sizeof *column);
    for (size_t i = 0; i < effect->n; i++)
        column[i] = 1;
    return column;
}

// Intercept, leading columns and covariates as the regression's.
static void assemble(struct did *did, const double *const *leading, const char *const *names,
                     size_t count)
{
    struct effect *effect = &did->effect;
    struct effect_regression *of = &did->of;
    of->p = 1 + count + effect->p;
    const double **x = survey_arena_array(effect->arena, of->p, sizeof *x);
    const char **all = survey_arena_array(effect->arena, of->p, sizeof *all);
    x[0] = ones(effect), all[0] = "(Intercept)";
    for (size_t k = 0; k < count; k++)
        x[1 + k] = leading[k], all[1 + k] = names[k];
    for (size_t k = 0; k < effect->p; k++)
        x[1 + count + k] = effect->x[k], all[1 + count + k] = effect->names[k];
    of->x = x;
    of->names = all;
    of->y = effect->y;
}

static void by_rows(struct did *did)
{
    static const char *const names[] = {"treatment", "post", "treatment:post"};
    struct effect *effect = &did->effect;
    double *both = survey_arena_array(effect->arena, effect->n, sizeof *both);
    did->baseline = survey_arena_array(effect->arena, effect->n, sizeof *did->baseline);
    for (size_t i = 0; i < effect->n; i++) {
        both[i] = effect->treated[i] * effect->post[i];
        did->baseline[i] = (1 - effect->post[i]) * (effect->weight ? effect->weight[i] : 1);
    }
    assemble(did, (const double *const[]){effect->treated, effect->post, both}, names, 3);
    did->at = 3;
}

// A unit's row of each period; SIZE_MAX where it has none.
struct pair {
    size_t before, after;
};

static bool pair_up(struct did *did, const char *unit, struct pair **pairs, size_t *count,
                    struct survey_error *error)
{
    struct effect *effect = &did->effect;
    struct effect_clusters units;
    if (!effect_labels(effect, &unit, 1, &units, error))
        return false;
    *pairs = survey_arena_array(effect->arena, units.count, sizeof **pairs);
    *count = units.count;
    for (size_t k = 0; k < units.count; k++)
        (*pairs)[k] = (struct pair){SIZE_MAX, SIZE_MAX};
    for (size_t i = 0; i < effect->n; i++) {
        struct pair *pair = &(*pairs)[units.of_row[i]];
        size_t *place = effect->post[i] == 1 ? &pair->after : &pair->before;
        char at[512];
        stats_table_place(&effect->request->table, effect->row[i], at);
        if (*place != SIZE_MAX)
            return survey_fail(error, SURVEY_ERROR_INPUT, at,
                               _("the unit stands twice in one period of '%s'"), unit);
        *place = i;
        if (pair->before != SIZE_MAX && pair->after != SIZE_MAX &&
            effect->treated[pair->before] != effect->treated[pair->after])
            return survey_fail(error, SURVEY_ERROR_INPUT, at, "%s",
                               _("the unit changes its arm between the periods; without 'panel' "
                                 "the arms can be those of rows"));
    }
    return true;
}

// Leaves the units with both periods, by their row of before; y becomes the change.
static bool by_units(struct did *did, const char *unit, struct survey_error *error)
{
    static const char *const names[] = {"treatment"};
    struct effect *effect = &did->effect;
    struct pair *pairs;
    size_t units, kept = 0, all = effect->n, treated = 0;
    if (!pair_up(did, unit, &pairs, &units, error))
        return false;
    size_t *before = survey_arena_array(effect->arena, units, sizeof *before);
    double *change = survey_arena_array(effect->arena, units, sizeof *change);
    for (size_t k = 0; k < units; k++) {
        if (pairs[k].before == SIZE_MAX || pairs[k].after == SIZE_MAX)
            continue;
        before[kept] = pairs[k].before;
        change[kept++] = effect->y[pairs[k].after] - effect->y[pairs[k].before];
        treated += effect->treated[pairs[k].before] == 1;
    }
    if (treated == 0 || treated == kept)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("no unit of one arm is there in both periods"));
    effect_subset(effect, before, kept);
    effect->y = change;
    did->unmatched = all - 2 * kept;
    assemble(did, (const double *const[]){effect->treated}, names, 1);
    did->at = 1;
    return true;
}

// Clusters (or rows, where each is its own) with a row in the arm.
static size_t clusters_of_arm(const struct did *did, double arm)
{
    const struct effect_clusters *clusters = did->of.clusters;
    size_t rows = 0, found = 0;
    uint8_t *seen = survey_arena_array(did->effect.arena, clusters ? clusters->count : 1, 1);
    for (size_t i = 0; i < did->effect.n; i++) {
        if (did->effect.treated[i] != arm)
            continue;
        rows++;
        if (clusters)
            seen[clusters->of_row[i]] = 1;
    }
    for (size_t k = 0; clusters && k < clusters->count; k++)
        found += seen[k];
    return clusters ? found : rows;
}

static void warn(struct did *did)
{
    size_t least = clusters_of_arm(did, 1), other = clusters_of_arm(did, 0);
    if (other < least)
        least = other;
    if (did->of.clusters && least < FEW_CLUSTERS && did->of.vcov != EFFECT_CR2)
        effect_warn(&did->effect, _("fewer than 30 clusters in an arm: only CR2 with "
                                    "Satterthwaite's degrees of freedom holds here"));
    if (did->of.vcov == EFFECT_CONST)
        effect_warn(&did->effect, _("errors that assume equal variances and independent rows"));
    else if (!did->of.clusters && did->baseline)
        effect_warn(&did->effect, _("rows count as independent: name in 'cluster' the units that "
                                    "were sampled, or were measured twice"));
    if (!did->effect.shown_count)
        effect_warn(&did->effect, _("no covariates are named: there is no balance to show"));
}

static void write_cells(struct did *did, struct survey_json_writer *out)
{
    static const char *const names[] = {"control_before", "control_after", "treated_before",
                                        "treated_after"};
    struct effect *effect = &did->effect;
    double *scratch = survey_arena_array(effect->arena, effect->n, sizeof *scratch), mean[4];
    for (size_t cell = 0; cell < 4; cell++) {
        double sums[2];
        size_t n = 0;
        for (int which = 0; which < 2; which++) {
            n = 0;
            for (size_t i = 0; i < effect->n; i++) {
                bool in = effect->treated[i] == (double)(cell / 2) &&
                          effect->post[i] == (double)(cell % 2);
                scratch[i] =
                    in * (effect->weight ? effect->weight[i] : 1) * (which ? 1 : effect->y[i]);
                n += in;
            }
            sums[which] = stats_sum(scratch, effect->n);
        }
        mean[cell] = n ? sums[0] / sums[1] : (double)NAN;
        survey_json_member_number(out, names[cell], mean[cell]);
        survey_json_member_integer(out, survey_arena_format(effect->arena, "n_%s", names[cell]),
                                   (int64_t)n);
    }
    survey_json_member_number(out, "did_means", mean[3] - mean[2] - (mean[1] - mean[0]));
}

static void write(struct did *did, struct survey_json_writer *out)
{
    struct effect *effect = &did->effect;
    const struct effect_regression *of = &did->of;
    struct effect_balance *balance =
        survey_arena_array(effect->arena, effect->shown_count + 1, sizeof *balance);
    effect_balance(effect, did->baseline, did->baseline, false, balance, balance);
    warn(did);
    survey_json_open(out, '{');
    effect_write_figure(effect, "did", of->beta[did->at],
                        sqrt(of->variance[did->at * of->p + did->at]), of->df[did->at], out);
    if (did->baseline)
        write_cells(did, out);
    survey_json_key(out, "regression");
    survey_json_open(out, '{');
    effect_write_regression(effect, of, out);
    survey_json_close(out, '}');
    survey_json_member_integer(out, "clusters_treated", (int64_t)clusters_of_arm(did, 1));
    survey_json_member_integer(out, "clusters_control", (int64_t)clusters_of_arm(did, 0));
    survey_json_member_integer(out, "unmatched", (int64_t)did->unmatched);
    effect_write_balance(effect, balance, balance, out);
    effect_write_rows(effect, out);
    survey_json_close(out, '}');
}

bool effect_did(struct request *request, struct survey_json_writer *out, struct survey_error *error)
{
    struct did did = {0};
    const char *unit = survey_json_text(request->args, "panel", NULL);
    if (!effect_read(request, EFFECT_OUTCOME | EFFECT_TREATMENT | EFFECT_POST, &did.effect, error))
        return false;
    if (!unit)
        by_rows(&did);
    else if (!by_units(&did, unit, error))
        return false;
    if (!effect_regression_of(&did.effect, "HC2", &did.of, error))
        return false;
    if (did.of.also)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("a difference in differences takes one column of clusters"));
    if (!effect_regress(&did.of, did.effect.arena, error))
        return false;
    write(&did, out);
    return true;
}
