// SPDX-License-Identifier: GPL-3.0-or-later
// The QR code that sets up ODK Collect: base64 of zlib of JSON, drawn on a terminal or into a file.
#include "forms/phone/phone.h"

#include "survey/base/arena.h"
#include "survey/base/file.h"
#include "survey/base/json.h"
#include "survey/base/text.h"

#include <errno.h>
#include <png.h>
#include <qrencode.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { QUIET = 4, PNG_SCALE = 8, MOST_SETTINGS = 1500 };

static void write_json(const char *url, const char *project, const char *username, struct survey_buffer *buffer)
{
    struct survey_json_writer json = survey_json_writer(buffer, false);
    survey_json_open(&json, '{');
    survey_json_key(&json, "general");
    survey_json_open(&json, '{');
    survey_json_member(&json, "server_url", url);
    survey_json_member(&json, "form_update_mode", "match_exactly");
    survey_json_member(&json, "autosend", "wifi_and_cellular");
    survey_json_member(&json, "metadata_username", username);
    survey_json_close(&json, '}');
    survey_json_key(&json, "admin");
    survey_json_open(&json, '{');
    survey_json_close(&json, '}');
    survey_json_key(&json, "project");
    survey_json_open(&json, '{');
    survey_json_member(&json, "name", project);
    survey_json_close(&json, '}');
    survey_json_close(&json, '}');
}

bool phone_settings_text(const char *url, const char *project, const char *username, struct survey_buffer *text,
                         struct survey_error *error)
{
    struct survey_buffer json = SURVEY_BUFFER(MOST_SETTINGS);
    write_json(url, project, username, &json);
    uLongf size = compressBound(json.length);
    uint8_t *packed = survey_alloc(size);
    bool done = !json.overflow && compress2(packed, &size, (const Bytef *)survey_buffer_string(&json), json.length, 9) == Z_OK;
    if (done) {
        size_t room = sodium_base64_encoded_len(size, sodium_base64_VARIANT_ORIGINAL);
        char *encoded = survey_alloc(room);
        sodium_bin2base64(encoded, room, packed, size, sodium_base64_VARIANT_ORIGINAL);
        survey_buffer_text(text, encoded);
        free(encoded);
    }
    free(packed);
    survey_buffer_clear(&json);
    return done || survey_fail(error, SURVEY_ERROR_USAGE, "", _("the address or the names are too long for a QR code"));
}

static QRcode *encode(const char *text, struct survey_error *error)
{
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
    if (!code)
        survey_fail(error, SURVEY_ERROR_USAGE, "", _("the text is too long for a QR code"));
    return code;
}

static bool is_dark(const QRcode *code, int row, int column)
{
    return row >= 0 && column >= 0 && row < code->width && column < code->width &&
           code->data[row * code->width + column] & 1;
}

bool phone_qr_terminal(const char *text, struct survey_buffer *drawing, struct survey_error *error)
{
    // Two modules a character; terminals are dark, so what is light is drawn.
    static const char *const blocks[] = {"\u2588", "\u2580", "\u2584", " "}; // both light, lower dark, upper dark, both
    QRcode *code = encode(text, error);
    if (!code)
        return false;
    for (int row = -QUIET; row < code->width + QUIET; row += 2) {
        for (int column = -QUIET; column < code->width + QUIET; column++) {
            bool upper = is_dark(code, row, column), lower = is_dark(code, row + 1, column);
            survey_buffer_text(drawing, blocks[upper * 2 + lower]);
        }
        survey_buffer_byte(drawing, '\n');
    }
    QRcode_free(code);
    return true;
}

static void write_svg(const QRcode *code, struct survey_buffer *svg)
{
    int size = code->width + 2 * QUIET;
    survey_format(svg,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%dmm\" height=\"%dmm\" "
                  "shape-rendering=\"crispEdges\"><rect width=\"%d\" height=\"%d\" fill=\"#fff\"/><path d=\"",
                  size, size, size, size, size, size);
    for (int row = 0; row < code->width; row++)
        for (int column = 0; column < code->width; column++)
            if (is_dark(code, row, column))
                survey_format(svg, "M%d %dh1v1h-1z", column + QUIET, row + QUIET);
    survey_buffer_text(svg, "\"/></svg>\n");
}

static void png_append(png_structp png, png_bytep bytes, png_size_t length)
{
    survey_buffer_add(png_get_io_ptr(png), (const char *)bytes, length);
}

static void png_nothing(png_structp png)
{
    (void)png;
}

static bool write_png(const QRcode *code, struct survey_buffer *bytes)
{
    unsigned size = (unsigned)(code->width + 2 * QUIET) * PNG_SCALE;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    png_bytep row = survey_alloc(size);
    if (!info || setjmp(png_jmpbuf(png))) {
        png_destroy_write_struct(&png, &info);
        free(row);
        return false;
    }
    png_set_write_fn(png, bytes, png_append, png_nothing);
    png_set_IHDR(png, info, size, size, 8, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (unsigned y = 0; y < size; y++) {
        for (unsigned x = 0; x < size; x++)
            row[x] = is_dark(code, (int)(y / PNG_SCALE) - QUIET, (int)(x / PNG_SCALE) - QUIET) ? 0 : 255;
        png_write_row(png, row);
    }
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    free(row);
    return !bytes->overflow;
}

bool phone_qr_file(const char *text, const char *path, struct survey_error *error)
{
    const char *dot = strrchr(path, '.');
    bool svg = dot && strcmp(dot, ".svg") == 0;
    if (!svg && !(dot && strcmp(dot, ".png") == 0))
        return survey_fail(error, SURVEY_ERROR_USAGE, path, _("a QR code is written as .png or .svg"));
    QRcode *code = encode(text, error);
    if (!code)
        return false;
    struct survey_buffer bytes = SURVEY_BUFFER(16 << 20);
    bool done = true;
    if (svg)
        write_svg(code, &bytes);
    else if (!write_png(code, &bytes))
        done = survey_fail(error, SURVEY_ERROR_RESOURCE, path, _("the image could not be made"));
    done = done && survey_file_write(path, bytes.at, bytes.length, error);
    survey_buffer_clear(&bytes);
    QRcode_free(code);
    return done;
}
