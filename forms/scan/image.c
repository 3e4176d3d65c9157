// SPDX-License-Identifier: GPL-3.0-or-later
// Gray images: made within bounds, turned, reduced; and which decoder a page's bytes go to.
#include "forms/scan/image.h"

#include "survey/base/arena.h"
#include "survey/base/text.h"

#include <stdlib.h>
#include <string.h>

bool scan_image_room(struct scan_image *image, int width, int height, const char *where, struct survey_error *error)
{
    if (width < 1 || height < 1)
        return survey_fail(error, SURVEY_ERROR_INPUT, where, _("the image has no size (%d x %d)"), width, height);
    if (width > SCAN_MOST_SIDE || height > SCAN_MOST_SIDE || (int64_t)width * height > SCAN_MOST_PIXELS)
        return survey_fail(error, SURVEY_ERROR_INPUT, where,
                           _("the image of %d x %d pixels is larger than the limit of %d a side, %d in all"), width,
                           height, SCAN_MOST_SIDE, SCAN_MOST_PIXELS);
    uint8_t *pixels = malloc((size_t)width * (size_t)height);
    if (!pixels)
        return survey_fail(error, SURVEY_ERROR_RESOURCE, where, _("not enough memory for the image"));
    *image = (struct scan_image){.width = width, .height = height, .stride = (size_t)width, .pixels = pixels};
    return true;
}

bool scan_image_new(struct scan_image *image, int width, int height, const char *where, struct survey_error *error)
{
    if (!scan_image_room(image, width, height, where, error))
        return false;
    memset(image->pixels, 255, image->stride * (size_t)height);
    return true;
}

void scan_image_clear(struct scan_image *image)
{
    free(image->pixels);
    *image = (struct scan_image){0};
}

static void turn_half(struct scan_image *image)
{
    for (int y = 0; y < (image->height + 1) / 2; y++) {
        uint8_t *above = image->pixels + (size_t)y * image->stride;
        uint8_t *below = image->pixels + (size_t)(image->height - 1 - y) * image->stride;
        // The middle row of an odd height meets itself: only its first half is exchanged.
        int most = above == below ? image->width / 2 : image->width;
        for (int x = 0; x < most; x++) {
            uint8_t held = above[x];
            above[x] = below[image->width - 1 - x];
            below[image->width - 1 - x] = held;
        }
    }
}

enum { TILE = 64 }; // pixels a side that stay in the cache while rows become columns

static void turn_tile(const struct scan_image *from, struct scan_image *to, int x0, int y0, bool clockwise)
{
    int x1 = x0 + TILE < from->width ? x0 + TILE : from->width;
    int y1 = y0 + TILE < from->height ? y0 + TILE : from->height;
    for (int y = y0; y < y1; y++) {
        const uint8_t *row = from->pixels + (size_t)y * from->stride;
        int column = clockwise ? from->height - 1 - y : y;
        for (int x = x0; x < x1; x++)
            to->pixels[(size_t)(clockwise ? x : from->width - 1 - x) * to->stride + (size_t)column] = row[x];
    }
}

bool scan_image_turn(struct scan_image *image, int degrees, struct survey_error *error)
{
    int quarters = ((degrees / 90) % 4 + 4) % 4;
    if (quarters == 0)
        return true;
    if (quarters == 2) {
        turn_half(image);
        return true;
    }
    struct scan_image turned;
    if (!scan_image_room(&turned, image->height, image->width, "", error))
        return false;
    for (int y = 0; y < image->height; y += TILE)
        for (int x = 0; x < image->width; x += TILE)
            turn_tile(image, &turned, x, y, quarters == 1);
    turned.dpi = image->dpi;
    scan_image_clear(image);
    *image = turned;
    return true;
}

static void mirror(struct scan_image *image)
{
    for (int y = 0; y < image->height; y++) {
        uint8_t *row = image->pixels + (size_t)y * image->stride;
        for (int left = 0, right = image->width - 1; left < right; left++, right--) {
            uint8_t held = row[left];
            row[left] = row[right];
            row[right] = held;
        }
    }
}

// The eight orientations of TIFF 6.0: which way row 0 and column 0 lie.
bool scan_image_orient(struct scan_image *image, int orientation, struct survey_error *error)
{
    static const struct {
        bool mirrored;
        int degrees;
    } ways[] = {{false, 0}, {false, 0}, {true, 0}, {false, 180}, {true, 180}, {true, 270}, {false, 90}, {true, 90}, {false, 270}};
    if (orientation < 1 || orientation > 8)
        return true;
    if (ways[orientation].mirrored)
        mirror(image);
    return scan_image_turn(image, ways[orientation].degrees, error);
}

bool scan_image_reduce(const struct scan_image *image, int factor, struct scan_image *reduced,
                       struct survey_error *error)
{
    struct scan_image small;
    factor = factor < 1 ? 1 : factor > SCAN_MOST_REDUCTION ? SCAN_MOST_REDUCTION : factor;
    if (!scan_image_room(&small, image->width / factor, image->height / factor, "", error))
        return false;
    // Down first, a row at a time, then across: the first pass, which sees every pixel, is one that
    // compilers make fast, and narrow sums make it faster.
    size_t width = (size_t)small.width * (size_t)factor;
    uint16_t *sums = survey_alloc((width + 1) * sizeof *sums);
    uint32_t area = (uint32_t)factor * (uint32_t)factor;
    uint64_t part = ((1ull << 40) + area - 1) / area; // multiplied instead of divided: exact up to 256 areas
    for (int y = 0; y < small.height; y++) {
        const uint8_t *from = image->pixels + (size_t)(y * factor) * image->stride;
        memset(sums, 0, width * sizeof *sums);
        for (int v = 0; v < factor; v++, from += image->stride)
            for (size_t x = 0; x < width; x++)
                sums[x] = (uint16_t)(sums[x] + from[x]);
        const uint16_t *at = sums;
        for (int x = 0; x < small.width; x++) {
            uint32_t sum = area / 2;
            for (int u = 0; u < factor; u++)
                sum += *at++;
            small.pixels[(size_t)y * small.stride + (size_t)x] = (uint8_t)(sum * part >> 40);
        }
    }
    free(sums);
    small.dpi = image->dpi / factor;
    *reduced = small;
    return true;
}

enum scan_kind scan_kind_of(const void *bytes, size_t length)
{
    const uint8_t *at = bytes;
    if (length >= 3 && at[0] == 0xff && at[1] == 0xd8 && at[2] == 0xff)
        return SCAN_JPEG;
    if (length >= 8 && memcmp(at, "\x89PNG\r\n\x1a\n", 8) == 0)
        return SCAN_PNG;
    if (length >= 4 && (memcmp(at, "II*\0", 4) == 0 || memcmp(at, "MM\0*", 4) == 0 || memcmp(at, "II+\0", 4) == 0 ||
                        memcmp(at, "MM\0+", 4) == 0))
        return SCAN_TIFF;
    // Readers allow for some bytes before a PDF's first line.
    for (size_t i = 0; i + 5 <= length && i < 1024; i++)
        if (memcmp(at + i, "%PDF-", 5) == 0)
            return SCAN_PDF;
    return SCAN_UNKNOWN;
}

const char *scan_kind_name(enum scan_kind kind)
{
    static const char *const names[] = {"unknown", "jpeg", "png", "tiff", "pdf"};
    return names[kind];
}

void scan_raw_clear(struct scan_raw *raw)
{
    free(raw->bytes);
    *raw = (struct scan_raw){0};
}

bool scan_image_decode(const struct scan_raw *raw, const char *where, struct scan_image *image,
                       struct survey_error *error)
{
    struct scan_image decoded = {0};
    bool done = false;
    switch (raw->kind) {
    case SCAN_JPEG:
        done = scan_jpeg_decode(raw->bytes, raw->length, where, &decoded, error);
        break;
    case SCAN_PNG:
        done = scan_png_decode(raw->bytes, raw->length, where, &decoded, error);
        break;
    case SCAN_TIFF:
        done = scan_tiff_decode(raw->bytes, raw->length, where, &decoded, error);
        break;
    case SCAN_PDF:
    case SCAN_UNKNOWN:
        return survey_fail(error, SURVEY_ERROR_INPUT, where, _("this is no JPEG, PNG or TIFF image"));
    }
    if (!done)
        return false;
    if (raw->dpi > 0)
        decoded.dpi = raw->dpi;
    *image = decoded;
    return true;
}
