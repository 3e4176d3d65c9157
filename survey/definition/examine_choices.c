// SPDX-License-Identifier: GPL-3.0-or-later
// Choices that expressions name and lists lack, comparisons that selects can't have, lists that
// nobody uses, columns that a choice filter asks in vain.
#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/definition/examine_private.h"

#include <string.h>

enum { NAMES_SHOWN = 8 };

struct comparing {
    struct survey_examination *in;
    const struct survey_item *item; // whose expression it is; NULL in our own sheets
    const char *sheet;
    uint32_t row, column;
    bool of_choices;
};

static void say(const struct comparing *at, enum survey_severity severity, const char *code, const char *expected, const char *message)
{
    survey_examine_say(at->in, severity, code, at->sheet, at->row, at->column, expected, "%s", message);
}

static bool is_number(const char *text)
{
    double number;
    return survey_number_parse(text, strlen(text), &number);
}

static bool is_listed(const struct survey_domain *domain, const char *text, bool number)
{
    double wanted = 0, found;
    if (number && !survey_number_parse(text, strlen(text), &wanted))
        return true; // nothing to compare with
    for (size_t i = 0; i < domain->count; i++) {
        const char *name = domain->names[i];
        if (number ? survey_number_parse(name, strlen(name), &found) && found == wanted : strcmp(name, text) == 0)
            return true;
    }
    return false;
}

// The nearest name, or for codes that are numbers the list itself.
static const char *instead(struct survey_examination *in, const struct survey_domain *domain, const char *text)
{
    const char *near = is_number(text) ? "" : survey_examine_near(in, text, domain->names, domain->count);
    if (*near)
        return near;
    struct survey_buffer names = SURVEY_BUFFER(300);
    for (size_t i = 0; i < domain->count && i < NAMES_SHOWN; i++)
        survey_format(&names, "%s%s", i ? ", " : "", domain->names[i]);
    if (domain->count > NAMES_SHOWN)
        survey_buffer_text(&names, ", ...");
    const char *copy = survey_arena_strdup(in->arena, survey_buffer_string(&names));
    survey_buffer_clear(&names);
    return copy;
}

static void check_listed(const struct comparing *at, const struct survey_item *asked, const struct survey_domain *domain, const char *text,
                         bool number)
{
    // 'NaN' is how some forms ask whether there is an answer at all.
    if (*text && strcmp(text, "NaN") != 0 && !is_listed(domain, text, number))
        say(at, SURVEY_WARNING, "W304", instead(at->in, domain, text),
            survey_arena_format(at->in->arena, _("'%s' is not a choice of '%s' (list '%s')"), text, asked->name, asked->list->name));
}

// The words of a text, which several choices are written as.
static void check_words(const struct comparing *at, const struct survey_item *asked, const struct survey_domain *domain,
                        const struct survey_comparison *comparison)
{
    for (const char *word = comparison->text; *word; word += strcspn(word, " ")) {
        word += strspn(word, " ");
        if (*word)
            check_listed(at, asked, domain, survey_arena_strndup(at->in->arena, word, strcspn(word, " ")), comparison->number);
    }
}

static bool has_no_choices(const struct survey_item *item)
{
    bool plain = !item->calculation.text && !*item->trigger && !item->initial.text;
    return plain && (item->type == SURVEY_TYPE_INTEGER || item->type == SURVEY_TYPE_DECIMAL || item->type == SURVEY_TYPE_DATE ||
                     item->type == SURVEY_TYPE_TIME || item->type == SURVEY_TYPE_DATETIME || item->type == SURVEY_TYPE_GEOPOINT ||
                     item->type == SURVEY_TYPE_NOTE || item->type == SURVEY_TYPE_RANGE);
}

// The survey sheet leaves a name that several questions have undecided; our sheets mean the first.
static const struct survey_item *asked_for(const struct comparing *at, const char *name)
{
    if (!at->item)
        return survey_form_find(at->in->form, name);
    const struct survey_map_entry *entry = survey_map_find(&at->in->items, name);
    return entry && entry->number == 1 ? entry->value : NULL;
}

static void check_comparison(void *user, const struct survey_comparison *comparison)
{
    const struct comparing *at = user;
    bool self = strcmp(comparison->name, ".") == 0, member = strcmp(comparison->type, "selected") == 0;
    bool sized = comparison->type[0] == '<' || comparison->type[0] == '>';
    const struct survey_item *asked = self ? at->item : asked_for(at, comparison->name);
    struct survey_domain settled;
    const struct survey_domain *domain = &settled;
    if (!asked || (self && at->of_choices) || !survey_item_has_value(asked))
        return;
    if (at->in->domains)
        domain = &at->in->domains[asked->index];
    else
        survey_examine_settle(at->in->arena, asked, &settled);
    if (member && has_no_choices(asked))
        say(at, SURVEY_WARNING, "W305", "=",
            survey_arena_format(at->in->arena, _("'%s' is a question of type %s: selected() asks it for a choice"), asked->name,
                                survey_type_name(asked->type)));
    if (domain->kind == SURVEY_DOMAIN_CHOICES && sized)
        say(at, SURVEY_WARNING, "W305", survey_arena_format(at->in->arena, "count-selected(${%s})", asked->name),
            survey_arena_format(at->in->arena, _("'%s' can have several choices at once, which are not more or less than a number"), asked->name));
    else if (domain->kind == SURVEY_DOMAIN_CHOICES && !member)
        check_words(at, asked, domain, comparison);
    else if (domain->kind == SURVEY_DOMAIN_CHOICES || (domain->kind == SURVEY_DOMAIN_CHOICE && !sized))
        check_listed(at, asked, domain, comparison->text, comparison->number && !member);
}

void survey_examine_choices(struct survey_examination *in)
{
    for (size_t i = 0; i < in->form->item_count; i++) {
        struct survey_named_logic logics[SURVEY_LOGICS];
        const struct survey_item *item = in->form->items[i];
        survey_examine_logics(item, logics);
        for (size_t k = 0; k < SURVEY_LOGICS && item->cell_count; k++) {
            const struct survey_logic *logic = logics[k].logic;
            struct comparing at = {in, item, logic->sheet, logic->row, logic->column, logics[k].of_choices};
            if (logic->expr)
                survey_expr_each_comparison(logic->expr, check_comparison, &at);
        }
    }
}

void survey_examine_comparisons(struct survey_examination *in, const struct survey_expr *expr, const char *sheet, uint32_t row,
                                uint32_t column)
{
    struct comparing at = {in, NULL, sheet, row, column, false};
    survey_expr_each_comparison(expr, check_comparison, &at);
}

void survey_form_examine_expression(const struct survey_form *form, const struct survey_expr *expr, const struct survey_problem *place,
                                    struct survey_report *report)
{
    struct survey_examination in = {.form = form, .file = place->file, .report = report, .arena = survey_arena_new()};
    survey_examine_comparisons(&in, expr, place->sheet, place->row, place->column);
    survey_arena_free(in.arena);
}

// --- lists ----------------------------------------------------------------------------------------

// The word stands in the text with nothing of a name at its sides.
static bool has_word(const char *text, const char *word)
{
    static const char inner[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
    size_t length = strlen(word);
    for (const char *at = text; length && (at = strstr(at, word)); at++) {
        bool before = at > text && strchr(inner, at[-1]), after = at[length] && strchr(inner, at[length]);
        if (!before && !after)
            return true;
    }
    return false;
}

// A column in which a list may be named: not the names and texts of questions.
static bool may_name_lists(const char *key)
{
    static const char *const keys[] = {"type", "parameters", "choice_filter", "default", "control::appearance", "control::jr:count"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return strncmp(key, "bind::", 6) == 0;
}

static bool is_named_in(const struct survey_form *form, const char *list)
{
    for (size_t i = 0; i < form->item_count; i++)
        for (size_t k = 0; k < form->items[i]->cell_count; k++)
            if (may_name_lists(form->items[i]->cells[k].key) && has_word(form->items[i]->cells[k].text, list))
                return true;
    return false;
}

// Rows that are left out of the form, such as other tools' types, name their lists too.
static bool is_typed(struct survey_examination *in, const char *list)
{
    uint32_t column = survey_examine_column(in, in->survey, "type", NULL);
    for (uint32_t row = 1; column && row < in->survey->rows; row++) {
        const char *type = survey_sheet_cell(in->survey, row, column - 1), *space = strchr(type, ' ');
        if (space && has_word(space, list))
            return true;
    }
    return false;
}

// The sheet that a list stands in.
static const struct survey_sheet *sheet_of(struct survey_examination *in, const struct survey_choice_list *list)
{
    return list->external ? survey_workbook_sheet(in->form->workbook, "external_choices") : in->choices;
}

static bool check_column(void *user, enum survey_expr_use use, const char *name, size_t at)
{
    struct comparing *comparing = user;
    struct survey_examination *in = comparing->in;
    const struct survey_sheet *sheet = sheet_of(in, comparing->item->list);
    (void)at;
    if (use == SURVEY_USES_INSTANCE)
        return false;
    bool plain = use == SURVEY_USES_PATH && !strpbrk(name, "/.*@:") && strcmp(name, "name") != 0 && strcmp(name, "label") != 0;
    if (!plain || survey_sheet_column(sheet, name) >= 0)
        return true;
    const char **names = survey_arena_array(in->arena, sheet->columns + 1, sizeof *names);
    for (uint32_t i = 0; i < sheet->columns; i++)
        names[i] = survey_sheet_cell(sheet, 0, i);
    say(comparing, SURVEY_WARNING, "W307", survey_examine_near(in, name, names, sheet->columns),
        survey_arena_format(in->arena, _("the %s sheet has no column '%s' to filter by"), sheet->name, name));
    return true;
}

static bool note_instance(void *user, enum survey_expr_use use, const char *name, size_t at)
{
    (void)name;
    (void)at;
    return !(*(bool *)user |= use == SURVEY_USES_INSTANCE);
}

static void check_filter(struct survey_examination *in, const struct survey_item *item)
{
    const struct survey_logic *filter = &item->choice_filter;
    struct comparing at = {in, item, filter->sheet, filter->row, filter->column, true};
    bool instance = false;
    survey_expr_each_use(item->choice_filter.expr, note_instance, &instance);
    if (!instance && item->list && !item->list->file && item->list->count && sheet_of(in, item->list))
        survey_expr_each_use(item->choice_filter.expr, check_column, &at);
}

void survey_examine_lists(struct survey_examination *in)
{
    const struct survey_form *form = in->form;
    struct survey_map used = {0};
    for (size_t i = 0; i < form->item_count; i++) {
        if (form->items[i]->list)
            survey_map_put(&used, in->arena, form->items[i]->list->name, NULL);
        if (form->items[i]->choice_filter.expr)
            check_filter(in, form->items[i]);
    }
    for (size_t i = 0; i < form->list_count; i++) {
        const struct survey_choice_list *list = form->lists[i];
        if (list->count && !survey_map_find(&used, list->name) && !is_named_in(form, list->name) && !is_typed(in, list->name))
            survey_examine_say(in, SURVEY_WARNING, "W306", list->external ? "external_choices" : "choices", list->choices[0].row,
                               survey_examine_column(in, sheet_of(in, list), "list name", NULL), "", _("no question uses list '%s'"),
                               list->name);
    }
    survey_map_clear(&used);
}
