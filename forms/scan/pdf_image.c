// SPDX-License-Identifier: GPL-3.0-or-later
// An image of a PDF as JPEG, TIFF or PNG without decoding its pixels: DCT data are a JPEG file, CCITT
// data a TIFF's strip, Flate data with PNG predictors a PNG's IDAT.
#include "forms/scan/pdf_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

struct parts {
    int width, height, bits, colours;
    bool inverted; // /Decode [1 0]
    const char *filter; // "" for none
    qpdf_oh parameters;
};

static bool integer(qpdf_data qpdf, qpdf_oh dict, const char *key, int *value)
{
    return qpdf_oh_get_value_as_int(qpdf, qpdf_oh_get_key_if_dict(qpdf, dict, key), value);
}

static bool flag(qpdf_data qpdf, qpdf_oh dict, const char *key)
{
    QPDF_BOOL value = QPDF_FALSE;
    return qpdf_oh_get_value_as_bool(qpdf, qpdf_oh_get_key_if_dict(qpdf, dict, key), &value) && value;
}

// One filter, alone or in an array of one; "" where there is none, NULL for a chain of them.
static const char *filter_of(qpdf_data qpdf, qpdf_oh dict, qpdf_oh *parameters)
{
    static const char *const known[] = {"/DCTDecode", "/CCITTFaxDecode", "/FlateDecode", NULL};
    qpdf_oh filter = qpdf_oh_get_key_if_dict(qpdf, dict, "/Filter");
    *parameters = qpdf_oh_get_key_if_dict(qpdf, dict, "/DecodeParms");
    if (qpdf_oh_is_null(qpdf, filter))
        return "";
    if (qpdf_oh_is_array(qpdf, filter)) {
        if (qpdf_oh_get_array_n_items(qpdf, filter) != 1)
            return NULL;
        filter = qpdf_oh_get_array_item(qpdf, filter, 0);
    }
    if (qpdf_oh_is_array(qpdf, *parameters) && qpdf_oh_get_array_n_items(qpdf, *parameters) >= 1)
        *parameters = qpdf_oh_get_array_item(qpdf, *parameters, 0);
    for (const char *const *name = known; *name; name++)
        if (qpdf_oh_is_name_and_equals(qpdf, filter, *name))
            return *name;
    return NULL;
}

// 1 for gray, 3 for RGB, 0 for what needs a render (palettes, CMYK, patterns).
static int colours_of(qpdf_data qpdf, qpdf_oh space)
{
    int count = 0;
    if (qpdf_oh_is_name_and_equals(qpdf, space, "/DeviceGray"))
        return 1;
    if (qpdf_oh_is_name_and_equals(qpdf, space, "/DeviceRGB"))
        return 3;
    if (!qpdf_oh_is_array(qpdf, space) || qpdf_oh_get_array_n_items(qpdf, space) < 2)
        return 0;
    qpdf_oh kind = qpdf_oh_get_array_item(qpdf, space, 0);
    if (qpdf_oh_is_name_and_equals(qpdf, kind, "/CalGray"))
        return 1;
    if (qpdf_oh_is_name_and_equals(qpdf, kind, "/CalRGB"))
        return 3;
    qpdf_oh profile = qpdf_oh_get_array_item(qpdf, space, 1);
    if (qpdf_oh_is_name_and_equals(qpdf, kind, "/ICCBased") && qpdf_oh_is_stream(qpdf, profile))
        integer(qpdf, qpdf_oh_get_dict(qpdf, profile), "/N", &count);
    return count == 1 || count == 3 ? count : 0;
}

// Reads /Decode: false where it is neither the usual one nor its inverse.
static bool decode_of(qpdf_data qpdf, qpdf_oh dict, struct parts *parts)
{
    qpdf_oh decode = qpdf_oh_get_key_if_dict(qpdf, dict, "/Decode");
    if (qpdf_oh_is_null(qpdf, decode))
        return true;
    if (!qpdf_oh_is_array(qpdf, decode) || qpdf_oh_get_array_n_items(qpdf, decode) != 2 * parts->colours)
        return false;
    double low = 0, high = 0;
    for (int i = 0; i < parts->colours; i++) {
        qpdf_oh_get_value_as_number(qpdf, qpdf_oh_get_array_item(qpdf, decode, 2 * i), &low);
        qpdf_oh_get_value_as_number(qpdf, qpdf_oh_get_array_item(qpdf, decode, 2 * i + 1), &high);
        bool plain = low < 0.001 && low > -0.001 && high > 0.999 && high < 1.001;
        bool inverse = high < 0.001 && high > -0.001 && low > 0.999 && low < 1.001;
        if (!(plain || inverse) || (i > 0 && inverse != parts->inverted))
            return false;
        parts->inverted = inverse;
    }
    return true;
}

static bool describe(qpdf_data qpdf, qpdf_oh image, struct parts *parts)
{
    qpdf_oh dict = qpdf_oh_get_dict(qpdf, image);
    if (!qpdf_oh_is_name_and_equals(qpdf, qpdf_oh_get_key_if_dict(qpdf, dict, "/Subtype"), "/Image") ||
        flag(qpdf, dict, "/ImageMask") || !qpdf_oh_is_null(qpdf, qpdf_oh_get_key_if_dict(qpdf, dict, "/SMask")) ||
        !qpdf_oh_is_null(qpdf, qpdf_oh_get_key_if_dict(qpdf, dict, "/Mask")) ||
        !integer(qpdf, dict, "/Width", &parts->width) || !integer(qpdf, dict, "/Height", &parts->height))
        return false;
    if (parts->width < 1 || parts->height < 1 || parts->width > SCAN_MOST_SIDE || parts->height > SCAN_MOST_SIDE ||
        (int64_t)parts->width * parts->height > SCAN_MOST_PIXELS)
        return false;
    parts->filter = filter_of(qpdf, dict, &parts->parameters);
    parts->colours = colours_of(qpdf, qpdf_oh_get_key_if_dict(qpdf, dict, "/ColorSpace"));
    if (!integer(qpdf, dict, "/BitsPerComponent", &parts->bits))
        parts->bits = 8;
    return parts->filter && parts->colours > 0 && decode_of(qpdf, dict, parts);
}

static bool raw_data(qpdf_data qpdf, qpdf_oh stream, unsigned char **bytes, size_t *length)
{
    *bytes = NULL;
    *length = 0;
    if (!(qpdf_oh_get_stream_data(qpdf, stream, qpdf_dl_none, NULL, bytes, length) & QPDF_ERRORS) && *bytes)
        return true;
    free(*bytes);
    return false;
}

// Inflates into the buffer until the data end or the buffer's ceiling is passed.
static bool inflate_into(const uint8_t *bytes, size_t length, struct survey_buffer *to)
{
    uint8_t part[16384];
    z_stream stream = {0};
    if (length > UINT32_MAX || inflateInit(&stream) != Z_OK)
        return false;
    stream.next_in = (Bytef *)(uintptr_t)bytes; // zlib reads only
    stream.avail_in = (uInt)length;
    int state = Z_OK;
    while (state == Z_OK && !to->overflow) {
        stream.next_out = part;
        stream.avail_out = sizeof part;
        state = inflate(&stream, Z_NO_FLUSH);
        survey_buffer_add(to, (const char *)part, sizeof part - stream.avail_out);
    }
    inflateEnd(&stream);
    return state == Z_STREAM_END && !to->overflow;
}

bool pdf_stream_inflate(qpdf_data qpdf, qpdf_oh stream, struct survey_buffer *to)
{
    unsigned char *bytes;
    size_t length;
    qpdf_oh parameters;
    int predictor = 1;
    const char *filter = filter_of(qpdf, qpdf_oh_get_dict(qpdf, stream), &parameters);
    bool flate = filter && strcmp(filter, "/FlateDecode") == 0;
    integer(qpdf, parameters, "/Predictor", &predictor);
    if (!filter || (*filter && !flate) || predictor != 1 || !raw_data(qpdf, stream, &bytes, &length))
        return false;
    bool done = true;
    if (flate)
        done = inflate_into(bytes, length, to);
    else
        survey_buffer_add(to, (const char *)bytes, length);
    free(bytes);
    return done;
}

static void put_big(struct survey_buffer *to, uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        survey_buffer_byte(to, (char)(value >> shift));
}

static void put_chunk(struct survey_buffer *to, const char *type, const void *bytes, size_t length)
{
    uLong sum = crc32(crc32(0, (const Bytef *)type, 4), length > 0 ? bytes : (const void *)"", (uInt)length);
    put_big(to, (uint32_t)length);
    survey_buffer_add(to, type, 4);
    survey_buffer_add(to, bytes, length);
    put_big(to, (uint32_t)sum);
}

static bool wrap_png(const struct parts *parts, const uint8_t *data, size_t length, struct survey_buffer *png)
{
    char head[13] = {0};
    for (int i = 0; i < 4; i++) {
        head[i] = (char)(parts->width >> (24 - 8 * i));
        head[4 + i] = (char)(parts->height >> (24 - 8 * i));
    }
    head[8] = (char)parts->bits;
    head[9] = parts->colours == 3 ? 2 : 0;
    survey_buffer_add(png, "\x89PNG\r\n\x1a\n", 8);
    put_chunk(png, "IHDR", head, sizeof head);
    put_chunk(png, "IDAT", data, length);
    put_chunk(png, "IEND", "", 0);
    return !png->overflow;
}

// Flate data without predictor (or no filter at all): each row gets PNG's filter byte 0.
static bool repack(const struct parts *parts, const uint8_t *bytes, size_t length, struct survey_buffer *png)
{
    size_t row = ((size_t)parts->width * (size_t)(parts->bits * parts->colours) + 7) / 8, size = row * (size_t)parts->height;
    struct survey_buffer plain = SURVEY_BUFFER(size + 65536);
    bool done = *parts->filter ? inflate_into(bytes, length, &plain)
                               : (survey_buffer_add(&plain, (const char *)bytes, length), !plain.overflow);
    uLongf packed_size = compressBound((uLong)((row + 1) * (size_t)parts->height));
    uint8_t *rows = done && plain.length >= size ? calloc((size_t)parts->height, row + 1) : NULL;
    uint8_t *packed = rows ? malloc(packed_size) : NULL;
    for (int y = 0; packed && y < parts->height; y++)
        memcpy(rows + (size_t)y * (row + 1) + 1, plain.at + (size_t)y * row, row);
    done = packed && compress2(packed, &packed_size, rows, (uLong)((row + 1) * (size_t)parts->height), 1) == Z_OK &&
           wrap_png(parts, packed, packed_size, png);
    free(packed);
    free(rows);
    survey_buffer_clear(&plain);
    return done;
}

static bool take_flate(qpdf_data qpdf, const struct parts *parts, const uint8_t *bytes, size_t length,
                       struct survey_buffer *png)
{
    int predictor = 1, columns = 1, colours = 1, bits = 8;
    integer(qpdf, parts->parameters, "/Predictor", &predictor);
    integer(qpdf, parts->parameters, "/Columns", &columns);
    integer(qpdf, parts->parameters, "/Colors", &colours);
    integer(qpdf, parts->parameters, "/BitsPerComponent", &bits);
    bool depth = parts->colours == 1 ? parts->bits == 1 || parts->bits == 2 || parts->bits == 4 || parts->bits == 8 || parts->bits == 16
                                     : parts->bits == 8 || parts->bits == 16;
    if (parts->inverted || !depth || length > INT32_MAX)
        return false;
    if (predictor >= 10)
        return columns == parts->width && colours == parts->colours && bits == parts->bits &&
               wrap_png(parts, bytes, length, png);
    return predictor == 1 && repack(parts, bytes, length, png);
}

static bool take_fax(qpdf_data qpdf, const struct parts *parts, const uint8_t *bytes, size_t length,
                     struct survey_buffer *tiff)
{
    struct scan_fax fax = {.width = 1728, .height = parts->height};
    integer(qpdf, parts->parameters, "/Columns", &fax.width);
    integer(qpdf, parts->parameters, "/K", &fax.k);
    // /BlackIs1 says that black comes out as 1, which DeviceGray shows as white.
    fax.black_is_1 = flag(qpdf, parts->parameters, "/BlackIs1") != parts->inverted;
    fax.aligned = flag(qpdf, parts->parameters, "/EncodedByteAlign");
    return fax.width == parts->width && parts->colours == 1 && !fax.aligned &&
           scan_tiff_of_fax(&fax, bytes, length, "", tiff, NULL);
}

static bool is_either(qpdf_data qpdf, qpdf_oh name, const char *whole, const char *brief)
{
    return qpdf_oh_is_name_and_equals(qpdf, name, whole) || qpdf_oh_is_name_and_equals(qpdf, name, brief);
}

// Whether a stream is a JPEG that can be decoded, alone or within Flate; true for what is no JPEG.
static bool jpeg_is_sound(qpdf_data qpdf, qpdf_oh stream, qpdf_oh dict)
{
    enum { MOST_JPEG = 256 << 20 };
    qpdf_oh filter = qpdf_oh_get_key_if_dict(qpdf, dict, "/Filter"), outer = filter;
    int count = qpdf_oh_is_array(qpdf, filter) ? qpdf_oh_get_array_n_items(qpdf, filter) : 0;
    if (count > 0) {
        outer = qpdf_oh_get_array_item(qpdf, filter, 0);
        filter = qpdf_oh_get_array_item(qpdf, filter, count - 1);
    }
    if (!is_either(qpdf, filter, "/DCTDecode", "/DCT") || count > 2 ||
        (count == 2 && !is_either(qpdf, outer, "/FlateDecode", "/Fl")))
        return true;
    unsigned char *bytes;
    size_t length;
    struct scan_image decoded = {0};
    struct survey_buffer inner = SURVEY_BUFFER(MOST_JPEG);
    bool sound = raw_data(qpdf, stream, &bytes, &length);
    if (sound && count == 2)
        sound = inflate_into(bytes, length, &inner) && scan_jpeg_decode(inner.at, inner.length, "", &decoded, NULL);
    else if (sound)
        sound = scan_jpeg_decode(bytes, length, "", &decoded, NULL);
    scan_image_clear(&decoded);
    survey_buffer_clear(&inner);
    free(bytes);
    return sound;
}

bool pdf_images_sound(qpdf_data qpdf, qpdf_oh resources, int depth)
{
    enum { MOST_DEPTH = 4, MOST_OBJECTS = 64 };
    char names[MOST_OBJECTS][128];
    int count = 0;
    qpdf_oh objects = qpdf_oh_get_key_if_dict(qpdf, resources, "/XObject");
    if (!qpdf_oh_is_dictionary(qpdf, objects) || depth > MOST_DEPTH)
        return true;
    qpdf_oh_begin_dict_key_iter(qpdf, objects);
    for (; qpdf_oh_dict_more_keys(qpdf) && count < MOST_OBJECTS; count++)
        survey_format_into(names[count], sizeof names[count], "%s", qpdf_oh_dict_next_key(qpdf));
    for (int i = 0; i < count; i++) {
        qpdf_oh object = qpdf_oh_get_key(qpdf, objects, names[i]);
        if (!qpdf_oh_is_stream(qpdf, object))
            continue;
        qpdf_oh dict = qpdf_oh_get_dict(qpdf, object);
        if (!jpeg_is_sound(qpdf, object, dict))
            return false;
        if (!pdf_images_sound(qpdf, qpdf_oh_get_key_if_dict(qpdf, dict, "/Resources"), depth + 1))
            return false;
    }
    return true;
}

bool pdf_image_take(qpdf_data qpdf, qpdf_oh image, double inches, struct scan_raw *raw)
{
    struct parts parts = {0};
    unsigned char *bytes;
    size_t length;
    if (!describe(qpdf, image, &parts) || !(inches > 0) || !raw_data(qpdf, image, &bytes, &length))
        return false;
    struct scan_raw taken = {.dpi = parts.width / inches};
    struct survey_buffer made = SURVEY_BUFFER(SCAN_MOST_BYTES);
    bool done = false;
    if (strcmp(parts.filter, "/DCTDecode") == 0) {
        done = !parts.inverted && scan_kind_of(bytes, length) == SCAN_JPEG;
        taken.kind = SCAN_JPEG;
    } else if (strcmp(parts.filter, "/CCITTFaxDecode") == 0) {
        done = take_fax(qpdf, &parts, bytes, length, &made);
        taken.kind = SCAN_TIFF;
    } else {
        done = take_flate(qpdf, &parts, bytes, length, &made);
        taken.kind = SCAN_PNG;
    }
    if (done && taken.kind == SCAN_JPEG) {
        taken.bytes = bytes;
        taken.length = length;
        bytes = NULL;
    } else if (done) {
        taken.bytes = (uint8_t *)made.at;
        taken.length = made.length;
        made = (struct survey_buffer){0};
    }
    free(bytes);
    survey_buffer_clear(&made);
    if (done)
        *raw = taken;
    return done;
}
