// SPDX-License-Identifier: GPL-3.0-or-later
// The export lists: which columns each may have, and their rows.
#include "survey/store/export.h"

#include "survey/base/arena.h"
#include "survey/base/text.h"
#include "survey/store/response_private.h"
#include "survey/workbook/workbook.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MOST_LIST = 1 << 30, MOST_VERSIONS = 256 };

// A column over all versions of the form: the newest definition of it, the strictest of its marks.
struct field {
    const struct survey_form *form;
    const struct survey_item *item;
    bool opinion, restricted, pii, key;
    int code_at; // its place in the query
};

struct listing {
    struct survey_store *store;
    const struct survey_export *export;
    struct survey_arena *arena;
    const struct survey_form *current;
    const struct survey_form *versions[MOST_VERSIONS];
    size_t version_count;
    const struct survey_item *repeat;
    struct survey_map by_column; // lower-case column -> index into fields
    struct field *fields;
    size_t count;
};

static bool read_versions(struct listing *l, struct survey_error *error)
{
    int64_t rows[MOST_VERSIONS];
    struct survey_query *query = survey_query(
        l->store, error, "SELECT id FROM form WHERE name = ? ORDER BY current DESC, id DESC", "t", l->current->id);
    if (!query)
        return false;
    size_t count = 0;
    while (count < MOST_VERSIONS && survey_query_next(query))
        rows[count++] = survey_query_integer(query, 0);
    if (!survey_query_end(query, error))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!(l->versions[l->version_count++] = survey_store_form(l->store, rows[i], error)))
            return false;
    return true;
}

static bool open_listing(struct listing *l, struct survey_error *error)
{
    l->current = survey_store_current_form(l->store, l->export->form, NULL, error);
    return l->current && read_versions(l, error);
}

static bool of_table(const struct survey_item *item, const char *repeat)
{
    return survey_item_has_value(item) &&
           (item->repeat ? repeat && strcasecmp(item->repeat->column, repeat) == 0 : !repeat);
}

static char *lower(struct survey_arena *arena, const char *text)
{
    char *copy = survey_arena_strdup(arena, text);
    for (char *at = copy; *at; at++)
        *at = (char)(*at >= 'A' && *at <= 'Z' ? *at + 'a' - 'A' : *at);
    return copy;
}

static void collect(struct listing *l, const char *repeat)
{
    size_t most = 0;
    for (size_t v = 0; v < l->version_count; v++)
        most += l->versions[v]->item_count;
    l->fields = survey_arena_array(l->arena, most + 1, sizeof *l->fields);
    for (size_t v = 0; v < l->version_count; v++) {
        const struct survey_item *key = survey_form_key(l->versions[v]);
        for (size_t i = 0; i < l->versions[v]->item_count; i++) {
            const struct survey_item *item = l->versions[v]->items[i];
            bool added;
            if (!of_table(item, repeat))
                continue;
            if (item->repeat && !l->repeat)
                l->repeat = item->repeat;
            struct survey_map_entry *entry =
                survey_map_put(&l->by_column, l->arena, lower(l->arena, item->column), &added);
            if (added) {
                entry->number = (int64_t)l->count;
                l->fields[l->count++] = (struct field){.form = l->versions[v], .item = item};
            }
            struct field *field = &l->fields[entry->number];
            field->opinion |= item->role && strcmp(item->role, "opinion") == 0;
            field->restricted |= item->restricted;
            field->pii |= item->pii;
            field->key |= item == key || item->type == SURVEY_TYPE_BARCODE;
        }
    }
}

// Which list a column may stand in. This is the one place that decides it.
static bool allowed(const struct survey_export *export, const struct field *field)
{
    if (field->opinion != export->opinions)
        return false;
    if (export->opinions && (field->key || field->pii))
        return false;
    return export->evaluators || !(field->restricted || field->pii);
}

static void choose(struct listing *l)
{
    size_t kept = 0;
    for (size_t i = 0; i < l->count; i++)
        if (allowed(l->export, &l->fields[i]))
            l->fields[kept++] = l->fields[i];
    l->count = kept;
}

static bool has_labels(const struct field *field)
{
    return field->item->list && field->item->list->count > 0;
}

static void add_column(struct survey_buffer *sql, const struct survey_item *item)
{
    struct survey_buffer column = SURVEY_BUFFER(4096);
    survey_response_column(item, &column);
    survey_buffer_text(sql, ", answers.");
    survey_sql_name(sql, survey_buffer_string(&column));
    survey_buffer_clear(&column);
}

enum { OWN_COLUMNS = 10 };
static const char *const own_columns[OWN_COLUMNS] = {"response", "form_version", "round", "unit", "channel", "who",
                                                     "state", "disposition", "started_at", "ended_at"};

// The frame column of the level that is assessed, if the frame has it: all that an opinion may say of
// where it was given.
static const char *assessed_column(const struct listing *l, const struct survey_actor *actor)
{
    const char *column = survey_store_setting(l->store, "assessed_unit", survey_days_from_civil(1970, 1, 1) + actor->now.seconds / 86400);
    if (!column || survey_store_count(l->store, 0, "SELECT count(*) FROM pragma_table_info('frame') WHERE name = ?", "t",
                                      column) == 0)
        return NULL;
    return strcasecmp(column, "unit") == 0 ? NULL : column;
}

static void write_sql(struct listing *l, const char *assessed, struct survey_buffer *sql)
{
    struct survey_buffer table = SURVEY_BUFFER(4096);
    survey_response_table_name(l->current, l->repeat, &table);
    survey_buffer_text(sql, "SELECT response.id, form.version, response.round, response.unit, channel, who, state, "
                            "disposition, started_at, ended_at, ");
    survey_buffer_text(sql, l->repeat ? "answers.occurrence, " : "'', ");
    if (assessed) {
        survey_buffer_text(sql, "frame.");
        survey_sql_name(sql, assessed);
    } else {
        survey_buffer_text(sql, "''");
    }
    int place = OWN_COLUMNS + 2;
    for (size_t i = 0; i < l->count; i++) {
        add_column(sql, l->fields[i].item);
        l->fields[i].code_at = place++;
    }
    survey_buffer_text(sql, " FROM response JOIN form ON form.id = response.form JOIN ");
    survey_sql_name(sql, survey_buffer_string(&table));
    survey_buffer_text(sql, " AS answers ON answers.response = response.id LEFT JOIN frame ON frame.unit = response.unit "
                            "WHERE form.name = ?1 AND response.round = ?2");
    if (!l->export->all)
        survey_buffer_text(sql, " AND state NOT IN ('duplicate', 'superseded', 'rejected')");
    survey_buffer_text(sql, " ORDER BY response.received_at, response.id");
    if (l->repeat)
        survey_buffer_text(sql, ", answers.rowid");
    survey_buffer_clear(&table);
}

static void write_header(const struct listing *l, const char *assessed, struct survey_buffer *csv)
{
    if (l->export->opinions) {
        survey_csv_put(csv, "round", true);
        if (assessed)
            survey_csv_put(csv, assessed, false);
    } else {
        for (int i = 0; i < OWN_COLUMNS; i++)
            survey_csv_put(csv, own_columns[i], i == 0);
        if (l->repeat)
            survey_csv_put(csv, "occurrence", false);
    }
    for (size_t i = 0; i < l->count; i++) {
        survey_csv_put_safe(csv, l->fields[i].item->column, false);
        if (!has_labels(&l->fields[i]))
            continue;
        struct survey_buffer label = SURVEY_BUFFER(4096);
        survey_format(&label, "%s_label", l->fields[i].item->column);
        survey_csv_put_safe(csv, survey_buffer_string(&label), false);
        survey_buffer_clear(&label);
    }
    survey_buffer_byte(csv, '\n');
}

static const char *choice_label(const struct listing *l, const struct field *field, const struct survey_choice *choice)
{
    int language = survey_form_language(field->form, l->export->language);
    return survey_label(field->form, choice->labels, language < 0 ? field->form->default_language : (size_t)language);
}

// Labels of the codes, separated by "; "; a code without a choice stands for itself.
static void write_labels(const struct listing *l, const struct field *field, const char *codes, struct survey_buffer *csv)
{
    struct survey_buffer labels = SURVEY_BUFFER(1 << 20);
    bool several = field->item->type != SURVEY_TYPE_SELECT_ONE;
    while (*codes) {
        size_t length = several ? strcspn(codes, " ") : strlen(codes);
        char *code = survey_arena_strndup(l->arena, codes, length);
        const struct survey_choice *choice = survey_item_choice(field->item, code);
        survey_format(&labels, "%s%s", labels.length ? "; " : "", choice ? choice_label(l, field, choice) : code);
        codes += length;
        codes += strspn(codes, " ");
    }
    survey_csv_put_safe(csv, survey_buffer_string(&labels), false);
    survey_buffer_clear(&labels);
}

// A "don't know" that was chosen: the one choice that means this kind of missing.
static const char *missing_code(const struct field *field, const char *kind)
{
    const struct survey_choice *found = NULL;
    for (size_t i = 0; i < field->item->list->count; i++) {
        const struct survey_choice *choice = &field->item->list->choices[i];
        if (strcmp(survey_missing_name(choice->missing), kind) != 0)
            continue;
        if (found)
            return "";
        found = choice;
    }
    return found ? found->name : "";
}

static bool read_missing(struct listing *l, const char *response, const char *occurrence, struct survey_arena *arena,
                         struct survey_map *kinds, struct survey_error *error)
{
    struct survey_query *query = survey_query(l->store, error,
                                              "SELECT question, kind FROM missing WHERE response = ? AND occurrence = ? "
                                              "AND kind IN ('dont_know', 'refused', 'not_applicable')",
                                              "tt", response, occurrence);
    if (!query)
        return false;
    while (survey_query_next(query))
        survey_map_put(kinds, arena, survey_query_text(query, 0), NULL)->value =
            survey_arena_strdup(arena, survey_query_text(query, 1));
    return survey_query_end(query, error);
}

static bool write_row(struct listing *l, struct survey_query *query, bool assessed, struct survey_buffer *csv,
                      struct survey_error *error)
{
    struct survey_arena *arena = survey_arena_new(), *kept = l->arena;
    struct survey_map kinds = {0};
    char response[64], occurrence[64];
    survey_format_into(response, sizeof response, "%s", survey_query_text(query, 0));
    survey_format_into(occurrence, sizeof occurrence, "%s", survey_query_text(query, OWN_COLUMNS));
    bool done = read_missing(l, response, occurrence, arena, &kinds, error);
    l->arena = arena;
    if (l->export->opinions) {
        survey_csv_put_safe(csv, survey_query_text(query, 2), true);
        if (assessed)
            survey_csv_put_safe(csv, survey_query_text(query, OWN_COLUMNS + 1), false);
    } else {
        for (int i = 0; i < OWN_COLUMNS; i++)
            survey_csv_put_safe(csv, survey_query_text(query, i), i == 0);
        if (l->repeat)
            survey_csv_put_safe(csv, occurrence, false);
    }
    for (size_t i = 0; done && i < l->count; i++) {
        const struct field *field = &l->fields[i];
        const struct survey_map_entry *kind = survey_map_find(&kinds, field->item->column);
        const char *code = survey_query_text(query, field->code_at);
        if (kind && has_labels(field) && !*code)
            code = missing_code(field, kind->value);
        survey_csv_put_safe(csv, code, false);
        if (has_labels(field))
            write_labels(l, field, code, csv);
    }
    survey_buffer_byte(csv, '\n');
    l->arena = kept;
    survey_map_clear(&kinds);
    survey_arena_free(arena);
    return done;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// Opinions in the order of what they say: the order of arrival would join them to the other list.
static void sort_rows(struct survey_arena *arena, struct survey_buffer *csv, size_t header, const size_t *starts,
                      size_t rows)
{
    const char **lines = survey_arena_array(arena, rows + 1, sizeof *lines);
    for (size_t i = 0; i < rows; i++) {
        size_t end = i + 1 < rows ? starts[i + 1] : csv->length;
        lines[i] = survey_arena_strndup(arena, csv->at + starts[i], end - starts[i]);
    }
    qsort(lines, rows, sizeof *lines, by_text);
    csv->length = header;
    for (size_t i = 0; i < rows; i++)
        survey_buffer_text(csv, lines[i]);
}

static bool write_rows(struct listing *l, const struct survey_actor *actor, struct survey_buffer *csv,
                       struct survey_error *error)
{
    const char *assessed = assessed_column(l, actor);
    struct survey_buffer sql = SURVEY_BUFFER(4 << 20);
    write_sql(l, assessed, &sql);
    write_header(l, assessed, csv);
    struct survey_query *query = survey_query(l->store, error, survey_buffer_string(&sql), "tt", l->current->id,
                                              survey_store_round(l->store, actor));
    survey_buffer_clear(&sql);
    if (!query)
        return false;
    size_t *starts = NULL, rows = 0, room = 0, header = csv->length;
    bool done = true;
    while (done && survey_query_next(query)) {
        if (rows == room)
            starts = survey_realloc(starts, room = room ? 2 * room : 1024, sizeof *starts);
        starts[rows++] = csv->length;
        done = write_row(l, query, assessed != NULL, csv, error);
    }
    done = survey_query_end(query, done ? error : NULL) && done;
    if (done && l->export->opinions && !csv->overflow)
        sort_rows(l->arena, csv, header, starts, rows);
    free(starts);
    return done;
}

bool survey_export_csv(struct survey_store *store, const struct survey_export *export, const char *repeat,
                       const struct survey_actor *actor, struct survey_buffer *csv, struct survey_error *error)
{
    struct listing l = {.store = store, .export = export, .arena = survey_arena_new()};
    bool done = open_listing(&l, error);
    if (done) {
        collect(&l, repeat);
        choose(&l);
        done = write_rows(&l, actor, csv, error);
    }
    if (done && csv->overflow)
        done = survey_fail(error, SURVEY_ERROR_RESOURCE, "", _("the list is longer than 1 GB"));
    survey_map_clear(&l.by_column);
    survey_arena_free(l.arena);
    return done;
}

const char *survey_export_repeat(struct survey_store *store, const struct survey_export *export, size_t index,
                                 struct survey_arena *arena, struct survey_error *error)
{
    struct listing l = {.store = store, .export = export, .arena = arena};
    struct survey_map seen = {0};
    const char *found = NULL;
    if (!open_listing(&l, error))
        return NULL;
    for (size_t v = 0; v < l.version_count && !found; v++)
        for (size_t i = 0; i < l.versions[v]->item_count && !found; i++) {
            const struct survey_item *item = l.versions[v]->items[i];
            bool added = false;
            if (item->type == SURVEY_TYPE_REPEAT)
                survey_map_put(&seen, arena, lower(arena, item->column), &added);
            if (added && seen.count == index + 1)
                found = item->column;
        }
    survey_map_clear(&seen);
    return found;
}
