// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of a CSV file or of an evaluation file, for `estimate`.
#include "stats/source.h"

#include "stats/data/coder.h"
#include "stats/estimate/replicate.h"
#include "stats/estimate/variance.h"
#include "stats/weight/weight.h"
#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/number.h"
#include "survey/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool stats_source_is_evaluation(const char *path)
{
    char start[16] = "";
    FILE *file = fopen(path, "rb");
    size_t length = file ? fread(start, 1, sizeof start, file) : 0;
    if (file)
        fclose(file);
    return length == sizeof start && memcmp(start, "SQLite format 3", 16) == 0;
}

bool stats_source_open_table(struct stats_source *source, const char *path,
                             const struct stats_design_columns *columns, struct survey_error *error)
{
    double *weight;
    *source = (struct stats_source){.arena = survey_arena_new(), .is_table = true, .design.confidence = 0.95};
    source->path = survey_arena_strdup(source->arena, path);
    if (!stats_table_open(source->arena, path, &source->table, error) ||
        !stats_table_design(&source->table, columns, &source->design, &weight, error))
        return false;
    source->rows = source->table.rows;
    source->weights = columns->weight
                          ? survey_arena_format(source->arena, _("weights: column %s"), columns->weight)
                      : columns->fpc_count ? _("weights: population over sample in each stage")
                                           : _("weights: none, each row counts 1");
    return true;
}

bool stats_source_open_evaluation(struct stats_source *source, const char *path,
                                  const struct survey_actor *actor, const char *form, bool rows,
                                  struct survey_error *error)
{
    *source = (struct stats_source){.arena = survey_arena_new()};
    source->path = survey_arena_strdup(source->arena, path);
    source->actor = actor;
    if (!survey_store_open(path, SURVEY_STORE_READ, &source->store, error) ||
        !(rows ? stats_dataset_open : stats_dataset_open_columns)(source->store, actor, form, &source->dataset, error))
        return false;
    source->rows = stats_dataset_rows(source->dataset);
    source->design = *stats_dataset_design(source->dataset);
    source->weights = stats_dataset_weighted(source->dataset)
                          ? _("weights: the last step of the weights sheet")
                          : _("weights: base weights");
    return source->rows > 0 ||
           survey_fail(error, SURVEY_ERROR_INPUT, path, _("round %s has no complete response yet"),
                       stats_dataset_round(source->dataset));
}

bool stats_source_prepare(struct stats_source *source, struct survey_error *error)
{
    source->design.prepared = NULL;
    if (!stats_prepare(&source->design, &source->prepared, error)) {
        if (error && !*error->where)
            survey_format_into(error->where, sizeof error->where, "%s", source->path);
        return false;
    }
    source->design.prepared = source->prepared;
    return true;
}

// A sheet of base weights alone has nothing to repeat.
static bool reweigh(struct stats_source *source, const struct stats_replicate_plan *plan, struct survey_error *error)
{
    struct stats_replicates *made;
    const struct survey_sheet *sheet = survey_store_plan(source->store, "weights");
    if (!sheet || sheet->rows < 3)
        return true;
    if (plan->method == STATS_PRESTON)
        return survey_fail(error, SURVEY_ERROR_INPUT, source->path, "%s",
                           _("Preston's bootstrap says nothing of units that were not interviewed, so the weights sheet "
                             "cannot be carried out in it; use jkn or bootstrap"));
    if (!stats_weigh_replicates(source->store, source->actor, source->dataset, source->replicates, &made, error))
        return false;
    stats_replicates_free(source->replicates);
    source->replicates = made;
    return true;
}

static bool adds_nothing(const struct stats_stage *stage)
{
    for (size_t stratum = 0; stratum < stage->strata; stratum++)
        if (stage->share[stratum] > 0 && stage->left[stratum] >= 1e-7)
            return false;
    return true;
}

static bool prepare_again(struct stats_source *source, struct survey_error *error)
{
    stats_prepared_free(source->prepared);
    source->prepared = NULL;
    return stats_source_prepare(source, error);
}

// Replicates take PPS stages as drawn with replacement, below which there is nothing.
static bool forget_chances(struct stats_source *source, struct survey_error *error)
{
    struct stats_design *design = &source->design;
    bool any = false;
    for (int stage = 0; stage < STATS_STAGES; stage++) {
        any = any || design->chance[stage];
        design->chance[stage] = NULL;
    }
    if (any && !prepare_again(source, error))
        return false;
    int stages = any ? source->prepared->stages : design->stages;
    while (any && stages > 1 && adds_nothing(&source->prepared->stage[stages - 1]))
        stages--;
    if (stages == design->stages)
        return true;
    design->stages = stages;
    return prepare_again(source, error);
}

bool stats_source_replicate(struct stats_source *source, const struct stats_replicate_plan *plan,
                            struct survey_error *error)
{
    if (plan->method == STATS_SDR && !source->is_table)
        return survey_fail(error, SURVEY_ERROR_INPUT, source->path, "%s",
                           _("successive differences need rows in the order of the draw, which an evaluation file "
                             "does not keep; use jkn or bootstrap"));
    if (!forget_chances(source, error) || !stats_replicates_make(source->prepared, plan, &source->replicates, error))
        return false;
    if (source->dataset && stats_dataset_weighted(source->dataset) && !reweigh(source, plan, error))
        return false;
    source->design.replicates = source->replicates;
    return true;
}

void stats_source_close(struct stats_source *source)
{
    stats_replicates_free(source->replicates);
    stats_prepared_free(source->prepared);
    stats_dataset_free(source->dataset);
    survey_store_close(source->store);
    survey_arena_free(source->arena);
}

// The name that is all of an expression: q1, ${q1}, frame('county').
static const char *lone_name(struct survey_arena *arena, const char *expression)
{
    size_t length = strlen(expression);
    if (length > 3 && strncmp(expression, "${", 2) == 0 && expression[length - 1] == '}' &&
        !memchr(expression + 2, '}', length - 3))
        return survey_arena_strndup(arena, expression + 2, length - 3);
    if (length > 9 && strncmp(expression, "frame('", 7) == 0 && strcmp(expression + length - 2, "')") == 0 &&
        !memchr(expression + 7, '\'', length - 9))
        return survey_arena_strndup(arena, expression + 7, length - 9);
    return expression;
}

// The texts under a lone name, by code; false where the name is neither column nor question.
static bool lone_texts(struct stats_source *source, const char *expression, struct stats_codes *codes,
                       const char *const **texts)
{
    const char *name = lone_name(source->arena, expression);
    if (!source->is_table)
        return (strncmp(expression, "frame(", 6) != 0 && stats_dataset_texts(source->dataset, name, false, codes, texts)) ||
               stats_dataset_texts(source->dataset, name, true, codes, texts);
    int column = stats_table_find(&source->table, name);
    if (column < 0)
        return false;
    struct stats_coder coder = stats_coder(source->arena, source->rows);
    const char **made;
    for (size_t row = 0; row < source->rows; row++) {
        const char *text = stats_table_text(&source->table, row, (uint32_t)column);
        if (*text && strcmp(text, "NA") != 0)
            stats_coder_put(&coder, row, text);
    }
    stats_coder_end(&coder, codes, &made);
    *texts = made;
    return true;
}

// A choice among several answers is no level of its own: "milk egg" and "egg milk" are the same.
static bool is_single(const struct stats_source *source, const char *expression, struct survey_error *error)
{
    const char *name = lone_name(source->arena, expression);
    const struct survey_item *item = source->is_table || strncmp(expression, "frame(", 6) == 0
                                         ? NULL
                                         : survey_form_find(stats_dataset_form(source->dataset), name);
    if (!item || item->type != SURVEY_TYPE_SELECT_MULTIPLE)
        return true;
    return survey_fail(error, SURVEY_ERROR_INPUT, source->path,
                       _("'%s' has several answers at once: ask for one choice, as selected(${%s}, '%s')"), name, name,
                       item->list && item->list->count ? item->list->choices[0].name : "");
}

bool stats_source_levels(struct stats_source *source, const char *name, struct stats_source_levels *levels,
                         bool *lone, bool *numbers, struct survey_error *error)
{
    const char *const *texts;
    struct stats_levels found;
    double number;
    *lone = lone_texts(source, name, &levels->codes, &texts);
    *numbers = true;
    if (!*lone)
        return true;
    if (!is_single(source, name, error))
        return false;
    stats_levels_of(source->arena, texts, levels->codes.count, &found);
    levels->count = found.count;
    levels->names = found.names;
    levels->of_code = found.of_row;
    for (size_t i = 0; *numbers && i < levels->count; i++)
        *numbers = survey_number_parse(levels->names[i], strlen(levels->names[i]), &number);
    return levels->count > 0 ||
           survey_fail(error, SURVEY_ERROR_INPUT, source->path, _("'%s' is blank in every row"), name);
}

bool stats_source_numbers(struct stats_source *source, const char *expression, struct stats_values *values)
{
    bool frame = source->is_table || strncmp(expression, "frame(", 6) == 0;
    *values = (struct stats_values){.y = frame ? NULL : stats_dataset_numbers(source->dataset, lone_name(source->arena, expression))};
    return values->y != NULL;
}

bool stats_source_values(struct stats_source *source, const char *expression, const char *where,
                         struct stats_values *values, struct survey_error *error)
{
    if (source->is_table) {
        double *y = survey_arena_array(source->arena, source->rows, sizeof *y);
        *values = (struct stats_values){.y = y};
        return stats_table_evaluate(&source->table, expression, where, y, error);
    }
    if (stats_source_numbers(source, expression, values))
        return true;
    const char *name = expression;
    bool bare = *name && !strpbrk(name, " ${}()'\"<>=!+*/,|[]") && !(*name >= '0' && *name <= '9');
    if (bare && stats_dataset_answer(source->dataset, name, 0, NULL))
        expression = survey_arena_format(source->arena, "${%s}", name);
    else if (bare && stats_dataset_frame(source->dataset, name, 0))
        expression = survey_arena_format(source->arena, "frame('%s')", name);
    return stats_dataset_values(source->dataset, expression, where, source->arena, values, error);
}
