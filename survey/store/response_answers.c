// SPDX-License-Identifier: GPL-3.0-or-later
// The answers of one interview into the wide tables, with what is missing and what is wrong beside.
#include "survey/store/response_private.h"

#include "survey/base/arena.h"
#include "survey/base/json.h"
#include "survey/base/number.h"
#include "survey/base/text.h"

#include <string.h>

enum { MOST_JSON = 64 << 20, MOST_SQL = 4 << 20 };

// The next node in document order within top; whole: what is below node counts too.
static const struct survey_node *next_node(const struct survey_node *node, const struct survey_node *top, bool below)
{
    if (below && node->first)
        return node->first;
    while (node != top && !node->next)
        node = node->parent;
    return node == top ? NULL : node->next;
}

static uint32_t place_among_instances(const struct survey_node *node)
{
    uint32_t place = 1;
    for (const struct survey_node *before = node->previous; before; before = before->previous)
        if (before->item == node->item && !before->hidden)
            place++;
    return place;
}

void survey_node_occurrence(const struct survey_node *node, char text[static 64])
{
    uint32_t places[8];
    size_t count = 0;
    for (; node && count < 8; node = node->parent)
        if (node->item && node->item->type == SURVEY_TYPE_REPEAT)
            places[count++] = place_among_instances(node);
    struct survey_buffer buffer = SURVEY_BUFFER(63);
    while (count > 0) {
        survey_format(&buffer, "%s%u", buffer.length ? "." : "", places[count - 1]);
        count--;
    }
    survey_format_into(text, 64, "%s", survey_buffer_string(&buffer));
    survey_buffer_clear(&buffer);
}

int survey_occurrence_parse(const char *text, uint32_t occurrences[static 8])
{
    int count = 0;
    while (*text) {
        size_t length = strcspn(text, ".");
        int64_t number;
        if (count == 8 || !survey_integer_parse(text, length, &number) || number < 1 || number > 100000)
            return -1;
        occurrences[count++] = (uint32_t)number;
        text += length;
        if (*text == '.' && !*++text)
            return -1;
    }
    return count;
}

struct writing {
    struct survey_store *store;
    struct survey_record *record;
    const struct survey_form *form;
    const char *id;
    struct survey_error *error;
    bool failed;
};

// The value that the column holds: NULL for what is missing in any way or not of the column's type.
static void put_value(struct survey_json_writer *json, const struct survey_node *node, enum survey_missing missing)
{
    const char *value = node ? node->value : "";
    size_t length = strlen(value);
    const char *type = node ? survey_column_type(node->item) : "TEXT";
    int64_t whole;
    double number;
    if (missing != SURVEY_PRESENT || length == 0)
        survey_json_put_null(json);
    else if (strcmp(type, "TEXT") == 0)
        survey_json_put_text(json, value);
    else if (strcmp(type, "INTEGER") == 0 && survey_integer_parse(value, length, &whole))
        survey_json_put_integer(json, whole);
    else if (strcmp(type, "REAL") == 0 && survey_number_parse(value, length, &number))
        survey_json_put_number(json, number);
    else
        survey_json_put_null(json); // the violation says so, the raw keeps it
}

static bool note_missing(struct writing *w, const struct survey_item *item, const char *occurrence,
                         enum survey_missing missing)
{
    if (missing == SURVEY_PRESENT || !survey_item_is_asked(item))
        return true;
    return survey_store_run(w->store, w->error,
                            "INSERT OR REPLACE INTO missing (response, question, occurrence, kind) VALUES (?, ?, ?, ?)",
                            "tttt", w->id, item->column, occurrence, survey_missing_name(missing));
}

static void add_column(const char *column, size_t position, struct survey_buffer *names, struct survey_buffer *values)
{
    survey_buffer_text(names, ", ");
    survey_sql_name(names, column);
    // One bound parameter holds them all: a row may have more columns than arguments fit a call.
    survey_format(values, ", json_extract(?3, '$[%zu]')", position);
}

// The column that a later version gave the question's answers; not where this version asks that one too.
static bool later_column(const struct writing *w, const struct survey_item *item, char name[static 256])
{
    struct survey_query *query = survey_query(w->store, NULL, "SELECT after FROM renamed WHERE form = ? AND before = ?", "tt",
                                              w->form->id, item->column);
    bool found = query && survey_query_next(query);
    if (found)
        survey_format_into(name, 256, "%s", survey_query_text(query, 0));
    if (query)
        survey_query_end(query, NULL);
    return found && !survey_form_find(w->form, name);
}

static void add_columns(const struct writing *w, const struct survey_item *repeat, struct survey_buffer *names,
                        struct survey_buffer *values)
{
    size_t position = 0;
    bool any = survey_store_count(w->store, 0, "SELECT count(*) FROM renamed WHERE form = ?", "t", w->form->id) > 0;
    for (size_t i = 0; i < w->form->item_count; i++) {
        const struct survey_item *item = w->form->items[i];
        char later[256];
        if (item->repeat != repeat || !survey_item_has_value(item))
            continue;
        struct survey_buffer column = SURVEY_BUFFER(4096);
        survey_response_column(item, &column);
        add_column(survey_buffer_string(&column), position, names, values);
        survey_buffer_clear(&column);
        if (any && later_column(w, item, later))
            add_column(later, position, names, values);
        position++;
    }
}

static bool insert_row(struct writing *w, const struct survey_item *repeat, const char *occurrence, const char *json)
{
    struct survey_buffer table = SURVEY_BUFFER(4096), sql = SURVEY_BUFFER(MOST_SQL), values = SURVEY_BUFFER(MOST_SQL);
    survey_response_table_name(w->form, repeat, &table);
    survey_buffer_text(&sql, "INSERT INTO ");
    survey_sql_name(&sql, survey_buffer_string(&table));
    survey_buffer_text(&sql, repeat ? " (response, occurrence" : " (response");
    survey_buffer_text(&values, repeat ? ") SELECT ?1, ?2" : ") SELECT ?1");
    add_columns(w, repeat, &sql, &values);
    survey_buffer_text(&sql, survey_buffer_string(&values));
    if (!repeat)
        survey_buffer_text(&sql, " WHERE ?2 IS NOT NULL");
    bool done = survey_store_run(w->store, w->error, survey_buffer_string(&sql), "ttt", w->id, occurrence, json);
    survey_buffer_clear(&table);
    survey_buffer_clear(&sql);
    survey_buffer_clear(&values);
    return done;
}

// The row of the form (top is the root) or of one repeat instance.
static bool write_row(struct writing *w, const struct survey_item *repeat, const struct survey_node *top)
{
    struct survey_arena *arena = survey_arena_new();
    const struct survey_node **nodes = survey_arena_array(arena, w->form->item_count + 1, sizeof(void *));
    bool below = true;
    for (const struct survey_node *node = top; node; node = next_node(node, top, below)) {
        const struct survey_item *item = node->item;
        below = node == top || !(node->hidden || (item && item->type == SURVEY_TYPE_REPEAT));
        if (below && item && survey_item_has_value(item) && item->repeat == repeat && item->index < w->form->item_count)
            nodes[item->index] = node;
    }
    char occurrence[64];
    survey_node_occurrence(top, occurrence);
    struct survey_buffer values = SURVEY_BUFFER(MOST_JSON);
    struct survey_json_writer json = survey_json_writer(&values, false);
    survey_json_open(&json, '[');
    bool done = true;
    for (size_t i = 0; done && i < w->form->item_count; i++) {
        const struct survey_item *item = w->form->items[i];
        if (item->repeat != repeat || !survey_item_has_value(item))
            continue;
        enum survey_missing missing = nodes[i] ? survey_record_missing(w->record, nodes[i]) : SURVEY_BLANK;
        put_value(&json, nodes[i], missing);
        done = note_missing(w, item, occurrence, missing);
    }
    survey_json_close(&json, ']');
    if (done && values.overflow)
        done = survey_fail(w->error, SURVEY_ERROR_INPUT, w->id, _("the answers are too long to keep"));
    done = done && insert_row(w, repeat, occurrence, survey_buffer_string(&values));
    survey_buffer_clear(&values);
    survey_arena_free(arena);
    return done;
}

static void note_violation(void *user, const struct survey_node *node, enum survey_violation violation,
                           const char *message)
{
    struct writing *w = user;
    if (w->failed || !node || !node->item)
        return;
    char occurrence[64];
    survey_node_occurrence(node, occurrence);
    w->failed = !survey_store_run(w->store, w->error,
                                  "INSERT OR REPLACE INTO violation (response, question, occurrence, kind, message) "
                                  "VALUES (?, ?, ?, ?, ?)",
                                  "ttttt", w->id, node->item->column, occurrence, survey_violation_name(violation),
                                  message ? message : "");
}

static bool forget(struct writing *w)
{
    bool done = survey_store_run(w->store, w->error, "DELETE FROM missing WHERE response = ?", "t", w->id) &&
                survey_store_run(w->store, w->error,
                                 "DELETE FROM violation WHERE response = ? AND kind NOT IN ('unit', 'duplicate')", "t",
                                 w->id);
    for (size_t i = 0; done && i <= w->form->item_count; i++) {
        const struct survey_item *repeat = i == 0 ? NULL : w->form->items[i - 1];
        if (repeat && repeat->type != SURVEY_TYPE_REPEAT)
            continue;
        struct survey_buffer table = SURVEY_BUFFER(4096), sql = SURVEY_BUFFER(8192);
        survey_response_table_name(w->form, repeat, &table);
        survey_buffer_text(&sql, "DELETE FROM ");
        survey_sql_name(&sql, survey_buffer_string(&table));
        survey_buffer_text(&sql, " WHERE response = ?");
        done = survey_store_run(w->store, w->error, survey_buffer_string(&sql), "t", w->id);
        survey_buffer_clear(&table);
        survey_buffer_clear(&sql);
    }
    return done;
}

bool survey_answers_write(struct survey_store *store, struct survey_record *record, const char *id,
                          struct survey_error *error)
{
    struct writing w = {.store = store, .record = record, .form = survey_record_form(record), .id = id, .error = error};
    const struct survey_node *root = survey_record_root(record);
    if (!forget(&w) || !write_row(&w, NULL, root))
        return false;
    bool below = true;
    for (const struct survey_node *node = root; node; node = next_node(node, root, below)) {
        below = !node->hidden && !node->irrelevant;
        if (below && node->item && node->item->type == SURVEY_TYPE_REPEAT && !write_row(&w, node->item, node))
            return false;
    }
    survey_record_check(record, note_violation, &w);
    return !w.failed;
}
