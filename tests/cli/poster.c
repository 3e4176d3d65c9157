// SPDX-License-Identifier: GPL-3.0-or-later
// Posts submissions to a server that may die meanwhile. poster SERVER COUNT THREADS [SIZE]: household i
// (from 1) says size i, or SIZE. Prints "STATUS ID" for every post; 0 where no answer came.
#include "forms/phone/client.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *server, *size;
static long count;
static atomic_long next;

static void post(long i)
{
    struct survey_buffer xml = SURVEY_BUFFER(4096);
    struct survey_error error;
    char id[64];
    int status = 0;
    survey_format_into(id, sizeof id, "uuid:00000000-0000-4000-8000-%012ld", i);
    survey_format(&xml,
                  "<data id=\"hh\" version=\"1\"><household_id>P%ld</household_id><result>110</result><hh_size>%s",
                  i, size ? size : "");
    if (!size)
        survey_format(&xml, "%ld", i);
    survey_format(&xml, "</hh_size><meta><instanceID>%s</instanceID></meta></data>", id);
    phone_client_post_submission(server, survey_buffer_string(&xml), xml.length, NULL, 0, &status, &error);
    printf("%d %s\n", status, id);
    survey_buffer_clear(&xml);
}

static void *work(void *unused)
{
    (void)unused;
    for (long i; (i = atomic_fetch_add(&next, 1) + 1) <= count;)
        post(i);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[16];
    if (argc < 4)
        return 2;
    server = argv[1];
    count = strtol(argv[2], NULL, 10);
    size = argc > 4 ? argv[4] : NULL;
    long wanted = strtol(argv[3], NULL, 10), started = 0;
    while (started < wanted && started < 16 && pthread_create(&threads[started], NULL, work, NULL) == 0)
        started++;
    for (long i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
