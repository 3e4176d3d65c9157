// SPDX-License-Identifier: GPL-3.0-or-later
// Joint inclusion probabilities of a draw's first stage.
#include "survey/sample/draw.h"

#include "survey/base/arena.h"
#include "survey/base/text.h"
#include "survey/sample/unequal.h"

#include <string.h>

// As the square is written and read whole.
enum { JOINT_UNITS_MOST = 5000 };

// The units of one stratum among those selected: the index of each, and its place in the stratum.
struct members {
    size_t *index, *place;
    size_t count;
};

static bool systematic(const struct survey_draw_group *group, struct survey_error *error)
{
    char where[64];
    survey_format_into(where, sizeof where, "sample!%u", group->row);
    return survey_fail(error, SURVEY_ERROR_INPUT, where,
                       _("'%s' leaves pairs of units that are never drawn together, so that joint probabilities give no variance; use srs, sampford, "
                         "brewer or midzuno"),
                       survey_draw_method_name(group->method));
}

static void fill_equal(const struct survey_draw_group *group, const struct members *members, size_t taken, double *joint)
{
    double n = (double)taken, size = (double)group->count, both = size > 1 ? n * (n - 1) / (size * (size - 1)) : 0;
    for (size_t i = 0; i < members->count; i++)
        for (size_t j = 0; j < members->count; j++)
            joint[i * members->count + j] = i == j ? n / size : both;
}

// Certain units are drawn with every other: pi_kl = pi_k. The rest is a sample of its own.
static void fill_unequal(const struct survey_draw_group *group, const struct members *members, struct survey_arena *arena, double *joint,
                         bool *exact)
{
    size_t m = members->count, rest = 0, inside = 0, left = 0;
    double *p = survey_arena_array(arena, group->count, sizeof *p), *part = survey_arena_array(arena, m * m, sizeof *part);
    size_t *number = survey_arena_array(arena, group->count, sizeof *number), *of = survey_arena_array(arena, m, sizeof *of);
    size_t *at = survey_arena_array(arena, m, sizeof *at);
    for (size_t k = 0; k < group->count; k++) {
        number[k] = rest;
        if (group->probability[k] < 1)
            p[rest++] = group->probability[k];
    }
    for (size_t i = 0; i < m; i++) {
        left += group->probability[members->place[i]] < 1;
        if (group->probability[members->place[i]] < 1) {
            at[inside] = i;
            of[inside++] = number[members->place[i]];
        }
        for (size_t j = 0; j < m; j++)
            joint[i * m + j] = group->probability[members->place[i]] * group->probability[members->place[j]];
    }
    if (group->method == SURVEY_DRAW_SAMPFORD)
        survey_joint_sampford(p, rest, left, of, inside, part);
    else if (group->method == SURVEY_DRAW_MIDZUNO)
        survey_joint_midzuno(p, rest, left, of, inside, part);
    else
        *exact &= survey_joint_brewer(p, rest, left, of, inside, part);
    for (size_t i = 0; i < inside; i++)
        for (size_t j = 0; j < inside; j++)
            joint[at[i] * m + at[j]] = part[i * inside + j];
}

static bool fill_group(const struct survey_draw *draw, size_t number, const size_t *selected, size_t count, struct survey_arena *arena,
                       double *joint, bool *exact, struct survey_error *error)
{
    const struct survey_draw_group *group = &draw->groups[number];
    struct members members = {survey_arena_array(arena, count, sizeof(size_t)), survey_arena_array(arena, count, sizeof(size_t)), 0};
    for (size_t i = 0; i < count; i++)
        if (draw->units[selected[i]].group == number) {
            members.index[members.count] = i;
            members.place[members.count++] = draw->units[selected[i]].place;
        }
    double *part = survey_arena_array(arena, members.count * members.count + 1, sizeof *part);
    if (group->method == SURVEY_DRAW_SYSTEMATIC || group->method == SURVEY_DRAW_PPS)
        return systematic(group, error);
    if (group->method <= SURVEY_DRAW_SRS)
        fill_equal(group, &members, members.count, part);
    else
        fill_unequal(group, &members, arena, part, exact);
    for (size_t i = 0; i < members.count; i++)
        for (size_t j = 0; j < members.count; j++)
            joint[members.index[i] * count + members.index[j]] = part[i * members.count + j];
    return true;
}

bool survey_draw_joint(const struct survey_draw *draw, struct survey_arena *arena, double **joint, size_t *count, bool *exact,
                       struct survey_error *error)
{
    size_t n = 0, *selected = survey_arena_array(arena, draw->count, sizeof *selected);
    for (size_t i = 0; i < draw->count; i++)
        if (draw->units[i].stage == 1 && draw->units[i].selected)
            selected[n++] = i;
    if (n > JOINT_UNITS_MOST)
        return survey_fail(error, SURVEY_ERROR_INPUT, "", _("joint probabilities are given for at most %d units; the first stage drew %zu"),
                           (int)JOINT_UNITS_MOST, n);
    double *square = survey_arena_array(arena, n * n + 1, sizeof *square);
    bool all_exact = true;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            square[i * n + j] = draw->units[selected[i]].probability * (i == j ? 1 : draw->units[selected[j]].probability);
    for (size_t g = 0; g < draw->group_count; g++)
        if (!fill_group(draw, g, selected, n, arena, square, &all_exact, error))
            return false;
    *joint = square;
    *count = n;
    *exact = all_exact;
    return true;
}
