// SPDX-License-Identifier: GPL-3.0-or-later
// How much ink is in each box of a page: the printed frame is found near where it should be, and the
// gray inside is held against the white beside it.
#pragma once

#include "forms/paper/layout.h"
#include "forms/scan/register.h"
#include "forms/scan/streak.h"

struct scan_mark {
    double score;  // share of full ink inside, 0 to 1
    double outer;  // the same for the ring outside the frame
    double mean;   // darkness of the inside against the white beside it, grain and all; about 0 when empty
    double peak;   // darkness of the darkest twentieth inside, 0 to 1
    int span;      // quarters of the inside, across or down, through which its ink goes: 0 to 4
    int narrow;    // the same the other way: the fewer of both
    double dx, dy; // millimetres by which the box stood off
    bool found;    // its frame was seen
    bool hidden;   // so much of it is under streaks, or so dark around, that it cannot be judged
};

struct scan_fit {
    double found;  // share of the boxes whose frame was seen
    double firm;   // and had just the size of a frame
    double offset; // median distance by which boxes stood off, millimetres
};

// marks: page->mark_count of them. fit says whether the page is the one that the layout tells of.
void scan_marks_read(const struct scan_image *image, const struct scan_registration *registration,
                     const struct scan_streaks *streaks, const struct paper_page *page, struct scan_mark *marks,
                     struct scan_fit *fit);
// The page gate: frames where they should be.
bool scan_fit_good(const struct scan_fit *fit);

// Whether there is handwriting in a box.
bool scan_writing_seen(const struct scan_image *image, const struct scan_registration *registration,
                       const struct scan_streaks *streaks, const struct paper_box *box);
