// SPDX-License-Identifier: GPL-3.0-or-later
// The change of a mean or total between two rounds, with the covariance of their samples.
#include "stats/effect/change.h"

#include "stats/math/sum.h"
#include "survey/base/arena.h"
#include "survey/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Some rows of a design as a design of their own.
struct part {
    struct stats_design design;
    struct stats_prepared *prepared;
    uint32_t *row; // of the whole
    size_t n;
};

struct effect_changes {
    struct survey_arena *arena;
    const struct effect_rounds *rounds;
    struct part round[2], both, either;
    struct effect_overlap overlap;
};

static void *take(struct survey_arena *arena, const void *from, size_t size,
                  const struct part *part)
{
    if (!from)
        return NULL;
    char *values = survey_arena_array(arena, part->n, size);
    for (size_t i = 0; i < part->n; i++)
        memcpy(values + i * size, (const char *)from + part->row[i] * size, size);
    return values;
}

static void cut(struct survey_arena *arena, const struct stats_design *whole, struct part *part)
{
    part->design = *whole;
    part->design.n = part->n;
    part->design.prepared = NULL;
    part->design.weight = take(arena, whole->weight, sizeof *whole->weight, part);
    part->design.stratum = take(arena, whole->stratum, sizeof *whole->stratum, part);
    for (int stage = 0; stage < STATS_STAGES; stage++) {
        part->design.unit[stage] = take(arena, whole->unit[stage], sizeof **whole->unit, part);
        part->design.substratum[stage] =
            take(arena, whole->substratum[stage], sizeof **whole->substratum, part);
        part->design.fpc[stage] = take(arena, whole->fpc[stage], sizeof **whole->fpc, part);
        part->design.chance[stage] = take(arena, whole->chance[stage], sizeof **whole->chance, part);
    }
}

static int by_code(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

// The PSUs of either round, in the order of stratum and label, and in which rounds each is: 1,
// 2, 3.
struct psus {
    uint64_t *code; // stratum, label
    uint8_t *seen;
    size_t count;
};

static uint64_t code_of(const struct stats_design *design, size_t row)
{
    return (uint64_t)(design->stratum ? design->stratum[row] : 0) << 32 |
           (design->unit[0] ? design->unit[0][row] : row);
}

static size_t find(const struct psus *psus, uint64_t code)
{
    const uint64_t *at = bsearch(&code, psus->code, psus->count, sizeof code, by_code);
    return (size_t)(at - psus->code);
}

static void list_psus(const struct effect_changes *changes, struct psus *psus)
{
    const struct effect_rounds *rounds = changes->rounds;
    size_t n = rounds->design->n, count = 0;
    psus->code = survey_arena_array(changes->arena, n + 1, sizeof *psus->code);
    psus->seen = survey_arena_array(changes->arena, n + 1, 1);
    for (size_t row = 0; row < n; row++)
        if (rounds->round[row])
            psus->code[count++] = code_of(rounds->design, row);
    qsort(psus->code, count, sizeof *psus->code, by_code);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || psus->code[i] != psus->code[psus->count - 1])
            psus->code[psus->count++] = psus->code[i];
    for (size_t row = 0; row < n; row++)
        if (rounds->round[row])
            psus->seen[find(psus, code_of(rounds->design, row))] |= rounds->round[row];
}

// Population sizes under which the covariance of PSUs in both rounds has the f of both samples: N'
// = n_c / f. Where f is 1 or more nothing is left of it.
static void set_population(struct effect_changes *changes, const struct psus *psus)
{
    const struct stats_design *whole = changes->rounds->design;
    struct part *both = &changes->both;
    double *population = survey_arena_array(changes->arena, both->n + 1, sizeof *population);
    const struct stats_stage *stage = &changes->round[0].prepared->stage[0];
    for (size_t from = 0, to; from < psus->count; from = to) {
        double n[4] = {0};
        uint64_t stratum = psus->code[from] >> 32;
        for (to = from; to < psus->count && psus->code[to] >> 32 == stratum; to++)
            n[psus->seen[to]]++;
        double first = n[1] + n[3], second = n[2] + n[3], size = INFINITY;
        for (size_t s = 0; s < stage->strata && n[3] > 0 && whole->fpc[0]; s++)
            if (stage->label[s] == stratum)
                size = stage->population[s];
        double share = first * second / (n[3] * size);
        changes->overlap.lone += n[3] == 1 && share < 1;
        for (size_t i = 0; i < both->n; i++)
            if ((both->design.stratum ? both->design.stratum[i] : 0) == stratum)
                population[i] = share < 1 ? n[3] / share : n[3];
    }
    both->design.fpc[0] = whole->fpc[0] ? population : NULL;
}

// Units with chances of their own have f = the larger of both rounds', which is theirs to be in both where the rounds share
// their random numbers.
static void set_chance(struct effect_changes *changes, const struct psus *psus)
{
    const struct stats_design *whole = changes->rounds->design;
    struct part *both = &changes->both;
    const double *own = both->design.chance[0], *population = both->design.fpc[0];
    if (!own)
        return;
    double *most = survey_arena_array(changes->arena, psus->count + 1, sizeof *most),
           *chance = survey_arena_array(changes->arena, both->n + 1, sizeof *chance);
    for (size_t i = 0; i < both->n; i++) {
        size_t at = find(psus, code_of(whole, both->row[i]));
        most[at] = fmax(most[at], own[i]);
    }
    for (size_t i = 0; i < both->n; i++)
        chance[i] = population && isfinite(population[i]) ? 0 : most[find(psus, code_of(whole, both->row[i]))];
    both->design.chance[0] = chance;
}

// Whether the units of later stages are those of both rounds too.
static bool same_units(const struct effect_changes *changes)
{
    const struct part *both = &changes->both;
    bool same = true;
    for (int s = 1; same && s < both->prepared->stages; s++) {
        const struct stats_stage *stage = &both->prepared->stage[s];
        uint8_t *seen = survey_arena_array(changes->arena, stage->units, 1);
        for (size_t i = 0; i < both->n; i++)
            seen[stage->unit_of_row[i]] |= changes->rounds->round[both->row[i]];
        for (size_t unit = 0; unit < stage->units; unit++)
            same = same && seen[unit] == 3;
    }
    return same;
}

static bool prepare_both(struct effect_changes *changes, const struct psus *psus,
                         struct survey_error *error)
{
    struct part *both = &changes->both;
    cut(changes->arena, changes->rounds->design, both);
    both->design.lonely = STATS_LONELY_REMOVE;
    set_population(changes, psus);
    set_chance(changes, psus);
    if (!both->n || (stats_prepare(&both->design, &both->prepared, NULL) && same_units(changes)))
        return true;
    // Other units or population sizes within the PSUs: the PSUs alone.
    stats_prepared_free(both->prepared);
    both->prepared = NULL;
    both->design.stages = 1;
    return stats_prepare(&both->design, &both->prepared, error);
}

static bool prepare(struct effect_changes *changes, struct survey_error *error)
{
    const struct effect_rounds *rounds = changes->rounds;
    const struct stats_design *whole = rounds->design;
    struct psus psus = {0};
    struct part *parts[] = {&changes->round[0], &changes->round[1], &changes->both,
                            &changes->either};
    list_psus(changes, &psus);
    for (size_t i = 0; i < psus.count; i++)
        changes->overlap.psus[psus.seen[i]]++;
    for (int p = 0; p < 4; p++)
        parts[p]->row = survey_arena_array(changes->arena, whole->n + 1, sizeof *parts[p]->row);
    for (size_t row = 0; row < whole->n; row++) {
        if (!rounds->round[row])
            continue;
        struct part *of[] = {&changes->round[rounds->round[row] - 1], &changes->either,
                             psus.seen[find(&psus, code_of(whole, row))] == 3 ? &changes->both
                                                                              : NULL};
        for (int p = 0; p < 3; p++)
            if (of[p])
                of[p]->row[of[p]->n++] = (uint32_t)row;
    }
    for (int r = 0; r < 2; r++) {
        cut(changes->arena, whole, &changes->round[r]);
        if (!stats_prepare(&changes->round[r].design, &changes->round[r].prepared, error))
            return false;
    }
    cut(changes->arena, whole, &changes->either);
    for (int stage = 0; stage < STATS_STAGES; stage++)
        changes->either.design.fpc[stage] = changes->either.design.chance[stage] =
            NULL; // of other sizes in other rounds; counting PSUs needs none
    return stats_prepare(&changes->either.design, &changes->either.prepared, error) &&
           prepare_both(changes, &psus, error);
}

void effect_changes_close(struct effect_changes *changes)
{
    if (!changes)
        return;
    stats_prepared_free(changes->round[0].prepared);
    stats_prepared_free(changes->round[1].prepared);
    stats_prepared_free(changes->both.prepared);
    stats_prepared_free(changes->either.prepared);
}

bool effect_changes_open(const struct effect_rounds *rounds, struct survey_arena *arena,
                         struct effect_changes **changes, struct survey_error *error)
{
    struct effect_changes *made = survey_arena_alloc(arena, sizeof *made);
    size_t rows[3] = {0};
    made->arena = arena;
    made->rounds = rounds;
    for (size_t row = 0; row < rounds->design->n; row++)
        rows[rounds->round[row]]++;
    if (!rows[1] || !rows[2])
        return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("one of the two rounds has no rows"));
    if (!prepare(made, error)) {
        effect_changes_close(made);
        return false;
    }
    *changes = made;
    return true;
}

const struct effect_overlap *effect_changes_overlap(const struct effect_changes *changes)
{
    return &changes->overlap;
}

// Value of a round, and its scores by row of the whole; 0 elsewhere.
static bool score(struct effect_changes *changes, int round, const double *y, const uint8_t *kept,
                  bool total, struct effect_change *change, double *scores,
                  struct survey_error *error)
{
    const struct stats_design *design = changes->rounds->design;
    size_t n = design->n;
    double *scratch = survey_realloc(NULL, n, sizeof *scratch), above, below, first = (double)NAN;
    bool constant = true;
    for (size_t row = 0; row < n; row++) {
        bool in = kept[row] && changes->rounds->round[row] == round + 1;
        scratch[row] = in ? design->weight[row] : 0;
        first = in && isnan(first) ? y[row] : first;
        constant = constant && (!in || y[row] == first);
    }
    below = stats_sum(scratch, n);
    for (size_t row = 0; row < n; row++)
        scratch[row] *= scratch[row] > 0 ? y[row] : 0;
    above = stats_sum(scratch, n);
    double value = total ? above : constant ? first : above / below;
    for (size_t row = 0; row < n; row++) {
        bool in = kept[row] && changes->rounds->round[row] == round + 1;
        double weight = in ? design->weight[row] : 0;
        scores[row] = !in ? 0 : total ? weight * y[row] : weight * (y[row] - value) / below;
    }
    free(scratch);
    change->value[round] = value;
    change->constant[round] = constant;
    return below > 0 || survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                                    _("one of the two rounds has no value that can be used"));
}

// Variance (columns * columns) of scores, by the rows of a part that are kept.
static bool vary(const struct part *part, double *const *scores, size_t columns,
                 const uint8_t *kept, double *variance, struct survey_error *error)
{
    uint32_t *row = survey_realloc(NULL, part->n + 1, sizeof *row);
    double *taken[2] = {survey_realloc(NULL, part->n + 1, sizeof **taken),
                        survey_realloc(NULL, part->n + 1, sizeof **taken)};
    size_t count = 0;
    for (size_t i = 0; i < part->n; i++) {
        if (!kept[part->row[i]])
            continue;
        for (size_t c = 0; c < columns; c++)
            taken[c][count] = scores[c][part->row[i]];
        row[count++] = (uint32_t)i;
    }
    bool done = stats_variance(part->prepared, (const double *const *)taken, columns, row, count,
                               variance, NULL, error);
    free(row);
    free(taken[0]);
    free(taken[1]);
    return done;
}

static void add_up(struct effect_changes *changes, const uint8_t *kept,
                   struct effect_change *change)
{
    double apart = change->variance[0] + change->variance[1],
           variance = apart - 2 * change->covariance;
    if (variance < -1e-12 * apart) {
        change->without = true;
        variance = apart;
    }
    change->change = change->value[1] - change->value[0];
    change->se = variance > 1e-12 * apart ? sqrt(variance) : 0;
    uint8_t *inside = survey_realloc(NULL, changes->either.n, 1);
    for (size_t i = 0; i < changes->either.n; i++)
        inside[i] = kept[changes->either.row[i]];
    struct stats_extent extent = stats_extent(changes->either.prepared, inside);
    change->df = (double)extent.units - (double)extent.strata;
    free(inside);
}

bool effect_change_of(struct effect_changes *changes, const double *y, const uint8_t *kept,
                      bool total, struct effect_change *change, struct survey_error *error)
{
    size_t n = changes->rounds->design->n;
    double *scores[2] = {survey_realloc(NULL, n, sizeof **scores),
                         survey_realloc(NULL, n, sizeof **scores)},
           matrix[4] = {0};
    bool done = true;
    *change = (struct effect_change){0};
    for (int r = 0; done && r < 2; r++)
        done = score(changes, r, y, kept, total, change, scores[r], error) &&
               vary(&changes->round[r], &scores[r], 1, kept, &change->variance[r], error);
    if (done && changes->both.n)
        done = vary(&changes->both, scores, 2, kept, matrix, error);
    free(scores[0]);
    free(scores[1]);
    change->covariance = matrix[1];
    if (done)
        add_up(changes, kept, change);
    return done;
}
