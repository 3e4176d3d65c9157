// SPDX-License-Identifier: GPL-3.0-or-later
// A submission posted by a phone: answered 201 only when it is durable; the same one twice is taken
// once, another under the same id is refused.
#include "forms/phone/phone_private.h"

#include "forms/phone/multipart.h"
#include "survey/base/arena.h"
#include "survey/base/json.h"
#include "survey/base/text.h"
#include "survey/store/response.h"
#include "survey/store/submission_xml.h"

#include <string.h>

struct posting {
    const struct phone_request *request;
    struct phone_reply *reply;
    struct phone_part *parts;
    size_t count;
    const struct phone_part *xml;
    struct survey_submission_head head;
    struct survey_element *root; // of the XML
    struct survey_actor actor;
    bool fresh; // it was not here before
};

// Whether an element of what was sent is this text (an answer, or the audit in meta): what nothing names
// is not kept.
static bool names_file(const struct survey_element *top, const char *file)
{
    const struct survey_element *element = top;
    while (element) {
        if (!element->first && strcmp(element->text, file) == 0)
            return true;
        if (element->first) {
            element = element->first;
            continue;
        }
        while (element != top && !element->next)
            element = element->parent;
        element = element == top ? NULL : element->next;
    }
    return false;
}

static bool attach(struct posting *p, struct survey_store *store, const char *id, size_t *attached,
                   struct survey_error *error)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct phone_part *part = &p->parts[i];
        const char *file = *part->file ? part->file : part->name;
        if (part == p->xml || strcmp(part->name, "*isIncomplete*") == 0 || !*file || !names_file(p->root, file))
            continue;
        if (!survey_response_attach(store, id, file, part->bytes, part->length, error))
            return false;
        (*attached)++;
    }
    return true;
}

static bool log_arrival(struct posting *p, struct survey_store *store, const char *id, size_t attached,
                        struct survey_error *error)
{
    struct survey_buffer after = SURVEY_BUFFER(1 << 16);
    struct survey_json_writer json = survey_json_writer(&after, false);
    survey_json_open(&json, '{');
    survey_json_member(&json, "form", p->head.form);
    survey_json_member(&json, "version", p->head.version);
    survey_json_member(&json, "replaces", p->head.deprecated);
    survey_json_member_bool(&json, "duplicate", survey_response_is_duplicate(store, id));
    survey_json_member_integer(&json, "attachments", (int64_t)attached);
    survey_json_close(&json, '}');
    bool done = survey_store_log(store, &p->actor, "submission", id, "", survey_buffer_string(&after), error);
    survey_buffer_clear(&after);
    return done;
}

// What stands against taking it: a form or an edited response that is not there, or an edit of what was
// edited already. 0 where nothing does, else the status, with the reply said.
static int refusal(struct posting *p, struct survey_store *store)
{
    const char *old = p->head.deprecated;
    if (survey_submission_form(store, p->head.form, p->head.version) == 0) {
        phone_say(p->reply, 404, _("form '%s' version '%s' is not in this evaluation"), p->head.form, p->head.version);
        return 404;
    }
    bool known = survey_store_count(store, 0, "SELECT count(*) FROM response WHERE id = ?", "t", p->head.id) > 0;
    if (!*old || known)
        return 0;
    if (survey_store_count(store, 0, "SELECT count(*) FROM response WHERE id = ?", "t", old) == 0) {
        phone_say(p->reply, 404, _("the submission '%s' that this one corrects is not here"), old);
        return 404;
    }
    if (survey_store_count(store, 0,
                           "SELECT count(*) FROM response WHERE id = ? AND state IN ('superseded', 'rejected')", "t",
                           old) > 0) {
        phone_say(p->reply, 409, _("the submission '%s' that this one corrects was corrected already"), old);
        return 409;
    }
    return 0;
}

// Within the transaction. *keep says whether to commit.
static bool take(struct posting *p, struct survey_store *store, bool *keep, struct survey_error *error)
{
    struct survey_record *record = NULL;
    char id[64] = "", deprecated[64] = "";
    if (!survey_submission_read(store, "xml_submission_file", p->xml->bytes, p->xml->length, &p->actor.now, &record, id,
                                deprecated, error))
        return false;
    struct survey_arrival arrival = {.id = p->head.id, .round = p->actor.round, .channel = "phone", .who = p->request->who,
                                     .raw = p->xml->bytes, .raw_length = p->xml->length, .raw_kind = "xml",
                                     .replaces = p->head.deprecated};
    enum survey_arrived arrived;
    size_t attached = 0;
    bool done = survey_response_add(store, record, &arrival, &p->actor, &arrived, id, error);
    if (done && arrived == SURVEY_ARRIVED_CONFLICT) {
        phone_say(p->reply, 409, _("another submission with the id '%s' is here already"), id);
    } else if (done) {
        done = attach(p, store, id, &attached, error);
        if (done && arrived == SURVEY_ARRIVED_NEW)
            done = log_arrival(p, store, id, attached, error);
        *keep = done;
        phone_say(p->reply, 201, arrived == SURVEY_ARRIVED_NEW ? _("received") : _("received before"));
        p->fresh = arrived == SURVEY_ARRIVED_NEW;
    }
    survey_record_free(record);
    return done;
}

static bool store_posting(struct posting *p, struct survey_error *error)
{
    struct phone_server *server = p->request->server;
    bool keep = false, done = true;
    struct survey_store *store = phone_writer_take(server);
    p->actor.round = survey_store_round(store, &p->actor);
    if (!survey_store_begin(store, error)) {
        phone_writer_give(server);
        return false;
    }
    if (refusal(p, store) == 0)
        done = take(p, store, &keep, error);
    if (keep && done)
        done = survey_store_commit(store, error);
    if (!keep || !done)
        survey_store_rollback(store);
    else if (p->fresh)
        atomic_fetch_add(&server->received, 1);
    phone_writer_give(server);
    return done;
}

static bool read_posting(struct posting *p, struct survey_arena *arena, struct survey_error *error)
{
    const struct phone_request *request = p->request;
    if (!phone_multipart_read(arena, request->type, request->body, request->length, &p->parts, &p->count, error))
        return false;
    for (size_t i = 0; i < p->count && !p->xml; i++)
        if (strcmp(p->parts[i].name, "xml_submission_file") == 0)
            p->xml = &p->parts[i];
    if (!p->xml)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("the post has no part 'xml_submission_file'"));
    size_t elements;
    if (!survey_submission_head("xml_submission_file", p->xml->bytes, p->xml->length, &p->head, error) ||
        !survey_submission_tree(arena, "xml_submission_file", p->xml->bytes, p->xml->length, &p->root, &elements, error))
        return false;
    if (!*p->head.id)
        return survey_fail(error, SURVEY_ERROR_INPUT, "xml_submission_file",
                           _("the submission has no meta/instanceID"));
    return true;
}

bool phone_submission(void *user, const struct phone_request *request, struct phone_reply *reply,
                      struct survey_error *error)
{
    (void)user;
    if (strcmp(request->method, "HEAD") == 0) {
        reply->status = 204;
        return true;
    }
    if (strcmp(request->method, "GET") == 0) {
        phone_say(reply, 405, _("submissions are posted here"));
        return true;
    }
    struct survey_arena *arena = survey_arena_new();
    struct posting p = {.request = request, .reply = reply};
    p.actor = (struct survey_actor){request->who, "", request->now, request->round};
    bool done = read_posting(&p, arena, error) && store_posting(&p, error);
    survey_arena_free(arena);
    return done;
}
