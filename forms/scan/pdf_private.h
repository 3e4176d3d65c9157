// SPDX-License-Identifier: GPL-3.0-or-later
// What the files of the PDF reader share.
#pragma once

#include "forms/scan/image.h"
#include "forms/scan/pdf_content.h"

#include <qpdf/qpdf-c.h>


struct scan_pdf {
    qpdf_data qpdf;
    char *name;
    const void *bytes;
    size_t length;
    int pages;
};

// Adds a stream's data, plain or of one Flate filter without predictor, to a buffer with a ceiling.
bool pdf_stream_inflate(qpdf_data qpdf, qpdf_oh stream, struct survey_buffer *to);
// Takes an image XObject's own bytes; false where it is of a kind that only a render shows rightly.
// inches: its width on the page.
bool pdf_image_take(qpdf_data qpdf, qpdf_oh image, double inches, struct scan_raw *raw);
// Whether the JPEG images among XObjects, and in the forms among them, can be decoded: a renderer would
// show what is left of a damaged one, and a scan must never be half read.
bool pdf_images_sound(qpdf_data qpdf, qpdf_oh resources, int depth);
// raw becomes the image as PNG, rendered.
bool pdf_raw_of_image(const struct scan_image *image, struct scan_raw *raw, struct survey_error *error);
