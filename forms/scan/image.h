// SPDX-License-Identifier: GPL-3.0-or-later
// A scanned page as 8-bit gray, and the files that such pages come in. What a file is, is told by its
// content, never by its name; every size is bounded before memory is asked for.
#pragma once

#include "survey/base/error.h"
#include "survey/base/format.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SCAN_MOST_SIDE = 20000,         // pixels of a side
    SCAN_MOST_PIXELS = 120000000,   // of an image
    SCAN_MOST_BYTES = 1024 * 1024 * 1024, // of a file
    SCAN_MOST_PAGES = 10000,        // of a file
    SCAN_MOST_REDUCTION = 256,      // of scan_image_reduce()
};

// Rows from the top, stride bytes apart; 0 black, 255 white.
struct scan_image {
    int width, height;
    size_t stride;
    double dpi; // as the file says; 0 where it does not
    uint8_t *pixels;
};

// Makes a white image; false where the size is out of bounds.
bool scan_image_new(struct scan_image *image, int width, int height, const char *where, struct survey_error *error);
// The same with pixels that are not set: the caller sets them all.
bool scan_image_room(struct scan_image *image, int width, int height, const char *where, struct survey_error *error);
void scan_image_clear(struct scan_image *image); // frees the pixels; all-zero is fine
// Turns by 90, 180 or 270 degrees clockwise.
bool scan_image_turn(struct scan_image *image, int degrees, struct survey_error *error);
// The same by an orientation of TIFF 6.0 and Exif, 1 to 8, mirrored where it says so; others leave the image alone.
bool scan_image_orient(struct scan_image *image, int orientation, struct survey_error *error);
// Halves of the size, and so on: every output pixel is the rounded mean of factor x factor ones; factor is 1 to
// SCAN_MOST_REDUCTION.
bool scan_image_reduce(const struct scan_image *image, int factor, struct scan_image *reduced,
                       struct survey_error *error);

enum scan_kind { SCAN_UNKNOWN, SCAN_JPEG, SCAN_PNG, SCAN_TIFF, SCAN_PDF };
enum scan_kind scan_kind_of(const void *bytes, size_t length);
const char *scan_kind_name(enum scan_kind kind);

// One page as it came: the bytes of one image. rendered: made here from a PDF that held no plain image.
struct scan_raw {
    enum scan_kind kind; // JPEG, PNG or TIFF
    bool rendered;
    double dpi; // where the container says better than the image; else 0
    uint8_t *bytes;
    size_t length;
};
void scan_raw_clear(struct scan_raw *raw);

// Decodes one image; bytes that are damaged or cut off are a fault, never a half-read page. Any number of
// threads may decode at once.
bool scan_image_decode(const struct scan_raw *raw, const char *where, struct scan_image *image,
                       struct survey_error *error);

// A file opened for its pages. Not to be used by two threads at once.
struct scan_source;
bool scan_source_open(const char *path, struct scan_source **source, struct survey_error *error);
// The same from memory; bytes must outlive the source.
bool scan_source_memory(const char *name, const void *bytes, size_t length, struct scan_source **source,
                        struct survey_error *error);
void scan_source_close(struct scan_source *source); // NULL is fine
int scan_source_pages(const struct scan_source *source);
bool scan_source_page(struct scan_source *source, int page, struct scan_raw *raw, struct survey_error *error);

// A PNG of the part of image, for crops and renders.
bool scan_png_write(const struct scan_image *image, int x, int y, int width, int height, int level,
                    struct survey_buffer *png, struct survey_error *error);

// The decoders behind scan_image_decode() and the sources.
bool scan_jpeg_decode(const void *bytes, size_t length, const char *where, struct scan_image *image,
                      struct survey_error *error);
bool scan_png_decode(const void *bytes, size_t length, const char *where, struct scan_image *image,
                     struct survey_error *error);
bool scan_tiff_decode(const void *bytes, size_t length, const char *where, struct scan_image *image,
                      struct survey_error *error);
int scan_tiff_pages(const void *bytes, size_t length);
// What the first directory of a TIFF, which the data of Exif are, says of the orientation: 1 to 8; 1 where nothing.
int scan_tiff_orientation(const void *bytes, size_t length);
// One page of a TIFF as a TIFF of its own, its strips as they are.
bool scan_tiff_page(const void *bytes, size_t length, int page, const char *where, struct survey_buffer *tiff,
                    struct survey_error *error);

// Adds a TIFF of one page (little end first) as the next page of tiff, which starts empty; *next is 0 at
// first and kept between the calls.
bool scan_tiff_append(const void *bytes, size_t length, struct survey_buffer *tiff, size_t *next,
                      struct survey_error *error);

// CCITT data of a PDF as a TIFF of one strip.
struct scan_fax {
    int width, height;
    int k; // as a PDF has it: negative G4, 0 G3, positive mixed G3
    bool black_is_1, aligned;
};
bool scan_tiff_of_fax(const struct scan_fax *fax, const void *bytes, size_t length, const char *where,
                      struct survey_buffer *tiff, struct survey_error *error);

struct scan_pdf;
bool scan_pdf_open(const char *name, const void *bytes, size_t length, struct scan_pdf **pdf,
                   struct survey_error *error);
void scan_pdf_close(struct scan_pdf *pdf);
int scan_pdf_pages(const struct scan_pdf *pdf);
bool scan_pdf_page(struct scan_pdf *pdf, int page, struct scan_raw *raw, struct survey_error *error);
