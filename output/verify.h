// SPDX-License-Identifier: GPL-3.0-or-later
// Checks that an evaluation file is whole, and that a report's figures come from it.
#pragma once

#include "survey/base/error.h"
#include "survey/store/store.h"

// What was looked at.
struct output_verified {
    int64_t entries, forms, responses, images, sheets, pages, draws;
};

// The log's chain, the database itself, the hashes of what was received, and that sheets, pages and
// responses agree, that each round's draw comes again from its seed, its plan and the frame, and what output_verify_figures
// looks at. What is wrong goes to report; false only where something could not be read.
bool output_verify_file(struct survey_store *store, struct survey_report *report, struct output_verified *verified,
                        struct survey_error *error);

// What figures are made of, against what it came from: answers, missing kinds and violations against the raw and the edits,
// edits against the log, cases against their steps and the log, weights and administrative values against
// their hashes in the log.
// A few faults of each kind go to report, and how many there are.
bool output_verify_figures(struct survey_store *store, struct survey_report *report, struct survey_error *error);

// Where a report stands.
struct output_verdict {
    int64_t entry;       // of the log; 0: it was never issued from this file
    bool same_file;      // byte for byte
    bool compared;       // with what the file gives now
    size_t cells, different;
};

// Looks a report up in the log, and compares each of its cells with what the file gives now. Differences
// go to report with their cells (as faults, or as notes where the file is the very one that was issued).
bool output_verify_report(struct survey_store *store, const char *path, struct survey_report *report,
                          struct output_verdict *verdict, struct survey_error *error);
