// SPDX-License-Identifier: GPL-3.0-or-later
// An evaluation file against itself: its log, its hashes, its sheets and pages.
#include "output/verify.h"

#include "survey/base/arena.h"
#include "survey/base/text.h"
#include "survey/sample/draw.h"
#include "survey/store/log.h"

#include <sodium.h>
#include <string.h>

struct look {
    struct survey_store *store;
    struct survey_report *report;
    const char *path;
    struct survey_error *error;
};

static void fault(const struct look *look, const char *code, const char *message)
{
    survey_report_add(look->report, &(struct survey_problem){SURVEY_FAULT, code, look->path, "", 0, 0, message, ""});
}

// Each row of a query is a fault: its one column says what.
static bool none(const struct look *look, const char *code, const char *format, const char *sql)
{
    struct survey_query *query = survey_query(look->store, look->error, sql, "");
    while (query && survey_query_next(query)) {
        struct survey_buffer text = SURVEY_BUFFER(1 << 16);
        survey_format(&text, format, survey_query_text(query, 0));
        fault(look, code, survey_buffer_string(&text));
        survey_buffer_clear(&text);
    }
    return query && survey_query_end(query, look->error);
}

// Rows of (name, bytes, SHA-256): what was kept is what was received.
static bool hashes(const struct look *look, const char *code, const char *format, const char *sql, int64_t *count)
{
    struct survey_query *query = survey_query(look->store, look->error, sql, "");
    while (query && survey_query_next(query)) {
        uint8_t digest[crypto_hash_sha256_BYTES];
        size_t length, kept_length;
        const void *bytes = survey_query_blob(query, 1, &length), *kept = survey_query_blob(query, 2, &kept_length);
        crypto_hash_sha256(digest, bytes, length);
        (*count)++;
        if (kept_length == sizeof digest && memcmp(digest, kept, sizeof digest) == 0)
            continue;
        struct survey_buffer text = SURVEY_BUFFER(1 << 16);
        survey_format(&text, format, survey_query_text(query, 0));
        fault(look, code, survey_buffer_string(&text));
        survey_buffer_clear(&text);
    }
    return query && survey_query_end(query, look->error);
}

static bool check_log(const struct look *look, struct output_verified *verified)
{
    struct survey_error broken = {0};
    if (survey_log_verify(look->store, &verified->entries, &broken))
        return true;
    if (broken.code != SURVEY_ERROR_INPUT) {
        *look->error = broken;
        return false;
    }
    fault(look, "E811", broken.message);
    return true;
}

static bool check_database(const struct look *look)
{
    return none(look, "E812", _("SQLite's integrity check says: %s"),
                "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'") &&
           none(look, "E813", _("a row of the table '%s' refers to one that is not there"),
                "SELECT DISTINCT \"table\" FROM pragma_foreign_key_check");
}

static bool check_hashes(const struct look *look, struct output_verified *verified)
{
    return hashes(look, "E821", _("the definition of the form %s is not the one that was added"),
                  "SELECT name || ' ' || version, CAST(definition AS BLOB), sha256 FROM form", &verified->forms) &&
           hashes(look, "E822", _("the raw submission of the response %s is not what was received"),
                  "SELECT id, raw, raw_sha256 FROM response", &verified->responses) &&
           hashes(look, "E823", _("the image %s is not what was received"), "SELECT file || ' ' || page, bytes, sha256 FROM image WHERE "
                  "kind <> 'gray'", &verified->images);
}

// A token says a sheet, a page and a form; what was printed and what was read must agree with it.
static bool check_sheets(const struct look *look, struct output_verified *verified)
{
    verified->sheets = survey_store_count(look->store, 0, "SELECT count(*) FROM sheet", "");
    verified->pages = survey_store_count(look->store, 0, "SELECT count(*) FROM page", "");
    return none(look, "E831", _("the sheet %s has a number or a count of pages that no token can say"),
                "SELECT number FROM sheet WHERE number < 0 OR number >= 1099511627776 OR pages < 1 OR pages > 63") &&
           none(look, "E832", _("the sheet %s was printed for a unit that was not drawn in its round"),
                "SELECT s.number FROM sheet s WHERE s.unit IS NOT NULL AND EXISTS (SELECT 1 FROM draw d WHERE d.round = s.round) AND NOT "
                "EXISTS (SELECT 1 FROM sample p WHERE p.round = s.round AND p.unit = s.unit)") &&
           none(look, "E833", _("the page %s is not one of its sheet's"),
                "SELECT p.id FROM page p JOIN sheet s ON s.number = p.sheet WHERE p.number IS NOT NULL AND (p.number < 1 OR p.number > "
                "s.pages)") &&
           none(look, "E834", _("the page %s is of another unit than the response made from it"),
                "SELECT p.id FROM page p JOIN sheet s ON s.number = p.sheet JOIN response r ON r.id = p.response WHERE s.unit IS NOT NULL "
                "AND r.unit IS NOT s.unit") &&
           none(look, "E835", _("a page of the sheet %s was taken in more than once"),
                "SELECT sheet || ', ' || number FROM page WHERE state = 'ok' AND sheet IS NOT NULL GROUP BY sheet, number HAVING count(*) > 1") &&
           none(look, "E836", _("sheets were printed for the round %s, but the log has no print of it"),
                "SELECT DISTINCT round FROM sheet s WHERE NOT EXISTS (SELECT 1 FROM log l WHERE l.action = 'print' AND l.round = s.round)");
}

// Makes a draw again. What differs though the frame is that of the draw is a fault; where the frame was changed since (or an older
// program drew, whose log has no hash of it) nobody can tell.
static bool repeat_draw(const struct look *look, const char *id, const char *round, struct survey_arena *arena)
{
    struct survey_draw_again again;
    struct survey_error error = {0};
    if (!survey_draw_replay(look->store, id, arena, &again, &error)) {
        if (error.code == SURVEY_ERROR_RESOURCE) {
            *look->error = error;
            return false;
        }
        again = (struct survey_draw_again){.difference = error.message, .changed = true};
    }
    if (again.difference) {
        struct survey_problem problem = {again.changed ? SURVEY_WARNING : SURVEY_FAULT, again.changed ? "W841" : "E841", look->path, "", 0, 0, "", ""};
        problem.message = again.changed ? survey_arena_format(arena, _("the draw of round '%s' does not come again from the frame as it is now: %s"), round,
                                                              again.difference)
                                        : survey_arena_format(arena, _("the draw of round '%s' does not come from its seed: the unit '%s' differs"), round,
                                                              again.difference);
        survey_report_add(look->report, &problem);
    }
    survey_draw_clear(&again.draw);
    return true;
}

#define LOGGED(action) "SELECT 1 FROM (SELECT action, subject, after FROM log UNION ALL SELECT action, subject, after FROM log_merged) l WHERE l.action = '" action "'"

static bool check_draws(const struct look *look, struct output_verified *verified)
{
    struct survey_arena *arena = survey_arena_new();
    size_t count = (size_t)survey_store_count(look->store, 0, "SELECT count(*) FROM draw WHERE current", ""), found = 0;
    const char **names = survey_arena_array(arena, 2 * count + 1, sizeof *names);
    struct survey_query *query = survey_query(look->store, look->error, "SELECT id, round FROM draw WHERE current ORDER BY round", "");
    while (query && found < count && survey_query_next(query)) {
        names[2 * found] = survey_arena_strdup(arena, survey_query_text(query, 0));
        names[2 * found++ + 1] = survey_arena_strdup(arena, survey_query_text(query, 1));
    }
    bool done = query && survey_query_end(query, look->error);
    for (size_t i = 0; done && i < found; i++)
        done = repeat_draw(look, names[2 * i], names[2 * i + 1], arena);
    verified->draws = (int64_t)found;
    survey_arena_free(arena);
    return done &&
           none(look, "E842", _("the draw %s has no entry in the log"), "SELECT id FROM draw WHERE NOT EXISTS (" LOGGED("sample")
                " AND json_valid(l.after) AND json_extract(l.after, '$.draw') = draw.id)") &&
           none(look, "E843", _("the log does not say why the unit %s was replaced"), "SELECT unit FROM sample WHERE status = 'replaced' AND NOT EXISTS ("
                LOGGED("replace") " AND l.subject = sample.unit)") &&
           none(look, "E844", _("the log does not say that the reserve %s was called up"), "SELECT unit FROM sample WHERE replaces IS NOT NULL AND NOT EXISTS ("
                LOGGED("replace") " AND l.subject = sample.replaces AND json_valid(l.after) AND json_extract(l.after, '$.reserve') = sample.unit)") &&
           none(look, "E845", _("the log has a submission %s, which is not among the responses"), "SELECT subject FROM log WHERE action = 'submission' "
                "AND subject NOT IN (SELECT id FROM response) ORDER BY seq");
}

static bool check_key(const struct look *look, const struct output_verified *verified)
{
    const uint8_t *key;
    size_t length = 0;
    struct survey_error error = {0};
    if (!verified->sheets || (survey_store_key(look->store, "token", &key, &length, &error) && length == 32))
        return true;
    survey_report_add(look->report, &(struct survey_problem){SURVEY_WARNING, "W837", look->path, "", 0, 0,
        _("the private file with the tokens' key is not beside it: printed tokens cannot be checked"), ""});
    return true;
}

bool output_verify_file(struct survey_store *store, struct survey_report *report, struct output_verified *verified,
                        struct survey_error *error)
{
    struct look look = {store, report, survey_store_path(store), error};
    *verified = (struct output_verified){0};
    return check_log(&look, verified) && check_database(&look) && check_hashes(&look, verified) && check_sheets(&look, verified) &&
           check_draws(&look, verified) && output_verify_figures(store, report, error) && check_key(&look, verified);
}
