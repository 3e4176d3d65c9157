// SPDX-License-Identifier: GPL-3.0-or-later
// Takes in what another copy of the evaluation collected. Ids are unique everywhere, so that rows that
// are the same are known to be; what both copies have otherwise is listed and kept in the table
// conflict. The other file is not changed.
#pragma once

#include "survey/store/store.h"

struct survey_merged {
    size_t responses, edits, sheets, images, pages, marks, decisions, cases, admin, units, draws;
    size_t conflicts; // found now; those of an earlier merge are not counted again
};

// A paper response is made of the pages of its sheet; where each copy scanned some of them, it has to be put
// together anew. Called within the transaction for every such sheet.
struct survey_merge_paper {
    bool (*assemble)(void *user, struct survey_store *store, int64_t sheet, struct survey_error *error);
    void *user;
};

// One transaction. False with error where the other file is none, is of another evaluation, or of other
// keys; then nothing changes. Conflicts go to report as warnings. paper may be NULL.
bool survey_merge(struct survey_store *store, const char *other, const struct survey_merge_paper *paper, const struct survey_actor *actor,
                  struct survey_report *report, struct survey_merged *merged, struct survey_error *error);
