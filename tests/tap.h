// SPDX-License-Identifier: GPL-3.0-or-later
// TAP for C tests: a table of cases, the plan printed first, diagnostics on stderr.
//
//     static void adds(void) { CHECK(1 + 1 == 2); CHECK_TEXT("2", text); }
//     TESTS(CASE(adds), CASE(subtracts))
#pragma once

#include <math.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tap_case {
    const char *name;
    void (*run)(void);
};

static jmp_buf tap_escape;
static bool tap_failed;
static const char *tap_skipped;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            tap_failed = true;                                                                     \
        }                                                                                          \
    } while (0)
// The same, and leaves the case where it fails.
#define NEED(condition)                                                                            \
    do {                                                                                           \
        CHECK(condition);                                                                          \
        if (tap_failed)                                                                            \
            longjmp(tap_escape, 1);                                                                \
    } while (0)
#define CHECK_TEXT(expected, actual)                                                               \
    do {                                                                                           \
        const char *expected_ = (expected), *actual_ = (actual);                                   \
        if (!actual_ || strcmp(expected_, actual_) != 0) {                                         \
            fprintf(stderr, "%s:%d: expected \"%s\", got \"%s\"\n", __FILE__, __LINE__, expected_,  \
                    actual_ ? actual_ : "(null)");                                                 \
            tap_failed = true;                                                                     \
        }                                                                                          \
    } while (0)
#define CHECK_NEAR(expected, actual, tolerance)                                                    \
    do {                                                                                           \
        double expected_ = (expected), actual_ = (actual);                                         \
        if (!(fabs(expected_ - actual_) <= (tolerance))) {                                         \
            fprintf(stderr, "%s:%d: expected %.17g, got %.17g\n", __FILE__, __LINE__, expected_,    \
                    actual_);                                                                      \
            tap_failed = true;                                                                     \
        }                                                                                          \
    } while (0)
// Leaves the case as skipped, with a reason.
#define SKIP(reason)                                                                               \
    do {                                                                                           \
        tap_skipped = (reason);                                                                    \
        longjmp(tap_escape, 1);                                                                    \
    } while (0)

#define CASE(name) {#name, name}
#define TESTS(...)                                                                                 \
    int main(void)                                                                                 \
    {                                                                                              \
        static const struct tap_case cases[] = {__VA_ARGS__};                                      \
        return tap_run(cases, sizeof cases / sizeof *cases);                                       \
    }

static int tap_run(const struct tap_case *cases, size_t count)
{
    volatile bool all = true;
    printf("1..%zu\n", count);
    for (volatile size_t i = 0; i < count; i++) {
        tap_failed = false;
        tap_skipped = NULL;
        if (setjmp(tap_escape) == 0)
            cases[i].run();
        if (tap_failed)
            fprintf(stderr, "FAILED: %s\n", cases[i].name);
        all = all && !tap_failed;
        printf("%sok %zu - %s%s%s\n", tap_failed ? "not " : "", i + 1, cases[i].name,
               tap_skipped && !tap_failed ? " # SKIP " : "", tap_skipped && !tap_failed ? tap_skipped : "");
        fflush(stdout);
    }
    return all ? 0 : 1;
}
