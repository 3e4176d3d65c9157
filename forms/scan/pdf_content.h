// SPDX-License-Identifier: GPL-3.0-or-later
// What a page of a PDF paints, as far as a scan goes: one image and nothing else that is seen.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct pdf_placed {
    char name[128];   // of the XObject, with its slash
    double matrix[6]; // from the unit square to the page
};

// True where the content paints one XObject and nothing else; text in rendering mode 3 (invisible, as
// text recognition leaves it) does not count.
bool pdf_content_image(const char *content, size_t length, struct pdf_placed *placed);
// Share of the box (left, bottom, right, top) that the placed image covers, or of the image that lies
// in the box, whichever is less.
double pdf_placed_share(const struct pdf_placed *placed, const double box[static 4]);
// Degrees clockwise by which the image is turned on the page: 0, 90, 180, 270; -1 where it is mirrored
// or lies askew.
int pdf_placed_turn(const struct pdf_placed *placed);
