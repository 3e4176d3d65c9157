// SPDX-License-Identifier: GPL-3.0-or-later
// A decision that comes from a page: taken in one transaction, which is on the disk before the next item is shown;
// where the item was decided meanwhile, it is refused, and kept in the log.
#include "forms/desk/desk_private.h"

#include "survey/base/json.h"
#include "survey/base/utf8.h"

#include <string.h>

static void notice(struct desk_visit *visit, const char *last, enum desk_word word, const char *first,
                   const char *second)
{
    const char *text =
        survey_arena_format(visit->arena, desk_word(visit->desk->words, visit->language, word), first, second);
    desk_session_notice(visit, last, !last && word != SAY_PASSED, text);
}

static const char *label_of(struct desk_visit *visit, const struct review_mark *mark)
{
    const char *label = review_label(visit->request->store, mark, desk_language_code(visit->language));
    return *label ? label : mark->question;
}

static bool show_again(struct desk_visit *visit, const struct review_mark *mark)
{
    desk_see_other(visit, survey_arena_format(visit->arena, "/review/item/%s%s", mark->id, desk_filter_query(visit)));
    return true;
}

// Line ends and other controls of a text box become spaces, and none is left at its ends.
static char *tidy(struct survey_arena *arena, const char *text)
{
    while (*text && (unsigned char)*text <= ' ')
        text++;
    char *copy = survey_arena_strdup(arena, text);
    size_t length = 0, kept = 0;
    for (; copy[length]; length++) {
        unsigned char byte = (unsigned char)copy[length];
        if (byte > ' ' && byte != 0x7f)
            copy[kept++] = copy[length];
        else if (kept && copy[kept - 1] != ' ')
            copy[kept++] = ' ';
    }
    while (kept && copy[kept - 1] == ' ')
        kept--;
    copy[kept] = '\0';
    return copy;
}

static bool is_given(const struct desk_visit *visit, const char *code)
{
    for (size_t i = 0; i < visit->field_count; i++)
        if (strcmp(visit->fields[i].name, "value") == 0 && strcmp(visit->fields[i].value, code) == 0)
            return true;
    return false;
}

// The value given: that of the box, or every choice ticked, in the order of the list, then what is none of them.
static const char *given_value(const struct desk_visit *visit, const struct review_mark *mark)
{
    const struct survey_choice_list *list = mark->item ? mark->item->list : NULL;
    if (!list || mark->item->type != SURVEY_TYPE_SELECT_MULTIPLE)
        return tidy(visit->arena, desk_field(visit, "value"));
    struct survey_buffer text = SURVEY_BUFFER(1 << 16);
    for (size_t i = 0; i < list->count; i++)
        if (is_given(visit, list->choices[i].name))
            survey_format(&text, "%s ", list->choices[i].name);
    for (size_t i = 0; i < visit->field_count; i++)
        if (strcmp(visit->fields[i].name, "value") == 0 && !survey_item_choice(mark->item, visit->fields[i].value))
            survey_format(&text, "%s ", visit->fields[i].value);
    const char *value = tidy(visit->arena, survey_buffer_string(&text));
    survey_buffer_clear(&text);
    return value;
}

// What the post asks for; false where it asks for nothing, with a notice.
static bool read_verdict(struct desk_visit *visit, const struct review_mark *mark, struct review_verdict *verdict,
                         const char **why)
{
    const char *action = desk_field(visit, "do");
    *verdict = (struct review_verdict){.decision = REVIEW_VALUE, .again = *desk_field(visit, "again") != '\0'};
    *why = verdict->again ? desk_word(visit->desk->words, visit->language, SAY_TAKEN_BACK) : "";
    if (strcmp(action, "read") == 0) {
        verdict->decision = REVIEW_READ;
        return true;
    }
    if (strcmp(action, "blank") == 0) {
        verdict->decision = REVIEW_BLANK;
        return true;
    }
    if (strcmp(action, "untold") == 0) {
        verdict->decision = REVIEW_SKIP;
        *why = tidy(visit->arena, desk_field(visit, "why"));
        if (!**why)
            notice(visit, NULL, SAY_UNTOLD_NEEDS_WHY, "", "");
        return **why != '\0';
    }
    verdict->value = given_value(visit, mark);
    if (!*verdict->value)
        notice(visit, NULL, SAY_EMPTY_ANSWER, "", "");
    return *verdict->value != '\0';
}

static const char *value_of(const struct review_mark *mark, const struct review_verdict *verdict)
{
    switch (verdict->decision) {
    case REVIEW_VALUE:
        return verdict->value;
    case REVIEW_READ:
        return mark->read;
    case REVIEW_BLANK:
        return "";
    case REVIEW_SKIP:
        break;
    }
    return NULL;
}

// What came too late stays in the log, beside what stands.
static bool keep_refused(struct survey_store *store, const struct review_mark *mark, const char *value,
                         const struct survey_actor *actor, struct survey_error *error)
{
    struct survey_buffer before = SURVEY_BUFFER(1 << 20), after = SURVEY_BUFFER(1 << 20);
    struct survey_json_writer json = survey_json_writer(&before, false);
    survey_json_open(&json, '{');
    survey_json_member(&json, "question", mark->question);
    survey_json_member(&json, "value", mark->value);
    survey_json_member(&json, "who", mark->who);
    survey_json_close(&json, '}');
    json = survey_json_writer(&after, false);
    survey_json_open(&json, '{');
    survey_json_member(&json, "refused", value);
    survey_json_close(&json, '}');
    bool done = survey_store_log(store, actor, "review", mark->response, survey_buffer_string(&before),
                                 survey_buffer_string(&after), error);
    survey_buffer_clear(&before);
    survey_buffer_clear(&after);
    return done;
}

static void say_late(struct desk_visit *visit, const struct review_mark *mark, const char *value)
{
    desk_page_open(visit, 409, SAY_REVIEW);
    survey_buffer_text(visit->out, "<p class=\"notice wrong\" role=\"alert\">");
    desk_say(visit, SAY_DECIDED_ALREADY, desk_value_words(visit, mark, mark->value), mark->who,
             desk_value_words(visit, mark, value));
    survey_format(visit->out, "</p><p><a class=\"button main\" href=\"%s/review/next", visit->prefix);
    desk_text(visit, desk_filter_query(visit));
    survey_buffer_text(visit->out, "\">");
    desk_say(visit, SAY_NEXT);
    survey_buffer_text(visit->out, "</a></p>");
    desk_page_close(visit);
}

enum taken { TAKEN, LATE, NO_ANSWER };

// Within a transaction of the writer's. mark is read anew there: another may have been faster.
static bool take(struct desk_visit *visit, struct survey_store *store, struct review_mark *mark,
                 struct review_verdict *verdict, const struct survey_actor *actor, enum taken *taken,
                 struct survey_error *error)
{
    struct survey_error inner = {0};
    if (!review_find(store, visit->arena, mark->id, mark, error))
        return false;
    if (!desk_item_task(visit, store, mark, error))
        return false;
    bool anew = visit->task == DESK_ANEW || visit->task == DESK_ANEW_SECOND;
    // Two may have differed since the page was made: only who saw both decisions settles it.
    bool unseen = visit->task == DESK_THIRD && *desk_field(visit, "third") == '\0';
    bool closed = visit->task == DESK_STANDING || visit->task == DESK_PARTY || unseen;
    verdict->second = visit->task == DESK_SECOND || visit->task == DESK_ANEW_SECOND;
    if (closed || (anew && !verdict->again)) {
        *taken = LATE;
        return keep_refused(store, mark, value_of(mark, verdict), actor, error);
    }
    *taken = TAKEN;
    verdict->again = anew;
    if (review_decide(store, mark, verdict, actor, &inner))
        return true;
    *taken = NO_ANSWER;
    if (inner.code == SURVEY_ERROR_INPUT)
        return true;
    *error = inner;
    return false;
}

static bool change(struct desk_visit *visit, struct review_mark *mark, struct review_verdict *verdict, const char *why,
                   enum taken *taken, struct survey_error *error)
{
    const struct phone_request *request = visit->request;
    struct survey_actor actor = {visit->who, why, request->now, request->round};
    struct survey_store *store = phone_writer_take(request->server);
    bool done = survey_store_begin(store, error) && take(visit, store, mark, verdict, &actor, taken, error);
    if (done && *taken != NO_ANSWER)
        done = survey_store_commit(store, error);
    if (!done || *taken == NO_ANSWER)
        survey_store_rollback(store);
    phone_writer_give(request->server);
    return done;
}

bool desk_decide(struct desk_visit *visit, const char *id, struct survey_error *error)
{
    struct review_mark mark;
    struct review_verdict verdict;
    const char *why;
    enum taken taken = NO_ANSWER;
    if (!desk_item_find(visit, visit->request->store, id, &mark, error))
        return error->message[0] == '\0';
    if (strcmp(desk_field(visit, "do"), "later") == 0) {
        desk_session_pass(visit, mark.id);
        desk_claim_drop(visit, mark.id);
        notice(visit, NULL, SAY_PASSED, label_of(visit, &mark), "");
        return desk_go_on(visit, error);
    }
    if (!read_verdict(visit, &mark, &verdict, &why))
        return show_again(visit, &mark);
    if (!change(visit, &mark, &verdict, why, &taken, error))
        return false;
    if (taken == NO_ANSWER) {
        notice(visit, NULL, SAY_NO_ANSWER, verdict.value ? verdict.value : mark.read ? mark.read : "", "");
        return show_again(visit, &mark);
    }
    desk_claim_drop(visit, mark.id);
    if (taken == LATE) {
        say_late(visit, &mark, value_of(&mark, &verdict));
        return true;
    }
    notice(visit, mark.id, SAY_DECIDED, label_of(visit, &mark),
           desk_value_words(visit, &mark, value_of(&mark, &verdict)));
    return desk_go_on(visit, error);
}
