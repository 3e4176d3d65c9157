// SPDX-License-Identifier: GPL-3.0-or-later
// Who sits at the review desk: sign-in by token, a cookie that says nothing, and when it ends. The token is asked for
// again in the team at each request, so that whoever is removed is out at once.
#include "forms/desk/desk_private.h"

#include <sodium.h>
#include <string.h>

static bool may_review(const char *role)
{
    return strcmp(role, "supervisor") == 0 || strcmp(role, "evaluator") == 0;
}

static bool owner_of(const struct desk_visit *visit, const char *token, char who[static 256], char role[static 32])
{
    const struct phone_request *request = visit->request;
    return phone_token_owner(request->server, request->store, token, strlen(token), who, role);
}

static bool is_over(const struct desk_session *session, int64_t now)
{
    return now - session->seen >= DESK_IDLE_SECONDS || now - session->began >= DESK_LONGEST_SECONDS;
}

static void take_session(struct desk_visit *visit, size_t index, int64_t now)
{
    struct desk_session *session = &visit->desk->sessions[index];
    session->seen = now;
    visit->session = index;
    visit->signed_in = true;
    visit->language = session->language;
    visit->decided = session->decided;
    visit->passed = session->passed_count;
    survey_format_into(visit->who, sizeof visit->who, "%s", session->who);
    survey_format_into(visit->guard, sizeof visit->guard, "%s", session->guard);
    survey_format_into(visit->last, sizeof visit->last, "%s", session->last);
}

bool desk_session_find(struct desk_visit *visit)
{
    struct desk *desk = visit->desk;
    const char *cookie = visit->request->cookie(visit->request, "assay_review");
    uint8_t key[DESK_KEY];
    size_t length;
    char who[256], role[32];
    int64_t now = visit->request->now.seconds;
    if (!cookie || sodium_hex2bin(key, sizeof key, cookie, strlen(cookie), NULL, &length, NULL) != 0 ||
        length != sizeof key)
        return false;
    pthread_mutex_lock(&desk->lock);
    size_t found = DESK_SESSIONS;
    for (size_t i = 0; i < DESK_SESSIONS; i++) // never left early: time tells nothing
        if (desk->sessions[i].used && sodium_memcmp(desk->sessions[i].key, key, sizeof key) == 0)
            found = i;
    struct desk_session *session = found < DESK_SESSIONS ? &desk->sessions[found] : NULL;
    if (session && !is_over(session, now) && owner_of(visit, session->token, who, role) && may_review(role) &&
        strcmp(who, session->who) == 0)
        take_session(visit, found, now);
    else if (session)
        sodium_memzero(session, sizeof *session);
    pthread_mutex_unlock(&desk->lock);
    return visit->signed_in;
}

// The counter of an address, the oldest one where there is none yet; its count starts anew after a while.
static struct desk_wrong *wrong_of(struct desk *desk, const char *address, int64_t now)
{
    struct desk_wrong *wrong = &desk->wrong[0];
    for (size_t i = 0; i < DESK_ADDRESSES; i++) {
        if (strcmp(desk->wrong[i].address, address) == 0 && desk->wrong[i].count > 0) {
            wrong = &desk->wrong[i];
            break;
        }
        if (desk->wrong[i].since < wrong->since)
            wrong = &desk->wrong[i];
    }
    if (strcmp(wrong->address, address) != 0 || now - wrong->since >= DESK_WRONG_SECONDS) {
        *wrong = (struct desk_wrong){.since = now};
        survey_format_into(wrong->address, sizeof wrong->address, "%s", address);
    }
    return wrong;
}

static size_t free_session(const struct desk *desk, int64_t now)
{
    size_t best = 0;
    for (size_t i = 0; i < DESK_SESSIONS; i++) {
        if (!desk->sessions[i].used || is_over(&desk->sessions[i], now))
            return i;
        if (desk->sessions[i].seen < desk->sessions[best].seen)
            best = i;
    }
    return best;
}

static void begin(struct desk_visit *visit, const char *token, const char *who)
{
    int64_t now = visit->request->now.seconds;
    size_t index = free_session(visit->desk, now);
    struct desk_session *session = &visit->desk->sessions[index];
    uint8_t guard[DESK_KEY];
    char cookie[2 * DESK_KEY + 1];
    *session = (struct desk_session){.used = true, .began = now, .language = visit->language};
    randombytes_buf(session->key, sizeof session->key);
    randombytes_buf(guard, sizeof guard);
    sodium_bin2hex(session->guard, sizeof session->guard, guard, sizeof guard);
    survey_format_into(session->token, sizeof session->token, "%s", token);
    survey_format_into(session->who, sizeof session->who, "%s", who);
    sodium_bin2hex(cookie, sizeof cookie, session->key, sizeof session->key);
    take_session(visit, index, now);
    desk_header(visit, "Set-Cookie", "assay_review=%s; Path=%s/review; Max-Age=%d; HttpOnly; SameSite=Strict%s", cookie,
                visit->prefix, DESK_LONGEST_SECONDS, visit->request->secure ? "; Secure" : "");
}

enum desk_entry desk_session_open(struct desk_visit *visit, const char *token)
{
    struct desk *desk = visit->desk;
    char who[256], role[32];
    enum desk_entry entry = DESK_HELD_OFF;
    pthread_mutex_lock(&desk->lock);
    struct desk_wrong *wrong = wrong_of(desk, visit->request->address, visit->request->now.seconds);
    if (wrong->count < DESK_WRONG_MOST) {
        if (!owner_of(visit, token, who, role))
            entry = DESK_STRANGER;
        else
            entry = may_review(role) ? DESK_ENTERED : DESK_NO_REVIEWER;
        wrong->count += entry == DESK_STRANGER;
        if (entry == DESK_ENTERED)
            begin(visit, token, who);
    }
    pthread_mutex_unlock(&desk->lock);
    return entry;
}

void desk_session_close(struct desk_visit *visit)
{
    pthread_mutex_lock(&visit->desk->lock);
    sodium_memzero(&visit->desk->sessions[visit->session], sizeof *visit->desk->sessions);
    pthread_mutex_unlock(&visit->desk->lock);
    visit->signed_in = false;
    desk_header(visit, "Set-Cookie", "assay_review=; Path=%s/review; Max-Age=0; HttpOnly; SameSite=Strict",
                visit->prefix);
}

bool desk_session_guards(const struct desk_visit *visit)
{
    const char *given = desk_field(visit, "guard");
    return strlen(given) == sizeof visit->guard - 1 && sodium_memcmp(given, visit->guard, sizeof visit->guard - 1) == 0;
}

// The session, if it is still this visit's: another may have taken its place meanwhile.
static struct desk_session *own_session(const struct desk_visit *visit)
{
    struct desk_session *session = &visit->desk->sessions[visit->session];
    return session->used && strcmp(session->guard, visit->guard) == 0 ? session : NULL;
}

void desk_session_notice(struct desk_visit *visit, const char *last, bool wrong, const char *notice)
{
    pthread_mutex_lock(&visit->desk->lock);
    struct desk_session *session = own_session(visit);
    if (session && last) {
        survey_format_into(session->last, sizeof session->last, "%s", last);
        visit->decided = ++session->decided;
    }
    if (session) {
        survey_format_into(session->notice, sizeof session->notice, "%s", notice);
        session->wrong = wrong;
    }
    pthread_mutex_unlock(&visit->desk->lock);
}

void desk_session_notice_take(struct desk_visit *visit)
{
    pthread_mutex_lock(&visit->desk->lock);
    struct desk_session *session = own_session(visit);
    if (session) {
        survey_format_into(visit->notice, sizeof visit->notice, "%s", session->notice);
        visit->wrong = session->wrong;
        session->notice[0] = '\0';
    }
    pthread_mutex_unlock(&visit->desk->lock);
}

void desk_session_language(struct desk_visit *visit, enum desk_language language)
{
    pthread_mutex_lock(&visit->desk->lock);
    struct desk_session *session = own_session(visit);
    if (session)
        session->language = language;
    pthread_mutex_unlock(&visit->desk->lock);
    visit->language = language;
}

void desk_session_pass(struct desk_visit *visit, const char *mark)
{
    pthread_mutex_lock(&visit->desk->lock);
    struct desk_session *session = own_session(visit);
    if (session && !mark)
        session->passed_count = 0;
    if (session && mark) {
        // Of too many, the one left first comes back.
        if (session->passed_count == DESK_PASSED)
            memmove(session->passed[0], session->passed[1],
                    sizeof session->passed[0] * (size_t)(--session->passed_count));
        survey_format_into(session->passed[session->passed_count++], DESK_ID, "%s", mark);
    }
    pthread_mutex_unlock(&visit->desk->lock);
}

bool desk_session_passed(struct desk_visit *visit, const char *mark)
{
    bool found = false;
    pthread_mutex_lock(&visit->desk->lock);
    const struct desk_session *session = own_session(visit);
    for (size_t i = 0; session && i < session->passed_count && !found; i++)
        found = strcmp(session->passed[i], mark) == 0;
    pthread_mutex_unlock(&visit->desk->lock);
    return found;
}
