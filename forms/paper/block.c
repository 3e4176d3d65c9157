// SPDX-License-Identifier: GPL-3.0-or-later
// Blocks: what is drawn for one question, heading or note, and where its marks are.
#include "forms/paper/maker.h"

#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/text.h"

#include <string.h>

enum { NOTE_LINES = 10 };

#define AFTER_QUESTION 2.5
#define ARROW 2.6
#define AFTER_HEADING 1.4
#define TALLEST 200.0 // a block that fits every page, mm

void *paper_grow(struct survey_arena *arena, void *at, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return at;
    size_t wanted = *capacity ? *capacity * 2 : 8;
    void *grown = survey_arena_array(arena, wanted, size);
    if (count)
        memcpy(grown, at, count * size);
    *capacity = wanted;
    return grown;
}

static struct paper_op *add_op(struct paper_maker *maker, struct paper_block *block, enum paper_op_kind kind, double x, double y)
{
    block->ops = paper_grow(maker->arena, block->ops, block->op_count, &block->op_capacity, sizeof *block->ops);
    struct paper_op *op = &block->ops[block->op_count++];
    *op = (struct paper_op){.kind = kind, .x = x, .y = y};
    return op;
}

void paper_op_text(struct paper_maker *maker, struct paper_block *block, const struct paper_text *text, double x, double y)
{
    if (text->layout)
        add_op(maker, block, PAPER_OP_TEXT, x, y)->text = *text;
}

static void add_shape(struct paper_maker *maker, struct paper_block *block, enum paper_op_kind kind, const struct paper_box *box,
                      double thick)
{
    struct paper_op *op = add_op(maker, block, kind, box->x, box->y);
    op->w = box->w;
    op->h = box->h;
    op->thick = thick;
}

void paper_op_box(struct paper_maker *maker, struct paper_block *block, double x, double y, double w, double h, double thick)
{
    add_shape(maker, block, PAPER_OP_FRAME, &(struct paper_box){x, y, w, h}, thick);
}

void paper_op_fill(struct paper_maker *maker, struct paper_block *block, double x, double y, double w, double h)
{
    add_shape(maker, block, PAPER_OP_FILL, &(struct paper_box){x, y, w, h}, 0);
}

void paper_op_line(struct paper_maker *maker, struct paper_block *block, double x, double y, double w, double h, double thick)
{
    add_shape(maker, block, PAPER_OP_LINE, &(struct paper_box){x, y, w, h}, thick);
}

void paper_add_mark(struct paper_maker *maker, struct paper_block *block, const char *question, const char *value,
                    int digit, double x, double y)
{
    block->marks = paper_grow(maker->arena, block->marks, block->mark_count, &block->mark_capacity, sizeof *block->marks);
    block->marks[block->mark_count++] =
        (struct paper_mark){{x, y, PAPER_BOX, PAPER_BOX}, question, value, digit};
    paper_op_box(maker, block, x, y, PAPER_BOX, PAPER_BOX, PAPER_FRAME);
}

void paper_add_writing(struct paper_maker *maker, struct paper_block *block, const char *question, double x, double y,
                       double w, double h)
{
    block->writing = paper_grow(maker->arena, block->writing, block->writing_count, &block->writing_capacity, sizeof *block->writing);
    block->writing[block->writing_count++] = (struct paper_writing){{x, y, w, h}, question};
}

struct paper_block *paper_block_add(struct paper_maker *maker, struct paper_blocks *blocks, const struct survey_item *item, bool full)
{
    blocks->at = paper_grow(maker->arena, blocks->at, blocks->count, &blocks->capacity, sizeof *blocks->at);
    struct paper_block *block = &blocks->at[blocks->count++];
    *block = (struct paper_block){.item = item, .full = full, .w = full ? PAPER_FULL : PAPER_COLUMN};
    return block;
}

// A paragraph below what is there; nothing for an empty one.
static void add_text(struct paper_maker *maker, struct paper_block *block, enum paper_face face, double x, const char *text)
{
    struct paper_text set = paper_text(maker->texts, face, PAPER_LEFT_ALIGNED, block->w - x, text);
    paper_op_text(maker, block, &set, x, block->h);
    block->h += set.h;
}

static void add_condition(struct paper_maker *maker, struct paper_block *block, double x, const struct survey_logic *relevant)
{
    for (size_t i = 0; i < maker->language_count; i++) {
        const char *said = paper_say_condition(maker, relevant, i);
        bool hangs = x >= ARROW; // the arrow stands before the text's edge
        struct paper_text arrow = paper_text(maker->texts, PAPER_HINT, PAPER_LEFT_ALIGNED, 0, hangs && *said ? maker->mirrored ? "◂" : "▸" : "");
        double top = block->h;
        if (*said)
            add_text(maker, block, PAPER_HINT, x, hangs ? said : survey_arena_format(maker->arena, "▸ %s", said));
        paper_op_text(maker, block, &arrow, x - ARROW, top);
    }
}

// The hint, what the constraint says and how many may be marked, on one line.
static void add_hints(struct paper_maker *maker, struct paper_block *block, double x, const struct survey_item *item)
{
    for (size_t i = 0; i < maker->language_count; i++) {
        size_t language = maker->languages[i];
        // What is wrong with a single choice shows in the data; on paper it would only confuse.
        bool bounded = item->type != SURVEY_TYPE_SELECT_ONE;
        const char *parts[] = {item->type == SURVEY_TYPE_SELECT_MULTIPLE ? maker->phrases[i]->several : "",
                               paper_say(maker, item->hints, language), paper_say(maker, item->guidance, language),
                               bounded ? paper_say(maker, item->constraint_messages, language) : ""};
        struct survey_buffer line = SURVEY_BUFFER(1 << 16);
        for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
            if (*parts[k])
                survey_format(&line, "%s%s", line.length ? " · " : "", parts[k]);
        add_text(maker, block, PAPER_HINT, x, survey_buffer_string(&line));
        survey_buffer_clear(&line);
    }
}

static void add_label(struct paper_maker *maker, struct paper_block *block, const struct survey_item *item, const char *number)
{
    const char *label = paper_say(maker, item->labels, maker->languages[0]);
    const char *second = maker->language_count > 1 ? paper_say(maker, item->labels, maker->languages[1]) : "";
    if (!*label)
        label = item->name;
    struct paper_text set = paper_text(maker->texts, PAPER_LABEL, PAPER_LEFT_ALIGNED, block->w - PAPER_INDENT, label);
    struct paper_text mark = paper_text(maker->texts, PAPER_NUMBER, PAPER_LEFT_ALIGNED, 0, number);
    paper_op_text(maker, block, &mark, 0, block->h + set.base - mark.base);
    paper_op_text(maker, block, &set, PAPER_INDENT, block->h);
    block->h += set.h;
    if (*second && strcmp(second, label) != 0)
        add_text(maker, block, PAPER_SECOND, PAPER_INDENT, second);
}

void paper_block_question(struct paper_maker *maker, struct paper_block *block, const struct survey_item *item)
{
    paper_texts_place(maker->texts, "survey", item->row);
    add_condition(maker, block, PAPER_INDENT, &item->relevant);
    add_label(maker, block, item, maker->plan->numbers[item->index]);
    add_hints(maker, block, PAPER_INDENT, item);
}

// "A 标识信息" and "A. Identification" carry their own letter.
static bool starts_with_letter(const char *label, const char *letter)
{
    size_t length = strlen(letter);
    const char *after = label + length;
    return strncmp(label, letter, length) == 0 && (*after == ' ' || *after == '.' || *after == ':' || strncmp(after, "、", 3) == 0);
}

// A title, its condition on the same line where there is room for it.
static void add_title(struct paper_maker *maker, struct paper_block *block, enum paper_face face, const char *label,
                      const struct survey_logic *relevant)
{
    const char *said = maker->language_count == 1 ? paper_say_condition(maker, relevant, 0) : "";
    struct paper_text title = paper_text(maker->texts, face, PAPER_LEFT_ALIGNED, block->w, label);
    struct paper_text condition = paper_text(maker->texts, PAPER_HINT, PAPER_LEFT_ALIGNED, 0, *said ? survey_arena_format(maker->arena, "▸ %s", said) : "");
    bool beside = title.lines == 1 && condition.layout && title.w + condition.w + 4 <= block->w;
    paper_op_text(maker, block, &title, 0, block->h);
    if (beside)
        paper_op_text(maker, block, &condition, block->w - condition.w, block->h + title.base - condition.base);
    block->h += title.h;
    if (!beside)
        add_condition(maker, block, 0, relevant);
}

static void block_heading(struct paper_maker *maker, struct paper_blocks *blocks, const struct paper_entry *entry, bool full)
{
    const struct survey_item *item = entry->item;
    struct paper_block *block = paper_block_add(maker, blocks, item, full);
    const char *label = paper_say_all(maker, item->labels, "  "), *letter = maker->plan->numbers[item->index];
    paper_texts_place(maker->texts, "survey", item->row);
    block->glued = true;
    if (entry->level == 1) {
        block->h = 0.6;
        paper_op_fill(maker, block, 0, block->h, block->w, 0.5);
        block->h += 1.1;
    }
    if (letter && !starts_with_letter(label, letter))
        label = *label ? survey_arena_format(maker->arena, "%s  %s", letter, label) : letter;
    add_title(maker, block, entry->level == 1 ? PAPER_HEADING : PAPER_SUBHEADING, label, &item->relevant);
    add_hints(maker, block, 0, item);
    block->h += AFTER_HEADING;
}

// Long texts are cut into pieces between lines, so that they can go on over a page.
static void block_note(struct paper_maker *maker, struct paper_blocks *blocks, const struct paper_entry *entry)
{
    const struct survey_item *item = entry->item;
    paper_texts_place(maker->texts, "survey", item->row);
    for (size_t i = 0; i < maker->language_count; i++) {
        enum paper_face face = i ? PAPER_SECOND : PAPER_CHOICE;
        const char *label = paper_say(maker, item->labels, maker->languages[i]);
        if (i && strcmp(label, paper_say(maker, item->labels, maker->languages[0])) == 0)
            continue;
        struct paper_text whole = paper_text(maker->texts, face, PAPER_LEFT_ALIGNED, PAPER_COLUMN - PAPER_INDENT, label);
        for (size_t line = 0; line < whole.lines && whole.layout; line += NOTE_LINES) {
            struct paper_block *block = paper_block_add(maker, blocks, item, false);
            bool all = whole.lines <= NOTE_LINES, last = line + NOTE_LINES >= whole.lines;
            if (line == 0 && i == 0)
                add_condition(maker, block, PAPER_INDENT, &item->relevant);
            add_text(maker, block, face, PAPER_INDENT,
                     all ? label : paper_text_lines(maker->texts, &whole, line, line + NOTE_LINES));
            block->h += last ? AFTER_QUESTION - 1 : 0;
        }
    }
}

static void block_absent(struct paper_maker *maker, struct paper_block *block, const struct paper_entry *entry)
{
    for (size_t i = 0; i < maker->language_count; i++) {
        const struct paper_phrases *phrases = maker->phrases[i];
        bool position = entry->item->type == SURVEY_TYPE_GEOPOINT || entry->item->type == SURVEY_TYPE_GEOTRACE ||
                        entry->item->type == SURVEY_TYPE_GEOSHAPE;
        const char *said = entry->item->type == SURVEY_TYPE_IMAGE                                           ? phrases->image
                           : entry->item->type == SURVEY_TYPE_AUDIO || entry->item->type == SURVEY_TYPE_VIDEO ? phrases->audio
                           : position                                                                       ? phrases->position
                                                                                                            : phrases->file;
        add_text(maker, block, PAPER_HINT, PAPER_INDENT, survey_arena_format(maker->arena, "■ %s", said));
    }
}

static bool fill_question(struct paper_maker *maker, struct paper_block *block, const struct paper_entry *entry)
{
    bool done = true;
    paper_block_question(maker, block, entry->item);
    if (entry->shape == PAPER_SHAPE_CHOICES)
        done = paper_block_choices(maker, block, entry);
    else if (entry->shape == PAPER_SHAPE_DIGITS)
        paper_block_digits(maker, block, entry);
    else if (entry->shape == PAPER_SHAPE_WRITE)
        paper_block_write(maker, block, entry);
    else
        block_absent(maker, block, entry);
    block->h += block->tail = AFTER_QUESTION;
    return done;
}

static void fault_too_tall(struct paper_maker *maker, const struct survey_item *item)
{
    survey_report_add(maker->report, &(struct survey_problem){.severity = SURVEY_FAULT, .code = "E412", .file = maker->form->path,
                                                              .sheet = "survey", .row = item->row,
                                                              .message = survey_arena_format(maker->arena, _("question '%s' does not fit on a page"), item->name),
                                                              .expected = _("a shorter text, or paper 'line' or 'none'")});
}

// In a column where it fits well, else over the page's width, else with its choices written.
static void block_question(struct paper_maker *maker, struct paper_blocks *blocks, const struct paper_entry *entry)
{
    struct paper_entry tried = *entry;
    for (int attempt = 0; attempt < 3; attempt++) {
        size_t before = blocks->count;
        struct paper_block *block = paper_block_add(maker, blocks, entry->item, attempt > 0);
        bool done = fill_question(maker, block, &tried);
        if (done && block->h <= TALLEST)
            return;
        blocks->count = before;
        if (attempt == 1 && entry->shape == PAPER_SHAPE_CHOICES)
            tried = (struct paper_entry){.shape = PAPER_SHAPE_WRITE, .item = entry->item, .height = 9, .too_many = true};
    }
    fault_too_tall(maker, entry->item);
}

static bool is_wide(const struct paper_entry *entry)
{
    return entry->shape == PAPER_SHAPE_MATRIX || entry->shape == PAPER_SHAPE_ROWS;
}

bool paper_blocks_make(struct paper_maker *maker, struct paper_blocks *blocks)
{
    const struct paper_plan *plan = maker->plan;
    for (size_t i = 0; i < plan->count; i++) {
        const struct paper_entry *entry = &plan->entries[i];
        size_t next = i;
        while (next < plan->count && plan->entries[next].shape == PAPER_SHAPE_HEADING)
            next++;
        if (entry->shape == PAPER_SHAPE_HEADING)
            block_heading(maker, blocks, entry, next < plan->count && is_wide(&plan->entries[next]));
        else if (entry->shape == PAPER_SHAPE_NOTE)
            block_note(maker, blocks, entry);
        else if (entry->shape == PAPER_SHAPE_MATRIX)
            paper_block_matrix(maker, blocks, entry);
        else if (entry->shape == PAPER_SHAPE_ROWS)
            paper_block_rows(maker, blocks, entry);
        else
            block_question(maker, blocks, entry);
    }
    if (maker->mirrored)
        paper_blocks_mirror(blocks);
    return survey_report_count_of(maker->report, SURVEY_FAULT) == 0;
}
