// SPDX-License-Identifier: GPL-3.0-or-later
// Scales: Cronbach's alpha of the SAPA items of the R package psych, listwise.
#include "effect_cases.h"

#define ALPHA(items, reverse)                                                                                \
    "{\"data\": \"data/bfi.csv\", \"design\": {}, \"estimator\": \"cralpha\", \"args\": {\"vars\": [" items      \
    "], \"reverse\": [" reverse "]}}"
#define ALL                                                                                                  \
    "n=n raw_alpha=est.0 alpha_direct=est.0 std_alpha=std_alpha average_r=average_r feldt_low=feldt_low "    \
    "feldt_high=feldt_high alpha_if_dropped=alpha_if_dropped item_rest_r=item_rest_r"

const struct effect_case effect_scale_cases[] = {
    {"bfi/alpha-A", ALPHA("\"A1\", \"A2\", \"A3\", \"A4\", \"A5\"", "\"A1\""), ALL},
    {"bfi/alpha-C", ALPHA("\"C1\", \"C2\", \"C3\", \"C4\", \"C5\"", "\"C4\", \"C5\""), ALL},
    {"bfi/alpha-N", ALPHA("\"N1\", \"N2\", \"N3\", \"N4\", \"N5\"", ""), ALL},
    {.id = NULL},
};
