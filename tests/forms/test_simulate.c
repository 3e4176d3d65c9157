// SPDX-License-Identifier: GPL-3.0-or-later
// The simulated pen and scanner: marks where they belong and nowhere else, every fault of the scanner
// measurable, the same seed the same bytes; and what they write read back.
#include "forms/scan/simulate.h"
#include "forms/scan/write.h"
#include "tests/tap.h"

#include <pthread.h>

enum { ROWS = 24, COLUMNS = 5, DIGITS = 3 };

static struct paper_mark marks[ROWS * COLUMNS + DIGITS * 10 + 1];
static struct paper_writing writing = {{20, 250, 150, 20}, "why"};
static struct paper_page page_layout = {.marks = marks, .writing = &writing, .writing_count = 1};
static struct paper_question questions[ROWS + 2];
static struct paper_layout layout = {.width = 210, .height = 297, .questions = questions, .pages = &page_layout, .page_count = 1};
static char names[ROWS][8];

// ROWS single choices of COLUMNS boxes each, the last of them several choices; a grid of digits; a box.
static void make_layout(void)
{
    static const char *const values[] = {"1", "2", "3", "4", "5", "6", "7", "8", "9"};
    size_t count = 0;
    for (int row = 0; row < ROWS; row++) {
        survey_format_into(names[row], sizeof names[row], "q%d", row);
        questions[row] = (struct paper_question){names[row], "select_one", row == ROWS - 1 ? PAPER_SELECT_MULTIPLE : PAPER_SELECT_ONE, 0};
        for (int column = 0; column < COLUMNS; column++)
            marks[count++] = (struct paper_mark){{30 + 9.0 * column, 30 + 8.0 * row, 4, 4}, names[row], values[column], -2};
    }
    questions[ROWS] = (struct paper_question){"size", "integer", PAPER_DIGITS, DIGITS};
    questions[ROWS + 1] = (struct paper_question){"why", "text", PAPER_WRITING, 0};
    for (int digit = 0; digit < DIGITS; digit++)
        for (int value = 0; value < 10; value++)
            marks[count++] = (struct paper_mark){{110 + 7.0 * value, 40 + 8.0 * digit, 4, 4}, "size", value ? values[value - 1] : "0", digit};
    marks[count++] = (struct paper_mark){{110, 32, 4, 4}, "size", "-", -1};
    page_layout.mark_count = count;
    layout.question_count = ROWS + 2;
}

static struct scan_image blank_page(int dpi)
{
    struct scan_image image = {0};
    make_layout();
    NEED(scan_image_new(&image, (int)(210 * dpi / 25.4 + 0.5), (int)(297 * dpi / 25.4 + 0.5), "", NULL));
    image.dpi = dpi;
    return image;
}

static double ink_in(const struct scan_image *image, const struct paper_box *box, double inset)
{
    double pixels = image->dpi / 25.4, sum = 0, count = 0;
    for (int y = (int)((box->y + inset) * pixels); y < (box->y + box->h - inset) * pixels; y++)
        for (int x = (int)((box->x + inset) * pixels); x < (box->x + box->w - inset) * pixels; x++, count++)
            sum += 255 - image->pixels[(size_t)y * image->stride + (size_t)x];
    return sum / count / 255;
}

static double mean(const struct scan_image *image)
{
    double sum = 0;
    for (int y = 0; y < image->height; y++)
        for (int x = 0; x < image->width; x++)
            sum += image->pixels[(size_t)y * image->stride + (size_t)x];
    return sum / image->width / image->height;
}

static const struct simulate_pen steady = {.styles = {1}, .width = {0.5, 0.5}, .ink = {20, 20}};

static bool fill(struct scan_image *image, const char *question, const char *value, const struct simulate_pen *pen, uint64_t seed)
{
    struct simulate_answer answer = {question, value};
    return simulate_fill(image, &layout, 0, &answer, 1, pen, seed, "sheet", NULL);
}

static struct paper_box box_of(const char *question, const char *value, int digit)
{
    for (size_t i = 0; i < page_layout.mark_count; i++)
        if (strcmp(marks[i].question, question) == 0 && strcmp(marks[i].value, value) == 0 && (digit == -2 || marks[i].digit == digit))
            return marks[i].box;
    return (struct paper_box){0};
}

// Boxes of the page with ink in them.
static int marked(const struct scan_image *image)
{
    int count = 0;
    for (size_t i = 0; i < page_layout.mark_count; i++)
        count += ink_in(image, &marks[i].box, 0.4) > 0.02;
    return count;
}

// Every style, in every box: the ink lies in the box that was meant and in no other.
static void styles(void)
{
    for (int style = 0; style < SIMULATE_STYLES; style++)
        for (size_t profile = 0; simulate_profile_at(profile); profile++) {
            struct simulate_pen pen = simulate_profile_at(profile)->pen;
            memset(pen.styles, 0, sizeof pen.styles);
            pen.styles[style] = 1;
            pen.erased = pen.aside = pen.overrun = 0;
            struct scan_image image = blank_page(150);
            struct simulate_answer answers[ROWS];
            static const char *const values[] = {"1", "2", "3", "4", "5"};
            for (int row = 0; row < ROWS; row++)
                answers[row] = (struct simulate_answer){names[row], values[(row + style) % 5]};
            NEED(simulate_fill(&image, &layout, 0, answers, ROWS, &pen, 9, "sheet", NULL));
            double least = 1;
            for (int row = 0; row < ROWS; row++) {
                struct paper_box box = box_of(names[row], answers[row].value, -2);
                least = fmin(least, ink_in(&image, &box, 0));
            }
            CHECK(least > 0.02);
            CHECK(marked(&image) == ROWS);
            scan_image_clear(&image);
        }
    CHECK_TEXT("fill", simulate_style_name(SIMULATE_FILL));
    CHECK(simulate_style_name(SIMULATE_STYLES) == NULL);
}

static void choices(void)
{
    struct scan_image image = blank_page(150);
    struct paper_box box = box_of("q23", "2", -2);
    NEED(fill(&image, "q23", "2 5", &steady, 1));
    CHECK(marked(&image) == 2);
    CHECK(ink_in(&image, &box, 0.4) > 0.05);
    NEED(fill(&image, "q0", "", &steady, 1));
    NEED(fill(&image, "q0", NULL, &steady, 1));
    NEED(fill(&image, "q0", "12", &steady, 1)); // no such choice
    CHECK(marked(&image) == 2);
    scan_image_clear(&image);
}

static void digits(void)
{
    struct simulate_pen bare = steady;
    bare.no_zeros = true;
    struct scan_image image = blank_page(150);
    NEED(fill(&image, "size", "7", &steady, 1));
    struct paper_box zero = box_of("size", "0", 0), seven = box_of("size", "7", 2);
    CHECK(marked(&image) == 3 && ink_in(&image, &zero, 0.4) > 0.05 && ink_in(&image, &seven, 0.4) > 0.05);
    scan_image_clear(&image);
    image = blank_page(150);
    NEED(fill(&image, "size", "7", &bare, 1));
    CHECK(marked(&image) == 1 && ink_in(&image, &seven, 0.4) > 0.05);
    scan_image_clear(&image);
    image = blank_page(150);
    NEED(fill(&image, "size", "-012", &steady, 1));
    struct paper_box minus = box_of("size", "-", -1), one = box_of("size", "1", 1);
    CHECK(marked(&image) == 4 && ink_in(&image, &minus, 0.4) > 0.05 && ink_in(&image, &one, 0.4) > 0.05);
    scan_image_clear(&image);
}

static void writes(void)
{
    struct scan_image image = blank_page(150), other = blank_page(150);
    struct paper_box above = {20, 240, 150, 9}, below = {20, 271, 150, 9};
    NEED(fill(&image, "why", "没有人来过 nobody came, twice; 没有人来过 nobody came, twice; 没有人来过", &steady, 1));
    CHECK(ink_in(&image, &writing.box, 0) > 0.01);
    CHECK(ink_in(&image, &above, 0) == 0 && ink_in(&image, &below, 0) == 0);
    CHECK(marked(&image) == 0);
    NEED(fill(&other, "why", "no", &steady, 1));
    CHECK(ink_in(&other, &writing.box, 0) > 0 && ink_in(&other, &writing.box, 0) < ink_in(&image, &writing.box, 0) / 4);
    scan_image_clear(&image);
    scan_image_clear(&other);
}

static void fates(void)
{
    struct simulate_pen pen = steady;
    make_layout();
    pen.blank = 0.1;
    pen.twice = 0.05;
    pen.corrected = 0.05;
    int count[4] = {0}, several = 0;
    char sheet[20];
    for (int i = 0; i < 4000; i++) {
        survey_format_into(sheet, sizeof sheet, "s%d", i);
        count[simulate_fate_of(&pen, 3, sheet, &questions[0])]++;
        several += simulate_fate_of(&pen, 3, sheet, &questions[ROWS - 1]) > SIMULATE_BLANK;
    }
    CHECK(abs(count[SIMULATE_BLANK] - 400) < 80 && abs(count[SIMULATE_TWICE] - 200) < 60 && abs(count[SIMULATE_CORRECTED] - 200) < 60);
    CHECK(several == 0);
    pen.blank = pen.corrected = 0;
    pen.twice = 1;
    struct scan_image image = blank_page(150);
    NEED(fill(&image, "q3", "2", &pen, 3));
    CHECK(marked(&image) == 2);
    pen.twice = 0;
    pen.corrected = 1;
    NEED(fill(&image, "q5", "2", &pen, 3));
    CHECK(marked(&image) == 4);
    double most = 0;
    struct paper_box right = box_of("q5", "2", -2);
    for (size_t i = 0; i < page_layout.mark_count; i++)
        if (strcmp(marks[i].question, "q5") == 0)
            most = fmax(most, ink_in(&image, &marks[i].box, 0.4));
    CHECK(most > 0.7 && ink_in(&image, &right, 0.4) < 0.6);
    pen.corrected = 0;
    pen.blank = 1;
    NEED(fill(&image, "q7", "2", &pen, 3));
    CHECK(marked(&image) == 4);
    scan_image_clear(&image);
}

static void erases(void)
{
    struct simulate_pen pen = steady;
    pen.erased = 1;
    struct scan_image image = blank_page(200);
    NEED(simulate_fill(&image, &layout, 0, NULL, 0, &pen, 3, "sheet", NULL));
    double sum = 0, most = 0;
    for (size_t i = 0; i < page_layout.mark_count; i++) {
        double ink = ink_in(&image, &marks[i].box, 0);
        sum += ink;
        most = fmax(most, ink);
    }
    CHECK(sum / (double)page_layout.mark_count > 0.005 && most < 0.25); // light, and in every box
    scan_image_clear(&image);
}

// Marks half beside their boxes, strokes that run on, marks gone over again, a wrong box struck out.
static void hastens(void)
{
    struct simulate_pen pen = steady;
    pen.styles[SIMULATE_CROSS] = 0;
    pen.styles[SIMULATE_SLASH] = 1;
    struct paper_box box = box_of("q3", "2", -2), above = {box.x - 1, box.y - 8, 13, 6.5}, around = {box.x - 4, box.y - 4, 12, 12};
    double plain_ink = 0, plain_above = 0, plain_around = 0, aside = 0, above_ink = 0, again = 0;
    for (uint64_t seed = 1; seed <= 20; seed++)
        for (int kind = 0; kind < 4; kind++) {
            struct simulate_pen hasty = pen;
            hasty.aside = kind == 1;
            hasty.overrun = kind == 2;
            hasty.again = kind == 3;
            struct scan_image image = blank_page(150);
            NEED(fill(&image, "q3", "2", &hasty, seed));
            double within = ink_in(&image, &box, 0.4);
            plain_ink += kind == 0 ? within : 0;
            plain_above += kind == 0 ? ink_in(&image, &above, 0) : 0;
            plain_around += kind == 0 ? ink_in(&image, &around, 0) : 0;
            aside += kind == 1 ? within : 0;
            above_ink += kind == 2 ? ink_in(&image, &above, 0) : 0;
            again += kind == 3 ? ink_in(&image, &around, 0) : 0;
            CHECK(ink_in(&image, &around, 0) > 0.01);
            scan_image_clear(&image);
        }
    CHECK(aside < 0.75 * plain_ink && above_ink > plain_above + 0.01 && again > 1.4 * plain_around);
    pen.corrected = pen.struck = 1;
    struct scan_image image = blank_page(150);
    NEED(fill(&image, "q5", "2", &pen, 3));
    double most = 0;
    for (size_t i = 0; i < page_layout.mark_count; i++)
        if (strcmp(marks[i].question, "q5") == 0)
            most = fmax(most, ink_in(&image, &marks[i].box, 0.4));
    CHECK(most > 0.3 && most < 0.85); // more than a cross, not filled in
    scan_image_clear(&image);
}

// A page with a black square whose place can be measured.
static struct scan_image square_page(void)
{
    struct scan_image image = blank_page(150);
    for (int y = 300; y < 340; y++)
        memset(image.pixels + (size_t)y * image.stride + 200, 0, 40);
    return image;
}

static void centroid(const struct scan_image *image, double *x, double *y)
{
    double sum = 0;
    *x = *y = 0;
    for (int v = 0; v < image->height; v++)
        for (int u = 0; u < image->width; u++)
            if (image->pixels[(size_t)v * image->stride + (size_t)u] < 100) {
                sum++;
                *x += u;
                *y += v;
            }
    *x /= sum;
    *y /= sum;
}

static const struct simulate_scanner plain = {.blur = {0.5, 0.5}, .paper = {240, 240}};

static struct scan_image scan_with(const struct simulate_scanner *scanner, uint64_t seed, int *turned)
{
    struct scan_image page = square_page(), scanned = {0};
    NEED(simulate_scan(&page, NULL, scanner, seed, "p1", &scanned, turned, NULL));
    scan_image_clear(&page);
    return scanned;
}

static void moves(void)
{
    double x, y, turned_x, turned_y;
    struct simulate_scanner scanner = plain;
    struct scan_image image = scan_with(&scanner, 1, NULL);
    centroid(&image, &x, &y);
    CHECK_NEAR(219.5, x, 0.3);
    CHECK_NEAR(319.5, y, 0.3);
    CHECK(image.pixels[0] == 240 && image.dpi == 150);
    scan_image_clear(&image);
    double far = 0;
    for (uint64_t seed = 1; seed < 30; seed++) { // 3 degrees, 660 pixels from the middle: 34 pixels
        scanner.turn = 3;
        image = scan_with(&scanner, seed, NULL);
        centroid(&image, &turned_x, &turned_y);
        far = fmax(far, hypot(turned_x - x, turned_y - y));
        scan_image_clear(&image);
    }
    CHECK(far > 15 && far < 36);
    far = 0;
    scanner = plain;
    scanner.shift = 2;
    for (uint64_t seed = 1; seed < 30; seed++) { // 2 mm: 11.8 pixels
        image = scan_with(&scanner, seed, NULL);
        centroid(&image, &turned_x, &turned_y);
        far = fmax(far, fabs(turned_x - x));
        scan_image_clear(&image);
    }
    CHECK(far > 8 && far < 12.2);
    scanner = plain;
    scanner.warp = 1;
    far = 0;
    for (uint64_t seed = 1; seed < 30; seed++) { // 1 mm: 5.9 pixels
        image = scan_with(&scanner, seed, NULL);
        centroid(&image, &turned_x, &turned_y);
        far = fmax(far, fabs(turned_x - x));
        scan_image_clear(&image);
    }
    CHECK(far > 2.5 && far < 6.3);
    scanner = plain;
    scanner.perspective = 0.01;
    image = scan_with(&scanner, 4, NULL);
    centroid(&image, &turned_x, &turned_y);
    CHECK(hypot(turned_x - x, turned_y - y) > 0.5 && hypot(turned_x - x, turned_y - y) < 25);
    scan_image_clear(&image);
}

static void turns(void)
{
    double x, y;
    int turned = 0;
    struct simulate_scanner scanner = plain;
    scanner.upside_down = 1;
    struct scan_image image = scan_with(&scanner, 1, &turned);
    centroid(&image, &x, &y);
    CHECK(turned == 180);
    CHECK_NEAR(image.width - 1 - 219.5, x, 0.3);
    scan_image_clear(&image);
    scanner.upside_down = 0;
    scanner.quarter = 1;
    image = scan_with(&scanner, 1, &turned);
    CHECK((turned == 90 || turned == 270) && image.width > image.height);
    CHECK(scan_image_turn(&image, 360 - turned, NULL));
    centroid(&image, &x, &y);
    CHECK_NEAR(219.5, x, 0.3);
    scan_image_clear(&image);
    scanner = plain;
    scanner.crop = 8;
    image = scan_with(&scanner, 5, NULL);
    CHECK(image.width < 1240 && image.width > 1240 - 96 && image.height < 1754 && image.height > 1754 - 96);
    scan_image_clear(&image);
}

static void lights(void)
{
    struct simulate_scanner scanner = plain;
    scanner.noise = 10;
    struct scan_image image = scan_with(&scanner, 2, NULL);
    double sum = 0, squares = 0, count = 0;
    for (int y = 800; y < 1000; y++)
        for (int x = 300; x < 900; x++, count++) {
            double value = image.pixels[(size_t)y * image.stride + (size_t)x];
            sum += value;
            squares += value * value;
        }
    double spread = sqrt(squares / count - sum / count * sum / count);
    CHECK_NEAR(240, sum / count, 1);
    CHECK(spread > 5.5 && spread < 12.5);
    scan_image_clear(&image);
    scanner = plain;
    scanner.shade = 20;
    image = scan_with(&scanner, 3, NULL);
    int left = image.pixels[image.stride * 900 + 5], right = image.pixels[image.stride * 900 + (size_t)image.width - 6];
    int top = image.pixels[image.stride * 5 + 600], bottom = image.pixels[image.stride * (size_t)(image.height - 6) + 600];
    CHECK(abs(left - right) > 3 && abs(left - right) <= 40 && abs(top - bottom) > 3 && abs(top - bottom) <= 40);
    scan_image_clear(&image);
    scanner = plain;
    scanner.through = 0.2;
    image = scan_with(&scanner, 3, NULL);
    int behind = image.pixels[image.stride * 320 + (size_t)(image.width - 1 - 220)];
    CHECK(behind < 232 && behind > 180);
    scan_image_clear(&image);
    scanner = plain;
    scanner.streak = 1;
    image = scan_with(&scanner, 3, NULL);
    int dark = 0;
    for (int x = 0; x < image.width; x++)
        dark += image.pixels[image.stride * 1500 + (size_t)x] < 210 && image.pixels[image.stride * 100 + (size_t)x] < 210;
    CHECK(dark >= 1 && dark < 20);
    scan_image_clear(&image);
    scanner = plain;
    scanner.one_bit = true;
    scanner.noise = 8;
    image = scan_with(&scanner, 3, NULL);
    int gray = 0;
    for (int i = 0; i < image.width * image.height; i++)
        gray += image.pixels[i] != 0 && image.pixels[i] != 255;
    CHECK(gray == 0 && image.pixels[0] == 255 && image.pixels[image.stride * 320 + 220] == 0);
    scan_image_clear(&image);
    scanner = plain;
    image = scan_with(&scanner, 3, NULL);
    double before = mean(&image);
    scan_image_clear(&image);
    scanner.stray = 40;
    image = scan_with(&scanner, 3, NULL);
    CHECK(mean(&image) < before - 0.005);
    scan_image_clear(&image);
}

// Pale print, and what befalls paper: each darkens or hides a part of the page, and only a part.
static void soils(void)
{
    struct simulate_scanner scanner = plain;
    scanner.print = (struct simulate_range){100, 100};
    struct scan_image page = square_page();
    simulate_fade(&page, &scanner, 1, "p1");
    int black = page.pixels[(size_t)320 * page.stride + 220];
    CHECK(black >= 60 && black <= 140 && page.pixels[0] == 255);
    scan_image_clear(&page);
    for (int kind = 0; kind < 4; kind++)
        for (uint64_t seed = 1; seed <= 6; seed++) {
            scanner = plain;
            struct scan_image clean = scan_with(&scanner, seed, NULL);
            *(kind == 0 ? &scanner.stain : kind == 1 ? &scanner.folded : kind == 2 ? &scanner.stapled : &scanner.punched) = 1;
            struct scan_image soiled = scan_with(&scanner, seed, NULL);
            double other = 0;
            for (size_t i = 0; i < (size_t)clean.stride * (size_t)clean.height; i++)
                other += i % clean.stride < (size_t)clean.width && abs(clean.pixels[i] - soiled.pixels[i]) > 4;
            other /= (double)clean.width * clean.height;
            CHECK(other > 0.0003 && other < 0.15);
            scan_image_clear(&clean);
            scan_image_clear(&soiled);
        }
}

// The bytes of one page from pen to JPEG.
static struct survey_buffer whole_page(const char *profile_name, uint64_t seed)
{
    const struct simulate_profile *profile = simulate_profile(profile_name);
    struct scan_image page = {0}, scanned = {0};
    struct survey_buffer jpeg = SURVEY_BUFFER(1 << 24);
    struct simulate_answer answers[] = {{"q1", "2"}, {"q2", "5"}, {"size", "12"}, {"why", "because"}};
    if (scan_image_new(&page, 827, 1169, "", NULL)) {
        page.dpi = 100;
        if (simulate_fill(&page, &layout, 0, answers, 4, &profile->pen, seed, "sheet", NULL) &&
            simulate_scan(&page, NULL, &profile->scanner, seed, "sheet/1", &scanned, NULL, NULL))
            scan_jpeg_write(&scanned, profile->scanner.quality, &jpeg, NULL);
    }
    scan_image_clear(&page);
    scan_image_clear(&scanned);
    return jpeg;
}

static void *repeat(void *user)
{
    const struct survey_buffer *expected = user;
    struct survey_buffer again = whole_page("D", 42);
    bool same = again.length == expected->length && memcmp(again.at, expected->at, again.length) == 0;
    survey_buffer_clear(&again);
    return same ? user : NULL;
}

static void repeats(void)
{
    make_layout();
    struct survey_buffer one = whole_page("D", 42), other = whole_page("D", 43), profile = whole_page("C", 42);
    CHECK(one.length > 1000);
    CHECK(one.length != other.length || memcmp(one.at, other.at, one.length) != 0);
    CHECK(one.length != profile.length);
    pthread_t at[3];
    for (int i = 0; i < 3; i++)
        NEED(pthread_create(&at[i], NULL, repeat, &one) == 0);
    for (int i = 0; i < 3; i++) {
        void *same;
        pthread_join(at[i], &same);
        CHECK(same != NULL);
    }
    survey_buffer_clear(&one);
    survey_buffer_clear(&other);
    survey_buffer_clear(&profile);
}

static void written(void)
{
    struct scan_image page = square_page(), back = {0};
    struct survey_buffer bytes = SURVEY_BUFFER(1 << 24);
    struct survey_error error = {0};
    NEED(fill(&page, "q1", "3", &steady, 1));
    NEED(scan_jpeg_write(&page, 95, &bytes, &error));
    NEED(scan_jpeg_decode(bytes.at, bytes.length, "", &back, &error));
    CHECK(back.dpi == 150 && back.width == page.width && fabs(mean(&back) - mean(&page)) < 0.1);
    scan_image_clear(&back);
    survey_buffer_clear(&bytes);
    NEED(scan_fax_write(&page, 128, &bytes, &error));
    NEED(scan_tiff_decode(bytes.at, bytes.length, "", &back, &error));
    int wrong = back.width != page.width || back.height != page.height;
    for (int i = 0; !wrong && i < page.width * page.height; i++)
        wrong += back.pixels[i] != (page.pixels[i] < 128 ? 0 : 255);
    CHECK(wrong == 0 && back.dpi == 150);
    struct survey_buffer small = SURVEY_BUFFER(40);
    CHECK(!scan_fax_write(&page, 128, &small, &error));
    survey_buffer_clear(&small);
    scan_image_clear(&back);
    scan_image_clear(&page);
    survey_buffer_clear(&bytes);
}

// Three pages, each with a square further down, in one file: read back page by page.
static void book_of(enum scan_kind kind, enum scan_kind page_kind)
{
    struct scan_book *book = scan_book_new(kind);
    struct scan_source *source = NULL;
    struct survey_error error = {0};
    const void *bytes = NULL;
    size_t length = 0;
    CHECK(!scan_book_finish(book, &bytes, &length, &error));
    for (int number = 0; number < 3; number++) {
        struct scan_image page = blank_page(100);
        struct survey_buffer encoded = SURVEY_BUFFER(1 << 24);
        memset(page.pixels + (size_t)(100 + number * 100) * page.stride, 0, 40 * page.stride);
        CHECK(page_kind == SCAN_JPEG ? scan_jpeg_write(&page, 90, &encoded, &error) : scan_fax_write(&page, 128, &encoded, &error));
        struct scan_raw raw = {.kind = page_kind, .bytes = (uint8_t *)encoded.at, .length = encoded.length};
        CHECK(scan_book_add(book, &raw, &error));
        raw.kind = SCAN_PNG;
        CHECK(!scan_book_add(book, &raw, &error));
        survey_buffer_clear(&encoded);
        scan_image_clear(&page);
    }
    NEED(scan_book_finish(book, &bytes, &length, &error));
    NEED(scan_source_memory("book", bytes, length, &source, &error));
    CHECK(scan_source_pages(source) == 3);
    for (int number = 0; number < 3; number++) {
        struct scan_raw raw = {0};
        struct scan_image page = {0};
        NEED(scan_source_page(source, number, &raw, &error) && scan_image_decode(&raw, "", &page, &error));
        CHECK(raw.kind == page_kind && !raw.rendered);
        CHECK_NEAR(100, page.dpi, 0.01);
        CHECK(page.pixels[(size_t)(120 + number * 100) * page.stride + 50] < 20 && page.pixels[(size_t)(170 + number * 100) * page.stride + 50] > 235);
        scan_image_clear(&page);
        scan_raw_clear(&raw);
    }
    scan_source_close(source);
    scan_book_free(book);
}

static void books(void)
{
    book_of(SCAN_PDF, SCAN_JPEG);
    book_of(SCAN_TIFF, SCAN_TIFF);
}

static void profiles(void)
{
    CHECK(simulate_profile("A") && simulate_profile("F") == NULL);
    CHECK(simulate_profile_at(4) == simulate_profile("E") && simulate_profile_at(5) == NULL);
    struct scan_image image = {.dpi = 150};
    struct survey_error error = {0};
    make_layout();
    CHECK(!simulate_fill(&image, &layout, 1, NULL, 0, &steady, 1, "s", &error) && error.code == SURVEY_ERROR_USAGE);
    image.dpi = 0;
    CHECK(!simulate_fill(&image, &layout, 0, NULL, 0, &steady, 1, "s", &error));
}

TESTS(CASE(styles), CASE(choices), CASE(digits), CASE(writes), CASE(fates), CASE(erases), CASE(hastens), CASE(soils), CASE(moves), CASE(turns), CASE(lights),
      CASE(repeats), CASE(written), CASE(books), CASE(profiles))
