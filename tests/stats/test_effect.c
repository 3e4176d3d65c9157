// SPDX-License-Identifier: GPL-3.0-or-later
// Effects on small tables, against figures worked by hand.
#include "tests/stats/asking.h"

static void put_table(const char *content)
{
    put("data.csv", content);
}

// An estimator on the table.
static bool ask_under(const char *design, const char *estimator, const char *args)
{
    char request[2000];
    snprintf(request, sizeof request,
             "{\"data\": \"data.csv\", \"design\": {%s}, \"estimator\": \"%s\", \"args\": {%s}}",
             design, estimator, args);
    return ask(request);
}

static bool estimate(const char *estimator, const char *args)
{
    return ask_under("", estimator, args);
}

// The index-th number of a list, or the number itself.
static double number_of(const struct survey_json *json, size_t index)
{
    if (json && json->kind == SURVEY_JSON_ARRAY)
        json = survey_json_at(json, index);
    return json && json->kind == SURVEY_JSON_NUMBER ? json->number : (double)NAN;
}

static double balance(size_t row, const char *key)
{
    return number_of(survey_json_get(survey_json_at(survey_json_get(got, "balance"), row), key), 0);
}

static bool warns(const char *part)
{
    const struct survey_json *warnings = survey_json_get(got, "warnings");
    for (const struct survey_json *one = warnings ? warnings->first : NULL; one; one = one->next)
        if (strstr(one->text, part))
            return true;
    return false;
}

#define ARMS "\"outcome\": \"y\", \"treatment\": \"t\""

// Means 3 and 1, variances 4 / 3 and 2 / 2; Welch: (7/3)^2 / ((4/3)^2 / 2 + 1).
static void difference(void)
{
    put_table("t,y\n1,1\n1,3\n1,5\n0,0\n0,2\n0,NA\n");
    NEED(estimate("difference", ARMS));
    CHECK_NEAR(2, field("est", 0), 1e-15);
    CHECK_NEAR(sqrt(7.0 / 3), field("se", 0), 1e-15);
    CHECK_NEAR(49.0 / 17, field("df", 0), 1e-14);
    CHECK_NEAR(5, field("n", 0), 0);
    CHECK_NEAR(1, field("missing", 0), 0);
    // The same by regression.
    NEED(estimate("lin", ARMS));
    CHECK_NEAR(2, field("est", 0), 1e-14);
    CHECK_NEAR(sqrt(7.0 / 3), field("se", 0), 1e-14);
}

// Residuals (-3, -1) and (1, 3) around 4, in two clusters: totals -4 and 4, so that CR0 is 32 / 16
// = 2; the factors are 2 each, and H of a cluster has the eigenvalue 1/2.
static void clustered(void)
{
    static const struct {
        const char *vcov;
        double variance;
    } cases[] = {{"CR0", 2},         {"CR1", 4},         {"CR1S", 4},
                 {"CR2", 4},         {"CR3", 8},         {"const", 20.0 / 3 / 4},
                 {"HC1", 20.0 / 12}, {"HC0", 20.0 / 16}, {"HC2", 20.0 / 12},
                 {"HC3", 20.0 / 9}};
    put_table("g,y\nA,1\nA,3\nB,5\nB,7\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char args[100];
        snprintf(args, sizeof args, "\"formula\": \"y ~ 1\", \"cluster\": \"g\", \"vcov\": \"%s\"",
                 cases[i].vcov);
        NEED(estimate("ols", args));
        CHECK_NEAR(4, field("est", 0), 1e-14);
        CHECK_NEAR(sqrt(cases[i].variance), field("se", 0), 1e-14);
        CHECK_NEAR(*cases[i].vcov == 'C' ? 1 : 3, field("df", 0), 1e-13);
    }
    // The design's first stage are the clusters where none are named.
    NEED(ask_under("\"ids\": [\"g\"]", "ols", "\"formula\": \"y ~ 1\""));
    CHECK_TEXT("CR2", survey_json_text(got, "vcov", ""));
    CHECK_NEAR(2, field("se", 0), 1e-14);
}

// Clusters g have the totals -4 and 4, h -2 and 2, the cells are rows: 32 / 16 + 8 / 16 - 20 / 16.
static void two_way(void)
{
    put_table("g,h,y\nA,1,1\nA,2,3\nB,1,5\nB,2,7\n");
    NEED(estimate("ols", "\"formula\": \"y ~ 1\", \"cluster\": [\"g\", \"h\"], \"vcov\": \"CR0\""));
    CHECK_NEAR(sqrt(2 + 0.5 - 1.25), field("se", 0), 1e-14);
    CHECK_NEAR(1, field("df", 0), 0);
    CHECK(!estimate("ols", "\"formula\": \"y ~ 1\", \"cluster\": [\"g\", \"h\"], \"vcov\": \"CR2\""));
    CHECK_TEXT("two-way clusters have CR0, CR1 or CR1S", error.message);
}

// Constants for each level, taken out or as columns of the model.
static void absorbed(void)
{
    put_table("g,h,x,y\nA,1,1,2\nA,2,4,3\nA,3,2,9\nB,1,5,5\nB,2,7,1\nB,3,1,4\nC,1,2,8\nC,3,6,6\n");
    NEED(estimate("ols", "\"formula\": \"y ~ x + factor(g) + factor(h)\", \"vcov\": \"const\""));
    double est = field("est", 1), se = field("se", 1);
    NEED(estimate("ols", "\"formula\": \"y ~ x\", \"fixed\": [\"g\", \"h\"], \"vcov\": \"const\""));
    CHECK_NEAR(est, field("est", 0), 1e-12);
    CHECK_NEAR(se, field("se", 0), 1e-12);
    CHECK_NEAR(5, field("absorbed", 0), 0);
    // The correction of CR2 is the same whether constants of clusters are taken out or not.
    NEED(estimate("ols", "\"formula\": \"y ~ x + factor(g)\", \"cluster\": \"g\""));
    se = field("se", 1);
    double df = field("df", 1);
    NEED(estimate("ols", "\"formula\": \"y ~ x\", \"fixed\": \"g\", \"cluster\": \"g\""));
    CHECK_NEAR(se, field("se", 0), 1e-10);
    CHECK_NEAR(df, field("df", 0), 1e-8);
    CHECK(!estimate("ols", "\"formula\": \"y ~ x\", \"fixed\": \"h\", \"cluster\": \"g\""));
    CHECK(strstr(error.message, "nested in the clusters"));
    CHECK(!estimate("ols", "\"formula\": \"y ~ h\", \"fixed\": \"h\", \"vcov\": \"const\""));
    CHECK_TEXT("'h' does not vary within the 'fixed' columns", error.message);
}

// Weights of 2 are two rows, but for the number of rows.
static void weighted(void)
{
    put_table("x,y,w\n0,1,2\n1,4,1\n2,3,3\n3,9,1\n");
    NEED(ask_under("\"weights\": \"w\"", "ols", "\"formula\": \"y ~ x\", \"vcov\": \"HC0\""));
    double est = field("est", 1), se = field("se", 1);
    put_table("x,y,g\n0,1,1\n0,1,1\n1,4,2\n2,3,3\n2,3,3\n2,3,3\n3,9,4\n");
    NEED(estimate("ols", "\"formula\": \"y ~ x\", \"cluster\": \"g\", \"vcov\": \"CR0\""));
    CHECK_NEAR(field("est", 1), est, 1e-13);
    CHECK_NEAR(field("se", 1), se, 1e-13);
}

// Arm 1 goes from 2 to 7, arm 0 from 1 to 3: 5 - 2 = 3. The changes are 6, 4 and 3, 1: variances 2
// / 2 each.
static void did(void)
{
    const char *const args = ARMS ", \"post\": \"p\", \"panel\": \"i\", \"covariates\": \"x\"";
    const char *const plain = ARMS ", \"post\": \"p\", \"cluster\": \"i\"";
    const char *const rows[] = {"a,1,0,1,5\n", "a,1,1,7,6\n", "b,1,0,3,1\n", "b,1,1,7,9\n",
                                "c,0,0,2,4\n", "c,0,1,5,3\n", "d,0,0,0,0\n", "d,0,1,1,7\n"};
    char table[300] = "i,t,p,y,x\n", backwards[300] = "i,t,p,y,x\n", first[40], second[40];
    for (int i = 0; i < 8; i++) {
        strcat(table, rows[i]);
        strcat(backwards, rows[7 - i]);
    }
    put_table(table);
    NEED(estimate("did", ARMS ", \"post\": \"p\", \"panel\": \"i\""));
    CHECK_NEAR(3, field("did", 0), 1e-14);
    CHECK_NEAR(sqrt(2), field("se", 0), 1e-14);
    NEED(estimate("did", plain));
    CHECK_NEAR(3, field("did", 0), 1e-14);
    CHECK_NEAR(3, field("did_means", 0), 1e-14);
    CHECK_NEAR(7, field("treated_after", 0), 1e-14);
    CHECK_NEAR(2, field("clusters_treated", 0), 0);
    CHECK_TEXT("CR2", survey_json_text(survey_json_get(got, "regression"), "vcov", ""));
    CHECK_NEAR(sqrt(2), field("se", 0), 1e-14);
    CHECK(!warns("30 clusters"));
    NEED(estimate("did", ARMS ", \"post\": \"p\", \"cluster\": \"i\", \"vcov\": \"CR1\""));
    CHECK(warns("fewer than 30 clusters"));
    // A condition can name the arms; the balance is that of the first period.
    NEED(estimate("did", "\"outcome\": \"y\", \"treatment\": \"${i} = 'a' or ${i} = 'b'\", \"post\": "
                    "\"p\", \"panel\": \"i\", "
                    "\"covariates\": \"x\", \"vcov\": \"const\""));
    CHECK_NEAR(3, balance(0, "mean_t"), 1e-15);
    CHECK_NEAR(2, balance(0, "mean_c"), 1e-15);
    CHECK_NEAR(1 / sqrt(8), balance(0, "smd"), 1e-15);
    CHECK(warns("equal variances"));
    // The same bits whatever the order of rows.
    for (int i = 0; i < 2; i++) {
        put_table(i ? backwards : table);
        NEED(estimate("did", args));
        snprintf(i ? second : first, sizeof first, "%a %a", field("did", 0), field("se", 0));
    }
    CHECK_TEXT(first, second);
}

// x is 1, 3 in one arm, 2, 2, 5 in the other: (2 - 3) / sqrt(2), variances 2 and 3.
static void balanced(void)
{
    put_table("t,x,f\n1,1,a\n1,3,b\n0,2,b\n0,2,c\n0,5,c\n");
    NEED(estimate("balance", "\"treatment\": \"t\", \"covariates\": [\"x\", \"f\"]"));
    CHECK_NEAR(-1 / sqrt(2), balance(0, "smd"), 1e-15);
    CHECK_NEAR(2.0 / 3, balance(0, "variance_ratio"), 1e-15);
    // Of the factor all three levels are shown; no treated unit has c.
    CHECK_NEAR(1.0 / 2 - 1.0 / 3, balance(1, "smd") * sqrt(0.5), 1e-15);
    CHECK_NEAR(2.0 / 3, balance(2, "mean_c"), 1e-15);
    CHECK_NEAR(0.5, balance(3, "mean_t"), 1e-15);
    CHECK(warns("beyond 0.1"));
    NEED(estimate("balance", "\"treatment\": \"t\", \"covariates\": \"x\", \"sd\": \"pooled\""));
    CHECK_NEAR(-1 / sqrt(2.5), balance(0, "smd"), 1e-15);
}

// Two cells: a treated 5 beside controls 1, 2, 3; treated 6, 7, 8 beside a control 5. Effects 3 and
// 2, so that the ATT is 9 / 4 and the ATE 5 / 2.
static const char *const cells =
    "t,x,y,g,s,w\n1,0,5,a,.25,2\n0,0,1,b,.25,1\n0,0,2,c,.25,1\n0,0,3,d,.25,1\n"
    "1,1,6,e,.75,1\n1,1,7,f,.75,1\n1,1,8,h,.75,1\n0,1,5,i,.75,1\n";
#define GIVEN ARMS ", \"covariates\": \"x\""

static void propensity(void)
{
    put_table(cells);
    NEED(estimate("propensity", "\"treatment\": \"t\", \"covariates\": \"x\""));
    CHECK_NEAR(-log(3), field("est", 0), 1e-12);
    CHECK_NEAR(2 * log(3), field("est", 1), 1e-12);
    CHECK_NEAR(sqrt(2 / 0.75), field("se", 1), 1e-12);
    CHECK_NEAR(2 * log(0.25) + 6 * log(0.75), field("loglik", 0), 1e-12);
}

// One question, five ways: with a covariate of two values each is exact stratification. Scores are
// (d - 9/4) / 4 of the treated with d = 3, 1, 2, 3, and (2 - y) / 12 of the first cell's controls.
static void weighed(void)
{
    static const struct {
        const char *estimator, *args;
    } ways[] = {{"ipw", GIVEN},
                {"aipw", GIVEN ", \"estimand\": \"ATT\""},
                {"entropy_balance", GIVEN},
                {"matching", GIVEN ", \"method\": \"exact\", \"exact\": \"x\""}};
    double se = sqrt(8.0 / 7 * (2.75 + 2.0 / 9) / 16);
    put_table(cells);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        NEED(estimate(ways[i].estimator, ways[i].args));
        CHECK_NEAR(2.25, field("est", 0), 1e-12);
        CHECK_NEAR(se, field("se", 0), 1e-12);
        CHECK_NEAR(7, field("df", 0), 0);
        CHECK_NEAR(0, balance(0, "smd"), 1e-12);
        CHECK_NEAR(1, balance(0, "smd_before"), 1e-12);
        CHECK_NEAR(0, field("worst_smd", 0), 1e-12);
        CHECK_NEAR(16.0 / (3.0 / 9 + 9), field("ess_control", 0), 1e-12);
        CHECK(!warns("beyond 0.1"));
    }
    NEED(estimate("ipw", GIVEN ", \"estimand\": \"ATE\""));
    CHECK_NEAR(2.5, field("est", 0), 1e-12);
    NEED(estimate("aipw", GIVEN));
    CHECK_NEAR(2.5, field("est", 0), 1e-12);
    NEED(estimate("ipw", GIVEN ", \"score\": \"s\""));
    CHECK_NEAR(2.25, field("est", 0), 1e-14);
    NEED(estimate("ipw", GIVEN ", \"trim\": [0.1, 0.5]"));
    CHECK_NEAR(3, field("est", 0), 1e-12);
    CHECK_NEAR(4, field("trimmed", 0), 0);
    CHECK_NEAR(3, field("dropped_treated", 0), 0);
}

// Every row twice, in a cluster of its own: nothing is known more than before.
static void under_a_design(void)
{
    char twice[700] = "";
    const char *at = strchr(cells, '\n') + 1;
    snprintf(twice, sizeof twice, "%.*s%s%s", (int)(at - cells), cells, at, at);
    put_table(cells);
    NEED(estimate("ipw", GIVEN));
    double se = field("se", 0);
    put_table(twice);
    NEED(ask_under("\"ids\": \"g\"", "ipw", GIVEN));
    CHECK_NEAR(se, field("se", 0), 1e-12);
    CHECK_NEAR(7, field("df", 0), 0);
    NEED(
        ask_under("\"ids\": \"g\"", "matching", GIVEN ", \"method\": \"exact\", \"exact\": \"x\""));
    CHECK_NEAR(se, field("se", 0), 1e-12);
    // The survey's weights: a treated row of the first cell counts twice, so that the ATT is (2 x 3
    // + 3 x 2) / 5.
    put_table(cells);
    CHECK(!ask_under("\"weights\": \"w\"", "ipw", GIVEN));
    CHECK(strstr(error.message, "say in 'survey_weights'"));
    const char *const multiply[] = {"entropy_balance", "matching"};
    for (int i = 0; i < 2; i++) {
        NEED(ask_under(
            "\"weights\": \"w\"", multiply[i],
            GIVEN ", \"survey_weights\": \"multiply\", \"method\": \"exact\", \"exact\": \"x\""));
        CHECK_NEAR(12.0 / 5, field("est", 0), 1e-12);
    }
    NEED(ask_under("\"weights\": \"w\"", "ipw", GIVEN ", \"survey_weights\": \"ignore\""));
    CHECK_NEAR(2.25, field("est", 0), 1e-12);
}

#define SCORED ARMS ", \"covariates\": \"x\", \"score\": \"s\", \"id\": \"i\""

static const char *control(size_t set, size_t index)
{
    const struct survey_json *pair = survey_json_at(survey_json_get(got, "pairs"), set);
    const struct survey_json *one = survey_json_at(survey_json_get(pair, "control"), index);
    return one ? one->text : "none";
}

// A at .5 and B at .6 choose among a .4, b .6, c .7. B, with the larger score, takes b; A then is
// as far from none: a.
static void nearest(void)
{
    put_table("i,t,s,x,y\nA,1,.5,1,10\nB,1,.6,2,8\na,0,.4,3,1\nb,0,.6,2,3\nc,0,.7,1,5\n");
    NEED(estimate("matching", SCORED));
    CHECK_TEXT("a", control(0, 0));
    CHECK_TEXT("b", control(1, 0));
    CHECK_NEAR(7, field("est", 0), 1e-14); // differences 9 and 5
    CHECK_NEAR(2, field("se", 0), 1e-14);  // their variance 8, over 2
    CHECK_NEAR(1, field("df", 0), 0);
    CHECK_NEAR(1, field("dropped_control", 0), 0);
    // By rows A chooses first, the lower of two that are as near.
    NEED(estimate("matching", SCORED ", \"order\": \"data\""));
    CHECK_TEXT("a", control(0, 0));
    // Two each, within a caliper that leaves c to B alone.
    NEED(estimate("matching", SCORED ", \"replace\": true, \"ratio\": 2, \"caliper\": 1.2"));
    CHECK_TEXT("b", control(0, 1));
    CHECK_TEXT("b", control(1, 0));
    CHECK_TEXT("c", control(1, 1));
    // Ties: A has a and b, B has b alone: differences 8 and 5; K of b is 1.5 and its K2 1.25; half
    // the mean squared difference of pairs around 6.5 is 1.375.
    NEED(estimate("matching", SCORED ", \"replace\": true"));
    CHECK_TEXT("b", control(0, 1));
    CHECK_NEAR(6.5, field("est", 0), 1e-14);
    CHECK_NEAR(sqrt((4.5 + 1.375) / 4), field("se", 0), 1e-14);
    CHECK_NEAR(1.5, field("max_w_control", 0), 1e-15);
    CHECK_NEAR(4 / 2.5, field("ess_control", 0), 1e-14);
    // Without them the lower one.
    NEED(estimate("matching", SCORED ", \"replace\": true, \"ties\": false"));
    CHECK_TEXT("none", control(0, 1));
    NEED(estimate("matching", SCORED ", \"side\": \"below\", \"order\": \"smallest\""));
    CHECK_TEXT("a", control(0, 0));
    CHECK(warns("'side' below"));
    // Within a cell of x B alone finds b, and c is A's.
    NEED(estimate("matching", SCORED ", \"exact\": \"x\""));
    CHECK_TEXT("c", control(0, 0));
    CHECK_TEXT("b", control(1, 0));
}

// Shares of a kernel: 1 - u^2 with u = -1/2, 1/2, -1/4 of the controls at .4, .6, .45; the one at
// .8 is beyond .2.
static void kernel(void)
{
    put_table("i,t,s,x,y\nA,1,.5,1,10\nB,1,.5,2,10\nC,1,.05,2,7\na,0,.4,3,1\nb,0,.6,2,3\nc,0,.45,1,5\nd,"
        "0,.8,1,9\n");
    NEED(estimate("matching", SCORED ", \"method\": \"kernel\", \"bandwidth\": 0.2"));
    CHECK_NEAR(10 - (0.75 * 4 + 0.9375 * 5) / 2.4375, field("est", 0), 1e-13);
    CHECK_NEAR(1, field("dropped_treated", 0), 0);
    CHECK_NEAR(1, field("dropped_control", 0), 0);
    CHECK(warns("without a match"));
    NEED(estimate("matching", SCORED ", \"support\": true"));
    CHECK_NEAR(1, field("outside_support", 0), 0);
    CHECK_NEAR(2, field("n_treated", 0), 0);
}

// x of variance 1, z of variance 4 within the arms and no covariance: A (0, 0) is nearer to b (0,
// 2) than to a (1.5, 0).
static void mahalanobis(void)
{
    put_table("i,t,x,z,y\nA,1,0,0,5\nB,1,2,0,5\nC,1,0,4,5\nD,1,2,4,5\na,0,1.5,0,1\nb,0,0,2,2\nc,0,3.5,2,"
        "3\nd,0,1.5,4,4\n");
    NEED(estimate("matching", ARMS ", \"covariates\": [\"x\", \"z\"], \"id\": \"i\", \"distance\": "
                              "\"mahalanobis\", \"replace\": true"));
    CHECK_TEXT("b", control(0, 0));
    CHECK_TEXT("a", control(1, 0));
    CHECK_TEXT("d", control(3, 0));
}

// What weighs does not depend on the order of rows, to the last bit.
static void order(void)
{
    static const char *const estimators[] = {"ipw", "aipw", "entropy_balance", "lin"};
    const char *const rows[] = {"1,0.3,5.1,a\n", "0,0.7,1.3,a\n", "0,0.1,2.9,b\n", "1,1.9,6.7,b\n",
                                "0,2.3,3.3,c\n", "1,0.9,7.7,c\n", "0,1.1,0.7,a\n", "0,0.4,4.1,c\n"};
    char first[40], second[40];
    for (size_t e = 0; e < 4; e++) {
        for (int i = 0; i < 2; i++) {
            char table[300] = "t,x,y,f\n";
            for (int k = 0; k < 8; k++)
                strcat(table, rows[i ? 7 - k : (k * 3) % 8]);
            put_table(table);
            NEED(estimate(estimators[e], ARMS ", \"covariates\": \"x\""));
            snprintf(i ? second : first, sizeof first, "%a %a", field("est", 0), field("se", 0));
        }
        CHECK_TEXT(first, second);
    }
}

#define CHANGE "\"vars\": \"y\", \"round\": \"r\", \"from\": 1, \"to\": 2, \"unit\": \"u\""

// All units twice: the variance of the mean of 1, 2, 0. Then B and C alone are in both rounds: V1 =
// 7/3, V2 = 16/3; z = (-1/3, 1) and (0, 4/3): C = 2 * 8/9.
static void changed(void)
{
    put_table("u,r,y\nA,1,1\nB,1,2\nC,1,6\nA,2,2\nB,2,4\nC,2,6\n");
    NEED(estimate("change", CHANGE));
    CHECK_NEAR(1, field("est", 0), 1e-14);
    CHECK_NEAR(sqrt(1.0 / 3), field("se", 0), 1e-14);
    CHECK_NEAR(2, field("df", 0), 0);
    CHECK_NEAR(3, field("from", 0), 1e-14);
    NEED(estimate("change", CHANGE ", \"fun\": \"total\""));
    CHECK_NEAR(3, field("est", 0), 1e-14);
    CHECK_NEAR(sqrt(3), field("se", 0), 1e-14);
    put_table("u,r,y,N\nA,1,1,10\nB,1,2,10\nC,1,6,10\nB,2,4,10\nC,2,8,10\nD,2,0,10\n");
    NEED(estimate("change", CHANGE));
    CHECK_NEAR(1, field("est", 0), 1e-14);
    CHECK_NEAR(16.0 / 9, field("covariance", 0), 1e-14);
    CHECK_NEAR(sqrt(37.0 / 9), field("se", 0), 1e-14);
    CHECK_NEAR(sqrt(23.0 / 3), field("se_independent", 0), 1e-14);
    CHECK_NEAR(3, field("df", 0), 0);
    const struct survey_json *units = survey_json_get(got, "units");
    CHECK_NEAR(2, survey_json_number(units, "both", 0), 0);
    CHECK_NEAR(1, survey_json_number(units, "to_only", 0), 0);
    // Of a population of 10: 1 - 3/10 of the variances, 1 - 9/20 of the covariance.
    NEED(ask_under("\"fpc\": \"N\", \"ids\": \"u\", \"weights\": \"N\"", "change", CHANGE));
    CHECK_NEAR(0.55 * 16 / 9, field("covariance", 0), 1e-14);
    CHECK_NEAR(sqrt(0.7 * 23 / 3 - 1.1 * 16 / 9), field("se", 0), 1e-14);
    // Those of both rounds alone.
    NEED(estimate("change", CHANGE ", \"matched\": true"));
    CHECK_NEAR(2, field("est", 0), 1e-14);
    CHECK_NEAR(2, field("n_from", 0), 0);
    put_table("u,r,y\nA,1,1\nB,1,2\nC,2,4\nD,2,8\n");
    NEED(estimate("change", CHANGE));
    CHECK_NEAR(0, field("covariance", 0), 0);
    CHECK_NEAR(sqrt(0.25 + 4), field("se", 0), 1e-14);
    CHECK(warns("no PSU is in both rounds"));
    // Two units of both rounds at the ends, the others at the mean: their covariance of 1 is more
    // than the variances, 5/9 each.
    put_table("u,r,y\nA,1,0\nB,1,10\nc,1,5\nd,1,5\ne,1,5\nf,1,5\ng,1,5\nh,1,5\ni,1,5\nj,1,5\n"
        "A,2,0\nB,2,10\nk,2,5\nl,2,5\nm,2,5\nn,2,5\no,2,5\np,2,5\nq,2,5\nr,2,5\n");
    NEED(estimate("change", CHANGE));
    CHECK_NEAR(sqrt(10.0 / 9), field("se", 0), 1e-14);
    CHECK(warns("the covariance was left out"));
}

// R's survey on a panel in wide form: hh1/change and hh2/change of the reference results.
static void changed_like_reference(void)
{
    static const char *const request =
        "{\"data\": \"" SHARED "/data/golden/data/hhpanel_long.csv\", \"design\": {%s, \"strata\": "
                               "\"county\"}, \"estimator\": \"change\", "
        "\"args\": {\"vars\": \"poor\", \"round\": \"wave\", \"from\": 0, \"to\": 1}}";
    static const struct {
        const char *design;
        double se;
    } cases[] = {
        {"\"ids\": \"village\", \"weights\": \"wt\"", 0.0147537598366678},
        {"\"ids\": [\"village\", \"hhid\"], \"fpc\": [\"Nvill\", \"Mhh\"]", 0.0145111555917544}};
    if (access(SHARED "/data/golden/data/hhpanel_long.csv", R_OK) != 0)
        SKIP("there is no " SHARED "/data/golden");
    for (int i = 0; i < 2; i++) {
        char whole[900];
        snprintf(whole, sizeof whole, request, cases[i].design);
        NEED(ask(whole));
        CHECK_NEAR(-0.056872434251167, field("est", 0), 1e-14);
        CHECK_NEAR(cases[i].se, field("se", 0), 1e-14);
        CHECK_NEAR(45, field("df", 0), 0);
    }
}

// What one option does not mean must not move a figure: kernels use controls again whatever 'replace' says, and absorbed
// columns have a default of their own.
static void defaults(void)
{
    put_table("i,t,s,x,y\nA,1,.5,1,10\nB,1,.5,2,9\nC,1,.45,2,7\na,0,.4,3,1\nb,0,.6,2,3\nc,0,.45,1,5\n");
    NEED(estimate("matching", SCORED ", \"method\": \"kernel\", \"bandwidth\": 0.2"));
    double error_of_kernel = field("se", 0);
    NEED(estimate("matching", SCORED ", \"method\": \"kernel\", \"bandwidth\": 0.2, \"replace\": true"));
    CHECK_NEAR(error_of_kernel, field("se", 0), 0);
    put_table("g,x,y\nA,1,2\nA,2,4\nA,4,5\nB,1,7\nB,3,8\nB,5,13\n");
    NEED(estimate("ols", "\"formula\": \"y ~ x\", \"fixed\": \"g\""));
    put_table("t,y,h\n1,1,a\n1,3,a\n0,2,b\n0,5,b\n");
    CHECK(!ask_under("\"strata\": \"h\"", "difference", ARMS));
    CHECK(strstr(error.message, "ask for 'lin'") != NULL);
}

static void faults(void)
{
    static const struct {
        const char *table, *estimator, *args, *message;
    } cases[] = {
        {"t,y\n1,1\n2,3\n0,4\n", "difference", ARMS, "'treatment' must be 0 or 1, not 2"},
        {"t,y\n1,1\n1,3\n0,NA\n", "difference", ARMS,
         "'treatment' is 1 in every row that can be used: there is nothing to compare"},
        {"t,y\n1,1\n1,3\n0,2\n", "difference", ARMS, "each arm needs two rows for an error"},
        {"t,y\n1,NA\n0,NA\n", "difference", ARMS, "no row has all the values that are asked for"},
        {"t,y\n1,1\n0,2\n", "difference", "\"outcome\": \"y\"", "args names no 'treatment'"},
        {"t,y\n1,1\n0,2\n0,3\n0,5\n", "ols", "\"formula\": \"y ~ t\", \"vcov\": \"HC4\"",
         "vcov 'HC4' is none of const, HC0 to HC3, CR0, CR1, CR1S, CR2, CR3"},
        {"t,y\n1,1\n0,2\n0,3\n0,5\n", "ols", "\"formula\": \"y ~ t\", \"vcov\": \"CR2\"",
         "vcov CR2 needs one or two columns in 'cluster'"},
        {"t,y\n1,1\n0,2\n", "ols", "\"formula\": \"y ~ t\"",
         "2 rows are too few for a model of 2 columns"},
        {"x,z,y\n1,2,1\n2,4,2\n3,6,3\n4,8,1\n", "ols", "\"formula\": \"y ~ x + z\"",
         "column 'z' depends on the columns before it"},
        {"g,y\nA,1\nA,2\nA,3\n", "ols", "\"formula\": \"y ~ 1\", \"cluster\": \"g\"",
         "clustered errors need at least two clusters"},
        {"g,y\nA,1\n,2\nB,3\n", "ols", "\"formula\": \"y ~ 1\", \"cluster\": \"g\"",
         "column 'g' is blank"},
        {"i,t,p,y\na,1,0,1\na,1,0,2\nb,0,0,1\nb,0,1,1\n", "did",
         ARMS ", \"post\": \"p\", \"panel\": \"i\"", "the unit stands twice in one period of 'i'"},
        {"i,t,p,y\na,1,0,1\na,0,1,2\nb,0,0,1\nb,0,1,1\n", "did",
         ARMS ", \"post\": \"p\", \"panel\": \"i\"",
         "the unit changes its arm between the periods; without 'panel' the arms can be those of "
         "rows"},
        {"i,t,p,y\na,1,0,1\nb,0,0,1\nb,0,1,1\n", "did", ARMS ", \"post\": \"p\", \"panel\": \"i\"",
         "no unit of one arm is there in both periods"},
    };
    static const struct {
        const char *table, *estimator, *args, *message;
    } more[] = {
        {"t,x,y\n1,3,1\n1,4,2\n0,1,3\n0,2,4\n", "ipw", GIVEN,
         "the model has not converged: some combination of its columns separates the outcomes"},
        {"t,x,y\n1,3,1\n1,4,2\n0,1,3\n0,2,4\n", "entropy_balance", GIVEN,
         "no weights of the controls give the means of the treated: 'x' stays 1.34 standard "
         "deviations off"},
        {"t,x,y\n1,3,1\n1,3,2\n0,3,3\n0,3,4\n", "ipw", GIVEN,
         "the model is singular: its columns depend on each other"},
        {"t,x,y\n1,1,1\n1,2,2\n0,1,3\n0,1,4\n", "entropy_balance", GIVEN,
         "the covariates depend on each other among the controls"},
        {"t,x,y\n1,1,1\n1,2,2\n0,3,3\n0,4,4\n", "matching",
         GIVEN ", \"method\": \"exact\", \"exact\": \"x\"",
         "0 treated rows could be matched: there is no overlap"},
        {"t,x,y\n1,1,1\n0,2,2\n1,2,2\n0,1,4\n", "matching", GIVEN ", \"method\": \"subclass\"",
         "'method' cannot be 'subclass' (docs/effects.md lists what it can be)"},
        {"t,x,y\n1,1,1\n0,2,2\n1,2,2\n0,1,4\n", "matching", GIVEN ", \"ratio\": 1.5",
         "'ratio' is a whole number of controls from 1 to 1000"},
        {"t,x,y\n1,1,1\n0,2,2\n1,2,2\n0,1,4\n", "ipw", GIVEN ", \"trim\": [0.1]",
         "'trim' is a list of two scores, such as [0.1, 0.9]"},
        {"t,x,y\n1,1,1\n0,2,2\n1,2,2\n0,1,4\n", "ipw", GIVEN ", \"estimand\": \"ATC\"",
         "estimand 'ATC' is neither ATT nor ATE"},
        {"u,r,y\nA,1,1\nA,1,2\n", "change", CHANGE, "the unit stands twice in one round of 'u'"},
        {"u,r,y\nA,1,1\nB,1,2\n", "change", CHANGE, "one of the two rounds has no rows"},
        {"u,r,y\nA,1,1\nB,1,2\nA,2,NA\n", "change", CHANGE,
         "one of the two rounds has no value that can be used"},
        {"r,y\n1,1\n2,2\n", "change", "\"vars\": \"y\", \"round\": \"r\", \"from\": 1, \"to\": 2",
         "name what is the same in both rounds: the design's ids, or 'unit'"},
        {"t,x,y\n1,1,1\n0,2,2\n1,2,2\n0,1,4\n", "ipw", GIVEN ", \"score\": \"x\"",
         "a propensity score lies between 0 and 1, not at 1"},
    };
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        put_table(more[i].table);
        CHECK(!estimate(more[i].estimator, more[i].args));
        CHECK_TEXT(more[i].message, error.message);
    }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_table(cases[i].table);
        CHECK(!estimate(cases[i].estimator, cases[i].args));
        CHECK_TEXT(cases[i].message, error.message);
    }
    put_table("g,y\nA,1\n,2\nB,3\n");
    CHECK(!estimate("ols", "\"formula\": \"y ~ 1\", \"cluster\": \"g\""));
    CHECK(strstr(error.where, "data.csv: line 3"));
}

TESTS(CASE(set_up), CASE(difference), CASE(clustered), CASE(two_way), CASE(absorbed), CASE(weighted),
      CASE(did), CASE(balanced), CASE(propensity), CASE(weighed), CASE(under_a_design),
      CASE(nearest), CASE(kernel), CASE(mahalanobis), CASE(order), CASE(changed),
      CASE(changed_like_reference), CASE(defaults), CASE(faults), CASE(clean_up))
