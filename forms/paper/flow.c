// SPDX-License-Identifier: GPL-3.0-or-later
// Columns are filled in order; before a block of full width and at the end they are balanced.
#include "forms/paper/flow.h"

#include "survey/base/arena.h"
#include "survey/base/text.h"

#include <math.h>

struct flow {
    struct paper_maker *maker;
    const struct paper_blocks *blocks;
    const struct paper_frame *frame;
    struct paper_placed *placed;
    size_t page;
    double at[2];       // where the next block would begin, by column
    bool fresh;         // nothing stands on the page yet
};

static void new_page(struct flow *flow, bool first)
{
    flow->page += !first;
    flow->at[0] = first ? flow->frame->first_top : flow->frame->top[0];
    flow->at[1] = first ? flow->frame->first_top : flow->frame->top[1];
    flow->fresh = true;
}

// The blocks from the first that must stay together, and their height.
static size_t unit_at(const struct flow *flow, size_t first, double *height)
{
    size_t next = first;
    *height = 0;
    do {
        *height += flow->blocks->at[next].h;
    } while (flow->blocks->at[next++].glued && next < flow->blocks->count);
    return next;
}

static bool unit_is_full(const struct flow *flow, size_t first)
{
    double height;
    size_t end = unit_at(flow, first, &height);
    return flow->blocks->at[end - 1].full;
}

static void place(struct flow *flow, size_t from, size_t end, double x, double *y)
{
    for (size_t i = from; i < end; i++) {
        flow->placed[i] = (struct paper_placed){&flow->blocks->at[i], flow->page, x, *y};
        *y += flow->blocks->at[i].h;
    }
    flow->fresh = flow->fresh && from == end;
}

static bool fail_tall(struct flow *flow, size_t block)
{
    const struct survey_item *item = flow->blocks->at[block].item;
    survey_report_add(flow->maker->report,
                      &(struct survey_problem){.severity = SURVEY_FAULT, .code = "E412", .file = flow->maker->form->path, .sheet = "survey",
                                               .row = item ? item->row : 0,
                                               .message = survey_arena_format(flow->maker->arena, _("question '%s' does not fit on a page"), item ? item->name : ""),
                                               .expected = _("a shorter text, or paper 'line' or 'none'")});
    return false;
}

static bool flow_full(struct flow *flow, size_t *at)
{
    double height, y, bottom = fmin(flow->frame->bottom[0], flow->frame->bottom[1]);
    size_t end = unit_at(flow, *at, &height);
    y = fmax(flow->at[0], flow->at[1]);
    height -= flow->blocks->at[end - 1].tail;
    if (y + height > bottom && !flow->fresh) {
        new_page(flow, false);
        y = fmax(flow->at[0], flow->at[1]);
    }
    if (y + height > bottom && flow->page == 0 && flow->fresh) {
        new_page(flow, false); // the first page has less room than others
        y = fmax(flow->at[0], flow->at[1]);
    }
    if (y + height > bottom)
        return fail_tall(flow, *at);
    place(flow, *at, end, PAPER_LEFT, &y);
    flow->at[0] = flow->at[1] = y;
    *at = end;
    return true;
}

// The end of a run of blocks in columns.
static size_t run_end(const struct flow *flow, size_t at)
{
    double height;
    while (at < flow->blocks->count && !unit_is_full(flow, at))
        at = unit_at(flow, at, &height);
    return at;
}

// Splits the run in two columns that end as high as possible; false where it does not fit the page.
static bool balance(struct flow *flow, size_t from, size_t end)
{
    double total = 0, left = 0, best = HUGE_VAL, height;
    size_t split = from;
    for (size_t i = from; i < end; i++)
        total += flow->blocks->at[i].h;
    for (size_t i = from; i <= end; i = i < end ? unit_at(flow, i, &height) : end + 1) {
        left = 0;
        for (size_t k = from; k < i; k++)
            left += flow->blocks->at[k].h;
        double left_end = flow->at[0] + left, right_end = flow->at[1] + total - left;
        double left_tail = i > from ? flow->blocks->at[i - 1].tail : 0, right_tail = i < end ? flow->blocks->at[end - 1].tail : 0;
        if (left_end - left_tail > flow->frame->bottom[0] || right_end - right_tail > flow->frame->bottom[1])
            continue;
        if (fmax(left_end, right_end) <= best) { // the first column before the second
            best = fmax(left_end, right_end);
            split = i;
        }
    }
    if (best == HUGE_VAL)
        return false;
    place(flow, from, split, flow->frame->x[0], &flow->at[0]);
    place(flow, split, end, flow->frame->x[1], &flow->at[1]);
    return true;
}

static size_t fill_column(struct flow *flow, size_t at, size_t end, double x, double *y, double bottom)
{
    while (at < end) {
        double height;
        size_t next = unit_at(flow, at, &height);
        if (*y + height - flow->blocks->at[next - 1].tail > bottom)
            break;
        place(flow, at, next, x, y);
        at = next;
    }
    return at;
}

static bool flow_columns(struct flow *flow, size_t *at)
{
    size_t end = run_end(flow, *at);
    while (!balance(flow, *at, end)) {
        size_t before = *at;
        bool fresh = flow->fresh && flow->page > 0;
        *at = fill_column(flow, *at, end, flow->frame->x[0], &flow->at[0], flow->frame->bottom[0]);
        *at = fill_column(flow, *at, end, flow->frame->x[1], &flow->at[1], flow->frame->bottom[1]);
        if (*at == before && fresh)
            return fail_tall(flow, *at);
        new_page(flow, false);
    }
    *at = end;
    return true;
}

bool paper_flow(struct paper_maker *maker, const struct paper_blocks *blocks, const struct paper_frame *frame,
                struct paper_placed **placed, size_t *pages)
{
    struct flow flow = {.maker = maker, .blocks = blocks, .frame = frame};
    flow.placed = survey_arena_array(maker->arena, blocks->count + 1, sizeof *flow.placed);
    new_page(&flow, true);
    for (size_t at = 0; at < blocks->count;)
        if (!(unit_is_full(&flow, at) ? flow_full(&flow, &at) : flow_columns(&flow, &at)))
            return false;
    if (flow.page + 1 > PAPER_PAGES) {
        survey_report_add(maker->report,
                          &(struct survey_problem){.severity = SURVEY_FAULT, .code = "E413", .file = maker->form->path, .sheet = "survey",
                                                   .message = survey_arena_format(maker->arena, _("the form takes %zu pages; a form has at most %d"), flow.page + 1, (int)PAPER_PAGES),
                                                   .expected = _("several shorter forms, or paper 'none' for what is asked by phone")});
        return false;
    }
    *placed = flow.placed;
    *pages = flow.page + 1;
    return true;
}
