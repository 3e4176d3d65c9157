// SPDX-License-Identifier: GPL-3.0-or-later
// A report issued: computed, written aside, logged with its hash and figures, then put in its place;
// and what the log says of one issued before.
#pragma once

#include "output/report/report.h"
#include "survey/base/map.h"

enum { ISSUE_HASH = 65 };

// The languages of a report and the assessment with its texts in each.
struct output_edition {
    const char *languages[OUTPUT_LANGUAGES];
    struct stats_assessment *assessments[OUTPUT_LANGUAGES];
    size_t count;
};
// Splits "zh,en"; NULL: the form's default language. A fault of usage where one is neither zh, en nor a
// language of the form, or there are more than OUTPUT_LANGUAGES. Texts live in the arena.
bool output_edition_read(const struct survey_form *form, struct survey_arena *arena, const char *list,
                         struct output_edition *edition, struct survey_error *error);
// Computes the assessments; what is wrong with the plan goes to problems, once. Then loads the report.
// output_edition_clear() frees the assessments, after the report.
bool output_edition_load(struct survey_store *store, const struct survey_actor *actor, enum output_audience audience,
                         struct output_edition *edition, struct survey_report *problems, struct output_report **report,
                         struct survey_error *error);
void output_edition_clear(struct output_edition *edition);

// Writes the report to path within a transaction that it commits; nothing is left behind on failure. hash
// receives the file's SHA-256 in hexadecimal.
bool output_report_issue(struct survey_store *store, const struct survey_actor *actor, const struct output_report *report,
                         const char *path, const struct output_edition *edition, char hash[static ISSUE_HASH],
                         struct survey_error *error);

// What the log has of a report.
struct output_issued {
    int64_t seq; // 0: nothing
    const char *at, *who, *round, *hash, *language, *audience, *head;
};
// The entry of the report with that hash, else of the one made when the log's head was head.
bool output_report_find(struct survey_store *store, struct survey_arena *arena, const char *hash, const char *head,
                        struct output_issued *issued, struct survey_error *error);
// Reads a whole file and its SHA-256; the caller frees the bytes.
bool output_file_hash(const char *path, char **bytes, size_t *length, char hash[static ISSUE_HASH], struct survey_error *error);
