// SPDX-License-Identifier: GPL-3.0-or-later
// Proof-reading: what a PDF shows is compared with what was to be drawn, character by character, before
// anything is printed. A font that was embedded badly shows here, not in the field.
#pragma once

#include "forms/paper/design.h"

// One page of the PDF, which shows one thing alone in its top left corner.
struct paper_proof {
    struct paper_design *design;
    size_t page;                     // of the design, or PAPER_COVER
    const struct paper_label *label; // instead of a page; may be NULL
};

// Page first + i of the PDF against proofs[i]. Each character that is missing, or that looks otherwise, goes
// to report as a fault (E414) at the place of its text; the first of each text. False where there is one.
bool paper_proof_read(const char *pdf, size_t length, size_t first, const struct paper_proof *proofs, size_t count,
                      struct survey_report *report, struct survey_error *error);
