// SPDX-License-Identifier: GPL-3.0-or-later
// What the column "paper" can say, and what a page can hold: known to check as to print.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
    SURVEY_PAPER_CHOICES_MOST = 40, // boxes for a list, unless the workbook wants more
    SURVEY_PAPER_BOXES_MOST = 280,  // six columns of boxes down a page
    SURVEY_PAPER_DIGITS_MOST = 14,  // of a grid that the workbook asks for
    SURVEY_PAPER_TEXT_MOST = 5000,  // columns of text (a Chinese character is two) on one page
};

// "boxes", "digits:N", "line", "box:H", "none" or blank; *value is N or H, else 0. False for anything else.
bool survey_paper_parse(const char *text, int64_t *value);
