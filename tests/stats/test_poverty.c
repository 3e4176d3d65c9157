// SPDX-License-Identifier: GPL-3.0-or-later
// Poverty and inequality on tables worked by hand, and their influences against differences.
#include "stats/poverty/measure.h"
#include "tests/stats/asking.h"

static const char *text_field(const char *key, size_t index)
{
    const struct survey_json *item = survey_json_at(survey_json_get(got, key), index);
    return item && item->kind == SURVEY_JSON_STRING ? item->text : "";
}

#define FIVE "y\n8\n2\n20\n4\n6\n"
#define LINE5 "{\"income\": \"y\", \"line\": 5"

// Incomes 2, 4, 6, 8, 20 and the line 5: gaps 0.6 and 0.2.
static void the_poor(void)
{
    put("data.csv", FIVE);
    NEED(ask(REQUEST("{}", "fgt", LINE5 "}")));
    CHECK_NEAR(0.4, field("est", 0), 1e-15);
    CHECK_NEAR(sqrt(0.24 / 4), field("se", 0), 1e-15);
    CHECK_NEAR(2, field("poor", 0), 0);
    CHECK_TEXT("korn-graubard", text_field("interval", 0));
    NEED(ask(REQUEST("{}", "fgt", LINE5 ", \"alpha\": 1}")));
    CHECK_NEAR(0.16, field("est", 0), 1e-15);
    // variance of 0.6, 0.2, 0, 0, 0 over 5: (0.4 - 5 * 0.16^2) / 4 / 5
    CHECK_NEAR(sqrt((0.4 - 0.128) / 20), field("se", 0), 1e-15);
    NEED(ask(REQUEST("{}", "fgt", LINE5 ", \"alpha\": 2}")));
    CHECK_NEAR(0.08, field("est", 0), 1e-15);
    NEED(ask(REQUEST("{}", "watts", LINE5 "}")));
    CHECK_NEAR((log(2.5) + log(1.25)) / 5, field("est", 0), 1e-15);
    // H = I = 0.4, Gini of 2 and 4 = 1/6: 0.4 (0.4 + 0.6 / 6) = 0.2
    NEED(ask(REQUEST("{}", "sen", LINE5 "}")));
    CHECK_NEAR(0.2, field("est", 0), 1e-15);
    CHECK_NEAR(0.4, field("I", 0), 1e-15);
    CHECK_NEAR(1.0 / 6, field("G_poor", 0), 1e-15);
    // mean gap 0.16, Gini of the gaps 0.7: 0.16 * 1.7
    NEED(ask(REQUEST("{}", "sst", LINE5 "}")));
    CHECK_NEAR(0.272, field("est", 0), 1e-15);
}

// The mean difference is 80 * 2 / 25 over twice the mean of 8; the poorest two have 6 of 40, half
// the people 9.
static void the_unequal(void)
{
    put("data.csv", FIVE);
    NEED(ask(REQUEST("{}", "gini", "{\"income\": \"y\"}")));
    CHECK_NEAR(0.4, field("est", 0), 1e-15);
    double se = field("se", 0);
    CHECK_TEXT("t", text_field("interval", 0));
    NEED(ask(REQUEST("{}", "lorenz", "{\"income\": \"y\", \"probs\": [0.4, 0.5]}")));
    CHECK_NEAR(0.15, field("est", 0), 1e-15);
    CHECK_NEAR(0.225, field("est", 1), 1e-15);
    NEED(ask(REQUEST("{}", "qsr", "{\"income\": \"y\"}")));
    CHECK_NEAR(10, field("est", 0), 1e-14);
    NEED(ask(REQUEST("{}", "arpt", "{\"income\": \"y\"}")));
    CHECK_NEAR(3.6, field("est", 0), 1e-15);
    NEED(ask(REQUEST("{}", "arpr", "{\"income\": \"y\"}")));
    CHECK_NEAR(0.2, field("est", 0), 1e-15);
    NEED(ask(REQUEST("{}", "rmpg", "{\"income\": \"y\"}")));
    CHECK_NEAR(1 - 2 / 3.6, field("est", 0), 1e-15);
    // Weights ten times larger, rows in another order: the same; the form by ranks is not free of
    // the scale.
    put("data.csv", "y,w\n20,10\n6,10\n4,10\n8,10\n2,10\n");
    NEED(ask(REQUEST("{\"weights\": \"w\"}", "gini", "{\"income\": \"y\"}")));
    CHECK_NEAR(0.4, field("est", 0), 1e-15);
    CHECK_NEAR(se, field("se", 0), 1e-15);
    NEED(ask(REQUEST("{\"weights\": \"w\"}", "gini", "{\"income\": \"y\", \"form\": \"convey\"}")));
    CHECK_NEAR(0.4 + 0.2 - 0.02, field("est", 0), 1e-14);
}

// Nobody below 1: an upper limit 1 - 0.05^(1/5) for the rate, and what follows from it for the
// gaps; no limit for Watts.
static void nobody(void)
{
    double u = 1 - pow(0.05, 0.2);
    put("data.csv", FIVE);
    NEED(ask(REQUEST("{}", "fgt", "{\"income\": \"y\", \"line\": 1}")));
    CHECK_NEAR(0, field("est", 0), 0);
    CHECK(isnan(field("se", 0)));
    CHECK_TEXT("upper limit", text_field("interval", 0));
    CHECK_NEAR(u, field("ci_high", 0), 1e-12);
    CHECK_TEXT("nobody is poor, which shows no variance", text_field("reason", 0));
    NEED(ask(REQUEST("{}", "sen", "{\"income\": \"y\", \"line\": 1}")));
    CHECK_NEAR(u, field("ci_high", 0), 1e-12);
    NEED(ask(REQUEST("{}", "sst", "{\"income\": \"y\", \"line\": 1}")));
    CHECK_NEAR(1 - (1 - u) * (1 - u), field("ci_high", 0), 1e-12);
    NEED(ask(REQUEST("{}", "watts", "{\"income\": \"y\", \"line\": 1}")));
    CHECK_TEXT("none", text_field("interval", 0));
    CHECK(isnan(field("ci_high", 0)));
    NEED(ask(REQUEST("{}", "fgt", "{\"income\": \"y\", \"line\": 21}")));
    CHECK_TEXT("lower limit", text_field("interval", 0));
    CHECK_NEAR(1 - u, field("ci_low", 0), 1e-12);
    // Every unit taken: the figure is exact.
    put("data.csv", "y,f\n8,5\n2,5\n20,5\n4,5\n6,5\n");
    NEED(ask(REQUEST("{\"fpc\": \"f\"}", "fgt", "{\"income\": \"y\", \"line\": 1}")));
    CHECK_TEXT("census", text_field("interval", 0));
    CHECK_NEAR(0, field("se", 0), 0);
}

// Incomes of 0 and below: counted, left out of Watts unless raised.
static void nothing_earned(void)
{
    put("data.csv", "y\n-4\n0\n2\n4\n10\n");
    NEED(ask(REQUEST("{}", "watts", "{\"income\": \"y\", \"line\": 4}")));
    CHECK_NEAR(log(2) / 3, field("est", 0), 1e-15);
    CHECK_NEAR(2, field("left_out", 0), 0);
    CHECK_NEAR(3, field("n", 0), 0);
    CHECK_NEAR(1, field("negative", 0), 0);
    CHECK_NEAR(1, field("zero", 0), 0);
    NEED(ask(REQUEST("{}", "watts", "{\"income\": \"y\", \"line\": 4, \"floor\": 1}")));
    CHECK_NEAR((2 * log(4) + log(2)) / 5, field("est", 0), 1e-15);
    CHECK_NEAR(1, field("negative", 0), 0);
    NEED(ask(REQUEST("{}", "fgt", "{\"income\": \"y\", \"line\": 4, \"alpha\": 1}")));
    CHECK_NEAR((2 + 1 + 0.5) / 5, field("est", 0), 1e-15);
    // Those at the line are poor, unless strict.
    NEED(ask(REQUEST("{}", "fgt", "{\"income\": \"y\", \"line\": 4}")));
    CHECK_NEAR(0.8, field("est", 0), 1e-15);
    NEED(ask(REQUEST("{}", "fgt", "{\"income\": \"y\", \"line\": 4, \"strict\": true}")));
    CHECK_NEAR(0.6, field("est", 0), 1e-15);
    put("data.csv", "y\n-4\n0\n2\n");
    CHECK(!ask(REQUEST("{}", "gini", "{\"income\": \"y\"}")));
    CHECK_TEXT("the incomes do not add up to more than 0, so that shares of them have no meaning",
               error.message);
    CHECK(!ask(REQUEST("{}", "qsr", "{\"income\": \"y\"}")));
    CHECK(!ask(REQUEST("{}", "arpr", "{\"income\": \"y\"}")));
    CHECK_TEXT("the poverty line is 0, which is not above 0", error.message);
}

// Households of 1 and 3: three of four persons are poor. A line of each row's own. Groups, one of
// them without an income.
static void persons_lines_and_groups(void)
{
    put("data.csv", "y,s,z,g\n3,3,5,a\n6,1,5,a\n7,1,8,b\n9,2,8,b\n,2,8,c\n");
    NEED(ask(REQUEST("{\"ops\": [{\"op\": \"subset\", \"expr\": \"g == 'a'\"}]}", "fgt",
                     "{\"income\": \"y\", \"line\": 5, \"size\": \"s\"}")));
    CHECK_NEAR(0.75, field("est", 0), 1e-15);
    NEED(ask(
        REQUEST("{}", "fgt", "{\"income\": \"y\", \"line\": \"z\", \"alpha\": 1, \"by\": \"g\"}")));
    CHECK_NEAR(0.2, field("est", 0), 1e-15);
    CHECK_NEAR(1.0 / 16, field("est", 1), 1e-15);
    CHECK(isnan(field("est", 2)));
    CHECK_TEXT("no row of the domain has an income", text_field("reason", 2));
    CHECK_NEAR(1, field("missing", 2), 0);
    NEED(ask(REQUEST("{}", "fgt", "{\"income\": \"y div s\", \"line\": 5}")));
    CHECK_NEAR(0.5, field("est", 0), 1e-15); // 1, 6, 7, 4.5
    // A line from everybody holds in each group, unless each has its own: medians 6.5 of all, 3 of
    // a.
    NEED(ask(REQUEST("{}", "arpt", "{\"income\": \"y\", \"by\": \"g\"}")));
    CHECK_NEAR(3.6, field("est", 0), 1e-15);
    CHECK_NEAR(3.6, field("est", 1), 1e-15);
    NEED(ask(REQUEST("{}", "arpt", "{\"income\": \"y\", \"by\": \"g\", \"line_of\": \"domain\"}")));
    CHECK_NEAR(1.8, field("est", 0), 1e-15);
    CHECK_NEAR(4.2, field("est", 1), 1e-15);
}

// The jackknife of a mean is its Taylor variance: FGT1 by both.
static void replicates(void)
{
    put("data.csv", "y\n2\n4\n6\n");
    put("jk.csv", "R1,R2,R3\n0,1.5,1.5\n1.5,0,1.5\n1.5,1.5,0\n");
#define JACKKNIFE                                                                                  \
    "{\"replicate_file\": \"jk.csv\", \"ops\": [{\"op\": \"as_replicate\", \"type\": \"JK1\"}]}"
    NEED(ask(REQUEST("{}", "fgt", LINE5 ", \"alpha\": 1}")));
    double se = field("se", 0);
    NEED(ask(REQUEST(JACKKNIFE, "fgt", LINE5 ", \"alpha\": 1}")));
    CHECK_NEAR(0.8 / 3, field("est", 0), 1e-15);
    CHECK_NEAR(se, field("se", 0), 1e-14);
}

enum { MANY = 400 };

static double value_of(const struct stats_poverty_question *question, const double *income,
                       const double *weight, double *score, struct stats_poverty *answer)
{
    static uint8_t kept[MANY];
    memset(kept, 1, sizeof kept);
    struct stats_incomes incomes = {MANY, income, weight, kept, kept};
    NEED(stats_poverty_of(question, &incomes, answer, score, &error));
    return answer->value;
}

// Influence times weight change is the change of the value, to first order: central differences,
// ties among the incomes.
static void influences(void)
{
    static const struct stats_poverty_question questions[] = {
        {STATS_FGT, .alpha = 0, .line = {.amount = 0.9}},
        {STATS_FGT, .alpha = 2, .line = {STATS_LINE_MEAN, .share = 0.6}},
        {STATS_FGT, .alpha = 1.5, .line = {STATS_LINE_MEAN, .share = 0.8}},
        {STATS_WATTS, .line = {STATS_LINE_MEAN, .share = 0.7}},
        {STATS_SST, .line = {STATS_LINE_MEAN, .share = 0.7}},
        {STATS_SEN, .line = {.amount = 0.9}},
        {STATS_SST, .line = {.amount = 0.9}},
        {STATS_GINI},
        {STATS_GINI, .upper = true},
        {STATS_LORENZ, .p = 0.37},
    };
    double income[MANY], weight[MANY], score[MANY];
    for (int i = 0; i < MANY; i++) {
        income[i] = exp(0.8 * sin(37.0 * i)) * (i % 5 == 0 ? 1 : 1 + 0.3 * cos(91.0 * i));
        income[i] = rint(income[i] * 50) / 50;
        weight[i] = 1 + 0.5 * sin(11.0 * i);
    }
    for (size_t q = 0; q < sizeof questions / sizeof *questions; q++) {
        struct stats_poverty answer;
        value_of(&questions[q], income, weight, score, &answer);
        for (int i = 0; i < MANY; i += 7) {
            double was = weight[i], h = 1e-5, up, down;
            weight[i] = was + h;
            up = value_of(&questions[q], income, weight, NULL, &answer);
            weight[i] = was - h;
            down = value_of(&questions[q], income, weight, NULL, &answer);
            weight[i] = was;
            CHECK_NEAR((up - down) / (2 * h), score[i] / was, 2e-8);
        }
    }
}

// How a headcount and Sen's index move with a relative line: by the density, against differences.
static void moving_lines(void)
{
    double income[MANY], weight[MANY], moving[MANY], fixed[MANY], line[MANY];
    for (int i = 0; i < MANY; i++) {
        income[i] = 10 + i; // uniform: the density is 1 / 400
        weight[i] = 1;
    }
    static const enum stats_poverty_measure measures[] = {STATS_FGT, STATS_SEN};
    for (int m = 0; m < 2; m++) {
        struct stats_poverty answer;
        struct stats_poverty_question question = {measures[m],
                                                  .line = {STATS_LINE_MEAN, .share = 0.7}};
        value_of(&question, income, weight, moving, &answer);
        double at = answer.line, step = 10;
        question.measure = STATS_ARPT;
        value_of(&question, income, weight, line, &answer);
        question.measure = measures[m];
        question.line = (struct stats_line){.amount = at};
        value_of(&question, income, weight, fixed, &answer);
        double slope = (moving[MANY - 1] - fixed[MANY - 1]) / line[MANY - 1];
        question.line.amount = at + step;
        double up = value_of(&question, income, weight, NULL, &answer);
        question.line.amount = at - step;
        double down = value_of(&question, income, weight, NULL, &answer);
        CHECK_NEAR(1, slope / ((up - down) / (2 * step)), 0.001);
    }
}

static void bad_requests(void)
{
    put("data.csv", FIVE);
    CHECK(!ask(REQUEST("{}", "fgt", "{\"income\": \"y\"}")));
    CHECK(strstr(error.message, "'line' is missing"));
    CHECK(!ask(REQUEST("{}", "fgt", "{\"line\": 3}")));
    CHECK_TEXT("'income' names a column or an expression", error.message);
    CHECK(!ask(REQUEST("{}", "fgt", "{\"income\": \"y\", \"line\": -3}")));
    CHECK_TEXT("the poverty line is -3, which is not above 0", error.message);
    CHECK(!ask(REQUEST("{}", "fgt", LINE5 ", \"alpha\": 0.5}")));
    CHECK(!ask(REQUEST("{}", "fgt", "{\"income\": \"y\", \"line\": {\"of\": \"mode\"}}")));
    CHECK_TEXT("a line is a percent of the mean, median or quantile, not of 'mode'", error.message);
    CHECK(!ask(REQUEST("{}", "lorenz", "{\"income\": \"y\", \"probs\": [1.5]}")));
    CHECK(!ask(REQUEST("{}", "rmpg", "{\"income\": \"y\", \"line\": 1}")));
    CHECK_TEXT("nobody is below the poverty line", error.message);
    put("data.csv", "y\n3\n3\n3\n");
    CHECK(!ask(REQUEST("{}", "qsr", "{\"income\": \"y\"}")));
    put("data.csv", "y,z\n3,1\n3,0\n");
    CHECK(!ask(REQUEST("{}", "fgt", "{\"income\": \"y\", \"line\": \"z\"}")));
    CHECK(strstr(error.where, "data.csv: line 3"));
}

TESTS(CASE(set_up), CASE(the_poor), CASE(the_unequal), CASE(nobody), CASE(nothing_earned),
      CASE(persons_lines_and_groups), CASE(replicates), CASE(influences), CASE(moving_lines),
      CASE(bad_requests), CASE(clean_up))
