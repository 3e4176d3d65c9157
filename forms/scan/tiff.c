// SPDX-License-Identifier: GPL-3.0-or-later
// TIFF to gray by libtiff, from memory: fax, LZW, deflate and JPEG; gray, palette, RGB and 1-bit.
#include "forms/scan/image.h"

#include "survey/base/text.h"

#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

struct reader {
    const uint8_t *bytes;
    uint64_t length, at;
    bool damaged; // an error, or a warning that means damage
    char message[160];
};

static int on_error(TIFF *tiff, void *user, const char *module, const char *format, va_list list)
{
    (void)tiff;
    (void)module;
    struct reader *reader = user;
    if (!reader->damaged)
        vsnprintf(reader->message, sizeof reader->message, format, list);
    reader->damaged = true;
    return 1;
}

// libtiff only warns where fax or JPEG data are broken and then makes up the rest.
static int on_warning(TIFF *tiff, void *user, const char *module, const char *format, va_list list)
{
    if (module && (strncmp(module, "Fax", 3) == 0 || strncmp(module, "JPEG", 4) == 0))
        on_error(tiff, user, module, format, list);
    return 1;
}

static tmsize_t take(thandle_t handle, void *to, tmsize_t count)
{
    struct reader *reader = handle;
    uint64_t left = reader->at < reader->length ? reader->length - reader->at : 0;
    uint64_t size = (uint64_t)count < left ? (uint64_t)count : left;
    memcpy(to, reader->bytes + reader->at, size);
    reader->at += size;
    return (tmsize_t)size;
}

static tmsize_t refuse(thandle_t handle, void *from, tmsize_t count)
{
    (void)handle;
    (void)from;
    (void)count;
    return -1;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence)
{
    struct reader *reader = handle;
    uint64_t base = whence == SEEK_CUR ? reader->at : whence == SEEK_END ? reader->length : 0;
    reader->at = base + offset;
    return reader->at;
}

static int close_nothing(thandle_t handle)
{
    (void)handle;
    return 0;
}

static toff_t size_of(thandle_t handle)
{
    return ((struct reader *)handle)->length;
}

static TIFF *open_reader(struct reader *reader)
{
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (!options)
        return NULL;
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, (tmsize_t)SCAN_MOST_PIXELS * 5);
    TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, reader);
    TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, reader);
    TIFF *tiff = TIFFClientOpenExt("scan", "rm", reader, take, refuse, seek, close_nothing, size_of, NULL, NULL, options);
    TIFFOpenOptionsFree(options);
    return tiff;
}

struct picture {
    uint32_t width, height, rows; // rows of a strip
    uint16_t bits, samples, photometric, planar, compression, orientation;
    uint8_t shades[256]; // of a palette, or of 1-bit and gray samples
    uint8_t eights[256][8]; // of the eight 1-bit samples of a byte
};

static uint8_t luma(unsigned red, unsigned green, unsigned blue)
{
    return (uint8_t)((299 * red + 587 * green + 114 * blue + 500) / 1000);
}

// A page of black and white is mostly this: eight pixels at a time take an eighth of the time.
static void find_eights(struct picture *picture)
{
    for (int byte = 0; byte < 256; byte++)
        for (int bit = 0; bit < 8; bit++)
            picture->eights[byte][bit] = picture->shades[(byte >> (7 - bit)) & 1];
}

// What each sample of a one-sample image means; false where it takes libtiff's own colour code.
static bool find_shades(TIFF *tiff, struct picture *picture)
{
    unsigned most = (1u << picture->bits) - 1;
    if (picture->photometric == PHOTOMETRIC_PALETTE) {
        uint16_t *red, *green, *blue;
        if (!TIFFGetField(tiff, TIFFTAG_COLORMAP, &red, &green, &blue))
            return false;
        unsigned used = 0; // some writers leave palettes of 8-bit values
        for (unsigned i = 0; i <= most; i++)
            used |= red[i] | green[i] | blue[i];
        int shift = used > 255 ? 8 : 0;
        for (unsigned i = 0; i <= most; i++)
            picture->shades[i] = luma(red[i] >> shift, green[i] >> shift, blue[i] >> shift);
        return true;
    }
    for (unsigned i = 0; i <= most; i++) {
        unsigned shade = (i * 255 + most / 2) / most;
        picture->shades[i] = (uint8_t)(picture->photometric == PHOTOMETRIC_MINISWHITE ? 255 - shade : shade);
    }
    return picture->photometric == PHOTOMETRIC_MINISWHITE || picture->photometric == PHOTOMETRIC_MINISBLACK;
}

// The common kinds are read strip by strip; the rest goes by libtiff's RGBA reader.
static bool is_plain(TIFF *tiff, struct picture *picture)
{
    if (TIFFIsTiled(tiff) || picture->planar != PLANARCONFIG_CONTIG)
        return false;
    if (picture->samples == 1 && (picture->bits == 1 || picture->bits == 4 || picture->bits == 8))
        return find_shades(tiff, picture);
    if (picture->samples != 3 || picture->bits != 8)
        return false;
    if (picture->photometric == PHOTOMETRIC_YCBCR && picture->compression == COMPRESSION_JPEG) {
        TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
        return true;
    }
    return picture->photometric == PHOTOMETRIC_RGB;
}

static void gray_row(const struct picture *picture, const uint8_t *from, uint8_t *to)
{
    uint32_t width = picture->width;
    if (picture->samples == 3)
        for (uint32_t x = 0; x < width; x++, from += 3)
            to[x] = luma(from[0], from[1], from[2]);
    else if (picture->bits == 8)
        for (uint32_t x = 0; x < width; x++)
            to[x] = picture->shades[from[x]];
    else if (picture->bits == 4)
        for (uint32_t x = 0; x < width; x++)
            to[x] = picture->shades[(from[x / 2] >> (x % 2 ? 0 : 4)) & 15];
    else {
        for (uint32_t byte = 0; byte < width / 8; byte++)
            memcpy(to + 8 * byte, picture->eights[from[byte]], 8);
        if (width % 8)
            memcpy(to + width / 8 * 8, picture->eights[from[width / 8]], width % 8);
    }
}

static bool read_strips(TIFF *tiff, struct picture *picture, struct scan_image *image)
{
    tmsize_t size = TIFFStripSize(tiff), line = TIFFScanlineSize(tiff);
    if (size <= 0 || line <= 0 || size > (tmsize_t)SCAN_MOST_PIXELS * 3 + SCAN_MOST_SIDE)
        return false;
    uint8_t *strip = malloc((size_t)size);
    bool done = strip != NULL;
    if (picture->bits == 1)
        find_eights(picture);
    for (uint32_t y = 0; done && y < picture->height; y += picture->rows) {
        uint32_t rows = picture->height - y < picture->rows ? picture->height - y : picture->rows;
        tmsize_t want = line * (tmsize_t)rows;
        done = want <= size && TIFFReadEncodedStrip(tiff, TIFFComputeStrip(tiff, y, 0), strip, want) == want;
        for (uint32_t row = 0; done && row < rows; row++)
            gray_row(picture, strip + line * (tmsize_t)row, image->pixels + (size_t)(y + row) * image->stride);
    }
    free(strip);
    return done;
}

static bool read_rgba(TIFF *tiff, const struct picture *picture, struct scan_image *image)
{
    size_t count = (size_t)picture->width * picture->height;
    uint32_t *raster = malloc(count * sizeof *raster);
    // Asked for as it is stored: the turning is done here for all kinds alike.
    bool done = raster && TIFFReadRGBAImageOriented(tiff, picture->width, picture->height, raster, picture->orientation, 1);
    for (size_t i = 0; done && i < count; i++) {
        unsigned value = luma(TIFFGetR(raster[i]), TIFFGetG(raster[i]), TIFFGetB(raster[i])), alpha = TIFFGetA(raster[i]);
        // The colours come multiplied by alpha.
        value += 255 - alpha;
        image->pixels[i / picture->width * image->stride + i % picture->width] = (uint8_t)(value > 255 ? 255 : value);
    }
    free(raster);
    return done;
}

// Faxes of "standard" resolution have half as many dots down as across: their rows are doubled.
static bool square_up(TIFF *tiff, struct scan_image *image, const char *where, struct survey_error *error)
{
    float across = 0, down = 0;
    uint16_t unit = RESUNIT_INCH;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_RESOLUTIONUNIT, &unit);
    if (!TIFFGetField(tiff, TIFFTAG_XRESOLUTION, &across) || !TIFFGetField(tiff, TIFFTAG_YRESOLUTION, &down) ||
        unit == RESUNIT_NONE || !(across >= 1 && across < 20000 && down >= 1 && down < 20000))
        return true;
    image->dpi = unit == RESUNIT_CENTIMETER ? (double)across * 2.54 : (double)across;
    int times = (int)((double)across / (double)down + 0.4);
    if (times < 2 || times > 8)
        return true;
    struct scan_image tall;
    if (!scan_image_room(&tall, image->width, image->height * times, where, error))
        return false;
    for (int y = 0; y < tall.height; y++)
        memcpy(tall.pixels + (size_t)y * tall.stride, image->pixels + (size_t)(y / times) * image->stride,
               (size_t)image->width);
    tall.dpi = image->dpi;
    scan_image_clear(image);
    *image = tall;
    return true;
}

static void describe(TIFF *tiff, struct picture *picture)
{
    TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &picture->width);
    TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &picture->height);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &picture->bits);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &picture->samples);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &picture->planar);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &picture->compression);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &picture->orientation);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &picture->rows);
    if (!TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &picture->photometric))
        picture->photometric = PHOTOMETRIC_MINISWHITE;
    if (picture->rows == 0 || picture->rows > picture->height)
        picture->rows = picture->height;
}

static bool decode(TIFF *tiff, const struct reader *reader, const char *where, struct scan_image *image,
                   struct survey_error *error)
{
    struct picture picture = {0};
    describe(tiff, &picture);
    if (picture.width > SCAN_MOST_SIDE || picture.height > SCAN_MOST_SIDE)
        return survey_fail(error, SURVEY_ERROR_INPUT, where, _("the image of %u x %u pixels is larger than the limit"),
                           picture.width, picture.height);
    if (!scan_image_room(image, (int)picture.width, (int)picture.height, where, error))
        return false;
    bool read = is_plain(tiff, &picture) ? read_strips(tiff, &picture, image) : read_rgba(tiff, &picture, image);
    if (!read || reader->damaged)
        return survey_fail(error, SURVEY_ERROR_INPUT, where, _("the TIFF image is damaged, cut off or of a rare kind (%s)"),
                           reader->message);
    return square_up(tiff, image, where, error) && scan_image_orient(image, picture.orientation, error);
}

bool scan_tiff_decode(const void *bytes, size_t length, const char *where, struct scan_image *image,
                      struct survey_error *error)
{
    struct reader reader = {.bytes = bytes, .length = length};
    struct scan_image decoded = {0};
    TIFF *tiff = scan_tiff_pages(bytes, length) > 0 ? open_reader(&reader) : NULL;
    if (!tiff)
        return survey_fail(error, SURVEY_ERROR_INPUT, where, _("the TIFF image is damaged or cut off (%s)"),
                           reader.message[0] ? reader.message : _("its directory"));
    bool done = decode(tiff, &reader, where, &decoded, error);
    TIFFClose(tiff);
    if (done)
        *image = decoded;
    else
        scan_image_clear(&decoded);
    return done;
}
