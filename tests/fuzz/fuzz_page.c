// SPDX-License-Identifier: GPL-3.0-or-later
// Fuzz target: the pixels of a page. Bytes are a small gray image, or what becomes of a drawn page (how it lies, how it
// is lit, what is drawn over it, which of its boxes stand elsewhere than the layout says), which is then found, its codes
// and marks read, and judged.
#include "forms/scan/scan.h"
#include "tests/forms/drawn_page.h"

#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct feed {
    const uint8_t *at;
    size_t left;
};

static int take(struct feed *feed)
{
    if (feed->left == 0)
        return 0;
    feed->left--;
    return *feed->at++;
}

// From low to high.
static double take_between(struct feed *feed, double low, double high)
{
    return low + (high - low) * take(feed) / 255;
}

// The page as printed, and what its readers know; made once.
struct printed {
    struct survey_arena *arena;
    struct paper_layout *layout;
    const struct paper_layout *designs[1];
    struct scan_sheet sheet;
    struct scan_context context;
    struct scan_image page;
};

static struct printed *print(void)
{
    static struct printed *p;
    char text[PAPER_TOKEN_LENGTH + 1];
    if (p)
        return p;
    p = survey_alloc(sizeof *p);
    *p = (struct printed){.arena = survey_arena_new()};
    p->layout = drawn_layout(p->arena);
    p->designs[0] = p->layout;
    p->sheet = (struct scan_sheet){.number = 4711, .form = 1, .tag = 9, .pages = 2, .unit = "A1", .round = "1", .layout = p->layout};
    p->context = (struct scan_context){.sheets = &p->sheet, .sheet_count = 1, .designs = p->designs, .design_count = 1, .rules = scan_rules_pen};
    paper_token_write(&(struct paper_token){4711, 1, 9}, p->context.key, text);
    p->page = draw_page(p->layout, 1, text, 100);
    return p;
}

static struct scan_image small_image(struct feed *feed)
{
    struct scan_image image = {0};
    struct survey_error error;
    int width = 1 + 2 * take(feed), height = 1 + 2 * take(feed), count = width * height;
    if (!scan_image_new(&image, width, height, "", &error) || feed->left == 0)
        return image;
    for (int i = 0; i < count; i++)
        image.pixels[i] = feed->at[(size_t)i % feed->left];
    return image;
}

// Turned, stretched, shifted, narrower at the top, and lit.
static struct scan_image lay(const struct scan_image *page, struct feed *feed)
{
    struct scan_image image = {0};
    struct survey_error error;
    double angle = (take(feed) % 4 * 90 + take_between(feed, -10, 10)) * M_PI / 180, across = take_between(feed, 0.7, 1.3),
           down = take_between(feed, 0.7, 1.3), right = take_between(feed, -60, 60), below = take_between(feed, -60, 60),
           lean = take_between(feed, -0.1, 0.1), c = cos(angle), s = sin(angle);
    int paper = 255 - take(feed) / 2, ink = take(feed), side = fabs(s) > 0.7;
    if (!scan_image_new(&image, side ? page->height : page->width, side ? page->width : page->height, "", &error))
        abort();
    for (int v = 0; v < image.height; v++)
        for (int u = 0; u < image.width; u++) {
            double x = u - image.width / 2.0 - right, y = v - image.height / 2.0 - below, px = (c * x + s * y) / across,
                   py = (c * y - s * x) / down, depth = 1 + lean * py / page->height;
            int level = scan_nearest(page, px / depth + page->width / 2.0, py / depth + page->height / 2.0);
            image.pixels[(size_t)v * image.stride + (size_t)u] = (uint8_t)(ink + level * (paper - ink) / 255);
        }
    return image;
}

// Something of a gray level, or inverted, or noise, over a rectangle.
static void draw_over(struct scan_image *image, struct feed *feed)
{
    int what = take(feed), level = take(feed), left = take(feed) * image->width / 256, top = take(feed) * image->height / 256;
    int width = 1 + take(feed) * image->width / 256, height = 1 + take(feed) * image->height / 256;
    struct survey_random random = survey_random_at((uint64_t)level, "over", "");
    for (int y = top; y < top + height && y < image->height; y++)
        for (int x = left; x < left + width && x < image->width; x++) {
            uint8_t *at = &image->pixels[(size_t)y * image->stride + (size_t)x];
            switch (what % 4) {
            case 0: *at = (uint8_t)level; break;
            case 1: *at = (uint8_t)(255 - *at); break;
            case 2: *at = (uint8_t)(*at * (255 - level) / 255); break;
            default: *at = (uint8_t)(*at ^ (survey_random_word(&random) & (uint32_t)level)); break;
            }
        }
}

// The layout's boxes with some of them elsewhere, as far as paper_layout_read() lets a damaged evaluation file go.
static void move_boxes(struct paper_layout *layout, struct feed *feed, struct paper_mark *marks)
{
    struct paper_page *page = &layout->pages[0];
    for (int moves = take(feed) % 4; moves > 0; moves--) {
        struct paper_box *box = &marks[(size_t)take(feed) % page->mark_count].box;
        *box = (struct paper_box){take_between(feed, 0, 300), take_between(feed, 0, 400), take_between(feed, 1e-9, 60), take_between(feed, 1e-9, 60)};
    }
    page->marks = marks;
}

static void check(const struct scan_page *page)
{
    bool good = page->state < SCAN_STATES && page->reason && (!page->has_token || page->token.sheet == 4711);
    for (size_t i = 0; page->state == SCAN_OK && i < page->page->mark_count; i++) {
        const struct scan_mark *mark = &page->marks[i];
        good = good && mark->score >= 0 && mark->score <= 1 && mark->outer >= 0 && mark->outer <= 1 && isfinite(mark->mean) &&
               mark->peak >= 0 && mark->span >= 0 && mark->span <= 4 && isfinite(mark->dx) && isfinite(mark->dy);
    }
    for (size_t i = 0; i < page->answer_count; i++)
        good = good && (page->answers[i].verdict != SCAN_ANSWERED || page->answers[i].value);
    if (!good)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct printed *p = print();
    struct feed feed = {data, size};
    struct survey_buffer json = SURVEY_BUFFER(16 << 20);
    struct paper_mark *printed = p->layout->pages[0].marks, *moved = NULL;
    bool drawn = take(&feed) % 2;
    struct scan_image image = drawn ? lay(&p->page, &feed) : small_image(&feed);
    if (drawn) {
        size_t bytes = p->layout->pages[0].mark_count * sizeof *moved;
        moved = memcpy(survey_alloc(bytes), printed, bytes);
        move_boxes(p->layout, &feed, moved);
        for (int over = 0; over < 30 && feed.left > 0; over++)
            draw_over(&image, &feed);
    }
    struct scan_page page = {.arena = survey_arena_new(), .reason = ""};
    scan_page_read(&p->context, &image, &page);
    check(&page);
    if (page.state == SCAN_OK)
        scan_page_json(&page, &json);
    survey_buffer_clear(&json);
    scan_page_clear(&page);
    scan_image_clear(&image);
    p->layout->pages[0].marks = printed;
    free(moved);
    return 0;
}
