// SPDX-License-Identifier: GPL-3.0-or-later
// The PDF writer: pieces are drawn once by Cairo (a form's pages, texts that many sheets share), then
// thousands of pages put them together with their own codes and numbers. Private to forms/paper.
#pragma once

#include "survey/base/date.h"
#include "survey/base/error.h"
#include "survey/base/format.h"

#include <cairo.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct paper_pdf;

// The time is written as the time of creation, so that the same input gives the same bytes.
struct paper_pdf *paper_pdf_new(const struct survey_time *now, const char *title);
void paper_pdf_free(struct paper_pdf *pdf); // NULL is fine

// First, pieces: draw on the context (points, from the top left corner) returned until the next call;
// width and height in mm. The number of the piece counts from 0. The first piece shows all of printable
// ASCII in one face of fixed width: paper_pdf_text() uses its font.
cairo_t *paper_pdf_piece(struct paper_pdf *pdf, double width, double height, size_t *piece);
// Then no more pieces.
bool paper_pdf_seal(struct paper_pdf *pdf, struct survey_error *error);

// A whole file with a page for each piece, in its top left corner, to look at them as they are embedded; the
// copies' pages come after and know nothing of it. The caller clears it.
bool paper_pdf_proof(struct paper_pdf *pdf, struct survey_buffer *proof, struct survey_error *error);

// Then pages: content is put together by the three below, then the page is closed.
// A piece with its top left corner at x, y (mm), made smaller where it is wider than most (0: any width).
void paper_pdf_use(struct paper_pdf *pdf, size_t piece, double x, double y, double most);
// Printable ASCII in a face of fixed width (0.602 of its size); x, y of the first letter's baseline, mm; size in points.
void paper_pdf_text(struct paper_pdf *pdf, double x, double y, double size, const char *text);
// Dark modules as one path; side modules a side, top left corner and size in mm.
void paper_pdf_modules(struct paper_pdf *pdf, const uint8_t *modules, int side, double x, double y, double size);
void paper_pdf_page(struct paper_pdf *pdf);
size_t paper_pdf_pages(const struct paper_pdf *pdf);
// The whole file. Lives as long as pdf.
bool paper_pdf_finish(struct paper_pdf *pdf, const char **bytes, size_t *length, struct survey_error *error);
