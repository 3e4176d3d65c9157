// SPDX-License-Identifier: GPL-3.0-or-later
// Frames and ink. The two are measured apart: where the box is must not depend on how it is filled.
#include "forms/scan/mark.h"

#include "survey/base/arena.h"

#include <stdlib.h>
#include <string.h>

static const double reach = 1.4;         // millimetres within which a frame is looked for,
static const double near = 0.4;          // and beside where its neighbour was
static const double line = 0.3;          // of a frame, as printed
static const double most_stray = 0.15;   // from the median of the nearest, for a frame that is not firm
static const double most_odd = 0.25;     // by which a firm frame's size may differ from the page's others
static const double least_found = 0.95, most_offset = 0.7;    // the page gate
static const double least_firm = 0.85, most_offset_firm = 1.2; // the same for a page of firm frames
static const double inset = 0.13, around = 0.28; // shares of a box: inside the frame, and the white beside it
static const double ring = 1.0, clear = 0.35;    // millimetres outside: where a stray mark counts
static const double outside = 0.55; // millimetres from a frame's line: light, where it is a frame
enum { NEAREST = 9, ALONG = 9, CELLS = 4, MOST_ACROSS = 4096, STREAKED = 256 };

// Two opposite sides of a box in its image: axis 0 left and right, 1 top and bottom. The places along a side are
// px, py plus what line_at() says of it. within: they lie inside the image.
struct sides {
    const struct scan_image *image;
    const struct scan_place *place;
    const struct paper_box *box;
    int axis;
    bool within;
    double px[ALONG], py[ALONG];
};

static void lay_sides(struct sides *s, int axis, double dx, double dy)
{
    const struct scan_place *p = s->place;
    s->axis = axis;
    for (int i = 0; i < ALONG; i++) {
        double along = 0.8 * (2.0 * i / (ALONG - 1) - 1);
        double x = dx + along * (s->box->w / 2), y = dy + along * (s->box->h / 2);
        s->px[i] = axis == 0 ? p->bx * y : p->x + p->ax * x;
        s->py[i] = axis == 0 ? p->by * y : p->y + p->ay * x;
    }
}

// Where the line out millimetres outside a side lies: side 0 left or top, 1 right or bottom.
static void line_at(const struct sides *s, int side, double dx, double dy, double out, double *right, double *down)
{
    const struct scan_place *p = s->place;
    if (s->axis == 0) {
        double x = dx + (side == 0 ? -(s->box->w / 2) - out : s->box->w / 2 + out);
        *right = p->x + p->ax * x;
        *down = p->y + p->ay * x;
    } else {
        double y = dy + (side == 0 ? -(s->box->h / 2) - out : s->box->h / 2 + out);
        *right = p->bx * y;
        *down = p->by * y;
    }
}

// Gray along a line.
static double line_level(const struct sides *s, int side, double dx, double dy, double out)
{
    double right, down;
    int sum = 0;
    line_at(s, side, dx, dy, out, &right, &down);
    if (s->within)
        for (int i = 0; i < ALONG; i++)
            sum += scan_nearest_within(s->image, s->px[i] + right, s->py[i] + down);
    else
        for (int i = 0; i < ALONG; i++)
            sum += scan_nearest(s->image, s->px[i] + right, s->py[i] + down);
    return (double)sum / ALONG;
}

// The same between pixels, for measuring.
static double line_level_fine(const struct sides *s, int side, double dx, double dy, double out)
{
    double right, down, sum = 0;
    line_at(s, side, dx, dy, out, &right, &down);
    if (s->within)
        for (int i = 0; i < ALONG; i++)
            sum += scan_sample_within(s->image, s->px[i] + right, s->py[i] + down);
    else
        for (int i = 0; i < ALONG; i++)
            sum += scan_sample(s->image, s->px[i] + right, s->py[i] + down);
    return sum / ALONG;
}

// How well two opposite sides show at an offset: dark on the line, light just outside.
static double pair_fit(const struct sides *s, double dx, double dy)
{
    double fit = 0;
    for (int side = 0; side < 2; side++)
        fit += line_level(s, side, dx, dy, outside) - line_level(s, side, dx, dy, 0);
    return fit;
}

// Searches along one axis around *offset.
static void search(struct sides *s, int axis, double width, double step, double *dx, double *dy)
{
    double *offset = axis == 0 ? dx : dy, middle = *offset, best = -1e9, weight = 0, sum = 0;
    lay_sides(s, axis, *dx, *dy);
    for (double at = -width; at <= width + 1e-9; at += step) {
        *offset = middle + at;
        double fit = pair_fit(s, *dx, *dy) - fabs(at);
        if (fit > best + 1e-9) {
            best = fit;
            weight = 1;
            sum = at;
        } else if (fabs(fit - best) <= 1e-9) { // a plateau: its middle
            weight++;
            sum += at;
        }
    }
    *offset = middle + sum / weight;
}

// The outer edge of a side's line: where it is half as dark as it gets, coming from outside. *dark is
// how much darker than outside it gets.
static double outer_edge(const struct sides *s, int side, double dx, double dy, double *dark)
{
    enum { LOOKS = 11 };
    static const double from = 0.5, step = 0.09;
    double level[LOOKS], darkest = 255;
    for (int i = 0; i < LOOKS; i++) {
        level[i] = line_level_fine(s, side, dx, dy, from - i * step);
        darkest = level[i] < darkest ? level[i] : darkest;
    }
    double half = (level[0] + darkest) / 2;
    *dark = level[0] - darkest;
    for (int i = 1; i < LOOKS; i++)
        if (level[i] <= half)
            return from - (i - (half - level[i]) / fmax(level[i - 1] - level[i], 1e-6)) * step;
    return 0;
}

// What was measured of a frame: how dark its lines are in gray levels, and by how much its outer edges
// stand farther apart than the middles of its lines should.
struct frame {
    double dark, wide, high;
};

// Looks for the frame within width millimetres of where mark has it.
static struct frame find_frame(const struct scan_image *image, const struct scan_place *p, const struct paper_box *box,
                               double width, struct scan_mark *mark)
{
    struct frame frame = {0};
    struct sides sides = {.image = image, .place = p, .box = box};
    double edges[4], far = fmax(box->w, box->h) / 2 + fmax(fabs(mark->dx), fabs(mark->dy)) + width + 0.2 + outside;
    sides.within = scan_is_within(image, p, far);
    search(&sides, 0, width, 0.2, &mark->dx, &mark->dy);
    search(&sides, 1, width, 0.2, &mark->dx, &mark->dy);
    search(&sides, 0, 0.2, 0.1, &mark->dx, &mark->dy);
    for (int side = 0; side < 4; side++) {
        double dark;
        if (side % 2 == 0)
            lay_sides(&sides, side / 2, mark->dx, mark->dy);
        edges[side] = outer_edge(&sides, side % 2, mark->dx, mark->dy, &dark);
        frame.dark += dark / 4;
    }
    mark->dx += (edges[1] - edges[0]) / 2;
    mark->dy += (edges[3] - edges[2]) / 2;
    frame.wide = edges[0] + edges[1];
    frame.high = edges[2] + edges[3];
    return frame;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// What is known of the frames of a page, before they are held against each other.
struct frames {
    struct frame *at; // by box
    bool *firm;       // of the right size: it is where it is, whatever its neighbours say
};

// A box whose frame has the size that the page's frames have is no other thing.
static size_t find_firm(const struct scan_mark *marks, size_t count, struct frames *frames)
{
    double *sizes = survey_alloc((2 * count + 1) * sizeof *sizes);
    size_t found = 0, firm = 0;
    for (size_t i = 0; i < count; i++)
        if (marks[i].found) {
            sizes[found++] = frames->at[i].wide;
            sizes[found++] = frames->at[i].high;
        }
    qsort(sizes, found, sizeof *sizes, by_value);
    double size = found ? sizes[found / 2] : 0;
    for (size_t i = 0; i < count; i++) {
        frames->firm[i] = marks[i].found && fabs(frames->at[i].wide - size) <= most_odd && fabs(frames->at[i].high - size) <= most_odd;
        firm += frames->firm[i];
    }
    free(sizes);
    return firm;
}

// The median offset of the nearest boxes whose frames are firm, those beside it before those above and
// below: an uneven feed shifts rows.
static bool nearby(const struct paper_page *page, const struct scan_mark *marks, const struct frames *frames, size_t index,
                   double *dx, double *dy)
{
    double distance[NEAREST], xs[NEAREST], ys[NEAREST];
    int count = 0;
    const struct paper_box *at = &page->marks[index].box;
    for (size_t i = 0; i < page->mark_count; i++) {
        if (!frames->firm[i])
            continue;
        double far = hypot(page->marks[i].box.x - at->x, 3 * (page->marks[i].box.y - at->y));
        if (count == NEAREST && far >= distance[count - 1])
            continue;
        int place = count < NEAREST ? count++ : count - 1;
        for (; place > 0 && distance[place - 1] > far; place--) {
            distance[place] = distance[place - 1];
            xs[place] = xs[place - 1];
            ys[place] = ys[place - 1];
        }
        distance[place] = far;
        xs[place] = marks[i].dx;
        ys[place] = marks[i].dy;
    }
    if (count == 0)
        return false;
    qsort(xs, (size_t)count, sizeof *xs, by_value);
    qsort(ys, (size_t)count, sizeof *ys, by_value);
    *dx = xs[count / 2];
    *dy = ys[count / 2];
    return true;
}

// A frame that a heavy mark hides stands where its neighbours say. Firm ones don't move, so that the
// order does not matter.
static void agree(const struct paper_page *page, struct scan_mark *marks, const struct frames *frames)
{
    for (size_t i = 0; i < page->mark_count; i++) {
        double dx = 0, dy = 0;
        if (frames->firm[i] || !nearby(page, marks, frames, i, &dx, &dy))
            continue;
        if (!marks[i].found || hypot(marks[i].dx - dx, marks[i].dy - dy) > most_stray) {
            marks[i].dx = dx;
            marks[i].dy = dy;
        }
    }
}

// The share of full ink in a histogram of gray levels.
static double ink_of(const unsigned counts[static 256], unsigned total, double white)
{
    double ink = 0;
    for (int level = 0; level < white; level++)
        if (counts[level]) {
            double dark = 2 * fmax(0, (white - level) / (white - 20) - 0.16);
            ink += counts[level] * (dark < 1 ? dark : 1);
        }
    return total ? ink / total : 0;
}

// Places in and around a box, a step apart, looked at a row at a time: what is the same in every row is worked
// out once.
struct grid {
    const struct scan_image *image;
    const struct scan_streaks *streaks;
    struct scan_place place;
    bool plain; // within the image, and no streaks
    int count;
    double x[MOST_ACROSS], px[MOST_ACROSS], py[MOST_ACROSS];
    uint16_t levels[MOST_ACROSS]; // gray, or STREAKED
};

static void lay(struct grid *grid, double half_w, double half_h, double step)
{
    const struct scan_place *p = &grid->place;
    grid->plain = grid->streaks->count == 0 && scan_is_within(grid->image, p, fmax(half_w, half_h));
    grid->count = 0;
    for (double x = -half_w; x <= half_w && grid->count < MOST_ACROSS; x += step) {
        grid->x[grid->count] = x;
        grid->px[grid->count] = p->x + p->ax * x;
        grid->py[grid->count++] = p->y + p->ay * x;
    }
}

// Sets the levels from one place of the row at y up to another.
static void look(struct grid *grid, double y, int from, int to)
{
    double right = grid->place.bx * y, down = grid->place.by * y;
    if (grid->plain)
        for (int i = from; i < to; i++)
            grid->levels[i] = (uint16_t)scan_nearest_within(grid->image, grid->px[i] + right, grid->py[i] + down);
    else
        for (int i = from; i < to; i++) {
            double px = grid->px[i] + right, py = grid->py[i] + down;
            grid->levels[i] = scan_is_streaked(grid->streaks, grid->image, px, py) ? STREAKED : (uint16_t)scan_nearest(grid->image, px, py);
        }
}

static unsigned count_row(struct grid *grid, double y, int from, int to, unsigned counts[static STREAKED + 1])
{
    look(grid, y, from, to);
    for (int i = from; i < to; i++)
        counts[grid->levels[i]]++;
    return (unsigned)(to - from);
}

// Counts the levels between two boxes around the place, step apart; returns how many, without what is streaked.
static unsigned count_ring(struct grid *grid, double inner_w, double inner_h, double outer_w, double outer_h, double step,
                           unsigned counts[static STREAKED + 1])
{
    unsigned total = 0;
    lay(grid, outer_w, outer_h, step);
    int left = 0, right = grid->count;
    while (left < right && fabs(grid->x[left]) >= inner_w)
        left++;
    while (right > left && fabs(grid->x[right - 1]) >= inner_w)
        right--;
    for (double y = -outer_h; y <= outer_h; y += step)
        if (fabs(y) >= inner_h)
            total += count_row(grid, y, 0, grid->count, counts);
        else
            total += count_row(grid, y, 0, left, counts) + count_row(grid, y, right, grid->count, counts);
    return total - counts[STREAKED];
}

// The level that three in five of the places beside the box don't reach.
static double local_white(struct grid *grid, const struct paper_box *box, double step)
{
    unsigned counts[STREAKED + 1] = {0}, seen = 0;
    unsigned total = count_ring(grid, box->w / 2 + clear, box->h / 2 + clear, box->w * (0.5 + around), box->h * (0.5 + around), step, counts);
    for (int level = 255; level >= 0; level--)
        if ((seen += counts[level]) * 10 > total * 4)
            return level;
    return 255;
}

// The ink of a box by sixteenths of its inside.
struct cells {
    double sum[CELLS][CELLS];
    int count[CELLS][CELLS];
};

// Through how many quarters the ink goes, across or down: a stroke goes through, a speck does not.
static int span_of(const struct cells *cells, double white, double peak, int *narrow)
{
    bool rows[CELLS] = {false}, columns[CELLS] = {false};
    double least = fmax(0.03, 0.12 * peak);
    for (int y = 0; y < CELLS; y++)
        for (int x = 0; x < CELLS; x++)
            if (cells->count[y][x] && white - cells->sum[y][x] / cells->count[y][x] > least * (white - 20))
                rows[y] = columns[x] = true;
    int across = 0, down = 0;
    for (int i = 0; i < CELLS; i++) {
        across += columns[i];
        down += rows[i];
    }
    *narrow = across < down ? across : down;
    return across > down ? across : down;
}

// Where each column of cells ends, as places of the grid.
static void find_columns(const struct grid *grid, double half_w, int ends[static CELLS])
{
    for (int column = 0, i = 0; column < CELLS; column++) {
        while (i < grid->count && (int)((grid->x[i] + half_w) / (2 * half_w) * (CELLS - 0.001)) <= column)
            i++;
        ends[column] = i;
    }
}

static void measure_inside(struct grid *grid, const struct paper_box *box, double white, double step, struct scan_mark *mark)
{
    unsigned counts[STREAKED + 1] = {0}, looked = 0, seen = 0;
    struct cells cells = {0};
    double half_w = box->w * (0.5 - inset), half_h = box->h * (0.5 - inset), sum = 0;
    int ends[CELLS];
    lay(grid, half_w, half_h, step);
    find_columns(grid, half_w, ends);
    for (double y = -half_h; y <= half_h; y += step) {
        int row = (int)((y + half_h) / (2 * half_h) * (CELLS - 0.001));
        looked += count_row(grid, y, 0, grid->count, counts);
        for (int column = 0, i = 0; column < CELLS; column++) {
            int levels = 0, count = 0; // whole numbers: their sum is exact in any order
            for (; i < ends[column]; i++) {
                levels += grid->levels[i] < STREAKED ? grid->levels[i] : 0;
                count += grid->levels[i] < STREAKED;
            }
            cells.sum[row][column] += levels;
            cells.count[row][column] += count;
            sum += levels;
        }
    }
    unsigned total = looked - counts[STREAKED];
    mark->hidden = total * 10 < looked * 6 || white < 90;
    mark->score = ink_of(counts, total, white);
    mark->mean = total ? (white - sum / total) / (white - 20) : 0;
    int level = 0;
    while (level < 255 && (seen += counts[level]) * 20 < total)
        level++;
    mark->peak = fmax(0, (white - level) / (white - 20));
    mark->span = span_of(&cells, white, mark->peak, &mark->narrow);
}

static void measure_outside(struct grid *grid, const struct paper_box *box, double white, double step, struct scan_mark *mark)
{
    unsigned counts[STREAKED + 1] = {0};
    unsigned total = count_ring(grid, box->w / 2 + clear, box->h / 2 + clear, box->w / 2 + ring, box->h / 2 + ring, step, counts);
    mark->outer = ink_of(counts, total, white);
}

static struct scan_place place_of(const struct scan_registration *registration, const struct paper_box *box)
{
    return scan_transform_at(&registration->transform, box->x + box->w / 2, box->y + box->h / 2);
}

// Boxes stand off much as the one before them does; where that does not lead to a whole frame, the
// search is wide.
static void look_for(const struct scan_image *image, const struct scan_registration *registration, const struct paper_box *box,
                     const struct scan_mark *before, struct scan_mark *mark, struct frame *frame)
{
    struct scan_place place = place_of(registration, box);
    double least = 0.5 * (registration->white - registration->black);
    if (before) {
        mark->dx = before->dx;
        mark->dy = before->dy;
        *frame = find_frame(image, &place, box, near, mark);
        mark->found = frame->dark >= least;
        if (mark->found && fabs(frame->wide - line) <= most_odd && fabs(frame->high - line) <= most_odd &&
            hypot(mark->dx - before->dx, mark->dy - before->dy) <= near)
            return;
    }
    mark->dx = mark->dy = 0;
    *frame = find_frame(image, &place, box, reach, mark);
    mark->found = frame->dark >= least;
}

static void find_frames(const struct scan_image *image, const struct scan_registration *registration,
                        const struct paper_page *page, struct scan_mark *marks, struct scan_fit *fit)
{
    size_t count = page->mark_count, found = 0;
    double *offsets = survey_alloc((count + 1) * sizeof *offsets);
    struct frames frames = {survey_alloc((count + 1) * sizeof *frames.at), survey_alloc((count + 1) * sizeof *frames.firm)};
    for (size_t i = 0; i < count; i++) {
        look_for(image, registration, &page->marks[i].box, i > 0 && marks[i - 1].found ? &marks[i - 1] : NULL, &marks[i], &frames.at[i]);
        if (marks[i].found)
            offsets[found++] = hypot(marks[i].dx, marks[i].dy);
    }
    qsort(offsets, found, sizeof *offsets, by_value);
    fit->found = count ? (double)found / (double)count : 1;
    fit->offset = found ? offsets[found / 2] : count ? reach : 0;
    fit->firm = count ? (double)find_firm(marks, count, &frames) / (double)count : 1;
    agree(page, marks, &frames);
    free(offsets);
    free(frames.at);
    free(frames.firm);
}

void scan_marks_read(const struct scan_image *image, const struct scan_registration *registration,
                     const struct scan_streaks *streaks, const struct paper_page *page, struct scan_mark *marks,
                     struct scan_fit *fit)
{
    double step = 25.4 / registration->dpi;
    struct grid *grid = survey_alloc(sizeof *grid);
    grid->image = image;
    grid->streaks = streaks;
    memset(marks, 0, page->mark_count * sizeof *marks);
    find_frames(image, registration, page, marks, fit);
    for (size_t i = 0; i < page->mark_count; i++) {
        const struct paper_box *box = &page->marks[i].box;
        struct scan_place place = place_of(registration, box);
        place.x += place.ax * marks[i].dx + place.bx * marks[i].dy;
        place.y += place.ay * marks[i].dx + place.by * marks[i].dy;
        grid->place = place;
        double white = local_white(grid, box, step * 2);
        measure_inside(grid, box, white, step, &marks[i]);
        measure_outside(grid, box, white, step * 1.5, &marks[i]);
    }
    free(grid);
}

bool scan_fit_good(const struct scan_fit *fit)
{
    double most = fit->firm >= least_firm ? most_offset_firm : most_offset;
    return fit->found >= least_found && fit->offset < most;
}
