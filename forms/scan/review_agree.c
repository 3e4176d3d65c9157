// SPDX-License-Identifier: GPL-3.0-or-later
// Agreement from the decisions in the evaluation file.
#include "forms/scan/review_agree.h"

#include "survey/base/arena.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define QUESTION "iif(instr(m.question, '[') > 0, substr(m.question, 1, instr(m.question, '[') - 1), m.question)"
#define LAST(turn) "(SELECT max(rowid) FROM decision WHERE mark = m.id AND turn = '" turn "')"

void review_wilson(size_t same, size_t n, double *low, double *high)
{
    const double z = 1.959963984540054;
    double size = (double)n, share = (double)same / size, middle = share + z * z / (2 * size);
    double half = z * sqrt(share * (1 - share) / size + z * z / (4 * size * size)), scale = 1 + z * z / size;
    *low = same == 0 ? 0 : (middle - half) / scale;
    *high = same == n ? 1 : (middle + half) / scale;
}

static const char *text_of(struct survey_arena *arena, const struct survey_query *query, int column)
{
    return survey_query_null(query, column) ? NULL : survey_arena_strdup(arena, survey_query_text(query, column));
}

// Writing has no categories: a choice, a number or a date has.
static bool is_coded(struct survey_store *store, int64_t row, const char *question)
{
    const struct survey_form *form = survey_store_form(store, row, NULL);
    const struct survey_item *item = form ? survey_form_find(form, question) : NULL;
    return item && item->type != SURVEY_TYPE_TEXT;
}

static bool same_value(const char *one, const char *other)
{
    return one && other ? strcmp(one, other) == 0 : one == other;
}

static bool read_pairs(struct survey_store *store, struct survey_arena *arena, struct review_agreements *a,
                       struct survey_error *error)
{
    static const char
        sql[] = "SELECT m.id, f.name, " QUESTION
                ", d1.who, d1.value, d2.who, d2.value, d3.who, d3.value, f.id FROM mark m JOIN response r ON r.id = "
                "m.response JOIN form f ON f.id = r.form JOIN decision d1 ON d1.rowid = " LAST(
                    "first") " JOIN decision d2 ON d2.rowid = " LAST("second") " LEFT JOIN decision d3 ON d3.rowid "
                                                                               "= " LAST("third") " WHERE m.id IN "
                                                                                                  "(SELECT mark FROM "
                                                                                                  "decision WHERE turn "
                                                                                                  "= 'second') ORDER "
                                                                                                  "BY f.name, 3, m.id";
    size_t most =
        (size_t)survey_store_count(store, 0, "SELECT count(DISTINCT mark) FROM decision WHERE turn = 'second'", "");
    struct survey_query *query = survey_query(store, error, sql, "");
    if (!query)
        return false;
    a->pairs = survey_arena_array(arena, most + 1, sizeof *a->pairs);
    while (a->pair_count < most && survey_query_next(query)) {
        struct review_pair *pair = &a->pairs[a->pair_count++];
        *pair = (struct review_pair){.mark = text_of(arena, query, 0),
                                     .form = text_of(arena, query, 1),
                                     .question = text_of(arena, query, 2),
                                     .who = {text_of(arena, query, 3), text_of(arena, query, 5)},
                                     .value = {text_of(arena, query, 4), text_of(arena, query, 6)},
                                     .third = text_of(arena, query, 7),
                                     .settled = text_of(arena, query, 8)};
        pair->coded = is_coded(store, survey_query_integer(query, 9), pair->question);
        pair->same = same_value(pair->value[0], pair->value[1]);
    }
    return survey_query_end(query, error);
}

// --- Figures ---

// A pair as one figure looks at it: a and b are the two reviewers' decisions, in the order that the figure has them.
struct seen {
    const struct review_pair *pair;
    const char *who[2], *value[2];
};

static int by_question(const struct seen *one, const struct seen *other)
{
    int order = strcmp(one->pair->form, other->pair->form);
    return order ? order : strcmp(one->pair->question, other->pair->question);
}

static int by_names(const struct seen *one, const struct seen *other)
{
    int order = strcmp(one->who[0], other->who[0]);
    return order ? order : strcmp(one->who[1], other->who[1]);
}

static int order_named(const void *one, const void *other)
{
    int order = by_names(one, other);
    return order ? order : by_question(one, other);
}

// The number of equal decisions that chance would give within one question: the sum over categories of the product of
// both reviewers' counts, over n.
static double expected(const struct seen *seen, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            sum += same_value(seen[i].value[0], seen[j].value[1]);
    return sum / (double)n;
}

// The figure of n pairs, which lie together by question.
static void judge(const struct seen *seen, size_t n, struct review_agreement *figure)
{
    double equal = 0, chance = 0;
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from; to < n && by_question(&seen[from], &seen[to]) == 0; to++) {
            figure->same += seen[to].pair->same;
            equal += seen[to].pair->coded && seen[to].pair->same;
            figure->coded += seen[to].pair->coded;
        }
        if (seen[from].pair->coded)
            chance += expected(seen + from, to - from);
    }
    figure->n = n;
    figure->share = n ? (double)figure->same / (double)n : 0;
    if (n)
        review_wilson(figure->same, n, &figure->low, &figure->high);
    // Counts and their products are whole numbers: where nothing could differ, the difference is 0 but for rounding.
    figure->has_kappa = (double)figure->coded - chance > 1e-9 * (double)(figure->coded + 1);
    figure->kappa = figure->has_kappa ? (equal - chance) / ((double)figure->coded - chance) : 0;
}

static void judge_questions(const struct seen *seen, size_t n, struct review_agreements *a)
{
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from; to < n && by_question(&seen[from], &seen[to]) == 0;)
            to++;
        struct review_agreement *figure = &a->questions[a->question_count++];
        *figure = (struct review_agreement){
            .form = seen[from].pair->form, .question = seen[from].pair->question, .who = {"", ""}};
        judge(seen + from, to - from, figure);
    }
}

static void judge_reviewers(const struct seen *seen, size_t n, struct review_agreements *a)
{
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from; to < n && by_names(&seen[from], &seen[to]) == 0;)
            to++;
        struct review_agreement *figure = &a->reviewers[a->reviewer_count++];
        *figure = (struct review_agreement){.form = "", .question = "", .who = {seen[from].who[0], seen[from].who[1]}};
        judge(seen + from, to - from, figure);
    }
}

static void judge_all(struct survey_arena *arena, struct review_agreements *a)
{
    size_t n = a->pair_count;
    struct seen *seen = survey_arena_array(arena, n + 1, sizeof *seen);
    a->questions = survey_arena_array(arena, n + 1, sizeof *a->questions);
    a->reviewers = survey_arena_array(arena, n + 1, sizeof *a->reviewers);
    for (size_t i = 0; i < n; i++) {
        const struct review_pair *p = &a->pairs[i];
        seen[i] = (struct seen){.pair = p, .who = {p->who[0], p->who[1]}, .value = {p->value[0], p->value[1]}};
    }
    judge_questions(seen, n, a);
    a->all = (struct review_agreement){.form = "", .question = "", .who = {"", ""}};
    judge(seen, n, &a->all);
    for (size_t i = 0; i < n; i++) {
        const struct review_pair *p = &a->pairs[i];
        int turned = strcmp(p->who[0], p->who[1]) > 0;
        seen[i] = (struct seen){
            .pair = p, .who = {p->who[turned], p->who[!turned]}, .value = {p->value[turned], p->value[!turned]}};
    }
    qsort(seen, n, sizeof *seen, order_named);
    judge_reviewers(seen, n, a);
}

// The first person's decisions beside what the program would have said.
static bool read_confirmed(struct survey_store *store, struct survey_arena *arena, struct review_agreements *a,
                           struct survey_error *error)
{
    static const char sql[] =
        "SELECT f.name, " QUESTION ", m.why, count(*), sum(d.value IS m.read OR (length(m.read) > 0 AND "
                                   "length(d.value) > 0 AND m.read NOT GLOB '*[^0-9]*' AND "
        "d.value NOT GLOB '*[^0-9]*' AND CAST(d.value AS INTEGER) = CAST(m.read AS INTEGER))) FROM mark m JOIN "
        "response r ON r.id = m.response "
        "JOIN form f ON f.id = r.form JOIN decision d ON d.rowid = " LAST(
            "first") " WHERE m.read IS NOT NULL GROUP BY f.name, 2, m.why "
                     "ORDER BY f.name, 2, m.why";
    size_t most = (size_t)survey_store_count(store, 0, "SELECT count(*) FROM decision", "");
    struct survey_query *query = survey_query(store, error, sql, "");
    if (!query)
        return false;
    a->confirmed = survey_arena_array(arena, most + 1, sizeof *a->confirmed);
    while (a->confirmed_count < most && survey_query_next(query)) {
        struct review_confirmed *one = &a->confirmed[a->confirmed_count++];
        *one = (struct review_confirmed){.form = text_of(arena, query, 0),
                                         .question = text_of(arena, query, 1),
                                         .why = text_of(arena, query, 2),
                                         .n = (size_t)survey_query_integer(query, 3),
                                         .same = (size_t)survey_query_integer(query, 4)};
        one->share = (double)one->same / (double)one->n;
        review_wilson(one->same, one->n, &one->low, &one->high);
    }
    return survey_query_end(query, error);
}

bool review_agreements_read(struct survey_store *store, struct survey_arena *arena,
                            struct review_agreements *agreements, struct survey_error *error)
{
    *agreements = (struct review_agreements){0};
    bool any = survey_store_count(store, 0, "SELECT count(*) FROM sqlite_schema WHERE name = 'decision'", "") > 0;
    if (any && (!read_pairs(store, arena, agreements, error) || !read_confirmed(store, arena, agreements, error)))
        return false;
    judge_all(arena, agreements);
    return true;
}
