// SPDX-License-Identifier: GPL-3.0-or-later
// The design of a form: composed once, then drawn and measured as often as wanted.
#include "forms/paper/design_private.h"

#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/text.h"

#include <math.h>
#include <string.h>

#define EDGE 13.0 // centre of a corner fiducial from the edges
#define MIDDLE_EDGE 12.0
#define MARGIN 10.0
#define TEXT_LEFT 21.0 // beside the fiducials
#define TEXT_RIGHT 189.0
#define QUIET 3.6
#define HAIRLINE 0.15

static const struct { double x, y, size; } fiducials[PAPER_FIDUCIALS] = {
    {EDGE, EDGE, 6}, {PAPER_WIDTH - EDGE, EDGE, 6}, {EDGE, PAPER_HEIGHT - EDGE, 6}, {PAPER_WIDTH - EDGE, PAPER_HEIGHT - EDGE, 6},
    {MIDDLE_EDGE, PAPER_HEIGHT / 2, 4}, {PAPER_WIDTH - MIDDLE_EDGE, PAPER_HEIGHT / 2, 4}};

static double text_at(struct paper_maker *maker, struct paper_block *block, enum paper_face face, double x, double y, double width,
                      const char *text)
{
    struct paper_text set = paper_text(maker->texts, face, PAPER_LEFT_ALIGNED, width, text);
    paper_op_text(maker, block, &set, x, y);
    return set.h;
}

// --- the instruction strip ----------------------------------------------------------------------

enum sample { SAMPLE_CROSS, SAMPLE_TICK, SAMPLE_FILLED, SAMPLE_RING };

static void sample_box(struct paper_maker *maker, struct paper_block *block, enum sample sample, double x, double y)
{
    const double s = 3.4, pen = 0.45;
    paper_op_box(maker, block, x, y, s, s, 0.25);
    if (sample == SAMPLE_CROSS) {
        paper_op_line(maker, block, x - 0.2, y - 0.2, s + 0.4, s + 0.4, pen);
        paper_op_line(maker, block, x - 0.2, y + s + 0.2, s + 0.4, -s - 0.4, pen);
    } else if (sample == SAMPLE_TICK) {
        size_t before = block->op_count;
        paper_op_line(maker, block, x + 0.5, y + 1.7, 1.1, 1.3, pen);
        paper_op_line(maker, block, x + 1.6, y + 3, 2.3, -3.4, pen);
        if (maker->mirrored) // hands make it the same everywhere
            paper_block_mirror(block, before, 2 * x + s);
    } else if (sample == SAMPLE_FILLED) {
        paper_op_fill(maker, block, x, y, s, s);
    } else { // marked beside the box
        paper_op_line(maker, block, x + s + 0.8, y + 0.4, 2.2, 2.6, pen);
        paper_op_line(maker, block, x + s + 0.8, y + 3, 2.2, -2.6, pen);
    }
}

static double sample_with(struct paper_maker *maker, struct paper_block *block, enum sample sample, double x, double y, const char *word)
{
    double beside = sample == SAMPLE_RING ? 3.6 : 0;
    struct paper_text text = paper_text(maker->texts, PAPER_HINT, PAPER_LEFT_ALIGNED, 0, word);
    sample_box(maker, block, sample, x, y);
    paper_op_text(maker, block, &text, x + beside + 5, y + (3.4 - text.h) / 2);
    return x + beside + 5 + text.w + 5;
}

// How to mark, in each language, between two rules.
static double instructions(struct paper_maker *maker, struct paper_block *block, double y)
{
    paper_op_line(maker, block, PAPER_LEFT, y, PAPER_FULL, 0, 0.2);
    y += 1.7;
    for (size_t i = 0; i < maker->language_count; i++) {
        const struct paper_phrases *phrases = maker->phrases[i];
        struct paper_text how = paper_text(maker->texts, PAPER_NUMBER, PAPER_LEFT_ALIGNED, 0, phrases->how);
        paper_op_text(maker, block, &how, PAPER_LEFT, y + (3.4 - how.h) / 2);
        double x = PAPER_LEFT + how.w + 5;
        x = sample_with(maker, block, SAMPLE_CROSS, x, y, phrases->right);
        x = sample_with(maker, block, SAMPLE_TICK, x, y, phrases->also_right);
        x = sample_with(maker, block, SAMPLE_RING, x, y, phrases->wrong);
        sample_box(maker, block, SAMPLE_FILLED, x, y);
        sample_box(maker, block, SAMPLE_CROSS, x + 5, y);
        struct paper_text text = paper_text(maker->texts, PAPER_HINT, PAPER_LEFT_ALIGNED, PAPER_LEFT + PAPER_FULL - x - 10.5, phrases->correction);
        paper_op_text(maker, block, &text, x + 10.5, y + (3.4 - text.line) / 2);
        y += fmax(5, text.h + 1);
        y += text_at(maker, block, PAPER_HINT, PAPER_LEFT, y, PAPER_FULL, phrases->care) + 1.2;
    }
    paper_op_line(maker, block, PAPER_LEFT, y, PAPER_FULL, 0, 0.2);
    return y;
}

// --- head and foot ------------------------------------------------------------------------------

static const char *version_line(struct paper_maker *maker)
{
    const struct survey_form *form = maker->form;
    const char *version = form->version ? form->version : "";
    return survey_arena_format(maker->arena, "%s%s%s", form->id, *version ? " · " : "", version);
}

static const char *form_title(const struct survey_form *form)
{
    return form->title && *form->title ? form->title : form->id;
}

// Where the head ends at the right, before the code.
static double head_right(const struct paper_design *design)
{
    return TEXT_RIGHT - design->qr[0] - QUIET;
}

static double first_head(struct paper_design *design, struct paper_block *block)
{
    struct paper_maker *maker = &design->maker;
    double width = head_right(design) - TEXT_LEFT, y = MARGIN - 1;
    paper_texts_place(maker->texts, "settings", 2);
    y += text_at(maker, block, PAPER_TITLE, TEXT_LEFT, y, width, form_title(maker->form)) + 0.3;
    y += text_at(maker, block, PAPER_SMALL, TEXT_LEFT, y, width, version_line(maker)) + 2;
    design->places.mirrored = maker->mirrored;
    design->places.unit_x = maker->mirrored ? TEXT_LEFT + width : TEXT_LEFT;
    design->places.unit_y = y;
    design->places.unit_w = width;
    y += 10; // two lines
    y = fmax(y, MARGIN + design->qr[0] + QUIET);
    size_t before = block->op_count;
    y = instructions(maker, block, y) + 2;
    if (maker->mirrored)
        paper_block_mirror(block, before, PAPER_WIDTH);
    return y;
}

static void later_head(struct paper_design *design, struct paper_block *block)
{
    struct paper_maker *maker = &design->maker;
    paper_texts_place(maker->texts, "settings", 2);
    struct paper_text title = paper_text(maker->texts, PAPER_HINT, PAPER_LEFT_ALIGNED, PAPER_COLUMN + 30, form_title(maker->form));
    if (title.lines == 1)
        paper_op_text(maker, block, &title, TEXT_LEFT, MARGIN - 0.6);
    if (maker->mirrored)
        paper_block_mirror(block, 0, TEXT_LEFT + head_right(design));
    design->places.running_x = maker->mirrored ? head_right(design) : TEXT_LEFT;
    design->places.running_y = MARGIN + 6;
}

static void foot(struct paper_design *design, struct paper_block *block, size_t page, size_t pages)
{
    struct paper_maker *maker = &design->maker;
    double x = TEXT_LEFT + design->qr[1] + QUIET + 1, y = PAPER_HEIGHT - MARGIN - 3.6;
    char said[64];
    size_t before = block->op_count;
    survey_format_into(said, sizeof said, maker->phrases[0]->page, page + 1, pages);
    struct paper_text number = paper_text(maker->texts, PAPER_NUMBER, PAPER_LEFT_ALIGNED, 0, said);
    paper_op_text(maker, block, &number, TEXT_RIGHT - number.w, y - 0.6);
    struct paper_text title = paper_text(maker->texts, PAPER_SMALL, PAPER_LEFT_ALIGNED, 0,
                                         survey_arena_format(maker->arena, "%s · %s", form_title(maker->form), version_line(maker)));
    if (title.w > TEXT_RIGHT - number.w - 4 - x)
        title = paper_text(maker->texts, PAPER_SMALL, PAPER_LEFT_ALIGNED, 0, version_line(maker));
    if (title.w <= TEXT_RIGHT - number.w - 4 - x)
        paper_op_text(maker, block, &title, x, y);
    if (maker->mirrored)
        paper_block_mirror(block, before, x + TEXT_RIGHT);
    design->places.token_x = x;
    design->places.token_y = y - 1.6;
}

// --- the geometry -------------------------------------------------------------------------------

static struct paper_box moved(struct paper_box box, const struct paper_placed *placed)
{
    box.x += placed->x;
    box.y += placed->y;
    return box;
}

static void take_geometry(struct paper_design *design, struct paper_page *page, size_t number)
{
    struct survey_arena *arena = design->maker.arena;
    size_t marks = 0, writing = 0;
    for (size_t i = 0; i < design->placed_count; i++)
        if (design->placed[i].page == number) {
            marks += design->placed[i].block->mark_count;
            writing += design->placed[i].block->writing_count;
        }
    page->marks = survey_arena_array(arena, marks + 1, sizeof *page->marks);
    page->writing = survey_arena_array(arena, writing + 1, sizeof *page->writing);
    for (size_t i = 0; i < design->placed_count; i++) {
        const struct paper_placed *placed = &design->placed[i];
        if (placed->page != number)
            continue;
        for (size_t k = 0; k < placed->block->mark_count; k++) {
            page->marks[page->mark_count] = placed->block->marks[k];
            page->marks[page->mark_count++].box = moved(placed->block->marks[k].box, placed);
        }
        for (size_t k = 0; k < placed->block->writing_count; k++) {
            page->writing[page->writing_count] = placed->block->writing[k];
            page->writing[page->writing_count++].box = moved(placed->block->writing[k].box, placed);
        }
    }
}

static void add_question(struct paper_layout *layout, const struct survey_item *item, const char *name, enum paper_question_kind kind, int digits)
{
    layout->questions[layout->question_count++] = (struct paper_question){name, survey_type_name(item->type), kind, digits};
}

// The item of "name" or "name[2]".
static const struct survey_item *item_of(const struct paper_design *design, const char *question)
{
    char name[512];
    survey_format_into(name, sizeof name, "%.*s", (int)strcspn(question, "["), question);
    return survey_form_find(design->maker.form, name);
}

// A mark's question, once: its marks may be apart, as those of a table's column are not.
static void list_mark(struct paper_design *design, size_t first, const struct paper_mark *mark)
{
    struct paper_layout *layout = design->layout;
    for (size_t i = first; i < layout->question_count; i++)
        if (strcmp(layout->questions[i].name, mark->question) == 0) {
            if (mark->digit >= 0)
                layout->questions[i].digits = mark->digit + 1;
            return;
        }
    const struct survey_item *item = item_of(design, mark->question);
    bool several = item->type == SURVEY_TYPE_SELECT_MULTIPLE;
    add_question(layout, item, mark->question, mark->digit > -2 ? PAPER_DIGITS : several ? PAPER_SELECT_MULTIPLE : PAPER_SELECT_ONE,
                 mark->digit >= 0 ? mark->digit + 1 : 0);
}

// As composed, not as planned: a list may have turned out too long for boxes.
static void list_questions(struct paper_design *design)
{
    struct paper_layout *layout = design->layout;
    const struct paper_plan *plan = design->maker.plan;
    size_t most = 1;
    for (size_t i = 0; i < plan->count; i++)
        most += 1 + plan->entries[i].part_count * (plan->entries[i].rows + 1);
    layout->questions = survey_arena_array(design->maker.arena, most, sizeof *layout->questions);
    for (size_t i = 0; i < design->placed_count; i++) {
        const struct paper_block *block = design->placed[i].block;
        size_t first = layout->question_count;
        for (size_t k = 0; k < block->mark_count; k++)
            list_mark(design, first, &block->marks[k]);
        for (size_t k = 0; k < block->writing_count; k++)
            add_question(layout, item_of(design, block->writing[k].question), block->writing[k].question, PAPER_WRITING, 0);
    }
}

static void make_layout(struct paper_design *design, size_t pages, int modules)
{
    struct survey_arena *arena = design->maker.arena;
    struct paper_layout *layout = design->layout = survey_arena_alloc(arena, sizeof *layout);
    layout->width = PAPER_WIDTH;
    layout->height = PAPER_HEIGHT;
    for (int i = 0; i < PAPER_FIDUCIALS; i++) {
        layout->fiducials[i].x = fiducials[i].x;
        layout->fiducials[i].y = fiducials[i].y;
        layout->fiducials[i].size = fiducials[i].size;
    }
    layout->pages = survey_arena_array(arena, pages, sizeof *layout->pages);
    layout->page_count = pages;
    for (size_t i = 0; i < pages; i++) {
        struct paper_page *page = &layout->pages[i];
        page->qr_modules = modules;
        page->qr[0] = (struct paper_box){TEXT_RIGHT - design->qr[0], MARGIN, design->qr[0], design->qr[0]};
        page->qr[1] = (struct paper_box){TEXT_LEFT, PAPER_HEIGHT - MARGIN - design->qr[1], design->qr[1], design->qr[1]};
        take_geometry(design, page, i);
    }
    list_questions(design);
}

static bool compose(struct paper_design *design, const struct paper_request *request)
{
    struct paper_maker *maker = &design->maker;
    struct paper_blocks blocks = {0};
    struct paper_block head = {.w = PAPER_FULL};
    size_t pages = 0;
    maker->plan = paper_plan_make(maker->form, maker->arena, maker->report);
    if (!paper_blocks_make(maker, &blocks))
        return false;
    const int left = maker->mirrored, right = !left;
    struct paper_frame frame = {.first_top = first_head(design, &head)};
    frame.x[left] = PAPER_LEFT;
    frame.x[right] = PAPER_LEFT + PAPER_COLUMN + PAPER_GUTTER;
    frame.top[left] = 22;
    frame.top[right] = MARGIN + design->qr[0] + QUIET + 0.4;
    frame.bottom[left] = PAPER_HEIGHT - MARGIN - design->qr[1] - QUIET + 1;
    frame.bottom[right] = 275.5;
    if (!paper_flow(maker, &blocks, &frame, &design->placed, &pages))
        return false;
    design->placed_count = blocks.count;
    design->furniture = survey_arena_array(maker->arena, pages, sizeof *design->furniture);
    design->furniture[0] = head;
    for (size_t i = 0; i < pages; i++) {
        if (i)
            later_head(design, &design->furniture[i]);
        foot(design, &design->furniture[i], i, pages);
    }
    make_layout(design, pages, request->qr_modules);
    return survey_report_count_of(maker->report, SURVEY_FAULT) == 0;
}

bool paper_design_make(const struct paper_request *request, struct survey_report *report, struct paper_design **design, struct survey_error *error)
{
    struct survey_arena *arena = survey_arena_new();
    struct paper_design *made = survey_arena_alloc(arena, sizeof *made);
    size_t faults = survey_report_count_of(report, SURVEY_FAULT);
    made->maker = (struct paper_maker){.form = request->form, .arena = arena, .report = report};
    made->maker.texts = paper_texts_new(report, request->form->path);
    made->qr[0] = request->large_codes ? 25 : 20;
    made->qr[1] = request->large_codes ? 20 : 16;
    made->maker.language_count = request->language_count;
    for (size_t i = 0; i < request->language_count; i++) {
        made->maker.languages[i] = request->languages[i];
        made->maker.phrases[i] = paper_phrases_for(request->form, request->languages[i]);
    }
    made->maker.mirrored = paper_reads_from_right(request->form, request->languages[0]);
    if (made->maker.mirrored)
        paper_texts_mirror(made->maker.texts);
    if (compose(made, request)) {
        *design = made;
        return true;
    }
    faults = survey_report_count_of(report, SURVEY_FAULT) - faults;
    survey_fail(error, SURVEY_ERROR_INPUT, request->form->path, _("the form cannot be printed; faults: %zu"), faults);
    paper_design_free(made);
    return false;
}

void paper_design_free(struct paper_design *design)
{
    if (!design)
        return;
    paper_texts_free(design->maker.texts);
    survey_arena_free(design->maker.arena); // the design itself lives there
}

const struct paper_layout *paper_design_layout(const struct paper_design *design)
{
    return design->layout;
}

struct paper_places paper_design_places(const struct paper_design *design)
{
    return design->places;
}

const char *paper_design_title(const struct paper_design *design)
{
    return form_title(design->maker.form);
}

const char *paper_design_file(const struct paper_design *design)
{
    return design->maker.form->path;
}

struct survey_report *paper_design_report(const struct paper_design *design)
{
    return design->maker.report;
}

const char *paper_design_word(const struct paper_design *design, const char *word)
{
    const struct paper_phrases *phrases = design->maker.phrases[0];
    return strcmp(word, "unit") == 0      ? phrases->unit
           : strcmp(word, "sheet") == 0   ? phrases->sheet
           : strcmp(word, "blank") == 0   ? phrases->blank_unit
                                          : phrases->specimen;
}

const char *paper_design_choice(const struct paper_design *design, const char *question, const char *value)
{
    const struct survey_item *item = survey_form_find(design->maker.form, question);
    const struct survey_choice *choice = item ? survey_item_choice(item, value) : NULL;
    const char *label = choice ? survey_label(design->maker.form, choice->labels, design->maker.languages[0]) : "";
    return *label ? label : value;
}

const struct survey_item *paper_design_left_out(const struct paper_design *design, size_t index)
{
    return index < design->maker.plan->left_out_count ? design->maker.plan->left_out[index] : NULL;
}

const char *paper_design_number(const struct paper_design *design, const struct survey_item *item)
{
    return design->maker.plan->numbers[item->index];
}

// --- drawing ------------------------------------------------------------------------------------

static void draw_op(cairo_t *cairo, const struct paper_op *op, double x0, double y0)
{
    double x = (x0 + op->x) * PAPER_POINTS, y = (y0 + op->y) * PAPER_POINTS, w = op->w * PAPER_POINTS, h = op->h * PAPER_POINTS;
    cairo_set_line_width(cairo, op->thick * PAPER_POINTS);
    double half = op->thick * PAPER_POINTS / 2;
    switch (op->kind) {
    case PAPER_OP_TEXT:
        paper_text_draw(cairo, &op->text, x0 + op->x, y0 + op->y);
        break;
    case PAPER_OP_FRAME: // the line lies within the rectangle
        cairo_rectangle(cairo, x + half, y + half, w - 2 * half, h - 2 * half);
        cairo_stroke(cairo);
        break;
    case PAPER_OP_FILL:
        cairo_rectangle(cairo, x, y, w, h);
        cairo_fill(cairo);
        break;
    case PAPER_OP_LINE:
        if (op->thick < HAIRLINE) // a guide for the eye, not for the scanner
            cairo_set_source_rgb(cairo, 0.5, 0.5, 0.5);
        cairo_move_to(cairo, x, y);
        cairo_rel_line_to(cairo, w, h);
        cairo_stroke(cairo);
        cairo_set_source_rgb(cairo, 0, 0, 0);
        break;
    }
}

void paper_block_draw(cairo_t *cairo, const struct paper_block *block, double x, double y)
{
    for (size_t i = 0; i < block->op_count; i++)
        draw_op(cairo, &block->ops[i], x, y);
}

static void draw_fiducials(cairo_t *cairo)
{
    cairo_set_fill_rule(cairo, CAIRO_FILL_RULE_EVEN_ODD);
    for (int i = 0; i < PAPER_FIDUCIALS; i++) {
        double size = fiducials[i].size;
        cairo_rectangle(cairo, (fiducials[i].x - size / 2) * PAPER_POINTS, (fiducials[i].y - size / 2) * PAPER_POINTS,
                        size * PAPER_POINTS, size * PAPER_POINTS);
    }
    cairo_rectangle(cairo, (fiducials[0].x - 1) * PAPER_POINTS, (fiducials[0].y - 1) * PAPER_POINTS, 2 * PAPER_POINTS, 2 * PAPER_POINTS);
    cairo_fill(cairo);
}

void paper_design_draw(const struct paper_design *design, size_t page, cairo_t *cairo)
{
    cairo_set_source_rgb(cairo, 0, 0, 0);
    draw_fiducials(cairo);
    paper_block_draw(cairo, &design->furniture[page], 0, 0);
    for (size_t i = 0; i < design->placed_count; i++)
        if (design->placed[i].page == page)
            paper_block_draw(cairo, design->placed[i].block, design->placed[i].x, design->placed[i].y);
}

static bool nth_text(const struct paper_block *block, double x, double y, size_t *index, struct paper_box *box)
{
    for (size_t i = 0; i < block->op_count; i++) {
        const struct paper_op *op = &block->ops[i];
        if (op->kind != PAPER_OP_TEXT || (*index)--)
            continue;
        *box = (struct paper_box){x + op->x + op->text.dx, y + op->y, op->text.w, op->text.h};
        return true;
    }
    return false;
}

bool paper_design_text(const struct paper_design *design, size_t page, size_t index, struct paper_box *box)
{
    if (nth_text(&design->furniture[page], 0, 0, &index, box))
        return true;
    for (size_t i = 0; i < design->placed_count; i++) {
        const struct paper_placed *placed = &design->placed[i];
        if (placed->page == page && nth_text(placed->block, placed->x, placed->y, &index, box))
            return true;
    }
    return false;
}

static void block_clusters(const struct paper_block *block, double x, double y, paper_cluster_take *take, void *user)
{
    for (size_t i = 0; i < block->op_count; i++)
        if (block->ops[i].kind == PAPER_OP_TEXT)
            paper_text_clusters(&block->ops[i].text, x + block->ops[i].x, y + block->ops[i].y, take, user);
}

void paper_design_clusters(const struct paper_design *design, size_t page, paper_cluster_take *take, void *user)
{
    if (page == PAPER_COVER) {
        if (design->cover)
            block_clusters(design->cover, 0, 0, take, user);
        return;
    }
    block_clusters(&design->furniture[page], 0, 0, take, user);
    for (size_t i = 0; i < design->placed_count; i++)
        if (design->placed[i].page == page)
            block_clusters(design->placed[i].block, design->placed[i].x, design->placed[i].y, take, user);
}

struct paper_label {
    struct paper_text text;
};

bool paper_design_label(struct paper_design *design, const char *text, enum paper_face face, struct paper_label **label,
                        struct survey_error *error)
{
    struct paper_label *made = survey_arena_alloc(design->maker.arena, sizeof *made);
    size_t faults = survey_report_count_of(design->maker.report, SURVEY_FAULT);
    paper_texts_place(design->maker.texts, "frame", 0);
    made->text = paper_text(design->maker.texts, face, PAPER_LEFT_ALIGNED, 0, text);
    if (survey_report_count_of(design->maker.report, SURVEY_FAULT) > faults)
        return survey_fail(error, SURVEY_ERROR_INPUT, design->maker.form->path, _("'%.300s' cannot be printed"), text);
    *label = made;
    return true;
}

struct paper_box paper_label_box(const struct paper_label *label, double *baseline)
{
    *baseline = label->text.base;
    return (struct paper_box){0, 0, label->text.w + 1, label->text.h + 0.5}; // what hangs over is not cut
}

void paper_label_draw(const struct paper_label *label, cairo_t *cairo)
{
    cairo_set_source_rgb(cairo, 0, 0, 0);
    paper_text_draw(cairo, &label->text, 0, 0);
}

void paper_label_clusters(const struct paper_label *label, paper_cluster_take *take, void *user)
{
    paper_text_clusters(&label->text, 0, 0, take, user);
}
