// SPDX-License-Identifier: GPL-3.0-or-later
// QR codes (ISO/IEC 18004): sampled where the registration says that they are, so that no finder
// pattern is needed, and decoded with the whole of their error correction.
#pragma once

#include "forms/paper/layout.h"
#include "forms/scan/transform.h"

enum { SCAN_QR_MOST_MODULES = 57, SCAN_QR_TEXT = 512 }; // up to version 10

struct scan_qr {
    char text[SCAN_QR_TEXT];
    size_t length;
    int errors;   // codewords that were repaired
    int capacity; // how many could have been
};

// Decodes size x size modules (1 dark), row by row. Numeric, alphanumeric and byte segments.
bool scan_qr_decode(const uint8_t *modules, int size, struct scan_qr *qr);
// 1 dark, 0 light where the standard fixes a module (finders, timing, alignment), -1 elsewhere.
int scan_qr_fixed(int size, int x, int y);

// Samples and decodes the code in box; accept (may be NULL) judges a decoded text, and where it says no
// the search goes on. Up to a module off its place is found.
bool scan_qr_read(const struct scan_image *image, const struct scan_transform *transform,
                  const struct paper_box *box, int modules, bool (*accept)(void *user, const struct scan_qr *qr),
                  void *user, struct scan_qr *qr);

// Looks for any code on the page, with zbar; visits each text until visit returns true.
bool scan_qr_find(const struct scan_image *image, bool (*visit)(void *user, const struct scan_qr *qr), void *user);
