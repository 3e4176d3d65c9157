// SPDX-License-Identifier: GPL-3.0-or-later
// The command case: flags what the rules suspect, lists and shows cases, and takes decisions on
// them.
#include "stats/case/case.h"
#include "stats/stats.h"

#include "survey/base/number.h"
#include "survey/base/text.h"
#include "survey/base/utf8.h"

#include <string.h>

static const struct survey_option options[] = {
    {"from", 0, N_("FILE.csv"),
     N_("take decisions from a file: id, decision (confirm, dismiss), why, evidence, persons")},
    {"evidence", 0, N_("TEXT"),
     N_("what the decision rests on; needed to change one that was taken")},
    {"persons", 0, N_("N"), N_("persons concerned (default: as flagged, the household)")},
    {"state", 0, N_("STATE"), N_("list only those flagged, confirmed or dismissed")},
    {"type", 0, N_("TYPE"), N_("list only those of a type: wrong_exit, missed ...")},
    {"unit", 0, N_("UNIT"), N_("list only those of a unit of the sample")},
    {"who", 0, N_("NAME"), N_("list only those out of an enumerator's interviews")},
    {NULL},
};

// --- flag
// -----------------------------------------------------------------------------------------

static void flagged_json(const struct stats_flagged *flagged, struct survey_buffer *text)
{
    struct survey_json_writer json = survey_json_writer(text, true);
    survey_json_open(&json, '{');
    survey_json_member(&json, "round", flagged->round);
    survey_json_member_integer(&json, "interviews", (int64_t)flagged->interviews);
    survey_json_member_integer(&json, "opened", (int64_t)flagged->opened);
    survey_json_member_integer(&json, "changed", (int64_t)flagged->changed);
    survey_json_member_integer(&json, "decided", (int64_t)flagged->decided);
    survey_json_member_integer(&json, "stale", (int64_t)flagged->stale);
    survey_json_key(&json, "rules");
    survey_json_open(&json, '[');
    for (size_t i = 0; i < flagged->rule_count; i++) {
        survey_json_open(&json, '{');
        survey_json_member(&json, "rule", flagged->rules[i].rule);
        survey_json_member(&json, "type", flagged->rules[i].type);
        survey_json_member_integer(&json, "hits", (int64_t)flagged->rules[i].hits);
        survey_json_close(&json, '}');
    }
    survey_json_close(&json, ']');
    survey_json_close(&json, '}');
    survey_buffer_byte(text, '\n');
}

static void flagged_table(const struct stats_flagged *flagged, struct survey_buffer *text)
{
    survey_format(text, _("Rules over %zu interviews of round %s\n"), flagged->interviews,
                  flagged->round);
    for (size_t i = 0; i < flagged->rule_count; i++)
        survey_format(text, "  %-10s %-14s %7zu\n", flagged->rules[i].rule, flagged->rules[i].type,
                      flagged->rules[i].hits);
    survey_format(text, _("%zu cases opened, %zu changed, %zu decided before and left alone\n"),
                  flagged->opened, flagged->changed, flagged->decided);
    if (flagged->stale)
        survey_format(text,
                      _("%zu undecided cases have no rule that fires any more; see 'assay case "
                        "EVAL list --state flagged'\n"),
                      flagged->stale);
}

static int flag(struct survey_invocation *invocation, struct survey_store *store)
{
    struct survey_error error = {0};
    struct survey_report *report = survey_report_new();
    struct stats_flagged *flagged = NULL;
    bool done = survey_store_begin(store, &error) &&
                stats_case_flag(store, &invocation->actor, report, &flagged, &error);
    if (done && flagged)
        done = survey_store_commit(store, &error);
    int code;
    if (!done) {
        code = survey_command_fail(invocation, &error);
    } else if (!flagged) {
        code = survey_command_report(invocation, report, invocation->json ? stdout : stderr);
    } else {
        struct survey_buffer text = SURVEY_BUFFER(16 << 20);
        if (survey_report_count(report))
            survey_command_report(invocation, report, stderr);
        (invocation->json ? flagged_json : flagged_table)(flagged, &text);
        code = survey_command_print(invocation, &text);
        survey_buffer_clear(&text);
    }
    stats_flagged_free(flagged);
    survey_report_free(report);
    return code;
}

// --- list and show
// --------------------------------------------------------------------------------

static void put_steps(struct survey_json_writer *json, const struct stats_case *one)
{
    survey_json_key(json, "steps");
    survey_json_open(json, '[');
    for (size_t i = 0; i < one->step_count; i++) {
        survey_json_open(json, '{');
        survey_json_member(json, "state", one->steps[i].state);
        survey_json_member(json, "who", one->steps[i].who);
        survey_json_member(json, "why", one->steps[i].why);
        survey_json_member(json, "evidence", one->steps[i].evidence);
        survey_json_member(json, "made_at", one->steps[i].made_at);
        survey_json_close(json, '}');
    }
    survey_json_close(json, ']');
}

static void list_json(const struct stats_case_list *list, struct survey_buffer *text)
{
    struct survey_json_writer json = survey_json_writer(text, true);
    survey_json_open(&json, '[');
    for (size_t i = 0; i < list->count; i++) {
        const struct stats_case *one = &list->cases[i];
        survey_json_open(&json, '{');
        survey_json_member(&json, "id", one->id);
        survey_json_member(&json, "type", one->type);
        survey_json_member(&json, "unit", one->unit);
        survey_json_member(&json, "response", one->response);
        survey_json_member_number(&json, "persons", one->persons);
        survey_json_member(&json, "rules", one->rules);
        survey_json_member(&json, "state", one->state);
        survey_json_member(&json, "enumerator", one->enumerator);
        survey_json_member(&json, "opened_at", one->opened_at);
        put_steps(&json, one);
        survey_json_close(&json, '}');
    }
    survey_json_close(&json, ']');
    survey_buffer_byte(text, '\n');
}

// The beginning of the ids that still tells all of the list apart.
static size_t id_length(const struct stats_case_list *list)
{
    size_t most = 8;
    for (size_t i = 0; i < list->count; i++)
        for (size_t k = 0; k < i && list->count < 2000; k++) {
            size_t same = 0;
            const char *a = list->cases[i].id + 5, *b = list->cases[k].id + 5;
            while (a[same] && a[same] == b[same])
                same++;
            most = same + 1 > most ? same + 1 : most;
        }
    return list->count < 2000 ? most : 36;
}

static void pad(struct survey_buffer *text, const char *word, size_t width)
{
    size_t columns = survey_utf8_columns(word, strlen(word));
    survey_buffer_cell(text, word, columns > width ? columns : width, false); // never cut
    survey_buffer_byte(text, ' ');
}

static void list_table(const struct stats_case_list *list, struct survey_buffer *text)
{
    size_t width = id_length(list), counted[3] = {0};
    static const char *const states[] = {"flagged", "confirmed", "dismissed"};
    pad(text, _("case"), width);
    pad(text, _("type"), 12);
    pad(text, _("unit"), 20);
    pad(text, _("persons"), 7);
    pad(text, _("state"), 10);
    survey_format(text, "%s\n", _("rules"));
    for (size_t i = 0; i < list->count; i++) {
        const struct stats_case *one = &list->cases[i];
        char persons[32];
        for (int k = 0; k < 3; k++)
            counted[k] += strcmp(one->state, states[k]) == 0;
        survey_format_into(persons, sizeof persons, "%g", one->persons);
        survey_format(text, "%.*s ", (int)width, one->id + 5);
        pad(text, one->type, 12);
        pad(text, one->unit, 20);
        pad(text, persons, 7);
        pad(text, one->state, 10);
        survey_format(text, "%s\n", one->rules);
    }
    survey_format(text, _("%zu flagged, %zu confirmed, %zu dismissed\n"), counted[0], counted[1],
                  counted[2]);
}

static void show_case(const struct stats_case *one, struct survey_buffer *text)
{
    survey_format(text,
                  _("case     %s\ntype     %s\nunit     %s\nresponse %s (%s)\npersons  %g\nrules   "
                    " %s\nstate    %s\n"),
                  one->id, one->type, one->unit, one->response, one->enumerator, one->persons,
                  one->rules, one->state);
    for (size_t i = 0; i < one->step_count; i++) {
        const struct stats_case_step *step = &one->steps[i];
        survey_format(text, "  %s  %s  %s: %s%s%s\n", step->made_at, step->state, step->who,
                      step->why, *step->evidence ? " | " : "", step->evidence);
    }
}

static int list(struct survey_invocation *invocation, struct survey_store *store)
{
    struct survey_error error = {0};
    struct stats_case_list *cases = NULL;
    struct stats_case_filter filter = {.state = survey_given_value(invocation, "state"),
                                       .type = survey_given_value(invocation, "type"),
                                       .unit = survey_given_value(invocation, "unit"),
                                       .enumerator = survey_given_value(invocation, "who")};
    if (!stats_case_list(store, &invocation->actor, &filter, &cases, &error))
        return survey_command_fail(invocation, &error);
    struct survey_buffer text = SURVEY_BUFFER((size_t)256 << 20);
    (invocation->json ? list_json : list_table)(cases, &text);
    int code = survey_command_print(invocation, &text);
    survey_buffer_clear(&text);
    stats_case_list_free(cases);
    return code;
}

static int show(struct survey_invocation *invocation, struct survey_store *store)
{
    struct survey_error error = {0};
    struct survey_buffer text = SURVEY_BUFFER((size_t)64 << 20);
    int code = 0;
    for (int i = 2; i < invocation->count && code == 0; i++) {
        struct stats_case_list *cases = NULL;
        struct stats_case_filter filter = {.id = invocation->arguments[i], .any_round = true};
        bool done = stats_case_list(store, &invocation->actor, &filter, &cases, &error);
        if (done && cases->count == 0)
            done = survey_fail(&error, SURVEY_ERROR_INPUT, "", _("there is no case '%s'"),
                               invocation->arguments[i]);
        if (!done)
            code = survey_command_fail(invocation, &error);
        else if (invocation->json)
            list_json(cases, &text);
        for (size_t k = 0; code == 0 && !invocation->json && k < cases->count; k++)
            show_case(&cases->cases[k], &text);
        stats_case_list_free(cases);
    }
    code = code ? code : survey_command_print(invocation, &text);
    survey_buffer_clear(&text);
    return code;
}

// --- confirm and dismiss
// --------------------------------------------------------------------------

static int tell(const struct survey_invocation *invocation, size_t count)
{
    struct survey_buffer text = SURVEY_BUFFER(4096);
    survey_format(&text, invocation->json ? "{\"decided\": %zu}\n" : _("%zu cases decided\n"),
                  count);
    int code = survey_command_print(invocation, &text);
    survey_buffer_clear(&text);
    return code;
}

static int decide_file(struct survey_invocation *invocation, struct survey_store *store,
                       const char *state)
{
    struct survey_error error = {0};
    struct survey_report *report = survey_report_new();
    size_t count = 0;
    bool done = survey_store_begin(store, &error) &&
                stats_case_decide_file(store, survey_given_value(invocation, "from"), state,
                                       &invocation->actor, report, &count, &error);
    bool good = survey_report_count_of(report, SURVEY_FAULT) == 0;
    done = done && (!good || survey_store_commit(store, &error));
    int code = !done ? survey_command_fail(invocation, &error)
               : good
                   ? tell(invocation, count)
                   : survey_command_report(invocation, report, invocation->json ? stdout : stderr);
    survey_report_free(report);
    return code;
}

static int decide(struct survey_invocation *invocation, struct survey_store *store,
                  const char *state)
{
    struct survey_error error = {0};
    int64_t persons = -1;
    const char *evidence = survey_given_value(invocation, "evidence");
    if (!survey_given_integer(invocation, "persons", 0, 1000000, &persons))
        return 2;
    bool done = survey_store_begin(store, &error);
    for (int i = 2; done && i < invocation->count; i++) {
        struct stats_case_decision decision = {.id = invocation->arguments[i],
                                               .state = state,
                                               .why = invocation->actor.why,
                                               .evidence = evidence ? evidence : "",
                                               .persons = (double)persons};
        done = stats_case_decide(store, &invocation->actor, &decision, &error);
    }
    done = done && survey_store_commit(store, &error);
    return done ? tell(invocation, (size_t)invocation->count - 2)
                : survey_command_fail(invocation, &error);
}

// --- the command
// ----------------------------------------------------------------------------------

enum verb { FLAG, LIST, SHOW, CONFIRM, DISMISS, DECIDE, VERBS };
static const char *const verbs[VERBS] = {"flag", "list", "show", "confirm", "dismiss", "decide"};

// 0 where the invocation makes sense.
static int check(const struct survey_invocation *invocation, int verb)
{
    bool file = survey_given(invocation, "from"), ids = invocation->count > 2;
    const char *state = survey_given_value(invocation, "state");
    if (verb == VERBS)
        return survey_command_usage(invocation,
                                    _("'%s' is none of flag, list, show, confirm, dismiss, decide"),
                                    invocation->arguments[1]);
    if ((verb == FLAG || verb == LIST) && (ids || file))
        return survey_command_usage(invocation, _("%s takes no case"), verbs[verb]);
    if (verb == SHOW && !ids)
        return survey_command_usage(invocation, "%s", _("name the cases to show"));
    if (verb == DECIDE && !file)
        return survey_command_usage(invocation, "%s", _("decide goes by a file: --from FILE.csv"));
    if ((verb == CONFIRM || verb == DISMISS || verb == DECIDE) && ids == file)
        return survey_command_usage(invocation, "%s",
                                    _("name the cases, or a file of them with --from"));
    if ((verb == CONFIRM || verb == DISMISS) && ids && !*invocation->actor.why)
        return survey_command_usage(invocation, "%s", _("a decision needs --why"));
    if (state && strcmp(state, "flagged") != 0 && strcmp(state, "confirmed") != 0 &&
        strcmp(state, "dismissed") != 0)
        return survey_command_usage(
            invocation, _("--state: '%s' is none of flagged, confirmed, dismissed"), state);
    return 0;
}

static int run(struct survey_invocation *invocation)
{
    struct survey_error error = {0};
    struct survey_store *store = NULL;
    int verb = 0;
    while (verb < VERBS && strcmp(verbs[verb], invocation->arguments[1]) != 0)
        verb++;
    int code = check(invocation, verb);
    if (code)
        return code;
    bool reading = verb == LIST || verb == SHOW;
    if (!survey_store_open(invocation->arguments[0],
                           reading ? SURVEY_STORE_READ : SURVEY_STORE_WRITE, &store, &error))
        return survey_command_fail(invocation, &error);
    const char *state = verb == CONFIRM ? "confirmed" : verb == DISMISS ? "dismissed" : NULL;
    code = verb == FLAG                       ? flag(invocation, store)
           : verb == LIST                     ? list(invocation, store)
           : verb == SHOW                     ? show(invocation, store)
           : survey_given(invocation, "from") ? decide_file(invocation, store, state)
                                              : decide(invocation, store, state);
    survey_store_close(store); // rolls back what was not committed
    return code;
}

const struct survey_command stats_case_command = {
    .name = "case",
    .arguments =
        N_("EVAL flag | list | show ID... | confirm ID... | dismiss ID... | decide --from FILE.csv"),
    .summary = N_("flag suspected cases by the rules, list them, and decide on them"),
    .options = options,
    .flags = SURVEY_COMMAND_JSON | SURVEY_COMMAND_CHANGES,
    .least = 2,
    .most = -1,
    .run = run,
};
