// SPDX-License-Identifier: GPL-3.0-or-later
// UTF-8 by the table of the Unicode standard (table 3-7).
#include "survey/base/utf8.h"

static size_t decode(const unsigned char *at, size_t length, uint32_t *character)
{
    unsigned first = at[0];
    if (first < 0x80) {
        *character = first;
        return 1;
    }
    size_t size = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    if (size == 0 || size > length)
        return 0;
    unsigned low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    unsigned high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (at[1] < low || at[1] > high)
        return 0;
    uint32_t value = first & (0x7fu >> size);
    for (size_t i = 1; i < size; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (at[i] & 0x3f);
    }
    *character = value;
    return size;
}

bool survey_utf8_valid(const char *text, size_t length)
{
    const unsigned char *at = (const unsigned char *)text;
    uint32_t character;
    while (length) {
        size_t size = decode(at, length, &character);
        if (!size)
            return false;
        at += size;
        length -= size;
    }
    return true;
}

size_t survey_utf8_next(const char *text, size_t length, uint32_t *character)
{
    if (!length)
        return 0;
    size_t size = decode((const unsigned char *)text, length, character);
    if (size)
        return size;
    *character = 0xfffd;
    return 1;
}

size_t survey_utf8_put(uint32_t character, char at[static 4])
{
    if (character < 0x80) {
        at[0] = (char)character;
        return 1;
    }
    size_t size = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = size - 1; i > 0; i--, character >>= 6)
        at[i] = (char)(0x80 | (character & 0x3f));
    at[0] = (char)(lead[size] | character);
    return size;
}

size_t survey_utf8_count(const char *text, size_t length)
{
    size_t count = 0;
    uint32_t character;
    for (size_t size; (size = survey_utf8_next(text, length, &character)); count++) {
        text += size;
        length -= size;
    }
    return count;
}

size_t survey_utf8_cut(const char *text, size_t length, size_t limit)
{
    if (length <= limit)
        return length;
    while (limit > 0 && ((unsigned char)text[limit] & 0xc0) == 0x80)
        limit--;
    return limit;
}

bool survey_utf8_is_space(uint32_t c)
{
    return c == ' ' || (c >= 9 && c <= 13) || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
           c == 0x205f || c == 0x3000 || c == 0xfeff;
}

int survey_utf8_width(uint32_t c)
{
    if ((c >= 0x300 && c <= 0x36f) || c == 0x200b || c == 0x200d || (c >= 0xfe00 && c <= 0xfe0f))
        return 0;
    bool wide = (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
                (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
                (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
                (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f300 && c <= 0x1faff) ||
                (c >= 0x20000 && c <= 0x3fffd);
    return wide ? 2 : 1;
}

size_t survey_utf8_columns(const char *text, size_t length)
{
    size_t columns = 0, step;
    uint32_t character;
    for (; (step = survey_utf8_next(text, length, &character)) > 0; text += step, length -= step)
        columns += (size_t)survey_utf8_width(character);
    return columns;
}
