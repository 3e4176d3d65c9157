// SPDX-License-Identifier: GPL-3.0-or-later
// A simulated pen and scanner: answers are drawn on pages as people do, and the pages sent through a
// scanner with its faults, so that a reader, or a scanner's settings, can be judged against a known truth.
// Everything follows from a 64-bit seed and names: the same call gives the same bytes, on any thread.
#pragma once

#include "forms/paper/layout.h"
#include "forms/scan/image.h"

enum simulate_style {
    SIMULATE_CROSS,
    SIMULATE_TICK,
    SIMULATE_SLASH,
    SIMULATE_FILL,
    SIMULATE_DOT,
    SIMULATE_STYLES,
};

struct simulate_range {
    double low, high;
};

// How people write. Chances are from 0 to 1.
struct simulate_pen {
    double styles[SIMULATE_STYLES]; // weights; a person has one style and keeps to it 17 times of 20
    struct simulate_range width;    // mm
    struct simulate_range ink;      // gray of the strokes: 0 black; above 90 it has the grain of a pencil
    double offset;                  // spread of a mark's centre, as a share of the box
    double tremor;                  // spread of the hand, mm
    double blank;                   // chance that a question is left out
    double twice;                   // chance that a single choice gets two marks
    double corrected;               // chance of a wrong box crossed, then filled in wholly, beside the right one
    double erased;                  // chance of a rubbed-out mark in an empty box
    double aside;                   // chance that a mark stands half beside its box, mostly too low
    double overrun;                 // chance that a stroke runs on behind its box, by up to 1.2 of its sides
    double again;                   // chance that a mark is gone over a second time
    double struck;                  // share of the corrected whose wrong box is struck out by a scrawl instead of filled in
    bool no_zeros;                  // leading digits are left blank instead of marked 0
};

// What a scanner makes of a page.
struct simulate_scanner {
    double turn;        // degrees, at most, either way
    double scale;       // share, at most, either way; across and down apart
    double shift;       // mm, at most, either way
    double perspective; // of the corners, as a share of the page's size
    double warp;        // mm, uneven feed
    struct simulate_range blur;  // spread in pixels at 300 dpi
    struct simulate_range paper; // gray of the paper
    double noise;       // spread in gray levels
    double shade;       // gray levels, from the middle to an edge
    double through;     // share of the back's ink that shines through
    double streak;      // chance of streaks of dust down the page
    int stray;          // short stray strokes a page, on average
    struct simulate_range print; // gray of the print's black: a printer short of ink; 0: black
    double upside_down; // chances,
    double quarter;
    double stain;       // of a ring of coffee,
    double folded;      // of a corner folded over,
    double stapled;     // of a staple's shadow at the top left,
    double punched;     // of two holes at the left
    double crop;        // mm cut off each edge, at most
    bool one_bit;       // black and white only
    int quality;        // of JPEG
};

struct simulate_profile {
    const char *name, *label;
    struct simulate_pen pen;
    struct simulate_scanner scanner;
};

// A clean, B office, C pencil, perspective and dirt, D erasures, streaks, uneven feed, shading and
// show-through, E hasty pens, pale print, stains and folded corners; NULL for another name. All of them by index; NULL behind the last.
const struct simulate_profile *simulate_profile(const char *name);
const struct simulate_profile *simulate_profile_at(size_t index);
// "cross", ...; NULL beyond the last.
const char *simulate_style_name(enum simulate_style style);

// What becomes of a question on a sheet, by its name and kind alone, so that whoever scores a reading
// knows it too. BLANK leaves it out; TWICE and CORRECTED are for single choices.
enum simulate_fate { SIMULATE_WRITTEN, SIMULATE_BLANK, SIMULATE_TWICE, SIMULATE_CORRECTED };
enum simulate_fate simulate_fate_of(const struct simulate_pen *pen, uint64_t seed, const char *sheet,
                                    const struct paper_question *question);

// value: a choice, choices space separated, digits (a minus before them; leading zeros are added where
// the grid has more), or the text of a writing box. NULL or "" writes nothing.
struct simulate_answer {
    const char *question, *value;
};

// Fills in page number (from 0) of layout on its image, whose dpi says how large a millimetre is. sheet
// names the form: one person fills in all its pages.
bool simulate_fill(struct scan_image *image, const struct paper_layout *layout, size_t page,
                   const struct simulate_answer *answers, size_t count, const struct simulate_pen *pen, uint64_t seed,
                   const char *sheet, struct survey_error *error);

// Makes the print of a page, before it is filled in, as pale as the scanner's range says, in bands down the page.
void simulate_fade(struct scan_image *page, const struct simulate_scanner *scanner, uint64_t seed, const char *name);

// Scans a page. back: what is printed behind it, as seen from behind; NULL where it is the page itself.
// name: of the page, unique within the seed. turned (may be NULL): degrees clockwise by which it came out
// turned.
bool simulate_scan(const struct scan_image *page, const struct scan_image *back, const struct simulate_scanner *scanner,
                   uint64_t seed, const char *name, struct scan_image *scanned, int *turned, struct survey_error *error);
