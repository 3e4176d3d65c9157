// SPDX-License-Identifier: GPL-3.0-or-later
// estimate: design-based estimates from a CSV file or an evaluation file.
#include "stats/ask.h"
#include "stats/ask_change.h"
#include "stats/estimate/replicate.h"
#include "stats/request/request.h"
#include "stats/stats.h"
#include "survey/base/arena.h"
#include "survey/base/file.h"
#include "survey/base/format.h"
#include "survey/base/number.h"
#include "survey/base/text.h"

#include <libgen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { REQUEST_MAX = 64 << 20 };

static const struct survey_option options[] = {
    {"share", 0, N_("E"), N_("the share in which E holds, or of each code of a column")},
    {"mean", 0, N_("E"), N_("the mean of E; of a column of texts the share of each")},
    {"total", 0, N_("E"), N_("the total of E")},
    {"ratio", 0, N_("A,B"), N_("the total of A over the total of B")},
    {"quantile", 0, N_("E@P,.."), N_("the values of E below which shares P lie")},
    {"by", 0, N_("COLS"), N_("for each combination of the columns, separated by commas")},
    {"ranks", 0, N_("BEST"), N_("rank the groups, best is high or low, with sets that hold their true ranks")},
    {"where", 0, N_("E"), N_("only where E holds; other rows stay in the variance as zeros")},
    {"strata", 0, N_("COLS"), N_("CSV: strata of the first stage")},
    {"psu", 0, N_("COLS"), N_("CSV: sampled units, one column a stage; without it each row is one")},
    {"weight", 0, N_("COL"), N_("CSV: weights; without it population over sample by --fpc, else 1")},
    {"fpc", 0, N_("COLS"), N_("CSV: population sizes (or sampling fractions), one column a stage")},
    {"nest", 0, NULL, N_("CSV: labels of PSUs restart in each stratum")},
    {"lonely-psu", 0, N_("POLICY"), N_("strata with one PSU: fail, remove, certainty, adjust or average")},
    {"replicates", 0, N_("METHOD"),
     N_("errors by replicates: jkn, jk1, brr, fay:RHO, bootstrap:R, canty-davison:R, preston:R or sdr")},
    {"seed", 0, N_("N"), N_("of a bootstrap; the same seed gives the same replicates (default: 1)")},
    {"df", 0, N_("RULE"), N_("degrees of freedom: design (PSUs minus strata) or satterthwaite (few or uneven PSUs)")},
    {"confidence", 0, N_("C"), N_("of intervals, such as 0.95")},
    {"assumed-icc", 0, N_("R"),
     N_("intra-class correlation that sets a floor under a share's design effect")},
    {"form", 0, N_("FORM"), N_("evaluation file: responses of this form")},
    {"change", 0, N_("R1,R2"), N_("evaluation file: the change from one round to another, with its error")},
    {"request", 0, N_("FILE"),
     N_("answer a request in JSON (data, design, estimator, args), - for standard input")},
    {NULL},
};

// All values of an option, each split at commas.
static const char *const *list_of(const struct survey_invocation *invocation, struct survey_arena *arena,
                                  const char *option, size_t *count)
{
    size_t room = 1;
    for (int i = 0; survey_given_at(invocation, option, i); i++)
        room += strlen(survey_given_at(invocation, option, i)) + 1;
    const char **list = survey_arena_array(arena, room, sizeof *list);
    *count = 0;
    for (int i = 0; survey_given_at(invocation, option, i); i++)
        for (const char *at = survey_given_at(invocation, option, i); *at;) {
            at += strspn(at, " ,");
            size_t length = strcspn(at, ","), kept = length;
            while (kept && at[kept - 1] == ' ')
                kept--;
            if (kept)
                list[(*count)++] = survey_arena_strndup(arena, at, kept);
            at += length;
        }
    return list;
}

// A number in a range; a percentage too where it can be one.
static bool number_option(const struct survey_invocation *invocation, const char *option, double low,
                          double high, double *value, struct survey_error *error)
{
    const char *text = survey_given_value(invocation, option);
    double number;
    if (!text)
        return true;
    if (!survey_number_parse(text, strlen(text), &number) || !(number >= low && number <= high))
        return survey_fail(error, SURVEY_ERROR_USAGE, "", _("--%s %s: give a number from %g to %g"), option,
                           text, low, high);
    *value = number;
    return true;
}

static bool set_policies(const struct survey_invocation *invocation, struct stats_design *design,
                         struct survey_error *error)
{
    const char *lonely = survey_given_value(invocation, "lonely-psu");
    if (lonely && !stats_lonely_parse(lonely, &design->lonely))
        return survey_fail(error, SURVEY_ERROR_USAGE, "",
                           _("--lonely-psu %s: give fail, remove, certainty, adjust or average"), lonely);
    const char *rule = survey_given_value(invocation, "df");
    if (rule && strcmp(rule, "design") != 0 && strcmp(rule, "satterthwaite") != 0)
        return survey_fail(error, SURVEY_ERROR_USAGE, "", _("--df %s: give design or satterthwaite"), rule);
    design->satterthwaite = rule && *rule == 's';
    return number_option(invocation, "confidence", 0.5, 0.9999, &design->confidence, error) &&
           number_option(invocation, "assumed-icc", 0, 1, &design->assumed_icc, error);
}

static bool set_replicates(const struct survey_invocation *invocation, struct stats_source *source,
                           struct survey_error *error)
{
    const char *text = survey_given_value(invocation, "replicates");
    struct stats_replicate_plan plan = {0};
    const char *number = survey_given_value(invocation, "seed");
    int64_t seed = 1;
    if (number && (!survey_integer_parse(number, strlen(number), &seed) || seed < 0))
        return survey_fail(error, SURVEY_ERROR_USAGE, "", "%s", _("--seed: give a whole number, at least 0"));
    if (!text)
        return !survey_given(invocation, "seed") ||
               survey_fail(error, SURVEY_ERROR_USAGE, "", "%s", _("--seed is for --replicates"));
    if (!stats_replicate_parse(text, &plan))
        return survey_fail(error, SURVEY_ERROR_USAGE, "",
                           _("--replicates %s: give jkn, jk1, brr, fay:RHO, bootstrap:R, canty-davison:R, preston:R "
                             "or sdr, with RHO from 0 to below 1 and R from 2 to %d"),
                           text, STATS_REPLICATES_MOST);
    plan.seed = (uint64_t)seed;
    return stats_source_replicate(source, &plan, error);
}

static bool open_source(const struct survey_invocation *invocation, struct survey_arena *arena,
                        struct stats_source *source, struct survey_error *error)
{
    static const char *const of_csv[] = {"strata", "psu", "weight", "fpc", "nest"};
    const char *path = invocation->arguments[0];
    if (stats_source_is_evaluation(path)) {
        for (size_t i = 0; i < sizeof of_csv / sizeof *of_csv; i++)
            if (survey_given(invocation, of_csv[i]))
                return survey_fail(error, SURVEY_ERROR_USAGE, "",
                                   _("--%s is for CSV files; an evaluation file knows its design"),
                                   of_csv[i]);
        return stats_source_open_evaluation(source, path, &invocation->actor,
                                            survey_given_value(invocation, "form"),
                                            survey_given(invocation, "replicates"), error);
    }
    if (survey_given(invocation, "form"))
        return survey_fail(error, SURVEY_ERROR_USAGE, "", "%s", _("--form is for evaluation files"));
    struct stats_design_columns columns = {.weight = survey_given_value(invocation, "weight"),
                                           .nest = survey_given(invocation, "nest")};
    columns.strata = list_of(invocation, arena, "strata", &columns.strata_count);
    columns.units = list_of(invocation, arena, "psu", &columns.unit_count);
    columns.fpc = list_of(invocation, arena, "fpc", &columns.fpc_count);
    return stats_source_open_table(source, path, &columns, error);
}

// What is asked of lone questions is read in one pass.
static bool ready(const struct survey_invocation *invocation, struct survey_arena *arena,
                  struct stats_dataset *dataset, struct survey_error *error)
{
    static const char *const options_of_names[] = {"by", "mean", "share", "total"};
    for (size_t i = 0; i < sizeof options_of_names / sizeof *options_of_names; i++) {
        size_t count;
        const char *const *names = list_of(invocation, arena, options_of_names[i], &count);
        if (!stats_dataset_ready(dataset, names, count, error))
            return false;
    }
    return true;
}

// What is asked for, without the answers.
static bool ask(const struct survey_invocation *invocation, struct survey_arena *arena,
                struct stats_asked *asked, struct survey_error *error)
{
    static const enum stats_statistic statistics[] = {STATS_SHARE, STATS_MEAN, STATS_TOTAL, STATS_RATIO,
                                                      STATS_QUANTILE};
    size_t count;
    const char *const *by = list_of(invocation, arena, "by", &count);
    const char *where = survey_given_value(invocation, "where");
    if (asked->source->dataset && !ready(invocation, arena, asked->source->dataset, error))
        return false;
    if (where && !stats_ask_where(asked, where, error))
        return false;
    if (count && !stats_ask_by(asked, by, count, error))
        return false;
    for (size_t i = 0; i < sizeof statistics / sizeof *statistics; i++) {
        const char *text, *option = stats_statistic_name(statistics[i]);
        for (int k = 0; (text = survey_given_at(invocation, option, k)); k++)
            if (!stats_ask_add(asked, statistics[i], text, error))
                return false;
    }
    return true;
}

static void warn(const struct survey_invocation *invocation, const struct stats_asked *asked)
{
    struct survey_report *report = survey_report_new();
    stats_ask_examine(asked, report);
    if (survey_report_count(report))
        survey_command_report(invocation, report, stderr);
    survey_report_free(report);
}

static int print(const struct survey_invocation *invocation, const struct stats_asked *asked)
{
    warn(invocation, asked);
    struct survey_buffer text = SURVEY_BUFFER((size_t)1 << 30);
    if (invocation->json) {
        struct survey_json_writer writer = survey_json_writer(&text, true);
        stats_ask_write(asked, &writer);
        survey_buffer_byte(&text, '\n');
    } else {
        stats_ask_print(asked, &text);
    }
    int code = survey_command_print(invocation, &text);
    survey_buffer_clear(&text);
    return code;
}

// A misspelt key must not pass for one that was left out.
static void warn_unasked(void *user, const char *where, const char *key)
{
    (void)user;
    fprintf(stderr, _("assay estimate: warning: %s: '%s' means nothing to this estimator\n"), where, key);
}

// One request, or a list of them that gives a list of results; a request that fails has {"error": ...}.
static bool answer_requests(const char *path, struct survey_buffer *text, bool *faults,
                            struct survey_error *error)
{
    char *bytes, *copy = strdup(path);
    size_t length;
    struct survey_json *json;
    struct survey_arena *arena = survey_arena_new();
    bool done =
        survey_file_read(strcmp(path, "-") == 0 ? "/dev/stdin" : path, REQUEST_MAX, &bytes, &length, error);
    const char *folder = strcmp(path, "-") == 0 ? "." : dirname(copy);
    if (done) {
        done = survey_json_read(arena, path, bytes, length, &json, error);
        free(bytes);
    }
    bool list = done && json->kind == SURVEY_JSON_ARRAY;
    struct survey_json_writer writer = survey_json_writer(text, true);
    if (list)
        survey_json_open(&writer, '[');
    for (const struct survey_json *entry = !done  ? NULL
                                           : list ? json->first
                                                  : json;
         entry; entry = list ? entry->next : NULL) {
        struct survey_json_writer before = writer;
        size_t start = text->length;
        bool ran = stats_request_run(entry, folder, &writer, NULL, error);
        stats_request_unasked(entry, warn_unasked, NULL);
        if (ran)
            continue;
        done = list;
        if (!list)
            break;
        *faults = true;
        text->length = start;
        writer = before;
        survey_json_open(&writer, '{');
        survey_json_member(
            &writer, "error",
            survey_arena_format(arena, "%s%s%s", error->where, *error->where ? ": " : "", error->message));
        survey_json_close(&writer, '}');
    }
    if (list)
        survey_json_close(&writer, ']');
    survey_buffer_byte(text, '\n');
    survey_arena_free(arena);
    free(copy);
    return done;
}

static int run_requests(const struct survey_invocation *invocation)
{
    struct survey_buffer text = SURVEY_BUFFER((size_t)1 << 30);
    struct survey_error error = {0};
    bool faults = false;
    int code = answer_requests(survey_given_value(invocation, "request"), &text, &faults, &error)
                   ? survey_command_print(invocation, &text)
                   : survey_command_fail(invocation, &error);
    survey_buffer_clear(&text);
    return code ? code : faults;
}

static bool asks_nothing(const struct survey_invocation *invocation)
{
    return !survey_given(invocation, "share") && !survey_given(invocation, "mean") &&
           !survey_given(invocation, "total") && !survey_given(invocation, "ratio") &&
           !survey_given(invocation, "quantile");
}

// The rounds of --change, and that nothing is asked for that a change does not know.
static bool read_rounds(const struct survey_invocation *invocation, struct survey_arena *arena,
                        const char *rounds[2], struct survey_error *error)
{
    static const char *const others[] = {"ratio",   "quantile", "request", "round", "strata", "psu",
                                         "weight",  "fpc",      "nest",    "replicates", "df"};
    size_t count;
    const char *const *list = list_of(invocation, arena, "change", &count);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (survey_given(invocation, others[i]))
            return survey_fail(error, SURVEY_ERROR_USAGE, "",
                               _("--change does not go with --%s: it takes --share, --mean and --total of two "
                                 "rounds of an evaluation file"),
                               others[i]);
    if (count != 2 || strcmp(list[0], list[1]) == 0)
        return survey_fail(error, SURVEY_ERROR_USAGE, "", "%s", _("--change: give two rounds, such as 2019,2021"));
    rounds[0] = list[0];
    rounds[1] = list[1];
    return true;
}

static bool open_round(const struct survey_invocation *invocation, struct survey_arena *arena, const char *round,
                       struct stats_source *source, struct stats_asked *asked, struct survey_error *error)
{
    struct survey_actor actor = invocation->actor;
    const char *path = invocation->arguments[0];
    actor.round = round;
    if (!stats_source_is_evaluation(path))
        return survey_fail(error, SURVEY_ERROR_USAGE, "", "%s",
                           _("--change is for evaluation files; for a CSV file ask in a request (estimator 'change')"));
    if (!stats_source_open_evaluation(source, path, &actor, survey_given_value(invocation, "form"), true, error) ||
        !set_policies(invocation, &source->design, error) || !stats_source_prepare(source, error))
        return false;
    *asked = (struct stats_asked){.source = source, .where = "", .group_count = 1};
    return ask(invocation, arena, asked, error);
}

static int print_change(const struct survey_invocation *invocation, const struct effect_change_table *table)
{
    warn(invocation, table->asked[0]);
    struct survey_buffer text = SURVEY_BUFFER((size_t)1 << 30);
    if (invocation->json) {
        struct survey_json_writer writer = survey_json_writer(&text, true);
        effect_change_write(table, &writer);
        survey_buffer_byte(&text, '\n');
    } else {
        effect_change_print(table, &text);
    }
    int code = survey_command_print(invocation, &text);
    survey_buffer_clear(&text);
    return code;
}

static int run_change(const struct survey_invocation *invocation)
{
    struct survey_arena *arena = survey_arena_new();
    struct survey_error error = {0};
    struct stats_source sources[2] = {0};
    struct stats_asked asked[2];
    struct effect_change_table table = {.arena = arena, .asked = {&asked[0], &asked[1]}};
    bool done = read_rounds(invocation, arena, table.round, &error);
    for (int i = 0; done && i < 2; i++)
        done = open_round(invocation, arena, table.round[i], &sources[i], &asked[i], &error);
    done = done && effect_change_answer(&table, &error);
    int code = done ? print_change(invocation, &table) : survey_command_fail(invocation, &error);
    for (int i = 0; i < 2; i++)
        if (sources[i].arena)
            stats_source_close(&sources[i]);
    survey_arena_free(arena);
    return code;
}

static int run(struct survey_invocation *invocation)
{
    if (survey_given(invocation, "request"))
        return invocation->count
                   ? survey_command_usage(invocation, "%s", _("a request names its data; give no other file"))
                   : run_requests(invocation);
    if (invocation->count != 1)
        return survey_command_usage(invocation, "%s",
                                    _("give one evaluation file or CSV file, or --request FILE"));
    if (asks_nothing(invocation))
        return survey_command_usage(
            invocation, "%s", _("nothing to estimate: give --share, --mean, --total, --ratio or --quantile"));
    if (survey_given(invocation, "change") && survey_given(invocation, "ranks"))
        return survey_command_usage(invocation, "%s", _("--ranks does not go with --change"));
    if (survey_given(invocation, "change"))
        return run_change(invocation);
    struct survey_arena *arena = survey_arena_new();
    struct survey_error error = {0};
    struct stats_source source = {0};
    bool done = open_source(invocation, arena, &source, &error) &&
                set_policies(invocation, &source.design, &error) && stats_source_prepare(&source, &error) &&
                set_replicates(invocation, &source, &error);
    struct stats_asked asked = {.source = &source, .where = ""};
    const char *best = survey_given_value(invocation, "ranks");
    done = done && ask(invocation, arena, &asked, &error) && stats_ask_answer(&asked, &error) &&
           (!best || stats_ask_rank(&asked, best, &error));
    int code = done ? print(invocation, &asked) : survey_command_fail(invocation, &error);
    if (source.arena)
        stats_source_close(&source);
    survey_arena_free(arena);
    return code;
}

const struct survey_command stats_estimate_command = {
    .name = "estimate",
    .arguments = N_("(EVAL or DATA.csv)"),
    .summary = N_("shares, means, totals, ratios and quantiles with their errors"),
    .options = options,
    .flags = SURVEY_COMMAND_JSON | SURVEY_COMMAND_ROUND,
    .least = 0,
    .most = 1,
    .run = run,
};
