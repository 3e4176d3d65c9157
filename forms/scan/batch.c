// SPDX-License-Identifier: GPL-3.0-or-later
// Workers take pages in turn from the files, read them, and put them into a ring from which they are
// handed over in order. The ring bounds what is in memory.
#include "forms/scan/batch.h"

#include "survey/base/arena.h"
#include "survey/base/text.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_THREADS = 64, AHEAD = 4 }; // pages a thread in the ring: what is read while others are written and synced

struct slot {
    bool done;
    const char *file;
    int file_page;
    struct scan_page page;
};

struct running {
    const struct scan_batch *batch;
    struct slot *ring;
    size_t capacity;

    pthread_mutex_t feeding; // holds what follows: the next page to take
    size_t file;
    int file_page, file_pages;
    struct scan_source *source;

    pthread_mutex_t passing; // holds what follows: the ring
    pthread_cond_t room, ready;
    size_t taken, handed;
    bool ended, stopped;
};

struct job {
    size_t sequence;
    const char *file;
    int file_page;
    bool broken; // no image to read: error says why
    struct scan_raw raw;
    struct survey_error error;
};

// The next page of the files, or that a file cannot be opened; false at the end.
static bool next_page(struct running *r, struct job *job)
{
    const struct scan_batch *batch = r->batch;
    while (r->source && r->file_page == r->file_pages) {
        scan_source_close(r->source);
        r->source = NULL;
        r->file++;
    }
    if (r->file == batch->file_count)
        return false;
    job->file = batch->files[r->file];
    job->file_page = 1;
    if (!r->source) {
        r->file_page = 0;
        if (!scan_source_open(job->file, &r->source, &job->error)) {
            r->source = NULL;
            r->file++;
            job->broken = true;
            return true;
        }
        r->file_pages = scan_source_pages(r->source);
        if (r->file_pages < 1)
            return next_page(r, job);
    }
    job->file_page = ++r->file_page;
    job->broken = !scan_source_page(r->source, job->file_page - 1, &job->raw, &job->error);
    return true;
}

// Waits for room in the ring; false where the batch was stopped.
static bool wait_for_room(struct running *r)
{
    pthread_mutex_lock(&r->passing);
    while (r->taken - r->handed >= r->capacity && !r->stopped)
        pthread_cond_wait(&r->room, &r->passing);
    bool go_on = !r->stopped;
    pthread_mutex_unlock(&r->passing);
    return go_on;
}

static bool take_job(struct running *r, struct job *job)
{
    *job = (struct job){0};
    pthread_mutex_lock(&r->feeding);
    bool got = wait_for_room(r) && next_page(r, job);
    pthread_mutex_lock(&r->passing);
    if (got)
        job->sequence = r->taken++;
    else
        r->ended = true;
    pthread_cond_broadcast(&r->ready);
    pthread_mutex_unlock(&r->passing);
    pthread_mutex_unlock(&r->feeding);
    return got;
}

static void *work(void *user)
{
    struct running *r = user;
    struct job job;
    while (take_job(r, &job)) {
        struct scan_page page = {.arena = NULL};
        if (job.broken) {
            page.arena = survey_arena_new();
            page.state = SCAN_DAMAGED;
            page.reason = survey_arena_strdup(page.arena, job.error.message);
            scan_raw_clear(&job.raw);
        } else {
            scan_page_take(r->batch->context, &job.raw, job.file, &page);
        }
        pthread_mutex_lock(&r->passing);
        struct slot *slot = &r->ring[job.sequence % r->capacity];
        *slot = (struct slot){true, job.file, job.file_page, page};
        pthread_cond_broadcast(&r->ready);
        pthread_mutex_unlock(&r->passing);
    }
    return NULL;
}

// Hands pages over in order until the end, or until visit says no.
static bool hand_over(struct running *r, struct survey_error *error)
{
    for (bool going = true;;) {
        pthread_mutex_lock(&r->passing);
        struct slot *slot = &r->ring[r->handed % r->capacity];
        while (!slot->done && !(r->ended && r->handed == r->taken))
            pthread_cond_wait(&r->ready, &r->passing);
        bool got = slot->done;
        pthread_mutex_unlock(&r->passing);
        if (!got)
            return going;
        if (going)
            going = r->batch->visit(r->batch->user, slot->file, slot->file_page, &slot->page, error);
        scan_page_clear(&slot->page);
        pthread_mutex_lock(&r->passing);
        slot->done = false;
        r->handed++;
        r->stopped = !going;
        pthread_cond_broadcast(&r->room);
        pthread_mutex_unlock(&r->passing);
    }
}

static int thread_count(const struct scan_batch *batch)
{
    long cores = batch->threads > 0 ? batch->threads : sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 1 : cores > MOST_THREADS ? MOST_THREADS : (int)cores;
}

bool scan_batch_run(const struct scan_batch *batch, struct survey_error *error)
{
    pthread_t threads[MOST_THREADS];
    int wanted = thread_count(batch), started = 0;
    struct running r = {.batch = batch, .capacity = (size_t)wanted * AHEAD + 1};
    r.ring = survey_alloc(r.capacity * sizeof *r.ring);
    memset(r.ring, 0, r.capacity * sizeof *r.ring);
    pthread_mutex_init(&r.feeding, NULL);
    pthread_mutex_init(&r.passing, NULL);
    pthread_cond_init(&r.room, NULL);
    pthread_cond_init(&r.ready, NULL);
    while (started < wanted && pthread_create(&threads[started], NULL, work, &r) == 0)
        started++;
    bool done = started > 0 ? hand_over(&r, error)
                            : survey_fail(error, SURVEY_ERROR_RESOURCE, "", "%s", _("no thread could be started"));
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    scan_source_close(r.source);
    pthread_cond_destroy(&r.ready);
    pthread_cond_destroy(&r.room);
    pthread_mutex_destroy(&r.passing);
    pthread_mutex_destroy(&r.feeding);
    free(r.ring);
    return done;
}
