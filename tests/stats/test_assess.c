// SPDX-License-Identifier: GPL-3.0-or-later
// The assessment from answers to grades, worked by hand beside the code.
#include "stats/assess/write.h"
#include "tests/stats/counties.h"

static struct stats_assessment *three(void)
{
    begin_counties(county_plan, county_frame);
    take_rows(county_rows);
    run_sql(county_cases);
    run_sql(county_admin);
    struct stats_assessment *assessment = assess(NULL);
    NEED(assessment && assessment->unit_count == 3);
    return assessment;
}

static const struct stats_figure *figure_of(const struct stats_assessment *assessment, int unit,
                                            const char *code)
{
    size_t index = indicator_at(assessment, code);
    return unit < 0 ? &assessment->overall[index] : &assessment->units[unit].figures[index];
}

static double value_of(const struct stats_assessment *assessment, int unit, const char *code)
{
    const struct stats_figure *figure = figure_of(assessment, unit, code);
    if (figure->missing)
        fprintf(stderr, "# %s of %d is missing: %s\n", code, unit, figure->missing);
    return figure->value;
}

static void persons_in_confirmed_cases(void)
{
    struct stats_assessment *a = three();
    const struct stats_figure *wrong = figure_of(a, 0, "WRONG");
    CHECK(wrong->counted && wrong->numerator == 2 && wrong->denominator == 10 &&
          wrong->base == 4); // not the flagged, not the dismissed
    CHECK_NEAR(20, wrong->value, 1e-12);
    CHECK(wrong->verdict == STATS_WITHIN && wrong->margin_count == 1 &&
          fabs(wrong->margin - 10) < 1e-12);
    CHECK(value_of(a, 1, "WRONG") == 0);
    CHECK_NEAR(100.0 * 2 / 22, value_of(a, -1, "WRONG"), 1e-12);
    const struct stats_figure *missed = figure_of(a, 0, "MISSV");
    CHECK(missed->numerator == 2 && missed->denominator == 300 &&
          missed->base == 4); // V11 and V12 once each
    CHECK(missed->verdict == STATS_WITHIN && missed->margin_count == 4);
    CHECK(strstr(missed->method, "'persons'") != NULL);
    CHECK(figure_of(a, -1, "MISSV")->denominator == 580);
    missed = figure_of(a, 0, "MISSI");
    CHECK(missed->numerator == 2 && missed->denominator == 14 && missed->verdict == STATS_CROSSED &&
          missed->margin_count == -2);
    CHECK_NEAR(100.0 * 2 / 14, figure_of(a, 0, "MISSV")->estimate.value,
               1e-10); // weighted: over those interviewed
    stats_assessment_free(a);
    end_counties();
}

static void missing_answers_are_never_mixed(void)
{
    struct stats_assessment *a = three();
    const struct stats_figure *with = figure_of(a, 0, "REC"), *without = figure_of(a, 0, "RECX");
    CHECK(with->numerator == 6 && with->denominator == 8 && with->value == 75 &&
          with->verdict == STATS_WITHIN); // 75 is not under 75
    CHECK(with->margin_count == 0 && with->margin == 0);
    CHECK(without->numerator == 6 && without->denominator == 7 &&
          without->verdict == STATS_CROSSED);
    CHECK(figure_of(a, 2, "REC")->base == 1 &&
          figure_of(a, 2, "RECX")->base == 1); // a refusal counts in neither
    CHECK(figure_of(a, 2, "RECX")->small && !without->small);
    CHECK(figure_of(a, 2, "BOTH")->base == 1 &&
          figure_of(a, 0, "BOTH")->base == 8); // refused and cannot say: not one for the other
    // No children: met, though nobody was asked who is out of school. Not answered: not counted.
    const struct stats_figure *child = figure_of(a, 0, "CHILD");
    CHECK(child->numerator == 6 && child->denominator == 7);
    CHECK(strstr(without->method, "left out (1") != NULL &&
          strstr(with->method, "counts in the denominator") != NULL);
    stats_assessment_free(a);
    end_counties();
}

static void means_totals_quantiles(void)
{
    struct stats_assessment *a = three();
    CHECK_NEAR(550.0 / 7, value_of(a, 0, "SAT"), 1e-10);
    CHECK_NEAR(95, value_of(a, 1, "SAT"), 1e-10);
    CHECK_NEAR((100 + 75 + 75 + 25 + 100 + 50 + 100) / 7.0, value_of(a, 0, "SATK"), 1e-10);
    CHECK_NEAR(3, value_of(a, 0, "SIZE"), 1e-12);
    CHECK_NEAR(24, value_of(a, 0, "SUM"), 1e-12);
    CHECK_NEAR(42, value_of(a, -1, "SUM"), 1e-12);
    CHECK_NEAR(3, value_of(a, 0, "MEDIAN"), 1e-12); // 1 2 2 3 | 3 4 4 5: the fourth of eight
    CHECK_NEAR(100.0 * 4 / 20, value_of(a, 0, "KIDS"),
               1e-10); // the household without an answer on both sides
    CHECK(figure_of(a, 0, "KIDS")->base == 7);
    CHECK_NEAR(3, figure_of(a, 0, "SIZE")->estimate.value, 1e-10);
    stats_assessment_free(a);
    end_counties();
}

static void administrative_and_derived(void)
{
    struct stats_assessment *a = three();
    CHECK_NEAR(95, value_of(a, 0, "PLAN"), 1e-12);
    CHECK_NEAR(100.0 * 215 / 200, value_of(a, 1, "PLAN") / 2 + 95.0 / 2, 1e-12);
    CHECK_NEAR(100 * (100 + 0.2 * 1000 + 2.0 / 300 * 5000) / 20000, value_of(a, 0, "POOR"), 1e-10);
    CHECK_NEAR(100 * (100 + 0.2 * 1000 + 2.0 / 14 * 5000) / 20000,
               figure_of(a, 0, "POOR")->estimate.value, 1e-9); // weighted: of those interviewed
    CHECK(figure_of(a, 0, "POOR")->estimated && !figure_of(a, 0, "PLAN")->estimated &&
          figure_of(a, 0, "POOR")->proof == STATS_NO_PROOF);
    CHECK(value_of(a, 1, "POOR") == 2 &&
          figure_of(a, 1, "POOR")->verdict == STATS_CROSSED); // equal to a line of >=
    CHECK_NEAR(80, value_of(a, 0, "GIVEN"), 0); // 79 and the bonus of the round's last day
    const struct stats_figure *poor = figure_of(a, 2, "POOR"), *plan = figure_of(a, 2, "PLAN");
    CHECK(poor->missing && strstr(poor->missing, "'some'") && isnan(poor->value) &&
          poor->verdict == STATS_NO_LINE);
    CHECK(plan->missing && strstr(plan->missing, "'done'"));
    CHECK(figure_of(a, -1, "PLAN")->missing && strstr(figure_of(a, -1, "PLAN")->missing, "1 of 3"));
    CHECK(figure_of(a, -1, "GIVEN")->missing != NULL);
    stats_assessment_free(a);
    end_counties();
}

static void up_the_tree(void)
{
    struct stats_assessment *a = three();
    const struct stats_score *one = a->units[0].scores, *two = a->units[1].scores,
                             *last = a->units[2].scores;
    CHECK_NEAR(50, one[node_at(a, "A31")].score, 1e-10);
    CHECK_NEAR(100 * (4 - 100 * (300 + 100.0 / 3) / 20000) / 4, one[node_at(a, "A33")].score, 1e-9);
    CHECK_NEAR(50, one[node_at(a, "A53")].score, 1e-10);
    CHECK_NEAR(52.5, one[node_at(a, "A3")].score, 1e-8);
    CHECK_NEAR(69.5, one[node_at(a, "A")].score, 1e-8);
    CHECK_NEAR(72.65, a->units[0].score, 1e-8);
    CHECK_NEAR(70 * 0.6 * 0.4, one[node_at(a, "A31")].share, 1e-10);
    CHECK_NEAR(100, two[node_at(a, "A1")].score, 0);
    CHECK_NEAR(85, two[node_at(a, "A3")].score, 1e-10);
    CHECK_NEAR(90.7, a->units[1].score, 1e-10);
    CHECK(a->units[0].talks == 1 && a->units[0].vetoes == 0 && a->units[1].talks == 0 &&
          a->units[1].vetoes == 1);
    CHECK(two[node_at(a, "A33")].gated && !one[node_at(a, "A33")].gated);
    // C3: nothing is known of the plan (zero), of the incidence (spread), of what was given
    // (withheld).
    CHECK(last[node_at(a, "A1")].known && last[node_at(a, "A1")].score == 0 &&
          last[node_at(a, "A1")].why);
    CHECK(!last[node_at(a, "A33")].known && last[node_at(a, "A33")].spread &&
          last[node_at(a, "A33")].share == 0);
    CHECK_NEAR(50 * 0.6 * 40 / 70, last[node_at(a, "A31")].share, 1e-10);
    CHECK_NEAR(60, last[node_at(a, "A")].score, 1e-10);
    CHECK(!a->units[2].scored && strstr(last[0].why, "'B'") && !last[node_at(a, "A1")].gated);
    stats_assessment_free(a);
    end_counties();
}

static void ranks_and_grades(void)
{
    struct stats_assessment *a = three();
    CHECK(a->units[0].rank == 2 && a->units[0].ranked == 2 && a->units[1].rank == 1);
    CHECK(a->units[2].rank == 0 && a->units[2].ranked == 0);
    CHECK(a->units[0].grade == 1);  // a talk
    CHECK(a->units[1].grade == 0);  // the best score, and a veto
    CHECK(a->units[2].grade == -1); // its missing total could decide
    CHECK_TEXT("Poor", a->grades[0].labels[0]);
    CHECK_TEXT("Talk", a->grades[0].actions[0]);
    CHECK_TEXT("Two", a->units[1].name);
    stats_assessment_free(a);
    run_sql(
        "UPDATE \"case\" SET unit = 'H13', response = 'r13' WHERE id = 'c1'"); // now a veto in C3
    a = assess(NULL);
    NEED(a != NULL);
    CHECK(!a->units[2].scored && a->units[2].vetoes == 1 &&
          a->units[2].grade == 0); // decides without a total
    stats_assessment_free(a);
    end_counties();
}

// Households drawn with 1/2 in V11 and all in V12: weights 2 and 1 in C1.
static void draw_sample(void)
{
    run_sql("INSERT INTO draw (id, round, seed, made_at, who, why, plan) VALUES ('d', '1', 1, '', "
            "'', '', '')");
    run_sql("INSERT INTO sample (draw, round, stage, unit, parent, stratum, plan_row, method, "
            "status, position, probability, population, taken, chain) "
            "SELECT DISTINCT 'd', '1', 1, village, NULL, county, 2, 'srs', 'selected', 1, 0.5, 4, "
            "2, 0.5 FROM frame WHERE county = 'C1'");
    run_sql("INSERT INTO sample (draw, round, stage, unit, parent, stratum, plan_row, method, "
            "status, position, probability, population, taken, chain) "
            "SELECT 'd', '1', 2, unit, village, '', 3, 'srs', 'selected', 1, CASE village WHEN "
            "'V11' THEN 0.5 ELSE 1 END, "
            "CASE village WHEN 'V11' THEN 8 ELSE 4 END, 4, CASE village WHEN 'V11' THEN 0.25 ELSE "
            "0.5 END FROM frame WHERE county = 'C1' AND unit <> 'H04'");
    run_sql(
        "UPDATE sample SET status = 'reserve' WHERE unit IN ('V13', 'H15')"); // not one of the
                                                                              // sampled villages
}

static void weighted_beside_plain(void)
{
    begin_counties(county_plan, county_frame);
    take_rows(county_rows);
    run_sql(county_cases);
    draw_sample();
    struct survey_report *report = survey_report_new();
    struct stats_assessment *a = assess(report);
    NEED(a && a->unit_count == 3);
    const struct stats_figure *wrong = figure_of(a, 0, "WRONG");
    CHECK(wrong->numerator == 2 && wrong->denominator == 10 && wrong->estimated);
    CHECK_NEAR(100 * (4.0 * 2) / (4 * 6 + 2 * 4), wrong->estimate.value,
               1e-10); // persons 4+2 weigh 4, 3+1 weigh 2
    CHECK(wrong->estimate.base == 10 && wrong->estimate.found == 2);
    CHECK_TEXT("korn-graubard", wrong->estimate.interval);
    CHECK(wrong->estimate.low < 25 && wrong->estimate.high > 25 && wrong->estimate.high <= 100 &&
          wrong->estimate.low >= 0);
    CHECK(wrong->proof == STATS_NOT_PROVED);
    const struct stats_figure *rec = figure_of(a, 0, "REC"); // H04 was not drawn: out of both
    CHECK(rec->numerator == 6 && rec->denominator == 7);
    CHECK_NEAR(100 * (4.0 * 3 + 2 * 3) / (4 * 3 + 2 * 4), rec->estimate.value, 1e-10);
    CHECK(figure_of(a, 0, "MISSV")->denominator == 300);
    CHECK_NEAR(100 * 2.0 * 2 / (4 * 3 + 2 * 6), figure_of(a, 0, "MISSV")->estimate.value, 1e-10);
    CHECK_NEAR(4 * 9 + 2 * 10, figure_of(a, 0, "SUM")->estimate.value, 1e-10); // of the population
    CHECK(figure_of(a, 0, "SUM")->value == 19);
    CHECK(figure_of(a, 1, "REC")->missing != NULL); // nothing was drawn in C2
    bool said = false;
    for (size_t i = 0; i < survey_report_count(report); i++)
        said |= strcmp(survey_report_at(report, i)->code, "W526") == 0 &&
                strstr(survey_report_at(report, i)->message, "7 ");
    CHECK(said); // H04 and those of C2 and C3 stand outside the sample
    survey_report_free(report);
    stats_assessment_free(a);
    end_counties();
}

static void none_found_has_an_upper_limit(void)
{
    struct stats_assessment *a = three();
    const struct stats_figure *wrong = figure_of(a, 1, "WRONG");
    CHECK(wrong->value == 0 && wrong->estimated);
    CHECK_TEXT("upper limit", wrong->estimate.interval);
    CHECK(wrong->estimate.low == 0 && wrong->estimate.high > 0 && wrong->estimate.high <= 100);
    stats_assessment_free(a);
    end_counties();
}

static void cases_that_cannot_count_are_said(void)
{
    begin_counties(county_plan, county_frame);
    take_rows(county_rows);
    run_sql(county_cases);
    run_sql("UPDATE \"case\" SET unit = 'H03', response = 'r03' WHERE id = 'c1'"); // not an exited
                                                                                   // household
    run_sql("UPDATE \"case\" SET persons = 9 WHERE id = 'c4'");                    // of two
    struct survey_report *report = survey_report_new();
    struct stats_assessment *a = assess(report);
    NEED(a != NULL);
    bool stray = false, large = false;
    for (size_t i = 0; i < survey_report_count(report); i++) {
        stray |= strcmp(survey_report_at(report, i)->code, "W524") == 0 &&
                 survey_report_at(report, i)->row > 0;
        large |= strcmp(survey_report_at(report, i)->code, "W525") == 0;
    }
    CHECK(stray && large);
    CHECK(figure_of(a, 0, "WRONG")->numerator == 0 && figure_of(a, 0, "MISSI")->numerator == 2);
    survey_report_free(report);
    stats_assessment_free(a);
    end_counties();
}

// A form about a village is of the county that the frame names; who stands nowhere is said.
static void responses_of_other_levels(void)
{
    begin_counties(county_plan, county_frame);
    take_rows(county_rows);
    take_rows("KEY,unit,household_id,result,stratum,hh_size,rec\nv1,V22,V22,110,gen,3,no\nz1,Z9,Z9,"
              "110,gen,3,no\n");
    struct survey_report *report = survey_report_new();
    struct stats_assessment *a = assess(report);
    NEED(a != NULL);
    CHECK(figure_of(a, 1, "REC")->numerator == 4 && figure_of(a, 1, "REC")->denominator == 5);
    CHECK(figure_of(a, -1, "REC")->denominator == 14);
    bool said = false;
    for (size_t i = 0; i < survey_report_count(report); i++)
        said |= strcmp(survey_report_at(report, i)->code, "W527") == 0 &&
                strncmp(survey_report_at(report, i)->message, "1 ", 2) == 0;
    CHECK(said);
    survey_report_free(report);
    stats_assessment_free(a);
    struct survey_actor other = tester;
    other.round = "3";
    CHECK(!stats_assess(store, &other, NULL, &a, &error) && strstr(error.message, "'3'"));
    end_counties();
}

static void villages_that_differ_have_no_sum(void)
{
    begin_counties(county_plan, county_frame);
    take_rows(county_rows);
    run_sql("UPDATE frame SET persons = '101' WHERE unit = 'H02'");
    run_sql("UPDATE frame SET persons = NULL WHERE unit = 'H10'");
    struct stats_assessment *a = assess(NULL);
    NEED(a != NULL);
    CHECK(figure_of(a, 0, "MISSV")->missing && strstr(figure_of(a, 0, "MISSV")->missing, "V11"));
    CHECK(figure_of(a, 1, "MISSV")->missing && strstr(figure_of(a, 1, "MISSV")->missing, "V21"));
    CHECK(!figure_of(a, 2, "MISSV")->missing && figure_of(a, -1, "MISSV")->missing);
    stats_assessment_free(a);
    end_counties();
}

static void is_stored_with_a_log_entry(void)
{
    struct stats_assessment *a = three();
    for (int again = 0; again < 2; again++) { // the second takes the place of the first
        NEED(survey_store_begin(store, &error));
        NEED(stats_assessment_store(store, a, &tester, &error));
        NEED(survey_store_commit(store, &error));
    }
    CHECK_TEXT("20", value(store, arena,
                           "SELECT printf('%g', value) FROM indicator WHERE round = '1' AND unit = "
                           "'C1' AND code = 'WRONG'"));
    CHECK_TEXT(
        "within",
        value(store, arena, "SELECT verdict FROM indicator WHERE unit = 'C1' AND code = 'WRONG'"));
    CHECK_TEXT(
        "72.65",
        value(store, arena,
              "SELECT printf('%.2f', score) FROM indicator WHERE unit = 'C1' AND code = 'T'"));
    CHECK_TEXT("2", value(store, arena,
                          "SELECT json_extract(detail, '$.outcome.rank') FROM indicator WHERE unit "
                          "= 'C1' AND code = 'T'"));
    CHECK_TEXT("(null)", value(store, arena,
                               "SELECT value FROM indicator WHERE unit = 'C3' AND code = 'PLAN'"));
    CHECK_TEXT("(null)",
               value(store, arena, "SELECT score FROM indicator WHERE unit = 'C3' AND code = 'T'"));
    CHECK_TEXT("1", value(store, arena,
                          "SELECT count(*) FROM indicator WHERE unit = '' AND code = 'WRONG'"));
    CHECK_TEXT("88", value(store, arena,
                           "SELECT count(*) FROM indicator")); // 16 and 8 in three units, 16 of all
    CHECK_TEXT("2", value(store, arena,
                          "SELECT count(*) FROM log WHERE action = 'score' AND round = '1'"));
    CHECK_TEXT("72.65", value(store, arena,
                              "SELECT printf('%.2f', json_extract(after, '$.units[0].score')) FROM "
                              "log WHERE action = 'score'"));
    stats_assessment_free(a);
    end_counties();
}

static void is_written_as_json(void)
{
    struct stats_assessment *a = three();
    const struct survey_form *form = survey_store_current_form(store, NULL, NULL, &error);
    struct survey_buffer text = SURVEY_BUFFER(1 << 24);
    struct survey_json_writer writer = survey_json_writer(&text, true);
    struct survey_json *json = NULL;
    stats_assessment_write(a, (const char *const *)form->languages, form->language_count, &writer);
    NEED(survey_json_read(arena, "json", survey_buffer_string(&text), text.length, &json, &error));
    const struct survey_json *one = survey_json_at(survey_json_get(json, "units"), 0),
                             *last = survey_json_at(survey_json_get(json, "units"), 2);
    CHECK_TEXT("C1", survey_json_text(one, "unit", ""));
    CHECK_NEAR(72.65, survey_json_number(one, "score", 0), 1e-8);
    CHECK_NEAR(2, survey_json_number(one, "grade", 0), 0);
    CHECK(survey_json_get(last, "score")->kind == SURVEY_JSON_NULL &&
          strstr(survey_json_text(last, "why", ""), "'B'"));
    const struct survey_json *wrong =
        survey_json_at(survey_json_get(one, "figures"), indicator_at(a, "WRONG"));
    CHECK_TEXT("WRONG", survey_json_text(wrong, "indicator", ""));
    CHECK_NEAR(20, survey_json_number(wrong, "value", 0), 1e-12);
    CHECK_NEAR(1, survey_json_number(wrong, "margin_count", 0), 0);
    CHECK_TEXT("within", survey_json_text(wrong, "verdict", ""));
    CHECK_NEAR(20, survey_json_number(survey_json_get(wrong, "estimate"), "value", 0), 1e-10);
    const struct survey_json *plan =
        survey_json_at(survey_json_get(last, "figures"), indicator_at(a, "PLAN"));
    CHECK(survey_json_get(plan, "value")->kind == SURVEY_JSON_NULL &&
          survey_json_text(plan, "missing", "")[0]);
    CHECK(survey_json_get(json, "indicators")->count == 16 &&
          survey_json_get(json, "scheme")->count == 8);
    CHECK(survey_json_get(survey_json_get(json, "overall"), "figures")->count == 16);
    survey_buffer_clear(&text);
    stats_assessment_free(a);
    end_counties();
}

static void small_bases_are_not_scored(void)
{
    begin_counties(INDICATORS
                   "| | REC | | % | | share | ${rec} = 'yes' | | | | | < | 90 | higher | | | 5 |\n"
                   "| | D | | % | | derived | 100 - indicator('REC') | | | | | | | | | | |\n" SCHEME
                   "| | T | | | | 100 | 100 | | | | | | |\n| | R | T | | REC | 50 | 50 | linear | "
                   "zero=0 full=100 | < | 90 | veto | na |\n"
                   "| | DD | T | | D | 50 | 50 | linear | zero=0 full=100 | | | | na |\n",
                   county_frame);
    take_rows(county_rows);
    struct stats_assessment *a = assess(NULL);
    NEED(a != NULL);
    CHECK(a->units[0].vetoes == 1 && a->units[0].scored); // 5 of 7
    CHECK(figure_of(a, 2, "REC")->small && figure_of(a, 2, "REC")->base == 1 &&
          figure_of(a, 2, "D")->small);
    CHECK(!a->units[2].scored && a->units[2].vetoes == 0 &&
          strstr(a->units[2].scores[1].why, "below 5") &&
          strstr(a->units[2].scores[2].why, "rests on"));
    stats_assessment_free(a);
    end_counties();
}

// ---- Quotas, ties and caps: ten units that were given their score

static const char given_plan[] = INDICATORS
    "| | G | Given | | | external | admin('given') | | | | | | | higher | | | |\n"
    "| | BAD | Bad practice | | | admin | admin('bad') | | | | | | | lower | | | |\n" SCHEME
    "| | T | | Total | | 100 | | | | | | | |\n"
    "| | TG | T | Given | G | 100 | | passthrough | min=0 max=100 | | | | |\n"
    "| | TB | T | Bad | BAD | 0 | | linear | zero=10 full=0 | > | 0 | cap:60 | reweight |\n" GRADES
    "| | Good | ${score} >= 80 | 30% | |\n"
    "| | Fair | ${score} >= 60 | | |\n"
    "| | Poor | true() | | |\n";

static void begin_given(const char *const *scores, size_t count)
{
    struct survey_buffer frame = SURVEY_BUFFER(4096);
    survey_buffer_text(&frame, "household_id,county,county_name,class,village\n");
    for (size_t i = 0; i < count; i++)
        survey_format(&frame, "H%02zu,C%02zu,,national,V%zu\n", i, i, i);
    begin_counties(given_plan, survey_buffer_string(&frame));
    survey_buffer_clear(&frame);
    for (size_t i = 0; i < count; i++) {
        run_sql(survey_arena_format(arena,
                                    "INSERT INTO admin (unit, name, round, value, source, date) "
                                    "VALUES ('C%02zu', 'given', '1', '%s', '', '')",
                                    i, scores[i]));
        run_sql(survey_arena_format(arena,
                                    "INSERT INTO admin (unit, name, round, value, source, date) "
                                    "VALUES ('C%02zu', 'bad', '1', '%d', '', '')",
                                    i, i == 0));
    }
}

static const char *grades_of(const struct stats_assessment *assessment)
{
    struct survey_buffer text = SURVEY_BUFFER(4096);
    for (size_t i = 0; i < assessment->unit_count; i++)
        survey_format(&text, "%s%d:%s", i ? " " : "", assessment->units[i].rank,
                      assessment->grades[assessment->units[i].grade].labels[0]);
    const char *kept = survey_arena_strdup(arena, survey_buffer_string(&text));
    survey_buffer_clear(&text);
    return kept;
}

static void quota_cap_and_ties(void)
{
    static const char *const scores[] = {"99", "95", "90", "85", "85",
                                         "84", "80", "70", "60", "59.99"};
    begin_given(scores, 10);
    struct stats_assessment *a = assess(NULL);
    NEED(a && a->unit_count == 10);
    CHECK(a->units[0].cap == 60 && a->units[0].score == 60 && a->units[0].scores[0].score == 99);
    // Three seats: 95 and 90 take two, the two of 85 would make four: none of them, nor who comes
    // after.
    CHECK_TEXT("8:Fair 1:Good 2:Good 3:Fair 3:Fair 5:Good 6:Fair 7:Fair 8:Fair 10:Poor",
               grades_of(a));
    stats_assessment_free(a);
    end_counties();
}

static void likert_of_the_example(void)
{
    static const int counts[] = {40, 30, 20, 6, 4};
    struct survey_buffer frame = SURVEY_BUFFER(1 << 20), rows = SURVEY_BUFFER(1 << 20);
    survey_buffer_text(&frame, "household_id,county,county_name,class,village,persons\n");
    survey_buffer_text(&rows, "KEY,unit,household_id,result,sat\n");
    for (int answer = 0, made = 0; answer < 5; answer++)
        for (int i = 0; i < counts[answer]; i++, made++) {
            survey_format(&frame, "H%03d,C1,One,national,V%d,10\n", made, made % 5);
            survey_format(&rows, "r%03d,H%03d,H%03d,110,%d\n", made, made, made, 5 - answer);
        }
    begin_counties(
        INDICATORS
        "| | M | Map | | | index | ${sat} | | | | points=5:100 4:80 3:60 2:30 1:0 | | | | | | |\n"
        "| | K | Mean | | | index | ${sat} | | | | k=5 | | | | | | |\n"
        "| | T2 | Top two | % | | share | ${sat} = '5' or ${sat} = '4' | | | | | | | | | | |\n",
        survey_buffer_string(&frame));
    take_rows(survey_buffer_string(&rows));
    struct stats_assessment *a = assess(NULL);
    NEED(a != NULL);
    CHECK_NEAR(77.8, value_of(a, 0, "M"), 1e-10);
    CHECK_NEAR(74.0, value_of(a, 0, "K"), 1e-10);
    CHECK_NEAR(70.0, value_of(a, 0, "T2"), 1e-10);
    CHECK_NEAR(77.8, figure_of(a, 0, "M")->estimate.value, 1e-10);
    CHECK(a->node_count == 0 && !a->units[0].scored && a->units[0].grade == -1);
    stats_assessment_free(a);
    survey_buffer_clear(&frame);
    survey_buffer_clear(&rows);
    end_counties();
}

TESTS(CASE(persons_in_confirmed_cases), CASE(missing_answers_are_never_mixed),
      CASE(means_totals_quantiles), CASE(administrative_and_derived), CASE(up_the_tree),
      CASE(ranks_and_grades), CASE(weighted_beside_plain), CASE(none_found_has_an_upper_limit),
      CASE(cases_that_cannot_count_are_said), CASE(responses_of_other_levels),
      CASE(villages_that_differ_have_no_sum), CASE(is_stored_with_a_log_entry),
      CASE(is_written_as_json), CASE(small_bases_are_not_scored), CASE(quota_cap_and_ties),
      CASE(likert_of_the_example))
