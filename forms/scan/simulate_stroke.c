// SPDX-License-Identifier: GPL-3.0-or-later
// The rasteriser of the simulated pen: coverage by distance to a line, crosses, ticks, slashes and fills.
#include "forms/scan/simulate_stroke.h"

#include "survey/base/arena.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct simulate_layer simulate_layer_new(const struct scan_image *image, double x, double y, double width, double height)
{
    struct simulate_layer layer = {0};
    int left = (int)fmax(0, floor(x)), top = (int)fmax(0, floor(y));
    int right = (int)fmin(image->width, ceil(x + width)), bottom = (int)fmin(image->height, ceil(y + height));
    if (right <= left || bottom <= top)
        return layer;
    layer = (struct simulate_layer){.x = left, .y = top, .width = right - left, .height = bottom - top};
    size_t size = (size_t)layer.width * (size_t)layer.height;
    layer.cover = memset(survey_alloc(size), 0, size);
    return layer;
}

void simulate_line(struct simulate_layer *layer, double x0, double y0, double x1, double y1, double width)
{
    double reach = width / 2 + 1, dx = x1 - x0, dy = y1 - y0, square = dx * dx + dy * dy;
    int left = (int)fmax(0, floor(fmin(x0, x1) - reach) - layer->x);
    int right = (int)fmin(layer->width, ceil(fmax(x0, x1) + reach) + 1 - layer->x);
    int top = (int)fmax(0, floor(fmin(y0, y1) - reach) - layer->y);
    int bottom = (int)fmin(layer->height, ceil(fmax(y0, y1) + reach) + 1 - layer->y);
    for (int y = top; y < bottom && layer->cover; y++)
        for (int x = left; x < right; x++) {
            double px = x + layer->x + 0.5 - x0, py = y + layer->y + 0.5 - y0;
            double along = square > 0 ? fmax(0, fmin(1, (px * dx + py * dy) / square)) : 0;
            double away = hypot(px - along * dx, py - along * dy);
            double part = fmax(0, fmin(1, width / 2 + 0.5 - away)) * fmin(1, width);
            uint8_t *cover = &layer->cover[(size_t)y * (size_t)layer->width + (size_t)x];
            if (part * 255 > *cover)
                *cover = (uint8_t)(part * 255);
        }
}

void simulate_path(struct simulate_layer *layer, const double *points, size_t count, double width, double tremor,
                   struct survey_random *random)
{
    enum { STEPS = 5 };
    double x = points[0], y = points[1];
    for (size_t i = 1; i < count; i++)
        for (int step = 1; step <= STEPS; step++) {
            double share = (double)step / STEPS;
            double to_x = points[2 * i - 2] + (points[2 * i] - points[2 * i - 2]) * share;
            double to_y = points[2 * i - 1] + (points[2 * i + 1] - points[2 * i - 1]) * share;
            to_x += survey_random_normal(random) * tremor;
            to_y += survey_random_normal(random) * tremor;
            simulate_line(layer, x, y, to_x, to_y, width);
            x = to_x;
            y = to_y;
        }
}

void simulate_disc(struct simulate_layer *layer, double x, double y, double radius)
{
    simulate_line(layer, x, y, x, y, 2 * radius);
}

// A running mean along lines: count of them, each of length pixels that stand step apart.
static void soften_lines(uint8_t *at, int count, size_t next, int length, size_t step, int radius, uint8_t *line)
{
    for (int i = 0; i < count; i++, at += next) {
        for (int k = 0; k < length; k++)
            line[k] = at[(size_t)k * step];
        int sum = 0;
        for (int k = -radius; k < length + radius; k++) {
            if (k + radius < length)
                sum += line[k + radius];
            if (k - radius - 1 >= 0)
                sum -= line[k - radius - 1];
            if (k >= 0 && k < length)
                at[(size_t)k * step] = (uint8_t)(sum / (2 * radius + 1));
        }
    }
}

void simulate_soften(struct simulate_layer *layer, int radius)
{
    if (!layer->cover || radius < 1)
        return;
    size_t row = (size_t)layer->width;
    uint8_t *line = survey_alloc((size_t)(layer->width > layer->height ? layer->width : layer->height));
    for (int pass = 0; pass < 3; pass++) {
        soften_lines(layer->cover, layer->height, row, layer->width, 1, radius < layer->width ? radius : 1, line);
        soften_lines(layer->cover, layer->width, 1, layer->height, row, radius < layer->height ? radius : 1, line);
    }
    free(line);
}

void simulate_ink(struct scan_image *image, const struct simulate_layer *layer, double gray, bool grain,
                  struct survey_random *random)
{
    double strength = fmax(0, 255 - gray) / 255;
    for (int y = 0; layer->cover && y < layer->height; y++) {
        uint8_t *to = image->pixels + (size_t)(layer->y + y) * image->stride + (size_t)layer->x;
        for (int x = 0; x < layer->width; x++) {
            double cover = layer->cover[(size_t)y * (size_t)layer->width + (size_t)x] / 255.0;
            if (cover <= 0)
                continue;
            if (grain)
                cover *= 0.65 + 0.35 * survey_random_unit(random);
            to[x] = (uint8_t)(to[x] * (1 - cover * strength) + 0.5);
        }
    }
}

// The shape of a mark about a centre, for a box of width w and height h.
struct shape {
    struct simulate_layer *layer;
    double x, y, w, h, width, tremor;
    double overrun; // pixels by which a stroke runs on
    struct survey_random *random;
};

static double jitter(const struct shape *shape, double spread)
{
    return simulate_between(shape->random, -spread, spread);
}

// The last stroke of a path runs on the way it goes.
static void run_on(const struct shape *s, double *points, size_t count)
{
    double *last = points + 2 * count - 2, dx = last[0] - last[-2], dy = last[1] - last[-1], length = hypot(dx, dy);
    if (length > 0) {
        last[0] += dx / length * s->overrun;
        last[1] += dy / length * s->overrun;
    }
}

static void draw_cross(const struct shape *s)
{
    double size = simulate_between(s->random, 0.75, 1.15);
    for (int side = 1; side >= -1; side -= 2) {
        double points[] = {s->x - side * s->w * size * (0.5 + jitter(s, 0.12)), s->y - s->h * size * (0.5 + jitter(s, 0.12)),
                           s->x + jitter(s, 0.07) * s->w, s->y + jitter(s, 0.07) * s->h,
                           s->x + side * s->w * size * (0.5 + jitter(s, 0.12)), s->y + s->h * size * (0.5 + jitter(s, 0.12))};
        if (side < 0)
            run_on(s, points, 3);
        simulate_path(s->layer, points, 3, s->width, s->tremor, s->random);
    }
}

static void draw_tick(const struct shape *s)
{
    double size = simulate_between(s->random, 0.9, 1.4);
    double points[] = {s->x - s->w * size * (0.45 + jitter(s, 0.12)), s->y + jitter(s, 0.12) * s->h,
                       s->x - s->w * size * (0.1 + jitter(s, 0.12)), s->y + s->h * size * (0.4 + jitter(s, 0.12)),
                       s->x + s->w * size * (0.6 + jitter(s, 0.12)), s->y - s->h * size * (0.6 + jitter(s, 0.12))};
    run_on(s, points, 3);
    simulate_path(s->layer, points, 3, s->width, s->tremor, s->random);
}

static void draw_slash(const struct shape *s)
{
    double size = simulate_between(s->random, 0.8, 1.2);
    double points[] = {s->x - s->w * size * (0.5 + jitter(s, 0.12)), s->y + s->h * size * (0.5 + jitter(s, 0.12)),
                       s->x + s->w * size * (0.5 + jitter(s, 0.12)), s->y - s->h * size * (0.5 + jitter(s, 0.12))};
    run_on(s, points, 2);
    simulate_path(s->layer, points, 2, s->width, s->tremor, s->random);
}

static void draw_fill(const struct shape *s)
{
    enum { MOST = 10 };
    double points[2 * MOST], size = simulate_between(s->random, 0.85, 1.05);
    int lines = 7 + (int)survey_random_below(s->random, MOST - 6);
    for (int i = 0; i < lines; i++) {
        points[2 * i] = s->x + (i % 2 ? 1 : -1) * s->w * size * (0.5 + jitter(s, 0.05));
        points[2 * i + 1] = s->y - s->h * size / 2 + s->h * size * i / (lines - 1);
    }
    simulate_path(s->layer, points, (size_t)lines, fmax(s->width, s->h / (lines - 1) * 1.05), s->tremor, s->random);
}

void simulate_mark(struct scan_image *image, const double box[static 4], enum simulate_style style, double width,
                   double gray, const struct simulate_pen *pen, double pixels, struct survey_random *random)
{
    bool long_one = pen->overrun > 0 && survey_random_unit(random) < pen->overrun;
    double w = box[2], h = box[3], pad = fmax(w, h) * (long_one ? 2.5 : 1);
    struct simulate_layer layer = simulate_layer_new(image, box[0] - pad, box[1] - pad, w + 2 * pad, h + 2 * pad);
    struct shape shape = {.layer = &layer, .w = w, .h = h, .width = width, .tremor = pen->tremor * pixels, .random = random};
    shape.overrun = long_one ? simulate_between(random, 0.3, 1.2) * h : 0;
    shape.x = box[0] + w / 2 + survey_random_normal(random) * pen->offset * w;
    shape.y = box[1] + h / 2 + survey_random_normal(random) * pen->offset * h;
    switch (style) {
    case SIMULATE_TICK:
        draw_tick(&shape);
        break;
    case SIMULATE_SLASH:
        draw_slash(&shape);
        break;
    case SIMULATE_FILL:
        draw_fill(&shape);
        break;
    case SIMULATE_DOT:
        simulate_disc(&layer, shape.x, shape.y, simulate_between(random, 0.28, 0.45) * w);
        break;
    case SIMULATE_CROSS:
    case SIMULATE_STYLES:
        draw_cross(&shape);
        break;
    }
    simulate_ink(image, &layer, gray, gray > 90, random);
    free(layer.cover);
}

void simulate_scrawl(struct scan_image *image, const double box[static 4], double width, double gray, double pixels,
                     struct survey_random *random)
{
    enum { TURNS = 9 };
    double points[2 * TURNS], w = box[2], h = box[3], pad = fmax(w, h);
    struct simulate_layer layer = simulate_layer_new(image, box[0] - pad, box[1] - pad, w + 2 * pad, h + 2 * pad);
    for (int i = 0; i < TURNS; i++) {
        points[2 * i] = box[0] + w / 2 + (i % 2 ? 1 : -1) * w * simulate_between(random, 0.5, 0.85);
        points[2 * i + 1] = box[1] + h * simulate_between(random, -0.2, 1.2);
    }
    simulate_path(&layer, points, TURNS, width, 0.1 * pixels, random);
    simulate_ink(image, &layer, gray, gray > 90, random);
    free(layer.cover);
}

void simulate_ghost(struct scan_image *image, const double box[static 4], double pixels, struct survey_random *random)
{
    static const enum simulate_style styles[] = {SIMULATE_CROSS, SIMULATE_FILL, SIMULATE_SLASH};
    double w = box[2], h = box[3], pad = fmax(w, h) * 1.5;
    struct simulate_layer layer = simulate_layer_new(image, box[0] - pad, box[1] - pad, w + 2 * pad, h + 2 * pad);
    struct shape shape = {.layer = &layer, .x = box[0] + w / 2, .y = box[1] + h / 2, .w = w, .h = h, .width = 0.5 * pixels,
                          .random = random};
    enum simulate_style style = styles[survey_random_below(random, 3)];
    if (style == SIMULATE_CROSS)
        draw_cross(&shape);
    else if (style == SIMULATE_FILL)
        draw_fill(&shape);
    else
        draw_slash(&shape);
    // Rubber smears graphite over a fraction of a millimetre and leaves a part of it.
    simulate_soften(&layer, (int)fmax(1, simulate_between(random, 0.15, 0.4) * pixels));
    double gray = simulate_between(random, 150, 215), left = simulate_between(random, 0.25, 0.6);
    simulate_ink(image, &layer, 255 - (255 - gray) * left, false, random);
    free(layer.cover);
}
