// SPDX-License-Identifier: GPL-3.0-or-later
// From a cold process on an evaluation of a million responses to printed estimates: wall and processor time, peak memory, and
// how long the bare reading of all the columns kept beside it takes. R's survey package takes 9 s for the means and 15 s by
// domains, 1.3 and 1.0 GB (R 4.2, survey 4.1, the same counts of rows, strata, villages and items).
// usage: bench_cold ASSAY FILE.assay (made where it is missing)
#include "tests/bench/many.h"

#include <fcntl.h>
#include <glob.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RESPONSES = 1000000, RUNS = 5, MOST_ARGUMENTS = 64 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

struct measured {
    double wall, processor, megabytes;
};

// Runs a program with its output thrown away.
static bool run(char *const *arguments, struct measured *measured)
{
    posix_spawn_file_actions_t actions;
    struct rusage usage;
    pid_t child;
    int status;
    double start = now();
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    bool done = posix_spawn(&child, arguments[0], &actions, NULL, arguments, environ) == 0 && wait4(child, &status, 0, &usage) == child && status == 0;
    posix_spawn_file_actions_destroy(&actions);
    if (done)
        *measured = (struct measured){now() - start,
                                      (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
                                      (double)usage.ru_maxrss / 1024};
    return done;
}

// The best of some runs of estimate with the options given, ended by NULL.
static bool measure(const char *assay, const char *evaluation, const char *name, const char *const *options, int runs)
{
    char texts[MOST_ARGUMENTS][96], *arguments[MOST_ARGUMENTS + 1];
    const char *head[] = {assay, "estimate", evaluation};
    int count = 0;
    struct measured best = {1e9, 1e9, 0}, once;
    for (int i = 0; i < 3; i++)
        arguments[count++] = (char *)(uintptr_t)head[i];
    for (; *options && count < MOST_ARGUMENTS; options++, count++) {
        snprintf(texts[count], sizeof texts[0], "%s", *options);
        arguments[count] = texts[count];
    }
    arguments[count] = NULL;
    for (int i = 0; i < runs; i++) {
        if (!run(arguments, &once))
            return false;
        best.wall = once.wall < best.wall ? once.wall : best.wall;
        best.processor = once.processor < best.processor ? once.processor : best.processor;
        best.megabytes = once.megabytes > best.megabytes ? once.megabytes : best.megabytes;
    }
    printf("%-38s %6.2f s wall, %6.2f s processor, %4.0f MB\n", name, best.wall, best.processor, best.megabytes);
    return true;
}

// Reading the kept columns whole, from the page cache.
static bool read_bare(const char *evaluation)
{
    static char block[1 << 20];
    char pattern[4200];
    glob_t found;
    size_t bytes = 0, got;
    snprintf(pattern, sizeof pattern, "%.*s.*.snapshot", (int)(strlen(evaluation) - strlen(".assay")), evaluation);
    if (glob(pattern, 0, NULL, &found) != 0)
        return false;
    double start = now();
    FILE *file = fopen(found.gl_pathv[0], "rb");
    while (file && (got = fread(block, 1, sizeof block, file)) > 0)
        bytes += got;
    if (file)
        fclose(file);
    globfree(&found);
    printf("%-38s %6.3f s, %zu MB\n", "the kept columns, read bare", now() - start, bytes >> 20);
    return file != NULL;
}

int main(int argc, char **argv)
{
    struct survey_error error = {0};
    char items[MANY_ITEMS][8];
    const char *means[2 * MANY_ITEMS + 3] = {0};
    if (argc != 3 || strlen(argv[2]) < sizeof ".assay") {
        fputs("usage: bench_cold ASSAY FILE.assay\n", stderr);
        return 2;
    }
    if (access(argv[2], F_OK) != 0 && !many_make(argv[2], RESPONSES, &error)) {
        fprintf(stderr, "%s: %s\n", error.where, error.message);
        return 3;
    }
    for (int k = 0; k < MANY_ITEMS; k++) {
        snprintf(items[k], sizeof items[k], "q%d", k + 1);
        means[2 * k] = "--mean";
        means[2 * k + 1] = items[k];
    }
    bool done = measure(argv[1], argv[2], "the first time, columns made", means, 1) &&
                measure(argv[1], argv[2], "20 means", means, RUNS);
    means[2 * MANY_ITEMS] = "--by";
    means[2 * MANY_ITEMS + 1] = "county";
    done = done && measure(argv[1], argv[2], "20 means by 62 counties", means, RUNS) &&
           measure(argv[1], argv[2], "a mean where an expression holds", (const char *const[]){"--mean", "q1", "--where", "${q2} > 3 and ${q3} = 2", NULL}, RUNS) &&
           measure(argv[1], argv[2], "a ratio and a total", (const char *const[]){"--ratio", "q17,q18", "--total", "q16", NULL}, RUNS) &&
           measure(argv[1], argv[2], "three quantiles of an income", (const char *const[]){"--quantile", "income@0.25,0.5,0.75", NULL}, RUNS) && read_bare(argv[2]);
    puts("R's survey package: 9 s for 20 means, 15 s by 62 domains");
    return done ? 0 : 1;
}
