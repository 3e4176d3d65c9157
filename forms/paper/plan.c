// SPDX-License-Identifier: GPL-3.0-or-later
// From a definition to the list of what is printed: shapes, numbers, what is left out.
#include "forms/paper/plan.h"

#include "survey/base/arena.h"
#include "survey/base/format.h"
#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/definition/paper.h"

#include <string.h>

struct planner {
    const struct survey_form *form;
    struct survey_arena *arena;
    struct survey_report *report;
    struct paper_plan *plan;
    const char *letter;  // of the top group that is being walked; "" outside
    unsigned letters, number; // used so far
};

static bool is(const char *text, const char *other)
{
    return strcmp(text, other) == 0;
}

static bool has_word(const char *text, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = text; (at = strstr(at, word)); at += length)
        if ((at == text || at[-1] == ' ') && (!at[length] || at[length] == ' '))
            return true;
    return false;
}

static bool labelled(const struct planner *planner, const struct survey_item *item)
{
    return survey_label(planner->form, item->labels, planner->form->default_language)[0] != '\0';
}

// Whether anything within is on paper.
static bool has_content(const struct survey_item *item)
{
    for (size_t i = 0; i < item->child_count; i++) {
        const struct survey_item *child = item->children[i];
        bool group = child->type == SURVEY_TYPE_GROUP || child->type == SURVEY_TYPE_REPEAT;
        if (is(child->paper, "none"))
            continue;
        if (group ? has_content(child) : survey_item_is_asked(child) || child->type == SURVEY_TYPE_NOTE)
            return true;
    }
    return false;
}

static struct paper_entry *add(struct planner *planner, enum paper_shape shape, const struct survey_item *item)
{
    struct paper_entry *entry = &planner->plan->entries[planner->plan->count++];
    *entry = (struct paper_entry){.shape = shape, .item = item, .height = 9};
    return entry;
}

static void number(struct planner *planner, const struct survey_item *item)
{
    planner->plan->numbers[item->index] = survey_arena_format(planner->arena, "%s%u", planner->letter, ++planner->number);
}

static void check_paper(struct planner *planner, const struct survey_item *item)
{
    int64_t value;
    if (!survey_paper_parse(item->paper, &value))
        survey_report_add(planner->report,
                          &(struct survey_problem){.severity = SURVEY_FAULT, .code = "E411", .file = planner->form->path,
                                                   .sheet = "survey", .row = item->row,
                                                   .message = survey_arena_format(planner->arena, _("'%s' in column 'paper' is not understood"), item->paper),
                                                   .expected = _("boxes, digits:N (1 to 14), line, box:H (6 to 220 mm) or none")});
}

static void plan_writing(struct planner *planner, const struct survey_item *item)
{
    struct paper_entry *entry = add(planner, PAPER_SHAPE_WRITE, item);
    int64_t height = 0;
    if (strncmp(item->paper, "box:", 4) == 0 && survey_integer_parse(item->paper + 4, strlen(item->paper + 4), &height) &&
        height >= 6 && height <= 220)
        entry->height = (double)height;
    else if (has_word(item->appearance, "multiline"))
        entry->height = 20;
    switch ((int)item->type) {
    case SURVEY_TYPE_DATE:
        entry->box = PAPER_BOX_DATE;
        break;
    case SURVEY_TYPE_TIME:
        entry->box = PAPER_BOX_TIME;
        break;
    case SURVEY_TYPE_INTEGER:
    case SURVEY_TYPE_DECIMAL:
    case SURVEY_TYPE_RANGE:
        entry->box = PAPER_BOX_SHORT;
        break;
    default:
        break;
    }
}

static bool is_select(const struct survey_item *item)
{
    return item->type == SURVEY_TYPE_SELECT_ONE || item->type == SURVEY_TYPE_SELECT_MULTIPLE;
}

static void plan_select(struct planner *planner, const struct survey_item *item)
{
    const struct survey_choice_list *list = item->list;
    bool written = !list || list->file || !list->count || is(item->paper, "line") || strncmp(item->paper, "box:", 4) == 0 ||
                   strncmp(item->appearance, "search(", 7) == 0 || strstr(item->appearance, " search(");
    bool many = list && list->count > PAPER_CHOICES_MOST && !is(item->paper, "boxes");
    if (!written && !many) {
        add(planner, PAPER_SHAPE_CHOICES, item);
        return;
    }
    plan_writing(planner, item);
    planner->plan->entries[planner->plan->count - 1].too_many = true;
}

static void plan_question(struct planner *planner, const struct survey_item *item)
{
    bool minus = false;
    number(planner, item);
    switch ((int)item->type) {
    case SURVEY_TYPE_SELECT_ONE:
    case SURVEY_TYPE_SELECT_MULTIPLE:
        plan_select(planner, item);
        return;
    case SURVEY_TYPE_ACKNOWLEDGE:
        add(planner, PAPER_SHAPE_CHOICES, item);
        return;
    case SURVEY_TYPE_IMAGE:
    case SURVEY_TYPE_AUDIO:
    case SURVEY_TYPE_VIDEO:
    case SURVEY_TYPE_FILE:
    case SURVEY_TYPE_GEOPOINT:
    case SURVEY_TYPE_GEOTRACE:
    case SURVEY_TYPE_GEOSHAPE:
        add(planner, PAPER_SHAPE_ABSENT, item);
        return;
    case SURVEY_TYPE_INTEGER:
    case SURVEY_TYPE_RANGE: {
        int digits = paper_digits(planner->form, item, &minus);
        if (digits) {
            struct paper_entry *entry = add(planner, PAPER_SHAPE_DIGITS, item);
            entry->digits = digits;
            entry->minus = minus;
            return;
        }
        break;
    }
    default:
        break;
    }
    plan_writing(planner, item);
}

// How many of the children from the first on make one matrix: selects of the same list that ask for
// it by likert or by the group's table-list.
static size_t matrix_length(const struct survey_item *group, size_t from)
{
    const struct survey_item *first = group->children[from];
    bool table = has_word(group->appearance, "table-list");
    size_t length = 0;
    if (!is_select(first) || !first->list || first->list->file || first->list->count > PAPER_MATRIX_CHOICES || !first->list->count)
        return 0;
    for (size_t i = from; i < group->child_count; i++, length++) {
        const struct survey_item *item = group->children[i];
        bool asks = table || has_word(item->appearance, "likert") || has_word(item->appearance, "label") ||
                    has_word(item->appearance, "list-nolabel");
        if (item->type != first->type || item->list != first->list || !asks || *item->paper || !survey_item_is_asked(item))
            break;
    }
    return length > 1 ? length : 0;
}

static size_t plan_matrix(struct planner *planner, const struct survey_item *group, size_t from)
{
    size_t length = matrix_length(group, from);
    if (!length)
        return 0;
    struct paper_entry *entry = add(planner, PAPER_SHAPE_MATRIX, group->children[from]);
    entry->parts = survey_arena_array(planner->arena, length, sizeof *entry->parts);
    for (size_t i = 0; i < length; i++) {
        number(planner, group->children[from + i]);
        entry->parts[entry->part_count++] = group->children[from + i];
    }
    return length;
}

// Everything asked within an item that the workbook keeps off paper.
static void leave_out(struct planner *planner, const struct survey_item *item)
{
    if (survey_item_is_asked(item) && item->type != SURVEY_TYPE_GROUP && item->type != SURVEY_TYPE_REPEAT)
        planner->plan->left_out[planner->plan->left_out_count++] = item;
    for (size_t i = 0; i < item->child_count; i++)
        leave_out(planner, item->children[i]);
}

static void collect_parts(struct planner *planner, const struct survey_item *item, struct paper_entry *entry)
{
    for (size_t i = 0; i < item->child_count; i++) {
        const struct survey_item *child = item->children[i];
        check_paper(planner, child);
        if (is(child->paper, "none")) {
            leave_out(planner, child);
        } else if (child->type == SURVEY_TYPE_GROUP || child->type == SURVEY_TYPE_REPEAT) {
            collect_parts(planner, child, entry);
        } else if (survey_item_is_asked(child)) {
            number(planner, child);
            entry->parts[entry->part_count++] = child;
        }
    }
}

static void plan_repeat(struct planner *planner, const struct survey_item *item)
{
    int64_t rows = PAPER_ROWS;
    const char *count = item->repeat_count.text;
    if (count && (!survey_integer_parse(count, strlen(count), &rows) || rows < 1))
        rows = PAPER_ROWS;
    struct paper_entry *entry = add(planner, PAPER_SHAPE_ROWS, item);
    entry->rows = (size_t)(rows > 3 * PAPER_ROWS ? 3 * PAPER_ROWS : rows);
    entry->parts = survey_arena_array(planner->arena, planner->form->item_count + 1, sizeof *entry->parts);
    collect_parts(planner, item, entry);
}

static void walk(struct planner *planner, const struct survey_item *group);

// A, B, ... Z, AA, AB, ...
static const char *next_letter(struct planner *planner)
{
    unsigned n = planner->letters++;
    if (n < 26)
        return survey_arena_format(planner->arena, "%c", (int)('A' + n));
    return survey_arena_format(planner->arena, "%c%c", (int)('A' + (n / 26 - 1) % 26), (int)('A' + n % 26));
}

static void plan_group(struct planner *planner, const struct survey_item *item)
{
    bool top = item->parent == planner->form->root;
    const char *outer = planner->letter;
    unsigned number_before = planner->number;
    if (top) {
        planner->letter = next_letter(planner);
        planner->number = 0;
        planner->plan->numbers[item->index] = planner->letter;
    }
    if (labelled(planner, item) || item->relevant.text || top)
        add(planner, PAPER_SHAPE_HEADING, item)->level = top ? 1 : 2;
    if (item->type == SURVEY_TYPE_REPEAT)
        plan_repeat(planner, item);
    else
        walk(planner, item);
    if (top) {
        planner->letter = outer;
        planner->number = number_before;
    }
}

static void walk(struct planner *planner, const struct survey_item *group)
{
    for (size_t i = 0; i < group->child_count; i++) {
        const struct survey_item *item = group->children[i];
        bool holds = item->type == SURVEY_TYPE_GROUP || item->type == SURVEY_TYPE_REPEAT;
        check_paper(planner, item);
        if (is(item->paper, "none")) {
            leave_out(planner, item);
            continue;
        }
        size_t matrix = plan_matrix(planner, group, i);
        if (matrix)
            i += matrix - 1;
        else if (holds && has_content(item))
            plan_group(planner, item);
        else if (item->type == SURVEY_TYPE_NOTE && labelled(planner, item))
            add(planner, PAPER_SHAPE_NOTE, item);
        else if (!holds && survey_item_is_asked(item))
            plan_question(planner, item);
    }
}

struct paper_plan *paper_plan_make(const struct survey_form *form, struct survey_arena *arena, struct survey_report *report)
{
    struct paper_plan *plan = survey_arena_alloc(arena, sizeof *plan);
    plan->entries = survey_arena_array(arena, form->item_count * 2 + 1, sizeof *plan->entries);
    plan->numbers = survey_arena_array(arena, form->item_count + 1, sizeof *plan->numbers);
    plan->left_out = survey_arena_array(arena, form->item_count + 1, sizeof *plan->left_out);
    struct planner planner = {.form = form, .arena = arena, .report = report, .plan = plan, .letter = ""};
    walk(&planner, form->root);
    return plan;
}
