// SPDX-License-Identifier: GPL-3.0-or-later
// Pages drawn from a layout, filled in and distorted, for the tests of the reader. Two pages: eight
// single choices, one multiple, a number of two digits with a minus, a writing box; and two more.
#pragma once

#include "forms/paper/layout.h"
#include "forms/paper/token.h"
#include "forms/scan/image.h"
#include "forms/scan/transform.h"
#include "survey/base/arena.h"
#include "survey/base/random.h"

#include <qrencode.h>
#include <stdlib.h>
#include <string.h>

enum { DRAWN_CHOICES = 5 };

static inline void drawn_mark(struct paper_page *page, const char *question, const char *value, int digit, double x, double y)
{
    page->marks[page->mark_count++] = (struct paper_mark){{x, y, 4, 4}, question, value, digit};
}

static inline void drawn_choices(struct survey_arena *arena, struct paper_page *page, const char *question, double y)
{
    for (int k = 0; k < DRAWN_CHOICES; k++)
        drawn_mark(page, question, survey_arena_format(arena, "%d", k + 1), -2, 25 + 20 * k, y);
}

static inline void drawn_frame(struct paper_page *page, struct survey_arena *arena)
{
    page->marks = survey_arena_array(arena, 100, sizeof *page->marks);
    page->writing = survey_arena_array(arena, 2, sizeof *page->writing);
    page->qr[0] = (struct paper_box){168, 22, 20, 20};
    page->qr[1] = (struct paper_box){22, 262, 15, 15};
    page->qr_modules = 25;
}

static inline struct paper_layout *drawn_layout(struct survey_arena *arena)
{
    static const double at[PAPER_FIDUCIALS][3] = {{13, 13, 6}, {197, 13, 6}, {13, 284, 6}, {197, 284, 6}, {13, 148.5, 4}, {197, 148.5, 4}};
    struct paper_layout *layout = survey_arena_alloc(arena, sizeof *layout);
    layout->width = 210;
    layout->height = 297;
    for (int i = 0; i < PAPER_FIDUCIALS; i++) {
        layout->fiducials[i].x = at[i][0];
        layout->fiducials[i].y = at[i][1];
        layout->fiducials[i].size = at[i][2];
    }
    layout->pages = survey_arena_array(arena, 2, sizeof *layout->pages);
    layout->page_count = 2;
    layout->questions = survey_arena_array(arena, 20, sizeof *layout->questions);
    for (int i = 0; i < 10; i++)
        layout->questions[layout->question_count++] =
            (struct paper_question){survey_arena_format(arena, "q%d", i + 1), "select_one", PAPER_SELECT_ONE, 0};
    layout->questions[layout->question_count++] = (struct paper_question){"many", "select_multiple", PAPER_SELECT_MULTIPLE, 0};
    layout->questions[layout->question_count++] = (struct paper_question){"age", "integer", PAPER_DIGITS, 2};
    layout->questions[layout->question_count++] = (struct paper_question){"words", "text", PAPER_WRITING, 0};
    drawn_frame(&layout->pages[0], arena);
    drawn_frame(&layout->pages[1], arena);
    for (int i = 0; i < 8; i++)
        drawn_choices(arena, &layout->pages[0], layout->questions[i].name, 50 + 9 * i);
    drawn_choices(arena, &layout->pages[0], "many", 125);
    drawn_mark(&layout->pages[0], "age", "-", -1, 25, 140);
    for (int digit = 0; digit < 2; digit++)
        for (int k = 0; k < 10; k++)
            drawn_mark(&layout->pages[0], "age", survey_arena_format(arena, "%d", k), digit, 25 + 8 * k, 150 + 8 * digit);
    layout->pages[0].writing[0] = (struct paper_writing){{25, 180, 120, 12}, "words"};
    layout->pages[0].writing_count = 1;
    drawn_choices(arena, &layout->pages[1], "q9", 60);
    drawn_choices(arena, &layout->pages[1], "q10", 70);
    return layout;
}

// --- Drawing, in millimetres ---

static inline double drawn_overlap(double from, double to, int pixel)
{
    double low = from > pixel ? from : pixel, high = to < pixel + 1 ? to : pixel + 1;
    return high > low ? high - low : 0;
}

static inline void draw_rect(struct scan_image *image, double x, double y, double w, double h, int level)
{
    double mm = image->dpi / 25.4;
    for (int v = (int)(y * mm); v <= (int)((y + h) * mm) && v < image->height; v++)
        for (int u = (int)(x * mm); u <= (int)((x + w) * mm) && u < image->width; u++) {
            if (u < 0 || v < 0)
                continue;
            double share = drawn_overlap(x * mm, (x + w) * mm, u) * drawn_overlap(y * mm, (y + h) * mm, v);
            uint8_t *at = &image->pixels[(size_t)v * image->stride + (size_t)u];
            *at = (uint8_t)(*at + share * (level - *at) + 0.5);
        }
}

static inline void draw_line(struct scan_image *image, double x0, double y0, double x1, double y1, double thick, int level)
{
    double mm = image->dpi / 25.4, length = hypot(x1 - x0, y1 - y0);
    int left = (int)((fmin(x0, x1) - thick) * mm), right = (int)((fmax(x0, x1) + thick) * mm) + 1;
    int top = (int)((fmin(y0, y1) - thick) * mm), bottom = (int)((fmax(y0, y1) + thick) * mm) + 1;
    for (int v = top < 0 ? 0 : top; v <= bottom && v < image->height; v++)
        for (int u = left < 0 ? 0 : left; u <= right && u < image->width; u++) {
            double x = (u + 0.5) / mm, y = (v + 0.5) / mm;
            double t = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / fmax(length * length, 1e-9);
            t = fmax(0, fmin(1, t));
            double away = hypot(x - x0 - t * (x1 - x0), y - y0 - t * (y1 - y0));
            double share = fmax(0, fmin(1, 0.5 + (thick / 2 - away) * mm));
            uint8_t *at = &image->pixels[(size_t)v * image->stride + (size_t)u];
            double drawn = *at + share * (level - *at);
            *at = drawn < *at ? (uint8_t)(drawn + 0.5) : *at;
        }
}

static inline void draw_box(struct scan_image *image, const struct paper_box *box, double line)
{
    draw_rect(image, box->x - line / 2, box->y - line / 2, box->w + line, line, 0);
    draw_rect(image, box->x - line / 2, box->y + box->h - line / 2, box->w + line, line, 0);
    draw_rect(image, box->x - line / 2, box->y + line / 2, line, box->h - line, 0);
    draw_rect(image, box->x + box->w - line / 2, box->y + line / 2, line, box->h - line, 0);
}

static inline void draw_qr(struct scan_image *image, const struct paper_box *box, const char *text, int version, QRecLevel level)
{
    QRcode *code = QRcode_encodeString(text, version, level, QR_MODE_8, 1);
    double module = box->w / code->width;
    for (int y = 0; y < code->width; y++)
        for (int x = 0; x < code->width; x++)
            if (code->data[y * code->width + x] & 1)
                draw_rect(image, box->x + x * module, box->y + y * module, module, module, 0);
    QRcode_free(code);
}

// The page as printed, with text (NULL: no code) in its codes.
static inline struct scan_image draw_page(const struct paper_layout *layout, int number, const char *text, double dpi)
{
    struct scan_image image = {0};
    struct survey_error error;
    const struct paper_page *page = &layout->pages[number - 1];
    if (!scan_image_new(&image, (int)(layout->width * dpi / 25.4 + 0.5), (int)(layout->height * dpi / 25.4 + 0.5), "test", &error))
        abort();
    image.dpi = dpi;
    for (int i = 0; i < PAPER_FIDUCIALS; i++) {
        double size = layout->fiducials[i].size;
        draw_rect(&image, layout->fiducials[i].x - size / 2, layout->fiducials[i].y - size / 2, size, size, 0);
    }
    draw_rect(&image, layout->fiducials[0].x - 1, layout->fiducials[0].y - 1, 2, 2, 255);
    for (int copy = 0; copy < 2 && text; copy++)
        draw_qr(&image, &page->qr[copy], text, (page->qr_modules - 17) / 4, QR_ECLEVEL_Q);
    for (size_t i = 0; i < page->mark_count; i++)
        draw_box(&image, &page->marks[i].box, 0.3);
    for (size_t i = 0; i < page->writing_count; i++)
        draw_box(&image, &page->writing[i].box, 0.3);
    return image;
}

// --- A pen ---

static inline const struct paper_box *drawn_find(const struct paper_page *page, const char *question, const char *value, int digit)
{
    for (size_t i = 0; i < page->mark_count; i++)
        if (strcmp(page->marks[i].question, question) == 0 && strcmp(page->marks[i].value, value) == 0 && page->marks[i].digit == digit)
            return &page->marks[i].box;
    abort();
}

static inline void draw_cross(struct scan_image *image, const struct paper_box *b, double thick, int level)
{
    draw_line(image, b->x + 0.3, b->y + 0.3, b->x + b->w - 0.3, b->y + b->h - 0.3, thick, level);
    draw_line(image, b->x + b->w - 0.3, b->y + 0.3, b->x + 0.3, b->y + b->h - 0.3, thick, level);
}

static inline void draw_filled(struct scan_image *image, const struct paper_box *b, int level)
{
    draw_rect(image, b->x, b->y, b->w, b->h, level);
}

// --- A scanner ---

struct drawn_scan {
    double turn;   // degrees
    double across, down; // scale; 0: 1
    double right, below; // shift, millimetres
    double lean;   // perspective: share of the width by which the top is narrower
    double noise;  // gray levels
    int paper;     // level of white; 0: 255
    int ink;       // level of black
    double cut;    // millimetres lost at the top and left
};

static inline struct scan_image scan_drawn(const struct scan_image *page, const struct drawn_scan *s)
{
    struct scan_image out = {0};
    struct survey_error error;
    double mm = page->dpi / 25.4, angle = s->turn * M_PI / 180, across = s->across > 0 ? s->across : 1, down = s->down > 0 ? s->down : 1;
    double cx = page->width / 2.0, cy = page->height / 2.0, paper = s->paper ? s->paper : 255;
    struct survey_random random = survey_random_at(7, "drawn", "noise");
    bool side = fabs(fmod(fabs(s->turn), 180) - 90) < 45;
    int width = side ? page->height : page->width, height = side ? page->width : page->height;
    if (!scan_image_new(&out, width - (int)(s->cut * mm), height - (int)(s->cut * mm), "test", &error))
        abort();
    out.dpi = page->dpi;
    for (int v = 0; v < out.height; v++)
        for (int u = 0; u < out.width; u++) {
            double x = u + s->cut * mm - width / 2.0 - s->right * mm, y = v + s->cut * mm - height / 2.0 - s->below * mm;
            double px = (cos(angle) * x + sin(angle) * y) / across, py = (-sin(angle) * x + cos(angle) * y) / down;
            double depth = 1 + s->lean * py / page->height;
            px /= depth;
            py /= depth;
            double level = scan_sample(page, px + cx, py + cy);
            level = s->ink + level * (paper - s->ink) / 255 + (s->noise > 0 ? s->noise * survey_random_normal(&random) : 0);
            out.pixels[(size_t)v * out.stride + (size_t)u] = (uint8_t)fmax(0, fmin(255, level + 0.5));
        }
    return out;
}
