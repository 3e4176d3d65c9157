// SPDX-License-Identifier: GPL-3.0-or-later
// The command edit: corrects one answer, with why; what was received stays beside it.
#include "survey/survey.h"

#include "survey/base/text.h"
#include "survey/store/response.h"

#include <string.h>

enum { LEAST_GIVEN = 8 };

// A response's id as the other commands show it: "uuid:" may be left out, and the end cut off.
static bool whole_id(struct survey_store *store, const char *given, char id[static 64], struct survey_error *error)
{
    const char *bare = strncmp(given, "uuid:", 5) == 0 ? given + 5 : given;
    int64_t exact = survey_store_count(store, 0, "SELECT count(*) FROM response WHERE id = ?", "t", given);
    survey_format_into(id, 64, "%s", given);
    if (exact > 0 || strlen(bare) < LEAST_GIVEN)
        return true; // survey_response_edit() says so where it is not there
    struct survey_query *query = survey_query(store, error,
                                              "SELECT id FROM response WHERE substr(id, 1, 5 + length(?1)) = 'uuid:' || lower(?1) LIMIT 2",
                                              "t", bare);
    if (!query)
        return false;
    int found = 0;
    while (survey_query_next(query))
        if (found++ == 0)
            survey_format_into(id, 64, "%s", survey_query_text(query, 0));
    if (!survey_query_end(query, error))
        return false;
    return found < 2 || survey_fail(error, SURVEY_ERROR_INPUT, given, _("more than one id starts like this: give more letters"));
}

static bool edit(struct survey_store *store, const struct survey_invocation *invocation, struct survey_error *error)
{
    char question[512], occurrence[64] = "", id[64];
    const char *given = invocation->arguments[2], *bracket = strchr(given, '[');
    size_t length = strlen(given);
    survey_format_into(question, sizeof question, "%.*s", (int)(bracket ? bracket - given : (long)length), given);
    if (bracket) {
        if (given[length - 1] != ']')
            return survey_fail(error, SURVEY_ERROR_USAGE, "", _("'%s': a repeat instance is named as age[2]"), given);
        survey_format_into(occurrence, sizeof occurrence, "%.*s", (int)(given + length - 1 - (bracket + 1)), bracket + 1);
    }
    return survey_store_begin(store, error) &&
           whole_id(store, invocation->arguments[1], id, error) && survey_response_edit(store, id, question, occurrence, invocation->arguments[3], "edit",
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
