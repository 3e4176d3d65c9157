// SPDX-License-Identifier: GPL-3.0-or-later
// The command merge: takes in what other copies of the evaluation collected.
#include "forms/forms.h"

#include "forms/scan/keep.h"
#include "survey/base/arena.h"
#include "survey/base/text.h"
#include "survey/store/merge.h"

static void write_json(const struct survey_merged *m, const char *other, struct survey_json_writer *json)
{
    survey_json_open(json, '{');
    survey_json_member(json, "file", other);
    survey_json_member_integer(json, "responses", (int64_t)m->responses);
    survey_json_member_integer(json, "edits", (int64_t)m->edits);
    survey_json_member_integer(json, "sheets", (int64_t)m->sheets);
    survey_json_member_integer(json, "pages", (int64_t)m->pages);
    survey_json_member_integer(json, "marks", (int64_t)m->marks);
    survey_json_member_integer(json, "decisions", (int64_t)m->decisions);
    survey_json_member_integer(json, "cases", (int64_t)m->cases);
    survey_json_member_integer(json, "admin", (int64_t)m->admin);
    survey_json_member_integer(json, "units", (int64_t)m->units);
    survey_json_member_integer(json, "conflicts", (int64_t)m->conflicts);
    survey_json_close(json, '}');
}

static void tell(const struct survey_merged *m, const char *other, struct survey_buffer *text)
{
    survey_format(text, _("%s: %zu responses, %zu corrections, %zu pages, %zu decisions of reviewers, %zu cases, %zu administrative "
                          "values taken in; %zu conflicts\n"),
                  other, m->responses, m->edits, m->pages, m->decisions, m->cases, m->admin, m->conflicts);
}

// The sheets as they stand once the other copy's are in; loaded when the first one is asked for.
struct assembling {
    const struct survey_actor *actor;
    struct survey_arena *arena;
    struct scan_context context;
};

// Puts a sheet's response together from the pages that both copies scanned.
static bool assemble(void *user, struct survey_store *store, int64_t number, struct survey_error *error)
{
    struct assembling *a = user;
    bool made;
    if (!a->arena) {
        a->arena = survey_arena_new();
        if (!scan_context_load(store, a->arena, &scan_rules_pen, &a->context, error))
            return false;
    }
    const struct scan_sheet *sheet = scan_sheet_find(&a->context, (uint64_t)number);
    char id[64];
    if (!sheet)
        return true;
    scan_response_id(sheet, id);
    return scan_assemble(store, &a->context, sheet, a->actor, &made, error) && scan_response_settle(store, id, error);
}

static bool merge_one(struct survey_store *store, const char *other, const struct survey_actor *actor, struct survey_report *report,
                      struct survey_merged *merged, struct survey_error *error)
{
    struct assembling assembling = {.actor = actor};
    struct survey_merge_paper paper = {assemble, &assembling};
    bool done = survey_merge(store, other, &paper, actor, report, merged, error);
    survey_arena_free(assembling.arena);
    return done;
}

static int run(struct survey_invocation *invocation)
{
    struct survey_error error = {0};
    struct survey_store *store = NULL;
    struct survey_report *report = survey_report_new();
    struct survey_buffer text = SURVEY_BUFFER(16 << 20);
    struct survey_json_writer json = survey_json_writer(&text, true);
    int code = 0;
    bool conflicts = false;
    if (!survey_store_open(invocation->arguments[0], SURVEY_STORE_WRITE, &store, &error))
        code = survey_command_fail(invocation, &error);
    if (invocation->json)
        survey_json_open(&json, '[');
    for (int i = 1; code == 0 && i < invocation->count; i++) {
        struct survey_merged merged;
        if (!merge_one(store, invocation->arguments[i], &invocation->actor, report, &merged, &error))
            code = survey_command_fail(invocation, &error);
        else if (invocation->json)
            write_json(&merged, invocation->arguments[i], &json);
        else
            tell(&merged, invocation->arguments[i], &text);
        conflicts = conflicts || (code == 0 && merged.conflicts > 0);
    }
    if (invocation->json) {
        survey_json_close(&json, ']');
        survey_buffer_byte(&text, '\n');
    } else {
        survey_command_report(invocation, report, stderr);
    }
    int printed = survey_command_print(invocation, &text);
    survey_store_close(store);
    survey_report_free(report);
    survey_buffer_clear(&text);
    return code ? code : printed ? printed : conflicts;
}

const struct survey_command forms_merge_command = {
    .name = "merge",
    .arguments = N_("EVAL OTHER..."),
    .summary = N_("take in what other copies of the evaluation collected"),
    .flags = SURVEY_COMMAND_JSON | SURVEY_COMMAND_CHANGES,
    .least = 2,
    .most = -1,
    .run = run,
};
