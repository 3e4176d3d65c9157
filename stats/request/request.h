// SPDX-License-Identifier: GPL-3.0-or-later
// A request in JSON: data, design, estimator, args, in the form of the reference results that
// tests/stats/golden.c reads. What `estimate --request` answers and the golden driver checks.
#pragma once

#include "survey/base/error.h"
#include "survey/base/json.h"

struct survey_arena;

// Computes entry and writes its result as one JSON object. folder is what paths are relative to.
// What is not there yet fails with *unsupported set (NULL is fine).
bool stats_request_run(const struct survey_json *entry, const char *folder, struct survey_json_writer *result,
                       bool *unsupported, struct survey_error *error);
// After a run: the keys of design, ops and args that the estimator did not ask for, misspelt ones among them.
void stats_request_unasked(const struct survey_json *entry, void (*visit)(void *user, const char *where, const char *key), void *user);
