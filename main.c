// SPDX-License-Identifier: GPL-3.0-or-later
// The whole program: the table of all commands and nothing else; each room brings its own *_command.c. front.c hands
// over to it what it has no libraries for.
#include "forms/forms.h"
#include "output/output.h"
#include "stats/stats.h"
#include "survey/base/text.h"
#include "survey/survey.h"

#include <stdio.h>
#include <string.h>

// In the order in which an evaluation goes.
static const struct survey_command *const commands[] = {
    &survey_check_command,
    &survey_xform_command,
    &stats_size_command,
    &survey_new_command,
    &survey_revise_command,
    &survey_frame_command,
    &survey_sample_command,
    &forms_print_command,
    &forms_simulate_command,
    &forms_scan_command,
    &forms_review_command,
    &forms_team_command,
    &forms_serve_command,
    &survey_import_command,
    &forms_merge_command,
    &survey_edit_command,
    &stats_weight_command,
    &stats_case_command,
    &stats_estimate_command,
    &stats_score_command,
    &output_report_command,
    &output_export_command,
    &output_verify_command,
    &output_demo_command,
    NULL,
};

static const struct survey_command *find(const char *name)
{
    for (const struct survey_command *const *command = commands; *command; command++)
        if (strcmp((*command)->name, name) == 0)
            return *command;
    return NULL;
}

static int unknown(const char *name)
{
    fprintf(stderr, _("assay: '%s' is not a command. Try 'assay help'.\n"), name);
    return 2;
}

static int help(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[2], "--roff") == 0) {
        survey_manual(commands, stdout);
        return 0;
    }
    const char *name = NULL;
    for (int i = 2; i < argc; i++)
        if (strcmp(argv[i], "--language") == 0 && i + 1 < argc)
            survey_language_use(argv[++i]);
        else if (!name)
            name = argv[i];
    if (name) {
        const struct survey_command *command = find(name);
        if (!command)
            return unknown(name);
        survey_command_help(command, stdout);
        return 0;
    }
    puts(_("Usage: assay COMMAND [OPTIONS] ...\n"
           "Independent, third-party evaluation surveys: from a workbook to paper, phones, figures and a report.\n"));
    for (const struct survey_command *const *command = commands; *command; command++)
        printf("  %-10s %s\n", (*command)->name, _((*command)->summary));
    puts(_("\n'assay help COMMAND' shows a command's options."));
    return 0;
}

int main(int argc, char **argv)
{
    survey_language_use(NULL);
    survey_translations_find();
    if (argc < 2 || strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return argc < 2 ? (help(0, argv), 2) : help(argc, argv);
    const struct survey_command *command = find(argv[1]);
    return command ? survey_command_run(command, argc - 1, argv + 1) : unknown(argv[1]);
}
