// SPDX-License-Identifier: GPL-3.0-or-later
// A report against the evaluation file that it is said to come from.
#include "output/verify.h"

#include "output/report/issue.h"
#include "survey/base/arena.h"
#include "survey/base/file.h"
#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/workbook/workbook.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_SHOWN = 200 };

struct comparison {
    const char *path;
    struct survey_arena *arena;
    struct survey_report *report;
    struct output_verdict *verdict;
};

static void differ(struct comparison *comparison, const char *sheet, uint32_t row, uint32_t column, const char *message)
{
    if (comparison->verdict->different++ >= MOST_SHOWN)
        return;
    bool note = comparison->verdict->same_file;
    survey_report_add(comparison->report, &(struct survey_problem){note ? SURVEY_NOTE : SURVEY_FAULT, note ? "N801" : "E801",
                                                                   comparison->path, sheet, row, column, message, ""});
}

// The same text, or the same number: another program may write its digits otherwise.
static bool same_value(const char *a, const char *b)
{
    double x, y;
    if (strcmp(a, b) == 0)
        return true;
    return survey_number_parse(a, strlen(a), &x) && survey_number_parse(b, strlen(b), &y) &&
           fabs(x - y) <= 1e-12 * (fabs(x) > fabs(y) ? fabs(x) : fabs(y));
}

static void compare_sheet(struct comparison *comparison, const struct survey_sheet *issued, const struct survey_sheet *now)
{
    uint32_t rows = issued->rows > now->rows ? issued->rows : now->rows;
    uint32_t columns = issued->columns > now->columns ? issued->columns : now->columns;
    for (uint32_t row = 0; row < rows; row++)
        for (uint32_t column = 0; column < columns; column++) {
            const char *has = survey_sheet_cell(issued, row, column), *gives = survey_sheet_cell(now, row, column);
            if (!*has && !*gives)
                continue;
            comparison->verdict->cells++;
            if (!same_value(has, gives))
                differ(comparison, issued->name, row + 1, column + 1,
                       survey_arena_format(comparison->arena, _("the report has '%.200s', the evaluation file gives '%.200s'"), has, gives));
        }
}

static void compare(struct comparison *comparison, const struct survey_workbook *issued, const struct survey_workbook *now)
{
    for (size_t i = 0; i < now->sheet_count; i++) {
        const struct survey_sheet *sheet = survey_workbook_sheet(issued, now->sheets[i].name);
        if (sheet)
            compare_sheet(comparison, sheet, &now->sheets[i]);
        else
            differ(comparison, now->sheets[i].name, 0, 0, _("the report lacks this sheet"));
    }
    for (size_t i = 0; i < issued->sheet_count; i++)
        if (!survey_workbook_sheet(now, issued->sheets[i].name))
            differ(comparison, issued->sheets[i].name, 0, 0, _("the evaluation file gives no such sheet"));
    comparison->verdict->compared = true;
}

// The report as the file gives it now, with the time, author and log's head of the one issued.
static bool give_again(struct survey_store *store, const struct output_issued *issued, struct survey_arena *arena, const char *path,
                       struct survey_error *error)
{
    struct survey_actor actor = {.who = issued->who, .why = "", .round = issued->round};
    struct output_report *report = NULL;
    struct output_edition edition;
    struct output_book *book = NULL;
    const struct survey_form *form = survey_store_current_form(store, NULL, NULL, error);
    if (!form || !output_edition_read(form, arena, issued->language, &edition, error))
        return false;
    struct survey_report *problems = survey_report_new();
    survey_time_parse(issued->at, strlen(issued->at), 0, &actor.now);
    enum output_audience audience = strcmp(issued->audience, "evaluators") == 0 ? OUTPUT_EVALUATORS : OUTPUT_OFFICIALS;
    bool done = output_edition_load(store, &actor, audience, &edition, problems, &report, error);
    if (done) {
        report->head = issued->head;
        report->entries = issued->seq - 1;
        done = output_report_build(report, path, edition.languages, edition.count, &book, error) && output_book_close(book, error);
    }
    output_report_free(report);
    output_edition_clear(&edition);
    survey_report_free(problems);
    return done;
}

static bool compare_with_now(struct survey_store *store, struct comparison *comparison, const struct output_issued *issued,
                             const char *bytes, size_t length, struct survey_error *error)
{
    char folder[] = "/tmp/assay-verify-XXXXXX", path[64];
    struct survey_workbook *has = NULL, *gives = NULL;
    if (!survey_workbook_read(comparison->arena, comparison->path, "xlsx", bytes, length, &survey_workbook_default_limits, &has, error))
        return false;
    if (!mkdtemp(folder))
        return survey_fail(error, SURVEY_ERROR_RESOURCE, "/tmp", "%s", _("no temporary folder could be made"));
    survey_format_into(path, sizeof path, "%s/report.xlsx", folder);
    bool done = give_again(store, issued, comparison->arena, path, error) &&
                survey_workbook_open(comparison->arena, path, &survey_workbook_default_limits, &gives, error);
    unlink(path);
    rmdir(folder);
    if (done)
        compare(comparison, has, gives);
    return done;
}

bool output_verify_report(struct survey_store *store, const char *path, struct survey_report *report,
                          struct output_verdict *verdict, struct survey_error *error)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_map properties = {0};
    struct output_issued issued;
    char hash[ISSUE_HASH], *bytes = NULL;
    size_t length;
    *verdict = (struct output_verdict){0};
    bool done = output_file_hash(path, &bytes, &length, hash, error) &&
                survey_workbook_properties(arena, path, bytes, length, &properties, error);
    const struct survey_map_entry *head = done ? survey_map_find(&properties, "log head") : NULL;
    done = done && output_report_find(store, arena, hash, head && head->value ? head->value : "", &issued, error);
    if (done && !issued.seq) {
        survey_report_add(report, &(struct survey_problem){SURVEY_FAULT, "E802", path, "", 0, 0,
            head ? _("the log of this evaluation has no report with this file's hash, nor one made at the log's head that it names")
                 : _("this workbook does not say from which evaluation it is, and the log has no report with its hash"), ""});
    } else if (done) {
        struct comparison comparison = {path, arena, report, verdict};
        verdict->entry = issued.seq;
        verdict->same_file = strcmp(issued.hash, hash) == 0;
        done = compare_with_now(store, &comparison, &issued, bytes, length, error);
        if (!done && verdict->same_file && error->code == SURVEY_ERROR_INPUT)
            done = true; // it is the very file; that the plan has faults since is no fault of the report
    }
    free(bytes);
    survey_map_clear(&properties);
    survey_arena_free(arena);
    return done;
}
