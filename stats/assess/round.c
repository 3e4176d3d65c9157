// SPDX-License-Identifier: GPL-3.0-or-later
// Rounding for print, by the decimal digits that a person would write down.
#include "stats/assess/assessment.h"
#include "survey/base/number.h"

#include <math.h>

double stats_round(double value, int decimals, bool half_even)
{
    char text[SURVEY_NUMBER_TEXT];
    double clean = value, rounded = value;
    if (!isfinite(value) || fabs(value) >= 1e15)
        return value;
    // 100 * 5633 / 20000 is a hair beside 28.165: the digits beyond 1e-9 are the machine's.
    int noise = decimals + 2 > 9 ? decimals + 2 : 9;
    survey_number_parse(text, survey_number_fixed(value, noise, SURVEY_HALF_EVEN, text), &clean);
    enum survey_rounding rounding = half_even ? SURVEY_HALF_EVEN : SURVEY_HALF_UP;
    survey_number_parse(text, survey_number_fixed(clean, decimals, rounding, text), &rounded);
    return rounded;
}
