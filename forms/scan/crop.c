// SPDX-License-Identifier: GPL-3.0-or-later
// What a person looks at: a part of the page, turned upright and straightened, small.
#include "forms/scan/scan.h"

static const double per_mm = 5; // pixels: sharp enough to see a faint mark, small enough to keep
static const double most_side = 300; // millimetres

// A crop as it is drawn: where its pixels lie on the page, in millimetres.
struct drawing {
    const struct scan_image *image;
    const struct scan_transform *transform;
    double left, top, white;
};

static void draw_row(const struct drawing *d, int y, uint8_t *row, int width)
{
    // How the page lies hardly changes along a row, where only a quarter of a pixel hangs on it.
    struct scan_place p = scan_transform_at(d->transform, d->left + width / 2 / per_mm, d->top + (y + 0.5) / per_mm);
    double step = 0.25 / per_mm, dx[4], dy[4];
    for (int i = 0; i < 4; i++) { // four looks: a plain sample would miss thin lines
        double right = i % 2 ? step : -step, down = i / 2 ? step : -step;
        dx[i] = p.ax * right + p.bx * down;
        dy[i] = p.ay * right + p.by * down;
    }
    for (int x = 0; x < width; x++) {
        double px, py, sum = 0;
        scan_transform_point(d->transform, d->left + (x + 0.5) / per_mm, d->top + (y + 0.5) / per_mm, &px, &py);
        for (int i = 0; i < 4; i++)
            sum += scan_sample(d->image, px + dx[i], py + dy[i]);
        double level = sum / 4 * 255 / d->white + 0.5;
        row[x] = (uint8_t)(level < 255 ? level : 255);
    }
}

bool scan_crop_png(const struct scan_image *image, const struct scan_transform *transform, const struct paper_box *box,
                   double margin, double white, struct survey_buffer *png, struct survey_error *error)
{
    double width = fmin(box->w + 2 * margin, most_side), height = fmin(box->h + 2 * margin, most_side);
    struct drawing drawing = {.image = image, .transform = transform, .left = box->x - margin, .top = box->y - margin, .white = white};
    struct scan_image crop = {0};
    if (!scan_image_room(&crop, (int)(width * per_mm + 0.5), (int)(height * per_mm + 0.5), "crop", error))
        return false;
    crop.dpi = per_mm * 25.4;
    for (int y = 0; y < crop.height; y++)
        draw_row(&drawing, y, crop.pixels + (size_t)y * crop.stride, crop.width);
    // Level 3: a tenth larger than level 6, and a tenth of all the time of a page spared.
    bool done = scan_png_write(&crop, 0, 0, crop.width, crop.height, 3, png, error);
    scan_image_clear(&crop);
    return done;
}
