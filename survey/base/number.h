// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers to text and back: exact, free of locale and of any library.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SURVEY_NUMBER_TEXT = 400 };

// SURVEY_ROUND_EXACT rounds the exact binary value, as C's printf does; the other two round the
// decimal text that a person sees, a tie to the even digit (GB/T 8170) or away from zero.
enum survey_rounding { SURVEY_ROUND_EXACT, SURVEY_HALF_EVEN, SURVEY_HALF_UP };

// Reads a decimal number that fills the whole text: [-+]digits[.digits][e[-+]digits], no spaces,
// correctly rounded. False, and *value untouched, for anything else (empty, "0x1", "nan", "1,5").
bool survey_number_parse(const char *text, size_t length, double *value);
// Reads a whole integer in range; the same strictness.
bool survey_integer_parse(const char *text, size_t length, int64_t *value);

// The shortest text that reads back as value ("0.1", "1e+21", "NaN", "Infinity"); returns its length.
size_t survey_number_text(double value, char text[static SURVEY_NUMBER_TEXT]);
// value with a fixed number of decimals (0 to 30): 2.675 with two gives 2.67 exact, 2.68 half up.
// Magnitudes of 1e100 and more fall back to survey_number_text().
size_t survey_number_fixed(double value, int decimals, enum survey_rounding rounding,
                           char text[static SURVEY_NUMBER_TEXT]);
