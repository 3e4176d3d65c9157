// SPDX-License-Identifier: GPL-3.0-or-later
// PDF to gray by poppler and cairo.
#include "forms/scan/render.h"

#include "survey/base/arena.h"
#include "survey/base/text.h"

#include <cairo.h>
#include <math.h>
#include <poppler.h>
#include <stdlib.h>
#include <string.h>

struct scan_render {
    PopplerDocument *document;
    char *name;
    int pages;
};

bool scan_render_open(const char *name, const void *bytes, size_t length, struct scan_render **render,
                      struct survey_error *error)
{
    GError *fault = NULL;
    GBytes *held = g_bytes_new_static(bytes, length);
    PopplerDocument *document = poppler_document_new_from_bytes(held, NULL, &fault);
    g_bytes_unref(held);
    if (!document) {
        survey_fail(error, SURVEY_ERROR_INPUT, name, _("the PDF file cannot be read (%s)"), fault ? fault->message : "");
        g_clear_error(&fault);
        return false;
    }
    struct scan_render *made = survey_alloc(sizeof *made);
    size_t size = strlen(name) + 1;
    *made = (struct scan_render){.document = document, .pages = poppler_document_get_n_pages(document)};
    made->name = memcpy(survey_alloc(size), name, size);
    *render = made;
    return true;
}

void scan_render_close(struct scan_render *render)
{
    if (!render)
        return;
    g_object_unref(render->document);
    free(render->name);
    free(render);
}

int scan_render_pages(const struct scan_render *render)
{
    return render->pages;
}

static void to_gray(cairo_surface_t *surface, struct scan_image *image)
{
    const uint8_t *pixels = cairo_image_surface_get_data(surface);
    size_t stride = (size_t)cairo_image_surface_get_stride(surface);
    for (int y = 0; y < image->height; y++) {
        const uint32_t *from = (const uint32_t *)(const void *)(pixels + (size_t)y * stride);
        uint8_t *to = image->pixels + (size_t)y * image->stride;
        for (int x = 0; x < image->width; x++) {
            uint32_t c = from[x];
            to[x] = (uint8_t)((299 * (c >> 16 & 255) + 587 * (c >> 8 & 255) + 114 * (c & 255) + 500) / 1000);
        }
    }
}

static bool draw(PopplerPage *page, double scale, const char *where, struct scan_image *image, struct survey_error *error)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, image->width, image->height);
    cairo_t *cairo = cairo_create(surface);
    cairo_set_source_rgb(cairo, 1, 1, 1);
    cairo_paint(cairo);
    cairo_scale(cairo, scale, scale);
    poppler_page_render(page, cairo);
    cairo_surface_flush(surface);
    bool done = cairo_status(cairo) == CAIRO_STATUS_SUCCESS;
    if (done)
        to_gray(surface, image);
    cairo_destroy(cairo);
    cairo_surface_destroy(surface);
    return done || survey_fail(error, SURVEY_ERROR_INPUT, where, _("the page cannot be drawn"));
}

bool scan_render_page(struct scan_render *render, int number, double dpi, struct scan_image *image,
                      struct survey_error *error)
{
    char where[600];
    survey_format_into(where, sizeof where, _("%s: page %d"), render->name, number + 1);
    PopplerPage *page = number >= 0 && number < render->pages ? poppler_document_get_page(render->document, number) : NULL;
    if (!page)
        return survey_fail(error, SURVEY_ERROR_INPUT, where, _("there is no such page, or it is damaged"));
    double width = 0, height = 0;
    poppler_page_get_size(page, &width, &height);
    bool done = width >= 1 && height >= 1 && width < 1e6 && height < 1e6 && dpi >= 1 && dpi <= 1200;
    double scale = dpi / 72;
    if (done) {
        scale = fmin(scale, (SCAN_MOST_SIDE - 1) / fmax(width, height));
        scale = fmin(scale, sqrt(SCAN_MOST_RENDERED / (width * height)));
    }
    struct scan_image drawn = {0};
    int across = done ? (int)fmax(1, floor(width * scale + 0.5)) : 1, down = done ? (int)fmax(1, floor(height * scale + 0.5)) : 1;
    while (down > SCAN_MOST_RENDERED / across) // rounded up beyond the bound
        *(across > down ? &across : &down) -= 1;
    done = done ? scan_image_new(&drawn, across, down, where, error)
                : survey_fail(error, SURVEY_ERROR_INPUT, where, _("the page's size is out of bounds"));
    done = done && draw(page, scale, where, &drawn, error);
    g_object_unref(page);
    if (!done) {
        scan_image_clear(&drawn);
        return false;
    }
    drawn.dpi = scale * 72;
    *image = drawn;
    return true;
}
