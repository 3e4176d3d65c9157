// SPDX-License-Identifier: GPL-3.0-or-later
// Pages of a PDF drawn to gray by poppler: for scans that hold no plain image, and for the simulated pen.
#pragma once

#include "forms/scan/image.h"

enum { SCAN_MOST_RENDERED = 40 * 1000 * 1000 }; // pixels; four bytes each while they are drawn

// One document, for one thread at a time; several may be open at once.
struct scan_render;
// bytes must outlive the renderer.
bool scan_render_open(const char *name, const void *bytes, size_t length, struct scan_render **render,
                      struct survey_error *error);
void scan_render_close(struct scan_render *render); // NULL is fine
int scan_render_pages(const struct scan_render *render);
// Page from 0, with its /Rotate. Where it would be larger than the bounds, it is drawn at fewer dpi.
bool scan_render_page(struct scan_render *render, int page, double dpi, struct scan_image *image,
                      struct survey_error *error);
// The same of a file that comes from outside, in a process of its own, so that what the renderer can't bear costs the
// page (with an error) and not the program; at most a minute of the processor.
bool scan_render_apart(const char *name, const void *bytes, size_t length, int page, double dpi, struct scan_image *image,
                       struct survey_error *error);
