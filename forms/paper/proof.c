// SPDX-License-Identifier: GPL-3.0-or-later
// Both are drawn to pictures, ours by cairo straight from the fonts, the PDF's by poppler from what was
// embedded; then the ink of each cluster of characters is compared.
#include "forms/paper/proof.h"

#include "forms/paper/maker.h"
#include "survey/base/text.h"
#include "survey/base/utf8.h"

#include <math.h>
#include <poppler.h>
#include <stdlib.h>
#include <string.h>

#define DOTS (200.0 / 25.4) // a millimetre
#define MISSING 0.25        // the share of ink that may be in one picture only; whole glyphs measure under 0.1

enum { LEAST_INK = 250 }; // of 255 a dot: less cannot be told from rounding

struct reading {
    cairo_surface_t *drawn, *shown;
    struct survey_report *report;
    const struct paper_design *design;
    const struct paper_text *said; // the text whose fault was told last
    size_t faults;
};

static cairo_surface_t *new_picture(double width, double height, cairo_t **cairo)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, (int)ceil(width * DOTS), (int)ceil(height * DOTS));
    *cairo = cairo_create(surface);
    cairo_scale(*cairo, DOTS / PAPER_POINTS, DOTS / PAPER_POINTS);
    return surface;
}

static bool finish_picture(cairo_surface_t *surface, cairo_t *cairo)
{
    bool done = cairo_status(cairo) == CAIRO_STATUS_SUCCESS;
    cairo_destroy(cairo);
    cairo_surface_flush(surface);
    return done;
}

static int ink_at(cairo_surface_t *surface, int x, int y)
{
    if (x < 0 || y < 0 || x >= cairo_image_surface_get_width(surface) || y >= cairo_image_surface_get_height(surface))
        return 0;
    return cairo_image_surface_get_data(surface)[y * cairo_image_surface_get_stride(surface) + x];
}

// The share of the ink of one picture, within the rectangle, that the other has not within a dot around:
// glyphs are set to whole dots, so that the two may be apart by one.
static double only_in(cairo_surface_t *one, cairo_surface_t *other, const int bounds[static 4])
{
    long all = 0, alone = 0;
    for (int y = bounds[1]; y < bounds[3]; y++)
        for (int x = bounds[0]; x < bounds[2]; x++) {
            int ink = ink_at(one, x, y), most = 0;
            for (int k = 0; ink && k < 9; k++) {
                int near = ink_at(other, x + k % 3 - 1, y + k / 3 - 1);
                most = near > most ? near : most;
            }
            all += ink;
            alone += ink > most ? ink - most : 0;
        }
    return all < LEAST_INK ? 0 : (double)alone / (double)all;
}

static void tell(struct reading *reading, const struct paper_cluster *cluster)
{
    char said[400];
    uint32_t character;
    size_t length = survey_utf8_next(cluster->at, strlen(cluster->at), &character);
    reading->faults++;
    if (reading->said == cluster->text)
        return;
    reading->said = cluster->text;
    survey_format_into(said, sizeof said, _("'%.*s' of '%.200s' would be printed wrongly: a font is embedded damaged"), (int)length, cluster->at,
                       paper_text_words(cluster->text));
    survey_report_add(reading->report, &(struct survey_problem){.severity = SURVEY_FAULT, .code = "E414", .file = paper_design_file(reading->design),
                                                                .sheet = cluster->text->sheet, .row = cluster->text->row, .message = said,
                                                                .expected = _("another font for it, installed")});
}

static void read_cluster(void *user, const struct paper_cluster *cluster)
{
    struct reading *reading = user;
    if ((unsigned char)*cluster->at <= ' ')
        return; // a blank made bold has a trace of ink
    const int bounds[] = {(int)floor(cluster->x * DOTS), (int)floor(cluster->y * DOTS), (int)ceil((cluster->x + cluster->w) * DOTS),
                          (int)ceil((cluster->y + cluster->h) * DOTS)};
    if (only_in(reading->drawn, reading->shown, bounds) > MISSING || only_in(reading->shown, reading->drawn, bounds) > MISSING)
        tell(reading, cluster);
}

static void draw_proof(const struct paper_proof *proof, cairo_t *cairo)
{
    if (proof->label)
        paper_label_draw(proof->label, cairo);
    else if (proof->page == PAPER_COVER)
        paper_design_draw_cover(proof->design, cairo);
    else
        paper_design_draw(proof->design, proof->page, cairo);
}

static bool read_proof(struct reading *reading, const struct paper_proof *proof, PopplerPage *page)
{
    double base;
    cairo_t *drawn, *shown;
    struct paper_box size = proof->label ? paper_label_box(proof->label, &base) : (struct paper_box){0, 0, PAPER_WIDTH, PAPER_HEIGHT};
    reading->design = proof->design;
    reading->said = NULL;
    reading->drawn = new_picture(size.w, size.h, &drawn);
    reading->shown = new_picture(size.w, size.h, &shown);
    draw_proof(proof, drawn);
    poppler_page_render(page, shown);
    bool done = finish_picture(reading->drawn, drawn);
    done = finish_picture(reading->shown, shown) && done;
    if (done && proof->label)
        paper_label_clusters(proof->label, read_cluster, reading);
    else if (done)
        paper_design_clusters(proof->design, proof->page, read_cluster, reading);
    cairo_surface_destroy(reading->drawn);
    cairo_surface_destroy(reading->shown);
    return done;
}

bool paper_proof_read(const char *pdf, size_t length, size_t first, const struct paper_proof *proofs, size_t count,
                      struct survey_report *report, struct survey_error *error)
{
    struct reading reading = {.report = report};
    GBytes *bytes = g_bytes_new_static(pdf, length);
    PopplerDocument *document = poppler_document_new_from_bytes(bytes, NULL, NULL);
    bool done = document && (size_t)poppler_document_get_n_pages(document) >= first + count;
    for (size_t i = 0; done && i < count; i++) {
        PopplerPage *page = poppler_document_get_page(document, (int)(first + i));
        done = page && read_proof(&reading, &proofs[i], page);
        g_clear_object(&page);
    }
    g_clear_object(&document);
    g_bytes_unref(bytes);
    if (!done)
        return survey_fail(error, SURVEY_ERROR_RESOURCE, "PDF", "%s", _("the PDF cannot be drawn to be proof-read"));
    return !reading.faults || survey_fail(error, SURVEY_ERROR_INPUT, paper_design_file(proofs[0].design),
                                          _("characters that would be printed wrongly: %zu; nothing is printed"), reading.faults);
}
