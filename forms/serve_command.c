// SPDX-License-Identifier: GPL-3.0-or-later
// The command serve: starts the collection server with its review pages, shows how a phone is set up, stops in order.
#include "forms/forms.h"

#include "forms/desk/desk.h"
#include "forms/phone/phone.h"
#include "forms/phone/team.h"
#include "forms/scan/review.h"
#include "forms/sheet_token.h"
#include "survey/base/text.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

static const struct survey_option options[] = {
    {"listen", 0, N_("ADDR:PORT"), N_("where to listen (default 127.0.0.1:8080; port 0 takes a free one)")},
    {"tls-cert", 0, N_("FILE"), N_("certificate chain, PEM")},
    {"tls-key", 0, N_("FILE"), N_("private key, PEM")},
    {"url", 0, N_("URL"), N_("how phones reach the server, where that differs (a proxy)")},
    {"token-once", 0, NULL, N_("make a token for this run, for the one named by --as")},
    {"role", 0, N_("ROLE"), N_("of that token: enumerator (default), supervisor or evaluator")},
    {"double", 0, N_("SHARE"),
     N_("review: the share of the items, such as 5%, that a second person decides too, without seeing the first's "
        "decision")},
    {"token", 0, N_("TOKEN"), N_("a team member's token, for the QR code that sets up a phone")},
    {"qr", 0, N_("FILE"), N_("write that QR code to a .png or .svg file too")},
    {"most-megabytes", 0, N_("N"), N_("size of one post at most (default 10)")},
    {NULL},
};

static bool show_setup(const struct survey_invocation *invocation, const struct phone_server *server, const char *token,
                       const char *title, struct survey_error *error)
{
    struct survey_buffer url = SURVEY_BUFFER(2048), text = SURVEY_BUFFER(8192), drawing = SURVEY_BUFFER(1 << 20);
    const char *file = survey_given_value(invocation, "qr");
    survey_format(&url, "%s/key/%s", phone_server_url(server), token);
    bool done = phone_settings_text(survey_buffer_string(&url), title, invocation->actor.who, &text, error) &&
                phone_qr_terminal(survey_buffer_string(&text), &drawing, error) &&
                (!file || phone_qr_file(survey_buffer_string(&text), file, error));
    if (done) {
        if (!invocation->json)
            printf("%s", survey_buffer_string(&drawing));
        printf(_("Server address for ODK Collect: %s\n"), survey_buffer_string(&url));
    }
    survey_buffer_clear(&url);
    survey_buffer_clear(&text);
    survey_buffer_clear(&drawing);
    return done;
}

static bool read_options(struct survey_invocation *invocation, struct phone_options *o)
{
    int64_t megabytes = 10;
    if (!survey_given_integer(invocation, "most-megabytes", 1, 1024, &megabytes))
        return false;
    *o = (struct phone_options){
        .listen = survey_given_value(invocation, "listen"),
        .tls_cert = survey_given_value(invocation, "tls-cert"),
        .tls_key = survey_given_value(invocation, "tls-key"),
        .url = survey_given_value(invocation, "url"),
        .once_name = invocation->actor.who,
        .once_role = survey_given_value(invocation, "role"),
        .round = invocation->actor.round,
        .now = survey_given(invocation, "now") ? &invocation->actor.now : NULL,
        .most_bytes = (size_t)megabytes * 1000000,
        .sheet_token = forms_sheet_token,
    };
    return true;
}

// Whether anybody may come in; the title of the evaluation for the phone's list of projects; the key of
// the printed tokens, where the private file is there. False where the round to collect for is only misspelt, too.
static bool look_in(const char *path, const struct survey_actor *actor, bool *anyone, char title[static 256], struct forms_sheet_tokens *tokens,
                    struct survey_error *error)
{
    struct survey_store *store = NULL;
    if (!survey_store_open(path, SURVEY_STORE_READ, &store, error))
        return false;
    *anyone = survey_store_count(store, 0, "SELECT count(*) FROM team WHERE active = 1", "") > 0;
    forms_sheet_tokens_read(store, tokens);
    const struct survey_form *form = survey_store_current_form(store, NULL, NULL, error);
    if (form)
        survey_format_into(title, 256, "%s", form->title && *form->title ? form->title : form->id);
    bool known = form && survey_store_knows_round(store, actor, error);
    survey_store_close(store);
    return known;
}

static bool is_role(const char *role)
{
    return strcmp(role, "enumerator") == 0 || strcmp(role, "supervisor") == 0 || strcmp(role, "evaluator") == 0;
}

// Serves until a signal says to stop; returns the exit code.
static int serve(struct survey_invocation *invocation, const char *path, const struct phone_options *o,
                 const char *token, const char *title)
{
    struct survey_error error = {0};
    struct phone_server *server = NULL;
    // Signals are waited for, not interrupted by: the server's threads inherit the block.
    sigset_t stop;
    int got;
    sigemptyset(&stop);
    sigaddset(&stop, SIGINT);
    sigaddset(&stop, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &stop, NULL);
    if (!phone_server_start(path, o, &server, &error))
        return survey_command_fail(invocation, &error);
    printf(_("Listening on %s\n"), phone_server_url(server));
    printf(_("Review, for supervisors and evaluators: %s/review\n"), phone_server_url(server));
    bool reviews = o->once_role && strcmp(o->once_role, "enumerator") != 0;
    if (reviews)
        printf(_("Token to sign in there with, as %s: %s\n"), o->once_role, token);
    bool shown = !token || reviews || show_setup(invocation, server, token, title, &error);
    if (!token)
        puts(_("Give --token to show the QR code that sets up a phone, or see 'assay team'."));
    fflush(stdout);
    if (shown)
        sigwait(&stop, &got);
    size_t received = phone_server_received(server);
    phone_server_stop(server);
    if (!shown)
        return survey_command_fail(invocation, &error);
    printf(_("Stopped; %zu responses were received.\n"), received);
    return 0;
}

static int run(struct survey_invocation *invocation)
{
    struct phone_options o;
    struct survey_error error = {0};
    const char *path = invocation->arguments[0], *token = survey_given_value(invocation, "token");
    char once[PHONE_TOKEN_SIZE], title[256] = "";
    struct forms_sheet_tokens tokens = {0};
    bool anyone = false, with_once = survey_given(invocation, "token-once");
    if (!read_options(invocation, &o))
        return 2;
    if (o.once_role && !with_once)
        return survey_command_usage(invocation, _("--role goes with --token-once"));
    if (o.once_role && !is_role(o.once_role))
        return survey_command_usage(invocation, _("'%s' is no role: enumerator, supervisor or evaluator"), o.once_role);
    if (!look_in(path, &invocation->actor, &anyone, title, &tokens, &error))
        return survey_command_fail(invocation, &error);
    if (!anyone && !with_once)
        return survey_command_usage(invocation,
                                    _("nobody may send yet: add someone with 'assay team %s add NAME', or "
                                      "give --token-once for a token that holds for this run"),
                                    path);
    o.user = &tokens;
    if (with_once) {
        phone_token_make(once);
        o.once = token = once;
    }
    struct desk_options review = {.language = invocation->language};
    const char *share = survey_given_value(invocation, "double");
    if (share && !review_share_parse(share, &review.share, &error))
        return survey_command_fail(invocation, &error);
    struct desk *desk = desk_new(&review);
    o.pages = desk_pages(desk, &o.page_count);
    int code = serve(invocation, path, &o, token, title);
    desk_free(desk);
    return code;
}

const struct survey_command forms_serve_command = {
    .name = "serve",
    .arguments = N_("EVAL"),
    .summary = N_("collect from ODK Collect on phones; pages to review what waits"),
    .options = options,
    .flags = SURVEY_COMMAND_CHANGES,
    .least = 1,
    .most = 1,
    .run = run,
};
