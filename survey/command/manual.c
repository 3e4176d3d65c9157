// SPDX-License-Identifier: GPL-3.0-or-later
// The manual page, made of the tables that print the help.
#include "survey/command/command.h"

#include "survey/base/text.h"

#include <string.h>

// Text for roff: a hyphen that is a minus, a backslash, and no control line by accident.
static void put(FILE *file, const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", file);
    for (; *text; text++)
        if (*text == '-')
            fputs("\\-", file);
        else if (*text == '\\')
            fputs("\\e", file);
        else
            putc(*text, file);
}

static void put_option(FILE *file, const struct survey_option *option)
{
    fputs(".TP\n", file);
    if (option->letter)
        fprintf(file, "\\fB\\-%c\\fR, ", option->letter);
    fputs("\\fB\\-\\-", file);
    put(file, option->name);
    fputs("\\fR", file);
    if (option->value) {
        fputs(" \\fI", file);
        put(file, _(option->value));
        fputs("\\fR", file);
    }
    putc('\n', file);
    put(file, _(option->help));
    putc('\n', file);
}

static void put_command(FILE *file, const struct survey_command *command)
{
    const struct survey_option *all[SURVEY_MOST_OPTIONS];
    size_t count = survey_command_options(command, all);
    fputs(".SS assay ", file);
    put(file, command->name);
    fputs("\n.B assay ", file);
    put(file, command->name);
    fputs("\n[\\fIoptions\\fR] \\fI", file);
    put(file, _(command->arguments));
    fputs("\\fR\n.PP\n", file);
    put(file, _(command->summary));
    fputs(".\n", file);
    for (size_t i = 0; i < count; i++)
        if (strcmp(all[i]->name, "help") != 0 && strcmp(all[i]->name, "language") != 0)
            put_option(file, all[i]);
}

static const char head[] =
    ".TH ASSAY 1 \"\" \"assay " ASSAY_VERSION "\" \"User Commands\"\n"
    ".SH NAME\n"
    "assay \\- independent, third\\-party evaluation surveys, from a workbook to a report\n"
    ".SH SYNOPSIS\n"
    ".B assay\n.I command\n[\\fIoptions\\fR] \\fIarguments\\fR\n.br\n"
    ".B assay help\n[\\fIcommand\\fR]\n.br\n"
    ".B assay \\-\\-version\n"
    ".SH DESCRIPTION\n"
    "One workbook (XLSForm and more) holds the questionnaire, the sample and the assessment scheme of an evaluation.\n"
    ".B assay\n"
    "makes of it an evaluation file, draws the sample, prints QR\\-coded paper forms and reads them back, takes what phones send,\n"
    "weights, estimates, scores, and writes the report.\n"
    "Results go to the standard output, messages and progress to the standard error.\n"
    "Every command also takes\n.BR \\-\\-language \" (en, zh) and\"\n.BR \\-\\-help .\n"
    ".SH COMMANDS\n";

static const char tail[] =
    ".SH EXIT STATUS\n"
    ".TP\n.B 0\nDone.\n"
    ".TP\n.B 1\nThe input was read and has faults: a list was printed. For scan: some pages could not be read.\n"
    ".TP\n.B 2\nWrong usage.\n"
    ".TP\n.B 3\nA file, device or resource failed.\n"
    ".SH FILES\n"
    ".TP\n.I NAME.assay\nThe evaluation file: SQLite.\n"
    ".TP\n.I NAME.private\nNames, phones, id numbers and keys, beside it. Keep it to yourself.\n"
    ".SH ENVIRONMENT\n"
    ".TP\n.BR LANGUAGE \", \" LC_MESSAGES\nThe language of messages.\n"
    ".SH SEE ALSO\n"
    ".BR sqlite3 (1)\n";

void survey_manual(const struct survey_command *const *commands, FILE *file)
{
    fputs(head, file);
    for (; *commands; commands++)
        put_command(file, *commands);
    fputs(tail, file);
}
