// SPDX-License-Identifier: GPL-3.0-or-later
// Reports issued and found again in the log.
#include "output/report/issue.h"

#include "survey/base/arena.h"
#include "survey/base/file.h"
#include "survey/base/json.h"
#include "survey/base/text.h"

#include <math.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 1 << 28 };

bool output_edition_read(const struct survey_form *form, struct survey_arena *arena, const char *list,
                         struct output_edition *edition, struct survey_error *error)
{
    const char *own = form->languages[form->default_language];
    *edition = (struct output_edition){0};
    if (!list)
        list = strstr(own, "zh") || strstr(own, "中文") ? "zh" : "en";
    for (const char *at = list;;) {
        size_t length = strcspn(at, ",");
        const char *language = survey_arena_strndup(arena, at, length);
        bool known = strcmp(language, "zh") == 0 || strcmp(language, "en") == 0 ||
                     (length && survey_form_language(form, language) >= 0);
        if (!known)
            return survey_fail(error, SURVEY_ERROR_USAGE, "", _("--language: the questionnaire has no language '%s'"), language);
        if (edition->count == OUTPUT_LANGUAGES)
            return survey_fail(error, SURVEY_ERROR_USAGE, "", _("--language: at most %d languages"), OUTPUT_LANGUAGES);
        edition->languages[edition->count++] = language;
        if (!at[length])
            return true;
        at += length + 1;
    }
}

bool output_edition_load(struct survey_store *store, const struct survey_actor *actor, enum output_audience audience,
                         struct output_edition *edition, struct survey_report *problems, struct output_report **report,
                         struct survey_error *error)
{
    // First in the language of the messages, so that faults come in it.
    struct stats_assessment *plain = NULL;
    bool done = stats_assess(store, actor, problems, &plain, error);
    stats_assessment_free(plain);
    for (size_t i = 0; done && i < edition->count; i++) {
        struct output_language language;
        struct survey_report *again = survey_report_new();
        output_language_switch(&language, edition->languages[i]);
        done = stats_assess(store, actor, again, &edition->assessments[i], error);
        output_language_back(&language);
        survey_report_free(again);
    }
    if (!done || !output_report_load(store, actor, edition->assessments[0], audience, report, error))
        return false;
    for (size_t i = 0; i < edition->count; i++)
        (*report)->in_language[i] = edition->assessments[i];
    return true;
}

void output_edition_clear(struct output_edition *edition)
{
    for (size_t i = 0; i < edition->count; i++)
        stats_assessment_free(edition->assessments[i]);
    *edition = (struct output_edition){0};
}

bool output_file_hash(const char *path, char **bytes, size_t *length, char hash[static ISSUE_HASH], struct survey_error *error)
{
    uint8_t digest[crypto_hash_sha256_BYTES];
    if (!survey_file_read(path, MOST_BYTES, bytes, length, error))
        return false;
    crypto_hash_sha256(digest, (const uint8_t *)*bytes, *length);
    sodium_bin2hex(hash, ISSUE_HASH, digest, sizeof digest);
    return true;
}

static void write_figure(struct survey_json_writer *json, const char *unit, const char *code, const struct stats_figure *figure)
{
    survey_json_open(json, '{');
    survey_json_member(json, "unit", unit);
    survey_json_member(json, "code", code);
    survey_json_member_number(json, "value", figure->missing ? (double)NAN : figure->value);
    if (figure->estimated) {
        survey_json_member_number(json, "estimate", figure->estimate.value);
        survey_json_member_number(json, "low", figure->estimate.low);
        survey_json_member_number(json, "high", figure->estimate.high);
    }
    if (figure->verdict != STATS_NO_LINE)
        survey_json_member(json, "verdict", figure->verdict == STATS_CROSSED ? "crossed" : "within");
    survey_json_close(json, '}');
}

// What the log keeps of a report: its hash and its main figures, unrounded.
static void describe(const struct output_report *report, const char *hash, const struct output_edition *edition,
                     struct survey_buffer *after)
{
    const struct stats_assessment *assessment = report->assessment;
    struct survey_json_writer json = survey_json_writer(after, false);
    struct survey_buffer list = SURVEY_BUFFER(1 << 12);
    for (size_t i = 0; i < edition->count; i++)
        survey_format(&list, "%s%s", i ? "," : "", edition->languages[i]);
    survey_json_open(&json, '{');
    survey_json_member(&json, "sha256", hash);
    survey_json_member(&json, "language", survey_buffer_string(&list));
    survey_json_member(&json, "audience", report->audience == OUTPUT_OFFICIALS ? "officials" : "evaluators");
    survey_json_key(&json, "scores");
    survey_json_open(&json, '[');
    for (size_t i = 0; i < assessment->unit_count; i++) {
        survey_json_open(&json, '{');
        survey_json_member(&json, "unit", assessment->units[i].id);
        survey_json_member_number(&json, "score", assessment->units[i].scored ? assessment->units[i].score : (double)NAN);
        survey_json_member_integer(&json, "rank", assessment->units[i].rank);
        survey_json_close(&json, '}');
    }
    survey_json_close(&json, ']');
    survey_json_key(&json, "figures");
    survey_json_open(&json, '[');
    for (size_t i = 0; i < assessment->unit_count; i++)
        for (size_t k = 0; k < assessment->indicator_count; k++)
            write_figure(&json, assessment->units[i].id, assessment->indicators[k].code, &assessment->units[i].figures[k]);
    survey_json_close(&json, ']');
    survey_json_close(&json, '}');
    survey_buffer_clear(&list);
}

static bool log_report(struct survey_store *store, const struct survey_actor *actor, const struct output_report *report,
                       const char *path, const struct output_edition *edition, const char *hash, struct survey_error *error)
{
    struct survey_buffer after = SURVEY_BUFFER((size_t)1 << 28);
    struct survey_actor as = *actor;
    const char *slash = strrchr(path, '/');
    as.round = report->assessment->round;
    describe(report, hash, edition, &after);
    bool done = survey_store_log(store, &as, "report", slash ? slash + 1 : path, "", survey_buffer_string(&after), error);
    survey_buffer_clear(&after);
    return done;
}

bool output_report_issue(struct survey_store *store, const struct survey_actor *actor, const struct output_report *report,
                         const char *path, const struct output_edition *edition, char hash[static ISSUE_HASH],
                         struct survey_error *error)
{
    struct output_book *book = NULL;
    const char *temporary;
    char *bytes = NULL;
    size_t length;
    bool done = output_report_build(report, path, edition->languages, edition->count, &book, error) &&
                output_book_write(book, &temporary, error) && output_file_hash(temporary, &bytes, &length, hash, error) &&
                log_report(store, actor, report, path, edition, hash, error) && survey_store_commit(store, error);
    free(bytes);
    if (done)
        return output_book_keep(book, error);
    output_book_drop(book);
    return false;
}

static const char *text_of(const struct survey_json *json, struct survey_arena *arena, const char *key)
{
    return survey_arena_strdup(arena, survey_json_text(json, key, ""));
}

static bool find(struct survey_store *store, struct survey_arena *arena, const char *sql, const char *key,
                 struct output_issued *issued, struct survey_error *error)
{
    struct survey_query *query = survey_query(store, error, sql, "t", key);
    if (query && survey_query_next(query)) {
        const struct survey_json *after = NULL;
        struct survey_json *read = NULL;
        const char *text = survey_query_text(query, 4);
        if (survey_json_read(arena, "log", text, strlen(text), &read, NULL))
            after = read;
        issued->seq = survey_query_integer(query, 0);
        issued->at = survey_arena_strdup(arena, survey_query_text(query, 1));
        issued->who = survey_arena_strdup(arena, survey_query_text(query, 2));
        issued->round = survey_arena_strdup(arena, survey_query_text(query, 3));
        issued->head = survey_arena_strdup(arena, survey_query_text(query, 5));
        issued->hash = text_of(after, arena, "sha256");
        issued->language = text_of(after, arena, "language");
        issued->audience = text_of(after, arena, "audience");
    }
    return query && survey_query_end(query, error);
}

bool output_report_find(struct survey_store *store, struct survey_arena *arena, const char *hash, const char *head,
                        struct output_issued *issued, struct survey_error *error)
{
    *issued = (struct output_issued){0};
    return find(store, arena, "SELECT seq, at, who, round, after, lower(hex(prev)) FROM log WHERE action = 'report' AND "
                              "json_extract(after, '$.sha256') = ? ORDER BY seq DESC LIMIT 1", hash, issued, error) &&
           (issued->seq || find(store, arena, "SELECT seq, at, who, round, after, lower(hex(prev)) FROM log WHERE action = 'report' "
                                              "AND lower(hex(prev)) = ? ORDER BY seq DESC LIMIT 1", head, issued, error));
}
