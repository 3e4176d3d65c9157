// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes as a text in every place of a workbook: what the guard writes must be a workbook that our own
// reader opens, with a sheet for each name.
#include "output/cell.h"
#include "survey/base/arena.h"
#include "survey/workbook/workbook.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void fill(struct output_book *book, const char *text, bool chinese)
{
    struct output_sheet *sheet = output_sheet_new(book, text, chinese);
    double number = 0;
    memcpy(&number, text, strlen(text) < sizeof number ? strlen(text) : sizeof number);
    output_width(sheet, 0, 12);
    output_text(sheet, 0, 0, text, OUTPUT_TEXT, OUTPUT_BAD);
    output_span(sheet, 1, 0, 3, text, OUTPUT_TITLE);
    output_block(sheet, 2, 0, 3, 1, text, OUTPUT_HEAD);
    output_number(sheet, 4, 0, number, (int)strlen(text) % 9, OUTPUT_NUMBER, OUTPUT_NEUTRAL);
    output_number(sheet, 5, 0, -number, 2, OUTPUT_NUMBER, OUTPUT_NEUTRAL);
    output_bars(sheet, &(struct output_bars){.title = text, .first_row = 4, .last_row = 5, .category = 0, .values = 0, .limit_column = 1,
                                             .limit_name = text, .at_row = 8, .width = 300, .height = 200});
    output_stacked_bars(sheet, &(struct output_stack){.title = text, .first_row = 4, .last_row = 5, .first = 0, .last = 1, .head_row = 3,
                                                      .at_row = 20, .width = 300, .height = 200});
    output_sheet_finish(sheet, &(struct output_page){.columns = 4, .head_last = 1, .protect = true});
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    char path[64], *text = malloc(length + 1);
    struct output_book *book;
    struct survey_workbook *workbook;
    struct survey_error error;
    if (!text)
        abort();
    memcpy(text, bytes, length);
    text[length] = '\0';
    snprintf(path, sizeof path, "/tmp/assay-fuzz-cell-%d.xlsx", (int)getpid());
    struct survey_arena *arena = survey_arena_new();
    if (!output_book_new(path, text, (struct survey_time){1480000000, 0, 480}, &book, &error))
        abort();
    fill(book, text, true);
    fill(book, text, false);
    output_book_property(book, "text", text);
    if (!output_book_close(book, &error) ||
        !survey_workbook_open(arena, path, &survey_workbook_default_limits, &workbook, &error) || workbook->sheet_count != 2) {
        fprintf(stderr, "%s: %s\n", error.where, error.message);
        abort();
    }
    unlink(path);
    survey_arena_free(arena);
    free(text);
    return 0;
}
