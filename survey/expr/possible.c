// SPDX-License-Identifier: GPL-3.0-or-later
// Can a condition ever be true? A search over its cases: "and" puts claims in a row, "or" opens
// branches, a comparison with a constant narrows what one answer can be. What is not understood is
// taken to be possible, and so is everything once the search has cost too much.
#include "survey/expr/possible.h"

#include "survey/base/arena.h"
#include "survey/expr/narrow.h"

#include <string.h>

enum { STEPS_MOST = 4000, NEEDS_MOST = 64 };

struct goal {
    struct survey_claim claim;
    const struct goal *next;
};

struct search {
    const struct survey_reasoning *reasoning;
    struct narrowing narrowing;
    size_t steps;
    const struct survey_domain *clash;
    bool clashed;
};

// What is known on one branch.
struct branch {
    const struct goal *goals;
    const struct narrow_atom *atoms;
    const struct narrow_seen *answered; // domains whose needs are among the goals already
};

struct narrow_seen {
    const struct survey_domain *domain;
    const struct narrow_seen *next;
};

static bool search_branch(struct search *search, struct branch branch);

static const struct goal *push(struct search *search, const struct goal *goals, const struct survey_expr *expr, bool wanted, const void *scope)
{
    struct goal *goal = survey_arena_alloc(search->narrowing.arena, sizeof *goal);
    *goal = (struct goal){{.expr = expr, .wanted = wanted, .scope = scope}, goals};
    return goal;
}

// One after the other where all of them must hold, else one branch each.
static bool search_chain(struct search *search, struct branch branch, const struct survey_claim *claim)
{
    const struct survey_expr *chain = claim->expr;
    bool all = (chain->operators[1] == TOKEN_AND) == claim->wanted;
    const struct goal *rest = branch.goals;
    for (size_t i = chain->count; all && i-- > 0;)
        branch.goals = push(search, branch.goals, chain->arguments[i], claim->wanted, claim->scope);
    if (all)
        return search_branch(search, branch);
    for (size_t i = 0; i < chain->count; i++) {
        branch.goals = push(search, rest, chain->arguments[i], claim->wanted, claim->scope);
        if (search_branch(search, branch))
            return true;
    }
    return false;
}

// if(condition, a, b) in the place of a condition.
static bool search_if(struct search *search, struct branch branch, const struct survey_claim *claim)
{
    const struct goal *rest = branch.goals;
    for (size_t way = 0; way < 2; way++) {
        branch.goals = push(search, rest, claim->expr->arguments[1 + way], claim->wanted, claim->scope);
        branch.goals = push(search, branch.goals, claim->expr->arguments[0], way == 0, claim->scope);
        if (search_branch(search, branch))
            return true;
    }
    return false;
}

static bool narrowed(struct search *search, struct branch branch, struct narrow_atom atom)
{
    struct narrow_atom *kept = survey_arena_alloc(search->narrowing.arena, sizeof *kept);
    *kept = atom;
    kept->next = branch.atoms;
    branch.atoms = kept;
    if (narrow_possible(&search->narrowing, atom.domain, branch.atoms))
        return search_branch(search, branch);
    if (!search->clashed)
        search->clash = atom.domain;
    search->clashed = true;
    return false;
}

// All claims hold so far. What must be answered must also have been asked.
static bool search_needs(struct search *search, struct branch branch)
{
    const struct survey_reasoning *reasoning = search->reasoning;
    for (const struct narrow_atom *atom = branch.atoms; reasoning->needs && atom; atom = atom->next) {
        bool seen = narrow_blank_possible(&search->narrowing, atom->domain, branch.atoms);
        for (const struct narrow_seen *at = branch.answered; at && !seen; at = at->next)
            seen = at->domain == atom->domain;
        if (seen)
            continue;
        struct survey_claim claims[NEEDS_MOST];
        size_t count = reasoning->needs(reasoning->user, atom->domain, claims, NEEDS_MOST);
        struct narrow_seen *now = survey_arena_alloc(search->narrowing.arena, sizeof *now);
        *now = (struct narrow_seen){atom->domain, branch.answered};
        branch.answered = now;
        for (size_t i = 0; i < count; i++)
            branch.goals = push(search, branch.goals, claims[i].expr, claims[i].wanted, claims[i].scope);
        return search_branch(search, branch);
    }
    return true;
}

static bool decided(struct search *search, struct branch branch, bool holds)
{
    return holds && search_branch(search, branch);
}

static bool search_branch(struct search *search, struct branch branch)
{
    if (search->steps++ > STEPS_MOST)
        return true;
    if (!branch.goals)
        return search_needs(search, branch);
    struct survey_claim claim = branch.goals->claim;
    branch.goals = branch.goals->next;
    const struct survey_expr *expr = claim.expr;
    struct narrow_atom atom;
    bool truth;
    if (!expr)
        return narrowed(search, branch, narrow_answered(claim.domain));
    bool chain = expr->kind == EXPR_CHAIN, call = expr->kind == EXPR_CALL;
    if (chain && (expr->operators[1] == TOKEN_AND || expr->operators[1] == TOKEN_OR))
        return search_chain(search, branch, &claim);
    if (call && expr->count == 3 && strcmp(expr->text, "if") == 0)
        return search_if(search, branch, &claim);
    if (call && expr->count == 1 && strcmp(expr->text, "not") == 0) {
        branch.goals = push(search, branch.goals, expr->arguments[0], !claim.wanted, claim.scope);
        return search_branch(search, branch);
    }
    if (narrow_constant(&search->narrowing, expr, &truth))
        return decided(search, branch, truth == claim.wanted);
    if (narrow_atom_of(&search->narrowing, &claim, &atom))
        return narrowed(search, branch, atom);
    return search_branch(search, branch);
}

bool survey_expr_possible(const struct survey_reasoning *reasoning, const struct survey_claim *claims, size_t count,
                          const struct survey_domain **clash)
{
    struct survey_arena *arena = survey_arena_new();
    struct search search = {.reasoning = reasoning};
    struct survey_error error;
    struct branch branch = {0};
    narrow_begin(&search.narrowing, arena, reasoning, &error);
    for (size_t i = count; i-- > 0;) {
        struct goal *goal = survey_arena_alloc(arena, sizeof *goal);
        *goal = (struct goal){claims[i], branch.goals};
        branch.goals = goal;
    }
    bool possible = search_branch(&search, branch);
    if (!possible && clash)
        *clash = search.clash;
    survey_arena_free(arena);
    return possible;
}
