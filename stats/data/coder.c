// SPDX-License-Identifier: GPL-3.0-or-later
// Texts of a column as codes: a byte a row where there are few, wider as more are found.
#include "stats/data/coder.h"

#include "survey/base/number.h"

#include <stdlib.h>
#include <string.h>

struct stats_coder stats_coder(struct survey_arena *arena, size_t rows)
{
    struct stats_coder coder = {.arena = arena, .rows = rows, .codes = {1, NULL, STATS_FIRST_CODE}, .room = 64};
    coder.of_row = survey_arena_array(arena, rows + 1, 1);
    coder.texts = survey_realloc(NULL, coder.room, sizeof *coder.texts);
    for (int i = 0; i < STATS_FIRST_CODE; i++)
        coder.texts[i] = "";
    return coder;
}

static void widen(struct stats_coder *coder)
{
    struct stats_codes narrow = {coder->codes.width, coder->of_row, 0};
    unsigned width = coder->codes.width == 1 ? 2 : 4;
    void *wide = survey_arena_array(coder->arena, coder->rows + 1, width);
    for (size_t row = 0; row < coder->rows; row++)
        if (width == 2)
            ((uint16_t *)wide)[row] = (uint16_t)stats_code(&narrow, row);
        else
            ((uint32_t *)wide)[row] = stats_code(&narrow, row);
    coder->of_row = wide;
    coder->codes.width = width;
}

static uint32_t add_text(struct stats_coder *coder, const char *text)
{
    if (coder->codes.count == coder->room) {
        coder->room *= 2;
        coder->texts = survey_realloc(coder->texts, coder->room, sizeof *coder->texts);
    }
    coder->texts[coder->codes.count++] = text;
    if (coder->codes.count - 1 == (coder->codes.width == 1 ? 1u << 8 : 1u << 16) && coder->codes.width < 4)
        widen(coder);
    return (uint32_t)coder->codes.count - 1;
}

static uint32_t code_of(struct stats_coder *coder, const char *text)
{
    if (*text && !text[1]) { // as most answers are
        uint32_t *code = &coder->of_byte[(unsigned char)*text];
        if (!*code)
            *code = add_text(coder, survey_arena_strdup(coder->arena, text));
        return *code;
    }
    bool added;
    struct survey_map_entry *entry = survey_map_put(&coder->map, coder->arena, text, &added);
    if (added)
        entry->number = add_text(coder, entry->key);
    return (uint32_t)entry->number;
}

static void put_number(struct stats_coder *coder, size_t row, const char *text)
{
    coder->over |= *text && !survey_number_parse(text, strlen(text), &coder->numbers[row]);
}

// Too many texts for codes.
static void turn_to_numbers(struct stats_coder *coder)
{
    struct stats_codes codes = {coder->codes.width, coder->of_row, 0};
    coder->over = !coder->numeric;
    if (coder->over)
        return;
    coder->numbers = survey_arena_array(coder->arena, coder->rows + 1, sizeof *coder->numbers);
    for (size_t row = 0; row < coder->rows; row++) {
        coder->numbers[row] = (double)NAN;
        put_number(coder, row, coder->texts[stats_code(&codes, row)]);
    }
}

void stats_coder_put(struct stats_coder *coder, size_t row, const char *text)
{
    if (coder->most && coder->codes.count >= coder->most && !coder->numbers && !coder->over)
        turn_to_numbers(coder);
    if (coder->numbers && !coder->over)
        put_number(coder, row, text);
    if (coder->numbers || coder->over)
        return;
    uint32_t code = code_of(coder, text);
    if (coder->codes.width == 1)
        ((uint8_t *)coder->of_row)[row] = (uint8_t)code;
    else if (coder->codes.width == 2)
        ((uint16_t *)coder->of_row)[row] = (uint16_t)code;
    else
        ((uint32_t *)coder->of_row)[row] = code;
}

void stats_coder_end(struct stats_coder *coder, struct stats_codes *codes, const char ***texts)
{
    *codes = coder->codes;
    codes->of_row = coder->of_row;
    *texts = survey_arena_array(coder->arena, codes->count, sizeof **texts);
    memcpy(*texts, coder->texts, codes->count * sizeof **texts);
    free(coder->texts);
    survey_map_clear(&coder->map);
}
