// SPDX-License-Identifier: GPL-3.0-or-later
// The token on a printed page: 26 characters of Crockford's base 32, 130 bits: 4 format, 40 sheet
// number, 6 page, 16 tag of the form's version, 64 keyed BLAKE2b of all that.
#pragma once

#include "survey/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PAPER_TOKEN_LENGTH = 26, PAPER_TOKEN_KEY = 32, PAPER_SHEET_LENGTH = 8 };

struct paper_token {
    uint64_t sheet; // 40 bits
    unsigned page;  // from 1 to 63
    uint16_t form;  // tag of the form's version: first 16 bits of its sha256
};

void paper_token_write(const struct paper_token *token, const uint8_t key[static PAPER_TOKEN_KEY],
                       char text[static PAPER_TOKEN_LENGTH + 1]);

enum paper_token_state { PAPER_TOKEN_GOOD, PAPER_TOKEN_MALFORMED, PAPER_TOKEN_FORGED };
// Reads a bare token or a URL that ends in /F/TOKEN; lower case, I L O and hyphens as Crockford has
// them. The keyed part is compared in constant time.
enum paper_token_state paper_token_read(const char *text, size_t length,
                                        const uint8_t key[static PAPER_TOKEN_KEY],
                                        struct paper_token *token);

// A sheet's number as it is printed and named in layout files: 8 characters of the same alphabet.
void paper_sheet_text(uint64_t sheet, char text[static PAPER_SHEET_LENGTH + 1]);
