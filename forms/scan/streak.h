// SPDX-License-Identifier: GPL-3.0-or-later
// Lines that dust on a feeder's glass draws through a whole scan.
#pragma once

#include "forms/scan/image.h"

struct scan_streaks {
    uint8_t *columns; // of the image: 1 where a streak runs
    uint8_t *rows;    // the same for scans that were turned afterwards; may be NULL
    int count;        // columns and rows concerned
};

// turned: look along rows too. dpi is of the image.
bool scan_streaks_find(const struct scan_image *image, double dpi, bool turned, struct scan_streaks *streaks);
void scan_streaks_clear(struct scan_streaks *streaks);

static inline bool scan_is_streaked(const struct scan_streaks *streaks, const struct scan_image *image, double x, double y)
{
    if (streaks->count == 0 || !(x >= 0 && y >= 0 && x < image->width - 0.5 && y < image->height - 0.5))
        return false;
    return streaks->columns[(int)(x + 0.5)] || (streaks->rows && streaks->rows[(int)(y + 0.5)]);
}
