// SPDX-License-Identifier: GPL-3.0-or-later
// What befalls a sheet besides ink: pale print, coffee, folded corners, staples and punched holes.
#include "forms/scan/simulate_stroke.h"

#include <math.h>
#include <stdlib.h>

static void darken(struct scan_image *sheet, int x, int y, double level)
{
    if (x < 0 || y < 0 || x >= sheet->width || y >= sheet->height)
        return;
    uint8_t *at = sheet->pixels + (size_t)y * sheet->stride + (size_t)x;
    *at = level < *at ? (uint8_t)fmax(0, level) : *at;
}

void simulate_fade(struct scan_image *page, const struct simulate_scanner *scanner, uint64_t seed, const char *name)
{
    if (scanner->print.high <= 0)
        return;
    struct survey_random random = survey_random_at(seed, "simulate/print", name);
    double black = simulate_between(&random, scanner->print.low, scanner->print.high), band = simulate_between(&random, 0, 0.3) * black;
    double wide = simulate_between(&random, 20, 60) * page->dpi / 25.4, phase = simulate_between(&random, 0, 2 * M_PI);
    for (int x = 0; x < page->width; x++) {
        double here = fmax(0, black + band * sin(2 * M_PI * x / wide + phase));
        for (int y = 0; y < page->height; y++) {
            uint8_t *at = page->pixels + (size_t)y * page->stride + (size_t)x;
            *at = (uint8_t)(here + *at * (255 - here) / 255 + 0.5);
        }
    }
}

// A ring of coffee, darkest at its rims, and a little within.
static void stain(struct scan_image *sheet, double mm, struct survey_random *random)
{
    double cx = simulate_between(random, 0.1, 0.9) * sheet->width, cy = simulate_between(random, 0.1, 0.9) * sheet->height;
    double radius = simulate_between(random, 28, 42) * mm, rim = simulate_between(random, 0.8, 2) * mm;
    double deep = simulate_between(random, 15, 50), within = simulate_between(random, 0, 12);
    int reach = (int)(radius + 4 * rim);
    for (int y = (int)fmax(0, cy - reach); y < fmin(sheet->height, cy + reach); y++)
        for (int x = (int)fmax(0, cx - reach); x < fmin(sheet->width, cx + reach); x++) {
            double away = hypot(x - cx, y - cy), off = (away - radius) / rim;
            uint8_t *at = sheet->pixels + (size_t)y * sheet->stride + (size_t)x;
            double level = *at - deep * exp(-off * off) - (away < radius ? within : 0);
            *at = (uint8_t)fmax(0, level);
        }
}

// A corner folded back shows the lid, and a shadow along the fold; folded to the front it hides what lies under it.
static void fold(struct scan_image *sheet, double mm, double paper, struct survey_random *random)
{
    unsigned corner = survey_random_below(random, 4);
    bool front = survey_random_below(random, 2);
    double across = simulate_between(random, 8, 26) * mm, down = simulate_between(random, 8, 26) * mm;
    double lid = survey_random_below(random, 3) == 0 ? 40 : 255, length = hypot(across, down);
    int reach = (int)fmax(across, down) * 2;
    for (int v = 0; v < reach && v < sheet->height; v++)
        for (int u = 0; u < reach && u < sheet->width; u++) {
            int x = corner % 2 ? sheet->width - 1 - u : u, y = corner / 2 ? sheet->height - 1 - v : v;
            double beyond = (u / across + v / down - 1) * across * down / length; // pixels from the fold into the page
            double mirror_u = u - 2 * beyond * down / length, mirror_v = v - 2 * beyond * across / length;
            uint8_t *at = sheet->pixels + (size_t)y * sheet->stride + (size_t)x;
            if (beyond < 0)
                *at = (uint8_t)lid;
            else if (front && mirror_u >= 0 && mirror_v >= 0)
                *at = (uint8_t)(paper - 6);
            if (fabs(beyond) < 0.25 * mm)
                darken(sheet, x, y, 150);
        }
}

static void staple(struct scan_image *sheet, double mm, struct survey_random *random)
{
    double x = simulate_between(random, 6, 16) * mm, y = simulate_between(random, 6, 16) * mm, turn = simulate_between(random, -0.2, 1.4);
    double x1 = x + 11 * mm * cos(turn), y1 = y - 11 * mm * sin(turn), wide = simulate_between(random, 0.5, 0.8) * mm;
    struct simulate_layer layer = simulate_layer_new(sheet, x - mm * 15, y - mm * 15, mm * 40, mm * 30);
    simulate_line(&layer, x + mm * 0.4, y + mm * 0.4, x1 + mm * 0.4, y1 + mm * 0.4, wide * 2.2);
    simulate_soften(&layer, (int)fmax(1, 0.3 * mm));
    simulate_ink(sheet, &layer, 170, false, random);
    free(layer.cover);
    layer = simulate_layer_new(sheet, x - mm * 15, y - mm * 15, mm * 40, mm * 30);
    simulate_line(&layer, x, y, x1, y1, wide);
    simulate_ink(sheet, &layer, simulate_between(random, 60, 150), false, random);
    free(layer.cover);
}

static void punch(struct scan_image *sheet, double mm, struct survey_random *random)
{
    double x = simulate_between(random, 10, 13) * mm, middle = sheet->height / 2.0 + simulate_between(random, -4, 4) * mm;
    double radius = 2.75 * mm, lid = survey_random_below(random, 2) ? 30 : 255;
    for (int side = -1; side <= 1; side += 2)
        for (int v = (int)-radius; v <= radius; v++)
            for (int u = (int)-radius; u <= radius; u++) {
                int px = (int)x + u, py = (int)(middle + side * 40 * mm) + v;
                if (u * u + v * v <= radius * radius && px >= 0 && py >= 0 && px < sheet->width && py < sheet->height)
                    sheet->pixels[(size_t)py * sheet->stride + (size_t)px] = (uint8_t)lid;
            }
}

static bool happens(double chance, struct survey_random *random)
{
    return chance > 0 && survey_random_unit(random) < chance;
}

void simulate_dirt(struct scan_image *sheet, const struct simulate_scanner *scanner, double paper, uint64_t seed, const char *name)
{
    struct survey_random random = survey_random_at(seed, "simulate/dirt", name);
    double mm = (sheet->dpi > 0 ? sheet->dpi : 200) / 25.4;
    if (happens(scanner->stain, &random))
        stain(sheet, mm, &random);
    if (happens(scanner->stapled, &random))
        staple(sheet, mm, &random);
    if (happens(scanner->punched, &random))
        punch(sheet, mm, &random);
    if (happens(scanner->folded, &random))
        fold(sheet, mm, paper, &random);
}
