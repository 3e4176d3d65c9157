// SPDX-License-Identifier: GPL-3.0-or-later
// The way of a request: token first, then its body under a limit, then the page that answers.
#include "forms/phone/route.h"

#include "forms/phone/phone_private.h"
#include "survey/base/arena.h"
#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/base/utf8.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_TOKEN = 128, MOST_REPLY = 256 << 20 };

// What is kept of a request between the calls that bring it.
struct visit {
    bool entered;           // the token was found good
    char who[256], role[32];
    const char *rest;       // of the path, into url
    size_t token_at, token_length;
    struct survey_buffer body;
};

static const struct phone_page pages[] = {
    {"GET", "formList", phone_form_list, NULL},
    {"GET", "forms/", phone_form_file, NULL},
    {"GET", "submission", phone_submission, NULL}, // HEAD asks whether a post would be taken
    {"POST", "submission", phone_submission, NULL},
};

void phone_xml_text(struct survey_buffer *buffer, const char *text)
{
    for (size_t length = strlen(text); length;) {
        uint32_t character;
        size_t size = survey_utf8_next(text, length, &character);
        if (*text == '&')
            survey_buffer_text(buffer, "&amp;");
        else if (*text == '<')
            survey_buffer_text(buffer, "&lt;");
        else if (*text == '>')
            survey_buffer_text(buffer, "&gt;");
        else if (*text == '"')
            survey_buffer_text(buffer, "&quot;");
        else if (character >= ' ' || character == '\t' || character == '\n')
            survey_buffer_add(buffer, text, size);
        text += size;
        length -= size;
    }
}

void phone_say(struct phone_reply *reply, int status, const char *format, ...)
{
    struct survey_buffer message = SURVEY_BUFFER(8192);
    va_list list;
    va_start(list, format);
    survey_format_list(&message, format, list);
    va_end(list);
    reply->status = status;
    reply->type = "text/xml; charset=utf-8";
    reply->body.length = 0;
    survey_buffer_text(&reply->body, "<OpenRosaResponse xmlns=\"http://openrosa.org/http/response\"><message>");
    phone_xml_text(&reply->body, survey_buffer_string(&message));
    survey_buffer_text(&reply->body, "</message></OpenRosaResponse>\n");
    survey_buffer_clear(&message);
}

bool phone_token_owner(struct phone_server *server, struct survey_store *store, const char *token, size_t length,
                       char who[static 256], char role[static 32])
{
    uint8_t hash[32], once[32];
    bool found = false;
    if (length == 0 || length > MOST_TOKEN)
        return false;
    crypto_generichash(hash, sizeof hash, (const unsigned char *)token, length, NULL, 0);
    struct survey_query *query =
        survey_query(store, NULL, "SELECT name, role, token_hash FROM team WHERE active = 1", "");
    while (query && survey_query_next(query)) { // never left early: time tells nothing
        size_t size;
        const void *stored = survey_query_blob(query, 2, &size);
        if (stored && size == sizeof hash && sodium_memcmp(stored, hash, sizeof hash) == 0) {
            survey_format_into(who, 256, "%s", survey_query_text(query, 0));
            survey_format_into(role, 32, "%s", survey_query_text(query, 1));
            found = true;
        }
    }
    if (query)
        survey_query_end(query, NULL);
    const char *given = server->options.once;
    if (given) {
        crypto_generichash(once, sizeof once, (const unsigned char *)given, strlen(given), NULL, 0);
        if (sodium_memcmp(once, hash, sizeof hash) == 0) {
            survey_format_into(who, 256, "%s", server->options.once_name);
            survey_format_into(role, 32, "enumerator");
            found = true;
        }
    }
    return found;
}

static enum MHD_Result send_reply(struct MHD_Connection *connection, struct phone_reply *reply, size_t most_bytes)
{
    char limit[32];
    survey_format_into(limit, sizeof limit, "%zu", most_bytes);
    struct MHD_Response *response = MHD_create_response_from_buffer(
        reply->body.length, reply->body.length ? reply->body.at : NULL, MHD_RESPMEM_MUST_COPY);
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, "X-OpenRosa-Version", "1.0");
    MHD_add_response_header(response, "X-OpenRosa-Accept-Content-Length", limit);
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, "Cache-Control", "private, no-cache");
    if (reply->type && *reply->type)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->type);
    enum MHD_Result done = MHD_queue_response(connection, (unsigned)reply->status, response);
    MHD_destroy_response(response);
    survey_buffer_clear(&reply->body);
    return done;
}

static enum MHD_Result refuse(struct phone_server *server, struct MHD_Connection *connection, int status,
                              const char *why)
{
    struct phone_reply reply = {.body = SURVEY_BUFFER(16384)};
    phone_say(&reply, status, "%s", why);
    return send_reply(connection, &reply, server->options.most_bytes);
}

// "/key/TOKEN/REST" taken apart; false where the path is another.
static bool split_path(struct visit *visit, const char *url)
{
    static const char prefix[] = "/key/";
    if (strncmp(url, prefix, sizeof prefix - 1) != 0)
        return false;
    const char *token = url + sizeof prefix - 1;
    const char *slash = strchr(token, '/');
    if (!slash)
        return false;
    visit->token_at = sizeof prefix - 1;
    visit->token_length = (size_t)(slash - token);
    visit->rest = slash + 1;
    return true;
}

// The first call: who is it, and is the body within bounds. 0 to go on, else a status.
static int enter(struct phone_server *server, struct MHD_Connection *connection, struct visit *visit, const char *url,
                 const char *method)
{
    if (!split_path(visit, url))
        return MHD_HTTP_NOT_FOUND;
    struct survey_store *store = phone_reader_take(server);
    visit->entered =
        phone_token_owner(server, store, url + visit->token_at, visit->token_length, visit->who, visit->role);
    phone_reader_give(server, store);
    if (!visit->entered)
        return MHD_HTTP_FORBIDDEN;
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0 && strcmp(method, "POST") != 0)
        return MHD_HTTP_METHOD_NOT_ALLOWED;
    const char *announced = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    int64_t length = 0;
    if (announced && (!survey_integer_parse(announced, strlen(announced), &length) ||
                      length > (int64_t)server->options.most_bytes))
        return MHD_HTTP_CONTENT_TOO_LARGE;
    return 0;
}

static const char *reason(int status)
{
    switch (status) {
    case MHD_HTTP_FORBIDDEN:
        return _("this address is not, or no longer, a team member's; ask for a new QR code");
    case MHD_HTTP_METHOD_NOT_ALLOWED:
        return _("only GET, HEAD and POST are answered");
    case MHD_HTTP_CONTENT_TOO_LARGE:
        return _("the submission is larger than the server takes");
    default:
        return _("there is nothing at this address");
    }
}

static const struct phone_page *find_page(const struct phone_page *list, size_t count, const char *method,
                                          const char *path)
{
    if (strcmp(method, "HEAD") == 0)
        method = "GET";
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(list[i].path);
        bool prefix = length && list[i].path[length - 1] == '/';
        if (strcmp(list[i].method, method) == 0 &&
            (prefix ? strncmp(list[i].path, path, length) == 0 : strcmp(list[i].path, path) == 0))
            return &list[i];
    }
    return NULL;
}

static const char *request_parameter(const struct phone_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

static struct survey_time clock_of(const struct phone_server *server)
{
    if (server->options.now)
        return *server->options.now;
    struct timespec now;
    struct tm local;
    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &local);
    return (struct survey_time){now.tv_sec, (int)(now.tv_nsec / 1000000), (int)(local.tm_gmtoff / 60)};
}

// The address as the client wrote it, so that links work through forwarded ports; only a plain host.
static void name_base(const struct phone_server *server, struct MHD_Connection *connection, const char *url,
                      const struct visit *visit, char *base, size_t size)
{
    const char *host = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST);
    bool plain = host && *host && strlen(host) < 256 && !server->options.url &&
                 strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]") == strlen(host);
    if (plain)
        survey_format_into(base, size, "%s://%s/key/%.*s", server->cert ? "https" : "http", host,
                           (int)visit->token_length, url + visit->token_at);
    else
        survey_format_into(base, size, "%s/key/%.*s", server->url, (int)visit->token_length, url + visit->token_at);
}

static enum MHD_Result answer(struct phone_server *server, struct MHD_Connection *connection, struct visit *visit,
                              const char *url, const char *method)
{
    size_t own = sizeof pages / sizeof *pages;
    const struct phone_page *page = find_page(pages, own, method, visit->rest);
    if (!page)
        page = find_page(server->options.pages, server->options.page_count, method, visit->rest);
    if (!page)
        return refuse(server, connection, MHD_HTTP_NOT_FOUND, reason(MHD_HTTP_NOT_FOUND));
    char base[1024];
    name_base(server, connection, url, visit, base, sizeof base);
    const char *type = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_TYPE);
    struct phone_request request = {.method = method, .path = visit->rest, .base = base, .who = visit->who,
                                    .role = visit->role, .type = type ? type : "", .body = visit->body.at,
                                    .length = visit->body.length, .now = clock_of(server), .server = server,
                                    .parameter = request_parameter, .connection = connection};
    struct phone_reply reply = {.status = MHD_HTTP_OK, .type = "", .body = SURVEY_BUFFER(MOST_REPLY)};
    struct survey_error error = {0};
    request.store = phone_reader_take(server);
    bool done = page->answer(page->user, &request, &reply, &error);
    phone_reader_give(server, request.store);
    if (!done)
        phone_say(&reply, error.code == SURVEY_ERROR_INPUT ? MHD_HTTP_BAD_REQUEST : MHD_HTTP_INTERNAL_SERVER_ERROR,
                  "%s%s%s", error.where, *error.where ? ": " : "", error.message);
    else if (reply.body.overflow)
        phone_say(&reply, MHD_HTTP_INTERNAL_SERVER_ERROR, _("the answer is too long"));
    return send_reply(connection, &reply, server->options.most_bytes);
}

enum MHD_Result phone_route(void *user, struct MHD_Connection *connection, const char *url, const char *method,
                            const char *version, const char *upload, size_t *upload_size, void **state)
{
    (void)version;
    struct phone_server *server = user;
    struct visit *visit = *state;
    if (!visit) {
        visit = survey_alloc(sizeof *visit);
        *visit = (struct visit){.body = SURVEY_BUFFER(server->options.most_bytes)};
        *state = visit;
        int status = enter(server, connection, visit, url, method);
        return status ? refuse(server, connection, status, reason(status)) : MHD_YES;
    }
    if (*upload_size) { // what passes the limit is read and dropped, so that the answer is heard
        survey_buffer_add(&visit->body, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    if (visit->body.overflow)
        return refuse(server, connection, MHD_HTTP_CONTENT_TOO_LARGE, reason(MHD_HTTP_CONTENT_TOO_LARGE));
    split_path(visit, url); // the path as it stands in this call
    return answer(server, connection, visit, url, method);
}

void phone_route_done(void *user, struct MHD_Connection *connection, void **state,
                      enum MHD_RequestTerminationCode why)
{
    (void)user, (void)connection, (void)why;
    struct visit *visit = *state;
    if (!visit)
        return;
    survey_buffer_clear(&visit->body);
    free(visit);
    *state = NULL;
}
