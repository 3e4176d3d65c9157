// SPDX-License-Identifier: GPL-3.0-or-later
// Where the translations are.
#include "survey/command/command.h"

#include <libgen.h>
#include <libintl.h>
#include <limits.h>
#include <unistd.h>

void survey_translations_find(void)
{
    char path[PATH_MAX], beside[PATH_MAX + 32];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    bindtextdomain("assay", ASSAY_LOCALE_DIR);
    if (length > 0) {
        path[length] = '\0';
        snprintf(beside, sizeof beside, "%s/survey/po", dirname(path));
        if (access(beside, R_OK) == 0)
            bindtextdomain("assay", beside);
    }
    bind_textdomain_codeset("assay", "UTF-8");
}
