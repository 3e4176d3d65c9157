// SPDX-License-Identifier: GPL-3.0-or-later
// The review queue: doubtful marks and writing boxes that wait for a person. What was read is never
// overwritten: a decision stands beside it, is a correction of the response, and is logged.
#pragma once

#include "survey/store/store.h"
#include "survey/workbook/workbook.h"

struct survey_arena;

struct review_mark {
    const char *id;       // "uuid:..."
    const char *response; // its instance id
    const char *unit;     // "" where none could be told
    int64_t form;         // row id
    const char *form_name;
    const char *question; // as the layout has it; "name[2]" within a repeat
    const char *kind;     // doubtful, writing
    const char *why;
    const char *read;     // what the reader would have said; NULL where nothing
    const char *scores;   // JSON, "" where none
    const char *file;     // the scan
    int64_t file_page, page;    // in the file, of the sheet; from 1
    double x, y, w, h;    // millimetres on the page
    const void *crop;     // PNG; NULL where none, or where it was not asked for
    size_t crop_length;
    const char *state;    // waiting, decided
    const char *value;    // as decided; NULL where not, or where it could not be told
    const char *who, *decided_at; // "" where not decided
    const struct survey_item *item; // NULL where the form has no such question any more
};

// Why a person is asked: the reader's word and, to be translated, what it means.
enum { REVIEW_REASONS = 8 };
struct review_reason {
    const char *why, *words;
};
extern const struct review_reason review_reasons[REVIEW_REASONS];
const char *review_why_words(const char *why); // translated; "-" for a word that is none of them

// Double review: a share of the marks is decided by a second person too, who does not see the first one's decision. Which
// marks is the same in every copy and for good, and cannot be told from the pages: the hash of the evaluation's id and the
// mark's is below the share.
struct review_double {
    char salt[64];
    double share; // 0: none, 1: all
};
bool review_double_open(struct survey_store *store, double share, struct review_double *twice, struct survey_error *error);
bool review_is_doubled(const struct review_double *twice, const char *mark);
// "5%", "0.05"; false with error.
bool review_share_parse(const char *text, double *share, struct survey_error *error);

// What was decided of a mark, the last of each turn; who NULL where not. The third settles what first and second differ in.
struct review_turns {
    struct {
        const char *who;
        const char *value; // NULL: cannot be told
    } first, second, third;
};
bool review_turns_read(struct survey_store *store, struct survey_arena *arena, const struct review_mark *mark,
                       struct review_turns *turns, struct survey_error *error);
bool review_turns_differ(const struct review_turns *turns); // and no third has settled it
// Whether somebody may decide it second.
bool review_waits_second(const struct review_double *twice, const struct review_mark *mark, const struct review_turns *turns,
                         const char *who);
// Keeps a decision of a turn, within a transaction; for review_decide().
bool review_turn_keep(struct survey_store *store, const struct review_mark *mark, const char *turn, const char *value,
                      const struct survey_actor *actor, struct survey_error *error);

struct review_list {
    struct review_mark *marks; // without crops, by response and place on the page
    size_t count;
    int short_length; // letters of an id, behind "uuid:", that tell all marks of the file apart
};

struct review_filter {
    const char *where; // expression on question, kind, why, read, unit, form, response, state and frame('...'); NULL
    const char *response; // only of this response; NULL
    int64_t limit;     // 0: all
    bool all;          // decided ones too
    const struct review_double *twice; // instead what this one may decide second, without what was decided; NULL
    const char *second;
};

bool review_list_read(struct survey_store *store, struct survey_arena *arena, const struct review_filter *filter,
                      struct review_list *list, struct survey_error *error);
// Whether a mark meets a filter's condition; opened once for many marks. In review_where.c.
struct review_condition;
bool review_condition_open(struct survey_store *store, struct survey_arena *arena, const char *where,
                           struct review_condition **condition, struct survey_error *error);
void review_condition_close(struct review_condition *condition); // NULL is fine
bool review_condition_meets(struct review_condition *condition, const struct review_mark *mark, bool *meets,
                            struct survey_error *error);

// The mark with that id, or whose id starts with it (four letters at least, "uuid:" may be left out).
bool review_find(struct survey_store *store, struct survey_arena *arena, const char *id, struct review_mark *mark,
                 struct survey_error *error);
// The id without "uuid:", cut to length letters (0: whole).
const char *review_short_id(struct survey_arena *arena, const char *id, int length);

enum review_decision {
    REVIEW_VALUE, // the answer is value
    REVIEW_BLANK, // nothing was marked or written
    REVIEW_READ,  // what was read is right
    REVIEW_SKIP,  // it cannot be told: the answer stays missing
};
struct review_verdict {
    enum review_decision decision;
    const char *value; // of REVIEW_VALUE
    bool again;        // decide what was decided already
    bool second;       // beside the first decision, by another person; where the two differ, the mark waits for a third
    bool completed;    // set: the response is complete now
};
// Within a transaction. A value that cannot be an answer to the question is a fault that changes nothing.
bool review_decide(struct survey_store *store, const struct review_mark *mark, struct review_verdict *verdict,
                   const struct survey_actor *actor, struct survey_error *error);

// "5 = Very satisfied; 4 = ...", the bounds of digits, or "": what may be answered, in a language.
const char *review_choices(struct survey_store *store, struct survey_arena *arena, const struct review_mark *mark,
                           const char *language);
const char *review_label(struct survey_store *store, const struct review_mark *mark, const char *language);

// The list as CSV with columns to fill in: id, response, unit, form, question, label, kind, why, read,
// choices, crop (a file name in a folder, "" without crops), decision, value.
void review_export(struct survey_store *store, struct survey_arena *arena, const struct review_list *list,
                   const char *language, bool crops, struct survey_buffer *csv);

struct review_batch {
    size_t decided, completed, left; // left: rows without value and decision
    size_t refused;
    struct survey_buffer refusals; // CSV of the refused rows with their reasons; the caller clears it
};
// Takes a CSV with the columns id and value, and decision where there is one (blank, read, skip; else
// the value holds), within a transaction. Faults go to report by line. False only where the work cannot
// go on.
// second: all of them as second decisions.
bool review_take_csv(struct survey_store *store, const char *path, bool second, const struct survey_actor *actor,
                     struct survey_report *report, struct review_batch *batch, struct survey_error *error);
