// SPDX-License-Identifier: GPL-3.0-or-later
// Exact decimal conversions by small big integers. A double is m * 2^k, so that m * 5^-k is its
// decimal expansion but for the point; a text is rounded by comparing it with the midpoint between
// two neighbouring doubles. Both are exact, and the same on every machine.
#include "survey/base/number.h"

#include <math.h>
#include <string.h>

// --- big integers, little-endian limbs ----------------------------------------------------------

enum { LIMBS = 128, DIGITS = 800 }; // 4096 bits hold 5^1074 * 2^53 and 10^(400+800)

struct big {
    size_t count;
    uint32_t limb[LIMBS];
};

static void big_set(struct big *big, uint64_t value)
{
    big->count = 0;
    for (; value; value >>= 32)
        big->limb[big->count++] = (uint32_t)value;
}

static void big_multiply(struct big *big, uint32_t factor, uint32_t add)
{
    uint64_t carry = add;
    for (size_t i = 0; i < big->count; i++) {
        carry += (uint64_t)big->limb[i] * factor;
        big->limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry && big->count < LIMBS)
        big->limb[big->count++] = (uint32_t)carry;
}

static void big_power(struct big *big, uint32_t base, int exponent)
{
    uint32_t step = base == 10 ? 1000000000u : 1220703125u; // 10^9, 5^13
    int size = base == 10 ? 9 : 13;
    for (; exponent >= size; exponent -= size)
        big_multiply(big, step, 0);
    for (; exponent > 0; exponent--)
        big_multiply(big, base, 0);
}

static void big_shift(struct big *big, int bits)
{
    size_t limbs = (size_t)bits / 32;
    if (big->count == 0)
        return;
    if (limbs) {
        memmove(big->limb + limbs, big->limb, big->count * sizeof *big->limb);
        memset(big->limb, 0, limbs * sizeof *big->limb);
        big->count += limbs;
    }
    big_multiply(big, 1u << (bits % 32), 0);
}

static int big_compare(const struct big *a, const struct big *b)
{
    if (a->count != b->count)
        return a->count < b->count ? -1 : 1;
    for (size_t i = a->count; i-- > 0;)
        if (a->limb[i] != b->limb[i])
            return a->limb[i] < b->limb[i] ? -1 : 1;
    return 0;
}

static uint32_t big_divide(struct big *big, uint32_t divisor)
{
    uint64_t rest = 0;
    for (size_t i = big->count; i-- > 0;) {
        rest = rest << 32 | big->limb[i];
        big->limb[i] = (uint32_t)(rest / divisor);
        rest %= divisor;
    }
    while (big->count && !big->limb[big->count - 1])
        big->count--;
    return (uint32_t)rest;
}

// --- text to number -----------------------------------------------------------------------------

struct decimal { // 0.d1d2d3... * 10^point
    char digits[DIGITS + 1];
    int count;
    int point;
};

static bool read_decimal(const char *text, size_t length, bool *negative, struct decimal *decimal)
{
    size_t at = 0;
    bool seen = false, dot = false, sticky = false;
    *negative = length && text[0] == '-';
    if (length && (text[0] == '-' || text[0] == '+'))
        at++;
    decimal->count = decimal->point = 0;
    for (; at < length && (text[at] == '.' || (text[at] >= '0' && text[at] <= '9')); at++) {
        if (text[at] == '.') {
            if (dot)
                return false;
            dot = true;
            continue;
        }
        seen = true;
        if (decimal->count == 0 && text[at] == '0') {
            decimal->point -= dot;
            continue;
        }
        if (decimal->count < DIGITS - 1)
            decimal->digits[decimal->count++] = (char)(text[at] - '0');
        else
            sticky |= text[at] != '0';
        decimal->point += !dot;
    }
    if (sticky)
        decimal->digits[decimal->count++] = 1;
    if (!seen)
        return false;
    if (at == length)
        return true;
    if (text[at] != 'e' && text[at] != 'E')
        return false;
    at++;
    bool down = at < length && text[at] == '-';
    if (at < length && (text[at] == '-' || text[at] == '+'))
        at++;
    int exponent = 0;
    if (at == length)
        return false;
    for (; at < length; at++) {
        if (text[at] < '0' || text[at] > '9')
            return false;
        if (exponent < 100000)
            exponent = exponent * 10 + (text[at] - '0');
    }
    decimal->point += down ? -exponent : exponent;
    return true;
}

// Compares the decimal with significand * 2^exponent.
static int compare_decimal(const struct decimal *decimal, uint64_t significand, int exponent)
{
    struct big left, right;
    big_set(&left, 0);
    for (int i = 0; i < decimal->count; i++) {
        if (left.count == 0 && decimal->digits[i])
            big_set(&left, (uint64_t)decimal->digits[i]);
        else
            big_multiply(&left, 10, (uint32_t)decimal->digits[i]);
    }
    big_set(&right, significand);
    int ten = decimal->point - decimal->count;
    big_power(ten > 0 ? &left : &right, 10, ten > 0 ? ten : -ten);
    big_shift(exponent > 0 ? &right : &left, exponent > 0 ? exponent : -exponent);
    return big_compare(&left, &right);
}

static double power_of_ten(int exponent)
{
    static const double exact[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    double power = 1;
    for (; exponent > 22; exponent -= 22)
        power *= 1e22;
    return power * exact[exponent];
}

// A double within a few units in the last place, found by ordinary arithmetic.
static double near_decimal(const struct decimal *decimal)
{
    double value = 0;
    int used = decimal->count < 18 ? decimal->count : 18;
    for (int i = 0; i < used; i++)
        value = value * 10 + decimal->digits[i];
    int exponent = decimal->point - used;
    for (; exponent < -300; exponent += 300)
        value /= 1e300;
    if (exponent < 0)
        return value / power_of_ten(-exponent);
    return value * power_of_ten(exponent);
}

static double round_decimal(const struct decimal *decimal)
{
    double value = near_decimal(decimal);
    if (isinf(value))
        value = 0x1.fffffffffffffp1023;
    for (;;) {
        int exponent;
        double fraction = frexp(value, &exponent);
        int bits = exponent < -1021 ? 1074 + exponent : 53;
        uint64_t significand = bits > 0 ? (uint64_t)ldexp(fraction, bits) : 0;
        int scale = bits > 0 ? exponent - bits : -1074;
        // Above the midpoint to the next double, or on it and odd: go up.
        int up = compare_decimal(decimal, significand * 2 + 1, scale - 1);
        if (up > 0 || (up == 0 && (significand & 1))) {
            if (value == 0x1.fffffffffffffp1023)
                return INFINITY;
            value = nextafter(value, INFINITY);
            continue;
        }
        if (significand == 0)
            return value;
        bool edge = significand == 1ull << 52 && scale > -1074; // the gap below is half as wide
        int down = edge ? compare_decimal(decimal, significand * 4 - 1, scale - 2)
                        : compare_decimal(decimal, significand * 2 - 1, scale - 1);
        if (down < 0 || (down == 0 && (significand & 1) && !edge)) {
            value = nextafter(value, 0);
            continue;
        }
        return value;
    }
}

bool survey_number_parse(const char *text, size_t length, double *value)
{
    struct decimal decimal;
    bool negative;
    if (!read_decimal(text, length, &negative, &decimal))
        return false;
    double found;
    int ten = decimal.point - decimal.count;
    if (decimal.count == 0 || decimal.point < -330)
        found = 0;
    else if (decimal.point > 310)
        found = INFINITY;
    else if (decimal.count <= 15 && ten >= -22 && ten <= 22)
        found = near_decimal(&decimal); // one exact operation on exact numbers
    else
        found = round_decimal(&decimal);
    *value = negative ? -found : found;
    return true;
}

bool survey_integer_parse(const char *text, size_t length, int64_t *value)
{
    size_t at = length && (text[0] == '-' || text[0] == '+');
    if (at == length)
        return false;
    int64_t found = 0;
    for (; at < length; at++) {
        if (text[at] < '0' || text[at] > '9')
            return false;
        int digit = text[at] - '0';
        if (__builtin_mul_overflow(found, 10, &found) ||
            __builtin_sub_overflow(found, digit, &found))
            return false;
    }
    if (text[0] != '-' && __builtin_sub_overflow(0, found, &found))
        return false;
    *value = found;
    return true;
}

// --- number to text -----------------------------------------------------------------------------

// All digits of a finite positive value.
struct expansion { // 0.d1d2... * 10^point
    char digits[1100];
    int count;
    int point;
};

static void expand(double value, struct expansion *expansion)
{
    int exponent;
    uint64_t significand = (uint64_t)ldexp(frexp(value, &exponent), 53);
    exponent -= 53;
    while (!(significand & 1)) {
        significand >>= 1;
        exponent++;
    }
    struct big big;
    big_set(&big, significand);
    if (exponent >= 0)
        big_shift(&big, exponent);
    else
        big_power(&big, 5, -exponent);
    int at = (int)sizeof expansion->digits;
    while (big.count) {
        uint32_t part = big_divide(&big, 1000000000u);
        for (int i = 0; i < 9; i++, part /= 10)
            expansion->digits[--at] = (char)(part % 10);
    }
    while (at < (int)sizeof expansion->digits && !expansion->digits[at])
        at++;
    expansion->count = (int)sizeof expansion->digits - at;
    memmove(expansion->digits, expansion->digits + at, (size_t)expansion->count);
    expansion->point = expansion->count + (exponent < 0 ? exponent : 0);
}

// Rounds to keep digits, half to even on the exact value; keep may be 0 or less.
static void cut(struct expansion *expansion, int keep)
{
    if (keep >= expansion->count)
        return;
    if (keep < 0) {
        expansion->count = 0;
        return;
    }
    bool rest = false;
    for (int i = keep + 1; i < expansion->count; i++)
        rest |= expansion->digits[i] != 0;
    int next = expansion->digits[keep];
    bool odd = keep > 0 && (expansion->digits[keep - 1] & 1);
    bool up = next > 5 || (next == 5 && (rest || odd));
    expansion->count = keep;
    if (!up)
        return;
    int at = keep;
    while (at > 0 && expansion->digits[at - 1] == 9)
        expansion->digits[--at] = 0;
    if (at > 0) {
        expansion->digits[at - 1]++;
        return;
    }
    memmove(expansion->digits + 1, expansion->digits, (size_t)keep);
    expansion->digits[0] = 1;
    expansion->count = keep + 1;
    expansion->point++;
}

static void strip(struct expansion *expansion)
{
    while (expansion->count && !expansion->digits[expansion->count - 1])
        expansion->count--;
}

static double value_of(const struct expansion *expansion)
{
    struct decimal decimal = {.count = expansion->count, .point = expansion->point};
    memcpy(decimal.digits, expansion->digits, (size_t)expansion->count);
    return round_decimal(&decimal);
}

static void shortest(double value, struct expansion *expansion)
{
    struct expansion whole;
    expand(value, &whole);
    for (int keep = value < 0x1p-1000 ? 1 : 15; keep <= 17; keep++) { // subnormals need fewer
        *expansion = whole;
        cut(expansion, keep);
        strip(expansion);
        if (keep == 17 || value_of(expansion) == value)
            return;
    }
}

static size_t put(char *text, const char *word)
{
    size_t length = strlen(word);
    memcpy(text, word, length + 1);
    return length;
}

// Plain notation, with exactly decimals digits behind the point, or as many as there are for -1.
static size_t put_plain(const struct expansion *expansion, int decimals, char *text)
{
    size_t length = 0;
    for (int i = 0; i < expansion->point; i++)
        text[length++] = (char)('0' + (i < expansion->count ? expansion->digits[i] : 0));
    if (expansion->point <= 0)
        text[length++] = '0';
    int wanted = decimals >= 0 ? decimals : expansion->count - expansion->point;
    if (wanted > 0)
        text[length++] = '.';
    for (int i = 0; i < wanted; i++) {
        int at = expansion->point + i;
        text[length++] = (char)('0' + (at >= 0 && at < expansion->count ? expansion->digits[at] : 0));
    }
    text[length] = '\0';
    return length;
}

static size_t put_scientific(const struct expansion *expansion, char *text)
{
    size_t length = 0;
    text[length++] = (char)('0' + expansion->digits[0]);
    if (expansion->count > 1)
        text[length++] = '.';
    for (int i = 1; i < expansion->count; i++)
        text[length++] = (char)('0' + expansion->digits[i]);
    int exponent = expansion->point - 1;
    text[length++] = 'e';
    text[length++] = exponent < 0 ? '-' : '+';
    exponent = exponent < 0 ? -exponent : exponent;
    char digits[4];
    int count = 0;
    do {
        digits[count++] = (char)('0' + exponent % 10);
        exponent /= 10;
    } while (exponent);
    while (count)
        text[length++] = digits[--count];
    text[length] = '\0';
    return length;
}

static bool put_special(double value, char *text, size_t *length)
{
    if (isnan(value))
        *length = put(text, "NaN");
    else if (isinf(value))
        *length = put(text, value < 0 ? "-Infinity" : "Infinity");
    else if (value == 0)
        *length = put(text, "0");
    else
        return false;
    return true;
}

size_t survey_number_text(double value, char text[static SURVEY_NUMBER_TEXT])
{
    size_t length;
    if (put_special(value, text, &length))
        return length;
    size_t sign = value < 0;
    text[0] = '-';
    struct expansion expansion;
    shortest(fabs(value), &expansion);
    bool plain = expansion.point > -6 && expansion.point <= 21;
    return sign + (plain ? put_plain(&expansion, -1, text + sign)
                         : put_scientific(&expansion, text + sign));
}

size_t survey_number_fixed(double value, int decimals, enum survey_rounding rounding,
                           char text[static SURVEY_NUMBER_TEXT])
{
    size_t length;
    if (!isfinite(value) || fabs(value) >= 1e100)
        return survey_number_text(value, text);
    if (decimals > 30)
        decimals = 30;
    struct expansion expansion = {.count = 0};
    if (value != 0) {
        if (rounding == SURVEY_ROUND_EXACT)
            expand(fabs(value), &expansion);
        else
            shortest(fabs(value), &expansion);
        int keep = expansion.point + decimals;
        bool half = rounding == SURVEY_HALF_UP && keep >= 0 && keep < expansion.count &&
                    expansion.digits[keep] == 5;
        if (half)
            expansion.digits[keep] = 6; // a five goes up, whatever follows
        cut(&expansion, keep);
        strip(&expansion);
    }
    size_t sign = value < 0 && expansion.count > 0;
    text[0] = '-';
    if (expansion.count == 0)
        expansion.point = 0;
    length = put_plain(&expansion, decimals, text + sign);
    return sign + length;
}
