// SPDX-License-Identifier: GPL-3.0-or-later
// A small HTTP client that posts submissions as ODK Collect does; plain http, for the demonstration and
// tests against a server of our own.
#pragma once

#include "survey/base/error.h"
#include "survey/base/format.h"

struct phone_client_reply {
    int status;
    struct survey_buffer headers; // as received; clear both
    struct survey_buffer body;
};

struct phone_client_file {
    const char *name;
    const void *bytes;
    size_t length;
};

// One request to "http://HOST:PORT/PATH" on a connection of its own. type NULL: none.
bool phone_client_request(const char *method, const char *url, const char *type, const void *body, size_t length,
                          struct phone_client_reply *reply, struct survey_error *error);
void phone_client_reply_clear(struct phone_client_reply *reply);

// Posts a submission with its files to SERVER/submission (server: "http://127.0.0.1:8080/key/TOKEN").
// False with error where it was not answered 201; *status (may be NULL) tells the answer.
bool phone_client_post_submission(const char *server, const void *xml, size_t length,
                                  const struct phone_client_file *files, size_t count, int *status,
                                  struct survey_error *error);
