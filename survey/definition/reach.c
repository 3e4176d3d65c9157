// SPDX-License-Identifier: GPL-3.0-or-later
// Conditions that can't be met, and conditions that always are.
#include "survey/base/arena.h"
#include "survey/base/text.h"
#include "survey/definition/examine_private.h"

#include <string.h>

enum { CLAIMS_MOST = 64 };

// The conditions under which an item is asked: its own and those of what holds it.
static size_t conditions(const struct survey_item *item, struct survey_claim *claims, size_t most)
{
    size_t count = 0;
    for (; item && count < most; item = item->parent)
        if (item->relevant.expr)
            claims[count++] = (struct survey_claim){.expr = item->relevant.expr, .wanted = true, .scope = item};
    return count;
}

// An answer is there only where its question is asked.
static size_t needs(void *user, const struct survey_domain *domain, struct survey_claim *claims, size_t most)
{
    return conditions(survey_examine_item_of(user, domain), claims, most);
}

static void say(struct survey_examination *in, const char *code, const struct survey_logic *logic, const struct survey_domain *clash,
                const char *message)
{
    const char *expected = clash ? survey_arena_format(in->arena, _("conditions that '${%s}' can meet"), survey_examine_item_of(in, clash)->name) : "";
    survey_examine_say(in, SURVEY_WARNING, code, logic->sheet, logic->row, logic->column, expected, "%s", message);
}

// Which of the items around it has the condition that excludes its own; NULL where no single one does.
static const struct survey_item *opponent(const struct survey_reasoning *alone, const struct survey_claim *claims, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const struct survey_claim two[] = {claims[0], claims[i]};
        if (!survey_expr_possible(alone, two, 2, NULL))
            return claims[i].scope;
    }
    return NULL;
}

// False where the item can never be asked.
static bool check_relevant(struct survey_examination *in, const struct survey_item *item)
{
    struct survey_reasoning alone = {survey_examine_domain, NULL, in}, whole = {survey_examine_domain, needs, in};
    struct survey_claim claims[CLAIMS_MOST];
    size_t count = conditions(item, claims, CLAIMS_MOST);
    const struct survey_domain *clash = NULL;
    if (!survey_expr_possible(&alone, claims, 1, &clash)) {
        say(in, "W301", &item->relevant, clash,
            survey_arena_format(in->arena, _("this can never be true: '%s' is never asked"), item->name));
        return false;
    }
    if (survey_expr_possible(&whole, claims, count, &clash))
        return true;
    const struct survey_item *other = opponent(&alone, claims, count);
    say(in, "W301", &item->relevant, clash,
        other ? survey_arena_format(in->arena, _("this can't be true where '%s' (row %u) is asked: '%s' is never asked"), other->name,
                                    other->row, item->name)
              : survey_arena_format(in->arena, _("this can't be true when the questions that it depends on are asked: '%s' is never asked"),
                                    item->name));
    return false;
}

// Literal truths ("yes", "true()", "1 = 1") are meant as they stand.
static void check_always(struct survey_examination *in, const struct survey_item *item, const struct survey_logic *logic, bool answered)
{
    struct survey_reasoning alone = {survey_examine_domain, NULL, in};
    const struct survey_claim claims[] = {{.domain = &in->domains[item->index], .wanted = true}, {.expr = logic->expr, .scope = item}};
    if (!survey_expr_depends(logic->expr) || survey_expr_possible(&alone, answered ? claims : claims + 1, answered ? 2 : 1, NULL))
        return;
    say(in, "W303", logic, NULL,
        answered ? survey_arena_format(in->arena, _("every answer to '%s' meets this constraint: it has no effect"), item->name)
                 : survey_arena_format(in->arena, _("this is always true, whatever is answered: '%s' is always asked"), item->name));
}

static void check_constraint(struct survey_examination *in, const struct survey_item *item)
{
    struct survey_reasoning alone = {survey_examine_domain, NULL, in}, whole = {survey_examine_domain, needs, in};
    struct survey_claim claims[CLAIMS_MOST + 2] = {{.expr = item->constraint.expr, .wanted = true, .scope = item},
                                                   {.domain = &in->domains[item->index], .wanted = true}};
    const struct survey_domain *clash = NULL;
    size_t count = 2 + conditions(item, claims + 2, CLAIMS_MOST);
    if (!survey_expr_possible(&alone, claims, 2, &clash))
        say(in, "W302", &item->constraint, clash,
            survey_arena_format(in->arena, _("no answer to '%s' can meet this constraint"), item->name));
    else if (!survey_expr_possible(&whole, claims, count, &clash))
        say(in, "W302", &item->constraint, clash,
            survey_arena_format(in->arena, _("no answer to '%s' can meet this constraint where it is asked"), item->name));
    else
        check_always(in, item, &item->constraint, true);
}

void survey_examine_reach(struct survey_examination *in)
{
    const struct survey_form *form = in->form;
    bool *lost = survey_arena_array(in->arena, form->item_count + 1, sizeof *lost);
    for (size_t i = 0; i < form->item_count; i++) {
        const struct survey_item *item = form->items[i];
        lost[i] = item->parent->parent && lost[item->parent->index]; // said of what holds it
        if (lost[i])
            continue;
        if (item->relevant.expr && item->cell_count && survey_expr_depends(item->relevant.expr)) { // "false()" is meant
            lost[i] = !check_relevant(in, item);
            if (!lost[i])
                check_always(in, item, &item->relevant, false);
        }
        if (item->constraint.expr && !lost[i] && survey_item_is_asked(item) && survey_expr_depends(item->constraint.expr))
            check_constraint(in, item);
    }
}
