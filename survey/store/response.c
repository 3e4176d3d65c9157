// SPDX-License-Identifier: GPL-3.0-or-later
// Responses: one way in for paper, phone and import; found again, and written anew from the raw.
#include "survey/store/response_private.h"

#include "survey/base/arena.h"
#include "survey/base/text.h"

#include <sodium.h>
#include <string.h>

// The answer to an item outside repeats, "" where there is none.
static const char *answer_of(struct survey_record *record, const struct survey_item *item)
{
    const struct survey_node *node = item ? survey_record_node(record, item, NULL, 0) : NULL;
    return node && !node->irrelevant ? node->value : "";
}

static const struct survey_item *item_of_role(const struct survey_form *form, const char *role)
{
    for (size_t i = 0; i < form->item_count; i++)
        if (!form->items[i]->repeat && form->items[i]->role && strcmp(form->items[i]->role, role) == 0)
            return form->items[i];
    return NULL;
}

// The result code of the visit: "" where it was not given, NULL where the form does not ask for one.
const char *survey_response_disposition_of(struct survey_record *record)
{
    const struct survey_item *item = item_of_role(survey_record_form(record), "disposition");
    return item ? answer_of(record, item) : NULL;
}

static const char *answer_of_type(struct survey_record *record, enum survey_type type)
{
    const struct survey_form *form = survey_record_form(record);
    for (size_t i = 0; i < form->item_count; i++)
        if (!form->items[i]->repeat && form->items[i]->type == type) {
            const char *value = answer_of(record, form->items[i]);
            return *value ? value : NULL;
        }
    return NULL;
}

static const char *text_or_null(const char *text)
{
    return text && *text ? text : NULL;
}

const char *survey_response_unit_of(struct survey_record *record)
{
    return text_or_null(answer_of(record, survey_form_key(survey_record_form(record))));
}

bool survey_response_is_duplicate(struct survey_store *store, const char *id)
{
    return survey_store_count(store, 0, "SELECT count(*) FROM response WHERE id = ? AND state = 'duplicate'", "t", id) > 0;
}

static bool note(struct survey_store *store, const char *id, const char *question, const char *kind,
                 const char *message, struct survey_error *error)
{
    return survey_store_run(store, error,
                            "INSERT OR REPLACE INTO violation (response, question, occurrence, kind, message) "
                            "VALUES (?, ?, '', ?, ?)",
                            "tttt", id, question, kind, message);
}

// What is wrong with the unit, in words; NULL where nothing is, or where there is nothing to hold it
// against: neither a sample of the round nor a frame.
static const char *unit_fault(struct survey_store *store, const char *unit, const char *round)
{
    bool drawn = survey_store_count(store, 0, "SELECT count(*) FROM draw WHERE round = ? AND current = 1", "t", round) > 0;
    bool framed = survey_store_count(store, 0, "SELECT EXISTS (SELECT 1 FROM frame)", "") > 0;
    if (!drawn && !framed)
        return NULL;
    if (!unit)
        return _("no unit could be told");
    bool sampled = survey_store_count(store, 0,
                                      "SELECT EXISTS (SELECT 1 FROM sample JOIN draw ON draw.id = sample.draw "
                                      "WHERE draw.current = 1 AND sample.round = ? AND sample.unit = ?)",
                                      "tt", round, unit) > 0;
    bool known = survey_store_count(store, 0, "SELECT EXISTS (SELECT 1 FROM frame WHERE unit = ?)", "t", unit) > 0;
    if (!sampled)
        return framed && !known ? _("not a unit of the frame") : drawn ? _("not in the sample of the round") : NULL;
    bool active = survey_store_count(store, 0,
                                     "SELECT EXISTS (SELECT 1 FROM sample JOIN draw ON draw.id = sample.draw "
                                     "WHERE draw.current = 1 AND sample.round = ? AND sample.unit = ? "
                                     "AND sample.status <> 'reserve')",
                                     "tt", round, unit) > 0;
    return active ? NULL : _("a reserve that has not been called up");
}

bool survey_response_check_unit(struct survey_store *store, const char *id, const struct survey_form *form,
                                const char *unit, const char *round, struct survey_error *error)
{
    const struct survey_item *key = survey_form_key(form);
    const char *fault = unit_fault(store, unit, round);
    if (!survey_store_run(store, error, "DELETE FROM violation WHERE response = ? AND kind = 'unit'", "t", id))
        return false;
    return !fault || note(store, id, key ? key->column : "", "unit", fault, error);
}

// An earlier response of the same questionnaire for the same unit in the round; "" where none.
static bool find_twin(struct survey_store *store, const char *id, const char *form, const char *unit,
                      const char *round, char twin[static 64], struct survey_error *error)
{
    *twin = '\0';
    if (!unit)
        return true;
    struct survey_query *query =
        survey_query(store, error,
                     "SELECT response.id FROM response JOIN form ON form.id = response.form "
                     "WHERE round = ? AND unit = ? AND form.name = ? AND response.id <> ? "
                     "AND state IN ('received', 'waiting', 'complete') ORDER BY response.rowid LIMIT 1",
                     "tttt", round, unit, form, id);
    if (!query)
        return false;
    if (survey_query_next(query))
        survey_format_into(twin, 64, "%s", survey_query_text(query, 0));
    return survey_query_end(query, error);
}

struct storing {
    struct survey_store *store;
    struct survey_record *record;
    const struct survey_form *form;
    const struct survey_arrival *arrival;
    const struct survey_actor *actor;
    const char *id;
    const char *unit;
    const char *round;
    uint8_t hash[32];
};

static int64_t form_row(struct survey_store *store, const struct survey_form *form)
{
    return survey_submission_form(store, form->id, form->version);
}

static bool supersede(const struct storing *s, struct survey_error *error)
{
    const char *old = text_or_null(s->arrival->replaces);
    if (!old)
        return true;
    if (survey_store_count(s->store, 0,
                           "SELECT count(*) FROM response WHERE id = ? AND state NOT IN ('superseded', 'rejected')",
                           "t", old) == 0)
        return survey_fail(error, SURVEY_ERROR_INPUT, s->id, _("the response '%s' that it replaces is not there, or was "
                                                               "replaced already"), old);
    return survey_store_run(s->store, error, "UPDATE response SET state = 'superseded' WHERE id = ?", "t", old);
}

static bool insert_response(const struct storing *s, const char *twin, struct survey_error *error)
{
    const struct survey_arrival *a = s->arrival;
    char now[40];
    survey_time_text(&s->actor->now, now);
    const char *started = a->started ? a->started : answer_of_type(s->record, SURVEY_TYPE_START);
    const char *ended = a->ended ? a->ended : answer_of_type(s->record, SURVEY_TYPE_END);
    const char *state = *twin ? "duplicate" : a->waiting ? "waiting" : "complete";
    const char *disposition = survey_response_disposition_of(s->record);
    int64_t form = form_row(s->store, s->form);
    if (form == 0)
        return survey_fail(error, SURVEY_ERROR_INPUT, s->id, _("form '%s' version '%s' is not in this evaluation"),
                           s->form->id, s->form->version);
    return survey_store_run(s->store, error,
                            "INSERT INTO response (id, form, unit, round, channel, who, received_at, started_at, "
                            "ended_at, state, disposition, raw, raw_kind, raw_sha256) "
                            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                            "titttttttttbtb", s->id, form, s->unit, s->round, a->channel, a->who ? a->who : s->actor->who,
                            now, started, ended, state, disposition, a->raw ? a->raw : "", a->raw_length, a->raw_kind,
                            (const void *)s->hash, sizeof s->hash);
}

static bool store_response(const struct storing *s, struct survey_error *error)
{
    char twin[64], message[256];
    if (!supersede(s, error) || !find_twin(s->store, s->id, s->form->id, s->unit, s->round, twin, error) ||
        !insert_response(s, twin, error) ||
        !survey_response_check_unit(s->store, s->id, s->form, s->unit, s->round, error))
        return false;
    survey_format_into(message, sizeof message, _("the unit has the response %s already"), twin);
    if (*twin && !note(s->store, s->id, "", "duplicate", message, error))
        return false;
    return survey_answers_write(s->store, s->record, s->id, error);
}

// Whether the id is there already, and if so with the same raw.
static bool seen_before(struct survey_store *store, const char *id, const uint8_t hash[static 32], bool *seen,
                        bool *same, struct survey_error *error)
{
    struct survey_query *query = survey_query(store, error, "SELECT raw_sha256 FROM response WHERE id = ?", "t", id);
    if (!query)
        return false;
    if ((*seen = survey_query_next(query))) {
        size_t length;
        const void *old = survey_query_blob(query, 0, &length);
        *same = length == 32 && memcmp(old, hash, 32) == 0;
    }
    return survey_query_end(query, error);
}

bool survey_response_add(struct survey_store *store, struct survey_record *record,
                         const struct survey_arrival *arrival, const struct survey_actor *actor,
                         enum survey_arrived *arrived, char id[static 64], struct survey_error *error)
{
    struct storing s = {.store = store, .record = record, .form = survey_record_form(record), .arrival = arrival,
                        .actor = actor};
    char fresh[64];
    bool seen, same = false;
    if (arrival->id && *arrival->id)
        survey_format_into(fresh, sizeof fresh, "%s", arrival->id);
    else
        survey_store_new_id(fresh);
    crypto_hash_sha256(s.hash, arrival->raw, arrival->raw_length);
    if (!seen_before(store, fresh, s.hash, &seen, &same, error))
        return false;
    s.id = fresh;
    s.unit = text_or_null(arrival->unit);
    if (!s.unit)
        s.unit = survey_response_unit_of(record);
    s.round = text_or_null(arrival->round);
    if (!s.round)
        s.round = survey_store_round(store, actor);
    if (!seen && !store_response(&s, error))
        return false;
    *arrived = !seen ? SURVEY_ARRIVED_NEW : same ? SURVEY_ARRIVED_AGAIN : SURVEY_ARRIVED_CONFLICT;
    memcpy(id, fresh, sizeof fresh);
    return true;
}

bool survey_response_attach(struct survey_store *store, const char *id, const char *name, const void *bytes,
                            size_t length, struct survey_error *error)
{
    uint8_t hash[32];
    crypto_hash_sha256(hash, bytes, length);
    return survey_store_run(store, error,
                            "INSERT INTO attachment (response, name, sha256, bytes) VALUES (?, ?, ?, ?) "
                            "ON CONFLICT DO NOTHING",
                            "ttbb", id, name, (const void *)hash, sizeof hash, bytes, length);
}

// The raw and where it belongs, copied out so that further queries may run.
struct stored {
    const struct survey_form *form;
    struct survey_time received;
    const char *kind, *raw;
    size_t length;
};

static bool read_stored(struct survey_store *store, struct survey_arena *arena, const char *id, struct stored *stored,
                        struct survey_error *error)
{
    struct survey_query *query =
        survey_query(store, error, "SELECT form, received_at, raw_kind, raw FROM response WHERE id = ?", "t", id);
    if (!query)
        return false;
    bool found = survey_query_next(query);
    int64_t form = 0;
    if (found) {
        const char *at = survey_query_text(query, 1);
        form = survey_query_integer(query, 0);
        survey_time_parse(at, strlen(at), 0, &stored->received);
        stored->kind = survey_arena_strdup(arena, survey_query_text(query, 2));
        const void *raw = survey_query_blob(query, 3, &stored->length);
        stored->raw = survey_arena_strndup(arena, raw ? raw : "", stored->length);
    }
    if (!survey_query_end(query, error))
        return false;
    if (!found)
        return survey_fail(error, SURVEY_ERROR_INPUT, survey_store_path(store), _("there is no response '%s'"), id);
    return (stored->form = survey_store_form(store, form, error)) != NULL;
}

static bool apply_edits(struct survey_store *store, struct survey_record *record, const char *id,
                        struct survey_error *error)
{
    struct survey_query *query = survey_query(store, error,
                                              "SELECT question, occurrence, after FROM edit WHERE response = ? "
                                              "ORDER BY julianday(made_at), rowid",
                                              "t", id);
    if (!query)
        return false;
    while (survey_query_next(query)) {
        uint32_t occurrences[8];
        const struct survey_item *item = survey_form_find(survey_record_form(record), survey_query_text(query, 0));
        int depth = survey_occurrence_parse(survey_query_text(query, 1), occurrences);
        struct survey_node *node =
            item && depth >= 0 ? survey_record_node(record, item, depth ? occurrences : NULL, (size_t)depth) : NULL;
        if (node)
            survey_record_put(record, node, survey_query_text(query, 2));
    }
    survey_record_update(record);
    return survey_query_end(query, error);
}

bool survey_response_load_at(struct survey_store *store, const char *id, enum survey_clock clock, struct survey_record **record,
                             struct survey_error *error)
{
    struct survey_arena *arena = survey_arena_new();
    struct stored stored = {0};
    struct survey_received *received = NULL;
    size_t count = 0;
    bool done = read_stored(store, arena, id, &stored, error) &&
                survey_raw_read(arena, stored.form, id, stored.kind, stored.raw, stored.length, &received, &count, error);
    if (done) {
        struct survey_time none = {0};
        struct survey_record_env env = {.now = stored.received};
        if (clock != SURVEY_CLOCK_RECEIVED)
            env.now = survey_received_time(received, count, clock == SURVEY_CLOCK_INTERVIEW ? &stored.received : &none);
        struct survey_record *made = survey_record_new(stored.form, &env);
        survey_received_fill(made, received, count);
        done = apply_edits(store, made, id, error);
        if (done)
            *record = made;
        else
            survey_record_free(made);
    }
    survey_arena_free(arena);
    return done;
}

bool survey_response_load(struct survey_store *store, const char *id, struct survey_record **record,
                          struct survey_error *error)
{
    return survey_response_load_at(store, id, SURVEY_CLOCK_INTERVIEW, record, error);
}

bool survey_response_fill(struct survey_record *record, const char *name, const char *kind, const char *raw,
                          size_t length, struct survey_error *error)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_received *received = NULL;
    size_t count = 0;
    bool done = survey_raw_read(arena, survey_record_form(record), name, kind, raw, length, &received, &count, error);
    if (done)
        survey_received_fill(record, received, count);
    survey_arena_free(arena);
    return done;
}

bool survey_response_write(struct survey_store *store, struct survey_record *record, const char *id,
                           struct survey_error *error)
{
    return survey_answers_write(store, record, id, error) &&
           survey_store_run(store, error, "UPDATE response SET disposition = ? WHERE id = ?", "tt",
                            survey_response_disposition_of(record), id);
}

bool survey_response_rebuild(struct survey_store *store, const char *id, struct survey_error *error)
{
    struct survey_record *record = NULL;
    if (!survey_response_load(store, id, &record, error))
        return false;
    bool done = survey_response_write(store, record, id, error);
    survey_record_free(record);
    return done;
}
