// SPDX-License-Identifier: GPL-3.0-or-later
// What would not fit on paper: known without setting any type, from the same limits as print's.
#include "survey/base/arena.h"
#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/base/utf8.h"
#include "survey/definition/examine_private.h"
#include "survey/definition/paper.h"
#include "survey/expr/words.h"

#include <math.h>
#include <string.h>

enum { BOX_LEAST = 6, BOX_MOST = 220 };

bool survey_paper_parse(const char *text, int64_t *value)
{
    static const char *const plain[] = {"", "boxes", "line", "none"};
    const char *colon = strchr(text, ':');
    *value = 0;
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (strcmp(text, plain[i]) == 0)
            return true;
    if (!colon || !survey_integer_parse(colon + 1, strlen(colon + 1), value))
        return false;
    if (strncmp(text, "digits:", 7) == 0)
        return *value >= 1 && *value <= SURVEY_PAPER_DIGITS_MOST;
    return strncmp(text, "box:", 4) == 0 && *value >= BOX_LEAST && *value <= BOX_MOST;
}

static bool is_select(const struct survey_item *item)
{
    return item->type == SURVEY_TYPE_SELECT_ONE || item->type == SURVEY_TYPE_SELECT_MULTIPLE;
}

static void check_list(struct survey_examination *in, const struct survey_item *item, uint32_t column)
{
    size_t count = item->list && !item->list->file && !strstr(item->appearance, "search(") ? item->list->count : 0;
    bool boxes = strcmp(item->paper, "boxes") == 0;
    if (boxes && item->list && !count)
        survey_examine_say(in, SURVEY_WARNING, "W308", in->survey->name, item->row, column, "line",
                           _("list '%s' is not in the workbook: paper can't have boxes for it"), item->list->name);
    else if (boxes && count > SURVEY_PAPER_BOXES_MOST)
        survey_examine_say(in, SURVEY_WARNING, "W308", in->survey->name, item->row, column, "line",
                           _("%zu boxes do not fit on a page"), count);
    else if (!*item->paper && count > SURVEY_PAPER_CHOICES_MOST) // a warning where the form is made for paper
        survey_examine_say(in, column ? SURVEY_WARNING : SURVEY_NOTE, column ? "W308" : "N308", in->survey->name, item->row, column,
                           column ? _("paper 'line', or 'boxes' where they fit") : "",
                           _("list '%s' has %zu choices: on paper the answer is written, not ticked"), item->list->name, count);
}

static bool has_digits(const struct survey_item *item)
{
    return item->type == SURVEY_TYPE_INTEGER || item->type == SURVEY_TYPE_RANGE;
}

// The largest number that the constraint allows has more digits than the grid.
static void check_digits(struct survey_examination *in, const struct survey_item *item, uint32_t column, int64_t digits)
{
    struct survey_bounds bounds = {0};
    if (item->constraint.expr)
        bounds = survey_expr_bounds(item->constraint.expr, NULL, NULL);
    double most = bounds.has_high ? fabs(bounds.high) : 0;
    if (bounds.has_low && fabs(bounds.low) > most)
        most = fabs(bounds.low);
    int64_t needed = 1;
    for (double rest = floor(most); rest >= 10 && needed < 20; rest = floor(rest / 10))
        needed++;
    if (needed > digits)
        survey_examine_say(in, SURVEY_WARNING, "W308", in->survey->name, item->row, column,
                           survey_arena_format(in->arena, "digits:%lld", (long long)needed),
                           _("%lld digits can't hold %.0f, which the constraint allows"), (long long)digits, most);
}

static void check_column(struct survey_examination *in, const struct survey_item *item, uint32_t column)
{
    int64_t value;
    bool digits = strncmp(item->paper, "digits:", 7) == 0, boxes = strcmp(item->paper, "boxes") == 0;
    if (!survey_paper_parse(item->paper, &value))
        survey_examine_say(in, SURVEY_FAULT, "E411", in->survey->name, item->row, column,
                           _("boxes, digits:N (1 to 14), line, box:H (6 to 220 mm) or none"), _("'%s' in column 'paper' is not understood"),
                           item->paper);
    else if (digits && !has_digits(item))
        survey_examine_say(in, SURVEY_WARNING, "W309", in->survey->name, item->row, column, "line, box:H, none",
                           _("a question of type %s has no digits to fill in"), survey_type_name(item->type));
    else if (digits)
        check_digits(in, item, column, value);
    else if (boxes && !is_select(item) && item->type != SURVEY_TYPE_ACKNOWLEDGE)
        survey_examine_say(in, SURVEY_WARNING, "W309", in->survey->name, item->row, column, "digits:N, line, box:H, none",
                           _("a question of type %s has no choices to tick"), survey_type_name(item->type));
}

static size_t width_of(const char *text)
{
    size_t width = 0, length = strlen(text), size;
    uint32_t character;
    for (; (size = survey_utf8_next(text, length, &character)); text += size, length -= size)
        width += (size_t)survey_utf8_width(character);
    return width;
}

static void check_label(struct survey_examination *in, const struct survey_item *item)
{
    for (size_t k = 0; item->labels && k < in->form->language_count; k++) {
        const char *label = item->labels[k];
        if (!label || strlen(label) <= SURVEY_PAPER_TEXT_MOST || width_of(label) <= SURVEY_PAPER_TEXT_MOST)
            continue;
        survey_examine_say(in, SURVEY_WARNING, "W308", in->survey->name, item->row,
                           survey_examine_column(in, in->survey, "label", in->form->languages[k]), "",
                           _("the label of '%s' is too long for a page"), item->name);
    }
}

void survey_examine_paper(struct survey_examination *in)
{
    uint32_t column = survey_examine_column(in, in->survey, "paper", NULL);
    for (size_t i = 0; i < in->form->item_count; i++) {
        const struct survey_item *item = in->form->items[i];
        if (strcmp(item->paper, "none") == 0)
            continue;
        check_column(in, item, column);
        if (is_select(item))
            check_list(in, item, column);
        if (survey_item_is_asked(item) || item->type == SURVEY_TYPE_NOTE)
            check_label(in, item);
    }
}
