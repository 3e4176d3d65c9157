// SPDX-License-Identifier: GPL-3.0-or-later
// The variance of totals, stage by stage. In a stratum h of n_h units drawn from N_h, with unit totals t_hi
// of the scores, a stage adds
//     share_h * (1 - n_h / N_h) * n_h / (n_h - 1) * sum_i (t_hi - tbar_h)^2
// where share_h is the product of n / N over the stages above. Units without rows of the domain have total 0.
//
// Where units were drawn with probabilities p_hi of their own, 1 - p_hi stands within the sum in the place of 1 - n_h / N_h, and
// p_hi in that of n / N below the unit (Brewer 2002, ch. 9; as R's pps = "brewer").
#include "stats/estimate/variance.h"

#include "stats/math/sum.h"
#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// A stage's work: what of it the domain touches, and each stratum's factor and centre.
struct work {
    const struct stats_prepared *prepared;
    const struct stats_stage *stage;
    int number;
    size_t columns;
    const uint32_t *row; // count rows that are not zeros
    size_t count;
    struct survey_arena *arena;
    uint32_t *touched; // by stratum: units with kept rows
    double *factor;    // by stratum; 0 where it adds nothing
    double **totals;   // by column: unit totals
    double **centre;   // by column: what is taken from the totals of a stratum
    bool census;       // no touched stratum adds anything
};

static bool is_lonely(const struct work *work, uint32_t stratum)
{
    bool lonely_domains = work->prepared->design->lonely_domains;
    return work->stage->sampled[stratum] == 1 || (lonely_domains && work->touched[stratum] == 1);
}

static void count_touched(struct work *work)
{
    const struct stats_stage *stage = work->stage;
    uint8_t *seen = survey_arena_array(work->arena, stage->units, 1);
    for (size_t i = 0; i < work->count; i++)
        seen[stage->unit_of_row[work->row[i]]] = 1;
    for (size_t unit = 0; unit < stage->units; unit++)
        work->touched[stage->stratum_of_unit[unit]] += seen[unit];
}

static bool lonely_fault(const struct work *work, uint32_t stratum, struct survey_error *error)
{
    const struct stats_design *design = work->prepared->design;
    char at[256];
    uint32_t label = work->stage->label[stratum];
    if (work->number == 0 && design->stratum_names)
        survey_format_into(at, sizeof at, _("stratum %s"), design->stratum_names[label]);
    else
        survey_format_into(at, sizeof at, design->stratum ? _("stratum %u") : "", label);
    if (work->number > 0)
        return survey_fail(error, SURVEY_ERROR_INPUT, "",
                           _("only one unit was drawn at stage %d from a unit of the stage above, so its "
                             "variance cannot be estimated; "
                             "choose what to do with it (lonely PSU: remove, certainty, adjust or average)"),
                           work->number + 1);
    return survey_fail(error, SURVEY_ERROR_INPUT, at,
                       _("only one PSU, so its variance cannot be estimated; choose what to do with it "
                         "(lonely PSU: remove, certainty, "
                         "adjust or average)"));
}

// With "average" the strata that have a variance stand for those that have none, within the unit above.
static void spread_average(struct work *work)
{
    const struct stats_stage *stage = work->stage;
    size_t parents = work->number == 0 ? 1 : work->prepared->stage[work->number - 1].units;
    uint32_t *all = survey_arena_array(work->arena, parents, sizeof *all),
             *known = survey_arena_array(work->arena, parents, sizeof *known);
    for (uint32_t stratum = 0; stratum < stage->strata; stratum++)
        if (work->touched[stratum]) {
            all[stage->parent[stratum]]++;
            known[stage->parent[stratum]] +=
                !is_lonely(work, stratum) || stage->left[stratum] < 1e-7;
        }
    for (uint32_t stratum = 0; stratum < stage->strata; stratum++)
        if (known[stage->parent[stratum]])
            work->factor[stratum] *= (double)all[stage->parent[stratum]] / known[stage->parent[stratum]];
}

static bool find_factors(struct work *work, struct survey_error *error)
{
    const struct stats_stage *stage = work->stage;
    enum stats_lonely policy = work->prepared->design->lonely;
    work->census = true;
    for (uint32_t stratum = 0; stratum < stage->strata; stratum++) {
        double left = stage->left[stratum], n = stage->sampled[stratum];
        if (!work->touched[stratum] || stage->share[stratum] == 0)
            continue; // below a unit drawn with replacement nothing is added
        if (left < 1e-7)
            continue; // taken whole: nothing was sampled here
        work->census = false;
        if (n == 1 && policy == STATS_LONELY_FAIL)
            return lonely_fault(work, stratum, error);
        if (is_lonely(work, stratum) && policy == STATS_LONELY_AVERAGE)
            continue;
        if (isinf(stage->population[stratum]))
            left = 1; // units with chances have their own
        work->factor[stratum] = stage->share[stratum] * left * (n > 1 ? n / (n - 1) : 1);
    }
    if (policy == STATS_LONELY_AVERAGE)
        spread_average(work);
    return true;
}

// The mean unit total of each stratum; of all strata in the unit above for lonely ones under "adjust".
static void find_centres(struct work *work, size_t column)
{
    const struct stats_stage *stage = work->stage;
    double *totals = work->totals[column], *centre = work->centre[column];
    stats_group_sums(totals, stage->stratum_of_unit, stage->units, stage->strata, centre);
    bool adjust = work->prepared->design->lonely == STATS_LONELY_ADJUST;
    size_t parents = work->number == 0 ? 1 : work->prepared->stage[work->number - 1].units;
    double *around = adjust ? survey_arena_array(work->arena, parents, sizeof *around) : NULL;
    double *units = adjust ? survey_arena_array(work->arena, parents, sizeof *units) : NULL;
    if (adjust) {
        stats_group_sums(centre, stage->parent, stage->strata, parents, around);
        for (uint32_t stratum = 0; stratum < stage->strata; stratum++)
            units[stage->parent[stratum]] += work->touched[stratum] ? stage->sampled[stratum] : 0;
    }
    for (uint32_t stratum = 0; stratum < stage->strata; stratum++) {
        uint32_t parent = stage->parent[stratum];
        if (adjust && work->touched[stratum] && is_lonely(work, stratum))
            centre[stratum] = around[parent] / units[parent];
        else
            centre[stratum] /= stage->sampled[stratum];
    }
}

// One stage's part of the variance.
static bool add_stage(struct work *work, const double *const *scores, double *variance,
                      struct survey_error *error)
{
    const struct stats_stage *stage = work->stage;
    size_t columns = work->columns;
    work->touched = survey_arena_array(work->arena, stage->strata, sizeof *work->touched);
    work->factor = survey_arena_array(work->arena, stage->strata, sizeof *work->factor);
    work->totals = survey_arena_array(work->arena, columns, sizeof *work->totals);
    work->centre = survey_arena_array(work->arena, columns, sizeof *work->centre);
    uint32_t *unit = survey_arena_array(work->arena, work->count + 1, sizeof *unit);
    for (size_t i = 0; i < work->count; i++)
        unit[i] = stage->unit_of_row[work->row[i]];
    count_touched(work);
    if (!find_factors(work, error))
        return false;
    for (size_t column = 0; column < columns; column++) {
        work->totals[column] = survey_arena_array(work->arena, stage->units, sizeof **work->totals);
        work->centre[column] = survey_arena_array(work->arena, stage->strata, sizeof **work->centre);
        stats_group_sums(scores[column], unit, work->count, stage->units, work->totals[column]);
        find_centres(work, column);
        for (size_t u = 0; u < stage->units; u++)
            work->totals[column][u] -= work->centre[column][stage->stratum_of_unit[u]];
    }
    double *products = survey_arena_array(work->arena, stage->units, sizeof *products);
    for (size_t a = 0; a < columns; a++)
        for (size_t b = 0; b <= a; b++) {
            for (size_t u = 0; u < stage->units; u++)
                products[u] =
                    work->factor[stage->stratum_of_unit[u]] * work->totals[a][u] * work->totals[b][u];
            for (size_t u = 0; stage->chance && u < stage->units; u++)
                products[u] *= 1 - stage->chance[u];
            double sum = stats_sum(products, stage->units);
            variance[a * columns + b] += sum;
            if (a != b)
                variance[b * columns + a] += sum;
        }
    return true;
}

bool stats_variance(const struct stats_prepared *prepared, const double *const *scores, size_t columns,
                    const uint32_t *row, size_t count, double *variance, bool *census,
                    struct survey_error *error)
{
    bool whole = true, done = true;
    memset(variance, 0, columns * columns * sizeof *variance);
    for (int number = 0; done && number < prepared->stages; number++) {
        struct work work = {.prepared = prepared,
                            .stage = &prepared->stage[number],
                            .number = number,
                            .columns = columns,
                            .row = row,
                            .count = count,
                            .arena = survey_arena_new()};
        done = add_stage(&work, scores, variance, error);
        whole = whole && work.census;
        survey_arena_free(work.arena);
    }
    for (size_t i = 0; done && i < columns * columns; i++)
        if (!isfinite(variance[i]))
            return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                               _("the values are too large to compute a variance"));
    if (census)
        *census = whole;
    return done;
}

struct stats_extent stats_extent(const struct stats_prepared *prepared, const uint8_t *domain)
{
    const struct stats_design *design = prepared->design;
    const struct stats_stage *stage = &prepared->stage[0];
    struct stats_extent extent = {0};
    uint8_t *unit = survey_alloc(stage->units), *stratum = survey_alloc(stage->strata);
    memset(unit, 0, stage->units);
    memset(stratum, 0, stage->strata);
    for (size_t row = stats_next_inside(domain, 0, design->n); row < design->n;
         row = stats_next_inside(domain, row + 1, design->n))
        if (design->weight[row] > 0) {
            extent.rows++;
            unit[stage->unit_of_row[row]] = 1;
        }
    for (size_t i = 0; i < stage->units; i++)
        if (unit[i]) {
            extent.units++;
            stratum[stage->stratum_of_unit[i]] = 1;
        }
    for (size_t i = 0; i < stage->strata; i++)
        extent.strata += stratum[i];
    free(unit);
    free(stratum);
    return extent;
}
