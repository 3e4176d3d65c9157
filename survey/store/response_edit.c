// SPDX-License-Identifier: GPL-3.0-or-later
// Corrections of a response: judged, kept beside what was received, and logged.
#include "survey/store/response_private.h"

#include "survey/base/json.h"
#include "survey/base/text.h"

#include <string.h>

struct editing {
    struct survey_store *store;
    const char *id;
    const struct survey_item *item;
    const char *occurrence;
    const char *before;
    const char *value;
    const char *source;
    const struct survey_actor *actor;
};

// An office correction must fit the questionnaire. What is keyed from paper is only refused where it
// cannot be an answer at all, since paper may well break a rule. A merge takes what the other copy has.
static bool judge(const struct editing *e, struct survey_record *record, const struct survey_node *node,
                  struct survey_error *error)
{
    const char *message = NULL;
    enum survey_violation violation = survey_record_fit(record, node);
    if (violation == SURVEY_FINE && *e->value)
        violation = survey_record_judge(record, node, &message);
    char where[512];
    survey_format_into(where, sizeof where, "%s: %s", e->id, e->item->name);
    if (violation == SURVEY_FINE || strcmp(e->source, "merge") == 0)
        return true;
    if (violation == SURVEY_WRONG_TYPE)
        return survey_fail(error, SURVEY_ERROR_INPUT, where, _("'%s' is no value for a question of type %s"), e->value,
                           survey_type_name(e->item->type));
    if (violation == SURVEY_NOT_A_CHOICE)
        return survey_fail(error, SURVEY_ERROR_INPUT, where, _("'%s' is not among the choices"), e->value);
    if (strcmp(e->source, "review") == 0)
        return true;
    if (violation == SURVEY_NOT_RELEVANT)
        return survey_fail(error, SURVEY_ERROR_INPUT, where, _("the question is not asked in this response"));
    return survey_fail(error, SURVEY_ERROR_INPUT, where, _("'%s' breaks the rule of the question: %s"), e->value,
                       message && *message ? message : e->item->constraint.text ? e->item->constraint.text : "");
}

static bool log_edit(const struct editing *e, struct survey_error *error)
{
    const char *texts[] = {e->before, e->value};
    struct survey_buffer json[2] = {SURVEY_BUFFER(1 << 22), SURVEY_BUFFER(1 << 22)};
    for (int i = 0; i < 2; i++) {
        struct survey_json_writer writer = survey_json_writer(&json[i], false);
        survey_json_open(&writer, '{');
        survey_json_member(&writer, "question", e->item->column);
        survey_json_member(&writer, "occurrence", e->occurrence);
        survey_json_member(&writer, "value", texts[i]);
        survey_json_close(&writer, '}');
    }
    bool done = survey_store_log(e->store, e->actor, e->source, e->id, survey_buffer_string(&json[0]),
                                 survey_buffer_string(&json[1]), error);
    survey_buffer_clear(&json[0]);
    survey_buffer_clear(&json[1]);
    return done;
}

static bool keep_edit(const struct editing *e, struct survey_error *error)
{
    char id[48], now[40];
    survey_store_new_id(id);
    survey_time_text(&e->actor->now, now);
    return survey_store_run(e->store, error,
                            "INSERT INTO edit (id, response, question, occurrence, before, after, who, why, made_at, "
                            "source) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                            "tttttttttt", id, e->id, e->item->column, e->occurrence, e->before, e->value, e->actor->who,
                            e->actor->why, now, e->source) &&
           log_edit(e, error);
}

// A sheet was printed for a household, and its code says which: an answer to the contrary is a fact beside it.
static bool note_other_unit(const struct editing *e, const char *sheet_unit, const char *unit, struct survey_error *error)
{
    char message[600];
    const struct survey_item *key = e->item;
    survey_format_into(message, sizeof message, _("the sheet was printed for %.200s; the answer says %.200s"), sheet_unit, unit);
    return strcmp(sheet_unit, unit) == 0
               ? survey_store_run(e->store, error, "DELETE FROM violation WHERE response = ? AND kind = 'unit'", "t", e->id)
               : survey_store_run(e->store, error, "INSERT OR REPLACE INTO violation (response, question, occurrence, kind, message) "
                                                   "VALUES (?, ?, '', 'unit', ?)", "ttt", e->id, key->column, message);
}

// Where the correction changed which unit the response is for.
static bool follow_unit(const struct editing *e, struct survey_record *record, const char *before,
                        struct survey_error *error)
{
    const char *unit = survey_response_unit_of(record);
    if (!unit || strcmp(unit, before) == 0)
        return true;
    char round[256] = "", printed[600] = "";
    struct survey_query *query = survey_query(e->store, error, "SELECT round, iif(raw_kind = 'scan', unit, NULL) FROM response WHERE id = ?", "t", e->id);
    if (!query)
        return false;
    if (survey_query_next(query)) {
        survey_format_into(round, sizeof round, "%s", survey_query_text(query, 0));
        survey_format_into(printed, sizeof printed, "%s", survey_query_text(query, 1));
    }
    if (!survey_query_end(query, error))
        return false;
    if (*printed)
        return note_other_unit(e, printed, unit, error);
    return survey_store_run(e->store, error, "UPDATE response SET unit = ? WHERE id = ?", "tt", unit, e->id) &&
           survey_response_check_unit(e->store, e->id, survey_record_form(record), unit, round, error);
}

static bool apply(struct editing *e, struct survey_record *record, struct survey_node *node, struct survey_error *error)
{
    const char *unit = survey_response_unit_of(record);
    struct survey_buffer before = SURVEY_BUFFER(1 << 22), unit_before = SURVEY_BUFFER(1 << 16);
    survey_buffer_text(&before, node->value);
    survey_buffer_text(&unit_before, unit ? unit : "");
    e->before = survey_buffer_string(&before);
    survey_record_set(record, node, e->value);
    bool done = judge(e, record, node, error) && keep_edit(e, error) &&
                survey_response_write(e->store, record, e->id, error) &&
                follow_unit(e, record, survey_buffer_string(&unit_before), error);
    survey_buffer_clear(&before);
    survey_buffer_clear(&unit_before);
    return done;
}

bool survey_response_edit(struct survey_store *store, const char *id, const char *question, const char *occurrence,
                          const char *value, const char *source, const struct survey_actor *actor,
                          struct survey_error *error)
{
    struct survey_record *record = NULL;
    uint32_t occurrences[8];
    if (!survey_response_load(store, id, &record, error))
        return false;
    struct editing e = {.store = store, .id = id, .value = value, .source = source, .actor = actor,
                        .occurrence = occurrence ? occurrence : "",
                        .item = survey_form_find(survey_record_form(record), question)};
    int depth = survey_occurrence_parse(e.occurrence, occurrences);
    struct survey_node *node = NULL;
    bool done = false;
    if (e.item && survey_item_has_value(e.item) && depth >= 0)
        node = survey_record_node(record, e.item, depth ? occurrences : NULL, (size_t)depth);
    if (!node)
        survey_fail(error, SURVEY_ERROR_INPUT, id, _("'%s%s%s%s' is no question of this response"), question,
                    *e.occurrence ? "[" : "", e.occurrence, *e.occurrence ? "]" : "");
    else if (e.item->calculation.text)
        survey_fail(error, SURVEY_ERROR_INPUT, id, _("'%s' is calculated; correct the answers that it is made of"), question);
    else
        done = apply(&e, record, node, error);
    survey_record_free(record);
    return done;
}
