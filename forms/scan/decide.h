// SPDX-License-Identifier: GPL-3.0-or-later
// From ink to answers: two thresholds, and what the question allows. What is doubtful is never settled.
#pragma once

#include "forms/scan/mark.h"

struct survey_arena;

// The one table of thresholds, shares of full ink.
struct scan_rules {
    double faint;    // below: empty; from here: doubtful
    double marked;   // from here: marked
    double filled;   // from here: filled out, which is a mark, or a correction
    double unfilled; // below: surely not filled out
    double ratio;    // of one choice's ink to every other's, from which a faint other is let pass
    double stroke;   // of the page's pen: what is as dark and goes through its box is a mark from the faint limit on
    double smudge;   // of the page's pen: what is lighter is no mark of it; if faint, it is let pass beside a mark
    double rubbed;   // of the page's pen: what is lighter is let pass beside a mark however much it is,
    double speck;    // below, short or narrow, and nothing of it outside the box: dust could be that, doubtful
    double small;    // unless the page's marks are little more than it: it has this share of theirs;
    double answered; // share of the page's questions from which light strokes tell of the page's pen
    double dark;     // where nothing tells of it: what is lighter is doubtful,
    double much;     // unless it is that much
    double trace;    // by which a box is darker than the page's empty ones at least, and
    double spread;   // by how many times their spread, to be doubtful where nothing else is marked,
    double ghost;    // unless it is lighter than this share of the page's pen: rubbed out;
    double hint;     // share of faint from which ink is doubtful where more of it lies just outside, or a stroke of the pen seems to be
    double light;    // beside marks of a multiple choice, unless it is lighter than this
    double beside;   // outside a box that is not marked, of a multiple choice or where the question is otherwise empty: doubtful
    double line;     // darkness of a box by its ink, below which it has a line and no rubbed-out veil
    bool corrections; // settle "one box filled out, another crossed" for the crossed one
};
extern const struct scan_rules scan_rules_pen, scan_rules_pencil;

enum scan_verdict { SCAN_BLANK, SCAN_ANSWERED, SCAN_DOUBTFUL, SCAN_WRITTEN };

// Why a mark is doubtful, or how a settled one was read; "" where there is nothing to say.
#define SCAN_WHY_FAINT "faint"         // too little ink to say
#define SCAN_WHY_MULTIPLE "multiple"   // more than one answer where one is asked for
#define SCAN_WHY_CORRECTED "corrected" // a box filled out and another crossed
#define SCAN_WHY_FILLED "filled"       // one box filled out among crosses
#define SCAN_WHY_PARTIAL "partial"     // digits are missing
#define SCAN_WHY_BESIDE "beside"       // ink beside the boxes, none in them
#define SCAN_WHY_HIDDEN "hidden"       // a streak or dirt covers a box
#define SCAN_WHY_WRITING "writing"     // handwriting, to be keyed

struct scan_answer {
    const char *question;
    enum scan_kind_of_question { SCAN_ONE, SCAN_MANY, SCAN_NUMBER, SCAN_TEXT } kind;
    enum scan_verdict verdict;
    const char *value;     // as read; for a doubtful one what the reader would say; NULL where nothing
    const char *why;
    struct paper_box area; // all of its boxes
    const size_t *marks;   // indices into the page's marks
    size_t mark_count;
};

// Every question of the page, in its order. written[i] says whether writing box i holds handwriting.
void scan_decide(const struct paper_layout *layout, const struct paper_page *page, const struct scan_mark *marks,
                 const bool *written, const struct scan_rules *rules, struct survey_arena *arena,
                 struct scan_answer **answers, size_t *count);
