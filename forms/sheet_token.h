// SPDX-License-Identifier: GPL-3.0-or-later
// What the QR on page 1 of a printed sheet says, for the attached list by which phones look a household up.
#pragma once

#include "forms/paper/token.h"
#include "survey/store/store.h"

struct forms_sheet_tokens {
    uint8_t key[PAPER_TOKEN_KEY];
    bool known; // the private file was there
};

void forms_sheet_tokens_read(struct survey_store *store, struct forms_sheet_tokens *tokens);
// For struct phone_options; user is the struct above. False where the key is not known.
bool forms_sheet_token(void *user, struct survey_store *store, int64_t sheet, int64_t form, char text[static 64]);
