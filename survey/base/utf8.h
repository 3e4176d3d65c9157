// SPDX-License-Identifier: GPL-3.0-or-later
// UTF-8: validate at every door, walk, cut, repair.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// True where the bytes are well-formed UTF-8 (no surrogates, no overlong forms).
bool survey_utf8_valid(const char *text, size_t length);
// The character at text and its length in bytes (at least 1, 0 at the end); U+FFFD for a bad byte.
size_t survey_utf8_next(const char *text, size_t length, uint32_t *character);
// Bytes of the character written to at (1 to 4).
size_t survey_utf8_put(uint32_t character, char at[static 4]);
// Number of characters.
size_t survey_utf8_count(const char *text, size_t length);
// The largest length <= limit that does not split a character.
size_t survey_utf8_cut(const char *text, size_t length, size_t limit);
// True for spaces of Unicode that a workbook may hold (ASCII, NBSP, U+2000..200A, U+3000 ...).
bool survey_utf8_is_space(uint32_t character);
// Columns a character takes on a terminal or in a cell: 2 for East Asian wide ones, 0 for combining.
int survey_utf8_width(uint32_t character);
// The same of a text.
size_t survey_utf8_columns(const char *text, size_t length);
