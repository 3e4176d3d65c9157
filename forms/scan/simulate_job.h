// SPDX-License-Identifier: GPL-3.0-or-later
// Whole prints filled in and scanned in simulation: the PDF and layout file of `print` in, images and the
// truth out; and what a reader made of them, scored.
#pragma once

#include "forms/scan/simulate.h"

struct survey_arena;

struct simulate_form {
    const char *name; // the printed sheet's id
    struct paper_layout layout; // with the questions of all forms
    int *pdf_pages, *numbers;   // one a page, from 1
    struct simulate_answer *answers; // what the person means to answer; one a question
    size_t answer_count;
};

struct simulate_print {
    struct simulate_form *forms;
    size_t form_count, page_count;
};

// Reads a layout file (interface.md 3) and makes up answers to all of it from the seed: digits and choices
// by chance, up to three of several; written: chance that a writing box is written in.
bool simulate_print_read(struct survey_arena *arena, const char *path, uint64_t seed, double written,
                         struct simulate_print *print, struct survey_error *error);

enum simulate_format { SIMULATE_JPG, SIMULATE_PNG, SIMULATE_G4, SIMULATE_PDF, SIMULATE_TIFF };

struct simulate_job {
    struct simulate_pen pen;
    struct simulate_scanner scanner;
    const char *profile; // its name, for the truth
    uint64_t seed;
    double dpi;
    enum simulate_format format; // one image a file, or all in scans.pdf or scans.tif
    int threads;
    size_t forms; // the first so many; 0: all
    void (*progress)(size_t done, size_t total);
};

// Writes the scans and truth.json into folder, which is made where it is missing.
bool simulate_run(const struct simulate_print *print, const char *pdf, const char *folder, const struct simulate_job *job,
                  size_t *pages, struct survey_error *error);

// What a reading got right: over all questions that the truth knows. A question given two marks is right only
// where it is doubtful, a blank one where it is empty.
struct simulate_score {
    size_t questions, right, wrong, doubtful, missing; // missing: the form was not read
    size_t pages, unread;
    struct survey_buffer wrongs; // lines "form question expected got"; the caller clears it
};
bool simulate_score_read(const char *truth, const char *reading, struct simulate_score *score, struct survey_error *error);
