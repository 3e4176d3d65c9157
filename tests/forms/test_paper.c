// SPDX-License-Identifier: GPL-3.0-or-later
// Printed forms: nothing overlaps or leaves the page, every question is there once, what the codes say,
// the bytes of the PDF, how many digits a number gets, conditions in words.
#include "forms/paper/plan.h"
#include "survey/base/json.h"
#include "tests/forms/paper.h"

#include <qpdf/qpdf-c.h>
#include <unistd.h>
#include <zbar.h>

static const char small[] =
    "| survey | | | | | |\n"
    "| | type | name | label | relevant | constraint |\n"
    "| | begin_group | a | Household | | |\n"
    "| | select_one yn | well | Is there a well? | | |\n"
    "| | integer | depth | How deep is it? | ${well} = 'yes' | . >= 0 and . <= 120 |\n"
    "| | integer | change | Change of depth | | . > -50 and . < 50 |\n"
    "| | text | why | Why, as ${depth}? | ${depth} > 9 and ${well} != 'no' | |\n"
    "| | date | day | Day | | |\n"
    "| | image | photo | Picture | | |\n"
    "| | end_group | | | | |\n"
    "| | begin_repeat | r | Person | | |\n"
    "| | text | pname | Name | | |\n"
    "| | select_one yn | pin | Present? | | |\n"
    "| | end_repeat | | | | |\n"
    "| choices | | | |\n"
    "| | list_name | name | label |\n"
    "| | yn | yes | Yes |\n"
    "| | yn | no | No |\n"
    "| settings | | |\n"
    "| | form_id | form_title |\n"
    "| | wells | Wells |\n";

// --- tokens -------------------------------------------------------------------------------------

static void tokens_come_back(void)
{
    char text[PAPER_TOKEN_LENGTH + 1], typed[128];
    for (uint64_t i = 0; i < 500; i++) {
        struct paper_token token = {(i * 0x9e3779b97f4a7c15u) & 0xffffffffffu, (unsigned)(i % 63) + 1, (uint16_t)(i * 977)}, back = {0};
        paper_token_write(&token, paper_key, text);
        CHECK(strlen(text) == PAPER_TOKEN_LENGTH);
        size_t at = 0; // as a person types it, after an address
        memcpy(typed, "https://host/F/", 15);
        at = 15;
        for (size_t k = 0; k < PAPER_TOKEN_LENGTH; k++) {
            typed[at++] = (char)(text[k] >= 'A' ? text[k] + 32 : text[k] == '0' ? 'O' : text[k] == '1' ? 'l' : text[k]);
            if (k % 5 == 4)
                typed[at++] = '-';
        }
        CHECK(paper_token_read(text, PAPER_TOKEN_LENGTH, paper_key, &back) == PAPER_TOKEN_GOOD);
        CHECK(back.sheet == token.sheet && back.page == token.page && back.form == token.form);
        CHECK(paper_token_read(typed, at, paper_key, &back) == PAPER_TOKEN_GOOD && back.sheet == token.sheet);
    }
}

static void forged_tokens_are_refused(void)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    char text[PAPER_TOKEN_LENGTH + 1];
    uint8_t other[PAPER_TOKEN_KEY] = {9};
    struct paper_token token = {123456789, 3, 42}, back = {0};
    paper_token_write(&token, paper_key, text);
    CHECK(paper_token_read(text, PAPER_TOKEN_LENGTH, other, &back) == PAPER_TOKEN_FORGED);
    for (size_t i = 0; i < PAPER_TOKEN_LENGTH; i++)
        for (size_t k = 0; k < 32; k++) {
            char kept = text[i];
            text[i] = alphabet[k];
            CHECK(kept == text[i] || paper_token_read(text, PAPER_TOKEN_LENGTH, paper_key, &back) != PAPER_TOKEN_GOOD);
            text[i] = kept;
        }
    CHECK(paper_token_read(text, PAPER_TOKEN_LENGTH - 1, paper_key, &back) == PAPER_TOKEN_MALFORMED);
    CHECK(paper_token_read("", 0, paper_key, &back) == PAPER_TOKEN_MALFORMED);
    CHECK(back.sheet == 0); // untouched
}

// --- digits -------------------------------------------------------------------------------------

static void digits_follow_the_constraint(void)
{
    static const struct { const char *constraint, *paper; int digits; bool minus; } cases[] = {
        {". >= 0 and . <= 9", "", 1, false}, {". > 0 and . < 10", "", 1, false}, {". >= 0 and . < 100", "", 2, false},
        {"0 <= . and 120 >= .", "", 3, false}, {". >= -5 and . <= 5", "", 1, true}, {". >= -500000 and . <= 2000000", "", 7, true},
        {". >= 0 and . <= 9999999", "", 7, false}, {". >= 0 and . <= 10000000", "", 0, false}, {". >= 0", "", 0, false},
        {". <= 10", "", 0, false}, {". >= 0 and . <= ${other}", "", 2, false}, {". > ${other} and . <= 999", "", 3, false},
        {". >= ${x} and . <= 5", "", 0, false}, {". >= 0 or . <= 9", "", 0, false}, {"regex(., '^[0-9]{3}$')", "", 0, false},
        {". >= 0 and . <= 9", "digits:4", 4, false}, {"", "digits:3", 3, false}, {"", "", 0, false}, {". >= 0 and . <= 9", "line", 0, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[1200];
        snprintf(text, sizeof text,
                 "| survey | | | | | |\n| | type | name | label | constraint | paper |\n| | integer | other | O | . >= 1 and . <= 20 | |\n"
                 "| | integer | x | X | . >= ${x} | |\n| | integer | n | N | %s | %s |\n", cases[i].constraint, cases[i].paper);
        struct survey_form *form = table_form(text);
        bool minus = !cases[i].minus;
        int digits = paper_digits(form, survey_form_find(form, "n"), &minus);
        if (digits != cases[i].digits || (digits && minus != cases[i].minus))
            fprintf(stderr, "%s %s: %d digits, minus %d\n", cases[i].constraint, cases[i].paper, digits, minus);
        CHECK(digits == cases[i].digits && (!digits || minus == cases[i].minus));
        survey_form_free(form);
    }
}

// --- the layout ---------------------------------------------------------------------------------

static bool overlap(const struct paper_box *a, const struct paper_box *b, double by)
{
    return a->x + a->w > b->x + by && b->x + b->w > a->x + by && a->y + a->h > b->y + by && b->y + b->h > a->y + by;
}

static struct paper_box grown(struct paper_box box, double by)
{
    return (struct paper_box){box.x - by, box.y - by, box.w + 2 * by, box.h + 2 * by};
}

// Marks, writing boxes and texts against the edges, the fiducials with their white, and the codes.
static void check_free(const struct paper_layout *layout, const struct paper_page *page, const struct paper_box *box, const char *what)
{
    bool good = box->x >= 10 && box->y >= 8 && box->x + box->w <= layout->width - 10 && box->y + box->h <= layout->height - 9.5;
    for (int i = 0; i < PAPER_FIDUCIALS; i++) {
        double half = layout->fiducials[i].size / 2 + 4.5;
        struct paper_box white = {layout->fiducials[i].x - half, layout->fiducials[i].y - half, 2 * half, 2 * half};
        good = good && !overlap(box, &white, 0.01);
    }
    for (int i = 0; i < 2; i++) {
        struct paper_box quiet = grown(page->qr[i], 4 * page->qr[i].w / page->qr_modules);
        good = good && !overlap(box, &quiet, 0.3);
    }
    if (!good)
        fprintf(stderr, "%s at %.1f %.1f, %.1f x %.1f\n", what, box->x, box->y, box->w, box->h);
    CHECK(good);
}

static void check_marks(const struct paper_layout *layout, const struct paper_page *page)
{
    for (size_t i = 0; i < page->mark_count; i++) {
        const struct paper_mark *mark = &page->marks[i];
        struct paper_box wide = grown(mark->box, 1.4); // where a reader looks for the frame
        check_free(layout, page, &mark->box, mark->question);
        CHECK(mark->box.w == 4 && mark->box.h == 4);
        for (size_t k = 0; k < i; k++)
            CHECK(!overlap(&wide, &page->marks[k].box, 0.01));
        for (size_t k = 0; k < page->writing_count; k++)
            CHECK(!overlap(&mark->box, &page->writing[k].box, 0.01));
    }
    for (size_t i = 0; i < page->writing_count; i++) {
        check_free(layout, page, &page->writing[i].box, page->writing[i].question);
        for (size_t k = 0; k < i; k++)
            CHECK(!overlap(&page->writing[i].box, &page->writing[k].box, 0.01));
    }
}

static void check_texts(const struct paper_design *design, size_t number)
{
    const struct paper_layout *layout = paper_design_layout(design);
    const struct paper_page *page = &layout->pages[number];
    struct paper_box text, other;
    for (size_t i = 0; paper_design_text(design, number, i, &text); i++) {
        check_free(layout, page, &text, "a text");
        for (size_t k = 0; k < page->mark_count; k++)
            if (overlap(&text, &page->marks[k].box, 0.3)) {
                fprintf(stderr, "a text at %.1f %.1f lies on a mark of %s\n", text.x, text.y, page->marks[k].question);
                CHECK(false);
            }
        for (size_t k = 0; k < page->writing_count; k++) // but for the signs between a date's cells
            CHECK(!overlap(&text, &page->writing[k].box, 0.3) || text.w < 4);
        for (size_t k = 0; k < i && paper_design_text(design, number, k, &other); k++)
            if (overlap(&text, &other, 0.5)) {
                fprintf(stderr, "page %zu: texts at %.1f %.1f and %.1f %.1f overlap\n", number + 1, text.x, text.y, other.x, other.y);
                CHECK(false);
            }
    }
}

static size_t count_name(const struct paper_layout *layout, const char *name, const char *tail)
{
    char whole[300];
    size_t count = 0;
    snprintf(whole, sizeof whole, "%s%s", name, tail);
    for (size_t i = 0; i < layout->question_count; i++)
        count += strcmp(layout->questions[i].name, whole) == 0;
    return count;
}

static bool kept_off(const struct paper_design *design, const struct survey_item *item)
{
    for (size_t i = 0; paper_design_left_out(design, i); i++)
        if (paper_design_left_out(design, i) == item)
            return true;
    return false;
}

static bool not_for_paper(const struct survey_item *item)
{
    switch ((int)item->type) {
    case SURVEY_TYPE_IMAGE:
    case SURVEY_TYPE_AUDIO:
    case SURVEY_TYPE_VIDEO:
    case SURVEY_TYPE_FILE:
    case SURVEY_TYPE_GEOPOINT:
    case SURVEY_TYPE_GEOTRACE:
    case SURVEY_TYPE_GEOSHAPE:
        return true;
    default:
        return false;
    }
}

// Every question that is asked is on the form once (in a repeat: once a row), or is named as left out.
static void check_questions(const struct paper_design *design, const struct survey_form *form)
{
    const struct paper_layout *layout = paper_design_layout(design);
    for (size_t i = 0; i < form->item_count; i++) {
        const struct survey_item *item = form->items[i];
        if (!survey_item_is_asked(item))
            continue;
        const char *first = !item->repeat ? "" : item->repeat->repeat ? "[1.1]" : "[1]";
        size_t times = count_name(layout, item->column, first);
        bool absent = kept_off(design, item) || not_for_paper(item);
        if (times != !absent)
            fprintf(stderr, "%s (%s): %zu times on the form\n", item->column, survey_type_name(item->type), times);
        CHECK(times == !absent);
        CHECK(kept_off(design, item) || paper_design_number(design, item)); // named by its number
    }
}

// As many marks as choices or digits, on one page.
static void check_counts(const struct paper_layout *layout, const struct survey_form *form)
{
    for (size_t q = 0; q < layout->question_count; q++) {
        const struct paper_question *question = &layout->questions[q];
        char name[300];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(question->name, "["), question->name);
        const struct survey_item *item = survey_form_find(form, name);
        size_t marks = 0, pages = 0, minus = 0;
        for (size_t p = 0; p < layout->page_count; p++) {
            size_t here = marks;
            for (size_t i = 0; i < layout->pages[p].mark_count; i++)
                if (strcmp(layout->pages[p].marks[i].question, question->name) == 0) {
                    marks++;
                    minus += layout->pages[p].marks[i].digit == -1;
                }
            pages += marks > here;
        }
        bool boxes = question->kind != PAPER_WRITING;
        CHECK(pages == boxes);
        if (question->kind == PAPER_DIGITS)
            CHECK(question->digits > 0 && marks == (size_t)question->digits * 10 + minus && minus <= 1);
        else if (boxes && item->list)
            CHECK(marks == item->list->count);
    }
}

static void check_design(const struct paper_design *design, const struct survey_form *form)
{
    const struct paper_layout *layout = paper_design_layout(design);
    CHECK(layout->page_count > 0);
    for (size_t i = 0; i < layout->page_count; i++) {
        check_marks(layout, &layout->pages[i]);
        check_texts(design, i);
    }
    check_questions(design, form);
    check_counts(layout, form);
}

static void check_file(const char *path, const char *first, const char *second)
{
    struct survey_form *form = file_form(path);
    if (survey_report_count_of(paper_report, SURVEY_FAULT)) {
        survey_form_free(form); // check lists them; there is nothing to print
        return;
    }
    struct paper_design *design = need_design(form, first, second);
    check_design(design, form);
    paper_design_free(design);
    survey_form_free(form);
}

static void nothing_overlaps_in_the_example(void)
{
    check_file(EXAMPLE, "zh", NULL);
    check_file(EXAMPLE, "en", NULL);
    check_file(EXAMPLE, "zh", "en");
    check_file(EXAMPLE, "en", "zh");
}

static void the_example_takes_three_pages(void)
{
    struct survey_form *form = file_form(EXAMPLE);
    struct paper_design *design = need_design(form, "zh", NULL);
    CHECK(paper_design_layout(design)->page_count == 3);
    paper_design_free(design);
    survey_form_free(form);
}

static void real_forms_come_out_whole(void)
{
    static const char *const names[] = {"ipa_household_survey", "mitwirken_participation_de", "odk_all_question_types", "odk_socio_economic",
                                        "pma_hq", "reach_msna_2024_v11", "who_va_webforms_fixture"};
    if (access(SHARED "/data/xlsforms", R_OK) != 0)
        SKIP("../shared/data/xlsforms is not there");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[400];
        snprintf(path, sizeof path, SHARED "/data/xlsforms/%s.xlsx", names[i]);
        fprintf(stderr, "%s\n", names[i]);
        check_file(path, NULL, NULL);
    }
}

static void the_geometry_comes_back(void)
{
    struct survey_form *form = file_form(EXAMPLE);
    struct paper_design *design = need_design(form, "zh", NULL);
    struct survey_buffer written = SURVEY_BUFFER(1 << 24), again = SURVEY_BUFFER(1 << 24);
    struct survey_arena *arena = survey_arena_new();
    struct paper_layout *layout = NULL;
    const struct paper_layout *made = paper_design_layout(design);
    paper_layout_write(made, &written);
    NEED(paper_layout_read(arena, written.at, written.length, &layout, &paper_error));
    paper_layout_write(layout, &again);
    CHECK_TEXT(survey_buffer_string(&written), survey_buffer_string(&again));
    CHECK(layout->page_count == made->page_count && layout->question_count == made->question_count);
    CHECK(layout->pages[1].mark_count == made->pages[1].mark_count && layout->pages[1].marks[7].digit == made->pages[1].marks[7].digit);
    CHECK(!paper_layout_read(arena, written.at, written.length / 2, &layout, &paper_error));
    CHECK(!paper_layout_read(arena, "{}", 2, &layout, &paper_error));
    survey_buffer_clear(&written);
    survey_buffer_clear(&again);
    survey_arena_free(arena);
    paper_design_free(design);
    survey_form_free(form);
}

// Choices are boxes there too, by row.
static void a_repeat_is_a_table(void)
{
    struct survey_form *form = table_form(small);
    struct paper_design *design = need_design(form, NULL, NULL);
    const struct paper_layout *layout = paper_design_layout(design);
    check_design(design, form);
    CHECK(count_name(layout, "pname", "[1]") == 1 && count_name(layout, "pin", "[5]") == 1 && count_name(layout, "pname", "") == 0);
    for (size_t i = 0; i < layout->question_count; i++)
        if (strncmp(layout->questions[i].name, "pin[", 4) == 0)
            CHECK(layout->questions[i].kind == PAPER_SELECT_ONE);
    CHECK(count_name(layout, "photo", "") == 0);
    paper_design_free(design);
    survey_form_free(form);
}

// A label of a script from right to left stands at its box, not at the far end of the column.
static void labels_stay_at_their_boxes(void)
{
    struct survey_form *form = table_form("| survey | | | |\n| | type | name | label |\n| | select_one l | q | هل يوجد بئر؟ |\n"
                                          "| choices | | | |\n| | list_name | name | label |\n| | l | a | نعم |\n| | l | b | لا |\n| | l | c | لا أعرف |\n");
    struct paper_design *design = need_design(form, NULL, NULL);
    const struct paper_page *page = &paper_design_layout(design)->pages[0];
    check_design(design, form);
    for (size_t i = 0; i < page->mark_count; i++) {
        struct paper_box text, mark = page->marks[i].box;
        size_t near = 0;
        for (size_t k = 0; paper_design_text(design, 0, k, &text); k++)
            near += fabs(text.x - (mark.x + mark.w + 2.2)) < 0.3 && text.y < mark.y + 3 && text.y + text.h > mark.y + 1;
        CHECK(near == 1);
    }
    paper_design_free(design);
    survey_form_free(form);
}

static void long_lists_are_written(void)
{
    struct survey_buffer text = SURVEY_BUFFER(1 << 20);
    survey_buffer_text(&text, "| survey | | | |\n| | type | name | label |\n| | select_one big | big | Which? |\n| | select_one mid | mid | Which? |\n"
                              "| choices | | | |\n| | list_name | name | label |\n");
    for (int i = 0; i < 300; i++)
        survey_format(&text, "| | %s | c%d | Choice number %d |\n", i < 260 ? "big" : "mid", i, i);
    struct survey_form *form = table_form(survey_buffer_string(&text));
    struct paper_design *design = need_design(form, NULL, NULL);
    const struct paper_layout *layout = paper_design_layout(design);
    check_design(design, form);
    for (size_t i = 0; i < layout->question_count; i++)
        CHECK(layout->questions[i].kind == (strcmp(layout->questions[i].name, "big") == 0 ? PAPER_WRITING : PAPER_SELECT_ONE));
    paper_design_free(design);
    survey_form_free(form);
    survey_buffer_clear(&text);
}

// Long words, long lists of long labels, empty labels, groups in groups, repeats in repeats, lists of
// one choice, conditions that go on for ever: it all stays in its place.
static void odd_forms_hold_together(void)
{
    struct survey_buffer text = SURVEY_BUFFER(1 << 20);
    survey_buffer_text(&text, "| survey | | | | | | |\n| | type | name | label | hint | relevant | appearance |\n"
                              "| | begin_group | g | Averyverylongwordthatgoesonandonwithoutanyspaceatallandstillgoeson | | | |\n"
                              "| | select_one one | a | Pneumonoultramicroscopicsilicovolcanoconiosispneumonoultramicroscopic? | <b>x</b> & y < 5 ** # | | |\n"
                              "| | begin_group | gg | | | ${a} = 'c0' | |\n| | select_multiple long | b | | | | |\n| | end_group | | | | | |\n"
                              "| | note | n0 | ");
    for (int i = 0; i < 1500; i++)
        survey_format(&text, "%d. sentence of a long notice. ", i);
    survey_buffer_text(&text, "| | | |\n| | text | c | C | | ");
    for (int i = 0; i < 60; i++)
        survey_format(&text, "%sregex(${c%d}, 'x') = ${a}", i ? " or " : "", i % 3);
    survey_buffer_text(&text, "| multiline |\n| | text | c0 | C | | | |\n| | text | c1 | C | | | |\n| | text | c2 | C | | | |\n"
                              "| | begin_repeat | r | R | | | |\n| | text | d | D | | | |\n| | begin_repeat | rr | RR | | | |\n"
                              "| | select_one long | e | E | | | |\n| | integer | f | F | | | |\n| | end_repeat | | | | | |\n| | end_repeat | | | | | |\n"
                              "| | end_group | | | | | |\n| | rank long | h | H | | | |\n| | acknowledge | i | I | | | |\n| | time | j | J | | | |\n"
                              "| | dateTime | k | K | | | |\n| | decimal | l | L | | | |\n"
                              "| | select_one long | m0 | M | | | likert |\n| | select_one long | m1 | M | | | likert |\n"
                              "| | select_one one | o0 | O | | | likert |\n| | select_one one | o1 | O | | | likert |\n"
                              "| choices | | | |\n| | list_name | name | label |\n| | one | c0 | The only one |\n");
    for (int i = 0; i < 12; i++)
        survey_format(&text, "| | long | v%d | %s, and a label that goes on over several lines, because whoever wrote it had time |\n", i,
                      i % 3 ? "Donaudampfschifffahrtsgesellschaftskapitänswitwe" : "Short");
    struct survey_form *form = table_form(survey_buffer_string(&text));
    struct paper_design *design = need_design(form, NULL, NULL);
    check_design(design, form);
    paper_design_free(design);
    survey_form_free(form);
    survey_buffer_clear(&text);
}

// --- faults -------------------------------------------------------------------------------------

static void expect_fault(const char *text, const char *code, uint32_t row)
{
    struct survey_form *form = table_form(text);
    struct paper_design *design = try_design(form, NULL, NULL);
    CHECK(!design);
    CHECK(paper_error.code == SURVEY_ERROR_INPUT);
    NEED(survey_report_count_of(paper_report, SURVEY_FAULT) == 1);
    for (size_t i = 0; i < survey_report_count(paper_report); i++)
        if (survey_report_at(paper_report, i)->severity == SURVEY_FAULT) {
            CHECK_TEXT(code, survey_report_at(paper_report, i)->code);
            if (survey_report_at(paper_report, i)->row != row)
                fprintf(stderr, "%s: row %u\n", code, survey_report_at(paper_report, i)->row);
            CHECK(survey_report_at(paper_report, i)->row == row);
        }
    paper_design_free(design);
    survey_form_free(form);
}

static void what_cannot_be_printed_is_named(void)
{
    struct survey_buffer text = SURVEY_BUFFER(1 << 20);
    // A character of the last private use area, which no font has.
    expect_fault("| survey | | | |\n| | type | name | label |\n| | text | a | A |\n| | text | b | \xf3\xb0\x80\x80 |\n", "E410", 3);
    expect_fault("| survey | | | | |\n| | type | name | label | paper |\n| | text | a | A | boxs |\n", "E411", 2);
    survey_buffer_text(&text, "| survey | | | |\n| | type | name | label |\n| | text | a | ");
    for (int i = 0; i < 3000; i++)
        survey_buffer_text(&text, "word ");
    survey_buffer_text(&text, "|\n");
    expect_fault(survey_buffer_string(&text), "E412", 2);
    survey_buffer_clear(&text);
    survey_buffer_text(&text, "| survey | | | |\n| | type | name | label |\n");
    for (int i = 0; i < 1800; i++)
        survey_format(&text, "| | text | a%d | Question |\n", i);
    expect_fault(survey_buffer_string(&text), "E413", 0);
    survey_buffer_clear(&text);
}

// --- the PDF ------------------------------------------------------------------------------------

static void the_same_run_gives_the_same_bytes(void)
{
    struct survey_form *form = file_form(EXAMPLE);
    struct survey_buffer a = SURVEY_BUFFER(1 << 26), b = SURVEY_BUFFER(1 << 26), c = SURVEY_BUFFER(1 << 26);
    struct paper_design *first = need_design(form, "zh", NULL), *second = need_design(form, "zh", NULL);
    print_copies_of(first, 4, 1000, NULL, &a, NULL);
    print_copies_of(second, 4, 1000, NULL, &b, NULL);
    print_copies_of(second, 4, 1001, NULL, &c, NULL);
    CHECK(a.length == b.length && memcmp(a.at, b.at, a.length) == 0);
    CHECK(a.length != c.length || memcmp(a.at, c.at, a.length) != 0);
    survey_buffer_clear(&a);
    survey_buffer_clear(&b);
    survey_buffer_clear(&c);
    paper_design_free(first);
    paper_design_free(second);
    survey_form_free(form);
}

static void qpdf_finds_no_fault(void)
{
    struct survey_form *form = file_form(EXAMPLE);
    struct survey_buffer pdf = SURVEY_BUFFER(1 << 26);
    struct paper_design *design = need_design(form, "zh", "en");
    print_copies_of(design, 3, 5, NULL, &pdf, NULL);
    qpdf_data qpdf = qpdf_init();
    qpdf_silence_errors(qpdf);
    CHECK(qpdf_read_memory(qpdf, "forms.pdf", pdf.at, pdf.length, NULL) == QPDF_SUCCESS);
    CHECK(qpdf_check_pdf(qpdf) == QPDF_SUCCESS);
    CHECK(!qpdf_more_warnings(qpdf));
    CHECK((size_t)qpdf_get_num_pages(qpdf) == 3 * paper_design_layout(design)->page_count);
    qpdf_cleanup(&qpdf);
    // Beyond the shared pages, a page of a copy takes little.
    struct survey_buffer more = SURVEY_BUFFER(1 << 26);
    print_copies_of(design, 8, 5, NULL, &more, NULL);
    CHECK((more.length - pdf.length) / (5 * paper_design_layout(design)->page_count) < 1500);
    survey_buffer_clear(&pdf);
    survey_buffer_clear(&more);
    paper_design_free(design);
    survey_form_free(form);
}

// What zbar reads on a page; false where it is not text. The code at the foot alone where cut.
static int codes_on(uint8_t *gray, int width, int height, const char *text)
{
    int found = 0;
    zbar_image_scanner_t *scanner = zbar_image_scanner_create();
    zbar_image_t *image = zbar_image_create();
    zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
    zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
    zbar_image_set_format(image, *(const unsigned int *)(const void *)"Y800");
    zbar_image_set_size(image, (unsigned)width, (unsigned)height);
    zbar_image_set_data(image, gray, (unsigned long)width * (unsigned long)height, NULL);
    zbar_scan_image(scanner, image);
    for (const zbar_symbol_t *symbol = zbar_image_first_symbol(image); symbol; symbol = zbar_symbol_next(symbol)) {
        CHECK_TEXT(text, zbar_symbol_get_data(symbol));
        found++;
    }
    zbar_image_destroy(image);
    zbar_image_scanner_destroy(scanner);
    return found;
}

static void check_codes(const char *server)
{
    struct survey_form *form = table_form(small);
    struct survey_buffer pdf = SURVEY_BUFFER(1 << 26), layout = SURVEY_BUFFER(1 << 24);
    struct paper_design *design = NULL;
    struct paper_request request = {.form = form, .language_count = 1, .large_codes = server != NULL,
                                    .qr_modules = server ? 33 : 29};
    NEED(paper_design_make(&request, paper_report, &design, &paper_error));
    print_copies_of(design, 2, 77, server, &pdf, &layout);
    struct survey_arena *arena = survey_arena_new();
    struct survey_json *json = NULL;
    NEED(survey_json_read(arena, "layout", layout.at, layout.length, &json, &paper_error));
    for (size_t i = 0; i < 2; i++) {
        const struct survey_json *page = survey_json_at(survey_json_get(survey_json_at(survey_json_get(json, "forms"), i), "pages"), 0);
        const char *token = survey_json_text(page, "token", "");
        struct paper_token parts;
        int width, height;
        uint8_t *gray = render_gray(&pdf, (int)survey_json_number(page, "pdf_page", 0) - 1, 300, &width, &height);
        CHECK(paper_token_read(token, strlen(token), paper_key, &parts) == PAPER_TOKEN_GOOD);
        CHECK(parts.sheet == 77 + i && parts.page == 1 && parts.form == 0xabcd);
        CHECK(!server || strncmp(token, "HTTPS://EXAMPLE.ORG/F/", 22) == 0);
        CHECK(codes_on(gray, width, height / 2, token) == 1); // the upper half of the page, and the lower one
        CHECK(codes_on(gray + (size_t)(height / 2) * (size_t)width, width, height - height / 2, token) == 1);
        free(gray);
    }
    survey_buffer_clear(&pdf);
    survey_buffer_clear(&layout);
    survey_arena_free(arena);
    paper_design_free(design);
    survey_form_free(form);
}

static void both_codes_say_the_token(void)
{
    check_codes(NULL);
    check_codes("HTTPS://EXAMPLE.ORG");
}

// Ink by cells of about 3 mm, as cairo draws a page and as poppler reads it out of the PDF: a glyph that
// was embedded badly shows as a cell without ink.
static void poppler_shows_what_was_drawn(void)
{
    struct survey_form *form = file_form(EXAMPLE);
    struct survey_buffer pdf = SURVEY_BUFFER(1 << 26);
    struct paper_design *design = need_design(form, "zh", "en");
    print_copies_of(design, 1, 5, NULL, &pdf, NULL);
    for (size_t page = 0; page < paper_design_layout(design)->page_count; page++) {
        int width, height, cell = 12;
        uint8_t *gray = render_gray(&pdf, (int)page, 100, &width, &height);
        cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
        cairo_t *cairo = cairo_create(surface);
        cairo_set_source_rgb(cairo, 1, 1, 1);
        cairo_paint(cairo);
        cairo_scale(cairo, 100.0 / 72, 100.0 / 72);
        paper_design_draw(design, page, cairo);
        cairo_surface_flush(surface);
        const uint8_t *drawn = cairo_image_surface_get_data(surface);
        size_t inked = 0;
        for (int y = 0; y + cell < height; y += cell)
            for (int x = 0; x + cell < width; x += cell) {
                long ours = 0, theirs = 0;
                for (int k = 0; k < cell * cell; k++) {
                    int row = y + k / cell, column = x + k % cell;
                    ours += 255 - drawn[row * cairo_image_surface_get_stride(surface) + column * 4];
                    theirs += 255 - gray[row * width + column];
                }
                inked += ours >= 2000;
                if (ours >= 2000 && theirs <= ours / 3)
                    fprintf(stderr, "page %zu at %.1f %.1f mm: %ld drawn, %ld in the PDF\n", page + 1, x * 0.254, y * 0.254, ours, theirs);
                CHECK(ours < 2000 || theirs > ours / 3);
            }
        CHECK(inked > 500);
        cairo_destroy(cairo);
        cairo_surface_destroy(surface);
        free(gray);
    }
    survey_buffer_clear(&pdf);
    paper_design_free(design);
    survey_form_free(form);
}

static void skips_stand_in_words(void)
{
    struct survey_form *form = table_form(small);
    struct survey_buffer pdf = SURVEY_BUFFER(1 << 26);
    struct paper_design *design = need_design(form, NULL, NULL);
    print_copies_of(design, 1, 5, NULL, &pdf, NULL);
    char *text = pdf_text(&pdf);
    CHECK(strstr(text, "Only if A1 is “Yes”"));
    CHECK(strstr(text, "Only if A2 is more than 9 and A1 is not “No”"));
    CHECK(strstr(text, "Why, as [A2]?"));
    CHECK(strstr(text, "Photograph: take it with the phone"));
    CHECK(strstr(text, "1306241010001") && strstr(text, "Wells") && strstr(text, "page 1 of 1"));
    free(text);
    survey_buffer_clear(&pdf);
    paper_design_free(design);
    survey_form_free(form);
}

TESTS(CASE(tokens_come_back), CASE(forged_tokens_are_refused), CASE(digits_follow_the_constraint), CASE(nothing_overlaps_in_the_example),
      CASE(the_example_takes_three_pages), CASE(real_forms_come_out_whole), CASE(the_geometry_comes_back), CASE(a_repeat_is_a_table),
      CASE(labels_stay_at_their_boxes), CASE(long_lists_are_written), CASE(odd_forms_hold_together), CASE(what_cannot_be_printed_is_named), CASE(the_same_run_gives_the_same_bytes), CASE(qpdf_finds_no_fault),
      CASE(both_codes_say_the_token), CASE(poppler_shows_what_was_drawn), CASE(skips_stand_in_words))
