// SPDX-License-Identifier: GPL-3.0-or-later
// Where the page lies in its image: the printed marks are found, chosen by what is consistent with the
// printed geometry, measured at full resolution, and fitted.
#pragma once

#include "forms/paper/layout.h"
#include "forms/scan/transform.h"

enum { SCAN_MOST_CANDIDATES = 24, SCAN_TURNS = 4 };

// A reduced copy of the page as darkness against its local white, summed so that the darkness of any
// rectangle takes four looks.
struct scan_darkness {
    int width, height;
    int factor;       // image pixels a pixel
    double contrast;  // gray levels between the paper's white and the darkest print
    double dark;      // share of the page (margins and streaks left out) that is darker than half of that
    double black;     // share of the image that is nearly black
    uint8_t *pixels;  // darkness
    size_t stride;
    uint32_t *sums;   // (width + 1) x (height + 1)
};
bool scan_darkness_new(const struct scan_image *image, int factor, struct scan_darkness *darkness,
                       struct survey_error *error);
void scan_darkness_clear(struct scan_darkness *darkness);
// How much like a square of that size in white surroundings a place looks: at most 1.
double scan_darkness_mark(const struct scan_darkness *darkness, double x, double y, double side, double most_side);

struct scan_candidate {
    double x, y, score; // image pixels
};
// The likeliest marks of a size (image pixels a side), best first.
int scan_candidates(const struct scan_darkness *darkness, double side, struct scan_candidate found[SCAN_MOST_CANDIDATES]);

// Which candidates are the corner marks: clockwise from one whose next is along the short side. A
// missing one is -1.
struct scan_corners {
    int at[4];
    double score;
};
bool scan_corners_choose(const struct scan_candidate *candidates, int count, double across, double down, double scale,
                         struct scan_corners *corners);

struct scan_registration {
    struct scan_transform transform;
    int turned;      // degrees clockwise by which the page stands turned in the image: 0, 90, 180, 270
    int found;       // marks used, 3 to 6
    bool affine;     // three marks only
    double residual; // of the worst mark, in millimetres
    double dpi;
    double hole;     // how clear the hole of the top left mark is, 0 to 1
    double white, black; // gray levels at the marks
    double skew;     // degrees from the nearest quarter turn
};

enum scan_registered {
    SCAN_REGISTERED,
    SCAN_NOTHING,   // hardly any print on the page
    SCAN_NO_MARKS,  // print, but no marks of ours
    SCAN_FAINT,     // marks, but too little contrast
    SCAN_DARK,      // too much black
    SCAN_DISTORTED, // marks, but not as a scanner would show them
};

// Registers a page in the ways in which it may stand (upright or upside-down), likeliest first, into
// registrations; *count says how many. dpi 0: not known.
enum scan_registered scan_register(const struct scan_image *image, const struct paper_layout *layout,
                                   struct scan_registration registrations[SCAN_TURNS], int *count);
