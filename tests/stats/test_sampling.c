// SPDX-License-Identifier: GPL-3.0-or-later
// Sampling against reference results (probabilities, variances, sizes, allocations), each by its id; skipped where they are not at hand.
#include "stats/request/request.h"
#include "survey/base/arena.h"
#include "survey/base/file.h"
#include "survey/base/number.h"
#include "survey/sample/unequal.h"
#include "survey/workbook/workbook.h"
#include "tests/tap.h"

#include <unistd.h>

static struct survey_error error;
static struct survey_arena *arena;

// The result of an entry of the reference file.
static const struct survey_json *reference(const char *id)
{
    static struct survey_json *all;
    char *bytes;
    size_t length;
    if (access(SHARED "/data/effect/golden-effect.json", R_OK) != 0)
        SKIP("shared/data/effect is not here");
    if (!all) {
        arena = survey_arena_new();
        NEED(survey_file_read(SHARED "/data/effect/golden-effect.json", 1 << 24, &bytes, &length, &error));
        NEED(survey_json_read(arena, "golden-effect.json", bytes, length, &all, &error));
        free(bytes);
    }
    for (const struct survey_json *entry = all->first; entry; entry = entry->next)
        if (strcmp(survey_json_text(entry, "id", ""), id) == 0)
            return survey_json_get(entry, "result");
    fprintf(stderr, "no entry %s\n", id);
    NEED(false);
    return NULL;
}

static double number(const struct survey_json *json, size_t index)
{
    const struct survey_json *item = survey_json_at(json, index);
    return item && item->kind == SURVEY_JSON_NUMBER ? item->number : (double)NAN;
}

// A column of a data file.
static size_t column(const char *file, const char *name, size_t most, double *values)
{
    struct survey_sheet sheet;
    char path[300];
    snprintf(path, sizeof path, SHARED "/data/effect/data/%s", file);
    NEED(survey_csv_open(arena, path, &survey_workbook_default_limits, &sheet, &error));
    int at = survey_sheet_column(&sheet, name);
    NEED(at >= 0);
    size_t count = 0;
    for (uint32_t row = 1; row < sheet.rows && count < most; row++) {
        const char *text = survey_sheet_cell(&sheet, row, (uint32_t)at);
        NEED(survey_number_parse(text, strlen(text), &values[count++]));
    }
    return count;
}

static void near(double wanted, double got)
{
    CHECK_NEAR(wanted, got, 1e-9 * fmax(1e-3, fabs(wanted)));
}

static void belgian_pik50(void)
{
    const struct survey_json *result = reference("belgian/pik50"), *wanted = survey_json_get(result, "pik");
    static double size[589], p[589];
    NEED(column("belgianmunicipalities.csv", "Tot04", 589, size) == 589 && wanted->count == 589);
    CHECK((double)survey_unequal_inclusion(size, 589, 50, p) == survey_json_number(result, "n_certainty", -1));
    for (size_t i = 0; i < 589; i++)
        near(number(wanted, i), p[i]);
}

enum { UNITS = 12, SIZE = 4 };
static const size_t everyone[UNITS] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};

static void mu284_inclusion(const struct survey_json *result, double *p)
{
    double size[UNITS];
    NEED(column("mu284_population.csv", "P85", UNITS, size) == UNITS);
    CHECK(survey_unequal_inclusion(size, UNITS, SIZE, p) == 0);
    for (size_t i = 0; i < UNITS; i++)
        near(number(survey_json_get(result, "pik"), i), p[i]);
}

static void same_square(const struct survey_json *wanted, const double *got)
{
    NEED(wanted && wanted->count == UNITS);
    for (size_t i = 0; i < UNITS; i++)
        for (size_t j = 0; j < UNITS; j++)
            near(number(survey_json_at(wanted, i), j), got[i * UNITS + j]);
}

static void mu284_sampford(void)
{
    const struct survey_json *result = reference("mu284/UPsampfordpi2");
    double p[UNITS], joint[UNITS * UNITS];
    mu284_inclusion(result, p);
    survey_joint_sampford(p, UNITS, SIZE, everyone, UNITS, joint);
    same_square(survey_json_get(result, "joint"), joint);
}

static void mu284_midzuno(void)
{
    const struct survey_json *result = reference("mu284/UPmidzunopi2");
    double p[UNITS], joint[UNITS * UNITS];
    mu284_inclusion(result, p);
    survey_joint_midzuno(p, UNITS, SIZE, everyone, UNITS, joint);
    same_square(survey_json_get(result, "joint"), joint);
}

static void mu284_approximations(void)
{
    const struct survey_json *result = reference("mu284/brewer-joint-approx");
    double p[UNITS], hartley_rao[UNITS * UNITS], hajek[UNITS * UNITS], squares = 0, spread = 0;
    mu284_inclusion(result, p);
    for (size_t i = 0; i < UNITS; i++) {
        squares += p[i] * p[i];
        spread += p[i] * (1 - p[i]);
    }
    for (size_t i = 0; i < UNITS; i++)
        for (size_t j = 0; j < UNITS; j++) {
            hartley_rao[i * UNITS + j] = i == j ? p[i] : survey_joint_hartley_rao(p[i], p[j], squares, SIZE);
            hajek[i * UNITS + j] = i == j ? p[i] : survey_joint_hajek(p[i], p[j], spread);
        }
    same_square(survey_json_get(result, "hartley_rao_first_order"), hartley_rao);
    same_square(survey_json_get(result, "hajek"), hajek);
}

// The total and its variance by a request on the four rows of the reference.
static double variance_of(const char *folder, const char *design, double *total)
{
    char request[400];
    struct survey_json *json, *got;
    struct survey_buffer text = SURVEY_BUFFER(1 << 20);
    struct survey_json_writer writer = survey_json_writer(&text, false);
    snprintf(request, sizeof request, "{\"data\": \"rows.csv\", \"design\": {\"ids\": \"1\", \"fpc\": \"pik\", %s}, \"estimator\": \"total\", \"args\": "
             "{\"vars\": \"y\"}}", design);
    NEED(survey_json_read(arena, "request", request, strlen(request), &json, &error));
    bool done = stats_request_run(json, folder, &writer, NULL, &error);
    if (!done)
        fprintf(stderr, "%s\n", error.message);
    NEED(done && survey_json_read(arena, "result", survey_buffer_string(&text), text.length, &got, &error));
    survey_buffer_clear(&text);
    *total = number(survey_json_get(got, "est"), 0);
    return pow(number(survey_json_get(got, "se"), 0), 2);
}

static void mu284_variances(void)
{
    const struct survey_json *result = reference("mu284/varHT"), *rows = survey_json_get(result, "rows");
    double p[UNITS], joint[16], total;
    size_t of[4];
    char folder[] = "/tmp/assay-sampling-XXXXXX", path[100];
    mu284_inclusion(reference("mu284/UPsampfordpi2"), p);
    for (size_t i = 0; i < 4; i++)
        of[i] = (size_t)number(rows, i) - 1;
    survey_joint_sampford(p, UNITS, SIZE, of, 4, joint);
    NEED(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/rows.csv", folder);
    FILE *file = fopen(path, "w");
    fprintf(file, "pik,y\n");
    for (size_t i = 0; i < 4; i++)
        fprintf(file, "%.17g,%.17g\n", p[of[i]], number(survey_json_get(result, "y"), i));
    fclose(file);
    snprintf(path, sizeof path, "%s/joint.csv", folder);
    file = fopen(path, "w");
    fprintf(file, "a,b,c,d\n");
    for (size_t i = 0; i < 16; i++)
        fprintf(file, "%.17g%c", joint[i], i % 4 == 3 ? '\n' : ',');
    fclose(file);
    near(survey_json_number(result, "var_yg", 0), variance_of(folder, "\"pps\": \"joint\", \"joint\": \"joint\", \"pps_variance\": \"YG\"", &total));
    near(survey_json_number(result, "total", 0), total);
    near(survey_json_number(result, "var_deville", 0), variance_of(folder, "\"pps\": \"deville\"", &total));
    unlink(path);
    snprintf(path, sizeof path, "%s/rows.csv", folder);
    unlink(path);
    rmdir(folder);
    // Horvitz and Thompson's form is negative here, and has no root to print: from the same joint probabilities, by hand.
    double sum = 0;
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 4; j++)
            sum += (1 - joint[i * 4 + i] * joint[j * 4 + j] / joint[i * 4 + j] * (i != j) - (i == j ? p[of[i]] : 0)) *
                   number(survey_json_get(result, "y"), i) / p[of[i]] * number(survey_json_get(result, "y"), j) / p[of[j]];
    near(survey_json_number(result, "var_ht", 0), sum);
}

// The answer to a request that stands alone.
static const struct survey_json *alone(const char *estimator, const char *args)
{
    char request[600];
    struct survey_json *json, *got = NULL;
    struct survey_buffer text = SURVEY_BUFFER(1 << 20);
    struct survey_json_writer writer = survey_json_writer(&text, false);
    snprintf(request, sizeof request, "{\"estimator\": \"%s\", \"args\": %s}", estimator, args);
    NEED(survey_json_read(arena, "request", request, strlen(request), &json, &error));
    bool done = stats_request_run(json, ".", &writer, NULL, &error);
    if (!done)
        fprintf(stderr, "%s\n", error.message);
    NEED(done && survey_json_read(arena, "result", survey_buffer_string(&text), text.length, &got, &error));
    survey_buffer_clear(&text);
    return got;
}

static void size_entries(void)
{
    static const struct {
        const char *id, *args;
        double tolerance; // relative
    } entries[] = {
        {"size/prop-cv", "{\"share\": 0.3, \"cv\": 0.05, \"population\": 10000}", 1e-9},
        {"size/prop-moe", "{\"share\": 0.5, \"margin\": 0.03}", 1e-9},
        {"size/prop-moe-fpc", "{\"share\": 0.5, \"margin\": 0.03, \"population\": 5000}", 1e-9},
        {"size/wilson", "{\"share\": 0.1, \"margin\": 0.03, \"wilson\": true}", 1e-9},
        {"size/cont", "{\"mean\": 1, \"sd\": 1.2, \"cv\": 0.05, \"population\": 20000}", 1e-9},
        {"size/power.prop.test", "{\"share\": [0.5, 0.6], \"power\": 0.8}", 1e-6}, // the reference stops its search there
    };
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        double wanted = survey_json_number(reference(entries[i].id), "n", 0), got = survey_json_number(alone("sample_size", entries[i].args), "n", 0);
        CHECK_NEAR(wanted, got, entries[i].tolerance * wanted);
    }
    // Whole numbers in the reference. n1 is half of n2, and all of the first are in both.
    CHECK(survey_json_number(reference("size/dep2"), "n", 0) ==
          ceil(survey_json_number(alone("sample_size", "{\"mean\": [5, 0], \"sd\": 14.142135623730951, \"power\": 0.8, \"one_sided\": true, \"ratio\": 2, "
                                                       "\"overlap\": 1, \"correlation\": 0.7}"), "n", 0)));
    const struct survey_json *wanted = survey_json_get(reference("size/clusopt2-cv"), "n"),
                             *got = alone("cluster_size", "{\"mean\": 1, \"sd\": 1.7320508075688772, \"cv\": 0.05, \"icc\": 0.05, \"cost_cluster\": 750, "
                                                          "\"cost_unit\": 100}");
    CHECK_NEAR(number(wanted, 0), survey_json_number(got, "clusters", 0), 0.05);
    CHECK_NEAR(number(wanted, 1), survey_json_number(got, "per_cluster", 0), 0.05);
    near(number(wanted, 2), survey_json_number(got, "cost", 0));
}

static void allocation_entries(void)
{
#define STRATA "\"population\": [5000, 2500, 1200, 300]"
    static const struct {
        const char *id, *field, *args;
    } entries[] = {
        {"alloc/prop", "nh", "{\"method\": \"proportional\", \"n\": 600, " STRATA "}"},
        {"alloc/neyman", "nh", "{\"method\": \"neyman\", \"n\": 600, \"sd\": [12, 20, 35, 80], " STRATA "}"},
        {"alloc/totvar", "nh", "{\"method\": \"cost\", \"se\": 1, \"sd\": [12, 20, 35, 80], \"cost\": [20, 25, 40, 60], " STRATA "}"},
        {"alloc/power", "n", "{\"method\": \"power\", \"n\": 600, \"exponent\": 0.5, \"measure\": [5000, 2500, 1200, 300], " STRATA "}"},
    };
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        const struct survey_json *wanted = reference(entries[i].id), *got = alone("allocation", entries[i].args);
        for (size_t h = 0; h < 4; h++)
            near(number(survey_json_get(wanted, entries[i].field), h), number(survey_json_get(got, "n"), h));
        double se = survey_json_number(wanted, "anticipated SE of estimated mean", 0);
        if (se > 0)
            near(se, survey_json_number(got, "se", 0));
    }
}

TESTS(CASE(size_entries), CASE(allocation_entries), CASE(belgian_pik50), CASE(mu284_sampford), CASE(mu284_midzuno), CASE(mu284_approximations), CASE(mu284_variances))
