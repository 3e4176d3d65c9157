// SPDX-License-Identifier: GPL-3.0-or-later
// What the figures of an evaluation are made of, against what it came from.
#include "output/verify.h"

#include "survey/base/text.h"
#include "survey/store/response.h"

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

bool output_verify_figures(struct survey_store *store, struct survey_report *report, struct survey_error *error)
{
    struct figures in = {store, report, "", 0};
    return check_answers(&in, error) && check_edits(&in, error) && check_states(&in, error) && check_decisions(&in, error);
}
