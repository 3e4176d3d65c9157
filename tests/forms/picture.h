// SPDX-License-Identifier: GPL-3.0-or-later
// Images for tests: one picture, written by the libraries in every way that a scanner may write it.
#pragma once

#include "forms/scan/image.h"

#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>
#include <png.h>
#include <string.h>
#include <tiffio.h>

enum { PICTURE_WIDTH = 117, PICTURE_HEIGHT = 83 };

// A slope with a dark block at the top left, so that every turn of it is another picture.
static inline uint8_t picture_at(int x, int y)
{
    if (x >= 8 && x < 40 && y >= 8 && y < 24)
        return 10;
    return (uint8_t)(90 + x + y / 2);
}

static inline uint8_t picture_bit(int x, int y)
{
    return picture_at(x, y) > 127 ? 255 : 0;
}

// Three colours whose luma differs from any single one of them.
static inline void picture_colour(int x, int y, uint8_t colour[static 3])
{
    colour[0] = picture_at(x, y);
    colour[1] = (uint8_t)(255 - picture_at(x, y) / 2);
    colour[2] = (uint8_t)(x * 2);
}

static inline uint8_t picture_luma(int x, int y)
{
    uint8_t c[3];
    picture_colour(x, y, c);
    return (uint8_t)((299 * c[0] + 587 * c[1] + 114 * c[2] + 500) / 1000);
}

struct blob {
    uint8_t *bytes;
    size_t length;
};

static inline struct blob picture_jpeg(int channels, int quality, bool progressive)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr manager;
    struct blob blob = {0};
    unsigned long size = 0;
    jpeg.err = jpeg_std_error(&manager);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &blob.bytes, &size);
    jpeg.image_width = PICTURE_WIDTH;
    jpeg.image_height = PICTURE_HEIGHT;
    jpeg.input_components = channels;
    jpeg.in_color_space = channels == 1 ? JCS_GRAYSCALE : channels == 3 ? JCS_RGB : JCS_CMYK;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, quality, TRUE);
    if (progressive)
        jpeg_simple_progression(&jpeg);
    jpeg.density_unit = 2;
    jpeg.X_density = jpeg.Y_density = 100;
    jpeg_start_compress(&jpeg, TRUE);
    for (int y = 0; y < PICTURE_HEIGHT; y++) {
        uint8_t row[PICTURE_WIDTH * 4];
        for (int x = 0; x < PICTURE_WIDTH; x++) {
            row[x * channels] = picture_at(x, y);
            if (channels == 3)
                picture_colour(x, y, row + x * 3);
            if (channels == 4) // inverted, as Adobe has it; black carries the picture
                memcpy(row + x * 4, (uint8_t[4]){255, 255, 255, picture_at(x, y)}, 4);
        }
        JSAMPROW rows = row;
        jpeg_write_scanlines(&jpeg, &rows, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    blob.length = size;
    return blob;
}

static inline void picture_png_put(png_structp png, png_bytep bytes, size_t length)
{
    struct blob *blob = png_get_io_ptr(png);
    blob->bytes = realloc(blob->bytes, blob->length + length);
    memcpy(blob->bytes + blob->length, bytes, length);
    blob->length += length;
}

// The row of the picture in a PNG colour type and depth; alpha is 0 in the first eight columns.
static inline void picture_png_row(int type, int depth, int y, uint8_t *row)
{
    memset(row, 0, PICTURE_WIDTH * 8);
    for (int x = 0; x < PICTURE_WIDTH; x++) {
        if (depth == 1)
            row[x / 8] |= (uint8_t)((picture_bit(x, y) & 1) << (7 - x % 8));
        else if (depth == 16)
            row[x * 2] = row[x * 2 + 1] = picture_at(x, y);
        else if (type == PNG_COLOR_TYPE_GRAY || type == PNG_COLOR_TYPE_PALETTE)
            row[x] = picture_at(x, y);
        else if (type == PNG_COLOR_TYPE_RGB)
            picture_colour(x, y, row + x * 3);
        else {
            picture_colour(x, y, row + x * 4);
            row[x * 4 + 3] = x < 8 ? 0 : 255;
        }
    }
}

static inline struct blob picture_png(int type, int depth, int interlace)
{
    struct blob blob = {0};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(png, &blob, picture_png_put, NULL);
    png_set_IHDR(png, info, PICTURE_WIDTH, PICTURE_HEIGHT, depth, type, interlace, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_set_pHYs(png, info, 11811, 11811, PNG_RESOLUTION_METER);
    png_color palette[256];
    for (int i = 0; i < 256; i++) // entry i shows 255 - i
        palette[i].red = palette[i].green = palette[i].blue = (png_byte)(255 - i);
    if (type == PNG_COLOR_TYPE_PALETTE)
        png_set_PLTE(png, info, palette, 256);
    png_write_info(png, info);
    int passes = png_set_interlace_handling(png);
    for (int pass = 0; pass < passes; pass++)
        for (int y = 0; y < PICTURE_HEIGHT; y++) {
            uint8_t row[PICTURE_WIDTH * 8];
            picture_png_row(type, depth, y, row);
            png_write_row(png, row);
        }
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    return blob;
}

struct picture_tiff {
    const char *mode; // "w", "wb" big-endian, "w8" BigTIFF
    int compression, photometric, bits, samples;
    int orientation; // 0: not said
    double across, down; // resolution, 0: not said
    bool centimetres, tiled, mixed;
    int rows; // of a strip; 0: all
};

static inline void picture_tiff_row(const struct picture_tiff *how, int page, int y, uint8_t *row)
{
    memset(row, 0, PICTURE_WIDTH * 4);
    for (int x = 0; x < PICTURE_WIDTH; x++) {
        uint8_t value = picture_at(x, page ? PICTURE_HEIGHT - 1 - y : y);
        if (how->bits == 1) {
            bool set = how->photometric == PHOTOMETRIC_MINISWHITE ? value <= 127 : value > 127;
            row[x / 8] |= (uint8_t)(set << (7 - x % 8));
        } else if (how->samples == 3) {
            picture_colour(x, y, row + x * 3);
        } else {
            row[x] = how->photometric == PHOTOMETRIC_MINISBLACK ? value : (uint8_t)(255 - value);
        }
    }
}

static inline void picture_tiff_pixels(TIFF *tiff, const struct picture_tiff *how, int page)
{
    uint8_t row[PICTURE_WIDTH * 4];
    if (!how->tiled) {
        for (int y = 0; y < PICTURE_HEIGHT; y++) {
            picture_tiff_row(how, page, y, row);
            TIFFWriteScanline(tiff, row, (uint32_t)y, 0);
        }
        return;
    }
    for (int top = 0; top < PICTURE_HEIGHT; top += 32)
        for (int left = 0; left < PICTURE_WIDTH; left += 32) {
            uint8_t tile[32 * 32] = {0};
            for (int y = 0; y < 32 && top + y < PICTURE_HEIGHT; y++) {
                picture_tiff_row(how, page, top + y, row);
                memcpy(tile + y * 32, row + left, left + 32 > PICTURE_WIDTH ? PICTURE_WIDTH - left : 32);
            }
            TIFFWriteTile(tiff, tile, (uint32_t)left, (uint32_t)top, 0, 0);
        }
}

static inline void picture_tiff_tags(TIFF *tiff, const struct picture_tiff *how)
{
    uint16_t map[256];
    for (int i = 0; i < 256; i++)
        map[i] = (uint16_t)((255 - i) * 257);
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, PICTURE_WIDTH);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, PICTURE_HEIGHT);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, how->bits);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, how->samples);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, how->compression);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, how->photometric);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    if (how->photometric == PHOTOMETRIC_YCBCR) {
        TIFFSetField(tiff, TIFFTAG_JPEGQUALITY, 95);
        TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    }
    if (how->photometric == PHOTOMETRIC_PALETTE)
        TIFFSetField(tiff, TIFFTAG_COLORMAP, map, map, map);
    if (how->mixed)
        TIFFSetField(tiff, TIFFTAG_GROUP3OPTIONS, GROUP3OPT_2DENCODING);
    if (how->orientation)
        TIFFSetField(tiff, TIFFTAG_ORIENTATION, how->orientation);
    if (how->across > 0) {
        TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, how->centimetres ? RESUNIT_CENTIMETER : RESUNIT_INCH);
        TIFFSetField(tiff, TIFFTAG_XRESOLUTION, how->across);
        TIFFSetField(tiff, TIFFTAG_YRESOLUTION, how->down);
    }
    if (how->tiled) {
        TIFFSetField(tiff, TIFFTAG_TILEWIDTH, 32);
        TIFFSetField(tiff, TIFFTAG_TILELENGTH, 32);
    } else {
        TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, how->rows ? how->rows : PICTURE_HEIGHT);
    }
}

static inline struct blob picture_read_file(const char *path)
{
    struct blob blob = {.bytes = malloc(1 << 20)};
    FILE *file = fopen(path, "rb");
    if (!file)
        abort();
    blob.length = fread(blob.bytes, 1, 1 << 20, file);
    fclose(file);
    return blob;
}

// Page 0 is the picture, page 1 the picture upside down, and so on.
static inline struct blob picture_tiff(const struct picture_tiff *how, int pages)
{
    char path[] = "/tmp/picture_XXXXXX";
    int file = mkstemp(path);
    TIFF *tiff = TIFFFdOpen(file, path, how->mode ? how->mode : "w");
    if (!tiff)
        abort();
    for (int page = 0; page < pages; page++) {
        picture_tiff_tags(tiff, how);
        picture_tiff_pixels(tiff, how, page % 2);
        TIFFWriteDirectory(tiff);
    }
    TIFFClose(tiff);
    struct blob blob = picture_read_file(path);
    remove(path);
    return blob;
}
