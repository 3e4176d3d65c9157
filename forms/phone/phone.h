// SPDX-License-Identifier: GPL-3.0-or-later
// The collection server: OpenRosa as ODK Collect speaks it, behind a team member's token in the URL
// (/key/TOKEN/...), and pages that other rooms bring, there or outside it. It can be run in the process of
// whoever starts it.
#pragma once

#include "survey/base/date.h"
#include "survey/base/error.h"
#include "survey/base/format.h"
#include "survey/store/store.h"

struct phone_server;

// One request, whole, to a path below /key/TOKEN/, or to a page that stands outside.
struct phone_request {
    const char *method; // GET, HEAD, POST
    const char *path;   // after /key/TOKEN/: "formList", "forms/3/form.xml"; outside, whole: "/review"
    const char *base;   // "http://192.168.1.7:8080/key/TOKEN"; outside, without /key/TOKEN
    const char *who;    // the team member; "" outside
    const char *role;   // enumerator, supervisor, evaluator; "" outside
    const char *address; // where it comes from: "192.168.1.20"
    const char *round;  // asked for when the server was started; "" for the current one
    bool secure;        // it comes by https
    const char *type;   // Content-Type; "" where none
    const void *body;
    size_t length;
    struct survey_time now;
    struct survey_store *store; // read only; this request's alone while it runs
    struct phone_server *server;
    // A parameter of the query string, or NULL.
    const char *(*parameter)(const struct phone_request *request, const char *name);
    // A header, or a cookie, or NULL.
    const char *(*header)(const struct phone_request *request, const char *name);
    const char *(*cookie)(const struct phone_request *request, const char *name);
    void *connection; // private
};

struct phone_reply {
    int status;
    const char *type; // Content-Type, "" for none; must outlive the reply
    struct survey_buffer body;
    struct survey_buffer headers; // "Name: value\n" each; where there are any, OpenRosa's are not sent
};

// A page: exact path, or a prefix where it ends in '/'. One that begins with '/' stands outside of /key/TOKEN/
// and sees to it itself who may read it. Returns false with error on failure.
struct phone_page {
    const char *method; // HEAD goes with GET
    const char *path;
    bool (*answer)(void *user, const struct phone_request *request, struct phone_reply *reply,
                   struct survey_error *error);
    void *user;
    size_t most_bytes; // of a post to it; 0: what the server takes
};

struct phone_options {
    const char *listen;     // "127.0.0.1:8080", "[::1]:0"; NULL is the first; port 0 takes a free one
    const char *tls_cert;   // PEM files; NULL: plain http
    const char *tls_key;
    const char *url;        // as phones see it (behind a proxy); NULL: by the address
    const char *once;       // a token for this run beside the team's; NULL none
    const char *once_name;  // who that is
    const char *once_role;  // and as what; NULL: enumerator
    const char *round;      // "" for the current one
    const struct survey_time *now; // a fixed clock; NULL: the real one
    size_t most_bytes;      // of one post; 0: 10 MB
    // The text of the QR printed on page 1 of a sheet; NULL: the attached list has no tokens.
    bool (*sheet_token)(void *user, struct survey_store *store, int64_t sheet, int64_t form, char token[static 64]);
    void *user;
    const struct phone_page *pages; // of other rooms; may be NULL
    size_t page_count;
};

// Opens the evaluation file and listens. Strings of options are copied; pages must outlive the server.
bool phone_server_start(const char *path, const struct phone_options *options, struct phone_server **server,
                        struct survey_error *error);
// "http://127.0.0.1:8080", as phones see it.
const char *phone_server_url(const struct phone_server *server);
unsigned phone_server_port(const struct phone_server *server);
// Responses taken in so far.
size_t phone_server_received(const struct phone_server *server);
// Lets requests under way end, closes the file; NULL is fine.
void phone_server_stop(struct phone_server *server);

// Whose token it is; false where nobody's. Compares with every member in constant time.
bool phone_token_owner(struct phone_server *server, struct survey_store *store, const char *token, size_t length,
                       char who[static 256], char role[static 32]);
// The one writer of the file, for a change of a page's own: taken, and given back when the change was
// committed or rolled back.
struct survey_store *phone_writer_take(struct phone_server *server);
void phone_writer_give(struct phone_server *server);
// Text for XML and HTML, < > & " escaped.
void phone_xml_text(struct survey_buffer *buffer, const char *text);

// The settings that configure ODK Collect for a server URL: base64 of zlib of JSON.
bool phone_settings_text(const char *url, const char *project, const char *username, struct survey_buffer *text,
                         struct survey_error *error);
// A QR code drawn with half blocks for a terminal, light on dark, with its quiet zone.
bool phone_qr_terminal(const char *text, struct survey_buffer *drawing, struct survey_error *error);
// The same as a PNG or SVG file, by the name's ending.
bool phone_qr_file(const char *text, const char *path, struct survey_error *error);
