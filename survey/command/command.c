// SPDX-License-Identifier: GPL-3.0-or-later
// Options, help and messages of every command.
#include "survey/command/command.h"

#include "survey/base/arena.h"
#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/base/utf8.h"

#include <getopt.h>
#include <locale.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST_OPTIONS = SURVEY_MOST_OPTIONS, MOST_GIVEN = 1024 };

struct survey_given {
    const char *name;
    const char *value;
};

static const struct survey_option json_options[] = {
    {"json", 0, NULL, N_("machine-readable output")},
    {NULL},
};
static const struct survey_option change_options[] = {
    {"as", 0, N_("NAME"), N_("who does it (default: the login name)")},
    {"why", 0, N_("TEXT"), N_("why, for the log")},
    {NULL},
};
static const struct survey_option round_options[] = {
    {"round", 0, N_("ROUND"), N_("the round (default: the current one)")},
    {"now", 0, N_("TIME"), N_("take this as the time, for repeatable runs")},
    {NULL},
};
static const struct survey_option common_options[] = {
    {"language", 0, N_("LANGUAGE"), N_("language of messages and labels (en, zh)")},
    {"help", 'h', NULL, N_("show this help")},
    {NULL},
};

size_t survey_command_options(const struct survey_command *command, const struct survey_option *all[static SURVEY_MOST_OPTIONS])
{
    bool changes = command->flags & SURVEY_COMMAND_CHANGES;
    const struct survey_option *tables[] = {
        command->options,
        command->flags & SURVEY_COMMAND_JSON ? json_options : NULL,
        changes ? change_options : NULL,
        changes || command->flags & SURVEY_COMMAND_ROUND ? round_options : NULL,
        common_options,
    };
    size_t count = 0;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const struct survey_option *option = tables[i]; option && option->name; option++) {
            bool known = false; // a command's own option takes the place of a common one
            for (size_t k = 0; k < count; k++)
                known |= strcmp(all[k]->name, option->name) == 0;
            if (!known && count < MOST_OPTIONS)
                all[count++] = option;
        }
    return count;
}

void survey_command_help(const struct survey_command *command, FILE *file)
{
    const struct survey_option *all[MOST_OPTIONS];
    size_t count = survey_command_options(command, all);
    fprintf(file, _("Usage: assay %s [OPTIONS] %s\n"), command->name, _(command->arguments));
    fprintf(file, "%s\n\n", _(command->summary));
    for (size_t i = 0; i < count; i++) {
        char left[64];
        const char *value = all[i]->value ? _(all[i]->value) : "";
        survey_format_into(left, sizeof left, "%s%c%s--%s %s", all[i]->letter ? "-" : " ",
                           all[i]->letter ? all[i]->letter : ' ', all[i]->letter ? ", " : "  ",
                           all[i]->name, value);
        size_t columns = survey_utf8_columns(left, strlen(left)); // a Chinese letter takes two
        fprintf(file, "  %s%*s %s\n", left, columns < 30 ? 30 - (int)columns : 0, "", _(all[i]->help));
    }
}

static const char *login_name(void)
{
    const struct passwd *user = getpwuid(geteuid());
    return user ? user->pw_name : "unknown";
}

static struct survey_time clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct tm local;
    localtime_r(&now.tv_sec, &local);
    return (struct survey_time){now.tv_sec, (int)(now.tv_nsec / 1000000), (int)(local.tm_gmtoff / 60)};
}

static bool take_common(struct survey_invocation *invocation)
{
    struct survey_actor *actor = &invocation->actor;
    const char *who = survey_given_value(invocation, "as");
    const char *why = survey_given_value(invocation, "why");
    const char *round = survey_given_value(invocation, "round");
    const char *now = survey_given_value(invocation, "now");
    *actor = (struct survey_actor){who ? who : login_name(), why ? why : "", clock_now(), round ? round : ""};
    if (now && !survey_time_parse(now, strlen(now), actor->now.offset, &actor->now)) {
        survey_command_usage(invocation, _("--now: '%s' is not a time such as 2016-12-31T08:30:00+08:00"), now);
        return false;
    }
    invocation->json = survey_given(invocation, "json");
    invocation->language = survey_given_value(invocation, "language");
    bool messages = true; // a command's own --language is of what it makes
    for (const struct survey_option *option = invocation->command->options; option && option->name; option++)
        messages &= strcmp(option->name, "language") != 0;
    if (invocation->language && messages)
        survey_language_use(invocation->language);
    return true;
}

// Fills the tables of getopt_long from ours; returned values are indices + 1000.
static void fill_getopt(const struct survey_option *const *all, size_t count, struct option *longs,
                        char *shorts)
{
    *shorts++ = ':';
    for (size_t i = 0; i < count; i++) {
        longs[i] = (struct option){all[i]->name, all[i]->value ? required_argument : no_argument, NULL,
                                   1000 + (int)i};
        if (!all[i]->letter)
            continue;
        *shorts++ = all[i]->letter;
        if (all[i]->value)
            *shorts++ = ':';
    }
    longs[count] = (struct option){0};
    *shorts = '\0';
}

static int index_of(const struct survey_option *const *all, size_t count, int found)
{
    if (found >= 1000)
        return found - 1000;
    for (size_t i = 0; i < count; i++)
        if (all[i]->letter == found)
            return (int)i;
    return -1;
}

static bool read_options(struct survey_invocation *invocation, int argc, char **argv, bool *help)
{
    const struct survey_option *all[MOST_OPTIONS];
    struct option longs[MOST_OPTIONS + 1];
    char shorts[2 * MOST_OPTIONS + 2];
    size_t count = survey_command_options(invocation->command, all);
    fill_getopt(all, count, longs, shorts);
    opterr = 0;
    optind = 0;
    for (int found; (found = getopt_long(argc, argv, shorts, longs, NULL)) != -1;) {
        const char *word = argv[optind - 1];
        if (found == '?' || found == ':') {
            survey_command_usage(invocation, found == '?' ? _("unknown option '%s'") : _("'%s' needs a value"),
                                 word);
            return false;
        }
        int index = index_of(all, count, found);
        *help |= strcmp(all[index]->name, "help") == 0;
        if (invocation->given_count == MOST_GIVEN) {
            survey_command_usage(invocation, "%s", _("too many options"));
            return false;
        }
        invocation->given[invocation->given_count++] = (struct survey_given){all[index]->name, optarg};
    }
    invocation->arguments = argv + optind;
    invocation->count = argc - optind;
    return true;
}

int survey_command_run(const struct survey_command *command, int argc, char **argv)
{
    struct survey_invocation invocation = {.command = command};
    invocation.given = survey_alloc(MOST_GIVEN * sizeof *invocation.given);
    bool help = false;
    int code = 2;
    if (!read_options(&invocation, argc, argv, &help) || !take_common(&invocation))
        goto done;
    if (help) {
        survey_command_help(command, stdout);
        code = 0;
    } else if (invocation.count < command->least ||
               (command->most >= 0 && invocation.count > command->most)) {
        survey_command_usage(&invocation, _("expected: %s"), _(command->arguments));
    } else {
        code = command->run(&invocation);
    }
    if (fflush(stdout) != 0 && code == 0) {
        perror("assay");
        code = 3;
    }
done:
    free(invocation.given);
    return code;
}

const char *survey_given_at(const struct survey_invocation *invocation, const char *option, int index)
{
    for (int i = 0; i < invocation->given_count; i++)
        if (strcmp(invocation->given[i].name, option) == 0 && index-- == 0)
            return invocation->given[i].value;
    return NULL;
}

bool survey_given(const struct survey_invocation *invocation, const char *option)
{
    for (int i = 0; i < invocation->given_count; i++)
        if (strcmp(invocation->given[i].name, option) == 0)
            return true;
    return false;
}

const char *survey_given_value(const struct survey_invocation *invocation, const char *option)
{
    const char *value = NULL;
    for (int i = 0; i < invocation->given_count; i++)
        if (strcmp(invocation->given[i].name, option) == 0)
            value = invocation->given[i].value;
    return value;
}

bool survey_given_integer(const struct survey_invocation *invocation, const char *option, int64_t low,
                          int64_t high, int64_t *value)
{
    const char *text = survey_given_value(invocation, option);
    if (!text)
        return true;
    int64_t found;
    if (survey_integer_parse(text, strlen(text), &found) && found >= low && found <= high) {
        *value = found;
        return true;
    }
    survey_command_usage(invocation, _("--%s: '%s' is not a whole number from %lld to %lld"), option, text,
                         (long long)low, (long long)high);
    return false;
}

int survey_command_fail(const struct survey_invocation *invocation, const struct survey_error *error)
{
    survey_progress_end();
    fprintf(stderr, "assay %s: %s%s%s\n", invocation->command->name, error->where,
            error->where[0] ? ": " : "", error->message);
    switch (error->code) {
    case SURVEY_OK:
    case SURVEY_ERROR_RESOURCE:
        return 3;
    case SURVEY_ERROR_INPUT:
        return 1;
    case SURVEY_ERROR_USAGE:
        return 2;
    }
    return 3;
}

int survey_command_usage(const struct survey_invocation *invocation, const char *format, ...)
{
    struct survey_buffer buffer = SURVEY_BUFFER(1 << 16);
    va_list list;
    va_start(list, format);
    survey_format_list(&buffer, format, list);
    va_end(list);
    fprintf(stderr, "assay %s: %s\n", invocation->command->name, survey_buffer_string(&buffer));
    fprintf(stderr, _("Try 'assay help %s'.\n"), invocation->command->name);
    survey_buffer_clear(&buffer);
    return 2;
}

static const char *severity_word(enum survey_severity severity, bool json)
{
    static const char *const words[] = {N_("note"), N_("warning"), N_("fault")};
    return json ? words[severity] : _(words[severity]);
}

void survey_report_write_json(const struct survey_report *report, struct survey_json_writer *writer)
{
    survey_json_open(writer, '[');
    for (size_t i = 0; i < survey_report_count(report); i++) {
        const struct survey_problem *problem = survey_report_at(report, i);
        char cell[32] = "";
        if (problem->row && problem->column)
            survey_column_letters(problem->column, cell);
        survey_json_open(writer, '{');
        survey_json_member(writer, "severity", severity_word(problem->severity, true));
        survey_json_member(writer, "code", problem->code);
        survey_json_member(writer, "file", problem->file);
        survey_json_member(writer, "sheet", problem->sheet);
        survey_json_member_integer(writer, "row", problem->row);
        survey_json_member(writer, "column", cell);
        survey_json_member(writer, "message", problem->message);
        survey_json_member(writer, "expected", problem->expected);
        survey_json_close(writer, '}');
    }
    survey_json_close(writer, ']');
}

int survey_command_report(const struct survey_invocation *invocation, const struct survey_report *report,
                          FILE *file)
{
    if (invocation->json) {
        struct survey_buffer buffer = SURVEY_BUFFER((size_t)1 << 30);
        struct survey_json_writer writer = survey_json_writer(&buffer, true);
        survey_report_write_json(report, &writer);
        fprintf(file, "%s\n", survey_buffer_string(&buffer));
        survey_buffer_clear(&buffer);
    } else {
        for (size_t i = 0; i < survey_report_count(report); i++) {
            const struct survey_problem *problem = survey_report_at(report, i);
            char place[1024];
            survey_place_text(problem, place, sizeof place);
            fprintf(file, "%s %s %s: %s%s%s\n", severity_word(problem->severity, false), problem->code,
                    place, problem->message, problem->expected[0] ? _("; ") : "", problem->expected);
        }
    }
    return survey_report_count_of(report, SURVEY_FAULT) ? 1 : 0;
}

int survey_command_print(const struct survey_invocation *invocation, const struct survey_buffer *buffer)
{
    fwrite(survey_buffer_string(buffer), 1, buffer->length, stdout);
    if (fflush(stdout) == 0)
        return 0;
    struct survey_error error;
    survey_fail(&error, SURVEY_ERROR_RESOURCE, "", "%s", _("writing to standard output failed"));
    return survey_command_fail(invocation, &error);
}

void survey_progress(const char *what, size_t done, size_t total)
{
    static _Thread_local struct timespec started, shown; // when this run of work began
    if (!isatty(STDERR_FILENO))
        return;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (done == 0)
        started = now;
    bool often = now.tv_sec == shown.tv_sec && now.tv_nsec - shown.tv_nsec < 100000000;
    if (now.tv_sec - started.tv_sec < 1 || often)
        return;
    shown = now;
    fprintf(stderr, "\r%s %zu/%zu\033[K", what, done, total);
}

void survey_progress_end(void)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[K");
}

void survey_language_use(const char *language)
{
    extern int _nl_msg_cat_cntr; // glibc's sign that the language changed (gettext manual, 11.4)
    static const char *const names[] = {"LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"};
    const char *wanted = language;
    for (size_t i = 0; i < sizeof names / sizeof *names && (!wanted || !*wanted); i++)
        wanted = getenv(names[i]);
    // "zh" finds the catalogue of zh_CN too, and so does a Chinese locale that is not installed.
    if (wanted && strncmp(wanted, "zh", 2) == 0)
        setenv("LANGUAGE", "zh_CN:zh", 1);
    else if (language)
        setenv("LANGUAGE", language, 1);
    if (!setlocale(LC_MESSAGES, "") || strcmp(setlocale(LC_MESSAGES, NULL), "C") == 0 ||
        strcmp(setlocale(LC_MESSAGES, NULL), "POSIX") == 0)
        setlocale(LC_MESSAGES, "C.UTF-8");
    setlocale(LC_CTYPE, "C.UTF-8");
    _nl_msg_cat_cntr++;
}
