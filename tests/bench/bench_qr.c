// SPDX-License-Identifier: GPL-3.0-or-later
// How many codes are read: random tokens printed with some gain or loss of ink, blotted, scanned askew with blur,
// noise and JPEG, and looked for up to a third of a millimetre off their place. A misread ends it with code 1.
#include "forms/paper/token.h"
#include "forms/scan/qr.h"
#include "forms/scan/simulate_stroke.h"
#include "forms/scan/write.h"
#include "survey/base/arena.h"
#include "survey/base/random.h"
#include "survey/base/text.h"

#include <qrencode.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SPOTS = 4, FINE = 3 };

struct kind {
    const char *name;
    int version;
    QRecLevel level;
    double side, dpi; // mm
    int spots;        // discs that cover together
    double share;     // of the symbol
    int codes;
    double bar;       // share to be read
};

static const struct kind kinds[] = {
    {"15 mm, 150 dpi, H", 3, QR_ECLEVEL_H, 15, 150, 0, 0, 10000, 1},
    {"15 mm, 150 dpi, Q", 2, QR_ECLEVEL_Q, 15, 150, 0, 0, 10000, 1},
    {"15 mm, 200 dpi, H", 3, QR_ECLEVEL_H, 15, 200, 0, 0, 2000, 1},
    {"20 mm, 300 dpi, H", 3, QR_ECLEVEL_H, 20, 300, 0, 0, 2000, 1},
    {"20 mm, 200 dpi, Q, a tenth blotted", 2, QR_ECLEVEL_Q, 20, 200, 1, 0.1, 2000, 0.9},
    {"20 mm, 200 dpi, H, a tenth blotted", 3, QR_ECLEVEL_H, 20, 200, 1, 0.1, 2000, 0.98},
    {"15 mm, 150 dpi, Q, a tenth blotted", 2, QR_ECLEVEL_Q, 15, 150, 1, 0.1, 2000, 0.9},
    {"15 mm, 150 dpi, H, a tenth blotted", 3, QR_ECLEVEL_H, 15, 150, 1, 0.1, 2000, 0.98},
    {"20 mm, 200 dpi, H, a tenth in four spots", 3, QR_ECLEVEL_H, 20, 200, SPOTS, 0.1, 2000, 0},
};

struct symbol {
    QRcode *code;
    double module;      // mm
    double gain;        // of ink about every dark module, mm; less than 0: lost
    double cosine, sine; // turned by
    double spots[SPOTS][3]; // mm from the upper left corner, and the radius
    int spot_count, spot_level;
};

static bool dark_at(const struct symbol *s, double x, double y)
{
    int column = (int)floor(x / s->module), row = (int)floor(y / s->module), width = s->code->width;
    return column >= 0 && row >= 0 && column < width && row < width && s->code->data[row * width + column] & 1;
}

static int level_at(const struct symbol *s, double x, double y)
{
    for (int i = 0; i < s->spot_count; i++)
        if (hypot(x - s->spots[i][0], y - s->spots[i][1]) <= s->spots[i][2])
            return s->spot_level;
    double reach = fabs(s->gain), column = x / s->module, row = y / s->module;
    bool grows = s->gain > 0, taken = dark_at(s, x, y) == grows; // by what grows, ink or paper
    bool inside = fabs(column - floor(column) - 0.5) < 0.5 - reach / s->module && fabs(row - floor(row) - 0.5) < 0.5 - reach / s->module;
    for (int i = 0; i < 4 && !taken && !inside; i++)
        taken = dark_at(s, x + (i % 2 ? reach : -reach), y + (i / 2 ? reach : -reach)) == grows;
    return taken == grows ? 0 : 255;
}

// The symbol in the middle of a piece of paper, FINE * FINE looks a pixel.
static bool draw(const struct symbol *s, double side, double dpi, struct scan_image *image)
{
    int size = (int)((side * 1.06 + 8) * dpi / 25.4);
    if (!scan_image_new(image, size, size, "code", NULL))
        return false;
    image->dpi = dpi;
    for (int v = 0; v < size; v++)
        for (int u = 0; u < size; u++) {
            int sum = 0;
            for (int i = 0; i < FINE * FINE; i++) {
                double x = (u + (i % FINE + 0.5) / FINE - size / 2.0) * 25.4 / dpi, y = (v + (i / FINE + 0.5) / FINE - size / 2.0) * 25.4 / dpi;
                sum += level_at(s, s->cosine * x + s->sine * y + side / 2, -s->sine * x + s->cosine * y + side / 2);
            }
            image->pixels[(size_t)v * image->stride + (size_t)u] = (uint8_t)(sum / (FINE * FINE));
        }
    return true;
}

static struct symbol make_symbol(const struct kind *kind, const char *text, struct survey_random *random)
{
    double turn = simulate_between(random, -3, 3) * M_PI / 180, radius = kind->side * sqrt(kind->share / fmax(1, kind->spots) / M_PI);
    struct symbol s = {.code = QRcode_encodeString(text, kind->version, kind->level, QR_MODE_8, 1), .spot_count = kind->spots};
    s.module = kind->side / s.code->width;
    s.gain = simulate_between(random, -0.06, 0.08);
    s.cosine = cos(turn);
    s.sine = sin(turn);
    s.spot_level = survey_random_below(random, 4) == 0 ? 255 : (int)simulate_between(random, 0, 120); // torn off, or ink
    for (int i = 0; i < kind->spots; i++) {
        s.spots[i][0] = simulate_between(random, radius, kind->side - radius);
        s.spots[i][1] = simulate_between(random, radius, kind->side - radius);
        s.spots[i][2] = radius;
    }
    return s;
}

static bool scan_symbol(const struct kind *kind, const struct symbol *symbol, const char *name, struct scan_image *scan)
{
    static const struct simulate_scanner scanner = {.blur = {0.6, 1.1}, .paper = {225, 252}, .noise = 8, .shade = 6};
    struct scan_image drawn = {0}, scanned = {0};
    struct survey_buffer jpeg = SURVEY_BUFFER(1 << 24);
    bool done = draw(symbol, kind->side, kind->dpi, &drawn) && simulate_scan(&drawn, NULL, &scanner, 11, name, &scanned, NULL, NULL) &&
                scan_jpeg_write(&scanned, 75, &jpeg, NULL) && scan_jpeg_decode(jpeg.at, jpeg.length, "code", scan, NULL);
    scan_image_clear(&drawn);
    scan_image_clear(&scanned);
    survey_buffer_clear(&jpeg);
    return done;
}

// -1 misread, 0 not read, 1 read.
static int read_one(const struct kind *kind, int index, struct survey_random *random)
{
    static const uint8_t key[PAPER_TOKEN_KEY] = {5};
    char text[PAPER_TOKEN_LENGTH + 1], name[20];
    uint64_t sheet = ((uint64_t)survey_random_word(random) << 8 | (unsigned)index % 256) & ((1ull << 40) - 1);
    paper_token_write(&(struct paper_token){sheet, 1 + survey_random_below(random, 60), (uint16_t)survey_random_word(random)}, key, text);
    struct symbol symbol = make_symbol(kind, text, random);
    struct scan_image scan = {0};
    struct scan_qr qr;
    survey_format_into(name, sizeof name, "%d", index);
    if (!scan_symbol(kind, &symbol, name, &scan))
        abort();
    double mm = kind->dpi / 25.4, c = symbol.cosine * mm, s = symbol.sine * mm, middle = kind->side / 2;
    double x = scan.width / 2.0 - 0.5 + mm * simulate_between(random, -0.33, 0.33);
    double y = scan.height / 2.0 - 0.5 + mm * simulate_between(random, -0.33, 0.33);
    struct scan_transform place = {{c, -s, x - c * middle + s * middle, s, c, y - s * middle - c * middle, 0, 0, 1}};
    struct paper_box box = {0, 0, kind->side, kind->side};
    int read = scan_qr_read(&scan, &place, &box, symbol.code->width, NULL, NULL, &qr);
    if (read && strcmp(qr.text, text) != 0)
        read = -1;
    scan_image_clear(&scan);
    QRcode_free(symbol.code);
    return read;
}

int main(void)
{
    int misread = 0, below = 0;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        struct survey_random random = survey_random_at(4, "bench/qr", kinds[k].name);
        int read = 0;
        for (int i = 0; i < kinds[k].codes; i++) {
            int one = read_one(&kinds[k], i, &random);
            read += one > 0;
            misread += one < 0;
        }
        printf("%-42s %5d of %d read (%.2f %%)", kinds[k].name, read, kinds[k].codes, 100.0 * read / kinds[k].codes);
        printf(kinds[k].bar > 0 ? ", to be %.0f %%\n" : "\n", 100 * kinds[k].bar);
        fflush(stdout);
        below += read < kinds[k].bar * kinds[k].codes;
    }
    printf("%d misread\n", misread);
    return misread || below;
}
