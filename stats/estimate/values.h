// SPDX-License-Identifier: GPL-3.0-or-later
// Texts and numbers by row, held as codes where rows share few of them: a byte or two a row. Private to stats.
#pragma once

#include <math.h>
#include <stddef.h>
#include <stdint.h>

// A code below count for each row; width is its bytes: 1, 2 or 4.
struct stats_codes {
    unsigned width;
    const void *of_row;
    size_t count;
};

static inline uint32_t stats_code(const struct stats_codes *codes, size_t row)
{
    if (codes->width == 1)
        return ((const uint8_t *)codes->of_row)[row];
    return codes->width == 2 ? ((const uint16_t *)codes->of_row)[row] : ((const uint32_t *)codes->of_row)[row];
}

// A number for each row, NaN where missing: of its own (y), or of its code.
struct stats_values {
    const double *y; // NULL: of_code[code of the row]
    struct stats_codes codes;
    const double *of_code;
};

static inline double stats_value(const struct stats_values *values, size_t row)
{
    return values->y ? values->y[row] : values->of_code[stats_code(&values->codes, row)];
}

// The same as plain numbers.
static inline void stats_values_spread(const struct stats_values *values, size_t rows, double *y)
{
    for (size_t row = 0; row < rows; row++)
        y[row] = stats_value(values, row);
}
