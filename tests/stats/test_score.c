// SPDX-License-Identifier: GPL-3.0-or-later
// Lines, rounding, score rules, ranks: values worked by hand, and the shared vectors of the
// example.
#include "stats/assess/assess.h"
#include "survey/base/arena.h"
#include "survey/base/file.h"
#include "survey/base/json.h"
#include "survey/base/number.h"
#include "tests/tap.h"

static const struct stats_indicator percent = {
    .code = "X", .unit = "%", .params = "", .per = "", .decimals = 2};

static struct stats_figure ratio(double numerator, double denominator, double scale)
{
    return (struct stats_figure){.value = scale * numerator / denominator,
                                 .counted = true,
                                 .numerator = numerator,
                                 .denominator = denominator};
}

static struct stats_figure value_of(double value)
{
    return (struct stats_figure){.value = value};
}

static const char *printed(double value, int decimals, bool half_even)
{
    static char text[SURVEY_NUMBER_TEXT];
    survey_number_fixed(stats_round(value, decimals, half_even), decimals, SURVEY_HALF_UP, text);
    return text;
}

static void rounds_as_people_write(void)
{
    CHECK_TEXT("28.17", printed(28.165, 2, false));
    CHECK_TEXT("28.16", printed(28.165, 2, true));
    CHECK_TEXT("28.18", printed(28.175, 2, false));
    CHECK_TEXT("28.18", printed(28.175, 2, true));
    CHECK_TEXT("28.17", printed(100.0 * 5633 / 20000, 2, false)); // the same as 28.165, computed
    CHECK_TEXT("28.16", printed(100.0 * 5633 / 20000, 2, true));
    CHECK_TEXT("0.05",
               printed(0.045 / 11 * 11, 2, false)); // a hair under 0.045 by the machine alone
    CHECK_TEXT("0.12", printed(0.115 / 7 * 7, 2, false));
    CHECK_TEXT("-0.13", printed(-0.125, 2, false));
    CHECK_TEXT("-0.12", printed(-0.125, 2, true));
    CHECK_TEXT("0.00", printed(-0.001, 2, false));
    CHECK_TEXT("2.00", printed(1.999, 2, false));
    CHECK_TEXT("3", printed(2.5, 0, false));
    CHECK_TEXT("2", printed(2.5, 0, true));
    CHECK_TEXT("2.13", printed(2.1349999, 2, false)); // not by way of 2.135
}

static void judges_ratios_exactly(void)
{
    CHECK(stats_compare_ratio(56, 2800, 100, 2) == 0);
    CHECK(stats_compare_ratio(57, 2800, 100, 2) == 1);
    CHECK(stats_compare_ratio(55, 2800, 100, 2) == -1);
    // A machine's 100 * 7 / 1000 / 0.7 may miss; whole numbers don't.
    CHECK(stats_compare_ratio(7, 1000, 100, 0.7) == 0);
    CHECK(stats_compare_ratio(29, 100, 100, 29) == 0);
    CHECK(stats_compare_ratio(3, 1000, 1000, 3) == 0);
    // One person in 10^15 beside the line still counts.
    CHECK(stats_compare_ratio(20000000000001, 1e15, 100, 2) == 1);
    CHECK(stats_compare_ratio(19999999999999, 1e15, 100, 2) == -1);
    CHECK(stats_compare_ratio(0.5, 25, 100, 2) == 0); // not whole: within the noise
    CHECK(stats_compare(0.1 + 0.2, 0.3) == 0);
    CHECK(stats_compare(0.3000001, 0.3) == 1);
    CHECK(stats_op_holds(STATS_GREATER_EQUAL, 0) && !stats_op_holds(STATS_GREATER, 0));
    CHECK(stats_op_holds(STATS_LESS_EQUAL, 0) && !stats_op_holds(STATS_LESS, 0));
    CHECK(!stats_op_holds(STATS_NO_OP, 0));
}

static enum stats_verdict verdict_of(double value, enum stats_op op, double line)
{
    struct stats_indicator indicator = percent;
    struct stats_figure figure = value_of(value);
    indicator.line_op = op;
    indicator.line = line;
    stats_judge(&indicator, &figure);
    return figure.verdict;
}

static void judges_the_unrounded_value(void)
{
    CHECK(verdict_of(1.999, STATS_GREATER, 2) == STATS_WITHIN);
    CHECK(verdict_of(1.999, STATS_LESS, 2) == STATS_CROSSED);
    CHECK(verdict_of(2.001, STATS_GREATER, 2) == STATS_CROSSED);
    CHECK_TEXT("2.00", printed(2.001, 2, false));
    CHECK(verdict_of(89.9996, STATS_LESS, 90) == STATS_CROSSED);
    CHECK_TEXT("90.00", printed(89.9996, 2, false));
    CHECK(verdict_of(2, STATS_GREATER, 2) == STATS_WITHIN);
    CHECK(verdict_of(2, STATS_GREATER_EQUAL, 2) == STATS_CROSSED);
    CHECK(verdict_of(2, STATS_NO_OP, 2) == STATS_NO_LINE);
    struct stats_indicator indicator = percent;
    struct stats_figure figure =
        ratio(20000000000001, 1e15, 100); // closer to the line than a machine's noise
    indicator.line_op = STATS_GREATER;
    indicator.line = 2;
    stats_judge(&indicator, &figure);
    CHECK(figure.verdict == STATS_CROSSED);
}

static void counts_the_margin(void)
{
    CHECK(stats_margin_count(14, 2800, 100, STATS_GREATER, 2) == 42);
    CHECK(stats_margin_count(56, 2800, 100, STATS_GREATER, 2) == 0);
    CHECK(stats_margin_count(60, 2800, 100, STATS_GREATER, 2) == -4);
    CHECK(stats_margin_count(14, 2800, 100, STATS_GREATER_EQUAL, 2) == 41);
    CHECK(stats_margin_count(14, 2810, 100, STATS_GREATER, 2) == 42); // 56.2
    CHECK(stats_margin_count(14, 2810, 100, STATS_GREATER_EQUAL, 2) == 42);
    CHECK(stats_margin_count(95, 100, 100, STATS_LESS, 90) == 5);
    CHECK(stats_margin_count(88, 100, 100, STATS_LESS, 90) == -2);
    CHECK(stats_margin_count(91, 101, 100, STATS_LESS, 90) == 0); // 90.9 needed
    CHECK(stats_margin_count(95, 100, 100, STATS_LESS_EQUAL, 90) == 4);
    CHECK(stats_margin_count(3300.5, 300000, 100, STATS_GREATER, 2) == 2699);
    struct stats_indicator indicator = percent;
    struct stats_figure figure = ratio(14, 2800, 100);
    indicator.line_op = STATS_GREATER;
    indicator.line = 2;
    stats_judge(&indicator, &figure);
    CHECK(figure.verdict == STATS_WITHIN && figure.margin_count == 42);
    CHECK_NEAR(1.5, figure.margin, 1e-12);
    indicator.statistic = STATS_MEAN; // minutes over the line are no households
    indicator.unit = "minutes";
    indicator.line = 60;
    figure = ratio(4024, 57, 1);
    stats_judge(&indicator, &figure);
    CHECK(figure.verdict == STATS_CROSSED && isnan(figure.margin_count) && figure.margin < -10);
}

static void says_what_the_interval_proves(void)
{
    struct stats_indicator indicator = percent;
    struct stats_figure figure = ratio(14, 2800, 100);
    indicator.line_op = STATS_GREATER;
    indicator.line = 2;
    figure.estimated = true;
    figure.estimate = (struct stats_estimate){
        .value = 0.5, .low = 0.15, .high = 1.2, .interval = "korn-graubard"};
    stats_judge(&indicator, &figure);
    CHECK(figure.proof == STATS_PROVED);
    figure.estimate.high = 2.5;
    stats_judge(&indicator, &figure);
    CHECK(figure.proof == STATS_NOT_PROVED);
    figure.estimate.low = 2.1;
    stats_judge(&indicator, &figure);
    CHECK(figure.proof == STATS_DISPROVED);
    figure.estimate.interval = "none";
    stats_judge(&indicator, &figure);
    CHECK(figure.proof == STATS_NO_PROOF);
}

// The score of a value under a rule; -1 where there is none, -2 where the rule can't be read.
static double score_among(const char *rule_name, const char *params,
                          const struct stats_indicator *indicator, double value,
                          const double *values, size_t count)
{
    struct survey_arena *arena = survey_arena_new();
    struct stats_score_rule rule;
    struct stats_figure figure = value_of(value);
    char message[300];
    const char *expected, *why;
    bool name_is_wrong;
    double score = -2;
    if (stats_score_rule_read(arena, rule_name, params, indicator, &rule, message, &expected,
                              &name_is_wrong)) {
        stats_judge(indicator, &figure);
        if (!stats_score_rule_apply(&rule, indicator, &figure, values, count, arena, &score,
                                    &why)) {
            CHECK(why && *why);
            score = -1;
        }
    } else {
        CHECK(message[0] != '\0');
    }
    survey_arena_free(arena);
    return score;
}

static double score(const char *rule, const char *params, enum stats_direction direction,
                    double value)
{
    struct stats_indicator indicator = percent;
    indicator.direction = direction;
    return score_among(rule, params, &indicator, value, &value, 1);
}

static void scores_by_each_rule(void)
{
    CHECK_NEAR(77.5, score("passthrough", "min=0 max=100", STATS_HIGHER, 77.5), 0);
    CHECK_NEAR(-1, score("passthrough", "min=0 max=100", STATS_HIGHER, 100.1), 0);
    CHECK_NEAR(100, score("gate", "target=100", STATS_HIGHER, 100), 0);
    CHECK_NEAR(0, score("gate", "target=100", STATS_HIGHER, 99.999), 0);
    CHECK_NEAR(100, score("gate", "target=2", STATS_LOWER, 2), 0);
    CHECK_NEAR(0, score("gate", "target=2", STATS_LOWER, 2.001), 0);
    CHECK_NEAR(95, score("ratio", "target=100 cap=100", STATS_HIGHER, 95), 1e-12);
    CHECK_NEAR(100, score("ratio", "target=100", STATS_HIGHER, 130), 0);
    CHECK_NEAR(0, score("ratio", "target=100", STATS_HIGHER, -4), 0);
    CHECK_NEAR(95, score("deduct", "target=100 k=1 unit=0.1", STATS_HIGHER, 99.5), 1e-10);
    CHECK_NEAR(0, score("deduct", "target=100 k=1 unit=0.1", STATS_HIGHER, 80), 0);
    CHECK_NEAR(100, score("deduct", "target=100 k=1 unit=0.1", STATS_HIGHER, 101), 0);
    CHECK_NEAR(80, score("deduct", "target=1 k=20 unit=1", STATS_LOWER, 2), 1e-12);
    CHECK_NEAR(75, score("linear", "zero=2 full=0", STATS_LOWER, 0.5), 1e-12);
    CHECK_NEAR(0, score("linear", "zero=2 full=0", STATS_LOWER, 2.5), 0);
    CHECK_NEAR(50, score("linear", "zero=80 full=100", STATS_HIGHER, 90), 0);
    CHECK_NEAR(100, score("linear", "zero=80 full=100", STATS_HIGHER, 100), 0);
    CHECK_NEAR(70, score("band", "points=60:40 80:70 90:100", STATS_HIGHER, 80), 0);
    CHECK_NEAR(0, score("band", "points=60:40 80:70 90:100", STATS_HIGHER, 59.9), 0);
    CHECK_NEAR(100, score("band", "points=60:40 80:70 90:100", STATS_HIGHER, 97), 0);
    CHECK_NEAR(100, score("band", "points=1:100 2:60", STATS_LOWER, 0.5), 0);
    CHECK_NEAR(60, score("band", "points=1:100 2:60", STATS_LOWER, 1.5), 0);
    CHECK_NEAR(0, score("band", "points=1:100 2:60", STATS_LOWER, 2.5), 0);
    CHECK_NEAR(74, score("likert", "k=5", STATS_HIGHER, 3.96), 1e-10);
    CHECK_NEAR(-1, score("likert", "k=5", STATS_HIGHER, 5.5), 0);
    CHECK_NEAR(60, score("rubric", "points=1:0 2:20 3:40 4:60 5:80 6:100", STATS_HIGHER, 4), 0);
    CHECK_NEAR(-1, score("rubric", "points=1:0 2:20", STATS_HIGHER, 1.5), 0);
}

static void efficacy_of_the_example(void)
{
    static const struct {
        double x, expected;
    } cases[] = {{0, 60}, {1.5, 80}, {3, 100}, {-1.5, 40}, {5, 100}, {-100, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_NEAR(cases[i].expected,
                   score("efficacy", "ok=0 sat=3 base=60 top=100 min=0", STATS_HIGHER, cases[i].x),
                   1e-10);
}

static void scores_against_the_class(void)
{
    struct stats_indicator indicator = percent;
    const double values[] = {10, 20, 20, 50};
    CHECK_NEAR(25, score_among("dtf", "worst=min best=max", &indicator, 20, values, 4), 1e-10);
    CHECK_NEAR(75, score_among("dtf", "worst=max best=min", &indicator, 20, values, 4), 1e-10);
    CHECK_NEAR(20, score_among("dtf", "worst=0 best=100", &indicator, 20, values, 4), 1e-10);
    CHECK_NEAR(-1, score_among("dtf", "worst=min best=max", &indicator, 20, values + 1, 2), 0);
    CHECK_NEAR(100, score_among("rank", "by=rank", &indicator, 50, values, 4), 0);
    CHECK_NEAR(50, score_among("rank", "by=rank", &indicator, 20, values, 4),
               1e-10); // ranks 2 and 3
    CHECK_NEAR(0, score_among("rank", "", &indicator, 10, values, 4), 0);
    CHECK_NEAR(50, score_among("rank", "by=percentile", &indicator, 20, values, 4), 1e-10);
    CHECK_NEAR(12.5, score_among("rank", "by=percentile", &indicator, 10, values, 4), 1e-10);
    indicator.direction = STATS_LOWER;
    CHECK_NEAR(100, score_among("rank", "by=rank", &indicator, 10, values, 4), 0);
    CHECK_NEAR(100, score_among("rank", "by=rank", &indicator, 10, values, 1), 0);
}

static void refuses_faulty_rules(void)
{
    static const char *const bad[][2] = {
        {"magic", ""},
        {"linear", "zero=2"},
        {"linear", "zero=2 full=2"},
        {"linear", "zero=2 full=x"},
        {"linear", "2 full=3"},
        {"linear", "zero=2 full=0 middle=1"},
        {"ratio", "target=0"},
        {"ratio", "target=100 cap=120"},
        {"deduct", "target=100 k=1 unit=0"},
        {"efficacy", "ok=1 sat=1"},
        {"efficacy", "ok=0 sat=3 top=120"},
        {"band", ""},
        {"band", "points=60:40 60:50"},
        {"band", "points=60:140"},
        {"likert", "k=1"},
        {"dtf", "worst=min best=min"},
        {"rank", "by=luck"},
        {"rubric", "points=a:b"},
        {"gate", ""},
        {"passthrough", "max=120"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (score(bad[i][0], bad[i][1], STATS_HIGHER, 1) != -2) {
            fprintf(stderr, "%s %s was taken\n", bad[i][0], bad[i][1]);
            CHECK(false);
        }
}

static void cleans_scores(void)
{
    CHECK(stats_score_clean(59.99999999999999) == 60);
    CHECK(stats_score_clean(59.99999) == 59.99999);
    CHECK(!signbit(stats_score_clean(-1e-15)));
    CHECK(score("linear", "zero=2 full=0", STATS_LOWER, 1.1) ==
          45); // 44.99999999999999 by the machine
}

// ---- The shared vectors

static struct survey_arena *shared_arena;

static const struct survey_json *vectors(const char *name)
{
    char *bytes;
    size_t length;
    struct survey_error error;
    struct survey_json *json;
    shared_arena = shared_arena ? shared_arena : survey_arena_new();
    if (!survey_file_read(SHARED "/data/example/test_vectors.json", 1 << 20, &bytes, &length,
                          &error))
        SKIP("../shared/data/example/test_vectors.json is not there");
    const char *kept = survey_arena_strndup(shared_arena, bytes, length);
    free(bytes);
    NEED(survey_json_read(shared_arena, "vectors", kept, length, &json, &error));
    const struct survey_json *found = survey_json_get(json, name);
    NEED(found != NULL);
    return found;
}

static double number(const struct survey_json *json, const char *key)
{
    return survey_json_number(json, key, NAN);
}

static void shared_rates(void)
{
    const struct survey_json *json = vectors("wrong_exit");
    CHECK_TEXT(survey_json_text(json, "half_up", ""),
               printed(100 * number(json, "confirmed") / number(json, "interviewed_exited_persons"),
                       2, false));
    static const char *const missed[] = {"missed_den_village", "missed_den_interviewed"};
    for (int i = 0; i < 2; i++) {
        json = vectors(missed[i]);
        double rate = 100 * number(json, "confirmed") / number(json, "den");
        CHECK_TEXT(survey_json_text(json, "half_up", ""), printed(rate, 2, false));
        CHECK_TEXT(survey_json_text(json, "pct4", ""), printed(rate, 4, false));
    }
}

static void shared_composite(void)
{
    const struct survey_json *json = vectors("composite");
    static const char *const names[][3] = {
        {"missed_den_village", "den_village", "den_village_pct4"},
        {"missed_den_interviewed", "den_interviewed", "den_interviewed_pct4"}};
    for (int i = 0; i < 2; i++) {
        const struct survey_json *missed = vectors(names[i][0]), *wrong = vectors("wrong_exit");
        double a31 = 100 * number(wrong, "confirmed") / number(wrong, "interviewed_exited_persons");
        double a32 = 100 * number(missed, "confirmed") / number(missed, "den");
        double poor = number(json, "remaining") + a31 / 100 * number(json, "exited_total") +
                      a32 / 100 * number(json, "unregistered_total");
        CHECK_TEXT(survey_json_text(json, names[i][1], ""),
                   printed(100 * poor / number(json, "rural_population"), 2, false));
        CHECK_TEXT(survey_json_text(json, names[i][2], ""),
                   printed(100 * poor / number(json, "rural_population"), 4, false));
    }
}

static double percent_text(const struct survey_json *json)
{
    const char *text = survey_json_text(json, "value", "");
    double value = NAN;
    survey_number_parse(text, strlen(text) - 1, &value); // without its %
    return value;
}

static void shared_thresholds(void)
{
    const struct survey_json *json = vectors("threshold_unrounded");
    CHECK_TEXT(survey_json_text(json, "shown_2dp", ""), printed(percent_text(json), 2, false));
    CHECK(survey_json_bool(json, "gt_2", true) ==
          (verdict_of(percent_text(json), STATS_GREATER, 2) == STATS_CROSSED));
    CHECK(survey_json_bool(json, "lt_2", false) ==
          (verdict_of(percent_text(json), STATS_LESS, 2) == STATS_CROSSED));
    json = vectors("threshold_unrounded_over");
    CHECK_TEXT(survey_json_text(json, "shown_2dp", ""), printed(percent_text(json), 2, false));
    CHECK(survey_json_bool(json, "gt_2", false) ==
          (verdict_of(percent_text(json), STATS_GREATER, 2) == STATS_CROSSED));
    json = vectors("recognition_just_below");
    CHECK_TEXT(survey_json_text(json, "shown_2dp", ""), printed(percent_text(json), 2, false));
    CHECK(survey_json_bool(json, "lt_90", false) ==
          (verdict_of(percent_text(json), STATS_LESS, 90) == STATS_CROSSED));
    json = vectors("rounding_pair");
    for (const struct survey_json *pair = json->first; pair; pair = pair->next) {
        double value = NAN;
        NEED(survey_number_parse(pair->key, strlen(pair->key), &value));
        CHECK_TEXT(survey_json_at(pair, 0)->text, printed(value, 2, false));
        CHECK_TEXT(survey_json_at(pair, 1)->text, printed(value, 2, true));
    }
}

static void shared_margin_and_efficacy(void)
{
    const struct survey_json *json = vectors("margin_to_line");
    double den = number(json, "exited_persons"), line = number(json, "line_pct");
    CHECK(stats_margin_count(number(json, "confirmed"), den, 100, STATS_GREATER, line) ==
          number(json, "margin_persons"));
    CHECK(stats_margin_count(0, den, 100, STATS_GREATER, line) ==
          number(json, "max_confirmed_not_over"));
    json = vectors("efficacy");
    size_t cases = 0;
    for (const struct survey_json *member = json->first; member; member = member->next) {
        double x = NAN;
        if (strncmp(member->key, "x=", 2) != 0)
            continue;
        NEED(survey_number_parse(member->key + 2, strlen(member->key + 2), &x));
        CHECK_NEAR(member->number,
                   score("efficacy", "ok=0 sat=3 base=60 top=100 min=0", STATS_HIGHER, x), 1e-10);
        cases++;
    }
    CHECK(cases == 5);
    survey_arena_free(shared_arena);
}

TESTS(CASE(rounds_as_people_write), CASE(judges_ratios_exactly), CASE(judges_the_unrounded_value),
      CASE(counts_the_margin), CASE(says_what_the_interval_proves), CASE(scores_by_each_rule),
      CASE(efficacy_of_the_example), CASE(scores_against_the_class), CASE(refuses_faulty_rules),
      CASE(cleans_scores), CASE(shared_rates), CASE(shared_composite), CASE(shared_thresholds),
      CASE(shared_margin_and_efficacy))
