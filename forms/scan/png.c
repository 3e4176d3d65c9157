// SPDX-License-Identifier: GPL-3.0-or-later
// PNG to gray by libpng, transparency on white; and gray to PNG, for crops and renders.
#include "forms/scan/image.h"

#include "survey/base/text.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    png_structp png;
    png_infop info;
    const uint8_t *bytes;
    size_t length, at;
    uint8_t *rows; // one row, or the whole image where it is interlaced
    struct scan_image image;
    char message[128];
};

static void give_up(png_structp png, png_const_charp message)
{
    struct reader *reader = png_get_error_ptr(png);
    survey_format_into(reader->message, sizeof reader->message, "%s", message);
    png_longjmp(png, 1);
}

static void silent(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

static void take(png_structp png, png_bytep to, size_t count)
{
    struct reader *reader = png_get_io_ptr(png);
    if (count > reader->length - reader->at)
        png_error(png, _("it ends too early"));
    memcpy(to, reader->bytes + reader->at, count);
    reader->at += count;
}

// Gray, gray + alpha, RGB or RGBA of 8 bits to gray on white.
static void gray_row(const uint8_t *from, uint8_t *to, int width, int channels)
{
    if (channels == 1) {
        memcpy(to, from, (size_t)width);
        return;
    }
    for (int x = 0; x < width; x++, from += channels) {
        unsigned value = channels > 2 ? (299u * from[0] + 587u * from[1] + 114u * from[2] + 500) / 1000 : from[0];
        unsigned alpha = channels == 3 ? 255 : from[channels - 1];
        to[x] = (uint8_t)((value * alpha + 255u * (255 - alpha) + 127) / 255);
    }
}

static bool start(struct reader *reader, int *passes, const char *where, struct survey_error *error)
{
    png_structp png = reader->png;
    png_set_read_fn(png, reader, take);
    png_set_user_limits(png, SCAN_MOST_SIDE, SCAN_MOST_SIDE);
    png_set_chunk_cache_max(png, 200);
    png_set_chunk_malloc_max(png, 8 * 1024 * 1024);
    png_read_info(png, reader->info);
    int width = (int)png_get_image_width(png, reader->info), height = (int)png_get_image_height(png, reader->info);
    if (!scan_image_room(&reader->image, width, height, where, error))
        return false;
    png_uint_32 x, y;
    int unit;
    if (png_get_pHYs(png, reader->info, &x, &y, &unit) && unit == PNG_RESOLUTION_METER)
        reader->image.dpi = x * 0.0254;
    png_set_expand(png);
    png_set_scale_16(png);
    *passes = png_set_interlace_handling(png);
    png_read_update_info(png, reader->info);
    size_t row = png_get_rowbytes(png, reader->info);
    reader->rows = calloc(*passes > 1 ? (size_t)height : 1, row);
    return reader->rows || survey_fail(error, SURVEY_ERROR_RESOURCE, where, _("not enough memory for the image"));
}

static bool read_rows(struct reader *reader, const char *where, struct survey_error *error)
{
    int passes;
    if (setjmp(png_jmpbuf(reader->png)))
        return survey_fail(error, SURVEY_ERROR_INPUT, where, _("the PNG image is damaged or cut off (%s)"),
                           reader->message);
    if (!start(reader, &passes, where, error))
        return false;
    struct scan_image *image = &reader->image;
    size_t size = passes > 1 ? png_get_rowbytes(reader->png, reader->info) : 0;
    int channels = png_get_channels(reader->png, reader->info);
    for (int pass = 0; pass < passes; pass++)
        for (int y = 0; y < image->height; y++) {
            uint8_t *row = reader->rows + (size_t)y * size;
            png_read_row(reader->png, row, NULL);
            if (pass == passes - 1)
                gray_row(row, image->pixels + (size_t)y * image->stride, image->width, channels);
        }
    png_read_end(reader->png, NULL);
    return true;
}

bool scan_png_decode(const void *bytes, size_t length, const char *where, struct scan_image *image,
                     struct survey_error *error)
{
    struct reader reader = {.bytes = bytes, .length = length};
    reader.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader, give_up, silent);
    reader.info = reader.png ? png_create_info_struct(reader.png) : NULL;
    bool done = reader.info ? read_rows(&reader, where, error)
                            : survey_fail(error, SURVEY_ERROR_RESOURCE, where, _("not enough memory for the image"));
    png_destroy_read_struct(&reader.png, &reader.info, NULL);
    free(reader.rows);
    if (done)
        *image = reader.image;
    else
        scan_image_clear(&reader.image);
    return done;
}

struct writer {
    struct survey_buffer *buffer;
    char message[128];
};

static void writer_gives_up(png_structp png, png_const_charp message)
{
    struct writer *writer = png_get_error_ptr(png);
    survey_format_into(writer->message, sizeof writer->message, "%s", message);
    png_longjmp(png, 1);
}

static void put(png_structp png, png_bytep bytes, size_t count)
{
    struct writer *writer = png_get_io_ptr(png);
    survey_buffer_add(writer->buffer, (const char *)bytes, count);
    if (writer->buffer->overflow)
        png_error(png, _("it is larger than the limit"));
}

static void flush(png_structp png)
{
    (void)png;
}

static bool write_rows(png_structp png, png_infop info, const struct scan_image *image, const int part[4], int level)
{
    if (setjmp(png_jmpbuf(png)))
        return false;
    png_set_IHDR(png, info, (png_uint_32)part[2], (png_uint_32)part[3], 8, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(png, level < 0 ? 0 : level > 9 ? 9 : level);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, level <= 1 ? PNG_FILTER_SUB : PNG_ALL_FILTERS);
    if (image->dpi > 0) {
        png_uint_32 metre = (png_uint_32)(image->dpi / 0.0254 + 0.5);
        png_set_pHYs(png, info, metre, metre, PNG_RESOLUTION_METER);
    }
    png_write_info(png, info);
    for (int y = 0; y < part[3]; y++)
        png_write_row(png, image->pixels + (size_t)(part[1] + y) * image->stride + (size_t)part[0]);
    png_write_end(png, NULL);
    return true;
}

bool scan_png_write(const struct scan_image *image, int x, int y, int width, int height, int level,
                    struct survey_buffer *png, struct survey_error *error)
{
    // The part that lies within the image.
    int left = x < 0 ? 0 : x, top = y < 0 ? 0 : y;
    int right = width > image->width - x ? image->width : x + width;
    int bottom = height > image->height - y ? image->height : y + height;
    if (right <= left || bottom <= top)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("the part to cut out lies outside the image"));
    struct writer writer = {.buffer = png};
    int part[4] = {left, top, right - left, bottom - top};
    png_structp out = png_create_write_struct(PNG_LIBPNG_VER_STRING, &writer, writer_gives_up, silent);
    png_infop info = out ? png_create_info_struct(out) : NULL;
    if (out)
        png_set_write_fn(out, &writer, put, flush);
    bool done = info && write_rows(out, info, image, part, level);
    png_destroy_write_struct(&out, &info);
    return done || survey_fail(error, SURVEY_ERROR_RESOURCE, "", _("the PNG image could not be written (%s)"),
                               writer.message);
}
