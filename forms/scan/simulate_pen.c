// SPDX-License-Identifier: GPL-3.0-or-later
// The simulated pen: which boxes of a page get a mark, and what a person's hand makes of it.
#include "forms/scan/simulate.h"

#include "forms/scan/simulate_stroke.h"
#include "survey/base/text.h"
#include "survey/base/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// What one person keeps to: a style, a pen.
struct hand {
    enum simulate_style style;
    double width, ink; // mm, gray
};

struct filling {
    struct scan_image *image;
    const struct paper_layout *layout;
    const struct paper_page *page;
    const struct simulate_pen *pen;
    struct hand hand;
    uint64_t seed;
    const char *sheet;
    size_t number; // of the page
    double pixels; // of a millimetre
};

static enum simulate_style pick_style(const struct simulate_pen *pen, struct survey_random *random)
{
    double sum = 0;
    for (int i = 0; i < SIMULATE_STYLES; i++)
        sum += pen->styles[i];
    double at = survey_random_unit(random) * sum;
    for (int i = 0; i < SIMULATE_STYLES; i++)
        if ((at -= pen->styles[i]) < 0)
            return (enum simulate_style)i;
    return SIMULATE_CROSS;
}

static struct hand make_hand(const struct simulate_pen *pen, uint64_t seed, const char *sheet)
{
    struct survey_random random = survey_random_at(seed, "simulate/hand", sheet);
    struct hand hand = {.style = pick_style(pen, &random)};
    hand.width = simulate_between(&random, pen->width.low, pen->width.high);
    hand.ink = simulate_between(&random, pen->ink.low, pen->ink.high);
    return hand;
}

// A stream of the sheet's page and a thing on it.
static struct survey_random stream(const struct filling *filling, const char *purpose, size_t thing)
{
    char unit[600];
    survey_format_into(unit, sizeof unit, "%s/%zu/%zu", filling->sheet, filling->number, thing);
    return survey_random_at(filling->seed, purpose, unit);
}

static void pixel_box(const struct filling *filling, const struct paper_box *box, double at[static 4])
{
    at[0] = box->x * filling->pixels;
    at[1] = box->y * filling->pixels;
    at[2] = box->w * filling->pixels;
    at[3] = box->h * filling->pixels;
}

// By a third to a half of the box, three times of five downwards.
static void move_aside(double box[static 4], struct survey_random *random)
{
    unsigned side = survey_random_below(random, 5);
    double by = simulate_between(random, 0.3, 0.5) * box[3];
    if (side < 3)
        box[1] += by;
    else
        box[0] += side == 3 ? by : -by;
}

static void draw_mark(const struct filling *filling, size_t index, bool correct, bool cancelled)
{
    struct survey_random random = stream(filling, "simulate/mark", index);
    enum simulate_style style = filling->hand.style;
    double box[4];
    pixel_box(filling, &filling->page->marks[index].box, box);
    if (survey_random_unit(&random) >= 0.85)
        style = pick_style(filling->pen, &random);
    double gray = fmin(235, fmax(0, filling->hand.ink + 10 * survey_random_normal(&random)));
    double width = filling->hand.width * filling->pixels * simulate_between(&random, 0.85, 1.15);
    if (correct || cancelled) // as the form asks: the wrong box crossed, then filled in; the right one crossed
        style = SIMULATE_CROSS;
    if (filling->pen->aside > 0 && survey_random_unit(&random) < filling->pen->aside)
        move_aside(box, &random);
    simulate_mark(filling->image, box, style, width, gray, filling->pen, filling->pixels, &random);
    if (filling->pen->again > 0 && survey_random_unit(&random) < filling->pen->again)
        simulate_mark(filling->image, box, style, width, gray, filling->pen, filling->pixels, &random);
    if (cancelled && filling->pen->struck > 0 && survey_random_unit(&random) < filling->pen->struck) {
        simulate_scrawl(filling->image, box, width, gray, filling->pixels, &random);
        return;
    }
    for (int again = 0; cancelled && again < 2; again++)
        simulate_mark(filling->image, box, SIMULATE_FILL, width * 1.3, fmin(gray, 90), filling->pen, filling->pixels, &random);
}

static const char *answer_to(const struct simulate_answer *answers, size_t count, const char *question)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(answers[i].question, question) == 0)
            return answers[i].value ? answers[i].value : "";
    return "";
}

static const struct paper_question *question_of(const struct paper_layout *layout, const char *name)
{
    for (size_t i = 0; i < layout->question_count; i++)
        if (strcmp(layout->questions[i].name, name) == 0)
            return &layout->questions[i];
    return NULL;
}

// Whether value is one of the words.
static bool has_word(const char *words, const char *value)
{
    size_t length = strlen(value);
    for (const char *at = words; length > 0 && (at = strstr(at, value)) != NULL; at += length)
        if ((at == words || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

static bool digit_is_marked(const struct filling *filling, const struct paper_mark *mark, const char *value, int digits)
{
    bool minus = value[0] == '-';
    if (mark->digit < 0)
        return minus;
    const char *text = value + minus;
    int length = (int)strlen(text), at = mark->digit - (digits - length);
    if (at >= length)
        return false;
    if (at < 0)
        return !filling->pen->no_zeros && strcmp(mark->value, "0") == 0;
    return mark->value[0] == text[at] && mark->value[1] == '\0';
}

static bool is_marked(const struct filling *filling, const struct paper_mark *mark, const char *value,
                      const struct paper_question *question)
{
    if (!*value)
        return false;
    return mark->digit == -2 ? has_word(value, mark->value) : digit_is_marked(filling, mark, value, question->digits);
}

// Another box of the question on the page than the one with the value; SIZE_MAX where there is none.
static size_t another_box(const struct filling *filling, const char *question, const char *value)
{
    char unit[600];
    survey_format_into(unit, sizeof unit, "%s/%s", filling->sheet, question);
    struct survey_random random = survey_random_at(filling->seed, "simulate/other", unit);
    size_t found = SIZE_MAX, seen = 0;
    for (size_t i = 0; i < filling->page->mark_count; i++) {
        const struct paper_mark *mark = &filling->page->marks[i];
        if (strcmp(mark->question, question) != 0 || strcmp(mark->value, value) == 0)
            continue;
        if (survey_random_below(&random, (uint32_t)++seen) == 0)
            found = i;
    }
    return found;
}

static void fill_marks(const struct filling *filling, const struct simulate_answer *answers, size_t count)
{
    const struct paper_page *page = filling->page;
    for (size_t i = 0; i < page->mark_count; i++) {
        const struct paper_mark *mark = &page->marks[i];
        const struct paper_question *question = question_of(filling->layout, mark->question);
        const char *value = answer_to(answers, count, mark->question);
        if (!question)
            continue;
        enum simulate_fate fate = simulate_fate_of(filling->pen, filling->seed, filling->sheet, question);
        if (fate != SIMULATE_BLANK && is_marked(filling, mark, value, question)) {
            draw_mark(filling, i, fate == SIMULATE_CORRECTED, false);
            size_t other = fate == SIMULATE_TWICE || fate == SIMULATE_CORRECTED
                               ? another_box(filling, mark->question, mark->value) : SIZE_MAX;
            if (other != SIZE_MAX)
                draw_mark(filling, other, false, fate == SIMULATE_CORRECTED);
        } else if (filling->pen->erased > 0) {
            struct survey_random random = stream(filling, "simulate/erased", i);
            double box[4];
            pixel_box(filling, &mark->box, box);
            if (survey_random_unit(&random) < filling->pen->erased)
                simulate_ghost(filling->image, box, filling->pixels, &random);
        }
    }
}

// A character as a few strokes that its number fixes: not to be read, but to look written and to be
// told from another one. Characters of Chinese and its like have more strokes and are as wide as high.
static void write_character(const struct filling *filling, struct simulate_layer *layer, uint32_t character,
                            const double cell[static 4], struct survey_random *random)
{
    char name[16];
    survey_format_into(name, sizeof name, "%u", character);
    struct survey_random shape = survey_random_at(1, "simulate/character", name);
    bool wide = survey_utf8_width(character) > 1;
    int strokes = wide ? 4 + (int)survey_random_below(&shape, 4) : 1 + (int)survey_random_below(&shape, 2);
    for (int i = 0; i < strokes; i++) {
        double points[8];
        size_t count = wide ? 2 : 3 + survey_random_below(&shape, 2);
        for (size_t k = 0; k < count; k++) {
            points[2 * k] = cell[0] + cell[2] * simulate_between(&shape, 0.05, 0.95);
            points[2 * k + 1] = cell[1] + cell[3] * simulate_between(&shape, 0.05, 0.95);
        }
        simulate_path(layer, points, count, filling->hand.width * filling->pixels * 0.8,
                      (filling->pen->tremor + 0.05) * filling->pixels, random);
    }
}

static void write_text(const struct filling *filling, size_t index, const char *text)
{
    const struct paper_writing *writing = &filling->page->writing[index];
    struct survey_random random = stream(filling, "simulate/writing", index);
    double box[4];
    pixel_box(filling, &writing->box, box);
    struct simulate_layer layer = simulate_layer_new(filling->image, box[0], box[1], box[2], box[3]);
    // As many lines as the box has room for, at most 6 mm each; what does not fit is left out.
    double line = fmin(box[3], 6 * filling->pixels), size = line * 0.62, x = box[0] + size * 0.4, y = box[1] + line * 0.2;
    size_t left = strlen(text), step;
    uint32_t character;
    for (; (step = survey_utf8_next(text, left, &character)) > 0; text += step, left -= step) {
        double wide = survey_utf8_width(character) > 1 ? size : size * 0.55;
        if (x + wide > box[0] + box[2] - size * 0.3) {
            x = box[0] + size * 0.4;
            y += line;
        }
        if (y + size > box[1] + box[3])
            break;
        double cell[4] = {x, y + survey_random_normal(&random) * size * 0.04, wide * 0.9, size};
        if (!survey_utf8_is_space(character))
            write_character(filling, &layer, character, cell, &random);
        x += wide + size * 0.08;
    }
    simulate_ink(filling->image, &layer, filling->hand.ink, filling->hand.ink > 90, &random);
    free(layer.cover);
}

bool simulate_fill(struct scan_image *image, const struct paper_layout *layout, size_t page,
                   const struct simulate_answer *answers, size_t count, const struct simulate_pen *pen, uint64_t seed,
                   const char *sheet, struct survey_error *error)
{
    if (page >= layout->page_count)
        return survey_fail(error, SURVEY_ERROR_USAGE, "", _("the layout has no page %zu"), page + 1);
    if (!(image->dpi >= 50 && image->dpi <= 1200))
        return survey_fail(error, SURVEY_ERROR_USAGE, "", _("a page to be filled in needs 50 to 1200 dpi"));
    struct filling filling = {.image = image, .layout = layout, .page = &layout->pages[page], .pen = pen,
                              .hand = make_hand(pen, seed, sheet), .seed = seed, .sheet = sheet, .number = page,
                              .pixels = image->dpi / 25.4};
    fill_marks(&filling, answers, count);
    for (size_t i = 0; i < filling.page->writing_count; i++) {
        const struct paper_question *question = question_of(layout, filling.page->writing[i].question);
        const char *value = answer_to(answers, count, filling.page->writing[i].question);
        if (*value && (!question || simulate_fate_of(pen, seed, sheet, question) != SIMULATE_BLANK))
            write_text(&filling, i, value);
    }
    return true;
}
