// SPDX-License-Identifier: GPL-3.0-or-later
// Merging: the other copy is attached, its rows taken over, and what it changed is written anew.
#include "survey/store/merge_private.h"
#include "survey/store/rows_hash.h"

#include "survey/base/json.h"
#include "survey/base/text.h"
#include "survey/store/forms.h"
#include "survey/store/log.h"
#include "survey/store/response_private.h"
#include "survey/store/store_private.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct merging {
    struct survey_store *store;
    const char *other;
    const struct survey_merge_paper *paper;
    const struct survey_actor *actor;
    struct survey_report *report;
    struct survey_merged *merged;
};

static bool run(struct merging *m, const char *sql, struct survey_error *error)
{
    return survey_store_run(m->store, error, sql, "");
}

static void report_conflict(struct merging *m, const char *thing, const char *subject, const char *ours, const char *theirs)
{
    char message[1024], expected[1024];
    survey_format_into(message, sizeof message, _("%s %s: the other copy has '%.200s'"), thing, subject, theirs);
    survey_format_into(expected, sizeof expected, _("'%.200s', as here"), ours);
    survey_report_add(m->report, &(struct survey_problem){SURVEY_WARNING, "W501", m->other, "", 0, 0, message, expected});
    m->merged->conflicts++;
}

// Keeps each conflict that the query finds and was not known yet.
static bool keep_conflicts(struct merging *m, const char *thing, const char *sql, struct survey_error *error)
{
    struct survey_query *query = survey_query(m->store, error, sql, "");
    char at[40];
    bool done = query != NULL;
    survey_time_text(&m->actor->now, at);
    while (done && survey_query_next(query)) {
        const char *subject = survey_query_text(query, 0), *ours = survey_query_text(query, 1),
                   *theirs = survey_query_text(query, 2);
        if (survey_store_count(m->store, 0, "SELECT count(*) FROM conflict WHERE thing = ? AND subject = ? AND theirs = ?",
                               "ttt", thing, subject, theirs) > 0)
            continue;
        report_conflict(m, thing, subject, ours, theirs);
        done = survey_store_run(m->store, error,
                                "INSERT INTO conflict (thing, subject, ours, theirs, file, found_at) VALUES (?, ?, ?, ?, ?, ?)",
                                "tttttt", thing, subject, ours, theirs, m->other, at);
    }
    return query && survey_query_end(query, done ? error : NULL) && done;
}

static bool take_step(struct merging *m, const struct merge_step *step, struct survey_error *error)
{
    if (step->conflicts && !keep_conflicts(m, step->thing, step->conflicts, error))
        return false;
    if (!step->insert)
        return true;
    if (!run(m, step->insert, error))
        return false;
    if (step->counts)
        *(size_t *)(void *)((char *)m->merged + step->counts) += (size_t)survey_store_count(m->store, 0, "SELECT changes()", "");
    return true;
}

// A version of a form that only the other copy has; it is the current one where it was added later.
static bool take_form(struct merging *m, int64_t other, struct survey_error *error)
{
    struct survey_query *query = survey_query(m->store, error, "SELECT sha256, definition FROM other.form WHERE id = ?", "i", other);
    uint8_t hash[32];
    size_t length = 0, stated = 0;
    if (!query)
        return false;
    bool sound = survey_query_next(query);
    if (sound) {
        const void *given = survey_query_blob(query, 0, &stated);
        uint8_t copy[32] = {0};
        memcpy(copy, given, stated == 32 ? 32 : 0);
        const void *definition = survey_query_blob(query, 1, &length);
        crypto_hash_sha256(hash, definition, length);
        sound = stated == 32 && memcmp(hash, copy, 32) == 0;
    }
    if (!survey_query_end(query, error))
        return false;
    if (!sound)
        return survey_fail(error, SURVEY_ERROR_INPUT, m->other, "%s", _("a form's definition is not what its hash says"));
    if (!survey_store_run(m->store, error,
                          "INSERT INTO main.form (name, version, position, current, sha256, definition, source_name, added_at) "
                          "SELECT name, version, coalesce((SELECT position FROM main.form f WHERE f.name = t.name), (SELECT "
                          "max(position) + 1 FROM main.form)), current AND NOT EXISTS (SELECT 1 FROM main.form f WHERE f.name = "
                          "t.name AND f.current AND julianday(f.added_at) > julianday(t.added_at)), sha256, definition, "
                          "source_name, added_at FROM other.form t WHERE id = ?", "i", other))
        return false;
    int64_t id = sqlite3_last_insert_rowid(m->store->database);
    const struct survey_form *form = survey_store_form(m->store, id, error);
    return form &&
           survey_store_run(m->store, error,
                            "UPDATE main.form SET current = 0 WHERE id <> ?1 AND name = (SELECT name FROM main.form WHERE id = "
                            "?1 AND current)", "i", id) &&
           survey_response_tables(m->store, form, error);
}

static bool take_forms(struct merging *m, struct survey_error *error)
{
    for (;;) {
        int64_t next = survey_store_count(m->store, 0,
                                          "SELECT id FROM other.form t WHERE sha256 NOT IN (SELECT sha256 FROM main.form) AND "
                                          "NOT EXISTS (SELECT 1 FROM main.form m WHERE m.name = t.name AND m.version = t.version) "
                                          "ORDER BY id LIMIT 1", "");
        if (!next)
            return true;
        if (!take_form(m, next, error))
            return false;
    }
}

// Units of the frame that only the other copy has, in the columns that both know.
static bool take_frame(struct merging *m, struct survey_error *error)
{
    struct survey_query *query =
        survey_query(m->store, error, "SELECT name FROM pragma_table_info('frame', 'main') WHERE name IN (SELECT name FROM "
                                      "pragma_table_info('frame', 'other'))", "");
    struct survey_buffer names = SURVEY_BUFFER(1 << 16), sql = SURVEY_BUFFER(1 << 18);
    if (!query)
        return false;
    while (survey_query_next(query)) {
        if (names.length)
            survey_buffer_text(&names, ", ");
        survey_sql_name(&names, survey_query_text(query, 0));
    }
    bool done = survey_query_end(query, error);
    survey_format(&sql, "INSERT INTO main.frame (%s) SELECT %s FROM other.frame WHERE unit NOT IN (SELECT unit FROM main.frame)",
                  survey_buffer_string(&names), survey_buffer_string(&names));
    done = done && run(m, survey_buffer_string(&sql), error);
    m->merged->units += (size_t)survey_store_count(m->store, 0, "SELECT changes()", "");
    survey_buffer_clear(&names);
    survey_buffer_clear(&sql);
    return done;
}

// Names and phones: the two private files; what differs is said without saying what.
static bool take_identities(struct merging *m, bool attached, struct survey_error *error)
{
    if (!attached || !m->store->has_private)
        return true;
    return keep_conflicts(m, "identity",
                          "SELECT t.unit || ' ' || t.name, '***', '***' FROM other_private.identity t JOIN private.identity m ON "
                          "m.unit = t.unit AND m.name = t.name WHERE m.value <> t.value", error) &&
           run(m, "INSERT OR IGNORE INTO private.identity SELECT * FROM other_private.identity", error);
}

// Responses that are new here: the raw and everything about it; the answers are written from the raw.
static bool take_responses(struct merging *m, struct survey_error *error)
{
    static const char *const steps[] = {
        "CREATE TEMP TABLE touched (id TEXT PRIMARY KEY, fresh INTEGER NOT NULL)",
        "CREATE TEMP TABLE pages_before AS SELECT id FROM main.page",
        "INSERT INTO temp.touched SELECT id, 1 FROM other.response t WHERE id NOT IN (SELECT id FROM main.response) AND EXISTS "
        "(SELECT 1 FROM main.form f JOIN other.form o ON o.sha256 = f.sha256 WHERE o.id = t.form)",
        "INSERT INTO main.response SELECT id, (SELECT f.id FROM main.form f JOIN other.form o ON o.sha256 = f.sha256 WHERE o.id = "
        "t.form), unit, round, channel, who, received_at, started_at, ended_at, iif(state IN ('received', 'waiting', "
        "'complete') AND EXISTS (SELECT 1 FROM main.response m JOIN main.form f ON f.id = m.form JOIN other.form o ON o.id = "
        "t.form WHERE m.unit = t.unit AND m.round = t.round AND f.name = o.name AND m.state IN ('received', 'waiting', "
        "'complete')), 'duplicate', state), disposition, raw, raw_kind, raw_sha256 FROM other.response t WHERE id IN (SELECT id "
        "FROM temp.touched)",
        "INSERT INTO main.violation SELECT * FROM other.violation WHERE response IN (SELECT id FROM temp.touched) AND kind IN "
        "('unit', 'duplicate')",
        "INSERT OR IGNORE INTO temp.touched SELECT DISTINCT response, 0 FROM other.edit WHERE id NOT IN (SELECT id FROM main.edit)",
    };
    if (!keep_conflicts(m, "response",
                        "SELECT t.id, hex(m.raw_sha256), CAST(t.raw AS TEXT) FROM other.response t JOIN main.response m ON m.id = "
                        "t.id WHERE m.raw_sha256 <> t.raw_sha256 AND NOT (m.raw_kind = 'scan' AND t.raw_kind = 'scan')", error))
        return false;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (!run(m, steps[i], error))
            return false;
    m->merged->responses = (size_t)survey_store_count(m->store, 0, "SELECT count(*) FROM temp.touched WHERE fresh", "");
    return true;
}

// Sheets of which pages came over while their response was here already.
static bool assemble(struct merging *m, struct survey_error *error)
{
    struct survey_query *query =
        m->paper ? survey_query(m->store, error, "SELECT DISTINCT sheet FROM main.page WHERE state = 'ok' AND id IN (SELECT id FROM "
                                                 "other.page) AND id NOT IN (SELECT id FROM temp.pages_before) AND response IN (SELECT "
                                                 "id FROM main.response WHERE id NOT IN (SELECT id FROM temp.touched WHERE fresh)) "
                                                 "ORDER BY sheet", "")
                 : NULL;
    bool done = !m->paper || query;
    while (done && query && survey_query_next(query))
        done = m->paper->assemble(m->paper->user, m->store, survey_query_integer(query, 0), error);
    return (!query || survey_query_end(query, done ? error : NULL)) && done;
}

static bool rebuild(struct merging *m, struct survey_error *error)
{
    struct survey_query *query = survey_query(m->store, error, "SELECT id FROM temp.touched JOIN main.response USING (id) ORDER BY id", "");
    bool done = query != NULL;
    while (done && survey_query_next(query))
        done = survey_response_rebuild(m->store, survey_query_text(query, 0), error);
    if (query && !survey_query_end(query, done ? error : NULL))
        done = false;
    // A paper response of which nothing waits any more, as the other copy's reviewers left it.
    return done && run(m, "UPDATE main.response SET state = 'complete' WHERE state = 'waiting' AND id IN (SELECT id FROM "
                          "other.response WHERE state = 'complete') AND id NOT IN (SELECT response FROM main.mark WHERE state = "
                          "'waiting')", error);
}

static bool log_merge(struct merging *m, struct survey_error *error)
{
    struct survey_buffer after = SURVEY_BUFFER(1 << 16);
    struct survey_json_writer json = survey_json_writer(&after, false);
    struct survey_query *query = survey_query(m->store, error, "SELECT hex(hash) FROM other.log ORDER BY seq DESC LIMIT 1", "");
    if (!query)
        return false;
    survey_json_open(&json, '{');
    survey_json_member(&json, "head", survey_query_next(query) ? survey_query_text(query, 0) : "");
    survey_json_member_integer(&json, "responses", (int64_t)m->merged->responses);
    survey_json_member_integer(&json, "edits", (int64_t)m->merged->edits);
    survey_json_member_integer(&json, "pages", (int64_t)m->merged->pages);
    survey_json_member_integer(&json, "decisions", (int64_t)m->merged->decisions);
    survey_json_member_integer(&json, "cases", (int64_t)m->merged->cases);
    survey_json_member_integer(&json, "conflicts", (int64_t)m->merged->conflicts);
    char hash[65];
    bool done = survey_query_end(query, error) && (!m->merged->admin || survey_admin_hash(m->store, hash, error));
    if (done && m->merged->admin)
        survey_json_member(&json, "admin_hash", hash);
    survey_json_close(&json, '}');
    done = done &&
                survey_store_log(m->store, m->actor, "merge", m->other, "", survey_buffer_string(&after), error);
    survey_buffer_clear(&after);
    return done;
}

// Whether anything came over that is worth a log entry.
static bool anything(const struct survey_merged *merged)
{
    const size_t *counts = (const size_t *)(const void *)merged;
    for (size_t i = 0; i < sizeof *merged / sizeof *counts; i++)
        if (counts[i])
            return true;
    return false;
}

static bool take_all(struct merging *m, bool with_private, struct survey_error *error)
{
    if (!take_forms(m, error) || !take_frame(m, error) || !take_identities(m, with_private, error) || !take_responses(m, error))
        return false;
    // A copy of before double review has no decisions beside its marks.
    bool decisions = survey_store_count(m->store, 0, "SELECT count(*) FROM other.sqlite_schema WHERE name = 'decision'", "") > 0;
    for (size_t i = 0; i < merge_step_count; i++)
        if ((decisions || strcmp(merge_steps[i].thing, "decision") != 0) && !take_step(m, &merge_steps[i], error))
            return false;
    return assemble(m, error) && rebuild(m, error) && run(m, "DROP TABLE temp.touched", error) &&
           run(m, "DROP TABLE temp.pages_before", error) && (!anything(m->merged) || log_merge(m, error));
}

// The other file must be an evaluation file, of this evaluation, another file than this one, and its
// log must be whole.
static bool check_other(struct survey_store *store, const char *other, struct survey_error *error)
{
    struct stat here, there;
    struct survey_store *opened = NULL;
    int64_t entries;
    if (stat(store->path, &here) == 0 && stat(other, &there) == 0 && here.st_dev == there.st_dev && here.st_ino == there.st_ino)
        return survey_fail(error, SURVEY_ERROR_USAGE, other, "%s", _("this is the evaluation file itself"));
    if (!survey_store_open(other, SURVEY_STORE_READ, &opened, error))
        return false;
    bool sound = survey_log_verify(opened, &entries, error);
    survey_store_close(opened);
    return sound;
}

static bool attach(struct survey_store *store, const char *other, bool *with_private, struct survey_error *error)
{
    char *path = survey_private_path(other);
    *with_private = access(path, R_OK) == 0;
    bool done = survey_store_run(store, error, "ATTACH ? AS other", "t", other) &&
                (!*with_private || survey_store_run(store, error, "ATTACH ? AS other_private", "t", path));
    free(path);
    if (done && survey_store_count(store, 0, "SELECT (SELECT value FROM main.evaluation WHERE key = 'id') = (SELECT value FROM "
                                             "other.evaluation WHERE key = 'id')", "") != 1)
        return survey_fail(error, SURVEY_ERROR_INPUT, other, "%s", _("this is a file of another evaluation"));
    if (done && *with_private && store->has_private &&
        survey_store_count(store, 0, "SELECT (SELECT value FROM private.key WHERE name = 'token') IS (SELECT value FROM "
                                     "other_private.key WHERE name = 'token')", "") != 1)
        return survey_fail(error, SURVEY_ERROR_INPUT, other, "%s", _("the private files hold different keys"));
    return done;
}

bool survey_merge(struct survey_store *store, const char *other, const struct survey_merge_paper *paper, const struct survey_actor *actor,
                  struct survey_report *report, struct survey_merged *merged, struct survey_error *error)
{
    struct merging m = {store, other, paper, actor, report, merged};
    bool with_private = false;
    *merged = (struct survey_merged){0};
    if (!check_other(store, other, error))
        return false;
    bool done = attach(store, other, &with_private, error) && survey_store_begin_both(store, error);
    done = done && take_all(&m, with_private, error) && survey_store_commit(store, error);
    survey_store_rollback(store);
    survey_queries_finalize(store); // statements on the attached files keep them from being let go
    sqlite3_exec(store->database, "DETACH other_private", NULL, NULL, NULL);
    sqlite3_exec(store->database, "DETACH other", NULL, NULL, NULL);
    return done;
}
