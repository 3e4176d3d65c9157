// SPDX-License-Identifier: GPL-3.0-or-later
// The functions of the dialect in one list, sorted by name: name, C name, least and most arguments.
// EAGER ones get values, NODES ones give nodes, LAZY ones get the expression.
#pragma once

#include "survey/expr/engine.h"

#define EXPR_FUNCTIONS(EAGER, NODES, LAZY)                                                         \
    EAGER("abs", abs, 1, 1)                                                                        \
    EAGER("acos", acos, 1, 1)                                                                      \
    EAGER("area", area, 1, 255)                                                                    \
    EAGER("asin", asin, 1, 1)                                                                      \
    EAGER("atan", atan, 1, 1)                                                                      \
    EAGER("atan2", atan2, 2, 2)                                                                    \
    EAGER("base64-decode", base64_decode, 1, 1)                                                    \
    EAGER("boolean", boolean, 1, 1)                                                                \
    EAGER("boolean-from-string", boolean_from_string, 1, 1)                                        \
    EAGER("checklist", checklist, 2, 255)                                                          \
    EAGER("coalesce", coalesce, 2, 2)                                                              \
    EAGER("concat", concat, 0, 255)                                                                \
    EAGER("contains", contains, 2, 2)                                                              \
    EAGER("cos", cos, 1, 1)                                                                        \
    EAGER("count", count, 1, 1)                                                                    \
    EAGER("count-non-empty", count_non_empty, 1, 1)                                                \
    EAGER("count-selected", count_selected, 1, 1)                                                  \
    LAZY("current", current, 0, 0, true)                                                           \
    EAGER("date", date, 1, 1)                                                                      \
    EAGER("date-time", date_time, 1, 1)                                                            \
    EAGER("decimal-date-time", decimal_date_time, 1, 1)                                            \
    EAGER("decimal-time", decimal_time, 1, 1)                                                      \
    EAGER("digest", digest, 2, 3)                                                                  \
    EAGER("distance", distance, 1, 255)                                                            \
    EAGER("ends-with", ends_with, 2, 2)                                                            \
    EAGER("exp", exp, 1, 1)                                                                        \
    EAGER("exp10", exp10, 1, 1)                                                                    \
    EAGER("false", false, 0, 0)                                                                    \
    EAGER("format-date", format_date, 2, 2)                                                        \
    EAGER("format-date-time", format_date, 2, 2)                                                   \
    EAGER("geofence", geofence, 2, 2)                                                              \
    LAZY("if", if, 3, 3, false)                                                                    \
    LAZY("indexed-repeat", indexed_repeat, 3, 7, true)                                             \
    LAZY("instance", instance, 1, 1, true)                                                         \
    EAGER("int", int, 1, 1)                                                                        \
    EAGER("intersects", intersects, 1, 1)                                                          \
    EAGER("is-selected", selected, 2, 2)                                                           \
    EAGER("join", join, 1, 255)                                                                    \
    EAGER("jr:choice-name", choice_name, 2, 2)                                                     \
    EAGER("jr:itext", itext, 1, 1)                                                                 \
    LAZY("last", last, 0, 0, false)                                                                \
    EAGER("log", log, 1, 1)                                                                        \
    EAGER("log10", log10, 1, 1)                                                                    \
    EAGER("max", max, 1, 255)                                                                      \
    EAGER("min", min, 1, 255)                                                                      \
    EAGER("normalize-space", normalize_space, 1, 1)                                                \
    EAGER("not", not, 1, 1)                                                                        \
    EAGER("now", now, 0, 0)                                                                        \
    EAGER("number", number, 1, 1)                                                                  \
    LAZY("once", once, 1, 1, false)                                                                \
    EAGER("pi", pi, 0, 0)                                                                          \
    LAZY("position", position, 0, 1, false)                                                        \
    EAGER("pow", pow, 2, 2)                                                                        \
    EAGER("pulldata", pulldata, 4, 4)                                                              \
    EAGER("random", random, 0, 0)                                                                  \
    NODES("randomize", randomize, 1, 2)                                                            \
    EAGER("regex", regex, 2, 2)                                                                    \
    EAGER("round", round, 1, 2)                                                                    \
    EAGER("selected", selected, 2, 2)                                                              \
    EAGER("selected-at", selected_at, 2, 2)                                                        \
    EAGER("sin", sin, 1, 1)                                                                        \
    EAGER("sqrt", sqrt, 1, 1)                                                                      \
    EAGER("starts-with", starts_with, 2, 2)                                                        \
    EAGER("string", string, 1, 1)                                                                  \
    EAGER("string-length", string_length, 1, 1)                                                    \
    EAGER("substr", substr, 2, 3)                                                                  \
    EAGER("substring-after", substring_after, 2, 2)                                                \
    EAGER("substring-before", substring_before, 2, 2)                                              \
    EAGER("sum", sum, 1, 255)                                                                      \
    EAGER("tan", tan, 1, 1)                                                                        \
    EAGER("today", today, 0, 0)                                                                    \
    EAGER("translate", translate, 3, 3)                                                            \
    EAGER("true", true, 0, 0)                                                                      \
    EAGER("uuid", uuid, 0, 1)                                                                      \
    EAGER("weighted-checklist", weighted_checklist, 2, 255)

// The functions' C names are expr_call_NAME.
#define EXPR_DECLARE_EAGER(name, c_name, least, most) expr_function_call expr_call_##c_name;
#define EXPR_DECLARE_LAZY(name, c_name, least, most, nodes) expr_function_lazy expr_call_##c_name;

// Two names of the language may share a function, so that its declaration comes twice.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wredundant-decls"
EXPR_FUNCTIONS(EXPR_DECLARE_EAGER, EXPR_DECLARE_EAGER, EXPR_DECLARE_LAZY)
#pragma GCC diagnostic pop

// Is one of the words of list the word?
bool expr_has_word(const char *list, const char *word, size_t length);
// The evaluation's own stream of random numbers, addressed by the question it stands at.
struct survey_random *expr_random(struct evaluation *evaluation);

// regex.c: does the whole text match? A fault for a pattern it cannot read.
bool expr_regex_match(struct evaluation *evaluation, const char *text, const char *pattern,
                      bool *matched);
// hash.c: the digest's length in bytes, 0 for an algorithm it does not have.
size_t expr_hash(const char *algorithm, const char *text, size_t length, uint8_t digest[static 64]);

// The text of an argument.
#define TEXT(index) expr_as_text(evaluation, &arguments[index])
