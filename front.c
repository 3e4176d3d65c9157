// SPDX-License-Identifier: GPL-3.0-or-later
// What people call as assay: the commands that need no paper, camera or server, so that they start in two milliseconds.
// The libraries for those (poppler, qpdf, Pango, GnuTLS and some 70 that these bring) take ten more to load: any other
// command, and help, is handed over to the whole program, assay-all, which replaces this one.
#include "output/output.h"
#include "stats/stats.h"
#include "survey/base/text.h"
#include "survey/survey.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct survey_command *const commands[] = {
    &survey_check_command,  &survey_xform_command, &stats_size_command,    &survey_new_command,     &survey_revise_command,  &survey_frame_command,
    &survey_sample_command, &survey_import_command, &survey_edit_command,  &stats_weight_command,   &stats_case_command,
    &stats_estimate_command, &stats_score_command, &output_report_command, &output_export_command,  &output_verify_command,
};

// Beside this program where it was built, else where it is installed. Returns only where that fails.
static int hand_over(char **argv)
{
    char path[PATH_MAX], beside[PATH_MAX + 32];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length > 0) {
        path[length] = '\0';
        snprintf(beside, sizeof beside, "%s/assay-all", dirname(path));
        execv(beside, argv);
    }
    execv(ASSAY_LIBEXEC_DIR "/assay-all", argv);
    fprintf(stderr, _("assay: its other half, the program assay-all, is neither beside it nor in %s: %s\n"), ASSAY_LIBEXEC_DIR,
            strerror(errno));
    return 3;
}

int main(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof *commands; i++)
        if (strcmp(commands[i]->name, argv[1]) == 0) {
            survey_language_use(NULL);
            survey_translations_find();
            return survey_command_run(commands[i], argc - 1, argv + 1);
        }
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        puts("assay " ASSAY_VERSION);
        return 0;
    }
    return hand_over(argv);
}
