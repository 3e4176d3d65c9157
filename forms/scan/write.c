// SPDX-License-Identifier: GPL-3.0-or-later
// JPEG by libjpeg-turbo, G4 by libtiff's encoder, and the two containers by hand.
#include "forms/scan/write.h"

#include "survey/base/arena.h"
#include "survey/base/text.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <tiffio.h>

struct encoder {
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr manager;
    jmp_buf escape;
    unsigned char *bytes;
    unsigned long length;
};

static void give_up(j_common_ptr common)
{
    struct encoder *encoder = common->client_data;
    longjmp(encoder->escape, 1);
}

static void silent(j_common_ptr common)
{
    (void)common;
}

static bool encode(struct encoder *encoder, const struct scan_image *image, int quality)
{
    struct jpeg_compress_struct *jpeg = &encoder->jpeg;
    if (setjmp(encoder->escape))
        return false;
    jpeg_create_compress(jpeg);
    jpeg_mem_dest(jpeg, &encoder->bytes, &encoder->length);
    jpeg->image_width = (JDIMENSION)image->width;
    jpeg->image_height = (JDIMENSION)image->height;
    jpeg->input_components = 1;
    jpeg->in_color_space = JCS_GRAYSCALE;
    jpeg_set_defaults(jpeg);
    jpeg_set_quality(jpeg, quality, TRUE);
    if (image->dpi >= 1 && image->dpi < 65535) {
        jpeg->density_unit = 1;
        jpeg->X_density = jpeg->Y_density = (UINT16)(image->dpi + 0.5);
    }
    jpeg_start_compress(jpeg, TRUE);
    while (jpeg->next_scanline < jpeg->image_height) {
        JSAMPROW row = image->pixels + (size_t)jpeg->next_scanline * image->stride;
        jpeg_write_scanlines(jpeg, &row, 1);
    }
    jpeg_finish_compress(jpeg);
    return true;
}

bool scan_jpeg_write(const struct scan_image *image, int quality, struct survey_buffer *jpeg, struct survey_error *error)
{
    struct encoder *encoder = survey_alloc(sizeof *encoder);
    memset(encoder, 0, sizeof *encoder);
    encoder->jpeg.err = jpeg_std_error(&encoder->manager);
    encoder->jpeg.client_data = encoder;
    encoder->manager.error_exit = give_up;
    encoder->manager.output_message = silent;
    bool done = encode(encoder, image, quality < 1 ? 1 : quality > 100 ? 100 : quality);
    jpeg_destroy_compress(&encoder->jpeg);
    if (done)
        survey_buffer_add(jpeg, (const char *)encoder->bytes, encoder->length);
    free(encoder->bytes);
    free(encoder);
    return (done && !jpeg->overflow) || survey_fail(error, SURVEY_ERROR_RESOURCE, "", _("the JPEG image could not be written"));
}

// What libtiff writes to: it goes back to fill in offsets.
struct file {
    struct survey_buffer *buffer;
    size_t start, at; // within the buffer; at counts from start
};

static tmsize_t give_nothing(thandle_t handle, void *to, tmsize_t count)
{
    (void)handle;
    (void)to;
    (void)count;
    return 0;
}

static tmsize_t put(thandle_t handle, void *from, tmsize_t count)
{
    struct file *file = handle;
    size_t size = (size_t)count, place = file->start + file->at;
    while (file->buffer->length < place && !file->buffer->overflow)
        survey_buffer_byte(file->buffer, 0);
    size_t within = file->buffer->length - place < size ? file->buffer->length - place : size;
    if (within > 0)
        memcpy(file->buffer->at + place, from, within);
    survey_buffer_add(file->buffer, (const char *)from + within, size - within);
    file->at += size;
    return file->buffer->overflow ? -1 : count;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence)
{
    struct file *file = handle;
    size_t base = whence == SEEK_CUR ? file->at : whence == SEEK_END ? file->buffer->length - file->start : 0;
    file->at = base + offset;
    return file->at;
}

static int close_nothing(thandle_t handle)
{
    (void)handle;
    return 0;
}

static toff_t size_of(thandle_t handle)
{
    struct file *file = handle;
    return file->buffer->length - file->start;
}

static int ignore(TIFF *tiff, void *user, const char *module, const char *format, va_list list)
{
    (void)tiff;
    (void)user;
    (void)module;
    (void)format;
    (void)list;
    return 1;
}

static bool write_bits(TIFF *tiff, const struct scan_image *image, int cut)
{
    size_t size = ((size_t)image->width + 7) / 8;
    uint8_t *bits = survey_alloc(size);
    bool done = true;
    for (int y = 0; done && y < image->height; y++) {
        const uint8_t *row = image->pixels + (size_t)y * image->stride;
        memset(bits, 0, size);
        for (int x = 0; x < image->width; x++)
            if (row[x] < cut)
                bits[x / 8] = (uint8_t)(bits[x / 8] | 128 >> x % 8);
        done = TIFFWriteScanline(tiff, bits, (uint32_t)y, 0) == 1;
    }
    free(bits);
    return done;
}

bool scan_fax_write(const struct scan_image *image, int cut, struct survey_buffer *buffer, struct survey_error *error)
{
    struct file file = {.buffer = buffer, .start = buffer->length};
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    TIFFOpenOptionsSetErrorHandlerExtR(options, ignore, NULL);
    TIFFOpenOptionsSetWarningHandlerExtR(options, ignore, NULL);
    TIFF *tiff = TIFFClientOpenExt("scan", "wlm", &file, give_nothing, put, seek, close_nothing, size_of, NULL, NULL, options);
    TIFFOpenOptionsFree(options);
    bool done = tiff != NULL;
    if (done) {
        TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, (uint32_t)image->width);
        TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, (uint32_t)image->height);
        TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 1);
        TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
        TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_CCITTFAX4);
        TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISWHITE);
        TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
        TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, (uint32_t)image->height);
        if (image->dpi > 0) {
            TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
            TIFFSetField(tiff, TIFFTAG_XRESOLUTION, image->dpi);
            TIFFSetField(tiff, TIFFTAG_YRESOLUTION, image->dpi);
        }
        done = write_bits(tiff, image, cut) && TIFFWriteDirectory(tiff) == 1;
        TIFFClose(tiff);
    }
    return (done && !buffer->overflow) || survey_fail(error, SURVEY_ERROR_RESOURCE, "", _("the TIFF image could not be written"));
}
