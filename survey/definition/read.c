// SPDX-License-Identifier: GPL-3.0-or-later
// Reads a definition out of a workbook: settings, choices, then the survey sheet row by row.
#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/text.h"
#include "survey/definition/reader.h"
#include "survey/definition/word.h"
#include "survey/expr/expr.h"

#include <string.h>

static void read_settings(struct survey_form_reader *reader)
{
    struct survey_form *form = reader->form;
    const struct survey_sheet *sheet = survey_workbook_sheet(form->workbook, "settings");
    for (uint32_t column = 0; sheet && sheet->rows > 1 && column < sheet->columns; column++) {
        char *key = survey_arena_strdup(reader->arena, survey_sheet_cell(sheet, 0, column));
        const char *value = survey_sheet_cell(sheet, 1, column);
        for (char *at = key; *at; at++)
            *at = *at == ' ' ? '_' : (char)(*at >= 'A' && *at <= 'Z' ? *at + 32 : *at);
        if (*key && *value)
            survey_map_put(&form->settings, reader->arena, key, NULL)->value = survey_arena_strdup(reader->arena, value);
    }
}

static const char *setting(const struct survey_form *form, const char *key, const char *other, const char *fallback)
{
    const struct survey_map_entry *entry = survey_map_find(&form->settings, key);
    if (!entry && other)
        entry = survey_map_find(&form->settings, other);
    return entry ? entry->value : fallback;
}

// The workbook's file name without folder and ending: the form_id where none is given.
static const char *stem(struct survey_arena *arena, const char *path)
{
    size_t end = strlen(path);
    while (end && path[end - 1] == '/')
        end--;
    size_t start = end;
    while (start && path[start - 1] != '/')
        start--;
    const char *dot = memrchr(path + start, '.', end - start);
    if (dot && dot > path + start)
        end = (size_t)(dot - path);
    return survey_arena_strndup(arena, path + start, end - start);
}

bool survey_means_yes(const char *text)
{
    static const char *const words[] = {"yes", "true", "true()", "1", "是"};
    char lower[16];
    survey_format_into(lower, sizeof lower, "%s", text);
    for (char *at = lower; *at; at++)
        *at = (char)(*at >= 'A' && *at <= 'Z' ? *at + 32 : *at);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(lower, words[i]) == 0)
            return true;
    return false;
}

static bool means_no(const char *text)
{
    char lower[16];
    survey_format_into(lower, sizeof lower, "%s", text);
    for (char *at = lower; *at; at++)
        *at = (char)(*at >= 'A' && *at <= 'Z' ? *at + 32 : *at);
    return strcmp(lower, "no") == 0 || strcmp(lower, "false") == 0 || strcmp(lower, "false()") == 0;
}

static struct survey_logic read_logic(struct survey_form_reader *reader, uint32_t row, enum survey_header header, bool parsed)
{
    struct survey_logic logic = {0};
    int column = survey_reader_column(reader, header, -1);
    const char *text = column < 0 ? "" : survey_sheet_cell(reader->sheet, row, (uint32_t)column);
    if (!*text)
        return logic;
    // "yes" and "no" stand for true() and false() in conditions.
    if (header != SURVEY_HEADER_DEFAULT && header != SURVEY_HEADER_REPEAT_COUNT)
        text = survey_means_yes(text) && *text != '1' ? "true()" : means_no(text) ? "false()" : text;
    logic = (struct survey_logic){text, NULL, reader->sheet->name, survey_sheet_line(reader->sheet, row), (uint32_t)column + 1};
    struct survey_error error;
    if (parsed && !survey_expr_parse(reader->arena, text, &logic.expr, NULL, &error))
        survey_reader_say(reader, SURVEY_ALWAYS_FAULT, 110, row, column, NULL, "%s", error.message);
    return logic;
}

static void read_our_columns(struct survey_form_reader *reader, uint32_t row, struct survey_item *item)
{
    const char *check = survey_reader_cell(reader, row, SURVEY_HEADER_BACK_CHECK);
    item->paper = survey_reader_cell(reader, row, SURVEY_HEADER_PAPER);
    item->role = survey_reader_cell(reader, row, SURVEY_HEADER_ROLE);
    item->pii = survey_means_yes(survey_reader_cell(reader, row, SURVEY_HEADER_PII));
    item->restricted = survey_means_yes(survey_reader_cell(reader, row, SURVEY_HEADER_RESTRICTED));
    if (check[0] >= '1' && check[0] <= '3' && !check[1])
        item->back_check = check[0] - '0';
    else if (*check)
        survey_reader_say(reader, SURVEY_ALWAYS_FAULT, 121, row, survey_reader_column(reader, SURVEY_HEADER_BACK_CHECK, -1),
                          "1, 2, 3", _("'%s' is no type of back-check"), check);
    for (uint32_t column = 0; column < reader->sheet->columns; column++) {
        const char *cell = survey_sheet_cell(reader->sheet, row, column);
        if (reader->columns[column].header == SURVEY_HEADER_EXTRA && *cell && reader->columns[column].written[0])
            survey_map_put(&item->extra, reader->arena, reader->columns[column].written, NULL)->value =
                survey_arena_strdup(reader->arena, cell);
    }
}

static void read_logics(struct survey_form_reader *reader, uint32_t row, struct survey_item *item)
{
    item->relevant = read_logic(reader, row, SURVEY_HEADER_RELEVANT, true);
    item->constraint = read_logic(reader, row, SURVEY_HEADER_CONSTRAINT, true);
    item->calculation = read_logic(reader, row, SURVEY_HEADER_CALCULATION, true);
    item->required = read_logic(reader, row, SURVEY_HEADER_REQUIRED, true);
    item->choice_filter = read_logic(reader, row, SURVEY_HEADER_CHOICE_FILTER, true);
    item->read_only = read_logic(reader, row, SURVEY_HEADER_READ_ONLY, true);
    item->initial = read_logic(reader, row, SURVEY_HEADER_DEFAULT, false);
    item->repeat_count = read_logic(reader, row, SURVEY_HEADER_REPEAT_COUNT, true);
    // A default is an expression where it holds a name, a call or an operator; else it is plain text.
    const char *text = item->initial.text;
    bool dashed = item->type == SURVEY_TYPE_DATE || item->type == SURVEY_TYPE_DATETIME || item->type == SURVEY_TYPE_GEOPOINT ||
                  item->type == SURVEY_TYPE_GEOTRACE || item->type == SURVEY_TYPE_GEOSHAPE;
    bool dynamic = text && survey_default_is_dynamic(text, dashed);
    struct survey_error error;
    if (dynamic && !survey_expr_parse(reader->arena, text, &item->initial.expr, NULL, &error))
        item->initial.expr = NULL; // text after all: "Household (rural)"
}

static struct survey_item *add_item(struct survey_form_reader *reader, struct survey_item *parent)
{
    struct survey_form *form = reader->form;
    if (form->item_count == reader->item_capacity) {
        size_t capacity = reader->item_capacity ? reader->item_capacity * 2 : 64;
        struct survey_item **grown = survey_arena_array(reader->arena, capacity, sizeof *grown);
        if (form->item_count)
            memcpy(grown, form->items, form->item_count * sizeof *grown);
        form->items = grown;
        reader->item_capacity = capacity;
    }
    struct survey_item *item = survey_arena_alloc(reader->arena, sizeof *item);
    item->parent = parent;
    item->index = form->item_count;
    item->depth = parent->depth + 1;
    item->repeat = parent->type == SURVEY_TYPE_REPEAT ? parent : parent->repeat;
    form->items[form->item_count++] = item;
    parent->child_count++;
    return item;
}

static void attach_list(struct survey_form_reader *reader, uint32_t row, struct survey_item *item, const struct survey_row_type *type)
{
    bool selects = type->type == SURVEY_TYPE_SELECT_ONE || type->type == SURVEY_TYPE_SELECT_MULTIPLE || type->type == SURVEY_TYPE_RANK;
    int column = survey_reader_column(reader, SURVEY_HEADER_TYPE, -1);
    if (!selects)
        return;
    reader->external = type->external;
    struct survey_choice_list *list = survey_reader_list(reader, type->list);
    if ((type->from_file || survey_has_reference(type->list)) && !list) { // or answers given before
        list = survey_reader_add_list(reader, type->list);
        list->file = list->name;
    }
    if (!type->list[0])
        survey_reader_say(reader, SURVEY_ALWAYS_FAULT, 106, row, column, "select_one LIST", _("the type names no list"));
    else if (!list) {
        const char *names[256];
        size_t count = 0;
        for (; count < reader->form->list_count && count < 256; count++)
            names[count] = reader->form->lists[count]->name;
        const char *near = survey_nearest(type->list, names, count);
        survey_reader_say(reader, SURVEY_STRICT_FAULT, 106, row, column, near, _("there is no list '%s' in the %s sheet"), type->list, type->external ? "external_choices" : "choices");
        list = survey_reader_add_list(reader, type->list);
    }
    reader->external = false;
    item->list = list;
    item->or_other = type->or_other;
}

static void fill_item(struct survey_form_reader *reader, uint32_t row, struct survey_item *item, const struct survey_row_type *type)
{
    item->type = type->type;
    item->row = survey_sheet_line(reader->sheet, row);
    item->name = survey_reader_cell(reader, row, SURVEY_HEADER_NAME);
    item->labels = survey_reader_texts(reader, row, SURVEY_HEADER_LABEL);
    item->hints = survey_reader_texts(reader, row, SURVEY_HEADER_HINT);
    item->guidance = survey_reader_texts(reader, row, SURVEY_HEADER_GUIDANCE);
    item->constraint_messages = survey_reader_texts(reader, row, SURVEY_HEADER_CONSTRAINT_MESSAGE);
    item->required_messages = survey_reader_texts(reader, row, SURVEY_HEADER_REQUIRED_MESSAGE);
    item->appearance = survey_reader_cell(reader, row, SURVEY_HEADER_APPEARANCE);
    item->parameters = survey_reader_cell(reader, row, SURVEY_HEADER_PARAMETERS);
    item->trigger = survey_reader_cell(reader, row, SURVEY_HEADER_TRIGGER);
    if (!*item->name && item->type == SURVEY_TYPE_NOTE)
        item->name = survey_arena_format(reader->arena, "generated_note_name_%u", item->row);
    if (!*item->name && item->type == SURVEY_TYPE_AUDIT)
        item->name = "audit";
    read_logics(reader, row, item);
    read_our_columns(reader, row, item);
    item->cells = survey_reader_cells(reader, row, &item->cell_count);
    attach_list(reader, row, item, type);
    item->path = survey_arena_format(reader->arena, "%s/%s", item->parent->path, item->name);
    item->column = item->name;
}

// One text for every language, as pyxform has it.
static const char **same_in_all(struct survey_form_reader *reader, const char *text)
{
    const char **texts = survey_arena_array(reader->arena, reader->language_most, sizeof *texts);
    for (size_t i = 0; i < reader->form->language_count; i++)
        texts[i] = text;
    return texts;
}

// "select_one colour or_other" brings a text question for the other colour.
static void add_other(struct survey_form_reader *reader, const struct survey_item *select)
{
    struct survey_choice_list *list = survey_reader_list(reader, select->list->name);
    struct survey_item *item = add_item(reader, select->parent);
    static const char *const empty = "";
    item->type = SURVEY_TYPE_TEXT;
    item->name = survey_arena_format(reader->arena, "%s_other", select->name);
    item->path = survey_arena_format(reader->arena, "%s_other", select->path);
    item->column = item->name;
    item->row = select->row;
    item->appearance = item->parameters = item->trigger = item->paper = item->role = empty;
    item->labels = same_in_all(reader, "Specify other.");
    item->relevant = select->relevant;
    item->relevant.text = survey_arena_format(reader->arena, "selected(../%s, 'other')", select->name);
    item->relevant.sheet = reader->sheet->name;
    item->relevant.row = select->row;
    survey_expr_parse(reader->arena, item->relevant.text, &item->relevant.expr, NULL, NULL);
    if (list->choices && !survey_item_choice(select, "other")) {
        struct survey_choice *choice = &list->choices[list->count++]; // the room is there
        *choice = (struct survey_choice){.name = "other", .row = select->row};
        choice->labels = same_in_all(reader, "Other");
    }
}

// True where the row holds nothing that a definition needs: a comment.
static bool is_comment(const struct survey_form_reader *reader, uint32_t row)
{
    const char *disabled = survey_reader_cell(reader, row, SURVEY_HEADER_DISABLED);
    if (survey_means_yes(disabled))
        return true;
    if (*survey_reader_cell(reader, row, SURVEY_HEADER_TYPE))
        return false;
    return !*survey_reader_cell(reader, row, SURVEY_HEADER_NAME) || survey_reader_column(reader, SURVEY_HEADER_LABEL, -1) < 0 ||
           !*survey_reader_cell(reader, row, SURVEY_HEADER_LABEL);
}

static void begin(struct survey_form_reader *reader, uint32_t row, struct survey_item **open, const struct survey_row_type *type)
{
    if ((*open)->depth >= SURVEY_GROUP_DEPTH) {
        survey_reader_say(reader, SURVEY_ALWAYS_FAULT, 122, row, 0, NULL, _("groups are nested too deep"));
        return;
    }
    struct survey_item *group = add_item(reader, *open);
    fill_item(reader, row, group, type);
    *open = group;
}

static void end(struct survey_form_reader *reader, uint32_t row, struct survey_item **open, const struct survey_row_type *type)
{
    int column = survey_reader_column(reader, SURVEY_HEADER_TYPE, -1);
    for (uint32_t i = 0; i < reader->sheet->columns; i++)
        if (strcmp(reader->columns[i].key, "bind::entities:saveto") == 0 && *survey_sheet_cell(reader->sheet, row, i))
            survey_reader_say(reader, SURVEY_STRICT_FAULT, 141, row, (int)i, NULL, _("a group or a repeat can't be saved as a property"));
    if (!(*open)->parent) {
        survey_reader_say(reader, SURVEY_ALWAYS_FAULT, 107, row, column, NULL, _("this ends a group that was not begun"));
        return;
    }
    if ((*open)->type != type->type)
        survey_reader_say(reader, SURVEY_ALWAYS_FAULT, 109, row, column, (*open)->type == SURVEY_TYPE_GROUP ? "end_group" : "end_repeat",
                          _("this does not end '%s', begun in row %u"), (*open)->name, (*open)->row);
    *open = (*open)->parent;
}

static void read_row(struct survey_form_reader *reader, uint32_t row, struct survey_item **open)
{
    struct survey_row_type type;
    const char *text = survey_reader_cell(reader, row, SURVEY_HEADER_TYPE);
    int column = survey_reader_column(reader, SURVEY_HEADER_TYPE, -1);
    survey_row_type_parse(text, &type);
    if (!*text) {
        survey_reader_say(reader, SURVEY_STRICT_FAULT, 105, row, column, NULL, _("the row has no type; it is left out"));
        return;
    }
    if (type.kind == SURVEY_ROW_UNKNOWN && type.refused) {
        // The rows of a loop would be asked once where they are meant for each choice.
        survey_reader_say(reader, type.loop ? SURVEY_ALWAYS_FAULT : SURVEY_STRICT_FAULT, 126, row, column, NULL,
                          _("'%s' is a type that assay does not support%s"), text, type.loop || reader->strict ? "" : _("; it is kept as a hidden value"));
    } else if (type.kind == SURVEY_ROW_UNKNOWN) {
        survey_reader_say(reader, SURVEY_STRICT_FAULT, 105, row, column, NULL,
                          _("'%s' is not a question type; it is kept as a hidden value"), text);
    }
    if (type.kind == SURVEY_ROW_UNKNOWN) {
        if (type.loop || !*survey_reader_cell(reader, row, SURVEY_HEADER_NAME))
            return;
        type.kind = SURVEY_ROW_QUESTION;
    }
    if (type.kind == SURVEY_ROW_BEGIN) {
        begin(reader, row, open, &type);
    } else if (type.kind == SURVEY_ROW_END) {
        end(reader, row, open, &type);
    } else {
        struct survey_item *item = add_item(reader, *open);
        fill_item(reader, row, item, &type);
        if (item->or_other && item->list)
            add_other(reader, item);
    }
}

// Runs of spaces as one: what was typed twice is not meant, not even within quotes (ODK's rule).
static const char *single_spaced(struct survey_arena *arena, const char *text)
{
    if (!strstr(text, "  "))
        return text;
    char *out = survey_arena_alloc(arena, strlen(text) + 1), *at = out;
    for (; *text; text++)
        if (*text != ' ' || text[1] != ' ')
            *at++ = *text;
    *at = '\0';
    return out;
}

// The sheet as it is meant, unless the settings want it as it is; the workbook keeps what was written.
static const struct survey_sheet *clean(struct survey_form_reader *reader, const struct survey_sheet *sheet)
{
    const char *wanted = setting(reader->form, "clean_text_values", NULL, "yes");
    size_t count = (size_t)sheet->rows * sheet->columns;
    if (means_no(wanted))
        return sheet;
    struct survey_sheet *copy = survey_arena_alloc(reader->arena, sizeof *copy);
    *copy = *sheet;
    copy->cells = survey_arena_array(reader->arena, count + 1, sizeof *copy->cells);
    for (size_t i = 0; i < count; i++)
        copy->cells[i] = single_spaced(reader->arena, sheet->cells[i]);
    return copy;
}

static void read_survey(struct survey_form_reader *reader, const struct survey_sheet *sheet)
{
    struct survey_item *open = reader->form->root;
    sheet = clean(reader, sheet);
    survey_reader_headers(reader, sheet);
    if (survey_reader_column(reader, SURVEY_HEADER_TYPE, -1) < 0) {
        survey_reader_say(reader, SURVEY_ALWAYS_FAULT, 102, 0, -1, "type", _("the survey sheet has no 'type' column"));
        return;
    }
    for (uint32_t row = 1; row < sheet->rows; row++)
        if (!is_comment(reader, row))
            read_row(reader, row, &open);
    for (; open->parent; open = open->parent)
        survey_reader_say(reader, SURVEY_ALWAYS_FAULT, 108, open->row - 1, 0, NULL, _("'%s' is begun here and never ended"), open->name);
}

// Children in order, from the parents of all items.
static void link_children(struct survey_form_reader *reader)
{
    struct survey_form *form = reader->form;
    for (size_t i = 0; i <= form->item_count; i++) {
        struct survey_item *item = i ? form->items[i - 1] : form->root;
        item->children = survey_arena_array(reader->arena, item->child_count + 1, sizeof *item->children);
        item->child_count = 0;
        if (i)
            item->parent->children[item->parent->child_count++] = item;
    }
}

// The default language is the one that the settings or the unnamed columns mean, else the first.
static void settle_languages(struct survey_form_reader *reader)
{
    struct survey_form *form = reader->form;
    if (!form->language_count)
        form->languages[form->language_count++] = reader->unnamed_language;
    for (size_t i = 0; i < form->language_count; i++)
        if (strcmp(form->languages[i], reader->unnamed_language) == 0)
            form->default_language = i;
}

static void start_form(struct survey_form_reader *reader, const struct survey_workbook *workbook)
{
    struct survey_form *form = reader->form;
    form->arena = reader->arena;
    form->workbook = workbook;
    form->path = workbook->path;
    read_settings(reader);
    form->id = setting(form, "form_id", "id_string", NULL);
    if (!form->id)
        form->id = stem(reader->arena, workbook->path);
    form->title = setting(form, "form_title", "title", form->id);
    form->version = setting(form, "version", NULL, "");
    form->root_name = setting(form, "name", NULL, "data");
    form->languages = survey_arena_array(reader->arena, 8, sizeof *form->languages);
    reader->language_capacity = 8;
    reader->unnamed_language = setting(form, "default_language", NULL, "default");
    if (strcmp(reader->unnamed_language, "default") != 0)
        form->languages[form->language_count++] = reader->unnamed_language;
    form->root = survey_arena_alloc(reader->arena, sizeof *form->root);
    form->root->type = SURVEY_TYPE_GROUP;
    form->root->name = form->root_name;
    form->root->path = survey_arena_format(reader->arena, "/%s", form->root_name);
    form->root->column = form->root->appearance = form->root->parameters = form->root->trigger = "";
    form->root->paper = form->root->role = "";
}

// Each column may name one, and two are there without any.
static size_t most_languages(const struct survey_workbook *workbook, const struct survey_sheet *survey)
{
    const struct survey_sheet *const sheets[] = {survey, survey_workbook_sheet(workbook, "choices"),
                                                 survey_workbook_sheet(workbook, "external_choices")};
    size_t most = 2;
    for (size_t i = 0; i < sizeof sheets / sizeof *sheets; i++)
        most += sheets[i] ? sheets[i]->columns : 0;
    return most < SURVEY_MOST_LANGUAGES ? most : SURVEY_MOST_LANGUAGES;
}

bool survey_form_read(struct survey_arena *arena, const struct survey_workbook *workbook, bool strict,
                      struct survey_report *report, struct survey_form **form, struct survey_error *error)
{
    const struct survey_sheet *sheet = survey_workbook_sheet(workbook, "survey");
    if (!sheet && workbook->sheet_count == 1)
        sheet = &workbook->sheets[0]; // a lone sheet is the survey
    if (!sheet || !sheet->rows)
        return survey_fail(error, SURVEY_ERROR_INPUT, workbook->path, "%s", _("the workbook has no 'survey' sheet"));
    struct survey_form_reader reader = {
        .arena = arena, .strict = strict, .report = report, .language_most = most_languages(workbook, sheet)};
    reader.form = survey_arena_alloc(arena, sizeof *reader.form);
    start_form(&reader, workbook);
    survey_reader_choices(&reader);
    read_survey(&reader, sheet);
    settle_languages(&reader);
    link_children(&reader);
    survey_reader_check(&reader);
    survey_map_clear(&reader.lists);
    survey_report_sort(report);
    *form = reader.form;
    return true;
}
