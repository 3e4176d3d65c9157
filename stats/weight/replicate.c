// SPDX-License-Identifier: GPL-3.0-or-later
// The weights sheet carried out again in each replicate: base weights times the factor of the PSU, of those who were
// not interviewed too, then every step.
#include "stats/data/dataset.h"
#include "stats/estimate/replicate.h"
#include "stats/weight/private.h"

#include "survey/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const size_t most_factors = 50000000;

struct repeating {
    struct weighing in;
    const struct stats_dataset *dataset;
    const struct stats_replicates *of;
    uint32_t *unit;  // by unit of the roster: its PSU's number in `of`; UINT32_MAX: of a PSU without any response
    int64_t *at_row; // by row of the dataset: its unit of the roster; -1
    double *base;    // by unit of the roster
    double *full;    // the full sample's weights
};

// The place of the unit that counts as a PSU: the first on the way down that was not certain to be drawn.
static const struct stats_place *psu_of(const struct stats_place *place)
{
    const struct stats_place *psu = place;
    for (const struct stats_place *at = place; at; at = at->parent)
        if (at->probability < 1)
            psu = at;
    return psu;
}

static const char *key_of(struct survey_arena *arena, const struct stats_place *place)
{
    return survey_arena_format(arena, "%d\x1f%s", place->stage, place->unit);
}

// PSUs of the roster's units, by way of the rows that have responses.
static void find_units(struct repeating *on, struct survey_arena *arena)
{
    const struct stats_roster *roster = on->in.roster;
    struct survey_map known = {0};
    size_t rows = stats_dataset_rows(on->dataset);
    on->at_row = survey_arena_array(arena, rows + 1, sizeof *on->at_row);
    on->unit = survey_arena_array(arena, roster->count + 1, sizeof *on->unit);
    for (size_t row = 0; row < rows; row++) {
        const struct survey_map_entry *entry = survey_map_find(&roster->at, stats_dataset_unit(on->dataset, row));
        on->at_row[row] = entry ? entry->number : -1;
        if (entry && roster->units[entry->number].place)
            survey_map_put(&known, arena, key_of(arena, psu_of(roster->units[entry->number].place)), NULL)->number =
                on->of->unit_of_row[row];
    }
    for (size_t i = 0; i < roster->count; i++) {
        const struct stats_place *place = roster->units[i].place;
        const struct survey_map_entry *entry = place ? survey_map_find(&known, key_of(arena, psu_of(place))) : NULL;
        on->unit[i] = entry ? (uint32_t)entry->number : UINT32_MAX;
    }
    survey_map_clear(&known);
}

// All steps but the base weights, which stand in in->w.
static bool run_steps(struct weighing *in, struct survey_error *error)
{
    struct survey_arena *kept = in->arena;
    bool good = true;
    in->arena = survey_arena_new(); // of what the steps need on the way
    for (size_t r = 1; good && r < in->rule_count; r++) {
        in->row = in->rules[r].row;
        good = in->rules[r].run(in, &in->rules[r]);
    }
    const struct survey_problem *problem = survey_report_at(in->report, 0);
    if (!good)
        survey_fail(error, SURVEY_ERROR_INPUT, in->path, "%s", problem ? problem->message : "");
    survey_arena_free(in->arena);
    in->arena = kept;
    return good;
}

// The full sample's weights are the stored ones, else the sheet or the sample changed since.
static bool run_full(struct repeating *on, struct survey_error *error)
{
    struct weighing *in = &on->in;
    const double *weight = stats_dataset_design(on->dataset)->weight;
    in->rules[0].run(in, &in->rules[0]);
    memcpy(on->base, in->w, in->roster->count * sizeof *in->w);
    if (!run_steps(in, error))
        return false;
    memcpy(on->full, in->w, in->roster->count * sizeof *in->w);
    for (size_t row = 0; row < stats_dataset_rows(on->dataset); row++)
        if (on->at_row[row] >= 0 && weight[row] > 0 &&
            !(fabs(in->w[on->at_row[row]] / weight[row] - 1) < 1e-9))
            return survey_fail(error, SURVEY_ERROR_INPUT, in->path, "%s",
                               _("the weights sheet gives other weights than those stored; run 'assay weight' again"));
    return true;
}

static bool run_replicate(struct repeating *on, size_t r, const double *factor, double *by_row,
                          struct survey_error *error)
{
    struct weighing *in = &on->in;
    struct survey_error why = {0};
    for (size_t i = 0; i < in->roster->count; i++)
        in->w[i] = on->base[i] * (on->unit[i] == UINT32_MAX ? 1 : factor[on->unit[i]]);
    if (!run_steps(in, &why))
        return survey_fail(error, SURVEY_ERROR_INPUT, why.where, _("in replicate %zu: %s"), r + 1, why.message);
    for (size_t row = 0; row < stats_dataset_rows(on->dataset); row++) {
        int64_t at = on->at_row[row];
        by_row[row] = at >= 0 && on->full[at] > 0 ? in->w[at] / on->full[at] : factor[on->of->unit_of_row[row]];
    }
    return true;
}

static bool repeat(struct repeating *on, struct stats_replicates *to, struct survey_error *error)
{
    size_t n = stats_dataset_rows(on->dataset), units = on->in.roster->count;
    find_units(on, to->arena);
    on->base = survey_arena_array(to->arena, units + 1, sizeof *on->base);
    on->full = survey_arena_array(to->arena, units + 1, sizeof *on->full);
    uint32_t *self = survey_arena_array(to->arena, n, sizeof *self);
    double *factor = survey_arena_array(to->arena, n * to->count, sizeof *factor),
           *of_unit = survey_realloc(NULL, on->of->units + 1, sizeof *of_unit);
    bool done = run_full(on, error);
    for (size_t r = 0; done && r < to->count; r++) {
        stats_replicate_factors(on->of, r, of_unit);
        done = run_replicate(on, r, of_unit, factor + r * n, error);
    }
    for (size_t row = 0; row < n; row++)
        self[row] = (uint32_t)row;
    free(of_unit);
    to->factor = factor;
    to->unit_of_row = self;
    to->units = n;
    return done;
}

bool stats_weigh_replicates(struct survey_store *store, const struct survey_actor *actor,
                            const struct stats_dataset *dataset, const struct stats_replicates *of,
                            struct stats_replicates **made, struct survey_error *error)
{
    struct repeating on = {.dataset = dataset, .of = of};
    if ((double)of->count * (double)stats_dataset_rows(dataset) > (double)most_factors)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("%zu replicates of %zu units are too many"), of->count,
                           stats_dataset_rows(dataset));
    if (!weight_open(store, actor, &on.in, error))
        return false;
    on.in.report = survey_report_new();
    bool good = true, done = weight_read_rules(&on.in, &good, error);
    const struct survey_problem *problem = survey_report_at(on.in.report, 0);
    if (done && !good)
        done = survey_fail(error, SURVEY_ERROR_INPUT, on.in.path, "%s", problem ? problem->message : "");
    struct survey_arena *arena = survey_arena_new();
    struct stats_replicates *to = survey_arena_alloc(arena, sizeof *to);
    *to = (struct stats_replicates){.arena = arena,
                                    .plan = of->plan,
                                    .prepared = of->prepared,
                                    .count = of->count,
                                    .scale = of->scale,
                                    .finite = of->finite,
                                    .reweighed = true};
    double *rscales = survey_arena_array(arena, of->count, sizeof *rscales);
    memcpy(rscales, of->rscales, of->count * sizeof *rscales);
    to->rscales = rscales;
    done = done && repeat(&on, to, error);
    survey_report_free(on.in.report);
    weight_close(&on.in);
    survey_arena_free(on.in.arena);
    if (done)
        *made = to;
    else
        survey_arena_free(arena);
    return done;
}
