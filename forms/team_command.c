// SPDX-License-Identifier: GPL-3.0-or-later
// The command team: who may send from a phone, and the QR code that sets their phone up.
#include "forms/forms.h"

#include "forms/phone/phone.h"
#include "forms/phone/team.h"
#include "survey/base/text.h"

#include <string.h>

static const struct survey_option options[] = {
    {"role", 0, N_("ROLE"), N_("enumerator (default), supervisor or evaluator")},
    {"url", 0, N_("URL"), N_("the server as phones reach it, such as http://192.168.1.7:8080")},
    {"qr", 0, N_("FILE"), N_("write the QR code to a .png or .svg file too")},
    {NULL},
};

static int list(const struct survey_invocation *invocation, struct survey_store *store,
                struct survey_error *error)
{
    struct survey_buffer text = SURVEY_BUFFER(16 << 20);
    struct survey_json_writer json = survey_json_writer(&text, true);
    struct survey_query *query = survey_query(
        store, error,
        "SELECT name, role, active, (SELECT count(*) FROM response WHERE who = team.name) "
        "FROM team ORDER BY name",
        "");
    if (!query)
        return survey_command_fail(invocation, error);
    if (invocation->json)
        survey_json_open(&json, '[');
    while (survey_query_next(query)) {
        const char *name = survey_query_text(query, 0), *role = survey_query_text(query, 1);
        bool active = survey_query_integer(query, 2) != 0;
        if (!invocation->json) {
            survey_format(&text, "%s\t%s\t%s\t%lld\n", name, role,
                          active ? _("may send") : _("removed"),
                          (long long)survey_query_integer(query, 3));
            continue;
        }
        survey_json_open(&json, '{');
        survey_json_member(&json, "name", name);
        survey_json_member(&json, "role", role);
        survey_json_member_bool(&json, "active", active);
        survey_json_member_integer(&json, "responses", survey_query_integer(query, 3));
        survey_json_close(&json, '}');
    }
    if (invocation->json) {
        survey_json_close(&json, ']');
        survey_buffer_byte(&text, '\n');
    }
    int code = survey_query_end(query, error) ? survey_command_print(invocation, &text)
                                              : survey_command_fail(invocation, error);
    survey_buffer_clear(&text);
    return code;
}

// The server's address for this member, without a slash twice.
static void name_address(const char *url, const char *token, struct survey_buffer *address)
{
    size_t length = strlen(url);
    while (length && url[length - 1] == '/')
        length--;
    survey_format(address, "%.*s/key/%s", (int)length, url, token);
}

static int show_json(const struct survey_invocation *invocation, const char *name,
                     const char *token, const char *address, const char *settings)
{
    struct survey_buffer text = SURVEY_BUFFER(1 << 20);
    struct survey_json_writer json = survey_json_writer(&text, true);
    survey_json_open(&json, '{');
    survey_json_member(&json, "name", name);
    survey_json_member(&json, "token", token);
    if (*address) {
        survey_json_member(&json, "server", address);
        survey_json_member(&json, "settings", settings);
    }
    survey_json_close(&json, '}');
    survey_buffer_byte(&text, '\n');
    int code = survey_command_print(invocation, &text);
    survey_buffer_clear(&text);
    return code;
}

// Made before anything changes, so that a file that can't be written changes nothing.
struct setup {
    struct survey_buffer address, settings, drawing;
};

static bool make_setup(const struct survey_invocation *invocation, struct survey_store *store,
                       const char *token, struct setup *setup, struct survey_error *error)
{
    const char *url = survey_given_value(invocation, "url"),
               *file = survey_given_value(invocation, "qr");
    const struct survey_form *form = survey_store_current_form(store, NULL, NULL, error);
    if (!url)
        return true;
    if (!form)
        return false;
    name_address(url, token, &setup->address);
    return phone_settings_text(survey_buffer_string(&setup->address),
                               *form->title ? form->title : form->id, invocation->arguments[2],
                               &setup->settings, error) &&
           phone_qr_terminal(survey_buffer_string(&setup->settings), &setup->drawing, error) &&
           (!file || phone_qr_file(survey_buffer_string(&setup->settings), file, error));
}

static int show(const struct survey_invocation *invocation, const char *token,
                const struct setup *setup)
{
    const char *address = survey_buffer_string(&setup->address), *name = invocation->arguments[2];
    if (invocation->json)
        return show_json(invocation, name, token, address, survey_buffer_string(&setup->settings));
    printf("%s", survey_buffer_string(&setup->drawing));
    printf(_("Token of %s, shown this once: %s\n"), name, token);
    if (*address)
        printf(_("Server address for ODK Collect: %s\n"), address);
    else
        puts(_("With --url the QR code that sets up ODK Collect is shown; 'assay team EVAL qr NAME "
               "--url URL' makes a new one."));
    return 0;
}

static int change(struct survey_invocation *invocation, struct survey_store *store,
                  struct survey_error *error)
{
    const char *action = invocation->arguments[1], *name = invocation->arguments[2],
               *role = survey_given_value(invocation, "role");
    char token[PHONE_TOKEN_SIZE] = "";
    struct setup setup = {SURVEY_BUFFER(4096), SURVEY_BUFFER(16384), SURVEY_BUFFER(1 << 20)};
    bool done = survey_store_begin(store, error), removes = strcmp(action, "remove") == 0;
    if (done && removes)
        done = phone_team_remove(store, name, &invocation->actor, error);
    else if (done && strcmp(action, "qr") == 0)
        done = phone_team_renew(store, name, &invocation->actor, token, error);
    else if (done)
        done = phone_team_add(store, name, role ? role : "enumerator", &invocation->actor, token,
                              error);
    done = done && (removes || make_setup(invocation, store, token, &setup, error)) &&
           survey_store_commit(store, error);
    int code = !done     ? survey_command_fail(invocation, error)
               : removes ? 0
                         : show(invocation, token, &setup);
    survey_buffer_clear(&setup.address);
    survey_buffer_clear(&setup.settings);
    survey_buffer_clear(&setup.drawing);
    return code;
}

static int run(struct survey_invocation *invocation)
{
    const char *action = invocation->arguments[1];
    bool lists = strcmp(action, "list") == 0;
    bool known = lists || strcmp(action, "add") == 0 || strcmp(action, "remove") == 0 ||
                 strcmp(action, "qr") == 0;
    struct survey_error error = {0};
    struct survey_store *store = NULL;
    if (!known)
        return survey_command_usage(invocation, _("'%s' is none of add, list, remove, qr"), action);
    if (lists != (invocation->count == 2))
        return survey_command_usage(invocation,
                                    lists ? _("list takes no name") : _("whose? a name is needed"));
    if (survey_given(invocation, "qr") && !survey_given(invocation, "url"))
        return survey_command_usage(
            invocation, _("--qr needs --url: the code tells the phone where the server is"));
    if (!survey_store_open(invocation->arguments[0], lists ? SURVEY_STORE_READ : SURVEY_STORE_WRITE,
                           &store, &error))
        return survey_command_fail(invocation, &error);
    int code = lists ? list(invocation, store, &error) : change(invocation, store, &error);
    survey_store_close(store);
    return code;
}

const struct survey_command forms_team_command = {
    .name = "team",
    .arguments = N_("EVAL add NAME | list | remove NAME | qr NAME"),
    .summary = N_("who may send from a phone, and the QR code that sets it up"),
    .options = options,
    .flags = SURVEY_COMMAND_CHANGES | SURVEY_COMMAND_JSON,
    .least = 2,
    .most = 3,
    .run = run,
};
