// SPDX-License-Identifier: GPL-3.0-or-later
// One step of the demo: a command of assay, done in this process and shown as a user would type it.
#include "output/demo/demo.h"

#include "survey/base/arena.h"
#include "survey/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MOST_ARGUMENTS = 64 };

const char *demo_path(const struct demo *demo, const char *name)
{
    return survey_arena_format(demo->arena, "%s/%s", demo->folder, name);
}

const char *demo_time(const struct demo *demo, int step)
{
    return survey_arena_format(demo->arena, "2017-01-%02dT%02d:00:00.000+08:00", 10 + step / 8, 9 + step % 8);
}

static bool needs_quotes(const char *word)
{
    return !*word || strpbrk(word, " '\"$&|<>()*?;\\") != NULL;
}

static void show(const char *name, char *const *arguments)
{
    printf("\n$ assay %s", name);
    for (; *arguments; arguments++)
        printf(needs_quotes(*arguments) ? " '%s'" : " %s", *arguments);
    putchar('\n');
    fflush(stdout);
}

static bool run_command(const struct survey_command *command, int allowed, int count, char **arguments, struct survey_error *error)
{
    int code = survey_command_run(command, count, arguments);
    fflush(stdout);
    return code == 0 || code == allowed ||
           survey_fail(error, code == 1 ? SURVEY_ERROR_INPUT : SURVEY_ERROR_RESOURCE, "", _("'assay %s' ended with code %d"),
                       command->name, code);
}

bool demo_run(const struct demo *demo, const struct survey_command *command, int allowed, struct survey_error *error,
              const char *first, ...)
{
    char *arguments[MOST_ARGUMENTS + 1];
    int count = 0;
    va_list list;
    arguments[count++] = survey_arena_strdup(demo->arena, command->name);
    va_start(list, first);
    for (const char *word = first; word && count < MOST_ARGUMENTS; word = va_arg(list, const char *))
        arguments[count++] = survey_arena_strdup(demo->arena, word);
    va_end(list);
    arguments[count] = NULL;
    show(command->name, arguments + 1);
    return run_command(command, allowed, count, arguments, error);
}

bool demo_run_list(const struct demo *demo, const struct survey_command *command, const char *shown, const char *const *words,
                   size_t count, struct survey_error *error)
{
    char **arguments = survey_arena_array(demo->arena, count + 2, sizeof *arguments);
    arguments[0] = survey_arena_strdup(demo->arena, command->name);
    for (size_t i = 0; i < count; i++)
        arguments[i + 1] = survey_arena_strdup(demo->arena, words[i]);
    printf("\n$ assay %s %s %s\n", command->name, words[0], shown);
    fflush(stdout);
    return run_command(command, 0, (int)count + 1, arguments, error);
}
