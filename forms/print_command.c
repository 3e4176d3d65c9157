// SPDX-License-Identifier: GPL-3.0-or-later
// The command print: QR-coded forms for the sampled units, or blank ones.
#include "forms/forms.h"

#include "forms/paper/issue.h"
#include "survey/base/arena.h"
#include "survey/base/file.h"
#include "survey/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct survey_option options[] = {
    {"output", 'o', N_("FILE.pdf"), N_("where to write the forms (needed)")},
    {"language", 0, N_("L[,L]"), N_("language of the forms, or two of them; default: the questionnaire's own")},
    {"where", 0, N_("EXPR"), N_("only sampled units that meet a condition on the frame, as frame('village_code') = '101'")},
    {"layout", 0, N_("FILE.json"), N_("where every mark is, in millimetres, for checks and simulated scans")},
    {"blank", 0, N_("N"), N_("N forms without a unit instead; with a questionnaire (FORM) in place of EVAL, specimens that no scan takes")},
    {"covers", 0, NULL, N_("a cover sheet before the forms of each village: its households, room for results")},
    {"per-file", 0, N_("PAGES"), N_("files of at most so many pages, FILE-001.pdf and so on, for a printer; no sheet is parted, nor a village that fits")},
    {"server", 0, N_("HTTPS://HOST"), N_("codes that a phone's camera opens; they are larger")},
    {"names", 0, NULL, N_("print names and the like on the sheets too (they are left out by default)")},
    {NULL},
};

struct output {
    char path[4096];
    char temporary[4096];
    bool direct; // a device or a pipe: there is nothing to rename
    bool aside;
};

static void show_progress(size_t done, size_t total)
{
    survey_progress(_("printing"), done, total);
}

// Refuses what cannot be written before anything is made.
static bool prepare(struct output *output, const char *path, struct survey_error *error)
{
    struct stat what;
    *output = (struct output){0};
    survey_format_into(output->path, sizeof output->path, "%s", path);
    bool there = stat(path, &what) == 0;
    if (there && S_ISDIR(what.st_mode))
        return survey_fail(error, SURVEY_ERROR_RESOURCE, path, "%s", strerror(EISDIR));
    output->direct = strcmp(path, "-") == 0 || (there && !S_ISREG(what.st_mode));
    if (!output->direct)
        output->aside = survey_file_aside(path, output->temporary, sizeof output->temporary, error);
    return output->direct || output->aside;
}

static bool write_bytes(const char *path, const struct survey_buffer *bytes, struct survey_error *error)
{
    int file = strcmp(path, "-") == 0 ? dup(STDOUT_FILENO) : open(path, O_WRONLY | O_CLOEXEC);
    size_t done = 0;
    while (file >= 0 && done < bytes->length) {
        ssize_t put = write(file, bytes->at + done, bytes->length - done);
        if (put < 0 && errno != EINTR)
            break;
        done += put > 0 ? (size_t)put : 0;
    }
    int failed = file < 0 || done < bytes->length ? errno : 0;
    if (file >= 0 && close(file) != 0 && !failed)
        failed = errno;
    return !failed || survey_fail(error, SURVEY_ERROR_RESOURCE, path, "%s", strerror(failed));
}

static bool fill(const struct output *output, const struct survey_buffer *bytes, struct survey_error *error)
{
    struct survey_error inner = {0};
    if (write_bytes(output->direct ? output->path : output->temporary, bytes, &inner))
        return true;
    return survey_fail(error, inner.code, output->path, "%s", inner.message);
}

static bool keep(struct output *output, struct survey_error *error)
{
    bool aside = output->aside;
    output->aside = false;
    return !aside || survey_file_keep(output->temporary, output->path, error);
}

static void drop(struct output *output)
{
    if (output->aside)
        survey_file_drop(output->temporary);
    output->aside = false;
}

// forms.pdf -> forms-001.pdf
static void numbered(const char *path, size_t number, char *name, size_t size)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');
    int stem = (int)(dot && dot != (slash ? slash + 1 : path) ? dot - path : (ptrdiff_t)strlen(path));
    survey_format_into(name, size, "%.*s-%03zu%s", stem, path, number, path + stem);
}

static int say_result(const struct survey_invocation *invocation, const struct paper_issue *issue, const char *path, bool numbering)
{
    struct survey_buffer text = SURVEY_BUFFER(1 << 17);
    if (invocation->json) {
        struct survey_json_writer json = survey_json_writer(&text, true);
        survey_json_open(&json, '{');
        survey_json_member(&json, "file", path);
        survey_json_member_integer(&json, "sheets", (int64_t)issue->sheets);
        survey_json_member_integer(&json, "pages", (int64_t)issue->pages);
        survey_json_member_integer(&json, "files", (int64_t)issue->file_count);
        survey_json_member(&json, "left_out", survey_buffer_string(&issue->left_out));
        survey_json_close(&json, '}');
        survey_buffer_byte(&text, '\n');
    } else {
        if (numbering)
            survey_format(&text, _("%s and on: %zu sheets, %zu pages, %zu files\n"), path, issue->sheets, issue->pages, issue->file_count);
        else
            survey_format(&text, _("%s: %zu sheets, %zu pages\n"), path, issue->sheets, issue->pages);
        if (issue->left_out.length)
            survey_format(&text, _("Not on paper, as the workbook says: %s\n"), survey_buffer_string(&issue->left_out));
    }
    int code = 0;
    if (strcmp(path, "-") != 0)
        code = survey_command_print(invocation, &text);
    survey_buffer_clear(&text);
    return code;
}

struct job {
    struct survey_invocation *invocation;
    struct paper_issue_request request;
    char server[128];
    struct output *outputs; // of each file the PDF, and the layout where it is wanted
    size_t output_count;
    struct survey_report *report;
    struct survey_store *store; // NULL for a bare questionnaire
    struct survey_form *form;
};

static bool read_options(struct job *job, int *code)
{
    struct survey_invocation *invocation = job->invocation;
    struct survey_error error = {0};
    const char *server = survey_given_value(invocation, "server");
    job->request = (struct paper_issue_request){.languages = invocation->language, .where = survey_given_value(invocation, "where"),
                                                .names = survey_given(invocation, "names"), .covers = survey_given(invocation, "covers"),
                                                .with_layout = survey_given(invocation, "layout"), .progress = show_progress};
    *code = 2;
    if (!survey_given_value(invocation, "output")) {
        survey_command_usage(invocation, _("-o FILE.pdf is needed"));
        return false;
    }
    if (!survey_given_integer(invocation, "blank", 1, 10000, &job->request.blank))
        return false;
    if (!survey_given_integer(invocation, "per-file", 1, 1000000, &job->request.per_file))
        return false;
    if (job->request.per_file && strcmp(survey_given_value(invocation, "output"), "-") == 0) {
        survey_command_usage(invocation, _("--per-file needs the name of a file: -o forms.pdf"));
        return false;
    }
    if (job->request.blank && (job->request.where || job->request.names || job->request.covers)) {
        survey_command_usage(invocation, _("--blank goes without --where, --names and --covers"));
        return false;
    }
    if (server && !paper_server_text(server, job->server, &error)) {
        *code = survey_command_fail(invocation, &error);
        return false;
    }
    job->request.server = server ? job->server : NULL;
    return true;
}

static bool is_evaluation(const char *path)
{
    char start[16] = "";
    int file = open(path, O_RDONLY | O_CLOEXEC);
    bool found = file >= 0 && read(file, start, sizeof start) == (ssize_t)sizeof start && memcmp(start, "SQLite format 3", 16) == 0;
    if (file >= 0)
        close(file);
    return found;
}

// Faults alone: 'check' lists the warnings too.
static int show_faults(struct job *job)
{
    struct survey_report *faults = survey_report_new();
    for (size_t i = 0; i < survey_report_count(job->report); i++)
        if (survey_report_at(job->report, i)->severity == SURVEY_FAULT)
            survey_report_add(faults, survey_report_at(job->report, i));
    survey_report_sort(faults);
    survey_command_report(job->invocation, faults, stderr);
    survey_report_free(faults);
    return 1;
}

// Opens what the argument is: an evaluation file, or a questionnaire.
static int open_input(struct job *job)
{
    struct survey_error error = {0};
    const char *path = job->invocation->arguments[0];
    if (is_evaluation(path))
        return survey_store_open(path, SURVEY_STORE_WRITE, &job->store, &error) ? 0 : survey_command_fail(job->invocation, &error);
    if (!survey_form_open(path, false, job->report, &job->form, &error))
        return survey_command_fail(job->invocation, &error);
    if (survey_report_count_of(job->report, SURVEY_FAULT))
        return show_faults(job);
    if (!job->request.blank)
        return survey_command_usage(job->invocation, _("%s is a questionnaire; give --blank N, or make an evaluation with 'assay new'"), path);
    return 0;
}

// The file of that number, from 1, under the name given or a numbered one.
static bool add_output(struct job *job, const char *path, size_t number, struct survey_error *error)
{
    char name[4096];
    if (job->request.per_file)
        numbered(path, number, name, sizeof name);
    else
        survey_format_into(name, sizeof name, "%s", path);
    job->outputs = survey_realloc(job->outputs, job->output_count + 1, sizeof *job->outputs);
    return prepare(&job->outputs[job->output_count++], name, error);
}

static bool add_outputs(struct job *job, size_t number, struct survey_error *error)
{
    const char *layout = survey_given_value(job->invocation, "layout");
    return add_output(job, survey_given_value(job->invocation, "output"), number, error) && (!layout || add_output(job, layout, number, error));
}

static bool fill_all(struct job *job, const struct paper_issue *issue, struct survey_error *error)
{
    size_t each = job->request.with_layout ? 2 : 1;
    for (size_t i = 0; i < issue->file_count; i++)
        if ((i && !add_outputs(job, i + 1, error)) || !fill(&job->outputs[i * each], &issue->files[i].pdf, error) ||
            (each == 2 && !fill(&job->outputs[i * each + 1], &issue->files[i].layout, error)))
            return false;
    return true;
}

// Everything is written aside before the evaluation file changes, and renamed after.
static bool write_all(struct job *job, struct paper_issue *issue, struct survey_error *error)
{
    const struct survey_actor *actor = &job->invocation->actor;
    bool made = job->store ? paper_issue(job->store, &job->request, actor, job->report, issue, error)
                           : paper_issue_specimen(job->form, &job->request, &actor->now, job->report, issue, error);
    survey_progress_end();
    if (!made || !fill_all(job, issue, error) || (job->store && !survey_store_commit(job->store, error)))
        return false;
    bool kept = true;
    for (size_t i = 0; i < job->output_count; i++)
        kept = keep(&job->outputs[i], kept ? error : NULL) && kept;
    return kept;
}

// The first files are made ready before the work, so that what cannot be written is refused at once.
static int print(struct job *job)
{
    struct survey_invocation *invocation = job->invocation;
    struct survey_error error = {0};
    struct paper_issue issue = {0};
    size_t before = survey_report_count(job->report);
    bool done = add_outputs(job, 1, &error) && write_all(job, &issue, &error);
    int code = done ? say_result(invocation, &issue, job->outputs[0].path, job->request.per_file > 0) : 0;
    if (!done) {
        if (job->store)
            survey_store_rollback(job->store);
        if (survey_report_count(job->report) > before)
            show_faults(job);
        code = survey_command_fail(invocation, &error);
    }
    for (size_t i = 0; i < job->output_count; i++)
        drop(&job->outputs[i]);
    free(job->outputs);
    paper_issue_clear(&issue);
    return code;
}

static int run(struct survey_invocation *invocation)
{
    struct job job = {.invocation = invocation};
    int code;
    if (!read_options(&job, &code))
        return code;
    if (sodium_init() < 0)
        return 3;
    job.report = survey_report_new();
    code = open_input(&job);
    if (code == 0 && (job.store || !survey_report_count_of(job.report, SURVEY_FAULT)))
        code = print(&job);
    survey_report_free(job.report);
    survey_store_close(job.store);
    survey_form_free(job.form);
    return code;
}

const struct survey_command forms_print_command = {
    .name = "print",
    .arguments = N_("EVAL"),
    .summary = N_("print QR-coded forms for the sampled units"),
    .options = options,
    .flags = SURVEY_COMMAND_CHANGES | SURVEY_COMMAND_JSON,
    .least = 1,
    .most = 1,
    .run = run,
};
