// SPDX-License-Identifier: GPL-3.0-or-later
// What the files of the demo share: where it is, how large, and how it does one step.
#pragma once

#include "output/demo/population.h"
#include "survey/base/date.h"
#include "survey/base/error.h"
#include "survey/command/command.h"
#include "survey/record/record.h"

struct demo {
    const char *folder;
    uint64_t seed;
    size_t households;     // wanted in the sample
    const char *language;  // of the forms and the report, as on the command line
    struct survey_arena *arena;
    struct demo_population *population;
    struct demo_tally *tally;
};

// What came of the simulated field work, for the closing lines.
struct demo_tally {
    size_t paper, phone;        // households
    size_t pages, marks;        // simulated pages, marks of the pen
    size_t waiting, keyed;      // that a person had to look at, and of those writing boxes
    size_t wrong;               // answers settled by the reader that differ from what the pen wrote
};

// A path in the demo's folder; lives in the arena.
const char *demo_path(const struct demo *demo, const char *name);
// Does a command of assay in this process, shown as a user would type it; what it prints is shown too.
// The arguments end with NULL. False with error where its exit code is neither 0 nor allowed.
bool demo_run(const struct demo *demo, const struct survey_command *command, int allowed, struct survey_error *error,
              const char *first, ...) __attribute__((sentinel));
// The same with the arguments as a list, of which the files are shown as a pattern.
bool demo_run_list(const struct demo *demo, const struct survey_command *command, const char *shown, const char *const *words,
                   size_t count, struct survey_error *error);
// The time of the n-th step of the evaluation, ISO 8601.
const char *demo_time(const struct demo *demo, int step);

// One interview as the simulated household gives it, by the form's own logic: what is not relevant is not
// answered. sample: the attached list (NULL: none). typed: the household number is typed, not scanned.
struct demo_list;
bool demo_list_read(struct survey_arena *arena, const char *csv, size_t length, struct demo_list **list,
                    struct survey_error *error);
struct survey_record *demo_interview(const struct demo *demo, const struct survey_form *form, const struct demo_household *household,
                                     struct demo_list *sample);

// The steps: paper sheets filled in and scanned, the review of what is doubtful, and phones that send
// to a server of their own.
bool demo_paper(struct demo *demo, struct survey_error *error);
bool demo_phones(struct demo *demo, struct survey_error *error);
bool demo_cases(struct demo *demo, struct survey_error *error);
bool demo_compare(struct demo *demo, struct survey_error *error);
// Whether a sampled household is visited with paper; the others with a phone.
bool demo_on_paper(const struct demo *demo, const struct demo_household *household);
