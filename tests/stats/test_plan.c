// SPDX-License-Identifier: GPL-3.0-or-later
// Faults of the indicators, scheme, grades and evaluation sheets, each at its cell; and the example's
// scheme.
#include "tests/stats/counties.h"

static const char frame[] = "household_id,county,county_name,class,village,persons\nH1,C1,One,national,V1,10\nH2,C2,Two,provincial,V2,10\n";

// The faults and warnings of a plan: "E502 indicators!E3; ..."; "none", or "!" and the error.
static const char *problems_of(const char *plan)
{
    struct survey_report *report = survey_report_new();
    struct stats_assessment *assessment = NULL;
    struct survey_buffer text = SURVEY_BUFFER(1 << 16);
    begin_counties(plan, frame);
    run_sql("INSERT INTO admin (unit, name, round, value, source, date) VALUES ('C1', 'known', '1', '1', '', '')");
    bool done = stats_assess(store, &tester, report, &assessment, &error);
    survey_report_sort(report);
    for (size_t i = 0; i < survey_report_count(report); i++) {
        const struct survey_problem *problem = survey_report_at(report, i);
        char place[600];
        survey_place_text(problem, place, sizeof place);
        const char *cell = strstr(place, ": ");
        survey_format(&text, "%s%s %s", i ? "; " : "", problem->code, cell ? cell + 2 : place);
        CHECK(problem->message[0] != '\0');
    }
    CHECK(done == !survey_report_count_of(report, SURVEY_FAULT) || !survey_report_count(report));
    if (!done && !survey_report_count(report))
        survey_format(&text, "!%s", error.message);
    static char kept[4096];
    survey_format_into(kept, sizeof kept, "%s", done && !text.length ? "none" : survey_buffer_string(&text));
    survey_buffer_clear(&text);
    survey_report_free(report);
    stats_assessment_free(assessment);
    end_counties();
    return kept;
}

#define INDICATOR(row) CHECK_TEXT(expected, problems_of(INDICATORS row "\n"))

static void good_rows(void)
{
    const char *expected = "none";
    INDICATOR("| | A | | % | hh | share | ${rec} = 'yes' | | | | | < | 90 | higher | 1 | half_even | 3 |");
    INDICATOR("| | A | | | | share | frame('class') = 'national' and ${hh_size} > parameter('bonus') | | | | | | | | | | |");
    INDICATOR("| | A | | % | | cases | case('x') | frame('persons') | | ${hh_size} | den=village | > | 2 | | | | |");
    INDICATOR("| | A | | | | mean | admin('known', 'county') | | | | | | | | | | |");
    INDICATOR("| | A | | % | | admin | admin('known') | | | | | ≥ | 90 | | | | |");
}

static void faulty_indicators(void)
{
    static const struct { const char *row, *expected; } cases[] = {
        {"| | | | % | | admin | admin('known') | | | | | | | | | | |", "E501 indicators!A2"},
        {"| | A | | % | | median | ${hh_size} | | | | | | | | | | |", "E502 indicators!E2"},
        {"| | A | | % | | | ${hh_size} | | | | | | | | | | |", "E502 indicators!E2"},
        {"| | A | | % | | mean | ${hh_size} | | | | | => | 2 | | | | |", "E503 indicators!K2"},
        {"| | A | | % | | mean | ${hh_size} | | | | | | 2 | | | | |", "E503 indicators!K2"},
        {"| | A | | % | | mean | ${hh_size} | | | | | > | | | | | |", "E504 indicators!L2"},
        {"| | A | | % | | mean | ${hh_size} | | | | | > | 2% | | | | |", "E504 indicators!L2"},
        {"| | A | | % | | mean | ${hh_size} | | | | | | | better | | | |", "E505 indicators!M2"},
        {"| | A | | % | | mean | ${hh_size} | | | | | >= | 95 | higher | | | |", "E510 indicators!K2"},
        {"| | A | | % | | mean | ${hh_size} | | | | | | | | 20 | | |", "E506 indicators!N2"},
        {"| | A | | % | | mean | ${hh_size} | | | | | | | | | banker | |", "E507 indicators!O2"},
        {"| | A | | % | | mean | ${hh_size} | | | | | | | | | | few |", "E504 indicators!P2"},
        {"| | A | | % | | mean | ${hh_siz} | | | | | | | | | | |", "E508 indicators!F2"},
        {"| | A | | % | | mean | ${hh_size} | | ${nobody} = 1 | | | | | | | | |", "E508 indicators!H2"},
        {"| | A | | % | | mean | ${hh_size} | | | ${nobody} | | | | | | | |", "E508 indicators!I2"},
        {"| | A | | % | | admin | ${hh_size} | | | | | | | | | | |", "E508 indicators!F2"},
        {"| | A | | % | | mean | ${hh_size} + indicator('A') | | | | | | | | | | |", "E509 indicators!F2"},
        {"| | A | | % | | derived | indicator('Z') | | | | | | | | | | |", "E509 indicators!F2"},
        {"| | A | | % | | mean | ${hh_size} + | | | | | | | | | | |", "E110 indicators!F2"},
        {"| | A | | % | | mean | ${hh_size} | | (1 | | | | | | | | |", "E110 indicators!H2"},
        {"| | A | | % | | admin | admin('unknown') | | | | | | | | | | |", "W510 indicators!F2"},
        {"| | A | | % | | admin | admin('known') | admin('other') | | | | | | | | | |", "W510 indicators!G2"},
        {"| | A | | % | | mean | parameter('none') | | | | | | | | | | |", "E511 indicators!F2"},
        {"| | A | | % | | mean | frame('none') | | | | | | | | | | |", "E512 indicators!F2"},
        {"| | A | | % | | mean | summ(${hh_size}) | | | | | | | | | | |", "E513 indicators!F2"},
        {"| | A | | % | | admin | admin(concat('k', 'nown')) | | | | | | | | | | |", "E514 indicators!F2"},
        {"| | A | | | | index | ${sat} + 1 | | | | k=5 | | | | | | |", "E515 indicators!F2"},
        {"| | A | | | | index | ${sat} | | | | points=5:100 4:80 | | | | | | |", "E516 indicators!J2; E516 indicators!J2; E516 indicators!J2"},
        {"| | A | | | | index | ${sat} | | | | k=4 | | | | | | |", "E516 indicators!J2"},
        {"| | A | | | | index | ${sat} | | | | points=five | | | | | | |", "E517 indicators!J2"},
        {"| | A | | | | index | ${sat} | | | | | | | | | | |", "E517 indicators!J2"},
        {"| | A | | % | | share | ${sat} = 5 | | | | dont_know=maybe | | | | | | |", "E517 indicators!J2"},
        {"| | A | | % | | share | ${sat} = 5 | | | | dontknow=count | | | | | | |", "E517 indicators!J2"},
        {"| | A | | % | | quantile | ${hh_size} | | | | p=50 | | | | | | |", "E517 indicators!J2"},
        {"| | A | | % | | cases | case('x') | | | | den=all | | | | | | |", "E517 indicators!J2"},
        {"| | A | | % | | cases | ${hh_size} | | | | | | | | | | |", "E518 indicators!F2"},
        {"| | A | | % | | cases | case('x') or case('y') | | | | | | | | | | |", "E518 indicators!F2"},
        {"| | A | | % | | cases | case('x') | ${hh_size} | | | den=village | | | | | | |", "E519 indicators!G2"},
        {"| | A | | % | other | mean | ${hh_size} | | | | | | | | | | |", "E520 indicators!D2"},
        {"| | A | | % | | mean | | | | | | | | | | | |", "E521 indicators!F2"},
        {"| | A | | % | | ratio | ${hh_size} | | | | | | | | | | |", "E521 indicators!G2"},
        {"| | A | | % | | derived | indicator('A') | | | | | | | | | | |", "E522 indicators!F2"},
        {"| | A | | % | | derived | 1 + indicator('B') | | | | | | | | | | |\n| | B | | % | | derived | indicator('A') | | | | | | | | | | |", "E522 indicators!F2"},
        {"| | A | | % | | admin | admin('known') | | | | | | | | | | |\n| | A | | % | | admin | admin('known') | | | | | | | | | | |", "E501 indicators!A3"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static char plan[4096];
        survey_format_into(plan, sizeof plan, "%s%s\n", INDICATORS, cases[i].row);
        CHECK_TEXT(cases[i].expected, problems_of(plan));
    }
}

static const char one[] = INDICATORS "| | X | | % | | admin | admin('known') | | | | | | | | | | |\n| | Y | | % | | admin | admin('known') | | | | | | | | | | |\n";

static void faulty_schemes(void)
{
    static const struct { const char *rows, *expected; } cases[] = {
        {"| | T | | | | 100 | 100 | | | | | | |\n| | X | T | | X | 100 | 100 | linear | zero=0 full=1 | | | | |", "none"},
        {"| | T | | | | 100 | 100 | | | | | | |\n| | X | T | | X | 60 | 100 | linear | zero=0 full=1 | | | | |\n| | Y | T | | Y | 30 | | linear | zero=0 full=1 | | | | |", "E540 scheme!E3"},
        {"| | T | | | | 100 | 100 | | | | | | |\n| | X | T | | X | 100 | 99 | linear | zero=0 full=1 | | | | |", "E540 scheme!F3"},
        {"| | T | | | | 100 | 100 | | | | | | |\n| | X | Q | | X | 100 | 100 | linear | zero=0 full=1 | | | | |", "E539 scheme!D2; E537 scheme!B3"},
        {"| | T | | | | 100 | 100 | | | | | | |\n| | X | T | | X | 100 | 100 | linear | zero=0 full=1 | | | | |\n| | U | | | Y | 100 | 100 | linear | zero=0 full=1 | | | | |", "E537 scheme!B4"},
        {"| | T | V | | | 100 | 100 | | | | | | |\n| | V | T | | | 100 | 100 | | | | | | |", "E538 scheme!B2"},
        {"| | T | | | | 100 | 100 | | | | | | |", "E539 scheme!D2"},
        {"| | T | | | X | 100 | 100 | linear | zero=0 full=1 | | | | |\n| | Y | T | | Y | 100 | 100 | linear | zero=0 full=1 | | | | |", "E539 scheme!D2; E539 scheme!G2"},
        {"| | T | | | | 100 | 100 | | | | | | |\n| | X | T | | Q | 100 | 100 | linear | zero=0 full=1 | | | | |", "E536 scheme!A3; E509 scheme!D3"},
        {"| | T | | | | 100 | 100 | | | | | | |\n| | X | T | | Y | 100 | 100 | linear | zero=0 full=1 | | | | |", "E536 scheme!A3"},
        {"| | T | | | | 100 | 100 | | | | | | |\n| | X | T | | X | 100 | 100 | magic | | | | | |", "E535 scheme!G3"},
        {"| | T | | | | 100 | 100 | | | | | | |\n| | X | T | | X | 100 | 100 | | | | | | |", "E535 scheme!G3"},
        {"| | T | | | | 100 | 100 | | | | | | |\n| | X | T | | X | 100 | 100 | linear | zero=0 | | | | |", "E535 scheme!H3"},
        {"| | T | | | | 100 | 100 | | | | | | |\n| | X | T | | X | 100 | 100 | linear | zero=0 full=1 | == | 2 | veto | |", "E503 scheme!I3"},
        {"| | T | | | | 100 | 100 | | | | | | |\n| | X | T | | X | 100 | 100 | linear | zero=0 full=1 | > | | veto | |", "E532 scheme!J3"},
        {"| | T | | | | 100 | 100 | | | | | | |\n| | X | T | | X | 100 | 100 | linear | zero=0 full=1 | > | 2 | shout | |", "E533 scheme!K3"},
        {"| | T | | | | 100 | 100 | | | | | | |\n| | X | T | | X | 100 | 100 | linear | zero=0 full=1 | > | 2 | cap:160 | |", "E533 scheme!K3"},
        {"| | T | | | | 100 | 100 | | | | | | |\n| | X | T | | X | 100 | 100 | linear | zero=0 full=1 | | | | drop |", "E534 scheme!L3"},
        {"| | T | | | | 100 | 100 | | | | | | |\n| | X | T | | X | 120 | 100 | linear | zero=0 full=1 | | | | |", "E531 scheme!E3"},
        {"| | T | | | | 100 | 100 | | | | | | |\n| | T | T | | X | 100 | 100 | linear | zero=0 full=1 | | | | |", "E539 scheme!D2; E501 scheme!A3"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static char plan[4096];
        survey_format_into(plan, sizeof plan, "%s%s%s\n", one, SCHEME, cases[i].rows);
        CHECK_TEXT(cases[i].expected, problems_of(plan));
    }
}

static void faulty_grades(void)
{
    static const struct { const char *row, *expected; } cases[] = {
        {"| | G | ${score} < 60 and indicator('X') > 1 and ${class} = 'national' | 30% | |", "none"},
        {"| | G | ${score} < | | |", "E110 grades!B2"},
        {"| | G | ${points} < 60 | | |", "E541 grades!B2"},
        {"| | G | indicator('Q') < 60 | | |", "E509 grades!B2"},
        {"| | G | admin('known') < 60 | | |", "E513 grades!B2"},
        {"| | G | | | |", "E543 grades!B2"},
        {"| | G | true() | 300% | |", "E542 grades!C2"},
        {"| | G | true() | some | |", "E542 grades!C2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static char plan[4096];
        survey_format_into(plan, sizeof plan, "%s%s%s\n", one, GRADES, cases[i].row);
        CHECK_TEXT(cases[i].expected, problems_of(plan));
    }
}

static void without_what_it_needs(void)
{
    CHECK_TEXT("!the workbook has no 'indicators' sheet to score by", problems_of(""));
    begin_counties(one, "household_id,class,county_name,village\nH1,national,One,V1\n");
    struct survey_report *report = survey_report_new();
    struct stats_assessment *assessment = NULL;
    CHECK(!stats_assess(store, &tester, report, &assessment, &error) && assessment == NULL);
    CHECK(strstr(error.message, "'county'") != NULL && error.code == SURVEY_ERROR_INPUT);
    survey_report_free(report);
    end_counties();
}

// The product of the shares down the path, for each class of the example.
static double path_share(const struct stats_assessment *assessment, const char *node, const char *class_name)
{
    double share = 100;
    size_t class = 0;
    while (class < assessment->class_count && strcmp(assessment->classes[class], class_name) != 0)
        class++;
    NEED(class < assessment->class_count);
    for (int at = (int)node_at(assessment, node); assessment->nodes[at].parent >= 0; at = assessment->nodes[at].parent)
        share *= assessment->nodes[at].weights[class] / 100;
    return share;
}

static void shares_of_the_example(void)
{
    struct survey_report *report = survey_report_new();
    struct survey_form *form = NULL;
    struct survey_frame_result loaded;
    arena = survey_arena_new();
    survey_format_into(folder, sizeof folder, "/tmp/assay-test-XXXXXX");
    NEED(mkdtemp(folder) != NULL);
    NEED(survey_form_open(EXAMPLE, false, report, &form, &error));
    NEED(survey_store_create(evaluation_path(), &form, 1, &tester, &error));
    survey_form_free(form);
    NEED(survey_store_open(evaluation_path(), SURVEY_STORE_WRITE, &store, &error));
    const char *rows = write_rows("household_id,county_code,county,class,township_code,village_code,village_type,stratum,hh_size,village_unregistered_persons,"
                                  "village_latitude,village_longitude\nH1,130624,Fuping,national,1,11,poor,gen,3,400,38,114\n"
                                  "H2,130637,Boye,provincial,2,21,poor,gen,3,400,38,114\n");
    NEED(survey_frame_load(store, rows, false, &tester, report, &loaded, &error));
    struct stats_assessment *a = assess(report);
    NEED(a && a->unit_count == 2);
    CHECK(survey_report_count_of(report, SURVEY_FAULT) == 0);
    CHECK_NEAR(7.35, path_share(a, "A31", "national"), 1e-12);
    CHECK_NEAR(5.25, path_share(a, "A31", "provincial"), 1e-12);
    CHECK_NEAR(1.05, path_share(a, "A31", "city"), 1e-12);
    CHECK_NEAR(12.6, path_share(a, "A11", "national"), 1e-12);
    CHECK_TEXT("Fuping", a->units[0].name);
    CHECK_TEXT("provincial", a->units[1].class_name);
    CHECK_NEAR(0.95, a->confidence, 0);
    for (size_t i = 0; i < a->indicator_count; i++) // nobody answered: all say why
        CHECK(a->units[0].figures[i].missing && a->units[0].figures[i].missing[0]);
    CHECK(!a->units[0].scored && a->units[0].grade == -1 && a->units[0].scores[0].why);
    survey_report_free(report);
    stats_assessment_free(a);
    end_counties();
}

TESTS(CASE(good_rows), CASE(faulty_indicators), CASE(faulty_schemes), CASE(faulty_grades), CASE(without_what_it_needs), CASE(shares_of_the_example))
