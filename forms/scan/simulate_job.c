// SPDX-License-Identifier: GPL-3.0-or-later
// A print filled in and scanned by several threads, page by page; the same bytes however many they are.
#include "forms/scan/simulate_job.h"

#include "forms/scan/render.h"
#include "forms/scan/write.h"
#include "survey/base/arena.h"
#include "survey/base/file.h"
#include "survey/base/json.h"
#include "survey/base/text.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_THREADS = 64, MOST_PDF = 1 << 30 };

struct task {
    const struct simulate_form *form;
    size_t page; // within the form
    int turned;
    struct scan_raw raw; // kept for scans.pdf and scans.tif
};

struct run {
    const struct simulate_job *job;
    const char *pdf, *folder;
    char *bytes; // of the PDF
    size_t length;
    struct task *tasks;
    size_t count;
    pthread_mutex_t lock;
    size_t next, done;
    bool failed;
    struct survey_error error;
};

static bool in_one_file(const struct simulate_job *job)
{
    return job->format == SIMULATE_PDF || job->format == SIMULATE_TIFF;
}

static void file_name(const struct run *run, size_t index, char name[static 64])
{
    static const char *const endings[] = {"jpg", "png", "tif", "pdf", "tif"};
    const char *ending = endings[run->job->format];
    if (in_one_file(run->job))
        survey_format_into(name, 64, "scans.%s:%lld", ending, (long long)index + 1);
    else
        survey_format_into(name, 64, "%06lld.%s", (long long)index, ending);
}

static bool encode(const struct simulate_job *job, const struct scan_image *scan, struct scan_raw *raw, struct survey_error *error)
{
    struct survey_buffer bytes = SURVEY_BUFFER(SCAN_MOST_BYTES);
    bool done = false;
    switch (job->format) {
    case SIMULATE_JPG:
    case SIMULATE_PDF:
        raw->kind = SCAN_JPEG;
        done = scan_jpeg_write(scan, job->scanner.quality, &bytes, error);
        break;
    case SIMULATE_PNG:
        raw->kind = SCAN_PNG;
        done = scan_png_write(scan, 0, 0, scan->width, scan->height, 3, &bytes, error);
        break;
    case SIMULATE_G4:
    case SIMULATE_TIFF:
        raw->kind = SCAN_TIFF;
        done = scan_fax_write(scan, 128, &bytes, error);
        break;
    }
    if (!done) {
        survey_buffer_clear(&bytes);
        return false;
    }
    raw->bytes = (uint8_t *)bytes.at;
    raw->length = bytes.length;
    raw->dpi = scan->dpi;
    return true;
}

static bool keep_page(const struct run *run, size_t index, struct scan_raw *raw, struct survey_error *error)
{
    char name[64];
    struct survey_buffer path = SURVEY_BUFFER(1 << 16);
    if (in_one_file(run->job)) {
        run->tasks[index].raw = *raw;
        *raw = (struct scan_raw){0};
        return true;
    }
    file_name(run, index, name);
    survey_format(&path, "%s/%s", run->folder, name);
    bool done = survey_file_write(survey_buffer_string(&path), raw->bytes, raw->length, error);
    survey_buffer_clear(&path);
    return done;
}

static bool do_page(const struct run *run, struct scan_render *render, size_t index, struct survey_error *error)
{
    struct task *task = &run->tasks[index];
    const struct simulate_form *form = task->form;
    const struct simulate_job *job = run->job;
    struct scan_image page = {0}, scan = {0};
    struct scan_raw raw = {0};
    char name[600];
    survey_format_into(name, sizeof name, "%s/%d", form->name, form->numbers[task->page]);
    bool done = scan_render_page(render, form->pdf_pages[task->page] - 1, job->dpi, &page, error);
    if (done)
        simulate_fade(&page, &job->scanner, job->seed, name);
    done = done && simulate_fill(&page, &form->layout, task->page, form->answers, form->answer_count, &job->pen, job->seed, form->name, error) &&
                simulate_scan(&page, NULL, &job->scanner, job->seed, name, &scan, &task->turned, error) &&
                encode(job, &scan, &raw, error) && keep_page(run, index, &raw, error);
    scan_image_clear(&page);
    scan_image_clear(&scan);
    scan_raw_clear(&raw);
    return done;
}

// Takes the next page; false when there is none, or when something failed.
static bool take(struct run *run, size_t *index)
{
    pthread_mutex_lock(&run->lock);
    bool more = !run->failed && run->next < run->count;
    if (more)
        *index = run->next++;
    pthread_mutex_unlock(&run->lock);
    return more;
}

static void *work(void *user)
{
    struct run *run = user;
    struct scan_render *render = NULL;
    struct survey_error error = {0};
    size_t index;
    bool good = scan_render_open(run->pdf, run->bytes, run->length, &render, &error);
    while (good && take(run, &index)) {
        good = do_page(run, render, index, &error);
        pthread_mutex_lock(&run->lock);
        run->done += good;
        if (good && run->job->progress)
            run->job->progress(run->done, run->count);
        pthread_mutex_unlock(&run->lock);
    }
    if (!good) {
        pthread_mutex_lock(&run->lock);
        if (!run->failed)
            run->error = error;
        run->failed = true;
        pthread_mutex_unlock(&run->lock);
    }
    scan_render_close(render);
    return NULL;
}

static bool run_threads(struct run *run, struct survey_error *error)
{
    pthread_t threads[MOST_THREADS];
    int wanted = run->job->threads < 1 ? 1 : run->job->threads > MOST_THREADS ? MOST_THREADS : run->job->threads, started = 0;
    pthread_mutex_init(&run->lock, NULL);
    while (started < wanted && pthread_create(&threads[started], NULL, work, run) == 0)
        started++;
    if (started == 0)
        work(run);
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    pthread_mutex_destroy(&run->lock);
    if (run->failed && error)
        *error = run->error;
    return !run->failed;
}

static bool write_book(struct run *run, struct survey_error *error)
{
    bool pdf = run->job->format == SIMULATE_PDF, done = true;
    struct scan_book *book = scan_book_new(pdf ? SCAN_PDF : SCAN_TIFF);
    struct survey_buffer path = SURVEY_BUFFER(1 << 16);
    const void *bytes;
    size_t length;
    survey_format(&path, "%s/scans.%s", run->folder, pdf ? "pdf" : "tif");
    for (size_t i = 0; i < run->count && done; i++)
        done = scan_book_add(book, &run->tasks[i].raw, error);
    done = done && scan_book_finish(book, &bytes, &length, error) && survey_file_write(survey_buffer_string(&path), bytes, length, error);
    survey_buffer_clear(&path);
    scan_book_free(book);
    return done;
}

static void put_fates(const struct run *run, const struct simulate_form *form, enum simulate_fate fate, struct survey_json_writer *json)
{
    for (size_t q = 0; q < form->layout.question_count; q++) {
        const struct paper_question *question = &form->layout.questions[q];
        if (question->kind == PAPER_WRITING || simulate_fate_of(&run->job->pen, run->job->seed, form->name, question) != fate)
            continue;
        survey_json_open(json, '[');
        survey_json_put_text(json, form->name);
        survey_json_put_text(json, question->name);
        survey_json_close(json, ']');
    }
}

static void put_answers(const struct run *run, const struct simulate_form *form, struct survey_json_writer *json)
{
    survey_json_key(json, form->name);
    survey_json_open(json, '{');
    for (size_t q = 0; q < form->layout.question_count; q++) {
        const struct paper_question *question = &form->layout.questions[q];
        if (question->kind != PAPER_WRITING && simulate_fate_of(&run->job->pen, run->job->seed, form->name, question) != SIMULATE_BLANK)
            survey_json_member(json, question->name, form->answers[q].value);
    }
    survey_json_close(json, '}');
}

// The truth: which file is which page, what was answered, left blank, marked twice.
static void put_truth(const struct run *run, struct survey_buffer *text)
{
    char name[64];
    struct survey_json_writer json = survey_json_writer(text, true);
    survey_json_open(&json, '{');
    survey_json_member(&json, "profile", run->job->profile);
    survey_json_member_number(&json, "dpi", run->job->dpi);
    survey_json_member_integer(&json, "seed", (int64_t)run->job->seed);
    survey_json_key(&json, "pages");
    survey_json_open(&json, '{');
    for (size_t i = 0; i < run->count; i++) {
        const struct task *task = &run->tasks[i];
        file_name(run, i, name);
        survey_json_key(&json, name);
        survey_json_open(&json, '{');
        survey_json_member(&json, "form", task->form->name);
        survey_json_member_integer(&json, "page", task->form->numbers[task->page]);
        survey_json_member_integer(&json, "turned", task->turned);
        survey_json_close(&json, '}');
    }
    survey_json_close(&json, '}');
    survey_json_key(&json, "answers");
    survey_json_open(&json, '{');
    for (size_t i = 0; i < run->count; i++)
        if (run->tasks[i].page == 0)
            put_answers(run, run->tasks[i].form, &json);
    survey_json_close(&json, '}');
    static const char *const lists[] = {"blank", "double", "corrected"};
    for (int fate = SIMULATE_BLANK; fate <= SIMULATE_CORRECTED; fate++) {
        survey_json_key(&json, lists[fate - SIMULATE_BLANK]);
        survey_json_open(&json, '[');
        for (size_t i = 0; i < run->count; i++)
            if (run->tasks[i].page == 0)
                put_fates(run, run->tasks[i].form, (enum simulate_fate)fate, &json);
        survey_json_close(&json, ']');
    }
    survey_json_close(&json, '}');
    survey_buffer_byte(text, '\n');
}

static bool write_truth(const struct run *run, struct survey_error *error)
{
    struct survey_buffer text = SURVEY_BUFFER(MOST_PDF), path = SURVEY_BUFFER(1 << 16);
    put_truth(run, &text);
    survey_format(&path, "%s/truth.json", run->folder);
    bool done = survey_file_write(survey_buffer_string(&path), survey_buffer_string(&text), text.length, error);
    survey_buffer_clear(&text);
    survey_buffer_clear(&path);
    return done;
}

bool simulate_run(const struct simulate_print *print, const char *pdf, const char *folder, const struct simulate_job *job,
                  size_t *pages, struct survey_error *error)
{
    struct run run = {.job = job, .pdf = pdf, .folder = folder};
    if (!survey_folder_make(folder, error) || !survey_file_read(pdf, MOST_PDF, &run.bytes, &run.length, error))
        return false;
    run.tasks = survey_realloc(NULL, print->page_count + 1, sizeof *run.tasks);
    size_t forms = job->forms && job->forms < print->form_count ? job->forms : print->form_count;
    for (size_t f = 0; f < forms; f++)
        for (size_t p = 0; p < print->forms[f].layout.page_count; p++)
            run.tasks[run.count++] = (struct task){.form = &print->forms[f], .page = p};
    bool done = run_threads(&run, error) && (!in_one_file(job) || write_book(&run, error)) && write_truth(&run, error);
    *pages = run.count;
    for (size_t i = 0; i < run.count; i++)
        scan_raw_clear(&run.tasks[i].raw);
    free(run.tasks);
    free(run.bytes);
    return done;
}
