// SPDX-License-Identifier: GPL-3.0-or-later
// The command demo: a whole evaluation in a folder, from workbook to report, on paper and phone, of a
// simulated population whose truth is known.
#include "output/output.h"

#include "forms/forms.h"
#include "output/demo/demo.h"
#include "output/demo/workbook.h"
#include "stats/stats.h"
#include "survey/base/arena.h"
#include "survey/base/file.h"
#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/survey.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct survey_option options[] = {
    {"households", 0, N_("N"), N_("households in the sample, about (default 480)")},
    {"seed", 0, N_("N"), N_("the seed of everything that is random (default 2016)")},
    {NULL},
};

static bool write_text(const struct demo *demo, const char *name, const struct survey_buffer *text, struct survey_error *error)
{
    return survey_file_write(demo_path(demo, name), survey_buffer_string(text), text->length, error);
}

// What the evaluator and the administration bring: the workbook, the frame, the administrative values.
static bool write_inputs(const struct demo *demo, struct survey_error *error)
{
    struct survey_buffer frame = SURVEY_BUFFER((size_t)1 << 30), admin = SURVEY_BUFFER(1 << 20);
    struct survey_time created = {1480521600, 0, 480}; // 2016-12-01
    demo_frame_write(demo->population, &frame);
    demo_admin_write(demo->population, "YE", &admin);
    bool done = demo_workbook_write(demo_path(demo, "evaluation.xlsx"), demo->households, &created, error) &&
                write_text(demo, "frame.csv", &frame, error) && write_text(demo, "admin.csv", &admin, error);
    survey_buffer_clear(&frame);
    survey_buffer_clear(&admin);
    return done;
}

static bool prepare(const struct demo *demo, struct survey_error *error)
{
    const char *file = demo_path(demo, "evaluation.assay"), *seed = survey_arena_format(demo->arena, "%llu", (unsigned long long)demo->seed);
    return demo_run(demo, &survey_check_command, 0, error, demo_path(demo, "evaluation.xlsx"), NULL) &&
           demo_run(demo, &survey_new_command, 0, error, file, demo_path(demo, "evaluation.xlsx"), "--as", "evaluator", "--now",
                    demo_time(demo, 0), NULL) &&
           demo_run(demo, &survey_frame_command, 0, error, file, demo_path(demo, "frame.csv"), "--as", "evaluator", "--now",
                    demo_time(demo, 1), NULL) &&
           demo_run(demo, &survey_sample_command, 0, error, file, "--seed", seed, "--as", "evaluator", "--now", demo_time(demo, 2), NULL) &&
           demo_run(demo, &survey_import_command, 0, error, file, "--admin", demo_path(demo, "admin.csv"), "--as", "evaluator", "--now",
                    demo_time(demo, 3), NULL) &&
           demo_run(demo, &forms_print_command, 0, error, file, "-o", demo_path(demo, "forms.pdf"), "--layout",
                    demo_path(demo, "layout.json"), "--language", demo->language, "--as", "evaluator", "--now", demo_time(demo, 4), NULL);
}

static bool conclude(const struct demo *demo, struct survey_error *error)
{
    const char *file = demo_path(demo, "evaluation.assay"), *report = demo_path(demo, "report.xlsx");
    return demo_run(demo, &stats_score_command, 0, error, file, "--as", "evaluator", "--now", demo_time(demo, 40), NULL) &&
           demo_run(demo, &output_report_command, 0, error, file, "-o", report, "--language", "zh,en", "--as", "evaluator", "--now",
                    demo_time(demo, 41), NULL) &&
           demo_run(demo, &output_verify_command, 0, error, report, file, NULL);
}

static void say_next(const struct demo *demo)
{
    printf(_("\nOpen next:\n"
             "  %s/report.xlsx       the report\n"
             "  %s/forms.pdf         the forms, one a household\n"
             "  %s/scans/            what the scanner made of the filled-in ones\n"
             "  %s/evaluation.xlsx   the questionnaire, the sample and the scheme: change them and start again\n"
             "  %s/evaluation.assay  everything, for 'assay' and for the sqlite3 shell\n"),
           demo->folder, demo->folder, demo->folder, demo->folder, demo->folder);
}

static bool run_demo(struct demo *demo, struct survey_error *error)
{
    bool done = write_inputs(demo, error) && prepare(demo, error) && demo_paper(demo, error) && demo_phones(demo, error) &&
                demo_run(demo, &stats_weight_command, 0, error, demo_path(demo, "evaluation.assay"), "--as", "evaluator", "--now",
                         demo_time(demo, 30), NULL) &&
                demo_cases(demo, error) && conclude(demo, error) && demo_compare(demo, error);
    if (done)
        say_next(demo);
    return done;
}

static int run(struct survey_invocation *invocation)
{
    struct survey_error error = {0};
    int64_t households = 480, seed = 2016;
    if (!survey_given_integer(invocation, "households", 60, 100000, &households) ||
        !survey_given_integer(invocation, "seed", 0, INT64_MAX, &seed))
        return 2;
    struct demo_tally tally = {0};
    struct demo demo = {.folder = invocation->arguments[0], .seed = (uint64_t)seed, .households = (size_t)households,
                        .language = "zh", .arena = survey_arena_new(), .tally = &tally};
    const char *file = demo_path(&demo, "evaluation.assay");
    bool done;
    if (access(file, F_OK) == 0) {
        done = survey_fail(&error, SURVEY_ERROR_USAGE, file, "%s", _("there is an evaluation already; name another folder"));
    } else {
        demo.population = demo_population_new(demo.arena, demo.seed, demo.households);
        done = survey_folder_make(demo.folder, &error) && run_demo(&demo, &error);
    }
    survey_arena_free(demo.arena);
    return done ? 0 : survey_command_fail(invocation, &error);
}

const struct survey_command output_demo_command = {
    .name = "demo",
    .arguments = N_("DIR"),
    .summary = N_("a whole simulated evaluation in DIR, from workbook to report"),
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
