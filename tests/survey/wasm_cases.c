// SPDX-License-Identifier: GPL-3.0-or-later
// The expression cases as WebAssembly: the same C as in the office, called from Node.
#include "tests/survey/expr_case.h"

#include <stdlib.h>

#define EXPORT(name) __attribute__((export_name(name)))

EXPORT("run_case") const char *wasm_run_case(const char *program, const char *input);

// The result lives until the next call of it is released: the caller copies it first.
const char *wasm_run_case(const char *program, const char *input)
{
    struct survey_arena *arena = survey_arena_new();
    const char *came = case_result(arena, program, input);
    size_t length = strlen(came) + 1;
    char *copy = survey_alloc(length);
    memcpy(copy, came, length);
    survey_arena_free(arena);
    return copy;
}
