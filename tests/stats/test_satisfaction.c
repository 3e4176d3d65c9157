// SPDX-License-Identifier: GPL-3.0-or-later
// Satisfaction on tables worked by hand.
#include "tests/stats/asking.h"

static const char *text_field(const char *key, size_t index)
{
    const struct survey_json *item = survey_json_at(survey_json_get(got, key), index);
    return item && item->kind == SURVEY_JSON_STRING ? item->text : "";
}

// 5 4 4 2 and a blank: three of four in the top two of five; each group alone; nobody in a box has
// a limit.
static void top_box(void)
{
    put("data.csv", "q,r,g\n5,1,a\n4,1,a\n4,1,b\n2,1,b\n,1,c\n");
    NEED(ask(REQUEST("{}", "top_box", "{\"vars\": [\"q\", \"r\"], \"k\": 5}")));
    CHECK_NEAR(0.75, field("est", 0), 1e-15);
    CHECK_NEAR(sqrt(0.75 * 0.25 / 3), field("se", 0),
               0.02); // the blank row counts as a zero in the variance
    CHECK_NEAR(4, field("n", 0), 0);
    CHECK_NEAR(1, field("missing", 0), 0);
    CHECK_TEXT("korn-graubard", text_field("interval", 0));
    CHECK_TEXT("upper limit", text_field("interval", 1));
    CHECK_NEAR(1 - pow(0.05, 1.0 / 5), field("ci_high", 1), 1e-12);
    NEED(ask(REQUEST("{}", "top_box", "{\"vars\": \"q\", \"to\": 2, \"by\": \"g\"}")));
    CHECK_NEAR(0, field("est", 0), 0);
    CHECK_NEAR(0.5, field("est", 1), 1e-15);
    CHECK(isnan(field("est", 2)));
    CHECK_TEXT("nobody answered", text_field("reason", 2));
    CHECK(!ask(REQUEST("{}", "top_box", "{\"vars\": \"q\"}")));
    CHECK_TEXT("give 'k' (the points of the scale), or the box by 'from' or 'to'", error.message);
}

// Promoters 10 and 9, a passive 8, a detractor 3: (2 - 1) / 4. All promoters: at least 1 - 2 u.
static void promoters(void)
{
    put("data.csv", "q,all,none\n10,9,7\n9,10,8\n8,10,7\n3,9,8\n");
    NEED(ask(REQUEST("{}", "nps", "{\"vars\": [\"q\", \"all\", \"none\"]}")));
    CHECK_NEAR(0.25, field("est", 0), 1e-15);
    // 1, 1, 0, -1: squares 3 - 4 / 16, over 3 and 4
    CHECK_NEAR(sqrt(2.75 / 12), field("se", 0), 1e-14);
    double u = 1 - pow(0.05, 1.0 / 4);
    CHECK_NEAR(1, field("est", 1), 0);
    CHECK(isnan(field("se", 1)));
    CHECK_NEAR(1 - 2 * u, field("ci_low", 1), 1e-12);
    CHECK_NEAR(-u, field("ci_low", 2), 1e-12);
    CHECK_NEAR(u, field("ci_high", 2), 1e-12);
    CHECK(!ask(
        REQUEST("{}", "nps", "{\"var\": \"q\", \"promoters_from\": 5, \"detractors_to\": 5}")));
}

// On 1 to 5: (100 + 50) / 2, 25 alone, nobody; weights 3 to 1: 87.5 and 25.
static void indices(void)
{
    put("data.csv", "p,q\n5,3\n,2\n,\n");
    NEED(ask(REQUEST("{}", "satisfaction_index", "{\"vars\": [\"p\", \"q\"], \"k\": 5}")));
    CHECK_NEAR(50, field("est", 0), 1e-13);
    CHECK_NEAR(2, field("n", 0), 0);
    CHECK_NEAR(1, field("missing", 0), 0);
    NEED(ask(REQUEST("{}", "satisfaction_index",
                     "{\"vars\": [\"p\", \"q\"], \"k\": 5, \"weights\": [3, 1]}")));
    CHECK_NEAR(56.25, field("est", 0), 1e-13);
    CHECK(!ask(REQUEST("{}", "satisfaction_index", "{\"vars\": [\"p\", \"q\"], \"k\": 4}")));
    CHECK_TEXT("the answer 5 is not on the scale of 1 to 4", error.message);
    CHECK(strstr(error.where, "data.csv: line 2"));
    CHECK(!ask(REQUEST("{}", "satisfaction_index", "{\"vars\": [\"p\", \"q\"]}")));
}

// Two items that do not depend on each other: y = p + 3 q, so that standardised coefficients are
// the correlations, 1 and 3 over the root of 10.
static void importance(void)
{
    put("data.csv", "y,p,q,ip,iq\n4,1,1,5,4\n5,2,1,5,3\n7,1,2,5,2\n8,2,2,5,1\n");
#define GRID(more) "{\"vars\": [\"p\", \"q\"], " more "}"
    NEED(ask(REQUEST("{}", "importance_performance", GRID("\"overall\": \"y\""))));
    CHECK_NEAR(1.5, field("est", 0), 1e-15);
    CHECK_NEAR(1 / sqrt(10), field("importance", 0), 1e-12);
    CHECK_NEAR(3 / sqrt(10), field("importance", 1), 1e-12);
    CHECK_TEXT("possible_overkill", text_field("quadrant", 0));
    CHECK_TEXT("keep_up", text_field("quadrant", 1));
    NEED(ask(REQUEST("{}", "importance_performance",
                     GRID("\"overall\": \"y\", \"derive\": \"correlation\""))));
    CHECK_NEAR(3 / sqrt(10), field("importance", 1), 1e-12);
    NEED(ask(REQUEST("{}", "importance_performance",
                     GRID("\"importance\": [\"ip\", \"iq\"], \"cuts\": [1.6, 3]"))));
    CHECK_NEAR(2.5, field("importance", 1), 1e-15);
    CHECK_TEXT("concentrate_here", text_field("quadrant", 0));
    CHECK_TEXT("low_priority", text_field("quadrant", 1));
    CHECK(!survey_json_at(survey_json_get(got, "sure"), 0)->boolean);
    CHECK(!ask(REQUEST("{}", "importance_performance",
                       GRID("\"overall\": \"ip\", \"derive\": \"correlation\""))));
    CHECK_TEXT("'p' does not vary with 'ip': one of them is the same for all", error.message);
    CHECK(!ask(REQUEST("{}", "importance_performance", GRID("\"importance\": \"ip\""))));
    CHECK(!ask(REQUEST("{}", "importance_performance", GRID("\"derive\": \"regression\""))));
}

TESTS(CASE(set_up), CASE(top_box), CASE(promoters), CASE(indices), CASE(importance), CASE(clean_up))
