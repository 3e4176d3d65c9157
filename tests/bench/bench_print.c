// SPDX-License-Identifier: GPL-3.0-or-later
// How many personalised pages a second are printed on one core, by our own writer and, for reference, by
// Cairo painting a recording surface on every page; and how many bytes a copy adds to the file.
#include "forms/paper/qr.h"
#include "tests/forms/paper.h"

#include <cairo-pdf.h>
#include <time.h>

enum { COPIES = 5000 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static size_t print_many(struct paper_design *design, size_t count, struct survey_buffer *pdf)
{
    uint16_t tag = 1;
    struct survey_arena *arena = survey_arena_new();
    struct paper_copy *copies = survey_arena_array(arena, count, sizeof *copies);
    for (size_t i = 0; i < count; i++)
        copies[i] = (struct paper_copy){.number = (i * 0x9e3779b97f4a7c15u) & 0xffffffffffu, .places = "Ash",
                                        .unit = survey_arena_format(arena, "1306241%06zu", i)};
    struct paper_run run = {.designs = &design, .tags = &tag, .design_count = 1, .copies = copies, .copy_count = count,
                            .key = paper_key, .now = {1483142400, 0, 480}};
    NEED(paper_print(&run, pdf, NULL, &paper_error));
    survey_arena_free(arena);
    return pdf->length;
}

static cairo_status_t swallow(void *closure, const unsigned char *data, unsigned int length)
{
    (void)data;
    *(size_t *)closure += length;
    return CAIRO_STATUS_SUCCESS;
}

// The same page and the same two codes, drawn by Cairo alone.
static size_t print_by_cairo(const struct paper_design *design, size_t count)
{
    size_t bytes = 0;
    uint8_t modules[PAPER_QR_MODULES_MOST];
    char text[PAPER_TOKEN_LENGTH + 1];
    const struct paper_page *page = &paper_design_layout(design)->pages[0];
    cairo_surface_t *file = cairo_pdf_surface_create_for_stream(swallow, &bytes, 595.276, 841.89);
    cairo_surface_t *shared = cairo_recording_surface_create(CAIRO_CONTENT_COLOR_ALPHA, &(cairo_rectangle_t){0, 0, 595.276, 841.89});
    cairo_t *drawing = cairo_create(shared), *cairo = cairo_create(file);
    paper_design_draw(design, 0, drawing);
    cairo_destroy(drawing);
    for (size_t i = 0; i < count; i++) {
        int side;
        struct paper_token token = {i, 1, 1};
        paper_token_write(&token, paper_key, text);
        NEED(paper_qr(text, modules, &side, &paper_error));
        cairo_set_source_surface(cairo, shared, 0, 0);
        cairo_paint(cairo);
        cairo_set_source_rgb(cairo, 0, 0, 0);
        for (int code = 0; code < 2; code++)
            for (int k = 0; k < side * side; k++)
                if (modules[k])
                    cairo_rectangle(cairo, (page->qr[code].x + k % side * page->qr[code].w / side) * 72 / 25.4,
                                    (page->qr[code].y + k / side * page->qr[code].w / side) * 72 / 25.4,
                                    page->qr[code].w / side * 72 / 25.4, page->qr[code].w / side * 72 / 25.4);
        cairo_fill(cairo);
        cairo_move_to(cairo, 120, 800);
        cairo_show_text(cairo, text);
        cairo_show_page(cairo);
    }
    cairo_destroy(cairo);
    cairo_surface_finish(file);
    cairo_surface_destroy(file);
    cairo_surface_destroy(shared);
    return bytes;
}

static void prints_thousands_a_second(void)
{
    struct survey_form *form = table_form(small);
    struct paper_design *design = need_design(form, NULL, NULL);
    struct survey_buffer one = SURVEY_BUFFER(1 << 24), many = SURVEY_BUFFER(1 << 28);
    size_t least = print_many(design, 1, &one);
    double start = now();
    size_t most = print_many(design, COPIES, &many);
    double ours = now() - start;
    start = now();
    print_by_cairo(design, COPIES);
    double theirs = now() - start;
    printf("# %d pages: %.0f pages/s, %.0f bytes a page beyond the template; Cairo's recording surface: %.0f pages/s\n", (int)COPIES,
           COPIES / ours, (double)(most - least) / (COPIES - 1), COPIES / theirs);
    survey_buffer_clear(&one);
    survey_buffer_clear(&many);
    paper_design_free(design);
    survey_form_free(form);
}

TESTS(CASE(prints_thousands_a_second))
