// SPDX-License-Identifier: GPL-3.0-or-later
// A camera's note of how it was held, put into a JPEG.
#pragma once

#include "survey/base/format.h"

#include <stdbool.h>
#include <string.h>

// Appends the JPEG with Exif data behind its first marker: a directory of a camera's name and the orientation.
static inline void exif_into(const void *jpeg, size_t length, int orientation, bool big_end, struct survey_buffer *to)
{
    enum { TIFF = 8 + 2 + 2 * 12 + 4 + 6 };
    uint8_t exif[4 + 6 + TIFF] = {0xff, 0xe1, 0, sizeof exif - 2, 'E', 'x', 'i', 'f', 0, 0};
    static const int numbers[][2] = {{2, 42}, {4, 8}, {2, 2}, {2, 271}, {2, 2}, {4, 6}, {4, 38}, {2, 274}, {2, 3}, {4, 1}, {2, 0}, {2, 0}, {4, 0}};
    uint8_t *at = exif + 10;
    memcpy(at, big_end ? "MM" : "II", 2);
    at += 2;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        int size = numbers[i][0], value = i == 10 ? orientation : numbers[i][1];
        for (int k = 0; k < size; k++)
            *at++ = (uint8_t)(value >> 8 * (big_end ? size - 1 - k : k));
    }
    memcpy(at, "Phone", 6);
    survey_buffer_add(to, jpeg, 2);
    survey_buffer_add(to, (const char *)exif, sizeof exif);
    survey_buffer_add(to, (const char *)jpeg + 2, length - 2);
}
