// SPDX-License-Identifier: GPL-3.0-or-later
// Nearest neighbours, along a line or by Mahalanobis's distance.
#include "stats/effect/match.h"

enum { PAIRS_MOST = 50000000 };
static const double WORK_MOST = 1e10;

// Rows in the order of cell and place; the search goes down and up from a treated row's position.
// Positions are 1 .. n.
struct line {
    uint32_t *row;       // at each position
    uint32_t *position;  // of each row
    uint32_t *down, *up; // the next free control at or below, at or above; 0 and n + 1: none
};

static bool add_pair(struct effect_pairs *pairs, size_t treated, size_t control,
                     struct survey_error *error)
{
    if (pairs->count == PAIRS_MOST)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("matching gives more than %d pairs"),
                           PAIRS_MOST);
    if (pairs->count == pairs->room) {
        pairs->room = pairs->room ? pairs->room * 2 : 1024;
        pairs->at = survey_realloc(pairs->at, pairs->room, sizeof *pairs->at);
    }
    pairs->at[pairs->count++] = (struct effect_pair){(uint32_t)treated, (uint32_t)control};
    return true;
}

void effect_match_free(struct effect_matching *matching)
{
    free(matching->pairs.at);
    matching->pairs = (struct effect_pairs){0};
}

static uint32_t cell_of(const struct effect_matching *of, size_t row)
{
    return of->cells ? of->cells->of_row[row] : 0;
}

static int along(const void *left, const void *right, void *context)
{
    const struct effect_matching *of = context;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    if (cell_of(of, a) != cell_of(of, b))
        return cell_of(of, a) < cell_of(of, b) ? -1 : 1;
    if (of->place[a] != of->place[b])
        return of->place[a] < of->place[b] ? -1 : 1;
    return (a > b) - (a < b);
}

static int by_order(const void *left, const void *right, void *context)
{
    const struct effect_matching *of = context;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    if (of->order != EFFECT_DATA && of->place[a] != of->place[b])
        return (of->place[a] > of->place[b]) == (of->order == EFFECT_LARGEST) ? -1 : 1;
    return (a > b) - (a < b);
}

// The treated rows in the order in which they choose.
static uint32_t *choosers(struct effect_matching *of, size_t *count)
{
    uint32_t *rows = survey_arena_array(of->effect->arena, of->effect->n, sizeof *rows);
    *count = 0;
    for (size_t i = 0; i < of->effect->n; i++)
        if (of->effect->treated[i] == 1 && !(of->left_out && of->left_out[i]))
            rows[(*count)++] = (uint32_t)i;
    qsort_r(rows, *count, sizeof *rows, by_order, of);
    return rows;
}

static void make_line(struct effect_matching *of, struct line *line)
{
    struct survey_arena *arena = of->effect->arena;
    size_t n = of->effect->n;
    line->row = survey_arena_array(arena, n + 2, sizeof *line->row);
    line->position = survey_arena_array(arena, n, sizeof *line->position);
    line->down = survey_arena_array(arena, n + 2, sizeof *line->down);
    line->up = survey_arena_array(arena, n + 2, sizeof *line->up);
    for (size_t i = 0; i < n; i++)
        line->row[i + 1] = (uint32_t)i;
    qsort_r(line->row + 1, n, sizeof *line->row, along, of);
    line->up[n + 1] = (uint32_t)n + 1;
    for (uint32_t at = 1; at <= n; at++) {
        bool control = of->effect->treated[line->row[at]] == 0;
        line->position[line->row[at]] = at;
        line->down[at] = control ? at : at - 1;
        line->up[at] = control ? at : at + 1;
    }
}

static uint32_t follow(uint32_t *next, uint32_t at)
{
    while (next[at] != at)
        at = next[at] = next[next[at]];
    return at;
}

// A control on one side of the treated row, and how far it is: beyond the caliper or in another
// cell it is none.
struct candidate {
    uint32_t at;
    double distance;
};

static struct candidate look(const struct effect_matching *of, const struct line *line,
                             size_t treated, uint32_t at)
{
    size_t n = of->effect->n;
    struct candidate none = {0, INFINITY}, found = {at, INFINITY};
    if (at < 1 || at > n || cell_of(of, line->row[at]) != cell_of(of, treated))
        return none;
    found.distance = fabs(of->place[line->row[at]] - of->place[treated]);
    return found.distance <= of->caliper ? found : none;
}

static struct candidate nearer(const struct effect_matching *of, struct candidate low,
                               struct candidate high)
{
    if (low.at && (of->below || !high.at || low.distance <= high.distance))
        return low;
    return high;
}

static bool match_once(struct effect_matching *of, const uint32_t *choosing, size_t count,
                       struct line *line, struct survey_error *error)
{
    for (size_t round = 0; round < of->ratio; round++)
        for (size_t i = 0; i < count; i++) {
            uint32_t treated = choosing[i], at = line->position[treated];
            struct candidate found = nearer(of, look(of, line, treated, follow(line->down, at)),
                                            look(of, line, treated, follow(line->up, at)));
            if (!found.at)
                continue;
            if (!add_pair(&of->pairs, treated, line->row[found.at], error))
                return false;
            line->down[found.at] = found.at - 1;
            line->up[found.at] = found.at + 1;
        }
    return true;
}

// With replacement: the nearest first, until there are enough and no tie is left.
static bool match_again(struct effect_matching *of, const uint32_t *choosing, size_t count,
                        struct line *line, struct survey_error *error)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t treated = choosing[i], at = line->position[treated];
        struct candidate low = look(of, line, treated, follow(line->down, at)),
                         high = look(of, line, treated, follow(line->up, at));
        double last = INFINITY;
        for (size_t found = 0; low.at || high.at; found++) {
            struct candidate next = nearer(of, low, high);
            if (found >= of->ratio &&
                !(of->ties && next.distance * next.distance <= last * last + of->tolerance))
                break;
            if (found < of->ratio)
                last = next.distance;
            if (!add_pair(&of->pairs, treated, line->row[next.at], error))
                return false;
            if (next.at == low.at)
                low = look(of, line, treated, follow(line->down, next.at - 1));
            else
                high = look(of, line, treated, follow(line->up, next.at + 1));
        }
    }
    return true;
}

static double squared(const struct effect_matching *of, size_t a, size_t b)
{
    double sum = 0;
    for (size_t k = 0; k < of->dimensions; k++) {
        double gap = of->whitened[k][a] - of->whitened[k][b];
        sum += gap * gap;
    }
    return sum;
}

static bool may_match(const struct effect_matching *of, size_t treated, size_t row)
{
    return of->effect->treated[row] == 0 && cell_of(of, row) == cell_of(of, treated) &&
           (isinf(of->caliper) || fabs(of->place[row] - of->place[treated]) <= of->caliper);
}

static bool all_once(struct effect_matching *of, const uint32_t *choosing, size_t count,
                     struct survey_error *error)
{
    size_t n = of->effect->n;
    uint8_t *taken = survey_arena_array(of->effect->arena, n, 1);
    for (size_t round = 0; round < of->ratio; round++)
        for (size_t i = 0; i < count; i++) {
            size_t best = n;
            double least = INFINITY;
            for (size_t row = 0; row < n; row++) {
                if (taken[row] || !may_match(of, choosing[i], row))
                    continue;
                double distance = squared(of, choosing[i], row);
                if (distance < least) {
                    least = distance;
                    best = row;
                }
            }
            if (best == n)
                continue;
            taken[best] = 1;
            if (!add_pair(&of->pairs, choosing[i], best, error))
                return false;
        }
    return true;
}

struct near {
    double distance;
    uint32_t row;
};

static int by_distance(const void *left, const void *right)
{
    const struct near *a = left, *b = right;
    if (a->distance != b->distance)
        return a->distance < b->distance ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}

static bool all_again(struct effect_matching *of, const uint32_t *choosing, size_t count,
                      struct survey_error *error)
{
    struct near *near = survey_arena_array(of->effect->arena, of->effect->n, sizeof *near);
    for (size_t i = 0; i < count; i++) {
        size_t found = 0;
        for (size_t row = 0; row < of->effect->n; row++)
            if (may_match(of, choosing[i], row))
                near[found++] = (struct near){squared(of, choosing[i], row), (uint32_t)row};
        qsort(near, found, sizeof *near, by_distance);
        for (size_t k = 0; k < found; k++) {
            if (k >= of->ratio &&
                !(of->ties && near[k].distance <= near[of->ratio - 1].distance + of->tolerance))
                break;
            if (!add_pair(&of->pairs, choosing[i], near[k].row, error))
                return false;
        }
    }
    return true;
}

bool effect_match(struct effect_matching *of, struct survey_error *error)
{
    size_t count, n = of->effect->n;
    const uint32_t *choosing = choosers(of, &count);
    if (of->whitened) {
        double rounds = of->replace ? 1 : (double)of->ratio;
        if ((double)count * (double)n * (double)of->dimensions * rounds > WORK_MOST)
            return survey_fail(error, SURVEY_ERROR_INPUT, "",
                               _("%zu treated among %zu rows are too many for Mahalanobis's "
                                 "distance: match on the score"),
                               count, n);
        return of->replace ? all_again(of, choosing, count, error)
                           : all_once(of, choosing, count, error);
    }
    struct line line;
    make_line(of, &line);
    return of->replace ? match_again(of, choosing, count, &line, error)
                       : match_once(of, choosing, count, &line, error);
}
