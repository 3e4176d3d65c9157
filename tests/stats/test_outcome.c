// SPDX-License-Identifier: GPL-3.0-or-later
// Outcome rates: worked by hand, against the example's vector, and counted out of an evaluation.
#include "stats/data/outcome.h"
#include "survey/base/json.h"
#include "survey/base/number.h"
#include "tests/stats/rounds.h"

static void by_hand(void)
{
    // 1310 I, 40 P, 22 R, 48 NC, 12 O, 8 unknown, 30 not eligible: 1432 eligible, 1440 with the
    // unknown.
    size_t count[STATS_OUTCOMES] = {1310, 40, 22, 48, 12, 5, 3, 30};
    struct stats_outcome_rates rates;
    stats_outcome_rates(count, &rates);
    double e = 1432.0 / 1462;
    CHECK_NEAR(e, rates.e, 1e-15);
    CHECK_NEAR(1310 / 1440.0, rates.response[0], 1e-15);
    CHECK_NEAR(1350 / 1440.0, rates.response[1], 1e-15);
    CHECK_NEAR(1310 / (1432 + 8 * e), rates.response[2], 1e-15);
    CHECK_NEAR(1350 / (1432 + 8 * e), rates.response[3], 1e-15);
    CHECK_NEAR(1310 / 1432.0, rates.response[4], 1e-15);
    CHECK_NEAR(1350 / 1432.0, rates.response[5], 1e-15);
    CHECK_NEAR(1310 / 1384.0, rates.cooperation[0], 1e-15);
    CHECK_NEAR(1350 / 1384.0, rates.cooperation[1], 1e-15);
    CHECK_NEAR(1310 / 1372.0, rates.cooperation[2], 1e-15);
    CHECK_NEAR(1350 / 1372.0, rates.cooperation[3], 1e-15);
    CHECK_NEAR(22 / 1440.0, rates.refusal[0], 1e-15);
    CHECK_NEAR(22 / (1432 + 8 * e), rates.refusal[1], 1e-15);
    CHECK_NEAR(22 / 1432.0, rates.refusal[2], 1e-15);
    CHECK_NEAR(1384 / 1440.0, rates.contact[0], 1e-15);
    CHECK_NEAR(1384 / (1432 + 8 * e), rates.contact[1], 1e-15);
    CHECK_NEAR(1384 / 1432.0, rates.contact[2], 1e-15);
    size_t none[STATS_OUTCOMES] = {0};
    stats_outcome_rates(none, &rates);
    CHECK(isnan(rates.e) && isnan(rates.response[0]) && isnan(rates.contact[2]));
    size_t unknown[STATS_OUTCOMES] = {0, 0, 0, 0, 0, 4, 0, 0};
    stats_outcome_rates(unknown, &rates);
    CHECK(rates.response[2] == 0);
}

static void check_percent(const struct survey_json *vector, const char *key, double rate)
{
    const char *expected = survey_json_text(vector, key, NULL);
    char text[SURVEY_NUMBER_TEXT];
    survey_number_fixed(rate * 100, 2, SURVEY_HALF_UP, text);
    CHECK_TEXT(expected ? expected : "(no such member)", text);
}

static void shared_vector(void)
{
    char *bytes = NULL;
    size_t length;
    if (!survey_file_read(SHARED "/data/example/test_vectors.json", 1 << 24, &bytes, &length,
                          &error))
        SKIP("../shared is not there");
    struct survey_arena *mine = survey_arena_new();
    struct survey_json *json = NULL;
    NEED(survey_json_read(mine, "test_vectors.json", bytes, length, &json, &error));
    const struct survey_json *v = survey_json_get(json, "aapor");
    static const char *const keys[] = {"I", "P", "R", "NC", "O", "U", NULL, "not_eligible"};
    size_t count[STATS_OUTCOMES] = {0};
    for (int i = 0; i < STATS_OUTCOMES; i++)
        count[i] = keys[i] ? (size_t)survey_json_number(v, keys[i], 0) : 0;
    NEED(count[STATS_COMPLETE] > 0);
    struct stats_outcome_rates rates;
    stats_outcome_rates(count, &rates);
    CHECK_NEAR(survey_json_number(v, "e", 0), rates.e, 5e-5);
    static const char *const response[] = {"RR1", "RR2", "RR3", "RR4", "RR5", "RR6"};
    for (int i = 0; i < 6; i++)
        check_percent(v, response[i], rates.response[i]);
    check_percent(v, "COOP1", rates.cooperation[0]);
    check_percent(v, "COOP3", rates.cooperation[2]);
    check_percent(v, "REF1", rates.refusal[0]);
    check_percent(v, "REF3", rates.refusal[2]);
    check_percent(v, "CON1", rates.contact[0]);
    check_percent(v, "CON3", rates.contact[2]);
    survey_arena_free(mine);
    free(bytes);
}

static const char sheet[] = "| dispositions | | |\n"
                            "| | code | aapor |\n"
                            "| | 110 | I |\n"
                            "| | 210 | R |\n";

// A1, A2, A3 selected, A4 in reserve, A5 not sampled.
static void counted(void)
{
    begin_with(sheet);
    run_sql("ALTER TABLE frame ADD COLUMN county TEXT");
    run_sql("UPDATE frame SET county = CASE WHEN unit < 'A3' THEN 'C1' ELSE 'C2' END");
    take_rows("KEY,unit,result\nr1,A1,110\nr3,A3,210\nr5,A5,110\n");
    struct stats_outcome_table *table = NULL;
    CHECK(stats_outcome_table(store, &tester, "county stratum", &table, &error));
    NEED(table && table->group_count == 2);
    CHECK_TEXT("C1", table->groups[0].keys[0]);
    CHECK_TEXT("s", table->groups[0].keys[1]);
    CHECK(table->groups[0].count[STATS_COMPLETE] == 1 &&
          table->groups[0].count[STATS_NON_CONTACT] == 1 && table->groups[0].silent == 1);
    CHECK(table->groups[0].rates.response[0] == 0.5);
    CHECK(table->groups[1].count[STATS_REFUSAL] == 1 &&
          table->groups[1].count[STATS_COMPLETE] == 0);
    CHECK(table->outside == 1 && table->all.silent == 1);
    CHECK_NEAR(1.0 / 3, table->all.rates.response[0], 1e-15); // the reserve does not count
    stats_outcome_table_free(table);
    take_rows("KEY,unit,result\nr4,A4,110\n"); // now it does
    CHECK(stats_outcome_table(store, &tester, NULL, &table, &error));
    NEED(table->group_count == 1);
    CHECK(table->groups[0].count[STATS_COMPLETE] == 2 && table->all.rates.response[0] == 0.5);
    stats_outcome_table_free(table);
    CHECK(!stats_outcome_table(store, &tester, "nothing", &table, &error));
    CHECK_TEXT("the frame has no column 'nothing'", error.message);
    finish();
}

// A sheet that came back without a result is no interview, whatever else is on it.
static void no_result(void)
{
    begin_with(sheet);
    take_rows("KEY,unit,age\nr1,A1,30\n");
    struct stats_outcome_table *table = NULL;
    CHECK(stats_outcome_table(store, &tester, NULL, &table, &error));
    NEED(table != NULL);
    CHECK(table->all.count[STATS_COMPLETE] == 0 && table->all.count[STATS_UNKNOWN_OTHER] == 1);
    stats_outcome_table_free(table);
    struct stats_outcome_codes codes = {.given = true};
    CHECK(stats_outcome_of(&codes, "") == STATS_UNKNOWN_OTHER && stats_outcome_of(&codes, NULL) == STATS_COMPLETE);
    finish();
}

static void bad_sheet(void)
{
    begin_with("| dispositions | | |\n| | code | aapor |\n| | 110 | I |\n| | 210 | X |\n");
    struct stats_outcome_table *table = NULL;
    CHECK(!stats_outcome_table(store, &tester, NULL, &table, &error));
    CHECK_TEXT("hh.md: dispositions!B3", error.where);
    finish();
}

TESTS(CASE(by_hand), CASE(shared_vector), CASE(counted), CASE(no_result), CASE(bad_sheet))
