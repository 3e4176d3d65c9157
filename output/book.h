// SPDX-License-Identifier: GPL-3.0-or-later
// What cell.c, look.c and chart.c share: the book behind the guard.
#pragma once

#include "output/cell.h"
#include "survey/base/number.h"

#include <xlsxwriter.h>

enum { OUTPUT_NAME = 128, OUTPUT_DECIMALS = 6 };

struct output_width {
    double width;
    bool set; // by the caller, not by content
};

struct output_sheet {
    struct output_book *book;
    lxw_worksheet *sheet;
    char name[OUTPUT_NAME];
    bool chinese;
    struct output_width *widths;
    uint32_t width_count;
    double *heights; // points that each row needs; 0 where unknown
    uint32_t height_count;
};

struct output_book {
    char *path;
    char temporary[4096];
    lxw_workbook *workbook; // NULL once written
    lxw_format *date;       // of data; made when wanted
    struct output_sheet **sheets;
    size_t sheet_count;
    lxw_format *formats[2][OUTPUT_LOOKS][OUTPUT_DECIMALS + 1][OUTPUT_TONES]; // by language, made when wanted
};

lxw_format *output_format(struct output_sheet *sheet, enum output_look look, int decimals, enum output_tone tone);
double output_points(const struct output_sheet *sheet, enum output_look look);
bool output_wraps(enum output_look look);
bool output_bold(enum output_look look);
double output_final_width(const struct output_width *width);
