// SPDX-License-Identifier: GPL-3.0-or-later
// The same page however it was scanned says the same: turned, rescaled, re-encoded, in a file of several pages. And
// pictures that hold more, or less, than one sheet.
#include "forms/scan/scan.h"
#include "forms/scan/simulate.h"
#include "forms/scan/write.h"
#include "tests/forms/drawn_page.h"
#include "tests/tap.h"

static struct survey_arena *arena;
static struct paper_layout *layout;
static struct scan_sheet sheets[2];
static struct scan_context context;
static struct survey_error error;

static void set_up(void)
{
    static const struct paper_layout *designs[1];
    arena = survey_arena_new();
    layout = drawn_layout(arena);
    for (int i = 0; i < 2; i++)
        sheets[i] = (struct scan_sheet){.number = 100 + (uint64_t)i, .form = 1, .tag = 9, .pages = 2, .unit = i ? "A2" : "A1", .round = "1", .layout = layout};
    designs[0] = layout;
    context = (struct scan_context){.sheets = sheets, .sheet_count = 2, .designs = designs, .design_count = 1, .rules = scan_rules_pen};
    memset(context.key, 5, sizeof context.key);
}

static void tear_down(void)
{
    survey_arena_free(arena);
}

// Crosses, a tick, a slash, a box filled out, a light stroke, a question with two answers, one without, a
// corrected one, a stroke beside its box, a number that lacks a digit, and a note.
static struct scan_image filled_page(uint64_t sheet, double dpi)
{
    char text[PAPER_TOKEN_LENGTH + 1];
    paper_token_write(&(struct paper_token){sheet, 1, 9}, context.key, text);
    struct scan_image image = draw_page(layout, 1, text, dpi);
    const struct paper_page *page = &layout->pages[0];
    const struct paper_box *b = drawn_find(page, "q1", "2", -2);
    draw_cross(&image, b, 0.5, 40);
    draw_cross(&image, drawn_find(page, "q2", "1", -2), 0.5, 40);
    draw_cross(&image, drawn_find(page, "q2", "5", -2), 0.5, 40);
    b = drawn_find(page, "q4", "3", -2);
    draw_line(&image, b->x - 0.3, b->y + 2, b->x + 1.5, b->y + 3.7, 0.5, 40);
    draw_line(&image, b->x + 1.5, b->y + 3.7, b->x + 5, b->y - 1, 0.5, 40);
    draw_filled(&image, drawn_find(page, "q5", "4", -2), 30);
    b = drawn_find(page, "q6", "1", -2);
    draw_line(&image, b->x + 0.2, b->y + 3.8, b->x + 3.8, b->y + 0.2, 0.5, 40);
    draw_filled(&image, drawn_find(page, "q7", "2", -2), 30);
    draw_cross(&image, drawn_find(page, "q7", "3", -2), 0.5, 40);
    b = drawn_find(page, "q8", "5", -2);
    draw_line(&image, b->x + 4.7, b->y - 0.5, b->x + 4.7, b->y + 4.5, 0.6, 40);
    draw_cross(&image, drawn_find(page, "many", "2", -2), 0.5, 40);
    draw_cross(&image, drawn_find(page, "many", "4", -2), 0.5, 40);
    draw_cross(&image, drawn_find(page, "age", "7", 0), 0.5, 40);
    draw_line(&image, 40, 185, 60, 188, 0.5, 40);
    return image;
}

// Every answer of a page as text.
static const char *told(const struct scan_page *page)
{
    static const char *const verdicts[] = {"blank", "answered", "doubtful", "written"};
    struct survey_buffer text = SURVEY_BUFFER(1 << 16);
    survey_format(&text, "%s %llu/%u:", scan_state_name(page->state), (unsigned long long)page->token.sheet, page->token.page);
    for (size_t i = 0; i < page->answer_count; i++) {
        const struct scan_answer *a = &page->answers[i];
        survey_format(&text, " %s=%s(%s%s%s)", a->question, a->value ? a->value : "", verdicts[a->verdict], *a->why ? " " : "", a->why);
    }
    const char *kept = survey_arena_strdup(arena, survey_buffer_string(&text));
    survey_buffer_clear(&text);
    return kept;
}

static const char expected[] = "ok 100/1: q1=2(answered) q2=(doubtful multiple) q3=(blank) q4=3(answered) q5=4(answered) q6=1(answered) "
                               "q7=3(doubtful corrected) q8=(doubtful beside) many=2 4(answered) age=(doubtful partial) words=(written writing)";

static const char *read_raw(struct scan_raw *raw)
{
    struct scan_page page;
    scan_page_take(&context, raw, "page", &page);
    const char *text = told(&page);
    scan_page_clear(&page);
    return text;
}

static const char *read_bytes(enum scan_kind kind, struct survey_buffer *bytes, double dpi)
{
    struct scan_raw raw = {.kind = kind, .bytes = (uint8_t *)bytes->at, .length = bytes->length, .dpi = dpi};
    return read_raw(&raw);
}

static void check_image(struct scan_image *image, const char *how, double value)
{
    struct survey_buffer bytes = SURVEY_BUFFER(64 << 20);
    NEED(scan_jpeg_write(image, 75, &bytes, &error));
    const char *text = read_bytes(SCAN_JPEG, &bytes, image->dpi);
    CHECK_TEXT(expected, text);
    if (strcmp(expected, text) != 0)
        fprintf(stderr, "# %s %g\n", how, value);
    scan_image_clear(image);
}

static void turned(void)
{
    set_up();
    static const double degrees[] = {0, 90, 180, 270, 2.5, -2.5, 87.5, 92, 177.5, 183, 268};
    for (size_t i = 0; i < sizeof degrees / sizeof *degrees; i++) {
        struct scan_image page = filled_page(100, 200), scanned = scan_drawn(&page, &(struct drawn_scan){.turn = degrees[i], .noise = 5, .paper = 240, .ink = 15});
        scan_image_clear(&page);
        check_image(&scanned, "turned", degrees[i]);
    }
    tear_down();
}

static void rescaled(void)
{
    set_up();
    static const double dpis[] = {150, 175, 200, 240, 300, 400}, scales[] = {0.93, 1.06};
    for (size_t i = 0; i < sizeof dpis / sizeof *dpis; i++) {
        struct scan_image page = filled_page(100, dpis[i]), scanned = scan_drawn(&page, &(struct drawn_scan){.turn = 0.8, .noise = 5, .paper = 240, .ink = 15});
        scan_image_clear(&page);
        check_image(&scanned, "dpi", dpis[i]);
    }
    for (size_t i = 0; i < 2; i++) {
        struct scan_image page = filled_page(100, 200), scanned = scan_drawn(&page, &(struct drawn_scan){.across = scales[i], .down = scales[i], .noise = 5, .paper = 240});
        scan_image_clear(&page);
        check_image(&scanned, "scaled", scales[i]);
    }
    tear_down();
}

static void encoded(void)
{
    set_up();
    struct scan_image page = filled_page(100, 200), scanned = scan_drawn(&page, &(struct drawn_scan){.turn = 0.4, .noise = 4, .paper = 245, .ink = 15});
    scan_image_clear(&page);
    for (int quality = 50; quality <= 95; quality += 15) {
        struct survey_buffer bytes = SURVEY_BUFFER(64 << 20);
        NEED(scan_jpeg_write(&scanned, quality, &bytes, &error));
        CHECK_TEXT(expected, read_bytes(SCAN_JPEG, &bytes, 200));
    }
    struct survey_buffer png = SURVEY_BUFFER(64 << 20), fax = SURVEY_BUFFER(64 << 20);
    NEED(scan_png_write(&scanned, 0, 0, scanned.width, scanned.height, 1, &png, &error) && scan_fax_write(&scanned, 128, &fax, &error));
    CHECK_TEXT(expected, read_bytes(SCAN_PNG, &png, 200));
    CHECK_TEXT(expected, read_bytes(SCAN_TIFF, &fax, 200));
    scan_image_clear(&scanned);
    tear_down();
}

// As the second page of a file.
static void bound(enum scan_kind kind, enum scan_kind page_kind)
{
    struct scan_book *book = scan_book_new(kind);
    struct scan_source *source = NULL;
    const void *bytes = NULL;
    size_t length = 0;
    for (uint64_t sheet = 101; sheet >= 100; sheet--) {
        struct scan_image page = filled_page(sheet, 200);
        struct survey_buffer encoded_page = SURVEY_BUFFER(64 << 20);
        NEED(page_kind == SCAN_JPEG ? scan_jpeg_write(&page, 80, &encoded_page, &error) : scan_fax_write(&page, 128, &encoded_page, &error));
        struct scan_raw raw = {.kind = page_kind, .bytes = (uint8_t *)encoded_page.at, .length = encoded_page.length, .dpi = 200};
        NEED(scan_book_add(book, &raw, &error));
        survey_buffer_clear(&encoded_page);
        scan_image_clear(&page);
    }
    NEED(scan_book_finish(book, &bytes, &length, &error) && scan_source_memory("book", bytes, length, &source, &error));
    struct scan_raw raw = {0};
    NEED(scan_source_page(source, 1, &raw, &error));
    CHECK_TEXT(expected, read_raw(&raw));
    scan_source_close(source);
    scan_book_free(book);
}

static void in_files_of_several_pages(void)
{
    set_up();
    bound(SCAN_PDF, SCAN_JPEG);
    bound(SCAN_TIFF, SCAN_TIFF);
    tear_down();
}

// --- What a picture may hold ---

// Lays a page on a larger picture, turned by degrees about its middle, at mm from the left and top.
static void lay(struct scan_image *table, const struct scan_image *page, double left, double top, double degrees)
{
    double mm = page->dpi / 25.4, c = cos(degrees * M_PI / 180), s = sin(degrees * M_PI / 180);
    for (int v = 0; v < table->height; v++)
        for (int u = 0; u < table->width; u++) {
            double x = u - left * mm - page->width / 2.0, y = v - top * mm - page->height / 2.0;
            double px = c * x + s * y + page->width / 2.0, py = -s * x + c * y + page->height / 2.0;
            if (px >= 0 && py >= 0 && px < page->width - 1 && py < page->height - 1)
                table->pixels[(size_t)v * table->stride + (size_t)u] = (uint8_t)(scan_sample(page, px, py) * 0.93 + 10);
        }
}

// One image is one entry of the ledger, and two sheets cannot both be in it: neither may be settled while the other is lost.
static void two_sheets_in_one_picture_are_refused(void)
{
    set_up();
    static const double turns[][2] = {{0, 0}, {2, -3}, {-6, 4}, {91, 88}, {180, 2}, {177, 184}};
    for (size_t i = 0; i < sizeof turns / sizeof *turns; i++)
        for (int gray = 90; gray <= 255; gray += 165) { // on a dark table, or on white
            struct scan_image table = {0}, one = filled_page(100, 150), other = filled_page(101, 150);
            bool side = turns[i][0] > 80 && turns[i][0] < 100;
            NEED(scan_image_new(&table, (int)((side ? 330 : 500) * 150 / 25.4), (int)((side ? 500 : 340) * 150 / 25.4), "test", &error));
            memset(table.pixels, gray, table.stride * (size_t)table.height);
            table.dpi = 0;
            lay(&table, &one, side ? 60 : 15, side ? -25 : 20, turns[i][0]);
            lay(&table, &other, side ? 60 : 265, side ? 210 : 18, turns[i][1]);
            struct scan_page page = {.arena = survey_arena_new(), .reason = ""};
            scan_page_read(&context, &table, &page);
            CHECK(page.state == SCAN_UNREADABLE || page.state == SCAN_FOREIGN || page.state == SCAN_LOW_CONTRAST);
            if (page.state == SCAN_OK)
                fprintf(stderr, "# %zu, gray %d: %s\n", i, gray, told(&page));
            CHECK(*page.reason != '\0' && page.answer_count == 0);
            scan_page_clear(&page);
            scan_image_clear(&table);
            scan_image_clear(&one);
            scan_image_clear(&other);
        }
    tear_down();
}

// One sheet on a table, seen askew: right.
static void a_sheet_photographed_askew(void)
{
    set_up();
    static const double turns[] = {3, -4, 184, 93};
    for (size_t i = 0; i < 4; i++) {
        struct scan_image table = {0}, page = filled_page(100, 200);
        struct scan_image seen = scan_drawn(&page, &(struct drawn_scan){.lean = 0.03, .across = 0.96, .down = 0.96, .noise = 5});
        NEED(scan_image_new(&table, (int)(330 * 200 / 25.4), (int)(330 * 200 / 25.4), "test", &error));
        memset(table.pixels, 120, table.stride * (size_t)table.height);
        lay(&table, &seen, 60, 17, turns[i]);
        check_image(&table, "on a table", turns[i]);
        scan_image_clear(&page);
        scan_image_clear(&seen);
    }
    tear_down();
}

// Light and short handwriting, a lone digit in the comb of a date: each is seen, and comes with its picture.
static void no_writing_is_lost(void)
{
    set_up();
    static const struct {
        double x0, y0, x1, y1, thick;
        int level, seen;
    } strokes[] = {{60, 184, 60, 187, 0.35, 40, 1},   // a 1
                   {40, 186, 44, 185, 0.3, 175, 1},   // a light pencil
                   {45, 184, 45, 186.2, 0.4, 90, 1},  // a small digit
                   {100, 183, 103, 187, 0.5, 150, 1}, {60, 186, 60.9, 186.3, 0.3, 60, 0} /* dust */, {0, 0, 1, 1, 0.3, 0, 0} /* nothing */};
    for (size_t i = 0; i < sizeof strokes / sizeof *strokes; i++) {
        char text[PAPER_TOKEN_LENGTH + 1];
        paper_token_write(&(struct paper_token){100, 1, 9}, context.key, text);
        struct scan_image image = draw_page(layout, 1, text, 200);
        for (int k = 1; k < 10; k++)
            draw_rect(&image, 25 + 8 * k, 180, 0.2, 12, 0);
        draw_line(&image, strokes[i].x0, strokes[i].y0, strokes[i].x1, strokes[i].y1, strokes[i].thick, strokes[i].level);
        struct scan_image scanned = scan_drawn(&image, &(struct drawn_scan){.turn = 0.7, .noise = 7, .paper = 235, .ink = 15});
        scan_image_clear(&image);
        struct scan_page page = {.arena = survey_arena_new(), .reason = ""};
        scan_page_read(&context, &scanned, &page);
        NEED(page.state == SCAN_OK);
        const struct scan_answer *last = &page.answers[page.answer_count - 1];
        CHECK(last->verdict == (strokes[i].seen ? SCAN_WRITTEN : SCAN_BLANK) && page.crop_count == (size_t)strokes[i].seen);
        if (last->verdict != (strokes[i].seen ? SCAN_WRITTEN : SCAN_BLANK))
            fprintf(stderr, "# stroke %zu\n", i);
        scan_page_clear(&page);
        scan_image_clear(&scanned);
    }
    tear_down();
}

// Pale print, coffee, staples, punched holes and folded corners: read, or in the ledger with its reason; never wrong.
static void dirt_changes_no_answer(void)
{
    set_up();
    static const struct simulate_scanner scanner = {.turn = 1, .shift = 1, .blur = {0.6, 1}, .paper = {225, 250}, .noise = 6, .print = {0, 110},
                                                    .stain = 0.5, .folded = 0.5, .stapled = 0.5, .punched = 0.5};
    int read = 0;
    for (uint64_t seed = 1; seed <= 24; seed++) {
        struct scan_image page = filled_page(100, 150), scanned = {0};
        simulate_fade(&page, &scanner, seed, "page");
        NEED(simulate_scan(&page, NULL, &scanner, seed, "page", &scanned, NULL, &error));
        struct scan_page result = {.arena = survey_arena_new(), .reason = ""};
        scan_page_read(&context, &scanned, &result);
        read += result.state == SCAN_OK;
        CHECK(result.state == SCAN_OK || *result.reason);
        for (size_t i = 0; i < result.answer_count; i++) {
            const struct scan_answer *a = &result.answers[i];
            char pair[80];
            survey_format_into(pair, sizeof pair, " %s=%s(answered)", a->question, a->value ? a->value : "");
            bool right = a->verdict == SCAN_DOUBTFUL || a->verdict == SCAN_WRITTEN || (a->verdict == SCAN_ANSWERED && strstr(expected, pair)) ||
                         (a->verdict == SCAN_BLANK && strcmp(a->question, "q3") == 0);
            CHECK(right);
            if (!right)
                fprintf(stderr, "# seed %llu: %s\n", (unsigned long long)seed, told(&result));
        }
        scan_page_clear(&result);
        scan_image_clear(&page);
        scan_image_clear(&scanned);
    }
    CHECK(read >= 22);
    tear_down();
}

TESTS(CASE(turned), CASE(rescaled), CASE(encoded), CASE(in_files_of_several_pages), CASE(two_sheets_in_one_picture_are_refused),
      CASE(a_sheet_photographed_askew), CASE(no_writing_is_lost), CASE(dirt_changes_no_answer))
