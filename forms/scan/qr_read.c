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
    // The modules that the standard fixes, and where they are at no offset.
    struct {
        float x, y;
        uint8_t dark;
    } fixed[SCAN_QR_MOST_MODULES * SCAN_QR_MOST_MODULES];
    int fixed_count, dark_count;
};

static struct scan_place place_of(const struct sampling *s, double x, double y)
{
    double module = s->box->w / s->modules;
    return scan_transform_at(s->transform, s->box->x + x * module, s->box->y + y * module);
}

static void find_fixed(struct sampling *s)
{
    for (int y = 0; y < s->modules; y++)
        for (int x = 0; x < s->modules; x++) {
            int dark = scan_qr_fixed(s->modules, x, y);
            if (dark < 0)
                continue;
            struct scan_place p = place_of(s, x + 0.5, y + 0.5);
            s->fixed[s->fixed_count].x = (float)p.x;
            s->fixed[s->fixed_count].y = (float)p.y;
            s->fixed[s->fixed_count++].dark = (uint8_t)dark;
            s->dark_count += dark;
        }
}

// Gray levels at the modules' middles, shifted by dx, dy modules: the mean of nine looks each.
static void sample(const struct sampling *s, double dx, double dy, double *levels)
{
    double look = s->box->w / s->modules / 4;
    for (int y = 0; y < s->modules; y++)
        for (int x = 0; x < s->modules; x++) {
            struct scan_place p = place_of(s, x + 0.5 + dx, y + 0.5 + dy);
            double sum = 0;
            for (int j = -1; j <= 1; j++)
                for (int i = -1; i <= 1; i++)
                    sum += scan_sample(s->image, p.x + (i * p.ax + j * p.bx) * look, p.y + (i * p.ay + j * p.by) * look);
            levels[y * s->modules + x] = sum / 9;
        }
}

// How well the fixed modules show at an offset: the difference of their mean levels.
static double agreement(const struct sampling *s, double dx, double dy)
{
    struct scan_place middle = place_of(s, s->modules / 2.0, s->modules / 2.0);
    double module = s->box->w / s->modules, sum[2] = {0, 0};
    double px = (middle.ax * dx + middle.bx * dy) * module, py = (middle.ay * dx + middle.by * dy) * module;
    for (int i = 0; i < s->fixed_count; i++)
        sum[s->fixed[i].dark] += scan_nearest(s->image, (double)s->fixed[i].x + px, (double)s->fixed[i].y + py);
    return sum[0] / (s->fixed_count - s->dark_count) - sum[1] / s->dark_count;
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
    sample(s, dx, dy, levels);
    double threshold = threshold_of(levels, count);
    for (int i = 0; i < count; i++)
        modules[i] = levels[i] < threshold;
    return scan_qr_decode(modules, s->modules, qr);
}

bool scan_qr_read(const struct scan_image *image, const struct scan_transform *transform,
                  const struct paper_box *box, int modules, bool (*accept)(void *user, const struct scan_qr *qr),
                  void *user, struct scan_qr *qr)
{
    struct sampling s;
    double levels[SCAN_QR_MOST_MODULES * SCAN_QR_MOST_MODULES], fit[OFFSETS];
    if (modules < 21 || modules > SCAN_QR_MOST_MODULES || (modules - 17) % 4 != 0)
        return false;
    s = (struct sampling){.image = image, .transform = transform, .box = box, .modules = modules};
    find_fixed(&s);
    for (int i = 0; i < OFFSETS; i++)
        fit[i] = agreement(&s, (i % (2 * STEPS + 1) - STEPS) / 4.0, (i / (2 * STEPS + 1) - STEPS) / 4.0);
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
