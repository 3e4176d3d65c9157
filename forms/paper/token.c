// SPDX-License-Identifier: GPL-3.0-or-later
// The token: 66 bits of content and 64 of keyed BLAKE2b, in Crockford's base 32.
#include "forms/paper/token.h"

#include <sodium.h>
#include <string.h>

enum { FORMAT = 1, BITS = 130, CONTENT = 66, MAC_BYTES = 8, BYTES = 17, CONTENT_BYTES = 9 };

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static void put_bits(uint8_t bytes[static BYTES], unsigned *at, unsigned count, uint64_t value)
{
    while (count--) {
        if (value >> count & 1)
            bytes[*at / 8] |= (uint8_t)(0x80 >> (*at % 8));
        (*at)++;
    }
}

static uint64_t get_bits(const uint8_t bytes[static BYTES], unsigned *at, unsigned count)
{
    uint64_t value = 0;
    for (; count--; (*at)++)
        value = value << 1 | (bytes[*at / 8] >> (7 - *at % 8) & 1);
    return value;
}

static void seal(const uint8_t content[static CONTENT_BYTES], const uint8_t key[static PAPER_TOKEN_KEY], uint8_t mac[static MAC_BYTES])
{
    uint8_t whole[crypto_generichash_BYTES_MIN];
    crypto_generichash(whole, sizeof whole, content, CONTENT_BYTES, key, PAPER_TOKEN_KEY);
    memcpy(mac, whole, MAC_BYTES);
}

void paper_token_write(const struct paper_token *token, const uint8_t key[static PAPER_TOKEN_KEY], char text[static PAPER_TOKEN_LENGTH + 1])
{
    uint8_t bytes[BYTES] = {0}, content[CONTENT_BYTES], mac[MAC_BYTES];
    unsigned at = 0;
    put_bits(bytes, &at, 4, FORMAT);
    put_bits(bytes, &at, 40, token->sheet);
    put_bits(bytes, &at, 6, token->page);
    put_bits(bytes, &at, 16, token->form);
    memcpy(content, bytes, sizeof content);
    seal(content, key, mac);
    for (int i = 0; i < MAC_BYTES; i++)
        put_bits(bytes, &at, 8, mac[i]);
    at = 0;
    for (int i = 0; i < PAPER_TOKEN_LENGTH; i++)
        text[i] = alphabet[get_bits(bytes, &at, 5)];
    text[PAPER_TOKEN_LENGTH] = '\0';
}

// Crockford's reading: case does not matter, I and L are 1, O is 0.
static int digit_of(char c)
{
    c = (char)(c >= 'a' && c <= 'z' ? c - 32 : c);
    c = (char)(c == 'I' || c == 'L' ? '1' : c == 'O' ? '0' : c);
    const char *found = c ? strchr(alphabet, c) : NULL;
    return found ? (int)(found - alphabet) : -1;
}

enum paper_token_state paper_token_read(const char *text, size_t length, const uint8_t key[static PAPER_TOKEN_KEY], struct paper_token *token)
{
    uint8_t bytes[BYTES] = {0}, content[CONTENT_BYTES] = {0}, mac[MAC_BYTES], given[MAC_BYTES];
    unsigned at = 0, digits = 0;
    for (size_t i = 0; i < length; i++) // a URL ends in /F/TOKEN
        if (text[i] == '/') {
            length -= i + 1;
            text += i + 1;
            i = (size_t)-1;
        }
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '-' || text[i] == ' ')
            continue;
        int digit = digit_of(text[i]);
        if (digit < 0 || digits++ == PAPER_TOKEN_LENGTH)
            return PAPER_TOKEN_MALFORMED;
        put_bits(bytes, &at, 5, (uint64_t)digit);
    }
    if (digits != PAPER_TOKEN_LENGTH)
        return PAPER_TOKEN_MALFORMED;
    at = 0;
    uint64_t format = get_bits(bytes, &at, 4);
    struct paper_token read = {.sheet = get_bits(bytes, &at, 40)};
    read.page = (unsigned)get_bits(bytes, &at, 6);
    read.form = (uint16_t)get_bits(bytes, &at, 16);
    for (int i = 0; i < MAC_BYTES; i++)
        given[i] = (uint8_t)get_bits(bytes, &at, 8);
    if (format != FORMAT || !read.page)
        return PAPER_TOKEN_MALFORMED;
    memcpy(content, bytes, CONTENT_BYTES - 1);
    content[CONTENT_BYTES - 1] = bytes[CONTENT_BYTES - 1] & 0xc0; // the last two bits of the content
    seal(content, key, mac);
    if (sodium_memcmp(mac, given, MAC_BYTES) != 0)
        return PAPER_TOKEN_FORGED;
    *token = read;
    return PAPER_TOKEN_GOOD;
}

void paper_sheet_text(uint64_t sheet, char text[static PAPER_SHEET_LENGTH + 1])
{
    for (int i = 0; i < PAPER_SHEET_LENGTH; i++)
        text[i] = alphabet[sheet >> (5 * (PAPER_SHEET_LENGTH - 1 - i)) & 31];
    text[PAPER_SHEET_LENGTH] = '\0';
}
