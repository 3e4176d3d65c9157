// SPDX-License-Identifier: GPL-3.0-or-later
// Drawing. Units of a stage are gathered from the frame's rows under the units drawn above, grouped by
// plan row, parent and stratum, and each group is drawn by itself.
//
// Systematic: a random start r in (0, k], k = N/n, then every k-th unit of the sorted list; pi = n/N.
// PPS systematic: the same on the cumulated probabilities of the units that are not certain (Madow 1949). The other PPS methods
// are in unequal.c.
#include "survey/sample/draw.h"

#include "survey/base/arena.h"
#include "survey/base/number.h"
#include "survey/base/random.h"
#include "survey/base/text.h"
#include "survey/sample/unequal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct unit {
    const char *id;
    size_t row;  // first row of the frame
    double measure;
    double u;    // its permanent random number in this stratum
    double probability;
    bool selected;
};

struct group {
    const struct survey_draw_row *plan;
    const char *parent; // NULL at stage 1
    const char *stratum;
    double chain;       // of the parent
    struct unit *units;
    size_t count, capacity;
};

struct stage {
    const struct survey_draw_plan *plan;
    const struct survey_frame *frame;
    struct survey_arena *arena;
    struct survey_draw *draw;
    struct survey_error *error;
    uint64_t seed;
    const char *round;
    size_t turn;
    int stage;
    size_t parent_column;
    struct survey_map parents; // unit drawn above -> index in draw->units
    struct survey_map groups;  // key -> struct group
    struct survey_map seen;    // unit -> number: plan row (as counted) that took it
    struct survey_map places;  // group and unit -> number: index in the group
};

static const char *stratum_of(const struct stage *stage, const struct survey_draw_row *plan, size_t row)
{
    struct survey_buffer text = SURVEY_BUFFER(4096);
    for (size_t i = 0; i < plan->strata_count; i++)
        survey_format(&text, "%s%s", i ? "|" : "", survey_frame_cell(stage->frame, row, plan->strata[i]));
    const char *kept = survey_arena_strdup(stage->arena, survey_buffer_string(&text));
    survey_buffer_clear(&text);
    return kept;
}

static struct group *group_of(struct stage *stage, const struct survey_draw_row *plan, const char *parent, double chain, size_t row,
                              const char **key)
{
    const char *stratum = stratum_of(stage, plan, row);
    bool added;
    *key = survey_arena_format(stage->arena, "%u\x1f%s\x1f%s", plan->row, parent ? parent : "", stratum);
    struct survey_map_entry *entry = survey_map_put(&stage->groups, stage->arena, *key, &added);
    if (added) {
        struct group *group = survey_arena_alloc(stage->arena, sizeof *group);
        *group = (struct group){.plan = plan, .parent = parent, .stratum = stratum, .chain = chain};
        entry->value = group;
    }
    return entry->value;
}

static bool bad_measure(struct stage *stage, const struct survey_draw_row *plan, const char *id, const char *text)
{
    char where[64];
    survey_format_into(where, sizeof where, "sample!%u", plan->row);
    return survey_fail(stage->error, SURVEY_ERROR_INPUT, where, _("unit '%s' has the size '%s'; PPS needs a number above 0"), id, text);
}

static bool add_unit(struct stage *stage, struct group *group, const char *key, size_t row)
{
    const struct survey_draw_row *plan = group->plan;
    const char *id = survey_frame_cell(stage->frame, row, plan->unit);
    bool added;
    struct survey_map_entry *entry =
        survey_map_put(&stage->places, stage->arena, survey_arena_format(stage->arena, "%s\x1f%s", key, id), &added);
    if (!added) { // another row of the frame below the same unit
        if (plan->measure < 0)
            group->units[entry->number].measure++;
        return true;
    }
    if (group->count == group->capacity) {
        group->capacity = group->capacity ? group->capacity * 2 : 16;
        group->units = survey_realloc(group->units, group->capacity, sizeof *group->units);
    }
    entry->number = (int64_t)group->count;
    struct unit *unit = &group->units[group->count++];
    *unit = (struct unit){.id = id, .row = row, .measure = 1};
    if (plan->measure >= 0) {
        const char *text = survey_frame_cell(stage->frame, row, (size_t)plan->measure);
        if (!survey_number_parse(text, strlen(text), &unit->measure) || unit->measure <= 0)
            return plan->method < SURVEY_DRAW_PPS || bad_measure(stage, plan, id, text);
    }
    return true;
}

// A unit may be drawn by one row of the plan only, and whole.
static bool claim(struct stage *stage, const struct survey_draw_row *plan, const char *id)
{
    bool added;
    struct survey_map_entry *entry = survey_map_put(&stage->seen, stage->arena, id, &added);
    if (added)
        entry->number = plan->row;
    char where[64];
    survey_format_into(where, sizeof where, "sample!%u", plan->row);
    return entry->number == plan->row ||
           survey_fail(stage->error, SURVEY_ERROR_INPUT, where,
                       _("unit '%s' of stage %d is matched by row %lld too; the conditions of a stage must not overlap"), id, stage->stage,
                       (long long)entry->number);
}

static bool gather_row(struct stage *stage, size_t row)
{
    const char *parent = NULL;
    double chain = 1;
    if (stage->stage > 1) {
        parent = survey_frame_cell(stage->frame, row, stage->parent_column);
        const struct survey_map_entry *above = survey_map_find(&stage->parents, parent);
        if (!above)
            return true;
        chain = stage->draw->units[above->number].chain;
        parent = stage->draw->units[above->number].unit;
    }
    for (size_t i = 0; i < stage->plan->count; i++) {
        const struct survey_draw_row *plan = &stage->plan->rows[i];
        bool meets;
        if (plan->stage != stage->stage)
            continue;
        if (!survey_frame_meets(stage->frame, row, plan->where, &meets, stage->error))
            return false;
        if (!meets)
            continue;
        const char *id = survey_frame_cell(stage->frame, row, plan->unit), *key;
        if (!*id)
            return survey_fail(stage->error, SURVEY_ERROR_INPUT, "", _("unit '%s' has no '%s' to be drawn by"),
                               survey_frame_cell(stage->frame, row, 0), stage->frame->columns[plan->unit]);
        struct group *group = group_of(stage, plan, parent, chain, row, &key);
        if (!claim(stage, plan, id) || !add_unit(stage, group, key, row))
            return false;
    }
    return true;
}

// --- drawing one group --------------------------------------------------------------------------

struct order {
    const struct stage *stage;
    const struct survey_draw_row *plan;
};

// Numbers by size, texts by their bytes.
static int compare_cells(const char *a, const char *b)
{
    double x, y;
    if (survey_number_parse(a, strlen(a), &x) && survey_number_parse(b, strlen(b), &y))
        return (x > y) - (x < y);
    return strcmp(a, b);
}

static int by_sort(const void *a, const void *b, void *state)
{
    const struct order *order = state;
    const struct unit *x = a, *y = b;
    for (size_t i = 0; i < order->plan->sort_count; i++) {
        const struct survey_frame *frame = order->stage->frame;
        int found = compare_cells(survey_frame_cell(frame, x->row, order->plan->sort[i]), survey_frame_cell(frame, y->row, order->plan->sort[i]));
        if (found)
            return found;
    }
    return strcmp(x->id, y->id);
}

static int by_number(const void *a, const void *b, void *state)
{
    const struct unit *x = a, *y = b;
    (void)state;
    return x->u != y->u ? (x->u > y->u) - (x->u < y->u) : strcmp(x->id, y->id);
}

// What a number is for. Units of rows with an overlap have one number at each stage, whatever the round and the row.
static const char *purpose(const struct stage *stage, const struct group *group, const char *what)
{
    const struct survey_draw_row *plan = group->plan;
    if (isnan(plan->overlap))
        return survey_arena_format(stage->arena, "sample/%s/%d/%u/%s", stage->round, plan->stage, plan->row, what);
    bool of_unit = strcmp(what, "unit") == 0 || strcmp(what, "pick") == 0;
    return of_unit ? survey_arena_format(stage->arena, "permanent/%d/%s", plan->stage, what)
                   : survey_arena_format(stage->arena, "permanent/%d/%u/%s", plan->stage, plan->row, what);
}

static double start_of(const struct stage *stage, const struct group *group)
{
    const char *unit = survey_arena_format(stage->arena, "%s\x1f%s", group->parent ? group->parent : "", group->stratum);
    struct survey_random random = survey_random_at(stage->seed, purpose(stage, group, "start"), unit);
    return survey_random_unit(&random);
}

// How far a round's sample begins behind that of the round before, in the order of permanent numbers.
static size_t shift_of(double overlap, size_t n)
{
    return isnan(overlap) ? 0 : (size_t)floor((1 - overlap) * (double)n + 0.5);
}

double survey_draw_planned(double overlap, size_t population, size_t taken)
{
    size_t shift = shift_of(overlap, taken), again = population - shift; // the circle, the other way round
    double kept = shift < taken ? (double)(taken - shift) : 0;
    return fmin((double)taken, kept + (again < taken ? (double)(taken - again) : 0));
}

// Reserves are then taken from behind what the next round will begin with, last of all what it will take.
static void draw_srs(const struct stage *stage, struct group *group, size_t n)
{
    size_t count = group->count, shift = shift_of(group->plan->overlap, n), start = stage->turn * shift % count; // both under 2^32
    qsort_r(group->units, count, sizeof *group->units, by_number, NULL);
    if (start) {
        struct unit *turned = survey_realloc(NULL, count, sizeof *turned);
        memcpy(turned, group->units + start, (count - start) * sizeof *turned);
        memcpy(turned + count - start, group->units, start * sizeof *turned);
        memcpy(group->units, turned, count * sizeof *turned);
        free(turned);
    }
    for (size_t i = 0; i < count; i++) {
        group->units[i].probability = (double)n / (double)count;
        group->units[i].selected = i < n;
        if (!isnan(group->plan->overlap))
            group->units[i].u = (double)((i + count - (n + shift) % count) % count) / (double)count;
    }
}

static void draw_systematic(struct stage *stage, struct group *group, size_t n)
{
    struct order order = {stage, group->plan};
    double interval = (double)group->count / (double)n, start = start_of(stage, group) * interval;
    qsort_r(group->units, group->count, sizeof *group->units, by_sort, &order);
    for (size_t i = 0; i < group->count; i++)
        group->units[i].probability = (double)n / (double)group->count;
    for (size_t i = 0; i < n; i++) {
        size_t place = (size_t)floor(start + (double)i * interval);
        group->units[place < group->count ? place : group->count - 1].selected = true;
    }
}

static void mark_systematic(const struct stage *stage, const struct group *group, const double *p, size_t count, size_t n, bool *selected)
{
    double next = start_of(stage, group), sum = 0;
    size_t left = n;
    for (size_t i = 0; i < count; i++) {
        sum += p[i];
        selected[i] = left > 0 && (next < sum || count - i == left); // the latter where rounding ate the end
        next += selected[i];
        left -= selected[i];
    }
}

static bool too_large(const struct stage *stage, const struct group *group, size_t n)
{
    char where[64];
    survey_format_into(where, sizeof where, "sample!%u", group->plan->row);
    return survey_fail(stage->error, SURVEY_ERROR_INPUT, where,
                       _("'%s' draws from strata in which units times units to draw are at most %d; here are %zu and %zu"),
                       survey_draw_method_name(group->plan->method),
                       group->plan->method == SURVEY_DRAW_SAMPFORD ? (int)SURVEY_UNEQUAL_MOST : (int)SURVEY_UNEQUAL_STEPS, group->count, n);
}

// Marks n units of those that are not certain, p and their places in the group being given.
static bool mark(const struct stage *stage, const struct group *group, const double *p, const size_t *of, size_t count, size_t n,
                 bool *selected)
{
    const char *address = survey_arena_format(stage->arena, "%s\x1f%s", group->parent ? group->parent : "", group->stratum);
    struct survey_random random = survey_random_at(stage->seed, purpose(stage, group, "steps"), address);
    double *u;
    if (group->plan->method > SURVEY_DRAW_SAMPFORD && count > SURVEY_UNEQUAL_STEPS / n)
        return too_large(stage, group, n);
    switch (group->plan->method) {
    case SURVEY_DRAW_BREWER:
        survey_unequal_brewer(p, count, n, &random, selected);
        return true;
    case SURVEY_DRAW_MIDZUNO:
        survey_unequal_midzuno(p, count, n, &random, selected);
        return true;
    case SURVEY_DRAW_SAMPFORD:
        // Numbers of their own: reserves go by u, which must say nothing of why a unit was left.
        u = survey_arena_array(stage->arena, count, sizeof *u);
        address = purpose(stage, group, "pick");
        for (size_t i = 0; i < count; i++) {
            random = survey_random_at(stage->seed, address, group->units[of[i]].id);
            u[i] = survey_random_unit(&random);
        }
        return survey_unequal_sampford(p, count, n, u, selected) || too_large(stage, group, n);
    case SURVEY_DRAW_ALL:
    case SURVEY_DRAW_SRS:
    case SURVEY_DRAW_SYSTEMATIC:
    case SURVEY_DRAW_PPS:
        break;
    }
    mark_systematic(stage, group, p, count, n, selected);
    return true;
}

static bool draw_pps(struct stage *stage, struct group *group, size_t n)
{
    struct order order = {stage, group->plan};
    size_t count = group->count, rest = 0, *of = survey_arena_array(stage->arena, count, sizeof *of);
    double *size = survey_arena_array(stage->arena, count, sizeof *size), *p = survey_arena_array(stage->arena, count, sizeof *p);
    bool *selected = survey_arena_array(stage->arena, count, sizeof *selected);
    qsort_r(group->units, count, sizeof *group->units, by_sort, &order);
    for (size_t i = 0; i < count; i++)
        size[i] = group->units[i].measure;
    size_t certain = survey_unequal_inclusion(size, count, n, p);
    for (size_t i = 0; i < count; i++) {
        group->units[i].probability = p[i];
        group->units[i].selected = p[i] >= 1;
        if (p[i] < 1) {
            of[rest] = i;
            p[rest++] = p[i];
        }
    }
    if (certain < n && !mark(stage, group, p, of, rest, n - certain, selected))
        return false;
    for (size_t i = 0; certain < n && i < rest; i++)
        group->units[of[i]].selected = selected[i];
    return true;
}

static size_t amount(double number, double share, size_t population)
{
    double wanted = share > 0 ? ceil(share * (double)population - 1e-9) : number;
    return wanted >= (double)population ? population : (size_t)(wanted + 0.5);
}

// The strata of stage 1 as they were drawn, for joint probabilities.
static void keep_group(struct stage *stage, const struct group *group, size_t taken)
{
    struct survey_draw *draw = stage->draw;
    if (stage->stage > 1)
        return;
    if (draw->group_count == draw->group_capacity) {
        draw->group_capacity = draw->group_capacity ? draw->group_capacity * 2 : 16;
        draw->groups = survey_realloc(draw->groups, draw->group_capacity, sizeof *draw->groups);
    }
    double *probability = survey_arena_array(stage->arena, group->count, sizeof *probability);
    for (size_t i = 0; i < group->count; i++)
        probability[i] = group->units[i].probability;
    draw->groups[draw->group_count++] = (struct survey_draw_group){taken == group->count ? SURVEY_DRAW_ALL : group->plan->method,
                                                                   group->plan->row, probability, group->count};
}

static void emit(struct stage *stage, const struct group *group, const struct unit *unit, bool selected, size_t position, size_t taken)
{
    struct survey_draw *draw = stage->draw;
    if (draw->count == draw->capacity) {
        draw->capacity = draw->capacity ? draw->capacity * 2 : 256;
        draw->units = survey_realloc(draw->units, draw->capacity, sizeof *draw->units);
    }
    draw->units[draw->count++] = (struct survey_drawn){.unit = unit->id,
                                                       .parent = group->parent,
                                                       .stratum = group->stratum,
                                                       .plan = group->plan,
                                                       .stage = stage->stage,
                                                       .selected = selected,
                                                       .position = position,
                                                       .probability = unit->probability,
                                                       .chain = group->chain * unit->probability,
                                                       .population = group->count,
                                                       .taken = taken,
                                                       .group = draw->group_count ? draw->group_count - 1 : 0,
                                                       .place = (size_t)(unit - group->units)};
}

static void emit_group(struct stage *stage, struct group *group)
{
    size_t taken = 0, position = 0, reserves = 0;
    for (size_t i = 0; i < group->count; i++)
        taken += group->units[i].selected;
    keep_group(stage, group, taken);
    for (size_t i = 0; i < group->count; i++)
        if (group->units[i].selected)
            emit(stage, group, &group->units[i], true, ++position, taken);
    // Reserves: the units left, in the order of their random numbers.
    size_t wanted = amount(group->plan->reserve, group->plan->reserve_share > 0 ? group->plan->reserve_share * (double)taken / (double)group->count : 0,
                           group->count);
    qsort_r(group->units, group->count, sizeof *group->units, by_number, NULL);
    for (size_t i = 0; i < group->count && reserves < wanted; i++)
        if (!group->units[i].selected && group->units[i].probability > 0)
            emit(stage, group, &group->units[i], false, ++reserves, taken);
}

static bool draw_group(struct stage *stage, struct group *group)
{
    const struct survey_draw_row *plan = group->plan;
    size_t n = plan->method == SURVEY_DRAW_ALL ? group->count : amount(plan->size, plan->share, group->count);
    bool all = n >= group->count;
    if (plan->method != SURVEY_DRAW_ALL && plan->share <= 0 && plan->size > (double)group->count)
        stage->draw->short_strata++;
    const char *address = purpose(stage, group, "unit");
    for (size_t i = 0; i < group->count; i++) {
        struct survey_random random = survey_random_at(stage->seed, address, group->units[i].id);
        group->units[i].u = survey_random_unit(&random);
    }
    if (all || n == 0) {
        struct order order = {stage, plan};
        qsort_r(group->units, group->count, sizeof *group->units, by_sort, &order);
        for (size_t i = 0; i < group->count; i++) {
            group->units[i].selected = n > 0;
            group->units[i].probability = n > 0;
        }
    } else if (plan->method == SURVEY_DRAW_SRS) {
        draw_srs(stage, group, n);
    } else if (plan->method == SURVEY_DRAW_SYSTEMATIC) {
        draw_systematic(stage, group, n);
    } else if (!draw_pps(stage, group, n)) {
        return false;
    }
    emit_group(stage, group);
    return true;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct survey_map_entry *)a)->key, ((const struct survey_map_entry *)b)->key);
}

static bool run_stage(struct stage *stage)
{
    bool done = true;
    for (size_t i = 0; i < stage->draw->count; i++) {
        const struct survey_drawn *unit = &stage->draw->units[i];
        if (unit->stage == stage->stage - 1 && unit->selected)
            survey_map_put(&stage->parents, stage->arena, unit->unit, NULL)->number = (int64_t)i;
    }
    for (size_t i = 0; i < stage->plan->count; i++)
        if (stage->plan->rows[i].stage == stage->stage - 1)
            stage->parent_column = stage->plan->rows[i].unit;
    for (size_t row = 0; done && row < stage->frame->rows; row++)
        done = gather_row(stage, row);
    // Groups in the order of their keys, not of the frame.
    if (done && stage->groups.count)
        qsort(stage->groups.entries, stage->groups.count, sizeof *stage->groups.entries, by_key);
    for (size_t i = 0; i < stage->groups.count; i++) {
        struct group *group = stage->groups.entries[i].value;
        done = done && draw_group(stage, group);
        free(group->units);
    }
    survey_map_clear(&stage->parents);
    survey_map_clear(&stage->groups);
    survey_map_clear(&stage->seen);
    survey_map_clear(&stage->places);
    return done;
}

bool survey_draw_run(const struct survey_draw_plan *plan, const struct survey_frame *frame, uint64_t seed, const char *round, size_t turn,
                     struct survey_arena *arena, struct survey_draw *draw, struct survey_error *error)
{
    *draw = (struct survey_draw){0};
    for (int number = 1; number <= plan->stages; number++) {
        struct stage stage = {.plan = plan, .frame = frame, .arena = arena, .draw = draw, .error = error,
                              .seed = seed, .round = round, .turn = turn, .stage = number};
        if (!run_stage(&stage)) {
            survey_draw_clear(draw);
            return false;
        }
    }
    if (draw->count)
        return true;
    return survey_fail(error, SURVEY_ERROR_INPUT, "", "%s", _("no unit of the frame meets the conditions of the sample sheet"));
}

double survey_draw_pick(uint64_t seed, const char *unit)
{
    struct survey_random random = survey_random_at(seed, "within", unit);
    return floor(survey_random_unit(&random) * 1e6) / 1e6;
}

void survey_draw_clear(struct survey_draw *draw)
{
    free(draw->units);
    free(draw->groups);
    *draw = (struct survey_draw){0};
}
