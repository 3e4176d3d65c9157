// SPDX-License-Identifier: GPL-3.0-or-later
// The queue: how much waits, of which question and why, and what comes next.
#include "forms/desk/desk_private.h"

#include <string.h>

// The question without its place in a repeat: "age" of "age[2]".
#define QUESTION "iif(instr(m.question, '[') > 0, substr(m.question, 1, instr(m.question, '[') - 1), m.question)"
#define WAITING                                                                                                        \
    " FROM mark m JOIN response r ON r.id = m.response JOIN form f ON f.id = r.form JOIN page p ON p.id = m.page"
#define FILTERED(why)                                                                                                  \
    " (?1 IS NULL OR f.name = ?1) AND (?2 IS NULL OR " QUESTION " = ?2) AND (?3 IS NULL OR " why                       \
    " = ?3) AND (?4 IS NULL OR "                                                                                       \
    "m.kind = ?4)"
// What waits although somebody decided it, waits since two decided it differently.
#define WHY "iif(EXISTS (SELECT 1 FROM decision d WHERE d.mark = m.id), '" DESK_DIFFER "', m.why)"
// By response, so that one has a sheet's pages before oneself in a row, and the index gives the order.
#define ORDERED " ORDER BY m.response, p.number, m.y, m.x, m.id"

enum { SECOND_EVERY = 5 }; // of one's items; the more seldom, the longer a difference goes unseen

// Takes it where nobody else looks at it and it was not left for later.
static void offer(struct desk_visit *visit, const char *id, char mark[static DESK_ID])
{
    bool held = desk_claimed(visit, id);
    visit->held += held;
    if (!held && !desk_session_passed(visit, id))
        survey_format_into(mark, DESK_ID, "%s", id);
}

static bool find_waiting(struct desk_visit *visit, char mark[static DESK_ID], struct survey_error *error)
{
    static const char sql[] =
        "SELECT m.id" WAITING " WHERE m.state = 'waiting' AND NOT EXISTS (SELECT 1 FROM decision d WHERE d.mark = "
        "m.id AND d.who = ?5) AND" FILTERED(WHY) ORDERED;
    const struct desk_filter *filter = &visit->filter;
    struct survey_query *query = survey_query(visit->request->store, error, sql, "ttttt", filter->form,
                                              filter->question, filter->reason, filter->kind, visit->who);
    if (!query)
        return false;
    while (!*mark && survey_query_next(query))
        offer(visit, survey_query_text(query, 0), mark);
    return survey_query_end(query, error);
}

// The share is found by the hashes of all ids first, which the index alone holds: most are decided twice or not chosen.
static bool find_second(struct desk_visit *visit, char mark[static DESK_ID], struct survey_error *error)
{
    static const char sql[] =
        "SELECT count(*)" WAITING " WHERE m.id = ?6 AND m.state = 'decided' AND m.who <> ?5 AND NOT EXISTS (SELECT 1 FROM "
        "decision d WHERE d.mark = m.id AND (d.turn <> 'first' OR d.who = ?5)) AND" FILTERED("m.why");
    const struct desk_filter *filter = &visit->filter;
    struct survey_store *store = visit->request->store;
    struct survey_query *query = survey_query(store, error, "SELECT id FROM mark ORDER BY id", "");
    if (!query)
        return false;
    while (!*mark && survey_query_next(query)) {
        const char *id = survey_query_text(query, 0);
        if (review_is_doubled(&visit->twice, id) &&
            survey_store_count(store, 0, sql, "tttttt", filter->form, filter->question, filter->reason, filter->kind,
                               visit->who, id) > 0)
            offer(visit, id, mark);
    }
    return survey_query_end(query, error);
}

bool desk_queue_next(struct desk_visit *visit, char mark[static DESK_ID], struct survey_error *error)
{
    bool twice = visit->twice.share > 0, second_now = twice && visit->decided % SECOND_EVERY == SECOND_EVERY - 1;
    mark[0] = '\0';
    visit->held = 0;
    return (!second_now || find_second(visit, mark, error)) && (*mark || find_waiting(visit, mark, error)) &&
           (*mark || !twice || second_now || find_second(visit, mark, error));
}

bool desk_go_on(struct desk_visit *visit, struct survey_error *error)
{
    char mark[DESK_ID], other[256];
    // Another may take it between the look and the claim: then it is passed over in the next look.
    do {
        if (!desk_queue_next(visit, mark, error))
            return false;
    } while (*mark && !desk_claim(visit, mark, other));
    if (*mark)
        desk_see_other(visit, survey_arena_format(visit->arena, "/review/item/%s%s", mark, desk_filter_query(visit)));
    else
        desk_see_other(visit, survey_arena_format(visit->arena, "/review%s", desk_filter_query(visit)));
    return true;
}

static const char *label_of(struct desk_visit *visit, int64_t row, const char *question)
{
    const struct survey_form *form = survey_store_form(visit->request->store, row, NULL);
    struct review_mark mark = {.form = row, .item = form ? survey_form_find(form, question) : NULL};
    const char *label = review_label(visit->request->store, &mark, desk_language_code(visit->language));
    return *label ? label : question;
}

static void put_row(struct desk_visit *visit, const struct survey_query *query)
{
    const char *form = survey_query_text(query, 0), *question = survey_query_text(query, 1),
               *why = survey_query_text(query, 2);
    struct desk_filter before = visit->filter;
    visit->filter = (struct desk_filter){form, question, why, survey_query_text(query, 3)};
    const char *link = desk_filter_query(visit);
    visit->filter = before;
    survey_format(visit->out, "<tr><td><a href=\"%s/review/next", visit->prefix);
    desk_text(visit, link);
    survey_buffer_text(visit->out, "\">");
    desk_text(visit, label_of(visit, survey_query_integer(query, 5), question));
    survey_buffer_text(visit->out, "</a> <small>");
    desk_text(visit, question);
    survey_buffer_text(visit->out, "</small></td><td>");
    desk_text(visit, desk_reason(visit->desk->words, visit->language, why));
    survey_buffer_text(visit->out, "</td><td>");
    desk_text(visit, form);
    survey_format(visit->out, "</td><td class=\"number\">%lld</td></tr>\n", (long long)survey_query_integer(query, 4));
}

static bool put_table(struct desk_visit *visit, struct survey_error *error)
{
    static const char sql[] = "SELECT f.name, " QUESTION ", " WHY ", m.kind, count(*), max(f.id)" WAITING
                              " WHERE m.state = 'waiting' AND" FILTERED(
                                  WHY) " GROUP BY f.name, 2, 3, m.kind ORDER BY m.kind, f.name, count(*) DESC, 2, 3";
    static const enum desk_word heads[] = {SAY_QUESTION, SAY_REASON, SAY_FORM, SAY_COUNT};
    const struct desk_filter *filter = &visit->filter;
    struct survey_query *query = survey_query(visit->request->store, error, sql, "tttt", filter->form, filter->question,
                                              filter->reason, filter->kind);
    if (!query)
        return false;
    survey_buffer_text(visit->out, "<table><thead><tr>");
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        survey_buffer_text(visit->out, "<th scope=\"col\">");
        desk_say(visit, heads[i]);
        survey_buffer_text(visit->out, "</th>");
    }
    survey_buffer_text(visit->out, "</tr></thead><tbody>\n");
    while (survey_query_next(query))
        put_row(visit, query);
    survey_buffer_text(visit->out, "</tbody></table>");
    return survey_query_end(query, error);
}

static void put_link(struct desk_visit *visit, const char *class, const char *path, const char *query,
                     enum desk_word word, size_t count)
{
    survey_format(visit->out, "<p><a class=\"%s\" href=\"%s%s", class, visit->prefix, path);
    desk_text(visit, query);
    survey_buffer_text(visit->out, "\">");
    desk_say(visit, word, count);
    survey_buffer_text(visit->out, "</a></p>");
}

static void put_paragraph(struct desk_visit *visit, enum desk_word word, size_t count)
{
    survey_buffer_text(visit->out, "<p>");
    desk_say(visit, word, count);
    survey_buffer_text(visit->out, "</p>");
}

// What can be done now: begin, or take up again what was left.
static void put_ways(struct desk_visit *visit, const char *next)
{
    const char *query = desk_filter_query(visit);
    if (*next) {
        put_link(visit, "button main", "/review/next", query, SAY_START, 0);
    } else {
        put_paragraph(visit, SAY_NOTHING_LEFT, 0);
        if (visit->passed)
            put_link(visit, "button main", "/review/next",
                     survey_arena_format(visit->arena, "%s%sagain=1", query, *query ? "&" : "?"), SAY_GO_ON_PASSED,
                     visit->passed);
    }
    if (visit->held)
        put_paragraph(visit, SAY_OTHERS_HAVE, visit->held);
    if (visit->decided)
        put_paragraph(visit, SAY_DECIDED_BY_YOU, visit->decided);
    if (*query)
        put_link(visit, "button", "/review", "", SAY_BACK_TO_QUEUE, 0);
}

bool desk_queue_page(struct desk_visit *visit, struct survey_error *error)
{
    struct survey_store *store = visit->request->store;
    char next[DESK_ID];
    int64_t all = survey_store_count(store, 0, "SELECT count(*) FROM mark WHERE state = 'waiting'", "");
    int64_t keyed =
        survey_store_count(store, 0, "SELECT count(*) FROM mark WHERE state = 'waiting' AND kind = 'writing'", "");
    if (!desk_queue_next(visit, next, error))
        return false;
    desk_page_open(visit, 200, SAY_REVIEW);
    survey_buffer_text(visit->out, "<h1>");
    desk_say(visit, all ? SAY_WAITING : SAY_NOTHING_WAITS, (long long)all, (long long)(all - keyed), (long long)keyed);
    survey_buffer_text(visit->out, "</h1>");
    put_ways(visit, next);
    if (all && !put_table(visit, error))
        return false;
    desk_page_close(visit);
    return true;
}
