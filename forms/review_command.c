// SPDX-License-Identifier: GPL-3.0-or-later
// The command review: lists, shows, decides and keys what waits.
#include "forms/agreement_command.h"
#include "forms/forms.h"

#include "forms/scan/review.h"
#include "survey/base/arena.h"
#include "survey/base/file.h"
#include "survey/base/text.h"
#include "survey/base/utf8.h"

#include <string.h>

static const struct survey_option options[] = {
    {"where", 0, N_("EXPR"),
     N_("only what meets a condition on question, kind, why, read, unit, form, response, page and "
        "frame('column'), as \"${kind} = 'writing' and frame('village_code') = '101'\"")},
    {"limit", 0, N_("N"), N_("the first N only")},
    {"all", 0, NULL, N_("what was decided too")},
    {"crop", 0, N_("FILE.png"), N_("show: write the picture of the place")},
    {"blank", 0, NULL, N_("decide, key: nothing was marked or written")},
    {"read", 0, NULL, N_("decide: what was read is right")},
    {"second", 0, NULL,
     N_("decide, key, skip, --from: a second decision, by another person than the first's; where they differ, a third "
        "one settles it")},
    {"double", 0, N_("SHARE"),
     N_("list, --export: the share of the decided ones (5%) that --as is to decide second, without what the first "
        "decided")},
    {"agreement", 0, NULL,
     N_("how far two reviewers agree, by question and by pair, and what a third one has to settle")},
    {"again", 0, NULL, N_("decide anew what was decided (needs --why)")},
    {"export", 0, N_("FILE.csv"), N_("write the list for typing: fill in value (or decision: blank, read, skip)")},
    {"crops", 0, N_("FOLDER"), N_("with --export: write the pictures there, named in the column crop")},
    {"from", 0, N_("FILE.csv"), N_("take decisions: columns id and value; all or nothing")},
    {"partial", 0, N_("FILE.csv"), N_("with --from: take the good rows, write the others with their reasons")},
    {NULL},
};

struct review {
    struct survey_invocation *invocation;
    struct survey_store *store;
    struct survey_arena *arena;
    struct survey_error error;
};

static int failed(struct review *review)
{
    return survey_command_fail(review->invocation, &review->error);
}

static int print(struct review *review, struct survey_buffer *text)
{
    int code = survey_command_print(review->invocation, text);
    survey_buffer_clear(text);
    return code;
}

static void mark_json(struct review *review, const struct review_mark *mark, int length, struct survey_json_writer *json)
{
    survey_json_open(json, '{');
    survey_json_member(json, "id", review_short_id(review->arena, mark->id, length));
    survey_json_member(json, "response", mark->response);
    survey_json_member(json, "unit", mark->unit);
    survey_json_member(json, "form", mark->form_name);
    survey_json_member(json, "question", mark->question);
    survey_json_member(json, "label", review_label(review->store, mark, review->invocation->language));
    survey_json_member(json, "kind", mark->kind);
    survey_json_member(json, "why", mark->why);
    survey_json_member(json, "read", mark->read);
    survey_json_member(json, "state", mark->state);
    survey_json_member(json, "value", mark->value);
    survey_json_member(json, "file", mark->file);
    survey_json_member_integer(json, "file_page", mark->file_page);
    survey_json_member_integer(json, "page", mark->page);
}

static void put_column(struct survey_buffer *text, const char *cell, int columns)
{
    survey_buffer_cell(text, cell, (size_t)columns, false);
    survey_buffer_text(text, "  ");
}

static void put_table(struct review *review, const struct review_list *list, struct survey_buffer *text)
{
    size_t doubtful = 0, responses = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct review_mark *mark = &list->marks[i];
        doubtful += strcmp(mark->kind, "doubtful") == 0;
        responses += i == 0 || strcmp(mark->response, list->marks[i - 1].response) != 0;
        put_column(text, review_short_id(review->arena, mark->id, list->short_length), list->short_length);
        put_column(text, *mark->unit ? mark->unit : review_short_id(review->arena, mark->response, 13), 16);
        put_column(text, mark->question, 20);
        put_column(text, mark->kind, 8);
        put_column(text, mark->why, 12);
        put_column(text, mark->read ? mark->read : "-", 12);
        if (strcmp(mark->state, "waiting") == 0 && *mark->who)
            survey_buffer_text(text, _("two reviewers differ"));
        if (strcmp(mark->state, "decided") == 0)
            survey_format(text, "= %s", !mark->value ? _("(cannot be told)") : *mark->value ? mark->value : _("(blank)"));
        survey_buffer_byte(text, '\n');
    }
    survey_format(text, _("%zu in the list: %zu doubtful, %zu to key, in %zu responses\n"), list->count, doubtful,
                  list->count - doubtful, responses);
}

static bool read_list(struct review *review, struct review_list *list)
{
    struct review_filter filter = {.where = survey_given_value(review->invocation, "where"),
                                   .all = survey_given(review->invocation, "all")};
    if (!survey_given_integer(review->invocation, "limit", 1, 1000000, &filter.limit)) {
        review->error.code = SURVEY_ERROR_USAGE;
        return false;
    }
    const char *share = survey_given_value(review->invocation, "double");
    struct review_double twice;
    double wanted;
    if (share && (!review_share_parse(share, &wanted, &review->error) ||
                  !review_double_open(review->store, wanted, &twice, &review->error)))
        return false;
    if (share) {
        filter.twice = &twice;
        filter.second = review->invocation->actor.who;
    }
    return review_list_read(review->store, review->arena, &filter, list, &review->error);
}

static int list_marks(struct review *review)
{
    struct review_list list;
    struct survey_buffer text = SURVEY_BUFFER(256 << 20);
    if (!read_list(review, &list))
        return review->error.message[0] ? failed(review) : 2;
    if (!review->invocation->json) {
        put_table(review, &list, &text);
        return print(review, &text);
    }
    struct survey_json_writer json = survey_json_writer(&text, true);
    survey_json_open(&json, '[');
    for (size_t i = 0; i < list.count; i++) {
        mark_json(review, &list.marks[i], list.short_length, &json);
        survey_json_close(&json, '}');
    }
    survey_json_close(&json, ']');
    survey_buffer_byte(&text, '\n');
    return print(review, &text);
}

static bool write_crops(struct review *review, const struct review_list *list, const char *folder)
{
    if (!survey_folder_make(folder, &review->error))
        return false;
    for (size_t i = 0; i < list->count; i++) {
        struct survey_arena *arena = survey_arena_new();
        struct review_mark mark;
        const char *path = survey_arena_format(arena, "%s/%s.png", folder, review_short_id(arena, list->marks[i].id, list->short_length));
        bool done = review_find(review->store, arena, list->marks[i].id, &mark, &review->error) &&
                    (!mark.crop || survey_file_write(path, mark.crop, mark.crop_length, &review->error));
        survey_arena_free(arena);
        if (!done)
            return false;
        survey_progress(_("pictures"), i + 1, list->count);
    }
    survey_progress_end();
    return true;
}

static int export_list(struct review *review)
{
    struct review_list list;
    const char *path = survey_given_value(review->invocation, "export"), *folder = survey_given_value(review->invocation, "crops");
    if (!read_list(review, &list))
        return review->error.message[0] ? failed(review) : 2;
    struct survey_buffer csv = SURVEY_BUFFER(256 << 20);
    review_export(review->store, review->arena, &list, review->invocation->language, folder != NULL, &csv);
    bool done = (!folder || write_crops(review, &list, folder)) &&
                survey_file_write(path, survey_buffer_string(&csv), csv.length, &review->error);
    survey_buffer_clear(&csv);
    if (!done)
        return failed(review);
    if (strcmp(path, "-") == 0)
        return 0;
    struct survey_buffer text = SURVEY_BUFFER(1 << 16);
    survey_format(&text, _("%s: %zu rows; fill in the column value and take it back with --from\n"), path, list.count);
    return print(review, &text);
}

static void put_details(struct review *review, const struct review_mark *mark, struct survey_buffer *text)
{
    const char *language = review->invocation->language, *choices = review_choices(review->store, review->arena, mark, language);
    survey_format(text, _("Id:        %s\n"), review_short_id(review->arena, mark->id, 0));
    survey_format(text, _("Question:  %s  %s\n"), mark->question, review_label(review->store, mark, language));
    if (*choices)
        survey_format(text, _("Answers:   %s\n"), choices);
    survey_format(text, _("Unit:      %s\n"), *mark->unit ? mark->unit : _("not told"));
    survey_format(text, _("Response:  %s (%s)\n"), mark->response, mark->form_name);
    survey_format(text, _("Scan:      %s, page %lld; page %lld of the form, %.1f mm from the left, %.1f mm from the top\n"), mark->file,
                  (long long)mark->file_page, (long long)mark->page, mark->x, mark->y);
    survey_format(text, _("Kind:      %s\n"), mark->kind);
    survey_format(text, _("Why:       %s (%s)\n"), mark->why, review_why_words(mark->why));
    survey_format(text, _("Read:      %s\n"), mark->read ? mark->read : _("nothing"));
    if (*mark->scores)
        survey_format(text, _("Ink:       %s\n"), mark->scores);
    if (strcmp(mark->state, "waiting") == 0)
        survey_format(text, "%s", _("State:     waits\n"));
    else
        survey_format(text, _("State:     decided as '%s' by %s at %s\n"), mark->value ? mark->value : _("cannot be told"), mark->who,
                      mark->decided_at);
}

static int show(struct review *review, const char *id)
{
    struct review_mark mark;
    const char *path = survey_given_value(review->invocation, "crop");
    if (!review_find(review->store, review->arena, id, &mark, &review->error))
        return failed(review);
    if (path && !mark.crop) {
        survey_fail(&review->error, SURVEY_ERROR_INPUT, id, _("there is no picture of it"));
        return failed(review);
    }
    if (path && !survey_file_write(path, mark.crop, mark.crop_length, &review->error))
        return failed(review);
    if (path && strcmp(path, "-") == 0)
        return 0;
    struct survey_buffer text = SURVEY_BUFFER(1 << 22);
    if (!review->invocation->json) {
        put_details(review, &mark, &text);
        return print(review, &text);
    }
    struct survey_json_writer json = survey_json_writer(&text, true);
    mark_json(review, &mark, 0, &json);
    survey_json_member(&json, "choices", review_choices(review->store, review->arena, &mark, review->invocation->language));
    survey_json_member(&json, "scores", mark.scores);
    survey_json_member_number(&json, "x", mark.x);
    survey_json_member_number(&json, "y", mark.y);
    survey_json_member_number(&json, "w", mark.w);
    survey_json_member_number(&json, "h", mark.h);
    survey_json_member(&json, "who", mark.who);
    survey_json_member(&json, "decided_at", mark.decided_at);
    survey_json_close(&json, '}');
    survey_buffer_byte(&text, '\n');
    return print(review, &text);
}

static int say_decided(struct review *review, const struct review_mark *mark, const struct review_verdict *verdict)
{
    struct survey_buffer text = SURVEY_BUFFER(1 << 16);
    int64_t left = survey_store_count(review->store, 0, "SELECT count(*) FROM mark WHERE response = ? AND state = 'waiting'",
                                      "t", mark->response);
    if (review->invocation->json) {
        struct survey_json_writer json = survey_json_writer(&text, true);
        survey_json_open(&json, '{');
        survey_json_member(&json, "id", review_short_id(review->arena, mark->id, 0));
        survey_json_member(&json, "response", mark->response);
        survey_json_member_integer(&json, "waiting", left);
        survey_json_member_bool(&json, "complete", verdict->completed);
        survey_json_close(&json, '}');
        survey_buffer_byte(&text, '\n');
    } else if (verdict->completed) {
        survey_format(&text, _("%s: decided; the response is complete\n"), mark->question);
    } else {
        survey_format(&text, _("%s: decided; %lld of the response still wait\n"), mark->question, (long long)left);
    }
    return print(review, &text);
}

static int decide(struct review *review, const char *id, const char *kind, struct review_verdict *verdict)
{
    struct review_mark mark;
    if (!survey_store_begin(review->store, &review->error) ||
        !review_find(review->store, review->arena, id, &mark, &review->error))
        return failed(review);
    if (kind && strcmp(mark.kind, kind) != 0)
        return survey_command_usage(review->invocation, _("'%s' is no writing box: use decide"), id);
    if (!review_decide(review->store, &mark, verdict, &review->invocation->actor, &review->error) ||
        !survey_store_commit(review->store, &review->error))
        return failed(review);
    return say_decided(review, &mark, verdict);
}

static int say_batch(struct review *review, const struct survey_report *report, const struct review_batch *batch, bool kept)
{
    struct survey_buffer text = SURVEY_BUFFER(64 << 20);
    int code = survey_report_count_of(report, SURVEY_FAULT) ? 1 : 0;
    if (review->invocation->json) {
        struct survey_json_writer json = survey_json_writer(&text, true);
        survey_json_open(&json, '{');
        survey_json_member_integer(&json, "decided", kept ? (int64_t)batch->decided : 0);
        survey_json_member_integer(&json, "complete", kept ? (int64_t)batch->completed : 0);
        survey_json_member_integer(&json, "left", (int64_t)batch->left);
        survey_json_member_integer(&json, "refused", (int64_t)batch->refused);
        survey_json_key(&json, "problems");
        survey_report_write_json(report, &json);
        survey_json_close(&json, '}');
        survey_buffer_byte(&text, '\n');
    } else {
        survey_command_report(review->invocation, report, stderr);
        if (kept)
            survey_format(&text, _("%zu decided, %zu responses complete, %zu rows left open, %zu refused\n"), batch->decided,
                          batch->completed, batch->left, batch->refused);
        else
            survey_buffer_text(&text, _("nothing was taken; see --partial\n"));
    }
    int printed = print(review, &text);
    return printed ? printed : code;
}

static int take_file(struct review *review)
{
    const char *path = survey_given_value(review->invocation, "from"), *partial = survey_given_value(review->invocation, "partial");
    struct survey_report *report = survey_report_new();
    struct review_batch batch = {0};
    bool kept = false, done = survey_store_begin(review->store, &review->error) &&
                              review_take_csv(review->store, path, survey_given(review->invocation, "second"),
                                              &review->invocation->actor, report, &batch, &review->error);
    if (done && (partial || batch.refused == 0)) {
        // What was refused must be on disk before the rest is taken: a full disk then changes nothing.
        done = (!partial || !batch.refused ||
                survey_file_write(partial, survey_buffer_string(&batch.refusals), batch.refusals.length, &review->error)) &&
               survey_store_commit(review->store, &review->error);
        kept = done;
    }
    if (!kept)
        survey_store_rollback(review->store);
    int code = done ? say_batch(review, report, &batch, kept) : failed(review);
    survey_buffer_clear(&batch.refusals);
    survey_report_free(report);
    return code;
}

// decide ID VALUE, key ID TEXT, skip ID.
static int judge(struct review *review, const char *action, const char *id, const char *value)
{
    struct survey_invocation *invocation = review->invocation;
    bool blank = survey_given(invocation, "blank"), read = survey_given(invocation, "read"), skip = strcmp(action, "skip") == 0;
    struct review_verdict verdict = {
        .value = value, .again = survey_given(invocation, "again"), .second = survey_given(invocation, "second")};
    if (verdict.again && !*invocation->actor.why)
        return survey_command_usage(invocation, _("--again needs --why"));
    if (skip && !*invocation->actor.why)
        return survey_command_usage(invocation, _("skip leaves the answer missing: say --why it cannot be told"));
    if ((value != NULL) + blank + read + skip != 1)
        return survey_command_usage(invocation, skip ? _("skip takes an id and nothing else")
                                                     : _("give a value, or --blank, or --read"));
    verdict.decision = skip ? REVIEW_SKIP : blank ? REVIEW_BLANK : read ? REVIEW_READ : REVIEW_VALUE;
    return decide(review, id, strcmp(action, "key") == 0 ? "writing" : NULL, &verdict);
}

static int act(struct review *review)
{
    struct survey_invocation *invocation = review->invocation;
    const char *action = invocation->count > 1 ? invocation->arguments[1] : "list";
    const char *id = invocation->count > 2 ? invocation->arguments[2] : NULL;
    const char *value = invocation->count > 3 ? invocation->arguments[3] : NULL;
    bool from = survey_given(invocation, "from"), export = survey_given(invocation, "export");
    if (survey_given(invocation, "agreement")) {
        if (invocation->count > 1 || from || export)
            return survey_command_usage(invocation, _("--agreement goes by itself"));
        return forms_review_agreement(invocation, review->store);
    }
    if (from || export) {
        if (invocation->count > 1 || (from && export))
            return survey_command_usage(invocation, _("--from and --export go by themselves"));
        return from ? take_file(review) : export_list(review);
    }
    if (survey_given(invocation, "partial") || survey_given(invocation, "crops"))
        return survey_command_usage(invocation, _("--partial goes with --from, --crops with --export"));
    if (strcmp(action, "list") == 0)
        return id ? survey_command_usage(invocation, _("list takes no id; use --where")) : list_marks(review);
    bool shows = strcmp(action, "show") == 0;
    if (!shows && strcmp(action, "decide") != 0 && strcmp(action, "key") != 0 && strcmp(action, "skip") != 0)
        return survey_command_usage(invocation, _("'%s' is none of list, show, decide, key, skip"), action);
    if (!id)
        return survey_command_usage(invocation, _("%s needs an id"), action);
    if (shows)
        return value ? survey_command_usage(invocation, _("show takes one id")) : show(review, id);
    return judge(review, action, id, value);
}

static bool changes(const struct survey_invocation *invocation)
{
    const char *action = invocation->count > 1 ? invocation->arguments[1] : "list";
    return survey_given(invocation, "from") || strcmp(action, "decide") == 0 || strcmp(action, "key") == 0 ||
           strcmp(action, "skip") == 0;
}

static int run(struct survey_invocation *invocation)
{
    struct review review = {.invocation = invocation};
    enum survey_store_mode mode = changes(invocation) ? SURVEY_STORE_WRITE : SURVEY_STORE_READ;
    if (!survey_store_open(invocation->arguments[0], mode, &review.store, &review.error))
        return failed(&review);
    review.arena = survey_arena_new();
    int code = act(&review);
    survey_arena_free(review.arena);
    survey_store_close(review.store);
    return code;
}

const struct survey_command forms_review_command = {
    .name = "review",
    .arguments = N_("EVAL [list | show ID | decide ID VALUE | key ID TEXT | skip ID]"),
    .summary = N_("list, show, decide and key what waits for a person"),
    .options = options,
    .flags = SURVEY_COMMAND_JSON | SURVEY_COMMAND_CHANGES,
    .least = 1,
    .most = 4,
    .run = run,
};
