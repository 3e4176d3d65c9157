// SPDX-License-Identifier: GPL-3.0-or-later
// How long `assay xform` takes the processor, as a whole process, on generated workbooks, beside what merely unzipping and
// parsing the same XML takes: the limit for anybody who reads .xlsx. bench_xform ASSAY [RUNS].
#include <expat.h>
#include <fcntl.h>
#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <xlsxwriter.h>
#include <zip.h>

static const struct size {
    const char *name;
    int questions, lists, choices; // choices of each list
    double pyxform;                // seconds, pyxform 4.5 as a whole process (issue 3)
} sizes[] = {
    {"500 questions, 20 lists", 500, 20, 10, 0.57},
    {"2,000 questions, 20 lists", 2000, 20, 10, 1.2},
    {"500 questions, 10,000 choices", 500, 20, 500, 2.3},
};

static void put_row(lxw_worksheet *sheet, unsigned row, const char *const *cells, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (*cells[i])
            worksheet_write_string(sheet, row, (lxw_col_t)i, cells[i], NULL);
}

static void put_question(lxw_worksheet *sheet, int number, int lists)
{
    char type[40], name[20], label[80], chinese[80], relevant[80] = "", constraint[40] = "";
    int kind = number % 4;
    snprintf(type, sizeof type, kind == 0 ? "integer" : kind == 1 ? "select_one list%d" : kind == 2 ? "select_multiple list%d" : "text", number % lists);
    snprintf(name, sizeof name, "q%d", number);
    snprintf(label, sizeof label, "Question %d, as it is read to the respondent?", number);
    snprintf(chinese, sizeof chinese, "第%d题,读给受访者听的问题?", number);
    if (kind == 0)
        snprintf(constraint, sizeof constraint, ". >= 0 and . <= %d", 100 + number);
    if (number > 4 && kind == 3)
        snprintf(relevant, sizeof relevant, "${q%d} > 5 and selected(${q%d}, 'c1')", number - 3, number - 1);
    const char *const cells[] = {type, name, label, chinese, relevant, constraint, number % 3 ? "" : "yes"};
    put_row(sheet, (unsigned)number + 1, cells, sizeof cells / sizeof *cells);
}

static void make(const char *path, const struct size *size)
{
    lxw_workbook *workbook = workbook_new(path);
    lxw_worksheet *survey = workbook_add_worksheet(workbook, "survey"), *choices = workbook_add_worksheet(workbook, "choices");
    static const char *const head[] = {"type", "name", "label::English (en)", "label::中文 (zh)", "relevant", "constraint", "required"};
    static const char *const choice_head[] = {"list_name", "name", "label::English (en)", "label::中文 (zh)"};
    put_row(survey, 0, head, 7);
    put_row(choices, 0, choice_head, 4);
    for (int i = 0; i < size->questions; i++)
        put_question(survey, i, size->lists);
    for (int i = 0; i < size->lists * size->choices; i++) {
        char list[20], name[20], label[40], chinese[40];
        snprintf(list, sizeof list, "list%d", i / size->choices);
        snprintf(name, sizeof name, "c%d", i % size->choices);
        snprintf(label, sizeof label, "Choice %d", i);
        snprintf(chinese, sizeof chinese, "选项%d", i);
        const char *const cells[] = {list, name, label, chinese};
        put_row(choices, (unsigned)i + 1, cells, 4);
    }
    workbook_close(workbook);
}

// The processor's time of a run, user and system; NAN where it fails.
static double run(const char *assay, const char *command, const char *form)
{
    pid_t child;
    int status;
    struct rusage usage;
    char *const arguments[] = {(char *)(uintptr_t)assay, (char *)(uintptr_t)command, (char *)(uintptr_t)form, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    int failed = posix_spawn(&child, assay, &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed || wait4(child, &status, 0, &usage) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return NAN;
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

// Every XML part unpacked and parsed, and nothing done with it.
static int parse_only(const char *form)
{
    zip_t *zip = zip_open(form, ZIP_RDONLY, NULL);
    for (zip_int64_t i = 0; zip && i < zip_get_num_entries(zip, 0); i++) {
        zip_stat_t status;
        zip_stat_index(zip, (zip_uint64_t)i, 0, &status);
        char *bytes = malloc(status.size + 1);
        zip_file_t *file = zip_fopen_index(zip, (zip_uint64_t)i, 0);
        XML_Parser parser = XML_ParserCreate(NULL);
        zip_fread(file, bytes, status.size);
        XML_Parse(parser, bytes, (int)status.size, 1);
        XML_ParserFree(parser);
        zip_fclose(file);
        free(bytes);
    }
    return zip ? zip_close(zip) : 1;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double run_parse_only(const char *form)
{
    double began = now();
    return parse_only(form) ? (double)NAN : now() - began;
}

static double best(int runs, const char *assay, const char *command, const char *form)
{
    double least = INFINITY;
    for (int i = 0; i < runs; i++)
        least = fmin(least, assay ? run(assay, command, form) : run_parse_only(form));
    return least;
}

int main(int argc, char **argv)
{
    char folder[] = "/tmp/bench_xform.XXXXXX", path[64];
    int runs = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 15;
    if (argc < 2 || !mkdtemp(folder))
        return 2;
    snprintf(path, sizeof path, "%s/form.xlsx", folder);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        make(path, &sizes[i]);
        double start = best(runs, argv[1], "--version", NULL), whole = best(runs, argv[1], "xform", path), limit = best(runs, NULL, NULL, path);
        printf("%-30s assay xform %5.1f ms (%.1f to start the program, %.1f to unzip and parse the XML and do nothing else); pyxform 4.5 %4.0f ms: "
               "%.0f times\n",
               sizes[i].name, whole * 1e3, start * 1e3, limit * 1e3, sizes[i].pyxform * 1e3, sizes[i].pyxform / whole);
        if (!getenv("KEEP"))
            unlink(path);
    }
    rmdir(folder);
    return 0;
}
