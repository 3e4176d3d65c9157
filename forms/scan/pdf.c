// SPDX-License-Identifier: GPL-3.0-or-later
// Scanned pages out of a PDF by qpdf: the image's own bytes where the page is one image, else a render.
#include "forms/scan/image.h"

#include "forms/scan/pdf_private.h"
#include "forms/scan/render.h"
#include "survey/base/arena.h"
#include "survey/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RENDER_DPI = 200, MOST_UP = 32 };

static void drop_error(qpdf_data qpdf)
{
    if (qpdf_has_error(qpdf))
        qpdf_get_error(qpdf);
}

static bool fail_open(struct scan_pdf *pdf, struct survey_error *error)
{
    qpdf_error fault = qpdf_has_error(pdf->qpdf) ? qpdf_get_error(pdf->qpdf) : NULL;
    enum qpdf_error_code_e code = fault ? qpdf_get_error_code(pdf->qpdf, fault) : qpdf_e_damaged_pdf;
    if (code == qpdf_e_password)
        return survey_fail(error, SURVEY_ERROR_INPUT, pdf->name, _("the PDF file is encrypted: save it without a password"));
    return survey_fail(error, SURVEY_ERROR_INPUT, pdf->name, _("the PDF file is damaged or cut off (%s)"),
                       fault ? qpdf_get_error_message_detail(pdf->qpdf, fault) : _("no pages"));
}

bool scan_pdf_open(const char *name, const void *bytes, size_t length, struct scan_pdf **opened,
                   struct survey_error *error)
{
    struct scan_pdf *pdf = survey_alloc(sizeof *pdf);
    size_t size = strlen(name) + 1;
    *pdf = (struct scan_pdf){.qpdf = qpdf_init(), .bytes = bytes, .length = length};
    pdf->name = memcpy(survey_alloc(size), name, size);
    qpdf_silence_errors(pdf->qpdf);
    qpdf_set_suppress_warnings(pdf->qpdf, QPDF_TRUE);
    // A file that must be repaired may have lost pages: better to ask for a whole one.
    qpdf_set_attempt_recovery(pdf->qpdf, QPDF_FALSE);
    bool done = !(qpdf_read_memory(pdf->qpdf, name, bytes, length, NULL) & QPDF_ERRORS);
    if (done) {
        pdf->pages = qpdf_get_num_pages(pdf->qpdf);
        done = pdf->pages >= 1 && !qpdf_has_error(pdf->qpdf);
    }
    if (!done)
        fail_open(pdf, error);
    else if (pdf->pages > SCAN_MOST_PAGES)
        done = survey_fail(error, SURVEY_ERROR_INPUT, name, _("the file has %d pages, more than the limit of %d"),
                           pdf->pages, SCAN_MOST_PAGES);
    if (!done) {
        scan_pdf_close(pdf);
        return false;
    }
    *opened = pdf;
    return true;
}

void scan_pdf_close(struct scan_pdf *pdf)
{
    if (!pdf)
        return;
    qpdf_cleanup(&pdf->qpdf);
    free(pdf->name);
    free(pdf);
}

int scan_pdf_pages(const struct scan_pdf *pdf)
{
    return pdf->pages;
}

// What a page has from the nodes above it.
static qpdf_oh inherited(qpdf_data qpdf, qpdf_oh page, const char *key)
{
    qpdf_oh found = qpdf_oh_get_key_if_dict(qpdf, page, key);
    for (int up = 0; up < MOST_UP && qpdf_oh_is_null(qpdf, found) && qpdf_oh_is_dictionary(qpdf, page); up++) {
        page = qpdf_oh_get_key_if_dict(qpdf, page, "/Parent");
        found = qpdf_oh_get_key_if_dict(qpdf, page, key);
    }
    return found;
}

static bool read_box(qpdf_data qpdf, qpdf_oh array, double box[static 4])
{
    if (!qpdf_oh_is_array(qpdf, array) || qpdf_oh_get_array_n_items(qpdf, array) != 4)
        return false;
    double at[4];
    for (int i = 0; i < 4; i++)
        if (!qpdf_oh_get_value_as_number(qpdf, qpdf_oh_get_array_item(qpdf, array, i), &at[i]) || !isfinite(at[i]))
            return false;
    box[0] = fmin(at[0], at[2]);
    box[1] = fmin(at[1], at[3]);
    box[2] = fmax(at[0], at[2]);
    box[3] = fmax(at[1], at[3]);
    return true;
}

// The content of a page within bounds; false where it is larger, or coded in another way than Flate.
static bool read_content(const struct scan_pdf *pdf, qpdf_oh page, struct survey_buffer *content)
{
    qpdf_data qpdf = pdf->qpdf;
    qpdf_oh contents = qpdf_oh_get_key_if_dict(qpdf, page, "/Contents");
    if (qpdf_oh_is_stream(qpdf, contents))
        return pdf_stream_inflate(qpdf, contents, content);
    if (!qpdf_oh_is_array(qpdf, contents))
        return false;
    int count = qpdf_oh_get_array_n_items(qpdf, contents);
    for (int i = 0; i < count && i < 64; i++) {
        qpdf_oh part = qpdf_oh_get_array_item(qpdf, contents, i);
        if (!qpdf_oh_is_stream(qpdf, part) || !pdf_stream_inflate(qpdf, part, content))
            return false;
        survey_buffer_byte(content, '\n');
    }
    return count <= 64 && !content->overflow;
}

// The one image that the page is, with how it is turned; false where the page is something else.
static bool find_image(const struct scan_pdf *pdf, int number, qpdf_oh *image, int *turn, double *width_in_inches)
{
    qpdf_data qpdf = pdf->qpdf;
    qpdf_oh page = qpdf_get_page_n(qpdf, (size_t)number);
    double box[4], unit = 1;
    struct pdf_placed placed;
    struct survey_buffer content = SURVEY_BUFFER(1024 * 1024);
    bool plain = qpdf_oh_is_dictionary(qpdf, page) && read_content(pdf, page, &content) && !content.overflow &&
                 pdf_content_image(survey_buffer_string(&content), content.length, &placed);
    survey_buffer_clear(&content);
    if (!plain || qpdf_oh_get_value_as_number(qpdf, qpdf_oh_get_key_if_dict(qpdf, page, "/UserUnit"), &unit))
        return false;
    if (qpdf_oh_is_array(qpdf, qpdf_oh_get_key_if_dict(qpdf, page, "/Annots")))
        return false; // a stamp or a note may lie on the image
    if (!read_box(qpdf, inherited(qpdf, page, "/CropBox"), box) && !read_box(qpdf, inherited(qpdf, page, "/MediaBox"), box))
        return false;
    int placed_turn = pdf_placed_turn(&placed), rotate = 0;
    if (placed_turn < 0 || pdf_placed_share(&placed, box) < 0.9)
        return false;
    qpdf_oh_get_value_as_int(qpdf, inherited(qpdf, page, "/Rotate"), &rotate);
    *turn = ((placed_turn + rotate % 360) % 360 + 360) % 360;
    *width_in_inches = hypot(placed.matrix[0], placed.matrix[1]) / 72;
    qpdf_oh objects = qpdf_oh_get_key_if_dict(qpdf, inherited(qpdf, page, "/Resources"), "/XObject");
    *image = qpdf_oh_get_key_if_dict(qpdf, objects, placed.name);
    return *turn % 90 == 0 && qpdf_oh_is_stream(qpdf, *image);
}

// A page of the bytes' kind that lies turned is turned here, so that what is kept is upright.
static bool turn_raw(struct scan_raw *raw, int turn, const char *where, struct survey_error *error)
{
    struct scan_image image = {0};
    bool done = scan_image_decode(raw, where, &image, error) && scan_image_turn(&image, turn, error) &&
                pdf_raw_of_image(&image, raw, error);
    scan_image_clear(&image);
    return done;
}

bool pdf_raw_of_image(const struct scan_image *image, struct scan_raw *raw, struct survey_error *error)
{
    struct survey_buffer png = SURVEY_BUFFER((size_t)SCAN_MOST_PIXELS * 2);
    if (!scan_png_write(image, 0, 0, image->width, image->height, 1, &png, error)) {
        survey_buffer_clear(&png);
        return false;
    }
    scan_raw_clear(raw);
    *raw = (struct scan_raw){.kind = SCAN_PNG, .rendered = true, .dpi = image->dpi, .bytes = (uint8_t *)png.at, .length = png.length};
    return true;
}

static bool draw_page(struct scan_pdf *pdf, int page, const char *where, struct scan_raw *raw,
                      struct survey_error *error)
{
    qpdf_oh node = qpdf_get_page_n(pdf->qpdf, (size_t)page);
    if (!pdf_images_sound(pdf->qpdf, inherited(pdf->qpdf, node, "/Resources"), 0))
        return survey_fail(error, SURVEY_ERROR_INPUT, where, _("an image of the page is damaged or cut off"));
    struct scan_image image = {0};
    bool done = scan_render_apart(pdf->name, pdf->bytes, pdf->length, page, RENDER_DPI, &image, error) &&
                pdf_raw_of_image(&image, raw, error);
    scan_image_clear(&image);
    return done;
}

bool scan_pdf_page(struct scan_pdf *pdf, int page, struct scan_raw *raw, struct survey_error *error)
{
    char where[600];
    struct scan_raw taken = {0};
    qpdf_oh image;
    int turn = 0;
    double inches = 0;
    survey_format_into(where, sizeof where, _("%s: page %d"), pdf->name, page + 1);
    if (page < 0 || page >= pdf->pages)
        return survey_fail(error, SURVEY_ERROR_INPUT, where, _("there is no such page"));
    bool plain = find_image(pdf, page, &image, &turn, &inches) && pdf_image_take(pdf->qpdf, image, inches, &taken);
    bool done = plain ? turn == 0 || turn_raw(&taken, turn, where, error) : draw_page(pdf, page, where, &taken, error);
    drop_error(pdf->qpdf);
    qpdf_oh_release_all(pdf->qpdf);
    if (done)
        *raw = taken;
    else
        scan_raw_clear(&taken);
    return done;
}
