// SPDX-License-Identifier: GPL-3.0-or-later
// What a design holds. Private to the files that draw it.
#pragma once

#include "forms/paper/design.h"
#include "forms/paper/flow.h"
#include "forms/paper/maker.h"

struct paper_design {
    struct paper_maker maker;
    struct paper_layout *layout;
    struct paper_block *furniture; // by page: what is not a question
    struct paper_block *cover;     // NULL until it is drawn
    struct paper_placed *placed;
    size_t placed_count;
    struct paper_places places;
    double qr[2]; // sizes
};

void paper_block_draw(cairo_t *cairo, const struct paper_block *block, double x, double y);
