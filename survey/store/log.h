// SPDX-License-Identifier: GPL-3.0-or-later
// The chain of the log: BLAKE2b-256 over the hash before it and the columns seq, at, who, why, action,
// subject, round, before, after, each led by its length (8 bytes, little end first).
#pragma once

#include "survey/store/store.h"

enum { SURVEY_LOG_HASH = 32, SURVEY_LOG_COLUMNS = 8 };

void survey_log_hash(const uint8_t prev[static SURVEY_LOG_HASH], int64_t seq,
                     const char *const columns[static SURVEY_LOG_COLUMNS], uint8_t hash[static SURVEY_LOG_HASH]);
// Recomputes the chain; count receives the entries read. A break is a fault that names its entry.
bool survey_log_verify(struct survey_store *store, int64_t *count, struct survey_error *error);
