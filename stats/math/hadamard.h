// SPDX-License-Identifier: GPL-3.0-or-later
// Hadamard matrices: rows and columns of +1 and -1, orthogonal to each other. Private to stats.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STATS_HADAMARD_MOST = 4096 };

// The least order at least `least` that is made here: 1, 2, q + 1 for primes q = 3 mod 4, 2 (q + 1) for primes q = 1
// mod 4 (Paley 1933), and their doubles (Sylvester). 0 where it is above STATS_HADAMARD_MOST.
size_t stats_hadamard_order(size_t least);
// The matrix of such an order, row-major, with a first row and a first column of +1; the caller frees it.
int8_t *stats_hadamard(size_t order);
