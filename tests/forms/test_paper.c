// SPDX-License-Identifier: GPL-3.0-or-later
// Designed forms: nothing overlaps or leaves the page, every question is there once, how many digits a
// number gets, what cannot be printed.
#include "forms/paper/plan.h"
#include "tests/forms/paper.h"

#include <unistd.h>

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

// A label of a script from right to left stands at its box, to the left of it, and the boxes at the right of the page.
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
            near += fabs(mark.x - 2.2 - (text.x + text.w)) < 0.3 && text.y < mark.y + 3 && text.y + text.h > mark.y + 1;
        CHECK(near == 1 && mark.x > 105);
    }
    paper_design_free(design);
    survey_form_free(form);
}

static double mark_x(const struct paper_layout *layout, const char *question, const char *value, int digit)
{
    for (size_t i = 0; i < layout->pages[0].mark_count; i++) {
        const struct paper_mark *mark = &layout->pages[0].marks[i];
        if (strcmp(mark->question, question) == 0 && strcmp(mark->value, value) == 0 && mark->digit == digit)
            return mark->box.x;
    }
    return -1;
}

// The same form in two languages is the same page turned left to right, but for the squares and the codes.
static void a_page_from_right_to_left_is_turned(void)
{
    static const char text[] =
        "| survey | | | | | |\n| | type | name | label::English | label::Hebrew | constraint |\n| | integer | n | How many? | כמה? | . >= 0 and . < 100 |\n"
        "| | date | day | Day | יום | |\n| | begin_group | g | Pleased | מרוצה | |\n| | select_one s | a | School | בית ספר | |\n| | end_group | | | | |\n"
        "| | begin_repeat | r | Person | אדם | |\n| | text | pname | Name | שם | |\n| | select_one s | pin | Present? | נוכח? | |\n| | end_repeat | | | | |\n"
        "| choices | | | | |\n| | list_name | name | label::English | label::Hebrew |\n| | s | 1 | Yes | כן |\n| | s | 2 | No | לא |\n";
    struct survey_form *form = table_form(text);
    struct paper_design *one = need_design(form, "English", NULL), *other = need_design(form, "Hebrew", NULL);
    const struct paper_layout *left = paper_design_layout(one), *right = paper_design_layout(other);
    check_design(other, form);
    CHECK(memcmp(left->fiducials, right->fiducials, sizeof left->fiducials) == 0);
    CHECK(memcmp(left->pages[0].qr, right->pages[0].qr, sizeof left->pages[0].qr) == 0);
    CHECK(left->pages[0].mark_count == right->pages[0].mark_count);
    for (size_t i = 0; i < left->pages[0].mark_count; i++) {
        const struct paper_mark *mark = &left->pages[0].marks[i];
        double x = mark_x(right, mark->question, mark->value, mark->digit);
        CHECK(fabs(x - (210 - mark->box.x - mark->box.w)) < (strchr(mark->question, '[') || mark->digit >= 0 ? 0.01 : 9)); // columns as wide as their labels
    }
    CHECK(mark_x(right, "n", "0", 1) > mark_x(right, "n", "9", 1) && mark_x(right, "pin[1]", "1", -2) > mark_x(right, "pin[1]", "2", -2));
    CHECK(mark_x(left, "n", "0", 1) < mark_x(left, "n", "9", 1));
    paper_design_free(one);
    paper_design_free(other);
    survey_form_free(form);
}

// Six short choices stand in two columns where the appearance says so.
static void columns_are_as_asked_for(void)
{
    struct survey_form *form = table_form("| survey | | | | |\n| | type | name | label | appearance |\n| | select_one l | a | A? | |\n"
                                          "| | select_one l | b | B? | columns-2 |\n| choices | | | |\n| | list_name | name | label |\n"
                                          "| | l | 1 | U |\n| | l | 2 | V |\n| | l | 3 | W |\n| | l | 4 | X |\n| | l | 5 | Y |\n| | l | 6 | Z |\n");
    struct paper_design *design = need_design(form, NULL, NULL);
    const struct paper_page *page = &paper_design_layout(design)->pages[0];
    NEED(page->mark_count == 12);
    for (size_t i = 6; i < 12; i++)
        CHECK(page->marks[i].box.x == page->marks[6].box.x || page->marks[i].box.x == page->marks[7].box.x);
    CHECK(page->marks[2].box.x != page->marks[0].box.x && page->marks[2].box.x != page->marks[1].box.x);
    check_design(design, form);
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
    // U+4FFF0, of a plane that has no characters, so that no font has it.
    expect_fault("| survey | | | |\n| | type | name | label |\n| | text | a | A |\n| | text | b | \xf1\x8f\xbf\xb0 |\n", "E410", 3);
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

TESTS(CASE(tokens_come_back), CASE(forged_tokens_are_refused), CASE(digits_follow_the_constraint), CASE(nothing_overlaps_in_the_example),
      CASE(the_example_takes_three_pages), CASE(real_forms_come_out_whole), CASE(the_geometry_comes_back), CASE(a_repeat_is_a_table),
      CASE(labels_stay_at_their_boxes), CASE(a_page_from_right_to_left_is_turned), CASE(columns_are_as_asked_for), CASE(long_lists_are_written), CASE(odd_forms_hold_together), CASE(what_cannot_be_printed_is_named))
