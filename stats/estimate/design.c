// SPDX-License-Identifier: GPL-3.0-or-later
// A design checked and indexed: strata and units of each stage get dense numbers, however they are labelled.
#include "stats/estimate/variance.h"

#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const lonely_names[] = {"fail", "remove", "certainty", "adjust", "average"};

const char *stats_lonely_name(enum stats_lonely lonely)
{
    return lonely_names[lonely];
}

bool stats_lonely_parse(const char *name, enum stats_lonely *lonely)
{
    for (int i = 0; i < (int)(sizeof lonely_names / sizeof *lonely_names); i++)
        if (strcmp(name, lonely_names[i]) == 0) {
            *lonely = (enum stats_lonely)i;
            return true;
        }
    return false;
}

// Numbers the distinct pairs (above, label) of n rows from 0 by first appearance; NULL labels are 0.
// Open addressing; the table grows with what is found, so that few groups stay in the cache.
struct pairs {
    uint64_t *keys;
    uint32_t *numbers; // number + 1; 0 where free
    size_t slots, count;
};

static size_t slot_of(const struct pairs *pairs, uint64_t key)
{
    size_t at = (size_t)((key * 0x9E3779B97F4A7C15u) >> 20) & (pairs->slots - 1);
    while (pairs->numbers[at] && pairs->keys[at] != key)
        at = (at + 1) & (pairs->slots - 1);
    return at;
}

static void grow(struct pairs *pairs)
{
    struct pairs wider = {.slots = pairs->slots ? pairs->slots * 4 : 256, .count = pairs->count};
    wider.keys = survey_realloc(NULL, wider.slots, sizeof *wider.keys);
    wider.numbers = survey_realloc(NULL, wider.slots, sizeof *wider.numbers);
    memset(wider.numbers, 0, wider.slots * sizeof *wider.numbers);
    for (size_t i = 0; i < pairs->slots; i++)
        if (pairs->numbers[i]) {
            size_t at = slot_of(&wider, pairs->keys[i]);
            wider.keys[at] = pairs->keys[i];
            wider.numbers[at] = pairs->numbers[i];
        }
    free(pairs->keys);
    free(pairs->numbers);
    *pairs = wider;
}

static size_t number_pairs(size_t n, const uint32_t *above, const uint32_t *label, uint32_t *number)
{
    struct pairs pairs = {0};
    for (size_t row = 0; row < n; row++) {
        if (pairs.count * 2 >= pairs.slots)
            grow(&pairs);
        uint64_t key = (uint64_t)(above ? above[row] : 0) << 32 | (label ? label[row] : 0);
        size_t at = slot_of(&pairs, key);
        if (!pairs.numbers[at]) {
            pairs.keys[at] = key;
            pairs.numbers[at] = (uint32_t)++pairs.count;
        }
        number[row] = pairs.numbers[at] - 1;
    }
    free(pairs.keys);
    free(pairs.numbers);
    return pairs.count;
}

// Where a fault stands, in the user's words: "stratum C02".
static void place(const struct stats_design *design, int stage, uint32_t label, char at[static 256])
{
    if (stage == 0 && design->stratum_names)
        survey_format_into(at, 256, _("stratum %s"), design->stratum_names[label]);
    else if (stage == 0 && design->stratum)
        survey_format_into(at, 256, _("stratum %u"), label);
    else if (stage == 0)
        *at = '\0';
    else
        survey_format_into(at, 256, _("stage %d"), stage + 1);
}

static bool check_weights(const struct stats_design *design, struct survey_error *error)
{
    char at[64];
    for (size_t row = 0; row < design->n; row++)
        if (!(design->weight[row] >= 0) || isinf(design->weight[row])) {
            survey_format_into(at, sizeof at, _("row %zu"), row + 1);
            return isnan(design->weight[row])
                       ? survey_fail(error, SURVEY_ERROR_INPUT, at, "%s", _("the weight is missing"))
                       : survey_fail(error, SURVEY_ERROR_INPUT, at,
                                     _("the weight is %g; weights are above 0"), design->weight[row]);
        }
    return true;
}

static bool population_fault(const struct stats_design *design, int number, const struct stats_stage *stage,
                             uint32_t stratum, double population, struct survey_error *error)
{
    char at[256];
    double before = stage->population[stratum];
    place(design, number, stage->label[stratum], at);
    if (!(population > 0))
        return survey_fail(error, SURVEY_ERROR_INPUT, at, "%s",
                           _("the population size (fpc) is missing or not above 0"));
    if (before != 0 && fabs(before - population) > 1e-9 * population)
        return survey_fail(error, SURVEY_ERROR_INPUT, at,
                           _("the population size (fpc) varies within the stratum: %g and %g"), before,
                           population);
    return survey_fail(error, SURVEY_ERROR_INPUT, at,
                       _("the population size (fpc) %g is below the %u units in the sample"), population,
                       stage->sampled[stratum]);
}

// Population sizes by stratum from a column of counts, or of sampling fractions where all are at most 1.
static bool read_population(const struct stats_design *design, int number, const uint32_t *stratum_of_row,
                            struct stats_stage *stage, struct survey_error *error)
{
    const double *fpc = design->fpc[number];
    bool fractions = true;
    for (size_t row = 0; fractions && row < design->n; row++)
        fractions = fpc[row] <= 1;
    for (size_t row = 0; row < design->n; row++) {
        uint32_t stratum = stratum_of_row[row];
        double sampled = stage->sampled[stratum], population = fractions ? sampled / fpc[row] : fpc[row];
        double before = stage->population[stratum];
        if (!(fpc[row] > 0) || (before != 0 && fabs(before - population) > 1e-9 * population) ||
            population < sampled * (1 - 1e-12))
            return population_fault(design, number, stage, stratum, fpc[row] > 0 ? population : 0, error);
        if (before == 0)
            stage->population[stratum] = population;
    }
    return true;
}

static bool chance_fault(const struct stats_design *design, int number, const struct stats_stage *stage, uint32_t stratum,
                         double chance, struct survey_error *error)
{
    char at[256];
    place(design, number, stage->label[stratum], at);
    if (!(chance >= 0 && chance <= 1))
        return survey_fail(error, SURVEY_ERROR_INPUT, at, "%s", _("a probability is above 0 and at most 1"));
    return survey_fail(error, SURVEY_ERROR_INPUT, at, "%s",
                       _("the probability varies within a unit, or only some units of the stratum have one"));
}

// The units' own probabilities, and by stratum the mean of what they leave.
static bool read_chances(const struct stats_design *design, int number, struct stats_stage *stage, struct survey_arena *arena,
                         struct survey_error *error)
{
    const double *chance = design->chance[number];
    uint32_t *with = survey_arena_array(arena, stage->strata, sizeof *with);
    stage->chance = survey_arena_array(arena, stage->units, sizeof *stage->chance);
    for (size_t unit = 0; unit < stage->units; unit++)
        stage->chance[unit] = (double)NAN;
    for (size_t row = 0; row < design->n; row++) {
        uint32_t unit = stage->unit_of_row[row];
        double before = stage->chance[unit];
        if (!(chance[row] >= 0 && chance[row] <= 1) || (!isnan(before) && before != chance[row]))
            return chance_fault(design, number, stage, stage->stratum_of_unit[unit], chance[row], error);
        stage->chance[unit] = chance[row];
    }
    for (size_t unit = 0; unit < stage->units; unit++) {
        uint32_t stratum = stage->stratum_of_unit[unit];
        if (stage->chance[unit] == 0)
            continue;
        stage->left[stratum] = (with[stratum]++ ? stage->left[stratum] : 0) + (1 - stage->chance[unit]) / stage->sampled[stratum];
    }
    for (uint32_t stratum = 0; stratum < stage->strata; stratum++)
        if (with[stratum] && (with[stratum] < stage->sampled[stratum] || isfinite(stage->population[stratum])))
            return chance_fault(design, number, stage, stratum, 0, error);
    return true;
}

// What each stratum takes over from the stages above it.
static void link_stratum(const struct stats_stage *above, struct stats_stage *stage, size_t row,
                         uint32_t stratum, uint32_t label)
{
    stage->label[stratum] = label;
    stage->share[stratum] = 1;
    if (above) {
        uint32_t parent = above->unit_of_row[row], upper = above->stratum_of_unit[parent];
        stage->parent[stratum] = parent;
        stage->share[stratum] = above->chance && above->chance[parent] > 0
                                    ? above->share[upper] * above->chance[parent]
                                    : above->share[upper] * above->sampled[upper] / above->population[upper];
    }
}

static bool index_stage(struct stats_prepared *prepared, int number, struct survey_error *error)
{
    const struct stats_design *design = prepared->design;
    const struct stats_stage *above = number > 0 ? &prepared->stage[number - 1] : NULL;
    struct stats_stage *stage = &prepared->stage[number];
    size_t n = design->n;
    const uint32_t *labels = number == 0 ? design->stratum : design->substratum[number];
    uint32_t *stratum_of_row = survey_realloc(NULL, n, sizeof *stratum_of_row);
    stage->strata = number_pairs(n, above ? above->unit_of_row : NULL, labels, stratum_of_row);
    stage->unit_of_row = survey_arena_array(prepared->arena, n, sizeof *stage->unit_of_row);
    if (design->unit[number])
        stage->units = number_pairs(n, stratum_of_row, design->unit[number], stage->unit_of_row);
    else
        for (stage->units = 0; stage->units < n; stage->units++)
            stage->unit_of_row[stage->units] = (uint32_t)stage->units;
    stage->stratum_of_unit =
        survey_arena_array(prepared->arena, stage->units, sizeof *stage->stratum_of_unit);
    stage->parent = survey_arena_array(prepared->arena, stage->strata, sizeof *stage->parent);
    stage->label = survey_arena_array(prepared->arena, stage->strata, sizeof *stage->label);
    stage->sampled = survey_arena_array(prepared->arena, stage->strata, sizeof *stage->sampled);
    stage->population = survey_arena_array(prepared->arena, stage->strata, sizeof *stage->population);
    stage->share = survey_arena_array(prepared->arena, stage->strata, sizeof *stage->share);
    stage->left = survey_arena_array(prepared->arena, stage->strata, sizeof *stage->left);
    for (size_t row = 0; row < n; row++) {
        stage->stratum_of_unit[stage->unit_of_row[row]] = stratum_of_row[row];
        if (stage->share[stratum_of_row[row]] == 0)
            link_stratum(above, stage, row, stratum_of_row[row], labels ? labels[row] : 0);
    }
    for (size_t unit = 0; unit < stage->units; unit++)
        stage->sampled[stage->stratum_of_unit[unit]]++;
    bool done = !design->fpc[number] || read_population(design, number, stratum_of_row, stage, error);
    for (size_t stratum = 0; !design->fpc[number] && stratum < stage->strata; stratum++)
        stage->population[stratum] = INFINITY;
    for (size_t stratum = 0; done && stratum < stage->strata; stratum++)
        stage->left[stratum] = isinf(stage->population[stratum]) ? 1 : 1 - stage->sampled[stratum] / stage->population[stratum];
    free(stratum_of_row);
    return done && (!design->chance[number] || read_chances(design, number, stage, prepared->arena, error));
}

bool stats_prepare(const struct stats_design *design, struct stats_prepared **prepared,
                   struct survey_error *error)
{
    if (design->n == 0)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("there are no rows"));
    if (design->n > UINT32_MAX / 2)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("%zu rows are more than can be taken"),
                           design->n);
    if (!(design->confidence > 0 && design->confidence < 1))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("the confidence is between 0 and 1"));
    if (!(design->assumed_icc >= 0 && design->assumed_icc <= 1))
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("the assumed intra-class correlation is between 0 and 1"));
    if (!check_weights(design, error))
        return false;
    struct stats_prepared *made = survey_alloc(sizeof *made);
    *made = (struct stats_prepared){.design = design, .arena = survey_arena_new()};
    bool more = true, done = true;
    // Below a stage with replacement nothing is added: its units' totals carry all of the variance.
    for (int stage = 0; done && more && stage < design->stages; stage++) {
        done = index_stage(made, stage, error);
        more = design->fpc[stage] || design->chance[stage];
        made->stages = stage + 1;
    }
    if (!done) {
        stats_prepared_free(made);
        return false;
    }
    *prepared = made;
    return true;
}

void stats_prepared_free(struct stats_prepared *prepared)
{
    if (prepared)
        survey_arena_free(prepared->arena);
    free(prepared);
}

bool stats_prepared_get(const struct stats_design *design, const struct stats_prepared **prepared,
                        struct stats_prepared **made, struct survey_error *error)
{
    *made = NULL;
    *prepared = design->prepared;
    if (*prepared)
        return true;
    if (!stats_prepare(design, made, error))
        return false;
    *prepared = *made;
    return true;
}
