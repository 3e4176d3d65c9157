// SPDX-License-Identifier: GPL-3.0-or-later
// Names with values in order, as a row's "parameters" cell has them and as an XML element has
// attributes. Free of any library.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct survey_arena;

struct survey_pair {
    const char *name, *value;
};

// All-zero is a valid empty list.
struct survey_pairs {
    struct survey_pair *at;
    size_t count, capacity;
};

// Sets the value of name, in its place where it is there already. Strings are not copied.
void survey_pairs_set(struct survey_arena *arena, struct survey_pairs *pairs, const char *name,
                      const char *value);
const char *survey_pairs_get(const struct survey_pairs *pairs,
                             const char *name); // NULL where there is none
void survey_pairs_drop(struct survey_pairs *pairs, const char *name);

// Reads "start=1 end=10; step = 2": names and values in lower case, but for the values of label and
// value, which are columns of somebody's file. False where it is not made of such pairs.
bool survey_parameters_read(struct survey_arena *arena, const char *text,
                            struct survey_pairs *pairs);
