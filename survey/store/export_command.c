// SPDX-License-Identifier: GPL-3.0-or-later
// The command export: the answers with codes and labels.
#include "survey/survey.h"

#include "survey/base/arena.h"
#include "survey/base/file.h"
#include "survey/base/text.h"
#include "survey/store/export.h"

#include <string.h>

static const struct survey_option options[] = {
    {"output", 'o', N_("FILE.csv"), N_("where to write; repeats go beside it as FILE_REPEAT.csv")},
    {"form", 0, N_("FORM"), N_("form_id (default: the main form)")},
    {"opinions", 0, NULL, N_("the opinion questions, in a list without anybody's id")},
    {"audience", 0, N_("AUDIENCE"), N_("officials (default), or evaluators: restricted and personal columns too")},
    {"all", 0, NULL, N_("duplicate, superseded and rejected responses too")},
    {NULL},
};

static bool write_list(struct survey_store *store, const struct survey_invocation *invocation,
                       const struct survey_export *export, const char *repeat, const char *path,
                       struct survey_error *error)
{
    struct survey_buffer csv = SURVEY_BUFFER((size_t)1 << 30);
    bool done = survey_export_csv(store, export, repeat, &invocation->actor, &csv, error) &&
                survey_file_write(path, survey_buffer_string(&csv), csv.length, error);
    survey_buffer_clear(&csv);
    return done;
}

static bool write_all(struct survey_store *store, const struct survey_invocation *invocation,
                      const struct survey_export *export, const char *path, struct survey_error *error)
{
    struct survey_arena *arena = survey_arena_new();
    bool done = write_list(store, invocation, export, NULL, path, error);
    const char *repeat;
    *error = done ? (struct survey_error){0} : *error;
    bool beside = strcmp(path, "-") != 0 && !export->opinions;
    for (size_t i = 0; done && beside && (repeat = survey_export_repeat(store, export, i, arena, error)); i++)
        done = write_list(store, invocation, export, repeat,
                          survey_arena_format(arena, "%.*s_%s.csv", (int)strlen(path) - 4, path, repeat), error);
    survey_arena_free(arena);
    return done && error->code == SURVEY_OK;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length > tail && strcmp(text + length - tail, end) == 0;
}

static int run(struct survey_invocation *invocation)
{
    struct survey_error error = {0};
    struct survey_store *store = NULL;
    const char *path = survey_given_value(invocation, "output");
    const char *audience = survey_given_value(invocation, "audience");
    struct survey_export export = {.form = survey_given_value(invocation, "form"), .language = invocation->language,
                                   .opinions = survey_given(invocation, "opinions"),
                                   .evaluators = audience && strcmp(audience, "evaluators") == 0,
                                   .all = survey_given(invocation, "all")};
    if (!path)
        return survey_command_usage(invocation, _("-o FILE.csv is needed"));
    if (audience && !export.evaluators && strcmp(audience, "officials") != 0)
        return survey_command_usage(invocation, _("--audience: '%s' is neither officials nor evaluators"), audience);
    if (ends_with(path, ".xlsx") || ends_with(path, ".sav") || ends_with(path, ".dta"))
        return survey_command_usage(invocation, _("%s: only CSV is written in this version yet"), path);
    if (strcmp(path, "-") != 0 && !ends_with(path, ".csv"))
        return survey_command_usage(invocation, _("%s: the name must end in .csv"), path);
    if (!survey_store_open(invocation->arguments[0], SURVEY_STORE_READ, &store, &error))
        return survey_command_fail(invocation, &error);
    int code = write_all(store, invocation, &export, path, &error) ? 0 : survey_command_fail(invocation, &error);
    survey_store_close(store);
    return code;
}

const struct survey_command survey_export_command = {
    .name = "export",
    .arguments = N_("EVAL"),
    .summary = N_("write the answers with codes and labels"),
    .options = options,
    .flags = SURVEY_COMMAND_ROUND,
    .least = 1,
    .most = 1,
    .run = run,
};
