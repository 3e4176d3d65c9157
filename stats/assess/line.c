// SPDX-License-Identifier: GPL-3.0-or-later
// Lines and comparisons, by whole numbers where a value is a ratio of whole numbers, so that no
// rounding of the machine can flip a verdict.
#include "stats/assess/assess.h"
#include "survey/base/number.h"

#include <math.h>
#include <string.h>

// Products of two whole numbers that a double holds.
__extension__ typedef __int128 wide;

static const double WHOLE_MAX = 9007199254740992.0; // 2^53

static bool is_whole(double value)
{
    return fabs(value) < WHOLE_MAX && value == rint(value);
}

// value = digits / 10^places, by its shortest decimal text; false for more than 15 digits or 9
// places.
static bool decimal_of(double value, int64_t *digits, int64_t *power)
{
    char text[SURVEY_NUMBER_TEXT], whole[32];
    size_t length = survey_number_text(value, text), count = 0;
    bool point = false;
    *power = 1;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '.' && !point) {
            point = true;
            continue;
        }
        if (!(text[i] == '-' && i == 0) && (text[i] < '0' || text[i] > '9'))
            return false;
        if (count >= 16 || (point && *power >= 1000000000))
            return false;
        whole[count++] = text[i];
        *power *= point ? 10 : 1;
    }
    return survey_integer_parse(whole, count, digits);
}

static int sign_of(wide left, wide right)
{
    return left < right ? -1 : left > right;
}

int stats_compare(double value, double line)
{
    double close = 1e-12 * fmax(1, fabs(line));
    if (fabs(value - line) <= close)
        return 0;
    return value < line ? -1 : 1;
}

int stats_compare_ratio(double numerator, double denominator, double scale, double line)
{
    int64_t digits, power;
    if (!is_whole(numerator) || !is_whole(denominator) || !is_whole(scale) || denominator <= 0 ||
        scale > 1000 || !decimal_of(line, &digits, &power))
        return stats_compare(scale * numerator / denominator, line);
    return sign_of((wide)(int64_t)numerator * (int64_t)scale * power,
                   (wide)digits * (int64_t)denominator);
}

bool stats_op_holds(enum stats_op op, int sign)
{
    switch (op) {
    case STATS_NO_OP:
        return false;
    case STATS_LESS:
        return sign < 0;
    case STATS_LESS_EQUAL:
        return sign <= 0;
    case STATS_GREATER:
        return sign > 0;
    case STATS_GREATER_EQUAL:
        return sign >= 0;
    }
    return false;
}

int stats_figure_compare(const struct stats_figure *figure, double scale, double line)
{
    if (figure->counted)
        return stats_compare_ratio(figure->numerator, figure->denominator, scale, line);
    return stats_compare(figure->value, line);
}

// line * denominator / scale, rounded down and up to whole numbers.
static void limits(double denominator, double scale, double line, double *down, double *up)
{
    int64_t digits, power;
    if (is_whole(denominator) && is_whole(scale) && scale >= 1 &&
        decimal_of(line, &digits, &power)) {
        wide product = (wide)digits * (int64_t)denominator, divisor = (wide)power * (int64_t)scale;
        wide quotient = product / divisor, rest = product % divisor;
        *down = (double)(int64_t)(quotient - (rest < 0));
        *up = (double)(int64_t)(quotient + (rest > 0));
        return;
    }
    double limit = line * denominator / scale, noise = 1e-12 * fmax(1, fabs(limit));
    *down = floor(limit + noise);
    *up = ceil(limit - noise);
}

double stats_margin_count(double numerator, double denominator, double scale, enum stats_op op,
                          double line)
{
    double down, up;
    limits(denominator, scale, line, &down, &up);
    switch (op) {
    case STATS_GREATER:
        return floor(down - numerator + 1e-9);
    case STATS_GREATER_EQUAL:
        return floor(up - 1 - numerator + 1e-9);
    case STATS_LESS:
        return floor(numerator - up + 1e-9);
    case STATS_LESS_EQUAL:
        return floor(numerator - (down + 1) + 1e-9);
    case STATS_NO_OP:
        break;
    }
    return NAN;
}

double stats_unit_scale(const char *unit)
{
    if (strcmp(unit, "%") == 0 || strcmp(unit, "％") == 0)
        return 100;
    return strcmp(unit, "‰") == 0 ? 1000 : 1;
}

static const char *const op_texts[] = {"", "<", "<=", ">", ">="};

bool stats_op_read(const char *text, enum stats_op *op)
{
    static const char *const signs[] = {"", "<", "≤", ">", "≥"};
    for (size_t i = 0; i < sizeof op_texts / sizeof *op_texts; i++)
        if (strcmp(text, op_texts[i]) == 0 || strcmp(text, signs[i]) == 0) {
            *op = (enum stats_op)i;
            return true;
        }
    return false;
}

const char *stats_op_text(enum stats_op op)
{
    return op_texts[op];
}

// The interval lies on one side of the line, or holds it. A limit that is the line itself proves
// only what the line's own comparison grants it.
static enum stats_proof proof_of(const struct stats_indicator *indicator,
                                 const struct stats_estimate *estimate)
{
    int low = stats_compare(estimate->low, indicator->line),
        high = stats_compare(estimate->high, indicator->line);
    if (!isfinite(estimate->low) || !isfinite(estimate->high))
        return STATS_NO_PROOF;
    bool low_crosses = stats_op_holds(indicator->line_op, low),
         high_crosses = stats_op_holds(indicator->line_op, high);
    if (low_crosses && high_crosses)
        return STATS_DISPROVED;
    return low_crosses || high_crosses ? STATS_NOT_PROVED : STATS_PROVED;
}

// Persons or households are counted in a share and in cases, and in a rate of numbers; minutes, yuan and
// points are not: there is no "so many more" of them.
static bool is_of_counts(const struct stats_indicator *indicator, double scale)
{
    switch (indicator->statistic) {
    case STATS_SHARE:
    case STATS_CASES:
        return true;
    case STATS_RATIO:
    case STATS_ADMIN:
    case STATS_EXTERNAL:
    case STATS_DERIVED:
        return scale != 1;
    case STATS_MEAN:
    case STATS_TOTAL:
    case STATS_QUANTILE:
    case STATS_INDEX:
        break;
    }
    return false;
}

void stats_judge(const struct stats_indicator *indicator, struct stats_figure *figure)
{
    double scale = stats_unit_scale(indicator->unit);
    enum stats_op op = indicator->line_op;
    figure->verdict = STATS_NO_LINE;
    figure->proof = STATS_NO_PROOF;
    figure->margin = figure->margin_count = NAN;
    if (op == STATS_NO_OP || figure->missing)
        return;
    figure->verdict = stats_op_holds(op, stats_figure_compare(figure, scale, indicator->line))
                          ? STATS_CROSSED
                          : STATS_WITHIN;
    figure->margin = op == STATS_GREATER || op == STATS_GREATER_EQUAL
                         ? indicator->line - figure->value
                         : figure->value - indicator->line;
    if (figure->counted && figure->denominator > 0 && is_of_counts(indicator, scale))
        figure->margin_count =
            stats_margin_count(figure->numerator, figure->denominator, scale, op, indicator->line);
    if (figure->estimated && strcmp(figure->estimate.interval, "none") != 0)
        figure->proof = proof_of(indicator, &figure->estimate);
}
