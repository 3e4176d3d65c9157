// SPDX-License-Identifier: GPL-3.0-or-later
// Weights, each step worked by hand.
#include "stats/weight.h"
#include "tests/stats/rounds.h"

#define DISPOSITIONS                                                                               \
    "| dispositions | | |\n| | code | aapor |\n| | 110 | I |\n| | 210 | R |\n"                     \
    "| | 318 | UH |\n| | 410 | NE |\n"

static struct stats_weights *weights;
static struct survey_report *report;

// An evaluation whose weights sheet has these rows, and a sample of these units: "unit county
// stratum weight result; ..."; result "-" for none.
static void begin(const char *rows, const char *units)
{
    struct survey_arena *scratch = survey_arena_new();
    begin_with(survey_arena_format(
        scratch, "| weights | | | | |\n| | step | method | by | totals | bounds |\n%s" DISPOSITIONS,
        rows));
    report = survey_report_new();
    weights = NULL;
    run_sql("DELETE FROM sample");
    run_sql("DELETE FROM frame");
    run_sql("ALTER TABLE frame ADD COLUMN county TEXT");
    run_sql("ALTER TABLE frame ADD COLUMN size TEXT");
    struct survey_buffer csv = SURVEY_BUFFER(1 << 16), results = SURVEY_BUFFER(1 << 16);
    survey_buffer_text(&csv, "KEY,unit\n");
    for (const char *at = units; *at;) {
        const char *part[5];
        for (int i = 0; i < 5; i++) {
            at += strspn(at, " ;");
            size_t length = strcspn(at, " ;");
            part[i] = survey_arena_strndup(scratch, at, length);
            at += length;
        }
        at += strspn(at, " ;");
        run_sql(survey_arena_format(
            scratch,
            "INSERT INTO frame (unit, position, county, size) VALUES ('%s', 1, '%s', '%s')",
            part[0], part[1], part[2]));
        run_sql(survey_arena_format(scratch,
                                    "INSERT INTO sample VALUES ('d', '1', 1, '%s', NULL, '%s', 2, "
                                    "'srs', 'selected', 1, 1.0 / %s, 99, 9, "
                                    "1.0 / %s, '', NULL)",
                                    part[0], part[2], part[3], part[3]));
        if (*part[4] != '-')
            survey_format(&csv, "r%s,%s\n", part[0], part[0]);
        survey_format(&results, "UPDATE response SET disposition = '%s' WHERE id = 'r%s';", part[4],
                      part[0]);
    }
    take_rows(survey_buffer_string(&csv));
    for (const char *at = survey_buffer_string(&results); *at;
         at = strchr(at, ';') + 1) // some codes are no choice of the form
        run_sql(survey_arena_format(scratch, "%.*s", (int)strcspn(at, ";"), at));
    survey_buffer_clear(&csv);
    survey_buffer_clear(&results);
    survey_arena_free(scratch);
}

static void end(void)
{
    stats_weights_free(weights);
    survey_report_free(report);
    finish();
}

static bool weigh(void)
{
    stats_weights_free(weights);
    weights = NULL;
    error = (struct survey_error){0};
    NEED(survey_store_begin(store, &error));
    bool done = stats_weigh(store, &tester, report, &weights, &error);
    if (!done)
        fprintf(stderr, "# %s: %s\n", error.where, error.message);
    if (done && weights)
        return survey_store_commit(store, &error);
    survey_store_rollback(store);
    return false;
}

static double weight_of(const char *unit)
{
    return strcmp(value(store, arena,
                        survey_arena_format(
                            arena, "SELECT count(*) FROM weight WHERE response = 'r%s'", unit)),
                  "0") == 0
               ? 0
               : strtod(value(store, arena,
                              survey_arena_format(arena,
                                                  "SELECT value FROM weight WHERE response = 'r%s' "
                                                  "ORDER BY step DESC LIMIT 1",
                                                  unit)),
                        NULL);
}
#define WEIGHT(expected, unit) CHECK_NEAR(expected, weight_of(unit), 1e-9)

static const char *fault(void)
{
    const struct survey_problem *p = survey_report_at(report, 0);
    return p ? survey_arena_format(arena, "%s %s", p->code, p->message) : "(none)";
}

static void base_and_nonresponse(void)
{
    begin("| | 1 | base | | | |\n| | 2 | nonresponse | county | | |\n",
          "A1 C1 s 2 110; A2 C1 s 2 210; A3 C1 s 2 -; A4 C2 s 2 110; A5 C2 s 2 318; A6 C2 s 2 410");
    NEED(weigh());
    WEIGHT(6, "A1"); // carries A2, who refused, and A3, whom nobody met
    WEIGHT(3, "A4"); // half of the known are eligible: half of A5's 2
    WEIGHT(0, "A2"); // no weight for who was not interviewed
    CHECK(weights->count == 2 && weights->steps[1].n == 2 && weights->steps[0].sum == 4);
    CHECK_NEAR(9, weights->steps[1].sum, 1e-12);
    CHECK_NEAR(1.0 / 3, weights->steps[1].cv, 1e-12); // 6 and 3: mean 4.5, deviation 1.5
    CHECK_NEAR(10.0 / 9, weights->steps[1].deff, 1e-12);
    CHECK(weights->steps[1].min == 3 && weights->steps[1].max == 6);
    CHECK_TEXT("4", value(store, arena, "SELECT count(*) FROM weight"));
    CHECK_TEXT("1", value(store, arena, "SELECT count(*) FROM log WHERE action = 'weight'"));
    NEED(weigh()); // again: in place of what was there
    CHECK_TEXT("4", value(store, arena, "SELECT count(*) FROM weight"));
    struct stats_dataset *dataset = open_round();
    NEED(dataset);
    CHECK(stats_dataset_weighted(dataset) &&
          fabs(stats_dataset_design(dataset)->weight[0] - 6) < 1e-12);
    stats_dataset_free(dataset);
    end();
}

static void empty_cells_merge(void)
{
    begin("| | 1 | base | | | |\n| | 2 | nonresponse | county size | | |\n",
          "A1 C1 s 2 110; A2 C1 s 2 -; A3 C1 l 3 210; A4 C2 s 2 110; A5 C1 m 1 110; A6 C3 s 8 -");
    NEED(weigh());
    // C1 l carries 3: C1 s carries 4 and C1 m 1, so 2.4 and 0.6 of it. C3 has nobody: its 8 goes to
    // all, in proportion to 4, 1 and 2.
    WEIGHT(4 + 2.4 + 8 * 4 / 7.0, "A1");
    WEIGHT(1 + 0.6 + 8 / 7.0, "A5");
    WEIGHT(2 + 8 * 2 / 7.0, "A4");
    CHECK(weights->steps[1].note_count == 2);
    CHECK(strstr(weights->steps[1].notes[0],
                 "county=C1 size=l has no interview; the interviews of county=C1") != NULL);
    end();
}

static void poststratified(void)
{
    begin("| | 1 | base | | | |\n| | 2 | poststratify | county | margins | |\n| margins | | |\n| | "
          "county | total |\n| | C1 | 30 |\n| | C2 | 7 |\n",
          "A1 C1 s 2 110; A2 C1 s 4 110; A3 C2 s 5 110; A4 C2 s 2 -");
    NEED(weigh());
    WEIGHT(10, "A1");
    WEIGHT(20, "A2");
    WEIGHT(7, "A3");
    end();
    begin("| | 1 | base | | | |\n| | 2 | poststratify | county | | |\n",
          "A1 C1 s 2 110; A2 C1 s 4 -; A3 C2 s 5 110");
    NEED(weigh()); // to the frame's own counts
    WEIGHT(2, "A1");
    WEIGHT(1, "A3");
    end();
}

#define MARGINS                                                                                    \
    "| margins | | | |\n| | county | size | total |\n| | C1 | | 6 |\n| | C2 | | 4 |\n| | | s | 5 " \
    "|\n| | | l | 5 |\n"

static void raked(void)
{
    begin("| | 1 | base | | | |\n| | 2 | rake | county;size | margins | |\n" MARGINS,
          "A1 C1 s 2 110; A2 C1 l 2 110; A3 C2 s 2 110; A4 C2 l 8 110");
    NEED(weigh());
    double a = weight_of("A1"), b = weight_of("A2"), c = weight_of("A3"), d = weight_of("A4");
    CHECK_NEAR(6, a + b, 1e-8);
    CHECK_NEAR(4, c + d, 1e-8);
    CHECK_NEAR(5, a + c, 1e-8);
    CHECK_NEAR(5, b + d, 1e-8);
    CHECK_NEAR(4, a * d / (b * c), 1e-6); // the odds ratio stays: 2 * 8 / (2 * 2)
    end();
    begin("| | 1 | base | | | |\n| | 2 | rake | county;size | margins | |\n" MARGINS,
          "A1 C1 s 2 110; A4 C2 l 8 110"); // 6 = 5 cannot be
    CHECK(!weigh());
    CHECK(strncmp(fault(), "W209 raking does not settle: after 1000 rounds the cell ", 56) == 0);
    CHECK_TEXT("0", value(store, arena, "SELECT count(*) FROM weight"));
    end();
}

static void trimmed(void)
{
    begin("| | 1 | base | | | |\n| | 2 | trim | | | 0.5 5 |\n",
          "A1 C1 s 1 110; A2 C1 s 1 110; A3 C1 s 1 110; A4 C1 s 10 110");
    NEED(weigh());
    WEIGHT(5, "A4");
    WEIGHT(8 / 3.0, "A1");
    CHECK_NEAR(13, weights->steps[1].sum, 1e-12);
    CHECK(weights->steps[1].note_count == 1);
    end();
    begin("| | 1 | base | | | |\n| | 2 | trim | | | 0.3 3 |\n",
          "A1 C1 s 1 110; A2 C1 s 1 110; A3 C1 s 1 110; A4 C1 s 10 110");
    CHECK(!weigh());
    CHECK(strncmp(fault(), "W302", 4) == 0);
    end();
}

// A reserve that was used: 3 selected and 1 reserve of 9, each now one of 4.
static void reserves(void)
{
    begin("| | 1 | base | | | |\n", "A1 C1 s 3 110; A2 C1 s 3 110; A3 C1 s 3 -; A4 C1 s 3 110");
    run_sql("UPDATE sample SET taken = 3, population = 9");
    run_sql("UPDATE sample SET status = 'reserve' WHERE unit = 'A4'");
    NEED(weigh());
    WEIGHT(9 / 4.0, "A1");
    WEIGHT(9 / 4.0, "A4");
    struct stats_dataset *dataset = open_round();
    NEED(dataset && stats_dataset_rows(dataset) == 3);
    CHECK_NEAR(9 / 4.0, stats_dataset_design(dataset)->weight[0], 1e-12);
    stats_dataset_free(dataset);
    run_sql("DELETE FROM weight");
    dataset = open_round(); // the same without `weight`
    NEED(dataset);
    CHECK_NEAR(9 / 4.0, stats_dataset_design(dataset)->weight[2], 1e-12);
    stats_dataset_free(dataset);
    end();
}

static void check_fault(const char *rows, const char *expected)
{
    begin(rows, "A1 C1 s 2 110; A2 C2 l 2 110");
    CHECK(!weigh());
    CHECK(strncmp(fault(), expected, strlen(expected)) == 0);
    if (strncmp(fault(), expected, strlen(expected)) != 0)
        fprintf(stderr, "expected %s, got %s\n", expected, fault());
    end();
}

static void faults(void)
{
    check_fault("| | 1 | nonresponse | county | | |\n", "W103 the first step must be base");
    check_fault("| | 1 | base | | | |\n| | 1 | trim | | | 2 |\n", "W105 steps go up");
    check_fault("| | 1 | base | | | |\n| | x | trim | | | 2 |\n", "W105 'x'");
    check_fault("| | 1 | base | | | |\n| | 2 | magic | | | |\n", "W101 'magic'");
    check_fault("| | 1 | base | | | |\n| | 2 | calibrate | | | |\n",
                "W102 calibrate is not in this version yet");
    check_fault("| | 1 | base | | | |\n| | 2 | nonresponse | nowhere | | |\n",
                "W201 the frame has no column 'nowhere'");
    check_fault("| | 1 | base | | | |\n| | 2 | poststratify | county | nowhere | |\n",
                "W204 there is no sheet 'nowhere'");
    check_fault("| | 1 | base | | | |\n| | 2 | poststratify | county | t | |\n| t | | |\n| | "
                "county | total |\n| | C1 | 3 |\n",
                "W205 the cell county=C2");
    check_fault("| | 1 | base | | | |\n| | 2 | poststratify | county | t | |\n| t | | |\n| | "
                "county | total |\n| | C1 | x |\n",
                "W203 'x' is no total");
    check_fault("| | 1 | base | | | |\n| | 2 | trim | | | 3 2 |\n", "W301");
    check_fault("| | 1 | base | | | |\n| | 2 | rake | county | | |\n", "W210");
    check_fault("| | 1 | base | | | |\n| | 2 | rake | county;size | t | |\n| t | | | |\n| | county "
                "| size | total |\n"
                "| | C1 | | 3 |\n| | C2 | | 4 |\n| | | s | 5 |\n| | | l | 5 |\n",
                "W208 the totals of 'size' sum to 10, those of 'county' to 7");
    begin("| | 1 | base | | | |\n", "A1 C1 s 2 210");
    CHECK(!weigh() && strstr(error.message, "no interview") != NULL);
    run_sql("DELETE FROM sample");
    run_sql("UPDATE response SET disposition = '110'");
    CHECK(!weigh() && strstr(error.message, "nothing was drawn") != NULL);
    end();
}

TESTS(CASE(base_and_nonresponse), CASE(empty_cells_merge), CASE(poststratified), CASE(raked),
      CASE(trimmed), CASE(reserves), CASE(faults))
