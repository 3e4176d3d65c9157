// SPDX-License-Identifier: GPL-3.0-or-later
// The way of a request: token first, then its body under a limit, then the page that answers.
#include "forms/phone/route.h"

#include "forms/phone/phone_private.h"
#include "survey/base/arena.h"
#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/base/utf8.h"

#include <netdb.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { MOST_TOKEN = 128, MOST_REPLY = 256 << 20 };

// What is kept of a request between the calls that bring it.
struct visit {
    const struct phone_page *page;
    char who[256], role[32];
    const char *rest;       // of the path, into url; the whole of it outside /key/TOKEN/
    size_t token_at, token_length;
    struct survey_buffer body;
};

static const struct phone_page pages[] = {
    {"GET", "formList", phone_form_list, NULL, 0},
    {"GET", "forms/", phone_form_file, NULL, 0},
    {"GET", "submission", phone_submission, NULL, 0}, // HEAD asks whether a post would be taken
    {"POST", "submission", phone_submission, NULL, 0},
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
            survey_format_into(role, 32, "%s", server->options.once_role);
            found = true;
        }
    }
    return found;
}

// A page's own headers, each a line of its own.
static void add_headers(struct MHD_Response *response, struct survey_buffer *headers)
{
    for (char *line = headers->at, *end; line && (end = strchr(line, '\n')); line = end + 1) {
        char *colon = strstr(line, ": ");
        *end = '\0';
        if (!colon || colon > end)
            continue;
        *colon = '\0';
        MHD_add_response_header(response, line, colon + 2);
    }
}

static enum MHD_Result send_reply(struct MHD_Connection *connection, struct phone_reply *reply, size_t most_bytes)
{
    char limit[32];
    survey_format_into(limit, sizeof limit, "%zu", most_bytes);
    struct MHD_Response *response = MHD_create_response_from_buffer(
        reply->body.length, reply->body.length ? reply->body.at : NULL, MHD_RESPMEM_MUST_COPY);
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    if (reply->headers.length) {
        add_headers(response, &reply->headers);
    } else {
        MHD_add_response_header(response, "X-OpenRosa-Version", "1.0");
        MHD_add_response_header(response, "X-OpenRosa-Accept-Content-Length", limit);
        MHD_add_response_header(response, "Cache-Control", "private, no-cache");
    }
    if (reply->type && *reply->type)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->type);
    enum MHD_Result done = MHD_queue_response(connection, (unsigned)reply->status, response);
    MHD_destroy_response(response);
    survey_buffer_clear(&reply->body);
    survey_buffer_clear(&reply->headers);
    return done;
}

static enum MHD_Result refuse(struct phone_server *server, struct MHD_Connection *connection, int status,
                              const char *why)
{
    struct phone_reply reply = {.body = SURVEY_BUFFER(16384)};
    phone_say(&reply, status, "%s", why);
    return send_reply(connection, &reply, server->options.most_bytes);
}

// "/key/TOKEN/REST" taken apart; false where the path is another, which is its own rest.
static bool split_path(struct visit *visit, const char *url)
{
    static const char prefix[] = "/key/";
    visit->rest = url;
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

// Whose the token in the path is.
static bool find_owner(struct phone_server *server, struct visit *visit, const char *url)
{
    struct survey_store *store = phone_reader_take(server);
    bool found = phone_token_owner(server, store, url + visit->token_at, visit->token_length, visit->who, visit->role);
    phone_reader_give(server, store);
    return found;
}

// The first call: who is it, for which page, and is the body within bounds. 0 to go on, else a status.
static int enter(struct phone_server *server, struct MHD_Connection *connection, struct visit *visit, const char *url,
                 const char *method)
{
    const struct phone_options *o = &server->options;
    if (split_path(visit, url)) {
        if (!find_owner(server, visit, url))
            return MHD_HTTP_FORBIDDEN;
        visit->page = find_page(pages, sizeof pages / sizeof *pages, method, visit->rest);
    }
    if (!visit->page)
        visit->page = find_page(o->pages, o->page_count, method, visit->rest);
    if (!visit->token_at && !visit->page)
        return MHD_HTTP_NOT_FOUND;
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0 && strcmp(method, "POST") != 0)
        return MHD_HTTP_METHOD_NOT_ALLOWED;
    const char *announced = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    int64_t length = 0;
    if (visit->page && visit->page->most_bytes)
        visit->body.ceiling = visit->page->most_bytes;
    if (announced && (!survey_integer_parse(announced, strlen(announced), &length) || length > (int64_t)visit->body.ceiling))
        return MHD_HTTP_CONTENT_TOO_LARGE;
    return visit->page ? 0 : MHD_HTTP_NOT_FOUND;
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

static const char *request_parameter(const struct phone_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

static const char *request_header(const struct phone_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

static const char *request_cookie(const struct phone_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_COOKIE_KIND, name);
}

static void name_address(struct MHD_Connection *connection, char address[static 64])
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *from = info ? info->client_addr : NULL;
    socklen_t size = from && from->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    if (!from || getnameinfo(from, size, address, 64, NULL, 0, NI_NUMERICHOST) != 0)
        address[0] = '\0';
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
    struct survey_buffer text = SURVEY_BUFFER(size - 1);
    if (plain)
        survey_format(&text, "%s://%s", server->cert ? "https" : "http", host);
    else
        survey_buffer_text(&text, server->url);
    if (visit->token_at)
        survey_format(&text, "/key/%.*s", (int)visit->token_length, url + visit->token_at);
    survey_format_into(base, size, "%s", survey_buffer_string(&text));
    survey_buffer_clear(&text);
}

static enum MHD_Result answer(struct phone_server *server, struct MHD_Connection *connection, struct visit *visit,
                              const char *url, const char *method)
{
    char base[1024], address[64];
    name_base(server, connection, url, visit, base, sizeof base);
    name_address(connection, address);
    const char *type = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_TYPE);
    struct phone_request request = {.method = method, .path = visit->rest, .base = base, .who = visit->who,
                                    .role = visit->role, .address = address, .round = server->options.round,
                                    .secure = strncmp(base, "https:", 6) == 0, .type = type ? type : "",
                                    .body = visit->body.at, .length = visit->body.length, .now = clock_of(server),
                                    .server = server, .parameter = request_parameter, .header = request_header,
                                    .cookie = request_cookie, .connection = connection};
    struct phone_reply reply = {.status = MHD_HTTP_OK, .type = "", .body = SURVEY_BUFFER(MOST_REPLY), .headers = SURVEY_BUFFER(8192)};
    const struct phone_page *page = visit->page;
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
