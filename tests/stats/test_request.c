// SPDX-License-Identifier: GPL-3.0-or-later
// Requests on small files, against figures worked by hand.
#include "tests/stats/asking.h"

// Cells of y (1, 3) and (2, 4) weighted to 10 and 20: mean 80/30; scores w (y - cell mean) / 30: 5, 5, 10, 10 over 30.
static void post_stratified(void)
{
    put("data.csv", "c,y\nA,1\nA,3\nB,2\nB,4\n");
#define POST                                                                                                 \
    "{\"ops\": [{\"op\": \"post_stratify\", \"totals\": [{\"c\": \"A\", \"Freq\": 10}, {\"c\": \"B\", "      \
    "\"Freq\": 20}]}]}"
    NEED(ask(REQUEST(POST, "mean", "{\"vars\": \"y\"}")));
    CHECK_NEAR(80.0 / 30, field("est", 0), 1e-14);
    CHECK_NEAR(sqrt(4.0 / 3 * 250 / 900), field("se", 0), 1e-14);
    NEED(ask(REQUEST(POST, "weights", "{}")));
    CHECK_NEAR(5, field("first5", 0), 1e-14);
    CHECK_NEAR(10, field("max", 0), 1e-14);
    CHECK(!ask(REQUEST("{\"ops\": [{\"op\": \"post_stratify\", \"totals\": [{\"c\": \"A\", \"Freq\": 10}]}]}",
                       "mean", "{\"vars\": \"y\"}")));
    CHECK_TEXT("the row is in no cell of the margin", error.message);
    CHECK(strstr(error.where, "data.csv: line 4"));
}

// Margins 6:4 and 5:5 on a table of ones: cells 3, 3, 2, 2. Margins of different sums contradict.
static void raked(void)
{
    put("data.csv", "a,b,y\n1,1,1\n1,2,1\n2,1,1\n2,2,1\n");
#define MARGINS(one, two)                                                                                    \
    "{\"ops\": [{\"op\": \"rake\", \"margins\": [{\"totals\": [{\"a\": \"1\", \"Freq\": 6}, {\"a\": \"2\", " \
    "\"Freq\": 4}]}, "                                                                                       \
    "{\"totals\": [{\"b\": \"1\", \"Freq\": " one "}, {\"b\": \"2\", \"Freq\": " two "}]}]}]}"
    NEED(ask(REQUEST(MARGINS("5", "5"), "weights", "{}")));
    CHECK_NEAR(3, field("first5", 0), 1e-11);
    CHECK_NEAR(3, field("first5", 1), 1e-11);
    CHECK_NEAR(2, field("first5", 3), 1e-11);
    CHECK(!ask(REQUEST(MARGINS("5", "7"), "weights", "{}")));
    CHECK(strstr(error.message, "raking has not converged"));
}

// x = 1, 2, 3 to a count of 3 and a total of 7.5: g = 1 - 1.5 + 0.75 x.
static void calibrated(void)
{
    put("data.csv", "x,z,y\n1,2,4\n2,4,1\n3,6,2\n");
#define CALIBRATE(fun, totals, more)                                                                         \
    "{\"ops\": [{\"op\": \"calibrate\", \"fun\": \"" fun "\", \"totals\": {\"(Intercept)\": 3, " totals      \
    "}" more "}]}"
    NEED(ask(REQUEST(CALIBRATE("linear", "\"x\": 7.5", ""), "weights", "{}")));
    CHECK_NEAR(0.25, field("first5", 0), 1e-13);
    CHECK_NEAR(1, field("first5", 1), 1e-13);
    CHECK_NEAR(1.75, field("first5", 2), 1e-13);
    // What is calibrated to has no error.
    NEED(ask(REQUEST(CALIBRATE("linear", "\"x\": 7.5", ""), "total", "{\"vars\": \"x\"}")));
    CHECK_NEAR(7.5, field("est", 0), 1e-13);
    CHECK_NEAR(0, field("se", 0), 1e-12);
    for (int i = 0; i < 2; i++) {
        NEED(ask(i ? REQUEST(CALIBRATE("raking", "\"x\": 6.9", ""), "total", "{\"vars\": \"x\"}")
                   : REQUEST(CALIBRATE("logit", "\"x\": 6.9", ", \"bounds\": [0.2, 3]"), "total",
                             "{\"vars\": \"x\"}")));
        CHECK_NEAR(6.9, field("est", 0), 1e-11);
        CHECK_NEAR(0, field("se", 0), 1e-12);
    }
    NEED(ask(REQUEST(CALIBRATE("linear", "\"x\": 7.5, \"z\": 15", ""), "weights", "{}"))); // z = 2x says nothing new
    CHECK_NEAR(1.75, field("first5", 2), 1e-13);
    CHECK(!ask(REQUEST(CALIBRATE("linear", "\"x\": 7.5, \"z\": 16", ""), "weights", "{}")));
    CHECK_TEXT("the calibration is singular: 'z' depends on the columns before it, whose totals make it 15, not 16",
               error.message);
    CHECK(!ask(REQUEST(CALIBRATE("lineal", "\"x\": 7.5", ""), "weights", "{}")));
    CHECK_TEXT("'lineal' is none of linear, raking, logit", error.message);
    CHECK(!ask(REQUEST(CALIBRATE("linear", "\"x\": 9.5", ""), "weights", "{}")));
    CHECK(strstr(error.message, "makes a weight negative"));
    CHECK(!ask(REQUEST(CALIBRATE("linear", "\"x\": 8.9", ", \"bounds\": [0.8, 1.2]"), "weights", "{}")));
    CHECK(strstr(error.message, "the calibration has not converged: 'x' is off by "));
}

// JK1 of 1, 2, 6: the variance of a mean is s^2 / n = 7 / 3.
static void replicated(void)
{
    put("data.csv", "y\n1\n2\n6\n");
    put("jk.csv", "R1,R2,R3\n0,1.5,1.5\n1.5,0,1.5\n1.5,1.5,0\n");
#define JACKKNIFE "{\"replicate_file\": \"jk.csv\", \"ops\": [{\"op\": \"as_replicate\", \"type\": \"JK1\"}]}"
    NEED(ask(REQUEST(JACKKNIFE, "mean", "{\"vars\": \"y\"}")));
    CHECK_NEAR(3, field("est", 0), 1e-15);
    CHECK_NEAR(sqrt(7.0 / 3), field("se", 0), 1e-14);
    CHECK_NEAR(2, field("df", 0), 0);
    put("short.csv", "R1\n0\n1\n");
    CHECK(!ask(REQUEST("{\"replicate_file\": \"short.csv\", \"ops\": [{\"op\": \"as_replicate\"}]}", "mean",
                       "{\"vars\": \"y\"}")));
    CHECK_TEXT("2 rows of replicate weights for 3 rows of data", error.message);
}

// Two items that differ by a constant but in one row, by hand; and the error of a linearised ratio against JK1.
static void alpha(void)
{
    put("data.csv", "a,b,c,w\n1,2,3,1\n2,3,1,1\n3,4,2,1\n6,5,2,1\n");
    // a around 3: -2 -1 0 3; b around 3.5: -1.5 -.5 .5 1.5. Squares 14, 5; products 3 + .5 + 0 + 4.5 = 8; sum 19 + 16.
    NEED(ask(REQUEST("{}", "cralpha", "{\"vars\": [\"a\", \"b\"]}")));
    CHECK_NEAR(2 * (1 - 19.0 / 35), field("est", 0), 1e-13);
    CHECK_NEAR(8 / sqrt(14 * 5.0), field("item_rest_r", 1), 1e-13);
    double low = field("ci_low", 0), reach = field("est", 0) - low;
    CHECK_NEAR(reach, field("ci_high", 0) - field("est", 0), 1e-12);
    // Scores (above - 19/35 below) / 35, above 6.25 1.25 .25 11.25, below 12.25 2.25 .25 20.25: n / (n - 1) * squares.
    double r = 19.0 / 35, z[] = {6.25 - r * 12.25, 1.25 - r * 2.25, 0.25 - r * 0.25, 11.25 - r * 20.25}, sum = 0;
    for (int i = 0; i < 4; i++)
        sum += z[i] * z[i] * 4 / 3;
    CHECK_NEAR(2 * sqrt(sum) / 35, field("se", 0), 1e-13);
    CHECK(!ask(REQUEST("{}", "cralpha", "{\"vars\": [\"a\", \"w\"]}")));
    CHECK_TEXT("'w' has the same value in every row", error.message);
    CHECK(!ask(REQUEST("{}", "cralpha", "{\"vars\": [\"a\", \"b\"], \"reverse\": \"c\"}")));
    CHECK_TEXT("'c' to be reversed is none of the items", error.message);
}

// SRS of 3 of 6: joint probabilities 3*2/(6*5) = 0.2; both forms give N^2 (1 - n/N) s^2 / n = 36 * 0.5 * 7 / 3.
static void unequal_probabilities(void)
{
    put("data.csv", "y,p\n1,0.5\n2,0.5\n6,0.5\n");
    put("joint.csv", "a,b,c\n0.5,0.2,0.2\n0.2,0.5,0.2\n0.2,0.2,0.5\n");
#define PPS(more) "{\"fpc\": \"p\", " more "}"
    NEED(ask(REQUEST(PPS("\"pps\": \"joint\", \"joint\": \"joint\", \"pps_variance\": \"YG\""), "total",
                     "{\"vars\": \"y\"}")));
    CHECK_NEAR(18, field("est", 0), 1e-14);
    CHECK_NEAR(sqrt(42), field("se", 0), 1e-12);
    NEED(ask(REQUEST(PPS("\"pps\": \"brewer\""), "total", "{\"vars\": \"y\"}")));
    CHECK_NEAR(sqrt(42), field("se", 0), 1e-12);
    CHECK(!ask(REQUEST(PPS("\"pps\": \"durbin\""), "total", "{\"vars\": \"y\"}")));
}

// Cells 10, 30; 20, 25 (n = 85) as an SRS.
static void tests_and_models(void)
{
    struct survey_buffer csv = SURVEY_BUFFER(1 << 16);
    static const int cells[2][2] = {{10, 30}, {20, 25}};
    survey_buffer_text(&csv, "g,y\n");
    for (int g = 0; g < 2; g++)
        for (int y = 0; y < 2; y++)
            for (int i = 0; i < cells[g][y]; i++)
                survey_format(&csv, "%d,%d\n", g, y);
    put("data.csv", survey_buffer_string(&csv));
    survey_buffer_clear(&csv);
    double n = 85, x2 = n * pow(10.0 * 25 - 30.0 * 20, 2) / (40.0 * 45 * 30 * 55);
    NEED(ask(REQUEST("{}", "chisq", "{\"row\": \"g\", \"col\": \"y\", \"statistic\": \"Chisq\"}")));
    CHECK_NEAR(x2, field("statistic", 0), 1e-12);
    // Saturated logistic model: the log odds ratio, with the sandwich's n / (n - 1) on the sum of 1 / cell.
    NEED(ask(REQUEST("{}", "glm", "{\"formula\": \"y~g\", \"family\": \"binomial\"}")));
    CHECK_NEAR(log(30.0 / 10), field("est", 0), 1e-12);
    CHECK_NEAR(log(25.0 * 10 / (20.0 * 30)), field("est", 1), 1e-12);
    CHECK_NEAR(sqrt(n / (n - 1) * (1.0 / 10 + 1.0 / 30 + 1.0 / 20 + 1.0 / 25)), field("se", 1), 1e-12);
    CHECK_NEAR(83, field("df_resid", 0), 0);
    NEED(ask(REQUEST("{}", "ttest", "{\"formula\": \"y~g\"}")));
    CHECK_NEAR(25.0 / 45 - 30.0 / 40, field("est", 0), 1e-13);
    CHECK_NEAR(83, field("df", 0), 0);
    // Cohen's kappa: o = 35 / 85, e = (40 * 30 + 45 * 55) / 85^2
    NEED(ask(REQUEST("{}", "kappa", "{\"formula\": \"~g+y\"}")));
    double o = 35 / n, e = (40.0 * 30 + 45.0 * 55) / (n * n);
    CHECK_NEAR((o - e) / (1 - e), field("est", 0), 1e-13);
    CHECK(!ask(REQUEST("{}", "glm", "{\"formula\": \"y~g+g\", \"family\": \"binomial\"}")));
    CHECK(strstr(error.message, "singular"));
    CHECK(!ask(REQUEST("{}", "glm", "{\"formula\": \"y~nope\"}")));
    CHECK_TEXT("there is no column 'nope'", error.message);
}

// Quantiles 0.25 of 1, 2, 3, 4 by rule (Hyndman & Fan 1996, table of positions).
static void quantile_rules(void)
{
    static const struct {
        const char *rule;
        double value;
    } rules[] = {{"math", 1},    {"school", 1.5}, {"hf1", 1},    {"hf2", 1.5},  {"hf3", 2},
                 {"hf4", 1},     {"hf5", 1.5},    {"hf6", 1.25}, {"hf7", 1.75}, {"hf8", 1 + 5.0 / 12},
                 {"hf9", 1.4375}};
    put("data.csv", "y\n3\n1\n4\n2\n");
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        char request[300];
        snprintf(request, sizeof request,
                 REQUEST("{}", "quantile", "{\"vars\": \"y\", \"probs\": [0.25], \"qrule\": \"%s\"}"),
                 rules[i].rule);
        NEED(ask(request));
        if (fabs(rules[i].value - field("est", 0)) > 1e-14)
            fprintf(stderr, "rule %s\n", rules[i].rule);
        CHECK_NEAR(rules[i].value, field("est", 0), 1e-14);
    }
}

// 4 of 20: se^2 = 0.16 / 19, t(0.975, 19) = 2.0930240544.
static void share_methods(void)
{
    put("data.csv", "y\n1\n1\n1\n1\n0\n0\n0\n0\n0\n0\n0\n0\n0\n0\n0\n0\n0\n0\n0\n0\n");
    double t = 2.0930240544, se = sqrt(0.16 / 19), n = 19;
    static const char *const methods[] = {"mean", "logit", "xlogit", "asin", "wilson"};
    double low[] = {0.2 - t * se, 1 / (1 + exp(-(log(0.25) - t * se / 0.16))),
                    1 / (1 + exp(-(log(0.25) - t * se / 0.16))),
                    pow(sin(asin(sqrt(0.2)) - t * se / (2 * 0.4)), 2),
                    (0.2 + t * t / (2 * n) - t * sqrt(0.16 / n + t * t / (4 * n * n))) / (1 + t * t / n)};
    for (size_t i = 0; i < 5; i++) {
        char request[300];
        snprintf(request, sizeof request, REQUEST("{}", "ciprop", "{\"var\": \"y\", \"method\": \"%s\"}"),
                 methods[i]);
        NEED(ask(request));
        CHECK_NEAR(low[i], field("ci_low", 0), 1e-10);
    }
    CHECK(!ask(REQUEST("{}", "ciprop", "{\"var\": \"y\", \"method\": \"exact\"}")));
    put("data.csv", "y\n1\n3\n");
    CHECK(!ask(REQUEST("{}", "ciprop", "{\"var\": \"y\"}")));
    CHECK_TEXT("a share is of one column of 0 and 1", error.message);
}

// 0 of 4: 1 - 0.05^(1/4), whichever the method; all of a census is sure.
static void share_of_none(void)
{
    static const char *const methods[] = {"logit", "likelihood", "asin", "beta", "mean", "xlogit", "wilson"};
    double limit = 1 - pow(0.05, 0.25);
    put("data.csv", "y,z,n\n0,1,4\n0,1,4\n0,1,4\n0,1,4\n");
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        char request[300];
        snprintf(request, sizeof request, REQUEST("{}", "ciprop", "{\"var\": \"y\", \"method\": \"%s\"}"),
                 methods[i]);
        NEED(ask(request));
        CHECK_NEAR(0, field("est", 0), 0);
        CHECK(isnan(field("se", 0)));
        CHECK_NEAR(0, field("ci_low", 0), 0);
        CHECK_NEAR(limit, field("ci_high", 0), 1e-12);
        CHECK_TEXT("upper limit", survey_json_text(got, "interval", ""));
    }
    NEED(ask(REQUEST("{}", "ciprop", "{\"var\": \"z\"}")));
    CHECK_NEAR(1 - limit, field("ci_low", 0), 1e-12);
    CHECK_NEAR(1, field("ci_high", 0), 0);
    NEED(ask(REQUEST("{\"fpc\": \"n\"}", "ciprop", "{\"var\": \"z\"}")));
    CHECK_NEAR(0, field("se", 0), 0);
    CHECK_NEAR(1, field("ci_low", 0), 0);
    CHECK_TEXT("census", survey_json_text(got, "interval", ""));
}

// The ratio of two means and its error by the delta method is the ratio estimator's.
static void functions_of_estimates(void)
{
    put("data.csv", "a,b,c\n2,1,x\n5,2,x\n3,4,y\n9,7,y\n");
    NEED(ask(REQUEST("{}", "ratio", "{\"num\": \"a\", \"den\": \"b\"}")));
    double est = field("est", 0), se = field("se", 0);
    NEED(ask(REQUEST(
        "{}", "contrast",
        "{\"fun\": \"mean\", \"vars\": [\"a\", \"b\"], \"expr\": \"exp(log(a) - log(b)) + 0 * (a ^ 2)\"}")));
    CHECK_NEAR(est, field("est", 0), 1e-14);
    CHECK_NEAR(se, field("se", 0), 1e-14);
    NEED(ask(REQUEST("{}", "contrast_by",
                     "{\"fun\": \"mean\", \"vars\": \"a\", \"by\": \"c\", \"contrast\": [-1, 1]}")));
    CHECK_NEAR(2.5, field("est", 0), 1e-14);
    CHECK(!ask(REQUEST("{}", "contrast", "{\"vars\": [\"a\", \"b\"], \"expr\": \"a / nope\"}")));
    CHECK(!ask(REQUEST("{}", "contrast", "{\"vars\": [\"a\", \"b\"], \"contrast\": [1]}")));
}

static void bad_requests(void)
{
    put("data.csv", "y\n1\n2\n");
    CHECK(!ask("{\"data\": \"data.csv\", \"estimator\": \"mean\"}"));
    CHECK_TEXT("the request has no design", error.message);
    CHECK(!ask(REQUEST("{}", "magic", "{}")));
    CHECK(!ask(REQUEST("{\"ops\": [{\"op\": \"magic\"}]}", "mean", "{\"vars\": \"y\"}")));
    CHECK(!ask(REQUEST("{}", "mean", "{}")));
    CHECK(
        !ask(REQUEST("{\"ops\": [{\"op\": \"subset\", \"expr\": \"y > 5\"}]}", "mean", "{\"vars\": \"y\"}")));
    NEED(ask(REQUEST("{\"ops\": [{\"op\": \"subset\", \"expr\": \"y %in% c(2) & y!=7\"}]}", "total",
                     "{\"vars\": \"y\"}")));
    CHECK_NEAR(2, field("est", 0), 0);
}

TESTS(CASE(set_up), CASE(post_stratified), CASE(raked), CASE(calibrated), CASE(replicated), CASE(alpha),
      CASE(unequal_probabilities), CASE(tests_and_models), CASE(quantile_rules), CASE(share_methods), CASE(share_of_none),
      CASE(functions_of_estimates), CASE(bad_requests), CASE(clean_up))
