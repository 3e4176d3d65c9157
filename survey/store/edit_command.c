// SPDX-License-Identifier: GPL-3.0-or-later
// The command edit: corrects one answer, with why; what was received stays beside it.
#include "survey/survey.h"

#include "survey/base/text.h"
#include "survey/store/response.h"

#include <string.h>

static bool edit(struct survey_store *store, const struct survey_invocation *invocation, struct survey_error *error)
{
    char question[512], occurrence[64] = "";
    const char *given = invocation->arguments[2], *bracket = strchr(given, '[');
    size_t length = strlen(given);
    survey_format_into(question, sizeof question, "%.*s", (int)(bracket ? bracket - given : (long)length), given);
    if (bracket) {
        if (given[length - 1] != ']')
            return survey_fail(error, SURVEY_ERROR_USAGE, "", _("'%s': a repeat instance is named as age[2]"), given);
        survey_format_into(occurrence, sizeof occurrence, "%.*s", (int)(given + length - 1 - (bracket + 1)), bracket + 1);
    }
    return survey_store_begin(store, error) &&
           survey_response_edit(store, invocation->arguments[1], question, occurrence, invocation->arguments[3], "edit",
                                &invocation->actor, error) &&
           survey_store_commit(store, error);
}

static int run(struct survey_invocation *invocation)
{
    struct survey_error error = {0};
    struct survey_store *store = NULL;
    if (!*invocation->actor.why)
        return survey_command_usage(invocation, _("a correction needs --why"));
    if (!survey_store_open(invocation->arguments[0], SURVEY_STORE_WRITE, &store, &error))
        return survey_command_fail(invocation, &error);
    int code = edit(store, invocation, &error) ? 0 : survey_command_fail(invocation, &error);
    survey_store_close(store);
    return code;
}

const struct survey_command survey_edit_command = {
    .name = "edit",
    .arguments = N_("EVAL RESPONSE QUESTION VALUE"),
    .summary = N_("correct an answer, keeping what was received"),
    .flags = SURVEY_COMMAND_CHANGES,
    .least = 4,
    .most = 4,
    .run = run,
};
