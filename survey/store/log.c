// SPDX-License-Identifier: GPL-3.0-or-later
// The log: append-only, each entry's hash over the one before it and its own columns.
#include "survey/base/text.h"
#include "survey/store/log.h"
#include "survey/store/store_private.h"

#include <sodium.h>
#include <string.h>

// Each column is led by its length in 8 bytes, little end first, so that no two entries can share
// their bytes.
static void add_column(crypto_generichash_state *state, const char *text)
{
    uint64_t length = strlen(text);
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(length >> (8 * i));
    crypto_generichash_update(state, bytes, sizeof bytes);
    crypto_generichash_update(state, (const unsigned char *)text, length);
}

void survey_log_hash(const uint8_t prev[static SURVEY_LOG_HASH], int64_t seq, const char *const columns[static SURVEY_LOG_COLUMNS],
                     uint8_t hash[static SURVEY_LOG_HASH])
{
    crypto_generichash_state state;
    char number[24];
    crypto_generichash_init(&state, NULL, 0, SURVEY_LOG_HASH);
    crypto_generichash_update(&state, prev, SURVEY_LOG_HASH);
    survey_format_into(number, sizeof number, "%lld", (long long)seq);
    add_column(&state, number);
    for (int i = 0; i < SURVEY_LOG_COLUMNS; i++)
        add_column(&state, columns[i]);
    crypto_generichash_final(&state, hash, SURVEY_LOG_HASH);
}

static bool read_head(struct survey_store *store, int64_t *seq, uint8_t hash[static SURVEY_LOG_HASH], struct survey_error *error)
{
    struct survey_query *query = survey_query(store, error, "SELECT seq, hash FROM log ORDER BY seq DESC LIMIT 1", "");
    if (!query)
        return false;
    *seq = 0;
    memset(hash, 0, SURVEY_LOG_HASH);
    if (survey_query_next(query)) {
        size_t length;
        *seq = survey_query_integer(query, 0);
        const void *blob = survey_query_blob(query, 1, &length);
        if (length == SURVEY_LOG_HASH)
            memcpy(hash, blob, length);
    }
    return survey_query_end(query, error);
}

bool survey_store_log(struct survey_store *store, const struct survey_actor *actor, const char *action,
                      const char *subject, const char *before, const char *after, struct survey_error *error)
{
    int64_t seq;
    uint8_t prev[SURVEY_LOG_HASH], hash[SURVEY_LOG_HASH];
    char at[40];
    if (!read_head(store, &seq, prev, error))
        return false;
    survey_time_text(&actor->now, at);
    const char *columns[SURVEY_LOG_COLUMNS] = {at, actor->who, actor->why ? actor->why : "", action, subject,
                                               actor->round ? actor->round : "", before, after};
    survey_log_hash(prev, seq + 1, columns, hash);
    return survey_store_run(store, error,
                            "INSERT INTO log (seq, at, who, why, action, subject, round, before, after, prev, hash) "
                            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                            "ittttttttbb", seq + 1, columns[0], columns[1], columns[2], columns[3], columns[4],
                            columns[5], columns[6], columns[7], (const void *)prev, sizeof prev, (const void *)hash,
                            sizeof hash);
}

bool survey_store_head(struct survey_store *store, char head[static 65], struct survey_error *error)
{
    int64_t seq;
    uint8_t hash[SURVEY_LOG_HASH];
    if (!read_head(store, &seq, hash, error))
        return false;
    sodium_bin2hex(head, 65, hash, sizeof hash);
    return true;
}

bool survey_log_verify(struct survey_store *store, int64_t *count, struct survey_error *error)
{
    struct survey_query *query = survey_query(
        store, error, "SELECT seq, at, who, why, action, subject, round, before, after, prev, hash FROM log ORDER BY seq", "");
    if (!query)
        return false;
    uint8_t prev[SURVEY_LOG_HASH] = {0}, hash[SURVEY_LOG_HASH];
    int64_t broken = 0;
    *count = 0;
    while (!broken && survey_query_next(query)) {
        const char *columns[SURVEY_LOG_COLUMNS];
        size_t length[2];
        int64_t seq = survey_query_integer(query, 0);
        bool ends = true; // behind a NUL more could be written that no hash covers
        for (int i = 0; i < SURVEY_LOG_COLUMNS; i++) {
            size_t size;
            columns[i] = survey_query_text(query, i + 1);
            survey_query_blob(query, i + 1, &size);
            ends &= strlen(columns[i]) == size;
        }
        survey_log_hash(prev, seq, columns, hash);
        const void *stored_prev = survey_query_blob(query, 9, &length[0]);
        const void *stored = survey_query_blob(query, 10, &length[1]);
        bool sound = ends && seq == *count + 1 && length[0] == sizeof prev && length[1] == sizeof hash &&
                     memcmp(stored_prev, prev, sizeof prev) == 0 && memcmp(stored, hash, sizeof hash) == 0;
        if (!sound)
            broken = seq;
        memcpy(prev, hash, sizeof prev);
        (*count)++;
    }
    if (!survey_query_end(query, error))
        return false;
    if (broken)
        return survey_fail(error, SURVEY_ERROR_INPUT, store->path, _("the log's chain is broken at entry %lld"), (long long)broken);
    return true;
}
