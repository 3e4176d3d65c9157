// SPDX-License-Identifier: GPL-3.0-or-later
// What the figures of an evaluation are made of, against what it came from.
#include "output/verify.h"

#include "survey/base/text.h"
#include "survey/store/response.h"
#include "survey/store/rows_hash.h"

#include <string.h>

enum { MOST_SHOWN = 5 }; // of each kind

struct figures {
    struct survey_store *store;
    struct survey_report *report;
    const char *code;
    int64_t found; // of that kind
};

static void put(const struct figures *in, enum survey_severity severity, const char *code, const char *message)
{
    survey_report_add(in->report, &(struct survey_problem){severity, code, survey_store_path(in->store), "", 0, 0, message, ""});
}

// How many there are of the kind, where not all are shown; the next kind begins.
static void close_kind(struct figures *in)
{
    char message[200];
    survey_format_into(message, sizeof message, _("%lld faults of the kind %s in all; the first %d are shown"), (long long)in->found, in->code, MOST_SHOWN);
    if (in->found > MOST_SHOWN)
        put(in, SURVEY_FAULT, in->code, message);
    in->found = 0;
}

// --- answers against the raw and the edits ---

enum { ANSWERS, MISSING, VIOLATIONS, DISPOSITIONS, UNREADABLE, PLACES };

struct places {
    struct figures kinds[PLACES];
};

static void say_difference(const struct survey_response_difference *d, struct survey_buffer *text)
{
    if (!*d->table)
        survey_format(text, _("the response %s: its answers cannot be made from its raw: %s"), d->response, d->gives);
    else if (d->stands && d->gives)
        survey_format(text, _("the response %s: '%s' in the table '%s' is '%s'; what was received, as corrected, gives '%s'"), d->response, d->what,
                      d->table, d->stands, d->gives);
    else if (d->gives)
        survey_format(text, _("the response %s: the row '%s' is gone from the table '%s'"), d->response, d->what, d->table);
    else
        survey_format(text, _("the response %s: the row '%s' of the table '%s' comes from nothing received"), d->response, d->what, d->table);
}

static void note_difference(void *user, const struct survey_response_difference *d)
{
    struct places *places = user;
    int place = !*d->table                          ? UNREADABLE
                : strcmp(d->table, "missing") == 0   ? MISSING
                : strcmp(d->table, "violation") == 0 ? VIOLATIONS
                : strcmp(d->table, "response") == 0  ? DISPOSITIONS
                                                     : ANSWERS;
    struct figures *in = &places->kinds[place];
    if (++in->found > MOST_SHOWN)
        return;
    struct survey_buffer text = SURVEY_BUFFER(1 << 16);
    say_difference(d, &text);
    put(in, SURVEY_FAULT, in->code, survey_buffer_string(&text));
    survey_buffer_clear(&text);
}

static bool check_answers(const struct figures *in, struct survey_error *error)
{
    static const char *const codes[PLACES] = {"E851", "E852", "E853", "E854", "E855"};
    struct places places;
    for (int i = 0; i < PLACES; i++)
        places.kinds[i] = (struct figures){in->store, in->report, codes[i], 0};
    bool done = survey_response_verify(in->store, note_difference, &places, error);
    for (int i = 0; i < PLACES; i++)
        close_kind(&places.kinds[i]);
    return done;
}

// Each row of a query is a fault: its one column says what.
static bool none(struct figures *in, const char *code, const char *format, const char *sql, struct survey_error *error)
{
    struct survey_query *query = survey_query(in->store, error, sql, "");
    in->code = code;
    while (query && survey_query_next(query)) {
        if (++in->found > MOST_SHOWN)
            continue;
        struct survey_buffer text = SURVEY_BUFFER(1 << 16);
        survey_format(&text, format, survey_query_text(query, 0));
        put(in, SURVEY_FAULT, code, survey_buffer_string(&text));
        survey_buffer_clear(&text);
    }
    close_kind(in);
    return query && survey_query_end(query, error);
}

#define LOGS "(SELECT action, subject, at, after FROM log UNION ALL SELECT action, subject, at, after FROM log_merged)"
#define US " || char(31) || "
#define LOGGED(path) " || char(31) || coalesce(json_extract(after, '$." path "'), '')"

static bool check_edits(struct figures *in, struct survey_error *error)
{
    return none(in, "E856", _("the correction %s has no entry in the log"),
                "SELECT response || ' ' || question || iif(occurrence = '', '', '[' || occurrence || ']') FROM edit WHERE source || char(31) || response || "
                "char(31) || made_at || char(31) || question || char(31) || occurrence || char(31) || coalesce(after, '') NOT IN (SELECT action || "
                "char(31) || subject || char(31) || at" LOGGED("question") LOGGED("occurrence") LOGGED("value") " FROM " LOGS
                " WHERE action IN ('edit', 'review', 'merge') AND json_valid(after)) ORDER BY rowid", error);
}

// --- cases against their steps, and those against the log ---

// A case is what its last decision says; where copies that decided differently were merged, it is flagged again.
static bool check_states(struct figures *in, struct survey_error *error)
{
    return none(in, "E861", _("the case %s is not what its last step says"),
                "WITH last AS (SELECT \"case\" AS id, state, row_number() OVER (PARTITION BY \"case\" ORDER BY state = 'flagged', julianday(made_at) "
                "DESC, rowid DESC) AS place FROM case_step), split AS (SELECT \"case\" AS id FROM case_step WHERE state <> 'flagged' AND EXISTS "
                "(SELECT 1 FROM log WHERE action = 'merge') GROUP BY 1 HAVING count(DISTINCT state) > 1) SELECT c.id || ' (' || c.type || ', ' || "
                "coalesce(c.unit, '') || ', ' || c.state || ')' FROM \"case\" c LEFT JOIN last ON last.id = c.id AND place = 1 LEFT JOIN split ON "
                "split.id = c.id WHERE c.state IS NOT last.state AND NOT (c.state = 'flagged' AND split.id IS NOT NULL) ORDER BY c.id", error);
}

#define DECIDED(subject) "SELECT " subject "at" US "who" US "why" LOGGED("state") LOGGED("evidence") " FROM "
#define STEP "made_at" US "who" US "why" US "state" US "evidence"

// In the log of another copy, which was merged in, the case may have another id. Persons: as the last entry of a case that
// only this copy decided left them.
static bool check_decisions(struct figures *in, struct survey_error *error)
{
    return none(in, "E862", _("the decision on the case %s has no entry in the log"),
                "SELECT \"case\" || ' (' || state || ')' FROM case_step WHERE state <> 'flagged' AND \"case\"" US STEP " NOT IN (" DECIDED("subject" US)
                "log WHERE action = 'case' AND json_valid(after)) AND " STEP " NOT IN (" DECIDED("") "log_merged WHERE action = 'case' AND "
                "json_valid(after)) ORDER BY rowid", error) &&
           none(in, "E863", _("the case %s, on which the log has a decision, is not there or concerns other persons"),
                "SELECT subject FROM (SELECT subject, max(seq), json_extract(after, '$.persons') AS persons FROM log WHERE action = 'case' AND subject "
                "LIKE 'uuid:%' AND json_valid(after) GROUP BY subject) l LEFT JOIN \"case\" c ON c.id = l.subject WHERE c.id IS NULL OR (c.state <> "
                "'flagged' AND c.persons <> l.persons AND NOT EXISTS (SELECT 1 FROM log WHERE action = 'merge')) ORDER BY subject", error);
}

// --- weights and administrative values against the hashes in the log ---

// One step of the last computing of a round's weights: round, entry, step, hash, and whether weights stand at all.
static bool check_step(struct figures *in, const struct survey_query *row, struct survey_error *error)
{
    char hash[65], message[400];
    const char *round = survey_query_text(row, 0), *logged = survey_query_text(row, 3);
    long long entry = survey_query_integer(row, 1), step = survey_query_integer(row, 2);
    if (!*logged) {
        survey_format_into(message, sizeof message, _("the weights of round '%.100s' after step %lld cannot be checked: the log's entry %lld, of an older program, "
                                                      "has no hash of them"), round, step, entry);
        put(in, SURVEY_NOTE, "N871", message);
        return true;
    }
    if (!survey_weight_hash(in->store, round, step, hash, error))
        return false;
    if (strcmp(hash, logged) == 0 || ++in->found > MOST_SHOWN)
        return true;
    survey_format_into(message, sizeof message, _("the weights of round '%.100s' after step %lld are not those that the log's entry %lld computed"), round, step,
                       entry);
    put(in, SURVEY_FAULT, in->code, message);
    return true;
}

#define STEPS "(SELECT max(seq) AS seq, subject, after FROM log WHERE action = 'weight' GROUP BY subject) l, json_each(iif(json_valid(l.after), l.after, '[]')) e"

// A new draw, a reserve called up and a merge take weights away.
static bool check_weights(struct figures *in, struct survey_error *error)
{
    struct survey_query *query =
        survey_query(in->store, error, "SELECT l.subject, l.seq, json_extract(e.value, '$.step'), json_extract(e.value, '$.hash') FROM " STEPS
                                       " WHERE l.subject IN (SELECT round FROM weight) OR NOT EXISTS (SELECT 1 FROM log t WHERE t.seq > l.seq AND (t.action = "
                                       "'merge' OR (t.action IN ('sample', 'replace') AND t.round = l.subject))) ORDER BY 2, 3", "");
    bool done = query != NULL;
    in->code = "E871";
    while (done && survey_query_next(query))
        done = check_step(in, query, error);
    close_kind(in);
    return query && survey_query_end(query, done ? error : NULL) && done &&
           none(in, "E872", _("the log has no computing of the weights of the round and step '%s'"),
                "SELECT DISTINCT round || ' ' || step FROM weight WHERE round || char(31) || step NOT IN (SELECT l.subject || char(31) || json_extract(e.value, "
                "'$.step') FROM " STEPS ")", error);
}

static bool check_admin(struct figures *in, struct survey_error *error)
{
    char hash[65], message[200];
    struct survey_query *query = survey_query(in->store, error, "SELECT seq, hash FROM (SELECT seq, iif(json_valid(after), json_extract(after, '$.admin_hash'), "
                                                                "NULL) AS hash FROM log WHERE action IN ('import', 'merge')) WHERE hash IS NOT NULL ORDER BY seq "
                                                                "DESC LIMIT 1", "");
    bool found = query && survey_query_next(query), done = !found || survey_admin_hash(in->store, hash, error);
    if (found && done && strcmp(hash, survey_query_text(query, 1)) != 0) {
        survey_format_into(message, sizeof message, _("the administrative values are not those that the log's entry %lld left"),
                           (long long)survey_query_integer(query, 0));
        put(in, SURVEY_FAULT, "E881", message);
    }
    if (query && !found && survey_store_count(in->store, 0, "SELECT EXISTS (SELECT 1 FROM admin)", ""))
        put(in, SURVEY_NOTE, "N881", _("the administrative values cannot be checked: an older program imported them, and the log has no hash of them"));
    return query && survey_query_end(query, done ? error : NULL) && done;
}

bool output_verify_figures(struct survey_store *store, struct survey_report *report, struct survey_error *error)
{
    struct figures in = {store, report, "", 0};
    return check_answers(&in, error) && check_edits(&in, error) && check_states(&in, error) && check_decisions(&in, error) &&
           check_weights(&in, error) && check_admin(&in, error);
}
