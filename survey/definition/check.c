// SPDX-License-Identifier: GPL-3.0-or-later
// What can be wrong with a definition as a whole: names, references, functions, lists, cycles.
#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/text.h"
#include "survey/base/utf8.h"
#include "survey/definition/reader.h"
#include "survey/definition/word.h"
#include "survey/expr/expr.h"

#include <stdlib.h>
#include <string.h>

enum { NEAR_LENGTH = 64 };

// Edits (insert, delete, replace, swap of neighbours) between two short names.
static size_t distance(const char *a, const char *b)
{
    size_t rows[3][NEAR_LENGTH + 1], m = strlen(a), n = strlen(b);
    if (m > NEAR_LENGTH || n > NEAR_LENGTH)
        return NEAR_LENGTH;
    for (size_t j = 0; j <= n; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= m; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *higher = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t best = above[j - 1] + (a[i - 1] != b[j - 1]);
            best = above[j] + 1 < best ? above[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && higher[j - 2] + 1 < best)
                best = higher[j - 2] + 1;
            row[j] = best;
        }
    }
    return rows[m % 3][n];
}

const char *survey_nearest(const char *name, const char *const *names, size_t count)
{
    const char *found = NULL;
    size_t best = strlen(name) / 3 + (strlen(name) > 4); // a third of it may differ
    best = best ? best : 1;
    for (size_t i = 0; i < count; i++) {
        size_t edits = distance(name, names[i]);
        if (edits <= best && edits < strlen(name)) {
            if (found && edits == best)
                continue;
            found = names[i];
            best = edits;
        }
    }
    return found;
}

// Places of problems are given by row and column as a person counts.
// What was said last is not said again of the same cell (a function called twice).
static void say_at(struct survey_form_reader *reader, enum survey_severity severity, const char *code, const struct survey_logic *logic,
                   const char *expected, const char *message)
{
    size_t count = reader->report ? survey_report_count(reader->report) : 0;
    const struct survey_problem *last = count ? survey_report_at(reader->report, count - 1) : NULL;
    if (last && strcmp(last->code, code) == 0 && last->row == logic->row && last->column == logic->column && strcmp(last->message, message) == 0)
        return;
    survey_report_add(reader->report, &(struct survey_problem){.severity = severity, .code = code, .file = reader->form->path,
                                                               .sheet = logic->sheet, .row = logic->row, .column = logic->column,
                                                               .message = message, .expected = expected ? expected : ""});
}

static void say_name(struct survey_form_reader *reader, enum survey_severity severity, const char *code, const struct survey_item *item,
                     const char *message)
{
    int column = survey_reader_column(reader, SURVEY_HEADER_NAME, -1);
    struct survey_logic place = {.sheet = reader->sheet->name, .row = item->row, .column = (uint32_t)(column + 1)};
    say_at(reader, severity, code, &place, NULL, message);
}

static bool is_name_start(uint32_t c)
{
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0xc0;
}

static bool is_name(const char *name)
{
    size_t length = strlen(name);
    uint32_t character;
    size_t size = survey_utf8_next(name, length, &character);
    if (!size || !is_name_start(character))
        return false;
    for (size_t at = size; at < length; at += size) {
        size = survey_utf8_next(name + at, length - at, &character);
        bool inner = is_name_start(character) || (character >= '0' && character <= '9') || character == '-' || character == '.';
        if (!inner)
            return false;
    }
    return true;
}

static void check_names(struct survey_form_reader *reader)
{
    struct survey_form *form = reader->form;
    struct survey_map seen = {0};
    enum survey_severity forgiven = reader->strict ? SURVEY_FAULT : SURVEY_WARNING;
    char message[512];
    if (!is_name(form->root_name)) {
        survey_format_into(message, sizeof message, _("'%s' can't be the name of a form's root element"), form->root_name);
        say_at(reader, SURVEY_FAULT, "E104", &(struct survey_logic){.sheet = "settings", .row = 2}, NULL, message);
    }
    for (size_t i = 0; i < form->item_count; i++) {
        const struct survey_item *item = form->items[i];
        bool added;
        if (!*item->name) {
            say_name(reader, SURVEY_FAULT, "E103", item, _("the row has no name"));
            continue;
        }
        if (!is_name(item->name)) {
            survey_format_into(message, sizeof message, _("'%s' can't be a name: it has to begin with a letter or '_', then letters, digits, '-', '_', '.'"), item->name);
            say_name(reader, SURVEY_FAULT, "E104", item, message);
        }
        survey_map_put(&seen, reader->arena, item->path, &added);
        if (!added) {
            survey_format_into(message, sizeof message, _("'%s' is a name in this group already"), item->name);
            say_name(reader, forgiven, forgiven == SURVEY_FAULT ? "E113" : "W113", item, message);
        }
        if (strcmp(item->name, "meta") == 0)
            say_name(reader, forgiven, forgiven == SURVEY_FAULT ? "E123" : "W123", item, _("'meta' is reserved for what a form says of itself"));
    }
    survey_map_clear(&seen);
}

// A repeat has a name of its own in the whole form; the count of its instances may need a node beside it.
static void check_repeats(struct survey_form_reader *reader)
{
    struct survey_form *form = reader->form;
    struct survey_map repeats = {0}, paths = {0};
    for (size_t i = 0; i < form->item_count; i++)
        survey_map_put(&paths, reader->arena, form->items[i]->path, NULL);
    for (size_t i = 0; i < form->item_count; i++) {
        const struct survey_item *item = form->items[i];
        bool added;
        if (item->type != SURVEY_TYPE_REPEAT)
            continue;
        survey_map_put(&repeats, reader->arena, item->name, &added);
        if (!added || strcmp(item->name, form->root_name) == 0)
            survey_reader_say_item(reader, SURVEY_STRICT_FAULT, 136, item, "name", NULL, _("'%s' is the name of another repeat or of the form"),
                                   item->name);
        if (item->repeat_count.text && !survey_is_reference(item->repeat_count.text) &&
            survey_map_find(&paths, survey_arena_format(reader->arena, "%s_count", item->path)))
            survey_reader_say_item(reader, SURVEY_STRICT_FAULT, 113, item, "name", NULL,
                                   _("'%s_count' is a name in this group already; the count of the repeat needs it"), item->name);
    }
    survey_map_clear(&repeats);
    survey_map_clear(&paths);
}

// Columns of the answers table: the name, or group_name where two share it, whatever their case.
static void name_columns(struct survey_form_reader *reader)
{
    struct survey_form *form = reader->form;
    struct survey_map counts = {0};
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < form->item_count; i++) {
            struct survey_item *item = form->items[i];
            if (!survey_item_has_value(item))
                continue;
            char *key = survey_arena_strdup(reader->arena, item->name);
            for (char *at = key; *at; at++)
                *at = (char)(*at >= 'A' && *at <= 'Z' ? *at + 32 : *at);
            struct survey_map_entry *entry = survey_map_put(&counts, reader->arena, key, NULL);
            if (round == 0)
                entry->number++;
            else if (entry->number > 1 && item->parent->parent)
                item->column = survey_arena_format(reader->arena, "%s_%s", item->parent->name, item->name);
        }
    survey_map_clear(&counts);
}

struct reference_check {
    struct survey_form_reader *reader;
    const struct survey_logic *logic;
    const struct survey_map *names;
};

static bool check_use(void *user, enum survey_expr_use use, const char *name, size_t at)
{
    struct reference_check *check = user;
    struct survey_form *form = check->reader->form;
    char message[512];
    (void)at;
    if (use == SURVEY_USES_NAME && strncmp(name, "last-saved#", 11) == 0)
        name += 11;
    if (use == SURVEY_USES_NAME && !survey_map_find(check->names, name) && strcmp(name, form->root_name) != 0 &&
        strcmp(name, "instanceID") != 0) {
        const char **all = survey_arena_array(check->reader->arena, form->item_count + 1, sizeof *all);
        for (size_t i = 0; i < form->item_count; i++)
            all[i] = form->items[i]->name;
        const char *near = survey_nearest(name, all, form->item_count);
        char expected[300] = "";
        if (near)
            survey_format_into(expected, sizeof expected, _("did you mean '${%s}'?"), near);
        survey_format_into(message, sizeof message, _("'${%s}' is not a question of this form"), name);
        say_at(check->reader, SURVEY_FAULT, "E111", check->logic, expected, message);
    }
    if (use != SURVEY_USES_FUNCTION)
        return true;
    size_t count = 0;
    for (; survey_expr_functions[count]; count++)
        if (survey_expr_functions[count][0] == name[0] && strcmp(survey_expr_functions[count], name) == 0)
            return true;
    if (strcmp(name, "jr:itext") == 0 || strcmp(name, "enclosed-area") == 0)
        return true; // clients know them, whether the engine needs them or not
    const char *near = survey_nearest(name, survey_expr_functions, count);
    if (near)
        near = survey_arena_format(check->reader->arena, _("did you mean '%s()'?"), near);
    survey_format_into(message, sizeof message, _("'%s()' is not a function that ODK knows"), name);
    say_at(check->reader, check->reader->strict ? SURVEY_FAULT : SURVEY_WARNING, check->reader->strict ? "E112" : "W112", check->logic, near, message);
    return true;
}

enum { LOGICS = 8 };

static void logics_of(const struct survey_item *item, const struct survey_logic *logics[LOGICS])
{
    const struct survey_logic *all[LOGICS] = {&item->relevant,      &item->constraint, &item->calculation, &item->required,
                                              &item->choice_filter, &item->initial,    &item->read_only,   &item->repeat_count};
    memcpy(logics, all, sizeof all);
}

static void check_references(struct survey_form_reader *reader)
{
    struct survey_form *form = reader->form;
    struct survey_map names = {0};
    for (size_t i = 0; i < form->item_count; i++)
        survey_map_put(&names, reader->arena, form->items[i]->name, NULL)->value = form->items[i];
    for (size_t i = 0; i < form->item_count; i++) {
        const struct survey_logic *logics[LOGICS];
        logics_of(form->items[i], logics);
        for (size_t k = 0; k < LOGICS; k++) {
            struct reference_check check = {reader, logics[k], &names};
            if (logics[k]->expr)
                survey_expr_each_use(logics[k]->expr, check_use, &check);
        }
    }
    survey_map_clear(&names);
}

// A calculation that needs its own result: depth first over what each value is made of.
struct cycle_search {
    struct survey_form_reader *reader;
    const struct survey_map *names; // name -> first item of that name
    size_t *edges;                  // indices of the items that the current one needs
    size_t edge_count;
    size_t edge_capacity;
};

static bool collect_edge(void *user, enum survey_expr_use use, const char *name, size_t at)
{
    struct cycle_search *search = user;
    (void)at;
    const struct survey_map_entry *entry = use == SURVEY_USES_NAME ? survey_map_find(search->names, name) : NULL;
    if (!entry)
        return true;
    if (search->edge_count == search->edge_capacity) {
        search->edge_capacity = search->edge_capacity ? search->edge_capacity * 2 : 64;
        search->edges = survey_realloc(search->edges, search->edge_capacity, sizeof *search->edges);
    }
    search->edges[search->edge_count++] = ((const struct survey_item *)entry->value)->index;
    return true;
}

// Appends the edges of an item: its calculation, and the relevance of it and of what holds it.
static void edges_of(struct cycle_search *search, const struct survey_item *item)
{
    if (item->calculation.expr)
        survey_expr_each_use(item->calculation.expr, collect_edge, search);
    for (; item->parent; item = item->parent)
        if (item->relevant.expr)
            survey_expr_each_use(item->relevant.expr, collect_edge, search);
}

static void say_cycle(struct survey_form_reader *reader, const size_t *path, size_t from, size_t count)
{
    struct survey_buffer text = SURVEY_BUFFER(400);
    const struct survey_item *item = reader->form->items[path[from]];
    for (size_t i = from; i < count; i++)
        survey_format(&text, "%s -> ", reader->form->items[path[i]]->name);
    survey_buffer_text(&text, item->name);
    char message[512];
    survey_format_into(message, sizeof message, _("the value depends on itself: %s"), survey_buffer_string(&text));
    say_at(reader, SURVEY_FAULT, "E124", item->calculation.text ? &item->calculation : &item->relevant, NULL, message);
    survey_buffer_clear(&text);
}

struct walk {
    size_t *start; // of each item's edges; one more at the end
    size_t *at;    // the next edge to follow
    size_t *path;
    size_t depth;
    unsigned char *state; // 0 new, 1 on the path, 2 done
};

// Takes one step from the end of the path: down an edge, or back.
static void step(struct cycle_search *search, struct walk *walk)
{
    size_t node = walk->path[walk->depth - 1];
    if (walk->at[node] == walk->start[node + 1]) {
        walk->state[node] = 2;
        walk->depth--;
        return;
    }
    size_t next = search->edges[walk->at[node]++];
    if (walk->state[next] == 0) {
        walk->state[next] = 1;
        walk->path[walk->depth++] = next;
    } else if (walk->state[next] == 1) {
        size_t from = walk->depth;
        while (walk->path[--from] != next)
            ;
        say_cycle(search->reader, walk->path, from, walk->depth);
        walk->at[node] = walk->start[node + 1]; // one message a cycle
    }
}

static void check_cycles(struct survey_form_reader *reader)
{
    struct survey_form *form = reader->form;
    size_t count = form->item_count, size = (count + 1) * sizeof(size_t);
    struct survey_map names = {0};
    struct cycle_search search = {.reader = reader, .names = &names};
    struct walk walk = {survey_alloc(size), survey_alloc(size), survey_alloc(size), 0, survey_alloc(count + 1)};
    for (size_t i = count; i-- > 0;)
        survey_map_put(&names, reader->arena, form->items[i]->name, NULL)->value = form->items[i];
    for (size_t i = 0; i < count; i++) {
        walk.start[i] = walk.at[i] = search.edge_count;
        edges_of(&search, form->items[i]);
    }
    walk.start[count] = search.edge_count;
    for (size_t root = 0; root < count; root++) {
        if (walk.state[root])
            continue;
        walk.path[walk.depth++] = root;
        walk.state[root] = 1;
        while (walk.depth)
            step(&search, &walk);
    }
    free(walk.start);
    free(walk.at);
    free(walk.path);
    free(walk.state);
    free(search.edges);
    survey_map_clear(&names);
}

static void check_labels(struct survey_form_reader *reader)
{
    struct survey_form *form = reader->form;
    int column = survey_reader_column(reader, SURVEY_HEADER_LABEL, -1);
    for (size_t i = 0; i < form->item_count; i++) {
        const struct survey_item *item = form->items[i];
        struct survey_logic place = {.sheet = reader->sheet->name, .row = item->row, .column = (uint32_t)(column + 1)};
        if (!item->labels && survey_item_is_asked(item) && item->type != SURVEY_TYPE_AUDIT)
            say_at(reader, SURVEY_WARNING, "W119", &place, NULL, _("the question has no label"));
        for (size_t k = 0; item->labels && k < form->language_count; k++) {
            char message[300];
            bool used = survey_reader_column(reader, SURVEY_HEADER_LABEL, (int)k) >= 0;
            if (!used || item->labels[k])
                continue;
            place.column = (uint32_t)survey_reader_column(reader, SURVEY_HEADER_LABEL, (int)k) + 1;
            survey_format_into(message, sizeof message, _("the label is not translated into '%s'"), form->languages[k]);
            say_at(reader, SURVEY_WARNING, "W203", &place, NULL, message);
        }
    }
}

void survey_reader_check(struct survey_form_reader *reader)
{
    const struct survey_sheet *sheet = survey_workbook_sheet(reader->form->workbook, "survey");
    if (!sheet)
        sheet = &reader->form->workbook->sheets[0];
    reader->sheet = sheet; // its headers are the ones read last
    name_columns(reader);
    check_names(reader);
    check_repeats(reader);
    check_references(reader);
    check_cycles(reader);
    check_labels(reader);
    survey_reader_check_items(reader);
    survey_reader_check_parameters(reader);
    survey_reader_check_texts(reader);
    survey_reader_check_instances(reader);
}
