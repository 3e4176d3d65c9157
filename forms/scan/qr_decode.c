// SPDX-License-Identifier: GPL-3.0-or-later
// From modules to text: format, mask, codewords, Reed-Solomon over GF(256), segments. Tables and
// polynomials are those of ISO/IEC 18004:2015, versions 1 to 10.
#include "forms/scan/qr.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_VERSION = 10, MOST_CODEWORDS = 346, MOST_CHECK = 30 };

// Codewords of a version; check codewords a block and blocks, for the levels L, M, Q, H.
static const struct {
    int total;
    int check[4], blocks[4];
    int alignment[3];
} versions[MOST_VERSION + 1] = {
    [1] = {26, {7, 10, 13, 17}, {1, 1, 1, 1}, {0}},
    [2] = {44, {10, 16, 22, 28}, {1, 1, 1, 1}, {6, 18}},
    [3] = {70, {15, 26, 18, 22}, {1, 1, 2, 2}, {6, 22}},
    [4] = {100, {20, 18, 26, 16}, {1, 2, 2, 4}, {6, 26}},
    [5] = {134, {26, 24, 18, 22}, {1, 2, 4, 4}, {6, 30}},
    [6] = {172, {18, 16, 24, 28}, {2, 4, 4, 4}, {6, 34}},
    [7] = {196, {20, 18, 18, 26}, {2, 4, 6, 5}, {6, 22, 38}},
    [8] = {242, {24, 22, 22, 26}, {2, 4, 6, 6}, {6, 24, 42}},
    [9] = {292, {30, 22, 20, 24}, {2, 5, 8, 8}, {6, 26, 46}},
    [10] = {346, {18, 26, 24, 28}, {4, 5, 8, 8}, {6, 28, 50}},
};

static int version_of(int size)
{
    int version = (size - 17) / 4;
    return size == 17 + 4 * version && version >= 1 && version <= MOST_VERSION ? version : 0;
}

// --- GF(256) with x^8 + x^4 + x^3 + x^2 + 1 ---

static uint8_t multiply(uint8_t a, uint8_t b)
{
    unsigned product = 0;
    for (int bit = 7; bit >= 0; bit--)
        product = (product << 1 ^ (product >> 7) * 0x11du) ^ (b >> bit & 1u) * a;
    return (uint8_t)product;
}

static uint8_t power(uint8_t base, int exponent)
{
    uint8_t result = 1;
    for (exponent %= 255; exponent > 0; exponent >>= 1, base = multiply(base, base))
        if (exponent & 1)
            result = multiply(result, base);
    return result;
}

static uint8_t inverse(uint8_t a)
{
    return power(a, 254);
}

static bool syndromes(const uint8_t *block, int length, int check, uint8_t *s)
{
    bool clean = true;
    for (int i = 0; i < check; i++) {
        uint8_t root = power(2, i), sum = 0;
        for (int k = 0; k < length; k++)
            sum = multiply(sum, root) ^ block[k];
        s[i] = sum;
        clean &= sum == 0;
    }
    return clean;
}

// Berlekamp-Massey: the error locator and its degree.
static int locate(const uint8_t *s, int check, uint8_t locator[MOST_CHECK + 1])
{
    uint8_t before[MOST_CHECK + 1] = {1}, next[MOST_CHECK + 1];
    int degree = 0, shift = 1;
    uint8_t last = 1;
    memset(locator, 0, MOST_CHECK + 1);
    locator[0] = 1;
    for (int n = 0; n < check; n++, shift++) {
        uint8_t discrepancy = s[n];
        for (int i = 1; i <= degree; i++)
            discrepancy ^= multiply(locator[i], s[n - i]);
        if (discrepancy == 0)
            continue;
        memcpy(next, locator, sizeof next);
        uint8_t factor = multiply(discrepancy, inverse(last));
        for (int i = 0; i + shift <= check; i++)
            next[i + shift] ^= multiply(factor, before[i]);
        if (2 * degree <= n) {
            memcpy(before, locator, sizeof before);
            degree = n + 1 - degree;
            last = discrepancy;
            shift = 0;
        }
        memcpy(locator, next, sizeof next);
    }
    return degree;
}

// Forney: the values of the errors. False where the locator has not as many roots as its degree.
static bool repair_at_roots(uint8_t *block, int length, int check, const uint8_t *s, const uint8_t *locator, int degree)
{
    uint8_t evaluator[MOST_CHECK] = {0};
    for (int i = 0; i < check; i++)
        for (int k = 0; k <= degree && k <= i; k++)
            evaluator[i] ^= multiply(locator[k], s[i - k]);
    int found = 0;
    for (int position = 0; position < length; position++) {
        uint8_t x = power(2, length - 1 - position), back = inverse(x), value = 0, over = 0, slope = 0, at = 1;
        for (int i = 0; i <= degree; i++, at = multiply(at, back)) {
            value ^= multiply(locator[i], at);
            if (i % 2 == 1)
                slope ^= multiply(locator[i], power(back, i - 1));
        }
        if (value != 0)
            continue;
        at = 1;
        for (int i = 0; i < check; i++, at = multiply(at, back))
            over ^= multiply(evaluator[i], at);
        if (slope == 0)
            return false;
        block[position] ^= multiply(x, multiply(over, inverse(slope)));
        found++;
    }
    return found == degree;
}

// How many codewords were repaired; -1 where there are too many errors.
static int repair(uint8_t *block, int length, int check)
{
    uint8_t s[MOST_CHECK], locator[MOST_CHECK + 1];
    if (syndromes(block, length, check, s))
        return 0;
    int degree = locate(s, check, locator);
    if (degree == 0 || degree * 2 > check || !repair_at_roots(block, length, check, s, locator, degree) ||
        !syndromes(block, length, check, s))
        return -1;
    return degree;
}

// --- Where things stand ---

static bool in_finder(int size, int x, int y)
{
    return (x < 8 && y < 8) || (x >= size - 8 && y < 8) || (x < 8 && y >= size - 8);
}

static int finder_module(int size, int x, int y)
{
    int dx = x < 8 ? abs(x - 3) : abs(x - (size - 4)), dy = y < 8 ? abs(y - 3) : abs(y - (size - 4));
    int ring = dx > dy ? dx : dy;
    return ring != 2 && ring < 4;
}

static int alignment_module(int size, int x, int y)
{
    const int *at = versions[version_of(size)].alignment;
    for (int i = 0; i < 3 && at[i]; i++)
        for (int k = 0; k < 3 && at[k]; k++)
            if (!in_finder(size, at[i], at[k]) && abs(x - at[i]) <= 2 && abs(y - at[k]) <= 2)
                return (abs(x - at[i]) > abs(y - at[k]) ? abs(x - at[i]) : abs(y - at[k])) != 1;
    return -1;
}

int scan_qr_fixed(int size, int x, int y)
{
    if (!version_of(size))
        return -1;
    if (in_finder(size, x, y))
        return finder_module(size, x, y);
    int alignment = alignment_module(size, x, y);
    if (alignment >= 0)
        return alignment;
    return x == 6 || y == 6 ? (x + y) % 2 == 0 : -1;
}

static bool is_data(int size, int x, int y)
{
    if (scan_qr_fixed(size, x, y) >= 0)
        return false;
    if ((y == 8 && (x <= 8 || x >= size - 8)) || (x == 8 && (y <= 8 || y >= size - 8)))
        return false; // format
    return version_of(size) < 7 || !((y < 6 && x >= size - 11) || (x < 6 && y >= size - 11));
}

// The 15 bits of level (2) and mask (3) with their BCH check, masked.
static unsigned format_bits(unsigned data)
{
    unsigned rest = data << 10;
    for (int bit = 14; bit >= 10; bit--)
        if (rest >> bit & 1)
            rest ^= 0x537u << (bit - 10);
    return (data << 10 | rest) ^ 0x5412u;
}

// Level (0 L .. 3 H) and mask, by the nearest of the 32 formats over both copies.
static bool read_format(const uint8_t *modules, int size, int *level, int *mask)
{
    static const int xs[15] = {0, 1, 2, 3, 4, 5, 7, 8, 8, 8, 8, 8, 8, 8, 8}, ys[15] = {8, 8, 8, 8, 8, 8, 8, 8, 7, 5, 4, 3, 2, 1, 0};
    unsigned copies[2] = {0, 0};
    for (int i = 0; i < 15; i++) { // bit 14 first
        copies[0] = copies[0] << 1 | modules[ys[i] * size + xs[i]];
        copies[1] = copies[1] << 1 | (i < 7 ? modules[(size - 1 - i) * size + 8] : modules[8 * size + size - 15 + i]);
    }
    int best = 31;
    for (unsigned data = 0; data < 32; data++) {
        unsigned bits = format_bits(data);
        int distance = __builtin_popcount(bits ^ copies[0]) + __builtin_popcount(bits ^ copies[1]);
        if (distance < best) {
            static const int levels[] = {1, 0, 3, 2};
            best = distance;
            *level = levels[data >> 3];
            *mask = (int)(data & 7);
        }
    }
    return best <= 12;
}

static bool masked(int mask, int x, int y)
{
    switch (mask) {
    case 0: return (x + y) % 2 == 0;
    case 1: return y % 2 == 0;
    case 2: return x % 3 == 0;
    case 3: return (x + y) % 3 == 0;
    case 4: return (y / 2 + x / 3) % 2 == 0;
    case 5: return x * y % 2 + x * y % 3 == 0;
    case 6: return (x * y % 2 + x * y % 3) % 2 == 0;
    default: return ((x + y) % 2 + x * y % 3) % 2 == 0;
    }
}

// The codewords along the zigzag from the bottom right.
static void read_codewords(const uint8_t *modules, int size, int mask, uint8_t *codewords, int total)
{
    int bit = 0;
    memset(codewords, 0, (size_t)total);
    for (int right = size - 1; right > 0; right -= right == 8 ? 3 : 2) { // 8: beside the timing column
        bool up = (right > 6 ? (size - 1 - right) / 2 : (size - 2 - right) / 2) % 2 == 0;
        for (int i = 0; i < size; i++)
            for (int column = 0; column < 2; column++) {
                int x = right - column, y = up ? size - 1 - i : i;
                if (!is_data(size, x, y) || bit >= total * 8)
                    continue;
                unsigned dark = modules[y * size + x] ^ (unsigned)masked(mask, x, y);
                codewords[bit / 8] |= (uint8_t)(dark << (7 - bit % 8));
                bit++;
            }
    }
}

// Sorts codewords into blocks, repairs each, and gives the data in order; -1 beyond repair.
static int collect(const uint8_t *codewords, int version, int level, uint8_t *data, struct scan_qr *qr)
{
    int total = versions[version].total, blocks = versions[version].blocks[level], check = versions[version].check[level];
    int length = total / blocks, longer_from = blocks - total % blocks, short_data = length - check, count = 0;
    qr->errors = 0;
    qr->capacity = blocks * (check / 2);
    for (int b = 0; b < blocks; b++) {
        uint8_t block[MOST_CODEWORDS];
        int size = short_data + (b >= longer_from), at = 0;
        for (int i = 0; i < size; i++)
            block[at++] = codewords[i < short_data ? i * blocks + b : short_data * blocks + b - longer_from];
        for (int i = 0; i < check; i++)
            block[at++] = codewords[total - check * blocks + i * blocks + b];
        int errors = repair(block, at, check);
        if (errors < 0)
            return -1;
        qr->errors += errors;
        memcpy(data + count, block, (size_t)size);
        count += size;
    }
    return count;
}

// --- Segments ---

struct bits {
    const uint8_t *at;
    int used, count;
};

static unsigned take(struct bits *bits, int count)
{
    unsigned value = 0;
    for (; count > 0; count--, bits->used++)
        value = value << 1 | (bits->used < bits->count ? bits->at[bits->used / 8] >> (7 - bits->used % 8) & 1u : 0);
    return value;
}

static void put(struct scan_qr *qr, char c)
{
    if (qr->length + 1 < sizeof qr->text)
        qr->text[qr->length++] = c;
}

static void take_alphanumeric(struct bits *bits, unsigned count, struct scan_qr *qr)
{
    static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    for (; count > 1 && bits->used < bits->count; count -= 2) {
        unsigned pair = take(bits, 11);
        put(qr, alphabet[pair / 45 % 45]);
        put(qr, alphabet[pair % 45]);
    }
    if (count == 1 && bits->used < bits->count)
        put(qr, alphabet[take(bits, 6) % 45]);
}

static void take_numeric(struct bits *bits, unsigned count, struct scan_qr *qr)
{
    for (; count > 0 && bits->used < bits->count; count -= count > 3 ? 3 : count) {
        unsigned digits = count > 3 ? 3 : count, value = take(bits, digits == 3 ? 10 : digits == 2 ? 7 : 4);
        if (digits == 3)
            put(qr, (char)('0' + value / 100 % 10));
        if (digits >= 2)
            put(qr, (char)('0' + value / 10 % 10));
        put(qr, (char)('0' + value % 10));
    }
}

static bool read_segments(const uint8_t *data, int count, int version, struct scan_qr *qr)
{
    struct bits bits = {data, 0, count * 8};
    bool large = version >= 10;
    qr->length = 0;
    while (bits.used + 4 <= bits.count) {
        unsigned mode = take(&bits, 4);
        if (mode == 0)
            break;
        if (mode == 1)
            take_numeric(&bits, take(&bits, large ? 12 : 10), qr);
        else if (mode == 2)
            take_alphanumeric(&bits, take(&bits, large ? 11 : 9), qr);
        else if (mode == 4)
            for (unsigned left = take(&bits, large ? 16 : 8); left > 0 && bits.used < bits.count; left--)
                put(qr, (char)take(&bits, 8));
        else
            return false; // kanji, ECI and structured append are never ours
    }
    qr->text[qr->length] = '\0';
    return bits.used <= bits.count;
}

bool scan_qr_decode(const uint8_t *modules, int size, struct scan_qr *qr)
{
    uint8_t codewords[MOST_CODEWORDS], data[MOST_CODEWORDS];
    int version = version_of(size), level = 0, mask = 0;
    if (!version || !read_format(modules, size, &level, &mask))
        return false;
    read_codewords(modules, size, mask, codewords, versions[version].total);
    int count = collect(codewords, version, level, data, qr);
    return count > 0 && read_segments(data, count, version, qr);
}
