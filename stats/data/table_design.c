// SPDX-License-Identifier: GPL-3.0-or-later
// The sampling design of a CSV file.
#include "stats/data/table_design.h"

#include "stats/estimate/variance.h"
#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/text.h"

#include <math.h>
#include <string.h>

static bool fail_cell(const struct stats_table *table, size_t row, const char *column,
                      struct survey_error *error, const char *message)
{
    char at[512];
    stats_table_place(table, row, at);
    return survey_fail(error, SURVEY_ERROR_INPUT, at, _("column '%s': %s"), column, message);
}

// The levels of one column, or of several crossed; no cell may be blank.
static bool read_labels(const struct stats_table *table, const char *const *names, size_t count,
                        struct stats_levels *levels, struct survey_error *error)
{
    const char **texts = survey_arena_array(table->arena, table->rows, sizeof *texts);
    for (size_t i = 0; i < count; i++) {
        uint32_t column;
        if (!stats_table_column(table, names[i], &column, error))
            return false;
        for (size_t row = 0; row < table->rows; row++) {
            const char *text = stats_table_text(table, row, column);
            if (!*text)
                return fail_cell(table, row, names[i], error,
                                 _("the cell is blank, but the design needs it"));
            texts[row] = i == 0 ? text : survey_arena_format(table->arena, "%s %s", texts[row], text);
        }
    }
    stats_levels_of(table->arena, texts, table->rows, levels);
    return true;
}

// A PSU label in two strata is one PSU by its name but two by its place: the user must say which.
static bool check_nesting(const struct stats_table *table, const char *name, const struct stats_levels *units,
                          const struct stats_levels *strata, struct survey_error *error)
{
    uint32_t *stratum = survey_arena_array(table->arena, units->count, sizeof *stratum);
    for (size_t row = 0; row < table->rows; row++) {
        uint32_t *seen = &stratum[units->of_row[row]], here = strata->of_row[row] + 1;
        char message[400];
        if (*seen && *seen != here) {
            survey_format_into(message, sizeof message,
                               _("PSU '%.60s' stands in stratum '%.60s' and in '%.60s'; say so (--nest) "
                                 "where labels restart in each stratum"),
                               units->names[units->of_row[row]], strata->names[*seen - 1],
                               strata->names[here - 1]);
            return fail_cell(table, row, name, error, message);
        }
        *seen = here;
    }
    return true;
}

static bool read_units(const struct stats_table *table, const struct stats_design_columns *columns,
                       struct stats_design *design, const struct stats_levels *strata,
                       struct survey_error *error)
{
    if (columns->unit_count > STATS_STAGES)
        return survey_fail(error, SURVEY_ERROR_INPUT, table->path, _("at most %d stages can be taken"),
                           STATS_STAGES);
    design->stages = columns->unit_count ? (int)columns->unit_count : 1;
    for (size_t stage = 0; stage < columns->unit_count; stage++) {
        struct stats_levels levels;
        if (strcmp(columns->units[stage], "1") == 0 && stats_table_find(table, "1") < 0)
            continue;
        if (!read_labels(table, &columns->units[stage], 1, &levels, error))
            return false;
        design->unit[stage] = levels.of_row;
        if (stage == 0 && columns->strata_count && !columns->nest &&
            !check_nesting(table, columns->units[0], &levels, strata, error))
            return false;
    }
    return true;
}

static bool read_weight(const struct stats_table *table, const struct stats_design_columns *columns,
                        double **weight, struct survey_error *error)
{
    uint32_t column;
    if (!stats_table_column(table, columns->weight, &column, error) ||
        !stats_table_numbers(table, column, weight, error))
        return false;
    for (size_t row = 0; row < table->rows; row++) {
        double value = (*weight)[row];
        if (isnan(value))
            return fail_cell(table, row, columns->weight, error, _("the weight is missing"));
        if (value < 0 || isinf(value) || (columns->probability && (value == 0 || value > 1)))
            return fail_cell(table, row, columns->weight, error,
                             columns->probability ? _("a probability is above 0 and at most 1")
                                                  : _("a weight is not negative"));
        if (columns->probability)
            (*weight)[row] = 1 / value;
    }
    return true;
}

// Without a weight column: the product over the stages of N / n in the row's stratum, or of 1 / the unit's probability.
static bool weight_by_population(const struct stats_table *table, const struct stats_design *design,
                                 double *weight, struct survey_error *error)
{
    struct stats_prepared *prepared;
    if (!stats_prepare(design, &prepared, error))
        return false;
    for (int number = 0; number < prepared->stages; number++) {
        const struct stats_stage *stage = &prepared->stage[number];
        for (size_t row = 0; row < table->rows; row++) {
            uint32_t unit = stage->unit_of_row[row], stratum = stage->stratum_of_unit[unit];
            if (stage->chance)
                weight[row] /= stage->chance[unit];
            else if (!isinf(stage->population[stratum]))
                weight[row] *= stage->population[stratum] / stage->sampled[stratum];
        }
    }
    stats_prepared_free(prepared);
    return true;
}

static bool read_fpc(const struct stats_table *table, const struct stats_design_columns *columns, struct stats_design *design,
                     struct survey_error *error)
{
    if (columns->fpc_count > (size_t)design->stages)
        return survey_fail(error, SURVEY_ERROR_INPUT, table->path, "%s",
                           _("there are more fpc columns than stages"));
    for (size_t stage = 0; stage < columns->fpc_count; stage++) {
        uint32_t column;
        double *numbers;
        if (!stats_table_column(table, columns->fpc[stage], &column, error) ||
            !stats_table_numbers(table, column, &numbers, error))
            return false;
        for (size_t row = 0; columns->unequal && row < table->rows; row++)
            if (!(numbers[row] > 0 && numbers[row] <= 1))
                return fail_cell(table, row, columns->fpc[stage], error, _("a probability is above 0 and at most 1"));
        *(columns->unequal ? &design->chance[stage] : &design->fpc[stage]) = numbers;
    }
    return true;
}

bool stats_table_design(const struct stats_table *table, const struct stats_design_columns *columns,
                        struct stats_design *design, double **weight, struct survey_error *error)
{
    struct stats_levels strata = {0};
    design->n = table->rows;
    if (columns->strata_count) {
        if (!read_labels(table, columns->strata, columns->strata_count, &strata, error))
            return false;
        design->stratum = strata.of_row;
        design->stratum_names = strata.names;
    }
    if (!read_units(table, columns, design, &strata, error))
        return false;
    if (!read_fpc(table, columns, design, error))
        return false;
    if (columns->weight) {
        if (!read_weight(table, columns, weight, error))
            return false;
        design->weight = *weight;
        return true;
    }
    *weight = survey_arena_array(table->arena, table->rows, sizeof **weight);
    for (size_t row = 0; row < table->rows; row++)
        (*weight)[row] = 1;
    design->weight = *weight;
    if (columns->fpc_count == 0 || weight_by_population(table, design, *weight, error))
        return true;
    if (error && !*error->where)
        survey_format_into(error->where, sizeof error->where, "%s", table->path);
    return false;
}
