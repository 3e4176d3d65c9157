// SPDX-License-Identifier: GPL-3.0-or-later
// What the files of the review desk share; nobody else includes this.
#pragma once

#include "forms/desk/desk.h"
#include "forms/desk/words.h"
#include "forms/paper/layout.h"
#include "forms/scan/review.h"
#include "survey/base/arena.h"

#include <pthread.h>

enum {
    DESK_SESSIONS = 64,           // people at once; the one idle longest gives way
    DESK_IDLE_SECONDS = 3600,     // after which one signs in again
    DESK_LONGEST_SECONDS = 43200, // from the sign-in on, in any case
    DESK_ADDRESSES = 64,          // that wrong tokens are counted for
    DESK_WRONG_MOST = 10,         // wrong tokens from an address in
    DESK_WRONG_SECONDS = 600,     // so long
    DESK_PASSED = 200,            // items that a person left for later
    DESK_CLAIMS = 4 * DESK_SESSIONS,
    DESK_CLAIM_SECONDS = 300, // that an item is kept for the one who looks at it
    DESK_MOST_POST = 65536,
    DESK_MOST_FIELDS = 512,
    DESK_KEY = 32, // random bytes of a cookie, and of what guards posts
    DESK_ID = 48,  // of a mark's id
};

struct desk_session {
    bool used;
    uint8_t key[DESK_KEY];        // what the cookie says
    char guard[2 * DESK_KEY + 1]; // what a post must say too
    char token[130], who[256];
    int64_t began, seen; // seconds since 1970
    enum desk_language language;
    char last[DESK_ID]; // decided last: what "back" leads to
    char notice[600];   // shown with the next page
    bool wrong;         // it says that something was not taken
    size_t decided;     // in this session
    char passed[DESK_PASSED][DESK_ID];
    size_t passed_count;
};

struct desk_wrong {
    char address[64];
    int64_t since;
    int count;
};

struct desk_claim {
    char mark[DESK_ID], who[256];
    int64_t until;
};

struct desk {
    struct phone_page pages[8];
    size_t page_count;
    struct desk_words *words;
    enum desk_language language;
    double share;
    pthread_mutex_t lock; // of all that follows
    struct desk_session sessions[DESK_SESSIONS];
    struct desk_wrong wrong[DESK_ADDRESSES];
    struct desk_claim claims[DESK_CLAIMS];
};

// A part of the queue; NULL where all.
struct desk_filter {
    const char *form, *question, *reason, *kind;
};

struct desk_field {
    const char *name, *value;
};

// What somebody may do with an item.
enum desk_task {
    DESK_FIRST,       // decide it
    DESK_SECOND,      // decide it without seeing that another did
    DESK_THIRD,       // settle what two decided differently
    DESK_ANEW,        // take back one's own decision by another
    DESK_ANEW_SECOND, // the same of one's own second decision
    DESK_PARTY,       // nothing: one is of the two who differ
    DESK_STANDING,    // nothing: it is decided
};

// One request.
struct desk_visit {
    struct desk *desk;
    const struct phone_request *request;
    struct phone_reply *reply;
    struct survey_buffer *out; // the reply's body
    struct survey_arena *arena;
    enum desk_language language;
    char prefix[256]; // before "/review", where a proxy serves us below a folder
    size_t session;   // index; holds while signed_in
    bool signed_in;
    char who[256], guard[2 * DESK_KEY + 1], last[DESK_ID], notice[600];
    bool wrong;                // what the notice says
    size_t decided, passed;    // so far in the session
    size_t held;               // items that others look at; set by desk_queue_next()
    struct desk_field *fields; // of a post
    size_t field_count;
    struct desk_filter filter;
    struct review_double twice;
    struct review_turns turns; // of the item that the request is about; set by desk_item_task()
    enum desk_task task;
};

// --- session.c ---
// Finds the session of the cookie; false where there is none that holds.
bool desk_session_find(struct desk_visit *visit);
// A new one for the owner of a token who may review.
enum desk_entry { DESK_ENTERED, DESK_STRANGER, DESK_NO_REVIEWER, DESK_HELD_OFF };
enum desk_entry desk_session_open(struct desk_visit *visit, const char *token);
void desk_session_close(struct desk_visit *visit);
// Whether a post says what its page was given.
bool desk_session_guards(const struct desk_visit *visit);
// What the next page shows; last: the mark that was decided, NULL where none was.
void desk_session_notice(struct desk_visit *visit, const char *last, bool wrong, const char *notice);
void desk_session_notice_take(struct desk_visit *visit);
void desk_session_language(struct desk_visit *visit, enum desk_language language);
// An item left for later, by this person in this session; NULL forgets them all.
void desk_session_pass(struct desk_visit *visit, const char *mark);
bool desk_session_passed(struct desk_visit *visit, const char *mark);

// --- claim.c ---
// Keeps a mark for the one who asks, for some minutes more; false where another has it, whose name is in
// other then.
bool desk_claim(struct desk_visit *visit, const char *mark, char other[static 256]);
// Whether another has it.
bool desk_claimed(struct desk_visit *visit, const char *mark);
void desk_claim_drop(struct desk_visit *visit, const char *mark);

// --- page.c ---
void desk_page_open(struct desk_visit *visit, int status, enum desk_word title);
void desk_page_close(struct desk_visit *visit);
void desk_say(struct desk_visit *visit, enum desk_word word, ...); // translated, filled in, escaped
void desk_text(struct desk_visit *visit, const char *text);        // escaped
void desk_see_other(struct desk_visit *visit, const char *path);   // 303, below the prefix
void desk_header(struct desk_visit *visit, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
// A page that says one thing, with a way on.
void desk_message(struct desk_visit *visit, int status, enum desk_word word);
// "?question=...&reason=..." of the visit's filter, or "": for addresses, percent-encoded.
const char *desk_filter_query(struct desk_visit *visit);
// The first value of a post's field, or "".
const char *desk_field(const struct desk_visit *visit, const char *name);
bool desk_fields_read(struct desk_visit *visit);

// --- queue.c, item.c, picture.c, decide.c: the pages ---
bool desk_queue_page(struct desk_visit *visit, struct survey_error *error);
// The id of what this person should look at next, "" where nothing is left.
bool desk_queue_next(struct desk_visit *visit, char mark[static DESK_ID], struct survey_error *error);
// Sends the reader there, or to the queue.
bool desk_go_on(struct desk_visit *visit, struct survey_error *error);
// A mark by its id; false with a page that says that there is none, or with error.
bool desk_item_find(struct desk_visit *visit, struct survey_store *store, const char *id, struct review_mark *mark,
                    struct survey_error *error);
// What this person may do with it as it stands in a store: sets task and turns.
bool desk_item_task(struct desk_visit *visit, struct survey_store *store, const struct review_mark *mark,
                    struct survey_error *error);
// A value as a person says it: labels for codes, "(blank)" for "", "(cannot be told)" for NULL.
const char *desk_value_words(struct desk_visit *visit, const struct review_mark *mark, const char *value);
bool desk_item_page(struct desk_visit *visit, const char *id, struct survey_error *error);
bool desk_picture(struct desk_visit *visit, const char *id, const char *view, struct survey_error *error);
bool desk_decide(struct desk_visit *visit, const char *id, struct survey_error *error);

// Millimetres of the page that a view ("place", "strip", "page") of a mark shows, clipped to the paper.
struct paper_box desk_picture_area(const struct paper_box *box, const char *kind, const char *view);

// Of the files desk.css and desk.js.
extern const char desk_style[], desk_script[];
