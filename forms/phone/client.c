// SPDX-License-Identifier: GPL-3.0-or-later
// The small HTTP client.
#include "forms/phone/client.h"

#include "survey/base/number.h"
#include "survey/base/text.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { MOST_REPLY = 64 << 20, PATIENCE_SECONDS = 60 };

struct address {
    char host[256], port[16], authority[300];
    const char *path;
};

static bool split(const char *url, struct address *address, struct survey_error *error)
{
    static const char scheme[] = "http://";
    if (strncmp(url, scheme, sizeof scheme - 1) != 0)
        return survey_fail(error, SURVEY_ERROR_USAGE, url, _("only http:// addresses are posted to"));
    const char *host = url + sizeof scheme - 1;
    size_t length = strcspn(host, "/?");
    size_t name = length;
    bool six = host[0] == '[';
    for (size_t i = length; i > 0 && host[i] != ']'; i--)
        if (host[i - 1] == ':') {
            name = i - 1;
            break;
        }
    if (name == 0 || length >= sizeof address->authority || name >= sizeof address->host)
        return survey_fail(error, SURVEY_ERROR_USAGE, url, _("this is no address"));
    survey_format_into(address->authority, sizeof address->authority, "%.*s", (int)length, host);
    survey_format_into(address->host, sizeof address->host, "%.*s", (int)name - 2 * six, host + six);
    if (name < length)
        survey_format_into(address->port, sizeof address->port, "%.*s", (int)(length - name - 1), host + name + 1);
    else
        survey_format_into(address->port, sizeof address->port, "80");
    address->path = host + length;
    return true;
}

static int reach(const struct address *address)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    struct timeval patience = {PATIENCE_SECONDS, 0};
    int connection = -1;
    if (getaddrinfo(address->host, address->port, &hints, &found) != 0)
        return -1;
    for (struct addrinfo *one = found; one && connection < 0; one = one->ai_next) {
        connection = socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC, one->ai_protocol);
        if (connection < 0)
            continue;
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        if (connect(connection, one->ai_addr, one->ai_addrlen) != 0) {
            close(connection);
            connection = -1;
        }
    }
    freeaddrinfo(found);
    return connection;
}

static bool send_all(int connection, const char *bytes, size_t length)
{
    while (length) {
        ssize_t sent = send(connection, bytes, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        bytes += sent;
        length -= (size_t)sent;
    }
    return true;
}

static bool receive_all(int connection, struct survey_buffer *answer)
{
    char chunk[16384];
    for (;;) {
        ssize_t got = recv(connection, chunk, sizeof chunk, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return answer->length > 0; // a server that cut off may have answered all the same
        survey_buffer_add(answer, chunk, (size_t)got);
    }
}

// Status, headers, body; an interim 100 is passed over. The server was asked to close behind its answer,
// so the body is what follows.
static bool take_apart(const struct survey_buffer *answer, struct phone_client_reply *reply)
{
    const char *at = answer->at;
    size_t left = answer->length;
    for (;;) {
        const char *end = memmem(at, left, "\r\n\r\n", 4);
        int64_t status;
        if (!end || left < 12 || memcmp(at, "HTTP/1.", 7) != 0 || !survey_integer_parse(at + 9, 3, &status))
            return false;
        size_t size = (size_t)(end - at) + 4;
        if (status == 100) {
            at += size;
            left -= size;
            continue;
        }
        reply->status = (int)status;
        survey_buffer_add(&reply->headers, at, size);
        survey_buffer_add(&reply->body, at + size, left - size);
        return true;
    }
}

bool phone_client_request(const char *method, const char *url, const char *type, const void *body, size_t length,
                          struct phone_client_reply *reply, struct survey_error *error)
{
    struct address address;
    if (!split(url, &address, error))
        return false;
    struct survey_buffer head = SURVEY_BUFFER(1 << 16), answer = SURVEY_BUFFER(MOST_REPLY);
    survey_format(&head, "%s %s HTTP/1.1\r\nHost: %s\r\nX-OpenRosa-Version: 1.0\r\nConnection: close\r\n", method,
                  *address.path ? address.path : "/", address.authority);
    if (type)
        survey_format(&head, "Content-Type: %s\r\n", type);
    if (body || strcmp(method, "POST") == 0)
        survey_format(&head, "Content-Length: %zu\r\n", length);
    survey_buffer_text(&head, "\r\n");
    *reply = (struct phone_client_reply){0, SURVEY_BUFFER(1 << 20), SURVEY_BUFFER(MOST_REPLY)};
    int connection = reach(&address);
    bool reached = connection >= 0;
    bool done = reached;
    if (reached) {
        // A server that refuses early stops reading: what it said counts, not the failed send.
        if (send_all(connection, head.at, head.length) && length)
            send_all(connection, body, length);
        done = receive_all(connection, &answer) && take_apart(&answer, reply);
        close(connection);
    }
    survey_buffer_clear(&head);
    survey_buffer_clear(&answer);
    if (done)
        return true;
    phone_client_reply_clear(reply);
    return survey_fail(error, SURVEY_ERROR_RESOURCE, url, reached ? _("the server did not answer") : _("the server cannot be reached"));
}

void phone_client_reply_clear(struct phone_client_reply *reply)
{
    survey_buffer_clear(&reply->headers);
    survey_buffer_clear(&reply->body);
}

bool phone_client_post_submission(const char *server, const void *xml, size_t length,
                                  const struct phone_client_file *files, size_t count, int *status,
                                  struct survey_error *error)
{
    static const char boundary[] = "assay-7f1c0d5be2a94c6c8e0b";
    struct survey_buffer body = SURVEY_BUFFER(256 << 20), url = SURVEY_BUFFER(4096);
    survey_format(&body,
                  "--%s\r\nContent-Disposition: form-data; name=\"xml_submission_file\"; filename=\"submission.xml\"\r\n"
                  "Content-Type: text/xml\r\n\r\n",
                  boundary);
    survey_buffer_add(&body, xml, length);
    for (size_t i = 0; i < count; i++) {
        survey_format(&body,
                      "\r\n--%s\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s\"\r\n"
                      "Content-Type: application/octet-stream\r\n\r\n",
                      boundary, files[i].name, files[i].name);
        survey_buffer_add(&body, files[i].bytes, files[i].length);
    }
    survey_format(&body, "\r\n--%s--\r\n", boundary);
    survey_format(&url, "%s/submission", server);
    struct phone_client_reply reply;
    bool done = phone_client_request("POST", survey_buffer_string(&url),
                                     "multipart/form-data; boundary=assay-7f1c0d5be2a94c6c8e0b", body.at, body.length,
                                     &reply, error);
    if (done) {
        if (status)
            *status = reply.status;
        if (reply.status != 201)
            done = survey_fail(error, SURVEY_ERROR_INPUT, survey_buffer_string(&url), _("the server answered %d: %s"),
                               reply.status, survey_buffer_string(&reply.body));
        phone_client_reply_clear(&reply);
    }
    survey_buffer_clear(&body);
    survey_buffer_clear(&url);
    return done;
}
