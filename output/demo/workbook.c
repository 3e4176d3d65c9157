// SPDX-License-Identifier: GPL-3.0-or-later
// Writes the example's tables as a workbook that an evaluator would want to work on.
#include "output/demo/workbook.h"

#include "output/cell.h"
#include "survey/base/arena.h"
#include "survey/base/number.h"
#include "survey/workbook/workbook.h"

#include <string.h>

static const struct {
    const char *name, *csv;
} tables[] = {
    {"survey", demo_sheet_survey},         {"choices", demo_sheet_choices},       {"settings", demo_sheet_settings},
    {"evaluation", demo_sheet_evaluation}, {"rounds", demo_sheet_rounds},         {"sample", demo_sheet_sample},
    {"weights", demo_sheet_weights},       {"indicators", demo_sheet_indicators}, {"scheme", demo_sheet_scheme},
    {"grades", demo_sheet_grades},         {"rules", demo_sheet_rules},           {"dispositions", demo_sheet_dispositions},
};

enum { USUAL_HOUSEHOLDS = 480 };

// The sample sheet's size of a first-stage row, for another number of households.
static void scale_size(struct survey_arena *arena, struct survey_sheet *sample, size_t households)
{
    int stage = survey_sheet_column(sample, "stage"), size = survey_sheet_column(sample, "size");
    for (uint32_t row = 1; stage >= 0 && size >= 0 && row < sample->rows; row++) {
        const char **cell = &sample->cells[row * sample->columns + (uint32_t)size];
        int64_t villages;
        if (strcmp(survey_sheet_cell(sample, row, (uint32_t)stage), "1") != 0 || !survey_integer_parse(*cell, strlen(*cell), &villages))
            continue;
        double scaled = (double)villages * (double)households / USUAL_HOUSEHOLDS;
        *cell = survey_arena_format(arena, "%lld", scaled < 2 ? 2LL : (long long)(scaled + 0.5));
    }
}

static void write_table(struct output_book *book, const char *name, const struct survey_sheet *table)
{
    struct output_sheet *sheet = output_sheet_new(book, name, true);
    for (uint32_t row = 0; row < table->rows; row++)
        for (uint32_t column = 0; column < table->columns; column++)
            output_text(sheet, row, column, survey_sheet_cell(table, row, column), row ? OUTPUT_TEXT : OUTPUT_HEAD,
                        OUTPUT_NEUTRAL);
    output_sheet_finish(sheet, &(struct output_page){.landscape = true, .freeze_row = 1, .freeze_column = 2, .columns = table->columns});
}

bool demo_workbook_write(const char *path, size_t households, const struct survey_time *created, struct survey_error *error)
{
    struct survey_arena *arena = survey_arena_new();
    struct output_book *book = NULL;
    bool done = output_book_new(path, "assay", *created, &book, error);
    for (size_t i = 0; done && i < sizeof tables / sizeof *tables; i++) {
        struct survey_sheet sheet;
        done = survey_csv_read(arena, tables[i].name, tables[i].csv, strlen(tables[i].csv), &survey_workbook_default_limits,
                               &sheet, error);
        if (done && strcmp(tables[i].name, "sample") == 0)
            scale_size(arena, &sheet, households);
        if (done)
            write_table(book, tables[i].name, &sheet);
    }
    if (done)
        done = output_book_close(book, error);
    else
        output_book_drop(book);
    survey_arena_free(arena);
    return done;
}
