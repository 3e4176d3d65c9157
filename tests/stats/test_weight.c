// SPDX-License-Identifier: GPL-3.0-or-later
// Weights, each step worked by hand.
#include "stats/estimate/replicate.h"
#include "stats/weight/weight.h"
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

// A reserve that was called up counts from then on: 2 selected, one of them replaced, and a reserve without a response of 9, each one
// of 3; and of those two not interviewed stand for non-response.
static void called_reserves(void)
{
    begin("| | 1 | base | | | |\n| | 2 | nonresponse | county | | |\n", "A1 C1 s 4.5 110; A2 C1 s 4.5 210; A3 C1 s 4.5 -");
    run_sql("UPDATE sample SET taken = 2, population = 9");
    run_sql("UPDATE sample SET status = 'replaced' WHERE unit = 'A2'");
    run_sql("UPDATE sample SET status = 'reserve' WHERE unit = 'A3'");
    NEED(weigh()); // not called: one of two answered
    CHECK_NEAR(4.5, weights->steps[0].max, 1e-12);
    WEIGHT(9, "A1");
    run_sql("UPDATE sample SET status = 'selected', replaces = 'A2' WHERE unit = 'A3'");
    NEED(weigh());
    CHECK_NEAR(3, weights->steps[0].max, 1e-12);
    WEIGHT(9, "A1");
    run_sql("DELETE FROM weight");
    struct stats_dataset *dataset = open_round();
    NEED(dataset);
    CHECK_NEAR(3, stats_dataset_design(dataset)->weight[0], 1e-12); // without `weight`, the base weights
    stats_dataset_free(dataset);
    end();
}

// One of 3 and one of 1 persons asked in two of 4 households that weigh 2 each, and 4 after non-response: 12 and 4 persons.
static void persons_within_households(void)
{
    begin("| | 1 | base | | | |\n| | 2 | nonresponse | county | | |\n| | 3 | within | ${age} | | |\n",
          "A1 C1 s 2 110; A2 C1 s 2 110; A3 C1 s 2 -; A4 C1 s 2 210");
    run_sql("UPDATE sample SET taken = 4, population = 8");
    CHECK(!weigh()); // neither says how many there were
    CHECK(strstr(fault(), "'A1'") != NULL && strncmp(fault(), "W602", 4) == 0);
    run_sql("UPDATE answers_hh SET age = 3");
    run_sql("UPDATE answers_hh SET age = 1 WHERE response = 'rA2'");
    NEED(weigh());
    CHECK_NEAR(4, weights->steps[1].max, 1e-12);
    WEIGHT(12, "A1");
    WEIGHT(4, "A2");
    struct stats_dataset *dataset = open_round();
    NEED(dataset);
    CHECK(stats_dataset_design(dataset)->fpc[0] == NULL); // persons of a household were not all asked
    stats_dataset_free(dataset);
    run_sql("DELETE FROM weight");
    dataset = open_round();
    NEED(dataset && stats_dataset_design(dataset)->fpc[0] != NULL);
    CHECK_NEAR(8, stats_dataset_design(dataset)->fpc[0][0], 0);
    stats_dataset_free(dataset);
    end();
    begin("| | 1 | base | | | |\n| | 2 | within | mage | | |\n", "A1 C1 s 2 110"); // in a repeat
    CHECK(!weigh());
    CHECK(strncmp(fault(), "W601", 4) == 0);
    end();
}

#define NUMBERED                                                                                   \
    "| margins | | | | |\n| | county | size | number | total |\n| | C1 | | | 6 |\n| | C2 | | | 4 " \
    "|\n"

// Of sizes 1, 2, 3 in C1 (weights 2) and 4, 4 in C2: one to a total of the sizes beside the counts.
#define SIZED "A1 C1 1 2 110; A2 C1 2 2 110; A3 C1 3 2 110; A4 C2 4 2 110; A5 C2 4 2 110; A6 C2 4 2 -"

static double sizes(void)
{
    return weight_of("A1") + 2 * weight_of("A2") + 3 * weight_of("A3") + 4 * weight_of("A4") + 4 * weight_of("A5");
}

static void calibrated(void)
{
    // Within C1 u = a + b x with sums 6 and 14: g = 1 + b (x - 2), 2 b * 2 = 2.
    begin("| | 1 | base | | | |\n| | 2 | calibrate | county;number(size) | margins | |\n" NUMBERED
          "| | | | size | 30 |\n",
          SIZED);
    NEED(weigh());
    WEIGHT(1, "A1");
    WEIGHT(2, "A2");
    WEIGHT(3, "A3");
    WEIGHT(2, "A5");
    CHECK(weights->steps[1].margin_count == 2);
    CHECK_NEAR(0, weights->steps[0].margins[0].off, 1e-12); // C1: 6 of 6, C2: 4 of 4
    CHECK_NEAR(28.0 / 30 - 1, weights->steps[0].margins[1].off, 1e-12);
    CHECK_NEAR(0, weights->steps[1].margins[1].off, 1e-12);
    CHECK_TEXT("number(size)", weights->steps[0].margins[1].cell);
    end();
    static const char *const bounds[] = {"raking", "0.4 1.8", "logit 0.4 1.8", "linear 0.4 1.8", "raking 0.4 1.8"};
    for (int i = 0; i < 5; i++) {
        char rows[512];
        snprintf(rows, sizeof rows,
                 "| | 1 | base | | | |\n| | 2 | calibrate | county;number(size) | margins | %s |\n" NUMBERED
                 "| | | | size | 30 |\n",
                 bounds[i]);
        begin(rows, SIZED);
        NEED(weigh());
        CHECK_NEAR(6, weight_of("A1") + weight_of("A2") + weight_of("A3"), 1e-9);
        CHECK_NEAR(30, sizes(), 1e-9);
        CHECK(weight_of("A1") >= (i ? 0.8 : 0.2) && weight_of("A3") <= (i ? 3.6 : 9));
        if (i == 0) // exp(a + b x): equal steps, equal ratios
            CHECK_NEAR(weight_of("A2") / weight_of("A1"), weight_of("A3") / weight_of("A2"), 1e-9);
        end();
    }
}

static void calibration_faults(void)
{
    begin("| | 1 | base | | | |\n| | 2 | calibrate | county;number(size) | margins | |\n" NUMBERED
          "| | | | size | 40 |\n",
          SIZED);
    CHECK(!weigh()); // 1 - 3 x 2: the slope is 3 where 1 is the most
    CHECK(strncmp(fault(), "W404 the calibration gives unit 'A1' the weight -", 49) == 0);
    end();
    begin("| | 1 | base | | | |\n| | 2 | calibrate | county;number(size) | margins | 0.9 1.1 |\n" NUMBERED
          "| | | | size | 30 |\n",
          SIZED);
    CHECK(!weigh());
    CHECK(strstr(fault(), "W401 the calibration has not converged: '") && strstr(fault(), "too narrow"));
    end();
    begin("| | 1 | base | | | |\n| | 2 | calibrate | county;number(size) | margins | |\n" NUMBERED, SIZED);
    CHECK(!weigh());
    CHECK(strncmp(fault(), "W203 there is no total of number(size)", 38) == 0);
    end();
}

// Persons of two households: the old and the new weight are the same for both of a household.
static void one_weight_a_household(void)
{
    begin("| | 1 | base | | | |\n| | 2 | calibrate | county;equal(size) | margins | |\n" NUMBERED,
          "A1 C1 h1 2 110; A2 C2 h1 2 110; A3 C1 h2 2 110; A4 C1 h3 2 110; A5 C2 h3 2 110; A6 C2 h3 1 110");
    NEED(weigh());
    CHECK_NEAR(weight_of("A1"), weight_of("A2"), 1e-12);
    CHECK_NEAR(weight_of("A4"), weight_of("A5"), 1e-12);
    CHECK_NEAR(weight_of("A4"), weight_of("A6"), 1e-12); // though it was 1
    CHECK_NEAR(6, weight_of("A1") + weight_of("A3") + weight_of("A4"), 1e-9);
    CHECK_NEAR(4, weight_of("A2") + weight_of("A5") + weight_of("A6"), 1e-9);
    end();
}

// Trimmed, then fitted to the margins again, within bounds.
static void trimmed_and_calibrated(void)
{
    begin("| | 1 | base | | | |\n| | 2 | calibrate | county | margins | |\n| | 3 | trim | | | 0.5 1.5 |\n"
          "| | 4 | calibrate | county | margins | 0.5 2 |\n" NUMBERED,
          "A1 C1 s 1 110; A2 C1 s 1 110; A3 C1 s 8 110; A4 C2 s 2 110; A5 C2 s 2 110");
    NEED(weigh());
    CHECK_NEAR(6, weight_of("A1") + weight_of("A2") + weight_of("A3"), 1e-9);
    CHECK_NEAR(4, weight_of("A4") + weight_of("A5"), 1e-9);
    CHECK(weights->count == 4 && weights->steps[2].margin_count == 2);
    CHECK_NEAR(0, weights->steps[1].margins[0].off, 1e-12);
    CHECK(fabs(weights->steps[2].margins[0].off) > 0.01); // what trimming did to it is told
    CHECK_NEAR(0, weights->steps[3].margins[1].off, 1e-12);
    CHECK(weights->steps[3].max < weights->steps[1].max);
    end();
}

// One category of two: propensities are the weighted response rates, so that both ways give what classes give.
static void by_propensity(void)
{
    static const char *const bounds[] = {"2", "1/p"};
    for (int i = 0; i < 2; i++) {
        char rows[128];
        snprintf(rows, sizeof rows, "| | 1 | base | | | |\n| | 2 | propensity | county | | %s |\n", bounds[i]);
        begin(rows,
              "A1 C1 s 2 110; A2 C1 s 4 210; A3 C2 s 3 110; A4 C2 s 3 110; A5 C2 s 2 210; A6 C2 s 4 410; A7 C1 s 1 -");
        NEED(weigh());
        WEIGHT(7, "A1");
        WEIGHT(4, "A3");
        WEIGHT(4, "A4");
        WEIGHT(0, "A2");
        CHECK(weights->steps[1].note_count == 1 &&
              strcmp(weights->steps[1].notes[0], "propensities of the interviews: 0.286 to 0.750") == 0);
        end();
    }
    begin("| | 1 | base | | | |\n| | 2 | propensity | county;number(size) | | 1/p |\n",
          "A1 C1 1 2 110; A2 C1 2 2 210; A3 C1 3 2 110; A4 C2 1 2 210; A5 C2 2 2 110; A6 C2 3 2 210; A7 C2 4 2 110");
    NEED(weigh());
    // The scores of the fit: weighted sums of 1, county and size agree between p and interviews.
    double p1 = 2 / weight_of("A1"), p3 = 2 / weight_of("A3"), p5 = 2 / weight_of("A5"), p7 = 2 / weight_of("A7");
    double l1 = log(p1 / (1 - p1)), l3 = log(p3 / (1 - p3)), l5 = log(p5 / (1 - p5)), l7 = log(p7 / (1 - p7));
    double slope = (l3 - l1) / 2;
    CHECK_NEAR(slope, (l7 - l5) / 2, 1e-9);
    double p2 = 1 / (1 + exp(-l1 - slope)), p4 = 1 / (1 + exp(-l5 + slope)), p6 = 1 / (1 + exp(-l5 - slope));
    CHECK_NEAR(2, p1 + p2 + p3, 1e-9);
    CHECK_NEAR(2, p4 + p5 + p6 + p7, 1e-9);
    CHECK_NEAR(1 + 3 + 2 + 4, p1 + 2 * p2 + 3 * p3 + p4 + 2 * p5 + 3 * p6 + 4 * p7, 1e-9);
    end();
    begin("| | 1 | base | | | |\n| | 2 | propensity | county | | |\n", "A1 C1 1 2 110; A2 C1 2 2 210; A3 C2 3 2 110");
    CHECK(!weigh());
    CHECK(strncmp(fault(), "W502 the propensity has no finite fit: all of county=C2 were interviewed", 72) == 0);
    end();
}

// Post-stratified to 30 and 8 in each replicate: the totals of the counties have no error, and a mean that of the
// jackknife over the post-stratified means.
static void repeated(void)
{
    begin("| | 1 | base | | | |\n| | 2 | nonresponse | county | | |\n| | 3 | poststratify | county | margins | |\n"
          "| margins | | |\n| | county | total |\n| | C1 | 30 |\n| | C2 | 8 |\n",
          "A1 C1 s 2 110; A2 C1 s 2 110; A3 C1 s 2 110; A4 C2 s 2 110; A5 C2 s 2 110; A6 C2 s 2 -");
    NEED(weigh());
    struct stats_dataset *dataset = open_round();
    NEED(dataset && stats_dataset_rows(dataset) == 5);
    struct stats_design design = *stats_dataset_design(dataset);
    struct stats_prepared *prepared;
    struct stats_replicates *plain, *made;
    struct stats_replicate_plan plan = {.method = STATS_JKN};
    struct stats_estimate estimate;
    const double first[] = {1, 1, 1, 0, 0}, y[] = {1, 2, 6, 4, 8};
    NEED(stats_prepare(&design, &prepared, &error));
    design.prepared = prepared;
    NEED(stats_replicates_make(prepared, &plan, &plain, &error));
    NEED(stats_weigh_replicates(store, &tester, dataset, plain, &made, &error));
    design.replicates = plain;
    NEED(stats_total(&design, first, NULL, &estimate, &error));
    CHECK(estimate.se > 1);
    design.replicates = made;
    NEED(stats_total(&design, first, NULL, &estimate, &error));
    CHECK_NEAR(30, estimate.value, 1e-9);
    CHECK_NEAR(0, estimate.se, 1e-9);
    NEED(stats_mean(&design, y, NULL, &estimate, &error));
    double means[5], centre = 0, sum = 0;
    for (int out = 0; out < 5; out++) {
        double c1 = (9 - (out < 3 ? y[out] : 0)) / (out < 3 ? 2 : 3), c2 = (12 - (out > 2 ? y[out] : 0)) / (out > 2 ? 1 : 2);
        centre += means[out] = (30 * c1 + 8 * c2) / 38;
    }
    for (int out = 0; out < 5; out++)
        sum += (means[out] - centre / 5) * (means[out] - centre / 5) * plain->rscales[out];
    CHECK_NEAR(sqrt(sum), estimate.se, 1e-10);
    stats_replicates_free(made);
    stats_replicates_free(plain);
    stats_prepared_free(prepared);
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
    check_fault("| | 1 | base | | | |\n| | 2 | calibrate | | | |\n", "W207 the columns");
    check_fault("| | 1 | base | | | |\n| | 2 | calibrate | county | | 2 3 |\n", "W402 '2 3'");
    check_fault("| | 1 | base | | | |\n| | 2 | calibrate | county | | logit |\n", "W402 'logit'");
    check_fault("| | 1 | base | | | |\n| | 2 | calibrate | number(size) | | |\n",
                "W214 unit 'A1' has 's' in 'size', which is no number");
    check_fault("| | 1 | base | | | |\n| | 2 | calibrate | number(none) | | |\n",
                "W201 the frame has no column 'none'");
    check_fault("| | 1 | base | | | |\n| | 2 | rake | county;number(size) | | |\n", "W214");
    check_fault("| | 1 | base | | | |\n| | 2 | calibrate | county;size | t | |\n| t | | | |\n| | county "
                "| size | total |\n"
                "| | C1 | | 3 |\n| | C2 | | 4 |\n| | | s | 5 |\n| | | l | 5 |\n",
                "W401 the calibration is singular: 'size=s' depends on the columns before it, whose totals make it "
                "3, not 5");
    check_fault("| | 1 | base | | | |\n| | 2 | propensity | | | |\n", "W207");
    check_fault("| | 1 | base | | | |\n| | 2 | propensity | county | | x |\n", "W503 'x'");
    check_fault("| | 1 | base | | | |\n| | 2 | trim | | | 2 |\n| | 3 | propensity | county | | |\n",
                "W104 propensity comes right after base");
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
      CASE(trimmed), CASE(calibrated), CASE(calibration_faults), CASE(one_weight_a_household),
      CASE(trimmed_and_calibrated), CASE(by_propensity), CASE(repeated), CASE(reserves), CASE(called_reserves), CASE(persons_within_households), CASE(faults))
