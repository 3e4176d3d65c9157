// SPDX-License-Identifier: GPL-3.0-or-later
// The decision rules, on boxes that measure as the case says.
#include "forms/scan/scan.h"
#include "tests/forms/drawn_page.h"
#include "tests/tap.h"

static struct survey_arena *arena;
static struct paper_layout *layout;

static void set_up(void)
{
    arena = survey_arena_new();
    layout = drawn_layout(arena);
}

static void tear_down(void)
{
    survey_arena_free(arena);
}

// What becomes of a question, where its boxes measure as given and every other question has a cross of that darkness and ink;
// pen 0: none has.
static const struct scan_answer *decided_among(const char *question, const struct scan_mark *boxes, size_t count, double pen, double ink)
{
    const struct paper_page *page = &layout->pages[0];
    struct scan_mark *marks = survey_arena_array(arena, page->mark_count, sizeof *marks);
    bool *written = survey_arena_array(arena, page->writing_count + 1, sizeof *written);
    static const struct scan_answer none = {.question = "", .verdict = SCAN_WRITTEN, .why = ""};
    struct scan_answer *answers;
    size_t seen = 0, found = 0;
    for (size_t i = 0; i < page->mark_count; i++)
        if (strcmp(page->marks[i].question, question) == 0)
            marks[i] = seen < count ? boxes[seen++] : (struct scan_mark){0};
        else if (pen > 0 && (strcmp(page->marks[i].value, "1") == 0 || page->marks[i].digit == -1))
            marks[i] = (struct scan_mark){.score = ink, .outer = 0.02, .mean = 0.25, .peak = pen, .span = 4, .narrow = 4};
    scan_decide(layout, page, marks, written, &scan_rules_pen, arena, &answers, &found);
    for (size_t i = 0; i < found; i++)
        if (strcmp(answers[i].question, question) == 0)
            return &answers[i];
    return &none;
}

static const struct scan_answer *decided(const char *question, const struct scan_mark *boxes, size_t count, double pen)
{
    return decided_among(question, boxes, count, pen, 0.3);
}

static const struct scan_mark clear_cross = {.score = 0.3, .outer = 0.02, .mean = 0.25, .peak = 0.7, .span = 4, .narrow = 4};

// Too little within to be faint and too little outside to be beside: both together are doubtful.
static void a_stroke_that_grazes_a_box_is_doubtful(void)
{
    set_up();
    struct scan_mark box = {.score = 0.016, .outer = 0.042, .mean = 0.01, .peak = 0.1, .span = 1, .narrow = 1};
    CHECK(decided("q1", &box, 1, 0)->verdict == SCAN_DOUBTFUL);
    box.outer = 0.02;
    CHECK(decided("q1", &box, 1, 0)->verdict == SCAN_BLANK);
    box.score = 0.008;
    box.outer = 0.042;
    CHECK(decided("q1", &box, 1, 0)->verdict == SCAN_BLANK);
    tear_down();
}

// Dust inside a box: dark, but short or narrow, and nothing of it leaves the box.
static void dust_is_no_mark(void)
{
    set_up();
    struct scan_mark boxes[2] = {clear_cross, {.score = 0.085, .mean = 0.07, .peak = 0.6, .span = 4, .narrow = 1}};
    CHECK(decided("q1", &boxes[1], 1, 0.7)->verdict == SCAN_DOUBTFUL);
    CHECK_TEXT("faint", decided("q1", &boxes[1], 1, 0.7)->why);
    CHECK(decided("q1", &boxes[1], 1, 0)->verdict == SCAN_DOUBTFUL); // on an empty page too
    CHECK(decided("many", boxes, 2, 0.7)->verdict == SCAN_DOUBTFUL);
    CHECK(decided_among("q1", &boxes[1], 1, 0.7, 0.1)->verdict == SCAN_ANSWERED); // all of the page's marks are as thin
    boxes[1].narrow = 4; // a thin slash
    CHECK_TEXT("1 2", decided("many", boxes, 2, 0.7)->value);
    CHECK(decided("many", boxes, 2, 0.7)->verdict == SCAN_ANSWERED);
    boxes[1].narrow = 1; // a line that leaves the box
    boxes[1].outer = 0.02;
    CHECK(decided("many", boxes, 2, 0.7)->verdict == SCAN_ANSWERED);
    tear_down();
}

// A mark half beside its box is no smudge, however light the little that is within.
static void a_mark_beside_its_box_is_no_smudge(void)
{
    set_up();
    struct scan_mark boxes[2] = {clear_cross, {.score = 0.04, .outer = 0.11, .mean = 0.034, .peak = 0.175, .span = 1, .narrow = 1}};
    CHECK(decided("many", boxes, 2, 0.7)->verdict == SCAN_DOUBTFUL);
    CHECK(decided("q1", boxes, 2, 0.7)->verdict == SCAN_DOUBTFUL); // two answers, perhaps
    boxes[1].outer = 0.025; // a cross's end within, the rest over the label
    boxes[1].peak = 0.32;
    CHECK(decided("many", boxes, 2, 0.7)->verdict == SCAN_DOUBTFUL);
    boxes[1].outer = 0;
    CHECK(decided("many", boxes, 2, 0.7)->verdict == SCAN_ANSWERED);
    CHECK(decided("q1", boxes, 2, 0.7)->verdict == SCAN_ANSWERED);
    boxes[1] = (struct scan_mark){.score = 0.016, .outer = 0.042, .mean = 0.01, .peak = 0.1, .span = 1, .narrow = 1}; // grazed
    CHECK(decided("many", boxes, 2, 0.7)->verdict == SCAN_DOUBTFUL);
    tear_down();
}

// A light tick of which little is within, on a page written with as light a pen.
static void a_light_tick_at_the_rim_is_doubtful(void)
{
    set_up();
    struct scan_mark boxes[2] = {{.score = 0.043, .outer = 0.008, .mean = 0.07, .peak = 0.31, .span = 4, .narrow = 4},
                                 {.score = 0.0126, .outer = 0.012, .mean = 0.026, .peak = 0.22, .span = 3, .narrow = 2}};
    CHECK(decided("many", boxes, 2, 0.3)->verdict == SCAN_DOUBTFUL);
    CHECK(decided("q1", &boxes[1], 1, 0.3)->verdict == SCAN_DOUBTFUL); // alone, too
    boxes[0].score = 0.3;
    boxes[1] = (struct scan_mark){.score = 0.0168, .outer = 0.027, .mean = 0.02, .peak = 0.1, .span = 2, .narrow = 2};
    CHECK(decided("q1", boxes, 2, 0.3)->verdict == SCAN_DOUBTFUL); // a second one beside its box, in light pencil
    boxes[1].outer = 0.02;
    CHECK(decided("q1", boxes, 2, 0.3)->verdict == SCAN_ANSWERED);
    boxes[0].score = 0.043;
    boxes[1] = (struct scan_mark){.score = 0.0126, .outer = 0.012, .mean = 0.026, .peak = 0.12, .span = 3, .narrow = 2}; // noise
    CHECK(decided("many", boxes, 2, 0.3)->verdict == SCAN_ANSWERED);
    tear_down();
}

// A box filled in among crosses may be taken back, but not by whom answers the whole page by filling boxes in.
static void a_filled_box_is_meant_where_the_page_is_filled_in_so(void)
{
    set_up();
    struct scan_mark boxes[2] = {clear_cross, {.score = 0.95, .outer = 0.02, .mean = 0.8, .peak = 0.9, .span = 4, .narrow = 4}};
    CHECK(decided_among("many", boxes, 2, 0.9, 0.3)->verdict == SCAN_DOUBTFUL);
    CHECK_TEXT("filled", decided_among("many", boxes, 2, 0.9, 0.3)->why);
    const struct scan_answer *answer = decided_among("many", boxes, 2, 0.9, 0.95);
    CHECK(answer->verdict == SCAN_ANSWERED);
    CHECK_TEXT("1 2", answer->value);
    CHECK(decided_among("q1", boxes, 2, 0.9, 0.95)->verdict == SCAN_DOUBTFUL); // a single choice has two marks all the same
    tear_down();
}

// Among other marks of a multiple choice: ink all beside its box, or a thin light line at its rim, is no empty box.
static void a_choice_beside_others_is_not_lost(void)
{
    set_up();
    struct scan_mark boxes[2] = {clear_cross, {.score = 0.003, .outer = 0.079, .mean = 0.01, .peak = 0.07, .span = 2, .narrow = 2}};
    CHECK(decided("many", boxes, 2, 0.7)->verdict == SCAN_DOUBTFUL);
    CHECK_TEXT("beside", decided("many", boxes, 2, 0.7)->why);
    boxes[1].outer = 0.04; // the end of a long stroke
    CHECK(decided("many", boxes, 2, 0.7)->verdict == SCAN_ANSWERED);
    boxes[1] = (struct scan_mark){.score = 0.038, .outer = 0.018, .mean = 0.036, .peak = 0.3, .span = 2, .narrow = 2};
    CHECK(decided("many", boxes, 2, 0.7)->verdict == SCAN_DOUBTFUL);
    CHECK_TEXT("faint", decided("many", boxes, 2, 0.7)->why);
    boxes[1].mean = 0.15; // a veil: rubbed out
    CHECK(decided("many", boxes, 2, 0.7)->verdict == SCAN_ANSWERED);
    tear_down();
}

// What is less than half as dark as the page's pen was rubbed out: let pass beside a mark, doubtful alone and where
// several may be marked.
static void what_is_rubbed_out_does_not_count(void)
{
    set_up();
    struct scan_mark boxes[2] = {clear_cross, {.score = 0.11, .mean = 0.21, .peak = 0.27, .span = 4, .narrow = 4}};
    CHECK(decided("q1", boxes, 2, 0.7)->verdict == SCAN_ANSWERED);
    CHECK_TEXT("1", decided("q1", boxes, 2, 0.7)->value);
    CHECK(decided("many", boxes, 2, 0.7)->verdict == SCAN_DOUBTFUL);
    CHECK(decided("q1", &boxes[1], 1, 0.7)->verdict == SCAN_DOUBTFUL);
    boxes[1].peak = 0.5; // not much lighter: two answers
    CHECK(decided("q1", boxes, 2, 0.7)->verdict == SCAN_DOUBTFUL);
    tear_down();
}

TESTS(CASE(a_stroke_that_grazes_a_box_is_doubtful), CASE(dust_is_no_mark), CASE(a_mark_beside_its_box_is_no_smudge),
      CASE(a_light_tick_at_the_rim_is_doubtful), CASE(a_filled_box_is_meant_where_the_page_is_filled_in_so),
      CASE(a_choice_beside_others_is_not_lost), CASE(what_is_rubbed_out_does_not_count))
