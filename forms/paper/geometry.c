// SPDX-License-Identifier: GPL-3.0-or-later
// The geometry of a form as JSON, and back, checked.
#include "forms/paper/layout.h"
#include "survey/base/arena.h"
#include "survey/base/json.h"
#include "survey/base/number.h"
#include "survey/base/text.h"

#include <math.h>
#include <string.h>

// Millimetres with two decimals are finer than any printer.
static void put_length(struct survey_json_writer *writer, const char *key, double value)
{
    survey_json_member_number(writer, key, floor(value * 100 + 0.5) / 100);
}

static void put_box(struct survey_json_writer *writer, const struct paper_box *box)
{
    put_length(writer, "x", box->x);
    put_length(writer, "y", box->y);
    put_length(writer, "w", box->w);
    put_length(writer, "h", box->h);
}

void paper_page_write(const struct paper_page *page, struct survey_json_writer *writer)
{
    survey_json_key(writer, "marks");
    survey_json_open(writer, '[');
    for (size_t i = 0; i < page->mark_count; i++) {
        const struct paper_mark *mark = &page->marks[i];
        survey_json_open(writer, '{');
        survey_json_member(writer, "question", mark->question);
        if (mark->digit > -2)
            survey_json_member_integer(writer, "digit", mark->digit);
        survey_json_member(writer, "value", mark->value);
        put_box(writer, &mark->box);
        survey_json_close(writer, '}');
    }
    survey_json_close(writer, ']');
    survey_json_key(writer, "writing");
    survey_json_open(writer, '[');
    for (size_t i = 0; i < page->writing_count; i++) {
        survey_json_open(writer, '{');
        survey_json_member(writer, "question", page->writing[i].question);
        put_box(writer, &page->writing[i].box);
        survey_json_close(writer, '}');
    }
    survey_json_close(writer, ']');
}

void paper_questions_write(const struct paper_layout *layout, struct survey_json_writer *writer)
{
    static const char *const kinds[] = {"select_one", "select_multiple", "digits", "writing"};
    survey_json_key(writer, "questions");
    survey_json_open(writer, '[');
    for (size_t i = 0; i < layout->question_count; i++) {
        survey_json_open(writer, '{');
        survey_json_member(writer, "name", layout->questions[i].name);
        survey_json_member(writer, "type", layout->questions[i].type);
        survey_json_member(writer, "kind", kinds[layout->questions[i].kind]);
        survey_json_member_integer(writer, "digits", layout->questions[i].digits);
        survey_json_close(writer, '}');
    }
    survey_json_close(writer, ']');
}

void paper_layout_write(const struct paper_layout *layout, struct survey_buffer *json)
{
    struct survey_json_writer writer = survey_json_writer(json, false);
    survey_json_open(&writer, '{');
    put_length(&writer, "width", layout->width);
    put_length(&writer, "height", layout->height);
    paper_questions_write(layout, &writer);
    survey_json_key(&writer, "fiducials");
    survey_json_open(&writer, '[');
    for (int i = 0; i < PAPER_FIDUCIALS; i++) {
        survey_json_open(&writer, '{');
        put_length(&writer, "x", layout->fiducials[i].x);
        put_length(&writer, "y", layout->fiducials[i].y);
        put_length(&writer, "size", layout->fiducials[i].size);
        survey_json_close(&writer, '}');
    }
    survey_json_close(&writer, ']');
    survey_json_key(&writer, "pages");
    survey_json_open(&writer, '[');
    for (size_t i = 0; i < layout->page_count; i++) {
        const struct paper_page *page = &layout->pages[i];
        survey_json_open(&writer, '{');
        survey_json_member_integer(&writer, "qr_modules", page->qr_modules);
        survey_json_key(&writer, "qr");
        survey_json_open(&writer, '[');
        for (int k = 0; k < 2; k++) {
            survey_json_open(&writer, '{');
            put_box(&writer, &page->qr[k]);
            survey_json_close(&writer, '}');
        }
        survey_json_close(&writer, ']');
        paper_page_write(page, &writer);
        survey_json_close(&writer, '}');
    }
    survey_json_close(&writer, ']');
    survey_json_close(&writer, '}');
}

static bool read_box(const struct survey_json *json, struct paper_box *box)
{
    *box = (struct paper_box){survey_json_number(json, "x", -1), survey_json_number(json, "y", -1), survey_json_number(json, "w", -1),
                              survey_json_number(json, "h", -1)};
    return box->x >= 0 && box->y >= 0 && box->w > 0 && box->h > 0 && box->x + box->w <= 2000 && box->y + box->h <= 2000;
}

static size_t count_of(const struct survey_json *json)
{
    return json && json->kind == SURVEY_JSON_ARRAY ? json->count : 0;
}

static bool read_marks(struct survey_arena *arena, const struct survey_json *json, struct paper_page *page)
{
    const struct survey_json *marks = survey_json_get(json, "marks"), *writing = survey_json_get(json, "writing");
    page->marks = survey_arena_array(arena, count_of(marks) + 1, sizeof *page->marks);
    page->writing = survey_arena_array(arena, count_of(writing) + 1, sizeof *page->writing);
    for (const struct survey_json *item = marks ? marks->first : NULL; item; item = item->next) {
        struct paper_mark *mark = &page->marks[page->mark_count++];
        mark->question = survey_json_text(item, "question", NULL);
        mark->value = survey_json_text(item, "value", NULL);
        mark->digit = (int)survey_json_number(item, "digit", -2);
        if (!mark->question || !mark->value || mark->digit < -2 || mark->digit > 30 || !read_box(item, &mark->box))
            return false;
    }
    for (const struct survey_json *item = writing ? writing->first : NULL; item; item = item->next) {
        struct paper_writing *box = &page->writing[page->writing_count++];
        box->question = survey_json_text(item, "question", NULL);
        if (!box->question || !read_box(item, &box->box))
            return false;
    }
    return true;
}

static bool read_page(struct survey_arena *arena, const struct survey_json *json, struct paper_page *page)
{
    const struct survey_json *qr = survey_json_get(json, "qr");
    page->qr_modules = (int)survey_json_number(json, "qr_modules", 0);
    if (page->qr_modules < 21 || page->qr_modules > 177 || count_of(qr) != 2)
        return false;
    return read_box(qr->first, &page->qr[0]) && read_box(qr->first->next, &page->qr[1]) && read_marks(arena, json, page);
}

static bool read_questions(struct survey_arena *arena, const struct survey_json *json, struct paper_layout *layout)
{
    static const char *const kinds[] = {"select_one", "select_multiple", "digits", "writing"};
    const struct survey_json *questions = survey_json_get(json, "questions");
    layout->questions = survey_arena_array(arena, count_of(questions) + 1, sizeof *layout->questions);
    for (const struct survey_json *item = questions ? questions->first : NULL; item; item = item->next) {
        struct paper_question *question = &layout->questions[layout->question_count++];
        const char *kind = survey_json_text(item, "kind", "");
        question->name = survey_json_text(item, "name", NULL);
        question->type = survey_json_text(item, "type", NULL);
        question->digits = (int)survey_json_number(item, "digits", 0);
        bool known = false;
        for (int i = 0; i < 4; i++)
            if (strcmp(kinds[i], kind) == 0) {
                question->kind = (enum paper_question_kind)i;
                known = true;
            }
        if (!known || !question->name || !question->type)
            return false;
    }
    return true;
}

static bool read_layout(struct survey_arena *arena, const struct survey_json *json, struct paper_layout *layout)
{
    const struct survey_json *fiducials = survey_json_get(json, "fiducials"), *pages = survey_json_get(json, "pages");
    layout->width = survey_json_number(json, "width", 0);
    layout->height = survey_json_number(json, "height", 0);
    if (layout->width < 50 || layout->width > 2000 || layout->height < 50 || layout->height > 2000 || count_of(fiducials) != PAPER_FIDUCIALS ||
        !count_of(pages) || count_of(pages) > 63)
        return false;
    const struct survey_json *item = fiducials->first;
    for (int i = 0; i < PAPER_FIDUCIALS; i++, item = item->next) {
        layout->fiducials[i].x = survey_json_number(item, "x", 0);
        layout->fiducials[i].y = survey_json_number(item, "y", 0);
        layout->fiducials[i].size = survey_json_number(item, "size", 0);
    }
    layout->pages = survey_arena_array(arena, pages->count, sizeof *layout->pages);
    for (item = pages->first; item; item = item->next)
        if (!read_page(arena, item, &layout->pages[layout->page_count++]))
            return false;
    return read_questions(arena, json, layout);
}

bool paper_layout_read(struct survey_arena *arena, const char *json, size_t length, struct paper_layout **layout, struct survey_error *error)
{
    struct survey_json *root;
    if (!survey_json_read(arena, "layout", json, length, &root, error))
        return false;
    struct paper_layout *read = survey_arena_alloc(arena, sizeof *read);
    if (!read_layout(arena, root, read))
        return survey_fail(error, SURVEY_ERROR_INPUT, "layout", "%s", _("the stored layout is damaged"));
    *layout = read;
    return true;
}
