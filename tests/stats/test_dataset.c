// SPDX-License-Identifier: GPL-3.0-or-later
// Datasets: rows, answers and what is missing, expressions, the design out of the sample.
#include "survey/store/admin.h"
#include "tests/stats/rounds.h"

static const char sheets[] = "| evaluation | | | |\n"
                             "| | key | value | from |\n"
                             "| | assessed_unit | county | |\n"
                             "| | confidence | 0.9 | |\n"
                             "| | lonely_psu | adjust | |\n"
                             "| | line | 10 | 2015-01-01 |\n"
                             "| | line | 20 | 2016-01-01 |\n"
                             "| rounds | | | |\n"
                             "| | round | start | end |\n"
                             "| | 1 | 2015-11-01 | 2015-12-31 |\n"
                             "| rules | | |\n"
                             "| | rule | type | expression |\n"
                             "| | OLD | missed | ${age} > 60 |\n"
                             "| | BOTH | missed | rule('OLD') and ${income} < 3 |\n"
                             "| | LOOP | missed | rule('POOL') |\n"
                             "| | POOL | missed | ${age} = 1 and rule('LOOP') |\n"
                             "| dispositions | | |\n"
                             "| | code | aapor |\n"
                             "| | 110 | I |\n"
                             "| | 210 | R |\n";

static void begin(void)
{
    begin_with(sheets);
    run_sql("ALTER TABLE frame ADD COLUMN county TEXT");
    run_sql("ALTER TABLE frame ADD COLUMN size TEXT");
    run_sql(
        "UPDATE frame SET county = CASE WHEN unit < 'A3' THEN 'C1' ELSE 'C2' END, size = position");
    run_sql("UPDATE frame SET size = NULL WHERE unit = 'A3'");
}

// Four rows: an old couple, a child alone, somebody who cannot say, a refusal.
static void take_four(void)
{
    take_rows("KEY,unit,start,end,result,age,income,child,sat,traits,note1\n"
              "r1,A1,2015-12-01T09:00:00+08:00,2015-12-01T09:11:30+08:00,110,70,2.5,0,5,a b,x\n"
              "r2,A2,2015-12-01T09:00:00+08:00,2015-12-01T10:00:00+08:00,110,12,,,1,a,x\n"
              "r3,A3,2015-12-01T09:00:00+08:00,,110,80,9,,98,,38.0 114.0\n"
              "r4,Z9,,,210,,,,,,\n");
}

static void answers_and_kinds(void)
{
    begin();
    take_four();
    struct stats_dataset *dataset = open_round();
    NEED(dataset && stats_dataset_rows(dataset) == 4);
    enum survey_missing kind;
    CHECK_TEXT("70", stats_dataset_answer(dataset, "age", 0, &kind));
    CHECK(kind == SURVEY_PRESENT);
    CHECK_TEXT("", stats_dataset_answer(dataset, "child", 1, &kind));
    CHECK(kind == SURVEY_NOT_ASKED);
    CHECK_TEXT("", stats_dataset_answer(dataset, "sat", 2, &kind));
    CHECK(kind == SURVEY_DONT_KNOW);
    CHECK_TEXT("", stats_dataset_answer(dataset, "income", 1, &kind));
    CHECK(kind == SURVEY_BLANK);
    CHECK(stats_dataset_answer(dataset, "nothing", 0, NULL) == NULL);
    CHECK(stats_dataset_answer(dataset, "mage", 0, NULL) == NULL); // in a repeat
    CHECK_TEXT("C1", stats_dataset_frame(dataset, "county", 0));
    CHECK_TEXT("", stats_dataset_frame(dataset, "county", 3)); // not in the frame
    CHECK(stats_dataset_frame(dataset, "nothing", 0) == NULL);
    CHECK_TEXT("r3", stats_dataset_response(dataset, 2));
    CHECK_TEXT("A3", stats_dataset_unit(dataset, 2));
    CHECK(stats_dataset_interview(dataset, 2) && !stats_dataset_interview(dataset, 3));
    stats_dataset_free(dataset);
    finish();
}

static void expressions(void)
{
    begin();
    take_four();
    struct stats_dataset *dataset = open_round();
    NEED(dataset);
    VALUES("70 12 80 -", "${age}");
    VALUES("140 24 160 -", "${twice}");               // a calculation: NaN where age is blank
    VALUES("1 1 - -", "${age} < 18 or ${child} = 0"); // not asked, and not needed
    VALUES("0 1 0 -", "${age} < 18");
    VALUES("1 0 - -", "${sat} = '5'");
    VALUES("0 0 1 -", "${sat} = '98'"); // the code of don't know
    VALUES("0 0 0 1", "${sat} = ''");
    VALUES("1 0 - -", "selected(${traits}, 'b')");
    VALUES("2.5 -1 9 -1", "coalesce(${income}, -1)");
    uint8_t inside[4];
    CHECK(stats_dataset_condition(dataset, "${income} > 2", NULL, inside, &error));
    CHECK(inside[0] == 1 && inside[1] == 0 && inside[2] == 1 && inside[3] == 0);
    stats_dataset_free(dataset);
    finish();
}

static void functions(void)
{
    begin();
    take_four();
    run_sql("INSERT INTO admin VALUES ('C1', 'people', '1', '1000', '', ''), ('C1', 'people', '', "
            "'900', '', ''), "
            "('C2', 'people', '', '500', '', '')");
    struct stats_dataset *dataset = open_round();
    NEED(dataset);
    VALUES("1 1 0 -", "frame('county') = 'C1'");
    VALUES("1 2 - -", "frame('size') + 0");
    VALUES("1000 1000 500 -", "admin('people')");
    VALUES("- - - -", "admin('nothing') + 1");
    VALUES("1000 1000 500 -", "admin('people', 'county')");
    VALUES("10 10 10 10", "parameter('line')"); // as on the last day of the round
    VALUES("11.5 60 - -", "minutes(${start}, ${end})");
    VALUES("- - 0 -", "distance-km(${note1}, '38 114 0 0')");
    double km[4];
    CHECK(stats_dataset_number(dataset, "distance-km('0 0', '0 1')", NULL, km, &error));
    CHECK_NEAR(6378.1 * 3.14159265358979 / 180, km[0], 1e-9);
    VALUES("2 2 1 -", "same(${note1})");
    VALUES("0 1 0 -", "all-equal(${age}, 12)");
    VALUES("0 - 0 -", "all-equal(${age}, ${income}, ${age})"); // what is known may decide
    VALUES("1 0 1 -", "rule('OLD')");
    VALUES("1 0 0 -", "rule('BOTH')"); // r2's income is blank, but r2 is not old
    stats_dataset_free(dataset);
    finish();
}

static void confirmed_cases(void)
{
    begin();
    take_four();
    run_sql(
        "INSERT INTO \"case\" VALUES ('c1', '1', 'missed', 'A1', 'r1', 3, 'OLD', 'confirmed', ''), "
        "('c2', '1', 'missed', 'A2', 'r2', 1, 'OLD', 'flagged', ''), ('c3', '1', 'other', 'A3', "
        "'r3', 2, 'OLD', 'confirmed', '')");
    struct stats_dataset *dataset = open_round();
    NEED(dataset);
    VALUES("1 0 0 0", "case('missed')");
    VALUES("0 0 1 0", "case('other')");
    CHECK(stats_dataset_case_persons(dataset, "missed", 0) == 3 &&
          stats_dataset_case_persons(dataset, "missed", 1) == 0);
    stats_dataset_free(dataset);
    finish();
}

static void faults(void)
{
    begin();
    take_four();
    struct stats_dataset *dataset = open_round();
    NEED(dataset);
    VALUES("!here: there is no question 'nothing'", "${nothing} = 1");
    VALUES("!here: the question 'mage' stands in a repeat: it has many answers a row",
           "${mage} = 1");
    VALUES("!here: the frame has no column 'nothing'", "frame('nothing')");
    VALUES("!here: there is no rule 'NONE'", "rule('NONE')");
    VALUES("!here: 'age' is neither ${a question} nor 'a text'", "age > 5");
    VALUES("!here: there is no function nothing()", "nothing(1)");
    VALUES("!here: same() takes a question: same(${name})", "same(1)");
    VALUES("!here: the evaluation sheet has no 'none' that holds in the round",
           "parameter('none')");
    VALUES("!hh.md: rules!C5: rule 'POOL' leads back to itself", "rule('POOL') or rule('LOOP')");
    CHECK(values_of(dataset, "${age} >")[0] == '!');
    stats_dataset_free(dataset);
    run_sql("UPDATE response SET disposition = '999' WHERE id = 'r2'");
    CHECK(open_round() == NULL && strstr(error.message, "999") != NULL);
    finish();
}

static void one_stage(void)
{
    begin();
    take_four();
    struct stats_dataset *dataset = open_round();
    NEED(dataset);
    const struct stats_design *design = stats_dataset_design(dataset);
    CHECK(design->n == 4 && design->stages == 1 && design->confidence == 0.9 &&
          design->lonely == STATS_LONELY_ADJUST);
    CHECK(design->weight[0] == 2 && design->weight[2] == 2 &&
          design->weight[3] == 0); // 1 / 0.5; a refusal outside the sample
    CHECK(design->stratum[0] == design->stratum[1] && design->unit[0][0] != design->unit[0][1]);
    CHECK(design->fpc[0] && design->fpc[0][0] == 5);
    CHECK_TEXT("s", design->stratum_names[design->stratum[0]]);
    CHECK(!stats_dataset_weighted(dataset));
    stats_dataset_free(dataset);
    run_sql("INSERT INTO weight VALUES ('1', 'r1', 1, 'base', 2), ('1', 'r1', 2, 'trim', 7), ('1', "
            "'r2', 2, 'trim', 8), ('1', 'r3', 2, 'trim', 9)");
    dataset = open_round();
    NEED(dataset);
    CHECK(stats_dataset_weighted(dataset) && stats_dataset_design(dataset)->weight[0] == 7 &&
          stats_dataset_design(dataset)->weight[2] == 9);
    stats_dataset_free(dataset);
    run_sql(
        "DELETE FROM weight WHERE response = 'r2'"); // an interview without a weight beside others
    CHECK(open_round() == NULL && strstr(error.message, "1 interviews") != NULL);
    run_sql("INSERT INTO weight VALUES ('1', 'r2', 2, 'trim', 8)");
    run_sql("UPDATE response SET disposition = '210' WHERE id = 'r1'"); // and one that is none any more
    CHECK(open_round() == NULL && strstr(error.message, "1 interviews") != NULL);
    finish();
}

// Villages V1 (certain) and V2 by PPS, households A1, A2 in V1 and A3, A4 in V2.
static void two_stages(void)
{
    begin();
    take_four();
    take_rows("KEY,unit,result,age\nr5,A4,110,5\n");
    run_sql("DELETE FROM sample");
    run_sql("INSERT INTO sample VALUES ('d', '1', 1, 'V1', NULL, 'x', 2, 'pps_systematic', "
            "'selected', 1, 1, 9, 2, 1, '', NULL), "
            "('d', '1', 1, 'V2', NULL, 'x', 2, 'pps_systematic', 'selected', 2, 0.25, 9, 2, 0.25, "
            "'', NULL), "
            "('d', '1', 2, 'A1', 'V1', 'p', 3, 'srs', 'selected', 1, 0.5, 4, 2, 0.5, '', NULL), "
            "('d', '1', 2, 'A2', 'V1', 'p', 3, 'srs', 'selected', 2, 0.5, 4, 2, 0.5, '', NULL), "
            "('d', '1', 2, 'A3', 'V2', 'p', 3, 'srs', 'selected', 1, 0.1, 20, 2, 0.025, '', NULL), "
            "('d', '1', 2, 'A4', 'V2', 'p', 3, 'srs', 'selected', 2, 0.1, 20, 2, 0.025, '', NULL)");
    struct stats_dataset *dataset = open_round();
    NEED(dataset && stats_dataset_rows(dataset) == 5);
    const struct stats_design *d = stats_dataset_design(dataset);
    CHECK(d->weight[0] == 2 && fabs(d->weight[2] - 40) < 1e-12 && d->weight[4] == 0);
    // V1 represents itself: its households are the PSUs, out of 4.
    CHECK(d->stratum[0] == d->stratum[1] && d->stratum[0] != d->stratum[2] &&
          d->stratum[2] == d->stratum[3]);
    CHECK(d->unit[0][0] != d->unit[0][1] && d->fpc[0][0] == 4);
    CHECK_TEXT("V1 p", d->stratum_names[d->stratum[0]]);
    // V2 is a PSU as if drawn with replacement; what is below it adds nothing.
    CHECK(d->unit[0][2] == d->unit[0][3] && isinf(d->fpc[0][2]) && d->stages == 1);
    CHECK_TEXT("p", stats_dataset_stratum(dataset, 2));
    stats_dataset_free(dataset);
    // The same with SRS of villages: two stages, each with its population.
    run_sql("UPDATE sample SET method = 'srs' WHERE stage = 1");
    dataset = open_round();
    NEED(dataset);
    d = stats_dataset_design(dataset);
    CHECK(d->stages == 2 && d->fpc[0][2] == 9 && d->fpc[1][2] == 20 &&
          d->unit[1][2] != d->unit[1][3]);
    CHECK(d->fpc[0][0] == 4 && d->fpc[1][0] == 1 && d->unit[1][0] != d->unit[1][1]);
    stats_dataset_free(dataset);
    run_sql("DELETE FROM sample");
    dataset = open_round();
    NEED(dataset);
    d = stats_dataset_design(dataset);
    CHECK(d->stages == 1 && d->stratum == NULL && d->fpc[0] == NULL && d->weight[0] == 1 &&
          d->unit[0][0] != d->unit[0][1]);
    stats_dataset_free(dataset);
    finish();
}

TESTS(CASE(answers_and_kinds), CASE(expressions), CASE(functions), CASE(confirmed_cases),
      CASE(faults), CASE(one_stage), CASE(two_stages))
