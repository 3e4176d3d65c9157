// SPDX-License-Identifier: GPL-3.0-or-later
// The export lists: which columns each may have, and their rows.
#include "survey/store/export.h"

#include "survey/base/arena.h"
#include "survey/base/text.h"
#include "survey/store/response_private.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MOST_LIST = 1 << 30, MOST_VERSIONS = 256, OWN_COLUMNS = 10, FIRST_ANSWER = OWN_COLUMNS + 3 };

// A column over all versions of the form: the newest definition of it, the strictest of its marks.
struct field {
    const struct survey_form *form;
    const struct survey_item *item;
    bool opinion, restricted, pii, key;
    int code_at; // its place in the query
};

struct survey_export_table {
    struct survey_store *store;
    const struct survey_actor *actor;
    const struct survey_export *export;
    struct survey_arena *arena;
    const struct survey_form *current;
    const struct survey_form *versions[MOST_VERSIONS];
    size_t version_count;
    const struct survey_item *repeat;
    struct survey_map by_column; // lower-case column -> index into fields
    struct field *fields;
    size_t count;
    int64_t version_rows[MOST_VERSIONS];
    bool *known; // by version and field: whether that version asks it
    const char *assessed;
    struct survey_export_column *columns;
    struct survey_export_value *values;
    size_t column_count, own_count;
    struct survey_buffer sql;
    struct survey_query *query; // NULL behind the last row, and where rows are sorted
    char **sorted;              // opinions
    size_t sorted_count, sorted_at;
};

static bool read_versions(struct survey_export_table *l, struct survey_error *error)
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
    for (size_t i = 0; i < count; i++) {
        l->version_rows[l->version_count] = rows[i];
        if (!(l->versions[l->version_count++] = survey_store_form(l->store, rows[i], error)))
            return false;
    }
    return true;
}

static bool open_listing(struct survey_export_table *l, struct survey_error *error)
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

static void collect(struct survey_export_table *l, const char *repeat)
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

static void choose(struct survey_export_table *l)
{
    size_t kept = 0;
    for (size_t i = 0; i < l->count; i++) {
        bool stays = allowed(l->export, &l->fields[i]);
        l->by_column.entries[i].number = stays ? (int64_t)kept : -1; // entries stand in the order of the fields
        if (stays)
            l->fields[kept++] = l->fields[i];
    }
    l->count = kept;
}

// --- columns ------------------------------------------------------------------------------------

static const char *text_in(const struct survey_export_table *l, const struct survey_form *form, const char **labels)
{
    int language = survey_form_language(form, l->export->language);
    return survey_label(form, labels, language < 0 ? form->default_language : (size_t)language);
}

// The choices of all versions; the newest label of each.
static void collect_choices(struct survey_export_table *l, const char *name, struct survey_export_column *column)
{
    size_t most = 0;
    for (size_t pass = 0; pass < 2; pass++) {
        struct survey_map seen = {0};
        struct survey_export_choice *choices = pass ? survey_arena_array(l->arena, most + 1, sizeof *choices) : NULL;
        for (size_t v = 0; v < l->version_count; v++) {
            const struct survey_item *item = survey_form_find(l->versions[v], name);
            for (size_t i = 0; item && item->list && i < item->list->count; i++) {
                const struct survey_choice *choice = &item->list->choices[i];
                bool added;
                if (!pass) {
                    most++;
                    continue;
                }
                survey_map_put(&seen, l->arena, choice->name, &added);
                if (added)
                    choices[column->choice_count++] = (struct survey_export_choice){
                        choice->name, text_in(l, l->versions[v], choice->labels), choice->missing};
            }
        }
        column->choices = choices;
        survey_map_clear(&seen);
    }
}

static enum survey_export_type type_of(const struct survey_item *item)
{
    enum survey_type type = item->type;
    if (type == SURVEY_TYPE_SELECT_ONE)
        return SURVEY_EXPORT_CODE;
    if (type == SURVEY_TYPE_SELECT_MULTIPLE || type == SURVEY_TYPE_RANK)
        return SURVEY_EXPORT_CODES;
    if (type == SURVEY_TYPE_INTEGER || type == SURVEY_TYPE_DECIMAL || type == SURVEY_TYPE_RANGE)
        return SURVEY_EXPORT_NUMBER;
    if (type == SURVEY_TYPE_CALCULATE || type == SURVEY_TYPE_HIDDEN)
        return SURVEY_EXPORT_FOUND;
    if (type == SURVEY_TYPE_DATE || type == SURVEY_TYPE_TODAY)
        return SURVEY_EXPORT_DATE;
    if (type == SURVEY_TYPE_DATETIME || type == SURVEY_TYPE_START || type == SURVEY_TYPE_END)
        return SURVEY_EXPORT_MOMENT;
    return SURVEY_EXPORT_TEXT;
}

static void add_own(struct survey_export_table *l, const char *name, const char *label, enum survey_export_type type)
{
    l->columns[l->column_count++] =
        (struct survey_export_column){.name = name, .label = label, .question = "", .type = type};
}

static void name_columns(struct survey_export_table *l)
{
    const struct survey_export *export = l->export;
    bool more = !export->opinions && !l->repeat;
    size_t room = OWN_COLUMNS + 2 + l->count + (more ? export->more_count : 0);
    l->columns = survey_arena_array(l->arena, room, sizeof *l->columns);
    l->values = survey_arena_array(l->arena, room, sizeof *l->values);
    if (export->opinions) {
        add_own(l, "round", _("Round"), SURVEY_EXPORT_TEXT);
        if (l->assessed)
            add_own(l, l->assessed, _("Assessed unit"), SURVEY_EXPORT_TEXT);
    } else {
        add_own(l, "response", _("Response"), SURVEY_EXPORT_TEXT);
        add_own(l, "form_version", _("Version of the form"), SURVEY_EXPORT_TEXT);
        add_own(l, "round", _("Round"), SURVEY_EXPORT_TEXT);
        add_own(l, "unit", _("Sampled unit"), SURVEY_EXPORT_TEXT);
        add_own(l, "channel", _("Channel"), SURVEY_EXPORT_TEXT);
        add_own(l, "who", _("Enumerator or importer"), SURVEY_EXPORT_TEXT);
        add_own(l, "state", _("State of the response"), SURVEY_EXPORT_TEXT);
        add_own(l, "disposition", _("Result code of the visit"), SURVEY_EXPORT_TEXT);
        add_own(l, "started_at", _("Started"), SURVEY_EXPORT_MOMENT);
        add_own(l, "ended_at", _("Ended"), SURVEY_EXPORT_MOMENT);
        if (l->repeat)
            add_own(l, "occurrence", _("Occurrence in the repeat"), SURVEY_EXPORT_TEXT);
    }
    l->own_count = l->column_count;
    for (size_t i = 0; i < l->count; i++) {
        const struct survey_item *item = l->fields[i].item;
        struct survey_export_column *column = &l->columns[l->column_count++];
        *column = (struct survey_export_column){.name = item->column, .label = text_in(l, l->fields[i].form, item->labels),
                                                .question = survey_type_name(item->type), .type = type_of(item),
                                                .multiple = item->type == SURVEY_TYPE_SELECT_MULTIPLE,
                                                .asked = survey_item_is_asked(item)};
        if (column->type == SURVEY_EXPORT_CODE || column->type == SURVEY_EXPORT_CODES)
            collect_choices(l, item->column, column);
    }
    for (size_t i = 0; more && i < export->more_count; i++)
        l->columns[l->column_count++] = export->more[i];
}

const struct survey_export_choice *survey_export_choice(const struct survey_export_column *column, const char *code,
                                                        size_t length)
{
    for (size_t i = 0; i < column->choice_count; i++)
        if (strlen(column->choices[i].name) == length && memcmp(column->choices[i].name, code, length) == 0)
            return &column->choices[i];
    return NULL;
}

const struct survey_export_column *survey_export_columns(const struct survey_export_table *l, size_t *count)
{
    *count = l->column_count;
    return l->columns;
}

// --- rows ---------------------------------------------------------------------------------------

// The frame column of the level that is assessed, if the frame has it: all that an opinion may say of
// where it was given.
static const char *assessed_column(const struct survey_export_table *l)
{
    const char *column = survey_store_setting(l->store, "assessed_unit",
                                              survey_days_from_civil(1970, 1, 1) + l->actor->now.seconds / 86400);
    if (!column || survey_store_count(l->store, 0, "SELECT count(*) FROM pragma_table_info('frame') WHERE name = ?", "t",
                                      column) == 0)
        return NULL;
    return strcasecmp(column, "unit") == 0 ? NULL : column;
}

static void add_column(struct survey_buffer *sql, const struct survey_item *item)
{
    struct survey_buffer column = SURVEY_BUFFER(4096);
    survey_response_column(item, &column);
    survey_buffer_text(sql, ", answers.");
    survey_sql_name(sql, survey_buffer_string(&column));
    survey_buffer_clear(&column);
}

static void write_sql(struct survey_export_table *l)
{
    struct survey_buffer table = SURVEY_BUFFER(4096), *sql = &l->sql;
    survey_response_table_name(l->current, l->repeat, &table);
    survey_buffer_text(sql, "SELECT response.id, form.version, response.round, response.unit, channel, who, state, "
                            "disposition, started_at, ended_at, ");
    survey_buffer_text(sql, l->repeat ? "answers.occurrence, " : "'', ");
    if (l->assessed) {
        survey_buffer_text(sql, "frame.");
        survey_sql_name(sql, l->assessed);
    } else {
        survey_buffer_text(sql, "''");
    }
    survey_buffer_text(sql, ", form.id");
    int place = FIRST_ANSWER;
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

static void note_known(struct survey_export_table *l)
{
    l->known = survey_arena_array(l->arena, l->version_count * l->count + 1, sizeof *l->known);
    for (size_t v = 0; v < l->version_count; v++)
        for (size_t i = 0; i < l->count; i++)
            l->known[v * l->count + i] = survey_form_find(l->versions[v], l->fields[i].item->column) != NULL;
}

// A "don't know" that was chosen: the one choice that means this kind of missing.
static const char *missing_code(const struct survey_export_column *column, enum survey_missing kind)
{
    const char *found = NULL;
    for (size_t i = 0; i < column->choice_count; i++)
        if (column->choices[i].missing == kind) {
            if (found)
                return "";
            found = column->choices[i].name;
        }
    return found ? found : "";
}

static enum survey_missing kind_named(const char *name)
{
    for (int kind = SURVEY_NOT_ASKED; kind <= SURVEY_BLANK; kind++)
        if (strcmp(survey_missing_name((enum survey_missing)kind), name) == 0)
            return (enum survey_missing)kind;
    return SURVEY_BLANK;
}

// Why answers of the row are missing, into the values of those columns.
static bool read_missing(struct survey_export_table *l, struct survey_error *error)
{
    struct survey_query *query =
        survey_query(l->store, error, "SELECT question, kind FROM missing WHERE response = ? AND occurrence = ?", "tt",
                     survey_query_text(l->query, 0), survey_query_text(l->query, OWN_COLUMNS));
    if (!query)
        return false;
    while (survey_query_next(query)) {
        char column[1024];
        survey_format_into(column, sizeof column, "%s", survey_query_text(query, 0));
        for (char *at = column; *at; at++)
            *at = (char)(*at >= 'A' && *at <= 'Z' ? *at + 'a' - 'A' : *at);
        const struct survey_map_entry *entry = survey_map_find(&l->by_column, column);
        if (entry && entry->number >= 0)
            l->values[l->own_count + (size_t)entry->number].missing = kind_named(survey_query_text(query, 1));
    }
    return survey_query_end(query, error);
}

static bool read_row(struct survey_export_table *l, struct survey_error *error)
{
    memset(l->values, 0, l->column_count * sizeof *l->values);
    size_t version = 0;
    while (version + 1 < l->version_count && l->version_rows[version] != survey_query_integer(l->query, OWN_COLUMNS + 2))
        version++;
    if (!read_missing(l, error))
        return false;
    for (size_t i = 0; i < l->own_count; i++) {
        int place = l->export->opinions ? (i == 0 ? 2 : OWN_COLUMNS + 1) : (int)i;
        l->values[i].text = survey_query_text(l->query, place);
    }
    for (size_t i = 0; i < l->count; i++) {
        struct survey_export_value *value = &l->values[l->own_count + i];
        value->text = survey_query_text(l->query, l->fields[i].code_at);
        if (*value->text)
            value->missing = SURVEY_PRESENT;
        else if (!l->known[version * l->count + i])
            value->missing = SURVEY_NOT_ASKED;
        else if (!value->missing)
            value->missing = SURVEY_BLANK;
        if (value->missing == SURVEY_DONT_KNOW || value->missing == SURVEY_REFUSED)
            value->text = missing_code(&l->columns[l->own_count + i], value->missing);
    }
    size_t behind = l->own_count + l->count;
    for (size_t i = behind; i < l->column_count; i++)
        l->values[i] = (struct survey_export_value){"", SURVEY_BLANK};
    if (behind < l->column_count && l->export->fill)
        l->export->fill(l->export->user, l->values[0].text, &l->values[behind]);
    return true;
}

static bool start_query(struct survey_export_table *l, struct survey_error *error)
{
    l->query = survey_query(l->store, error, survey_buffer_string(&l->sql), "tt", l->current->id,
                            survey_store_round(l->store, l->actor));
    return l->query != NULL;
}

// True on a row; else the query is over, with error or without.
static bool step(struct survey_export_table *l, struct survey_error *error)
{
    if (!l->query)
        return false;
    bool row = survey_query_next(l->query);
    if (row && read_row(l, error))
        return true;
    survey_query_end(l->query, row ? NULL : error);
    l->query = NULL;
    return false;
}

// --- opinions -----------------------------------------------------------------------------------

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

// A row as one text: each value with a letter for its kind and a separator that no value holds (UTF-8
// has no byte 0xff).
static char *pack(const struct survey_export_table *l, struct survey_buffer *packed)
{
    packed->length = 0;
    for (size_t i = 0; i < l->column_count; i++) {
        survey_buffer_text(packed, l->values[i].text);
        survey_buffer_byte(packed, (char)0xff);
        survey_buffer_byte(packed, (char)('a' + (int)l->values[i].missing));
    }
    char *copy = survey_alloc(packed->length + 1);
    memcpy(copy, survey_buffer_string(packed), packed->length);
    return copy;
}

static void unpack(struct survey_export_table *l, char *packed)
{
    for (size_t i = 0; i < l->column_count; i++) {
        char *end = strchr(packed, (char)0xff);
        l->values[i] = (struct survey_export_value){packed, (enum survey_missing)(end[1] - 'a')};
        *end = '\0';
        packed = end + 2;
    }
}

// Opinions in the order of what they say: the order of arrival would join them to the other list.
static bool sort_rows(struct survey_export_table *l, struct survey_error *error)
{
    struct survey_error failed = {0};
    struct survey_buffer packed = SURVEY_BUFFER(MOST_LIST);
    size_t room = 0, bytes = 0;
    while (bytes < MOST_LIST && !packed.overflow && step(l, &failed)) {
        if (l->sorted_count == room)
            l->sorted = survey_realloc(l->sorted, room = room ? 2 * room : 1024, sizeof *l->sorted);
        l->sorted[l->sorted_count++] = pack(l, &packed);
        bytes += packed.length;
    }
    if (failed.code == SURVEY_OK && (packed.overflow || bytes >= MOST_LIST))
        survey_fail(&failed, SURVEY_ERROR_RESOURCE, "", _("the list is longer than 1 GB"));
    survey_buffer_clear(&packed);
    if (l->query)
        survey_query_end(l->query, NULL);
    l->query = NULL;
    if (failed.code != SURVEY_OK && error)
        *error = failed;
    if (l->sorted_count)
        qsort(l->sorted, l->sorted_count, sizeof *l->sorted, by_text);
    return failed.code == SURVEY_OK;
}

static void forget_rows(struct survey_export_table *l)
{
    for (size_t i = 0; i < l->sorted_count; i++)
        free(l->sorted[i]);
    free(l->sorted);
    l->sorted = NULL;
    l->sorted_count = l->sorted_at = 0;
    if (l->query)
        survey_query_end(l->query, NULL);
    l->query = NULL;
}

// --- the table ----------------------------------------------------------------------------------

bool survey_export_rewind(struct survey_export_table *l, struct survey_error *error)
{
    forget_rows(l);
    return start_query(l, error) && (!l->export->opinions || sort_rows(l, error));
}

const struct survey_export_value *survey_export_next(struct survey_export_table *l, struct survey_error *error)
{
    if (!l->export->opinions)
        return step(l, error) ? l->values : NULL;
    if (l->sorted_at == l->sorted_count)
        return NULL;
    unpack(l, l->sorted[l->sorted_at++]);
    return l->values;
}

bool survey_export_open(struct survey_store *store, const struct survey_export *export, const char *repeat,
                        const struct survey_actor *actor, struct survey_export_table **table, struct survey_error *error)
{
    struct survey_export_table *l = survey_alloc(sizeof *l);
    *l = (struct survey_export_table){.store = store, .actor = actor, .export = export, .arena = survey_arena_new(),
                                      .sql = SURVEY_BUFFER(4 << 20)};
    bool done = open_listing(l, error);
    if (done) {
        collect(l, repeat);
        choose(l);
        l->assessed = assessed_column(l);
        name_columns(l);
        note_known(l);
        write_sql(l);
        done = survey_export_rewind(l, error);
    }
    if (!done) {
        survey_export_close(l);
        l = NULL;
    }
    *table = l;
    return done;
}

void survey_export_close(struct survey_export_table *l)
{
    if (!l)
        return;
    forget_rows(l);
    survey_buffer_clear(&l->sql);
    survey_map_clear(&l->by_column);
    survey_arena_free(l->arena);
    free(l);
}

const char *survey_export_repeat(struct survey_store *store, const struct survey_export *export, size_t index,
                                 struct survey_arena *arena, struct survey_error *error)
{
    struct survey_export_table l = {.store = store, .export = export, .arena = arena};
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
