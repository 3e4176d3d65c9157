// SPDX-License-Identifier: GPL-3.0-or-later
// golden FILE.json [--data DIR] [--only plain] [--verbose | --beside]: computes each entry of a file of reference
// results and compares. Prints a line for each failing case and closes with "N passed, N failed, N unsupported". With
// --beside prints a row of a table for each entry instead, the reference's result beside ours; fails where ours isn't
// what the entry says of the reference's later version.
#include "stats/request/request.h"
#include "survey/base/arena.h"
#include "survey/base/file.h"

#include <libgen.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct counts {
    int passed, failed, unsupported;
};

static bool names(const struct survey_json *design, const char *key)
{
    return survey_json_get(design, key) != NULL;
}

// The entries that the first version promises: means, totals, ratios and groups of the three files under
// designs without further steps.
static bool is_plain(const struct survey_json *entry)
{
    static const char *const estimators[] = {"mean", "total", "ratio", "by"}, *const files[] = {"apistrat",
                                                                                                "apiclus1",
                                                                                                "apiclus2"};
    static const char *const more[] = {"ops",  "pps",           "lonely_psu", "adjust_domain_lonely",
                                       "type", "replicate_file"};
    const struct survey_json *design = survey_json_get(entry, "design");
    bool estimator = false, file = false, plain = true;
    for (int i = 0; i < 4; i++)
        estimator = estimator || strcmp(survey_json_text(entry, "estimator", ""), estimators[i]) == 0;
    for (int i = 0; i < 3; i++)
        file = file || strcmp(survey_json_text(design, "data", ""), files[i]) == 0;
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        plain = plain && !names(design, more[i]);
    return estimator && file && plain;
}

static bool has_step(const struct survey_json *entry, const char *op)
{
    const struct survey_json *steps = survey_json_get(survey_json_get(entry, "design"), "ops");
    for (const struct survey_json *step = steps ? steps->first : NULL; step; step = step->next)
        if (strcmp(survey_json_text(step, "op", ""), op) == 0)
            return true;
    return false;
}

// Relative: closed forms 1e-9, iterative results 1e-7, raking 1e-6 (the reference stops early).
static double tolerance_of(const struct survey_json *entry)
{
    const char *estimator = survey_json_text(entry, "estimator", "");
    const char *method = survey_json_text(survey_json_get(entry, "args"), "method", "");
    const char *statistic = survey_json_text(survey_json_get(entry, "args"), "statistic", "");
    if (has_step(entry, "rake"))
        return 1e-6;
    bool iterative = strcmp(estimator, "glm") == 0 || strcmp(statistic, "lincom") == 0 ||
                     strcmp(statistic, "saddlepoint") == 0 || strcmp(method, "likelihood") == 0 ||
                     strcmp(method, "logit") == 0 || has_step(entry, "calibrate");
    return iterative ? 1e-7 : 1e-9;
}

// Where a standard error is 0 but for rounding, an absolute tolerance must do.
static double floor_of(const char *field)
{
    return strcmp(field, "se") == 0 || strcmp(field, "cv") == 0 || strcmp(field, "deff") == 0 ||
                   strcmp(field, "vcov") == 0
               ? 1e-10
               : 0;
}

static const char *json_text(const struct survey_json *json)
{
    return !json                                                                  ? "nothing"
           : json->kind == SURVEY_JSON_NULL                                       ? "null"
           : json->kind == SURVEY_JSON_STRING || json->kind == SURVEY_JSON_NUMBER ? json->text
                                                                                  : "a list";
}

static bool same(const struct survey_json *expected, const struct survey_json *got, double relative,
                 double least, char *why, size_t room)
{
    bool equal = got && expected->kind == got->kind;
    if (expected->kind == SURVEY_JSON_ARRAY && equal) {
        equal = expected->count == got->count;
        const struct survey_json *other = got->first;
        for (const struct survey_json *item = expected->first; equal && item;
             item = item->next, other = other->next)
            if (!same(item, other, relative, least, why, room))
                return false;
    } else if (expected->kind == SURVEY_JSON_OBJECT && equal) {
        for (const struct survey_json *item = expected->first; item; item = item->next)
            if (!same(item, survey_json_get(got, item->key), relative, least, why, room))
                return false;
    } else if (expected->kind == SURVEY_JSON_NUMBER && equal) {
        double gap = fabs(expected->number - got->number);
        equal = gap <= fmax(relative * fmax(fabs(expected->number), fabs(got->number)), least);
    } else if (expected->kind != SURVEY_JSON_NULL) {
        equal = got && (expected->kind == SURVEY_JSON_STRING || expected->kind == SURVEY_JSON_NUMBER) &&
                (got->kind == SURVEY_JSON_STRING || got->kind == SURVEY_JSON_NUMBER) &&
                strcmp(expected->text, got->text) == 0;
    }
    if (!equal)
        survey_format_into(why, room, "expected %s, got %s", json_text(expected), json_text(got));
    return equal;
}

// The reference's "deff" of groups is in fact se / est: R's deff() picks that column of the table of groups.
static const char *ours(const struct survey_json *entry, const char *field)
{
    bool by = strcmp(survey_json_text(entry, "estimator", ""), "by") == 0;
    return by && strcmp(field, "deff") == 0 ? "cv" : field;
}

static bool compare(const struct survey_json *entry, const struct survey_json *got, char *why, size_t room)
{
    const struct survey_json *expected = survey_json_get(entry, "result");
    const char *estimator = survey_json_text(entry, "estimator", "");
    for (const struct survey_json *field = expected->first; field; field = field->next) {
        char reason[300];
        if (strcmp(estimator, "weights") == 0 && strcmp(field->key, "file") == 0)
            continue;
        const struct survey_json *value = survey_json_get(got, ours(entry, field->key));
        if (!same(field, value, tolerance_of(entry), floor_of(field->key), reason, sizeof reason)) {
            survey_format_into(why, room, "%s: %s", field->key, reason);
            return false;
        }
    }
    return true;
}

// Two files that the reference made on the fly: rows of hhpanel with resp 1, and scd with a weight of 1.
static void mend(struct survey_json *design)
{
    static struct survey_json rows = {
        .kind = SURVEY_JSON_STRING, .key = "rows", .text = "${resp} = 1", .length = 11};
    for (struct survey_json *member = design->first; member; member = member->next) {
        bool text = member->kind == SURVEY_JSON_STRING;
        if (text && strcmp(member->key, "weights") == 0 && strcmp(member->text, "one_") == 0)
            member->key = "ones";
        if (text && strcmp(member->key, "data") == 0 && strcmp(member->text, "hhpanel_resp") == 0) {
            rows.next = design->first;
            design->first = &rows;
            return;
        }
    }
}

static bool run(const struct survey_json *entry, const char *folder, struct survey_buffer *buffer,
                bool *unsupported, struct survey_error *error)
{
    struct survey_json_writer writer = survey_json_writer(buffer, false);
    for (struct survey_json *member = entry->first; member; member = member->next)
        if (member->kind == SURVEY_JSON_OBJECT && strcmp(member->key, "design") == 0)
            mend(member);
    return stats_request_run(entry, folder, &writer, unsupported, error);
}

// Six digits; the seventh nine or more of what is not quite 1 is told by its distance.
static void print_number(double number)
{
    if (number < 1 && number > 1 - 1e-6)
        printf("1 - %.2g", 1 - number);
    else
        printf("%.6g", number);
}

static void print_list(const struct survey_json *result, const char *before, const char *key, const char *after)
{
    const struct survey_json *list = survey_json_get(result, key);
    if (!list)
        return;
    fputs(before, stdout);
    for (const struct survey_json *item = list->first; item; item = item->next) {
        if (item->kind == SURVEY_JSON_NUMBER)
            print_number(item->number);
        else
            fputs("-", stdout);
        fputs(item->next ? ", " : "", stdout);
    }
    fputs(after, stdout);
}

static void print_result(const struct survey_json *result)
{
    print_list(result, "", "est", "");
    print_list(result, " (", "se", ")");
    print_list(result, " [", "ci_low", ",");
    print_list(result, " ", "ci_high", "]");
}

// The number that a path such as ".se[1]" leads to.
static const struct survey_json *at(const struct survey_json *result, const char *path)
{
    char key[40];
    size_t length = strcspn(path + 1, "[");
    survey_format_into(key, sizeof key, "%.*s", (int)length, path + 1);
    return survey_json_at(survey_json_get(result, key), strtoul(path + 1 + length + 1, NULL, 10));
}

static void beside(const struct survey_json *entry, const char *folder, struct counts *counts)
{
    struct survey_buffer buffer = SURVEY_BUFFER((size_t)1 << 28);
    struct survey_error error = {0};
    struct survey_arena *arena = survey_arena_new();
    struct survey_json *got = NULL;
    const char *id = survey_json_text(entry, "id", "?");
    const struct survey_json *later = survey_json_get(entry, "differs_in_survey_4.5");
    bool passed =
        run(entry, folder, &buffer, NULL, &error) &&
        survey_json_read(arena, "result", survey_buffer_string(&buffer), buffer.length, &got, &error);
    printf("| `%s` | ", id);
    print_result(survey_json_get(entry, "result"));
    fputs(" | ", stdout);
    if (passed && later) {
        const char *path = survey_json_text(later, "where", "");
        const struct survey_json *wanted = survey_json_get(later, "v4.5"), *ours_at = at(got, path);
        printf("`%s` %.6g", path + 1, wanted->number);
        passed = ours_at && fabs(ours_at->number - wanted->number) <= 1e-9 * fabs(wanted->number);
    }
    fputs(" | ", stdout);
    print_result(got);
    const struct survey_json *interval = got ? survey_json_get(got, "interval") : NULL;
    if (interval)
        printf(" %s", interval->text);
    printf(" |\n");
    *(passed ? &counts->passed : &counts->failed) += 1;
    if (!passed)
        printf("failed %s: %s\n", id, got ? "not what the later version says" : error.message);
    survey_arena_free(arena);
    survey_buffer_clear(&buffer);
}

static void check(const struct survey_json *entry, const char *folder, struct counts *counts, bool verbose)
{
    struct survey_buffer buffer = SURVEY_BUFFER((size_t)1 << 28);
    struct survey_error error = {0};
    struct survey_arena *arena = survey_arena_new();
    struct survey_json *got = NULL;
    bool unsupported = false;
    char why[600] = "";
    const char *id = survey_json_text(entry, "id", "?");
    const char *expected_error = survey_json_text(survey_json_get(entry, "result"), "error", NULL);
    bool done = run(entry, folder, &buffer, &unsupported, &error);
    bool passed;
    if (expected_error) {
        passed = !done && !unsupported && error.code == SURVEY_ERROR_INPUT;
        survey_format_into(why, sizeof why, "expected the error \"%s\", got %s", expected_error,
                           done ? "a result" : error.message);
    } else {
        passed =
            done &&
            survey_json_read(arena, "result", survey_buffer_string(&buffer), buffer.length, &got, &error) &&
            compare(entry, got, why, sizeof why);
        if (!done)
            survey_format_into(why, sizeof why, "%s: %s", error.where, error.message);
    }
    if (unsupported) {
        counts->unsupported++;
        printf("unsupported %s: %s\n", id, error.message);
    } else if (passed) {
        counts->passed++;
        if (verbose)
            printf("passed %s %s\n", id, survey_buffer_string(&buffer));
    } else {
        counts->failed++;
        printf("failed %s: %s\n", id, why);
    }
    survey_arena_free(arena);
    survey_buffer_clear(&buffer);
}

int main(int argc, char **argv)
{
    const char *file = NULL, *folder = NULL, *only = NULL;
    bool verbose = false, shown = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--data") == 0 && i + 1 < argc)
            folder = argv[++i];
        else if (strcmp(argv[i], "--only") == 0 && i + 1 < argc)
            only = argv[++i];
        else if (strcmp(argv[i], "--verbose") == 0)
            verbose = true;
        else if (strcmp(argv[i], "--beside") == 0)
            shown = true;
        else
            file = argv[i];
    }
    if (!file) {
        fputs("usage: golden FILE.json [--data DIR] [--only plain or a part of an id] [--verbose | --beside]\n",
              stderr);
        return 2;
    }
    struct survey_arena *arena = survey_arena_new();
    struct survey_json *entries;
    struct survey_error error;
    char *bytes;
    size_t length;
    if (!survey_file_read(file, (size_t)1 << 28, &bytes, &length, &error) ||
        !survey_json_read(arena, file, bytes, length, &entries, &error) ||
        entries->kind != SURVEY_JSON_ARRAY) {
        fprintf(stderr, "golden: %s: %s\n", error.where, error.message);
        return 3;
    }
    char *copy = strdup(file);
    if (!folder)
        folder = dirname(copy);
    struct counts counts = {0};
    for (const struct survey_json *entry = entries->first; entry; entry = entry->next) {
        if (only && !(strcmp(only, "plain") == 0 ? is_plain(entry)
                                                 : strstr(survey_json_text(entry, "id", ""), only) != NULL))
            continue;
        if (shown)
            beside(entry, folder, &counts);
        else
            check(entry, folder, &counts, verbose);
    }
    if (!shown)
        printf("%d passed, %d failed, %d unsupported\n", counts.passed, counts.failed, counts.unsupported);
    free(copy);
    free(bytes);
    survey_arena_free(arena);
    return counts.failed ? 1 : 0;
}
