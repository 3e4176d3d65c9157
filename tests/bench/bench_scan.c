// SPDX-License-Identifier: GPL-3.0-or-later
// How fast pages of the example's form are read: on one core, beside the bare decoding of the same files, which is the
// limit; and by `assay scan` as a whole on one core and on two, with its memory. bench_scan ASSAY EXAMPLE.
#include "forms/scan/batch.h"
#include "forms/scan/keep.h"
#include "forms/scan/scan.h"
#include "survey/base/arena.h"
#include "survey/base/file.h"
#include "survey/base/text.h"

#include <fcntl.h>
#include <glob.h>
#include <sched.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 3, MOST_ARGUMENTS = 400 };

static const struct kind {
    const char *name, *dpi, *format;
    double bar; // pages/s, issue 4
} kinds[] = {
    {"300 dpi JPEG", "300", "jpg", 30},
    {"200 dpi JPEG", "200", "jpg", 70},
    {"300 dpi G4", "300", "g4", 120},
    {"200 dpi G4", "200", "g4", 120},
};

static double seconds(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

// A command run to its end, its words on nothing.
struct ran {
    bool done;
    double wall, cpu, peak; // seconds, seconds, MB
};

// cores 0: as many as there are.
static struct ran run(int cores, const char *const *arguments)
{
    struct ran ran = {0};
    struct rusage usage;
    int status;
    double began = seconds(CLOCK_MONOTONIC);
    pid_t child = fork();
    if (child == 0) {
        cpu_set_t set;
        CPU_ZERO(&set);
        for (int i = 0; i < cores; i++)
            CPU_SET(i, &set);
        int nothing = open("/dev/null", O_WRONLY);
        if ((cores == 0 || sched_setaffinity(0, sizeof set, &set) == 0) && dup2(nothing, 1) == 1 && dup2(nothing, 2) == 2)
            execv(arguments[0], (char **)(uintptr_t)arguments);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) != child)
        return ran;
    ran.wall = seconds(CLOCK_MONOTONIC) - began;
    ran.cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    ran.peak = (double)usage.ru_maxrss / 1024;
    ran.done = WIFEXITED(status) && WEXITSTATUS(status) <= 1; // 1: a page was not read
    return ran;
}

#define RUN(cores, ...) run(cores, (const char *const[]){__VA_ARGS__, NULL})

static void need(bool done, const char *what)
{
    if (done)
        return;
    fprintf(stderr, "%s failed\n", what);
    exit(1);
}

// The scans of a kind, made as an office scanner does (profile B).
static void make_scans(const char *assay, const struct kind *kind, glob_t *files)
{
    RUN(0, "/bin/rm", "-rf", "scans");
    need(RUN(0, assay, "simulate", "forms.pdf", "layout.json", "-o", "scans", "--profile", "B", "--dpi", kind->dpi, "--format", kind->format,
             "--seed", "21").done, "simulate");
    need(glob("scans/*.[jt][pi]*", 0, NULL, files) == 0 && files->gl_pathc + 20 < MOST_ARGUMENTS, "making scans");
}

// --- One page after the other, in this process ---

struct spent {
    double decoding, reading; // seconds
    size_t read;
};

static struct spent read_pages(const struct scan_context *context, const glob_t *files)
{
    struct spent spent = {0};
    struct survey_error error;
    for (size_t i = 0; i < files->gl_pathc; i++) {
        char *bytes;
        size_t length;
        struct scan_image image = {0};
        struct scan_page page;
        need(survey_file_read(files->gl_pathv[i], 1 << 28, &bytes, &length, &error), files->gl_pathv[i]);
        struct scan_raw raw = {.kind = scan_kind_of(bytes, length), .bytes = (uint8_t *)bytes, .length = length};
        double began = seconds(CLOCK_PROCESS_CPUTIME_ID);
        need(scan_image_decode(&raw, "", &image, &error), files->gl_pathv[i]);
        scan_image_clear(&image);
        double decoded = seconds(CLOCK_PROCESS_CPUTIME_ID);
        scan_page_take(context, &raw, "", &page);
        spent.reading += seconds(CLOCK_PROCESS_CPUTIME_ID) - decoded;
        spent.decoding += decoded - began;
        spent.read += page.state == SCAN_OK;
        scan_page_clear(&page);
    }
    return spent;
}

static void measure_pages(const struct kind *kind, const struct scan_context *context, const glob_t *files)
{
    struct spent least = {1e9, 1e9, 0};
    double pages = (double)files->gl_pathc;
    for (int round = 0; round < ROUNDS; round++) {
        struct spent spent = read_pages(context, files);
        least = (struct spent){fmin(least.decoding, spent.decoding), fmin(least.reading, spent.reading), spent.read};
    }
    printf("%-13s %6.1f pages/s read on one core (%.1f ms; the bar is %.0f), %6.1f decoded (%.1f ms: the limit); %zu of %zu read\n", kind->name,
           pages / least.reading, least.reading * 1e3 / pages, kind->bar, pages / least.decoding, least.decoding * 1e3 / pages, least.read,
           files->gl_pathc);
}

// --- The same by workers, and the whole command ---

static bool let_go(void *user, const char *file, int file_page, struct scan_page *page, struct survey_error *error)
{
    (void)user;
    (void)file;
    (void)file_page;
    (void)page;
    (void)error;
    return true;
}

static void measure_workers(const struct scan_context *context, const glob_t *files)
{
    double best[2] = {1e9, 1e9}, pages = (double)files->gl_pathc;
    for (int round = 0; round < ROUNDS; round++)
        for (int threads = 1; threads <= 2; threads++) { // in turn, so that what else the machine does meets both
            struct scan_batch batch = {.context = context, .files = files->gl_pathv, .file_count = files->gl_pathc, .threads = threads, .visit = let_go};
            struct survey_error error;
            double began = seconds(CLOCK_MONOTONIC);
            need(scan_batch_run(&batch, &error), "reading");
            best[threads - 1] = fmin(best[threads - 1], seconds(CLOCK_MONOTONIC) - began);
        }
    printf("  two workers: %.1f pages/s where one reads %.1f: %.2f times (the bar is 1.8)\n", pages / best[1], pages / best[0], best[0] / best[1]);
}

static struct ran scan_whole(const char *assay, int cores, const glob_t *files)
{
    const char *arguments[MOST_ARGUMENTS] = {assay, "scan", "copy.assay", "--why", "bench"};
    memcpy(arguments + 5, files->gl_pathv, files->gl_pathc * sizeof *arguments);
    RUN(0, "/bin/sh", "-c", "rm -f copy.*; cp e.assay copy.assay; cp e.private copy.private; sync copy.assay");
    struct ran ran = run(cores, arguments);
    need(ran.done, "scan");
    return ran;
}

static void measure_whole(const char *assay, const glob_t *files)
{
    struct ran best[2] = {{.wall = 1e9, .cpu = 1e9}, {.wall = 1e9, .cpu = 1e9}};
    for (int round = 0; round < ROUNDS; round++)
        for (int cores = 1; cores <= 2; cores++) {
            struct ran ran = scan_whole(assay, cores, files);
            best[cores - 1].wall = fmin(best[cores - 1].wall, ran.wall);
            best[cores - 1].cpu = fmin(best[cores - 1].cpu, ran.cpu);
            best[cores - 1].peak = fmax(best[cores - 1].peak, ran.peak);
        }
    double pages = (double)files->gl_pathc;
    printf("  assay scan: %.1f pages/s on one core, %.1f on two: %.2f times (processor %.2f and %.2f s for %.0f pages; %.0f MB of memory with "
           "two workers)\n",
           pages / best[0].wall, pages / best[1].wall, best[0].wall / best[1].wall, best[0].cpu, best[1].cpu, pages, best[1].peak);
}

static void prepare(const char *assay, const char *example)
{
    need(RUN(0, assay, "new", "e.assay", example, "--as", "bench", "--why", "bench").done, "new");
    need(RUN(0, assay, "print", "e.assay", "--blank", "40", "-o", "forms.pdf", "--layout", "layout.json", "--why", "bench").done, "print");
}

int main(int argc, char **argv)
{
    char folder[] = "/tmp/bench_scan.XXXXXX", assay[4096], example[4096];
    struct survey_arena *arena = survey_arena_new();
    struct survey_store *store;
    struct scan_context context;
    struct survey_error error;
    if (argc != 3 || !realpath(argv[1], assay) || !realpath(argv[2], example) || !mkdtemp(folder) || chdir(folder) != 0 || sodium_init() < 0)
        return 2;
    prepare(assay, example);
    need(survey_store_open("e.assay", SURVEY_STORE_READ, &store, &error) && scan_context_load(store, arena, &scan_rules_pen, &context, &error), "open");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        glob_t files = {0};
        make_scans(assay, &kinds[i], &files);
        measure_pages(&kinds[i], &context, &files);
        if (sysconf(_SC_NPROCESSORS_ONLN) > 1) {
            measure_workers(&context, &files);
            measure_whole(assay, &files);
        }
        globfree(&files);
    }
    survey_store_close(store);
    survey_arena_free(arena);
    RUN(0, "/bin/rm", "-rf", folder);
    return 0;
}
