// SPDX-License-Identifier: GPL-3.0-or-later
// Two rounds of an evaluation file as the rows of one design.
#include "stats/ask_change.h"
#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/map.h"

#include <math.h>

struct stack {
    struct survey_arena *arena;
    struct survey_map labels; // name -> number
    struct stats_design *design;
    double *weight, *fpc[STATS_STAGES], *chance[STATS_STAGES];
    uint32_t *stratum, *unit[STATS_STAGES], *substratum[STATS_STAGES];
    const char **names; // of strata, by label
};

static uint32_t label(struct stack *stack, const char *text)
{
    bool added;
    struct survey_map_entry *entry = survey_map_put(&stack->labels, stack->arena, text, &added);
    if (added)
        entry->number = (int64_t)stack->labels.count;
    return (uint32_t)entry->number;
}

// Names of a row's stratum and units. Where nothing was drawn a unit is that of the response, if it
// is known.
static const char *unit_name(const struct stats_source *source, int which, int stage, size_t row)
{
    const char *drawn = stats_dataset_label(source->dataset, source->design.unit[stage][row]),
               *unit = stats_dataset_unit(source->dataset, row);
    return source->design.stratum ? drawn
           : *unit                ? survey_arena_format(source->arena, "alone\x1f%s", unit)
                   : survey_arena_format(source->arena, "row\x1f%d\x1f%zu", which, row);
}

static void put_row(struct stack *stack, const struct stats_source *source, int which, size_t row,
                    size_t at)
{
    const struct stats_design *from = &source->design;
    stack->weight[at] = from->weight[row];
    stack->stratum[at] = label(
        stack, from->stratum ? stats_dataset_label(source->dataset, from->stratum[row]) : "all");
    for (int stage = 0; stage < STATS_STAGES; stage++) {
        if (stage >= from->stages) { // one unit of one: adds nothing
            stack->unit[stage][at] = stack->substratum[stage][at] = stack->unit[stage - 1][at];
            stack->fpc[stage][at] = 1;
            continue;
        }
        stack->unit[stage][at] = label(stack, unit_name(source, which, stage, row));
        stack->substratum[stage][at] =
            from->substratum[stage]
                ? label(stack, stats_dataset_label(source->dataset, from->substratum[stage][row]))
                : stack->stratum[at];
        stack->fpc[stage][at] = from->fpc[stage] ? from->fpc[stage][row] : (double)INFINITY;
        stack->chance[stage][at] = from->chance[stage] ? from->chance[stage][row] : 0;
    }
}

static void make_room(struct stack *stack, size_t n)
{
    stack->weight = survey_arena_array(stack->arena, n, sizeof *stack->weight);
    stack->stratum = survey_arena_array(stack->arena, n, sizeof *stack->stratum);
    for (int stage = 0; stage < STATS_STAGES; stage++) {
        stack->unit[stage] = survey_arena_array(stack->arena, n, sizeof **stack->unit);
        stack->substratum[stage] = survey_arena_array(stack->arena, n, sizeof **stack->substratum);
        stack->fpc[stage] = survey_arena_array(stack->arena, n, sizeof **stack->fpc);
        stack->chance[stage] = survey_arena_array(stack->arena, n, sizeof **stack->chance);
    }
}

static void name_strata(struct stack *stack, const struct stats_source *source, size_t from)
{
    const struct stats_design *design = &source->design;
    for (size_t row = 0; row < source->rows && design->stratum_names; row++)
        stack->names[stack->stratum[from + row]] =
            survey_arena_strdup(stack->arena, design->stratum_names[design->stratum[row]]);
}

void effect_stack(const struct stats_source *const sources[2], struct survey_arena *arena,
                  struct stats_design *design, uint8_t **round)
{
    size_t first = sources[0]->rows, n = first + sources[1]->rows;
    struct stack stack = {.arena = arena, .design = design};
    make_room(&stack, n);
    *round = survey_arena_array(arena, n, 1);
    for (int which = 0; which < 2; which++)
        for (size_t row = 0; row < sources[which]->rows; row++) {
            size_t at = which ? first + row : row;
            put_row(&stack, sources[which], which, row, at);
            (*round)[at] = (uint8_t)(which + 1);
        }
    stack.names = survey_arena_array(arena, stack.labels.count + 1, sizeof *stack.names);
    for (size_t i = 0; i <= stack.labels.count; i++)
        stack.names[i] = "";
    name_strata(&stack, sources[0], 0);
    name_strata(&stack, sources[1], first);
    *design = sources[1]->design;
    design->n = n;
    design->prepared = NULL;
    design->weight = stack.weight;
    design->stratum = stack.stratum;
    design->stratum_names = stack.names;
    design->stages = sources[0]->design.stages > sources[1]->design.stages
                         ? sources[0]->design.stages
                         : sources[1]->design.stages;
    for (int stage = 0; stage < STATS_STAGES; stage++) {
        bool used = stage < design->stages, finite = false, chances = false;
        for (size_t at = 0; used && at < n; at++) {
            finite = finite || isfinite(stack.fpc[stage][at]);
            chances = chances || stack.chance[stage][at] > 0;
        }
        design->unit[stage] = used ? stack.unit[stage] : NULL;
        design->substratum[stage] = used && stage > 0 ? stack.substratum[stage] : NULL;
        design->fpc[stage] = finite ? stack.fpc[stage] : NULL;
        design->chance[stage] = chances ? stack.chance[stage] : NULL;
    }
    survey_map_clear(&stack.labels);
}
