// SPDX-License-Identifier: GPL-3.0-or-later
// The fallback where no marks of ours are found: zbar over a copy reduced to what it reads best.
#include "forms/scan/qr.h"

#include "survey/base/arena.h"

#include <stdlib.h>
#include <string.h>
#include <zbar.h>

// zbar takes blocks of the page best at 120 to 200 dpi, smoothed and in plain black and white.
static bool prepare(const struct scan_image *image, struct scan_image *page)
{
    int longer = image->width > image->height ? image->width : image->height, factor = longer / 1600;
    struct survey_error error;
    return scan_image_reduce(image, factor < 1 ? 1 : factor, page, &error);
}

static bool look(const struct scan_image *page, bool (*visit)(void *user, const struct scan_qr *qr), void *user)
{
    zbar_image_scanner_t *scanner = zbar_image_scanner_create();
    zbar_image_t *z = zbar_image_create();
    size_t length = (size_t)page->width * (size_t)page->height;
    uint8_t *bytes = survey_alloc(length);
    for (int y = 0; y < page->height; y++)
        memcpy(bytes + (size_t)y * (size_t)page->width, page->pixels + (size_t)y * page->stride, (size_t)page->width);
    zbar_image_scanner_set_config(scanner, 0, ZBAR_CFG_ENABLE, 0);
    zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
    zbar_image_set_format(z, zbar_fourcc('Y', '8', '0', '0'));
    zbar_image_set_size(z, (unsigned)page->width, (unsigned)page->height);
    zbar_image_set_data(z, bytes, length, NULL);
    bool found = false;
    if (zbar_scan_image(scanner, z) > 0)
        for (const zbar_symbol_t *symbol = zbar_image_first_symbol(z); symbol && !found; symbol = zbar_symbol_next(symbol)) {
            struct scan_qr qr = {.length = zbar_symbol_get_data_length(symbol)};
            if (qr.length >= sizeof qr.text)
                continue;
            memcpy(qr.text, zbar_symbol_get_data(symbol), qr.length);
            found = visit(user, &qr);
        }
    zbar_image_destroy(z);
    zbar_image_scanner_destroy(scanner);
    free(bytes);
    return found;
}

bool scan_qr_find(const struct scan_image *image, bool (*visit)(void *user, const struct scan_qr *qr), void *user)
{
    struct scan_image page = {0};
    if (!prepare(image, &page))
        return false;
    bool found = look(&page, visit, user);
    scan_image_clear(&page);
    return found;
}
