// SPDX-License-Identifier: GPL-3.0-or-later
// Scans written: JPEG, bilevel TIFF, and files of several pages. PNG is in image.h.
#pragma once

#include "forms/scan/image.h"

// Appends a gray JPEG of quality 1 to 100.
bool scan_jpeg_write(const struct scan_image *image, int quality, struct survey_buffer *jpeg, struct survey_error *error);
// Appends a TIFF of one bit a pixel, fax group 4; black is what is darker than cut.
bool scan_fax_write(const struct scan_image *image, int cut, struct survey_buffer *tiff, struct survey_error *error);

// A file of several pages: TIFF of G4 pages (raw of kind TIFF as scan_fax_write() makes it), or PDF of
// gray JPEG pages (raw of kind JPEG, with its dpi). Pages are added in order.
struct scan_book;
struct scan_book *scan_book_new(enum scan_kind kind); // SCAN_TIFF or SCAN_PDF
bool scan_book_add(struct scan_book *book, const struct scan_raw *page, struct survey_error *error);
// The finished file; lives as long as the book. False where it grew too large.
bool scan_book_finish(struct scan_book *book, const void **bytes, size_t *length, struct survey_error *error);
void scan_book_free(struct scan_book *book); // NULL is fine
