// SPDX-License-Identifier: GPL-3.0-or-later
// Making the replicates of a design.
#include "stats/estimate/replicate.h"

#include "stats/math/hadamard.h"
#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/number.h"
#include "survey/base/random.h"
#include "survey/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FACTORS_MOST = 400000000 };

static const struct {
    const char *word, *name;
    bool counted; // takes a number of replicates
} methods[] = {
    [STATS_JK1] = {"jk1", N_("jackknife JK1"), false},
    [STATS_JKN] = {"jkn", N_("jackknife JKn"), false},
    [STATS_BRR] = {"brr", N_("balanced repeated replication"), false},
    [STATS_FAY] = {"fay", N_("Fay's balanced repeated replication"), false},
    [STATS_RAO_WU] = {"bootstrap", N_("Rao-Wu bootstrap"), true},
    [STATS_CANTY_DAVISON] = {"canty-davison", N_("Canty-Davison bootstrap"), true},
    [STATS_PRESTON] = {"preston", N_("Preston's bootstrap"), true},
    [STATS_SDR] = {"sdr", N_("successive difference replication"), false},
    [STATS_GIVEN] = {"", N_("replicates"), false},
};

const char *stats_replicate_name(enum stats_replicate_method method)
{
    return _(methods[method].name);
}

bool stats_replicate_parse(const char *text, struct stats_replicate_plan *plan)
{
    size_t length = strcspn(text, ":");
    const char *number = text[length] ? text + length + 1 : NULL;
    double value = 0;
    if (number && !survey_number_parse(number, strlen(number), &value))
        return false;
    for (int i = 0; i < STATS_GIVEN; i++) {
        if (strncmp(text, methods[i].word, length) != 0 || methods[i].word[length])
            continue;
        plan->method = (enum stats_replicate_method)i;
        if (i == STATS_FAY)
            plan->rho = value;
        else if (methods[i].counted)
            plan->count = number && value >= 2 && value <= STATS_REPLICATES_MOST ? (size_t)value : number ? 0 : 500;
        return i == STATS_FAY            ? number && value >= 0 && value < 1
               : methods[i].counted ? plan->count >= 2 && (!number || value == rint(value))
                                    : !number;
    }
    return false;
}

// --- units in the order of their labels

struct unit_key {
    uint32_t above, stratum, label, unit; // place of the unit above; labels; number in the stage
};

static int by_key(const void *left, const void *right)
{
    const struct unit_key *a = left, *b = right;
    if (a->above != b->above)
        return a->above < b->above ? -1 : 1;
    if (a->stratum != b->stratum)
        return a->stratum < b->stratum ? -1 : 1;
    return (a->label > b->label) - (a->label < b->label);
}

// Places of a stage's units; above: those of the stage above (NULL at the first).
static uint32_t *places(const struct stats_prepared *prepared, int number, const uint32_t *above, bool by_row,
                        struct survey_arena *arena)
{
    const struct stats_stage *stage = &prepared->stage[number];
    const struct stats_design *design = prepared->design;
    struct unit_key *keys = survey_realloc(NULL, stage->units, sizeof *keys);
    uint32_t *place = survey_arena_array(arena, stage->units, sizeof *place);
    for (size_t row = design->n; row-- > 0;) { // the first row last: it stays
        uint32_t unit = stage->unit_of_row[row], stratum = stage->stratum_of_unit[unit];
        bool labelled = design->unit[number] && !by_row;
        keys[unit] = (struct unit_key){above ? above[stage->parent[stratum]] : 0, stage->label[stratum],
                                       labelled ? design->unit[number][row] : (uint32_t)row, unit};
    }
    qsort(keys, stage->units, sizeof *keys, by_key);
    for (size_t i = 0; i < stage->units; i++)
        place[keys[i].unit] = (uint32_t)i;
    free(keys);
    return place;
}

struct making {
    struct stats_replicates *to;
    const struct stats_stage *stage; // the first
    const uint32_t *place;           // by PSU of it
    uint32_t *first, *strata;        // by stratum in order: its first unit, its number in the stage; counts + 1
    struct survey_error *error;
};

static void *array(const struct making *in, size_t count, size_t size)
{
    return survey_arena_array(in->to->arena, count + 1, size);
}

static bool refuse(const struct making *in, size_t stratum, const char *why)
{
    const struct stats_design *design = in->to->prepared->design;
    uint32_t label = in->stage->label[in->strata[stratum]];
    char at[256] = "";
    if (design->stratum_names)
        survey_format_into(at, sizeof at, _("stratum %s"), design->stratum_names[label]);
    else if (design->stratum)
        survey_format_into(at, sizeof at, _("stratum %u"), label);
    return survey_fail(in->error, SURVEY_ERROR_INPUT, at, "%s", why);
}

static size_t units_of(const struct making *in, size_t stratum)
{
    return in->first[stratum + 1] - in->first[stratum];
}

// 1 - n / N of a stratum, 1 where population sizes are left out.
static double left_of(const struct making *in, size_t stratum)
{
    double population = in->stage->population[in->strata[stratum]];
    return in->to->finite && isfinite(population) ? 1 - (double)units_of(in, stratum) / population : 1;
}

// Whether a stratum is left as it is: taken whole, or one PSU that the policy passes over.
static bool passes(const struct making *in, size_t stratum, bool *rests)
{
    enum stats_lonely policy = in->to->prepared->design->lonely;
    *rests = left_of(in, stratum) < 1e-7 || units_of(in, stratum) == 1;
    if (!*rests || left_of(in, stratum) < 1e-7)
        return true;
    if (policy == STATS_LONELY_REMOVE || policy == STATS_LONELY_CERTAINTY)
        return true;
    return refuse(in, stratum,
                  policy == STATS_LONELY_FAIL
                      ? _("only one PSU, so its variance cannot be estimated; choose what to do with it "
                          "(lonely PSU: remove or certainty)")
                      : _("only one PSU: replicates know the policies remove and certainty"));
}

// --- the methods

static bool make_jackknife(struct making *in)
{
    struct stats_replicates *to = in->to;
    size_t strata = in->stage->strata;
    bool one = to->plan.method == STATS_JK1, rests;
    if (one && strata > 1)
        return survey_fail(in->error, SURVEY_ERROR_INPUT, "", _("JK1 is for designs without strata, not for %zu; use JKn"),
                           strata);
    double *inflate = array(in, strata, sizeof *inflate), *rscales = array(in, to->units, sizeof *rscales);
    uint32_t *out = array(in, to->units, sizeof *out);
    for (size_t h = 0; h < strata; h++) {
        double n = (double)units_of(in, h);
        if (!passes(in, h, &rests))
            return false;
        inflate[h] = rests ? 1 : n / (n - 1);
        for (uint32_t unit = in->first[h]; !rests && unit < in->first[h + 1]; unit++) {
            out[to->count] = unit;
            rscales[to->count++] = one ? 1 : (n - 1) / n * left_of(in, h);
        }
    }
    if (one && to->count)
        to->scale = ((double)to->count - 1) / (double)to->count * left_of(in, 0);
    to->inflate = inflate;
    to->out = out;
    to->rscales = rscales;
    return true;
}

static const double *ones(const struct making *in, size_t count)
{
    double *one = array(in, count, sizeof *one);
    for (size_t i = 0; i < count; i++)
        one[i] = 1;
    return one;
}

// A factor is base + step * (sign of plus - sign of minus): of BRR 1 +- (1 - rho), of SDR 1 +- 2^-1.5 each.
static bool make_signs(struct making *in)
{
    struct stats_replicates *to = in->to;
    size_t strata = in->stage->strata, rows = 0;
    bool differences = to->plan.method == STATS_SDR, rests;
    double *base = array(in, to->units, sizeof *base), *step = array(in, to->units, sizeof *step);
    uint32_t *plus = array(in, to->units, sizeof *plus), *minus = array(in, to->units, sizeof *minus);
    for (size_t h = 0; h < strata; h++) {
        size_t n = units_of(in, h);
        if (!passes(in, h, &rests))
            return false;
        if (!differences && !rests && n != 2)
            return refuse(in, h, _("balanced repeated replication takes two PSUs in each stratum"));
        for (uint32_t k = 0; k < n; k++) {
            uint32_t unit = in->first[h] + k;
            base[unit] = 1;
            plus[unit] = rests ? UINT32_MAX : (uint32_t)(1 + rows + (differences ? k : 0));
            minus[unit] = (uint32_t)(1 + rows + (k + 1) % n);
            step[unit] = differences ? sqrt(left_of(in, h) / 8)
                                     : (k ? -1 : 1) * (1 - to->plan.rho) * sqrt(left_of(in, h));
        }
        rows += rests ? 0 : differences ? n : 1;
    }
    to->order = stats_hadamard_order(rows + 1);
    if (!to->order)
        return survey_fail(in->error, SURVEY_ERROR_INPUT, "",
                           _("%zu PSUs or strata are too many for a Hadamard matrix of order %d"), rows,
                           STATS_HADAMARD_MOST);
    int8_t *signs = stats_hadamard(to->order), *kept = array(in, to->order * to->order, 1);
    memcpy(kept, signs, to->order * to->order);
    free(signs);
    to->signs = kept;
    to->base = base;
    to->step = step;
    to->plus = plus;
    to->minus = differences ? minus : NULL;
    to->count = to->order;
    to->scale = (differences ? 4 : 1 / ((1 - to->plan.rho) * (1 - to->plan.rho))) / (double)to->count;
    to->rscales = ones(in, to->count);
    return true;
}

// Numbers below bound by Lemire's rejection, four words of a block at a time.
struct stream {
    struct survey_random random;
    uint32_t threshold, bound;
};

static uint32_t next_below(struct stream *stream)
{
    for (;;) {
        if (stream->random.used == 4) {
            survey_philox(stream->random.key, stream->random.counter, stream->random.block);
            stream->random.counter[0]++;
            stream->random.used = 0;
        }
        uint64_t product = (uint64_t)stream->random.block[stream->random.used++] * stream->bound;
        if ((uint32_t)product >= stream->threshold)
            return (uint32_t)(product >> 32);
    }
}

// The numbers of a stratum, by replicate: counter word 1 is the replicate.
static struct stream stream_at(uint64_t seed, size_t stratum, uint32_t bound)
{
    char unit[SURVEY_NUMBER_TEXT];
    survey_format_into(unit, sizeof unit, "%zu", stratum);
    return (struct stream){survey_random_at(seed, "bootstrap", unit), (0u - bound) % bound, bound};
}

static bool make_bootstrap(struct making *in)
{
    struct stats_replicates *to = in->to;
    size_t strata = in->stage->strata;
    bool whole = to->plan.method == STATS_CANTY_DAVISON, rests;
    double inverse = 0, drawn_strata = 0;
    if ((double)to->plan.count * (double)to->units > FACTORS_MOST)
        return survey_fail(in->error, SURVEY_ERROR_INPUT, "", _("%zu replicates of %zu units are too many"),
                           to->plan.count, to->units);
    double *base = array(in, to->units, sizeof *base), *step = array(in, to->units, sizeof *step);
    uint8_t *drawn = array(in, to->plan.count * to->units, 1);
    to->count = to->plan.count;
    for (size_t h = 0; h < strata; h++) {
        size_t n = units_of(in, h), take = whole ? n : n - 1;
        if (!passes(in, h, &rests))
            return false;
        double left = left_of(in, h), lambda = rests ? 0 : whole ? 1 : sqrt(left);
        if (whole && !rests && left < 1)
            return refuse(in, h, _("the Canty-Davison bootstrap is for designs without population sizes (fpc); use "
                                   "bootstrap or preston"));
        for (uint32_t unit = in->first[h]; unit < in->first[h + 1]; unit++) {
            base[unit] = 1 - lambda;
            step[unit] = rests ? 0 : lambda * (double)n / (double)take;
        }
        inverse += rests ? 0 : 1 / (double)n;
        drawn_strata += !rests;
        struct stream stream = stream_at(to->plan.seed, h, (uint32_t)n);
        for (size_t r = 0; !rests && r < to->count; r++) {
            uint8_t *into = drawn + r * to->units + in->first[h];
            stream.random.counter[0] = 0;
            stream.random.counter[1] = (uint32_t)r;
            stream.random.used = 4;
            for (size_t k = 0; k < take; k++)
                into[next_below(&stream)]++;
        }
    }
    to->drawn = drawn;
    to->base = base;
    to->step = step;
    to->scale = 1 / ((double)to->count - 1);
    if (whole && drawn_strata > 0) // by the harmonic mean of n, as the reference
        to->scale *= drawn_strata / inverse / (drawn_strata / inverse - 1);
    to->rscales = ones(in, to->count);
    return true;
}

// --- Preston's, through the stages

// A stage in the order of its units: by unit its place above, its stratum's size, how many of it are taken, and the
// strength lambda of the resampling.
struct level {
    size_t units;
    uint32_t *above, *first, *place; // by place: of the unit above, first of its stratum; by unit: its place
    double *ratio, *lambda;          // by place: n / n*, 1 where nothing is drawn
    uint32_t *size, *take;           // by place
};

static bool lonely_level(struct making *in, int number, struct survey_error *error)
{
    enum stats_lonely policy = in->to->prepared->design->lonely;
    return policy == STATS_LONELY_REMOVE || policy == STATS_LONELY_CERTAINTY ||
           survey_fail(error, SURVEY_ERROR_INPUT, "",
                       _("only one unit in some stratum of stage %d, so its variance cannot be estimated; choose "
                         "what to do with it (lonely PSU: remove or certainty)"),
                       number + 1);
}

static bool make_level(struct making *in, int number, const struct level *above, struct level *level)
{
    const struct stats_stage *stage = &in->to->prepared->stage[number];
    size_t units = level->units = stage->units;
    level->place = places(in->to->prepared, number, above ? above->place : NULL, false, in->to->arena);
    level->above = array(in, units, sizeof *level->above);
    level->first = array(in, units, sizeof *level->first);
    level->size = array(in, units, sizeof *level->size);
    level->take = array(in, units, sizeof *level->take);
    level->ratio = array(in, units, sizeof *level->ratio);
    level->lambda = array(in, units, sizeof *level->lambda);
    uint32_t *first = array(in, stage->strata, sizeof *first);
    memset(first, 0xff, stage->strata * sizeof *first);
    for (size_t unit = 0; unit < units; unit++) {
        uint32_t h = stage->stratum_of_unit[unit];
        first[h] = level->place[unit] < first[h] ? level->place[unit] : first[h];
    }
    for (size_t unit = 0; unit < units; unit++) {
        uint32_t h = stage->stratum_of_unit[unit], at = level->place[unit], n = stage->sampled[h];
        double left = stage->left[h];
        bool rests = left < 1e-7 || n == 1 || stage->share[h] == 0;
        if (n == 1 && left >= 1e-7 && stage->share[h] > 0 && !lonely_level(in, number, in->error))
            return false;
        level->above[at] = above ? above->place[stage->parent[h]] : 0;
        level->first[at] = first[h];
        level->size[at] = n;
        level->take[at] = rests ? 0 : n / 2;
        level->ratio[at] = rests ? 1 : n / floor(n / 2.0);
        level->lambda[at] = rests ? 0 : sqrt(stage->share[h] * left * floor(n / 2.0) / (n - floor(n / 2.0)));
    }
    return true;
}

// Which units of a stratum stay: take of n without replacement, by the first steps of a shuffle.
static void draw_half(const struct level *level, uint32_t first, uint64_t seed, int number, size_t replicate,
                      uint32_t *order, uint8_t *stays)
{
    uint32_t n = level->size[first], take = level->take[first];
    char unit[SURVEY_NUMBER_TEXT];
    survey_format_into(unit, sizeof unit, "%d %u", number + 1, first);
    struct survey_random random = survey_random_at(seed, "preston", unit);
    random.counter[1] = (uint32_t)replicate;
    for (uint32_t i = 0; i < n; i++) {
        order[i] = i;
        stays[first + i] = take == 0;
    }
    for (uint32_t i = 0; i < take; i++) {
        uint32_t k = i + survey_random_below(&random, n - i), chosen = order[k];
        order[k] = order[i];
        order[i] = chosen;
        stays[first + chosen] = 1;
    }
}

// The factor of a unit is 1 + sum over the stages of lambda * (product above of sqrt(n / n*) d) * (n / n* d - 1), d
// being 1 where a unit stays and 0 where it does not (Preston 2009, 3).
static bool make_preston(struct making *in)
{
    struct stats_replicates *to = in->to;
    struct level levels[STATS_STAGES];
    int stages = to->prepared->stages;
    double *sum[STATS_STAGES], *product[STATS_STAGES];
    for (int s = 0; s < stages; s++) {
        if (!make_level(in, s, s ? &levels[s - 1] : NULL, &levels[s]))
            return false;
        sum[s] = array(in, levels[s].units, sizeof **sum);
        product[s] = array(in, levels[s].units, sizeof **product);
    }
    size_t leaves = to->units = levels[stages - 1].units;
    if ((double)to->plan.count * (double)leaves > FACTORS_MOST / 8.0)
        return survey_fail(in->error, SURVEY_ERROR_INPUT, "", _("%zu replicates of %zu units are too many"),
                           to->plan.count, leaves);
    double *factor = array(in, to->plan.count * leaves, sizeof *factor);
    uint32_t *order = array(in, leaves, sizeof *order), *unit_of_row = array(in, to->prepared->design->n, sizeof *unit_of_row);
    uint8_t *stays = array(in, leaves, 1);
    to->count = to->plan.count;
    for (size_t r = 0; r < to->count; r++) {
        for (int s = 0; s < stages; s++)
            for (size_t at = 0; at < levels[s].units; at++) {
                const struct level *level = &levels[s];
                if (level->first[at] == at)
                    draw_half(level, (uint32_t)at, to->plan.seed, s, r, order, stays);
                double above = s ? product[s - 1][level->above[at]] : 1, d = stays[at];
                sum[s][at] = (s ? sum[s - 1][level->above[at]] : 1) + level->lambda[at] * above * (level->ratio[at] * d - 1);
                product[s][at] = above * sqrt(level->ratio[at]) * d;
            }
        memcpy(factor + r * leaves, sum[stages - 1], leaves * sizeof *factor);
    }
    for (size_t row = 0; row < to->prepared->design->n; row++)
        unit_of_row[row] = levels[stages - 1].place[to->prepared->stage[stages - 1].unit_of_row[row]];
    to->unit_of_row = unit_of_row;
    to->factor = factor;
    to->finite = to->prepared->design->fpc[0] != NULL;
    to->scale = 1 / ((double)to->count - 1);
    to->rscales = ones(in, to->count);
    return true;
}

static bool make_as_planned(struct making *in)
{
    switch (in->to->plan.method) {
    case STATS_JK1:
    case STATS_JKN:
        return make_jackknife(in);
    case STATS_BRR:
    case STATS_FAY:
    case STATS_SDR:
        return make_signs(in);
    case STATS_RAO_WU:
    case STATS_CANTY_DAVISON:
        return make_bootstrap(in);
    case STATS_PRESTON:
        return make_preston(in);
    case STATS_GIVEN:
        break;
    }
    return false;
}

// Strata of the first stage in order, and units of them.
static void order_units(struct making *in)
{
    struct stats_replicates *to = in->to;
    const struct stats_stage *stage = in->stage;
    size_t n = to->prepared->design->n, strata = 0;
    uint32_t *stratum = array(in, stage->units, sizeof *stratum), *unit_of_row = array(in, n, sizeof *unit_of_row),
             *number = array(in, stage->units, sizeof *number);
    in->first = array(in, stage->strata, sizeof *in->first);
    in->strata = array(in, stage->strata, sizeof *in->strata);
    for (size_t unit = 0; unit < stage->units; unit++)
        number[in->place[unit]] = stage->stratum_of_unit[unit];
    for (uint32_t at = 0; at < stage->units; at++) {
        if (at == 0 || number[at] != number[at - 1]) {
            in->first[strata] = at;
            in->strata[strata++] = number[at];
        }
        stratum[at] = (uint32_t)strata - 1;
    }
    in->first[strata] = (uint32_t)stage->units;
    for (size_t row = 0; row < n; row++)
        unit_of_row[row] = in->place[stage->unit_of_row[row]];
    to->stratum = stratum;
    to->unit_of_row = unit_of_row;
    to->units = stage->units;
}

bool stats_replicates_make(const struct stats_prepared *prepared, const struct stats_replicate_plan *plan,
                           struct stats_replicates **made, struct survey_error *error)
{
    for (int stage = 0; stage < prepared->stages; stage++)
        if (prepared->stage[stage].chance)
            return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                               _("replicates take units drawn with unequal probabilities as drawn with replacement"));
    struct survey_arena *arena = survey_arena_new();
    struct stats_replicates *to = survey_arena_alloc(arena, sizeof *to);
    *to = (struct stats_replicates){.arena = arena, .plan = *plan, .prepared = prepared, .scale = 1};
    to->finite = prepared->stages == 1 && prepared->design->fpc[0];
    struct making in = {.to = to, .stage = &prepared->stage[0], .error = error};
    in.place = places(prepared, 0, NULL, plan->method == STATS_SDR, arena);
    if (plan->method != STATS_PRESTON)
        order_units(&in);
    bool done = make_as_planned(&in);
    if (done && !to->count)
        done = survey_fail(error, SURVEY_ERROR_INPUT, "", "%s",
                           _("no stratum has two PSUs, so there is nothing to replicate"));
    if (done)
        *made = to;
    else
        survey_arena_free(arena);
    return done;
}

void stats_replicates_free(struct stats_replicates *replicates)
{
    if (replicates)
        survey_arena_free(replicates->arena);
}
