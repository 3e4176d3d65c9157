// SPDX-License-Identifier: GPL-3.0-or-later
// Weight and design of each response beside its answers, so that other programs can set up the survey.
#include "output/export.h"

#include "stats/data/dataset.h"
#include "survey/base/arena.h"
#include "survey/base/number.h"
#include "survey/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_COLUMNS = 2 + 3 * STATS_STAGES };

// A column: numbers of one array of the design.
struct source {
    const double *numbers;
    const uint32_t *labels;
    char text[SURVEY_NUMBER_TEXT];
};

struct output_design {
    struct stats_dataset *dataset;
    const struct stats_design *design;
    struct survey_arena *arena;
    struct survey_map rows; // response -> row + 1
    struct survey_export_column columns[MOST_COLUMNS];
    struct source sources[MOST_COLUMNS];
    size_t count;
};

static void add(struct output_design *d, const char *name, const char *label, const double *numbers, const uint32_t *labels)
{
    d->sources[d->count] = (struct source){.numbers = numbers, .labels = labels};
    d->columns[d->count++] = (struct survey_export_column){.name = name, .label = label, .question = "",
                                                           .type = SURVEY_EXPORT_NUMBER};
}

// Whether a stage has a finite population everywhere: only then can other programs be told.
static bool plain(const struct stats_design *design, int stage)
{
    for (int s = 0; s <= stage; s++)
        for (size_t i = 0; i < design->n; i++)
            if (!design->fpc[s] || !isfinite(design->fpc[s][i]))
                return false;
    return true;
}

static void name_columns(struct output_design *d)
{
    const struct stats_design *design = d->design;
    add(d, "design_weight", stats_dataset_weighted(d->dataset) ? _("Weight after the last step")
                                                               : _("Base weight (weights have not been computed)"),
        design->weight, NULL);
    if (design->stratum)
        add(d, "design_stratum", _("Stratum of the first stage, as estimates use it"), NULL, design->stratum);
    for (int stage = 0; stage < design->stages; stage++) {
        bool last = stage > 0 && !plain(design, stage - 1); // nothing below a stage without fpc counts
        if (last)
            break;
        if (stage && design->substratum[stage])
            add(d, survey_arena_format(d->arena, "design_stratum%d", stage + 1),
                survey_arena_format(d->arena, _("Stratum of stage %d"), stage + 1), NULL, design->substratum[stage]);
        if (design->unit[stage])
            add(d, stage ? survey_arena_format(d->arena, "design_psu%d", stage + 1) : "design_psu",
                survey_arena_format(d->arena, _("Sampled unit of stage %d"), stage + 1), NULL, design->unit[stage]);
        if (plain(design, stage))
            add(d, stage ? survey_arena_format(d->arena, "design_fpc%d", stage + 1) : "design_fpc",
                survey_arena_format(d->arena, _("Units in the stratum at stage %d"), stage + 1), design->fpc[stage], NULL);
    }
}

static void fill(void *user, const char *response, struct survey_export_value *values)
{
    struct output_design *d = user;
    const struct survey_map_entry *entry = survey_map_find(&d->rows, response);
    for (size_t i = 0; entry && i < d->count; i++) {
        struct source *source = &d->sources[i];
        size_t row = (size_t)entry->number;
        survey_number_text(source->numbers ? source->numbers[row] : source->labels[row] + 1.0, source->text);
        values[i] = (struct survey_export_value){source->text, SURVEY_PRESENT};
    }
}

struct output_design *output_design_open(struct survey_store *store, const struct survey_actor *actor,
                                         struct survey_export *export, struct survey_error *error)
{
    struct stats_dataset *dataset;
    if (!stats_dataset_open(store, actor, export->form, &dataset, error))
        return NULL;
    struct output_design *d = survey_alloc(sizeof *d);
    *d = (struct output_design){.dataset = dataset, .design = stats_dataset_design(dataset), .arena = survey_arena_new()};
    for (size_t i = 0; i < stats_dataset_rows(dataset); i++)
        survey_map_put(&d->rows, d->arena, stats_dataset_response(dataset, i), NULL)->number = (int64_t)i;
    name_columns(d);
    export->more = d->columns;
    export->more_count = d->count;
    export->fill = fill;
    export->user = d;
    return d;
}

void output_design_close(struct output_design *d)
{
    if (!d)
        return;
    survey_map_clear(&d->rows);
    survey_arena_free(d->arena);
    stats_dataset_free(d->dataset);
    free(d);
}
