// SPDX-License-Identifier: GPL-3.0-or-later
// Texts by row made into codes. Private to stats.
#pragma once

#include "stats/estimate/values.h"
#include "survey/base/arena.h"
#include "survey/base/map.h"

#include <stdbool.h>

// The first codes of a column say that a row has no text: 0 not why (in the frame: that the row is not in it), 1 to 3
// by which kind of missing, where that was asked for.
enum { STATS_FIRST_CODE = 4 };

// A column in the making: a text for each row, in any order.
struct stats_coder {
    struct survey_arena *arena;
    size_t rows;
    struct stats_codes codes;
    void *of_row;
    const char **texts;
    size_t room;
    struct survey_map map;
    uint32_t of_byte[256];
    size_t most;     // distinct texts; 0: any number
    bool numeric;    // past that many: numbers, NaN where missing or no number
    bool over;       // past that many texts, or a text that is no number: neither codes nor numbers came of it
    double *numbers;
};
struct stats_coder stats_coder(struct survey_arena *arena, size_t rows);
void stats_coder_put(struct stats_coder *coder, size_t row, const char *text);
// Hands the codes over, which live in the arena, and frees the rest.
void stats_coder_end(struct stats_coder *coder, struct stats_codes *codes, const char ***texts);
