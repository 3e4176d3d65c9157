// SPDX-License-Identifier: GPL-3.0-or-later
// Reading one page: registration, codes, marks, decisions, and the state of pages that cannot be read.
#include "forms/scan/qr.h"
#include "forms/scan/scan.h"
#include "forms/scan/write.h"
#include "tests/forms/drawn_page.h"
#include "tests/forms/exif.h"
#include "tests/tap.h"

static struct survey_arena *arena;
static struct paper_layout *layout;
static struct scan_sheet sheets[2];
static struct scan_context context;
static char tokens[2][PAPER_TOKEN_LENGTH + 1];

static void set_up(void)
{
    static const struct paper_layout *designs[1];
    arena = survey_arena_new();
    layout = drawn_layout(arena);
    sheets[0] = (struct scan_sheet){.number = 77, .form = 1, .tag = 9, .pages = 2, .unit = "A1", .round = "1", .layout = layout};
    sheets[1] = (struct scan_sheet){.number = 4711, .form = 1, .tag = 9, .pages = 2, .unit = "A2", .round = "1", .layout = layout};
    designs[0] = layout;
    context = (struct scan_context){.sheets = sheets, .sheet_count = 2, .designs = designs, .design_count = 1, .rules = scan_rules_pen};
    memset(context.key, 5, sizeof context.key);
    for (unsigned i = 0; i < 2; i++) {
        struct paper_token token = {4711, i + 1, 9};
        paper_token_write(&token, context.key, tokens[i]);
    }
}

static void tear_down(void)
{
    survey_arena_free(arena);
}

static struct scan_page read_image(struct scan_image *image)
{
    struct scan_page page = {.arena = survey_arena_new(), .reason = ""};
    scan_page_read(&context, image, &page);
    scan_image_clear(image);
    return page;
}

static const struct scan_answer *answer(const struct scan_page *page, const char *question)
{
    for (size_t i = 0; i < page->answer_count; i++)
        if (strcmp(page->answers[i].question, question) == 0)
            return &page->answers[i];
    static const struct scan_answer none = {.question = "", .verdict = SCAN_WRITTEN, .value = "(not read)", .why = ""};
    return &none;
}

// A page with q1=2 q2=5 q3 blank q4=1 ... crossed, many=1 4, age=-07, and a note.
static struct scan_image filled_page(double dpi)
{
    struct scan_image image = draw_page(layout, 1, tokens[0], dpi);
    const struct paper_page *page = &layout->pages[0];
    static const struct {
        const char *question, *value;
        int digit;
    } marks[] = {{"q1", "2", -2}, {"q2", "5", -2}, {"q4", "1", -2}, {"q5", "3", -2}, {"q6", "3", -2}, {"q7", "4", -2}, {"q8", "2", -2},
                 {"many", "1", -2}, {"many", "4", -2}, {"age", "-", -1}, {"age", "0", 0}, {"age", "7", 1}};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        draw_cross(&image, drawn_find(page, marks[i].question, marks[i].value, marks[i].digit), 0.5, 40);
    draw_line(&image, 40, 185, 60, 188, 0.5, 40);
    return image;
}

static void check_filled(const struct scan_page *page)
{
    CHECK_TEXT("ok", scan_state_name(page->state));
    if (page->state != SCAN_OK) {
        fprintf(stderr, "# %s\n", page->reason);
        return;
    }
    static const char *const expected[][2] = {{"q1", "2"}, {"q2", "5"}, {"q4", "1"}, {"q5", "3"}, {"q6", "3"}, {"q7", "4"}, {"q8", "2"},
                                              {"many", "1 4"}, {"age", "-07"}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        CHECK(answer(page, expected[i][0])->verdict == SCAN_ANSWERED);
        CHECK_TEXT(expected[i][1], answer(page, expected[i][0])->value);
    }
    CHECK(answer(page, "q3")->verdict == SCAN_BLANK);
    CHECK(answer(page, "words")->verdict == SCAN_WRITTEN);
    CHECK(page->sheet && page->sheet->number == 4711 && page->token.page == 1);
}

static void read_filled(double dpi, const struct drawn_scan *how)
{
    struct scan_image image = filled_page(dpi), scanned = scan_drawn(&image, how);
    scan_image_clear(&image);
    struct scan_page page = read_image(&scanned);
    check_filled(&page);
    if (tap_failed)
        fprintf(stderr, "# at %g dpi, turned %g\n", dpi, how->turn);
    scan_page_clear(&page);
}

static void reads_at_every_resolution(void)
{
    set_up();
    static const double dpis[] = {150, 200, 240, 300, 400};
    for (size_t i = 0; i < sizeof dpis / sizeof *dpis; i++)
        read_filled(dpis[i], &(struct drawn_scan){.turn = 0.7, .noise = 6, .paper = 240, .ink = 20});
    tear_down();
}

static void reads_however_it_lies(void)
{
    set_up();
    static const struct drawn_scan ways[] = {
        {.turn = 0}, {.turn = 180}, {.turn = 90}, {.turn = 270}, {.turn = 3, .noise = 8}, {.turn = -3, .paper = 220, .noise = 8},
        {.turn = 183, .noise = 5}, {.turn = 87, .noise = 5}, {.turn = 6, .across = 0.9, .down = 0.9}, {.turn = -7, .across = 0.88, .down = 0.88},
        {.turn = 1, .across = 1.015, .down = 0.985, .right = 3, .below = -3},
        {.turn = 1, .lean = 0.02}, {.turn = -1, .lean = -0.03, .across = 0.93, .down = 0.93},
        {.turn = 0.5, .across = 0.75, .down = 0.75, .right = 10, .below = 15},
    };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        read_filled(200, &ways[i]);
    tear_down();
}

// A phone stores the picture as its sensor lay, and notes how it was held: the page reads the same, mirrored too.
static void reads_photographs_however_the_phone_was_held(void)
{
    set_up();
    static const int stored[] = {0, 1, 2, 3, 4, 5, 8, 7, 6}; // what the orientation turns back
    struct scan_image drawn = filled_page(200), upright = scan_drawn(&drawn, &(struct drawn_scan){.turn = 2, .lean = 0.02, .noise = 6, .paper = 220, .ink = 30});
    scan_image_clear(&drawn);
    for (int orientation = 1; orientation <= 8; orientation++) {
        struct survey_buffer jpeg = SURVEY_BUFFER(64 << 20), photograph = SURVEY_BUFFER(64 << 20);
        struct survey_error error;
        struct scan_image image;
        NEED(scan_image_new(&image, upright.width, upright.height, "", &error));
        memcpy(image.pixels, upright.pixels, upright.stride * (size_t)upright.height);
        NEED(scan_image_orient(&image, stored[orientation], &error) && scan_jpeg_write(&image, 85, &jpeg, &error));
        exif_into(jpeg.at, jpeg.length, orientation, orientation % 2, &photograph);
        struct scan_raw raw = {.kind = SCAN_JPEG, .bytes = (uint8_t *)photograph.at, .length = photograph.length};
        struct scan_page page;
        scan_page_take(&context, &raw, "photograph", &page);
        check_filled(&page);
        CHECK(page.registration.turned == 0 && page.width == upright.width);
        scan_page_clear(&page);
        scan_image_clear(&image);
        survey_buffer_clear(&jpeg);
    }
    scan_image_clear(&upright);
    tear_down();
}

static void reads_what_is_left_of_a_cropped_page(void)
{
    set_up();
    read_filled(200, &(struct drawn_scan){.turn = 0.3, .cut = 8, .noise = 4});
    read_filled(200, &(struct drawn_scan){.turn = 180.4, .cut = 8, .noise = 4});
    tear_down();
}

static void one_mark_may_be_lost(void)
{
    set_up();
    for (int lost = 0; lost < 4; lost++) {
        struct scan_image image = filled_page(200);
        draw_rect(&image, layout->fiducials[lost].x - 5, layout->fiducials[lost].y - 5, 10, 10, 255);
        struct scan_image scanned = scan_drawn(&image, &(struct drawn_scan){.turn = 1, .noise = 5});
        scan_image_clear(&image);
        struct scan_page page = read_image(&scanned);
        check_filled(&page);
        CHECK(page.registration.found == 5);
        scan_page_clear(&page);
    }
    tear_down();
}

static void a_stamp_on_a_mark_or_a_code_does_no_harm(void)
{
    set_up();
    for (int stamped = 0; stamped < 6; stamped++) {
        struct scan_image image = filled_page(200);
        double x = stamped < 4 ? layout->fiducials[stamped].x : layout->pages[0].qr[stamped - 4].x;
        double y = stamped < 4 ? layout->fiducials[stamped].y : layout->pages[0].qr[stamped - 4].y;
        for (int i = 0; i < 12; i++) // a ring
            draw_line(&image, x + 8 * cos(i * M_PI / 6), y + 8 * sin(i * M_PI / 6), x + 8 * cos((i + 1) * M_PI / 6),
                      y + 8 * sin((i + 1) * M_PI / 6), 1.2, 60);
        draw_line(&image, x - 8, y + 1, x + 8, y - 2, 1.5, 60);
        struct scan_page page = read_image(&image);
        check_filled(&page);
        if (tap_failed)
            fprintf(stderr, "# stamp %d\n", stamped);
        scan_page_clear(&page);
    }
    tear_down();
}

static void a_streak_is_not_a_mark(void)
{
    set_up();
    for (double x = 26; x < 31; x += 0.7) {
        struct scan_image image = filled_page(200);
        draw_rect(&image, x, 0, 0.25, 297, 120);
        struct scan_page page = read_image(&image);
        check_filled(&page);
        CHECK(strstr(page.reason, "streaks") != NULL);
        scan_page_clear(&page);
    }
    tear_down();
}

static void a_streak_through_a_corner_mark_moves_nothing(void)
{
    set_up();
    for (double x = 9; x < 17; x += 1.3) {
        struct scan_image image = filled_page(200);
        draw_rect(&image, x, 0, 0.4, 297, 60);
        struct scan_page page = read_image(&image);
        check_filled(&page);
        scan_page_clear(&page);
    }
    tear_down();
}

static void blank_forms_have_no_answers(void)
{
    set_up();
    for (int i = 0; i < 6; i++) {
        struct scan_image image = draw_page(layout, 1, tokens[0], 200);
        for (int k = 1; k < 10; k++) // the places of a date are no handwriting
            draw_rect(&image, 25 + 8 * k, 180, 0.2, 12, 0);
        struct scan_image scanned = scan_drawn(&image, &(struct drawn_scan){.turn = i - 2.5, .noise = 10, .paper = 215 + i * 6});
        scan_image_clear(&image);
        struct scan_page page = read_image(&scanned);
        NEED(page.state == SCAN_OK);
        CHECK(page.answer_count == 11);
        for (size_t k = 0; k < page.answer_count; k++)
            CHECK(page.answers[k].verdict == SCAN_BLANK);
        CHECK(page.crop_count == 0);
        scan_page_clear(&page);
    }
    tear_down();
}

// --- Decisions ---

static const struct paper_box *box(const char *question, const char *value)
{
    return drawn_find(&layout->pages[0], question, value, -2);
}

static void doubt_is_kept(void)
{
    set_up();
    struct scan_image image = draw_page(layout, 1, tokens[0], 200);
    draw_cross(&image, box("q1", "1"), 0.5, 40); // two answers
    draw_cross(&image, box("q1", "4"), 0.5, 40);
    draw_filled(&image, box("q2", "2"), 30); // corrected
    draw_cross(&image, box("q2", "3"), 0.5, 40);
    draw_line(&image, box("q3", "2")->x + 0.9, box("q3", "2")->y + 1, box("q3", "2")->x + 2.2, box("q3", "2")->y + 1.9, 0.25, 100); // faint
    draw_filled(&image, box("q4", "5"), 30); // filled out alone: a mark
    draw_cross(&image, box("q5", "2"), 0.6, 40); // with dirt in another
    draw_line(&image, box("q5", "3")->x + 1, box("q5", "3")->y + 1, box("q5", "3")->x + 2.1, box("q5", "3")->y + 1.4, 0.25, 110);
    draw_line(&image, box("q6", "1")->x + 4.6, box("q6", "1")->y - 0.5, box("q6", "1")->x + 4.6, box("q6", "1")->y + 4.5, 0.5, 40); // beside
    draw_filled(&image, box("many", "1"), 30); // filled out among crosses
    draw_cross(&image, box("many", "2"), 0.5, 40);
    draw_cross(&image, drawn_find(&layout->pages[0], "age", "3", 0), 0.5, 40); // one digit of two
    struct scan_page page = read_image(&image);
    NEED(page.state == SCAN_OK);
    static const char *const doubts[][2] = {{"q1", "multiple"}, {"q2", "corrected"}, {"q3", "faint"}, {"q6", "beside"},
                                            {"many", "filled"}, {"age", "partial"}};
    for (size_t i = 0; i < sizeof doubts / sizeof *doubts; i++) {
        CHECK(answer(&page, doubts[i][0])->verdict == SCAN_DOUBTFUL);
        CHECK_TEXT(doubts[i][1], answer(&page, doubts[i][0])->why);
    }
    CHECK_TEXT("3", answer(&page, "q2")->value); // what the reader would say
    CHECK(answer(&page, "q1")->value == NULL);
    CHECK(answer(&page, "age")->value == NULL); // the last digit is missing
    CHECK(answer(&page, "q4")->verdict == SCAN_ANSWERED);
    CHECK_TEXT("5", answer(&page, "q4")->value);
    CHECK(answer(&page, "q5")->verdict == SCAN_ANSWERED);
    CHECK_TEXT("2", answer(&page, "q5")->value);
    CHECK(page.crop_count == 6);
    for (size_t i = 0; i < page.crop_count; i++)
        CHECK(page.crops[i].png.length > 100 && memcmp(page.crops[i].png.at, "\x89PNG", 4) == 0);
    scan_page_clear(&page);
    tear_down();
}

// Light strokes are marks where the whole page is written so, and doubtful where they are alone.
static void a_light_pen_is_known_by_its_page(void)
{
    set_up();
    struct scan_image light = draw_page(layout, 1, tokens[0], 200), lone = draw_page(layout, 1, tokens[0], 200);
    for (int i = 0; i < 8; i++) {
        const struct paper_box *b = box(layout->questions[i].name, "2");
        draw_line(&light, b->x + 0.3, b->y + 0.5, b->x + 3.7, b->y + 3.5, 0.3, 175);
        if (i == 3)
            draw_line(&lone, b->x + 0.3, b->y + 0.5, b->x + 3.7, b->y + 3.5, 0.3, 175);
    }
    for (int digit = 0; digit < 2; digit++) {
        const struct paper_box *b = drawn_find(&layout->pages[0], "age", "4", digit);
        draw_line(&light, b->x + 0.3, b->y + 0.5, b->x + 3.7, b->y + 3.5, 0.3, 175);
    }
    struct scan_page page = read_image(&light);
    NEED(page.state == SCAN_OK);
    for (int i = 0; i < 8; i++) {
        CHECK(answer(&page, layout->questions[i].name)->verdict == SCAN_ANSWERED);
        CHECK_TEXT("2", answer(&page, layout->questions[i].name)->value);
    }
    CHECK_TEXT("44", answer(&page, "age")->value);
    for (size_t k = 0; k < page.page->mark_count; k++) // the test is of light marks indeed
        CHECK(page.marks[k].score < scan_rules_pen.marked);
    scan_page_clear(&page);
    page = read_image(&lone);
    NEED(page.state == SCAN_OK);
    CHECK(answer(&page, "q4")->verdict == SCAN_DOUBTFUL);
    CHECK_TEXT("faint", answer(&page, "q4")->why);
    CHECK_TEXT("2", answer(&page, "q4")->value);
    scan_page_clear(&page);
    tear_down();
}

static void corrections_are_settled_where_asked(void)
{
    set_up();
    context.rules.corrections = true;
    struct scan_image image = draw_page(layout, 1, tokens[0], 200);
    draw_filled(&image, box("q2", "2"), 30);
    draw_cross(&image, box("q2", "3"), 0.5, 40);
    draw_filled(&image, box("q3", "2"), 30); // two filled out: no telling
    draw_filled(&image, box("q3", "3"), 30);
    struct scan_page page = read_image(&image);
    NEED(page.state == SCAN_OK);
    CHECK(answer(&page, "q2")->verdict == SCAN_ANSWERED);
    CHECK_TEXT("3", answer(&page, "q2")->value);
    CHECK_TEXT("corrected", answer(&page, "q2")->why);
    CHECK(answer(&page, "q3")->verdict == SCAN_DOUBTFUL);
    scan_page_clear(&page);
    tear_down();
}

// --- Pages that cannot be read ---

static void check_state(struct scan_image *image, const char *state)
{
    struct scan_page page = read_image(image);
    CHECK_TEXT(state, scan_state_name(page.state));
    CHECK(*page.reason != '\0');
    CHECK(page.answer_count == 0);
    scan_page_clear(&page);
}

static void every_other_page_has_its_state(void)
{
    set_up();
    struct survey_error error;
    struct scan_image blank = {0};
    NEED(scan_image_new(&blank, 1654, 2339, "test", &error));
    blank.dpi = 200;
    struct scan_image shaded = scan_drawn(&blank, &(struct drawn_scan){.noise = 8, .paper = 230});
    check_state(&blank, "blank");
    check_state(&shaded, "blank");
    struct scan_image letter = {0}; // somebody's letter
    NEED(scan_image_new(&letter, 1654, 2339, "test", &error));
    letter.dpi = 200;
    for (int i = 0; i < 30; i++)
        for (int k = 0; k < 40; k++)
            draw_rect(&letter, 25 + k * 4, 40 + i * 7, 1 + (k * 7 + i) % 3, 2.5, 20);
    check_state(&letter, "foreign");
    char forged[PAPER_TOKEN_LENGTH + 1];
    paper_token_write(&(struct paper_token){4711, 1, 9}, (uint8_t[PAPER_TOKEN_KEY]){1}, forged);
    struct scan_image page = draw_page(layout, 1, forged, 200);
    check_state(&page, "forged");
    paper_token_write(&(struct paper_token){4712, 1, 9}, context.key, forged);
    page = draw_page(layout, 1, forged, 200);
    check_state(&page, "not_issued");
    paper_token_write(&(struct paper_token){4711, 1, 10}, context.key, forged);
    page = draw_page(layout, 1, forged, 200);
    check_state(&page, "version");
    page = draw_page(layout, 1, NULL, 200);
    check_state(&page, "unreadable");
    page = draw_page(layout, 1, tokens[0], 200);
    struct scan_image faint = scan_drawn(&page, &(struct drawn_scan){.paper = 230, .ink = 190, .noise = 2});
    check_state(&faint, "low_contrast");
    for (int i = 0; i < 4; i++) // the code is there, the corners are gone
        draw_rect(&page, layout->fiducials[i].x - 4, layout->fiducials[i].y - 4, 8, 8, 255);
    check_state(&page, "unreadable");
    page = draw_page(layout, 2, tokens[0], 200); // the code of page 1 over the boxes of page 2
    check_state(&page, "misfit");
    page = draw_page(layout, 1, tokens[0], 200);
    draw_rect(&page, 168 - 3, 22 - 3, 26, 26, 255); // two different codes on one page
    char other[PAPER_TOKEN_LENGTH + 1];
    paper_token_write(&(struct paper_token){77, 1, 9}, context.key, other);
    draw_qr(&page, &layout->pages[0].qr[0], other, 2, QR_ECLEVEL_Q);
    check_state(&page, "unreadable");
    tear_down();
}

// Whatever comes as an image ends in a state.
static void images_of_any_size_and_noise(void)
{
    set_up();
    static const int sizes[][2] = {{1, 1}, {2, 300}, {7, 7}, {40, 30}, {300, 2}, {211, 297}, {3000, 5}, {600, 800}};
    struct survey_random random = survey_random_at(3, "page", "noise");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int kind = 0; kind < 3; kind++) { // white, black, noise
            struct scan_image image = {0};
            struct survey_error error;
            NEED(scan_image_new(&image, sizes[i][0], sizes[i][1], "test", &error));
            for (int y = 0; y < image.height; y++)
                for (int x = 0; x < image.width && kind > 0; x++)
                    image.pixels[(size_t)y * image.stride + (size_t)x] = kind == 1 ? 0 : (uint8_t)survey_random_word(&random);
            struct scan_page page = read_image(&image);
            CHECK(page.state == SCAN_EMPTY || page.state == SCAN_FOREIGN || page.state == SCAN_LOW_CONTRAST);
            scan_page_clear(&page);
        }
    tear_down();
}

// --- Codes ---

static void codes_of_every_size(void)
{
    static const QRecLevel levels[] = {QR_ECLEVEL_L, QR_ECLEVEL_M, QR_ECLEVEL_Q, QR_ECLEVEL_H};
    struct survey_random random = survey_random_at(1, "qr", "sizes");
    for (int version = 1; version <= 10; version++)
        for (int level = 0; level < 4; level++)
            for (int mode = 0; mode < 3; mode++) {
                static const char *const texts[] = {"HTTPS://A/F/7K3", "31415926", "a~b"};
                QRcode *code = QRcode_encodeString(texts[mode], version, levels[level], QR_MODE_8, 1);
                NEED(code != NULL);
                uint8_t modules[SCAN_QR_MOST_MODULES * SCAN_QR_MOST_MODULES];
                int size = code->width;
                for (int i = 0; i < size * size; i++) {
                    modules[i] = code->data[i] & 1;
                    int fixed = scan_qr_fixed(size, i % size, i / size);
                    CHECK(fixed < 0 || fixed == modules[i]);
                }
                struct scan_qr qr = {0};
                CHECK(scan_qr_decode(modules, size, &qr));
                CHECK_TEXT(texts[mode], qr.text);
                CHECK(qr.errors == 0);
                for (int i = 0; i < size / 6; i++) // some damage
                    modules[survey_random_below(&random, (uint32_t)(size * size))] ^= 1;
                if (scan_qr_decode(modules, size, &qr))
                    CHECK_TEXT(texts[mode], qr.text);
                else
                    CHECK(level < 2);
                QRcode_free(code);
            }
}

// Blots over a tenth of the symbol: nearly all are read, and none is misread.
static void blotted_codes(void)
{
    struct survey_random random = survey_random_at(2, "qr", "blots");
    static const struct {
        int modules;
        QRecLevel level;
        int least;
    } kinds[] = {{25, QR_ECLEVEL_Q, 90}, {29, QR_ECLEVEL_H, 98}};
    for (int kind = 0; kind < 2; kind++) {
        int read = 0;
        for (int i = 0; i < 100; i++) {
            struct scan_image image = {0};
            struct survey_error error;
            struct paper_box where = {5, 5, 20, 20};
            NEED(scan_image_new(&image, 240, 240, "test", &error));
            image.dpi = 200;
            draw_qr(&image, &where, tokens[0], (kinds[kind].modules - 17) / 4, kinds[kind].level);
            double x = 5 + 16 * survey_random_unit(&random), y = 5 + 16 * survey_random_unit(&random);
            draw_line(&image, x, y, x + 3.5, y + 3.5, 5.2, 40); // some 40 square millimetres
            struct scan_transform t = {{7.874, 0, -0.5, 0, 7.874, -0.5, 0, 0, 1}};
            struct scan_qr qr;
            if (scan_qr_read(&image, &t, &where, kinds[kind].modules, NULL, NULL, &qr)) {
                CHECK_TEXT(tokens[0], qr.text);
                read++;
            }
            scan_image_clear(&image);
        }
        if (read < kinds[kind].least)
            fprintf(stderr, "# %d of 100\n", read);
        CHECK(read >= kinds[kind].least);
    }
}

static void a_url_is_read_too(void)
{
    set_up();
    char url[128];
    survey_format_into(url, sizeof url, "HTTPS://EVAL.EXAMPLE.ORG/F/%s", tokens[0]);
    for (int i = 0; i < 2; i++) {
        layout->pages[i].qr[0] = (struct paper_box){163, 22, 25, 25};
        layout->pages[i].qr[1] = (struct paper_box){22, 252, 25, 25};
        layout->pages[i].qr_modules = 37;
    }
    char *bare = tokens[0];
    struct scan_image image = draw_page(layout, 1, url, 200);
    draw_cross(&image, box("q1", "2"), 0.5, 40);
    struct scan_page page = read_image(&image);
    CHECK(page.state == SCAN_OK);
    CHECK_TEXT("2", answer(&page, "q1")->value);
    CHECK(strlen(bare) == PAPER_TOKEN_LENGTH);
    scan_page_clear(&page);
    tear_down();
}

TESTS(CASE(reads_at_every_resolution), CASE(reads_however_it_lies), CASE(reads_photographs_however_the_phone_was_held), CASE(reads_what_is_left_of_a_cropped_page),
      CASE(one_mark_may_be_lost), CASE(a_stamp_on_a_mark_or_a_code_does_no_harm), CASE(a_streak_is_not_a_mark),
      CASE(a_streak_through_a_corner_mark_moves_nothing), CASE(blank_forms_have_no_answers), CASE(doubt_is_kept),
      CASE(a_light_pen_is_known_by_its_page), CASE(corrections_are_settled_where_asked), CASE(every_other_page_has_its_state), CASE(images_of_any_size_and_noise), CASE(codes_of_every_size),
      CASE(blotted_codes), CASE(a_url_is_read_too))
