// SPDX-License-Identifier: GPL-3.0-or-later
// Opening a dataset: its rows and their columns, each read once, when first asked for.
#include "stats/data/dataset_private.h"

#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/store/response.h"
#include "survey/workbook/workbook.h"

#include <stdlib.h>
#include <string.h>

const char *stats_dataset_keep(struct stats_dataset *dataset, const char *text)
{
    return *text ? survey_map_put(&dataset->texts, dataset->arena, text, NULL)->key : "";
}

// The last day of the round; today's where the rounds sheet does not say.
static int64_t last_day(struct survey_store *store, const struct survey_actor *actor,
                        const char *round)
{
    const struct survey_sheet *sheet = survey_store_plan(store, "rounds");
    int name = sheet ? survey_sheet_column(sheet, "round") : -1,
        end = sheet ? survey_sheet_column(sheet, "end") : -1;
    int64_t day;
    for (uint32_t row = 1; name >= 0 && end >= 0 && row < sheet->rows; row++) {
        const char *text = survey_sheet_cell(sheet, row, (uint32_t)end);
        if (strcmp(survey_sheet_cell(sheet, row, (uint32_t)name), round) == 0 &&
            survey_date_parse(text, strlen(text), &day))
            return day;
    }
    return (actor->now.seconds + (int64_t)actor->now.offset * 60) / 86400;
}

static int by_rowid(const void *a, const void *b)
{
    const struct stats_rowid *x = a, *y = b;
    if (x->rowid != y->rowid)
        return x->rowid < y->rowid ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static void take_rowid(struct stats_source *source, const struct survey_query *query, int column,
                       size_t row)
{
    if (!survey_query_null(query, column))
        source->rowids[source->count++] =
            (struct stats_rowid){survey_query_integer(query, column), (uint32_t)row};
}

#define FROM_RESPONSES " FROM response r JOIN form f ON f.id = r.form"
#define OF_THE_ROUND                                                                               \
    " WHERE r.round = ? AND f.name = ? AND r.state IN ('complete', 'waiting', 'received')"

static void make_room(struct stats_dataset *dataset, size_t count)
{
    struct survey_arena *arena = dataset->arena;
    dataset->responses = survey_arena_array(arena, count + 1, sizeof *dataset->responses);
    dataset->units = survey_arena_array(arena, count + 1, sizeof *dataset->units);
    dataset->dispositions = survey_arena_array(arena, count + 1, sizeof *dataset->dispositions);
    dataset->answers.rowids = survey_arena_array(arena, count + 1, sizeof *dataset->answers.rowids);
    dataset->frame.rowids = survey_arena_array(arena, count + 1, sizeof *dataset->frame.rowids);
}

static bool read_rows(struct stats_dataset *dataset, struct survey_error *error)
{
    dataset->n = 0;
    struct survey_buffer sql = SURVEY_BUFFER(1 << 16);
    size_t count =
        (size_t)survey_store_count(dataset->store, 0, "SELECT count(*)" FROM_RESPONSES OF_THE_ROUND,
                                   "tt", dataset->round, dataset->form->id);
    make_room(dataset, count);
    survey_buffer_text(&sql, "SELECT r.id, r.unit, r.disposition, a.rowid, h.rowid" FROM_RESPONSES
                             " LEFT JOIN ");
    survey_sql_name(&sql, dataset->answers.table);
    survey_buffer_text(&sql,
                       " a ON a.response = r.id LEFT JOIN frame h ON h.unit = r.unit" OF_THE_ROUND
                       " ORDER BY r.unit, r.id");
    struct survey_query *query = survey_query(dataset->store, error, survey_buffer_string(&sql),
                                              "tt", dataset->round, dataset->form->id);
    survey_buffer_clear(&sql);
    if (!query)
        return false;
    while (dataset->n < count && survey_query_next(query)) {
        size_t row = dataset->n++;
        struct survey_map_entry *entry =
            survey_map_put(&dataset->rows, dataset->arena, survey_query_text(query, 0), NULL);
        entry->number = (int64_t)row;
        dataset->responses[row] = entry->key;
        const char *unit = survey_query_text(query, 1); // in their order: the same unit stands together
        dataset->units[row] = row > 0 && strcmp(dataset->units[row - 1], unit) == 0
                                  ? dataset->units[row - 1]
                                  : survey_arena_strdup(dataset->arena, unit);
        dataset->dispositions[row] = survey_query_null(query, 2) ? NULL : stats_dataset_keep(dataset, survey_query_text(query, 2));
        take_rowid(&dataset->answers, query, 3, row);
        take_rowid(&dataset->frame, query, 4, row);
    }
    qsort(dataset->answers.rowids, dataset->answers.count, sizeof *dataset->answers.rowids,
          by_rowid);
    qsort(dataset->frame.rowids, dataset->frame.count, sizeof *dataset->frame.rowids, by_rowid);
    dataset->rows_read = survey_query_end(query, error);
    return dataset->rows_read;
}

// Beside a snapshot rows are read when something asks for more than it has; they must be those that it was made of.
bool stats_dataset_need_rows(struct stats_dataset *dataset, struct survey_error *error)
{
    size_t n = dataset->n;
    uint8_t state[SURVEY_STATE];
    if (dataset->rows_read)
        return true;
    bool done = read_rows(dataset, error), same = dataset->n == n && survey_store_state(dataset->store, dataset->answers.table, state) &&
                                                  memcmp(state, dataset->state, sizeof state) == 0;
    dataset->n = n;
    dataset->rows_read = done && same;
    return dataset->rows_read || (done && survey_fail(error, SURVEY_ERROR_RESOURCE, survey_store_path(dataset->store), "%s",
                                                      _("the evaluation changed while it was read; give the command again")));
}

static struct stats_column *add_column(struct stats_dataset *dataset, struct stats_source *source,
                                       const char *key, const char *name,
                                       const struct survey_item *item)
{
    struct stats_column *column = survey_arena_alloc(dataset->arena, sizeof *column);
    *column = (struct stats_column){.name = name, .item = item};
    column->numeric =
        item && (item->type == SURVEY_TYPE_INTEGER || item->type == SURVEY_TYPE_DECIMAL ||
                 item->type == SURVEY_TYPE_RANGE);
    for (size_t i = 0; item && item->list && i < item->list->count; i++) {
        enum survey_missing kind = item->list->choices[i].missing;
        if ((kind == SURVEY_DONT_KNOW || kind == SURVEY_REFUSED) && !column->choices[kind]) {
            column->choices[kind] = item->list->choices[i].name;
            column->has_choices = true;
        }
    }
    survey_map_put(&source->columns, dataset->arena, key, NULL)->value = column;
    return column;
}

// Asked for once, it is not looked for again.
static struct stats_column *no_column(struct stats_dataset *dataset, struct stats_source *source,
                                      const char *key)
{
    survey_map_put(&source->columns, dataset->arena, key, NULL);
    return NULL;
}

struct stats_column *stats_dataset_question(struct stats_dataset *dataset, const char *name)
{
    const struct survey_map_entry *known = survey_map_find(&dataset->answers.columns, name);
    if (known)
        return known->value;
    const struct survey_item *item = survey_form_find(dataset->form, name);
    if (!item || item->repeat || !survey_item_has_value(item))
        return no_column(dataset, &dataset->answers, name);
    struct survey_buffer column = SURVEY_BUFFER(4096);
    survey_response_column(item, &column);
    const char *text = survey_arena_strdup(dataset->arena, survey_buffer_string(&column));
    survey_buffer_clear(&column);
    return add_column(dataset, &dataset->answers, name, text, item);
}

struct stats_column *stats_dataset_frame_column(struct stats_dataset *dataset, const char *name)
{
    const struct survey_map_entry *known = survey_map_find(&dataset->frame.columns, name);
    if (known)
        return known->value;
    if (!survey_store_count(
            dataset->store, 0,
            "SELECT count(*) FROM pragma_table_info('frame') WHERE lower(name) = lower(?)", "t",
            name))
        return no_column(dataset, &dataset->frame, name);
    return add_column(dataset, &dataset->frame, name, survey_arena_strdup(dataset->arena, name),
                      NULL);
}

// The rows of the dataset that a row of the table stands for: from *from on, while the rowid is the
// same.
static const struct stats_rowid *rows_of(const struct stats_source *source, int64_t rowid)
{
    size_t low = 0, high = source->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (source->rowids[middle].rowid < rowid)
            low = middle + 1;
        else
            high = middle;
    }
    return source->rowids + low;
}

// Answers are put where there are some; a blank in the frame is one that is in it.
static void put_row(const struct survey_query *query, const struct stats_rowid *from, const struct stats_rowid *end,
                    struct stats_column **columns, struct stats_coder *coders, size_t count)
{
    for (size_t c = 0; c < count; c++) {
        const char *text = survey_query_text(query, (int)c + 1);
        bool nothing = columns[c]->item && (!*text || (!columns[c]->numeric && strcmp(text, "NaN") == 0 &&
                                                       columns[c]->item->calculation.text));
        for (const struct stats_rowid *at = from; !nothing && at < end && at->rowid == from->rowid; at++)
            stats_coder_put(&coders[c], at->row, text);
    }
}

bool stats_dataset_scan(struct stats_dataset *dataset, struct stats_source *source, struct stats_column **columns,
                        struct stats_coder *coders, size_t count, struct survey_error *error)
{
    struct survey_buffer sql = SURVEY_BUFFER(1 << 20);
    if (!stats_dataset_need_rows(dataset, error))
        return false;
    survey_buffer_text(&sql, "SELECT rowid");
    for (size_t i = 0; i < count; i++) {
        survey_buffer_text(&sql, ", ");
        survey_sql_name(&sql, columns[i]->name);
    }
    survey_buffer_text(&sql, " FROM ");
    survey_sql_name(&sql, source->table);
    struct survey_query *query = survey_query(dataset->store, error, survey_buffer_string(&sql), "");
    survey_buffer_clear(&sql);
    if (!query)
        return false;
    const struct stats_rowid *end = source->rowids + source->count;
    while (survey_query_next(query)) {
        int64_t rowid = survey_query_integer(query, 0);
        const struct stats_rowid *from = rows_of(source, rowid);
        if (from < end && from->rowid == rowid)
            put_row(query, from, end, columns, coders, count);
    }
    return survey_query_end(query, error);
}

// Of the columns those that nobody has yet, each once; from the snapshot where it has them.
static size_t fresh_columns(struct stats_dataset *dataset, const struct stats_source *source, struct stats_column **columns,
                            size_t count, struct stats_column **fresh)
{
    size_t wanted = 0;
    for (size_t i = 0; i < count; i++) {
        bool again = columns[i]->codes.width != 0;
        for (size_t k = 0; !again && k < wanted; k++)
            again = fresh[k] == columns[i];
        if (!again && !stats_dataset_recall_column(dataset, source, columns[i]))
            fresh[wanted++] = columns[i];
    }
    return wanted;
}

bool stats_dataset_load(struct stats_dataset *dataset, struct stats_source *source,
                        struct stats_column **columns, size_t count, struct survey_error *error)
{
    bool loaded = true; // as nearly always: this is asked for each row
    for (size_t i = 0; loaded && i < count; i++)
        loaded = columns[i]->codes.width != 0;
    if (loaded)
        return true;
    struct survey_arena *arena = survey_arena_new();
    struct stats_column **fresh = survey_arena_array(arena, count + 1, sizeof *fresh);
    struct stats_coder *coders = survey_arena_array(arena, count + 1, sizeof *coders);
    size_t wanted = fresh_columns(dataset, source, columns, count, fresh);
    for (size_t i = 0; i < wanted; i++)
        coders[i] = stats_coder(dataset->arena, dataset->n);
    bool done = wanted == 0 || stats_dataset_scan(dataset, source, fresh, coders, wanted, error);
    for (size_t i = 0; i < wanted; i++) {
        stats_coder_end(&coders[i], &fresh[i]->codes, &fresh[i]->texts);
        if (!done)
            fresh[i]->codes.width = 0;
    }
    survey_arena_free(arena);
    return done;
}

bool stats_dataset_ready(struct stats_dataset *dataset, const char *const *names, size_t count,
                         struct survey_error *error)
{
    struct survey_arena *arena = survey_arena_new();
    struct stats_column **columns = survey_arena_array(arena, count + 1, sizeof *columns);
    size_t wanted = 0;
    for (size_t i = 0; i < count; i++) {
        struct stats_column *column = stats_dataset_question(dataset, names[i]);
        if (column && !stats_dataset_recall_numbers(dataset, column))
            columns[wanted++] = column;
    }
    bool done = stats_dataset_load(dataset, &dataset->answers, columns, wanted, error);
    survey_arena_free(arena);
    return done;
}

static enum survey_missing kind_named(const char *name)
{
    for (int kind = SURVEY_NOT_ASKED; kind < SURVEY_BLANK; kind++)
        if (strcmp(survey_missing_name((enum survey_missing)kind), name) == 0)
            return (enum survey_missing)kind;
    return SURVEY_BLANK;
}

static void load_kinds(struct stats_dataset *dataset)
{
    struct survey_query *query = survey_query(
        dataset->store, NULL,
        "SELECT response, question, kind FROM missing WHERE occurrence = '' ORDER BY response", "");
    const char *last = "";
    bool inside = false;
    size_t row = 0;
    dataset->kinds_loaded = true;
    while (query && survey_query_next(query)) {
        const char *response = survey_query_text(query, 0);
        if (strcmp(response, last) != 0) {
            const struct survey_map_entry *entry = survey_map_find(&dataset->rows, response);
            inside = entry != NULL;
            row = entry ? (size_t)entry->number : 0;
            last = entry ? entry->key : "";
        }
        if (!inside)
            continue;
        struct survey_map_entry *kinds =
            survey_map_put(&dataset->kinds, dataset->arena, survey_query_text(query, 1), NULL);
        if (!kinds->value)
            kinds->value = survey_arena_array(dataset->arena, dataset->n + 1, 1);
        ((uint8_t *)kinds->value)[row] = (uint8_t)kind_named(survey_query_text(query, 2));
    }
    if (query)
        survey_query_end(query, NULL);
}

// The codes of missing kinds stand for texts of none, whatever the width.
static void put_kind(const struct stats_codes *codes, size_t row, uint8_t kind)
{
    void *at = (void *)(uintptr_t)codes->of_row;
    if (codes->width == 1)
        ((uint8_t *)at)[row] = kind;
    else if (codes->width == 2)
        ((uint16_t *)at)[row] = kind;
    else
        ((uint32_t *)at)[row] = kind;
}

void stats_dataset_kinds(struct stats_dataset *dataset, struct stats_column *column)
{
    if (column->kinds_known || !column->item)
        return;
    if (!dataset->kinds_loaded)
        load_kinds(dataset);
    const struct survey_map_entry *entry = survey_map_find(&dataset->kinds, column->item->column);
    const uint8_t *kinds = entry ? entry->value : NULL;
    for (size_t row = 0; kinds && row < dataset->n; row++)
        if (kinds[row] && kinds[row] < STATS_FIRST_CODE && stats_code(&column->codes, row) == 0)
            put_kind(&column->codes, row, kinds[row]);
    column->kinds_known = true;
}

static const char *answers_table(struct survey_arena *arena, const struct survey_form *form)
{
    struct survey_buffer name = SURVEY_BUFFER(4096);
    survey_response_table_name(form, NULL, &name);
    const char *text = survey_arena_strdup(arena, survey_buffer_string(&name));
    survey_buffer_clear(&name);
    return text;
}

static struct stats_dataset *begin(struct survey_store *store, const struct survey_actor *actor,
                                   const struct survey_form *definition)
{
    struct stats_dataset *dataset = survey_alloc(sizeof *dataset);
    *dataset = (struct stats_dataset){
        .store = store, .actor = *actor, .arena = survey_arena_new(), .form = definition};
    dataset->round = survey_arena_strdup(dataset->arena, survey_store_round(store, actor));
    dataset->actor.round = dataset->round;
    dataset->day = last_day(store, actor, dataset->round);
    const char *assessed = survey_store_setting(store, "assessed_unit", dataset->day);
    dataset->assessed = assessed ? assessed : "";
    dataset->answers.table = answers_table(dataset->arena, definition);
    dataset->frame.table = "frame";
    dataset->told = survey_store_state(store, dataset->answers.table, dataset->state);
    return dataset;
}

// From a snapshot that holds; NULL where there is none.
static struct stats_dataset *recall(struct survey_store *store, const struct survey_actor *actor,
                                    const struct survey_form *definition)
{
    struct stats_dataset *dataset = begin(store, actor, definition);
    if (dataset->told && stats_dataset_recall(dataset))
        return dataset;
    stats_dataset_free(dataset);
    return NULL;
}

bool stats_dataset_open(struct survey_store *store, const struct survey_actor *actor,
                        const char *form, struct stats_dataset **opened, struct survey_error *error)
{
    const struct survey_form *definition = survey_store_current_form(store, form, NULL, error);
    if (!definition)
        return false;
    struct stats_dataset *dataset = begin(store, actor, definition);
    if (!read_rows(dataset, error) || !stats_dataset_place(dataset, error)) {
        stats_dataset_free(dataset);
        return false;
    }
    *opened = dataset;
    return true;
}

bool stats_dataset_open_columns(struct survey_store *store, const struct survey_actor *actor,
                                const char *form, struct stats_dataset **opened, struct survey_error *error)
{
    struct stats_dataset *dataset, *recalled;
    const struct survey_form *definition = survey_store_current_form(store, form, NULL, error);
    if (!definition)
        return false;
    if ((*opened = recall(store, actor, definition)))
        return true;
    if (!stats_dataset_open(store, actor, form, &dataset, error))
        return false;
    *opened = dataset;
    if (dataset->told && dataset->n >= STATS_SNAPSHOT_LEAST && stats_dataset_remember(dataset) &&
        (recalled = recall(store, actor, definition))) { // and the rows' memory is free again
        stats_dataset_free(dataset);
        *opened = recalled;
    }
    return true;
}

void stats_dataset_free(struct stats_dataset *dataset)
{
    if (!dataset)
        return;
    struct survey_map *maps[] = {&dataset->answers.columns, &dataset->frame.columns, &dataset->rows,  &dataset->texts,      &dataset->kinds,
                                 &dataset->rules, &dataset->parameters, &dataset->admin,
                                 &dataset->cases};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        survey_map_clear(maps[i]);
    stats_snapshot_close(dataset->snapshot);
    survey_arena_free(dataset->arena);
    free(dataset);
}
