// SPDX-License-Identifier: GPL-3.0-or-later
// What the files of the collection server share; nobody else includes this.
#pragma once

#include "forms/phone/phone.h"

#include <pthread.h>
#include <stdatomic.h>

struct MHD_Daemon;

enum { PHONE_READERS = 4, PHONE_MOST_BYTES = 10000000 };

// The XForm of a stored form version: bytes and their MD5, made once.
struct phone_xform {
    int64_t form;
    char *bytes;
    size_t length;
    char md5[33];
    bool wants_sample;   // names the attached list
    bool wants_itemsets; // has choices beside it
    struct phone_xform *next;
};

struct phone_server {
    struct phone_options options; // strings owned
    char url[512];
    unsigned port;
    struct MHD_Daemon *daemon;
    char *cert, *key;
    pthread_mutex_t writing; // one writer
    struct survey_store *writer;
    pthread_mutex_t reading; // N readers, handed out one a request
    pthread_cond_t returned;
    struct survey_store *readers[PHONE_READERS];
    bool lent[PHONE_READERS];
    pthread_mutex_t caching;
    struct phone_xform *xforms;
    atomic_size_t received;
};

struct survey_store *phone_reader_take(struct phone_server *server);
void phone_reader_give(struct phone_server *server, struct survey_store *store);

// The XForm of a form version, from the cache or made; lives as long as the server.
const struct phone_xform *phone_xform_of(const struct phone_request *request, int64_t form, struct survey_error *error);
void phone_md5(const void *bytes, size_t length, char hex[static 33]);

// The OpenRosa pages.
bool phone_form_list(void *user, const struct phone_request *request, struct phone_reply *reply,
                     struct survey_error *error);
bool phone_form_file(void *user, const struct phone_request *request, struct phone_reply *reply,
                     struct survey_error *error);
bool phone_submission(void *user, const struct phone_request *request, struct phone_reply *reply,
                      struct survey_error *error);
// Answers with an OpenRosaResponse and its message.
void phone_say(struct phone_reply *reply, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));

// The attached list of the round's sample as CSV: what pulldata('sample', ...) looks up.
bool phone_sample_list(const struct phone_request *request, const char *form, struct survey_buffer *csv,
                       struct survey_error *error);
