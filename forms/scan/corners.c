// SPDX-License-Identifier: GPL-3.0-or-later
// Which four of the candidates are the corner marks: the combination that is most like the printed
// rectangle, never the outermost or the nearest blob.
#include "forms/scan/register.h"

#include <string.h>

// What a photograph by hand or an uneven feed may do to the rectangle. Three marks have no fourth to
// contradict them, so they must fit better.
static const double most_side_ratio = 0.10, most_aspect = 0.10, most_diagonal = 0.10, most_scale = 0.25;
static const double most_aspect_of_three = 0.03, most_cosine_of_three = 0.03;

static double apart(const struct scan_candidate *a, const struct scan_candidate *b)
{
    return hypot(a->x - b->x, a->y - b->y);
}

static double off(double a, double b)
{
    return fabs(a - b) / ((a + b) / 2);
}

// Orders four places clockwise as seen in the image (y downwards).
static void order_clockwise(const struct scan_candidate *candidates, int at[4])
{
    double x = 0, y = 0, angle[4];
    for (int i = 0; i < 4; i++) {
        x += candidates[at[i]].x / 4;
        y += candidates[at[i]].y / 4;
    }
    for (int i = 0; i < 4; i++)
        angle[i] = atan2(candidates[at[i]].y - y, candidates[at[i]].x - x);
    for (int i = 1; i < 4; i++)
        for (int k = i; k > 0 && angle[k] < angle[k - 1]; k--) {
            double swap = angle[k];
            int index = at[k];
            angle[k] = angle[k - 1];
            angle[k - 1] = swap;
            at[k] = at[k - 1];
            at[k - 1] = index;
        }
}

static void judge_four(const struct scan_candidate *c, int at[4], double across, double down, double scale,
                       struct scan_corners *best)
{
    double most = c[at[0]].score + c[at[1]].score + c[at[2]].score + c[at[3]].score;
    if (most + 1e-9 <= best->score) // whatever their places: this spares nearly all the work
        return;
    order_clockwise(c, at);
    double a = apart(&c[at[0]], &c[at[1]]), b = apart(&c[at[1]], &c[at[2]]), d = apart(&c[at[2]], &c[at[3]]),
           e = apart(&c[at[3]], &c[at[0]]);
    int first = (a + d < b + e) == (across < down) ? 0 : 1; // the side from first to the next is the one across
    double wide = first == 0 ? (a + d) / 2 : (b + e) / 2, high = first == 0 ? (b + e) / 2 : (a + d) / 2;
    double sides = fmax(off(a, d), off(b, e)), aspect = off(wide / across, high / down);
    double diagonals = off(apart(&c[at[0]], &c[at[2]]), apart(&c[at[1]], &c[at[3]]));
    double size = off((wide / across + high / down) / 2, scale);
    if (sides > most_side_ratio || aspect > most_aspect || diagonals > most_diagonal || size > most_scale)
        return;
    double score = c[at[0]].score + c[at[1]].score + c[at[2]].score + c[at[3]].score -
                   6 * (sides + aspect + diagonals) - 2 * size;
    if (score <= best->score)
        return;
    best->score = score;
    for (int i = 0; i < 4; i++)
        best->at[i] = at[(i + first) % 4];
}

// corner is where the two sides meet; next follows it clockwise, previous comes before it.
static void judge_three(const struct scan_candidate *c, int previous, int corner, int next, double across, double down,
                        double scale, struct scan_corners *best)
{
    double ux = c[next].x - c[corner].x, uy = c[next].y - c[corner].y;
    double vx = c[previous].x - c[corner].x, vy = c[previous].y - c[corner].y;
    double u = hypot(ux, uy), v = hypot(vx, vy);
    if (ux * vy - uy * vx <= 0 || u == 0 || v == 0) // clockwise only
        return;
    bool along = (u < v) == (across < down); // from the corner to the next is across
    double wide = along ? u : v, high = along ? v : u;
    double aspect = off(wide / across, high / down), cosine = fabs(ux * vx + uy * vy) / (u * v);
    double size = off((wide / across + high / down) / 2, scale);
    if (aspect > most_aspect_of_three || cosine > most_cosine_of_three || size > most_scale)
        return;
    double score = c[previous].score + c[corner].score + c[next].score - 10 * (aspect + cosine) - 2 * size;
    if (score <= best->score)
        return;
    best->score = score;
    int at[4] = {corner, next, -1, previous}, first = along ? 0 : 1;
    for (int i = 0; i < 4; i++)
        best->at[i] = at[(i + first) % 4];
}

bool scan_corners_choose(const struct scan_candidate *candidates, int count, double across, double down, double scale,
                         struct scan_corners *corners)
{
    struct scan_corners best = {.score = 0};
    for (int i = 0; i < count; i++)
        for (int j = i + 1; j < count; j++)
            for (int k = j + 1; k < count; k++)
                for (int l = k + 1; l < count; l++)
                    judge_four(candidates, (int[4]){i, j, k, l}, across, down, scale, &best);
    bool four = best.score > 0;
    for (int i = 0; !four && i < count; i++)
        for (int j = 0; j < count; j++)
            for (int k = 0; k < count; k++)
                if (i != j && j != k && i != k)
                    judge_three(candidates, i, j, k, across, down, scale, &best);
    *corners = best;
    return best.score > 0;
}
