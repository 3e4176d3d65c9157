// SPDX-License-Identifier: GPL-3.0-or-later
// Forms in scripts that are written from right to left: the page turned left to right, but for numbers,
// dates, the corner marks and the codes.
#include "forms/paper/maker.h"

#include "survey/base/utf8.h"

#include <string.h>

static bool from_right(uint32_t c)
{
    return (c >= 0x590 && c <= 0x8ff) || (c >= 0xfb1d && c <= 0xfdff) || (c >= 0xfe70 && c <= 0xfeff) || (c >= 0x10800 && c <= 0x10fff) ||
           (c >= 0x1e800 && c <= 0x1efff);
}

static bool from_left(uint32_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= 0xc0 && c < 0x590) || (c >= 0x900 && c <= 0xd7ff);
}

// Letters of one direction less those of the other.
static long lean(const char *text)
{
    size_t length = strlen(text), step;
    uint32_t character;
    long right = 0;
    for (; (step = survey_utf8_next(text, length, &character)) > 0; text += step, length -= step)
        right += from_right(character) - from_left(character);
    return right;
}

bool paper_reads_from_right(const struct survey_form *form, size_t language)
{
    long right = 0;
    for (size_t i = 0; i < form->item_count; i++)
        right += lean(survey_label(form, form->items[i]->labels, language));
    return right > 0;
}

void paper_block_mirror(struct paper_block *block, size_t first_op, double sum)
{
    for (size_t i = first_op; i < block->op_count; i++) {
        struct paper_op *op = &block->ops[i];
        if (op->kind == PAPER_OP_LINE) {
            op->x = sum - op->x;
            op->w = -op->w;
        } else {
            op->x = sum - op->x - (op->kind == PAPER_OP_TEXT ? paper_text_room(&op->text) : op->w);
        }
    }
}

void paper_blocks_mirror(struct paper_blocks *blocks)
{
    for (size_t i = 0; i < blocks->count; i++) {
        struct paper_block *block = &blocks->at[i];
        paper_block_mirror(block, 0, block->w);
        for (size_t k = 0; k < block->mark_count; k++)
            block->marks[k].box.x = block->w - block->marks[k].box.x - block->marks[k].box.w;
        for (size_t k = 0; k < block->writing_count; k++)
            block->writing[k].box.x = block->w - block->writing[k].box.x - block->writing[k].box.w;
    }
}
