// SPDX-License-Identifier: GPL-3.0-or-later
// The command layer: options by a table that also prints help, errors and lists of problems shown
// to people or as JSON. Only here and in *_command.c is anything printed.
#pragma once

#include "survey/base/error.h"
#include "survey/base/json.h"
#include "survey/store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct survey_option {
    const char *name;  // "output"
    char letter;       // 'o'; '\0' where none
    const char *value; // "FILE"; NULL for a flag
    const char *help;  // N_("...")
};

enum survey_command_flags {
    SURVEY_COMMAND_JSON = 1,    // takes --json
    SURVEY_COMMAND_CHANGES = 2, // takes --as, --why, --now, --round
    SURVEY_COMMAND_ROUND = 4,   // takes --round and --now
};

struct survey_invocation;

struct survey_command {
    const char *name;
    const char *arguments; // N_("EVAL FILE...")
    const char *summary;   // N_("...")
    const struct survey_option *options; // ends with a NULL name; may be NULL
    unsigned flags;
    int least, most; // number of arguments; most -1: any
    int (*run)(struct survey_invocation *invocation); // returns the exit code
};

struct survey_invocation {
    const struct survey_command *command;
    char **arguments;
    int count;
    bool json;
    struct survey_actor actor; // round "" unless --round was given
    const char *language;      // --language, else NULL
    struct survey_given *given; // private
    int given_count;
};

// Looks for the translations of an installed program, or those beside a program run from its build folder.
void survey_translations_find(void);
// Runs a command with its arguments (argv[0] is its name). Prints usage faults itself (exit 2).
int survey_command_run(const struct survey_command *command, int argc, char **argv);
void survey_command_help(const struct survey_command *command, FILE *file);
enum { SURVEY_MOST_OPTIONS = 64 };
// A command's own options and those that its flags bring; returns their number.
size_t survey_command_options(const struct survey_command *command, const struct survey_option *all[static SURVEY_MOST_OPTIONS]);
// The manual page of all commands (NULL behind the last), in roff, from the same tables.
void survey_manual(const struct survey_command *const *commands, FILE *file);

bool survey_given(const struct survey_invocation *invocation, const char *option);
// The last value given, or NULL; and the index-th of several, or NULL.
const char *survey_given_value(const struct survey_invocation *invocation, const char *option);
const char *survey_given_at(const struct survey_invocation *invocation, const char *option, int index);
// A whole number in range, or fallback where not given; false (message printed) for anything else.
bool survey_given_integer(const struct survey_invocation *invocation, const char *option, int64_t low,
                          int64_t high, int64_t *value);

// Prints "assay COMMAND: where: message" to stderr and returns the exit code of the error.
int survey_command_fail(const struct survey_invocation *invocation, const struct survey_error *error);
// Wrong usage: prints the message and a hint at help; returns 2.
int survey_command_usage(const struct survey_invocation *invocation, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
// Prints problems, one a line ("fault E101 file: sheet!C14: message; expected ...") to file, or as a
// JSON array; returns 1 where a fault is among them, else 0.
int survey_command_report(const struct survey_invocation *invocation, const struct survey_report *report,
                          FILE *file);
void survey_report_write_json(const struct survey_report *report, struct survey_json_writer *writer);
// Writes a buffer to stdout; returns 0, or 3 with a message where that fails.
int survey_command_print(const struct survey_invocation *invocation, const struct survey_buffer *buffer);

// A progress line on stderr, shown on a terminal for work of over a second.
void survey_progress(const char *what, size_t done, size_t total);
void survey_progress_end(void);

// Switches the language of messages ("zh", "en"); NULL goes by the environment.
void survey_language_use(const char *language);
