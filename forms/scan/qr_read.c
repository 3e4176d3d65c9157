// SPDX-License-Identifier: GPL-3.0-or-later
// Sampling a code at its known place: the fixed modules say which of the offsets within a module fits
// best, and the likeliest are decoded in turn.
#include "forms/scan/qr.h"

#include <string.h>

enum { STEPS = 6, OFFSETS = (2 * STEPS + 1) * (2 * STEPS + 1), TRIES = 6 }; // quarter modules, one and a half each way

struct sampling {
    const struct scan_image *image;
    const struct scan_transform *transform;
    const struct paper_box *box;
    int modules;
};

// Gray levels at the modules' middles, shifted by dx, dy modules: the mean of nine looks each, or one.
static void sample(const struct sampling *s, double dx, double dy, bool fine, double *levels, bool fixed_only)
{
    double module = s->box->w / s->modules;
    for (int y = 0; y < s->modules; y++)
        for (int x = 0; x < s->modules; x++) {
            if (fixed_only && scan_qr_fixed(s->modules, x, y) < 0)
                continue;
            struct scan_place p = scan_transform_at(s->transform, s->box->x + (x + 0.5 + dx) * module,
                                                    s->box->y + (y + 0.5 + dy) * module);
            double sum = 0, look = module / 4;
            for (int j = -1; j <= 1 && fine; j++)
                for (int i = -1; i <= 1; i++)
                    sum += scan_sample(s->image, p.x + (i * p.ax + j * p.bx) * look, p.y + (i * p.ay + j * p.by) * look);
            levels[y * s->modules + x] = fine ? sum / 9 : scan_sample(s->image, p.x, p.y);
        }
}

// How well the fixed modules show: the difference of their mean levels.
static double agreement(const struct sampling *s, double dx, double dy, double *levels)
{
    double sum[2] = {0, 0};
    int count[2] = {0, 0};
    sample(s, dx, dy, false, levels, true);
    for (int y = 0; y < s->modules; y++)
        for (int x = 0; x < s->modules; x++) {
            int dark = scan_qr_fixed(s->modules, x, y);
            if (dark < 0)
                continue;
            sum[dark] += levels[y * s->modules + x];
            count[dark]++;
        }
    return sum[0] / count[0] - sum[1] / count[1];
}

// Otsu's threshold over the modules.
static double threshold_of(const double *levels, int count)
{
    int histogram[256] = {0};
    double total = 0, below = 0, best = -1, threshold = 128;
    for (int i = 0; i < count; i++) {
        int level = (int)fmax(0, fmin(255, levels[i]));
        histogram[level]++;
        total += level;
    }
    for (int level = 0, n = 0; level < 255; level++) {
        n += histogram[level];
        below += (double)histogram[level] * level;
        if (n == 0 || n == count)
            continue;
        double difference = below / n - (total - below) / (count - n);
        double between = difference * difference * n * (count - n);
        if (between > best) {
            best = between;
            threshold = level + 0.5;
        }
    }
    return threshold;
}

static bool decode_at(const struct sampling *s, double dx, double dy, double *levels, struct scan_qr *qr)
{
    uint8_t modules[SCAN_QR_MOST_MODULES * SCAN_QR_MOST_MODULES];
    int count = s->modules * s->modules;
    sample(s, dx, dy, true, levels, false);
    double threshold = threshold_of(levels, count);
    for (int i = 0; i < count; i++)
        modules[i] = levels[i] < threshold;
    return scan_qr_decode(modules, s->modules, qr);
}

bool scan_qr_read(const struct scan_image *image, const struct scan_transform *transform,
                  const struct paper_box *box, int modules, bool (*accept)(void *user, const struct scan_qr *qr),
                  void *user, struct scan_qr *qr)
{
    struct sampling s = {image, transform, box, modules};
    double levels[SCAN_QR_MOST_MODULES * SCAN_QR_MOST_MODULES], fit[OFFSETS];
    if (modules < 21 || modules > SCAN_QR_MOST_MODULES || (modules - 17) % 4 != 0)
        return false;
    for (int i = 0; i < OFFSETS; i++)
        fit[i] = agreement(&s, (i % (2 * STEPS + 1) - STEPS) / 4.0, (i / (2 * STEPS + 1) - STEPS) / 4.0, levels);
    for (int try = 0; try < TRIES; try++) {
        int best = 0;
        for (int i = 1; i < OFFSETS; i++)
            if (fit[i] > fit[best])
                best = i;
        if (fit[best] < 8)
            return false;
        fit[best] = 0;
        struct scan_qr read;
        if (decode_at(&s, (best % (2 * STEPS + 1) - STEPS) / 4.0, (best / (2 * STEPS + 1) - STEPS) / 4.0, levels, &read)) {
            *qr = read;
            if (!accept || accept(user, &read))
                return true;
        }
    }
    return false;
}
