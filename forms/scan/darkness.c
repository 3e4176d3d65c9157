// SPDX-License-Identifier: GPL-3.0-or-later
// A page as darkness against its local white: shading and paper colour are gone, and a blank page, a
// faint one and one with print differ.
#include "forms/scan/register.h"

#include "survey/base/arena.h"

#include <stdlib.h>
#include <string.h>

enum { TILE = 40 };

// Gray levels counted in turn in four histograms: a run of one level would wait for itself in one.
struct levels {
    unsigned counts[4][256];
};

static void count_levels(struct levels *levels, const uint8_t *row, int width)
{
    int x = 0;
    for (; x + 4 <= width; x += 4)
        for (int i = 0; i < 4; i++)
            levels->counts[i][row[x + i]]++;
    for (; x < width; x++)
        levels->counts[0][row[x]]++;
}

static unsigned level_count(const struct levels *levels, int level)
{
    return levels->counts[0][level] + levels->counts[1][level] + levels->counts[2][level] + levels->counts[3][level];
}

// The white of a tile: the level that nine in ten pixels don't reach.
static int tile_white(const struct scan_image *page, int left, int top)
{
    struct levels levels = {0};
    unsigned total = 0, seen = 0;
    int width = page->width - left < TILE ? page->width - left : TILE;
    for (int y = top; y < top + TILE && y < page->height; y++, total += (unsigned)width)
        count_levels(&levels, page->pixels + (size_t)y * page->stride + left, width);
    for (int level = 255; level > 0; level--)
        if ((seen += level_count(&levels, level)) * 10 >= total)
            return level;
    return 255;
}

// One row of it. whites: of the tiles from left to right, at the height of the row, times TILE.
static void row_against_white(uint8_t *row, int width, const int *whites, int tiles)
{
    int x = 0;
    for (; x < TILE / 2 && x < width; x++) {
        int level = whites[0] / TILE - row[x];
        row[x] = (uint8_t)(level > 0 ? level : 0);
    }
    for (int left = 0; x < width; left++) {
        int here = whites[left], step = whites[left + 1 < tiles ? left + 1 : left] - here;
        int most = width - x < TILE ? width - x : TILE;
        for (int i = 0; i < most; i++) {
            int level = (here * TILE + step * i) / (TILE * TILE) - row[x + i];
            row[x + i] = (uint8_t)(level > 0 ? level : 0);
        }
        x += most;
    }
}

// Turns gray into darkness in place: the white of the four nearest tiles, in between.
static void against_white(struct scan_image *page)
{
    int across = (page->width + TILE - 1) / TILE, down = (page->height + TILE - 1) / TILE;
    int *white = survey_alloc((size_t)across * ((size_t)down + 1) * sizeof *white), *between = white + (size_t)across * (size_t)down;
    for (int y = 0; y < down; y++)
        for (int x = 0; x < across; x++)
            white[y * across + x] = tile_white(page, x * TILE, y * TILE);
    for (int y = 0; y < page->height; y++) {
        int v = y - TILE / 2, top = v < 0 ? 0 : v / TILE, fy = v < 0 ? 0 : v % TILE;
        int below = top + 1 < down ? top + 1 : top;
        for (int x = 0; x < across; x++)
            between[x] = white[top * across + x] * (TILE - fy) + white[below * across + x] * fy;
        row_against_white(page->pixels + (size_t)y * page->stride, page->width, between, across);
    }
    free(white);
}

static double percentile(const struct scan_image *page, double share)
{
    struct levels levels = {0};
    size_t total = (size_t)page->width * (size_t)page->height, seen = 0;
    for (int y = 0; y < page->height; y++)
        count_levels(&levels, page->pixels + (size_t)y * page->stride, page->width);
    for (int level = 255; level > 0; level--)
        if ((double)(seen += level_count(&levels, level)) >= share * (double)total)
            return level;
    return 0;
}

// The share of dark pixels away from the edges, without columns or rows that are dark from end to end.
static double dark_share(const struct scan_image *page, double threshold)
{
    int margin = page->width / 30, width = page->width - 2 * margin, height = page->height - 2 * margin;
    if (width < 1 || height < 1)
        return 0;
    uint16_t *columns = survey_alloc((size_t)width * sizeof *columns);
    memset(columns, 0, (size_t)width * sizeof *columns);
    uint8_t least = (uint8_t)threshold; // whole levels above it are those above its whole part
    for (int y = 0; y < height; y++) {
        const uint8_t *row = page->pixels + (size_t)(y + margin) * page->stride + margin;
        for (int x = 0; x < width; x++)
            columns[x] = (uint16_t)(columns[x] + (row[x] > least));
    }
    size_t dark = 0;
    for (int x = 0; x < width; x++)
        if (columns[x] * 2 <= height)
            dark += columns[x];
    free(columns);
    return (double)dark / ((double)width * height);
}

static void sum_up(const struct scan_image *page, uint32_t *sums)
{
    size_t stride = (size_t)page->width + 1;
    memset(sums, 0, stride * sizeof *sums);
    for (int y = 0; y < page->height; y++) {
        const uint8_t *row = page->pixels + (size_t)y * page->stride;
        uint32_t *above = sums + (size_t)y * stride, *at = above + stride, run = 0;
        at[0] = 0;
        for (int x = 0; x < page->width; x++) {
            run += row[x];
            at[x + 1] = above[x + 1] + run;
        }
    }
}

bool scan_darkness_new(const struct scan_image *image, int factor, struct scan_darkness *darkness,
                       struct survey_error *error)
{
    struct scan_image page = {0};
    if (!scan_image_reduce(image, factor, &page, error))
        return false;
    size_t black = 0;
    for (int y = 0; y < page.height; y++)
        for (int x = 0; x < page.width; x++)
            black += page.pixels[(size_t)y * page.stride + (size_t)x] < 48;
    against_white(&page);
    double contrast = percentile(&page, 0.002);
    *darkness = (struct scan_darkness){.width = page.width, .height = page.height, .factor = factor, .contrast = contrast,
                                       .black = (double)black / ((double)page.width * page.height),
                                       .dark = dark_share(&page, contrast > 80 ? contrast / 2 : 40)};
    darkness->sums = survey_alloc(((size_t)page.width + 1) * ((size_t)page.height + 1) * sizeof *darkness->sums);
    sum_up(&page, darkness->sums);
    darkness->pixels = page.pixels; // darkness by now
    darkness->stride = page.stride;
    return true;
}

void scan_darkness_clear(struct scan_darkness *darkness)
{
    free(darkness->sums);
    free(darkness->pixels);
    *darkness = (struct scan_darkness){0};
}

static uint32_t area_sum(const struct scan_darkness *d, int left, int top, int right, int bottom, int *area)
{
    left = left < 0 ? 0 : left;
    top = top < 0 ? 0 : top;
    right = right > d->width ? d->width : right;
    bottom = bottom > d->height ? d->height : bottom;
    if (left >= right || top >= bottom) {
        *area = 0;
        return 0;
    }
    size_t stride = (size_t)d->width + 1;
    const uint32_t *a = d->sums + (size_t)top * stride, *b = d->sums + (size_t)bottom * stride;
    *area = (right - left) * (bottom - top);
    return b[right] - b[left] - a[right] + a[left];
}

// The ring's inner edge stands off by a sixth of a side, so that blur and skew don't reach it.
static double mark_score(const struct scan_darkness *d, int x, int y, int inner, int gap, int outer)
{
    int inner_area, gap_area, outer_area;
    uint32_t in = area_sum(d, x - inner, y - inner, x + inner, y + inner, &inner_area);
    if (inner_area == 0 || in * 10.0 < inner_area * d->contrast * 4)
        return 0;
    uint32_t hole = area_sum(d, x - gap, y - gap, x + gap, y + gap, &gap_area);
    uint32_t around = area_sum(d, x - outer, y - outer, x + outer, y + outer, &outer_area);
    double ring = outer_area > gap_area ? (double)(around - hole) / (outer_area - gap_area) : 0;
    return ((double)in / inner_area - ring * 1.5) / d->contrast;
}

static int half_of(double side, double share)
{
    int half = (int)(side * share / 2 + 0.5);
    return half < 1 ? 1 : half;
}

double scan_darkness_mark(const struct scan_darkness *darkness, double x, double y, double side, double most_side)
{
    return mark_score(darkness, (int)(x + 0.5), (int)(y + 0.5), half_of(side, 0.8), half_of(side, 1.3),
                      half_of(most_side, 1));
}

static void keep_candidate(struct scan_candidate *found, int *count, const struct scan_candidate *one, double near)
{
    for (int i = 0; i < *count; i++)
        if (fabs(found[i].x - one->x) < near && fabs(found[i].y - one->y) < near) {
            if (found[i].score < one->score)
                found[i] = *one;
            return;
        }
    if (*count < SCAN_MOST_CANDIDATES) {
        found[(*count)++] = *one;
        return;
    }
    int worst = 0;
    for (int i = 1; i < *count; i++)
        if (found[i].score < found[worst].score)
            worst = i;
    if (found[worst].score < one->score)
        found[worst] = *one;
}

int scan_candidates(const struct scan_darkness *d, double side, struct scan_candidate found[SCAN_MOST_CANDIDATES])
{
    int count = 0, inner = half_of(side / d->factor, 0.8), gap = half_of(side / d->factor, 1.3),
        outer = half_of(side / d->factor, 2), body = half_of(side / d->factor, 0.6);
    int least = (int)(d->contrast * 0.4);
    for (int y = inner; y <= d->height - inner; y++)
        for (int x = inner; x <= d->width - inner; x++) {
            // Off the middle, where one of the marks has its hole.
            if (d->pixels[(size_t)(y - body) * d->stride + (size_t)(x - body)] < least)
                continue;
            double score = mark_score(d, x, y, inner, gap, outer);
            if (score < 0.4)
                continue;
            struct scan_candidate one = {x * d->factor, y * d->factor, score};
            keep_candidate(found, &count, &one, side);
        }
    for (int i = 1; i < count; i++)
        for (int k = i; k > 0 && found[k].score > found[k - 1].score; k--) {
            struct scan_candidate swap = found[k];
            found[k] = found[k - 1];
            found[k - 1] = swap;
        }
    return count;
}
