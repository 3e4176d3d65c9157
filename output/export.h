// SPDX-License-Identifier: GPL-3.0-or-later
// The export lists as files: CSV, one workbook, or SPSS and Stata files by ReadStat. Each file is written
// aside and renamed.
#pragma once

#include "survey/store/export.h"

// What a first look at all rows says of a column: how it can be held.
enum output_held { OUTPUT_HELD_TEXT, OUTPUT_HELD_NUMBER, OUTPUT_HELD_DATE, OUTPUT_HELD_MOMENT };

struct output_fact {
    enum output_held held;
    bool whole;     // numbers without decimals
    size_t longest; // bytes of the longest text, of choices' names too
};

struct output_profile {
    size_t rows;
    struct output_fact *facts; // one a column; the caller frees it
};

// Kinds of missing answer as numbers that no answer is: SPSS takes a range of them.
enum { OUTPUT_MISSING_HIGH = -999999991, OUTPUT_MISSING_LOW = -999999994 };

bool output_export_profile(struct survey_export_table *table, struct output_profile *profile, struct survey_error *error);
// Whether a text is the one way of writing its number ("7", not "007" or "7.0").
bool output_plain_number(const char *text, double *value);
// The kind in a person's words.
const char *output_missing_text(enum survey_missing kind);

bool output_export_csv(struct survey_export_table *table, const char *path, struct survey_error *error);
// stata: .dta, else .sav. title is kept in the file.
bool output_export_stat(struct survey_export_table *table, bool stata, const char *title, const struct survey_actor *actor,
                        const char *path, struct survey_error *error);
// The list and its repeats (of an officials' or evaluators' list), with a dictionary.
bool output_export_book(struct survey_store *store, const struct survey_export *export, const struct survey_actor *actor,
                        const char *path, struct survey_error *error);

// A name that SPSS and Stata take, of at most 32 bytes, unlike those in taken (lower case) and added there.
struct survey_map;
void output_stat_name(const char *name, size_t index, struct survey_map *taken, struct survey_arena *arena,
                      char valid[static 33]);

// Weight and design of each response as estimates use them, to add to a list. Where they can't be had
// (weights are out of date), there are none and *error says why.
struct output_design;
struct output_design *output_design_open(struct survey_store *store, const struct survey_actor *actor,
                                         struct survey_export *export, struct survey_error *error);
void output_design_close(struct output_design *design); // NULL is fine
