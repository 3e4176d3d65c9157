// SPDX-License-Identifier: GPL-3.0-or-later
// The command scan: scanned pages back to responses.
#include "forms/forms.h"
#include "forms/scan/batch.h"
#include "forms/scan/keep.h"
#include "survey/base/arena.h"
#include "survey/base/file.h"
#include "survey/base/text.h"

static const struct survey_option options[] = {
    {"pencil", 0, NULL, N_("the forms were filled in with pencil: take lighter marks for marks")},
    {"corrections", 0, NULL, N_("settle a box filled out beside a crossed one as corrected, without review")},
    {"threads", 0, N_("N"), N_("how many pages to read at once (default: one a core)")},
    {NULL},
};

struct scanning {
    struct scan_keeper *keeper;
    size_t pages, files;
};

static bool visit(void *user, const char *file, int file_page, struct scan_page *page, struct survey_error *error)
{
    struct scanning *s = user;
    s->pages++;
    survey_progress(_("pages"), s->pages, s->pages > s->files ? s->pages : s->files);
    return scan_keep(s->keeper, file, file_page, page, error);
}

static bool write_json(struct survey_store *store, const struct scan_outcome *outcome, struct survey_buffer *text,
                       struct survey_error *error)
{
    struct survey_json_writer json = survey_json_writer(text, true);
    survey_json_open(&json, '[');
    for (size_t i = 0; i < outcome->sheet_count; i++)
        if (!scan_response_json(store, outcome->sheets[i], &json, error))
            return false;
    for (size_t i = 0; i < outcome->unread_count; i++) {
        survey_json_open(&json, '{');
        survey_json_member(&json, "file", outcome->unread[i].file);
        survey_json_member_integer(&json, "page", outcome->unread[i].file_page);
        survey_json_member(&json, "why", outcome->unread[i].reason);
        survey_json_member(&json, "state", scan_state_name(outcome->unread[i].state));
        survey_json_close(&json, '}');
    }
    survey_json_close(&json, ']');
    survey_buffer_byte(text, '\n');
    return true;
}

static void write_text(const struct scan_outcome *outcome, struct survey_buffer *text)
{
    size_t pages = 0;
    for (int state = 0; state < SCAN_STATES; state++)
        pages += outcome->states[state];
    survey_format(text, _("%zu pages\n"), pages);
    for (int state = 0; state < SCAN_STATES; state++)
        if (outcome->states[state])
            survey_format(text, "%8zu  %-13s %s\n", outcome->states[state], scan_state_name((enum scan_state)state),
                          scan_state_words((enum scan_state)state));
    survey_format(text, _("%zu responses made; %zu doubtful marks and %zu writing boxes wait for review\n"), outcome->responses,
                  outcome->waiting, outcome->writing);
    if (outcome->empty)
        survey_format(text, _("%zu sheets have nothing filled in; they made no response\n"), outcome->empty);
}

static int tell(struct survey_invocation *invocation, struct survey_store *store, const struct scan_outcome *outcome)
{
    struct survey_buffer text = SURVEY_BUFFER((size_t)1 << 30);
    struct survey_error error = {0};
    for (size_t i = 0; i < outcome->unread_count; i++)
        fprintf(stderr, _("%s: page %d: %s: %s\n"), outcome->unread[i].file, outcome->unread[i].file_page,
                scan_state_name(outcome->unread[i].state), outcome->unread[i].reason);
    if (outcome->one_bit)
        fprintf(stderr, _("warning: %zu pages are black and white only: light marks may be lost there without a trace; scan in gray\n"),
                outcome->one_bit);
    int code = 0;
    if (!invocation->json)
        write_text(outcome, &text);
    else if (!write_json(store, outcome, &text, &error))
        code = survey_command_fail(invocation, &error);
    if (code == 0)
        code = survey_command_print(invocation, &text);
    survey_buffer_clear(&text);
    return code ? code : outcome->unread_count ? 1 : 0;
}

// Names that lead nowhere, or to no file, are a slip of the one who calls: nothing is read then.
static bool files_are_there(const struct survey_invocation *invocation, struct survey_error *error)
{
    for (int i = 1; i < invocation->count; i++)
        if (!survey_file_check(invocation->arguments[i], error))
            return false;
    return true;
}

static int scan_files(struct survey_invocation *invocation, struct survey_store *store, int threads)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_error error = {0};
    struct scan_context context;
    struct scan_rules rules = survey_given(invocation, "pencil") ? scan_rules_pencil : scan_rules_pen;
    rules.corrections = survey_given(invocation, "corrections");
    int code = 0;
    if (!scan_context_load(store, arena, &rules, &context, &error)) {
        code = survey_command_fail(invocation, &error);
    } else {
        struct scanning scanning = {.keeper = scan_keeper_new(store, &context, &invocation->actor)};
        struct scan_batch batch = {.context = &context, .files = invocation->arguments + 1,
                                   .file_count = (size_t)invocation->count - 1, .threads = threads, .visit = visit, .user = &scanning};
        scanning.files = batch.file_count;
        survey_progress(_("pages"), 0, batch.file_count);
        bool done = scan_batch_run(&batch, &error) && scan_keep_end(scanning.keeper, &error);
        survey_progress_end();
        code = done ? tell(invocation, store, scan_keep_outcome(scanning.keeper)) : survey_command_fail(invocation, &error);
        scan_keeper_free(scanning.keeper);
    }
    survey_arena_free(arena);
    return code;
}

static int run(struct survey_invocation *invocation)
{
    struct survey_store *store;
    struct survey_error error = {0};
    int64_t threads = 0;
    if (!survey_given_integer(invocation, "threads", 1, 64, &threads))
        return 2;
    if (!files_are_there(invocation, &error) ||
        !survey_store_open(invocation->arguments[0], SURVEY_STORE_WRITE, &store, &error))
        return survey_command_fail(invocation, &error);
    int code = scan_files(invocation, store, (int)threads);
    survey_store_close(store);
    return code;
}

const struct survey_command forms_scan_command = {
    "scan", N_("EVAL FILE..."), N_("read scanned pages (PDF, TIFF, JPEG, PNG) back to responses"), options,
    SURVEY_COMMAND_CHANGES | SURVEY_COMMAND_JSON, 2, -1, run};
