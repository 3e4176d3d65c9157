// SPDX-License-Identifier: GPL-3.0-or-later
// JPEG to gray by libjpeg-turbo: the luma of the file as its exact inverse DCT gives it, turned as a camera noted
// that it was held.
#include "forms/scan/image.h"

#include "survey/base/text.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

enum { MOST_SCANS = 200 }; // of a progressive file; honest ones have about ten

struct decoder {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr manager;
    struct jpeg_progress_mgr progress;
    jmp_buf escape;
    const uint8_t *bytes;
    size_t length;
    uint8_t *row; // four components of one row, for CMYK
    struct scan_image image;
    char message[JMSG_LENGTH_MAX];
};

static void give_up(j_common_ptr common)
{
    struct decoder *decoder = common->client_data;
    common->err->format_message(common, decoder->message);
    longjmp(decoder->escape, 1);
}

// Zeros that a scanner puts between the last data and the end marker are no damage.
static bool is_padding(const struct decoder *decoder, int discarded, int marker)
{
    size_t end = decoder->length;
    while (end >= 2 && !(decoder->bytes[end - 2] == 0xff && decoder->bytes[end - 1] == 0xd9))
        end--;
    size_t zeros = 0;
    while (end >= 3 + zeros && decoder->bytes[end - 3 - zeros] == 0)
        zeros++;
    return marker == 0xd9 && discarded > 0 && zeros >= (size_t)discarded;
}

// A warning of the library means data that are damaged or cut off, but for a few that are about form.
static void judge(j_common_ptr common, int level)
{
    if (level >= 0)
        return;
    struct decoder *decoder = common->client_data;
    switch (common->err->msg_code) {
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR:
    case JWRN_BOGUS_PROGRESSION:
        return;
    case JWRN_EXTRANEOUS_DATA:
        if (is_padding(decoder, common->err->msg_parm.i[0], common->err->msg_parm.i[1]))
            return;
        break;
    default:
        break;
    }
    give_up(common);
}

static void silent(j_common_ptr common)
{
    (void)common;
}

static void watch(j_common_ptr common)
{
    struct decoder *decoder = common->client_data;
    if (decoder->jpeg.input_scan_number <= MOST_SCANS)
        return;
    survey_format_into(decoder->message, sizeof decoder->message, "%s", _("too many scans"));
    longjmp(decoder->escape, 1);
}

static double density(const struct jpeg_decompress_struct *jpeg)
{
    if (jpeg->saw_JFIF_marker && jpeg->density_unit == 1)
        return jpeg->X_density;
    if (jpeg->saw_JFIF_marker && jpeg->density_unit == 2)
        return jpeg->X_density * 2.54;
    return 0;
}

// Adobe's CMYK is inverted: 255 is no ink.
static void gray_of_cmyk(const uint8_t *from, uint8_t *to, int width, bool inverted)
{
    for (int x = 0; x < width; x++, from += 4) {
        unsigned part[4];
        for (int i = 0; i < 4; i++)
            part[i] = inverted ? from[i] : 255u - from[i];
        unsigned luma = (299 * part[0] + 587 * part[1] + 114 * part[2] + 500) / 1000;
        to[x] = (uint8_t)((luma * part[3] + 127) / 255);
    }
}

// Which way up the camera was held, as the Exif data before the image say. Only the segments' lengths are followed, so
// that nothing of what they hold is kept.
static int orientation(const uint8_t *bytes, size_t length)
{
    for (size_t at = 2; at + 4 <= length && bytes[at] == 0xff;) {
        int marker = bytes[at + 1];
        if (marker == 0xff) { // fills up
            at++;
            continue;
        }
        size_t size = (size_t)bytes[at + 2] << 8 | bytes[at + 3];
        if (marker == 0xda || marker == 0xd9 || size < 2 || size > length - at - 2)
            break;
        if (marker == 0xe1 && size >= 8 && memcmp(bytes + at + 4, "Exif\0\0", 6) == 0)
            return scan_tiff_orientation(bytes + at + 10, size - 8);
        at += 2 + size;
    }
    return 1;
}

static bool start(struct decoder *decoder, const char *where, struct survey_error *error)
{
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    jpeg_mem_src(jpeg, decoder->bytes, decoder->length);
    jpeg_read_header(jpeg, TRUE);
    if (jpeg->image_width > SCAN_MOST_SIDE || jpeg->image_height > SCAN_MOST_SIDE)
        return survey_fail(error, SURVEY_ERROR_INPUT, where, _("the image of %u x %u pixels is larger than the limit"),
                           jpeg->image_width, jpeg->image_height);
    bool four = jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK;
    jpeg->out_color_space = four ? JCS_CMYK : JCS_GRAYSCALE;
    jpeg->dct_method = JDCT_ISLOW;
    decoder->progress.progress_monitor = watch;
    jpeg->progress = &decoder->progress;
    if (!scan_image_room(&decoder->image, (int)jpeg->image_width, (int)jpeg->image_height, where, error))
        return false;
    decoder->image.dpi = density(jpeg);
    if (four)
        decoder->row = malloc((size_t)jpeg->image_width * 4);
    if (four && !decoder->row)
        return survey_fail(error, SURVEY_ERROR_RESOURCE, where, _("not enough memory for the image"));
    return true;
}

static bool decode(struct decoder *decoder, const char *where, struct survey_error *error)
{
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    if (setjmp(decoder->escape))
        return survey_fail(error, SURVEY_ERROR_INPUT, where, _("the JPEG image is damaged or cut off (%s)"),
                           decoder->message);
    jpeg_create_decompress(jpeg);
    if (!start(decoder, where, error))
        return false;
    jpeg_start_decompress(jpeg);
    while (jpeg->output_scanline < jpeg->output_height) {
        JSAMPROW to = decoder->image.pixels + (size_t)jpeg->output_scanline * decoder->image.stride;
        JSAMPROW row = decoder->row ? decoder->row : to;
        if (jpeg_read_scanlines(jpeg, &row, 1) == 1 && decoder->row)
            gray_of_cmyk(decoder->row, to, decoder->image.width, jpeg->saw_Adobe_marker);
    }
    jpeg_finish_decompress(jpeg);
    return scan_image_orient(&decoder->image, orientation(decoder->bytes, decoder->length), error);
}

bool scan_jpeg_decode(const void *bytes, size_t length, const char *where, struct scan_image *image,
                      struct survey_error *error)
{
    // On the heap, so that what longjmp() leaves of it is certain.
    struct decoder *decoder = calloc(1, sizeof *decoder);
    if (!decoder)
        return survey_fail(error, SURVEY_ERROR_RESOURCE, where, _("not enough memory for the image"));
    decoder->bytes = bytes;
    decoder->length = length;
    decoder->jpeg.err = jpeg_std_error(&decoder->manager);
    decoder->jpeg.client_data = decoder;
    decoder->manager.error_exit = give_up;
    decoder->manager.emit_message = judge;
    decoder->manager.output_message = silent;
    bool done = length > 0 ? decode(decoder, where, error)
                           : survey_fail(error, SURVEY_ERROR_INPUT, where, _("the JPEG image is empty"));
    jpeg_destroy_decompress(&decoder->jpeg);
    free(decoder->row);
    if (done)
        *image = decoder->image;
    else
        scan_image_clear(&decoder->image);
    free(decoder);
    return done;
}
