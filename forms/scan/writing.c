// SPDX-License-Identifier: GPL-3.0-or-later
// Whether a writing box holds handwriting: a connected stroke of some length, or enough ink in all.
// What it says is for a person to key.
#include "forms/scan/mark.h"

#include "survey/base/arena.h"

#include <stdlib.h>
#include <string.h>

static const double margin = 0.7;       // millimetres inside the frame that don't count
static const double least_stroke = 2;   // millimetres, of one connected stroke: a small digit
static const double least_share = 0.005; // of the box, in all
static const double through = 0.95;     // of the box, for a printed line
static const double pitch = 0.2;        // millimetres a cell
static const double ink_level = 0.17;   // darkness of a cell that counts: a light pencil, above noise and show-through
enum { MOST_CELLS = 4000000 };

struct grid {
    int width, height;
    uint8_t *ink;
    uint8_t *line; // printed
    int *stack;
};

// The size of the stroke at a cell, which is taken away.
static double stroke_length(struct grid *grid, int start, int *cells)
{
    int top = 0, left = start % grid->width, right = left, high = start / grid->width, low = high;
    *cells = 0;
    grid->stack[top++] = start;
    grid->ink[start] = 0;
    while (top > 0) {
        int at = grid->stack[--top], x = at % grid->width, y = at / grid->width;
        (*cells)++;
        left = x < left ? x : left;
        right = x > right ? x : right;
        high = y < high ? y : high;
        low = y > low ? y : low;
        for (int dy = -1; dy <= 1; dy++)
            for (int dx = -1; dx <= 1; dx++) {
                int nx = x + dx, ny = y + dy, next = ny * grid->width + nx;
                if (nx < 0 || ny < 0 || nx >= grid->width || ny >= grid->height || !grid->ink[next])
                    continue;
                grid->ink[next] = 0;
                grid->stack[top++] = next;
            }
    }
    return hypot(right - left + 1, low - high + 1) * pitch;
}

// Lines that go through the box from edge to edge are printed: the places of a date's digits, a ruled
// line. Nobody writes so straight.
static void clear_lines(struct grid *grid)
{
    int w = grid->width, h = grid->height;
    for (int x = 1; x + 1 < w; x++) {
        int inked = 0;
        for (int y = 0; y < h; y++)
            inked += grid->ink[y * w + x] | grid->ink[y * w + x - 1] | grid->ink[y * w + x + 1];
        for (int y = 0; y < h && inked >= h * through; y++)
            grid->line[y * w + x] = grid->line[y * w + x - 1] = grid->line[y * w + x + 1] = 1;
    }
    for (int y = 1; y + 1 < h; y++) {
        int inked = 0;
        for (int x = 0; x < w; x++)
            inked += grid->ink[y * w + x] | grid->ink[(y - 1) * w + x] | grid->ink[(y + 1) * w + x];
        for (int x = 0; x < w && inked >= w * through; x++)
            grid->line[y * w + x] = grid->line[(y - 1) * w + x] = grid->line[(y + 1) * w + x] = 1;
    }
    for (int i = 0; i < w * h; i++)
        grid->ink[i] &= !grid->line[i];
}

static double white_of(const struct scan_image *image, const struct scan_registration *registration,
                       const struct paper_box *box)
{
    unsigned counts[256] = {0}, total = 0, seen = 0;
    for (double y = box->y + margin; y < box->y + box->h - margin; y += pitch * 2)
        for (double x = box->x + margin; x < box->x + box->w - margin; x += pitch * 2, total++) {
            struct scan_place p = scan_transform_at(&registration->transform, x, y);
            counts[scan_nearest(image, p.x, p.y)]++;
        }
    for (int level = 255; level >= 0; level--)
        if ((seen += counts[level]) * 10 > total * 4)
            return level;
    return 255;
}

bool scan_writing_seen(const struct scan_image *image, const struct scan_registration *registration,
                       const struct scan_streaks *streaks, const struct paper_box *box)
{
    struct grid grid = {.width = (int)((box->w - 2 * margin) / pitch), .height = (int)((box->h - 2 * margin) / pitch)};
    if (grid.width < 1 || grid.height < 1 || (long)grid.width * grid.height > MOST_CELLS)
        return true; // nothing to judge by: a person looks
    size_t count = (size_t)grid.width * (size_t)grid.height;
    double white = white_of(image, registration, box);
    grid.ink = survey_alloc(count);
    grid.line = survey_alloc(count);
    memset(grid.line, 0, count);
    grid.stack = survey_alloc(count * sizeof *grid.stack);
    for (int y = 0; y < grid.height; y++)
        for (int x = 0; x < grid.width; x++) {
            struct scan_place p = scan_transform_at(&registration->transform, box->x + margin + (x + 0.5) * pitch,
                                                    box->y + margin + (y + 0.5) * pitch);
            double darkness = (white - scan_sample(image, p.x, p.y)) / fmax(white - 20, 1);
            grid.ink[(size_t)y * (size_t)grid.width + (size_t)x] =
                darkness > ink_level && !scan_is_streaked(streaks, image, p.x, p.y);
        }
    clear_lines(&grid);
    bool seen = false;
    int total = 0;
    for (size_t i = 0; i < count && !seen; i++) {
        int cells = 0;
        if (grid.ink[i])
            seen = stroke_length(&grid, (int)i, &cells) >= least_stroke;
        total += cells > 2 ? cells : 0; // single cells are noise
    }
    seen = seen || total > least_share * (double)count;
    free(grid.ink);
    free(grid.line);
    free(grid.stack);
    return seen || white < 90;
}
