// SPDX-License-Identifier: GPL-3.0-or-later
// Looking things up in a dataset, row by row.
#include "stats/data/dataset_private.h"

#include <string.h>

size_t stats_dataset_rows(const struct stats_dataset *dataset)
{
    return dataset->n;
}

const struct survey_form *stats_dataset_form(const struct stats_dataset *dataset)
{
    return dataset->form;
}

const char *stats_dataset_round(const struct stats_dataset *dataset)
{
    return dataset->round;
}

const struct stats_design *stats_dataset_design(const struct stats_dataset *dataset)
{
    return &dataset->design;
}

bool stats_dataset_weighted(const struct stats_dataset *dataset)
{
    return dataset->weighted;
}

const char *stats_dataset_response(const struct stats_dataset *dataset, size_t row)
{
    return dataset->rows_read ? dataset->responses[row] : "";
}

const char *stats_dataset_unit(const struct stats_dataset *dataset, size_t row)
{
    return dataset->rows_read ? dataset->units[row] : "";
}

bool stats_dataset_interview(const struct stats_dataset *dataset, size_t row)
{
    return dataset->interview[row] != 0;
}

const char *stats_dataset_stratum(const struct stats_dataset *dataset, size_t row)
{
    return dataset->strata_texts[stats_code(&dataset->strata, row)];
}

// Loading a column when it is first looked at changes nothing that a caller can see.
static struct stats_dataset *loading(const struct stats_dataset *dataset)
{
    return (struct stats_dataset *)(uintptr_t)dataset;
}

const char *stats_dataset_frame(const struct stats_dataset *dataset, const char *name, size_t row)
{
    struct stats_column *column = stats_dataset_frame_column(loading(dataset), name);
    if (!column ||
        !stats_dataset_load(loading(dataset), &loading(dataset)->frame, &column, 1, NULL))
        return NULL;
    return stats_column_text(column, row);
}

const char *stats_dataset_answer(const struct stats_dataset *dataset, const char *question,
                                 size_t row, enum survey_missing *kind)
{
    struct stats_column *column = stats_dataset_question(loading(dataset), question);
    if (!column ||
        !stats_dataset_load(loading(dataset), &loading(dataset)->answers, &column, 1, NULL))
        return NULL;
    if (kind)
        stats_dataset_kinds(loading(dataset), column);
    uint32_t code = stats_code(&column->codes, row);
    if (kind)
        *kind = code >= STATS_FIRST_CODE ? SURVEY_PRESENT : code ? (enum survey_missing)code : SURVEY_BLANK;
    return column->texts[code];
}

bool stats_dataset_texts(const struct stats_dataset *dataset, const char *name, bool in_frame, struct stats_codes *codes,
                         const char *const **texts)
{
    struct stats_dataset *own = loading(dataset);
    struct stats_column *column =
        in_frame ? stats_dataset_frame_column(own, name) : stats_dataset_question(own, name);
    if (!column || !stats_dataset_load(own, in_frame ? &own->frame : &own->answers, &column, 1, NULL))
        return false;
    *codes = column->codes;
    *texts = column->texts;
    return true;
}

const double *stats_dataset_numbers(const struct stats_dataset *dataset, const char *name)
{
    struct stats_column *column = stats_dataset_question(loading(dataset), name);
    return column && stats_dataset_recall_numbers(loading(dataset), column) ? column->numbers : NULL;
}

double stats_dataset_case_persons(const struct stats_dataset *dataset, const char *type, size_t row)
{
    const struct stats_case_column *cases = stats_dataset_cases(loading(dataset), type, NULL);
    return cases ? cases->persons[row] : 0;
}
