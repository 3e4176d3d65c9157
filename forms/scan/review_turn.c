// SPDX-License-Identifier: GPL-3.0-or-later
// Double review: which marks two people decide, who decided what of a mark, and what is kept of each decision.
#include "forms/scan/review.h"

#include "survey/base/arena.h"
#include "survey/base/number.h"
#include "survey/base/text.h"

#include <sodium.h>
#include <string.h>

bool review_share_parse(const char *text, double *share, struct survey_error *error)
{
    size_t length = strlen(text);
    bool percent = length && text[length - 1] == '%';
    double value;
    if (!survey_number_parse(text, length - percent, &value) || !(value > 0) || value > (percent ? 100 : 1))
        return survey_fail(error, SURVEY_ERROR_USAGE, "--double", _("'%s' is no share such as 5%%"), text);
    *share = percent ? value / 100 : value;
    return true;
}

bool review_double_open(struct survey_store *store, double share, struct review_double *twice,
                        struct survey_error *error)
{
    struct survey_query *query = survey_query(store, error, "SELECT value FROM evaluation WHERE key = 'id'", "");
    *twice = (struct review_double){.share = share};
    if (!query)
        return false;
    if (survey_query_next(query))
        survey_format_into(twice->salt, sizeof twice->salt, "%s", survey_query_text(query, 0));
    return survey_query_end(query, error);
}

bool review_is_doubled(const struct review_double *twice, const char *mark)
{
    uint8_t hash[crypto_generichash_BYTES];
    uint64_t number = 0;
    if (twice->share <= 0)
        return false;
    crypto_generichash(hash, sizeof hash, (const uint8_t *)mark, strlen(mark), (const uint8_t *)twice->salt,
                       strlen(twice->salt));
    for (int i = 0; i < 7; i++)
        number = number << 8 | hash[i];
    return (double)(number >> 3) < twice->share * 0x1p53;
}

bool review_turns_read(struct survey_store *store, struct survey_arena *arena, const struct review_mark *mark,
                       struct review_turns *turns, struct survey_error *error)
{
    struct survey_query *query = survey_query(
        store, error, "SELECT turn, who, value FROM decision WHERE mark = ? ORDER BY rowid", "t", mark->id);
    *turns = (struct review_turns){0};
    if (!query)
        return false;
    while (survey_query_next(query)) {
        const char *turn = survey_query_text(query, 0), *who = survey_arena_strdup(arena, survey_query_text(query, 1));
        const char *value =
            survey_query_null(query, 2) ? NULL : survey_arena_strdup(arena, survey_query_text(query, 2));
        if (strcmp(turn, "first") == 0)
            turns->first.who = who, turns->first.value = value;
        else if (strcmp(turn, "second") == 0)
            turns->second.who = who, turns->second.value = value;
        else
            turns->third.who = who, turns->third.value = value;
    }
    if (!survey_query_end(query, error))
        return false;
    if (!turns->first.who && *mark->who) // decided before the table of decisions was there
        turns->first.who = mark->who, turns->first.value = mark->value;
    return true;
}

static bool same(const char *one, const char *other)
{
    return one && other ? strcmp(one, other) == 0 : one == other;
}

bool review_turns_differ(const struct review_turns *turns)
{
    return turns->first.who && turns->second.who && !turns->third.who && !same(turns->first.value, turns->second.value);
}

bool review_waits_second(const struct review_double *twice, const struct review_mark *mark,
                         const struct review_turns *turns, const char *who)
{
    return strcmp(mark->state, "decided") == 0 && turns->first.who && !turns->second.who && !turns->third.who &&
           strcmp(turns->first.who, who) != 0 && review_is_doubled(twice, mark->id);
}

// Values as they are compared: choices in the order of the list, writing without spaces that nobody sees.
static void put_plain(const struct review_mark *mark, const char *value, struct survey_buffer *plain)
{
    const struct survey_choice_list *list =
        mark->item && mark->item->type == SURVEY_TYPE_SELECT_MULTIPLE ? mark->item->list : NULL;
    for (size_t i = 0; list && i < list->count; i++) {
        size_t length = strlen(list->choices[i].name);
        for (const char *at = value; *(at += strspn(at, " ")); at += strcspn(at, " "))
            if (strcspn(at, " ") == length && strncmp(at, list->choices[i].name, length) == 0) {
                survey_format(plain, "%s%s", plain->length ? " " : "", list->choices[i].name);
                break;
            }
    }
    for (const char *at = value; !list && *(at += strspn(at, " \t\r\n")); at += strcspn(at, " \t\r\n"))
        survey_format(plain, "%s%.*s", plain->length ? " " : "", (int)strcspn(at, " \t\r\n"), at);
}

static bool insert(struct survey_store *store, const char *mark, const char *turn, const char *value, const char *who,
                   const char *why, const char *when, struct survey_error *error)
{
    char id[48];
    survey_store_new_id(id);
    return survey_store_run(
        store, error, "INSERT INTO decision (id, mark, turn, value, who, why, made_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        "ttttttt", id, mark, turn, value, who, why, when);
}

bool review_turn_keep(struct survey_store *store, const struct review_mark *mark, const char *turn, const char *value,
                      const struct survey_actor *actor, struct survey_error *error)
{
    char now[40];
    struct survey_buffer plain = SURVEY_BUFFER(1 << 22), before = SURVEY_BUFFER(1 << 22);
    put_plain(mark, mark->value ? mark->value : "", &before);
    survey_time_text(&actor->now, now);
    // What was decided before the table of decisions was there becomes its first row.
    bool done = !*mark->who ||
                survey_store_count(store, 1, "SELECT count(*) FROM decision WHERE mark = ?", "t", mark->id) > 0 ||
                insert(store, mark->id, "first", mark->value ? survey_buffer_string(&before) : NULL, mark->who, "", mark->decided_at, error);
    if (value)
        put_plain(mark, value, &plain);
    done = done && insert(store, mark->id, turn, value ? survey_buffer_string(&plain) : NULL, actor->who, actor->why,
                          now, error);
    survey_buffer_clear(&plain);
    survey_buffer_clear(&before);
    return done;
}
