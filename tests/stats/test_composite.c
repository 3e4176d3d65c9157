// SPDX-License-Identifier: GPL-3.0-or-later
// Composites on tables worked by hand.
#include "stats/composite/ranks.h"
#include "survey/base/random.h"
#include "tests/stats/asking.h"

static const struct survey_json *item(const char *list, const char *key, size_t index)
{
    const struct survey_json *json = survey_json_get(got, list);
    return survey_json_at(key ? survey_json_get(json, key) : json, index);
}

#define AHP(matrix, more) "{\"estimator\": \"ahp\", \"args\": {\"matrix\": " matrix more "}}"

// 1 : 1/2 : 1/4 said without contradiction; then 9 where 4 would follow.
static void comparisons(void)
{
    NEED(ask(AHP("[[1, 2, 4], [null, 1, \"2\"], [null, \"1/2\", null]]",
                 ", \"names\": [\"a\", \"b\", \"c\"]")));
    CHECK_NEAR(4.0 / 7, field("weights", 0), 1e-14);
    CHECK_NEAR(1.0 / 7, field("weights", 2), 1e-14);
    CHECK_NEAR(4.0 / 7, field("geometric_weights", 0), 1e-14);
    CHECK_NEAR(3, field("lambda_max", 0), 1e-14);
    CHECK_NEAR(0, field("CR", 0), 1e-14);
    CHECK(survey_json_bool(got, "consistent", false));
    // Of three items the eigenvector is the geometric mean of the rows: lambda = 1 + r + 1/r, r the
    // cube root of 9 / 4.
    NEED(ask(
        AHP("[[1, 2, 9], [null, 1, 2], [null, null, 1]]", ", \"names\": [\"a\", \"b\", \"c\"]")));
    double r = cbrt(9.0 / 4);
    CHECK_NEAR(1 + r + 1 / r, field("lambda_max", 0), 1e-13);
    CHECK_NEAR((r + 1 / r - 2) / 2 / 0.58, field("CR", 0), 1e-13);
    CHECK_NEAR(field("geometric_weights", 1), field("weights", 1), 1e-14);
    NEED(ask(
        AHP("[[1, 2, 0.5], [null, 1, 2], [null, null, 1]]", ", \"names\": [\"a\", \"b\", \"c\"]")));
    CHECK(!survey_json_bool(got, "consistent", true));
    CHECK(strstr(survey_json_text(got, "reason", ""), "CR above 0.1"));
    // Two judges, 2 and 8: together 4.
    NEED(ask("{\"estimator\": \"ahp\", \"args\": {\"matrices\": [[[1, 2], [null, 1]], [[1, 8], "
             "[null, 1]]]}}"));
    CHECK_NEAR(0.8, field("weights", 0), 1e-14);
    CHECK_NEAR(2, field("judges", 0), 0);
}

static void comparisons_refused(void)
{
    CHECK(!ask(AHP("[[1, 3], [0.33, 1]]", "")));
    CHECK_TEXT("matrix 1, row 1, column 2", error.where);
    CHECK_TEXT("3 is not the reciprocal of 0.33 across (1 for an item with itself)", error.message);
    CHECK(!ask(AHP("[[1, null], [null, 1]]", "")));
    CHECK_TEXT("the comparison is missing, and the one across too", error.message);
    CHECK(!ask(AHP("[[1, -2], [-0.5, 1]]", "")));
    CHECK_TEXT("a comparison is above 0", error.message);
    CHECK(!ask(AHP("[[1, \"a third\"], [3, 1]]", "")));
    CHECK(!ask(AHP("[[1, 2], [0.5]]", "")));
    CHECK(!ask(AHP("[[2]]", "")));
    CHECK(!ask("{\"estimator\": \"ahp\", \"args\": {}}"));
    CHECK(!ask("{\"estimator\": \"ahp\", \"args\": {\"matrices\": 5, \"matrix\": [[1, 3], [null, 1]]}}"));
}

// Scaled: x 0, 1/4, 1 (p 0, 1/5, 4/5), y turned 1, 1, 0 (p 1/2, 1/2, 0).
static void spread(void)
{
    put("data.csv", "id,x,y\na,0,3\nb,1,3\nc,4,9\nd,,1\n");
#define DECIDE(estimator, more)                                                                    \
    "{\"data\": \"data.csv\", \"estimator\": \"" estimator                                         \
    "\", \"args\": {\"id\": \"id\", \"vars\": [\"x\", \"y\"], \"negative\": \"y\"" more "}}"
    NEED(ask(DECIDE("entropy_weights", "")));
    double of_x = -(0.2 * log(0.2) + 0.8 * log(0.8)) / log(3), of_y = log(2) / log(3);
    CHECK_NEAR(of_x, field("entropy", 0), 1e-14);
    CHECK_NEAR(of_y, field("entropy", 1), 1e-14);
    CHECK_NEAR((1 - of_y) / (2 - of_x - of_y), field("weights", 1), 1e-14);
    CHECK_NEAR(1, field("left_out", 0), 0);
    // x / root 17, y / root 99; c is best in x and worst in y.
    NEED(ask(DECIDE("topsis", ", \"weights\": [1, 1]")));
    double x = 0.5 / sqrt(17), y = 0.5 / sqrt(99);
    CHECK_NEAR(6 * y / (6 * y + 4 * x), field("closeness", 0), 1e-14);
    CHECK_NEAR(4 * x / (4 * x + 6 * y), field("closeness", 2), 1e-14);
    CHECK_NEAR(hypot(x, 6 * y) / (hypot(x, 6 * y) + 3 * x), field("closeness", 1), 1e-14);
    CHECK_NEAR(3, field("rank", 0), 0);
    CHECK(!ask(DECIDE("topsis", ", \"weights\": [1]")));
    CHECK(!ask(DECIDE("topsis", ", \"weights\": [1, -1]")));
    CHECK_TEXT("the weight of 'y' is not 0 or more", error.message);
    put("data.csv", "id,x,y\na,0,3\nb,1,3\n");
    CHECK(!ask(DECIDE("entropy_weights", "")));
    CHECK_TEXT("'y' is the same for all, so that it has no weight", error.message);
    put("data.csv", "id,x,y\na,0,3\na,1,3\n");
    CHECK(!ask(DECIDE("topsis", "")));
    CHECK_TEXT("two rows are named 'a'", error.message);
}

#define TREE(rows, more)                                                                           \
    "{\"data\": \"data.csv\", \"estimator\": \"composite\", \"args\": {\"id\": \"id\", \"tree\": " \
    "[" rows "]" more "}}"
#define TOP "{\"code\": \"all\"}, {\"code\": \"in\", \"parent\": \"all\", \"weight\": 3}, "
#define LEAVES                                                                                     \
    "{\"code\": \"x\", \"parent\": \"in\"}, {\"code\": \"y\", \"parent\": \"in\", \"negative\": "  \
    "true}, "                                                                                      \
    "{\"code\": \"z\", \"parent\": \"all\", \"min\": 0, \"max\": 10}"

// x 0, 25, 100; y turned 100, 100, 0; z by goalposts 50, 100 (12 is cut), missing.
static void trees(void)
{
    put("data.csv", "id,x,y,z\na,0,3,5\nb,1,3,12\nc,4,9,\n");
    NEED(ask(TREE(TOP LEAVES, "")));
    CHECK_NEAR((3 * 50 + 50) / 4.0, item("scores", "all", 0)->number, 1e-12);
    CHECK_NEAR((3 * 62.5 + 100) / 4.0, item("scores", "all", 1)->number, 1e-12);
    CHECK(item("scores", "all", 2)->kind == SURVEY_JSON_NULL);
    CHECK_NEAR(50, item("scores", "in", 2)->number, 1e-12);
    CHECK_NEAR(2, field("rank", 0), 0);
    CHECK(item("rank", NULL, 2)->kind == SURVEY_JSON_NULL);
    CHECK_NEAR(1, field("missing", 2), 0);
    CHECK_NEAR(1, field("cut", 0), 0);
    NEED(ask(TREE(TOP LEAVES, ", \"missing\": \"skip\"")));
    CHECK_NEAR(50, item("scores", "all", 2)->number, 1e-12);
    CHECK_NEAR(2, field("rank", 2), 0);
    NEED(ask(TREE(TOP LEAVES, ", \"mean\": \"geometric\", \"missing\": \"skip\"")));
    CHECK_NEAR(sqrt(1 * 100), item("scores", "in", 0)->number, 1e-12);
    CHECK_NEAR(pow(10, 0.75) * pow(50.5, 0.25), item("scores", "all", 0)->number, 1e-12);
}

static void trees_refused(void)
{
    put("data.csv", "id,x,y,z\na,0,3,5\nb,1,3,5\n");
    CHECK(!ask(TREE(
        TOP "{\"code\": \"x\", \"parent\": \"in\"}, {\"code\": \"z\", \"parent\": \"all\"}", "")));
    CHECK_TEXT("z", error.where);
    CHECK(strstr(error.message, "no spread"));
    CHECK(!ask(TREE("{\"code\": \"x\", \"parent\": \"on high\"}", "")));
    CHECK_TEXT("its parent 'on high' is not in the tree", error.message);
    CHECK(!ask(
        TREE("{\"code\": \"x\", \"parent\": \"y\"}, {\"code\": \"y\", \"parent\": \"x\"}", "")));
    CHECK_TEXT("the tree has no top: every row has a parent", error.message);
    CHECK(!ask(TREE(TOP LEAVES
                    ", {\"code\": \"p\", \"parent\": \"q\"}, {\"code\": \"q\", \"parent\": \"p\"}",
                    "")));
    CHECK(strstr(error.message, "runs in a circle"));
    CHECK(!ask(TREE(TOP LEAVES ", {\"code\": \"x\", \"parent\": \"all\"}", "")));
    CHECK_TEXT("the tree has it twice", error.message);
    CHECK(!ask(TREE("{\"code\": \"u\"}, {\"code\": \"x\", \"parent\": \"u\"}, {\"code\": \"v\"}, "
                    "{\"code\": \"y\", "
                    "\"parent\": \"v\"}",
                    "")));
    CHECK_TEXT("the tree has two tops: 'u' is one too", error.message);
    CHECK(!ask(TREE(TOP LEAVES, ", \"mean\": \"geometric\", \"range\": [0, 100]")));
    CHECK(strstr(error.message, "a scale above 0"));
}

#define RANKS(more) "{\"estimator\": \"ranks\", \"args\": {" more "}}"

// Two units: sure where the difference passes 1.96 of its errors; without an error as it is; the
// order does not matter.
static void ranks(void)
{
    NEED(ask(RANKS("\"score\": [1, 3.66], \"se\": [1, 1]"))); // 1.88
    CHECK_NEAR(2, field("rank", 0), 0);
    CHECK_NEAR(1, field("marg_low", 0), 0);
    CHECK_NEAR(2, field("marg_high", 1), 0);
    NEED(ask(RANKS("\"score\": [1, 3.88], \"se\": [1, 1]"))); // 2.04
    CHECK_NEAR(2, field("marg_low", 0), 0);
    CHECK_NEAR(1, field("marg_high", 1), 0);
    CHECK_NEAR(1, field("simul_high", 1), 0);
    NEED(ask(RANKS("\"score\": [1, 3.88], \"se\": [1, 1], \"best\": \"low\"")));
    CHECK_NEAR(1, field("marg_high", 0), 0);
    // Moving together, a small difference is sure: the variance of it is 1 + 1 - 2 * 0.98.
    NEED(ask(RANKS("\"score\": [1, 1.5], \"covariance\": [[1, 0.98], [0.98, 1]]")));
    CHECK_NEAR(1, field("marg_high", 1), 0);
    NEED(ask(RANKS("\"score\": [5, 5, 7], \"se\": [0, 0, 0]")));
    CHECK_NEAR(2, field("rank", 0), 0);
    CHECK_NEAR(2, field("marg_low", 1), 0);
    CHECK_NEAR(3, field("marg_high", 1), 0);
    CHECK_NEAR(1, field("simul_high", 2), 0);
    put("data.csv", "id,s,e,c\nx,1,1,A\ny,2,1,A\nz,4,1,A\nu,9,1,B\nv,,1,B\n");
#define COLUMNS "\"id\": \"id\", \"score\": \"s\", \"se\": \"e\", \"draws\": 400"
    NEED(ask("{\"data\": \"data.csv\", \"estimator\": \"ranks\", \"args\": {" COLUMNS
             ", \"within\": \"c\"}}"));
    CHECK_NEAR(1, field("rank", 3), 0);
    CHECK_NEAR(1, field("marg_high", 3), 0);
    CHECK_NEAR(1, field("left_out", 0), 0);
    double set[2] = {field("marg_low", 2), field("gs_high", 1)};
    put("data.csv", "id,s,e,c\nu,9,1,B\nz,4,1,A\ny,2,1,A\nv,,1,B\nx,1,1,A\n");
    NEED(ask("{\"data\": \"data.csv\", \"estimator\": \"ranks\", \"args\": {" COLUMNS
             ", \"within\": \"c\"}}"));
    CHECK_NEAR(set[0], field("marg_low", 1), 0);
    CHECK_NEAR(set[1], field("gs_high", 2), 0);
}

// Ten units that are equal: each true rank is 1. The sets hold it, of one unit and of all at once,
// in 95 of 100 samples; percentiles of simulated ranks often do not.
static void ranks_near_ties(void)
{
    enum { UNITS = 10, SAMPLES = 300 };
    static const char *const names[UNITS] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
    int one = 0, all = 0, simulated = 0;
    for (int sample = 0; sample < SAMPLES; sample++) {
        double score[UNITS], se[UNITS];
        struct stats_rank_set sets[UNITS];
        struct survey_random random = survey_random_at((uint64_t)sample, "test", "ties");
        for (int i = 0; i < UNITS; i++) {
            se[i] = 1 + 0.1 * i;
            score[i] = se[i] * survey_random_normal(&random);
        }
        struct stats_ranks_question question = {UNITS, score, se, NULL, names, false, 0.95, 500, 7};
        NEED(stats_ranks(&question, sets));
        bool each = true;
        for (int i = 0; i < UNITS; i++) {
            each = each && sets[i].all_low == 1;
            simulated += sets[i].gs_low == 1;
            CHECK(sets[i].all_low <= sets[i].low && sets[i].low <= sets[i].rank &&
                  sets[i].rank <= sets[i].high);
        }
        one += sets[3].low == 1;
        all += each;
    }
    CHECK(one >= 0.93 * SAMPLES && all >= 0.93 * SAMPLES);
    CHECK(simulated < 0.8 * SAMPLES * UNITS);
}

static void ranks_refused(void)
{
    CHECK(!ask(RANKS("\"score\": [1, 3], \"se\": [1]")));
    CHECK_TEXT("'se' is not a list of 2 numbers", error.message);
    CHECK(!ask(RANKS("\"score\": [1, 3], \"se\": [1, -1]")));
    CHECK_TEXT("a standard error is below 0", error.message);
    CHECK(!ask(RANKS("\"score\": [1, 3], \"se\": [1, 1], \"names\": [\"a\", \"a\"]")));
    CHECK_TEXT("two rows are named 'a'", error.message);
    CHECK(!ask(RANKS("\"score\": [1, 3], \"covariance\": [[1, 2], [2, 1]]")));
    CHECK_TEXT("the covariance is not positive definite", error.message);
    CHECK(!ask(RANKS("\"score\": [1, 3], \"covariance\": [[1, 0], [0.5, 1]]")));
    CHECK(!ask(RANKS("\"score\": [1, 3], \"se\": [1, 1], \"draws\": 3")));
    CHECK(!ask(RANKS("\"score\": [null, 3], \"se\": [1, null]")));
    CHECK_TEXT("no unit has a score with an error", error.message);
}

TESTS(CASE(set_up), CASE(comparisons), CASE(comparisons_refused), CASE(spread), CASE(trees),
      CASE(trees_refused), CASE(ranks), CASE(ranks_near_ties), CASE(ranks_refused), CASE(clean_up))
