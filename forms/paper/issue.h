// SPDX-License-Identifier: GPL-3.0-or-later
// Issuing sheets: which units get a form, under which numbers, and what the evaluation file keeps of it.
#pragma once

#include "forms/paper/print.h"
#include "survey/store/store.h"

struct paper_issue_request {
    const char *languages; // "zh" or "zh,en"; NULL: the forms' default language
    const char *where;     // condition on the frame; NULL: every sampled unit
    int64_t blank;         // copies of the main form without a unit, instead of the sample; 0: the sample
    const char *server;    // "HTTPS://HOST"; NULL: bare tokens
    bool names;            // print names and other identities on the sheet
    bool covers;           // a cover sheet before the forms of each village
    bool with_layout;
    int64_t per_file;      // pages of a file at most, see paper_file_end(); 0: one file
    void (*progress)(size_t done, size_t total); // may be NULL
};

struct paper_file {
    struct survey_buffer pdf, layout;
};

struct paper_issue {
    struct paper_file *files;
    size_t file_count;
    size_t sheets, pages, forms;
    struct survey_buffer left_out; // names of questions that the workbook keeps off paper, ", " between
};

// Composes and prints within a transaction that the caller commits once the files are safe, or rolls back.
// What of a form cannot be printed goes to report.
bool paper_issue(struct survey_store *store, const struct paper_issue_request *request, const struct survey_actor *actor,
                 struct survey_report *report, struct paper_issue *issue, struct survey_error *error);
// The same for a questionnaire that is in no evaluation: specimens under a key that is thrown away.
bool paper_issue_specimen(const struct survey_form *form, const struct paper_issue_request *request, const struct survey_time *now,
                          struct survey_report *report, struct paper_issue *issue, struct survey_error *error);
void paper_issue_clear(struct paper_issue *issue);
// "https://host[:port]" in capitals, as a QR's alphanumeric mode has it; a usage fault for anything else.
bool paper_server_text(const char *given, char text[static 128], struct survey_error *error);
