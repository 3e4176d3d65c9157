// SPDX-License-Identifier: GPL-3.0-or-later
// The simulated scanner: geometry, light, blur, dust and noise, in a few passes over the page.
#include "forms/scan/simulate.h"

#include "forms/scan/simulate_stroke.h"
#include "survey/base/arena.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// What one pass through the scanner is like, drawn from the ranges of the scanner.
struct pass {
    const struct simulate_scanner *scanner;
    struct survey_random random;
    double pixels;     // of a millimetre
    double paper;      // gray
    double inverse[9]; // from the scan's pixels to the page's
    double shade_x, shade_y;
    int left, top, width, height; // of the scan within the page
    float *warp;       // for each row of the page: across, down; NULL where the feed is even
};

static double either(struct pass *pass, double most)
{
    return simulate_between(&pass->random, -most, most);
}

static void multiply(const double a[static 9], const double b[static 9], double to[static 9])
{
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            to[3 * i + k] = a[3 * i] * b[k] + a[3 * i + 1] * b[3 + k] + a[3 * i + 2] * b[6 + k];
}

static void invert(const double m[static 9], double to[static 9])
{
    to[0] = m[4] * m[8] - m[5] * m[7];
    to[1] = m[2] * m[7] - m[1] * m[8];
    to[2] = m[1] * m[5] - m[2] * m[4];
    to[3] = m[5] * m[6] - m[3] * m[8];
    to[4] = m[0] * m[8] - m[2] * m[6];
    to[5] = m[2] * m[3] - m[0] * m[5];
    to[6] = m[3] * m[7] - m[4] * m[6];
    to[7] = m[1] * m[6] - m[0] * m[7];
    to[8] = m[0] * m[4] - m[1] * m[3];
    double determinant = m[0] * to[0] + m[1] * to[3] + m[2] * to[6];
    for (int i = 0; i < 9; i++)
        to[i] /= determinant;
}

// The projective map from the unit square to four corners (Heckbert 1989, section 2.2.3).
static void square_to_corners(const double x[static 4], const double y[static 4], double m[static 9])
{
    double dx1 = x[1] - x[2], dx2 = x[3] - x[2], sx = x[0] - x[1] + x[2] - x[3];
    double dy1 = y[1] - y[2], dy2 = y[3] - y[2], sy = y[0] - y[1] + y[2] - y[3];
    double g = (sx * dy2 - dx2 * sy) / (dx1 * dy2 - dx2 * dy1), h = (dx1 * sy - sx * dy1) / (dx1 * dy2 - dx2 * dy1);
    double made[9] = {x[1] - x[0] + g * x[1], x[3] - x[0] + h * x[3], x[0], y[1] - y[0] + g * y[1], y[3] - y[0] + h * y[3],
                      y[0], g, h, 1};
    memcpy(m, made, sizeof made);
}

static void make_geometry(struct pass *pass, const struct scan_image *page)
{
    const struct simulate_scanner *scanner = pass->scanner;
    double w = page->width, h = page->height, angle = either(pass, scanner->turn) * M_PI / 180;
    double across = 1 + either(pass, scanner->scale), down = 1 + either(pass, scanner->scale);
    double dx = either(pass, scanner->shift) * pass->pixels, dy = either(pass, scanner->shift) * pass->pixels;
    double c = cos(angle), s = sin(angle);
    double affine[9] = {c * across, -s * down, w / 2 + dx - (c * across * w - s * down * h) / 2,
                        s * across, c * down, h / 2 + dy - (s * across * w + c * down * h) / 2, 0, 0, 1};
    double x[4] = {0, w, w, 0}, y[4] = {0, 0, h, h}, square[9], forward[9], unit[9] = {1 / w, 0, 0, 0, 1 / h, 0, 0, 0, 1};
    for (int i = 0; i < 4; i++) {
        x[i] += either(pass, fmin(scanner->perspective, 0.1)) * w;
        y[i] += either(pass, fmin(scanner->perspective, 0.1)) * h;
    }
    square_to_corners(x, y, square);
    double placed[9];
    multiply(unit, affine, placed);
    multiply(square, placed, forward);
    invert(forward, pass->inverse);
    double cut[4];
    for (int i = 0; i < 4; i++)
        cut[i] = simulate_between(&pass->random, 0, scanner->crop) * pass->pixels;
    pass->left = (int)cut[0];
    pass->top = (int)cut[1];
    pass->width = (int)fmax(1, w - floor(cut[0]) - floor(cut[2]));
    pass->height = (int)fmax(1, h - floor(cut[1]) - floor(cut[3]));
}

static void make_warp(struct pass *pass, int rows)
{
    double amount = pass->scanner->warp * pass->pixels;
    if (amount <= 0)
        return;
    pass->warp = survey_alloc((size_t)rows * 2 * sizeof *pass->warp);
    double ax = simulate_between(&pass->random, 0, amount), ay = simulate_between(&pass->random, 0, amount);
    double lx = simulate_between(&pass->random, 150, 400) * pass->pixels, ly = simulate_between(&pass->random, 100, 300) * pass->pixels;
    double px = simulate_between(&pass->random, 0, 2 * M_PI), py = simulate_between(&pass->random, 0, 2 * M_PI);
    for (int y = 0; y < rows; y++) {
        pass->warp[2 * y] = (float)(ax * sin(2 * M_PI * y / lx + px));
        pass->warp[2 * y + 1] = (float)(ay * sin(2 * M_PI * y / ly + py));
    }
}

// The page on paper: strays of a pen, the tone of ink and paper, the back shining through.
static void make_sheet(struct pass *pass, const struct scan_image *back, struct scan_image *sheet)
{
    const struct simulate_scanner *scanner = pass->scanner;
    int strays = scanner->stray > 0 ? (int)survey_random_below(&pass->random, (uint32_t)scanner->stray * 2 + 1) : 0;
    for (int i = 0; i < strays; i++) {
        double x = simulate_between(&pass->random, 0, sheet->width), y = simulate_between(&pass->random, 0, sheet->height);
        double length = simulate_between(&pass->random, 0.2, 2.5) * pass->pixels, angle = simulate_between(&pass->random, 0, 2 * M_PI);
        struct simulate_layer layer = simulate_layer_new(sheet, x - length - 8, y - length - 8, 2 * length + 16, 2 * length + 16);
        simulate_line(&layer, x, y, x + length * cos(angle), y + length * sin(angle),
                      simulate_between(&pass->random, 0.08, 0.34) * pass->pixels);
        simulate_ink(sheet, &layer, simulate_between(&pass->random, 60, 190), false, &pass->random);
        free(layer.cover);
    }
    uint8_t tone[256];
    int shine[256];
    double through = scanner->through * simulate_between(&pass->random, 0.3, 1);
    for (int i = 0; i < 256; i++) {
        tone[i] = (uint8_t)(i * (pass->paper - 15) / 255 + 15.5);
        shine[i] = (int)(through * (255 - i) + 0.5);
    }
    for (int y = 0; y < sheet->height; y++) {
        uint8_t *row = sheet->pixels + (size_t)y * sheet->stride;
        const uint8_t *behind = through > 0 && y < back->height ? back->pixels + (size_t)y * back->stride : NULL;
        for (int x = 0; x < sheet->width; x++) {
            int value = tone[row[x]];
            if (behind && sheet->width - 1 - x < back->width)
                value -= shine[behind[sheet->width - 1 - x]];
            row[x] = (uint8_t)(value < 0 ? 0 : value);
        }
    }
}

// Bilinear; what lies outside the page is the scanner's lid.
static inline int sample(const struct scan_image *sheet, float u, float v, int outside)
{
    int x = (int)floorf(u), y = (int)floorf(v);
    if (x < 0 || y < 0 || x >= sheet->width - 1 || y >= sheet->height - 1)
        return outside;
    int fx = (int)((u - (float)x) * 256), fy = (int)((v - (float)y) * 256);
    const uint8_t *at = sheet->pixels + (size_t)y * sheet->stride + (size_t)x, *under = at + sheet->stride;
    int above = at[0] * (256 - fx) + at[1] * fx, below = under[0] * (256 - fx) + under[1] * fx;
    return (above * (256 - fy) + below * fy + 32768) >> 16;
}

static void project(const struct pass *pass, const struct scan_image *sheet, struct scan_image *scan)
{
    const double *m = pass->inverse;
    for (int y = 0; y < scan->height; y++) {
        double sx = pass->left, sy = y + pass->top;
        float u = (float)(m[0] * sx + m[1] * sy + m[2]), v = (float)(m[3] * sx + m[4] * sy + m[5]);
        float w = (float)(m[6] * sx + m[7] * sy + m[8]);
        float du = (float)m[0], dv = (float)m[3], dw = (float)m[6];
        float light = (float)(pass->shade_y * (2.0 * y / scan->height - 1) - pass->shade_x);
        float step = (float)(2 * pass->shade_x / scan->width);
        uint8_t *to = scan->pixels + (size_t)y * scan->stride;
        for (int x = 0; x < scan->width; x++) {
            float k = (float)x, over = 1 / (w + k * dw), px = (u + k * du) * over, py = (v + k * dv) * over;
            if (pass->warp && py >= 0 && py < (float)sheet->height) {
                const float *shift = pass->warp + 2 * (int)py;
                px += shift[0];
                py += shift[1];
            }
            int value = sample(sheet, px, py, (int)pass->paper) + (int)lrintf(light + k * step);
            to[x] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
        }
    }
}

enum { MOST_TAPS = 33 };

// A Gaussian of sigma pixels as whole numbers that sum to 256; returns the radius.
static int make_taps(double sigma, int taps[static MOST_TAPS])
{
    int radius = (int)fmin(MOST_TAPS / 2, ceil(3 * sigma)), sum = 0;
    double weight[MOST_TAPS], all = 0;
    for (int i = -radius; i <= radius; i++)
        all += weight[i + radius] = exp(-i * i / (2 * sigma * sigma));
    for (int i = 0; i <= 2 * radius; i++)
        sum += taps[i] = (int)(weight[i] / all * 256 + 0.5);
    taps[radius] += 256 - sum;
    return radius;
}

static void blur(struct scan_image *scan, double sigma)
{
    int taps[MOST_TAPS], radius = make_taps(sigma, taps), width = scan->width;
    if (width <= 2 * radius || scan->height <= 2 * radius)
        return;
    // Down into a line with margins, then across; the rows above are kept in a ring, as they were.
    size_t ring = (size_t)(2 * radius + 1), span = (size_t)width;
    uint8_t *rows = survey_alloc(ring * span);
    uint16_t *line = survey_alloc(((size_t)width + 2 * (size_t)radius) * sizeof *line);
    for (int y = -radius; y < scan->height + radius; y++) {
        int source = y < 0 ? 0 : y >= scan->height ? scan->height - 1 : y;
        if (y < scan->height) // rows behind the last one stand in the ring already
            memcpy(rows + (size_t)((y + radius) % (int)ring) * span, scan->pixels + (size_t)source * scan->stride, span);
        else
            memcpy(rows + (size_t)((y + radius) % (int)ring) * span, rows + (size_t)((y + radius - 1) % (int)ring) * span, span);
        int to = y - radius;
        if (to < 0)
            continue;
        memset(line + radius, 0, span * sizeof *line);
        for (int i = 0; i <= 2 * radius; i++) {
            const uint8_t *row = rows + (size_t)((to + i) % (int)ring) * span;
            for (int x = 0; x < width; x++)
                line[radius + x] = (uint16_t)(line[radius + x] + taps[i] * row[x]);
        }
        for (int i = 0; i < radius; i++) {
            line[i] = line[radius];
            line[radius + width + i] = line[radius + width - 1];
        }
        uint8_t *out = scan->pixels + (size_t)to * scan->stride;
        for (int x = 0; x < width; x++) {
            uint32_t sum = 32768;
            for (int i = 0; i <= 2 * radius; i++)
                sum += (uint32_t)taps[i] * line[x + i];
            out[x] = (uint8_t)(sum >> 16);
        }
    }
    free(line);
    free(rows);
}

static void streak(struct pass *pass, struct scan_image *scan)
{
    if (survey_random_unit(&pass->random) >= pass->scanner->streak)
        return;
    int count = 1 + (int)survey_random_below(&pass->random, 3);
    for (int i = 0; i < count; i++) {
        int x = (int)survey_random_below(&pass->random, (uint32_t)scan->width);
        int wide = (int)fmax(1, simulate_between(&pass->random, 0.06, 0.26) * pass->pixels);
        uint8_t gray = (uint8_t)simulate_between(&pass->random, 90, 205);
        for (int y = 0; y < scan->height; y++) {
            uint8_t *at = scan->pixels + (size_t)y * scan->stride;
            for (int k = x; k < x + wide && k < scan->width; k++)
                at[k] = at[k] < gray ? at[k] : gray;
        }
    }
}

// Quantiles of the normal distribution, by Acklam's rational approximation's central part and tails
// left to a plain bisection of erfc: 256 of them are noise enough.
static void make_noise(double sigma, int8_t noise[static 256])
{
    for (int i = 0; i < 256; i++) {
        double want = (i + 0.5) / 256, low = -4, high = 4;
        for (int k = 0; k < 40; k++) {
            double middle = (low + high) / 2;
            if (0.5 * erfc(-middle / M_SQRT2) < want)
                low = middle;
            else
                high = middle;
        }
        noise[i] = (int8_t)lrint(fmax(-127, fmin(127, low * sigma)));
    }
}

static void add_noise(struct pass *pass, struct scan_image *scan)
{
    int8_t noise[256];
    double sigma = pass->scanner->noise * simulate_between(&pass->random, 0.6, 1.2);
    if (sigma <= 0)
        return;
    make_noise(sigma, noise);
    // xorshift64* (Vigna 2016), eight pixels a step: fast, and good enough for grain.
    uint64_t state = (uint64_t)survey_random_word(&pass->random) << 32 | survey_random_word(&pass->random) | 1;
    for (int y = 0; y < scan->height; y++) {
        uint8_t *row = scan->pixels + (size_t)y * scan->stride;
        for (int x = 0; x < scan->width; x += 8) {
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            uint64_t word = state * 2685821657736338717u;
            for (int k = x; k < x + 8 && k < scan->width; k++, word >>= 8) {
                int value = row[k] + noise[word & 255];
                row[k] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
            }
        }
    }
}

// Black is what is darker than a fixed share of the paper, as scanners have it by default: a light pencil
// is lost.
static void to_one_bit(struct scan_image *scan, double paper)
{
    int cut = (int)(paper * 0.6);
    for (int y = 0; y < scan->height; y++)
        for (int x = 0; x < scan->width; x++) {
            uint8_t *at = &scan->pixels[(size_t)y * scan->stride + (size_t)x];
            *at = *at > cut ? 255 : 0;
        }
}

static int pick_turn(struct pass *pass)
{
    double at = survey_random_unit(&pass->random);
    int side = survey_random_below(&pass->random, 2) ? 90 : 270;
    if (at < pass->scanner->upside_down)
        return 180;
    return at < pass->scanner->upside_down + pass->scanner->quarter ? side : 0;
}

static bool copy_of(const struct scan_image *page, struct scan_image *copy, struct survey_error *error)
{
    if (!scan_image_new(copy, page->width, page->height, "", error))
        return false;
    copy->dpi = page->dpi;
    for (int y = 0; y < page->height; y++)
        memcpy(copy->pixels + (size_t)y * copy->stride, page->pixels + (size_t)y * page->stride, (size_t)page->width);
    return true;
}

bool simulate_scan(const struct scan_image *page, const struct scan_image *back, const struct simulate_scanner *scanner,
                   uint64_t seed, const char *name, struct scan_image *scanned, int *turned, struct survey_error *error)
{
    struct pass pass = {.scanner = scanner, .random = survey_random_at(seed, "simulate/scan", name)};
    struct scan_image sheet = {0}, scan = {0};
    pass.pixels = (page->dpi > 0 ? page->dpi : 200) / 25.4;
    pass.paper = simulate_between(&pass.random, scanner->paper.low, scanner->paper.high);
    pass.shade_x = either(&pass, scanner->shade);
    pass.shade_y = either(&pass, scanner->shade);
    make_geometry(&pass, page);
    make_warp(&pass, page->height);
    bool done = copy_of(page, &sheet, error) && scan_image_new(&scan, pass.width, pass.height, "", error);
    if (done) {
        make_sheet(&pass, back ? back : page, &sheet);
        simulate_dirt(&sheet, scanner, pass.paper, seed, name);
        project(&pass, &sheet, &scan);
        scan_image_clear(&sheet);
        double sigma = simulate_between(&pass.random, scanner->blur.low, scanner->blur.high) * pass.pixels * 25.4 / 300;
        blur(&scan, fmax(0.3, sigma));
        streak(&pass, &scan);
        add_noise(&pass, &scan);
        if (scanner->one_bit)
            to_one_bit(&scan, pass.paper);
        scan.dpi = page->dpi;
    }
    int degrees = pick_turn(&pass);
    done = done && scan_image_turn(&scan, degrees, error);
    free(pass.warp);
    scan_image_clear(&sheet);
    if (!done) {
        scan_image_clear(&scan);
        return false;
    }
    if (turned)
        *turned = degrees;
    *scanned = scan;
    return true;
}
