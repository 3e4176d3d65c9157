// SPDX-License-Identifier: GPL-3.0-or-later
// xlsform FILE.jsonl [--level L1|L2|L3] [--lenient]: converts one questionnaire a line as strict
// ODK would and compares with what pyxform made of it. L1: accepted or refused alike; L2: the
// case's own assertions on the XForm hold; L3: the XForm is the same but for white space.
#include "tests/survey/xlsform_case.h"

#include "survey/base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool read_arguments(int argc, char **argv, const char **path, int *level, bool *lenient)
{
    *path = NULL;
    *level = 3;
    *lenient = false;
    for (int i = 1; i < argc; i++) {
        const char *value = NULL;
        if (strcmp(argv[i], "--level") == 0 && i + 1 < argc)
            value = argv[++i];
        else if (strncmp(argv[i], "--level=", 8) == 0)
            value = argv[i] + 8;
        if (value) {
            if ((value[0] != 'L' && value[0] != 'l') || value[1] < '1' || value[1] > '3' ||
                value[2])
                return false;
            *level = value[1] - '0';
        } else if (strcmp(argv[i], "--lenient") == 0) {
            *lenient = true;
        } else if (*path || argv[i][0] == '-') {
            return false;
        } else {
            *path = argv[i];
        }
    }
    return *path != NULL;
}

int main(int argc, char **argv)
{
    const char *path;
    int level, counts[XLSFORM_OUTCOMES] = {0};
    bool lenient;
    if (!read_arguments(argc, argv, &path, &level, &lenient)) {
        fputs("usage: xlsform FILE.jsonl [--level L1|L2|L3] [--lenient]\n", stderr);
        return 2;
    }
    FILE *file = fopen(path, "r");
    if (!file) {
        fprintf(stderr, "xlsform: cannot read %s\n", path);
        return 3;
    }
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    while ((length = getline(&line, &room, file)) > 0) {
        struct survey_arena *arena = survey_arena_new();
        struct survey_json *test;
        struct survey_error error = {0};
        if (strspn(line, " \t\r\n") == (size_t)length) {
            survey_arena_free(arena);
            continue;
        }
        if (survey_json_read(arena, path, line, (size_t)length, &test, &error)) {
            counts[xlsform_run(arena, path, test, level, lenient)]++;
        } else {
            printf("%s: %s\n", error.where, error.message);
            counts[XLSFORM_FAILED]++;
        }
        survey_arena_free(arena);
    }
    free(line);
    fclose(file);
    printf("%d passed, %d failed, %d unsupported\n", counts[XLSFORM_PASSED], counts[XLSFORM_FAILED],
           counts[XLSFORM_UNSUPPORTED]);
    return counts[XLSFORM_FAILED] ? 1 : 0;
}
