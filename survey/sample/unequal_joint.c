// SPDX-License-Identifier: GPL-3.0-or-later
// Joint inclusion probabilities.
#include "survey/sample/unequal.h"

#include "survey/base/arena.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double survey_joint_hartley_rao(double p, double q, double squares, size_t n)
{
    double size = (double)n, less = (size - 1) / size;
    return less * p * q + less / size * (p * p * q + p * q * q) - less / (size * size) * p * q * squares;
}

double survey_joint_hajek(double p, double q, double spread)
{
    return p * q * (1 - (1 - p) * (1 - q) / spread);
}

// --- Sampford
//
// As in the draw: independent marks of probabilities p; chance[m] of m marks, weight[m] the expectation on that event of the sum of 1 - p
// over marked units. Then pi_kl = p_k p_l ((2 - p_k - p_l) chance[n-2] + weight[n-2]) / weight_all[n], the former two
// without k and l. A unit is taken out of a pair of lists by division, which loses no digits from below where p is at most 1/2,
// and from above where it is over 1/2; so small and large units have lists of their own, joined at one point.
struct marks {
    double *chance, *weight;
    size_t length; // entries 0 .. length-1; of small units no more than n + 1
};

static void put_in(struct marks *marks, double p, size_t most)
{
    if (marks->length < most)
        marks->length++;
    for (size_t m = marks->length; m-- > 0;) {
        double with = m ? p * marks->chance[m - 1] : 0, more = m ? p * marks->weight[m - 1] + (1 - p) * with : 0;
        marks->chance[m] = (1 - p) * marks->chance[m] + with;
        marks->weight[m] = (1 - p) * marks->weight[m] + more;
    }
}

static void take_out(const struct marks *from, double p, struct marks *to)
{
    to->length = from->length;
    for (size_t m = 0; p <= 0.5 && m < from->length; m++) {
        double with = m ? p * to->chance[m - 1] : 0, more = m ? p * to->weight[m - 1] + (1 - p) * with : 0;
        to->chance[m] = (from->chance[m] - with) / (1 - p);
        to->weight[m] = (from->weight[m] - more) / (1 - p);
    }
    if (p <= 0.5)
        return;
    to->chance[from->length - 1] = to->weight[from->length - 1] = 0;
    for (size_t m = from->length - 1; m > 0; m--) {
        to->chance[m - 1] = (from->chance[m] - (1 - p) * to->chance[m]) / p;
        to->weight[m - 1] = (from->weight[m] - (1 - p) * to->weight[m]) / p - (1 - p) * to->chance[m - 1];
    }
}

// a * chance[m] + weight[m] of both lists together.
static double together(const struct marks *small, const struct marks *large, double a, size_t m)
{
    double sum = 0;
    for (size_t i = 0; i < large->length && i <= m; i++)
        if (m - i < small->length)
            sum += (a * large->chance[i] + large->weight[i]) * small->chance[m - i] + large->chance[i] * small->weight[m - i];
    return sum;
}

static struct marks marks_new(double **room, size_t most)
{
    struct marks marks = {*room, *room + most, 1};
    *room += 2 * most;
    memset(marks.chance, 0, 2 * most * sizeof(double));
    marks.chance[0] = 1;
    return marks;
}

void survey_joint_sampford(const double *p, size_t count, size_t n, const size_t *of, size_t m, double *joint)
{
    size_t large_count = 0;
    for (size_t k = 0; k < count; k++)
        large_count += p[k] > 0.5;
    size_t most = (n > large_count ? n : large_count) + 1;
    double *memory = survey_realloc(NULL, 8 * most, sizeof *memory), *room = memory;
    struct marks small = marks_new(&room, most), large = marks_new(&room, most), one = marks_new(&room, most), two = marks_new(&room, most);
    for (size_t k = 0; k < count; k++)
        put_in(p[k] > 0.5 ? &large : &small, p[k], p[k] > 0.5 ? large_count + 1 : n + 1);
    double all = together(&small, &large, 0, n);
    for (size_t i = 0; i < m; i++) {
        double a = p[of[i]];
        joint[i * m + i] = a;
        take_out(a > 0.5 ? &large : &small, a, &one);
        for (size_t j = 0; j < i; j++) {
            double b = p[of[j]], sum = 2 - a - b;
            bool apart = (a > 0.5) != (b > 0.5);
            take_out(apart ? (b > 0.5 ? &large : &small) : &one, b, &two);
            const struct marks *of_a = apart ? &one : &two, *of_b = &two;
            double found = n < 2 ? 0
                                 : together(a <= 0.5 ? of_a : b <= 0.5 ? of_b : &small, a > 0.5 ? of_a : b > 0.5 ? of_b : &large, sum, n - 2);
            joint[i * m + j] = joint[j * m + i] = a * b * found / all;
        }
    }
    free(memory);
}

// --- Brewer

enum { SETS_UNITS_MOST = 20 };

// chance[s]: that the set s of units is what was drawn so far, over all orders; then pi_kl is the sum over full sets that hold both.
static void brewer_sets(const double *p, size_t count, size_t n, const size_t *of, size_t m, double *joint)
{
    size_t sets = (size_t)1 << count;
    double *chance = survey_realloc(NULL, sets, sizeof *chance), step[SETS_UNITS_MOST];
    memset(chance, 0, sets * sizeof *chance);
    memset(joint, 0, m * m * sizeof *joint);
    chance[0] = 1;
    for (size_t set = 0; set < sets; set++) {
        size_t drawn = (size_t)__builtin_popcountll(set);
        double rest = (double)n, total = 0;
        if (drawn > n || chance[set] <= 0)
            continue;
        for (size_t i = 0; drawn == n && i < m; i++)
            for (size_t j = 0; j < m; j++)
                joint[i * m + j] += (set >> of[i] & set >> of[j] & 1) ? chance[set] : 0;
        for (size_t k = 0; k < count; k++)
            rest -= (set >> k & 1) ? p[k] : 0;
        for (size_t k = 0; drawn < n && k < count; k++) {
            step[k] = (set >> k & 1) ? 0 : p[k] * (rest - p[k]) / (rest - p[k] * (double)(n - drawn));
            total += step[k];
        }
        for (size_t k = 0; drawn < n && k < count; k++)
            chance[set | (size_t)1 << k] += chance[set] * step[k] / total; // 0 for those in the set
    }
    free(chance);
}

// Of two draws the second has probabilities p_l / (2 - p_k), the first ~ p (2 - p) / (2 - 2 p).
static void brewer_pairs(const double *p, size_t count, const size_t *of, size_t m, double *joint)
{
    double total = 0;
    for (size_t k = 0; k < count; k++)
        total += p[k] * (2 - p[k]) / (2 - 2 * p[k]);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < m; j++) {
            double a = p[of[i]], b = p[of[j]];
            joint[i * m + j] = i == j ? a : a * b * (1 / (2 - 2 * a) + 1 / (2 - 2 * b)) / total;
        }
}

bool survey_joint_brewer(const double *p, size_t count, size_t n, const size_t *of, size_t m, double *joint)
{
    double squares = 0;
    if (n == 2) {
        brewer_pairs(p, count, of, m, joint);
        return true;
    }
    if (count <= SETS_UNITS_MOST) {
        brewer_sets(p, count, n, of, m, joint);
        return true;
    }
    for (size_t k = 0; k < count; k++)
        squares += p[k] * p[k];
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < m; j++)
            joint[i * m + j] = i == j ? p[of[i]] : survey_joint_hartley_rao(p[of[i]], p[of[j]], squares, n);
    return n < 2;
}

// --- Midzuno

// Of the complement both units are left after a step with probability 1 - r_k - r_l, r their chances to be taken in it (Deville & Tillé 1998).
void survey_joint_midzuno(const double *p, size_t count, size_t n, const size_t *of, size_t m, double *joint)
{
    double *room = survey_realloc(NULL, 3 * count + 1, sizeof *room), *out = room, *now = room + count, *next = now + count;
    for (size_t k = 0; k < count; k++) {
        out[k] = 1 - p[k];
        now[k] = 1;
    }
    for (size_t i = 0; i < m * m; i++)
        joint[i] = 1;
    for (size_t step = 1; step <= n; step++) {
        survey_unequal_inclusion(out, count, count - step, next);
        for (size_t i = 0; i < m; i++)
            for (size_t j = 0; j < m; j++)
                joint[i * m + j] *= 1 - (1 - next[of[i]] / now[of[i]]) - (1 - next[of[j]] / now[of[j]]);
        memcpy(now, next, count * sizeof *now);
    }
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < m; j++)
            joint[i * m + j] = i == j ? p[of[i]] : p[of[i]] + p[of[j]] - 1 + joint[i * m + j];
    free(room);
}
