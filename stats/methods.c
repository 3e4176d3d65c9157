// SPDX-License-Identifier: GPL-3.0-or-later
// The families of estimators that a request may name.
#include "stats/request/private.h"

const struct request_method *const request_families[] = {
    request_basic_methods,     request_poverty_methods,      request_composite_methods, request_area_methods,
    request_satisfaction_methods, request_effect_methods, request_size_methods,      NULL,
};
