// SPDX-License-Identifier: GPL-3.0-or-later
// A dataset written to the snapshot beside its evaluation, and taken from there.
#include "stats/data/dataset_private.h"

#include "survey/store/response.h"

#include <stdlib.h>
#include <string.h>

// Columns read in one pass, and the texts that codes of two bytes can tell apart.
enum { BATCH = 24, MOST_TEXTS = 65536 };

static const char *section(char name[static STATS_SNAPSHOT_NAME + 8], const char *kind, const char *of)
{
    survey_format_into(name, STATS_SNAPSHOT_NAME + 8, "%s %s", kind, of);
    return name;
}

// --- recalling

// Codes as they are written: none may stand for a text that is not there.
static bool read_codes(const struct stats_dataset *dataset, const char *name, struct stats_codes *codes, const char ***texts)
{
    const struct stats_section *found = stats_snapshot_find(dataset->snapshot, name);
    void *of_row;
    if (!found || (found->width != 1 && found->width != 2 && found->width != 4) || found->texts < STATS_FIRST_CODE ||
        !stats_snapshot_read(dataset->snapshot, name, found->width, dataset->n, dataset->arena, &of_row, texts))
        return false;
    *codes = (struct stats_codes){found->width, of_row, found->texts};
    bool good = true;
    for (size_t row = 0; row < dataset->n; row++)
        good &= stats_code(codes, row) < codes->count;
    return good;
}

bool stats_dataset_recall_column(struct stats_dataset *dataset, const struct stats_source *source, struct stats_column *column)
{
    char name[STATS_SNAPSHOT_NAME + 8];
    struct stats_codes codes;
    if (!dataset->snapshot || !read_codes(dataset, section(name, source == &dataset->frame ? "frame" : "answers", column->name), &codes, &column->texts))
        return false;
    column->codes = codes;
    column->kinds_known = true;
    return true;
}

bool stats_dataset_recall_numbers(struct stats_dataset *dataset, struct stats_column *column)
{
    char name[STATS_SNAPSHOT_NAME + 8];
    void *numbers;
    if (column->numbers || !dataset->snapshot || !column->numeric || column->codes.width)
        return column->numbers != NULL;
    if (stats_snapshot_read(dataset->snapshot, section(name, "numbers", column->name), sizeof(double), dataset->n, dataset->arena, &numbers, NULL))
        column->numbers = numbers;
    return column->numbers != NULL;
}

static bool recall_array(const struct stats_dataset *dataset, const char *kind, int stage, uint32_t width, const void **array)
{
    char name[STATS_SNAPSHOT_NAME + 8];
    void *data;
    section(name, kind, (char[]){(char)('0' + stage), '\0'});
    if (!stats_snapshot_find(dataset->snapshot, name)) {
        *array = NULL;
        return true;
    }
    bool done = stats_snapshot_read(dataset->snapshot, name, width, dataset->n, dataset->arena, &data, NULL);
    *array = done ? data : NULL;
    return done;
}

// Labels of strata stand for their names.
static bool recall_strata(struct stats_dataset *dataset)
{
    struct stats_design *design = &dataset->design;
    const struct stats_section *found = stats_snapshot_find(dataset->snapshot, "design stratum");
    const char **names;
    void *labels;
    if (!found)
        return true;
    if (!stats_snapshot_read(dataset->snapshot, "design stratum", sizeof *design->stratum, dataset->n, dataset->arena, &labels, &names))
        return false;
    design->stratum = labels;
    design->stratum_names = names;
    bool good = true;
    for (size_t row = 0; row < dataset->n; row++)
        good &= design->stratum[row] < found->texts;
    return good;
}

static bool recall_design(struct stats_dataset *dataset)
{
    struct stats_design *design = &dataset->design;
    const void *weight, *unit, *substratum, *fpc, *chance;
    bool done = recall_array(dataset, "weight", 0, sizeof(double), &weight) && weight && recall_strata(dataset);
    for (int stage = 0; done && stage < design->stages; stage++) {
        done = recall_array(dataset, "unit", stage, sizeof(uint32_t), &unit) &&
               recall_array(dataset, "substratum", stage, sizeof(uint32_t), &substratum) &&
               recall_array(dataset, "fpc", stage, sizeof(double), &fpc) &&
               recall_array(dataset, "chance", stage, sizeof(double), &chance);
        design->unit[stage] = unit;
        design->substratum[stage] = substratum;
        design->fpc[stage] = fpc;
        design->chance[stage] = chance;
    }
    design->weight = weight;
    return done;
}

bool stats_dataset_recall(struct stats_dataset *dataset)
{
    char *path = stats_snapshot_path(survey_store_path(dataset->store), dataset->form->id, dataset->round);
    struct survey_error fault; // reading the rows says it again
    const void *interview;
    dataset->snapshot = stats_snapshot_open(path, dataset->state);
    free(path);
    if (!dataset->snapshot)
        return false;
    const struct stats_snapshot_head *head = stats_snapshot_head(dataset->snapshot);
    dataset->n = head->rows;
    dataset->weighted = head->weighted;
    dataset->design.n = head->rows;
    dataset->design.stages = (int)head->stages;
    if (head->stages < 1 || head->stages > STATS_STAGES || !stats_dataset_settings(dataset, &fault) || !recall_design(dataset) ||
        !recall_array(dataset, "interview", 0, 1, &interview) || !interview ||
        !read_codes(dataset, "strata", &dataset->strata, &dataset->strata_texts))
        return false;
    dataset->interview = (uint8_t *)(uintptr_t)interview;
    return true;
}

// --- remembering

struct remembering {
    struct stats_dataset *dataset;
    struct stats_snapshot_writer *writer;
    struct stats_source *source;
    struct stats_column columns[BATCH];
    size_t count;
};

// A batch of columns is read, written and forgotten.
static bool flush(struct remembering *in)
{
    struct survey_arena *arena = survey_arena_new();
    struct stats_coder coders[BATCH];
    struct stats_column *columns[BATCH];
    char name[STATS_SNAPSHOT_NAME + 8];
    size_t n = in->dataset->n;
    for (size_t i = 0; i < in->count; i++) {
        coders[i] = stats_coder(arena, n);
        coders[i].most = MOST_TEXTS;
        coders[i].numeric = in->columns[i].numeric;
        columns[i] = &in->columns[i];
    }
    bool done = in->count == 0 || stats_dataset_scan(in->dataset, in->source, columns, coders, in->count, NULL);
    for (size_t i = 0; i < in->count; i++) {
        struct stats_column *column = columns[i];
        stats_coder_end(&coders[i], &column->codes, &column->texts);
        if (!done || coders[i].over)
            continue;
        if (coders[i].numbers) {
            stats_snapshot_add(in->writer, section(name, "numbers", column->name), coders[i].numbers, sizeof(double), n, NULL, 0);
            continue;
        }
        stats_dataset_kinds(in->dataset, column);
        stats_snapshot_add(in->writer, section(name, in->source == &in->dataset->frame ? "frame" : "answers", column->name),
                           column->codes.of_row, column->codes.width, n, column->texts, column->codes.count);
    }
    in->count = 0;
    survey_arena_free(arena);
    return done;
}

static bool remember_column(struct remembering *in, const struct stats_column *column)
{
    if (!column || strlen(column->name) + 8 >= STATS_SNAPSHOT_NAME)
        return true;
    in->columns[in->count++] = (struct stats_column){.name = column->name, .item = column->item, .numeric = column->numeric};
    return in->count < BATCH || flush(in);
}

// Names, phones and the like stay in the rows.
static bool remember_questions(struct remembering *in)
{
    const struct survey_form *form = in->dataset->form;
    bool done = true;
    in->source = &in->dataset->answers;
    for (size_t i = 0; done && i < form->item_count; i++)
        if (!form->items[i]->repeat && survey_item_has_value(form->items[i]) && !form->items[i]->pii)
            done = remember_column(in, stats_dataset_question(in->dataset, form->items[i]->name));
    return done && flush(in);
}

static bool remember_frame(struct remembering *in)
{
    struct survey_query *query = survey_query(in->dataset->store, NULL, "SELECT name FROM pragma_table_info('frame')", "");
    struct survey_map names = {0};
    while (query && survey_query_next(query))
        survey_map_put(&names, in->dataset->arena, survey_query_text(query, 0), NULL);
    bool done = query && survey_query_end(query, NULL);
    in->source = &in->dataset->frame;
    for (size_t i = 0; done && i < names.count; i++)
        done = remember_column(in, stats_dataset_frame_column(in->dataset, names.entries[i].key));
    survey_map_clear(&names);
    return done && flush(in);
}

static void remember_array(struct remembering *in, const char *kind, int stage, const void *array, uint32_t width)
{
    char name[STATS_SNAPSHOT_NAME + 8];
    if (array)
        stats_snapshot_add(in->writer, section(name, kind, (char[]){(char)('0' + stage), '\0'}), array, width, in->dataset->n, NULL, 0);
}

static void remember_design(struct remembering *in)
{
    const struct stats_dataset *dataset = in->dataset;
    const struct stats_design *design = &dataset->design;
    uint32_t names = 0;
    for (size_t row = 0; design->stratum && row < dataset->n; row++)
        names = design->stratum[row] >= names ? design->stratum[row] + 1 : names;
    if (design->stratum)
        stats_snapshot_add(in->writer, "design stratum", design->stratum, sizeof *design->stratum, dataset->n, design->stratum_names, names);
    remember_array(in, "weight", 0, design->weight, sizeof(double));
    remember_array(in, "interview", 0, dataset->interview, 1);
    for (int stage = 0; stage < design->stages; stage++) {
        remember_array(in, "unit", stage, design->unit[stage], sizeof(uint32_t));
        remember_array(in, "substratum", stage, design->substratum[stage], sizeof(uint32_t));
        remember_array(in, "fpc", stage, design->fpc[stage], sizeof(double));
        remember_array(in, "chance", stage, design->chance[stage], sizeof(double));
    }
    stats_snapshot_add(in->writer, "strata", dataset->strata.of_row, dataset->strata.width, dataset->n, dataset->strata_texts,
                       dataset->strata.count);
}

bool stats_dataset_remember(struct stats_dataset *dataset)
{
    struct stats_snapshot_head head = {.rows = dataset->n, .stages = (uint32_t)dataset->design.stages, .weighted = dataset->weighted};
    char *path = stats_snapshot_path(survey_store_path(dataset->store), dataset->form->id, dataset->round);
    struct remembering *in = survey_alloc(sizeof *in);
    uint8_t state[SURVEY_STATE];
    memcpy(head.state, dataset->state, sizeof head.state);
    *in = (struct remembering){.dataset = dataset, .writer = stats_snapshot_write(path, survey_store_path(dataset->store), &head)};
    bool done = in->writer != NULL;
    if (done) {
        remember_design(in);
        done = remember_questions(in) && remember_frame(in) &&
               survey_store_state(dataset->store, dataset->answers.table, state) && memcmp(state, head.state, sizeof state) == 0;
        done = stats_snapshot_end(in->writer, done);
    }
    free(in);
    free(path);
    return done;
}
