// SPDX-License-Identifier: GPL-3.0-or-later
// How many pages a second are read on one core, from 300 and 200 dpi JPEG and from fax G4, beside the bare
// decoding of the same files, which is the limit.
#include "forms/scan/scan.h"
#include "forms/scan/write.h"
#include "survey/base/arena.h"
#include "tests/forms/drawn_page.h"

#include <stdio.h>
#include <time.h>

enum { PAGES = 12, ROUNDS = 3 };

static struct paper_layout *layout;
static struct scan_sheet sheet;
static struct scan_context context;
static struct scan_raw raws[PAGES];

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

// The page of the tests with grids of digits below, some 160 boxes in all, as a form in the field has.
static void prepare(struct survey_arena *arena)
{
    static const struct paper_layout *designs[1];
    layout = drawn_layout(arena);
    struct paper_page *page = &layout->pages[0];
    struct paper_mark *marks = survey_arena_array(arena, 300, sizeof *marks);
    memcpy(marks, page->marks, page->mark_count * sizeof *marks);
    page->marks = marks;
    for (int digit = 0; digit < 7; digit++)
        for (int k = 0; k < 10; k++)
            drawn_mark(page, "income", survey_arena_format(arena, "%d", k), digit, 60 + 8 * k, 200 + 8 * digit);
    for (int i = 0; i < 6; i++)
        for (int k = 0; k < 4; k++)
            drawn_mark(page, survey_arena_format(arena, "extra%d", i), survey_arena_format(arena, "%d", k), -2, 125 + 10 * k, 50 + 9 * i);
    designs[0] = layout;
    sheet = (struct scan_sheet){.number = 4711, .tag = 9, .pages = 2, .round = "1", .layout = layout};
    context = (struct scan_context){.sheets = &sheet, .sheet_count = 1, .designs = designs, .design_count = 1, .rules = scan_rules_pen};
}

static void make_pages(double dpi, bool fax)
{
    char text[PAPER_TOKEN_LENGTH + 1];
    struct survey_error error;
    paper_token_write(&(struct paper_token){4711, 1, 9}, context.key, text);
    for (int i = 0; i < PAGES; i++) {
        struct scan_image page = draw_page(layout, 1, text, dpi);
        const struct paper_mark *last = NULL; // one box of each question, one of each digit
        for (size_t k = 0; k < layout->pages[0].mark_count; k++) {
            const struct paper_mark *mark = &layout->pages[0].marks[k];
            if (!last || strcmp(last->question, mark->question) != 0 || last->digit != mark->digit)
                draw_cross(&page, &mark->box, 0.5, 40);
            last = mark;
        }
        struct scan_image scanned = scan_drawn(&page, &(struct drawn_scan){.turn = (i - PAGES / 2) * 0.3, .noise = fax ? 0 : 6, .paper = 240, .ink = 15});
        struct survey_buffer bytes = SURVEY_BUFFER(64 << 20);
        bool written = fax ? scan_fax_write(&scanned, 128, &bytes, &error) : scan_jpeg_write(&scanned, 75, &bytes, &error);
        if (!written)
            abort();
        raws[i] = (struct scan_raw){.kind = fax ? SCAN_TIFF : SCAN_JPEG, .bytes = (uint8_t *)bytes.at, .length = bytes.length};
        scan_image_clear(&page);
        scan_image_clear(&scanned);
    }
}

static double decode_all(void)
{
    struct survey_error error;
    double start = now();
    for (int i = 0; i < PAGES; i++) {
        struct scan_image image = {0};
        if (!scan_image_decode(&raws[i], "page", &image, &error))
            abort();
        scan_image_clear(&image);
    }
    return now() - start;
}

static double read_all(int *read)
{
    double spent = 0;
    *read = 0;
    for (int i = 0; i < PAGES; i++) {
        struct scan_raw copy = raws[i]; // reading takes the bytes over
        struct scan_page page;
        copy.bytes = survey_alloc(copy.length);
        memcpy(copy.bytes, raws[i].bytes, copy.length);
        double start = now();
        scan_page_take(&context, &copy, "page", &page);
        spent += now() - start;
        *read += page.state == SCAN_OK;
        scan_page_clear(&page);
    }
    return spent;
}

static void measure(const char *name, double dpi, bool fax)
{
    double decoding = 1e9, reading = 1e9;
    int read = 0;
    make_pages(dpi, fax);
    for (int round = 0; round < ROUNDS; round++) {
        decoding = fmin(decoding, decode_all());
        reading = fmin(reading, read_all(&read));
    }
    printf("%-14s %6.1f pages/s read (%4.1f ms), %6.1f pages/s decoded (%4.1f ms), %d of %d read, %zu boxes a page\n", name, PAGES / reading,
           reading * 1e3 / PAGES, PAGES / decoding, decoding * 1e3 / PAGES, read, PAGES, layout->pages[0].mark_count);
    for (int i = 0; i < PAGES; i++)
        scan_raw_clear(&raws[i]);
}

int main(void)
{
    struct survey_arena *arena = survey_arena_new();
    prepare(arena);
    measure("300 dpi JPEG", 300, false);
    measure("200 dpi JPEG", 200, false);
    measure("300 dpi G4", 300, true);
    survey_arena_free(arena);
    return 0;
}
