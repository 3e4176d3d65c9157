// SPDX-License-Identifier: GPL-3.0-or-later
// What the demo's paper files share: which sheets were filled in, and by whom.
#pragma once

#include "forms/paper/layout.h"
#include "forms/scan/simulate.h"
#include "output/demo/demo.h"

struct demo_sheet {
    uint64_t number;
    char text[24];      // as printed
    int first_page;     // of forms.pdf, from 1
    const struct demo_household *household;
    const struct paper_layout *layout;
};

struct demo_papers {
    const struct survey_form *form;
    struct demo_sheet *sheets; // by unit
    size_t count;
};

// How a household's sheet is written on and scanned.
const struct simulate_profile *demo_profile(const struct demo *demo, const struct demo_household *household);
// What the household says to a question of the sheet; "" where it is not asked.
const char *demo_paper_answer(const struct paper_layout *layout, size_t question, struct survey_record *record);
// Writes scans/VILLAGE.pdf.
bool demo_paper_simulate(struct demo *demo, const struct demo_papers *papers, struct survey_error *error);
// Writes keyed.csv: what a person at the screen makes of what waits, as far as it can be seen.
struct survey_store;
bool demo_paper_key(struct demo *demo, const struct demo_papers *papers, struct survey_store *store, struct survey_error *error);
// Counts the answers that the reader settled otherwise than they were written.
bool demo_paper_check(struct demo *demo, const struct demo_papers *papers, struct survey_store *store, struct survey_error *error);
