// SPDX-License-Identifier: GPL-3.0-or-later
// Hadamard matrices by Paley's constructions and doubling.
#include "stats/math/hadamard.h"

#include "survey/base/arena.h"

#include <stdlib.h>

static bool is_prime(size_t n)
{
    for (size_t d = 2; d * d <= n; d++)
        if (n % d == 0)
            return false;
    return n > 1;
}

static bool is_first_kind(size_t order)
{
    return order >= 4 && (order - 1) % 4 == 3 && is_prime(order - 1);
}

static bool is_second_kind(size_t order)
{
    return order % 2 == 0 && order >= 12 && (order / 2 - 1) % 4 == 1 && is_prime(order / 2 - 1);
}

static bool is_made(size_t order)
{
    return order == 1 || order == 2 || is_first_kind(order) || is_second_kind(order) ||
           (order % 2 == 0 && is_made(order / 2));
}

size_t stats_hadamard_order(size_t least)
{
    for (size_t order = least ? least : 1; order <= STATS_HADAMARD_MOST; order++)
        if (is_made(order))
            return order;
    return 0;
}

// Quadratic character of i - j modulo q.
static int8_t *characters(size_t q)
{
    int8_t *chi = survey_realloc(NULL, q, sizeof *chi);
    for (size_t i = 0; i < q; i++)
        chi[i] = i ? -1 : 0;
    for (size_t i = 1; i < q; i++)
        chi[i * i % q] = 1;
    return chi;
}

// S bordered: row and column 0 are 1 (the column -1 where S is skew), 0 on the diagonal.
static int8_t bordered(const int8_t *chi, size_t q, size_t i, size_t j)
{
    bool skew = q % 4 == 3;
    if (i == 0 || j == 0)
        return (int8_t)(i == j ? 0 : j == 0 && skew ? -1 : 1);
    return chi[(i + q - j) % q];
}

static void fill(int8_t *h, size_t order)
{
    size_t half = order / 2;
    if (order <= 2) {
        for (size_t i = 0; i < order * order; i++)
            h[i] = (int8_t)(i == 3 ? -1 : 1);
    } else if (is_first_kind(order)) { // I + S
        int8_t *chi = characters(order - 1);
        for (size_t i = 0; i < order; i++)
            for (size_t j = 0; j < order; j++)
                h[i * order + j] = (int8_t)((i == j) + bordered(chi, order - 1, i, j));
        free(chi);
    } else if (is_second_kind(order)) { // 0 -> (1 -1; -1 -1), +-1 -> +-(1 1; 1 -1)
        int8_t *chi = characters(half - 1);
        for (size_t i = 0; i < order; i++)
            for (size_t j = 0; j < order; j++) {
                int8_t s = bordered(chi, half - 1, i / 2, j / 2);
                bool last = i % 2 && j % 2;
                h[i * order + j] = (int8_t)(s ? (last ? -s : s) : i % 2 || j % 2 ? -1 : 1);
            }
        free(chi);
    } else {
        int8_t *smaller = survey_realloc(NULL, half * half, sizeof *smaller);
        fill(smaller, half);
        for (size_t i = 0; i < order; i++)
            for (size_t j = 0; j < order; j++) {
                int8_t s = smaller[i % half * half + j % half];
                h[i * order + j] = (int8_t)(i >= half && j >= half ? -s : s);
            }
        free(smaller);
    }
}

int8_t *stats_hadamard(size_t order)
{
    int8_t *h = survey_realloc(NULL, order * order, sizeof *h);
    fill(h, order);
    for (size_t j = 0; j < order; j++) // columns turned so that the first row is 1, then rows
        for (size_t i = order; h[j] < 0 && i-- > 0;)
            h[i * order + j] = (int8_t)-h[i * order + j];
    for (size_t i = 0; i < order; i++)
        for (size_t j = order; h[i * order] < 0 && j-- > 0;)
            h[i * order + j] = (int8_t)-h[i * order + j];
    return h;
}
