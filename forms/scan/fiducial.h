// SPDX-License-Identifier: GPL-3.0-or-later
// One printed square measured at full resolution.
#pragma once

#include "forms/scan/transform.h"

struct scan_fiducial {
    double x, y;         // its middle, pixels
    double width;        // as a share of what was printed; the same for height
    double height;
    double white, black; // gray levels beside it and in it
    double hole;         // how much lighter its middle is than its body, 0 to 1
};

// Measures a square of side millimetres near place, whose axes say how the page lies there. False where
// there is no such square.
bool scan_fiducial_measure(const struct scan_image *image, const struct scan_place *place, double side,
                           struct scan_fiducial *fiducial);
