// SPDX-License-Identifier: GPL-3.0-or-later
// What a person looks at: a part of the page, turned upright and straightened, small.
#include "forms/scan/scan.h"

static const double per_mm = 5; // pixels: sharp enough to see a faint mark, small enough to keep
static const double most_side = 300; // millimetres
static const double clean = 0.88;    // of the white, and lighter, is shown as white

bool scan_crop_png(const struct scan_image *image, const struct scan_transform *transform, const struct paper_box *box,
                   double margin, double white, struct survey_buffer *png, struct survey_error *error)
{
    double width = fmin(box->w + 2 * margin, most_side), height = fmin(box->h + 2 * margin, most_side);
    double left = box->x - margin, top = box->y - margin;
    struct scan_image crop = {0};
    if (!scan_image_room(&crop, (int)(width * per_mm + 0.5), (int)(height * per_mm + 0.5), "crop", error))
        return false;
    crop.dpi = per_mm * 25.4;
    for (int y = 0; y < crop.height; y++)
        for (int x = 0; x < crop.width; x++) {
            struct scan_place p = scan_transform_at(transform, left + (x + 0.5) / per_mm, top + (y + 0.5) / per_mm);
            double step = 0.25 / per_mm, sum = 0; // four looks: a plain sample would miss thin lines
            for (int i = 0; i < 4; i++) {
                double dx = i % 2 ? step : -step, dy = i / 2 ? step : -step;
                sum += scan_sample(image, p.x + p.ax * dx + p.bx * dy, p.y + p.ay * dx + p.by * dy);
            }
            // The paper's grain says nothing and would be most of the file; ink begins a sixth below it.
            double level = sum / 4 * 255 / (white * clean);
            crop.pixels[(size_t)y * crop.stride + (size_t)x] = (uint8_t)fmin(255, level + 0.5);
        }
    bool done = scan_png_write(&crop, 0, 0, crop.width, crop.height, 6, png, error);
    scan_image_clear(&crop);
    return done;
}
