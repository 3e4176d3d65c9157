// SPDX-License-Identifier: GPL-3.0-or-later
// QR symbols for tokens. Private to forms/paper.
#pragma once

#include "survey/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PAPER_QR_SIDE = 29, PAPER_QR_MODULES_MOST = 57 * 57 };

// The side of the symbol for a text of that length: version 3-H for a bare token, the smallest of level Q
// for a longer text; 0 where it does not fit.
int paper_qr_side(size_t length);
// One byte a module, 1 dark. text is of QR's alphanumeric characters.
bool paper_qr(const char *text, uint8_t modules[static PAPER_QR_MODULES_MOST], int *side, struct survey_error *error);
