// SPDX-License-Identifier: GPL-3.0-or-later
// Small areas, worked by hand where all variances are equal.
#include "tests/stats/asking.h"

#define AREAS(more)                                                                                \
    "{\"data\": \"data.csv\", \"estimator\": \"fay_herriot\", \"args\": {\"id\": \"a\", "          \
    "\"direct\": \"y\", " more "}}"

// Mean 4 and s^2 = 34/4 = 8.5 of five areas, variance 2.5 each: A = 8.5 - 2.5 (REML, FH), 8.5 * 4/5
// - 2.5 (ML). The area without an estimate gets the mean.
static void equal_variances(void)
{
    put("data.csv", "a,y,v\np,1,2.5\nq,2,2.5\nr,3,2.5\ns,6,2.5\nt,8,2.5\nu,,\n");
    static const char *const methods[] = {"REML", "ML", "FH"};
    for (int m = 0; m < 3; m++) {
        char request[400];
        snprintf(request, sizeof request, AREAS("\"variance\": \"v\", \"method\": \"%s\""),
                 methods[m]);
        NEED(ask(request));
        double a = m == 1 ? 4.3 : 6, v = a + 2.5, b = 2.5 / v;
        double g3 = b * b * 2 * v / 5,
               bias = m == 1 ? -v / 5 : 0; // FH: none where variances are equal
        CHECK_NEAR(a, field("model_variance", 0), 1e-10);
        CHECK_NEAR(4, field("beta", 0), 1e-12);
        CHECK_NEAR(4 + (1 - b) * (1 - 4), field("eblup", 0), 1e-10);
        CHECK_NEAR(a * b + b * b * v / 5 + 2 * g3 - bias * b * b, field("mse", 0), 1e-10);
        CHECK_NEAR(4, field("eblup", 5), 1e-12);
        CHECK_NEAR(a + v / 5, field("mse", 5), 1e-10);
        CHECK_NEAR(0, field("direct_share", 5), 0);
        CHECK_NEAR(1 - b, field("direct_share", 0), 1e-10);
        CHECK(!*survey_json_text(got, "reason", ""));
    }
}

// Areas that differ less than their errors: the model has no variance, and that is said.
static void no_model_variance(void)
{
    put("data.csv", "a,y,s\np,1,2\nq,2,2\nr,1.5,2\ns,2.5,1\n");
    static const char *const methods[] = {"REML", "ML", "FH"};
    for (int m = 0; m < 3; m++) {
        char request[400];
        snprintf(request, sizeof request, AREAS("\"se\": \"s\", \"method\": \"%s\""), methods[m]);
        NEED(ask(request));
        CHECK_NEAR(0, field("model_variance", 0), 0);
        CHECK_NEAR((4.5 / 4 + 2.5) / 1.75, field("eblup", 0), 1e-12);
        CHECK(strstr(survey_json_text(got, "reason", ""), "estimated as 0"));
    }
}

static void refused(void)
{
    put("data.csv", "a,y,s,x\np,1,2,1\nq,2,0,1\nr,1.5,2,1\ns,2.5,1,1\n");
    CHECK(!ask(AREAS("\"se\": \"s\"")));
    CHECK(strstr(error.where, "data.csv: line 3"));
    CHECK(strstr(error.message, "is 0 or missing"));
    put("data.csv", "a,y,s,x\np,1,2,1\nq,2,1,1\nr,1.5,2,1\ns,2.5,1,1\n");
    CHECK(!ask(AREAS("\"se\": \"s\", \"x\": \"x\"")));
    CHECK_TEXT("the columns of x depend on one another (singular)", error.message);
    put("data.csv", "a,y,s,x\np,1,2,1\nq,2,1,\nr,1.5,2,1\ns,2.5,1,1\n");
    CHECK(!ask(AREAS("\"se\": \"s\", \"x\": \"x\"")));
    CHECK_TEXT("'x' is missing: the model needs it of every area", error.message);
    put("data.csv", "a,y,s\np,1,2\nq,2,1\n");
    CHECK(!ask(AREAS("\"se\": \"s\"")));
    CHECK_TEXT("2 areas have a direct estimate; a model of 1 columns needs at least 3",
               error.message);
    CHECK(!ask(AREAS("\"se\": \"s\", \"method\": \"Bayes\"")));
    put("data.csv", "a,y,s\np,1,-2\nq,2,1\nr,2,1\n");
    CHECK(!ask(AREAS("\"se\": \"s\"")));
    CHECK(strstr(error.where, "line 2"));
}

TESTS(CASE(set_up), CASE(equal_variances), CASE(no_model_variance), CASE(refused), CASE(clean_up))
