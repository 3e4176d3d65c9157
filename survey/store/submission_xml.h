// SPDX-License-Identifier: GPL-3.0-or-later
// A submission as a tree of elements: at most 64 deep, 200,000 elements, 32 MB; no document type.
#pragma once

#include "survey/store/response.h"

struct survey_arena;

struct survey_element {
    const char *name; // without its namespace
    const char *text; // "" where it has elements or nothing
    bool template;    // a repeat's template
    struct survey_element *parent, *first, *last, *next;
};

bool survey_submission_tree(struct survey_arena *arena, const char *name, const char *xml, size_t length,
                            struct survey_element **root, size_t *count, struct survey_error *error);
// A copy without the white space around it.
const char *survey_text_trimmed(struct survey_arena *arena, const char *text);
