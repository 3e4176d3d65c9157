// SPDX-License-Identifier: GPL-3.0-or-later
// The cover sheet of a place: who is to be visited, and room for what came of it.
#include "forms/paper/design_private.h"

#include "survey/base/arena.h"

#define TOP 52.0
#define PITCH 7.4

static const double columns[] = {0, 9, 43, 92, 114, 136, 153, PAPER_FULL}; // of the content's width

struct paper_cover paper_design_cover(const struct paper_design *design)
{
    struct paper_cover cover = {.group_x = PAPER_LEFT, .group_y = 24, .group_w = PAPER_FULL, .first_y = TOP + PITCH - 2.3, .pitch = PITCH, .number_x = PAPER_LEFT + 1.5,
                                .unit_x = PAPER_LEFT + columns[1] + 1.5, .facts_x = PAPER_LEFT + columns[2] + 1.5,
                                .sheet_x = PAPER_LEFT + columns[3] + 1.5, .mirrored = design->maker.mirrored};
    double *const places[] = {&cover.group_x, &cover.number_x, &cover.unit_x, &cover.facts_x, &cover.sheet_x};
    for (size_t i = 0; cover.mirrored && i < sizeof places / sizeof *places; i++)
        *places[i] = PAPER_WIDTH - *places[i];
    return cover;
}

static struct paper_block *compose(struct paper_design *design)
{
    struct paper_maker *maker = &design->maker;
    const struct paper_phrases *phrases = maker->phrases[0];
    const char *heads[] = {phrases->row, phrases->unit, "", phrases->sheet, phrases->result, phrases->day, phrases->signature};
    struct paper_block *block = survey_arena_alloc(maker->arena, sizeof *block);
    *block = (struct paper_block){.w = PAPER_WIDTH};
    paper_texts_place(maker->texts, "settings", 2);
    struct paper_text title = paper_text(maker->texts, PAPER_TITLE, PAPER_LEFT_ALIGNED, PAPER_FULL,
                                         survey_arena_format(maker->arena, "%s · %s", phrases->cover, paper_design_title(design)));
    paper_op_text(maker, block, &title, PAPER_LEFT, 10);
    for (int i = 0; i < 7; i++) {
        struct paper_text head = paper_text(maker->texts, PAPER_NUMBER, PAPER_LEFT_ALIGNED, 0, heads[i]);
        paper_op_text(maker, block, &head, PAPER_LEFT + columns[i] + 1.5, TOP - head.h - 0.8);
    }
    for (int row = 0; row <= PAPER_COVER_ROWS; row++)
        paper_op_line(maker, block, PAPER_LEFT, TOP + row * PITCH, PAPER_FULL, 0, row ? 0.15 : 0.5);
    for (int i = 4; i < 7; i++)
        paper_op_line(maker, block, PAPER_LEFT + columns[i], TOP, 0, PAPER_COVER_ROWS * PITCH, 0.15);
    if (maker->mirrored)
        paper_block_mirror(block, 0, PAPER_WIDTH);
    return block;
}

void paper_design_draw_cover(struct paper_design *design, cairo_t *cairo)
{
    if (!design->cover)
        design->cover = compose(design);
    cairo_set_source_rgb(cairo, 0, 0, 0);
    paper_block_draw(cairo, design->cover, 0, 0);
}
