// SPDX-License-Identifier: GPL-3.0-or-later
// What the review desk says, in the two languages at once: a server's readers differ, and gettext has one
// language a process. Read at the start, then only looked at.
#pragma once

#include "survey/base/text.h"

#define DESK_DIFFER "differ" // beside the reader's reasons: two reviewers decided it differently

enum desk_language { DESK_EN, DESK_ZH, DESK_LANGUAGES };

#define DESK_WORDS(W) \
    W(REVIEW, N_("Review")) \
    W(SIGN_IN, N_("Sign in")) \
    W(SIGN_OUT, N_("Sign out")) \
    W(TOKEN, N_("Your token")) \
    W(TOKEN_HELP, N_("The letters that 'assay team EVAL add NAME --role supervisor' showed.")) \
    W(WRONG_TOKEN, N_("This token is not, or no longer, a team member's.")) \
    W(WRONG_ROLE, N_("Reviewing is for supervisors and evaluators; this token is an enumerator's.")) \
    W(TOO_MANY, N_("Too many wrong tokens came from your address. Try again in ten minutes.")) \
    W(SIGNED_OUT, N_("You are not signed in, or were away too long. Sign in, and nothing is lost.")) \
    W(NOT_GUARDED, N_("This did not come from our page, or the page was of an earlier sign-in: nothing was changed.")) \
    W(NOT_THERE, N_("There is nothing at this address.")) \
    W(BACK_TO_QUEUE, N_("To the queue")) \
    W(WAITING, N_("%lld wait: %lld doubtful, %lld to key")) \
    W(NOTHING_WAITS, N_("Nothing waits.")) \
    W(NOTHING_LEFT, N_("Nothing is left here for you now.")) \
    W(START, N_("Start")) \
    W(NEXT, N_("Next one")) \
    W(GO_ON_PASSED, N_("Take up what you left for later (%zu)")) \
    W(OTHERS_HAVE, N_("Others are looking at %zu of them.")) \
    W(DECIDED_BY_YOU, N_("You decided %zu since you signed in.")) \
    W(QUESTION, N_("Question")) \
    W(REASON, N_("Reason")) \
    W(FORM, N_("Form")) \
    W(COUNT, N_("Waiting")) \
    W(SHEET, N_("Sheet")) \
    W(SHEET_PAGE, N_("%s, page %lld")) \
    W(SCAN, N_("Scan")) \
    W(READ, N_("Read")) \
    W(READ_NOTHING, N_("nothing")) \
    W(ACCEPT, N_("Right as read")) \
    W(LEFT_BLANK, N_("Left blank")) \
    W(LATER, N_("Later")) \
    W(UNDO, N_("Back to the last one")) \
    W(UNTOLD, N_("Cannot be told")) \
    W(UNTOLD_WHY, N_("Why can it not be told?")) \
    W(UNTOLD_NEEDS_WHY, N_("Say why it cannot be told: the answer stays missing.")) \
    W(SAVE, N_("Save")) \
    W(NUMBER, N_("The number as it stands on the paper")) \
    W(WRITTEN, N_("The writing, word for word")) \
    W(CODE, N_("The code of the choice")) \
    W(SEVERAL, N_("Every choice that is marked")) \
    W(WHOLE_PAGE, N_("Whole page")) \
    W(PLACE_OF, N_("The place on the paper: %s")) \
    W(NEIGHBOURS_OF, N_("The page around it: %s")) \
    W(NO_PICTURE, N_("There is no picture of it.")) \
    W(KEYS, N_("Keys")) \
    W(KEYS_HELP, N_("1-9 and letters: the choice beside them. Enter: right as read. 0 or b: left blank. s: later. " \
                    "x: cannot be told. u: back to the last one. p: whole page. Esc: out of a box.")) \
    W(DECIDED, N_("Decided: %s = %s")) \
    W(PASSED, N_("%s: left for later.")) \
    W(HELD, N_("%s is looking at this one now. It comes back to the queue if it is not decided.")) \
    W(DECIDED_ALREADY, N_("It was decided already, as '%s' by %s. Yours was not taken, but is kept in the log: '%s'.")) \
    W(STANDS, N_("Decided as '%s' by %s.")) \
    W(DECIDE_ANEW, N_("You are deciding it anew: what was decided stays on record.")) \
    W(DIFFER, N_("two reviewers differ")) \
    W(SETTLE, N_("Two reviewers differ: %s; %s. You settle it.")) \
    W(PARTY, N_("Another reviewer decided it otherwise than you: a third one settles it.")) \
    W(TAKEN_BACK, N_("the reviewer took it back")) \
    W(NO_ANSWER, N_("'%s' cannot be an answer to this question: nothing was changed.")) \
    W(EMPTY_ANSWER, N_("Nothing was given: choose an answer, or say that it was left blank.")) \
    W(BLANK_VALUE, N_("(blank)")) \
    W(UNTOLD_VALUE, N_("(cannot be told)"))

enum desk_word {
#define DESK_WORD_ENUM(name, text) SAY_##name,
    DESK_WORDS(DESK_WORD_ENUM)
#undef DESK_WORD_ENUM
    DESK_WORD_COUNT
};

struct desk_words;
// Switches the process's language to and fro: not beside other threads. language: as given on the command line.
struct desk_words *desk_words_load(const char *language, enum desk_language *own);
void desk_words_free(struct desk_words *words); // NULL is fine
const char *desk_word(const struct desk_words *words, enum desk_language language, enum desk_word word);
// Why a person is asked, in words; "-" for an unknown reason.
const char *desk_reason(const struct desk_words *words, enum desk_language language, const char *why);
// "zh" or "en"; and the language that such a name or an Accept-Language header asks for first, or fallback.
const char *desk_language_code(enum desk_language language);
enum desk_language desk_language_of(const char *asked, enum desk_language fallback);
