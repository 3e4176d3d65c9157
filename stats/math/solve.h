// SPDX-License-Identifier: GPL-3.0-or-later
// Small dense linear algebra: symmetric positive matrices, row-major. Private to stats.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// Solves a x = b for columns of b (n rows, columns columns, row-major), in place of b; a is destroyed. False
// where a is not positive definite within 1e-11 of its diagonal.
bool stats_solve(double *a, size_t n, double *b, size_t columns);
// The inverse in place of a; false likewise.
bool stats_invert(double *a, size_t n);
// Eigenvalues of a symmetric matrix (destroyed), by Jacobi rotations, in descending order.
void stats_eigenvalues(double *a, size_t n, double *values);
// The same with eigenvectors: column k of vectors (n * n, row-major) belongs to values[k]; in no order.
void stats_eigen(double *a, size_t n, double *values, double *vectors);
