// SPDX-License-Identifier: GPL-3.0-or-later
// Double review: which marks two people decide, and how far they agree, against figures worked by hand.
#include "forms/scan/review_agree.h"
#include "tests/forms/desk.h"

static struct survey_store *open_filled(void)
{
    struct survey_store *store = make_evaluation_with(desk_rows);
    arena = survey_arena_new();
    fill_desk(store);
    NEED(survey_store_begin(store, &error));
    return store;
}

static void drop(struct survey_store *store)
{
    survey_arena_free(arena);
    drop_evaluation(store);
}

// count marks of a question that two decided so, the first by one, the second by the other.
static void decided(struct survey_store *store, const char *question, int count, const char *first, const char *one, const char *second,
                    const char *other)
{
    for (int i = 0; i < count; i++) {
        char mark[48], ids[2][48];
        const char *const turns[] = {"first", "second"}, *const who[] = {first, second}, *const value[] = {one, other};
        survey_store_new_id(mark);
        NEED(survey_store_run(store, &error,
                              "INSERT INTO mark (id, page, response, question, kind, why, read, x, y, w, h, state, value, who, decided_at) VALUES "
                              "(?, 'p1', '" SHEET_RESPONSE "', ?, 'doubtful', 'faint', ?, 1, 1, 1, 1, 'decided', ?, ?, '2016-12-02')", "ttttt", mark,
                              question, one, one, first));
        for (int t = 0; t < 2; t++) {
            survey_store_new_id(ids[t]);
            NEED(survey_store_run(store, &error, "INSERT INTO decision VALUES (?, ?, ?, ?, ?, '', '2016-12-02')", "ttttt", ids[t], mark, turns[t],
                                  value[t], who[t]));
        }
    }
}

static const struct review_agreement *find(const struct review_agreement *figures, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(figures[i].question, name) == 0 || strcmp(figures[i].who[0], name) == 0)
            return &figures[i];
    NEED(false);
    return NULL;
}

// 50 items: both say 1 of 20, both 5 of 15, they differ in 5 and 10. Equal 35 of 50, by chance (25/50)(30/50) +
// (25/50)(20/50) = 0.5, so kappa = (0.7 - 0.5) / 0.5 = 0.4. Wilson of 0.7 in 50: 0.562496 to 0.808964.
static void gives_kappa_worked_by_hand(void)
{
    struct review_agreements a;
    struct survey_store *store = open_filled();
    decided(store, "sat", 20, "Ann", "1", "Bob", "1");
    decided(store, "sat", 5, "Ann", "1", "Bob", "5");
    decided(store, "sat", 10, "Ann", "5", "Bob", "1");
    decided(store, "sat", 15, "Ann", "5", "Bob", "5");
    NEED(review_agreements_read(store, arena, &a, &error));
    CHECK(a.question_count == 1 && a.reviewer_count == 1 && a.pair_count == 50);
    const struct review_agreement *sat = find(a.questions, a.question_count, "sat");
    CHECK(sat->n == 50 && sat->same == 35 && sat->coded == 50 && sat->has_kappa);
    CHECK_NEAR(0.7, sat->share, 1e-12);
    CHECK_NEAR(0.4, sat->kappa, 1e-12);
    CHECK_NEAR(0.562496, sat->low, 1e-6);
    CHECK_NEAR(0.808964, sat->high, 1e-6);
    CHECK_NEAR(0.4, a.reviewers[0].kappa, 1e-12);
    CHECK_NEAR(0.4, a.all.kappa, 1e-12);
    CHECK(a.confirmed_count == 1 && a.confirmed[0].n == 50 && a.confirmed[0].same == 50);
    drop(store);
}

// Pairs are by name, whoever was first. Over questions, observed and expected are added: sat has 10 items, 8 equal, 5 by
// chance; age has 4, 3 equal, 4 (1/2 1/4 + 1/2 3/4) = 2 by chance; (11 - 7) / (14 - 7) = 4/7. Writing counts in n alone.
static void pools_over_questions(void)
{
    struct review_agreements a;
    struct survey_store *store = open_filled();
    decided(store, "sat", 4, "Ann", "1", "Bob", "1");
    decided(store, "sat", 4, "Bob", "5", "Ann", "5");
    decided(store, "sat", 1, "Ann", "1", "Bob", "5");
    decided(store, "sat", 1, "Ann", "5", "Bob", "1");
    decided(store, "age", 1, "Ann", "7", "Bob", "7");
    decided(store, "age", 2, "Ann", "8", "Bob", "8");
    decided(store, "age", 1, "Ann", "7", "Bob", "8");
    decided(store, "note1", 1, "Ann", "nobody came", "Bob", "nobody came");
    decided(store, "note1", 1, "Ann", "nobody", "Bob", "somebody");
    decided(store, "sat", 3, "Ann", "1", "Cyn", "1");
    NEED(review_agreements_read(store, arena, &a, &error));
    CHECK(a.reviewer_count == 2);
    const struct review_agreement *bob = &a.reviewers[0], *cyn = &a.reviewers[1];
    CHECK_TEXT("Ann", bob->who[0]);
    CHECK_TEXT("Bob", bob->who[1]);
    CHECK(bob->n == 16 && bob->same == 12 && bob->coded == 14 && bob->has_kappa);
    CHECK_NEAR(4.0 / 7, bob->kappa, 1e-12);
    CHECK_TEXT("Cyn", cyn->who[1]);
    CHECK(cyn->n == 3 && cyn->same == 3 && !cyn->has_kappa); // all one category: chance would do as well
    CHECK_NEAR(0.438503, cyn->low, 1e-6);
    CHECK(cyn->high == 1);
    const struct review_agreement *note = find(a.questions, a.question_count, "note1");
    CHECK(note->n == 2 && note->same == 1 && note->coded == 0 && !note->has_kappa);
    // First against second, over all reviewers: 13 items, 11 equal, each saying 1 of 8 and 5 of 5 of them.
    const struct review_agreement *sat = find(a.questions, a.question_count, "sat");
    CHECK(sat->n == 13 && sat->same == 11);
    CHECK_NEAR((11.0 - (8 * 8 + 5 * 5) / 13.0) / (13 - (8 * 8 + 5 * 5) / 13.0), sat->kappa, 1e-12);
    CHECK(a.all.n == 19 && a.all.same == 15);
    drop(store);
}

// What cannot be told and what was left blank are answers like others, and not the same.
static void tells_blank_from_untold(void)
{
    struct review_agreements a;
    struct survey_store *store = open_filled();
    decided(store, "sat", 2, "Ann", NULL, "Bob", NULL);
    decided(store, "sat", 1, "Ann", "", "Bob", NULL);
    decided(store, "sat", 1, "Ann", "", "Bob", "");
    NEED(review_agreements_read(store, arena, &a, &error));
    CHECK(a.all.n == 4 && a.all.same == 3);
    CHECK_NEAR((3.0 / 4 - (2 * 3 + 2 * 1) / 16.0) / (1 - (2 * 3 + 2 * 1) / 16.0), a.all.kappa, 1e-12);
    drop(store);
}

static void has_nothing_to_tell(void)
{
    struct review_agreements a;
    struct survey_store *store = open_filled();
    NEED(review_agreements_read(store, arena, &a, &error));
    CHECK(a.pair_count == 0 && a.question_count == 0 && a.all.n == 0 && !a.all.has_kappa && a.confirmed_count == 0);
    NEED(survey_store_run(store, &error, "DROP TABLE decision", "")); // a file of before
    NEED(review_agreements_read(store, arena, &a, &error));
    CHECK(a.all.n == 0);
    drop(store);
}

static void chooses_a_share(void)
{
    struct survey_store *store = open_filled();
    struct review_double some, more, none, all;
    double share;
    int few = 0, many = 0, outside = 0;
    NEED(review_double_open(store, 0.02, &some, &error) && review_double_open(store, 0.05, &more, &error));
    NEED(review_double_open(store, 0, &none, &error) && review_double_open(store, 1, &all, &error));
    for (int i = 0; i < 20000; i++) {
        char id[48];
        survey_format_into(id, sizeof id, "uuid:00000000-0000-4000-8000-%012d", i);
        bool first = review_is_doubled(&some, id), second = review_is_doubled(&more, id);
        few += first;
        many += second;
        outside += first && !second;
        CHECK(!review_is_doubled(&none, id) && review_is_doubled(&all, id));
    }
    CHECK(few > 320 && few < 480 && many > 880 && many < 1120 && outside == 0); // four standard deviations; a larger share holds the smaller
    CHECK(review_share_parse("5%", &share, &error) && share == 0.05);
    CHECK(review_share_parse("0.25", &share, &error) && share == 0.25);
    CHECK(review_share_parse("100%", &share, &error) && share == 1);
    for (const char *const *bad = (const char *const[]){"", "%", "0%", "-1%", "101%", "5", "nan", "five", NULL}; *bad; bad++)
        CHECK(!review_share_parse(*bad, &share, &error) && error.code == SURVEY_ERROR_USAGE);
    drop(store);
}

TESTS(CASE(gives_kappa_worked_by_hand), CASE(pools_over_questions), CASE(tells_blank_from_untold), CASE(has_nothing_to_tell),
      CASE(chooses_a_share))
