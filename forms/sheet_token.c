// SPDX-License-Identifier: GPL-3.0-or-later
// The token of a sheet's first page, made again from the sheet's number, its form and the key.
#include "forms/sheet_token.h"

#include <string.h>

void forms_sheet_tokens_read(struct survey_store *store, struct forms_sheet_tokens *tokens)
{
    const uint8_t *key;
    size_t length;
    tokens->known = survey_store_key(store, "token", &key, &length, NULL) && length == sizeof tokens->key;
    if (tokens->known)
        memcpy(tokens->key, key, sizeof tokens->key);
}

bool forms_sheet_token(void *user, struct survey_store *store, int64_t sheet, int64_t form, char text[static 64])
{
    const struct forms_sheet_tokens *tokens = user;
    size_t size = 0;
    struct survey_query *query =
        tokens->known ? survey_query(store, NULL, "SELECT substr(sha256, 1, 2) FROM form WHERE id = ?", "i", form) : NULL;
    if (!query)
        return false;
    const uint8_t *tag = survey_query_next(query) ? survey_query_blob(query, 0, &size) : NULL;
    struct paper_token token = {.sheet = (uint64_t)sheet, .page = 1,
                                .form = tag && size == 2 ? (uint16_t)(tag[0] << 8 | tag[1]) : 0};
    if (!survey_query_end(query, NULL) || size != 2)
        return false;
    paper_token_write(&token, tokens->key, text);
    return true;
}
