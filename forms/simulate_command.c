// SPDX-License-Identifier: GPL-3.0-or-later
// The command simulate: fills in a print and scans it in simulation, and scores what a reader made of it.
#include "forms/forms.h"

#include "forms/scan/simulate_job.h"
#include "survey/base/arena.h"
#include "survey/base/number.h"
#include "survey/base/text.h"

#include <string.h>
#include <unistd.h>

static const struct survey_option options[] = {
    {"output", 'o', N_("FOLDER"), N_("where the scans and truth.json go (needed, but with --score)")},
    {"profile", 0, N_("P"), N_("A clean, B office (default), C pencil and dirt, D erasures, streaks and uneven feed, E hasty pens, pale print and stains")},
    {"dpi", 0, N_("N"), N_("resolution (default: 200)")},
    {"format", 0, N_("F"), N_("jpg (default), png, g4: one image a file; pdf, tiff: one file")},
    {"quality", 0, N_("N"), N_("of JPEG, 1 to 100 (default: the profile's)")},
    {"one-bit", 0, NULL, N_("black and white only")},
    {"crop", 0, N_("MM"), N_("cut off up to so many millimetres at each edge")},
    {"quarter-turns", 0, N_("SHARE"), N_("of the pages lie on their side, 0 to 1")},
    {"blank", 0, N_("SHARE"), N_("of the questions are left out (default: 0.04)")},
    {"twice", 0, N_("SHARE"), N_("of the single choices get two marks (default: 0.02)")},
    {"corrected", 0, N_("SHARE"), N_("of the single choices are corrected by filling in the wrong box")},
    {"written", 0, N_("SHARE"), N_("of the writing boxes are written in")},
    {"forms", 0, N_("N"), N_("the first N forms only")},
    {"seed", 0, N_("N"), N_("the same seed gives the same scans (default: 1)")},
    {"threads", 0, N_("N"), N_("default: as many as the machine has processors")},
    {"score", 0, N_("READ.json"), N_("instead: score what 'assay scan --json' printed, by the truth.json named")},
    {NULL},
};

static bool number(const struct survey_invocation *invocation, const char *option, double high, double *value)
{
    const char *text = survey_given_value(invocation, option);
    double found;
    if (!text)
        return true;
    if (survey_number_parse(text, strlen(text), &found) && found >= 0 && found <= high) {
        *value = found;
        return true;
    }
    survey_command_usage(invocation, _("--%s: '%s' is not a number from 0 to %g"), option, text, high);
    return false;
}

static bool read_format(const struct survey_invocation *invocation, struct simulate_job *job)
{
    static const char *const names[] = {"jpg", "png", "g4", "pdf", "tiff"};
    const char *name = survey_given_value(invocation, "format");
    for (int i = 0; name && i < 5; i++)
        if (strcmp(name, names[i]) == 0) {
            job->format = (enum simulate_format)i;
            return true;
        }
    if (name)
        survey_command_usage(invocation, _("--format: '%s' is none of jpg, png, g4, pdf, tiff"), name);
    return name == NULL;
}

static bool read_job(const struct survey_invocation *invocation, struct simulate_job *job, double *written)
{
    const char *name = survey_given_value(invocation, "profile");
    const struct simulate_profile *profile = simulate_profile(name ? name : "B");
    int64_t dpi = 200, forms = 0, seed = 1, threads = sysconf(_SC_NPROCESSORS_ONLN), quality;
    if (!profile) {
        survey_command_usage(invocation, _("--profile: '%s' is none of A, B, C, D, E"), name);
        return false;
    }
    *job = (struct simulate_job){.pen = profile->pen, .scanner = profile->scanner, .profile = profile->name};
    job->pen.blank = 0.04;
    job->pen.twice = 0.02;
    quality = profile->scanner.quality;
    if (!survey_given_integer(invocation, "dpi", 75, 600, &dpi) || !survey_given_integer(invocation, "forms", 1, 1000000, &forms) ||
        !survey_given_integer(invocation, "seed", 0, INT64_MAX, &seed) || !survey_given_integer(invocation, "threads", 1, 64, &threads) ||
        !survey_given_integer(invocation, "quality", 1, 100, &quality) || !read_format(invocation, job) ||
        !number(invocation, "blank", 1, &job->pen.blank) || !number(invocation, "twice", 1, &job->pen.twice) ||
        !number(invocation, "corrected", 1, &job->pen.corrected) || !number(invocation, "crop", 20, &job->scanner.crop) ||
        !number(invocation, "quarter-turns", 1, &job->scanner.quarter) || !number(invocation, "written", 1, written))
        return false;
    job->scanner.quality = (int)quality;
    job->scanner.one_bit = survey_given(invocation, "one-bit") || job->format == SIMULATE_G4 || job->format == SIMULATE_TIFF;
    job->dpi = (double)dpi;
    job->forms = (size_t)forms;
    job->seed = (uint64_t)seed;
    job->threads = (int)threads;
    return true;
}

static void show_progress(size_t done, size_t total)
{
    survey_progress(_("pages"), done, total);
}

static int simulate(struct survey_invocation *invocation)
{
    struct survey_error error = {0};
    struct simulate_job job;
    struct simulate_print print;
    double written = 0;
    size_t pages = 0;
    const char *folder = survey_given_value(invocation, "output");
    if (!folder || invocation->count != 2)
        return survey_command_usage(invocation, _("name the PDF, its layout file, and -o FOLDER"));
    if (!read_job(invocation, &job, &written))
        return 2;
    job.progress = show_progress;
    struct survey_arena *arena = survey_arena_new();
    bool done = simulate_print_read(arena, invocation->arguments[1], job.seed, written, &print, &error) &&
                simulate_run(&print, invocation->arguments[0], folder, &job, &pages, &error);
    survey_progress_end();
    survey_arena_free(arena);
    if (!done)
        return survey_command_fail(invocation, &error);
    struct survey_buffer text = SURVEY_BUFFER(1 << 16);
    survey_format(&text, _("%s: %zu pages and truth.json\n"), folder, pages);
    int code = survey_command_print(invocation, &text);
    survey_buffer_clear(&text);
    return code;
}

static void put_score_json(const struct simulate_score *score, struct survey_buffer *text)
{
    struct survey_json_writer json = survey_json_writer(text, true);
    survey_json_open(&json, '{');
    survey_json_member_integer(&json, "questions", (int64_t)score->questions);
    survey_json_member_integer(&json, "right", (int64_t)score->right);
    survey_json_member_integer(&json, "wrong", (int64_t)score->wrong);
    survey_json_member_integer(&json, "doubtful", (int64_t)score->doubtful);
    survey_json_member_integer(&json, "missing", (int64_t)score->missing);
    survey_json_member_integer(&json, "pages", (int64_t)score->pages);
    survey_json_member_integer(&json, "unread", (int64_t)score->unread);
    survey_json_close(&json, '}');
    survey_buffer_byte(text, '\n');
}

static int score(struct survey_invocation *invocation)
{
    struct survey_error error = {0};
    struct simulate_score score;
    struct survey_buffer text = SURVEY_BUFFER(64 << 20);
    if (invocation->count != 1)
        return survey_command_usage(invocation, _("name the truth.json"));
    bool done = simulate_score_read(invocation->arguments[0], survey_given_value(invocation, "score"), &score, &error);
    if (done && invocation->json) {
        put_score_json(&score, &text);
    } else if (done) {
        double all = score.questions ? (double)score.questions : 1;
        survey_format(&text, _("%zu questions on %zu pages: %zu right, %zu wrong, %zu doubtful (%.2f %%), %zu not read; %zu pages not read\n"),
                      score.questions, score.pages, score.right, score.wrong, score.doubtful, 100 * (double)score.doubtful / all,
                      score.missing, score.unread);
        survey_buffer_add(&text, survey_buffer_string(&score.wrongs), score.wrongs.length);
    }
    survey_buffer_clear(&score.wrongs);
    int code = done ? survey_command_print(invocation, &text) : survey_command_fail(invocation, &error);
    survey_buffer_clear(&text);
    return code;
}

static int run(struct survey_invocation *invocation)
{
    return survey_given(invocation, "score") ? score(invocation) : simulate(invocation);
}

const struct survey_command forms_simulate_command = {
    .name = "simulate",
    .arguments = N_("FORMS.pdf LAYOUT.json -o FOLDER, or TRUTH.json --score READ.json"),
    .summary = N_("fill in printed forms and scan them in simulation, to tune a scanner or judge a reader"),
    .options = options,
    .flags = SURVEY_COMMAND_JSON,
    .least = 1,
    .most = 2,
    .run = run,
};
