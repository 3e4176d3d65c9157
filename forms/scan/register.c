// SPDX-License-Identifier: GPL-3.0-or-later
// Registration: corners, then the marks at the sides, then a fit with its worst mark left out where one
// contradicts the others.
#include "forms/scan/register.h"

#include "forms/scan/fiducial.h"

#include <string.h>

// What a page may do. See docs/paper.md.
static const double most_residual = 0.7;             // millimetres
static const double most_anisotropy = 0.03, most_shear = 1; // of three marks, which cannot show more
static const double most_anisotropy_seen = 0.12, most_shear_seen = 6; // of a photograph, shown by all marks
static const double least_contrast = 60, most_black = 0.25;
static const double least_dpi = 90, most_dpi = 700;

// The layout counts top left, top right, bottom left, bottom right; a walk is clockwise.
static const int clockwise[4] = {0, 1, 3, 2};

struct registering {
    const struct scan_image *image;
    const struct paper_layout *layout;
    struct scan_darkness darkness;
    struct scan_point points[PAPER_FIDUCIALS];
    struct scan_fiducial marks[PAPER_FIDUCIALS];
    int count;
};

static bool fit_points(const struct registering *r, struct scan_transform *transform)
{
    return r->count >= 4 ? scan_transform_fit(r->points, (size_t)r->count, transform)
                         : scan_transform_fit_affine(r->points, (size_t)r->count, transform);
}

static void add_mark(struct registering *r, int index, const struct scan_place *place)
{
    struct scan_fiducial mark;
    if (!scan_fiducial_measure(r->image, place, r->layout->fiducials[index].size, &mark))
        return;
    r->marks[r->count] = mark;
    r->points[r->count++] = (struct scan_point){r->layout->fiducials[index].x, r->layout->fiducials[index].y, mark.x, mark.y};
}

// The corner marks at full resolution; turned says that the first candidate is the bottom right one.
static bool measure_corners(struct registering *r, const struct scan_candidate *candidates,
                            const struct scan_corners *corners, bool turned, double *hole)
{
    struct scan_point rough[4];
    int index[4], count = 0;
    for (int i = 0; i < 4; i++) {
        int at = corners->at[turned ? (i + 2) % 4 : i], fiducial = clockwise[i];
        if (at < 0)
            continue;
        index[count] = fiducial;
        rough[count++] = (struct scan_point){r->layout->fiducials[fiducial].x, r->layout->fiducials[fiducial].y,
                                             candidates[at].x, candidates[at].y};
    }
    struct scan_transform transform;
    if (!scan_transform_fit_affine(rough, (size_t)count, &transform))
        return false;
    r->count = 0;
    double top_left = 0, others = 0;
    bool seen = false;
    for (int i = 0; i < count; i++) {
        struct scan_place place = scan_transform_at(&transform, rough[i].x, rough[i].y);
        place.x = rough[i].px;
        place.y = rough[i].py;
        int before = r->count;
        add_mark(r, index[i], &place);
        if (r->count == before)
            continue;
        if (index[i] == 0) {
            seen = true;
            top_left = r->marks[before].hole;
        } else {
            others = fmax(others, r->marks[before].hole);
        }
    }
    *hole = seen ? top_left - others : 0.2 - others; // without it, a hole elsewhere speaks against
    return r->count >= 3;
}

// The marks half-way down the sides, and a corner that was too damaged to be a candidate.
static void add_missing(struct registering *r)
{
    struct scan_transform transform;
    if (!fit_points(r, &transform))
        return;
    for (int i = 0; i < PAPER_FIDUCIALS; i++) {
        bool have = false;
        for (int k = 0; k < r->count; k++)
            have |= r->points[k].x == r->layout->fiducials[i].x && r->points[k].y == r->layout->fiducials[i].y;
        if (have)
            continue;
        struct scan_place place = scan_transform_at(&transform, r->layout->fiducials[i].x, r->layout->fiducials[i].y), best = place;
        double scale = hypot(place.ax, place.ay), side = r->layout->fiducials[i].size * scale / r->darkness.factor, found = 0.4;
        int reach = (int)(2.5 * scale / r->darkness.factor + 0.5);
        for (int dy = -reach; dy <= reach; dy++)
            for (int dx = -reach; dx <= reach; dx++) {
                double x = place.x / r->darkness.factor + dx, y = place.y / r->darkness.factor + dy;
                double score = scan_darkness_mark(&r->darkness, x, y, side, side * 2);
                if (score > found) {
                    found = score;
                    best.x = floor(x + 0.5) * r->darkness.factor;
                    best.y = floor(y + 0.5) * r->darkness.factor;
                }
            }
        if (found > 0.4)
            add_mark(r, i, &best);
    }
}

// Fits, leaving out the mark that contradicts the others most while one does.
static bool fit_best(struct registering *r, struct scan_registration *registration)
{
    for (;;) {
        int worst = 0;
        double most = 0;
        if (!fit_points(r, &registration->transform))
            return false;
        for (int i = 0; i < r->count; i++) {
            double residual = scan_transform_residual(&registration->transform, &r->points[i]);
            if (residual > most) {
                most = residual;
                worst = i;
            }
        }
        registration->residual = most;
        if (most <= most_residual)
            break;
        if (r->count <= 4)
            return false;
        r->count--;
        r->points[worst] = r->points[r->count];
        r->marks[worst] = r->marks[r->count];
    }
    registration->found = r->count;
    registration->affine = r->count < 4;
    return true;
}

// How the fitted page lies; false where no scanner or camera would show it so.
static bool describe(const struct registering *r, struct scan_registration *g)
{
    struct scan_place place = scan_transform_at(&g->transform, r->layout->width / 2, r->layout->height / 2);
    double across = hypot(place.ax, place.ay), down = hypot(place.bx, place.by), degree = 180 / M_PI;
    double angle = atan2(place.ay, place.ax) * degree;
    double cosine = (place.ax * place.bx + place.ay * place.by) / (across * down);
    double shear = fabs(asin(fmax(-1, fmin(1, cosine)))) * degree, anisotropy = fabs(across / down - 1);
    if (place.ax * place.by - place.ay * place.bx <= 0)
        return false;
    g->dpi = sqrt(across * down) * 25.4;
    g->turned = (int)(floor(angle / 90 + 0.5) * 90 + 360) % 360;
    g->skew = angle - floor(angle / 90 + 0.5) * 90;
    g->white = g->black = 0;
    for (int i = 0; i < r->count; i++) {
        g->white += r->marks[i].white / r->count;
        g->black += r->marks[i].black / r->count;
    }
    return g->dpi >= least_dpi && g->dpi <= most_dpi && anisotropy <= (g->affine ? most_anisotropy : most_anisotropy_seen) &&
           shear <= (g->affine ? most_shear : most_shear_seen);
}

// seen: the candidates are squares indeed.
static bool register_turned(struct registering *r, const struct scan_candidate *candidates,
                            const struct scan_corners *corners, bool turned, struct scan_registration *registration,
                            bool *seen)
{
    *registration = (struct scan_registration){0};
    if (!measure_corners(r, candidates, corners, turned, &registration->hole))
        return false;
    *seen = true;
    add_missing(r);
    return fit_best(r, registration) && describe(r, registration);
}

// At one guess of the scale (pixels a millimetre).
static enum scan_registered register_at(struct registering *r, double scale, struct scan_registration *registrations,
                                        int *count)
{
    const struct paper_layout *layout = r->layout;
    struct scan_candidate candidates[SCAN_MOST_CANDIDATES];
    struct scan_corners corners;
    double across = layout->fiducials[1].x - layout->fiducials[0].x, down = layout->fiducials[2].y - layout->fiducials[0].y;
    int found = scan_candidates(&r->darkness, layout->fiducials[0].size * scale, candidates);
    if (!scan_corners_choose(candidates, found, across, down, scale, &corners))
        return SCAN_NO_MARKS;
    bool seen = false;
    for (int turned = 0; turned < 2; turned++)
        if (register_turned(r, candidates, &corners, turned, &registrations[*count], &seen))
            (*count)++;
    if (*count == 0)
        return seen ? SCAN_DISTORTED : SCAN_NO_MARKS;
    if (*count == 2 && registrations[1].hole > registrations[0].hole) {
        struct scan_registration swap = registrations[0];
        registrations[0] = registrations[1];
        registrations[1] = swap;
    }
    return registrations[0].white - registrations[0].black < least_contrast ? SCAN_FAINT : SCAN_REGISTERED;
}

// The scale if the page fills the image, and smaller ones for a page within a larger image.
enum scan_registered scan_register(const struct scan_image *image, const struct paper_layout *layout,
                                   struct scan_registration registrations[SCAN_TURNS], int *count)
{
    static const double shares[] = {1, 0.8, 0.64};
    double longer = image->width > image->height ? image->width : image->height;
    double shorter = image->width > image->height ? image->height : image->width;
    double tall = fmax(layout->width, layout->height), narrow = fmin(layout->width, layout->height);
    double fill = fmin(longer / tall, shorter / narrow);
    struct registering r = {.image = image, .layout = layout};
    *count = 0;
    int factor = (int)(fill / 1.9);
    struct survey_error error;
    if (!scan_darkness_new(image, factor < 1 ? 1 : factor, &r.darkness, &error))
        return SCAN_NOTHING;
    enum scan_registered result = SCAN_NO_MARKS;
    if (r.darkness.contrast >= 15)
        for (size_t i = 0; i < sizeof shares / sizeof *shares && result == SCAN_NO_MARKS; i++)
            result = register_at(&r, fill * shares[i], registrations, count);
    if (result == SCAN_NO_MARKS && r.darkness.black > most_black)
        result = SCAN_DARK;
    else if (result == SCAN_NO_MARKS && r.darkness.dark < 0.001)
        result = SCAN_NOTHING;
    scan_darkness_clear(&r.darkness);
    return result;
}
