// SPDX-License-Identifier: GPL-3.0-or-later
// Scanned PDFs, put together here byte by byte: the image's own bytes where the page is one image, a
// render where it is not, turned pages, encrypted and damaged files.
#include "forms/scan/image.h"
#include "forms/scan/pdf_content.h"
#include "forms/scan/render.h"
#include "tests/forms/picture.h"
#include "tests/tap.h"

#include <qpdf/qpdf-c.h>
#include <unistd.h>
#include <zlib.h>

struct pdf {
    struct survey_buffer bytes;
    size_t offsets[64];
    int objects;
};

static void start(struct pdf *pdf)
{
    *pdf = (struct pdf){.bytes = SURVEY_BUFFER(1 << 24)};
    survey_buffer_text(&pdf->bytes, "%PDF-1.5\n");
}

// Adds an object, with a stream where data is not NULL; returns its number.
static int object(struct pdf *pdf, const char *dict, const void *data, size_t length)
{
    pdf->offsets[++pdf->objects] = pdf->bytes.length;
    survey_format(&pdf->bytes, "%d 0 obj\n<< %s", pdf->objects, dict);
    if (data) {
        survey_format(&pdf->bytes, " /Length %zu >>\nstream\n", length);
        survey_buffer_add(&pdf->bytes, data, length);
        survey_buffer_text(&pdf->bytes, "\nendstream\nendobj\n");
    } else {
        survey_buffer_text(&pdf->bytes, " >>\nendobj\n");
    }
    return pdf->objects;
}

// Objects 1 (catalogue) and 2 (pages) come last; count pages are objects first, first + 1 ...
static void finish(struct pdf *pdf, const int *pages, int count)
{
    size_t catalogue = pdf->bytes.length;
    int number = pdf->objects;
    survey_format(&pdf->bytes, "%d 0 obj\n<< /Type /Catalog /Pages %d 0 R >>\nendobj\n", number + 1, number + 2);
    size_t tree = pdf->bytes.length;
    survey_format(&pdf->bytes, "%d 0 obj\n<< /Type /Pages /Count %d /MediaBox [0 0 234 166] /Kids [", number + 2, count);
    for (int i = 0; i < count; i++)
        survey_format(&pdf->bytes, " %d 0 R", pages[i]);
    survey_buffer_text(&pdf->bytes, " ] >>\nendobj\n");
    size_t table = pdf->bytes.length;
    survey_format(&pdf->bytes, "xref\n0 %d\n0000000000 65535 f \n", number + 3);
    for (int i = 1; i <= number; i++)
        survey_format(&pdf->bytes, "%010lld 00000 n \n", (long long)pdf->offsets[i]);
    survey_format(&pdf->bytes, "%010lld 00000 n \n%010lld 00000 n \n", (long long)catalogue, (long long)tree);
    survey_format(&pdf->bytes, "trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%zu\n%%%%EOF\n", number + 3, number + 1, table);
}

// One page, two points a pixel (36 dpi), of an image with the given dictionary; more is put into the page.
static void image_pdf(struct pdf *pdf, const char *image, const void *data, size_t length, const char *content,
                      const char *more)
{
    char text[1000];
    start(pdf);
    survey_format_into(text, sizeof text, "/Type /XObject /Subtype /Image /Width %d /Height %d %s", PICTURE_WIDTH,
                       PICTURE_HEIGHT, image);
    int picture = object(pdf, text, data, length);
    int paint = object(pdf, "", content, strlen(content));
    survey_format_into(text, sizeof text, "/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>");
    char page[1000];
    survey_format_into(page, sizeof page, "/Type /Page /Parent %d 0 R /Contents %d 0 R /Resources << /XObject << /Im0 %d 0 R >> %s >> %s",
                       paint + 3, paint, picture, text, more);
    int number = object(pdf, page, NULL, 0);
    finish(pdf, &number, 1);
}

static const char whole[] = "q 234 0 0 166 0 0 cm /Im0 Do Q";

// Reads the only page; returns the decoded image and says whether it was rendered.
static struct scan_image read_page(struct pdf *pdf, enum scan_kind kind, bool rendered, struct scan_raw *raw)
{
    struct scan_source *source = NULL;
    struct survey_error error = {0};
    struct scan_image image = {0};
    *raw = (struct scan_raw){0};
    bool done = scan_source_memory("scan.pdf", pdf->bytes.at, pdf->bytes.length, &source, &error) &&
                scan_source_page(source, 0, raw, &error) && scan_image_decode(raw, "", &image, &error);
    if (!done)
        fprintf(stderr, "# %s: %s\n", error.where, error.message);
    CHECK(done);
    CHECK(raw->kind == kind && raw->rendered == rendered);
    if (source)
        CHECK(scan_source_pages(source) == 1);
    scan_source_close(source);
    return image;
}

static int off(const struct scan_image *image, int width, uint8_t (*expected)(int x, int y))
{
    int most = image->width == width ? 0 : 999;
    for (int y = 0; most < 999 && y < image->height; y++)
        for (int x = 0; x < image->width; x++) {
            int away = abs(image->pixels[(size_t)y * image->stride + (size_t)x] - expected(x, y));
            most = away > most ? away : most;
        }
    return most;
}

static void done(struct pdf *pdf, struct scan_raw *raw, struct scan_image *image)
{
    survey_buffer_clear(&pdf->bytes);
    scan_raw_clear(raw);
    scan_image_clear(image);
}

static void dct(void)
{
    struct pdf pdf;
    struct scan_raw raw;
    struct blob jpeg = picture_jpeg(1, 95, false);
    image_pdf(&pdf, "/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode", jpeg.bytes, jpeg.length, whole, "");
    struct scan_image image = read_page(&pdf, SCAN_JPEG, false, &raw);
    CHECK(raw.length == jpeg.length && memcmp(raw.bytes, jpeg.bytes, jpeg.length) == 0);
    CHECK(off(&image, PICTURE_WIDTH, picture_at) <= 6);
    CHECK_NEAR(36, image.dpi, 0.01);
    done(&pdf, &raw, &image);
    // Invisible text of a text recogniser does not hide that the page is one image; visible text does.
    image_pdf(&pdf, "/ColorSpace [/ICCBased 9 0 R] /BitsPerComponent 8 /Filter [/DCTDecode]", jpeg.bytes, jpeg.length, whole, "");
    survey_buffer_clear(&pdf.bytes);
    image_pdf(&pdf, "/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter [/DCTDecode]", jpeg.bytes, jpeg.length,
              "% scan\nq 234 0 0 166 0 0 cm /Im0 Do Q BT 3 Tr /F1 12 Tf (hid\\)den) Tj <41> Tj ET", "");
    image = read_page(&pdf, SCAN_JPEG, false, &raw);
    done(&pdf, &raw, &image);
    image_pdf(&pdf, "/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode", jpeg.bytes, jpeg.length,
              "q 234 0 0 166 0 0 cm /Im0 Do Q BT /F1 40 Tf 20 20 Td (seen) Tj ET", "");
    image = read_page(&pdf, SCAN_PNG, true, &raw);
    CHECK(image.width == 650 && image.height == 461);
    CHECK_NEAR(200, image.dpi, 0.1);
    CHECK(image.pixels[(size_t)60 * image.stride + 100] < 40); // the dark block
    done(&pdf, &raw, &image);
    // An image over half of the page is no scan.
    image_pdf(&pdf, "/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode", jpeg.bytes, jpeg.length,
              "q 117 0 0 166 0 0 cm /Im0 Do Q", "");
    image = read_page(&pdf, SCAN_PNG, true, &raw);
    CHECK(image.pixels[(size_t)100 * image.stride + 600] == 255);
    done(&pdf, &raw, &image);
    free(jpeg.bytes);
}

static uint8_t picture_half_turned(int x, int y)
{
    return picture_at(PICTURE_WIDTH - 1 - x, PICTURE_HEIGHT - 1 - y);
}

static uint8_t picture_clockwise(int x, int y)
{
    return picture_at(y, PICTURE_HEIGHT - 1 - x);
}

static uint8_t picture_counter(int x, int y)
{
    return picture_at(PICTURE_WIDTH - 1 - y, x);
}

static void turned(void)
{
    static const struct {
        const char *content, *more;
        int width;
        uint8_t (*expected)(int x, int y);
    } cases[] = {
        {whole, "/Rotate 90", PICTURE_HEIGHT, picture_clockwise},
        {whole, "/Rotate 180", PICTURE_WIDTH, picture_half_turned},
        {whole, "/Rotate -90", PICTURE_HEIGHT, picture_counter},
        {"q -234 0 0 -166 234 166 cm /Im0 Do Q", "", PICTURE_WIDTH, picture_half_turned},
        {"q 0 234 -166 0 166 0 cm /Im0 Do Q", "/MediaBox [0 0 166 234]", PICTURE_HEIGHT, picture_counter},
        {"q 0 -234 166 0 0 234 cm /Im0 Do Q", "/MediaBox [0 0 166 234]", PICTURE_HEIGHT, picture_clockwise},
        {"q 0 -234 166 0 0 234 cm /Im0 Do Q", "/MediaBox [0 0 166 234] /Rotate 270", PICTURE_WIDTH, picture_at},
    };
    struct blob jpeg = picture_jpeg(1, 95, false);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pdf pdf;
        struct scan_raw raw;
        bool plain = i == 6;
        image_pdf(&pdf, "/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode", jpeg.bytes, jpeg.length,
                  cases[i].content, cases[i].more);
        struct scan_image image = read_page(&pdf, plain ? SCAN_JPEG : SCAN_PNG, !plain, &raw);
        if (off(&image, cases[i].width, cases[i].expected) > 6)
            fprintf(stderr, "# case %zu is off\n", i);
        CHECK(off(&image, cases[i].width, cases[i].expected) <= 6);
        CHECK_NEAR(36, image.dpi, 0.01);
        done(&pdf, &raw, &image);
    }
    // Mirrored: drawn as a viewer shows it.
    struct pdf pdf;
    struct scan_raw raw;
    image_pdf(&pdf, "/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode", jpeg.bytes, jpeg.length,
              "q -234 0 0 166 234 0 cm /Im0 Do Q", "");
    struct scan_image image = read_page(&pdf, SCAN_PNG, true, &raw);
    CHECK(image.pixels[(size_t)60 * image.stride + 550] < 40);
    done(&pdf, &raw, &image);
    free(jpeg.bytes);
}

static uint8_t pixels[PICTURE_WIDTH * PICTURE_HEIGHT * 3];

static struct blob pack(const uint8_t *bytes, size_t length)
{
    uLongf size = compressBound((uLong)length);
    struct blob blob = {.bytes = malloc(size)};
    compress2(blob.bytes, &size, bytes, (uLong)length, 6);
    blob.length = size;
    return blob;
}

static void flate(void)
{
    struct pdf pdf;
    struct scan_raw raw;
    uint8_t filtered[(PICTURE_WIDTH + 1) * PICTURE_HEIGHT];
    for (int y = 0; y < PICTURE_HEIGHT; y++) {
        filtered[y * (PICTURE_WIDTH + 1)] = 2; // PNG's filter Up
        for (int x = 0; x < PICTURE_WIDTH; x++) {
            pixels[y * PICTURE_WIDTH + x] = picture_at(x, y);
            filtered[y * (PICTURE_WIDTH + 1) + 1 + x] = (uint8_t)(picture_at(x, y) - (y ? picture_at(x, y - 1) : 0));
        }
    }
    struct blob plain = pack(pixels, PICTURE_WIDTH * PICTURE_HEIGHT), up = pack(filtered, sizeof filtered);
    image_pdf(&pdf, "/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode", plain.bytes, plain.length, whole, "");
    struct scan_image image = read_page(&pdf, SCAN_PNG, false, &raw);
    CHECK(off(&image, PICTURE_WIDTH, picture_at) == 0);
    CHECK_NEAR(36, image.dpi, 0.01);
    done(&pdf, &raw, &image);
    image_pdf(&pdf, "/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns 117 >>",
              up.bytes, up.length, whole, "");
    image = read_page(&pdf, SCAN_PNG, false, &raw);
    CHECK(off(&image, PICTURE_WIDTH, picture_at) == 0);
    done(&pdf, &raw, &image);
    image_pdf(&pdf, "/ColorSpace /DeviceGray /BitsPerComponent 8", pixels, PICTURE_WIDTH * PICTURE_HEIGHT, whole, "");
    image = read_page(&pdf, SCAN_PNG, false, &raw);
    CHECK(off(&image, PICTURE_WIDTH, picture_at) == 0);
    done(&pdf, &raw, &image);
    // An inverted one and a palette are left to the renderer.
    image_pdf(&pdf, "/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode /Decode [1 0]", plain.bytes, plain.length, whole, "");
    image = read_page(&pdf, SCAN_PNG, true, &raw);
    CHECK(image.pixels[(size_t)60 * image.stride + 100] > 215);
    done(&pdf, &raw, &image);
    for (int y = 0; y < PICTURE_HEIGHT; y++)
        for (int x = 0; x < PICTURE_WIDTH; x++)
            picture_colour(x, y, pixels + (y * PICTURE_WIDTH + x) * 3);
    struct blob colour = pack(pixels, sizeof pixels);
    image_pdf(&pdf, "/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode", colour.bytes, colour.length, whole, "");
    image = read_page(&pdf, SCAN_PNG, false, &raw);
    CHECK(off(&image, PICTURE_WIDTH, picture_luma) == 0);
    done(&pdf, &raw, &image);
    free(colour.bytes);
    free(plain.bytes);
    free(up.bytes);
}

static size_t fax_strip(uint8_t strip[static 8192], int compression, bool mixed)
{
    struct picture_tiff how = {.bits = 1, .samples = 1, .compression = compression, .mixed = mixed};
    struct blob blob = picture_tiff(&how, 1);
    char path[] = "/tmp/picture_XXXXXX";
    int file = mkstemp(path);
    CHECK(write(file, blob.bytes, blob.length) == (ssize_t)blob.length);
    close(file);
    TIFF *tiff = TIFFOpen(path, "r");
    tmsize_t size = TIFFReadRawStrip(tiff, 0, strip, 8192);
    TIFFClose(tiff);
    remove(path);
    free(blob.bytes);
    return (size_t)size;
}

static uint8_t picture_bit_negative(int x, int y)
{
    return (uint8_t)(255 - picture_bit(x, y));
}

static void fax(void)
{
    static const struct {
        int compression, k;
        const char *more, *decode;
        bool negative;
    } cases[] = {
        {COMPRESSION_CCITTFAX4, -1, "", "", false},
        {COMPRESSION_CCITTFAX3, 0, "", "", false},
        {COMPRESSION_CCITTFAX3, 4, "", "", false},
        {COMPRESSION_CCITTFAX4, -1, "/BlackIs1 true", "", true},
        {COMPRESSION_CCITTFAX4, -1, "/BlackIs1 true", "/Decode [1 0]", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pdf pdf;
        struct scan_raw raw;
        uint8_t strip[8192];
        char dict[300];
        size_t size = fax_strip(strip, cases[i].compression, cases[i].k > 0);
        survey_format_into(dict, sizeof dict, "/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode %s "
                           "/DecodeParms << /K %d /Columns 117 /Rows 83 %s >>", cases[i].decode, cases[i].k, cases[i].more);
        image_pdf(&pdf, dict, strip, size, whole, "");
        struct scan_image image = read_page(&pdf, SCAN_TIFF, false, &raw);
        CHECK(off(&image, PICTURE_WIDTH, cases[i].negative ? picture_bit_negative : picture_bit) == 0);
        CHECK_NEAR(36, image.dpi, 0.01);
        // The renderer shows the same, so black is taken for black.
        struct scan_render *render = NULL;
        struct scan_image drawn = {0};
        NEED(scan_render_open("a", pdf.bytes.at, pdf.bytes.length, &render, NULL));
        NEED(scan_render_page(render, 0, 36, &drawn, NULL));
        CHECK(abs(drawn.pixels[(size_t)12 * drawn.stride + 20] - image.pixels[(size_t)12 * image.stride + 20]) < 10);
        scan_render_close(render);
        scan_image_clear(&drawn);
        done(&pdf, &raw, &image);
    }
}

static void encrypted(void)
{
    struct pdf pdf;
    struct scan_source *source;
    struct survey_error error = {0};
    struct blob jpeg = picture_jpeg(1, 95, false);
    image_pdf(&pdf, "/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode", jpeg.bytes, jpeg.length, whole, "");
    for (int locked = 0; locked < 2; locked++) {
        qpdf_data qpdf = qpdf_init();
        NEED(qpdf_read_memory(qpdf, "plain", pdf.bytes.at, pdf.bytes.length, NULL) == QPDF_SUCCESS);
        qpdf_init_write_memory(qpdf);
        qpdf_set_r6_encryption_parameters2(qpdf, locked ? "open" : "", "own", QPDF_TRUE, QPDF_TRUE, QPDF_TRUE, QPDF_TRUE,
                                           QPDF_TRUE, QPDF_TRUE, qpdf_r3p_full, QPDF_TRUE);
        NEED(qpdf_write(qpdf) == QPDF_SUCCESS);
        bool opened = scan_source_memory("locked.pdf", qpdf_get_buffer(qpdf), qpdf_get_buffer_length(qpdf), &source, &error);
        CHECK(opened == !locked);
        if (opened) { // only changing it is locked
            struct scan_raw raw;
            CHECK(scan_source_page(source, 0, &raw, &error) && raw.length == jpeg.length &&
                  memcmp(raw.bytes, jpeg.bytes, jpeg.length) == 0);
            scan_raw_clear(&raw);
            scan_source_close(source);
        }
        qpdf_cleanup(&qpdf);
    }
    CHECK(error.code == SURVEY_ERROR_INPUT && strstr(error.message, "encrypted"));
    CHECK_TEXT("locked.pdf", error.where);
    survey_buffer_clear(&pdf.bytes);
    free(jpeg.bytes);
}

// Cut off anywhere, the file is a fault; changed anywhere, it does not crash; both in silence.
static void damaged(void)
{
    struct pdf pdf;
    struct blob jpeg = picture_jpeg(1, 75, false);
    image_pdf(&pdf, "/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode", jpeg.bytes, jpeg.length, whole, "");
    char path[] = "/tmp/stderr_XXXXXX";
    int file = mkstemp(path), held = dup(2), opened = 0;
    struct scan_source *source;
    struct scan_raw raw;
    struct scan_image image;
    struct survey_error error = {0};
    dup2(file, 2);
    for (size_t length = 0; length + 8 < pdf.bytes.length; length += 7)
        opened += scan_source_memory("cut.pdf", pdf.bytes.at, length, &source, &error);
    uint32_t state = 7;
    for (int round = 0; round < 1500; round++) {
        state = state * 1664525 + 1013904223;
        char *at = pdf.bytes.at + (state >> 8) % pdf.bytes.length, before = *at;
        *at = (char)(state >> 24);
        if (scan_source_memory("changed.pdf", pdf.bytes.at, pdf.bytes.length, &source, &error)) {
            if (scan_source_page(source, 0, &raw, &error)) {
                if (scan_image_decode(&raw, "", &image, &error))
                    scan_image_clear(&image);
                scan_raw_clear(&raw);
            }
            scan_source_close(source);
        }
        *at = before;
    }
    fflush(stderr);
    dup2(held, 2);
    CHECK(opened == 0);
    off_t said = lseek(file, 0, SEEK_END);
    if (said > 0) {
        char text[500] = "";
        CHECK(pread(file, text, sizeof text - 1, 0) > 0);
        fprintf(stderr, "# said: %s\n", text);
    }
    CHECK(said == 0);
    close(file);
    close(held);
    remove(path);
    survey_buffer_clear(&pdf.bytes);
    free(jpeg.bytes);
}

// A damaged JPEG on a page that must be drawn is a fault too, however it is packed; a whole one is drawn.
static void damaged_within(void)
{
    static const char *const filters[] = {"/Filter /DCTDecode", "/Filter /DCT", "/Filter [/FlateDecode /DCTDecode]"};
    struct blob jpeg = picture_jpeg(1, 75, false);
    for (int broken = 0; broken < 2; broken++)
        for (size_t i = 0; i < 3; i++) {
            struct blob packed = i == 2 ? pack(jpeg.bytes, jpeg.length - (broken ? 40 : 0)) : (struct blob){jpeg.bytes, jpeg.length - (broken ? 40 : 0)};
            struct pdf pdf;
            struct scan_source *source;
            struct scan_raw raw = {0};
            struct survey_error error = {0};
            char dict[200];
            survey_format_into(dict, sizeof dict, "/ColorSpace /DeviceGray /BitsPerComponent 8 %s", filters[i]);
            image_pdf(&pdf, dict, packed.bytes, packed.length, "q 100 0 0 166 0 0 cm /Im0 Do Q", "");
            NEED(scan_source_memory("scan.pdf", pdf.bytes.at, pdf.bytes.length, &source, &error));
            CHECK(scan_source_page(source, 0, &raw, &error) == !broken);
            if (broken) {
                CHECK(strstr(error.message, "damaged"));
                CHECK_TEXT("scan.pdf: page 1", error.where);
            }
            scan_source_close(source);
            scan_raw_clear(&raw);
            survey_buffer_clear(&pdf.bytes);
            if (i == 2)
                free(packed.bytes);
        }
    free(jpeg.bytes);
}

static void contents(void)
{
    struct pdf_placed placed;
    CHECK(pdf_content_image("q 2 0 0 3 5 7 cm 10 0 0 10 1 1 cm /Im0 Do Q", 44, &placed));
    CHECK_TEXT("/Im0", placed.name);
    CHECK_NEAR(20, placed.matrix[0], 1e-12);
    CHECK_NEAR(7, placed.matrix[4], 1e-12);
    CHECK_NEAR(10, placed.matrix[5], 1e-12);
    CHECK(!pdf_content_image("/A Do /B Do", 11, &placed));
    CHECK(!pdf_content_image("/A Do 0 0 5 5 re f", 18, &placed));
    CHECK(pdf_content_image("0 0 5 5 re W n /A Do", 20, &placed));
    CHECK(!pdf_content_image("", 0, &placed));
    CHECK(!pdf_content_image("/A Do (never closed", 19, &placed));
    CHECK(pdf_content_image("<< /MCID 0 >> BDC /A Do EMC", 27, &placed));
    struct survey_buffer deep = SURVEY_BUFFER(1000);
    for (int i = 0; i < 200; i++)
        survey_buffer_text(&deep, "q ");
    CHECK(!pdf_content_image(deep.at, deep.length, &placed));
    survey_buffer_clear(&deep);
}

TESTS(CASE(dct), CASE(turned), CASE(flate), CASE(fax), CASE(encrypted), CASE(damaged), CASE(damaged_within), CASE(contents))
