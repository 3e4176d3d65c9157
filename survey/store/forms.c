// SPDX-License-Identifier: GPL-3.0-or-later
// Forms as stored, and what the plan's sheets say.
#include "survey/store/forms.h"

#include "survey/base/json.h"
#include "survey/base/text.h"
#include "survey/store/response.h"
#include "survey/store/store_private.h"
#include "survey/workbook/workbook.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { DEFINITION_LIMIT = 256 << 20 };

static bool insert_form(struct survey_store *store, const struct survey_form *form, int64_t position,
                        const struct survey_buffer *definition, const struct survey_actor *actor, struct survey_error *error)
{
    unsigned char hash[32];
    char at[40];
    crypto_hash_sha256(hash, (const unsigned char *)survey_buffer_string(definition), definition->length);
    survey_time_text(&actor->now, at);
    if (!survey_store_run(store, error, "UPDATE form SET current = 0 WHERE name = ?", "t", form->id))
        return false;
    return survey_store_run(store, error,
                            "INSERT INTO form (name, version, position, sha256, definition, source_name, added_at) "
                            "VALUES (?, ?, ?, ?, ?, ?, ?)",
                            "ttibttt", form->id, form->version, position, (const void *)hash, sizeof hash,
                            survey_buffer_string(definition), form->path, at);
}

bool survey_store_add_form(struct survey_store *store, const struct survey_form *form, int64_t position,
                           const struct survey_actor *actor, struct survey_error *error)
{
    if (survey_store_count(store, 0, "SELECT count(*) FROM form WHERE name = ? AND version = ?", "tt", form->id,
                           form->version) > 0)
        return survey_fail(error, SURVEY_ERROR_INPUT, form->path,
                           _("version '%s' of form '%s' is in the evaluation already; give the new one another version"),
                           form->version, form->id);
    if (position == 0)
        position = survey_store_count(store, survey_store_count(store, 0, "SELECT max(position) FROM form", "") + 1,
                                      "SELECT position FROM form WHERE name = ? AND current", "t", form->id);
    struct survey_buffer definition = SURVEY_BUFFER(DEFINITION_LIMIT);
    survey_workbook_write_json(form->workbook, &definition);
    bool done = !definition.overflow ||
                survey_fail(error, SURVEY_ERROR_INPUT, form->path, "%s", _("the workbook is too large"));
    char subject[256];
    survey_format_into(subject, sizeof subject, "%s %s", form->id, form->version);
    done = done && insert_form(store, form, position, &definition, actor, error) &&
           survey_response_tables(store, form, error) &&
           survey_store_log(store, actor, "form", subject, "", "", error);
    survey_buffer_clear(&definition);
    return done;
}

// Reads a stored definition back; it was checked when it came in.
static struct survey_form *read_form(struct survey_store *store, const char *name, const char *definition, size_t length,
                                     struct survey_error *error)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_workbook *workbook;
    struct survey_form *form = NULL;
    if (survey_workbook_read_json(arena, name, definition, length, &workbook, error) &&
        survey_form_read(arena, workbook, false, NULL, &form, error))
        return form;
    survey_arena_free(arena);
    (void)store;
    return NULL;
}

const struct survey_form *survey_store_form(struct survey_store *store, int64_t id, struct survey_error *error)
{
    for (size_t i = 0; i < store->form_count; i++)
        if (store->forms[i].id == id)
            return store->forms[i].form;
    struct survey_query *query = survey_query(store, error, "SELECT definition, source_name FROM form WHERE id = ?", "i", id);
    if (!query)
        return NULL;
    struct survey_form *form = NULL;
    if (survey_query_next(query)) {
        size_t length;
        const char *definition = survey_query_blob(query, 0, &length);
        form = read_form(store, survey_query_text(query, 1), definition, length, error);
    } else {
        survey_fail(error, SURVEY_ERROR_INPUT, store->path, _("there is no form with number %lld"), (long long)id);
    }
    survey_query_end(query, NULL);
    if (!form)
        return NULL;
    store->forms = survey_realloc(store->forms, store->form_count + 1, sizeof *store->forms);
    store->forms[store->form_count++] = (struct survey_stored_form){id, form};
    return form;
}

const struct survey_form *survey_store_current_form(struct survey_store *store, const char *name, int64_t *id,
                                                    struct survey_error *error)
{
    int64_t found = name ? survey_store_count(store, 0, "SELECT id FROM form WHERE name = ? AND current", "t", name)
                         : survey_store_count(store, 0, "SELECT id FROM form WHERE current ORDER BY position LIMIT 1", "");
    if (!found) {
        survey_fail(error, SURVEY_ERROR_INPUT, store->path, _("there is no form '%s' in the evaluation"), name ? name : "");
        return NULL;
    }
    if (id)
        *id = found;
    return survey_store_form(store, found, error);
}

const struct survey_sheet *survey_store_plan(struct survey_store *store, const char *sheet)
{
    const struct survey_form *form = survey_store_current_form(store, NULL, NULL, NULL);
    return form ? survey_workbook_sheet(form->workbook, sheet) : NULL;
}

const char *survey_store_setting(struct survey_store *store, const char *key, int64_t on)
{
    const struct survey_sheet *sheet = survey_store_plan(store, "evaluation");
    const char *found = NULL;
    int64_t best = INT64_MIN;
    for (uint32_t row = 1; sheet && row < sheet->rows; row++) {
        if (strcmp(survey_sheet_text(sheet, row, "key"), key) != 0)
            continue;
        const char *from = survey_sheet_text(sheet, row, "from");
        int64_t days = INT64_MIN;
        survey_date_parse(from, strlen(from), &days); // a blank one holds from the beginning
        if (days <= on && days >= best) {
            best = days;
            found = survey_sheet_text(sheet, row, "value");
        }
    }
    return found;
}

const char *survey_store_round(struct survey_store *store, const struct survey_actor *actor)
{
    const struct survey_sheet *sheet = survey_store_plan(store, "rounds");
    int64_t today = (actor->now.seconds + (int64_t)actor->now.offset * 60) / 86400, best = INT64_MIN;
    const char *found = NULL;
    if (actor->round && actor->round[0])
        return survey_arena_strdup(store->arena, actor->round);
    for (uint32_t row = 1; sheet && row < sheet->rows; row++) {
        const char *start = survey_sheet_text(sheet, row, "start"), *round = survey_sheet_text(sheet, row, "round");
        int64_t days;
        if (!round[0])
            continue;
        if (!found)
            found = round;
        if (survey_date_parse(start, strlen(start), &days) && days <= today && days >= best) {
            best = days;
            found = round;
        }
    }
    return found ? found : "1";
}

bool survey_store_knows_round(struct survey_store *store, const struct survey_actor *actor, struct survey_error *error)
{
    const struct survey_sheet *sheet = survey_store_plan(store, "rounds");
    const char *names = "";
    if (!actor->round || !actor->round[0])
        return true;
    for (uint32_t row = 1; sheet && row < sheet->rows; row++) {
        const char *round = survey_sheet_text(sheet, row, "round");
        if (strcmp(round, actor->round) == 0)
            return true;
        if (*round)
            names = survey_arena_format(store->arena, "%s%s%s", names, *names ? ", " : "", round);
    }
    return !*names || survey_fail(error, SURVEY_ERROR_USAGE, "--round", _("the rounds sheet has no round '%s'; it has %s"),
                                  actor->round, names);
}
