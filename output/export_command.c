// SPDX-License-Identifier: GPL-3.0-or-later
// The command export: the answers with codes and labels, for spreadsheets, R, SPSS and Stata.
#include "output/output.h"

#include "output/export.h"
#include "survey/base/arena.h"
#include "survey/base/text.h"

#include <string.h>

static const struct survey_option options[] = {
    {"output", 'o', N_("FILE.(csv,xlsx,sav,dta)"),
     N_("where to write; repeats are sheets of a workbook, else they go beside it as FILE_REPEAT")},
    {"form", 0, N_("FORM"), N_("form_id (default: the main form)")},
    {"opinions", 0, NULL, N_("the opinion questions, in a list without anybody's id")},
    {"audience", 0, N_("AUDIENCE"), N_("officials (default), or evaluators: restricted and personal columns too")},
    {"all", 0, NULL, N_("duplicate, superseded and rejected responses too")},
    {NULL},
};

struct exporting {
    struct survey_store *store;
    const struct survey_invocation *invocation;
    const struct survey_export *export;
    const char *ending; // ".csv"
};

static bool write_list(const struct exporting *e, const char *repeat, const char *path, struct survey_error *error)
{
    struct survey_export_table *table;
    const struct survey_form *form = survey_store_current_form(e->store, e->export->form, NULL, error);
    if (!form || !survey_export_open(e->store, e->export, repeat, &e->invocation->actor, &table, error))
        return false;
    bool done = strcmp(e->ending, ".csv") == 0
                    ? output_export_csv(table, path, error)
                    : output_export_stat(table, strcmp(e->ending, ".dta") == 0, form->title ? form->title : form->id,
                                         &e->invocation->actor, path, error);
    survey_export_close(table);
    return done;
}

static bool write_all(const struct exporting *e, const char *path, struct survey_error *error)
{
    if (strcmp(e->ending, ".xlsx") == 0)
        return output_export_book(e->store, e->export, &e->invocation->actor, path, error);
    struct survey_arena *arena = survey_arena_new();
    bool done = write_list(e, NULL, path, error);
    const char *repeat;
    *error = done ? (struct survey_error){0} : *error;
    bool beside = strcmp(path, "-") != 0 && !e->export->opinions;
    int stem = (int)(strlen(path) - strlen(e->ending));
    for (size_t i = 0; done && beside && (repeat = survey_export_repeat(e->store, e->export, i, arena, error)); i++)
        done = write_list(e, repeat, survey_arena_format(arena, "%.*s_%s%s", stem, path, repeat, e->ending), error);
    survey_arena_free(arena);
    return done && error->code == SURVEY_OK;
}

// The ending of the name, of those that can be written; NULL.
static const char *ending_of(const char *path)
{
    static const char *const endings[] = {".csv", ".xlsx", ".sav", ".dta"};
    if (strcmp(path, "-") == 0)
        return endings[0];
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t length = strlen(path), tail = strlen(endings[i]);
        if (length > tail && strcmp(path + length - tail, endings[i]) == 0)
            return endings[i];
    }
    return NULL;
}

// One state of the file for all that is read: two looks at the rows must see the same.
static bool export_all(struct exporting *e, struct survey_export *export, const char *path, struct survey_error *error)
{
    struct output_design *design = NULL;
    struct survey_error without = {0};
    if (!survey_store_run(e->store, error, "BEGIN", ""))
        return false;
    if (!export->opinions) // a weight beside an opinion would say whose it is
        design = output_design_open(e->store, &e->invocation->actor, export, &without);
    if (without.code != SURVEY_OK)
        fprintf(stderr, _("assay export: without weights and design: %s%s%s\n"), without.where, *without.where ? ": " : "",
                without.message);
    bool done = write_all(e, path, error);
    output_design_close(design);
    return done;
}

static int run(struct survey_invocation *invocation)
{
    struct survey_error error = {0};
    const char *path = survey_given_value(invocation, "output");
    const char *audience = survey_given_value(invocation, "audience");
    struct survey_export export = {.form = survey_given_value(invocation, "form"), .language = invocation->language,
                                   .opinions = survey_given(invocation, "opinions"),
                                   .evaluators = audience && strcmp(audience, "evaluators") == 0,
                                   .all = survey_given(invocation, "all")};
    if (!path)
        return survey_command_usage(invocation, _("-o FILE.(csv,xlsx,sav,dta) is needed"));
    if (audience && !export.evaluators && strcmp(audience, "officials") != 0)
        return survey_command_usage(invocation, _("--audience: '%s' is neither officials nor evaluators"), audience);
    struct exporting e = {.invocation = invocation, .export = &export, .ending = ending_of(path)};
    if (!e.ending)
        return survey_command_usage(invocation, _("%s: the name must end in .csv, .xlsx, .sav or .dta"), path);
    if (!survey_store_open(invocation->arguments[0], SURVEY_STORE_READ, &e.store, &error))
        return survey_command_fail(invocation, &error);
    int code = export_all(&e, &export, path, &error) ? 0 : survey_command_fail(invocation, &error);
    survey_store_close(e.store);
    return code;
}

const struct survey_command output_export_command = {
    .name = "export",
    .arguments = N_("EVAL"),
    .summary = N_("write the answers with codes and labels"),
    .options = options,
    .flags = SURVEY_COMMAND_ROUND,
    .least = 1,
    .most = 1,
    .run = run,
};
