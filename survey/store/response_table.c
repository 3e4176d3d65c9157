// SPDX-License-Identifier: GPL-3.0-or-later
// The wide answers tables: made with a form, widened with its next version, never narrowed.
#include "survey/store/response_private.h"

#include "survey/base/arena.h"
#include "survey/base/text.h"
#include "survey/store/store_private.h"

#include <string.h>
#include <strings.h>

void survey_response_table_name(const struct survey_form *form, const struct survey_item *repeat,
                                struct survey_buffer *name)
{
    survey_buffer_text(name, "answers_");
    survey_buffer_text(name, form->id);
    if (repeat) {
        survey_buffer_byte(name, '_');
        survey_buffer_text(name, repeat->column);
    }
}

void survey_response_column(const struct survey_item *item, struct survey_buffer *name)
{
    survey_buffer_text(name, item->column);
    if (strcasecmp(item->column, "response") == 0 || strcasecmp(item->column, "occurrence") == 0)
        survey_buffer_byte(name, '_');
}

const struct survey_item *survey_form_key(const struct survey_form *form)
{
    const struct survey_item *named = NULL;
    for (size_t i = 0; i < form->item_count; i++) {
        const struct survey_item *item = form->items[i];
        if (item->repeat || !survey_item_has_value(item))
            continue;
        if (item->role && strcmp(item->role, "key") == 0)
            return item;
        if (!named && strcmp(item->name, "household_id") == 0)
            named = item;
    }
    return named;
}

const char *survey_column_type(const struct survey_item *item)
{
    if (item->type == SURVEY_TYPE_INTEGER)
        return "INTEGER";
    return item->type == SURVEY_TYPE_DECIMAL || item->type == SURVEY_TYPE_RANGE ? "REAL" : "TEXT";
}

// How much a type can hold: what fits INTEGER fits REAL, and anything fits TEXT.
static int breadth(const char *type)
{
    return strcmp(type, "INTEGER") == 0 ? 0 : strcmp(type, "REAL") == 0 ? 1 : 2;
}

static void add_name(struct survey_buffer *sql, const struct survey_item *item)
{
    struct survey_buffer column = SURVEY_BUFFER(4096);
    survey_response_column(item, &column);
    survey_sql_name(sql, survey_buffer_string(&column));
    survey_buffer_clear(&column);
}

// One table: of the form itself, or of one of its repeats.
struct wide {
    const struct survey_form *form;
    const struct survey_item *repeat;
    struct survey_buffer name;
    struct survey_map columns; // existing column -> its type
    struct survey_arena *arena;
};

static bool belongs(const struct wide *wide, const struct survey_item *item)
{
    return item->repeat == wide->repeat && survey_item_has_value(item);
}

static bool read_columns(struct survey_store *store, struct wide *wide, struct survey_error *error)
{
    struct survey_query *query = survey_query(store, error, "SELECT lower(name), type FROM pragma_table_info(?)", "t",
                                              survey_buffer_string(&wide->name));
    if (!query)
        return false;
    while (survey_query_next(query)) {
        struct survey_map_entry *entry =
            survey_map_put(&wide->columns, wide->arena, survey_query_text(query, 0), NULL);
        entry->value = survey_arena_strdup(wide->arena, survey_query_text(query, 1));
    }
    return survey_query_end(query, error);
}

// Writes to the table are told to whoever keeps a snapshot.
static bool add_triggers(struct survey_store *store, const char *table, struct survey_error *error)
{
    static const char *const events[] = {"insert", "INSERT", "update", "UPDATE", "delete", "DELETE"};
    bool done = true;
    for (size_t i = 0; done && i < sizeof events / sizeof *events; i += 2) {
        struct survey_buffer sql = SURVEY_BUFFER(1 << 16), name = SURVEY_BUFFER(1 << 16);
        survey_format(&name, "%s_%s", table, events[i]);
        survey_buffer_text(&sql, "CREATE TRIGGER ");
        survey_sql_name(&sql, survey_buffer_string(&name));
        survey_format(&sql, " AFTER %s ON ", events[i + 1]);
        survey_sql_name(&sql, table);
        survey_buffer_text(&sql, " " SURVEY_CHANGES);
        done = survey_store_run(store, error, survey_buffer_string(&sql), "");
        survey_buffer_clear(&sql);
        survey_buffer_clear(&name);
    }
    return done;
}

static bool make_table(struct survey_store *store, const struct wide *wide, struct survey_error *error)
{
    struct survey_buffer sql = SURVEY_BUFFER(4 << 20);
    survey_buffer_text(&sql, "CREATE TABLE ");
    survey_sql_name(&sql, survey_buffer_string(&wide->name));
    survey_buffer_text(&sql, wide->repeat ? " (response TEXT NOT NULL REFERENCES response, occurrence TEXT NOT NULL"
                                          : " (response TEXT PRIMARY KEY REFERENCES response");
    for (size_t i = 0; i < wide->form->item_count; i++) {
        const struct survey_item *item = wide->form->items[i];
        if (!belongs(wide, item))
            continue;
        survey_buffer_text(&sql, ", ");
        add_name(&sql, item);
        survey_format(&sql, " %s", survey_column_type(item));
    }
    survey_buffer_text(&sql, wide->repeat ? ", PRIMARY KEY (response, occurrence)) STRICT" : ") STRICT");
    bool done = survey_store_run(store, error, survey_buffer_string(&sql), "");
    survey_buffer_clear(&sql);
    return done && add_triggers(store, survey_buffer_string(&wide->name), error);
}

static const char *lower_column(struct survey_arena *arena, const struct survey_item *item)
{
    struct survey_buffer column = SURVEY_BUFFER(4096);
    survey_response_column(item, &column);
    char *text = survey_arena_strdup(arena, survey_buffer_string(&column));
    survey_buffer_clear(&column);
    for (char *at = text; *at; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at + 'a' - 'A'); // as SQLite compares names
    return text;
}

// A question that became broader (integer to decimal, number to text) gets a column of the broader
// type with the old values in it; SQLite cannot change a column's type in place.
static bool broaden(struct survey_store *store, const struct wide *wide, const struct survey_item *item,
                    struct survey_error *error)
{
    static const char *const steps[] = {"ALTER TABLE %t RENAME COLUMN %c TO assay_old", "ALTER TABLE %t ADD COLUMN %c %s",
                                        "UPDATE %t SET %c = assay_old", "ALTER TABLE %t DROP COLUMN assay_old"};
    bool done = true;
    for (size_t i = 0; done && i < sizeof steps / sizeof *steps; i++) {
        struct survey_buffer sql = SURVEY_BUFFER(1 << 16);
        for (const char *at = steps[i]; *at; at++) {
            if (*at != '%')
                survey_buffer_byte(&sql, *at);
            else if (*++at == 't')
                survey_sql_name(&sql, survey_buffer_string(&wide->name));
            else if (*at == 'c')
                add_name(&sql, item);
            else
                survey_buffer_text(&sql, survey_column_type(item));
        }
        done = survey_store_run(store, error, survey_buffer_string(&sql), "");
        survey_buffer_clear(&sql);
    }
    return done;
}

static bool widen_table(struct survey_store *store, const struct wide *wide, struct survey_error *error)
{
    for (size_t i = 0; i < wide->form->item_count; i++) {
        const struct survey_item *item = wide->form->items[i];
        if (!belongs(wide, item))
            continue;
        const struct survey_map_entry *known = survey_map_find(&wide->columns, lower_column(wide->arena, item));
        if (known && breadth(known->value) < breadth(survey_column_type(item)) && !broaden(store, wide, item, error))
            return false;
        if (known)
            continue;
        struct survey_buffer sql = SURVEY_BUFFER(1 << 16);
        survey_buffer_text(&sql, "ALTER TABLE ");
        survey_sql_name(&sql, survey_buffer_string(&wide->name));
        survey_buffer_text(&sql, " ADD COLUMN ");
        add_name(&sql, item);
        survey_format(&sql, " %s", survey_column_type(item));
        bool done = survey_store_run(store, error, survey_buffer_string(&sql), "");
        survey_buffer_clear(&sql);
        if (!done)
            return false;
    }
    return true;
}

static bool check_width(const struct wide *wide, struct survey_error *error)
{
    size_t count = wide->columns.count;
    for (size_t i = 0; i < wide->form->item_count; i++)
        if (belongs(wide, wide->form->items[i]) &&
            !survey_map_find(&wide->columns, lower_column(wide->arena, wide->form->items[i])))
            count++;
    if (count <= SURVEY_MOST_COLUMNS)
        return true;
    return survey_fail(error, SURVEY_ERROR_INPUT, wide->form->path,
                       _("%s would have %zu columns with those of earlier versions; at most %d can be kept. Split the "
                         "questionnaire into two forms, or move questions into a repeat."),
                       survey_buffer_string(&wide->name), count, SURVEY_MOST_COLUMNS);
}

static bool one_table(struct survey_store *store, struct wide *wide, struct survey_error *error)
{
    if (!read_columns(store, wide, error) || !check_width(wide, error))
        return false;
    if (wide->columns.count == 0)
        return make_table(store, wide, error);
    // Form hh with a repeat member, and a form hh_member, would share a table.
    bool of_repeat = survey_map_find(&wide->columns, "occurrence") != NULL;
    if (of_repeat != (wide->repeat != NULL))
        return survey_fail(error, SURVEY_ERROR_INPUT, wide->form->path,
                           _("the form '%s' would share the table %s with a repeat of another form; rename one of them"),
                           wide->form->id, survey_buffer_string(&wide->name));
    return widen_table(store, wide, error);
}

bool survey_response_tables(struct survey_store *store, const struct survey_form *form, struct survey_error *error)
{
    struct survey_arena *arena = survey_arena_new();
    bool done = true;
    for (size_t i = 0; done && i <= form->item_count; i++) {
        const struct survey_item *repeat = i == 0 ? NULL : form->items[i - 1];
        if (repeat && repeat->type != SURVEY_TYPE_REPEAT)
            continue;
        struct wide wide = {.form = form, .repeat = repeat, .name = SURVEY_BUFFER(4096), .arena = arena};
        survey_response_table_name(form, repeat, &wide.name);
        done = one_table(store, &wide, error);
        survey_buffer_clear(&wide.name);
        survey_map_clear(&wide.columns);
    }
    survey_arena_free(arena);
    return done;
}
