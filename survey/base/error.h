// SPDX-License-Identifier: GPL-3.0-or-later
// Errors are values with a place. The caller owns the struct; the library never prints or exits.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum survey_error_code {
    SURVEY_OK,
    SURVEY_ERROR_INPUT,    // the input was read and has a fault (exit 1)
    SURVEY_ERROR_USAGE,    // wrong usage (exit 2)
    SURVEY_ERROR_RESOURCE, // a file, device or resource failed (exit 3)
};

struct survey_error {
    enum survey_error_code code;
    char where[512];    // "household.xlsx: survey!C14", "frame.csv: line 7"; empty where no place fits
    char message[1024]; // one sentence in the user's words, translated
};

// Fills *error (which may be NULL) and returns false, so that `return survey_fail(...)` reads well.
// The format is translated by the caller with _(); see format.h for what it may hold.
bool survey_fail(struct survey_error *error, enum survey_error_code code, const char *where,
                 const char *format, ...) __attribute__((format(printf, 4, 5)));

// What is wrong with data without stopping the work: a list of problems with their places.
enum survey_severity { SURVEY_NOTE, SURVEY_WARNING, SURVEY_FAULT };

struct survey_problem {
    enum survey_severity severity;
    const char *code; // stable: "E101", "W203"
    const char *file;
    const char *sheet;      // "" for a CSV file
    uint32_t row;           // from 1; 0 where none
    uint32_t column;        // from 1; 0 where none
    const char *message;    // what is wrong
    const char *expected;   // what was expected, or the nearest right name; "" where nothing
};

struct survey_report;

struct survey_report *survey_report_new(void);
void survey_report_free(struct survey_report *report);
// Adds a problem; its strings are copied. report may be NULL.
void survey_report_add(struct survey_report *report, const struct survey_problem *problem);
size_t survey_report_count(const struct survey_report *report);
size_t survey_report_count_of(const struct survey_report *report, enum survey_severity severity);
const struct survey_problem *survey_report_at(const struct survey_report *report, size_t index);
// Orders by file, sheet, row, column, as found within a cell.
void survey_report_sort(struct survey_report *report);

// "file: sheet!C14", "file: line 14", "file", into at (size bytes).
void survey_place_text(const struct survey_problem *problem, char *at, size_t size);
// Column letters of column (from 1): 1 A, 27 AA.
void survey_column_letters(uint32_t column, char at[static 8]);
