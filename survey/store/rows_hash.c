// SPDX-License-Identifier: GPL-3.0-or-later
// Hashes of the rows of a query.
#include "survey/store/rows_hash.h"

#include "survey/store/store_private.h"

#include <sodium.h>
#include <string.h>

static void little(uint64_t number, unsigned char bytes[static 8])
{
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(number >> (8 * i));
}

static void add(crypto_generichash_state *state, char type, const void *bytes, size_t length)
{
    unsigned char head[9] = {(unsigned char)type};
    little(length, head + 1);
    crypto_generichash_update(state, head, sizeof head);
    if (length)
        crypto_generichash_update(state, bytes, length);
}

static void add_value(crypto_generichash_state *state, struct survey_query *query, int column)
{
    unsigned char bytes[8];
    uint64_t bits;
    size_t length;
    const void *text;
    double number;
    switch (sqlite3_column_type(query->statement, column)) {
    case SQLITE_NULL:
        add(state, 'n', "", 0);
        break;
    case SQLITE_INTEGER:
        little((uint64_t)survey_query_integer(query, column), bytes);
        add(state, 'i', bytes, sizeof bytes);
        break;
    case SQLITE_FLOAT:
        number = survey_query_number(query, column);
        memcpy(&bits, &number, sizeof bits);
        little(bits, bytes);
        add(state, 'r', bytes, sizeof bytes);
        break;
    default:
        text = survey_query_blob(query, column, &length);
        add(state, 't', text, length);
    }
}

// Ends the query, which may be NULL.
static bool hash_rows(struct survey_query *query, char hash[static 65], struct survey_error *error)
{
    crypto_generichash_state state;
    uint8_t digest[32];
    crypto_generichash_init(&state, NULL, 0, sizeof digest);
    while (query && survey_query_next(query))
        for (int i = 0; i < survey_query_columns(query); i++)
            add_value(&state, query, i);
    crypto_generichash_final(&state, digest, sizeof digest);
    sodium_bin2hex(hash, 65, digest, sizeof digest);
    return query && survey_query_end(query, error);
}

bool survey_weight_hash(struct survey_store *store, const char *round, int64_t step, char hash[static 65], struct survey_error *error)
{
    return hash_rows(survey_query(store, error, "SELECT response, method, value FROM weight WHERE round = ? AND step = ? ORDER BY response", "ti",
                                  round, step), hash, error);
}

bool survey_admin_hash(struct survey_store *store, char hash[static 65], struct survey_error *error)
{
    return hash_rows(survey_query(store, error, "SELECT unit, name, round, value, source, date FROM admin ORDER BY unit, name, round", ""), hash, error);
}
