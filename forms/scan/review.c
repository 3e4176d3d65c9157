// SPDX-License-Identifier: GPL-3.0-or-later
// The review queue in the evaluation file: read, found by short ids, decided.
#include "forms/scan/review.h"

#include "forms/scan/decide.h"
#include "forms/scan/keep.h"
#include "survey/base/arena.h"
#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/store/response.h"

#include <string.h>

enum { SHORTEST = 8, LONGEST = 36, LEAST_GIVEN = 4 };

const struct review_reason review_reasons[REVIEW_REASONS] = {
    {SCAN_WHY_FAINT, N_("too little ink to say")},
    {SCAN_WHY_MULTIPLE, N_("more than one answer where one is asked for")},
    {SCAN_WHY_CORRECTED, N_("one box filled out and another crossed")},
    {SCAN_WHY_FILLED, N_("one box filled out among crosses")},
    {SCAN_WHY_PARTIAL, N_("digits are missing")},
    {SCAN_WHY_BESIDE, N_("ink beside the boxes, none in them")},
    {SCAN_WHY_HIDDEN, N_("a streak or dirt covers a box")},
    {SCAN_WHY_WRITING, N_("handwriting, to be keyed")},
};

const char *review_why_words(const char *why)
{
    for (size_t i = 0; i < REVIEW_REASONS; i++)
        if (strcmp(why, review_reasons[i].why) == 0)
            return _(review_reasons[i].words);
    return "-";
}

#define MARK_COLUMNS                                                                                                   \
    "m.id, m.response, coalesce(r.unit, ''), r.form, f.name, m.question, m.kind, m.why, m.read, m.scores, p.file, "   \
    "p.file_page, coalesce(p.number, 0), m.x, m.y, m.w, m.h, m.state, m.value, coalesce(m.who, ''), "                \
    "coalesce(m.decided_at, '')"
#define MARK_TABLES                                                                                                    \
    " FROM mark m JOIN response r ON r.id = m.response JOIN form f ON f.id = r.form JOIN page p ON p.id = m.page"

static const char *text_of(struct survey_arena *arena, const struct survey_query *query, int column)
{
    return survey_query_null(query, column) ? NULL : survey_arena_strdup(arena, survey_query_text(query, column));
}

static void read_mark(struct survey_arena *arena, const struct survey_query *query, struct review_mark *mark)
{
    *mark = (struct review_mark){
        .id = text_of(arena, query, 0), .response = text_of(arena, query, 1), .unit = text_of(arena, query, 2),
        .form = survey_query_integer(query, 3), .form_name = text_of(arena, query, 4),
        .question = text_of(arena, query, 5), .kind = text_of(arena, query, 6), .why = text_of(arena, query, 7),
        .read = text_of(arena, query, 8), .scores = text_of(arena, query, 9), .file = text_of(arena, query, 10),
        .file_page = survey_query_integer(query, 11), .page = survey_query_integer(query, 12),
        .x = survey_query_number(query, 13), .y = survey_query_number(query, 14), .w = survey_query_number(query, 15),
        .h = survey_query_number(query, 16), .state = text_of(arena, query, 17), .value = text_of(arena, query, 18),
        .who = text_of(arena, query, 19), .decided_at = text_of(arena, query, 20),
    };
}

// "name" and "2" of "name[2]".
static void split_question(const char *question, char name[static 512], char occurrence[static 64])
{
    size_t length = strcspn(question, "[");
    survey_format_into(name, 512, "%.*s", (int)length, question);
    survey_format_into(occurrence, 64, "%.*s", (int)strcspn(question[length] ? question + length + 1 : "", "]"),
                       question[length] ? question + length + 1 : "");
}

static bool find_item(struct survey_store *store, struct review_mark *mark, struct survey_error *error)
{
    char name[512], occurrence[64];
    const struct survey_form *form = survey_store_form(store, mark->form, error);
    if (!form)
        return false;
    split_question(mark->question, name, occurrence);
    mark->item = survey_form_find(form, name);
    return true;
}

// So many letters that no two marks of the file share them.
static int short_length(struct survey_store *store)
{
    int64_t all = survey_store_count(store, 0, "SELECT count(*) FROM mark", "");
    for (int length = SHORTEST; length < LONGEST; length++)
        if (survey_store_count(store, -1, "SELECT count(DISTINCT substr(id, 6, ?)) FROM mark", "i", (int64_t)length) == all)
            return length;
    return LONGEST;
}

static bool read_list(struct survey_store *store, struct survey_arena *arena, const struct review_filter *filter,
                      struct review_list *list, struct survey_error *error)
{
    static const char sql[] =
        "SELECT " MARK_COLUMNS MARK_TABLES " WHERE (?1 OR m.state = iif(?3, 'decided', 'waiting')) AND (?2 IS NULL OR "
                                           "m.response = ?2 OR m.response = 'uuid:' || ?2)"
        " ORDER BY r.received_at, m.response, p.number, m.y, m.x, m.question";
    bool decided = filter->twice != NULL;
    int64_t most =
        survey_store_count(store, 0, "SELECT count(*) FROM mark WHERE ?1 OR state = iif(?2, 'decided', 'waiting')",
                           "ii", (int64_t)filter->all, (int64_t)decided);
    list->marks = survey_arena_array(arena, (size_t)most + 1, sizeof *list->marks);
    struct survey_query *query =
        survey_query(store, error, sql, "iti", (int64_t)filter->all, filter->response, (int64_t)decided);
    if (!query)
        return false;
    while (survey_query_next(query) && list->count < (size_t)most)
        read_mark(arena, query, &list->marks[list->count++]);
    return survey_query_end(query, error);
}

// Whether a second reviewer may have it; then as if nobody had decided it yet.
static bool hide_first(struct survey_store *store, struct survey_arena *arena, const struct review_filter *filter,
                       struct review_mark *mark, bool *meets, struct survey_error *error)
{
    struct review_turns turns;
    if (!review_is_doubled(filter->twice, mark->id)) {
        *meets = false;
        return true;
    }
    if (!review_turns_read(store, arena, mark, &turns, error))
        return false;
    *meets = review_waits_second(filter->twice, mark, &turns, filter->second);
    mark->state = "waiting";
    mark->value = NULL;
    mark->who = mark->decided_at = "";
    return true;
}

// Leaves in the list what meets the condition, the first so many of it.
static bool keep_met(struct survey_store *store, struct survey_arena *arena, const struct review_filter *filter,
                     struct review_condition *condition, struct review_list *list, struct survey_error *error)
{
    size_t kept = 0, most = filter->limit ? (size_t)filter->limit : SIZE_MAX;
    for (size_t i = 0; i < list->count && kept < most; i++) {
        bool meets;
        if (!review_condition_meets(condition, &list->marks[i], &meets, error) ||
            (meets && filter->twice && !hide_first(store, arena, filter, &list->marks[i], &meets, error)) ||
            (meets && !find_item(store, &list->marks[i], error)))
            return false;
        if (meets)
            list->marks[kept++] = list->marks[i];
    }
    list->count = kept;
    return true;
}

bool review_list_read(struct survey_store *store, struct survey_arena *arena, const struct review_filter *filter,
                      struct review_list *list, struct survey_error *error)
{
    struct review_condition *condition = NULL;
    *list = (struct review_list){0};
    bool done = review_condition_open(store, arena, filter->where, &condition, error) &&
                read_list(store, arena, filter, list, error) && keep_met(store, arena, filter, condition, list, error);
    review_condition_close(condition);
    if (done)
        list->short_length = short_length(store);
    return done;
}

const char *review_short_id(struct survey_arena *arena, const char *id, int length)
{
    const char *bare = strncmp(id, "uuid:", 5) == 0 ? id + 5 : id;
    size_t whole = strlen(bare), cut = length > 0 && (size_t)length < whole ? (size_t)length : whole;
    return survey_arena_strndup(arena, bare, cut);
}

static bool read_crop(struct survey_store *store, struct survey_arena *arena, struct review_mark *mark,
                      struct survey_error *error)
{
    struct survey_query *query = survey_query(store, error, "SELECT crop FROM mark WHERE id = ?", "t", mark->id);
    if (!query)
        return false;
    if (survey_query_next(query) && !survey_query_null(query, 0)) {
        size_t length;
        const void *bytes = survey_query_blob(query, 0, &length);
        void *copy = survey_arena_alloc(arena, length + 1);
        if (length > 0)
            memcpy(copy, bytes, length);
        mark->crop = copy;
        mark->crop_length = length;
    }
    return survey_query_end(query, error);
}

bool review_find(struct survey_store *store, struct survey_arena *arena, const char *id, struct review_mark *mark,
                 struct survey_error *error)
{
    const char *bare = strncmp(id, "uuid:", 5) == 0 ? id + 5 : id;
    struct review_mark found;
    int count = 0;
    if (strlen(bare) < LEAST_GIVEN || strlen(bare) > LONGEST)
        return survey_fail(error, SURVEY_ERROR_INPUT, id, _("an id has %d letters at least; 'assay review' lists them"),
                           LEAST_GIVEN);
    // A range of the primary key: ids are lower-case hexadecimal, before '~'.
    struct survey_query *query = survey_query(store, error, "SELECT " MARK_COLUMNS MARK_TABLES
                                              " WHERE m.id >= 'uuid:' || lower(?1) AND m.id < 'uuid:' || lower(?1) || '~' LIMIT 2",
                                              "t", bare);
    if (!query)
        return false;
    while (survey_query_next(query))
        if (count++ == 0)
            read_mark(arena, query, &found);
    if (!survey_query_end(query, error))
        return false;
    if (count == 0)
        return survey_fail(error, SURVEY_ERROR_INPUT, id, _("nothing has this id; 'assay review' lists what waits"));
    if (count > 1)
        return survey_fail(error, SURVEY_ERROR_INPUT, id, _("more than one id starts like this: give more letters"));
    if (!find_item(store, &found, error) || !read_crop(store, arena, &found, error))
        return false;
    *mark = found;
    return true;
}

// Digits are keyed as they stand in the grid: 007 is 7 where the question asks for a whole number or one of a range.
static const char *plain_number(const struct review_mark *mark, const char *value, char number[static 32])
{
    int64_t whole;
    enum survey_type type = mark->item->type;
    if ((type != SURVEY_TYPE_INTEGER && type != SURVEY_TYPE_RANGE) || !survey_integer_parse(value, strlen(value), &whole))
        return value;
    survey_format_into(number, 32, "%lld", (long long)whole);
    return number;
}

// Brings the response's state up to date; completed says whether this decision was the last that it
// waited for.
static bool settle(struct survey_store *store, const char *response, bool *completed, struct survey_error *error)
{
    static const char waits[] = "SELECT count(*) FROM response WHERE id = ? AND state = 'waiting'";
    int64_t before = survey_store_count(store, 0, waits, "t", response);
    if (!scan_response_settle(store, response, error))
        return false;
    *completed = before == 1 && survey_store_count(store, 1, waits, "t", response) == 0;
    return true;
}

static bool choose_value(const struct review_mark *mark, const struct review_verdict *verdict, char number[static 32],
                         const char **value, struct survey_error *error)
{
    switch (verdict->decision) {
    case REVIEW_VALUE:
        if (!verdict->value || !*verdict->value)
            return survey_fail(error, SURVEY_ERROR_INPUT, mark->id, _("the value is empty; say that it was left blank, or skip it"));
        *value = plain_number(mark, verdict->value, number);
        return true;
    case REVIEW_READ:
        if (!mark->read)
            return survey_fail(error, SURVEY_ERROR_INPUT, mark->id, _("nothing was read here that could be right"));
        *value = plain_number(mark, mark->read, number);
        return true;
    case REVIEW_BLANK:
    case REVIEW_SKIP:
        break;
    }
    *value = "";
    return true;
}

// Whose turn a decision is; "" with error where it is nobody's of theirs.
static const char *find_turn(const struct review_mark *mark, const struct review_turns *turns,
                             const struct review_verdict *verdict, const char *who, struct survey_error *error)
{
    bool decided = strcmp(mark->state, "decided") == 0;
    if (verdict->second) {
        bool own = turns->second.who && strcmp(turns->second.who, who) == 0 && !turns->third.who;
        if (!turns->first.who)
            survey_fail(error, SURVEY_ERROR_INPUT, mark->id,
                        _("nobody has decided it yet: the first decision comes first"));
        else if (strcmp(turns->first.who, who) == 0)
            survey_fail(error, SURVEY_ERROR_INPUT, mark->id,
                        _("you decided it first; the second decision is another's"));
        else if (turns->second.who && !(own && verdict->again))
            survey_fail(error, SURVEY_ERROR_INPUT, mark->id, _("a second reviewer decided it already"));
        else
            return "second";
        return "";
    }
    if (decided && !verdict->again) {
        survey_fail(error, SURVEY_ERROR_INPUT, mark->id,
                    _("it was decided already, as '%s' by %s; --again decides it anew"), mark->value ? mark->value : "",
                    mark->who);
        return "";
    }
    if (!turns->second.who)
        return "first";
    if (!verdict->again && (strcmp(turns->first.who, who) == 0 || strcmp(turns->second.who, who) == 0)) {
        survey_fail(error, SURVEY_ERROR_INPUT, mark->id,
                    _("two reviewers differ, and you are one of them: a third settles it, or --again --why"));
        return "";
    }
    return "third";
}

static bool edit(struct survey_store *store, const struct review_mark *mark, const char *value,
                 const struct survey_actor *actor, struct survey_error *error)
{
    char name[512], occurrence[64], why[1200];
    split_question(mark->question, name, occurrence);
    survey_format_into(why, sizeof why, "%s%s%s", mark->why, *actor->why ? ": " : "", actor->why);
    struct survey_actor reviewer = *actor;
    reviewer.why = why;
    return survey_response_edit(store, mark->response, name, occurrence, value, "review", &reviewer, error);
}

// A second decision changes no answer; that it could be one is tried and undone.
static bool try_edit(struct survey_store *store, const struct review_mark *mark, const char *value,
                     const struct survey_actor *actor, struct survey_error *error)
{
    if (!survey_store_run(store, error, "SAVEPOINT second", ""))
        return false;
    bool good = edit(store, mark, value, actor, error);
    bool undone = survey_store_run(store, good ? error : NULL, "ROLLBACK TO second", "") &&
                  survey_store_run(store, good ? error : NULL, "RELEASE second", "");
    return good && undone;
}

static bool decide_second(struct survey_store *store, struct survey_arena *arena, const struct review_mark *mark,
                          const char *value, const struct review_verdict *verdict, const struct survey_actor *actor,
                          struct survey_error *error)
{
    struct review_turns turns;
    bool told = verdict->decision != REVIEW_SKIP;
    if (!try_edit(store, mark, value, actor, error) ||
        !review_turn_keep(store, mark, "second", told ? value : NULL, actor, error) ||
        !review_turns_read(store, arena, mark, &turns, error))
        return false;
    return survey_store_run(store, error, "UPDATE mark SET state = ? WHERE id = ?", "tt",
                            review_turns_differ(&turns) ? "waiting" : "decided", mark->id);
}

bool review_decide(struct survey_store *store, const struct review_mark *mark, struct review_verdict *verdict,
                   const struct survey_actor *actor, struct survey_error *error)
{
    char number[32], now[40];
    const char *value = "", *turn = "";
    if (!mark->item)
        return survey_fail(error, SURVEY_ERROR_INPUT, mark->id, _("the form has no question '%s'"), mark->question);
    struct survey_arena *arena = survey_arena_new();
    struct review_turns turns;
    bool done = review_turns_read(store, arena, mark, &turns, error) &&
                *(turn = find_turn(mark, &turns, verdict, actor->who, error)) &&
                choose_value(mark, verdict, number, &value, error);
    survey_time_text(&actor->now, now);
    if (done && strcmp(turn, "second") == 0)
        done = decide_second(store, arena, mark, value, verdict, actor, error);
    else if (done) // NULL beside what was read: it could not be told
        done = edit(store, mark, value, actor, error) &&
               review_turn_keep(store, mark, turn, verdict->decision == REVIEW_SKIP ? NULL : value, actor, error) &&
               survey_store_run(store, error,
                                "UPDATE mark SET state = 'decided', value = ?, who = ?, decided_at = ? WHERE id = ?",
                                "tttt", verdict->decision == REVIEW_SKIP ? NULL : value, actor->who, now, mark->id);
    survey_arena_free(arena);
    return done && settle(store, mark->response, &verdict->completed, error);
}
