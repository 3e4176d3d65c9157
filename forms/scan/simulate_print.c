// SPDX-License-Identifier: GPL-3.0-or-later
// The layout file of a print, and made-up answers to it.
#include "forms/scan/simulate_job.h"

#include "survey/base/arena.h"
#include "survey/base/file.h"
#include "survey/base/json.h"
#include "survey/base/random.h"
#include "survey/base/text.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_FILE = 1 << 30, MOST_CHOICES = 64, MOST_TEXT = 512, MOST_DIGITS = 16 };

// A whole number between bounds, else the fallback.
static int whole(const struct survey_json *json, const char *key, int low, int high, int fallback)
{
    double value = survey_json_number(json, key, fallback);
    return value >= low && value <= high ? (int)value : fallback;
}

// False where the box does not lie on any page that could be.
static bool read_box(const struct survey_json *json, struct paper_box *box)
{
    enum { MOST_MM = 2000 };
    *box = (struct paper_box){survey_json_number(json, "x", -1), survey_json_number(json, "y", -1), survey_json_number(json, "w", -1),
                              survey_json_number(json, "h", -1)};
    return box->x >= 0 && box->x <= MOST_MM && box->y >= 0 && box->y <= MOST_MM && box->w > 0 && box->w <= MOST_MM && box->h > 0 &&
           box->h <= MOST_MM;
}

static bool read_page(struct survey_arena *arena, const struct survey_json *json, struct paper_page *page)
{
    const struct survey_json *marks = survey_json_get(json, "marks"), *writing = survey_json_get(json, "writing");
    page->mark_count = marks ? marks->count : 0;
    page->writing_count = writing ? writing->count : 0;
    page->marks = survey_arena_array(arena, page->mark_count + 1, sizeof *page->marks);
    page->writing = survey_arena_array(arena, page->writing_count + 1, sizeof *page->writing);
    size_t at = 0;
    bool good = true;
    for (const struct survey_json *mark = marks ? marks->first : NULL; mark; mark = mark->next, at++) {
        page->marks[at] = (struct paper_mark){{0}, survey_json_text(mark, "question", ""), survey_json_text(mark, "value", ""),
                                              whole(mark, "digit", -1, MOST_DIGITS - 1, -2)};
        good = good && read_box(mark, &page->marks[at].box);
    }
    at = 0;
    for (const struct survey_json *box = writing ? writing->first : NULL; box; box = box->next, at++) {
        page->writing[at] = (struct paper_writing){{0}, survey_json_text(box, "question", "")};
        good = good && read_box(box, &page->writing[at].box);
    }
    return good;
}

static bool read_form(struct survey_arena *arena, const struct survey_json *json, struct simulate_form *form)
{
    const struct survey_json *pages = survey_json_get(json, "pages");
    size_t count = pages ? pages->count : 0, at = 0;
    form->name = survey_json_text(json, "form", "");
    form->layout.pages = survey_arena_array(arena, count + 1, sizeof *form->layout.pages);
    form->layout.page_count = count;
    form->pdf_pages = survey_arena_array(arena, count + 1, sizeof *form->pdf_pages);
    form->numbers = survey_arena_array(arena, count + 1, sizeof *form->numbers);
    for (const struct survey_json *page = pages ? pages->first : NULL; page; page = page->next, at++) {
        form->numbers[at] = whole(page, "number", 1, 63, 0);
        form->pdf_pages[at] = whole(page, "pdf_page", 1, INT32_MAX - 1, 0);
        if (!read_page(arena, page, &form->layout.pages[at]))
            return false;
    }
    return true;
}

// What is asked on the form's pages, with its choices, by the questions' order on them.
struct asked {
    const char *name, *values[MOST_CHOICES];
    size_t count;
    int digits; // of a grid, 0 for choices
    bool minus, written;
};

static struct asked *asked_of(struct asked *asked, size_t *count, const char *name)
{
    for (size_t i = *count; i > 0; i--)
        if (strcmp(asked[i - 1].name, name) == 0)
            return &asked[i - 1];
    asked[*count] = (struct asked){.name = name};
    return &asked[(*count)++];
}

static size_t find_asked(struct survey_arena *arena, const struct simulate_form *form, struct asked **asked)
{
    size_t most = 0, count = 0;
    for (size_t p = 0; p < form->layout.page_count; p++)
        most += form->layout.pages[p].mark_count + form->layout.pages[p].writing_count;
    *asked = survey_arena_array(arena, most + 1, sizeof **asked);
    for (size_t p = 0; p < form->layout.page_count; p++) {
        const struct paper_page *page = &form->layout.pages[p];
        for (size_t i = 0; i < page->mark_count; i++) {
            struct asked *one = asked_of(*asked, &count, page->marks[i].question);
            int digit = page->marks[i].digit;
            if (digit >= 0)
                one->digits = digit + 1 > one->digits ? digit + 1 : one->digits;
            else if (digit == -1)
                one->minus = true;
            else if (one->count < MOST_CHOICES)
                one->values[one->count++] = page->marks[i].value;
        }
        for (size_t i = 0; i < page->writing_count; i++)
            asked_of(*asked, &count, page->writing[i].question)->written = true;
    }
    return count;
}

static const char *several(struct survey_arena *arena, struct asked *asked, struct survey_random *random)
{
    struct survey_buffer text = SURVEY_BUFFER(1 << 16);
    size_t many = 1 + survey_random_below(random, asked->count < 3 ? (uint32_t)asked->count : 3);
    bool taken[MOST_CHOICES] = {false};
    for (size_t i = 0; i < many; i++) { // Floyd's sample, then said in the order of the form
        size_t at = asked->count - many + i, pick = survey_random_below(random, (uint32_t)at + 1);
        taken[taken[pick] ? at : pick] = true;
    }
    for (size_t i = 0; i < asked->count; i++)
        if (taken[i])
            survey_format(&text, "%s%s", text.length ? " " : "", asked->values[i]);
    const char *value = survey_arena_strdup(arena, survey_buffer_string(&text));
    survey_buffer_clear(&text);
    return value;
}

static const char *answer(struct survey_arena *arena, struct asked *asked, const struct paper_question *question,
                          double written, struct survey_random *random)
{
    static const char *const texts[] = {"不在家 nobody at home", "went away to work", "因病 ill since May", "没有意见", "the road is not finished"};
    char digits[24];
    if (asked->digits) {
        int at = 0;
        if (asked->minus && survey_random_below(random, 5) == 0)
            digits[at++] = '-';
        for (int i = 0; i < asked->digits; i++)
            digits[at++] = (char)('0' + survey_random_below(random, 10));
        digits[at] = '\0';
        return survey_arena_strdup(arena, digits);
    }
    if (asked->written)
        return survey_random_unit(random) < written ? texts[survey_random_below(random, sizeof texts / sizeof *texts)] : "";
    if (!asked->count)
        return "";
    if (question->kind == PAPER_SELECT_MULTIPLE)
        return several(arena, asked, random);
    return asked->values[survey_random_below(random, (uint32_t)asked->count)];
}

static void answer_form(struct survey_arena *arena, struct simulate_form *form, const struct survey_json *types, uint64_t seed,
                        double written)
{
    struct asked *asked;
    char unit[MOST_TEXT];
    size_t count = find_asked(arena, form, &asked);
    form->layout.questions = survey_arena_array(arena, count + 1, sizeof *form->layout.questions);
    form->answers = survey_arena_array(arena, count + 1, sizeof *form->answers);
    form->layout.question_count = form->answer_count = count;
    for (size_t i = 0; i < count; i++) {
        const char *type = "select_one";
        for (const struct survey_json *one = types ? types->first : NULL; one; one = one->next)
            if (strcmp(survey_json_text(one, "name", ""), asked[i].name) == 0)
                type = survey_json_text(one, "type", type);
        enum paper_question_kind kind = asked[i].digits ? PAPER_DIGITS : asked[i].written ? PAPER_WRITING
                                        : strncmp(type, "select_multiple", 15) == 0 ? PAPER_SELECT_MULTIPLE : PAPER_SELECT_ONE;
        form->layout.questions[i] = (struct paper_question){asked[i].name, type, kind, asked[i].digits};
        survey_format_into(unit, sizeof unit, "%s/%s", form->name, asked[i].name);
        struct survey_random random = survey_random_at(seed, "simulate/answer", unit);
        form->answers[i] = (struct simulate_answer){asked[i].name, answer(arena, &asked[i], &form->layout.questions[i], written, &random)};
    }
}

bool simulate_print_read(struct survey_arena *arena, const char *path, uint64_t seed, double written,
                         struct simulate_print *print, struct survey_error *error)
{
    char *bytes;
    size_t length, at = 0;
    struct survey_json *json;
    if (!survey_file_read(path, MOST_FILE, &bytes, &length, error))
        return false;
    bool done = survey_json_read(arena, path, bytes, length, &json, error);
    free(bytes);
    if (!done)
        return false;
    const struct survey_json *forms = survey_json_get(json, "forms"), *types = survey_json_get(json, "questions");
    if (!forms || forms->kind != SURVEY_JSON_ARRAY || !forms->count)
        return survey_fail(error, SURVEY_ERROR_INPUT, path, _("this is no layout of a print: it has no forms"));
    *print = (struct simulate_print){.form_count = forms->count};
    print->forms = survey_arena_array(arena, forms->count, sizeof *print->forms);
    for (const struct survey_json *form = forms->first; form; form = form->next, at++) {
        if (!read_form(arena, form, &print->forms[at]))
            return survey_fail(error, SURVEY_ERROR_INPUT, path, _("form '%s': a mark does not lie on the page"), print->forms[at].name);
        answer_form(arena, &print->forms[at], types, seed, written);
        print->page_count += print->forms[at].layout.page_count;
    }
    return true;
}
