// SPDX-License-Identifier: GPL-3.0-or-later
// Forms for tests of paper: from a table, or from a file; designed, and rendered by poppler.
#pragma once

#include "forms/paper/design.h"
#include "forms/paper/print.h"
#include "survey/base/arena.h"
#include "survey/definition/form.h"
#include "survey/workbook/workbook.h"
#include "tests/tap.h"

#include <poppler.h>
#include <sys/stat.h>

static struct survey_error paper_error;
static struct survey_report *paper_report;

static struct survey_form *table_form(const char *text)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_workbook *workbook = NULL;
    struct survey_form *form = NULL;
    survey_report_free(paper_report);
    paper_report = survey_report_new();
    NEED(survey_workbook_read(arena, "t.md", "md", text, strlen(text), &survey_workbook_default_limits, &workbook, &paper_error));
    NEED(survey_form_read(arena, workbook, false, paper_report, &form, &paper_error));
    CHECK(survey_report_count_of(paper_report, SURVEY_FAULT) == 0);
    return form;
}

static struct survey_form *file_form(const char *path)
{
    struct survey_form *form = NULL;
    survey_report_free(paper_report);
    paper_report = survey_report_new();
    NEED(survey_form_open(path, false, paper_report, &form, &paper_error));
    return form;
}

// In the languages named, or the default one.
static struct paper_design *try_design(const struct survey_form *form, const char *first, const char *second)
{
    struct paper_design *design = NULL;
    struct paper_request request = {.form = form, .language_count = 1, .qr_modules = 29};
    request.languages[0] = (size_t)survey_form_language(form, first);
    if (second) {
        request.languages[1] = (size_t)survey_form_language(form, second);
        request.language_count = 2;
    }
    paper_design_make(&request, paper_report, &design, &paper_error);
    return design;
}

static struct paper_design *need_design(const struct survey_form *form, const char *first, const char *second)
{
    struct paper_design *design = try_design(form, first, second);
    if (!design)
        for (size_t i = 0; i < survey_report_count(paper_report); i++)
            if (survey_report_at(paper_report, i)->severity == SURVEY_FAULT)
                fprintf(stderr, "%s\n", survey_report_at(paper_report, i)->message);
    NEED(design);
    return design;
}

static const uint8_t paper_key[PAPER_TOKEN_KEY] = {1, 2, 3, 4, 5};

// Copies of one design, numbered from first; the second half without a unit.
static void print_copies_of(struct paper_design *design, size_t count, uint64_t first, const char *server, struct survey_buffer *pdf,
                            struct survey_buffer *layout)
{
    struct paper_copy copies[8] = {0};
    uint16_t tag = 0xabcd;
    for (size_t i = 0; i < count; i++)
        copies[i] = (struct paper_copy){.number = first + i, .unit = i < (count + 1) / 2 ? "1306241010001" : NULL, .places = "河北省 · 保定市"};
    struct paper_run run = {.designs = &design, .tags = &tag, .design_count = 1, .copies = copies, .copy_count = count, .key = paper_key,
                            .server = server, .now = {1483142400, 0, 480}};
    NEED(paper_print(&run, pdf, layout, &paper_error));
}

// A page of a PDF in gray, 8 bits, row by row. The caller frees it.
static uint8_t *render_gray(const struct survey_buffer *pdf, int page, double dpi, int *width, int *height)
{
    GBytes *bytes = g_bytes_new_static(pdf->at, pdf->length);
    PopplerDocument *document = poppler_document_new_from_bytes(bytes, NULL, NULL);
    NEED(document && page < poppler_document_get_n_pages(document));
    PopplerPage *sheet = poppler_document_get_page(document, page);
    *width = (int)(595.276 * dpi / 72);
    *height = (int)(841.89 * dpi / 72);
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, *width, *height);
    cairo_t *cairo = cairo_create(surface);
    cairo_set_source_rgb(cairo, 1, 1, 1);
    cairo_paint(cairo);
    cairo_scale(cairo, dpi / 72, dpi / 72);
    poppler_page_render(sheet, cairo);
    cairo_surface_flush(surface);
    uint8_t *gray = survey_alloc((size_t)*width * (size_t)*height);
    for (int y = 0; y < *height; y++)
        for (int x = 0; x < *width; x++)
            gray[y * *width + x] = cairo_image_surface_get_data(surface)[y * cairo_image_surface_get_stride(surface) + x * 4];
    cairo_destroy(cairo);
    cairo_surface_destroy(surface);
    g_object_unref(sheet);
    g_object_unref(document);
    g_bytes_unref(bytes);
    return gray;
}

// All text of a PDF, pages one after another; the caller frees it.
static char *pdf_text(const struct survey_buffer *pdf)
{
    GBytes *bytes = g_bytes_new_static(pdf->at, pdf->length);
    PopplerDocument *document = poppler_document_new_from_bytes(bytes, NULL, NULL);
    struct survey_buffer all = SURVEY_BUFFER(1 << 24);
    NEED(document);
    for (int i = 0; i < poppler_document_get_n_pages(document); i++) {
        PopplerPage *page = poppler_document_get_page(document, i);
        char *text = poppler_page_get_text(page);
        survey_buffer_text(&all, text);
        g_free(text);
        g_object_unref(page);
    }
    g_object_unref(document);
    g_bytes_unref(bytes);
    char *kept = strdup(survey_buffer_string(&all));
    survey_buffer_clear(&all);
    return kept;
}
