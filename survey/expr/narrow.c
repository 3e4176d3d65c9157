// SPDX-License-Identifier: GPL-3.0-or-later
// What comparisons with constants leave of one answer: each choice is tried; numbers are intervals.
#include "survey/expr/narrow.h"

#include "survey/base/arena.h"
#include "survey/base/utf8.h"
#include "survey/expr/function.h"

#include <math.h>
#include <string.h>

enum { POINTS_MOST = 64, COUNTS_MOST = 4096 };

void narrow_begin(struct narrowing *narrowing, struct survey_arena *arena, const struct survey_reasoning *reasoning,
                  struct survey_error *error)
{
    *narrowing = (struct narrowing){.arena = arena, .reasoning = reasoning, .steps = 100000000};
    narrowing->env = (struct survey_expr_env){.arena = arena, .steps = &narrowing->steps};
    expr_begin(&narrowing->evaluation, &narrowing->env, error);
}

struct narrow_atom narrow_answered(const struct survey_domain *domain)
{
    return (struct narrow_atom){.domain = domain, .aspect = NARROW_LENGTH, .operator= TOKEN_MORE, .wanted = true,
                                .constant = {.kind = SURVEY_NUMBER, .number = 0}};
}

static bool holds_size(enum token operator, double left, double right)
{
    struct survey_value value;
    if (operator== TOKEN_EQUAL || operator== TOKEN_UNEQUAL)
        return (left == right) == (operator== TOKEN_EQUAL);
    return expr_operate(operator, left, right, &value) && value.boolean;
}

static double count_words(const char *text)
{
    const char *word;
    size_t length, count = 0;
    while (expr_next_word(&text, &word, &length))
        count++;
    return (double)count;
}

// Does the comparison come out as wanted for this answer?
static bool holds(struct narrowing *narrowing, const struct narrow_atom *atom, const char *answer)
{
    const struct survey_value left = {.kind = SURVEY_STRING, .text = answer}, *right = &atom->constant;
    double size = right->kind == SURVEY_NUMBER ? right->number : expr_as_number(&narrowing->evaluation, right);
    bool truth = false;
    switch (atom->aspect) {
    case NARROW_VALUE:
        if (atom->operator== TOKEN_EQUAL || atom->operator== TOKEN_UNEQUAL)
            truth = expr_equal(&narrowing->evaluation, &left, right) == (atom->operator== TOKEN_EQUAL);
        else
            truth = holds_size(atom->operator, expr_as_number(&narrowing->evaluation, &left), size);
        break;
    case NARROW_LENGTH:
        truth = holds_size(atom->operator,(double) survey_utf8_count(answer, strlen(answer)), size);
        break;
    case NARROW_COUNT:
        truth = holds_size(atom->operator, count_words(answer), size);
        break;
    case NARROW_MEMBER:
        truth = expr_has_word(answer, right->text, strlen(right->text));
        break;
    }
    return truth == atom->wanted;
}

static bool holds_all(struct narrowing *narrowing, const struct survey_domain *domain, const struct narrow_atom *atoms, const char *answer)
{
    for (; atoms; atoms = atoms->next)
        if (atoms->domain == domain && !holds(narrowing, atoms, answer))
            return false;
    return true;
}

// The operator that a comparison is for an answer that is a number, with what is wanted taken into it.
static enum token effective(const struct narrow_atom *atom)
{
    static const enum token opposite[][2] = {{TOKEN_EQUAL, TOKEN_UNEQUAL}, {TOKEN_LESS, TOKEN_MORE_EQUAL}, {TOKEN_MORE, TOKEN_LESS_EQUAL}};
    for (size_t i = 0; i < 3 && !atom->wanted; i++)
        for (size_t k = 0; k < 2; k++)
            if (opposite[i][k] == atom->operator)
                return opposite[i][1 - k];
    return atom->operator;
}

struct interval {
    double low, high;
    bool above, below; // low, high themselves are out
    double out[POINTS_MOST];
    size_t outs;
};

static void raise(struct interval *interval, double low, bool open)
{
    if (low > interval->low || (low == interval->low && open)) {
        interval->low = low;
        interval->above = open;
    }
}

static void lower(struct interval *interval, double high, bool open)
{
    if (high < interval->high || (high == interval->high && open)) {
        interval->high = high;
        interval->below = open;
    }
}

static void cut(struct interval *interval, enum token operator, double number)
{
    if (operator== TOKEN_EQUAL || operator== TOKEN_MORE || operator== TOKEN_MORE_EQUAL)
        raise(interval, number, operator== TOKEN_MORE);
    if (operator== TOKEN_EQUAL || operator== TOKEN_LESS || operator== TOKEN_LESS_EQUAL)
        lower(interval, number, operator== TOKEN_LESS);
    if (operator== TOKEN_UNEQUAL && interval->outs < POINTS_MOST)
        interval->out[interval->outs++] = number;
}

static bool is_out(const struct interval *interval, double number)
{
    for (size_t i = 0; i < interval->outs; i++)
        if (interval->out[i] == number)
            return true;
    return false;
}

static bool is_empty(const struct interval *interval, bool whole)
{
    double low = interval->low, high = interval->high;
    if (!whole)
        return low > high || (low == high && (interval->above || interval->below || is_out(interval, low)));
    low = interval->above && low == floor(low) ? low + 1 : ceil(low);
    high = interval->below && high == ceil(high) ? high - 1 : floor(high);
    for (double at = low; at <= high && high - low < POINTS_MOST; at++)
        if (!is_out(interval, at))
            return false;
    return high - low < POINTS_MOST;
}

// Numbers: every comparison is one with a number; one with a text that is no number has its answer.
static bool number_possible(struct narrowing *narrowing, const struct survey_domain *domain, const struct narrow_atom *atoms)
{
    struct interval interval = {.low = domain->low, .high = domain->high};
    for (; atoms; atoms = atoms->next) {
        if (atoms->domain != domain || atoms->aspect != NARROW_VALUE)
            continue;
        double number = expr_as_number(&narrowing->evaluation, &atoms->constant);
        if (!isnan(number))
            cut(&interval, effective(atoms), number);
        else if ((atoms->operator== TOKEN_UNEQUAL) != atoms->wanted)
            return false;
    }
    return !is_empty(&interval, domain->whole);
}

static bool is_equality(const struct narrow_atom *atom)
{
    return atom->aspect == NARROW_VALUE && effective(atom) == TOKEN_EQUAL;
}

// Some length, or number of choices, that all comparisons of that aspect allow.
static bool size_possible(struct narrowing *narrowing, const struct survey_domain *domain, const struct narrow_atom *atoms,
                          enum narrow_aspect aspect, double low, double high)
{
    struct interval interval = {.low = low, .high = high};
    for (; atoms; atoms = atoms->next)
        if (atoms->domain == domain && atoms->aspect == aspect) {
            double number = expr_as_number(&narrowing->evaluation, &atoms->constant);
            if (!isnan(number))
                cut(&interval, effective(atoms), number);
        }
    return !is_empty(&interval, true);
}

// Any text: the one that it has to equal, else a number where it is compared by size, else a word that
// nobody thought of.
static bool text_possible(struct narrowing *narrowing, const struct survey_domain *domain, const struct narrow_atom *atoms)
{
    struct interval interval = {.low = -INFINITY, .high = INFINITY};
    for (const struct narrow_atom *atom = atoms; atom; atom = atom->next) {
        if (atom->domain != domain)
            continue;
        if (is_equality(atom) && atom->constant.kind == SURVEY_STRING)
            return atom->constant.text[0] && holds_all(narrowing, domain, atoms, atom->constant.text);
        double number = expr_as_number(&narrowing->evaluation, &atom->constant);
        bool sized = atom->aspect == NARROW_VALUE && effective(atom) != TOKEN_UNEQUAL && (atom->wanted || is_equality(atom));
        if (sized && isnan(number))
            return false; // not a number is neither more nor less nor equal
        if (sized)
            cut(&interval, effective(atom), number);
    }
    return !is_empty(&interval, domain->whole) && size_possible(narrowing, domain, atoms, NARROW_LENGTH, 1, INFINITY);
}

static bool is_named(const struct survey_domain *domain, const char *name, size_t length)
{
    for (size_t i = 0; i < domain->count; i++)
        if (strncmp(domain->names[i], name, length) == 0 && !domain->names[i][length])
            return true;
    return false;
}

// Whether some other comparison says of the same choice the opposite.
static bool contradicted(const struct narrow_atom *atom, const struct narrow_atom *atoms)
{
    for (; atoms; atoms = atoms->next)
        if (atoms->domain == atom->domain && atoms->aspect == NARROW_MEMBER && atoms->wanted != atom->wanted &&
            strcmp(atoms->constant.text, atom->constant.text) == 0)
            return true;
    return false;
}

// Comparisons that say the same of the same choice are counted once.
static bool is_repeated(const struct narrow_atom *atom)
{
    for (const struct narrow_atom *later = atom->next; later; later = later->next)
        if (later->domain == atom->domain && later->aspect == NARROW_MEMBER && later->wanted == atom->wanted &&
            strcmp(later->constant.text, atom->constant.text) == 0)
            return true;
    return false;
}

// One or more of the names: which must be among them, which can't be, and how many that leaves.
static bool choices_possible(struct narrowing *narrowing, const struct survey_domain *domain, const struct narrow_atom *atoms)
{
    double within = 0, without = 0;
    for (const struct narrow_atom *atom = atoms; atom; atom = atom->next) {
        if (atom->domain != domain)
            continue;
        if (is_equality(atom) && atom->constant.kind == SURVEY_STRING) {
            const char *rest = atom->constant.text, *word;
            size_t length;
            while (expr_next_word(&rest, &word, &length))
                if (!is_named(domain, word, length))
                    return false;
            return atom->constant.text[0] && holds_all(narrowing, domain, atoms, atom->constant.text);
        }
        if (atom->aspect != NARROW_MEMBER || is_repeated(atom))
            continue;
        bool named = is_named(domain, atom->constant.text, strlen(atom->constant.text));
        if (atom->wanted && (!named || contradicted(atom, atoms)))
            return false;
        within += atom->wanted;
        without += !atom->wanted && named;
    }
    return size_possible(narrowing, domain, atoms, NARROW_COUNT, fmax(1, within), (double)domain->count - without);
}

bool narrow_blank_possible(struct narrowing *narrowing, const struct survey_domain *domain, const struct narrow_atom *atoms)
{
    return holds_all(narrowing, domain, atoms, "");
}

bool narrow_possible(struct narrowing *narrowing, const struct survey_domain *domain, const struct narrow_atom *atoms)
{
    if (narrow_blank_possible(narrowing, domain, atoms))
        return true;
    switch (domain->kind) {
    case SURVEY_DOMAIN_ANY:
        return text_possible(narrowing, domain, atoms);
    case SURVEY_DOMAIN_NUMBER:
        return number_possible(narrowing, domain, atoms);
    case SURVEY_DOMAIN_CHOICES:
        return choices_possible(narrowing, domain, atoms);
    case SURVEY_DOMAIN_CHOICE:
        break;
    }
    for (size_t i = 0; i < domain->count; i++)
        if (holds_all(narrowing, domain, atoms, domain->names[i]))
            return true;
    return false;
}
