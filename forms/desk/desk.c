// SPDX-License-Identifier: GPL-3.0-or-later
// The review desk's life, and which of its pages a request is for.
#include "forms/desk/desk_private.h"

#include <stdlib.h>
#include <string.h>

struct desk_route {
    const char *method, *path; // below /review/; a prefix where it ends in '/'
    bool (*answer)(struct desk_visit *visit, const char *rest, struct survey_error *error);
};

// --- Signing in and out ---

static void sign_in_page(struct desk_visit *visit, int status, enum desk_word why)
{
    desk_page_open(visit, status, SAY_SIGN_IN);
    survey_buffer_text(visit->out, "<h1>");
    desk_say(visit, SAY_REVIEW);
    survey_buffer_text(visit->out, "</h1>");
    if (why != SAY_SIGN_IN) {
        survey_buffer_text(visit->out, "<p class=\"notice wrong\" role=\"alert\">");
        desk_say(visit, why);
        survey_buffer_text(visit->out, "</p>");
    }
    survey_format(
        visit->out,
        "<form class=\"sign-in\" method=\"post\" action=\"%s/review/sign-in?language=%s\"><label for=\"token\">",
        visit->prefix, desk_language_code(visit->language));
    desk_say(visit, SAY_TOKEN);
    survey_buffer_text(visit->out,
                       "</label><input id=\"token\" name=\"token\" type=\"password\" autocomplete=\"current-password\" "
                       "autocapitalize=\"off\" spellcheck=\"false\" maxlength=\"128\" required autofocus "
                       "aria-describedby=\"help\"><button class=\"main\">");
    desk_say(visit, SAY_SIGN_IN);
    survey_buffer_text(visit->out, "</button><p id=\"help\" class=\"help\">");
    desk_say(visit, SAY_TOKEN_HELP);
    survey_buffer_text(visit->out, "</p></form>");
    desk_page_close(visit);
}

static bool sign_in(struct desk_visit *visit, const char *rest, struct survey_error *error)
{
    (void)rest, (void)error;
    const char *token = desk_field(visit, "token");
    switch (desk_session_open(visit, token)) {
    case DESK_ENTERED:
        desk_see_other(visit, "/review");
        return true;
    case DESK_NO_REVIEWER:
        sign_in_page(visit, 403, SAY_WRONG_ROLE);
        return true;
    case DESK_HELD_OFF:
        sign_in_page(visit, 429, SAY_TOO_MANY);
        return true;
    case DESK_STRANGER:
        break;
    }
    sign_in_page(visit, 403, SAY_WRONG_TOKEN);
    return true;
}

static bool sign_out(struct desk_visit *visit, const char *rest, struct survey_error *error)
{
    (void)rest, (void)error;
    desk_session_close(visit);
    desk_see_other(visit, "/review");
    return true;
}

// --- Pages ---

static bool queue(struct desk_visit *visit, const char *rest, struct survey_error *error)
{
    (void)rest;
    return desk_queue_page(visit, error);
}

static bool next(struct desk_visit *visit, const char *rest, struct survey_error *error)
{
    (void)rest;
    if (visit->request->parameter(visit->request, "again"))
        desk_session_pass(visit, NULL);
    return desk_go_on(visit, error);
}

static bool item(struct desk_visit *visit, const char *rest, struct survey_error *error)
{
    return desk_item_page(visit, rest, error);
}

static bool picture(struct desk_visit *visit, const char *rest, struct survey_error *error)
{
    const char *slash = strchr(rest, '/');
    const char *id = slash ? survey_arena_strndup(visit->arena, rest, (size_t)(slash - rest)) : "";
    return desk_picture(visit, id, slash ? slash + 1 : "", error);
}

static bool decide(struct desk_visit *visit, const char *rest, struct survey_error *error)
{
    return desk_decide(visit, rest, error);
}

static const struct desk_route routes[] = {
    {"GET", "", queue},           {"GET", "next", next},     {"GET", "item/", item},
    {"GET", "picture/", picture}, {"POST", "item/", decide}, {"POST", "sign-out", sign_out},
};

static const struct desk_route *find_route(const char *method, const char *path, const char **rest)
{
    if (strcmp(method, "HEAD") == 0)
        method = "GET";
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        size_t length = strlen(routes[i].path);
        bool prefix = length && routes[i].path[length - 1] == '/';
        *rest = path + length;
        if (strcmp(routes[i].method, method) == 0 &&
            (prefix ? strncmp(routes[i].path, path, length) == 0 : strcmp(routes[i].path, path) == 0))
            return &routes[i];
    }
    return NULL;
}

// --- A request ---

static const char *filter_part(const struct desk_visit *visit, const char *name)
{
    const char *value = visit->request->parameter(visit->request, name);
    return value && *value && strlen(value) < 512 ? value : NULL;
}

static void choose_language(struct desk_visit *visit)
{
    const struct phone_request *request = visit->request;
    const char *asked = request->parameter(request, "language");
    if (!visit->signed_in)
        visit->language =
            desk_language_of(asked ? asked : request->header(request, "Accept-Language"), visit->desk->language);
    else if (asked)
        desk_session_language(visit, desk_language_of(asked, visit->language));
}

// What stands between the host and "/review", where a proxy serves us below a folder.
static void find_prefix(struct desk_visit *visit)
{
    const char *host = strstr(visit->request->base, "://");
    const char *slash = host ? strchr(host + 3, '/') : NULL;
    survey_format_into(visit->prefix, sizeof visit->prefix, "%s", slash ? slash : "");
}

static bool dispatch(struct desk_visit *visit, struct survey_error *error)
{
    const struct phone_request *request = visit->request;
    bool posts = strcmp(request->method, "POST") == 0;
    const char *path = request->path + strlen("/review"), *rest = "";
    path += *path == '/';
    const struct desk_route *route = find_route(request->method, path, &rest);
    if (posts && !desk_fields_read(visit)) {
        sign_in_page(visit, 400, SAY_NOT_GUARDED);
        return true;
    }
    if (posts && strcmp(path, "sign-in") == 0)
        return sign_in(visit, rest, error);
    if (!visit->signed_in) {
        sign_in_page(visit, *path ? 403 : 200, *path ? SAY_SIGNED_OUT : SAY_SIGN_IN);
        return true;
    }
    if (posts && !desk_session_guards(visit)) {
        desk_message(visit, 403, SAY_NOT_GUARDED);
        return true;
    }
    if (!route) {
        desk_message(visit, 404, SAY_NOT_THERE);
        return true;
    }
    return route->answer(visit, rest, error);
}

static bool answer(void *user, const struct phone_request *request, struct phone_reply *reply,
                   struct survey_error *error)
{
    struct desk *desk = user;
    struct desk_visit *visit = survey_alloc(sizeof *visit);
    *visit = (struct desk_visit){
        .desk = desk, .request = request, .reply = reply, .out = &reply->body, .arena = survey_arena_new()};
    find_prefix(visit);
    desk_session_find(visit);
    choose_language(visit);
    visit->filter = (struct desk_filter){filter_part(visit, "form"), filter_part(visit, "question"),
                                         filter_part(visit, "reason"), filter_part(visit, "kind")};
    bool done = review_double_open(request->store, desk->share, &visit->twice, error) && dispatch(visit, error);
    survey_arena_free(visit->arena);
    free(visit);
    return done;
}

static bool send_file(struct phone_reply *reply, const char *type, const char *text)
{
    reply->type = type;
    survey_buffer_text(&reply->body, text);
    survey_buffer_text(&reply->headers, "Cache-Control: private, max-age=300\n");
    return true;
}

static bool style(void *user, const struct phone_request *request, struct phone_reply *reply,
                  struct survey_error *error)
{
    (void)user, (void)request, (void)error;
    return send_file(reply, "text/css; charset=utf-8", desk_style);
}

static bool script(void *user, const struct phone_request *request, struct phone_reply *reply,
                   struct survey_error *error)
{
    (void)user, (void)request, (void)error;
    return send_file(reply, "text/javascript; charset=utf-8", desk_script);
}

struct desk *desk_new(const struct desk_options *options)
{
    struct desk *desk = survey_alloc(sizeof *desk);
    *desk = (struct desk){.pages = {
                              {"GET", "/review/desk.css", style, desk, 0},
                              {"GET", "/review/desk.js", script, desk, 0},
                              {"GET", "/review", answer, desk, 0},
                              {"GET", "/review/", answer, desk, 0},
                              {"POST", "/review/", answer, desk, DESK_MOST_POST},
                          }};
    while (desk->pages[desk->page_count].method)
        desk->page_count++;
    desk->share = options->share;
    desk->words = desk_words_load(options->language, &desk->language);
    pthread_mutex_init(&desk->lock, NULL);
    return desk;
}

void desk_free(struct desk *desk)
{
    if (!desk)
        return;
    desk_words_free(desk->words);
    pthread_mutex_destroy(&desk->lock);
    free(desk);
}

const struct phone_page *desk_pages(const struct desk *desk, size_t *count)
{
    *count = desk->page_count;
    return desk->pages;
}
