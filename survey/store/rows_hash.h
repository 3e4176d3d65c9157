// SPDX-License-Identifier: GPL-3.0-or-later
// Hashes of tables that the log keeps whole changes of, so that verify can tell whether they are as the log's entry left them.
// BLAKE2b-256, in hexadecimal, over each row in order: a value is a letter for its type (n nothing, i integer, r real, t text), then
// its length in 8 bytes, little end first, and its bytes: numbers as 8 bytes, little end first.
#pragma once

#include "survey/store/store.h"

// The weights of a round after a step: response, method and value, by response.
bool survey_weight_hash(struct survey_store *store, const char *round, int64_t step, char hash[static 65], struct survey_error *error);
// All administrative values: unit, name, round, value, source and date, by unit, name and round.
bool survey_admin_hash(struct survey_store *store, char hash[static 65], struct survey_error *error);
