// SPDX-License-Identifier: GPL-3.0-or-later
// Strokes of a pen on a small layer, and the layer as ink on a page.
#pragma once

#include "forms/scan/simulate.h"
#include "survey/base/random.h"

// A part of the page in pixels: how much of each pixel a stroke covers.
struct simulate_layer {
    int x, y, width, height;
    uint8_t *cover; // 0 .. 255; NULL where the part lies outside the page
};

// The part of image within the rectangle, empty; the caller frees cover.
struct simulate_layer simulate_layer_new(const struct scan_image *image, double x, double y, double width, double height);
// A round-ended line of the given width, all in pixels of the page.
void simulate_line(struct simulate_layer *layer, double x0, double y0, double x1, double y1, double width);
// A line through the points (x, y, x, y ...) as a hand draws it, with tremor in pixels.
void simulate_path(struct simulate_layer *layer, const double *points, size_t count, double width, double tremor,
                   struct survey_random *random);
void simulate_disc(struct simulate_layer *layer, double x, double y, double radius);
void simulate_soften(struct simulate_layer *layer, int radius); // thrice a running mean
// Darkens the page towards gray where the layer covers it; grain: a pencil's.
void simulate_ink(struct scan_image *image, const struct simulate_layer *layer, double gray, bool grain,
                  struct survey_random *random);

// One mark in the rectangle (pixels), in a style; pixels: of a millimetre.
void simulate_mark(struct scan_image *image, const double box[static 4], enum simulate_style style, double width,
                   double gray, const struct simulate_pen *pen, double pixels, struct survey_random *random);
// A mark that was rubbed out.
void simulate_ghost(struct scan_image *image, const double box[static 4], double pixels, struct survey_random *random);
// A box struck out in a zigzag that leaves it on both sides.
void simulate_scrawl(struct scan_image *image, const double box[static 4], double width, double gray, double pixels,
                     struct survey_random *random);
// Coffee, staples, holes and folds on a sheet whose paper has that gray level, by the scanner's chances.
void simulate_dirt(struct scan_image *sheet, const struct simulate_scanner *scanner, double paper, uint64_t seed, const char *name);

static inline double simulate_between(struct survey_random *random, double low, double high)
{
    return low + (high - low) * survey_random_unit(random);
}
