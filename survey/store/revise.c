// SPDX-License-Identifier: GPL-3.0-or-later
// What a new version of a form means for the answers that are there, and taking it in.
#include "survey/store/revise.h"

#include "survey/base/arena.h"
#include "survey/base/text.h"
#include "survey/definition/compare.h"
#include "survey/store/forms.h"
#include "survey/store/response_private.h"
#include "survey/workbook/workbook.h"

#include <string.h>

struct revising {
    struct survey_store *store;
    const struct survey_form *before, *after;
    struct survey_report *report;
    int name_column; // of the survey sheet of the new version, from 0; -1
};

// How many stored answers to a question meet a condition on the column, which %c stands for.
static int64_t count_answers(struct revising *r, const struct survey_item *item, const char *condition, const char *value)
{
    struct survey_buffer table = SURVEY_BUFFER(4096), column = SURVEY_BUFFER(4096), sql = SURVEY_BUFFER(1 << 16);
    survey_response_table_name(r->before, item->repeat, &table);
    survey_response_column(item, &column);
    survey_buffer_text(&sql, "SELECT count(*) FROM ");
    survey_sql_name(&sql, survey_buffer_string(&table));
    survey_buffer_text(&sql, " WHERE ");
    for (const char *at = condition; *at; at++) {
        if (at[0] == '%' && at[1] == 'c') {
            survey_sql_name(&sql, survey_buffer_string(&column));
            at++;
        } else {
            survey_buffer_byte(&sql, *at);
        }
    }
    int64_t count = value ? survey_store_count(r->store, 0, survey_buffer_string(&sql), "t", value)
                          : survey_store_count(r->store, 0, survey_buffer_string(&sql), "");
    survey_buffer_clear(&table);
    survey_buffer_clear(&column);
    survey_buffer_clear(&sql);
    return count;
}

static void say(struct revising *r, enum survey_severity severity, const char *code, const struct survey_item *item,
                const char *expected, const char *message)
{
    bool here = item && item->row;
    survey_report_add(r->report, &(struct survey_problem){severity, code, r->after->path, here ? "survey" : "",
                                                          here ? item->row : 0, here ? (uint32_t)(r->name_column + 1) : 0, message,
                                                          expected});
}

static void say_removed(struct revising *r, const struct survey_change *change)
{
    char message[512];
    int64_t answers = count_answers(r, change->before, "%c IS NOT NULL", NULL);
    survey_format_into(message, sizeof message, _("'%s' is no longer asked; its %lld answers stay in the file"),
                       change->before->column, (long long)answers);
    say(r, answers ? SURVEY_WARNING : SURVEY_NOTE, "W601", NULL, "", message);
}

static void say_added(struct revising *r, const struct survey_change *change)
{
    char message[512], offer[700] = "";
    survey_format_into(message, sizeof message, _("'%s' is new"), change->after->column);
    if (change->likely)
        survey_format_into(offer, sizeof offer, _("if it is '%s' under another name: --rename %s=%s"), change->likely->column,
                           change->likely->column, change->after->column);
    say(r, change->likely ? SURVEY_WARNING : SURVEY_NOTE, change->likely ? "W602" : "W603", change->after, offer, message);
}

// Answers that the new type can't hold.
static int64_t misfits(struct revising *r, const struct survey_change *change)
{
    static const char whole[] = "%c IS NOT NULL AND CAST(CAST(%c AS INTEGER) AS TEXT) <> CAST(%c AS TEXT)";
    static const char any[] = "%c IS NOT NULL";
    static const char numbers[] = "%c IS NOT NULL AND typeof(%c + 0) = 'integer' AND CAST(%c + 0 AS TEXT) <> CAST(%c AS TEXT)";
    const struct survey_item *before = change->before, *after = change->after;
    if (before->repeat != after->repeat && (!before->repeat || !after->repeat))
        return count_answers(r, before, any, NULL);
    if (after->type == SURVEY_TYPE_TEXT || after->type == SURVEY_TYPE_HIDDEN || after->type == SURVEY_TYPE_CALCULATE ||
        after->type == SURVEY_TYPE_BARCODE)
        return 0;
    if (after->type == SURVEY_TYPE_SELECT_MULTIPLE && before->type == SURVEY_TYPE_SELECT_ONE)
        return 0;
    if (after->type == SURVEY_TYPE_INTEGER)
        return count_answers(r, before, whole, NULL);
    if (after->type == SURVEY_TYPE_DECIMAL)
        return before->type == SURVEY_TYPE_INTEGER ? 0 : count_answers(r, before, numbers, NULL);
    return count_answers(r, before, any, NULL);
}

static void say_type(struct revising *r, const struct survey_change *change)
{
    char message[512];
    int64_t answers = misfits(r, change);
    survey_format_into(message, sizeof message, _("'%s' was %s and is %s now; %lld answers don't fit"), change->after->column,
                       survey_type_name(change->before->type), survey_type_name(change->after->type), (long long)answers);
    say(r, answers ? SURVEY_FAULT : SURVEY_WARNING, answers ? "E601" : "W604", change->after,
        answers ? _("another name for the new question") : "", message);
}

static void say_choice(struct revising *r, const struct survey_change *change)
{
    char message[512];
    if (change->kind == SURVEY_CHOICE_ADDED) {
        survey_format_into(message, sizeof message, _("'%s' has a new choice '%s'"), change->after->column, change->choice);
        say(r, SURVEY_NOTE, "W605", change->after, "", message);
        return;
    }
    int64_t answers = count_answers(r, change->before, "' ' || %c || ' ' LIKE '% ' || replace(replace(replace(?, '\\', '\\\\'), "
                                                       "'%', '\\%'), '_', '\\_') || ' %' ESCAPE '\\'", change->choice);
    survey_format_into(message, sizeof message, _("'%s' no longer has the choice '%s', which %lld answers hold"),
                       change->after->column, change->choice, (long long)answers);
    say(r, answers ? SURVEY_FAULT : SURVEY_WARNING, answers ? "E602" : "W606", change->after,
        answers ? _("the choice kept, and hidden by choice_filter where it should not be offered") : "", message);
}

static void say_label(struct revising *r, const struct survey_change *change)
{
    char message[512];
    survey_format_into(message, sizeof message, _("'%s' is worded otherwise"), change->after->column);
    say(r, SURVEY_NOTE, "W607", change->after, "", message);
}

static void say_change(struct revising *r, const struct survey_change *change)
{
    switch (change->kind) {
    case SURVEY_QUESTION_ADDED:
        say_added(r, change);
        break;
    case SURVEY_QUESTION_REMOVED:
        say_removed(r, change);
        break;
    case SURVEY_TYPE_CHANGED:
        say_type(r, change);
        break;
    case SURVEY_CHOICE_ADDED:
    case SURVEY_CHOICE_REMOVED:
        say_choice(r, change);
        break;
    case SURVEY_LABEL_CHANGED:
        say_label(r, change);
        break;
    }
}

bool survey_revise_check(struct survey_store *store, const struct survey_form *form, struct survey_report *report,
                         struct survey_error *error)
{
    if (survey_store_count(store, 0, "SELECT count(*) FROM form WHERE name = ?", "t", form->id) == 0)
        return true; // one more form: nothing to compare with
    const struct survey_form *before = survey_store_current_form(store, form->id, NULL, error);
    if (!before)
        return false;
    struct survey_arena *arena = survey_arena_new();
    struct survey_change *changes;
    const struct survey_sheet *sheet = survey_workbook_sheet(form->workbook, "survey");
    struct revising r = {store, before, form, report, sheet ? survey_sheet_column(sheet, "name") : -1};
    size_t count = survey_form_compare(before, form, arena, &changes);
    for (size_t i = 0; i < count; i++)
        say_change(&r, &changes[i]);
    survey_arena_free(arena);
    return true;
}

// "OLD=NEW": both must be questions, of the versions before and after, that hold the same type of answer.
static bool note_rename(struct survey_store *store, const struct survey_form *before, const struct survey_form *after,
                        const char *text, struct survey_error *error)
{
    const char *equals = strchr(text, '=');
    char old[256] = "";
    if (equals)
        survey_format_into(old, sizeof old, "%.*s", (int)(equals - text), text);
    const struct survey_item *from = equals ? survey_form_find(before, old) : NULL,
                             *to = equals ? survey_form_find(after, equals + 1) : NULL;
    if (!from || !to || !survey_item_has_value(from) || !survey_item_has_value(to))
        return survey_fail(error, SURVEY_ERROR_USAGE, "", _("--rename %s: name a question of the version before and one of the new "
                                                            "version, as OLD=NEW"), text);
    if (strcmp(survey_column_type(from), survey_column_type(to)) != 0)
        return survey_fail(error, SURVEY_ERROR_USAGE, "", _("--rename %s: the two hold answers of different types"), text);
    return survey_store_run(store, error, "INSERT OR REPLACE INTO renamed (form, before, after) VALUES (?, ?, ?)", "ttt",
                            after->id, from->column, to->column);
}

static bool rebuild_all(struct survey_store *store, const char *form, struct survey_error *error)
{
    struct survey_query *query = survey_query(
        store, error, "SELECT response.id FROM response JOIN form ON form.id = response.form WHERE form.name = ?", "t", form);
    bool done = query != NULL;
    while (done && survey_query_next(query))
        done = survey_response_rebuild(store, survey_query_text(query, 0), error);
    return query && survey_query_end(query, done ? error : NULL) && done;
}

bool survey_revise(struct survey_store *store, const struct survey_form *form, const char *const *renames, size_t count,
                   const struct survey_actor *actor, struct survey_error *error)
{
    bool known = survey_store_count(store, 0, "SELECT count(*) FROM form WHERE name = ?", "t", form->id) > 0;
    const struct survey_form *before = known ? survey_store_current_form(store, form->id, NULL, error) : NULL;
    if (count && !before)
        return survey_fail(error, SURVEY_ERROR_USAGE, "", _("--rename: there is no earlier version of '%s'"), form->id);
    for (size_t i = 0; i < count; i++)
        if (!note_rename(store, before, form, renames[i], error))
            return false;
    return survey_store_add_form(store, form, 0, actor, error) && (!count || rebuild_all(store, form->id, error));
}
