// SPDX-License-Identifier: GPL-3.0-or-later
// Decoders against the libraries' own writers: every kind read back, cut off at every place, garbage.
#include "forms/scan/image.h"
#include "forms/scan/write.h"
#include "survey/base/random.h"
#include "tests/forms/exif.h"
#include "tests/forms/picture.h"
#include "tests/tap.h"

#include <pthread.h>
#include <unistd.h>

// Largest difference to the picture, 999 where the size differs.
static int difference(const struct scan_image *image, uint8_t (*expected)(int x, int y))
{
    int most = 0;
    if (image->width != PICTURE_WIDTH || image->height != PICTURE_HEIGHT)
        return 999;
    for (int y = 0; y < image->height; y++)
        for (int x = 0; x < image->width; x++) {
            int off = abs(image->pixels[(size_t)y * image->stride + (size_t)x] - expected(x, y));
            most = off > most ? off : most;
        }
    return most;
}

static struct scan_image decode(struct blob blob)
{
    struct scan_raw raw = {.kind = scan_kind_of(blob.bytes, blob.length), .bytes = blob.bytes, .length = blob.length};
    struct scan_image image = {0};
    struct survey_error error = {0};
    bool done = scan_image_decode(&raw, "test", &image, &error);
    if (!done)
        fprintf(stderr, "# %s: %s\n", error.where, error.message);
    CHECK(done);
    return image;
}

// Decodes, compares, frees; returns the dpi.
static double check(struct blob blob, uint8_t (*expected)(int x, int y), int tolerance)
{
    struct scan_image image = decode(blob);
    int off = image.pixels ? difference(&image, expected) : 999;
    if (off > tolerance)
        fprintf(stderr, "# off by %d, allowed %d\n", off, tolerance);
    CHECK(off <= tolerance);
    double dpi = image.dpi;
    scan_image_clear(&image);
    free(blob.bytes);
    return dpi;
}

static void bounds(void)
{
    struct scan_image image = {.width = 7};
    struct survey_error error = {0};
    CHECK(!scan_image_new(&image, 0, 5, "a", &error));
    CHECK(error.code == SURVEY_ERROR_INPUT);
    CHECK_TEXT("a", error.where);
    CHECK(!scan_image_new(&image, SCAN_MOST_SIDE + 1, 1, "a", &error));
    CHECK(!scan_image_new(&image, 19000, 19000, "a", &error));
    CHECK(image.width == 7);
    NEED(scan_image_new(&image, SCAN_MOST_SIDE, 6000, "a", &error));
    CHECK(image.pixels[0] == 255 && image.pixels[(size_t)SCAN_MOST_SIDE * 6000 - 1] == 255);
    scan_image_clear(&image);
    scan_image_clear(&image);
}

static void turns(void)
{
    static const int sizes[][2] = {{130, 71}, {64, 128}, {1, 5}, {5, 5}};
    for (size_t s = 0; s < 4; s++) {
        struct scan_image image;
        NEED(scan_image_new(&image, sizes[s][0], sizes[s][1], "", NULL));
        int w = image.width, h = image.height;
        for (int i = 0; i < w * h; i++)
            image.pixels[i] = (uint8_t)(i * 7 + i / 256);
        uint8_t *before = malloc((size_t)(w * h));
        memcpy(before, image.pixels, (size_t)(w * h));
        NEED(scan_image_turn(&image, 90, NULL));
        CHECK(image.width == h && image.height == w);
        // What was at the bottom left is at the top left now.
        CHECK(image.pixels[0] == before[(h - 1) * w]);
        CHECK(image.pixels[h - 1] == before[0]);
        NEED(scan_image_turn(&image, 180, NULL));
        NEED(scan_image_turn(&image, 270, NULL));
        NEED(scan_image_turn(&image, 180, NULL));
        CHECK(image.width == w && memcmp(before, image.pixels, (size_t)(w * h)) == 0);
        NEED(scan_image_turn(&image, 180, NULL));
        CHECK(image.pixels[0] == before[w * h - 1] && image.pixels[w * h - 1] == before[0]);
        free(before);
        scan_image_clear(&image);
    }
}

static void reduces(void)
{
    struct scan_image image, small;
    NEED(scan_image_new(&image, 7, 5, "", NULL));
    memset(image.pixels, 0, 35);
    image.dpi = 300;
    image.pixels[0] = image.pixels[1] = 200;
    image.pixels[7 * 3 + 5] = 100;
    NEED(scan_image_reduce(&image, 2, &small, NULL));
    CHECK(small.width == 3 && small.height == 2 && small.dpi == 150);
    CHECK(small.pixels[0] == 100 && small.pixels[1] == 0);
    CHECK(small.pixels[small.stride + 2] == 25);
    CHECK(!scan_image_reduce(&image, 6, &small, NULL));
    scan_image_clear(&small);
    scan_image_clear(&image);
}

// Every pixel is the rounded mean, whatever the factor: quick ways must not show.
static void reduces_exactly(void)
{
    static const int factors[] = {1, 2, 3, 5, 6, 7, 16, 31, 64, 100, 255, 256, 300};
    struct survey_random random = survey_random_at(3, "reduce", "");
    for (size_t f = 0; f < sizeof factors / sizeof *factors; f++) {
        struct scan_image image, small;
        int factor = factors[f] > SCAN_MOST_REDUCTION ? SCAN_MOST_REDUCTION : factors[f], wrong = 0;
        NEED(scan_image_new(&image, 3 * factor + factor / 2, 2 * factor, "", NULL)); // the rightmost square stays white
        for (int y = 0; y < image.height; y++)
            for (int x = 0; x < 2 * factor; x++)
                image.pixels[(size_t)y * image.stride + (size_t)x] = (uint8_t)survey_random_below(&random, x < factor ? 3 : 256);
        NEED(scan_image_reduce(&image, factors[f], &small, NULL));
        CHECK(small.width == 3 && small.height == 2);
        for (int i = 0; i < 6; i++) {
            uint64_t sum = 0, area = (uint64_t)factor * (uint64_t)factor;
            for (int y = 0; y < factor; y++)
                for (int x = 0; x < factor; x++)
                    sum += image.pixels[(size_t)(i / 3 * factor + y) * image.stride + (size_t)(i % 3 * factor + x)];
            wrong += small.pixels[(size_t)(i / 3) * small.stride + (size_t)(i % 3)] != (sum + area / 2) / area;
        }
        CHECK(wrong == 0);
        scan_image_clear(&small);
        scan_image_clear(&image);
    }
}

// Eight pixels at a time, and what is left of a row.
static void fax_of_any_width(void)
{
    struct survey_random random = survey_random_at(4, "fax", "");
    for (int width = 1; width <= 33; width++) {
        struct scan_image image;
        NEED(scan_image_new(&image, width, 9, "", NULL));
        for (int i = 0; i < width * 9; i++)
            image.pixels[i] = survey_random_below(&random, 2) ? 255 : 0;
        struct survey_buffer tiff = SURVEY_BUFFER(1 << 20);
        NEED(scan_fax_write(&image, 128, &tiff, NULL));
        struct scan_image read = decode((struct blob){(uint8_t *)tiff.at, tiff.length});
        CHECK(read.pixels && read.width == width && memcmp(read.pixels, image.pixels, (size_t)width * 9) == 0);
        scan_image_clear(&read);
        scan_image_clear(&image);
        survey_buffer_clear(&tiff);
    }
}

static void kinds(void)
{
    CHECK(scan_kind_of("\xff\xd8\xff\xe0", 4) == SCAN_JPEG);
    CHECK(scan_kind_of("II*\0", 4) == SCAN_TIFF && scan_kind_of("MM\0+", 4) == SCAN_TIFF);
    CHECK(scan_kind_of("\n\n%PDF-1.4", 10) == SCAN_PDF);
    CHECK(scan_kind_of("PK\3\4", 4) == SCAN_UNKNOWN && scan_kind_of("", 0) == SCAN_UNKNOWN);
    CHECK_TEXT("tiff", scan_kind_name(SCAN_TIFF));
}

static void jpegs(void)
{
    CHECK_NEAR(254, check(picture_jpeg(1, 97, false), picture_at, 6), 0.01);
    check(picture_jpeg(1, 97, true), picture_at, 6);
    check(picture_jpeg(3, 97, false), picture_luma, 8);
    check(picture_jpeg(4, 97, false), picture_at, 8);
}

// What the eight orientations of Exif show of an image, pixel by pixel.
static void photographs(void)
{
    struct blob blob = picture_jpeg(3, 97, false);
    struct scan_image plain = decode(blob);
    NEED(plain.pixels);
    for (int o = 0; o <= 9; o++) { // 0 and 9 mean nothing
        int way = o < 1 || o > 8 ? 1 : o, wrong = 0, w = way > 4 ? plain.height : plain.width, h = way > 4 ? plain.width : plain.height;
        struct survey_buffer jpeg = SURVEY_BUFFER(1 << 20);
        exif_into(blob.bytes, blob.length, o, o % 2, &jpeg);
        struct scan_image image = decode((struct blob){(uint8_t *)jpeg.at, jpeg.length});
        NEED(image.pixels && image.width == w && image.height == h && image.dpi == plain.dpi);
        for (int y = 0; y < h; y++)
            for (int x = 0; x < w; x++) {
                int u = way == 2 || way == 3 ? w - 1 - x : way == 7 || way == 8 ? h - 1 - y : way > 4 ? y : x;
                int v = way == 3 || way == 4 ? h - 1 - y : way == 6 || way == 7 ? w - 1 - x : way > 4 ? x : y;
                wrong += image.pixels[(size_t)y * image.stride + (size_t)x] != plain.pixels[(size_t)v * plain.stride + (size_t)u];
            }
        CHECK(wrong == 0);
        scan_image_clear(&image);
        survey_buffer_clear(&jpeg);
    }
    scan_image_clear(&plain);
    free(blob.bytes);
}

// Exif data that are cut off, or lead out of their segment, say nothing; the image is there all the same.
static void photographs_with_odd_notes(void)
{
    struct blob blob = picture_jpeg(1, 90, false);
    struct survey_buffer whole = SURVEY_BUFFER(1 << 20);
    exif_into(blob.bytes, blob.length, 6, false, &whole);
    size_t segment = whole.length - blob.length;
    for (size_t at = 4; at < segment; at++) // every byte otherwise, and the segment cut there
        for (int way = 0; way < 4; way++) {
            struct survey_buffer odd = SURVEY_BUFFER(1 << 20);
            survey_buffer_add(&odd, whole.at, way == 3 ? 2 + at : 2 + segment);
            if (way == 3)
                odd.at[5] = (char)(at - 2);
            else
                odd.at[2 + at] = (char)(way == 0 ? 0xff : way == 1 ? 0 : odd.at[2 + at] ^ 1);
            survey_buffer_add(&odd, whole.at + 2 + segment, whole.length - 2 - segment);
            struct scan_image image = decode((struct blob){(uint8_t *)odd.at, odd.length});
            CHECK(image.pixels && image.width + image.height == PICTURE_WIDTH + PICTURE_HEIGHT);
            scan_image_clear(&image);
            survey_buffer_clear(&odd);
        }
    survey_buffer_clear(&whole);
    free(blob.bytes);
}

// A scanner may leave zeros before the end marker; other bytes there are damage.
static void jpeg_padding(void)
{
    struct blob blob = picture_jpeg(1, 90, false);
    uint8_t *padded = calloc(1, blob.length + 6);
    struct scan_image image = {0};
    memcpy(padded, blob.bytes, blob.length - 2);
    memcpy(padded + blob.length + 4, "\xff\xd9", 2);
    CHECK(scan_jpeg_decode(padded, blob.length + 6, "", &image, NULL));
    scan_image_clear(&image);
    memset(padded + blob.length - 2, 0x55, 6);
    CHECK(!scan_jpeg_decode(padded, blob.length + 6, "", &image, NULL));
    free(padded);
    free(blob.bytes);
}

static uint8_t picture_negative(int x, int y)
{
    return (uint8_t)(255 - picture_at(x, y));
}

static uint8_t picture_on_white(int x, int y)
{
    return x < 8 ? 255 : picture_luma(x, y);
}

static void pngs(void)
{
    for (int interlace = 0; interlace < 2; interlace++) {
        CHECK_NEAR(300, check(picture_png(PNG_COLOR_TYPE_GRAY, 8, interlace), picture_at, 0), 0.01);
        check(picture_png(PNG_COLOR_TYPE_GRAY, 1, interlace), picture_bit, 0);
        check(picture_png(PNG_COLOR_TYPE_GRAY, 16, interlace), picture_at, 0);
        check(picture_png(PNG_COLOR_TYPE_PALETTE, 8, interlace), picture_negative, 0);
        check(picture_png(PNG_COLOR_TYPE_RGB, 8, interlace), picture_luma, 0);
        check(picture_png(PNG_COLOR_TYPE_RGB_ALPHA, 8, interlace), picture_on_white, 0);
    }
}

static void png_written(void)
{
    struct blob blob = picture_png(PNG_COLOR_TYPE_GRAY, 8, 0);
    struct scan_image image = decode(blob), part = {0};
    struct survey_buffer png = SURVEY_BUFFER(1 << 20);
    struct survey_error error = {0};
    NEED(scan_png_write(&image, 100, 80, 50, 50, 6, &png, &error));
    NEED(scan_png_decode(png.at, png.length, "", &part, &error));
    CHECK(part.width == 17 && part.height == 3);
    CHECK(part.pixels[0] == picture_at(100, 80) && part.pixels[part.stride * 2 + 16] == picture_at(116, 82));
    CHECK_NEAR(300, part.dpi, 0.01);
    CHECK(!scan_png_write(&image, 117, 0, 5, 5, 6, &png, &error));
    struct survey_buffer small = SURVEY_BUFFER(100);
    CHECK(!scan_png_write(&image, 0, 0, 117, 83, 6, &small, &error));
    survey_buffer_clear(&small);
    survey_buffer_clear(&png);
    scan_image_clear(&part);
    scan_image_clear(&image);
    free(blob.bytes);
}

static void tiffs(void)
{
    static const int fax[] = {COMPRESSION_CCITTFAX3, COMPRESSION_CCITTFAX4, COMPRESSION_LZW, COMPRESSION_PACKBITS, COMPRESSION_NONE};
    static const int gray[] = {COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_NONE};
    static const char *const modes[] = {"w", "wb", "w8"};
    for (size_t m = 0; m < 3; m++)
        for (int rows = 0; rows <= 20; rows += 20) {
            struct picture_tiff how = {.mode = modes[m], .rows = rows, .samples = 1};
            for (size_t i = 0; i < 5; i++)
                for (how.photometric = PHOTOMETRIC_MINISWHITE; how.photometric <= PHOTOMETRIC_MINISBLACK; how.photometric++) {
                    how.bits = 1;
                    how.compression = fax[i];
                    check(picture_tiff(&how, 1), picture_bit, 0);
                }
            how.bits = 8;
            for (size_t i = 0; i < 3; i++)
                for (how.photometric = PHOTOMETRIC_MINISWHITE; how.photometric <= PHOTOMETRIC_PALETTE; how.photometric++) {
                    how.compression = gray[i];
                    how.samples = how.photometric == PHOTOMETRIC_RGB ? 3 : 1;
                    check(picture_tiff(&how, 1), how.samples == 3 ? picture_luma : picture_at, 0);
                }
        }
    struct picture_tiff mixed = {.bits = 1, .samples = 1, .compression = COMPRESSION_CCITTFAX3, .mixed = true};
    check(picture_tiff(&mixed, 1), picture_bit, 0);
    struct picture_tiff jpeg = {.bits = 8, .samples = 3, .compression = COMPRESSION_JPEG, .photometric = PHOTOMETRIC_YCBCR, .rows = 16};
    check(picture_tiff(&jpeg, 1), picture_luma, 12);
    struct picture_tiff tiled = {.bits = 8, .samples = 1, .compression = COMPRESSION_LZW, .photometric = PHOTOMETRIC_MINISBLACK, .tiled = true};
    check(picture_tiff(&tiled, 1), picture_at, 0);
}

// Where the block at the picture's top left comes to lie: the corner named by the orientation.
static void orientations(void)
{
    for (int orientation = 1; orientation <= 8; orientation++)
        for (int tiled = 0; tiled < 2; tiled++) {
            struct picture_tiff how = {.bits = 8, .samples = 1, .compression = COMPRESSION_LZW, .tiled = tiled,
                                       .photometric = PHOTOMETRIC_MINISBLACK, .orientation = orientation};
            struct blob blob = picture_tiff(&how, 1);
            struct scan_image image = decode(blob);
            NEED(image.pixels);
            bool aside = orientation > 4;
            CHECK(image.width == (aside ? PICTURE_HEIGHT : PICTURE_WIDTH));
            // Row 0 at the top (1, 2), bottom (3, 4), left (5, 8), right (6, 7); column 0 likewise.
            bool right = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
            bool bottom = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
            int x = aside ? 12 : 36, y = aside ? 36 : 12;
            CHECK(image.pixels[(size_t)(bottom ? image.height - 1 - y : y) * image.stride +
                               (size_t)(right ? image.width - 1 - x : x)] == 10);
            scan_image_clear(&image);
            free(blob.bytes);
        }
}

static void resolutions(void)
{
    struct picture_tiff how = {.bits = 1, .samples = 1, .compression = COMPRESSION_CCITTFAX4, .across = 80, .down = 80, .centimetres = true};
    CHECK_NEAR(203.2, check(picture_tiff(&how, 1), picture_bit, 0), 0.01);
    how.centimetres = false;
    how.across = 204;
    how.down = 98;
    struct blob blob = picture_tiff(&how, 1);
    struct scan_image image = decode(blob);
    CHECK(image.width == PICTURE_WIDTH && image.height == 2 * PICTURE_HEIGHT && image.dpi == 204);
    CHECK(image.pixels[image.stride * 100 + 99] == picture_bit(99, 50));
    scan_image_clear(&image);
    free(blob.bytes);
}

static uint8_t picture_bit_down(int x, int y)
{
    return picture_bit(x, PICTURE_HEIGHT - 1 - y);
}

static void several_pages(void)
{
    static const char *const modes[] = {"w", "wb", "w8"};
    for (size_t m = 0; m < 3; m++)
        for (int rows = 0; rows <= 9; rows += 9) {
            struct picture_tiff how = {.mode = modes[m], .bits = 1, .samples = 1, .compression = COMPRESSION_CCITTFAX4,
                                       .across = 300, .down = 300, .rows = rows};
            struct blob blob = picture_tiff(&how, 5);
            struct scan_source *source;
            NEED(scan_source_memory("five.tif", blob.bytes, blob.length, &source, NULL));
            CHECK(scan_source_pages(source) == 5);
            for (int page = 0; page < 5; page++) {
                struct scan_raw raw;
                NEED(scan_source_page(source, page, &raw, NULL));
                CHECK(raw.kind == SCAN_TIFF && raw.length < blob.length / 3 && scan_tiff_pages(raw.bytes, raw.length) == 1);
                double dpi = check((struct blob){raw.bytes, raw.length}, page % 2 ? picture_bit_down : picture_bit, 0);
                CHECK(dpi == 300);
            }
            struct survey_error error = {0};
            struct scan_raw raw;
            CHECK(!scan_source_page(source, 5, &raw, &error));
            CHECK_TEXT("five.tif: page 6", error.where);
            scan_source_close(source);
            free(blob.bytes);
        }
}

// A file cut off must not pass for one of fewer pages.
static void pages_lost(void)
{
    struct picture_tiff how = {.bits = 1, .samples = 1, .compression = COMPRESSION_CCITTFAX4};
    struct blob blob = picture_tiff(&how, 3);
    struct scan_source *source;
    for (size_t length = 0; length < blob.length; length++) {
        bool opened = scan_source_memory("cut.tif", blob.bytes, length, &source, NULL);
        CHECK(!opened);
        if (opened)
            scan_source_close(source);
    }
    free(blob.bytes);
}

static void fax_of_pdf(void)
{
    struct picture_tiff how = {.bits = 1, .samples = 1, .compression = COMPRESSION_CCITTFAX4};
    struct blob blob = picture_tiff(&how, 1);
    TIFF *tiff;
    char path[] = "/tmp/picture_XXXXXX";
    int file = mkstemp(path);
    CHECK(write(file, blob.bytes, blob.length) == (ssize_t)blob.length);
    tiff = TIFFOpen(path, "r");
    uint8_t strip[4096];
    tmsize_t size = TIFFReadRawStrip(tiff, 0, strip, sizeof strip);
    TIFFClose(tiff);
    close(file);
    remove(path);
    struct survey_buffer made = SURVEY_BUFFER(1 << 20);
    struct scan_fax fax = {PICTURE_WIDTH, PICTURE_HEIGHT, -1, false, false};
    NEED(scan_tiff_of_fax(&fax, strip, (size_t)size, "", &made, NULL));
    struct blob wrapped = {(uint8_t *)made.at, made.length};
    check(wrapped, picture_bit, 0);
    free(blob.bytes);
}

// Every image, cut off at every place, is a fault, and nothing comes out.
static void cut_off(void)
{
    struct picture_tiff fax = {.bits = 1, .samples = 1, .compression = COMPRESSION_CCITTFAX4};
    struct picture_tiff lzw = {.bits = 8, .samples = 1, .compression = COMPRESSION_LZW, .photometric = PHOTOMETRIC_MINISBLACK, .rows = 10};
    struct blob blobs[] = {picture_jpeg(1, 90, false), picture_jpeg(3, 80, true), picture_png(PNG_COLOR_TYPE_GRAY, 8, 0),
                           picture_png(PNG_COLOR_TYPE_RGB, 8, 1), picture_tiff(&fax, 1), picture_tiff(&lzw, 1)};
    static const char *const names[] = {"jpeg", "progressive", "png", "interlaced", "g4", "lzw"};
    for (size_t i = 0; i < 6; i++) {
        int taken = 0;
        for (size_t length = 0; length < blobs[i].length; length++) {
            uint8_t *part = malloc(length + 1); // of its own, so that a sanitizer sees reads behind it
            memcpy(part, blobs[i].bytes, length);
            struct scan_raw raw = {.kind = scan_kind_of(blobs[i].bytes, 8), .bytes = part, .length = length};
            struct scan_image image = {.width = 7};
            struct survey_error error = {0};
            if (scan_image_decode(&raw, "cut", &image, &error)) {
                taken++;
                fprintf(stderr, "# %s of %zu bytes was read after %zu\n", names[i], blobs[i].length, length);
                scan_image_clear(&image);
            } else {
                CHECK(image.width == 7 && image.pixels == NULL && error.code == SURVEY_ERROR_INPUT && error.message[0]);
                CHECK_TEXT("cut", error.where);
            }
            free(part);
        }
        CHECK(taken == 0);
        free(blobs[i].bytes);
    }
}

// Bytes changed anywhere never crash, and whatever the libraries think of them stays off stderr.
static void garbage(void)
{
    struct picture_tiff fax = {.bits = 1, .samples = 1, .compression = COMPRESSION_CCITTFAX3, .rows = 7};
    struct picture_tiff rgb = {.bits = 8, .samples = 3, .compression = COMPRESSION_ADOBE_DEFLATE, .photometric = PHOTOMETRIC_RGB, .tiled = false};
    struct blob blobs[] = {picture_jpeg(3, 90, false), picture_png(PNG_COLOR_TYPE_PALETTE, 8, 0), picture_tiff(&fax, 2), picture_tiff(&rgb, 1)};
    char path[] = "/tmp/stderr_XXXXXX";
    int file = mkstemp(path), held = dup(2), faults = 0;
    dup2(file, 2);
    uint32_t state = 1;
    for (size_t i = 0; i < 4; i++)
        for (int round = 0; round < 1500; round++) {
            struct blob *blob = &blobs[i];
            uint8_t before[3];
            size_t places[3];
            for (int k = 0; k < 3; k++) {
                state = state * 1664525 + 1013904223;
                places[k] = (state >> 8) % blob->length;
                before[k] = blob->bytes[places[k]];
                blob->bytes[places[k]] = (uint8_t)(state >> 24);
            }
            struct scan_source *source;
            struct scan_raw raw;
            struct scan_image image;
            if (scan_source_memory("garbage", blob->bytes, blob->length, &source, NULL)) {
                if (scan_source_page(source, 0, &raw, NULL)) {
                    if (scan_image_decode(&raw, "", &image, NULL))
                        scan_image_clear(&image);
                    else
                        faults++;
                    scan_raw_clear(&raw);
                }
                scan_source_close(source);
            }
            for (int k = 2; k >= 0; k--)
                blob->bytes[places[k]] = before[k];
        }
    fflush(stderr);
    dup2(held, 2);
    CHECK(lseek(file, 0, SEEK_END) == 0);
    CHECK(faults > 1000);
    close(file);
    close(held);
    remove(path);
    for (size_t i = 0; i < 4; i++)
        free(blobs[i].bytes);
}

static void no_scans(void)
{
    struct scan_source *source;
    struct survey_error error = {0};
    CHECK(!scan_source_memory("notes.txt", "hello", 5, &source, &error));
    CHECK(error.code == SURVEY_ERROR_INPUT && strstr(error.message, "expected a PDF, TIFF, JPEG or PNG"));
    CHECK(!scan_source_memory("empty", "", 0, &source, &error));
    CHECK(strstr(error.message, "empty"));
    CHECK(!scan_source_open("/nonexistent/scan.pdf", &source, &error));
    CHECK(error.code == SURVEY_ERROR_RESOURCE);
    CHECK_TEXT("/nonexistent/scan.pdf", error.where);
}

static void *work(void *user)
{
    const struct blob *blobs = user;
    intptr_t wrong = 0;
    for (int round = 0; round < 40; round++)
        for (int i = 0; i < 4; i++) {
            struct scan_raw raw = {.kind = scan_kind_of(blobs[i].bytes, blobs[i].length), .bytes = blobs[i].bytes, .length = blobs[i].length};
            struct scan_image image;
            struct survey_error error = {0};
            bool good = scan_image_decode(&raw, "", &image, &error);
            int off = good ? difference(&image, i == 2 ? picture_bit : picture_at) : 0;
            if (good != (i < 3) || off > 8) {
                fprintf(stderr, "# %d: %s, off by %d\n", i, error.message, off);
                wrong++;
            }
            if (good)
                scan_image_clear(&image);
        }
    return (void *)wrong;
}

static void threads(void)
{
    struct picture_tiff fax = {.bits = 1, .samples = 1, .compression = COMPRESSION_CCITTFAX4};
    struct blob blobs[4] = {picture_jpeg(1, 90, false), picture_png(PNG_COLOR_TYPE_GRAY, 8, 0), picture_tiff(&fax, 1), picture_jpeg(1, 90, false)};
    blobs[3].length /= 2;
    pthread_t at[4];
    for (int i = 0; i < 4; i++)
        NEED(pthread_create(&at[i], NULL, work, blobs) == 0);
    for (int i = 0; i < 4; i++) {
        void *wrong;
        pthread_join(at[i], &wrong);
        CHECK(wrong == NULL);
    }
    for (int i = 0; i < 4; i++)
        free(blobs[i].bytes);
}

TESTS(CASE(bounds), CASE(turns), CASE(reduces), CASE(reduces_exactly), CASE(fax_of_any_width), CASE(kinds), CASE(jpegs), CASE(photographs), CASE(photographs_with_odd_notes), CASE(jpeg_padding), CASE(pngs), CASE(png_written),
      CASE(tiffs), CASE(orientations), CASE(resolutions), CASE(several_pages), CASE(pages_lost), CASE(fax_of_pdf), CASE(cut_off),
      CASE(garbage), CASE(no_scans), CASE(threads))
