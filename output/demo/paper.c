// SPDX-License-Identifier: GPL-3.0-or-later
// The demo's paper: the printed sheets of half of the households, filled in by a simulated pen on the pages
// of the very PDF that was printed, and sent through a simulated scanner, one batch a village.
#include "output/demo/paper.h"

#include "forms/scan/render.h"
#include "forms/scan/simulate.h"
#include "forms/scan/write.h"
#include "survey/base/arena.h"
#include "survey/base/file.h"
#include "survey/base/text.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { DPI = 200, WORKERS = 2, MOST_ANSWERS = 400, DIRTY_EVERY = 6 };

// A batch is scanned in one go: the sheets of one village.
struct batch {
    size_t first, count; // of the sheets
    const char *file;    // "scans/130624101.pdf"
};

struct scanning {
    const struct demo *demo;
    const struct demo_papers *papers;
    struct batch *batches;
    size_t batch_count;
    const char *pdf;
    size_t pdf_length;
    atomic_size_t next, done, pages;
    pthread_mutex_t failing;
    bool failed;
    struct survey_error *error;
};

bool demo_on_paper(const struct demo *demo, const struct demo_household *household)
{
    (void)demo;
    return household->village % 2 == 0;
}

const struct simulate_profile *demo_profile(const struct demo *demo, const struct demo_household *household)
{
    (void)demo;
    return simulate_profile(household->village % DIRTY_EVERY == 0 ? "D" : "B");
}

const char *demo_paper_answer(const struct paper_layout *layout, size_t question, struct survey_record *record)
{
    const struct survey_node *node = survey_record_find(record, layout->questions[question].name);
    return node && !node->irrelevant ? node->value : "";
}

static bool fill_page(const struct scanning *scanning, const struct demo_sheet *sheet, size_t page, struct survey_record *record,
                      struct scan_image *image, struct survey_error *error)
{
    struct simulate_answer answers[MOST_ANSWERS];
    const struct paper_layout *layout = sheet->layout;
    size_t count = layout->question_count < MOST_ANSWERS ? layout->question_count : MOST_ANSWERS;
    for (size_t i = 0; i < count; i++)
        answers[i] = (struct simulate_answer){layout->questions[i].name, demo_paper_answer(layout, i, record)};
    return simulate_fill(image, layout, page, answers, count, &demo_profile(scanning->demo, sheet->household)->pen,
                         scanning->demo->seed, sheet->text, error);
}

static bool scan_page(const struct scanning *scanning, const struct demo_sheet *sheet, size_t page, const struct scan_image *image,
                      struct scan_book *book, struct survey_error *error)
{
    const struct simulate_scanner *scanner = &demo_profile(scanning->demo, sheet->household)->scanner;
    struct survey_buffer jpeg = SURVEY_BUFFER(32 << 20);
    struct scan_image scanned = {0};
    char name[64];
    survey_format_into(name, sizeof name, "%s/%zu", sheet->text, page);
    bool done = simulate_scan(image, NULL, scanner, scanning->demo->seed, name, &scanned, NULL, error) &&
                scan_jpeg_write(&scanned, scanner->quality, &jpeg, error);
    struct scan_raw raw = {.kind = SCAN_JPEG, .dpi = DPI, .bytes = (uint8_t *)jpeg.at, .length = jpeg.length};
    done = done && scan_book_add(book, &raw, error);
    scan_image_clear(&scanned);
    survey_buffer_clear(&jpeg);
    return done;
}

static bool scan_sheet(struct scanning *scanning, const struct demo_sheet *sheet, struct scan_render *render, struct scan_book *book,
                       struct survey_error *error)
{
    struct survey_record *record = demo_interview(scanning->demo, scanning->papers->form, sheet->household, NULL);
    bool done = true;
    for (size_t page = 0; done && page < sheet->layout->page_count; page++) {
        struct scan_image image = {0};
        done = scan_render_page(render, sheet->first_page - 1 + (int)page, DPI, &image, error) &&
               fill_page(scanning, sheet, page, record, &image, error) && scan_page(scanning, sheet, page, &image, book, error);
        scan_image_clear(&image);
        atomic_fetch_add(&scanning->pages, done);
    }
    survey_record_free(record);
    return done;
}

static bool scan_batch(struct scanning *scanning, const struct batch *batch, struct scan_render *render, struct survey_error *error)
{
    struct scan_book *book = scan_book_new(SCAN_PDF);
    const void *bytes;
    size_t length;
    bool done = true;
    for (size_t i = 0; done && i < batch->count; i++)
        done = scan_sheet(scanning, &scanning->papers->sheets[batch->first + i], render, book, error);
    done = done && scan_book_finish(book, &bytes, &length, error) && survey_file_write(batch->file, bytes, length, error);
    scan_book_free(book);
    return done;
}

static void *work(void *user)
{
    struct scanning *scanning = user;
    struct survey_error error = {0};
    struct scan_render *render = NULL;
    bool done = scan_render_open("forms.pdf", scanning->pdf, scanning->pdf_length, &render, &error);
    for (size_t i; done && (i = atomic_fetch_add(&scanning->next, 1)) < scanning->batch_count;) {
        done = scan_batch(scanning, &scanning->batches[i], render, &error);
        survey_progress(_("pen and scanner"), atomic_fetch_add(&scanning->done, 1) + 1, scanning->batch_count);
    }
    scan_render_close(render);
    if (!done) {
        pthread_mutex_lock(&scanning->failing);
        if (!scanning->failed)
            *scanning->error = error;
        scanning->failed = true;
        atomic_store(&scanning->next, scanning->batch_count);
        pthread_mutex_unlock(&scanning->failing);
    }
    return NULL;
}

static void make_batches(struct scanning *scanning)
{
    const struct demo_papers *papers = scanning->papers;
    scanning->batches = survey_arena_array(scanning->demo->arena, papers->count + 1, sizeof *scanning->batches);
    for (size_t i = 0; i < papers->count; i++) {
        size_t village = papers->sheets[i].household->village;
        if (i == 0 || papers->sheets[i - 1].household->village != village) {
            const char *name = survey_arena_format(scanning->demo->arena, "scans/%s.pdf", scanning->demo->population->villages[village].code);
            scanning->batches[scanning->batch_count++] = (struct batch){i, 0, demo_path(scanning->demo, name)};
        }
        scanning->batches[scanning->batch_count - 1].count++;
    }
}

bool demo_paper_simulate(struct demo *demo, const struct demo_papers *papers, struct survey_error *error)
{
    struct scanning scanning = {.demo = demo, .papers = papers, .error = error, .failing = PTHREAD_MUTEX_INITIALIZER};
    pthread_t workers[WORKERS];
    char *pdf = NULL;
    if (!survey_folder_make(demo_path(demo, "scans"), error) ||
        !survey_file_read(demo_path(demo, "forms.pdf"), (size_t)1 << 30, &pdf, &scanning.pdf_length, error))
        return false;
    scanning.pdf = pdf;
    make_batches(&scanning);
    for (size_t i = 0; i < WORKERS; i++)
        if (pthread_create(&workers[i], NULL, work, &scanning) != 0)
            abort(); // no memory for a thread
    for (size_t i = 0; i < WORKERS; i++)
        pthread_join(workers[i], NULL);
    survey_progress_end();
    free(pdf);
    demo->tally->pages = atomic_load(&scanning.pages);
    demo->tally->paper = papers->count;
    return !scanning.failed;
}
