// SPDX-License-Identifier: GPL-3.0-or-later
// Blocks onto pages: two columns, and over them what needs the page's width. Private to forms/paper.
#pragma once

#include "forms/paper/maker.h"

struct paper_placed {
    const struct paper_block *block;
    size_t page; // from 0
    double x, y;
};

// Where content may stand, by column in the order of reading. The first page has its own top; the codes stand
// top right and bottom left.
struct paper_frame {
    double first_top;
    double x[2], top[2], bottom[2];
};

enum { PAPER_PAGES = 63 }; // a token's page has six bits

// False and a fault in the report where a block fits no page or the pages are too many.
bool paper_flow(struct paper_maker *maker, const struct paper_blocks *blocks, const struct paper_frame *frame,
                struct paper_placed **placed, size_t *pages);
