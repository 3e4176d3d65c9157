// SPDX-License-Identifier: GPL-3.0-or-later
// The estimators of effects by their names in a request.
#include "stats/effect/weighing.h"

const struct request_method request_effect_methods[] = {
    {"ols", effect_ols, false},
    {"lin", effect_lin, false},
    {"difference", effect_difference, false},
    {"did", effect_did, false},
    {"change", effect_change_request, false},
    {"balance", effect_balance_table, false},
    {"propensity", effect_propensity, false},
    {"matching", effect_matching, false},
    {"ipw", effect_ipw, false},
    {"aipw", effect_aipw, false},
    {"entropy_balance", effect_entropy, false},
    {NULL, NULL, false},
};
