// SPDX-License-Identifier: GPL-3.0-or-later
// A streak is darker than what stands a millimetre to its left and right, in nearly every band of the
// page from end to end; print and pen are not.
#include "forms/scan/streak.h"

#include "survey/base/arena.h"

#include <stdlib.h>
#include <string.h>

static const int depth = 10;            // gray levels
static const double least_share = 0.75; // of the bands
static const int every = 3;             // bands are looked at
static const double band_height = 0.5;  // millimetres; more would join the frames of boxes into lines
static const int most_band = 200;       // rows, so that their sums fit

// profile: gray of each column, summed over a band.
static void count_band(const uint16_t *profile, int width, int apart, unsigned deep, uint16_t *counts)
{
    for (int x = apart; x < width - apart; x++) { // nothing is printed or filled in at the edges
        uint16_t here = (uint16_t)(profile[x] + deep);
        counts[x] = (uint16_t)(counts[x] + (here < profile[x - apart] && here < profile[x + apart]));
    }
}

static int settle(const uint16_t *counts, int width, int bands, uint8_t *streaked)
{
    int count = 0;
    memset(streaked, 0, (size_t)width);
    for (int x = 0; x < width; x++)
        if (counts[x] >= bands * least_share) {
            count++;
            for (int near = x - 1; near <= x + 1; near++) // compression smears it
                if (near >= 0 && near < width)
                    streaked[near] = 1;
        }
    return count;
}

static int find_columns(const struct scan_image *image, int band, int apart, uint8_t *streaked)
{
    size_t width = (size_t)image->width;
    uint16_t *sums = survey_alloc(width * sizeof *sums); // bands are low: see most_band
    uint16_t *counts = survey_alloc(width * sizeof *counts);
    memset(counts, 0, width * sizeof *counts);
    int bands = 0;
    for (int top = 0; top + band <= image->height; top += band * every, bands++) {
        memset(sums, 0, width * sizeof *sums);
        for (int y = top; y < top + band; y++) {
            const uint8_t *row = image->pixels + (size_t)y * image->stride;
            for (size_t x = 0; x < width; x++)
                sums[x] = (uint16_t)(sums[x] + row[x]);
        }
        count_band(sums, image->width, apart, (unsigned)(depth * band), counts);
    }
    int count = settle(counts, image->width, bands, streaked);
    free(sums);
    free(counts);
    return count;
}

bool scan_streaks_find(const struct scan_image *image, double dpi, bool turned, struct scan_streaks *streaks)
{
    struct survey_error error;
    int band = (int)(band_height * dpi / 25.4 + 0.5), apart = (int)(dpi / 25.4 + 0.5);
    *streaks = (struct scan_streaks){0};
    band = band < 2 ? 2 : band > most_band ? most_band : band;
    apart = apart < 3 ? 3 : apart;
    streaks->columns = survey_alloc((size_t)image->width);
    streaks->count = find_columns(image, band, apart, streaks->columns);
    if (!turned)
        return true;
    struct scan_image side = {.width = image->width, .height = image->height, .stride = image->stride};
    side.pixels = survey_alloc(image->stride * (size_t)image->height);
    memcpy(side.pixels, image->pixels, image->stride * (size_t)image->height);
    bool done = scan_image_turn(&side, 90, &error); // clockwise: column x is row height - 1 - x
    if (done) {
        uint8_t *columns = survey_alloc((size_t)side.width);
        streaks->count += find_columns(&side, band, apart, columns);
        streaks->rows = survey_alloc((size_t)image->height);
        for (int y = 0; y < image->height; y++)
            streaks->rows[y] = columns[image->height - 1 - y];
        free(columns);
    }
    scan_image_clear(&side);
    return done;
}

void scan_streaks_clear(struct scan_streaks *streaks)
{
    free(streaks->columns);
    free(streaks->rows);
    *streaks = (struct scan_streaks){0};
}
