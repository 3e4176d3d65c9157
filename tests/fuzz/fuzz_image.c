// SPDX-License-Identifier: GPL-3.0-or-later
// Fuzz target: any bytes as a scanned file of any kind, its first pages decoded.
#include "forms/scan/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct scan_source *source;
    struct survey_error error;
    if (!scan_source_memory("fuzz", data, size, &source, &error))
        return 0;
    for (int page = 0; page < scan_source_pages(source) && page < 3; page++) {
        struct scan_raw raw;
        struct scan_image image;
        if (!scan_source_page(source, page, &raw, &error))
            continue;
        if (scan_image_decode(&raw, "fuzz", &image, &error))
            scan_image_clear(&image);
        scan_raw_clear(&raw);
    }
    scan_source_close(source);
    return 0;
}
