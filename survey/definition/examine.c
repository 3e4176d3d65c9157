// SPDX-License-Identifier: GPL-3.0-or-later
// An examination of a form: what its answers can be, and where to say what is wrong.
#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/text.h"
#include "survey/definition/examine_private.h"
#include "survey/definition/reader.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

void survey_examine_logics(const struct survey_item *item, struct survey_named_logic logics[static SURVEY_LOGICS])
{
    const struct survey_logic *all[SURVEY_LOGICS] = {&item->relevant,  &item->constraint, &item->calculation,  &item->required,
                                                     &item->read_only, &item->initial,    &item->repeat_count, &item->choice_filter};
    for (size_t i = 0; i < SURVEY_LOGICS; i++)
        logics[i] = (struct survey_named_logic){all[i], all[i] == &item->choice_filter};
}

void survey_examine_say(struct survey_examination *in, enum survey_severity severity, const char *code, const char *sheet,
                        uint32_t row, uint32_t column, const char *expected, const char *format, ...)
{
    struct survey_buffer message = SURVEY_BUFFER(1000);
    va_list list;
    va_start(list, format);
    survey_format_list(&message, format, list);
    va_end(list);
    survey_report_add(in->report, &(struct survey_problem){.severity = severity, .code = code, .file = in->file, .sheet = sheet,
                                                           .row = row, .column = column, .expected = expected ? expected : "",
                                                           .message = survey_buffer_string(&message)});
    survey_buffer_clear(&message);
}

uint32_t survey_examine_column(struct survey_examination *in, const struct survey_sheet *sheet, const char *key, const char *language)
{
    bool doubled = false;
    for (uint32_t column = 0; sheet && column < sheet->columns; column++)
        doubled |= strstr(survey_sheet_cell(sheet, 0, column), "::") != NULL;
    for (uint32_t column = 0; sheet && column < sheet->columns; column++) {
        const char *found, *named;
        survey_column_parse(in->arena, survey_sheet_cell(sheet, 0, column), doubled, sheet != in->survey, &found, &named);
        bool meant = !language || (named && strcmp(named, language) == 0) ||
                     (!named && strcmp(language, in->form->languages[in->form->default_language]) == 0);
        if (meant && strcmp(found, key) == 0)
            return column + 1;
    }
    return 0;
}

const char *survey_examine_near(struct survey_examination *in, const char *name, const char *const *names, size_t count)
{
    const char *near = survey_nearest(name, names, count);
    return near ? survey_arena_format(in->arena, _("did you mean '%s'?"), near) : "";
}

static bool has_fixed_list(const struct survey_item *item)
{
    return item->list && !item->list->file && item->list->count && !strstr(item->appearance, "search(");
}

static bool is_settled(const struct survey_item *item)
{
    // What is computed may be anything, and so may a text that stands there from the start.
    bool odd = item->initial.text && (item->initial.expr || !item->list || !survey_item_choice(item, item->initial.text));
    return !item->calculation.text && !*item->trigger && !(odd && item->list) && !item->initial.expr;
}

static void list_names(struct survey_arena *arena, const struct survey_choice_list *list, struct survey_domain *domain)
{
    const char **names = survey_arena_array(arena, list->count, sizeof *names);
    for (size_t i = 0; i < list->count; i++)
        names[i] = list->choices[i].name;
    domain->names = names;
    domain->count = list->count;
}

void survey_examine_settle(struct survey_arena *arena, const struct survey_item *item, struct survey_domain *domain)
{
    bool select = item->type == SURVEY_TYPE_SELECT_ONE || item->type == SURVEY_TYPE_SELECT_MULTIPLE;
    *domain = (struct survey_domain){.low = -INFINITY, .high = INFINITY};
    if (!is_settled(item))
        return;
    if (select && has_fixed_list(item)) {
        domain->kind = item->type == SURVEY_TYPE_SELECT_ONE ? SURVEY_DOMAIN_CHOICE : SURVEY_DOMAIN_CHOICES;
        list_names(arena, item->list, domain);
    } else if (item->type == SURVEY_TYPE_INTEGER || item->type == SURVEY_TYPE_DECIMAL || item->type == SURVEY_TYPE_RANGE) {
        domain->kind = SURVEY_DOMAIN_NUMBER;
        domain->whole = item->type == SURVEY_TYPE_INTEGER;
    } else if (item->type == SURVEY_TYPE_DATE) {
        domain->whole = true;
    }
}

// The answer is one and the same for both: no repeat holds the question that doesn't hold the place too.
static bool is_single(const struct survey_item *item, const struct survey_item *place)
{
    const struct survey_item *within = item->repeat;
    for (const struct survey_item *at = place; within && at; at = at->parent)
        if (at->parent == within)
            return true;
    return !within;
}

const struct survey_domain *survey_examine_domain(void *user, const void *scope, const char *name)
{
    const struct survey_examination *in = user;
    const struct survey_item *place = scope, *item = place;
    if (strcmp(name, ".") != 0) {
        const struct survey_map_entry *entry = survey_map_find(&in->items, name);
        if (!entry || entry->number != 1)
            return NULL;
        item = entry->value;
    }
    bool valued = item && survey_item_has_value(item) && is_single(item, place);
    return valued ? &in->domains[item->index] : NULL;
}

const struct survey_item *survey_examine_item_of(const struct survey_examination *in, const struct survey_domain *domain)
{
    return in->form->items[domain - in->domains];
}

void survey_form_examine(const struct survey_form *form, struct survey_report *report)
{
    struct survey_examination in = {.form = form, .file = form->path, .report = report, .arena = survey_arena_new()};
    in.survey = survey_workbook_sheet(form->workbook, "survey");
    if (!in.survey)
        in.survey = &form->workbook->sheets[0];
    in.choices = survey_workbook_sheet(form->workbook, "choices");
    in.domains = survey_arena_array(in.arena, form->item_count + 1, sizeof *in.domains);
    for (size_t i = 0; i < form->item_count; i++) {
        struct survey_map_entry *entry = survey_map_put(&in.items, in.arena, form->items[i]->name, NULL);
        entry->number++;
        entry->value = form->items[i];
        survey_examine_settle(in.arena, form->items[i], &in.domains[i]);
    }
    survey_examine_reach(&in);
    survey_examine_choices(&in);
    survey_examine_lists(&in);
    survey_examine_texts(&in);
    survey_examine_paper(&in);
    survey_examine_headers(&in);
    survey_examine_sheets(&in);
    survey_examine_words(&in);
    survey_examine_amounts(&in);
    survey_report_sort(report);
    survey_map_clear(&in.items);
    survey_arena_free(in.arena);
}
